package ui_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"kith/internal/kernel/clock"
	"kith/internal/platform/picture"
	"kith/internal/platform/ui"
)

// drawPart renders a part and checks what is true of all of them: no inline style or script, drawings hidden or named,
// ids used once, every link and field with a name.
func drawPart(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	if n := doc.Find("[style], style, script, [onclick], [onload]").Length(); n > 0 {
		t.Errorf("%d elements or attributes the pages' policy forbids", n)
	}
	doc.Find("svg").Each(func(_ int, s *goquery.Selection) {
		if (s.AttrOr("aria-hidden", "") == "true") == (s.AttrOr("role", "") == "img" && s.AttrOr("aria-label", "") != "") {
			t.Error("a drawing is either hidden or named")
		}
	})
	ids := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if id == "" || ids[id] {
			t.Errorf("id %q is empty or used twice", id)
		}
		ids[id] = true
	})
	doc.Find("[aria-describedby]").Each(func(_ int, s *goquery.Selection) {
		for _, id := range strings.Fields(s.AttrOr("aria-describedby", "")) {
			if !ids[id] {
				t.Errorf("aria-describedby names %q, which is not there", id)
			}
		}
	})
	doc.Find("a, button, legend, h2, h3").Each(func(_ int, s *goquery.Selection) {
		if words(s) == "" {
			h, _ := goquery.OuterHtml(s)
			t.Errorf("without a name: %s", h)
		}
	})
	doc.Find("input[type=radio]").Each(func(_ int, s *goquery.Selection) {
		if words(s.Closest("label")) == "" {
			t.Error("a radio without a label")
		}
	})
	return doc
}

