package casework

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/term"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// Panels are what this slice shows on the page after sign-in: to those who answer for a school's files, what was opened in an
// emergency and waits to be signed off. It is no panel at all when nothing waits.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	if len(leadsAt(tx.Viewer)) == 0 || tx.Viewer.Strength < access.SecondFactor {
		return nil, nil
	}
	all, err := f.Unsigned(ctx, tx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var people, children, shown []string
	for _, e := range all {
		people, children, shown = append(people, e.By), append(children, e.Child), append(shown, e.ID)
	}
	name, err := f.who(ctx, tx, people...)
	if err != nil {
		return nil, err
	}
	cards, err := f.Children.Cards(ctx, tx, children...)
	if err != nil {
		return nil, err
	}
	tx.SawList("casework.emergencies_today", "", map[string]any{"count": len(shown), "emergencies": shown})
	p := ui.TodayPanel{Order: 15, Head: ui.HeadCount{Title: "Opened in an emergency", Href: "/break-glass/review", Link: "Look into them"}, Waiting: len(all)}
	for _, e := range all {
		p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Document, Filled: true, Href: "/break-glass/review", What: "File opened", Who: cards[e.Child].Name(),
			After: cards[e.Child].Class, Sub: "By " + name(e.By) + ", " + term.DateTime(e.At, tx.Now)})
	}
	return []ui.TodayPanel{p}, nil
}
