package backup_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/backup"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/pgcluster"
)

const here = "0190aaaa-0000-7000-8000-000000000001"

var tester = access.System(here, "test")

var trial = store.Slice{Name: "trial", Files: fstest.MapFS{"migrations/20261123100000_trial_rows.sql": {Data: []byte(`
CREATE TABLE trial_row (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  body        TEXT NOT NULL
) {{strict}};
`)}}}

// canary is what nobody may read without a key.
const canary = "CANARY-Maisie-fell-on-the-stairs"

// district is a database with a root key of its own, its sheet and its operator.
type district struct {
	db              *store.DB
	log             *audit.Log
	root            secret.Root
	sheet, operator *age.X25519Identity
	skey, vkey      string
	path            string
}

func identity(t testing.TB) *age.X25519Identity {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	testkit.OK(t, err)
	return id
}

func keys(t testing.TB, d *district) *district {
	t.Helper()
	var err error
	d.sheet, d.operator = identity(t), identity(t)
	d.skey, d.vkey, err = note.GenerateKey(rand.Reader, "kith")
	testkit.OK(t, err)
	return d
}

func sqlite(t testing.TB) *district {
	t.Helper()
	d := keys(t, &district{root: secret.NewRoot(), path: filepath.Join(t.TempDir(), "kith.db")})
	db, err := store.Open(t.Context(), store.Options{Path: d.path, Key: d.root.Derive(secret.Database), Clock: clock.NewManual(testkit.Monday), Slices: append(append([]store.Slice{}, testkit.Platform...), trial)})
	testkit.OK(t, err)
	t.Cleanup(func() { testkit.OK(t, db.Close()) })
	_, err = db.Migrate(t.Context())
	testkit.OK(t, err)
	d.db, d.log = db, audit.New(db, nil)
	for range 20 {
		d.write(t)
	}
	testkit.OK(t, d.log.SequenceAll(t.Context()))
	return d
}

// write adds a row and its audit entry.
func (d *district) write(t testing.TB) {
	t.Helper()
	testkit.OK(t, d.db.Write(context.WithoutCancel(t.Context()), tester, func(ctx context.Context, tx *store.Tx) error {
		id := tx.NewID()
		if err := tx.Put(ctx, store.SQL(`INSERT INTO trial_row (id, district_id, body) VALUES (?, ?, ?)`, id, here, canary)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "trial.written", ref.To("trial", id))
	}))
}

func (d *district) source(t testing.TB) backup.Source {
	t.Helper()
	signer, err := note.NewSigner(d.skey)
	testkit.OK(t, err)
	return backup.Source{Path: d.path, Root: d.root, To: backup.Recipients{Sheet: d.sheet.Recipient().String(), Others: []string{d.operator.Recipient().String()}},
		Sign: signer, Key: d.vkey, Now: clock.Of(testkit.Monday), By: "test", Districts: []string{here}}
}

func (d *district) backup(t testing.TB) (string, backup.Manifest) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "district.kithbackup")
	m, err := backup.Make(t.Context(), d.source(t), path)
	testkit.OK(t, err)
	return path, m
}

func unpack(t testing.TB, path string, id *age.X25519Identity, key string) (*backup.Unpacked, error) {
	return backup.Unpack(t.Context(), path, id.String(), filepath.Join(t.TempDir(), "unpacked"), key)
}

