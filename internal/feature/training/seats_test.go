package training_test

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

func same(t *testing.T, got []training.PlaceState, want ...training.PlaceState) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// rush has n people ask for the same run at once, and returns how many were told that they have a place and how many places there are.
func rush(w *world, r training.Run, n int) (told, placed int64) {
	w.T.Helper()
	asks := make([]training.Request, n)
	for i := range asks {
		asks[i] = w.request(r)
	}
	answers := make([]training.PlaceState, n)
	var wg sync.WaitGroup
	for i, q := range asks {
		wg.Go(func() {
			var err error
			if answers[i], err = w.f.Ask(w.T.Context(), w.admin, q); err != nil {
				w.T.Error(err)
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		if a == training.Placed {
			told++
		}
	}
	return told, w.count(r).Taken
}

// TRN-B1, TRN-B2: of many who ask at once for the last place one gets it, on PostgreSQL under READ COMMITTED too; the others wait.
func TestLastPlaceAskedForAtOnceIsGivenOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(3, nil)
		w.fillUp(r, 2)
		if told, placed := rush(w, r, 20); told != 1 || placed != 3 {
			t.Errorf("%d were told that they have the last place, %d of 3 are taken", told, placed)
		}
		if c := w.count(r); c.Waiting != 19 {
			t.Errorf("%d wait, want 19", c.Waiting)
		}
	})
}

// TRN-B1: without the lock the last place is given several times on PostgreSQL, so the test above can fail. SQLite has one writer.
func TestWithoutTheLockTheLastPlaceIsGivenTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.f.WithoutLock()
		oversold := false
		for range 10 {
			_, r := w.simple(1, nil)
			_, placed := rush(w, r, 20)
			oversold = oversold || placed > 1
		}
		if oversold != (w.DB.Engine() == store.Postgres) {
			t.Errorf("oversold on %s: %v", w.DB.Engine(), oversold)
		}
	})
}

// TRN-B3: of the run's own limit and its venue's the smaller governs, and so does one that all runs of the block share.
func TestTwoLimitsTheSmallerGoverns(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c, b := w.course(training.OneDay, ""), w.Block(func(b *training.Block) { b.Places = 3 })
		small, large := w.run(b, c, "2027-01-14", 20), w.run(b, c, "2027-01-21", 20)
		testkit.OK(t, w.f.SetVenue(t.Context(), w.admin, small.ID, training.Venue{ID: "small", Name: "Small Room"}))
		w.Publish(b)
		same(t, w.states(w.fillUp(small, 3)...), training.Placed, training.Placed, training.Waiting)
		same(t, w.states(w.fillUp(large, 2)...), training.Placed, training.Waiting)
	})
}

// TRN-B4, TRN-B9: a capacity that is raised opens seven places for ten who wait, and they are offered to the first seven.
func TestSevenPlacesForTenWaitingGoToTheFirstSeven(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(2, nil)
		w.fillUp(r, 2)
		line := w.fillUp(r, 10)
		testkit.OK(t, w.f.Resize(t.Context(), w.admin, r.ID, 9, false))
		for i, s := range w.states(line...) {
			if want := map[bool]training.PlaceState{true: training.Offered, false: training.Waiting}[i < 7]; s != want {
				t.Errorf("number %d of the line is %s, want %s", i+1, s, want)
			}
		}
		if letters := w.Drain(); len(letters) != 7 {
			t.Errorf("%d letters, want 7", len(letters))
		}
	})
}

