package cascade_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/training"
	"kith/internal/feature/training/cascade"
	"kith/internal/kernel/access"
	"kith/internal/testkit"
)

// drawn is a district by chance: schools with plans, and so many people reached at each.
type drawn struct {
	facts  cascade.Facts
	people []int
}

func draw(t *rapid.T) drawn {
	d := drawn{facts: cascade.Facts{Today: "2026-11-23", Courses: map[training.CourseID]bool{"c": true}, Sessions: map[cascade.ID][]cascade.Session{}, Ratings: map[cascade.ID]map[string]int{},
		Areas: []cascade.Area{{Code: "W1", Name: "Eastgate"}, {Code: "W2", Name: "Northfield"}}, First: map[training.RunID]bool{"r": true}, FirstDay: "2026-10-01",
		Tiers: []training.Tier{{Position: 0, Kind: training.TierArea, Value: "W1", Words: "Schools in Eastgate"}}}}
	for i := range rapid.IntRange(1, 8).Draw(t, "schools") {
		school, plan := fmt.Sprint("school-", i), cascade.ID(fmt.Sprint("plan-", i))
		d.facts.Sites = append(d.facts.Sites, cascade.Site{ID: school, Name: school, Ward: rapid.SampledFrom([]string{"W1", "W2", ""}).Draw(t, "ward")})
		d.facts.Attended = append(d.facts.Attended, cascade.Attendance{Booking: training.BookingID(plan), Run: "r", Course: "c", Party: school, Last: "2026-10-02", Was: cascade.There})
		d.facts.Plans = append(d.facts.Plans, cascade.Plan{ID: plan, Org: school, Booking: string(plan), AttendedOn: "2026-10-02", Due: "2026-12-01", CostsGiven: true, Cover: int64(rapid.IntRange(0, 90000).Draw(t, "cover"))})
		d.people = append(d.people, rapid.IntRange(0, 12).Draw(t, "people"))
	}
	return d
}

// cover is what is shown where so many people were reached at each school.
func (d drawn) cover(people []int) cascade.Coverage {
	f := d.facts
	for i, n := range people {
		var names []string
		for k := range n {
			names = append(names, fmt.Sprint(i, "-", k))
		}
		f = f.Reaching(f.Plans[i].ID, f.Sites[i].ID, names...)
	}
	return cascade.Cover(f)
}

// ACC-1, TRU-5: the partnership sees no number of one to four people, and nothing from which one follows: with any other number from one
// to four in its place, everything that is shown stays the same.
func TestCoverageGivesNoSmallNumberAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		c := d.cover(d.people)
		sum := 0
		for i, s := range c.Schools {
			n := d.people[i]
			switch {
			case n > 0 && n < 5 && (s.Reached != cascade.Shown{Hidden: true} || s.Each != -1):
				t.Fatalf("%d people are shown as %+v, at %d each", n, s.Reached, s.Each)
			case (n == 0 || n >= 5) && s.Reached != cascade.Shown{N: n}:
				t.Fatalf("%d people are shown as %+v", n, s.Reached)
			case n >= 5 && s.Each != cascade.EachCosts(d.facts.Plans[i].Cover, n):
				t.Fatalf("%d pence for each of %d", s.Each, n)
			}
			sum += s.Reached.N
		}
		areas, tiers := 0, 0
		for _, a := range c.Areas {
			areas += a.Reached.N
		}
		for _, x := range c.Tiers {
			tiers += x.Reached.N
		}
		if c.Reached.N != sum || areas != sum || tiers != sum {
			t.Fatalf("schools come to %d, the whole to %d, areas to %d, priorities to %d", sum, c.Reached.N, areas, tiers)
		}
		other := slices.Clone(d.people)
		for i, n := range other {
			if n > 0 && n < 5 {
				other[i] = rapid.IntRange(1, 4).Draw(t, "instead")
			}
		}
		if !reflect.DeepEqual(c, d.cover(other)) {
			t.Fatalf("%v and %v people can be told apart", d.people, other)
		}
	})
}

