package quiz

import (
	"context"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// needRow is a need on the plan. To others than the leads it says nothing that the published figures do not (seen).
type needRow struct {
	Theme, For, Origin, Href string
	What, Who, When          string
	Chip                     ui.Chip
	Meet, MeetWords          string
}

type askedRow struct {
	Who, Theme, When, Path string
	Form                   *replyForm
}

type countRow struct{ Theme, Groups string }

type planView struct {
	Lead       bool
	Open, Done []needRow
	Asks       []askedRow
	Counts     []countRow
	Add        *needForm
	Problem    string
}

func needChip(n Need) ui.Chip {
	return map[NeedState]ui.Chip{NeedOpen: {Text: "to plan", Tone: ui.ToneLamp}, NeedPlanned: {Text: "planned", Tone: ui.TonePlum}, NeedMet: {Text: "met, to be asked again", Tone: ui.ToneSky}, NeedClosed: {Text: "gap closed", Tone: ui.ToneLeaf}}[n.State]
}

// seen says whether others than the leads are shown a need: where somebody planned it, or where its theme is below the line in what is
// published of its quiz, in some class. A gap that only a small group has is told to nobody by the program (QUI-2).
func seen(n Need, p Published, items []Question) bool {
	if n.Origin != FromQuiz {
		return n.State != NeedOpen || n.MetOn != ""
	}
	for i := range p.Classes {
		if right, of := p.Theme(n.Theme, items, &p.Classes[i]); Gap(right, of, Starter().GapBelow) {
			return true
		}
	}
	return false
}

func (f *Feature) planPage(w http.ResponseWriter, r *http.Request) error {
	p, err := f.plan(r, "", nil)
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f *Feature) plan(r *http.Request, problem string, add *needForm) (web.Page, error) {
	v := planView{Lead: web.Viewer(r).Holds(access.DSL), Problem: problem}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v.Open, v.Done, v.Asks, v.Counts, v.Add = nil, nil, nil, nil, add
		needs, err := f.store.NeedsOf(ctx, tx, seers(tx.Viewer)...)
		if err != nil {
			return err
		}
		var owners []string
		for _, n := range needs {
			owners = append(owners, n.Owner)
		}
		names, err := f.People.Names(ctx, tx, owners...)
		if err != nil {
			return err
		}
		for _, n := range needs {
			row, show, err := f.needRow(ctx, tx, n, names[n.Owner].Name)
			if err != nil {
				return err
			}
			switch {
			case !show:
			case n.State == NeedClosed || row.Href == "" && n.MetOn != "":
				v.Done = append(v.Done, row)
			default:
				v.Open = append(v.Open, row)
			}
		}
		if !v.Lead {
			return nil
		}
		if v.Add == nil {
			schools, err := f.schools(ctx, tx)
			if err != nil {
				return err
			}
			v.Add = newNeedForm(schools)
			v.Add.ID, v.Add.Org.Value = web.NewID(r), schools[0].Value
		}
		return f.asksPart(ctx, tx, &v)
	})
	return page("Training plan", web.Page{Crumb: toList, Body: planPage(v)}), err
}

