package term

import (
	_ "embed" // the shipped days
	"maps"
	"slices"
	"strings"
	"sync"

	"kith/internal/kernel/clock"
)

// bank_holidays.csv has the bank holidays of England and Wales, 2019 to 2028, as gov.uk publishes them (Open Government
// Licence v3.0). closures.csv has the holidays and INSET days of the invented district, academic years 2024/25 to
// 2027/28.
var (
	//go:embed bank_holidays.csv
	bankHolidayFile string
	//go:embed closures.csv
	closureFile string
)

var shipped = sync.OnceValue(func() Calendar {
	c := Calendar{BankHolidays: map[clock.Day]string{}, Open: DefaultOpen, Close: DefaultClose}
	for _, f := range rows(bankHolidayFile, 2) {
		c.BankHolidays[clock.Day(f[0])] = f[1]
	}
	for _, f := range rows(closureFile, 3) {
		c.Closed = append(c.Closed, Span{From: clock.Day(f[0]), To: clock.Day(f[1]), Name: f[2]})
	}
	return c
})

func rows(file string, fields int) [][]string {
	var out [][]string
	for line := range strings.Lines(file) {
		out = append(out, strings.SplitN(strings.TrimSpace(line), ",", fields))
	}
	return out[1:]
}

// BankHolidays returns the shipped bank holidays of England and Wales, 2019 to 2028, as a map of the caller's own.
func BankHolidays() map[clock.Day]string { return maps.Clone(shipped().BankHolidays) }

// Default returns the calendar a new district starts with: bank holidays, and the closures of the invented district.
// It is the caller's own copy. A real district enters its own term dates.
func Default() Calendar {
	c := shipped()
	c.BankHolidays, c.Closed = BankHolidays(), slices.Clone(c.Closed)
	return c
}
