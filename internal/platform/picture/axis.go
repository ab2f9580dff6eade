package picture

import (
	"slices"
	"time"

	"kith/internal/kernel/clock"
)

// Entry is one thing on a child's line.
type Entry struct {
	At   clock.Millis
	Kind Kind
	// Filled is for significant entries.
	Filled bool
}

// axis turns instants into pixels.
type axis struct {
	from, to    clock.Millis
	left, right float64
}

func (a axis) x(at clock.Millis) float64 {
	return a.left + (a.right-a.left)*float64(at-a.from)/float64(max(a.to-a.from, 1))
}

// clamp returns where at stands, held inside the axis.
func (a axis) clamp(at clock.Millis) float64 { return a.x(min(max(at, a.from), a.to)) }

// tick is a month's first day and its label.
type tick struct {
	x    float64
	text string
}

// months returns labels at the first of months, at least gap pixels apart and ending before limit. With years, the first
// label of each year carries the year, in full: "Dec 25" would be read as a day.
func (a axis) months(gap, size, limit float64, years bool) []tick {
	first := a.from.London()
	start := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, clock.London)
	var all []time.Time
	for m := start; clock.Of(m) <= a.to; m = m.AddDate(0, 1, 0) {
		if clock.Of(m) >= a.from {
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil
	}
	step := 1
	for _, s := range []int{1, 2, 3, 6, 12, 24, 60} {
		step = s
		if (a.right-a.left)*30.4*24*3600e3*float64(s)/float64(max(a.to-a.from, 1)) >= gap {
			break
		}
	}
	var out []tick
	year := 0
	for i := 0; i < len(all); i += step {
		text := all[i].Format("Jan")
		if years && all[i].Year() != year {
			text = all[i].Format("Jan 2006")
		}
		if x := a.x(clock.Of(all[i])); x+textWidth(text, size) <= limit {
			out = append(out, tick{x, text})
			year = all[i].Year()
		}
	}
	return out
}

// placed is an entry with its place: x, and a lane off the line. Lane 0 is on the line, odd lanes rise above it, even
// ones hang below.
type placed struct {
	Entry
	x    float64
	lane int
}

// spread gives each entry the lane nearest to the line in which it stands at least width from its neighbour, so that
// entries on the same day are all seen and each keeps its true date. It also returns the number of lanes used, at least 1.
func spread(entries []Entry, x func(clock.Millis) float64, width float64) ([]placed, int) {
	sorted := slices.Clone(entries)
	slices.SortStableFunc(sorted, func(a, b Entry) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	})
	var last []float64
	out := make([]placed, 0, len(sorted))
	for _, e := range sorted {
		at := x(e.At)
		lane := slices.IndexFunc(last, func(l float64) bool { return at-l >= width })
		if lane < 0 {
			lane = len(last)
			last = append(last, at)
		}
		last[lane] = at
		out = append(out, placed{e, at, lane})
	}
	return out, max(len(last), 1)
}

// offset returns how far below the line a lane stands, in pixels; above is negative.
func offset(lane int, pitch float64) float64 {
	if lane%2 == 1 {
		return -float64((lane+1)/2) * pitch
	}
	return float64(lane/2) * pitch
}

// room returns how far lanes reach above and below the line.
func room(lanes int, pitch float64) (above, below float64) {
	return float64(lanes/2) * pitch, float64((lanes-1)/2) * pitch
}
