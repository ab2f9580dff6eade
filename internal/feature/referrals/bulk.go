package referrals

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// BulkInsert brings in referrals that went another way than in Kith, in the caller's transaction: what Send and Decide leave
// behind, without telling anybody. Ids are filled in.
func (Store) BulkInsert(ctx context.Context, tx *store.Tx, past []*Referral) error {
	var records []access.Record
	var rows, steps []any
	edition := Shipped().Edition
	for _, r := range past {
		r.ID, r.Edition = ID(tx.NewID()), edition
		records = append(records, access.Record{ID: string(r.ID), Kind: access.ReferralKind, Part: access.PartReferral, Org: r.Org, Parent: r.Concern})
		rows = append(rows, string(r.ID), tx.Viewer.District, r.Org, r.Concern, r.Decision, string(r.Way), r.ToName, r.By, int64(r.At), int64(r.ExpectedAt), string(r.State), int64(r.ReceivedAt), r.ReceivedBy, r.Outcome,
			int64(r.DecidedAt), int64(r.ReadsUntil), r.Edition)
		steps = append(steps, tx.NewID(), tx.Viewer.District, string(r.ID), string(StepSent), "", "", r.ReceivedBy, r.By, int64(r.At))
		if r.State == Decided {
			steps = append(steps, tx.NewID(), tx.Viewer.District, string(r.ID), string(StepDecided), r.Outcome, "Assessed; support continues", r.ReceivedBy, r.By, int64(r.DecidedAt))
		}
	}
	if err := bulk.Records(ctx, tx, records); err != nil {
		return err
	}
	if err := bulk.Insert(ctx, tx, `INSERT INTO referrals_referral (id, district_id, org_id, concern_id, decision_id, way, to_name, by_id, at, expected_at, state, received_at, received_name, outcome_key, decided_at, reads_until, edition) VALUES`, 17, rows, ""); err != nil {
		return err
	}
	return bulk.Insert(ctx, tx, `INSERT INTO referrals_step (id, district_id, record_id, kind, outcome_key, words, who, by_id, at) VALUES`, 9, steps, "")
}
