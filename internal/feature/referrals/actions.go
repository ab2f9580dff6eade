package referrals

import (
	"context"
	"errors"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// Send sends a decided referral: the referral, the grant by which the service reads the concern, the entry of the chronology,
// the alert and the log entry in one transaction. A form sent twice makes one. Rule: CanSend, or it was sent already. NotFound:
// the decision is not one that the viewer may act on.
func (f *Feature) Send(ctx context.Context, v access.Viewer, s Sending) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		m, d, closed, err := f.wanted(ctx, tx, s.Decision)
		if err != nil {
			return err
		}
		services, err := f.services(ctx, tx)
		if err != nil {
			return err
		}
		if err := CanSend(s, services, closed); err != nil {
			return err
		}
		p, err := f.store.Practice(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		r := Referral{ID: s.ID, Org: m.Org, Concern: m.Concern, Decision: s.Decision, Way: s.Way, Asks: strings.TrimSpace(s.Asks), By: v.Account, At: tx.Now, State: Sent, Edition: p.Edition}
		if r.ExpectedAt = d.ExpectedAt; r.ExpectedAt <= tx.Now {
			cal, err := f.calendar(ctx, tx, r.Org)
			if err != nil {
				return err
			}
			r.ExpectedAt = Due(cal, p, tx.Now)
		}
		if s.Way == InKith {
			for _, x := range services {
				if x.ID == s.To {
					r.To, r.ToName = x.ID, x.Name
				}
			}
		} else {
			if r.ToName, _, err = f.FrontDoor(ctx, tx); err != nil {
				return err
			}
			r.State, r.ReceivedAt, r.ReceivedBy = Received, tx.Now, strings.TrimSpace(s.Who)
		}
		if err := f.store.insert(ctx, tx, r); err != nil {
			return err
		}
		if r.Way == InKith {
			if err := f.store.regrant(ctx, tx, r, clock.ForEver); err != nil {
				return err
			}
			if err := tx.AddGrant(ctx, store.Grant{Record: string(r.ID), Kind: access.Referral, To: r.To, From: tx.Now, Until: clock.ForEver, Reason: "its own copy"}); err != nil {
				return err
			}
			if err := f.tell(ctx, tx, r, news{What: newsSent}, services); err != nil {
				return err
			}
		}
		line := "Referral sent to " + r.ToName
		if r.Way != InKith {
			line = "Referred to " + r.ToName + " " + r.Way.Words() + ", taken by " + r.ReceivedBy
		}
		if err := f.step(ctx, tx, r, m, Step{Kind: StepSent, Words: r.Asks, Who: r.ReceivedBy}, story.Document, line); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "referral.sent", refTo(r.ID), audit.Org(r.Org), audit.Detail(map[string]any{"concern": r.Concern, "to": r.To, "way": r.Way}))
	})
	if !store.IsDuplicate(err) {
		return err
	}
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		r, err := f.store.Referral(ctx, tx, s.ID)
		if errs.Is(err, errs.NotFound) {
			return errs.Refuse("A colleague has sent this referral already")
		}
		if err == nil && (r.By != v.Account || r.Decision != s.Decision) {
			return errs.Missing()
		}
		return err
	})
}

// wanted loads a decision to refer for somebody who may act on it, with what it would send, and whether the concern is closed to
// everybody outside. NotFound: not one of the viewer's school.
func (f *Feature) wanted(ctx context.Context, tx *store.Tx, decision string) (m Matter, d Decision, closed bool, err error) {
	concern, err := f.Concerns.ConcernOf(ctx, tx, decision)
	if err != nil {
		return m, d, false, err
	}
	head, err := tx.Record(ctx, concern)
	if err != nil {
		return m, d, false, err
	}
	if ok, _ := access.Rules.Decide(tx.Viewer, true, head); !ok {
		return m, d, false, errs.Missing()
	}
	if m, err = f.Concerns.Matter(ctx, tx, concern); err != nil {
		return m, d, false, err
	}
	for _, x := range m.Decisions {
		if x.ID == decision && x.Refer {
			return m, x, head.Restricted || head.Locked, nil
		}
	}
	return m, d, false, errs.Missing()
}

// step keeps what was done, for both sides, and as an entry of the chronology.
func (f *Feature) step(ctx context.Context, tx *store.Tx, r Referral, m Matter, s Step, kind story.Kind, line string) error {
	if err := f.store.insertStep(ctx, tx, r.ID, s); err != nil {
		return err
	}
	return f.line(ctx, tx, r, m, story.Entry{Record: string(r.ID), Kind: kind, Line: line, Detail: text.FirstWords(s.Words, 160)})
}

