// Package today is the page after sign-in: what needs me. It knows no slice; each gives it the panels of its own, and app joins
// them. The first glance answers one question: is a child waiting for me?
package today

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// Source is a slice that has something for the page.
type Source interface {
	// Panels returns what the viewer should see today. It notes what it shows.
	Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error)
}

// Deps are what the page is made from, in the order of importance.
type Deps struct {
	DB      *store.DB
	Sources []Source
}

// Feature is the slice.
type Feature struct{ Deps }

// New returns the slice.
func New(d Deps) *Feature { return &Feature{d} }

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route {
	return []web.Route{web.Get("/today", access.SignedIn, f.page)}
}

type view struct {
	Date, Greeting string
	Day            []ui.DayItem
	Main, Rail     []ui.TodayPanel
	Write          string
}

func (f *Feature) page(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	var page view
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		page = view{Date: term.LongDate(clock.DayOf(tx.Now.Time()))}
		var panels []ui.TodayPanel
		for _, s := range f.Sources {
			p, err := s.Panels(ctx, tx)
			if err != nil {
				return err
			}
			panels = append(panels, p...)
		}
		slices.SortStableFunc(panels, func(a, b ui.TodayPanel) int { return a.Order - b.Order })
		page.Greeting = greeting(tx.Now, panels)
		page.Day = append(page.Day, ui.DayItem{Time: term.Time(tx.Now), Text: "now", Kind: ui.DayNow})
		for _, p := range panels {
			page.Write = cmp.Or(page.Write, p.Write)
			for _, d := range p.Day {
				if d.Time > term.Time(tx.Now) {
					page.Day = append(page.Day, d)
				}
			}
			switch {
			case p.Rail:
				page.Rail = append(page.Rail, p)
			case p.Head.Title != "":
				page.Main = append(page.Main, p)
			}
		}
		slices.SortStableFunc(page.Day[1:], func(a, b ui.DayItem) int { return compare(a.Time, b.Time) })
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Today", Class: "p-today", At: "/today", Body: todayPage(page)})
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}

// greeting is a sentence that counts.
func greeting(now clock.Millis, panels []ui.TodayPanel) string {
	word := "Good morning."
	switch h := now.London().Hour(); {
	case h >= 18:
		word = "Good evening."
	case h >= 12:
		word = "Good afternoon."
	}
	n := 0
	for _, p := range panels {
		n += p.Waiting
	}
	if n == 0 {
		return word + " Nothing is waiting for you."
	}
	return word + " " + text.Plural(n, "thing", "things") + " to read."
}
