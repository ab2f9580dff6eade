package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // registers the encrypting file system "adiantum"

	"kith/internal/kernel/errs"
)

func init() { sqlite3.AutoExtension(fts5.Register) }

// sqliteURL returns how to open the file. The key comes first and the busy timeout before the journal mode, or the first
// statement meets a file it cannot read or a lock it does not wait for. Without recursive triggers REPLACE would delete rows
// that their triggers keep, such as audit entries.
func sqliteURL(o Options, cacheKB int, readOnly bool) string {
	flush := "synchronous(full)"
	if o.Unflushed {
		flush = "synchronous(off)"
	}
	q := url.Values{"vfs": {"adiantum"}, "_txlock": {"immediate"}}
	q["_pragma"] = []string{
		"hexkey('" + hex.EncodeToString(o.Key[:]) + "')", "busy_timeout(10000)", "journal_mode(wal)", flush,
		"foreign_keys(on)", "temp_store(memory)", "secure_delete(on)", "recursive_triggers(on)", fmt.Sprintf("cache_size(-%d)", cacheKB),
	}
	if readOnly {
		q["_pragma"] = append(q["_pragma"], "query_only(on)")
	}
	return "file:" + (&url.URL{Path: o.Path}).EscapedPath() + "?" + q.Encode()
}

func (db *DB) openSQLite(ctx context.Context) error {
	db.engine = SQLite
	_, statErr := os.Stat(db.opts.Path)
	w, err := openKeeping(sqliteURL(db.opts, 16_000, false))
	if err != nil {
		return err
	}
	w.SetMaxOpenConns(1)
	w.SetMaxIdleConns(1)
	if _, err := w.ExecContext(ctx, "SELECT count(*) FROM sqlite_schema"); err != nil {
		w.Close() //nolint:errcheck // never opened
		if code(err) == sqlite3.NOTADB && statErr == nil {
			return errs.Of(errs.Unavailable, err, "The key does not open this database. Use the key file that belongs to this data folder, or the recovery sheet; nothing was changed.")
		}
		return err
	}
	r, err := openKeeping(sqliteURL(db.opts, 8_000, true))
	if err != nil {
		return err
	}
	r.SetMaxOpenConns(db.opts.Readers)
	r.SetMaxIdleConns(db.opts.Readers)
	db.write, db.read = w, r
	db.writer = newWriter(db)
	return nil
}

// weigh has SQLite look at how its tables are filled, where that has changed tenfold since it last looked, so that it chooses
// an index that leads to few rows: without, it takes the district of a row to be as telling as its id, and reads every account
// of a district to name five. PostgreSQL does so by itself. A table is looked at in a few hundred places, not as a whole.
//
// Of a table in which nothing stands SQLite learns nothing, and takes it for a million rows: a list of a new slice then begins with
// every record of the district. So what is not known after looking is said to be one row, which is what looking would have found, or
// nearly; where rows come later, it is looked at like any other. ANALYZE of the schema has SQLite read what was said.
func (db *DB) weigh(ctx context.Context) error {
	if _, err := db.write.ExecContext(ctx, `PRAGMA analysis_limit = 400; PRAGMA optimize = 0x10002; ANALYZE sqlite_schema;
		INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT m.name, NULL, '1' FROM sqlite_schema m WHERE m.type = 'table' AND m.rootpage > 0 AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'
			AND NOT EXISTS (SELECT 1 FROM sqlite_stat1 s WHERE s.tbl = m.name);
		ANALYZE sqlite_schema`); err != nil {
		return db.fault(err)
	}
	db.read.SetMaxIdleConns(0) // connections that are open already would not see it
	db.read.SetMaxIdleConns(db.opts.Readers)
	return nil
}

// rollsBack says whether SQLite answers the error by giving up the whole transaction, so that a later statement would be
// committed on its own.
func rollsBack(err error) bool {
	switch code(err) {
	case sqlite3.FULL, sqlite3.IOERR, sqlite3.NOMEM, sqlite3.BUSY, sqlite3.INTERRUPT, sqlite3.CORRUPT, sqlite3.NOTADB:
		return true
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// code returns SQLite's code of an error, 0 for an error that is not SQLite's. The driver gives some bare, some wrapped.
func code(err error) sqlite3.ErrorCode {
	var c sqlite3.ErrorCode
	errors.As(err, &c)
	return c
}

// isIO says whether the disk itself failed.
func isIO(err error) bool { return code(err) == sqlite3.IOERR }

// fault maps a driver's error once, for both engines: what cannot be stored or read just now is Unavailable with words for
// the person; a breach of uniqueness is a duplicate (see IsDuplicate); everything else stays a fault of ours.
func (db *DB) fault(err error) error {
	if err == nil {
		return nil
	}
	if c := code(err); c != 0 {
		switch {
		case rollsBack(err), c == sqlite3.READONLY, c == sqlite3.CANTOPEN:
			return errs.Of(errs.Unavailable, err, notSaved)
		case errors.Is(err, sqlite3.CONSTRAINT_UNIQUE), errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY):
			return fmt.Errorf("%w: %w", errDuplicate, err)
		}
		return err
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case pg.Code == "23505":
			return fmt.Errorf("%w: %w", errDuplicate, err)
		case pg.Code[:2] == "08", pg.Code[:2] == "53", pg.Code[:2] == "57", pg.Code[:2] == "58", pg.Code == "25006":
			return errs.Of(errs.Unavailable, err, notSaved)
		}
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) || pgconn.SafeToRetry(err) || isConnect(err) {
		return errs.Of(errs.Unavailable, err, notSaved)
	}
	return err
}

var errDuplicate = errors.New("duplicate")

// IsDuplicate says whether a row with this key is already there, as after a form that was sent twice.
func IsDuplicate(err error) bool { return errors.Is(err, errDuplicate) }
