package term_test

import (
	"encoding/csv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/testkit/terms"
)

func at(d clock.Day, hhmm string) clock.Millis {
	t, err := time.Parse("15:04", hhmm)
	if err != nil {
		panic(err)
	}
	return clock.Of(d.At(t.Hour(), t.Minute()))
}

// inZones runs a test as servers in other zones would (SEC-22): nothing here may read the zone of the machine.
func inZones(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	was := time.Local
	defer func() { time.Local = was }()
	for _, name := range []string{"UTC", "Europe/London", "Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		time.Local = zone
		t.Run(name, f)
	}
}

// RIG-1, SEC-22
func TestCalendarMonth(t *testing.T) {
	c := terms.Calendar()
	inZones(t, func(t *testing.T) {
		for _, x := range []struct {
			receipt clock.Day
			n       int
			due     clock.Day
		}{
			{"2026-09-03", 1, "2026-10-05"},
			{"2027-01-31", 1, "2027-03-01"},
			{"2026-11-25", 1, "2026-12-29"},
			{"2028-01-31", 1, "2028-02-29"}, // leap day
			{"2028-02-29", 12, "2029-02-28"},
			{"2026-07-20", 1, "2026-08-20"}, // the summer holiday does not stop it
			{"2026-09-03", 3, "2026-12-03"},
			{"2026-11-30", 3, "2027-03-01"}, // 28 February 2027 is a Sunday
			{"2025-12-31", 2, "2026-03-02"}, // 28 February 2026 is a Saturday
			{"2026-03-06", 1, "2026-04-07"}, // Easter Monday
			{"", 1, ""},
			{"soon", 1, ""},
		} {
			if got := c.CalendarMonth(x.receipt, x.n); got != x.due {
				t.Errorf("%d months from %s: %s, want %s", x.n, x.receipt, got, x.due)
			}
		}
	})
}

// SEC-22: term ends, bank holidays, leap day, clock changes (29 March and 25 October 2026 are Sundays of change).
func TestSchoolDays(t *testing.T) {
	c := terms.Calendar()
	inZones(t, func(t *testing.T) {
		for _, x := range []struct {
			day  clock.Day
			n    int
			want clock.Day
		}{
			{"2026-11-23", 3, "2026-11-26"},
			{"2026-11-26", 2, "2026-11-30"},
			{"2026-11-28", 0, "2026-11-30"}, // a Saturday counts from Monday
			{"2026-11-28", 1, "2026-11-30"},
			{"2026-12-18", 1, "2027-01-05"}, // Christmas holiday, then an INSET day
			{"2026-10-23", 1, "2026-11-02"}, // half term, with the clocks going back inside
			{"2026-03-27", 1, "2026-04-13"}, // Easter holiday, with the clocks going forward inside
			{"2026-05-01", 1, "2026-05-05"}, // Early May bank holiday
			{"2028-02-28", 1, "2028-02-29"},
			{"2026-07-21", 15, "2026-09-23"}, // last day of term
			{"2026-11-30", -2, "2026-11-26"},
			{"2027-01-05", -1, "2026-12-18"},
			{"", 4, ""},
		} {
			got := c.AddSchoolDays(x.day, x.n)
			if got != x.want {
				t.Errorf("%s and %d school days: %s, want %s", x.day, x.n, got, x.want)
			}
			if x.n != 0 && c.SchoolDaysBetween(x.day, got) != x.n && x.day != "" {
				t.Errorf("between %s and %s: %d, want %d", x.day, got, c.SchoolDaysBetween(x.day, got), x.n)
			}
		}
		if got := c.AddWorkingDays("2026-12-18", 5); got != "2026-12-29" {
			t.Errorf("working days run in school holidays but not on bank holidays: got %s", got)
		}
		if got := c.AddWorkingDays("2026-12-31", 1); got != "2027-01-04" {
			t.Errorf("the working day after New Year's Eve 2026 is %s", got)
		}
		if !c.IsSchoolDay("2026-11-23") || c.IsSchoolDay("2026-11-22") || c.IsSchoolDay("2026-10-28") || c.IsSchoolDay("2026-09-02") {
			t.Error("school days are wrong")
		}
		if c.IsSchoolDay("") || c.IsSchoolDay("2026-02-30") || c.IsWorkingDay("") {
			t.Error("a day that does not exist is no school day")
		}
	})
}

