package demo

import (
	"context"
	"fmt"
	"time"

	"kith/internal/feature/concerns"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
)

// The schools of the seven whose week is not whole: one has an afternoon that nobody covers, one has no rota.
const (
	atOakbankAcademy = 2
	atCalderView     = 4
	atRyburnHigh     = 6
)

// neighbours is what the lead of the Haverdale Seven finds in the other schools: who is on duty there in the coming days, and one school in
// which more lies unread than should.
func (m *maker) neighbours(ctx context.Context, today clock.Day) error {
	if err := m.unread(ctx, today); err != nil {
		return err
	}
	m.clock.Set(today.Start())
	for school := 1; school < len(m.schools); school++ {
		if school == atCalderView {
			continue
		}
		lead, deputy := fmt.Sprintf("staff%d.1", school+1), fmt.Sprintf("staff%d.2", school+1)
		for i := range 8 {
			day := today.Add(i)
			if !m.cal.IsSchoolDay(day) {
				continue
			}
			duties := []concerns.Duty{{Account: m.accounts[lead], From: 7*60 + 45, Until: 12 * 60}, {Account: m.accounts[deputy], From: 12 * 60, Until: 16*60 + 30}}
			if school == atOakbankAcademy && day.Weekday() == time.Thursday {
				duties = duties[:1]
			}
			for _, d := range duties {
				d.Org, d.Day, d.Place, d.Phone = m.schools[school], day, "main office", schoolNames[school].phone
				if err := m.parts.Concerns.PutOnDuty(ctx, m.staff(lead, school, access.DSL), d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// unread are six concerns at Ryburn High that nobody has opened for days, each of a pupil as the writer knew the name.
func (m *maker) unread(ctx context.Context, today clock.Day) error {
	writer := m.staff(fmt.Sprintf("staff%d.4", atRyburnHigh+1), atRyburnHigh, access.Member)
	for i, c := range []struct{ who, words string }{
		{"Kyle from 8 West", "He put his head on the desk for the whole lesson and said he had not slept."},
		{"Amber in 10 East", "She showed a friend a message and both went quiet when I came near."},
		{"the new boy in 7 South", "He ate two lunches and put bread into his bag."},
		{"Tia, 9 North", "She asked whether she has to go home when her stepfather is back."},
		{"Marlon, 11 East", "He came with a cut lip and said he walked into a door."},
		{"a girl of 8 West", "She cried in the corridor and would not say why."},
	} {
		m.at(today, 3+i%2, 9+i, 20)
		if _, err := m.parts.Concerns.Send(ctx, writer, concerns.Draft{ID: concerns.ID(m.db.IDs().New(clock.Of(m.clock.Now()))), Org: m.schools[atRyburnHigh], Source: concerns.Seen, Place: "Classroom",
			When: concerns.When{Mode: "day", Day: clock.DayOf(m.clock.Now())}, Words: c.words, Children: []concerns.DraftChild{{Name: c.who, Role: concerns.Harmed}}}); err != nil {
			return err
		}
	}
	return nil
}
