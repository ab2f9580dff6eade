package picture

import (
	"cmp"
	"context"
	"io"
	"math"
	"slices"
	"strconv"
)

// PlaceKind says how far something has come at a place of a map.
type PlaceKind int

// The kinds of places, in the order in which a key lists them.
const (
	PlaceDone  PlaceKind = iota // filled
	PlaceBegun                  // a ring
	PlaceNone                   // a dashed outline
)

// MapPlace is a place on a map, with the number under which the table lists it.
type MapPlace struct {
	Number   int
	Lon, Lat float64
	Kind     PlaceKind
}

// MapArea is a part of a district: its boundary as rings of longitude and latitude, where its name stands, and a few words below it.
type MapArea struct {
	Name, Words string
	Note        string // after the words, where there is room for it
	Rings       [][][2]float64
	Label       [2]float64
	Chosen      bool // drawn with a heavy dashed edge; its note says why
	Some, All   bool // of what the map is about: some of it is there, or all
}

// AreaMap is a map of a district by area, with numbered places. The table of them stands beside it and works alone.
type AreaMap struct {
	Areas   []MapArea
	Places  []MapPlace
	Finding string
}

// Drawn says whether there is anything to draw: without boundaries, the table says it all.
func (m AreaMap) Drawn() bool { return len(m.Areas) > 0 }

// Label is the finding.
func (m AreaMap) Label() string { return m.Finding }

// Render draws the map twice, wide and narrow, or nothing without boundaries.
func (m AreaMap) Render(_ context.Context, w io.Writer) error {
	if !m.Drawn() {
		return nil
	}
	var c canvas
	m.draw(&c, "desk", 720)
	m.draw(&c, "mob", 340)
	return c.writeTo(w)
}

// ground turns degrees into pixels, so that the district fills the width.
type ground struct{ west, north, east, scale float64 }

func (g ground) at(lon, lat float64) point {
	return point{2 + (lon-g.west)*g.east*g.scale, 2 + (g.north-lat)*g.scale}
}

func (m AreaMap) ground(width float64) (ground, float64) {
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, a := range m.Areas {
		for _, ring := range a.Rings {
			for _, p := range ring {
				west, east, south, north = min(west, p[0]), max(east, p[0]), min(south, p[1]), max(north, p[1])
			}
		}
	}
	if !(east > west && north > south) {
		return ground{scale: 1}, 40
	}
	g := ground{west: west, north: north, east: math.Cos((north + south) / 2 * math.Pi / 180)}
	g.scale = (width - 4) / ((east - west) * g.east)
	return g, (north-south)*g.scale + 4
}

const placeRadius = 13.0

func (m AreaMap) draw(c *canvas, class string, width float64) {
	g, height := m.ground(width)
	c.big(class, width, height, m.Label())
	for _, chosen := range []bool{false, true} { // the heavy edges lie on top
		for _, a := range m.Areas {
			if a.Chosen == chosen {
				a.outline(c, g)
			}
		}
	}
	names := m.names(g, width, height, class == "desk")
	boxes := make([]covered, len(names))
	for i, n := range names {
		boxes[i] = n.covered
	}
	discs := m.spread(g, width, height, boxes)
	for _, d := range discs {
		d.lead(c)
	}
	for i, n := range names {
		x := (n.covered[0] + n.covered[2]) / 2
		c.text(x, n.covered[1]+16, nameSize, m.Areas[i].Name, "text-anchor", "middle", "font-weight", "600", "fill", ink, "paint-order", "stroke", "stroke", sheet, "stroke-width", "3")
		c.text(x, n.covered[1]+34, 14, n.words, "text-anchor", "middle", "fill", soft, "paint-order", "stroke", "stroke", sheet, "stroke-width", "3")
	}
	for _, d := range discs {
		d.draw(c)
	}
	c.end("svg")
}

const nameSize = 15.0

// covered is what something covers: its left, top, right and bottom edge.
type covered [4]float64

func (b covered) overlaps(o covered) bool {
	return b[0] < o[2] && o[0] < b[2] && b[1] < o[3] && o[1] < b[3]
}

// near says whether a point is in the box, or nearer to it than so much.
func (b covered) near(p point, by float64) bool {
	return p.x > b[0]-by && p.x < b[2]+by && p.y > b[1]-by && p.y < b[3]+by
}

// areaName is the name of an area where it is drawn, with the words below it.
type areaName struct {
	covered
	words string
}

