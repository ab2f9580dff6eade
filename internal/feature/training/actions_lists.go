package training

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Transfer moves a place to another date of its block: the seat there must be free, and nobody may be waiting for it. The old seat goes to
// its line. Rule: it is no place, or there is no room.
func (f *Feature) Transfer(ctx context.Context, v access.Viewer, id BookingID, to RunID) (err error) {
	defer errs.Wrap(&err, "training.Transfer(%s)", id)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return f.inPlace(ctx, tx, id, func(b Block, p Place, _ Booking) error {
			s, err := f.seat(ctx, tx, b)
			if err != nil {
				return err
			}
			want, ok := s.runs[to]
			if !ok {
				return errs.Refuse("Choose another date of the same block")
			}
			if err := CanTransfer(b, p, s.runs[p.Run].Run, want.Run, s.counts[to].Waiting, s.room(to), tx.Now); err != nil {
				return err
			}
			c, err := s.claims(ctx, tx, p)
			if err != nil {
				return err
			}
			if _, err := CanClaim(b, to, c, tx.Now); err != nil {
				return err
			}
			if err := s.give(ctx, tx, &p, to, Placed, 0); err != nil {
				return err
			}
			if err := f.Store.updatePlace(ctx, tx, p); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, "training.transferred", id.Ref(), audit.Org(b.Org), audit.Detail(to)); err != nil {
				return err
			}
			return f.fill(ctx, tx, b)
		})
	})
}

// LetIn gives somebody who came without one a place on a run that has begun: the room decides, so limits do not. The caller has
// decided that they may, and writes it down in the log with the mark.
func (f *Feature) LetIn(ctx context.Context, tx *store.Tx, b Block, r Run, k Booking) error {
	k.Block, k.Channel = b.ID, OnTheDay
	if err := CheckRequest(Place{First: r.ID}, k); err != nil {
		return err
	}
	p := Place{ID: k.ID, Block: b.ID, First: r.ID, Run: r.ID, State: Placed, Choice: 1, Arrived: tx.Now}
	if err := f.place(ctx, tx, &p, k); err != nil {
		return err
	}
	if err := f.insert(ctx, tx, b, Request{Booking: k}); err != nil {
		return err
	}
	if err := f.lock(ctx, tx, b.ID); err != nil {
		return err
	}
	var err error
	if p.Seat, err = f.nextSeat(ctx, tx, r.ID); err != nil {
		return err
	}
	return f.Store.insertPlace(ctx, tx, p)
}

// CanTransfer says whether a place can move to another date.
func CanTransfer(b Block, p Place, from, to Run, waiting int64, room bool, now clock.Millis) error {
	switch {
	case p.State != Placed:
		return errs.Refuse("Only a confirmed place can move to another date")
	case p.Run == to.ID:
		return errs.Refuse("The place is on this date already")
	case now >= from.Begins():
		return errs.Refuse("This date has begun")
	case waiting > 0 || !room:
		return errs.Refuse("That date is full. Keep this place, or give it back and ask for the other")
	}
	return CanTake(b, to, now)
}

// Interest is somebody who wants a course that has no dates yet (TRN-19).
type Interest struct {
	ID      string
	Course  CourseID
	Account string
	Name    string
	Email   string
	OrgName string
	Asked   clock.Millis
	Told    clock.Millis // when they were told of dates; 0 while they wait
}

func (i *Interest) Dest() []any {
	return []any{&i.ID, (*string)(&i.Course), &i.Account, &i.Name, &i.Email, &i.OrgName, (*int64)(&i.Asked), (*int64)(&i.Told)}
}

const interestColumns = `i.id, i.course_id, i.account_id, i.name, i.email, i.org_name, i.asked_at, i.told_at`

