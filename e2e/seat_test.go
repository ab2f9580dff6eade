package e2e

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"kith/internal/testkit"
	"kith/internal/testkit/browser"
)

// A seat is a device with one page open, at which the people of a test sit in turn, each with their own cookies. It stays from test
// to test and keeps its address, behind which the district of the test is put: a page that meets an address, a session or a
// program for the first time costs the browser several times what the same page costs it afterwards.
type seat struct {
	*browser.Page
	kind string
	url  string
	site atomic.Pointer[http.Handler]
	now  *person
	t    testing.TB // the test, or the part of one, that it serves
}

// still is the address of a document that does nothing.
const still = "/still"

var seats struct {
	sync.Mutex
	free []*seat
}

// seatOf takes a free seat of a kind for the length of a test, or makes one.
func seatOf(t testing.TB, site http.Handler, kind string) *seat {
	t.Helper()
	seats.Lock()
	i := slices.IndexFunc(seats.free, func(s *seat) bool { return s.kind == kind })
	var s *seat
	if i >= 0 {
		s = seats.free[i]
		seats.free = slices.Delete(seats.free, i, i+1)
	}
	seats.Unlock()
	if s == nil {
		s = &seat{kind: kind}
		l, err := net.Listen("tcp", "localhost:0")
		testkit.OK(t, err)
		_, port, _ := net.SplitHostPort(l.Addr().String())
		s.url = "http://localhost:" + port
		server := httptest.NewUnstartedServer(s)
		server.Listener.Close() //nolint:errcheck // ours takes its place
		server.Listener = l
		server.Start() // until the process ends
		b := browser.New(t)
		switch kind {
		case "phone":
			s.Page = b.Phone(t, s.url, browser.Kept())
		case "phone without scripts":
			s.Page = b.Phone(t, s.url, browser.Kept(), browser.WithoutScript())
		default:
			s.Page = b.Desktop(t, s.url, browser.Kept())
		}
	}
	s.site.Store(&site)
	s.t = nil
	t.Cleanup(func() {
		if t.Failed() {
			return // who knows what it is still doing
		}
		seats.Lock()
		seats.free = append(seats.free, s)
		seats.Unlock()
	})
	return s
}

// serve begins anew for a test, or for a part of one.
func (s *seat) serve(t testing.TB) {
	t.Helper()
	if s.t == t {
		return
	}
	s.t, s.now = t, nil
	s.For(t, still)
}

// ServeHTTP answers with the district that is behind the seat now.
func (s *seat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == still {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin") // as all of Kith's, or the browser would start a process anew
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!DOCTYPE html><link rel="icon" href="data:,">`)
		return
	}
	(*s.site.Load()).ServeHTTP(w, r)
}

// sit gives the device to a person: whoever had it leaves, and what their page was doing has ended before the cookies change.
func (p *person) sit() {
	p.t.Helper()
	if p.seat.now == p {
		return
	}
	context := p.PW.Context()
	p.Page.Goto(still)
	if before := p.seat.now; before != nil {
		held, err := context.Cookies()
		p.must(err)
		before.cookies = nil
		for _, c := range held {
			before.cookies = append(before.cookies, c.ToOptionalCookie())
		}
	}
	p.must(context.ClearCookies())
	if len(p.cookies) > 0 {
		p.must(context.AddCookies(p.cookies))
	}
	p.seat.now = p
}

// here stops a test in which somebody acts while somebody else is at the device.
func (p *person) here() {
	p.t.Helper()
	if p.seat.now != p {
		p.t.Fatal("somebody else is at the device: open a page first")
	}
}

// Goto opens an address, whatever it answers.
func (p *person) Goto(path string) int {
	p.t.Helper()
	p.sit()
	return p.Page.Goto(path)
}

// See and DontSee are those of the page, for whoever is at the device.
func (p *person) See(text string) {
	p.t.Helper()
	p.here()
	p.Page.See(text)
}

func (p *person) DontSee(text string) {
	p.t.Helper()
	p.here()
	p.Page.DontSee(text)
}
