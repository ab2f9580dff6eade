package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

var full = errs.Refuse("This course is full")

// book books one place of a run that has so many, if one is left. Between counting and booking it calls after.
func book(w *testkit.World, places int, lock bool, after func()) error {
	return write(w, func(ctx context.Context, tx *store.Tx) error {
		if lock {
			if _, err := tx.Lock(ctx, "trial_run", "run"); err != nil {
				return err
			}
		}
		taken, err := store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM trial_booking b WHERE b.run_id = 'run'`))
		if err != nil {
			return err
		}
		after()
		if taken >= places {
			return full
		}
		_, err = tx.Exec(ctx, store.SQL(`INSERT INTO trial_booking (id, run_id) VALUES (?, 'run')`, tx.NewID()))
		return err
	})
}

// aRun makes the run that is booked.
func aRun(t *testing.T, w *testkit.World) {
	t.Helper()
	testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, store.SQL(`INSERT INTO trial_run (id, places) VALUES ('run', 15)`))
		return err
	}))
}

// booked counts the bookings there are.
func booked(t *testing.T, w *testkit.World) (n int) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM trial_booking`))
		return err
	}))
	return n
}

func TestLockedCountGivesExactlyThePlacesThereAre(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		aRun(t, w)
		told := make([]error, 200)
		var wg sync.WaitGroup
		for i := range told {
			wg.Go(func() { told[i] = book(w, 15, true, func() {}) })
		}
		wg.Wait()
		yes := 0
		for _, err := range told {
			switch {
			case err == nil:
				yes++
			case err != full:
				t.Errorf("told %v", err)
			}
		}
		if n := booked(t, w); yes != 15 || n != 15 {
			t.Errorf("%d were told yes and %d are booked on 15 places", yes, n)
		}
	})
}

// Without the lock PostgreSQL oversells: the test above is able to fail, and tx.Lock is no ornament. Two ask for the last
// place, and neither books before both have counted. SQLite lets the second in only after the first is done.
func TestUnlockedCountOversellsOnPostgreSQL(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		aRun(t, w)
		oversells := w.DB.Engine() == store.Postgres
		var counted, wg sync.WaitGroup
		counted.Add(2)
		told := make([]error, 2)
		for i := range told {
			wg.Go(func() {
				told[i] = book(w, 1, false, func() {
					if oversells {
						counted.Done()
						counted.Wait()
					}
				})
			})
		}
		wg.Wait()
		n := booked(t, w)
		if oversells && (n != 2 || told[0] != nil || told[1] != nil) {
			t.Errorf("%d booked on one place, told %v", n, told)
		}
		if !oversells && (n != 1 || (told[0] == full) == (told[1] == full)) {
			t.Errorf("%d booked on one place, told %v", n, told)
		}
	})
}

func TestLockReturnsTheVersionAndRaisesIt(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		aRun(t, w)
		testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
			for want := range int64(2) {
				if v, err := tx.Lock(ctx, "trial_run", "run"); err != nil || v != want {
					t.Errorf("version %d (%v), want %d", v, err, want)
				}
			}
			if _, err := tx.Lock(ctx, "trial_run", "no such run"); !errs.Is(err, errs.NotFound) {
				t.Errorf("no such row: %v", err)
			}
			return nil
		}))
	})
}

// Two closures that take two rows in opposite order meet head on. PostgreSQL stops one, Write runs it again, and both stand.
func TestRivalsInADeadlockBothSucceed(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, store.SQL(`INSERT INTO trial_run (id, places) VALUES ('a', 1), ('b', 1)`))
			return err
		}))
		var met sync.WaitGroup
		met.Add(2)
		runs := make([]int, 2)
		told := make([]error, 2)
		var wg sync.WaitGroup
		for i, order := range [][]string{{"a", "b"}, {"b", "a"}} {
			wg.Go(func() {
				told[i] = write(w, func(ctx context.Context, tx *store.Tx) error {
					runs[i]++
					if _, err := tx.Lock(ctx, "trial_run", order[0]); err != nil {
						return err
					}
					if runs[i] == 1 && w.DB.Engine() == store.Postgres {
						met.Done()
						met.Wait()
					}
					_, err := tx.Lock(ctx, "trial_run", order[1])
					return err
				})
			})
		}
		wg.Wait()
		testkit.OK(t, errors.Join(told...))
		if again := runs[0] + runs[1] - 2; (again > 0) != (w.DB.Engine() == store.Postgres) {
			t.Errorf("closures ran again %d times", again)
		}
		testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
			for _, id := range []string{"a", "b"} {
				if v, err := tx.Lock(ctx, "trial_run", id); err != nil || v != 2 {
					t.Errorf("%s was locked %d times (%v), want 2", id, v, err)
				}
			}
			return nil
		}))
	})
}
