package programme

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// WritePartner writes to a partner: its link to propose for a programme or, with a session, what was answered.
type WritePartner struct {
	Partner   PartnerID `json:"partner"`
	Programme ID        `json:"programme"`
	Session   SessionID `json:"session,omitempty"`
}

// Kind names the work in the queue.
func (WritePartner) Kind() string { return "training.write_partner" }

// writePartner is the work of WritePartner. It may run twice: of two invitations the later works, since a fresh link ends the earlier.
func (f *Feature) writePartner(ctx context.Context, v access.Viewer, a WritePartner) error {
	var m mail.Message
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		m = mail.Message{}
		tx.Unaudited("a letter about what is in the log itself")
		t, err := f.store.Partner(ctx, tx, a.Partner)
		if err != nil || t.State != Known {
			return err
		}
		p, err := f.store.Programme(ctx, tx, a.Programme)
		if errs.Is(err, errs.NotFound) {
			return nil // approved without a programme in view
		}
		if err != nil {
			return err
		}
		to, err := f.store.Contact(ctx, tx, a.Partner)
		if err != nil {
			return err
		}
		until := lapses(p)
		if until <= tx.Now && a.Session == "" {
			return nil // proposals closed while the letter waited
		}
		body, subject, key := "", "Take part: "+p.Title, string(t.ID)+"-link-"+fmt.Sprint(int64(tx.Now))
		end := "The link is yours alone and needs no password."
		add := f.store.addLink
		if a.Session == "" { // a fresh link ends the earlier ones
			add, end = f.store.relink, end+" It takes the place of an earlier one."
			body = fmt.Sprintf("%s takes place from %s to %s.\n\nHere %s proposes sessions, and sees what became of them, until the end of %s:", p.Title, term.LongDate(p.First), longYear(p.Last), t.Name, term.LongDate(p.ProposeUntil))
		} else {
			s, err := f.store.Session(ctx, tx, a.Session)
			if err != nil {
				return err
			}
			body, key = answerWords(s), string(s.ID)+"-"+string(s.State)+fmt.Sprint(s.Revision)
			subject = p.Title + ": about your session"
			until = max(until, clock.Of(p.Last.Add(1).Start()))
		}
		secret, err := add(ctx, tx, toPropose, link{Subject: string(t.ID), Programme: p.ID, Until: until})
		m = mail.Message{To: to.Email, Subject: subject, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, key),
			Text: body + "\n" + f.PublicURL + "/training/propose/" + secret + "\n\n" + end + "\n\n" + f.Publisher + "\n"}
		return err
	})
	if err != nil || m.To == "" {
		return err
	}
	return f.Mailer.Send(ctx, m)
}

// lapses is when the links to propose for a programme end.
func lapses(p Programme) clock.Millis {
	if p.ProposeUntil == "" {
		return 0
	}
	return clock.Of(p.ProposeUntil.Add(1).Start())
}

func longYear(d clock.Day) string { return term.LongDate(d) + " " + string(d[:4]) }

// answerWords are what a partner reads about its session.
func answerWords(s Session) string {
	when := "“" + s.Title + "”, " + term.LongDate(s.On) + ", " + s.Starts + " to " + s.Ends
	words := ""
	if s.Reply != "" {
		words = "\n\n" + s.Reply
	}
	switch s.State {
	case Accepted:
		return when + ", is in the programme." + words + "\n\nEverything that you propose:"
	case Returned:
		return when + ": this needs a change before it can go in." + words + "\n\nChange it here, and it is looked at again:"
	case Declined:
		return when + ", does not go into the programme." + words + "\n\nEverything that you propose:"
	case Off:
		return when + ", was called off." + words + "\n\nEverything that you propose:"
	}
	return when + words + "\n\nEverything that you propose:"
}

// WriteBooking writes to somebody who booked a session without an account how it stands, with a link to give it back. Confirm says that
// they asked for it; otherwise something changed for them, and whoever has an account is told as of every date.
type WriteBooking struct {
	Booking training.BookingID `json:"booking"`
	Confirm bool               `json:"confirm,omitempty"`
}

// Kind names the work in the queue.
func (WriteBooking) Kind() string { return "training.write_session_booking" }

func (f *Feature) writeBooking(ctx context.Context, v access.Viewer, a WriteBooking) error {
	var m mail.Message
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		m = mail.Message{}
		tx.Unaudited("a letter about a booking, which is in the log itself")
		k, err := f.Store.Booking(ctx, tx, a.Booking)
		if err != nil || k.By != "" || k.Email == "" {
			return err
		}
		p, err := f.Store.Place(ctx, tx, a.Booking)
		if err != nil {
			return err
		}
		s, err := f.store.ofRun(ctx, tx, p.First)
		if err != nil {
			return err
		}
		g, err := f.store.Programme(ctx, tx, s.Programme)
		if err != nil {
			return err
		}
		end := "\n\n" + f.Publisher + "\n"
		if p.Open(tx.Now) {
			secret, err := f.store.relink(ctx, tx, toGiveBack, link{Subject: string(a.Booking), Until: clock.Of(s.On.Add(1).Start())})
			if err != nil {
				return err
			}
			end = "\n\nCannot come after all? Give the place back here, and it goes to the next in line:\n" + f.PublicURL + "/training/places/" + secret + end
		}
		m = mail.Message{To: k.Email, Subject: g.Title + ": " + placeSubject(p, tx.Now), At: tx.Now, MessageID: mail.IDAt(f.PublicURL, string(k.ID)+"-"+string(p.State)+fmt.Sprint(int64(tx.Now))),
			Text: placeWords(p, s, tx.Now) + "\n\n" + strings.Join(facts(s), "\n") + end}
		return nil
	})
	if err != nil || m.To == "" {
		return err
	}
	return f.Mailer.Send(ctx, m)
}

func placeSubject(p training.Place, now clock.Millis) string {
	switch {
	case p.Live(now):
		return "your place"
	case p.State == training.Waiting:
		return "you are in line"
	}
	return "your booking"
}

// placeWords say how a booking stands.
func placeWords(p training.Place, s Session, now clock.Millis) string {
	switch {
	case s.State == Off:
		return "This session was called off, and your place with it:"
	case p.State == training.Offered && p.Live(now):
		return "A place has come free for you until " + term.DateTime(p.Until, now) + ". You find it in a letter of its own:"
	case p.Live(now):
		return "You have a place:"
	case p.State == training.Waiting:
		return "This session is full. You are in line, and hear as soon as a place comes free for you:"
	}
	return "You have no place at this session any more:"
}

// facts are when and where a session is, a line each.
func facts(s Session) []string {
	out := []string{s.Title, longYear(s.On) + ", " + s.Starts + " to " + s.Ends + " (" + Lasts(s.Starts, s.Ends) + ")"}
	return append(out, where(s), "By "+s.By)
}

// where is the place of a session in words.
func where(s Session) string {
	if s.Online {
		return "By video"
	}
	var parts []string
	for _, x := range []string{s.Venue, s.Address, s.Postcode} {
		if x != "" {
			parts = append(parts, x)
		}
	}
	return strings.Join(parts, ", ")
}
