package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"kith/internal/app"
	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// The operator's commands are tested as an operator gives them: through Main, on real folders.

// programArgs tells this test binary, run a second time, to be the program.
const programArgs = "KITH_TEST_PROGRAM_ARGS"

// TestBeTheProgram is no test of its own: other tests run it as a process that they can kill.
func TestBeTheProgram(t *testing.T) {
	if args := os.Getenv(programArgs); args != "" {
		os.Exit(app.Main(strings.Split(args, "\n"), "test", os.Stdout, os.Stderr))
	}
}

// program starts the program as a process of its own.
func program(t *testing.T, args ...string) (*exec.Cmd, io.Reader, *bytes.Buffer) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestBeTheProgram$")
	cmd.Env = append(os.Environ(), programArgs+"="+strings.Join(args, "\n"))
	said := &bytes.Buffer{}
	cmd.Stderr = said
	out, err := cmd.StdoutPipe()
	testkit.OK(t, err)
	testkit.OK(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, out, said
}

// kith runs a command and returns its exit status and what it said.
func kith(args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	code = app.Main(args, "test", &o, &e)
	return code, o.String(), e.String()
}

// must runs a command that has to do what it is asked.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, said := kith(args...)
	if code != 0 {
		t.Fatalf("kith %s: %d\n%s\n%s", strings.Join(args, " "), code, out, said)
	}
	return out
}

// refused runs a command that must fail with words that say what to do.
func refused(t *testing.T, words string, args ...string) {
	t.Helper()
	code, out, said := kith(args...)
	if code != 1 || !strings.Contains(said, words) {
		t.Errorf("kith %s: %d, want 1 and %q\n%s\n%s", strings.Join(args, " "), code, words, out, said)
	}
}

// installation is a district on a machine: a folder with keys, and the data within it.
type installation struct {
	home, data, sheet, public string
}

func install(t *testing.T) installation {
	t.Helper()
	i := installation{home: t.TempDir()}
	i.data = filepath.Join(i.home, "data")
	out := must(t, "init", "--data", i.data, "--district", "Oakshire", "--admin-name", "Tom Reed", "--admin-email", "tom@oak.example", "--public-url", "https://kith.oak.example")
	i.sheet = filepath.Join(t.TempDir(), "sheet.txt")
	testkit.OK(t, os.WriteFile(i.sheet, []byte(out), 0o600))
	i.public = regexp.MustCompile(`kith\+\S+`).FindString(out)
	if i.public == "" || !strings.Contains(out, "KITH RECOVERY SHEET") || !strings.Contains(out, "https://kith.oak.example/invite/") {
		t.Fatalf("init printed:\n%s", out)
	}
	return i
}

// open opens the installation's program in this process.
func (i installation) open(t *testing.T) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), app.Settings{Place: app.Place{Data: i.data}, Log: slog.New(slog.DiscardHandler)})
	testkit.OK(t, err)
	return a
}

// canary is what nobody may read without a key.
const canary = "CANARY-Maisie-fell-on-the-stairs"

// district returns the id of the only district.
func district(t *testing.T, db *store.DB) string {
	t.Helper()
	var id string
	testkit.OK(t, db.Read(t.Context(), access.System("*", "test"), func(ctx context.Context, tx *store.Tx) (err error) {
		id, err = store.Value[string](ctx, tx, store.SQL(`SELECT d.id FROM directory_district d`))
		return err
	}))
	return id
}

// work adds records as the program would: a file under the root key and n entries. It returns the file's id.
func (i installation) work(t *testing.T, n int) (file string) {
	t.Helper()
	a := i.open(t)
	v := access.System(district(t, a.DB), "test")
	for range n {
		testkit.OK(t, a.DB.Write(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
			return audit.Record(ctx, tx, "trial.written", ref.To("trial", tx.NewID()), audit.Detail(canary))
		}))
	}
	var admin string
	testkit.OK(t, a.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		admin, err = store.Value[string](ctx, tx, store.SQL(`SELECT a.id FROM account a LIMIT 1`))
		return err
	}))
	f, err := a.Files.Receive(t.Context(), access.Viewer{Account: admin, District: v.District, Strength: access.FirstFactor}, "note.txt", strings.NewReader(canary))
	testkit.OK(t, err)
	testkit.OK(t, a.Log.SequenceAll(t.Context()))
	testkit.OK(t, a.Close())
	return f.ID
}

