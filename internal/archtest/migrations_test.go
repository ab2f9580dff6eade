package archtest

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/pgcluster"
	"kith/internal/testkit/repo"
)

// foundation are the slices on whose tables the others may stand; their migrations come first in every order.
var foundation = []string{"store", "audit", "account", "directory", "people"}

// allSlices returns every slice of the tree that has migrations, whether or not the program knows it.
func allSlices(t *testing.T) (all []store.Slice) {
	t.Helper()
	root := repo.Root(t)
	for _, ring := range []string{"platform", "feature"} {
		folders, err := filepath.Glob(filepath.Join(root, "internal", ring, "*", "migrations"))
		testkit.OK(t, err)
		for _, f := range folders {
			dir := filepath.Dir(f)
			all = append(all, store.Slice{Name: filepath.Base(dir), Files: os.DirFS(dir)})
		}
	}
	return all
}

// step is one migration of one slice.
type step struct {
	slice, name string
	text        []byte
}

func steps(t *testing.T, all []store.Slice) (out []step) {
	t.Helper()
	for _, s := range all {
		names, err := fs.Glob(s.Files, "migrations/*.sql")
		testkit.OK(t, err)
		for _, n := range names {
			text, err := fs.ReadFile(s.Files, n)
			testkit.OK(t, err)
			out = append(out, step{s.Name, path.Base(n), text})
		}
	}
	slices.SortFunc(out, func(a, b step) int { return strings.Compare(a.name, b.name) })
	return out
}

// shuffled returns an order in which branches may land: each slice's own migrations in their order, the foundation's first.
func shuffled(in []step, seed uint64) (out []step) {
	r := rand.New(rand.NewPCG(seed, 0))
	for _, first := range []bool{true, false} {
		waiting := map[string][]step{}
		var turns []string
		for _, s := range in {
			if slices.Contains(foundation, s.slice) == first {
				waiting[s.slice] = append(waiting[s.slice], s)
				turns = append(turns, s.slice)
			}
		}
		if !first {
			r.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
		}
		for _, t := range turns {
			out = append(out, waiting[t][0])
			waiting[t] = waiting[t][1:]
		}
	}
	return out
}

