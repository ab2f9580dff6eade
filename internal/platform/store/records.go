package store

import (
	"context"
	"embed"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of records and relations.
var Migrations = Slice{Name: "store", Files: files}

// AddRecord makes a thing separately readable, in the transaction that makes the thing.
func (tx *Tx) AddRecord(ctx context.Context, r access.Record) error {
	_, err := tx.Exec(ctx, SQL(`INSERT INTO access_record (id, district_id, kind, part, org_id, child_id, author_id, subject_id, restricted, locked, parent_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.ID, tx.Viewer.District, r.Kind, r.Part, r.Org, r.Child, r.Author, r.Subject, r.Restricted, r.Locked, r.Parent))
	return err
}

// Grant is a relation to be made.
type Grant struct {
	Record, Kind, To string
	From, Until      clock.Millis
	Reason           string
}

// AddGrant makes a relation; one that is there already gets the new end.
func (tx *Tx) AddGrant(ctx context.Context, g Grant) error {
	_, err := tx.Exec(ctx, SQL(`INSERT INTO access_grant (district_id, record_id, kind, to_id, from_at, until_at, by_id, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (record_id, kind, to_id, from_at) DO UPDATE SET until_at = excluded.until_at`,
		tx.Viewer.District, g.Record, g.Kind, g.To, int64(g.From), int64(g.Until), tx.Viewer.Account, g.Reason))
	return err
}

// EndGrants ends the live relations of a kind to a record, now.
func (tx *Tx) EndGrants(ctx context.Context, record, kind, to string) error {
	_, err := tx.Exec(ctx, SQL(`UPDATE access_grant SET until_at = ? WHERE record_id = ? AND kind = ? AND until_at > ?`, int64(tx.Now), record, kind, int64(tx.Now)).
		If(to != "", `AND to_id = ?`, to))
	return err
}

// Restrict takes a record with all its parts from the school's whole lead team, or locks it to named people.
func (tx *Tx) Restrict(ctx context.Context, record string, restricted, locked bool) error {
	_, err := tx.Exec(ctx, SQL(`UPDATE access_record SET restricted = ?, locked = ? WHERE id = ? OR parent_id = ?`, restricted, locked, record, record))
	return err
}

// Rekind makes a record and its parts another kind, so that other rules decide over them from now on, or none.
func (tx *Tx) Rekind(ctx context.Context, record, kind string) error {
	_, err := tx.Exec(ctx, SQL(`UPDATE access_record SET kind = ? WHERE id = ? OR parent_id = ?`, kind, record, record))
	return err
}

// SetSubject says whom a record and its parts are about: whoever that is reads nothing of it from now on.
func (tx *Tx) SetSubject(ctx context.Context, record, account string) error {
	_, err := tx.Exec(ctx, SQL(`UPDATE access_record SET subject_id = ? WHERE id = ? OR parent_id = ?`, account, record, record))
	return err
}

type recordRow struct{ access.Record }

func (r *recordRow) Dest() []any {
	return []any{&r.ID, &r.District, &r.Kind, &r.Part, &r.Org, &r.Child, &r.Author, &r.Subject, &r.Restricted, &r.Locked, &r.Parent}
}

type relationRow struct{ access.Relation }

func (r *relationRow) Dest() []any {
	return []any{&r.To, &r.Kind, (*int64)(&r.From), (*int64)(&r.Until)}
}

// Record returns the row of access_record that the viewer may see, with its relations, for asking Decide.
// NotFound: no such record, or not for this viewer.
func (tx *Tx) Record(ctx context.Context, id string) (access.Record, error) {
	r, err := One[recordRow](ctx, tx, SQL(`SELECT r.id, r.district_id, r.kind, r.part, r.org_id, r.child_id, r.author_id, r.subject_id, r.restricted, r.locked, r.parent_id
		FROM access_record r WHERE r.id = ?`, id).Visible("r"))
	if err != nil {
		return access.Record{}, err
	}
	rels, err := All[relationRow](ctx, tx, SQL(`SELECT g.to_id, g.kind, g.from_at, g.until_at FROM access_grant g WHERE g.record_id = ?`, id).
		If(r.Parent != "", `OR g.record_id = ?`, r.Parent))
	for _, x := range rels {
		r.Relations = append(r.Relations, x.Relation)
	}
	return r.Record, err
}

// Open is how a page opens one record: it loads the record for the viewer, asks Decide by which rule they may read it, and
// notes the reading. NotFound: no such record, or not for this viewer.
func (tx *Tx) Open(ctx context.Context, action string, what ref.Ref) (access.Record, string, error) {
	r, err := tx.Record(ctx, what.ID)
	if err != nil {
		return r, "", err
	}
	_, rule := access.Rules.Decide(tx.Viewer, false, r)
	tx.Saw(action, what, r.Org, rule)
	return r, rule, nil
}
