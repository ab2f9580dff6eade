package app

import (
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"kith/internal/kernel/access"
	"kith/internal/platform/web"
	"kith/internal/testkit"
	"kith/internal/testkit/repo"
)

// senders say who sends each form, where that is not the lead of the school.
func sender(route string) string {
	switch {
	case strings.HasPrefix(route, "POST /newsletters/"):
		return "partnership-manager"
	case strings.HasPrefix(route, "POST /training/propose"), strings.HasPrefix(route, "POST /training/programmes/{programme}/take-part"):
		return "reporter"
	case strings.HasPrefix(route, "POST /training/office"), strings.HasPrefix(route, "POST /training/registers"):
		return "training-admin"
	case strings.HasPrefix(route, "POST /training/record"):
		return "reporter"
	case strings.HasPrefix(route, "POST /training/staff"):
		return "dsl"
	case route == "POST /training/quizzes/asks", strings.HasPrefix(route, "POST /training/quizzes/take/"):
		return "reporter"
	case strings.HasPrefix(route, "POST /training/quizzes/"):
		return "dsl"
	case strings.HasPrefix(route, "POST /training/"):
		return "headteacher"
	case route == "POST /admin/concerns", route == "POST /admin/referrals", strings.HasPrefix(route, "POST /admin/sharing"), route == "POST /admin/terms/hours", strings.HasPrefix(route, "POST /admin/register"):
		return "strategic-manager"
	case strings.HasPrefix(route, "POST /closures"):
		return "headteacher"
	case strings.HasPrefix(route, "POST /admin/"):
		return "account-admin"
	case strings.HasPrefix(route, "POST /audit/"):
		return "auditor"
	case strings.HasPrefix(route, "POST /adults/{") || strings.HasPrefix(route, "POST /adults/settings"):
		return "headteacher"
	case strings.HasPrefix(route, "POST /adults"), route == "POST /concerns", route == "POST /drafts/{id}":
		return "reporter"
	case strings.HasPrefix(route, "POST /referrals/") && (strings.HasSuffix(route, "/receive") || strings.HasSuffix(route, "/ask") || strings.HasSuffix(route, "/decision")):
		return "social-worker"
	case route == "POST /break-glass":
		return "head-millrace"
	case strings.HasPrefix(route, "POST /documents/"):
		return "auditor"
	case strings.HasPrefix(route, "POST /break-glass/"):
		return "headteacher"
	}
	return "dsl"
}

// changes are the routes that change something, in an order in which each finds what it needs.
func changes(w *world) []web.Route {
	return slices.DeleteFunc(readsFirst(w.Site.Routes()), func(r web.Route) bool {
		return r.Method != http.MethodPost || forms[name(r)] == nil && !bare[name(r)]
	})
}

// bare are forms without a field: a button is all there is.
var bare = map[string]bool{"POST /concerns/{id}/take": true, "POST /concerns/{id}/replied": true, "POST /concerns/{id}/actions/{action}/done": true, "POST /concerns/rota/{id}/remove": true, "POST /talk/box/stop": true,
	"POST /adults/{id}/take": true, "POST /adults/{id}/actions/{action}/done": true,
	"POST /newsletters/issues/{issue}/review": true, "POST /newsletters/issues/{issue}/take-back": true, "POST /training/requests/{booking}/cancel": true, "POST /training/office/dates/{run}/cancel": true,
	"POST /training/office/programmes/{programme}/publish": true, "POST /training/office/partners/{partner}/admit": true,
	"POST /training/staff/lines/{line}/take-out": true,
	"POST /training/quizzes/given/{id}/swap/{n}": true, "POST /training/quizzes/given/{id}/give": true, "POST /training/quizzes/needs/{need}/met": true, "POST /training/quizzes/bank/{question}/retire": true,
	"POST /training/cascade/sessions/{session}/open": true, "POST /training/cascade/sessions/{session}/close": true,
	"POST /admin/people/{id}/disable": true, "POST /admin/people/{id}/enable": true, "POST /admin/people/{id}/invite": true, "POST /audit/recipients/{id}/end": true}

