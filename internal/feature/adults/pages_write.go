package adults

import (
	"context"
	"net/http"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/files"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// settler is for whoever settles how a school's worries about adults go.
var settler = access.Permission{Name: "settle-adults", Words: "Headteachers and chairs of governors, with a second factor", Roles: []access.Role{access.Head, access.Chair}, Strength: access.SecondFactor}

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get("/adults/new", access.Reporter, f.newPage),
		web.Upload("/adults", access.Reporter, files.FormLimit, f.sendForm),
		web.Post("/adults/pick", access.Reporter, f.pick),
		web.Post("/adults/form", access.Reporter, f.formPart),
		web.Get("/adults", access.Reporter, f.listPage),
		web.Get("/adults/settings", settler, f.settingsPage),
		web.Post("/adults/settings/cover", settler, f.coverForm),
		web.Post("/adults/settings/school", settler, f.schoolForm),
		web.Post("/adults/settings/household", settler, f.householdForm),
		web.Get("/adults/{id}", access.Reporter, f.page),
		web.Post("/adults/{id}/accounts", access.Reporter, f.accountForm),
		web.Post("/adults/{id}/take", access.RecordRead, f.takeForm),
		web.Post("/adults/{id}/judgement", access.RecordRead, f.judgeForm),
		web.Post("/adults/{id}/refer", access.RecordRead, f.referForm),
		web.Post("/adults/{id}/steps", access.RecordRead, f.stepForm),
		web.Post("/adults/{id}/actions", access.RecordRead, f.actionForm),
		web.Post("/adults/{id}/actions/{action}/done", access.RecordRead, f.doneForm),
		web.Post("/adults/{id}/children", access.RecordRead, f.childForm),
		web.Post("/adults/{id}/children/{entry}/lead", access.RecordRead, f.leadForm),
		web.Post("/adults/{id}/who", access.RecordRead, f.whoForm),
		web.Post("/adults/{id}/feedback", access.RecordRead, f.feedbackForm),
		web.Post("/adults/{id}/close", access.RecordRead, f.closeForm),
		web.Post("/adults/{id}/reopen", access.RecordRead, f.reopenForm),
	}
}

// pickLetters, pickAtMost and pickLooks keep the picker from being a directory of staff: three letters, five names of the writer's
// own school, twenty looks in an hour. Nobody is told of the looks: that somebody writes about an adult is nobody's to know.
const (
	pickLetters = 3
	pickAtMost  = 5
	pickLooks   = 20
)

func (f *Feature) newPage(w http.ResponseWriter, r *http.Request) error {
	form := newWriteForm()
	form.ID = web.NewID(r)
	kept := ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		d, err := web.DraftOf(ctx, tx, "adult")
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err == nil {
			form.Fill(d.Values)
			form.ID, kept = d.ID, term.DateTime(d.At, tx.Now)
			if form.Files.Files, err = f.Files.Pending(ctx, tx, d.Values["file"]...); err != nil {
				return err
			}
			form.Clear()
		}
		return err
	})
	if err != nil {
		return err
	}
	return f.showWrite(w, r, form, kept, http.StatusOK)
}

func (f *Feature) showWrite(w http.ResponseWriter, r *http.Request, form *writeForm, kept string, status int) error {
	view, err := f.writeView(r, form)
	if err != nil {
		return err
	}
	view.Kept = kept
	page := web.Page{Title: "Write about an adult", Class: "p-concern", At: "/concerns/new", Body: writePage(view)}
	if status == http.StatusOK {
		return web.Show(w, r, page)
	}
	return web.Invalid(w, r, page)
}

func (f *Feature) writeView(r *http.Request, form *writeForm) (writeView, error) {
	view := writeView{Form: form}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		org, err := f.People.OrgOf(ctx, tx, tx.Viewer.Account)
		if err != nil {
			return err
		}
		names, err := f.Schools.Names(ctx, tx, org)
		if err != nil {
			return err
		}
		view.School = names[org].Name
		if err := f.nameAll(ctx, tx, form); err != nil {
			return err
		}
		set, err := f.store.Settings(ctx, tx)
		if err != nil {
			return err
		}
		view.OfficerName, view.OfficerPhone = set.OfficerName, set.OfficerPhone
		view.Way, err = f.wayView(ctx, tx, form.draft(org, ""), set)
		return err
	})
	return view, err
}

