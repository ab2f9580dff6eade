package register

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/platform/tabular"
)

// Report is what a reader did with a file; Rejection is one row or value not taken.
type (
	Report    = tabular.Report
	Rejection = tabular.Rejection
)

// table walks the rows of one CSV file and collects the report.
type table struct {
	*tabular.Reader
	row  tabular.Row
	rep  Report
	seen tabular.Seen
}

func openTable(ctx context.Context, r io.Reader, o tabular.Options) (*table, error) {
	t, err := tabular.NewReader(ctx, r, o)
	if err != nil {
		return nil, fmt.Errorf("reading the file: %w", err)
	}
	return &table{Reader: t, seen: tabular.Seen{}}, nil
}

// need finds a column that the file cannot do without.
func (t *table) need(names ...string) (int, error) {
	if i := t.Column(names...); i >= 0 {
		return i, nil
	}
	head := strings.Join(t.Header(), ", ")
	if len(head) > 300 {
		head = strings.ToValidUTF8(head[:300], "") + "…"
	}
	return -1, fmt.Errorf("the file has no column %q; its columns are: %s", names[0], head)
}

// each calls take for every row. take says which field is at fault and why, or hands the row on.
func (t *table) each(take func() (field, reason string, err error)) (Report, error) {
	for {
		row, err := t.Next()
		var bad *tabular.LineError
		switch {
		case errors.Is(err, io.EOF):
			return t.rep, nil
		case errors.As(err, &bad):
			t.rep.Read++
			t.rep.Reject(Rejection{Row: bad.Line, Reason: bad.Reason})
			continue
		case err != nil:
			return t.rep, err
		}
		t.rep.Read++
		t.row = row
		skipped := t.rep.Skipped
		field, reason, err := take()
		switch {
		case err != nil:
			return t.rep, err
		case reason != "":
			t.rep.Reject(Rejection{Row: row.Line, Field: field, Reason: reason})
		case t.rep.Skipped == skipped:
			t.rep.Kept++
		}
	}
}

func (t *table) get(col int) string { return t.row.Get(col) }

func (t *table) warn(field, reason string) {
	t.rep.Warn(Rejection{Row: t.row.Line, Field: field, Reason: reason})
}

// day reads an optional date; one that cannot be read is left empty with a warning.
func (t *table) day(col int, field string) clock.Day {
	d, err := tabular.Day(t.get(col))
	if err != nil {
		t.warn(field, err.Error())
	}
	return d
}

// number reads an optional whole number; one that cannot be read, or lies outside lo to hi, is left 0 with a warning.
func (t *table) number(col int, field string, lo, hi int) int {
	s := t.get(col)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSuffix(s, ".0"))
	if err != nil || n < lo || n > hi {
		t.warn(field, fmt.Sprintf("%q is not a number from %d to %d", short(s), lo, hi))
		return 0
	}
	return n
}

// known empties the phrases by which the registers say that they hold nothing.
func known(s string) string {
	switch strings.ToLower(s) {
	case "not recorded", "not known", "unknown", "null", "n/a":
		return ""
	}
	return s
}

func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func digits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range n {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

var postcodeForm = regexp.MustCompile(`^[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}$`)

// NormalPostcode returns s as postcodes are written, "BD1 1AA", whatever its case and spacing; ok is false when it has
// not the form of one.
func NormalPostcode(s string) (postcode string, ok bool) {
	if len(s) > 16 {
		return "", false
	}
	c := strings.ToUpper(strings.Join(strings.Fields(s), ""))
	if !postcodeForm.MatchString(c) {
		return "", false
	}
	return c[:len(c)-3] + " " + c[len(c)-3:], true
}

// postcode reads an optional postcode; one that has not the form is kept as it stands, with a warning.
func (t *table) postcode(col int) string {
	s := known(t.get(col))
	if s == "" {
		return ""
	}
	if pc, ok := NormalPostcode(s); ok {
		return pc
	}
	t.warn("postcode", fmt.Sprintf("%q has not the form of a postcode", short(s)))
	return s
}
