package picture

import (
	"context"
	"io"
)

// CoverSpan is part of a school day in which somebody is on duty, in minutes after midnight.
type CoverSpan struct{ From, Until int }

// CoverDay is one school day of a rota as a bar from the opening to the closing of school: filled where somebody is on duty, open with a
// dashed edge where nobody is. A day on which school is closed is hatched. Its words stand beside it, so it is never read aloud.
type CoverDay struct {
	Opens, Closes int // minutes after midnight
	Spans         []CoverSpan
	Closed        bool
}

// Render writes the bar.
func (d CoverDay) Render(_ context.Context, w io.Writer) error {
	const width, height = 96.0, 16.0
	var c canvas
	c.start("svg", "class", "dutybar", "viewBox", "0 0 "+num(width)+" "+num(height), "preserveAspectRatio", "none", "aria-hidden", "true", "focusable", "false")
	if d.Closed || d.Closes <= d.Opens {
		for s := 8.0; s < width; s += 8 {
			c.one("path", "d", "M"+num(s)+" 3L"+num(s-6)+" 13", "stroke", pale, "stroke-width", "1.5")
		}
		c.end("svg")
		return c.writeTo(w)
	}
	c.one("rect", "x", "0.75", "y", "1.75", "width", num(width-1.5), "height", num(height-3.5), "rx", "2", "fill", sheet, "stroke", lampInk, "stroke-width", "1.5", "stroke-dasharray", "4 3")
	at := func(minute int) float64 {
		return float64(min(max(minute, d.Opens), d.Closes)-d.Opens) / float64(d.Closes-d.Opens) * width
	}
	for _, s := range d.Spans {
		if left, right := at(s.From), at(s.Until); right > left {
			c.one("rect", "x", num(left), "y", "1", "width", num(right-left), "height", num(height-2), "fill", pine)
		}
	}
	c.end("svg")
	return c.writeTo(w)
}
