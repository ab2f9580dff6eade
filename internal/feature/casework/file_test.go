package casework_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/casework"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// CHR-5: a printed chronology says who made it, when and for what, and carries a check code that is kept and can be asked for;
// making it is written down, and the file that leaves asks for a second factor given just now.
func TestPrintedChronologyCarriesACodeThatIsKnown(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		var known casework.Store
		check := func(code, view, purpose string) {
			t.Helper()
			t.read(access.System(here, "verify"), func(ctx context.Context, tx *store.Tx) {
				got, err := known.Known(ctx, tx, code)
				testkit.OK(t, err)
				if got.View != view || got.By != "amina" || got.Purpose != purpose || got.Child != p.ID {
					t.Errorf("the code %s is known as %+v", code, got)
				}
			})
		}
		for _, view := range []string{casework.Summary, casework.Full} {
			d := t.page("/children/" + p.ID + "/print?view=" + view)
			foot := d.Find(".kith-document__foot dd")
			code, full := words(foot.Eq(3)), words(foot.Eq(4))
			const screen = "Shown on the screen; nobody gave a purpose"
			if got := words(foot.Eq(0)); got != "Amina Sesay, Post of amina" {
				t.Errorf("made by %q", got)
			}
			check(code, view, screen)
			check(strings.ToLower(strings.ReplaceAll(code, "-", " ")), view, screen)
			check(full, view, screen)
			text := words(d.Find(".kith-document"))
			if has := strings.Contains(text, "The whole account of"); has != (view == casework.Full) {
				t.Errorf("accounts in the %s view: %v", view, has)
			}
			if strings.Index(text, "Stepped up to child in need") > strings.Index(text, "A mark on the arm") {
				t.Error("the paper is not the oldest first")
			}
			if !strings.Contains(text, "Recorded Fri 9 Oct, 6 days after") || !strings.Contains(text, "No entries for 10 weeks") || !strings.Contains(text, "Significant: plan changed") {
				t.Errorf("the paper leaves out what the line shows: %s", text)
			}
		}
		path := "/children/" + p.ID + "/chronology.pdf"
		if a := t.post(path, url.Values{"view": {"full"}}); a.status != 422 || !strings.Contains(a.body, "Say what it is for") {
			t.Errorf("a PDF without a purpose: %d", a.status)
		}
		a := t.post(path, url.Values{"view": {"full"}, "purpose": {"Conference on 4 December"}})
		if a.status != 200 || !strings.HasPrefix(a.body, "%PDF") || a.header.Get("Content-Disposition") != `attachment; filename="chronology.pdf"` {
			t.Errorf("the PDF: %d %v", a.status, a.header)
		}
		t.read(t.as, func(ctx context.Context, tx *store.Tx) {
			n, err := store.Value[int](ctx, tx, store.SQL(`SELECT count(p.id) FROM casework_print p JOIN access_record r ON r.id = p.record_id WHERE p.purpose = ?`, "Conference on 4 December").Visible("r"))
			testkit.OK(t, err)
			if n != 1 {
				t.Errorf("%d prints of that purpose are kept", n)
			}
		})
		t.actions("casework.exported", "casework.shown_to_print")
		t.read(t.people["omar"], func(ctx context.Context, tx *store.Tx) {
			if _, err := known.Known(ctx, tx, "0000-0000-0000-0000"); !errs.Is(err, errs.NotFound) {
				t.Errorf("an unknown code: %v", err)
			}
		})
		t.as = someone("amina", access.SecondFactor, t.as.Roles)
		if a := t.get("/children/" + p.ID + "/print/pdf"); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/sign-in/confirm") {
			t.Errorf("asking for an export without a fresh second factor: %d", a.status)
		}
		a = t.post(path, url.Values{"view": {"full"}, "purpose": {"For the panel"}}) // what was written is kept, to be sent again
		if form := document(t.T, a.body).Find("form[action='" + path + "'] input[name=purpose]"); a.status != 403 || form.AttrOr("value", "") != "For the panel" {
			t.Errorf("an export without a fresh second factor: %d", a.status)
		}
	})
}

// CHR-6: the leads of the school see who opened the file and its records, when, and under which rule, in words; nobody else does.
func TestLeadsSeeWhoOpenedTheFile(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		_, head := t.add(p, happens{at: at("2026-11-22", 9, 0), line: "Said a word"})
		t.as = t.people["helen"]
		t.page("/children/" + p.ID)
		t.w.After(time.Hour)
		t.as = t.people["tom"]
		t.page("/children/" + p.ID)
		t.page("/children/" + p.ID)
		t.page("/records/" + head + "/why")
		t.as = t.people["amina"]
		text := words(t.page("/children/" + p.ID + "/opened").Find("tbody"))
		for _, want := range []string{"today 08:50, 2 timesthat dayTom HartleyThe file", "Helen BrandtThe fileThe headteacher reads the files", "Tom HartleySaid a word"} {
			if !strings.Contains(strings.ReplaceAll(text, " that day", "that day"), want) {
				t.Errorf("the openings lack %q: %s", want, text)
			}
		}
		if rail := words(t.page("/children/" + p.ID).Find(".side")); !strings.Contains(rail, "Tom Hartley, today 08:50") || !strings.Contains(rail, "Helen Brandt, today 07:50") {
			t.Errorf("the rail says %q", rail)
		}
	})
}

