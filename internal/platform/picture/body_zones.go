package picture

import (
	"math"
	"strings"
	"sync"
)

// View is a side of the body.
type View string

// The two views.
const (
	Front View = "front"
	Back  View = "back"
)

// The size of one view in its own units, in which Zone and BodyMark give their places. The body's middle is at half the
// width.
const (
	ViewWidth  = 160
	ViewHeight = 316
)

// Zone is a named place on the body.
type Zone struct {
	// ID is stable and fit for a form: "front-left-forearm".
	ID string
	// Name is in words: "Left forearm, front". Left and right are the child's own.
	Name string
	View View
	// X and Y are the zone's middle in the view's units.
	X, Y float64

	outline []point
}

type point struct{ x, y float64 }

// part is a zone as it is drawn: on the middle line, or on the viewer's right and mirrored for the left. x counts from
// the middle line.
type part struct {
	id string
	// front and back are the names in each view, with %s for the side; "" means the part is not in that view.
	front, back string
	paired      bool
	outline     []point
}

// The parts, from head to foot: the order of the list of places. Outlines run a little over the drawn edge, so that a
// finger beside an arm still finds the arm.
var parts = []part{
	{"head", "Head, front", "Head, back", false, []point{{-19, 1}, {19, 1}, {20, 23}, {-20, 23}}},
	{"face", "Face", "", false, []point{{-19, 23}, {19, 23}, {19, 47}, {11, 57}, {-11, 57}, {-19, 47}}},
	{"ear", "%s ear, front", "%s ear, behind", true, []point{{19.5, 20}, {34, 20}, {34, 48}, {19.5, 48}}},
	{"neck", "Neck, front", "Neck, back", false, []point{{-13, 57}, {13, 57}, {15, 69}, {-15, 69}}},
	{"shoulder", "%s shoulder, front", "%s shoulder, back", true, []point{{15, 60}, {32, 64}, {45, 76}, {49, 95}, {29, 97}, {24, 80}, {15, 69}}},
	{"upper-arm", "%s upper arm, front", "%s upper arm, back", true, []point{{29, 97}, {49, 95}, {55, 115}, {34, 120}}},
	{"elbow", "%s elbow, inside", "%s elbow, point", true, []point{{34, 120}, {55, 115}, {60, 132}, {40, 138}}},
	{"forearm", "%s forearm, front", "%s forearm, back", true, []point{{40, 138}, {60, 132}, {66, 152}, {48, 159}}},
	{"wrist", "%s wrist, front", "%s wrist, back", true, []point{{48, 159}, {66, 152}, {71, 163}, {51, 170}}},
	{"hand", "%s hand, palm", "%s hand, back", true, []point{{51, 170}, {71, 163}, {80, 170}, {79, 199}, {55, 199}}},
	{"chest", "Chest", "", false, []point{{-15, 69}, {15, 69}, {24, 80}, {28, 97}, {27, 106}, {-27, 106}, {-28, 97}, {-24, 80}}},
	{"upper-back", "", "Upper back", false, []point{{-15, 69}, {15, 69}, {24, 80}, {28, 97}, {27, 108}, {-27, 108}, {-28, 97}, {-24, 80}}},
	{"abdomen", "Abdomen", "", false, []point{{-28, 106}, {28, 106}, {30, 146}, {-30, 146}}},
	{"lower-back", "", "Lower back", false, []point{{-28, 108}, {28, 108}, {30, 147}, {-30, 147}}},
	{"hip", "%s hip", "", true, []point{{13, 146}, {31, 146}, {33, 174}, {12, 174}}},
	{"groin", "Groin", "", false, []point{{-13, 146}, {13, 146}, {12, 174}, {0, 184}, {-12, 174}}},
	{"buttock", "", "%s buttock", true, []point{{0, 147}, {31, 147}, {33, 178}, {0, 181}}},
	{"thigh", "%s thigh, front", "%s thigh, back", true, []point{{0, 184}, {12, 174}, {33, 174}, {31, 216}, {0, 216}}},
	{"knee", "%s knee, front", "%s knee, back", true, []point{{0, 216}, {31, 216}, {30, 244}, {0, 244}}},
	{"lower-leg", "%s lower leg, shin", "%s lower leg, calf", true, []point{{0, 244}, {30, 244}, {28, 275}, {0, 275}}},
	{"ankle", "%s ankle, front", "%s ankle, back", true, []point{{0, 275}, {28, 275}, {28, 292}, {0, 292}}},
	{"foot", "%s foot, top", "%s foot, sole or heel", true, []point{{0, 292}, {28, 292}, {34, 316}, {0, 316}}},
}

