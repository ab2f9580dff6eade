package casework

import (
	"context"
	"net/http"
	"slices"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// peopleView is the adults around a child, brothers and sisters, and what the roll says.
type peopleView struct {
	Head     headView
	Contacts []contactView
	Siblings siblingsView
	Rows     []ui.SummaryRow
}

func (f *Feature) people(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	v, err := f.peopleView(r, id, "")
	if err != nil {
		return err
	}
	return f.show(w, r, "People around a child", "p-file", ui.Page{Body: peoplePage(v)})
}

// peopleView reads the page; typed is a name that is looked for, "" for none.
func (f *Feature) peopleView(r *http.Request, child, typed string) (v peopleView, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.open(ctx, tx, child, "casework.people_opened")
		if err != nil {
			return err
		}
		v = peopleView{Head: f.head(x, "People", clock.DayOf(tx.Now.Time()))}
		v.Head.Contacts = nil
		for _, c := range x.contacts {
			v.Contacts = append(v.Contacts, contact(c))
		}
		v.Siblings, err = f.siblings(ctx, tx, x, typed)
		for _, p := range [][2]string{{"Address", x.detail.Address}, {"Language at home", x.detail.Language}, {"Unique pupil number", x.detail.UPN}, {"Year", x.child.Year}} {
			if p[1] != "" {
				v.Rows = append(v.Rows, ui.SummaryRow{Key: ui.SummaryText{Text: p[0]}, Value: ui.SummaryText{Text: p[1]}})
			}
		}
		return err
	})
	return v, err
}

// openingsView is who opened the file and its records.
type openingsView struct {
	Head headView
	Rows []openingRow
}

type openingRow struct {
	When, Who, What, Href, Why string
}

// openings shows who opened the file and its records, to those who answer for them (CHR-6). A record that the viewer may not
// see has no line here.
func (f *Feature) openings(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	var v openingsView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.open(ctx, tx, id, "casework.openings_opened")
		if err != nil {
			return err
		}
		if !x.answers {
			return errs.Missing()
		}
		v = openingsView{Head: f.head(x, "Who opened this", clock.DayOf(tx.Now.Time()))}
		line, err := story.Line(ctx, tx, id, 0)
		if err != nil {
			return err
		}
		what := map[string]ui.Link{x.child.File: {Text: "The file", Href: "/children/" + id}}
		for _, e := range line {
			l := ui.Link{Text: e.Line, Href: f.Teller.Link(e.About, e.Head)}
			what[e.Record] = l
			if _, known := what[e.Head]; !known {
				what[e.Head] = l
			}
		}
		records := make([]string, 0, len(what))
		for record := range what {
			records = append(records, record)
		}
		slices.Sort(records)
		all, err := audit.Openings(ctx, tx, records, openingsAtMost)
		if err != nil {
			return err
		}
		actors := make([]string, len(all))
		for i, o := range all {
			actors[i] = o.Actor
		}
		name, err := f.who(ctx, tx, actors...)
		for _, o := range Daily(all) {
			row := openingRow{When: term.DateTime(o.At, tx.Now), Who: name(o.Actor), What: what[o.Record].Text, Href: what[o.Record].Href, Why: ruleWords(o.Rule)}
			if o.Times > 1 {
				row.When += ", " + text.Plural(o.Times, "time", "times") + " that day"
			}
			v.Rows = append(v.Rows, row)
		}
		return err
	})
	if err != nil {
		return err
	}
	return f.show(w, r, "Who opened this", "p-file", ui.Page{Body: openingsPage(v)})
}

// DailyOpening is what one person opened on one day by one rule, and how often.
type DailyOpening struct {
	audit.Opening
	Times int
}

// Daily folds the openings of a day together: the same person, record and rule are one line at the latest time. all are the
// newest first.
func Daily(all []audit.Opening) []DailyOpening {
	var out []DailyOpening
	for _, o := range all {
		i := slices.IndexFunc(out, func(d DailyOpening) bool {
			return d.Actor == o.Actor && d.Record == o.Record && d.Rule == o.Rule && clock.DayOf(d.At.Time()) == clock.DayOf(o.At.Time())
		})
		if i >= 0 {
			out[i].Times++
			continue
		}
		out = append(out, DailyOpening{o, 1})
	}
	return out
}

