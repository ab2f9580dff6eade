package concerns_test

import (
	"context"
	"testing"

	"kith/internal/feature/concerns"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

func (w *world) standing(t *testing.T, day clock.Day, orgs ...string) (out map[string]concerns.Standing) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), access.System(district, "count"), func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = w.f.Standing(ctx, tx, w.terms.Now, orgs, clock.Of(day.Start()))
		return err
	}))
	return out
}

// CON-11, CON-19, CON-22: what waits at a school is counted: what nobody opened, what ran past its clock, answers that are overdue, colleagues
// who heard nothing, follow-ups that are overdue. What came in on the day itself is not, nor what waits elsewhere; and what is restricted or
// locked changes no number (SEC-3).
func TestWhatWaitsIsCounted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const friday, wednesday = clock.Day("2026-11-20"), clock.Day("2026-11-25")
		w.Clock.Set(friday.At(10, 0))
		w.send(t, w.draft()) // nobody opens it
		heard := w.send(t, w.draft())
		gate := w.draft()
		gate.Source, gate.SaidBy, gate.Reply = concerns.Gate, "Her grandmother", true
		owed, acted := w.send(t, gate), w.send(t, w.draft())
		for _, id := range []concerns.ID{heard, owed, acted} {
			testkit.OK(t, w.f.Take(t.Context(), as("amina"), id))
		}
		testkit.OK(t, w.f.AddAction(t.Context(), as("amina"), acted, concerns.Action{What: "Ring the family", Owner: "amina", DueAt: clock.Of(clock.Day("2026-11-23").At(16, 30))}))
		if got := w.standing(t, friday, oak, elm); got[oak] != (concerns.Standing{Org: oak}) {
			t.Errorf("on the day itself: %+v", got)
		}
		want := concerns.Standing{Org: oak, Unread: 1, Late: 1, Owed: 1, Silent: 3, Follow: 1}
		w.Clock.Set(wednesday.At(7, 50))
		w.send(t, w.draft()) // of this morning
		if got := w.standing(t, wednesday, oak, elm); got[oak] != want || got[elm] != (concerns.Standing{}) {
			t.Errorf("%+v, want %+v", got, want)
		}
		for _, closed := range []struct{ restricted, locked bool }{{true, false}, {false, true}} {
			w.Clock.Set(friday.At(11, 0))
			hidden := gate
			hidden.ID = w.draft().ID
			for _, id := range []concerns.ID{w.send(t, hidden), w.send(t, w.draft())} {
				testkit.OK(t, w.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
					tx.Unaudited("a test")
					return tx.Restrict(ctx, string(id), closed.restricted, closed.locked)
				}))
			}
			w.Clock.Set(wednesday.At(7, 50))
			if got := w.standing(t, wednesday, oak); got[oak] != want {
				t.Errorf("with %+v: %+v", closed, got[oak])
			}
		}
		if got := w.standing(t, wednesday, elm); len(got) != 0 {
			t.Errorf("another school: %+v", got)
		}
		testkit.OK(t, w.f.GiveFeedback(t.Context(), as("amina"), heard, "Thank you"))
		want.Silent = 2
		if got := w.standing(t, wednesday, oak); got[oak] != want {
			t.Errorf("after feedback: %+v", got[oak])
		}
	})
}
