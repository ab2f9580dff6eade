package quiz

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"

	"github.com/a-h/templ"
)

// tipDays is how long a tip stays on the day's page.
const tipDays = 14

// tips are what the leads have shown to the viewer's staff group in the last two weeks.
func (f *Feature) tips(ctx context.Context, tx *store.Tx) (out []string, err error) {
	org, err := f.People.OrgOf(ctx, tx, tx.Viewer.Account)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	needs, err := f.store.NeedsOf(ctx, tx, org)
	if err != nil {
		return nil, err
	}
	since := clock.DayOf(tx.Now.Time()).Add(-tipDays)
	group := ""
	for _, n := range needs {
		if n.Way != Tip || n.MetOn == "" || n.MetOn < since || n.State != NeedMet {
			continue
		}
		if group == "" {
			if group, err = f.groupOf(ctx, tx, org, tx.Viewer.Account); err != nil {
				return nil, err
			}
		}
		if len(n.Groups) == 0 || contains(n.Groups, group) {
			out = append(out, n.Words)
		}
	}
	return out, nil
}

// Panels are what this package shows on the page after sign-in: the quiz that waits, a tip, and to leads what has to be learnt.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) (out []ui.TodayPanel, err error) {
	if !tx.Viewer.Holds(access.Member) {
		return nil, nil
	}
	asking, err := f.store.asking(ctx, tx)
	if err != nil {
		return nil, err
	}
	own := ui.TodayPanel{Order: 34, Head: ui.HeadCount{Title: "Your quiz"}}
	for _, q := range asking {
		if !q.Open(tx.Now) {
			continue
		}
		a, err := f.store.Mine(ctx, tx, q.ID)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		if !a.SentAt.IsZero() {
			continue
		}
		if a.ID != "" {
			tx.Saw("quiz.answers_seen", a.ID.Ref(), q.Org, "quiz-own")
		}
		row := ui.RowItem{Kind: picture.Document, Href: takePath(q.ID), What: q.Title, Sub: text.Plural(Minutes(q.Size), "minute", "minutes") + ", by " + term.LongDate(q.Until)}
		if a.ID != "" {
			row.Right = []templ.Component{ui.Chip{Text: "begun"}}
		}
		own.Rows = append(own.Rows, row)
	}
	if len(own.Rows) > 0 {
		out = append(out, own)
	}
	tips, err := f.tips(ctx, tx)
	if err != nil {
		return nil, err
	}
	if len(tips) > 0 {
		out = append(out, ui.TodayPanel{Order: 36, Head: ui.HeadCount{Title: "A tip from your leads"}, Body: tipsPart(tips)})
	}
	if !tx.Viewer.Holds(access.DSL) || tx.Viewer.Strength < access.SecondFactor {
		return out, nil
	}
	lead, err := f.leadPanel(ctx, tx)
	return append(out, lead), err
}

// leadPanel counts what has to be learnt, who waits for an answer and whose quiz is due.
func (f *Feature) leadPanel(ctx context.Context, tx *store.Tx) (ui.TodayPanel, error) {
	p := ui.TodayPanel{Order: 70, Rail: true, Head: ui.HeadCount{Title: "Training"}, None: "Nothing to plan."}
	orgs := tx.Viewer.Roles[access.DSL]
	needs, err := f.store.NeedsOf(ctx, tx, orgs...)
	if err != nil {
		return p, err
	}
	open, late := 0, 0
	today := clock.DayOf(tx.Now.Time())
	for _, n := range needs {
		switch {
		case n.State == NeedOpen:
			open++
		case n.State == NeedPlanned && n.By < today:
			late++
		}
	}
	asks, err := f.store.AsksAt(ctx, tx, orgs, true)
	if err != nil {
		return p, err
	}
	due, err := f.countDue(ctx, tx)
	if err != nil {
		return p, err
	}
	add := func(n int, one, many, href string) {
		if n > 0 {
			p.Lines = append(p.Lines, lineTo(text.Plural(n, one, many), href))
		}
	}
	add(open, "need to plan", "needs to plan", home+"/plan")
	add(late, "planned, and its day is over", "planned, and their days are over", home+"/plan")
	add(len(asks), "colleague asks for training", "colleagues ask for training", home+"/plan")
	add(due, "person has a quiz due", "people have a quiz due", home+"/staff")
	var ids []string
	for _, k := range asks {
		ids = append(ids, string(k.ID))
	}
	tx.SawList("quiz.today", "", ids)
	return p, nil
}
