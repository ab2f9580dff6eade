package programme

import (
	"context"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// stale is the answer to whoever saves what somebody else has changed since.
func stale(what string) error {
	return errs.New(errs.Conflict, "Somebody else changed this "+what+" since you opened it. Look at it again")
}

// Make makes a programme, a draft. A second call with the same id changes nothing. NotFound: the viewer does not run the organiser's.
func (f *Feature) Make(ctx context.Context, v access.Viewer, p Programme) (err error) {
	defer errs.Wrap(&err, "programme.Make(%s)", p.ID)
	p.State = Draft
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := runs(tx.Viewer, p.Org); err != nil {
			return err
		}
		if err := CheckProgramme(p); err != nil {
			return err
		}
		if err := f.store.insert(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.programme_made", p.ID.Ref(), audit.Org(p.Org))
	})
	if !store.IsDuplicate(err) {
		return err
	}
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error { // the form was sent twice
		_, err := f.own(ctx, tx, p.ID)
		return err
	})
}

// inProgramme runs do with a programme of the viewer's, locked. NotFound: none, or another organiser's.
func (f *Feature) inProgramme(ctx context.Context, v access.Viewer, i ID, do func(context.Context, *store.Tx, Programme) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.own(ctx, tx, i); err != nil {
			return err
		}
		if _, err := tx.Lock(ctx, "training_programme", string(i)); err != nil {
			return err
		}
		p, err := f.store.Programme(ctx, tx, i)
		if err != nil {
			return err
		}
		if err := CanChange(p); err != nil {
			return err
		}
		return do(ctx, tx, p)
	})
}

