package concerns

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/files"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// Shown is what of a concern stands in a referral of it: for each viewer what their rules open, and never the leads' part.
type Shown struct {
	Concern   Concern
	Happened  string
	Words     []ui.Words
	Files     []files.File
	Children  []Child
	Decisions []Decision
	Names     map[string]ref.Person
}

// Shown returns what of a concern the viewer may see of the header, the accounts, the children and the decisions. NotFound: no
// header for this viewer.
func (f *Feature) Shown(ctx context.Context, tx *store.Tx, id ID) (s Shown, err error) {
	if s.Concern, err = f.store.Concern(ctx, tx, id); err != nil {
		return s, err
	}
	accounts, err := f.store.Accounts(ctx, tx, id)
	if err != nil {
		return s, err
	}
	if s.Children, err = f.store.Children(ctx, tx, id); err != nil {
		return s, err
	}
	if s.Decisions, err = f.store.Decisions(ctx, tx, id); err != nil {
		return s, err
	}
	if s.Files, err = f.filesOf(ctx, tx, accounts); err != nil {
		return s, err
	}
	var ids []string
	for _, a := range accounts {
		ids = append(ids, a.AuthorID)
	}
	for _, d := range s.Decisions {
		ids = append(ids, d.By)
	}
	if s.Names, err = f.People.Names(ctx, tx, ids...); err != nil {
		return s, err
	}
	s.Happened, s.Words = happened(s.Concern, tx.Now), f.words(accounts, s.Names, s.Concern, tx.Now)
	return s, nil
}

// Line says what was decided, in a few words.
func (d Decision) Line() string { return outcomeLine(d) }

// Decision returns one decision. NotFound: none, or not for this viewer.
func (Store) Decision(ctx context.Context, tx *store.Tx, id string) (Decision, error) {
	return store.One[Decision](ctx, tx, store.SQL(decisionFrom+`d.id = ?`, id).Visible("r", access.Concern))
}

// Referring is a decision to refer.
type Referring struct {
	Decision string
	Concern  ID
	At       clock.Millis
}

// Dest is where a row of the query goes.
func (r *Referring) Dest() []any {
	return []any{&r.Decision, (*string)(&r.Concern), (*int64)(&r.At)}
}

// Referring returns the latest decision to refer of each concern of the schools that stands as referred, the newest first.
func (Store) Referring(ctx context.Context, tx *store.Tx, orgs []string) ([]Referring, error) {
	return store.All[Referring](ctx, tx, store.SQL(`SELECT d.id, d.concern_id, d.at FROM concerns_decision d JOIN concerns_concern c ON c.id = d.concern_id JOIN access_record r ON r.id = d.id WHERE `).
		In("c.org_id", orgs).Add(`AND c.state = 'referred' AND d.kind = 'refer' AND NOT EXISTS (SELECT 1 FROM concerns_decision e WHERE e.concern_id = d.concern_id AND e.at > d.at)`).
		Visible("r", access.Concern).Add(`ORDER BY d.at DESC LIMIT 50`))
}

// FirstOpened returns when and by whom of the leads a concern was first opened; zero when nobody has.
func (Store) FirstOpened(ctx context.Context, tx *store.Tx, id ID) (by string, at clock.Millis, err error) {
	c, err := store.One[claim](ctx, tx, store.SQL(`SELECT x.account_id, x.at FROM concerns_opening x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, string(id)).Visible("r", access.Concern).Add(`ORDER BY x.at LIMIT 1`))
	if errs.Is(err, errs.NotFound) {
		return "", 0, nil
	}
	return c.By, c.At, err
}
