package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// An index that was spoilt and made afresh finds what a fresh one does: what is lost comes back, what is stale goes, and so
// does what is there of records that are gone. Interrupted anywhere it goes on where it stopped; twice is once. Another
// district's is left alone.
func TestRemadeIndexIsAFreshOne(t *testing.T) {
	testkit.DBs(t, []store.Slice{search.Migrations}, func(t *testing.T, w *testkit.World) {
		sys, elsewhere := access.System("d", "test"), access.System("other", "test")
		const n = 130 // three batches, the last not full
		var ids []string
		words := map[string]string{}
		write := func(v access.Viewer, fn func(context.Context, *store.Tx) error) {
			t.Helper()
			testkit.OK(t, w.DB.Write(t.Context(), v, fn))
		}
		for i := range n {
			id := w.DB.IDs().New(w.DB.Now())
			ids = append(ids, id)
			words[id] = fmt.Sprintf("Zoë O’Neil%d said café", i)
			write(sys, func(ctx context.Context, tx *store.Tx) error {
				return errors.Join(tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Child, Part: access.PartFile, Org: "oak"}),
					search.AddName(ctx, tx, id, []string{"oak"}, words[id]), search.AddText(ctx, tx, id, []string{"oak"}, words[id]))
			})
		}
		write(elsewhere, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(search.AddName(ctx, tx, "gone-elsewhere", []string{"moor"}, "Merrin"), search.AddText(ctx, tx, "gone-elsewhere", []string{"moor"}, "Merrin"))
		})
		fresh := testkit.Index(t, w.DB)
		if len(fresh) < 2*n {
			t.Fatalf("the index holds %d lines", len(fresh))
		}
		spoil := func() {
			write(sys, func(ctx context.Context, tx *store.Tx) error {
				return errors.Join(search.DropName(ctx, tx, ids[3]), search.DropText(ctx, tx, ids[120]),
					search.AddName(ctx, tx, ids[7], []string{"oak", "elm"}, "Stale"), search.AddText(ctx, tx, ids[9], []string{"elm"}, "stale words"),
					search.AddName(ctx, tx, "gone", []string{"oak"}, "Gone"), search.AddText(ctx, tx, "gone", []string{"oak"}, "gone"))
			})
			if slices.Equal(testkit.Index(t, w.DB), fresh) {
				t.Fatal("nothing was spoilt: the test tests nothing")
			}
		}
		broken, calls := -1, 0
		batch := func(remake func(context.Context, *store.Tx, string) error) func(context.Context, *store.Tx, string, int) (string, int, error) {
			return func(ctx context.Context, tx *store.Tx, after string, limit int) (last string, done int, err error) {
				if calls++; calls == broken {
					return "", 0, errors.New("the power went")
				}
				for _, id := range ids {
					if id > after && done < limit {
						if err := remake(ctx, tx, id); err != nil {
							return "", 0, err
						}
						last = id
						done++
					}
				}
				return last, done, nil
			}
		}
		sources := []search.Source{
			{Name: "names", Batch: batch(func(ctx context.Context, tx *store.Tx, id string) error {
				return errors.Join(search.DropName(ctx, tx, id), search.AddName(ctx, tx, id, []string{"oak"}, words[id]))
			})},
			{Name: "words", Batch: batch(func(ctx context.Context, tx *store.Tx, id string) error {
				return search.AddText(ctx, tx, id, []string{"oak"}, words[id])
			})},
		}
		done := map[string]int64{}
		remake := func() error {
			return search.Remake(t.Context(), w.DB, sys, sources, func(source string, n int64) { done[source] = n })
		}
		for broken = 0; broken <= 8; broken++ { // 0 does not break; each source takes four calls
			spoil()
			calls = 0
			if err := remake(); (err != nil) != (broken > 0) {
				t.Fatalf("broken at call %d: %v", broken, err)
			}
			if yes, err := search.Unfinished(t.Context(), w.DB); err != nil || yes != (broken > 1) { // before the first batch nothing was begun
				t.Errorf("broken at call %d, unfinished: %v %v", broken, yes, err)
			}
			if broken > 0 {
				before := calls
				testkit.OK(t, remake())
				if again := calls - before; again > 8-broken+2 {
					t.Errorf("broken at call %d, %d more were needed: it began anew", broken, again)
				}
			}
			if is := testkit.Index(t, w.DB); !slices.Equal(is, fresh) {
				t.Fatalf("broken at call %d: %d lines, %d in a fresh index", broken, len(is), len(fresh))
			}
			if done["names"] != n || done["words"] != n {
				t.Errorf("told of %v", done)
			}
		}
	})
}
