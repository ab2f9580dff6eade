package term_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/testkit/terms"
)

// SEC-22
func TestAddSchoolHours(t *testing.T) {
	c := terms.Calendar()
	inZones(t, func(t *testing.T) {
		for _, x := range []struct {
			day   clock.Day
			from  string
			d     time.Duration
			until clock.Day
			end   string
		}{
			{"2026-11-27", "15:30", 2 * time.Hour, "2026-11-30", "09:00"},
			{"2026-11-23", "09:00", 2 * time.Hour, "2026-11-23", "11:00"},
			{"2026-11-23", "14:30", 2 * time.Hour, "2026-11-23", "16:30"}, // ends with the day
			{"2026-11-23", "16:30", time.Minute, "2026-11-24", "08:01"},
			{"2026-11-22", "22:10", 2 * time.Hour, "2026-11-23", "10:00"},
			{"2026-11-23", "06:14", 30 * time.Minute, "2026-11-23", "08:30"},
			{"2026-10-23", "16:00", time.Hour, "2026-11-02", "08:30"},      // over half term and winter time
			{"2026-03-27", "16:00", time.Hour, "2026-04-13", "08:30"},      // over Easter and summer time
			{"2026-12-18", "12:00", 10 * time.Hour, "2027-01-05", "13:30"}, // over Christmas
			{"2028-02-28", "16:00", time.Hour, "2028-02-29", "08:30"},      // leap day
			{"2026-11-23", "08:00", 17 * time.Hour, "2026-11-24", "16:30"}, // two whole days
			{"2026-11-21", "12:00", 0, "2026-11-23", "08:00"},              // out of hours starts at the next opening
			{"2026-11-23", "16:30", 0, "2026-11-23", "16:30"},
			{"2026-11-23", "12:00", -time.Hour, "2026-11-23", "12:00"},
		} {
			if got := c.AddSchoolHours(at(x.day, x.from), x.d); got != at(x.until, x.end) {
				t.Errorf("%s %s and %s: %s, want %s %s", x.day, x.from, x.d, got.London(), x.until, x.end)
			}
		}
	})
}

func TestInHours(t *testing.T) {
	c := terms.Calendar()
	for _, x := range []struct {
		day  clock.Day
		time string
		in   bool
		next clock.Millis
	}{
		{"2026-11-23", "07:59", false, at("2026-11-23", "08:00")},
		{"2026-11-23", "08:00", true, at("2026-11-23", "08:00")},
		{"2026-11-23", "16:29", true, at("2026-11-23", "16:29")},
		{"2026-11-23", "16:30", false, at("2026-11-24", "08:00")},
		{"2026-11-27", "18:00", false, at("2026-11-30", "08:00")},
		{"2026-10-28", "10:00", false, at("2026-11-02", "08:00")},
	} {
		now := at(x.day, x.time)
		if c.InHours(now) != x.in || c.NextOpening(now) != x.next {
			t.Errorf("%s %s: in hours %v, next opening %s", x.day, x.time, c.InHours(now), c.NextOpening(now).London())
		}
	}
	broken := term.Calendar{Open: 900, Close: 800}
	if !broken.InHours(at("2026-11-23", "08:00")) || broken.InHours(at("2026-11-23", "16:30")) {
		t.Error("a calendar without sensible hours keeps the usual ones")
	}
}

// SEC-22
func TestSchoolHoursProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := calendars.Draw(t, "calendar")
		from := clock.Of(days.Draw(t, "day").Start()).Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "minute")) * time.Minute)
		minutes := rapid.IntRange(0, 3000)
		a := time.Duration(minutes.Draw(t, "a")) * time.Minute
		b := time.Duration(minutes.Draw(t, "b")) * time.Minute

		whole, parts := c.AddSchoolHours(from, a+b), c.AddSchoolHours(c.AddSchoolHours(from, a), b)
		if whole != parts {
			t.Fatalf("%s and %s+%s: %s at once, %s in two steps", from.London(), a, b, whole.London(), parts.London())
		}
		if got := c.SchoolHoursBetween(from, whole); got != a+b {
			t.Fatalf("%s of school hours from %s to %s, want %s", got, from.London(), whole.London(), a+b)
		}
		if a+b > 0 && !c.InHours(whole-1) {
			t.Fatalf("a clock ended at %s, when none runs", whole.London())
		}
		if open := c.NextOpening(from); open < from || !c.InHours(open) {
			t.Fatalf("next opening of %s is %s", from.London(), open.London())
		}
	})
}
