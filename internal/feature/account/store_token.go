package account

import (
	"context"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/store"
)

// Kinds of link that are mailed.
const (
	resetLink  = "reset"
	inviteLink = "invite"
)

type token struct {
	id, account, kind string
	proved, ends      clock.Millis
}

func (t *token) Dest() []any {
	return []any{&t.id, &t.account, &t.kind, (*int64)(&t.proved), (*int64)(&t.ends)}
}

// token returns a link that has not lapsed. NotFound: none.
func (Store) token(ctx context.Context, tx *store.Tx, kind, secret string) (token, error) {
	return store.One[token](ctx, tx, store.SQL(`SELECT t.id, t.account_id, t.kind, t.proved_at, t.ends_at FROM account_token t WHERE t.id = ? AND t.kind = ? AND t.district_id = ? AND t.ends_at > ?`,
		id.Hash(secret), kind, tx.Viewer.District, int64(tx.Now)))
}

func (Store) insertToken(ctx context.Context, tx *store.Tx, t token) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account_token (id, district_id, account_id, kind, proved_at, ends_at) VALUES (?, ?, ?, ?, ?, ?)`,
		t.id, tx.Viewer.District, t.account, t.kind, int64(t.proved), int64(t.ends)))
}

// spend removes a link. NotFound: it was used a moment before.
func (Store) spend(ctx context.Context, tx *store.Tx, t token) error {
	n, err := tx.Exec(ctx, store.SQL(`DELETE FROM account_token WHERE id = ?`, t.id))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	return err
}

func (Store) deleteTokensOf(ctx context.Context, tx *store.Tx, account ID) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM account_token WHERE account_id = ?`, string(account)))
}

type ceremony struct{ account, kind, body string }

func (c *ceremony) Dest() []any { return []any{&c.account, &c.kind, &c.body} }

func (Store) insertCeremony(ctx context.Context, tx *store.Tx, hash string, c ceremony, ends clock.Millis) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account_ceremony (id, district_id, account_id, kind, body, ends_at) VALUES (?, ?, ?, ?, ?, ?)`,
		hash, tx.Viewer.District, c.account, c.kind, c.body, int64(ends)))
}

// takeCeremony returns a question to a passkey and removes it, so that no answer counts twice. NotFound: none, or lapsed.
func (Store) takeCeremony(ctx context.Context, tx *store.Tx, hash string) (ceremony, error) {
	c, err := store.One[ceremony](ctx, tx, store.SQL(`SELECT c.account_id, c.kind, c.body FROM account_ceremony c WHERE c.id = ? AND c.district_id = ? AND c.ends_at > ?`, hash, tx.Viewer.District, int64(tx.Now)))
	if err != nil {
		return c, err
	}
	n, err := tx.Exec(ctx, store.SQL(`DELETE FROM account_ceremony WHERE id = ?`, hash))
	if err == nil && n == 0 {
		err = errs.Missing()
	}
	return c, err
}

// sessionsOf returns the sessions of an account that have not lapsed, the latest used first.
func (Store) sessionsOf(ctx context.Context, tx *store.Tx, account ID) ([]session, error) {
	return store.All[session](ctx, tx, store.SQL(`SELECT s.id, s.account_id, s.second_at, s.created_at, s.seen_at, s.ends_at FROM account_session s
		WHERE s.account_id = ? AND s.ends_at > ? AND s.seen_at > ? ORDER BY s.seen_at DESC, s.created_at DESC`, string(account), int64(tx.Now), int64(tx.Now.Add(-IdleLimit))))
}

// renewSession gives a session a new secret after a second factor.
func (Store) renewSession(ctx context.Context, tx *store.Tx, old, hash string) error {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE account_session SET id = ?, second_at = ?, seen_at = ? WHERE id = ?`, hash, int64(tx.Now), int64(tx.Now), old))
	if err == nil && n == 0 {
		return errs.New(errs.SignIn, "Sign in to go on")
	}
	return err
}

// deleteOtherSessions ends every session of the account but one; keep "" ends all.
func (Store) deleteOtherSessions(ctx context.Context, tx *store.Tx, account ID, keep string) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM account_session WHERE account_id = ? AND id <> ?`, string(account), keep))
}

// deleteSessionOf ends one session of the account, by the beginning of its hash.
func (Store) deleteSessionOf(ctx context.Context, tx *store.Tx, account ID, handle string) error {
	n, err := tx.Exec(ctx, store.SQL(`DELETE FROM account_session WHERE account_id = ? AND substr(id, 1, 16) = ?`, string(account), handle))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	return err
}

// sweep removes what has lapsed.
func (Store) sweep(ctx context.Context, tx *store.Tx) error {
	for _, q := range []*store.Query{
		store.SQL(`DELETE FROM account_session WHERE ends_at <= ? OR seen_at <= ?`, int64(tx.Now), int64(tx.Now.Add(-IdleLimit))),
		store.SQL(`DELETE FROM account_token WHERE ends_at <= ?`, int64(tx.Now)),
		store.SQL(`DELETE FROM account_ceremony WHERE ends_at <= ?`, int64(tx.Now)),
		store.SQL(`DELETE FROM account_throttle WHERE last_at <= ?`, int64(tx.Now.Add(-triesForgotten))),
	} {
		if err := tx.Put(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
