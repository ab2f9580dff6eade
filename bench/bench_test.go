package main

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
)

// A small reference district is whole: its proportions hold, its lead uses every page, a concern of its past opens as one that
// was sent does, and its audit log is proved.
func TestReferenceDistrict(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	const children = 600
	m, err := makeDistrict(ctx, filepath.Join(dir, "district"), children, io.Discard)
	ok(t, err)
	for what, want := range map[string]int64{"children": children, "concerns": 2142, "audit entries": 21_420, "chronology entries": 8_568} {
		if got := m.Rows[what]; got < want || got > want*11/10 {
			t.Errorf("%d %s, want about %d", got, what, want)
		}
	}
	again, err := makeDistrict(ctx, filepath.Join(dir, "district"), children, io.Discard)
	ok(t, err)
	if again.Seconds != m.Seconds {
		t.Error("a district that is there was made again")
	}
	d, err := openDistrict(ctx, filepath.Join(dir, "district"), m)
	ok(t, err)
	defer d.app.Close() //nolint:errcheck // a test
	people, err := d.leads(ctx, 1)
	ok(t, err)
	for _, pg := range pages {
		ok(t, d.visit(d.app.Handler, people, pg)(0))
	}
	ids, err := d.list(ctx, `SELECT c.id FROM concerns_concern c JOIN concerns_decision x ON x.concern_id = c.id WHERE c.org_id = (SELECT p.org_id FROM account_post p WHERE p.account_id = ?) AND x.kind = 'refer' LIMIT 1`, people[0].account)
	ok(t, err)
	if len(ids) != 1 {
		t.Fatal("no concern of the past was referred")
	}
	w := d.ask(d.app.Handler, people[0], get("/concerns/"+ids[0]))
	for _, part := range []string{"Spoke at the door", "District threshold", "Looked at again"} {
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), part) {
			t.Errorf("a concern of the past (%d) does not show %q", w.Code, part)
		}
	}
	// Each entry of the chronology names a record that is there and is of its child or of its child's concern.
	ok(t, d.app.DB.Read(ctx, access.System("*", "test"), func(ctx context.Context, tx *store.Tx) error {
		n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM story_entry s WHERE NOT EXISTS (SELECT 1 FROM access_record r JOIN concerns_child k ON k.concern_id = r.parent_id WHERE r.id = s.record_id AND k.child_id = s.child_id) AND NOT EXISTS (SELECT 1 FROM access_record h WHERE h.id = s.record_id AND h.kind IN ('harm', 'child'))`))
		if n != 0 {
			t.Errorf("%d entries of the chronology name no record of their child", n)
		}
		return err
	}))
	a, err := d.proveAudit(ctx, dir)
	ok(t, err)
	if a.entries < 21_420 {
		t.Errorf("%d entries of the audit log were proved", a.entries)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
