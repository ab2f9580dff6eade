package adults

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// held is what a decision maker acts on, taken for this transaction.
type held struct {
	Concern
	Case  Case
	Steps []Step
	// Officer: it is read as the designated officer to whom the school referred it, who advises and does not decide for the school.
	Officer  bool
	Settings Settings
}

// asOfficer says whether the rule is that of the designated officer, of one that is the school's to decide.
func asOfficer(c Concern, rule string) bool { return rule == "adult-officer" && c.Office != Officer }

// forDeciding loads what the viewer acts on, after taking it for this transaction. NotFound: not one the viewer may change.
func (f *Feature) forDeciding(ctx context.Context, tx *store.Tx, id ID) (h held, err error) {
	if h.Concern, err = f.store.Concern(ctx, tx, id); err != nil {
		return h, err
	}
	if h.Case, err = f.store.Case(ctx, tx, id); err != nil {
		return h, err
	}
	r, err := tx.Record(ctx, h.Case.ID)
	if err != nil {
		return h, err
	}
	ok, rule := access.Rules.Decide(tx.Viewer, true, r)
	if !ok {
		return h, errs.Missing()
	}
	if _, err = tx.Lock(ctx, "adults_concern", string(id)); err != nil {
		return h, err
	}
	if h.Concern, err = f.store.Concern(ctx, tx, id); err != nil {
		return h, err
	}
	if h.Case, err = f.store.Case(ctx, tx, id); err != nil {
		return h, err
	}
	h.Officer = asOfficer(h.Concern, rule)
	if h.Settings, err = f.store.Settings(ctx, tx); err != nil {
		return h, err
	}
	h.Steps, err = f.store.StepsOf(ctx, tx, h.Case.ID)
	return h, err
}

// change runs fn on a worry that the viewer may decide and writes what was done into the log. A form sent twice changes nothing
// the second time (SEC-15).
func (f *Feature) change(ctx context.Context, v access.Viewer, id ID, action string, fn func(ctx context.Context, tx *store.Tx, h held) error) error {
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		h, err := f.forDeciding(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, h); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, refTo(id), audit.Org(h.Org))
	})
	if errors.Is(err, errSentBefore) {
		return nil
	}
	return sentBefore(err)
}

// errSentBefore ends the transaction of a form that was sent twice: the first sending stands.
var errSentBefore = errors.New("this form was sent before")

// orSentBefore is err, or where there is none that the form was sent before.
func orSentBefore(err error) error {
	if err == nil {
		return errSentBefore
	}
	return err
}

// schools is change for what the school decides and the designated officer only advises on.
func (f *Feature) schools(ctx context.Context, v access.Viewer, id ID, action string, fn func(ctx context.Context, tx *store.Tx, h held) error) error {
	return f.change(ctx, v, id, action, func(ctx context.Context, tx *store.Tx, h held) error {
		if h.Officer {
			return errs.Refuse("The school decides this. Write down what you advise")
		}
		return fn(ctx, tx, h)
	})
}

// Take says "I have read this": it stops the clock that brings it to the stand-in.
func (f *Feature) Take(ctx context.Context, v access.Viewer, id ID) error {
	return f.schools(ctx, v, id, "adult.taken", f.take)
}

func (f *Feature) take(ctx context.Context, tx *store.Tx, h held) error {
	if err := f.store.setTaken(ctx, tx, h.ID); err != nil {
		return err
	}
	return f.store.dropWatch(ctx, tx, h.ID)
}