// filled is the form of a route, filled in.
func (w *world) filled(f fixtures, r web.Route) url.Values {
	if form := forms[name(r)]; form != nil {
		return form(w, f)
	}
	return url.Values{}
}

// SEC-9: fields that a form does not have change nothing: neither the rights of whoever sends them nor whose record it is.
// The names are those of all columns of the database.
func TestExtraFieldsChangeNothing(t *testing.T) {
	plain, stuffed := newWorld(t), newWorld(t)
	f, g := plain.furnish(t), stuffed.furnish(t)
	extra := url.Values{}
	for _, table := range stuffed.rows(t, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		for _, c := range stuffed.rows(t, `SELECT name FROM pragma_table_info(?)`, table[0]) {
			for _, spelling := range []string{c[0], strings.TrimSuffix(c[0], "_id"), table[0] + "." + c[0]} {
				extra.Set(spelling, "1")
				switch {
				case strings.Contains(c[0], "org"):
					extra.Set(spelling, stuffed.school(t, "Millrace Primary"))
				case strings.Contains(c[0], "role"):
					extra.Set(spelling, string(access.DSL))
				case strings.Contains(c[0], "district"):
					extra.Set(spelling, "01890000-0000-7000-8000-000000000001")
				case strings.HasSuffix(c[0], "_id"):
					extra.Set(spelling, stuffed.accounts["account-admin"])
				}
			}
		}
	}
	for _, r := range changes(plain) {
		who := sender(name(r))
		left := plain.filled(f, r)
		right := stuffed.filled(g, r)
		own := fieldsOf(name(r))
		for n, v := range extra {
			if !right.Has(n) && !slices.Contains(own, n) {
				right[n] = v
			}
		}
		a, b := plain.as(t, who).Post(f.address(t, r.Pattern, nil), left), stuffed.as(t, who).Post(g.address(t, r.Pattern, nil), right)
		if a.Code >= 400 && !slices.Contains([]string{"POST /concerns/{id}/reopen", "POST /referrals/{id}/withdraw", "POST /newsletters/subscribers/stop"}, name(r)) { // not closed; decided by then; knows no such address
			t.Errorf("%s as %s: the form of the test is refused (%d): %s", name(r), who, a.Code, a.Text("main .govuk-error-summary"))
		}
		if a.Code != b.Code {
			t.Errorf("%s as %s answers %d, with fields that it does not have %d", name(r), who, a.Code, b.Code)
		}
	}
	if d := parted(plain.dump(t), stuffed.dump(t)); len(d) > 0 {
		t.Errorf("the fields changed %d lines:\n%.3000s", len(d), strings.Join(d, "\n"))
	}
}

// SEC-13: when the log cannot be written, what would have been written down is not shown, and nothing is changed.
func TestNoAuditNoData(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	entries := func() string { return w.value(t, `SELECT count(*) FROM audit_entry`) }
	noted := map[string]bool{}
	people := []string{"dsl", "reporter", "headteacher"}
	for _, who := range people {
		w.as(t, who)
		for _, r := range w.Site.Routes() {
			if r.Method == http.MethodGet && !noRecords(r) {
				before := entries()
				w.as(t, who).Get(f.address(t, r.Pattern, nil))
				noted[who+name(r)] = entries() != before
			}
		}
	}
	if !noted["dslGET /concerns/{id}"] || !noted["reporterGET /concerns/mine"] {
		t.Fatal("the opening of a record is not written down")
	}
	senders := map[string]bool{}
	for _, r := range changes(w) {
		senders[sender(name(r))] = true
	}
	for who := range senders {
		w.as(t, who)
	}
	bodies := map[string]url.Values{}
	for _, r := range changes(w) {
		bodies[name(r)] = w.filled(f, r)
	}
	w.exec(t, `CREATE TRIGGER no_audit BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END`)
	w.plant(t)
	for _, who := range people {
		for _, r := range w.Site.Routes() {
			if noted[who+name(r)] {
				p := w.as(t, who).Get(f.address(t, r.Pattern, nil))
				if p.Code < 500 || strings.Contains(answer(p), canary) {
					t.Errorf("%s as %s answers %d though nobody could write down that it was opened", name(r), who, p.Code)
				}
			}
		}
	}
	before := w.dump(t)
	for _, r := range changes(w) {
		p := w.as(t, sender(name(r))).Post(f.address(t, r.Pattern, nil), bodies[name(r)])
		after := w.dump(t)
		if d := parted(before, after); len(d) > 0 {
			t.Errorf("%s answers %d and changes something that nobody could write down:\n%.600s", name(r), p.Code, strings.Join(d, "\n"))
			before = after
		}
	}
}

