package account

import (
	"context"
	"net/http"

	"kith/internal/kernel/errs"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// codeForm asks for one code.
type codeForm struct {
	forms.Form
	Code *forms.Text
	Next string
}

func newCodeForm() *codeForm {
	c := &codeForm{Code: forms.NewText("code", "Code").Kind("text", "one-time-code").Max(40).Required("Write the code").
		Hint("Six figures from your app, or a recovery code.").Class("govuk-input--width-20")}
	c.Fields(c.Code)
	return c
}

type confirmView struct {
	Form     *codeForm
	Said     string
	Passkeys bool
	Code     bool
	Options  string // where a passkey's question is asked for
	Passkey  string // where its answer goes
	Action   string // where the code goes
}

func (f *Feature) confirmView(ctx context.Context, r *http.Request, form *codeForm) (confirmView, error) {
	v := web.Viewer(r)
	have, err := f.factorsOf(ctx, v.District, ID(v.Account))
	return confirmView{Form: form, Said: said[r.FormValue("said")], Passkeys: len(have.Passkeys) > 0, Code: have.TOTP != nil || have.codesLeft() > 0,
		Options: "/sign-in/confirm/options", Passkey: "/sign-in/confirm/passkey", Action: "/sign-in/confirm"}, err
}

// confirmPage asks somebody who is signed in for their second step again. Whoever has none sets one up.
func (f *Feature) confirmPage(w http.ResponseWriter, r *http.Request) error {
	form := newCodeForm()
	form.Next = nextOf(r)
	view, err := f.confirmView(r.Context(), r, form)
	if err != nil {
		return err
	}
	if !view.Passkeys && !view.Code {
		return web.Redirect(w, r, with("/account/second-step", form.Next), "")
	}
	return web.Show(w, r, f.gatePage(r, "Confirm that it is you", confirmBody(view)))
}

func (f *Feature) confirm(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	form := newCodeForm()
	ok := form.Parse(r)
	form.Next = nextOf(r)
	view, err := f.confirmView(r.Context(), r, form)
	if err != nil {
		return err
	}
	page := f.gatePage(r, "Confirm that it is you", confirmBody(view))
	if !ok {
		return web.Invalid(w, r, page)
	}
	how, err := f.checkCode(r.Context(), v.District, ID(v.Account), form.Code.Value)
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, page)
	}
	if err == nil {
		err = f.confirmed(r.Context(), w, r, how)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, form.Next, "")
}

// errWrongCode is errWrong where only a code was asked for.
var errWrongCode = errs.Refuse("That code did not match. A code counts once, so wait for the next one if you have just used it.")

// checkCode is byCode with its tries counted.
func (f *Feature) checkCode(ctx context.Context, district string, account ID, typed string) (how string, err error) {
	l := limit{"code " + string(account), freeTries, true}
	if err := f.try(ctx, district, l); err != nil {
		return "", err
	}
	how, err = f.byCode(ctx, district, account, typed)
	if err == errWrong {
		return "", errWrongCode
	}
	if err != nil {
		return "", err
	}
	return how, f.succeeded(ctx, district, l)
}
