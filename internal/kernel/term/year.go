package term

import (
	"fmt"

	"kith/internal/kernel/clock"
)

// Year is an academic year by the year in which it starts: 2026 is 1 September 2026 to 31 August 2027.
type Year int

// AcademicYear returns the academic year that d lies in; 0 for an unknown day.
func AcademicYear(d clock.Day) Year {
	if !known(d) {
		return 0
	}
	s := d.Start()
	if s.Month() < 9 {
		return Year(s.Year() - 1)
	}
	return Year(s.Year())
}

// String returns "2026/27".
func (y Year) String() string { return fmt.Sprintf("%d/%02d", int(y), (int(y)+1)%100) }

// First returns 1 September.
func (y Year) First() clock.Day { return clock.Day(fmt.Sprintf("%04d-09-01", int(y))) }

// Last returns 31 August.
func (y Year) Last() clock.Day { return clock.Day(fmt.Sprintf("%04d-08-31", int(y)+1)) }

// HalfTerm is one of the six parts of a school year.
type HalfTerm struct {
	Year     Year
	N        int       // 1 to 6
	From, To clock.Day // first and last school day
}

// Name returns "Autumn 1", "Summer 2".
func (h HalfTerm) Name() string {
	if h.N < 1 || h.N > 6 {
		return ""
	}
	return [...]string{"Autumn 1", "Autumn 2", "Spring 1", "Spring 2", "Summer 1", "Summer 2"}[h.N-1]
}

// breaks are the parts of a school year in which schools of England have the holiday between two half terms. Easter
// moves between 22 March and 25 April.
var breaks = [...]struct{ from, to string }{
	{"-10-08", "-11-10"}, {"-12-12", "-01-12"}, {"-02-05", "-03-05"}, {"-03-16", "-05-01"}, {"-05-18", "-06-12"}, {"-07-04", "-08-31"},
}

// HalfTerms returns the six half terms of a year. Between two of them lies the longest run of days without school in
// the weeks where schools have that holiday, so no calendar needs to name them; where it has no holiday entered, that
// is a weekend.
func (c Calendar) HalfTerms(y Year) []HalfTerm {
	out := make([]HalfTerm, 0, len(breaks))
	start := y.First()
	for i, b := range breaks {
		from, to := y.date(b.from), y.date(b.to)
		off, back := c.longestBreak(from, to)
		out = append(out, HalfTerm{Year: y, N: i + 1, From: c.AddSchoolDays(start, 0), To: c.AddSchoolDays(off, -1)})
		start = back
	}
	return out
}

func (y Year) date(monthDay string) clock.Day {
	if monthDay < "-09" {
		y++
	}
	return clock.Day(fmt.Sprintf("%04d%s", int(y), monthDay))
}

// longestBreak returns the first day of the longest run without school, and the day after it.
func (c Calendar) longestBreak(from, to clock.Day) (off, back clock.Day) {
	off, back = to, to.Add(1)
	best, run := 0, 0
	for d := from; d <= to; d = d.Add(1) {
		if c.IsSchoolDay(d) {
			run = 0
			continue
		}
		if run++; run > best {
			best, off, back = run, d.Add(1-run), d.Add(1)
		}
	}
	return off, back
}

// HalfTerm returns the half term that d is counted to. Days of a holiday belong to the half term before it, and those
// of a new year before its first lesson to Autumn 1. It reads a whole year's days: to sort many, take HalfTerms once.
func (c Calendar) HalfTerm(d clock.Day) HalfTerm {
	if !known(d) {
		return HalfTerm{}
	}
	all := c.HalfTerms(AcademicYear(d))
	h := all[0]
	for _, x := range all[1:] {
		if x.From <= d {
			h = x
		}
	}
	return h
}

// Easter returns Easter Sunday of a year, by the Gregorian reckoning (Meeus, Jones, Butcher).
func Easter(year int) clock.Day {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return clock.Day(fmt.Sprintf("%04d-%02d-%02d", year, n/31, n%31+1))
}
