package talk

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
)

// Store holds every SQL statement of this slice.
type Store struct{}

const boxColumns = `b.id, b.org_id, b.school_key, b.code_hash, b.by_id, b.at`

// Box returns the code in use at a school. NotFound: none.
func (Store) Box(ctx context.Context, tx *store.Tx, org string) (Box, error) {
	return store.One[Box](ctx, tx, store.SQL(`SELECT `+boxColumns+` FROM talk_box b WHERE b.org_id = ? AND b.district_id = ? AND b.ended_at = 0`, org, tx.Viewer.District))
}

// boxes returns every code in use.
func (Store) boxes(ctx context.Context, tx *store.Tx) ([]Box, error) {
	return store.All[Box](ctx, tx, store.SQL(`SELECT `+boxColumns+` FROM talk_box b WHERE b.district_id = ? AND b.ended_at = 0 ORDER BY b.id`, tx.Viewer.District))
}

func (Store) endBoxes(ctx context.Context, tx *store.Tx, org string) (int64, error) {
	return tx.Exec(ctx, store.SQL(`UPDATE talk_box SET ended_at = ? WHERE org_id = ? AND district_id = ? AND ended_at = 0`, int64(tx.Now), org, tx.Viewer.District))
}

func (Store) insertBox(ctx context.Context, tx *store.Tx, b Box) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO talk_box (id, district_id, org_id, school_key, code_hash, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`, b.ID, tx.Viewer.District, b.Org, b.key, b.hash, tx.Viewer.Account, int64(tx.Now)))
}

func (Store) insertAsking(ctx context.Context, tx *store.Tx, a Asking, pair []byte) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO talk_asking (record_id, district_id, org_id, pair_hash, at, until_at) VALUES (?, ?, ?, ?, ?, ?)`, a.ID, tx.Viewer.District, a.Org, pair, int64(a.At), int64(a.Until)))
}

const askingFrom = `SELECT a.record_id, a.org_id, a.at, a.until_at FROM talk_asking a JOIN access_record r ON r.id = a.record_id WHERE `

// Asking returns one asking by its concern. NotFound: none, or not for this viewer.
func (Store) Asking(ctx context.Context, tx *store.Tx, concern string) (Asking, error) {
	return store.One[Asking](ctx, tx, store.SQL(askingFrom+`a.record_id = ?`, concern).Visible("r", access.Concern))
}

// byPair returns the latest asking at a school with these words that can still be looked at.
func (Store) byPair(ctx context.Context, tx *store.Tx, org string, pair []byte) (Asking, error) {
	return store.One[Asking](ctx, tx, store.SQL(askingFrom+`a.org_id = ? AND a.pair_hash = ? AND a.until_at > ?`, org, pair, int64(tx.Now)).Visible("r", access.Concern).Add(`ORDER BY a.at DESC LIMIT 1`))
}

// Answers returns what adults wrote for the pupil, oldest first.
func (Store) Answers(ctx context.Context, tx *store.Tx, concern string) ([]Answer, error) {
	return store.All[Answer](ctx, tx, store.SQL(`SELECT x.words, x.by_id, x.at FROM talk_answer x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, concern).Visible("r", access.Concern).Add(`ORDER BY x.at, x.id`))
}

func (Store) insertAnswer(ctx context.Context, tx *store.Tx, concern, words string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO talk_answer (id, district_id, record_id, words, by_id, at) VALUES (?, ?, ?, ?, ?, ?)`, tx.NewID(), tx.Viewer.District, concern, words, tx.Viewer.Account, int64(tx.Now)))
}
