package pgcluster

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"kith/internal/testkit/repo"
)

// A Pair is a primary with a synchronous standby, of the test's own, stopped when it ends: to lose the one and go on with the
// other. Nothing is acknowledged by the primary before the standby has it.
type Pair struct {
	OwnerURL, AppURL string // of both: whoever connects finds the one that can be written to
	first, second    string // the superuser's URLs
	primary          int    // process id
}

// NewPair starts a pair with an empty database of the owner's.
func NewPair(t testing.TB) *Pair {
	t.Helper()
	said, hold, err := start(repo.Root(t), "--pair", 2)
	if err != nil {
		t.Fatalf("a pair of PostgreSQL servers: %v", err)
	}
	t.Cleanup(func() { hold.Close() }) //nolint:errcheck // its end is what counts
	p := &Pair{}
	for i, at := range []*string{&p.first, &p.second} {
		pid := ""
		*at, pid, _ = strings.Cut(said[i], " ")
		if i == 0 {
			if p.primary, err = strconv.Atoi(pid); err != nil {
				t.Fatal(err)
			}
		}
	}
	const name = "kith_pair"
	for _, sql := range []string{createRole(Owner), createRole(App), `CREATE DATABASE ` + name + ` OWNER ` + Owner} {
		if err := run(t.Context(), p.first, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	for role, to := range map[string]*string{Owner: &p.OwnerURL, App: &p.AppURL} {
		if *to, err = both(p.first, p.second, role, name); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// both is the address of two servers: host and port of each, and the demand for one that can be written to.
func both(first, second, role, database string) (string, error) {
	a, err := url.Parse(first)
	if err != nil {
		return "", err
	}
	b, err := url.Parse(second)
	if err != nil {
		return "", err
	}
	q := url.Values{"host": {a.Query().Get("host") + "," + b.Query().Get("host")}, "port": {"5432,5432"}, "target_session_attrs": {"read-write"}}
	a.User, a.Path, a.RawQuery = url.User(role), "/"+database, q.Encode()
	return a.String(), nil
}

// Kill kills the primary outright, with every process of it, as a machine that loses its power.
func (p *Pair) Kill(t testing.TB) {
	t.Helper()
	pids := []int{p.primary}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range stats {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // ended meanwhile
		}
		_, rest, _ := strings.Cut(string(b), ") ")
		if f := strings.Fields(rest); len(f) > 1 && f[1] == strconv.Itoa(p.primary) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	if len(pids) < 5 {
		t.Fatalf("the primary has only the processes %v", pids)
	}
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			t.Fatal(err)
		}
	}
}

// Promote makes the standby the primary.
func (p *Pair) Promote(t testing.TB) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // nothing is lost with it
	var done bool
	if err := conn.QueryRow(t.Context(), `SELECT pg_promote(true, 20)`).Scan(&done); err != nil || !done {
		t.Fatal(fmt.Errorf("promoted: %v, %w", done, err))
	}
}
