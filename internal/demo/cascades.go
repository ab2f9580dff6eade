package demo

import (
	"context"
	"fmt"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/cascade"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// cascades gives the partnership its first block, eight weeks ago, and the schools what came of it: at Thornbeck the deputy lead has reached
// twenty colleagues, Oakbank has a plan, Calder View has reached three, Hebble Lane has not been there. A teacher passes on what she learnt as
// lead for mental health, and holds a session today.
func (m *maker) cascades(ctx context.Context, today clock.Day) error {
	if err := m.geography(ctx); err != nil {
		return err
	}
	t := trainings{m: m, f: m.parts.Training, admin: m.as("nadia.rahman"), org: m.others[atPartners], today: today}
	if err := t.autumn(ctx); err != nil {
		return err
	}
	m.at(today, 48, 9, 0)
	if err := m.parts.Cascades.Sweep(ctx, m.sys); err != nil {
		return err
	}
	tom, calder := m.as("tom.hartley"), m.other(4, 2)
	plan, err := m.planOf(ctx, tom)
	if err != nil {
		return err
	}
	if err := m.passOn(ctx, today, plan, tom); err != nil {
		return err
	}
	if plan, err = m.planOf(ctx, calder); err != nil {
		return err
	}
	if _, err := m.hold(ctx, today, 21, calder, plan, cascade.Session{Minutes: 45, Place: "Staff room"}, nil, []string{"Yusuf Darr", "Kim Ellery", "Moira Stott"}); err != nil {
		return err
	}
	if plan, err = m.planOf(ctx, m.other(2, 2)); err != nil {
		return err
	}
	m.at(today, 5, 16, 0)
	if err := m.parts.Cascades.PlanSession(ctx, m.other(2, 2), cascade.Session{ID: cascade.SessionID(m.fresh()), Cascade: plan, On: today.Add(9), Starts: "15:45", Minutes: 60, Place: "Main hall"}); err != nil {
		return err
	}
	if err := m.wellbeing(ctx, today); err != nil {
		return err
	}
	_, err = m.parts.Queue.Drain(ctx)
	return err
}

// autumn is the first block, open to whoever asked first, in which the partnership put two areas first.
func (t *trainings) autumn(ctx context.Context) error {
	m := t.m
	m.at(t.today, 66, 10, 0)
	var courses []training.Course
	var names map[string]ref.Person
	goes := []string{m.accounts["tom.hartley"], m.accounts["staff3.2"], m.accounts["staff5.2"]}
	if err := m.db.Read(ctx, t.admin, func(ctx context.Context, tx *store.Tx) (err error) {
		if courses, err = t.f.Store.Courses(ctx, tx, t.org); err != nil {
			return err
		}
		names, err = m.posts.Names(ctx, tx, goes...)
		return err
	}); err != nil {
		return err
	}
	var two training.Course
	for _, c := range courses {
		if c.Cascades {
			two = c
		}
	}
	first := "Schools in Northfield and Calder Side"
	b := training.Block{ID: training.BlockID(t.id()), Org: t.org, Title: "Autumn block", Summary: "Lead safeguarding training, the first block", Way: training.FirstCome, PerSchool: 1, Second: training.RefuseSecond, HoldHours: 48, OfferHours: 72, RunCloses: 3,
		Tiers: []training.Tier{{Position: 0, Kind: training.TierArea, Value: "HV3", Words: first}, {Position: 0, Kind: training.TierArea, Value: "HV4", Words: first}}}
	if err := t.f.MakeBlock(ctx, t.admin, b); err != nil {
		return err
	}
	day := t.today.Add(-51)
	for day.Weekday() != time.Tuesday {
		day = day.Add(-1)
	}
	run, err := t.run(ctx, b, two, millrace, 24, "09:15", "16:00", day, day.Add(1))
	if err != nil {
		return err
	}
	if err := t.f.Publish(ctx, t.admin, b.ID); err != nil {
		return err
	}
	m.at(t.today, 64, 11, 0)
	var here []running.Tick
	for i, school := range []int{0, 2, 4} {
		q := training.Request{Booking: training.Booking{ID: training.BookingID(t.id()), Block: b.ID, Org: m.schools[school], OrgName: schoolNames[school].name, Name: names[goes[i]].Name, Title: names[goes[i]].Title, Account: goes[i]}, First: run, Group: "dsl"}
		if _, err := t.f.Ask(ctx, t.head(school), q); err != nil {
			return err
		}
		here = append(here, running.Tick{Booking: q.ID, Kind: running.Present})
	}
	for n := range 2 {
		m.clock.Set(day.Add(n).At(9, 30))
		if _, err := m.parts.Running.Tick(ctx, t.admin, run, n, here); err != nil {
			return err
		}
	}
	m.clock.Set(day.Add(1).At(16, 5))
	return m.parts.Running.Close(ctx, t.admin, run, false)
}

// other is the nth of the four people of a school other than Thornbeck: 1 and 2 are its leads.
func (m *maker) other(school, n int) access.Viewer {
	org := m.schools[school]
	return access.Viewer{Account: m.accounts[fmt.Sprintf("staff%d.%d", school+1, n)], District: m.district, Strength: access.SteppedUp, Roles: map[access.Role][]string{access.DSL: {org}, access.Member: {org}}}
}

// planOf is the open plan of whoever attended.
func (m *maker) planOf(ctx context.Context, v access.Viewer) (cascade.ID, error) {
	plans, err := m.parts.Cascades.PlansOf(ctx, v)
	if err != nil || len(plans) == 0 {
		return "", err
	}
	return plans[0].ID, nil
}

// hold holds a session some days ago: colleagues with accounts sign in on their phones, others are written on the list. It returns the link
// that the square held.
func (m *maker) hold(ctx context.Context, today clock.Day, daysAgo int, v access.Viewer, plan cascade.ID, s cascade.Session, phones []string, names []string) (link string, err error) {
	f := m.parts.Cascades
	m.at(today, daysAgo, 15, 20)
	s.ID, s.Cascade, s.On, s.Starts = cascade.SessionID(m.fresh()), plan, clock.DayOf(m.clock.Now()), "15:45"
	if err := f.PlanSession(ctx, v, s); err != nil {
		return "", err
	}
	if err := f.OpenSignIn(ctx, v, s.ID); err != nil {
		return "", err
	}
	_, link = f.Shown(s.ID, clock.Of(m.clock.Now()))
	for _, who := range phones {
		m.clock.Add(40 * time.Second)
		colleague := access.Viewer{Account: m.accounts[who], District: m.district, Strength: access.FirstFactor, Roles: map[access.Role][]string{access.Member: {m.schools[0]}}}
		if err := f.SignIn(ctx, colleague, "the staff room", link, "", ""); err != nil {
			return "", err
		}
	}
	if len(names) > 0 {
		if _, err := f.List(ctx, v, s.ID, nil, names); err != nil {
			return "", err
		}
	}
	m.clock.Add(time.Hour)
	return link, f.CloseSignIn(ctx, v, s.ID)
}

// passOn has Thornbeck's deputy lead reach twenty colleagues in two sessions, and colleagues say what they take with them.
func (m *maker) passOn(ctx context.Context, today clock.Day, plan cascade.ID, tom access.Viewer) error {
	f := m.parts.Cascades
	var staff []string
	for i := range 17 {
		staff = append(staff, fmt.Sprintf("thornbeck%d", i+1))
	}
	link, err := m.hold(ctx, today, 34, tom, plan, cascade.Session{Minutes: 60, Place: "Hall", Cost: 4500}, append([]string{"ellen.booth", "grace.ito"}, staff[:11]...), nil)
	if err != nil {
		return err
	}
	says := []string{"Ask the three questions before I write anything.", "", "Write the child’s own words first.", "", "Know whom to tell when Amina is away.", "Sit beside, not opposite.", "", "", "Ask what is working well, too.", "", "Practise the first sentence with a colleague."}
	for i, words := range says {
		rating := []string{"yes", "yes", "perhaps", "yes"}[i%4]
		if err := f.Answer(ctx, m.district, "the staff room", link, m.fresh(), rating, words); err != nil {
			return err
		}
	}
	if _, err := m.hold(ctx, today, 13, tom, plan, cascade.Session{Minutes: 45, Place: "Room 4"}, append([]string{"helen.brandt", "grace.ito"}, staff[9:15]...), []string{"Bea Holroyd", "Samir Lal"}); err != nil {
		return err
	}
	m.at(today, 12, 16, 10)
	all, err := f.PlansOf(ctx, tom)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.ID == plan {
			return f.Change(ctx, tom, plan, cascade.Settings{Version: p.Version, Aim: 26, Due: p.Due, CostsGiven: true, Fee: 0, Cover: 36000})
		}
	}
	return nil
}

