package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"kith/internal/app"
	"kith/internal/demo"
	"kith/internal/feature/account"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// begun is when every district of the benchmark is made, and when each run of it begins: the same day has the same work.
var begun = clock.Day("2026-11-23").At(10, 0)

// running is a clock that shows begun at its start and then runs.
type running struct{ since time.Time }

func (c running) Now() time.Time { return begun.Add(time.Since(c.since)).UTC() }

// district is a district of the reference proportions, open.
type district struct {
	app      *app.App
	id       string
	made     made
	children int
	trace    *trace
	file     string
	key      [32]byte
}

// made is what the making of a district came to. It is kept beside the database.
type made struct {
	Children int
	Seconds  float64
	Rows     map[string]int64
	Bytes    int64
	Version  int // of the makers; another one makes the district afresh
}

const makersVersion = 1

// trace collects the statements of what is done while it listens.
type trace struct {
	mu         sync.Mutex
	on         bool
	statements []statement
}

type statement struct {
	text   string
	values []any
}

func (t *trace) told(text string, values []any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on {
		t.statements = append(t.statements, statement{text, values})
	}
}

// during returns the statements that fn ran.
func (t *trace) during(fn func()) []statement {
	t.mu.Lock()
	t.on, t.statements = true, nil
	t.mu.Unlock()
	fn()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.on = false
	return t.statements
}

func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func settings(dir string) app.Settings {
	return app.Settings{Place: app.Place{Data: filepath.Join(dir, "data")}, Log: quiet(), Workers: 4, PublicURL: "http://localhost",
		Mail: mail.Outbox{Dir: filepath.Join(dir, "data", "outbox"), FromName: "Kith", FromAddress: "kith@haverdale.example"}}
}

// makeDistrict makes the district of so many children in dir, unless one of this program's making is there.
func makeDistrict(ctx context.Context, dir string, children int, say io.Writer) (m made, err error) {
	note := filepath.Join(dir, "made.json")
	if b, err := os.ReadFile(note); err == nil && json.Unmarshal(b, &m) == nil && m.Version == makersVersion && m.Children == children {
		fmt.Fprintf(say, "using the district of %d children made before\n", children)
		return m, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return m, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return m, err
	}
	fmt.Fprintf(say, "making the district of %d children\n", children)
	s := settings(dir)
	clk := clock.NewManual(begun)
	s.Clock, s.IDs, s.Mail = clk, demo.IDs(), demo.Quiet()
	start := time.Now()
	a, err := app.New(ctx, s)
	if err != nil {
		return m, err
	}
	if err := demo.Reference(ctx, a.DB, clk, partsOf(a), children, begun); err != nil {
		return m, errors.Join(err, a.Close())
	}
	if err := a.Log.SequenceAll(ctx); err != nil {
		return m, errors.Join(err, a.Close())
	}
	m = made{Children: children, Version: makersVersion, Seconds: time.Since(start).Seconds(), Rows: map[string]int64{}}
	err = a.DB.Read(ctx, access.System("*", "benchmark"), func(ctx context.Context, tx *store.Tx) error {
		for what, sql := range map[string]string{
			"schools": `SELECT count(*) FROM directory_organisation WHERE kind = 'school'`, "staff": `SELECT count(*) FROM account`, "children": `SELECT count(*) FROM people_child`,
			"concerns": `SELECT count(*) FROM concerns_concern`, "chronology entries": `SELECT count(*) FROM story_entry`, "audit entries": `SELECT size FROM audit_head`,
			"records": `SELECT count(*) FROM access_record`,
		} {
			n, err := store.Value[int64](ctx, tx, store.SQL(sql))
			if err != nil {
				return err
			}
			m.Rows[what] = n
		}
		return nil
	})
	if err = errors.Join(err, a.Close()); err != nil {
		return m, err
	}
	if f, err := os.Stat(filepath.Join(dir, "data", "kith.db")); err == nil {
		m.Bytes = f.Size()
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	return m, os.WriteFile(note, b, 0o600)
}

func partsOf(a *app.App) demo.Parts {
	return demo.Parts{Concerns: a.Concerns, Adults: a.Adults, Terms: a.Terms, Quizzes: a.Quizzes, Programmes: a.Programmes, Cascades: a.Cascades, Running: a.Running, Newsletters: a.Newsletters, Auditing: a.Auditing, Sharing: a.Sharing, Referrals: a.Referrals, Talk: a.Talk, Training: a.Training, Queue: a.Queue}
}

// openDistrict opens a district that was made.
func openDistrict(ctx context.Context, dir string, m made) (*district, error) {
	s := settings(dir)
	s.Clock, s.IDs = running{time.Now()}, id.Random()
	d := &district{made: m, children: m.Children, trace: &trace{}}
	root, _, err := secret.LoadOrMakeRoot(secret.Places{Data: s.Data})
	if err != nil {
		return nil, err
	}
	d.file, d.key = filepath.Join(s.Data, "kith.db"), root.Derive(secret.Database)
	db, err := store.Open(ctx, store.Options{Path: d.file, Key: d.key, Clock: s.Clock, IDs: s.IDs, Slices: app.Slices, Trace: d.trace.told})
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx, jobs.Migrate); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if d.app, err = app.Join(ctx, db, root, "", s); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	d.id, err = d.lookUp(ctx, `SELECT id FROM directory_district`)
	return d, err
}

// settle closes what earlier runs of the benchmark have sent, and has it sent last month: thousands of concerns, unread or of today,
// are no school's day.
func (d *district) settle(ctx context.Context) error {
	_, err := d.app.DB.Pool().ExecContext(ctx, `UPDATE concerns_concern SET state = 'closed', recorded_at = recorded_at - 2592000000 WHERE recorded_at > ?`, begun.UnixMilli())
	return err
}

// lookUp returns one value of the database, as the program itself.
func (d *district) lookUp(ctx context.Context, sql string, values ...any) (out string, err error) {
	err = d.app.DB.Read(ctx, access.System("*", "benchmark"), func(ctx context.Context, tx *store.Tx) error {
		out, err = store.Value[string](ctx, tx, store.SQL(sql, values...))
		return err
	})
	return out, err
}

// list returns one column of the database, as the program itself.
func (d *district) list(ctx context.Context, sql string, values ...any) (out []string, err error) {
	err = d.app.DB.Read(ctx, access.System("*", "benchmark"), func(ctx context.Context, tx *store.Tx) error {
		out, err = store.Values[string](ctx, tx, store.SQL(sql, values...))
		return err
	})
	return out, err
}

func (d *district) account(ctx context.Context, email string) (a account.Account, err error) {
	err = d.app.DB.Read(ctx, access.System(d.id, "benchmark"), func(ctx context.Context, tx *store.Tx) error {
		a, err = account.Store{}.ByEmail(ctx, tx, email)
		return err
	})
	return a, err
}
