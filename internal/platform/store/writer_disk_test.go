package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// fat adds a row that is larger than what is left of the disk.
func fat(id string) closure {
	return func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, store.SQL(`INSERT INTO trial_row (id, body) VALUES (?, ?)`, id, strings.Repeat("x", 4<<20)))
		return err
	}
}

// fill leaves the database file room for a few pages: SQLite itself answers SQLITE_FULL beyond.
func fill(t *testing.T, w *testkit.World, room int) {
	t.Helper()
	var pages int
	testkit.OK(t, w.DB.Pool().QueryRow(`PRAGMA page_count`).Scan(&pages))
	var limit int
	testkit.OK(t, w.DB.Pool().QueryRow(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+room)).Scan(&limit))
	if limit != pages+room {
		t.Fatalf("the limit is %d pages, not %d", limit, pages+room)
	}
}

// opened marks the writer's connection and returns whether it has been opened anew since.
func opened(t *testing.T, w *testkit.World) (anew func() bool) {
	t.Helper()
	_, err := w.DB.Pool().Exec(`CREATE TEMP TABLE the_same_connection (x)`)
	testkit.OK(t, err)
	return func() bool {
		_, err := w.DB.Pool().Exec(`SELECT x FROM the_same_connection`)
		return err != nil
	}
}

// SEC-13, SEC-15: when the disk is full in the middle of a group, SQLite gives up the transaction of all of it. The group is
// run again, each closure in a transaction of its own, assigning its results afresh, and each caller is told its own outcome.
func TestFullDiskTearsTheGroupAndEachIsToldItsOwnOutcome(t *testing.T) {
	w := sqlite(t)
	fill(t, w, 20)
	var results [3][]string
	counted := func(i int, fn closure) closure {
		return func(ctx context.Context, tx *store.Tx) error {
			results[i] = append(results[i], tx.NewID())
			return fn(ctx, tx)
		}
	}
	told, _ := group(t, w, counted(0, put("a")), counted(1, fat("b")), counted(2, put("c")))
	if told[0] != nil || !errs.Is(told[1], errs.Unavailable) || told[2] != nil {
		t.Errorf("told %v", told)
	}
	if len(results[0]) != 2 || len(results[1]) != 2 || len(results[2]) != 1 {
		t.Errorf("runs: %d %d %d; the group was to be run again", len(results[0]), len(results[1]), len(results[2]))
	}
	wantRows(t, w, "a", "c")
}

// A closure that overlooks the full disk leaves no orphan: its later statements are refused, and it is told that it failed.
func TestNothingIsCommittedOnItsOwnAfterAFullDisk(t *testing.T) {
	w := sqlite(t)
	fill(t, w, 20)
	careless := func(ctx context.Context, tx *store.Tx) error {
		if err := fat("b")(ctx, tx); err == nil {
			t.Error("the disk was not full")
		}
		if err := put("orphan")(ctx, tx); !errs.Is(err, errs.Unavailable) {
			t.Errorf("after a full disk: %v", err)
		}
		return nil
	}
	told, _ := group(t, w, put("a"), careless, put("c"))
	if told[0] != nil || !errs.Is(told[1], errs.Unavailable) || told[2] != nil {
		t.Errorf("told %v", told)
	}
	wantRows(t, w, "a", "c")
}

func TestTornSavepointRunsTheGroupAgainOneByOne(t *testing.T) {
	w := sqlite(t)
	tear := func(ctx context.Context, tx *store.Tx) error {
		raw, err := tx.Raw(ctx)
		if err == nil {
			_, err = raw.ExecContext(ctx, `ROLLBACK`)
		}
		return err
	}
	told, _ := group(t, w, put("a"), both(put("b"), tear), put("c"))
	if told[0] != nil || told[1] == nil || told[2] != nil {
		t.Errorf("told %v", told)
	}
	wantRows(t, w, "a", "c")
}

