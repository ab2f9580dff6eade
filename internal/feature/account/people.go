package account

import (
	"context"
	"maps"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// changeWords are what an administrator reads of an account's past. Signing in and out is not among them: that is not their
// business.
var changeWords = map[string]string{ // #nosec G101 -- words for people, no secret
	"account.invited": "Invited", "account.invited-again": "Invited again", "account.invitation-accepted": "Accepted the invitation", "account.added": "Added at the command line",
	"account.post-given": "Given a post", "account.post-ended": "Post given a last day", "account.disabled": "Disabled", "account.enabled": "Enabled",
	"account.second-step-reset": "Second step taken away", "account.password-changed": "Changed the password", "account.app-added": "Set up an authenticator app",
	"account.app-removed": "Removed the authenticator app", "account.passkey-added": "Set up a passkey", "account.passkey-removed": "Removed a passkey",
	"account.codes-renewed": "Made new recovery codes", "account.recovery-code-used": "Used a recovery code", "account.school-account-joined": "Joined a school account",
	"account.school-account-removed": "Removed a school account", "account.mail-refused": "A message could not be delivered",
}

// managed loads an account for somebody who administers it, with its posts. NotFound: they do not.
func (f *Feature) managed(ctx context.Context, tx *store.Tx, account ID) (Account, []Post, error) {
	posts, err := f.store.Posts(ctx, tx, account)
	if err != nil {
		return Account{}, nil, err
	}
	if !slices.ContainsFunc(posts, func(p Post) bool { return tx.Viewer.HoldsAt(access.Admin, p.Org) }) {
		return Account{}, nil, errs.Missing()
	}
	a, err := f.store.Account(ctx, tx, account)
	return a, posts, err
}

// Invitation is somebody to be invited, with their first post.
type Invitation struct {
	ID          ID // the new account's
	Name, Email string
	Post        Post // without id and account
}

// Invite makes an account that its owner opens by a mailed link, and gives it a post. If the address has an account already
// it gets the post, and its owner a message. It returns the account. Rule: see CanGive.
func (f *Feature) Invite(ctx context.Context, v access.Viewer, in Invitation) (ID, error) {
	var account ID
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.store.Account(ctx, tx, in.ID); err == nil {
			account = in.ID // sent twice
			return nil
		} else if !errs.Is(err, errs.NotFound) {
			return err
		}
		a, err := f.store.ByEmail(ctx, tx, in.Email)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		known := err == nil
		if !known {
			a = Account{ID: in.ID, Email: in.Email, Name: in.Name, State: Invited}
		}
		if a.State == Disabled {
			return errs.Refuse("Somebody with this address had an account, which is disabled. Whoever administers their other organisations can enable it.")
		}
		in.Post.Account = string(a.ID)
		if err := f.allowed(ctx, tx, in.Post); err != nil {
			return err
		}
		what := toldPost
		if !known {
			if err := f.store.InsertAccount(ctx, tx, a); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, "account.invited", ref.To("account", string(a.ID)), audit.Org(in.Post.Org)); err != nil {
				return err
			}
		}
		if a.State == Invited {
			what = toldInvite
		}
		account = a.ID
		in.Post.ID = tx.NewID()
		return f.givePost(ctx, tx, in.Post, what)
	})
	return account, err
}

// allowed asks CanGive about the post, at the organisation as the directory knows it.
func (f *Feature) allowed(ctx context.Context, tx *store.Tx, p Post) error {
	orgs, err := f.cfg.Organisations.Names(ctx, tx, p.Org)
	if err != nil {
		return err
	}
	return CanGive(tx.Viewer, p, orgs[p.Org].Kind)
}

func (f *Feature) givePost(ctx context.Context, tx *store.Tx, p Post, what told) error {
	if err := f.store.InsertPost(ctx, tx, p); err != nil {
		return err
	}
	if err := f.tell(ctx, tx, ID(p.Account), what); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "account.post-given", ref.To("account", p.Account), audit.Org(p.Org),
		audit.Detail(map[string]any{"role": p.Role, "title": p.Title, "from": p.From, "until": p.Until}))
}

// GivePost gives somebody a further post. Sent twice with the same id it gives one. Rule: see CanGive. NotFound: the account
// is not one that the viewer administers.
func (f *Feature) GivePost(ctx context.Context, v access.Viewer, p Post) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		a, posts, err := f.managed(ctx, tx, ID(p.Account))
		if err != nil {
			return err
		}
		if slices.ContainsFunc(posts, func(have Post) bool { return have.ID == p.ID }) {
			return nil
		}
		if err := f.allowed(ctx, tx, p); err != nil {
			return err
		}
		if a.State == Disabled {
			return errs.Refuse("This account is disabled. Enable it first.")
		}
		return f.givePost(ctx, tx, p, toldPost)
	})
}