// aside is how far beside the middle of its area a name may stand, in pixels, the nearest first.
var aside = func() (out []point) {
	for y := -84.0; y <= 84; y += 12 {
		for x := -96.0; x <= 96; x += 12 {
			out = append(out, point{x, y})
		}
	}
	slices.SortFunc(out, func(p, q point) int {
		return cmp.Or(cmp.Compare(math.Hypot(p.x, p.y), math.Hypot(q.x, q.y)), cmp.Compare(p.y, q.y), cmp.Compare(p.x, q.x))
	})
	return out
}()

// names places the name of each area where it covers no place and no other name, if there is such a spot, and as near to the middle of its
// area and as much within it as can be.
func (m AreaMap) names(g ground, width, height float64, noted bool) (out []areaName) {
	var places []point
	for _, p := range m.Places {
		if p.Lon != 0 || p.Lat != 0 {
			places = append(places, g.at(p.Lon, p.Lat))
		}
	}
	for _, a := range m.Areas {
		n := areaName{words: a.Words}
		if noted {
			n.words += a.Note
		}
		half, middle := max(textWidth(a.Name, nameSize), textWidth(n.words, 14))/2+4, g.at(a.Label[0], a.Label[1])
		best := math.Inf(1)
		for _, away := range aside {
			x, y := min(max(middle.x+away.x, half), width-half), min(max(middle.y+away.y, 18), height-24)
			b, cost := covered{x - half, y - 16, x + half, y + 24}, math.Hypot(x-middle.x, y-middle.y)/20
			if cost >= best { // looking at boundaries takes time: only where it can still matter
				continue
			}
			if cost += m.crowding(g, b, a, out, places); cost < best {
				best, n.covered = cost, b
			}
		}
		out = append(out, n)
	}
	return out
}

// crowding is how bad it is for the name of an area to stand somewhere: on another name, on a place, beside one, or outside its area.
func (m AreaMap) crowding(g ground, b covered, a MapArea, names []areaName, places []point) (bad float64) {
	for _, o := range names {
		if b.overlaps(o.covered) {
			bad += 100
		}
	}
	for _, p := range places {
		switch {
		case b.near(p, 4):
			bad += 40
		case b.near(p, placeRadius):
			bad += 6
		}
	}
	for _, corner := range []point{{b[0], b[1]}, {b[2], b[1]}, {b[0], b[3]}, {b[2], b[3]}} {
		if !a.holds(g, corner) {
			bad += 8
		}
	}
	return bad
}

// holds says whether a point of the drawing is in the area: whether a line from it crosses the boundary an odd number of times.
func (a MapArea) holds(g ground, at point) (in bool) {
	for _, ring := range a.Rings {
		for i := range ring {
			p, q := g.at(ring[i][0], ring[i][1]), g.at(ring[(i+1)%len(ring)][0], ring[(i+1)%len(ring)][1])
			if (p.y > at.y) != (q.y > at.y) && at.x < (q.x-p.x)*(at.y-p.y)/(q.y-p.y)+p.x {
				in = !in
			}
		}
	}
	return in
}

func (a MapArea) outline(c *canvas, g ground) {
	d := ""
	for _, ring := range a.Rings {
		for i, p := range ring {
			at, step := g.at(p[0], p[1]), "L"
			if i == 0 {
				step = "M"
			}
			d += step + num(at.x) + " " + num(at.y)
		}
		d += "Z"
	}
	fill := sheet
	switch {
	case a.All:
		fill = "#a9c2bb"
	case a.Some:
		fill = sage
	}
	c.one("path", "d", d, "fill", fill, "fill-rule", "evenodd", "stroke", pine, "stroke-width", "1", "stroke-linejoin", "round")
	if a.Chosen {
		c.one("path", "d", d, "fill", "none", "stroke", lampInk, "stroke-width", "3", "stroke-dasharray", "7 4", "stroke-linejoin", "round")
	}
}

// placeDisc is a place with where it is and where it is drawn.
type placeDisc struct {
	MapPlace
	x, y, tx, ty float64
}

// spread draws each place where it is if that is free of other places and of names, else at the nearest place that is.
func (m AreaMap) spread(g ground, width, height float64, boxes []covered) (out []placeDisc) {
	const edge = placeRadius + 1
	free := func(x, y float64) bool {
		for _, o := range out {
			if math.Hypot(o.x-x, o.y-y) < 2*placeRadius+3 {
				return false
			}
		}
		for _, b := range boxes {
			if b.near(point{x, y}, placeRadius) {
				return false
			}
		}
		return true
	}
	inside := func(x, y float64) (float64, float64) {
		return min(max(x, edge), width-edge), min(max(y, edge), height-edge)
	}
	for _, p := range m.Places {
		if p.Lon == 0 && p.Lat == 0 {
			continue
		}
		at := g.at(p.Lon, p.Lat)
		d := placeDisc{MapPlace: p, tx: at.x, ty: at.y}
		d.x, d.y = inside(at.x, at.y)
	search:
		for r := 0.0; r <= width && !free(d.x, d.y); r += 4 {
			for i := range 24 {
				a := 2 * math.Pi * float64(i) / 24
				if x, y := inside(d.tx+r*math.Cos(a), d.ty+r*math.Sin(a)); free(x, y) {
					d.x, d.y = x, y
					break search
				}
			}
		}
		out = append(out, d)
	}
	return out
}

