package lists

import (
	"context"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// Store holds every SQL statement of the lists.
type Store struct{}

// All returns every wording of the viewer's district, with those that ship.
func (Store) All(ctx context.Context, tx *store.Tx) (All, error) {
	given, err := store.All[Wording](ctx, tx, store.SQL(`SELECT w.id, w.list, w.entry, w.words, w.hint, w.from_on, w.retired, w.reason, w.by_id, w.at, w.dropped_at FROM sharing_wording w
		WHERE w.district_id = ? ORDER BY w.at, w.id`, tx.Viewer.District))
	return append(Shipped(), given...), err
}

// take holds the lists of the district until the end of this transaction.
func (Store) take(ctx context.Context, tx *store.Tx) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO sharing_list (district_id, version) VALUES (?, 1) ON CONFLICT (district_id) DO UPDATE SET version = sharing_list.version + 1`, tx.Viewer.District))
}

// drop takes back what of an entry does not hold yet.
func (Store) drop(ctx context.Context, tx *store.Tx, entry string, today clock.Day) error {
	return tx.Put(ctx, store.SQL(`UPDATE sharing_wording SET dropped_at = ? WHERE district_id = ? AND entry = ? AND from_on > ? AND dropped_at = 0`,
		int64(tx.Now), tx.Viewer.District, entry, string(today)))
}

func (Store) insert(ctx context.Context, tx *store.Tx, w Wording) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO sharing_wording (id, district_id, list, entry, words, hint, from_on, retired, reason, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		w.ID, tx.Viewer.District, string(w.List), w.Entry, w.Words, w.Hint, string(w.From), w.Retired, w.Reason, w.By, int64(w.At)))
}
