package picture

import (
	"context"
	"io"
)

// Length is one value of a table as a length. Its number stands beside it in the row, so it is never read aloud.
type Length struct {
	Share float64 // of the greatest value in the table, 0 to 1
}

// Render writes the bar. Whatever is not nothing is seen: at least two pixels.
func (b Length) Render(_ context.Context, w io.Writer) error {
	const width, height = 300.0, 16.0
	var c canvas
	c.start("svg", "class", "bar", "viewBox", "0 0 "+num(width)+" "+num(height), "preserveAspectRatio", "none", "aria-hidden", "true", "focusable", "false")
	if b.Share > 0 {
		c.one("rect", "width", num(max(2, min(b.Share, 1)*width)), "height", num(height), "fill", pine)
	}
	c.end("svg")
	return c.writeTo(w)
}

// NotShown stands where a value would be a length and may not be shown: a hatch, always alike. Its words stand beside it.
type NotShown struct{}

// Render writes the hatch.
func (NotShown) Render(_ context.Context, w io.Writer) error {
	const width, height = 64.0, 16.0
	var c canvas
	c.small(width, height, "0 0 64 16")
	c.one("rect", "x", "0.5", "y", "0.5", "width", num(width-1), "height", num(height-1), "rx", "2", "fill", sheet, "stroke", edge, "stroke-dasharray", "3 3")
	for s := 10.0; s < width; s += 8 {
		c.one("path", "d", "M"+num(s)+" 3L"+num(s-7)+" 13", "stroke", edge, "stroke-width", "1")
	}
	c.end("svg")
	return c.writeTo(w)
}
