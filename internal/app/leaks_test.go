package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
	"kith/internal/testkit"
)

// noRecords are pages about the visitor's own way of signing in: they hold fresh secrets and no record.
func noRecords(r web.Route) bool {
	return strings.HasPrefix(r.Pattern, "/sign-in") || strings.HasPrefix(r.Pattern, "/account") || strings.HasPrefix(r.Pattern, "/demo/")
}

// views are what somebody can look at besides the plain pages of the routes: tabs, pickers, suggestions and searches.
var views = []struct {
	method, path string
	form         url.Values
}{
	{"GET", "/concerns?show=unread", nil}, {"GET", "/concerns?show=watching", nil}, {"GET", "/concerns?show=referred", nil}, {"GET", "/concerns?show=closed", nil},
	{"POST", "/concerns/pick", values("find", "Ivy")}, {"POST", "/children/search", values("q", "Ivy")}, {"POST", "/children/search", values("q", "restricted words")},
}

// look returns everything that somebody can look at, by address.
func (w *world) look(t testing.TB, f fixtures, who string) map[string]*testkit.Page {
	t.Helper()
	b := w.person(t, who)
	out := map[string]*testkit.Page{}
	for _, r := range w.Site.Routes() {
		if r.Method == http.MethodGet && !noRecords(r) {
			out[name(r)] = b.Get(f.address(t, r.Pattern, nil))
		}
	}
	for _, page := range []string{"/family", "/opened", "/print?view=full", "/print?view=evidential", "/print?view=anonymised", "/print?view=family"} {
		out["/children/{id}"+page] = b.Get("/children/" + f["child"] + page)
	}
	partial := b.For(t)
	partial.Header.Set("HX-Request", "true")
	for _, v := range views {
		if v.method == "GET" {
			out[v.path] = b.Get(v.path)
		} else {
			out[v.path+" "+v.form.Encode()] = partial.Post(v.path, v.form)
		}
	}
	return out
}

// drawn are the numbers of concerns, which are drawn and not counted.
var drawn = regexp.MustCompile(`C-\d{4}-[A-Z0-9]{6}`)

// SEC-3, SEC-10: a restricted record, one locked to named people, and one about the reader's own conduct change no byte of
// any page, count, list, suggestion, search or ETag for those who are not entitled to it.
func TestRestrictedRecordChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name               string
		restricted, locked bool
		subject            string
		blind              []string
	}{
		{"restricted", true, false, "", []string{"reporter", "teacher", "dsl", "deputy-dsl", "account-admin", "partnership-manager", "auditor", "dsl-millrace", "head-millrace"}},
		{"locked", false, true, "", []string{"dsl", "headteacher", "teacher"}},
		{"about the head", true, false, "headteacher", []string{"headteacher", "dsl"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			with, without := newWorld(t), newWorld(t)
			f, same := with.furnish(t), without.furnish(t)
			for k, v := range f {
				if same[k] != v {
					t.Fatalf("the two worlds differ before anything was done: %s", k)
				}
			}
			made := with.send(t, "deputy-2", f["school"], "restricted words about Ivy", f["child"])
			testkit.OK(t, with.DB.Write(t.Context(), access.System(with.home, "test"), func(ctx context.Context, tx *store.Tx) error {
				tx.Unaudited("a test")
				return tx.Restrict(ctx, made, c.restricted, c.locked)
			}))
			if c.subject != "" {
				with.exec(t, `UPDATE access_record SET subject_id = ? WHERE id = ? OR parent_id = ?`, with.accounts[c.subject], made, made)
			}
			for _, who := range c.blind {
				left, right := with.look(t, f, who), without.look(t, f, who)
				for address := range right {
					if who == "auditor" && strings.HasPrefix(address, "GET /audit") {
						continue // whoever looks at the log sees that something was done, and not to whom (decision 27)
					}
					a, b := drawn.ReplaceAllString(answer(left[address]), "NUMBER"), drawn.ReplaceAllString(answer(right[address]), "NUMBER")
					if a != b {
						t.Errorf("%s learns of it on %s:\n%s", who, address, difference(b, a))
					}
				}
				if p := with.person(t, who).Get("/concerns/" + made); p.Code != http.StatusNotFound {
					t.Errorf("%s gets %d for the record itself", who, p.Code)
				}
			}
			if c.subject == "" && !c.locked {
				with.as(t, "headteacher").Get("/concerns/"+made).Status(200).Has("main", "restricted words about Ivy")
			}
		})
	}
}

