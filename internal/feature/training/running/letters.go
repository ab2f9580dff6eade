package running

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

// Kinds of letters.
const (
	toConfirm     = "place" // the confirmation, a change, or that it is off: told apart by what is kept
	toJoin        = "joining"
	toRemind      = "reminder"
	toReport      = "absent"   // to whoever sent somebody who did not come
	toEvaluate    = "evaluate" // the certificate waits for what they thought of it
	toCertificate = "certificate"
)

// Letter is one letter about a place.
type Letter struct {
	Booking  training.BookingID `json:"booking"`
	What     string             `json:"what"`
	Sequence int                `json:"sequence,omitempty"`
	Learnt   LearntID           `json:"learnt,omitempty"`
}

// Kind names the work in the queue.
func (Letter) Kind() string { return "training.running_letter" }

// sweepAtOnce is how many places one sweep decides about; the next minute goes on.
const sweepAtOnce = 200

// standing is a place as it is now, with what its person was last told; Told.Booking is "" for somebody who was told nothing.
type standing struct {
	k    training.Booking
	run  training.Run
	told Told
}

// MarkOf is the mark of all that a letter about a place says: another one is a change that its person has to hear of.
func MarkOf(k training.Booking, r training.Run, venue training.Venue) string {
	parts := []string{string(r.ID), fmt.Sprint(r.Online), venue.Name, venue.Address, venue.Postcode, fold.Key(k.Name), k.Email, k.SenderMail}
	for _, d := range r.Days {
		parts = append(parts, string(d.On), d.Starts, d.Ends)
	}
	return id.Hash(strings.Join(parts, "\x00"))[:16]
}

// known says whether people can be told where to go.
func known(r training.Run) bool { return r.Venue != "" || r.Online }

// JoiningDue says whether joining instructions go now: so many working days before the first day, from the hour of the post, and never while
// the venue is to be confirmed (TRN-3).
func JoiningDue(g Register, r training.Run, cal term.Calendar, now clock.Millis) bool {
	n := g.Before
	if n < 0 {
		n = Posted().Joining
	}
	on := cal.AddWorkingDays(r.First, -int(n))
	if n == 0 {
		on = r.First
	}
	return known(r) && now < r.Begins() && now >= clock.Of(on.At(Posted().PostHour, 0))
}

// ReminderDue says whether a reminder goes now: so many days before, from the hour of the post, to those who were not written to since.
func ReminderDue(g Register, r training.Run, t Told, now clock.Millis) bool {
	n := g.Remind
	if n < 0 {
		n = Posted().Reminder
	}
	from := clock.Of(r.First.Add(-int(n)).At(Posted().PostHour, 0))
	return n > 0 && now < r.Begins() && now >= from && t.At < from
}

// Sweep finds who has to hear something, and has it written: each letter once.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) (err error) {
	defer errs.Wrap(&err, "running.Sweep")
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("looking for who has to hear something")
		today := clock.DayOf(tx.Now.Time())
		runs, err := f.Store.RunsFrom(ctx, tx, today)
		if err != nil {
			return err
		}
		coming := map[training.RunID]training.Run{}
		for _, r := range runs {
			coming[r.ID] = r
		}
		all, err := f.rows.standing(ctx, tx, today, coming)
		if err != nil {
			return err
		}
		venues, err := f.Venues.Venues(ctx, tx)
		if err != nil {
			return err
		}
		cals, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		registers, err := f.rows.registers(ctx, tx, today)
		if err != nil {
			return err
		}
		left := sweepAtOnce
		for _, s := range all {
			if left == 0 {
				return nil
			}
			g, ok := registers[s.run.ID]
			if !ok {
				g = Register{Run: s.run.ID, Before: -1, Remind: -1}
			}
			wrote, err := f.decide(ctx, tx, s, g, venues[s.run.Venue], cals.District)
			if err != nil {
				return err
			}
			if wrote {
				left--
			}
		}
		if err := f.sweepFronts(ctx, tx, coming, venues, registers, cals.District, left); err != nil {
			return err
		}
		return f.sweepVenues(ctx, tx, runs, venues)
	})
}

