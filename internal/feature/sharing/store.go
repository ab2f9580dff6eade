package sharing

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Store holds every SQL statement of this slice.
type Store struct{}

// sent writes down that a form is obeyed. A duplicate: it was before.
func (Store) sent(ctx context.Context, tx *store.Tx, id string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO sharing_sent (id, district_id, account_id) VALUES (?, ?, ?)`, id, tx.Viewer.District, tx.Viewer.Account))
}

// sentBy returns who sent the form of that id. NotFound: nobody.
func (Store) sentBy(ctx context.Context, tx *store.Tx, id string) (string, error) {
	return store.Value[string](ctx, tx, store.SQL(`SELECT s.account_id FROM sharing_sent s WHERE s.id = ? AND s.district_id = ?`, id, tx.Viewer.District))
}

func (Store) insertStep(ctx context.Context, tx *store.Tx, id string, t Thing, kind Kind, what, reason string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO sharing_step (id, district_id, record_id, subject_id, kind, what, reason, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, tx.Viewer.District, t.Steps, t.Record, string(kind), what, reason, tx.Viewer.Account, int64(tx.Now)))
}

// Steps returns the steps taken on a record, newest first.
func (Store) Steps(ctx context.Context, tx *store.Tx, record string) ([]Taken, error) {
	return store.All[Taken](ctx, tx, store.SQL(`SELECT s.kind, s.what, s.reason, s.by_id, s.at FROM sharing_step s JOIN access_record r ON r.id = s.record_id WHERE s.subject_id = ?`, record).
		Visible("r").Add(`ORDER BY s.at DESC, s.id DESC`))
}

// setMode restricts, locks or opens a record with its parts, and keeps which are closed.
func (Store) setMode(ctx context.Context, tx *store.Tx, record, org string, mode Mode) error {
	if err := tx.Restrict(ctx, record, mode == Restricted, mode == Locked); err != nil {
		return err
	}
	if mode == Open {
		return tx.Put(ctx, store.SQL(`DELETE FROM sharing_closing WHERE id = ?`, record))
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO sharing_closing (id, district_id, org_id, mode, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, at = excluded.at`,
		record, tx.Viewer.District, org, string(mode), int64(tx.Now)))
}

