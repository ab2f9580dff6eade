package casework_test

import (
	"bytes"
	"context"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kith/internal/feature/casework"
	"kith/internal/kernel/access"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
)

func (t *town) newID() string { return t.w.DB.IDs().New(t.w.DB.Now()) }

// part is the record of a child's part in a concern: what its entry names.
func (t *town) part(p *pupil, entry string) (record string) {
	t.read(access.System(here, "test"), func(ctx context.Context, tx *store.Tx) {
		e, err := story.One(ctx, tx, p.ID, entry)
		testkit.OK(t, err)
		record = e.Record
	})
	return record
}

// prints counts the papers kept for a purpose.
func (t *town) prints(purpose string) (n int) {
	t.read(access.System(here, "test"), func(ctx context.Context, tx *store.Tx) {
		var err error
		n, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(p.id) FROM casework_print p JOIN access_record r ON r.id = p.record_id WHERE p.purpose = ?`, purpose).Visible("r"))
		testkit.OK(t, err)
	})
	return n
}

// inPDF returns the words of a PDF.
func inPDF(t *testing.T, body string) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = strings.NewReader(body)
	var out bytes.Buffer
	cmd.Stdout = &out
	testkit.OK(t, cmd.Run())
	return strings.Join(strings.Fields(out.String()), " ")
}

// SEC-15, CHR-4: a mark sent twice is one mark, a taking away too, also when time has passed between; somebody else's form is
// refused.
func TestMarkSentTwiceMarksOnce(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		entry, _ := t.add(p, happens{at: at("2026-11-22", 9, 0), line: "Said a word"})
		path := "/children/" + p.ID + "/entries/" + entry
		marks := func() int { return t.page(path).Find(".line .ev").Length() - 1 }
		for i, form := range []url.Values{{"reason": {"it repeats"}}, {"reason": {"a mistake"}, "take": {"away"}}} {
			form.Set("id", t.newID())
			for range 2 {
				if a := t.post(path+"/significant", form); a.status != 303 {
					t.Errorf("sent: %d", a.status)
				}
				t.w.After(time.Minute)
			}
			if n := marks(); n != i+1 {
				t.Errorf("%d marks after form %d was sent twice", n, i)
			}
			t.as = t.people["tom"]
			if a := t.post(path+"/significant", form); a.status != 404 {
				t.Errorf("a form of somebody else: %d", a.status)
			}
			t.as = t.people["amina"]
		}
	})
}

// SEC-15, CHR-5: a PDF asked for twice is the same to the byte and is kept once, also when time has passed between. When the
// chronology has changed meanwhile it is refused and not quietly another; somebody else's order is not known.
func TestPDFSentTwiceIsKeptOnce(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		path := "/children/" + p.ID + "/chronology.pdf"
		form := url.Values{"id": {t.newID()}, "view": {"summary"}, "purpose": {"To the chair"}}
		one := t.post(path, form)
		t.w.After(time.Minute)
		two := t.post(path, form)
		if one.status != 200 || two.status != 200 || one.body != two.body {
			t.Errorf("sent twice: %d and %d, the same bytes: %v", one.status, two.status, one.body == two.body)
		}
		if n := t.prints("To the chair"); n != 1 {
			t.Errorf("%d prints are kept", n)
		}
		t.as = t.people["tom"]
		if a := t.post(path, form); a.status != 404 {
			t.Errorf("an order of somebody else: %d", a.status)
		}
		t.as = t.people["amina"]
		t.add(p, happens{at: at("2026-11-22", 9, 0), line: "Said a word"})
		if a := t.post(path, form); a.status != 422 || !strings.Contains(a.body, "the chronology has changed since") {
			t.Errorf("sent again after a change: %d", a.status)
		}
		if n := t.prints("To the chair"); n != 1 {
			t.Errorf("%d prints are kept", n)
		}
	})
}

// CHR-2, CHR-5: as evidence, nothing is shortened: originals and later accounts with who wrote each and when, when it happened
// and how surely that is known, late recording, marks with their history, files with their hashes; in the order of events.
func TestEvidenceShowsEverythingAsItWasWritten(t *testing.T) {
	inTown(t, func(t *town) {
		p := t.enrol("thornbeck", "Ivy", "Marsden", "4 Harrier", "2018-05-03")
		long := strings.Repeat("A long account that a summary would cut. ", 20)
		second, _ := t.add(p, happens{at: at("2026-10-03", 0, 0), recorded: at("2026-10-09", 9, 5), precision: story.Day, line: "Seen alone", level: 2})
		first, _ := t.add(p, happens{at: at("2026-09-14", 9, 30), line: "New adult", voice: "said"})
		record := t.part(p, second)
		t.tells[t.part(p, first)] = nil
		t.tells[record] = []casework.Words{
			{By: "Ellen Booth", Post: "Lunchtime supervisor", What: "Account", At: at("2026-10-09", 9, 5), Text: long + "The end.", Facts: []casework.Fact{{Name: "Told by", Words: "A neighbour"}, {Name: "Body map, mark 1", Words: "Left forearm: small"}},
				Files: []casework.Attached{{Name: "drawing.png", Facts: "Picture, 12 KB", SHA256: strings.Repeat("ab", 32)}}},
			{By: "Tom Hartley", What: "Further account", At: at("2026-10-12", 8, 0), Text: "I forgot that it was raining."}}
		testkit.OK(t, t.f.Mark(t.Context(), t.as, t.newID(), p.ID, second, true, "the third time"))
		testkit.OK(t, t.f.Mark(t.Context(), t.as, t.newID(), p.ID, second, false, "another child was meant"))
		check := func(text string) {
			t.Helper()
			text = strings.ReplaceAll(text, " ", "")
			for _, want := range []string{"1. Concern: New adult", "14 September 2026, 09:30", "2. Concern: Seen alone (Medium)", "3 October 2026 (known to the day)", "Written down 9 Oct 2026 09:05", "Recorded Fri 9 Oct, 6 days after",
				"Marked significant the third time (Amina Sesay, 23 Nov 2026 07:50)", "Mark taken away another child was meant (Amina Sesay, 23 Nov 2026 07:50)", "The end.", "Account, written down by Ellen Booth (Lunchtime supervisor), 9 Oct 2026 09:05",
				"Told by A neighbour", "Body map, mark 1 Left forearm: small", "drawing.png, Picture, 12 KB", "SHA-256 " + strings.Repeat("ab", 32), "I forgot that it was raining.", "Further account, written down by Tom Hartley, 12 Oct 2026 08:00"} {
				_, after, found := strings.Cut(text, strings.ReplaceAll(want, " ", ""))
				if !found {
					t.Errorf("lacks %q, or out of order: %s", want, text)
					return
				}
				if strings.Contains(want, "The end.") {
					long := strings.ReplaceAll("A long account that a summary would cut.", " ", "")
					if n := strings.Count(text[:len(text)-len(after)], long); n != 20 {
						t.Errorf("the account is shortened to %d", n)
					}
				}
				text = after
			}
		}
		d := t.page("/children/" + p.ID + "/print?view=evidential")
		check(words(d.Find(".kith-document")))
		a := t.post("/children/"+p.ID+"/chronology.pdf", url.Values{"id": {t.newID()}, "view": {"evidential"}, "purpose": {"Court"}})
		check(inPDF(t.T, a.body))
	})
}

// CHR-2: the paper without names holds no name that the record knows, on the screen, in print and in the PDF: in headings, entries,
// people's own words, the foot, the purpose. Canaries stand in all of them. What Kith does not know is shown, and can be added.
func TestPaperWithoutNamesHoldsNone(t *testing.T) {
	inTown(t, func(t *town) {
		p := t.enrol("thornbeck", "Qivy", "Zqmarsden", "4 Qharrier", "2018-05-03")
		p.called = []string{"Qivanka Zqformer"}
		p.detail.Address = "12 Zqmill Lane, Haverdale"
		brother := t.enrol("thornbeck", "Zqrowan", "Zqmarsden", "6 Kestrel", "2016-02-11")
		p.siblings = []string{brother.ID}
		other := t.enrol("thornbeck", "Zqkacper", "Qnowicki", "5 Heron", "2017-02-11")
		p.contacts = []casework.Contact{{Name: "Zqdana Zqmarsden", Relationship: "Mother"}, {Name: "Qlee Zqmarsden", Relationship: "Father"}}
		other.contacts = []casework.Contact{{Name: "Zqola Qnowicki", Relationship: "Mother"}}
		p.flags = []casework.Flag{{Kind: "Child in need", Who: "Zqpriya Qnair", From: "2026-06-09"}}
		t.names["ellen"] = "Zqellen Qbooth"
		t.names["amina"] = "Zqamina Qsesay"
		entry, head := t.add(p, happens{at: at("2026-10-03", 9, 0), line: "QIVY and Zqkacper’s fight", voice: "Zqrowan saw it", detail: "Mrs Qbooth told Miss Qsesay.", significant: "Zqdana was told"})
		t.named[head] = []casework.Named{{Name: "Zqkacper Q.", Child: other.ID}, {Name: "Qkyle Zqbrown"}, {Name: "Zqsam Qpoole, supply teacher"}, {Account: "ellen"}}
		t.tells[t.part(p, entry)] = []casework.Words{{By: "Zqellen Qbooth", What: "Account", At: at("2026-10-03", 9, 0),
			Text: "zqdana and Qlee zqmarsden came to 12 Zqmill Lane. QIVANKA’s friend qkyle said Zqola rang Zqpriya, and Zqsam heard it. Daz drove. Ring 07700 900123."}}
		canaries := []string{"qivy", "zqmarsden", "qharrier", "qivanka", "zqformer", "zqmill", "zqrowan", "zqkacper", "qnowicki", "zqdana", "qlee", "zqola", "zqpriya", "qnair", "zqellen", "qbooth", "zqamina", "qsesay", "qkyle", "zqbrown", "zqsam", "qpoole", "thornbeck", "07700", "3may", "2018"}
		clean := func(where, text string) {
			t.Helper()
			for _, c := range canaries {
				if strings.Contains(fold.Key(text), c) {
					t.Errorf("%s holds %s: %s", where, c, text)
				}
			}
		}
		base := "/children/" + p.ID
		d := t.page(base + "/print?view=anonymised")
		paper := words(d.Find(".kith-document"))
		clean("the screen", paper)
		for _, want := range []string{"Child A and Child B’s fight", "Child C saw it", "Post of ellen A told Post of amina A.", "Mother was told", "Mother and Father came to 12 [address]", "rang Professional A", "Daz drove"} {
			if !strings.Contains(paper, want) {
				t.Errorf("the paper lacks %q: %s", want, paper)
			}
		}
		if review := words(d.Find(".names")); !strings.Contains(review, "Zqdana") || !strings.Contains(review, "A name that Kith does not know stays.") {
			t.Errorf("what was replaced is not shown: %s", review)
		}
		shown := t.post(base+"/print/names", url.Values{"names": {"Daz = A friend"}}).header.Get("Location")
		if strings.Contains(shown, "Daz") {
			t.Errorf("a name stands in the address %s", shown)
		}
		d = t.page(shown)
		if paper = words(d.Find(".kith-document")); !strings.Contains(paper, "A friend drove") {
			t.Errorf("an added name stays: %s", paper)
		}
		to := d.Find("a.btn").AttrOr("href", "")
		form := url.Values{"id": {t.newID()}, "view": {"anonymised"}, "purpose": {"For Qivy’s conference"}}
		t.page(to).Find("form.flow input[type=hidden]").Each(func(_ int, s *goquery.Selection) {
			if n := s.AttrOr("name", ""); n != "id" {
				form.Set(n, s.AttrOr("value", ""))
			}
		})
		if a := t.post(base+"/chronology.pdf", form); a.status != 422 || !strings.Contains(a.body, "Read the preview first") {
			t.Errorf("a PDF that nobody looked over: %d", a.status)
		}
		form.Set("read", "yes")
		a := t.post(base+"/chronology.pdf", form)
		if a.status != 200 {
			t.Fatalf("the PDF: %d %s", a.status, a.body)
		}
		pdf := inPDF(t.T, a.body)
		clean("the PDF", pdf)
		clean("the PDF's own bytes", a.body[:200])
		if !strings.Contains(pdf, "For Child A’s conference") || !strings.Contains(pdf, "Made by Post of amina A on") || !strings.Contains(pdf, "A friend drove") {
			t.Errorf("the PDF says %s", pdf)
		}
		t.add(p, happens{at: at("2026-11-22", 9, 0), line: "Something new"})
		form.Set("id", t.newID())
		if a := t.post(base+"/chronology.pdf", form); a.status != 422 || !strings.Contains(a.body, "has changed since you looked it over") {
			t.Errorf("a PDF of what nobody has looked over: %d", a.status)
		}
		form.Del("seen")
		if a := t.post(base+"/chronology.pdf", form); a.status != 422 {
			t.Errorf("a PDF without a look: %d", a.status)
		}
		t.as = t.people["tom"]
		if a := t.get(shown); a.status != 303 {
			t.Errorf("somebody else's added names: %d", a.status)
		}
		t.as = t.people["amina"]
		t.w.After(time.Hour)
		if a := t.get(shown); a.status != 303 {
			t.Errorf("added names after an hour: %d, and not silently without them", a.status)
		}
	})
}

// CHR-2, CHR-3: the line of a family is of the children whose files the viewer may open, and of the entries that they may see;
// one event of several children stands once. What is hidden changes no byte of it.
func TestFamilyLineAppliesRightsToEachEntry(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		rowan := t.enrol("thornbeck", "Rowan", "Marsden", "6 Kestrel", "2016-02-11")
		p.siblings, rowan.siblings = []string{rowan.ID}, []string{p.ID}
		t.add(rowan, happens{at: at("2026-11-19", 9, 0), line: "Asked to stay for the weekend"})
		base := "/children/" + p.ID
		d := t.page(base + "/family")
		if n := d.Find(".fam .fe").Length(); n != 10 {
			t.Errorf("%d events", n)
		}
		row := d.Find(".fam .fe").Eq(1)
		if row.Find(".lane").Length() != 2 || row.Find(".lane").Eq(0).Find("svg").Length() != 0 || row.Find(".lane").Eq(1).Find("svg").Length() != 1 || !strings.Contains(words(row), "Rowan Concern: Asked to stay") {
			t.Errorf("the second event is not Rowan's: %s", words(row))
		}
		if tabs := words(d.Find(".tabs")); !strings.Contains(tabs, "Family") {
			t.Errorf("tabs %s", tabs)
		}
		paths := []string{base + "/family", base + "/print?view=family", base, "/children/" + rowan.ID + "/family"}
		all := func() (out []string) {
			for _, path := range paths {
				out = append(out, t.get(path).body)
			}
			return out
		}
		all()
		before := all()
		if text := words(document(t.T, before[1]).Find(".kith-document table")); !strings.Contains(text, "WhenIvyRowan") || !strings.Contains(text, "Concern: Asked to stay for the weekend") {
			t.Errorf("the paper: %s", text)
		}
		for _, h := range []happens{{at: at("2026-11-18", 9, 0), line: "CANARY one", restricted: true}, {at: at("2026-08-18", 9, 0), line: "CANARY two", locked: true}} {
			t.add(rowan, h)
		}
		locked := t.enrol("thornbeck", "Canary", "Marsden", "2 Wren", "2019-02-11")
		for _, e := range []happens{{at: at("2026-11-17", 9, 0), line: "CANARY three"}} {
			t.add(locked, e)
		}
		t.write(func(ctx context.Context, tx *store.Tx) { testkit.OK(t, tx.Restrict(ctx, locked.File, false, true)) })
		t.write(func(ctx context.Context, tx *store.Tx) { testkit.OK(t, tx.Restrict(ctx, locked.ID, false, true)) })
		p.siblings = append(p.siblings, locked.ID)
		for i, after := range all() {
			if after != before[i] {
				t.Errorf("GET %s changed", paths[i])
			}
			if strings.Contains(after, "CANARY") || strings.Contains(after, "Canary") {
				t.Errorf("GET %s shows what is hidden", paths[i])
			}
		}
		// one record about both children is one event
		t.w.After(time.Minute)
		var head string
		t.write(func(ctx context.Context, tx *store.Tx) {
			head = tx.NewID()
			testkit.OK(t, tx.AddRecord(ctx, access.Record{ID: head, Kind: access.Concern, Part: access.PartHeader, Org: "thornbeck"}))
			for _, c := range []*pupil{p, rowan} {
				part := tx.NewID()
				testkit.OK(t, tx.AddRecord(ctx, access.Record{ID: part, Kind: access.Concern, Part: access.PartChild, Org: "thornbeck", Child: c.ID, Parent: head}))
				_, err := story.Add(ctx, tx, story.Entry{Child: c.ID, At: at("2026-11-22", 10, 0), Record: part, Kind: story.Notice, Line: "Police notice"})
				testkit.OK(t, err)
			}
		})
		row = t.page(base + "/family").Find(".fam .fe").First()
		if row.Find(".lane svg").Length() != 2 || strings.Count(words(row), "Police notice") != 1 || !strings.Contains(words(row), "Ivy and Rowan") {
			t.Errorf("an event of both: %s", words(row))
		}
		t.actions("casework.family_opened", "casework.family")
		t.as = t.people["omar"]
		if a := t.get(base + "/family"); a.status != 404 {
			t.Errorf("the lead of another school: %d", a.status)
		}
	})
}

// CHR-8: who is a brother or sister is said by a lead who may change both files, seen from both, and ended with a reason; said
// twice it is written down once. A suggestion is only that.
func TestLeadSaysWhoIsABrotherOrSister(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		p.detail.Address = "12 Mill Lane"
		rowan := t.enrol("thornbeck", "Rowan", "Marsden", "6 Kestrel", "2016-02-11")
		rowan.detail.Address = "12 Mill Lane"
		far := t.enrol("millgate", "Far", "Marsden", "6", "2016-02-11")
		base := "/children/" + p.ID
		d := t.page(base + "/people")
		if ties := words(d.Find(".ties")); !strings.Contains(ties, "Rowan Marsden, 6 Kestrel") || !strings.Contains(ties, "The same address") || len(p.siblings) != 0 {
			t.Errorf("suggested: %s", ties)
		}
		found := words(document(t.T, t.post(base+"/siblings", url.Values{"find": {"mars"}}).body).Find("#found"))
		if !strings.Contains(found, "Rowan Marsden") || strings.Contains(found, "Far") || strings.Contains(found, "Ivy") {
			t.Errorf("found: %s", found)
		}
		if a := t.post(base+"/siblings", url.Values{"find": {"ma"}}); a.status != 422 || !strings.Contains(a.body, "at least three letters") {
			t.Errorf("two letters: %d", a.status)
		}
		for range 2 {
			if a := t.post(base+"/siblings", url.Values{"other": {rowan.ID}}); a.status != 303 {
				t.Errorf("said: %d", a.status)
			}
		}
		if got := t.count("casework.siblings_tied"); got != 2 { // one for each file
			t.Errorf("%d entries of the log", got)
		}
		if text := words(t.page("/children/" + rowan.ID + "/people").Find("main")); !strings.Contains(text, "Ivy Marsden, 4 Harrier") || !strings.Contains(text, "Said by Tom Hartley, 2 Nov 2026") {
			t.Errorf("seen from the other end: %s", text)
		}
		for _, other := range []string{far.ID, p.ID, "nonsense"} {
			if a := t.post(base+"/siblings", url.Values{"other": {other}}); a.status != 404 {
				t.Errorf("a child of another school, or the same one: %d", a.status)
			}
		}
		if a := t.post(base+"/siblings/end", url.Values{"other": {rowan.ID}}); a.status != 422 || !strings.Contains(a.body, "Say why they are not brother or sister") {
			t.Errorf("an end without a reason: %d", a.status)
		}
		t.as = t.people["helen"] // a headteacher reads files and changes none
		if a := t.post(base+"/siblings/end", url.Values{"other": {rowan.ID}, "why": {"cousins"}}); a.status != 404 || !slices.Contains(p.siblings, rowan.ID) {
			t.Errorf("ended by somebody who may not: %d", a.status)
		}
		if text := words(t.page(base + "/people").Find("main")); strings.Contains(text, "Say who is") {
			t.Error("a reader is offered to say it")
		}
		t.as = t.people["amina"]
		if a := t.post(base+"/siblings/end", url.Values{"other": {rowan.ID}, "why": {"cousins"}}); a.status != 303 || len(p.siblings)+len(rowan.siblings) != 0 {
			t.Errorf("ended: %d", a.status)
		}
		t.actions("casework.siblings_parted")
		if text := words(t.page(base + "/family").Find("main")); !strings.Contains(text, "No line beside this one") {
			t.Errorf("a family of one: %s", text)
		}
	})
}

// count returns how many entries of the log have an action.
func (t *town) count(action string) (n int) {
	t.read(access.System(here, "test"), func(ctx context.Context, tx *store.Tx) {
		var err error
		n, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(e.id) FROM audit_entry e WHERE e.district_id = ? AND e.action = ?`, here, action))
		testkit.OK(t, err)
	})
	return n
}