// decide has written what one person has to hear now, and says whether that was anything.
func (f *Feature) decide(ctx context.Context, tx *store.Tx, s standing, g Register, venue training.Venue, cal term.Calendar) (bool, error) {
	t := s.told
	waits := t.Booking != "" && t.Sent < t.Sequence && tx.Now < t.At.Add(dayLong) // the last letter is on its way
	switch {
	case waits:
		return false, nil
	case s.run.ID == "": // no place any more
		if t.Off || t.Booking == "" {
			return false, nil
		}
		return true, f.takeBack(ctx, tx, t)
	case tx.Now >= s.run.Begins():
		return false, nil
	case t.Booking == "" || t.Off || t.Mark != MarkOf(s.k, s.run, venue):
		return true, f.tell(ctx, tx, s, venue)
	case t.Joined != s.run.ID && JoiningDue(g, s.run, cal, tx.Now):
		t.Joined = s.run.ID
		return true, cmp.Or(f.rows.putTold(ctx, tx, t), jobs.Add(ctx, tx, Letter{Booking: t.Booking, What: toJoin}))
	case t.Reminded != s.run.ID && t.Joined != s.run.ID && ReminderDue(g, s.run, t, tx.Now):
		t.Reminded = s.run.ID
		return true, cmp.Or(f.rows.putTold(ctx, tx, t), jobs.Add(ctx, tx, Letter{Booking: t.Booking, What: toRemind}))
	}
	return false, nil
}

// takeBack has somebody told that it is off.
func (f *Feature) takeBack(ctx context.Context, tx *store.Tx, t Told) error {
	t.Off, t.At = true, tx.Now
	t.Sequence++
	if t.Email == "" {
		t.Sent = t.Sequence
		return f.rows.putTold(ctx, tx, t)
	}
	return cmp.Or(f.rows.putTold(ctx, tx, t), jobs.Add(ctx, tx, Letter{Booking: t.Booking, What: toConfirm, Sequence: t.Sequence}))
}

// tell has somebody told how their place stands. Where it is another person's now, the one who had it is told first that it is off.
func (f *Feature) tell(ctx context.Context, tx *store.Tx, s standing, venue training.Venue) error {
	t := s.told
	another := t.Booking != "" && fold.Key(t.Name) != fold.Key(s.k.Name)
	if another && !t.Off {
		return f.takeBack(ctx, tx, t)
	}
	if s.k.Account == "" {
		if err := f.meet(ctx, tx, &s.k); err != nil {
			return err
		}
	}
	to, err := f.address(ctx, tx, s.k)
	if err != nil {
		return err
	}
	if t.Booking != "" && !t.Off && t.Email != to {
		return f.takeBack(ctx, tx, t)
	}
	if err := f.regrant(ctx, tx, s.k.ID, t.Run, s.run); err != nil {
		return err
	}
	if t.Booking == "" {
		t = Told{Booking: s.k.ID, Sequence: -1}
	}
	if t.Off || t.Sequence < 0 { // whoever reads it reads of this place for the first time
		t.Sent, t.Reminded, t.Joined = -1, "", ""
	}
	t.Run, t.Name, t.Email, t.Off, t.At, t.Mark = s.run.ID, s.k.Name, to, false, tx.Now, MarkOf(s.k, s.run, venue)
	t.Days = max(t.Days, len(s.run.Days)) // a day fewer than before is taken out of the calendar
	t.Sequence++
	if to == "" {
		t.Sent = t.Sequence
		return f.rows.putTold(ctx, tx, t)
	}
	return cmp.Or(f.rows.putTold(ctx, tx, t), jobs.Add(ctx, tx, Letter{Booking: t.Booking, What: toConfirm, Sequence: t.Sequence}))
}

// meet finds out who somebody is that was booked by name: the one person of that name at their school. They find the place on their own page
// from then on.
func (f *Feature) meet(ctx context.Context, tx *store.Tx, k *training.Booking) error {
	account, err := f.staffNamed(ctx, tx, k.Org, k.Name)
	if err != nil || account == "" {
		return err
	}
	k.Account = account
	if err := f.Store.Meet(ctx, tx, k.ID, account); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "training.person_known", k.ID.Ref())
}

// staffNamed returns the account of the one person of that name at a school, "" for none or several.
func (f *Feature) staffNamed(ctx context.Context, tx *store.Tx, org, name string) (account string, err error) {
	if org == "" {
		return "", nil
	}
	staff, err := f.Staff.Staff(ctx, tx, org)
	for _, m := range staff {
		if fold.Key(m.Name) != fold.Key(name) || m.Account == account {
			continue
		}
		if account != "" {
			return "", nil
		}
		account = m.Account
	}
	return account, err
}

