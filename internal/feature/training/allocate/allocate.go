// Package allocate gives out the seats of a block to those who asked for them, and can say why.
//
// It is a pure function: the same requests give the same outcome whatever their order, and nothing is drawn by lot. Requests take turns by
// priority, then arrival, then id. At its turn a request gets its first choice if a seat is free there, else its second, else a place in the
// line for its first. A seat that was given before is never taken away or moved, so that running it again, or adding dates, disturbs nobody.
package allocate

import (
	"cmp"
	"slices"
)

// Run is a dated run that seats can be given on.
type Run struct {
	ID    string
	Group string // a school takes a place on one run of an exclusive group; "" for none
	Seats int64  // 0: no limit
	Uses  bool   // a seat uses up a place of the school
	Shut  bool   // it takes nobody: cancelled, closed or begun
}

// Request is somebody who asks, or waits already.
type Request struct {
	ID      string
	Party   string // who shares the school's limit; "" for a person alone
	Person  string // the same for the same person
	Tier    int64  // priority: 0 goes first
	Arrived int64
	First   string
	Second  string // "" for none, and for whoever waits: the line is for the first choice
}

// Seat is one that is given already.
type Seat struct{ Party, Person, Run string }

// Rules are those of the block.
type Rules struct {
	PerParty int64 // seats of a school; 0: no limit
	Places   int64 // seats over all runs together; 0: no limit
}

// Reason says why a request got no seat of a run at its turn.
type Reason string

// The reasons.
const (
	Given   Reason = ""       // it got one
	Full    Reason = "full"   // no seat was left, there or in the whole block
	Limit   Reason = "limit"  // its school had all the places it may have
	Group   Reason = "group"  // its school had a place on the other format
	Shut    Reason = "shut"   // the run takes nobody any more
	Already Reason = "person" // the same person has a seat
)

// Outcome is what a request got at its turn, with what the explanation needs.
type Outcome struct {
	Request string
	Turn    int64  // from 1
	Run     string // of the seat, or of the line
	Choice  int64  // 1 or 2; 0: it waits
	First   Look
	Second  Look  // zero where there is no second choice or it was not looked at
	Line    int64 // place in the line, from 1; 0 with a seat
}

// Look is what was found at one choice.
type Look struct {
	Why   Reason
	Seats int64 // of the run; 0: no limit
	Taken int64 // when the turn came
	Last  int64 // turn of the last who got a seat there before; 0: nobody in this allocation
}

// Give decides all requests. Seats are those given already; runs that a request names and that are not listed are shut.
func Give(rules Rules, runs []Run, seats []Seat, requests []Request) []Outcome {
	d := desk{rules: rules, runs: map[string]Run{}, taken: map[string]int64{}, last: map[string]int64{}, line: map[string]int64{},
		used: map[string]int64{}, grouped: map[[2]string]bool{}, seated: map[[2]string]bool{}}
	for _, r := range runs {
		d.runs[r.ID] = r
	}
	for _, s := range seats {
		d.note(s)
	}
	order := slices.Clone(requests)
	slices.SortFunc(order, func(a, b Request) int {
		return cmp.Or(cmp.Compare(a.Tier, b.Tier), cmp.Compare(a.Arrived, b.Arrived), cmp.Compare(a.ID, b.ID))
	})
	out := make([]Outcome, len(order))
	for i, q := range order {
		out[i] = d.turn(q, int64(i+1))
	}
	return out
}

// desk is how things stand between two turns.
type desk struct {
	rules   Rules
	runs    map[string]Run
	all     int64
	taken   map[string]int64
	last    map[string]int64
	line    map[string]int64
	used    map[string]int64
	grouped map[[2]string]bool // party and group
	seated  map[[2]string]bool // person and run, or person and group
}

func (d *desk) note(s Seat) {
	r := d.runs[s.Run]
	d.all++
	d.taken[s.Run]++
	d.seated[[2]string{s.Person, r.key()}] = true
	if s.Party == "" {
		return
	}
	if r.Uses {
		d.used[s.Party]++
	}
	if r.Group != "" {
		d.grouped[[2]string{s.Party, r.Group}] = true
	}
}

// key is what a person has one seat of: the exclusive group, or the run.
func (r Run) key() string {
	if r.Group != "" {
		return "group:" + r.Group
	}
	return r.ID
}

func (d *desk) look(q Request, run string) Look {
	r, ok := d.runs[run]
	l := Look{Seats: r.Seats, Taken: d.taken[run], Last: d.last[run]}
	switch {
	case !ok || r.Shut:
		l.Why = Shut
	case q.Person != "" && d.seated[[2]string{q.Person, r.key()}]:
		l.Why = Already
	case q.Party != "" && r.Uses && d.rules.PerParty > 0 && d.used[q.Party] >= d.rules.PerParty:
		l.Why = Limit
	case q.Party != "" && r.Group != "" && d.grouped[[2]string{q.Party, r.Group}]:
		l.Why = Group
	case r.Seats > 0 && l.Taken >= r.Seats || d.rules.Places > 0 && d.all >= d.rules.Places:
		l.Why = Full
	}
	return l
}

func (d *desk) turn(q Request, n int64) Outcome {
	o := Outcome{Request: q.ID, Turn: n, Run: q.First, First: d.look(q, q.First)}
	if o.First.Why == Given {
		o.Choice = 1
	} else if q.Second != "" {
		if o.Second = d.look(q, q.Second); o.Second.Why == Given {
			o.Run, o.Choice = q.Second, 2
		}
	}
	if o.Choice == 0 {
		d.line[q.First]++
		o.Line = d.line[q.First]
		return o
	}
	d.note(Seat{q.Party, q.Person, o.Run})
	d.last[o.Run] = n
	return o
}
