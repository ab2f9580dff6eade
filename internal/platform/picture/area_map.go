package picture

import (
	"context"
	"io"
	"math"
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
	boxes := make([][4]float64, len(m.Areas))
	size := 15.0
	for i, a := range m.Areas {
		p := g.at(a.Label[0], a.Label[1])
		if class == "desk" {
			a.Words += a.Note
		}
		wide := max(textWidth(a.Name, size), textWidth(a.Words, 14))/2 + 4
		p.x, p.y = min(max(p.x, wide), width-wide), min(max(p.y, 18), height-24)
		boxes[i] = [4]float64{p.x - wide, p.y - 16, p.x + wide, p.y + 24}
		c.text(p.x, p.y, size, a.Name, "text-anchor", "middle", "font-weight", "600", "fill", ink, "paint-order", "stroke", "stroke", sheet, "stroke-width", "3")
		c.text(p.x, p.y+18, 14, a.Words, "text-anchor", "middle", "fill", soft, "paint-order", "stroke", "stroke", sheet, "stroke-width", "3")
	}
	for _, d := range m.spread(g, width, height, boxes) {
		d.draw(c)
	}
	c.end("svg")
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
func (m AreaMap) spread(g ground, width, height float64, boxes [][4]float64) (out []placeDisc) {
	const edge = placeRadius + 1
	free := func(x, y float64) bool {
		for _, o := range out {
			if math.Hypot(o.x-x, o.y-y) < 2*placeRadius+3 {
				return false
			}
		}
		for _, b := range boxes {
			if x > b[0]-placeRadius && x < b[2]+placeRadius && y > b[1]-placeRadius && y < b[3]+placeRadius {
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

func (d placeDisc) draw(c *canvas) {
	if math.Hypot(d.x-d.tx, d.y-d.ty) > placeRadius {
		c.one("path", "d", "M"+num(d.tx)+" "+num(d.ty)+"L"+num(d.x)+" "+num(d.y), "stroke", ink, "stroke-width", "1.5")
		c.one("circle", "cx", num(d.tx), "cy", num(d.ty), "r", "2.5", "fill", ink)
	}
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
