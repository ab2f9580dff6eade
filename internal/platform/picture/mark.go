package picture

import (
	"context"
	"io"
)

// Mark is Kith's mark: a K whose two arms hold a small light, the people around a child. Its name always stands beside
// it, so it is hidden from assistive technology.
type Mark struct {
	// Size is the side in pixels; 0 means 28. Below 20 the light takes the colour of the strokes.
	Size int
	// OnNight is for dark grounds: white strokes and a brighter light.
	OnNight bool
	// Mono draws all in ink, for one-colour print.
	Mono bool
}

// Render writes the mark.
func (m Mark) Render(_ context.Context, w io.Writer) error {
	size := m.Size
	if size <= 0 {
		size = 28
	}
	stroke, light := pine, "#d98f1c"
	switch {
	case m.OnNight:
		stroke, light = sheet, lamp
	case m.Mono:
		stroke, light = ink, ink
	}
	if size < 20 {
		light = stroke
	}
	var c canvas
	c.small(float64(size), float64(size), "0 0 40 40")
	c.start("g", "fill", "none", "stroke", stroke, "stroke-width", "5.2", "stroke-linecap", "round")
	c.one("path", "d", "M8 5v30")
	c.one("path", "d", "M31 5.5C30 14 22 20 13.5 20")
	c.one("path", "d", "M31 34.5C30 26 22 20 13.5 20")
	c.end("g")
	c.one("circle", "cx", "31.2", "cy", "20", "r", "4.7", "fill", light)
	c.end("svg")
	return c.writeTo(w)
}
