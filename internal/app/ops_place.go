package app

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"kith/internal/feature/directory"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// placeFlags say where a district's data and keys are.
type placeFlags struct {
	Data          string `type:"path" help:"Folder of the SQLite database. Its keys lie beside it, never in it." xor:"place"`
	Database      string `help:"postgres://..., in place of --data." xor:"place"`
	MigrateURL    string `help:"PostgreSQL: the role that owns the tables."`
	KeyFile       string `type:"path" help:"File of the root key, where it is not beside the data folder or a systemd credential."`
	CheckpointKey string `type:"path" help:"File of the key that signs checkpoints of the audit log."`
}

func (p placeFlags) place() Place {
	return Place{Data: p.Data, URL: p.Database, OwnerURL: p.MigrateURL, KeyFile: p.KeyFile, CheckpointKey: p.CheckpointKey}
}

func (p placeFlags) named() error {
	if p.Data == "" && p.Database == "" {
		return errs.Refuse("Say where the data is: --data DIR for the built-in database, or --database postgres://... .")
	}
	return nil
}

// The files that lie beside the data. Data folders side by side share their keys, and so the recipients of backups, but each
// has a log of its own: its newest checkpoint and its last backup bear its name.
const (
	recipientsFile = "kith-backup.recipients"
	noteFile       = "checkpoint.note"
	lastFile       = "backup.last"
)

// own returns the path of a file beside the data that is this place's own: data-checkpoint.note beside the folder data, on
// PostgreSQL kith-checkpoint.note.
func (p Place) own(name string) string {
	whose := "kith"
	if p.Data != "" {
		whose = filepath.Base(p.Data)
	}
	return filepath.Join(p.beside(), whose+"-"+name)
}

// beside returns the folder in which the keys and notes of a place lie: that of the data folder, or on PostgreSQL that of the
// key file or, failing that, the service's state folder. "" where there is none.
func (p Place) beside() string {
	switch {
	case p.Data != "":
		if abs, err := filepath.Abs(p.Data); err == nil {
			return filepath.Dir(abs)
		}
	case p.KeyFile != "":
		return filepath.Dir(p.KeyFile)
	}
	return os.Getenv("STATE_DIRECTORY")
}

func (p Place) keys(file string) secret.Places {
	data := p.Data
	if dir := p.beside(); data == "" && dir != "" {
		data = filepath.Join(dir, "data") // PostgreSQL has none; the keys lie where they would lie beside one
	}
	return secret.Places{File: file, Credentials: os.Getenv("CREDENTIALS_DIRECTORY"), Data: data}
}

// openPlace opens a database that is there, with a key that is there, and makes neither.
func openPlace(ctx context.Context, p Place) (db *store.DB, root secret.Root, from secret.Source, err error) {
	if p.URL == "" {
		if _, err := os.Stat(filepath.Join(p.Data, databaseFile)); errors.Is(err, fs.ErrNotExist) {
			return nil, root, from, errs.Refuse("There is no database in " + p.Data + ". Name the right folder with --data, or make a district with kith init.")
		}
	}
	root, from, err = secret.LoadRoot(p.keys(p.KeyFile))
	if err = p.keyChanging(err); err != nil {
		return nil, root, from, err
	}
	db, err = store.Open(ctx, p.options(root))
	return db, root, from, p.keyChanging(err)
}

func (p Place) options(root secret.Root) store.Options {
	o := store.Options{URL: p.URL, OwnerURL: p.OwnerURL, Clock: clock.System{}, IDs: id.Random(), Slices: Slices, Key: root.Derive(secret.Cursors)}
	if p.URL == "" {
		o.Path, o.Key = filepath.Join(p.Data, databaseFile), root.Derive(secret.Database)
	}
	return o
}

const databaseFile = "kith.db"

// checkpointKey signs checkpoints of the audit log, and backups.
type checkpointKey struct {
	signer   note.Signer
	verifier note.Verifier
	public   string // what an auditor is given
	made     string // where it lies, when it was just made
}

// checkpointName is whom a signature is from, as a note writes it.
const checkpointName = "kith"

// loadCheckpointKey finds the key that signs checkpoints. Where nothing was signed yet it makes one, beside the data. nil: this
// place keeps no keys.
func loadCheckpointKey(p Place) (*checkpointKey, error) {
	if p.CheckpointKey == "" && p.beside() == "" && os.Getenv("CREDENTIALS_DIRECTORY") == "" {
		return nil, nil
	}
	signed, err := p.readNote()
	if err != nil {
		return nil, err
	}
	find := secret.LoadOrMakeCheckpoint
	if signed != nil {
		find = secret.LoadCheckpoint
	}
	key, from, err := find(p.keys(p.CheckpointKey))
	if errors.Is(err, secret.ErrLost) {
		return nil, errs.Of(errs.Unavailable, err, "The key that signs checkpoints of the audit log is not at "+from.Path+". Put it back, or name its file with --checkpoint-key. If it is lost, move "+
			p.own(noteFile)+" away: the next start makes a new key, whose public half the auditor is to be told.")
	}
	if err != nil {
		return nil, err
	}
	k := &checkpointKey{}
	if from.Made {
		k.made = from.Path
	}
	if k.public, err = note.NewEd25519VerifierKey(checkpointName, key.Public().(ed25519.PublicKey)); err != nil {
		return nil, err
	}
	if k.verifier, err = note.NewVerifier(k.public); err != nil {
		return nil, err
	}
	const ed25519Notes = 1 // the algorithm's number in the format of golang.org/x/mod/sumdb/note
	k.signer, err = note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", checkpointName, k.verifier.KeyHash(),
		base64.StdEncoding.EncodeToString(append([]byte{ed25519Notes}, key.Seed()...))))
	return k, err
}

// readNote returns the newest checkpoint that is kept beside the data, nil where there is none.
func (p Place) readNote() ([]byte, error) {
	b, err := os.ReadFile(p.own(noteFile))
	if errors.Is(err, fs.ErrNotExist) || p.beside() == "" {
		return nil, nil
	}
	return b, err
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, body []byte, mode fs.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(body)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// theDistrict returns the district that a command is for: the one that is named, or the only one.
func theDistrict(all []directory.District, name string) (directory.District, error) {
	for _, d := range all {
		if d.Name == name || d.ID == name || name == "" && len(all) == 1 {
			return d, nil
		}
	}
	if len(all) == 0 {
		return directory.District{}, errs.Refuse("There is no district in this database yet. Make one with kith init.")
	}
	return directory.District{}, errs.Refuse("This database has several districts. Say which with --district NAME.")
}

// lines writes each text on a line of its own.
func lines(w io.Writer, text ...string) {
	for _, t := range text {
		fmt.Fprintln(w, t)
	}
}
