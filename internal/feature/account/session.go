package account

import (
	"context"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// Feature is the slice.
type Feature struct {
	DB    *store.DB
	store Store
}

// New returns the slice.
func New(db *store.DB) *Feature { return &Feature{DB: db} }

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
	c, err := r.Cookie(cookieName(web.Secure(r)))
	if err != nil {
		return public, nil
	}
	hash := id.Hash(c.Value)
	var v access.Viewer
	var touch bool
	err = f.DB.Read(ctx, public, func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.session(ctx, tx, hash)
		if err != nil {
			return err
		}
		if s.ends <= tx.Now || s.seen.Add(IdleLimit) <= tx.Now {
			return errs.Missing()
		}
		posts, err := f.store.Posts(ctx, tx, ID(s.account))
		if err != nil {
			return err
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

// SignIn opens a session for the account and gives the browser its secret. second says that a second factor was given just
// now. Every way of signing in ends here, after it has proved who it is (SEC-25).
func (f *Feature) SignIn(ctx context.Context, w http.ResponseWriter, r *http.Request, account ID, second bool, how string) error {
	secret := id.Secret(32)
	v := web.Viewer(r)
	err := f.DB.Write(ctx, access.System(v.District, "sign-in"), func(ctx context.Context, tx *store.Tx) error {
		a, err := f.store.Account(ctx, tx, account)
		if err != nil {
			return err
		}
		if a.State != Active {
			return errs.Missing()
		}
		s := session{id: id.Hash(secret), account: string(account), created: tx.Now, seen: tx.Now, ends: tx.Now.Add(AbsoluteLimit)}
		if second {
			s.second = tx.Now
		}
		if err := f.store.insertSession(ctx, tx, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.signed-in", ref.To("account", string(account)), audit.Detail(map[string]any{"how": how, "second": second}))
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName(web.Secure(r)), Value: secret, Path: "/", HttpOnly: true, Secure: web.Secure(r), SameSite: http.SameSiteLaxMode})
	return nil
}

// signOut ends the session and has the browser forget what it holds, so that Back and a shared machine show nothing.
func (f *Feature) signOut(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(cookieName(web.Secure(r))); err == nil {
		v := web.Viewer(r)
		err := f.DB.Write(r.Context(), access.System(v.District, "sign-out"), func(ctx context.Context, tx *store.Tx) error {
			if err := f.store.deleteSession(ctx, tx, id.Hash(c.Value)); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "account.signed-out", ref.To("account", v.Account))
		})
		if err != nil {
			return err
		}
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName(web.Secure(r)), Path: "/", MaxAge: -1, HttpOnly: true, Secure: web.Secure(r), SameSite: http.SameSiteLaxMode})
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return web.Redirect(w, r, "/sign-in", "You are signed out.")
}

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Post("/sign-out", access.Anybody, f.signOut),
	}
}
