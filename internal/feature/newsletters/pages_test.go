package newsletters_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"kith/internal/feature/newsletters"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// NWS-2, NWS-7, NWS-8
func TestAnybodyReadsASentIssuePassesItOnAndSignsUpThere(t *testing.T) {
	w := onSQLite(t)
	issue := w.out(t, letter("Autumn"), 0)
	w.drain(t)
	p := w.get(t, "/newsletters/"+string(issue)).status(200)
	p.has("h1", "Autumn").has(".mast", "Monday 23 November 2026").has(".open", "What is new this half term.").has(".item", "A short film says it in four minutes.")
	p.has(".dated", "Thursday 14 January 2027, 09:15, Millrace Centre").has(".dated", "In addition to the annual programme").has("[aria-labelledby=coming]", "Lead safeguarding training")
	if href, _ := p.Doc.Find(".dated a").Attr("href"); href != "/training" {
		t.Errorf("booking leads to %q", href)
	}
	p.has("[aria-labelledby=share]", "https://kith.example/newsletters/"+string(issue)).has("[aria-labelledby=sign-up]", "Sign up")
	w.send(t, "/newsletters/sign-up", url.Values{"email": {"new@reader.example"}, "from": {string(issue)}}).status(303)
	w.drain(t)
	at := link(t, w.post.to("new@reader.example", "Confirm that you want the newsletter")[0])
	w.send(t, at, nil).status(200)
	w.as(w.amina).get(t, "/newsletters/issues/"+string(issue)).status(200).has(".side", "where 1 reader signed up")
	w.After(60 * 24 * time.Hour) // after the event
	if w.as(access.Public(district)).get(t, "/newsletters/"+string(issue)).status(200).Doc.Find("[aria-labelledby=coming]").Length() != 0 {
		t.Error("an event of the past is shown as coming")
	}
}

func TestNobodyReadsWhatIsNotSent(t *testing.T) {
	w := onSQLite(t)
	draft := w.newID()
	testkit.OK(t, w.f.Write(t.Context(), w.amina, draft, letter("Draft")))
	waiting, _ := w.written(t, letter("Waiting"))
	scheduled := w.out(t, letter("Scheduled"), w.DB.Now().Add(time.Hour))
	missing := w.get(t, "/newsletters/"+string(w.newID())).status(404)
	for _, issue := range []newsletters.ID{draft, waiting, scheduled, "not-an-id"} {
		if p := w.get(t, "/newsletters/"+string(issue)).status(404); p.Body != missing.Body {
			t.Errorf("%s is answered unlike one that does not exist", issue)
		}
	}
	w.get(t, "/newsletters").status(200).hasNot("Draft").hasNot("Waiting").hasNot("Scheduled").has(".em", "No issue yet")
}

func TestTheListPagesAndAnArchivedIssueKeepsItsAddress(t *testing.T) {
	w := onSQLite(t)
	var ids []newsletters.ID
	for n := range 27 {
		ids = append(ids, w.out(t, letter(fmt.Sprintf("Number %02d", n+1)), 0))
		w.drain(t)
		w.After(time.Hour)
	}
	testkit.OK(t, w.f.Archive(t.Context(), w.amina, ids[25]))
	p := w.get(t, "/newsletters").status(200).has(".is:first-of-type h3", "Number 27").hasNot("Number 26").hasNot("Number 01")
	next, _ := p.Doc.Find(".govuk-pagination__next a").Attr("href")
	w.get(t, next).status(200).has("h3", "Number 01").hasNot("Number 27")
	w.get(t, "/newsletters/"+string(ids[25])).status(200).has("h1", "Number 26")
	if strings.Contains(w.get(t, "/newsletters/atom.xml").Body, "Number 26") {
		t.Error("an archived issue is in the feed")
	}
	rows := w.as(w.gareth).get(t, "/newsletters/issues").status(200).has(".issues", "Number 26 Newsletter. Sent today 08:50 Archived")
	older, _ := rows.Doc.Find(".govuk-pagination__next a").Attr("href")
	w.get(t, older).status(200).has(".issues", "Number 01")
}