// address is where the person with the place is written to, or whoever asked for it; "" for nowhere.
func (f *Feature) address(ctx context.Context, tx *store.Tx, k training.Booking) (string, error) {
	asker := ""
	if k.Channel == "web" {
		asker = k.By
	}
	if k.Email != "" {
		return k.Email, nil
	}
	for _, account := range []string{k.Account, asker} {
		if account == "" || account == asker && k.SenderMail != "" {
			continue
		}
		a, err := f.People.Email(ctx, tx, account)
		if err == nil && a != "" || err != nil && !errs.Is(err, errs.NotFound) {
			return a, err
		}
	}
	return k.SenderMail, nil
}

// write is the work of Letter. It may run twice: the letter has the same id then.
func (f *Feature) write(ctx context.Context, v access.Viewer, a Letter) error {
	system := access.System(v.District, "letters about a place")
	var m mail.Message
	err := f.DB.Write(ctx, system, func(ctx context.Context, tx *store.Tx) (err error) {
		tx.Unaudited("a letter is written")
		switch a.What {
		case toReport:
			m, err = f.absence(ctx, tx, a)
		case toEvaluate, toCertificate:
			m, err = f.afterwards(ctx, tx, a)
		default:
			m, err = f.letter(ctx, tx, a)
		}
		return err
	})
	if errs.Is(err, errs.NotFound) {
		return nil // the place, or whoever had it, is there no longer
	}
	if err != nil {
		return err
	}
	if err := f.send(ctx, m); err != nil {
		return err
	}
	if a.What != toConfirm {
		return nil
	}
	return f.DB.Write(ctx, system, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a letter has gone")
		return f.rows.setSent(ctx, tx, a.Booking, a.Sequence)
	})
}

// send hands a letter over, if there is one. An address that refuses for good is no reason to try again.
func (f *Feature) send(ctx context.Context, m mail.Message) error {
	if m.To == "" {
		return nil
	}
	var never *mail.RefusedError
	if err := f.Mailer.Send(ctx, m); err != nil && !errors.As(err, &never) {
		return err
	}
	return nil
}

// letter composes a letter to whoever has a place, or had one; none where a later one is on its way.
func (f *Feature) letter(ctx context.Context, tx *store.Tx, a Letter) (m mail.Message, err error) {
	t, err := f.rows.told(ctx, tx, a.Booking)
	if err != nil || t.Email == "" || a.What == toConfirm && (t.Sequence != a.Sequence || t.Sent >= a.Sequence) || a.What != toConfirm && t.Off {
		return m, err
	}
	k, err := f.Store.Booking(ctx, tx, a.Booking)
	if err != nil {
		return m, err
	}
	of, err := f.load(ctx, tx, t.Run)
	if err != nil {
		return m, err
	}
	r := of.run
	x := wording{f: f, told: t, booking: k, run: r, course: of.course, venue: of.venue, register: of.g}
	if a.What == toJoin || a.What == toConfirm && t.Joined == r.ID && !t.Off {
		if x.link, err = f.linkTo(ctx, tx, k.ID, r); err != nil {
			return m, err
		}
	}
	m = mail.Message{To: t.Email, At: tx.Now, MessageID: mail.IDAt(f.PublicURL, fmt.Sprintf("%s-%s-%s-%d", k.ID, a.What, r.ID, t.Sequence))}
	m.Subject, m.Text = x.words(a.What)
	if a.What == toConfirm {
		m.Files, err = x.entries()
	}
	return m, err
}

// linkDays is how long after a course the link in the joining instructions works: for the register, and for what people thought of it.
const linkDays = 60

// toDelegate is the purpose of a link that opens one person's page of a course.
const toDelegate = "delegate"

// linkTo makes a link to one person's page of a run.
func (f *Feature) linkTo(ctx context.Context, tx *store.Tx, k training.BookingID, r training.Run) (string, error) {
	secret, err := f.Store.InsertLink(ctx, tx, k, toDelegate, clock.Of(r.Days[len(r.Days)-1].On.Add(linkDays).Start()))
	return f.PublicURL + "/training/days/" + secret, err
}