// SEC-23: a backup restores on another machine with the recovery sheet alone, with every count and the audit log equal.
func TestBackupRestores(t *testing.T) {
	d := sqlite(t)
	path, made := d.backup(t)
	if made.Contents.Rows["trial_row"] != 20 || made.Contents.Entries != 20 {
		t.Fatalf("the manifest counts %+v", made.Contents)
	}
	u, err := unpack(t, path, d.sheet, d.vkey)
	testkit.OK(t, err)
	root, err := backup.RootOf(u.Manifest, d.sheet.String())
	testkit.OK(t, err)
	if root.ID() != d.root.ID() {
		t.Fatal("another root key came back")
	}
	to := filepath.Join(t.TempDir(), "kith.db")
	testkit.OK(t, u.Into(t.Context(), to, root.Derive(secret.Database)))
	testkit.OK(t, u.Remove())

	db, err := store.Open(t.Context(), store.Options{Path: to, Key: root.Derive(secret.Database), Slices: append(append([]store.Slice{}, testkit.Platform...), trial)})
	testkit.OK(t, err)
	defer func() { testkit.OK(t, db.Close()) }()
	var bodies []string
	testkit.OK(t, db.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
		bodies, err = store.Values[string](ctx, tx, store.SQL(`SELECT r.body FROM trial_row r`))
		return err
	}))
	if len(bodies) != 20 || bodies[0] != canary {
		t.Errorf("%d rows came back", len(bodies))
	}
	signer, err := note.NewSigner(d.skey)
	testkit.OK(t, err)
	verifier, err := note.NewVerifier(d.vkey)
	testkit.OK(t, err)
	log := audit.New(db, signer)
	signed, err := log.Checkpoint(t.Context())
	testkit.OK(t, err)
	now, err := audit.ParseCheckpoint(signed, verifier)
	testkit.OK(t, err)
	if ok, err := d.log.Consistent(t.Context(), now); err != nil || !ok || now.Size != made.Contents.Entries {
		t.Errorf("the restored log is at %d and borne out by the first: %v, %v", now.Size, ok, err)
	}
}

// SEC-23: the operator's key opens a backup, too, and does not bring back the root key.
func TestOperatorOpensWithoutTheRootKey(t *testing.T) {
	d := sqlite(t)
	path, _ := d.backup(t)
	u, err := unpack(t, path, d.operator, d.vkey)
	testkit.OK(t, err)
	if _, err := backup.RootOf(u.Manifest, d.operator.String()); !errs.Is(err, errs.Rule) {
		t.Errorf("the root key for the operator: %v", err)
	}
}

// SEC-23: without a key nothing can be read, in the file or in what lies beside it on the way.
func TestNothingReadableWithoutKey(t *testing.T) {
	d := sqlite(t)
	path, _ := d.backup(t)
	for _, f := range []string{path, d.path} {
		b, err := os.ReadFile(f)
		testkit.OK(t, err)
		if bytes.Contains(b, []byte(canary)) || bytes.Contains(b, []byte("trial_row")) {
			t.Errorf("%s can be read", f)
		}
	}
	left, err := os.ReadDir(filepath.Dir(path))
	testkit.OK(t, err)
	if len(left) != 1 {
		t.Errorf("besides the backup there lie %v", left)
	}
	_, err = unpack(t, path, identity(t), d.vkey)
	if !errors.Is(err, secret.ErrWrong) || !strings.Contains(errs.Sentence(err), d.sheet.Recipient().String()) {
		t.Errorf("another's key: %v", err)
	}
}

// SEC-23: whatever byte is changed and wherever the file ends too early, it is found, with a sentence.
func TestDamageIsFound(t *testing.T) {
	d := sqlite(t)
	path, _ := d.backup(t)
	whole, err := os.ReadFile(path)
	testkit.OK(t, err)
	try := func(what string, at int, b []byte) {
		t.Helper()
		f := filepath.Join(t.TempDir(), "damaged")
		testkit.OK(t, os.WriteFile(f, b, 0o600))
		dir := filepath.Join(t.TempDir(), "unpacked")
		_, err := backup.Unpack(t.Context(), f, d.sheet.String(), dir, d.vkey)
		if err == nil || errs.Sentence(err) == "" {
			t.Errorf("%s at %d of %d: %v", what, at, len(whole), err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s at %d left what it had unpacked", what, at)
		}
	}
	head := bytes.Index(whole, []byte("\n\n")) + 2
	places := []int{0, 20, head - 10, head, head + 30, head + 150, head + 400, head + 800, len(whole) / 2, len(whole) - 1}
	for at := head + 1000; at < len(whole); at += len(whole) / 9 {
		places = append(places, at)
	}
	for _, at := range places {
		changed := bytes.Clone(whole)
		changed[at] ^= 4
		try("changed", at, changed)
		try("cut", at, whole[:at])
	}
	try("longer", len(whole), append(bytes.Clone(whole), 'x'))
}

// SEC-23: a backup that another signed is not taken for the district's, though it is whole.
func TestSignatureIsChecked(t *testing.T) {
	d := sqlite(t)
	path, _ := d.backup(t)
	_, other, err := note.GenerateKey(rand.Reader, "kith")
	testkit.OK(t, err)
	if _, err := unpack(t, path, d.sheet, other); !errs.Is(err, errs.Rule) || !strings.Contains(errs.Sentence(err), "not signed by") {
		t.Errorf("another's signature: %v", err)
	}
	u, err := unpack(t, path, d.sheet, "")
	testkit.OK(t, err)
	if u.Vouched {
		t.Error("a backup vouches for itself")
	}
}

// Backups wait for nobody and nobody waits for them: what is acknowledged before one begins is in it.
func TestBackupWhileWritersWrite(t *testing.T) {
	d := sqlite(t)
	var acknowledged atomic.Int64
	acknowledged.Store(20)
	stop, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			default:
				d.write(t)
				acknowledged.Add(1)
			}
		}
	}()
	during := int64(0)
	for range 3 {
		before := acknowledged.Load()
		path, m := d.backup(t)
		after := acknowledged.Load()
		if got := m.Contents.Rows["trial_row"]; got < before || got > after+1 || got != m.Contents.Rows["audit_entry"] {
			t.Errorf("%d rows and %d entries in a backup begun after %d and ended before %d", got, m.Contents.Rows["audit_entry"], before, after)
		}
		during += after - before
		u, err := unpack(t, path, d.operator, d.vkey)
		testkit.OK(t, err)
		testkit.OK(t, u.Remove())
	}
	close(stop)
	<-ended
	if during == 0 {
		t.Error("nobody could write while backups were made")
	}
}

