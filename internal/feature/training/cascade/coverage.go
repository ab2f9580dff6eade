package cascade

import (
	"cmp"
	"slices"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
)

// Shown is a number of people as those see it who may not see who they are (ACC-1): 0, or at least the smallest that is shown, or hidden.
type Shown struct {
	N      int
	Hidden bool
}

// Show makes of a number what may be shown of it.
func Show(n int) Shown {
	if n > 0 && n < Shipped().Smallest {
		return Shown{Hidden: true}
	}
	return Shown{N: n}
}

// Sum is what numbers come to, made of those that are shown and of no others; Hidden counts the others.
type Sum struct{ N, Hidden int }

func (s *Sum) add(x Shown) {
	s.N += x.N
	if x.Hidden {
		s.Hidden++
	}
}

// Facts are all that coverage is made of. No name is among them.
type Facts struct {
	Today    clock.Day
	Sites    []Site
	Areas    []Area
	Courses  map[training.CourseID]bool // the courses that are looked at
	Kind     string                     // in place of courses: what training attended elsewhere was about
	Attended []Attendance
	Plans    []Plan
	Sessions map[ID][]Session
	Ratings  map[ID]map[string]int
	Tiers    []training.Tier         // whom the first block put first
	First    map[training.RunID]bool // its runs
	FirstDay clock.Day

	reach  []reachRow
	demand []demandRow
}

// Within are the facts about some organisations and about no other: those of a trust, for whoever leads it (TRU-10). Of the district's areas
// those are left in which one of them stands.
func (f Facts) Within(orgs []string) Facts {
	in := func(org string) bool { return slices.Contains(orgs, org) }
	f.Sites = slices.DeleteFunc(slices.Clone(f.Sites), func(s Site) bool { return !in(s.ID) })
	f.Areas = slices.DeleteFunc(slices.Clone(f.Areas), func(a Area) bool {
		return !slices.ContainsFunc(f.Sites, func(s Site) bool { return s.Ward == a.Code })
	})
	f.Attended = slices.DeleteFunc(slices.Clone(f.Attended), func(a Attendance) bool { return !in(a.Party) })
	f.Plans = slices.DeleteFunc(slices.Clone(f.Plans), func(p Plan) bool { return !in(p.Org) })
	f.demand = slices.DeleteFunc(slices.Clone(f.demand), func(d demandRow) bool { return !in(d.party) })
	ratings := map[ID]map[string]int{}
	for _, p := range f.Plans {
		ratings[p.ID] = f.Ratings[p.ID]
	}
	f.Ratings = ratings
	return f // reach and sessions are looked at by plan
}

// SchoolCover is how far training has come in one school.
type SchoolCover struct {
	Site
	N        int // its number on the map, from 1
	AreaName string
	Priority int    // position among the priorities of the first block; that of everybody else is the last
	Chosen   string // the words of its priority, "" for everybody else
	Trained  clock.Day
	Before   bool // trained before the first block
	InFirst  bool // trained in the first block
	Unclosed bool // had a place on a run that is over, and its register is not closed
	Booked   bool
	Waiting  bool
	Interest bool     // somebody of it registered an interest while there were no dates
	Standing Standing // of the cascade that has come furthest, "" for none
	PassedOn bool
	Reached  Shown
	Each     int64 // in pence; -1 where it is not known or not shown
}

// AreaCover is how far it has come in one area.
type AreaCover struct {
	Area
	Chosen                              bool
	Schools, Trained, PassedOn, Waiting int
	Interest                            int // schools with a registered interest
	Reached                             Sum
}

// TierCover is what the first block did for those whom it put first, and for everybody else.
type TierCover struct {
	Words                                     string
	Schools, Before, InFirst, PassedOn, Still int
	Reached                                   Sum
}