// setNamed makes these accounts the named readers of a record, and nobody else.
func (Store) setNamed(ctx context.Context, tx *store.Tx, record string, named []string, reason string) error {
	if err := tx.EndGrants(ctx, record, access.Named, ""); err != nil {
		return err
	}
	for _, a := range named {
		if err := tx.AddGrant(ctx, store.Grant{Record: record, Kind: access.Named, To: a, From: tx.Now, Until: clock.ForEver, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}

// shared are the kinds of what is shared, restricted and locked.
var shared = []string{access.Concern, access.Child}

const shareColumns = `s.id, s.record_id, s.steps_id, s.kind, s.org_id, s.to_org_id, s.purpose, s.ground, s.reason, s.by_id, s.at, s.until_at, s.ended_at`

func (Store) insertShare(ctx context.Context, tx *store.Tx, s Shared, edition string, records []string) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO sharing_share (id, district_id, record_id, steps_id, kind, org_id, to_org_id, purpose, ground, edition, reason, by_id, at, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, tx.Viewer.District, s.Record, s.Steps, s.Kind, s.Org, s.To, s.Purpose, s.Ground, edition, s.Reason, s.By, int64(s.At), int64(s.Until))); err != nil {
		return err
	}
	for _, r := range records {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO sharing_share_record (share_id, record_id, district_id) VALUES (?, ?, ?)`, s.ID, r, tx.Viewer.District)); err != nil {
			return err
		}
		if err := tx.AddGrant(ctx, store.Grant{Record: r, Kind: access.Share, To: s.To, From: s.At, Until: s.Until, Reason: s.Reason}); err != nil {
			return err
		}
	}
	return nil
}

// endShare ends a share now, and the relations that it made. A record that another live share opens to the same school stays open
// by that one's own relation, which began at another instant.
func (Store) endShare(ctx context.Context, tx *store.Tx, s Shared) error {
	if err := tx.Put(ctx, store.SQL(`UPDATE sharing_share SET ended_at = ? WHERE id = ? AND ended_at = 0`, int64(tx.Now), s.ID)); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`UPDATE access_grant SET until_at = ? WHERE kind = ? AND to_id = ? AND from_at = ? AND until_at > ?
		AND record_id IN (SELECT o.record_id FROM sharing_share_record o WHERE o.share_id = ?)`, int64(tx.Now), access.Share, s.To, int64(s.At), int64(tx.Now), s.ID))
}

// SharesOf returns the shares of a record that the viewer may see, newest first.
func (Store) SharesOf(ctx context.Context, tx *store.Tx, record string) ([]Shared, error) {
	return store.All[Shared](ctx, tx, store.SQL(`SELECT `+shareColumns+` FROM sharing_share s JOIN access_record r ON r.id = s.record_id WHERE s.record_id = ?`, record).Visible("r", shared...).Add(`ORDER BY s.at DESC, s.id DESC`))
}

// With returns what is shared with the schools just now, the first to end first.
func (Store) With(ctx context.Context, tx *store.Tx, orgs []string) ([]Shared, error) {
	return store.All[Shared](ctx, tx, store.SQL(`SELECT `+shareColumns+` FROM sharing_share s JOIN access_record r ON r.id = s.record_id WHERE `).In("s.to_org_id", orgs).
		Add(`AND s.ended_at = 0 AND s.until_at > ?`, int64(tx.Now)).Visible("r", shared...).Add(`ORDER BY s.until_at, s.id LIMIT 100`))
}

// By returns what the schools share just now, the first to end first.
func (Store) By(ctx context.Context, tx *store.Tx, orgs []string) ([]Shared, error) {
	return store.All[Shared](ctx, tx, store.SQL(`SELECT `+shareColumns+` FROM sharing_share s JOIN access_record r ON r.id = s.record_id WHERE `).In("s.org_id", orgs).
		Add(`AND s.ended_at = 0 AND s.until_at > ?`, int64(tx.Now)).Visible("r", shared...).Add(`ORDER BY s.until_at, s.id LIMIT 100`))
}

// share returns one share. It is asked by the program.
func (Store) share(ctx context.Context, tx *store.Tx, id string) (Shared, error) {
	return store.One[Shared](ctx, tx, store.SQL(`SELECT `+shareColumns+` FROM sharing_share s JOIN access_record r ON r.id = s.record_id WHERE s.id = ?`, id).Visible("r", shared...))
}

// lapsed returns the shares that are over and not written down as such.
func (Store) lapsed(ctx context.Context, tx *store.Tx) ([]Shared, error) {
	return store.All[Shared](ctx, tx, store.SQL(`SELECT `+shareColumns+` FROM sharing_share s JOIN access_record r ON r.id = s.record_id WHERE s.ended_at = 0 AND s.until_at <= ?`, int64(tx.Now)).
		Visible("r", shared...).Add(`ORDER BY s.until_at, s.id LIMIT 200`))
}

// setLapsed says that a share is over since its end; false when somebody was quicker.
func (Store) setLapsed(ctx context.Context, tx *store.Tx, id string) (bool, error) {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE sharing_share SET ended_at = until_at WHERE id = ? AND ended_at = 0`, id))
	return n > 0, err
}

func (Store) insertTelling(ctx context.Context, tx *store.Tx, id string, t Thing, c Change) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO sharing_tell (id, district_id, record_id, to_org_id, typed, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, tx.Viewer.District, t.Record, c.To, c.Typed, tx.Viewer.Account, int64(tx.Now))); err != nil || c.Sibling == "" {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO sharing_line (id, district_id, org_id, sibling_id) VALUES (?, ?, ?, ?)`, id, tx.Viewer.District, t.Org, c.Sibling))
}

// Tellings returns whom the school lets know of a file just now.
func (Store) Tellings(ctx context.Context, tx *store.Tx, file string) ([]Telling, error) {
	return store.All[Telling](ctx, tx, store.SQL(`SELECT t.id, t.to_org_id, t.typed, t.by_id, t.at FROM sharing_tell t JOIN access_record r ON r.id = t.record_id WHERE t.record_id = ? AND t.ended_at = 0`, file).
		Visible("r").Add(`ORDER BY t.at, t.id`))
}

func (Store) endTelling(ctx context.Context, tx *store.Tx, file, id string) error {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE sharing_tell SET ended_at = ? WHERE id = ? AND record_id = ? AND ended_at = 0`, int64(tx.Now), id, file))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	if err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`DELETE FROM sharing_line WHERE id = ?`, id))
}

