package adults

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// listPage is everything about adults that somebody decides, reads first or wrote. It looks the same for everybody who has nothing.
func (f *Feature) listPage(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	view := listView{Settles: v.Holds(access.Head) || v.Holds(access.Chair), Confirm: v.Strength < access.SecondFactor}
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		all, err := f.store.ToDecide(ctx, tx, false, 100)
		if err != nil {
			return err
		}
		first, err := f.store.FirstRead(ctx, tx, 50)
		if err != nil {
			return err
		}
		mine, err := f.store.Mine(ctx, tx, 50)
		if err != nil {
			return err
		}
		kinds, err := f.store.kinds(ctx, tx)
		if err != nil {
			return err
		}
		var ids []string
		for _, c := range all {
			row := f.row(c, kinds[c.ID], tx.Now)
			row.Who = aboutWords(c)
			if c.State == Closed {
				view.Closed = append(view.Closed, row)
			} else {
				view.Open = append(view.Open, row)
			}
			ids = append(ids, string(c.ID))
		}
		for _, c := range first {
			row := f.row(c, Undecided, tx.Now)
			row.Who = aboutWords(c)
			view.First = append(view.First, row)
			ids = append(ids, string(c.ID))
		}
		for _, c := range mine {
			view.Mine = append(view.Mine, ownRow(c, tx.Now))
			ids = append(ids, string(c.ID))
		}
		tx.SawList("adult.listed", "", ids)
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "About adults", Class: "p-today", At: "/adults", Body: listPage(view)})
}

// row is one worry in a list of those who decide.
func (f *Feature) row(c Concern, k Kind, now clock.Millis) ui.RowItem {
	row := ui.RowItem{Kind: picture.Concern, Filled: c.Harm, Href: "/adults/" + string(c.ID), What: c.Number}
	chip := ui.Chip{Text: "Being decided", Tone: ui.TonePlum}
	switch c.State {
	case Sent, Read:
		chip = ui.Chip{Text: "Not taken", Tone: ui.ToneLamp}
		if c.Harm {
			chip = ui.Chip{Text: "A child may be harmed, not taken", Tone: ui.ToneBrick}
		}
	case Decided:
		chip = ui.Chip{Text: map[Kind]string{LowLevel: "Low-level", Allegation: "Allegation", Neither: "Not about conduct"}[k], Tone: ui.ToneSky}
	case Closed:
		chip = ui.Chip{Text: "Closed", Tone: ui.TonePlain}
	}
	row.Right = append(row.Right, chip, soft("sent "+term.DateTime(c.RecordedAt, now)))
	return row
}

// ownRow is one worry in its writer's list.
func ownRow(c Concern, now clock.Millis) ui.RowItem {
	return ui.RowItem{Kind: picture.Concern, Href: "/adults/" + string(c.ID), What: "About an adult, sent " + term.DateTime(c.RecordedAt, now), Right: []templ.Component{ui.Chip{Text: ReporterState(c.State), Tone: ui.ToneSky}}}
}