const canary = "zqcanary"

// steers are columns by which the program finds its way: keys, kinds, states, dates. Everything else that is text gets a
// canary.
var steers = regexp.MustCompile(`(^|_)(id|state|kind|kinds|part|role|roles|source|precision|number|decision|edition|code|zone|type|sha256|on|day|hash|key|channel|mode|token|step|sex|upn|year|scope|district|form|how|version|why|significant|cursor|secret|handle|job|args|rowid|body|postcode|on_day|at|email|themes?|groups?|choice)$`)

// questions are the tables of what every member of staff is asked, in a quiz: about nobody.
var questions = []string{"training_quiz", "training_quiz_document", "training_quiz_bank", "training_quiz_question", "training_quiz_option", "training_quiz_item"}

// plant puts a canary into every column of text about people of Haverdale.
func (w *world) plant(t testing.TB) (columns int) {
	t.Helper()
	for _, table := range w.rows(t, `SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%district_id%' ORDER BY name`) {
		n := table[0]
		if slices.ContainsFunc([]string{"audit_", "directory_", "account", "access_", "concerns_category", "referrals_practice", "sharing_wording", "concerns_settings", "concerns_rota", "adults_listed", "adults_setting", "search_", "file", "newsletters_", "people_import",
			"training_course", "training_block", "training_run", "training_tier", "training_place", "training_link", "training_invited", "training_programme", "training_session", "training_partner"}, func(p string) bool { return strings.HasPrefix(n, p) }) || slices.Contains(questions, n) {
			continue
		}
		for _, c := range w.rows(t, `SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT'`, n) {
			if steers.MatchString(c[0]) {
				continue
			}
			w.exec(t, fmt.Sprintf(`UPDATE %s SET %s = %s || ' %s-%s-%s' WHERE district_id = ? AND %s <> ''`, n, c[0], c[0], canary, n, c[0], c[0]), w.home)
			columns++
		}
	}
	w.exec(t, `UPDATE file SET name = ? WHERE state = 'claimed'`, canary+".txt")
	w.exec(t, `UPDATE web_draft SET body = body || '&words=`+canary+`'`)
	return columns
}

// SEC-4: no refused answer holds anything of a record, in its body, its headers or its address. People of another district,
// and those who open no record, meet no canary anywhere.
func TestRefusedIsEmpty(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	w.withOvermoor(t)
	if n := w.plant(t); n < 25 {
		t.Errorf("only %d columns hold a canary", n)
	}
	if !strings.Contains(string(w.as(t, "dsl").Get("/concerns/"+f["concern"]).Status(200).Body), canary) {
		t.Fatal("a lead does not see the canaries: the test tests nothing")
	}
	refused := 0
	for _, r := range readsFirst(w.Site.Routes()) {
		bodies := []url.Values{emptyForm(r)}
		if form := forms[name(r)]; form != nil {
			bodies = append(bodies, form(w, f))
		}
		for _, who := range everybody {
			blind := strings.HasSuffix(who, "-overmoor") || who == "account-admin" || who == "auditor" || who == "nobody"
			b := w.person(t, who)
			var answers []*testkit.Page
			if r.Method == http.MethodGet {
				answers = append(answers, b.Get(f.address(t, r.Pattern, nil)))
			} else {
				for _, body := range bodies {
					answers = append(answers, b.Post(f.address(t, r.Pattern, nil), body))
				}
			}
			if endsSessions[name(r)] {
				w.sessions = map[string]*testkit.Browser{}
			}
			for _, p := range answers {
				no := p.Code == 404 || p.Code == 403 || p.Code >= 500 || word(p) == "sign-in" || word(p) == "step-up"
				if no {
					refused++
				}
				a := answer(p)
				if who == "account-admin" && name(r) == "POST /concerns/pick" {
					a = strings.ReplaceAll(a, canary+"-people_child", "") // any adult with a post finds the right child (CON-21)
				}
				if who == "auditor" {
					a = strings.ReplaceAll(a, canary+"-auditing_recipient", "") // whom they have chosen to be mailed
				}
				if name(r) == "GET /training/record" {
					a = strings.ReplaceAll(a, canary+"-training_learnt", "") // one's own training, whoever one is
				}
				if (no || blind) && strings.Contains(a, canary) {
					i := strings.Index(a, canary)
					t.Errorf("%s as %s answers %d with %.80s", name(r), who, p.Code, a[i:])
				}
			}
		}
	}
	if refused < 500 {
		t.Errorf("only %d answers were refusals", refused)
	}
	if strings.Contains(w.log.String(), canary) {
		t.Error("the log holds a canary") // SEC-16
	}
}

