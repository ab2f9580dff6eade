package casework

import (
	"context"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
)

// Store holds every SQL statement of this slice.
type Store struct{}

func (Store) insertSearch(ctx context.Context, tx *store.Tx, id, typed string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO casework_search (id, district_id, account_id, typed, at) VALUES (?, ?, ?, ?, ?)`,
		id, tx.Viewer.District, tx.Viewer.Account, typed, int64(tx.Now)))
}

// search returns what the viewer typed within the last hour. NotFound: not theirs, or too long ago.
func (Store) search(ctx context.Context, tx *store.Tx, id string) (string, error) {
	return store.Value[string](ctx, tx, store.SQL(`SELECT s.typed FROM casework_search s WHERE s.id = ? AND s.account_id = ? AND s.district_id = ? AND s.at > ?`,
		id, tx.Viewer.Account, tx.Viewer.District, int64(tx.Now.Add(-SearchKept))))
}

func (Store) dropSearches(ctx context.Context, tx *store.Tx) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM casework_search WHERE district_id = ? AND at <= ?`, tx.Viewer.District, int64(tx.Now.Add(-SearchKept))))
}

func (Store) insertMark(ctx context.Context, tx *store.Tx, child, record string, m Mark) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO casework_mark (id, district_id, record_id, child_id, entry_id, marked, reason, was, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		m.ID, tx.Viewer.District, record, child, m.Entry, m.Marked, m.Reason, m.Was, m.By, int64(m.At)))
}

// marks returns the markings of a child's entries that the viewer may see, the oldest first.
func (Store) marks(ctx context.Context, tx *store.Tx, child string) ([]Mark, error) {
	return store.All[Mark](ctx, tx, store.SQL(`SELECT m.id, m.entry_id, m.reason, m.by_id, m.was, m.marked, m.at FROM casework_mark m JOIN access_record r ON r.id = m.record_id
		WHERE m.child_id = ?`, child).Visible("r").Add(`ORDER BY m.at, m.id`))
}

func (Store) insertPrint(ctx context.Context, tx *store.Tx, p Print) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO casework_print (id, district_id, record_id, child_id, code, sha256, file_sha256, by_id, at, purpose, view) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.ID, tx.Viewer.District, p.File, p.Child, p.Code, p.SHA256, p.FileSHA256, p.By, int64(p.At), p.Purpose, p.View))
}

const printColumns = `p.id, p.record_id, p.child_id, p.code, p.sha256, p.file_sha256, p.by_id, p.purpose, p.view, p.at`

// printed returns a print of a file that the viewer may see. NotFound: no such print, or not for this viewer.
func (Store) printed(ctx context.Context, tx *store.Tx, id string) (Print, error) {
	return store.One[Print](ctx, tx, store.SQL(`SELECT `+printColumns+` FROM casework_print p JOIN access_record r ON r.id = p.record_id WHERE p.id = ?`, id).Visible("r", access.Child))
}

// Known returns the printed chronology of the district that carries a check code, as read aloud (K7F2-9QXM-3RTA-0WBC, in any
// case, with or without hyphens) or in full, or whose PDF has these bytes. The viewer is the program: whoever holds a paper may
// ask who made it, and is shown nothing of the record. NotFound: no such print in this district.
func (Store) Known(ctx context.Context, tx *store.Tx, code string) (Print, error) {
	q := store.SQL(`SELECT `+printColumns+` FROM casework_print p JOIN access_record r ON r.id = p.record_id WHERE p.district_id = ? AND`, tx.Viewer.District)
	if full := strings.ToLower(strings.TrimSpace(code)); len(full) == 64 {
		q = q.Add(`(p.sha256 = ? OR p.file_sha256 <> '' AND p.file_sha256 = ?)`, full, full)
	} else {
		q = q.Add(`p.code = ?`, tidyCode(code))
	}
	return store.One[Print](ctx, tx, q.Visible("r", access.Child).Add(`ORDER BY p.at LIMIT 1`))
}

