package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/backup"
	"kith/internal/platform/jobs"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

type backupCmd struct {
	Make   backupMake   `cmd:"" default:"withargs" help:"Write a backup to FILE, while the server goes on."`
	Verify backupVerify `cmd:"" help:"Restore a backup into a folder that is removed again, and compare it with what it says it holds."`
}

type backupMake struct {
	placeFlags
	File       string `arg:"" type:"path" help:"File to write."`
	Recipients string `type:"path" help:"File that says to whom it is sealed, where it is not beside the data."`
}

func (m backupMake) Run(c *console) error {
	a, err := openAudit(c.ctx, m.placeFlags)
	if err != nil {
		return err
	}
	made, err := a.backup(c.ctx, m.File, m.Recipients, c.version)
	if err == nil {
		fmt.Fprintf(c.out, "%s: %s. It was restored once and compared. It opens with the recovery sheet%s.\n", m.File, holds(made), map[bool]string{true: " or the operator's key"}[len(made.Sealed) > 1])
	}
	return errors.Join(err, a.Close())
}

// backup makes a backup, notes when and where, and writes into the log that the whole database was copied.
func (a *App) backup(ctx context.Context, file, recipients, version string) (m backup.Manifest, err error) {
	if recipients == "" {
		recipients = filepath.Join(a.settings.beside(), recipientsFile)
	}
	to, err := readRecipients(recipients)
	if err != nil {
		return m, err
	}
	s := backup.Source{Path: a.DB.Path(), Root: a.Root, To: to, Sign: a.key.signer, Key: a.key.public, Now: a.DB.Now(), By: version}
	if a.DB.Engine() == store.Postgres {
		if s.URL = a.settings.OwnerURL; s.URL == "" {
			s.URL = a.settings.URL
		}
	}
	for _, d := range a.districts {
		s.Districts = append(s.Districts, d.ID)
	}
	if m, err = backup.Make(ctx, s, file); err != nil {
		return m, err
	}
	if a.settings.beside() != "" {
		sum, err := backup.Sum(file)
		if err != nil {
			return m, err
		}
		b, err := json.Marshal(lastBackup{m.MadeAt, file, sum})
		if err != nil {
			return m, err
		}
		if err := replaceFile(a.settings.own(lastFile), b, 0o644); err != nil {
			return m, err
		}
	}
	return m, a.record(ctx, "backup", "backup.made", "backup", m.SHA256)
}

// lastBackup is what is kept beside the data about the last good backup.
type lastBackup struct {
	At   clock.Millis `json:"at"`
	File string       `json:"file"`
	Sum  string       `json:"sha256"` // of the file as it was made
}

func readLast(p Place) (l lastBackup, err error) {
	b, err := os.ReadFile(p.own(lastFile))
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &l)
	}
	return l, err
}

func holds(m backup.Manifest) string {
	var rows int64
	for _, n := range m.Contents.Rows {
		rows += n
	}
	return fmt.Sprintf("%d rows in %d tables as of %s, audit log at %d", rows, len(m.Contents.Rows), m.MadeAt.London().Format("2 January 2006 15:04"), m.Contents.Entries)
}

// opener is the key that a backup is opened with, and whom its signature is checked against.
type opener struct {
	File     string `arg:"" type:"path" help:"The backup."`
	Sheet    string `type:"path" help:"File with the four lines of the recovery sheet as typed in, or its whole text." xor:"opener"`
	Identity string `type:"path" help:"File of the operator's age identity." xor:"opener"`
	Key      string `help:"Public key of the checkpoints, kith+..., or a file that holds it: whom the backup must be signed by."`
}

func (o opener) identity() (string, error) {
	file := o.Sheet + o.Identity
	if file == "" {
		return "", errs.Refuse("Say what opens the backup: --sheet FILE with the recovery sheet typed in, or --identity FILE with the operator's age identity.")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", errs.Of(errs.Rule, err, "There is no key to read at "+file+".")
	}
	for line := range strings.Lines(string(b)) { // age-keygen writes comments above it
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "AGE-SECRET-KEY-1") {
			return secret.ReadSheet(line)
		}
	}
	return secret.ReadSheet(string(b))
}