// SEC-14: of two leads who decide the same version, the second is shown both texts and may go on. No text is lost.
func TestSecondOfTwoLeadsSeesBothTexts(t *testing.T) {
	w := newWorld(t)
	concern := w.urgent(t)
	at := "/concerns/" + concern
	open := func(who string) *testkit.Form {
		return w.as(t, who).Get(at).Status(200).Form("form[action$='/decision']")
	}
	amina, tom := open("dsl"), open("deputy-dsl")
	decide := func(f *testkit.Form, reasons string) *testkit.Page {
		return f.Set("level", "1", "codes", "neglect", "outcome", "support", "threshold", "Level 2", "consulted", "The front door", "title", "A mark", "reasons", reasons, "review_on", "2026-12-14").Submit()
	}
	decide(amina, "Amina thinks that support in school is enough.").Status(303)
	page := decide(tom, "Tom thinks that this has to be referred.").Status(http.StatusConflict)
	page.Has("main", "Amina thinks that support in school is enough.").Has("textarea[name=reasons]", "Tom thinks that this has to be referred.")
	decide(page.Form("form[action$='/decision']"), "Tom thinks that this has to be referred.").Status(303)
	w.as(t, "dsl").Get(at).Status(200).Has("main", "Amina thinks that support in school is enough.", "Tom thinks that this has to be referred.")
}

// SEC-15, CON-15: a form that is sent twice makes one record.
func TestFormSentTwiceMakesOneRecord(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	for _, r := range changes(w) {
		body := w.filled(f, r)
		if !body.Has("id") {
			continue
		}
		b, path := w.as(t, sender(name(r))), f.address(t, r.Pattern, nil)
		one := b.Post(path, body)
		if one.Code >= 400 {
			t.Errorf("%s: the form of the test is refused (%d): %.300s", name(r), one.Code, one.Text("main"))
			continue
		}
		before := w.dump(t, "audit_entry")
		two := b.Post(path, body)
		if two.Code != one.Code || two.Header.Get("Location") != one.Header.Get("Location") {
			t.Errorf("%s sent twice answers %d %s, and then %d %s", name(r), one.Code, one.Header.Get("Location"), two.Code, two.Header.Get("Location"))
		}
		if d := parted(before, w.dump(t, "audit_entry")); len(d) > 0 {
			t.Errorf("%s sent twice changes something the second time:\n%.1200s", name(r), strings.Join(d, "\n"))
		}
	}
}

// SEC-15: a form without an id of its own makes no second record either.
func TestNoFormRepeatsItself(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	for _, r := range changes(w) {
		body := w.filled(f, r)
		if body.Has("id") {
			continue
		}
		b, path := w.as(t, sender(name(r))), f.address(t, r.Pattern, nil)
		b.Post(path, body)
		before := w.records(t, "audit_entry")
		b.Post(path, body)
		if w.records(t, "audit_entry") > before {
			t.Errorf("%s sent twice makes a second record", name(r))
		}
	}
}

