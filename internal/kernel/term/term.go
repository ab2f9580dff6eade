// Package term counts as schools count: in school days, working days, calendar months and school-day hours. It also
// writes times and days as people of the district read them.
//
// Everything here is a pure function over a Calendar, which is data: bank holidays, the closures of a school or
// district, and the hours in which its clocks run. Days and hours are those of Europe/London whatever the zone of the
// server (SEC-22).
package term

import (
	"time"

	"kith/internal/kernel/clock"
)

// Span is a closure: a school holiday, an INSET day, a day of snow. From and To are both closed; weekends inside count
// as part of it.
type Span struct {
	From, To clock.Day
	Name     string // as people call it: "Autumn half term", "INSET day"
}

func (s Span) holds(d clock.Day) bool { return s.From <= d && d <= s.To }

// The hours in which clocks of school days run where a calendar names none, in minutes after midnight.
const (
	DefaultOpen  = 8 * 60
	DefaultClose = 16*60 + 30
)

// Calendar is when a school or a district is open. A weekday that is neither a bank holiday nor in a closure is a
// school day, so beyond the last year entered every weekday counts: clocks run rather than stop. The zero Calendar
// knows weekends only.
type Calendar struct {
	BankHolidays map[clock.Day]string // day to name
	Closed       []Span               // in any order; may overlap
	Open, Close  int                  // minutes after midnight; DefaultOpen and DefaultClose unless Open < Close
}

// Hours returns when clocks of school days start and stop, in minutes after midnight.
func (c Calendar) Hours() (opens, closes int) {
	if c.Open < 0 || c.Close > 24*60 || c.Open >= c.Close {
		return DefaultOpen, DefaultClose
	}
	return c.Open, c.Close
}

func weekend(d clock.Day) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

func known(d clock.Day) bool { return !d.Start().IsZero() }

// IsWorkingDay says whether d is a Monday to Friday and no bank holiday.
func (c Calendar) IsWorkingDay(d clock.Day) bool {
	_, bank := c.BankHolidays[d]
	return !bank && known(d) && !weekend(d)
}

// IsSchoolDay says whether the school is open to children on d: a working day outside every closure.
func (c Calendar) IsSchoolDay(d clock.Day) bool {
	return c.IsWorkingDay(d) && c.closure(d) == ""
}

// IsHoliday says whether d is a bank holiday or lies in a closure. An ordinary weekend is not a holiday.
func (c Calendar) IsHoliday(d clock.Day) bool { return c.HolidayName(d) != "" }

// HolidayName returns the name of the closure or bank holiday that d lies in, "" if there is none. A closure's name
// goes before a bank holiday's: in the Easter holiday, Good Friday is "Easter holiday".
func (c Calendar) HolidayName(d clock.Day) string {
	if name := c.closure(d); name != "" {
		return name
	}
	name, bank := c.BankHolidays[d]
	if bank && name == "" {
		return "Bank holiday"
	}
	return name
}

func (c Calendar) closure(d clock.Day) string {
	for _, s := range c.Closed {
		if s.holds(d) {
			if s.Name == "" {
				return "Closed"
			}
			return s.Name
		}
	}
	return ""
}

// horizon is how far ahead, in days, an open day is looked for. A calendar closed for longer is wrong, and a wrong
// calendar must not stop a clock for good.
const horizon = 400

// FirstDayAfter returns the first day after d for which open is true, such as the first on which either of two schools
// is open. If there is none within 400 days it returns the next Monday to Friday, so that a mistake in a calendar never
// makes a deadline vanish. "" for an unknown day.
func FirstDayAfter(d clock.Day, open func(clock.Day) bool) clock.Day { return first(d, 1, open) }

func first(d clock.Day, step int, open func(clock.Day) bool) clock.Day {
	if !known(d) {
		return ""
	}
	for i, n := 0, d.Add(step); i < horizon; i, n = i+1, n.Add(step) {
		if open(n) {
			return n
		}
	}
	n := d.Add(step)
	for weekend(n) {
		n = n.Add(step)
	}
	return n
}

// NextSchoolDay returns the first school day after d.
func (c Calendar) NextSchoolDay(d clock.Day) clock.Day { return FirstDayAfter(d, c.IsSchoolDay) }

// AddSchoolDays returns the nth school day after d, or before it where n is negative. The day itself does not count:
// what is due in 2 school days of a Thursday is due on Monday. For n = 0 it is d, or the next school day if d is none.
func (c Calendar) AddSchoolDays(d clock.Day, n int) clock.Day { return addDays(d, n, c.IsSchoolDay) }

// AddWorkingDays is AddSchoolDays for working days, by which authorities and police count.
func (c Calendar) AddWorkingDays(d clock.Day, n int) clock.Day { return addDays(d, n, c.IsWorkingDay) }

func addDays(d clock.Day, n int, open func(clock.Day) bool) clock.Day {
	if !known(d) {
		return ""
	}
	if n == 0 {
		if open(d) {
			return d
		}
		return first(d, 1, open)
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for ; n > 0; n-- {
		d = first(d, step, open)
	}
	return d
}

// SchoolDaysBetween counts the school days after from, up to and with to: how many are left on from until a deadline
// on to. If to is the earlier it is the same count backwards, negative. It undoes AddSchoolDays. 0 if either is unknown.
func (c Calendar) SchoolDaysBetween(from, to clock.Day) int {
	if !known(from) || !known(to) {
		return 0
	}
	n := 0
	for d := from; d < to; {
		d = d.Add(1)
		if c.IsSchoolDay(d) {
			n++
		}
	}
	for d := from; d > to; {
		d = d.Add(-1)
		if c.IsSchoolDay(d) {
			n--
		}
	}
	return n
}

// CalendarMonth returns the day n calendar months after receipt: the same date n months later, the last day of that
// month if it has no such date, the next working day if that is a Saturday, Sunday or bank holiday. This is how the
// Information Commissioner counts the month for a subject access request (RIG-1); school holidays do not stop it.
func (c Calendar) CalendarMonth(receipt clock.Day, n int) clock.Day {
	if !known(receipt) {
		return ""
	}
	y, m, day := receipt.Start().Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 12, 0, 0, 0, time.UTC)
	due := clock.Day(last.AddDate(0, 0, min(day, last.Day())-last.Day()).Format(time.DateOnly))
	return c.AddWorkingDays(due, 0)
}
