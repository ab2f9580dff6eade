package document

import (
	"fmt"

	"codeberg.org/go-pdf/fpdf"
)

func (p *paper) document(d Document) {
	if d.Publication != nil {
		p.cover(d)
		p.blocks(d.Blocks)
		return
	}
	if d.Classification != "" {
		p.flow(margin, p.wrapAll(d.Classification, headStyle, width), headStyle, nil)
		p.y += 2
	}
	p.flow(margin, p.wrapAll(d.Title, titleStyle, width), titleStyle, nil)
	p.flow(margin, p.wrapAll(d.Subtitle, partStyle, width), partStyle, nil)
	p.y += 4
	p.blocks(d.Blocks)
	p.y += 6
	p.room(softStyle.line * 4)
	p.flow(margin, p.wrap("Check code in full: "+p.code.Full(), softStyle, width), softStyle, nil)
	if p.missing {
		note := "Some letters above are printed as a box, because this print has no face for them. The copy on screen shows them."
		p.flow(margin, p.wrap(note, softStyle, width), softStyle, nil)
	}
}

func (p *paper) blocks(all []Block) {
	var before Block
	for _, b := range all {
		p.block(b, before)
		before = b
	}
}

func (p *paper) block(b, before Block) {
	switch b := b.(type) {
	case Heading:
		st := partStyle
		if b.Level == 1 {
			st = sectionStyle
		}
		p.y += 3
		p.room(st.line + 3*bodyStyle.line) // a heading never stands alone at the foot of a page
		p.flow(margin, p.wrapAll(b.Text, st, width), st, nil)
		p.y += 1.2
	case Paragraph:
		p.flow(margin, p.wrapAll(b.Text, bodyStyle, width), bodyStyle, nil)
		p.y += 2.2
	case Voice:
		p.voice(b)
	case KeyValues:
		p.pairs(b)
	case Table:
		p.table(b)
	case List:
		p.list(b)
	case Entry:
		_, follows := before.(Entry)
		p.entry(b, follows)
	case Legend:
		p.legend(b)
	case Band:
		p.band(b)
	case Slot:
		p.slot(b)
	case PageBreak:
		if p.y > margin {
			p.newPage()
		}
	}
}

func (p *paper) voice(v Voice) {
	const indent = 5.0
	mark := func(h float64) func(float64) {
		return func(y float64) { p.bar(margin, y, 0.8, h, pine) }
	}
	p.flow(margin+indent, p.wrapAll(v.Text, voiceStyle, width-indent), voiceStyle, mark(voiceStyle.line))
	p.flow(margin+indent, p.wrapAll(v.By, softStyle, width-indent), softStyle, mark(softStyle.line))
	p.y += 3
}

func (p *paper) pairs(kv KeyValues) {
	const key = 48.0
	for _, pair := range kv.Pairs {
		p.cells([][]string{p.wrapAll(pair.Key, strongStyle, key-3), p.wrapAll(pair.Value, bodyStyle, width-key)},
			[]float64{0, key}, []style{strongStyle, bodyStyle}, nil)
	}
	p.y += 2
}

func (p *paper) list(l List) {
	const indent = 6.0
	for i, item := range l.Items {
		mark := "•"
		if l.Numbered {
			mark = fmt.Sprintf("%d.", i+1)
		}
		p.cells([][]string{{mark}, p.wrapAll(item, bodyStyle, width-indent-2)}, []float64{0, indent + 2}, []style{bodyStyle, bodyStyle}, nil)
	}
	p.y += 2
}