// needRow is a need for its reader, and whether they are shown it.
func (f *Feature) needRow(ctx context.Context, tx *store.Tx, n Need, owner string) (row needRow, show bool, err error) {
	row = needRow{Theme: ThemeWords(n.Theme), What: n.Words, Who: owner}
	if n.Way != "" {
		row.What = n.Way.Words() + ": " + n.Words
	}
	if n.By != "" {
		row.When = "by " + term.Date(n.By)
	}
	if n.MetOn != "" {
		row.When = "took place " + term.Date(n.MetOn)
	}
	if tx.Viewer.HoldsAt(access.DSL, n.Org) {
		row.For, row.Chip = GroupsWords(n.Groups), needChip(n)
		row.Origin = map[string]string{FromQuiz: "A quiz showed it", FromAsk: "Staff asked for it", FromLead: "A lead saw it"}[n.Origin]
		if n.Checked != "" && n.State == NeedOpen {
			row.Origin = "Asked again, and still there"
		}
		switch n.State {
		case NeedOpen, NeedPlanned:
			row.Href = needPath(n.ID)
		case NeedMet:
			row.Href = home + "/new?again=" + string(n.Quiz)
			if n.Quiz == "" {
				row.Href = home + "/new"
			}
		}
		if n.State == NeedPlanned {
			row.Meet, row.MeetWords = needPath(n.ID)+"/met", "It took place"
			if n.Way == Tip {
				row.MeetWords = "Show the tip now"
			}
		}
		return row, true, nil
	}
	if n.Origin != FromQuiz {
		return row, seen(n, Published{}, nil), nil
	}
	q, err := f.store.Quiz(ctx, tx, n.Quiz)
	if err != nil {
		return row, false, err
	}
	items, err := f.store.Items(ctx, tx, q.ID)
	if err != nil {
		return row, false, err
	}
	p, err := f.published(ctx, tx, q, len(items), false)
	return row, seen(n, p, items), err
}

// asksPart adds who asks for training, and how many of which staff group for what (QUI-4).
func (f *Feature) asksPart(ctx context.Context, tx *store.Tx, v *planView) error {
	all, err := f.store.AsksAt(ctx, tx, tx.Viewer.Roles[access.DSL], false)
	if err != nil {
		return err
	}
	var ids, accounts []string
	counts := map[string]map[string]int{}
	for _, k := range all {
		ids, accounts = append(ids, string(k.ID)), append(accounts, k.Account)
		if counts[k.Theme] == nil {
			counts[k.Theme] = map[string]int{}
		}
		counts[k.Theme][k.Group]++
	}
	tx.SawList("quiz.asks_seen", "", ids)
	names, err := f.People.Names(ctx, tx, accounts...)
	if err != nil {
		return err
	}
	for _, k := range all {
		if k.AnsweredAt.IsZero() {
			v.Asks = append(v.Asks, askedRow{Who: names[k.Account].Name + ", " + names[k.Account].Title, Theme: ThemeWords(k.Theme), When: term.DateTime(k.AskedAt, tx.Now), Path: home + "/asks/" + string(k.ID) + "/answer", Form: newReplyForm()})
		}
	}
	for _, t := range Starter().Themes {
		var words []string
		for _, g := range Starter().Groups {
			if n := counts[t.Key][g.Key]; n > 0 {
				words = append(words, text.Plural(n, "time from ", "times from ")+g.Words)
			}
		}
		if words != nil {
			v.Counts = append(v.Counts, countRow{t.Words, text.Join(words)})
		}
	}
	return nil
}

func (f *Feature) addNeedForm(w http.ResponseWriter, r *http.Request) error {
	var form *needForm
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		schools, err := f.schools(ctx, tx)
		form = newNeedForm(schools)
		return err
	})
	if err != nil {
		return err
	}
	if !form.Parse(r) || form.ID == "" {
		return f.planAgain(w, r, form, nil)
	}
	n := Need{ID: NeedID(form.ID), Org: form.Org.Value, Theme: form.Theme.Value, Groups: form.Groups.Values}
	if err := f.AddNeed(r.Context(), web.Viewer(r), n); err != nil {
		return f.planAgain(w, r, form, err)
	}
	return web.Redirect(w, r, home+"/plan", "It is on the plan.")
}

// planAgain shows the plan with what is wrong.
func (f *Feature) planAgain(w http.ResponseWriter, r *http.Request, form *needForm, err error) error {
	if err != nil && !errs.Is(err, errs.Rule) {
		return err
	}
	p, e := f.plan(r, errs.Sentence(err), form)
	if e != nil {
		return e
	}
	return web.Invalid(w, r, p)
}

func pathNeed(r *http.Request) (NeedID, error) {
	id, err := web.PathID(r, "need")
	return NeedID(id), err
}

