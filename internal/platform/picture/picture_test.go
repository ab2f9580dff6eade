package picture

import (
	"bytes"
	"context"
	"io"
	"math"
	"math/rand"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kith/internal/kernel/clock"
)

type component interface {
	Render(context.Context, io.Writer) error
}

var longNumber = regexp.MustCompile(`\d\.\d{3,}|NaN|Inf|-0[^.\d]`)

// draw renders a picture and checks what is true of all of them.
func draw(t *testing.T, c component) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if doc.Find("svg").Length() == 0 {
		t.Fatal("no svg")
	}
	if n := doc.Find("[style], style, script, foreignObject, image, a").Length(); n > 0 {
		t.Errorf("%d elements or attributes the pages' policy forbids", n)
	}
	if m := longNumber.FindString(b.String()); m != "" {
		t.Errorf("number not rounded: %q", m)
	}
	doc.Find("svg").Each(func(_ int, s *goquery.Selection) {
		hidden, role, label := s.AttrOr("aria-hidden", ""), s.AttrOr("role", ""), s.AttrOr("aria-label", "")
		if (hidden == "true") == (role == "img" && label != "") {
			t.Errorf("a picture is either hidden or named: aria-hidden %q, role %q, label %q", hidden, role, label)
		}
	})
	return doc
}

// text returns an element's markup without the svg around it.
func inside(t *testing.T, c component) string {
	t.Helper()
	h, err := draw(t, c).Find("svg").First().Html()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func at(day string, hour int) clock.Millis { return clock.Of(clock.Day(day).At(hour, 0)) }

func TestSevenKindsDifferInShapeAndWord(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Kinds() {
		hollow, filled := inside(t, Shape{Kind: k}), inside(t, Shape{Kind: k, Filled: true})
		if hollow == filled {
			t.Errorf("%s: filled looks like hollow", k)
		}
		for _, s := range []string{hollow, k.Word(), Shape{Kind: k, Filled: true}.Word()} {
			if s == "" || seen[s] {
				t.Errorf("%s: %q is empty or used twice", k, s)
			}
			seen[s] = true
		}
	}
	if len(Kinds()) != 7 {
		t.Errorf("%d kinds", len(Kinds()))
	}
	if d := draw(t, Shape{Kind: "<b>"}); d.Find("svg g").Children().Length() != 0 {
		t.Error("a kind that does not exist was drawn")
	}
}

func TestBarsFillWithTheLevel(t *testing.T) {
	words := map[string]bool{}
	for level, filled := range map[int]int{-1: 0, 0: 0, 1: 1, 2: 2, 3: 3, 9: 3} {
		rects := draw(t, Bars{Level: level}).Find("rect")
		n := rects.FilterFunction(func(_ int, s *goquery.Selection) bool { return s.AttrOr("fill", "") != sheet }).Length()
		if rects.Length() != 3 || n != filled {
			t.Errorf("level %d: %d of %d bars filled, want %d", level, n, rects.Length(), filled)
		}
		words[Bars{Level: level}.Word()] = true
	}
	if len(words) != 4 {
		t.Errorf("words: %v", words)
	}
}

func TestClockFillsAsTimeGoes(t *testing.T) {
	for fraction, want := range map[float64]string{-1: "", 0: "", 0.25: "M9 9V2A7 7 0 0 1 16 9Z", 0.5: "M9 9V2A7 7 0 0 1 9 16Z", 0.75: "M9 9V2A7 7 0 1 1 2 9Z", 1: "", 3: ""} {
		d := draw(t, Clock{Fraction: fraction})
		if got := d.Find("path").AttrOr("d", ""); got != want {
			t.Errorf("%v: %q, want %q", fraction, got, want)
		}
		full := d.Find("circle[fill='" + soft + "']").Length()
		if (full == 1) != (fraction >= 1) {
			t.Errorf("%v: full disc drawn %d times", fraction, full)
		}
	}
	if draw(t, Clock{Fraction: 0.5, Now: true}).Find("path[fill='"+brick+"']").Length() != 1 {
		t.Error("a clock this reader can keep today is not in brick")
	}
}

func TestMarkTakesOneColourBelowTwentyPixels(t *testing.T) {
	for _, c := range []struct {
		mark Mark
		same bool
	}{{Mark{}, false}, {Mark{Size: 20}, false}, {Mark{Size: 19}, true}, {Mark{Mono: true}, true}, {Mark{OnNight: true}, false}, {Mark{Size: 16, OnNight: true}, true}} {
		d := draw(t, c.mark)
		if same := d.Find("g").AttrOr("stroke", "") == d.Find("circle").AttrOr("fill", ""); same != c.same {
			t.Errorf("%+v: one colour is %v", c.mark, same)
		}
	}
}

func TestSixIconsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range []IconName{Phone, Stop, Eye, Tick, Search, Page} {
		h := inside(t, Icon{Name: n})
		if h == "" || seen[h] {
			t.Errorf("%s: empty or drawn twice", n)
		}
		seen[h] = true
	}
	draw(t, Late{})
}

