// Package jobs runs work soon after the change that asks for it: a mail, an index, an import. It is River, with our clock, our
// transactions and our tests.
//
// A job is added in the caller's transaction, so it exists if and only if the change does. It runs at least once: work is
// idempotent. Its arguments are ids only. It is no calendar: what is due on a date is a row with a date, found by a sweep.
package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Args are a job's arguments: ids only. Kind is the name of the work and never changes once used.
type Args interface{ Kind() string }

func driver(e store.Engine, pool *sql.DB) riverdriver.Driver[*sql.Tx] {
	if e == store.Postgres {
		return riverdatabasesql.New(pool)
	}
	return riversqlite.New(pool)
}

// inserters add jobs inside a caller's transaction; they hold no connection of their own.
var inserters = map[store.Engine]func() *river.Client[*sql.Tx]{
	store.SQLite:   sync.OnceValue(func() *river.Client[*sql.Tx] { return inserter(store.SQLite) }),
	store.Postgres: sync.OnceValue(func() *river.Client[*sql.Tx] { return inserter(store.Postgres) }),
}

func inserter(e store.Engine) *river.Client[*sql.Tx] {
	c, err := river.NewClient(driver(e, nil), &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		panic(err) // a constant configuration
	}
	return c
}

// Add queues work in the caller's transaction.
func Add(ctx context.Context, tx *store.Tx, args Args) error {
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	raw, err := tx.Raw(ctx)
	if err != nil {
		return err
	}
	if _, err = inserters[tx.Engine()]().InsertTx(ctx, raw, envelope{Work: args.Kind(), District: tx.Viewer.District, Body: body}, nil); err != nil {
		return tx.Failed(err)
	}
	return nil
}

// envelope is the one kind of job that River knows; ours are told apart inside, so that tests can run them without River.
type envelope struct {
	Work     string          `json:"work"`
	District string          `json:"district"`
	Body     json.RawMessage `json:"body"`
}

func (envelope) Kind() string { return "kith" }

// Queue knows how each kind of work is done.
type Queue struct {
	db    *store.DB
	log   *slog.Logger
	work  map[string]func(context.Context, access.Viewer, json.RawMessage) error
	river *river.Client[*sql.Tx]
}

// New returns a queue without handlers.
func New(db *store.DB, log *slog.Logger) *Queue {
	return &Queue{db: db, log: log, work: map[string]func(context.Context, access.Viewer, json.RawMessage) error{}}
}

// Handle says how work of T's kind is done. It runs as the program, in the district of whoever queued it; work that shows
// record content reads the rights of its originator again.
func Handle[T Args](q *Queue, fn func(context.Context, access.Viewer, T) error) {
	var zero T
	kind := zero.Kind()
	if q.work[kind] != nil {
		panic("jobs: two handlers for " + kind)
	}
	q.work[kind] = func(ctx context.Context, v access.Viewer, body json.RawMessage) error {
		var args T
		if err := json.Unmarshal(body, &args); err != nil {
			return err
		}
		return fn(ctx, v, args)
	}
}

func (q *Queue) do(ctx context.Context, e envelope) error {
	fn := q.work[e.Work]
	if fn == nil {
		return fmt.Errorf("jobs: nobody does %q", e.Work)
	}
	return fn(ctx, access.System(e.District, "job "+e.Work), e.Body)
}

type worker struct {
	river.WorkerDefaults[envelope]
	q *Queue
}

func (w *worker) Work(ctx context.Context, j *river.Job[envelope]) error { return w.q.do(ctx, j.Args) }

// Migrate makes River's own tables, after ours, as the role that owns the schema.
func Migrate(ctx context.Context, e store.Engine, owner *sql.DB) error {
	m, err := rivermigrate.New(driver(e, owner), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// Start works on what is queued until Stop. workers is how many jobs run at once.
func (q *Queue) Start(ctx context.Context, workers int) error {
	all := river.NewWorkers()
	river.AddWorker(all, &worker{q: q})
	c, err := river.NewClient(driver(q.db.Engine(), q.db.Pool()), &river.Config{
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers, FetchCooldown: 20 * time.Millisecond}},
		Workers: all, Logger: slog.New(quiet{q.log.Handler()}), FetchPollInterval: 500 * time.Millisecond, PollOnly: true,
	})
	if err != nil {
		return err
	}
	q.river = c
	return c.Start(ctx)
}

// Stop lets running jobs end and takes no more.
func (q *Queue) Stop(ctx context.Context) error {
	if q.river == nil {
		return nil
	}
	return q.river.Stop(ctx)
}

// Drain does what is queued now, in order, in the caller's goroutine, and says how many jobs it did. Tests use it in River's
// place, as does a command that must not end before its work is done. A job that fails stays queued and its error is returned.
func (q *Queue) Drain(ctx context.Context) (done int, err error) {
	args := "args"
	if q.db.Engine() == store.SQLite {
		args = "json(args)" // River keeps them there in SQLite's binary form
	}
	for {
		var id int64
		var e envelope
		err := q.db.Read(ctx, access.System("*", "drain jobs"), func(ctx context.Context, tx *store.Tx) error {
			r, err := store.One[jobRow](ctx, tx, store.SQL(`SELECT id, `+args+` FROM river_job WHERE state IN ('available', 'scheduled', 'retryable') ORDER BY id LIMIT 1`))
			if err != nil {
				return err
			}
			id = r.id
			return json.Unmarshal(r.args, &e)
		})
		if errs.Is(err, errs.NotFound) {
			return done, nil
		}
		if err != nil {
			return done, err
		}
		if err := q.do(ctx, e); err != nil {
			return done, fmt.Errorf("job %d (%s): %w", id, e.Work, err)
		}
		if err := q.db.Write(ctx, access.System("*", "drain jobs"), func(ctx context.Context, tx *store.Tx) error {
			return tx.Put(ctx, store.SQL(`DELETE FROM river_job WHERE id = ?`, id))
		}); err != nil {
			return done, err
		}
		done++
	}
}

// Counts are how many jobs there are in each state.
type Counts struct {
	Waiting int64 // queued, or running now
	Failing int64 // failed, and tried again later
	Failed  int64 // given up
}

type countRow struct {
	state string
	n     int64
}

func (c *countRow) Dest() []any { return []any{&c.state, &c.n} }

// Counts returns how many jobs wait, fail and have failed.
func (q *Queue) Counts(ctx context.Context) (c Counts, err error) {
	err = q.db.Read(ctx, access.System("*", "count jobs"), func(ctx context.Context, tx *store.Tx) error {
		c = Counts{}
		rows, err := store.All[countRow](ctx, tx, store.SQL(`SELECT j.state, count(j.id) FROM river_job j WHERE j.state IN ('available', 'scheduled', 'running', 'pending', 'retryable', 'discarded') GROUP BY j.state`))
		for _, r := range rows {
			switch r.state {
			case "retryable":
				c.Failing += r.n
			case "discarded":
				c.Failed += r.n
			default:
				c.Waiting += r.n
			}
		}
		return err
	})
	return c, err
}

type jobRow struct {
	id   int64
	args []byte
}

func (r *jobRow) Dest() []any { return []any{&r.id, &r.args} }

// quiet passes River's warnings and errors on and drops its chatter.
type quiet struct{ slog.Handler }

func (h quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && h.Handler.Enabled(ctx, l)
}
