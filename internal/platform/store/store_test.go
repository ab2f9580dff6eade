package store_test

import (
	"context"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const here = "district-here"

func lead() access.Viewer {
	return access.Viewer{Account: "amina", District: here, Strength: access.SecondFactor,
		Roles: map[access.Role][]string{access.Member: {"oak"}, access.DSL: {"oak"}}}
}

func addRecord(t *testing.T, w *testkit.World, org string) (id string) {
	t.Helper()
	testkit.OK(t, w.DB.Write(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
		id = tx.NewID()
		return tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Concern, Part: access.PartHeader, Org: org, Author: "ellen"})
	}))
	return id
}

// SEC-13: what a read showed is in the log before Read returns; if it cannot be written down, nothing is shown.
func TestReadIsNotedBeforeItReturns(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		id := addRecord(t, w, "oak")
		open := func(v access.Viewer) error {
			return w.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
				_, _, err := tx.Open(ctx, "concern.opened", ref.To("concern", id))
				return err
			})
		}
		testkit.OK(t, open(lead()))
		testkit.OK(t, w.DB.Read(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
			rule, err := store.Value[string](ctx, tx, store.SQL(`SELECT rule FROM audit_entry WHERE record_id = ? AND actor_id = 'amina'`, id))
			if rule != "dsl" {
				t.Errorf("the entry says rule %q", rule)
			}
			return err
		}))
		w.DB.OnSaw(func(context.Context, *store.Tx, []store.Note) error { return errs.New(errs.Unavailable, "no room") })
		if err := open(lead()); !errs.Is(err, errs.Unavailable) {
			t.Fatalf("shown without being written down: %v", err)
		}
		stranger := lead()
		stranger.Roles = map[access.Role][]string{access.Member: {"elm"}, access.DSL: {"elm"}}
		if err := open(stranger); !errs.Is(err, errs.NotFound) {
			t.Fatalf("a lead of another school got %v", err)
		}
	})
}

func TestChangeWithoutAuditEntryIsRefused(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		change := func(recorded bool) error {
			return w.DB.Write(t.Context(), lead(), func(ctx context.Context, tx *store.Tx) error {
				id := tx.NewID()
				if recorded {
					if err := audit.Record(ctx, tx, "test.added", ref.To("test", id)); err != nil {
						return err
					}
				}
				return tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Concern, Part: access.PartHeader, Org: "oak"})
			})
		}
		if err := change(false); err == nil {
			t.Error("a change without an audit entry was kept")
		}
		testkit.OK(t, change(true))
	})
}

func TestQueryOnRecordsWithoutVisibleIsRefused(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		err := w.DB.Read(t.Context(), lead(), func(ctx context.Context, tx *store.Tx) error {
			_, err := store.Values[string](ctx, tx, store.SQL(`SELECT r.id FROM access_record r`))
			return err
		})
		if err == nil {
			t.Fatal("every record of the district was readable")
		}
	})
}

// Decision 41: a list of records is not compiled to machine code before it is asked.
func TestStatementsAreNotCompiled(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		if w.DB.Engine() != store.Postgres {
			return
		}
		for name, want := range map[string]string{"jit": "off", "plan_cache_mode": "force_generic_plan"} {
			var got string
			testkit.OK(t, w.DB.Pool().QueryRow(`SELECT current_setting($1)`, name).Scan(&got))
			if got != want {
				t.Errorf("%s is %s", name, got)
			}
		}
	})
}
