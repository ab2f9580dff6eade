package people_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/people"
	"kith/internal/kernel/id"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// childDatabase tells this test binary, run a second time, to be the program that is killed.
const childDatabase = "KITH_TEST_CHILD_DATABASE"

func TestMain(m *testing.M) {
	if s := os.Getenv(childDatabase); s != "" {
		fmt.Fprintln(os.Stderr, beKilled(s))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// beKilled does the jobs that wait, as the program does, until it is killed.
func beKilled(where string) error {
	var o store.Options
	if err := json.Unmarshal([]byte(where), &o); err != nil {
		return err
	}
	o.IDs, o.Slices = id.Random(), append(testkit.Platform, rollSlices...)
	db, err := store.Open(context.Background(), o)
	if err != nil {
		return err
	}
	queue := jobs.New(db, slog.New(slog.DiscardHandler))
	people.NewRolls(people.RollDeps{DB: db, Queue: queue, Schools: schools{}})
	fmt.Println("working")
	if _, err := queue.Drain(context.Background()); err != nil {
		return err
	}
	fmt.Println("done")
	return errors.New("everything was done before the kill")
}

// bigRoll is a roll of so many children with contacts.
func bigRoll(from, to int) string {
	var b strings.Builder
	b.WriteString(sims)
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "%d,Family%d,Given%d,,,03/09/2014,F,Year 7,7B,A Contact,Mother,Y,N,01274 %06d,1,,,\n", i, i%613, i, i)
	}
	return b.String()
}

// SEC-15: after kill -9 in the middle of taking a roll over nothing is half written, and the work goes on where it was: every
// row once.
func TestKilledRollIsTakenOverOnce(t *testing.T) {
	testkit.DBs(t, rollSlices, func(t *testing.T, tw *testkit.World) {
		const children, leaving = 1200, 100
		w := newRollWorld(t, tw)
		w.take(north, north, bigRoll(0, leaving), false)
		_, page := w.upload(north, north, "roll.csv", []byte(bigRoll(leaving, children)))
		if code, say := w.columns(north, page); code != 303 {
			t.Fatal(code, say)
		}
		if code, _ := w.post(north, page+"/leavers", nil); code != 303 {
			t.Fatal(code)
		}
		if code, say := w.post(north, page+"/apply", map[string][]string{"confirm": {"yes"}}); code != 303 {
			t.Fatal(code, say)
		}
		o := tw.Options()
		o.Clock, o.IDs, o.Slices = nil, nil, nil
		where, err := json.Marshal(o)
		testkit.OK(t, err)
		halfway := 0
		for turn := range 6 {
			before := w.taken()
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childDatabase+"="+string(where))
			out, err := cmd.StdoutPipe()
			testkit.OK(t, err)
			testkit.OK(t, cmd.Start())
			line := make([]byte, 8)
			_, err = out.Read(line)
			testkit.OK(t, err)
			if turn%2 == 1 {
				time.Sleep(time.Duration(20+rand.IntN(60)) * time.Millisecond)
			} else { // as soon as something is done, however fast or slow the machine is
				for until := time.Now().Add(700 * time.Millisecond); w.taken() == before && before < children && time.Now().Before(until); {
					time.Sleep(time.Millisecond)
				}
			}
			testkit.OK(t, cmd.Process.Kill())
			_ = cmd.Wait() // it was killed
			if n := w.taken(); n > before && n < children {
				halfway++
			}
			w.whole()
		}
		if halfway == 0 {
			t.Fatal("no kill came in the middle of the work")
		}
		_, err = w.queue.Drain(t.Context())
		testkit.OK(t, err)
		w.whole()
		testkit.OK(t, tw.DB.Read(t.Context(), program, func(ctx context.Context, tx *store.Tx) error {
			for state, want := range map[string]int64{"on_roll": children - leaving, "left": leaving} {
				if n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM people_child c WHERE c.state = ?`, state)); err != nil || n != want {
					t.Errorf("%d children are %s, want %d; %v", n, state, want, err)
				}
			}
			if n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT count(DISTINCT d.source_id) FROM people_detail d`)); err != nil || n != children {
				t.Errorf("%d different children, want %d; %v", n, children, err)
			}
			return nil
		}))
		w.sees(north, page, "1,100 children added, 0 changed, 100 left the roll")
		t.Logf("%d of 6 kills came in the middle", halfway)
	})
}

// taken counts the rows taken over.
func (w *rollWorld) taken() (n int) {
	testkit.OK(w, w.tw.DB.Read(w.Context(), program, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM people_child c`))
		return err
	}))
	return n
}

// whole fails the test when anything of a child is there without the rest.
func (w *rollWorld) whole() {
	w.Helper()
	testkit.OK(w, w.tw.DB.Read(w.Context(), program, func(ctx context.Context, tx *store.Tx) error {
		for what, sql := range map[string]string{
			"cards without a file":     `SELECT count(*) FROM people_child c WHERE NOT EXISTS (SELECT 1 FROM people_detail d WHERE d.id = c.file_id AND d.child_id = c.id)`,
			"cards without records":    `SELECT count(*) FROM people_child c WHERE (SELECT count(*) FROM access_record r WHERE r.child_id = c.id) <> 2`,
			"records without a card":   `SELECT count(*) FROM access_record r WHERE NOT EXISTS (SELECT 1 FROM people_child c WHERE c.id = r.child_id)`,
			"children without a name":  `SELECT count(*) FROM people_child c WHERE NOT EXISTS (SELECT 1 FROM search_name n WHERE n.record_id = c.id)`,
			"children without contact": `SELECT count(*) FROM people_child c WHERE (SELECT count(*) FROM people_contact x WHERE x.record_id = c.file_id) <> 1`,
		} {
			if n, err := store.Value[int64](ctx, tx, store.SQL(sql)); err != nil || n != 0 {
				w.Errorf("%d %s; %v", n, what, err)
			}
		}
		return nil
	}))
}
