package e2e

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
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

// district is the program over a copy of the invented district.
type district struct {
	*app.App
	clock *clock.Manual
	dir   string
	seats map[string]*seat // by kind: those of the test
	key   string           // the public key of its checkpoints, once an auditor has taken it down
	t     testing.TB
}

func settings(dir string, clk clock.Clock) app.Settings {
	return app.Settings{Place: app.Place{Data: filepath.Join(dir, "data")}, Clock: clk, IDs: id.Random(), Log: slog.New(slog.DiscardHandler), PublicURL: "http://localhost", Unflushed: true,
		Mail: mail.Outbox{Dir: filepath.Join(dir, "outbox"), FromName: "Kith", FromAddress: "kith@haverdale.example"}}
}

func open(t *testing.T) *district {
	t.Helper()
	dir := haverdale.Copy(t, func(dir string) error {
		return app.MakeDemo(context.Background(), settings(dir, nil), 60, testkit.Monday)
	})
	d := &district{clock: clock.NewManual(testkit.Monday.Add(time.Minute)), dir: dir, seats: map[string]*seat{}, t: t}
	d.start(settings(dir, d.clock))
	t.Cleanup(func() { testkit.OK(t, d.Close()) })
	return d
}

// start opens the program, and puts it behind the seats that the test has already.
func (d *district) start(s app.Settings) {
	d.t.Helper()
	a, err := app.New(d.t.Context(), s)
	testkit.OK(d.t, err)
	d.App = a
	for _, seat := range d.seats {
		seat.site.Store(&a.Handler)
	}
}

// value is the one text that a statement finds.
func (d *district) value(statement string, args ...any) (out string) {
	d.t.Helper()
	testkit.OK(d.t, d.DB.Write(d.t.Context(), access.System("*", "test"), func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a test")
		raw, err := tx.Raw(ctx)
		if err != nil {
			return err
		}
		return raw.QueryRowContext(ctx, statement, args...).Scan(&out)
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

// device gives somebody the seat of one of the kinds in a district.
type device func(t *testing.T, d *district) *person

// person is somebody at a device. Every page that open opens, and every one that Check is called on, is checked whole.
type person struct {
	*browser.Page
	seat    *seat
	cookies []playwright.OptionalCookie // while somebody else is at the device
	t       *testing.T
}

func at(kind string) device {
	return func(t *testing.T, d *district) *person {
		t.Helper()
		if d.seats[kind] == nil {
			d.seats[kind] = seatOf(d.t, d.Handler, kind)
		}
		s := d.seats[kind]
		s.serve(t)
		return &person{Page: s.Page, seat: s, t: t}
	}
}

var phone, scriptless, desk = at("phone"), at("phone without scripts"), at("desk")

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

// path is where the person is.
func (p *person) path() string { return strings.TrimPrefix(p.PW.URL(), p.seat.url) }

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
	p.here()
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
	p.here()
	p.must(p.PW.Locator(selector).PressSequentially(words))
}
