package people_test

import (
	"context"
	"fmt"
	"testing"

	"kith/internal/feature/people"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/platform/bulk"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

var slices = []store.Slice{search.Migrations, people.Migrations}

var program = access.System("district", "test")

func lead(org string) access.Viewer {
	return access.Viewer{Account: "lead", District: "district", Now: clock.Of(testkit.Monday), Strength: access.SecondFactor,
		Roles: map[access.Role][]string{access.Member: {org}, access.DSL: {org}}}
}

// A child put on the roll among many is what one put there alone is: card, file, contacts, flags and every name it is found by.
func TestBulkInsertIsInsertForMany(t *testing.T) {
	testkit.DBs(t, slices, func(t *testing.T, w *testkit.World) {
		var all []*people.Arrival
		for i := range 450 {
			all = append(all, &people.Arrival{Child: people.Child{Org: "north", Given: fmt.Sprintf("Given%d", i), Family: "O’Neil-Smith"}})
		}
		a := &people.Arrival{
			Child:    people.Child{Org: "north", Given: "Mo", Family: "Khan", Class: "4B", Year: "4"},
			Detail:   people.Detail{Born: "2018-03-04", UPN: "B801200005001", Source: "77"},
			Said:     people.Said{LegalGiven: "Mohammed", FormerFamily: "Aziz", SEN: "K"},
			Contacts: []people.RollContact{{Contact: people.Contact{Name: "Sara Khan", Phone: "01274 000000", Priority: 1, CourtOrder: true}, OrderWords: "no contact"}},
			Flags:    []people.Flag{{Kind: "ehcp", From: "2026-01-01"}},
		}
		all = append(all, a)
		testkit.OK(t, w.DB.Write(t.Context(), program, func(ctx context.Context, tx *store.Tx) error {
			return people.Store{}.BulkInsert(ctx, tx, all)
		}))
		s := people.Store{}
		testkit.OK(t, w.DB.Read(t.Context(), lead("north"), func(ctx context.Context, tx *store.Tx) error {
			for _, name := range []string{"mo khan", "mohammed", "aziz"} {
				found, err := s.Pick(ctx, tx, []string{"north"}, name)
				testkit.OK(t, err)
				if len(found) != 1 || found[0] != a.Child {
					t.Errorf("%q finds %+v", name, found)
				}
			}
			found, err := s.Pick(ctx, tx, []string{"north"}, "oneil")
			testkit.OK(t, err)
			if len(found) != people.PickAtMost {
				t.Errorf("%d found", len(found))
			}
			d, err := s.Detail(ctx, tx, a.Child.File)
			testkit.OK(t, err)
			if d != a.Detail {
				t.Errorf("%+v", d)
			}
			c, err := s.Contacts(ctx, tx, a.Child.File)
			testkit.OK(t, err)
			if len(c) != 1 || c[0].Name != "Sara Khan" || !c[0].CourtOrder {
				t.Errorf("%+v", c)
			}
			f, err := s.Flags(ctx, tx, a.Child.File)
			testkit.OK(t, err)
			if len(f) != 1 || f[0].Kind != "ehcp" {
				t.Errorf("%+v", f)
			}
			return nil
		}))
		testkit.OK(t, w.DB.Read(t.Context(), lead("south"), func(ctx context.Context, tx *store.Tx) error {
			if found, err := s.Pick(ctx, tx, []string{"north", "south"}, "mohammed"); err != nil || len(found) != 0 {
				t.Errorf("another school's lead finds %+v %v", found, err)
			}
			return nil
		}))
	})
}

// 140,000 children in under 60 seconds, with nobody signed in.
func BenchmarkImportChildren(b *testing.B) {
	const children, school = 140_000, 400
	for b.Loop() {
		b.StopTimer()
		w := testkit.SQLite(b, slices...)
		b.StartTimer()
		out := bulk.Writer[*people.Arrival]{Pace: bulk.Pace{DB: w.DB, Viewer: program, Alone: true, Cost: people.ArrivalRows},
			Put: func(ctx context.Context, tx *store.Tx, as []*people.Arrival) (bulk.Tally, error) {
				return bulk.Tally{Created: len(as)}, people.Store{}.BulkInsert(ctx, tx, as)
			}}
		ids := id.Random()
		org := ""
		for i := range children {
			if i%school == 0 {
				org = ids.New(w.DB.Now())
			}
			testkit.OK(b, out.Add(b.Context(), &people.Arrival{
				Child:    people.Child{Org: org, Given: fmt.Sprintf("Given%d", i%977), Family: fmt.Sprintf("Family%d", i%7919), Class: "4B", Year: "4"},
				Detail:   people.Detail{Born: "2018-03-04", Sex: "F", UPN: fmt.Sprintf("B8012000%05d", i), Source: fmt.Sprint(i), Address: "1 High Street, Haverdale", Postcode: "BD1 1AA"},
				Contacts: []people.RollContact{{Contact: people.Contact{Name: "A contact", Phone: "01274 000000", Priority: 1, Parental: true}}, {Contact: people.Contact{Name: "Another contact", Phone: "01274 000001", Priority: 2}}},
			}))
		}
		testkit.OK(b, out.Flush(b.Context()))
		if out.Created != children {
			b.Fatal(out.Tally)
		}
	}
	b.ReportMetric(float64(children)*float64(b.N)/b.Elapsed().Seconds(), "children/s")
}
