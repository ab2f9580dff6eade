package lists

import (
	"slices"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
)

// Limits of a wording, in letters, and how far ahead it may be given, in days.
const (
	longestWords = 120
	longestHint  = 300
	aheadAtMost  = 366
)

// CanGive says whether a wording may be given today, beside those that there are. Rule: it is not whole, begins in the past, or
// would leave a list on some day with nothing to choose or with the same words twice.
func CanGive(a All, w Wording, today clock.Day) error {
	switch {
	case !slices.Contains(Lists, w.List):
		return errs.Missing()
	case !w.Retired && w.Words == "":
		return errs.Refuse("Say it in words that a lead understands")
	case !w.Retired && w.List == Ground && w.Hint == "":
		return errs.Refuse("Say which law the ground rests on, such as UK GDPR Article 6(1)(e)")
	case w.Reason == "":
		return errs.Refuse("Say who agreed it, and when")
	case w.From == "":
		return errs.Refuse("Say from which day")
	case w.From < today:
		return errs.Refusef("It holds from today or later. Today is %s; what was shared before keeps its words", term.Date(today))
	case w.From > today.Add(aheadAtMost):
		return errs.Refusef("%s is more than a year ahead. Is the year right?", term.YearDate(w.From))
	}
	after := a.with(w, today)
	days := []clock.Day{today}
	for _, x := range after {
		if x.From > today && x.Dropped == 0 {
			days = append(days, x.From)
		}
	}
	slices.Sort(days)
	for _, day := range slices.Compact(days) {
		held := after.On(w.List, day)
		if len(held) == 0 {
			return errs.Refusef("On %s nothing would be left to choose, and nothing could be shared. Add another first", term.YearDate(day))
		}
		for i, x := range held {
			if slices.ContainsFunc(held[:i], func(y Wording) bool { return plainWords(x.Words) == plainWords(y.Words) }) {
				return errs.Refusef("On %s these words would stand there twice: %s", term.YearDate(day), x.Words)
			}
		}
	}
	return nil
}

// with is what there is once a wording was given: whatever of its entry does not hold yet is dropped by it.
func (a All) with(w Wording, today clock.Day) All {
	out := slices.Clone(a)
	for i := range out {
		if out[i].Entry == w.Entry && out[i].From > today {
			out[i].Dropped = 1
		}
	}
	if w.At == 0 {
		w.At = 1 // not what ships
	}
	return append(out, w)
}

// plainWords are words without what does not tell them apart.
func plainWords(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
