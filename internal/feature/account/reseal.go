package account

import (
	"context"
	"fmt"

	"kith/internal/kernel/access"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

type sealedSecret struct {
	account string
	secret  []byte
}

func (s *sealedSecret) Dest() []any { return []any{&s.account, &s.secret} }

// Reseal seals the secrets of all authenticator apps under fresh instead of old, 100 a closure. It can be done again after it
// was interrupted.
func Reseal(ctx context.Context, db *store.DB, old, fresh [32]byte) error {
	return db.InSteps(ctx, access.System("*", "change of the root key"), func(ctx context.Context, tx *store.Tx, after string) (last string, err error) {
		all, err := store.All[sealedSecret](ctx, tx, store.SQL(`SELECT t.account_id, t.secret FROM account_totp t WHERE t.account_id > ? ORDER BY t.account_id LIMIT 100`, after))
		if err != nil {
			return "", err
		}
		for _, s := range all {
			again, err := secret.Reseal(old, fresh, s.secret, totpOwner(ID(s.account)))
			if err != nil {
				return "", fmt.Errorf("account: authenticator app of %s: %w", s.account, err)
			}
			if err := tx.Put(ctx, store.SQL(`UPDATE account_totp SET secret = ? WHERE account_id = ?`, again, s.account)); err != nil {
				return "", err
			}
			last = s.account
		}
		return last, nil
	})
}
