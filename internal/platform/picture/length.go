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
