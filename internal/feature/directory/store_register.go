package directory

import (
	"context"
	"strings"

	"kith/internal/feature/directory/register"
	"kith/internal/kernel/clock"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// entry is everything that the register says of an organisation, with what identifies it here.
type entry struct {
	ID, Kind, Name, URN, Group           string
	Authority, AuthorityName             string
	Number, Type, TypeGroup, Phase       string
	Status                               string
	Opened, Closed                       string
	Low, High, Capacity, Pupils          int64
	Gender, Religion, Nursery, SixthForm string
	Address, Town, Postcode              string
	Phone, Website                       string
	Latitude, Longitude                  float64
	District, Ward                       string
	Trust, Federation, UKPRN             string
	PublicNumber, Companies              string
	Hash                                 string // of the row of the file that was last taken
}

const entryColumns = `id, kind, name, urn, group_uid, la_code, la_name, number, type, type_group, phase, status, opened_on, closed_on, low_age, high_age, capacity, pupils,
	gender, religion, nursery, sixth_form, address, town, postcode, phone, website, latitude, longitude, district_code, ward_code, trust_uid, federation_uid, ukprn,
	public_number, companies_house, source_hash`

func (e *entry) Dest() []any {
	return []any{&e.ID, &e.Kind, &e.Name, &e.URN, &e.Group, &e.Authority, &e.AuthorityName, &e.Number, &e.Type, &e.TypeGroup, &e.Phase, &e.Status, &e.Opened, &e.Closed,
		&e.Low, &e.High, &e.Capacity, &e.Pupils, &e.Gender, &e.Religion, &e.Nursery, &e.SixthForm, &e.Address, &e.Town, &e.Postcode, &e.Phone, &e.Website,
		&e.Latitude, &e.Longitude, &e.District, &e.Ward, &e.Trust, &e.Federation, &e.UKPRN, &e.PublicNumber, &e.Companies, &e.Hash}
}

func (e *entry) values() []any {
	return []any{e.ID, e.Kind, e.Name, e.URN, e.Group, e.Authority, e.AuthorityName, e.Number, e.Type, e.TypeGroup, e.Phase, e.Status, e.Opened, e.Closed,
		e.Low, e.High, e.Capacity, e.Pupils, e.Gender, e.Religion, e.Nursery, e.SixthForm, e.Address, e.Town, e.Postcode, e.Phone, e.Website,
		e.Latitude, e.Longitude, e.District, e.Ward, e.Trust, e.Federation, e.UKPRN, e.PublicNumber, e.Companies, e.Hash}
}

// columnNames splits a list of columns.
func columnNames(list string) []string {
	out := strings.Split(list, ",")
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// overwrite is the tail of an INSERT that puts the new values in the place of a row with the same key.
func overwrite(key, columns string) string {
	var set []string
	for _, c := range columnNames(columns) {
		if !strings.Contains(","+strings.ReplaceAll(key, " ", "")+",", ","+c+",") {
			set = append(set, c+" = excluded."+c)
		}
	}
	return "ON CONFLICT (" + key + ") DO UPDATE SET " + strings.Join(set, ", ")
}

var keepEntry = overwrite("id", entryColumns) + ", version = directory_organisation.version + 1"

func (Store) putEntries(ctx context.Context, tx *store.Tx, entries []entry) error {
	values := make([]any, 0, 38*len(entries))
	for i := range entries {
		values = append(append(values, entries[i].values()...), tx.Viewer.District)
	}
	return bulk.Insert(ctx, tx, `INSERT INTO directory_organisation (`+entryColumns+`, district_id) VALUES`, 38, values, keepEntry)
}

// known is what is looked at first: whether the row was taken before.
type known struct{ Key, ID, Hash string }

func (k *known) Dest() []any { return []any{&k.Key, &k.ID, &k.Hash} }

func (Store) knownBy(ctx context.Context, tx *store.Tx, group bool, keys []string) (map[string]known, error) {
	q := store.SQL(`SELECT o.urn, o.id, o.source_hash FROM directory_organisation o WHERE o.district_id = ? AND o.urn <> '' AND `, tx.Viewer.District).In("o.urn", keys)
	if group {
		q = store.SQL(`SELECT o.group_uid, o.id, o.source_hash FROM directory_organisation o WHERE o.district_id = ? AND o.group_uid <> '' AND `, tx.Viewer.District).In("o.group_uid", keys)
	}
	rows, err := store.All[known](ctx, tx, q)
	out := make(map[string]known, len(rows))
	for _, r := range rows {
		out[r.Key] = r
	}
	return out, err
}

func (Store) entries(ctx context.Context, tx *store.Tx, ids []string) (map[string]entry, error) {
	out := map[string]entry{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := store.All[entry](ctx, tx, store.SQL(`SELECT `+entryColumns+` FROM directory_organisation WHERE district_id = ? AND `, tx.Viewer.District).In("id", ids))
	for _, e := range rows {
		out[e.ID] = e
	}
	return out, err
}

// Roles of the memberships that the register keeps. Those made by hand belong to organisations without a number of the register,
// and are left alone.
const (
	roleTrust      = "trust"
	roleFederation = "federation"
)

// bind makes the memberships of these schools, or of the schools of these groups, what the register says. The register does not say since
// when a school has belonged to its trust, so the day is the one on which it was first seen. Where anything changes the calendar has a
// new stamp: a trust may keep dates of its own.
func (s Store) bind(ctx context.Context, tx *store.Tx, groups bool, ids []string, day clock.Day) error {
	district, column, changed := tx.Viewer.District, "s.id", int64(0)
	if groups {
		column = "g.id"
	}
	for _, tie := range []struct{ role, end, begin string }{
		{roleTrust, `NOT EXISTS (SELECT 1 FROM directory_organisation s JOIN directory_organisation g ON g.district_id = s.district_id AND g.group_uid = s.trust_uid
			WHERE s.id = directory_membership.member_id AND g.id = directory_membership.org_id AND g.group_uid <> '')`,
			`JOIN directory_organisation g ON g.district_id = s.district_id AND g.group_uid = s.trust_uid WHERE s.trust_uid <> ''`},
		{roleFederation, `NOT EXISTS (SELECT 1 FROM directory_organisation s JOIN directory_organisation g ON g.district_id = s.district_id AND g.group_uid = s.federation_uid
			WHERE s.id = directory_membership.member_id AND g.id = directory_membership.org_id AND g.group_uid <> '')`,
			`JOIN directory_organisation g ON g.district_id = s.district_id AND g.group_uid = s.federation_uid WHERE s.federation_uid <> ''`},
	} {
		if !groups {
			n, err := tx.Exec(ctx, store.SQL(`UPDATE directory_membership SET until_on = ? WHERE district_id = ? AND role = ? AND until_on = '' AND `, string(day), district, tie.role).
				In("member_id", ids).Add(`AND EXISTS (SELECT 1 FROM directory_organisation k WHERE k.id = directory_membership.org_id AND k.group_uid <> '') AND `+tie.end))
			if err != nil {
				return err
			}
			changed += n
		}
		n, err := tx.Exec(ctx, store.SQL(`INSERT INTO directory_membership (district_id, org_id, member_id, role, from_on)
			SELECT s.district_id, g.id, s.id, ?, ? FROM directory_organisation s `+tie.begin+` AND g.group_uid <> '' AND s.district_id = ?
			AND NOT EXISTS (SELECT 1 FROM directory_membership m WHERE m.org_id = g.id AND m.member_id = s.id AND m.until_on = '') AND `, tie.role, string(day), district).
			In(column, ids).Add(`ON CONFLICT (org_id, member_id, from_on) DO UPDATE SET until_on = ''`))
		if err != nil {
			return err
		}
		changed += n
	}
	if changed == 0 {
		return nil
	}
	return s.stamp(ctx, tx)
}

type linkRow struct{ register.Link }

func (l *linkRow) Dest() []any {
	return []any{&l.URN, &l.LinkURN, &l.Type, (*string)(&l.Kind), &l.LinkName, (*string)(&l.Established)}
}

const linkColumns = `urn, link_urn, type, kind, name, established_on`

// linksOf returns the links at either end of which one of the URNs stands.
func (Store) linksOf(ctx context.Context, tx *store.Tx, urns []string) ([]register.Link, error) {
	rows, err := store.All[linkRow](ctx, tx, store.SQL(`SELECT `+linkColumns+` FROM directory_link WHERE district_id = ? AND (`, tx.Viewer.District).
		In("urn", urns).Add("OR").In("link_urn", urns).Add(`) ORDER BY urn, link_urn, type`))
	out := make([]register.Link, len(rows))
	for i, r := range rows {
		out[i] = r.Link
	}
	return out, err
}

func (Store) putLinks(ctx context.Context, tx *store.Tx, links []register.Link) error {
	var values []any
	for _, l := range links {
		values = append(values, l.URN, l.LinkURN, l.Type, string(l.Kind), l.LinkName, string(l.Established), tx.Viewer.District)
	}
	return bulk.Insert(ctx, tx, `INSERT INTO directory_link (`+linkColumns+`, district_id) VALUES`, 7, values, overwrite("district_id, urn, link_urn, type", linkColumns))
}

type statusRow struct{ URN, Status string }

func (s *statusRow) Dest() []any { return []any{&s.URN, &s.Status} }

// Successor returns the open school that took a school's place, following the register's links (ROL-7): the school itself
// when it is open. Resolution.Reason is the sentence where there is none, or where a person must choose.
func (s Store) Successor(ctx context.Context, tx *store.Tx, urn string) (register.Resolution, error) {
	status := map[string]register.Status{}
	var links []register.Link
	seen := map[string]bool{urn: true}
	for at := []string{urn}; len(at) > 0; {
		rows, err := store.All[statusRow](ctx, tx, store.SQL(`SELECT o.urn, o.status FROM directory_organisation o WHERE o.district_id = ? AND o.urn <> '' AND `, tx.Viewer.District).In("o.urn", at))
		if err != nil {
			return register.Resolution{}, err
		}
		for _, r := range rows {
			status[r.URN] = registerStatus(r.Status)
		}
		more, err := s.linksOf(ctx, tx, at)
		if err != nil {
			return register.Resolution{}, err
		}
		at = nil
		for _, l := range more {
			links = append(links, l)
			for _, u := range []string{l.URN, l.LinkURN} {
				if !seen[u] {
					seen[u] = true
					at = append(at, u)
				}
			}
		}
	}
	return register.NewSuccession(links).Resolve(urn, func(u string) (register.Status, bool) { st, ok := status[u]; return st, ok }), nil
}
