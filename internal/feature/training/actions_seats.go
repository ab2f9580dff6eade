package training

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// seating is a block at one instant, locked: what every decision about its seats looks at.
type seating struct {
	f      *Feature
	block  Block
	runs   map[RunID]Facts
	counts map[RunID]Count
	taken  int64 // over all runs
	venues map[string]Venue
	seats  map[RunID][]int64 // the numbers of the seats that somebody has, of the runs of which they were asked for
}

// seat loads a block's seats. The caller holds the lock on the block.
func (f *Feature) seat(ctx context.Context, tx *store.Tx, b Block) (*seating, error) {
	s := &seating{f: f, block: b}
	return s, s.load(ctx, tx, b.ID)
}

// load asks first what else is to be known, and then for the seats of the block.
func (s *seating) load(ctx context.Context, tx *store.Tx, id BlockID, first ...store.Question) (err error) {
	var runs []Run
	var days []dayRow
	var courses []Course
	var rows []Count
	questions := append(first, s.f.Store.runsOf(tx, id, &runs, &days)...)
	if err := tx.Together(ctx, append(questions, s.f.Store.coursesOf(tx, id, &courses), s.f.Store.counts(tx, id, &rows))...); err != nil {
		return err
	}
	s.runs, s.counts, s.taken = factsOf(withDays(runs, days), courses), byRun(rows), 0
	for _, c := range rows {
		s.taken += c.Taken
	}
	if slices.ContainsFunc(runs, func(r Run) bool { return r.Venue != "" }) {
		s.venues, err = s.f.Venues.Venues(ctx, tx)
	}
	return err
}

// limit is how many seats a run has, 0 for no limit.
func (s *seating) limit(r RunID) int64 {
	run := s.runs[r].Run
	return Seats(run, s.venues[run.Venue].Capacity)
}

// room says whether a run has a seat free, and the block, where its runs share a limit.
func (s *seating) room(r RunID) bool {
	if s.block.Places > 0 && s.taken >= s.block.Places {
		return false
	}
	free, unlimited := Free(s.limit(r), s.counts[r].Taken)
	return unlimited || free > 0
}

// take counts a seat of the run as taken.
func (s *seating) take(r RunID) {
	c := s.counts[r]
	c.Taken++
	s.counts[r] = c
	s.taken++
}

// claims returns what a booking's school and person have besides it.
func (s *seating) claims(ctx context.Context, tx *store.Tx, p Place) (c Claims, err error) {
	if err := tx.Together(ctx, s.f.Store.ofParty(tx, p.Block, p.Party, &c.Places), s.f.Store.ofPerson(tx, p.Person, &c.Same)); err != nil {
		return c, err
	}
	err = s.complete(ctx, tx, p, &c)
	return c, err
}

// complete takes the booking itself out of its claims, and adds what is to be known of the runs of other blocks that are named in them.
func (s *seating) complete(ctx context.Context, tx *store.Tx, p Place, c *Claims) error {
	other := func(x Place) bool { return x.ID == p.ID }
	c.Places, c.Same, c.Of = slices.DeleteFunc(c.Places, other), slices.DeleteFunc(c.Same, other), s.runs
	var unknown []string
	for _, x := range c.Same {
		for _, r := range x.claims() {
			if _, ok := s.runs[r]; !ok {
				unknown = append(unknown, string(r))
			}
		}
	}
	if unknown == nil {
		return nil
	}
	others, err := s.f.Store.factsNamed(ctx, tx, unknown)
	maps.Copy(s.runs, others)
	return err
}

// nextSeat returns the lowest number of a seat in the run that nobody has.
func (f *Feature) nextSeat(ctx context.Context, tx *store.Tx, r RunID) (int64, error) {
	var used []int64
	err := tx.Together(ctx, f.Store.taken(tx, r, &used))
	return lowest(used), err
}

// lowest is the lowest number from 1 on that is not among the used ones, which are in their order.
func lowest(used []int64) int64 {
	n := int64(1)
	for _, u := range used {
		if u == n {
			n++
		}
	}
	return n
}

// give gives the booking a seat of the run, in the state, until the instant where that ends by itself.
func (s *seating) give(ctx context.Context, tx *store.Tx, p *Place, r RunID, state PlaceState, until clock.Millis) (err error) {
	if used, ok := s.seats[r]; ok {
		p.Seat = lowest(used)
		delete(s.seats, r)
	} else if p.Seat, err = s.f.nextSeat(ctx, tx, r); err != nil {
		return err
	}
	p.State, p.Run, p.Until, p.Choice = state, r, until, 0
	switch r {
	case p.First:
		p.Choice = 1
	case p.Second:
		p.Choice = 2
	}
	s.take(r)
	return nil
}

