package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/testkit"
	"kith/internal/testkit/pgcluster"
)

// Journey 15 on PostgreSQL: made, backed up, lost, restored into an empty database with the recovery sheet; its log proves it.
func TestPostgresIsBackedUpAndRestored(t *testing.T) {
	if !pgcluster.Wanted() {
		t.Log("this run is of SQLite only")
		return
	}
	pgcluster.Template(t, "empty", func(string) error { return nil })
	place := func(home string) []string {
		c := pgcluster.Clone(t, "empty")
		return []string{"--database", c.AppURL, "--migrate-url", c.OwnerURL, "--key-file", filepath.Join(home, "kith.key")}
	}
	home, sheet := t.TempDir(), filepath.Join(t.TempDir(), "sheet.txt")
	first := place(home)
	on := func(where []string, args ...string) []string { return append(args, where...) }
	out := must(t, on(first, "init", "--district", "Oakshire", "--admin-name", "Tom Reed", "--admin-email", "tom@oak.example")...)
	testkit.OK(t, os.WriteFile(sheet, []byte(out), 0o600))
	kept := filepath.Join(t.TempDir(), "oakshire.kithbackup")
	note := filepath.Join(t.TempDir(), "kept.note")
	testkit.OK(t, os.WriteFile(note, []byte(must(t, on(first, "audit", "checkpoint")...)), 0o600))
	must(t, on(first, "backup", kept)...)
	must(t, "backup", "verify", kept, "--sheet", sheet)
	if page := must(t, on(first, "check")...); strings.Contains(page, "postgres://") || strings.Contains(page, "host=") {
		t.Errorf("check shows the address, which may hold a password:\n%s", page)
	}
	must(t, on(first, "key", "rotate")...)
	must(t, on(first, "audit", "checkpoint")...)

	testkit.OK(t, os.RemoveAll(home))
	again := t.TempDir()
	second := place(again)
	must(t, on(second, "restore", kept, "--sheet", sheet, "--checkpoint", note, "--reason", "the server was lost")...)
	must(t, on(second, "user", "disable", "tom@oak.example")...)
	export := filepath.Join(t.TempDir(), "audit.jsonl")
	must(t, on(second, "audit", "export", export)...)
	refused(t, "already holds", on(second, "restore", kept, "--sheet", sheet, "--reason", "again")...)
}
