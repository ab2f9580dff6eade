package app

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/demo"
	"kith/internal/feature/concerns"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/platform/web"
	"kith/internal/testkit"
)

// fixtures are one record of each kind that a route may name, and a second one of another parent where an id stands within
// another.
type fixtures map[string]string

// furnish makes what the invented district lacks, and returns an id for every placeholder of every route.
func (w *world) furnish(t testing.TB) fixtures {
	t.Helper()
	dsl := w.viewer(t, "dsl")
	f := fixtures{"concern": w.urgent(t), "child": w.child(t, "Ivy"), "page": "people", "token": "a-token-that-nobody-holds", "key": "nowhere", "handle": "a-session-that-nobody-has"}
	school := w.school(t, "Thornbeck Primary")
	f["school"] = school
	f["file"] = w.attach(t, "reporter", f["concern"], "notes.txt", "What I wrote on paper.\n")
	other := w.send(t, "teacher", school, "Was tired and asked for water twice.", w.child(t, "Noor"))
	for _, a := range [][2]string{{"action", f["concern"]}, {"other action", other}} { // in this order: two worlds draw the same ids
		name, concern := a[0], a[1]
		testkit.OK(t, w.Concerns.AddAction(t.Context(), dsl, concerns.ID(concern), concerns.Action{What: "Ring the family", Owner: dsl.Account}))
		f[name] = w.value(t, `SELECT a.id FROM concerns_action a JOIN concerns_triage g ON g.id = a.record_id WHERE g.concern_id = ?`, concern)
	}
	f["other concern"] = other
	f["duty"] = w.value(t, `SELECT id FROM concerns_rota WHERE org_id = ?`, school)
	f["draft"] = w.DB.IDs().New(clock.Of(w.clock.Now()))
	w.as(t, "reporter").Post("/drafts/"+f["draft"], url.Values{"form": {"concern"}, "words": {"Not yet sent"}}).Status(200)
	f["person"], f["post"] = w.accounts["deputy-2"], w.value(t, `SELECT id FROM account_post WHERE account_id = ?`, w.accounts["deputy-2"])
	f["other post"] = w.value(t, `SELECT id FROM account_post WHERE account_id = ?`, w.accounts["teacher"])
	f["entry"] = w.value(t, `SELECT id FROM story_entry WHERE child_id = ? ORDER BY at`, f["child"])
	f["other entry"] = w.value(t, `SELECT id FROM story_entry WHERE child_id = ? ORDER BY at`, w.child(t, "Declan"))
	f["other child"] = w.child(t, "Noor")
	f["search"] = strings.TrimPrefix(w.as(t, "dsl").Post("/children/search", url.Values{"q": {"Ivy"}}).Status(303).Header.Get("Location"), "/children/search/")
	born := w.rows(t, `SELECT d.born_on, c.given, c.family FROM people_detail d JOIN people_child c ON c.id = d.child_id WHERE c.given = 'Ivy'`)[0]
	emergency := w.as(t, "dsl-millrace").Get("/break-glass").Status(200).Form("main form[method=post]").Set("name", born[1]+" "+born[2], "born", born[0], "reason", "She has run away from a school trip.")
	f["emergency"] = emergency.Values.Get("id")
	emergency.Submit().Status(303)
	f["issue"] = w.value(t, `SELECT id FROM newsletters_issue WHERE state = 'draft'`)
	f["public issue"] = w.value(t, `SELECT id FROM newsletters_issue WHERE state NOT IN ('draft', 'review')`)
	f["delivery"] = w.DB.IDs().New(clock.Of(w.clock.Now()))
	f["block"] = w.value(t, `SELECT id FROM training_block WHERE title = 'Spring block'`)
	f["run"] = w.value(t, `SELECT r.id FROM training_run r JOIN training_course c ON c.id = r.course_id WHERE r.block_id = ? AND c.format = 'one_day'`, f["block"])
	f["sibling"] = w.value(t, `SELECT r.id FROM training_run r JOIN training_block b ON b.id = r.block_id JOIN training_course c ON c.id = r.course_id WHERE b.title = 'Winter block' AND c.format = 'one_day'`)
	f["course"] = w.value(t, `SELECT id FROM training_course WHERE title = 'Working with fathers'`)
	f["booking"] = w.value(t, `SELECT k.id FROM training_booking k JOIN training_place p ON p.id = k.id WHERE k.by_id = ? AND p.choice = 2`, w.accounts["headteacher"])
	w.furnishRunning(t, f)
	f["roll"], f["register"] = w.fresh(), w.fresh()
	w.as(t, "account-admin").PostParts("/admin/roll", values("id", f["roll"], "org", school), map[string][]byte{"roll.csv": []byte("UPN,Legal Forename,Legal Surname,DOB,Reg\n,Zoe,Brien,03/09/2014,6A\n")}).Status(303)
	w.as(t, "strategic-manager").PostParts("/admin/register", values("id", f["register"], "kind", "groups"), map[string][]byte{"groups.csv": []byte("Group UID,Group Name\n1,A trust\n")}).Status(303)
	w.furnishAdults(t, f)
	w.refer(t, f)
	w.ask(t, f)
	f["term"] = w.fresh()
	w.as(t, "account-admin").Post("/admin/terms", values("id", f["term"], "org", school, "year", "2026", "kind", "inset", "from", "2027-03-01")).Status(303)
	f["closure"] = w.fresh()
	w.as(t, "headteacher").Post("/closures", values("id", f["closure"], "org", school, "name", "Snow", "from", "2026-12-04")).Status(303)
	testkit.OK(t, w.Log.SequenceAll(t.Context()))
	f["audit entry"] = w.value(t, `SELECT id FROM audit_entry WHERE action = 'concern.sent' ORDER BY seq`)
	f["recipient"] = w.value(t, `SELECT id FROM auditing_recipient WHERE district_id = ? ORDER BY added_at`, w.home)
	f["step"], f["purpose"] = "restrict", "siblings"
	w.furnishQuizzes(t, f)
	w.furnishProgrammes(t, f)
	w.furnishCascade(t, f)
	f["passkey"] = w.DB.IDs().New(clock.Of(w.clock.Now()))
	return f
}