// Whoever may read a record is told by which rule; its leads are told who else can.
func TestWhyCanISeeThis(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		text := words(t.page("/records/" + p.File + "/why").Find("main"))
		for _, want := range []string{"You: The designated safeguarding lead", "Tom Hartley", "Helen Brandt"} {
			if !strings.Contains(text, want) {
				t.Errorf("a lead is not told of %q: %s", want, text)
			}
		}
		if strings.Contains(text, "Ellen") || strings.Contains(text, "Omar") {
			t.Error("somebody who cannot read it is listed")
		}
		t.as = t.people["ellen"]
		text = words(t.page("/records/" + p.ID + "/why").Find("main"))
		if !strings.Contains(text, "Any adult with a post at the school finds a child’s name and class") || strings.Contains(text, "Tom") {
			t.Errorf("a teacher reads %q", text)
		}
	})
}

// SEC-16, SEC-2: what is typed stands in no address and belongs to whoever typed it, for an hour; it finds what the reader may see.
func TestSearchKeepsWhatIsTypedOutOfTheAddress(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		t.enrol("millgate", "Ivan", "Ivory", "7", "2014-01-01")
		_, head := t.add(p, happens{at: at("2026-11-22", 9, 0), line: "Said a word", words: "it was the lighthouse again"})
		t.add(p, happens{at: at("2026-11-22", 9, 0), line: "Hidden", words: "lighthouse", restricted: true})
		a := t.post("/children/search", url.Values{"q": {"iv mars"}})
		to := a.header.Get("Location")
		if a.status != 303 || !strings.HasPrefix(to, "/children/search/") || strings.Contains(strings.ToLower(to), "mars") {
			t.Fatalf("search answers %d to %q", a.status, to)
		}
		found := words(t.page(to).Find("#found"))
		if !strings.Contains(found, "Ivy Marsden") || strings.Contains(found, "Ivory") {
			t.Errorf("found %q", found)
		}
		d := t.page(t.post("/children/search", url.Values{"q": {"lighthouse"}}).header.Get("Location"))
		links := d.Find("#found a")
		if links.Length() != 1 || links.AttrOr("href", "") != "/concerns/"+head || words(links) != "Concern C-1" {
			t.Errorf("words found %q", words(d.Find("#found")))
		}
		typing := t.ask("POST", "/children/search", url.Values{"q": {"ivy"}}, "HX-Request", "true")
		if typing.status != 200 || !strings.Contains(typing.body, "Ivy Marsden") || strings.Contains(typing.body, "<html") {
			t.Errorf("as typed: %d %s", typing.status, typing.body)
		}
		t.as = t.people["tom"]
		if a := t.get(to); a.status != 404 {
			t.Errorf("somebody else's search: %d", a.status)
		}
		t.as = t.people["amina"]
		t.w.After(time.Hour)
		if a := t.get(to); a.status != 404 {
			t.Errorf("an hour later: %d", a.status)
		}
		testkit.OK(t, t.f.Sweep(t.Context(), access.System(here, "sweep")))
		t.read(t.as, func(ctx context.Context, tx *store.Tx) {
			left, err := store.Value[int](ctx, tx, store.SQL(`SELECT count(s.id) FROM casework_search s`))
			testkit.OK(t, err)
			if left != 0 {
				t.Errorf("%d searches are still kept", left)
			}
		})
		if a := t.get("/children/search/nonsense"); a.status != 404 {
			t.Errorf("a malformed id: %d", a.status)
		}
		t.actions("casework.searched")
	})
}

// The list shows the children of the reader's schools, a page at a time, with no totals.
func TestListIsOfTheReadersSchools(t *testing.T) {
	inTown(t, func(t *town) {
		for i := range 27 {
			t.enrol("thornbeck", "Child", "Number"+string(rune('A'+i)), "1", "2020-01-01")
		}
		t.enrol("millgate", "Far", "Away", "1", "2020-01-01")
		d := t.page("/children")
		if n := d.Find("tbody tr").Length(); n != 25 || strings.Contains(d.Text(), "Far Away") {
			t.Errorf("%d rows", n)
		}
		next := d.Find(".govuk-pagination__next a").AttrOr("href", "")
		if n := t.page(next).Find("tbody tr").Length(); n != 2 {
			t.Errorf("the second page has %d rows", n)
		}
		t.as = t.people["ellen"]
		if a := t.get("/children"); a.status != 404 {
			t.Errorf("a teacher's list: %d", a.status)
		}
		t.actions("casework.listed")
	})
}