// Coverage is what the partnership sees.
type Coverage struct {
	Schools           []SchoolCover
	Areas             []AreaCover
	Tiers             []TierCover
	Trained, PassedOn int
	Unclosed          int   // schools of which nobody has attended, so far as registers are closed
	Waiting           int   // requests of schools
	Interest          int   // schools of which somebody registered an interest
	Others            Shown // people of other organisations who did
	Settings          int   // requests of settings that are in no register
	Reached           Sum
	Answers           map[string]int // by rating, of the plans with enough answers
	Answered          int
}

// Elsewhere is the area of schools whose place is not known.
const Elsewhere = "Area not known"

// Cover makes of the ledger what the partnership sees. It is a function of the ledger, and every number of people in it is one that Show lets
// through, or a sum of such (ACC-1).
func Cover(f Facts) Coverage {
	out := Coverage{Answers: map[string]int{}}
	last := int64(0)
	for _, t := range f.Tiers {
		last = max(last, t.Position+1)
	}
	plans, of := map[ID]Plan{}, map[string][]Plan{}
	courseOf := map[string]training.CourseID{}
	for _, a := range f.Attended {
		if a.Was.Counts() {
			courseOf[string(a.Booking)] = a.Course
		}
	}
	for _, p := range f.Plans {
		if f.Kind != "" && p.Booking == "" && p.Kind == f.Kind || f.Kind == "" && p.Booking != "" && f.Courses[courseOf[p.Booking]] {
			plans[p.ID], of[p.Org] = p, append(of[p.Org], p)
		}
	}
	people, byPlan := map[string]map[string]bool{}, map[ID]int{}
	for _, r := range f.reach {
		if _, ok := plans[ID(r.plan)]; !ok {
			continue
		}
		if people[r.org] == nil {
			people[r.org] = map[string]bool{}
		}
		people[r.org][r.person] = true
		byPlan[ID(r.plan)]++
	}
	names := map[string]string{}
	for _, a := range f.Areas {
		names[a.Code] = a.Name
	}
	for i, site := range f.Sites {
		s := SchoolCover{Site: site, N: i + 1, AreaName: cmp.Or(names[site.Ward], Elsewhere), Each: -1, Reached: Show(len(people[site.ID]))}
		position, words := training.TierOf(f.Tiers, training.Place{Party: site.ID, Outward: training.Outward(site.Postcode), Ward: site.Ward})
		s.Priority, s.Chosen = int(position), words
		f.course(&s)
		f.passedOn(&s, of[site.ID], byPlan)
		s.PassedOn = s.PassedOn || len(people[site.ID]) > 0
		out.Schools = append(out.Schools, s)
	}
	for id := range plans {
		n := 0
		for _, x := range f.Ratings[id] {
			n += x
		}
		if n >= Shipped().Smallest {
			for k, x := range f.Ratings[id] {
				out.Answers[k] += x
			}
			out.Answered += n
		}
	}
	if f.Kind == "" {
		for _, d := range f.demand {
			if f.Courses[training.CourseID(d.course)] && (d.state == string(training.Waiting) || d.state == string(training.Asked)) && strings.HasPrefix(d.party, "name:") {
				out.Settings++
			}
		}
		out.Others = Show(f.others())
	}
	out.sum(f, last)
	return out
}

// others counts those of no school who registered an interest in the courses that are looked at.
func (f Facts) others() (n int) {
	for _, d := range f.demand {
		if d.state == interested && f.Courses[training.CourseID(d.course)] && !slices.ContainsFunc(f.Sites, func(s Site) bool { return s.ID == d.party }) {
			n++
		}
	}
	return n
}

