package audit_test

import (
	"context"
	"testing"

	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// SEC-12: the program's own role has no statement that alters or removes an entry, numbered or not.
func TestEntriesCannotBeAlteredOrRemoved(t *testing.T) {
	both := []string{
		`DELETE FROM audit_entry`,
		`DELETE FROM audit_entry WHERE seq IS NULL`,
		`UPDATE audit_entry SET actor_id = 'nobody'`,
		`UPDATE audit_entry SET actor_id = 'nobody' WHERE seq IS NULL`,
		`UPDATE audit_entry SET actor_id = 'nobody', seq = 100, org_seq = 100 WHERE seq IS NULL`,
		`UPDATE audit_entry SET seq = seq + 100 WHERE seq IS NOT NULL`,
		`UPDATE audit_entry SET org_seq = 100 WHERE seq IS NOT NULL`,
		`UPDATE audit_entry SET seq = NULL WHERE seq IS NOT NULL`,
		`INSERT INTO audit_entry SELECT id, district_id, org_id, at, 'nobody', acting, rule, action, kind, record_id, request_id, detail_mac, seq, org_seq FROM audit_entry
			WHERE 1=1 ON CONFLICT (id) DO UPDATE SET actor_id = 'nobody'`,
	}
	only := map[store.Engine][]string{
		store.SQLite: {
			`REPLACE INTO audit_entry SELECT id, district_id, org_id, at, 'nobody', acting, rule, action, kind, record_id, request_id, detail_mac, seq, org_seq FROM audit_entry`,
			`INSERT OR REPLACE INTO audit_entry SELECT 'other ' || id, district_id, org_id, at, 'nobody', acting, rule, action, kind, record_id, request_id, detail_mac, seq, org_seq FROM audit_entry WHERE seq = 1`,
			`UPDATE OR REPLACE audit_entry SET seq = 1, org_seq = 1 WHERE seq IS NULL`,
		},
		store.Postgres: {
			`TRUNCATE audit_entry`,
			`ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_guard`,
			`DROP TRIGGER audit_entry_guard ON audit_entry`,
			`SET session_replication_role = replica`,
			`DROP TABLE audit_entry`,
			`CREATE OR REPLACE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
		},
	}
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		record(t, w.DB, 8)
		testkit.OK(t, w.Log.SequenceAll(t.Context()))
		record(t, w.DB, 1)
		before := everything(t, w)
		for _, statement := range append(both, only[w.DB.Engine()]...) {
			err := w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
				return tx.Put(ctx, store.SQL(statement))
			})
			if err == nil {
				t.Errorf("this ran: %s", statement)
			}
		}
		if after := everything(t, w); after != before {
			t.Errorf("the entries changed:\n%s\n%s", before, after)
		}
		testkit.OK(t, w.Log.SequenceAll(t.Context())) // what waits can still be numbered
	})
}

// everything returns the entries as one text.
func everything(t *testing.T, w *testkit.World) (all string) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
		lines, err := store.Values[string](ctx, tx, store.SQL(`SELECT e.id || e.actor_id || coalesce(e.seq, -1) || ' ' || coalesce(e.org_seq, -1) FROM audit_entry e ORDER BY e.id`))
		for _, l := range lines {
			all += l + "\n"
		}
		return err
	}))
	return all
}
