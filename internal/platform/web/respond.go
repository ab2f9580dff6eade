package web

import (
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/ui"
)

// Page is what a slice says of its page; the frame around it is the site's.
type Page struct {
	Title string // neutral: no name, initial or category of anybody
	Class string // the class that scopes the styles of one screen, such as "p-today"
	At    string // which entry of the menu this page belongs to: its address
	Crumb *ui.Link
	Mode  ui.Mode
	Mast  *ui.Mast
	Wide  bool
	Alone bool
	Body  templ.Component
}

// Show sends the page.
func Show(w http.ResponseWriter, r *http.Request, p Page) error { return show(w, r, http.StatusOK, p) }

// Invalid sends the page again with what was typed and what is wrong: 422.
func Invalid(w http.ResponseWriter, r *http.Request, p Page) error {
	return show(w, r, http.StatusUnprocessableEntity, p)
}

// Done answers what somebody did: on to an address that says so, or, where a rule said no, with the page that again makes of it: 422.
func Done(w http.ResponseWriter, r *http.Request, err error, again func(no error) (Page, error), to, said string) error {
	if errs.Is(err, errs.Rule) {
		p, e := again(err)
		if e != nil {
			return e
		}
		return Invalid(w, r, p)
	}
	if err != nil {
		return err
	}
	return Redirect(w, r, to, said)
}

// Conflicting sends the page with both texts, after somebody else saved first: 409.
func Conflicting(w http.ResponseWriter, r *http.Request, p Page) error {
	return show(w, r, http.StatusConflict, p)
}

func show(w http.ResponseWriter, r *http.Request, status int, p Page) error {
	x := of(r)
	frame := ui.Page{}
	if p.Mode == ui.Working || x.viewer.Account != "" && p.Mode == ui.Public {
		var err error
		if frame, err = x.site.cfg.Frame(r.Context(), x.viewer, p.At); err != nil {
			return err
		}
	} else {
		frame, _ = x.site.cfg.Frame(r.Context(), access.Public(x.viewer.District), p.At)
	}
	frame.Title, frame.PageClass, frame.Mode, frame.Crumb, frame.Body, frame.Mast, frame.Wide, frame.Alone = p.Title, p.Class, p.Mode, p.Crumb, p.Body, p.Mast, p.Wide, p.Alone
	frame.Flash = takeFlash(w, r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	return frame.Render(r.Context(), w)
}

// Fragment sends part of a page, for behaviour that asks for more (htmx).
func Fragment(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	return c.Render(r.Context(), w)
}

// Partial says whether the request wants a fragment in place of a page.
func Partial(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

const flashCookie = "kith_said"

// Redirect sends the reader on, with a sentence to be shown there once. The sentence holds nobody's name. Only addresses of
// this site are gone to.
func Redirect(w http.ResponseWriter, r *http.Request, to, said string) error {
	if said != "" {
		http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: base64.RawURLEncoding.EncodeToString([]byte(said)), Path: "/", MaxAge: 60, HttpOnly: true, Secure: Secure(r), SameSite: http.SameSiteLaxMode}) // #nosec G124 -- Secure wherever the site is served over TLS; on loopback there is none
	}
	w.Header().Set("Location", Local(to))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// Local returns to if it is an address of this site, and the front page if not (ASVS 3.7.2).
func Local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, "\\") {
		return "/"
	}
	return to
}

func takeFlash(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: Secure(r), SameSite: http.SameSiteLaxMode}) // #nosec G124 -- Secure wherever the site is served over TLS; on loopback there is none
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || len(b) > 300 {
		return ""
	}
	return string(b)
}

// problem is an error page: what happened and what to do.
type problem struct {
	status            int
	title, text, next string
}

func problemOf(err error) problem {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return problem{http.StatusRequestEntityTooLarge, "That was too large", "What you sent is larger than this page takes. Nothing was saved. Files may have 20 MB each.", ""}
	}
	say := errs.Sentence(err)
	switch errs.KindOf(err) {
	case errs.NotFound:
		return problem{http.StatusNotFound, "Page not found", "Nothing is shown at this address. It may be mistyped, or it is not shared with you. If you need it for a child, ask your safeguarding lead.", ""}
	case errs.Rule:
		return problem{http.StatusUnprocessableEntity, "That cannot be done", say, ""}
	case errs.Invalid:
		return problem{http.StatusBadRequest, "That could not be read", say, ""}
	case errs.Conflict:
		return problem{http.StatusConflict, "Somebody else saved first", say, ""}
	case errs.Unavailable:
		return problem{http.StatusServiceUnavailable, "Not saved", say, ""}
	case errs.Busy:
		return problem{http.StatusServiceUnavailable, "Too many at once", say, ""}
	}
	return problem{http.StatusInternalServerError, "Something went wrong", "The fault is ours. Nothing you saved before is lost. Go back and try again; if it happens again, tell whoever looks after Kith where you are, and give the time.", ""}
}

// again is a form that came when the second factor had grown too old for what it is about: what was written in it, to be sent
// once more by whoever wrote it, so that nothing is lost by confirming.
type again struct {
	Action string
	Fields []againField
}

type againField struct{ Name, Value string }

// againOf takes the form as it was sent, but for files, which wait for their form under their own ids.
func againOf(r *http.Request) again {
	out := again{Action: r.URL.Path}
	if err := r.ParseForm(); err != nil { // a route may have been refused before anybody read the form
		return out
	}
	for name, values := range r.PostForm {
		for _, v := range values {
			out.Fields = append(out.Fields, againField{name, v})
		}
	}
	slices.SortStableFunc(out.Fields, func(a, b againField) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// fail answers an error. Whoever is not signed in is sent to sign in; whoever must confirm, to confirm; and then back.
func (s *Site) fail(w *buffered, r *http.Request, route Route, err error) {
	w.reset()
	kind := errs.KindOf(err)
	if kind == errs.StepUp && r.Method == http.MethodPost && of(r).viewer.Strength == access.SecondFactor && !Partial(r) {
		if e := show(w, r, http.StatusForbidden, Page{Title: "Confirm that it is you", Body: againPage(againOf(r))}); e == nil {
			return
		}
		w.reset()
	}
	if kind == errs.SignIn || kind == errs.StepUp {
		to := "/sign-in"
		if kind == errs.StepUp {
			to = "/sign-in/confirm"
		}
		if r.Method == http.MethodGet {
			to += "?next=" + url.QueryEscape(r.URL.Path)
		}
		if Partial(r) {
			w.Header().Set("HX-Redirect", to)
			w.WriteHeader(http.StatusOK)
			return
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	p := problemOf(err)
	if p.status >= 500 {
		s.cfg.Log.ErrorContext(r.Context(), "request failed", slog.String("route", route.Method+" "+route.Pattern), slog.String("request", audit.RequestID(r.Context())), slog.String("error", err.Error()))
	}
	mode := ui.Working
	if of(r).viewer.Account == "" {
		mode = ui.Public
	}
	if e := show(w, r, p.status, Page{Title: p.title, Mode: mode, Body: problemPage(p)}); e != nil {
		w.reset()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(p.status)
		w.Write([]byte(p.title + ". " + p.text + "\n")) //nolint:errcheck // a buffer
	}
}
