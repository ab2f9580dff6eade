package referrals

import (
	"context"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

func (f *Feature) referralPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	return f.showReferral(w, r, ID(id), nil, nil)
}

// showReferral shows one referral, to each side what it may see and do. refused is what a rule said to something just tried.
func (f *Feature) showReferral(w http.ResponseWriter, r *http.Request, id ID, form *answerForm, refused error) error {
	var view referralView
	v := web.Viewer(r)
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		view, err = f.view(ctx, tx, id, form)
		return err
	})
	if err != nil {
		return err
	}
	if refused != nil {
		top := &forms.Form{}
		top.Refuse(refused)
		view.Problem = top.Summary()
	}
	page := web.Page{Title: "A referral", Class: "p-decide", At: "/referrals", Body: referralPage(view)}
	page.Crumb = &ui.Link{Text: "Referrals", Href: "/referrals"}
	if !view.Theirs {
		page.At, page.Crumb = "/concerns", &ui.Link{Text: "The concern", Href: "/concerns/" + view.Concern}
	}
	if form != nil || refused != nil {
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

// view is what the viewer sees of one referral. It writes down that it was opened, and the concern with it.
func (f *Feature) view(ctx context.Context, tx *store.Tx, id ID, form *answerForm) (v referralView, err error) {
	r, err := f.store.Referral(ctx, tx, id)
	if err != nil {
		return v, err
	}
	if _, _, err = tx.Open(ctx, "referral.opened", refTo(id)); err != nil {
		return v, err
	}
	rec, err := tx.Record(ctx, string(id))
	if err != nil {
		return v, err
	}
	may, _ := access.Rules.Decide(tx.Viewer, true, rec)
	v = referralView{ID: string(id), Concern: r.Concern, To: r.ToName, Asks: r.Asks, State: r.State, InKith: r.Way == InKith, Theirs: r.To != "" && tx.Viewer.HoldsAt(access.LAOfficer, r.To), May: may, PastDue: r.PastDue(tx.Now)}
	if r.State == Withdrawn && v.Theirs {
		v.Asks = ""
	}
	p, err := f.store.edition(ctx, tx, r.Edition)
	if err != nil {
		return v, err
	}
	orgs, err := f.Organisations.Names(ctx, tx, r.Org)
	if err != nil {
		return v, err
	}
	v.School = orgs[r.Org].Name
	if v.Phone, err = f.Organisations.Phone(ctx, tx, r.Org); err != nil && !errs.Is(err, errs.NotFound) {
		return v, err
	}
	steps, err := f.store.Steps(ctx, tx, id)
	if err != nil {
		return v, err
	}
	ids := []string{r.By}
	for _, s := range steps {
		ids = append(ids, s.By)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	if err != nil {
		return v, err
	}
	v.By = names[r.By]
	v.Chip = f.chip(r, v.Theirs, tx.Now)
	cal, err := f.calendar(ctx, tx, r.Org)
	if err != nil {
		return v, err
	}
	v.Clock = clockOf(cal, r, tx.Now, v.Theirs)
	v.Steps = f.steps(r, p, names[r.By].Name, tx.Now)
	for _, s := range steps {
		v.Did = append(v.Did, stepOf(s, r, p, names, tx.Now))
	}
	m, err := f.Concerns.Matter(ctx, tx, r.Concern)
	switch {
	case err == nil:
		v.Matter = &m
		if v.Theirs {
			tx.Saw("concern.read-in-referral", ref.To(access.Concern, r.Concern), r.Org, "referral")
		}
	case !errs.Is(err, errs.NotFound):
		return v, err
	default:
		v.Gone = "The words of this concern are not open to you any more."
		if r.ReadsUntil != 0 && r.ReadsUntil <= tx.Now {
			v.Gone = "The words of this concern were open to you until " + term.Date(clock.DayOf(r.ReadsUntil.Add(-1).Time())) + "."
		}
	}
	if r.ReadsUntil > tx.Now {
		v.Until = "They read the words until " + term.Date(clock.DayOf(r.ReadsUntil.Add(-1).Time())) + "."
		if v.Theirs {
			v.Until = "You read the words until " + term.Date(clock.DayOf(r.ReadsUntil.Add(-1).Time())) + ". Your answer stays with you."
		}
	}
	if v.Form = form; form == nil {
		v.Form = newAnswerForm(p, v.Theirs)
	}
	if !v.Theirs {
		have, err := f.store.Disagreements(ctx, tx, id)
		if err != nil {
			return v, err
		}
		v.CanDisagree = CanDisagree(r, tx.Now) == nil
		if len(have) > 0 {
			if v.Ladder, err = f.ladderLine(ctx, tx, have[0]); err != nil {
				return v, err
			}
			v.LadderOpen = have[0].End == ""
		}
	}
	return v, nil
}

// steps are the referral on the line: sent, received, decided, told (REF-1).
func (f *Feature) steps(r Referral, p Practice, by string, now clock.Millis) []ui.Step {
	sent := ui.Step{Text: "Sent", Detail: term.DateTime(r.At, now) + " by " + by, State: ui.StepDone}
	received := ui.Step{Text: "Received", Detail: "not yet", State: ui.StepAt}
	decided := ui.Step{Text: "Decision", Detail: "expected by " + term.DateTime(r.ExpectedAt, now), State: ui.StepNext}
	told := ui.Step{Text: "Whoever referred is told", Detail: "not yet", State: ui.StepNext}
	if r.ReceivedAt != 0 {
		received.State, received.Detail = ui.StepDone, term.DateTime(r.ReceivedAt, now)+" by "+r.ReceivedBy
		decided.State = ui.StepAt
	}
	switch r.State {
	case Asked:
		decided.Detail = "waits for the school’s answer"
	case Decided:
		decided = ui.Step{Text: p.Outcome(r.Outcome).Words, Detail: term.DateTime(r.DecidedAt, now), State: ui.StepDone}
		told.State, told.Detail = ui.StepDone, term.DateTime(r.DecidedAt, now)
	case Withdrawn:
		return []ui.Step{sent, {Text: "Taken back", Detail: "by the school", State: ui.StepDone}}
	}
	return []ui.Step{sent, received, decided, told}
}

// stepOf is one step in words.
func stepOf(s Step, r Referral, p Practice, names map[string]ref.Person, now clock.Millis) did {
	d := did{When: term.DateTime(s.At, now), By: names[s.By].Name, Words: s.Words, Feedback: s.Feedback}
	switch s.Kind {
	case StepSent:
		d.Head, d.Words = "Sent", ""
		if r.Way != InKith {
			d.Head = "Referred " + r.Way.Words() + "; taken by " + s.Who
		}
	case StepReceived:
		d.Head = "Received by " + s.Who
	case StepAsked:
		d.Head = r.ToName + " asked"
	case StepInformed:
		d.Head = "The school answered"
	case StepDecided:
		d.Head = "Decided: " + p.Outcome(s.Outcome).Words
		if s.Who != "" {
			d.Head += " (" + s.Who + ", written down by the school)"
		}
	case StepChased:
		d.Head = "Asked again for an answer"
	case StepWithdrawn:
		d.Head = "Taken back"
	}
	return d
}