// tried counts one more asking of the viewer and returns how many there were within the hour. It holds the viewer's row until
// the transaction ends, so that two askings at once are counted one after the other.
func (Store) tried(ctx context.Context, tx *store.Tx) (int, error) {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO casework_asker (id, district_id, from_at, tries) VALUES (?, ?, ?, 0) ON CONFLICT (id) DO NOTHING`,
		tx.Viewer.Account, tx.Viewer.District, int64(tx.Now))); err != nil {
		return 0, err
	}
	if _, err := tx.Lock(ctx, "casework_asker", tx.Viewer.Account); err != nil {
		return 0, err
	}
	hourAgo := int64(tx.Now.Add(-TriesWithin))
	if err := tx.Put(ctx, store.SQL(`UPDATE casework_asker SET tries = 0, from_at = ? WHERE id = ? AND from_at <= ?`, int64(tx.Now), tx.Viewer.Account, hourAgo)); err != nil {
		return 0, err
	}
	if err := tx.Put(ctx, store.SQL(`UPDATE casework_asker SET tries = tries + 1 WHERE id = ?`, tx.Viewer.Account)); err != nil {
		return 0, err
	}
	return store.Value[int](ctx, tx, store.SQL(`SELECT a.tries FROM casework_asker a WHERE a.id = ? AND a.district_id = ?`, tx.Viewer.Account, tx.Viewer.District))
}

const emergencyColumns = `b.id, b.org_id, b.record_id, b.child_id, b.by_id, b.reason, b.at, b.until_at, b.signed_by, b.comment, b.signed_at`

func (Store) insertEmergency(ctx context.Context, tx *store.Tx, e Emergency, records []string) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO casework_break_glass (id, district_id, org_id, record_id, child_id, by_id, reason, at, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.ID, tx.Viewer.District, e.Org, e.File, e.Child, e.By, e.Reason, int64(e.At), int64(e.Until))); err != nil {
		return err
	}
	for _, r := range records {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO casework_break_glass_record (break_glass_id, record_id, district_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, e.ID, r, tx.Viewer.District)); err != nil {
			return err
		}
		if err := tx.AddGrant(ctx, store.Grant{Record: r, Kind: access.BreakGlass, To: e.By, From: e.At, Until: e.Until, Reason: e.Reason}); err != nil {
			return err
		}
	}
	return nil
}

// opened returns those records that an emergency opened and that the viewer may see.
func (Store) opened(ctx context.Context, tx *store.Tx, id string) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT o.record_id FROM casework_break_glass_record o JOIN access_record r ON r.id = o.record_id
		WHERE o.break_glass_id = ?`, id).Visible("r").Add(`ORDER BY o.record_id`))
}

// endGrants ends what is left of an emergency opening for every record it opened, also those that whoever signs it off may not
// see.
func (Store) endGrants(ctx context.Context, tx *store.Tx, e Emergency) error {
	return tx.Put(ctx, store.SQL(`UPDATE access_grant SET until_at = ? WHERE kind = ? AND to_id = ? AND until_at > ?
		AND record_id IN (SELECT o.record_id FROM casework_break_glass_record o WHERE o.break_glass_id = ?)`,
		int64(tx.Now), access.BreakGlass, e.By, int64(tx.Now), e.ID))
}

// emergency returns one opening of a file that the viewer may see. NotFound: none such.
func (Store) emergency(ctx context.Context, tx *store.Tx, id string) (Emergency, error) {
	return store.One[Emergency](ctx, tx, store.SQL(`SELECT `+emergencyColumns+` FROM casework_break_glass b JOIN access_record r ON r.id = b.record_id WHERE b.id = ?`, id).Visible("r", access.Child))
}

// emergenciesBy returns what somebody opened of a child, the newest first, for deciding whether they may again.
func (Store) emergenciesBy(ctx context.Context, tx *store.Tx, account, child string) ([]Emergency, error) {
	return store.All[Emergency](ctx, tx, store.SQL(`SELECT `+emergencyColumns+` FROM casework_break_glass b JOIN access_record r ON r.id = b.record_id
		WHERE b.by_id = ? AND b.child_id = ?`, account, child).Visible("r", access.Child).Add(`ORDER BY b.at DESC, b.id DESC`))
}

// unsigned returns what of the organisations' files was opened in an emergency and not signed off yet, the oldest first.
func (Store) unsigned(ctx context.Context, tx *store.Tx, orgs []string) ([]Emergency, error) {
	return store.All[Emergency](ctx, tx, store.SQL(`SELECT `+emergencyColumns+` FROM casework_break_glass b JOIN access_record r ON r.id = b.record_id
		WHERE b.signed_at = 0 AND `).In("b.org_id", orgs).Visible("r", access.Child).Add(`ORDER BY b.at, b.id`))
}

func (Store) signOff(ctx context.Context, tx *store.Tx, id, comment string) error {
	return tx.Put(ctx, store.SQL(`UPDATE casework_break_glass SET signed_by = ?, signed_at = ?, comment = ? WHERE id = ?`, tx.Viewer.Account, int64(tx.Now), comment, id))
}

// changeable says whether the viewer may change a record.
func (Store) changeable(ctx context.Context, tx *store.Tx, record string) (bool, error) {
	return store.Exists(ctx, tx, store.SQL(`SELECT r.id FROM access_record r WHERE r.id = ?`, record).Changeable("r"))
}
