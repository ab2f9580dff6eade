package account

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// Provider is one provider of single sign-on by OpenID Connect. It opens accounts that exist and makes none.
//
// Microsoft Entra: Issuer https://login.microsoftonline.com/TENANT-ID/v2.0, Subject "oid", TenantClaim "tid", Tenants the
// tenant id, VerifiedClaim "xms_edov" (an optional claim that is to be switched on: Entra's e-mail claim alone is not
// verified). Google Workspace: Issuer https://accounts.google.com, TenantClaim "hd", Tenants the school's domain. Each
// tenant of Entra is a provider of its own. The address to register with the provider is /sign-in/school/KEY/back.
type Provider struct {
	Key           string   `json:"key"`  // "microsoft", in addresses
	Name          string   `json:"name"` // "School account", on the button
	Issuer        string   `json:"issuer"`
	ClientID      string   `json:"client_id"`
	ClientSecret  string   `json:"client_secret"`
	Subject       string   `json:"subject"`        // claim that names the person for good; "" is "sub"
	TenantClaim   string   `json:"tenant_claim"`   // claim that names the organisation, "" where the issuer serves one only
	Tenants       []string `json:"tenants"`        // values of TenantClaim that are let in
	Domains       []string `json:"domains"`        // domains of e-mail addresses that may be bound
	VerifiedClaim string   `json:"verified_claim"` // claim that says the address was verified; "" is "email_verified"
	SecondFactor  []string `json:"second_factor"`  // values of amr or acr that count as a second factor; none: it never does
}

// providers are the configured ones, each discovered when first used and again after a failure.
type providers struct {
	list []Provider
	mu   *sync.Mutex
	met  map[string]*oidc.Provider
}

func newProviders(list []Provider) providers {
	seen := map[string]bool{}
	for _, p := range list {
		if seen[p.Key] || p.Key == "" {
			panic("account: two providers of sign-on, or none, are called " + p.Key)
		}
		seen[p.Key] = true
	}
	return providers{list, &sync.Mutex{}, map[string]*oidc.Provider{}}
}

// meet returns the provider with what it says of itself. NotFound: no such provider. Unavailable: it does not answer.
func (s providers) meet(ctx context.Context, key string) (Provider, *oidc.Provider, error) {
	i := slices.IndexFunc(s.list, func(p Provider) bool { return p.Key == key })
	if i < 0 {
		return Provider{}, nil, errs.Missing()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.met[key] == nil {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		met, err := oidc.NewProvider(oidc.ClientContext(ctx, outside), s.list[i].Issuer)
		if err != nil {
			return s.list[i], nil, errs.Of(errs.Unavailable, err, "The school account's provider does not answer just now. Sign in another way, or try again in a minute.")
		}
		s.met[key] = met
	}
	return s.list[i], s.met[key], nil
}

// outside asks providers; nothing else leaves the program from this slice.
var outside = &http.Client{Timeout: 10 * time.Second}

// journey is what this browser is to bring back. It travels in a sealed cookie: nothing is kept for visitors who never do.
type journey struct {
	Key, State, Nonce, Verifier, Next string
	Ends                              clock.Millis
}

const journeyFor = 10 * time.Minute

func journeyCookie(secure bool) string { return cookieName(secure) + "-school" }

func (f *Feature) setJourney(w http.ResponseWriter, r *http.Request, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: journeyCookie(web.Secure(r)), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: web.Secure(r), SameSite: http.SameSiteLaxMode}) // #nosec G124 -- Secure wherever the site is served over TLS; on loopback there is none
}

func (p Provider) oauth(met *oidc.Provider, r *http.Request) *oauth2.Config {
	return &oauth2.Config{ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: met.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
		RedirectURL: web.PublicURL(r, "/sign-in/school/"+p.Key+"/back")}
}