// CHR-5: whoever holds a paper learns by its code, or by the PDF itself, who made it, when and for what, and nothing of the record.
// One altered byte is found. A code of another district is answered like one that nobody made. The asking is written down.
func TestCheckedPaperTellsWhoMadeItAndNothingElse(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		made := t.post("/children/"+p.ID+"/chronology.pdf", url.Values{"id": {t.newID()}, "view": {"summary"}, "purpose": {"Conference on 4 December"}})
		code := ""
		t.read(access.System(here, "test"), func(ctx context.Context, tx *store.Tx) {
			var err error
			code, err = store.Value[string](ctx, tx, store.SQL(`SELECT p.code FROM casework_print p JOIN access_record r ON r.id = p.record_id WHERE p.purpose = ?`, "Conference on 4 December").Visible("r"))
			testkit.OK(t, err)
		})
		t.people["carys"] = someone("carys", access.SecondFactor, map[access.Role][]string{access.Member: {"council"}, access.Auditor: {"council"}})
		t.as = t.people["carys"]
		ask := func(code string) string {
			t.Helper()
			a := t.post("/documents/check", url.Values{"code": {code}})
			if a.status != 200 {
				t.Fatalf("asked: %d %s", a.status, a.body)
			}
			return words(document(t.T, a.body).Find("[role=status]"))
		}
		for _, c := range []string{code, strings.ToLower(strings.ReplaceAll(code, "-", " "))} {
			got := ask(c)
			for _, want := range []string{"A paper with this code was made here", "Amina Sesay, Post of amina", "23 November 2026 at 07:50", "Conference on 4 December", "cannot show that no word on it was changed"} {
				if !strings.Contains(got, want) {
					t.Errorf("lacks %q: %s", want, got)
				}
			}
			if strings.Contains(got, "Ivy") || strings.Contains(got, "Marsden") || strings.Contains(got, "Thornbeck") {
				t.Errorf("the record is shown: %s", got)
			}
		}
		put := func(body string) string {
			t.Helper()
			a := t.upload("/documents/check/file", "chronology.pdf", body)
			if a.status != 200 {
				t.Fatalf("put in: %d %s", a.status, a.body)
			}
			return words(document(t.T, a.body).Find("[role=status]"))
		}
		if got := put(made.body); !strings.Contains(got, "This file is unaltered") || !strings.Contains(got, code) {
			t.Errorf("the file itself: %s", got)
		}
		for _, i := range []int{0, len(made.body) / 2, len(made.body) - 1} {
			altered := []byte(made.body)
			altered[i] ^= 1
			if got := put(string(altered)); !strings.HasPrefix(got, "This file is not known here") {
				t.Errorf("byte %d was altered: %s", i, got)
			}
		}
		unknown := ask("0000-0000-0000-0000")
		if !strings.HasPrefix(unknown, "No paper with this code is known here") {
			t.Errorf("an unknown code: %s", unknown)
		}
		there := t.as
		there.District = "elsewhere"
		known, err := t.f.CheckCode(t.Context(), there, code)
		if err != nil || known != nil {
			t.Errorf("a code of another district: %+v %v", known, err)
		}
		for _, c := range []string{"", "K7F2", "<script>"} {
			if a := t.post("/documents/check", url.Values{"code": {c}}); a.status != 422 {
				t.Errorf("%q: %d", c, a.status)
			}
		}
		if a := t.post("/documents/check/file", nil); a.status != 422 {
			t.Errorf("no file: %d", a.status)
		}
		if n := t.count("document.checked"); n != 7 {
			t.Errorf("%d askings are written down", n)
		}
		t.as = t.people["ellen"]
		if a := t.get("/documents/check"); a.status != 404 {
			t.Errorf("a colleague without a part in it: %d", a.status)
		}
	})
}
