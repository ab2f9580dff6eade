package training_test

import (
	"context"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// preview is the allocation as the administrator sees it.
func (w *world) preview(b training.Block) (p training.Plan, err error) {
	err = w.DB.Read(w.T.Context(), w.admin, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = w.f.Preview(ctx, tx, b.ID)
		return err
	})
	return p, err
}

// spring is a block where people state preferences: two dates of two days, one of one day; schools in BD3 go first.
func (w *world) spring(seats int64) (b training.Block, jan, feb, one training.Run) {
	w.T.Helper()
	two, single := w.course(training.TwoDay, "sos"), w.course(training.OneDay, "sos")
	b = w.Block(func(b *training.Block) {
		b.Way, b.Closes = training.Preferences, clock.Of(clock.Day("2026-11-28").Start())
		b.Tiers = []training.Tier{{Position: 0, Kind: training.TierArea, Value: "BD3", Words: "Schools in BD3"}}
	})
	jan, feb, one = w.run(b, two, "2027-01-14", seats), w.run(b, two, "2027-02-03", seats), w.run(b, single, "2027-02-24", 0)
	w.Publish(b)
	return b, jan, feb, one
}

// TRN-7, TRN-16, TRN-18, TRN-B10: priority, then arrival; first choice, then second, then the line in order of request. It is shown before it
// is sent; sent, each hears why; sent again after new dates were added, it disturbs nobody.
func TestAllocation(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b, jan, feb, _ := w.spring(1)
		early, both, late, near := w.request(jan), w.request(jan), w.request(jan), w.request(jan)
		both.Second, late.Second, near.Org = feb.ID, feb.ID, oak
		for _, q := range []training.Request{early, both, late, near} {
			if s := w.ask(q); s != training.Asked {
				t.Fatalf("%s before the closing date", s)
			}
		}
		if _, err := w.preview(b); !errs.Is(err, errs.Rule) {
			t.Errorf("shown before the closing date: %v", err)
		}
		w.Clock.Set(clock.Day("2026-11-30").At(9, 0))
		_, err := w.f.Ask(t.Context(), w.admin, w.request(jan))
		refused(t, err, "closed at the end of Friday 27 November")
		p, err := w.preview(b)
		testkit.OK(t, err)
		if s := p.Sentence(p.Outcomes[0]); s != "You have a place on 14 and 15 January, your first choice. Your turn was 1st of 4." {
			t.Error(s)
		}
		same(t, w.states(early.ID, near.ID), training.Asked, training.Asked)
		// Something changes between the look and the sending.
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, early.ID))
		if err := w.f.Allocate(t.Context(), w.admin, b.ID, p.Mark); !errs.Is(err, errs.Conflict) {
			t.Errorf("what was sent is not what was shown: %v", err)
		}
		if err := w.f.Allocate(t.Context(), w.other, b.ID, p.Mark); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organiser sends it: %v", err)
		}
		p, err = w.preview(b)
		testkit.OK(t, err)
		testkit.OK(t, w.f.Allocate(t.Context(), w.admin, b.ID, p.Mark))
		same(t, w.states(near.ID, both.ID, late.ID), training.Placed, training.Placed, training.Waiting)
		if x := w.place(both.ID); x.Run != feb.ID || x.Choice != 2 || x.Turn != 2 || x.Seat != 1 {
			t.Errorf("%+v", x)
		}
		letters := w.Drain()
		if len(letters) != 3 || !contains(letters[0].Text, "14 and 15 January was full when your turn came, 2nd. You have a place on 3 and 4 February.") {
			t.Errorf("%d letters: %+v", len(letters), letters)
		}

		before := []training.Place{w.place(near.ID), w.place(both.ID), w.place(late.ID)}
		w.run(b, training.Course{ID: jan.Course, Format: training.TwoDay}, "2027-03-10", 5)
		p, err = w.preview(b)
		testkit.OK(t, err)
		testkit.OK(t, w.f.Allocate(t.Context(), w.admin, b.ID, p.Mark))
		for i, id := range []training.BookingID{near.ID, both.ID, late.ID} {
			if got := w.place(id); got != before[i] {
				t.Errorf("sent again: %+v was %+v", got, before[i])
			}
		}
		if letters := w.Drain(); len(letters) != 0 {
			t.Errorf("%d letters the second time", len(letters))
		}
		// The seat goes to whoever waits, by an offer.
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, near.ID))
		same(t, w.states(late.ID), training.Offered)
	})
}