// InterestIn returns who waits for dates of a course, as far as the viewer may see them, in the order of asking.
func (Store) InterestIn(ctx context.Context, tx *store.Tx, course CourseID) ([]Interest, error) {
	return store.All[Interest](ctx, tx, store.SQL(`SELECT `+interestColumns+` FROM training_interest i JOIN access_record r ON r.id = i.id WHERE i.course_id = ? AND i.told_at = 0`, string(course)).
		Visible("r", training).Add(`ORDER BY i.asked_at, i.id`))
}

// Want registers the viewer's interest in a course without dates. Somebody who waits already keeps their place in the order.
// NotFound: no such course. Rule: it has dates.
func (f *Feature) Want(ctx context.Context, v access.Viewer, i Interest) (err error) {
	defer errs.Wrap(&err, "training.Want(%s)", i.Course)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		c, err := f.Store.Course(ctx, tx, i.Course)
		if err != nil {
			return err
		}
		if dates, err := f.Store.hasDates(ctx, tx, c.ID); err != nil {
			return err
		} else if dates {
			return errs.Refuse("There are dates for this course. Ask for one of them")
		}
		i.Account = tx.Viewer.Account
		mine, err := f.Store.InterestIn(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, have := range mine {
			if have.Account == i.Account {
				tx.Unaudited("they wait already")
				return nil
			}
		}
		i.Asked = tx.Now
		if i.Email, err = f.People.Email(ctx, tx, i.Account); err != nil {
			return err
		}
		if err := tx.Put(ctx, store.SQL(`INSERT INTO training_interest (id, district_id, course_id, account_id, name, email, org_name, asked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			i.ID, tx.Viewer.District, string(i.Course), i.Account, i.Name, i.Email, i.OrgName, int64(i.Asked))); err != nil {
			return err
		}
		if err := f.insertWish(ctx, tx, i); err != nil {
			return err
		}
		if err := tx.AddRecord(ctx, access.Record{ID: i.ID, Kind: access.Training, Part: access.PartInterest, Org: c.Org, Author: i.Account}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.wanted", ref.To(access.Training, i.ID), audit.Org(c.Org))
	})
	if store.IsDuplicate(err) {
		return nil // the form was sent twice
	}
	return err
}

// hasDates says whether a course has a published date that has not begun.
func (Store) hasDates(ctx context.Context, tx *store.Tx, c CourseID) (bool, error) {
	return store.Exists(ctx, tx, store.SQL(`SELECT 1 FROM training_run r JOIN training_block b ON b.id = r.block_id WHERE r.course_id = ? AND r.district_id = ? AND r.state = 'published' AND b.state = 'published' AND r.first_on > ? LIMIT 1`,
		string(c), tx.Viewer.District, string(clock.DayOf(tx.Now.Time()))))
}

// WriteDates tells those who wait for a course that it has dates, in the order in which they asked (TRN-19).
type WriteDates struct {
	Course CourseID `json:"course"`
}

// Kind names the work in the queue.
func (WriteDates) Kind() string { return "training.write_dates" }

// tellOfDates queues the letters to those who wait for the courses of runs that were published.
func (f *Feature) tellOfDates(ctx context.Context, tx *store.Tx, published []Run) error {
	done := map[CourseID]bool{}
	for _, r := range published {
		if done[r.Course] {
			continue
		}
		done[r.Course] = true
		if err := jobs.Add(ctx, tx, WriteDates{Course: r.Course}); err != nil {
			return err
		}
	}
	return nil
}

// writeDates is the work of WriteDates. Each is marked as told before the letter goes, so that nobody has two.
func (f *Feature) writeDates(ctx context.Context, v access.Viewer, a WriteDates) error {
	for {
		var m mail.Message
		none := false
		if err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			m, none = mail.Message{}, false
			line, err := f.Store.InterestIn(ctx, tx, a.Course)
			if err != nil {
				return err
			}
			if none = len(line) == 0; none {
				return nil
			}
			c, err := f.Store.Course(ctx, tx, a.Course)
			if err != nil {
				return err
			}
			i := line[0]
			if err := tx.Put(ctx, store.SQL(`UPDATE training_interest SET told_at = ? WHERE id = ?`, int64(tx.Now), i.ID)); err != nil {
				return err
			}
			if err := tx.Put(ctx, store.SQL(`UPDATE training_wish SET told_at = ? WHERE id = ?`, int64(tx.Now), i.ID)); err != nil {
				return err
			}
			m = mail.Message{To: i.Email, Subject: "Dates for " + c.Title, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, i.ID+"-dates"),
				Text: fmt.Sprintf("You asked to hear when %s has dates. It has: look at them, and ask for a place.\n\n%s/training/courses/%s\n\n%s\n", c.Title, f.PublicURL, c.ID, f.Publisher)}
			return nil
		}); err != nil || none {
			return err
		}
		if err := f.Mailer.Send(ctx, m); err != nil {
			return err
		}
	}
}

// Invitee is a row of an invitation list.
type Invitee struct {
	Row   int // of the file, from 1
	Name  string
	Email string
	Org   string
}

// Repeat is a row that says what an earlier one said.
type Repeat struct{ Row, First int }

// Words name the rows: "Row 4 repeats row 2".
func (r Repeat) Words() string { return fmt.Sprintf("Row %d repeats row %d", r.Row, r.First) }

// Unique returns the rows of a list without those whose address an earlier one has, however it is written, and those (TRN-B17).
func Unique(rows []Invitee) (kept []Invitee, repeats []Repeat) {
	first := map[string]int{}
	for _, r := range rows {
		if n, ok := first[Address(r.Email)]; ok {
			repeats = append(repeats, Repeat{r.Row, n})
			continue
		}
		first[Address(r.Email)] = r.Row
		kept = append(kept, r)
	}
	return kept, repeats
}

// Invite adds people to the invitation list of a block, and says how many were new and which rows were on it already. Rows that repeat one
// another are left out and returned.
func (f *Feature) Invite(ctx context.Context, v access.Viewer, id BlockID, rows []Invitee) (added int, repeats []Repeat, known []int, err error) {
	defer errs.Wrap(&err, "training.Invite(%s)", id)
	kept, repeats := Unique(rows)
	err = f.inBlock(ctx, v, id, func(ctx context.Context, tx *store.Tx, b Block) error {
		added, known = 0, nil
		for _, r := range kept {
			n, err := tx.Exec(ctx, store.SQL(`INSERT INTO training_invited (block_id, address, district_id) VALUES (?, ?, ?) ON CONFLICT (block_id, address) DO NOTHING`, string(id), Address(r.Email), tx.Viewer.District))
			if err != nil {
				return err
			}
			if n == 0 {
				known = append(known, r.Row)
				continue
			}
			added++
			record := tx.NewID()
			if err := tx.Put(ctx, store.SQL(`INSERT INTO training_invitation (id, district_id, block_id, name, email, org_name, entered_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				record, tx.Viewer.District, string(id), r.Name, strings.TrimSpace(r.Email), r.Org, int64(tx.Now))); err != nil {
				return err
			}
			if err := tx.AddRecord(ctx, access.Record{ID: record, Kind: access.Training, Part: access.PartInvitation, Org: b.Org}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, "training.invited", id.Ref(), audit.Org(b.Org), audit.Detail(added))
	})
	return added, repeats, known, err
}

type inviteeRow struct{ Invitee }

func (i *inviteeRow) Dest() []any { return []any{&i.Name, &i.Email, &i.Org} }

// Invitations returns the invitation list of a block, as far as the viewer may see it, by name.
func (Store) Invitations(ctx context.Context, tx *store.Tx, block BlockID) ([]Invitee, error) {
	rows, err := store.All[inviteeRow](ctx, tx, store.SQL(`SELECT i.name, i.email, i.org_name FROM training_invitation i JOIN access_record r ON r.id = i.id WHERE i.block_id = ?`, string(block)).
		Visible("r", training).Add(`ORDER BY i.name, i.id`))
	out := make([]Invitee, len(rows))
	for i, r := range rows {
		out[i] = r.Invitee
	}
	return out, err
}
