package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"kith/internal/demo"
	"kith/internal/feature/account"
	"kith/internal/kernel/access"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// somebody is a person who is signed in and uses the pages.
type somebody struct {
	account  string
	cookie   *http.Cookie
	children []string // ids at the person's school
	names    []string // of the same children
	rand     *rand.Rand
}

// page is one thing that people do all day.
type page struct {
	name    string
	request func(d *district, p *somebody) *http.Request
	want    int
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }

func post(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// some returns one of n, the first ones more often: few children have most of the concerns, as the district was made.
func (p *somebody) some(n int) int {
	u := p.rand.Float64()
	return int(u * u * float64(n))
}

// pages are the daily pages that exist. The meeting of the safeguarding group is not built yet.
var pages = []page{
	{"today", func(*district, *somebody) *http.Request { return get("/today") }, http.StatusOK},
	{"child search, as typed", func(_ *district, p *somebody) *http.Request {
		given, family, _ := strings.Cut(p.names[p.some(len(p.names))], " ")
		typed := []rune(given + " " + family)
		r := post("/children/search", url.Values{"q": {string(typed[:min(len(typed), 3+p.rand.IntN(6))])}}) // #nosec G404 -- which page a pretended reader opens is no secret
		r.Header.Set("HX-Request", "true")
		return r
	}, http.StatusOK},
	{"child chronology", func(_ *district, p *somebody) *http.Request {
		return get("/children/" + p.children[p.some(len(p.children))])
	}, http.StatusOK},
	{"write a concern: the form", func(*district, *somebody) *http.Request { return get("/concerns/new") }, http.StatusOK},
	{"write a concern: sent", func(d *district, p *somebody) *http.Request {
		i := p.some(len(p.children))
		return post("/concerns", url.Values{"id": {d.app.DB.IDs().New(d.app.DB.Now())}, "words": {"Said at registration that nobody had made breakfast and then went quiet. I had not noticed anything before."},
			"when": {"today"}, "place": {"Dining hall"}, "kid": {p.children[i]}, "kid_name": {p.names[i]}, "kid_role": {"harmed"}, "kid_words": {""}, "told": {"yes"}, "urgent": {"no"}, "send": {"yes"}})
	}, http.StatusSeeOther},
}

// ask sends a request as the person and returns the answer.
func (d *district) ask(h http.Handler, p *somebody, r *http.Request) *httptest.ResponseRecorder {
	r.AddCookie(p.cookie)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// side is a site of the benchmark's own behind the same middleware: a way in for anybody, and a page that does nothing.
func (d *district) side(in string) *web.Site {
	return web.New(web.Config{Log: quiet(), Clock: d.app.DB.Clock(), IDs: d.app.DB.IDs(), Sessions: d.app.Account, District: func(string) string { return d.id },
		Frame: func(context.Context, access.Viewer, string) (ui.Page, error) { return ui.Page{}, nil }}, []web.Route{
		web.Get("/in", access.Anybody, func(w http.ResponseWriter, r *http.Request) error {
			return d.app.Account.SignIn(r.Context(), w, r, account.ID(in), true, "benchmark")
		}),
		web.Get("/empty", access.SignedIn, func(w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(http.StatusOK)
			return nil
		}),
	})
}

// signIn signs an account in.
func (d *district) signIn(ctx context.Context, account string, seed uint64) (*somebody, error) {
	w := httptest.NewRecorder()
	d.side(account).ServeHTTP(w, get("/in"))
	cookies := w.Result().Cookies()
	if len(cookies) == 0 {
		return nil, fmt.Errorf("signing in: %d %s", w.Code, w.Body)
	}
	p := &somebody{account: account, cookie: cookies[0], rand: rand.New(rand.NewPCG(seed, 1))} // #nosec G404 -- which page a pretended reader opens is no secret
	org, err := d.lookUp(ctx, `SELECT org_id FROM account_post WHERE account_id = ?`, account)
	if err != nil {
		return nil, err
	}
	if p.children, err = d.list(ctx, `SELECT c.id FROM people_child c WHERE c.org_id = ? ORDER BY c.id`, org); err != nil {
		return nil, err
	}
	p.names, err = d.list(ctx, `SELECT c.given || ' ' || c.family FROM people_child c WHERE c.org_id = ? ORDER BY c.id`, org)
	return p, err
}

// leads signs in the safeguarding leads of the reference schools, at most n.
func (d *district) leads(ctx context.Context, n int) ([]*somebody, error) {
	ids, err := d.list(ctx, `SELECT a.id FROM account a WHERE a.email LIKE 'lead%' OR a.email LIKE 'staff1___.1@%' OR a.email LIKE 'staff1___.2@%' ORDER BY CASE WHEN a.email LIKE 'lead%' THEN 0 ELSE 1 END, a.id LIMIT ?`, n)
	if err != nil {
		return nil, err
	}
	var out []*somebody
	for i, id := range ids {
		p, err := d.signIn(ctx, id, uint64(i))
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// others says what the pages answer to roles that have few pages of their own yet.
func (d *district) others(ctx context.Context, to io.Writer) error {
	for _, x := range []struct{ who, email string }{{"A trust's safeguarding lead", demo.ReferenceTrust}, {"An officer of the authority", demo.ReferenceOfficer}} {
		a, err := d.account(ctx, x.email)
		if err != nil {
			return err
		}
		p, err := d.signIn(ctx, string(a.ID), 7)
		if err != nil {
			return err
		}
		lead, err := d.leads(ctx, 1)
		if err != nil {
			return err
		}
		p.children, p.names = lead[0].children, lead[0].names
		var has, not []string
		for _, pg := range pages[:4] {
			switch w := d.ask(d.app.Handler, p, pg.request(d, p)); {
			case w.Code != pg.want:
				not = append(not, fmt.Sprintf("%s (%d)", pg.name, w.Code))
			case strings.Contains(w.Body.String(), "this page takes none"):
				not = append(not, pg.name+" (says whom to ring instead)")
			default:
				has = append(has, pg.name)
			}
		}
		fmt.Fprintf(to, "- %s is shown: %s. Not for this role yet, or never: %s.\n", x.who, join(has), join(not))
	}
	return nil
}

func join(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}
