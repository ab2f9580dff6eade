package insight

import (
	"strconv"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
)

// Step is the least number that is shown, and by how much figures rise: no number of 1 to 4 appears, and no two that are shown differ by
// one child (SEC-24).
const Step = 5

// Shown is a number as it is shown: N is 0, or the least of the five numbers that it may be.
type Shown struct {
	N      int
	Hidden bool // 1 to 4
}

// Fives says how a number is shown.
func Fives(n int) Shown {
	switch {
	case n <= 0:
		return Shown{}
	case n < Step:
		return Shown{Hidden: true}
	}
	return Shown{N: n - n%Step}
}

// Any says whether there is anything.
func (s Shown) Any() bool { return s.Hidden || s.N > 0 }

// String writes the number: "none", "not shown", "5 to 9".
func (s Shown) String() string {
	switch {
	case s.Hidden:
		return "not shown"
	case s.N == 0:
		return "none"
	}
	return strconv.Itoa(s.N) + " to " + strconv.Itoa(s.N+Step-1)
}

// Measures are what is counted, in the order in which the page shows it.
var Measures = []struct {
	Name, Words string // over the column, and as it is said in a sentence of a school that has any
	of          func(Standing) int
}{
	{"Not opened", "not opened by a lead", func(s Standing) int { return s.Unread }},
	{"Past a clock", "past a clock", func(s Standing) int { return s.Late }},
	{"Answer owed", "waiting for an answer", func(s Standing) int { return s.Owed }},
	{"No feedback", "without feedback to who wrote", func(s Standing) int { return s.Silent }},
	{"Follow-up overdue", "with a follow-up overdue", func(s Standing) int { return s.Follow }},
}

// show is a standing as it is shown, in the order of Measures. Nobody sees it otherwise.
func (s Standing) show() []Shown {
	out := make([]Shown, len(Measures))
	for i, m := range Measures {
		out[i] = Fives(m.of(s))
	}
	return out
}

// Now says who is on duty at an instant, and whether somebody ought to be: it is a school day, in school hours.
func (c Cover) Now(cal term.Calendar, at clock.Millis) (on Stretch, ought bool) {
	t := at.London()
	day, minute := clock.DayOf(at.Time()), t.Hour()*60+t.Minute()
	opens, closes := cal.Hours()
	ought = cal.IsSchoolDay(day) && opens <= minute && minute < closes
	for _, d := range c.Duties {
		if d.Day == day && d.From <= minute && minute < d.Until {
			return d, ought
		}
	}
	return Stretch{}, ought
}
