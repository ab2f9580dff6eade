package account

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/signon"
)

// eachSchool runs fn on both engines with a provider that lets in one tenant and one domain. The provider's clock is the
// machine's, so the house keeps it too.
func eachSchool(t *testing.T, change func(*Provider), fn func(t *testing.T, h *house, m *signon.Provider)) {
	m := signon.Start(t)
	p := Provider{Key: "school", Name: "School account", Issuer: m.Issuer, ClientID: signon.ClientID, ClientSecret: signon.ClientSecret,
		TenantClaim: "tid", Tenants: []string{"oak-tenant"}, Domains: []string{"oak.example"}}
	if change != nil {
		change(&p)
	}
	testkit.DBs(t, []store.Slice{Migrations}, func(t *testing.T, w *testkit.World) {
		w.Clock.Set(clock.System{}.Now())
		h := newHouse(t, w, p)
		m.Backs = []string{h.server.URL + "/sign-in/school/school/back"}
		fn(t, h, m)
	})
}

// amina is a person at the provider.
func amina(change ...func(*signon.Somebody)) signon.Somebody {
	s := signon.Somebody{Subject: "amina-at-school", Email: "Amina.Sesay@oak.example", EmailVerified: true, Claims: map[string]any{"tid": "oak-tenant"}, AMR: []string{"pwd"}}
	for _, c := range change {
		c(&s)
	}
	return s
}

func address(email string, verified bool) func(*signon.Somebody) {
	return func(s *signon.Somebody) { s.Email, s.EmailVerified = email, verified }
}

func claim(name string, value any) func(*signon.Somebody) {
	return func(s *signon.Somebody) {
		s.Claims = maps.Clone(s.Claims)
		s.Claims[name] = value
	}
}

// atSchool begins at Kith, signs in at the provider as s and returns where the provider sends the browser. change may
// change what the provider is asked.
func (b *browser) atSchool(m *signon.Provider, s signon.Somebody, next string, change func(url.Values)) string {
	b.h.t.Helper()
	m.Next(s)
	u, err := url.Parse(b.get("/sign-in/school/school?next="+url.QueryEscape(next)).must(b.h.t, http.StatusSeeOther).to())
	testkit.OK(b.h.t, err)
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || len(q.Get("state")) < 22 {
		b.h.t.Fatalf("the request lacks a protection: %s", u)
	}
	if change != nil {
		change(q)
		u.RawQuery = q.Encode()
	}
	to := u.String()
	for range 3 { // its page for signing in, and the way back from that
		res := b.get(to).must(b.h.t, http.StatusFound)
		if to = res.to(); strings.HasPrefix(to, "/") {
			to = m.Issuer + to
		}
		if !strings.HasPrefix(to, m.Issuer) {
			return to
		}
	}
	b.h.t.Fatalf("the provider sends round and round, last to %s", to)
	return ""
}

// school goes to the provider as s and comes back.
func (b *browser) school(m *signon.Provider, s signon.Somebody, next string) answer {
	b.h.t.Helper()
	return b.get(b.atSchool(m, s, next, nil))
}

