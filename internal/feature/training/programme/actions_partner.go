package programme

import (
	"context"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Register files what an agency or setting that wants to take part says of itself; the organiser approves it. Whoever registers under
// the name of a partner that is known learns nothing: its own contact gets a fresh link. Rule: too many from this place; proposals are
// closed. NotFound: no such programme. (TRN-20)
func (f *Feature) Register(ctx context.Context, district, from string, p Partner, c Contact) (err error) {
	defer errs.Wrap(&err, "programme.Register(%s)", p.ID)
	p.Name, c.Email = strings.TrimSpace(p.Name), strings.TrimSpace(c.Email)
	if err := CheckPartner(p, c); err != nil {
		return err
	}
	if err := f.Limits.Try(ctx, district, "taking part in a programme from "+from, freeRegisters); err != nil {
		return err
	}
	err = f.DB.Write(ctx, system(district), func(ctx context.Context, tx *store.Tx) error {
		g, err := f.store.Programme(ctx, tx, p.AskedFor)
		if err != nil {
			return err
		}
		if err := CanPropose(g, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		p.Org, p.Source, p.State, p.Listed = g.Org, "itself", Asking, ""
		same, err := f.store.partnersNamed(ctx, tx, g.Org, p.Name)
		if err != nil {
			return err
		}
		if len(same) > 0 && same[0].State == Known && !same[0].Over(clock.DayOf(tx.Now.Time())) {
			if err := jobs.Add(ctx, tx, WritePartner{Partner: same[0].ID, Programme: g.ID}); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "training.partner_asked_again", same[0].ID.Ref(), audit.Org(g.Org))
		}
		if len(same) > 0 && same[0].State == Asking { // it waits already, whoever sends it
			tx.Unaudited("the partner waits for approval already")
			return nil
		}
		if err := f.store.insertPartner(ctx, tx, p, c); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.partner_registered", p.ID.Ref(), audit.Org(g.Org))
	})
	if store.IsDuplicate(err) {
		return nil // the form was sent twice
	}
	return err
}

// inPartner runs do with a partner of the viewer's organiser, locked. NotFound: none, or another's.
func (f *Feature) inPartner(ctx context.Context, v access.Viewer, i PartnerID, do func(context.Context, *store.Tx, Partner) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		p, err := f.store.Partner(ctx, tx, i)
		if err != nil {
			return err
		}
		if err := runs(tx.Viewer, p.Org); err != nil {
			return err
		}
		if _, err := tx.Lock(ctx, "training_partner", string(i)); err != nil {
			return err
		}
		if p, err = f.store.Partner(ctx, tx, i); err != nil {
			return err
		}
		return do(ctx, tx, p)
	})
}

// Decide approves a partner that registered itself, which then stands in the directory and gets its link, or refuses it.
func (f *Feature) Decide(ctx context.Context, v access.Viewer, i PartnerID, approve bool) (err error) {
	defer errs.Wrap(&err, "programme.Decide(%s)", i)
	return f.inPartner(ctx, v, i, func(ctx context.Context, tx *store.Tx, p Partner) error {
		if p.State != Asking {
			return errs.Refuse("This was decided already")
		}
		action := "training.partner_refused"
		p.State = Refused
		if approve {
			action, p.State = "training.partner_approved", Known
			if p.Listed, err = f.Listing.PutAgency(ctx, tx, p.Name, p.Postcode); err != nil {
				return err
			}
			if err := jobs.Add(ctx, tx, WritePartner{Partner: i, Programme: p.AskedFor}); err != nil {
				return err
			}
		}
		if err := f.store.updatePartner(ctx, tx, p); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, i.Ref(), audit.Org(p.Org))
	})
}

