// Package backup makes backups that can be relied on: one file, encrypted, signed, and restored once before it gets its name.
//
// The file has a few lines that anybody may read (when, by which program, to whom it is sealed) and then an age file. Inside
// stand the database and, last, the manifest: what the database holds, table by table, how far its audit log goes, and the
// root key, sealed once more to the recovery sheet alone. The manifest is signed with the checkpoint key.
//
// From SQLite the body is a copy made by the online backup of SQLite itself, under a key that is made for this one backup and
// stands in its manifest: nothing that lies on the disk on the way can be read. From PostgreSQL it is what pg_dump writes.
// Everything streams; memory does not grow with the database.
package backup

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// Manifest says what a backup holds. It is signed, and stands inside the encryption.
type Manifest struct {
	Header        string            `json:"header"`      // the readable lines, so that they cannot be changed unseen
	KeyID         string            `json:"key_id"`      // secret.Root.ID of the key that the records are sealed with
	SealedRoot    []byte            `json:"sealed_root"` // the root key, for the recovery sheet only
	BodyKey       []byte            `json:"body_key"`    // SQLite: the key of the copy
	Size          int64             `json:"size"`        // bytes of the body
	SHA256        string            `json:"sha256"`      // of the body
	Contents      Contents          `json:"contents"`
	CheckpointKey string            `json:"checkpoint_key"` // public, as a note verifier key: who says that he signed it
	Engine        store.Engine      `json:"engine"`
	MadeAt        clock.Millis      `json:"made_at"`
	Program       string            `json:"program"`
	Districts     []string          `json:"districts"` // ids
	Sealed        map[string]string `json:"sealed_to"` // age recipient -> who that is
}

// Contents is what a database holds: enough to tell that a restored one is the same.
type Contents struct {
	Migration int64            `json:"migration"` // newest that ran, 0 for none
	Rows      map[string]int64 `json:"rows"`      // by table
	Epoch     int64            `json:"audit_epoch"`
	Entries   int64            `json:"audit_size"`
	Root      string           `json:"audit_root"` // base64, of the tree over the numbered entries
}

// Recipients is to whom backups are sealed.
type Recipients struct {
	Sheet  string   // the recovery sheet's; the root key goes to this one alone
	Others []string // the operator's and whoever else's
}

// All returns every recipient with who it is.
func (r Recipients) All() map[string]string {
	out := map[string]string{}
	for _, o := range r.Others {
		out[o] = "operator"
	}
	if r.Sheet != "" {
		out[r.Sheet] = "recovery sheet"
	}
	return out
}

// Source is the database to be backed up, and with what.
type Source struct {
	Path string      // SQLite
	URL  string      // PostgreSQL: the role that owns the tables
	Root secret.Root // opens the SQLite file; its sealed form goes along
	To   Recipients
	Sign note.Signer
	Key  string // Sign's verifier key
	Now  clock.Millis
	By   string // the program's version
	// Districts are the ids of the districts that the database serves.
	Districts []string
}

