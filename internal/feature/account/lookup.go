package account

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// Directory answers other slices' questions about people, within their own transactions. The slices declare the few methods
// they need as interfaces; app joins them.
type Directory struct{ Store }

// Leads returns the designated safeguarding lead and deputies of a school.
func (d Directory) Leads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error) {
	return d.People(ctx, tx, org, access.DSL)
}

// Heads returns the headteacher of a school, or several who share the post.
func (d Directory) Heads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error) {
	return d.People(ctx, tx, org, access.Head)
}

// Holding returns who holds the role anywhere in the district now, each with the organisation, in the order in which they took it up.
func (Directory) Holding(ctx context.Context, tx *store.Tx, role access.Role) ([][2]string, error) {
	posts, err := store.All[Post](ctx, tx, store.SQL(`SELECT `+postColumns+` FROM account_post p JOIN account a ON a.id = p.account_id
		WHERE p.district_id = ? AND p.role = ? AND p.from_at <= ? AND p.until_at > ? AND a.state = 'active' ORDER BY p.from_at, p.id`, tx.Viewer.District, string(role), int64(tx.Now), int64(tx.Now)))
	out := make([][2]string, len(posts))
	for i, p := range posts {
		out[i] = [2]string{p.Account, p.Org}
	}
	return out, err
}

// HeldAt returns the organisations of the district at which somebody holds the role now.
func (Directory) HeldAt(ctx context.Context, tx *store.Tx, role access.Role) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT DISTINCT p.org_id FROM account_post p JOIN account a ON a.id = p.account_id
		WHERE a.district_id = ? AND a.state = 'active' AND p.role = ? AND p.from_at <= ? AND p.until_at > ?`, tx.Viewer.District, string(role), int64(tx.Now), int64(tx.Now)))
}

// Email returns the address of an account, for mail that says nothing but that there is something to read.
func (Directory) Email(ctx context.Context, tx *store.Tx, account string) (string, error) {
	return store.Value[string](ctx, tx, store.SQL(`SELECT a.email FROM account a WHERE a.id = ? AND a.district_id = ?`, account, tx.Viewer.District))
}

// RoleWords says what a role is, in a word, for other slices' pages.
func RoleWords(r access.Role) string { return roleWords(r) }

// TitlesAt returns everybody who holds a post at an organisation now, by name, each with the titles of all their posts there.
func (d Directory) TitlesAt(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error) {
	rows, err := store.All[personRow](ctx, tx, store.SQL(`SELECT a.id, a.name, p.title FROM account_post p JOIN account a ON a.id = p.account_id
		WHERE p.org_id = ? AND p.from_at <= ? AND p.until_at > ? AND a.state = 'active' ORDER BY a.name, a.id, p.from_at, p.id`, org, int64(tx.Now), int64(tx.Now)))
	var out []ref.Person
	for _, r := range rows {
		if n := len(out) - 1; n >= 0 && out[n].ID == r.ID {
			out[n].Title += ", " + r.Title
		} else {
			out = append(out, r.Person)
		}
	}
	return out, err
}
