package picture

import (
	"context"
	"io"
	"strconv"
	"time"

	"kith/internal/kernel/clock"
)

// EntryStrip is twelve months of entries on one line with the last 90 days shaded. It shows and never scores.
type EntryStrip struct {
	// Entries may be in any order; those outside the twelve months before Now are left out.
	Entries []Entry
	Now     clock.Millis
}

func (s EntryStrip) from() clock.Millis {
	return clock.Of(s.Now.London().AddDate(-1, 0, 0))
}

func (s EntryStrip) ninety() clock.Millis { return s.Now.Add(-90 * 24 * time.Hour) }

// Counts returns how many entries lie in the last twelve months and in the last 90 days, both ends included.
func (s EntryStrip) Counts() (year, ninety int) {
	for _, e := range s.Entries {
		if e.At < s.from() || e.At > s.Now {
			continue
		}
		year++
		if e.At >= s.ninety() {
			ninety++
		}
	}
	return year, ninety
}

// Label returns the finding as a sentence.
func (s EntryStrip) Label() string {
	year, ninety := s.Counts()
	if year == 0 {
		return "Twelve months: no entries."
	}
	return "Twelve months: " + plural(year, "entry", "entries") + ", " + strconv.Itoa(ninety) + " of them in the last 90 days."
}

// Render writes the wide and the narrow drawing.
func (s EntryStrip) Render(_ context.Context, w io.Writer) error {
	var c canvas
	s.draw(&c, "desk", 640, 0.86, 40)
	s.draw(&c, "mob", 340, 0.7, 40)
	return c.writeTo(w)
}

func (s EntryStrip) draw(c *canvas, class string, width, scale, gap float64) {
	var in []Entry
	for _, e := range s.Entries {
		if e.At >= s.from() && e.At <= s.Now {
			in = append(in, e)
		}
	}
	size := 18 * scale
	a := axis{s.from(), s.Now, size/2 + 3, width - size/2 - 3}
	pitch := size - 0.5
	ps, lanes := spread(in, a.x, size-1)
	above, below := room(lanes, pitch)
	const top = 4
	line := top + 6 + size/2 + above
	bottom := line + below + size/2 + 6
	height := bottom + 22

	c.big(class, width, height, s.Label())
	x90 := a.clamp(s.ninety())
	c.one("rect", "x", num(x90), "y", num(top), "width", num(width-x90), "height", num(bottom-top), "rx", "4", "fill", mist)
	for _, t := range a.months(gap, 14, width, false) {
		c.one("path", "d", "M"+num(t.x)+" "+num(bottom)+"v5", "stroke", edge)
		c.text(t.x, bottom+18, 14, t.text, "fill", soft)
	}
	c.one("path", "d", "M"+num(a.left)+" "+num(line)+"H"+num(a.right), "stroke", pine, "stroke-width", "3", "stroke-linecap", "round")
	c.placed(ps, line, pitch, scale)
	c.end("svg")
}

// placed draws entries around a line, each one off the line with a stem back to its date.
func (c *canvas) placed(ps []placed, line, pitch, scale float64) {
	for _, p := range ps {
		if p.lane > 0 {
			c.one("path", "d", "M"+num(p.x)+" "+num(line)+"V"+num(line+offset(p.lane, pitch)), "stroke", pine)
		}
	}
	for _, p := range ps {
		c.shape(p.Kind, p.Filled, p.x, line+offset(p.lane, pitch), scale)
	}
}
