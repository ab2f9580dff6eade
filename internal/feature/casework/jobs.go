package casework

import (
	"context"
	"net/url"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// tellOwner tells the school that keeps a file that it was opened in an emergency.
type tellOwner struct{ Emergency string }

// Kind names the work.
func (tellOwner) Kind() string { return "casework.tell_owner" }

// mailEmergency writes to the leads and the headteacher of the school who may read the file; where nobody may, because it is
// locked to named people, to the headteacher. The mail says nothing of whose file it is or who opened it (SEC-16). Sent again
// after a fault it has the same message id: twice is better than never.
func (f *Feature) mailEmergency(ctx context.Context, v access.Viewer, args tellOwner) error {
	var to, owners []string
	var at clock.Millis
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		to = nil
		e, err := f.store.emergency(ctx, tx, args.Emergency)
		if err != nil {
			return err
		}
		at = e.At
		if owners, err = f.owners(ctx, tx, e); err != nil {
			return err
		}
		for _, account := range owners {
			address, err := f.People.Email(ctx, tx, account)
			if err != nil {
				return err
			}
			to = append(to, address)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, address := range to {
		if err := f.Mail.Send(ctx, mail.Message{To: address, Subject: "Kith: a file was opened in an emergency", At: at, MessageID: args.Emergency + "." + owners[i] + "@" + f.host(),
			Text: "A file that your school keeps was opened in an emergency " + at.London().Format("on Monday 2 January") + " at " + term.Time(at) + ".\n\n" +
				"Sign in to see who opened it and why, and sign it off when you have looked into it:\n" + f.URL + "/break-glass/review\n\n" +
				"This message holds no names, so that nothing is told to whoever sees it.\n"}); err != nil {
			return err
		}
	}
	return nil
}

func (f *Feature) owners(ctx context.Context, tx *store.Tx, e Emergency) ([]string, error) {
	r, err := tx.Record(ctx, e.File)
	if err != nil {
		return nil, err
	}
	viewers, err := f.People.Viewers(ctx, tx, e.Org)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, v := range viewers {
		reads, _ := access.Rules.Decide(v, false, r)
		if reads && v.Account != e.By && (v.HoldsAt(access.DSL, e.Org) || v.HoldsAt(access.Head, e.Org)) {
			out = append(out, v.Account)
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	heads, err := f.People.Heads(ctx, tx, e.Org)
	for _, h := range heads {
		out = append(out, h.ID)
	}
	return out, err
}

// host is the name that message ids end in.
func (f *Feature) host() string {
	if u, err := url.Parse(f.URL); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "kith.invalid"
}
