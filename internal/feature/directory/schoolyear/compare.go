package schoolyear

import (
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/tabular"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Verdict is what a row of a file comes to.
type Verdict string

// Verdicts.
const (
	New       Verdict = "new"
	Changed   Verdict = "changed"
	Unchanged Verdict = "unchanged"
)

// Change is one row of a file beside what it would change.
type Change struct {
	Line    int
	Verdict Verdict
	Is      Date // with the id of what it changes
	Was     Date
}

// Compare says what rows would change of the dates that there are, of one school or of the district. A row is known by its kind and
// first day, a holiday also by its name in its year, so that a holiday that moved is changed and not doubled. What no row speaks of
// stays as it is: a file never takes a holiday away. fixed are dates that hold as well and that the file cannot change: a school's
// file may repeat its district's, and may not contradict them.
func Compare(have, fixed []Date, rows []Row, org string, today clock.Day, bank map[clock.Day]string) (out []Change, rejected []tabular.Rejection) {
	left := slices.Clone(have)
	take := func(fits func(Date) bool) (Date, bool) {
		i := slices.IndexFunc(left, fits)
		if i < 0 {
			return Date{}, false
		}
		d := left[i]
		left = slices.Delete(left, i, i+1)
		return d, true
	}
	for _, x := range rows {
		x.Date.Org = org
		if x.Date.Kind == BankHoliday && x.Date.From == x.Date.To && bank[x.Date.From] != "" {
			out = append(out, Change{Line: x.Line, Verdict: Unchanged, Is: x.Date}) // one of those that everybody has
			continue
		}
		if slices.ContainsFunc(fixed, func(d Date) bool { return d.Kind == x.Date.Kind && d.From == x.Date.From && d.To == x.Date.To }) {
			out = append(out, Change{Line: x.Line, Verdict: Unchanged, Is: x.Date})
			continue
		}
		if err := Fit(x.Date, today, bank); err != nil {
			rejected = append(rejected, tabular.Rejection{Row: x.Line, Field: "days", Reason: errs.Sentence(err)})
			continue
		}
		was, ok := take(func(d Date) bool { return d.Kind == x.Date.Kind && d.From == x.Date.From })
		if !ok && x.Date.Kind == Holiday {
			was, ok = take(func(d Date) bool {
				return d.Kind == Holiday && d.Year() == x.Date.Year() && strings.EqualFold(d.Name, x.Date.Name) && !slices.ContainsFunc(rows, func(r Row) bool { return r.Date.Kind == Holiday && r.Date.From == d.From })
			})
		}
		c := Change{Line: x.Line, Verdict: New, Is: x.Date}
		if ok {
			c.Was, c.Is.ID, c.Is.Version, c.Verdict = was, was.ID, was.Version, Changed
			if was.Same(c.Is) {
				c.Verdict = Unchanged
			}
		}
		out = append(out, c)
	}
	// What rows leave standing must not overlap what they bring, and no two of them each other.
	left = append(left, fixed...)
	sound := out[:0]
	for _, c := range out {
		if c.Verdict != Unchanged {
			if err := Clash(c.Is, left); err != nil {
				rejected = append(rejected, tabular.Rejection{Row: c.Line, Field: "days", Reason: errs.Sentence(err)})
				if c.Verdict == Changed {
					left = append(left, c.Was)
				}
				continue
			}
		}
		if c.Verdict != Unchanged || c.Is.ID != "" {
			left = append(left, c.Is)
		}
		sound = append(sound, c)
	}
	slices.SortStableFunc(rejected, func(a, b tabular.Rejection) int { return a.Row - b.Row })
	return sound, rejected
}
