package concerns

import (
	"context"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// Found is a concern that was found by its words: nothing but its number and where it is read.
type Found struct{ Number, Href string }

// Dest is where a row of the query goes.
func (f *Found) Dest() []any { return []any{&f.Number, &f.Href} }

// Numbers returns the concerns to which the found accounts belong, each once.
func (s Store) Numbers(ctx context.Context, tx *store.Tx, accounts ...string) ([]Found, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	rows, err := store.All[Found](ctx, tx, store.SQL(`SELECT c.number, c.id FROM concerns_concern c JOIN access_record r ON r.id = c.id WHERE c.id IN (SELECT a.concern_id FROM concerns_account a WHERE `).
		In("a.id", accounts).Add(`)`).Visible("r", access.Concern).Add(`ORDER BY c.recorded_at DESC`))
	for i := range rows {
		rows[i].Href = "/concerns/" + rows[i].Href
	}
	return rows, err
}

// Told is one person's words behind an entry.
type Told struct {
	Record string // of the entry
	By     string // account id; Author where the writer has no account
	Author string
	At     clock.Millis
	Words  string
}

// Behind returns what stands behind entries, by the entries' records and the oldest first: for a child who may have been harmed
// and has no text of their own the accounts; for every other child their own text and nothing else (CON-4, TRF-9); for a
// decision its reasons.
func (s Store) Behind(ctx context.Context, tx *store.Tx, records ...string) ([]Told, error) {
	if len(records) == 0 {
		return nil, nil
	}
	kids, err := store.All[Child](ctx, tx, store.SQL(`SELECT `+childColumns+` FROM concerns_child k JOIN access_record r ON r.id = k.id WHERE `).In("k.id", records).Visible("r", access.Concern))
	if err != nil {
		return nil, err
	}
	var out []Told
	for _, k := range kids {
		if k.Words != "" || k.Role != Harmed {
			out = append(out, Told{Record: k.ID, By: k.By, At: k.At, Words: k.Words})
			continue
		}
		accounts, err := s.Accounts(ctx, tx, k.Concern)
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			out = append(out, Told{Record: k.ID, By: a.AuthorID, Author: a.Author, At: a.At, Words: a.Words})
		}
	}
	decisions, err := store.All[reason](ctx, tx, store.SQL(`SELECT d.id, d.by_id, d.at, d.reasons FROM concerns_decision d JOIN access_record r ON r.id = d.id WHERE `).In("d.id", records).Visible("r", access.Concern))
	for _, d := range decisions {
		out = append(out, d.Told)
	}
	out = slices.DeleteFunc(out, func(t Told) bool { return t.Words == "" })
	slices.SortStableFunc(out, func(a, b Told) int { return int(a.At - b.At) })
	return out, err
}

type reason struct{ Told }

func (r *reason) Dest() []any { return []any{&r.Record, &r.By, (*int64)(&r.At), &r.Words} }