// line adds an entry to the chronology of each child of the concern who may have been harmed. Where the concern has been closed
// to whoever acts, it goes to the lines in which the referral stands.
func (f *Feature) line(ctx context.Context, tx *store.Tx, r Referral, m Matter, e story.Entry) error {
	e.At = tx.Now
	var children []string
	for _, k := range m.Children {
		if k.Harmed && k.ID != "" {
			children = append(children, k.ID)
		}
	}
	if m.Concern == "" {
		var err error
		if children, err = story.Children(ctx, tx, string(r.ID)); err != nil {
			return err
		}
	}
	for _, child := range children {
		e.Child = child
		if _, err := story.Add(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// side says for whom somebody acts on a referral.
type side int

const (
	school side = iota
	service
)

// change runs fn on a referral that the viewer may change, after taking it for this transaction, saves it and writes it down.
// NotFound: not one that the viewer may change.
// What was done last, by the same person in the same words, is the same form sent twice: the first sending stands (SEC-15).
func (f *Feature) change(ctx context.Context, v access.Viewer, id ID, action string, s Step, fn func(ctx context.Context, tx *store.Tx, r *Referral, m Matter, who side) error) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.mine(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Lock(ctx, "referrals_referral", string(id)); err != nil {
			return err
		}
		r, err := f.store.Referral(ctx, tx, id)
		if err != nil {
			return err
		}
		steps, err := f.store.Steps(ctx, tx, id)
		if err != nil {
			return err
		}
		if last := steps[len(steps)-1]; last.Kind == s.Kind && last.By == v.Account && last.Words == s.Words && last.Outcome == s.Outcome {
			return errSentBefore
		}
		who := school
		if r.To != "" && v.HoldsAt(access.LAOfficer, r.To) {
			who = service
		}
		m, err := f.Concerns.Matter(ctx, tx, r.Concern)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if err := fn(ctx, tx, &r, m, who); err != nil {
			return err
		}
		if err := f.store.save(ctx, tx, r); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, refTo(id), audit.Org(r.Org))
	})
	if errors.Is(err, errSentBefore) {
		return nil
	}
	return err
}

// errSentBefore ends the transaction of a form that was sent twice.
var errSentBefore = errors.New("this form was sent before")

// mine loads a referral that the viewer may change. NotFound: not one of theirs.
func (f *Feature) mine(ctx context.Context, tx *store.Tx, id ID) (Referral, error) {
	r, err := f.store.Referral(ctx, tx, id)
	if err != nil {
		return r, err
	}
	rec, err := tx.Record(ctx, string(id))
	if err != nil {
		return r, err
	}
	if ok, _ := access.Rules.Decide(tx.Viewer, true, rec); !ok {
		return r, errs.Missing()
	}
	return r, nil
}

// name is the viewer's name, as the other side reads it.
func (f *Feature) name(ctx context.Context, tx *store.Tx) (string, error) {
	names, err := f.People.Names(ctx, tx, tx.Viewer.Account)
	return names[tx.Viewer.Account].Name, err
}

// Receive says that the service has it, and who there took it. A lead may write down that they were told so.
func (f *Feature) Receive(ctx context.Context, v access.Viewer, id ID, told string) error {
	return f.change(ctx, v, id, "referral.received", Step{Kind: StepReceived}, func(ctx context.Context, tx *store.Tx, r *Referral, m Matter, who side) error {
		if err := CanReceive(*r); err != nil {
			return err
		}
		name, err := f.name(ctx, tx)
		if err != nil {
			return err
		}
		if who == school {
			if name = strings.TrimSpace(told); name == "" {
				return errs.Refuse("Write who has it")
			}
		}
		r.State, r.ReceivedAt, r.ReceivedBy = Received, tx.Now, name
		return f.step(ctx, tx, *r, m, Step{Kind: StepReceived, Who: name}, story.Notice, r.ToName+" has the referral, taken by "+name)
	})
}

// Ask says that the service needs to know more before it decides. The clock is then the school's.
func (f *Feature) Ask(ctx context.Context, v access.Viewer, id ID, words string) error {
	return f.change(ctx, v, id, "referral.asked", Step{Kind: StepAsked, Words: words}, func(ctx context.Context, tx *store.Tx, r *Referral, m Matter, who side) error {
		if who != service {
			return errs.Missing()
		}
		if err := CanAsk(*r, words); err != nil {
			return err
		}
		if err := f.receivedBy(ctx, tx, r); err != nil {
			return err
		}
		r.State = Asked
		if err := f.tell(ctx, tx, *r, news{What: newsAsked}, nil); err != nil {
			return err
		}
		return f.step(ctx, tx, *r, m, Step{Kind: StepAsked, Words: words}, story.Notice, r.ToName+" asked to know more")
	})
}

// receivedBy writes down who has it, where an answer comes before anybody said that it was received.
func (f *Feature) receivedBy(ctx context.Context, tx *store.Tx, r *Referral) error {
	if r.ReceivedAt != 0 {
		return nil
	}
	name, err := f.name(ctx, tx)
	r.ReceivedAt, r.ReceivedBy = tx.Now, name
	return err
}