// lapsed writes down what has lapsed in a block.
func (f *Feature) lapsed(ctx context.Context, tx *store.Tx, b Block, ended []BookingID) error {
	slices.Sort(ended)
	for _, id := range ended {
		if err := audit.Record(ctx, tx, "training.lapsed", id.Ref(), audit.Org(b.Org)); err != nil {
			return err
		}
	}
	return nil
}

// fill offers each seat that is free to the first in line who is still eligible: priority, then arrival, then id. It ends what has
// lapsed first, and offers nothing on a run that takes nobody any more (TRN-B12). The caller holds the lock on the block.
func (f *Feature) fill(ctx context.Context, tx *store.Tx, b Block) error {
	var ended []BookingID
	if err := tx.Together(ctx, f.Store.lapse(tx, b.ID, &ended)); err != nil {
		return err
	}
	if err := f.lapsed(ctx, tx, b, ended); err != nil {
		return err
	}
	return f.offer(ctx, tx, b)
}

func (f *Feature) offer(ctx context.Context, tx *store.Tx, b Block) error {
	line, err := f.Store.Places(ctx, tx, b.ID, Waiting)
	if err != nil || len(line) == 0 {
		return err
	}
	s, err := f.seat(ctx, tx, b)
	if err != nil {
		return err
	}
	for i := range line {
		line[i].Tier, _ = TierOf(b.Tiers, line[i])
	}
	slices.SortStableFunc(line, func(x, y Place) int {
		return cmp.Or(cmp.Compare(x.Tier, y.Tier), cmp.Compare(x.Arrived, y.Arrived), cmp.Compare(x.ID, y.ID))
	})
	for _, p := range line {
		until, err := CanOffer(b, s.runs[p.Run].Run, tx.Now)
		if err != nil || !s.room(p.Run) {
			continue
		}
		c, err := s.claims(ctx, tx, p)
		if err != nil {
			return err
		}
		if _, err := CanClaim(b, p.Run, c, tx.Now); err != nil {
			continue // their school has a place by now: the next in line
		}
		if err := s.give(ctx, tx, &p, p.Run, Offered, until); err != nil {
			return err
		}
		if err := f.Store.updatePlace(ctx, tx, p); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "training.offered", p.ID.Ref(), audit.Org(b.Org)); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, WriteOffer{Place: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

// inPlace runs do with a booking that the viewer may change, its block locked and read after it. NotFound: none, or not theirs to change.
func (f *Feature) inPlace(ctx context.Context, tx *store.Tx, id BookingID, do func(Block, Place, Booking) error) error {
	k, err := f.Store.ChangeableBooking(ctx, tx, id)
	if err != nil {
		return err
	}
	return f.lockedPlace(ctx, tx, id, func(b Block, p Place) error { return do(b, p, k) })
}

func (f *Feature) lockedPlace(ctx context.Context, tx *store.Tx, id BookingID, do func(Block, Place) error) error {
	p, err := f.Store.Place(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := f.lock(ctx, tx, p.Block); err != nil {
		return err
	}
	b, err := f.Store.Block(ctx, tx, p.Block)
	if err != nil {
		return err
	}
	if p, err = f.Store.Place(ctx, tx, id); err != nil {
		return err
	}
	return do(b, p)
}

// confirm makes a place of a hold or an offer. The caller holds the lock on the block.
func (f *Feature) confirm(ctx context.Context, tx *store.Tx, b Block, p Place, action string) error {
	s, err := f.seat(ctx, tx, b)
	if err != nil {
		return err
	}
	others := s.counts[p.Run].Taken
	if p.Live(tx.Now) {
		others--
	}
	if err := CanConfirm(p, s.runs[p.Run].Run, s.limit(p.Run), others, tx.Now); err != nil {
		return err
	}
	if p.State == Held {
		p.Approved = tx.Now
	}
	p.State, p.Until = Placed, 0
	if err := f.Store.updatePlace(ctx, tx, p); err != nil {
		return err
	}
	if err := f.Store.deleteLinks(ctx, tx, p.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, action, p.ID.Ref(), audit.Org(b.Org))
}

// Accept takes an offer, signed in as whoever asked. Rule: its time has ended.
func (f *Feature) Accept(ctx context.Context, v access.Viewer, id BookingID) (err error) {
	defer errs.Wrap(&err, "training.Accept(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return f.inPlace(ctx, tx, id, func(b Block, p Place, _ Booking) error { return f.confirm(ctx, tx, b, p, "training.accepted") })
	})
}

// Approve makes a place of what is held for a manager's word, by whoever runs the course or may change the school's places. Rule:
// its time has ended.
func (f *Feature) Approve(ctx context.Context, v access.Viewer, id BookingID) (err error) {
	defer errs.Wrap(&err, "training.Approve(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return f.inPlace(ctx, tx, id, func(b Block, p Place, k Booking) error {
			if err := CanApprove(v, b, p, k); err != nil {
				return err
			}
			return f.confirm(ctx, tx, b, p, "training.approved")
		})
	})
}

