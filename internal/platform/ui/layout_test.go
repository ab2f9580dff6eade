package ui

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var working = Page{
	Title: "Today", PageClass: "p-today", Place: "Thornbeck Primary", Person: "Amina Sesay", Own: "/account", SignedIn: true, Find: true,
	Nav:  []NavItem{{"Today", "/", true}, {"Children", "/children", false}},
	Duty: &Duty{Now: "Amina Sesay", NowPlace: "office by the hall", Until: "12:30", Then: "Tom Hartley", ThenPlace: "Room 4", Clocks: "Clocks run 08:00 to 16:30 on school days"},
	Body: Hint{Text: "Body"},
}

// readText is all the text of a page as it is read.
func readText(t *testing.T, p Page) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(rendered(t, "", p)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func holds(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

func lacks(t *testing.T, text string, bans ...string) {
	t.Helper()
	for _, ban := range bans {
		if strings.Contains(text, ban) {
			t.Errorf("%q is in\n%s", ban, text)
		}
	}
}

func TestWorkingPageSaysWhoCanBeSpokenTo(t *testing.T) {
	holds(t, readText(t, working), "Today - Kith", "Skip to main content", "On duty: Amina Sesay , office by the hall, until 12:30", "then Tom Hartley, Room 4",
		"Clocks run 08:00 to 16:30", "Hide screen", "Hidden, not locked", "Your account", "Sign out", "Every opening of a record is written down.", "Who can see what")
	source := rendered(t, "", working)
	holds(t, source, `<html lang="en-GB">`, `action="/children/search" method="post"`, `name="q"`, `action="/sign-out" method="post"`, `class="mode-working p-today"`, `href="/access"`)
}

func TestAGapInCoverIsNamedAndNobodyOnDutyGivesTheNumbers(t *testing.T) {
	p := working
	p.Duty = &Duty{Now: "Tom Hartley", Gap: "Gap 13:00 to 15:00"}
	holds(t, readText(t, p), "On duty: Tom Hartley Gap 13:00 to 15:00")
	p.Duty = &Duty{Gap: "Nobody is on duty. Ring the office, 01632 960 100"}
	holds(t, readText(t, p), "Nobody is on duty. Ring the office, 01632 960 100")
	lacks(t, readText(t, p), "On duty:")
}

func TestFamilyPageNamesNoServiceAndStartsWithTheWayOut(t *testing.T) {
	p := Page{Mode: Family, Title: "Your page", SignedIn: true, Person: "Jean", Nav: working.Nav, Find: true, Duty: working.Duty, Body: Hint{Text: "Body"}}
	text, source := readText(t, p), rendered(t, "", p)
	lacks(t, text, "Kith", "Today", "On duty", "Hide screen")
	holds(t, text, "Leave this page", "Accessibility")
	lacks(t, source, "/children/search", "favicon", "manifest")
	if strings.Index(source, "data-leave") > strings.Index(source, `class="skip"`) {
		t.Error("the way out is not first in the tab order")
	}
}

func TestPublicPageHasNoSearchAndNoDuty(t *testing.T) {
	p := Page{Mode: Public, Title: "Training and events", Find: true, Duty: working.Duty, Nav: working.Nav, Mast: &Mast{Heading: "Training and events", Text: "Free to every school."}, Body: Hint{Text: "Body"}}
	text := readText(t, p)
	holds(t, text, "Training and events Free to every school.")
	lacks(t, text, "On duty", "Find a child", "Hide screen", "Hidden, not locked")
}

func TestTheDemonstrationSaysThatAllIsInvented(t *testing.T) {
	p := working
	lacks(t, readText(t, p), "invented")
	p.Demo = true
	holds(t, readText(t, p), "Every person and record here is invented")
}

func TestOneMainAndNoRepeatedID(t *testing.T) {
	alone := Page{Mode: Public, Title: "Sign in", Alone: true, Body: trusted(`<main id="main">x</main>`)}
	for _, p := range []Page{working, alone, {Mode: Family, Title: "Your page", Body: Hint{Text: "x"}}} {
		doc, err := html.Parse(strings.NewReader(rendered(t, "", p)))
		if err != nil {
			t.Fatal(err)
		}
		ids, mains := map[string]int{}, 0
		for n := range doc.Descendants() {
			if n.Data == "main" && n.Type == html.ElementNode {
				mains++
			}
			for _, a := range n.Attr {
				if a.Key == "id" {
					ids[a.Val]++
				}
			}
		}
		if mains != 1 || ids["main"] != 1 {
			t.Errorf("%s: %d main, %d with its id", p.Title, mains, ids["main"])
		}
		for id, n := range ids {
			if n > 1 {
				t.Errorf("%s: the id %s stands %d times", p.Title, id, n)
			}
		}
	}
}