// TRN-B4: a capacity lowered below the bookings is refused, unless everybody keeps their place; then the run is overbooked, and
// nobody else comes in until it is not.
func TestCapacityBelowTheBookings(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(5, nil)
		have := w.fillUp(r, 5)
		refused(t, w.f.Resize(t.Context(), w.admin, r.ID, 3, false), "overbooked by 2")
		testkit.OK(t, w.f.Resize(t.Context(), w.admin, r.ID, 3, true))
		if c := w.count(r); c.Taken != 5 {
			t.Errorf("%d taken, want 5", c.Taken)
		}
		next := w.fillUp(r, 1)
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, have[:2]...))
		same(t, w.states(next...), training.Waiting)
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, have[2]))
		same(t, w.states(next...), training.Offered)
		if err := w.f.Resize(t.Context(), w.other, r.ID, 99, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organiser changes the capacity: %v", err)
		}
	})
}

// TRN-B5
func TestWithoutALimitNobodyWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(0, nil)
		for _, s := range w.states(w.fillUp(r, 40)...) {
			if s != training.Placed {
				t.Fatalf("somebody is %s", s)
			}
		}
	})
}

// TRN-B6, TRN-B7: a request that waits for a manager holds its place until it lapses; from that moment the place is free, before
// anything has swept.
func TestHeldPlaceLastsUntilItLapses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(1, func(b *training.Block) { b.NeedsManager = true })
		first := w.request(r)
		if s := w.ask(first); s != training.Held {
			t.Fatalf("%s, want held", s)
		}
		w.Clock.Add(47 * time.Hour)
		if s := w.ask(w.request(r)); s != training.Waiting {
			t.Errorf("a second person is %s while the place is held", s)
		}
		w.Clock.Add(2 * time.Hour)
		if c := w.count(r); c.Taken != 0 {
			t.Errorf("a hold that has lapsed still counts: %+v", c)
		}
		refused(t, w.f.Approve(t.Context(), w.admin, first.ID), "time for this ended")

		_, quiet := w.simple(1, func(b *training.Block) { b.NeedsManager = true })
		gone := w.request(quiet)
		w.ask(gone)
		w.Clock.Add(49 * time.Hour)
		next := w.request(quiet)
		if s := w.ask(next); s != training.Held {
			t.Errorf("the place of a hold that has lapsed is not free: %s", s)
		}
		testkit.OK(t, w.f.Approve(t.Context(), w.admin, next.ID))
		same(t, w.states(gone.ID, next.ID), training.Lapsed, training.Placed)
	})
}

// Nobody agrees to their own request: the headteacher of the school does, or the office that has the manager's word.
func TestNobodyAgreesToTheirOwnRequest(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(3, func(b *training.Block) { b.NeedsManager = true })
		q := w.request(r)
		q.Org = oak
		if s, err := w.f.Ask(t.Context(), w.teacher, q); err != nil || s != training.Held {
			t.Fatalf("%s %v", s, err)
		}
		refused(t, w.f.Approve(t.Context(), w.teacher, q.ID), "Your headteacher agrees")
		testkit.OK(t, w.f.Approve(t.Context(), w.head, q.ID))
		same(t, w.states(q.ID), training.Placed)
	})
}

// TRN-B8: while people wait the public sees that it is full, and whoever asks now goes behind them.
func TestWhilePeopleWaitItIsFull(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(2, func(b *training.Block) { b.OfferHours = 1 })
		have := w.fillUp(r, 2)
		line := w.fillUp(r, 2)
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, have[0]))
		w.Clock.Add(2 * time.Hour) // the offer to the first in line has lapsed, and nothing has swept
		c := w.count(r)
		if c.Taken != 1 || training.Fullness(2, c) != "Full, 1 waiting" {
			t.Errorf("%+v is %q", c, training.Fullness(2, c))
		}
		if s := w.ask(w.request(r)); s != training.Waiting {
			t.Errorf("somebody who asks past the line is %s", s)
		}
		same(t, w.states(line...), training.Lapsed, training.Offered)
	})
}