// dropLines takes away every line about a file, as when it is restricted or locked.
func (Store) dropLines(ctx context.Context, tx *store.Tx, file string) error {
	if err := tx.Put(ctx, store.SQL(`DELETE FROM sharing_line WHERE id IN (SELECT t.id FROM sharing_tell t WHERE t.record_id = ?)`, file)); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`UPDATE sharing_tell SET ended_at = ? WHERE record_id = ? AND ended_at = 0`, int64(tx.Now), file))
}

// Holders returns the other schools that let it be known that they hold information about a brother or sister of the pupil.
func (Store) Holders(ctx context.Context, tx *store.Tx, pupil, org string) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT DISTINCT l.org_id FROM sharing_line l WHERE l.sibling_id = ? AND l.district_id = ? AND l.org_id <> ? ORDER BY l.org_id`, pupil, tx.Viewer.District, org))
}

// closing is a record that is restricted or locked.
type closing struct {
	Record, Org string
	Mode        Mode
	At          clock.Millis
}

func (c *closing) Dest() []any {
	return []any{&c.Record, &c.Org, (*string)(&c.Mode), (*int64)(&c.At)}
}

// near asks only for what is closed where the viewer works, and for what they opened in an emergency: nothing else that is closed opens to
// anybody, and a district has thousands. Who may see which of these is not decided here.
func near(tx *store.Tx, from string) *store.Query {
	v := tx.Viewer
	return store.SQL(from+` AND (`, v.District).In("c.org_id", v.Orgs()).
		Add(`OR c.id IN (SELECT g.record_id FROM access_grant g WHERE g.kind = ? AND g.to_id = ?))`, access.BreakGlass, v.Account)
}

// Closed returns what is restricted or locked and open to the viewer now, newest first.
func (Store) Closed(ctx context.Context, tx *store.Tx) ([]closing, error) {
	return store.All[closing](ctx, tx, near(tx, `SELECT c.id, c.org_id, c.mode, c.at FROM sharing_closing c JOIN access_record r ON r.id = c.id WHERE c.district_id = ?`).
		Visible("r", shared...).Add(`ORDER BY c.at DESC, c.id DESC LIMIT 20`))
}

// Waiting counts what is restricted or locked and opens to the viewer once they have confirmed; child narrows it to one child's
// file and concerns.
func (Store) Waiting(ctx context.Context, tx *store.Tx, child string) (int, error) {
	if tx.Viewer.Strength >= access.SteppedUp {
		return 0, nil
	}
	return store.Value[int](ctx, tx, near(tx, `SELECT count(*) FROM sharing_closing c JOIN access_record r ON r.id = c.id WHERE c.district_id = ?`).
		If(child != "", `AND (r.child_id = ? OR r.id IN (SELECT k.parent_id FROM access_record k WHERE k.child_id = ? AND k.part = ?))`, child, child, access.PartChild).Awaiting("r"))
}

// lock is a locked record of a school and one account that is named on it.
type lock struct{ Record, Org, To string }

func (l *lock) Dest() []any { return []any{&l.Record, &l.Org, &l.To} }

// locks returns the locked records of the schools, a line for each account named on them, and one with nobody where none is.
func (Store) locks(ctx context.Context, tx *store.Tx, orgs []string) ([]lock, error) {
	return store.All[lock](ctx, tx, store.SQL(`SELECT c.id, c.org_id, coalesce(g.to_id, '') FROM sharing_closing c
		LEFT JOIN access_grant g ON g.record_id = c.id AND g.kind = ? AND g.from_at <= ? AND g.until_at > ? WHERE c.mode = 'locked' AND c.district_id = ? AND `,
		access.Named, int64(tx.Now), int64(tx.Now), tx.Viewer.District).In("c.org_id", orgs).Add(`ORDER BY c.id, g.to_id`))
}