// read returns a file's content through the program.
func (i installation) read(t *testing.T, file string) string {
	t.Helper()
	a := i.open(t)
	defer func() { testkit.OK(t, a.Close()) }()
	v := access.System(district(t, a.DB), "test")
	var body []byte
	testkit.OK(t, a.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		owner, err := store.Value[string](ctx, tx, store.SQL(`SELECT f.account_id FROM file f WHERE f.id = ?`, file))
		tx.Viewer = access.Viewer{Account: owner, District: v.District, Now: tx.Now, Strength: access.SecondFactor}
		if err == nil {
			_, body, err = a.Files.Open(ctx, tx, file)
		}
		return err
	}))
	return string(body)
}

// Journey 15: an operator installs with one command, backs up, loses the machine, restores, and loses nothing acknowledged.
// Journey 14: an auditor verifies, offline, that nothing was removed. SEC-12, SEC-23.
func TestLoseTheMachineAndRestore(t *testing.T) {
	i := install(t)
	file := i.work(t, 30)
	checkpoint := filepath.Join(t.TempDir(), "kept.note")
	testkit.OK(t, os.WriteFile(checkpoint, []byte(must(t, "audit", "checkpoint", "--data", i.data)), 0o600))
	kept := filepath.Join(t.TempDir(), "oakshire.kithbackup")
	must(t, "backup", kept, "--data", i.data)
	must(t, "backup", "verify", kept, "--sheet", i.sheet, "--key", i.public)
	if b, err := os.ReadFile(kept); err != nil || bytes.Contains(b, []byte(canary)) {
		t.Fatalf("the backup can be read: %v", err)
	}

	testkit.OK(t, os.RemoveAll(i.home)) // the machine is gone, with its keys
	again := installation{home: t.TempDir()}
	again.data = filepath.Join(again.home, "data")
	out := must(t, "restore", kept, "--data", again.data, "--sheet", i.sheet, "--key", i.public, "--checkpoint", checkpoint, "--reason", "the machine burnt")
	if !strings.Contains(out, "came back from the recovery sheet") || !strings.Contains(out, "Declared") || !strings.Contains(out, "new checkpoint key") {
		t.Errorf("restore said:\n%s", out)
	}
	if got := again.read(t, file); got != canary {
		t.Errorf("the file came back as %q", got)
	}
	export := filepath.Join(t.TempDir(), "audit.jsonl")
	must(t, "audit", "export", export, "--data", again.data)
	body, err := os.ReadFile(export)
	testkit.OK(t, err)
	if bytes.Count(body, []byte("trial.written")) != 30 || !bytes.Contains(body, []byte("audit.restored")) {
		t.Errorf("the log lost something:\n%.2000s", body)
	}
	verify := []string{"audit", "verify", export, "--checkpoint", checkpoint, "--key", i.public}
	if said := must(t, verify...); !strings.Contains(said, "none was altered") {
		t.Errorf("verify said %q", said)
	}
	// SEC-12: a byte changed in an entry that the checkpoint speaks for
	testkit.OK(t, os.WriteFile(export, bytes.Replace(body, []byte("trial.written"), []byte("trial.wrytten"), 1), 0o600))
	code, said, _ := kith(append(verify, "--json")...)
	var verdict audit.Verdict
	if err := json.Unmarshal([]byte(said), &verdict); code != 1 || err != nil || verdict.OK || verdict.Problem == "" {
		t.Errorf("a changed export: %d, %q", code, said)
	}
}

// A database that was put back to an earlier day is only shown, until somebody says why.
func TestPutBackToAnEarlierDay(t *testing.T) {
	i := install(t)
	earlier, err := os.ReadFile(filepath.Join(i.data, "kith.db"))
	testkit.OK(t, err)
	i.work(t, 10)
	must(t, "audit", "checkpoint", "--data", i.data)
	testkit.OK(t, os.WriteFile(filepath.Join(i.data, "kith.db"), earlier, 0o600))

	refused(t, "are lost", "audit", "checkpoint", "--data", i.data)
	code, out, _ := kith("check", "--data", i.data)
	if code != 1 || !regexp.MustCompile(`(?m)^red +checkpoints .*entries \d+ to \d+ are lost`).MatchString(out) {
		t.Errorf("check: %d\n%s", code, out)
	}
	cmd, stdout, said := program(t, "serve", "--data", i.data, "--listen", "127.0.0.1:0")
	at := readyAt(t, stdout, said)
	if got := statusOf(t, http.MethodGet, at+"/sign-in"); got != http.StatusOK {
		t.Errorf("a page is shown with %d", got)
	}
	if got := statusOf(t, http.MethodPost, at+"/concerns"); got != http.StatusServiceUnavailable {
		t.Errorf("a change is answered with %d", got)
	}
	testkit.OK(t, cmd.Process.Signal(syscall.SIGTERM))
	testkit.OK(t, cmd.Wait())
	if !strings.Contains(said.String(), "kith audit restored") {
		t.Errorf("serve said %s", said)
	}
	if said := must(t, "audit", "restored", "--data", i.data, "--reason", "the disk failed"); !strings.Contains(said, "are lost") {
		t.Errorf("declaring said %q", said)
	}
	must(t, "audit", "checkpoint", "--data", i.data)
	refused(t, "nothing to declare", "audit", "restored", "--data", i.data, "--reason", "again")
}