// TRN-B10: priority comes before arrival in the line, and BD30 is not BD3 (TRN-18).
func TestPriorityBeatsArrival(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(1, func(b *training.Block) {
			b.Tiers = []training.Tier{{Position: 0, Kind: training.TierArea, Value: "BD3", Words: "Schools in BD3"}, {Position: 1, Kind: training.TierGroup, Value: "dsl", Words: "Leads"}}
		})
		have := w.fillUp(r, 1)
		plain, near, lead := w.request(r), w.request(r), w.request(r)
		plain.Org, lead.Group, near.Org = elm, "dsl", oak
		for _, q := range []training.Request{plain, lead, near} {
			w.ask(q)
		}
		next := have[0]
		for i, q := range []training.Request{near, lead, plain} {
			testkit.OK(t, w.f.Cancel(t.Context(), w.admin, next))
			if s := w.place(q.ID); s.State != training.Offered {
				t.Fatalf("turn %d went past tier %d: %s", i+1, s.Tier, s.State)
			}
			next = q.ID
		}
	})
}

var link = regexp.MustCompile(`/training/offers/(\S+)`)

// TRN-B11: an offer is for one person, works once, and ends.
func TestOfferIsPersonalSingleAndTimed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b, r := w.simple(2, nil)
		have := w.fillUp(r, 2)
		line := w.fillUp(r, 3)
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, have...))
		letters := w.Drain()
		if len(letters) != 2 {
			t.Fatalf("%d letters", len(letters))
		}
		anybody := access.Public(district)
		secret := func(i int) string { return link.FindStringSubmatch(letters[i].Text)[1] }
		if secret(0) == secret(1) {
			t.Error("two people have one link")
		}
		testkit.OK(t, w.f.Answer(t.Context(), anybody, secret(0), true))
		same(t, w.states(line...), training.Placed, training.Offered, training.Waiting)
		if err := w.f.Answer(t.Context(), anybody, secret(0), true); !errs.Is(err, errs.NotFound) {
			t.Errorf("a link works twice: %v", err)
		}
		if err := w.f.Accept(t.Context(), w.teacher, line[1]); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody else takes the offer: %v", err)
		}
		w.Clock.Add(73 * time.Hour)
		if err := w.f.Answer(t.Context(), anybody, secret(1), true); !errs.Is(err, errs.NotFound) {
			t.Errorf("a link outlives its offer: %v", err)
		}
		refused(t, w.f.Accept(t.Context(), w.admin, line[1]), "time for this ended")
		w.sweep()
		same(t, w.states(line...), training.Placed, training.Lapsed, training.Offered)
		if letters = w.Drain(); len(letters) != 1 {
			t.Fatalf("%d letters", len(letters))
		}
		testkit.OK(t, w.f.Answer(t.Context(), anybody, secret(0), false))
		same(t, w.states(line...), training.Placed, training.Lapsed, training.Declined)
		if c := w.count(r); c.Taken != 1 {
			t.Errorf("%+v in %s", c, b.Title)
		}
	})
}

// TRN-B12: a seat that comes free after closing, on a cancelled run or on one that has begun is offered to nobody.
func TestNothingIsOfferedTooLate(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(1, nil)
		have, line := w.fillUp(r, 1), w.fillUp(r, 1)
		w.Clock.Set(training.Closes(training.Block{RunCloses: 2}, training.Run{First: "2027-01-14", Days: r.Days}).Time())
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, have...))
		w.sweep()
		same(t, w.states(line...), training.Waiting)

		w.Clock.Set(testkit.Monday)
		_, off := w.simple(1, nil)
		have, line = w.fillUp(off, 1), w.fillUp(off, 1)
		testkit.OK(t, w.f.CancelRun(t.Context(), w.admin, off.ID))
		w.sweep()
		same(t, w.states(append(have, line...)...), training.Cancelled, training.Cancelled)

		w.Clock.Set(testkit.Monday)
		_, on := w.simple(1, func(b *training.Block) { b.RunCloses = 0; b.OfferHours = 5000 })
		have, line = w.fillUp(on, 1), w.fillUp(on, 1)
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, have...))
		w.Clock.Set(r.Days[0].On.At(9, 31)) // an offer ends when the run begins, however long it would stand
		refused(t, w.f.Accept(t.Context(), w.admin, line[0]), "time for this ended")
	})
}

