package app

import (
	"database/sql"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kith/internal/testkit"
)

// chance are columns whose values are drawn, and tables that only count what passes.
var (
	chance  = regexp.MustCompile(`^(number|detail_mac|key|note|serial_hash|serial_secret|status_bit)$`)
	passing = regexp.MustCompile(`^(sqlite_|river_|audit_(detail|hash|head|org|checkpoint)|goose|account_(session|seen|token|try|tries|throttle|attempt)|casework_search|web_draft$|concerns_look|adults_look|file_chunk|mail_)`)
)

// dump is the whole database but for what is drawn by chance, one line a row; without names tables to leave out.
func (w *world) dump(t testing.TB, without ...string) (out []string) {
	t.Helper()
	statements := w.statements(t, without)
	w.raw(t, func(tx *sql.Tx) error {
		out = nil
		for _, s := range statements {
			lines, err := texts(t, tx, s)
			if err != nil {
				return err
			}
			slices.Sort(lines)
			out = append(out, lines...)
		}
		return nil
	})
	return out
}

// records says how many lines a dump has.
func (w *world) records(t testing.TB, without ...string) int {
	t.Helper()
	n, err := strconv.Atoi(w.value(t, `SELECT count(*) FROM (`+strings.Join(w.statements(t, without), ` UNION ALL `)+`)`))
	testkit.OK(t, err)
	return n
}

// statements are those of a dump, one a table: SQLite itself makes the line of a row.
func (w *world) statements(t testing.TB, without []string) (out []string) {
	t.Helper()
	if w.dumped == nil {
		w.dumped = map[string]string{}
		for _, c := range w.rows(t, `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%_fts%' ORDER BY m.name, c.cid`) {
			if !passing.MatchString(c[0]) && !chance.MatchString(c[1]) {
				w.dumped[c[0]] += ` || ' | ' || quote(` + c[1] + `)`
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(w.dumped)) {
		if !slices.Contains(without, n) {
			out = append(out, `SELECT '`+n+`:'`+w.dumped[n]+` FROM `+n)
		}
	}
	return out
}

// texts are what a statement finds, of one column of text.
func texts(t testing.TB, tx *sql.Tx, statement string) (out []string, err error) {
	rows, err := tx.QueryContext(t.Context(), statement)
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

// parted are the lines that only one of two dumps has.
func parted(a, b []string) (out []string) {
	for _, l := range a {
		if _, ok := slices.BinarySearch(b, l); !ok {
			out = append(out, "- "+l)
		}
	}
	for _, l := range b {
		if _, ok := slices.BinarySearch(a, l); !ok {
			out = append(out, "+ "+l)
		}
	}
	return out
}
