package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

// terms enters the school years of Haverdale as its council publishes them, from those that the oldest records lie in to the one
// that is known by now: the coming year's dates come out in March. One school keeps its own October, one has an INSET day of its own, and
// the seven have one together.
func (m *maker) terms(ctx context.Context, now time.Time) error {
	v := m.as("alison.grady")
	this := term.AcademicYear(clock.DayOf(now))
	last := this
	if month := now.In(clock.London).Month(); month >= time.March && month < time.September {
		last++
	}
	var file strings.Builder
	file.WriteString("Name,First day,Last day,Type\n")
	for y := this - pastYears - 1; y <= last; y++ {
		for _, d := range usualYear(y) {
			fmt.Fprintf(&file, "%s,%s,%s,%s\n", d.Name, d.From.Start().Format("02/01/2006"), d.To.Start().Format("02/01/2006"), d.Kind.Words())
		}
	}
	taken, err := m.parts.Terms.Take(ctx, v, "", strings.NewReader(file.String()), false)
	if err != nil {
		return err
	}
	if len(taken.Rejected) > 0 {
		return errs.New(errs.Internal, "the invented term dates contradict themselves: "+taken.Rejected[0].Reason)
	}
	oakbank := m.schools[2]
	if err := m.parts.Terms.KeepOwn(ctx, v, oakbank, this); err != nil {
		return err
	}
	if err := m.db.Read(ctx, m.sys, func(ctx context.Context, tx *store.Tx) error {
		cals, err := m.parts.Terms.Calendars.Calendars(ctx, tx)
		m.cal = cals.District
		return err
	}); err != nil {
		return err
	}
	for _, d := range usualYear(this) {
		switch d.Name {
		case "Autumn half term":
			week := schoolyear.Date{ID: m.db.IDs().New(m.db.Now()), Org: oakbank, Kind: schoolyear.Holiday, Name: "October, first week", From: d.From.Add(-7), To: d.From.Add(-1)}
			if err := m.parts.Terms.Add(ctx, v, week); err != nil {
				return err
			}
		case "Summer half term": // the collaboration trains together
			together := schoolyear.Date{ID: m.db.IDs().New(m.db.Now()), Org: m.others[atTrust], Kind: schoolyear.Inset, Name: "INSET day of the Seven", From: d.To.Add(1), To: d.To.Add(1)}
			if err := m.parts.Terms.Add(ctx, m.as("gwen.parry"), together); err != nil {
				return err
			}
		case "Spring half term":
			inset := schoolyear.Date{ID: m.db.IDs().New(m.db.Now()), Org: m.schools[0], Kind: schoolyear.Inset, Name: "INSET day", From: d.From.Add(-1), To: d.From.Add(-1)}
			if err := m.parts.Terms.Add(ctx, v, inset); err != nil {
				return err
			}
		}
	}
	return nil
}

// usualYear is a school year of Haverdale, in any year.
func usualYear(y term.Year) []schoolyear.Date {
	at := func(month time.Month, day int) clock.Day {
		year := int(y)
		if month < time.September {
			year++
		}
		return clock.Day(fmt.Sprintf("%04d-%02d-%02d", year, month, day))
	}
	first := func(d clock.Day, w time.Weekday) clock.Day { // from d on
		for d.Weekday() != w {
			d = d.Add(1)
		}
		return d
	}
	open := term.Calendar{BankHolidays: term.BankHolidays()}
	var out []schoolyear.Date
	add := func(kind schoolyear.Kind, name string, from, to clock.Day) {
		out = append(out, schoolyear.Date{Kind: kind, Name: name, From: from, To: to})
	}
	week := func(name string, monday clock.Day) { add(schoolyear.Holiday, name, monday.Add(-2), monday.Add(6)) }

	begins := open.AddWorkingDays(at(time.September, 1), 0)
	add(schoolyear.Inset, "INSET day", begins, begins)
	week("Autumn half term", first(at(time.October, 22), time.Monday))
	christmas := first(at(time.December, 18), time.Saturday)
	add(schoolyear.Holiday, "Christmas holiday", christmas, christmas.Add(15))
	back := open.AddWorkingDays(christmas.Add(16), 0)
	add(schoolyear.Inset, "INSET day", back, back)
	week("Spring half term", first(at(time.February, 14), time.Monday))
	easter := term.Easter(int(y) + 1)
	from, to := easter.Add(-15), easter.Add(1)
	switch {
	case easter < at(time.April, 1):
		from, to = easter.Add(-2), easter.Add(14)
	case easter < at(time.April, 10):
		from, to = easter.Add(-8), easter.Add(7)
	}
	add(schoolyear.Holiday, "Easter holiday", from, to)
	week("Summer half term", first(at(time.May, 25), time.Monday))
	add(schoolyear.Holiday, "Summer holiday", first(at(time.July, 21), time.Wednesday), at(time.August, 31))
	return out
}