// TRU-5: coverage counts schools by area and priority: who sent somebody, passed it on, waits; somebody reached by two plans counts once.
func TestCoverageByAreaAndPriority(t *testing.T) {
	f := cascade.Facts{Today: "2026-11-23", Courses: map[training.CourseID]bool{"c": true}, Areas: []cascade.Area{{Code: "W1", Name: "Eastgate"}, {Code: "W2", Name: "Northfield"}},
		Sites:    []cascade.Site{{ID: "a", Name: "Ash", Postcode: "BD3 9TZ", Ward: "W1"}, {ID: "b", Name: "Beech", Postcode: "BD30 1AA", Ward: "W1"}, {ID: "c", Name: "Cedar", Ward: "W2"}, {ID: "d", Name: "Damson"}},
		Attended: []cascade.Attendance{{Booking: "p1", Run: "r1", Course: "c", Party: "a", Last: "2026-10-02", Was: cascade.There}, {Booking: "p2", Run: "r0", Course: "c", Party: "b", Last: "2026-05-02", Was: cascade.Instead}, {Booking: "p3", Run: "r9", Course: "other", Party: "c", Last: "2026-10-02", Was: cascade.There}},
		Plans:    []cascade.Plan{{ID: "p1", Org: "a", Booking: "p1", Due: "2026-12-01"}, {ID: "p2", Org: "b", Booking: "p2", Due: "2026-07-01"}, {ID: "w", Org: "a", Kind: "wellbeing", Due: "2026-12-01", AttendedOn: "2026-10-09"}},
		First:    map[training.RunID]bool{"r1": true}, FirstDay: "2026-10-01", Tiers: []training.Tier{{Position: 0, Kind: training.TierArea, Value: "BD3", Words: "Schools in BD3"}}}
	f = f.Reaching("p1", "a", "1", "2", "3", "4", "5", "6").Reaching("w", "a", "7", "8", "9", "10", "11")
	c := cascade.Cover(f)
	if c.Trained != 2 || c.PassedOn != 1 || c.Reached != (cascade.Sum{N: 6}) {
		t.Errorf("%d sent somebody, %d passed it on, %+v reached", c.Trained, c.PassedOn, c.Reached)
	}
	if s := c.Schools[1]; s.Standing != cascade.Overdue || !s.Before || s.InFirst || s.Chosen != "" { // BD3 is not BD30
		t.Errorf("%+v", s)
	}
	if len(c.Areas) != 3 || c.Areas[0].Schools != 2 || c.Areas[0].Trained != 2 || !c.Areas[0].Chosen || c.Areas[2].Name != cascade.Elsewhere {
		t.Errorf("%+v", c.Areas)
	}
	if len(c.Tiers) != 2 || c.Tiers[0].Words != "Schools in BD3" || c.Tiers[0].Before != 0 || c.Tiers[0].InFirst != 1 || c.Tiers[0].PassedOn != 1 || c.Tiers[1].Schools != 3 || c.Tiers[1].Before != 1 {
		t.Errorf("%+v", c.Tiers)
	}
	// TRN-19: interest is counted by school and area, apart from the line; of others as few as one to four are not said (ACC-1).
	c = cascade.Cover(f.Wanting("c", "a", "a", "c", "office", "", "x").Wanting("other", "d"))
	if c.Interest != 2 || c.Waiting != 0 || !c.Schools[0].Interest || c.Schools[3].Interest || c.Areas[0].Interest != 1 || c.Areas[1].Interest != 1 || !c.Others.Hidden {
		t.Errorf("%+v", c)
	}
	f.Courses, f.Kind = nil, "wellbeing"
	if c := cascade.Cover(f); c.Trained != 1 || c.Reached != (cascade.Sum{N: 5}) || c.Schools[0].Trained != "2026-10-09" {
		t.Errorf("%+v", c)
	}
}

