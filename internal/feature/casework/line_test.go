package casework_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kith/internal/feature/casework"
	"kith/internal/platform/story"
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
