package training_test

import (
	"context"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// TRN-6: whoever asks on the page of a date asks for the organisation that they work for, whatever the form says, and names the manager
// who agrees where one is to.
func TestAskingAtWork(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b, r := w.simple(5, func(b *training.Block) { b.NeedsManager = true })
		q := w.request(r)
		q.Block, q.Org, q.ManagerName = "", elm, " "
		_, err := w.f.AskAtWork(t.Context(), w.teacher, r.ID, q)
		refused(t, err, "which manager agrees")
		q.ManagerName = "Ravi Menon"
		for range 2 { // the form, sent twice
			state, err := w.f.AskAtWork(t.Context(), w.teacher, r.ID, q)
			testkit.OK(t, err)
			if state != training.Held {
				t.Errorf("%s", state)
			}
		}
		testkit.OK(t, w.DB.Read(t.Context(), w.teacher, func(ctx context.Context, tx *store.Tx) error {
			k, err := w.f.Store.Booking(ctx, tx, q.ID)
			if k.Org != oak || k.OrgName != "School "+oak || k.Block != b.ID {
				t.Errorf("asked for %s, %q, in %s", k.Org, k.OrgName, k.Block)
			}
			return err
		}))
		if c := w.count(r); c.Taken != 1 {
			t.Errorf("%d seats", c.Taken)
		}
		closed := w.Block(nil)
		draft := w.run(closed, w.course(training.OneDay, ""), "2027-01-14", 5)
		for name, page := range map[string]training.RunID{"of a block that is not open": draft.ID, "that there is not": "none"} {
			q := w.request(r)
			if _, err := w.f.AskAtWork(t.Context(), w.teacher, page, q); !errs.Is(err, errs.NotFound) {
				t.Errorf("a date %s: %v", name, err)
			}
		}
		q = w.request(r)
		q.First = draft.ID
		if _, err := w.f.AskAtWork(t.Context(), w.teacher, r.ID, q); !errs.Is(err, errs.NotFound) {
			t.Errorf("a date of another block: %v", err)
		}
	})
}
