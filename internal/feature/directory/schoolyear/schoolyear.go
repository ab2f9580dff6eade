// Package schoolyear is when schools are closed: the holidays, INSET days and closures of a school year, the rules that they keep,
// the files in which councils publish them, and what a file would change.
//
// A school is in by law 190 days a year (Education (School Day and School Year) Regulations 1999); which, is the district's or the
// school's own choice. A holiday is counted to the school year in which it begins, so a summer holiday that runs into September
// belongs to the year that it ends.
package schoolyear

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
)

// Kind says why a school is closed to children.
type Kind string

// Kinds of closure.
const (
	Holiday     Kind = "holiday"
	Inset       Kind = "inset"   // staff are in, children are not
	Closure     Kind = "closure" // nobody planned it: snow, a burst pipe, an election
	BankHoliday Kind = "bank"    // one that is not among those shipped, such as for a coronation; no working day either
)

// Kinds lists them in the order in which they are offered.
var Kinds = []Kind{Holiday, Inset, Closure, BankHoliday}

// Words names a kind as people call it.
func (k Kind) Words() string {
	switch k {
	case Inset:
		return "INSET day"
	case Closure:
		return "Closure"
	case BankHoliday:
		return "Bank holiday"
	}
	return "Holiday"
}

// Date is one stretch of closed days, both ends included.
type Date struct {
	ID       string
	Org      string // the school that it is about; "" for every school of the district
	Kind     Kind
	Name     string
	From, To clock.Day
	Version  int64
}

// Year is the school year that the date is counted to.
func (d Date) Year() term.Year { return term.AcademicYear(d.From) }

// Span is the date as calendars hold it.
func (d Date) Span() term.Span { return term.Span{From: d.From, To: d.To, Name: d.Name} }

// Same says whether two dates say the same, whatever their ids.
func (d Date) Same(o Date) bool {
	return d.Org == o.Org && d.Kind == o.Kind && d.Name == o.Name && d.From == o.From && d.To == o.To
}

// Days are the first and the last day in words: "24 Oct to 1 Nov 2026", "Wed 2 Sep 2026" for one.
func (d Date) Days() string {
	if d.From == d.To {
		return d.From.Start().Format("Mon 2 Jan 2006")
	}
	if d.From.Start().Year() == d.To.Start().Year() {
		return d.From.Start().Format("2 Jan") + " to " + d.To.Start().Format("2 Jan 2006")
	}
	return d.From.Start().Format("2 Jan 2006") + " to " + d.To.Start().Format("2 Jan 2006")
}

// Limits of what is plausible, in days. What lies beyond is a slip of the pen: a wrong year stops every clock of a district.
const (
	longestHoliday = 10 * 7
	longestInset   = 5
	longestTerm    = 19 * 7 // a whole autumn term with its half term, and a week
	longestStretch = 10 * 7 // without a holiday, before it is asked whether one is missing
	intoNextYear   = 14     // days that a summer holiday may run into September
	yearsBack      = 12
	yearsAhead     = 3
)

// Fit says whether a date can be by itself. today tells a slip in the year. Rule: the sentence says what is wrong.
func Fit(d Date, today clock.Day, bank map[clock.Day]string) error {
	switch {
	case d.From == "" || d.To == "":
		return errs.Refuse("Give the first and the last day")
	case d.To < d.From:
		return errs.Refusef("The last day, %s, is before the first, %s", day(d.To), day(d.From))
	case d.Name == "":
		return errs.Refuse("Give it a name, such as Autumn half term")
	case d.Year() < term.AcademicYear(today)-yearsBack || d.Year() > term.AcademicYear(today)+yearsAhead:
		return errs.Refusef("%s is too far from today. Is the year right?", day(d.From))
	case d.To > d.Year().Last().Add(intoNextYear):
		return errs.Refusef("The last day, %s, is outside the school year %s, which ends on 31 August. A summer holiday may run to 14 September", day(d.To), d.Year())
	}
	length := days(d.From, d.To)
	if d.Kind == Inset && length > longestInset {
		return errs.Refusef("%s are too many INSET days in a row. Is it a holiday?", text.Plural(length, "day", "days"))
	}
	if length > longestHoliday {
		return errs.Refusef("%s is %d weeks long. Is the year right?", d.Name, (length+6)/7)
	}
	if d.Kind == Holiday {
		return nil
	}
	for at := d.From; at <= d.To; at = at.Add(1) {
		if w := at.Weekday(); w != time.Saturday && w != time.Sunday && bank[at] == "" {
			return nil
		}
	}
	if name := bank[d.From]; name != "" {
		return errs.Refusef("%s is a bank holiday already, %s", day(d.From), name)
	}
	return errs.Refusef("%s is a %s. Schools are closed then anyway", day(d.From), d.From.Weekday())
}

