package account

import (
	"context"
	"net/http"
	"slices"

	"kith/internal/feature/account/password"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// ownView is what somebody sees of their own account.
type ownView struct {
	Account
	Posts      []Post
	Orgs       map[string]ref.Organisation
	Have       factors
	Password   bool
	Identities []identity
	Sessions   []session
	This       string // the id of the session that asks
	Now        clock.Millis
	Open       bool // the second step was given just now, or there is none: the buttons that change things are there
	Providers  []Provider
}

// provider returns the name of the provider of an identity.
func (v ownView) provider(i identity) string {
	for _, p := range v.Providers {
		if p.Issuer == i.Issuer {
			return p.Name
		}
	}
	return "A school account that is no longer in use"
}

// handle is enough of a session's id to end it by, and not enough to be it.
func (s session) handle() string { return s.id[:16] }

func (f *Feature) ownPage(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	view := ownView{This: sessionHash(r), Now: web.Now(r), Providers: f.sso.list}
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		me := ID(v.Account)
		if view.Account, err = f.store.Account(ctx, tx, me); err != nil {
			return err
		}
		if view.Posts, err = f.store.Posts(ctx, tx, me); err != nil {
			return err
		}
		view.Posts = slices.DeleteFunc(view.Posts, func(p Post) bool { return p.Until <= tx.Now })
		if view.Orgs, err = f.cfg.Organisations.Names(ctx, tx, orgsOf(view.Posts)...); err != nil {
			return err
		}
		if view.Have, err = f.store.factors(ctx, tx, me); err != nil {
			return err
		}
		hash, err := f.store.passwordHash(ctx, tx, me)
		if err != nil {
			return err
		}
		view.Password = hash != ""
		if view.Identities, err = f.store.identities(ctx, tx, me); err != nil {
			return err
		}
		view.Sessions, err = f.store.sessionsOf(ctx, tx, me)
		return err
	})
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(view.Sessions, func(s session) bool { return s.id == view.This }); i > 0 {
		this := view.Sessions[i]
		view.Sessions = slices.Insert(slices.Delete(view.Sessions, i, i+1), 0, this)
	}
	view.Open = mayChangeFactors(v, view.Have) == nil
	return web.Show(w, r, web.Page{Title: "Your account", Class: "p-account", Mode: ui.Working, At: "/account", Body: ownBody(view)})
}

func orgsOf(posts []Post) (out []string) {
	for _, p := range posts {
		if !slices.Contains(out, p.Org) {
			out = append(out, p.Org)
		}
	}
	return out
}

// openOwn is where one comes back to after confirming, to change something.
func (f *Feature) openOwn(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, "/account", "")
}

// changeOwn runs a change of the viewer's own account in one transaction, tells them and writes it down.
func (f *Feature) changeOwn(w http.ResponseWriter, r *http.Request, action string, what told, says string, change func(context.Context, *store.Tx, ID) error) error {
	v := web.Viewer(r)
	err := f.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Lock(ctx, "account", v.Account); err != nil {
			return err
		}
		if err := change(ctx, tx, ID(v.Account)); err != nil {
			return err
		}
		if what != "" {
			if err := f.tell(ctx, tx, ID(v.Account), what); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, action, ref.To("account", v.Account))
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/account", says)
}

// removable says whether one of the account's second steps may go.
func (f *Feature) removable(ctx context.Context, tx *store.Tx, me ID) error {
	have, err := f.store.factors(ctx, tx, me)
	if err != nil {
		return err
	}
	return canRemoveFactor(have.count())
}

func (f *Feature) removeApp(w http.ResponseWriter, r *http.Request) error {
	return f.changeOwn(w, r, "account.app-removed", toldNoFactor, "The authenticator app was removed.", func(ctx context.Context, tx *store.Tx, me ID) error {
		if err := f.removable(ctx, tx, me); err != nil {
			return err
		}
		return f.store.deleteTOTP(ctx, tx, me)
	})
}

func (f *Feature) removeKey(w http.ResponseWriter, r *http.Request) error {
	key, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	return f.changeOwn(w, r, "account.passkey-removed", toldNoFactor, "The passkey was removed.", func(ctx context.Context, tx *store.Tx, me ID) error {
		if err := f.removable(ctx, tx, me); err != nil {
			return err
		}
		return f.store.deletePasskey(ctx, tx, me, key)
	})
}

