package document

import (
	"fmt"
	"math"

	"codeberg.org/go-pdf/fpdf"
)

// Publication makes of a document something to hand out: a coloured head around its title, and a foot that says whose it is and as of
// when, in place of who made it, for what, and the check code. A paper about a record is never one.
type Publication struct {
	Lines []string // below the title: when, how much, by whom
	Foot  string   // "Haverdale Safeguarding Partnership. As at 23 November 2026"
}

// Mark is a thing with a shape, such as a board with its sessions. Shapes are 0 to 4: circle, square, diamond, triangle, pentagon; they
// survive a grey copier.
type Mark struct {
	Shape       int
	Title, Text string
}

// Legend is what the shapes of a document stand for.
type Legend struct{ Marks []Mark }

// Band opens a day: its number large, its name, and what it holds.
type Band struct{ Number, Title, Text string }

// Slot is one thing at a time of a day: from when until when, its shape, what it is, whose, where and for whom.
type Slot struct {
	From, Until string
	Shape       int
	Kind        string // what the shape stands for, for those who do not see it
	Title, By   string
	Text        string
	Where       string
	Aside       string // how to get a place
	Off         bool   // it was called off
}

func (Legend) kind() string { return "legend" }
func (Band) kind() string   { return "band" }
func (Slot) kind() string   { return "slot" }

var (
	white  = rgb{0xff, 0xff, 0xff}
	pale   = rgb{0xdb, 0xe8, 0xe4}
	mist   = rgb{0xe9, 0xf0, 0xed}
	lamp   = rgb{0xf2, 0xb2, 0x4a}
	plum   = rgb{0x4d, 0x30, 0x70}
	amber  = rgb{0x6f, 0x43, 0x00}
	sky    = rgb{0x17, 0x49, 0x6a}
	leaf   = rgb{0x14, 0x57, 0x3a}
	shapes = []rgb{pine, plum, amber, sky, leaf}
)

var (
	coverStyle  = style{bold, 34, 13.6, white}
	coverLine   = style{sans, 14, 6.6, pale}
	numberStyle = style{bold, 24, 10, pine}
	bandStyle   = style{bold, 17, 8, ink}
	clockStyle  = style{bold, 12.5, 5.2, ink}
	bySlot      = style{sans, 9.5, 4.6, pine}
)

// cover draws the coloured head of a publication and leaves the pen below it.
func (p *paper) cover(d Document) {
	const pad, textWidth = 18.0, 122.0
	title := p.wrapAll(d.Title, coverStyle, textWidth)
	var below []string
	for _, l := range append([]string{d.Subtitle}, d.Publication.Lines...) {
		below = append(below, p.wrapAll(l, coverLine, textWidth)...)
	}
	height := max(84, margin+pad+float64(len(title))*coverStyle.line+5+float64(len(below))*coverLine.line+pad)
	p.bar(0, 0, paperW, height, pine)
	p.bar(0, height, paperW, 1.6, lamp)
	p.ties(paperW-margin-22, height/2)
	p.y = height - pad - float64(len(below))*coverLine.line - 5 - float64(len(title))*coverStyle.line
	for _, l := range title {
		p.text(margin, p.y, l, coverStyle)
		p.y += coverStyle.line
	}
	p.y += 5
	for _, l := range below {
		p.text(margin, p.y, l, coverLine)
		p.y += coverLine.line
	}
	p.y = height + 12
}

// ties draws the partners around a light, the ornament of public pages.
func (p *paper) ties(x, y float64) {
	p.draw(func(f *fpdf.Fpdf) {
		const w, h = 20.0, 17.0
		f.SetDrawColor(0x7f, 0xa0, 0x9f)
		f.SetLineWidth(0.9)
		for _, s := range [][2]float64{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
			f.CurveBezierCubic(x, y, x+s[0]*w*0.55, y, x+s[0]*w*0.45, y+s[1]*h, x+s[0]*w, y+s[1]*h, "D")
		}
		f.SetFillColor(pine.r, pine.g, pine.b)
		f.SetDrawColor(white.r, white.g, white.b)
		for _, s := range [][3]float64{{-1, -1, 2.6}, {1, -1, 2}, {-1, 1, 2}, {1, 1, 2.6}} {
			f.Circle(x+s[0]*w, y+s[1]*h, s[2], "FD")
		}
		f.SetFillColor(lamp.r, lamp.g, lamp.b)
		f.Circle(x, y, 4.2, "F")
	})
}

