package account

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
	"github.com/playwright-community/playwright-go"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	chromium "kith/internal/testkit/browser"
)

// device is an authenticator in software, enough of one to answer what browsers pass on.
type device struct {
	origin   string
	id       []byte
	key      *ecdsa.PrivateKey
	user     []byte
	counter  uint32
	verified bool // it has seen a finger, a face or a PIN
}

func newDevice(t *testing.T, h *house) *device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	testkit.OK(t, err)
	id := make([]byte, 32)
	_, _ = rand.Read(id)
	return &device{origin: h.server.URL, id: id, key: key, verified: true}
}

type question struct {
	Ceremony string
	Options  struct {
		Challenge string
		User      struct{ ID string }
		RPID      string `json:"rpId"`
		RP        struct{ ID string }
	}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// asked gets the question from the address that the script asks.
func (b *browser) asked(path string) (q question) {
	b.h.t.Helper()
	res := b.send(path).must(b.h.t, 200)
	testkit.OK(b.h.t, json.Unmarshal([]byte(res.body), &q))
	return q
}

func (d *device) client(what, challenge string) []byte {
	body, _ := json.Marshal(map[string]any{"type": what, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	return body
}

func (d *device) data(rp string, more []byte) []byte {
	d.counter++
	hash := sha256.Sum256([]byte(rp))
	flags := byte(0x01)
	if d.verified {
		flags |= 0x04
	}
	if more != nil {
		flags |= 0x40
	}
	return append(binary.BigEndian.AppendUint32(append(hash[:], flags), d.counter), more...)
}

// create answers a question for a new passkey.
func (d *device) create(t *testing.T, q question) string {
	t.Helper()
	d.user, _ = base64.RawURLEncoding.DecodeString(q.Options.User.ID)
	point, err := d.key.PublicKey.Bytes()
	testkit.OK(t, err)
	public, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	testkit.OK(t, err)
	attested := append(make([]byte, 16), binary.BigEndian.AppendUint16(nil, uint16(len(d.id)))...)
	attested = append(append(attested, d.id...), public...)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.data(q.Options.RP.ID, attested)})
	testkit.OK(t, err)
	return d.credential(map[string]any{"clientDataJSON": b64(d.client("webauthn.create", q.Options.Challenge)), "attestationObject": b64(object)})
}

// get answers a question for a passkey that is there.
func (d *device) get(t *testing.T, q question) string {
	t.Helper()
	client := d.client("webauthn.get", q.Options.Challenge)
	data := d.data(q.Options.RPID, nil)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	testkit.OK(t, err)
	return d.credential(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(d.user)})
}

func (d *device) credential(response map[string]any) string {
	body, _ := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return string(body)
}

// enrolled makes a passkey of the account on a new device, through the pages.
func (h *house) enrolled(a Account) *device {
	h.t.Helper()
	d := newDevice(h.t, h)
	b := h.browser()
	b.signIn(a, "")
	q := b.asked("/account/passkeys/options")
	b.send("/account/passkeys", "ceremony", q.Ceremony, "credential", d.create(h.t, q), "name", "School laptop").must(h.t, 200, "Keep these recovery codes")
	b.get("/records").must(h.t, 200)
	return d
}

// A passkey alone is two factors; each question can be answered once, for what it was asked, here.
func TestPasskeySignsInAlone(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		d := h.enrolled(a)
		b := h.browser()
		q := b.asked("/sign-in/passkey/options")
		credential := d.get(t, q)
		b.send("/sign-in/passkey", "ceremony", q.Ceremony, "credential", credential, "next", "/records").leads(t, "/records")
		b.get("/records").must(t, 200)
		h.browser().send("/sign-in/passkey", "ceremony", q.Ceremony, "credential", credential).must(t, 422, "The passkey was not accepted")

		refused := func(name string, do func(q question) string) {
			t.Helper()
			b := h.browser()
			q := b.asked("/sign-in/passkey/options")
			if res := b.send("/sign-in/passkey", "ceremony", q.Ceremony, "credential", do(q)); res.StatusCode != 422 || b.cookie() != "" {
				t.Errorf("%s: %d, cookie %q", name, res.StatusCode, b.cookie())
			}
		}
		refused("nobody was verified", func(q question) string {
			d.verified = false
			defer func() { d.verified = true }()
			return d.get(t, q)
		})
		refused("another site", func(q question) string {
			d.origin = "http://kith.evil.example"
			defer func() { d.origin = h.server.URL }()
			return d.get(t, q)
		})
		refused("another challenge", func(q question) string { q.Options.Challenge = b64(make([]byte, 32)); return d.get(t, q) })
		refused("another key", func(q question) string {
			thief := newDevice(t, h)
			thief.id, thief.user = d.id, d.user
			return thief.get(t, q)
		})
		refused("a counter that goes back", func(q question) string {
			d.counter = 0
			defer func() { d.counter = 100 }()
			return d.get(t, q)
		})
		refused("nonsense", func(question) string { return "{}" })
		b = h.browser()
		q = b.asked("/sign-in/passkey/options")
		h.After(ceremonyFor)
		b.send("/sign-in/passkey", "ceremony", q.Ceremony, "credential", d.get(t, q)).must(t, 422)
		h.browser().send("/sign-in/passkey").must(t, 422, "A passkey needs scripts")

		h.write(func(ctx context.Context, tx *store.Tx) error { return h.disable(ctx, tx, a.ID) })
		refused("a leaver", func(q question) string { return d.get(t, q) })
	})
}