// Save puts what a programme says in the place of what it said. Rule: sessions stand under a board or on a day that it would lose.
// Conflict: somebody else saved since.
func (f *Feature) Save(ctx context.Context, v access.Viewer, p Programme) (err error) {
	defer errs.Wrap(&err, "programme.Save(%s)", p.ID)
	return f.inProgramme(ctx, v, p.ID, func(ctx context.Context, tx *store.Tx, have Programme) error {
		if have.Revision != p.Revision {
			return stale("programme")
		}
		p.Org, p.State, p.Block, p.Published = have.Org, have.State, have.Block, have.Published
		if err := CheckProgramme(p); err != nil {
			return err
		}
		all, err := f.store.Sessions(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.State != Accepted && s.State != Proposed {
				continue
			}
			if err := CheckSession(p, s); err != nil {
				return errs.Refusef("“%s” would not fit any more. %s", s.Title, errs.Sentence(err))
			}
		}
		if p.Block != "" {
			b, err := f.OwnBlock(ctx, tx, p.Block)
			if err != nil {
				return err
			}
			b.Title, b.OpenTo, b.Additional = p.Title, p.OpenTo, p.Additional
			if err := f.Store.UpdateBlock(ctx, tx, b); err != nil {
				return err
			}
		}
		if err := f.store.update(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.programme_changed", p.ID.Ref(), audit.Org(p.Org), audit.Detail([]Programme{have, p}))
	})
}

// Publish shows a programme to everybody, with the sessions that were accepted. Rule: there is none.
func (f *Feature) Publish(ctx context.Context, v access.Viewer, i ID) (err error) {
	defer errs.Wrap(&err, "programme.Publish(%s)", i)
	return f.inProgramme(ctx, v, i, func(ctx context.Context, tx *store.Tx, p Programme) error {
		all, err := f.store.Sessions(ctx, tx, i)
		if err != nil {
			return err
		}
		accepted := 0
		for _, s := range all {
			if s.State == Accepted {
				accepted++
			}
		}
		if err := CanPublish(p, accepted); err != nil {
			return err
		}
		p.State, p.Published = Published, tx.Now
		if err := f.store.update(ctx, tx, p); err != nil {
			return err
		}
		for _, s := range all {
			if s.State == Accepted && s.Booking == Own {
				if _, err := f.open(ctx, tx, &p, s); err != nil {
					return err
				}
			}
		}
		return audit.Record(ctx, tx, "training.programme_published", i.Ref(), audit.Org(p.Org))
	})
}

// open makes a session that is booked here a date of the programme's block, or brings the date up to the session. The caller holds the
// lock on the programme. Rule: more have a place than there would be.
func (f *Feature) open(ctx context.Context, tx *store.Tx, p *Programme, s Session) (training.RunID, error) {
	shown := training.Draft
	if p.State == Published {
		shown = training.Published
	}
	if p.Block == "" {
		b := training.Block{ID: training.BlockID(tx.NewID()), Org: p.Org, Title: p.Title, OpenTo: p.OpenTo, Additional: p.Additional, Way: training.FirstCome, State: shown, Second: training.RefuseSecond, HoldHours: 48, OfferHours: 48}
		if err := f.Store.InsertBlock(ctx, tx, b); err != nil {
			return "", err
		}
		p.Block = b.ID
		if err := f.store.update(ctx, tx, *p); err != nil {
			return "", err
		}
	}
	if _, err := tx.Lock(ctx, "training_block", string(p.Block)); err != nil {
		return "", err
	}
	b, err := f.Store.Block(ctx, tx, p.Block)
	if err != nil {
		return "", err
	}
	if b.State != shown {
		b.State = shown
		if err := f.Store.UpdateBlock(ctx, tx, b); err != nil {
			return "", err
		}
	}
	r := training.Run{ID: s.Run, Block: p.Block, Venue: s.VenueID, Online: s.Online, Capacity: s.Places, Trainer: s.Speaker, State: shown, First: s.On, Days: []training.Day{s.Day()}}
	c := training.Course{Org: p.Org, Title: s.Title, Format: training.Event, Summary: s.Summary, Audience: s.Audience, Board: s.Board, Source: training.OfProgramme + string(s.ID)}
	if s.Run == "" {
		c.ID, r.ID = training.CourseID(tx.NewID()), training.RunID(tx.NewID())
		r.Course = c.ID
		if err := f.Store.InsertCourse(ctx, tx, c); err != nil {
			return "", err
		}
		return r.ID, f.Store.InsertRun(ctx, tx, r)
	}
	have, err := f.Store.Run(ctx, tx, s.Run)
	if err != nil {
		return "", err
	}
	counts, err := f.Store.Counts(ctx, tx, p.Block)
	if err != nil {
		return "", err
	}
	if err := training.CanResize(s.Places, counts[s.Run].Taken, false); err != nil {
		return "", err
	}
	c.ID, r.Course, r.Access = have.Course, have.Course, have.Access
	if err := f.Store.UpdateCourse(ctx, tx, c); err != nil {
		return "", err
	}
	return r.ID, f.Store.UpdateRun(ctx, tx, r)
}

// settle gives an accepted session its venue in the directory and, where it is booked here, its date.
func (f *Feature) settle(ctx context.Context, tx *store.Tx, p *Programme, s *Session) error {
	if s.Online {
		s.VenueID, s.Venue, s.Address, s.Postcode = "", "", "", ""
	} else {
		known, err := f.Venues.PutVenue(ctx, tx, training.Venue{Name: s.Venue, Address: s.Address, Postcode: s.Postcode})
		if err != nil {
			return err
		}
		s.VenueID, s.Venue, s.Address, s.Postcode = known.ID, known.Name, known.Address, known.Postcode
	}
	if s.Booking != Own {
		return nil
	}
	run, err := f.open(ctx, tx, p, *s)
	s.Run = run
	return err
}

// Add puts a session of the organiser's own, or of a partner that wrote by letter, into a programme: it is accepted at once. A second call
// with the same id changes nothing.
func (f *Feature) Add(ctx context.Context, v access.Viewer, s Session) (err error) {
	defer errs.Wrap(&err, "programme.Add(%s)", s.ID)
	err = f.inProgramme(ctx, v, s.Programme, func(ctx context.Context, tx *store.Tx, p Programme) error {
		return f.add(ctx, tx, &p, s)
	})
	if !store.IsDuplicate(err) {
		return err
	}
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error { // the form was sent twice
		_, _, err := f.ownSession(ctx, tx, s.ID)
		return err
	})
}

func (f *Feature) add(ctx context.Context, tx *store.Tx, p *Programme, s Session) error {
	if err := CheckSession(*p, s); err != nil {
		return err
	}
	s.State, s.Run = Accepted, ""
	if err := f.settle(ctx, tx, p, &s); err != nil {
		return err
	}
	if err := f.store.insertSession(ctx, tx, s); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "training.session_added", s.ID.Ref(), audit.Org(p.Org))
}

