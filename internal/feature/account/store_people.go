package account

import (
	"context"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// holding is one post with who holds it.
type holding struct {
	Account
	Post Post
}

func (h *holding) Dest() []any { return append(h.Account.Dest(), h.Post.Dest()...) }

// holdings returns the posts at the organisations that have not ended, or with past all there ever were, by name.
func (Store) holdings(ctx context.Context, tx *store.Tx, orgs []string, past bool) ([]holding, error) {
	return store.All[holding](ctx, tx, store.SQL(`SELECT `+accountColumns+`, `+postColumns+` FROM account_post p JOIN account a ON a.id = p.account_id WHERE a.district_id = ? AND `, tx.Viewer.District).
		In("p.org_id", orgs).If(!past, `AND p.until_at > ?`, int64(tx.Now)).Add(`ORDER BY a.name, a.id, p.from_at, p.id`))
}

// post returns one post. NotFound: none.
func (Store) post(ctx context.Context, tx *store.Tx, id string) (Post, error) {
	return store.One[Post](ctx, tx, store.SQL(`SELECT `+postColumns+` FROM account_post p WHERE p.id = ? AND p.district_id = ?`, id, tx.Viewer.District))
}

// change is one thing that was done to an account, from the audit log.
type change struct {
	At            clock.Millis
	action, actor string
	Who           string
}

func (c *change) Dest() []any { return []any{(*int64)(&c.At), &c.action, &c.actor} }

// changes returns what was done to the account, newest first, of the kinds named.
func (Store) changes(ctx context.Context, tx *store.Tx, account ID, actions []string) ([]change, error) {
	return store.All[change](ctx, tx, store.SQL(`SELECT e.at, e.action, e.actor_id FROM audit_entry e WHERE e.record_id <> '' AND e.record_id = ? AND e.district_id = ? AND `, string(account), tx.Viewer.District).
		In("e.action", actions).Add(`ORDER BY e.at DESC, e.id DESC LIMIT 50`))
}
