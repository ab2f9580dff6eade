package account

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"kith/internal/feature/account/password"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

type emailForm struct {
	forms.Form
	Email *forms.Text
}

func newEmailForm() *emailForm {
	e := &emailForm{Email: forms.NewText("email", "E-mail address").Kind("email", "username").Required("Write your e-mail address").Max(254)}
	e.Fields(e.Email)
	return e
}

func (f *Feature) resetPage(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, f.gatePage(r, "Choose a new password", resetBody(newEmailForm())))
}

// askForReset answers alike, and does the same work, whether or not there is such an account (SEC-25).
func (f *Feature) askForReset(w http.ResponseWriter, r *http.Request) error {
	form := newEmailForm()
	if !form.Parse(r) {
		return web.Invalid(w, r, f.gatePage(r, "Choose a new password", resetBody(form)))
	}
	district, email := web.Viewer(r).District, folded(form.Email.Value)
	err := f.try(r.Context(), district, limit{"reset " + email, freeTries, false}, limit{"address " + f.address(r), freeAddressTries, false})
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, f.gatePage(r, "Choose a new password", resetBody(form)))
	}
	if err != nil {
		return err
	}
	err = f.DB.Write(r.Context(), access.System(district, "reset asked for"), func(ctx context.Context, tx *store.Tx) error {
		a, err := f.store.ByEmail(ctx, tx, email)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if a.State != Active {
			a.ID = ""
		}
		return jobs.Add(ctx, tx, mailJob{ID: tx.NewID(), Account: string(a.ID), What: toldResetLink})
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, f.gatePage(r, "Choose a new password", resetAskedBody()))
}

// newPassword is the form that sets a password.
type newPassword struct {
	forms.Form
	Password *forms.Text
}

func newNewPassword() *newPassword {
	p := &newPassword{Password: forms.NewText("password", "New password").Kind("password", "new-password").Required("Write the new password").Max(200)}
	p.Fields(p.Password)
	return p
}

// link is what a mailed link opens: the link, whose it is, and what they have for a second step.
type link struct {
	token
	secret string
	owner  Account
	have   factors
}

// proved says whether the password may be chosen: a second step was given, or there is none (ASVS 6.4.3).
func (l link) proved() bool { return l.token.proved > 0 || l.have.count() == 0 }

// opened returns what the link in the address opens. NotFound: it was used, has lapsed, or never was.
func (f *Feature) opened(r *http.Request, kind string, state State) (l link, err error) {
	err = f.DB.Read(r.Context(), access.System(web.Viewer(r).District, "mailed link"), func(ctx context.Context, tx *store.Tx) (err error) {
		l = link{secret: r.PathValue("token")}
		if l.token, err = f.store.token(ctx, tx, kind, l.secret); err != nil {
			return err
		}
		if l.owner, err = f.store.Account(ctx, tx, ID(l.account)); err != nil {
			return err
		}
		if l.owner.State != state {
			return errs.Missing()
		}
		l.have, err = f.store.factors(ctx, tx, l.owner.ID)
		return err
	})
	return l, err
}

// closed answers for a link that opens nothing.
func (f *Feature) closed(w http.ResponseWriter, r *http.Request, kind string, err error) error {
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	return web.Invalid(w, r, f.gatePage(r, "This link has ended", linkEndedBody(kind)))
}

func (l link) path() string { return "/reset/" + url.PathEscape(l.secret) }

// resetStep is the page of a reset as far as it has come: the second step first, then the password.
func (l link) resetStep(code *codeForm, form *newPassword) templ.Component {
	if l.proved() {
		return newPasswordBody(l.path(), "Choose a new password", "", form)
	}
	return resetStepBody(confirmView{Form: code, Passkeys: len(l.have.Passkeys) > 0, Code: l.have.TOTP != nil || l.have.codesLeft() > 0,
		Options: l.path() + "/options", Passkey: l.path() + "/passkey", Action: l.path() + "/code"})
}

func (f *Feature) resetLinkPage(w http.ResponseWriter, r *http.Request) error {
	l, err := f.opened(r, resetLink, Active)
	if err != nil {
		return f.closed(w, r, resetLink, err)
	}
	return web.Show(w, r, f.gatePage(r, "Choose a new password", l.resetStep(newCodeForm(), newNewPassword())))
}