// Panels are what this slice shows on the page of the day: what waits for those who decide, without a name; a child whom a lead was
// named to look after; and to everybody what they wrote.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	var out []ui.TodayPanel
	var seen []string
	cals, err := f.Calendars.Calendars(ctx, tx)
	if err != nil {
		return nil, err
	}
	undecided, err := f.store.ToDecide(ctx, tx, true, 20)
	if err != nil {
		return nil, err
	}
	var waiting, begun []Concern
	for _, c := range undecided {
		if c.State == Deciding {
			begun = append(begun, c)
		} else {
			waiting = append(waiting, c)
		}
	}
	if len(waiting) > 0 {
		set, err := f.store.Settings(ctx, tx)
		if err != nil {
			return nil, err
		}
		p := ui.TodayPanel{Order: 5, Head: ui.HeadCount{Title: "About an adult", Count: text.Plural(len(waiting), "to read", "to read")}, Waiting: len(waiting)}
		for _, c := range waiting {
			due := StandInDue(cals.Of(c.Org), set, c.Harm, c.RecordedAt)
			left := cals.Of(c.Org).Remaining(c.RecordedAt, tx.Now, due)
			row := f.row(c, Undecided, tx.Now)
			row.What, row.First = "Sent to you to decide", c.Harm
			row.Right = append([]templ.Component{ui.ClockTag{Fraction: left.Elapsed, Text: left.Words, Now: true}}, row.Right[1:]...)
			p.Rows = append(p.Rows, row)
			seen = append(seen, string(c.ID))
		}
		out = append(out, p)
	}
	if len(begun) > 0 {
		p := ui.TodayPanel{Order: 6, Head: ui.HeadCount{Title: "About an adult, begun and not decided", Href: "/adults", Link: "All"}}
		for _, c := range begun {
			p.Rows = append(p.Rows, f.row(c, Undecided, tx.Now))
			seen = append(seen, string(c.ID))
		}
		out = append(out, p)
	}
	owed, err := f.store.Owed(ctx, tx)
	if err != nil {
		return nil, err
	}
	if len(owed) > 0 && !tx.Viewer.Holds(access.LADO) {
		p := ui.TodayPanel{Order: 6, Head: ui.HeadCount{Title: "The designated officer is to be told"}}
		for _, k := range owed {
			left := cals.Of(k.Org).Remaining(k.DueAt.Add(-24*3600e9), tx.Now, k.DueAt)
			p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Notice, Filled: true, Href: "/adults/" + string(k.Concern), What: "One that a child may have been harmed by",
				Right: []templ.Component{ui.ClockTag{Fraction: left.Elapsed, Text: left.Words, Now: left.Over || clock.DayOf(k.DueAt.Time()) == clock.DayOf(tx.Now.Time())}}})
			seen = append(seen, string(k.Concern))
		}
		out = append(out, p)
	}
	if tx.Viewer.Holds(access.LADO) {
		p, ids, err := f.officerPanel(ctx, tx)
		if err != nil {
			return nil, err
		}
		out, seen = append(out, p), append(seen, ids...)
	}
	kids, err := f.store.entrusted(ctx, tx, tx.Now.Add(-14*24*3600e9))
	if err != nil {
		return nil, err
	}
	if len(kids) > 0 {
		p := ui.TodayPanel{Order: 7, Head: ui.HeadCount{Title: "A child you were named to look after"}}
		for _, e := range kids {
			p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Concern, Filled: true, Href: "/children/" + e.Child, What: "In the child’s file", Right: []templ.Component{soft("since " + term.DateTime(e.At, tx.Now))}})
			seen = append(seen, e.ID)
		}
		out = append(out, p)
	}
	first, err := f.store.FirstRead(ctx, tx, 20)
	if err != nil {
		return nil, err
	}
	if len(first) > 0 {
		p := ui.TodayPanel{Order: 8, Head: ui.HeadCount{Title: "To read first", Href: "/adults", Link: "All"}}
		for _, c := range first {
			p.Rows = append(p.Rows, f.row(c, Undecided, tx.Now))
			seen = append(seen, string(c.ID))
		}
		out = append(out, p)
	}
	mine, err := f.store.Mine(ctx, tx, 3)
	if err != nil {
		return nil, err
	}
	if len(mine) > 0 {
		p := ui.TodayPanel{Order: 12, Head: ui.HeadCount{Title: "What you wrote about an adult", Href: "/adults", Link: "All of it"}}
		for _, c := range mine {
			p.Rows = append(p.Rows, ownRow(c, tx.Now))
			seen = append(seen, string(c.ID))
		}
		out = append(out, p)
	}
	if len(seen) > 0 {
		tx.SawList("adult.today", "", seen)
	}
	return out, nil
}

// officerPanel is what was referred to the designated officer and is not closed.
func (f *Feature) officerPanel(ctx context.Context, tx *store.Tx) (ui.TodayPanel, []string, error) {
	p := ui.TodayPanel{Order: 9, Head: ui.HeadCount{Title: "Referred to you", Href: "/adults", Link: "All"}, None: "Nothing was referred to you that is not closed."}
	all, err := f.store.ToDecide(ctx, tx, false, 50)
	if err != nil {
		return p, nil, err
	}
	var ids []string
	for _, c := range all {
		if c.State == Closed || c.State == Sent || c.State == Read {
			continue
		}
		p.Rows = append(p.Rows, f.row(c, Allegation, tx.Now))
		ids = append(ids, string(c.ID))
	}
	if len(p.Rows) > 0 {
		p.Head.Count = strconv.Itoa(len(p.Rows)) + " open"
	}
	return p, ids, nil
}