// renew replaces what an earlier person of the matrix has used up.
func (w *world) renew(t testing.TB, f fixtures, route string) {
	t.Helper()
	switch route {
	case "POST /concerns/{id}/actions/{action}/done":
		w.exec(t, `UPDATE concerns_action SET done_at = 0 WHERE id = ?`, f["action"])
	case "POST /admin/terms/{id}/remove":
		w.exec(t, `INSERT INTO directory_term_date (id, district_id, org_id, kind, name, from_on, to_on) VALUES (?, ?, ?, 'inset', 'INSET day', '2027-03-01', '2027-03-01') ON CONFLICT DO NOTHING`, f["term"], w.home, f["school"])
	case "POST /closures/{id}/remove":
		w.exec(t, `INSERT INTO directory_term_date (id, district_id, org_id, kind, name, from_on, to_on) VALUES (?, ?, ?, 'closure', 'Snow', '2026-12-04', '2026-12-04') ON CONFLICT DO NOTHING`, f["closure"], w.home, f["school"])
	case "POST /concerns/rota/{id}/remove":
		f["duty"] = w.value(t, `SELECT id FROM concerns_rota WHERE org_id = ?`, f["school"])
	}
	w.renewQuizzes(t, f, route)
	w.renewProgrammes(t, f, route)
	w.renewCascade(t, f, route)
}

