package referrals_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/referrals"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

// REF-1, CON-10: nobody at the service reads before it is sent; sending opens the concern to them and to nobody of another school;
// their answer closes it after the days of the edition, and their own referral stays. Taking it back closes it at once.
func TestReadingBeginsWithSendingAndLapses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.sending()
		if w.reads(t, "priya", w.concern) {
			t.Fatal("the service reads before it was sent")
		}
		kind(t, w.f.Send(t.Context(), as("eve"), s), errs.NotFound)
		kind(t, w.f.Send(t.Context(), as("priya"), s), errs.NotFound)
		testkit.OK(t, w.f.Send(t.Context(), as("amina"), s))
		testkit.OK(t, w.f.Send(t.Context(), as("amina"), s)) // the same form, sent twice (SEC-15)
		kind(t, w.f.Send(t.Context(), as("tom"), w.sending()), errs.Rule)
		if !w.reads(t, "priya", w.concern) || w.reads(t, "eve", w.concern) || w.reads(t, "eve", string(s.ID)) || w.reads(t, "marek", string(s.ID)) {
			t.Error("sent: the service reads, and nobody else outside")
		}
		kind(t, w.f.Decide(t.Context(), as("eve"), s.ID, referrals.Answer{}), errs.NotFound)
		kind(t, w.f.Decide(t.Context(), as("priya"), s.ID, referrals.Answer{Outcome: "none", Words: "Nothing."}), errs.Rule) // no word for whoever referred
		testkit.OK(t, w.f.Decide(t.Context(), as("priya"), s.ID, referrals.Answer{Outcome: "none", Words: "Nothing.", Feedback: "Write again."}))
		w.After(28 * day)
		if !w.reads(t, "priya", w.concern) {
			t.Error("reading ended before the day of the edition")
		}
		w.After(day)
		if w.reads(t, "priya", w.concern) || !w.reads(t, "priya", string(s.ID)) {
			t.Error("after its days the words are closed and the referral stays")
		}
	})
}

// REF-1: a referral sent to the wrong body is taken back: it is closed there at once, and the decision can be sent again.
func TestTakenBackIsClosedAndCanBeSentAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.sending()
		testkit.OK(t, w.f.Send(t.Context(), as("amina"), s))
		kind(t, w.f.Withdraw(t.Context(), as("priya"), s.ID, "Not ours"), errs.NotFound)
		kind(t, w.f.Withdraw(t.Context(), as("amina"), s.ID, " "), errs.Rule)
		testkit.OK(t, w.f.Withdraw(t.Context(), as("amina"), s.ID, "The wrong service"))
		if w.reads(t, "priya", w.concern) {
			t.Error("they read on")
		}
		kind(t, w.f.Decide(t.Context(), as("priya"), s.ID, referrals.Answer{Outcome: "none", Words: "x", Feedback: "y"}), errs.Rule)
		w.After(day)
		testkit.OK(t, w.f.Send(t.Context(), as("amina"), w.sending()))
		if !w.reads(t, "priya", w.concern) {
			t.Error("sent again, and not read")
		}
	})
}

// SEC-15: two leads who send the same decision at once make one referral.
func TestTwoLeadsSendOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var wait sync.WaitGroup
		errors := make([]error, 8)
		for i := range errors {
			s := w.sending()
			wait.Go(func() { errors[i] = w.f.Send(t.Context(), as([]string{"amina", "tom"}[i%2]), s) })
		}
		wait.Wait()
		sent := 0
		for _, err := range errors {
			if err == nil {
				sent++
			} else if !errs.Is(err, errs.Rule) {
				t.Error(err)
			}
		}
		var list []referrals.Referral
		testkit.OK(t, w.DB.Read(t.Context(), as("amina"), func(ctx context.Context, tx *store.Tx) (err error) {
			list, err = w.store.OfConcern(ctx, tx, w.concern)
			return err
		}))
		if sent != 1 || len(list) != 1 {
			t.Errorf("%d were told that it was sent, and there are %d", sent, len(list))
		}
	})
}

