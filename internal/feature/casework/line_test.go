package casework_test

import (
	"context"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kith/internal/feature/casework"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
)

// ivy is a child with a life: fifteen months of entries of every kind.
func ivy(t *town) *pupil {
	p := t.enrol("thornbeck", "Ivy", "Marsden", "4 Harrier", "2018-05-03")
	p.flags = []casework.Flag{{Kind: "Child in need", Who: "Priya Nair", From: "2026-06-09"}, {Kind: "Early help", From: "2026-01-12", Until: "2026-05-08"}}
	p.contacts = []casework.Contact{{Name: "Dana Marsden", Relationship: "mother", Phone: "07700 900123", Parental: true}, {Name: "Lee Marsden", Relationship: "father", Phone: "07700 900456", CourtOrder: true}}
	for _, h := range []happens{
		{at: at("2026-11-20", 12, 20), line: "A mark on the arm", voice: "I’m not meant to say about the door.", significant: "a disclosure naming an adult at home"},
		{kind: story.Notice, at: at("2026-11-15", 22, 10), line: "Police notice: incident at home", significant: "second police notice since June"},
		{kind: story.Contact, at: at("2026-11-11", 15, 10), line: "Rang Mum about coats and lunches"},
		{at: at("2026-11-06", 12, 0), precision: story.Around, line: "No coat, third time", level: 1, detail: "Mrs Ito, class teacher."},
		{kind: story.Attendance, at: at("2026-10-09", 0, 0), precision: story.Day, line: "Attendance 94 per cent"},
		{at: at("2026-10-03", 0, 0), recorded: at("2026-10-09", 9, 0), precision: story.Day, line: "Seen alone at the skate park", level: 2},
		{kind: story.Contact, at: at("2026-09-14", 9, 0), line: "New adult at home"},
		{kind: story.Contact, at: at("2026-07-06", 9, 0), line: "Breakfast club offered"},
		{kind: story.Decision, at: at("2026-06-09", 16, 0), line: "Stepped up to child in need", significant: "plan changed"},
	} {
		t.add(p, h)
	}
	return p
}

// CHR-1, CHR-3: every event is one entry, in the order in which things happened, with late recording shown.
func TestLineHoldsEachEventOnceByWhenItHappened(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		d := t.page("/children/" + p.ID)
		got := d.Find(".line .ev h3").Map(func(_ int, h *goquery.Selection) string { return words(h) })
		want := []string{"A mark on the arm", "Police notice: incident at home", "Rang Mum about coats and lunches", "No coat, third time", "Attendance 94 per cent", "Seen alone at the skate park", "New adult at home", "Breakfast club offered", "Stepped up to child in need"}
		if !slices.Equal(got, want) {
			t.Errorf("the line reads\n%v", got)
		}
		if late := words(d.Find(".late")); late != "Recorded Fri 9 Oct, 6 days after" {
			t.Errorf("late chip %q", late)
		}
		if gap := words(d.Find(".gap")); !strings.HasPrefix(gap, "No entries for 10 weeks") {
			t.Errorf("gap %q", gap)
		}
		for _, want := range []string{"8 years, 4 Harrier, born 3 May 2018", "Child in need since 9 Jun 2026"} {
			if h := words(d.Find(".hd")); !strings.Contains(h, want) {
				t.Errorf("the head lacks %q: %s", want, h)
			}
		}
		if n := words(d.Find(".over .cap b")); n != "9 entries" {
			t.Errorf("the picture counts %q", n)
		}
		if title := d.Find("title").Text(); title != "Chronology - Kith" {
			t.Errorf("the title is %q", title)
		}
	})
}

// CHR-1: whatever the order in which entries are written, the line is in the order of when things happened, page by page, and
// each entry stands on it once.
func TestLineIsInTheOrderOfEventsPageByPage(t *testing.T) {
	inTown(t, func(t *town) {
		p := t.enrol("thornbeck", "Sam", "Reid", "5 Kite", "2016-01-30")
		r := rand.New(rand.NewPCG(7, 7))
		when := map[string]clock.Millis{}
		for i := range 60 {
			h := happens{at: at("2025-09-01", 8, 0).Add(time.Duration(r.IntN(440*24)) * time.Hour), line: "entry " + strconv.Itoa(i)}
			h.recorded = h.at.Add(time.Duration(r.IntN(100)) * time.Hour)
			when[h.line] = h.at
			t.add(p, h)
		}
		seen, last := map[string]bool{}, clock.Millis(1<<52)
		pages := 0
		for path := "/children/" + p.ID; path != ""; pages++ {
			d := t.page(path)
			d.Find(".line .ev h3").Each(func(_ int, h *goquery.Selection) {
				line := words(h)
				if seen[line] || when[line] > last {
					t.Errorf("%s stands twice or out of order", line)
				}
				seen[line], last = true, when[line]
			})
			path = d.Find(".more a").AttrOr("href", "")
		}
		if len(seen) != 60 || pages != 3 {
			t.Errorf("%d entries on %d pages", len(seen), pages)
		}
	})
}

