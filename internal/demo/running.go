package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// running gives Haverdale courses that are run: one last week with its register, what people thought and certificates, one today with Ellen
// Booth on it, and the training record of Thornbeck, in which some are due.
func (m *maker) running(ctx context.Context, today clock.Day) error {
	t := trainings{m: m, f: m.parts.Training, admin: m.as("nadia.rahman"), org: m.others[atPartners], today: today}
	for _, step := range []func(context.Context) error{t.history, t.lastWeek, t.todays} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return t.post(ctx)
}

// post has everybody written to who has to hear something.
func (t *trainings) post(ctx context.Context) error {
	if err := t.m.parts.Running.Sweep(ctx, t.m.sys); err != nil {
		return err
	}
	_, err := t.m.parts.Queue.Drain(ctx)
	return err
}

// history is what Thornbeck wrote down itself: the INSET day, induction, the leads’ own training.
func (t *trainings) history(ctx context.Context) error {
	m := t.m
	m.at(t.today, 8, 16, 10)
	lead := m.as("amina.sesay")
	var staff []running.Member
	if err := m.db.Read(ctx, lead, func(ctx context.Context, tx *store.Tx) (err error) {
		staff, err = m.parts.Running.Staff.Staff(ctx, tx, m.schools[0])
		return err
	}); err != nil {
		return err
	}
	named := []string{"ellen.booth", "grace.ito", "amina.sesay", "tom.hartley", "joan.okafor", "helen.brandt", "marek.nowak"}
	for _, x := range []struct {
		duty, title string
		ago         int
		minutes     int64
		people      []string
	}{
		{"staff_induction", "Induction: safeguarding at Thornbeck", 820, 60, named[:6]},
		{"staff_update", "Safeguarding update on the INSET day", 88, 90, []string{"grace.ito", "amina.sesay", "tom.hartley", "helen.brandt"}},
		{"staff_update", "Safeguarding update, evening session", 330, 90, []string{"ellen.booth"}},
		{"staff_update", "Safeguarding update on the INSET day", 452, 90, []string{"joan.okafor", "marek.nowak"}},
		{"dsl_training", "Training for designated leads (two days)", 690, 720, []string{"amina.sesay"}},
		{"dsl_training", "Training for deputy leads (two days)", 300, 720, []string{"tom.hartley"}},
		{"governor_training", "Safeguarding for governors", 150, 120, []string{"malcolm.reid"}},
	} {
		l := running.Line{ID: t.id(), Org: m.schools[0], Duty: x.duty, Title: x.title, On: t.today.Add(-x.ago), Minutes: x.minutes}
		for _, p := range x.people {
			l.People = append(l.People, m.accounts[p])
		}
		if l.Duty == "staff_induction" || x.ago == 88 { // and the others, but for those who came later, or were away
			for i, s := range staff {
				if !s.Governor && !slices.ContainsFunc(named, func(n string) bool { return m.accounts[n] == s.Account }) && i%7 != map[bool]int{true: 3, false: 5}[l.Duty == "staff_induction"] {
					l.People = append(l.People, s.Account)
				}
			}
		}
		if err := m.parts.Running.Enter(ctx, lead, l); err != nil {
			return err
		}
	}
	return nil
}

// date makes a published block of one date.
func (t *trainings) date(ctx context.Context, title string, c training.Course, award running.Award, v training.Venue, starts, ends string, days ...clock.Day) (training.Block, training.RunID, error) {
	b := training.Block{ID: training.BlockID(t.id()), Org: t.org, Title: title, Way: training.FirstCome, PerSchool: 3, Second: training.LetWait, HoldHours: 72, OfferHours: 48, RunCloses: 1}
	c.ID, c.Org, c.UsesPlace = training.CourseID(t.id()), t.org, true
	if err := t.f.MakeCourse(ctx, t.admin, c); err != nil {
		return b, "", err
	}
	award.Course = c.ID
	if err := t.m.parts.Running.SetAward(ctx, t.admin, award); err != nil {
		return b, "", err
	}
	if err := t.f.MakeBlock(ctx, t.admin, b); err != nil {
		return b, "", err
	}
	run, err := t.run(ctx, b, c, v, 20, starts, ends, days...)
	if err != nil {
		return b, "", err
	}
	return b, run, t.f.Publish(ctx, t.admin, b.ID)
}

// booked has schools and settings book places on a date, and returns the bookings in their order.
func (t *trainings) booked(ctx context.Context, b training.Block, run training.RunID, schools []booked) (out []training.BookingID, err error) {
	for _, x := range schools {
		if x.school < 0 {
			k, err := t.enter(ctx, b.ID, run, "", clock.Of(t.m.clock.Now()), "")
			if err != nil {
				return nil, err
			}
			out = append(out, k)
			continue
		}
		q := training.Request{Booking: training.Booking{ID: training.BookingID(t.id()), Block: b.ID, Org: t.m.schools[x.school], OrgName: schoolNames[x.school].name, Name: x.name, Title: x.title}, First: run, Access: x.access, Diet: x.diet}
		if _, err := t.f.Ask(ctx, t.head(x.school), q); err != nil {
			return nil, err
		}
		t.m.clock.Add(3 * time.Minute)
		out = append(out, q.ID)
	}
	return out, nil
}

// booked is who a school sends; school -1 is a setting that writes.
type booked struct {
	school                    int
	name, title, access, diet string
}