// shape draws one of the shapes with its middle at x and y; r is about its half width.
func (p *paper) shape(n int, x, y, r float64) {
	n %= len(shapes)
	p.draw(func(f *fpdf.Fpdf) {
		c := shapes[n]
		f.SetFillColor(c.r, c.g, c.b)
		around := func(corners int, turn, r float64) {
			var pts []fpdf.PointType
			for i := range corners {
				a := turn + 2*math.Pi*float64(i)/float64(corners)
				pts = append(pts, fpdf.PointType{X: x + r*math.Sin(a), Y: y - r*math.Cos(a)})
			}
			f.Polygon(pts, "F")
		}
		switch n {
		case 0:
			f.Circle(x, y, r, "F")
		case 1:
			f.Rect(x-r*0.9, y-r*0.9, 1.8*r, 1.8*r, "F")
		case 2:
			around(4, 0, r*1.3)
		case 3:
			around(3, 0, r*1.3)
		default:
			around(5, 0, r*1.15)
		}
	})
}

func (p *paper) legend(l Legend) {
	const indent = 9.0
	for _, m := range l.Marks {
		title, text := p.wrapAll(m.Title, strongStyle, width-indent), p.wrapAll(m.Text, softStyle, width-indent)
		p.room(float64(len(title))*strongStyle.line + float64(len(text))*softStyle.line)
		p.shape(m.Shape, margin+2.6, p.y+strongStyle.line/2, 2)
		p.flow(margin+indent, title, strongStyle, nil)
		p.flow(margin+indent, text, softStyle, nil)
		p.y += 2.4
	}
	p.y += 2
}

func (p *paper) band(b Band) {
	const block = 20.0
	text := p.wrapAll(b.Text, softStyle, width-block-6)
	height := max(15, bandStyle.line+float64(len(text))*softStyle.line+3)
	p.y += 5
	p.room(height + 34) // a day never begins at the foot of a page
	top := p.y
	p.bar(margin, top, block, height, mist)
	p.bar(margin, top, block, 1.2, pine)
	p.bar(margin+block, top, width-block, 0.4, pine)
	p.text(margin+(block-p.width(p.printable(clean(b.Number), numberStyle.face), numberStyle))/2, top+(height-numberStyle.line)/2+0.6, clean(b.Number), numberStyle)
	p.text(margin+block+6, top+1.8, clean(b.Title), bandStyle)
	y := top + 1.8 + bandStyle.line
	for _, l := range text {
		p.text(margin+block+6, y, l, softStyle)
		y += softStyle.line
	}
	p.y = top + height + 3.5
}

func (p *paper) slot(s Slot) {
	const at, right = 26.0, 46.0
	mid := width - at - right
	title := p.wrapAll(s.Title, strongStyle, mid-6)
	by, text := p.wrapAll(s.By, bySlot, mid-6), p.wrapAll(s.Text, cellStyle, mid-6)
	where, how := p.wrapAll(s.Where, cellStyle, right-2), p.wrapAll(s.Aside, softStyle, right-2)
	left := float64(len(title))*strongStyle.line + float64(len(by))*bySlot.line + float64(len(text))*cellStyle.line
	height := max(left, float64(len(where))*cellStyle.line+float64(len(how))*softStyle.line, clockStyle.line+softStyle.line)
	p.room(height + 4)
	top := p.y
	from := clockStyle
	if s.Off {
		from.colour = soft
	}
	p.text(margin, top, s.From, from)
	p.text(margin, top+clockStyle.line, "to "+s.Until, softStyle)
	p.shape(s.Shape, margin+at-5.5, top+strongStyle.line/2, 1.8)
	p.flow(margin+at, title, strongStyle, nil)
	if s.Off && len(title) > 0 {
		w := p.width(title[0], strongStyle)
		p.bar(margin+at, top+strongStyle.line*0.55, w, 0.3, ink)
	}
	p.flow(margin+at, by, bySlot, nil)
	p.flow(margin+at, text, cellStyle, nil)
	y := top
	for _, l := range where {
		p.text(margin+at+mid, y, l, cellStyle)
		y += cellStyle.line
	}
	for _, l := range how {
		p.text(margin+at+mid, y, l, softStyle)
		y += softStyle.line
	}
	p.y = top + height + 1.8
	p.bar(margin+at, p.y, width-at, 0.2, rule)
	p.y += 2.4
}

// publicFoot says whose a publication is, and the page.
func (p *paper) publicFoot(n int) {
	y := p.bottom + 3
	p.f.SetFillColor(pine.r, pine.g, pine.b)
	p.f.Rect(margin, y-1.2, width, 0.3, "F")
	for _, l := range p.feet {
		put(p.f, margin, y, l, footStyle)
		y += footStyle.line
	}
	put(p.f, margin, y, fmt.Sprintf("Page %d of %d", n, len(p.pages)), footStyle)
}
