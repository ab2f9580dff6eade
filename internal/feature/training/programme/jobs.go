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
	Moved     bool      `json:"moved,omitempty"` // the organiser changed its day, its time or its place
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
		until, over := lapses(p), t.Over(clock.DayOf(tx.Now.Time()))
		if a.Session == "" && (over || CanPropose(p, clock.DayOf(tx.Now.Time())) != nil) {
			return nil // proposals closed while the letter waited
		}
		body, subject, key := "", "Take part: "+p.Title, string(t.ID)+"-link-"+fmt.Sprint(int64(tx.Now))
		end := "The link is yours alone and needs no password."
		add := f.store.addLink
		var files []mail.File
		if a.Session == "" { // a fresh link ends the earlier ones
			add, end = f.store.relink, end+" It takes the place of an earlier one."
			body = fmt.Sprintf("%s takes place from %s to %s.\n\nHere %s proposes sessions, and sees what became of them, until the end of %s:", p.Title, term.LongDate(p.First), longYear(p.Last), t.Name, term.LongDate(p.ProposeUntil))
		} else {
			s, err := f.store.Session(ctx, tx, a.Session)
			if err != nil || a.Moved && s.State != Accepted { // what became of it since is said in a letter of its own
				return err
			}
			body, key = answerWords(s, a.Moved), string(s.ID)+"-"+string(s.State)+fmt.Sprint(s.Revision)
			subject = p.Title + ": about your session"
			until = max(until, clock.Of(p.Last.Add(1).Start()))
			said := ""
			if files, said, err = f.partnersEntry("session.ics", s, p.State == Published, to.Email); err != nil {
				return err
			}
			if said != "" {
				body += "\n\n" + said
			}
			if over { // told, and no link any more
				m = mail.Message{To: to.Email, Subject: subject, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, key), Text: body + "\n\n" + f.Publisher + "\n", Files: files}
				return nil
			}
			body += "\n\n" + answerLink(s)
		}
		secret, err := add(ctx, tx, toPropose, link{Subject: string(t.ID), Programme: p.ID, Until: until})
		m = mail.Message{To: to.Email, Subject: subject, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, key), Files: files,
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
func answerWords(s Session, moved bool) string {
	at := "“" + s.Title + "”, " + term.LongDate(s.On) + ", " + s.Starts + " to " + s.Ends
	words := ""
	if s.Reply != "" {
		words = "\n\n" + s.Reply
	}
	switch {
	case s.State == Accepted && moved:
		return "Your session has moved. This is how it stands now, and everybody who booked it here is told:\n\n" + at + ", " + where(s) + "."
	case s.State == Accepted:
		return at + ", is in the programme." + words
	case s.State == Returned:
		return at + ": this needs a change before it can go in." + words
	case s.State == Declined:
		return at + ", does not go into the programme." + words
	case s.State == Off:
		return at + ", was called off. " + s.Why
	}
	return at + words
}

// answerLink leads to the link.
func answerLink(s Session) string {
	if s.State == Returned {
		return "Change it here, and it is looked at again:"
	}
	return "Everything that you propose:"
}

// WriteEnding tells a partner, once, what ended: with a programme, when that was withdrawn; without, its part in all of them.
type WriteEnding struct {
	Partner   PartnerID `json:"partner"`
	Programme ID        `json:"programme,omitempty"`
}

// Kind names the work in the queue.
func (WriteEnding) Kind() string { return "training.write_ending" }

// writeEnding is the work of WriteEnding. It may run twice: the letter has the same id then.
func (f *Feature) writeEnding(ctx context.Context, v access.Viewer, a WriteEnding) error {
	var m mail.Message
	err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		m = mail.Message{}
		t, err := f.store.Partner(ctx, tx, a.Partner)
		if err != nil || a.Programme == "" && t.EndsOn == "" {
			return err // admitted again meanwhile
		}
		to, err := f.store.Contact(ctx, tx, a.Partner)
		if err != nil {
			return err
		}
		all, err := f.store.ofPartner(ctx, tx, a.Partner)
		if err != nil {
			return err
		}
		var subject, body, key string
		var at clock.Millis
		if a.Programme == "" {
			subject, body, at, key = "Your part in our programmes ends", endWords(t), t.Ended, string(t.EndsOn)
		} else {
			p, err := f.store.Programme(ctx, tx, a.Programme)
			if err != nil {
				return err
			}
			subject, body, at, key = "Withdrawn: "+p.Title, withdrawnWords(p)+"\n\n"+p.Why, p.Ended, string(p.ID)
		}
		var ended, stay []string
		var files []mail.File
		for _, s := range all {
			line := "- " + term.LongDate(s.On) + ", " + s.Starts + " to " + s.Ends + ": " + s.Title
			switch {
			case a.Programme != "" && s.Programme != a.Programme:
			case (s.State == Off || s.State == Declined) && s.Changed >= at:
				ended = append(ended, line)
				gone, _, err := f.partnersEntry(fmt.Sprintf("session-%d.ics", len(ended)), s, false, to.Email)
				if err != nil {
					return err
				}
				files = append(files, gone...)
			case a.Programme == "" && s.State == Accepted && s.On >= t.EndsOn:
				stay = append(stay, line)
			}
		}
		if len(ended) > 0 {
			body += "\n\nThis ends with it:\n" + strings.Join(ended, "\n")
		}
		if len(files) > 0 {
			body += "\n\nThe attached entries take what was in the programme out of your calendar."
		}
		if len(stay) > 0 {
			body += "\n\nThis stays in the programme:\n" + strings.Join(stay, "\n")
		}
		m = mail.Message{To: to.Email, Subject: subject, At: at, MessageID: mail.IDAt(f.PublicURL, string(t.ID)+"-end-"+key), Text: body + "\n\n" + f.Publisher + "\n", Files: files}
		return nil
	})
	if err != nil || m.To == "" {
		return err
	}
	return f.Mailer.Send(ctx, m)
}

// endWords say that a partner's part ends, and why.
func endWords(t Partner) string {
	return "From " + longYear(t.EndsOn) + " on, " + t.Name + " takes no further part in our programmes of events, and its links stop working.\n\n" + t.EndsWhy
}

// withdrawnWords say that a programme was withdrawn, and when.
func withdrawnWords(p Programme) string {
	return p.Title + " (" + when(p) + ") was withdrawn on " + longYear(clock.DayOf(p.Ended.Time())) + "."
}

// WriteBooking writes to somebody who booked a session without an account how it stands. Confirm says that they asked for it; otherwise
// something changed for them, and whoever has an account is told as of every date.
type WriteBooking struct {
	Booking training.BookingID `json:"booking"`
	Confirm bool               `json:"confirm,omitempty"`
}

// Kind names the work in the queue.
func (WriteBooking) Kind() string { return "training.write_session_booking" }

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
		return "This session was called off, and your place with it. " + s.Why
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
