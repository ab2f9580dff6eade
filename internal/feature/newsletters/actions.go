package newsletters

import (
	"context"
	"slices"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// Write begins an issue. A second call with the same id by the same person changes nothing.
// Rule: something about a child stands in it. NotFound: the id is somebody else's issue.
func (f *Feature) Write(ctx context.Context, v access.Viewer, id ID, c Content) (err error) {
	defer errs.Wrap(&err, "newsletters.Write(%s)", id)
	if err := f.fit(ctx, v, id, c); err != nil {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		writers, err := f.store.writers(ctx, tx, id)
		if err != nil {
			return err
		}
		if slices.Contains(writers, v.Account) {
			tx.Unaudited("the form was sent twice")
			return nil
		}
		if len(writers) > 0 {
			return errs.Missing()
		}
		if err := f.store.insertIssue(ctx, tx, Issue{ID: id, Content: c, State: Draft}); err != nil {
			return err
		}
		if err := web.DropDraft(ctx, tx, string(id)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "newsletters.written", id.Ref())
	})
}

// Rewrite puts new words in place of those of the given version, and drops the draft that they were typed in.
// Conflict: somebody else saved since then. Rule: it is no draft any more, or something about a child stands in it.
func (f *Feature) Rewrite(ctx context.Context, v access.Viewer, id ID, version int64, draft string, c Content) (err error) {
	defer errs.Wrap(&err, "newsletters.Rewrite(%s)", id)
	if err := f.fit(ctx, v, id, c); err != nil {
		return err
	}
	return f.change(ctx, v, id, "newsletters.rewritten", func(ctx context.Context, tx *store.Tx, i *Issue) error {
		if err := CanWrite(*i); err != nil {
			return err
		}
		if i.Version != version+1 { // the lock has raised it by one
			return errs.New(errs.Conflict, "Somebody else saved this issue after you opened it")
		}
		i.Content = c
		if err := f.store.updateWords(ctx, tx, *i); err != nil {
			return err
		}
		return web.DropDraft(ctx, tx, draft)
	})
}

// SendForReview asks a second person to read the issue.
func (f *Feature) SendForReview(ctx context.Context, v access.Viewer, id ID) (err error) {
	defer errs.Wrap(&err, "newsletters.SendForReview(%s)", id)
	return f.change(ctx, v, id, "newsletters.sent_for_review", func(_ context.Context, _ *store.Tx, i *Issue) error {
		if err := CanSendForReview(*i); err != nil {
			return err
		}
		i.State = Review
		return nil
	})
}

// TakeBack makes a waiting issue a draft again; an approval is gone with it.
func (f *Feature) TakeBack(ctx context.Context, v access.Viewer, id ID) (err error) {
	defer errs.Wrap(&err, "newsletters.TakeBack(%s)", id)
	return f.change(ctx, v, id, "newsletters.taken_back", func(_ context.Context, _ *store.Tx, i *Issue) error {
		if err := CanTakeBack(*i); err != nil {
			return err
		}
		i.State, i.Approver, i.SendAt = Draft, "", 0
		return nil
	})
}

// Approve says that the words of the given version may go out, at the instant at; 0 means now. What is due starts in the same
// transaction. Rule: the viewer wrote in it, the time is past, or the roll has since got a child whose name stands in it.
// Conflict: the words have changed since the viewer read them.
func (f *Feature) Approve(ctx context.Context, v access.Viewer, id ID, version int64, at clock.Millis) (err error) {
	defer errs.Wrap(&err, "newsletters.Approve(%s)", id)
	var read Issue
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		read, err = f.store.issue(ctx, tx, id)
		return err
	}); err != nil {
		return err
	}
	if err := f.fit(ctx, v, id, read.Content); err != nil {
		return err
	}
	return f.change(ctx, v, id, "newsletters.approved", func(ctx context.Context, tx *store.Tx, i *Issue) error {
		writers, err := f.store.writers(ctx, tx, id)
		if err != nil {
			return err
		}
		i.SendAt = at
		if at == 0 {
			i.SendAt = tx.Now
		}
		if err := CanApprove(*i, writers, v, i.SendAt, tx.Now); err != nil {
			return err
		}
		if i.Version != version+1 || read.Version != version {
			return errs.New(errs.Conflict, "This issue has changed since you read it. Read it again before you approve it")
		}
		i.State, i.Approver = Scheduled, v.Account
		if Due(*i, tx.Now) {
			return f.start(ctx, tx, i)
		}
		return nil
	})
}

// Archive takes a sent issue from the public list and the feed. Its own address still opens.
func (f *Feature) Archive(ctx context.Context, v access.Viewer, id ID) (err error) {
	defer errs.Wrap(&err, "newsletters.Archive(%s)", id)
	return f.change(ctx, v, id, "newsletters.archived", func(_ context.Context, _ *store.Tx, i *Issue) error {
		if err := CanArchive(*i); err != nil {
			return err
		}
		i.State = Archived
		return nil
	})
}