// SEC-19: no form is taken from another site's page.
func TestOtherSitesAreRefused(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	for _, r := range w.Site.Routes() {
		w.as(t, sender(name(r)))
	}
	before := w.dump(t)
	for _, r := range w.Site.Routes() {
		if r.Method != http.MethodPost {
			continue
		}
		body := w.filled(f, r)
		for _, h := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Sec-Fetch-Site": {""}, "Origin": {"https://elsewhere.example"}}} {
			b := w.as(t, sender(name(r)))
			maps.Copy(b.Header, h)
			if h.Get("Origin") != "" {
				b.Header.Set("Sec-Fetch-Site", "cross-site")
			}
			if p := b.Post(f.address(t, r.Pattern, nil), body); p.Code != http.StatusForbidden {
				t.Errorf("%s from another site (%v) answers %d", name(r), h, p.Code)
			}
		}
	}
	if d := parted(before, w.dump(t)); len(d) > 0 {
		t.Errorf("another site changed something:\n%.1200s", strings.Join(d, "\n"))
	}
}

// hostile are texts that try to become more than text: our own, and those of the shared corpus where it is.
var ownHostile = []string{
	`<script>zq(1)</script>`, `"><img src=x onerror=zq(1)>`, `'><svg onload=zq(1)>`, `</textarea><script>zq(1)</script>`, `</title><script>zq(1)</script>`, `<iframe srcdoc="<script>zq(1)</script>"></iframe>`,
	`javascript:zq(1)`, `"onmouseover="zq(1)`, `' autofocus onfocus=zq(1) x='`, `<a href="javascript:zq(1)">x</a>`, `<style>*{background:url(//zq)}</style>`, `<base href="//zq/">`, `<form action="//zq"><input type=submit>`,
	`<meta http-equiv=refresh content="0;url=//zq">`, `--><script>zq(1)</script><!--`, "\u202e<zq>\u202c", `{{7*7}}${7*7}<%= 7*7 %>`, `<math><mtext></p><script>zq(1)</script>`, `<!--<img src="--><img src=x onerror=zq(1)//">`,
}

// SEC-19: whatever is written into any field of any form shows as text on every page.
func TestStoredScriptIsText(t *testing.T) {
	t.Run("own", func(t *testing.T) { showsAsText(t, ownHostile) })
	t.Run("shared", func(t *testing.T) {
		var lines []string
		for _, l := range strings.Split(string(readShared(t, "hostile", "xss_sample.txt")), "\n") {
			if l = strings.TrimSpace(l); l != "" && len(l) < 400 {
				lines = append(lines, l)
			}
		}
		if len(lines) > 60 {
			lines = slices.Collect(func(yield func(string) bool) {
				for i := 0; i < len(lines); i += len(lines)/60 + 1 {
					if !yield(lines[i]) {
						return
					}
				}
			})
		}
		showsAsText(t, lines)
	})
}

// prose are the fields in which people write; others are chosen from lists and refused when they hold anything else.
var prose = regexp.MustCompile(`^(words|done|place|said_by|mark_note|kid_name|kid_words|title|reasons|threshold|consulted|what|who|reason|comment|purpose|name|part|phone|opening|item-1-heading|item-1-text|item-1-place|find|to|together|training|question|explain|scene|para|answer|option-1|option-2)$`)

func showsAsText(t *testing.T, corpus []string) {
	w := newWorld(t)
	f := w.furnish(t)
	next := 0
	few := func(room int) string {
		out := ""
		for len(out) == 0 || next%len(corpus) != 0 && len([]rune(out+corpus[next%len(corpus)])) < room {
			out += corpus[next%len(corpus)] + " "
			next++
			if len([]rune(out)) > room {
				return string([]rune(out)[:room])
			}
		}
		return out
	}
	for _, r := range changes(w) {
		body := w.filled(f, r)
		for k := range body {
			room := 60
			if slices.Contains([]string{"words", "reasons", "done", "opening", "item-1-text"}, k) {
				room = 1000
			}
			if prose.MatchString(k) && !(k == "who" && name(r) == "POST /concerns/rota") {
				body.Set(k, few(room))
			}
		}
		w.as(t, sender(name(r))).Post(f.address(t, r.Pattern, nil), body)
	}
	if next < len(corpus) {
		t.Errorf("only %d of %d texts were written", next, len(corpus))
	}
	f["concern"] = w.value(t, `SELECT id FROM concerns_concern ORDER BY recorded_at DESC, id DESC`)
	pages := 0
	for _, concern := range w.rows(t, `SELECT id FROM concerns_concern WHERE recorded_at >= ?`, testkit.Monday.UnixMilli()) {
		mustBeText(t, w.as(t, "dsl").Get("/concerns/"+concern[0]))
		mustBeText(t, w.as(t, "reporter").Get("/concerns/"+concern[0]))
	}
	for _, who := range []string{"dsl", "headteacher", "reporter", "partnership-manager", "account-admin", "nobody"} {
		for _, p := range w.look(t, f, who) {
			mustBeText(t, p)
			pages++
		}
	}
	if pages < 100 {
		t.Errorf("only %d pages were looked at", pages)
	}
}