// nameAll fills in the names of those who were chosen from a list: the page sends only which one.
func (f *Feature) nameAll(ctx context.Context, tx *store.Tx, form *writeForm) error {
	if form.Who.Account != "" {
		names, err := f.People.Names(ctx, tx, form.Who.Account)
		if err != nil {
			return err
		}
		form.Who.Name, form.Who.Title = names[form.Who.Account].Name, names[form.Who.Account].Title
	}
	for i, c := range form.Kids.Items {
		card, _, err := f.Children.Child(ctx, tx, c.Child)
		if err != nil {
			return err
		}
		form.Kids.Items[i].Name = card.Name
	}
	return nil
}

// wayView is who will read it, exactly, and who after that (CON-10): the same working out that opens the record when it is sent.
func (f *Feature) wayView(ctx context.Context, tx *store.Tx, d Draft, set Settings) (v wayView, err error) {
	s, w, in, err := f.way(ctx, tx, d)
	if err != nil {
		return v, err
	}
	today := clock.DayOf(tx.Now.Time())
	away := s.Away(w, today)
	v.Digest = digest(w, in, away)
	then := in.Then.People
	if in.Account != "" {
		then = []string{in.Account}
	}
	all := append(append(append([]string{w.First}, w.People...), then...), d.Close...)
	names, err := f.People.Names(ctx, tx, all...)
	if err != nil {
		return v, err
	}
	soon := "within one hour of school time"
	if d.Harm {
		soon = "within 15 minutes, at any hour"
	}
	if w.First != "" {
		v.Rows = append(v.Rows, wayRow{w.First, names[w.First].Name, "named by the school to read low-level concerns first; decides nothing", false})
	}
	for _, p := range w.People {
		why := w.Office.Words() + ", decides"
		if s.Cover[p].Away >= today {
			why += "; away until " + term.ShortDate(s.Cover[p].Away)
		}
		v.Rows = append(v.Rows, wayRow{p, names[p].Name, why, false})
	}
	for _, p := range then {
		why := "stands in, if nobody has read it " + soon
		if away {
			why = "stands in, and reads it at once"
		}
		v.Rows = append(v.Rows, wayRow{p, names[p].Name, why, false})
	}
	for _, p := range d.Close {
		if n, ok := names[p]; ok && !slices.ContainsFunc(v.Rows, func(x wayRow) bool { return x.Account == p }) {
			v.Rows = append(v.Rows, wayRow{p, n.Name, "will not read it", true})
		}
	}
	v.Nobody = w.Office == Nobody
	v.To = w.Office.Words()
	if w.Office == Officer {
		v.To = set.OfficerName
	}
	if w.Office == Trust {
		v.To = "the trust’s named person"
	}
	return v, nil
}

// looksAlike asks once more where a name as the writer knows it is like that of somebody who would read it: nobody must be told
// about themselves because of a spelling (SEC-10).
func (v wayView) looksAlike(form *writeForm) bool {
	if form.Close.Asked || form.Who.Account != "" || form.Who.Self || form.Who.Name == "" {
		return false
	}
	for _, x := range v.Rows {
		if !x.Close && Alike(form.Who.Name, x.Name) {
			form.Close.Problem = "The name that you wrote is like that of somebody below. If it is them, choose them by name above or tick them here. Otherwise send it as it is"
			return true
		}
	}
	return false
}

