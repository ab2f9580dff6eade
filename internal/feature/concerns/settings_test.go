package concerns_test

import (
	"context"
	"testing"

	"kith/internal/feature/concerns"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

func (w *world) settings(t *testing.T) (s concerns.Settings) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), as("alison"), func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = concerns.Store{}.Settings(ctx, tx)
		return err
	}))
	return s
}

// CON-11: what a district sets holds for the clocks that run, counted from when they began.
func TestSettingsMoveClocksThatRun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Clock.Set(monday.At(9, 0))
		id := w.send(t, w.draft())
		n := len(w.alerts(t, id))
		s := w.settings(t)
		s.Normal = 60
		testkit.OK(t, w.f.Set(t.Context(), as("alison"), s))
		_, err := w.queue.Drain(t.Context())
		testkit.OK(t, err)
		w.sweepAt(t, monday, 9, 59)
		if got := len(w.alerts(t, id)); got != n {
			t.Error("told before the hour was over")
		}
		w.sweepAt(t, monday, 10, 0)
		if got := len(w.alerts(t, id)); got == n {
			t.Error("an hour of school time went by, and nobody was told")
		}
	})
}

// The settings are the district's: a school's lead, its head and another school's lead find no such page, and nothing moves.
func TestSettingsAreTheDistricts(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		was := w.settings(t)
		if was.Service.Name != "the front door" || was.Normal != concerns.Shipped.Normal {
			t.Fatalf("a new district has %+v", was)
		}
		next := was
		next.Urgent = 10
		for _, who := range []string{"ellen", "amina", "helen", "eve"} {
			if err := w.f.Set(t.Context(), as(who), next); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s was told %v", who, err)
			}
		}
		if w.settings(t) != was {
			t.Error("somebody who may not set changed the settings")
		}
	})
}

// Two who set at once: the second is told, and what the first set stands.
func TestSettingsOfTwo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first, second := w.settings(t), w.settings(t)
		first.Reply, second.Reply = 3, 4
		testkit.OK(t, w.f.Set(t.Context(), as("alison"), first))
		if err := w.f.Set(t.Context(), as("alison"), second); !errs.Is(err, errs.Conflict) {
			t.Errorf("the second was told %v", err)
		}
		if got := w.settings(t).Reply; got != 3 {
			t.Errorf("%d days", got)
		}
		again := w.settings(t)
		testkit.OK(t, w.f.Set(t.Context(), as("alison"), again))
		if w.settings(t).Version != again.Version {
			t.Error("setting what is set already made a new version")
		}
	})
}

// CON-11, CON-19, CON-22, CHR-8: a clock cannot be switched off by a large number, nor by none.
func TestCanSet(t *testing.T) {
	with := func(change func(*concerns.Settings)) concerns.Settings { s := concerns.Shipped; change(&s); return s }
	testkit.OK(t, concerns.CanSet(concerns.Shipped))
	for name, s := range map[string]concerns.Settings{
		"nobody to ring":            with(func(s *concerns.Settings) { s.Service.Phone = " " }),
		"urgent after a day":        with(func(s *concerns.Settings) { s.Urgent = 1440 }),
		"urgent at once, for ever":  with(func(s *concerns.Settings) { s.Urgent = 0 }),
		"normal after a week":       with(func(s *concerns.Settings) { s.Normal = 2400 }),
		"high never":                with(func(s *concerns.Settings) { s.High = 0 }),
		"no answer owed":            with(func(s *concerns.Settings) { s.Reply = 0 }),
		"a pupil waits a fortnight": with(func(s *concerns.Settings) { s.Box = 10 }),
		"silence for a term":        with(func(s *concerns.Settings) { s.Silent = 60 }),
		"every entry is a pattern":  with(func(s *concerns.Settings) { s.Together = 1 }),
	} {
		if err := concerns.CanSet(s); !errs.Is(err, errs.Rule) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// CON-19: a district may give longer to answer, and less to a pupil who asks for an adult.
func TestReplyDueBySettings(t *testing.T) {
	s := concerns.Shipped
	s.Reply, s.Box = 3, 1
	for _, c := range []struct {
		source concerns.Source
		due    clock.Day
	}{{concerns.Gate, monday.Add(3)}, {concerns.Box, monday.Add(1)}} {
		if got := s.ReplyDue(terms.Calendar(), c.source, clock.Of(monday.At(10, 0))); got != clock.Of(c.due.At(15, 30)) {
			t.Errorf("%s: %s", c.source, got.London())
		}
	}
}