var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// kinds says which record a placeholder means, by how the address begins; the longest beginning counts.
var kinds = map[string]map[string]string{
	"/concerns/":           {"id": "concern", "action": "action"},
	"/concerns/rota/":      {"id": "duty"},
	"/adults/":             {"id": "adult", "action": "adult action", "entry": "harm"},
	"/decisions/":          {"decision": "decision"},
	"/referrals/":          {"id": "referral"},
	"/talk/asked/":         {"id": "asked"},
	"/drafts/":             {"id": "draft"},
	"/files/":              {"id": "file"},
	"/admin/people/":       {"id": "person", "post": "post"},
	"/account/passkeys/":   {"id": "passkey"},
	"/account/sessions/":   {"handle": "handle"},
	"/children/":           {"id": "child", "entry": "entry", "page": "page"},
	"/children/search/":    {"id": "search"},
	"/records/":            {"id": "concern"},
	"/break-glass/":        {"id": "emergency"},
	"/sharing/":            {"record": "concern", "step": "step"},
	"/admin/roll/":         {"id": "roll"},
	"/admin/register/":     {"id": "register"},
	"/admin/terms/":        {"id": "term"},
	"/admin/sharing/":      {"entry": "purpose"},
	"/newsletters/":        {"issue": "public issue", "token": "token"},
	"/newsletters/issues/": {"issue": "issue", "delivery": "delivery"},
	"/training/":           {"run": "run", "course": "course", "booking": "booking", "token": "token"},
	"/training/office/":    {"run": "run", "course": "course", "block": "block"},
	"/reset/":              {"token": "token"},
	"/invite/":             {"token": "token"},
	"/sign-in/school/":     {"key": "key"},
	"/closures/":           {"id": "closure"},
	"/audit/entries/":      {"id": "audit entry"},
	"/audit/recipients/":   {"id": "recipient"},

	"/training/programmes/":        {"programme": "week", "session": "session"},
	"/training/office/programmes/": {"programme": "draft week", "partner": "partner"},
	"/training/office/sessions/":   {"session": "proposal"},
	"/training/office/partners/":   {"partner": "asking partner"},
	"/training/office/venues/":     {"venue": "venue"},
	"/training/certificates/":      {"token": "token", "list": "status list"},

	"/training/office/partners/{partner}/end":   {"partner": "partner"},
	"/training/office/partners/{partner}/admit": {"partner": "partner"},

	"/training/propose/": {"token": "partner link", "session": "proposal"},
	"/training/places/":  {"token": "token"},

	"/training/cascade/":   {"cascade": "cascade", "session": "cascade session", "token": "token"},
	"/training/registers/": {"run": "kept run"},
	"/training/record/":    {"booking": "own place", "line": "line"},
	"/training/staff/":     {"person": "colleague", "line": "own line"},

	"/training/quizzes/take/":      {"id": "open quiz", "n": "n"},
	"/training/quizzes/given/":     {"id": "draft quiz", "n": "n"},
	"/training/quizzes/needs/":     {"need": "quiz need"},
	"/training/quizzes/asks/":      {"ask": "quiz ask"},
	"/training/quizzes/bank/":      {"question": "quiz question"},
	"/training/quizzes/staff/":     {"school": "school"},
	"/training/quizzes/documents/": {"key": "document"},
}

// kindOf returns which fixture a placeholder of a pattern means.
func kindOf(t testing.TB, pattern, name string) string {
	best := ""
	for begin := range kinds {
		if strings.HasPrefix(pattern, begin) && len(begin) > len(best) {
			best = begin
		}
	}
	kind := kinds[best][name]
	if kind == "" {
		t.Fatalf("%s: the tests do not know what {%s} is. Say so in kinds, and furnish one", pattern, name)
	}
	return kind
}

// names are the placeholders of a pattern.
func names(pattern string) (out []string) {
	for _, m := range placeholder.FindAllStringSubmatch(pattern, -1) {
		out = append(out, m[1])
	}
	return out
}

// address fills in a pattern; instead replaces the fixture of some placeholders.
func (f fixtures) address(t testing.TB, pattern string, instead map[string]string) string {
	pattern = strings.TrimSuffix(pattern, "{$}")
	return placeholder.ReplaceAllStringFunc(pattern, func(m string) string {
		name := m[1 : len(m)-1]
		if v, ok := instead[name]; ok {
			return v
		}
		v := f[kindOf(t, pattern, name)]
		if v == "" {
			t.Fatalf("%s: no fixture for {%s}", pattern, name)
		}
		return v
	})
}

// everybody are the columns of the access matrix.
var everybody = []string{"nobody", "reporter", "teacher", "dsl", "deputy-dsl", "headteacher", "chair-of-governors", "lado", "social-worker", "account-admin", "strategic-manager", "trust-lead", "partnership-manager", "training-admin", "auditor", "lead-governor", "dsl, first factor", "dsl-millrace", "head-millrace", "teacher-millrace",
	"dsl-overmoor", "head-overmoor", "account-admin-overmoor", "partnership-overmoor"}

// person returns the browser of somebody of the matrix. People of the second district ask under their own district's name.
func (w *world) person(t testing.TB, who string) *testkit.Browser {
	t.Helper()
	if who == "nobody" {
		return w.nobody(t)
	}
	if name, ok := strings.CutSuffix(who, ", first factor"); ok {
		return w.first(t, name)
	}
	if strings.HasSuffix(who, "-overmoor") || strings.HasSuffix(who, "partnership-overmoor") {
		return w.signedIn(t, who, true, secondHost)
	}
	return w.as(t, who)
}

// word is an answer as the matrix writes it.
func word(p *testkit.Page) string {
	to, _, _ := strings.Cut(p.Header.Get("Location"), "?")
	switch {
	case p.Code == http.StatusSeeOther && to == "/sign-in":
		return "sign-in"
	case p.Code == http.StatusSeeOther && to == "/sign-in/confirm":
		return "step-up"
	}
	return fmt.Sprint(p.Code)
}