func TestHolidayName(t *testing.T) {
	c := terms.Calendar()
	c.Closed = append(c.Closed, term.Span{From: "2027-01-12", To: "2027-01-12"})
	for d, want := range map[clock.Day]string{
		"2026-10-28": "Autumn half term", "2026-10-25": "Autumn half term", "2026-04-03": "Easter holiday",
		"2026-05-04": "Early May bank holiday", "2026-11-22": "", "2026-11-23": "", "2027-01-12": "Closed", "": "",
	} {
		if got := c.HolidayName(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
		if c.IsHoliday(d) != (want != "") {
			t.Errorf("%s: IsHoliday disagrees with its name", d)
		}
	}
	unnamed := term.Calendar{BankHolidays: map[clock.Day]string{"2026-05-04": ""}}
	if got := unnamed.HolidayName("2026-05-04"); got != "Bank holiday" {
		t.Errorf("a bank holiday without a name is %q", got)
	}
}

// A calendar that is closed for ever is a mistake; a deadline still comes.
func TestCalendarClosedForEver(t *testing.T) {
	c := term.Calendar{Closed: []term.Span{{From: "0001-01-01", To: "9999-12-31", Name: "closed"}}}
	if got := c.AddSchoolDays("2026-11-20", 1); got != "2026-11-23" {
		t.Errorf("got %s", got)
	}
	if got := c.AddSchoolDays("2026-11-23", -1); got != "2026-11-20" {
		t.Errorf("got %s", got)
	}
	if got := c.AddSchoolHours(at("2026-11-20", "15:30"), 2*time.Hour); got != at("2026-11-23", "10:00") {
		t.Errorf("got %s", got.London())
	}
}

// The clock of a transfer asks for the first day on which either of two schools is open.
func TestFirstDayAfter(t *testing.T) {
	a := terms.Calendar()
	b := terms.Calendar()
	b.Closed = []term.Span{{From: "2026-12-21", To: "2026-12-31", Name: "Christmas holiday"}}
	either := func(d clock.Day) bool { return a.IsSchoolDay(d) || b.IsSchoolDay(d) }
	if got := term.FirstDayAfter("2026-12-18", either); got != "2027-01-04" {
		t.Errorf("got %s", got)
	}
	if got := a.NextSchoolDay("2026-12-18"); got != "2027-01-05" {
		t.Errorf("got %s", got)
	}
}

func TestShippedBankHolidays(t *testing.T) {
	ours := term.BankHolidays()
	if len(ours) != 83 {
		t.Fatalf("%d bank holidays, want 83", len(ours))
	}
	for d, name := range ours {
		if _, err := clock.ParseDay(string(d)); err != nil || name == "" || d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			t.Errorf("%q %q is no bank holiday", d, name)
		}
	}
	ours["2026-11-23"] = "made up"
	if _, there := term.BankHolidays()["2026-11-23"]; there {
		t.Error("a caller changed the shipped days")
	}
	delete(ours, "2026-11-23")

	f, err := os.Open(filepath.Join(sharedData(), "calendar", "bank_holidays_england_wales.csv"))
	if err != nil {
		t.Logf("the published list is not here, so ours is not compared with it: %v", err)
		t.Skip("KITH_SHARED_DATA is absent")
	}
	defer f.Close()
	published, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[clock.Day]bool{}
	for _, r := range published[1:] {
		theirs[clock.Day(r[0])] = true
	}
	if !slices.Equal(slices.Sorted(maps.Keys(theirs)), slices.Sorted(maps.Keys(ours))) {
		t.Error("the shipped bank holidays differ from the published ones")
	}
}

// sharedData is the folder of real test data, beside the repository unless KITH_SHARED_DATA says otherwise.
func sharedData() string {
	if dir := os.Getenv("KITH_SHARED_DATA"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "..", "shared", "data")
}

func TestInventedClosures(t *testing.T) {
	c := terms.Calendar()
	for _, s := range c.Closed {
		_, err1 := clock.ParseDay(string(s.From))
		_, err2 := clock.ParseDay(string(s.To))
		if err1 != nil || err2 != nil || s.From > s.To || s.Name == "" {
			t.Errorf("%+v is no closure", s)
		}
	}
	for y := term.Year(2024); y <= 2027; y++ {
		n := 0
		for d := y.First(); d <= y.Last(); d = d.Add(1) {
			if c.IsSchoolDay(d) {
				n++
			}
		}
		if n < 186 || n > 195 { // 190 by regulation, with and without INSET days
			t.Errorf("%s has %d school days", y, n)
		}
	}
}

var days = rapid.Custom(func(t *rapid.T) clock.Day {
	return clock.Day("2018-06-01").Add(rapid.IntRange(0, 4200).Draw(t, "offset"))
})

var calendars = rapid.Custom(func(t *rapid.T) term.Calendar {
	c := terms.Calendar()
	for range rapid.IntRange(0, 5).Draw(t, "closures") {
		from := days.Draw(t, "from")
		c.Closed = append(c.Closed, term.Span{From: from, To: from.Add(rapid.IntRange(-1, 60).Draw(t, "length")), Name: "closed"})
	}
	c.Open = rapid.IntRange(0, 12*60).Draw(t, "open")
	c.Close = c.Open + rapid.IntRange(1, 12*60).Draw(t, "hours")
	return c
})

// SEC-22
func TestSchoolDaysProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, d, n := calendars.Draw(t, "calendar"), days.Draw(t, "day"), rapid.IntRange(-40, 40).Draw(t, "n")
		got := c.AddSchoolDays(d, n)
		if !c.IsSchoolDay(got) {
			t.Fatalf("%s and %d is %s, which is no school day", d, n, got)
		}
		if next := c.AddSchoolDays(d, n+1); next < got || n > 0 && next == got {
			t.Fatalf("%d days lead to %s, one more to %s", n, got, next)
		}
		if later := c.AddSchoolDays(d.Add(1), n); later < got {
			t.Fatalf("a later start ends sooner: %s, %s", got, later)
		}
		if n != 0 && c.SchoolDaysBetween(d, got) != n {
			t.Fatalf("between %s and %s: %d, want %d", d, got, c.SchoolDaysBetween(d, got), n)
		}
		if n > 0 && c.AddSchoolDays(got, -n) > c.AddSchoolDays(d, 0) {
			t.Fatalf("%d days on and back from %s", n, d)
		}
	})
}
