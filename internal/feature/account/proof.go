package account

import (
	"context"

	"kith/internal/feature/account/password"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// errWrong is the one answer to whatever is wrong with what somebody signs in with.
var errWrong = errs.Refuse("That did not match. Check the e-mail address, the password and the code. A code counts once, so wait for the next one if you have just used it.")

// byPassword returns whose e-mail address and password these are. An account that does not exist, one that is not active and
// one without a password cost as much work as a wrong password, and get the same error: errWrong (SEC-25). It hashes, so it
// is called outside transactions only.
func (f *Feature) byPassword(ctx context.Context, district, email, typed string) (Account, error) {
	var a Account
	var hash string
	err := f.DB.Read(ctx, access.System(district, "sign-in"), func(ctx context.Context, tx *store.Tx) (err error) {
		a, hash = Account{}, ""
		if a, err = f.store.ByEmail(ctx, tx, email); err != nil {
			return err
		}
		hash, err = f.store.passwordHash(ctx, tx, a.ID)
		return err
	})
	if err != nil && !errs.Is(err, errs.NotFound) {
		return a, err
	}
	if a.State != Active {
		hash = ""
	}
	ok, err := password.Matches(ctx, typed, hash)
	if err != nil {
		return a, err
	}
	if !ok {
		return Account{}, errWrong
	}
	return a, nil
}

// factorsOf returns what the account has for a second step.
func (f *Feature) factorsOf(ctx context.Context, district string, account ID) (have factors, err error) {
	err = f.DB.Read(ctx, access.System(district, "second factor"), func(ctx context.Context, tx *store.Tx) (err error) {
		have, err = f.store.factors(ctx, tx, account)
		return err
	})
	return have, err
}

// byCode checks a code of the authenticator app, or a recovery code, and uses it up. It says which it was. Rule: wrong, or
// used before. It may hash, so it is called outside transactions only.
func (f *Feature) byCode(ctx context.Context, district string, account ID, typed string) (how string, err error) {
	have, err := f.factorsOf(ctx, district, account)
	if err != nil {
		return "", err
	}
	system := access.System(district, "second factor")
	if number, code, ok := recoveryNumber(typed); ok {
		c := codeRow{}
		for _, x := range have.Codes {
			if x.number == int64(number) && x.used == 0 {
				c = x
			}
		}
		if ok, err := password.Matches(ctx, code, c.hash); err != nil || !ok {
			return "", orWrong(err)
		}
		return "recovery code", f.DB.Write(ctx, system, func(ctx context.Context, tx *store.Tx) error {
			if ok, err := f.store.useCode(ctx, tx, account, c); err != nil || !ok {
				return orWrong(err)
			}
			if err := f.tell(ctx, tx, account, toldCodeUsed); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "account.recovery-code-used", ref.To("account", string(account)))
		})
	}
	if have.TOTP == nil {
		return "", errWrong
	}
	return "authenticator app", f.DB.Write(ctx, system, func(ctx context.Context, tx *store.Tx) error {
		ok, err := f.store.useTOTP(ctx, tx, account, f.cfg.Key, *have.TOTP, typed)
		if err != nil || !ok {
			return orWrong(err)
		}
		return nil
	})
}

func orWrong(err error) error {
	if err != nil {
		return err
	}
	return errWrong
}

// rolesOf returns what the account holds now.
func (f *Feature) rolesOf(ctx context.Context, district string, account ID) (roles map[access.Role][]string, err error) {
	err = f.DB.Read(ctx, access.System(district, "sign-in"), func(ctx context.Context, tx *store.Tx) error {
		posts, err := f.store.Posts(ctx, tx, account)
		roles = rolesOf(posts, tx.Now)
		return err
	})
	return roles, err
}
