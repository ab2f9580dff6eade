package adults_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kith/internal/feature/adults"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

// What was taken and is not decided stays on the day of whoever decides, and of nobody else.
func TestWhatIsBegunStaysOnTheDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		day := func(who string) (rows []string) {
			w.read(t, as(who), func(ctx context.Context, tx *store.Tx) error {
				panels, err := w.f.Panels(ctx, tx)
				for _, p := range panels {
					for _, r := range p.Rows {
						if strings.HasSuffix(r.Href, string(id)) {
							rows = append(rows, p.Head.Title)
						}
					}
				}
				return err
			})
			return rows
		}
		for _, c := range []struct {
			after string
			want  string
		}{{"sent", "About an adult"}, {"taken", "About an adult, begun and not decided"}, {"decided", ""}} {
			switch c.after {
			case "taken":
				testkit.OK(t, w.f.Take(t.Context(), as("helen"), id))
			case "decided":
				w.judge(t, "helen", id, adults.Neither)
			}
			if got := strings.Join(day("helen"), "; "); got != c.want {
				t.Errorf("%s: the head’s day has %q", c.after, got)
			}
			if got := day("amina"); len(got) > 0 {
				t.Errorf("%s: a lead’s day has %q", c.after, got)
			}
		}
	})
}

// LLC-2: school time is the school's own. Snow stops the hour, and what may have harmed a child does not wait for it.
func TestSnowStopsTheHourUntilTheStandIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		monday := clock.Day("2026-11-23")
		w.Clock.Set(monday.At(9, 0))
		id := w.send(t, w.draft())
		harm := w.draft()
		harm.Harm = true
		worse := w.send(t, harm)
		closed := terms.Calendar()
		closed.Closed = append(slices.Clone(closed.Closed), term.Span{From: monday, To: monday, Name: "Snow"})
		w.terms.Now = term.Calendars{District: terms.Calendar(), Schools: map[string]term.Calendar{oak: closed}}
		testkit.OK(t, w.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error { return w.f.Recount(ctx, tx, oak) }))
		_, err := w.queue.Drain(t.Context())
		testkit.OK(t, err)
		w.Clock.Set(monday.At(16, 0))
		w.sweep(t)
		if _, decides := w.readers(t, id); !slices.Equal(decides, []string{"helen"}) {
			t.Errorf("the school was closed all day, and it went to %v", decides)
		}
		if _, decides := w.readers(t, worse); len(decides) < 2 {
			t.Errorf("a child may have been harmed, and it is still with %v", decides)
		}
		w.Clock.Set(monday.Add(1).At(8, 59))
		w.sweep(t)
		if _, decides := w.readers(t, id); !slices.Equal(decides, []string{"helen"}) {
			t.Errorf("before the hour of the next school day was over it went to %v", decides)
		}
		w.Clock.Set(monday.Add(1).At(9, 0))
		w.sweep(t)
		if _, decides := w.readers(t, id); !slices.Equal(decides, []string{"helen", "tom"}) {
			t.Errorf("an hour of school time later it is with %v", decides)
		}
	})
}
