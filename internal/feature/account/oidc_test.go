package account

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// schoolUser is somebody at the provider, with any claims.
type schoolUser map[string]any

func (u schoolUser) ID() string                        { s, _ := u["sub"].(string); return s }
func (u schoolUser) Userinfo([]string) ([]byte, error) { return json.Marshal(u) }
func (u schoolUser) Claims(_ []string, base *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	body, err := json.Marshal(base)
	if err != nil {
		return nil, err
	}
	all := jwt.MapClaims{}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	for k, v := range u {
		all[k] = v
	}
	return all, nil
}

// eachSchool runs fn on both engines with a provider that lets in one tenant and one domain.
func eachSchool(t *testing.T, change func(*Provider), fn func(t *testing.T, h *house, m *mockoidc.MockOIDC)) {
	m, err := mockoidc.Run()
	testkit.OK(t, err)
	t.Cleanup(func() { testkit.OK(t, m.Shutdown()) })
	p := Provider{Key: "school", Name: "School account", Issuer: m.Issuer(), ClientID: m.ClientID, ClientSecret: m.ClientSecret,
		TenantClaim: "tid", Tenants: []string{"oak-tenant"}, Domains: []string{"oak.example"}}
	if change != nil {
		change(&p)
	}
	testkit.DBs(t, []store.Slice{Migrations}, func(t *testing.T, w *testkit.World) {
		was := mockoidc.NowFunc
		mockoidc.NowFunc = w.Clock.Now
		t.Cleanup(func() { mockoidc.NowFunc = was })
		fn(t, newHouse(t, w, p), m)
	})
}

// amina is a token's claims with some changed; "" takes one away.
func amina(changes ...string) schoolUser {
	u := schoolUser{"sub": "amina-at-school", "email": "Amina.Sesay@oak.example", "email_verified": true, "tid": "oak-tenant"}
	for i := 0; i < len(changes); i += 2 {
		u[changes[i]] = changes[i+1]
		if changes[i+1] == "" {
			delete(u, changes[i])
		}
	}
	return u
}

// school goes to the provider as u and comes back.
func (b *browser) school(m *mockoidc.MockOIDC, u schoolUser, next string) answer {
	b.h.t.Helper()
	m.QueueUser(u)
	out := b.get("/sign-in/school/school?next="+url.QueryEscape(next)).must(b.h.t, http.StatusSeeOther)
	at := b.get(out.to())
	if at.StatusCode != http.StatusFound {
		b.h.t.Fatalf("the provider: %d %s", at.StatusCode, at.body)
	}
	return b.get(at.to())
}

// SEC-25: a school account signs in to an account that exists, joined the first time by a verified address, later by issuer
// and subject whatever the address; it is one factor.
func TestSchoolAccountSignsIn(t *testing.T) {
	eachSchool(t, nil, func(t *testing.T, h *house, m *mockoidc.MockOIDC) {
		a := h.somebody("Amina Sesay", access.DSL)
		app := h.app(a)
		b := h.browser()
		b.school(m, amina(), "/write").leads(t, "/write")
		b.get("/write").must(t, 200)
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		b.send("/sign-in/confirm", "code", h.code(app)).leads(t, "/")
		b.get("/records").must(t, 200)
		if sent := h.drain(); len(sent) != 1 || sent[0].Subject != "Kith: a school account was joined" {
			t.Fatalf("%v", sent)
		}
		b.school(m, amina("email", "asesay2@elsewhere.example", "email_verified", ""), "/write").leads(t, "/write")
		if sent := h.drain(); len(sent) != 0 {
			t.Fatalf("%v", sent)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error { return h.disable(ctx, tx, a.ID) })
		h.browser().school(m, amina(), "/").leads(t, "/sign-in?said=school")
		h.browser().get("/sign-in?said=school").must(t, 200, "The school account could not be used")
	})
}

