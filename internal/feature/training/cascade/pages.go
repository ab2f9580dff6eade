package cascade

import (
	"context"
	"net/http"
	"strconv"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

const (
	home     = "/training/cascade"
	coverage = "/training/coverage"
)

func planPath(id ID) string           { return home + "/plans/" + string(id) }
func sessionPath(id SessionID) string { return home + "/sessions/" + string(id) }
func linkPath(link string) string     { return home + "/in/" + link }

// Routes are the addresses of this package.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get(home, access.Reporter, f.minePage),
		web.Get(home+"/new", Keepers, f.beginPage),
		web.Post(home, Keepers, f.makePlan),
		web.Get(home+"/plans/{cascade}", access.Reporter, f.planPage),
		web.Post(home+"/plans/{cascade}", access.Reporter, f.changePlan),
		web.Post(home+"/plans/{cascade}/sessions", access.Reporter, f.addSession),
		web.Get(home+"/sessions/{session}", access.Reporter, f.sessionPage),
		web.Post(home+"/sessions/{session}/open", access.Reporter, f.button(f.OpenSignIn, "Sign-in is open. Show the code, or let phones look at the square.")),
		web.Post(home+"/sessions/{session}/list", access.Reporter, f.putList),
		web.Post(home+"/sessions/{session}/off", access.Reporter, f.putOff),
		web.Post(home+"/sessions/{session}/close", access.Reporter, f.button(f.CloseSignIn, "The list is closed, and the session counts as held.")),
		web.Post(home+"/sessions/{session}/cancel", access.Reporter, f.button(f.CancelSession, "Cancelled.")),
		web.Post(home+"/plans/{cascade}/complete", access.Reporter, f.completePlan),

		web.Get(home+"/in", access.Anybody, f.codePage),
		web.Post(home+"/in", access.Anybody, f.findCode),
		web.Get(home+"/in/{token}", access.Anybody, f.doorPage).Secret(),
		web.Post(home+"/in/{token}", access.Anybody, f.signInForm).Secret(),
		web.Get(home+"/in/{token}/after", access.Anybody, f.afterPage).Secret(),
		web.Post(home+"/in/{token}/after", access.Anybody, f.answerForm).Secret(),

		web.Get(coverage, Figures, f.coveragePage),
		web.Get(coverage+"/sheet", Figures, f.coverageSheet),
	}
}

func page(title string, p web.Page) web.Page {
	p.Title, p.Class, p.At = title, "p-cascade", home
	return p
}

var toMine = &ui.Link{Text: "Passing it on", Href: home}

type planRow struct {
	Title, Href, Who, When, Reach string
	Chip                          ui.Chip
}

type mineView struct {
	Own, School []planRow
	Past        []planRow
	Keeps       bool
}

// minePage is what somebody passes on themselves, what their school passes on, and where they have been.
func (f *Feature) minePage(w http.ResponseWriter, r *http.Request) error {
	var v mineView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v = mineView{Keeps: len(orgsOf(tx.Viewer)) > 0}
		plans, err := f.store.Plans(ctx, tx)
		if err != nil {
			return err
		}
		var ids []string
		for _, p := range plans {
			l, err := f.store.Lead(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			row, err := f.row(ctx, tx, p)
			if err != nil {
				return err
			}
			ids = append(ids, string(p.ID))
			if l.Account == tx.Viewer.Account {
				v.Own = append(v.Own, row)
			} else {
				row.Who = l.Name
				v.School = append(v.School, row)
			}
		}
		past, err := f.store.Mine(ctx, tx)
		if err != nil {
			return err
		}
		for _, i := range past {
			p, err := f.store.ledger(ctx, tx, i.Cascade)
			if err != nil {
				return err
			}
			v.Past = append(v.Past, planRow{Title: p.Title, When: term.YearDate(clock.DayOf(i.At.Time()))})
			ids = append(ids, i.ID)
		}
		tx.SawList("cascade.plans_seen", "", ids)
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, page("Passing it on", web.Page{Body: minePage(v)}))
}

func chipOf(s Standing) ui.Chip {
	return ui.Chip{Text: s.Words(), Tone: map[Standing]ui.Tone{Planned: ui.ToneLine, Delivering: ui.ToneSky, Overdue: ui.ToneLamp, Completed: ui.ToneLeaf}[s]}
}

func (f *Feature) row(ctx context.Context, tx *store.Tx, p Plan) (planRow, error) {
	sessions, err := f.store.Sessions(ctx, tx, p.ID)
	if err != nil {
		return planRow{}, err
	}
	reached, err := f.store.Reached(ctx, tx, p.ID)
	today := clock.DayOf(tx.Now.Time())
	row := planRow{Title: p.Title, Href: planPath(p.ID), When: "by " + term.LongDate(p.Due), Reach: picture.Reach{Reached: reached, Aim: int(p.Aim)}.Label(), Chip: chipOf(Stands(p, heldOf(sessions, today), today))}
	if p.State == Complete {
		row.When = "completed " + term.YearDate(clock.DayOf(p.CompletedAt.Time()))
	}
	if err != nil {
		return row, err
	}
	was, err := f.store.was(ctx, tx, p)
	if was == Unclosed {
		row.Reach += ", register not closed yet"
	}
	return row, err
}

