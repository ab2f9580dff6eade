package referrals

import (
	"context"
	"strconv"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"

	"github.com/a-h/templ"
)

// Panels are what this slice shows on the page after sign-in: to a service what schools sent to it; to a lead what was decided and
// not sent, what is asked of them, the ladder, and the clocks that others owe; to a head what is past due beyond the leads (REF-1).
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	v := tx.Viewer
	if v.Strength < access.SecondFactor {
		return nil, nil
	}
	var out []ui.TodayPanel
	if orgs := v.Roles[access.LAOfficer]; len(orgs) > 0 {
		p, err := f.toUs(ctx, tx, orgs)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	if len(schools(v)) == 0 {
		return out, nil
	}
	mine, err := f.mineToDo(ctx, tx)
	if err != nil {
		return nil, err
	}
	owed, err := f.owed(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, p := range []ui.TodayPanel{mine, owed} {
		if len(p.Rows) > 0 || p.Body != nil {
			out = append(out, p)
		}
	}
	return out, nil
}

// toUs are the referrals that wait for the viewer's service.
func (f *Feature) toUs(ctx context.Context, tx *store.Tx, orgs []string) (ui.TodayPanel, error) {
	p := ui.TodayPanel{Order: 5, Head: ui.HeadCount{Title: "Referrals to us", Href: "/referrals", Link: "All of them"}, None: "No referral is waiting."}
	waiting, err := f.store.Waiting(ctx, tx, "to", orgs)
	if err != nil {
		return p, err
	}
	if p.Rows, err = f.rows(ctx, tx, waiting, true); err != nil {
		return p, err
	}
	for i, r := range waiting {
		if r.State == Sent {
			p.Waiting++
		}
		p.Rows[i].First = i == 0 && r.PastDue(tx.Now)
		if r.Waits() && clock.DayOf(r.ExpectedAt.Time()) == clock.DayOf(tx.Now.Time()) {
			p.Day = append(p.Day, ui.DayItem{Time: term.Time(r.ExpectedAt), Text: "Decision due"})
		}
	}
	if len(waiting) > 0 {
		p.Head.Count = strconv.Itoa(len(waiting)) + " waiting, " + strconv.Itoa(p.Waiting) + " not acknowledged"
	}
	tx.SawList("referral.listed", "", idsOf(waiting))
	return p, nil
}

// mineToDo is what only the school can do: send what was decided, answer a question, take the next step of the ladder.
func (f *Feature) mineToDo(ctx context.Context, tx *store.Tx) (ui.TodayPanel, error) {
	p := ui.TodayPanel{Order: 15, Head: ui.HeadCount{Title: "Referrals that wait for you"}}
	leads := tx.Viewer.Roles[access.DSL]
	if len(leads) == 0 {
		return p, nil
	}
	var err error
	if p.Rows, err = f.unsent(ctx, tx, leads); err != nil {
		return p, err
	}
	waiting, err := f.store.Waiting(ctx, tx, "org", leads)
	if err != nil {
		return p, err
	}
	for _, r := range waiting {
		if r.State == Asked {
			p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Notice, Href: "/referrals/" + string(r.ID), What: "They asked you something", Who: r.ToName, Right: []templ.Component{ui.Chip{Text: "Answer", Tone: ui.ToneLamp}}})
		}
	}
	open, err := f.store.OpenDisagreements(ctx, tx, leads)
	if err != nil {
		return p, err
	}
	cals, err := f.Calendars.Calendars(ctx, tx)
	if err != nil {
		return p, err
	}
	for _, d := range open {
		q, err := f.store.edition(ctx, tx, d.Edition)
		if err != nil {
			return p, err
		}
		left := cals.Of(leads[0]).Remaining(d.At, tx.Now, d.DueAt)
		p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Decision, Href: "/referrals/" + string(d.Referral) + "/ladder", What: "We disagree", Who: "step " + strconv.Itoa(d.Rung+1) + " of " + strconv.Itoa(len(q.Rungs)),
			Sub: q.Rungs[d.Rung].Name + ". Who answers: " + q.Rungs[d.Rung].Who, Right: []templ.Component{ui.ClockTag{Fraction: left.Elapsed, Text: left.Words, Now: left.Over || clock.DayOf(d.DueAt.Time()) == clock.DayOf(tx.Now.Time())}}})
	}
	p.Waiting = len(p.Rows)
	return p, nil
}

