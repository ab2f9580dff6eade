package account

import (
	"context"
	"embed"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "account", Files: files}

// Store holds every SQL statement of this slice.
type Store struct{}

const accountColumns = `a.id, a.email, a.name, a.phone, a.state, a.version`

// Account returns an account of the district. NotFound: no such account.
func (Store) Account(ctx context.Context, tx *store.Tx, id ID) (Account, error) {
	return store.One[Account](ctx, tx, store.SQL(`SELECT `+accountColumns+` FROM account a WHERE a.id = ? AND a.district_id = ?`, string(id), tx.Viewer.District))
}

// ByEmail returns the account with the address, folded to lower case. NotFound: none.
func (Store) ByEmail(ctx context.Context, tx *store.Tx, email string) (Account, error) {
	return store.One[Account](ctx, tx, store.SQL(`SELECT `+accountColumns+` FROM account a WHERE a.district_id = ? AND a.email = ?`, tx.Viewer.District, email))
}

// InsertAccount makes an account.
func (Store) InsertAccount(ctx context.Context, tx *store.Tx, a Account) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account (id, district_id, email, name, phone, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		string(a.ID), tx.Viewer.District, a.Email, a.Name, a.Phone, string(a.State), int64(tx.Now)))
}

// InsertPost makes a post.
func (Store) InsertPost(ctx context.Context, tx *store.Tx, p Post) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account_post (id, district_id, account_id, org_id, role, title, from_at, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		p.ID, tx.Viewer.District, p.Account, p.Org, string(p.Role), p.Title, int64(p.From), int64(p.Until)))
}

const postColumns = `p.id, p.account_id, p.org_id, p.role, p.title, p.from_at, p.until_at`

// Posts returns the posts of an account, past and future ones too.
func (Store) Posts(ctx context.Context, tx *store.Tx, account ID) ([]Post, error) {
	return store.All[Post](ctx, tx, store.SQL(`SELECT `+postColumns+` FROM account_post p WHERE p.account_id = ? ORDER BY p.from_at, p.id`, string(account)))
}

type session struct {
	id, account                 string
	second, created, seen, ends clock.Millis
}

func (s *session) Dest() []any {
	return []any{&s.id, &s.account, (*int64)(&s.second), (*int64)(&s.created), (*int64)(&s.seen), (*int64)(&s.ends)}
}

// sessionAndPosts returns a session with the posts of its account: every request asks for them.
func (Store) sessionAndPosts(ctx context.Context, tx *store.Tx, hash string) (s session, posts []Post, err error) {
	err = tx.Together(ctx, store.Only(&s, store.SQL(`SELECT s.id, s.account_id, s.second_at, s.created_at, s.seen_at, s.ends_at FROM account_session s JOIN account a ON a.id = s.account_id
			WHERE s.id = ? AND a.state = 'active' AND a.district_id = ?`, hash, tx.Viewer.District)),
		store.Each(&posts, store.SQL(`SELECT `+postColumns+` FROM account_post p WHERE p.account_id = (SELECT s.account_id FROM account_session s WHERE s.id = ?) ORDER BY p.from_at, p.id`, hash)))
	return s, posts, err
}

func (Store) insertSession(ctx context.Context, tx *store.Tx, s session) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO account_session (id, account_id, second_at, created_at, seen_at, ends_at) VALUES (?, ?, ?, ?, ?, ?)`,
		s.id, s.account, int64(s.second), int64(s.created), int64(s.seen), int64(s.ends)))
}

func (Store) touchSession(ctx context.Context, tx *store.Tx, hash string) error {
	return tx.Put(ctx, store.SQL(`UPDATE account_session SET seen_at = ? WHERE id = ? AND seen_at < ?`, int64(tx.Now), hash, int64(tx.Now)))
}

func (Store) deleteSession(ctx context.Context, tx *store.Tx, hash string) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM account_session WHERE id = ?`, hash))
}

