// Package picture draws Kith's own pictures as SVG on the server: the mark, the seven shapes, level bars, clocks, icons,
// a child's entries on one line, a whole line by kind, and the body map.
//
// Every drawing is a plain struct with a Render method, so a page writes @picture.Shape{Kind: picture.Concern}. Drawings
// hold presentation attributes only (the pages' policy forbids inline style), numbers of at most two decimals, and
// nothing that depends on colour alone. Small ones are hidden from assistive technology, because their word always
// stands beside them; big ones are role="img" with a label that states the finding. Big ones are drawn twice: class
// "desk" for wide windows and class "mob", 340 wide, for narrow ones, so that text on a phone is text and not a shrunk
// picture.
package picture

import (
	"html"
	"io"
	"math"
	"strconv"
	"strings"
)

// The identity's colours that drawings use. A stylesheet cannot reach into a presentation attribute, so they stand here.
const (
	pine    = "#17494d"
	teal    = "#0b5a63"
	ink     = "#15211f"
	soft    = "#485754"
	edge    = "#52635f"
	rule    = "#cbd8d3"
	mist    = "#e9f0ed"
	sage    = "#d6e4df"
	sheet   = "#fff"
	lamp    = "#f2b24a"
	lampInk = "#6f4300"
	brick   = "#a3271b"
	skyBar  = "#cbdde6"
	pale    = "#aebdb8"
)

// canvas gathers SVG text. Attribute values and text are escaped on the way in, so nothing a person wrote can become
// markup.
type canvas struct{ b strings.Builder }

// num writes a length with at most two decimals.
func num(v float64) string {
	r := math.Round(v*100) / 100
	if r == 0 {
		r = 0 // a rounded negative would print as -0
	}
	return strconv.FormatFloat(r, 'f', -1, 64)
}

// start writes an opening tag; attrs are name and value in turn.
func (c *canvas) start(tag string, attrs ...string) {
	c.head(tag, attrs)
	c.b.WriteByte('>')
}

// end writes a closing tag.
func (c *canvas) end(tag string) { c.b.WriteString("</" + tag + ">") }

// one writes an element without content.
func (c *canvas) one(tag string, attrs ...string) {
	c.head(tag, attrs)
	c.b.WriteString("/>")
}

func (c *canvas) head(tag string, attrs []string) {
	c.b.WriteString("<" + tag)
	for i := 0; i+1 < len(attrs); i += 2 {
		c.b.WriteString(" " + attrs[i] + `="` + html.EscapeString(attrs[i+1]) + `"`)
	}
}

// text writes a line of text with its baseline at y.
func (c *canvas) text(x, y, size float64, s string, attrs ...string) {
	c.start("text", append([]string{"x", num(x), "y", num(y), "font-size", num(size)}, attrs...)...)
	c.b.WriteString(html.EscapeString(s))
	c.end("text")
}

// small opens a picture that is never read aloud because its word stands beside it.
func (c *canvas) small(w, h float64, viewBox string) {
	c.start("svg", "class", "i", "width", num(w), "height", num(h), "viewBox", viewBox, "aria-hidden", "true", "focusable", "false")
}

// big opens a picture that stands for itself; label is what a reader should take from it.
func (c *canvas) big(class string, w, h float64, label string, attrs ...string) {
	a := []string{"viewBox", "0 0 " + num(w) + " " + num(h), "role", "img", "aria-label", label}
	if class != "" {
		a = append([]string{"class", class}, a...)
	}
	c.start("svg", append(a, attrs...)...)
}

func (c *canvas) writeTo(w io.Writer) error {
	_, err := io.WriteString(w, c.b.String())
	return err
}

// plural returns "1 entry", "2 entries".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// textWidth estimates how many pixels s takes in the sans face, generously: nothing is measured on a server.
func textWidth(s string, size float64) float64 {
	return float64(len([]rune(s))) * size * 0.48
}