// Invite sends partners the link by which they propose for the programme; one that has a link gets another, and the earlier ends.
func (f *Feature) Invite(ctx context.Context, v access.Viewer, i ID, partners ...PartnerID) (n int, err error) {
	defer errs.Wrap(&err, "programme.Invite(%s)", i)
	err = f.inProgramme(ctx, v, i, func(ctx context.Context, tx *store.Tx, p Programme) error {
		n = 0
		if err := CanPropose(p, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		for _, id := range partners {
			t, err := f.store.Partner(ctx, tx, id)
			if err != nil {
				return err
			}
			if t.Org != p.Org || t.State != Known {
				return errs.Missing()
			}
			if err := CanTakePart(t, clock.DayOf(tx.Now.Time())); err != nil {
				return err
			}
			if err := jobs.Add(ctx, tx, WritePartner{Partner: id, Programme: i}); err != nil {
				return err
			}
			n++
		}
		if n == 0 {
			return errs.Refuse("Tick the partners that you invite")
		}
		return audit.Record(ctx, tx, "training.partners_invited", i.Ref(), audit.Org(p.Org), audit.Detail(partners))
	})
	return n, err
}

// HandOver makes the link by which a partner proposes, for the organiser to hand over where mail does not reach it; earlier ones end.
// NotFound: the programme or the partner is another organiser's. Rule: proposals are closed.
func (f *Feature) HandOver(ctx context.Context, v access.Viewer, i ID, partner PartnerID) (secret string, err error) {
	defer errs.Wrap(&err, "programme.HandOver(%s)", i)
	err = f.inProgramme(ctx, v, i, func(ctx context.Context, tx *store.Tx, p Programme) error {
		if err := CanPropose(p, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		t, err := f.store.Partner(ctx, tx, partner)
		if err != nil {
			return err
		}
		if t.Org != p.Org || t.State != Known {
			return errs.Missing()
		}
		if err := CanTakePart(t, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if secret, err = f.store.relink(ctx, tx, toPropose, link{Subject: string(partner), Programme: i, Until: lapses(p)}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.partner_link_made", partner.Ref(), audit.Org(p.Org))
	})
	return secret, err
}

// Partners returns the agencies and settings of an organiser by name, without who answers for them.
func (f *Feature) Partners(ctx context.Context, tx *store.Tx, org string) ([]Partner, error) {
	return f.store.Partners(ctx, tx, org)
}

// Opened is what a partner's link opens.
type Opened struct {
	Partner   Partner
	Programme Programme
	Sessions  []Session // its own, by day
	Counts    map[training.RunID]training.Count
}

// Open returns what a partner's link opens. NotFound: no such link, or its time has ended. Rule: the partner's part has ended.
func (f *Feature) Open(ctx context.Context, tx *store.Tx, secret string) (o Opened, err error) {
	l, err := f.store.linked(ctx, tx, secret, toPropose)
	if err != nil {
		return o, err
	}
	if o.Partner, err = f.store.Partner(ctx, tx, PartnerID(l.Subject)); err != nil {
		return o, err
	}
	if o.Partner.State != Known {
		return o, errs.Missing()
	}
	if o.Programme, err = f.store.Programme(ctx, tx, l.Programme); err != nil {
		return o, err
	}
	if err := CanTakePart(o.Partner, clock.DayOf(tx.Now.Time())); err != nil {
		return o, err
	}
	all, err := f.store.Sessions(ctx, tx, l.Programme)
	for _, s := range all {
		if s.Partner == o.Partner.ID {
			o.Sessions = append(o.Sessions, s)
		}
	}
	return o, err
}

// try counts a try of a link against where it comes from; found takes it back. A link has 128 bits: this keeps the guessing cheap for us.
func (f *Feature) try(ctx context.Context, district, from string) error {
	return f.Limits.Try(ctx, district, "link of a programme from "+from, freeLinks)
}

func (f *Feature) found(ctx context.Context, district, from string) error {
	return f.Limits.Succeeded(ctx, district, "link of a programme from "+from)
}

// Propose files a session that a partner proposes by its link, or puts it in the place of what it proposed before, and it waits for the
// organiser. A second call with the same id and words changes nothing. NotFound: no such link, or its time has ended; a session of
// somebody else. Rule: proposals are closed, the session is not whole, it was answered, too many.
func (f *Feature) Propose(ctx context.Context, district, secret string, s Session) (err error) {
	defer errs.Wrap(&err, "programme.Propose(%s)", s.ID)
	return f.DB.Write(ctx, system(district), func(ctx context.Context, tx *store.Tx) error {
		o, err := f.Open(ctx, tx, secret)
		if err != nil {
			return err
		}
		s.Programme, s.Partner, s.By = o.Programme.ID, o.Partner.ID, o.Partner.Name
		if have, ok := one(o.Sessions, string(s.ID)); ok && same(have, s) {
			tx.Unaudited("the form was sent twice")
			return nil
		}
		if _, err := tx.Lock(ctx, "training_programme", string(o.Programme.ID)); err != nil {
			return err
		}
		if o, err = f.Open(ctx, tx, secret); err != nil {
			return err
		}
		if err := first(ProposalProblems(o.Programme, s)); err != nil {
			return err
		}
		have, err := f.store.Session(ctx, tx, s.ID)
		switch {
		case errs.Is(err, errs.NotFound):
			if err := CanPropose(o.Programme, clock.DayOf(tx.Now.Time())); err != nil {
				return err
			}
			if len(o.Sessions) >= freeProposals {
				return errs.Refusef("A partner proposes %d sessions at most. Write to the organiser", freeProposals)
			}
			s.State, s.Run, s.VenueID = Proposed, "", ""
			if err := f.store.insertSession(ctx, tx, s); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "training.session_proposed", s.ID.Ref(), audit.Org(o.Programme.Org))
		case err != nil:
			return err
		case have.Partner != o.Partner.ID || have.Programme != o.Programme.ID:
			return errs.Missing()
		}
		if err := CanRevise(have); err != nil {
			return err
		}
		if err := CanPropose(o.Programme, clock.DayOf(tx.Now.Time())); err != nil && have.State == TakenOut {
			return err
		}
		if have.Revision != s.Revision {
			return stale("session")
		}
		s.State, s.Run, s.VenueID, s.Reply, s.Sequence = Proposed, "", "", have.Reply, have.Sequence
		if err := f.store.updateSession(ctx, tx, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.session_proposed_again", s.ID.Ref(), audit.Org(o.Programme.Org), audit.Detail([]Session{have, s}))
	})
}

// same says whether a proposal says what is filed already and waits.
func same(have, s Session) bool {
	s.State, s.Run, s.VenueID, s.Reply, s.Source, s.Sequence, s.Changed, s.Revision = Proposed, have.Run, have.VenueID, have.Reply, have.Source, have.Sequence, have.Changed, have.Revision
	return have == s
}

// TakeBack takes a session back that its partner proposed. Errors as Propose.
func (f *Feature) TakeBack(ctx context.Context, district, secret string, i SessionID) (err error) {
	defer errs.Wrap(&err, "programme.TakeBack(%s)", i)
	return f.DB.Write(ctx, system(district), func(ctx context.Context, tx *store.Tx) error {
		o, err := f.Open(ctx, tx, secret)
		if err != nil {
			return err
		}
		if _, err := tx.Lock(ctx, "training_programme", string(o.Programme.ID)); err != nil {
			return err
		}
		s, err := f.store.Session(ctx, tx, i)
		if err != nil {
			return err
		}
		if s.Partner != o.Partner.ID || s.Programme != o.Programme.ID {
			return errs.Missing()
		}
		if err := CanTakeBack(s); err != nil {
			return err
		}
		s.State = TakenOut
		if err := f.store.updateSession(ctx, tx, s); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.session_withdrawn", i.Ref(), audit.Org(o.Programme.Org))
	})
}
