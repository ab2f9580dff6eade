package store_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// trial is a slice for tests: plain rows, a run with so many places, bookings, and a reference that is checked at COMMIT only.
var trial = store.Slice{Name: "trial", Files: fstest.MapFS{"migrations/20261123100000_trial_tables.sql": {Data: []byte(`
CREATE TABLE trial_row (
  id   TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT ''
) {{strict}};
CREATE TABLE trial_run (
  id      TEXT PRIMARY KEY,
  places  {{int}} NOT NULL,
  version {{int}} NOT NULL DEFAULT 0
) {{strict}};
CREATE TABLE trial_booking (
  id     TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES trial_run (id) DEFERRABLE INITIALLY DEFERRED
) {{strict}};
CREATE TABLE trial_item (
  id   TEXT PRIMARY KEY,
  list TEXT NOT NULL,
  name TEXT NOT NULL,
  at   {{int}} NOT NULL
) {{strict}};
`)}}}

var tester = access.System(here, "test")

type closure = func(context.Context, *store.Tx) error

// put adds a row.
func put(id string) closure {
	return func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, store.SQL(`INSERT INTO trial_row (id) VALUES (?)`, id))
		return err
	}
}

// both does one thing and then another.
func both(fns ...closure) closure {
	return func(ctx context.Context, tx *store.Tx) error {
		for _, fn := range fns {
			if err := fn(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}
}

func write(w *testkit.World, fn closure) error { return w.DB.Write(context.Background(), tester, fn) }

// rows returns the ids of all rows, sorted.
func rows(t *testing.T, w *testkit.World) (ids []string) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) (err error) {
		ids, err = store.Values[string](ctx, tx, store.SQL(`SELECT id FROM trial_row`))
		return err
	}))
	slices.Sort(ids)
	return ids
}

func wantRows(t *testing.T, w *testkit.World, want ...string) {
	t.Helper()
	if got := rows(t, w); !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

// group holds the writer until all closures wait for it, in this order, and then lets it take them as one group. It returns
// what each caller was told, and what each caller's panic was.
func group(t *testing.T, w *testkit.World, fns ...closure) (told []error, panics []any) {
	t.Helper()
	told, panics = make([]error, len(fns)), make([]any, len(fns))
	var wg sync.WaitGroup
	held, release := make(chan bool), make(chan bool)
	wg.Go(func() {
		if err := write(w, func(context.Context, *store.Tx) error { close(held); <-release; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-held
	for i, fn := range fns {
		wg.Go(func() {
			defer func() { panics[i] = recover() }()
			told[i] = write(w, fn)
		})
		for deadline := time.Now().Add(10 * time.Second); w.DB.Waiting() != i+1; runtime.Gosched() {
			if time.Now().After(deadline) {
				t.Error("a closure did not reach the writer")
				break
			}
		}
	}
	close(release)
	wg.Wait()
	return told, panics
}

func sqlite(t *testing.T) *testkit.World { return testkit.SQLite(t, trial) }