func TestPasskeyConfirms(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a, other := h.somebody("Amina Sesay", access.DSL), h.somebody("Helen Brandt", access.Head)
		d, theirs := h.enrolled(a), h.enrolled(other)
		b := h.browser()
		b.signIn(a, "").leads(t, "/")
		q := b.asked("/sign-in/confirm/options")
		b.send("/sign-in/confirm/passkey", "ceremony", q.Ceremony, "credential", theirs.get(t, q)).must(t, 422, "The passkey was not accepted")
		q = b.asked("/sign-in/passkey/options") // asked for another thing
		b.send("/sign-in/confirm/passkey", "ceremony", q.Ceremony, "credential", d.get(t, q)).must(t, 422)
		e := h.browser()
		e.signIn(other, "")
		q = e.asked("/sign-in/confirm/options") // another's question
		b.send("/sign-in/confirm/passkey", "ceremony", q.Ceremony, "credential", theirs.get(t, q)).must(t, 422)
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		q = b.asked("/sign-in/confirm/options")
		b.send("/sign-in/confirm/passkey", "ceremony", q.Ceremony, "credential", d.get(t, q), "next", "/sealed").leads(t, "/sealed")
		b.get("/sealed").must(t, 200)
	})
}

func TestPasskeyThatVerifiesNobodyIsNotTaken(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		d := newDevice(t, h)
		d.verified = false
		b := h.browser()
		b.signIn(a, "")
		q := b.asked("/account/passkeys/options")
		b.send("/account/passkeys", "ceremony", q.Ceremony, "credential", d.create(t, q)).must(t, http.StatusUnprocessableEntity, "The passkey was not accepted")
		if have, err := h.factorsOf(t.Context(), district, a.ID); err != nil || have.count() != 0 || len(have.Codes) != 0 {
			t.Fatalf("%+v %v", have, err)
		}
	})
}

// The whole way in a browser with its own virtual authenticator: set up, sign out, sign in, confirm.
func TestPasskeyInABrowser(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, Migrations))
	a := h.somebody("Amina Sesay", access.DSL)
	p := chromium.New(t).Desktop(t, h.server.URL)
	cdp, err := p.PW.Context().NewCDPSession(p.PW)
	testkit.OK(t, err)
	_, err = cdp.Send("WebAuthn.enable", map[string]any{})
	testkit.OK(t, err)
	_, err = cdp.Send("WebAuthn.addVirtualAuthenticator", map[string]any{"options": map[string]any{"protocol": "ctap2", "transport": "internal",
		"hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true}})
	testkit.OK(t, err)

	h.enter(p, a, false)
	p.Goto("/account/second-step?next=/records")
	p.Fill("A name for it", "School laptop")
	p.Click("button", "Set up a passkey")
	p.See("Keep these recovery codes")
	p.Check(t)
	p.Shot("account-codes")
	p.Click("link", "I have kept them")
	p.See("the records")
	testkit.OK(t, p.PW.Context().ClearCookies())
	p.Goto("/sign-in?next=/sealed")
	p.Click("button", "Use a passkey")
	p.See("a restricted record")
	h.After(access.StepUpFor)
	p.Goto("/sealed")
	p.Click("button", "Use a passkey")
	p.See("a restricted record")

	// A device that gives none: the page says so in words and stays.
	testkit.OK(t, p.PW.Context().ClearCookies())
	_, err = cdp.Send("WebAuthn.disable", map[string]any{})
	testkit.OK(t, err)
	p.Goto("/sign-in")
	testkit.OK(t, p.PW.AddInitScript(playwright.Script{Content: playwright.String("navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")}))
	p.Goto("/sign-in")
	p.Click("button", "Use a passkey")
	p.See("No passkey was given")
	if strings.Contains(p.PW.URL(), "passkey") {
		t.Fatalf("the form was sent: %s", p.PW.URL())
	}
}
