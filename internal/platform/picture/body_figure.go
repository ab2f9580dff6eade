package picture

import (
	"slices"
	"strings"
)

// The figure is drawn by half, x counted from the middle line, and mirrored. A smooth curve runs through the points of
// each stretch; stretches meet at a corner.
var (
	headHalf = []point{{0, 3}, {10, 4.6}, {18.5, 11.5}, {22.6, 23}, {21.8, 36}, {17.8, 47}, {10, 54.8}, {0, 57.4}}

	// From the neck over the shoulder down the outside of the arm, round the hand with its thumb, and up to the armpit.
	armHalf = []point{{8.6, 50}, {8.4, 60}, {12.5, 66}, {24, 69.5}, {34, 74}, {40, 83}, {43.6, 97}, {48, 113}, {52, 127},
		{56.6, 141}, {60.6, 154}, {63.4, 161.5}, {68.5, 165.5}, {73.6, 171}, {75, 176}, {71.6, 177.4}, {68.6, 174.8}, {69.8, 184},
		{67.6, 191.6}, {62.6, 193.4}, {58, 189}, {55.2, 178}, {54.2, 167.5}, {51.6, 157}, {46.2, 142}, {40.6, 129}, {36, 115}, {31, 101}, {27, 91}}

	// From the armpit down the side and the outside of the leg, round the foot, and up to the fork.
	legHalf = []point{{27, 91}, {25.8, 104}, {25.2, 120}, {25.4, 134}, {26.6, 148}, {27.6, 164}, {27.5, 184}, {26, 205},
		{23.8, 223}, {23.6, 237}, {23.8, 251}, {21.6, 268}, {18.8, 283}, {19.6, 291}, {23.6, 299}, {24, 305.6}, {17.6, 308.6},
		{9.4, 307.8}, {5.8, 302.6}, {6.4, 292}, {6.8, 282}, {5.6, 266}, {4.4, 250}, {5, 236}, {4.6, 222}, {3.2, 200}, {2, 182}, {0, 175}}
)

const hair = "#dbe6e2"

// figure draws the outline of a child in the view's units.
func (c *canvas) figure(v View) {
	c.start("g", "transform", "translate("+num(ViewWidth/2)+" 0)", "fill", sheet, "stroke", edge, "stroke-width", "1.7",
		"stroke-linejoin", "round", "stroke-linecap", "round")
	c.one("path", "d", "M21 26.5C26.5 24 29.5 28 28.2 33.5 27.2 38 24 41 20.5 39.5Z")
	c.one("path", "d", "M-21 26.5C-26.5 24-29.5 28-28.2 33.5-27.2 38-24 41-20.5 39.5Z")
	c.one("path", "d", bodyPath)
	if v == Front {
		c.one("path", "d", headPath)
		c.one("path", "d", "M-22.4 27C-23.6 10-12 2.6 0 2.6S23.6 10 22.4 27C19.5 24.5 18.4 20.5 17.6 16.6 9 20.6-4 20.4-11.4 14.8-13.4 20-17.6 25-22.4 27Z", "fill", hair)
		c.one("circle", "cx", "-8.4", "cy", "32.5", "r", "1.8", "fill", edge, "stroke", "none")
		c.one("circle", "cx", "8.4", "cy", "32.5", "r", "1.8", "fill", edge, "stroke", "none")
	} else {
		c.one("path", "d", headPath, "fill", hair)
	}
	c.start("g", "fill", "none", "stroke", pale, "stroke-width", "1.4")
	c.one("path", "d", strings.Join(detail[v], ""))
	c.end("g")
	if v == Front {
		c.one("path", "d", "M-4.6 44.4Q0 46.6 4.6 44.4", "fill", "none", "stroke-width", "1.5")
	} else {
		c.one("path", "d", "M0 72V140", "fill", "none", "stroke", pale, "stroke-width", "1.6", "stroke-dasharray", "0.1 4.4")
	}
	c.end("g")
}

// detail is the few pale strokes by which front and back are told apart.
var detail = map[View][]string{
	// nose, collarbones, navel, knees, toes
	Front: {"M0 36.5v2.6", "M4 72.5Q11 75.5 19 73", "M-4 72.5Q-11 75.5-19 73", "M0 131v2.4",
		"M9.4 236Q14.4 240 19.4 236", "M-9.4 236Q-14.4 240-19.4 236", "M12 302.4v3M16 303v3M20 302.4v3", "M-12 302.4v3M-16 303v3M-20 302.4v3"},
	// crown, shoulder blades, seat, backs of the knees, heels
	Back: {"M-4.4 17.5C-3 12.5 4.5 12.5 5 17.5 5.3 21.5-.5 22.5-1 19", "M0 28V46", "M-8.5 26Q-11.5 35-9 44", "M8.5 26Q11.5 35 9 44", "M8 84C15 86 18.5 93 17 103", "M-8 84C-15 86-18.5 93-17 103",
		"M0 153V172", "M3.5 177Q14 183 25.5 175", "M-3.5 177Q-14 183-25.5 175", "M9 231Q14.4 228.5 19.8 231", "M-9 231Q-14.4 228.5-19.8 231",
		"M8.5 297Q13 301 17.5 297", "M-8.5 297Q-13 301-17.5 297"},
}

var (
	headPath = "M0 3" + curve(headHalf) + curve(mirror(headHalf)) + "Z"
	bodyPath = "M" + num(armHalf[0].x) + " " + num(armHalf[0].y) + curve(armHalf) + curve(legHalf) + curve(mirror(legHalf)) + curve(mirror(armHalf)) + "Z"
)

// mirror returns the other half, walked the other way.
func mirror(ps []point) []point {
	out := make([]point, len(ps))
	for i, p := range ps {
		out[len(ps)-1-i] = point{-p.x, p.y}
	}
	return out
}

// curve runs smoothly through points, from the first, where the pen already is, to the last (Catmull-Rom as Bezier).
func curve(ps []point) string {
	var b strings.Builder
	at := slices.Concat(ps[:1], ps, ps[len(ps)-1:])
	for i := 1; i+2 < len(at); i++ {
		p0, p1, p2, p3 := at[i-1], at[i], at[i+1], at[i+2]
		b.WriteString("C" + num(p1.x+(p2.x-p0.x)/6) + " " + num(p1.y+(p2.y-p0.y)/6) +
			" " + num(p2.x-(p3.x-p1.x)/6) + " " + num(p2.y-(p3.y-p1.y)/6) + " " + num(p2.x) + " " + num(p2.y))
	}
	return b.String()
}
