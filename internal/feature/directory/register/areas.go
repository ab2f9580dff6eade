package register

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"

	"kith/internal/platform/tabular"
)

// maxAreaBytes is the longest boundary file read: every ward of England at full detail is about 60 MB.
const maxAreaBytes = 96 << 20

// Ring is a closed line of points; the last equals the first.
type Ring []Point

// Polygon is an outer ring and then its holes.
type Polygon []Ring

// Box is the smallest box of whole degrees of longitude and latitude around an area.
type Box struct{ MinLon, MinLat, MaxLon, MaxLat float64 }

// Contains says whether p lies in the box or on its edge.
func (b Box) Contains(p Point) bool {
	return p.Lon >= b.MinLon && p.Lon <= b.MaxLon && p.Lat >= b.MinLat && p.Lat <= b.MaxLat
}

// Area is one ward, district or small census area.
type Area struct {
	// Kind is "ward", "district", "lsoa" or "msoa", told by the code's column; "area" when the file does not say.
	Kind string
	// Code is the nine-character code of the Office for National Statistics, such as E05001341.
	Code, Name string
	Polygons   []Polygon
	Box        Box
	// Label is a point inside the area where its name can stand.
	Label Point
}

// Contains says whether p lies inside the area, holes left out. A point on a shared border is in one of the two areas,
// whichever the arithmetic decides.
func (a *Area) Contains(p Point) bool {
	if !a.Box.Contains(p) {
		return false
	}
	for _, poly := range a.Polygons {
		inside := false
		for _, ring := range poly {
			if ring.winds(p) {
				inside = !inside
			}
		}
		if inside {
			return true
		}
	}
	return false
}

// winds says whether a line from p to the east crosses the ring an odd number of times.
func (r Ring) winds(p Point) bool {
	in := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) && p.Lon < a.Lon+(p.Lat-a.Lat)/(b.Lat-a.Lat)*(b.Lon-a.Lon) {
			in = !in
		}
	}
	return in
}

// ReadAreas reads boundaries from GeoJSON, or from TopoJSON, in longitude and latitude. In the report a row is the
// number of the feature in the file, from 1.
func ReadAreas(ctx context.Context, r io.Reader, each func(Area) error) (Report, error) {
	var rep Report
	data, err := io.ReadAll(io.LimitReader(r, maxAreaBytes+1))
	if err != nil {
		return rep, err
	}
	if len(data) > maxAreaBytes {
		return rep, tabular.ErrTooLarge
	}
	features, err := readFeatures(data)
	if err != nil {
		return rep, err
	}
	seen := map[string]int{}
	for i, f := range features {
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		rep.Read++
		a, field, reason := f.area()
		if reason == "" {
			if first, again := seen[a.Code]; again {
				field, reason = "code", fmt.Sprintf("area %s is already feature %d of this file", a.Code, first)
			}
		}
		if reason != "" {
			rep.Reject(Rejection{Row: i + 1, Field: field, Reason: reason})
			continue
		}
		seen[a.Code] = i + 1
		if err := each(a); err != nil {
			return rep, err
		}
		rep.Kept++
	}
	return rep, nil
}

type feature struct {
	ID         any            `json:"id"`
	Properties map[string]any `json:"properties"`
	Geometry   *geometry      `json:"geometry"`
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`

	polygons []Polygon // already decoded, from TopoJSON
}

func readFeatures(data []byte) ([]feature, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var head struct {
		Type     string    `json:"type"`
		Features []feature `json:"features"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, fmt.Errorf("the file is not GeoJSON: %w", err)
	}
	switch head.Type {
	case "FeatureCollection":
		return head.Features, nil
	case "Topology":
		return readTopology(data)
	}
	return nil, fmt.Errorf("the file is a %q, not a FeatureCollection of GeoJSON or a Topology", short(head.Type))
}

var codeKey = regexp.MustCompile(`^([A-Z]+)[0-9]{2}CD$`)