// box is where a shape stands.
type box struct{ x, y, half float64 }

var placeOf = regexp.MustCompile(`^translate\(([-\d.]+) ([-\d.]+)\) scale\(([\d.]+)\)$`)

// shapes returns where the shapes of a drawing stand, and fails when two overlap or one leaves the picture.
func shapes(t *testing.T, svg *goquery.Selection) []box {
	t.Helper()
	var out []box
	svg.Find("g[transform]").Each(func(_ int, s *goquery.Selection) {
		m := placeOf.FindStringSubmatch(s.AttrOr("transform", ""))
		if m == nil {
			t.Fatalf("transform %q", s.AttrOr("transform", ""))
		}
		x, _ := strconv.ParseFloat(m[1], 64)
		y, _ := strconv.ParseFloat(m[2], 64)
		k, _ := strconv.ParseFloat(m[3], 64)
		out = append(out, box{x + 9*k, y + 9*k, 9 * k})
	})
	var w, h float64
	if v := strings.Fields(svg.AttrOr("viewbox", svg.AttrOr("viewBox", ""))); len(v) == 4 {
		w, _ = strconv.ParseFloat(v[2], 64)
		h, _ = strconv.ParseFloat(v[3], 64)
	}
	for i, a := range out {
		if a.x-a.half < 0 || a.x+a.half > w || a.y-a.half < 0 || a.y+a.half > h {
			t.Errorf("shape %d at %v leaves the picture of %v by %v", i, a, w, h)
		}
		for j, b := range out[:i] {
			// The widest drawing in the box of 18 leaves half a unit of air on each side.
			if d := math.Max(math.Abs(a.x-b.x), math.Abs(a.y-b.y)); d < 16.5*a.half/9 {
				t.Errorf("shapes %d and %d overlap: %v %v", i, j, a, b)
			}
		}
	}
	return out
}

func someEntries(r *rand.Rand, n int) []Entry {
	out := make([]Entry, n)
	for i := range out {
		day := clock.Day("2025-11-24").Add(r.Intn(364))
		out[i] = Entry{clock.Of(day.At(r.Intn(24), r.Intn(60))), Kinds()[r.Intn(7)], r.Intn(3) == 0}
	}
	return out
}

func TestStripShowsEveryEntryAndNoneOverAnother(t *testing.T) {
	now := at("2026-11-23", 14)
	same := at("2026-10-05", 9)
	day := []Entry{{same, Concern, false}, {same, Concern, true}, {same, Decision, false}, {same.Add(time.Hour), Meeting, false}}
	for seed := range int64(30) {
		r := rand.New(rand.NewSource(seed))
		entries := append(someEntries(r, r.Intn(150)), day...)
		doc := draw(t, EntryStrip{Entries: entries, Now: now})
		for _, class := range []string{"desk", "mob"} {
			if got := shapes(t, doc.Find("svg."+class)); len(got) != len(entries) {
				t.Errorf("seed %d, %s: %d shapes for %d entries", seed, class, len(got), len(entries))
			}
		}
	}
}

