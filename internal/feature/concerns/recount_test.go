package concerns_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kith/internal/feature/concerns"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

// sweepAt sets the clock and does what has come due by then.
func (w *world) sweepAt(t *testing.T, day clock.Day, hour, minute int) {
	t.Helper()
	w.Clock.Set(day.At(hour, minute))
	testkit.OK(t, w.f.Sweep(t.Context(), access.System(district, "sweep")))
}

// close makes a school, "" for the district, closed, and sets the clocks anew as a change of the term dates does.
func (w *world) close(t *testing.T, org string, spans ...term.Span) {
	t.Helper()
	c := w.terms.Now.Of(org)
	c.Closed = append(slices.Clone(c.Closed), spans...)
	if org == "" {
		w.terms.Now.District = c
	} else {
		w.terms.Now = term.Calendars{District: w.terms.Now.District, Schools: map[string]term.Calendar{org: c}}
	}
	w.recount(t, org)
}

func (w *world) recount(t *testing.T, org string) {
	t.Helper()
	testkit.OK(t, w.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
		return w.f.Recount(ctx, tx, org)
	}))
	_, err := w.queue.Drain(t.Context())
	testkit.OK(t, err)
}

// CON-11: what is sent on the last afternoon of a term is looked at on the first day of the holiday and on every day of it, and
// not when the next term begins.
func TestSentOnTheLastAfternoonOfTerm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Clock.Set(clock.Day("2026-12-18").At(15, 30))
		id := w.send(t, w.draft())
		n := len(w.alerts(t, id))
		w.sweepAt(t, "2026-12-19", 7, 59)
		if got := len(w.alerts(t, id)); got != n {
			t.Errorf("somebody was told before 08:00 of the first day: %d", got)
		}
		for day := clock.Day("2026-12-19"); day < "2026-12-23"; day = day.Add(1) {
			w.sweepAt(t, day, 8, 0)
			got := len(w.alerts(t, id))
			if got <= n {
				t.Errorf("nobody was told on %s", day)
			}
			n = got
			w.sweepAt(t, day, 17, 0)
			if got := len(w.alerts(t, id)); got != n {
				t.Errorf("told more than once on %s", day)
			}
		}
	})
}

// CON-11: a closure that is entered while a clock runs sets it anew, and so does taking it back. What is urgent does not wait for
// a school to open.
func TestClosureEnteredWhileAClockRuns(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Clock.Set(monday.At(9, 0))
		usual := w.send(t, w.draft())
		d := w.draft()
		d.ID, d.Urgent = concerns.ID(w.DB.IDs().New(w.DB.Now())), true
		urgent := w.send(t, d)
		n, m := len(w.alerts(t, usual)), len(w.alerts(t, urgent))

		w.close(t, oak, term.Span{From: monday, To: monday, Name: "Snow"})
		w.sweepAt(t, monday, 11, 1)
		if got := len(w.alerts(t, usual)); got != n {
			t.Error("the clock ran on although the school is closed")
		}
		if got := len(w.alerts(t, urgent)); got == m {
			t.Error("an urgent one waited for the snow to melt")
		}
		w.sweepAt(t, monday.Add(1), 9, 59)
		if got := len(w.alerts(t, usual)); got != n {
			t.Error("less than two school-day hours had gone")
		}
		w.sweepAt(t, monday.Add(1), 10, 0)
		if got := len(w.alerts(t, usual)); got == n {
			t.Error("after two hours of the next school day nobody was told")
		}
	})
}

// CON-11: a school that opened after all has its clocks back, and what has run out by then is told of at the next sweep.
func TestClosureTakenBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.close(t, oak, term.Span{From: monday, To: monday, Name: "Snow"})
		w.Clock.Set(monday.At(9, 0))
		id := w.send(t, w.draft())
		n := len(w.alerts(t, id))
		w.terms.Now = term.Calendars{District: terms.Calendar()}
		w.Clock.Set(monday.At(11, 30))
		w.recount(t, oak)
		w.sweepAt(t, monday, 11, 31)
		if got := len(w.alerts(t, id)); got == n {
			t.Error("nobody was told")
		}
	})
}

// CON-11: a closure of one school moves no clock of another.
func TestClosureOfAnotherSchool(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Clock.Set(monday.At(9, 0))
		id := w.send(t, w.draft())
		n := len(w.alerts(t, id))
		w.close(t, elm, term.Span{From: monday, To: monday, Name: "Burst pipe"})
		w.sweepAt(t, monday, 11, 0)
		if got := len(w.alerts(t, id)); got == n {
			t.Error("the clock stood still for another school's closure")
		}
	})
}

// CON-19: an answer that is owed in two school days is owed later when the school is closed in between, and a police notice
// (ENC-1) on the morning that it opens.
func TestClosureMovesRepliesAndNotices(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Clock.Set(monday.At(9, 0))
		d := w.draft()
		d.Source, d.SaidBy, d.Reply = concerns.Gate, "Her grandmother", true
		w.send(t, d)
		due := func() (out clock.Millis) {
			testkit.OK(t, w.DB.Read(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
				n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT reply_due FROM concerns_triage WHERE reply = TRUE`))
				out = clock.Millis(n)
				return err
			}))
			return out
		}
		if got := due(); got != clock.Of(monday.Add(2).At(15, 30)) {
			t.Fatalf("due %s", got.London())
		}
		w.close(t, "", term.Span{From: monday.Add(1), To: monday.Add(2), Name: "Snow"})
		if got := due(); got != clock.Of(monday.Add(4).At(15, 30)) {
			t.Errorf("after two days of snow due %s", got.London())
		}
		n := w.draft()
		n.ID, n.Source = concerns.ID(w.DB.IDs().New(w.DB.Now())), concerns.Police
		w.Clock.Set(monday.Add(1).At(6, 0))
		id := w.send(t, n)
		look := func() (out clock.Millis) {
			testkit.OK(t, w.DB.Read(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
				n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT due_at FROM concerns_watch WHERE concern_id = ?`, string(id)))
				out = clock.Millis(n)
				return err
			}))
			return out
		}
		if got := look(); got != clock.Of(monday.Add(3).At(8, 30)) {
			t.Errorf("a notice in the snow is due %s", got.London())
		}
		w.close(t, "", term.Span{From: monday.Add(3), To: monday.Add(3), Name: "Snow"})
		if got := look(); got != clock.Of(monday.Add(4).At(8, 30)) {
			t.Errorf("and with one more day %s", got.London())
		}
	})
}

// The strip above every page says when clocks run, by the school's own hours, or why they stand still.
func TestClocksInTheStrip(t *testing.T) {
	c := terms.Calendar()
	c.Open, c.Close = 8*60+30, 15*60
	if got := concerns.Clocks(c, monday); got != "Clocks run 08:30 to 15:00 on school days" {
		t.Error(got)
	}
	if got := concerns.Clocks(c, "2026-12-22"); !strings.HasPrefix(got, "Christmas holiday. Clocks run again Tue 5 Jan, 08:30") {
		t.Error(got)
	}
}
