package term

import (
	"time"

	"kith/internal/kernel/clock"
)

func (c Calendar) openAt(d clock.Day) clock.Millis {
	m, _ := c.Hours()
	return clock.Of(d.At(m/60, m%60))
}

func (c Calendar) closeAt(d clock.Day) clock.Millis {
	_, m := c.Hours()
	return clock.Of(d.At(m/60, m%60))
}

// InHours says whether clocks of school days run at t: on a school day, from opening until just before closing.
func (c Calendar) InHours(t clock.Millis) bool {
	d := clock.DayOf(t.Time())
	return c.IsSchoolDay(d) && c.openAt(d) <= t && t < c.closeAt(d)
}

// NextOpening returns t if clocks run at t, otherwise the moment they next start.
func (c Calendar) NextOpening(t clock.Millis) clock.Millis {
	d := clock.DayOf(t.Time())
	if c.IsSchoolDay(d) {
		if opens := c.openAt(d); t < opens {
			return opens
		}
		if t < c.closeAt(d) {
			return t
		}
	}
	return c.openAt(c.NextSchoolDay(d))
}

// AddSchoolHours returns the moment at which clocks of school days have run for d since t. Friday 15:30 and two hours
// is 09:00 on the next school day. What ends with the day ends at closing, not at the next opening. d below zero is zero.
func (c Calendar) AddSchoolHours(t clock.Millis, d time.Duration) clock.Millis {
	if d <= 0 && c.withClosing(t) {
		return t
	}
	t = c.NextOpening(t)
	for {
		closes := c.closeAt(clock.DayOf(t.Time()))
		left := closes.Time().Sub(t.Time())
		if d <= left {
			return t.Add(max(d, 0))
		}
		d -= left
		t = c.NextOpening(closes)
	}
}

// SchoolHoursBetween returns for how long clocks of school days run from one moment to a later one; 0 if it is not later.
func (c Calendar) SchoolHoursBetween(from, to clock.Millis) time.Duration {
	var sum time.Duration
	end := clock.DayOf(to.Time())
	for d := clock.DayOf(from.Time()); d <= end; d = d.Add(1) {
		if !c.IsSchoolDay(d) {
			continue
		}
		a, b := max(from, c.openAt(d)), min(to, c.closeAt(d))
		if a < b {
			sum += b.Time().Sub(a.Time())
		}
	}
	return sum
}

// withClosing is InHours with the moment of closing, which ends a clock but starts none.
func (c Calendar) withClosing(t clock.Millis) bool {
	d := clock.DayOf(t.Time())
	return c.InHours(t) || c.IsSchoolDay(d) && t == c.closeAt(d)
}