// change is one change of one issue: lock, load, decide, save where it stands, record.
func (f *Feature) change(ctx context.Context, v access.Viewer, id ID, action string, decide func(context.Context, *store.Tx, *Issue) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.store.issue(ctx, tx, id); err != nil { // of this district
			return err
		}
		if _, err := tx.Lock(ctx, "newsletters_issue", string(id)); err != nil {
			return err
		}
		i, err := f.store.issue(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := decide(ctx, tx, &i); err != nil {
			return err
		}
		if err := f.store.updateState(ctx, tx, i); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, id.Ref())
	})
}

// fit refuses content about a child (NWS-4). A name that is found is written down, so that nobody can ask in secret, name by
// name, who is on a roll.
func (f *Feature) fit(ctx context.Context, v access.Viewer, id ID, c Content) error {
	if err := Unfit(c, clock.DayOf(f.DB.Now().Time())); err != nil {
		return err
	}
	n, err := f.Names.NamesChild(ctx, v.District, c.Texts())
	if err != nil || n < 0 {
		return err
	}
	if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return audit.Record(ctx, tx, "newsletters.name_refused", id.Ref(), audit.Detail(c.Texts()[n]))
	}); err != nil {
		return err
	}
	return namedChild(n)
}

// start makes the deliveries of an issue, in the transaction that finds it due, and queues their sending. The caller holds
// the lock on the issue and saves its state.
func (f *Feature) start(ctx context.Context, tx *store.Tx, i *Issue) error {
	letters, err := f.addressees(ctx, tx, *i)
	if err != nil {
		return err
	}
	batches := 0
	for n, d := range letters {
		d.ID, d.Issue, d.Batch = tx.NewID(), i.ID, n/BatchSize
		if err := f.store.insertDelivery(ctx, tx, d); err != nil {
			return err
		}
		batches = d.Batch + 1
	}
	for b := range batches {
		if err := jobs.Add(ctx, tx, SendBatch{Issue: i.ID, Batch: b}); err != nil {
			return err
		}
	}
	i.State, i.SentAt = Sending, tx.Now
	if batches == 0 {
		i.State = Sent // nobody has signed up yet: it is on the web
	}
	return nil
}

// addressees returns who is to get an issue at this instant: everybody on the list, or the holders of the posts (NWS-5).
func (f *Feature) addressees(ctx context.Context, tx *store.Tx, i Issue) ([]Delivery, error) {
	var out []Delivery
	if i.Kind == Newsletter {
		ids, err := f.store.confirmed(ctx, tx)
		for _, s := range ids {
			out = append(out, Delivery{Recipient: s, State: LetterQueued})
		}
		return out, err
	}
	holders, err := f.Posts.Holding(ctx, tx, i.Roles...)
	for _, h := range holders {
		d := Delivery{Recipient: h.Account, Post: h, Email: h.Email, State: LetterQueued}
		if h.Account == "" {
			d.State = LetterVacant
		}
		out = append(out, d)
	}
	return out, err
}

// SendAgain has one letter sent once more, because a person says so.
func (f *Feature) SendAgain(ctx context.Context, v access.Viewer, delivery string) (err error) {
	defer errs.Wrap(&err, "newsletters.SendAgain(%s)", delivery)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		d, err := f.store.delivery(ctx, tx, delivery)
		if err != nil {
			return err
		}
		if err := CanSendAgain(d); err != nil {
			return err
		}
		moved, err := f.store.moveDelivery(ctx, tx, d.ID, LetterQueued, "", LetterUnknown, LetterFailed)
		if err != nil || !moved { // somebody else has just pressed the same button
			tx.Unaudited("nothing was changed")
			return err
		}
		if err := audit.Record(ctx, tx, "newsletters.sent_again", ref.To("newsletter_delivery", d.ID)); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, SendBatch{Issue: d.Issue, Batch: d.Batch})
	})
}

// NoteShowing notes where an issue was posted or presented (NWS-6). A second call with the same id changes nothing.
func (f *Feature) NoteShowing(ctx context.Context, v access.Viewer, issue ID, s Showing) (err error) {
	defer errs.Wrap(&err, "newsletters.NoteShowing(%s)", issue)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		i, err := f.store.issue(ctx, tx, issue)
		if err != nil {
			return err
		}
		if err := CanNote(i, s, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if err := f.store.insertShowing(ctx, tx, issue, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "newsletters.showing_noted", issue.Ref())
	})
	if store.IsDuplicate(err) {
		return nil // the form was sent twice
	}
	return err
}

