package training

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// SetVenue says where a run takes place, or with no name that it is to be confirmed again (TRN-3). A larger room opens seats at once.
func (f *Feature) SetVenue(ctx context.Context, v access.Viewer, id RunID, where Venue) (err error) {
	defer errs.Wrap(&err, "training.SetVenue(%s)", id)
	return f.inRun(ctx, v, id, func(ctx context.Context, tx *store.Tx, b Block, r Run) error {
		before := r.Venue
		r.Venue = ""
		if where.Name != "" {
			known, err := f.Venues.PutVenue(ctx, tx, where)
			if err != nil {
				return err
			}
			r.Venue = known.ID
		}
		if err := f.Store.UpdateRun(ctx, tx, r); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "training.venue_set", id.Ref(), audit.Org(b.Org), audit.Detail([]string{before, r.Venue})); err != nil {
			return err
		}
		return f.fill(ctx, tx, b)
	})
}

// CancelRun calls a run off. Every seat, hold, offer and place in its line ends; a request that has not been decided keeps its other choice.
// Rule: it is off already, or has begun.
func (f *Feature) CancelRun(ctx context.Context, v access.Viewer, id RunID) (err error) {
	defer errs.Wrap(&err, "training.CancelRun(%s)", id)
	return f.inRun(ctx, v, id, func(ctx context.Context, tx *store.Tx, b Block, r Run) error {
		switch {
		case r.State == RunCancelled:
			return errs.Refuse("This date was cancelled already")
		case tx.Now >= r.Begins():
			return errs.Refuse("This date has begun")
		}
		return f.CancelRuns(ctx, tx, b, "", id)
	})
}

// CancelRuns calls runs of a block off; why is a sentence in the letters. Every seat, hold, offer and place in their lines ends. A run that is
// off already, or has begun, stays as it is. The caller holds the lock on the block.
func (f *Feature) CancelRuns(ctx context.Context, tx *store.Tx, b Block, why string, ids ...RunID) error {
	off := map[RunID]bool{}
	for _, id := range ids {
		r, err := f.Store.Run(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State == RunCancelled || tx.Now >= r.Begins() {
			continue
		}
		r.State, r.Why, off[id] = RunCancelled, why, true
		if err := f.Store.UpdateRun(ctx, tx, r); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "training.run_cancelled", id.Ref(), audit.Org(b.Org)); err != nil {
			return err
		}
	}
	all, err := f.Store.Places(ctx, tx, b.ID, Held, Placed, Offered, Waiting)
	if err != nil {
		return err
	}
	for _, p := range all {
		if !off[p.Run] {
			continue
		}
		if err := f.end(ctx, tx, b, p, Cancelled, "training.cancelled"); err != nil {
			return err
		}
	}
	return nil
}
