package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"

	"kith/internal/kernel/errs"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// Unpacked is a backup that was opened, restored into a folder and found to be what its manifest says.
type Unpacked struct {
	Manifest Manifest
	Vouched  bool // signed by the checkpoint key that the caller gave, and not only by the one that it names itself
	dir      string
}

// Unpack opens the backup at path with an age identity and restores it into dir, which must not be there yet. From SQLite it
// checks the database whole, counts every table and computes the audit log's root anew. From PostgreSQL it reads the archive
// to its end with pg_restore and restores nothing: see ToPostgres. key is the checkpoint key as a note verifier key, "" when
// it is not known here.
//
// Rule, each with its sentence: damaged or cut short; sealed to others; not signed by key; not what its manifest says.
func Unpack(ctx context.Context, path, identity, dir, key string) (u *Unpacked, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errs.Of(errs.Rule, err, "There is no backup to read at "+path+".")
	}
	defer f.Close()
	o, err := open(f, identity)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	u = &Unpacked{Vouched: key != "", dir: dir}
	defer func() {
		if err != nil {
			u, err = nil, errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if err := u.take(ctx, o); err != nil {
		return nil, err
	}
	if u.Manifest, err = o.manifest(key); err != nil {
		return nil, err
	}
	if u.Manifest.Engine == store.Postgres {
		return u, nil
	}
	if len(u.Manifest.BodyKey) != 32 {
		return nil, damaged(errors.New("no key for the body"))
	}
	db, err := openSQLite(u.body(), [32]byte(u.Manifest.BodyKey), true)
	if err != nil {
		return nil, damaged(err)
	}
	err = db.whole(ctx)
	if err == nil {
		err = u.Manifest.same(ctx, db)
	}
	if e := db.Close(); err == nil {
		err = e
	}
	return u, err
}

func (u *Unpacked) body() string { return filepath.Join(u.dir, "body.db") }

// take reads the body: to a file, or through pg_restore where it is a dump, whose plain text never lies on the disk.
func (u *Unpacked) take(ctx context.Context, o *opened) (err error) {
	if o.engine() == store.Postgres {
		return pgRestore(ctx, o, os.Environ(), "--file="+os.DevNull)
	}
	f, err := os.OpenFile(u.body(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, o)
	return errors.Join(err, f.Close())
}

// same compares what a database holds with what the manifest says.
func (m Manifest) same(ctx context.Context, q querier) error {
	c, err := describe(ctx, q)
	if err != nil {
		return err
	}
	return m.Contents.equal(c)
}

func (c Contents) equal(got Contents) error {
	switch {
	case c.Migration != got.Migration, c.Epoch != got.Epoch, c.Entries != got.Entries, c.Root != got.Root:
		return differs(fmt.Errorf("migration %d, audit %d/%d %s; want %d, %d/%d %s", got.Migration, got.Epoch, got.Entries, got.Root, c.Migration, c.Epoch, c.Entries, c.Root))
	case !maps.Equal(c.Rows, got.Rows):
		return differs(fmt.Errorf("rows %v, want %v", got.Rows, c.Rows))
	}
	return nil
}

func differs(cause error) error {
	return errs.Of(errs.Rule, cause, "What was restored is not what the backup says it holds. Do not rely on it. Take another backup, and keep this one for whoever looks into it.")
}

// Into writes the restored SQLite database to path under key, and compares it once more with the manifest. The file gets its
// name when all of it is on the disk.
func (u *Unpacked) Into(ctx context.Context, path string, key [32]byte) error {
	part := path + ".part"
	x, err := Alone(u.body(), [32]byte(u.Manifest.BodyKey))
	if err != nil {
		return err
	}
	if err = errors.Join(x.Rekey(ctx, part, key), x.Close()); err != nil {
		return err
	}
	db, err := openSQLite(part, key, true)
	if err != nil {
		return err
	}
	err = u.Manifest.same(ctx, db)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// Remove removes what was unpacked.
func (u *Unpacked) Remove() error { return os.RemoveAll(u.dir) }

// RootOf returns the root key that the manifest carries for the recovery sheet.
func RootOf(m Manifest, identity string) (secret.Root, error) {
	root, err := secret.OpenRoot(identity, bytes.NewReader(m.SealedRoot))
	if err != nil {
		return root, errs.Of(errs.Rule, err, "The root key stands in this backup for the recovery sheet only, and this is not that sheet. Give the sheet with --sheet, or the key file with --key-file.")
	}
	return root, root.Fits(m.KeyID)
}

// tool finds a program of PostgreSQL's.
func tool(name string) (string, error) {
	p, err := exec.LookPath(name)
	if err != nil {
		return "", errs.Of(errs.Unavailable, err, name+" is not on this machine. Backups of PostgreSQL need it: install PostgreSQL's client programs (Debian: postgresql-client), of the server's version or later.")
	}
	return p, nil
}

// Database returns where the restored SQLite database lies, and its key.
func (u *Unpacked) Database() (path string, key [32]byte) {
	return u.body(), [32]byte(u.Manifest.BodyKey)
}
