package programme

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/calendar"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Where somebody stands who booked a session without an account, as far as letters go.
const (
	hasPlace = "placed"
	inLine   = "waiting" // or offered a place, of which the offer itself tells
	calledIt = "off"     // the session was called off
	noPlace  = "gone"    // given back, declined or lapsed
)

// heard is what they were last told. It names nobody.
type heard struct {
	Place      training.BookingID
	Standing   string
	Entry      string // when and where, as they read it last
	Was        string // as they read it before, where it moved
	InCalendar bool   // an entry was sent
	Sequence   int64  // of the entry, and of the letter
	Sent       int64  // of the letter that has gone, -1 for none
	At         clock.Millis
}

func (h *heard) Dest() []any {
	return []any{(*string)(&h.Place), &h.Standing, &h.Entry, &h.Was, &h.InCalendar, &h.Sequence, &h.Sent, (*int64)(&h.At)}
}

// entryOf is what an entry in a calendar says of a session: another one is a change that people must hear of.
func entryOf(s Session) string { return strings.Join(facts(s)[:3], "\n") }

func standing(p training.Place, s Session) string {
	switch p.State {
	case training.Placed:
		return hasPlace
	case training.Waiting, training.Offered, training.Held, training.Asked:
		return inLine
	case training.Cancelled:
		if s.State == Off {
			return calledIt
		}
	}
	return noPlace
}

// MustHear says whether somebody who was last told one thing has to be told how it stands now. Whoever left the line, or declined an offer,
// did so themselves; whoever gave a place back has an entry in their calendar that has to go.
func MustHear(last, lastEntry, now, entry string) bool {
	switch {
	case last == calledIt || last == noPlace && (now == calledIt || now == noPlace):
		return false
	case now == noPlace:
		return last == hasPlace
	case now == calledIt:
		return last != ""
	}
	return last != now || lastEntry != entry
}

// attends is a booking without an account, with all that a letter about it speaks of.
type attends struct {
	k training.Booking
	p training.Place
	s Session
	g Programme
	h heard // Place is "" for somebody who was told nothing
}

// attends reads a booking for a letter. NotFound: it is none of these.
func (f *Feature) attends(ctx context.Context, tx *store.Tx, id training.BookingID) (x attends, err error) {
	if x.k, err = f.Store.Booking(ctx, tx, id); err != nil {
		return x, err
	}
	if x.k.By != "" || x.k.Email == "" {
		return x, errs.Missing()
	}
	if x.p, err = f.Store.Place(ctx, tx, id); err != nil {
		return x, err
	}
	if x.s, err = f.store.ofRun(ctx, tx, x.p.First); err != nil {
		return x, err
	}
	if x.g, err = f.store.Programme(ctx, tx, x.s.Programme); err != nil {
		return x, err
	}
	if x.h, err = f.store.heard(ctx, tx, id); errs.Is(err, errs.NotFound) {
		x.h, err = heard{Sent: -1, Sequence: -1}, nil
	}
	return x, err
}

// hear notes what somebody has to hear now, and says whether that is anything new. The number of the calendar entry goes up with it.
func (f *Feature) hear(ctx context.Context, tx *store.Tx, x *attends) (bool, error) {
	now, entry, first := standing(x.p, x.s), entryOf(x.s), x.h.Place == ""
	must := MustHear(x.h.Standing, x.h.Entry, now, entry)
	if !must && !first && x.h.Standing == now {
		return false, nil
	}
	if x.h.Sent == x.h.Sequence && must {
		x.h.Was = ""
		if x.h.Standing == now && x.h.Entry != entry {
			x.h.Was = x.h.Entry
		}
	}
	x.h.Place, x.h.Standing, x.h.Entry, x.h.At = x.p.ID, now, entry, tx.Now
	if must {
		x.h.Sequence++
	} else {
		x.h.Sent = x.h.Sequence
	}
	return must, f.store.putHeard(ctx, tx, x.h)
}

// sweepAtOnce is how many people one sweep has written to; the next minute goes on. A confirmation has so long before the sweep looks for it.
const (
	sweepAtOnce = 200
	confirmedIn = clock.Millis(10 * 60 * 1000)
)