// TRU-5, TRU-11: what the school does is what the partnership sees, about a course and about training attended elsewhere, and no name.
func TestCoverageFollowsTheLedger(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.planned()
		s, _, link := w.session(p, w.tom)
		for _, n := range []string{"ann", "ben", "cat", "dan"} {
			testkit.OK(t, w.signIn(w.as(n), link, "", ""))
		}
		see := func(subject string) cascade.Coverage {
			c, err := w.f.Coverage(w.manager, subject)
			testkit.OK(t, err)
			return c
		}
		c := see(p.Title[:len("Signs of Safety")])
		if x := c.Schools[1]; x.ID != oak || !x.Reached.Hidden || x.Trained != p.AttendedOn || x.Standing != cascade.Planned || !x.PassedOn || c.Schools[0].Trained != "" {
			t.Errorf("%+v", c.Schools)
		}
		testkit.OK(t, w.signIn(w.as("eli"), link, "", ""))
		testkit.OK(t, w.f.CloseSignIn(t.Context(), w.tom, s.ID))
		testkit.OK(t, w.f.Change(t.Context(), w.tom, p.ID, cascade.Settings{Version: w.only(w.tom).Version, Due: p.Due, CostsGiven: true, Cover: 10000}))
		c = see("Signs of Safety")
		if x := c.Schools[1]; x.Reached != (cascade.Shown{N: 5}) || x.Each != 2000 || x.Standing != cascade.Delivering || c.Areas[0].Reached.N != 5 {
			t.Errorf("%+v", x)
		}
		own := cascade.Plan{ID: cascade.ID(w.ID()), Org: elm, Title: "Senior mental health lead", Kind: "wellbeing", AttendedOn: w.Today().Add(-3), Due: w.Today().Add(40)}
		testkit.OK(t, w.f.Make(t.Context(), person("eve", elm, access.DSL), own, cascade.Lead{Account: "una"}))
		if c := see("kind:wellbeing"); c.Schools[0].Standing != cascade.Planned || c.Schools[1].Trained != "" || c.Trained != 1 {
			t.Errorf("%+v", c.Schools)
		}
	})
}

// TRU-10, ACC-1: what the lead of a trust sees of their schools is what the partnership sees of them, and stays the same whatever other
// schools do.
func TestATrustSeesItsOwnSchools(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		var own []string
		for _, s := range d.facts.Sites {
			if rapid.Bool().Draw(t, "in the trust") {
				own = append(own, s.ID)
			}
		}
		within := func(people []int) cascade.Coverage {
			f := d.facts
			for i, n := range people {
				for k := range n {
					f = f.Reaching(f.Plans[i].ID, f.Sites[i].ID, fmt.Sprint(i, "-", k))
				}
			}
			return cascade.Cover(f.Within(own))
		}
		whole, mine := d.cover(d.people), within(d.people)
		var want []string
		for _, s := range whole.Schools {
			if !slices.Contains(own, s.ID) {
				continue
			}
			want = append(want, s.ID)
			x := mine.Schools[len(want)-1]
			if s.N, x.N = 0, 0; !reflect.DeepEqual(s, x) {
				t.Fatalf("the partnership sees %+v, the trust %+v", s, x)
			}
		}
		if len(want) != len(mine.Schools) {
			t.Fatalf("the trust sees %d schools, not %d", len(mine.Schools), len(want))
		}
		other := slices.Clone(d.people)
		for i, s := range d.facts.Sites {
			if !slices.Contains(own, s.ID) {
				other[i] = rapid.IntRange(0, 12).Draw(t, "elsewhere")
			}
		}
		if !reflect.DeepEqual(mine, within(other)) {
			t.Fatal("what another school does shows")
		}
	})
}

// TRU-10: the lead of a trust sees the schools that belong to it, and the sheet says what the page says.
func TestTrustAndSheet(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.planned()
		c, err := w.f.Coverage(w.mary, "Signs of Safety")
		testkit.OK(t, err)
		if len(c.Schools) != 1 || c.Schools[0].ID != elm || len(c.Areas) != 1 || c.Trained != 0 {
			t.Errorf("%+v", c)
		}
		if c, err = w.f.Coverage(person("joe", "another trust", access.TrustLead), "Signs of Safety"); err != nil || len(c.Schools) != 0 {
			t.Errorf("%+v, %v", c, err)
		}
	})
	c := cascade.Coverage{Schools: []cascade.SchoolCover{{Site: cascade.Site{Name: "=HYPERLINK(1)"}, N: 1, AreaName: "Eastgate", Reached: cascade.Show(3), Each: -1}, {Site: cascade.Site{Name: "Oak"}, N: 2, Trained: "2026-10-02", Standing: cascade.Delivering, Reached: cascade.Show(20), Each: 1929}}}
	var out strings.Builder
	testkit.OK(t, cascade.Sheet(c).WriteCSV(&out))
	if s := out.String(); !strings.Contains(s, "fewer than 5") || strings.Contains(s, `"=HYPER`) || !strings.Contains(s, `"attended",2026-10-02,"no","no","under way",20,19.29`) {
		t.Errorf("the sheet says %s", s)
	}
}