const matrixFile = "testdata/access.csv"

// readMatrix returns the lines of testdata/access.csv: route, person, what is expected.
func readMatrix(t testing.TB) map[string]map[string]string {
	t.Helper()
	b, err := os.ReadFile(matrixFile)
	testkit.OK(t, err)
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	testkit.OK(t, err)
	out := map[string]map[string]string{}
	for _, r := range rows[1:] {
		if out[r[0]] != nil {
			t.Errorf("%s: two lines for %s", matrixFile, r[0])
		}
		out[r[0]] = map[string]string{}
		for i, who := range rows[0][1:] {
			out[r[0]][who] = r[i+1]
		}
	}
	return out
}

func name(r web.Route) string { return r.Method + " " + r.Pattern }

// readsFirst orders routes so that what changes something comes after what reads, and what ends sessions last.
func readsFirst(routes []web.Route) []web.Route {
	rank := func(r web.Route) int {
		switch {
		case r.Method == http.MethodGet:
			return 0
		case name(r) == "POST /concerns/{id}/adult": // after it the concern is no longer there
			return 2
		case endsSessions[name(r)]:
			return 3
		}
		return 1
	}
	out := slices.Clone(routes)
	slices.SortStableFunc(out, func(a, b web.Route) int { return rank(a) - rank(b) })
	return out
}

// endsSessions are routes after which people have to sign in again.
var endsSessions = map[string]bool{"POST /sign-out": true, "POST /account/sessions/end": true}

// SEC-1: one line a route says for everybody what it answers; a route without a line fails, and so does a line without a
// route. A form is sent empty: 422 and 400 mean that it was looked at.
func TestAccessMatrix(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	routes := w.Site.Routes() // those of the demonstration, too: they go when a second district is there
	people, err := demo.Personas(t.Context(), w.DB, w.home)
	testkit.OK(t, err)
	for _, p := range people {
		if !slices.Contains(everybody, p.Key) {
			t.Errorf("the persona %s has no column in the access matrix", p.Key)
		}
	}
	one := w.App
	w.withOvermoor(t)
	got := map[string]map[string]string{}
	for _, r := range readsFirst(routes) {
		got[name(r)] = map[string]string{}
		for _, who := range everybody {
			w.renew(t, f, name(r))
			b := w.person(t, who)
			if strings.HasPrefix(r.Pattern, "/demo/") {
				b.Handler = one.Handler
			}
			if r.Method == http.MethodGet {
				got[name(r)][who] = word(b.Get(f.address(t, r.Pattern, nil)))
			} else {
				got[name(r)][who] = word(b.Post(f.address(t, r.Pattern, nil), emptyForm(r)))
			}
			if endsSessions[name(r)] {
				w.sessions = map[string]*testkit.Browser{}
			}
		}
	}
	if *update {
		writeMatrix(t, routes, got)
	}
	want := readMatrix(t)
	for _, r := range routes {
		if want[name(r)] == nil {
			t.Errorf("%s has no line in %s: write down what everybody gets, or let -update propose it and read it", name(r), matrixFile)
			continue
		}
		for _, who := range everybody {
			if have := got[name(r)][who]; have != want[name(r)][who] {
				t.Errorf("%s as %s answers %s, the matrix says %q", name(r), who, have, want[name(r)][who])
			}
		}
	}
	for line := range want {
		if got[line] == nil {
			t.Errorf("%s has a line for %s, which is no route", matrixFile, line)
		}
	}
	if s := w.log.String(); strings.Contains(s, "request failed") {
		t.Errorf("faults on the way: %s", s)
	}
}

// emptyForm is what a form needs to be looked at at all.
func emptyForm(r web.Route) url.Values {
	if strings.HasPrefix(r.Pattern, "/drafts/") {
		return url.Values{"form": {"concern"}}
	}
	return url.Values{}
}

func writeMatrix(t testing.TB, routes []web.Route, got map[string]map[string]string) {
	t.Helper()
	testkit.OK(t, os.MkdirAll(filepath.Dir(matrixFile), 0o755))
	var b bytes.Buffer
	c := csv.NewWriter(&b)
	testkit.OK(t, c.Write(append([]string{"route"}, everybody...)))
	for _, r := range routes {
		line := []string{name(r)}
		for _, who := range everybody {
			line = append(line, got[name(r)][who])
		}
		testkit.OK(t, c.Write(line))
	}
	c.Flush()
	testkit.OK(t, os.WriteFile(matrixFile, b.Bytes(), 0o644))
}

