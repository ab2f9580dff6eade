package term_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/testkit/terms"
)

func TestRemaining(t *testing.T) {
	c := terms.Calendar()
	const mon, tue, fri clock.Day = "2026-11-23", "2026-11-24", "2026-11-20"
	for _, x := range []struct {
		now, due clock.Millis
		want     string
	}{
		{at(mon, "07:50"), at(mon, "08:30"), "40 min, by 08:30"},
		{at(mon, "08:29") + 30_000, at(mon, "08:30"), "1 min, by 08:30"},
		{at(mon, "09:00"), at(mon, "11:00"), "2 h, by 11:00"},
		{at(mon, "09:00"), at(mon, "11:10"), "2 h 10 min, by 11:10"},
		{at(mon, "23:50"), at(tue, "00:05"), "15 min, by 00:05"},
		{at(mon, "16:00"), at(tue, "08:30"), "by 08:30 tomorrow"},
		{at(fri, "16:00"), at(mon, "09:00"), "by 09:00 on Monday"},
		{at("2026-12-18", "16:00"), at("2027-01-05", "09:00"), "by 09:00 on Tue 5 Jan"},
		{at(mon, "09:00"), at("2026-11-26", "09:00"), "3 school days left"},
		{at(mon, "09:00"), at("2026-11-27", "00:00"), "3 school days left"}, // the end of Thursday
		{at(mon, "09:00"), at("2026-11-25", "00:00"), "1 school day left"},
		{at(mon, "09:00"), at(tue, "00:00"), "by the end of today"},
		{at("2026-11-21", "09:00"), at("2026-11-22", "10:00"), "by 10:00 tomorrow"},
		{at(mon, "08:40"), at(mon, "08:30"), "10 min over"},
		{at(mon, "08:30"), at(mon, "08:30"), "0 min over"},
		{at(mon, "15:30"), at(mon, "08:30"), "7 h over"},
		{at(mon, "07:50"), at(fri, "16:30"), "1 day over"},
		{at("2026-11-25", "07:50"), at(fri, "16:30"), "3 days over"},
		{at("2026-11-21", "09:00"), at(fri, "16:30"), "over since Friday 16:30"},
		{at("2026-11-21", "09:00"), at("2026-11-21", "00:00"), "over since Friday"},
		{at("2026-12-31", "09:00"), at("2026-12-18", "16:30"), "over since Fri 18 Dec"},
	} {
		got := c.Remaining(at("2026-11-01", "08:00"), x.now, x.due)
		if got.Words != x.want {
			t.Errorf("at %s, due %s: %q, want %q", x.now.London(), x.due.London(), got.Words, x.want)
		}
		if got.Over != strings.Contains(got.Words, "over") || got.Over && got.Elapsed != 1 {
			t.Errorf("%q: over %v, elapsed %v", got.Words, got.Over, got.Elapsed)
		}
	}
}

