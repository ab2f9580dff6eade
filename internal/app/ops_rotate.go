package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"kith/internal/feature/account"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/backup"
	"kith/internal/platform/files"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

type keyCmd struct {
	Rotate keyRotate `cmd:"" help:"Put a new root key in the place of the old one: the database is written anew under it. Stop the server first."`
}

type keyRotate struct{ placeFlags }

const (
	freshEnd = ".new"         // of the new key's file, until it has the old one's name
	anewFile = "kith.db.anew" // the database under the new key, until it has the old one's name
)

// reseals are all that is kept sealed under a key derived from the root key, within the database. A slice that seals
// something adds its own; the rest of the derived keys seal nothing that lasts.
var reseals = []struct {
	purpose secret.Purpose
	do      func(ctx context.Context, db *store.DB, old, fresh [32]byte) error
}{
	{secret.Files, files.Reseal},
	{secret.Accounts, account.Reseal},
	{secret.Training, running.Reseal},
}

// keyChanging puts the sentence about an interrupted change of key in the place of one about a key that does not fit.
func (p Place) keyChanging(err error) error {
	if err == nil && p.URL == "" {
		return nil // the database is still under the old key, and all of it is readable
	}
	if path, e := p.keyPath(); e == nil {
		if _, e := os.Stat(path + freshEnd); e == nil {
			return errs.Of(errs.Unavailable, err, "A change of the root key was interrupted. Nothing is lost. Finish it by running kith key rotate again, with the same --data and --key-file; leave "+path+freshEnd+" where it is until then.")
		}
	}
	return err
}

// keyPath returns the file of the root key. A systemd credential is not one: it cannot be written.
func (p Place) keyPath() (string, error) {
	switch {
	case p.KeyFile != "":
		return p.KeyFile, nil
	case p.beside() == "":
		return "", errs.Refuse("Name the file of the root key with --key-file.")
	}
	return filepath.Join(p.beside(), rootFile), nil
}

// Run changes the root key. Until the new database has the old one's name, the old key and the old database are as they
// were; from then on the new key's file, which was on the disk before, opens it. An interrupted run is finished by the next.
func (m keyRotate) Run(c *console) error {
	if err := m.named(); err != nil {
		return err
	}
	p := m.place()
	path, err := p.keyPath()
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return errs.Of(errs.Rule, err, "There is no root key at "+path+". If it is handed over as a systemd credential, name the file that the credential is loaded from with --key-file.")
	}
	old, _, err := secret.LoadRoot(secret.Places{File: path, Data: p.Data})
	if err != nil {
		return err
	}
	fresh, err := freshRoot(path+freshEnd, p.Data)
	if err != nil {
		return err
	}
	done := false
	if p.URL == "" {
		if done, err = rotateSQLite(c.ctx, p, old, fresh); err != nil {
			return err
		}
	} else if err := rotatePostgres(c.ctx, p, old, fresh); err != nil {
		return err
	}
	if done {
		lines(c.err, "an interrupted change of the key is being finished")
	}
	now := clock.System{}.Now()
	if err := keepOld(path, now.UTC().Format("20060102T150405Z")); err != nil {
		return err
	}
	if err := os.Rename(path+freshEnd, path); err != nil {
		return err
	}
	return m.after(c, p, path, fresh, clock.DayOf(now))
}

// freshRoot makes the new key, or takes the one of a run that was interrupted.
func freshRoot(path, data string) (secret.Root, error) {
	if _, err := os.Stat(path); err == nil {
		r, _, err := secret.LoadRoot(secret.Places{File: path, Data: data})
		return r, err
	}
	r := secret.NewRoot()
	return r, secret.SaveRoot(r, path, data)
}

// rotateSQLite leaves the database under the fresh key. done: it was so already.
func rotateSQLite(ctx context.Context, p Place, old, fresh secret.Root) (done bool, err error) {
	path, anew := filepath.Join(p.Data, databaseFile), filepath.Join(p.Data, anewFile)
	if _, err := os.Stat(path); err != nil {
		return false, errs.Of(errs.Rule, err, "There is no database in "+p.Data+". Name the right folder with --data.")
	}
	if backup.Opens(path, fresh.Derive(secret.Database)) {
		return true, nil
	}
	if !backup.Opens(path, old.Derive(secret.Database)) {
		return false, errs.New(errs.Unavailable, "Neither the root key nor the new one beside it opens this database. Nothing was changed. Put back the key file that belongs to this data folder.")
	}
	alone, err := backup.Alone(path, old.Derive(secret.Database))
	if err != nil {
		return false, errs.Of(errs.Busy, err, "Kith is running on this data. Stop it first: nothing may be written while the key is changed. Nothing was changed.")
	}
	defer func() { err = errors.Join(err, alone.Close()) }()
	for _, end := range []string{"", "-wal", "-shm", "-journal"} { // of an interrupted run
		if err := os.Remove(anew + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	if err := alone.Rekey(ctx, anew, fresh.Derive(secret.Database)); err != nil {
		return false, err
	}
	o := p.options(fresh)
	o.Path = anew
	db, err := store.Open(ctx, o)
	if err != nil {
		return false, err
	}
	for _, r := range reseals {
		if err := r.do(ctx, db, old.Derive(r.purpose), fresh.Derive(r.purpose)); err != nil {
			return false, errors.Join(err, db.Close())
		}
	}
	if err := db.Close(); err != nil {
		return false, err
	}
	if err := alone.Same(ctx, anew, fresh.Derive(secret.Database)); err != nil {
		return false, err
	}
	return false, backup.Replace(anew, path)
}

// rotatePostgres seals anew what is sealed. A database of PostgreSQL is not itself encrypted by Kith.
func rotatePostgres(ctx context.Context, p Place, old, fresh secret.Root) error {
	db, err := store.Open(ctx, p.options(old))
	if err != nil {
		return err
	}
	for _, r := range reseals {
		if err := r.do(ctx, db, old.Derive(r.purpose), fresh.Derive(r.purpose)); err != nil {
			return errors.Join(err, db.Close())
		}
	}
	return db.Close()
}

// keepOld keeps the old key: the database of a server that is put back to an earlier day needs it.
func keepOld(path, when string) error {
	err := os.Link(path, path+".before-"+when)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// after makes a new sheet, since the old one names the old key, and writes down that the key was changed.
func (m keyRotate) after(c *console, p Place, path string, fresh secret.Root, on clock.Day) error {
	a, err := openAudit(c.ctx, m.placeFlags)
	if err != nil {
		return err
	}
	name := ""
	for _, d := range a.districts {
		name += map[bool]string{true: ", "}[name != ""] + d.Name
	}
	err = a.record(c.ctx, "key rotate by the operator", "key.changed", "key", fresh.ID())
	var sheet secret.Sheet
	if err == nil {
		sheet, err = secret.NewSheet(name, on, fresh)
	}
	if err == nil {
		err = m.resheet(p, sheet)
	}
	if err = errors.Join(err, a.Close()); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "The root key in %s is new. Hand it to the server as before and start it.\nThe old key lies beside it; remove it, and wherever else it was copied to, once a new backup is made.\nBackups made until now open with the old recovery sheet: keep it for as long as you keep them. From now on this one counts:\n\n%s", path, sheet.Text())
	return nil
}

// resheet puts the new sheet in the old one's place among those to whom backups are sealed.
func (m keyRotate) resheet(p Place, sheet secret.Sheet) error {
	path := filepath.Join(p.beside(), recipientsFile)
	have, err := readRecipients(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return writeRecipients(path, sheet, have.Others...)
}
