package cascade

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"

	"github.com/a-h/templ"
)

// Panels are what this package shows on the page after sign-in: what somebody is to pass on, and to those who keep a school's plans how many
// are overdue; to the lead of a trust, where to see its schools.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) (out []ui.TodayPanel, err error) {
	if !tx.Viewer.Holds(access.Member) {
		return nil, nil
	}
	if tx.Viewer.Holds(access.TrustLead) {
		out = append(out, ui.TodayPanel{Order: 36, Head: ui.HeadCount{Title: "Your schools"}, Rows: []ui.RowItem{{Kind: picture.Meeting, Href: coverage, What: "Where training has arrived", Sub: "which schools sent somebody, passed it on, or wait for a place"}}})
	}
	plans, err := f.store.Plans(ctx, tx)
	if err != nil || len(plans) == 0 {
		return out, err
	}
	own, late, ids := ui.TodayPanel{Order: 35, Head: ui.HeadCount{Title: "Pass it on"}}, 0, []string{}
	today := clock.DayOf(tx.Now.Time())
	for _, p := range plans {
		ids = append(ids, string(p.ID))
		if p.State == Complete {
			continue
		}
		if today > p.Due {
			late++
		}
		if p.LeadMark != Mark(tx.Viewer.Account, "", "") {
			continue
		}
		row := ui.RowItem{Kind: picture.Meeting, Href: planPath(p.ID), What: p.Title, Sub: "to your colleagues, by " + term.LongDate(p.Due)}
		sessions, err := f.store.Sessions(ctx, tx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, s := range sessions {
			if s.On == today && s.State != SessionCancelled && s.State != SessionHeld {
				row.Href, row.Sub = sessionPath(s.ID), "today, "+s.Starts
				row.Right = []templ.Component{ui.Chip{Text: "sign-in", Tone: ui.ToneLamp}}
			}
		}
		own.Rows = append(own.Rows, row)
	}
	tx.SawList("cascade.today", "", ids)
	if len(own.Rows) > 0 {
		out = append(out, own)
	}
	if late > 0 && len(orgsOf(tx.Viewer)) > 0 {
		out = append(out, ui.TodayPanel{Order: 72, Rail: true, Head: ui.HeadCount{Title: "Passing it on"}, Lines: []templ.Component{lineTo(text.Plural(late, "cascade is overdue", "cascades are overdue"), home)}})
	}
	return out, nil
}
