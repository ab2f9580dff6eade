package cascade

import (
	"context"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Sweep does what has come due: whoever attended a course that is passed on has a plan, and hears of it; whoever has not passed it on some
// days before its day is reminded, once.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) (err error) {
	defer errs.Wrap(&err, "cascade.Sweep")
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("looking for what has come due")
		fresh, err := f.store.Attended(ctx, tx, true)
		if err != nil {
			return err
		}
		for _, a := range fresh {
			if err := f.begin(ctx, tx, a); err != nil {
				return err
			}
		}
		late, err := f.store.toRemind(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range late {
			if err := f.store.setWritten(ctx, tx, id, true); err != nil {
				return err
			}
			if err := jobs.Add(ctx, tx, Write{Plan: id, Remind: true}); err != nil {
				return err
			}
		}
		return nil
	})
}

// begin makes the plan of somebody who attended.
func (f *Feature) begin(ctx context.Context, tx *store.Tx, a Attendance) error {
	k, err := f.courses.Booking(ctx, tx, a.Booking)
	if err != nil {
		return err
	}
	c, err := f.courses.Course(ctx, tx, a.Course)
	if err != nil {
		return err
	}
	staff, err := f.People.TitlesAt(ctx, tx, k.Org)
	if err != nil {
		return err
	}
	p := Plan{ID: ID(tx.NewID()), Org: k.Org, Booking: string(k.ID), Run: string(a.Run), Title: c.Title + ", " + c.Format.Words(), Kind: "safeguarding", AttendedOn: a.Last, LeadMark: Mark(k.Account, k.Name, k.Org),
		Aim: int64(max(0, len(staff)-1)), Due: a.Last.Add(7 * Shipped().Weeks)}
	if today := clock.DayOf(tx.Now.Time()); p.Due <= today.Add(Shipped().RemindDays) { // the program was not there when it ended
		p.Due = today.Add(7 * Shipped().Weeks)
	}
	l := Lead{Account: k.Account, Name: k.Name, Title: k.Title, Email: k.Email}
	for _, m := range staff {
		if l.Account == "" && m.Name == k.Name { // somebody of the staff whom the form did not know by their account
			l.Account, p.LeadMark = m.ID, Mark(m.ID, "", "")
		}
	}
	if err := f.store.insertPlan(ctx, tx, p, l); err != nil {
		return err
	}
	if err := f.store.setWritten(ctx, tx, p.ID, false); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, "cascade.planned", p.ID.Ref(), audit.Org(p.Org)); err != nil {
		return err
	}
	return jobs.Add(ctx, tx, Write{Plan: p.ID})
}

// Make plans to pass on training that somebody attended elsewhere (TRU-11). A second call with the same id changes nothing.
// NotFound: the organisation is not the viewer's to plan for. Rule: the plan is not whole.
func (f *Feature) Make(ctx context.Context, v access.Viewer, p Plan, l Lead) (err error) {
	defer errs.Wrap(&err, "cascade.Make(%s)", p.ID)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := keeps(tx.Viewer, p.Org); err != nil {
			return err
		}
		staff, err := f.People.TitlesAt(ctx, tx, p.Org)
		if err != nil {
			return err
		}
		p, l := p, l
		if i := slices.IndexFunc(staff, func(m member) bool { return m.ID == l.Account }); l.Account != "" {
			if i < 0 {
				return errs.Missing()
			}
			l.Name, l.Title = staff[i].Name, staff[i].Title
		}
		p.Booking, p.Run, p.LeadMark = "", "", Mark(l.Account, l.Name, p.Org)
		if err := CheckPlan(p, l, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if err := f.store.insertPlan(ctx, tx, p, l); err != nil {
			return err
		}
		if err := f.store.setWritten(ctx, tx, p.ID, false); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, Write{Plan: p.ID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "cascade.planned", p.ID.Ref(), audit.Org(p.Org))
	})
	if !store.IsDuplicate(err) {
		return err
	}
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error { // the form was sent twice
		_, err := f.store.changeable(ctx, tx, p.ID)
		return err
	})
}

