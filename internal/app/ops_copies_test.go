package app_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/auditing"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// line is what kith check says of one thing.
func line(t *testing.T, i installation, what string) string {
	t.Helper()
	_, out, _ := kith("check", "--data", i.data)
	for l := range strings.Lines(out) {
		if f := strings.Fields(l); len(f) > 1 && f[1] == what {
			return l
		}
	}
	t.Fatalf("check says nothing of %s:\n%s", what, out)
	return ""
}

// Checkpoints that do not leave the machine make kith check red: nobody to keep them is worth attention, and an overdue copy
// is red.
func TestCheckSaysWhetherCheckpointsLeave(t *testing.T) {
	i := install(t)
	if words := line(t, i, "copies"); !strings.Contains(words, "attention") || !strings.Contains(words, "nobody keeps the checkpoints of Oakshire") {
		t.Errorf("check says %s", words)
	}
	a := i.open(t)
	id := district(t, a.DB)
	auditor := access.Viewer{Account: "x", District: id, Strength: access.SteppedUp, Roles: map[access.Role][]string{}}
	testkit.OK(t, a.DB.Read(t.Context(), access.System(id, "test"), func(ctx context.Context, tx *store.Tx) error {
		org, err := store.Value[string](ctx, tx, store.SQL(`SELECT o.id FROM directory_organisation o WHERE o.kind = 'authority'`))
		auditor.Roles[access.Auditor] = []string{org}
		return err
	}))
	testkit.OK(t, a.Auditing.Add(t.Context(), auditor, auditing.Recipient{ID: a.DB.IDs().New(a.DB.Now()), Name: "Data protection officer", Email: "dpo@oak.example"}))
	testkit.OK(t, a.Close())
	if words := line(t, i, "copies"); !strings.Contains(words, "ok") {
		t.Errorf("check says %s", words)
	}
	a = i.open(t)
	testkit.OK(t, a.DB.Write(t.Context(), access.System(id, "test"), func(ctx context.Context, tx *store.Tx) error {
		return tx.Put(ctx, store.SQL(`UPDATE auditing_recipient SET added_at = ?`, int64(clock.Of(tx.Now.Time().Add(-27*time.Hour)))))
	}))
	testkit.OK(t, a.Close())
	if words := line(t, i, "copies"); !strings.Contains(words, "red") || !strings.Contains(words, "Data protection officer") {
		t.Errorf("check says %s", words)
	}
	if code, _, _ := kith("check", "--data", i.data); code != 1 {
		t.Errorf("check ends with %d", code)
	}
}

// kith reindex makes search afresh, twice alike, and stands in the log; a database that is older than the program is left.
func TestReindexCommand(t *testing.T) {
	i := install(t)
	for range 2 {
		if out := must(t, "reindex", "--data", i.data); !strings.Contains(out, "Oakshire, children: 0 records are found afresh") {
			t.Errorf("reindex says %s", out)
		}
	}
	if words := line(t, i, "search"); !strings.Contains(words, "ok") {
		t.Errorf("check says %s", words)
	}
	a := i.open(t)
	id := district(t, a.DB)
	testkit.OK(t, a.DB.Write(t.Context(), access.System(id, "test"), func(ctx context.Context, tx *store.Tx) error {
		return tx.Put(ctx, store.SQL(`INSERT INTO search_remake (district_id, source, after_id, done, ended) VALUES (?, 'children', 'x', 1, FALSE)`, id))
	}))
	testkit.OK(t, a.Close())
	if words := line(t, i, "search"); !strings.Contains(words, "attention") {
		t.Errorf("check says %s", words)
	}
	must(t, "reindex", "--data", i.data)
	export := filepath.Join(t.TempDir(), "log.jsonl")
	must(t, "audit", "export", "--data", i.data, export)
	refused(t, "There is no database in", "reindex", "--data", filepath.Join(i.home, "nowhere"))
}
