package directory

import (
	"context"

	"kith/internal/feature/directory/register"
	"kith/internal/platform/store"
)

// Site is a school with where it stands: degrees, both 0 where neither the register nor its postcode says, and the code of its ward, "" where
// nothing says that.
type Site struct {
	ID, Name, Postcode, Ward string
	Latitude, Longitude      float64

	placeWard         string
	placeLat, placeLn float64
}

// Dest lists where the columns go.
func (s *Site) Dest() []any {
	return []any{&s.ID, &s.Name, &s.Postcode, &s.Ward, &s.Latitude, &s.Longitude, &s.placeWard, &s.placeLat, &s.placeLn}
}

// Sites returns the open schools of the district, by name, each with where it stands: as the register says, else as its postcode does; its
// ward likewise, else the one whose boundary it stands in.
func (s Store) Sites(ctx context.Context, tx *store.Tx) ([]Site, error) {
	sites, err := store.All[Site](ctx, tx, store.SQL(`SELECT o.id, o.name, o.postcode, o.ward_code, o.latitude, o.longitude, COALESCE(p.ward_code, ''), COALESCE(p.latitude, 0), COALESCE(p.longitude, 0)
		FROM directory_organisation o LEFT JOIN directory_postcode p ON p.district_id = o.district_id AND p.postcode = REPLACE(o.postcode, ' ', '')
		WHERE o.district_id = ? AND o.kind = 'school' AND o.status IN ('open', 'unknown') ORDER BY o.name, o.id`, tx.Viewer.District))
	if err != nil {
		return nil, err
	}
	var wards []register.Area
	for i := range sites {
		x := &sites[i]
		if x.Latitude == 0 && x.Longitude == 0 {
			x.Latitude, x.Longitude = x.placeLat, x.placeLn
		}
		if x.Ward == "" {
			x.Ward = x.placeWard
		}
		if x.Ward != "" || x.Latitude == 0 && x.Longitude == 0 {
			continue
		}
		if wards == nil {
			if wards, err = s.Areas(ctx, tx, "ward"); err != nil {
				return nil, err
			}
		}
		for j := range wards {
			if wards[j].Contains(register.Point{Lat: x.Latitude, Lon: x.Longitude}) {
				x.Ward = wards[j].Code
				break
			}
		}
	}
	return sites, nil
}
