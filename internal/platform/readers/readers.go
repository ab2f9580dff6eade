// Package readers says who can read a record, by name and why, and nobody else: before something is sent, restricted, locked or
// shared, and afterwards (CON-10). It asks the very table that will decide, about everybody who could have a way to the record.
package readers

import (
	"cmp"
	"context"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

// People are who could be asking.
type People interface {
	// Viewers returns everybody with a live post in an organisation, as they would be when asking for a record.
	Viewers(ctx context.Context, tx *store.Tx, org string) ([]access.Viewer, error)
	// ViewersOf returns those of the accounts that can sign in and hold a post anywhere.
	ViewersOf(ctx context.Context, tx *store.Tx, accounts ...string) ([]access.Viewer, error)
	Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Person, error)
}

// Reader is somebody who can read a record once they have confirmed that it is they.
type Reader struct {
	Account, Name string
	Rule          string // by which they read the most
	Why           string
	Own           bool   // their own words and what was written back to them, no more
	School        string // the organisation it is shared with, where that is why
}

// first are the rules for one's own words.
var first = []string{"reporter", "told", "school"}

// why says each rule in few words, for a list of names.
var why = map[string]string{
	"reporter": "their own words, its state and your feedback only", "told": "their own words, its state and your feedback only",
	"dsl": "safeguarding lead", "dsl-file": "safeguarding lead", "head": "headteacher, oversight", "head-file": "headteacher, oversight",
	"named": "named reader", "named-file": "named reader", "share": "safeguarding lead", "share-file": "safeguarding lead",
	"trust": "safeguarding lead of the trust", "referral": "children’s social care, referred", "break-glass": "in an emergency", "break-glass-file": "in an emergency",
}

// Of returns who can read any of the records, which are one thing with its parts, each with its relations as they stand or as
// they are to be. Where somebody reads several parts by several rules, the one that opens more than their own words is named.
func Of(ctx context.Context, tx *store.Tx, people People, records ...access.Record) ([]Reader, error) {
	asked, err := everybody(ctx, tx, people, records)
	if err != nil {
		return nil, err
	}
	var out []Reader
	var ids []string
	for _, v := range asked {
		v.Now = tx.Now
		if x, ok := reads(v.Confirmed(), records); ok {
			out = append(out, x)
			ids = append(ids, v.Account)
		}
	}
	names, err := people.Names(ctx, tx, ids...)
	for i := range out {
		out[i].Name = names[out[i].Account].Name
	}
	slices.SortFunc(out, func(a, b Reader) int {
		return cmp.Or(order(a)-order(b), cmp.Compare(a.Why, b.Why), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Account, b.Account))
	})
	return out, err
}

// order puts whoever reads everything before whoever finds their own words.
func order(r Reader) int {
	if r.Own {
		return 1
	}
	return 0
}

// everybody collects who could have a way: the people of the records' school and of those they are shared with, and accounts that
// are related to them or wrote in them.
func everybody(ctx context.Context, tx *store.Tx, people People, records []access.Record) ([]access.Viewer, error) {
	var orgs, accounts []string
	for _, r := range records {
		orgs = append(orgs, r.Org)
		if r.Author != "" {
			accounts = append(accounts, r.Author)
		}
		for _, x := range r.Relations {
			switch {
			case !live(x, tx.Now):
			case x.Kind == access.Share || x.Kind == access.Referral || x.Kind == access.Granted:
				orgs = append(orgs, x.To)
			default:
				accounts = append(accounts, x.To)
			}
		}
	}
	slices.Sort(orgs)
	slices.Sort(accounts)
	asked, err := people.ViewersOf(ctx, tx, slices.Compact(accounts)...)
	if err != nil {
		return nil, err
	}
	for _, org := range slices.Compact(orgs) {
		viewers, err := people.Viewers(ctx, tx, org)
		if err != nil {
			return nil, err
		}
		for _, v := range viewers {
			if !slices.ContainsFunc(asked, func(x access.Viewer) bool { return x.Account == v.Account }) {
				asked = append(asked, v)
			}
		}
	}
	return asked, nil
}

func live(x access.Relation, now clock.Millis) bool { return x.From <= now && now < x.Until }

// reads asks the table about one person and each record.
func reads(v access.Viewer, records []access.Record) (out Reader, ok bool) {
	for _, r := range records {
		may, rule := access.Rules.Decide(v, false, r)
		if !may || ok && (!out.Own || slices.Contains(first, rule)) {
			continue
		}
		ok = true
		out = Reader{Account: v.Account, Rule: rule, Why: cmp.Or(why[rule], rule), Own: slices.Contains(first, rule)}
		for _, x := range r.Relations {
			if live(x, v.Now) && (x.Kind == access.Share && slices.Contains(v.Roles[access.DSL], x.To) && (rule == "share" || rule == "share-file") ||
				x.Kind == access.BreakGlass && x.To == v.Account && (rule == "break-glass" || rule == "break-glass-file")) {
				out.Why = why[rule] + ", until " + term.DateTime(x.Until, v.Now)
				if x.Kind == access.Share {
					out.School = x.To
					out.Why = why[rule] + " of another school, until the end of " + term.YearDate(clock.DayOf((x.Until - 1).Time()))
				}
			}
		}
	}
	return out, ok
}
