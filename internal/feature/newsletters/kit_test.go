package newsletters_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"kith/internal/feature/newsletters"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
)

const district = "haverdale"

// world is the slice on one database, with people, a roll, posts and a post office of its own.
type world struct {
	*testkit.World
	f     *newsletters.Feature
	queue *jobs.Queue
	post  *postOffice
	posts *posts
	roll  *roll
	site  http.Handler

	amina, gareth, stranger access.Viewer // two of the partnership's staff, and a headteacher
	asking                  *access.Viewer
}

var sweep = access.System(district, "a test sweeps")

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, []store.Slice{newsletters.Migrations}, func(t *testing.T, base *testkit.World) { fn(t, newWorld(base, nil)) })
}

func onSQLite(t *testing.T) *world {
	return newWorld(testkit.SQLite(t, newsletters.Migrations), nil)
}

// newWorld mounts the slice; letters go to sender, or are kept by a post office in memory.
func newWorld(base *testkit.World, sender *mail.Sender) *world {
	w := &world{World: base, post: &postOffice{refuse: map[string]error{}}, posts: &posts{}, roll: &roll{}, asking: &access.Viewer{}}
	w.queue = jobs.New(base.DB, slog.New(slog.DiscardHandler))
	d := newsletters.Deps{DB: base.DB, Queue: w.queue, PublicURL: "https://kith.example", Publisher: "Haverdale Safeguarding Partnership",
		Mailer: w.post, Posts: w.posts, Names: w.roll, People: staff{}}
	if sender != nil {
		d.Mailer = sender
	}
	w.f = newsletters.New(d)
	w.amina, w.gareth = person("amina", access.Partnership), person("gareth", access.Partnership)
	w.stranger = person("head", access.Head)
	*w.asking = access.Public(district)
	w.site = web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: base.Clock, IDs: id.Random(), Sessions: sessions{w.asking},
		District: func(string) string { return district }, PublicURL: "https://kith.example", Secure: true,
		Frame: func(_ context.Context, v access.Viewer, _ string) (ui.Page, error) {
			return ui.Page{Place: "Haverdale Safeguarding Partnership", Person: v.Account, SignedIn: v.Account != ""}, nil
		}}, append(w.f.Routes(), web.Drafts{DB: base.DB}.Routes()...))
	return w
}

func person(name string, r access.Role) access.Viewer {
	return access.Viewer{Account: name, District: district, Strength: access.SecondFactor, Roles: map[access.Role][]string{r: {"org"}, access.Member: {"org"}}}
}

type sessions struct{ v *access.Viewer }

func (s sessions) Viewer(context.Context, *http.Request, string) (access.Viewer, error) {
	return *s.v, nil
}

type staff struct{}

func (staff) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	known := map[string]string{"amina": "Amina Sesay", "gareth": "Gareth Pryce"}
	out := map[string]ref.Person{}
	for _, a := range ids {
		out[a] = ref.Person{ID: a, Name: known[a]}
	}
	return out, nil
}

// posts answers who holds which post.
type posts struct{ held []newsletters.Holder }

func (p *posts) Holding(_ context.Context, _ *store.Tx, roles ...access.Role) ([]newsletters.Holder, error) {
	var out []newsletters.Holder
	for _, h := range p.held {
		for _, r := range roles {
			if h.Role == r {
				out = append(out, h)
			}
		}
	}
	return out, nil
}

// roll knows the children's full names.
type roll struct{ names []string }

func (r *roll) NamesChild(_ context.Context, _ string, texts []string) (int, error) {
	for n, t := range texts {
		for _, name := range r.names {
			if strings.Contains(strings.ToLower(t), strings.ToLower(name)) {
				return n, nil
			}
		}
	}
	return -1, nil
}

// postOffice keeps what it is given, or answers with the error set for an address.
type postOffice struct {
	mu     sync.Mutex
	sent   []mail.Message
	refuse map[string]error
	before func(mail.Message)
}

func (p *postOffice) Send(_ context.Context, m mail.Message) error {
	if p.before != nil {
		p.before(m)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.refuse[m.To]; err != nil {
		return err
	}
	p.sent = append(p.sent, m)
	return nil
}

// to returns the letters to an address with the subject.
func (p *postOffice) to(address, subject string) []mail.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []mail.Message
	for _, m := range p.sent {
		if m.To == address && m.Subject == subject {
			out = append(out, m)
		}
	}
	return out
}

func (w *world) drain(t testing.TB) {
	t.Helper()
	if _, err := w.queue.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) newID() newsletters.ID { return newsletters.ID(w.DB.IDs().New(w.DB.Now())) }

func letter(title string) newsletters.Content {
	return newsletters.Content{Kind: newsletters.Newsletter, Title: title, Opening: "What is new this half term.",
		Items: []newsletters.Item{
			{Heading: "Private fostering", Text: "Who must be told, and when.\nA short film says it in four minutes.", Link: "https://haverdale.example/film"},
			{Heading: "Lead safeguarding training", Text: "Two days.", On: "2027-01-14", Starts: "09:15", Place: "Millrace Centre", Link: "/training", Extra: true},
		}}
}

// written makes an issue by Amina that waits for approval, and returns its id and version.
func (w *world) written(t testing.TB, c newsletters.Content) (newsletters.ID, int64) {
	t.Helper()
	issue := w.newID()
	testkit.OK(t, w.f.Write(t.Context(), w.amina, issue, c))
	testkit.OK(t, w.f.SendForReview(t.Context(), w.amina, issue))
	return issue, 1
}

