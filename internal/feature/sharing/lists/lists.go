// Package lists is the purposes for which a record is shared with another school, and the lawful grounds on which it is: two lists
// that are data.
//
// Kith ships a wording of each. A district gives others: it rewords an entry, adds one of its own, or retires one, from a day on that
// is today or later. A wording that was given is never changed and never deleted; the next one follows it, so that the page tells who
// gave which words, when, from which day, and who agreed them. One that does not hold yet is dropped by whatever is given after it.
//
// A share keeps the words and the edition under which it was made. An edition is known by the day from which its lists hold: the
// latest on which any wording in force began; or by the name of what ships.
//
// At least one purpose and one ground are offered on every day, no two in the same words, and a ground says which law it rests on
// (UK GDPR Article 6; Data Protection Act 2018, Schedule 1, paragraph 18).
package lists

import (
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"

	"kith/internal/kernel/clock"
)

// List names one of the two lists.
type List string

// The lists.
const (
	Purpose List = "purpose"
	Ground  List = "ground"
)

// Lists are both, in the order in which a lead is asked.
var Lists = []List{Purpose, Ground}

// Wording is what an entry of a list says from a day on.
type Wording struct {
	ID      string // of this wording; that which ships has the entry's code
	List    List
	Entry   string
	Words   string
	Hint    string    // for a purpose what it means, for a ground which law it rests on
	From    clock.Day // "" for what ships
	Retired bool      // the entry is not offered from that day on
	Reason  string
	By      string
	At      clock.Millis
	Dropped clock.Millis // when it was taken back before it held; 0: it was not
}

// Dest is where a row of the query goes.
func (w *Wording) Dest() []any {
	return []any{&w.ID, (*string)(&w.List), &w.Entry, &w.Words, &w.Hint, (*string)(&w.From), &w.Retired, &w.Reason, &w.By, (*int64)(&w.At), (*int64)(&w.Dropped)}
}

// says tells whether two wordings come to the same.
func (w Wording) says(o Wording) bool {
	return w.Words == o.Words && w.Hint == o.Hint && w.Retired == o.Retired
}

//go:embed shipped.csv
var file string

// shipped is what ships, read once, and the name of its edition.
var shipped, shippedEdition = func() (out []Wording, edition string) {
	rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		panic("shipped.csv: " + err.Error())
	}
	for _, r := range rows[1:] {
		edition = r[0]
		out = append(out, Wording{ID: r[2], List: List(r[1]), Entry: r[2], Words: r[3], Hint: r[4]})
	}
	return out, edition
}()

// Shipped returns the lists as they ship.
func Shipped() All { return slices.Clone(shipped) }

// All are the wordings of a district: what ships, then what it gave, in the order in which it did.
type All []Wording

// entries are the entries of a list in the order in which they are offered. What ships last is for whatever fits no other, so what a
// district adds stands before it.
func (a All) entries(l List) (out []string) {
	last := ""
	for _, w := range a {
		switch {
		case w.List != l || slices.Contains(out, w.Entry):
		case w.At == 0:
			out, last = append(out, w.Entry), w.Entry
		default:
			at := slices.Index(out, last)
			if at < 0 {
				at = len(out)
			}
			out = slices.Insert(out, at, w.Entry)
		}
	}
	return out
}

// latest is the wording of an entry that was given last, whether it holds yet or not; false where there is no such entry.
func (a All) latest(entry string) (out Wording, ok bool) {
	for _, w := range a {
		if w.Entry == entry && w.Dropped == 0 {
			out, ok = w, true
		}
	}
	return out, ok
}

// on is what an entry says on a day; false where it is not there yet.
func (a All) on(entry string, day clock.Day) (out Wording, ok bool) {
	for _, w := range a {
		if w.Entry == entry && w.Dropped == 0 && w.From <= day && (!ok || w.From >= out.From) {
			out, ok = w, true
		}
	}
	return out, ok
}

// On returns what is offered of a list on a day.
func (a All) On(l List, day clock.Day) (out []Wording) {
	for _, entry := range a.entries(l) {
		if w, ok := a.on(entry, day); ok && !w.Retired {
			out = append(out, w)
		}
	}
	return out
}

// Find returns a wording that is offered on a day, by its id; false where it is not, or no longer.
func (a All) Find(l List, id string, day clock.Day) (Wording, bool) {
	held := a.On(l, day)
	if i := slices.IndexFunc(held, func(w Wording) bool { return w.ID == id }); i >= 0 {
		return held[i], true
	}
	return Wording{}, false
}

// Edition names the lists as they hold on a day: by the latest day on which a wording in force began, or as what ships.
func (a All) Edition(day clock.Day) string {
	latest := clock.Day("")
	for _, w := range a {
		if w.Dropped == 0 && w.From <= day {
			latest = max(latest, w.From)
		}
	}
	if latest == "" {
		return shippedEdition
	}
	return string(latest)
}
