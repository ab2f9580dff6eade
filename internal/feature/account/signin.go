package account

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/kernel/errs"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// gatePage is a page of signing in: the name and the picture beside one form.
func (f *Feature) gatePage(r *http.Request, title string, body templ.Component) web.Page {
	return web.Page{Title: title, Class: "p-signin", Mode: ui.Public, Alone: true, Body: gate(f.place(r), title == "Sign in", body)}
}

// said are the sentences that the sign-in page can open with; the address names one of them.
var said = map[string]string{
	"out":      "You are signed out.",
	"password": "Your new password is set. Sign in with it.",
	"school":   "The school account could not be used. Sign in another way, or ask whoever looks after Kith to join it to your account.",
	"passkey":  "The passkey was not accepted. Try again, or sign in another way.",
	"script":   "A passkey needs scripts, which are off in this browser. Sign in another way.",
}

// nextOf returns where to go after signing in; only addresses of this site.
func nextOf(r *http.Request) string {
	next := r.FormValue("next")
	if next == "" {
		return "/"
	}
	return web.Local(next)
}

// with adds where to go next to an address.
func with(path, next string) string {
	if next == "" || next == "/" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

func (f *Feature) signInPage(w http.ResponseWriter, r *http.Request) error {
	next := nextOf(r)
	if web.Viewer(r).Account != "" {
		return web.Redirect(w, r, next, "")
	}
	view := signInView{Next: next, Said: said[r.FormValue("said")], Providers: f.sso.list}
	view.Open = f.Open
	if f.Demo != nil {
		view.Demo = f.Demo(r)
	}
	return web.Show(w, r, f.gatePage(r, "Sign in", signInBody(view)))
}

type passwordForm struct {
	forms.Form
	Email, Password, Code *forms.Text
	Next                  string
}

func newPasswordForm() *passwordForm {
	p := &passwordForm{
		Email:    forms.NewText("email", "E-mail address").Kind("email", "username").Required("Write your e-mail address").Max(254),
		Password: forms.NewText("password", "Password").Kind("password", "current-password").Required("Write your password").Max(200),
		Code:     forms.NewText("code", "Code").Kind("text", "one-time-code").Max(40).Hint("Six figures from your app, or a recovery code. Leave it empty if you have not set one up."),
	}
	p.Fields(p.Email, p.Password, p.Code)
	return p
}

// folded is an e-mail address as it is kept and compared.
func folded(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func (f *Feature) passwordPage(w http.ResponseWriter, r *http.Request) error {
	form := newPasswordForm()
	form.Next = nextOf(r)
	if web.Viewer(r).Account != "" {
		return web.Redirect(w, r, form.Next, "")
	}
	return web.Show(w, r, f.gatePage(r, "Password and code", passwordBody(form)))
}

func (f *Feature) signInByPassword(w http.ResponseWriter, r *http.Request) error {
	form := newPasswordForm()
	ok := form.Parse(r)
	form.Next = nextOf(r)
	page := f.gatePage(r, "Password and code", passwordBody(form))
	if !ok {
		return web.Invalid(w, r, page)
	}
	account, second, err := f.checkPassword(r.Context(), r, folded(form.Email.Value), form.Password.Value, form.Code.Value)
	if err == nil {
		how := "password"
		if second {
			how = "password and code"
		}
		err = f.SignIn(r.Context(), w, r, account, second, how)
	}
	if errs.Is(err, errs.NotFound) { // disabled a moment before
		err = errWrong
	}
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, page)
	}
	if err != nil {
		return err
	}
	return f.arrive(w, r, account, form.Next)
}

// checkPassword proves who somebody is, by password and, when a code is given, by that too. A wrong code is a wrong sign-in.
func (f *Feature) checkPassword(ctx context.Context, r *http.Request, email, typed, code string) (account ID, second bool, err error) {
	district := web.Viewer(r).District
	limits := []limit{{"password " + email, freeTries, true}, {"address " + f.address(r), freeAddressTries, false}}
	if err := f.try(ctx, district, limits...); err != nil {
		return "", false, err
	}
	a, err := f.byPassword(ctx, district, email, typed)
	if err != nil {
		return "", false, err
	}
	if code != "" {
		_, err := f.checkCode(ctx, district, a.ID, code) // counted apart: signing in without a code must not clear its tries
		if err == errWrongCode {
			err = errWrong
		}
		if err != nil {
			return "", false, err
		}
	}
	return a.ID, code != "", f.succeeded(ctx, district, limits...)
}

// arrive sends somebody who has just signed in on: to set up a second step if their roles need one and they have none.
func (f *Feature) arrive(w http.ResponseWriter, r *http.Request, account ID, next string) error {
	district := web.Viewer(r).District
	roles, err := f.rolesOf(r.Context(), district, account)
	if err != nil {
		return err
	}
	if NeedsFactor(roles) {
		have, err := f.factorsOf(r.Context(), district, account)
		if err != nil {
			return err
		}
		if have.count() == 0 {
			return web.Redirect(w, r, with("/account/second-step", next), "")
		}
	}
	return web.Redirect(w, r, next, "")
}
