package people_test

import (
	"context"
	stdslices "slices"
	"testing"

	"kith/internal/feature/people"
	"kith/internal/kernel/access"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// A child is found afresh by every name that the roll gave: known, legal, preferred and former.
func TestReindexedChildrenAreFoundByEveryName(t *testing.T) {
	testkit.DBs(t, slices, func(t *testing.T, w *testkit.World) {
		sys := access.System("d", "test")
		testkit.OK(t, w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
			var all []*people.Arrival
			for i, given := range []string{"Siân", "Łukasz", "Mary Anne"} {
				a := &people.Arrival{Child: people.Child{Org: []string{"oak", "elm"}[i%2], Given: given, Family: "O’Neil-Smith"}}
				a.LegalGiven, a.PreferredGiven, a.FormerFamily = "Legal", "Preferred", "Before"
				all = append(all, a)
			}
			return people.Store{}.BulkInsert(ctx, tx, all)
		}))
		fresh := testkit.Index(t, w.DB)
		if len(fresh) < 15 {
			t.Fatalf("the index holds %d lines", len(fresh))
		}
		testkit.OK(t, w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
			return tx.Put(ctx, store.SQL(`DELETE FROM search_name`))
		}))
		testkit.OK(t, search.Remake(t.Context(), w.DB, sys, []search.Source{{Name: "children", Batch: people.Store{}.Reindex}}, func(string, int64) {}))
		if is := testkit.Index(t, w.DB); !stdslices.Equal(is, fresh) {
			t.Errorf("afresh:\n%v\nas the roll gave them:\n%v", is, fresh)
		}
	})
}