// owed are the clocks that others owe the school. A head who is no lead sees what is past due beyond the leads' own time.
func (f *Feature) owed(ctx context.Context, tx *store.Tx) (ui.TodayPanel, error) {
	v := tx.Viewer
	p := ui.TodayPanel{Order: 30, Head: ui.HeadCount{Title: "Clocks that others owe you", Href: "/referrals", Link: "All referrals"}}
	waiting, err := f.store.Waiting(ctx, tx, "org", schools(v))
	if err != nil {
		return p, err
	}
	cals, err := f.Calendars.Calendars(ctx, tx)
	if err != nil {
		return p, err
	}
	var rows []owedRow
	for _, r := range waiting {
		if !r.Waits() {
			continue
		}
		q, err := f.store.edition(ctx, tx, r.Edition)
		if err != nil {
			return p, err
		}
		forHead := tx.Now >= HeadDue(cals.Of(r.Org), q, r.ExpectedAt)
		if !v.HoldsAt(access.DSL, r.Org) && !forHead {
			continue
		}
		row := owedRow{Href: "/referrals/" + string(r.ID), What: "Referral, decision", Who: r.ToName, Next: "None needed"}
		if r.State == Sent {
			row.Next = "None needed; not received yet"
		}
		left := cals.Of(r.Org).Remaining(r.At, tx.Now, r.ExpectedAt)
		row.Clock = ui.ClockTag{Fraction: left.Elapsed, Text: left.Words}
		if r.PastDue(tx.Now) {
			row.Next, row.Chase = "Ring them, then “I disagree”", true
			if r.ChasedAt != 0 {
				row.Next = "Asked again " + term.DateTime(r.ChasedAt, tx.Now) + ". Or “I disagree”"
			}
		}
		if forHead {
			row.Next += ". The headteacher has been told"
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		p.Body = owedTable(rows)
		tx.SawList("referral.owed", "", len(rows))
	}
	return p, nil
}

// Beside is what the page of a concern shows of its referrals, where the lead decides.
func (f *Feature) Beside(ctx context.Context, tx *store.Tx, concern, org string) (ui.Beside, error) {
	list, err := f.store.OfConcern(ctx, tx, concern)
	if err != nil {
		return ui.Beside{}, err
	}
	var view besideView
	for _, r := range list {
		p, err := f.store.edition(ctx, tx, r.Edition)
		if err != nil {
			return ui.Beside{}, err
		}
		names, err := f.People.Names(ctx, tx, r.By)
		if err != nil {
			return ui.Beside{}, err
		}
		view.Items = append(view.Items, besideItem{Href: "/referrals/" + string(r.ID), To: r.ToName, Chip: f.chip(r, false, tx.Now), Steps: f.steps(r, p, names[r.By].Name, tx.Now), PastDue: r.PastDue(tx.Now), CanDisagree: CanDisagree(r, tx.Now) == nil})
	}
	wanted, err := f.Concerns.Wanted(ctx, tx, []string{org})
	if err != nil {
		return ui.Beside{}, err
	}
	for _, x := range wanted {
		if x.Concern != concern {
			continue
		}
		made, err := f.store.Made(ctx, tx, []string{x.Decision})
		if err != nil {
			return ui.Beside{}, err
		}
		if !made[x.Decision] {
			view.Unsent = "/decisions/" + x.Decision + "/refer"
		}
	}
	if len(view.Items) == 0 && view.Unsent == "" {
		return ui.Beside{}, nil
	}
	return ui.Beside{Judgement: besidePart(view)}, nil
}
