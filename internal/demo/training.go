package demo

import (
	"context"
	"fmt"
	"time"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// settings are places that are in no register: nurseries, practices, clubs. What they ask for comes by e-mail and letter (INT-1).
var settings = []string{"Little Acorns Nursery", "Busy Bees Playgroup", "Rowan Tree Nursery", "Haver Valley Surgery", "Eastgate Medical Practice", "Northfield Health Centre", "St John’s Youth Club",
	"Haverdale Rugby Juniors", "Canal Side Scouts", "Ladybird Childminders", "Sunrise Nursery", "Hilltop After School Club", "Market Street Surgery", "Haverdale Swimming Club", "Meadow Lane Playgroup",
	"Riverside Family Hub", "Al-Noor Supplementary School", "Haverdale Gurdwara School", "Bridge Housing", "The Loft Youth Project", "Moor Edge Nursery", "Weavers Playgroup", "Tall Trees Nursery",
	"Haverdale Police, schools team", "Calder Dance School", "Valley Gymnastics", "Haverdale Foster Carers", "Bankfield Surgery", "Harvest Church Families", "Sycamore Nursery", "Green Lane Childcare",
	"Springwood Pre-school", "Park View Surgery", "Haverdale Young Carers", "Mill Pond Nursery", "Oak Apple Pre-school", "Bright Start Nursery", "Victoria Park Juniors", "Haverdale Library Service", "Homestart Haverdale"}

// courses gives the partnership its training: a block that closes in a month, one that was allocated with a freed seat on offer, events, and
// a course that has no date.
func (m *maker) courses(ctx context.Context, today clock.Day) error {
	t := trainings{m: m, f: m.parts.Training, admin: m.as("nadia.rahman"), org: m.others[atPartners], today: today}
	for _, step := range []func(context.Context) error{t.catalogue, t.winter, t.spring, t.events, t.houses} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	_, err := m.parts.Queue.Drain(ctx)
	return err
}

// houses has two of the venues hear of dates by mail.
func (t *trainings) houses(ctx context.Context) error {
	if err := t.f.SetRings(ctx, t.admin, training.Rings{Org: t.org, Words: "Nadia Rahman, training office, 01632 960 123"}); err != nil {
		return err
	}
	var all map[string]training.Venue
	if err := t.m.db.Read(ctx, t.admin, func(ctx context.Context, tx *store.Tx) (err error) {
		all, err = t.f.Venues.Venues(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	for id, v := range all {
		if mail := map[string]string{millrace.Name: "desk@millrace-centre.example", weavers.Name: "rooms@weavers-house.example"}[v.Name]; mail != "" {
			if err := t.f.SetVenueMail(ctx, t.admin, id, mail, v.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

type trainings struct {
	m                               *maker
	f                               *training.Feature
	admin                           access.Viewer
	org                             string
	today                           clock.Day
	two, one, info, review, neglect training.Course
	asked                           int
}

func (t *trainings) id() string { return t.m.db.IDs().New(clock.Of(t.m.clock.Now())) }

func (t *trainings) catalogue(ctx context.Context) error {
	t.m.at(t.today, 70, 9, 0)
	course := func(c training.Course) training.Course {
		c.ID, c.Org = training.CourseID(t.id()), t.org
		return c
	}
	t.two = course(training.Course{Title: "Lead safeguarding training", Format: training.TwoDay, Group: "lead", UsesPlace: true, Cascades: true, Validity: 24, CPD: 720, Audience: "dsl,child_protection", Board: "Safeguarding children partnership",
		Summary: "For the person best placed to pass it on to colleagues. Both days count as one.", Outcomes: "Hold a first conversation with a family without making it worse\nWrite a danger statement and a goal that a child understands\nTeach the three questions to your own staff in an hour"})
	t.one = course(training.Course{Title: "Lead safeguarding training", Format: training.OneDay, Group: "lead", UsesPlace: true, Validity: 24, CPD: 360, Audience: "dsl,child_protection", Board: "Safeguarding children partnership",
		Summary: "If two days away cannot be done. A school takes one or the other."})
	t.info = course(training.Course{Title: "Information session for heads and governors", Format: training.Briefing, CPD: 90, Audience: "head,governor", Summary: "What the new approach asks of a school, in 90 minutes by video."})
	t.review = course(training.Course{Title: "Seen but not asked: learning from a review", Format: training.Event, CPD: 210, Summary: "For those who meet children every day, and their managers."})
	t.neglect = course(training.Course{Title: "Neglect, seen early", Format: training.HalfDay, UsesPlace: true, Validity: 36, CPD: 180, Audience: "teacher,support,early_years", Summary: "What a lunch box, a coat and a Monday morning can say."})
	fathers := course(training.Course{Title: "Working with fathers", Format: training.HalfDay, UsesPlace: true, CPD: 180, Audience: "dsl,practitioner", Summary: "Who is missing from the plan, and how to ask."})
	for _, c := range []training.Course{t.two, t.one, t.info, t.review, t.neglect, fathers} {
		if err := t.f.MakeCourse(ctx, t.admin, c); err != nil {
			return err
		}
	}
	return t.wanted(ctx, fathers)
}

// wanted has three people of two schools register an interest in a course that has no dates (TRN-19).
func (t *trainings) wanted(ctx context.Context, c training.Course) error {
	for _, x := range []struct{ school, n int }{{1, 4}, {3, 4}, {3, 2}} {
		v := t.m.other(x.school, x.n)
		i := training.Interest{ID: t.id(), Course: c.ID, OrgName: schoolNames[x.school].name}
		if err := t.m.db.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			names, err := t.m.posts.Names(ctx, tx, v.Account)
			i.Name = names[v.Account].Name
			return err
		}); err != nil {
			return err
		}
		if err := t.f.Want(ctx, v, i); err != nil {
			return err
		}
	}
	return nil
}

// weekday is the first day of the week's number (1 Monday) from so many days ahead of today.
func (t *trainings) weekday(ahead int, day time.Weekday) clock.Day {
	d := t.today.Add(ahead)
	for d.Weekday() != day {
		d = d.Add(1)
	}
	return d
}

var (
	millrace = training.Venue{Name: "Millrace Centre", Address: "1 Mill Lane, Eastgate", Postcode: "HV1 4TY", Capacity: 40, Access: "Step-free from Mill Lane, hearing loop in both rooms"}
	weavers  = training.Venue{Name: "Weavers House", Address: "1 Mill Lane, Eastgate", Postcode: "HV1 4TY", Capacity: 24, Access: "Lift to the second floor"}
	oakbank  = training.Venue{Name: "Oakbank Academy, Northfield", Address: "Northfield Road", Postcode: "HV3 2AB", Capacity: 60, Access: "Parking behind the sports hall"}
	haver    = training.Venue{Name: "Haver Hall", Address: "Market Place", Postcode: "HV1 1ZZ", Capacity: 120, Access: "Ramp at the side door"}
)

func (t *trainings) run(ctx context.Context, b training.Block, c training.Course, v training.Venue, seats int64, starts, ends string, days ...clock.Day) (training.RunID, error) {
	r := training.Run{ID: training.RunID(t.id()), Block: b.ID, Course: c.ID, Capacity: seats, Trainer: "Ros Whitlock", Online: c.Format == training.Briefing}
	for _, d := range days {
		r.Days = append(r.Days, training.Day{On: d, Starts: starts, Ends: ends})
	}
	if err := t.f.AddRuns(ctx, t.admin, b.ID, r); err != nil || v.Name == "" {
		return r.ID, err
	}
	return r.ID, t.f.SetVenue(ctx, t.admin, r.ID, v)
}

// head is the headteacher of a school of the seven.
func (t *trainings) head(school int) access.Viewer {
	if school == 0 {
		return t.m.as("helen.brandt")
	}
	org := t.m.schools[school]
	return access.Viewer{Account: t.m.accounts[fmt.Sprintf("staff%d.3", school+1)], District: t.m.district, Strength: access.SteppedUp, Roles: map[access.Role][]string{access.Head: {org}, access.Member: {org}}}
}

// ask has a school's head ask for a place for one of its leads.
func (t *trainings) ask(ctx context.Context, school int, b training.BlockID, first, second training.RunID, who, title, needs string) (training.BookingID, error) {
	q := training.Request{Booking: training.Booking{ID: training.BookingID(t.id()), Block: b, Org: t.m.schools[school], OrgName: schoolNames[school].name, Name: who, Title: title}, First: first, Second: second, Group: "dsl", Access: needs}
	_, err := t.f.Ask(ctx, t.head(school), q)
	t.m.clock.Add(7 * time.Minute)
	return q.ID, err
}

// enter has the office enter what a setting sent.
func (t *trainings) enter(ctx context.Context, b training.BlockID, first, second training.RunID, arrived clock.Millis, group string) (training.BookingID, error) {
	where := settings[t.asked%len(settings)]
	t.asked++
	q := training.Request{Booking: training.Booking{ID: training.BookingID(t.id()), Block: b, OrgName: where, Name: t.m.adultName(), Title: "Safeguarding lead", Channel: []string{"email", "email", "letter", "telephone"}[t.asked%4], Sender: "The manager of " + where,
		SenderMail: fmt.Sprintf("setting%d@haverdale.example", t.asked)}, First: first, Second: second, Group: group, Arrived: arrived}
	_, err := t.f.Enter(ctx, t.admin, q)
	return q.ID, err
}

// winter is a block that has been allocated: 46 asked, January is full, and Thornbeck has its second choice. One seat was given back and is
// on offer.
func (t *trainings) winter(ctx context.Context) error {
	m := t.m
	m.at(t.today, 60, 10, 0)
	closes := t.today.Add(-9)
	b := training.Block{ID: training.BlockID(t.id()), Org: t.org, Title: "Winter block", Summary: "Lead safeguarding training", Way: training.Preferences, PerSchool: 1, Second: training.LetWait, HoldHours: 48, OfferHours: 72, RunCloses: 3,
		CancelDays: 5, CancelInWork: true, LateTerms: "the place is charged at £50 a day", Closes: clock.Of(closes.Add(1).Start()), TellsOn: t.today.Add(-2),
		Tiers: []training.Tier{{Position: 0, Kind: training.TierOrg, Value: m.schools[4], Words: "Schools in the two areas the board chose"}, {Position: 0, Kind: training.TierOrg, Value: m.schools[5], Words: "Schools in the two areas the board chose"},
			{Position: 1, Kind: training.TierGroup, Value: "child_protection", Words: "Child-protection staff"}}}
	if err := t.f.MakeBlock(ctx, t.admin, b); err != nil {
		return err
	}
	jan, feb, late := t.weekday(40, time.Thursday), t.weekday(60, time.Wednesday), t.weekday(84, time.Wednesday)
	first, err := t.run(ctx, b, t.two, millrace, 24, "09:15", "16:00", jan, jan.Add(1))
	if err != nil {
		return err
	}
	second, err := t.run(ctx, b, t.two, oakbank, 24, "09:15", "16:00", feb, feb.Add(1))
	if err != nil {
		return err
	}
	single, err := t.run(ctx, b, t.one, training.Venue{}, 30, "09:15", "16:00", late)
	if err != nil {
		return err
	}
	if err := t.f.Publish(ctx, t.admin, b.ID); err != nil {
		return err
	}
	m.at(t.today, 40, 9, 0)
	for school, who := range map[int]string{4: "Sian Probert", 5: "Leroy Grant"} {
		if _, err := t.ask(ctx, school, b.ID, second, "", who, "Safeguarding lead", ""); err != nil {
			return err
		}
	}
	m.at(t.today, 20, 12, 0)
	now := clock.Of(m.clock.Now())
	for i := range 38 { // in the order of arrival: 22 of them before Thornbeck's turn fill January, others have February or the line
		group := ""
		if i%9 == 4 {
			group = "child_protection"
		}
		want, other := first, training.RunID("")
		switch {
		case i < 26 && i%6 == 1:
			want, other = second, ""
		case i%8 == 3:
			want, other = single, ""
		case i%5 == 2:
			other = second
		}
		if _, err := t.enter(ctx, b.ID, want, other, now.Add(time.Duration(i-60)*time.Hour), group); err != nil {
			return err
		}
	}
	m.at(t.today, 12, 11, 40)
	if _, err := t.ask(ctx, 0, b.ID, first, second, "Amina Sesay", "Designated safeguarding lead", "A seat near the front"); err != nil {
		return err
	}
	if _, err := t.ask(ctx, 1, b.ID, first, "", "Rhona Blair", "Safeguarding lead", ""); err != nil {
		return err
	}
	m.at(t.today, 4, 10, 0)
	var mark string
	if err := m.db.Read(ctx, t.admin, func(ctx context.Context, tx *store.Tx) error {
		p, err := t.f.Preview(ctx, tx, b.ID)
		mark = p.Mark
		return err
	}); err != nil {
		return err
	}
	if err := t.f.Allocate(ctx, t.admin, b.ID, mark); err != nil {
		return err
	}
	m.at(t.today, 1, 15, 20)
	var gives training.BookingID
	if err := m.db.Read(ctx, t.admin, func(ctx context.Context, tx *store.Tx) error {
		all, err := t.f.Store.Places(ctx, tx, b.ID, training.Placed)
		for _, p := range all {
			if p.Run == first {
				gives = p.ID
			}
		}
		return err
	}); err != nil || gives == "" {
		return err
	}
	return t.f.Cancel(ctx, t.admin, gives)
}

// spring is a block that closes in a month, with an information session beside the course.
func (t *trainings) spring(ctx context.Context) error {
	m := t.m
	m.at(t.today, 6, 10, 0)
	closes := m.cal.AddSchoolDays(t.today, 12) // no school answers on Christmas Day
	b := training.Block{ID: training.BlockID(t.id()), Org: t.org, Title: "Spring block", Summary: "Lead safeguarding training and information sessions", Way: training.Preferences, PerSchool: 1, Second: training.RefuseSecond, HoldHours: 48, OfferHours: 72, RunCloses: 3,
		CancelDays: 5, CancelInWork: true, LateTerms: "the place is charged at £50 a day", Closes: clock.Of(closes.Add(1).Start()), TellsOn: m.cal.AddSchoolDays(closes, 3),
		Tiers: []training.Tier{{Position: 0, Kind: training.TierArea, Value: "HV3", Words: "Schools in HV3 and HV4"}, {Position: 0, Kind: training.TierArea, Value: "HV4", Words: "Schools in HV3 and HV4"}}}
	if err := t.f.MakeBlock(ctx, t.admin, b); err != nil {
		return err
	}
	var runs []training.RunID
	for _, x := range []struct {
		ahead int
		day   time.Weekday
		c     training.Course
		v     training.Venue
		seats int64
	}{{100, time.Tuesday, t.two, weavers, 24}, {121, time.Wednesday, t.two, oakbank, 24}, {128, time.Thursday, t.one, millrace, 30}, {93, time.Tuesday, t.info, training.Venue{}, 0}} {
		d := t.weekday(x.ahead, x.day)
		days, from, until := []clock.Day{d}, "09:15", "16:00"
		switch x.c.Format {
		case training.TwoDay:
			days = append(days, d.Add(1))
		case training.Briefing:
			from, until = "16:00", "17:30"
		}
		id, err := t.run(ctx, b, x.c, x.v, x.seats, from, until, days...)
		if err != nil {
			return err
		}
		runs = append(runs, id)
	}
	if err := t.f.Publish(ctx, t.admin, b.ID); err != nil {
		return err
	}
	m.at(t.today, 2, 16, 0)
	if _, err := t.ask(ctx, 2, b.ID, runs[1], runs[0], "Tobias Lund", "Designated safeguarding lead", "A vegetarian lunch, and no stairs"); err != nil {
		return err
	}
	_, err := t.ask(ctx, 6, b.ID, runs[0], "", "Maureen Tate", "Deputy safeguarding lead", "")
	return err
}

// events go to whoever asks first; one is additional to the annual programme (TRN-12).
func (t *trainings) events(ctx context.Context) error {
	t.m.at(t.today, 5, 9, 30)
	for _, x := range []struct {
		b     training.Block
		c     training.Course
		v     training.Venue
		ahead int
		seats int64
		from  string
		until string
	}{
		{training.Block{Title: "Learning from a review", OpenTo: "frontline practitioners and their managers", Additional: true}, t.review, haver, 16, 120, "09:15", "12:45"},
		{training.Block{Title: "Neglect, seen early", PerSchool: 2, NeedsManager: true}, t.neglect, weavers, 51, 20, "13:00", "16:00"},
	} {
		x.b.ID, x.b.Org, x.b.Way, x.b.Second, x.b.HoldHours, x.b.OfferHours, x.b.RunCloses = training.BlockID(t.id()), t.org, training.FirstCome, training.RefuseSecond, 72, 48, 1
		if err := t.f.MakeBlock(ctx, t.admin, x.b); err != nil {
			return err
		}
		run, err := t.run(ctx, x.b, x.c, x.v, x.seats, x.from, x.until, t.weekday(x.ahead, time.Tuesday))
		if err != nil {
			return err
		}
		if err := t.f.Publish(ctx, t.admin, x.b.ID); err != nil {
			return err
		}
		for i, who := range []string{"Tom Hartley", "Carol Finch", "Piotr Zielak"} {
			q := training.Request{Booking: training.Booking{ID: training.BookingID(t.id()), Block: x.b.ID, Org: t.m.schools[i], OrgName: schoolNames[i].name, Name: who, Title: "Deputy safeguarding lead", ManagerName: "The headteacher"}, First: run}
			if _, err := t.f.Ask(ctx, t.head(i), q); err != nil {
				return err
			}
		}
	}
	return nil
}