// course fills in whether somebody of a school attended, is booked, or waits.
func (f Facts) course(s *SchoolCover) {
	if f.Kind != "" {
		for _, p := range f.Plans {
			if p.Org == s.ID && p.Booking == "" && p.Kind == f.Kind {
				s.Trained = max(s.Trained, p.AttendedOn)
			}
		}
		return
	}
	for _, a := range f.Attended {
		if a.Party != s.ID || !f.Courses[a.Course] {
			continue
		}
		if !a.Was.Counts() {
			s.Unclosed = true
			continue
		}
		s.Trained = max(s.Trained, a.Last)
		s.Before = s.Before || f.FirstDay != "" && a.Last < f.FirstDay
		s.InFirst = s.InFirst || f.First[a.Run]
	}
	was := map[string]int{}
	for _, d := range f.demand {
		if d.party == s.ID && f.Courses[training.CourseID(d.course)] {
			was[d.state]++
		}
	}
	past := 0
	for _, a := range f.Attended {
		if a.Party == s.ID && f.Courses[a.Course] {
			past++
		}
	}
	s.Booked = was[string(training.Placed)]+was[string(training.Held)]+was[string(training.Offered)] > past
	s.Waiting = was[string(training.Waiting)]+was[string(training.Asked)] > 0
	s.Interest = was[interested] > 0
}

// passedOn fills in how far the cascades of a school have come, and what each person cost.
func (f Facts) passedOn(s *SchoolCover, plans []Plan, byPlan map[ID]int) {
	rank := map[Standing]int{"": 0, Overdue: 1, Planned: 2, Delivering: 3, Completed: 4}
	var cost int64
	reached, known := 0, len(plans) > 0
	for _, p := range plans {
		held := 0
		for _, x := range f.Sessions[p.ID] {
			if Held(x, f.Today) {
				held++
			}
		}
		if st := Stands(p, held, f.Today); rank[st] > rank[s.Standing] {
			s.Standing = st
		}
		s.PassedOn = s.PassedOn || byPlan[p.ID] > 0
		known = known && p.CostsGiven
		cost += Cost(p, f.Sessions[p.ID])
		reached += byPlan[p.ID]
	}
	if known && reached >= Shipped().Smallest {
		s.Each = EachCosts(cost, reached)
	}
}

// sum adds up areas, priorities and the whole.
func (c *Coverage) sum(f Facts, last int64) {
	areas := slices.Clone(f.Areas)
	if slices.ContainsFunc(c.Schools, func(s SchoolCover) bool { return s.AreaName == Elsewhere }) {
		areas = append(areas, Area{Name: Elsewhere})
	}
	for _, a := range areas {
		x := AreaCover{Area: a}
		for _, s := range c.Schools {
			if s.AreaName != a.Name {
				continue
			}
			x.Schools++
			x.Chosen = x.Chosen || s.Chosen != ""
			count(&x.Trained, s.Trained != "")
			count(&x.PassedOn, s.PassedOn)
			count(&x.Waiting, s.Waiting)
			count(&x.Interest, s.Interest)
			x.Reached.add(s.Reached)
		}
		c.Areas = append(c.Areas, x)
	}
	for i := range last + 1 {
		x := TierCover{Words: "Everybody else"}
		for _, s := range c.Schools {
			if s.Priority != int(i) {
				continue
			}
			if s.Chosen != "" {
				x.Words = s.Chosen
			}
			x.Schools++
			count(&x.Before, s.Before)
			count(&x.InFirst, s.InFirst && !s.Before)
			count(&x.PassedOn, s.InFirst && s.PassedOn)
			count(&x.Still, !s.Before && !s.InFirst && s.Waiting)
			if s.InFirst {
				x.Reached.add(s.Reached)
			}
		}
		if x.Schools > 0 && len(f.Tiers) > 0 {
			c.Tiers = append(c.Tiers, x)
		}
	}
	for _, s := range c.Schools {
		count(&c.Trained, s.Trained != "")
		count(&c.PassedOn, s.PassedOn)
		count(&c.Unclosed, s.Unclosed && s.Trained == "")
		count(&c.Waiting, s.Waiting)
		count(&c.Interest, s.Interest)
		c.Reached.add(s.Reached)
	}
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}
