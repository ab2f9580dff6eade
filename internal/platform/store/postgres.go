package store

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"net"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib" // registers "pgx", too

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
)

func (db *DB) openPostgres(ctx context.Context) error {
	db.engine = Postgres
	at, err := pgx.ParseConfig(db.opts.URL)
	if err != nil {
		return errs.Of(errs.Unavailable, err, "The database address cannot be read. It looks like postgres://kith_app@host/kith.")
	}
	// What a viewer may see is one long condition, of which PostgreSQL expects much work: it would compile each statement anew, for
	// a second or more, to save milliseconds (decision 41).
	// For the same length it would plan it anew for each use; the plans do not hang on values here either (decision 33).
	for name, value := range map[string]string{"jit": "off", "plan_cache_mode": "force_generic_plan"} {
		if at.RuntimeParams[name] == "" {
			at.RuntimeParams[name] = value
		}
	}
	pool := stdlib.OpenDB(*at)
	pool.SetMaxOpenConns(20)
	pool.SetMaxIdleConns(20)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close() //nolint:errcheck // never opened
		return errs.Of(errs.Unavailable, err, "The database does not answer. Check that PostgreSQL runs and that this address and role may connect.")
	}
	db.read, db.write, db.turns = pool, pool, make(chan struct{}, writers())
	return nil
}

func (db *DB) readIsolation() sql.IsolationLevel {
	if db.engine == Postgres {
		return sql.LevelRepeatableRead // one snapshot for the whole page
	}
	return sql.LevelDefault
}

// forDistrict is what row-level security asks of a transaction: for which district it is. It is the second wall behind every
// query's own.
func forDistrict(v access.Viewer) errand {
	return errand{text: `SELECT set_config('app.district', $1, true)`, args: []any{v.District}}
}

// attempts is how often a closure runs when rivals keep it from committing.
const attempts = 5

func (db *DB) writePostgres(ctx context.Context, v access.Viewer, fn func(context.Context, *Tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	for n := range attempts {
		err = db.tryPostgres(ctx, v, fn)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "40001" && pg.Code != "40P01" {
			return err
		}
		time.Sleep(time.Duration(rand.Int64N(int64(5*time.Millisecond) << n))) // #nosec G404 -- rivals that wake together meet again; a pause is no secret
	}
	return errs.Of(errs.Busy, err, "Too many people are changing this at once. Nothing was lost: send it again.")
}

func (db *DB) tryPostgres(ctx context.Context, v access.Viewer, fn func(context.Context, *Tx) error) error {
	conn, done, err := db.turn(ctx)
	if err != nil {
		return db.fault(err)
	}
	defer done()
	ctx, cancel := context.WithTimeout(context.WithValue(context.WithoutCancel(ctx), inside{}, true), closureLimit)
	defer cancel()
	raw, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return db.fault(err)
	}
	defer raw.Rollback() //nolint:errcheck // after Commit it does nothing
	if err := db.newTx(raw, conn, v).run(ctx, fn); err != nil {
		return err
	}
	if err := raw.Commit(); err != nil {
		return db.fault(err)
	}
	return nil
}

// turnLimit is how long somebody waits in a rush for their turn: the time of a closure begins when they have it.
const turnLimit = 20 * time.Second

// writers is how many closures write to PostgreSQL at once. Of a hundred who want the same row, all but one wait for it: with a connection
// each, they keep both sides busy with waking and looking, and keep the connections from those who read.
func writers() int { return 2 * runtime.GOMAXPROCS(0) }

// turn waits for a turn to write, and for a connection. done gives both back.
func (db *DB) turn(ctx context.Context) (conn *sql.Conn, done func(), err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnLimit)
	defer cancel()
	select {
	case db.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	if conn, err = db.write.Conn(ctx); err != nil {
		<-db.turns
		return nil, nil, err
	}
	return conn, func() { conn.Close(); <-db.turns }, nil //nolint:errcheck // it goes back to the pool
}

func isConnect(err error) bool {
	var op *net.OpError
	return errors.As(err, &op)
}
