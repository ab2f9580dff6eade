package quiz

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// seers are the schools whose figures the viewer sees: those they lead, and those they head or govern.
func seers(v access.Viewer) []string {
	return v.OrgsOf(access.DSL, access.Head, access.Governor)
}

// schools are the schools that the viewer leads, as answers of a form.
func (f *Feature) schools(ctx context.Context, tx *store.Tx) ([]forms.Option, error) {
	names, err := f.Schools.Names(ctx, tx, tx.Viewer.Roles[access.DSL]...)
	var out []forms.Option
	for _, org := range tx.Viewer.Roles[access.DSL] {
		out = append(out, forms.Option{Value: org, Text: names[org].Name})
	}
	return out, err
}

func chip(q Quiz, now clock.Millis) ui.Chip {
	switch {
	case q.State == Draft:
		return ui.Chip{Text: "draft"}
	case q.State == Closed:
		return ui.Chip{Text: "closed", Tone: ui.ToneLeaf}
	case q.Open(now):
		return ui.Chip{Text: "open until " + term.ShortDate(q.Until), Tone: ui.ToneLamp}
	case now < clock.Of(q.From.Start()):
		return ui.Chip{Text: "from " + term.ShortDate(q.From), Tone: ui.ToneLine}
	}
	return ui.Chip{Text: "over"}
}

func purposeWords(q Quiz) string {
	switch {
	case q.Purpose == Before && q.Training != "":
		return "Before " + q.Training
	case q.Purpose == After && q.Training != "":
		return "After " + q.Training
	case q.Purpose == Before:
		return "Before a training"
	case q.Purpose == After:
		return "After a training"
	}
	return "The six-monthly quiz"
}

type listView struct {
	Rows []quizRow
	Lead bool
	Due  string
}

func (f *Feature) listPage(w http.ResponseWriter, r *http.Request) error {
	v := listView{Lead: web.Viewer(r).Holds(access.DSL)}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v.Rows = nil
		all, err := f.store.QuizzesOf(ctx, tx, seers(tx.Viewer))
		if err != nil {
			return err
		}
		for _, q := range all {
			lead := tx.Viewer.HoldsAt(access.DSL, q.Org)
			if !lead && q.State != Closed {
				continue
			}
			v.Rows = append(v.Rows, quizRow{Title: q.Title, Href: givenPath(q.ID), Detail: purposeWords(q) + ". " + term.Date(q.From) + " to " + term.Date(q.Until) + ". " + GroupsWords(q.Groups), State: chip(q, tx.Now)})
		}
		if v.Lead {
			n, err := f.countDue(ctx, tx)
			v.Due = text.Plural(n, "person has", "people have") + " a quiz due"
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, page("Quizzes of the school", web.Page{Crumb: toMine, Body: listPage(v)}))
}

// dueRow is somebody of the staff and when they last sent a quiz.
type dueRow struct {
	Member
	School, Last, Open string
	Due                bool
}