// Answer takes or declines the offer that a link in a letter opens. The link is for one person, works once and ends (TRN-B11).
// NotFound: no such link, or it was used.
func (f *Feature) Answer(ctx context.Context, v access.Viewer, secret string, take bool) (err error) {
	defer errs.Wrap(&err, "training.Answer")
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		id, err := f.Store.Linked(ctx, tx, secret, toOffer)
		if err != nil {
			return err
		}
		return f.lockedPlace(ctx, tx, id, func(b Block, p Place) error {
			if take {
				return f.confirm(ctx, tx, b, p, "training.accepted")
			}
			return f.decline(ctx, tx, b, p)
		})
	})
}

// Decline leaves an offer to the next in line, signed in as whoever asked. Rule: it has ended.
func (f *Feature) Decline(ctx context.Context, v access.Viewer, id BookingID) (err error) {
	defer errs.Wrap(&err, "training.Decline(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return f.inPlace(ctx, tx, id, func(b Block, p Place, _ Booking) error { return f.decline(ctx, tx, b, p) })
	})
}

// Linked returns what a link in a letter offers: no name, only the date. NotFound: no such link, or its time has ended.
func (f *Feature) Linked(ctx context.Context, tx *store.Tx, secret string) (p Place, r Run, c Course, err error) {
	id, err := f.Store.Linked(ctx, tx, secret, toOffer)
	if err != nil {
		return p, r, c, err
	}
	if p, err = f.Store.Place(ctx, tx, id); err != nil {
		return p, r, c, err
	}
	if r, err = f.Store.Run(ctx, tx, p.Run); err != nil {
		return p, r, c, err
	}
	c, err = f.Store.Course(ctx, tx, r.Course)
	return p, r, c, err
}

// end takes a place away from a booking, with the links that lead to it. Whoever calls fills the seat.
func (f *Feature) end(ctx context.Context, tx *store.Tx, b Block, p Place, state PlaceState, action string) error {
	p.State, p.Seat = state, 0
	if err := f.Store.updatePlace(ctx, tx, p); err != nil {
		return err
	}
	if err := f.Store.deleteLinks(ctx, tx, p.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, action, p.ID.Ref(), audit.Org(b.Org))
}

// decline leaves an offer to the next in line. The caller holds the lock on the block.
func (f *Feature) decline(ctx context.Context, tx *store.Tx, b Block, p Place) error {
	if p.State != Offered || !p.Live(tx.Now) {
		return errs.Refuse("This offer has ended already")
	}
	if err := f.end(ctx, tx, b, p, Declined, "training.declined"); err != nil {
		return err
	}
	return f.fill(ctx, tx, b)
}

// Cancel gives bookings back, or withdraws requests; each seat goes to the line (TRN-B14). All or none.
func (f *Feature) Cancel(ctx context.Context, v access.Viewer, ids ...BookingID) (err error) {
	defer errs.Wrap(&err, "training.Cancel(%v)", ids)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		var places []Place
		for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			p, err := f.Store.Place(ctx, tx, id)
			if err != nil {
				return err
			}
			places = append(places, p)
		}
		slices.SortStableFunc(places, func(x, y Place) int { return cmp.Compare(x.Block, y.Block) }) // blocks are locked in one order
		for _, x := range places {
			if err := f.inPlace(ctx, tx, x.ID, func(b Block, p Place, _ Booking) error { return f.cancel(ctx, tx, b, p) }); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *Feature) cancel(ctx context.Context, tx *store.Tx, b Block, p Place) error {
	var r Run
	if p.Run != "" {
		var err error
		if r, err = f.Store.Run(ctx, tx, p.Run); err != nil {
			return err
		}
	}
	if err := CanCancel(p, r, tx.Now); err != nil {
		return err
	}
	if p.State == Placed {
		cals, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		p.Late, _ = Late(b, r, cals.District, tx.Now)
	}
	freed := p.Live(tx.Now)
	if err := f.end(ctx, tx, b, p, Cancelled, "training.cancelled"); err != nil {
		return err
	}
	if !freed {
		return nil
	}
	return f.fill(ctx, tx, b)
}

// Sweep ends what has lapsed, and offers the seats to the line. Reads have treated them as ended since their hour.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) error {
	var blocks []BlockID
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		blocks, err = f.Store.due(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	for _, id := range blocks {
		if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			if err := f.lock(ctx, tx, id); err != nil {
				return err
			}
			b, err := f.Store.Block(ctx, tx, id)
			if err != nil {
				return err
			}
			return f.fill(ctx, tx, b)
		}); err != nil {
			return err
		}
	}
	return nil
}
