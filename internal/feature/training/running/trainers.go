package running

import (
	"context"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Outside is somebody who stands in front of a run and is not of its organiser's staff, as they are written down.
type Outside struct{ Name, Email string }

// ReadOutside reads a line each, "Jo Bell, jo.bell@example.org". Rule: a line has no name or no address.
func ReadOutside(lines string) (out []Outside, err error) {
	seen := map[string]bool{}
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		i := strings.LastIndexAny(line, ", \t")
		if i < 0 {
			return nil, errs.Refusef("Write a name and an e-mail address a line, such as Jo Bell, jo.bell@example.org. “%s” has not both", line)
		}
		o := Outside{Name: strings.Trim(line[:i], ", \t"), Email: strings.ToLower(strings.Trim(line[i:], ", \t<>"))}
		if o.Name == "" || !mail.IsAddress(o.Email) {
			return nil, errs.Refusef("Write a name and an e-mail address a line, such as Jo Bell, jo.bell@example.org. “%s” has not both", line)
		}
		if !seen[o.Email] {
			seen[o.Email], out = true, append(out, o)
		}
	}
	return out, nil
}

// Front is somebody who stands in front of a run, with what they were last told. Only one with an account keeps the register.
type Front struct {
	ID       string
	Run      training.RunID
	Account  string // "" for somebody from outside
	Name     string // of somebody from outside, as Email
	Email    string
	Gone     bool // they no longer do
	Mark     string
	Days     int
	Sequence int // -1: they were told nothing yet
	Sent     int
	At       clock.Millis
	Off      bool // they were told that it is off
	Numbers  bool // they were told how many are booked
}

// Dest lists where the columns go.
func (x *Front) Dest() []any {
	return []any{&x.ID, (*string)(&x.Run), &x.Account, &x.Name, &x.Email, &x.Gone, &x.Mark, &x.Days, &x.Sequence, &x.Sent, (*int64)(&x.At), &x.Off, &x.Numbers}
}

// What somebody who stands in front of a run has to hear.
const (
	hearsNothing = ""
	hearsOff     = "off"
	hearsPlace   = "place"   // for the first time, again, or what has changed
	hearsNumbers = "numbers" // when joining instructions go: how many come
)

// Hears says what somebody who stands in front of a run has to hear now. on: the run takes place, and mark is that of all that is to be known
// of it. A letter that is on its way is waited for, for a day.
func (x Front) Hears(on bool, mark string, begins clock.Millis, joining bool, now clock.Millis) string {
	return heard{x.Mark, x.Sequence, x.Sent, x.At, x.Off, x.Numbers}.hears(on && !x.Gone, mark, begins, joining, now)
}

// heard is what somebody who is no delegate was last told of a run: a trainer, or the venue.
type heard struct {
	Mark     string
	Sequence int // -1: they were told nothing yet
	Sent     int // the sequence of the letter that has gone
	At       clock.Millis
	Off      bool // they were told that it is off
	Numbers  bool // they were told how many come
}

// hears says what they have to hear now; due: it is time to say how many come.
func (x heard) hears(on bool, mark string, begins clock.Millis, due bool, now clock.Millis) string {
	switch {
	case x.Sent < x.Sequence && now < x.At.Add(dayLong):
		return hearsNothing
	case !on:
		if x.Off || x.Sequence < 0 {
			return hearsNothing
		}
		return hearsOff
	case now >= begins:
		return hearsNothing
	case x.Off || x.Sequence < 0 || x.Mark != mark:
		return hearsPlace
	case due && !x.Numbers:
		return hearsNumbers
	}
	return hearsNothing
}

const frontColumns = `x.id, x.run_id, x.account_id, x.name, x.email, x.gone, x.mark, x.days, x.sequence, x.sent, x.told_at, x.off, x.numbers`

// fronts are those who stand, or stood, in front of a run.
func (Store) fronts(ctx context.Context, tx *store.Tx, run training.RunID) ([]Front, error) {
	return store.All[Front](ctx, tx, store.SQL(`SELECT `+frontColumns+` FROM training_front x WHERE x.run_id = ? AND x.district_id = ? ORDER BY x.name, x.id`, string(run), tx.Viewer.District))
}

// frontsFrom are those of all runs that begin on a day or later.
func (Store) frontsFrom(ctx context.Context, tx *store.Tx, from clock.Day) ([]Front, error) {
	return store.All[Front](ctx, tx, store.SQL(`SELECT `+frontColumns+` FROM training_front x JOIN training_run r ON r.id = x.run_id WHERE x.district_id = ? AND r.first_on >= ? ORDER BY x.id`, tx.Viewer.District, string(from)))
}

func (Store) front(ctx context.Context, tx *store.Tx, id string) (Front, error) {
	return store.One[Front](ctx, tx, store.SQL(`SELECT `+frontColumns+` FROM training_front x WHERE x.id = ? AND x.district_id = ?`, id, tx.Viewer.District))
}

func (Store) putFront(ctx context.Context, tx *store.Tx, x Front) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_front (id, district_id, run_id, account_id, name, email, gone, mark, days, sequence, sent, told_at, off, numbers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, gone = excluded.gone, mark = excluded.mark, days = excluded.days, sequence = excluded.sequence, sent = excluded.sent, told_at = excluded.told_at, off = excluded.off, numbers = excluded.numbers`,
		x.ID, tx.Viewer.District, string(x.Run), x.Account, x.Name, x.Email, x.Gone, x.Mark, x.Days, x.Sequence, x.Sent, int64(x.At), x.Off, x.Numbers))
}

func (Store) setFrontSent(ctx context.Context, tx *store.Tx, id string, sequence int) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_front SET sent = ? WHERE id = ? AND sequence = ?`, sequence, id, sequence))
}

// setFronts says who stands in front of a run: accounts, and others from outside. Whoever no longer does stays, until they have heard it.
func (f *Feature) setFronts(ctx context.Context, tx *store.Tx, run training.RunID, accounts []string, outside []Outside) error {
	was, err := f.rows.fronts(ctx, tx, run)
	if err != nil {
		return err
	}
	now := map[[2]string]string{}
	for _, a := range accounts {
		now[[2]string{a, ""}] = ""
	}
	for _, o := range outside {
		now[[2]string{"", o.Email}] = o.Name
	}
	for _, x := range was {
		key := [2]string{x.Account, x.Email}
		name, stands := now[key]
		delete(now, key)
		if x.Gone = !stands; stands {
			x.Name = name
		}
		if err := f.rows.putFront(ctx, tx, x); err != nil {
			return err
		}
	}
	for key, name := range now {
		if err := f.rows.putFront(ctx, tx, Front{ID: tx.NewID(), Run: run, Account: key[0], Email: key[1], Name: name, Sequence: -1, Sent: -1}); err != nil {
			return err
		}
	}
	return nil
}

// accountsOf sorts those who were written down into accounts and others: whoever has an account and works somewhere here is known by it.
func (f *Feature) accountsOf(ctx context.Context, tx *store.Tx, outside []Outside) (accounts []string, others []Outside, err error) {
	for _, o := range outside {
		account, err := f.Staff.AccountAt(ctx, tx, o.Email)
		if err != nil {
			return nil, nil, err
		}
		if account != "" {
			accounts = append(accounts, account)
		} else {
			others = append(others, o)
		}
	}
	return accounts, others, nil
}