// EndPost ends a post at an instant, now at the earliest. Its rights end with it, in every open session (SEC-7).
func (f *Feature) EndPost(ctx context.Context, v access.Viewer, post string, account ID, until clock.Millis) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		p, err := f.store.post(ctx, tx, post)
		if err != nil {
			return err
		}
		if ID(p.Account) != account {
			return errs.Missing()
		}
		if err := CanEnd(tx.Viewer, p, tx.Now); err != nil {
			return err
		}
		if err := f.store.endPost(ctx, tx, post, max(tx.Now, until)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.post-ended", ref.To("account", p.Account), audit.Org(p.Org), audit.Detail(map[string]any{"post": post, "until": until}))
	})
}

// manage runs a change of a whole account by somebody who administers all of it.
func (f *Feature) manage(ctx context.Context, v access.Viewer, account ID, change func(context.Context, *store.Tx, Account) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Lock(ctx, "account", string(account)); err != nil {
			return err
		}
		a, posts, err := f.managed(ctx, tx, account)
		if err != nil {
			return err
		}
		if err := CanManage(tx.Viewer, account, posts, tx.Now); err != nil {
			return err
		}
		return change(ctx, tx, a)
	})
}

// Disable ends everything an account opens, with the next request. Rule: see CanManage.
func (f *Feature) Disable(ctx context.Context, v access.Viewer, account ID) error {
	return f.manage(ctx, v, account, func(ctx context.Context, tx *store.Tx, a Account) error { return f.disable(ctx, tx, a.ID) })
}

// Enable lets a disabled account sign in again; one that never had a password is invited again.
func (f *Feature) Enable(ctx context.Context, v access.Viewer, account ID) error {
	return f.manage(ctx, v, account, func(ctx context.Context, tx *store.Tx, a Account) error {
		if a.State != Disabled {
			return errs.Refuse("The account is not disabled")
		}
		hash, err := f.store.passwordHash(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		joined, err := f.store.identities(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		to := Active
		if hash == "" && len(joined) == 0 {
			to = Invited
			if err := f.tell(ctx, tx, a.ID, toldInvite); err != nil {
				return err
			}
		}
		if err := f.store.setState(ctx, tx, a.ID, Disabled, to); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.enabled", ref.To("account", string(a.ID)))
	})
}

// InviteAgain mails a new link to somebody who has not used theirs; the old one ends.
func (f *Feature) InviteAgain(ctx context.Context, v access.Viewer, account ID) error {
	return f.manage(ctx, v, account, func(ctx context.Context, tx *store.Tx, a Account) error {
		if a.State != Invited {
			return errs.Refuse("The invitation was accepted already")
		}
		if err := f.tell(ctx, tx, a.ID, toldInvite); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "account.invited-again", ref.To("account", string(a.ID)))
	})
}

// TakeSecondStep takes every second step from an account whose owner has lost theirs, ends its sessions and tells its owner,
// who sets up a new one when they next sign in. The password stays: nobody chooses another's (ASVS 6.4.6).
func (f *Feature) TakeSecondStep(ctx context.Context, v access.Viewer, account ID) error {
	return f.manage(ctx, v, account, f.takeSecondStep)
}

func (f *Feature) takeSecondStep(ctx context.Context, tx *store.Tx, a Account) error {
	if err := f.store.deleteFactors(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := f.store.deleteSessionsOf(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := f.store.deleteTokensOf(ctx, tx, a.ID); err != nil {
		return err
	}
	if err := f.tell(ctx, tx, a.ID, toldReset); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "account.second-step-reset", ref.To("account", string(a.ID)))
}

// disable ends everything the account opens: it signs in no more, its sessions and links end (SEC-7).
func (f *Feature) disable(ctx context.Context, tx *store.Tx, account ID) error {
	a, err := f.store.Account(ctx, tx, account)
	if err != nil {
		return err
	}
	if a.State == Disabled {
		return errs.Refuse("The account is disabled already")
	}
	if err := f.store.setState(ctx, tx, account, a.State, Disabled); err != nil {
		return err
	}
	if err := f.store.deleteSessionsOf(ctx, tx, account); err != nil {
		return err
	}
	if err := f.store.deleteTokensOf(ctx, tx, account); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "account.disabled", ref.To("account", string(account)))
}

// past returns what was done to the account in words, newest first.
func (f *Feature) past(ctx context.Context, tx *store.Tx, account ID) ([]change, error) {
	list, err := f.store.changes(ctx, tx, account, slices.Sorted(maps.Keys(changeWords)))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range list {
		if !slices.Contains(ids, c.actor) {
			ids = append(ids, c.actor)
		}
	}
	names, err := f.store.Names(ctx, tx, ids...)
	for i, c := range list {
		list[i].Who = names[c.actor].Name
		if c.actor == string(account) {
			list[i].Who = "themselves"
		}
	}
	return list, err
}
