// Package clock is the program's one source of time. Rules and stores are given an instant; they never ask for one.
//
// Machines count in Unix milliseconds UTC (Millis); people read Europe/London. Both conversions live here.
package clock

import (
	"sync"
	"time"
	_ "time/tzdata" // a small server may have no zone files, and deadlines must not depend on the host
)

// London is the zone in which people of the district read times and days.
var London = mustLoad("Europe/London")

func mustLoad(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return l
}

// Clock tells the time. The program has one, made in internal/app; tests move theirs by hand.
type Clock interface{ Now() time.Time }

// System is the machine's clock.
type System struct{}

// Now returns the present instant in UTC.
func (System) Now() time.Time { return time.Now().UTC() }

// Shifted runs as the machine's clock does, By apart from it: the invented district shown at another hour.
type Shifted struct{ By time.Duration }

// Now returns the present instant, shifted, in UTC.
func (s Shifted) Now() time.Time { return System{}.Now().Add(s.By) }

// Manual is a clock that stands still until somebody moves it. Safe for concurrent use.
type Manual struct {
	mu sync.Mutex
	at time.Time
}

// NewManual returns a clock that shows at.
func NewManual(at time.Time) *Manual { return &Manual{at: at.UTC()} }

// Now returns the instant the clock was last set to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

// Set moves the clock to at.
func (m *Manual) Set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = at.UTC()
}

// Add moves the clock on by d.
func (m *Manual) Add(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}

// Millis is an instant in Unix milliseconds UTC, the form in which the database keeps it. Zero means "not yet".
type Millis int64

// ForEver is the end of what has none: no row holds NULL for an instant, so that rules read alike in Go and in SQL.
const ForEver Millis = 1 << 52

// Of returns t as Millis.
func Of(t time.Time) Millis { return Millis(t.UnixMilli()) }

// Time returns the instant in UTC.
func (m Millis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// London returns the instant as people in the district read it.
func (m Millis) London() time.Time { return time.UnixMilli(int64(m)).In(London) }

// Add returns the instant d later.
func (m Millis) Add(d time.Duration) Millis { return m + Millis(d.Milliseconds()) }

// IsZero says whether the instant was never set.
func (m Millis) IsZero() bool { return m == 0 }

// Day is a calendar day as "2026-11-23": text that sorts, with no zone to get wrong. "" means none.
type Day string

// DayOf returns the day it is in Europe/London at t.
func DayOf(t time.Time) Day { return Day(t.In(London).Format(time.DateOnly)) }

// ParseDay returns the day in s, which must be YYYY-MM-DD and exist.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return "", err
	}
	return Day(t.Format(time.DateOnly)), nil
}

// Start returns the first instant of the day in Europe/London.
func (d Day) Start() time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), London)
	if err != nil {
		return time.Time{}
	}
	return t
}

// At returns the instant of hour and minute on the day in Europe/London. A time that the spring clock change skips
// becomes the same distance after midnight as the clocks show it.
func (d Day) At(hour, minute int) time.Time {
	s := d.Start()
	return time.Date(s.Year(), s.Month(), s.Day(), hour, minute, 0, 0, London)
}

// Add returns the day n days later; n may be negative.
func (d Day) Add(n int) Day {
	s := d.Start()
	return Day(time.Date(s.Year(), s.Month(), s.Day()+n, 12, 0, 0, 0, time.UTC).Format(time.DateOnly))
}

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.Start().Weekday() }