// entry prints the time left of the line and what happened right of it.
func (p *paper) entry(e Entry, follows bool) {
	const when, at = 34.0, 40.0
	times := p.wrapAll(e.Time, softStyle, when)
	title := p.wrapAll(e.Title, strongStyle, width-at)
	if !follows {
		p.y++
	}
	p.room(2 * strongStyle.line)
	start := len(p.pages)
	top := p.y
	p.draw(func(f *fpdf.Fpdf) {
		f.SetFillColor(pine.r, pine.g, pine.b)
		f.Circle(margin+when+2.2, top+strongStyle.line/2, 1.3, "F")
	})
	beside := func(h float64) func(float64) {
		return func(y float64) { p.bar(margin+when+1.95, y, 0.5, h, pine) }
	}
	styles := make([]style, 0, len(title))
	all := append([]string{}, title...)
	for range title {
		styles = append(styles, strongStyle)
	}
	for _, l := range p.wrapAll(e.Text, bodyStyle, width-at) {
		all, styles = append(all, l), append(styles, bodyStyle)
	}
	for i := 0; i < max(len(all), len(times)); i++ {
		p.room(bodyStyle.line)
		beside(bodyStyle.line)(p.y)
		if i < len(times) {
			p.text(margin, p.y, times[i], softStyle)
		}
		if i < len(all) {
			p.text(margin+at, p.y, all[i], styles[i])
		}
		p.y += bodyStyle.line
	}
	if start == len(p.pages) || p.y+2.5 < p.bottom {
		beside(2.5)(p.y)
	}
	p.y += 2.5
}

// table gives each column a share of the width by its longest text, between 6 and 45 millimetres' worth of it.
func (p *paper) table(t Table) {
	n := len(t.Head)
	for _, r := range t.Rows {
		n = max(n, len(r))
	}
	if n == 0 {
		return
	}
	if t.Caption != "" {
		p.room(partStyle.line + 4*cellStyle.line)
		p.flow(margin, p.wrapAll(t.Caption, partStyle, width), partStyle, nil)
		p.y++
	}
	want, total := make([]float64, n), 0.0
	for c := range want {
		want[c] = 12
		for i, r := range append([][]string{t.Head}, t.Rows...) {
			st := cellStyle
			if i == 0 {
				st = headStyle
			}
			if c < len(r) {
				want[c] = max(want[c], min(p.width(p.printable(clean(r[c]), st.face), st)+4, 60))
			}
		}
		total += want[c]
	}
	left, room := make([]float64, n), make([]float64, n)
	x := 0.0
	for c := range want {
		left[c], room[c] = x, want[c]*width/total-3
		x += want[c] * width / total
	}
	row := func(cells []string, st style) ([][]string, []style) {
		ls, sts := make([][]string, n), make([]style, n)
		for c := range n {
			sts[c] = st
			if c < len(cells) {
				ls[c] = p.wrapAll(cells[c], st, max(room[c], 3))
			}
		}
		return ls, sts
	}
	headCells, headStyles := row(t.Head, headStyle)
	head := func() {
		if len(t.Head) == 0 {
			return
		}
		p.cells(headCells, left, headStyles, nil)
		p.bar(margin, p.y-0.9, width, 0.4, pine)
		p.y += 0.6
	}
	p.room(float64(longest(headCells)+2) * cellStyle.line)
	head()
	if float64(longest(headCells))*headStyle.line > (p.bottom-margin)/3 {
		head = nil // repeated, a head of that height would leave no room for the rows
	}
	for _, r := range t.Rows {
		cells, styles := row(r, cellStyle)
		p.cells(cells, left, styles, head)
		p.bar(margin, p.y-0.8, width, 0.2, rule)
	}
	p.y += 3
}

func longest(cells [][]string) int {
	n := 0
	for _, c := range cells {
		n = max(n, len(c))
	}
	return n
}

// cells prints one row. It stays whole when it fits on a page and otherwise goes on over pages; again is called on each
// new page before going on.
func (p *paper) cells(cells [][]string, left []float64, styles []style, again func()) {
	line := styles[len(styles)-1].line
	n := longest(cells)
	if h := float64(n) * line; h < (p.bottom-margin)/2 && p.room(h) && again != nil {
		again()
	}
	for i := range n {
		if p.room(line) && again != nil {
			again()
		}
		for c, ls := range cells {
			if i < len(ls) {
				p.text(margin+left[c], p.y, ls[i], styles[c])
			}
		}
		p.y += line
	}
	p.y += 1.4
}
