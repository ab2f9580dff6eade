package picture

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/clock"
)

// Span is a stretch of days, both ends included.
type Span struct{ From, To clock.Day }

// Bar is a plan or a flag that lasted or still lasts.
type Bar struct {
	From clock.Day
	// To is the last day; "" means it still lasts.
	To   clock.Day
	Text string
	// Flag is for a status held by another body, such as child in need; a plan of one's own is not a flag.
	Flag bool
}

// Overview is a whole line at once: one row for each kind of entry there is, plans and flags as bars above, school
// holidays shaded.
type Overview struct {
	// Entries may be in any order; those before From or after Now are left out.
	Entries  []Entry
	Bars     []Bar
	Holidays []Span
	From     clock.Day
	Now      clock.Millis
	// Lanes, when given, are the rows in place of one for each kind: several people's lines at once. Entries is then empty.
	Lanes []Lane
	// Finding is what a reader should take from the picture, as a sentence or two. Without it the counts are stated.
	Finding string
}

// Lane is one person's row.
type Lane struct {
	Text    string
	Entries []Entry
}

// rows are the lanes, or the kinds that there are.
func (o Overview) rows() []Lane {
	if len(o.Lanes) > 0 {
		rows := slices.Clone(o.Lanes)
		for i := range rows {
			rows[i].Entries = o.inside(rows[i].Entries)
		}
		return rows
	}
	var rows []Lane
	in := o.inside(o.Entries)
	for _, k := range Kinds() {
		if of := ofKind(in, k); len(of) > 0 {
			rows = append(rows, Lane{k.Word(), of})
		}
	}
	return rows
}

func (o Overview) inside(entries []Entry) []Entry {
	from := clock.Of(o.From.Start())
	var in []Entry
	for _, e := range entries {
		if e.At >= from && e.At <= o.Now && e.Kind.Word() != "" {
			in = append(in, e)
		}
	}
	return in
}

// Label returns the finding, or the counts by kind when none was given.
func (o Overview) Label() string {
	const end = " The list below holds every entry."
	if o.Finding != "" {
		return o.Finding + end
	}
	rows, n := o.rows(), 0
	for _, r := range rows {
		n += len(r.Entries)
	}
	span := o.From.Start().Format("January 2006") + " to " + o.Now.London().Format("January 2006")
	if n == 0 {
		return "No entries, " + span + "."
	}
	var parts []string
	for _, r := range rows {
		name := r.Text
		if len(o.Lanes) == 0 {
			name = strings.ToLower(name)
		}
		parts = append(parts, name+" "+strconv.Itoa(len(r.Entries)))
	}
	s := plural(n, "entry", "entries") + ", " + span + ": " + strings.Join(parts, ", ") + "."
	for _, b := range o.Bars {
		s += " " + b.Text + " from " + b.From.Start().Format("2 January 2006")
		if b.To != "" {
			s += " to " + b.To.Start().Format("2 January 2006")
		}
		s += "."
	}
	return s + end
}

func ofKind(entries []Entry, k Kind) []Entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return e.Kind != k })
}

// plan is how one of the two drawings is laid out.
type plan struct {
	class               string
	width, left         float64
	scale, gap, rowHead float64
	labelsAbove         bool
}

// Render writes the wide and the narrow drawing.
func (o Overview) Render(_ context.Context, w io.Writer) error {
	var c canvas
	o.draw(&c, plan{class: "desk", width: 1190, left: 168, scale: 0.86, gap: 62, rowHead: 7})
	o.draw(&c, plan{class: "mob", width: 340, left: 4, scale: 0.74, gap: 64, rowHead: 21, labelsAbove: true})
	return c.writeTo(w)
}

