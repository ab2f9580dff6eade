// Package web turns requests into calls of handlers and errors into pages. It refuses by default: a route names the permission
// it asks for, or says that anybody may use it; one that names neither stops the program at its start.
//
// A handler returns an error and never a status code. Pages are rendered whole before the first byte is sent, after the store
// has written down what they show. What does not exist and what is not for this viewer are answered alike, to the byte (SEC-1).
package web

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/audit"
	"kith/internal/platform/ui"
)

// Handler answers a request. An error becomes a page by its kind.
type Handler func(http.ResponseWriter, *http.Request) error

// Route is one address with what it asks for.
type Route struct {
	Method, Pattern string
	Permission      access.Permission
	Handler         Handler
	MaxBody         int64 // bytes; 0 means formLimit
	Token           bool  // opened by knowing a secret in its address, and so by anybody who knows it
}

const formLimit = 1 << 20

// Get is a page that changes nothing but the audit log.
func Get(pattern string, p access.Permission, h Handler) Route {
	return Route{Method: http.MethodGet, Pattern: pattern, Permission: p, Handler: h}
}

// Post is a change.
func Post(pattern string, p access.Permission, h Handler) Route {
	return Route{Method: http.MethodPost, Pattern: pattern, Permission: p, Handler: h}
}

// Upload is a change with files of up to limit bytes in all.
func Upload(pattern string, p access.Permission, limit int64, h Handler) Route {
	return Route{Method: http.MethodPost, Pattern: pattern, Permission: p, Handler: h, MaxBody: limit}
}

// Secret marks a route that opens by a secret in its address, so that the access matrix does not expect an id there.
func (r Route) Secret() Route { r.Token = true; return r }

// Sessions says who is asking. The slice account implements it.
type Sessions interface {
	// Viewer returns who is signed in, or access.Public(district). It is asked on every request: rights are never cached.
	Viewer(ctx context.Context, r *http.Request, district string) (access.Viewer, error)
}

// Config is what a Site needs.
type Config struct {
	Log       *slog.Logger
	Clock     clock.Clock
	IDs       *id.Source
	Sessions  Sessions
	District  func(host string) string                                               // which district a host name is for
	Frame     func(ctx context.Context, v access.Viewer, at string) (ui.Page, error) // header, menu and duty strip for the viewer
	Secure    bool                                                                   // served over TLS: cookies and headers say so
	PublicURL string                                                                 // https://kith.example, for links in mail
	// Observe, when set, is told of each request once it was answered: by the route's pattern, never by its address.
	Observe func(method, pattern string, status int, took time.Duration)
}

// Site is the router.
type Site struct {
	cfg    Config
	mux    *http.ServeMux
	routes []Route
	cross  *http.CrossOriginProtection
}

// New joins the routes. It panics on a route without a permission or a handler, and on two routes for one address.
func New(cfg Config, routes []Route) *Site {
	s := &Site{cfg: cfg, mux: http.NewServeMux(), routes: routes, cross: http.NewCrossOriginProtection()}
	for _, r := range routes {
		if r.Permission.Name == "" || r.Handler == nil {
			panic(fmt.Sprintf("web: route %s %s has no permission or no handler", r.Method, r.Pattern))
		}
		s.mux.Handle(r.Method+" "+r.Pattern, s.serve(r))
	}
	s.mux.Handle("GET /assets/", ui.AssetHandler())
	missing := Route{Method: "GET", Pattern: "/", Permission: access.Anybody, Handler: func(http.ResponseWriter, *http.Request) error { return errs.Missing() }}
	s.mux.Handle("/", s.serve(missing))
	return s
}

// Routes returns all routes, for the access matrix.
func (s *Site) Routes() []Route { return s.routes }

// contentPolicy is the whole of what a page may load: our own files, and pictures drawn into it.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"

