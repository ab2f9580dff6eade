package training

import (
	"context"
	"fmt"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/term"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// toOffer is the purpose of a link that opens one offer.
const toOffer = "offer"

// Linked returns the booking that a secret opens. NotFound: no such link, or its time has ended.
func (Store) Linked(ctx context.Context, tx *store.Tx, secret, purpose string) (BookingID, error) {
	return store.Value[BookingID](ctx, tx, store.SQL(`SELECT l.place_id FROM training_link l WHERE l.hash = ? AND l.purpose = ? AND l.until_at > ? AND l.district_id = ?`, id.Hash(secret), purpose, int64(tx.Now), tx.Viewer.District))
}

// InsertLink makes a link and returns its secret, which is kept nowhere.
func (Store) InsertLink(ctx context.Context, tx *store.Tx, p BookingID, purpose string, until clock.Millis) (string, error) {
	secret := id.Secret(16)
	err := tx.Put(ctx, store.SQL(`INSERT INTO training_link (hash, district_id, place_id, purpose, until_at) VALUES (?, ?, ?, ?, ?)`, id.Hash(secret), tx.Viewer.District, string(p), purpose, int64(until)))
	return secret, err
}

// deleteLinks makes the links to a booking useless.
func (Store) deleteLinks(ctx context.Context, tx *store.Tx, p BookingID) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM training_link WHERE place_id = ?`, string(p)))
}

// WriteOffer writes to whoever is offered a seat, with a link of their own.
type WriteOffer struct {
	Place BookingID `json:"place"`
}

// Kind names the work in the queue.
func (WriteOffer) Kind() string { return "training.write_offer" }

// writeOffer is the work of WriteOffer. It may run twice: the link of an earlier letter then ends, so that one works.
func (f *Feature) writeOffer(ctx context.Context, v access.Viewer, a WriteOffer) error {
	var m mail.Message
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		m = mail.Message{}
		p, err := f.Store.Place(ctx, tx, a.Place)
		if err != nil || p.State != Offered || !p.Live(tx.Now) {
			return err
		}
		k, err := f.Store.Booking(ctx, tx, a.Place)
		if err != nil {
			return err
		}
		to, err := f.addressOf(ctx, tx, k)
		if err != nil || to == "" {
			return err
		}
		r, err := f.Store.Run(ctx, tx, p.Run)
		if err != nil {
			return err
		}
		c, err := f.Store.Course(ctx, tx, r.Course)
		if err != nil {
			return err
		}
		if err := f.Store.deleteLinks(ctx, tx, p.ID); err != nil {
			return err
		}
		secret, err := f.Store.InsertLink(ctx, tx, p.ID, toOffer, p.Until)
		m = mail.Message{To: to, Subject: "A place has come free: " + c.Title, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, string(p.ID)+"-offer"),
			Text: fmt.Sprintf("A place has come free on %s, %s.\n\nIt is offered to you until %s. Take it or leave it here:\n%s\n\nThe link is yours alone and works once. Do nothing, and the place goes to the next in line.\n\n%s\n",
				c.Title, DayWords(r.Days), term.DateTime(p.Until, tx.Now), f.PublicURL+"/training/offers/"+secret, f.Publisher)}
		return err
	})
	if err != nil || m.To == "" {
		return err
	}
	return f.Mailer.Send(ctx, m)
}

// addressOf is where whoever asked is written to: the sender of a letter, the person, or the account that asked; "" for nowhere.
func (f *Feature) addressOf(ctx context.Context, tx *store.Tx, k Booking) (string, error) {
	if k.SenderMail != "" {
		return k.SenderMail, nil
	}
	if k.Email != "" {
		return k.Email, nil
	}
	if k.Channel != "web" {
		return "", nil
	}
	a, err := f.People.Email(ctx, tx, k.By)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return a, err
}

// WriteResults writes to requesters of a block whom the allocation has told something: a hundred of them, those not written to yet.
type WriteResults struct {
	Block BlockID `json:"block"`
}

// Kind names the work in the queue.
func (WriteResults) Kind() string { return "training.write_results" }

// writeResults is the work of WriteResults. A letter is marked as gone before it goes: after a fall of the program somebody may have none,
// and finds the answer on their page; nobody has two.
func (f *Feature) writeResults(ctx context.Context, v access.Viewer, a WriteResults) error {
	for range lettersAJob {
		var m mail.Message
		none := false
		if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			m, none = mail.Message{}, false
			next, err := f.Store.untold(ctx, tx, a.Block, 1)
			if err != nil {
				return err
			}
			if none = len(next) == 0; none {
				return nil
			}
			k := next[0]
			if err := tx.Put(ctx, store.SQL(`UPDATE training_booking SET told_at = ? WHERE id = ?`, int64(tx.Now), string(k.ID))); err != nil {
				return err
			}
			to, err := f.addressOf(ctx, tx, k)
			if err != nil || to == "" {
				return err
			}
			sentence, _, _ := k.Explanation()
			m = mail.Message{To: to, Subject: "Your place on a course", At: tx.Now, MessageID: mail.IDAt(f.PublicURL, string(k.ID)+"-result"),
				Text: sentence + "\n\nHow it was decided, and what you can do now:\n" + f.PublicURL + "/training/requests/" + string(k.ID) + "\n\n" + f.Publisher + "\n"}
			return nil
		}); err != nil || none {
			return err
		}
		if m.To == "" {
			continue
		}
		if err := f.Mailer.Send(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// WriteReceipt tells the sender of a letter, an e-mail or a call that it was entered, and from when it counts (INT-1).
type WriteReceipt struct {
	Booking BookingID `json:"booking"`
}

// Kind names the work in the queue.
func (WriteReceipt) Kind() string { return "training.write_receipt" }

func (f *Feature) writeReceipt(ctx context.Context, v access.Viewer, a WriteReceipt) error {
	var m mail.Message
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		k, err := f.Store.Booking(ctx, tx, a.Booking)
		if err != nil {
			return err
		}
		p, err := f.Store.Place(ctx, tx, a.Booking)
		if err != nil {
			return err
		}
		to, err := f.addressOf(ctx, tx, k)
		if err != nil || to == "" {
			return err
		}
		b, err := f.Store.Block(ctx, tx, k.Block)
		if err != nil {
			return err
		}
		m = mail.Message{To: to, Subject: "We have your request for a place", At: k.Entered, MessageID: mail.IDAt(f.PublicURL, string(k.ID)+"-receipt"),
			Text: fmt.Sprintf("Your request for a place (%s) arrived %s on %s, and its place in line goes by that day.\n\n%s\n\n%s\n", b.Title, ChannelWords(k.Channel), longDay(p.Arrived), b.Invitation(), f.Publisher)}
		return nil
	})
	if err != nil || m.To == "" {
		return err
	}
	return f.Mailer.Send(ctx, m)
}