// due lists the staff of the viewer's schools, those whose quiz is due first, by name. It notes what it shows.
func (f *Feature) due(ctx context.Context, tx *store.Tx, org string) ([]dueRow, error) {
	staff, err := f.Staff(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	last, err := f.store.LastSent(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	var out []dueRow
	today := clock.DayOf(tx.Now.Time())
	for _, m := range staff {
		row := dueRow{Member: m, School: org, Due: Due(last[m.Account], today, Starter().EveryMonths), Last: "Never"}
		if d := last[m.Account]; d != "" {
			row.Last = term.YearDate(d)
		}
		out = append(out, row)
	}
	slices.SortStableFunc(out, func(a, b dueRow) int {
		if a.Due != b.Due {
			return map[bool]int{true: -1, false: 1}[a.Due]
		}
		return cmp.Compare(a.Name, b.Name)
	})
	tx.SawList("quiz.due_seen", org, len(out))
	return out, nil
}

func (f *Feature) countDue(ctx context.Context, tx *store.Tx) (n int, err error) {
	for _, org := range tx.Viewer.Roles[access.DSL] {
		rows, err := f.due(ctx, tx, org)
		if err != nil {
			return 0, err
		}
		for _, r := range rows {
			if r.Due {
				n++
			}
		}
	}
	return n, nil
}

type staffSchool struct {
	ID, Name string
	Rows     []dueRow
	Due      int
}

func (f *Feature) staffPage(w http.ResponseWriter, r *http.Request) error {
	var v []staffSchool
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v = nil
		names, err := f.Schools.Names(ctx, tx, tx.Viewer.Roles[access.DSL]...)
		if err != nil {
			return err
		}
		for _, org := range tx.Viewer.Roles[access.DSL] {
			rows, err := f.due(ctx, tx, org)
			if err != nil {
				return err
			}
			s := staffSchool{ID: org, Name: names[org].Name, Rows: rows}
			for _, x := range rows {
				if x.Due {
					s.Due++
				}
			}
			v = append(v, s)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, page("Whose quiz is due", web.Page{Crumb: toList, Body: staffPage(v)}))
}

func (f *Feature) putGroups(w http.ResponseWriter, r *http.Request) error {
	org, err := web.PathID(r, "school")
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Of(errs.Invalid, err, "What you sent could not be read")
	}
	groups := map[string]string{}
	for name, values := range r.PostForm {
		if account, ok := strings.CutPrefix(name, "group-"); ok {
			groups[account] = values[0]
		}
	}
	if err := f.PutGroup(r.Context(), web.Viewer(r), org, groups); err != nil {
		return err
	}
	return web.Redirect(w, r, home+"/staff", "Staff groups kept.")
}

func (f *Feature) beginPage(w http.ResponseWriter, r *http.Request) error {
	var form *makeForm
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		schools, err := f.schools(ctx, tx)
		if err != nil {
			return err
		}
		cals, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		form = newMakeForm(schools)
		today := clock.DayOf(tx.Now.Time())
		form.Org.Value, form.Purpose.Value, form.Count.Value, form.From.Value, form.Until.Value = schools[0].Value, string(Before), "8", today, cals.Of(schools[0].Value).AddSchoolDays(today, 9)
		form.Title.Value = "Safeguarding quiz, " + today.Start().Format("January 2006")
		follows := ID(r.URL.Query().Get("again"))
		if follows == "" {
			return nil
		}
		q, err := f.own(ctx, tx, follows)
		if err != nil {
			return err
		}
		needs, err := f.store.NeedsOf(ctx, tx, q.Org)
		if err != nil {
			return err
		}
		form.Org.Value, form.Purpose.Value, form.Follows.Value, form.Title.Value, form.Training.Value, form.Groups.Values = q.Org, string(After), string(q.ID), q.Title+", again", q.Training, q.Groups
		for _, n := range needs {
			if n.State == NeedMet && !slices.Contains(form.Themes.Values, n.Theme) {
				form.Themes.Values = append(form.Themes.Values, n.Theme)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	form.ID = web.NewID(r)
	return web.Show(w, r, making(form))
}

func making(form *makeForm) web.Page {
	return page("Make a quiz", web.Page{Crumb: toList, Body: makePage(form)})
}

func (f *Feature) makeQuiz(w http.ResponseWriter, r *http.Request) error {
	var form *makeForm
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		schools, err := f.schools(ctx, tx)
		form = newMakeForm(schools)
		return err
	})
	if err != nil {
		return err
	}
	if !form.Parse(r) || form.ID == "" {
		return web.Invalid(w, r, making(form))
	}
	if err := f.Make(r.Context(), web.Viewer(r), form.quiz()); err != nil {
		if !refuse(form, err) {
			return err
		}
		return web.Invalid(w, r, making(form))
	}
	return web.Redirect(w, r, givenPath(ID(form.ID)), "Made. Look at the questions, then give it.")
}

// button is the handler of a form that is one button.
func (f *Feature) button(action func(context.Context, access.Viewer, ID) error, said string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := pathQuiz(r)
		if err != nil {
			return err
		}
		return f.back(w, r, id, action(r.Context(), web.Viewer(r), id), said)
	}
}

