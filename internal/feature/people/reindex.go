package people

import (
	"context"

	"kith/internal/platform/bulk"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
)

type namedChild struct {
	Child
	Said
}

func (c *namedChild) Dest() []any {
	return append([]any{&c.Child.ID, &c.Org, &c.Given, &c.Family}, c.Said.Dest()...)
}

// Reindex makes children findable by their names afresh: those after an id, at most limit. It is a search.Source's Batch, and
// runs as the program. Each child is taken first, so that a roll which renames one at the same moment has the last word.
func (Store) Reindex(ctx context.Context, tx *store.Tx, after string, limit int) (last string, n int, err error) {
	ids, err := store.Values[string](ctx, tx, store.SQL(`SELECT c.id FROM people_child c WHERE c.district_id = ? AND c.id > ? ORDER BY c.id LIMIT ?`, tx.Viewer.District, after, limit))
	if err != nil || len(ids) == 0 {
		return "", 0, err
	}
	for _, id := range ids {
		if _, err := tx.Lock(ctx, "people_child", id); err != nil {
			return "", 0, err
		}
	}
	rows, err := store.All[namedChild](ctx, tx, store.SQL(`SELECT c.id, c.org_id, c.given, c.family, `+saidColumns+` FROM people_child c JOIN people_detail d ON d.child_id = c.id WHERE `).In("c.id", ids))
	if err != nil {
		return "", 0, err
	}
	named := make([]bulk.Named, len(rows))
	for i, r := range rows {
		if err := search.DropName(ctx, tx, r.Child.ID); err != nil {
			return "", 0, err
		}
		named[i] = bulk.Named{Record: r.Child.ID, Scope: r.Org, Names: searchNames(r.Child, r.Said)}
	}
	return ids[len(ids)-1], len(ids), bulk.Names(ctx, tx, named)
}
