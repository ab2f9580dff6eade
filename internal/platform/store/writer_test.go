package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

func TestClosuresThatWaitShareOneFlush(t *testing.T) {
	w := sqlite(t)
	testkit.OK(t, write(w, put("before")))
	var fns []closure
	for i := range 200 {
		fns = append(fns, put(fmt.Sprint(i)))
	}
	d := diskOf(w.DB.Path())
	before := d.syncs.Load()
	told, _ := group(t, w, fns...)
	testkit.OK(t, errors.Join(told...))
	if n := len(rows(t, w)); n != 201 {
		t.Errorf("%d rows, want 201", n)
	}
	// The closure that held the writer wrote nothing. A checkpoint may add a flush of its own.
	if n := d.syncs.Load() - before; n < 1 || n > 4 {
		t.Errorf("200 closures took %d flushes", n)
	}
}

func TestAFailingClosureHarmsNoOtherOfItsGroup(t *testing.T) {
	w := sqlite(t)
	refused := errs.Refuse("This course is full")
	told, _ := group(t, w, put("a"), both(put("b"), func(context.Context, *store.Tx) error { return refused }), put("c"))
	if told[0] != nil || told[1] != refused || told[2] != nil {
		t.Errorf("told %v", told)
	}
	wantRows(t, w, "a", "c")
}

func TestPanicReachesItsCallerAndNobodyElse(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		boom := both(put("b"), func(context.Context, *store.Tx) error { panic("boom") })
		if w.DB.Engine() == store.SQLite {
			told, panics := group(t, w, put("a"), boom, put("c"))
			if panics[0] != nil || panics[1] != "boom" || panics[2] != nil {
				t.Errorf("panics %v", panics)
			}
			testkit.OK(t, errors.Join(told...))
		} else {
			func() {
				defer func() {
					if p := recover(); p != "boom" {
						t.Errorf("panic %v", p)
					}
				}()
				_ = write(w, boom)
				t.Error("the panic was lost")
			}()
			testkit.OK(t, write(w, both(put("a"), put("c"))))
		}
		wantRows(t, w, "a", "c")
	})
}

func TestCallersContextIsCheckedBeforeButNotDuring(t *testing.T) {
	type key struct{}
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		err := w.DB.Write(gone, tester, func(context.Context, *store.Tx) error { t.Error("it ran for a caller who had gone"); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("told %v", err)
		}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "kept"))
		testkit.OK(t, w.DB.Write(ctx, tester, func(ctx context.Context, tx *store.Tx) error {
			cancel()
			if ctx.Value(key{}) != "kept" {
				t.Error("the context's values are lost")
			}
			return put("a")(ctx, tx)
		}))
		wantRows(t, w, "a")
	})
}

// A caller whose context ends while it waits in the queue is told so, and nothing of it is done.
func TestCallerWhoLeavesTheQueueIsNotServed(t *testing.T) {
	w := sqlite(t)
	ctx, cancel := context.WithCancel(t.Context())
	var left error
	var wg sync.WaitGroup
	testkit.OK(t, write(w, func(context.Context, *store.Tx) error {
		wg.Go(func() { left = w.DB.Write(ctx, tester, put("a")) })
		for w.DB.Waiting() == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
		return nil
	}))
	wg.Wait()
	if !errors.Is(left, context.Canceled) {
		t.Errorf("told %v", left)
	}
	wantRows(t, w)
}