// lastWeek is a course of two days whose register is closed: one came late, one not at all, a colleague came instead of one, and one was let
// in. Those with an account have said what they thought of it.
func (t *trainings) lastWeek(ctx context.Context) error {
	m, f := t.m, t.m.parts.Running
	m.at(t.today, 30, 9, 0)
	first := t.weekday(-9, time.Tuesday)
	b, run, err := t.date(ctx, "November courses", training.Course{Title: "Leads: holding a hard conversation", Format: training.TwoDay, Validity: 12, CPD: 660, Audience: "dsl", Summary: "For leads and deputies: the first ten minutes with a parent."},
		running.Award{Evaluation: true, Duties: store.Keys{"dsl_update", "staff_update"}}, millrace, "09:15", "15:30", first, first.Add(1))
	if err != nil {
		return err
	}
	who, err := t.booked(ctx, b, run, []booked{{0, "Tom Hartley", "Deputy safeguarding lead", "", "No nuts"}, {0, "Grace Ito", "Class teacher", "A seat near the front", ""}, {1, "Carol Finch", "Safeguarding lead", "", ""}, {2, "Piotr Zielak", "Head of year", "", "Vegetarian"},
		{3, "Maureen Tate", "Deputy safeguarding lead", "", ""}, {4, "Sian Probert", "Safeguarding lead", "", ""}, {-1, "", "", "", ""}, {-1, "", "", "", ""}, {-1, "", "", "", ""}})
	if err != nil {
		return err
	}
	for _, ago := range []int{29, 12} {
		m.at(t.today, ago, 12, 0)
		if err := t.post(ctx); err != nil {
			return err
		}
	}
	for n, day := range []clock.Day{first, first.Add(1)} {
		m.clock.Set(day.At(9, 30))
		var ticks []running.Tick
		for i, k := range who {
			x := running.Tick{Booking: k, Kind: running.Present}
			switch {
			case i == 3 && n == 0:
				x.Kind = running.Late
			case i == 4 && n == 1, i == 8:
				x.Kind = running.Absent
			case i == 5:
				x.Kind, x.Instead = running.Substitute, "Leroy Grant"
			}
			ticks = append(ticks, x)
		}
		if _, err := f.Tick(ctx, t.admin, run, n, ticks); err != nil {
			return err
		}
		if n == 0 {
			guest := training.Booking{ID: training.BookingID(t.id()), Name: "Rhona Blair", Title: "Family worker", OrgName: "Riverside Family Hub", Email: "rhona.blair@haverdale.example"}
			if err := f.WalkIn(ctx, t.admin, run, n, guest); err != nil {
				return err
			}
			who = append(who, guest.ID)
		}
	}
	m.clock.Set(first.Add(1).At(15, 40))
	if err := f.Close(ctx, t.admin, run, true); err != nil {
		return err
	}
	m.clock.Set(first.Add(1).At(16, 20))
	for i, x := range []running.Evaluation{{Useful: 5, SureBefore: 2, SureAfter: 4, WillDo: "Begin with what the parent is proud of", WouldChange: "More time to practise in pairs"}, {Useful: 4, SureBefore: 3, SureAfter: 4, WillDo: "Write down the first sentence before I ring"}} {
		if err := f.Evaluate(ctx, m.as([]string{"tom.hartley", "grace.ito"}[i]), who[i], x); err != nil {
			return fmt.Errorf("what %d thought: %w", i, err)
		}
	}
	return t.post(ctx)
}

// todays is a course this afternoon, with Ellen Booth on it, and one in two weeks for which Grace Ito waits to hear where, given
// by somebody from outside.
func (t *trainings) todays(ctx context.Context) error {
	m := t.m
	m.at(t.today, 28, 9, 0)
	b, run, err := t.date(ctx, "Afternoon courses", training.Course{Title: "What a lunch box can say", Format: training.HalfDay, Validity: 12, CPD: 150, Audience: "support", Summary: "Neglect, seen early, for those who are with children at lunch and play."},
		running.Award{Duties: store.Keys{"staff_update"}}, weavers, "13:00", "15:30", t.today)
	if err != nil {
		return err
	}
	if _, err := t.booked(ctx, b, run, []booked{{0, "Ellen Booth", "Lunchtime supervisor", "", "Vegetarian"}, {1, "Winnie Cole", "Lunchtime supervisor", "No stairs: a wheelchair", ""}, {2, "Hamza Rauf", "Teaching assistant", "", "Halal"}, {5, "Pat Doyle", "Lunchtime supervisor", "", ""},
		{6, "Olga Petrenko", "Keyworker", "A hearing loop", ""}, {-1, "", "", "", ""}, {-1, "", "", "", ""}}); err != nil {
		return err
	}
	if err := m.parts.Running.Keep(ctx, t.admin, running.Register{Run: run, Before: -1, Remind: -1, Joining: "Tea and fruit from 12:45. Bring a lunch box that made you wonder, without saying whose."}, nil); err != nil {
		return err
	}
	next := t.weekday(12, time.Thursday)
	b, run, err = t.date(ctx, "December courses", training.Course{Title: "Online harms: what changed this year", Format: training.HalfDay, Validity: 12, CPD: 180, Audience: "teacher,dsl", Summary: "For class teachers and leads."},
		running.Award{}, training.Venue{}, "13:00", "16:00", next)
	if err != nil {
		return err
	}
	if _, err := t.booked(ctx, b, run, []booked{{0, "Grace Ito", "Class teacher", "", ""}, {3, "Maureen Tate", "Deputy safeguarding lead", "", ""}}); err != nil {
		return err
	}
	if err := m.parts.Running.Keep(ctx, t.admin, running.Register{Run: run, Before: -1, Remind: -1}, nil, running.Outside{Name: "Jo Bell", Email: "jo.bell@online-harms.example"}); err != nil {
		return err
	}
	for _, ago := range []int{27, 4} {
		m.at(t.today, ago, 12, 0)
		if err := t.post(ctx); err != nil {
			return err
		}
	}
	return nil
}