// INT-1: a letter that arrived before somebody asked on the site stands before them, however late it is entered; one that arrived after the
// closing date is refused, one from before it is not.
func TestLetterKeepsItsPlaceInLine(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b, jan, _, _ := w.spring(1)
		site := w.request(jan)
		w.ask(site)
		w.Clock.Set(clock.Day("2026-11-30").At(9, 0))
		letter := w.request(jan)
		letter.Channel, letter.Sender, letter.SenderMail = "letter", "The clerk of the school", "clerk@school.example"
		letter.Arrived = clock.Of(clock.Day("2026-11-20").Start())
		missing := letter
		missing.Sender = ""
		_, err := w.f.Enter(t.Context(), w.admin, missing)
		refused(t, err, "who sent it")
		tomorrow := letter
		tomorrow.Arrived = w.DB.Now().Add(time.Hour)
		_, err = w.f.Enter(t.Context(), w.admin, tomorrow)
		refused(t, err, "later than now")
		late := letter
		late.Arrived = clock.Of(clock.Day("2026-11-28").Start())
		_, err = w.f.Enter(t.Context(), w.admin, late)
		refused(t, err, "closed at the end of Friday 27 November")
		if _, err := w.f.Enter(t.Context(), w.head, letter); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody who does not run the course enters a letter: %v", err)
		}
		s, err := w.f.Enter(t.Context(), w.admin, letter)
		testkit.OK(t, err)
		if s != training.Asked {
			t.Errorf("%s", s)
		}
		if got := w.Drain(); len(got) != 1 || got[0].To != "clerk@school.example" || !contains(got[0].Text, "arrived by letter on Friday 20 November") {
			t.Errorf("the receipt: %+v", got)
		}
		p, err := w.preview(b)
		testkit.OK(t, err)
		testkit.OK(t, w.f.Allocate(t.Context(), w.admin, b.ID, p.Mark))
		same(t, w.states(letter.ID, site.ID), training.Placed, training.Waiting)
	})
}

// TRN-3: a run with its venue to be confirmed can be asked for like any other; naming the venue is one change, and it is in the log.
func TestVenueToBeConfirmedIsBookable(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c, b := w.course(training.OneDay, ""), w.Block(nil)
		r := training.Run{ID: training.RunID(w.ID()), Course: c.ID, Block: b.ID, Capacity: 3, Days: days("2027-01-14")}
		testkit.OK(t, w.f.AddRuns(t.Context(), w.admin, b.ID, r))
		w.Publish(b)
		same(t, w.states(w.fillUp(r, 1)...), training.Placed)
		testkit.OK(t, w.f.SetVenue(t.Context(), w.admin, r.ID, training.Venue{Name: "Millrace Centre"}))
		testkit.OK(t, w.DB.Read(t.Context(), w.admin, func(ctx context.Context, tx *store.Tx) error {
			got, err := w.f.Store.Run(ctx, tx, r.ID)
			if got.Venue != "mill" {
				t.Errorf("%+v", got)
			}
			return err
		}))
	})
}

// TRN-5: where a block lets a second person wait, they wait behind their school's place, and have it when that is given back.
func TestSecondPersonOfASchoolWaits(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, r := w.simple(5, func(b *training.Block) { b.Second = training.LetWait })
		first, second := w.request(r), w.request(r)
		second.Org = first.Org
		w.ask(first)
		if s := w.ask(second); s != training.Waiting {
			t.Errorf("%s", s)
		}
		testkit.OK(t, w.f.Cancel(t.Context(), w.admin, first.ID))
		same(t, w.states(second.ID), training.Offered)

		_, strict := w.simple(5, nil)
		first, second = w.request(strict), w.request(strict)
		second.Org = first.Org
		w.ask(first)
		_, err := w.f.Ask(t.Context(), w.admin, second)
		refused(t, err, "may have no more")
	})
}
