package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"kith/internal/feature/directory"
	"kith/internal/kernel/errs"
)

// schoolPlaces are the postcodes of the schools, in their order, and where they lie on the invented map, in kilometres from its south-west
// corner.
var schoolPlaces = []struct {
	postcode string
	x, y     float64
}{{"HV1 2BT", 5.1, 4.7}, {"HV1 4QD", 7.0, 4.1}, {"HV3 2AB", 8.6, 7.4}, {"HV2 6LN", 3.4, 1.7}, {"HV4 1CV", 2.1, 4.9}, {"HV3 7HL", 3.6, 7.5}, {"HV5 3RY", 10.3, 4.4}}

// corners are where the boundaries of Haverdale's areas meet.
var corners = map[byte][2]float64{'A': {0, 2}, 'B': {3, .5}, 'C': {7, 0}, 'D': {11, 1}, 'E': {12, 4}, 'F': {11.5, 7}, 'G': {8, 9}, 'H': {4, 8.6}, 'I': {1, 7}, 'J': {0, 4.5}, 'K': {3.6, 3.3}, 'L': {7.8, 2.7}, 'M': {8.3, 5.9}, 'N': {4.2, 6.1}}

// wards are the areas of Haverdale, each by the corners that it goes round.
var wards = []struct{ code, name, round string }{
	{"HVW1", "Eastgate", "KLMN"}, {"HVW2", "Riverside", "ABCLK"}, {"HVW3", "Northfield", "NMFGHI"}, {"HVW4", "Calder Side", "AKNIJ"}, {"HVW5", "Moor Edge", "LCDEFM"},
}

// degrees puts kilometres of the invented map where it harms nobody: in the North Sea.
func degrees(x, y float64) [2]float64 {
	return [2]float64{math.Round((1+x/65)*1e5) / 1e5, math.Round((54.25+y/111)*1e5) / 1e5}
}

// side is the way from one corner to the next, a little crooked, and the same from both of its sides.
func side(a, b byte) (out [][2]float64) {
	from, to := corners[min(a, b)], corners[max(a, b)]
	dx, dy := to[0]-from[0], to[1]-from[1]
	for i := range 6 {
		t := float64(i) / 6
		bend := math.Sin(math.Pi*t) * (math.Sin(9*t+float64(a)+float64(b)) + .6*math.Sin(17*t)) * .12
		out = append(out, degrees(from[0]+dx*t-dy*bend, from[1]+dy*t+dx*bend))
	}
	if a < b {
		return out
	}
	back := [][2]float64{degrees(to[0], to[1])}
	for i := len(out) - 1; i > 0; i-- {
		back = append(back, out[i])
	}
	return back
}

// geography gives Haverdale its areas, and its schools a place on the map: through the registers, as a district would.
func (m *maker) geography(ctx context.Context) error {
	type geometry struct {
		Type        string         `json:"type"`
		Coordinates [][][2]float64 `json:"coordinates"`
	}
	type feature struct {
		Type       string            `json:"type"`
		Properties map[string]string `json:"properties"`
		Geometry   geometry          `json:"geometry"`
	}
	var all []feature
	for _, w := range wards {
		var ring [][2]float64
		for i := range w.round {
			ring = append(ring, side(w.round[i], w.round[(i+1)%len(w.round)])...)
		}
		all = append(all, feature{"Feature", map[string]string{"WD26CD": w.code, "WD26NM": w.name}, geometry{"Polygon", [][][2]float64{append(ring, ring[0])}}})
	}
	areas, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": all})
	if err != nil {
		return err
	}
	var codes strings.Builder
	codes.WriteString("postcode,latitude,longitude\n")
	for _, p := range schoolPlaces {
		at := degrees(p.x, p.y)
		fmt.Fprintf(&codes, "%s,%v,%v\n", p.postcode, at[1], at[0])
	}
	took, err := directory.Store{}.ImportAreas(ctx, m.db, m.sys, strings.NewReader(string(areas)), directory.Options{Alone: true})
	if err != nil {
		return err
	}
	if len(took.Rejected) > 0 {
		return errs.New(errs.Internal, "the invented areas are refused: "+took.Rejected[0].Reason)
	}
	_, err = directory.Store{}.ImportPostcodes(ctx, m.db, m.sys, strings.NewReader(codes.String()), directory.Options{Alone: true})
	return err
}
