package app_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/testkit"
)

// The key is changed: the old one opens nothing any more, everything is readable under the new one, the old sheet opens the
// old backups and the new sheet the new ones.
func TestKeyRotate(t *testing.T) {
	i := install(t)
	file := i.work(t, 5)
	older := filepath.Join(t.TempDir(), "older.kithbackup")
	must(t, "backup", older, "--data", i.data)
	key := filepath.Join(i.home, "kith.key")
	old, err := os.ReadFile(key)
	testkit.OK(t, err)

	a := i.open(t)
	refused(t, "Kith is running on this data", "key", "rotate", "--data", i.data)
	testkit.OK(t, a.Close())
	testkit.OK(t, os.Remove(key+".new"))

	sheet := filepath.Join(t.TempDir(), "new-sheet.txt")
	testkit.OK(t, os.WriteFile(sheet, []byte(must(t, "key", "rotate", "--data", i.data)), 0o600))
	if got := i.read(t, file); got != canary {
		t.Errorf("after the change the file reads %q", got)
	}
	newer := filepath.Join(t.TempDir(), "newer.kithbackup")
	must(t, "backup", newer, "--data", i.data)
	must(t, "backup", "verify", older, "--sheet", i.sheet)
	must(t, "backup", "verify", newer, "--sheet", sheet)
	refused(t, "it was sealed to others", "backup", "verify", newer, "--sheet", i.sheet)
	testkit.OK(t, os.WriteFile(key, old, 0o600))
	refused(t, "The key does not open this database", "audit", "checkpoint", "--data", i.data)
}

// A change of key that is killed at any moment is finished by running it again, and until then says so or goes on as before.
func TestKilledKeyRotateIsFinished(t *testing.T) {
	i := install(t)
	file := i.work(t, 5)
	key := filepath.Join(i.home, "kith.key")
	killed, between := 0, 0
	for n := range 14 {
		cmd, _, _ := program(t, "key", "rotate", "--data", i.data)
		time.Sleep(time.Duration(10+n*25+rand.IntN(25)) * time.Millisecond)
		_ = cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		if code, _, said := kith("audit", "checkpoint", "--data", i.data); code != 0 {
			between++
			if !strings.Contains(said, "kith key rotate again") {
				t.Fatalf("between: %s", said)
			}
		}
		if _, err := os.Stat(key + ".new"); err == nil {
			must(t, "key", "rotate", "--data", i.data)
		}
		if got := i.read(t, file); got != canary {
			t.Fatalf("after a killed change the file reads %q", got)
		}
	}
	if killed == 0 {
		t.Error("no change was killed: the test proves nothing")
	}
	t.Logf("%d killed, %d between the keys", killed, between)

	// the moment between the two names, which no kill can be relied on to hit
	must(t, "key", "rotate", "--data", i.data)
	olds, err := filepath.Glob(key + ".before-*")
	testkit.OK(t, err)
	slices.Sort(olds)
	testkit.OK(t, os.Rename(key, key+".new"))
	testkit.OK(t, os.Rename(olds[len(olds)-1], key))
	refused(t, "Finish it by running kith key rotate again", "serve", "--data", i.data)
	must(t, "key", "rotate", "--data", i.data)
	if got := i.read(t, file); got != canary {
		t.Errorf("after the last change the file reads %q", got)
	}
}