// CHR-3, SEC-3: a restricted and a locked record change no byte of the line, its filters, its pages, the list, the search and the
// paper for somebody who may not see them; whoever may, sees them.
func TestHiddenRecordsLeaveNothingBehind(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		for i := range 30 {
			t.add(p, happens{at: at("2025-10-01", 9, 0).Add(time.Duration(i) * 24 * time.Hour), line: "earlier " + strconv.Itoa(i)})
		}
		old := t.page("/children/"+p.ID).Find(".more a").AttrOr("href", "")
		search := t.post("/children/search", url.Values{"q": {"canary"}}).header.Get("Location")
		byName := t.post("/children/search", url.Values{"q": {"ivy"}}).header.Get("Location")
		paths := []string{"/children", "/children/" + p.ID, old, "/children/" + p.ID + "?kind=document", "/children/" + p.ID + "?only=late", "/children/" + p.ID + "?only=significant&at=2026-10-05",
			"/children/" + p.ID + "/people", "/children/" + p.ID + "/print", "/children/" + p.ID + "/print?view=full", search, byName}
		all := func() (out []string) {
			for _, path := range paths {
				a := t.get(path)
				out = append(out, strconv.Itoa(a.status)+a.header.Get("ETag")+a.body)
			}
			return out
		}
		all() // the first look at a page is itself an opening
		before := all()
		for _, h := range []happens{
			{kind: story.Document, at: at("2026-08-05", 9, 0), recorded: at("2026-09-30", 9, 0), line: "CANARY one", significant: "CANARY", restricted: true, words: "canary words"},
			{at: at("2026-11-22", 9, 0), line: "CANARY two", level: 3, locked: true, words: "canary words"},
			{at: at("2025-10-02", 9, 0), line: "CANARY three", restricted: true},
		} {
			entry, head := t.add(p, h)
			paths := []string{"/children/" + p.ID + "/entries/" + entry, "/records/" + head + "/why"}
			for _, path := range paths {
				if a := t.get(path); a.status != 404 || strings.Contains(a.body, "CANARY") {
					t.Errorf("GET %s: %d", path, a.status)
				}
			}
		}
		for i, after := range all() {
			if after != before[i] {
				t.Errorf("GET %s changed", paths[i])
			}
		}
		if opened := t.get("/children/" + p.ID + "/opened"); strings.Contains(opened.body, "CANARY") {
			t.Error("the openings show a hidden record")
		}
		t.as = t.people["helen"]
		if head := t.get("/children/" + p.ID + "?kind=document"); !strings.Contains(head.body, "CANARY one") || strings.Contains(head.body, "CANARY two") {
			t.Error("the headteacher sees what is restricted, and not what is locked to others")
		}
	})
}

// SEC-1, SEC-4: a file, entry or record that is not for the reader answers like one that does not exist.
func TestForeignFilesAnswerLikeNone(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		entry, head := t.add(p, happens{at: at("2026-11-22", 9, 0), line: "CANARY"})
		none := p.ID[:len(p.ID)-4] + "0000"
		for _, who := range []string{"omar", "ellen", "priya"} {
			t.as = t.people[who]
			for _, path := range []string{"/children/ID", "/children/ID?at=2026-10-01", "/children/ID/people", "/children/ID/opened", "/children/ID/print", "/children/ID/print/pdf", "/children/ID/entries/" + entry} {
				theirs, nothing := t.get(strings.Replace(path, "ID", p.ID, 1)), t.get(strings.Replace(path, "ID", none, 1))
				if theirs.status != 404 || theirs.body != nothing.body || strings.Contains(theirs.body, "Ivy") {
					t.Errorf("%s: GET %s answers %d", who, path, theirs.status)
				}
			}
			for _, record := range []string{p.File, head} {
				if a, n := t.get("/records/"+record+"/why"), t.get("/records/"+none+"/why"); a.status != 404 || a.body != n.body {
					t.Errorf("%s learns of a record: %d", who, a.status)
				}
			}
			for path, form := range map[string]url.Values{"/children/ID/entries/" + entry + "/significant": {"reason": {"because"}}, "/children/ID/chronology.pdf": {"purpose": {"x"}, "view": {"full"}}} {
				theirs, nothing := t.post(strings.Replace(path, "ID", p.ID, 1), form), t.post(strings.Replace(path, "ID", none, 1), form)
				if theirs.status != 404 || theirs.body != nothing.body {
					t.Errorf("%s: POST %s answers %d", who, path, theirs.status)
				}
			}
		}
	})
}