// signedBy returns the verifier key that the backup must be signed by: the one given, or the one beside the data if there is
// one; "" when this machine knows neither.
func (o opener) signedBy(p Place) (string, error) {
	if o.Key != "" {
		if b, err := os.ReadFile(o.Key); err == nil {
			return strings.TrimSpace(string(b)), nil
		}
		return o.Key, nil
	}
	if p.beside() == "" {
		return "", nil
	}
	if _, err := os.Stat(filepath.Join(p.beside(), "kith-checkpoint.key")); err != nil && p.CheckpointKey == "" {
		return "", nil
	}
	k, err := loadCheckpointKey(p)
	if err != nil || k == nil {
		return "", err
	}
	return k.public, nil
}

type backupVerify struct {
	opener
	Data string `type:"path" help:"On the machine itself: the data folder, beside which the checkpoint key lies."`
	Work string `type:"path" help:"Folder to restore into for the trial; needs as much room as the database. The system's folder for temporary files where it is not given."`
}

func (m backupVerify) Run(c *console) error {
	identity, err := m.identity()
	if err != nil {
		return err
	}
	key, err := m.signedBy(Place{Data: m.Data})
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(m.Work, ".kith-verify-")
	if err != nil {
		return errs.Of(errs.Unavailable, err, "There is no folder to restore into for the trial. Name one with --work.")
	}
	defer func() { _ = os.RemoveAll(work) }()
	u, err := backup.Unpack(c.ctx, m.File, identity, filepath.Join(work, "trial"), key)
	if err != nil {
		return err
	}
	if u.Manifest.Engine == store.Postgres {
		fmt.Fprintf(c.out, "%s is whole: %s. It was read to its end; kith restore into an empty database proves the rest.\n", m.File, holds(u.Manifest))
	} else {
		if err := readable(c.ctx, u); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%s restores: %s. Every table was counted and the audit log's root computed anew; all of it is as the backup says.\n", m.File, holds(u.Manifest))
	}
	if !u.Vouched {
		fmt.Fprintf(c.out, "It is signed by %s. Compare that with the public key that kith init printed, or give it with --key.\n", u.Manifest.CheckpointKey)
	}
	return nil
}

// readable says whether this program can run on what was unpacked: a database newer than the program is refused here, in the
// store's own words.
func readable(ctx context.Context, u *backup.Unpacked) error {
	path, key := u.Database()
	db, err := store.Open(ctx, store.Options{Path: path, Key: key, Slices: Slices})
	if err != nil {
		return err
	}
	return db.Close()
}

type restoreCmd struct {
	opener
	placeFlags
	Reason     string `required:"" help:"Why the backup is restored; it stands in the audit log."`
	Checkpoint string `type:"path" help:"The newest checkpoint that somebody kept, where it is not beside the data."`
}

func (m restoreCmd) Run(c *console) error {
	if err := m.named(); err != nil {
		return err
	}
	if strings.TrimSpace(m.Reason) == "" {
		return errs.Refuse("Say why the backup is restored: --reason \"...\".")
	}
	identity, err := m.identity()
	if err != nil {
		return err
	}
	p := m.place()
	key, err := m.signedBy(p)
	if err != nil {
		return err
	}
	known, err := m.known()
	if err != nil {
		return err
	}
	if signed, err := p.readNote(); err != nil {
		return err
	} else if signed != nil { // the key must be here, too; where nothing was signed, one is made once all is restored
		if _, err := loadCheckpointKey(p); err != nil {
			return err
		}
	}
	var made backup.Manifest
	if p.URL != "" {
		made, err = m.intoPostgres(c, p, identity, key)
	} else {
		made, err = m.intoFolder(c, p, identity, key)
	}
	if err != nil {
		return err
	}
	lines(c.out, "restored: "+holds(made))
	if key == "" {
		lines(c.out, "it is signed by "+made.CheckpointKey+": compare that with the public key that kith init printed")
	}
	a, err := openAudit(c.ctx, m.placeFlags)
	if err != nil {
		return err
	}
	what, err := a.declare(c.ctx, m.Reason, known)
	if err == nil {
		lines(c.out, what)
		if a.key.made != "" {
			lines(c.out, "a new checkpoint key was made at "+a.key.made+"; tell the auditor its public half: "+a.key.public)
		}
		lines(c.out, "start the server with kith serve")
	}
	return errors.Join(err, a.Close())
}

