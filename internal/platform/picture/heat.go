package picture

import (
	"context"
	"io"
	"strconv"
)

// HeatCell is one square of a heat map: how many of a hundred; Hidden where it may not be shown, Empty where there is nothing.
type HeatCell struct {
	Share         int
	Hidden, Empty bool
}

// HeatRow is one line of a heat map.
type HeatRow struct {
	Name  string
	Cells []HeatCell
}

// HeatMap shows shares as squares that fill from below, each with its number, a dashed line across where the line is, and a thick
// edge where it falls short. What may not be shown is hatched, always alike. The table stands on the page beside it.
type HeatMap struct {
	Columns []string
	Rows    []HeatRow
	Below   int // the line: a share below it is short
	Finding string
}

// Label is the finding.
func (h HeatMap) Label() string { return h.Finding }

// Render writes the wide and the narrow drawing.
func (h HeatMap) Render(_ context.Context, w io.Writer) error {
	var c canvas
	h.draw(&c, "desk", 860, 250, 40, false)
	h.draw(&c, "mob", 340, 0, 38, true)
	return c.writeTo(w)
}

// draw puts the rows' names beside the squares, or above them where it is narrow.
func (h HeatMap) draw(c *canvas, class string, width, names, tall float64, above bool) {
	if len(h.Columns) == 0 {
		return
	}
	const head, gap = 40.0, 5.0
	wide := min((width-names)/float64(len(h.Columns)), 112)
	step := tall + gap
	if above {
		step += 22
	}
	c.big(class, width, head+step*float64(len(h.Rows))+2, h.Label())
	for i, name := range h.Columns {
		y := 34.0
		if textWidth(name, 14) > wide-4 && i%2 == 0 {
			y = 16
		}
		x, anchor := names+wide*(float64(i)+0.5), "middle"
		if i == 0 && textWidth(name, 14) > wide {
			x, anchor = names, "start"
		} else if i == len(h.Columns)-1 && textWidth(name, 14) > wide {
			x, anchor = names+wide*float64(len(h.Columns)), "end"
		}
		c.text(x, y, 14, name, "fill", soft, "text-anchor", anchor)
	}
	for r, row := range h.Rows {
		y := head + step*float64(r)
		if above {
			c.text(0, y+16, 15, row.Name, "fill", ink)
			y += 22
		} else {
			c.text(names-12, y+tall/2+5, 15, row.Name, "fill", ink, "text-anchor", "end")
		}
		for i, cell := range row.Cells {
			h.cell(c, cell, names+wide*float64(i)+2, y, wide-4, tall)
		}
	}
	c.end("svg")
}

func (h HeatMap) cell(c *canvas, x HeatCell, left, top, wide, tall float64) {
	switch {
	case x.Empty:
		c.one("path", "d", "M"+num(left+wide/2-6)+" "+num(top+tall/2)+"h12", "stroke", pale, "stroke-width", "1.5")
		return
	case x.Hidden:
		c.one("rect", "x", num(left), "y", num(top), "width", num(wide), "height", num(tall), "rx", "3", "fill", sheet, "stroke", edge, "stroke-dasharray", "3 3")
		for s := 8.0; s < wide; s += 8 {
			c.one("path", "d", "M"+num(left+s)+" "+num(top+2)+"L"+num(max(left+s-tall+4, left+2))+" "+num(top+2+min(s-2, tall-4)), "stroke", edge, "stroke-width", "1")
		}
		return
	}
	full := tall * float64(min(max(x.Share, 0), 100)) / 100
	width := "1"
	short := x.Share < h.Below
	if short {
		width = "3"
	}
	c.one("rect", "x", num(left), "y", num(top), "width", num(wide), "height", num(tall), "rx", "3", "fill", sheet)
	c.one("rect", "x", num(left), "y", num(top+tall-full), "width", num(wide), "height", num(full), "rx", "3", "fill", sage)
	line := top + tall*float64(100-h.Below)/100
	c.one("path", "d", "M"+num(left)+" "+num(line)+"h"+num(wide), "stroke", lampInk, "stroke-dasharray", "4 3")
	c.one("rect", "x", num(left), "y", num(top), "width", num(wide), "height", num(tall), "rx", "3", "fill", "none", "stroke", pine, "stroke-width", width)
	weight := "400"
	if short {
		weight = "700"
	}
	c.text(left+wide/2, top+tall-10, 15, strconv.Itoa(x.Share), "fill", ink, "text-anchor", "middle", "font-weight", weight, "paint-order", "stroke", "stroke", sheet, "stroke-width", "3")
}
