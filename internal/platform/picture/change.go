package picture

import (
	"cmp"
	"context"
	"io"
	"strconv"
)

// ChangeRow is one thing before and after, of a hundred. Was and Is are what stands at the points, "2 of 3"; "" for the numbers.
type ChangeRow struct {
	Name          string
	Before, After int
	Was, Is       string
}

// Change shows what changed between two times: a hollow point before, a filled one after, and the way between. The line that
// is to be reached is dashed. The table stands on the page beside it.
type Change struct {
	Rows    []ChangeRow
	Below   int    // the line to be reached; 0 for none
	None    string // what stands at the beginning of the scale, and All at its end; "" for answers of a quiz
	All     string
	Finding string
}

// Label is the finding.
func (p Change) Label() string { return p.Finding }

// Render writes the wide and the narrow drawing.
func (p Change) Render(_ context.Context, w io.Writer) error {
	var c canvas
	p.draw(&c, "desk", 860, 250, false)
	p.draw(&c, "mob", 340, 0, true)
	return c.writeTo(w)
}

func (p Change) draw(c *canvas, class string, width, names float64, above bool) {
	step, head := 44.0, 26.0
	if above {
		step = 62
	}
	left, right := names+20, width-20
	x := func(share int) float64 { return left + (right-left)*float64(share)/100 }
	bottom := head + step*float64(len(p.Rows))
	c.big(class, width, bottom+24, p.Label())
	if p.Below > 0 {
		c.text(x(p.Below), 15, 14, "goal "+strconv.Itoa(p.Below), "fill", lampInk, "text-anchor", "middle")
		c.one("path", "d", "M"+num(x(p.Below))+" 20V"+num(bottom), "stroke", lampInk, "stroke-dasharray", "5 4", "stroke-width", "1.5")
	}
	for i, r := range p.Rows {
		y := head + step*float64(i) + step/2
		if above {
			c.text(0, y-16, 15, r.Name, "fill", ink)
			y += 12
		} else {
			c.text(names-12, y+5, 15, r.Name, "fill", ink, "text-anchor", "end")
		}
		c.one("path", "d", "M"+num(left)+" "+num(y)+"H"+num(right), "stroke", rule)
		b, a := x(r.Before), x(r.After)
		c.one("path", "d", "M"+num(b)+" "+num(y)+"H"+num(a), "stroke", pine, "stroke-width", "3")
		c.one("circle", "cx", num(b), "cy", num(y), "r", "7", "fill", sheet, "stroke", pine, "stroke-width", "2.2")
		c.one("circle", "cx", num(a), "cy", num(y), "r", "7", "fill", pine)
		side, other := 12.0, -12.0
		at, from := "start", "end"
		if r.After < r.Before {
			side, other, at, from = -12, 12, "end", "start"
		}
		c.text(a+side, y-10, 14, cmp.Or(r.Is, strconv.Itoa(r.After)), "fill", ink, "text-anchor", at, "font-weight", "700")
		if r.Was != "" && b < left+60 { // words do not fit before the beginning of the scale
			other, from = 12, "start"
		}
		if a != b || r.Was == "" {
			c.text(b+other, y-10, 14, cmp.Or(r.Was, strconv.Itoa(r.Before)), "fill", soft, "text-anchor", from)
		}
	}
	c.text(left, bottom+18, 14, cmp.Or(p.None, "none right"), "fill", soft, "text-anchor", "start")
	c.text(right, bottom+18, 14, cmp.Or(p.All, "all right"), "fill", soft, "text-anchor", "end")
	c.end("svg")
}