// A concern that is kept from the wider team goes by telephone only; the telephone way keeps the clock and opens nothing.
func TestRestrictedGoesByTelephoneOnly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		testkit.OK(t, w.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
			tx.Unaudited("a test")
			return tx.Restrict(ctx, w.concern, true, false)
		}))
		s := w.sending()
		kind(t, w.f.Send(t.Context(), as("amina"), s), errs.NotFound) // not for the wider team
		kind(t, w.f.Send(t.Context(), as("helen"), s), errs.Rule)
		s.Way, s.To = referrals.Telephone, ""
		kind(t, w.f.Send(t.Context(), as("helen"), s), errs.Rule) // who took it?
		s.Who = "The duty worker"
		testkit.OK(t, w.f.Send(t.Context(), as("helen"), s))
		if r := w.referral(t, "helen", s.ID); w.reads(t, "priya", w.concern) || w.reads(t, "priya", string(s.ID)) || r.State != referrals.Received || r.ExpectedAt == 0 {
			t.Errorf("%+v", r)
		}
		kind(t, w.f.Decide(t.Context(), as("helen"), s.ID, referrals.Answer{Outcome: "none", Words: "x"}), errs.Rule) // whose answer?
		testkit.OK(t, w.f.Decide(t.Context(), as("helen"), s.ID, referrals.Answer{Outcome: "assessment", Words: "x", Who: "Priya Nair"}))
	})
}

// REF-1: a question stops the service's clock and the answer starts it anew.
func TestQuestionStopsTheClock(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.sending()
		testkit.OK(t, w.f.Send(t.Context(), as("amina"), s))
		kind(t, w.f.Inform(t.Context(), as("amina"), s.ID, "Unasked"), errs.Rule)
		testkit.OK(t, w.f.Ask(t.Context(), as("priya"), s.ID, "Who collects her?"))
		w.After(3 * day)
		if r := w.referral(t, "amina", s.ID); r.PastDue(w.DB.Now()) || r.State != referrals.Asked || r.ReceivedBy != "Priya Nair" {
			t.Errorf("%+v", r)
		}
		testkit.OK(t, w.f.Inform(t.Context(), as("tom"), s.ID, "Her grandmother."))
		if r := w.referral(t, "amina", s.ID); r.ExpectedAt <= w.DB.Now() || r.State != referrals.Received {
			t.Errorf("%+v", r)
		}
		var lines []story.Entry
		testkit.OK(t, w.DB.Read(t.Context(), as("amina"), func(ctx context.Context, tx *store.Tx) (err error) {
			lines, err = story.Of(ctx, tx, w.child, 0, 0)
			return err
		}))
		if len(lines) != 3 {
			t.Errorf("%d entries of three steps", len(lines))
		}
	})
}

// REF-1: what is past due is told to the leads once, and to the head once after the edition's further days.
func TestSweepTellsLeadsThenHead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.sending()
		testkit.OK(t, w.f.Send(t.Context(), as("amina"), s))
		told := func() int {
			testkit.OK(t, w.f.Sweep(t.Context(), access.System(district, "sweep")))
			_, err := w.queue.Drain(t.Context())
			testkit.OK(t, err)
			n := len(w.sent)
			w.sent = nil
			return n
		}
		for _, c := range []struct{ after, want int }{{0, 1}, {24, 0}, {9, 2}, {1, 0}, {24, 1}, {24, 0}} { // Monday 07:50: the officer; then due Tuesday 16:30, the head Wednesday 16:30
			w.After(time.Duration(c.after) * time.Hour)
			if n := told(); n != c.want {
				t.Errorf("after %d more hours %d mails, want %d", c.after, n, c.want)
			}
		}
	})
}

