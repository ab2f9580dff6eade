package concerns

import (
	"context"

	"kith/internal/platform/search"
	"kith/internal/platform/store"
)

type accountText struct{ id, org, words, saidBy, place string }

func (a *accountText) Dest() []any { return []any{&a.id, &a.org, &a.words, &a.saidBy, &a.place} }

// foundBy is the text by which an account is found. Only the first account of a concern carries its place.
func foundBy(words, saidBy, place string) string { return words + " " + saidBy + " " + place }

// Reindex makes the words of accounts findable afresh: those after an id, at most limit. It is a search.Source's Batch, and
// runs as the program. An account never changes (CON-6), so nothing that people do meanwhile is lost.
func (Store) Reindex(ctx context.Context, tx *store.Tx, after string, limit int) (last string, n int, err error) {
	rows, err := store.All[accountText](ctx, tx, store.SQL(`SELECT a.id, c.org_id, a.words, a.said_by, CASE WHEN a.later THEN '' ELSE c.place END
		FROM concerns_account a JOIN concerns_concern c ON c.id = a.concern_id WHERE a.district_id = ? AND a.id > ? ORDER BY a.id LIMIT ?`, tx.Viewer.District, after, limit))
	for _, r := range rows {
		if err == nil {
			err = search.AddText(ctx, tx, r.id, []string{r.org}, foundBy(r.words, r.saidBy, r.place))
		}
		last = r.id
	}
	return last, len(rows), err
}
