package programme

import (
	"context"
	"slices"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// CallOff calls a session off, with the reason that everybody reads. It stays in the programme and in calendars as called off; whoever has a
// place here loses it and is told, as is its partner.
func (f *Feature) CallOff(ctx context.Context, v access.Viewer, i SessionID, why string) (err error) {
	defer errs.Wrap(&err, "programme.CallOff(%s)", i)
	why = strings.TrimSpace(why)
	return f.inSession(ctx, v, i, func(ctx context.Context, tx *store.Tx, p Programme, s Session) error {
		if err := CanCallOff(s, tx.Now); err != nil {
			return err
		}
		if err := CheckWhy(why); err != nil {
			return err
		}
		if err := f.callOff(ctx, tx, p, why, s); err != nil || s.Partner == "" {
			return err
		}
		return jobs.Add(ctx, tx, WritePartner{Partner: s.Partner, Programme: p.ID, Session: s.ID})
	})
}

// callOff calls sessions of a programme off, and ends the places at them. The caller holds the lock on the programme, and tells the partners.
func (f *Feature) callOff(ctx context.Context, tx *store.Tx, p Programme, why string, all ...Session) error {
	var runs []training.RunID
	for _, s := range all {
		if s.Run != "" {
			runs = append(runs, s.Run)
		}
	}
	if len(runs) > 0 {
		if _, err := tx.Lock(ctx, "training_block", string(p.Block)); err != nil {
			return err
		}
		b, err := f.Store.Block(ctx, tx, p.Block)
		if err != nil {
			return err
		}
		if err := f.CancelRuns(ctx, tx, b, why, runs...); err != nil {
			return err
		}
	}
	for _, s := range all {
		s.State, s.Why, s.Sequence = Off, why, s.Sequence+1
		if err := f.store.updateSession(ctx, tx, s); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "training.session_cancelled", s.ID.Ref(), audit.Org(p.Org)); err != nil {
			return err
		}
	}
	return nil
}

// turnDown declines sessions that wait for an answer, with words to their partners. The caller holds the lock on the programme.
func (f *Feature) turnDown(ctx context.Context, tx *store.Tx, p Programme, words string, all ...Session) error {
	for _, s := range all {
		s.State, s.Reply = Declined, words
		if err := f.store.updateSession(ctx, tx, s); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "training.session_declined", s.ID.Ref(), audit.Org(p.Org)); err != nil {
			return err
		}
	}
	return nil
}

// Ending is what ends when a programme is withdrawn or a partner's part is over.
type Ending struct {
	Off      []Session // they stand, and would be called off
	Declined []Session // they wait for an answer
}

// endingOf sorts sessions into what would be called off and what would be declined; what has begun or ended stays as it is.
func endingOf(all []Session, now clock.Millis) (e Ending) {
	for _, s := range all {
		switch {
		case CanCallOff(s, now) == nil:
			e.Off = append(e.Off, s)
		case s.State == Proposed || s.State == Returned:
			e.Declined = append(e.Declined, s)
		}
	}
	return e
}

// partners are those whose sessions end, each once.
func (e Ending) partners() (out []PartnerID) {
	seen := map[PartnerID]bool{"": true}
	for _, s := range append(append([]Session{}, e.Off...), e.Declined...) {
		if !seen[s.Partner] {
			seen[s.Partner] = true
			out = append(out, s.Partner)
		}
	}
	return out
}

