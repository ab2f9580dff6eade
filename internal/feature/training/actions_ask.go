package training

import (
	"cmp"
	"context"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Request is what somebody asks for: who, and which runs. Its id is the form's, so a form that is sent twice makes one booking.
type Request struct {
	Booking
	First, Second RunID
	Group         string       // staff group of the person the place is for
	Arrived       clock.Millis // when it arrived, for what came by e-mail, letter or telephone (INT-1); 0: now
	Access, Diet  string       // what the person needs
}

// far is the end of a relation that has none.
const far = clock.Millis(1<<62 - 1)

// Ask files a request, and where places go at once gives one: a seat, a held seat while a manager is to agree, or a place in the line.
// A second call with the same id by the same person changes nothing.
// NotFound: no such block or date. Rule: the block's rules say no, in words for whoever asks.
func (f *Feature) Ask(ctx context.Context, v access.Viewer, q Request) (state PlaceState, err error) {
	defer errs.Wrap(&err, "training.Ask(%s)", q.ID)
	q.Channel, q.Sender, q.SenderMail, q.Arrived = "web", "", "", 0
	return f.file(ctx, v, q, f.named)
}

// AskAtWork is Ask for whoever asks on the page of a date: for the organisation that they work for. It asks for dates of the block to
// which the page's belongs; q names neither the organisation nor the block. NotFound: no such date, or they hold no post.
func (f *Feature) AskAtWork(ctx context.Context, v access.Viewer, page RunID, q Request) (state PlaceState, err error) {
	defer errs.Wrap(&err, "training.AskAtWork(%s)", q.ID)
	q.Channel, q.Sender, q.SenderMail, q.Arrived = "web", "", "", 0
	return f.file(ctx, v, q, func(ctx context.Context, tx *store.Tx, q *Request) (b Block, err error) {
		if q.Org, err = f.People.OrgOf(ctx, tx, tx.Viewer.Account); err != nil {
			return b, err
		}
		names, err := f.Organisations.Names(ctx, tx, q.Org)
		if err != nil {
			return b, err
		}
		b, err = f.Store.blockOf(ctx, tx, page)
		q.OrgName, q.Block = names[q.Org].Name, b.ID
		return b, err
	})
}

// Enter files what came by e-mail, letter or telephone for its sender. Its place in the line, and whether it is in time, go by its
// date of arrival (INT-1). Errors as Ask; NotFound also where the block is another organiser's.
func (f *Feature) Enter(ctx context.Context, v access.Viewer, q Request) (state PlaceState, err error) {
	defer errs.Wrap(&err, "training.Enter(%s)", q.ID)
	return f.file(ctx, v, q, f.named)
}

// CheckArrival says whether what was entered by the office says how and when it came, and who sent it.
func CheckArrival(q Request, now clock.Millis) error {
	switch {
	case q.Channel != "email" && q.Channel != "letter" && q.Channel != "telephone":
		return errs.Refuse("Say whether it came by e-mail, by letter or by telephone")
	case strings.TrimSpace(q.Sender) == "":
		return errs.Refuse("Write who sent it")
	case q.Arrived == 0:
		return errs.Refuse("Give the day it arrived")
	case q.Arrived > now:
		return errs.Refuse("It cannot have arrived later than now")
	}
	return nil
}

// named returns the block that a request names.
func (f *Feature) named(ctx context.Context, tx *store.Tx, q *Request) (Block, error) {
	return f.Store.Block(ctx, tx, q.Block)
}

// file files a request in the block that find finds, which also says what the request does not say yet.
func (f *Feature) file(ctx context.Context, v access.Viewer, q Request, find func(context.Context, *store.Tx, *Request) (Block, error)) (state PlaceState, err error) {
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		b, err := find(ctx, tx, &q)
		if err != nil {
			return err
		}
		p := Place{ID: q.ID, Block: q.Block, First: q.First, Second: q.Second, Group: q.Group, Arrived: tx.Now, State: Asked}
		if q.Channel == "web" {
			if b.State != Published {
				return errs.Missing()
			}
		} else {
			if err := runs(tx.Viewer, b.Org); err != nil {
				return err
			}
			if err := CheckArrival(q, tx.Now); err != nil {
				return err
			}
			p.Arrived = q.Arrived
		}
		if err := cmp.Or(CheckRequest(p, q.Booking), CheckManager(b, q.Booking)); err != nil {
			return err
		}
		if err := CanAsk(b, p.Arrived); err != nil {
			return err
		}
		if err := f.invited(ctx, tx, b, q); err != nil {
			return err
		}
		if err := f.place(ctx, tx, &p, q.Booking); err != nil {
			return err
		}
		// From here on others wait. What is written refers to the block: were it written before, each of a hundred who ask would hold the
		// block a little, and PostgreSQL would keep a list of them with every version of it.
		if err := f.lock(ctx, tx, b.ID); err != nil {
			return err
		}
		if err := f.insert(ctx, tx, b, q); err != nil {
			return err
		}
		if err := f.settle(ctx, tx, &p); err != nil {
			return err
		}
		state = p.State
		if err := f.Store.insertPlace(ctx, tx, p); err != nil {
			return err
		}
		if q.Channel == "web" {
			return nil
		}
		return jobs.Add(ctx, tx, WriteReceipt{Booking: q.ID})
	})
	if store.IsDuplicate(err) {
		return f.sentTwice(ctx, v, q.ID)
	}
	return state, err
}

