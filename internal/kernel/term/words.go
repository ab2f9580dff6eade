package term

import (
	"fmt"
	"time"

	"kith/internal/kernel/clock"
)

// Time returns the time of day, "15:30".
func Time(t clock.Millis) string { return t.London().Format("15:04") }

// Date returns "Mon 23 November".
func Date(d clock.Day) string { return day(d, "Mon 2 January") }

// LongDate returns "Monday 23 November", as headings and letters have it.
func LongDate(d clock.Day) string { return day(d, "Monday 2 January") }

// ShortDate returns "Mon 23 Nov".
func ShortDate(d clock.Day) string { return day(d, "Mon 2 Jan") }

// YearDate returns "23 Nov 2026".
func YearDate(d clock.Day) string { return day(d, "2 Jan 2006") }

func day(d clock.Day, layout string) string {
	if !known(d) {
		return ""
	}
	return d.Start().Format(layout)
}

// DateTime returns t as somebody would say it at now: "today 12:44", "yesterday 16:52", "tomorrow 08:30", "Fri 16:52"
// within a week to either side, "9 Oct 2026" if it is longer ago, "Wed 2 Dec, 15:45" if it is further ahead, with the
// year from six months on. "" for no time.
func DateTime(t, now clock.Millis) string {
	if t.IsZero() {
		return ""
	}
	d, today := clock.DayOf(t.Time()), clock.DayOf(now.Time())
	switch {
	case d == today:
		return "today " + Time(t)
	case d == today.Add(-1):
		return "yesterday " + Time(t)
	case d == today.Add(1):
		return "tomorrow " + Time(t)
	case today.Add(-7) < d && d < today.Add(7):
		return t.London().Format("Mon 15:04")
	case d < today:
		return YearDate(d)
	case d < today.Add(183):
		return ShortDate(d) + ", " + Time(t)
	}
	return YearDate(d) + ", " + Time(t)
}

// Age returns the full years lived on a day by somebody born on birth, -1 if birth is unknown or later. Who was born
// on 29 February is a year older on 1 March where the year has no such day.
func Age(birth, on clock.Day) int {
	if !known(birth) || !known(on) || birth > on {
		return -1
	}
	years := on.Start().Year() - birth.Start().Year()
	if on[4:] < birth[4:] {
		years--
	}
	return years
}

// GapWords says how long nothing was written between two days, and how much of that was holiday: "10 weeks, 6 of them
// holiday", "9 days", "2 weeks, all holiday". Weeks are whole weeks, from two on; holiday is rounded to the nearest.
func (c Calendar) GapWords(from, to clock.Day) string {
	if !known(from) || !known(to) || to <= from {
		return ""
	}
	days, holiday := 0, 0
	for d := from.Add(1); d <= to; d = d.Add(1) {
		days++
		if c.IsHoliday(d) {
			holiday++
		}
	}
	if days < 14 {
		return count(days, "day", "days")
	}
	weeks, off := days/7, (holiday+3)/7
	switch {
	case off >= weeks:
		return count(weeks, "week", "weeks") + ", all holiday"
	case off > 0:
		return fmt.Sprintf("%s, %d of them holiday", count(weeks, "week", "weeks"), off)
	}
	return count(weeks, "week", "weeks")
}

// RecordedLate returns "Recorded Fri 9 Oct, 6 days after" for what was written down one school day late or more, ""
// otherwise. What happens while the school is closed is in time on the first day it opens. The days in the words are
// calendar days.
func (c Calendar) RecordedLate(happened, recorded clock.Day) string {
	if c.SchoolDaysBetween(c.AddSchoolDays(happened, 0), recorded) < 1 {
		return ""
	}
	return fmt.Sprintf("Recorded %s, %s after", ShortDate(recorded), count(daysBetween(happened, recorded), "day", "days"))
}

func daysBetween(from, to clock.Day) int {
	noon := func(d clock.Day) time.Time {
		y, m, n := d.Start().Date()
		return time.Date(y, m, n, 12, 0, 0, 0, time.UTC)
	}
	return int(noon(to).Sub(noon(from)) / (24 * time.Hour))
}

// Countdown is a clock as people see it: a disc that fills and words beside it.
type Countdown struct {
	Words   string  // "40 min, by 08:30", "by 08:30 tomorrow", "3 school days left", "1 day over"
	Elapsed float64 // how much of the time has gone, 0 to 1
	Over    bool    // the deadline has passed
}

// Remaining describes a clock that was started at from and ends at due. A deadline at midnight is the end of the day
// before it and is named without a time. Days left and days over are school days. Where the clock starts and ends in
// school hours, the disc stands still while the school is closed.
func (c Calendar) Remaining(from, now, due clock.Millis) Countdown {
	return Countdown{Words: c.remaining(now, due), Elapsed: c.elapsed(from, now, due), Over: now >= due}
}

func (c Calendar) elapsed(from, now, due clock.Millis) float64 {
	if now >= due {
		return 1
	}
	if now <= from {
		return 0
	}
	if c.withClosing(from) && c.withClosing(due) {
		if whole := c.SchoolHoursBetween(from, due); whole > 0 {
			return float64(c.SchoolHoursBetween(from, now)) / float64(whole)
		}
	}
	return float64(now-from) / float64(due-from)
}

func (c Calendar) remaining(now, due clock.Millis) string {
	today, last, at := clock.DayOf(now.Time()), clock.DayOf(due.Time()), " "+Time(due)
	if due == clock.Of(last.Start()) {
		last, at = last.Add(-1), ""
	}
	if now >= due {
		return c.over(now, due, today, last, at)
	}
	left := due.Time().Sub(now.Time())
	n := c.SchoolDaysBetween(today, last)
	switch {
	case last == today && at == "":
		return "by the end of today"
	case last == today || left < time.Hour:
		return span(left, true) + ", by" + at
	case n > 1 || n == 1 && at == "":
		return count(n, "school day", "school days") + " left"
	case last == today.Add(1):
		return "by" + at + " tomorrow"
	case last < today.Add(7):
		return "by" + at + " on " + last.Weekday().String()
	}
	return "by" + at + " on " + ShortDate(last)
}

func (c Calendar) over(now, due clock.Millis, today, last clock.Day, at string) string {
	past := now.Time().Sub(due.Time())
	n := c.SchoolDaysBetween(last, today)
	switch {
	case last == today || past < time.Hour && at != "":
		return span(past, false) + " over"
	case n > 0:
		return count(n, "day", "days") + " over"
	case last < today.Add(-6):
		return "over since " + ShortDate(last)
	}
	return "over since " + last.Weekday().String() + at
}

// span writes a stretch of less than a day. What is left is rounded up: "0 min, by 08:30" would be over.
func span(d time.Duration, up bool) string {
	if up {
		d += time.Minute - time.Millisecond
	}
	m := int(d / time.Minute)
	switch {
	case m < 60:
		return fmt.Sprintf("%d min", m)
	case m%60 == 0:
		return fmt.Sprintf("%d h", m/60)
	}
	return fmt.Sprintf("%d h %d min", m/60, m%60)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
