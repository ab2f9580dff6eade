package picture

import (
	"context"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// BodyMark is a numbered mark on the body map.
type BodyMark struct {
	Number int
	// Zone is a zone's id; marks of a zone that does not exist are not drawn.
	Zone string
	// X and Y are the place in the view's units; both 0 means the middle of the zone.
	X, Y float64
}

// BodyMap is a plain outline of a child, front and back, with numbered marks. A list of the marks always stands beside
// it and works alone.
type BodyMap struct {
	Marks []BodyMark
	// Interactive lays the zones over the picture, each with data-zone, inside a group with data-view whose units are
	// those of BodyMark.
	Interactive bool
	// View draws one view alone, without a twin; "" draws both.
	View View
}

// Label returns what the picture shows.
func (b BodyMap) Label() string {
	s := "Body outline, front and back."
	if b.View != "" {
		s = "Body outline, " + string(b.View) + "."
	}
	n := 0
	for _, m := range b.marks() {
		z, _ := ZoneByID(m.Zone)
		if b.View != "" && z.View != b.View {
			continue
		}
		n++
		s += " Mark " + strconv.Itoa(m.Number) + ": " + strings.ToLower(z.Name[:1]) + z.Name[1:] + "."
	}
	if n == 0 {
		s += " No marks."
	}
	return s
}

// marks returns the marks that can be drawn, by number.
func (b BodyMap) marks() []BodyMark {
	out := slices.DeleteFunc(slices.Clone(b.Marks), func(m BodyMark) bool {
		_, ok := ZoneByID(m.Zone)
		return !ok
	})
	slices.SortStableFunc(out, func(x, y BodyMark) int { return x.Number - y.Number })
	return out
}

// Render writes the picture.
func (b BodyMap) Render(_ context.Context, w io.Writer) error {
	var c canvas
	if b.View != "" {
		c.big("", ViewWidth, ViewHeight+26, b.Label())
		b.view(&c, b.View, 0, 1)
		c.end("svg")
		return c.writeTo(w)
	}
	const wide, gap = 1.3, 40.0
	c.big("desk", 2*ViewWidth*wide+gap, ViewHeight*wide+26, b.Label(),
		"width", num(2*ViewWidth*wide+gap), "height", num(ViewHeight*wide+26))
	b.view(&c, Front, 0, wide)
	b.view(&c, Back, ViewWidth*wide+gap, wide)
	c.end("svg")
	c.big("mob", 340, ViewHeight+26, b.Label())
	b.view(&c, Front, 0, 1)
	b.view(&c, Back, 180, 1)
	c.end("svg")
	return c.writeTo(w)
}

// view draws one view with its left edge at left. Words are set outside the scaled group, so that they keep their size.
func (b BodyMap) view(c *canvas, v View, left, scale float64) {
	c.start("g", "data-view", string(v), "transform", "translate("+num(left)+" 0) scale("+num(scale)+")")
	c.figure(v)
	if b.Interactive {
		for _, z := range zones() {
			if z.View != v {
				continue
			}
			c.start("path", "class", "zone", "data-zone", z.ID, "d", polygon(z.outline), "fill", sheet, "fill-opacity", "0", "cursor", "pointer")
			c.start("title")
			c.b.WriteString(z.Name)
			c.end("title")
			c.end("path")
		}
	}
	c.discs(b.spread(v))
	c.end("g")

	mid := left + ViewWidth/2*scale
	name, sides := "Front", [2]string{"right", "left"}
	if v == Back {
		name, sides = "Back", [2]string{"left", "right"}
	}
	c.text(mid, ViewHeight*scale+19, 16, name, "text-anchor", "middle", "font-weight", "600", "fill", ink)
	for i, side := range sides {
		x := mid + float64(2*i-1)*58*scale
		c.text(x, 226*scale, 15, "their", "text-anchor", "middle", "fill", soft)
		c.text(x, 226*scale+16, 15, side, "text-anchor", "middle", "fill", soft)
	}
}

// discRadius is a mark's radius with its white ring, in the view's units.
const discRadius = 10.5

// disc is a mark with the place it means and the place it is drawn at.
type disc struct {
	number       int
	x, y, tx, ty float64
}

// spread gives every mark of a view a place of its own: the place it means where that is free, the nearest free one
// otherwise.
func (b BodyMap) spread(v View) []disc {
	const apart = 2*discRadius + 0.5
	var out []disc
	for _, m := range b.marks() {
		z, _ := ZoneByID(m.Zone)
		if z.View != v {
			continue
		}
		d := disc{number: m.Number, tx: m.X, ty: m.Y}
		if m.X == 0 && m.Y == 0 {
			d.tx, d.ty = z.X, z.Y
		}
		d.tx, d.ty = min(max(d.tx, 0), ViewWidth), min(max(d.ty, 0), ViewHeight)
		d.x, d.y = inView(d.tx, d.ty)
		free := func(x, y float64) bool {
			return !slices.ContainsFunc(out, func(o disc) bool { return math.Hypot(o.x-x, o.y-y) < apart })
		}
		// Rings of rising radius; on each, a place inside the zone comes before one beside it.
	search:
		for r := 0.0; r <= ViewHeight && !free(d.x, d.y); r += 3 {
			found := false
			for i := range 24 {
				a := 2 * math.Pi * float64(i) / 24
				x, y := inView(d.tx+r*math.Cos(a), d.ty+r*math.Sin(a))
				if !free(x, y) {
					continue
				}
				own := distance(z.outline, x, y) == 0
				if own || !found {
					d.x, d.y, found = x, y, true
				}
				if own {
					break search
				}
			}
			if found {
				break
			}
		}
		out = append(out, d)
	}
	return out
}

func inView(x, y float64) (float64, float64) {
	return min(max(x, discRadius), ViewWidth-discRadius), min(max(y, discRadius), ViewHeight-discRadius)
}

// discs draws numbered discs and, where one had to move, a thread to the place it means. Taps go through to the zones.
func (c *canvas) discs(ds []disc) {
	if len(ds) == 0 {
		return
	}
	c.start("g", "pointer-events", "none")
	for _, d := range ds {
		if math.Hypot(d.x-d.tx, d.y-d.ty) > 4 {
			c.one("path", "d", "M"+num(d.tx)+" "+num(d.ty)+"L"+num(d.x)+" "+num(d.y), "stroke", brick, "stroke-width", "1.5")
			c.one("circle", "cx", num(d.tx), "cy", num(d.ty), "r", "2", "fill", brick)
		}
	}
	for _, d := range ds {
		c.one("circle", "cx", num(d.x), "cy", num(d.y), "r", num(discRadius-1), "fill", brick, "stroke", sheet, "stroke-width", "2")
		c.text(d.x, d.y+4.6, 13, strconv.Itoa(d.number), "text-anchor", "middle", "font-weight", "700", "fill", sheet)
	}
	c.end("g")
}

func polygon(ps []point) string {
	var b strings.Builder
	for _, p := range ps {
		b.WriteString("L" + num(p.x) + " " + num(p.y))
	}
	return "M" + strings.TrimPrefix(b.String(), "L") + "Z"
}