// names finds the code and the name among the properties: WD24CD and WD24NM, or plainer words.
func (f *feature) names() (kind, code, name string) {
	text := func(key string) string {
		s, _ := f.Properties[key].(string)
		return strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
	}
	keys := make([]string, 0, len(f.Properties))
	for k := range f.Properties {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, prefix := range []string{"WD", "LSOA", "MSOA", "LAD", ""} {
		for _, k := range keys {
			m := codeKey.FindStringSubmatch(k)
			if m == nil || prefix != "" && m[1] != prefix || text(k) == "" {
				continue
			}
			kind = map[string]string{"WD": "ward", "LSOA": "lsoa", "MSOA": "msoa", "LAD": "district"}[m[1]]
			if kind == "" {
				kind = "area"
			}
			return kind, text(k), text(strings.TrimSuffix(k, "CD") + "NM")
		}
	}
	for _, k := range []string{"code", "Code", "id", "reference"} {
		if code = text(k); code != "" {
			break
		}
	}
	if code == "" {
		code, _ = f.ID.(string)
	}
	for _, k := range []string{"name", "Name", "label"} {
		if name = text(k); name != "" {
			break
		}
	}
	return "area", code, name
}

func (f *feature) area() (a Area, field, reason string) {
	a.Kind, a.Code, a.Name = f.names()
	switch {
	case a.Code == "":
		return a, "code", "the area has no code"
	case a.Name == "":
		return a, "name", "the area has no name"
	case f.Geometry == nil:
		return a, "geometry", "the area has no boundary"
	}
	polygons, err := f.Geometry.decode()
	if err == nil {
		a.Polygons, a.Box, err = check(polygons)
	}
	if err != nil {
		return a, "geometry", err.Error()
	}
	lon, okLon := f.Properties["LONG"].(float64)
	lat, okLat := f.Properties["LAT"].(float64)
	a.Label = Point{lon, lat}
	if !okLon || !okLat || !a.Contains(a.Label) {
		a.Label = a.inner()
	}
	return a, "", ""
}

func (g *geometry) decode() ([]Polygon, error) {
	if g.polygons != nil {
		return g.polygons, nil
	}
	var many [][][][]float64
	switch g.Type {
	case "Polygon":
		many = make([][][][]float64, 1)
		if err := json.Unmarshal(g.Coordinates, &many[0]); err != nil {
			return nil, errors.New("the boundary's coordinates cannot be read")
		}
	case "MultiPolygon":
		if err := json.Unmarshal(g.Coordinates, &many); err != nil {
			return nil, errors.New("the boundary's coordinates cannot be read")
		}
	default:
		return nil, fmt.Errorf("the boundary is a %q, not a Polygon or MultiPolygon", short(g.Type))
	}
	out := make([]Polygon, 0, len(many))
	for _, poly := range many {
		rings := make(Polygon, 0, len(poly))
		for _, line := range poly {
			ring := make(Ring, 0, len(line))
			for _, c := range line {
				if len(c) < 2 {
					return nil, errors.New("a point of the boundary has fewer than two coordinates")
				}
				ring = append(ring, Point{c[0], c[1]})
			}
			rings = append(rings, ring)
		}
		out = append(out, rings)
	}
	return out, nil
}

// check refuses what is no boundary in degrees, closes rings left open and finds the box.
func check(polygons []Polygon) ([]Polygon, Box, error) {
	box := Box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, poly := range polygons {
		for i, ring := range poly {
			for _, p := range ring {
				if !(p.Lon >= -180 && p.Lon <= 180 && p.Lat >= -90 && p.Lat <= 90) {
					return nil, Box{}, errors.New("the boundary is not in longitude and latitude")
				}
				box.MinLon, box.MaxLon = min(box.MinLon, p.Lon), max(box.MaxLon, p.Lon)
				box.MinLat, box.MaxLat = min(box.MinLat, p.Lat), max(box.MaxLat, p.Lat)
			}
			if n := len(ring); n > 0 && ring[0] != ring[n-1] {
				ring = append(ring, ring[0])
				poly[i] = ring
			}
			if len(ring) < 4 {
				return nil, Box{}, errors.New("a ring of the boundary has fewer than three corners")
			}
		}
	}
	if math.IsInf(box.MinLon, 0) {
		return nil, Box{}, errors.New("the area has no boundary")
	}
	return polygons, box, nil
}

// inner returns the middle of the widest stretch of the area along a few lines of latitude: always a point inside, and
// near the middle of anything compact.
func (a *Area) inner() Point {
	best, width := Point{(a.Box.MinLon + a.Box.MaxLon) / 2, (a.Box.MinLat + a.Box.MaxLat) / 2}, -1.0
	for step := range 9 {
		// From the middle outwards, so that the middle wins a draw.
		off := float64((step+1)/2) * 0.1
		if step%2 == 0 {
			off = -off
		}
		lat := a.Box.MinLat + (0.5+off)*(a.Box.MaxLat-a.Box.MinLat)
		var cuts []float64
		for _, poly := range a.Polygons {
			for _, r := range poly {
				for i := 1; i < len(r); i++ {
					p, q := r[i-1], r[i]
					if (p.Lat > lat) != (q.Lat > lat) {
						cuts = append(cuts, p.Lon+(lat-p.Lat)/(q.Lat-p.Lat)*(q.Lon-p.Lon))
					}
				}
			}
		}
		slices.Sort(cuts)
		for i := 1; i < len(cuts); i += 2 {
			if w := cuts[i] - cuts[i-1]; w > width*1.2 {
				best, width = Point{(cuts[i] + cuts[i-1]) / 2, lat}, w
			}
		}
	}
	return best
}

// Simplify returns the area with points left out that lie within metres of the line between their neighbours, for
// drawing small. Rings too small to be seen at that tolerance are left out, but never the last one.
func (a *Area) Simplify(metres float64) Area {
	out := *a
	out.Polygons = nil
	east := math.Cos(a.Label.Lat * math.Pi / 180)
	for _, poly := range a.Polygons {
		var rings Polygon
		for i, r := range poly {
			s := r.simplify(metres/111_195, east)
			if len(s) < 4 {
				if i == 0 {
					break
				}
				continue
			}
			rings = append(rings, s)
		}
		if len(rings) > 0 {
			out.Polygons = append(out.Polygons, rings)
		}
	}
	if len(out.Polygons) == 0 {
		out.Polygons = a.Polygons
	}
	return out
}

// simplify is the Douglas-Peucker line reduction, tolerance in degrees of latitude, over the two halves of the ring
// between its first point and the one farthest from it.
func (r Ring) simplify(tolerance, east float64) Ring {
	flat := func(p, q Point) (x, y float64) { return (q.Lon - p.Lon) * east, q.Lat - p.Lat }
	far, dist := 0, -1.0
	for i, p := range r {
		if x, y := flat(r[0], p); math.Hypot(x, y) > dist {
			far, dist = i, math.Hypot(x, y)
		}
	}
	keep := make([]bool, len(r))
	keep[0], keep[far], keep[len(r)-1] = true, true, true
	for stack := [][2]int{{0, far}, {far, len(r) - 1}}; len(stack) > 0; {
		from, to := stack[len(stack)-1][0], stack[len(stack)-1][1]
		stack = stack[:len(stack)-1]
		dx, dy := flat(r[from], r[to])
		length := dx*dx + dy*dy
		at, worst := -1, tolerance
		for i := from + 1; i < to; i++ {
			x, y := flat(r[from], r[i])
			t := 0.0
			if length > 0 {
				t = min(1, max(0, (x*dx+y*dy)/length))
			}
			if d := math.Hypot(x-t*dx, y-t*dy); d > worst {
				at, worst = i, d
			}
		}
		if at >= 0 {
			keep[at] = true
			stack = append(stack, [2]int{from, at}, [2]int{at, to})
		}
	}
	var out Ring
	for i, p := range r {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}
