package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"kith/internal/kernel/id"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// childDatabase tells this test binary, run a second time, to be the program that is killed.
const childDatabase = "KITH_TEST_CHILD_DATABASE"

func TestMain(m *testing.M) {
	if s := os.Getenv(childDatabase); s != "" {
		fmt.Fprintln(os.Stderr, child(s))
		os.Exit(1)
	}
	testkit.Flush = true
	os.Exit(m.Run())
}

// child writes pairs of rows from eight callers until it is killed, and prints each id once its closure is acknowledged.
func child(where string) error {
	var o store.Options
	if err := json.Unmarshal([]byte(where), &o); err != nil {
		return err
	}
	o.IDs, o.Slices = id.Random(), append(testkit.Platform, trial)
	db, err := store.Open(context.Background(), o)
	if err != nil {
		return err
	}
	failed := make(chan error)
	var out sync.Mutex
	for range 8 {
		go func() {
			for {
				var a string
				err := db.Write(context.Background(), tester, func(ctx context.Context, tx *store.Tx) error {
					a = tx.NewID()
					return both(put(a), put(a+" twin"))(ctx, tx)
				})
				if err != nil {
					failed <- err
					return
				}
				out.Lock()
				fmt.Println(a)
				out.Unlock()
			}
		}()
	}
	return <-failed
}

// SEC-15: after kill -9 at any moment every acknowledged save is there once, and whole.
func TestKilledProgramKeepsWhatItAcknowledged(t *testing.T) {
	testkit.DBs(t, []store.Slice{trial}, func(t *testing.T, w *testkit.World) {
		o := w.Options()
		o.Clock, o.IDs, o.Slices = nil, nil, nil
		where, err := json.Marshal(o)
		testkit.OK(t, err)
		var acknowledged []string
		for range 6 {
			before := len(acknowledged)
			acknowledged = append(acknowledged, killed(t, string(where))...)
			if len(acknowledged) == before {
				t.Fatal("the program acknowledged nothing before it was killed")
			}
		}
		count := map[string]int{}
		for _, r := range rows(t, w.Again(t)) {
			count[r]++
		}
		for _, a := range acknowledged {
			if count[a] != 1 || count[a+" twin"] != 1 {
				t.Fatalf("acknowledged %s: there %d times, its twin %d times", a, count[a], count[a+" twin"])
			}
		}
		for r, n := range count {
			if n != 1 || len(r) == 36 && count[r+" twin"] != 1 {
				t.Fatalf("row %s: %d times, its twin %d times", r, n, count[r+" twin"])
			}
		}
		if w.DB.Engine() == store.SQLite {
			var verdict string
			testkit.OK(t, w.DB.Pool().QueryRow(`PRAGMA integrity_check`).Scan(&verdict))
			if verdict != "ok" {
				t.Errorf("integrity: %s", verdict)
			}
		}
		t.Logf("%d acknowledged, %d rows", len(acknowledged), len(count))
	})
}

// killed runs the program, kills it at a random moment and returns what it had acknowledged.
func killed(t *testing.T, where string) (ids []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDatabase+"="+where)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	testkit.OK(t, err)
	testkit.OK(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if len(ids) == 0 {
			time.AfterFunc(time.Duration(rand.IntN(300))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		}
		if id.Valid(lines.Text()) { // the last line may be cut
			ids = append(ids, lines.Text())
		}
	}
	_ = cmd.Wait() // it was killed
	return ids
}