// Inform gives the service what it asked for. Its clock starts again.
func (f *Feature) Inform(ctx context.Context, v access.Viewer, id ID, words string) error {
	return f.change(ctx, v, id, "referral.informed", Step{Kind: StepInformed, Words: words}, func(ctx context.Context, tx *store.Tx, r *Referral, m Matter, who side) error {
		if who != school {
			return errs.Missing()
		}
		if err := CanInform(*r, words); err != nil {
			return err
		}
		p, err := f.store.edition(ctx, tx, r.Edition)
		if err != nil {
			return err
		}
		cal, err := f.calendar(ctx, tx, r.Org)
		if err != nil {
			return err
		}
		r.State, r.ExpectedAt, r.Told = Received, Due(cal, p, tx.Now), 0
		services, err := f.services(ctx, tx)
		if err != nil {
			return err
		}
		if err := f.tell(ctx, tx, *r, news{What: newsInformed}, services); err != nil {
			return err
		}
		return f.step(ctx, tx, *r, m, Step{Kind: StepInformed, Words: words}, story.Document, "Told "+r.ToName+" what it asked for")
	})
}

// Decide records what the service decided: by the service itself, or by a lead who was told another way. It says how long the
// service goes on reading the words. It never changes the school's own concern (REF-3).
func (f *Feature) Decide(ctx context.Context, v access.Viewer, id ID, a Answer) error {
	return f.change(ctx, v, id, "referral.decided", Step{Kind: StepDecided, Words: a.Words, Outcome: a.Outcome}, func(ctx context.Context, tx *store.Tx, r *Referral, m Matter, who side) error {
		p, err := f.store.edition(ctx, tx, r.Edition)
		if err != nil {
			return err
		}
		if err := CanDecide(*r, p, a, who == service); err != nil {
			return err
		}
		if who == service {
			a.Who = ""
			if err := f.receivedBy(ctx, tx, r); err != nil {
				return err
			}
		} else if r.ReceivedAt == 0 {
			r.ReceivedAt, r.ReceivedBy = tx.Now, strings.TrimSpace(a.Who)
		}
		o := p.Outcome(a.Outcome)
		r.State, r.Outcome, r.DecidedAt, r.ReadsUntil = Decided, o.Key, tx.Now, ReadsUntil(o, tx.Now)
		if err := f.store.regrant(ctx, tx, *r, r.ReadsUntil); err != nil {
			return err
		}
		if who == service {
			if err := f.tell(ctx, tx, *r, news{What: newsDecided}, nil); err != nil {
				return err
			}
		}
		return f.step(ctx, tx, *r, m, Step{Kind: StepDecided, Outcome: o.Key, Words: a.Words, Feedback: strings.TrimSpace(a.Feedback), Who: strings.TrimSpace(a.Who)}, story.Notice, r.ToName+" decided: "+strings.ToLower(o.Words[:1])+o.Words[1:])
	})
}

// Chase writes down that the school asked again for an answer.
func (f *Feature) Chase(ctx context.Context, v access.Viewer, id ID, words string) error {
	return f.change(ctx, v, id, "referral.chased", Step{Kind: StepChased, Words: words}, func(ctx context.Context, tx *store.Tx, r *Referral, m Matter, who side) error {
		if who != school {
			return errs.Missing()
		}
		if err := CanChase(*r, words); err != nil {
			return err
		}
		r.ChasedAt = tx.Now
		return f.step(ctx, tx, *r, m, Step{Kind: StepChased, Words: words}, story.Contact, "Asked "+r.ToName+" again for its answer")
	})
}

// Withdraw takes a referral back: the service reads nothing of the concern from now on.
func (f *Feature) Withdraw(ctx context.Context, v access.Viewer, id ID, why string) error {
	return f.change(ctx, v, id, "referral.withdrawn", Step{Kind: StepWithdrawn, Words: why}, func(ctx context.Context, tx *store.Tx, r *Referral, m Matter, who side) error {
		if who != school {
			return errs.Missing()
		}
		if err := CanWithdraw(*r, why); err != nil {
			return err
		}
		r.State, r.ReadsUntil = Withdrawn, tx.Now
		if err := f.store.regrant(ctx, tx, *r, tx.Now); err != nil {
			return err
		}
		if r.Way == InKith {
			services, err := f.services(ctx, tx)
			if err != nil {
				return err
			}
			if err := f.tell(ctx, tx, *r, news{What: newsWithdrawn}, services); err != nil {
				return err
			}
		}
		return f.step(ctx, tx, *r, m, Step{Kind: StepWithdrawn, Words: why}, story.Document, "Referral to "+r.ToName+" taken back")
	})
}

// tell queues a mail without names to whoever has something to do now: the service's people, or the lead who referred.
func (f *Feature) tell(ctx context.Context, tx *store.Tx, r Referral, n news, services []Service) error {
	n.Referral = string(r.ID)
	n.At = int64(tx.Now)
	var to []ref.Person
	if services == nil {
		to = []ref.Person{{ID: r.By}}
	}
	for _, s := range services {
		if s.ID == r.To {
			to = append(to, s.People...)
		}
	}
	for _, p := range to {
		n.To = p.ID
		if err := jobs.Add(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}
