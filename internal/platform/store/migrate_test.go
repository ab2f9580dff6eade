package store_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/pgcluster"
)

// empty runs fn with the options of an empty database on each engine, as its owner.
func empty(t *testing.T, fn func(t *testing.T, o store.Options)) {
	t.Run("sqlite", func(t *testing.T) {
		fn(t, store.Options{Path: filepath.Join(t.TempDir(), "kith.db"), Key: testkit.Key})
	})
	if pgcluster.Wanted() {
		t.Run("postgres", func(t *testing.T) {
			pgcluster.Template(t, "empty", func(string) error { return nil })
			c := pgcluster.Clone(t, "empty")
			fn(t, store.Options{URL: c.OwnerURL, OwnerURL: c.OwnerURL})
		})
	}
}

// slice is a test's slice; files are name and text in turn.
func slice(name string, files ...string) store.Slice {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m["migrations/"+files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return store.Slice{Name: name, Files: m}
}

func migrated(t *testing.T, o store.Options, all ...store.Slice) (db *store.DB, ran []string, err error) {
	t.Helper()
	o.Slices = all
	db, err = store.Open(t.Context(), o)
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { testkit.OK(t, db.Close()) })
	ran, err = db.Migrate(t.Context())
	return db, ran, err
}

const table = "CREATE TABLE trial_%s (\n  id TEXT PRIMARY KEY\n) {{strict}};\n"

func TestInterruptedMigrationLeavesNothing(t *testing.T) {
	empty(t, func(t *testing.T, o store.Options) {
		one := []string{"20261123100000_trial_one.sql", strings.ReplaceAll(table, "%s", "one")}
		two := []string{"20261123100001_trial_two.sql", strings.ReplaceAll(table, "%s", "two")}
		broken := append(slices.Clone(one), two[0], two[1]+"INSERT INTO trial_one (id) VALUES ('a');\nINSERT INTO trial_one (id) VALUES ('a');\n")
		db, ran, err := migrated(t, o, slice("trial", broken...))
		if err == nil || !slices.Equal(ran, []string{one[0]}) {
			t.Fatalf("ran %q, %v", ran, err)
		}
		pending, err := db.Pending(t.Context())
		if err != nil || !slices.Equal(pending, []string{two[0]}) {
			t.Errorf("pending %q, %v", pending, err)
		}
		testkit.OK(t, db.Close())
		// Repaired, it runs as if it had never been tried.
		db, ran, err = migrated(t, o, slice("trial", append(one, two...)...))
		if err != nil || !slices.Equal(ran, []string{two[0]}) {
			t.Fatalf("ran %q, %v", ran, err)
		}
		testkit.OK(t, db.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
			for _, name := range []string{"trial_one", "trial_two"} {
				if n, err := store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM `+name)); err != nil || n != 0 {
					t.Errorf("%s has %d rows (%v)", name, n, err)
				}
			}
			return nil
		}))
		if _, ran, err := migrated(t, o, slice("trial", append(one, two...)...)); err != nil || len(ran) != 0 {
			t.Errorf("a second time ran %q, %v", ran, err)
		}
	})
}

func TestNewerDatabaseIsRefusedInASentence(t *testing.T) {
	empty(t, func(t *testing.T, o store.Options) {
		one := []string{"20261123100000_trial_one.sql", strings.ReplaceAll(table, "%s", "one")}
		two := []string{"20261123100001_trial_two.sql", strings.ReplaceAll(table, "%s", "two")}
		_, _, err := migrated(t, o, slice("trial", append(slices.Clone(one), two...)...))
		testkit.OK(t, err)
		_, _, err = migrated(t, o, slice("trial", one...))
		if got := errs.Sentence(err); !errs.Is(err, errs.Rule) || !strings.Contains(got, "made by a newer Kith (20261123100001; this program knows 20261123100000)") {
			t.Errorf("told %q (%v)", got, err)
		}
	})
}

func TestWrongKeyIsRefusedInASentence(t *testing.T) {
	w := sqlite(t)
	testkit.OK(t, write(w, put("a")))
	o := w.Options()
	o.Key[0] ^= 1
	_, err := store.Open(t.Context(), o)
	if got := errs.Sentence(err); !errs.Is(err, errs.Unavailable) || !strings.HasPrefix(got, "The key does not open this database.") {
		t.Errorf("told %q (%v)", got, err)
	}
	wantRows(t, w.Again(t), "a")
}

func TestMigrationsAreNamedBySliceAndSecond(t *testing.T) {
	for _, wrong := range []store.Slice{
		slice("trial", "one.sql", ""),
		slice("trial", "20261123_trial_one.sql", ""),
		slice("trial", "20261123100000_other_one.sql", ""),
		slice("trial", "20261123100000_trial_one.sql", "", "20261123100000_trial_two.sql", ""),
	} {
		if _, err := store.Open(t.Context(), store.Options{Path: filepath.Join(t.TempDir(), "kith.db"), Slices: []store.Slice{wrong}}); err == nil {
			t.Errorf("this was taken: %v", wrong)
		}
	}
}

// The second wall: on PostgreSQL a transaction of another district meets no row, even through a query that says nothing of
// districts, and can neither alter one nor add one to a district that is not its own. A connection without a district is
// in none.
func TestRowLevelSecurityHidesOtherDistricts(t *testing.T) {
	if !pgcluster.Wanted() {
		return // SQLite has no such thing; one file for each district is its wall
	}
	w := testkit.Postgres(t)
	id := addRecord(t, w, "oak")
	count := func(district string) (n int) {
		testkit.OK(t, w.DB.Read(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM access_record`))
			return err
		}))
		return n
	}
	for district, want := range map[string]int{here: 1, there: 0, "": 0, "*": 1} {
		if n := count(district); n != want {
			t.Errorf("district %q sees %d rows, want %d", district, n, want)
		}
	}
	for _, statement := range []string{`UPDATE access_record SET restricted = TRUE`, `DELETE FROM access_record`, `UPDATE access_record SET district_id = '` + there + `' WHERE id = '` + id + `'`} {
		testkit.OK(t, w.DB.Write(t.Context(), access.System(there, "test"), func(ctx context.Context, tx *store.Tx) error {
			n, err := tx.Exec(ctx, store.SQL(statement))
			if n != 0 {
				t.Errorf("%s changed %d rows", statement, n)
			}
			return err
		}))
	}
	err := w.DB.Write(t.Context(), access.System(there, "test"), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, store.SQL(`INSERT INTO access_record (id, district_id, kind, part, org_id) VALUES ('x', ?, 'concern', 'header', 'oak')`, here))
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("a row for another district: %v", err)
	}
	var n int
	testkit.OK(t, w.DB.Pool().QueryRow(`SELECT count(*) FROM access_record`).Scan(&n))
	if n != 0 {
		t.Errorf("a connection without a district sees %d rows", n)
	}
}
