package newsletters

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// Panels are what this slice shows on the page after sign-in: to the partnership's staff the issues that are under way, those
// that wait for their own approval first.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	if tx.Viewer.May(Edit) != nil {
		return nil, nil
	}
	issues, err := f.store.underWay(ctx, tx)
	if err != nil {
		return nil, err
	}
	p := ui.TodayPanel{Order: 40, Head: ui.HeadCount{Title: "Newsletters", Count: strconv.Itoa(len(issues)) + " under way"},
		None: "No issue is under way. What you write goes out by itself once somebody else has approved it."}
	if len(issues) == 0 {
		p.Head.Count = ""
	}
	var mine, others []ui.RowItem
	for _, i := range issues {
		writers, err := f.store.writers(ctx, tx, i.ID)
		if err != nil {
			return nil, err
		}
		v := viewRow(i, tx.Now)
		row := ui.RowItem{Kind: picture.Document, Href: v.Href, What: v.Title, Sub: v.Kind, Right: []templ.Component{v.State, ui.Soft{Text: v.When}}}
		if CanApprove(i, writers, tx.Viewer, tx.Now, tx.Now) == nil {
			row.Filled, row.Sub = true, v.Kind+". You can read and approve it"
			mine = append(mine, row)
			p.Waiting++
		} else {
			others = append(others, row)
		}
		if i.State == Scheduled && clock.DayOf(i.SendAt.Time()) == clock.DayOf(tx.Now.Time()) {
			p.Day = append(p.Day, ui.DayItem{Time: term.Time(i.SendAt), Text: "An issue goes out", Kind: ui.DayPlain})
		}
	}
	p.Rows = append(mine, others...)
	return []ui.TodayPanel{p}, nil
}
