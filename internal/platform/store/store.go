// Package store keeps the records: embedded, encrypted SQLite by default, PostgreSQL by URL, one set of queries for both.
//
// There are two doors. Read opens one snapshot for a viewer; Write one transaction for a viewer. Both hand over a *Tx, which
// carries the viewer, the instant and new ids, so that nobody can ask without saying who is asking. A query on a table of
// records must carry Visible, the access predicate; one without it is refused.
//
// On SQLite one goroutine writes. It groups the closures that wait (never waiting for more), runs each under a savepoint, and
// acknowledges all after one durable commit. See writer.go for what that asks of a closure: it may run twice, it touches
// nothing but its transaction, and it is short.
package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
)

// Engine is the database that runs below.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options say where the database is and what it needs. Either Path (SQLite) or URL (PostgreSQL) is set.
type Options struct {
	Path     string   // SQLite file; its folder exists
	Key      [32]byte // of the SQLite file, and on both engines of the cursors of lists (page.go)
	URL      string   // PostgreSQL: the program's role, neither owner nor superuser
	OwnerURL string   // PostgreSQL: the role that migrates; URL when empty
	Readers  int      // reading connections; 0 means 4
	Clock    clock.Clock
	// Unflushed leaves it to the machine when what is written reaches the disk (SQLite). Only for making the invented district
	// afresh, and for tests: nothing in it is anybody's, and whoever loses it makes it again.
	Unflushed bool
	IDs       *id.Source
	Slices    []Slice // whose migrations make the schema
	// Trace, when set, is told each statement before it runs: for the benchmark, which runs the same ones bare. The values
	// are people's, so nothing else may be done with them.
	Trace func(statement string, values []any) `json:"-"`
}

// Slice is one slice's set of migrations: files named 20261123171503_<slice>_<what>.sql.
type Slice struct {
	Name  string
	Files fs.FS
}

// DB is the open database. It is safe for concurrent use.
type DB struct {
	engine  Engine
	clock   clock.Clock
	ids     *id.Source
	opts    Options
	read    *sql.DB
	write   *sql.DB
	writer  *writer       // nil on PostgreSQL
	turns   chan struct{} // PostgreSQL: one for each closure that writes
	schema  *schema
	cursors sealer
	noter   Noter
	closing sync.Once
	closed  atomic.Bool
}

// Note is one thing that a read showed to somebody.
type Note struct {
	Action string
	Kind   string // of the record; "" for a list
	Record string // id; "" for a list
	Org    string
	Rule   string
	Detail any // for a list: filter, count and the ids shown; kept hashed
}

// Noter writes the notes of a read durably. It is given by platform/audit, which stands above this package.
type Noter func(ctx context.Context, tx *Tx, notes []Note) error

// OnSaw sets who writes down what reads have shown. Without one, a read that shows records fails.
func (db *DB) OnSaw(n Noter) { db.noter = n }