// Two districts side by side share their keys and nothing else: neither takes the other's checkpoint for its own.
func TestTwoDataFoldersSideBySide(t *testing.T) {
	i := install(t)
	i.work(t, 5)
	must(t, "audit", "checkpoint", "--data", i.data)
	other := filepath.Join(i.home, "elm")
	must(t, "init", "--data", other, "--district", "Elmshire", "--admin-name", "Eve Marsh", "--admin-email", "eve@elm.example")
	for _, data := range []string{other, i.data, other} {
		must(t, "audit", "checkpoint", "--data", data)
	}
	must(t, "backup", filepath.Join(t.TempDir(), "elm.kithbackup"), "--data", other)
	if _, out, _ := kith("check", "--data", i.data); !regexp.MustCompile(`(?m)^red +backups? `).MatchString(out) {
		t.Errorf("the other district's backup counts for this one:\n%s", out)
	}
}

func readyAt(t *testing.T, out io.Reader, said *bytes.Buffer) string {
	t.Helper()
	in := bufio.NewScanner(out)
	for in.Scan() {
		if at, ok := strings.CutPrefix(in.Text(), "ready "); ok {
			return at
		}
	}
	t.Fatalf("the server did not start: %s", said)
	return ""
}

func statusOf(t *testing.T, method, url string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	testkit.OK(t, err)
	res, err := http.DefaultClient.Do(req)
	testkit.OK(t, err)
	testkit.OK(t, res.Body.Close())
	return res.StatusCode
}

// Lost key, wrong key, exposed key, a key inside the data, no database, a newer and an older one: each has a sentence that
// says what to do, and nothing is changed.
func TestSentencesOfKeysAndDatabases(t *testing.T) {
	i := install(t)
	key := filepath.Join(i.home, "kith.key")
	good, err := os.ReadFile(key)
	testkit.OK(t, err)
	before, err := os.ReadFile(filepath.Join(i.data, "kith.db"))
	testkit.OK(t, err)

	for _, args := range [][]string{{"check"}, {"serve"}, {"audit", "checkpoint"}, {"backup", filepath.Join(t.TempDir(), "x")}, {"user", "disable", "tom@oak.example"}, {"key", "rotate"}} {
		refuse := func(words string) {
			t.Helper()
			args := append(slices.Clone(args), "--data", i.data)
			if args[0] == "check" {
				if code, out, _ := kith(args...); code != 1 || !strings.Contains(out, words) {
					t.Errorf("check without %q: %d\n%s", words, code, out)
				}
				return
			}
			refused(t, words, args...)
		}
		testkit.OK(t, os.Rename(key, key+".away"))
		if args[0] == "key" {
			refuse("There is no root key")
		} else {
			refuse("Put the key file back, or bring the key back from the recovery sheet")
		}
		if _, err := os.Stat(key); err == nil {
			t.Fatalf("%v made a key", args)
		}
		testkit.OK(t, os.Rename(key+".away", key))

		other := install(t)
		wrong, err := os.ReadFile(filepath.Join(other.home, "kith.key"))
		testkit.OK(t, err)
		testkit.OK(t, os.WriteFile(key, wrong, 0o600))
		if args[0] == "key" {
			refuse("Neither the root key nor the new one")
			testkit.OK(t, os.Remove(key+".new"))
		} else {
			refuse("The key does not open this database")
		}
		testkit.OK(t, os.WriteFile(key, good, 0o600))

		testkit.OK(t, os.Chmod(key, 0o644))
		refuse("chmod 600")
		testkit.OK(t, os.Chmod(key, 0o600))
	}
	if after, err := os.ReadFile(filepath.Join(i.data, "kith.db")); err != nil || !bytes.Equal(before, after) {
		t.Error("a refused command changed the database")
	}
	signing := filepath.Join(i.home, "kith-checkpoint.key")
	testkit.OK(t, os.Rename(signing, signing+".away"))
	for _, command := range []string{"serve", "check"} {
		if code, out, said := kith(command, "--data", i.data); code != 1 || !strings.Contains(out+said, "name its file with --checkpoint-key") {
			t.Errorf("%s without the checkpoint key: %d\n%s\n%s", command, code, out, said)
		}
	}
	testkit.OK(t, os.Rename(signing+".away", signing))
	refused(t, "There is no database in", "audit", "checkpoint", "--data", filepath.Join(i.home, "nowhere"))
	refused(t, "There is a district here already", "init", "--data", i.data, "--district", "Elm", "--admin-name", "Eve", "--admin-email", "eve@elm.example")

	a := i.open(t)
	_, err = a.DB.Pool().Exec(`INSERT INTO kith_migration (version_id, is_applied) VALUES (29991231235959, 1)`)
	testkit.OK(t, err)
	testkit.OK(t, a.Close())
	refused(t, "made by a newer Kith", "serve", "--data", i.data)
	refused(t, "Install the newer program", "audit", "checkpoint", "--data", i.data)
}

