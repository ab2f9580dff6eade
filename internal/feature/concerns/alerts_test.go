package concerns_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/concerns"
	"kith/internal/kernel/access"
	"kith/internal/testkit"
)

// CON-9, SEC-16: a mail says that there is something, when and where; no name, place, category or word of it.
func TestAlertMailSaysNothingOfAnybody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.Urgent = true
		w.send(t, d)
		if _, err := w.queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(w.sent) != 3 {
			t.Fatalf("%d mails to three leads", len(w.sent))
		}
		for _, m := range w.sent {
			all := m.Subject + m.Text + m.HTML
			for _, canary := range []string{"Ivy", "Marsden", "Ellen", "Booth", "door", "Dining", "School oak", "urgent", "hurt", "4 Harrier"} {
				if strings.Contains(strings.ToLower(all), strings.ToLower(canary)) {
					t.Errorf("the mail holds %q: %s", canary, all)
				}
			}
			if !strings.Contains(m.Text, "https://kith.example/today") || !strings.Contains(m.Text, "07:50") || m.MessageID == "" {
				t.Errorf("the mail must say where, when and which: %+v", m)
			}
		}
		before := len(w.sent)
		if _, err := w.queue.Drain(t.Context()); err != nil || len(w.sent) != before {
			t.Errorf("mailed twice: %v", err)
		}
	})
}

// CON-5, CON-11: what is urgent reaches the whole lead team at once, then the rota every 15 minutes until somebody takes it, at
// any hour; the head is told in the end.
func TestUrgentTellsTheWholeTeamAndGoesOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.onDuty(t, monday, "amina", 7, 12)
		w.onDuty(t, monday, "tom", 12, 17)
		d := w.draft()
		d.Urgent = true
		id := w.send(t, d)
		if got := w.alerts(t, id); !slices.Equal(got, []string{"amina", "tom", "joan"}) {
			t.Fatalf("told at once: %v", got)
		}
		sweep := func(after time.Duration) int {
			w.After(after)
			testkit.OK(t, w.f.Sweep(t.Context(), access.System(district, "sweep")))
			return len(w.alerts(t, id))
		}
		if n := sweep(14 * time.Minute); n != 3 {
			t.Errorf("after 14 minutes %d tellings", n)
		}
		if n := sweep(2 * time.Minute); n != 5 { // the next on the rota, and whoever is on duty
			t.Errorf("after 16 minutes %d tellings: %v", n, w.alerts(t, id))
		}
		if sweep(16 * time.Minute); !slices.Contains(w.alerts(t, id), "helen") {
			t.Error("after two steps the head was not told")
		}
		// An opened tab does not silence the rota; taking it does.
		n := len(w.alerts(t, id))
		if sweep(70*time.Minute) == n {
			t.Error("the rota fell silent although nobody took it")
		}
		testkit.OK(t, w.f.Take(t.Context(), as("amina"), id))
		n = len(w.alerts(t, id))
		if sweep(24*time.Hour) != n {
			t.Error("the rota went on although it was taken")
		}
	})
}

// CON-11: what is not urgent reaches whoever is on duty, and the next person after two school-day hours; two sweeps at once
// tell once.
func TestNotUrgentGoesToTheRota(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.onDuty(t, monday, "amina", 7, 12)
		w.onDuty(t, monday, "tom", 12, 17)
		id := w.send(t, w.draft())
		if got := w.alerts(t, id); !slices.Equal(got, []string{"amina"}) {
			t.Fatalf("told at once: %v", got)
		}
		w.After(2*time.Hour + 11*time.Minute) // sent at 07:50, counted from 08:00
		done := make(chan error, 4)
		for range 4 {
			go func() { done <- w.f.Sweep(context.Background(), access.System(district, "sweep")) }()
		}
		for range 4 {
			testkit.OK(t, <-done)
		}
		if got := w.alerts(t, id); !slices.Equal(got, []string{"amina", "tom"}) {
			t.Errorf("after two school-day hours: %v", got)
		}
	})
}

// CON-11: a high level without a first action is told of after two hours; an action stops that.
func TestHighLevelWithoutAnActionIsToldOf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, judgement(w, concerns.NotRefer, 3)))
		before := len(w.alerts(t, id))
		w.After(2 * time.Hour)
		testkit.OK(t, w.f.Sweep(t.Context(), access.System(district, "sweep")))
		if len(w.alerts(t, id)) == before {
			t.Error("nobody was told")
		}
		other := w.send(t, w.draft())
		j := judgement(w, concerns.NotRefer, 3)
		j.Actions = []concerns.Action{{What: "Ring the duty team", Owner: "amina", DueAt: w.DB.Now()}}
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), other, j))
		before = len(w.alerts(t, other))
		w.After(3 * time.Hour)
		testkit.OK(t, w.f.Sweep(t.Context(), access.System(district, "sweep")))
		if len(w.alerts(t, other)) != before {
			t.Error("told of although there is an action")
		}
	})
}
