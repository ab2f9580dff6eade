package term

import (
	_ "embed" // the shipped days
	"maps"
	"strings"
	"sync"

	"kith/internal/kernel/clock"
)

// bank_holidays.csv has the bank holidays of England and Wales, 2019 to 2028, as gov.uk publishes them (Open Government
// Licence v3.0). A district adds what is proclaimed later. Term dates are nobody's default: each district has its own.
//
//go:embed bank_holidays.csv
var bankHolidayFile string

var bankHolidays = sync.OnceValue(func() map[clock.Day]string {
	out := map[clock.Day]string{}
	header := true
	for line := range strings.Lines(bankHolidayFile) {
		day, name, _ := strings.Cut(strings.TrimSpace(line), ",")
		if !header {
			out[clock.Day(day)] = name
		}
		header = false
	}
	return out
})

// BankHolidays returns the shipped bank holidays of England and Wales, 2019 to 2028, as a map of the caller's own.
func BankHolidays() map[clock.Day]string { return maps.Clone(bankHolidays()) }

// Calendars are those of one district at one moment: its own, and those of the trusts and schools that differ from it.
type Calendars struct {
	District Calendar
	Schools  map[string]Calendar // by the id of the school or trust
}

// Of returns the calendar of an organisation: a school's own where it has one, otherwise its district's.
func (c Calendars) Of(org string) Calendar {
	if own, ok := c.Schools[org]; ok {
		return own
	}
	return c.District
}