// sentTwice answers a form that came a second time. NotFound: the id is somebody else's.
func (f *Feature) sentTwice(ctx context.Context, v access.Viewer, id BookingID) (state PlaceState, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		k, err := f.Store.Booking(ctx, tx, id)
		if err != nil {
			return err
		}
		if k.By != tx.Viewer.Account {
			return errs.Missing()
		}
		p, err := f.Store.Place(ctx, tx, id)
		state = p.State
		return err
	})
	return state, err
}

// place fills in what the ledger keeps of whoever asks: school, area, priority.
func (f *Feature) place(ctx context.Context, tx *store.Tx, p *Place, k Booking) error {
	p.Party = Party(k.Org, k.OrgName)
	p.Person = Person(k.Name, p.Party)
	if k.Org == "" {
		return nil
	}
	postcode, ward, err := f.Organisations.Where(ctx, tx, k.Org)
	p.Outward, p.Ward = Outward(postcode), ward
	return err
}

// invited refuses whoever is not on the list of a block that is by invitation.
func (f *Feature) invited(ctx context.Context, tx *store.Tx, b Block, q Request) error {
	if !b.InvitedOnly || q.Channel != "web" {
		return nil
	}
	mine, err := f.People.Email(ctx, tx, tx.Viewer.Account)
	if err != nil {
		return err
	}
	ok, err := store.Exists(ctx, tx, store.SQL(`SELECT 1 FROM training_invited i WHERE i.block_id = ? AND i.address IN (?, ?)`, string(b.ID), Address(mine), Address(q.Email)))
	if err == nil && !ok {
		err = errs.Refuse("This is by invitation. Ask the organiser to add you to the list")
	}
	return err
}

// Address is the mark of an e-mail address on an invitation list: the same however it is written.
func Address(email string) string { return id.Hash(strings.ToLower(strings.TrimSpace(email))) }

// insert writes who asks, as a record of its own, and what is needed, as another.
func (f *Feature) insert(ctx context.Context, tx *store.Tx, b Block, q Request) error {
	k := q.Booking
	k.By, k.Entered = tx.Viewer.Account, tx.Now
	if err := f.Store.insertBooking(ctx, tx, k); err != nil {
		return err
	}
	if err := tx.AddRecord(ctx, access.Record{ID: string(k.ID), Kind: access.Training, Part: access.PartBooking, Org: b.Org, Author: k.By}); err != nil {
		return err
	}
	for _, g := range []store.Grant{{Kind: access.Booked, To: k.Account}, {Kind: access.School, To: k.Org}} {
		if g.To == "" {
			continue
		}
		g.Record, g.From, g.Until = string(k.ID), tx.Now, far
		if err := tx.AddGrant(ctx, g); err != nil {
			return err
		}
	}
	if q.Access != "" || q.Diet != "" {
		if err := f.addNeed(ctx, tx, b, k, q.Access, q.Diet); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, "training.asked", k.ID.Ref(), audit.Org(b.Org))
}

