package training

import (
	"cmp"
	"context"
	"slices"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Demand is how many of one organisation, or of one area, ask or wait for a place on a course, and how many have registered an interest in it
// while it has no dates (TRN-19). The two are never added up: whoever waits has said when they can come. It names nobody.
type Demand struct {
	Course   CourseID
	Party    string // as Place.Party; "" where it is not known, and for an area
	Outward  string // outward postcode, "" where it is not known
	Ward     string
	Waiting  int64
	Interest int64
}

// Dest lists where the columns go.
func (d *Demand) Dest() []any {
	return []any{(*string)(&d.Course), &d.Party, &d.Outward, &d.Ward, &d.Waiting, &d.Interest}
}

// Demand returns who asks, waits or is interested, by course and organisation, from the ledgers of places and of interest.
func (Store) Demand(ctx context.Context, tx *store.Tx) ([]Demand, error) {
	return store.All[Demand](ctx, tx, store.SQL(`SELECT x.course_id, x.party, x.outward, x.ward, SUM(x.waiting), SUM(x.interest) FROM (
		SELECT r.course_id AS course_id, p.party AS party, p.outward AS outward, p.ward AS ward, 1 AS waiting, 0 AS interest FROM training_place p JOIN training_run r ON r.id = CASE WHEN p.run_id <> '' THEN p.run_id ELSE p.first_run END
			WHERE p.district_id = ? AND p.state IN ('asked', 'waiting')
		UNION ALL SELECT w.course_id, w.party, w.outward, w.ward, 0, 1 FROM training_wish w WHERE w.district_id = ? AND w.told_at = 0) x
		GROUP BY x.course_id, x.party, x.outward, x.ward ORDER BY x.course_id, x.party, x.outward, x.ward`, tx.Viewer.District, tx.Viewer.District))
}

// DemandFor sums up the demand for a course: of everybody, and by outward postcode, the unknown one last.
func DemandFor(all []Demand, course CourseID) (whole Demand, areas []Demand) {
	whole.Course = course
	for _, d := range all {
		if d.Course != course {
			continue
		}
		i := slices.IndexFunc(areas, func(a Demand) bool { return a.Outward == d.Outward })
		if i < 0 {
			i, areas = len(areas), append(areas, Demand{Course: course, Outward: d.Outward})
		}
		for _, sum := range []*Demand{&whole, &areas[i]} {
			sum.Waiting, sum.Interest = sum.Waiting+d.Waiting, sum.Interest+d.Interest
		}
	}
	slices.SortFunc(areas, func(x, y Demand) int {
		if (x.Outward == "") != (y.Outward == "") {
			return cmp.Compare(y.Outward, x.Outward)
		}
		return cmp.Compare(x.Outward, y.Outward)
	})
	return whole, areas
}

// insertWish writes into the ledger of interest where the viewer works, and not who they are.
func (f *Feature) insertWish(ctx context.Context, tx *store.Tx, i Interest) error {
	org, err := f.People.OrgOf(ctx, tx, i.Account)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	postcode, ward := "", ""
	if org != "" {
		if postcode, ward, err = f.Organisations.Where(ctx, tx, org); err != nil {
			return err
		}
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO training_wish (id, district_id, course_id, party, outward, ward) VALUES (?, ?, ?, ?, ?, ?)`, i.ID, tx.Viewer.District, string(i.Course), org, Outward(postcode), ward))
}
