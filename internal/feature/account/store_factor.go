package account

import (
	"context"
	"encoding/json"

	"github.com/go-webauthn/webauthn/webauthn"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// passwordHash returns the hash of the account's password, "" when it has none.
func (Store) passwordHash(ctx context.Context, tx *store.Tx, account ID) (string, error) {
	h, err := store.Value[string](ctx, tx, store.SQL(`SELECT p.hash FROM account_password p WHERE p.account_id = ? AND p.district_id = ?`, string(account), tx.Viewer.District))
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return h, err
}

func (Store) savePassword(ctx context.Context, tx *store.Tx, account ID, hash string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account_password (account_id, district_id, hash, set_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at`, string(account), tx.Viewer.District, hash, int64(tx.Now)))
}

type totpRow struct {
	secret []byte
	last   int64
	Added  clock.Millis
}

func (t *totpRow) Dest() []any { return []any{&t.secret, &t.last, (*int64)(&t.Added)} }

type codeRow struct {
	number int64
	hash   string
	used   clock.Millis
}

func (c *codeRow) Dest() []any { return []any{&c.number, &c.hash, (*int64)(&c.used)} }

type passkey struct {
	ID, Name    string
	body        string
	Added, Used clock.Millis
}

func (p *passkey) Dest() []any {
	return []any{&p.ID, &p.Name, &p.body, (*int64)(&p.Added), (*int64)(&p.Used)}
}

func (p passkey) credential() (c webauthn.Credential, err error) {
	err = json.Unmarshal([]byte(p.body), &c)
	return c, err
}

// factors returns what the account has for a second step.
func (Store) factors(ctx context.Context, tx *store.Tx, account ID) (f factors, err error) {
	t, err := store.One[totpRow](ctx, tx, store.SQL(`SELECT t.secret, t.last_step, t.added_at FROM account_totp t WHERE t.account_id = ? AND t.district_id = ?`, string(account), tx.Viewer.District))
	if err == nil {
		f.TOTP = &t
	} else if !errs.Is(err, errs.NotFound) {
		return f, err
	}
	f.Passkeys, err = store.All[passkey](ctx, tx, store.SQL(`SELECT p.id, p.name, p.body, p.added_at, p.used_at FROM account_passkey p WHERE p.account_id = ? AND p.district_id = ? ORDER BY p.added_at, p.id`, string(account), tx.Viewer.District))
	if err != nil {
		return f, err
	}
	f.Codes, err = store.All[codeRow](ctx, tx, store.SQL(`SELECT c.number, c.hash, c.used_at FROM account_code c WHERE c.account_id = ? AND c.district_id = ? ORDER BY c.number`, string(account), tx.Viewer.District))
	return f, err
}

// totpOwner ties a sealed secret to its account, so that it opens nothing in another's row.
func totpOwner(account ID) []byte { return []byte("account_totp " + string(account)) }

func (Store) saveTOTP(ctx context.Context, tx *store.Tx, account ID, sealed []byte, last int64) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account_totp (account_id, district_id, secret, last_step, added_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, last_step = excluded.last_step, added_at = excluded.added_at`,
		string(account), tx.Viewer.District, sealed, last, int64(tx.Now)))
}

// useTOTP opens the secret, checks the code and marks its half minute as used. ok is false for a wrong code and for one that
// was used before, also a moment before in another request.
func (Store) useTOTP(ctx context.Context, tx *store.Tx, account ID, key [32]byte, t totpRow, code string) (ok bool, err error) {
	plain, err := secret.Open(key, t.secret, totpOwner(account))
	if err != nil {
		return false, err
	}
	s, ok := stepOf(string(plain), code, tx.Now, t.last)
	if !ok {
		return false, nil
	}
	n, err := tx.Exec(ctx, store.SQL(`UPDATE account_totp SET last_step = ? WHERE account_id = ? AND last_step < ?`, s, string(account), s))
	return n == 1, err
}