// Settings are what can be changed of a plan.
type Settings struct {
	Version    int64
	Aim        int64
	Due        clock.Day
	CostsGiven bool
	Fee, Cover int64
}

// Change puts the day, the aim and the costs of a plan in the place of what they were. NotFound: it is not the viewer's. Rule: they cannot be
// meant, or it is complete. Conflict: somebody else changed it since.
func (f *Feature) Change(ctx context.Context, v access.Viewer, id ID, s Settings) (err error) {
	defer errs.Wrap(&err, "cascade.Change(%s)", id)
	return f.inPlan(ctx, v, id, func(ctx context.Context, tx *store.Tx, p Plan, version int64) error {
		if version != s.Version {
			return errs.New(errs.Conflict, "Somebody else changed this plan since you opened it. Look at it again")
		}
		if err := CanKeep(p); err != nil {
			return err
		}
		before := p
		p.Aim, p.Due, p.CostsGiven, p.Fee, p.Cover = s.Aim, s.Due, s.CostsGiven, s.Fee, s.Cover
		if err := CheckNumbers(p); err != nil {
			return err
		}
		if p.Due <= p.AttendedOn {
			return errs.Refuse("Give a day after the training by which it is passed on")
		}
		if err := f.store.updatePlan(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "cascade.changed", id.Ref(), audit.Org(p.Org), audit.Detail([]Plan{before, p}))
	})
}

// Complete ends a cascade with what is different now. What it reached stays as it is. Errors as Change, but for Conflict; Rule also: it
// reached nobody, or no words.
func (f *Feature) Complete(ctx context.Context, v access.Viewer, id ID, changed string) (err error) {
	defer errs.Wrap(&err, "cascade.Complete(%s)", id)
	return f.inPlan(ctx, v, id, func(ctx context.Context, tx *store.Tx, p Plan, _ int64) error {
		reached, err := f.store.Reached(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := CanComplete(p, reached, changed); err != nil {
			return err
		}
		p.State, p.Changed, p.CompletedAt = Complete, strings.TrimSpace(changed), tx.Now
		if err := f.store.updatePlan(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "cascade.completed", id.Ref(), audit.Org(p.Org))
	})
}

// inPlan runs do with a plan that the viewer may change, locked, and its version before.
func (f *Feature) inPlan(ctx context.Context, v access.Viewer, id ID, do func(ctx context.Context, tx *store.Tx, p Plan, version int64) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.store.changeable(ctx, tx, id); err != nil {
			return err
		}
		version, err := tx.Lock(ctx, "training_cascade", string(id))
		if err != nil {
			return err
		}
		p, err := f.store.changeable(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(ctx, tx, p, version)
	})
}

// PlanSession plans a session of a cascade. A second call with the same id changes nothing. Errors as Complete.
func (f *Feature) PlanSession(ctx context.Context, v access.Viewer, s Session) (err error) {
	defer errs.Wrap(&err, "cascade.PlanSession(%s)", s.ID)
	err = f.inPlan(ctx, v, s.Cascade, func(ctx context.Context, tx *store.Tx, p Plan, _ int64) error {
		if err := CheckSession(p, s); err != nil {
			return err
		}
		if err := f.store.insertSession(ctx, tx, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "cascade.session_planned", s.ID.Ref(), audit.Org(p.Org))
	})
	if !store.IsDuplicate(err) {
		return err
	}
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error { // the form was sent twice
		have, err := f.store.Session(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		if have.Cascade != s.Cascade {
			return errs.Missing()
		}
		return nil
	})
}

// PlansOf returns the plans that the viewer may see, for the invented district and tests.
func (f *Feature) PlansOf(ctx context.Context, v access.Viewer) (out []Plan, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		out, err = f.store.Plans(ctx, tx)
		var ids []string
		for _, p := range out {
			ids = append(ids, string(p.ID))
		}
		tx.SawList("cascade.plans_seen", "", ids)
		return err
	})
	return out, err
}
