// Package terms is the calendar that tests count by: an invented district's holidays and INSET days, academic years 2024/25 to
// 2027/28, with the bank holidays that are shipped.
package terms

import (
	"context"
	_ "embed" // the invented holidays
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

//go:embed closures.csv
var file string

// Calendar returns the calendar, the caller's own.
func Calendar() term.Calendar {
	c := term.Calendar{BankHolidays: term.BankHolidays(), Open: term.DefaultOpen, Close: term.DefaultClose}
	header := true
	for line := range strings.Lines(file) {
		f := strings.SplitN(strings.TrimSpace(line), ",", 3)
		if !header {
			c.Closed = append(c.Closed, term.Span{From: clock.Day(f[0]), To: clock.Day(f[1]), Name: f[2]})
		}
		header = false
	}
	return c
}

// Fixed answers slices that ask for calendars; a test changes what it answers.
type Fixed struct{ Now term.Calendars }

// Calendars returns what was fixed.
func (f *Fixed) Calendars(context.Context, *store.Tx) (term.Calendars, error) { return f.Now, nil }