// An older database is said to be one, can be backed up, and is copied before it is brought up.
func TestOlderDatabase(t *testing.T) {
	i := install(t)
	a := i.open(t)
	var last int64
	testkit.OK(t, a.DB.Pool().QueryRow(`SELECT version_id FROM kith_migration WHERE version_id = 20261123110100`).Scan(&last))
	for _, s := range []string{`DROP TABLE account_throttle`, `DROP TABLE account_ceremony`, `DROP TABLE account_token`, `DELETE FROM kith_migration WHERE version_id = 20261123110100`} {
		_, err := a.DB.Pool().Exec(s)
		testkit.OK(t, err)
	}
	testkit.OK(t, a.Close())

	refused(t, "made by an older Kith: 1 migrations", "user", "disable", "tom@oak.example", "--data", i.data)
	if _, out, _ := kith("check", "--data", i.data); !regexp.MustCompile(`(?m)^attention +migrations +This database was made by an older Kith`).MatchString(out) {
		t.Errorf("check says\n%s", out)
	}
	kept := filepath.Join(t.TempDir(), "older.kithbackup")
	must(t, "backup", kept, "--data", i.data)
	must(t, "backup", "verify", kept, "--sheet", i.sheet)
	if out := must(t, "migrate", "up", "--data", i.data); !strings.Contains(out, "20261123110100") {
		t.Errorf("migrate ran %q", out)
	}
	if copies, err := filepath.Glob(filepath.Join(i.home, "kith-before-*.db")); err != nil || len(copies) != 1 {
		t.Errorf("copied before the upgrade: %v, %v", copies, err)
	}
	must(t, "user", "disable", "tom@oak.example", "--data", i.data)
}

// Restoring says no, with words, to what it must not do.
func TestRestoreRefuses(t *testing.T) {
	i := install(t)
	kept := filepath.Join(t.TempDir(), "oakshire.kithbackup")
	must(t, "backup", kept, "--data", i.data)
	other := install(t)
	to := filepath.Join(t.TempDir(), "new", "data")
	restore := func(args ...string) []string { return append([]string{"restore", "--reason", "a drill"}, args...) }
	refused(t, "is not empty", restore(kept, "--data", i.data, "--sheet", i.sheet)...)
	refused(t, "Say what opens the backup", restore(kept, "--data", to)...)
	refused(t, "it was sealed to others", restore(kept, "--data", to, "--sheet", other.sheet)...)
	refused(t, "not signed by the checkpoint key", restore(kept, "--data", to, "--sheet", i.sheet, "--key", other.public)...)
	refused(t, "This is not a backup", restore(i.sheet, "--data", to, "--sheet", i.sheet)...)
	refused(t, "There is no backup to read", restore(filepath.Join(i.home, "nothing"), "--data", to, "--sheet", i.sheet)...)
	b, err := os.ReadFile(kept)
	testkit.OK(t, err)
	cut := filepath.Join(t.TempDir(), "cut.kithbackup")
	testkit.OK(t, os.WriteFile(cut, b[:len(b)-1000], 0o600))
	refused(t, "damaged or cut short", restore(cut, "--data", to, "--sheet", i.sheet)...)
	// a key that lies there already and is another's is not written over
	testkit.OK(t, os.Rename(filepath.Join(other.home, "kith.key"), filepath.Join(filepath.Dir(to), "kith.key")))
	refused(t, "This key does not open this data", restore(kept, "--data", to, "--sheet", i.sheet)...)
	if in, err := os.ReadDir(to); err == nil && len(in) > 0 {
		t.Errorf("a refused restore left %v", in)
	}
	refused(t, "There is already a file", "backup", kept, "--data", i.data)
}