func TestStripCountsTwelveMonthsAndNinetyDays(t *testing.T) {
	now := at("2026-11-23", 14)
	s := EntryStrip{Now: now, Entries: []Entry{
		{clock.Of(clock.Day("2025-11-23").At(13, 59)), Concern, false}, // a minute too old
		{at("2025-11-23", 14), Concern, false},
		{now.Add(-90*24*time.Hour - time.Minute), Meeting, false},
		{now.Add(-90 * 24 * time.Hour), Meeting, false},
		{now, Notice, true},
		{now.Add(time.Minute), Meeting, false}, // still to come
	}}
	if year, ninety := s.Counts(); year != 4 || ninety != 2 {
		t.Errorf("%d and %d, want 4 and 2", year, ninety)
	}
	if got, want := s.Label(), "Twelve months: 4 entries, 2 of them in the last 90 days."; got != want {
		t.Errorf("%q", got)
	}
	if got := (EntryStrip{Now: now}).Label(); got != "Twelve months: no entries." {
		t.Errorf("%q", got)
	}
	if n := len(shapes(t, draw(t, s).Find("svg.mob"))); n != 4 {
		t.Errorf("%d shapes", n)
	}
}

func TestEntriesKeepTheirDates(t *testing.T) {
	r := rand.New(rand.NewSource(7))
	a := axis{at("2025-11-23", 0), at("2026-11-23", 0), 10, 330}
	entries := someEntries(r, 80)
	ps, lanes := spread(entries, a.x, 12)
	for i, p := range ps {
		if p.x != a.x(p.At) {
			t.Errorf("entry moved from its date: %v", p)
		}
		if p.lane >= lanes {
			t.Errorf("lane %d of %d", p.lane, lanes)
		}
		if i > 0 && p.At < ps[i-1].At {
			t.Error("not in order of time")
		}
	}
}

func overview(entries []Entry) Overview {
	return Overview{Entries: entries, From: "2025-09-01", Now: at("2026-11-23", 14),
		Bars:     []Bar{{From: "2026-01-12", To: "2026-05-08", Text: "Early help"}, {From: "2026-06-09", Text: "Child in need", Flag: true}},
		Holidays: []Span{{From: "2025-12-20", To: "2026-01-04"}, {From: "2026-07-22", To: "2026-09-01"}, {From: "2024-07-22", To: "2024-09-01"}}}
}

func TestOverviewShowsEveryEntryByKind(t *testing.T) {
	for seed := range int64(20) {
		r := rand.New(rand.NewSource(seed))
		entries := someEntries(r, 1+r.Intn(200))
		kinds := map[Kind]bool{}
		for _, e := range entries {
			kinds[e.Kind] = true
		}
		doc := draw(t, overview(entries))
		for _, class := range []string{"desk", "mob"} {
			svg := doc.Find("svg." + class)
			if got := shapes(t, svg); len(got) != len(entries) {
				t.Errorf("seed %d, %s: %d shapes for %d entries", seed, class, len(got), len(entries))
			}
			for _, k := range Kinds() {
				if got := strings.Contains(svg.Text(), k.Word()); got != kinds[k] {
					t.Errorf("seed %d, %s: row for %s is %v, entries %v", seed, class, k, got, kinds[k])
				}
			}
		}
	}
}

