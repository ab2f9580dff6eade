package training_test

import (
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
)

func days(list ...string) (out []training.Day) {
	for _, d := range list {
		out = append(out, training.Day{On: clock.Day(d)})
	}
	return out
}

// TRN-2, TRN-9: a two-day run has two consecutive dates, over the end of a month too; an information session lasts an hour and a half.
func TestDaysFitTheFormat(t *testing.T) {
	for _, c := range []struct {
		format training.Format
		days   []training.Day
		words  string
	}{
		{training.TwoDay, days("2016-05-18", "2016-05-19"), ""},
		{training.TwoDay, days("2016-02-29", "2016-03-01"), ""},
		{training.TwoDay, days("2016-05-18", "2016-05-20"), "one the day after the other"},
		{training.TwoDay, days("2016-05-18"), "two dates"},
		{training.TwoDay, days("2016-05-19", "2016-05-18"), "in their order"},
		{training.OneDay, days("2016-05-18"), ""},
		{training.OneDay, days("2016-05-18", "2016-05-19"), "has one date"},
		{training.Event, days("2017-12-05", "2017-12-08"), ""},
		{training.Event, nil, "Give the date"},
		{training.OneDay, days("2016-02-30"), "day, month and year"},
		{training.Briefing, []training.Day{{On: "2027-03-02", Starts: "16:00", Ends: "17:30"}}, ""},
		{training.Briefing, []training.Day{{On: "2027-03-02", Starts: "16:00", Ends: "17:00"}}, "an hour and a half"},
		{training.OneDay, []training.Day{{On: "2027-03-02", Starts: "16:00", Ends: "09:00"}}, "before it begins"},
	} {
		if err := training.CheckDays(c.format, c.days); (err == nil) != (c.words == "") || err != nil && !contains(errs.Sentence(err), c.words) {
			t.Errorf("%s on %v: %v, want %q", c.format, c.days, err, c.words)
		}
	}
}

