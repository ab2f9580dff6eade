package directory

import (
	"context"
	"embed"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "directory", Files: files}

// Kinds of organisation.
const (
	School        = "school"
	Trust         = "trust"
	Collaboration = "collaboration"
	Authority     = "authority"
	Agency        = "agency"
	Partnership   = "partnership"
)

// Organisation is one organisation of the district.
type Organisation struct {
	ID, Kind, Name, URN string
	Phase, Phone        string
	Address, Postcode   string
}

func (o *Organisation) Dest() []any {
	return []any{&o.ID, &o.Kind, &o.Name, &o.URN, &o.Phase, &o.Phone, &o.Address, &o.Postcode}
}

// Store holds every SQL statement of this slice.
type Store struct{}

const columns = `o.id, o.kind, o.name, o.urn, o.phase, o.phone, o.address, o.postcode`

// Organisation returns an organisation of the district. NotFound: none.
func (Store) Organisation(ctx context.Context, tx *store.Tx, id string) (Organisation, error) {
	return store.One[Organisation](ctx, tx, store.SQL(`SELECT `+columns+` FROM directory_organisation o WHERE o.id = ? AND o.district_id = ?`, id, tx.Viewer.District))
}

// Insert adds an organisation that no register lists, such as an agency or a board.
func (Store) Insert(ctx context.Context, tx *store.Tx, o Organisation) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO directory_organisation (id, district_id, kind, name, urn, phase, phone, address, postcode) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		o.ID, tx.Viewer.District, o.Kind, o.Name, o.URN, o.Phase, o.Phone, o.Address, o.Postcode))
}

// Join makes member belong to org from a day on, and so have the term dates of a trust that keeps its own.
func (s Store) Join(ctx context.Context, tx *store.Tx, org, member, role, from string) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO directory_membership (district_id, org_id, member_id, role, from_on) VALUES (?, ?, ?, ?, ?)`, tx.Viewer.District, org, member, role, from)); err != nil {
		return err
	}
	return s.stamp(ctx, tx)
}

type orgRow struct{ ref.Organisation }

func (o *orgRow) Dest() []any { return []any{&o.ID, &o.Name, &o.Kind} }

// Names returns organisations by id, as other slices show them.
func (Store) Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := store.All[orgRow](ctx, tx, store.SQL(`SELECT o.id, o.name, o.kind FROM directory_organisation o WHERE o.district_id = ? AND `, tx.Viewer.District).In("o.id", ids))
	for _, r := range rows {
		out[r.ID] = r.Organisation
	}
	return out, err
}

// Schools returns the open schools of the district, by name. One of which the register does not say the status is held to be open.
func (Store) Schools(ctx context.Context, tx *store.Tx) ([]ref.Organisation, error) {
	rows, err := store.All[orgRow](ctx, tx, store.SQL(`SELECT o.id, o.name, o.kind FROM directory_organisation o WHERE o.district_id = ? AND o.kind = 'school' AND o.status IN ('open', 'unknown') ORDER BY o.name, o.id`, tx.Viewer.District))
	out := make([]ref.Organisation, len(rows))
	for i, r := range rows {
		out[i] = r.Organisation
	}
	return out, err
}

type whereRow struct{ postcode, ward string }

func (r *whereRow) Dest() []any { return []any{&r.postcode, &r.ward} }

// Where returns the postcode and the ward's code of an organisation, "" where they are not known. NotFound: no such organisation.
func (Store) Where(ctx context.Context, tx *store.Tx, id string) (postcode, ward string, err error) {
	r, err := store.One[whereRow](ctx, tx, store.SQL(`SELECT o.postcode, o.ward_code FROM directory_organisation o WHERE o.id = ? AND o.district_id = ?`, id, tx.Viewer.District))
	return r.postcode, r.ward, err
}

// TrustsOf returns the trusts that a school belongs to on a day.
func (Store) TrustsOf(ctx context.Context, tx *store.Tx, school string, on clock.Day) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT m.org_id FROM directory_membership m JOIN directory_organisation o ON o.id = m.org_id
		WHERE m.member_id = ? AND m.district_id = ? AND o.kind = 'trust' AND m.from_on <= ? AND (m.until_on = '' OR m.until_on >= ?) ORDER BY m.org_id`, school, tx.Viewer.District, string(on), string(on)))
}

// Phone returns the telephone number of an organisation, "" where none is known.
func (Store) Phone(ctx context.Context, tx *store.Tx, id string) (string, error) {
	return store.Value[string](ctx, tx, store.SQL(`SELECT o.phone FROM directory_organisation o WHERE o.id = ? AND o.district_id = ?`, id, tx.Viewer.District))
}

type phoneRow struct{ id, phone string }

func (p *phoneRow) Dest() []any { return []any{&p.id, &p.phone} }

// Phones returns the telephone numbers of organisations, without those of which none is known.
func (Store) Phones(ctx context.Context, tx *store.Tx, ids ...string) (map[string]string, error) {
	out := map[string]string{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := store.All[phoneRow](ctx, tx, store.SQL(`SELECT o.id, o.phone FROM directory_organisation o WHERE o.district_id = ? AND o.phone <> '' AND `, tx.Viewer.District).In("o.id", ids))
	for _, r := range rows {
		out[r.id] = r.phone
	}
	return out, err
}
