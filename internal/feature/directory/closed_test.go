package directory_test

import (
	"slices"
	"testing"

	"kith/internal/feature/directory"
	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/testkit"
)

// as is somebody with a post at an organisation.
func as(role access.Role, org string) access.Viewer {
	v := keeper(org)
	v.Roles = map[access.Role][]string{access.Member: {org}, role: {org}}
	return v
}

// CON-11: a head says that the school is closed, clocks that run there are counted anew, and stand still by the next transaction; it
// opens after all, and they run again.
func TestHeadClosesTheSchool(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		today := clock.DayOf(testkit.Monday)
		snow := w.date("oak", schoolyear.Closure, "Snow", today, today.Add(1))
		head, cals := as(access.Head, "oak"), directory.NewCalendars()
		testkit.OK(t, w.Close(t.Context(), head, snow))
		testkit.OK(t, w.Close(t.Context(), head, snow)) // the form was sent twice
		if !slices.Equal(w.clocks.orgs, []string{"oak"}) {
			t.Errorf("clocks were counted anew for %v", w.clocks.orgs)
		}
		for day, open := range map[clock.Day]bool{today: false, today.Add(1): false, today.Add(2): true} {
			if got := w.calendars(t, cals, "district").Of("oak").IsSchoolDay(day); got != open {
				t.Errorf("%s: open %v", day, got)
			}
			if !w.calendars(t, cals, "district").Of("elm").IsSchoolDay(day) {
				t.Errorf("%s: another school is closed too", day)
			}
		}
		testkit.OK(t, w.Reopen(t.Context(), head, snow.ID))
		if !w.calendars(t, cals, "district").Of("oak").IsSchoolDay(today) {
			t.Error("it opened after all, and counts as closed")
		}
	})
}

// SEC-1: nobody closes another's school, and a head takes out no holiday: to them there is nothing there.
func TestWhoClosesASchool(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		today := clock.DayOf(testkit.Monday)
		inset := w.date("oak", schoolyear.Inset, "INSET day", today.Add(3), today.Add(3))
		testkit.OK(t, w.Add(t.Context(), keeper("council"), inset))
		snow := w.date("oak", schoolyear.Closure, "Snow", today, today)
		for name, v := range map[string]access.Viewer{"another head": as(access.Head, "elm"), "a lead": as(access.DSL, "oak"), "a colleague": as(access.Member, "oak"), "the trust": keeper("trust")} {
			if err := w.Close(t.Context(), v, snow); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.Reopen(t.Context(), as(access.Head, "oak"), inset.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("a head takes an INSET day out: %v", err)
		}
		testkit.OK(t, w.Close(t.Context(), keeper("oak"), snow))
		if err := w.Reopen(t.Context(), as(access.Head, "elm"), snow.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another head opens it: %v", err)
		}
	})
}

// What is far off, long, or closed anyway is refused with a sentence.
func TestCanClose(t *testing.T) {
	today := clock.DayOf(testkit.Monday)
	for name, c := range map[string]struct {
		from, to clock.Day
		may      bool
	}{
		"today":               {today, today, true},
		"yesterday":           {today.Add(-1), today, true},
		"a fortnight ahead":   {today.Add(14), today.Add(15), true},
		"last month":          {today.Add(-30), today, false},
		"next term":           {today.Add(60), today.Add(60), false},
		"for a month":         {today, today.Add(30), false},
		"the wrong way round": {today, today.Add(-1), false},
	} {
		if err := directory.CanClose(c.from, c.to, today); (err == nil) != c.may || err != nil && !errs.Is(err, errs.Rule) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
