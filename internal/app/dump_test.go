package app

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// chance are columns whose values are drawn, and tables that only count what passes.
var (
	chance  = regexp.MustCompile(`^(number|detail_mac|key|note|serial_hash|serial_secret)$`)
	passing = regexp.MustCompile(`^(sqlite_|river_|audit_(detail|hash|head|org|checkpoint)|goose|account_(session|seen|token|try|tries|throttle|attempt)|casework_search|web_draft$|concerns_look|adults_look|file_chunk|mail_)`)
)

// dump is the whole database but for what is drawn by chance, one line a row; without names tables to leave out.
func (w *world) dump(t testing.TB, without ...string) []string {
	t.Helper()
	var out []string
	for _, table := range w.rows(t, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_fts%' ORDER BY name`) {
		n := table[0]
		if passing.MatchString(n) || slices.Contains(without, n) {
			continue
		}
		var columns []string
		for _, c := range w.rows(t, `SELECT name FROM pragma_table_info(?)`, n) {
			if !chance.MatchString(c[0]) {
				columns = append(columns, c[0])
			}
		}
		if len(columns) == 0 {
			continue
		}
		var lines []string
		for _, r := range w.rows(t, `SELECT `+strings.Join(columns, ", ")+` FROM `+n) {
			lines = append(lines, n+": "+strings.Join(r, " | "))
		}
		slices.Sort(lines)
		out = append(out, lines...)
	}
	return out
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