// Sweep finds who booked a session without an account and has to hear that something changed: it moved, it was called off, a place was given
// back or taken. Each hears it once.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) (err error) {
	defer errs.Wrap(&err, "programme.Sweep")
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("looking for who has to hear something")
		all, err := f.store.withoutAccount(ctx, tx)
		if err != nil {
			return err
		}
		sessions := map[training.RunID]Session{}
		left := sweepAtOnce
		for _, a := range all {
			s, ok := sessions[a.p.First]
			if !ok {
				if s, err = f.store.ofRun(ctx, tx, a.p.First); err != nil {
					return err
				}
				sessions[a.p.First] = s
			}
			x := attends{p: a.p, s: s, h: a.h}
			if left == 0 || x.h.Place == "" && tx.Now < x.p.Arrived+confirmedIn {
				continue
			}
			must, err := f.hear(ctx, tx, &x)
			if err != nil {
				return err
			}
			if !must {
				continue
			}
			left--
			if err := jobs.Add(ctx, tx, WriteBooking{Booking: x.p.ID}); err != nil {
				return err
			}
		}
		return nil
	})
}

// writeBooking is the work of WriteBooking. It may run twice: what has gone goes again only to whoever asked for it.
func (f *Feature) writeBooking(ctx context.Context, v access.Viewer, a WriteBooking) error {
	var m mail.Message
	var x attends
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		m = mail.Message{}
		tx.Unaudited("a letter about a booking, which is in the log itself")
		if x, err = f.attends(ctx, tx, a.Booking); err != nil {
			return err
		}
		if _, err := f.hear(ctx, tx, &x); err != nil {
			return err
		}
		if x.h.Sent >= x.h.Sequence && !a.Confirm {
			return nil
		}
		m, err = f.bookingLetter(ctx, tx, x)
		return err
	})
	if errs.Is(err, errs.NotFound) {
		return nil // none of these, or not there any longer
	}
	if err != nil || m.To == "" {
		return err
	}
	if err := f.Mailer.Send(ctx, m); err != nil {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a letter has gone")
		x.h.Sent, x.h.InCalendar = x.h.Sequence, x.h.Standing == hasPlace
		return f.store.putSent(ctx, tx, x.h)
	})
}

// bookingLetter says how a booking stands, with a link to give it back where there is something to give, and the entry for the calendar.
func (f *Feature) bookingLetter(ctx context.Context, tx *store.Tx, x attends) (m mail.Message, err error) {
	key := fmt.Sprintf("%s-session-%d", x.p.ID, x.h.Sequence)
	if x.h.Sent >= x.h.Sequence { // asked for again
		key += fmt.Sprintf("-%d", int64(tx.Now))
	}
	parts := []string{placeWords(x.p, x.s, tx.Now), strings.Join(facts(x.s), "\n")}
	subject := placeSubject(x.p, tx.Now)
	if x.h.Was != "" {
		subject = "changed"
		parts = []string{"Something has changed. " + placeWords(x.p, x.s, tx.Now), "Now:\n" + strings.Join(facts(x.s), "\n"), "Before:\n" + x.h.Was}
	}
	m = mail.Message{To: x.k.Email, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, key)}
	if x.h.Standing == hasPlace || x.h.InCalendar {
		e := f.event(x.s)
		e.UID, e.Sequence, e.Updated = "place-"+mail.IDAt(f.PublicURL, string(x.p.ID)), int(x.h.Sequence), x.h.At
		file, said, err := f.entry("session.ics", e, x.k.Email, x.h.Standing == hasPlace)
		if err != nil {
			return m, err
		}
		m.Files, parts = []mail.File{file}, append(parts, said)
	}
	if x.p.Open(tx.Now) {
		secret, err := f.store.addLink(ctx, tx, toGiveBack, link{Subject: string(x.p.ID), Until: clock.Of(x.s.On.Add(1).Start())})
		if err != nil {
			return m, err
		}
		parts = append(parts, "Cannot come after all? Give the place back here, and it goes to the next in line:\n"+f.PublicURL+"/training/places/"+secret)
	}
	m.Subject = x.g.Title + ": " + subject
	m.Text = strings.Join(append(parts, f.Publisher), "\n\n") + "\n"
	return m, nil
}