// sendForm takes the whole form: to send it, or without scripts to look for somebody, add or take away one.
func (f *Feature) sendForm(w http.ResponseWriter, r *http.Request) error {
	form := newWriteForm()
	if err := f.Files.FromForm(r, form.Files); err != nil {
		return err
	}
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form has lost its number. Go back and open the page again; your draft is kept")
	}
	if r.PostFormValue("send") == "" {
		form.Clear()
		if err := f.lookFor(r, form); err != nil {
			return err
		}
		return f.showWrite(w, r, form, "", http.StatusOK)
	}
	if form.Who.Account == "" && !form.Who.Self && form.Who.Name != "" && form.Works.Value == "" {
		form.Works.Problem, ok = "Say how the adult is at the school", false
	}
	view, err := f.writeView(r, form)
	if err != nil {
		return err
	}
	again := view.Way.looksAlike(form)
	if !ok || again {
		form.Close.Asked = form.Close.Asked || again
		return f.showWrite(w, r, form, "", http.StatusUnprocessableEntity)
	}
	org := ""
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		org, err = f.People.OrgOf(ctx, tx, tx.Viewer.Account)
		return err
	}); err != nil {
		return err
	}
	readers := r.PostFormValue("readers")
	if readers == "" {
		readers = "not shown"
	}
	d := form.draft(org, readers)
	if ids := form.Files.IDs(); len(ids) > 0 {
		d.Claim = func(ctx context.Context, tx *store.Tx, record ref.Ref, org string) error {
			return f.Files.Claim(ctx, tx, record, org, ids...)
		}
	}
	id, err := f.Send(r.Context(), web.Viewer(r), d)
	if errs.Is(err, errs.Rule) || errs.Is(err, errs.Conflict) {
		form.Refuse(err)
		return f.showWrite(w, r, form, "", http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/adults/"+string(id), "Sent at "+term.Time(web.Now(r))+".")
}

// lookFor answers the pickers: colleagues of the writer's own school, and its children.
func (f *Feature) lookFor(r *http.Request, form *writeForm) error {
	who, kids := form.Who, form.Kids
	if len([]rune(who.Typed)) < pickLetters && len([]rune(kids.Typed)) < pickLetters {
		return nil
	}
	v := web.Viewer(r)
	var n int64
	if err := f.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		tx.Unaudited("a look in the picker is counted, and nobody is told")
		n, err = f.store.look(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	if n > pickLooks {
		who.Tired, who.Looked = true, who.Typed != ""
		return nil
	}
	return f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		org, err := f.People.OrgOf(ctx, tx, v.Account)
		if err != nil {
			return err
		}
		if len([]rune(who.Typed)) >= pickLetters {
			staff, err := f.People.People(ctx, tx, org, "")
			if err != nil {
				return err
			}
			who.Looked, who.Found = true, pickStaff(staff, who.Typed, v.Account)
		}
		if len([]rune(kids.Typed)) >= pickLetters {
			kids.Looked = true
			kids.Found, err = f.Children.PickNamed(ctx, tx, []string{org}, kids.Typed)
		}
		return err
	})
}

// pickStaff returns at most five of the staff whose names hold what was typed, but not the writer.
func pickStaff(staff []ref.Person, typed, me string) (out []ref.Person) {
	q := fold.Query(typed)
	if len(q) == 0 {
		return nil
	}
	for _, p := range staff {
		if p.ID != me && len(out) < pickAtMost && fold.Matches(fold.Tokens(p.Name), q) {
			out = append(out, p)
		}
	}
	return out
}

// pick answers as letters are typed.
func (f *Feature) pick(w http.ResponseWriter, r *http.Request) error {
	form := newWriteForm()
	form.Parse(r)
	if err := f.lookFor(r, form); err != nil {
		return err
	}
	if form.Kids.Typed != "" && form.Who.Typed == "" {
		return web.Fragment(w, r, foundKids(form.Kids))
	}
	return web.Fragment(w, r, foundWho(form.Who))
}

// formPart draws the form afresh with everything typed: after somebody was chosen, or an answer that changes who reads it.
func (f *Feature) formPart(w http.ResponseWriter, r *http.Request) error {
	form := newWriteForm()
	form.Parse(r)
	form.Clear()
	view, err := f.writeView(r, form)
	if err != nil {
		return err
	}
	return web.Fragment(w, r, writeStory(view))
}
