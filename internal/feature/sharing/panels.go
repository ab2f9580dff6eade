package sharing

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// How long a share counts as new for its receivers, and how long before its end its sender is told.
const (
	newFor  = 14 * 24 * time.Hour
	endSoon = 7 * 24 * time.Hour
)

// leadsAt are the schools whose records the viewer leads or oversees.
func leadsAt(v access.Viewer) []string {
	return v.OrgsOf(access.DSL, access.Head)
}

// Panels are what this slice shows on the page after sign-in: that there is more to read after confirming; what is locked or
// restricted and open to this reader; to a head the number of locks that lack readers; what was shared lately, and what ends soon.
// It is no panel at all where there is nothing.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) (out []ui.TodayPanel, err error) {
	if !tx.Viewer.Holds(access.Member) {
		return nil, nil
	}
	for _, panel := range []func(context.Context, *store.Tx) (ui.TodayPanel, error){f.confirmPanel, f.locksPanel, f.closedPanel, f.sharedPanel, f.endingPanel} {
		p, err := panel(ctx, tx)
		if err != nil {
			return nil, err
		}
		if p.Head.Title != "" {
			out = append(out, p)
		}
	}
	return out, nil
}

// confirmPanel says that something is restricted or locked and opens once the reader has confirmed.
func (f *Feature) confirmPanel(ctx context.Context, tx *store.Tx) (p ui.TodayPanel, err error) {
	n, err := f.store.Waiting(ctx, tx, "")
	if err != nil || n == 0 {
		return p, err
	}
	return ui.TodayPanel{Order: 5, Head: ui.HeadCount{Title: "Restricted or locked"}, Rows: []ui.RowItem{{Kind: picture.Document, Href: "/sign-in/confirm?next=/today", What: "Confirm that it is you",
		Who: "to read " + text.Plural(n, "record", "records") + " that only a few may", Sub: "Left out of every list and count until then. Ten minutes later they are left out again."}}}, nil
}

// locksPanel is the number of locks without enough readers, for the head (CHR-10): no name, and no way to them.
func (f *Feature) locksPanel(ctx context.Context, tx *store.Tx) (p ui.TodayPanel, err error) {
	heads := tx.Viewer.Roles[access.Head]
	if len(heads) == 0 || tx.Viewer.Strength < access.SecondFactor {
		return p, nil
	}
	none, one, err := f.short(ctx, tx, heads)
	if err != nil || len(none)+len(one) == 0 {
		return p, err
	}
	row := ui.RowItem{Kind: picture.Decision, Filled: true, Href: "/sharing/locks", What: text.Plural(len(none)+len(one), "lock has", "locks have") + " fewer than two readers", Sub: "The one reader who is left has been asked to name another. Nothing for you to read."}
	if len(none) > 0 {
		row.Sub = "Nobody is left to read " + strconv.Itoa(len(none)) + ". Name two people."
	}
	return ui.TodayPanel{Order: 12, Head: ui.HeadCount{Title: "Locks that need readers"}, Rows: []ui.RowItem{row}, Waiting: min(len(none), 1)}, nil
}

// closedPanel lists what is restricted or locked and open to this reader now; where they are its last reader it asks for another.
func (f *Feature) closedPanel(ctx context.Context, tx *store.Tx) (p ui.TodayPanel, err error) {
	if tx.Viewer.Strength < access.SteppedUp {
		return p, nil
	}
	closed, err := f.store.Closed(ctx, tx)
	if err != nil {
		return p, err
	}
	p = ui.TodayPanel{Order: 45, Rail: false}
	var ids []string
	for _, c := range closed {
		s, err := f.stand(ctx, tx, c.Record)
		if errs.Is(err, errs.NotFound) {
			continue // their own words only
		}
		if err != nil {
			return p, err
		}
		row := ui.RowItem{Kind: picture.Document, Href: s.thing.Href, What: s.thing.Title, Right: []templ.Component{ui.Chip{Text: s.mode.Words(), Tone: ui.TonePlum}, soft("since " + term.DateTime(c.At, tx.Now))}}
		if s.mode == Locked && len(s.named) < LockAtLeast && s.who.Named {
			row.Href, row.Filled, row.Sub = "/sharing/"+c.Record+"/readers", true, "You are its only reader. Name another, so that it is not lost when you leave."
			p.Order, p.Waiting = 12, p.Waiting+1
		}
		p.Rows, ids = append(p.Rows, row), append(ids, c.Record)
	}
	if len(p.Rows) > 0 {
		p.Head = ui.HeadCount{Title: "Restricted or locked, open to you"}
		tx.SawList("sharing.closed_today", "", ids)
	}
	return p, nil
}

