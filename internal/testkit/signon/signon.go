// Package signon is a real provider of single sign-on for tests: the certified OpenID Connect server of zitadel/oidc with
// the storage of its own examples, on loopback. It judges what it is asked as strictly as a provider does, PKCE, the
// address to go back to and the client's secret among it; its clock is the machine's. What a test changes is who is there
// and what the provider says of them.
package signon

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// ClientID and ClientSecret are Kith's at every provider.
const (
	ClientID     = "kith"
	ClientSecret = "a secret that the provider gave"
)

// Somebody is a person at the provider, as it speaks of them.
type Somebody struct {
	Subject       string
	Email         string
	EmailVerified bool
	Claims        map[string]any // others: tid, oid, xms_edov
	AMR           []string       // how they proved who they are
	ACR           string
	Since         time.Duration // how long ago that was
}

// Provider is a running server. The fields may be changed between requests, by the test that asks.
type Provider struct {
	Issuer string

	Audience string   // whom tokens are for; "": who asked
	InToken  bool     // the address stands in the identity token too, not only where the access token leads
	Forged   bool     // tokens are signed by a key that is not among the provider's
	Backs    []string // the addresses to go back to, as registered

	mu   sync.Mutex
	next Somebody
	seen map[string]Somebody // by subject
}

// Start runs a provider until the test ends.
func Start(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{InToken: true, seen: map[string]Somebody{}}
	var site http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { site.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	p.Issuer = server.URL
	was := slog.Default() // the library has no other log
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(was) })
	own := &shelf{p: p}
	own.Storage = storage.NewStorageWithClients(people{p}, map[string]*storage.Client{ClientID: storage.WebClient(ClientID, ClientSecret)})
	provider, err := op.NewProvider(&op.Config{CryptoKey: [32]byte{1}, CodeMethodS256: true}, own, op.StaticIssuer(p.Issuer), op.WithAllowInsecure())
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	own.other = other
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		if err := own.CheckUsernamePassword("whoever is next", "", id); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, op.AuthCallbackURL(provider)(op.ContextWithIssuer(r.Context(), p.Issuer), id), http.StatusFound)
	})
	site = mux
	return p
}

// Next says who signs in at the provider from now on, without being asked for anything.
func (p *Provider) Next(s Somebody) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next, p.seen[s.Subject] = s, s
}

func (p *Provider) known(subject string) (Somebody, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, ok := p.seen[subject]
	return s, ok
}

// people is the provider's list of users.
type people struct{ p *Provider }

func (l people) GetUserByID(subject string) *storage.User {
	s, ok := l.p.known(subject)
	if !ok {
		return nil
	}
	return &storage.User{ID: s.Subject, Email: s.Email, EmailVerified: s.EmailVerified}
}

func (l people) GetUserByUsername(string) *storage.User {
	l.p.mu.Lock()
	defer l.p.mu.Unlock()
	return &storage.User{ID: l.p.next.Subject}
}

func (people) ExampleClientID() string { return "" }

// shelf is the storage of the examples, with what a test says of people and of the client.
type shelf struct {
	*storage.Storage
	p     *Provider
	other *rsa.PrivateKey
}

// request is somebody's request to be signed in.
type request struct {
	*storage.AuthRequest
	p      *Provider
	judged bool // the code was found good: what comes now is the tokens
}

func (r *request) who() Somebody          { s, _ := r.p.known(r.UserID); return s }
func (r *request) GetAMR() []string       { return r.who().AMR }
func (r *request) GetACR() string         { return r.who().ACR }
func (r *request) GetAuthTime() time.Time { return r.AuthRequest.GetAuthTime().Add(-r.who().Since) }
func (r *request) GetAudience() []string  { return []string{r.GetClientID()} }
func (r *request) GetClientID() string {
	if r.judged && r.p.Audience != "" {
		return r.p.Audience
	}
	return r.AuthRequest.GetClientID()
}

func (s *shelf) wrapped(r op.AuthRequest, err error) (op.AuthRequest, error) {
	if err != nil {
		return nil, err
	}
	return &request{AuthRequest: r.(*storage.AuthRequest), p: s.p}, nil
}

func (s *shelf) CreateAuthRequest(ctx context.Context, r *oidc.AuthRequest, user string) (op.AuthRequest, error) {
	return s.wrapped(s.Storage.CreateAuthRequest(ctx, r, user))
}

func (s *shelf) AuthRequestByID(ctx context.Context, id string) (op.AuthRequest, error) {
	return s.wrapped(s.Storage.AuthRequestByID(ctx, id))
}

func (s *shelf) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	return s.wrapped(s.Storage.AuthRequestByCode(ctx, code))
}

func (s *shelf) CreateAccessToken(ctx context.Context, r op.TokenRequest) (string, time.Time, error) {
	if ours, ok := r.(*request); ok {
		ours.judged = true
		r = ours.AuthRequest
	}
	return s.Storage.CreateAccessToken(ctx, r)
}

func (s *shelf) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	s.claims(info, r.GetSubject())
	return s.Storage.SetUserinfoFromRequest(ctx, info, r, scopes)
}

func (s *shelf) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, subject, origin string) error {
	s.claims(info, subject)
	return s.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin)
}

func (s *shelf) claims(info *oidc.UserInfo, subject string) {
	who, _ := s.p.known(subject)
	for name, value := range who.Claims {
		info.AppendClaims(name, value)
	}
}

func (s *shelf) SigningKey(ctx context.Context) (op.SigningKey, error) {
	key, err := s.Storage.SigningKey(ctx)
	if err != nil || !s.p.Forged {
		return key, err
	}
	return forged{key, s.other}, nil
}

// forged is another key under the name of the provider's own.
type forged struct {
	op.SigningKey
	key *rsa.PrivateKey
}

func (f forged) Key() any { return f.key }

func (s *shelf) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	c, err := s.Storage.GetClientByClientID(ctx, id)
	if err != nil {
		return nil, err
	}
	return client{c, s.p}, nil
}

// client is Kith as the provider has it registered.
type client struct {
	op.Client
	p *Provider
}

func (c client) RedirectURIs() []string               { return slices.Clone(c.p.Backs) }
func (c client) LoginURL(id string) string            { return c.p.Issuer + "/login?id=" + id }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return c.p.InToken }