// CHR-7: "as it stood on" shows the flags, entries and marks that were known on that day.
func TestAsItStoodOnADay(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		d := t.page("/children/" + p.ID + "?at=2026-10-05")
		line := words(d.Find(".line"))
		for _, later := range []string{"Seen alone", "A mark on the arm", "Rang Mum"} {
			if strings.Contains(line, later) {
				t.Errorf("%q was not known on that day", later)
			}
		}
		if !strings.Contains(line, "New adult at home") || !strings.Contains(line, "Breakfast club") {
			t.Error("what was known is not there: " + line)
		}
		d = t.page("/children/" + p.ID + "?at=2026-04-01")
		if head, flags := words(d.Find(".hd")), words(d.Find(".side")); !strings.Contains(head, "7 years") || !strings.Contains(head, "Early help since 12 Jan 2026") || strings.Contains(head+flags, "Child in need") {
			t.Errorf("the flags of the day are wrong: %s", head)
		}
		t.w.After(48 * time.Hour)
		var entry string
		t.read(t.as, func(ctx context.Context, tx *store.Tx) {
			all, err := story.Line(ctx, tx, p.ID, 0)
			testkit.OK(t, err)
			entry = all[2].ID
		})
		testkit.OK(t, t.f.Mark(t.Context(), t.as, t.w.DB.IDs().New(t.w.DB.Now()), p.ID, entry, true, "seen with the rest"))
		if now, then := words(t.page("/children/"+p.ID).Find(".line")), words(t.page("/children/"+p.ID+"?at=2026-11-23").Find(".line")); !strings.Contains(now, "seen with the rest") || strings.Contains(then, "seen with the rest") {
			t.Error("a later mark is shown for a day before it")
		}
		if bad := words(t.page("/children/" + p.ID + "?at=2027-01-01").Find(".fe")); !strings.Contains(bad, "Choose today or a day before") {
			t.Errorf("the future says %q", bad)
		}
	})
}

// CHR-4: a mark has a reason, and so has its taking away; both are kept and shown, and written down.
func TestMarkIsKeptWithItsReasonAndSoIsItsEnd(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		entry, _ := t.add(p, happens{at: at("2026-11-22", 9, 0), line: "Said a word"})
		path := "/children/" + p.ID + "/entries/" + entry
		if a := t.post(path+"/significant", url.Values{"reason": {" "}}); a.status != 422 || !strings.Contains(a.body, "Say why it is significant") {
			t.Errorf("a mark without a reason: %d", a.status)
		}
		for _, form := range []url.Values{{"reason": {"it repeats"}}, {"reason": {"it was another child"}, "take": {"away"}}} {
			if a := t.post(path+"/significant", form); a.status != 303 {
				t.Fatalf("marking: %d %s", a.status, a.body)
			}
		}
		if a := t.post(path+"/significant", url.Values{"reason": {"again"}, "take": {"away"}}); a.status != 422 {
			t.Errorf("a mark that is not there was taken away: %d", a.status)
		}
		history := words(t.page(path).Find(".line").Last())
		if !strings.Contains(history, "Mark taken awayYou: it was another child") || !strings.Contains(history, "Marked significantYou: it repeats") {
			t.Errorf("the history reads %q", history)
		}
		if sig := words(t.page("/children/" + p.ID).Find(".ev.sig")); strings.Contains(sig, "Said a word") {
			t.Error("the entry still stands out")
		}
		t.actions("casework.marked", "casework.unmarked")
		t.as = t.people["helen"] // the headteacher may change a concern
		testkit.OK(t, t.f.Mark(t.Context(), t.as, t.w.DB.IDs().New(t.w.DB.Now()), p.ID, entry, true, "after all"))
	})
}

// CHR-8: accumulation is shown for the child and the brothers and sisters the reader may see, and never scored.
func TestTogetherCountsWhatTheReaderSees(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		rowan, far := t.enrol("thornbeck", "Rowan", "Marsden", "1 Kestrel", "2021-02-11"), t.enrol("millgate", "Ada", "Marsden", "7", "2014-02-11")
		t.add(rowan, happens{at: at("2026-11-01", 9, 0), line: "Late"})
		t.add(rowan, happens{at: at("2026-11-02", 9, 0), line: "Hidden", restricted: true})
		t.add(far, happens{at: at("2026-11-02", 9, 0), line: "Elsewhere"})
		p.siblings = []string{rowan.ID, far.ID}
		rail := words(t.page("/children/" + p.ID).Find(".side section").First())
		for _, want := range []string{"7 entries in 90 days, 9 in 12 months", "concerns 3, notices 1, contact with home 2, attendance and school 1", "Rowan, brother or sister: 1 entry in 90 days, 1 in 12 months"} {
			if !strings.Contains(rail, want) {
				t.Errorf("Together lacks %q: %s", want, rail)
			}
		}
		if strings.Contains(rail, "Ada") {
			t.Error("a sister at another school is named")
		}
	})
}
