package directory

import (
	"context"
	"slices"
	"strings"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// membership is a school's belonging to a trust or a collaboration, from a day until a day, "" for without end.
type membership struct {
	Group, Kind, School string
	From, Until         clock.Day
}

func (m *membership) Dest() []any {
	return []any{&m.Group, &m.Kind, &m.School, (*string)(&m.From), (*string)(&m.Until)}
}

func (m membership) on(day clock.Day) bool {
	return m.From <= day && (m.Until == "" || day <= m.Until)
}

// groups are the trusts and collaborations that keep dates, with their schools: those whose dates come before others' first. A trust
// runs its schools and comes before a collaboration; of two of a kind the one that the school joined last.
type groups []membership

// of returns whose dates a school shares on a day before it shares the district's: "" for nobody's.
func (g groups) of(org string, day clock.Day) string {
	for _, m := range g {
		if m.School == org && m.on(day) {
			return m.Group
		}
	}
	return ""
}

// keeping leaves the groups that have dates, or a year of their own.
func keeping(all []membership, dates []schoolyear.Date, own []ownYear) (out groups) {
	keeps := map[string]bool{}
	for _, d := range dates {
		keeps[d.Org] = true
	}
	for _, o := range own {
		keeps[o.Org] = true
	}
	for _, m := range all {
		if keeps[m.Group] {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b membership) int {
		if (a.Kind == Trust) != (b.Kind == Trust) {
			if a.Kind == Trust {
				return -1
			}
			return 1
		}
		if c := strings.Compare(string(b.From), string(a.From)); c != 0 {
			return c
		}
		return strings.Compare(a.Group, b.Group)
	})
	return out
}

// memberships returns which schools belong, belonged or will belong to the trusts and collaborations of the district.
func (Store) memberships(ctx context.Context, tx *store.Tx) ([]membership, error) {
	return store.All[membership](ctx, tx, store.SQL(`SELECT m.org_id, o.kind, m.member_id, m.from_on, m.until_on FROM directory_membership m JOIN directory_organisation o ON o.id = m.org_id
		WHERE m.district_id = ? AND o.kind IN ('trust', 'collaboration') ORDER BY m.org_id, m.member_id, m.from_on`, tx.Viewer.District))
}

// Groups are the trusts and collaborations that have schools on a day, by name.
func (Store) Groups(ctx context.Context, tx *store.Tx, on clock.Day) ([]ref.Organisation, error) {
	rows, err := store.All[orgRow](ctx, tx, store.SQL(`SELECT o.id, o.name, o.kind FROM directory_organisation o WHERE o.district_id = ? AND o.kind IN ('trust', 'collaboration')
		AND EXISTS (SELECT 1 FROM directory_membership m WHERE m.org_id = o.id AND m.from_on <= ? AND (m.until_on = '' OR m.until_on >= ?)) ORDER BY o.name, o.id`, tx.Viewer.District, string(on), string(on)))
	out := make([]ref.Organisation, len(rows))
	for i, r := range rows {
		out[i] = r.Organisation
	}
	return out, err
}