// TRN-B13
func TestJoiningTwiceIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(1, func(b *training.Block) { b.PerSchool = 0 })
		first := w.request(r)
		w.ask(first)
		again := w.request(r)
		again.Org, again.Name = first.Org, strings.ToUpper(first.Name)
		_, err := w.f.Ask(t.Context(), w.admin, again)
		refused(t, err, "has a place on Thu 14 January")
		waits := w.request(r)
		w.ask(waits)
		again.Org, again.Name = waits.Org, waits.Name
		_, err = w.f.Ask(t.Context(), w.admin, again)
		refused(t, err, "is waiting for a place")
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, waits.ID))
		if s := w.ask(again); s != training.Waiting {
			t.Errorf("after leaving the line: %s", s)
		}
	})
}

// TRN-B14
func TestCancellingSeveralFreesEach(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(4, nil)
		have, line := w.fillUp(r, 4), w.fillUp(r, 5)
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, have[0], have[2], have[3], have[2]))
		same(t, w.states(line...), training.Offered, training.Offered, training.Offered, training.Waiting, training.Waiting)
		if err := w.f.Cancel(t.Context(), w.head, have[1]); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody of another school gives it back: %v", err)
		}
		seats := map[int64]bool{}
		for _, id := range append(line[:3:3], have[1]) {
			seats[w.place(id).Seat] = true
		}
		if len(seats) != 4 || !seats[1] || !seats[4] {
			t.Errorf("seats %v", seats)
		}
	})
}

// TRN-B15: two processes sweep the same block at once, several times over: each seat is offered once, and each person has one letter.
func TestTwoWorkersNeverGiveOnePlaceTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		second := newWorld(trainingtest.New(t, w.Again(t)))
		_, r := w.simple(5, func(b *training.Block) { b.OfferHours = 1 })
		have := w.fillUp(r, 5)
		w.fillUp(r, 40)
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, have...))
		for range 6 {
			w.Clock.Add(61 * time.Minute)
			var wg sync.WaitGroup
			for _, x := range []*world{w, second, w, second} {
				wg.Go(func() {
					if err := x.f.Sweep(t.Context(), x.System); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if c := w.count(r); c.Taken != 5 {
				t.Fatalf("%d of 5 seats are offered", c.Taken)
			}
		}
		offered := map[string]int{}
		testkit.OK(t, w.DB.Read(t.Context(), w.System, func(ctx context.Context, tx *store.Tx) error {
			ids, err := store.Values[string](ctx, tx, store.SQL(`SELECT e.record_id FROM audit_entry e WHERE e.action = 'training.offered'`))
			for _, id := range ids {
				offered[id]++
			}
			return err
		}))
		for id, n := range offered {
			if n != 1 {
				t.Errorf("%s was offered a place %d times", id, n)
			}
		}
		if len(offered) != 35 {
			t.Errorf("%d were offered a place, want 35", len(offered))
		}
	})
}

// TRN-B16: a hold ends while it is being confirmed: somebody else has the seat by then, and the confirmation loses. It is tried at
// once from both sides, many times, around the very instant.
func TestHoldThatEndsWhileConfirmedLoses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for i := range 12 {
			_, r := w.simple(1, func(b *training.Block) { b.NeedsManager = true; b.HoldHours = 1 })
			first, next := w.request(r), w.request(r)
			w.ask(first)
			w.Clock.Add(time.Hour - time.Second - time.Millisecond)
			var wg sync.WaitGroup
			wg.Go(func() {
				if i%3 > 0 {
					w.Clock.Add(time.Millisecond)
				}
				if err := w.f.Approve(t.Context(), w.admin, first.ID); err != nil && !errs.Is(err, errs.Rule) {
					t.Error(err)
				}
			})
			wg.Go(func() {
				w.Clock.Add(time.Millisecond)
				if _, err := w.f.Ask(t.Context(), w.admin, next); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			a, b := w.place(first.ID), w.place(next.ID)
			if a.Live(w.DB.Now()) == b.Live(w.DB.Now()) {
				t.Fatalf("round %d: the first is %s until %d, the next %s until %d, now %d", i, a.State, a.Until, b.State, b.Until, w.DB.Now())
			}
		}
	})
}