// ownSession returns a session of a programme that the viewer runs. NotFound: none, or another organiser's.
func (f *Feature) ownSession(ctx context.Context, tx *store.Tx, i SessionID) (Session, Programme, error) {
	s, err := f.store.Session(ctx, tx, i)
	if err != nil {
		return s, Programme{}, err
	}
	p, err := f.own(ctx, tx, s.Programme)
	return s, p, err
}

// inSession runs do with a session of the viewer's, its programme locked.
func (f *Feature) inSession(ctx context.Context, v access.Viewer, i SessionID, do func(context.Context, *store.Tx, Programme, Session) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		s, _, err := f.ownSession(ctx, tx, i)
		if err != nil {
			return err
		}
		if _, err := tx.Lock(ctx, "training_programme", string(s.Programme)); err != nil {
			return err
		}
		p, err := f.store.Programme(ctx, tx, s.Programme)
		if err != nil {
			return err
		}
		if err := CanChange(p); err != nil {
			return err
		}
		if s, err = f.store.Session(ctx, tx, i); err != nil {
			return err
		}
		return do(ctx, tx, p, s)
	})
}

// SaveSession puts what a session says in the place of what it said; where it was accepted, calendars hear of it. When its day, time or place
// moved, whoever has a place or stands in line is told (Sweep, and package running for those with an account), and so is its partner.
// Conflict: somebody else saved since. Rule: it has ended, or is booked here already and would not be any more.
func (f *Feature) SaveSession(ctx context.Context, v access.Viewer, s Session) (err error) {
	defer errs.Wrap(&err, "programme.SaveSession(%s)", s.ID)
	return f.inSession(ctx, v, s.ID, func(ctx context.Context, tx *store.Tx, p Programme, have Session) error {
		if have.Revision != s.Revision {
			return stale("session")
		}
		if have.State != Accepted && have.State != Proposed && have.State != Returned {
			return errs.Refuse("This session has ended. Add another")
		}
		s.Programme, s.Partner, s.Run, s.State, s.Reply, s.Sequence = have.Programme, have.Partner, have.Run, have.State, have.Reply, have.Sequence+1
		if have.Run != "" && s.Booking != Own {
			return errs.Refuse("Places are booked here already. Call this session off, and add it again with its other way of booking")
		}
		if err := CheckSession(p, s); err != nil {
			return err
		}
		if s.State == Accepted {
			if err := f.settle(ctx, tx, &p, &s); err != nil {
				return err
			}
		}
		if err := f.store.updateSession(ctx, tx, s); err != nil {
			return err
		}
		if s.State == Accepted && s.Partner != "" && entryOf(s) != entryOf(have) {
			if err := jobs.Add(ctx, tx, WritePartner{Partner: s.Partner, Programme: p.ID, Session: s.ID, Moved: true}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "training.session_changed", s.ID.Ref(), audit.Org(p.Org), audit.Detail([]Session{have, s}))
	})
}

// Answer accepts a proposed session, sends it back with words or declines it with words, and the partner is told (TRN-14). Conflict: the
// partner changed it since it was looked at.
func (f *Feature) Answer(ctx context.Context, v access.Viewer, i SessionID, revision int64, to SessionState, words string) (err error) {
	defer errs.Wrap(&err, "programme.Answer(%s)", i)
	return f.inSession(ctx, v, i, func(ctx context.Context, tx *store.Tx, p Programme, s Session) error {
		if err := CanAnswer(s, to, words); err != nil {
			return err
		}
		if s.Revision != revision {
			return stale("session")
		}
		s.State, s.Reply = to, strings.TrimSpace(words)
		if to == Accepted {
			if err := CheckSession(p, s); err != nil {
				return err
			}
			if err := f.settle(ctx, tx, &p, &s); err != nil {
				return err
			}
		}
		if err := f.store.updateSession(ctx, tx, s); err != nil {
			return err
		}
		if s.Partner != "" {
			if err := jobs.Add(ctx, tx, WritePartner{Partner: s.Partner, Programme: p.ID, Session: s.ID}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "training.session_"+string(to), i.Ref(), audit.Org(p.Org))
	})
}
