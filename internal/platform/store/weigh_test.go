package store_test

import (
	"context"
	"strings"
	"testing"

	"kith/internal/platform/store"
	"kith/internal/testkit"
)

type planned struct {
	id, parent, unused int
	detail             string
}

func (p *planned) Dest() []any { return []any{&p.id, &p.parent, &p.unused, &p.detail} }

// A table in which nothing stands yet counts as small. SQLite takes one of which it knows nothing for a million rows, and would begin a
// list with every record of the district to find the few of a slice that is new.
func TestAnEmptyTableCountsAsSmall(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		if w.DB.Engine() != store.SQLite {
			return // PostgreSQL looks at its tables by itself
		}
		first := func() string {
			t.Helper()
			var steps []planned
			testkit.OK(t, w.DB.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) (err error) {
				steps, err = store.All[planned](ctx, tx, store.SQL(`EXPLAIN QUERY PLAN SELECT i.id FROM trial_item i JOIN trial_run r ON r.id = i.id WHERE i.name = ? AND r.places > 0`, "a"))
				return err
			}))
			if len(steps) == 0 {
				t.Fatal("no plan")
			}
			return steps[0].detail
		}
		testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, store.SQL(`INSERT INTO trial_run (id, places) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT 'run-' || i, i FROM n`))
			return err
		}))
		_, err := w.DB.Migrate(t.Context())
		testkit.OK(t, err)
		if got := first(); !strings.Contains(got, " i") {
			t.Errorf("with nothing in trial_item the list begins with %q", got)
		}
		// Weighing again takes away nothing that is known: a table that has filled up is looked at as it is.
		testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, store.SQL(`INSERT INTO trial_item (id, list, name, at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT 'run-' || i, '', 'a', i FROM n`))
			return err
		}))
		_, err = w.DB.Migrate(t.Context())
		testkit.OK(t, err)
		if got := first(); !strings.Contains(got, " r") {
			t.Errorf("with sixty thousand in trial_item the list begins with %q", got)
		}
	})
}
