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

// Email returns the address of an account, for mail that says nothing but that there is something to read.
func (Directory) Email(ctx context.Context, tx *store.Tx, account string) (string, error) {
	return store.Value[string](ctx, tx, store.SQL(`SELECT a.email FROM account a WHERE a.id = ? AND a.district_id = ?`, account, tx.Viewer.District))
}

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
