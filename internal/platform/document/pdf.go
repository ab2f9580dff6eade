package document

import (
	"bytes"
	_ "embed" // the three faces go into the program, so that a PDF looks the same on every machine
	"fmt"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

var (
	//go:embed fonts/SourceSans3-Regular.ttf
	sansTTF []byte
	//go:embed fonts/SourceSans3-SemiBold.ttf
	boldTTF []byte
	//go:embed fonts/SourceSerif4-Regular.ttf
	serifTTF []byte
)

type face int

const (
	sans face = iota
	bold
	serif
)

var faceNames = [...]string{"sans", "bold", "serif"}

// A4 in millimetres, and the room left around the text.
const (
	paperW, paperH = 210.0, 297.0
	margin         = 20.0
	width          = paperW - 2*margin
	box            = '\u25a1' // stands for a letter that the faces do not have
)

type rgb struct{ r, g, b int }

var (
	ink  = rgb{0x15, 0x21, 0x1f}
	soft = rgb{0x48, 0x57, 0x54}
	pine = rgb{0x17, 0x49, 0x4d}
	rule = rgb{0xcb, 0xd8, 0xd3}
)

// style is a face at a size in points with a line height in millimetres.
type style struct {
	face   face
	size   float64
	line   float64
	colour rgb
}

var (
	titleStyle   = style{bold, 20, 8.8, ink}
	sectionStyle = style{bold, 13.5, 6.4, ink}
	partStyle    = style{bold, 11, 5.4, ink}
	bodyStyle    = style{sans, 10.5, 5.2, ink}
	strongStyle  = style{bold, 10.5, 5.2, ink}
	voiceStyle   = style{serif, 11, 5.7, ink}
	softStyle    = style{sans, 9.5, 4.8, soft}
	cellStyle    = style{sans, 9.5, 4.6, ink}
	headStyle    = style{bold, 9.5, 4.6, ink}
	footStyle    = style{sans, 8, 3.8, soft}
)

// PDF renders d on A4. The same document gives the same bytes. The faces hold the Latin, Greek and Cyrillic letters; any
// other letter (Arabic, emoji) is printed as a box, and a note at the end says that the screen copy has it. An error
// means that the PDF library refused, never that of a text.
func PDF(d Document) ([]byte, error) {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true)
	f.SetCreationDate(d.MadeAt.Time())
	f.SetModificationDate(d.MadeAt.Time())
	f.SetProducer("", false)
	f.SetTitle(windowTitle(d), true)
	f.SetLang("en-GB")
	f.SetAutoPageBreak(false, 0)
	for i, ttf := range [][]byte{sansTTF, boldTTF, serifTTF} {
		f.AddUTF8FontFromBytes(faceNames[i], "", ttf)
	}
	p := newPaper(f, d)
	p.document(d)
	for i, ops := range p.pages {
		f.AddPage()
		for _, op := range ops {
			op(f)
		}
		if d.Publication != nil {
			p.publicFoot(i + 1)
		} else {
			p.foot(i + 1)
		}
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		return nil, fmt.Errorf("document: %w", err)
	}
	return out.Bytes(), nil
}

// windowTitle is what a viewer shows in its window and reads out first. A record's says nothing of whom it is about, since it shows
// to a passer-by; a publication's is its title.
func windowTitle(d Document) string {
	if d.Publication != nil {
		return clean(d.Title)
	}
	return "Document"
}

// paper lays text out first and draws afterwards, because a foot must know how many pages there are.
type paper struct {
	f       *fpdf.Fpdf
	pages   [][]func(*fpdf.Fpdf)
	y       float64  // where the next line's top is, from the top of the page
	bottom  float64  // where the foot begins
	feet    []string // the lines of the foot but the last
	code    Code
	missing bool
}

func newPaper(f *fpdf.Fpdf, d Document) *paper {
	p := &paper{f: f, code: Hash(d)}
	made := fmt.Sprintf("Made by %s on %s. Purpose: %s", clean(d.MadeBy), madeAt(d.MadeAt), clean(d.Purpose))
	if d.Classification != "" {
		made = clean(d.Classification) + ". " + made
	}
	if d.Publication != nil {
		made = clean(d.Publication.Foot)
	}
	p.feet = p.wrap(strings.ReplaceAll(made, "\n", " "), footStyle, width)
	if len(p.feet) > 4 { // a purpose of a whole page must not leave no room for the text; its first lines name it
		p.feet = append(p.feet[:3:3], p.feet[3]+" …")
	}
	p.bottom = paperH - 12 - float64(len(p.feet)+1)*footStyle.line - 3
	p.newPage()
	return p
}

