package adults

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// page shows a worry about an adult: to those who decide the page on which they do, to its writer their own words.
func (f *Feature) page(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	return f.show(w, r, ID(id), nil, nil)
}

// missing asks whoever finds nothing with one factor to confirm, whether or not there is something: anybody may have been named a
// stand-in, and the question says nothing of it (SEC-1, SEC-25).
func missing(v access.Viewer, err error) error {
	if errs.Is(err, errs.NotFound) && v.Strength == access.FirstFactor {
		return errs.New(errs.StepUp, "Confirm that it is you")
	}
	return err
}

// show shows the page with a form as it was sent and what was wrong with it, or afresh.
func (f *Feature) show(w http.ResponseWriter, r *http.Request, id ID, form *judgeForm, wrong error) error {
	v := web.Viewer(r)
	var lead *caseView
	var own *receiptView
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		c, err := f.store.Concern(ctx, tx, id)
		if err != nil {
			return err
		}
		k, err := f.store.Case(ctx, tx, id)
		switch {
		case errs.Is(err, errs.NotFound):
			own, err = f.receipt(ctx, tx, c)
			return err
		case err != nil:
			return err
		}
		lead, err = f.caseOf(ctx, tx, c, k, form)
		return err
	})
	if err != nil {
		return missing(v, err)
	}
	fresh := func() string { return web.NewID(r) }
	if own != nil {
		own.NewID = fresh()
		if wrong != nil {
			own.Problem = errs.Sentence(wrong)
		}
		page := web.Page{Title: "What you sent", Class: "p-decide", At: "/concerns/mine", Crumb: &ui.Link{Text: "About adults", Href: "/adults"}, Body: receiptPage(*own)}
		if wrong != nil {
			return web.Invalid(w, r, page)
		}
		return web.Show(w, r, page)
	}
	lead.New = fresh
	if lead.Form.ID == "" {
		lead.Form.ID = fresh()
	}
	if wrong != nil {
		lead.Form.Refuse(wrong)
	}
	page := web.Page{Title: "A worry about an adult", Class: "p-decide", At: "/adults", Crumb: &ui.Link{Text: "About adults", Href: "/adults"}, Body: casePage(*lead)}
	switch {
	case errs.Is(wrong, errs.Conflict):
		return web.Conflicting(w, r, page)
	case wrong != nil || form != nil && form.Wrong():
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

// steps is where it stands, as a line.
func stateSteps(c Concern, taker string, now clock.Millis) []ui.Step {
	read, dealt, closed := ui.Step{Text: "Read", Detail: "not yet", State: ui.StepAt}, ui.Step{Text: "Being dealt with", Detail: "not yet", State: ui.StepNext}, ui.Step{Text: "Closed", State: ui.StepNext}
	if c.ReadAt != 0 {
		read.Detail, read.State, dealt.State = term.DateTime(c.ReadAt, now), ui.StepDone, ui.StepAt
	}
	if c.TakenAt != 0 {
		dealt.Detail = term.DateTime(c.TakenAt, now)
		if taker != "" {
			dealt.Detail = taker + ", since " + dealt.Detail
		}
	}
	if c.State == Closed {
		dealt.State, closed.State, closed.Detail = ui.StepDone, ui.StepDone, "dealt with"
	}
	return []ui.Step{{Text: "Happened", Detail: happened(c, now), State: ui.StepDone}, {Text: "Sent", Detail: term.DateTime(c.RecordedAt, now), State: ui.StepDone}, read, dealt, closed}
}

func happened(c Concern, now clock.Millis) string {
	day := clock.DayOf(c.HappenedAt.Time())
	switch {
	case c.Precision == "minute":
		return term.DateTime(c.HappenedAt, now)
	case c.Precision == "around":
		return "around " + term.ShortDate(day)
	case day == clock.DayOf(now.Time()):
		return "today"
	}
	return term.ShortDate(day)
}

// caseOf makes what a decision maker sees, and writes down that it was opened: with the audit entry of this reading.
func (f *Feature) caseOf(ctx context.Context, tx *store.Tx, c Concern, k Case, form *judgeForm) (*caseView, error) {
	_, rule, err := tx.Open(ctx, "adult.opened", refTo(c.ID))
	if err != nil {
		return nil, err
	}
	v := &caseView{ID: string(c.ID), Number: c.Number, About: aboutWords(c), Harm: c.Harm, Unsaid: c.Works == Unsaid && !c.Self, Self: c.Self, Untaken: c.TakenAt == 0, Closed: c.State == Closed, Kind: k.Kind, Works: c.Works}
	part, err := tx.Record(ctx, k.ID)
	if err != nil {
		return nil, err
	}
	_, mine := access.Rules.Decide(tx.Viewer, true, part)
	v.Officer = asOfficer(c, mine)
	if !strings.HasPrefix(rule, "adult-officer") || c.Office == Officer {
		tx.Along(func(ctx context.Context, tx *store.Tx) error { return f.store.setOpened(ctx, tx, c.ID) })
		if c.ReadAt == 0 {
			c.ReadAt = tx.Now
		}
	}
	set, err := f.store.Settings(ctx, tx)
	if err != nil {
		return nil, err
	}
	v.OfficerName, v.OfficerPhone = set.OfficerName, set.OfficerPhone
	accounts, err := f.store.Accounts(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	if v.Words, err = f.words(ctx, tx, c, accounts); err != nil {
		return nil, err
	}
	if v.Files, err = f.filesOf(ctx, tx, accounts); err != nil {
		return nil, err
	}
	steps, err := f.store.StepsOf(ctx, tx, k.ID)
	if err != nil {
		return nil, err
	}
	decisions, err := f.store.Decisions(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	alerts, err := f.store.Alerts(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	feedback, err := f.store.Feedback(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	ids := []string{c.TakenBy, c.Reporter}
	for _, s := range steps {
		ids = append(ids, s.By)
	}
	for _, d := range decisions {
		ids = append(ids, d.By)
	}
	for _, a := range alerts {
		ids = append(ids, a.To)
	}
	for _, x := range feedback {
		ids = append(ids, x.By)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	v.Steps = stateSteps(c, names[c.TakenBy].Name, tx.Now)
	if c.Reporter != "" && !c.Self && c.Reporter != tx.Viewer.Account {
		v.Reporter = strings.Fields(names[c.Reporter].Name + " colleague")[0]
	}
	for _, x := range feedback {
		v.Feedback = append(v.Feedback, [2]string{x.Words, names[x.By].Name + ", " + term.DateTime(x.At, tx.Now)})
	}
	for _, a := range alerts {
		line := names[a.To].Name + ", told " + term.DateTime(a.At, tx.Now)
		if a.Step > 0 {
			line += ", because nobody had read it or the recipient is away"
		}
		v.Alerts = append(v.Alerts, line)
	}
	for _, s := range steps {
		row := stepRow{Head: s.Kind.Words(), Words: s.Words, By: names[s.By].Name + ", " + term.DateTime(s.At, tx.Now)}
		if s.Who != "" {
			row.Head += ": " + s.Who
		}
		v.Done = append(v.Done, row)
		if s.Kind == Advice {
			v.Advice = s.Who + ", " + term.DateTime(s.At, tx.Now) + ": " + s.Words
		}
	}
	v.Stop = OfficerFirst(c, k.Kind, steps)
	if k.DueAt != 0 {
		cal, err := f.calendar(ctx, tx, c.Org)
		if err != nil {
			return nil, err
		}
		left := cal.Remaining(c.RecordedAt, tx.Now, k.DueAt)
		v.Clock = &ui.ClockTag{Fraction: left.Elapsed, Text: "tell the designated officer: " + left.Words, Now: left.Over || clock.DayOf(k.DueAt.Time()) == clock.DayOf(tx.Now.Time())}
		if k.ToldAt != 0 {
			v.Clock, v.Told = nil, "The designated officer was told "+term.DateTime(k.ToldAt, tx.Now)
		}
	} else if k.ToldAt != 0 {
		v.Told = "The designated officer was told " + term.DateTime(k.ToldAt, tx.Now)
	}
	for _, d := range decisions {
		row := decisionRow{Head: d.Kind.Words(), Reasons: d.Reasons, Consulted: d.Consulted, By: names[d.By].Name + ", " + term.DateTime(d.At, tx.Now)}
		switch d.What {
		case Ended:
			row.Head = "Closed"
			if row.Criteria, err = f.spoken(ctx, tx, d.Edition, d.Outcome); err != nil {
				return nil, err
			}
		case Reopened:
			row.Head = "Opened again"
		default:
			if row.Criteria, err = f.spoken(ctx, tx, d.Edition, strings.Fields(d.Criteria)...); err != nil {
				return nil, err
			}
		}
		v.Decisions = append(v.Decisions, row)
	}
	if err := f.caseChildren(ctx, tx, v, c, k); err != nil {
		return nil, err
	}
	actions, err := f.store.Actions(ctx, tx, k.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range actions {
		row := actionRow{ID: a.ID, What: a.What, Done: a.DoneAt != 0}
		if a.DueOn != "" {
			row.Due = "by " + term.ShortDate(a.DueOn)
		}
		v.Actions = append(v.Actions, row)
	}
	if err := f.casePatterns(ctx, tx, v, c, set); err != nil {
		return nil, err
	}
	if err := f.caseReaders(ctx, tx, v, c); err != nil {
		return nil, err
	}
	return v, f.caseForms(ctx, tx, v, c, k, form)
}

// spoken is the words of codes of an edition.
func (f *Feature) spoken(ctx context.Context, tx *store.Tx, edition string, codes ...string) (out []string, err error) {
	for _, c := range codes {
		if c == "" {
			continue
		}
		w, err := f.store.Spoken(ctx, tx, edition, c)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// caseChildren are the children named in it, and their entries.
func (f *Feature) caseChildren(ctx context.Context, tx *store.Tx, v *caseView, c Concern, k Case) error {
	for _, part := range []string{string(c.ID), k.ID} {
		kids, err := f.store.Children(ctx, tx, part)
		if err != nil {
			return err
		}
		for _, x := range kids {
			row := childRow{ID: x.ID, Name: x.Name, Entry: x.Harm}
			if x.Harm != "" {
				entries, err := f.store.Entries(ctx, tx, x.Harm)
				if err != nil {
					return err
				}
				for _, e := range entries {
					row.Words, row.Reference = e.Words, e.Reference
					tx.Saw("harm.opened", ref.To(access.Harm, e.ID), c.Org, "adult")
				}
				named, err := f.store.related(ctx, tx, x.Harm, access.Named)
				if err != nil {
					return err
				}
				names, err := f.People.Names(ctx, tx, named...)
				if err != nil {
					return err
				}
				for _, p := range named {
					row.Leads = append(row.Leads, names[p].Name)
				}
			} else {
				v.NoEntry = true
			}
			v.Kids = append(v.Kids, row)
		}
	}
	leads, err := f.People.People(ctx, tx, c.Org, access.DSL)
	if err != nil {
		return err
	}
	s, about, err := f.schoolOf(ctx, tx, c)
	v.Leads = without(leads, s.Barred(about)...)
	return err
}

// casePatterns is what it shares with others that the viewer may decide (LLC-5).
func (f *Feature) casePatterns(ctx context.Context, tx *store.Tx, v *caseView, c Concern, set Settings) error {
	past, err := f.store.Past(ctx, tx, c.Org, clock.Of(tx.Now.London().AddDate(0, -set.PatternMonths, 0)))
	if err != nil {
		return err
	}
	var seen []string
	for _, p := range Patterns(c, past, set, tx.Now) {
		row := patternRow{}
		for _, x := range p.With {
			if x.ID != c.ID {
				row.Links = append(row.Links, ui.Link{Text: x.Number + ", " + term.ShortDate(clock.DayOf(x.RecordedAt.Time())), Href: "/adults/" + string(x.ID)})
				seen = append(seen, string(x.ID))
			}
		}
		if n := len(v.Patterns); n > 0 && slices.Equal(v.Patterns[n-1].Links, row.Links) {
			v.Patterns[n-1].Whats = append(v.Patterns[n-1].Whats, p.What)
			continue
		}
		row.Whats, row.Count = []string{p.What}, countWords(len(p.With))
		v.Patterns = append(v.Patterns, row)
	}
	for i, p := range v.Patterns {
		v.Patterns[i].Text = p.Count + " " + joined(p.Whats) + " in " + strings.ToLower(countWords(set.PatternMonths)) + " months"
	}
	if len(seen) > 0 {
		tx.SawList("adult.pattern", c.Org, seen)
	}
	return nil
}

// caseReaders is everybody who can read it now, and why.
func (f *Feature) caseReaders(ctx context.Context, tx *store.Tx, v *caseView, c Concern) error {
	s, about, err := f.schoolOf(ctx, tx, c)
	if err != nil {
		return err
	}
	var ids, whys []string
	add := func(why string, people ...string) {
		for _, p := range people {
			if !slices.Contains(ids, p) {
				ids, whys = append(ids, p), append(whys, why)
			}
		}
	}
	for _, o := range []Office{Head, Chair, Trust, Officer} {
		orgs, err := f.store.related(ctx, tx, string(c.ID), receives[o])
		if err != nil {
			return err
		}
		if len(orgs) > 0 {
			why := o.Words()
			if o == Officer && c.Office != Officer {
				why = "designated officer; advises"
			}
			add(why, s.holding(o, about).People...)
		}
	}
	for _, x := range []struct{ kind, why string }{{access.StandsIn, "stands in"}, {access.FirstReads, "reads low-level concerns first; decides nothing"}} {
		people, err := f.store.related(ctx, tx, string(c.ID), x.kind)
		if err != nil {
			return err
		}
		add(x.why, slices.DeleteFunc(people, func(p string) bool { return slices.Contains(s.Barred(about), p) })...)
	}
	if c.Reporter != "" {
		add("their own words and what you write back only", c.Reporter)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	for i, p := range ids {
		v.Readers = append(v.Readers, ui.Reader{Who: names[p].Name, Why: whys[i]})
	}
	return err
}

// judgeDraft begins the name of the draft of a judgement; the id of what was written follows.
const judgeDraft = "judge-"

// caseForms are the questions of the page.
func (f *Feature) caseForms(ctx context.Context, tx *store.Tx, v *caseView, c Concern, k Case, form *judgeForm) error {
	today := clock.DayOf(tx.Now.Time())
	criteria, err := f.store.Listed(ctx, tx, Criterion, today)
	if err != nil {
		return err
	}
	which := OutcomeLow
	if k.Kind == Allegation {
		which = OutcomeAllegation
	}
	if v.Outcomes, err = f.store.Listed(ctx, tx, which, today); err != nil {
		return err
	}
	if len(criteria) > 0 {
		v.Edition = criteria[0].Edition
	}
	if v.Form = form; form == nil {
		v.Form = newJudgeForm(criteria)
		if v.Kept, err = web.Resume(ctx, tx, judgeDraft+v.ID, v.Form); err != nil {
			return err
		}
	}
	v.Form.Version = c.Version
	if v.Unsaid || c.About == "" {
		v.Staff, err = f.People.People(ctx, tx, c.Org, "")
		v.Staff = without(v.Staff, tx.Viewer.Account)
	}
	return err
}
