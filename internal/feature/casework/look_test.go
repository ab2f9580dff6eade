package casework_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"testing"

	"kith/internal/feature/casework"
	"kith/internal/kernel/clock"
	"kith/internal/platform/search"
	"kith/internal/platform/story"
	"kith/internal/testkit"
	"kith/internal/testkit/browser"
)

// The pages that hold each part of this slice pass the accessibility check, on a phone and on a desk.
func TestPagesHaveNoFaultOnPhoneAndDesk(t *testing.T) {
	o := newTown(t, testkit.SQLite(t, search.Migrations, casework.Migrations))
	full := ivy(o)
	kinds := []story.Kind{story.Concern, story.Contact, story.Meeting, story.Attendance, story.Decision, story.Concern, story.Document}
	for i := range 51 {
		day := clock.Day("2025-09-08").Add(i * 6)
		o.add(full, happens{kind: kinds[i%len(kinds)], at: clock.Of(day.At(9+i%6, 5*(i%12))), line: fmt.Sprintf("Entry of life number %d", i+1), level: i % 4, detail: "Mrs Ito, class teacher."})
	}
	rowan := o.enrol("thornbeck", "Rowan", "Marsden", "1 Kestrel", "2021-02-11")
	o.add(rowan, happens{at: at("2026-11-01", 9, 0), line: "Late"})
	full.siblings = []string{rowan.ID}
	empty := o.enrol("thornbeck", "Nia", "Okoro", "2 Wren", "2019-10-01")
	entry, _ := o.add(full, happens{at: at("2026-11-22", 9, 0), line: "Said a word about Sunday", words: "the door again"})
	testkit.OK(t, o.f.Mark(t.Context(), o.as, o.w.DB.IDs().New(o.w.DB.Now()), full.ID, entry, true, "it repeats what she said before"))
	o.as = o.people["tom"]
	o.get("/children/" + full.ID)
	o.as = o.people["priya"]
	if _, err := o.f.BreakGlass(t.Context(), o.as, o.w.DB.IDs().New(o.w.DB.Now()), "Ivy Marsden", "2018-05-03", "Found alone at the bus station tonight"); err != nil {
		t.Fatal(err)
	}
	o.get("/children/" + full.ID)
	o.as = o.people["amina"]
	found := o.post("/children/search", url.Values{"q": {"mars"}})
	words := o.post("/children/search", url.Values{"q": {"door"}})
	server := httptest.NewServer(o.site)
	defer server.Close()
	b := browser.New(t)
	pages := []*browser.Page{b.Phone(t, server.URL), b.Desktop(t, server.URL)}
	always := []string{"full", "entry", "search", "review"} // KITH_SHOTS takes all of them
	for name, path := range map[string]string{
		"full": "/children/" + full.ID, "empty": "/children/" + empty.ID, "filtered": "/children/" + full.ID + "?kind=meeting&only=significant", "late": "/children/" + full.ID + "?only=late",
		"as-at": "/children/" + full.ID + "?at=2026-10-05", "future": "/children/" + full.ID + "?at=2027-10-05", "marking": "/children/" + full.ID + "?mark=1", "people": "/children/" + full.ID + "/people", "opened": "/children/" + full.ID + "/opened",
		"entry": "/children/" + full.ID + "/entries/" + entry, "print": "/children/" + full.ID + "/print?view=full", "pdf": "/children/" + full.ID + "/print/pdf",
		"children": "/children", "search": found.header.Get("Location"), "search-words": words.header.Get("Location"), "why": "/records/" + full.File + "/why", "emergency": "/break-glass", "review": "/break-glass/review",
	} {
		if os.Getenv("KITH_SHOTS") == "" && !slices.Contains(always, name) {
			continue
		}
		for _, p := range pages {
			p.Goto(path)
			p.Shot("casework-" + name)
			p.Check(t)
		}
	}
}