func heldOf(sessions []Session, today clock.Day) (n int) {
	for _, s := range sessions {
		if Held(s, today) {
			n++
		}
	}
	return n
}

func pathPlan(r *http.Request) (ID, error) {
	id, err := web.PathID(r, "cascade")
	return ID(id), err
}

type sessionRow struct {
	Href, When, Where, Came string
	Chip                    ui.Chip
}

type planView struct {
	Plan
	Path, Who, About, Where string
	Register                string // why the training does not count as attended; "" where it does
	Chip                    ui.Chip
	Standing                string
	Reach                   picture.Reach
	ReachWords              string
	Each, CostWords, All    string
	Sessions                []sessionRow
	Ratings                 []ratingView
	Said                    []string
	Answers                 string
	Open, CanComplete       bool
	Keep                    *keepForm
	Session                 *sessionForm
	Done                    *doneForm
	Problem                 string
}

type ratingView struct {
	Words string
	N     int
}

// tries are the forms of the page of a plan as they were sent, nil for those that were not.
type tries struct {
	keep    *keepForm
	session *sessionForm
	done    *doneForm
}

func (f *Feature) planPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathPlan(r)
	if err != nil {
		return err
	}
	p, err := f.planView(r, id, tries{})
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f *Feature) planView(r *http.Request, id ID, t tries) (web.Page, error) {
	var v planView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		p, err := f.store.Plan(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, _, err := tx.Open(ctx, "cascade.plan_seen", id.Ref()); err != nil {
			return err
		}
		l, err := f.store.Lead(ctx, tx, id)
		if err != nil {
			return err
		}
		names, err := f.Places.Names(ctx, tx, p.Org)
		if err != nil {
			return err
		}
		v = planView{Plan: p, Path: planPath(id), Who: l.Name, About: KindWords(p.Kind), Where: names[p.Org].Name, Open: p.State == Open, Keep: t.keep, Session: t.session, Done: t.done}
		if l.Title != "" {
			v.Who += ", " + l.Title
		}
		return f.fillPlan(ctx, tx, &v)
	})
	if err != nil {
		return web.Page{}, err
	}
	if v.Keep == nil {
		v.Keep = newKeepForm()
		v.Keep.fill(v.Plan)
	}
	if v.Session == nil {
		v.Session = newSessionForm()
		v.Session.ID, v.Session.Minutes.Value = web.NewID(r), "60"
	}
	if v.Done == nil {
		v.Done = newDoneForm()
	}
	return page("A cascade", web.Page{Crumb: toMine, Body: planPage(v)}), nil
}