func (m restoreCmd) known() ([]byte, error) {
	if m.Checkpoint == "" {
		return nil, nil
	}
	b, err := os.ReadFile(m.Checkpoint)
	if err != nil {
		return nil, errs.Of(errs.Rule, err, "There is no checkpoint to read at "+m.Checkpoint+".")
	}
	return b, nil
}

func (m restoreCmd) intoFolder(c *console, p Place, identity, key string) (made backup.Manifest, err error) {
	if in, err := os.ReadDir(p.Data); err == nil && len(in) > 0 {
		return made, errs.Refuse("The folder " + p.Data + " is not empty. Nothing was changed. Restore into a folder that is new or empty.")
	}
	if err := os.MkdirAll(p.Data, 0o700); err != nil {
		return made, errs.Of(errs.Unavailable, err, "The folder "+p.Data+" cannot be made.")
	}
	lines(c.out, "reading "+m.File)
	work := filepath.Join(p.Data, ".restoring")
	u, err := backup.Unpack(c.ctx, m.File, identity, work, key)
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, u.Remove()) }()
	if u.Manifest.Engine == store.Postgres {
		return made, errs.Refuse("This backup is of PostgreSQL. Restore it with --database into an empty database.")
	}
	if err := readable(c.ctx, u); err != nil {
		return made, err
	}
	root, err := m.root(c, p, u.Manifest, identity)
	if err != nil {
		return made, err
	}
	return u.Manifest, u.Into(c.ctx, filepath.Join(p.Data, databaseFile), root.Derive(secret.Database))
}

func (m restoreCmd) intoPostgres(c *console, p Place, identity, key string) (made backup.Manifest, err error) {
	owner := p.OwnerURL
	if owner == "" {
		owner = p.URL
	}
	lines(c.out, "reading "+m.File)
	if made, err = backup.ToPostgres(c.ctx, m.File, identity, owner, key); err != nil {
		return made, err
	}
	root, err := m.root(c, p, made, identity)
	if err != nil {
		return made, err
	}
	o := p.options(root)
	o.URL = owner // the program's role has no rights there yet
	db, err := store.Open(c.ctx, o)
	if err != nil {
		return made, err
	}
	_, err = db.Migrate(c.ctx, jobs.Migrate)
	return made, errors.Join(err, db.Close())
}

// root returns the key that the records in the backup are sealed with: the one that is here, or else the one that the sheet
// brings back, which is then saved where the program looks for it.
func (m restoreCmd) root(c *console, p Place, made backup.Manifest, identity string) (secret.Root, error) {
	places := p.keys(p.KeyFile)
	places.Data = strings.TrimSuffix(places.Data, string(filepath.Separator))
	root, _, err := secret.LoadRoot(places)
	switch {
	case err == nil:
		return root, root.Fits(made.KeyID)
	case !errors.Is(err, secret.ErrLost):
		return root, err
	}
	if root, err = backup.RootOf(made, identity); err != nil {
		return root, err
	}
	path := p.KeyFile
	if path == "" {
		path = filepath.Join(p.beside(), rootFile)
	}
	if err := secret.SaveRoot(root, path, p.Data); err != nil {
		return root, err
	}
	lines(c.out, "the root key came back from the recovery sheet and lies in "+path)
	return root, nil
}

const rootFile = "kith.key"
