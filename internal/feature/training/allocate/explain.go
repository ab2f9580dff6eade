package allocate

import (
	"fmt"
	"strconv"

	"kith/internal/kernel/text"
)

// Words are what an explanation says besides the outcome.
type Words struct {
	Asked int64                   // how many took turns
	Order string                  // who went first, "schools in the two areas the board chose"; "" where it goes by time alone
	Date  func(run string) string // "14 and 15 January"
}

// Sentence is the outcome as whoever asked reads it first.
func (w Words) Sentence(q Request, o Outcome) string {
	first, second := w.Date(q.First), ""
	if q.Second != "" {
		second = w.Date(q.Second)
	}
	switch {
	case o.Choice == 1:
		return fmt.Sprintf("You have a place on %s, your first choice. Your turn was %s of %d.", first, Nth(o.Turn), w.Asked)
	case o.Choice == 2 && o.First.Why == Full:
		return fmt.Sprintf("%s was full when your turn came, %s. You have a place on %s.", first, Nth(o.Turn), second)
	case o.Choice == 2:
		return fmt.Sprintf("%s. You have a place on %s.", capital(w.why(first, o.First)), second)
	case o.First.Why == Full && second != "" && o.Second.Why == Full:
		return fmt.Sprintf("%s and %s were full when your turn came, %s. You are %s in line for %s.", first, second, Nth(o.Turn), Nth(o.Line), first)
	case o.First.Why == Full:
		return fmt.Sprintf("%s was full when your turn came, %s. You are %s in line for it.", first, Nth(o.Turn), Nth(o.Line))
	case o.First.Why == Shut:
		return fmt.Sprintf("%s takes nobody any more, so you have no place.", first)
	}
	return fmt.Sprintf("%s when your turn came, %s. You are %s in line for %s, should that be given back.", capital(w.why(first, o.First)), Nth(o.Turn), Nth(o.Line), first)
}

// why says in half a sentence why there was no seat.
func (w Words) why(date string, l Look) string {
	switch l.Why {
	case Limit:
		return "your school had all the places it may have"
	case Group:
		return "your school had a place on the other format"
	case Already:
		return "this person had a place"
	case Shut:
		return date + " takes nobody any more"
	}
	return date + " was full"
}

// Step is one of the steps of the line that shows how a place was given.
type Step struct{ Title, Text string }

// Steps are how it came to the outcome: order, first choice, second choice, and what follows.
func (w Words) Steps(q Request, o Outcome) []Step {
	order := "By time of arrival."
	if w.Order != "" {
		order = "First " + w.Order + ", then by time."
	}
	out := []Step{{"Order.", text.Plural(int(w.Asked), "request", "requests") + " took turns. " + order + " You were " + Nth(o.Turn) + "."},
		{"First choice, " + w.Date(q.First) + ".", w.found(o.First)}}
	if o.Second != (Look{}) || o.Choice == 2 {
		out = append(out, Step{"Second choice, " + w.Date(q.Second) + ".", w.found(o.Second)})
	}
	switch {
	case o.Choice == 2:
		out = append(out, Step{"If a place on " + w.Date(q.First) + " comes free", "it goes to those who wait, in order. You keep " + w.Date(q.Second) + "."})
	case o.Choice == 1:
		out = append(out, Step{"If you cannot come", "give the place to a colleague, or give it back: it then goes to the next in line."})
	case o.First.Why == Shut:
		out = append(out, Step{"If you still want to come", "ask for another date."})
	default:
		out = append(out, Step{"If a place comes free", "it goes to those who wait, in order; you are " + Nth(o.Line) + ". The offer comes by e-mail, for you alone and for a set time."})
	}
	return out
}

func (w Words) found(l Look) string {
	switch {
	case l.Why == Given && l.Taken == 0:
		return "No place taken at your turn. You have the first."
	case l.Why == Given:
		return text.Plural(int(l.Taken), "place", "places") + " taken at your turn. You have the " + Nth(l.Taken+1) + "."
	case l.Why == Full && l.Seats > 0 && l.Taken >= l.Seats && l.Last > 0:
		if l.Seats == 1 {
			return "The one place went to the " + Nth(l.Last) + ". None left at your turn."
		}
		return fmt.Sprintf("All %d places had gone, the last to the %s. None left at your turn.", l.Seats, Nth(l.Last))
	case l.Why == Full && l.Seats > 0 && l.Taken >= l.Seats:
		return "Every place was taken before the first turn."
	case l.Why == Full:
		return "All places of the block together were taken at your turn."
	}
	return capital(w.why("This date", l)) + "."
}

// Nth returns "1st", "2nd", "3rd", "11th", "31st".
func Nth(n int64) string {
	end := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return strconv.FormatInt(n, 10) + end
}

func capital(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
