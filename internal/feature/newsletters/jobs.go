package newsletters

import (
	"context"
	"errors"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// SendBatch sends what is still queued of one hundred letters of an issue.
type SendBatch struct {
	Issue ID  `json:"issue"`
	Batch int `json:"batch"`
}

// Kind names the work in the queue.
func (SendBatch) Kind() string { return "newsletters.send_batch" }

// AnswerSignUp writes to an address that was typed into the sign-up form.
type AnswerSignUp struct {
	Subscriber string `json:"subscriber"`
}

// Kind names the work in the queue.
func (AnswerSignUp) Kind() string { return "newsletters.answer_sign_up" }

// Sweep starts what is due in the viewer's district, gives up letters that were lost with the program that sent them, forgets
// addresses that nobody confirmed, and closes issues whose letters have all gone. It is called once a minute; two at once do
// no more than one.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) (err error) {
	defer errs.Wrap(&err, "newsletters.Sweep")
	var start, sending []ID
	if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := f.store.lose(ctx, tx, tx.Now.Add(-LostAfter)); err != nil {
			return err
		}
		if err := f.store.forget(ctx, tx); err != nil {
			return err
		}
		start, sending, err = f.store.due(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	for _, id := range start {
		if err := f.startDue(ctx, v, id); err != nil {
			return err
		}
	}
	for _, id := range sending {
		if err := f.close(ctx, v, id); err != nil {
			return err
		}
	}
	return nil
}

// startDue starts an issue unless another sweep has.
func (f *Feature) startDue(ctx context.Context, v access.Viewer, id ID) error {
	err := f.change(ctx, v, id, "newsletters.started", func(ctx context.Context, tx *store.Tx, i *Issue) error {
		if !Due(*i, tx.Now) {
			return errNothing
		}
		return f.start(ctx, tx, i)
	})
	return unlessNothing(err)
}

// errNothing undoes a change that turned out to be none: another sweep or batch has done it.
var errNothing = errors.New("nothing to do")

func unlessNothing(err error) error {
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// close marks an issue as sent once none of its letters is queued or being sent.
func (f *Feature) close(ctx context.Context, v access.Viewer, id ID) error {
	err := f.change(ctx, v, id, "newsletters.closed", func(ctx context.Context, tx *store.Tx, i *Issue) error {
		letters, err := f.store.letters(ctx, tx, id)
		if err != nil {
			return err
		}
		if i.State != Sending || letters[LetterQueued]+letters[LetterSending] > 0 {
			return errNothing
		}
		i.State = Sent
		return nil
	})
	return unlessNothing(err)
}

// sendBatch is the work of SendBatch. It may run again after any fault: it takes up letters that are queued and no others.
func (f *Feature) sendBatch(ctx context.Context, v access.Viewer, b SendBatch) error {
	var issue Issue
	var queued []string
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		if issue, err = f.store.issue(ctx, tx, b.Issue); err != nil {
			return err
		}
		queued, err = f.store.queued(ctx, tx, b.Issue, b.Batch)
		return err
	}); err != nil {
		return err
	}
	var later error // one address that cannot be reached now does not hold up the others
	for _, id := range queued {
		err := f.deliver(ctx, v, issue, id)
		var wait *mail.TemporaryError
		if err != nil && (!errors.As(err, &wait) || wait.Code == 0) { // the mail server itself is away
			return err
		}
		if err != nil {
			later = err
		}
	}
	if later != nil {
		return later
	}
	return f.close(ctx, v, b.Issue)
}

// deliver sends one letter. Its state is durable before and after the mail server has it.
func (f *Feature) deliver(ctx context.Context, v access.Viewer, issue Issue, id string) error {
	d, secret, err := f.claim(ctx, v, id)
	if err != nil || d.State != LetterSending {
		return err
	}
	failed := f.Mailer.Send(ctx, f.letter(issue, d, secret, f.DB.Now()))
	state, why := outcome(failed)
	// What happened is written down even when the caller's time is up.
	err = f.DB.Write(context.WithoutCancel(ctx), v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.store.moveDelivery(ctx, tx, d.ID, state, why, LetterSending, LetterUnknown); err != nil {
			return err
		}
		if state == LetterFailed && d.Post.Role == "" && isBounce(failed) {
			return f.moveSubscriber(ctx, tx, d.Recipient, Bounced, "newsletters.bounced", Confirmed)
		}
		return nil
	})
	if err == nil && state == LetterQueued {
		return failed
	}
	return err
}

// claim takes a queued letter for sending and makes the secret of its unsubscribe link. A letter to somebody who is not on
// the list any more is withdrawn instead (NWS-3). The returned state says which.
func (f *Feature) claim(ctx context.Context, v access.Viewer, id string) (d Delivery, secret string, err error) {
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if d, err = f.store.delivery(ctx, tx, id); err != nil {
			return err
		}
		to := LetterSending
		if d.Post.Role == "" {
			s, err := f.store.subscriber(ctx, tx, d.Recipient)
			if err != nil {
				return err
			}
			if s.State != Confirmed {
				to = LetterWithdrawn
			} else if secret, err = f.store.insertLink(ctx, tx, s.ID, toStop, forever); err != nil {
				return err
			}
		}
		moved, err := f.store.moveDelivery(ctx, tx, id, to, "", LetterQueued)
		if moved {
			d.State = to
		} else {
			d.State = "" // another job has it
		}
		return err
	})
	return d, secret, err
}

// forever is the end of a link that has none.
const forever clock.Millis = 1 << 52

// outcome says what became of a letter, from what the mail server said. A letter that may have arrived is not sent again by
// the program; one that surely has not waits in the queue.
func outcome(err error) (DeliveryState, string) {
	var wait *mail.TemporaryError
	switch {
	case err == nil:
		return LetterSent, ""
	case errors.As(err, &wait) && wait.MayHaveArrived:
		return LetterUnknown, "The connection to the mail server broke at the end"
	case errors.As(err, &wait):
		return LetterQueued, ""
	case isBounce(err):
		return LetterFailed, "The mail server refused the address for good"
	}
	return LetterFailed, "The letter could not be made"
}

func isBounce(err error) bool {
	var bounce *mail.PermanentError
	return errors.As(err, &bounce)
}

// answerSignUp is the work of AnswerSignUp: the link that confirms, or for somebody on the list the one that stops.
func (f *Feature) answerSignUp(ctx context.Context, v access.Viewer, a AnswerSignUp) error {
	var s Subscriber
	var secret, id string
	if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		id = tx.NewID()
		if s, err = f.store.subscriber(ctx, tx, a.Subscriber); err != nil {
			return err
		}
		switch s.State {
		case Pending:
			secret, err = f.store.insertLink(ctx, tx, s.ID, toConfirm, tx.Now.Add(ConfirmFor))
		case Confirmed:
			secret, err = f.store.insertLink(ctx, tx, s.ID, toStop, forever)
		}
		return err
	}); err != nil || secret == "" {
		return err
	}
	m := f.signUpLetter(s, secret)
	m.MessageID, m.At = mail.IDAt(f.PublicURL, id), f.DB.Now()
	err := f.Mailer.Send(ctx, m)
	if isBounce(err) {
		return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			return f.moveSubscriber(ctx, tx, s.ID, Bounced, "newsletters.bounced", Pending, Confirmed)
		})
	}
	return err
}
