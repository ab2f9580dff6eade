package auditing

import (
	"context"
	"embed"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "auditing", Files: files}

// Store keeps who is mailed and what was sent.
type Store struct{}

type recipientRow struct{ Recipient }

func (r *recipientRow) Dest() []any {
	return []any{&r.ID, &r.Name, &r.Email, (*int64)(&r.AddedAt), (*int64)(&r.EndedAt), &r.Version, (*int64)(&r.LastSent), &r.LastSize}
}

const recipientColumns = `SELECT r.id, r.name, r.email, r.added_at, r.ended_at, r.version,
	coalesce((SELECT max(c.sent_at) FROM auditing_copy c WHERE c.recipient_id = r.id AND c.state = 'sent'), 0),
	coalesce((SELECT max(c.size) FROM auditing_copy c WHERE c.recipient_id = r.id AND c.state = 'sent'), 0)
	FROM auditing_recipient r WHERE r.district_id = ?`

// recipients returns those who are mailed now, in the order in which they were added; since says to return those who were
// mailed after it, too.
func (Store) recipients(ctx context.Context, tx *store.Tx, since clock.Millis) ([]Recipient, error) {
	q := store.SQL(recipientColumns, tx.Viewer.District)
	if since == 0 {
		since = tx.Now
	}
	rows, err := store.All[recipientRow](ctx, tx, q.Add(`AND (r.ended_at = 0 OR r.ended_at > ?) ORDER BY r.added_at, r.id`, int64(since)))
	out := make([]Recipient, len(rows))
	for i, r := range rows {
		out[i] = r.Recipient
	}
	return out, err
}

func (Store) recipient(ctx context.Context, tx *store.Tx, id string) (Recipient, error) {
	r, err := store.One[recipientRow](ctx, tx, store.SQL(recipientColumns, tx.Viewer.District).Add(`AND r.id = ?`, id))
	return r.Recipient, err
}

// insertRecipient returns false when the id is there already: the form was sent twice.
func (Store) insertRecipient(ctx context.Context, tx *store.Tx, r Recipient) (bool, error) {
	n, err := tx.Exec(ctx, store.SQL(`INSERT INTO auditing_recipient (id, district_id, name, email, added_at, added_by) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		r.ID, tx.Viewer.District, r.Name, r.Email, int64(tx.Now), tx.Viewer.Account))
	return n == 1, err
}

func (Store) endRecipient(ctx context.Context, tx *store.Tx, id string) error {
	return tx.Put(ctx, store.SQL(`UPDATE auditing_recipient SET ended_at = ? WHERE id = ? AND district_id = ? AND ended_at = 0`, int64(tx.Now), id, tx.Viewer.District))
}

// lockRecipients takes the list of recipients for this transaction, by its first row ever, so that two who add at once see each other.
func (s Store) lockRecipients(ctx context.Context, tx *store.Tx) error {
	first, err := store.Values[string](ctx, tx, store.SQL(`SELECT r.id FROM auditing_recipient r WHERE r.district_id = ? ORDER BY r.added_at, r.id LIMIT 1`, tx.Viewer.District))
	if err != nil || len(first) == 0 {
		return err
	}
	_, err = tx.Lock(ctx, "auditing_recipient", first[0])
	return err
}

type copyRow struct{ Copy }

func (c *copyRow) Dest() []any {
	return []any{&c.ID, &c.Recipient, (*string)(&c.Day), (*string)(&c.State), &c.Size, (*int64)(&c.SentAt)}
}

const copyColumns = `SELECT c.id, c.recipient_id, c.day, c.state, c.size, c.sent_at FROM auditing_copy c WHERE c.district_id = ?`

// copies returns those of the days from one on.
func (Store) copies(ctx context.Context, tx *store.Tx, from clock.Day) ([]Copy, error) {
	rows, err := store.All[copyRow](ctx, tx, store.SQL(copyColumns, tx.Viewer.District).Add(`AND c.day >= ? ORDER BY c.day, c.id`, string(from)))
	out := make([]Copy, len(rows))
	for i, r := range rows {
		out[i] = r.Copy
	}
	return out, err
}

func (Store) copyOf(ctx context.Context, tx *store.Tx, id string) (Copy, error) {
	c, err := store.One[copyRow](ctx, tx, store.SQL(copyColumns, tx.Viewer.District).Add(`AND c.id = ?`, id))
	return c.Copy, err
}

// insertCopy returns false when the recipient has one of that day.
func (Store) insertCopy(ctx context.Context, tx *store.Tx, c Copy) (bool, error) {
	n, err := tx.Exec(ctx, store.SQL(`INSERT INTO auditing_copy (id, district_id, recipient_id, day, state) VALUES (?, ?, ?, ?, ?) ON CONFLICT (recipient_id, day) DO NOTHING`,
		c.ID, tx.Viewer.District, c.Recipient, string(c.Day), string(Queued)))
	return n == 1, err
}

func (Store) moveCopy(ctx context.Context, tx *store.Tx, id string, to CopyState, size int64, at clock.Millis) error {
	return tx.Put(ctx, store.SQL(`UPDATE auditing_copy SET state = ?, size = ?, sent_at = ? WHERE id = ? AND district_id = ? AND state = 'queued'`, string(to), size, int64(at), id, tx.Viewer.District))
}

// sizes returns what the checkpoints that were mailed speak for, each once, the newest first, at most limit.
func (Store) sizes(ctx context.Context, tx *store.Tx, limit int) ([]int64, error) {
	return store.Values[int64](ctx, tx, store.SQL(`SELECT DISTINCT c.size FROM auditing_copy c WHERE c.district_id = ? AND c.state = 'sent' ORDER BY c.size DESC LIMIT ?`, tx.Viewer.District, limit))
}

// firstOver returns the day of the first checkpoint that was mailed and speaks for the entry of that number and instant, ""
// when none does yet. One that was mailed before the entry speaks for what was lost in a restore, whatever its size.
func (Store) firstOver(ctx context.Context, tx *store.Tx, seq int64, at clock.Millis) (string, error) {
	return store.Value[string](ctx, tx, store.SQL(`SELECT coalesce(min(c.day), '') FROM auditing_copy c WHERE c.district_id = ? AND c.state = 'sent' AND c.size > ? AND c.sent_at >= ?`, tx.Viewer.District, seq, int64(at)))
}
