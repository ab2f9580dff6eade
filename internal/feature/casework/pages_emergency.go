package casework

import (
	"context"
	"net/http"
	"slices"

	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// emergencyForm asks for a child's file in an emergency.
type emergencyForm struct {
	forms.Form
	Name   *forms.Text
	Born   *forms.Day
	Reason *forms.Lines
}

func newEmergencyForm() *emergencyForm {
	f := &emergencyForm{
		Name:   forms.NewText("name", "The child’s first and last name").Hint("As the school has it").Required("Write the child’s first and last name"),
		Born:   forms.NewDay("born", "Date of birth").Required("Write the date of birth"),
		Reason: forms.NewLines("reason", "Why do you need the file now?").Hint("What has happened, and why it cannot wait for the school. The school reads this at once.").Required("Say why you need the file now").Max(1000),
	}
	f.Fields(f.Name, f.Born, f.Reason)
	return f
}

func emergencyWebPage(f *emergencyForm) web.Page {
	return web.Page{Title: "Open a file in an emergency", Class: "p-emergency", At: "/children", Body: emergencyPage(f)}
}

func (f *Feature) askEmergency(w http.ResponseWriter, r *http.Request) error {
	form := newEmergencyForm()
	form.ID = web.NewID(r)
	return web.Show(w, r, emergencyWebPage(form))
}

func (f *Feature) emergency(w http.ResponseWriter, r *http.Request) error {
	form := newEmergencyForm()
	ok := form.Parse(r)
	if form.ID == "" {
		form.ID = web.NewID(r)
	}
	if !ok {
		return web.Invalid(w, r, emergencyWebPage(form))
	}
	child, err := f.BreakGlass(r.Context(), web.Viewer(r), form.ID, form.Name.Value, form.Born.Value, form.Reason.Value)
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, emergencyWebPage(form))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/children/"+child, "Open for "+text.Plural(int(BreakGlassFor.Hours()), "hour", "hours")+". The school has been told, and sees what you open.")
}

// reviewView is what was opened in an emergency and waits for somebody to sign it off.
type reviewView struct {
	Rows []reviewRow
	Form *reviewForm
}

type reviewRow struct {
	ID, Child, Href, School string
	Who, When, Until, Read  string
	Reason, Button, Post    string
	Live, Own               bool
	Problem                 string
	Comment                 string
}

type reviewForm struct {
	forms.Form
	Comment *forms.Lines
}

func newReviewForm() *reviewForm {
	f := &reviewForm{Comment: forms.NewLines("comment", "What did you find?").Max(1000)}
	f.Fields(f.Comment)
	return f
}

func (f *Feature) review(w http.ResponseWriter, r *http.Request) error {
	v, err := f.reviewView(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, reviewWebPage(v))
}

func reviewWebPage(v reviewView) web.Page {
	return web.Page{Title: "Opened in an emergency", Class: "p-emergency", At: "/children", Crumb: &ui.Link{Text: "Children", Href: "/children"}, Body: reviewPage(v)}
}

func (f *Feature) reviewView(r *http.Request) (v reviewView, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v = reviewView{Form: newReviewForm()}
		all, err := f.Unsigned(ctx, tx)
		if err != nil {
			return err
		}
		var people, children, schools, shown []string
		for _, e := range all {
			people, children, schools, shown = append(people, e.By), append(children, e.Child), append(schools, e.Org), append(shown, e.ID)
		}
		slices.Sort(schools)
		name, err := f.who(ctx, tx, people...)
		if err != nil {
			return err
		}
		cards, err := f.Children.Cards(ctx, tx, children...)
		if err != nil {
			return err
		}
		orgs, err := f.Schools.Names(ctx, tx, slices.Compact(schools)...)
		if err != nil {
			return err
		}
		tx.SawList("casework.emergencies_reviewed", "", map[string]any{"count": len(shown), "emergencies": shown})
		for _, e := range all {
			read, err := f.readSince(ctx, tx, e)
			if err != nil {
				return err
			}
			row := reviewRow{ID: e.ID, Child: cards[e.Child].Name(), Href: "/children/" + e.Child, School: orgs[e.Org].Name, Who: name(e.By), When: term.DateTime(e.At, tx.Now),
				Reason: e.Reason, Live: e.Live(tx.Now), Own: e.By == tx.Viewer.Account, Read: read, Post: "/break-glass/" + e.ID + "/sign-off", Button: "Sign off"}
			row.Until = "It lapsed " + term.DateTime(e.Until, tx.Now)
			if row.Live {
				row.Until, row.Button = "Open until "+term.DateTime(e.Until, tx.Now), "Sign off and end it now"
			}
			v.Rows = append(v.Rows, row)
		}
		return nil
	})
	return v, err
}

// readSince says what the person has opened by the emergency, as far as the viewer may see it.
func (f *Feature) readSince(ctx context.Context, tx *store.Tx, e Emergency) (string, error) {
	records, err := f.store.opened(ctx, tx, e.ID)
	if err != nil {
		return "", err
	}
	all, err := audit.Openings(ctx, tx, records, openingsAtMost)
	read := map[string]bool{}
	for _, o := range all {
		if o.Actor == e.By && o.At >= e.At && o.Action != "casework.emergency_opened" && (o.Rule == "break-glass" || o.Rule == "break-glass-file") {
			read[o.Record] = true
		}
	}
	if len(read) == 0 {
		return "Nothing was read yet", err
	}
	return "Read: " + text.Plural(len(read), "record", "records"), err
}

func (f *Feature) signOff(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	form := newReviewForm()
	ok := form.Parse(r)
	if ok {
		err = f.SignOff(r.Context(), web.Viewer(r), id, form.Comment.Value)
	}
	if ok && err == nil {
		return web.Redirect(w, r, "/break-glass/review", "Signed off. It is kept with what you wrote.")
	}
	if err != nil && !errs.Is(err, errs.Rule) {
		return err
	}
	v, viewErr := f.reviewView(r)
	if viewErr != nil {
		return viewErr
	}
	i := slices.IndexFunc(v.Rows, func(row reviewRow) bool { return row.ID == id })
	if i < 0 {
		if err != nil {
			return err // signed off already: the sentence says so
		}
		return errs.Missing()
	}
	v.Rows[i].Comment, v.Rows[i].Problem = form.Comment.Value, form.Comment.Problem
	if err != nil {
		v.Rows[i].Problem = errs.Sentence(err)
	}
	return web.Invalid(w, r, reviewWebPage(v))
}
