package picture

import (
	"context"
	"io"
	"slices"
	"strconv"
	"time"

	"kith/internal/kernel/clock"
)

// ClosedKind says why a school is closed on a day; each has a shape of its own, so that it can be told without colour.
type ClosedKind string

// Kinds of closed days.
const (
	ClosedHoliday ClosedKind = "holiday" // shaded
	ClosedInset   ClosedKind = "inset"   // a square around the day
	ClosedSudden  ClosedKind = "closure" // a dashed square around the day
	ClosedBank    ClosedKind = "bank"    // a ring around the day
)

// ClosedSpan is a stretch of days on which a school is closed, both ends included.
type ClosedSpan struct {
	From, To clock.Day
	Kind     ClosedKind
}

// YearPart is one half term of a school year.
type YearPart struct {
	Name     string // "Autumn 1"
	From, To clock.Day
	Days     string // "36 school days"
	Dates    string // "3 Sep to 23 Oct"
}

// SchoolYear is a school year as two pictures: YearLine shows its half terms on one line, YearMonths every day of it.
type SchoolYear struct {
	From, To clock.Day // 1 September to 31 August
	Today    clock.Day
	Parts    []YearPart
	Closed   []ClosedSpan
	// Finding is what a reader should take from the picture, in a sentence. The table below holds every date.
	Finding string
}

// YearLine is the line of a school year: solid what is over, dotted what is to come, broken where there is holiday.
type YearLine struct{ SchoolYear }

// Render writes the wide and the narrow drawing.
func (y YearLine) Render(_ context.Context, w io.Writer) error {
	var c canvas
	y.wide(&c)
	y.narrow(&c)
	return c.writeTo(w)
}

func (y YearLine) wide(c *canvas) {
	const width, base, size = 1190, 44, 15
	a := axis{clock.Of(y.From.Start()), clock.Of(y.To.Add(1).Start()), 4, width - 4}
	x := func(d clock.Day) float64 { return a.clamp(clock.Of(d.Start())) }
	c.big("desk", width, 102, y.Finding)
	for _, s := range y.Closed {
		if s.Kind == ClosedHoliday {
			c.one("rect", "x", num(x(s.From)), "y", "24", "width", num(x(s.To.Add(1))-x(s.From)), "height", "36", "fill", sage)
		}
	}
	for m := y.From; m <= y.To; m = clock.Day(m.Start().AddDate(0, 1, 0).Format(time.DateOnly)) {
		c.one("path", "d", "M"+num(x(m))+" 20v-6", "stroke", edge)
		c.text(x(m)+5, 16, 14, m.Start().Format("Jan"), "fill", soft)
	}
	for i, p := range y.Parts {
		from, to := x(p.From), x(p.To.Add(1))
		y.stretch(p, func(begin, end clock.Day, dotted bool) {
			attrs := []string{"d", "M" + num(x(begin)) + " " + num(base) + "H" + num(x(end)), "stroke", pine, "stroke-width", "3", "stroke-linecap", "round"}
			if dotted {
				attrs = append(attrs, "stroke-dasharray", "0.1 7")
			}
			c.one("path", attrs...)
		})
		middle, anchor := (from+to)/2, "middle"
		switch i {
		case 0:
			middle, anchor = from, "start"
		case len(y.Parts) - 1:
			middle, anchor = to, "end"
		}
		c.text(middle, 78, size, p.Name, "text-anchor", anchor, "fill", ink, "font-weight", "600")
		c.text(middle, 97, 14, p.Days, "text-anchor", anchor, "fill", soft)
	}
	for _, s := range y.Closed {
		if s.Kind != ClosedHoliday && !y.holiday(s.From) {
			c.dayMark(s.Kind, x(s.From)+1.5, base, 5, true)
		}
	}
	if y.Today >= y.From && y.Today <= y.To {
		c.one("circle", "cx", num(x(y.Today)+1.5), "cy", num(base), "r", "6", "fill", lamp, "stroke", pine, "stroke-width", "2.5")
	}
	c.end("svg")
}

// holiday says whether a day lies in a holiday.
func (y SchoolYear) holiday(d clock.Day) bool {
	return slices.ContainsFunc(y.Closed, func(s ClosedSpan) bool { return s.Kind == ClosedHoliday && s.From <= d && d <= s.To })
}

// stretch gives what of a half term is over and what is to come.
func (y YearLine) stretch(p YearPart, draw func(from, to clock.Day, dotted bool)) {
	switch {
	case p.To < y.Today:
		draw(p.From, p.To.Add(1), false)
	case p.From > y.Today:
		draw(p.From, p.To.Add(1), true)
	default:
		draw(p.From, y.Today, false)
		draw(y.Today, p.To.Add(1), true)
	}
}