// TRN-10: the weekday written beside a date must be that date's.
func TestWeekdayMatchesTheDate(t *testing.T) {
	for _, good := range []string{"Tuesday", "tue", "TUES", ""} {
		if err := training.CheckWeekday("2017-12-05", good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"Wednesday", "T", "mon"} {
		refused(t, training.CheckWeekday("2017-12-05", bad), "5 Dec 2017 is a Tuesday")
	}
}

// TRN-4, TRN-5, TRN-9: what a school has decides what it may ask for, each refusal with its reason.
func TestWhatASchoolMayAskFor(t *testing.T) {
	two := training.Facts{Run: training.Run{ID: "two", Days: days("2027-01-14", "2027-01-15")}, Course: training.Course{ID: "a", Format: training.TwoDay, Group: "sos", UsesPlace: true}}
	one := training.Facts{Run: training.Run{ID: "one", Days: days("2027-02-24")}, Course: training.Course{ID: "b", Format: training.OneDay, Group: "sos", UsesPlace: true}}
	other := training.Facts{Run: training.Run{ID: "other", Days: days("2027-03-09")}, Course: training.Course{ID: "c", Format: training.OneDay, UsesPlace: true}}
	info := training.Facts{Run: training.Run{ID: "info", Days: days("2027-03-02")}, Course: training.Course{ID: "d", Format: training.Briefing}}
	of := map[training.RunID]training.Facts{"two": two, "one": one, "other": other, "info": info}
	b := training.Block{ID: "b", PerSchool: 1}
	has := func(r training.RunID, s training.PlaceState, until clock.Millis) training.Place {
		return training.Place{ID: "x", Block: "b", Run: r, First: r, State: s, Until: until}
	}
	for _, c := range []struct {
		name  string
		have  []training.Place
		want  training.RunID
		limit int64
		words string
	}{
		{"nothing yet", nil, "two", 1, ""},
		{"two days, then one", []training.Place{has("two", training.Placed, 0)}, "one", 1, "has a place on 14 and 15 January (two days). A school takes one or the other"},
		{"one day, then two", []training.Place{has("one", training.Placed, 0)}, "two", 1, "has a place on Wed 24 February (one day). A school takes one or the other"},
		{"an offer counts", []training.Place{has("two", training.Offered, 100)}, "one", 1, "is offered a place"},
		{"an exclusive group holds whatever the limit", []training.Place{has("two", training.Placed, 0)}, "one", 5, "one or the other"},
		{"a request not decided yet", []training.Place{{Block: "b", First: "two", Second: "one", State: training.Asked}}, "one", 1, "has asked for a place"},
		{"a second person", []training.Place{has("other", training.Placed, 0)}, "two", 1, "1 place in this block already"},
		{"a second person where two may come", []training.Place{has("other", training.Placed, 0)}, "two", 2, ""},
		{"no limit", []training.Place{has("two", training.Placed, 0), has("other", training.Placed, 0)}, "two", 0, ""},
		{"waiting uses nothing up", []training.Place{has("two", training.Waiting, 0)}, "other", 1, ""},
		{"an information session beside the place", []training.Place{has("two", training.Placed, 0)}, "info", 1, ""},
		{"an information session uses nothing up", []training.Place{has("info", training.Placed, 0)}, "two", 1, ""},
	} {
		b.PerSchool = c.limit
		over, err := training.CanClaim(b, c.want, training.Claims{Places: c.have, Of: of}, 50)
		if (err == nil) != (c.words == "") || over != (err != nil) || err != nil && !contains(errs.Sentence(err), c.words) {
			t.Errorf("%s: %v (over its limit: %v), want %q", c.name, err, over, c.words)
		}
	}
	b.PerSchool = 0
	for _, c := range []struct {
		same  training.Place
		want  training.RunID
		words string
	}{
		{has("two", training.Placed, 0), "two", "has a place"},
		{has("two", training.Waiting, 0), "one", "is waiting"},
		{has("info", training.Placed, 0), "other", ""},
	} {
		over, err := training.CanClaim(b, c.want, training.Claims{Same: []training.Place{c.same}, Of: of}, 50)
		if (err == nil) != (c.words == "") || over || err != nil && !contains(errs.Sentence(err), c.words) {
			t.Errorf("the same person, %s then %s: %v, want %q", c.same.Run, c.want, err, c.words)
		}
	}
}

// TRN-6
func TestRequestNeedsNamePostAndPreference(t *testing.T) {
	who := training.Booking{Name: "Amina Sesay", Title: "Safeguarding lead"}
	for _, c := range []struct {
		p     training.Place
		b     training.Booking
		words string
	}{
		{training.Place{First: "a"}, who, ""},
		{training.Place{First: "a", Second: "b"}, who, ""},
		{training.Place{First: "a", Second: "a"}, who, "another date"},
		{training.Place{}, who, "first preference"},
		{training.Place{First: "a"}, training.Booking{Name: " ", Title: "x"}, "name"},
		{training.Place{First: "a"}, training.Booking{Name: "x"}, "post"},
	} {
		if err := training.CheckRequest(c.p, c.b); (err == nil) != (c.words == "") || err != nil && !contains(errs.Sentence(err), c.words) {
			t.Errorf("%+v: %v, want %q", c.p, err, c.words)
		}
	}
}

// TRN-18: priorities are data; an outward postcode is compared as a whole.
func TestPrioritiesAreData(t *testing.T) {
	tiers := []training.Tier{{Position: 0, Kind: training.TierArea, Value: "BD3", Words: "Schools in BD3 to BD5"}, {Position: 0, Kind: training.TierArea, Value: "E08000032", Words: "Schools in BD3 to BD5"},
		{Position: 1, Kind: training.TierGroup, Value: "child_protection", Words: "Child-protection staff"}}
	for _, c := range []struct {
		p    training.Place
		want int64
	}{
		{training.Place{Outward: training.Outward("bd3 9tz")}, 0}, {training.Place{Outward: training.Outward("BD30 1AA")}, 2}, {training.Place{Ward: "E08000032"}, 0},
		{training.Place{Group: "child_protection"}, 1}, {training.Place{Outward: "BD3", Group: "child_protection"}, 0}, {training.Place{}, 2},
	} {
		if got, _ := training.TierOf(tiers, c.p); got != c.want {
			t.Errorf("%+v is in tier %d, want %d", c.p, got, c.want)
		}
	}
	if got, words := training.TierOf(nil, training.Place{}); got != 0 || words != "" {
		t.Errorf("without priorities: %d %q", got, words)
	}
}

// TRN-B20: times that touch do not overlap; a day without times is the whole day.
func TestTouchingTimesDoNotOverlap(t *testing.T) {
	at := func(on clock.Day, from, to string) []training.Day { return []training.Day{{on, from, to}} }
	for _, c := range []struct {
		a, b []training.Day
		want bool
	}{
		{at("2027-03-02", "09:00", "12:00"), at("2027-03-02", "12:00", "13:30"), false},
		{at("2027-03-02", "09:00", "12:01"), at("2027-03-02", "12:00", "13:30"), true},
		{at("2027-03-02", "", ""), at("2027-03-02", "16:00", "17:30"), true},
		{at("2027-03-02", "", ""), at("2027-03-03", "", ""), false},
		{days("2027-03-02", "2027-03-03"), at("2027-03-03", "09:00", "10:00"), true},
	} {
		if training.Overlap(c.a, c.b) != c.want || training.Overlap(c.b, c.a) != c.want {
			t.Errorf("%v and %v: want %v", c.a, c.b, c.want)
		}
	}
}

// TRN-B19: the hour stays over the clock change, and a month without a fifth Monday is left out and named.
func TestRecurringDates(t *testing.T) {
	got, without := training.Recur("2027-03-22", training.EveryWeek, 3) // the clocks go forward on 28 March
	if len(without) != 0 || got[1] != "2027-03-29" || got[2] != "2027-04-05" {
		t.Errorf("%v %v", got, without)
	}
	for i, utc := range []string{"09:15", "08:15", "08:15"} {
		if s := got[i].At(9, 15).UTC().Format("15:04"); s != utc {
			t.Errorf("09:15 on %s is %s UTC, want %s", got[i], s, utc)
		}
	}
	got, without = training.Recur("2027-03-29", training.EveryMonth, 3) // the fifth Monday
	if len(got) != 3 || got[1] != "2027-05-31" || got[2] != "2027-08-30" || len(without) != 3 || without[0] != "April 2027" {
		t.Errorf("%v, without %v", got, without)
	}
	got, _ = training.Recur("2027-01-12", training.EveryMonth, 14)
	for _, d := range got {
		if d.Weekday().String() != "Tuesday" || d[8:] < "08" || d[8:] > "14" {
			t.Errorf("%s is no second Tuesday", d)
		}
	}
	if got, _ = training.Recur("2026-10-19", training.EveryFortnight, 2); got[1] != "2026-11-02" {
		t.Errorf("%v", got)
	}
}

// TRN-B19: whatever the first date, dates recur on its weekday, ascending, as many as were asked for.
func TestRecurringDatesKeepTheirWeekday(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := clock.Day("2026-01-01").Add(rapid.IntRange(0, 2000).Draw(t, "day"))
		every := rapid.SampledFrom([]training.Every{training.EveryWeek, training.EveryFortnight, training.EveryMonth}).Draw(t, "every")
		n := rapid.IntRange(1, 12).Draw(t, "n")
		got, _ := training.Recur(first, every, n)
		if len(got) != n || got[0] != first {
			t.Fatalf("%v", got)
		}
		for i, d := range got {
			if d.Weekday() != first.Weekday() || i > 0 && d <= got[i-1] {
				t.Fatalf("%v", got)
			}
		}
	})
}