// back goes to the quiz, or shows it with why the change was refused.
func (f *Feature) back(w http.ResponseWriter, r *http.Request, id ID, err error, said string) error {
	again := func(no error) (web.Page, error) { return f.quizView(r, id, errs.Sentence(no)) }
	return web.Done(w, r, err, again, givenPath(id), said)
}

func (f *Feature) swapItem(w http.ResponseWriter, r *http.Request) error {
	id, err := pathQuiz(r)
	if err != nil {
		return err
	}
	n, err := pathN(r)
	if err != nil {
		return err
	}
	return f.back(w, r, id, f.SwapQuestion(r.Context(), web.Viewer(r), id, n), "Question "+strconv.Itoa(n)+" is another one now.")
}

func (f *Feature) discard(w http.ResponseWriter, r *http.Request) error {
	id, err := pathQuiz(r)
	if err != nil {
		return err
	}
	if err := f.Discard(r.Context(), web.Viewer(r), id); err != nil {
		return f.back(w, r, id, err, "")
	}
	return web.Redirect(w, r, home+"/given", "Thrown away. Nobody had seen it.")
}

type personRow struct {
	Name, Title, Group, State string
	Themes                    []string
}

type peopleView struct {
	Title      string
	Help, Rest []personRow
}

// peoplePage says who needs help with what: by name and not by score, because it is no league table (QUI-2).
func (f *Feature) peoplePage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathQuiz(r)
	if err != nil {
		return err
	}
	var v peopleView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		q, err := f.own(ctx, tx, id)
		if err != nil {
			return err
		}
		v, err = f.people(ctx, tx, q)
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, page("Who needs help", web.Page{Crumb: &ui.Link{Text: "The quiz", Href: givenPath(id)}, Body: peoplePage(v)}))
}

func (f *Feature) people(ctx context.Context, tx *store.Tx, q Quiz) (v peopleView, err error) {
	v.Title = q.Title
	items, err := f.store.Items(ctx, tx, q.ID)
	if err != nil {
		return v, err
	}
	calls, err := f.store.calls(ctx, tx, q.ID)
	if err != nil {
		return v, err
	}
	attempts, err := f.store.Attempts(ctx, tx, q.ID)
	if err != nil {
		return v, err
	}
	wrong, err := f.store.Wrong(ctx, tx, q.ID)
	if err != nil {
		return v, err
	}
	tx.SawList("quiz.people_seen", q.Org, string(q.ID))
	of := map[AttemptID][]string{}
	for _, a := range wrong {
		words := ThemeWords(items[a.N-1].Theme)
		if !slices.Contains(of[a.Attempt], words) {
			of[a.Attempt] = append(of[a.Attempt], words)
		}
	}
	by := map[string]Attempt{}
	var ids []string
	for _, a := range attempts {
		by[a.Account] = a
	}
	for _, c := range calls {
		ids = append(ids, c.Account)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	if err != nil {
		return v, err
	}
	for _, c := range calls {
		a := by[c.Account]
		row := personRow{Name: names[c.Account].Name, Title: names[c.Account].Title, Group: groupShort(c.Group), Themes: of[a.ID]}
		switch {
		case a.SentAt.IsZero() && a.ID != "":
			row.State = "Began, not sent"
		case a.ID == "":
			row.State = "Not begun"
		case len(row.Themes) > 0:
			v.Help = append(v.Help, row)
			continue
		default:
			row.State = "Sent, nothing to help with"
		}
		v.Rest = append(v.Rest, row)
	}
	for _, rows := range [][]personRow{v.Help, v.Rest} {
		slices.SortFunc(rows, func(a, b personRow) int { return cmp.Compare(a.Name, b.Name) })
	}
	return v, nil
}