func TestTheFeedIsAtom(t *testing.T) {
	w := onSQLite(t)
	c := letter("Tips & <dates>")
	issue := w.out(t, c, 0)
	w.drain(t)
	p := w.get(t, "/newsletters/atom.xml").status(200)
	if ct := p.Header.Get("Content-Type"); ct != "application/atom+xml; charset=utf-8" {
		t.Error(ct)
	}
	var feed struct { // what RFC 4287 requires
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Author  string   `xml:"author>name"`
		Links   []struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		} `xml:"link"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Content struct {
				Type string `xml:"type,attr"`
				Text string `xml:",chardata"`
			} `xml:"content"`
		} `xml:"entry"`
	}
	testkit.OK(t, xml.Unmarshal([]byte(p.Body), &feed))
	if feed.ID == "" || feed.Title == "" || feed.Author != "Haverdale Safeguarding Partnership" || feed.Links[0].Rel != "self" || feed.Links[0].Href != "https://kith.example/newsletters/atom.xml" {
		t.Errorf("%+v", feed)
	}
	e := feed.Entries[0]
	if e.ID != "urn:uuid:"+string(issue) || e.Title != c.Title || e.Content.Type != "html" || !strings.Contains(e.Content.Text, "<h2>Private fostering</h2>") || strings.Contains(e.Content.Text, "unsubscribe") {
		t.Errorf("%+v", e)
	}
	for _, at := range []string{feed.Updated, e.Updated} {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			t.Error(err)
		}
	}
}

func TestTheAnswerIsTheSameForEveryAddress(t *testing.T) {
	w := onSQLite(t)
	w.join(t, "known@school.example")
	testkit.OK(t, w.f.Stop(t.Context(), w.amina, "blocked@school.example", newsletters.Blocked))
	first := w.send(t, "/newsletters/sign-up", url.Values{"email": {"unknown@school.example"}}).status(303)
	for _, a := range []string{"known@school.example", "KNOWN@school.example", "blocked@school.example", "unknown@school.example"} {
		p := w.send(t, "/newsletters/sign-up", url.Values{"email": {a}}).status(303)
		if p.Body != first.Body || p.Header.Get("Location") != first.Header.Get("Location") || strings.Contains(p.Header.Get("Location"), "@") || len(p.Header["Set-Cookie"]) != 0 {
			t.Errorf("%s is answered otherwise: %v", a, p.Header)
		}
	}
	w.drain(t)
	if len(w.post.to("known@school.example", "You already get the newsletter")) != 1 {
		t.Error("somebody on the list is not told so in the letter")
	}
	w.get(t, "/newsletters/sign-up/sent").status(200).has("h1", "Look into your mail")
	w.send(t, "/newsletters/sign-up", url.Values{"email": {"not an address"}}).status(422).has(".govuk-error-summary", "Write one e-mail address").has(".govuk-error-message", "Write one e-mail address")
	w.send(t, "/newsletters/sign-up", nil).status(422).has(".govuk-error-summary", "Write your e-mail address")
}

// NWS-1: scanners open links; only a press confirms.
func TestOpeningALinkChangesNothing(t *testing.T) {
	w := onSQLite(t)
	testkit.OK(t, w.f.SignUp(t.Context(), access.Public(district), "tom@school.example", ""))
	w.drain(t)
	at := link(t, w.post.sent[0])
	for range 3 {
		w.get(t, at).status(200).has("button", "Yes, send me the newsletter")
	}
	if w.states(t, "newsletters_subscriber")["pending"] != 1 {
		t.Error("opening the link confirmed")
	}
	w.send(t, at, nil).status(200).has("h1", "You are on the list")
	w.send(t, at, nil).status(200).has("h1", "does not work any more")
	w.get(t, "/newsletters/confirm/nonsense").status(200).has("h1", "does not work any more")
}

// NWS-3, RFC 8058: the mail program's own servers press, without cookie or origin, and follow no redirect.
func TestTheMailProgramsOwnButtonStopsTheMail(t *testing.T) {
	w := onSQLite(t)
	w.join(t, "tom@school.example")
	w.out(t, letter("Autumn"), 0)
	w.drain(t)
	m := w.post.to("tom@school.example", "Autumn")[0]
	at := strings.Trim(m.Headers["List-Unsubscribe"], "<>")
	w.get(t, link(t, m)).status(200).has("button", "Stop it")
	if w.states(t, "newsletters_subscriber")["confirmed"] != 1 {
		t.Error("opening the link unsubscribed")
	}
	r := httptest.NewRequest("POST", at, strings.NewReader("List-Unsubscribe=One-Click"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	if rec.Code != http.StatusOK || w.states(t, "newsletters_subscriber")["unsubscribed"] != 1 {
		t.Errorf("%d %v", rec.Code, w.states(t, "newsletters_subscriber"))
	}
	w.send(t, link(t, m), nil).status(200).has("h1", "It has stopped")
	w.send(t, "/newsletters/unsubscribe/nonsense", nil).status(404)
}

func TestEditingIsForThePartnershipsStaffWithASecondFactor(t *testing.T) {
	w := onSQLite(t)
	issue, _ := w.written(t, letter("Autumn"))
	weak := w.gareth
	weak.Strength = access.FirstFactor
	for _, route := range w.f.Routes() {
		if route.Permission.Name != newsletters.Edit.Name {
			continue
		}
		path := strings.NewReplacer("{issue}", string(issue), "{delivery}", string(w.newID())).Replace(route.Pattern)
		for want, v := range map[string]access.Viewer{"/sign-in": access.Public(district), "/sign-in/confirm": weak} {
			if to := w.as(v).ask(t, route.Method, path, nil).status(303).Header.Get("Location"); strings.Split(to, "?")[0] != want {
				t.Errorf("%s %s sends to %s", route.Method, path, to)
			}
		}
		w.as(w.stranger).ask(t, route.Method, path, nil).status(404)
	}
	if w.state(t, issue) != "review" {
		t.Error("somebody without the right changed it")
	}
}

// typed is what a browser would send from the form of a page.
func typed(p page) url.Values {
	v := url.Values{}
	p.Doc.Find("form.write [name]").Each(func(_ int, s *goquery.Selection) {
		kind, name := s.AttrOr("type", ""), s.AttrOr("name", "")
		if _, on := s.Attr("checked"); goquery.NodeName(s) == "button" || (kind == "radio" || kind == "checkbox") && !on {
			return
		}
		value := s.AttrOr("value", "")
		if goquery.NodeName(s) == "textarea" {
			value = s.Text()
		}
		v.Add(name, value)
	})
	return v
}

// keep does what the page does by itself while somebody types.
func (w *world) keep(t *testing.T, p page, v url.Values) {
	t.Helper()
	form := p.Doc.Find("form.write")
	var more map[string]string
	testkit.OK(t, json.Unmarshal([]byte(form.AttrOr("data-hx-vals", "")), &more))
	for name, value := range more {
		v.Set(name, value)
	}
	w.send(t, form.AttrOr("data-hx-post", ""), v).status(200)
}

func TestAnIssueIsWrittenReadByASecondPersonAndSent(t *testing.T) {
	w := onSQLite(t)
	w.join(t, "tom@school.example")
	w.as(w.amina).get(t, "/newsletters/issues").status(200).has(".em", "No issue yet")
	p := w.get(t, "/newsletters/issues/new").status(200)
	v := typed(p)
	if v.Get("kind") != "newsletter" || !id.Valid(v.Get("id")) || !v.Has("item-1-heading") {
		t.Fatalf("the form begins with %v", v)
	}
	w.send(t, "/newsletters/issues", v).status(422).has(".govuk-error-summary", "Write a title")
	v.Set("title", "Autumn")
	v.Set("item-1-heading", "Private fostering")
	v.Set("item-1-text", "Who must be told.")
	v.Set("item-1-link", "haverdale.example")
	w.send(t, "/newsletters/issues", v).status(422).has(".govuk-error-summary", "beginning with https://").has("textarea", "Who must be told.")
	v.Set("item-1-link", "")
	v.Set("item-1-starts", "quarter past")
	w.send(t, "/newsletters/issues", v).status(422).has(".govuk-error-summary", "Write the time as 12:20")
	v.Set("item-1-starts", "")
	v.Set("do", "add")
	v = typed(w.send(t, "/newsletters/issues", v).status(200).has("legend", "Item 2"))
	v.Set("item-2-heading", "Training")
	v.Set("item-2-on", "14/1/2027")
	v.Set("item-2-starts", "9:15")
	v.Set("item-2-extra", "yes")
	v.Set("do", "up-2")
	v = typed(w.send(t, "/newsletters/issues", v).status(200))
	if v.Get("item-1-heading") != "Training" || v.Get("item-1-extra") != "yes" || v.Get("item-2-heading") != "Private fostering" || v.Has("item-2-extra") {
		t.Fatalf("moved up: %v", v)
	}
	v.Set("do", "save")
	v.Set("state", "sent") // a field that the form does not have changes nothing (SEC-9)
	v.Set("approver_id", "amina")
	at := w.send(t, "/newsletters/issues", v).status(303).Header.Get("Location")
	if again := w.send(t, "/newsletters/issues", v).status(303).Header.Get("Location"); again != at {
		t.Error("sent twice, the form made two issues")
	}
	w.as(w.gareth).send(t, "/newsletters/issues", v).status(404) // somebody else's id
	w.as(w.amina).get(t, at).status(200).has("h1", "Autumn").has(".steps [aria-current]", "Draft").has(".hd", "Written by Amina Sesay").has(".dated", "Thursday 14 January 2027, 09:15")
	for path, words := range map[string]string{"/page": "Training", "/mail": "Stop getting it: https://kith.example/newsletters/unsubscribe/"} {
		w.get(t, at+path).status(200).has("main", words)
	}
	w.send(t, at+"/approve", url.Values{"when": {"now"}}).status(422).has(".govuk-error-summary", "not waiting for approval")
	w.send(t, at+"/review", nil).status(303)
	w.get(t, at).status(200).has(".side", "You wrote in this issue. Somebody else reads and approves it")
	w.get(t, at+"/edit").status(422).has("main", "Take this issue back")
	p = w.as(w.gareth).get(t, at).status(200)
	version, _ := p.Doc.Find("form[action$='/approve'] [name=version]").Attr("value")
	w.send(t, at+"/approve", url.Values{"version": {version}}).status(422).has(".govuk-error-summary", "Choose when it goes out")
	w.send(t, at+"/approve", url.Values{"version": {version}, "when": {"at"}}).status(422).has(".govuk-error-summary", "Give the date and the time")
	w.send(t, at+"/approve", url.Values{"version": {version}, "when": {"at"}, "on": {"2026-11-22"}, "at": {"10:00"}}).status(422).has(".govuk-error-summary", "is past")
	w.send(t, at+"/approve", url.Values{"version": {"0"}, "when": {"now"}}).status(409).has(".govuk-error-summary", "has changed since you read it")
	w.send(t, at+"/approve", url.Values{"version": {version}, "when": {"at"}, "on": {"2026-12-01"}, "at": {"16:00"}}).status(303)
	w.get(t, at).status(200).has(".steps", "by Gareth Pryce").has(".steps", "goes out Tue 1 Dec, 16:00")
	w.Clock.Set(clock.Day("2026-12-01").At(16, 0))
	testkit.OK(t, w.f.Sweep(t.Context(), sweep))
	w.get(t, at).status(200).has("#letters", "0 of 1 letter sent").has("#letters", "You can leave this page")
	w.drain(t)
	w.get(t, at+"/progress").status(200).has("#letters", "1 of 1 letter sent").hasNot("You can leave this page")
	w.get(t, at+"/edit").status(422).has("main", "has gone out")
	w.send(t, at+"/archive", nil).status(303)
	w.send(t, at+"/take-back", nil).status(422)
}

// SEC-14
func TestWhoSavesSecondSeesBothTexts(t *testing.T) {
	w := onSQLite(t)
	issue := w.newID()
	testkit.OK(t, w.f.Write(t.Context(), w.amina, issue, letter("Autumn")))
	at := "/newsletters/issues/" + string(issue) + "/edit"
	mine := typed(w.as(w.gareth).get(t, at).status(200))
	theirs := typed(w.as(w.amina).get(t, at).status(200))
	theirs.Set("opening", "Amina’s words.")
	w.send(t, at, theirs).status(303)
	mine.Set("opening", "Gareth’s words.")
	p := w.as(w.gareth).send(t, at, mine).status(409)
	p.has(".theirs", "Amina Sesay saved this issue").has(".theirs", "Amina’s words.").has("textarea[name=opening]", "Gareth’s words.")
	w.send(t, at, typed(p)).status(303)
	w.get(t, strings.TrimSuffix(at, "/edit")).has(".open", "Gareth’s words.").has(".hd", "Written by Amina Sesay and Gareth Pryce")
	w.send(t, strings.TrimSuffix(at, "/edit")+"/review", nil).status(303)
	w.get(t, strings.TrimSuffix(at, "/edit")).status(200).has(".side", "You wrote in this issue")
}

func TestAHalfWrittenIssueIsKeptForItsAuthorAlone(t *testing.T) {
	w := onSQLite(t)
	p := w.as(w.amina).get(t, "/newsletters/issues/new").status(200)
	v := typed(p)
	v.Set("title", "Half a title")
	w.keep(t, p, v)
	again := w.get(t, "/newsletters/issues/new").status(200).has(".keep", "This is your draft, kept today 07:50")
	if got := typed(again); got.Get("title") != "Half a title" || got.Get("id") != v.Get("id") {
		t.Errorf("%v", got)
	}
	w.as(w.gareth).get(t, "/newsletters/issues/new").status(200).hasNot("This is your draft")
	w.as(w.amina).send(t, "/newsletters/issues", typed(again)).status(303)
	w.get(t, "/newsletters/issues/new").status(200).hasNot("This is your draft")
	// an edit that rests on an old version does not slip past the comparison
	at := "/newsletters/issues/" + v.Get("id") + "/edit"
	p = w.get(t, at).status(200)
	edit := typed(p)
	edit.Set("opening", "Kept while typing.")
	w.keep(t, p, edit)
	w.as(w.gareth).send(t, at, typed(w.get(t, at))).status(303)
	old := w.as(w.amina).get(t, at).status(200).has(".keep", "This is your draft").has("textarea[name=opening]", "Kept while typing.")
	w.send(t, at, typed(old)).status(409)
}

// NWS-4
func TestTheFormSaysWhatToTakeOut(t *testing.T) {
	w := onSQLite(t)
	w.roll.names = []string{"Ivy Marsden"}
	v := typed(w.as(w.amina).get(t, "/newsletters/issues/new").status(200))
	v.Set("title", "Autumn")
	v.Set("item-1-text", "Ivy Marsden won a prize.")
	w.send(t, "/newsletters/issues", v).status(422).has(".govuk-error-summary", "Item 1: take out the full name of a child").has("textarea", "Ivy Marsden won a prize.")
	v.Set("item-1-text", "See /children/0190a1b2-0000-7000-8000-000000000001")
	w.send(t, "/newsletters/issues", v).status(422).has(".govuk-error-summary", "Item 1: take out the link to a record")
}

// NWS-6
func TestTheChannelLogShowsWhereAnIssueWasShown(t *testing.T) {
	w := onSQLite(t)
	issue := w.out(t, letter("Autumn"), 0)
	w.drain(t)
	at := "/newsletters/issues/" + string(issue)
	p := w.as(w.amina).get(t, at+"/showings").status(200)
	v := url.Values{"id": {p.Doc.Find("[name=id]").AttrOr("value", "")}, "channel": {"board"}, "on": {"2026-11-24"}, "who": {"Gareth Pryce"}, "note": {"Minute 7"}}
	w.send(t, at+"/showings", url.Values{"id": v["id"]}).status(422).has(".govuk-error-summary", "Choose where it was shown Give the day Say who")
	w.send(t, at+"/showings", v).status(422).has(".govuk-error-summary", "cannot be in the future")
	v.Set("on", "2026-11-20")
	w.send(t, at+"/showings", v).status(303)
	w.send(t, at+"/showings", v).status(303) // twice by mistake
	if n := w.get(t, at).status(200).has("[aria-labelledby=shown]", "Board meeting , 20 Nov 2026, Gareth Pryce Minute 7").Doc.Find("[aria-labelledby=shown] li").Length(); n != 1 {
		t.Errorf("%d showings", n)
	}
}

func TestReadersAreCountedEnteredAndStopped(t *testing.T) {
	w := onSQLite(t)
	w.as(w.amina).get(t, "/newsletters/subscribers").status(200).has(".counts", "0 addresses get the newsletter")
	enter := url.Values{"enter-email": {"Paper@School.example"}, "how": {"sheet at the network meeting"}}
	w.send(t, "/newsletters/subscribers/enter", url.Values{"enter-email": {"x"}, "how": {"y"}}).status(422).has(".govuk-error-summary", "Write one e-mail address")
	w.send(t, "/newsletters/subscribers/enter", nil).status(422).has(".govuk-error-summary", "Say how they asked")
	w.send(t, "/newsletters/subscribers/enter", enter).status(303)
	w.get(t, "/newsletters/subscribers").status(200).has(".counts", "1 address gets the newsletter").hasNot("paper@school.example")
	w.send(t, "/newsletters/subscribers/stop", url.Values{"stop-email": {"paper@school.example"}, "to": {"confirmed"}}).status(422).has(".govuk-error-summary", "Choose one of the answers shown")
	w.send(t, "/newsletters/subscribers/stop", url.Values{"stop-email": {"paper@school.example"}, "to": {"unsubscribed"}}).status(303)
	w.send(t, "/newsletters/subscribers/enter", enter).status(422).has(".govuk-error-summary", "left the list")
	var source string
	testkit.OK(t, w.DB.Read(t.Context(), sweep, func(ctx context.Context, tx *store.Tx) (err error) {
		source, err = store.Value[string](ctx, tx, store.SQL(`SELECT source FROM newsletters_subscriber`))
		return err
	}))
	if source != "sheet at the network meeting" {
		t.Error("the proof of consent is not kept")
	}
}