// SEC-16: titles, addresses, mails and the log hold nothing of a record: no canary, no name of a child.
func TestMessagesAreQuiet(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	w.plant(t)
	var names []string
	for _, c := range w.rows(t, `SELECT DISTINCT family FROM people_child`) {
		names = append(names, strings.Fields(c[0])[0])
	}
	staff := strings.Join(func() (all []string) {
		for _, r := range w.rows(t, `SELECT name FROM account UNION SELECT name FROM training_booking UNION SELECT name FROM training_cascade_lead`) {
			all = append(all, r[0])
		}
		return all
	}(), " ")
	names = slices.DeleteFunc(names, func(n string) bool { return strings.Contains(staff, n) }) // a colleague of the same name is no leak
	loudly := append(names, canary, "Ivy")
	for i, n := range loudly {
		loudly[i] = regexp.QuoteMeta(n)
	}
	spoken, quiet := regexp.MustCompile(`\b(`+strings.Join(loudly, "|")+`)\b`), map[string]bool{}
	loud := func(where, text string) {
		t.Helper()
		if quiet[text] {
			return // as on another page
		}
		if said := spoken.FindAllString(text, -1); len(said) > 0 {
			t.Errorf("%s says %q: %.200s", where, said, text)
		} else {
			quiet[text] = true
		}
	}
	for _, who := range everybody {
		if strings.HasSuffix(who, "-overmoor") {
			continue
		}
		for address, p := range w.look(t, f, who) {
			loud(who+": title of "+address, p.Text("title"))
			loud(who+": where "+address+" leads", p.Header.Get("Location"))
			loud(who+": file name of "+address, strings.ReplaceAll(p.Header.Get("Content-Disposition"), canary+".txt", ""))
			for _, at := range []string{"href", "action", "src"} {
				for _, n := range p.Doc().Find("[" + at + "]").Nodes {
					for _, a := range n.Attr {
						if a.Key == at {
							loud(who+": an address on "+address, a.Val)
						}
					}
				}
			}
		}
	}
	w.as(t, "reporter").Post("/concerns", values("id", w.fresh(), "source", "seen", "words", canary+" Ivy", "when", "today", "kid", f["child"], "kid_name", "Ivy", "kid_role", "harmed", "kid_words", "", "told", "no", "urgent", "yes", "send", "yes")).Status(303)
	w.clock.Add(24 * time.Hour)
	testkit.OK(t, w.Sweep(t.Context()))
	_, err := w.Queue.Drain(t.Context())
	testkit.OK(t, err)
	mails := w.outbox(t)
	if len(mails) < 2 {
		t.Errorf("%d mails were sent: the test tests nothing", len(mails))
	}
	place := regexp.MustCompile(canary + `-training_(booking|told|register|office|venue_told)-\w+`) // the adult whose place on a course a letter is about, its joining instructions, whom venues ring and what they read before
	for name, text := range mails {
		loud("mail "+name, place.ReplaceAllString(text, ""))
	}
	loud("the log", w.log.String())
}

// SEC-22: where the server stands does not matter: the same pages with another time zone around them.
func TestServerZoneDoesNotMatter(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	w.look(t, f, "dsl") // the first look marks what it opens as read
	here := w.look(t, f, "dsl")
	inZone(t, "Pacific/Auckland")
	for address, p := range w.look(t, f, "dsl") {
		if a, b := answer(here[address]), answer(p); a != b && !strings.Contains(address, "opened") {
			t.Errorf("%s changes with the server's time zone:\n%s", address, difference(a, b))
		}
	}
}