// InYear says whether a date belongs to the school year that somebody is looking at.
func InYear(d Date, y term.Year) error {
	if d.From != "" && d.Year() != y {
		return errs.Refusef("The first day, %s, is outside the school year %s, 1 September %d to 31 August %d", day(d.From), y, int(y), int(y)+1)
	}
	return nil
}

// Clash says whether a date overlaps another. A bank holiday may lie in a holiday, as Christmas Day does.
func Clash(d Date, others []Date) error {
	for _, o := range others {
		if o.ID != "" && o.ID == d.ID || (o.Kind == BankHoliday) != (d.Kind == BankHoliday) {
			continue
		}
		if d.From <= o.To && o.From <= d.To {
			return errs.Refusef("This overlaps %s, %s. Change that one first, or these days", o.Name, o.Days())
		}
	}
	return nil
}

// Missing says what looks forgotten in the dates of a school year; nothing when it looks whole.
func Missing(y term.Year, dates []Date) []string {
	var breaks []Date
	for _, d := range dates {
		if d.Kind == Holiday && d.To >= y.First() && d.From <= y.Last() {
			breaks = append(breaks, d)
		}
	}
	if !slices.ContainsFunc(breaks, func(d Date) bool { return d.Year() == y }) {
		return []string{"There are no holidays for " + y.String() + " yet. Until there are, clocks run through them and call people at home"}
	}
	slices.SortFunc(breaks, func(a, b Date) int { return strings.Compare(string(a.From), string(b.From)) })
	breaks = append(breaks, Date{From: y.Last().Add(1)})
	var out []string
	at := y.First()
	for _, b := range breaks {
		if n := days(at, b.From) - 1; n > longestStretch {
			out = append(out, fmt.Sprintf("From %s to %s are %d weeks without a holiday. Is one missing?", at.Start().Format("2 January"), b.From.Add(-1).Start().Format("2 January 2006"), n/7))
		}
		if b.To.Add(1) > at {
			at = b.To.Add(1)
		}
	}
	return out
}

// Next proposes the dates of the year after: the same weekdays, Easter where it falls then. Closures that nobody planned are not
// repeated. It is a proposal to be checked, not a calendar.
func Next(y term.Year, dates []Date) []Date {
	var out []Date
	for _, d := range dates {
		if d.Year() != y || d.Kind != Holiday && d.Kind != Inset {
			continue
		}
		shift := 364
		if strings.Contains(strings.ToLower(d.Name), "easter") {
			shift = days(term.Easter(int(y)+1), term.Easter(int(y)+2)) - 1
		}
		n := Date{Org: d.Org, Kind: d.Kind, Name: d.Name, From: d.From.Add(shift), To: d.To.Add(shift)}
		christmas := clock.Day(fmt.Sprintf("%d-12-25", int(y)+1))
		if d.From <= christmas.Add(-365) && d.To >= christmas.Add(-365) && n.To < christmas.Add(7) {
			n.From, n.To = n.From.Add(7), n.To.Add(7)
		}
		if n.From < (y+1).First() && d.Kind == Inset {
			n.From, n.To = n.From.Add(7), n.To.Add(7)
		}
		if d.Kind == Inset && d.From == d.To { // not on a bank holiday, which moves with the date and not with the weekday
			n.From = term.Calendar{BankHolidays: term.BankHolidays()}.AddWorkingDays(n.From, 0)
			n.To = n.From
		}
		n.From = max(n.From, (y + 1).First())
		if d.To >= y.Last() && n.To < (y+1).Last() {
			n.To = (y + 1).Last()
		}
		if n.From <= n.To {
			out = append(out, n)
		}
	}
	slices.SortStableFunc(out, func(a, b Date) int { return strings.Compare(string(a.From), string(b.From)) })
	return out
}

// days counts the days from one to another, both included.
func days(from, to clock.Day) int {
	n := 0
	for d := from; d <= to; d = d.Add(1) {
		n++
	}
	return n
}

func day(d clock.Day) string { return d.Start().Format("Mon 2 January 2006") }