// Withdraw withdraws a programme, with the reason that everybody reads: each session to come is called off and stays in calendars as such,
// places end, proposals are declined, and whoever has a place or proposed a session is told. What was public says that it was withdrawn.
// Rule: it is over, or was withdrawn already; no reason is given.
func (f *Feature) Withdraw(ctx context.Context, v access.Viewer, i ID, why string) (err error) {
	defer errs.Wrap(&err, "programme.Withdraw(%s)", i)
	why = strings.TrimSpace(why)
	return f.inProgramme(ctx, v, i, func(ctx context.Context, tx *store.Tx, p Programme) error {
		if err := CanWithdraw(p, tx.Now); err != nil {
			return err
		}
		if err := CheckWhy(why); err != nil {
			return err
		}
		all, err := f.store.Sessions(ctx, tx, i)
		if err != nil {
			return err
		}
		e := endingOf(all, tx.Now)
		if err := f.callOff(ctx, tx, p, why, e.Off...); err != nil {
			return err
		}
		if err := f.turnDown(ctx, tx, p, "The programme was withdrawn. "+why, e.Declined...); err != nil {
			return err
		}
		p.State, p.Ended, p.Why = Withdrawn, tx.Now, why
		if err := f.store.update(ctx, tx, p); err != nil {
			return err
		}
		for _, t := range e.partners() {
			if err := jobs.Add(ctx, tx, WriteEnding{Partner: t, Programme: i}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "training.programme_withdrawn", i.Ref(), audit.Org(p.Org), audit.Detail(why))
	})
}

// End ends a partner's part from a day on, with the reason that it reads: its links open nothing any more. Its sessions to come from that
// day on are called off or stay, as the organiser says; what waits for an answer is declined. Rule: the day is past, it has ended already,
// no reason is given.
func (f *Feature) End(ctx context.Context, v access.Viewer, i PartnerID, from clock.Day, why string, callOff bool) (err error) {
	defer errs.Wrap(&err, "programme.End(%s)", i)
	why = strings.TrimSpace(why)
	return f.inPartner(ctx, v, i, func(ctx context.Context, tx *store.Tx, t Partner) error {
		if err := CanEnd(t, from, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		if err := CheckWhy(why); err != nil {
			return err
		}
		all, err := f.store.ofPartner(ctx, tx, i)
		if err != nil {
			return err
		}
		in := map[ID][]Session{}
		var order []ID
		for _, s := range all {
			if s.On < from {
				continue
			}
			if in[s.Programme] == nil {
				order = append(order, s.Programme)
			}
			in[s.Programme] = append(in[s.Programme], s)
		}
		slices.Sort(order) // two who end things at once lock in one order
		for _, id := range order {
			if _, err := tx.Lock(ctx, "training_programme", string(id)); err != nil {
				return err
			}
			p, err := f.store.Programme(ctx, tx, id)
			if err != nil {
				return err
			}
			var fresh []Session // as they are now that nobody else can change them
			for _, s := range in[id] {
				if s, err = f.store.Session(ctx, tx, s.ID); err != nil {
					return err
				}
				fresh = append(fresh, s)
			}
			e := endingOf(fresh, tx.Now)
			if callOff {
				if err := f.callOff(ctx, tx, p, why, e.Off...); err != nil {
					return err
				}
			}
			if err := f.turnDown(ctx, tx, p, "Your part in our programmes ends. "+why, e.Declined...); err != nil {
				return err
			}
		}
		t.EndsOn, t.EndsWhy, t.Ended = from, why, tx.Now
		if err := f.store.updatePartner(ctx, tx, t); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, WriteEnding{Partner: i}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.partner_ended", i.Ref(), audit.Org(t.Org), audit.Detail([]string{string(from), why}))
	})
}

// Admit lets a partner take part again whose part ended, or was to. Rule: it takes part.
func (f *Feature) Admit(ctx context.Context, v access.Viewer, i PartnerID) (err error) {
	defer errs.Wrap(&err, "programme.Admit(%s)", i)
	return f.inPartner(ctx, v, i, func(ctx context.Context, tx *store.Tx, t Partner) error {
		if t.EndsOn == "" {
			return errs.Refuse("It takes part already")
		}
		t.EndsOn, t.EndsWhy, t.Ended = "", "", 0
		if err := f.store.updatePartner(ctx, tx, t); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.partner_admitted", i.Ref(), audit.Org(t.Org))
	})
}
