package directory

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"kith/internal/feature/directory/register"
	"kith/internal/kernel/access"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// ImportLinks takes the register's links between establishments. A link that is not in the file is left as it is.
func (s Store) ImportLinks(ctx context.Context, db *store.DB, v access.Viewer, r io.Reader, o Options) (bulk.Result, error) {
	m := importer[register.Link]{kind: "links", read: register.ReadLinks}
	m.put = func(ctx context.Context, tx *store.Tx, dry bool, rows []register.Link) (bulk.Tally, error) {
		urns := make([]string, len(rows))
		for i, l := range rows {
			urns[i] = l.URN
		}
		have, err := s.linksOf(ctx, tx, urns)
		if err != nil {
			return bulk.Tally{}, err
		}
		return keep(dry, have, rows, func(l register.Link) string { return l.URN + l.LinkURN + l.Type }, nil,
			func(put []register.Link) error { return s.putLinks(ctx, tx, put) })
	}
	return m.run(ctx, db, v, r, o, nil)
}

// keep counts rows against those already there and hands on the new and the changed ones. merge, when set, gives what a row
// becomes over the one there.
func keep[T comparable](dry bool, have, rows []T, key func(T) string, merge func(old, row T) T, write func([]T) error) (t bulk.Tally, err error) {
	old := make(map[string]T, len(have))
	for _, h := range have {
		old[key(h)] = h
	}
	var put []T
	for _, row := range rows {
		was, ok := old[key(row)]
		if ok && merge != nil {
			row = merge(was, row)
		}
		switch {
		case !ok:
			t.Created++
		case was == row:
			t.Unchanged++
			continue
		default:
			t.Updated++
		}
		put = append(put, row)
	}
	if dry || len(put) == 0 {
		return t, nil
	}
	return t, write(put)
}

// Place is where a postcode lies.
type Place struct {
	Key                 string // without a space: BD11AA
	Latitude, Longitude float64
	// Metres is how far off the position may be; 0 where the source gave degrees.
	Metres         int64
	District, Ward string // codes of the Office for National Statistics, "" where no source gave them
}

func (p *Place) Dest() []any {
	return []any{&p.Key, &p.Latitude, &p.Longitude, &p.Metres, &p.District, &p.Ward}
}

const placeColumns = `postcode, latitude, longitude, metres, district_code, ward_code`

// places asks for the range of the keys besides: files are sorted, and a database that has not counted its new rows yet would
// otherwise read all of them.
func (Store) places(ctx context.Context, tx *store.Tx, keys []string) ([]Place, error) {
	return store.All[Place](ctx, tx, store.SQL(`SELECT `+placeColumns+` FROM directory_postcode WHERE district_id = ? AND postcode >= ? AND postcode <= ? AND `,
		tx.Viewer.District, slices.Min(keys), slices.Max(keys)).In("postcode", keys))
}

// Places returns where postcodes lie, by the postcode as it was given. Unknown ones are left out.
func (s Store) Places(ctx context.Context, tx *store.Tx, postcodes ...string) (map[string]Place, error) {
	keys := map[string]string{}
	var ask []string
	for _, p := range postcodes {
		if n, ok := register.NormalPostcode(p); ok {
			keys[p] = strings.ReplaceAll(n, " ", "")
			ask = append(ask, keys[p])
		}
	}
	out := map[string]Place{}
	if len(ask) == 0 {
		return out, nil
	}
	found, err := s.places(ctx, tx, ask)
	for given, key := range keys {
		for _, p := range found {
			if p.Key == key {
				out[given] = p
			}
		}
	}
	return out, err
}

// ImportPostcodes takes postcodes with their positions. A position worked out from the National Grid does not replace one
// given in degrees, which is nearer the truth; codes of areas are added where they were missing.
func (s Store) ImportPostcodes(ctx context.Context, db *store.DB, v access.Viewer, r io.Reader, o Options) (bulk.Result, error) {
	m := importer[register.Postcode]{kind: "postcodes", read: register.ReadPostcodes}
	m.put = func(ctx context.Context, tx *store.Tx, dry bool, rows []register.Postcode) (bulk.Tally, error) {
		places, keys := make([]Place, len(rows)), make([]string, len(rows))
		for i, p := range rows {
			keys[i] = strings.ReplaceAll(p.Postcode, " ", "")
			places[i] = Place{keys[i], p.Point.Lat, p.Point.Lon, int64(p.Metres), p.DistrictCode, p.WardCode}
		}
		have, err := s.places(ctx, tx, keys)
		if err != nil {
			return bulk.Tally{}, err
		}
		return keep(dry, have, places, func(p Place) string { return p.Key }, func(old, row Place) Place {
			if row.Metres > old.Metres {
				row.Latitude, row.Longitude, row.Metres = old.Latitude, old.Longitude, old.Metres
			}
			if row.District == "" {
				row.District = old.District
			}
			if row.Ward == "" {
				row.Ward = old.Ward
			}
			return row
		}, func(put []Place) error {
			values := make([]any, 0, 7*len(put))
			for _, p := range put {
				values = append(values, p.Key, p.Latitude, p.Longitude, p.Metres, p.District, p.Ward, tx.Viewer.District)
			}
			return bulk.Insert(ctx, tx, `INSERT INTO directory_postcode (`+placeColumns+`, district_id) VALUES`, 7, values, overwrite("district_id, postcode", placeColumns))
		})
	}
	return m.run(ctx, db, v, r, o, nil)
}

