package demo

import (
	"context"
	"time"

	"kith/internal/feature/adults"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

// prepareAdults gives the district its designated officer and its settings.
func (m *maker) prepareAdults(ctx context.Context, tx *store.Tx) error {
	s := adults.Shipped
	s.OfficerName, s.OfficerPhone = "Haverdale’s designated officer (LADO)", "01632 960 310"
	return m.parts.Adults.Prepare(ctx, tx, s)
}

// aboutAdults tells of four worries about adults at Thornbeck Primary: two old small ones about the same club, one about the
// headteacher, one allegation against a supply teacher, and a low-level one that is being decided.
func (m *maker) aboutAdults(ctx context.Context, today clock.Day) error {
	f, school := m.parts.Adults, m.schools[0]
	helen, ravi, grace, ellen := m.as("helen.brandt"), m.as("ravi.anand"), m.as("grace.ito"), m.as("ellen.booth")
	id := func() string { return m.db.IDs().New(clock.Of(m.clock.Now())) }
	when := func(minutesAgo int) story.When {
		t := m.clock.Now().Add(-time.Duration(minutesAgo) * time.Minute)
		l := t.In(clock.London)
		return story.When{Mode: "day", Day: clock.DayOf(t), Hour: l.Hour(), Minute: l.Minute(), Timed: true}
	}
	m.at(today, 150, 9, 0)
	if err := f.SetCover(ctx, helen, school, adults.Cover{StandIn: m.accounts["tom.hartley"]}); err != nil {
		return err
	}
	if err := f.SetCover(ctx, ravi, school, adults.Cover{StandIn: m.accounts["joan.okafor"]}); err != nil {
		return err
	}
	for _, old := range []struct {
		daysAgo int
		words   string
	}{{140, "The coach shouted at the whole group and called one boy a baby because he had forgotten his boots."}, {75, "The coach took two children home in his own car because it rained. Nobody had been asked."}} {
		m.at(today, old.daysAgo, 16, 5)
		worry, err := f.Send(ctx, grace, adults.Draft{ID: adults.ID(id()), Org: school, When: when(20), Place: "Field", Activity: "Football club", Name: "Colin Reeve", Works: adults.Contractor, Employer: "Reeve Sports", Words: old.words})
		if err != nil {
			return err
		}
		m.clock.Add(20 * time.Hour)
		if err := f.Judge(ctx, helen, worry, adults.Judgement{ID: id(), Kind: adults.LowLevel, Reasons: "Not in keeping with our code of conduct. No child was harmed and nothing points to a risk."}); err != nil {
			return err
		}
		if err := f.AddStep(ctx, helen, worry, adults.Step{ID: id(), Kind: adults.Employer, Who: "Reeve Sports, the owner’s partner", Words: "Told them what was seen and what we expect. They will speak with him."}); err != nil {
			return err
		}
		m.clock.Add(48 * time.Hour)
		if err := f.Close(ctx, helen, worry, id(), "spoken", "Spoken with after the club’s owner had been told. Clear about what is expected."); err != nil {
			return err
		}
	}

	m.at(today, 18, 15, 50)
	about, err := f.Send(ctx, ellen, adults.Draft{ID: adults.ID(id()), Org: school, When: when(30), Place: "Corridor by the office", About: m.accounts["helen.brandt"],
		Words: "Mrs Brandt told a parent on the telephone, in the corridor, what another family had said about them. Two children stood beside her."})
	if err != nil {
		return err
	}
	m.clock.Add(45 * time.Minute)
	if err := f.Take(ctx, ravi, about); err != nil {
		return err
	}

	m.at(today, 10, 12, 40)
	kid := m.kids["zofia"]
	worst, err := f.Send(ctx, grace, adults.Draft{ID: adults.ID(id()), Org: school, When: when(15), Place: "3 Robin", Activity: "Maths lesson", Name: "Dana Frost", Works: adults.Supply, Employer: "Brightway Supply", Harm: true,
		Words:    "Miss Frost pulled a girl out of her chair by the arm because she would not move, and held on when she cried out. I came in at the end of it.",
		Children: []adults.DraftChild{{Child: kid.ID, Words: "She said “my arm hurts” and rubbed it. No mark was seen. She sat with me and had a cold cloth; her mother was rung at 12:30."}}})
	if err != nil {
		return err
	}
	m.clock.Add(9 * time.Minute)
	version := int64(0)
	if err := f.Judge(ctx, helen, worst, adults.Judgement{ID: id(), Version: version, Kind: adults.Allegation, Criteria: []string{"harmed"}, Consulted: "Nobody yet",
		Reasons: "A child was held by force and said that it hurt. That may have harmed her. Miss Frost was sent home for the day without being asked about it."}); err != nil {
		return err
	}
	if err := f.Refer(ctx, helen, worst, id()); err != nil {
		return err
	}
	m.clock.Add(3 * time.Hour)
	if err := f.AddStep(ctx, m.as("maud.ferris"), worst, adults.Step{ID: id(), Kind: adults.Advice, Words: "Tell the agency today and ask that she is not placed elsewhere meanwhile. Take Grace Ito’s account in writing, which you have. Do not ask the child again. I hold a meeting on Thursday."}); err != nil {
		return err
	}
	if err := f.AddStep(ctx, helen, worst, adults.Step{ID: id(), Kind: adults.Employer, Who: "Brightway Supply, the branch manager", Words: "Told at 16:30. They have taken her off all bookings until they hear from us."}); err != nil {
		return err
	}
	if err := f.AddAction(ctx, helen, worst, adults.Action{ID: id(), What: "Meeting with the designated officer", DueOn: today.Add(3)}); err != nil {
		return err
	}

	m.at(today, 2, 16, 20)
	small, err := f.Send(ctx, grace, adults.Draft{ID: adults.ID(id()), Org: school, When: when(35), Place: "Field", Activity: "Football club", Name: "Mr Reeve", Works: adults.Contractor, Employer: "Reeve Sports",
		Words: "At the end of football club Mr Reeve gave one girl a lolly “because you are my favourite” and told the others not to tell. She laughed. I did not like it."})
	if err != nil {
		return err
	}
	m.clock.Add(25 * time.Minute)
	return f.Take(ctx, helen, small)
}
