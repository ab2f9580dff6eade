package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"kith/internal/kernel/errs"
)

// Opens says whether the key opens the encrypted SQLite database.
func Opens(path string, key [32]byte) bool {
	db, err := openSQLite(path, key, true)
	if err != nil {
		return false
	}
	_, err = db.ints(context.Background(), `SELECT count(*) FROM sqlite_schema`)
	return errors.Join(err, db.Close()) == nil
}

// Exclusive holds a SQLite database alone: nobody else reads it or writes to it.
type Exclusive struct{ db sqliteFile }

// Alone takes a SQLite database for the caller alone, with all that is written to it in the file itself. It fails while
// another process has it open.
func Alone(path string, key [32]byte) (x *Exclusive, err error) {
	db, err := openSQLite(path, key, false)
	if err != nil {
		return nil, err
	}
	// a write takes the lock; in this mode it is kept until the connection closes
	if err := db.Exec(`PRAGMA busy_timeout = 2000; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Exclusive{db}, nil
}

// Rekey writes the database to a new file under another key, page by page anew. The file is on the disk when it returns.
func (x *Exclusive) Rekey(ctx context.Context, to string, key [32]byte) (err error) {
	defer errs.Wrap(&err, "rekey")
	defer x.db.SetInterrupt(x.db.SetInterrupt(ctx))
	if err := x.db.vacuumInto(to, key); err != nil {
		return err
	}
	return syncFile(to)
}

// Same returns an error unless the other file is sound and holds what this one holds.
func (x *Exclusive) Same(ctx context.Context, path string, key [32]byte) error {
	want, err := describe(ctx, x.db)
	if err != nil {
		return err
	}
	other, err := openSQLite(path, key, true)
	if err != nil {
		return err
	}
	err = other.whole(ctx)
	if err == nil {
		err = (Manifest{Contents: want}).same(ctx, other)
	}
	return errors.Join(err, other.Close())
}

// Close lets others have the database.
func (x *Exclusive) Close() error { return x.db.Close() }

// Replace gives a database the name of another, whose place it takes.
func Replace(anew, path string) error {
	if err := syncFile(anew); err != nil {
		return err
	}
	if err := os.Rename(anew, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
