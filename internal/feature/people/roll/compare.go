package roll

import (
	"fmt"
	"slices"

	"kith/internal/kernel/clock"
)

// Change is one field that a row would change.
type Change struct {
	Field    Field
	Was, Now string
}

// Changed is a child known by number for whom the file says something else.
type Changed struct {
	ID    string
	Pupil Pupil
	// Back says that the child is not on the roll and would come back to it.
	Back    bool
	Changes []Change
}

// Leaver is a child who would leave the roll.
type Leaver struct {
	ID string
	// Stated says that the file itself says so, by a leaving date or a deletion; otherwise the child is not in it.
	Stated bool
	// Pupil is the row that states it, with what else it would change.
	Pupil   Pupil
	Changes []Change
}

// Undecided is a row about which a person decides.
type Undecided struct {
	Pupil  Pupil
	IDs    []string
	Reason string
}

// Scope says what it means that a child is not in the file.
type Scope int

// The scopes: a Whole roll proposes leavers; a Part (a delta, a Common Transfer File) proposes none.
const (
	Whole Scope = iota
	Part
)

// Options of Compare.
type Options struct {
	Scope Scope
	// Day is the day for which the roll is compared: a leaving date on or before it has passed.
	Day clock.Day
	// Fields are those that the record keeps; 0 means all. What is not kept cannot have changed.
	Fields FieldSet
	// Unread is how many rows of the file were rejected. A child missing from the file may be in one of them.
	Unread int
}

// Difference is what a file would change, before anything is written.
type Difference struct {
	New       []Pupil
	Changed   []Changed
	Unchanged []string
	// Leavers are proposals; nobody is taken off a roll by a file alone (ROL-3).
	Leavers     []Leaver
	Suggestions []Undecided
	Clashes     []Undecided
	// Ignored are rows that ask for nothing: a child who has left and was never known, or an unknown id in a delta.
	Ignored []Pupil
	// NeedsConfirmation is the sentence to confirm before going on; "" when the file may be taken.
	NeedsConfirmation string
}

// IsEmpty says that the file changes nothing and asks nothing (ROL-8).
func (d *Difference) IsEmpty() bool {
	return len(d.New)+len(d.Changed)+len(d.Leavers)+len(d.Suggestions)+len(d.Clashes) == 0
}

// Summary is the difference in one sentence.
func (d *Difference) Summary() string {
	if d.IsEmpty() {
		return fmt.Sprintf("This file changes nothing: %s already as it says.", count(len(d.Unchanged), "child is", "children are"))
	}
	return fmt.Sprintf("%d new, %d changed, %d unchanged, %d proposed as leavers, %d to decide.",
		len(d.New), len(d.Changed), len(d.Unchanged), len(d.Leavers), len(d.Suggestions)+len(d.Clashes))
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Compare sets the rows of one school's file against the children known to it, those who left included. It writes
// nothing: every part of the result is shown first (ROL-6).
func Compare(known []Known, incoming []Pupil, o Options) Difference {
	var d Difference
	x := NewIndex(known)
	at := make(map[string]int, len(known))
	for i, k := range known {
		at[k.ID] = i
	}
	spoken := make([]bool, len(known)) // a row is about the child, or may be
	claimed := map[string]Pupil{}      // the row that already stands for a child
	for _, p := range incoming {
		m := x.Match(p)
		for _, id := range m.IDs {
			spoken[at[id]] = true
		}
		left := p.Leaving || p.Has.Has(LeavingDate) && p.LeavingDate != "" && p.LeavingDate <= o.Day
		switch m.Kind {
		case NoMatch:
			if left || p.Partial {
				d.Ignored = append(d.Ignored, p)
			} else {
				d.New = append(d.New, p)
			}
			continue
		case Clash:
			d.Clashes = append(d.Clashes, Undecided{p, m.IDs, m.Reason})
			continue
		}
		k := &known[at[m.IDs[0]]]
		changes := differ(&k.Pupil, &p, o.Fields)
		// A row that agrees in all it says with the one child it can be about asks for nothing, so nobody need decide. This
		// is how a child with neither UPN nor id stays unchanged in a second run (ROL-8).
		same := m.Kind == Suggested && len(m.IDs) == 1 && len(changes) == 0 && k.OnRoll && !left
		if m.Kind == Suggested && !same {
			d.Suggestions = append(d.Suggestions, Undecided{p, m.IDs, m.Reason})
			continue
		}
		if first, taken := claimed[k.ID]; taken {
			d.Clashes = append(d.Clashes, Undecided{p, m.IDs, fmt.Sprintf("Line %d of this file is about the same child.", first.Row)})
			continue
		}
		claimed[k.ID] = p
		switch {
		case left && k.OnRoll:
			d.Leavers = append(d.Leavers, Leaver{ID: k.ID, Stated: true, Pupil: p, Changes: changes})
		case len(changes) > 0 || !k.OnRoll && !left && !p.Partial:
			d.Changed = append(d.Changed, Changed{ID: k.ID, Pupil: p, Back: !k.OnRoll && !left && !p.Partial, Changes: changes})
		default:
			d.Unchanged = append(d.Unchanged, k.ID)
		}
	}
	onRoll, unread := 0, 0
	for i, k := range known {
		if !k.OnRoll {
			continue
		}
		onRoll++
		if o.Scope == Whole && !spoken[i] {
			d.Leavers = append(d.Leavers, Leaver{ID: k.ID})
			unread = o.Unread
		}
	}
	d.NeedsConfirmation = confirmation(len(d.Leavers), onRoll, unread)
	return d
}

// confirmation is the sentence for a file that would take more than a tenth of the roll away (ROL-3), or that may seem to
// because rows of it could not be read.
func confirmation(leavers, onRoll, unread int) string {
	switch {
	case leavers*10 > onRoll:
		s := fmt.Sprintf("This file would take %d of %s off the roll, more than one in ten. Check that it is the whole roll of this school.",
			leavers, count(onRoll, "child", "children"))
		if unread > 0 {
			s += fmt.Sprintf(" %s could not be read.", count(unread, "row", "rows"))
		}
		return s
	case unread > 0:
		return fmt.Sprintf("%s could not be read, and %s not in the file. Check that the unread rows are not about them.",
			count(unread, "row", "rows"), count(leavers, "child is", "children are"))
	}
	return ""
}

// differ lists the fields of which the row says something else than is known. A row speaks only of what it has.
func differ(k, p *Pupil, kept FieldSet) []Change {
	fields := p.Has
	if kept != 0 {
		fields &= kept
	}
	var out []Change
	for _, f := range fields.Each() {
		if f == Contacts {
			if !slices.EqualFunc(k.Contacts, p.Contacts, Contact.equal) {
				out = append(out, Change{f, count(len(k.Contacts), "contact", "contacts"), count(len(p.Contacts), "contact", "contacts")})
			}
			continue
		}
		if was, now := k.Value(f), p.Value(f); was != now {
			out = append(out, Change{f, was, now})
		}
	}
	return out
}