// fillPlan adds sessions, reach, costs and what was answered.
func (f *Feature) fillPlan(ctx context.Context, tx *store.Tx, v *planView) error {
	p, today := v.Plan, clock.DayOf(tx.Now.Time())
	sessions, err := f.store.Sessions(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	came, err := f.store.Came(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	reached, err := f.store.Reached(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if v.Register, err = f.register(ctx, tx, p); err != nil {
		return err
	}
	st := Stands(p, heldOf(sessions, today), today)
	v.Chip, v.CanComplete = chipOf(st), v.Open && reached > 0
	v.Standing = "To be passed on by " + term.LongDate(p.Due) + "."
	if p.State == Complete {
		v.Standing = "Completed on " + term.LongDate(clock.DayOf(p.CompletedAt.Time())) + "."
	}
	v.Reach = picture.Reach{Reached: reached, Aim: int(p.Aim)}
	v.ReachWords = v.Reach.Label()
	for _, s := range sessions {
		v.Sessions = append(v.Sessions, sessionRow{Href: sessionPath(s.ID), When: whenWords(s), Where: s.Place, Came: text.Plural(came[s.ID], "came", "came"), Chip: sessionChip(s, today)})
	}
	v.costs(p, sessions, reached)
	ratings, err := f.store.ratings(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	return f.answers(ctx, tx, v, ratings[p.ID])
}

// register says why the training of a plan does not count as attended, "" where it does.
func (f *Feature) register(ctx context.Context, tx *store.Tx, p Plan) (string, error) {
	was, err := f.store.was(ctx, tx, p)
	if err != nil || was == There {
		return "", err
	}
	r, err := f.courses.Run(ctx, tx, training.RunID(p.Run))
	if err != nil {
		return "", err
	}
	b, err := f.courses.Block(ctx, tx, r.Block)
	if err != nil {
		return "", err
	}
	names, err := f.Places.Names(ctx, tx, b.Org)
	return RegisterWords(was, names[b.Org].Name), err
}

// costs says what it cost, for each person, and what it would have cost to send everybody (TRU-5).
func (v *planView) costs(p Plan, sessions []Session, reached int) {
	if !p.CostsGiven {
		v.CostWords = "Write what the training cost, and it is worked out for each colleague."
		return
	}
	cost := Cost(p, sessions)
	v.CostWords = Pounds(cost) + " in all: " + Pounds(p.Fee) + " fee and travel, " + Pounds(p.Cover) + " cover, " + Pounds(cost-p.Fee-p.Cover) + " for sessions."
	if each := EachCosts(cost, reached); each >= 0 {
		v.Each = Pounds(each)
		if sent := (p.Fee + p.Cover) * int64(reached); sent > cost {
			v.All = "Sending each of them would have cost " + Pounds(sent) + "."
		}
	}
}

// answers shows what colleagues said once so many have answered that nobody's answer is known by it.
func (f *Feature) answers(ctx context.Context, tx *store.Tx, v *planView, of map[string]int) error {
	n := 0
	for _, x := range of {
		n += x
	}
	smallest := Shipped().Smallest
	if n < smallest {
		v.Answers = "Shown once " + strconv.Itoa(smallest) + " have answered, so that nobody’s answer is known by it."
		return nil
	}
	v.Answers = text.Plural(n, "has answered", "have answered")
	for _, k := range Shipped().Ratings {
		v.Ratings = append(v.Ratings, ratingView{k.Words, of[k.Key]})
	}
	said, err := f.store.said(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	var ids []string
	if len(said) >= smallest {
		for _, x := range said {
			v.Said = append(v.Said, x.words)
			ids = append(ids, x.id)
		}
		tx.SawList("cascade.words_seen", v.Org, ids)
	}
	return nil
}

func whenWords(s Session) string {
	out := term.LongDate(s.On)
	if s.Starts != "" {
		out += ", " + s.Starts
	}
	return out + ", " + text.Plural(int(s.Minutes), "minute", "minutes")
}

func sessionChip(s Session, today clock.Day) ui.Chip {
	switch {
	case s.State == SessionCancelled:
		return ui.Chip{Text: "cancelled"}
	case Held(s, today):
		return ui.Chip{Text: "held", Tone: ui.ToneLeaf}
	case s.State == SessionOpen:
		return ui.Chip{Text: "sign-in is open", Tone: ui.ToneLamp}
	case s.On < today:
		return ui.Chip{Text: "no list yet", Tone: ui.ToneLamp}
	}
	return ui.Chip{Text: "planned", Tone: ui.ToneLine}
}

// back goes to a page, or shows the plan again with what was refused.
func (f *Feature) back(w http.ResponseWriter, r *http.Request, id ID, err error, t tries, said string) error {
	switch errs.KindOf(err) {
	case errs.Rule, errs.Conflict:
		p, e := f.planView(r, id, t)
		if e != nil {
			return e
		}
		if errs.Is(err, errs.Conflict) {
			return web.Conflicting(w, r, p)
		}
		return web.Invalid(w, r, p)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, planPath(id), said)
}

// wrong is the answer to a form of which a field is wrong.
var wrong = errs.Refuse("Look at the fields that are marked")

func (f *Feature) changePlan(w http.ResponseWriter, r *http.Request) error {
	id, err := pathPlan(r)
	if err != nil {
		return err
	}
	form := newKeepForm()
	ok := form.Parse(r)
	s, read := form.settings()
	if !ok || !read {
		return f.back(w, r, id, wrong, tries{keep: form}, "")
	}
	if err = f.Change(r.Context(), web.Viewer(r), id, s); errs.Is(err, errs.Rule) || errs.Is(err, errs.Conflict) {
		form.Refuse(err)
	}
	return f.back(w, r, id, err, tries{keep: form}, "Kept.")
}

func (f *Feature) addSession(w http.ResponseWriter, r *http.Request) error {
	id, err := pathPlan(r)
	if err != nil {
		return err
	}
	form := newSessionForm()
	ok := form.Parse(r) && form.ID != ""
	s, read := form.session(id)
	if !ok || !read {
		if form.ID == "" {
			form.ID = web.NewID(r)
		}
		return f.back(w, r, id, wrong, tries{session: form}, "")
	}
	if err = f.PlanSession(r.Context(), web.Viewer(r), s); errs.Is(err, errs.Rule) {
		form.Refuse(err)
	}
	return f.back(w, r, id, err, tries{session: form}, "Planned. On the day, open its sign-in.")
}

func (f *Feature) completePlan(w http.ResponseWriter, r *http.Request) error {
	id, err := pathPlan(r)
	if err != nil {
		return err
	}
	form := newDoneForm()
	if !form.Parse(r) {
		return f.back(w, r, id, wrong, tries{done: form}, "")
	}
	if err = f.Complete(r.Context(), web.Viewer(r), id, form.Changed.Value); errs.Is(err, errs.Rule) {
		form.Refuse(err)
	}
	return f.back(w, r, id, err, tries{done: form}, "Completed. What it reached stays.")
}