// entryView is one entry with the history of its marks.
type entryView struct {
	Head    headView
	Entry   ui.Entries
	Facts   []ui.SummaryRow
	Record  string
	Marks   []ui.LineEntry
	Post    string
	Marked  bool
	Form    *markForm
	Why     string
	Actable bool
}

type markForm struct {
	forms.Form
	Reason *forms.Lines
	Take   *forms.Choice
}

func newMarkForm() *markForm {
	f := &markForm{Reason: forms.NewLines("reason", "Why").Max(500), Take: forms.NewChoice("take", "", forms.Option{Value: "away"})}
	f.Fields(f.Reason, f.Take)
	return f
}

func (f *Feature) entry(w http.ResponseWriter, r *http.Request) error {
	v, err := f.entryView(r)
	if err != nil {
		return err
	}
	v.Form.ID = web.NewID(r)
	return f.show(w, r, "An entry", "p-file", ui.Page{Body: entryPage(v)})
}

func (f *Feature) entryView(r *http.Request) (v entryView, err error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return v, err
	}
	entry, err := web.PathID(r, "entry")
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.open(ctx, tx, id, "casework.entry_opened")
		if err != nil {
			return err
		}
		e, err := story.One(ctx, tx, id, entry)
		if err != nil {
			return err
		}
		v = entryView{Head: f.head(x, "Chronology", clock.DayOf(tx.Now.Time())), Record: f.Teller.Link(e.About, e.Head), Post: "/children/" + id + "/entries/" + entry + "/significant",
			Marked: e.Significant != "", Form: newMarkForm(), Why: "/records/" + e.Record + "/why"}
		l := f.entryOf(x, e, false)
		l.Href = v.Record
		v.Entry.Items = []ui.LineEntry{l}
		v.Facts = []ui.SummaryRow{
			{Key: ui.SummaryText{Text: "Happened"}, Value: ui.SummaryText{Text: happened(e.Entry)}},
			{Key: ui.SummaryText{Text: "Written down"}, Value: ui.SummaryText{Text: term.Date(clock.DayOf(e.RecordedAt.Time())) + e.RecordedAt.London().Format(" 2006, 15:04")}},
		}
		marks, err := f.store.marks(ctx, tx, id)
		if err != nil {
			return err
		}
		marks = slices.DeleteFunc(marks, func(m Mark) bool { return m.Entry != entry })
		who := make([]string, len(marks))
		for i, m := range marks {
			who[i] = m.By
		}
		name, err := f.who(ctx, tx, who...)
		if err != nil {
			return err
		}
		for _, m := range slices.Backward(marks) {
			at := m.At.London()
			row := ui.LineEntry{Month: at.Format("Jan 06"), Day: at.Format("Mon 2"), Time: at.Format("15:04"), Kind: picture.Decision, Title: "Marked significant", Text: name(m.By) + ": " + m.Reason}
			if !m.Marked {
				row.Title = "Mark taken away"
			}
			v.Marks = append(v.Marks, row)
		}
		v.Actable, err = f.store.changeable(ctx, tx, e.Record)
		return err
	})
	return v, err
}

// happened says when something happened, as surely as it is known.
func happened(e story.Entry) string {
	day := term.Date(clock.DayOf(e.At.Time())) + e.At.London().Format(" 2006")
	if t := TimeWords(e); t != "" {
		return day + ", " + t
	}
	return day
}

// mark marks an entry, or takes its mark away.
func (f *Feature) mark(w http.ResponseWriter, r *http.Request) error {
	v, err := f.entryView(r)
	if err != nil {
		return err
	}
	v.Form.Parse(r)
	if v.Form.ID == "" {
		v.Form.ID = web.NewID(r)
	}
	mark := v.Form.Take.Value != "away"
	if !v.Form.Wrong() {
		err = f.Mark(r.Context(), web.Viewer(r), v.Form.ID, r.PathValue("id"), r.PathValue("entry"), mark, v.Form.Reason.Value)
	}
	if errs.Is(err, errs.Rule) {
		v.Form.Reason.Problem = errs.Sentence(err)
		err = nil
	}
	if err != nil {
		return err
	}
	if v.Form.Wrong() {
		return web.Invalid(w, r, web.Page{Title: "An entry", Class: "p-file", At: "/children", Body: entryPage(v)})
	}
	said := "The entry is marked as significant."
	if !mark {
		said = "The mark is taken away. That it was there is kept."
	}
	return web.Redirect(w, r, "/children/"+r.PathValue("id")+"/entries/"+r.PathValue("entry"), said)
}