// Judge records whether it is a low-level concern or an allegation. Rule: see CanDecide. Conflict: somebody else saved in between.
func (f *Feature) Judge(ctx context.Context, v access.Viewer, id ID, j Judgement) error {
	return f.schools(ctx, v, id, "adult.judged", func(ctx context.Context, tx *store.Tx, h held) error {
		list, err := f.store.Listed(ctx, tx, Criterion, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		var met []string
		edition := ""
		for _, x := range list {
			edition = x.Edition
			if slices.Contains(j.Criteria, x.Code) {
				met = append(met, x.Code)
			}
		}
		j.Criteria = met
		d := Decision{ID: j.ID, What: Judged, Kind: j.Kind, Edition: edition, Criteria: strings.Join(met, " "), Reasons: strings.TrimSpace(j.Reasons), Consulted: strings.TrimSpace(j.Consulted)}
		if err := CanDecide(h.Concern, j); err != nil {
			return err
		}
		if err := f.store.insertDecision(ctx, tx, h.Concern, d); err != nil {
			return err
		}
		if h.Version != j.Version+1 { // the lock has just raised it
			return errs.New(errs.Conflict, "Somebody else has saved this since you opened it. Read what they wrote; your own words are below, not yet saved")
		}
		if h.State == Closed {
			return errs.Refuse("It is closed. Open it again first")
		}
		k := h.Case
		k.Kind, k.DecidedAt, k.DueAt = j.Kind, tx.Now, 0
		if j.Kind == Allegation {
			cal, err := f.calendar(ctx, tx, h.Org)
			if err != nil {
				return err
			}
			k.DueAt = OfficerDue(cal, h.Harm, h.RecordedAt, tx.Now)
		}
		if err := f.store.setCase(ctx, tx, k); err != nil {
			return err
		}
		if err := f.take(ctx, tx, h); err != nil {
			return err
		}
		if err := f.store.setState(ctx, tx, id, Decided); err != nil {
			return err
		}
		return web.DropDraft(ctx, tx, j.ID)
	})
}

// Refer shows it to the authority's designated officer and tells them, which is telling them of it (LLC-3). Rule: none has an
// account in Kith, or none is left who may read it.
func (f *Feature) Refer(ctx context.Context, v access.Viewer, id ID, step string) error {
	return f.schools(ctx, v, id, "adult.referred", func(ctx context.Context, tx *store.Tx, h held) error {
		s, about, err := f.schoolOf(ctx, tx, h.Concern)
		if err != nil {
			return err
		}
		w := s.holding(Officer, about)
		if len(w.People) == 0 {
			return errs.Refusef("The designated officer has no account in Kith. Ring %s, and write down whom you spoke with", h.Settings.Ring())
		}
		if err := f.store.insertStep(ctx, tx, h.Case.ID, Step{ID: step, Kind: ToldOfficer, Who: h.Settings.OfficerName, Words: "Shown to the designated officer in Kith"}); err != nil {
			return err
		}
		records, err := f.records(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := f.grant(ctx, tx, access.Referral, w.Org, records...); err != nil {
			return err
		}
		if err := f.told(ctx, tx, h); err != nil {
			return err
		}
		return f.tell(ctx, tx, id, 0, w.People...)
	})
}

// told stops the clock of the designated officer.
func (f *Feature) told(ctx context.Context, tx *store.Tx, h held) error {
	if h.Case.ToldAt == 0 {
		h.Case.ToldAt = tx.Now
	}
	if err := f.store.setCase(ctx, tx, h.Case); err != nil {
		return err
	}
	return f.take(ctx, tx, h)
}

// AddStep writes down what was done. Telling the designated officer by telephone stops their clock; their advice lifts the stop
// before anybody is questioned. The designated officer writes advice and notes. Rule: see CanStep.
func (f *Feature) AddStep(ctx context.Context, v access.Viewer, id ID, s Step) error {
	return f.change(ctx, v, id, "adult.step-"+string(s.Kind), func(ctx context.Context, tx *store.Tx, h held) error {
		if h.Officer {
			if s.Kind != Advice && s.Kind != Noted {
				return errs.Refuse("The school writes down what it does. Write what you advise")
			}
			names, err := f.People.Names(ctx, tx, v.Account)
			if err != nil {
				return err
			}
			s.Who = names[v.Account].Name
		}
		if err := CanStep(h.Concern, h.Case.Kind, h.Steps, s, h.Settings); err != nil {
			return err
		}
		if err := f.store.insertStep(ctx, tx, h.Case.ID, s); err != nil {
			return err
		}
		if s.Kind == ToldOfficer {
			return f.told(ctx, tx, h)
		}
		return nil
	})
}

// AddAction adds something to be done.
func (f *Feature) AddAction(ctx context.Context, v access.Viewer, id ID, a Action) error {
	return f.schools(ctx, v, id, "adult.action-added", func(ctx context.Context, tx *store.Tx, h held) error {
		if strings.TrimSpace(a.What) == "" {
			return errs.Refuse("Write what is to be done")
		}
		return f.store.insertAction(ctx, tx, h.Case.ID, a)
	})
}

// FinishAction says that an action is done. One that is done already stays as it is (SEC-15).
func (f *Feature) FinishAction(ctx context.Context, v access.Viewer, id ID, action string) error {
	return f.schools(ctx, v, id, "adult.action-done", func(ctx context.Context, tx *store.Tx, h held) error {
		have, err := f.store.Actions(ctx, tx, h.Case.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(have, func(a Action) bool { return a.ID == action }) {
			return errs.Missing()
		}
		return f.store.finishAction(ctx, tx, h.Case.ID, action)
	})
}

// Close ends it, with its outcome and reasons. Rule: see CanClose.
func (f *Feature) Close(ctx context.Context, v access.Viewer, id ID, decision, outcome, reasons string) error {
	return f.schools(ctx, v, id, "adult.closed", func(ctx context.Context, tx *store.Tx, h held) error {
		which := OutcomeLow
		if h.Case.Kind == Allegation {
			which = OutcomeAllegation
		}
		list, err := f.store.Listed(ctx, tx, which, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(l Listed) bool { return l.Code == outcome })
		d := Decision{ID: decision, What: Ended, Kind: h.Case.Kind, Reasons: strings.TrimSpace(reasons)}
		if at >= 0 {
			d.Outcome, d.Edition = outcome, list[at].Edition
		}
		if again, err := f.store.decided(ctx, tx, decision); again || err != nil {
			return orSentBefore(err)
		}
		actions, err := f.store.Actions(ctx, tx, h.Case.ID)
		if err != nil {
			return err
		}
		if err := CanClose(h.Concern, h.Case, h.Steps, actions, d.Outcome, reasons); err != nil {
			return err
		}
		if err := f.store.insertDecision(ctx, tx, h.Concern, d); err != nil {
			return err
		}
		h.Case.Outcome = d.Outcome
		if err := f.store.setCase(ctx, tx, h.Case); err != nil {
			return err
		}
		return f.store.setState(ctx, tx, id, Closed)
	})
}

// Reopen opens a closed one again, with a reason.
func (f *Feature) Reopen(ctx context.Context, v access.Viewer, id ID, decision, reason string) error {
	return f.schools(ctx, v, id, "adult.reopened", func(ctx context.Context, tx *store.Tx, h held) error {
		if again, err := f.store.decided(ctx, tx, decision); again || err != nil {
			return orSentBefore(err)
		}
		if err := CanReopen(h.State, reason); err != nil {
			return err
		}
		if err := f.store.insertDecision(ctx, tx, h.Concern, Decision{ID: decision, What: Reopened, Kind: h.Case.Kind, Reasons: strings.TrimSpace(reason)}); err != nil {
			return err
		}
		h.Case.Outcome = ""
		if err := f.store.setCase(ctx, tx, h.Case); err != nil {
			return err
		}
		return f.store.setState(ctx, tx, id, Deciding)
	})
}

// GiveFeedback writes back to the writer, in the decision maker's own words.
func (f *Feature) GiveFeedback(ctx context.Context, v access.Viewer, id ID, feedback, words string) error {
	return f.schools(ctx, v, id, "adult.feedback", func(ctx context.Context, tx *store.Tx, h held) error {
		if strings.TrimSpace(words) == "" {
			return errs.Refuse("Write what your colleague will read")
		}
		if h.Reporter == "" {
			return errs.Refuse("Whoever wrote this has no account here. Ring them")
		}
		return f.store.insertFeedback(ctx, tx, h.Concern, feedback, words)
	})
}

// schoolOf is who could receive this one, and whom it is about.
func (f *Feature) schoolOf(ctx context.Context, tx *store.Tx, c Concern) (School, About, error) {
	barred, err := f.store.closeTo(ctx, tx, c.ID)
	if err != nil {
		return School{}, About{}, err
	}
	s, err := f.school(ctx, tx, c.Org)
	return s, About{Account: c.About, Head: c.Office != Head, Close: barred}, err
}

// Identify says whom it is about, where the writer did not know or whoever sent it on did not say. Whoever may not learn of it then
// reads it no more. If that is the viewer, it goes another way at once (LLC-1). Rule: nobody else could read it.
func (f *Feature) Identify(ctx context.Context, v access.Viewer, id ID, who Concern) error {
	return f.schools(ctx, v, id, "adult.identified", func(ctx context.Context, tx *store.Tx, h held) error {
		c := h.Concern
		if c.Self {
			return errs.Refuse("The writer wrote about themselves")
		}
		s, about, err := f.schoolOf(ctx, tx, c)
		if err != nil {
			return err
		}
		c.About, c.Name, c.Works, c.Employer = who.About, strings.TrimSpace(who.Name), who.Works, strings.TrimSpace(who.Employer)
		if c.About != "" {
			if !slices.Contains(s.Present, c.About) {
				return errs.Missing()
			}
			names, err := f.People.Names(ctx, tx, c.About)
			if err != nil {
				return err
			}
			c.Name, c.Works, c.Employer = names[c.About].Name, Staff, ""
		}
		if c.Name == "" || c.Works == Unsaid {
			return errs.Refuse("Choose who it is, or write the name as you know it and how they are here")
		}
		now := About{Account: c.About, Close: about.Close}
		if c.Office != Head {
			now.Head = about.Head && !slices.Contains(s.Present, c.About)
		}
		records, err := f.records(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := tx.SetSubject(ctx, r, c.About); err != nil {
				return err
			}
		}
		if !slices.Contains(s.Barred(now), v.Account) {
			for _, x := range s.Barred(now) {
				if err := f.grant(ctx, tx, access.Excluded, x, records...); err != nil {
					return err
				}
			}
			return f.store.setAbout(ctx, tx, c)
		}
		w := s.Way(now, c.Harm)
		if w.First = ""; w.Office == Nobody {
			return errs.Refusef("You may not decide about yourself or somebody of your household. Ring %s, today", h.Settings.Ring())
		}
		c.Office = w.Office
		if err := f.store.setAbout(ctx, tx, c); err != nil {
			return err
		}
		if err := f.store.untake(ctx, tx, id); err != nil {
			return err
		}
		return f.begin(ctx, tx, c, h.Case.ID, begun{school: s, way: w, in: s.StandIn(w, now), away: s.Away(w, clock.DayOf(tx.Now.Time())), about: now, settings: h.Settings, records: records})
	})
}

// AddEntry writes what happened to a child into the child's file, restricted, with the adult by reference only (LLC-4). named is
// the line of a child that the writer named, "" for another child.
func (f *Feature) AddEntry(ctx context.Context, v access.Viewer, id ID, entry, named, child, words string) error {
	return f.schools(ctx, v, id, "adult.child-entered", func(ctx context.Context, tx *store.Tx, h held) error {
		if err := CanEnter(words, h.Name); err != nil {
			return err
		}
		var kids []Child
		for _, part := range []string{string(id), h.Case.ID} {
			more, err := f.store.Children(ctx, tx, part)
			if err != nil {
				return err
			}
			kids = append(kids, more...)
		}
		if slices.ContainsFunc(kids, func(k Child) bool { return k.Harm == entry }) {
			return errSentBefore
		}
		row := Child{ID: tx.NewID(), Child: child, Harm: entry}
		if at := slices.IndexFunc(kids, func(k Child) bool { return k.ID == named && k.Harm == "" }); at >= 0 {
			row.Child = kids[at].Child
			if err := f.store.setChildEntry(ctx, tx, named, entry); err != nil {
				return err
			}
		} else {
			card, at, err := f.Children.Child(ctx, tx, child)
			if err != nil {
				return err
			}
			if at != h.Org {
				return errs.Missing()
			}
			row.Name = card.Name
			if err := f.store.insertChild(ctx, tx, h.Case.ID, row); err != nil {
				return err
			}
		}
		if err := f.enter(ctx, tx, h.Concern, Entry{ID: entry, Child: row.Child, Words: strings.TrimSpace(words), By: v.Account, At: tx.Now}); err != nil {
			return err
		}
		return f.store.copyGrants(ctx, tx, string(id), entry)
	})
}

// NameLead lets a lead read what happened to the child, and look after the child. The lead learns nothing of the adult.
// Rule: not a lead of the school, or one who may not learn of it.
func (f *Feature) NameLead(ctx context.Context, v access.Viewer, id ID, entry, lead string) error {
	return f.schools(ctx, v, id, "adult.lead-named", func(ctx context.Context, tx *store.Tx, h held) error {
		records, err := f.records(ctx, tx, id)
		if err != nil {
			return err
		}
		if !slices.Contains(records[1:], entry) {
			return errs.Missing()
		}
		leads, err := f.People.People(ctx, tx, h.Org, access.DSL)
		if err != nil {
			return err
		}
		s, about, err := f.schoolOf(ctx, tx, h.Concern)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(leads, func(p ref.Person) bool { return p.ID == lead }) || slices.Contains(s.Barred(about), lead) {
			return errs.Refuse("Choose one of the school’s safeguarding leads who may look after the child")
		}
		if have, err := f.store.related(ctx, tx, entry, access.Named); err != nil || slices.Contains(have, lead) {
			return orSentBefore(err)
		}
		if err := f.grant(ctx, tx, access.Named, lead, entry); err != nil {
			return err
		}
		return f.tell(ctx, tx, id, 0, lead)
	})
}
