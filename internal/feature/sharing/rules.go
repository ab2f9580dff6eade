package sharing

import (
	"slices"
	"strings"
	"time"

	"kith/internal/feature/sharing/lists"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
)

// LockAtLeast is how many people a lock names, so that nothing is lost when one leaves (CHR-10).
const LockAtLeast = 2

// Who is what somebody is to a record that they can read.
type Who struct {
	Leads bool // leads safeguarding at its school, or is its head
	Named bool // is a current named reader of it
}

// CanChange says whether a step may be taken on a record in a mode by somebody who reads it. NotFound: the step is not for them.
func CanChange(kind Kind, mode Mode, who Who) error {
	switch {
	case !who.Leads && !who.Named:
		return errs.Missing()
	case mode == Locked && !who.Named:
		return errs.Missing()
	case kind == Restrict && mode != Open:
		return errs.Refuse("It is restricted or locked already. Change its readers instead")
	case kind == Lock && mode == Locked:
		return errs.Refuse("It is locked already. Change its readers instead")
	case kind == Lift && mode != Restricted:
		return errs.Refuse("It is not restricted")
	case kind == Unlock && mode != Locked:
		return errs.Refuse("It is not locked")
	case kind == Name && mode == Open:
		return errs.Refuse("It is open to the lead team. Restrict it or lock it first")
	case (kind == Share || kind == Tell) && mode != Open:
		return errs.Refuse("A restricted or locked record is shared with nobody. Lift that first")
	case (kind == Restrict || kind == Lock || kind == Share || kind == Tell) && !who.Leads:
		return errs.Missing()
	}
	return nil
}

// CanName says whether these accounts may be the named readers: staff are those who work at the school now.
func CanName(kind Kind, mode Mode, named, staff []string) error {
	for _, a := range named {
		if !slices.Contains(staff, a) {
			return errs.Refuse("Choose people who work at the school now")
		}
	}
	if (kind == Lock || kind == Name && mode == Locked) && len(named) < LockAtLeast {
		return errs.Refuse("Name at least two people, so that it is not lost when one of them leaves")
	}
	return nil
}

// Default and longest time of a share.
func defaultUntil(today clock.Day) clock.Day { return months(today, 3) }
func longestUntil(today clock.Day) clock.Day { return months(today, 12) }

func months(d clock.Day, n int) clock.Day {
	t := d.At(12, 0)
	to := t.AddDate(0, n, 0)
	if to.Day() != t.Day() { // the last day of a shorter month
		to = to.Add(-time.Duration(to.Day()) * 24 * time.Hour)
	}
	return clock.Day(to.Format("2006-01-02"))
}

// CanShare says whether a share may be made today, by what is offered today. A wording that was reworded or retired since it was
// chosen is chosen again: nothing is shared in words that nobody saw.
func CanShare(c Change, all lists.All, from string, now clock.Millis) error {
	today := clock.DayOf(now.Time())
	_, purpose := all.Find(lists.Purpose, c.Purpose, today)
	_, ground := all.Find(lists.Ground, c.Ground, today)
	switch {
	case c.To == "" || c.To == from:
		return errs.Refuse("Choose the other school")
	case !purpose:
		return errs.Refuse("Choose what it is shared for")
	case !ground:
		return errs.Refuse("Choose the lawful ground")
	case c.Until == "":
		return errs.Refuse("Say until when")
	case c.Until < today:
		return errs.Refusef("The last day cannot be in the past. Today is %s", term.Date(today))
	case c.Until > longestUntil(today):
		return errs.Refusef("Share for a year at most: until %s. You can share again then", term.YearDate(longestUntil(today)))
	}
	return nil
}

// reasoned says whether a reason was given.
func reasoned(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errs.Refuse("Say why")
	}
	return nil
}

// line is what the chronology says of a step. It names nobody and gives no reason: whoever a record is shared with reads it, too.
func (k Kind) line() string {
	return map[Kind]string{Restrict: "Restricted", Lift: "Restriction lifted", Lock: "Locked to named people", Name: "Named readers changed", Unlock: "Lock taken away",
		Share: "Shared with another school", Recall: "Sharing ended", Tell: "Another school told whom to ask", Quiet: "Another school no longer told whom to ask"}[k]
}
