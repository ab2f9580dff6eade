package testkit

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
)

// Index returns everything that search would find, a line for each record and word, in order: two indexes that find the same
// are the same lines.
func Index(t testing.TB, db *store.DB) (lines []string) {
	t.Helper()
	statements := []string{`SELECT 'name ' || district_id || ' ' || scope || ' ' || token || ' ' || record_id FROM search_name`}
	if db.Engine() == store.Postgres {
		statements = append(statements, `SELECT 'word ' || district_id || ' ' || record_id || ' ' || u.lexeme FROM search_text, unnest(words) AS u`)
	} else {
		statements = append(statements, `CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'search_words', 'instance')`,
			`SELECT DISTINCT 'word ' || t.district_id || ' ' || t.record_id || ' ' || v.term FROM temp.vocabulary v JOIN search_text t ON t.n = v.doc`, `DROP TABLE temp.vocabulary`)
	}
	OK(t, db.Write(t.Context(), access.System("*", "test"), func(ctx context.Context, tx *store.Tx) error {
		lines = nil
		raw, err := tx.Raw(ctx)
		if err != nil {
			return err
		}
		for _, s := range statements {
			if s[0] != 'S' {
				if _, err := raw.ExecContext(ctx, s); err != nil {
					return err
				}
				continue
			}
			if err := texts(ctx, raw, s, &lines); err != nil {
				return err
			}
		}
		return nil
	}))
	slices.Sort(lines)
	return lines
}

func texts(ctx context.Context, tx *sql.Tx, statement string, into *[]string) error {
	rows, err := tx.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return err
		}
		*into = append(*into, s)
	}
	return rows.Err()
}