// lead leads from where a place is to where it is drawn, if that is elsewhere.
func (d placeDisc) lead(c *canvas) {
	if math.Hypot(d.x-d.tx, d.y-d.ty) > placeRadius {
		c.one("path", "d", "M"+num(d.tx)+" "+num(d.ty)+"L"+num(d.x)+" "+num(d.y), "stroke", ink, "stroke-width", "1.5")
		c.one("circle", "cx", num(d.tx), "cy", num(d.ty), "r", "2.5", "fill", ink)
	}
}

func (d placeDisc) draw(c *canvas) {
	attrs, on := []string{"cx", num(d.x), "cy", num(d.y), "r", num(placeRadius - 1), "stroke", pine, "stroke-width", "2.2"}, ink
	switch d.Kind {
	case PlaceDone:
		attrs, on = append(attrs, "fill", pine), sheet
	case PlaceBegun:
		attrs = append(attrs, "fill", sheet)
	default:
		attrs[9] = "1.5"
		attrs = append(attrs, "fill", sheet, "stroke-dasharray", "3 3")
	}
	c.one("circle", attrs...)
	c.text(d.x, d.y+5, 14, strconv.Itoa(d.Number), "text-anchor", "middle", "font-weight", "700", "fill", on)
}

// PlaceMark is one place for the key beside a map.
type PlaceMark struct{ Kind PlaceKind }

// Render draws it small; its words stand beside it.
func (p PlaceMark) Render(_ context.Context, w io.Writer) error {
	var c canvas
	c.small(18, 18, "0 0 18 18")
	switch p.Kind {
	case PlaceDone:
		c.one("circle", "cx", "9", "cy", "9", "r", "7.5", "fill", pine)
	case PlaceBegun:
		c.one("circle", "cx", "9", "cy", "9", "r", "7", "fill", sheet, "stroke", pine, "stroke-width", "2.2")
	default:
		c.one("circle", "cx", "9", "cy", "9", "r", "7.5", "fill", sheet, "stroke", pine, "stroke-width", "1.5", "stroke-dasharray", "3 3")
	}
	c.end("svg")
	return c.writeTo(w)
}

// Reach draws people as dots: those reached filled, those still to be reached dashed.
type Reach struct{ Reached, Aim int }

// mostDots is how many are drawn; beyond it words say it better.
const mostDots = 150

// Drawn says whether there are few enough to be drawn.
func (p Reach) Drawn() bool { n := max(p.Reached, p.Aim); return n > 0 && n <= mostDots }

// Label says what the drawing shows.
func (p Reach) Label() string {
	if p.Aim == 0 {
		return plural(p.Reached, "colleague reached", "colleagues reached")
	}
	return strconv.Itoa(p.Reached) + " of " + plural(p.Aim, "colleague reached", "colleagues reached")
}

// Render draws the dots twice, wide and narrow, or nothing where there are too many.
func (p Reach) Render(_ context.Context, w io.Writer) error {
	if !p.Drawn() {
		return nil
	}
	var c canvas
	p.draw(&c, "desk", 20)
	p.draw(&c, "mob", 13)
	return c.writeTo(w)
}

func (p Reach) draw(c *canvas, class string, row int) {
	const pitch, r = 26.0, 10.0
	n := max(p.Reached, p.Aim)
	c.big("reach "+class, pitch*float64(min(row, n))+2, pitch*float64((n+row-1)/row)+2, p.Label(), "width", num(pitch*float64(min(row, n))+2))
	for i := range n {
		at := []string{"cx", num(pitch*float64(i%row) + pitch/2 + 1), "cy", num(pitch*float64(i/row) + pitch/2 + 1), "r", num(r)}
		if i < p.Reached {
			c.one("circle", append(at, "fill", pine)...)
			continue
		}
		c.one("circle", append(at, "fill", sheet, "stroke", edge, "stroke-width", "1.5", "stroke-dasharray", "3 3")...)
	}
	c.end("svg")
}
