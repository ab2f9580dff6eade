package account

import (
	"context"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// cookieName is the session's cookie. Over TLS the prefix keeps other hosts and plain HTTP from setting it.
func cookieName(secure bool) string {
	if secure {
		return "__Host-kith"
	}
	return "kith"
}

// Viewer says who is asking, from the session cookie and the posts that are live at this instant.
func (f *Feature) Viewer(ctx context.Context, r *http.Request, district string) (access.Viewer, error) {
	public := access.Public(district)
	hash := sessionHash(r)
	if hash == "" {
		return public, nil
	}
	var v access.Viewer
	var touch bool
	err := f.DB.Read(ctx, public, func(ctx context.Context, tx *store.Tx) error {
		s, posts, err := f.store.sessionAndPosts(ctx, tx, hash)
		if err != nil {
			return err
		}
		if s.ends <= tx.Now || s.seen.Add(IdleLimit) <= tx.Now {
			return errs.Missing()
		}
		v = access.Viewer{Account: s.account, District: district, Now: tx.Now, Roles: rolesOf(posts, tx.Now), Strength: strengthOf(s.second, tx.Now)}
		touch = s.seen.Add(seenEvery) <= tx.Now
		return nil
	})
	if errs.Is(err, errs.NotFound) {
		return public, nil
	}
	if err != nil {
		return public, err
	}
	if touch {
		err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			tx.Unaudited("the minute a session was last seen")
			return f.store.touchSession(ctx, tx, hash)
		})
	}
	return v, err
}

// SignIn opens a session for the account and gives the browser its secret; one that the browser had before ends, so that
// nobody goes on with a secret that somebody else has set (ASVS 7.2.4). second says that a second factor was given just now.
// Every way of signing in ends here, after it has proved who it is (SEC-25). NotFound: the account is not active.
func (f *Feature) SignIn(ctx context.Context, w http.ResponseWriter, r *http.Request, account ID, second bool, how string) error {
	var at clock.Millis
	if second {
		at = web.Now(r)
	}
	return f.signInSince(ctx, w, r, account, at, how)
}

// signInSince is SignIn for somebody who gave a second factor at an instant, 0 for none.
func (f *Feature) signInSince(ctx context.Context, w http.ResponseWriter, r *http.Request, account ID, second clock.Millis, how string) error {
	secret := id.Secret(32)
	err := f.DB.Write(ctx, access.System(web.Viewer(r).District, "sign-in"), func(ctx context.Context, tx *store.Tx) error {
		a, err := f.store.Account(ctx, tx, account)
		if err != nil {
			return err
		}
		if a.State != Active {
			return errs.Missing()
		}
		if old := sessionHash(r); old != "" {
			if err := f.store.deleteSession(ctx, tx, old); err != nil {
				return err
			}
		}
		s := session{id: id.Hash(secret), account: string(account), created: tx.Now, second: second, seen: tx.Now, ends: tx.Now.Add(AbsoluteLimit)}
		if err := f.store.insertSession(ctx, tx, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.signed-in", ref.To("account", string(account)), audit.Detail(map[string]any{"how": how, "second": second != 0}))
	})
	if err == nil {
		setSession(w, r, secret)
	}
	return err
}

// confirmed marks the session as one whose second factor was given just now, under a new secret.
func (f *Feature) confirmed(ctx context.Context, w http.ResponseWriter, r *http.Request, how string) error {
	secret := id.Secret(32)
	v := web.Viewer(r)
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := f.store.renewSession(ctx, tx, sessionHash(r), id.Hash(secret)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.confirmed", ref.To("account", v.Account), audit.Detail(map[string]any{"how": how}))
	})
	if err == nil {
		setSession(w, r, secret)
	}
	return err
}

// sessionHash returns the id of the session that the browser holds, "" when it holds none.
func sessionHash(r *http.Request) string {
	c, err := r.Cookie(cookieName(web.Secure(r)))
	if err != nil || c.Value == "" {
		return ""
	}
	return id.Hash(c.Value)
}

func setSession(w http.ResponseWriter, r *http.Request, secret string) {
	http.SetCookie(w, &http.Cookie{Name: cookieName(web.Secure(r)), Value: secret, Path: "/", HttpOnly: true, Secure: web.Secure(r), SameSite: http.SameSiteLaxMode}) // #nosec G124 -- Secure wherever the site is served over TLS; on loopback there is none
}

// forget has the browser forget what it holds, so that Back and a shared machine show nothing.
func forget(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName(web.Secure(r)), Path: "/", MaxAge: -1, HttpOnly: true, Secure: web.Secure(r), SameSite: http.SameSiteLaxMode}) // #nosec G124 -- Secure wherever the site is served over TLS; on loopback there is none
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
}

// signOut ends the session. With the field everywhere it ends every session of the account.
func (f *Feature) signOut(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	if hash := sessionHash(r); hash != "" && v.Account != "" {
		err := f.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
			if r.PostFormValue("everywhere") != "" {
				if err := f.store.deleteSessionsOf(ctx, tx, ID(v.Account)); err != nil {
					return err
				}
				return audit.Record(ctx, tx, "account.signed-out-everywhere", ref.To("account", v.Account))
			}
			if err := f.store.deleteSession(ctx, tx, hash); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "account.signed-out", ref.To("account", v.Account))
		})
		if err != nil {
			return err
		}
	}
	forget(w, r)
	return web.Redirect(w, r, "/sign-in?said=out", "")
}
