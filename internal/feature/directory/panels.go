package directory

import (
	"context"
	"slices"
	"time"

	"github.com/a-h/templ"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// due are the school years that should have their holidays by a day: the one that it lies in, and from May the coming one, whose
// dates councils have published by then.
func due(today clock.Day) []term.Year {
	this := term.AcademicYear(today)
	if month := today.Start().Month(); month >= time.May && month < time.September {
		return []term.Year{this, this + 1}
	}
	return []term.Year{this}
}

// without are the years of those due that hold no holiday.
func without(dates []schoolyear.Date, today clock.Day) []term.Year {
	return slices.DeleteFunc(due(today), func(y term.Year) bool {
		return slices.ContainsFunc(dates, func(d schoolyear.Date) bool { return d.Kind == schoolyear.Holiday && d.Year() == y })
	})
}

// Needed names the school years for which a district has no holidays although it should.
func (f *Terms) Needed(ctx context.Context, district string) (out []string, err error) {
	err = f.DB.Read(ctx, access.System(district, "term dates that are missing"), func(ctx context.Context, tx *store.Tx) error {
		out = nil
		y, err := f.load(ctx, tx, "")
		for _, at := range without(y.own, clock.DayOf(tx.Now.Time())) {
			out = append(out, at.String())
		}
		return err
	})
	return out, err
}

// Panels are what those who keep term dates find on their day's page: the years that have none; and what a head finds there on a day
// that nobody planned. Nobody else has any.
func (f *Terms) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	if tx.Viewer.Strength < access.SecondFactor {
		return nil, nil
	}
	var out []ui.TodayPanel
	if tx.Viewer.Holds(access.Head) {
		out = append(out, ui.TodayPanel{Order: 80, Rail: true, Head: ui.HeadCount{Title: "School days"}, Lines: []templ.Component{closureLine("The school is closed unexpectedly")}})
	}
	if !tx.Viewer.Holds(access.Admin) {
		return out, nil
	}
	of, err := f.scope(ctx, tx)
	if err != nil || !of.District && len(of.Groups)+len(of.Schools) == 0 {
		return out, err
	}
	org := ""
	if !of.District {
		org = slices.Concat(of.Groups, of.Schools)[0].ID
	}
	y, err := f.load(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	p := ui.TodayPanel{Order: 70, Head: ui.HeadCount{Title: "Term dates", Href: termsAt(org, term.AcademicYear(clock.DayOf(tx.Now.Time()))), Link: "The school year"}}
	for _, at := range without(y.holds, clock.DayOf(tx.Now.Time())) {
		p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Meeting, Href: termsAt(org, at), What: "No holidays for " + at.String(), Who: "enter them before the year begins",
			Sub: "Until they are entered, clocks run through the holidays and call people at home."})
	}
	if len(p.Rows) == 0 {
		return out, nil
	}
	return append(out, p), nil
}
