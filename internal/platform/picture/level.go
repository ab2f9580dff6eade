package picture

import (
	"context"
	"io"
	"math"
)

// Bars are the three rising bars of a level. The word always stands beside them; the colour follows and never leads.
type Bars struct {
	// Level is 1 low, 2 medium, 3 high; 0 is none given yet. Anything else is drawn as the nearest of these.
	Level int
}

// Word returns the level's word.
func (b Bars) Word() string {
	return [...]string{"No level yet", "Low", "Medium", "High"}[b.level()]
}

func (b Bars) level() int { return min(max(b.Level, 0), 3) }

// Render writes the bars.
func (b Bars) Render(_ context.Context, w io.Writer) error {
	level := b.level()
	colour := [...]string{edge, teal, lampInk, brick}[level]
	var c canvas
	c.small(19, 15, "0 0 19 15")
	for i := range 3 {
		fill := sheet
		if i < level {
			fill = colour
		}
		c.one("rect", "x", num(float64(1+6*i)), "y", num(float64(9-4*i)), "width", "4", "height", num(float64(4+4*i)),
			"rx", "1", "fill", fill, "stroke", colour, "stroke-width", "1")
	}
	c.end("svg")
	return c.writeTo(w)
}

// Clock is a disc that fills as time goes. The words, such as "40 min, by 08:30", always stand beside it.
type Clock struct {
	// Fraction is the share of the time that is gone, from 0 to 1.
	Fraction float64
	// Now is for a clock this reader can still keep today; it is drawn in brick. Someone else's stays ink.
	Now bool
}

// Render writes the disc.
func (k Clock) Render(_ context.Context, w io.Writer) error {
	colour := soft
	if k.Now {
		colour = brick
	}
	var c canvas
	c.small(18, 18, "0 0 18 18")
	c.one("circle", "cx", "9", "cy", "9", "r", "7", "fill", sheet, "stroke", colour, "stroke-width", "1.5")
	switch f := k.Fraction; {
	case f >= 1:
		c.one("circle", "cx", "9", "cy", "9", "r", "7", "fill", colour)
	case f > 0:
		large := "0"
		if f > 0.5 {
			large = "1"
		}
		a := 2 * math.Pi * f
		c.one("path", "d", "M9 9V2A7 7 0 "+large+" 1 "+num(9+7*math.Sin(a))+" "+num(9-7*math.Cos(a))+"Z", "fill", colour)
	}
	c.end("svg")
	return c.writeTo(w)
}

// IconName is one of the six icons. There are no more: they stand only beside their word, never in a menu.
type IconName string

// The six icons.
const (
	Phone  IconName = "phone"
	Stop   IconName = "stop"
	Eye    IconName = "eye"
	Tick   IconName = "tick"
	Search IconName = "search"
	Page   IconName = "page"
)

// Icon is a small icon in the colour of the text around it.
type Icon struct {
	Name IconName
	// Size is the side in pixels; 0 means 20.
	Size int
}

// Render writes the icon; a name that does not exist draws nothing.
func (i Icon) Render(_ context.Context, w io.Writer) error {
	size := float64(i.Size)
	if size <= 0 {
		size = 20
	}
	line := func(width string) []string {
		return []string{"fill", "none", "stroke", "currentColor", "stroke-width", width, "stroke-linejoin", "round"}
	}
	var c canvas
	c.small(size, size, "0 0 20 20")
	switch i.Name {
	case Phone:
		c.one("path", "d", "M5 2h3l1.5 4.5-2 1.5a10 10 0 0 0 4.5 4.5l1.5-2L18 12v3c0 1.5-1 2.5-2.5 2.5C8 17.5 2.5 12 2.5 4.5 2.5 3 3.5 2 5 2Z", "fill", "currentColor")
	case Stop:
		c.one("path", append([]string{"d", "M6 1h8l5 5v8l-5 5H6l-5-5V6Z"}, line("2")...)...)
		c.one("path", append([]string{"d", "M10 5v6M10 13.5V15"}, line("2.4")...)...)
	case Eye:
		c.one("path", append([]string{"d", "M1.5 10S5 4 10 4s8.5 6 8.5 6-3.5 6-8.5 6-8.5-6-8.5-6Z"}, line("1.8")...)...)
		c.one("circle", "cx", "10", "cy", "10", "r", "2.8", "fill", "currentColor")
	case Tick:
		c.one("path", append([]string{"d", "M3.5 10.5 8.2 15.2 16.8 5.2"}, line("2.8")...)...)
	case Search:
		c.one("circle", append([]string{"cx", "8.5", "cy", "8.5", "r", "5.5"}, line("2.2")...)...)
		c.one("path", append([]string{"d", "M12.8 12.8 18 18"}, line("2.6")...)...)
	case Page:
		c.one("path", append([]string{"d", "M4 2h8l4 4v12H4Z"}, line("1.8")...)...)
		c.one("path", append([]string{"d", "M7 10h6M7 13.5h6"}, line("1.6")...)...)
	}
	c.end("svg")
	return c.writeTo(w)
}