// sharedPanel is what other schools shared lately.
func (f *Feature) sharedPanel(ctx context.Context, tx *store.Tx) (p ui.TodayPanel, err error) {
	if !tx.Viewer.Holds(access.DSL) || tx.Viewer.Strength < access.SecondFactor {
		return p, nil
	}
	all, err := f.store.With(ctx, tx, tx.Viewer.Roles[access.DSL])
	if err != nil {
		return p, err
	}
	all = slices.DeleteFunc(all, func(s Shared) bool { return s.At < tx.Now.Add(-newFor) })
	rows, err := f.rows(ctx, tx, all, true)
	if err != nil || len(rows) == 0 {
		return p, err
	}
	tx.SawList("sharing.with_us_today", "", shareIDs(all))
	return ui.TodayPanel{Order: 25, Head: ui.HeadCount{Title: "Shared with us lately", Href: "/sharing", Link: "All that is shared"}, Rows: rows}, nil
}

// endingPanel is what this school shares and that ends within a week.
func (f *Feature) endingPanel(ctx context.Context, tx *store.Tx) (p ui.TodayPanel, err error) {
	orgs := leadsAt(tx.Viewer)
	if len(orgs) == 0 || tx.Viewer.Strength < access.SecondFactor {
		return p, nil
	}
	all, err := f.store.By(ctx, tx, orgs)
	if err != nil {
		return p, err
	}
	all = slices.DeleteFunc(all, func(s Shared) bool { return s.Until > tx.Now.Add(endSoon) })
	rows, err := f.rows(ctx, tx, all, false)
	if err != nil || len(rows) == 0 {
		return p, err
	}
	tx.SawList("sharing.ending_today", "", shareIDs(all))
	return ui.TodayPanel{Order: 26, Head: ui.HeadCount{Title: "Sharing that ends this week", Href: "/sharing", Link: "All that is shared"}, Rows: rows}, nil
}

func shareIDs(all []Shared) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.ID
	}
	return out
}

// rows are the lines of a list of shares: for the receiver who shares it, for the sender with whom.
func (f *Feature) rows(ctx context.Context, tx *store.Tx, all []Shared, received bool) (out []ui.RowItem, err error) {
	var orgs, people []string
	for _, s := range all {
		orgs, people = append(orgs, s.Org, s.To), append(people, s.By)
	}
	schools, err := f.Schools.Names(ctx, tx, orgs...)
	if err != nil {
		return nil, err
	}
	names, err := f.People.Names(ctx, tx, people...)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		t, err := f.Things.Thing(ctx, tx, s.Record)
		if errs.Is(err, errs.NotFound) {
			continue // restricted or locked since
		}
		if err != nil {
			return nil, err
		}
		row := ui.RowItem{Kind: picture.Document, What: t.Title, Href: t.Href, Sub: "For: " + s.Purpose, Right: []templ.Component{soft("until the end of " + term.YearDate(s.Last()))}}
		if received {
			row.After = "from " + schools[s.Org].Name
			row.Sub += ". Shared by " + names[s.By].Name + ", " + term.DateTime(s.At, tx.Now)
		} else {
			row.After, row.Href = "with "+schools[s.To].Name, "/sharing/"+s.Record
		}
		out = append(out, row)
	}
	return out, nil
}
