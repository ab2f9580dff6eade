package register

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"kith/internal/platform/tabular"
)

// Point is a place in degrees on WGS84, longitude east and latitude north.
type Point struct{ Lon, Lat float64 }

// Postcode is one postcode and where its addresses lie.
type Postcode struct {
	// Postcode is written "BD1 1AA"; Outward is its first part, to be compared as a whole ("BD1" is not "BD10").
	Postcode, Outward string
	Point             Point
	// Metres is how far Point may be from the position that the file gives: 5 where it was worked out from the National
	// Grid, 0 where the file gives degrees.
	Metres int
	// Easting, Northing, Quality and the codes are there only where the file has them. Quality 10 is the best.
	Easting, Northing                  int
	Quality                            int
	CountyCode, DistrictCode, WardCode string
}

// codePointColumns are the columns of OS Code-Point Open, which is published without a header row.
var codePointColumns = []string{"Postcode", "Positional_quality_indicator", "Eastings", "Northings", "Country_code",
	"NHS_regional_HA_code", "NHS_HA_code", "Admin_county_code", "Admin_district_code", "Admin_ward_code"}

// ReadPostcodes reads postcodes with latitude and longitude (National Statistics Postcode Lookup) or with eastings and
// northings (OS Code-Point Open, with or without a header row). A postcode without a position is rejected: nothing could
// be found near it.
func ReadPostcodes(ctx context.Context, r io.Reader, each func(Postcode) error) (Report, error) {
	t, err := openTable(ctx, r, tabular.Options{Headerless: func(first []string) []string {
		if len(first) >= len(codePointColumns) {
			if _, ok := NormalPostcode(first[0]); ok {
				return codePointColumns
			}
		}
		return nil
	}})
	if err != nil {
		return Report{}, err
	}
	pc, err := t.need("Postcode", "pcds", "pcd8", "pcd7", "pcd", "PC")
	if err != nil {
		return Report{}, err
	}
	lat, lon := t.Column("lat", "latitude"), t.Column("long", "lon", "lng", "longitude")
	east, north := t.Column("easting", "eastings", "oseast1m", "EA"), t.Column("northing", "northings", "osnrth1m", "NO")
	degrees := lat >= 0 && lon >= 0
	if !degrees && (east < 0 || north < 0) {
		_, err := t.need("latitude and longitude, or eastings and northings")
		return Report{}, err
	}
	quality := t.Column("quality", "positional_quality_indicator", "PQ")
	county := t.Column("county", "admin_county_code", "oscty", "CC")
	district := t.Column("district", "admin_district_code", "oslaua", "laua", "DC")
	ward := t.Column("ward", "admin_ward_code", "osward", "WC")
	return t.each(func() (string, string, error) {
		text := t.get(pc)
		code, ok := NormalPostcode(text)
		if !ok {
			return "postcode", fmt.Sprintf("%q has not the form of a postcode", short(text)), nil
		}
		p := Postcode{Postcode: code, Outward: code[:strings.IndexByte(code, ' ')], CountyCode: t.get(county),
			DistrictCode: t.get(district), WardCode: t.get(ward), Quality: t.number(quality, "quality", 0, 99)}
		e, errE := strconv.ParseFloat(t.get(east), 64)
		n, errN := strconv.ParseFloat(t.get(north), 64)
		onGrid := errE == nil && errN == nil && e > 0 && e < 700_000 && n > 0 && n < 1_300_000
		if onGrid {
			p.Easting, p.Northing = int(math.Round(e)), int(math.Round(n))
		}
		if degrees {
			la, errLa := strconv.ParseFloat(t.get(lat), 64)
			lo, errLo := strconv.ParseFloat(t.get(lon), 64)
			switch {
			case t.get(lat) == "" || t.get(lon) == "":
				return "latitude", "the file gives no position for " + code, nil
			case errLa != nil || errLo != nil || !(la >= 49 && la <= 61.5 && lo >= -9 && lo <= 2.5):
				return "latitude", fmt.Sprintf("%s is placed at %q, %q, which is not in the United Kingdom", code, short(t.get(lat)), short(t.get(lon))), nil
			}
			p.Point = Point{lo, la}
		} else {
			if !onGrid {
				return "easting", "the file gives no position for " + code, nil
			}
			p.Point, p.Metres = FromGrid(e, n), GridMetres
		}
		if reason, again := t.seen.Again(code, "postcode", t.row.Line); again {
			return "postcode", reason, nil
		}
		return "", "", each(p)
	})
}
