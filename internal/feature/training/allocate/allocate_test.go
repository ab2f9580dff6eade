package allocate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/training/allocate"
)

// block is a random block that was asked for.
type block struct {
	rules    allocate.Rules
	runs     []allocate.Run
	seats    []allocate.Seat
	requests []allocate.Request
}

func draw(t *rapid.T) (b block) {
	b.rules = allocate.Rules{PerParty: rapid.Int64Range(0, 2).Draw(t, "per party"), Places: rapid.SampledFrom([]int64{0, 0, 3, 8}).Draw(t, "places")}
	for i := range rapid.IntRange(1, 5).Draw(t, "runs") {
		b.runs = append(b.runs, allocate.Run{ID: fmt.Sprintf("run-%d", i), Seats: rapid.Int64Range(0, 4).Draw(t, "seats"), Group: rapid.SampledFrom([]string{"", "sos", "sos"}).Draw(t, "group"),
			Uses: rapid.IntRange(0, 4).Draw(t, "uses") > 0, Shut: rapid.IntRange(0, 9).Draw(t, "shut") == 0})
	}
	run := func(what string) string { return rapid.SampledFrom(b.runs).Draw(t, what).ID }
	for i := range rapid.IntRange(0, 25).Draw(t, "requests") {
		q := allocate.Request{ID: fmt.Sprintf("q-%02d", i), Party: rapid.SampledFrom([]string{"", "oak", "elm", "ash", "yew", "fir", "bay"}).Draw(t, "party"), Person: fmt.Sprintf("person-%d", i),
			Tier: rapid.Int64Range(0, 2).Draw(t, "tier"), Arrived: rapid.Int64Range(0, 9).Draw(t, "arrived"), First: run("first")}
		if s := run("second"); s != q.First && rapid.Bool().Draw(t, "has second") {
			q.Second = s
		}
		b.requests = append(b.requests, q)
	}
	return b
}

func (b block) give() []allocate.Outcome { return allocate.Give(b.rules, b.runs, b.seats, b.requests) }

// after is the block once the outcome has been sent: seats given, the others in line for their first choice.
func (b block) after(out []allocate.Outcome) block {
	of := map[string]allocate.Outcome{}
	for _, o := range out {
		of[o.Request] = o
	}
	next := block{rules: b.rules, runs: b.runs, seats: slices.Clone(b.seats)}
	for _, q := range b.requests {
		if o := of[q.ID]; o.Choice > 0 {
			next.seats = append(next.seats, allocate.Seat{Party: q.Party, Person: q.Person, Run: o.Run})
		} else {
			q.Second = ""
			next.requests = append(next.requests, q)
		}
	}
	return next
}

// TRN-7, TRN-4, TRN-5, TRN-B3: never over a capacity, of a run or of the block; a school has at most one place in an exclusive group and as
// many as its limit says; whoever has no seat found none at either choice; nobody is forgotten or decided twice.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := draw(t)
		out := b.give()
		if len(out) != len(b.requests) {
			t.Fatalf("%d outcomes for %d requests", len(out), len(b.requests))
		}
		asked := map[string]allocate.Request{}
		for _, q := range b.requests {
			asked[q.ID] = q
		}
		runs := map[string]allocate.Run{}
		for _, r := range b.runs {
			runs[r.ID] = r
		}
		taken, group, used, seen, all := map[string]int64{}, map[string]int64{}, map[string]int64{}, map[string]bool{}, int64(0)
		for i, o := range out {
			q := asked[o.Request]
			if seen[o.Request] || o.Turn != int64(i+1) {
				t.Fatalf("turn %d is %+v", i+1, o)
			}
			seen[o.Request] = true
			if o.Choice == 0 {
				if o.First.Why == allocate.Given || q.Second != "" && o.Second.Why == allocate.Given || o.Run != q.First || o.Line == 0 {
					t.Fatalf("%+v has no seat and no reason: %+v", q, o)
				}
				continue
			}
			if want := map[int64]string{1: q.First, 2: q.Second}[o.Choice]; o.Run != want || o.Choice == 2 && o.First.Why == allocate.Given {
				t.Fatalf("%+v got %+v", q, o)
			}
			all++
			taken[o.Run]++
			if r := runs[o.Run]; q.Party != "" {
				if r.Group != "" {
					group[q.Party+r.Group]++
				}
				if r.Uses {
					used[q.Party]++
				}
			}
			if runs[o.Run].Shut {
				t.Fatalf("a seat on a run that is shut: %+v", o)
			}
		}
		for r, n := range taken {
			if runs[r].Seats > 0 && n > runs[r].Seats {
				t.Fatalf("%d on %d seats of %s", n, runs[r].Seats, r)
			}
		}
		for k, n := range group {
			if n > 1 {
				t.Fatalf("%s has %d places in one group", k, n)
			}
		}
		for k, n := range used {
			if b.rules.PerParty > 0 && n > b.rules.PerParty {
				t.Fatalf("%s has %d places", k, n)
			}
		}
		if b.rules.Places > 0 && all > b.rules.Places {
			t.Fatalf("%d places of %d", all, b.rules.Places)
		}
	})
}

// It is deterministic: the order in which requests are handed over changes nothing.
func TestOrderOfTheListDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := draw(t)
		want := b.give()
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		r.Shuffle(len(b.requests), func(i, j int) { b.requests[i], b.requests[j] = b.requests[j], b.requests[i] })
		if got := b.give(); !slices.Equal(got, want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}