// words returns the text with runs of space made one.
func words(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func expect(t *testing.T, s *goquery.Selection, want string) {
	t.Helper()
	if got := words(s); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func html(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

const hostile = `"><script>alert(1)</script><b onclick="x" style="y">&amp;`

// Every part, each text hostile: it must come out as the same text and as nothing else.
func TestPartsKeepHostileWordsAsWords(t *testing.T) {
	h := hostile
	for name, c := range map[string]templ.Component{
		"chip":    ui.Chip{Text: h, Tone: ui.Tone(h)},
		"clock":   ui.ClockTag{Text: h},
		"head":    ui.HeadCount{ID: h, Title: h, Count: h, Href: h, Link: h},
		"empty":   ui.Empty{Title: h, Text: h},
		"note":    ui.Note{Text: h},
		"strip":   ui.StripCaption{Name: h, Href: h, Link: h},
		"figure":  ui.LineFigure{Span: h, Overview: picture.Overview{From: "2026-01-01", Finding: h}},
		"state":   ui.StateLine{Steps: []ui.Step{{Text: h, Detail: h}}},
		"day":     ui.DayLine{Label: h, Items: []ui.DayItem{{Time: h, Text: h, Href: h, Detail: h}}},
		"rows":    ui.Rows{Items: []ui.RowItem{{Kind: picture.Kind(h), Href: h, What: h, Who: h, After: h, Voice: h, Sub: h}}},
		"entries": ui.Entries{Items: []ui.LineEntry{{Month: h, Day: h, Time: h, Title: h, Href: h, Voice: h, Text: h, Why: h, Late: h}, {Gap: h}}, MoreHref: h, MoreText: h},
		"words":   ui.Words{By: h, Role: h, Place: h, Meta: []string{h}, Text: h, Imported: h, Contested: h},
		"stop":    ui.StopPanel{Title: h, Text: h, Ask: h},
		"advice":  ui.StopPanel{Title: h, Advice: h},
		"readers": ui.Readers{Title: h, Rows: []ui.Reader{{Who: h, Why: h}}, Note: h},
		"speak":   ui.SpeakFirst{Name: h, Place: h, Until: h, Phone: h, Then: h, ThenPlace: h, ThenPhone: h},
		"phrases": ui.Phrases{Action: h, Name: h, Hidden: []ui.FormField{{Name: h, Value: h}}, Items: []ui.Phrase{{Value: h, Text: h}, {Text: h, Sent: h}}},
		"seg":     ui.Seg{Name: "n", Legend: h, Hint: h, Error: h, Options: []ui.SegOption{{Value: h, Text: h}}},
		"level":   ui.LevelChoice{Name: "n", Legend: h, Error: h, Means: [3]string{h, h, h}},
		"marks":   ui.MarkList{Items: []ui.MarkItem{{Number: 1, Place: h, Text: h, Href: h}}},
	} {
		t.Run(name, func(t *testing.T) {
			doc := drawPart(t, c)
			if !strings.Contains(doc.Text(), h) {
				t.Error("the words were changed")
			}
			if n := doc.Find("b[onclick]").Length(); n > 0 {
				t.Error("words became markup")
			}
		})
	}
}

func TestLinksOfPartsCannotRunScripts(t *testing.T) {
	const bad = "javascript:alert(1)"
	for _, c := range []templ.Component{
		ui.HeadCount{Title: "a", Href: bad, Link: "b"},
		ui.Rows{Items: []ui.RowItem{{What: "a", Href: bad}}},
		ui.Entries{Items: []ui.LineEntry{{Title: "a", Href: bad}}, MoreHref: bad, MoreText: "b"},
		ui.DayLine{Items: []ui.DayItem{{Text: "a", Href: bad}}},
		ui.MarkList{Items: []ui.MarkItem{{Href: bad}}},
		ui.SpeakFirst{Name: "a", Phone: bad, Office: bad},
	} {
		drawPart(t, c).Find("a").Each(func(_ int, s *goquery.Selection) {
			if strings.Contains(s.AttrOr("href", ""), "javascript") {
				t.Errorf("%s", s.AttrOr("href", ""))
			}
		})
	}
}

func TestChipLevelAndClockSayTheirWords(t *testing.T) {
	chip := drawPart(t, ui.Chip{Text: "Watched until 12 Dec", Tone: ui.ToneLamp}).Find("span.chip.lamp")
	expect(t, chip, "Watched until 12 Dec")
	for level, word := range []string{"No level yet", "Low", "Medium", "High"} {
		expect(t, drawPart(t, ui.LevelTag{Level: level}).Find("span.lvl"), word)
	}
	expect(t, drawPart(t, ui.ClockTag{Fraction: 0.6, Text: "40 min, by 08:30", Now: true}).Find("span.clock.now"), "40 min, by 08:30")
	if drawPart(t, ui.ClockTag{Text: "1 day over"}).Find(".now").Length() != 0 {
		t.Error("someone else's lateness is shown as this reader's")
	}
}

func TestStateLineMarksWhereThingsStand(t *testing.T) {
	lis := drawPart(t, ui.StateLine{Steps: []ui.Step{{Text: "Sent", Detail: "12:44"}, {Text: "Being decided", Detail: "by 14:52", State: ui.StepAt},
		{Text: "Closed", Detail: "with reasons", State: ui.StepNext}}}).Find("ol.steps > li")
	if lis.Length() != 3 || lis.Filter("[aria-current=step]").Length() != 1 || !lis.Eq(1).HasClass("at") || !lis.Eq(2).HasClass("next") {
		t.Error("states")
	}
	expect(t, lis.Eq(0), "Sent 12:44")
	expect(t, lis.Eq(2), "Closed to come: with reasons")
}

func TestDayLineShowsNowAndItsKinds(t *testing.T) {
	doc := drawPart(t, ui.DayLine{Items: []ui.DayItem{{Time: "07:50", Text: "now", Kind: ui.DayNow}, {Time: "08:30", Text: "Bell", Kind: ui.DayBell},
		{Time: "09:15", Text: "Core group", Href: "/m/1", Detail: "Room 2", Kind: ui.DayMeeting}, {Time: "12:30", Text: "Duty passes"}}})
	lis := doc.Find("nav[aria-label='Your day'] > ol.day > li")
	for i, class := range []string{"now", "bell", "m", ""} {
		if got := lis.Eq(i).AttrOr("class", ""); got != class {
			t.Errorf("item %d has class %q", i, got)
		}
	}
	expect(t, lis.Eq(2), "09:15 Core group Room 2")
	if lis.Eq(2).Find("a[href='/m/1']").Length() != 1 || lis.Filter("[aria-current=time]").Length() != 1 {
		t.Error("link or present time")
	}
}

func TestRowsSayTheirShapeOnce(t *testing.T) {
	doc := drawPart(t, ui.Rows{Items: []ui.RowItem{
		{Kind: picture.Notice, Filled: true, Href: "/n/1", What: "Police notice", Who: "Ivy Marsden, Year 4", Sub: "Sunday 22:10", First: true, Right: []templ.Component{ui.ClockTag{Text: "40 min"}, ui.Chip{Text: "x"}}},
		{Kind: picture.Concern, What: "Concern", Who: "Rowan Marsden", After: "brother of Ivy", Voice: "“He asked”", Sub: "Tom Hartley"},
	}})
	rows := doc.Find("ol.list > li.row")
	expect(t, rows.Eq(0).Find(".who"), "Notice, significant: Police notice Ivy Marsden, Year 4")
	expect(t, rows.Eq(1).Find(".who"), "Concern Rowan Marsden brother of Ivy")
	expect(t, rows.Eq(1).Find(".sub .voice"), "“He asked”")
	if !rows.Eq(0).HasClass("first") || rows.Eq(1).HasClass("first") || rows.Eq(0).Find(".r").Children().Length() != 2 || rows.Eq(1).Find(".r").Length() != 0 {
		t.Error("structure")
	}
}

func TestEntriesHaveMonthsShapesAndGaps(t *testing.T) {
	doc := drawPart(t, ui.Entries{Items: []ui.LineEntry{
		{Month: "Nov 26", Day: "Mon 23", Time: "13:45", Kind: picture.Decision, Significant: true, Title: "Referred", Href: "/e/1", Level: 3, Why: "new harm named"},
		{Month: "Nov 26", Day: "Fri 6", Kind: picture.Concern, Title: "No coat", Voice: "“cold”", Late: "Recorded Mon 9 Nov, 1 school day after"},
		{Gap: "No entries for 10 weeks, 6 of them holiday"},
		{Month: "Nov 26", Day: "Mon 2", Kind: picture.Meeting, Title: "Review"},
		{Month: "Jul 26", Day: "6 Jul", Kind: picture.Contact, Title: "Rang"},
	}, MoreHref: "/more", MoreText: "Show 15 earlier entries"})
	var classes []string
	doc.Find("ol.line > li").Each(func(_ int, s *goquery.Selection) { classes = append(classes, s.AttrOr("class", "")) })
	if want := []string{"mon", "ev sig", "ev", "gap", "ev", "mon", "ev"}; !slices.Equal(classes, want) {
		t.Errorf("%v", classes)
	}
	evs := doc.Find("li.ev")
	expect(t, evs.Eq(0).Find(".k .vh"), "Decision, significant")
	expect(t, evs.Eq(0).Find(".tx"), "Referred HighSignificant: new harm named")
	expect(t, evs.Eq(1).Find(".late"), "Recorded Mon 9 Nov, 1 school day after")
	if evs.Eq(1).Find(".lvl, a").Length() != 0 || doc.Find("p.more a[href='/more']").Length() != 1 {
		t.Error("a level or link nobody gave, or no way to earlier entries")
	}
}

func TestWordsAreShownWholeAndUnchanged(t *testing.T) {
	text := "She said  “it was the door”.\r\n\r\nThere is a mark.\nYellow."
	doc := drawPart(t, ui.Words{By: "Ellen Booth", Role: "supervisor", Meta: []string{"Not told in person"}, Text: text})
	var got []string
	doc.Find("p.voice").Each(func(_ int, s *goquery.Selection) { got = append(got, s.Text()) })
	if want := []string{"She said  “it was the door”.", "There is a mark.", "Yellow."}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if doc.Find("article.words[aria-label='Account by Ellen Booth']").Length() != 1 || doc.Find(".wb, .later, .chip").Length() != 0 {
		t.Error("structure")
	}
	later := drawPart(t, ui.Words{By: "Tom", Text: "x", Later: true, Imported: "MyRecords", Contested: "It was Monday.", Body: html("<i>map</i>"), Below: html("<u>marks</u>")})
	if later.Find("article.words.later .wb > div > i").Length() != 1 || later.Find(".wb > div > u").Length() != 1 {
		t.Error("map beside, list below")
	}
	expect(t, later.Find(".chip"), "from MyRecords")
	expect(t, later.Find(".note"), "Contested. It was Monday.")
}

func TestStopPanelShrinksOnlyOnceAdviceIsRecorded(t *testing.T) {
	p := ui.StopPanel{Title: "Do not tell the family yet", Text: "Ivy names an adult.", Ask: "the duty team, 01632 960 300", Body: html("<input>")}
	doc := drawPart(t, p)
	if doc.Find("div.stop[role=group][aria-label='Do not tell the family yet'] h3 svg").Length() != 1 || doc.Find(".in2 input").Length() != 1 {
		t.Error("structure")
	}
	expect(t, doc.Find(".in2 p"), "Ivy names an adult. Ask first: the duty team, 01632 960 300.")
	p.Advice = "Wait for the call at 14:30"
	line := drawPart(t, p)
	expect(t, line.Find("p.stopped"), "Do not tell the family yet: advice recorded. Wait for the call at 14:30")
	if line.Find(".stop").Length() != 0 {
		t.Error("the panel is still there")
	}
}

func TestReadersNameTheNewOnesFirstAndEndTheList(t *testing.T) {
	rows := []ui.Reader{{Who: "You", Why: "lead"}, {Who: "Helen Brandt", Why: "head"}, {Who: "Priya Nair", Why: "because you refer", New: true}}
	doc := drawPart(t, ui.Readers{Title: "Who can read this", Rows: rows})
	lis := doc.Find("section.readbox[aria-label='Who can read this'] ul.readers > li")
	expect(t, lis.Eq(0), "Priya Nair new because you refer")
	expect(t, lis.Eq(1), "You lead")
	expect(t, doc.Find("p"), "Nobody else.")
	if rows[0].Who != "You" {
		t.Error("the caller's rows were put in another order")
	}
	if drawPart(t, ui.Readers{Rows: rows}).Find("section, h3").Length() != 0 {
		t.Error("a list without a title has no frame")
	}
}

func TestSpeakFirstAlwaysOffersAWay(t *testing.T) {
	full := drawPart(t, ui.SpeakFirst{Name: "Tom Hartley", Place: "Room 4", Until: "15:30", Phone: "01632 960 104", Then: "Amina Sesay", ThenPlace: "office by the hall", ThenPhone: "+44 1632 960101", Office: "01632 960 100"})
	expect(t, full.Find(".p span").First(), "Room 4, on duty until 15:30")
	expect(t, full.Find("a.call[href='tel:01632960104']"), "Ring Tom Hartley, 01632 960 104")
	expect(t, full.Find("p.small"), "If no answer: Amina Sesay, office by the hall, +44 1632 960101")
	if full.Find("a[href='tel:+441632960101']").Length() != 1 {
		t.Error("no link to the next person")
	}
	office := drawPart(t, ui.SpeakFirst{Office: "01632 960 100"})
	expect(t, office.Find("a.call[href='tel:01632960100']"), "Ring the school office, 01632 960 100")
	noThen := drawPart(t, ui.SpeakFirst{Name: "Tom", Office: "01632 960 100"})
	expect(t, noThen.Find("p.small"), "If no answer: the school office, 01632 960 100")
	for _, p := range []ui.SpeakFirst{{}, {Name: "Tom"}, {Office: "1"}} {
		doc := drawPart(t, p)
		if doc.Find("section.speak a[href='tel:999']").Length() != 1 || doc.Find("details").Length() != 0 || words(doc.Find(".p b")) == "" {
			t.Errorf("%+v leaves the reader alone", p)
		}
	}
}

func TestPhrasesWorkWithoutScripts(t *testing.T) {
	doc := drawPart(t, ui.Phrases{Action: "/c/1/phrase", Name: "phrase", Hidden: []ui.FormField{{Name: "token", Value: "t"}},
		Items: []ui.Phrase{{Value: "thanks", Text: "Thank you, we are acting on this"}, {Value: "see", Text: "Come and see me"}, {Value: "watch", Text: "Keep watching", Sent: "13:02 by you"}}})
	forms := doc.Find("form[method=post][action='/c/1/phrase']")
	if forms.Length() != 2 || forms.Find("input[type=hidden][name=token][value=t]").Length() != 2 {
		t.Error("a form with the hidden fields for each phrase not yet sent")
	}
	expect(t, forms.Eq(1).Find("button[name=phrase][value=see]"), "Come and see me")
	expect(t, doc.Find("p.sent"), "“Keep watching” sent 13:02 by you")
}

func TestRadiosHaveNothingChosenBeforehandAndSayWhatIsWrong(t *testing.T) {
	opts := []ui.SegOption{{Value: "yes", Text: "Yes"}, {Value: "", Text: "Neither"}}
	seg := drawPart(t, ui.Seg{Name: "told", Legend: "Have you told a lead?", Heading: true, Hint: "In person", Options: opts, Error: "Say whether you told a lead in person"})
	if seg.Find("fieldset.fe[aria-describedby='told-hint told-error'] legend h2").Length() != 1 || seg.Find("[checked]").Length() != 0 || seg.Find("#told").Length() != 1 {
		t.Error("structure")
	}
	expect(t, seg.Find("#told-error"), "Error: Say whether you told a lead in person")
	if drawPart(t, ui.Seg{Name: "told", Legend: "x", Options: opts, Chosen: "yes"}).Find("input[value=yes][checked]").Length() != 1 {
		t.Error("the choice is not kept")
	}
	level := drawPart(t, ui.LevelChoice{Name: "level"})
	if level.Find("[checked], .fe, [aria-describedby]").Length() != 0 || level.Find(".lv input[name=level]").Length() != 3 {
		t.Error("structure")
	}
	expect(t, level.Find("label").Eq(1), "Mediumact this week")
	if got := drawPart(t, ui.LevelChoice{Name: "level", Chosen: 3}).Find("[checked]").AttrOr("value", ""); got != "3" {
		t.Errorf("chosen %q", got)
	}
}

func TestMarkListWorksAlone(t *testing.T) {
	items := []ui.MarkItem{{Number: 1, Place: "Left forearm, front", Text: "yellow, 5 cm"}, {Number: 2, Place: "Face"}}
	read := drawPart(t, ui.MarkList{Items: items}).Find("ol.soft > li")
	expect(t, read.Eq(0), "1 Left forearm, front: yellow, 5 cm")
	expect(t, read.Eq(1), "2 Face")
	items[0].Href = "/marks/1"
	expect(t, drawPart(t, ui.MarkList{Items: items}).Find("ol.marks a[href='/marks/1']"), "Edit mark 1")
}

func TestCaptionsCountAndNeverScore(t *testing.T) {
	now := clock.Of(clock.Day("2026-11-23").At(14, 0))
	strip := picture.EntryStrip{Now: now, Entries: []picture.Entry{{At: now, Kind: picture.Concern}, {At: clock.Of(clock.Day("2026-02-01").At(9, 0)), Kind: picture.Meeting}}}
	expect(t, drawPart(t, ui.StripCaption{Name: "Ivy", Strip: strip, WithThis: true, Href: "/line", Link: "Open her line"}).Find("p"),
		"Ivy: 1 entry in 90 days (shaded) with this one, 2 in 12 months. Shown, never scored. Open her line")
	expect(t, drawPart(t, ui.StripCaption{Name: "Ivy", Strip: picture.EntryStrip{Now: now}}).Find("p"),
		"Ivy: No entries in 90 days (shaded), none in 12 months. Shown, never scored.")
	fig := drawPart(t, ui.LineFigure{Count: 28, Span: "September 2025 to today", Overview: picture.Overview{From: "2025-09-01", Now: now, Holidays: []picture.Span{{From: "2025-12-20", To: "2026-01-04"}}}})
	expect(t, fig.Find("figure.sheet.over figcaption"), "28 entries you may see, September 2025 to today ordinary, significant, shaded: school holidays")
	if fig.Find("figure > svg").Length() != 2 {
		t.Error("a wide and a narrow drawing")
	}
	head := drawPart(t, ui.HeadCount{ID: "u", Title: "Unread", Count: "3, oldest since Friday", Href: "/all", Link: "All 6"})
	expect(t, head.Find(".head2"), "Unread3, oldest since Friday All 6")
	if head.Find("h2#u").Length() != 1 || drawPart(t, ui.HeadCount{Title: "x"}).Find("[id], .n, a").Length() != 0 {
		t.Error("structure")
	}
	expect(t, drawPart(t, ui.Empty{Title: "Nothing unread", Text: "The last was read on Friday."}).Find(".em"), "Nothing unreadThe last was read on Friday.")
}
