package account

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// AddUser makes an account with its first post for whoever runs the program, and returns the path of the link with which its
// owner chooses a password: it opens once, for 7 days, and is to be handed over, since mail may not be set up yet. v is the
// program itself. Rule: the address has an account, or the organisation has no such role.
func (f *Feature) AddUser(ctx context.Context, v access.Viewer, in Invitation) (path string, err error) {
	secret := id.Secret(16)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return f.addUser(ctx, tx, in, secret)
	})
	return "/invite/" + secret, err
}

// FirstAccount is AddUser for a district that has no account yet; it makes an account administrator, who invites the others.
// Rule: there is an account already.
func (f *Feature) FirstAccount(ctx context.Context, v access.Viewer, name, email, org, title string) (path string, err error) {
	secret := id.Secret(16)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		some, err := store.Exists(ctx, tx, store.SQL(`SELECT 1 FROM account a WHERE a.district_id = ?`, tx.Viewer.District))
		if err != nil {
			return err
		}
		if some {
			return errs.Refuse("This district has accounts already. Add another with kith user add.")
		}
		return f.addUser(ctx, tx, Invitation{Name: name, Email: email, Post: Post{Org: org, Role: access.Admin, Title: title, From: tx.Now, Until: NoEnd}}, secret)
	})
	return "/invite/" + secret, err
}

func (f *Feature) addUser(ctx context.Context, tx *store.Tx, in Invitation, secret string) error {
	if _, err := f.store.ByEmail(ctx, tx, folded(in.Email)); err == nil {
		return errs.Refuse("There is an account with this address already")
	} else if !errs.Is(err, errs.NotFound) {
		return err
	}
	orgs, err := f.cfg.Organisations.Names(ctx, tx, in.Post.Org)
	if err != nil {
		return err
	}
	org, ok := orgs[in.Post.Org]
	if !ok {
		return errs.Refuse("There is no such organisation in this district")
	}
	if err := hasRole(org.Kind, in.Post.Role); err != nil {
		return err
	}
	a := Account{ID: ID(tx.NewID()), Email: folded(in.Email), Name: in.Name, State: Invited}
	if err := f.store.InsertAccount(ctx, tx, a); err != nil {
		return err
	}
	p := in.Post
	p.ID, p.Account = tx.NewID(), string(a.ID)
	if err := f.store.InsertPost(ctx, tx, p); err != nil {
		return err
	}
	if err := f.store.insertToken(ctx, tx, token{id: id.Hash(secret), account: string(a.ID), kind: inviteLink, ends: tx.Now.Add(inviteFor)}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "account.added", ref.To("account", string(a.ID)), audit.Org(p.Org), audit.Detail(map[string]any{"role": p.Role}))
}

// DisableUser is Disable for whoever runs the program. NotFound: nobody has the address.
func (f *Feature) DisableUser(ctx context.Context, v access.Viewer, email string) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		a, err := f.store.ByEmail(ctx, tx, folded(email))
		if err != nil {
			return err
		}
		return f.disable(ctx, tx, a.ID)
	})
}

// ResetSecondFactor is TakeSecondStep for whoever runs the program: an only administrator may lose a phone, too. NotFound:
// nobody has the address.
func (f *Feature) ResetSecondFactor(ctx context.Context, v access.Viewer, email string) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		a, err := f.store.ByEmail(ctx, tx, folded(email))
		if err != nil {
			return err
		}
		return f.takeSecondStep(ctx, tx, a)
	})
}
