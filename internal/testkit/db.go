// Package testkit is what tests stand on: databases, people, pages. It knows the kernel and the platform, and no slice, so
// that any test may use it.
package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"kith/internal/kernel/clock"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/web"
	"kith/internal/testkit/pgcluster"
)

// Monday is when every test begins unless it says otherwise: Monday 23 November 2026, 07:50 in Europe/London.
var Monday = clock.Day("2026-11-23").At(7, 50)

// Platform is the migrations that every slice stands on.
var Platform = []store.Slice{store.Migrations, audit.Migrations, story.Migrations, web.Migrations}

// Key is the database key of tests.
var Key = sha256.Sum256([]byte("a key for tests"))

// Flush makes the SQLite databases of a package's tests wait for the disk after each commit, as the program does. Those of package
// store do, whose matter it is; elsewhere nobody asks what a loss of power would leave, and waiting is what most of the time would
// go on. PostgreSQL does not wait either (tools/withpg.sh).
var Flush bool

// World is one test's database, clock and log.
type World struct {
	DB    *store.DB
	Clock *clock.Manual
	Log   *audit.Log

	opts store.Options
}

// DBs runs fn on SQLite and on PostgreSQL, each a fresh database with the platform's tables and those of the slices.
func DBs(t *testing.T, slices []store.Slice, fn func(t *testing.T, w *World)) {
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t, slices...)) })
	if pgcluster.Wanted() {
		t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t, slices...)) })
	}
}

// templates are the migrated SQLite files of this process, by their migrations.
var templates struct {
	sync.Mutex
	files map[string]string
}

// SQLite returns a fresh encrypted SQLite database, copied from a migrated template.
func SQLite(t testing.TB, slices ...store.Slice) *World {
	t.Helper()
	all := append(append([]store.Slice{}, Platform...), slices...)
	key := keyOf(t, all)
	templates.Lock()
	from, ok := templates.files[key]
	if !ok {
		dir, err := os.MkdirTemp("", "kith-template-")
		if err != nil {
			t.Fatal(err)
		}
		from = filepath.Join(dir, "kith.db")
		migrate(t, store.Options{Path: from, Key: Key, Slices: all, Unflushed: true})
		if templates.files == nil {
			templates.files = map[string]string{}
		}
		templates.files[key] = from
	}
	templates.Unlock()
	to := filepath.Join(t.TempDir(), "kith.db")
	copyFile(t, from, to)
	return open(t, store.Options{Path: to, Key: Key, Slices: all})
}

// Postgres returns a fresh PostgreSQL database, cloned from a migrated template; the program's role is neither owner nor
// superuser, so that the wall between districts is real.
func Postgres(t testing.TB, slices ...store.Slice) *World {
	t.Helper()
	all := append(append([]store.Slice{}, Platform...), slices...)
	key := keyOf(t, all)
	pgcluster.Template(t, key, func(owner string) error {
		db, err := store.Open(t.Context(), store.Options{URL: owner, OwnerURL: owner, Slices: all})
		if err != nil {
			return err
		}
		_, err = db.Migrate(t.Context(), jobs.Migrate)
		if e := db.Close(); err == nil {
			err = e
		}
		return err
	})
	c := pgcluster.Clone(t, key)
	return open(t, store.Options{URL: c.AppURL, OwnerURL: c.OwnerURL, Slices: all})
}

func migrate(t testing.TB, o store.Options) {
	t.Helper()
	db, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(context.Background(), jobs.Migrate); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, o store.Options) *World {
	t.Helper()
	c := clock.NewManual(Monday)
	o.Clock, o.Unflushed = c, !Flush
	db, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &World{DB: db, Clock: c, Log: audit.New(db, nil), opts: o}
}

// Again opens the world's database a second time, as another process would. The two share the clock and nothing else.
func (w *World) Again(t testing.TB) *World {
	t.Helper()
	db, err := store.Open(context.Background(), w.opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &World{DB: db, Clock: w.Clock, Log: audit.New(db, nil), opts: w.opts}
}

// Options returns how the program opens the world's database, for a test that hands it to a process of its own.
func (w *World) Options() store.Options {
	o := w.opts
	o.Unflushed = false
	return o
}

// keyOf names a set of migrations by what they say.
func keyOf(t testing.TB, slices []store.Slice) string {
	h := sha256.New()
	for _, s := range slices {
		names, err := fs.Glob(s.Files, "migrations/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			b, err := fs.ReadFile(s.Files, n)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(h, "%s %d\n", n, len(b))
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// OK fails the test when err is one.
func OK(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// After moves the world's clock on.
func (w *World) After(d time.Duration) { w.Clock.Add(d) }

// Checks makes the rapid properties of a test run n times, not a hundred: for one that goes through a database each time, where
// one run is many steps.
func Checks(t testing.TB, n int) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if checks == nil {
		t.Fatal("this test has no property")
	}
	before := checks.Value.String()
	OK(t, checks.Value.Set(strconv.Itoa(n)))
	t.Cleanup(func() { OK(t, checks.Value.Set(before)) })
}