// SEC-25, ASVS 6.8.1: what opens nothing, and makes no account either.
func TestSchoolAccountRefusals(t *testing.T) {
	eachSchool(t, nil, func(t *testing.T, h *house, m *mockoidc.MockOIDC) {
		h.somebody("Amina Sesay", access.Member)
		for name, u := range map[string]schoolUser{
			"address not verified":    amina("email_verified", ""),
			"address falsely so":      amina("email_verified", "no"),
			"foreign tenant":          amina("tid", "elm-tenant"),
			"no tenant":               amina("tid", ""),
			"no address":              amina("email", ""),
			"address of nobody":       amina("email", "somebody.new@oak.example"),
			"address of other domain": amina("email", "amina.sesay@oak.example.evil.example"),
			"no subject":              amina("sub", ""),
		} {
			b := h.browser()
			if res := b.school(m, u, "/"); res.to() != "/sign-in?said=school" || b.cookie() != "" {
				t.Errorf("%s: to %q, cookie %q", name, res.to(), b.cookie())
			}
		}
		h.read(func(ctx context.Context, tx *store.Tx) error {
			n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT (SELECT count(*) FROM account_identity) + (SELECT count(*) FROM account)`))
			if n != 1 {
				t.Errorf("%d rows of accounts and identities, want the one account", n)
			}
			return err
		})
	})
}

// A token of another journey, a state of another browser, a code twice, an answer too late: none of them signs in.
func TestSchoolAccountJourneys(t *testing.T) {
	eachSchool(t, nil, func(t *testing.T, h *house, m *mockoidc.MockOIDC) {
		h.somebody("Amina Sesay", access.Member)
		refused := func(name string, b *browser, res answer) {
			t.Helper()
			if res.to() != "/sign-in?said=school" || b.cookie() != "" {
				t.Errorf("%s: %d to %q, cookie %q", name, res.StatusCode, res.to(), b.cookie())
			}
		}
		begin := func(b *browser, change func(url.Values)) string {
			m.QueueUser(amina())
			u, err := url.Parse(b.get("/sign-in/school/school").to())
			testkit.OK(t, err)
			q := u.Query()
			if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || len(q.Get("state")) < 22 {
				t.Fatalf("the request lacks a protection: %s", u)
			}
			change(q)
			u.RawQuery = q.Encode()
			return b.get(u.String()).to()
		}
		b := h.browser()
		refused("wrong nonce", b, b.get(begin(b, func(q url.Values) { q.Set("nonce", "planted") })))
		b = h.browser()
		refused("wrong state", b, b.get(begin(b, func(q url.Values) { q.Set("state", "planted") })))
		b = h.browser()
		refused("wrong verifier", b, b.get(begin(b, func(q url.Values) { q.Set("code_challenge", strings.Repeat("A", 43)) })))
		b = h.browser()
		back := begin(b, func(url.Values) {})
		other := h.browser()
		refused("another browser", other, other.get(back))
		refused("another issuer", b, b.get(back+"&iss="+url.QueryEscape("https://evil.example")))
		b = h.browser()
		back = begin(b, func(url.Values) {})
		h.After(journeyFor)
		refused("too late", b, b.get(back))
		b = h.browser()
		back = begin(b, func(url.Values) {})
		b.get(back).leads(t, "/")
		again := h.browser()
		again.Jar.SetCookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(h.server.URL, "http://")}, []*http.Cookie{{Name: journeyCookie(false), Value: "planted"}})
		refused("code twice", again, again.get(back))
		h.browser().get("/sign-in/school/other").must(t, 404)
	})
}

// A provider's second factor counts only where the settings say by which value.
func TestSchoolAccountAsSecondFactor(t *testing.T) {
	eachSchool(t, func(p *Provider) { p.SecondFactor = []string{"mfa"}; p.Subject = "oid" }, func(t *testing.T, h *house, m *mockoidc.MockOIDC) {
		a := h.somebody("Amina Sesay", access.Member)
		u := amina("oid", "amina-oid")
		u["amr"] = []string{"pwd"}
		b := h.browser()
		b.school(m, u, "/").leads(t, "/")
		h.app(a)
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		u["amr"] = []string{"pwd", "mfa"}
		u["sub"] = "a subject that is not looked at"
		b.school(m, u, "/records").leads(t, "/records")
		b.get("/records").must(t, 200)
	})
}

func TestProviderThatDoesNotAnswer(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, Migrations), Provider{Key: "school", Name: "School account", Issuer: "http://localhost:1/"})
	h.browser().get("/sign-in/school/school").must(t, http.StatusServiceUnavailable, "does not answer just now")
}