func (f *Feature) addNeed(ctx context.Context, tx *store.Tx, b Block, k Booking, needs, diet string) error {
	n := Need{ID: tx.NewID(), Booking: k.ID, Access: needs, Diet: diet}
	if err := f.Store.insertNeed(ctx, tx, n); err != nil {
		return err
	}
	return tx.AddRecord(ctx, access.Record{ID: n.ID, Kind: access.Training, Part: access.PartNeed, Org: b.Org, Author: k.By, Parent: string(k.ID)})
}

// settle decides what a request becomes, after the lock. With preferences, it waits for the allocation; once that has been sent, and
// where places go at once, it takes a seat of its first choice, else of its second, else a place in the line for the first.
func (f *Feature) settle(ctx context.Context, tx *store.Tx, p *Place) error {
	s, c, err := f.seatFor(ctx, tx, *p)
	if err != nil {
		return err
	}
	b := s.block
	p.Tier, _ = TierOf(b.Tiers, *p)
	over := false
	for _, r := range p.wishes() {
		want, ok := s.runs[r]
		if !ok {
			return errs.Missing()
		}
		if err := CanTake(b, want.Run, tx.Now); err != nil {
			return err
		}
		overLimit, err := CanClaim(b, r, c, tx.Now)
		if err != nil && !(overLimit && b.Second == LetWait) {
			return err
		}
		over = over || err != nil
	}
	if b.Way == Preferences && b.AllocatedAt == 0 {
		return nil
	}
	if !over {
		for _, r := range p.wishes() {
			if s.counts[r].Waiting > 0 || !s.room(r) {
				continue
			}
			if !b.NeedsManager {
				return s.give(ctx, tx, p, r, Placed, 0)
			}
			until, err := CanHold(b, s.runs[r].Run, tx.Now)
			if err != nil {
				return err
			}
			return s.give(ctx, tx, p, r, Held, until)
		}
	}
	p.State, p.Run = Waiting, p.First
	return nil
}

// seatFor loads what is decided about a request by: the block as it is after the lock, its seats, and what the school and the person
// have besides. What has lapsed goes to the line before anybody new is looked at.
func (f *Feature) seatFor(ctx context.Context, tx *store.Tx, p Place) (s *seating, c Claims, err error) {
	for {
		s, c = &seating{f: f, seats: map[RunID][]int64{}}, Claims{}
		var tiers []Tier
		var ended []BookingID
		seats := make([][]int64, len(p.wishes()))
		questions := append(f.Store.block(tx, store.SQL(`?`, string(p.Block)), &s.block, &tiers), f.Store.lapse(tx, p.Block, &ended), f.Store.ofParty(tx, p.Block, p.Party, &c.Places), f.Store.ofPerson(tx, p.Person, &c.Same))
		for i, r := range p.wishes() {
			questions = append(questions, f.Store.taken(tx, r, &seats[i]))
		}
		if err := s.load(ctx, tx, p.Block, questions...); err != nil {
			return s, c, err
		}
		s.block.Tiers = tiers
		for i, r := range p.wishes() {
			s.seats[r] = seats[i]
		}
		if len(ended) == 0 {
			err = s.complete(ctx, tx, p, &c)
			return s, c, err
		}
		if err := f.lapsed(ctx, tx, s.block, ended); err != nil {
			return s, c, err
		}
		if err := f.offer(ctx, tx, s.block); err != nil {
			return s, c, err
		}
	}
}

// wishes are the runs a request names.
func (p Place) wishes() []RunID {
	if p.Second == "" {
		return []RunID{p.First}
	}
	return []RunID{p.First, p.Second}
}

