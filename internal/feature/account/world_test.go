package account

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/a-h/templ"
	"github.com/pquerna/otp/totp"

	"kith/internal/feature/account/password"
	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/testkit"
	chromium "kith/internal/testkit/browser"
)

const (
	district = "haverdale"
	oak      = "0193a000-0000-7000-8000-00000000000a"
	elm      = "0193a000-0000-7000-8000-00000000000e"
	right    = "wet Tuesday, blue bus"
)

// rightHash is the hash of right, made once.
var rightHash = sync.OnceValue(func() string {
	h, err := password.Hash(context.Background(), right)
	if err != nil {
		panic(err)
	}
	return h
})

// schools stands for the directory.
type schools struct{}

func (schools) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, id := range ids {
		name := map[string]string{oak: "Oak Primary", elm: "Elm Primary"}[id]
		if name != "" {
			out[id] = ref.Organisation{ID: id, Name: name, Kind: "school"}
		}
	}
	return out, nil
}

// post keeps what is sent.
type post struct{ sent []mail.Message }

func (p *post) Send(_ context.Context, m mail.Message) error { p.sent = append(p.sent, m); return nil }

// house is a small program around the slice.
type house struct {
	*testkit.World
	*Feature
	t      *testing.T
	server *httptest.Server
	queue  *jobs.Queue
	post   *post
	site   *web.Site

	pages         map[string]*chromium.Page // by device: those of onBoth
	entered       *Account                  // whom /enter signs in
	enteredSecond bool
}

