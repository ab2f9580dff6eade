package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// trial is a slice for tests: what was asked for, and what was done as often as it was done.
var trial = store.Slice{Name: "trial", Files: fstest.MapFS{"migrations/20261123100000_trial_tables.sql": {Data: []byte(`
CREATE TABLE trial_asked (
  id TEXT PRIMARY KEY
) {{strict}};
CREATE TABLE trial_done (
  id TEXT NOT NULL
) {{strict}};
`)}}}

const here = "district-here"

var tester = access.System(here, "test")

type mark struct{ ID string }

func (mark) Kind() string { return "trial.mark" }

type other struct{ ID string }

func (other) Kind() string { return "trial.other" }

func ask(ctx context.Context, tx *store.Tx, ids ...string) error {
	for _, id := range ids {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO trial_asked (id) VALUES (?)`, id)); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, mark{id}); err != nil {
			return err
		}
	}
	return nil
}

func column(t *testing.T, w *testkit.World, text string) (out []string) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = store.Values[string](ctx, tx, store.SQL(text))
		return err
	}))
	return out
}

func queue(w *testkit.World, fn func(context.Context, access.Viewer, mark) error) *jobs.Queue {
	q := jobs.New(w.DB, slog.New(slog.DiscardHandler))
	jobs.Handle(q, fn)
	return q
}

// SEC-15: a job exists if and only if the change does that asks for it.
func TestJobIsGoneWithItsTransaction(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		refused := errs.Refuse("no")
		err := w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
			testkit.OK(t, ask(ctx, tx, "a"))
			return refused
		})
		if err != refused {
			t.Errorf("told %v", err)
		}
		testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error { return ask(ctx, tx, "b") }))
		var did []string
		done, err := queue(w, func(_ context.Context, v access.Viewer, m mark) error {
			if reason, ok := v.IsSystem(); !ok || v.District != here || reason != "job trial.mark" {
				t.Errorf("it ran as %+v", v)
			}
			did = append(did, m.ID)
			return nil
		}).Drain(t.Context())
		if err != nil || done != 1 || !slices.Equal(did, []string{"b"}) {
			t.Errorf("did %q (%d, %v)", did, done, err)
		}
	})
}

// SEC-15: a job that could not be queued takes its change with it, even where the closure overlooks the error.
func TestChangeDoesNotStandWithoutItsJob(t *testing.T) {
	w := testkit.SQLite(t, trial)
	var pages int
	testkit.OK(t, w.DB.Pool().QueryRow(`PRAGMA page_count`).Scan(&pages))
	_, err := w.DB.Pool().Exec(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+20))
	testkit.OK(t, err)
	err = w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
		testkit.OK(t, ask(ctx, tx, "a"))
		if err := jobs.Add(ctx, tx, mark{strings.Repeat("x", 4<<20)}); !errs.Is(err, errs.Unavailable) {
			t.Errorf("on a full disk: %v", err)
		}
		if err := ask(ctx, tx, "orphan"); err == nil {
			t.Error("a statement ran after the disk was full")
		}
		return nil
	})
	if !errs.Is(err, errs.Unavailable) {
		t.Errorf("told %v", err)
	}
	if asked := column(t, w, `SELECT id FROM trial_asked`); asked != nil {
		t.Errorf("there is %q", asked)
	}
}

func TestDrainKeepsTheOrderAndAFailingJobStays(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error { return ask(ctx, tx, "a", "b", "c") }))
		var did []string
		broken := errors.New("broken")
		fails := true
		q := queue(w, func(ctx context.Context, v access.Viewer, m mark) error {
			if m.ID == "b" && fails {
				return broken
			}
			did = append(did, m.ID)
			if m.ID != "c" {
				return nil
			}
			// Work may ask for more work, which is done in its turn.
			return w.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error { return ask(ctx, tx, "d") })
		})
		for range 2 { // and fails again: it stays
			if _, err := q.Drain(t.Context()); !errors.Is(err, broken) {
				t.Errorf("Drain: %v", err)
			}
		}
		if !slices.Equal(did, []string{"a"}) {
			t.Errorf("did %q before the failing job", did)
		}
		fails, did = false, nil
		if d, err := q.Drain(t.Context()); err != nil || d != 3 {
			t.Errorf("Drain: %d %v", d, err)
		}
		if !slices.Equal(did, []string{"b", "c", "d"}) {
			t.Errorf("did %q", did)
		}
	})
}

func TestWorkThatNobodyDoesIsAnError(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error { return jobs.Add(ctx, tx, other{"a"}) }))
		if _, err := queue(w, nil).Drain(t.Context()); err == nil || !strings.Contains(err.Error(), `nobody does "trial.other"`) {
			t.Errorf("Drain: %v", err)
		}
	})
}

// River itself, with two workers, does each job once while people write; nobody who writes gets an error from it.
func TestRiverDoesEachJobOnceWhilePeopleWrite(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		const writers, each = 6, 20
		var mu sync.Mutex
		running, most := 0, 0
		q := queue(w, func(ctx context.Context, v access.Viewer, m mark) error {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			defer func() { mu.Lock(); running--; mu.Unlock() }()
			time.Sleep(5 * time.Millisecond)
			return w.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
				return tx.Put(ctx, store.SQL(`INSERT INTO trial_done (id) VALUES (?)`, m.ID))
			})
		})
		testkit.OK(t, q.Start(t.Context(), 2))
		var people sync.WaitGroup
		for i := range writers {
			people.Go(func() {
				for j := range each {
					if err := w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
						return ask(ctx, tx, fmt.Sprintf("%d-%02d", i, j))
					}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		people.Wait()
		asked := column(t, w, `SELECT id FROM trial_asked ORDER BY id`)
		if len(asked) != writers*each {
			t.Fatalf("%d jobs were asked for", len(asked))
		}
		var done []string
		for deadline := time.Now().Add(60 * time.Second); len(done) < len(asked) && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			done = column(t, w, `SELECT id FROM trial_done ORDER BY id`)
		}
		time.Sleep(300 * time.Millisecond) // for a job that is done a second time
		testkit.OK(t, q.Stop(context.WithoutCancel(t.Context())))
		if done = column(t, w, `SELECT id FROM trial_done ORDER BY id`); !slices.Equal(done, asked) {
			t.Errorf("asked for %d, done %d:\n%q\n%q", len(asked), len(done), asked, done)
		}
		if most != 2 {
			t.Errorf("two workers did %d jobs at once", most)
		}
	})
}

// A job that fails under River is tried again and then done; the others do not wait for it.
func TestRiverTriesAFailingJobAgain(t *testing.T) {
	t.Parallel()
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		var mu sync.Mutex
		tries := map[string]int{}
		q := queue(w, func(_ context.Context, _ access.Viewer, m mark) error {
			mu.Lock()
			defer mu.Unlock()
			tries[m.ID]++
			if m.ID == "a" && tries["a"] == 1 {
				return errors.New("broken once")
			}
			return nil
		})
		testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error { return ask(ctx, tx, "a", "b") }))
		testkit.OK(t, q.Start(t.Context(), 2))
		enough := func() bool { mu.Lock(); defer mu.Unlock(); return tries["a"] == 2 && tries["b"] == 1 }
		for deadline := time.Now().Add(30 * time.Second); !enough() && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		}
		testkit.OK(t, q.Stop(context.WithoutCancel(t.Context())))
		if !enough() {
			t.Errorf("tries: %v", tries)
		}
	})
}
