package picture

import (
	"context"
	"io"
	"strconv"
	"strings"
)

// SeatKind says why somebody has a seat.
type SeatKind int

// The kinds of seat, in the order in which a key lists them.
const (
	SeatChosen SeatKind = iota // by priority: round, filled
	SeatTime                   // by time: square, filled pale
	SeatHeld                   // held or offered to somebody: square, outlined
	SeatFree                   // free: a dashed outline
)

// Seats are the places of a course, one drawing each: who has one by priority, who by time, which is yours, which are free.
type Seats struct {
	Kinds []SeatKind
	You   int // index of the reader's seat, -1 for none
}

// mostSeats is how many are drawn; beyond it words say it better.
const mostSeats = 120

// Drawn says whether there are few enough to be drawn.
func (p Seats) Drawn() bool { return len(p.Kinds) > 0 && len(p.Kinds) <= mostSeats }

// Counts returns how many seats there are of each kind, without the reader's.
func (p Seats) Counts() (n [4]int) {
	for i, k := range p.Kinds {
		if i != p.You {
			n[k]++
		}
	}
	return n
}

// Label says what the drawing shows: "24 places: 5 by priority, 2 by time, your place, 16 free".
func (p Seats) Label() string {
	n := p.Counts()
	var parts []string
	for k, words := range []string{" by priority", " by time", " held or offered", " free"} {
		if SeatKind(k) == SeatFree && p.You >= 0 {
			parts = append(parts, "your place")
		}
		if n[k] > 0 {
			parts = append(parts, strconv.Itoa(n[k])+words)
		}
	}
	return plural(len(p.Kinds), "place", "places") + ": " + strings.Join(parts, ", ")
}

// Render draws the seats twice, wide and narrow, or nothing where there are too many.
func (p Seats) Render(_ context.Context, w io.Writer) error {
	if !p.Drawn() {
		return nil
	}
	var c canvas
	p.draw(&c, "desk", 12)
	p.draw(&c, "mob", 9)
	return c.writeTo(w)
}

func (p Seats) draw(c *canvas, class string, row int) {
	const pitch, size = 31.0, 25.0
	rows := (len(p.Kinds) + row - 1) / row
	c.big("seats "+class, pitch*float64(row)+4, pitch*float64(rows), p.Label(), "width", num(pitch*float64(row)+4))
	for i, k := range p.Kinds {
		x, y := 2+pitch*float64(i%row), 2+pitch*float64(i/row)
		attrs := []string{"x", num(x), "y", num(y), "width", num(size), "height", num(size), "rx", "3", "stroke", pine, "stroke-width", "1.5"}
		switch {
		case i == p.You:
			c.one("rect", "x", num(x), "y", num(y), "width", num(size), "height", num(size), "rx", "3", "fill", lamp, "stroke", ink, "stroke-width", "3")
			c.text(x+size/2, y+18, 11.5, "You", "font-weight", "700", "text-anchor", "middle", "fill", ink)
		case k == SeatChosen:
			attrs[9] = num(size / 2)
			c.one("rect", append(attrs, "fill", pine)...)
		case k == SeatTime:
			c.one("rect", append(attrs, "fill", "#a9c2bb")...)
		case k == SeatHeld:
			c.one("rect", append(attrs, "fill", sheet)...)
		default:
			attrs[11] = "#6f857f"
			c.one("rect", append(attrs, "fill", sheet, "stroke-dasharray", "3 3")...)
		}
	}
	c.end("svg")
}

// SeatMark is one seat for the key beside the drawing.
type SeatMark struct{ Kind SeatKind }

// Render draws it small; its words stand beside it.
func (p SeatMark) Render(_ context.Context, w io.Writer) error {
	var c canvas
	c.small(16, 16, "0 0 16 16")
	switch p.Kind {
	case SeatChosen:
		c.one("circle", "cx", "8", "cy", "8", "r", "7", "fill", pine)
	case SeatTime:
		c.one("rect", "x", "1", "y", "1", "width", "14", "height", "14", "rx", "2", "fill", "#a9c2bb", "stroke", pine)
	case SeatHeld:
		c.one("rect", "x", "1", "y", "1", "width", "14", "height", "14", "rx", "2", "fill", sheet, "stroke", pine, "stroke-width", "1.5")
	default:
		c.one("rect", "x", "1", "y", "1", "width", "14", "height", "14", "rx", "2", "fill", sheet, "stroke", "#6f857f", "stroke-width", "1.5", "stroke-dasharray", "3 3")
	}
	c.end("svg")
	return c.writeTo(w)
}

// Ties are the partners of a district around a small light: the ornament of a public page's mast, and the only one.
type Ties struct{}

// Render draws it.
func (Ties) Render(_ context.Context, w io.Writer) error {
	var c canvas
	c.start("svg", "class", "k", "width", "210", "height", "122", "viewBox", "0 0 210 122", "aria-hidden", "true", "focusable", "false")
	c.start("g", "fill", "none", "stroke", "#5f8a88", "stroke-width", "3")
	c.one("path", "d", "M10 104C50 104 50 60 105 60S160 22 200 22")
	c.one("path", "d", "M10 22C50 22 60 60 105 60S160 104 200 104")
	c.end("g")
	c.one("circle", "cx", "105", "cy", "60", "r", "15", "fill", lamp)
	c.start("g", "fill", pine, "stroke", "#dbe8e4", "stroke-width", "3")
	for _, p := range [][3]string{{"12", "104", "8"}, {"12", "22", "10"}, {"198", "22", "7"}, {"198", "104", "10"}} {
		c.one("circle", "cx", p[0], "cy", p[1], "r", p[2])
	}
	c.end("g")
	c.end("svg")
	return c.writeTo(w)
}