// areaRow is an area as it is stored.
type areaRow struct {
	Code, Kind, Name, Rings string
	Box                     register.Box
	Label                   register.Point
}

func (a *areaRow) Dest() []any {
	return []any{&a.Code, &a.Kind, &a.Name, &a.Rings, &a.Box.MinLon, &a.Box.MinLat, &a.Box.MaxLon, &a.Box.MaxLat, &a.Label.Lon, &a.Label.Lat}
}

const areaColumns = `code, kind, name, rings, min_lon, min_lat, max_lon, max_lat, label_lon, label_lat`

// rowsPerArea makes closures of boundaries, which are long texts, small.
const rowsPerArea = 25

// ImportAreas takes the boundaries of wards and other areas. An area is known by its code.
func (s Store) ImportAreas(ctx context.Context, db *store.DB, v access.Viewer, r io.Reader, o Options) (bulk.Result, error) {
	m := importer[register.Area]{kind: "areas", read: register.ReadAreas, cost: rowsPerArea}
	m.put = func(ctx context.Context, tx *store.Tx, dry bool, rows []register.Area) (bulk.Tally, error) {
		areas, codes := make([]areaRow, len(rows)), make([]string, len(rows))
		for i, a := range rows {
			rings, err := json.Marshal(flat(a.Polygons))
			if err != nil {
				return bulk.Tally{}, err
			}
			codes[i], areas[i] = a.Code, areaRow{a.Code, a.Kind, a.Name, string(rings), a.Box, a.Label}
		}
		have, err := store.All[areaRow](ctx, tx, store.SQL(`SELECT `+areaColumns+` FROM directory_area WHERE district_id = ? AND `, tx.Viewer.District).In("code", codes))
		if err != nil {
			return bulk.Tally{}, err
		}
		return keep(dry, have, areas, func(a areaRow) string { return a.Code }, nil, func(put []areaRow) error {
			var values []any
			for _, a := range put {
				values = append(values, a.Code, a.Kind, a.Name, a.Rings, a.Box.MinLon, a.Box.MinLat, a.Box.MaxLon, a.Box.MaxLat, a.Label.Lon, a.Label.Lat, tx.Viewer.District)
			}
			return bulk.Insert(ctx, tx, `INSERT INTO directory_area (`+areaColumns+`, district_id) VALUES`, 11, values, overwrite("district_id, code", areaColumns))
		})
	}
	return m.run(ctx, db, v, r, o, nil)
}

// Areas returns the areas of a kind, such as "ward", by name.
func (Store) Areas(ctx context.Context, tx *store.Tx, kind string) ([]register.Area, error) {
	rows, err := store.All[areaRow](ctx, tx, store.SQL(`SELECT `+areaColumns+` FROM directory_area WHERE district_id = ? AND kind = ? ORDER BY name, code`, tx.Viewer.District, kind))
	if err != nil {
		return nil, err
	}
	out := make([]register.Area, len(rows))
	for i, r := range rows {
		var polygons [][][][2]float64
		if err := json.Unmarshal([]byte(r.Rings), &polygons); err != nil {
			return nil, err
		}
		out[i] = register.Area{Kind: r.Kind, Code: r.Code, Name: r.Name, Polygons: polygonsOf(polygons), Box: r.Box, Label: r.Label}
	}
	return out, nil
}

func flat(polygons []register.Polygon) [][][][2]float64 {
	out := make([][][][2]float64, len(polygons))
	for i, p := range polygons {
		out[i] = make([][][2]float64, len(p))
		for j, ring := range p {
			for _, at := range ring {
				out[i][j] = append(out[i][j], [2]float64{at.Lon, at.Lat})
			}
		}
	}
	return out
}

func polygonsOf(polygons [][][][2]float64) []register.Polygon {
	out := make([]register.Polygon, len(polygons))
	for i, p := range polygons {
		for _, points := range p {
			var ring register.Ring
			for _, at := range points {
				ring = append(ring, register.Point{Lon: at[0], Lat: at[1]})
			}
			out[i] = append(out[i], ring)
		}
	}
	return out
}
