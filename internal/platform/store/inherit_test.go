package store_test

import (
	"context"
	"sync"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// CHR-10: accounts, feedback and decisions that are added while a concern is being locked are locked: whichever comes first, no
// part stays open. The parts that are added by a transaction which began before the lock and ends after it are the hard ones.
func TestPartAddedWhileItIsLockedIsLocked(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		sys := access.System(here, "test")
		for range 12 {
			var header string
			testkit.OK(t, w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
				header = tx.NewID()
				return tx.AddRecord(ctx, access.Record{ID: header, Kind: access.Concern, Part: access.PartHeader, Org: "oak"})
			}))
			var all sync.WaitGroup
			begin := make(chan struct{})
			for i := range 9 {
				part := []string{access.PartAccount, access.PartFeedback, access.PartDecision}[i%3]
				all.Go(func() {
					<-begin
					if err := w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
						for range 2 { // the second part is added while the transaction already holds the first
							if err := tx.AddRecord(ctx, access.Record{ID: tx.NewID(), Kind: access.Concern, Part: part, Org: "oak", Parent: header}); err != nil {
								return err
							}
						}
						return nil
					}); err != nil {
						t.Error(err)
					}
				})
			}
			all.Go(func() {
				<-begin
				if err := w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error { return tx.Restrict(ctx, header, false, true) }); err != nil {
					t.Error(err)
				}
			})
			close(begin)
			all.Wait()
			testkit.OK(t, w.DB.Read(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
				open, err := store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM access_record r WHERE (r.id = ? OR r.parent_id = ?) AND r.locked = ?`, header, header, false))
				if err == nil && open > 0 {
					t.Errorf("%d parts of a locked concern are open", open)
				}
				return err
			}))
		}
	})
}

// A part belongs to a record that is there.
func TestPartOfNothingIsRefused(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		if err := w.DB.Write(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
			return tx.AddRecord(ctx, access.Record{ID: tx.NewID(), Kind: access.Concern, Part: access.PartAccount, Org: "oak", Parent: "nothing"})
		}); err == nil {
			t.Error("a part without its record")
		}
	})
}
