package concerns

import (
	"context"
	"strconv"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// phrases are the answers a lead can send with one press (CON-22).
var phrases = []string{"Thank you, we are acting on this", "Please keep watching and write again", "Come and see me"}

// caseOf makes what a lead sees, and writes down that it was opened: with the audit entry of this reading, in the same commit.
func (f *Feature) caseOf(ctx context.Context, tx *store.Tx, c Concern, t Triage, form *decideForm) (*caseView, error) {
	if _, _, err := tx.Open(ctx, "concern.opened", refTo(c.ID)); err != nil {
		return nil, err
	}
	v := tx.Viewer
	if v.HoldsAt(access.DSL, c.Org) {
		tx.Along(func(ctx context.Context, tx *store.Tx) error { return f.store.setOpened(ctx, tx, c.ID) })
		if c.ReadAt == 0 {
			c.ReadAt = tx.Now
			if c.State == Sent {
				c.State = Read
			}
		}
	}
	d, err := f.caseData(ctx, tx, c, t)
	if err != nil {
		return nil, err
	}
	view := &caseView{ID: string(c.ID), Number: c.Number, Title: t.Title, About: kidNames(d.kids), Urgent: c.Urgent, Closed: c.State == Closed, Untaken: c.TakenAt == 0,
		Police: c.Source == Police, People: d.leads}
	view.Due = t.ReviewOn != "" && t.ReviewOn <= clock.DayOf(tx.Now.Time())
	if view.Title == "" && c.Source != Seen {
		view.Title = sourceWords(c.Source)
	}
	if Claimed(d.claim.At, tx.Now) {
		who := d.names[d.claim.By].Name + " is"
		if d.claim.By == v.Account {
			who = "You are"
		}
		view.Claim = who + " on this since " + term.Time(d.claim.At)
	}
	view.Steps = caseSteps(c, t, d, tx.Now)
	view.Words = f.words(d.accounts, d.names, c, tx.Now)
	if view.Files, err = f.filesOf(ctx, tx, d.accounts); err != nil {
		return nil, err
	}
	for _, k := range d.kids {
		row := kidRow{Name: k.Name, Part: k.Role.Words(), Own: text.FirstWords(k.Words, 80)}
		if k.Child != "" {
			row.Href = "/children/" + k.Child
		}
		if row.Own == "" && k.Role == Harmed {
			row.Own = "The whole account"
		}
		view.Kids = append(view.Kids, row)
	}
	if err := f.known(ctx, tx, view, d); err != nil {
		return nil, err
	}
	caseParents(view, d, tx.Now)
	for _, a := range d.advice {
		line := a.Who + ": " + a.Words + ", " + term.DateTime(a.At, tx.Now)
		if a.Kind == ToldOf {
			view.CareTold = append(view.CareTold, a.Who+", "+term.DateTime(a.At, tx.Now))
		} else if view.Stop != nil {
			view.Stop.Advice = line
		}
	}
	if c.Reporter != "" && c.Reporter != v.Account {
		view.Reporter = strings.Fields(d.names[c.Reporter].Name + " colleague")[0]
		view.SeenBy = "No lead has opened it yet, and they see that."
		if c.ReadAt != 0 {
			view.SeenBy = "They see that it was read " + term.DateTime(c.ReadAt, tx.Now) + "."
		}
		for _, p := range phrases {
			sent := ""
			for _, x := range d.feedback {
				if x.Words == p {
					sent = term.DateTime(x.At, tx.Now) + " by " + d.names[x.By].Name
				}
			}
			view.Phrases = append(view.Phrases, ui.Phrase{Value: p, Text: p, Sent: sent})
		}
	}
	if t.Reply && t.Replied == 0 {
		view.Reply = "Whoever told this would like to hear back by " + term.DateTime(t.ReplyDue, tx.Now) + "."
		if c.Source == Box {
			view.Reply = "The pupil asked to talk to an adult. Somebody should have done so by " + term.DateTime(t.ReplyDue, tx.Now) + "."
			view.Asked = true
		}
	}
	for _, x := range d.decisions {
		view.Decisions = append(view.Decisions, decisionOf(x, d.names, tx.Now))
	}
	for _, a := range d.actions {
		view.Actions = append(view.Actions, actionRow{ID: a.ID, What: a.What, Owner: d.names[a.Owner].Name, Due: term.DateTime(a.DueAt, tx.Now), Done: a.DoneAt != 0, Late: a.DoneAt == 0 && a.DueAt < tx.Now})
	}
	view.Alerts = alertLines(d, tx.Now)
	if err := f.caseReaders(ctx, tx, view, c, t); err != nil {
		return nil, err
	}
	for _, b := range f.Beside {
		part, err := b.Beside(ctx, tx, string(c.ID), c.Org)
		if err != nil {
			return nil, err
		}
		if part.Evidence != nil {
			view.Evidence = append(view.Evidence, part.Evidence)
		}
		if part.Judgement != nil {
			view.Judgement = append(view.Judgement, part.Judgement)
		}
	}
	return view, f.caseForm(ctx, tx, view, c, t, d, form)
}

// caseData is everything of a concern that a lead's page shows.
type caseData struct {
	accounts  []Account
	kids      []Child
	levels    []Level
	decisions []Decision
	actions   []Action
	parents   []Parent
	advice    []Advice
	codes     []Category
	list      []Category
	feedback  []Feedback
	alerts    []alerted
	claim     claim
	set       Settings
	leads     []ref.Person
	cal       term.Calendar // of the school
	names     map[string]ref.Person
}

func (f *Feature) caseData(ctx context.Context, tx *store.Tx, c Concern, t Triage) (d caseData, err error) {
	steps := []func() error{
		func() (err error) { d.accounts, err = f.store.Accounts(ctx, tx, c.ID); return },
		func() (err error) { d.kids, err = f.store.Children(ctx, tx, c.ID); return },
		func() (err error) { d.levels, err = f.store.Levels(ctx, tx, t.ID); return },
		func() (err error) { d.decisions, err = f.store.Decisions(ctx, tx, c.ID); return },
		func() (err error) { d.actions, err = f.store.Actions(ctx, tx, t.ID); return },
		func() (err error) { d.parents, err = f.store.Parents(ctx, tx, t.ID); return },
		func() (err error) { d.advice, err = f.store.Advice(ctx, tx, t.ID); return },
		func() (err error) { d.codes, err = f.store.Codes(ctx, tx, t.ID); return },
		func() (err error) { d.list, err = f.store.Categories(ctx, tx, clock.DayOf(tx.Now.Time())); return },
		func() (err error) { d.feedback, err = f.store.Feedback(ctx, tx, c.ID); return },
		func() (err error) { d.alerts, err = f.store.Alerts(ctx, tx, c.ID); return },
		func() (err error) { d.claim, err = f.store.claimOf(ctx, tx, c.ID); return },
		func() (err error) { d.set, err = f.store.Settings(ctx, tx); return },
		func() (err error) { d.leads, err = f.People.Leads(ctx, tx, c.Org); return },
		func() (err error) { d.cal, err = f.calendar(ctx, tx, c.Org); return },
	}
	for _, s := range steps {
		if err := s(); err != nil {
			return d, err
		}
	}
	ids := []string{c.Reporter, c.TakenBy, d.claim.By}
	for _, a := range d.accounts {
		ids = append(ids, a.AuthorID)
	}
	for _, x := range d.decisions {
		ids = append(ids, x.By)
	}
	for _, x := range d.actions {
		ids = append(ids, x.Owner)
	}
	for _, x := range d.parents {
		ids = append(ids, x.By)
	}
	for _, x := range d.feedback {
		ids = append(ids, x.By)
	}
	for _, x := range d.alerts {
		ids = append(ids, x.To)
	}
	d.names, err = f.People.Names(ctx, tx, ids...)
	return d, err
}

func caseSteps(c Concern, t Triage, d caseData, now clock.Millis) []ui.Step {
	steps := []ui.Step{
		{Text: "Happened", Detail: happened(c, now), State: ui.StepDone},
		{Text: "Sent", Detail: term.DateTime(c.RecordedAt, now), State: ui.StepDone},
	}
	read, taken := ui.Step{Text: "Read by a lead", Detail: "not yet", State: ui.StepAt}, ui.Step{Text: "Taken", Detail: "not yet", State: ui.StepNext}
	if c.ReadAt != 0 || c.TakenAt != 0 {
		read.Detail, read.State, taken.State = term.DateTime(c.ReadAt, now), ui.StepDone, ui.StepAt
	}
	decided, closed := ui.Step{Text: "Decided", Detail: "not yet", State: ui.StepNext}, ui.Step{Text: "Closed", Detail: "with reasons", State: ui.StepNext}
	if c.TakenAt != 0 {
		taken = ui.Step{Text: "Taken by " + d.names[c.TakenBy].Name, Detail: term.DateTime(c.TakenAt, now), State: ui.StepDone}
		decided.State = ui.StepAt
	}
	if n := len(d.decisions); n > 0 {
		last := d.decisions[n-1]
		decided = ui.Step{Text: outcomeLine(last), Detail: term.DateTime(last.At, now), State: ui.StepDone}
		closed.State = ui.StepAt
		if t.ReviewOn != "" {
			closed.Detail = "look again " + term.ShortDate(t.ReviewOn)
		}
	}
	if c.State == Closed {
		closed.State, closed.Detail = ui.StepDone, ""
	}
	return append(steps, read, taken, decided, closed)
}

func outcomeLine(d Decision) string {
	if d.Kind == Watch {
		return "Watched until " + term.ShortDate(d.ReviewOn)
	}
	for _, o := range Outcomes {
		if o.Outcome == d.Kind {
			return o.Line
		}
	}
	return "Decided"
}

func decisionOf(x Decision, names map[string]ref.Person, now clock.Millis) decisionRow {
	row := decisionRow{ID: x.ID, Head: outcomeLine(x), When: term.DateTime(x.At, now), By: names[x.By].Name, Threshold: x.Threshold, Consulted: x.Consulted, Why: x.Reasons}
	if x.ReviewOn != "" {
		row.Next = "Look again " + term.ShortDate(x.ReviewOn)
	}
	if x.AnsweredAt != 0 {
		row.Next = "They answered: " + x.Answer + ", " + term.DateTime(x.AnsweredAt, now)
	}
	return row
}

// known shows what has accumulated for each child who may have been harmed: counted for this viewer, never scored (CHR-8).
func (f *Feature) known(ctx context.Context, tx *store.Tx, view *caseView, d caseData) error {
	var others []string
	for _, k := range d.kids {
		if k.Child == "" || k.Role != Harmed {
			continue
		}
		entries, err := story.Of(ctx, tx, k.Child, tx.Now.Add(-366*24*time.Hour), 0)
		if err != nil {
			return err
		}
		strip := picture.EntryStrip{Now: tx.Now}
		low := 0
		for _, e := range entries {
			strip.Entries = append(strip.Entries, picture.Entry{At: e.At, Kind: picture.Kind(e.Kind), Filled: e.Significant != ""})
			if e.Kind == story.Concern && e.Level <= 1 && e.At > tx.Now.Add(-90*24*time.Hour) {
				low++
			}
		}
		if low >= d.set.Together {
			view.Together = text.Plural(low, "low-level entry", "low-level entries")
		}
		view.Known = append(view.Known, ui.StripCaption{Name: strings.Fields(k.Name + " ")[0], Strip: strip, WithThis: true, Href: "/children/" + k.Child, Link: "Open the line"})
		siblings, err := f.Deps.Children.SiblingsOf(ctx, tx, k.Child)
		if err != nil {
			return err
		}
		for _, s := range siblings {
			near, err := story.Of(ctx, tx, s.ID, tx.Now.Add(-90*24*time.Hour), 0)
			if err != nil {
				return err
			}
			others = append(others, s.Name+", brother or sister: "+strconv.Itoa(len(near))+" in 90 days")
		}
	}
	if len(others) > 0 {
		view.KnownNote = strings.Join(others, ". ") + "."
	}
	return nil
}

// caseParents says where the parents stand, and whether the family must not be told yet (CON-13).
func caseParents(view *caseView, d caseData, now clock.Millis) {
	view.Told = "Not told yet. Closing needs their view, or the reason they were not told."
	for _, p := range d.parents {
		word := "Not told, because: "
		if p.Informed {
			word = "Told. They said: "
		}
		view.Told = ""
		view.Parents = append(view.Parents, word+p.Words+" ("+d.names[p.By].Name+", "+term.DateTime(p.At, now)+")")
	}
	stop := false
	for _, g := range d.codes {
		stop = stop || g.Stop
	}
	if stop {
		view.Stop = &ui.StopPanel{Title: "Do not tell the family yet", Text: "A category of this concern can make telling the family unsafe.", Ask: d.set.Service.Name + ", " + d.set.Service.Phone, Body: adviceField(view.ID, d.set.Service.Name)}
	}
}

// caseForm is the lead's form: as it was sent, as they left it, or begun from what stands.
func (f *Feature) caseForm(ctx context.Context, tx *store.Tx, view *caseView, c Concern, t Triage, d caseData, form *decideForm) (err error) {
	if form == nil {
		form = newDecideForm(d.list, d.leads)
		form.Title.Value, form.Together.Value = t.Title, t.Together
		if t.Level > 0 {
			form.Level.Value = strconv.Itoa(t.Level)
		}
		for _, g := range d.codes {
			form.Codes.Values = append(form.Codes.Values, g.Code)
		}
		if view.Kept, err = web.Resume(ctx, tx, decideDraft+view.ID, form); err != nil {
			return err
		}
	}
	form.Version = c.Version
	view.Form = form
	for _, g := range d.list {
		n := len(view.Codes)
		if n == 0 || view.Codes[n-1].Name != g.Family {
			view.Codes = append(view.Codes, codeGroup{Name: g.Family})
			n++
		}
		view.Codes[n-1].Codes = append(view.Codes[n-1].Codes, g)
		view.Edition = g.Edition
	}
	view.Tomorrow = term.ShortDate(d.cal.AddWorkingDays(clock.DayOf(tx.Now.Time()), 1))
	return nil
}

// decideDraft begins the name of the draft of a decision; the concern's id follows.
const decideDraft = "decide-"

// alertLines says who was told and when, a line each.
func alertLines(d caseData, now clock.Millis) []string {
	var order []string
	when := map[string][]string{}
	for _, a := range d.alerts {
		if len(when[a.To]) == 0 {
			order = append(order, a.To)
		}
		when[a.To] = append(when[a.To], term.DateTime(a.At, now))
	}
	var out []string
	for _, to := range order {
		out = append(out, d.names[to].Name+", "+text.Join(when[to]))
	}
	return out
}
