package demo

import (
	"context"
	"fmt"
	"time"

	"kith/internal/feature/training/quiz"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// more are colleagues at Thornbeck without a part in the story: so many that a staff group can be shown.
var more = []struct {
	title string
	n     int
}{{"Class teacher", 7}, {"Lunchtime supervisor", 6}, {"Teaching assistant", 6}, {"School office", 2}}

// quizzes gives Thornbeck a quiz before its training, the gaps it showed, a plan, a second quiz that shows what closed, one that is open,
// and two who ask for training.
func (m *maker) quizzes(ctx context.Context, today clock.Day) error {
	var staff []string
	m.at(today, 75, 8, 0)
	err := m.write(ctx, func(ctx context.Context, tx *store.Tx) error {
		staff = nil
		for _, x := range more {
			for range x.n {
				email := fmt.Sprintf("thornbeck%d", len(staff)+1)
				if err := m.hire(ctx, tx, person{name: m.adultName(), email: email, role: access.Member, title: x.title}, m.schools[0], 400+len(staff)); err != nil {
					return err
				}
				staff = append(staff, email)
			}
		}
		if err := m.parts.Quizzes.TakeBank(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "district.staffed", ref.To("district", m.district))
	})
	if err != nil {
		return err
	}
	f, lead := m.parts.Quizzes, m.as("amina.sesay")
	m.at(today, 60, 9, 0)
	first := quiz.Quiz{ID: quiz.ID(m.fresh()), Org: m.schools[0], Title: "Autumn quiz", Purpose: quiz.Before, Training: "the October training day", Themes: store.Keys{"online", "record", "share", "adults"}, Size: 8}
	first.From = clock.DayOf(m.clock.Now())
	first.Until = first.From.Add(11)
	takers := append([]string{"ellen.booth", "grace.ito", "tom.hartley", "joan.okafor", "helen.brandt"}, staff...)
	if err := m.give(ctx, first, takers, func(i, n int, x quiz.Question) bool {
		switch x.Theme {
		case "online":
			return (i*7+n*3)%5 < 2
		case "adults":
			return i%3 != 1 || (i+n)%4 == 0
		}
		return (i*5+n)%6 != 0
	}); err != nil {
		return err
	}
	if err := f.Close(ctx, lead, first.ID); err != nil {
		return err
	}
	if err := m.meetNeeds(ctx, 10); err != nil {
		return err
	}
	m.at(today, 25, 9, 0)
	again := quiz.Quiz{ID: quiz.ID(m.fresh()), Org: m.schools[0], Title: "Autumn quiz, again", Purpose: quiz.After, Training: first.Training, Follows: first.ID, Themes: store.Keys{"online", "adults"}, Size: 6}
	again.From = clock.DayOf(m.clock.Now())
	again.Until = again.From.Add(7)
	if err := m.give(ctx, again, takers, func(i, n int, x quiz.Question) bool {
		if x.Theme == "online" {
			return (i+n)%9 != 0
		}
		return (i*3+n*2)%5 < 3
	}); err != nil {
		return err
	}
	if err := f.Close(ctx, lead, again.ID); err != nil {
		return err
	}
	for i, x := range []struct{ who, theme string }{{"ellen.booth", "fgm"}, {staff[8], "fgm"}, {staff[14], "online"}} {
		m.at(today, 6-i, 13, 5)
		v := m.as(x.who)
		v.Account = m.accounts[x.who]
		if err := f.AskFor(ctx, v, quiz.AskID(m.fresh()), x.theme); err != nil {
			return err
		}
	}
	m.at(today, 3, 8, 30)
	open := quiz.Quiz{ID: quiz.ID(m.fresh()), Org: m.schools[0], Title: "Winter quiz", Purpose: quiz.Regular, Size: 8, From: clock.DayOf(m.clock.Now())}
	open.Until = today.Add(11)
	return m.give(ctx, open, takers[3:9], func(i, n int, _ quiz.Question) bool { return (i+n)%4 != 0 })
}

// fresh is an id of the instant that the district's clock shows.
func (m *maker) fresh() string { return m.db.IDs().New(clock.Of(m.clock.Now())) }

// give makes a quiz, gives it, and has people take it, each in their own way.
func (m *maker) give(ctx context.Context, q quiz.Quiz, takers []string, knows func(i, n int, x quiz.Question) bool) error {
	f, lead := m.parts.Quizzes, m.as("amina.sesay")
	if err := f.Make(ctx, lead, q); err != nil {
		return err
	}
	if err := f.Give(ctx, lead, q.ID); err != nil {
		return err
	}
	items, err := f.Items(ctx, lead, q.ID)
	if err != nil {
		return err
	}
	for i, who := range takers {
		v := access.Viewer{Account: m.accounts[who], District: m.district, Strength: access.FirstFactor, Roles: map[access.Role][]string{access.Member: {m.schools[0]}}}
		m.clock.Add(7 * time.Minute)
		for n, x := range items {
			if err := f.Answer(ctx, v, q.ID, n+1, chosen(x, knows(i, n, x))); err != nil {
				return err
			}
		}
		if err := f.Send(ctx, v, q.ID); err != nil {
			return err
		}
	}
	return nil
}

// chosen is an answer, right or wrong.
func chosen(x quiz.Question, right bool) (c quiz.Choice) {
	for i, o := range x.Options {
		if o.Right == (right || x.Kind == quiz.Order) {
			c = append(c, i)
		}
	}
	switch {
	case right:
		return c
	case x.Kind == quiz.Order:
		return append(quiz.Choice{c[1], c[0]}, c[2:]...)
	case len(c) == 0: // all of its answers are right: one was missed
		return quiz.Choice{0}
	}
	return c[:1]
}

// meetNeeds plans and meets what the first quiz showed: a session, a briefing and a tip.
func (m *maker) meetNeeds(ctx context.Context, days int) error {
	f, lead := m.parts.Quizzes, m.as("amina.sesay")
	needs, err := f.Needs(ctx, lead, m.schools[0])
	if err != nil {
		return err
	}
	type plan struct {
		way   quiz.Way
		words string
	}
	plans := map[string]plan{
		"adults": {quiz.Briefing, "Ten minutes in the Monday briefing: whom to tell about an adult"},
		"online": {quiz.Session, "An hour on the October training day, with the computing lead"},
		"record": {quiz.Tip, "Write the child’s own words, the same day. What you think they mean comes after, and says so."},
	}
	for _, n := range needs {
		p, known := plans[n.Theme]
		if !known {
			p = plan{quiz.Session, "Half an hour on the October training day, with Tom"}
		}
		n.Owner, n.By, n.Way, n.Words = m.accounts["tom.hartley"], clock.DayOf(m.clock.Now()).Add(days), p.way, p.words
		if err := f.Plan(ctx, lead, n); err != nil {
			return err
		}
		if err := f.Meet(ctx, lead, n.ID); err != nil {
			return err
		}
	}
	return nil
}