// answer is an answer whole: status, headers and body, without the address that was asked for.
func answer(p *testkit.Page, ids ...string) string {
	var b strings.Builder
	fmt.Fprintln(&b, p.Code)
	var keys []string
	for k := range p.Header {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintln(&b, k, p.Header[k])
	}
	b.Write(p.Body)
	s := b.String()
	for _, id := range ids {
		if id != "" {
			s = strings.ReplaceAll(s, id, "ID")
		}
	}
	return freshID.ReplaceAllString(s, "FRESH")
}

// freshID is an id that was made in the minute of the world's clock: that of a form.
var freshID = regexp.MustCompile(fmt.Sprintf(`%s-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`, id.NewSource(rand.Reader).New(clock.Of(testkit.Monday.Add(time.Minute)))[:8]))

// takenAsNew are routes whose id the browser makes: one that nobody has is a new one. Somebody else's is refused.
var takenAsNew = map[string]bool{"POST /drafts/{id}": true}

// SEC-1, SEC-4: an id that somebody may not see gets the very answer of one that does not exist, and of one that is no id.
func TestRefusedIsAsMissing(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	w.withOvermoor(t)
	matrix := readMatrix(t)
	compared := 0
	for _, r := range w.Site.Routes() {
		params := names(r.Pattern)
		if len(params) == 0 || r.Token || takenAsNew[name(r)] {
			continue
		}
		missing, malformed := map[string]string{}, map[string]string{}
		for _, p := range params {
			missing[p], malformed[p] = "01890000-0000-7000-8000-00000000dead", "1%20OR%201=1"
		}
		bodies := []url.Values{emptyForm(r)}
		if form := forms[name(r)]; form != nil {
			bodies = append(bodies, form(w, f))
		}
		for _, who := range everybody {
			b := w.person(t, who)
			ask := func(instead map[string]string, body url.Values) string {
				path := f.address(t, r.Pattern, instead)
				ids := []string{"1%20OR%201=1", "1+OR+1%3D1"} // as the address to come back to holds it
				for _, p := range params {
					ids = append(ids, f[kindOf(t, r.Pattern, p)], f["other "+kindOf(t, r.Pattern, p)], missing[p])
				}
				if r.Method == http.MethodPost {
					w.renew(t, f, name(r))
				}
				if r.Method == http.MethodGet {
					return answer(b.Get(path), ids...)
				}
				return answer(b.Post(path, body), ids...)
			}
			for _, body := range bodies {
				if matrix[name(r)][who] == "404" || matrix[name(r)][who] == "sign-in" {
					compared++
					real := ask(nil, body)
					if other := ask(missing, body); real != other {
						t.Errorf("%s as %s: an id that they may not see is told from one that does not exist:\n%s", name(r), who, difference(real, other))
					}
					if other := ask(malformed, body); real != other {
						t.Errorf("%s as %s: an id that they may not see is told from no id at all:\n%s", name(r), who, difference(real, other))
					}
					continue
				}
				if strings.HasPrefix(ask(missing, body), "500") {
					t.Errorf("%s as %s: an id that does not exist is a fault", name(r), who)
				}
				if len(params) == 2 && f["other "+kindOf(t, r.Pattern, params[1])] != "" {
					compared++
					within := ask(map[string]string{params[1]: f["other "+kindOf(t, r.Pattern, params[1])]}, body)
					if other := ask(map[string]string{params[1]: missing[params[1]]}, body); within != other {
						t.Errorf("%s as %s: an id of another parent is told from one that does not exist:\n%s", name(r), who, difference(within, other))
					}
				}
			}
		}
	}
	if compared < 200 {
		t.Errorf("only %d answers were compared", compared)
	}
}

// difference shows where two answers part.
func difference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, min(i-80, len(s))):min(len(s), i+200)] }
	return fmt.Sprintf("at byte %d\n- %s\n+ %s", i, cut(a), cut(b))
}

// Somebody else's draft is refused, and stays as it was.
func TestDraftOfSomebodyElseIsRefused(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	w.as(t, "teacher").Post("/drafts/"+f["draft"], url.Values{"form": {"concern"}, "words": {"Mine now"}}).Status(404)
	w.as(t, "teacher").Post("/drafts/"+f["draft"]+"/discard", nil).Status(303)
	if body := w.value(t, `SELECT body FROM web_draft WHERE id = ?`, f["draft"]); !strings.Contains(body, "Not+yet+sent") {
		t.Errorf("the draft is now %s", body)
	}
}