// Change is what may be changed in a request.
type Change struct {
	Version                          int64 // of the booking, as it was read
	Name, Title, Account, Email      string
	ManagerName, ManagerMail, OneDay string
	First, Second                    RunID // only while nothing was given
	Group                            string
	Access, Diet                     string
	KeepsNeeds                       bool // whoever changes it does not see what is needed, and leaves it
}

// Change puts what was asked in the place of what was asked before: another date, or a correction. What a manager agreed to has to be
// agreed to again, while the seat is held (TRN-B18). Conflict: somebody else changed it since.
func (f *Feature) Change(ctx context.Context, v access.Viewer, id BookingID, c Change) (err error) {
	defer errs.Wrap(&err, "training.Change(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return f.inPlace(ctx, tx, id, func(b Block, p Place, k Booking) error {
			if k.Version != c.Version {
				return errs.New(errs.Conflict, "Somebody else changed this request since you opened it. Look at it again")
			}
			state, err := CanChange(b, p, tx.Now)
			if err != nil {
				return err
			}
			s, err := f.seat(ctx, tx, b)
			if err != nil {
				return err
			}
			before := k
			k.Name, k.Title, k.Account, k.Email, k.ManagerName, k.ManagerMail, k.OneDayWhy = c.Name, c.Title, c.Account, c.Email, c.ManagerName, c.ManagerMail, c.OneDay
			p.Person, p.Group = Person(c.Name, p.Party), c.Group
			if p.State == Asked {
				p.First, p.Second = c.First, c.Second
			}
			if err := CheckRequest(p, k); err != nil {
				return err
			}
			if err := f.recheck(ctx, tx, s, p); err != nil {
				return err
			}
			if state == Held && p.State == Placed {
				if p.Until, err = CanHold(b, s.runs[p.Run].Run, tx.Now); err != nil {
					return err
				}
				p.State, p.Approved = Held, 0
			}
			if err := f.Store.updatePlace(ctx, tx, p); err != nil {
				return err
			}
			if err := f.Store.updateBooking(ctx, tx, k); err != nil {
				return err
			}
			if err := f.regrant(ctx, tx, before, k); err != nil {
				return err
			}
			if err := f.saveNeed(ctx, tx, b, k, c); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "training.changed", id.Ref(), audit.Org(b.Org), audit.Detail([]Booking{before, k}))
		})
	})
}

// recheck asks the rules of whoever may ask again, after a change of person or dates.
func (f *Feature) recheck(ctx context.Context, tx *store.Tx, s *seating, p Place) error {
	c, err := s.claims(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, r := range p.claims() {
		over, err := CanClaim(s.block, r, c, tx.Now)
		if err != nil && !(over && s.block.Second == LetWait) {
			return err
		}
	}
	return nil
}

// regrant moves the right to see a booking to the person it is for now.
func (f *Feature) regrant(ctx context.Context, tx *store.Tx, before, k Booking) error {
	if before.Account == k.Account {
		return nil
	}
	if before.Account != "" {
		if err := tx.EndGrants(ctx, string(k.ID), access.Booked, before.Account); err != nil {
			return err
		}
	}
	if k.Account == "" {
		return nil
	}
	return tx.AddGrant(ctx, store.Grant{Record: string(k.ID), Kind: access.Booked, To: k.Account, From: tx.Now, Until: far})
}

// saveNeed puts what is needed now in the place of what was.
func (f *Feature) saveNeed(ctx context.Context, tx *store.Tx, b Block, k Booking, c Change) error {
	if c.KeepsNeeds {
		return nil
	}
	n, err := f.Store.Need(ctx, tx, k.ID)
	if errs.Is(err, errs.NotFound) {
		if c.Access == "" && c.Diet == "" {
			return nil
		}
		return f.addNeed(ctx, tx, b, k, c.Access, c.Diet)
	}
	if err != nil {
		return err
	}
	n.Access, n.Diet = c.Access, c.Diet
	return f.Store.updateNeed(ctx, tx, n)
}