const endless = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i > 0) SELECT max(i % 7) FROM n`

func TestStatementsOfAClosureEndAfterFiveSeconds(t *testing.T) {
	t.Parallel()
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		runs := 0
		slow := func(ctx context.Context, tx *store.Tx) error {
			runs++
			if err := put("slow")(ctx, tx); err != nil {
				return err
			}
			_, err := store.Value[int64](ctx, tx, store.SQL(endless))
			return err
		}
		began := time.Now()
		var told []error
		if w.DB.Engine() == store.SQLite {
			told, _ = group(t, w, put("a"), slow, put("b"))
		} else {
			told = []error{write(w, put("a")), write(w, slow), write(w, put("b"))}
		}
		if took := time.Since(began); took < store.ClosureLimit || took > store.ClosureLimit+4*time.Second {
			t.Errorf("it took %v", took)
		}
		if told[0] != nil || !errs.Is(told[1], errs.Unavailable) || told[2] != nil {
			t.Errorf("told %v", told)
		}
		if runs != 1 {
			t.Errorf("everybody waited for the slow one %d times", runs)
		}
		wantRows(t, w, "a", "b")
	})
}

// Whoever waits in a rush for a connection, or for the writer, has the whole of a closure's time once it is their turn.
func TestWaitingForATurnIsNotTheTimeOfAClosure(t *testing.T) {
	t.Parallel()
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		w.DB.Pool().SetMaxOpenConns(1)
		rival, err := w.DB.Pool().Conn(t.Context())
		testkit.OK(t, err)
		var wg sync.WaitGroup
		wg.Go(func() { testkit.OK(t, write(w, put("patient"))) })
		time.Sleep(store.ClosureLimit + 200*time.Millisecond)
		testkit.OK(t, rival.Close())
		wg.Wait()
		wantRows(t, w, "patient")
	})
}

func TestATransactionInsideATransactionIsAnErrorAtOnce(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		nothing := func(context.Context, *store.Tx) error { t.Error("it ran"); return nil }
		inside := func(ctx context.Context, _ *store.Tx) error {
			if err := w.DB.Write(ctx, tester, nothing); err == nil || !strings.Contains(err.Error(), "inside a transaction") {
				t.Errorf("Write: %v", err)
			}
			if err := w.DB.Read(ctx, tester, nothing); err == nil || !strings.Contains(err.Error(), "inside a transaction") {
				t.Errorf("Read: %v", err)
			}
			return nil
		}
		testkit.OK(t, write(w, inside))
		testkit.OK(t, w.DB.Read(t.Context(), tester, inside))
	})
}

func TestClosedStoreRefuses(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		testkit.OK(t, write(w, put("a")))
		again := w.Again(t)
		testkit.OK(t, w.DB.Close())
		nothing := func(context.Context, *store.Tx) error { t.Error("it ran"); return nil }
		if err := write(w, nothing); !errs.Is(err, errs.Unavailable) {
			t.Errorf("Write: %v", err)
		}
		if err := w.DB.Read(t.Context(), tester, nothing); !errs.Is(err, errs.Unavailable) {
			t.Errorf("Read: %v", err)
		}
		wantRows(t, again, "a")
	})
}

// Close waits for what is queued: everybody who waited is told the truth, and what they were told is on the disk.
func TestCloseServesWhoWaits(t *testing.T) {
	w := sqlite(t)
	told := make([]error, 300)
	var wg sync.WaitGroup
	for i := range told {
		wg.Go(func() { told[i] = write(w, put(fmt.Sprintf("%03d", i))) })
	}
	time.Sleep(time.Millisecond)
	again := w.Again(t)
	testkit.OK(t, w.DB.Close())
	wg.Wait()
	var kept []string
	for i, err := range told {
		if err == nil {
			kept = append(kept, fmt.Sprintf("%03d", i))
		} else if !errs.Is(err, errs.Unavailable) {
			t.Errorf("told %v", err)
		}
	}
	wantRows(t, again, kept...)
}

// One failed statement ends the closure on both engines: PostgreSQL refuses every further one, so SQLite does too.
func TestNothingRunsAfterAFailedStatement(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		run := func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, store.SQL(`INSERT INTO trial_run (id, places) VALUES ('run', 1)`))
			return err
		}
		testkit.OK(t, write(w, run))
		err := write(w, func(ctx context.Context, tx *store.Tx) error {
			testkit.OK(t, put("a")(ctx, tx))
			if err := run(ctx, tx); !store.IsDuplicate(err) {
				t.Errorf("the second run: %v", err)
			}
			if err := put("b")(ctx, tx); err == nil {
				t.Error("a statement ran after one that failed")
			}
			return nil // as if nothing had happened
		})
		if !store.IsDuplicate(err) {
			t.Errorf("told %v", err)
		}
		wantRows(t, w)
	})
}

func TestLongestClosureIsKnownByName(t *testing.T) {
	w := sqlite(t)
	testkit.OK(t, write(w, func(context.Context, *store.Tx) error { w.After(30 * time.Millisecond); return nil }))
	testkit.OK(t, write(w, put("a")))
	if l := w.DB.Longest(); l.Took != 30*time.Millisecond || !strings.Contains(l.Name, "TestLongestClosureIsKnownByName") {
		t.Errorf("longest %+v", l)
	}
}