// Running it twice changes nothing: once it was sent, nobody who waits gets anything by running it again.
func TestRunTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := draw(t)
		next := b.after(b.give())
		for _, o := range next.give() {
			if o.Choice != 0 {
				t.Fatalf("the second time %+v, seats %+v", o, next.seats)
			}
		}
	})
}

// TRN-16: dates that are added to a running block disturb nobody: every seat stays, and nobody in line falls behind in it.
func TestAddingDatesDisturbsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := draw(t)
		next := b.after(b.give())
		before := next.give()
		next.runs = append(slices.Clone(next.runs), allocate.Run{ID: "added", Seats: rapid.Int64Range(0, 3).Draw(t, "added seats"), Group: "sos", Uses: true})
		next.requests = append(slices.Clone(next.requests), allocate.Request{ID: "z-new", Party: "new", Person: "new", Tier: 9, Arrived: 99, First: "added"})
		seats := slices.Clone(next.seats)
		got := next.give()
		if !slices.Equal(seats, next.seats) || !slices.Equal(before, got[:len(before)]) {
			t.Fatalf("before %+v\nafter %+v", before, got)
		}
	})
}

// A seat that comes free goes to the first in line who is still eligible, and to nobody else.
func TestFreedSeatGoesToTheFirstStillEligible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := draw(t)
		next := b.after(b.give())
		if len(next.seats) == 0 {
			return
		}
		i := rapid.IntRange(0, len(next.seats)-1).Draw(t, "freed")
		next.seats = slices.Delete(slices.Clone(next.seats), i, i+1)
		got := next.give()
		for n, o := range got {
			if o.Choice == 0 {
				continue
			}
			for _, earlier := range got[:n] {
				if earlier.Choice == 0 && earlier.Run == o.Run && earlier.First.Why == allocate.Full {
					t.Fatalf("%+v got a seat that %+v was told is full", o, earlier)
				}
			}
		}
	})
}

// TRN-B10: of two who want the same and nothing else, the one of the earlier tier has a seat if the other has.
func TestPriorityBeatsArrival(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := draw(t)
		for i := range b.requests {
			b.requests[i].Second, b.requests[i].Party = "", ""
		}
		of := map[string]allocate.Outcome{}
		for _, o := range b.give() {
			of[o.Request] = o
		}
		for _, x := range b.requests {
			for _, y := range b.requests {
				if x.First == y.First && x.Tier < y.Tier && of[x.ID].Choice == 0 && of[y.ID].Choice == 1 {
					t.Fatalf("%+v waits and %+v has a seat", x, y)
				}
			}
		}
	})
}

// TRN-7, and the words of each outcome: each requester reads one plain explanation.
func TestEachOutcomeIsExplained(t *testing.T) {
	dates := map[string]string{"jan": "14 and 15 January", "feb": "3 and 4 February", "gone": "9 March"}
	runs := []allocate.Run{{ID: "jan", Seats: 1, Group: "sos", Uses: true}, {ID: "feb", Seats: 1, Group: "sos", Uses: true}, {ID: "gone", Shut: true}}
	ask := func(id, party, first, second string, arrived int64) allocate.Request {
		return allocate.Request{ID: id, Party: party, Person: id, First: first, Second: second, Arrived: arrived}
	}
	requests := []allocate.Request{ask("a", "oak", "jan", "feb", 1), ask("b", "elm", "jan", "feb", 2), ask("c", "ash", "jan", "feb", 3), ask("d", "yew", "jan", "", 4), ask("e", "oak", "feb", "", 5), ask("f", "fir", "gone", "", 6)}
	w := allocate.Words{Asked: 6, Order: "schools in BD3 to BD5", Date: func(r string) string { return dates[r] }}
	want := map[string]string{
		"a": "You have a place on 14 and 15 January, your first choice. Your turn was 1st of 6.",
		"b": "14 and 15 January was full when your turn came, 2nd. You have a place on 3 and 4 February.",
		"c": "14 and 15 January and 3 and 4 February were full when your turn came, 3rd. You are 1st in line for 14 and 15 January.",
		"d": "14 and 15 January was full when your turn came, 4th. You are 2nd in line for it.",
		"e": "Your school had a place on the other format when your turn came, 5th. You are 1st in line for 3 and 4 February, should that be given back.",
		"f": "9 March takes nobody any more, so you have no place.",
	}
	for _, o := range allocate.Give(allocate.Rules{}, runs, nil, requests) {
		q := requests[slices.IndexFunc(requests, func(q allocate.Request) bool { return q.ID == o.Request })]
		if got := w.Sentence(q, o); got != want[q.ID] {
			t.Errorf("%s: %q\nwant %q", q.ID, got, want[q.ID])
		}
		steps := w.Steps(q, o)
		if len(steps) < 3 || steps[0].Text != "6 requests took turns. First schools in BD3 to BD5, then by time. You were "+allocate.Nth(o.Turn)+"." {
			t.Errorf("%s: %+v", q.ID, steps)
		}
		if q.ID == "b" && (steps[1].Text != "The one place went to the 1st. None left at your turn." || steps[2].Text != "No place taken at your turn. You have the first." || len(steps) != 4) {
			t.Errorf("%+v", steps)
		}
	}
	for n, s := range map[int64]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 13: "13th", 21: "21st", 31: "31st", 111: "111th", 102: "102nd"} {
		if allocate.Nth(n) != s {
			t.Errorf("%d: %s", n, allocate.Nth(n))
		}
	}
}