// ServeHTTP sets what every answer has, refuses what another site's page sends, and asks the router.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self), publickey-credentials-create=(self)")
	h.Set("Cache-Control", "no-store")
	if s.cfg.Secure {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	if err := s.cross.Check(r); err != nil {
		http.Error(w, "This was sent from another site and was refused.", http.StatusForbidden)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// exchange is what the handlers' helpers find in the context.
type exchange struct {
	site   *Site
	viewer access.Viewer
	now    clock.Millis
}

type exchangeKey struct{}

func of(r *http.Request) *exchange { return r.Context().Value(exchangeKey{}).(*exchange) }

// Viewer returns who is asking.
func Viewer(r *http.Request) access.Viewer { return of(r).viewer }

// Now returns the instant of the request.
func Now(r *http.Request) clock.Millis { return of(r).now }

// NewID returns a fresh id, for the form that makes a new record.
func NewID(r *http.Request) string { return of(r).site.cfg.IDs.New(of(r).now) }

// PublicURL returns the address of a page as people outside see it.
func PublicURL(r *http.Request, path string) string {
	s := of(r).site
	if s.cfg.PublicURL != "" {
		return strings.TrimSuffix(s.cfg.PublicURL, "/") + path
	}
	scheme := "http://"
	if s.cfg.Secure {
		scheme = "https://"
	}
	return scheme + r.Host + path
}

// Secure says whether the site is served over TLS.
func Secure(r *http.Request) bool { return of(r).site.cfg.Secure }

// PathID returns the id in the address. NotFound: malformed, the same answer as for one that does not exist.
func PathID(r *http.Request, name string) (string, error) {
	v := r.PathValue(name)
	if !id.Valid(v) {
		return "", errs.Missing()
	}
	return v, nil
}

func (s *Site) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.cfg.Clock.Now()
		x := &exchange{site: s, now: clock.Of(began)}
		requestID := s.cfg.IDs.New(x.now)
		ctx := context.WithValue(audit.WithRequest(r.Context(), requestID), exchangeKey{}, x)
		r = r.WithContext(ctx)
		limit := route.MaxBody
		if limit == 0 {
			limit = formLimit
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		out := &buffered{ResponseWriter: w}
		err := s.answer(out, r, x, route)
		if err != nil {
			s.fail(out, r, route, err)
		}
		out.flush(r)
		if s.cfg.Observe != nil {
			s.cfg.Observe(route.Method, route.Pattern, out.status, s.cfg.Clock.Now().Sub(began))
		}
	})
}

func (s *Site) answer(w *buffered, r *http.Request, x *exchange, route Route) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	x.viewer = access.Public(s.cfg.District(r.Host))
	if x.viewer, err = s.cfg.Sessions.Viewer(r.Context(), r, s.cfg.District(r.Host)); err != nil {
		return err
	}
	if err := x.viewer.May(route.Permission); err != nil {
		return err
	}
	if route.Permission.Strength > access.Nobody && foreseen(r) {
		w.WriteHeader(http.StatusNoContent) // a browser that looks ahead has opened nothing, and nobody has read it
		return nil
	}
	err = route.Handler(w, r)
	if errs.Is(err, errs.NotFound) && x.viewer.MayNeedFactor(route.Permission) && strings.Contains(route.Pattern, "{") {
		return errs.New(errs.StepUp, "Confirm that it is you")
	}
	return err
}

// foreseen says whether a browser fetches the page before anybody asked for it, or asks for its head only.
func foreseen(r *http.Request) bool {
	return r.Method == http.MethodHead || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") || r.Header.Get("Purpose") == "prefetch"
}

// buffered holds the answer back until the handler has ended, so that a fault on the way shows nothing of it (SEC-4).
type buffered struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (b *buffered) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *buffered) Write(p []byte) (int, error) {
	b.WriteHeader(http.StatusOK)
	return b.body.Write(p)
}

// reset forgets what the handler has written, for an error page in its place.
func (b *buffered) reset() {
	b.status = 0
	b.body.Reset()
	for _, h := range []string{"Content-Type", "Content-Disposition", "Location", "ETag", "Set-Cookie"} {
		b.Header().Del(h)
	}
}

func (b *buffered) flush(r *http.Request) {
	if b.status == 0 {
		b.status = http.StatusOK
	}
	if b.status != http.StatusNoContent && b.status != http.StatusNotModified {
		b.Header().Set("Content-Length", fmt.Sprint(b.body.Len()))
	}
	b.ResponseWriter.WriteHeader(b.status)
	if r.Method != http.MethodHead {
		b.ResponseWriter.Write(b.body.Bytes()) //nolint:errcheck // the reader has gone away
	}
}
