package store

import (
	"context"
	"embed"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of records and relations.
var Migrations = Slice{Name: "store", Files: files}

// AddRecord makes a thing separately readable, in the transaction that makes the thing. A part of a record that is restricted or
// locked is so from its first moment: the parent is held until this transaction ends, so that a part that is added while the
// parent is being locked is locked too (CHR-10). NotFound: no such parent.
func (tx *Tx) AddRecord(ctx context.Context, r access.Record) error {
	if r.Parent != "" {
		parent, err := oneFunc(ctx, tx, SQL(`UPDATE access_record SET parent_id = parent_id WHERE id = ? RETURNING restricted, locked`, r.Parent),
			func(p *access.Record) []any { return []any{&p.Restricted, &p.Locked} })
		if err != nil {
			return err
		}
		r.Restricted, r.Locked = r.Restricted || parent.Restricted, r.Locked || parent.Locked
	}
	return tx.Put(ctx, SQL(`INSERT INTO access_record (id, district_id, kind, part, org_id, child_id, author_id, subject_id, restricted, locked, parent_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.ID, tx.Viewer.District, r.Kind, r.Part, r.Org, r.Child, r.Author, r.Subject, r.Restricted, r.Locked, r.Parent))
}

// Grant is a relation to be made.
type Grant struct {
	Record, Kind, To string
	From, Until      clock.Millis
	Reason           string
}

// AddGrant makes a relation; one that is there already gets the new end.
func (tx *Tx) AddGrant(ctx context.Context, g Grant) error {
	return tx.Put(ctx, SQL(`INSERT INTO access_grant (district_id, record_id, kind, to_id, from_at, until_at, by_id, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (record_id, kind, to_id, from_at) DO UPDATE SET until_at = excluded.until_at`,
		tx.Viewer.District, g.Record, g.Kind, g.To, int64(g.From), int64(g.Until), tx.Viewer.Account, g.Reason))
}

// EndGrants ends the live relations of a kind to a record, now.
func (tx *Tx) EndGrants(ctx context.Context, record, kind, to string) error {
	return tx.Put(ctx, SQL(`UPDATE access_grant SET until_at = ? WHERE record_id = ? AND kind = ? AND until_at > ?`, int64(tx.Now), record, kind, int64(tx.Now)).
		If(to != "", `AND to_id = ?`, to))
}

// HoldRecord holds a record until the transaction ends: nobody adds a part to it or changes who reads it meanwhile, and what is
// read after it is current.
func (tx *Tx) HoldRecord(ctx context.Context, record string) error {
	return tx.Put(ctx, SQL(`UPDATE access_record SET parent_id = parent_id WHERE id = ?`, record))
}

// Restrict takes a record with all its parts from the school's whole lead team, or locks it to named people. The record comes
// first, in a statement of its own: a part that somebody is adding is there before the second statement looks for parts.
func (tx *Tx) Restrict(ctx context.Context, record string, restricted, locked bool) error {
	if err := tx.Put(ctx, SQL(`UPDATE access_record SET restricted = ?, locked = ? WHERE id = ?`, restricted, locked, record)); err != nil {
		return err
	}
	return tx.Put(ctx, SQL(`UPDATE access_record SET restricted = ?, locked = ? WHERE parent_id <> '' AND parent_id = ?`, restricted, locked, record))
}

// Rekind makes a record and its parts another kind, so that other rules decide over them from now on, or none.
func (tx *Tx) Rekind(ctx context.Context, record, kind string) error {
	return tx.Put(ctx, SQL(`UPDATE access_record SET kind = ? WHERE id = ? OR parent_id <> '' AND parent_id = ?`, kind, record, record))
}

// SetSubject says whom a record and its parts are about: whoever that is reads nothing of it from now on.
func (tx *Tx) SetSubject(ctx context.Context, record, account string) error {
	return tx.Put(ctx, SQL(`UPDATE access_record SET subject_id = ? WHERE id = ? OR parent_id <> '' AND parent_id = ?`, account, record, record))
}

type recordRow struct{ access.Record }

func (r *recordRow) Dest() []any {
	return []any{&r.ID, &r.District, &r.Kind, &r.Part, &r.Org, &r.Child, &r.Author, &r.Subject, &r.Restricted, &r.Locked, &r.Parent}
}

type relationRow struct{ access.Relation }

func (r *relationRow) Dest() []any {
	return []any{&r.To, &r.Kind, (*int64)(&r.From), (*int64)(&r.Until)}
}

const recordColumns = `r.id, r.district_id, r.kind, r.part, r.org_id, r.child_id, r.author_id, r.subject_id, r.restricted, r.locked, r.parent_id`

// Record returns the row of access_record that the viewer may see, with its relations, for asking Decide.
// NotFound: no such record, or not for this viewer.
func (tx *Tx) Record(ctx context.Context, id string) (access.Record, error) {
	r, err := One[recordRow](ctx, tx, SQL(`SELECT `+recordColumns+` FROM access_record r WHERE r.id = ?`, id).Visible("r"))
	if err != nil {
		return access.Record{}, err
	}
	r.Relations, err = tx.relations(ctx, r.Record)
	return r.Record, err
}

// Whole returns a record and its parts, those that the viewer may see, each with its relations: for saying who can read them.
// The record itself comes first. NotFound: no such record, or not for this viewer.
func (tx *Tx) Whole(ctx context.Context, id string) ([]access.Record, error) {
	rows, err := All[recordRow](ctx, tx, SQL(`SELECT `+recordColumns+` FROM access_record r WHERE (r.id = ? OR r.parent_id <> '' AND r.parent_id = ?)`, id, id).Visible("r").
		Add(`ORDER BY CASE WHEN r.parent_id = '' THEN 0 ELSE 1 END, r.id`))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || rows[0].ID != id {
		return nil, errs.Missing()
	}
	out := make([]access.Record, len(rows))
	for i, r := range rows {
		out[i] = r.Record
		if out[i].Relations, err = tx.relations(ctx, r.Record); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (tx *Tx) relations(ctx context.Context, r access.Record) ([]access.Relation, error) {
	rels, err := All[relationRow](ctx, tx, SQL(`SELECT g.to_id, g.kind, g.from_at, g.until_at FROM access_grant g WHERE g.record_id = ?`, r.ID).
		If(r.Parent != "", `OR g.record_id = ?`, r.Parent))
	var out []access.Relation
	for _, x := range rels {
		out = append(out, x.Relation)
	}
	return out, err
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