// Open opens the database and checks that it is ours, whole and not newer than the program. It does not migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.IDs == nil {
		o.IDs = id.Random()
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	sch, err := readSchema(o.Slices)
	if err != nil {
		return nil, err
	}
	cursors, err := newSealer(o.Key)
	if err != nil {
		return nil, err
	}
	db := &DB{clock: o.Clock, ids: o.IDs, opts: o, schema: sch, cursors: cursors}
	if o.URL != "" {
		err = db.openPostgres(ctx)
	} else {
		err = db.openSQLite(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := db.refuseNewer(ctx); err != nil {
		return nil, fmt.Errorf("%w (close: %v)", err, db.Close())
	}
	return db, nil
}

// Engine says which database runs below.
func (db *DB) Engine() Engine { return db.engine }

// Clock returns the program's clock.
func (db *DB) Clock() clock.Clock { return db.clock }

// Now returns the present instant by the program's clock.
func (db *DB) Now() clock.Millis { return clock.Of(db.clock.Now()) }

// IDs returns the program's source of ids.
func (db *DB) IDs() *id.Source { return db.ids }

// Pool returns the writing pool, for the job queue only: its own transactions take their turn with the writer's.
func (db *DB) Pool() *sql.DB { return db.write }

// Path returns the SQLite file, "" on PostgreSQL.
func (db *DB) Path() string { return db.opts.Path }

// Close waits for what is being written and closes.
func (db *DB) Close() (err error) {
	db.closing.Do(func() {
		db.closed.Store(true)
		if db.writer != nil {
			db.writer.stop()
		}
		if db.read != db.write {
			err = db.read.Close()
		}
		if e := db.write.Close(); e != nil {
			err = e
		}
	})
	return err
}

// inside marks the context of a closure, so that a door opened inside a door is an error at once and not a deadlock.
type inside struct{}

func (db *DB) refuse(ctx context.Context) error {
	if db.closed.Load() {
		return errs.New(errs.Unavailable, notSaved)
	}
	if ctx.Value(inside{}) != nil {
		return errs.New(errs.Internal, "store: a transaction was opened inside a transaction")
	}
	return nil
}

// Read runs fn over one read-only snapshot for the viewer and returns after what it showed (tx.Saw) is durably written down:
// until then nothing may be sent to the person. If it cannot be written down, Read fails and nothing is shown (SEC-13).
func (db *DB) Read(ctx context.Context, v access.Viewer, fn func(context.Context, *Tx) error) error {
	if err := db.refuse(ctx); err != nil {
		return err
	}
	notes, along, err := db.snapshot(ctx, v, fn)
	if err != nil || len(notes) == 0 {
		return err
	}
	if db.noter == nil {
		return errs.New(errs.Unavailable, notShown)
	}
	return db.Write(ctx, v, func(ctx context.Context, tx *Tx) error {
		tx.audited = true
		for _, f := range along {
			if err := f(ctx, tx); err != nil {
				return err
			}
		}
		return db.noter(ctx, tx, notes)
	})
}

func (db *DB) snapshot(ctx context.Context, v access.Viewer, fn func(context.Context, *Tx) error) ([]Note, []func(context.Context, *Tx) error, error) {
	conn, err := db.read.Conn(ctx)
	if err != nil {
		return nil, nil, db.fault(err)
	}
	defer conn.Close() //nolint:errcheck // it goes back to the pool
	raw, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: db.readIsolation()})
	if err != nil {
		return nil, nil, db.fault(err)
	}
	defer raw.Rollback() //nolint:errcheck // a read has nothing to lose
	tx := db.newTx(raw, conn, v)
	tx.reading = true
	if err := fn(context.WithValue(ctx, inside{}, true), tx); err != nil {
		return nil, nil, err
	}
	return tx.notes, tx.along, nil
}

// Write runs fn in one transaction for the viewer and returns when it is durable. fn may run more than once: it assigns its
// results afresh and touches nothing but its transaction. A change by a person without an audit entry fails.
func (db *DB) Write(ctx context.Context, v access.Viewer, fn func(context.Context, *Tx) error) error {
	if err := db.refuse(ctx); err != nil {
		return err
	}
	if db.engine == Postgres {
		return db.writePostgres(ctx, v, fn)
	}
	return db.writer.do(ctx, v, fn)
}

// InSteps runs step in a transaction of its own again and again, each from where the one before ended, until one returns "". What
// it does can be done again after it was interrupted.
func (db *DB) InSteps(ctx context.Context, v access.Viewer, step func(ctx context.Context, tx *Tx, after string) (last string, err error)) error {
	for after := ""; ; {
		var last string
		if err := db.Write(ctx, v, func(ctx context.Context, tx *Tx) (err error) {
			last, err = step(ctx, tx, after)
			return err
		}); err != nil || last == "" {
			return err
		}
		after = last
	}
}

func (db *DB) newTx(raw *sql.Tx, conn *sql.Conn, v access.Viewer) *Tx {
	now := db.Now()
	if _, ok := v.IsSystem(); ok || v.Now == 0 {
		v.Now = now
	}
	tx := &Tx{db: db, raw: raw, conn: conn, Viewer: v, Now: now}
	if db.engine == Postgres {
		tx.waiting = append(tx.waiting, forDistrict(v))
	}
	return tx
}

// run calls fn and then asks whether what it did may stand.
func (tx *Tx) run(ctx context.Context, fn func(context.Context, *Tx) error) error {
	if err := fn(ctx, tx); err != nil {
		if len(tx.waiting) > 0 { // they came before: fn would have stopped at one that is wrong
			return cmp.Or(tx.trip(ctx), err)
		}
		return err
	}
	if err := tx.ready(); err != nil {
		return err
	}
	if len(tx.notes) > 0 {
		if tx.db.noter == nil {
			return errs.New(errs.Unavailable, notShown)
		}
		if err := tx.db.noter(ctx, tx, tx.notes); err != nil {
			return err
		}
	}
	if _, system := tx.Viewer.IsSystem(); tx.wrote && !tx.audited && !system {
		return errs.New(errs.Internal, "store: a change without an audit entry")
	}
	return tx.trip(ctx)
}

// closureLimit is how long one closure's statements may take; every page waits for the writer.
const closureLimit = 5 * time.Second

const (
	notShown = "This cannot be shown just now, because the opening could not be written down. Nothing was lost. Try again in a minute."
	notSaved = "This could not be saved just now. Nothing you typed was lost: it is still on the page. Try again in a minute."
)