// goToSchool sends the browser to the provider: authorisation code with PKCE, state and nonce.
func (f *Feature) goToSchool(w http.ResponseWriter, r *http.Request) error {
	p, met, err := f.sso.meet(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	j := journey{Key: p.Key, State: id.Secret(16), Nonce: id.Secret(16), Verifier: oauth2.GenerateVerifier(), Next: nextOf(r), Ends: web.Now(r).Add(journeyFor)}
	body, err := json.Marshal(j)
	if err != nil {
		return err
	}
	f.setJourney(w, r, base64.RawURLEncoding.EncodeToString(secret.Seal(f.cfg.Key, body, []byte("school journey"))), int(journeyFor.Seconds()))
	w.Header().Set("Location", p.oauth(met, r).AuthCodeURL(j.State, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)))
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

func (f *Feature) journeyOf(r *http.Request, key string) (j journey, ok bool) {
	c, err := r.Cookie(journeyCookie(web.Secure(r)))
	if err != nil {
		return j, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return j, false
	}
	body, err := secret.Open(f.cfg.Key, sealed, []byte("school journey"))
	if err != nil || json.Unmarshal(body, &j) != nil {
		return j, false
	}
	return j, j.Key == key && j.Ends > web.Now(r)
}

// errSchool is the one answer to a school account that opens nothing, whatever the reason; the reason is in the audit log.
var errSchool = errs.Refuse(said["school"])

// backFromSchool takes what the provider sends back.
func (f *Feature) backFromSchool(w http.ResponseWriter, r *http.Request) error {
	p, met, err := f.sso.meet(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	j, ok := f.journeyOf(r, p.Key)
	f.setJourney(w, r, "", -1)
	q := r.URL.Query()
	if !ok || q.Get("state") != j.State || q.Get("code") == "" || q.Has("iss") && q.Get("iss") != p.Issuer {
		return web.Redirect(w, r, "/sign-in?said=school", "")
	}
	account, second, err := f.bySchool(r, p, met, j, q.Get("code"))
	if err == nil {
		err = f.signInSince(r.Context(), w, r, account, second, "school account "+p.Key)
	}
	if errs.Is(err, errs.Rule) || errs.Is(err, errs.NotFound) {
		return web.Redirect(w, r, "/sign-in?said=school", "")
	}
	if err != nil {
		return err
	}
	return f.arrive(w, r, account, j.Next)
}

// claims are what an identity token says.
type claims map[string]any

func (c claims) text(name string) string { s, _ := c[name].(string); return s }

// yes reads a claim that providers send as true, "true", 1 or "1".
func (c claims) yes(name string) bool {
	switch v := c[name].(type) {
	case bool:
		return v
	case string:
		return v == "true" || v == "1"
	case float64:
		return v == 1
	}
	return false
}

// verified is the claim that says whether the address was verified.
func (p Provider) verified() string { return cmp.Or(p.VerifiedClaim, "email_verified") }

// refusal says why a token opens nothing here, "" when it may. bound says that its subject is joined to an account already:
// then the address no longer matters.
func (p Provider) refusal(c claims, bound bool) string {
	email := folded(c.text("email"))
	_, domain, _ := strings.Cut(email, "@")
	switch {
	case p.TenantClaim != "" && !slices.Contains(p.Tenants, c.text(p.TenantClaim)):
		return "another organisation's account"
	case bound:
		return ""
	case email == "" || !c.yes(p.verified()):
		return "an address that was not verified"
	case !slices.Contains(p.Domains, domain):
		return "an address of another domain"
	}
	return ""
}

// strong says whether the provider asked for a second factor, as far as the settings believe it.
func (p Provider) strong(c claims) bool {
	said := []string{c.text("acr")}
	if list, ok := c["amr"].([]any); ok {
		for _, x := range list {
			if s, ok := x.(string); ok {
				said = append(said, s)
			}
		}
	}
	return slices.ContainsFunc(said, func(s string) bool { return s != "" && slices.Contains(p.SecondFactor, s) })
}

// second is the instant at which the provider asked for a second factor, 0 where it did not. A provider's own session may be
// hours old: unless it says when that was, it counts for records and not as given just now.
func (p Provider) second(c claims, now clock.Millis) clock.Millis {
	if !p.strong(c) {
		return 0
	}
	at := clock.Millis(0)
	if seconds, ok := c["auth_time"].(float64); ok {
		at = clock.Millis(seconds) * 1000
	}
	if at <= 0 || at > now.Add(time.Minute) {
		return now.Add(-access.StepUpFor)
	}
	return min(at, now)
}

// bySchool redeems the code and returns whose account it opens: the one joined to the token's issuer and subject, or, the
// first time, the one with the verified address of an allowed domain. Rule: errSchool.
func (f *Feature) bySchool(r *http.Request, p Provider, met *oidc.Provider, j journey, code string) (account ID, second clock.Millis, err error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(r.Context(), outside), 10*time.Second)
	defer cancel()
	token, err := p.oauth(met, r).Exchange(ctx, code, oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return "", 0, errSchool
	}
	raw, _ := token.Extra("id_token").(string)
	got, err := met.Verifier(&oidc.Config{ClientID: p.ClientID, Now: f.DB.Clock().Now}).Verify(ctx, raw)
	if err != nil || got.Nonce != j.Nonce {
		return "", 0, errSchool
	}
	c := claims{}
	if err := got.Claims(&c); err != nil {
		return "", 0, errSchool
	}
	if c.text("email") == "" {
		p.addTheRest(ctx, met, token, c)
	}
	subject := got.Subject
	if p.Subject != "" {
		subject = c.text(p.Subject)
	}
	if subject == "" {
		return "", 0, errSchool
	}
	var why string
	err = f.DB.Write(r.Context(), access.System(web.Viewer(r).District, "school account "+p.Key), func(ctx context.Context, tx *store.Tx) (err error) {
		account, why = "", ""
		account, err = f.store.byIdentity(ctx, tx, got.Issuer, subject)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		bound := err == nil
		if why = p.refusal(c, bound); why != "" {
			return audit.Record(ctx, tx, "account.school-account-refused", ref.To("account", string(account)), audit.Detail(map[string]any{"provider": p.Key, "why": why}))
		}
		if bound {
			return nil
		}
		a, err := f.store.ByEmail(ctx, tx, folded(c.text("email")))
		if errs.Is(err, errs.NotFound) || err == nil && a.State != Active {
			why = "no active account has the address"
			return audit.Record(ctx, tx, "account.school-account-refused", ref.To("account", string(a.ID)), audit.Detail(map[string]any{"provider": p.Key, "why": why}))
		}
		if err != nil {
			return err
		}
		account = a.ID
		if err := f.store.bind(ctx, tx, account, got.Issuer, subject); err != nil {
			return err
		}
		if err := f.tell(ctx, tx, account, toldIdentity); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.school-account-joined", ref.To("account", string(account)), audit.Detail(map[string]any{"provider": p.Key}))
	})
	if err == nil && why != "" {
		err = errSchool
	}
	return account, p.second(c, web.Now(r)), err
}

// addTheRest asks where the access token leads for the claims that a provider leaves out of the identity token, as
// OpenID Connect Core 5.4 has it for the address. What the identity token says stands, and how somebody proved who they are is
// taken from there alone. A provider that does not answer leaves them out.
func (p Provider) addTheRest(ctx context.Context, met *oidc.Provider, token *oauth2.Token, c claims) {
	info, err := met.UserInfo(ctx, oauth2.StaticTokenSource(token))
	more := claims{}
	if err != nil || info.Subject != c.text("sub") || info.Claims(&more) != nil {
		return
	}
	for _, name := range []string{"email", p.verified(), p.TenantClaim, p.Subject} {
		if _, said := c[name]; !said && name != "" && more[name] != nil {
			c[name] = more[name]
		}
	}
}