func (o Overview) draw(c *canvas, p plan) {
	size := 18 * p.scale
	a := axis{clock.Of(o.From.Start()), o.Now, p.left + size/2, p.width - size/2 - 5}
	bars, barLanes := layBars(o.Bars, a, p.width)
	const barPitch = 27
	top := 4 + float64(barLanes)*barPitch
	if barLanes > 0 {
		top += 4
	}

	type row struct {
		text       string
		ps         []placed
		y          float64
		labelAbove float64
	}
	pitch := size - 0.5
	var rows []row
	y := top + 2
	for _, l := range o.rows() {
		ps, lanes := spread(l.Entries, a.x, size-1)
		above, below := room(lanes, pitch)
		r := row{text: l.Text, ps: ps, y: y + p.rowHead + above + size/2 - 2}
		r.labelAbove = r.y - above - size/2 - 4
		rows = append(rows, r)
		y = r.y + below + size/2 + 3
	}
	if len(rows) == 0 {
		y += 24
	}
	base := y + 7
	height := base + 24

	c.big(p.class, p.width, height, o.Label())
	for _, h := range o.Holidays {
		x0, x1 := a.clamp(clock.Of(h.From.Start())), a.clamp(clock.Of(h.To.Add(1).Start()))
		if x1 > x0 {
			c.one("rect", "x", num(x0), "y", num(top), "width", num(x1-x0), "height", num(base-top), "fill", mist)
		}
	}
	for _, b := range bars {
		b.draw(c, 4+float64(b.lane)*barPitch)
	}
	for _, r := range rows {
		c.one("path", "d", "M"+num(p.left)+" "+num(r.y)+"H"+num(a.right+size/2), "stroke", rule)
		if p.labelsAbove {
			c.text(p.left, r.labelAbove, 14, r.text, "fill", ink)
		} else {
			c.text(p.left-14, r.y+5, 15, r.text, "text-anchor", "end", "fill", ink)
		}
		c.placed(r.ps, r.y, pitch, p.scale)
	}
	for _, t := range a.months(p.gap, 14, a.right+4, true) {
		c.one("path", "d", "M"+num(t.x)+" "+num(base)+"v5", "stroke", edge)
		c.text(t.x, base+20, 14, t.text, "fill", soft)
	}
	c.one("path", "d", "M"+num(p.left)+" "+num(base)+"H"+num(a.right), "stroke", pine, "stroke-width", "3", "stroke-linecap", "round")
	c.one("circle", "cx", num(a.right), "cy", num(base), "r", "5", "fill", lamp, "stroke", pine, "stroke-width", "2.5")
	c.end("svg")
}

// laid is a bar with its place and that of its words.
type laid struct {
	Bar
	x0, x1 float64
	tx     float64
	anchor string
	lane   int
}

// layBars puts bars in lanes so that neither they nor their words touch. Words that do not fit inside a bar stand after
// it, or before it where the picture ends.
func layBars(bars []Bar, a axis, width float64) ([]laid, int) {
	const size, pad = 14, 6
	var out []laid
	var ends []float64
	sorted := slices.Clone(bars)
	slices.SortStableFunc(sorted, func(x, y Bar) int { return strings.Compare(string(x.From), string(y.From)) })
	for _, b := range sorted {
		from, to := clock.Of(b.From.Start()), a.to
		if b.To != "" {
			to = clock.Of(b.To.Add(1).Start())
		}
		if to < a.from || from > a.to {
			continue
		}
		l := laid{Bar: b, x0: a.clamp(from), x1: a.clamp(to), anchor: "start"}
		l.x1 = max(l.x1, l.x0+3)
		tw := textWidth(b.Text, size)
		lo, hi := l.x0, l.x1
		switch {
		case tw+2*pad <= l.x1-l.x0:
			l.tx = l.x0 + pad
		case l.x1+pad+tw <= width:
			l.tx = l.x1 + pad - 2
			hi = l.tx + tw
		default:
			l.tx, l.anchor = l.x0-pad+2, "end"
			lo = l.tx - tw
		}
		l.lane = slices.IndexFunc(ends, func(e float64) bool { return lo >= e })
		if l.lane < 0 {
			l.lane = len(ends)
			ends = append(ends, 0)
		}
		ends[l.lane] = hi + 6
		out = append(out, l)
	}
	return out, len(ends)
}

// draw writes a bar with its top at y: a start, a line, and an end only if it ended.
func (b laid) draw(c *canvas, y float64) {
	fill := sage
	if b.Flag {
		fill = skyBar
	}
	const h = 22
	c.one("rect", "x", num(b.x0), "y", num(y), "width", num(b.x1-b.x0), "height", num(h), "fill", fill)
	d := "M" + num(b.x0) + " " + num(y) + "V" + num(y+h) + "H" + num(b.x1)
	if b.To != "" {
		d += "V" + num(y)
	}
	c.one("path", "d", d, "fill", "none", "stroke", pine, "stroke-width", "1.5")
	c.text(b.tx, y+16, 14, b.Text, "font-weight", "600", "fill", ink, "text-anchor", b.anchor)
}
