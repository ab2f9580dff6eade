package search_test

import (
	"context"
	"slices"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// SEC-2, SEC-3: a search finds by noisy names and by words what the viewer may see, and nothing else, on both engines.
func TestSearchFindsWhatTheViewerMaySee(t *testing.T) {
	testkit.DBs(t, []store.Slice{search.Migrations}, func(t *testing.T, w *testkit.World) {
		var open, restricted, elsewhere string
		testkit.OK(t, w.DB.Write(t.Context(), access.System("d", "test"), func(ctx context.Context, tx *store.Tx) error {
			add := func(org string, hide bool) string {
				id := tx.NewID()
				testkit.OK(t, tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Child, Part: access.PartFile, Org: org, Restricted: hide}))
				testkit.OK(t, search.AddName(ctx, tx, id, []string{org, search.Everywhere}, "Siân O’Neil-Smith"))
				testkit.OK(t, search.AddText(ctx, tx, id, []string{org}, "She said “it was the door again”."))
				testkit.OK(t, search.AddText(ctx, tx, id, []string{org}, "She said it was the café door again."))
				return id
			}
			open, restricted, elsewhere = add("oak", false), add("oak", true), add("elm", false)
			return nil
		}))
		lead := access.Viewer{Account: "amina", District: "d", Strength: access.SecondFactor, Roles: map[access.Role][]string{access.Member: {"oak"}, access.DSL: {"oak"}}}
		testkit.OK(t, w.DB.Read(t.Context(), lead, func(ctx context.Context, tx *store.Tx) error {
			for _, q := range []string{"sian", "ONEIL", "o neil sian", "smith", "O'Neil-Sm"} {
				got, err := search.Names(ctx, tx, []string{"oak"}, q, 20)
				testkit.OK(t, err)
				if !slices.Equal(got, []string{open}) {
					t.Errorf("%q found %v; %s is restricted, %s elsewhere", q, got, restricted, elsewhere)
				}
			}
			wide, err := search.Names(ctx, tx, []string{search.Everywhere}, "sian", 20)
			testkit.OK(t, err)
			if !slices.Equal(wide, []string{open}) {
				t.Errorf("a wider scope revealed %v", wide)
			}
			for q, n := range map[string]int{"door": 1, "cafe doo": 1, "window": 0, `"door" OR 1`: 0, "NEAR(": 0, "": 0} {
				got, err := search.Texts(ctx, tx, []string{"oak"}, q)
				testkit.OK(t, err)
				if len(got) != n || n == 1 && got[0] != open {
					t.Errorf("words %q found %v", q, got)
				}
			}
			return nil
		}))
		testkit.OK(t, w.DB.Write(t.Context(), access.System("d", "test"), func(ctx context.Context, tx *store.Tx) error {
			testkit.OK(t, search.DropName(ctx, tx, open))
			return search.DropText(ctx, tx, open)
		}))
		testkit.OK(t, w.DB.Read(t.Context(), lead, func(ctx context.Context, tx *store.Tx) error {
			names, err := search.Names(ctx, tx, []string{"oak"}, "sian", 20)
			testkit.OK(t, err)
			texts, err := search.Texts(ctx, tx, []string{"oak"}, "door")
			if len(names)+len(texts) > 0 {
				t.Error("still found after it was dropped")
			}
			return err
		}))
	})
}
