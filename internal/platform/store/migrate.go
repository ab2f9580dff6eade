package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"

	"kith/internal/kernel/errs"
)

// migration is one file, of one slice.
type migration struct {
	name    string
	version int64
	text    string
}

var (
	fileName     = regexp.MustCompile(`^(\d{14})_([a-z]+)_[a-z0-9_]+\.sql$`)
	personalMark = regexp.MustCompile(`(?m)^-- \+kith personal\s*\nCREATE TABLE ([a-z_]+)`)
	engineBlock  = regexp.MustCompile(`(?ms)^-- \+kith (sqlite|postgres)\s*\n(.*?)^-- \+kith end\s*$`)
	madeTable    = regexp.MustCompile(`(?m)^CREATE TABLE ([a-z_]+)`)
)

// typeWords are the words that a migration writes where the engines' types differ.
var typeWords = map[Engine]*strings.Replacer{
	SQLite: strings.NewReplacer("{{int}}", "INTEGER", "{{bool}}", "INTEGER", "{{real}}", "REAL", "{{json}}", "TEXT", "{{bytes}}", "BLOB",
		"{{strict}}", "STRICT", "{{clustered}}", "STRICT, WITHOUT ROWID"),
	Postgres: strings.NewReplacer("{{int}}", "BIGINT", "{{bool}}", "BOOLEAN", "{{real}}", "DOUBLE PRECISION", "{{json}}", "JSONB", "{{bytes}}", "BYTEA",
		"{{strict}}", "", "{{clustered}}", ""),
}

// readSchema collects the slices' migrations and which of their tables hold records.
func readSchema(slicesOf []Slice) (*schema, error) {
	s := &schema{personal: map[string]bool{}}
	seen := map[int64]string{}
	for _, sl := range slicesOf {
		names, err := fs.Glob(sl.Files, "migrations/*.sql")
		if err != nil {
			return nil, err
		}
		for _, n := range names {
			base := path.Base(n)
			m := fileName.FindStringSubmatch(base)
			if m == nil || m[2] != sl.Name {
				return nil, fmt.Errorf("migration %s of %s: named YYYYMMDDHHMMSS_%s_what.sql", base, sl.Name, sl.Name)
			}
			version, err := strconv.ParseInt(m[1], 10, 64)
			if err != nil {
				return nil, err
			}
			if other, ok := seen[version]; ok {
				return nil, fmt.Errorf("migrations %s and %s have the same second", other, base)
			}
			seen[version] = base
			body, err := fs.ReadFile(sl.Files, n)
			if err != nil {
				return nil, err
			}
			text := string(body)
			for _, p := range personalMark.FindAllStringSubmatch(text, -1) {
				s.personal[p[1]] = true
			}
			s.files = append(s.files, migration{base, version, text})
			s.newest = max(s.newest, version)
		}
	}
	slices.SortFunc(s.files, func(a, b migration) int { return int(a.version - b.version) })
	return s, nil
}

// forEngine returns the text of a migration for one engine.
func (m migration) forEngine(e Engine) string {
	text := engineBlock.ReplaceAllStringFunc(m.text, func(block string) string {
		b := engineBlock.FindStringSubmatch(block)
		if Engine(b[1]) == e {
			return b[2]
		}
		return ""
	})
	return "-- +goose Up\n" + typeWords[e].Replace(text)
}

const versionTable = "kith_migration"

func (db *DB) provider(pool *sql.DB) (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if db.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	files := fstest.MapFS{}
	for _, m := range db.schema.files {
		files[m.name] = &fstest.MapFile{Data: []byte(m.forEngine(db.engine))}
	}
	return goose.NewProvider(dialect, pool, files, goose.WithAllowOutofOrder(true), goose.WithTableName(versionTable))
}

// Pending returns the migrations that have not run.
func (db *DB) Pending(ctx context.Context) ([]string, error) {
	p, err := db.provider(db.write)
	if err != nil {
		return nil, err
	}
	all, err := p.Status(ctx)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range all {
		if s.State == goose.StatePending {
			out = append(out, path.Base(s.Source.Path))
		}
	}
	return out, nil
}

