package account

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"kith/internal/feature/account/password"
	"kith/internal/kernel/errs"
	"kith/internal/platform/picture"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// enrolForm sets up a second step: a code that proves the app has the secret, or a name for a passkey.
type enrolForm struct {
	forms.Form
	Code *forms.Text
	Name *forms.Text
	Next string
}

func newEnrolForm() *enrolForm {
	return &enrolForm{
		Code: forms.NewText("code", "The six figures that the app shows now").Kind("text", "one-time-code").Max(20).Required("Write the six figures that the app shows").Class("govuk-input--width-10"),
		Name: forms.NewText("name", "A name for it").Max(60).Hint("So that you know it again, for example: school laptop").Class("govuk-input--width-20"),
	}
}

type enrolView struct {
	Form   *enrolForm
	First  bool
	HasApp bool
	Secret string // as it is typed where the camera cannot be used
	Sealed string // the same, for this account alone
	QR     picture.Square
}

// enrolOwner ties a secret that is being set up to its account.
func enrolOwner(account string) []byte { return []byte("account_totp set-up " + account) }

// enrolView draws the page with the secret given, or a fresh one.
func (f *Feature) enrolView(r *http.Request, form *enrolForm, have factors, totpSecret string) (enrolView, error) {
	v := web.Viewer(r)
	h, err := f.readHolder(r.Context(), v.District, ID(v.Account))
	if err != nil {
		return enrolView{}, err
	}
	if totpSecret == "" {
		totpSecret = newTOTPSecret()
	}
	qr, err := picture.QR(totpURL(totpSecret, h.Email, f.place(r)))
	sealed := base64.RawURLEncoding.EncodeToString(secret.Seal(f.cfg.Key, []byte(totpSecret), enrolOwner(v.Account)))
	return enrolView{Form: form, First: have.count() == 0, HasApp: have.TOTP != nil, Secret: grouped(totpSecret), Sealed: sealed, QR: qr}, err
}

func grouped(s string) string {
	var parts []string
	for ; len(s) > 4; s = s[4:] {
		parts = append(parts, s[:4])
	}
	return strings.Join(append(parts, s), " ")
}

// mayEnrol returns what the account has, or StepUp.
func (f *Feature) mayEnrol(r *http.Request) (factors, error) {
	v := web.Viewer(r)
	have, err := f.factorsOf(r.Context(), v.District, ID(v.Account))
	if err != nil {
		return have, err
	}
	return have, mayChangeFactors(v, have)
}

func (f *Feature) enrolPage(w http.ResponseWriter, r *http.Request) error {
	have, err := f.mayEnrol(r)
	if err != nil {
		return err
	}
	form := newEnrolForm()
	form.Next = nextOf(r)
	view, err := f.enrolView(r, form, have, "")
	if err != nil {
		return err
	}
	return web.Show(w, r, f.gatePage(r, "Your second step", enrolBody(view)))
}

func (f *Feature) enrolApp(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	have, err := f.mayEnrol(r)
	if err != nil {
		return err
	}
	form := newEnrolForm()
	form.Fields(form.Code)
	ok := form.Parse(r)
	form.Next = nextOf(r)
	sealed, err := base64.RawURLEncoding.DecodeString(r.PostFormValue("secret"))
	if err != nil {
		return errs.Of(errs.Invalid, err, "The page was too old. Go back and open it again.")
	}
	plain, err := secret.Open(f.cfg.Key, sealed, enrolOwner(v.Account))
	if err != nil {
		return errs.Of(errs.Invalid, err, "The page was too old. Go back and open it again.")
	}
	used, right := stepOf(string(plain), form.Code.Value, web.Now(r), 0)
	if ok && !right {
		form.Code.Problem = "That is not what the app should show now. Check that the time on your phone is right, and write the newest six figures."
	}
	if !ok || !right {
		view, err := f.enrolView(r, form, have, string(plain))
		if err != nil {
			return err
		}
		return web.Invalid(w, r, f.gatePage(r, "Your second step", enrolBody(view)))
	}
	codes, hashes, err := f.firstCodes(r.Context(), have)
	if err != nil {
		return err
	}
	err = f.addFactor(r.Context(), v, hashes, "account.app-added", func(ctx context.Context, tx *store.Tx) error {
		return f.store.saveTOTP(ctx, tx, ID(v.Account), secret.Seal(f.cfg.Key, plain, totpOwner(ID(v.Account))), used)
	})
	if err != nil {
		return err
	}
	return f.enrolled(w, r, codes, form.Next, "authenticator app set up")
}

func (f *Feature) enrolKey(w http.ResponseWriter, r *http.Request) error {
	have, err := f.mayEnrol(r)
	if err != nil {
		return err
	}
	form := newEnrolForm()
	form.Fields(form.Name)
	ok := form.Parse(r)
	form.Next = nextOf(r)
	if form.Name.Value == "" {
		form.Name.Value = "Passkey"
	}
	var codes, hashes []string
	if ok {
		if codes, hashes, err = f.firstCodes(r.Context(), have); err != nil {
			return err
		}
		err = f.enrolPasskey(r, form.Name.Value, hashes)
	}
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		ok = false
	} else if err != nil {
		return err
	}
	if !ok {
		view, err := f.enrolView(r, form, have, "")
		if err != nil {
			return err
		}
		return web.Invalid(w, r, f.gatePage(r, "Your second step", enrolBody(view)))
	}
	return f.enrolled(w, r, codes, form.Next, "passkey set up")
}

// enrolled gives the session a second factor, which was proved by setting it up, and shows the first recovery codes.
func (f *Feature) enrolled(w http.ResponseWriter, r *http.Request, codes []string, next, how string) error {
	if err := f.confirmed(r.Context(), w, r, how); err != nil {
		return err
	}
	if len(codes) == 0 {
		return web.Redirect(w, r, "/account", "The second step was added.")
	}
	return web.Show(w, r, f.gatePage(r, "Your recovery codes", codesBody(codes, next)))
}

// firstCodes makes recovery codes for an account that has no second step yet.
func (f *Feature) firstCodes(ctx context.Context, have factors) (codes, hashes []string, err error) {
	if have.count() > 0 {
		return nil, nil, nil
	}
	return newCodes(ctx)
}

// newCodes makes ten recovery codes with their hashes. It hashes, so it is called outside transactions only.
func newCodes(ctx context.Context) (codes, hashes []string, err error) {
	for n := 1; n <= recoveryCodes; n++ {
		code := newRecoveryCode(n)
		hash, err := password.Hash(ctx, code)
		if err != nil {
			return nil, nil, err
		}
		codes, hashes = append(codes, code), append(hashes, hash)
	}
	return codes, hashes, nil
}
