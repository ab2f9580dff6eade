package people

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// Siblings returns the brothers and sisters of a child that the viewer may see.
func (Store) Siblings(ctx context.Context, tx *store.Tx, child string) ([]Child, error) {
	return store.All[Child](ctx, tx, store.SQL(`SELECT `+cardColumns+` FROM people_child c JOIN access_record r ON r.id = c.id
		WHERE c.id IN (SELECT t.other_id FROM people_tie t WHERE t.child_id = ? AND t.kind = 'sibling' AND t.ended_at = 0)`, child).Visible("r", access.Child).Add(`ORDER BY c.year DESC, c.given, c.id`))
}

// Tie is one that stands: who said so, and when. At is 0 where it was known before anybody was asked.
type Tie struct {
	Other, By string
	At        clock.Millis
}

// Dest is where a row of the query goes.
func (t *Tie) Dest() []any { return []any{&t.Other, &t.By, (*int64)(&t.At)} }

// Ties returns who said that those children whom the viewer may see are brothers and sisters of a child.
func (Store) Ties(ctx context.Context, tx *store.Tx, child string) ([]Tie, error) {
	return store.All[Tie](ctx, tx, store.SQL(`SELECT t.other_id, t.by_id, t.at FROM people_tie t JOIN access_record r ON r.id = t.other_id WHERE t.child_id = ? AND t.kind = 'sibling' AND t.ended_at = 0`, child).
		Visible("r", access.Child).Add(`ORDER BY t.other_id`))
}

// Tie makes two children brother or sister, seen from both ends, and says whether that is new. The caller has asked whether the
// viewer may change both files, and records it.
func (Store) Tie(ctx context.Context, tx *store.Tx, a, b string) (fresh bool, err error) {
	n, err := tx.Exec(ctx, store.SQL(`INSERT INTO people_tie (district_id, child_id, other_id, kind, by_id, at) VALUES (?, ?, ?, 'sibling', ?, ?), (?, ?, ?, 'sibling', ?, ?)
		ON CONFLICT (child_id, other_id) DO UPDATE SET by_id = excluded.by_id, at = excluded.at, ended_at = 0, ended_by = '', ended_why = '' WHERE people_tie.ended_at <> 0`,
		tx.Viewer.District, a, b, tx.Viewer.Account, int64(tx.Now), tx.Viewer.District, b, a, tx.Viewer.Account, int64(tx.Now)))
	return n > 0, err
}

// Untie says that two children are not brother or sister, or not any more, with a reason, and whether that is new.
func (Store) Untie(ctx context.Context, tx *store.Tx, a, b, why string) (fresh bool, err error) {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE people_tie SET ended_at = ?, ended_by = ?, ended_why = ? WHERE district_id = ? AND (child_id = ? AND other_id = ? OR child_id = ? AND other_id = ?) AND ended_at = 0`,
		int64(tx.Now), tx.Viewer.Account, why, tx.Viewer.District, a, b, b, a))
	return n > 0, err
}

// Likely is a child who may be a brother or sister, and why.
type Likely struct {
	Child
	SameAddress bool // otherwise the same telephone number of an adult
}

// Dest is where a row of the query goes.
func (l *Likely) Dest() []any { return append(l.Child.Dest(), &l.SameAddress) }

// likelyAtMost is how many suggestions a page shows.
const likelyAtMost = 8

// LikelySiblings returns children of the same school, on the roll, with the same address or the same telephone number of an
// adult: a suggestion that a person decides. Those about whom somebody has decided, either way, are not among them, nor those
// whose file the viewer may not see.
func (Store) LikelySiblings(ctx context.Context, tx *store.Tx, c Child) ([]Likely, error) {
	const home = `d.address <> '' AND lower(d.address || d.postcode) = (SELECT lower(m.address || m.postcode) FROM people_detail m WHERE m.id = ?)`
	return store.All[Likely](ctx, tx, store.SQL(`SELECT `+cardColumns+`, CASE WHEN `+home+` THEN TRUE ELSE FALSE END FROM people_child c JOIN people_detail d ON d.id = c.file_id JOIN access_record r ON r.id = d.id
		WHERE c.org_id = ? AND c.state = 'on_roll' AND c.id <> ? AND c.id NOT IN (SELECT t.other_id FROM people_tie t WHERE t.child_id = ?)
		AND (`+home+` OR EXISTS (SELECT 1 FROM people_contact x JOIN people_contact y ON y.phone = x.phone WHERE x.record_id = d.id AND x.phone <> '' AND y.record_id = ?))`,
		c.File, c.Org, c.ID, c.ID, c.File, c.File).Visible("r", access.Child).Add(`ORDER BY c.family, c.given, c.id LIMIT ?`, likelyAtMost))
}
