package account

import (
	"context"
	"net"
	"net/http"
	"net/netip"

	"github.com/a-h/templ"

	"kith/internal/kernel/ref"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// Mailer sends one message to one person.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) error
}

// Organisations names organisations; the slice directory implements it.
type Organisations interface {
	Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
}

// Config is what the slice needs from the rest of the program.
type Config struct {
	Key           [32]byte // derived from the root key for accounts alone
	Mailer        Mailer
	Organisations Organisations
	PublicURL     string // https://kith.example: what links in mail begin with
	Providers     []Provider
	// Place names a district as people say it, for the sign-in page. Nil: the page names none.
	Place func(district string) string
	// Address says where a request comes from, for counting tries. Nil: the other end of the connection, which behind a
	// proxy is the proxy.
	Address func(*http.Request) string
}

// Feature is the slice.
type Feature struct {
	DB *store.DB
	// Open are the parts of the program that need no account, shown on the sign-in page.
	Open []ui.Link
	// Demo is the section of the sign-in page where a visitor of the demonstration becomes somebody with one click. Nil
	// outside the demonstration.
	Demo func(*http.Request) templ.Component

	cfg   Config
	store Store
	sso   providers
}

// New returns the slice. It panics without a key, and on two providers of one name: both are mistakes in the program's own
// setting up, and the first would seal secrets under nothing.
func New(db *store.DB, cfg Config) *Feature {
	if cfg.Key == [32]byte{} {
		panic("account: no key")
	}
	f := &Feature{DB: db, cfg: cfg}
	f.sso = newProviders(cfg.Providers)
	return f
}

// place ends the sentence on the sign-in page that says whom this is for.
func (f *Feature) place(r *http.Request) string {
	if f.cfg.Place != nil {
		if name := f.cfg.Place(web.Viewer(r).District); name != "" {
			return name
		}
	}
	return "one district"
}

// address returns where the request comes from as a network that one person or school has: an IPv4 address, or the first
// 64 bits of an IPv6 address.
func (f *Feature) address(r *http.Request) string {
	from := r.RemoteAddr
	if f.cfg.Address != nil {
		from = f.cfg.Address(r)
	}
	if host, _, err := net.SplitHostPort(from); err == nil {
		from = host
	}
	ip, err := netip.ParseAddr(from)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