func (f *Feature) resetByCode(w http.ResponseWriter, r *http.Request) error {
	l, err := f.opened(r, resetLink, Active)
	if err != nil {
		return f.closed(w, r, resetLink, err)
	}
	form := newCodeForm()
	if form.Parse(r) {
		_, err := f.checkCode(r.Context(), web.Viewer(r).District, l.owner.ID, form.Code.Value)
		if err == nil {
			return f.proved(w, r, l)
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Refuse(err)
	}
	return web.Invalid(w, r, f.gatePage(r, "Choose a new password", l.resetStep(form, newNewPassword())))
}

func (f *Feature) askToReset(w http.ResponseWriter, r *http.Request) error {
	l, err := f.opened(r, resetLink, Active)
	if err != nil {
		return err
	}
	return f.askFor(w, r, toReset, l.owner.ID)
}

func (f *Feature) resetByPasskey(w http.ResponseWriter, r *http.Request) error {
	l, err := f.opened(r, resetLink, Active)
	if err != nil {
		return f.closed(w, r, resetLink, err)
	}
	_, err = f.answered(r, toReset, l.owner.ID)
	if errs.Is(err, errs.Rule) {
		form := newCodeForm()
		form.Refuse(err)
		return web.Invalid(w, r, f.gatePage(r, "Choose a new password", l.resetStep(form, newNewPassword())))
	}
	if err != nil {
		return err
	}
	return f.proved(w, r, l)
}

// proved goes on to the new password under a new link: the one that was mailed is spent, so that whoever else reads the
// mailbox does not profit from the second step that was given here.
func (f *Feature) proved(w http.ResponseWriter, r *http.Request, l link) error {
	secret := id.Secret(16)
	err := f.DB.Write(r.Context(), access.System(web.Viewer(r).District, "reset"), func(ctx context.Context, tx *store.Tx) error {
		if err := f.store.spend(ctx, tx, l.token); err != nil {
			return err
		}
		t := l.token
		t.id, t.proved = id.Hash(secret), tx.Now
		return f.store.insertToken(ctx, tx, t)
	})
	if err != nil {
		return f.closed(w, r, resetLink, err)
	}
	return web.Redirect(w, r, "/reset/"+secret, "")
}

// choose checks and hashes the password in the form. ok is false when it is not fit; the form then says why.
func (p *newPassword) choose(r *http.Request, a Account) (hash string, ok bool, err error) {
	if !p.Parse(r) {
		return "", false, nil
	}
	if err := password.Check(p.Password.Value, a.Name, a.Email); err != nil {
		p.Password.Problem = errs.Sentence(err)
		return "", false, nil
	}
	hash, err = password.Hash(r.Context(), p.Password.Value)
	return hash, err == nil, err
}

func (f *Feature) reset(w http.ResponseWriter, r *http.Request) error {
	l, err := f.opened(r, resetLink, Active)
	if err == nil && !l.proved() {
		err = errs.Missing()
	}
	if err != nil {
		return f.closed(w, r, resetLink, err)
	}
	form := newNewPassword()
	hash, ok, err := form.choose(r, l.owner)
	if err != nil {
		return err
	}
	if !ok {
		return web.Invalid(w, r, f.gatePage(r, "Choose a new password", l.resetStep(newCodeForm(), form)))
	}
	district := web.Viewer(r).District
	err = f.DB.Write(r.Context(), access.System(district, "reset"), func(ctx context.Context, tx *store.Tx) error {
		if err := f.store.spend(ctx, tx, l.token); err != nil {
			return err
		}
		return f.setPassword(ctx, tx, l.owner.ID, hash, "", "mailed link")
	})
	if err != nil {
		return f.closed(w, r, resetLink, err)
	}
	if err := f.succeeded(r.Context(), district, limit{"password " + l.owner.Email, freeTries, true}); err != nil {
		return err
	}
	forget(w, r)
	return web.Redirect(w, r, "/sign-in?said=password", "")
}

// setPassword sets the password, ends every session but keep and every mailed link, and tells the owner.
func (f *Feature) setPassword(ctx context.Context, tx *store.Tx, account ID, hash, keep, how string) error {
	if err := f.store.savePassword(ctx, tx, account, hash); err != nil {
		return err
	}
	if err := f.store.deleteOtherSessions(ctx, tx, account, keep); err != nil {
		return err
	}
	if err := f.store.deleteTokensOf(ctx, tx, account); err != nil {
		return err
	}
	if err := f.tell(ctx, tx, account, toldPassword); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "account.password-changed", ref.To("account", string(account)), audit.Detail(map[string]any{"how": how}))
}

func (f *Feature) invitationPage(w http.ResponseWriter, r *http.Request) error {
	l, err := f.opened(r, inviteLink, Invited)
	if err != nil {
		return f.closed(w, r, inviteLink, err)
	}
	return web.Show(w, r, f.gatePage(r, "Welcome to Kith", invitationBody(l, newNewPassword())))
}

// acceptInvitation sets the first password, makes the account active and signs its owner in, with one factor: a link in a
// mailbox is none (ASVS 6.3.6).
func (f *Feature) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	l, err := f.opened(r, inviteLink, Invited)
	if err != nil {
		return f.closed(w, r, inviteLink, err)
	}
	form := newNewPassword()
	hash, ok, err := form.choose(r, l.owner)
	if err != nil {
		return err
	}
	if !ok {
		return web.Invalid(w, r, f.gatePage(r, "Welcome to Kith", invitationBody(l, form)))
	}
	err = f.DB.Write(r.Context(), access.System(web.Viewer(r).District, "invitation accepted"), func(ctx context.Context, tx *store.Tx) error {
		if err := f.store.spend(ctx, tx, l.token); err != nil {
			return err
		}
		if err := f.store.setState(ctx, tx, l.owner.ID, Invited, Active); err != nil {
			return err
		}
		if err := f.store.savePassword(ctx, tx, l.owner.ID, hash); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.invitation-accepted", ref.To("account", l.account))
	})
	if err == nil {
		err = f.SignIn(r.Context(), w, r, l.owner.ID, false, "invitation")
	}
	if err != nil {
		return f.closed(w, r, inviteLink, err)
	}
	return f.arrive(w, r, l.owner.ID, "/")
}