func (y YearLine) narrow(c *canvas) {
	const left, row = 12, 58
	c.big("mob", 340, float64(row*len(y.Parts)), y.Finding)
	for i, p := range y.Parts {
		top, long := float64(i*row)+8, float64(row-20)
		attrs := []string{"d", "M" + num(left) + " " + num(top) + "v" + num(long), "stroke", pine, "stroke-width", "3", "stroke-linecap", "round"}
		if p.To >= y.Today {
			attrs = append(attrs, "stroke-dasharray", "0.1 7")
		}
		c.one("path", attrs...)
		if p.From <= y.Today && y.Today <= p.To {
			c.one("circle", "cx", num(left), "cy", num(top+long/2), "r", "6", "fill", lamp, "stroke", pine, "stroke-width", "2.5")
		}
		c.text(left+20, top+13, 16, p.Name+", "+p.Days, "fill", ink, "font-weight", "600")
		c.text(left+20, top+33, 15, p.Dates, "fill", soft)
	}
	c.end("svg")
}

// dayMark draws the shape of a closed day around a point; on the line it is filled with paper, so that the line does not run
// through it.
func (c *canvas) dayMark(k ClosedKind, x, y, r float64, online bool) {
	fill := "none"
	if online {
		fill = sheet
	}
	switch k {
	case ClosedInset, ClosedSudden:
		attrs := []string{"x", num(x - r), "y", num(y - r), "width", num(2 * r), "height", num(2 * r), "rx", "1.5", "fill", fill, "stroke", pine, "stroke-width", "1.8"}
		if k == ClosedSudden {
			attrs = append(attrs, "stroke-dasharray", "3 2")
		}
		c.one("rect", attrs...)
	case ClosedBank:
		c.one("circle", "cx", num(x), "cy", num(y), "r", num(r), "fill", fill, "stroke", edge, "stroke-width", "1.5")
	}
}

// YearMonths is every day of a school year, a small calendar a month.
type YearMonths struct{ SchoolYear }

// Render writes the wide and the narrow drawing.
func (y YearMonths) Render(_ context.Context, w io.Writer) error {
	var c canvas
	y.draw(&c, "desk", 4, 28, 25, 22)
	y.draw(&c, "mob", 2, 23, 25, 18)
	return c.writeTo(w)
}

func (y YearMonths) draw(c *canvas, class string, across int, cell, high, gap float64) {
	kinds := map[clock.Day]ClosedKind{}
	for _, want := range []ClosedKind{ClosedBank, ClosedInset, ClosedSudden} { // the rarer shape is drawn
		for _, s := range y.Closed {
			for d := s.From; s.Kind == want && d <= s.To; d = d.Add(1) {
				kinds[d] = want
			}
		}
	}
	month := 7*cell + gap
	block := 6*high + 62
	rows := (12 + across - 1) / across
	c.big(class, float64(across)*month-gap, float64(rows)*block-14, "Every day of the school year, a calendar a month. "+y.Finding)
	for m := range 12 {
		left, top := float64(m%across)*month, float64(m/across)*block
		first := clock.Day(y.From.Start().AddDate(0, m, 0).Format(time.DateOnly))
		c.text(left+4, top+16, 16, first.Start().Format("January 2006"), "fill", ink, "font-weight", "600")
		for i, letter := range []string{"M", "T", "W", "T", "F", "S", "S"} {
			c.text(left+(float64(i)+0.5)*cell, top+38, 14, letter, "text-anchor", "middle", "fill", soft)
		}
		line := 0
		for d := first; d.Start().Month() == first.Start().Month(); d = d.Add(1) {
			at := (int(d.Weekday()) + 6) % 7
			if at == 0 && d != first {
				line++
			}
			x, v := left+(float64(at)+0.5)*cell, top+44+(float64(line)+0.5)*high
			y.day(c, d, kinds[d], x, v, cell, high)
		}
	}
	c.end("svg")
}

func (y YearMonths) day(c *canvas, d clock.Day, k ClosedKind, x, v, cell, high float64) {
	off := y.holiday(d)
	if off {
		c.one("rect", "x", num(x-cell/2), "y", num(v-high/2+1), "width", num(cell), "height", num(high-2), "fill", sage)
	}
	if d == y.Today {
		c.one("circle", "cx", num(x), "cy", num(v), "r", "11", "fill", lamp, "stroke", pine, "stroke-width", "1.5")
	} else {
		c.dayMark(k, x, v, 10.5, false)
	}
	fill, weight := ink, "400"
	if w := d.Weekday(); w == time.Saturday || w == time.Sunday || off {
		fill = soft
	} else if k == "" {
		weight = "600"
	}
	c.text(x, v+5, 14, strconv.Itoa(d.Start().Day()), "text-anchor", "middle", "fill", fill, "font-weight", weight)
}

// ClosedKey is the sign of one kind of closed day, for the words beside it.
type ClosedKey struct{ Kind ClosedKind }

// Render writes the sign.
func (k ClosedKey) Render(_ context.Context, w io.Writer) error {
	var c canvas
	c.small(22, 22, "0 0 22 22")
	if k.Kind == ClosedHoliday {
		c.one("rect", "x", "1", "y", "1", "width", "20", "height", "20", "fill", sage, "stroke", pine)
	} else {
		c.dayMark(k.Kind, 11, 11, 9, false)
	}
	c.end("svg")
	return c.writeTo(w)
}
