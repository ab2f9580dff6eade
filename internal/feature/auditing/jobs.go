package auditing

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// sendCopy mails one copy.
type sendCopy struct {
	Copy string `json:"copy"`
}

// Kind names the work.
func (sendCopy) Kind() string { return "auditing.send_copy" }

// due returns the copies of today that are not there yet.
func (f *Feature) due(ctx context.Context, v access.Viewer) (out []Copy, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		out = nil
		today := clock.DayOf(tx.Now.Time())
		to, err := f.store.recipients(ctx, tx, 0)
		if err != nil {
			return err
		}
		have, err := f.store.copies(ctx, tx, today)
		if err != nil {
			return err
		}
		had := map[string]bool{}
		for _, c := range have {
			had[c.Recipient] = c.Day == today || had[c.Recipient]
		}
		for _, r := range to {
			if !had[r.ID] {
				out = append(out, Copy{Recipient: r.ID, Day: today})
			}
		}
		return nil
	})
	return out, err
}

// sendCopy is the work of sendCopy. A copy whose day is over is given up: that of the new day says more.
func (f *Feature) sendCopy(ctx context.Context, v access.Viewer, args sendCopy) error {
	var c Copy
	var r Recipient
	var now clock.Millis
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		now = tx.Now
		if c, err = f.store.copyOf(ctx, tx, args.Copy); err != nil {
			return err
		}
		r, err = f.store.recipient(ctx, tx, c.Recipient)
		return err
	}); err != nil || c.State != Queued {
		return err
	}
	to, size := Missed, int64(0)
	if c.Day == clock.DayOf(now.Time()) && r.EndedAt == 0 {
		signed, err := f.Sign(ctx)
		if err != nil {
			return err
		}
		p, err := f.read(signed)
		if err != nil {
			return err
		}
		err = f.Mail.Send(ctx, f.letter(c, r, p, signed, now))
		var bounce *mail.PermanentError
		switch {
		case err == nil:
			to, size = Sent, p.Size
		case errors.As(err, &bounce):
			to = Refused
		default:
			return err
		}
	}
	return f.DB.Write(context.WithoutCancel(ctx), v, func(ctx context.Context, tx *store.Tx) error {
		return f.store.moveCopy(ctx, tx, c.ID, to, size, now)
	})
}

// read returns what a signed checkpoint says.
func (f *Feature) read(signed []byte) (audit.Checkpoint, error) {
	v, err := note.NewVerifier(f.Key)
	if err != nil {
		return audit.Checkpoint{}, errs.Of(errs.Unavailable, err, "No checkpoints are made here: there is no key to sign them with.")
	}
	return audit.ParseCheckpoint(signed, v)
}

// letter is the mail of one copy. It says nothing of anybody (SEC-16).
func (f *Feature) letter(c Copy, r Recipient, p audit.Checkpoint, signed []byte, now clock.Millis) mail.Message {
	day := term.LongDate(c.Day) + " " + string(c.Day[:4])
	return mail.Message{To: r.Email, Subject: "Kith: checkpoint of the audit log, " + day, At: now, MessageID: mail.IDAt(f.URL, c.ID),
		Text: "Keep this message. There is nothing else to do.\n\n" +
			fmt.Sprintf("It holds the checkpoint of the audit log of %s: its first %d entries, sealed as they were then. With it, and with the public key that you were given in person, anybody can prove later that none of those entries was altered, removed, added or moved. It says nothing about any person.\n\n", day, p.Size) +
			string(signed) +
			"\nHow to use it, on any machine and without a network, stands here:\n" + f.URL + "/audit/verify\n\n" +
			"If a day goes by without such a message, ask whoever looks after Kith why.\n",
		Files: []mail.File{{Name: "kith-checkpoint-" + string(c.Day) + ".txt", Type: "text/plain; charset=utf-8", Body: signed}}}
}

// Late returns who has been without a new copy for too long, and how many recipients there are, for kith check.
func (f *Feature) Late(ctx context.Context, v access.Viewer) (late []string, all int, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		late = nil
		to, err := f.store.recipients(ctx, tx, 0)
		for _, r := range to {
			if Overdue(r, tx.Now) {
				late = append(late, r.Name)
			}
		}
		all = len(to)
		return err
	})
	return late, all, err
}