func TestElapsed(t *testing.T) {
	c := terms.Calendar()
	const fri, sat, mon clock.Day = "2026-11-20", "2026-11-21", "2026-11-23"
	for _, x := range []struct {
		from, now, due clock.Millis
		want           float64
	}{
		{at(fri, "15:30"), at(sat, "12:00"), at(mon, "09:00"), 0.5}, // it stands still over the weekend
		{at(fri, "15:30"), at(mon, "08:30"), at(mon, "09:00"), 0.75},
		{at(fri, "22:00"), at(fri, "22:05"), at(fri, "22:15"), 1. / 3}, // urgent: runs at any hour
		{at(fri, "09:00"), at(fri, "08:00"), at(fri, "10:00"), 0},
		{at(fri, "09:00"), at(fri, "10:00"), at(fri, "10:00"), 1},
		{at(fri, "10:00"), at(fri, "10:00"), at(fri, "10:00"), 1},
	} {
		got := c.Remaining(x.from, x.now, x.due)
		if math.Abs(got.Elapsed-x.want) > 1e-9 {
			t.Errorf("from %s at %s due %s: %v, want %v", x.from.London(), x.now.London(), x.due.London(), got.Elapsed, x.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		instant := rapid.Int64Range(int64(at("2026-11-01", "00:00")), int64(at("2027-02-01", "00:00")))
		from, due := clock.Millis(instant.Draw(t, "from")), clock.Millis(instant.Draw(t, "due"))
		a, b := clock.Millis(instant.Draw(t, "a")), clock.Millis(instant.Draw(t, "b"))
		x, y := c.Remaining(from, min(a, b), due), c.Remaining(from, max(a, b), due)
		if x.Elapsed < 0 || y.Elapsed > 1 || x.Elapsed > y.Elapsed || x.Words == "" {
			t.Fatalf("%+v then %+v", x, y)
		}
	})
}

// CON-3 shows late recording; the words are those of the chronology.
func TestRecordedLate(t *testing.T) {
	c := terms.Calendar()
	for _, x := range []struct {
		happened, recorded clock.Day
		want               string
	}{
		{"2026-10-03", "2026-10-09", "Recorded Fri 9 Oct, 6 days after"},
		{"2026-11-23", "2026-11-23", ""},
		{"2026-11-23", "2026-11-24", "Recorded Tue 24 Nov, 1 day after"},
		{"2026-11-22", "2026-11-23", ""}, // Sunday night, written on Monday
		{"2026-11-22", "2026-11-24", "Recorded Tue 24 Nov, 2 days after"},
		{"2026-11-20", "2026-11-22", ""},
		{"2026-10-27", "2026-11-02", ""}, // half term
		{"2026-10-23", "2026-10-27", ""},
		{"2026-11-24", "2026-11-23", ""},
		{"", "2026-11-23", ""},
	} {
		if got := c.RecordedLate(x.happened, x.recorded); got != x.want {
			t.Errorf("%s written on %s: %q, want %q", x.happened, x.recorded, got, x.want)
		}
	}
}

// SEC-22
func TestDateTime(t *testing.T) {
	now := at("2026-11-23", "13:00")
	inZones(t, func(t *testing.T) {
		for _, x := range []struct {
			t    clock.Millis
			want string
		}{
			{at("2026-11-23", "12:44"), "today 12:44"},
			{at("2026-11-22", "22:10"), "yesterday 22:10"},
			{at("2026-11-24", "08:30"), "tomorrow 08:30"},
			{at("2026-11-20", "16:52"), "Fri 16:52"},
			{at("2026-11-17", "09:00"), "Tue 09:00"},
			{at("2026-11-16", "09:00"), "16 Nov 2026"}, // a week ago the name of the day would be today's
			{at("2026-10-09", "09:00"), "9 Oct 2026"},
			{at("2026-11-27", "15:30"), "Fri 15:30"},
			{at("2026-12-02", "15:45"), "Wed 2 Dec, 15:45"},
			{at("2027-11-23", "15:45"), "23 Nov 2027, 15:45"},
			{0, ""},
		} {
			if got := term.DateTime(x.t, now); got != x.want {
				t.Errorf("%s: %q, want %q", x.t.London(), got, x.want)
			}
		}
		// Summer time: 23:30 UTC on 30 June is 1 July in London.
		if got := term.Time(clock.Millis(1782862200000)); got != "00:30" {
			t.Errorf("in July London is an hour ahead: %q", got)
		}
	})
}

func TestDates(t *testing.T) {
	const d clock.Day = "2026-11-23"
	for got, want := range map[string]string{
		term.Date(d): "Mon 23 November", term.LongDate(d): "Monday 23 November", term.ShortDate(d): "Mon 23 Nov", term.YearDate(d): "23 Nov 2026",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if term.Date("") != "" || term.ShortDate("never") != "" {
		t.Error("an unknown day has no words")
	}
}

func TestAge(t *testing.T) {
	for _, x := range []struct {
		birth, on clock.Day
		want      int
	}{
		{"2018-05-03", "2026-11-23", 8}, {"2018-05-03", "2026-05-02", 7}, {"2018-05-03", "2026-05-03", 8},
		{"2020-02-29", "2026-02-28", 5}, {"2020-02-29", "2026-03-01", 6}, {"2020-02-29", "2028-02-29", 8},
		{"2026-11-23", "2026-11-23", 0}, {"2026-11-24", "2026-11-23", -1}, {"", "2026-11-23", -1}, {"2018-05-03", "", -1},
	} {
		if got := term.Age(x.birth, x.on); got != x.want {
			t.Errorf("born %s, on %s: %d, want %d", x.birth, x.on, got, x.want)
		}
	}
}

func TestGapWords(t *testing.T) {
	c := terms.Calendar()
	for _, x := range []struct {
		from, to clock.Day
		want     string
	}{
		{"2026-07-06", "2026-09-14", "10 weeks, 6 of them holiday"},
		{"2026-11-03", "2026-11-24", "3 weeks"},
		{"2026-07-21", "2026-08-24", "4 weeks, all holiday"},
		{"2026-11-23", "2026-11-24", "1 day"},
		{"2026-11-11", "2026-11-22", "11 days"},
		{"2026-11-23", "2026-11-23", ""},
	} {
		if got := c.GapWords(x.from, x.to); got != x.want {
			t.Errorf("%s to %s: %q, want %q", x.from, x.to, got, x.want)
		}
	}
}

func TestHalfTerms(t *testing.T) {
	c := terms.Calendar()
	want := []struct {
		name     string
		from, to clock.Day
	}{
		{"Autumn 1", "2026-09-03", "2026-10-23"}, {"Autumn 2", "2026-11-02", "2026-12-18"},
		{"Spring 1", "2027-01-05", "2027-02-12"}, {"Spring 2", "2027-02-22", "2027-03-25"},
		{"Summer 1", "2027-04-12", "2027-05-28"}, {"Summer 2", "2027-06-07", "2027-07-21"},
	}
	got := c.HalfTerms(2026)
	if len(got) != len(want) {
		t.Fatalf("%d half terms", len(got))
	}
	for i, w := range want {
		if h := got[i]; h.Name() != w.name || h.From != w.from || h.To != w.to || h.N != i+1 || h.Year != 2026 {
			t.Errorf("%s: %+v, want %+v", h.Name(), h, w)
		}
	}
	for d, name := range map[clock.Day]string{
		"2026-09-01": "Autumn 1", "2026-10-28": "Autumn 1", "2026-11-02": "Autumn 2", "2026-11-23": "Autumn 2", "2026-12-25": "Autumn 2",
		"2027-01-27": "Spring 1", "2027-03-17": "Spring 2", "2027-05-12": "Summer 1", "2027-06-30": "Summer 2", "2027-08-20": "Summer 2", "": "",
	} {
		if h := c.HalfTerm(d); h.Name() != name {
			t.Errorf("%s is in %q, want %q", d, h.Name(), name)
		}
	}
	bare := term.Calendar{}.HalfTerms(2030) // nothing entered yet
	for i, h := range bare {
		if h.From >= h.To || i > 0 && h.From <= bare[i-1].To {
			t.Errorf("without holidays: %+v", bare)
		}
	}
}

func TestAcademicYear(t *testing.T) {
	for d, want := range map[clock.Day]string{"2026-08-31": "2025/26", "2026-09-01": "2026/27", "2027-06-30": "2026/27", "1999-10-01": "1999/00"} {
		y := term.AcademicYear(d)
		if y.String() != want || y.First() > d || y.Last() < d {
			t.Errorf("%s: %s, %s to %s", d, y, y.First(), y.Last())
		}
	}
	if term.AcademicYear("") != 0 {
		t.Error("an unknown day has no academic year")
	}
}