type needView struct {
	Soon               clock.Day // by when a need that nobody owns yet is to be met, unless said otherwise
	Theme, For, Origin string
	Form               *planForm
	Path               string
	Own                []string // questions of the bank on this theme: what to teach
}

// ownNeed reads a need of the viewer's with the form that plans it.
func (f *Feature) ownNeed(r *http.Request) (n Need, v needView, err error) {
	id, err := pathNeed(r)
	if err != nil {
		return n, v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if n, err = f.store.Need(ctx, tx, id); err != nil {
			return err
		}
		if err := leads(tx.Viewer, n.Org); err != nil {
			return err
		}
		staff, err := f.Staff(ctx, tx, n.Org)
		if err != nil {
			return err
		}
		v = needView{Theme: ThemeWords(n.Theme), For: GroupsWords(n.Groups), Form: newPlanForm(staff), Path: needPath(id)}
		cals, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		v.Soon = cals.Of(n.Org).AddSchoolDays(clock.DayOf(tx.Now.Time()), 10)
		bank, err := f.store.LiveQuestions(ctx, tx, n.Org)
		for _, x := range bank {
			if x.Theme == n.Theme && !x.Stale() {
				v.Own = append(v.Own, x.Explain)
			}
		}
		return err
	})
	if err == nil {
		v.Form.Version = n.Version
	}
	return n, v, err
}

func (f *Feature) needPage(w http.ResponseWriter, r *http.Request) error {
	n, v, err := f.ownNeed(r)
	if err != nil {
		return err
	}
	v.Form.Owner.Value, v.Form.Way.Value, v.Form.By.Value, v.Form.Text.Value = n.Owner, string(n.Way), n.By, n.Words
	if n.Owner == "" {
		v.Form.Owner.Value, v.Form.By.Value = web.Viewer(r).Account, v.Soon
	}
	return web.Show(w, r, planning(v))
}

func planning(v needView) web.Page {
	return page("Plan what will meet it", web.Page{Crumb: toPlan, Body: needPage(v)})
}

func (f *Feature) planNeed(w http.ResponseWriter, r *http.Request) error {
	n, v, err := f.ownNeed(r)
	if err != nil {
		return err
	}
	if !v.Form.Parse(r) {
		return web.Invalid(w, r, planning(v))
	}
	n.Version, n.Owner, n.By, n.Way, n.Words = v.Form.Version, v.Form.Owner.Value, v.Form.By.Value, Way(v.Form.Way.Value), v.Form.Text.Value
	err = f.Plan(r.Context(), web.Viewer(r), n)
	if errs.Is(err, errs.Conflict) {
		v.Form.Refuse(err)
		return web.Conflicting(w, r, planning(v))
	}
	if err != nil {
		if !refuse(v.Form, err) {
			return err
		}
		return web.Invalid(w, r, planning(v))
	}
	return web.Redirect(w, r, home+"/plan", "Planned.")
}

func (f *Feature) meetNeed(w http.ResponseWriter, r *http.Request) error {
	id, err := pathNeed(r)
	if err != nil {
		return err
	}
	if err := f.Meet(r.Context(), web.Viewer(r), id); err != nil {
		return f.planAgain(w, r, nil, err)
	}
	return web.Redirect(w, r, home+"/plan", "Met. A quiz after it shows whether the gap has closed.")
}

func (f *Feature) replyToAsk(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "ask")
	if err != nil {
		return err
	}
	form := newReplyForm()
	if !form.Parse(r) {
		return f.planAgain(w, r, nil, errs.Refuse(form.Text.Problem))
	}
	if err := f.AnswerAsk(r.Context(), web.Viewer(r), AskID(id), form.Text.Value, form.Plan.Has("yes")); err != nil {
		return f.planAgain(w, r, nil, err)
	}
	return web.Redirect(w, r, home+"/plan", "Answered.")
}
