package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"kith/internal/feature/directory"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/backup"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// backupFlags say where and when backups are made by themselves.
type backupFlags struct {
	BackupDir  string `type:"path" help:"Folder for a backup a day, on another disk. Give it to one process only."`
	BackupAt   string `default:"02:00" help:"When, by the clock in Europe/London."`
	BackupKeep int    `default:"14" help:"How many days' backups are kept, beside one a week for 8 weeks and one a month for 12 months."`
	Recipients string `type:"path" help:"File that says to whom backups are sealed, where it is not beside the data."`
}

// nightly makes a backup a day. nil makes none.
type nightly struct {
	backupFlags
	app          *App
	version      string
	hour, minute int
	wait         clock.Millis // after a failure: not before then
	alarmed      clock.Millis // when it was last said that there is no good backup
}

func (f backupFlags) nightly(a *App, version string) (*nightly, error) {
	if f.BackupDir == "" {
		return nil, nil
	}
	at, err := time.Parse("15:04", f.BackupAt)
	if err != nil {
		return nil, errs.Refuse("The time of the backup, " + f.BackupAt + ", cannot be read. It looks like 02:00.")
	}
	if a.key == nil {
		return nil, errs.Refuse("Backups are signed, and there is no key to sign them with. Name its file with --checkpoint-key.")
	}
	if _, err := backup.In(f.BackupDir); err != nil {
		return nil, err
	}
	if _, err := readRecipients(f.recipients(a.settings.Place)); err != nil {
		return nil, err
	}
	return &nightly{backupFlags: f, app: a, version: version, hour: at.Hour(), minute: at.Minute()}, nil
}

func (f backupFlags) recipients(p Place) string {
	if f.Recipients != "" {
		return f.Recipients
	}
	return filepath.Join(p.beside(), recipientsFile)
}

// run looks once a minute whether a backup is due, in a goroutine of its own: the log is numbered meanwhile.
func (n *nightly) run(ctx context.Context) {
	if n == nil {
		return
	}
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		n.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// retryAfter is how long a backup that failed is left alone: what is wrong is seldom right a minute later.
const retryAfter = time.Hour

// look makes the backup that is due and says, once an hour, that the last good one is too old.
func (n *nightly) look(ctx context.Context) {
	log, now := n.app.settings.Log, n.app.DB.Now()
	last, err := n.last()
	if err == nil && now >= n.wait && backup.Due(now, last, n.hour, n.minute) {
		var m backup.Manifest
		if m, err = n.app.backup(ctx, filepath.Join(n.BackupDir, backup.Name(now)), n.recipients(n.app.settings.Place), n.version); err == nil {
			last = m.MadeAt
			log.InfoContext(ctx, "backup made", slog.String("holds", holds(m)))
			err = backup.Prune(n.BackupDir, n.BackupKeep)
		} else {
			n.wait = now.Add(retryAfter)
		}
	}
	if err != nil && ctx.Err() == nil {
		log.ErrorContext(ctx, "backup failed", slog.String("error", err.Error()))
	}
	if last.Add(backup.Stale) < now && n.alarmed.Add(retryAfter) <= now && ctx.Err() == nil {
		n.alarmed = now
		log.ErrorContext(ctx, "no good backup for more than 26 hours", slog.Int64("last", int64(last)))
	}
}

// last returns when the newest backup in the folder was made, 0 for none.
func (f backupFlags) last() (clock.Millis, error) {
	made, err := backup.In(f.BackupDir)
	if err != nil || len(made) == 0 {
		return 0, err
	}
	return made[len(made)-1], nil
}

// upgradePrefix begins the names of the copies that are made before an upgrade.
const upgradePrefix = "kith-before-"

// beforeUpgrade copies a SQLite database that holds a district and is older than the program, so that the older program can be
// put back. The copy lies beside the data, under the same key; the one of the upgrade before goes.
func beforeUpgrade(ctx context.Context, db *store.DB, root secret.Root, s Settings) error {
	if db.Engine() != store.SQLite {
		return nil
	}
	todo, err := db.Pending(ctx)
	if err != nil || len(todo) == 0 {
		return err
	}
	if all, err := (directory.Store{}).Districts(ctx, db); err != nil || len(all) == 0 {
		return nil //nolint:nilerr // a database without that table was never migrated: there is nothing to lose
	}
	old, err := filepath.Glob(filepath.Join(s.beside(), upgradePrefix+"*.db"))
	if err != nil {
		return err
	}
	key := root.Derive(secret.Database)
	to := filepath.Join(s.beside(), upgradePrefix+db.Now().Time().Format("20060102T150405Z")+".db")
	if err := backup.Copy(ctx, db.Path(), key, to+".part", key); err != nil {
		return errs.Of(errs.Unavailable, errors.Join(err, os.Remove(to+".part")), fmt.Sprintf("The database could not be copied to %s before the upgrade, so nothing was upgraded. Make room there, or take the folder out of its protection.", to))
	}
	if err := os.Rename(to+".part", to); err != nil {
		return err
	}
	for _, o := range old {
		if err := os.Remove(o); err != nil {
			return err
		}
	}
	s.Log.InfoContext(ctx, "database copied before the upgrade", slog.String("to", to), slog.Int("migrations", len(todo)))
	return nil
}
