package register

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// maxTopologyPoints bounds what a small file may unfold to, since areas refer to shared lines any number of times.
const maxTopologyPoints = 20_000_000

// readTopology unfolds TopoJSON, in which neighbours share the lines between them and areas list lines by number.
func readTopology(data []byte) ([]feature, error) {
	var topo struct {
		Arcs      [][][]float64 `json:"arcs"`
		Transform *struct {
			Scale, Translate [2]float64
		} `json:"transform"`
		Objects map[string]struct {
			Geometries []struct {
				Type       string          `json:"type"`
				ID         any             `json:"id"`
				Properties map[string]any  `json:"properties"`
				Arcs       json.RawMessage `json:"arcs"`
			} `json:"geometries"`
		} `json:"objects"`
	}
	if err := json.Unmarshal(data, &topo); err != nil {
		return nil, fmt.Errorf("the file is not TopoJSON: %w", err)
	}
	arcs := make([]Ring, len(topo.Arcs))
	for i, arc := range topo.Arcs {
		var x, y float64
		for _, c := range arc {
			if len(c) < 2 {
				return nil, errors.New("a line of the TopoJSON has a point without two coordinates")
			}
			p := Point{c[0], c[1]}
			if t := topo.Transform; t != nil {
				x, y = x+c[0], y+c[1]
				p = Point{x*t.Scale[0] + t.Translate[0], y*t.Scale[1] + t.Translate[1]}
			}
			arcs[i] = append(arcs[i], p)
		}
	}
	names := make([]string, 0, len(topo.Objects))
	for n := range topo.Objects {
		names = append(names, n)
	}
	slices.Sort(names)
	var out []feature
	points := 0
	for _, n := range names {
		for _, g := range topo.Objects[n].Geometries {
			f := feature{ID: g.ID, Properties: g.Properties, Geometry: &geometry{Type: g.Type}}
			many := make([][][]int, 1)
			var err error
			switch g.Type {
			case "Polygon":
				err = json.Unmarshal(g.Arcs, &many[0])
			case "MultiPolygon":
				err = json.Unmarshal(g.Arcs, &many)
			default:
				out = append(out, f)
				continue
			}
			if err != nil {
				out = append(out, f)
				continue
			}
			for _, rings := range many {
				var poly Polygon
				for _, list := range rings {
					ring, err := join(arcs, list)
					if err != nil {
						return nil, err
					}
					if points += len(ring); points > maxTopologyPoints {
						return nil, errors.New("the boundaries unfold to more points than can be kept")
					}
					poly = append(poly, ring)
				}
				f.Geometry.polygons = append(f.Geometry.polygons, poly)
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// join strings lines together; a negative number is the line ^n backwards, and the point where two lines meet counts once.
func join(arcs []Ring, list []int) (Ring, error) {
	var ring Ring
	for _, n := range list {
		back := n < 0
		if back {
			n = ^n
		}
		if n >= len(arcs) {
			return nil, fmt.Errorf("the TopoJSON refers to line %d, which it does not have", n)
		}
		arc := arcs[n]
		if back {
			arc = slices.Clone(arc)
			slices.Reverse(arc)
		}
		if len(ring) > 0 && len(arc) > 0 {
			arc = arc[1:]
		}
		if len(ring)+len(arc) > maxTopologyPoints {
			return nil, errors.New("the boundaries unfold to more points than can be kept")
		}
		ring = append(ring, arc...)
	}
	return ring, nil
}