// A backup that is killed leaves nothing under its name, and the next one is made.
func TestKilledBackupLeavesNoHalfFile(t *testing.T) {
	i := install(t)
	i.work(t, 5)
	dir := t.TempDir()
	killed := 0
	for n := range 12 {
		kept := filepath.Join(dir, "kept.kithbackup")
		cmd, _, _ := program(t, "backup", kept, "--data", i.data)
		time.Sleep(time.Duration(20+n*40+rand.IntN(20)) * time.Millisecond)
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		if _, err := os.Stat(kept); err == nil {
			must(t, "backup", "verify", kept, "--sheet", i.sheet, "--key", i.public)
			testkit.OK(t, os.Remove(kept))
		}
	}
	if killed == 0 {
		t.Error("no backup was killed: the test proves nothing")
	}
	must(t, "backup", filepath.Join(dir, "last.kithbackup"), "--data", i.data)
}

// The server makes its backup by itself, keeps a checkpoint beside the data, and check finds both well.
func TestServeBacksUpAndSigns(t *testing.T) {
	i := install(t)
	dir := t.TempDir()
	if code, out, _ := kith("check", "--data", i.data, "--backup-dir", dir); code != 1 || !regexp.MustCompile(`(?m)^red +backups +There is no backup`).MatchString(out) {
		t.Errorf("check before: %d\n%s", code, out)
	}
	schools := i.schoolAccounts(t)
	cmd, out, said := program(t, "serve", "--data", i.data, "--listen", "127.0.0.1:0", "--backup-dir", dir, "--school-accounts", schools)
	offersSchoolAccount(t, readyAt(t, out, said))
	var kept []string
	for range 100 {
		if kept, _ = filepath.Glob(filepath.Join(dir, "kith-*.kithbackup")); len(kept) > 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	testkit.OK(t, cmd.Process.Signal(syscall.SIGTERM))
	testkit.OK(t, cmd.Wait())
	if len(kept) != 1 {
		t.Fatalf("no backup: %s", said)
	}
	must(t, "backup", "verify", kept[0], "--sheet", i.sheet, "--key", i.public)
	code, says, _ := kith("check", "--data", i.data, "--backup-dir", dir, "--school-accounts", schools)
	if !regexp.MustCompile(`(?m)^attention +school accounts +Oakshire account does not answer at http://127\.0\.0\.1:1 `).MatchString(says) {
		t.Errorf("check of a provider that does not answer:\n%s", says)
	}
	if code != 0 || regexp.MustCompile(`(?m)^red`).MatchString(says) || !regexp.MustCompile(`(?m)^ok +checkpoints +the log bears out`).MatchString(says) {
		t.Errorf("check after: %d\n%s", code, says)
	}
	// SEC-23: a backup that was damaged where it lies, and one that is older than 26 hours, turn the page red
	b, err := os.ReadFile(kept[0])
	testkit.OK(t, err)
	b[len(b)/2] ^= 1
	testkit.OK(t, os.WriteFile(kept[0], b, 0o600))
	if code, page, _ := kith("check", "--data", i.data, "--backup-dir", dir); code != 1 || !strings.Contains(page, "it is damaged") {
		t.Errorf("check of a damaged backup: %d\n%s", code, page)
	}
	old := filepath.Join(dir, "kith-20261101T020000Z.kithbackup")
	testkit.OK(t, os.Rename(kept[0], old))
	code, says, _ = kith("check", "--data", i.data, "--backup-dir", dir, "--json")
	var found struct {
		OK       bool
		Findings []struct{ What, State, Words string }
	}
	if err := json.Unmarshal([]byte(says), &found); err != nil || code != 1 || found.OK {
		t.Fatalf("check: %d, %v\n%s", code, err, says)
	}
	for _, f := range found.Findings {
		if (f.State == "red") != (f.What == "backups") || f.Words == "" {
			t.Errorf("%+v", f)
		}
	}
}