func TestOverviewStatesWhatItShows(t *testing.T) {
	o := overview([]Entry{{at("2025-10-01", 9), Concern, false}, {at("2026-11-22", 22), Notice, true}, {at("2026-11-23", 9), Concern, false},
		{at("2025-08-31", 23), Concern, false}, {at("2026-11-23", 15), Meeting, false}, {at("2026-11-01", 9), "gossip", false}})
	want := "3 entries, September 2025 to November 2026: concern 2, notice 1. Early help from 12 January 2026 to 8 May 2026. Child in need from 9 June 2026. The list below holds every entry."
	if o.Label() != want {
		t.Errorf("%q", o.Label())
	}
	doc := draw(t, o)
	if n := len(shapes(t, doc.Find("svg.desk"))); n != 3 {
		t.Errorf("%d shapes", n)
	}
	if n := doc.Find("svg.desk rect[fill='" + mist + "']").Length(); n != 2 {
		t.Errorf("%d holidays shaded, want the two inside", n)
	}
	if d := doc.Find("svg.desk").Find("path[fill='none']"); d.Length() != 2 ||
		strings.Count(d.Eq(0).AttrOr("d", ""), "V") != 2 || strings.Count(d.Eq(1).AttrOr("d", ""), "V") != 1 {
		t.Error("a plan that ended has an end, one that still runs has none")
	}
	o.Finding = "Concerns come closer together since September."
	if !strings.HasPrefix(draw(t, o).Find("svg").AttrOr("aria-label", ""), o.Finding) {
		t.Error("the finding is not the label")
	}
	if got := (Overview{From: "2025-09-01", Now: at("2026-11-23", 14)}).Label(); got != "No entries, September 2025 to November 2026." {
		t.Errorf("%q", got)
	}
	draw(t, Overview{From: "2026-11-23", Now: at("2026-11-23", 0)})
}

func TestBarsAndTheirWordsDoNotTouch(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	a := axis{at("2025-09-01", 0), at("2026-11-23", 0), 10, 330}
	for range 200 {
		var bars []Bar
		for range r.Intn(7) {
			from := clock.Day("2025-07-01").Add(r.Intn(520))
			b := Bar{From: from, Text: strings.Repeat("x", 1+r.Intn(20))}
			if r.Intn(3) > 0 {
				b.To = from.Add(r.Intn(200))
			}
			bars = append(bars, b)
		}
		out, lanes := layBars(bars, a, 340)
		for i, x := range out {
			if x.lane >= lanes {
				t.Fatalf("lane %d of %d", x.lane, lanes)
			}
			for _, y := range out[:i] {
				lo1, hi1 := x.reach()
				lo2, hi2 := y.reach()
				if x.lane == y.lane && lo1 < hi2 && lo2 < hi1 {
					t.Fatalf("%+v and %+v touch", x, y)
				}
			}
		}
	}
}

// reach returns what a bar and its words cover.
func (b laid) reach() (lo, hi float64) {
	w := textWidth(b.Text, 14)
	if b.anchor == "end" {
		return min(b.x0, b.tx-w), b.x1
	}
	return b.x0, max(b.x1, b.tx+w)
}

func TestHostileWordsStayWords(t *testing.T) {
	const hostile = `"><script>alert(1)</script><b style="x">&amp;`
	o := overview(nil)
	o.Finding, o.Bars = hostile, []Bar{{From: "2026-01-12", Text: hostile}}
	doc := draw(t, o)
	if !strings.Contains(doc.Find("svg.desk text").Text(), hostile) || !strings.HasPrefix(doc.Find("svg").AttrOr("aria-label", ""), hostile) {
		t.Error("words were changed")
	}
	if doc.Find("b").Length() > 0 {
		t.Error("words became markup")
	}
}

func TestMonthLabelsFitAndNameTheYear(t *testing.T) {
	a := axis{at("2025-09-01", 0), at("2026-11-23", 0), 158, 1180}
	ts := a.months(62, 14, 1190, true)
	var words []string
	for i, m := range ts {
		words = append(words, m.text)
		if i > 0 && m.x-ts[i-1].x < 60 {
			t.Errorf("%s and %s crowd", ts[i-1].text, m.text)
		}
	}
	got := strings.Join(words, " ")
	if got != "Sep 2025 Oct Nov Dec Jan 2026 Feb Mar Apr May Jun Jul Aug Sep Oct Nov" {
		t.Errorf("%s", got)
	}
	if n := len(a.months(1e9, 14, 1190, true)); n != 1 {
		t.Errorf("%d labels where one fits", n)
	}
	if short := (axis{at("2026-11-03", 0), at("2026-11-23", 0), 0, 300}); short.months(50, 14, 300, true) != nil {
		t.Error("a label without a first of the month")
	}
}
