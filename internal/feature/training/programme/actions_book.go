package programme

import (
	"context"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Attendee is who wants to come to a session (TRN-11).
type Attendee struct {
	ID           training.BookingID // of the form: sent twice it is one booking
	Session      SessionID
	Name, Title  string // of the person and of the job
	Org          string // the organisation, as it is written
	Email        string // where the confirmation goes
	Access, Diet string
}

// bookable returns a session at which places are booked here. NotFound: not for the public, or not booked here.
func (f *Feature) bookable(ctx context.Context, tx *store.Tx, i SessionID) (Session, Programme, error) {
	s, err := f.store.Session(ctx, tx, i)
	if err != nil {
		return s, Programme{}, err
	}
	p, err := f.store.Programme(ctx, tx, s.Programme)
	if err != nil {
		return s, p, err
	}
	if p.State != Published || s.State != Accepted || s.Booking != Own || s.Run == "" {
		return s, p, errs.Missing()
	}
	return s, p, nil
}

// Book books a place at a session for whoever asks, with an account or without (TRN-11). Somebody with an account finds it among their
// requests; others get a confirmation with a link by which they give it back. What became of a booking without an account is told by
// e-mail only, so that nobody can try out by name who else comes: whoever has a place there gets their own confirmation again.
// NotFound: nothing is booked here at that session. Rule: closed, not whole, too many from this place or to this address.
func (f *Feature) Book(ctx context.Context, v access.Viewer, from string, a Attendee) (err error) {
	defer errs.Wrap(&err, "programme.Book(%s)", a.ID)
	var s Session
	var org string
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if s, _, err = f.bookable(ctx, tx, a.Session); err != nil {
			return err
		}
		org, err = f.Organisations.Called(ctx, tx, a.Org)
		return err
	}); err != nil {
		return err
	}
	if a.Org == "" {
		return errs.Refuse("Write the organisation")
	}
	anonymous := v.Account == ""
	var block training.BlockID
	if anonymous {
		for what, free := range map[string]int64{"booking from " + from: freeBookings, "booking to " + training.Address(a.Email): freeToAddress} {
			if err := f.Limits.Try(ctx, v.District, what, free); err != nil {
				return err
			}
		}
		v = system(v.District)
	}
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		r, err := f.Store.Run(ctx, tx, s.Run)
		block = r.Block
		return err
	}); err != nil {
		return err
	}
	q := training.Request{Booking: training.Booking{ID: a.ID, Block: block, Org: org, OrgName: a.Org, Name: a.Name, Title: a.Title, Email: a.Email}, First: s.Run, Access: a.Access, Diet: a.Diet}
	_, err = f.Ask(ctx, v, q)
	if !anonymous {
		return err
	}
	tell := a.ID
	if errs.Is(err, errs.Rule) {
		refusal := err
		if tell, err = f.samePerson(ctx, v, q); err != nil {
			return err
		}
		if tell == "" {
			return refusal
		}
	} else if err != nil {
		return err
	}
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a letter about a booking, which is in the log itself")
		return jobs.Add(ctx, tx, WriteBooking{Booking: tell, Confirm: true})
	})
}

// samePerson returns the booking by which somebody of that name at that organisation has or awaits a place in the block, "" for none.
func (f *Feature) samePerson(ctx context.Context, v access.Viewer, q training.Request) (found training.BookingID, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		all, err := f.Store.OfPerson(ctx, tx, training.Person(q.Name, training.Party(q.Org, q.OrgName)))
		for _, p := range all {
			if p.Block == q.Block {
				found = p.ID
			}
		}
		return err
	})
	return found, err
}

// Mine is what the link in a confirmation opens.
type Mine struct {
	Place   training.Place
	Session Session
	Title   string // of the programme
	Programme
}

// Confirmed returns what the link in a confirmation opens: where and when, and how it stands. It names nobody. NotFound: no such link.
func (f *Feature) Confirmed(ctx context.Context, tx *store.Tx, secret string) (m Mine, err error) {
	l, err := f.store.linked(ctx, tx, secret, toGiveBack)
	if err != nil {
		return m, err
	}
	if m.Place, err = f.Store.Place(ctx, tx, training.BookingID(l.Subject)); err != nil {
		return m, err
	}
	if m.Session, err = f.store.ofRun(ctx, tx, m.Place.First); err != nil {
		return m, err
	}
	m.Programme, err = f.store.Programme(ctx, tx, m.Session.Programme)
	m.Title = m.Programme.Title
	return m, err
}

// GiveBack gives the place back that a confirmation's link is about; it goes to the line. NotFound: no such link. Rule: there is nothing to
// give back. It returns what the link opened before.
func (f *Feature) GiveBack(ctx context.Context, district, secret string) (m Mine, err error) {
	defer errs.Wrap(&err, "programme.GiveBack")
	if err := f.DB.Read(ctx, system(district), func(ctx context.Context, tx *store.Tx) error {
		m, err = f.Confirmed(ctx, tx, secret)
		return err
	}); err != nil {
		return m, err
	}
	return m, f.Cancel(ctx, system(district), m.Place.ID)
}
