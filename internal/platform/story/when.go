package story

import (
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
)

// When is how a person says when something happened.
type When struct {
	Mode         string // today, day, unsure
	Day          clock.Day
	Hour, Minute int
	Timed        bool // a time was given
}

// Happened returns the instant something happened and how surely it is known (CON-3). A day is kept as its start.
// Rule: an event cannot lie in the future.
func Happened(w When, now clock.Millis) (clock.Millis, Precision, error) {
	today := clock.DayOf(now.Time())
	day := w.Day
	if w.Mode != "day" || day == "" {
		if w.Mode == "day" {
			return 0, "", errs.Refuse("Say which day it was")
		}
		day = today
	}
	if day > today {
		return 0, "", errs.Refusef("The date cannot be in the future. Today is %s", term.Date(today))
	}
	at, precision := clock.Of(day.Start()), Day
	if w.Timed {
		at, precision = clock.Of(day.At(w.Hour, w.Minute)), Minute
		if at > now {
			return 0, "", errs.Refusef("The time cannot be in the future. It is %s now", term.Time(now))
		}
	}
	if w.Mode == "unsure" {
		precision = Around
	}
	return at, precision, nil
}