func (f *Feature) removeIdentity(w http.ResponseWriter, r *http.Request) error {
	issuer, subject := r.PostFormValue("issuer"), r.PostFormValue("subject")
	return f.changeOwn(w, r, "account.school-account-removed", toldUnjoined, "The school account no longer signs you in.", func(ctx context.Context, tx *store.Tx, me ID) error {
		return f.store.unbind(ctx, tx, me, issuer, subject)
	})
}

// renewCodes makes ten new recovery codes, and shows them this once.
func (f *Feature) renewCodes(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	codes, hashes, err := newCodes(r.Context())
	if err != nil {
		return err
	}
	err = f.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		if err := f.store.saveCodes(ctx, tx, ID(v.Account), hashes); err != nil {
			return err
		}
		if err := f.tell(ctx, tx, ID(v.Account), toldCodes); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.codes-renewed", ref.To("account", v.Account))
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, f.gatePage(r, "Your recovery codes", codesBody(codes, "/account")))
}

func (f *Feature) endSession(w http.ResponseWriter, r *http.Request) error {
	handle := r.PathValue("handle")
	return f.changeOwn(w, r, "account.session-ended", "", "That device is signed out.", func(ctx context.Context, tx *store.Tx, me ID) error {
		return f.store.deleteSessionOf(ctx, tx, me, handle)
	})
}

func (f *Feature) endOtherSessions(w http.ResponseWriter, r *http.Request) error {
	keep := sessionHash(r)
	return f.changeOwn(w, r, "account.sessions-ended", "", "All other devices are signed out.", func(ctx context.Context, tx *store.Tx, me ID) error {
		return f.store.deleteOtherSessions(ctx, tx, me, keep)
	})
}

// changeForm changes a password that is known.
type changeForm struct {
	newPassword
	Old *forms.Text
}

func newChangeForm() *changeForm {
	c := &changeForm{newPassword: *newNewPassword(), Old: forms.NewText("old", "Password you have now").Kind("password", "current-password").Required("Write the password you have now").Max(200)}
	c.Fields(c.Old)
	return c
}

func (f *Feature) changePage(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.mayEnrol(r); err != nil {
		return err
	}
	return web.Show(w, r, f.gatePage(r, "Change your password", changeBody(newChangeForm())))
}

// changePassword asks for the old password too, and ends every other session (ASVS 6.2.3, 7.4.3).
func (f *Feature) changePassword(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.mayEnrol(r); err != nil {
		return err
	}
	v := web.Viewer(r)
	h, err := f.readHolder(r.Context(), v.District, ID(v.Account))
	if err != nil {
		return err
	}
	form := newChangeForm()
	hash, ok, err := form.choose(r, h.Account)
	if err != nil {
		return err
	}
	if ok {
		err = f.rightPassword(r.Context(), v, h.Account, form.Old.Value)
		if errs.Is(err, errs.Rule) {
			form.Old.Problem = errs.Sentence(err)
			ok = false
		} else if err != nil {
			return err
		}
	}
	if !ok {
		return web.Invalid(w, r, f.gatePage(r, "Change your password", changeBody(form)))
	}
	err = f.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		return f.setPassword(ctx, tx, h.ID, hash, sessionHash(r), "own account")
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/account", "Your password was changed. Other devices were signed out.")
}

// rightPassword says whether typed is the account's password; tries are counted as at sign-in.
func (f *Feature) rightPassword(ctx context.Context, v access.Viewer, a Account, typed string) error {
	l := limit{"password " + a.Email, freeTries, true}
	if err := f.try(ctx, v.District, l); err != nil {
		return err
	}
	var hash string
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		hash, err = f.store.passwordHash(ctx, tx, a.ID)
		return err
	})
	if err != nil {
		return err
	}
	ok, err := password.Matches(ctx, typed, hash)
	if err != nil {
		return err
	}
	if !ok {
		return errs.Refuse("That is not your password")
	}
	return f.succeeded(ctx, v.District, l)
}