func (p *paper) newPage() {
	p.pages = append(p.pages, nil)
	p.y = margin
}

// room starts a new page unless h millimetres are left on this one.
func (p *paper) room(h float64) bool {
	if p.y+h <= p.bottom || p.y == margin {
		return false
	}
	p.newPage()
	return true
}

func (p *paper) draw(op func(*fpdf.Fpdf)) {
	n := len(p.pages) - 1
	p.pages[n] = append(p.pages[n], op)
}

func (p *paper) text(x, y float64, s string, st style) {
	if s == "" {
		return
	}
	p.draw(func(f *fpdf.Fpdf) { put(f, x, y, s, st) })
}

func put(f *fpdf.Fpdf, x, y float64, s string, st style) {
	f.SetFont(faceNames[st.face], "", st.size)
	f.SetTextColor(st.colour.r, st.colour.g, st.colour.b)
	f.Text(x, y+st.line*0.74, s)
}

func (p *paper) bar(x, y, w, h float64, c rgb) {
	p.draw(func(f *fpdf.Fpdf) {
		f.SetFillColor(c.r, c.g, c.b)
		f.Rect(x, y, w, h, "F")
	})
}

// flow prints lines from x down over as many pages as they need. each, if given, is called before each line is drawn with
// its top, for what stands beside it.
func (p *paper) flow(x float64, ls []string, st style, each func(y float64)) {
	for _, l := range ls {
		p.room(st.line)
		if each != nil {
			each(p.y)
		}
		p.text(x, p.y, l, st)
		p.y += st.line
	}
}

func (p *paper) foot(n int) {
	y := p.bottom + 3
	p.f.SetFillColor(pine.r, pine.g, pine.b)
	p.f.Rect(margin, y-1.2, width, 0.3, "F")
	for _, l := range p.feet {
		put(p.f, margin, y, l, footStyle)
		y += footStyle.line
	}
	put(p.f, margin, y, fmt.Sprintf("Page %d of %d. Check code %s", n, len(p.pages), p.code.Short()), footStyle)
}

func (p *paper) width(s string, st style) float64 {
	p.f.SetFont(faceNames[st.face], "", st.size)
	return p.f.GetStringWidth(s)
}

// printable returns s with letters composed (so that z and a dot is one letter that the face has), and a box for each
// letter that the face lacks. fpdf writes 16-bit letters only and fails on others.
func (p *paper) printable(s string, fc face) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u00a0' || r == '\u202f':
			return ' '
		case r == '\u00ad', unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			return -1
		case has(fc, r):
			return r
		}
		p.missing = true
		return box
	}, norm.NFC.String(s))
}

// wrap breaks s, which has no line ends, into lines of at most w millimetres: at spaces, and inside a word only when the
// word alone is wider.
func (p *paper) wrap(s string, st style, w float64) []string {
	var out []string
	line, used := "", 0.0
	space := p.width(" ", st)
	for _, word := range strings.Fields(p.printable(s, st.face)) {
		ww := p.width(word, st)
		if line != "" && used+space+ww <= w {
			line, used = line+" "+word, used+space+ww
			continue
		}
		if line != "" {
			out = append(out, line)
		}
		for ww > w {
			var head string
			head, word = p.cut(word, st, w)
			out = append(out, head)
			ww = p.width(word, st)
		}
		line, used = word, ww
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

// cut divides a word that is wider than w; the first part has one letter at least, or it would never end.
func (p *paper) cut(word string, st style, w float64) (head, rest string) {
	used := 0.0
	for i, r := range word {
		used += p.width(string(r), st)
		if used > w && i > 0 {
			return word[:i], word[i:]
		}
	}
	return word, ""
}

func (p *paper) wrapAll(s string, st style, w float64) []string {
	var out []string
	for _, l := range lines(s) {
		out = append(out, p.wrap(l, st, w)...)
	}
	return out
}

var glyphs = sync.OnceValue(func() [3]map[rune]bool {
	var out [3]map[rune]bool
	for i, ttf := range [][]byte{sansTTF, boldTTF, serifTTF} {
		font, err := sfnt.Parse(ttf)
		if err != nil {
			panic(err) // the faces are part of the program
		}
		var buf sfnt.Buffer
		out[i] = map[rune]bool{}
		for r := rune(' '); r <= 0xFFFD; r++ {
			if g, err := font.GlyphIndex(&buf, r); err == nil && g != 0 {
				out[i][r] = true
			}
		}
	}
	return out
})

func has(fc face, r rune) bool { return glyphs()[fc][r] }
