package auditing

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// look is how much of the log the viewer may look at.
type look struct {
	audit.Filter
	rule string
	wide bool
	org  string // the organisation that entries about this look belong to
}

// wideKinds are the kinds of organisation that stand for the whole district.
var wideKinds = map[string]bool{"authority": true, "partnership": true}

// allowed asks the access table. NotFound: the viewer does not look at the log.
func (f *Feature) allowed(ctx context.Context, tx *store.Tx) (look, error) {
	names, err := f.Organisations.Names(ctx, tx, tx.Viewer.Roles[access.Auditor]...)
	if err != nil {
		return look{}, err
	}
	x, orgs, err := access.Log(tx.Viewer, func(org string) bool { return wideKinds[names[org].Kind] })
	if err != nil {
		return look{}, err
	}
	l := look{rule: x.Name, wide: !x.Own, Filter: audit.Filter{Within: orgs}}
	if x.Own {
		l.org = orgs[0]
	}
	return l, nil
}

// keeps asks whether the viewer looks after the list of recipients: an auditor of the whole district. NotFound: no.
func (f *Feature) keeps(ctx context.Context, tx *store.Tx) error {
	l, err := f.allowed(ctx, tx)
	if err == nil && !l.wide {
		err = errs.Missing()
	}
	return err
}

// Add has the checkpoints mailed to somebody from now on; they need no account. The same id again does nothing. Rule: the
// address is on the list, or the list is full.
func (f *Feature) Add(ctx context.Context, v access.Viewer, r Recipient) (err error) {
	defer errs.Wrap(&err, "auditing.Add")
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := f.keeps(ctx, tx); err != nil {
			return err
		}
		if _, err := f.store.recipient(ctx, tx, r.ID); err == nil || !errs.Is(err, errs.NotFound) {
			return err // sent twice
		}
		if err := f.store.lockRecipients(ctx, tx); err != nil {
			return err
		}
		now, err := f.store.recipients(ctx, tx, 0)
		if err != nil {
			return err
		}
		if err := CanAdd(now, r.Email); err != nil {
			return err
		}
		if made, err := f.store.insertRecipient(ctx, tx, r); err != nil || !made {
			tx.Unaudited("sent twice at once")
			return err
		}
		return audit.Record(ctx, tx, "auditing.recipient_added", ref.To("audit_recipient", r.ID), audit.Detail(map[string]string{"name": r.Name, "email": r.Email}))
	})
}

// End stops the mail to a recipient. What was sent stays theirs. Ended already: nothing is done.
func (f *Feature) End(ctx context.Context, v access.Viewer, id string) (err error) {
	defer errs.Wrap(&err, "auditing.End")
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := f.keeps(ctx, tx); err != nil {
			return err
		}
		r, err := f.store.recipient(ctx, tx, id)
		if err != nil || r.EndedAt != 0 {
			return err
		}
		if err := f.store.endRecipient(ctx, tx, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "auditing.recipient_ended", ref.To("audit_recipient", id), audit.Detail(map[string]string{"email": r.Email}))
	})
}

// Sweep queues the copies that are due in the viewer's district. Two at once queue each copy once.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) (err error) {
	defer errs.Wrap(&err, "auditing.Sweep")
	if f.Sign == nil || !CopyDue(f.DB.Now()) {
		return nil
	}
	due, err := f.due(ctx, v)
	if err != nil || len(due) == 0 {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		for _, c := range due {
			c.ID = tx.NewID()
			made, err := f.store.insertCopy(ctx, tx, c)
			if err != nil {
				return err
			}
			if made {
				if err := jobs.Add(ctx, tx, sendCopy{c.ID}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
