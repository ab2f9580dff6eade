package account

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/term"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// soonOver is how long before its last day a post is shown to whoever administers it.
const soonOver = 14 * 24 * time.Hour

// Panels are what this slice shows on the page after sign-in: to an administrator, who has been invited and has not come yet,
// and whose post ends within two weeks.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	orgs := tx.Viewer.Roles[access.Admin]
	if len(orgs) == 0 || tx.Viewer.Strength < access.SecondFactor {
		return nil, nil
	}
	posts, err := f.store.holdings(ctx, tx, orgs, false)
	if err != nil {
		return nil, err
	}
	names, err := f.cfg.Organisations.Names(ctx, tx, orgs...)
	if err != nil {
		return nil, err
	}
	p := ui.TodayPanel{Order: 45, Head: ui.HeadCount{Title: "People"}, None: "Everybody who was invited has come, and no post ends in the next two weeks."}
	for _, h := range posts {
		row := ui.RowItem{Kind: picture.Attendance, Href: "/admin/people/" + string(h.ID), What: h.Name, Sub: postWords(h.Post, names[h.Post.Org].Name, tx.Now)}
		switch {
		case h.State == Invited:
			row.Right = []templ.Component{ui.Chip{Text: "Invited, not here yet", Tone: ui.ToneLamp}, ui.Soft{Text: "since " + term.DateTime(h.Post.From, tx.Now)}}
		case h.State == Active && h.Post.Until < tx.Now.Add(soonOver):
			row.Right = []templ.Component{ui.Chip{Text: "Post ends", Tone: ui.ToneLine}, ui.Soft{Text: term.DateTime(h.Post.Until-1, tx.Now)}}
		default:
			continue
		}
		p.Rows = append(p.Rows, row)
	}
	return []ui.TodayPanel{p}, nil
}