func (Store) deleteTOTP(ctx context.Context, tx *store.Tx, account ID) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM account_totp WHERE account_id = ?`, string(account)))
}

// saveCodes puts new recovery codes in the place of the old ones. hashes[0] is of number 1.
func (Store) saveCodes(ctx context.Context, tx *store.Tx, account ID, hashes []string) error {
	if err := tx.Put(ctx, store.SQL(`DELETE FROM account_code WHERE account_id = ?`, string(account))); err != nil {
		return err
	}
	for i, h := range hashes {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO account_code (account_id, number, district_id, hash, used_at) VALUES (?, ?, ?, ?, 0)`, string(account), i+1, tx.Viewer.District, h)); err != nil {
			return err
		}
	}
	return nil
}

// useCode marks a recovery code as used and says whether it was still unused. hash is the one that was compared: codes made
// anew meanwhile have others.
func (Store) useCode(ctx context.Context, tx *store.Tx, account ID, c codeRow) (bool, error) {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE account_code SET used_at = ? WHERE account_id = ? AND number = ? AND hash = ? AND used_at = 0`, int64(tx.Now), string(account), c.number, c.hash))
	return n == 1, err
}

func (Store) insertPasskey(ctx context.Context, tx *store.Tx, account ID, p passkey, credential string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account_passkey (id, district_id, account_id, credential, name, body, added_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
		p.ID, tx.Viewer.District, string(account), credential, p.Name, p.body, int64(tx.Now)))
}

// usePasskey keeps the counter and flags of a passkey that has just answered.
func (Store) usePasskey(ctx context.Context, tx *store.Tx, account ID, credential, body string) error {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE account_passkey SET body = ?, used_at = ? WHERE account_id = ? AND credential = ?`, body, int64(tx.Now), string(account), credential))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	return err
}

func (Store) deletePasskey(ctx context.Context, tx *store.Tx, account ID, id string) error {
	n, err := tx.Exec(ctx, store.SQL(`DELETE FROM account_passkey WHERE account_id = ? AND id = ?`, string(account), id))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	return err
}

// deleteFactors takes every second factor from the account.
func (Store) deleteFactors(ctx context.Context, tx *store.Tx, account ID) error {
	for _, q := range []*store.Query{
		store.SQL(`DELETE FROM account_totp WHERE account_id = ?`, string(account)),
		store.SQL(`DELETE FROM account_code WHERE account_id = ?`, string(account)),
		store.SQL(`DELETE FROM account_passkey WHERE account_id = ?`, string(account)),
	} {
		if err := tx.Put(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

type identity struct {
	Issuer, Subject string
	Bound           clock.Millis
}

func (i *identity) Dest() []any { return []any{&i.Issuer, &i.Subject, (*int64)(&i.Bound)} }

func (Store) identities(ctx context.Context, tx *store.Tx, account ID) ([]identity, error) {
	return store.All[identity](ctx, tx, store.SQL(`SELECT i.issuer, i.subject, i.bound_at FROM account_identity i WHERE i.account_id = ? AND i.district_id = ? ORDER BY i.bound_at`, string(account), tx.Viewer.District))
}

// byIdentity returns whose account is bound to a subject of a provider. NotFound: nobody's.
func (Store) byIdentity(ctx context.Context, tx *store.Tx, issuer, subject string) (ID, error) {
	return store.Value[ID](ctx, tx, store.SQL(`SELECT i.account_id FROM account_identity i WHERE i.district_id = ? AND i.issuer = ? AND i.subject = ?`, tx.Viewer.District, issuer, subject))
}

func (Store) bind(ctx context.Context, tx *store.Tx, account ID, issuer, subject string) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account_identity (issuer, subject, district_id, account_id, bound_at) VALUES (?, ?, ?, ?, ?)`, issuer, subject, tx.Viewer.District, string(account), int64(tx.Now)))
}

func (Store) unbind(ctx context.Context, tx *store.Tx, account ID, issuer, subject string) error {
	n, err := tx.Exec(ctx, store.SQL(`DELETE FROM account_identity WHERE account_id = ? AND district_id = ? AND issuer = ? AND subject = ?`, string(account), tx.Viewer.District, issuer, subject))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	return err
}
