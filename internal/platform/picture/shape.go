package picture

import (
	"context"
	"io"
)

// Kind is what an entry on a child's line is. Each has a shape of its own, the same in a list, a chart and print.
type Kind string

// The seven kinds.
const (
	Concern    Kind = "concern"
	Notice     Kind = "notice"
	Decision   Kind = "decision"
	Meeting    Kind = "meeting"
	Contact    Kind = "contact"
	Attendance Kind = "attendance"
	Document   Kind = "document"
)

// Kinds returns the seven kinds in the order in which a line by kind shows them.
func Kinds() []Kind {
	return []Kind{Concern, Notice, Decision, Meeting, Contact, Attendance, Document}
}

// Word returns the kind as people read it, "" for a kind that does not exist.
func (k Kind) Word() string {
	switch k {
	case Concern:
		return "Concern"
	case Notice:
		return "Notice"
	case Decision:
		return "Decision"
	case Meeting:
		return "Meeting"
	case Contact:
		return "Contact with home"
	case Attendance:
		return "Attendance and school"
	case Document:
		return "Document"
	}
	return ""
}

// outline draws the kind's shape in its box of 18 by 18; a kind that does not exist draws nothing.
func (c *canvas) outline(k Kind) {
	switch k {
	case Concern:
		c.one("circle", "cx", "9", "cy", "9", "r", "6.2")
	case Decision:
		c.one("path", "d", "M9 1.8 16.2 9 9 16.2 1.8 9Z")
	case Meeting:
		c.one("rect", "x", "3", "y", "3", "width", "12", "height", "12", "rx", "1")
	case Notice:
		c.one("path", "d", "M9 2.2 16.3 15H1.7Z")
	case Contact:
		c.one("path", "d", "M9 2 16 8.2V16H2V8.2Z")
	case Attendance:
		c.one("rect", "x", "2", "y", "6.5", "width", "14", "height", "5", "rx", "1")
	case Document:
		c.one("path", "d", "M4 2h7l4 4v10H4Z")
	}
}

// shape places a shape with its middle at x and y, scaled.
func (c *canvas) shape(k Kind, filled bool, x, y, scale float64) {
	c.start("g", "transform", "translate("+num(x-9*scale)+" "+num(y-9*scale)+") scale("+num(scale)+")",
		"fill", shapeFill(filled), "stroke", pine, "stroke-width", "2.2", "stroke-linejoin", "round")
	c.outline(k)
	c.end("g")
}

func shapeFill(filled bool) string {
	if filled {
		return pine
	}
	return sheet
}

// Shape is one small shape. Whoever draws it says its Word, visibly or in hidden text.
type Shape struct {
	Kind Kind
	// Filled is for what is significant or done; hollow is ordinary or planned.
	Filled bool
	// Size is the side in pixels; 0 means 18.
	Size int
}

// Word returns the words that go with the shape, such as "Concern, significant".
func (s Shape) Word() string {
	if s.Filled {
		return s.Kind.Word() + ", significant"
	}
	return s.Kind.Word()
}

// Render writes the shape.
func (s Shape) Render(_ context.Context, w io.Writer) error {
	size := float64(s.Size)
	if size <= 0 {
		size = 18
	}
	var c canvas
	c.small(size, size, "0 0 18 18")
	c.start("g", "fill", shapeFill(s.Filled), "stroke", pine, "stroke-width", "2.2", "stroke-linejoin", "round")
	c.outline(s.Kind)
	c.end("g")
	c.end("svg")
	return c.writeTo(w)
}

// Late is the sign for something recorded after the day it happened: a point, dashes, a bar. The words "Recorded Fri 9
// Oct, 6 days after" stand beside it.
type Late struct{}

// Render writes the sign.
func (Late) Render(_ context.Context, w io.Writer) error {
	var c canvas
	c.small(34, 12, "0 0 34 12")
	c.one("circle", "cx", "5", "cy", "6", "r", "3.5", "fill", sheet, "stroke", lampInk, "stroke-width", "2")
	c.one("path", "d", "M10 6h16", "stroke", lampInk, "stroke-width", "2", "stroke-dasharray", "3 3")
	c.one("path", "d", "M28 1v10", "stroke", lampInk, "stroke-width", "2.5")
	c.end("svg")
	return c.writeTo(w)
}
