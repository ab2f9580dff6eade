package directory_test

import (
	"context"
	"testing"

	"kith/internal/feature/directory"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// TRN-17: a venue at BD1 4TY under two names is one building with two venue names; a name that is spelt three ways is one venue.
func TestVenuesOfOneAddressAreOneBuilding(t *testing.T) {
	testkit.DBs(t, slice, func(t *testing.T, w *testkit.World) {
		put := func(name, address, postcode string) (v directory.Venue) {
			t.Helper()
			testkit.OK(t, w.DB.Write(t.Context(), program, func(ctx context.Context, tx *store.Tx) (err error) {
				v, err = dir.PutVenue(ctx, tx, directory.Venue{Name: name, Address: address, Postcode: postcode})
				return err
			}))
			return v
		}
		a := put("Kala Sangam", "1 Forster Square, Bradford", "BD1 4TY")
		b := put("St Peter's House", "1 Forster Square", "bd14ty")
		if a.ID == b.ID || a.Building != b.Building {
			t.Errorf("%+v and %+v should be two venues in one building", a, b)
		}
		if again := put("KALA SANGAM", "", ""); again.ID != a.ID || again.Postcode != "BD1 4TY" {
			t.Errorf("a second loading made %+v of %+v", again, a)
		}
		tower := put("Margaret McMillan Tower", "", "")
		for _, spelling := range []string{"Margaret Macmillan Tower", "Margaret Macmillan Towers"} {
			if v := put(spelling, "", ""); v.ID != tower.ID || v.Name != tower.Name {
				t.Errorf("%s is %+v, not %+v", spelling, v, tower)
			}
		}
		if hall := put("Keighley Victoria Hall", "", ""); hall.Building == tower.Building {
			t.Error("two venues of which no address is known stand in one building")
		}
		testkit.OK(t, w.DB.Read(t.Context(), program, func(ctx context.Context, tx *store.Tx) error {
			if _, err := dir.VenueNamed(ctx, tx, "Margaret Tower"); !errs.Is(err, errs.NotFound) {
				t.Errorf("another name finds a venue: %v", err)
			}
			all, err := dir.Venues(ctx, tx)
			if len(all) != 4 {
				t.Errorf("%d venues: %+v", len(all), all)
			}
			return err
		}))
	})
}

// Where a venue reads its mail is said once, and not over what somebody else said since.
func TestWhereAVenueReads(t *testing.T) {
	testkit.DBs(t, slice, func(t *testing.T, w *testkit.World) {
		v := program
		var hall directory.Venue
		set := func(who access.Viewer, email string, version int64) error {
			return w.DB.Write(t.Context(), who, func(ctx context.Context, tx *store.Tx) error {
				tx.Unaudited("a test")
				return dir.SetVenueMail(ctx, tx, hall.ID, email, version)
			})
		}
		testkit.OK(t, w.DB.Write(t.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
			tx.Unaudited("a test")
			hall, err = dir.PutVenue(ctx, tx, directory.Venue{Name: "Haver Hall", Address: "Market Place", Postcode: "HV1 1ZZ"})
			return err
		}))
		testkit.OK(t, set(v, "hall@haver.example", 0))
		if err := set(v, "other@haver.example", 0); !errs.Is(err, errs.Conflict) {
			t.Errorf("saved over what was not seen: %v", err)
		}
		if err := set(access.System("elsewhere", "a test"), "other@haver.example", 1); !errs.Is(err, errs.NotFound) {
			t.Errorf("another district: %v", err)
		}
		testkit.OK(t, w.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
			have, err := dir.Venue(ctx, tx, hall.ID)
			if have.Email != "hall@haver.example" || have.Version != 1 {
				t.Errorf("%+v", have)
			}
			return err
		}))
	})
}