// entry is a file for the calendar of whoever reads a letter, which puts an event in or takes it out, and the sentence that says so.
func (f *Feature) entry(name string, e calendar.Event, to string, on bool) (file mail.File, said string, err error) {
	e.Organizer = calendar.Person{Name: f.Publisher, Mail: mail.IDAt(f.PublicURL, "training")}
	file = mail.File{Name: name, Type: "text/calendar; charset=utf-8; method=REQUEST"}
	if on {
		file.Body, err = calendar.Booked(e, calendar.Person{Mail: to})
		return file, "An entry for your calendar is attached.", err
	}
	file.Type = "text/calendar; charset=utf-8; method=CANCEL"
	file.Body, err = calendar.Cancellation(e, calendar.Person{Mail: to})
	return file, "The attached entry takes it out of your calendar.", err
}

// partnersEntry is the entry of a session for the calendar of the partner that runs it, and nothing for a session that never was in the
// programme. Its UID stays; its number is the session's, which goes up with every change and with its end, so that nothing has to be kept of
// what a partner was told. The link that opens the partner's proposals is not in it: calendars are shared.
func (f *Feature) partnersEntry(name string, s Session, public bool, to string) (files []mail.File, said string, err error) {
	if s.State != Accepted && s.State != Off {
		return nil, "", nil
	}
	e := f.event(s)
	e.UID = "partner-" + e.UID
	if !public { // nobody could open the page of the session
		e.Description = s.Summary
	}
	file, said, err := f.entry(name, e, to, s.State == Accepted)
	return []mail.File{file}, said, err
}

const heardColumns = `h.place_id, h.standing, h.entry, h.was, h.in_calendar, h.sequence, h.sent, h.at`

// heard returns what somebody was last told. NotFound: nothing.
func (stored) heard(ctx context.Context, tx *store.Tx, i training.BookingID) (heard, error) {
	return store.One[heard](ctx, tx, store.SQL(`SELECT `+heardColumns+` FROM training_session_told h WHERE h.place_id = ? AND h.district_id = ?`, string(i), tx.Viewer.District))
}

func (stored) putHeard(ctx context.Context, tx *store.Tx, h heard) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_session_told (place_id, district_id, standing, entry, was, in_calendar, sequence, sent, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (place_id) DO UPDATE SET standing = excluded.standing, entry = excluded.entry, was = excluded.was, in_calendar = excluded.in_calendar, sequence = excluded.sequence, sent = excluded.sent, at = excluded.at`,
		string(h.Place), tx.Viewer.District, h.Standing, h.Entry, h.Was, h.InCalendar, h.Sequence, h.Sent, int64(h.At)))
}

// putSent says that a letter has gone, and what it did to the calendar.
func (stored) putSent(ctx context.Context, tx *store.Tx, h heard) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_session_told SET sent = ?, in_calendar = ? WHERE place_id = ? AND sent < ?`, h.Sent, h.InCalendar, string(h.Place), h.Sent))
}

// stands is a place with what its person was last told.
type stands struct {
	p training.Place
	h heard
}

func (s *stands) Dest() []any {
	return append([]any{(*string)(&s.p.ID), (*string)(&s.p.First), (*int64)(&s.p.Arrived), (*string)(&s.p.State), (*int64)(&s.p.Until)}, s.h.Dest()...)
}

// withoutAccount returns the bookings of sessions to come by people without an account, by arrival. The program itself asks.
func (stored) withoutAccount(ctx context.Context, tx *store.Tx) ([]stands, error) {
	return store.All[stands](ctx, tx, store.SQL(`SELECT p.id, p.first_run, p.arrived_at, p.state, p.until_at, COALESCE(h.place_id, ''), COALESCE(h.standing, ''), COALESCE(h.entry, ''), COALESCE(h.was, ''), COALESCE(h.in_calendar, FALSE),
		COALESCE(h.sequence, -1), COALESCE(h.sent, -1), COALESCE(h.at, 0)
		FROM training_session s JOIN training_place p ON p.first_run = s.run_id JOIN training_booking k ON k.id = p.id JOIN access_record r ON r.id = k.id LEFT JOIN training_session_told h ON h.place_id = p.id
		WHERE s.district_id = ? AND s.run_id <> '' AND s.on_day >= ? AND k.by_id = '' AND k.channel = 'web' AND k.email <> ''`, tx.Viewer.District, string(clock.DayOf(tx.Now.Time()))).
		Visible("r", access.Training).Add(`ORDER BY p.arrived_at, p.id`))
}
