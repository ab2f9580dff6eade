package training_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/feature/training/catalogue"
	"kith/internal/kernel/access"
	"kith/internal/kernel/id"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
)

// TRN-8: where a course takes two days or one, the form recommends two days for the person best placed to pass it on, and asks with the one day
// whether nobody could be released for two; left empty, nothing is blocked.
func TestOneDayAsksWhetherTwoCouldBeDone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b := w.Block(nil)
		w.run(b, w.course(training.TwoDay, "signs"), "2027-01-14", 20)
		one := w.run(b, w.course(training.OneDay, "signs"), "2027-02-10", 20)
		w.Publish(b)
		site := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: w.Clock, IDs: id.Random(), Sessions: as{w.head}, District: func(string) string { return district },
			Frame: func(context.Context, access.Viewer, string) (ui.Page, error) { return ui.Page{}, nil }}, catalogue.Pages{Feature: w.f, Programmes: none{}}.Routes())
		form := testkit.NewBrowser(t, site, "kith.example", "head").Get("/training/dates/"+string(one.ID)+"/ask").Status(200).
			Has("main", training.OneDayWords).Has("label[for=one_day]", "Could nobody be released for two days?").Form("main form")
		form.Set("name", "Grace Ito", "title", "Teacher", "first", string(one.ID), "one_day", "").Submit().Status(303)
	})
}

type as struct{ v access.Viewer }

func (a as) Viewer(context.Context, *http.Request, string) (access.Viewer, error) { return a.v, nil }

type none struct{}

func (none) Upcoming(context.Context, *store.Tx) ([]catalogue.Teaser, error) { return nil, nil }