// headBack replaces the head's outline in the back view, where no face lies below it.
var headBack = []point{{-19.5, 1}, {19.5, 1}, {19.5, 48}, {10, 57}, {-10, 57}, {-19.5, 48}}

var zones = sync.OnceValue(func() []Zone {
	var out []Zone
	for _, v := range []View{Front, Back} {
		for _, p := range parts {
			name, outline := p.front, p.outline
			if v == Back {
				name = p.back
				if p.id == "head" {
					outline = headBack
				}
			}
			switch {
			case name == "":
			case p.paired:
				// The child faces the viewer in front, so the child's left is the viewer's right; behind, it is the viewer's left.
				sign := 1.0
				if v == Back {
					sign = -1
				}
				out = append(out,
					newZone(v, "left-"+p.id, strings.Replace(name, "%s", "Left", 1), outline, sign),
					newZone(v, "right-"+p.id, strings.Replace(name, "%s", "Right", 1), outline, -sign))
			default:
				out = append(out, newZone(v, p.id, name, outline, 1))
			}
		}
	}
	return out
})

func newZone(v View, id, name string, outline []point, sign float64) Zone {
	z := Zone{ID: string(v) + "-" + id, Name: name, View: v}
	for _, p := range outline {
		z.outline = append(z.outline, point{ViewWidth/2 + sign*p.x, p.y})
	}
	z.X, z.Y = middle(z.outline)
	return z
}

// Zones returns every zone, the front from head to foot and then the back: the order of the list of places.
func Zones() []Zone { return append([]Zone(nil), zones()...) }

// ZoneByID returns the zone with an id, false if there is none.
func ZoneByID(id string) (Zone, bool) {
	for _, z := range zones() {
		if z.ID == id {
			return z, true
		}
	}
	return Zone{}, false
}

// ZoneAt returns the zone at a place in a view's units, or the nearest one when the place lies beside the body; false
// for a view that does not exist or a place that is not a number.
func ZoneAt(v View, x, y float64) (Zone, bool) {
	best, found := Zone{}, false
	bestEdge, bestMiddle := math.Inf(1), math.Inf(1)
	for _, z := range zones() {
		if z.View != v {
			continue
		}
		edge, mid := distance(z.outline, x, y), math.Hypot(z.X-x, z.Y-y)
		if edge < bestEdge || edge == bestEdge && mid < bestMiddle {
			best, bestEdge, bestMiddle, found = z, edge, mid, true
		}
	}
	return best, found
}

// middle returns the centre of a polygon's area.
func middle(ps []point) (x, y float64) {
	var area float64
	for i, p := range ps {
		q := ps[(i+1)%len(ps)]
		cross := p.x*q.y - q.x*p.y
		area += cross
		x += (p.x + q.x) * cross
		y += (p.y + q.y) * cross
	}
	return x / (3 * area), y / (3 * area)
}

// distance returns how far a place is from a polygon: 0 inside.
func distance(ps []point, x, y float64) float64 {
	inside, best := false, math.Inf(1)
	for i, p := range ps {
		q := ps[(i+1)%len(ps)]
		if (p.y > y) != (q.y > y) && x < (q.x-p.x)*(y-p.y)/(q.y-p.y)+p.x {
			inside = !inside
		}
		dx, dy := q.x-p.x, q.y-p.y
		t := min(max(((x-p.x)*dx+(y-p.y)*dy)/(dx*dx+dy*dy), 0), 1)
		best = min(best, math.Hypot(p.x+t*dx-x, p.y+t*dy-y))
	}
	if inside {
		return 0
	}
	return best
}
