package account

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// ceremonyFor is how long a device may take to answer.
const ceremonyFor = 5 * time.Minute

// What a passkey is asked for. A ceremony that was begun for one is not taken for another.
const (
	toSignIn  = "sign-in"
	toConfirm = "confirm"
	toReset   = "reset"
	toEnrol   = "enrol"
)

// errPasskey is the one answer to a passkey that was not accepted, whatever was wrong with it.
var errPasskey = errs.Refuse("The passkey was not accepted. Try again, or go on another way.")

// errNoScript is the answer to a passkey form that came without a passkey.
var errNoScript = errs.Refuse("A passkey needs scripts, which are off in this browser. Go on another way.")

// holder is an account with its passkeys, as the protocol knows it. Its handle is the account's id, which names nobody.
type holder struct {
	Account
	keys []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.ID) }
func (h holder) WebAuthnName() string                       { return h.Email }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// relyingParty is this site as passkeys know it: the host people see, and no other origin. A passkey always verifies its
// user, so that it is two factors by itself.
func relyingParty(r *http.Request) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(web.PublicURL(r, "/"))
	if err != nil {
		return nil, err
	}
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Kith", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired,
		},
	})
}

func (f *Feature) holder(ctx context.Context, tx *store.Tx, account ID) (h holder, err error) {
	if h.Account, err = f.store.Account(ctx, tx, account); err != nil {
		return h, err
	}
	have, err := f.store.factors(ctx, tx, account)
	if err != nil {
		return h, err
	}
	for _, p := range have.Passkeys {
		c, err := p.credential()
		if err != nil {
			return h, err
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

func (f *Feature) readHolder(ctx context.Context, district string, account ID) (h holder, err error) {
	err = f.DB.Read(ctx, access.System(district, "passkey"), func(ctx context.Context, tx *store.Tx) (err error) {
		h, err = f.holder(ctx, tx, account)
		return err
	})
	return h, err
}

// ask keeps the question and sends it to the script. account is "" where anybody's passkey may answer.
func (f *Feature) ask(w http.ResponseWriter, r *http.Request, kind string, account ID, options any, session *webauthn.SessionData) error {
	body, err := json.Marshal(session)
	if err != nil {
		return err
	}
	secret := id.Secret(16)
	err = f.DB.Write(r.Context(), access.System(web.Viewer(r).District, "passkey"), func(ctx context.Context, tx *store.Tx) error {
		return f.store.insertCeremony(ctx, tx, id.Hash(secret), ceremony{string(account), kind, string(body)}, tx.Now.Add(ceremonyFor))
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(map[string]any{"ceremony": secret, "options": options})
}

// askAnybody asks for any passkey of this site.
func (f *Feature) askAnybody(w http.ResponseWriter, r *http.Request) error {
	rp, err := relyingParty(r)
	if err != nil {
		return err
	}
	options, session, err := rp.BeginDiscoverableLogin()
	if err != nil {
		return err
	}
	return f.ask(w, r, toSignIn, "", options.Response, session)
}

// askFor asks for one of the account's passkeys. Rule: it has none.
func (f *Feature) askFor(w http.ResponseWriter, r *http.Request, kind string, account ID) error {
	rp, err := relyingParty(r)
	if err != nil {
		return err
	}
	h, err := f.readHolder(r.Context(), web.Viewer(r).District, account)
	if err != nil {
		return err
	}
	if len(h.keys) == 0 {
		return errPasskey
	}
	options, session, err := rp.BeginLogin(h)
	if err != nil {
		return err
	}
	return f.ask(w, r, kind, account, options.Response, session)
}

// taken returns the question that the form answers; it can be answered once. Rule: none such.
func (f *Feature) taken(r *http.Request, kind string) (c ceremony, session webauthn.SessionData, err error) {
	if r.PostFormValue("credential") == "" {
		return c, session, errNoScript
	}
	err = f.DB.Write(r.Context(), access.System(web.Viewer(r).District, "passkey"), func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = f.store.takeCeremony(ctx, tx, id.Hash(r.PostFormValue("ceremony")))
		return err
	})
	if errs.Is(err, errs.NotFound) || err == nil && c.kind != kind {
		return c, session, errPasskey
	}
	if err != nil {
		return c, session, err
	}
	return c, session, json.Unmarshal([]byte(c.body), &session)
}

// answered proves by the passkey in the form who somebody is, or that they are account. Rule: errPasskey, errNoScript.
func (f *Feature) answered(r *http.Request, kind string, account ID) (ID, error) {
	c, session, err := f.taken(r, kind)
	if err != nil {
		return "", err
	}
	if ID(c.account) != account {
		return "", errPasskey
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(r.PostFormValue("credential")))
	if err != nil {
		return "", errPasskey
	}
	rp, err := relyingParty(r)
	if err != nil {
		return "", err
	}
	district := web.Viewer(r).District
	var key *webauthn.Credential
	if account == "" {
		_, key, err = rp.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			h, err := f.readHolder(r.Context(), district, ID(handle))
			account = h.ID
			return h, err
		}, session, parsed)
	} else {
		var h holder
		if h, err = f.readHolder(r.Context(), district, account); err != nil {
			return "", err
		}
		key, err = rp.ValidateLogin(h, session, parsed)
	}
	if err != nil || key.Authenticator.CloneWarning {
		return "", errPasskey
	}
	body, err := json.Marshal(key)
	if err != nil {
		return "", err
	}
	return account, f.DB.Write(r.Context(), access.System(district, "passkey"), func(ctx context.Context, tx *store.Tx) error {
		return f.store.usePasskey(ctx, tx, account, credentialID(key), string(body))
	})
}

func credentialID(c *webauthn.Credential) string { return base64.RawURLEncoding.EncodeToString(c.ID) }

func (f *Feature) signInByPasskey(w http.ResponseWriter, r *http.Request) error {
	next := nextOf(r)
	account, err := f.answered(r, toSignIn, "")
	if err == nil {
		err = f.SignIn(r.Context(), w, r, account, true, "passkey")
	}
	if errs.Is(err, errs.Rule) || errs.Is(err, errs.NotFound) {
		why := "passkey"
		if err == errNoScript {
			why = "script"
		}
		return web.Invalid(w, r, f.gatePage(r, "Sign in", signInBody(signInView{Next: next, Said: said[why], Providers: f.sso.list})))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, next, "")
}

func (f *Feature) askToConfirm(w http.ResponseWriter, r *http.Request) error {
	return f.askFor(w, r, toConfirm, ID(web.Viewer(r).Account))
}

func (f *Feature) confirmByPasskey(w http.ResponseWriter, r *http.Request) error {
	form := newCodeForm()
	form.Next = nextOf(r)
	_, err := f.answered(r, toConfirm, ID(web.Viewer(r).Account))
	if errs.Is(err, errs.Rule) {
		view, e := f.confirmView(r.Context(), r, form)
		if e != nil {
			return e
		}
		form.Refuse(err)
		return web.Invalid(w, r, f.gatePage(r, "Confirm that it is you", confirmBody(view)))
	}
	if err == nil {
		err = f.confirmed(r.Context(), w, r, "passkey")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, form.Next, "")
}

// mayChangeFactors says whether the second steps of the account may be changed by this session: freely while there is none,
// and else only with one given just now, so that whoever finds an open screen or knows a password adds nothing of theirs.
func mayChangeFactors(v access.Viewer, have factors) error {
	if have.count() > 0 && v.Strength < access.SteppedUp {
		return errs.New(errs.StepUp, "Confirm that it is you")
	}
	return nil
}

func (f *Feature) askToEnrol(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	have, err := f.factorsOf(r.Context(), v.District, ID(v.Account))
	if err != nil {
		return err
	}
	if err := mayChangeFactors(v, have); err != nil {
		return err
	}
	rp, err := relyingParty(r)
	if err != nil {
		return err
	}
	h, err := f.readHolder(r.Context(), v.District, ID(v.Account))
	if err != nil {
		return err
	}
	var not []protocol.CredentialDescriptor
	for _, k := range h.keys {
		not = append(not, k.Descriptor())
	}
	options, session, err := rp.BeginRegistration(h, webauthn.WithExclusions(not))
	if err != nil {
		return err
	}
	return f.ask(w, r, toEnrol, h.ID, options.Response, session)
}

// enrolPasskey keeps a new passkey of the account under a name. Rule: it was not accepted.
func (f *Feature) enrolPasskey(r *http.Request, name string, codes []string) error {
	v := web.Viewer(r)
	c, session, err := f.taken(r, toEnrol)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(r.PostFormValue("credential")))
	if err != nil || c.account != v.Account {
		return errPasskey
	}
	rp, err := relyingParty(r)
	if err != nil {
		return err
	}
	h, err := f.readHolder(r.Context(), v.District, ID(v.Account))
	if err != nil {
		return err
	}
	key, err := rp.CreateCredential(h, session, parsed)
	if err != nil {
		return errPasskey
	}
	body, err := json.Marshal(key)
	if err != nil {
		return err
	}
	return f.addFactor(r.Context(), v, codes, "account.passkey-added", func(ctx context.Context, tx *store.Tx) error {
		return f.store.insertPasskey(ctx, tx, ID(v.Account), passkey{ID: tx.NewID(), Name: name, body: string(body)}, credentialID(key))
	})
}

// addFactor adds a second step in one transaction with its audit entry and the message about it. codes are the hashes of the
// first recovery codes, kept only if there are none yet. StepUp: another was added meanwhile.
func (f *Feature) addFactor(ctx context.Context, v access.Viewer, codes []string, action string, add func(context.Context, *store.Tx) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Lock(ctx, "account", v.Account); err != nil {
			return err
		}
		have, err := f.store.factors(ctx, tx, ID(v.Account))
		if err != nil {
			return err
		}
		if err := mayChangeFactors(v, have); err != nil {
			return err
		}
		if err := add(ctx, tx); err != nil {
			return err
		}
		if len(codes) > 0 && have.count() == 0 {
			if err := f.store.saveCodes(ctx, tx, ID(v.Account), codes); err != nil {
				return err
			}
		}
		if err := f.tell(ctx, tx, ID(v.Account), toldFactor); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, ref.To("account", v.Account))
	})
}
