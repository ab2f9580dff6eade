package referrals

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Store holds every SQL statement of this slice but those of its practice (practice.go) and the ladder (store_ladder.go).
type Store struct{}

const columns = `f.id, f.org_id, f.concern_id, f.decision_id, f.way, f.to_id, f.to_name, f.asks, f.by_id, f.at, f.expected_at, f.state, f.received_at, f.received_name, f.outcome_key, f.decided_at, f.chased_at, f.reads_until, f.edition, f.told, f.version`

const from = `SELECT ` + columns + ` FROM referrals_referral f JOIN access_record r ON r.id = f.id WHERE `

// Referral returns one referral. NotFound: none, or not for this viewer.
func (Store) Referral(ctx context.Context, tx *store.Tx, id ID) (_ Referral, err error) {
	defer errs.Wrap(&err, "referrals.Referral(%s)", id)
	return store.One[Referral](ctx, tx, store.SQL(from+`f.id = ?`, string(id)).Visible("r", access.ReferralKind))
}

// OfConcern returns the referrals of a concern that the viewer may see, the latest first.
func (Store) OfConcern(ctx context.Context, tx *store.Tx, concern string) ([]Referral, error) {
	return store.All[Referral](ctx, tx, store.SQL(from+`f.concern_id = ?`, concern).Visible("r", access.ReferralKind).Add(`ORDER BY f.at DESC, f.id DESC`))
}

// Waiting returns the referrals of the schools, or to the services, that are neither decided nor withdrawn: the first due first.
func (Store) Waiting(ctx context.Context, tx *store.Tx, column string, orgs []string) ([]Referral, error) {
	q := store.SQL(from).In("f.org_id", orgs)
	if column == "to" {
		q = store.SQL(from+`f.to_id <> '' AND `).In("f.to_id", orgs)
	}
	return store.All[Referral](ctx, tx, q.Add(`AND f.state IN ('sent', 'received', 'asked')`).Visible("r", access.ReferralKind).Add(`ORDER BY f.expected_at, f.id LIMIT 50`))
}

// Ended returns the referrals of the schools, or to the services, that are decided or withdrawn, the latest first.
func (Store) Ended(ctx context.Context, tx *store.Tx, column string, orgs []string, limit int) ([]Referral, error) {
	q := store.SQL(from).In("f.org_id", orgs)
	if column == "to" {
		q = store.SQL(from+`f.to_id <> '' AND `).In("f.to_id", orgs)
	}
	return store.All[Referral](ctx, tx, q.Add(`AND f.state IN ('decided', 'withdrawn')`).Visible("r", access.ReferralKind).Add(`ORDER BY f.at DESC, f.id DESC LIMIT ?`, limit))
}

// Made returns which of the decisions have been sent, and not taken back.
func (Store) Made(ctx context.Context, tx *store.Tx, decisions []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(decisions) == 0 {
		return out, nil
	}
	have, err := store.All[Referral](ctx, tx, store.SQL(from+`f.state <> 'withdrawn' AND`).In("f.decision_id", decisions).Visible("r", access.ReferralKind))
	for _, r := range have {
		out[r.Decision] = true
	}
	return out, err
}

// Steps returns what was done, oldest first.
func (Store) Steps(ctx context.Context, tx *store.Tx, id ID) ([]Step, error) {
	return store.All[Step](ctx, tx, store.SQL(`SELECT x.id, x.record_id, x.kind, x.outcome_key, x.words, x.feedback, x.who, x.by_id, x.at FROM referrals_step x JOIN access_record r ON r.id = x.record_id WHERE x.record_id = ?`, string(id)).
		Visible("r", access.ReferralKind).Add(`ORDER BY x.at, x.id`))
}

// overdue returns the referrals whose answer is past due and of which somebody has still to be told.
func (Store) overdue(ctx context.Context, tx *store.Tx, limit int) ([]Referral, error) {
	return store.All[Referral](ctx, tx, store.SQL(from+`f.district_id = ? AND f.expected_at <= ? AND f.state IN ('sent', 'received') AND f.told < 2`, tx.Viewer.District, int64(tx.Now)).
		Visible("r", access.ReferralKind).Add(`ORDER BY f.expected_at LIMIT ?`, limit))
}

func (Store) insert(ctx context.Context, tx *store.Tx, r Referral) error {
	if err := tx.AddRecord(ctx, access.Record{ID: string(r.ID), Kind: access.ReferralKind, Part: access.PartReferral, Org: r.Org, Parent: r.Concern}); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`INSERT INTO referrals_referral (id, district_id, org_id, concern_id, decision_id, way, to_id, to_name, asks, by_id, at, expected_at, state, received_at, received_name, edition)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(r.ID), tx.Viewer.District, r.Org, r.Concern, r.Decision, string(r.Way), r.To, r.ToName, r.Asks, r.By, int64(r.At),
		int64(r.ExpectedAt), string(r.State), int64(r.ReceivedAt), r.ReceivedBy, r.Edition))
}

func (Store) save(ctx context.Context, tx *store.Tx, r Referral) error {
	return tx.Put(ctx, store.SQL(`UPDATE referrals_referral SET state = ?, expected_at = ?, received_at = ?, received_name = ?, outcome_key = ?, decided_at = ?, chased_at = ?, reads_until = ?, told = ? WHERE id = ?`,
		string(r.State), int64(r.ExpectedAt), int64(r.ReceivedAt), r.ReceivedBy, r.Outcome, int64(r.DecidedAt), int64(r.ChasedAt), int64(r.ReadsUntil), r.Told, string(r.ID)))
}

func (Store) insertStep(ctx context.Context, tx *store.Tx, id ID, s Step) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO referrals_step (id, district_id, record_id, kind, outcome_key, words, feedback, who, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), tx.Viewer.District, string(id), string(s.Kind), s.Outcome, s.Words, s.Feedback, s.Who, tx.Viewer.Account, int64(tx.Now)))
}

// regrant gives the live relation by which the service reads the concern another end.
func (Store) regrant(ctx context.Context, tx *store.Tx, r Referral, until clock.Millis) error {
	if r.Way != InKith {
		return nil
	}
	return tx.AddGrant(ctx, store.Grant{Record: r.Concern, Kind: access.Referral, To: r.To, From: r.At, Until: until, Reason: string(r.ID)})
}