// TRN-B18: a request that a manager agreed to and that is then changed waits for the manager again; its seat is held meanwhile.
func TestChangeOfAnApprovedRequestSetsItBack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(1, func(b *training.Block) { b.NeedsManager = true })
		q := w.request(r)
		w.ask(q)
		testkit.OK(t, w.f.Approve(t.Context(), w.admin, q.ID))
		change := training.Change{Name: "Grace Ito", Title: "Teacher", Account: "grace"}
		testkit.OK(t, w.f.Change(t.Context(), w.admin, q.ID, change))
		if p := w.place(q.ID); p.State != training.Held || p.Approved != 0 || !p.Live(w.DB.Now()) {
			t.Errorf("%s, approved %d", p.State, p.Approved)
		}
		if err := w.f.Change(t.Context(), w.admin, q.ID, change); !errs.Is(err, errs.Conflict) {
			t.Errorf("a change from an old page: %v", err)
		}
		testkit.OK(t, w.f.Approve(t.Context(), w.admin, q.ID))
		same(t, w.states(q.ID), training.Placed)
	})
}

// A form that is sent twice makes one booking (SEC-15), and its id is nobody else's to use (SEC-1).
func TestRequestSentTwiceMakesOneBooking(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(5, nil)
		q := w.request(r)
		w.ask(q)
		if s := w.ask(q); s != training.Placed {
			t.Errorf("the second time: %s", s)
		}
		if c := w.count(r); c.Taken != 1 {
			t.Errorf("%d seats", c.Taken)
		}
		if _, err := w.f.Ask(t.Context(), w.teacher, q); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody else with the same id: %v", err)
		}
	})
}

// Who finds a booking and what is needed: whoever asked, the person it is for, the organiser; the school's head and leads the booking
// and not the need; nobody else either (SEC-1).
func TestWhoFindsABookingAndANeed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(5, nil)
		q := w.request(r)
		q.Org, q.Account, q.Access = oak, "grace", "A hearing loop"
		_, err := w.f.Ask(t.Context(), person("tom", oak, access.Member), q)
		testkit.OK(t, err)
		for _, c := range []struct {
			who           string
			v             access.Viewer
			booking, need bool
		}{
			{"asked", person("tom", oak, access.Member), true, true}, {"the person", w.teacher, true, true}, {"office", w.admin, true, true},
			{"head", w.head, true, false}, {"lead", w.lead, true, false}, {"another office", w.other, false, false},
			{"a colleague", person("ann", oak, access.Member), false, false}, {"another head", person("hugo", elm, access.Head), false, false},
			{"anybody", access.Public(district), false, false},
		} {
			testkit.OK(t, w.DB.Read(t.Context(), c.v, func(ctx context.Context, tx *store.Tx) error {
				_, noBooking := w.f.Store.Booking(ctx, tx, q.ID)
				_, noNeed := w.f.Store.Need(ctx, tx, q.ID)
				if (noBooking == nil) != c.booking || (noNeed == nil) != c.need {
					t.Errorf("%s: booking %v, need %v", c.who, noBooking, noNeed)
				}
				return nil
			}))
		}
		if err := w.f.Cancel(t.Context(), w.lead, q.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a lead, who only reads, gives it back: %v", err)
		}
		testkit.OK(t, w.f.Cancel(t.Context(), w.head, q.ID))
	})
}