// schemaAfter applies the migrations to an empty database in this order, as releases one after the other would, and returns
// its schema as text.
func schemaAfter(t *testing.T, o store.Options, order []step) (string, error) {
	t.Helper()
	files := map[string]fstest.MapFS{}
	for i, s := range order {
		if files[s.slice] == nil {
			files[s.slice] = fstest.MapFS{}
		}
		files[s.slice]["migrations/"+s.name] = &fstest.MapFile{Data: s.text}
		if i+1 < len(order) && order[i+1].name > s.name {
			continue // what comes in the order of the names, one release may bring
		}
		o.Slices = nil
		for name, f := range files {
			o.Slices = append(o.Slices, store.Slice{Name: name, Files: f})
		}
		db, err := store.Open(t.Context(), o)
		if err != nil {
			return "", err
		}
		_, err = db.Migrate(t.Context(), jobs.Migrate)
		if err == nil && i+1 == len(order) {
			text, dumpErr := dump(t.Context(), db)
			testkit.OK(t, db.Close())
			return text, dumpErr
		}
		testkit.OK(t, db.Close())
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

// dumps are queries for everything that a migration may leave behind, one line of text for each.
var dumps = map[store.Engine][]string{
	store.SQLite: {`SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name`},
	store.Postgres: {
		`SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1`,
		`SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`,
		`SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1`,
		`SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
		`SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' ORDER BY 1`,
		`SELECT tablename || ' ' || policyname || ' ' || cmd || ' ' || coalesce(qual, '') || ' ' || coalesce(with_check, '') FROM pg_policies ORDER BY 1`,
		`SELECT table_name || ' ' || grantee || ' ' || privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'public' ORDER BY 1`,
	},
}

func dump(ctx context.Context, db *store.DB) (string, error) {
	var b strings.Builder
	for _, q := range dumps[db.Engine()] {
		lines, err := column(ctx, db.Pool(), q)
		if err != nil {
			return "", fmt.Errorf("%s: %w", q, err)
		}
		b.WriteString(strings.Join(lines, "\n") + "\n")
	}
	return b.String(), nil
}

func column(ctx context.Context, pool *sql.DB, query string) (out []string, err error) {
	rows, err := pool.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// onEmpty runs fn with the options of an empty database on each engine, as the role that migrates.
func onEmpty(t *testing.T, fn func(t *testing.T, o store.Options)) {
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

// anyOrder says for which of the orders the schema differs from that of the names' order, or why it could not be made.
func anyOrder(t *testing.T, all []store.Slice, seeds ...uint64) (faults []string) {
	t.Helper()
	want := map[store.Engine]string{}
	in := steps(t, all)
	for _, seed := range append([]uint64{0}, seeds...) {
		order := in
		if seed != 0 {
			order = shuffled(in, seed)
		}
		onEmpty(t, func(t *testing.T, o store.Options) {
			engine := store.SQLite
			if o.URL != "" {
				engine = store.Postgres
			}
			got, err := schemaAfter(t, o, order)
			switch {
			case err != nil:
				faults = append(faults, fmt.Sprintf("%s, order %d: %v", engine, seed, err))
			case seed == 0:
				want[engine] = got
			case got != want[engine]:
				faults = append(faults, fmt.Sprintf("%s, order %d: another schema:\n%s", engine, seed, difference(want[engine], got)))
			}
		})
	}
	return faults
}

// difference lists the lines that stand in one text only.
func difference(a, b string) (out string) {
	for _, x := range []struct{ mark, text, other string }{{"- ", a, b}, {"+ ", b, a}} {
		for l := range strings.Lines(x.text) {
			if !strings.Contains(x.other, l) {
				out += x.mark + l
			}
		}
	}
	return out
}

// Branches land in any order: the migrations of all slices make the same schema in the order of their names and in three
// others, on both engines.
func TestMigrationsMakeOneSchemaInAnyOrder(t *testing.T) {
	all := allSlices(t)
	if len(all) < 3 {
		t.Fatalf("only %d slices have migrations", len(all))
	}
	for _, fault := range anyOrder(t, all, 1, 2, 3) {
		t.Error(fault)
	}
}

func TestOrderThatMattersIsSeen(t *testing.T) {
	made := func(name, second, text string) store.Slice {
		return store.Slice{Name: name, Files: fstest.MapFS{"migrations/202611231000" + second + "_" + name + "_x.sql": {Data: []byte(text)}}}
	}
	for what, all := range map[string][]store.Slice{
		"whoever comes first decides": {
			made("a", "01", "CREATE TABLE IF NOT EXISTS shared (id TEXT PRIMARY KEY) {{strict}};"),
			made("b", "02", "CREATE TABLE IF NOT EXISTS shared (id TEXT PRIMARY KEY, more TEXT) {{strict}};"),
		},
		"a table that is not there yet": {
			made("a", "01", "CREATE TABLE a_x (id TEXT PRIMARY KEY) {{strict}};"),
			made("b", "02", "ALTER TABLE a_x ADD COLUMN more TEXT;"),
		},
	} {
		// Order 6 is one in which the second slice comes first.
		if faults := anyOrder(t, all, 6); len(faults) == 0 {
			t.Errorf("%s: nothing was noticed", what)
		}
	}
}

// unwalled returns the tables with a district that PostgreSQL does not keep apart by district.
func unwalled(ctx context.Context, pool *sql.DB) ([]string, error) {
	return column(ctx, pool, `SELECT c.table_name FROM information_schema.columns c JOIN pg_class k ON k.oid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass
		WHERE c.table_schema = 'public' AND c.column_name = 'district_id' AND k.relkind = 'r'
		AND (NOT k.relrowsecurity OR NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.tablename = c.table_name AND p.policyname = 'kith_district')) ORDER BY 1`)
}

// Every table with a district has its wall on PostgreSQL, and one that has none is named.
func TestEveryTableWithADistrictHasItsWall(t *testing.T) {
	all := allSlices(t)
	onEmpty(t, func(t *testing.T, o store.Options) {
		if o.URL == "" {
			return // the wall is PostgreSQL's
		}
		o.Slices = all
		db, err := store.Open(t.Context(), o)
		testkit.OK(t, err)
		defer db.Close()
		_, err = db.Migrate(t.Context(), jobs.Migrate)
		testkit.OK(t, err)
		bare, err := unwalled(t.Context(), db.Pool())
		if err != nil || len(bare) > 0 {
			t.Errorf("without a wall: %q %v", bare, err)
		}
		_, err = db.Pool().Exec(`CREATE TABLE forgotten (id TEXT, district_id TEXT); ALTER TABLE access_grant DISABLE ROW LEVEL SECURITY`)
		testkit.OK(t, err)
		if bare, err = unwalled(t.Context(), db.Pool()); err != nil || !slices.Equal(bare, []string{"access_grant", "forgotten"}) {
			t.Errorf("two tables without a wall: %q %v", bare, err)
		}
		walled, err := column(t.Context(), db.Pool(), `SELECT tablename FROM pg_policies ORDER BY 1`)
		if err != nil || len(walled) < 4 || !slices.Contains(walled, "access_record") {
			t.Errorf("walls: %q %v", walled, err)
		}
	})
}