// out makes an issue and has Gareth send it at the instant; 0 is now.
func (w *world) out(t testing.TB, c newsletters.Content, at clock.Millis) newsletters.ID {
	t.Helper()
	issue, version := w.written(t, c)
	testkit.OK(t, w.f.Approve(t.Context(), w.gareth, issue, version, at))
	return issue
}

var linkIn = regexp.MustCompile(`https://kith\.example(/newsletters/(?:confirm|unsubscribe)/\S+)`)

// link returns the page of a letter that confirms or stops.
func link(t testing.TB, m mail.Message) string {
	t.Helper()
	found := linkIn.FindStringSubmatch(m.Text)
	if found == nil {
		t.Fatalf("no link in %q", m.Text)
	}
	return found[1]
}

// join signs an address up and confirms it, as its owner would.
func (w *world) join(t testing.TB, address string) {
	t.Helper()
	testkit.OK(t, w.f.SignUp(t.Context(), access.Public(district), address, ""))
	w.drain(t)
	letters := w.post.to(address, "Confirm that you want the newsletter")
	if len(letters) == 0 {
		t.Fatalf("no letter to %s", address)
	}
	secret := strings.TrimPrefix(link(t, letters[len(letters)-1]), "/newsletters/confirm/")
	testkit.OK(t, w.f.Confirm(t.Context(), access.Public(district), secret))
	w.After(newsletters.AskAgainAfter)
}

// states counts rows of a table by state.
func (w *world) states(t testing.TB, table string) map[string]int {
	t.Helper()
	out := map[string]int{}
	testkit.OK(t, w.DB.Read(t.Context(), sweep, func(ctx context.Context, tx *store.Tx) error {
		rows, err := store.All[newsletters.Count](ctx, tx, store.SQL(`SELECT state, count(*) FROM `+table+` GROUP BY state`))
		for _, c := range rows {
			out[c.State] = c.N
		}
		return err
	}))
	return out
}

func (w *world) state(t testing.TB, issue newsletters.ID) string {
	t.Helper()
	var s string
	testkit.OK(t, w.DB.Read(t.Context(), sweep, func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = store.Value[string](ctx, tx, store.SQL(`SELECT state FROM newsletters_issue WHERE id = ?`, string(issue)))
		return err
	}))
	return s
}

func (w *world) audited(t testing.TB, action string) int {
	t.Helper()
	var n int
	testkit.OK(t, w.DB.Read(t.Context(), sweep, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM audit_entry WHERE action = ?`, action))
		return err
	}))
	return n
}

// page is an answer of the site.
type page struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
	Doc    *goquery.Document
}

func (w *world) as(v access.Viewer) *world { *w.asking = v; return w }

func (w *world) get(t testing.TB, path string) page { t.Helper(); return w.ask(t, "GET", path, nil) }

func (w *world) send(t testing.TB, path string, form url.Values) page {
	t.Helper()
	return w.ask(t, "POST", path, form)
}

func (w *world) ask(t testing.TB, method, path string, form url.Values) page {
	t.Helper()
	r := httptest.NewRequest(method, "https://kith.example"+path, strings.NewReader(form.Encode()))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	rec := httptest.NewRecorder()
	w.site.ServeHTTP(rec, r)
	body, _ := io.ReadAll(rec.Result().Body)
	p := page{t: t, Status: rec.Code, Header: rec.Result().Header, Body: string(body)}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(p.Body))
	testkit.OK(t, err)
	p.Doc = doc
	if rec.Code < 300 && strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") && strings.Contains(p.Body, "<html") {
		p.basics(path)
	}
	return p
}

var calledInText = regexp.MustCompile(`@[a-z]*\.?[A-Z]\w*[({]`)

// basics checks what every page must have: one heading of the first level, a label on each control, ids that are unique, no
// template call printed as text.
func (p page) basics(path string) {
	p.t.Helper()
	if n := p.Doc.Find("h1").Length(); n != 1 {
		p.t.Errorf("%s has %d headings of the first level", path, n)
	}
	if m := calledInText.FindString(p.Doc.Text()); m != "" {
		p.t.Errorf("%s prints %s", path, m)
	}
	seen := map[string]bool{}
	p.Doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		if seen[s.AttrOr("id", "")] {
			p.t.Errorf("%s has the id %q twice", path, s.AttrOr("id", ""))
		}
		seen[s.AttrOr("id", "")] = true
	})
	p.Doc.Find("input:not([type=hidden]), textarea, select").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("id", "")
		if name == "" || p.Doc.Find(fmt.Sprintf("label[for=%q]", name)).Length() != 1 {
			p.t.Errorf("%s: the control %q has no label", path, s.AttrOr("name", ""))
		}
	})
	for _, banned := range []string{" style=", "<iframe", "javascript:"} {
		if strings.Contains(p.Body, banned) {
			p.t.Errorf("%s holds %s", path, banned)
		}
	}
}

func (p page) status(want int) page {
	p.t.Helper()
	if p.Status != want {
		p.t.Fatalf("status %d, want %d: %s", p.Status, want, wordsOf(p.Doc.Find("main")))
	}
	return p
}

func (p page) has(selector, words string) page {
	p.t.Helper()
	if got := wordsOf(p.Doc.Find(selector)); !strings.Contains(got, words) {
		p.t.Errorf("%s does not say %q: %q", selector, words, got)
	}
	return p
}

// wordsOf returns the text of the elements with one space between any two pieces of it.
func wordsOf(s *goquery.Selection) string {
	var b strings.Builder
	for _, top := range s.Nodes {
		for n := range top.Descendants() {
			if n.Type == html.TextNode {
				b.WriteString(n.Data + " ")
			}
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func (p page) hasNot(words string) page {
	p.t.Helper()
	if strings.Contains(p.Doc.Text(), words) {
		p.t.Errorf("the page says %q", words)
	}
	return p
}
