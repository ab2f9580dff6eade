package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kith/internal/app"
	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/pgcluster"
)

// SEC-15: the primary is lost while people write. The standby takes over, the same processes go on by the address that names
// both, and every change that was acknowledged is there, once; what was not may be there or not. The log bears out the
// checkpoint that was kept before.
func TestLossOfThePrimary(t *testing.T) {
	if !pgcluster.Wanted() {
		t.Log("this run is of SQLite only")
		return
	}
	pair := pgcluster.NewPair(t)
	home := t.TempDir()
	place := app.Place{URL: pair.AppURL, OwnerURL: pair.OwnerURL, KeyFile: filepath.Join(home, "kith.key")}
	where := []string{"--database", place.URL, "--migrate-url", place.OwnerURL, "--key-file", place.KeyFile}
	must(t, append([]string{"init", "--district", "Oakshire", "--admin-name", "Tom Reed", "--admin-email", "tom@oak.example"}, where...)...)
	must(t, append([]string{"audit", "checkpoint"}, where...)...)

	// A server that people reach, and beside it a second process that writes without rest.
	cmd, out, said := program(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, where...)...)
	at := readyAt(t, out, said)
	a, err := app.New(t.Context(), app.Settings{Place: place, Log: slog.New(slog.DiscardHandler)})
	testkit.OK(t, err)
	t.Cleanup(func() { testkit.OK(t, a.Close()) })
	v := access.System(district(t, a.DB), "drill")

	acknowledged := map[string]bool{}
	var mu sync.Mutex
	var writers sync.WaitGroup
	stop := make(chan struct{})
	refusals := 0
	have := func() int { mu.Lock(); defer mu.Unlock(); return len(acknowledged) }
	for n := range 4 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				name := fmt.Sprintf("%d-%d", n, i)
				err := a.DB.Write(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
					return audit.Record(ctx, tx, "drill.written", ref.To("drill", name))
				})
				mu.Lock()
				if acknowledged[name] = err == nil; err != nil {
					delete(acknowledged, name)
					refusals++
				}
				mu.Unlock()
				if err != nil {
					time.Sleep(10 * time.Millisecond)
				}
			}
		})
	}
	until(t, 20*time.Second, "200 changes were acknowledged", func() bool { return have() >= 200 })
	began := time.Now()
	pair.Kill(t)
	time.Sleep(300 * time.Millisecond) // people go on trying
	before := have()
	pair.Promote(t)
	until(t, 20*time.Second, "200 more changes were acknowledged by the standby", func() bool { return have() >= before+200 })
	until(t, 20*time.Second, "the server is ready again", func() bool { return statusOf(t, http.MethodGet, at+"/readyz") == http.StatusOK })
	t.Logf("%d acknowledged before, %d refused meanwhile; writing again and ready within %v", before, refusals, time.Since(began).Round(time.Millisecond))
	close(stop)
	writers.Wait()
	if refusals == 0 {
		t.Error("nothing was refused: the primary was not lost")
	}
	if got := statusOf(t, http.MethodGet, at+"/sign-in"); got != http.StatusOK {
		t.Errorf("the page of the way in answers %d", got)
	}

	there := map[string]int{}
	testkit.OK(t, a.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		names, err := store.Values[string](ctx, tx, store.SQL(`SELECT e.record_id FROM audit_entry e WHERE e.action = 'drill.written'`))
		for _, n := range names {
			there[n]++
		}
		return err
	}))
	for name := range acknowledged {
		if there[name] != 1 {
			t.Errorf("the acknowledged change %s is there %d times", name, there[name])
		}
	}
	testkit.OK(t, cmd.Process.Signal(syscall.SIGTERM))
	testkit.OK(t, cmd.Wait())
	if strings.Contains(said.String(), "panic") {
		t.Errorf("the server said %s", said)
	}
	must(t, append([]string{"audit", "checkpoint"}, where...)...) // refused where the log does not bear out the one before
}

// until waits for what must become true.
func until(t *testing.T, patience time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v it is not so that %s", patience, what)
		}
	}
}