// mustBeText fails the test for anything on a page that runs, loads or leads elsewhere and is not ours.
func mustBeText(t *testing.T, p *testkit.Page) {
	t.Helper()
	if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		return
	}
	p.Doc().Find("*").Each(func(_ int, e *goquery.Selection) {
		n := e.Nodes[0]
		switch n.Data {
		case "iframe", "object", "embed", "base", "math", "style", "img", "marquee", "video", "audio", "applet":
			t.Errorf("%s as somebody's text became <%s>", p.Path, n.Data)
		case "script":
			if !strings.HasPrefix(e.AttrOr("src", ""), "/assets/") {
				t.Errorf("%s: a script that is not ours: %.100s", p.Path, e.Text())
			}
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "formaction" {
				t.Errorf("%s: <%s %s=%.60q>", p.Path, n.Data, a.Key, a.Val)
			}
			if (a.Key == "href" || a.Key == "src" || a.Key == "action") && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "vbscript:") || strings.HasPrefix(value, "//") || strings.HasPrefix(value, "data:text")) {
				t.Errorf("%s: <%s %s=%.60q>", p.Path, n.Data, a.Key, a.Val)
			}
		}
	})
	if strings.Contains(p.Path, "49") && strings.Contains(p.Text("main"), "4949") {
		t.Errorf("%s: somebody's text was computed", p.Path)
	}
}

func readShared(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(repo.Shared(t, path...))
	testkit.OK(t, err)
	return b
}

// alone are routes that ask for one factor only, and why that is enough: none shows anybody else's words or a child's record.
var alone = map[string]string{
	"/":                       "sends on",
	"/today":                  "without a second factor, one's own concerns only",
	"/concerns/new":           "writing a concern (CON-1)",
	"/concerns/gate":          "writing a concern (CON-1)",
	"/concerns":               "writing a concern (CON-1)",
	"/concerns/pick":          "names and classes of one's own school, three letters and five at most (CON-21)",
	"/concerns/kids":          "writing a concern (CON-1)",
	"/concerns/marks":         "writing a concern (CON-1)",
	"/concerns/mine":          "one's own words (CON-2)",
	"/concerns/{id}":          "one's own words (CON-2); others ask for the second factor",
	"/concerns/{id}/accounts": "adding to one's own words (CON-2)",
	"/drafts/{id}":            "one's own draft",
	"/drafts/{id}/discard":    "one's own draft",
	"/files":                  "writing a concern (CON-1)",

	"/training/courses/{course}/interest":   "asking to be told of dates (TRN-19)",
	"/training/dates/{run}/ask":             "asking for a place (TRN-6)",
	"/training/requests":                    "one’s own requests; a school’s ask for the second factor",
	"/training/requests/{booking}":          "one’s own request",
	"/training/requests/{booking}/change":   "one’s own request",
	"/training/requests/{booking}/transfer": "one’s own request",
	"/training/requests/{booking}/accept":   "one’s own request",
	"/training/requests/{booking}/decline":  "one’s own request",
	"/training/requests/{booking}/approve":  "a colleague’s request, by whom it names as manager",
	"/training/requests/{booking}/cancel":   "one’s own request",

	"/training/cascade":                           "one’s own plans, and where one was (TRU-5); a school’s ask for the second factor",
	"/training/cascade/plans/{cascade}":           "the plan of whoever attended; a school’s heads and leads give the second factor",
	"/training/cascade/plans/{cascade}/sessions":  "the plan of whoever attended",
	"/training/cascade/plans/{cascade}/complete":  "the plan of whoever attended",
	"/training/cascade/sessions/{session}":        "a session of whoever attended, held with a phone in the hand",
	"/training/cascade/sessions/{session}/open":   "a session of whoever attended",
	"/training/cascade/sessions/{session}/list":   "a session of whoever attended",
	"/training/cascade/sessions/{session}/off":    "a session of whoever attended",
	"/training/cascade/sessions/{session}/close":  "a session of whoever attended",
	"/training/cascade/sessions/{session}/cancel": "a session of whoever attended",
	"/training/record":                            "one’s own training",
	"/training/record/places/{booking}/here":      "one’s own place, with the code of the room",
	"/training/record/places/{booking}/thoughts":  "one’s own place; the answers name nobody",
	"/training/record/lines/{line}":               "one’s own certificate; a colleague’s asks for the second factor",
	"/training/record/lines/{line}/pdf":           "one’s own certificate",
	"/training/record/lines/{line}/badge":         "one’s own certificate",

	"/training/quizzes":                "one’s own quizzes and asks (QUI-2)",
	"/training/quizzes/asks":           "asking for training (QUI-4)",
	"/training/quizzes/take/{id}":      "one’s own answers (QUI-2)",
	"/training/quizzes/take/{id}/{n}":  "one’s own answers (QUI-2)",
	"/training/quizzes/take/{id}/send": "one’s own answers (QUI-2)",
	"/files/{id}":                      "one's own files; others ask for the second factor",
}

