package search

import (
	"context"
	"strings"

	"kith/internal/platform/bulk"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

// Text is the words of a record, to be found within a scope.
type Text struct{ Record, Scope, Body string }

type numbered struct {
	n      int64
	record string
}

func (x *numbered) Dest() []any { return []any{&x.n, &x.record} }

// perStatement is how many records one statement of AddTexts takes.
const perStatement = 200

// AddTexts makes the words of many new records findable, in the transaction that makes the records: AddText for records that
// are not in the index yet.
func AddTexts(ctx context.Context, tx *store.Tx, texts []Text) error {
	if tx.Engine() == store.Postgres {
		for _, x := range texts {
			if err := AddText(ctx, tx, x.Record, []string{x.Scope}, x.Body); err != nil {
				return err
			}
		}
		return nil
	}
	for len(texts) > 0 {
		now := texts[:min(perStatement, len(texts))]
		texts = texts[len(now):]
		q := store.SQL(`INSERT INTO search_text (record_id, district_id) VALUES`)
		sep := ""
		for _, x := range now {
			q.Add(sep+`(?, ?)`, x.Record, tx.Viewer.District)
			sep = ","
		}
		rows, err := store.All[numbered](ctx, tx, q.Add(`RETURNING n, record_id`))
		if err != nil {
			return err
		}
		at := map[string]int64{}
		for _, r := range rows {
			at[r.record] = r.n
		}
		var values []any
		for _, x := range now {
			values = append(values, at[x.Record], "", strings.Join(scoped([]string{x.Scope}, fold.Tokens(x.Body)), " "))
		}
		if err := bulk.Insert(ctx, tx, `INSERT INTO search_words (rowid, scope, body) VALUES`, 3, values, ""); err != nil {
			return err
		}
	}
	return nil
}