// SEC-25: a school account signs in to an account that exists, joined the first time by a verified address, later by issuer
// and subject whatever the address; it is one factor.
func TestSchoolAccountSignsIn(t *testing.T) {
	eachSchool(t, nil, func(t *testing.T, h *house, m *signon.Provider) {
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
		b.school(m, amina(address("asesay2@elsewhere.example", false)), "/write").leads(t, "/write")
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
	eachSchool(t, nil, func(t *testing.T, h *house, m *signon.Provider) {
		h.somebody("Amina Sesay", access.Member)
		refused := func(name string, s signon.Somebody) {
			t.Helper()
			b := h.browser()
			if res := b.school(m, s, "/"); res.to() != "/sign-in?said=school" || b.cookie() != "" {
				t.Errorf("%s: to %q, cookie %q", name, res.to(), b.cookie())
			}
		}
		refused("address not verified", amina(address("amina.sesay@oak.example", false)))
		refused("foreign tenant", amina(claim("tid", "elm-tenant")))
		refused("no tenant", amina(func(s *signon.Somebody) { s.Claims = nil }))
		refused("tenant that is no text", amina(claim("tid", []string{"oak-tenant"})))
		refused("no address", amina(address("", true)))
		refused("address of nobody", amina(address("somebody.new@oak.example", true)))
		refused("address of another domain", amina(address("amina.sesay@oak.example.evil.example", true)))
		m.Audience = "another-client"
		refused("token for another client", amina())
		m.Audience = ""
		m.Forged = true
		refused("signed by another key", amina())
		m.Forged = false
		h.Clock.Add(61 * time.Minute) // the provider's tokens are good for an hour
		refused("token that has expired", amina())
		h.Clock.Set(clock.System{}.Now())
		h.read(func(ctx context.Context, tx *store.Tx) error {
			n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT (SELECT count(*) FROM account_identity) + (SELECT count(*) FROM account)`))
			if n != 1 {
				t.Errorf("%d rows of accounts and identities, want the one account", n)
			}
			return err
		})
		h.browser().school(m, amina(), "/").leads(t, "/") // nothing but those was in the way
	})
}

// A token of another journey, a state of another browser, a code twice, an answer too late: none of them signs in.
func TestSchoolAccountJourneys(t *testing.T) {
	eachSchool(t, nil, func(t *testing.T, h *house, m *signon.Provider) {
		h.somebody("Amina Sesay", access.Member)
		refused := func(name string, b *browser, res answer) {
			t.Helper()
			if res.to() != "/sign-in?said=school" || b.cookie() != "" {
				t.Errorf("%s: %d to %q, cookie %q", name, res.StatusCode, res.to(), b.cookie())
			}
		}
		b := h.browser()
		refused("wrong nonce", b, b.get(b.atSchool(m, amina(), "/", func(q url.Values) { q.Set("nonce", "planted") })))
		b = h.browser()
		refused("wrong state", b, b.get(b.atSchool(m, amina(), "/", func(q url.Values) { q.Set("state", "planted") })))
		b = h.browser()
		refused("wrong verifier", b, b.get(b.atSchool(m, amina(), "/", func(q url.Values) { q.Set("code_challenge", strings.Repeat("A", 43)) })))
		b = h.browser()
		back := b.atSchool(m, amina(), "/", nil)
		other := h.browser()
		refused("another browser", other, other.get(back))
		refused("another issuer", b, b.get(back+"&iss="+url.QueryEscape("https://evil.example")))
		b = h.browser()
		refused("a code of somebody else's journey", b, b.get(swapCode(t, b.atSchool(m, amina(), "/", nil), back)))
		b = h.browser()
		back = b.atSchool(m, amina(), "/", nil)
		h.Clock.Add(journeyFor)
		refused("too late", b, b.get(back))
		h.Clock.Set(clock.System{}.Now())
		b = h.browser()
		back = b.atSchool(m, amina(), "/", nil)
		held := b.Jar.Cookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(h.server.URL, "http://"), Path: "/"})
		b.get(back).leads(t, "/")
		again := h.browser()
		again.Jar.SetCookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(h.server.URL, "http://")}, held)
		refused("code twice", again, again.get(back))
		planted := h.browser()
		back = planted.atSchool(m, amina(), "/", nil)
		planted.Jar.SetCookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(h.server.URL, "http://")}, []*http.Cookie{{Name: journeyCookie(false), Value: "planted"}})
		refused("planted journey", planted, planted.get(back))
		h.browser().get("/sign-in/school/other").must(t, 404)
	})
}

// A provider's second factor counts only where the settings say by which value; and accounts as Microsoft Entra has them:
// the person is oid, the address counts by xms_edov.
func TestSchoolAccountAsSecondFactor(t *testing.T) {
	entra := func(p *Provider) { p.SecondFactor, p.Subject, p.VerifiedClaim = []string{"mfa"}, "oid", "xms_edov" }
	eachSchool(t, entra, func(t *testing.T, h *house, m *signon.Provider) {
		a := h.somebody("Amina Sesay", access.Member)
		b := h.browser()
		b.school(m, amina(claim("xms_edov", "1")), "/").leads(t, "/sign-in?said=school") // no oid
		b.school(m, amina(claim("oid", "amina-oid")), "/").leads(t, "/sign-in?said=school")
		b.school(m, amina(claim("oid", "amina-oid"), claim("xms_edov", "1")), "/").leads(t, "/")
		app := h.app(a)
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		with := func(amr ...string) signon.Somebody {
			return amina(claim("oid", "amina-oid"), func(s *signon.Somebody) { s.Subject, s.AMR = "a subject that is not looked at", amr })
		}
		b.school(m, with("pwd", "otp"), "/").leads(t, "/")
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		b.school(m, with("pwd", "mfa"), "/records").leads(t, "/records")
		b.get("/records").must(t, 200)
		b.get("/sealed").must(t, 200)
		morning := with("pwd", "mfa")
		morning.Since = 3 * time.Hour
		c := h.browser()
		c.school(m, morning, "/records").leads(t, "/records")
		c.get("/records").must(t, 200)
		c.get("/sealed").leads(t, "/sign-in/confirm?next=%2Fsealed") // given this morning is not given just now
		c.send("/sign-in/confirm", "code", h.code(app)).leads(t, "/")
		c.get("/sealed").must(t, 200)
		morning.Since = access.RecordsFor + time.Minute
		c = h.browser()
		c.school(m, morning, "/").leads(t, "/")
		c.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		c = h.browser()
		c.school(m, amina(claim("oid", "amina-oid"), func(s *signon.Somebody) { s.AMR, s.ACR = nil, "mfa" }), "/records").leads(t, "/records")
		c.get("/records").must(t, 200)
	})
}

// Signing out ends Kith's session, and a leaver's ends with the account, whatever the provider still thinks: it is asked
// at each signing in and never in between.
func TestSchoolAccountSignsOut(t *testing.T) {
	eachSchool(t, nil, func(t *testing.T, h *house, m *signon.Provider) {
		a := h.somebody("Amina Sesay", access.Member)
		b := h.browser()
		b.school(m, amina(), "/write").leads(t, "/write")
		b.send("/sign-out").must(t, http.StatusSeeOther)
		if b.cookie() != "" {
			t.Errorf("the browser keeps %q", b.cookie())
		}
		b.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		b.school(m, amina(), "/write").leads(t, "/write")
		h.write(func(ctx context.Context, tx *store.Tx) error { return h.disable(ctx, tx, a.ID) })
		b.get("/write").leads(t, "/sign-in?next=%2Fwrite")
	})
}

// A provider that keeps to the letter of the standard puts the address where the access token leads, not into the identity
// token (OpenID Connect Core 5.4).
func TestSchoolAccountWithTheAddressElsewhere(t *testing.T) {
	eachSchool(t, nil, func(t *testing.T, h *house, m *signon.Provider) {
		m.InToken = false
		h.somebody("Amina Sesay", access.Member)
		h.browser().school(m, amina(address("amina.sesay@oak.example", false)), "/").leads(t, "/sign-in?said=school")
		b := h.browser()
		b.school(m, amina(), "/write").leads(t, "/write")
		b.get("/write").must(t, 200)
	})
}

// A second factor counts from when it was given, and as not just now where the provider does not say or says nonsense.
func TestProvidersSecondFactor(t *testing.T) {
	const now = clock.Millis(1_795_000_000_000)
	p := Provider{SecondFactor: []string{"mfa"}}
	for _, c := range []struct {
		name string
		in   claims
		want access.Strength
	}{
		{"none", claims{"amr": []any{"pwd"}, "auth_time": float64(now / 1000)}, access.FirstFactor},
		{"just now", claims{"amr": []any{"mfa"}, "auth_time": float64(now / 1000)}, access.SteppedUp},
		{"a little ahead of us", claims{"amr": []any{"mfa"}, "auth_time": float64(now/1000 + 30)}, access.SteppedUp},
		{"far ahead of us", claims{"amr": []any{"mfa"}, "auth_time": float64(now/1000 + 3600)}, access.SecondFactor},
		{"no time", claims{"amr": []any{"mfa"}}, access.SecondFactor},
		{"a time that is text", claims{"acr": "mfa", "auth_time": "now"}, access.SecondFactor},
		{"an hour ago", claims{"acr": "mfa", "auth_time": float64(now/1000 - 3600)}, access.SecondFactor},
		{"yesterday", claims{"acr": "mfa", "auth_time": float64(now/1000 - 86400)}, access.FirstFactor},
	} {
		if got := strengthOf(p.second(c.in, now), now); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Providers say yes in four ways, and anything else is no.
func TestClaimThatSaysYes(t *testing.T) {
	c := claims{"a": true, "b": "true", "c": float64(1), "d": "1", "e": false, "f": "no", "g": "TRUE?", "h": float64(2), "i": []any{true}}
	for name, want := range map[string]bool{"a": true, "b": true, "c": true, "d": true, "e": false, "f": false, "g": false, "h": false, "i": false, "absent": false} {
		if c.yes(name) != want {
			t.Errorf("%v is %v", c[name], !want)
		}
	}
}

func TestProviderThatDoesNotAnswer(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, Migrations), Provider{Key: "school", Name: "School account", Issuer: "http://localhost:1/"})
	h.browser().get("/sign-in/school/school").must(t, http.StatusServiceUnavailable, "does not answer just now")
}

// swapCode is the address of one journey with the code of another.
func swapCode(t *testing.T, mine, theirs string) string {
	t.Helper()
	a, err := url.Parse(mine)
	testkit.OK(t, err)
	b, err := url.Parse(theirs)
	testkit.OK(t, err)
	q := a.Query()
	q.Set("code", b.Query().Get("code"))
	a.RawQuery = q.Encode()
	return a.String()
}
