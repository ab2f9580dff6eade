package search

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// A Source is a kind of record that is found by name or by words, and how its part of the index is made afresh.
type Source struct {
	Name string // never changes once used
	// Batch makes the index of the next records afresh, those whose ids come after one, at most limit, and returns the last
	// id and how many they were; none means that there are no more. Each record's old entries go.
	Batch func(ctx context.Context, tx *store.Tx, after string, limit int) (last string, n int, err error)
}

// remakeBatch is how many records one closure takes: a few milliseconds, for every page waits meanwhile.
const remakeBatch = 50

type remakeRow struct {
	after string
	done  int64
	ended bool
}

func (r *remakeRow) Dest() []any { return []any{&r.after, &r.done, &r.ended} }

// Remake makes the index of the viewer's district afresh from the records themselves, in small closures, while people go on
// working. If it is interrupted, the next call goes on where it stopped; once it has come to its end, the next begins anew.
// What the index says of records that are gone is dropped last. progress is told of each batch.
func Remake(ctx context.Context, db *store.DB, v access.Viewer, sources []Source, progress func(source string, done int64)) (err error) {
	defer errs.Wrap(&err, "search.Remake")
	for _, s := range sources {
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				return err
			}
			var row remakeRow
			if err := db.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
				var err error
				row, err = store.One[remakeRow](ctx, tx, store.SQL(`SELECT after_id, done, ended FROM search_remake WHERE district_id = ? AND source = ?`, v.District, s.Name))
				if err != nil && !errs.Is(err, errs.NotFound) || row.ended {
					return err
				}
				last, n, err := s.Batch(ctx, tx, row.after, remakeBatch)
				if err != nil {
					return err
				}
				if n > 0 {
					row.after, row.done = last, row.done+int64(n)
				}
				row.ended = n == 0
				return tx.Put(ctx, store.SQL(`INSERT INTO search_remake (district_id, source, after_id, done, ended) VALUES (?, ?, ?, ?, ?)
					ON CONFLICT (district_id, source) DO UPDATE SET after_id = excluded.after_id, done = excluded.done, ended = excluded.ended`, v.District, s.Name, row.after, row.done, row.ended))
			}); err != nil {
				return err
			}
			progress(s.Name, row.done)
			more = !row.ended
		}
	}
	if err := dropOrphans(ctx, db, v); err != nil {
		return err
	}
	return db.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return tx.Put(ctx, store.SQL(`DELETE FROM search_remake WHERE district_id = ?`, v.District))
	})
}

// dropOrphans takes out what is there of records that are not.
func dropOrphans(ctx context.Context, db *store.DB, v access.Viewer) error {
	for _, x := range []struct {
		find string
		drop func(context.Context, *store.Tx, string) error
	}{
		{`SELECT DISTINCT n.record_id FROM search_name n LEFT JOIN access_record r ON r.id = n.record_id WHERE n.district_id = ? AND r.id IS NULL LIMIT ?`, DropName},
		{`SELECT t.record_id FROM search_text t LEFT JOIN access_record r ON r.id = t.record_id WHERE t.district_id = ? AND r.id IS NULL LIMIT ?`, DropText},
	} {
		for {
			var gone []string
			if err := db.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
				gone, err = store.Values[string](ctx, tx, store.SQL(x.find, v.District, remakeBatch))
				return err
			}); err != nil {
				return err
			}
			if len(gone) == 0 {
				break
			}
			if err := db.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
				for _, id := range gone {
					if err := x.drop(ctx, tx, id); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Unfinished says whether the making afresh of some district's index was begun and has not come to its end.
func Unfinished(ctx context.Context, db *store.DB) (yes bool, err error) {
	err = db.Read(ctx, access.System("*", "search check"), func(ctx context.Context, tx *store.Tx) error {
		yes, err = store.Exists(ctx, tx, store.SQL(`SELECT 1 FROM search_remake LIMIT 1`))
		return err
	})
	return yes, err
}