func TestBackupIsNeverWrittenOver(t *testing.T) {
	d := sqlite(t)
	path, _ := d.backup(t)
	before, err := os.ReadFile(path)
	testkit.OK(t, err)
	if _, err := backup.Make(t.Context(), d.source(t), path); !errs.Is(err, errs.Rule) {
		t.Errorf("a second backup of the same name: %v", err)
	}
	after, err := os.ReadFile(path)
	testkit.OK(t, err)
	if !bytes.Equal(before, after) {
		t.Error("the backup was changed")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	other := filepath.Join(filepath.Dir(path), "other")
	if _, err := backup.Make(ended, d.source(t), other); !errors.Is(err, context.Canceled) {
		t.Errorf("a backup that nobody waits for: %v", err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// SEC-23 on PostgreSQL: the dump is counted at the moment at which it is taken, and restores into an empty database.
func TestPostgres(t *testing.T) {
	if !pgcluster.Wanted() {
		t.Log("this run is of SQLite only")
		return
	}
	w := testkit.Postgres(t, trial)
	o := w.Options()
	d := keys(t, &district{root: secret.NewRoot(), db: w.DB, log: w.Log})
	for range 20 {
		d.write(t)
	}
	testkit.OK(t, d.log.SequenceAll(t.Context()))
	s := d.source(t)
	s.Path, s.URL = "", o.OwnerURL
	path := filepath.Join(t.TempDir(), "district.kithbackup")
	m, err := backup.Make(t.Context(), s, path)
	testkit.OK(t, err)
	if m.Contents.Rows["trial_row"] != 20 || m.Contents.Entries != 20 {
		t.Fatalf("the manifest counts %+v", m.Contents)
	}
	b, err := os.ReadFile(path)
	testkit.OK(t, err)
	if bytes.Contains(b, []byte(canary)) {
		t.Error("the backup can be read")
	}
	if _, err := backup.ToPostgres(t.Context(), path, d.sheet.String(), o.OwnerURL, d.vkey); !errs.Is(err, errs.Rule) {
		t.Errorf("restored over a database that holds tables: %v", err)
	}
	pgcluster.Template(t, "empty", func(string) error { return nil })
	empty := pgcluster.Clone(t, "empty")
	_, err = backup.ToPostgres(t.Context(), path, d.sheet.String(), empty.OwnerURL, d.vkey)
	testkit.OK(t, err)

	b[len(b)/2] ^= 1
	damaged := filepath.Join(t.TempDir(), "damaged")
	testkit.OK(t, os.WriteFile(damaged, b, 0o600))
	if _, err := unpack(t, damaged, d.sheet, d.vkey); errs.Sentence(err) == "" {
		t.Errorf("a damaged backup: %v", err)
	}
}
