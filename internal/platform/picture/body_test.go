package picture

import (
	"math"
	"math/rand"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

func TestEachZoneIsFoundAtItsMiddle(t *testing.T) {
	for _, z := range Zones() {
		if got, ok := ZoneAt(z.View, z.X, z.Y); !ok || got.ID != z.ID {
			t.Errorf("the middle of %s is in %s", z.ID, got.ID)
		}
		if got, ok := ZoneByID(z.ID); !ok || got.Name != z.Name {
			t.Errorf("%s is not found by its id", z.ID)
		}
	}
}

func TestEachZoneHasItsOwnNameAndID(t *testing.T) {
	names, ids := map[string]bool{}, map[string]bool{}
	for _, z := range Zones() {
		if z.Name == "" || names[z.Name] || ids[z.ID] || strings.Contains(z.Name, "%") {
			t.Errorf("%+v: empty or used twice", z)
		}
		names[z.Name], ids[z.ID] = true, true
		if !strings.HasPrefix(z.ID, string(z.View)+"-") {
			t.Errorf("%s is in view %s", z.ID, z.View)
		}
	}
	if len(ids) < 40 {
		t.Errorf("%d zones", len(ids))
	}
	for _, want := range []string{"front-left-forearm", "back-right-buttock", "front-face", "back-left-ear"} {
		if !ids[want] {
			t.Errorf("no %s", want)
		}
	}
	if _, ok := ZoneByID("front-left-wing"); ok {
		t.Error("a zone that does not exist was found")
	}
}

func TestLeftMirrorsRightAndIsTheChildsOwn(t *testing.T) {
	pairs := 0
	for _, z := range Zones() {
		if !strings.Contains(z.ID, "-left-") {
			continue
		}
		pairs++
		right, ok := ZoneByID(strings.Replace(z.ID, "-left-", "-right-", 1))
		if !ok || math.Abs(z.X+right.X-ViewWidth) > 1e-9 || math.Abs(z.Y-right.Y) > 1e-9 || right.Name != strings.Replace(z.Name, "Left", "Right", 1) {
			t.Errorf("%+v has no mirror", z)
		}
		if onViewersRight := z.X > ViewWidth/2; onViewersRight != (z.View == Front) {
			t.Errorf("%s is on the wrong side", z.ID)
		}
	}
	if pairs < 20 {
		t.Errorf("%d pairs", pairs)
	}
}

func TestEveryPlaceHasAZone(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 2000 {
		x, y := r.Float64()*ViewWidth*1.4-30, r.Float64()*ViewHeight*1.4-60
		for _, v := range []View{Front, Back} {
			z, ok := ZoneAt(v, x, y)
			if !ok || z.View != v {
				t.Fatalf("nothing at %v, %v", x, y)
			}
			for _, o := range Zones() {
				if o.View == v && distance(o.outline, x, y) < distance(z.outline, x, y) {
					t.Fatalf("%s is nearer to %v, %v than %s", o.ID, x, y, z.ID)
				}
			}
		}
	}
	for _, bad := range []View{"", "side"} {
		if _, ok := ZoneAt(bad, 80, 80); ok {
			t.Errorf("view %q has zones", bad)
		}
	}
	if _, ok := ZoneAt(Front, math.NaN(), 3); ok {
		t.Error("a place that is not a number has a zone")
	}
}

func TestZonesLieOnTheDrawnBody(t *testing.T) {
	var body, head []point
	for _, half := range [][]point{armHalf, legHalf, mirror(legHalf), mirror(armHalf)} {
		body = append(body, half...)
	}
	head = append(append(head, headHalf...), mirror(headHalf)...)
	for _, z := range Zones() {
		x := z.X - ViewWidth/2
		if strings.HasSuffix(z.ID, "ear") {
			continue // ears stand out from the head and are no part of its outline
		}
		if distance(body, x, z.Y) > 0.5 && distance(head, x, z.Y) > 0.5 {
			t.Errorf("the middle of %s, %v %v, is beside the figure", z.ID, x, z.Y)
		}
	}
}

// discsOf returns where the discs of a view stand, by the numbers on them.
func discsOf(view *goquery.Selection) map[string]box {
	out := map[string]box{}
	view.Find("text").Each(func(_ int, s *goquery.Selection) {
		x, _ := strconv.ParseFloat(s.AttrOr("x", ""), 64)
		y, _ := strconv.ParseFloat(s.AttrOr("y", ""), 64)
		out[s.Text()] = box{x, y, discRadius}
	})
	return out
}

func TestMarksInOnePlaceAreAllRead(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range 20 {
		var marks []BodyMark
		n := map[View]int{}
		for i := range 1 + r.Intn(40) {
			z := Zones()[r.Intn(len(Zones()))]
			m := BodyMark{Number: i + 1, Zone: z.ID}
			if r.Intn(2) == 0 {
				m.X, m.Y = z.X+r.Float64()*8-4, z.Y+r.Float64()*8-4
			}
			marks = append(marks, m, BodyMark{Number: 100 + i, Zone: z.ID})
			n[z.View] += 2
		}
		doc := draw(t, BodyMap{Marks: marks})
		doc.Find("g[data-view]").Each(func(_ int, g *goquery.Selection) {
			ds := discsOf(g)
			if len(ds) != n[View(g.AttrOr("data-view", ""))] {
				t.Fatalf("%d discs, want %d", len(ds), n[View(g.AttrOr("data-view", ""))])
			}
			for a, p := range ds {
				if p.x < discRadius || p.x > ViewWidth-discRadius {
					t.Errorf("mark %s leaves the picture at %v", a, p.x)
				}
				for b, q := range ds {
					if a < b && math.Hypot(p.x-q.x, p.y-q.y) < 2*discRadius {
						t.Errorf("marks %s and %s overlap", a, b)
					}
				}
			}
		})
	}
}

func TestAMarkStandsWhereItWasPutWhenThatIsFree(t *testing.T) {
	ds := BodyMap{Marks: []BodyMark{{Number: 1, Zone: "front-chest", X: 70.5, Y: 90}, {Number: 2, Zone: "front-abdomen"}}}.spread(Front)
	z, _ := ZoneByID("front-abdomen")
	if ds[0].x != 70.5 || ds[0].y != 90 || ds[1].x != z.X || ds[1].y != z.Y {
		t.Errorf("%+v", ds)
	}
}

func TestBodyMapSaysItsMarks(t *testing.T) {
	b := BodyMap{Marks: []BodyMark{{Number: 2, Zone: "back-left-thigh"}, {Number: 1, Zone: "front-left-forearm"}, {Number: 3, Zone: `x"><script>`}}}
	want := "Body outline, front and back. Mark 1: left forearm, front. Mark 2: left thigh, back."
	doc := draw(t, b)
	if got := doc.Find("svg.mob").AttrOr("aria-label", ""); got != want {
		t.Errorf("%q", got)
	}
	if doc.Find("svg").Length() != 2 || doc.Find("svg.mob [data-view]").Length() != 2 {
		t.Error("want a wide and a narrow drawing, each with front and back")
	}
	for view, words := range map[string]string{"svg.mob": "FronttheirrighttheirleftBacktheirlefttheirright"} {
		got := doc.Find(view + " > text").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
		if strings.Join(got, "") != words {
			t.Errorf("%v", got)
		}
	}
	if doc.Find("[data-zone]").Length() != 0 {
		t.Error("a picture only to look at has zones")
	}
	b.View = Front
	alone := draw(t, b)
	if got := alone.Find("svg").AttrOr("aria-label", ""); got != "Body outline, front. Mark 1: left forearm, front." || alone.Find("svg").Length() != 1 {
		t.Errorf("%q", got)
	}
	if got := (BodyMap{}).Label(); got != "Body outline, front and back. No marks." {
		t.Errorf("%q", got)
	}
}

func TestInteractiveMapHasEveryZoneOncePerDrawing(t *testing.T) {
	doc := draw(t, BodyMap{Interactive: true, Marks: []BodyMark{{Number: 1, Zone: "front-face"}}})
	for _, z := range Zones() {
		got := doc.Find(`svg.mob [data-view="` + string(z.View) + `"] [data-zone="` + z.ID + `"]`)
		if got.Length() != 1 || got.Find("title").Text() != z.Name || got.AttrOr("fill-opacity", "") != "0" {
			t.Errorf("%s is drawn %d times, named %q", z.ID, got.Length(), got.Find("title").Text())
		}
	}
	if doc.Find("svg.mob g[pointer-events=none]").Length() != 1 {
		t.Error("marks catch the taps meant for zones")
	}
}
