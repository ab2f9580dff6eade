package search_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// Words brought in for many records are found as those of one are, within their scope.
func TestAddTextsIsAddTextForMany(t *testing.T) {
	testkit.DBs(t, []store.Slice{search.Migrations}, func(t *testing.T, w *testkit.World) {
		sys := access.System("d", "test")
		want := map[string][]string{}
		testkit.OK(t, w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
			clear(want)
			var all []search.Text
			for i := range 450 {
				x := search.Text{Record: tx.NewID(), Scope: []string{"oak", "elm"}[i%2], Body: fmt.Sprintf("Said “the door” on day %d", i)}
				testkit.OK(t, tx.AddRecord(ctx, access.Record{ID: x.Record, Kind: access.Concern, Part: access.PartAccount, Org: x.Scope}))
				if i == 0 {
					testkit.OK(t, search.AddText(ctx, tx, x.Record, []string{x.Scope}, x.Body))
				} else {
					all = append(all, x)
				}
				if i == 0 || i == 440 {
					want["oak"] = append(want["oak"], x.Record)
				}
			}
			return search.AddTexts(ctx, tx, all)
		}))
		testkit.OK(t, w.DB.Read(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
			for i, q := range []string{"doo day 0", "day 440 said"} {
				got, err := search.Texts(ctx, tx, []string{"oak"}, q)
				testkit.OK(t, err)
				if !slices.Equal(got, want["oak"][i:i+1]) {
					t.Errorf("%q found %v, want %v", q, got, want["oak"][i])
				}
			}
			both, err := search.Texts(ctx, tx, []string{"oak", "elm"}, "day 44")
			testkit.OK(t, err)
			none, err := search.Texts(ctx, tx, []string{"elm"}, "day 440")
			if len(both) != 11 || len(none) != 0 {
				t.Errorf("%d found at both schools, %d at the other", len(both), len(none))
			}
			return err
		}))
	})
}