// REF-2: whoever leaves the child's safety out gets no further, at any step and whatever they choose.
func TestStepNeedsTheChildsSafety(t *testing.T) {
	p := referrals.Shipped()
	for rung := range p.Rungs {
		for _, k := range []string{"opened", "next", "changed", "accepted", "stands"} {
			whole := referrals.Climb{Kind: k, Words: "It stands.", Who: "The manager", Safety: "She stays."}
			last := rung == len(p.Rungs)-1
			if err := referrals.CanStep(p, rung, whole, "yes"); (err == nil) != (k != "next" || !last) && k != "stands" || k == "stands" && (err == nil) != last {
				t.Errorf("step %d, %s: %v", rung+1, k, err)
			}
			for _, asked := range []string{"", "maybe"} {
				if referrals.CanStep(p, rung, whole, asked) == nil {
					t.Errorf("step %d, %s: safety was not asked", rung+1, k)
				}
			}
			whole.Safety = " "
			if referrals.CanStep(p, rung, whole, "yes") == nil {
				t.Errorf("step %d, %s: nothing keeps the child safe", rung+1, k)
			}
		}
	}
}

// REF-2: two colleagues at the same step record it once; the second is told.
func TestLadderIsClimbedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.sending()
		testkit.OK(t, w.f.Send(t.Context(), as("amina"), s))
		open := referrals.Climb{Record: w.id(), Words: "See her alone.", Safety: "She stays."}
		kind(t, w.f.Disagree(t.Context(), as("amina"), s.ID, open, "yes"), errs.Rule) // nothing to disagree with yet
		w.After(3 * day)
		kind(t, w.f.Disagree(t.Context(), as("priya"), s.ID, open, "yes"), errs.NotFound)
		testkit.OK(t, w.f.Disagree(t.Context(), as("amina"), s.ID, open, "yes"))
		testkit.OK(t, w.f.Disagree(t.Context(), as("amina"), s.ID, open, "yes"))
		if w.reads(t, "priya", open.Record) || !w.reads(t, "helen", open.Record) {
			t.Error("the ladder is the school's alone")
		}
		step := func(id string) error {
			return w.f.Step(t.Context(), as("tom"), s.ID, referrals.Climb{ID: id, Kind: "next", Who: "The manager", Words: "It stands.", Safety: "As before."}, "yes")
		}
		id := w.id()
		testkit.OK(t, step(id))
		testkit.OK(t, step(id))
		kind(t, step(w.id()), errs.Conflict)
	})
}

// Times, answers and the ladder are data with an edition: a new one holds from its day on, and what was begun keeps its own.
func TestEditionHoldsFromItsDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.sending()
		testkit.OK(t, w.f.Send(t.Context(), as("amina"), s))
		p := referrals.Shipped()
		p.Edition, p.From, p.DueDays = "January", clock.DayOf(w.Clock.Now()), 3
		kind(t, w.f.WriteEdition(t.Context(), as("amina"), p), errs.NotFound)
		testkit.OK(t, w.f.WriteEdition(t.Context(), as("marek"), p))
		testkit.OK(t, w.f.WriteEdition(t.Context(), as("marek"), p))
		p.DueDays = 0
		kind(t, w.f.WriteEdition(t.Context(), as("marek"), p), errs.Rule)
		testkit.OK(t, w.DB.Read(t.Context(), as("amina"), func(ctx context.Context, tx *store.Tx) error {
			got, err := w.store.Practice(ctx, tx, p.From)
			if got.DueDays != 3 || len(got.Rungs) != 5 || len(got.Outcomes) != 4 {
				t.Errorf("%+v", got)
			}
			return err
		}))
		if r := w.referral(t, "amina", s.ID); r.Edition != referrals.Shipped().Edition {
			t.Errorf("the referral is now of %s", r.Edition)
		}
	})
}

// REF-1, SEC-22: one working day, over a weekend and bank holidays.
func TestDueIsTheNextWorkingDay(t *testing.T) {
	p := referrals.Shipped()
	for from, want := range map[clock.Day]clock.Day{"2026-11-23": "2026-11-24", "2026-11-27": "2026-11-30", "2026-12-24": "2026-12-29"} {
		if got := clock.DayOf(referrals.Due(terms.Calendar(), p, clock.Of(from.At(14, 0))).Time()); got != want {
			t.Errorf("sent on %s it is due on %s, want %s", from, got, want)
		}
	}
}