func (Store) deleteSessionsOf(ctx context.Context, tx *store.Tx, account ID) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM account_session WHERE account_id = ?`, string(account)))
}

type personRow struct{ ref.Person }

func (p *personRow) Dest() []any { return []any{&p.ID, &p.Name, &p.Title} }

// People returns who holds the role in the organisation now, in the order in which they took it up. An empty role means any
// post; somebody with several is listed once.
func (Store) People(ctx context.Context, tx *store.Tx, org string, role access.Role) ([]ref.Person, error) {
	rows, err := store.All[personRow](ctx, tx, store.SQL(`SELECT a.id, a.name, min(p.title) FROM account_post p JOIN account a ON a.id = p.account_id
		WHERE p.org_id = ? AND p.from_at <= ? AND p.until_at > ? AND a.state = 'active'`, org, int64(tx.Now), int64(tx.Now)).
		If(role != "", `AND p.role = ?`, string(role)).Add(`GROUP BY a.id, a.name ORDER BY min(p.from_at), a.name`))
	out := make([]ref.Person, len(rows))
	for i, r := range rows {
		out[i] = r.Person
	}
	return out, err
}

// Names returns the names of accounts by id, for pages that show who did something. It says nothing of what they may see.
func (Store) Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := store.All[personRow](ctx, tx, store.SQL(`SELECT a.id, a.name, coalesce((SELECT min(p.title) FROM account_post p WHERE p.account_id = a.id AND p.from_at <= ? AND p.until_at > ?), '')
		FROM account a WHERE a.district_id = ? AND `, int64(tx.Now), int64(tx.Now), tx.Viewer.District).In("a.id", ids))
	for _, r := range rows {
		out[r.ID] = r.Person
	}
	return out, err
}

// Viewers returns everybody with a live post in the organisation as they would be when asking for a record: for the preview
// of readers, which asks the access table about each.
func (s Store) Viewers(ctx context.Context, tx *store.Tx, org string) ([]access.Viewer, error) {
	posts, err := store.All[Post](ctx, tx, store.SQL(viewersFrom+`p.account_id IN (SELECT q.account_id FROM account_post q WHERE q.org_id = ? AND q.from_at <= ? AND q.until_at > ?) ORDER BY p.account_id`,
		tx.Viewer.District, org, int64(tx.Now), int64(tx.Now)))
	return viewersOf(tx, posts), err
}

// ViewersOf is Viewers for single accounts, wherever they work: those of them that can sign in and hold a post.
func (s Store) ViewersOf(ctx context.Context, tx *store.Tx, accounts ...string) ([]access.Viewer, error) {
	posts, err := store.All[Post](ctx, tx, store.SQL(viewersFrom, tx.Viewer.District).In("p.account_id", accounts).Add(`ORDER BY p.account_id`))
	return viewersOf(tx, posts), err
}

const viewersFrom = `SELECT ` + postColumns + ` FROM account_post p JOIN account a ON a.id = p.account_id WHERE a.state = 'active' AND a.district_id = ? AND `

func viewersOf(tx *store.Tx, posts []Post) (out []access.Viewer) {
	for start := 0; start < len(posts); {
		end := start
		for end < len(posts) && posts[end].Account == posts[start].Account {
			end++
		}
		if roles := rolesOf(posts[start:end], tx.Now); len(roles) > 0 {
			out = append(out, access.Viewer{Account: posts[start].Account, District: tx.Viewer.District, Now: tx.Now, Roles: roles, Strength: access.SecondFactor})
		}
		start = end
	}
	return out
}

// OrgOf returns the organisation that somebody mainly works for: that of their oldest live post. NotFound: no live post.
func (Store) OrgOf(ctx context.Context, tx *store.Tx, account string) (string, error) {
	return store.Value[string](ctx, tx, store.SQL(`SELECT p.org_id FROM account_post p WHERE p.account_id = ? AND p.from_at <= ? AND p.until_at > ? ORDER BY p.from_at, p.id LIMIT 1`,
		account, int64(tx.Now), int64(tx.Now)))
}

// setState moves an account from one state to another. NotFound: it was not in the first.
func (Store) setState(ctx context.Context, tx *store.Tx, account ID, from, to State) error {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE account SET state = ?, version = version + 1 WHERE id = ? AND district_id = ? AND state = ?`, string(to), string(account), tx.Viewer.District, string(from)))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	return err
}

// endPost gives a post its end. An end in the past is not moved into the future again: a post that is over is over.
func (Store) endPost(ctx context.Context, tx *store.Tx, post string, at clock.Millis) error {
	n, err := tx.Exec(ctx, store.SQL(`UPDATE account_post SET until_at = ? WHERE id = ? AND district_id = ? AND until_at > ?`, int64(at), post, tx.Viewer.District, int64(tx.Now)))
	if err == nil && n == 0 {
		return errs.Missing()
	}
	return err
}
