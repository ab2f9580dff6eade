package backup

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/ext/fts5"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // registers the encrypting file system "adiantum"
	"golang.org/x/mod/sumdb/tlog"

	"kith/internal/kernel/errs"
)

// fileURL names an encrypted SQLite file. The key comes first, or the next statement meets a file that it cannot read.
func fileURL(path string, key [32]byte, pragmas ...string) string {
	q := url.Values{"vfs": {"adiantum"}, "_pragma": append([]string{"hexkey('" + hex.EncodeToString(key[:]) + "')", "busy_timeout(10000)", "temp_store(memory)"}, pragmas...)}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// sqliteFile is a bare connection to one file.
type sqliteFile struct{ *sqlite3.Conn }

func openSQLite(path string, key [32]byte, readOnly bool) (sqliteFile, error) {
	var pragmas []string
	if readOnly {
		pragmas = append(pragmas, "query_only(on)")
	}
	c, err := sqlite3.OpenFlags(fileURL(path, key, pragmas...), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		return sqliteFile{}, err
	}
	return sqliteFile{c}, fts5.Register(c)
}

// pages is how much is copied between two looks at whether anybody still wants the copy.
const pages = 2048

// Copy copies an encrypted SQLite database to a new file under another key, as it is at one moment, while others write to
// it: the copying holds a reader's snapshot, which makes no writer wait.
func Copy(ctx context.Context, from string, key [32]byte, to string, toKey [32]byte) (err error) {
	defer errs.Wrap(&err, "copy")
	src, err := openSQLite(from, key, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	// a transaction of our own keeps all steps on one snapshot
	if err := src.Exec(`BEGIN; SELECT count(*) FROM sqlite_schema`); err != nil {
		return err
	}
	b, err := src.BackupInit("main", fileURL(to, toKey, "synchronous(off)"))
	if err != nil {
		return err
	}
	for done := false; !done && err == nil; {
		if err = ctx.Err(); err == nil {
			done, err = b.Step(pages)
		}
	}
	if err = errors.Join(err, b.Close()); err != nil {
		return err
	}
	if err := src.Exec(`ROLLBACK`); err != nil {
		return err
	}
	return syncFile(to)
}

func (s sqliteFile) vacuumInto(to string, key [32]byte) error {
	q, _, err := s.Prepare(`VACUUM INTO ?`)
	if err != nil {
		return err
	}
	// VACUUM INTO reads the key from the name alone
	name := "file:" + (&url.URL{Path: to}).EscapedPath() + "?" + url.Values{"vfs": {"adiantum"}, "hexkey": {hex.EncodeToString(key[:])}}.Encode()
	if err := q.BindText(1, name); err != nil {
		return errors.Join(err, q.Close())
	}
	return errors.Join(q.Exec(), q.Close())
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// whole returns an error unless SQLite itself finds the file sound.
func (s sqliteFile) whole(ctx context.Context) error {
	found, err := s.texts(ctx, `PRAGMA integrity_check(5)`)
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("integrity: %q", found)
	}
	return nil
}

// querier is a bare connection to either engine.
type querier interface {
	tables(context.Context) ([]string, error)
	texts(ctx context.Context, sql string) ([]string, error)
	ints(ctx context.Context, sql string) ([]int64, error)
	hash(ctx context.Context, at int64) ([]byte, error)
}

// describe says what a database holds.
func describe(ctx context.Context, q querier) (c Contents, err error) {
	defer errs.Wrap(&err, "what the database holds")
	tables, err := q.tables(ctx)
	if err != nil {
		return c, err
	}
	c.Rows = map[string]int64{}
	for _, t := range tables {
		n, err := q.ints(ctx, `SELECT count(*) FROM "`+t+`"`)
		if err != nil {
			return c, err
		}
		c.Rows[t] = n[0]
	}
	if _, migrated := c.Rows["audit_head"]; !migrated {
		return c, errs.Refuse("There are no records in this database yet. Make a district with kith init.")
	}
	v, err := q.ints(ctx, `SELECT coalesce(max(version_id), 0) FROM kith_migration`)
	if err != nil {
		return c, err
	}
	c.Migration = v[0]
	size, err := q.ints(ctx, `SELECT size FROM audit_head WHERE id = 'tree'`)
	if err != nil {
		return c, err
	}
	epoch, err := q.ints(ctx, `SELECT epoch FROM audit_head WHERE id = 'tree'`)
	if err != nil {
		return c, err
	}
	c.Entries, c.Epoch = size[0], epoch[0]
	var root tlog.Hash
	if c.Entries > 0 {
		root, err = tlog.TreeHash(c.Entries, tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(at))
			for i, x := range at {
				h, err := q.hash(ctx, x)
				if err != nil || len(h) != tlog.HashSize {
					return nil, errors.Join(err, fmt.Errorf("the tree's hash %d has %d bytes", x, len(h)))
				}
				copy(out[i][:], h)
			}
			return out, nil
		}))
	}
	c.Root = base64.StdEncoding.EncodeToString(root[:])
	return c, err
}

// tables leaves out what SQLite keeps for itself, and the inner tables of full text, whose rows change with their upkeep.
func (s sqliteFile) tables(ctx context.Context) ([]string, error) {
	return s.texts(ctx, `SELECT t.name FROM pragma_table_list t WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY t.name`)
}

func (s sqliteFile) each(ctx context.Context, sql string, row func(*sqlite3.Stmt)) (err error) {
	defer s.SetInterrupt(s.SetInterrupt(ctx))
	q, _, err := s.Prepare(sql)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	for q.Step() {
		row(q)
	}
	return q.Err()
}

func (s sqliteFile) texts(ctx context.Context, sql string) (out []string, err error) {
	err = s.each(ctx, sql, func(q *sqlite3.Stmt) { out = append(out, q.ColumnText(0)) })
	return out, err
}

func (s sqliteFile) ints(ctx context.Context, sql string) (out []int64, err error) {
	err = s.each(ctx, sql, func(q *sqlite3.Stmt) { out = append(out, q.ColumnInt64(0)) })
	return out, err
}

func (s sqliteFile) hash(ctx context.Context, at int64) (out []byte, err error) {
	err = s.each(ctx, fmt.Sprintf(`SELECT hash FROM audit_hash WHERE idx = %d`, at), func(q *sqlite3.Stmt) { out = q.ColumnBlob(0, nil) })
	return out, err
}

// Quick returns an error unless SQLite finds the database sound by its quick check, which does not compare the indexes.
func Quick(ctx context.Context, path string, key [32]byte) error {
	db, err := openSQLite(path, key, true)
	if err != nil {
		return err
	}
	found, err := db.texts(ctx, `PRAGMA quick_check(5)`)
	if err == nil && (len(found) != 1 || found[0] != "ok") {
		err = fmt.Errorf("%q", found)
	}
	return errors.Join(err, db.Close())
}
