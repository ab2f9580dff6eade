package newsletters_test

import (
	"context"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/testkit"
)

// panel is what the page of the day shows somebody of this slice.
func (w *world) panel(t testing.TB, v access.Viewer) (out ui.TodayPanel, shown bool) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		all, err := w.f.Panels(ctx, tx)
		if shown = len(all) == 1; shown {
			out = all[0]
		}
		return err
	}))
	return out, shown
}

func TestTheDayShowsWhatWaitsForAnotherPairOfEyes(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		if p, _ := w.panel(t, w.gareth); len(p.Rows) != 0 || p.Waiting != 0 || p.None == "" {
			t.Errorf("nothing is under way: %+v", p)
		}
		w.written(t, letter("Autumn"))
		if p, _ := w.panel(t, w.gareth); p.Waiting != 1 || len(p.Rows) != 1 || p.Rows[0].What != "Autumn" || !p.Rows[0].Filled {
			t.Errorf("it waits for Gareth: %+v", p)
		}
		if p, _ := w.panel(t, w.amina); p.Waiting != 0 || len(p.Rows) != 1 || p.Rows[0].Filled {
			t.Errorf("its author only sees that it is under way: %+v", p)
		}
		w.out(t, letter("Winter"), w.DB.Now().Add(time.Hour))
		if p, _ := w.panel(t, w.amina); len(p.Rows) != 2 || len(p.Day) != 1 {
			t.Errorf("one goes out today: %+v", p)
		}
		if _, shown := w.panel(t, w.stranger); shown {
			t.Error("a headteacher is shown the editors' panel")
		}
	})
}