// SignUp takes an address from a public page; from is the issue they read, "" for none. Whoever asks learns nothing about the
// address: the answer is the same, and what follows is in a letter. Rule: it is no address. Busy: too many at once.
func (f *Feature) SignUp(ctx context.Context, v access.Viewer, typed string, from ID) (err error) {
	defer errs.Wrap(&err, "newsletters.SignUp")
	email, err := Address(typed)
	if err != nil {
		return err
	}
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		n, err := f.store.askedSince(ctx, tx, tx.Now.Add(-time.Minute))
		if err != nil {
			return err
		}
		if n >= SignUpsAMinute {
			return errs.New(errs.Busy, "Many people are signing up just now. Try again in a minute.")
		}
		s, err := f.store.subscriberByEmail(ctx, tx, email)
		fresh := errs.Is(err, errs.NotFound)
		if err != nil && !fresh {
			return err
		}
		state, write := Asked(s, tx.Now)
		if !write {
			tx.Unaudited("an address that asked a moment ago, or is blocked, is left as it is")
			return nil
		}
		s.State, s.AskedAt = state, tx.Now
		if fresh {
			s.ID, s.Email, s.Source = tx.NewID(), email, string(from)
			err = f.store.insertSubscriber(ctx, tx, s)
		} else {
			err = f.store.updateSubscriber(ctx, tx, s)
		}
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "newsletters.signed_up", s.ref()); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, AnswerSignUp{Subscriber: s.ID})
	})
	if store.IsDuplicate(err) {
		return nil // the same address was signed up in the same moment; its letter is on the way
	}
	return err
}

// Confirm puts on the list whom the secret of a letter is about. NotFound: the link has lapsed or was used.
func (f *Feature) Confirm(ctx context.Context, v access.Viewer, secret string) (err error) {
	defer errs.Wrap(&err, "newsletters.Confirm")
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.subscriberByLink(ctx, tx, secret, toConfirm)
		if err != nil {
			return err
		}
		return f.moveSubscriber(ctx, tx, s.ID, Confirmed, "newsletters.confirmed", Pending)
	})
}

// Unsubscribe takes from the list whom the secret of a letter is about; no letter is begun after it (NWS-3). A second press
// is answered alike. NotFound: no such link.
func (f *Feature) Unsubscribe(ctx context.Context, v access.Viewer, secret string) (err error) {
	defer errs.Wrap(&err, "newsletters.Unsubscribe")
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.subscriberByLink(ctx, tx, secret, toStop)
		if err != nil {
			return err
		}
		return f.moveSubscriber(ctx, tx, s.ID, Unsubscribed, "newsletters.unsubscribed", Pending, Confirmed)
	})
}

// Enter puts somebody on the list who asked on paper or in person (INT-1); how says so.
// Rule: it is no address, or one that unsubscribed, bounced or is blocked.
func (f *Feature) Enter(ctx context.Context, v access.Viewer, typed, how string) (err error) {
	defer errs.Wrap(&err, "newsletters.Enter")
	email, err := Address(typed)
	if err != nil {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.subscriberByEmail(ctx, tx, email)
		if err == nil {
			if err := CanEnter(s); err != nil {
				return err
			}
			return f.moveSubscriber(ctx, tx, s.ID, Confirmed, "newsletters.entered", Pending)
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
		s = Subscriber{ID: tx.NewID(), Email: email, State: Confirmed, Source: how, AskedAt: tx.Now}
		if err := f.store.insertSubscriber(ctx, tx, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "newsletters.entered", s.ref())
	})
}

// Stop takes an address from the list because its owner said so, or blocks it for good, even before anybody signs it up.
// Rule: it is no address, or is to be taken from a list it is not on.
func (f *Feature) Stop(ctx context.Context, v access.Viewer, typed string, to SubscriberState) (err error) {
	defer errs.Wrap(&err, "newsletters.Stop")
	email, err := Address(typed)
	if err != nil {
		return err
	}
	if to != Unsubscribed && to != Blocked {
		return errs.Refuse("Choose whether to take the address off the list or to block it")
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		s, err := f.store.subscriberByEmail(ctx, tx, email)
		if err == nil {
			return f.moveSubscriber(ctx, tx, s.ID, to, "newsletters."+string(to), Pending, Confirmed, Unsubscribed, Bounced)
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
		if to == Unsubscribed {
			return errs.Refuse("This address is not on the list")
		}
		s = Subscriber{ID: tx.NewID(), Email: email, State: to}
		if err := f.store.insertSubscriber(ctx, tx, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "newsletters."+string(to), s.ref())
	})
}

func (s Subscriber) ref() ref.Ref { return ref.To("newsletter_subscriber", s.ID) }

// moveSubscriber changes the state of a subscriber who is in one of the given ones, and records it; else nothing happens.
// The links that the new state makes useless go.
func (f *Feature) moveSubscriber(ctx context.Context, tx *store.Tx, subscriber string, to SubscriberState, action string, from ...SubscriberState) error {
	if _, err := tx.Lock(ctx, "newsletters_subscriber", subscriber); err != nil {
		return err
	}
	s, err := f.store.subscriber(ctx, tx, subscriber)
	if err != nil {
		return err
	}
	if !slices.Contains(from, s.State) {
		tx.Unaudited("the subscriber stays where they are")
		return nil
	}
	s.State = to
	if err := f.store.updateSubscriber(ctx, tx, s); err != nil {
		return err
	}
	if err := f.store.deleteLinks(ctx, tx, s.ID, toConfirm); err != nil {
		return err
	}
	return audit.Record(ctx, tx, action, s.ref())
}
