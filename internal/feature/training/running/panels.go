package running

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"

	"github.com/a-h/templ"
)

// comingDays is how long before its day a course stands on the page of whoever has a place.
const comingDays = 60

// Panels are what this package shows on the page after sign-in: the register of today, one's own next course, and to leads who is due.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) (out []ui.TodayPanel, err error) {
	if !tx.Viewer.Holds(access.Member) {
		return nil, nil
	}
	today := clock.DayOf(tx.Now.Time())
	if tx.Viewer.Strength >= access.SecondFactor {
		rows, err := f.registerRows(ctx, tx, today.Add(-registersFrom), today)
		if err != nil {
			return nil, err
		}
		p := ui.TodayPanel{Order: 30, Head: ui.HeadCount{Title: "Registers"}}
		for _, x := range rows {
			if x.Chip.Text == "Closed" {
				continue
			}
			p.Waiting++
			p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Document, Href: x.Href, What: x.Text, Sub: x.Soft, Right: []templ.Component{x.Chip}})
		}
		if len(p.Rows) > 0 {
			p.Head.Count = text.Plural(p.Waiting, "to keep", "to keep")
			out = append(out, p)
		}
	}
	own, err := f.ownPanel(ctx, tx, today)
	if err != nil {
		return nil, err
	}
	if len(own.Rows) > 0 {
		out = append(out, own)
	}
	if tx.Viewer.Strength < access.SecondFactor || len(schools(tx.Viewer)) == 0 {
		return out, nil
	}
	due, err := f.duePanel(ctx, tx)
	return append(out, due), err
}

// ownPanel is the next course that the viewer has a place on.
func (f *Feature) ownPanel(ctx context.Context, tx *store.Tx, today clock.Day) (ui.TodayPanel, error) {
	p := ui.TodayPanel{Order: 35, Head: ui.HeadCount{Title: "Your next course"}}
	places, seen, err := f.ownPlaces(ctx, tx)
	if err != nil {
		return p, err
	}
	if len(seen) > 0 {
		tx.SawList("training.own_today", "", seen)
	}
	for _, x := range places {
		if x.first > today.Add(comingDays) {
			continue
		}
		row := ui.RowItem{Kind: picture.Document, Href: "/training/record", What: x.Title, Sub: x.When + ". " + x.Where}
		switch {
		case x.Today && !x.Is:
			row.Right = []templ.Component{ui.Chip{Text: "Today", Tone: ui.ToneLamp}}
		case x.Thoughts != "":
			row.Right = []templ.Component{ui.Chip{Text: "What did you think of it?", Tone: ui.ToneSky}}
		case x.OpenVenue:
			row.Right = []templ.Component{ui.Chip{Text: "Venue to be confirmed", Tone: ui.ToneLine}}
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

// duePanel counts of how many colleagues something is due.
func (f *Feature) duePanel(ctx context.Context, tx *store.Tx) (ui.TodayPanel, error) {
	p := ui.TodayPanel{Order: 71, Rail: true, Head: ui.HeadCount{Title: "Training record", Href: "/training/staff", Link: "Everybody"}, None: "Everybody is current."}
	for _, org := range schools(tx.Viewer) {
		m, err := f.matrix(ctx, tx, org, "training.matrix_counted")
		if err != nil {
			return p, err
		}
		_, due, soon := m.Tally()
		at := "/training/staff?school=" + org + "&show=due"
		if due > 0 {
			p.Lines = append(p.Lines, lineTo(text.Plural(due, "person has training due", "people have training due"), at))
		}
		if soon > 0 {
			p.Lines = append(p.Lines, lineTo(text.Plural(soon, "person is due soon", "people are due soon"), at))
		}
	}
	return p, nil
}

// markWords say how somebody is marked.
func markWords(p personView) string {
	if p.Mark == Substitute {
		return p.Instead + " came instead"
	}
	for _, m := range Marks {
		if m.Kind == p.Mark {
			return m.Words
		}
	}
	return ""
}

func fact(key, value string) ui.SummaryRow {
	return ui.SummaryRow{Key: ui.SummaryText{Text: key}, Value: ui.SummaryText{Text: value}}
}
