package account

import (
	"context"

	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// disable ends everything the account opens: it signs in no more, its sessions and links end. SEC-7.
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