// TRN-B3
func TestSmallestLimitGoverns(t *testing.T) {
	for _, c := range []struct {
		limits []int64
		want   int64
	}{{nil, 0}, {[]int64{0, 0}, 0}, {[]int64{24, 20}, 20}, {[]int64{0, 20}, 20}, {[]int64{24, 0}, 24}} {
		if got := training.Limit(c.limits...); got != c.want {
			t.Errorf("%v: %d, want %d", c.limits, got, c.want)
		}
	}
}

// TRN-B5, TRN-B8: what the catalogue says of a run.
func TestFullnessInWords(t *testing.T) {
	for _, c := range []struct {
		seats int64
		count training.Count
		want  string
	}{
		{24, training.Count{Taken: 8}, "16 of 24 places left"}, {24, training.Count{Taken: 23}, "1 of 24 places left"}, {24, training.Count{Taken: 24}, "Full"}, {24, training.Count{Taken: 26}, "Full"},
		{24, training.Count{Taken: 24, Waiting: 7}, "Full, 7 waiting"}, {24, training.Count{Taken: 20, Waiting: 1}, "Full, 1 waiting"}, {0, training.Count{Taken: 400}, "Open"},
	} {
		if got := training.Fullness(c.seats, c.count); got != c.want {
			t.Errorf("%d %+v: %q, want %q", c.seats, c.count, got, c.want)
		}
	}
}

// A place given back is late by the block's own rule, which may count working days: bank holidays and weekends are none.
func TestLateCancellation(t *testing.T) {
	cal := term.Calendar{BankHolidays: term.BankHolidays()}
	r := training.Run{First: "2027-05-04"} // the Tuesday after a bank holiday
	for _, c := range []struct {
		days    int64
		working bool
		at      clock.Day
		late    bool
	}{
		{2, true, "2027-04-29", false}, {2, true, "2027-04-30", true}, {2, false, "2027-05-02", false}, {2, false, "2027-05-03", true}, {0, true, "2027-05-03", false},
	} {
		if late, from := training.Late(training.Block{CancelDays: c.days, CancelInWork: c.working}, r, cal, clock.Of(c.at.At(12, 0))); late != c.late {
			t.Errorf("%d days (working: %v), given back on %s: late %v, in time until %s", c.days, c.working, c.at, late, from)
		}
	}
}

// INT-1: what a letter asked for counts from its arrival, for the closing date too.
func TestClosingGoesByArrival(t *testing.T) {
	closes := clock.Of(clock.Day("2026-11-28").Start()) // closes on the 27th: before the start of the day after
	b := training.Block{State: training.Published, Closes: closes}
	if err := training.CanAsk(b, closes-1); err != nil {
		t.Errorf("at the last moment: %v", err)
	}
	refused(t, training.CanAsk(b, closes), "closed at the end of Friday 27 November")
	b.Opens = closes
	refused(t, training.CanAsk(b, closes-1), "Requests are taken from Saturday 28 November")
}
