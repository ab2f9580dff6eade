package sharing

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// tellReceiver tells the leads of a school that something was shared with it.
type tellReceiver struct{ Share string }

// Kind names the work.
func (tellReceiver) Kind() string { return "sharing.tell_receiver" }

// mailShare writes to the leads of the receiving school. The mail says nothing of whom it is about or where it comes from (SEC-16).
// Sent again after a fault it has the same message id: twice is better than never. Nothing is sent for a share that is over.
func (f *Feature) mailShare(ctx context.Context, v access.Viewer, args tellReceiver) error {
	type letter struct{ account, address string }
	var to []letter
	var s Shared
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		to = nil
		if s, err = f.store.share(ctx, tx, args.Share); err != nil || !s.Live(tx.Now) {
			return err
		}
		leads, err := f.People.People(ctx, tx, s.To, access.DSL)
		if err != nil {
			return err
		}
		for _, p := range leads {
			address, err := f.People.Email(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			to = append(to, letter{p.ID, address})
		}
		return nil
	}); err != nil {
		return err
	}
	for _, l := range to {
		if err := f.Mail.Send(ctx, mail.Message{To: l.address, Subject: "Kith: something was shared with your school", At: s.At, MessageID: mail.IDAt(f.URL, args.Share+"."+l.account),
			Text: "Another school has shared something with your safeguarding leads.\n\nSign in to see what it is for and until when:\n" + f.URL + "/sharing\n\nThis message says nothing about anybody. Do not answer it.\n"}); err != nil {
			return err
		}
	}
	return nil
}
