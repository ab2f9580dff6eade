package store_test

import (
	"context"
	"errors"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// putRecord Puts a record of a school; one of that id may be there.
func putRecord(ctx context.Context, tx *store.Tx, id string) error {
	return tx.AddRecord(ctx, access.Record{ID: id, Kind: access.Concern, Part: access.PartHeader, Org: "oak"})
}

func orgOf(id string) *store.Query {
	return store.SQL(`SELECT org_id FROM access_record WHERE id = ?`, id)
}

// Decision 58: whatever waits was done before what is asked after it.
func TestWhatWasPutIsThereForTheNextQuestion(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		testkit.OK(t, w.DB.Write(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
			if err := putRecord(ctx, tx, "a"); err != nil {
				return err
			}
			var orgs, none []string
			if err := tx.Together(ctx, store.EachValue(&orgs, orgOf("a")), store.EachValue(&none, orgOf("b"))); err != nil {
				return err
			}
			if len(orgs) != 1 || orgs[0] != "oak" || none != nil {
				t.Errorf("%q and %q", orgs, none)
			}
			if err := putRecord(ctx, tx, "b"); err != nil {
				return err
			}
			n, err := tx.Exec(ctx, store.SQL(`UPDATE access_record SET org_id = 'elm' WHERE id IN ('a', 'b')`))
			if n != 2 {
				t.Errorf("%d rows were changed", n)
			}
			if err := errors.Join(err, putRecord(ctx, tx, "c")); err != nil {
				return err
			}
			raw, err := tx.Raw(ctx)
			if err != nil {
				return err
			}
			var all int
			if err := raw.QueryRowContext(ctx, `SELECT count(*) FROM access_record`).Scan(&all); err != nil || all != 3 {
				t.Errorf("the bare transaction sees %d, %v", all, err)
			}
			return putRecord(ctx, tx, "d")
		}))
		if n := kept(t, w); n != 4 {
			t.Errorf("%d records were kept", n)
		}
	})
}

func kept(t *testing.T, w *testkit.World) (n int64) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM access_record`))
		return err
	}))
	return n
}

// Decision 58: what is wrong with a statement that waits is said for the transaction, whatever comes after it: a form that was sent
// twice is known by its id, though its words would be refused by now.
func TestFirstFaultIsSaid(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		addTwice := func(after func(ctx context.Context, tx *store.Tx) error) error {
			return w.DB.Write(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
				if err := putRecord(ctx, tx, "twice"); err != nil {
					return err
				}
				return after(ctx, tx)
			})
		}
		nothing := func(context.Context, *store.Tx) error { return nil }
		testkit.OK(t, addTwice(nothing))
		for name, after := range map[string]func(ctx context.Context, tx *store.Tx) error{
			"nothing":   nothing,
			"a refusal": func(context.Context, *store.Tx) error { return errs.Refuse("No") },
			"a change":  func(ctx context.Context, tx *store.Tx) error { return putRecord(ctx, tx, "other") },
			"a question": func(ctx context.Context, tx *store.Tx) error {
				_, err := store.Value[string](ctx, tx, orgOf("twice"))
				return err
			},
			"a fault that is passed over": func(ctx context.Context, tx *store.Tx) error {
				store.Value[string](ctx, tx, orgOf("twice")) //nolint:errcheck // nothing may stand all the same
				return nil
			},
		} {
			if err := addTwice(after); !store.IsDuplicate(err) {
				t.Errorf("after it %s: %v", name, err)
			}
		}
		if n := kept(t, w); n != 1 {
			t.Errorf("%d records were kept", n)
		}
	})
}

// A question without an answer is no fault: the others are answered, and what was done stands.
func TestQuestionWithoutAnAnswer(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		testkit.OK(t, w.DB.Write(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
			if err := putRecord(ctx, tx, "a"); err != nil {
				return err
			}
			if err := tx.Hold(ctx, "access_record_not_here; DROP", "a"); err == nil {
				t.Error("not the name of a table")
			}
			if _, err := store.Value[string](ctx, tx, orgOf("nobody")); !errs.Is(err, errs.NotFound) {
				t.Errorf("nobody: %v", err)
			}
			org, err := store.Value[string](ctx, tx, orgOf("a"))
			if org != "oak" {
				t.Errorf("org %q", org)
			}
			return err
		}))
		err := w.DB.Write(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
			_, err := store.Value[string](ctx, tx, store.SQL(`SELECT no_such_column FROM access_record`))
			if err == nil {
				t.Error("there is no such column")
			}
			if e := tx.Together(ctx); e == nil {
				t.Error("something ran after a fault")
			}
			return nil
		})
		if err == nil {
			t.Error("a transaction with a fault was kept")
		}
	})
}

// More is Put than waits at once, as by an import.
func TestManyArePut(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		testkit.OK(t, w.DB.Write(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error {
			for range 250 {
				if err := putRecord(ctx, tx, tx.NewID()); err != nil {
					return err
				}
			}
			return nil
		}))
		if n := kept(t, w); n != 250 {
			t.Errorf("%d records were kept", n)
		}
		err := w.DB.Read(t.Context(), access.System(here, "test"), func(ctx context.Context, tx *store.Tx) error { return putRecord(ctx, tx, "in a read") })
		if err == nil {
			t.Error("a change inside a read")
		}
		// A change that answers is one, too: not in a read, and not by a person without an entry in the log.
		answers := func(ctx context.Context, tx *store.Tx) error {
			_, err := store.Values[string](ctx, tx, store.SQL(`UPDATE access_record SET org_id = 'elm' WHERE org_id = 'oak' RETURNING id`))
			return err
		}
		if w.DB.Read(t.Context(), lead(), answers) == nil || w.DB.Write(t.Context(), lead(), answers) == nil {
			t.Error("a change that answers was taken for a question")
		}
	})
}
