package picture

import (
	"strings"
	"testing"
)

func squareAt(x, y float64) [][][2]float64 {
	return [][][2]float64{{{x, y}, {x + .1, y}, {x + .1, y + .1}, {x, y + .1}, {x, y}}}
}

func TestMapDrawsAreasAndPlacesApart(t *testing.T) {
	m := AreaMap{Finding: "One of four schools has been there.", Areas: []MapArea{
		{Name: "East <b>", Words: "1 of 3", Note: ", put first", Rings: squareAt(1, 54), Label: [2]float64{1.05, 54.05}, Chosen: true, Some: true},
		{Name: "West", Words: "0 of 1", Rings: squareAt(1.1, 54), Label: [2]float64{1.15, 54.05}},
	}}
	for i := range 6 { // all but one in one street
		m.Places = append(m.Places, MapPlace{Number: i + 1, Lon: 1.03, Lat: 54.03, Kind: PlaceKind(i % 3)})
	}
	m.Places[5].Lon = 1.18
	m.Places = append(m.Places, MapPlace{Number: 7}) // nobody knows where it is
	doc := draw(t, m)
	if doc.Find("svg").Length() != 2 || doc.Find("svg.mob").AttrOr("aria-label", "") != m.Finding {
		t.Error("a map is drawn wide and narrow, and says its finding")
	}
	for _, class := range []string{"desk", "mob"} {
		svg := doc.Find("svg." + class)
		text := svg.Text()
		if !strings.Contains(text, "East <b>") || strings.Contains(text, "put first") != (class == "desk") || strings.Contains(text, "7") {
			t.Errorf("%s says %q", class, text)
		}
	}
	for _, width := range []float64{720, 340} {
		g, height := m.ground(width)
		discs := m.spread(g, width, height, nil)
		if len(discs) != 6 {
			t.Fatalf("%d places are drawn", len(discs))
		}
		for i, a := range discs {
			if a.x < placeRadius || a.x > width-placeRadius || a.y < placeRadius || a.y > height-placeRadius {
				t.Errorf("place %d leaves the map", a.Number)
			}
			for _, b := range discs[:i] {
				if (a.x-b.x)*(a.x-b.x)+(a.y-b.y)*(a.y-b.y) < 4*placeRadius*placeRadius {
					t.Errorf("places %d and %d overlap", a.Number, b.Number)
				}
			}
		}
	}
	if (AreaMap{Places: m.Places}).Drawn() {
		t.Error("a map without areas is drawn")
	}
}

// Names cover neither a place nor one another where there is room beside them: the names of a narrow map crowd soonest.
func TestNamesOfAreasCoverNoPlace(t *testing.T) {
	m := AreaMap{Areas: []MapArea{
		{Name: "Calder Side", Words: "1 of 3", Rings: squareAt(1, 54), Label: [2]float64{1.05, 54.05}},
		{Name: "Eastgate", Words: "1 of 2", Rings: squareAt(1.1, 54), Label: [2]float64{1.15, 54.05}},
		{Name: "Moor Edge", Words: "0 of 1", Rings: squareAt(1, 53.9), Label: [2]float64{1.05, 53.99}},
	}, Places: []MapPlace{{Number: 1, Lon: 1.05, Lat: 54.05}, {Number: 2, Lon: 1.06, Lat: 54.04}, {Number: 3, Lon: 1.15, Lat: 54.05}, {Number: 4, Lon: 1.03, Lat: 53.985}}}
	for _, width := range []float64{720, 340} {
		g, height := m.ground(width)
		names := m.names(g, width, height, width > 400)
		for i, n := range names {
			if n.covered[0] < 0 || n.covered[2] > width || n.covered[1] < 0 || n.covered[3] > height {
				t.Errorf("%s leaves the map: %v", m.Areas[i].Name, n.covered)
			}
			for _, o := range names[:i] {
				if n.overlaps(o.covered) {
					t.Errorf("%s stands on another name", m.Areas[i].Name)
				}
			}
			for _, p := range m.Places {
				if n.near(g.at(p.Lon, p.Lat), 0) {
					t.Errorf("at %v, %s stands on place %d", width, m.Areas[i].Name, p.Number)
				}
			}
		}
	}
}

func TestReachCountsColleagues(t *testing.T) {
	p := Reach{Reached: 20, Aim: 26}
	doc := draw(t, p)
	if p.Label() != "20 of 26 colleagues reached" || doc.Find("svg.desk circle").Length() != 26 || doc.Find("svg.mob circle[stroke-dasharray]").Length() != 6 {
		t.Errorf("%q: %d drawn", p.Label(), doc.Find("svg.desk circle").Length())
	}
	if p = (Reach{Reached: 1}); p.Label() != "1 colleague reached" || !p.Drawn() || (Reach{}).Drawn() || (Reach{Reached: 400}).Drawn() {
		t.Errorf("%q", p.Label())
	}
}

// CAS-1: a share is shown with the number that it is a share of.
func TestChangeShowsOfHowMany(t *testing.T) {
	doc := draw(t, Change{Finding: "More.", None: "no school", All: "every school", Rows: []ChangeRow{{Name: "Northfield", Before: 0, After: 66, Was: "0 of 3", Is: "2 of 3"}, {Name: "Elsewhere", Before: 25, After: 25, Was: "1 of 4", Is: "1 of 4"}}})
	text := doc.Find("svg.desk").Text()
	for _, want := range []string{"0 of 3", "2 of 3", "1 of 4", "no school", "every school"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	for _, not := range []string{"66", "goal", "none right"} {
		if strings.Contains(text, not) {
			t.Errorf("%q is in %q", not, text)
		}
	}
}