// SEC-25: every route that may show a record of somebody else asks for the second factor.
func TestRecordsAskForTheSecondFactor(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	for _, r := range w.Site.Routes() {
		if r.Permission.Strength != access.FirstFactor || noRecords(r) {
			continue
		}
		if alone[r.Pattern] == "" {
			t.Errorf("%s asks for one factor only, and nothing says why that is enough", name(r))
		}
	}
	for pattern := range alone {
		if pattern != "/" && !slices.ContainsFunc(w.Site.Routes(), func(r web.Route) bool { return r.Pattern == pattern }) {
			t.Errorf("%s is no route", pattern)
		}
	}
	w.plant(t)
	for _, who := range []string{"dsl", "headteacher", "deputy-dsl"} {
		w.exec(t, `UPDATE concerns_account SET words = 'My own' WHERE author_id = ?`, w.accounts[who])
		for address, p := range w.lookFirst(t, f, who) {
			if a := strings.NewReplacer(canary+"-people_child", "", canary+"-training_booking", "", canary+"-training_need-", "", canary+"-training_cascade", "", canary+"-training_learnt-", "").Replace(answer(p)); strings.Contains(a, canary) { // but for names to write about, one's own requests and training, and what one passes on oneself
				i := strings.Index(a, canary)
				t.Errorf("%s, by one factor, is shown %.100q on %s", who, a[i:], address)
			}
		}
		b := w.first(t, who)
		b.Get("/concerns/" + f["concern"]).Status(303)
		b.Get("/files/" + f["file"]).Status(303)
		b.Post("/concerns/"+f["concern"]+"/accounts", values("id", w.fresh(), "words", "More")).Status(303)
	}
	if n := w.value(t, `SELECT count(*) FROM concerns_account WHERE concern_id = ? AND words = 'More'`, f["concern"]); n != "0" {
		t.Errorf("%s leads added to a colleague's concern by one factor", n)
	}
	mine := w.first(t, "reporter").Get("/concerns/" + f["concern"]).Status(200)
	mine.Has("main", "At the lunch table")
}

// lookFirst is look with one factor, as far as it is answered with a page.
func (w *world) lookFirst(t testing.TB, f fixtures, who string) map[string]*testkit.Page {
	t.Helper()
	return w.look(t, f, who+", first factor")
}
