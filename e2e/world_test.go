package e2e

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"kith/internal/app"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/browser"
)

var haverdale testkit.Folder

func TestMain(m *testing.M) {
	code := m.Run()
	if err := haverdale.Remove(); err != nil {
		code = 1
	}
	os.Exit(code)
}

// district is the program over a copy of the invented district, served on localhost.
type district struct {
	*app.App
	clock *clock.Manual
	url   string
	dir   string
	t     testing.TB
}

func settings(dir string, clk clock.Clock) app.Settings {
	return app.Settings{Place: app.Place{Data: filepath.Join(dir, "data")}, Clock: clk, IDs: id.Random(), Log: slog.New(slog.DiscardHandler), PublicURL: "http://localhost",
		Mail: mail.Outbox{Dir: filepath.Join(dir, "outbox"), FromName: "Kith", FromAddress: "kith@haverdale.example"}}
}

func open(t *testing.T) *district {
	t.Helper()
	dir := haverdale.Copy(t, func(dir string) error {
		return app.MakeDemo(context.Background(), settings(dir, nil), 60, testkit.Monday)
	})
	d := &district{clock: clock.NewManual(testkit.Monday.Add(time.Minute)), dir: dir, t: t}
	a, err := app.New(t.Context(), settings(dir, d.clock))
	testkit.OK(t, err)
	d.App = a
	l, err := net.Listen("tcp", "localhost:0")
	testkit.OK(t, err)
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: a.Handler, ReadHeaderTimeout: 10 * time.Second}}
	s.Start()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	d.url = "http://localhost:" + port
	t.Cleanup(func() { s.Close(); testkit.OK(t, a.Close()) })
	return d
}

// value is the one text that a statement finds.
func (d *district) value(statement string, args ...any) (out string) {
	d.t.Helper()
	testkit.OK(d.t, d.DB.Write(d.t.Context(), access.System("*", "test"), func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a test")
		return tx.Raw().QueryRowContext(ctx, statement, args...).Scan(&out)
	}))
	return out
}

// mails sends what waits and returns every mail so far, as text.
func (d *district) mails() string {
	d.t.Helper()
	_, err := d.Queue.Drain(d.t.Context())
	testkit.OK(d.t, err)
	files, err := filepath.Glob(filepath.Join(d.dir, "outbox", "*.eml"))
	testkit.OK(d.t, err)
	var all bytes.Buffer
	for _, f := range files {
		b, err := os.ReadFile(f)
		testkit.OK(d.t, err)
		all.Write(b)
	}
	return all.String()
}

// device opens a page of one of the two sizes.
type device func(t *testing.T, d *district, options ...browser.Option) *person

// person is somebody at a device. Every page that go opens, and every one that check is called on, is checked whole.
type person struct {
	*browser.Page
	t *testing.T
}

func phone(t *testing.T, d *district, options ...browser.Option) *person {
	return &person{browser.New(t).Phone(t, d.url, options...), t}
}

func desk(t *testing.T, d *district, options ...browser.Option) *person {
	return &person{browser.New(t).Desktop(t, d.url, options...), t}
}

// both runs a journey on a phone and on a desk, each in a district of its own.
func both(t *testing.T, journey func(t *testing.T, d *district, at device)) {
	t.Parallel()
	for name, at := range map[string]device{"phone": phone, "desk": desk} {
		t.Run(name, func(t *testing.T) { t.Parallel(); journey(t, open(t), at) })
	}
}

// signIn is one click in the demonstration.
func (p *person) signIn(d *district, persona string) {
	p.t.Helper()
	p.open("/sign-in")
	p.must(p.PW.Locator("button[name=persona][value=" + persona + "]").Click())
	p.must(p.PW.WaitForURL("**/today"))
	p.Check(p.t)
}

func (p *person) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("on %s: %v", p.PW.URL(), err)
	}
}

// open goes to an address and checks what is there.
func (p *person) open(path string) {
	p.t.Helper()
	if status := p.Goto(path); status != 200 {
		p.t.Fatalf("%s answers %d", path, status)
	}
	p.Check(p.t)
}

// press presses a button and waits for the page that it leads to, which is checked.
func (p *person) press(button string) {
	p.t.Helper()
	//lint:ignore SA1019 a form may lead back to its own address, where WaitForURL would not wait
	_, err := p.PW.ExpectNavigation(func() error {
		return p.PW.GetByRole("button", playwright.PageGetByRoleOptions{Name: button, Exact: playwright.Bool(true)}).First().Click()
	})
	p.must(err)
	p.Check(p.t)
}

// typeInto types letter by letter, as people do, into what the selector finds.
func (p *person) typeInto(selector, words string) {
	p.t.Helper()
	p.must(p.PW.Locator(selector).PressSequentially(words))
}