// personas stands for the section of the demonstration.
func personas() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<section class="demo"><h2>Or look round as somebody</h2><p class="soft">Haverdale is invented, and so is everyone in it.</p><form class="pg" action="/demo/sign-in" method="post"><div><h3>In a school</h3><button type="submit"><b>Ellen Booth</b><span>Lunchtime supervisor. Saw something at 12:20</span></button></div></form></section>`)
		return err
	})
}

// recordsPage, writing and sealed stand for pages of other slices.
var recordsPage = web.Route{Method: "GET", Pattern: "/records", Permission: access.RecordRead, Handler: func(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "the records")
	return err
}}

var writing = web.Route{Method: "GET", Pattern: "/write", Permission: access.Reporter, Handler: func(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "a place to write")
	return err
}}

var sealed = web.Route{Method: "GET", Pattern: "/sealed", Permission: access.Permission{Name: "sealed", Strength: access.SteppedUp}, Handler: func(w http.ResponseWriter, _ *http.Request) error {
	_, err := io.WriteString(w, "a restricted record")
	return err
}}

func newHouse(t *testing.T, w *testkit.World, providers ...Provider) *house {
	t.Helper()
	h := &house{World: w, t: t, post: &post{}}
	h.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.site.ServeHTTP(w, r) }))
	h.server.Start()
	t.Cleanup(h.server.Close)
	h.server.URL = strings.Replace(h.server.URL, "127.0.0.1", "localhost", 1) // a passkey needs a name
	h.Feature = New(w.DB, Config{Key: [32]byte{7}, Mailer: h.post, Organisations: schools{}, PublicURL: h.server.URL, Providers: providers,
		Place: func(string) string { return "Haverdale" }})
	h.queue = jobs.New(w.DB, slog.New(slog.DiscardHandler))
	h.Work(h.queue)
	home := web.Route{Method: "GET", Pattern: "/{$}", Permission: access.Anybody, Handler: func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, "home of "+web.Viewer(r).Account)
		return err
	}}
	enter := web.Route{Method: "GET", Pattern: "/enter", Permission: access.Anybody, Handler: func(w http.ResponseWriter, r *http.Request) error {
		if err := h.SignIn(r.Context(), w, r, h.entered.ID, h.enteredSecond, "test"); err != nil {
			return err
		}
		_, err := io.WriteString(w, "entered")
		return err
	}}
	icon := web.Route{Method: "GET", Pattern: "/favicon.ico", Permission: access.Anybody, Handler: func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusNoContent) // what browsers ask for where a page names no icon
		return nil
	}}
	h.site = web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: w.Clock, IDs: w.DB.IDs(), Sessions: h.Feature,
		District: func(string) string { return district },
		Frame: func(_ context.Context, v access.Viewer, at string) (ui.Page, error) {
			if v.Account == "" {
				return ui.Page{}, nil
			}
			return ui.Page{SignedIn: true, Person: "Ann Lee", Place: "Oak Primary", Nav: []ui.NavItem{{Text: "Today", Href: "/"}, {Text: "People", Href: "/admin/people", Current: at == "/admin/people"}}}, nil
		},
	}, append(h.Routes(), recordsPage, writing, sealed, home, enter, icon))
	return h
}

func eachEngine(t *testing.T, fn func(t *testing.T, h *house)) {
	testkit.DBs(t, []store.Slice{Migrations}, func(t *testing.T, w *testkit.World) { fn(t, newHouse(t, w)) })
}

func (h *house) system() access.Viewer { return access.System(district, "test") }

func (h *house) write(fn func(ctx context.Context, tx *store.Tx) error) {
	h.t.Helper()
	testkit.OK(h.t, h.World.DB.Write(h.t.Context(), h.system(), fn))
}

func (h *house) read(fn func(ctx context.Context, tx *store.Tx) error) {
	h.t.Helper()
	testkit.OK(h.t, h.World.DB.Read(h.t.Context(), h.system(), fn))
}

// somebody makes an active account with the password right and posts of the roles at Oak from now on.
func (h *house) somebody(name string, roles ...access.Role) Account {
	h.t.Helper()
	var a Account
	h.write(func(ctx context.Context, tx *store.Tx) error {
		a = Account{ID: ID(tx.NewID()), Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@oak.example", Name: name, State: Active}
		if err := h.store.InsertAccount(ctx, tx, a); err != nil {
			return err
		}
		for _, r := range roles {
			if err := h.store.InsertPost(ctx, tx, Post{ID: tx.NewID(), Account: string(a.ID), Org: oak, Role: r, Title: "Teacher", From: tx.Now, Until: NoEnd}); err != nil {
				return err
			}
		}
		return h.store.savePassword(ctx, tx, a.ID, rightHash())
	})
	return a
}

// app gives the account an authenticator app and returns its secret.
func (h *house) app(a Account) string {
	h.t.Helper()
	s := newTOTPSecret()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return h.store.saveTOTP(ctx, tx, a.ID, secret.Seal(h.cfg.Key, []byte(s), totpOwner(a.ID)), 0)
	})
	return s
}

// code is what the app shows now.
func (h *house) code(totpSecret string) string {
	h.t.Helper()
	c, err := totp.GenerateCode(totpSecret, h.Clock.Now())
	testkit.OK(h.t, err)
	return c
}

// browser is one browser: it keeps cookies and follows no redirect.
type browser struct {
	h *house
	*http.Client
}

func (h *house) browser() *browser {
	jar, err := cookiejar.New(nil)
	testkit.OK(h.t, err)
	return &browser{h, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what came back.
type answer struct {
	*http.Response
	body string
}

func (a answer) to() string { return a.Header.Get("Location") }

func (b *browser) do(method, path string, form url.Values) answer {
	b.h.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.h.server.URL + path
	}
	req, err := http.NewRequest(method, path, strings.NewReader(form.Encode()))
	testkit.OK(b.h.t, err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.Do(req)
	testkit.OK(b.h.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	testkit.OK(b.h.t, err)
	return answer{res, string(body)}
}

func (b *browser) get(path string) answer { b.h.t.Helper(); return b.do(http.MethodGet, path, nil) }

// send posts pairs of names and values.
func (b *browser) send(path string, pairs ...string) answer {
	b.h.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

// cookie returns the session that the browser holds.
func (b *browser) cookie() string {
	u, _ := url.Parse(b.h.server.URL)
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == cookieName(false) {
			return c.Value
		}
	}
	return ""
}

// signIn signs in with the password and, with an app's secret, a code; and fails the test if that does not work.
func (b *browser) signIn(a Account, totpSecret string) answer {
	b.h.t.Helper()
	code := ""
	if totpSecret != "" {
		code = b.h.code(totpSecret)
	}
	res := b.send("/sign-in/password", "email", a.Email, "password", right, "code", code)
	if res.StatusCode != http.StatusSeeOther || b.cookie() == "" {
		b.h.t.Fatalf("signing in: %d\n%s", res.StatusCode, res.body)
	}
	return res
}

// drain does the jobs and returns the messages they sent.
func (h *house) drain() []mail.Message {
	h.t.Helper()
	h.post.sent = nil
	_, err := h.queue.Drain(h.t.Context())
	testkit.OK(h.t, err)
	return h.post.sent
}

var linkInMail = regexp.MustCompile(`http://\S+`)

// linkIn returns the path that the message's link leads to.
func (h *house) linkIn(m mail.Message) string {
	h.t.Helper()
	return strings.TrimPrefix(linkInMail.FindString(m.Text), h.server.URL)
}

func (a answer) must(t *testing.T, status int, parts ...string) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d; to %q\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.to(), a.body)
	}
	for _, p := range parts {
		if !strings.Contains(a.body, p) {
			t.Fatalf("%s %s lacks %q:\n%s", a.Request.Method, a.Request.URL.Path, p, a.body)
		}
	}
	return a
}

func (a answer) leads(t *testing.T, to string) answer {
	t.Helper()
	if a.StatusCode != http.StatusSeeOther || a.to() != to {
		t.Fatalf("%s %s: status %d to %q, want %q\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.to(), to, a.body)
	}
	return a
}

// actions returns what the audit log says was done to the account, oldest first.
func (h *house) actions(a ID) (out []string) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = store.Values[string](ctx, tx, store.SQL(`SELECT e.action FROM audit_entry e WHERE e.record_id = ? ORDER BY e.at, e.id`, string(a)))
		return err
	})
	return out
}

// bothSteps gives the account a passkey beside its app; it answers nothing.
func bothSteps(h *house, a Account) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error {
		id := tx.NewID()
		return h.store.insertPasskey(ctx, tx, a.ID, passkey{ID: id, Name: "School laptop", body: `{"id":"AAAA"}`}, id)
	}
}