// If COMMIT itself fails nothing is run again: everybody of the group is told that it failed, and nothing of it is there.
func TestFailedCommitIsEverybodys(t *testing.T) {
	w := sqlite(t)
	runs := 0
	dangling := func(ctx context.Context, tx *store.Tx) error {
		runs++
		_, err := tx.Exec(ctx, store.SQL(`INSERT INTO trial_booking (id, run_id) VALUES ('b', 'no such run')`))
		return err
	}
	anew := opened(t, w)
	told, _ := group(t, w, put("a"), dangling, put("c"))
	if !anew() {
		t.Error("the connection was kept after a failed COMMIT")
	}
	for i, err := range told {
		if !errs.Is(err, errs.Unavailable) {
			t.Errorf("caller %d was told %v", i, err)
		}
	}
	if runs != 1 {
		t.Errorf("it ran %d times", runs)
	}
	wantRows(t, w)
	testkit.OK(t, write(w, put("after")))
	wantRows(t, w, "after")
}

// SEC-13, SEC-15: a flush that fails acknowledges nothing and shows nothing, and the next one is made on a connection opened
// anew. The same for a write that fails and for a disk that is full when the log grows.
func TestFailingDiskAcknowledgesNothing(t *testing.T) {
	for _, fault := range []struct {
		name string
		set  func(*faults)
	}{
		{"flush", func(d *faults) { d.failSyncs.Store(1) }},
		{"write", func(d *faults) { d.failWrite.Store(true) }},
		{"full", func(d *faults) { d.quota.Store(1) }},
	} {
		t.Run(fault.name, func(t *testing.T) {
			w := sqlite(t)
			id := addRecord(t, w, "oak")
			testkit.OK(t, write(w, put("before")))
			d := diskOf(w.DB.Path())
			mend := func() { d.failSyncs.Store(0); d.failWrite.Store(false); d.quota.Store(0) }

			anew := opened(t, w)
			fault.set(d)
			told, _ := group(t, w, put("a"), put("b"))
			if !anew() {
				t.Error("the connection was kept after the fault")
			}
			for i, err := range told {
				if !errs.Is(err, errs.Unavailable) {
					t.Errorf("caller %d was told %v", i, err)
				}
			}
			wantRows(t, w, "before")

			// Reading needs the log, too: a page that cannot be written down is not shown.
			mend()
			fault.set(d)
			err := w.DB.Read(t.Context(), lead(), func(ctx context.Context, tx *store.Tx) error {
				_, _, err := tx.Open(ctx, "concern.opened", ref.To("concern", id))
				return err
			})
			if !errs.Is(err, errs.Unavailable) {
				t.Errorf("a page was shown without its audit entry: %v", err)
			}

			mend()
			testkit.OK(t, write(w, put("after")))
			wantRows(t, w, "after", "before")
			var verdict string
			testkit.OK(t, w.DB.Pool().QueryRow(`PRAGMA integrity_check`).Scan(&verdict))
			if verdict != "ok" {
				t.Errorf("integrity: %s", verdict)
			}
		})
	}
}

// A write that fails while a large closure spills its pages tears the group; what the others did stands, on a new connection.
func TestFailedSpillIsItsOwnersAlone(t *testing.T) {
	w := sqlite(t)
	d := diskOf(w.DB.Path())
	spill := func(ctx context.Context, tx *store.Tx) error { // more than the 16 MB of the writer's cache
		d.failWrite.Store(true)
		defer d.failWrite.Store(false)
		for i := range 6 {
			if err := fat(fmt.Sprint("big", i))(ctx, tx); err != nil {
				return err
			}
		}
		return errors.New("nothing spilled")
	}
	anew := opened(t, w)
	told, _ := group(t, w, put("a"), spill, put("c"))
	if !anew() {
		t.Error("the connection was kept after an I/O error")
	}
	if told[0] != nil || !errs.Is(told[1], errs.Unavailable) || told[2] != nil {
		t.Errorf("told %v", told)
	}
	wantRows(t, w, "a", "c")
}