// Make writes a backup of the source to path, while others go on writing to the source. Before the file gets its name it is
// opened with a key of its own, restored beside path and compared; so whatever has its name was good when it was made. What
// an interrupted run leaves is a hidden folder that nobody can read, removed by a later run.
//
// Rule: the file is there already, nobody to seal it to, or what was restored is not what was backed up.
func Make(ctx context.Context, s Source, path string) (m Manifest, err error) {
	defer errs.Wrap(&err, "backup")
	if len(s.To.All()) == 0 || s.To.Sheet == "" {
		return m, errs.Refuse("There is nobody to seal the backup to. The file kith-backup.recipients names the recovery sheet and whoever else may open backups; kith init makes it.")
	}
	if _, err := os.Lstat(path); err == nil {
		return m, errs.Refuse("There is already a file " + path + ". It was left as it is; choose another name.")
	}
	dir := filepath.Dir(path)
	if err := clearLeftovers(dir, s.Now); err != nil {
		return m, err
	}
	work, err := os.MkdirTemp(dir, workPrefix)
	if err != nil {
		return m, errs.Of(errs.Unavailable, err, "Nothing can be written to "+dir+". Check that it is there and belongs to the program's account.")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()

	m = Manifest{KeyID: s.Root.ID(), MadeAt: s.Now, Program: s.By, Engine: store.SQLite, Districts: s.Districts, CheckpointKey: s.Key, Sealed: s.To.All()}
	var sealed strings.Builder
	if err := s.Root.SealTo(s.To.Sheet, &sealed); err != nil {
		return m, err
	}
	m.SealedRoot = []byte(sealed.String())
	if s.URL != "" {
		m.Engine = store.Postgres
	}
	m.Header = header(m)
	once, err := age.GenerateX25519Identity() // opens this file for as long as this call lasts, to try it
	if err != nil {
		return m, err
	}
	part := filepath.Join(work, "backup")
	if s.URL != "" {
		err = s.fromPostgres(ctx, &m, part, once)
	} else {
		err = s.fromSQLite(ctx, &m, part, work, once)
	}
	if err != nil {
		return m, err
	}
	u, err := Unpack(ctx, part, once.String(), filepath.Join(work, "trial"), s.Key)
	if err != nil {
		return m, fmt.Errorf("the new backup does not restore: %w", err)
	}
	if err := u.Remove(); err != nil {
		return m, err
	}
	if err := os.Rename(part, path); err != nil {
		return m, err
	}
	return m, syncDir(dir)
}

func (s Source) fromSQLite(ctx context.Context, m *Manifest, part, work string, once *age.X25519Identity) error {
	var key [32]byte
	_, _ = rand.Read(key[:])
	m.BodyKey = key[:]
	copied := filepath.Join(work, "copy.db")
	if err := Copy(ctx, s.Path, s.Root.Derive(secret.Database), copied, key); err != nil {
		return err
	}
	db, err := openSQLite(copied, key, true)
	if err != nil {
		return err
	}
	m.Contents, err = describe(ctx, db)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	body, err := os.Open(copied)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := s.seal(ctx, m, part, once, body); err != nil {
		return err
	}
	return os.Remove(copied)
}

// manifestMark is the first line of the signed text.
const manifestMark = "kith-backup-1"

func (m Manifest) signed(with note.Signer) ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: manifestMark + "\n" + string(b) + "\n"}, with)
}

// readManifest checks the signature with the verifier key, or, where key is "", with the one that the manifest names: then
// it only says that the manifest is whole.
func readManifest(signed []byte, key string) (m Manifest, err error) {
	text, _, _ := strings.Cut(string(signed), "\n\n")
	body, ok := strings.CutPrefix(text, manifestMark+"\n")
	if !ok {
		return m, damaged(errors.New("no manifest"))
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil {
		return m, damaged(err)
	}
	if key == "" {
		key = m.CheckpointKey
	}
	v, err := note.NewVerifier(key)
	if err != nil {
		return m, errs.Of(errs.Rule, err, "The checkpoint key that was given cannot be read. It looks like kith+1a2b3c4d+..., as kith init printed it.")
	}
	if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
		return m, errs.Of(errs.Rule, err, "The backup is not signed by the checkpoint key "+key+". It is not this district's, or somebody made it up, or it is of a time before this machine had its key: then give the public key of that time with --key. Do not restore it without knowing which.")
	}
	return m, nil
}

func damaged(cause error) error {
	return errs.Of(errs.Rule, cause, "The backup is damaged or cut short and cannot be relied on. Nothing was changed. Take another one, and make a new one at once.")
}

// clearLeftovers removes what runs of more than a day ago have left.
func clearLeftovers(dir string, now clock.Millis) error {
	left, err := filepath.Glob(filepath.Join(dir, workPrefix+"*"))
	if err != nil {
		return err
	}
	for _, l := range left {
		if at, err := os.Stat(l); err == nil && clock.Of(at.ModTime()).Add(dayLong) < now {
			if err := os.RemoveAll(l); err != nil {
				return err
			}
		}
	}
	return nil
}

const workPrefix = ".kith-backup-"

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