// wellbeing has a class teacher pass on what she learnt as lead for mental health (TRU-11): seven colleagues so far, and a session today.
func (m *maker) wellbeing(ctx context.Context, today clock.Day) error {
	f, helen := m.parts.Cascades, m.as("helen.brandt")
	m.at(today, 26, 12, 0)
	p := cascade.Plan{ID: cascade.ID(m.fresh()), Org: m.schools[0], Title: "Senior mental health lead", Kind: "wellbeing", AttendedOn: clock.DayOf(m.clock.Now()).Add(-3), Due: today.Add(46), Aim: 26, CostsGiven: true, Fee: 42000, Cover: 36000}
	if err := f.Make(ctx, helen, p, cascade.Lead{Account: m.accounts["grace.ito"]}); err != nil {
		return err
	}
	grace := m.as("grace.ito")
	if _, err := m.hold(ctx, today, 18, grace, p.ID, cascade.Session{Minutes: 30, Place: "Staff room"}, []string{"ellen.booth", "tom.hartley", "amina.sesay", "thornbeck2", "thornbeck3", "thornbeck4", "thornbeck9"}, nil); err != nil {
		return err
	}
	m.at(today, 4, 16, 0)
	return f.PlanSession(ctx, grace, cascade.Session{ID: cascade.SessionID(m.fresh()), Cascade: p.ID, On: today, Starts: "15:45", Minutes: 30, Place: "Staff room"})
}