// Migrate runs what has not run, one transaction each, and says which did; then what else has tables of its own (the job
// queue). On PostgreSQL it runs as the owner, and at the end puts the wall between districts on every table and gives the
// program's role its rights.
func (db *DB) Migrate(ctx context.Context, others ...func(context.Context, Engine, *sql.DB) error) (ran []string, err error) {
	pool := db.write
	if db.engine == Postgres && db.opts.OwnerURL != "" {
		if pool, err = sql.Open("pgx", db.opts.OwnerURL); err != nil {
			return nil, err
		}
		defer pool.Close() //nolint:errcheck // nothing is buffered
	}
	p, err := db.provider(pool)
	if err != nil {
		return nil, err
	}
	done, err := p.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) {
		done = partial.Applied
	}
	for _, d := range done {
		ran = append(ran, path.Base(d.Source.Path))
	}
	if err != nil {
		return ran, fmt.Errorf("migrate: %w", err)
	}
	for _, other := range others {
		if err := other(ctx, db.engine, pool); err != nil {
			return ran, err
		}
	}
	if db.engine == Postgres {
		return ran, db.wall(ctx, pool)
	}
	return ran, db.weigh(ctx)
}

// wall puts row-level security on every table with a district and says what the program's role may do. The audit log's
// entries it may add and number, never alter or remove.
func (db *DB) wall(ctx context.Context, owner *sql.DB) error {
	rows, err := owner.QueryContext(ctx, `SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'district_id' ORDER BY 1`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var tables []string
	for rows.Next() {
		var t string
		if err := rows.Scan(&t); err != nil {
			return err
		}
		tables = append(tables, t)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	stmts := []string{
		`DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'kith_app') THEN CREATE ROLE kith_app NOLOGIN; END IF; END $$`,
		`GRANT USAGE ON SCHEMA public TO kith_app`,
		`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO kith_app`,
		`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO kith_app`,
		`REVOKE INSERT, UPDATE, DELETE ON ` + versionTable + ` FROM kith_app`,
	}
	for _, t := range tables {
		stmts = append(stmts,
			`ALTER TABLE `+t+` ENABLE ROW LEVEL SECURITY`,
			`DROP POLICY IF EXISTS kith_district ON `+t,
			`CREATE POLICY kith_district ON `+t+` USING (district_id = current_setting('app.district', true) OR current_setting('app.district', true) = '*')`)
	}
	for _, m := range db.schema.files { // what a slice's own migration revokes stays revoked
		for _, line := range strings.Split(m.forEngine(Postgres), "\n") {
			if strings.HasPrefix(line, "REVOKE ") {
				stmts = append(stmts, strings.TrimSuffix(line, ";"))
			}
		}
	}
	for _, s := range stmts {
		if _, err := owner.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// refuseNewer stops when the database was made by a newer program: running on would lose what it does not know.
func (db *DB) refuseNewer(ctx context.Context) error {
	var have sql.NullInt64
	err := db.write.QueryRowContext(ctx, `SELECT max(version_id) FROM `+versionTable).Scan(&have)
	if err != nil {
		if noSuchTable(err) {
			return nil // never migrated
		}
		return db.fault(err)
	}
	if have.Int64 > db.schema.newest {
		return errs.Refusef("This database was made by a newer Kith (%d; this program knows %d). Install the newer program, or restore the backup that was made before the upgrade. Nothing was changed.", have.Int64, db.schema.newest)
	}
	return nil
}

func noSuchTable(err error) bool {
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		return state.SQLState() == "42P01"
	}
	return strings.Contains(err.Error(), "no such table")
}

// Tables returns the names of all tables that the migrations make, for tests and checks.
func (db *DB) Tables() []string {
	var out []string
	for _, m := range db.schema.files {
		for _, t := range madeTable.FindAllStringSubmatch(m.text, -1) {
			out = append(out, t[1])
		}
	}
	return out
}
