package quiz

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// addNeed puts a need on the plan, unless somebody is at work on it already.
func (f *Feature) addNeed(ctx context.Context, tx *store.Tx, n Need) error {
	if ThemeWords(n.Theme) == "" {
		return errs.Refuse("Choose a theme")
	}
	needs, err := f.store.NeedsOf(ctx, tx, n.Org)
	if err != nil || covered(n, needs) {
		return err
	}
	n.State = NeedOpen
	return f.store.insertNeed(ctx, tx, n)
}

// AddNeed puts a need on the plan that the lead has seen without a quiz. A second call with the same id, or for what is on the plan
// already, changes nothing. NotFound: the school is not the viewer's. Rule: no theme.
func (f *Feature) AddNeed(ctx context.Context, v access.Viewer, n Need) (err error) {
	defer errs.Wrap(&err, "quiz.AddNeed(%s)", n.ID)
	n.Origin = FromLead
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := leads(tx.Viewer, n.Org); err != nil {
			return err
		}
		if have, err := f.store.Need(ctx, tx, n.ID); err == nil {
			tx.Unaudited("it was put there before")
			return leads(tx.Viewer, have.Org)
		} else if !errs.Is(err, errs.NotFound) {
			return err
		}
		for _, g := range n.Groups {
			if GroupWords(g) == "" {
				return errs.Refuse("Choose staff groups from the list")
			}
		}
		if err := f.addNeed(ctx, tx, n); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "quiz.need_added", n.ID.Ref(), audit.Org(n.Org))
	})
	if store.IsDuplicate(err) {
		return errs.Missing()
	}
	return err
}

// inNeed runs do with a need of the viewer's, locked, and keeps what it returns.
func (f *Feature) inNeed(ctx context.Context, v access.Viewer, id NeedID, action string, do func(context.Context, *store.Tx, int64, Need) (Need, error)) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		n, err := f.store.Need(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := leads(tx.Viewer, n.Org); err != nil {
			return err
		}
		version, err := tx.Lock(ctx, "training_quiz_need", string(id))
		if err != nil {
			return err
		}
		if n, err = f.store.Need(ctx, tx, id); err != nil {
			return err
		}
		after, err := do(ctx, tx, version, n)
		if err != nil {
			return err
		}
		if err := f.store.updateNeed(ctx, tx, after); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, id.Ref(), audit.Org(n.Org), audit.Detail([]Need{n, after}))
	})
}

// Plan says who sees to a need, by when, and what will meet it (QUI-3). Errors: Rule, it is not whole; Conflict, somebody else planned
// it since version.
func (f *Feature) Plan(ctx context.Context, v access.Viewer, plan Need) (err error) {
	defer errs.Wrap(&err, "quiz.Plan(%s)", plan.ID)
	return f.inNeed(ctx, v, plan.ID, "quiz.need_planned", func(ctx context.Context, tx *store.Tx, version int64, n Need) (Need, error) {
		if version != plan.Version {
			return n, errs.New(errs.Conflict, "Somebody else changed this need since you opened it. Look at it again")
		}
		n.Owner, n.By, n.Way, n.Words = plan.Owner, plan.By, plan.Way, plan.Words
		if err := CanPlan(n, clock.DayOf(tx.Now.Time())); err != nil {
			return n, err
		}
		staff, err := f.Staff(ctx, tx, n.Org)
		if err != nil {
			return n, err
		}
		for _, m := range staff {
			if m.Account == n.Owner {
				n.State = NeedPlanned
				return n, nil
			}
		}
		return n, errs.Refuse("Choose somebody of the school to see to it")
	})
}

// Meet says that what was planned has taken place. A second call changes nothing. Rule: nothing was planned.
func (f *Feature) Meet(ctx context.Context, v access.Viewer, id NeedID) (err error) {
	defer errs.Wrap(&err, "quiz.Meet(%s)", id)
	return f.inNeed(ctx, v, id, "quiz.need_met", func(_ context.Context, tx *store.Tx, _ int64, n Need) (Need, error) {
		if n.State == NeedMet {
			return n, nil
		}
		if err := CanMeet(n); err != nil {
			return n, err
		}
		n.State, n.MetOn = NeedMet, clock.DayOf(tx.Now.Time())
		return n, nil
	})
}
