package concerns_test

import (
	"context"
	"slices"
	"testing"

	"kith/internal/feature/concerns"
	"kith/internal/kernel/access"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// What was said is found afresh as it was when it was sent: first accounts with their place, later ones without.
func TestReindexedAccountsAreFoundAsWhenTheyWereSent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		w.send(t, d)
		testkit.OK(t, w.f.AddAccount(t.Context(), as("ellen"), d.ID, w.DB.IDs().New(w.DB.Now()), "Her shoes were wet, too"))
		fresh := testkit.Index(t, w.DB)
		if len(fresh) < 8 {
			t.Fatalf("the index holds %d lines", len(fresh))
		}
		sys := access.System(district, "test")
		var ids []string
		testkit.OK(t, w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) (err error) {
			if ids, err = store.Values[string](ctx, tx, store.SQL(`SELECT a.id FROM concerns_account a`)); err != nil {
				return err
			}
			for _, id := range ids {
				if err := search.DropText(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		}))
		testkit.OK(t, search.Remake(t.Context(), w.DB, sys, []search.Source{{Name: "concerns", Batch: concerns.Store{}.Reindex}}, func(string, int64) {}))
		if is := testkit.Index(t, w.DB); !slices.Equal(is, fresh) {
			t.Errorf("afresh:\n%v\nas sent:\n%v", is, fresh)
		}
	})
}
