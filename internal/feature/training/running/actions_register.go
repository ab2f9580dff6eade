package running

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// Tick is what a register says of one person, as it is sent.
type Tick struct {
	Booking training.BookingID
	Kind    MarkKind
	Instead string
	Was     MarkKind // the mark that the page showed; "" for none
}

// CanMark says whether the register of a day can be kept now. Once it is closed, only the organiser puts it right.
func CanMark(g Register, days []training.Day, n int, organiser bool, now clock.Millis) error {
	switch {
	case n < 0 || n >= len(days):
		return errs.Missing()
	case now < clock.Of(days[n].On.Start()):
		return errs.Refusef("The register of %s opens on that day", term.LongDate(days[n].On))
	case !g.ClosedAt.IsZero() && !organiser:
		return errs.Refuse("This register is closed. The organiser can still put it right")
	}
	return nil
}

// CheckTick says whether a mark is whole.
func CheckTick(t Tick) error {
	switch t.Kind {
	case Present, Late, Absent:
		return nil
	case Substitute:
		if strings.TrimSpace(t.Instead) == "" {
			return errs.Refuse("Write who came instead")
		}
		return nil
	}
	return errs.Refuse("Choose one of the marks")
}

// lockRegister takes a run's register, and returns it as it is then.
func (f *Feature) lockRegister(ctx context.Context, tx *store.Tx, run training.RunID) (Register, error) {
	if err := f.rows.ensureRegister(ctx, tx, run); err != nil {
		return Register{}, err
	}
	if _, err := tx.Lock(ctx, "training_register", string(run)); err != nil {
		return Register{}, err
	}
	return f.rows.Register(ctx, tx, run)
}

// inRegister runs do with a run that the viewer keeps the register of, locked. NotFound: none, or another's.
func (f *Feature) inRegister(ctx context.Context, v access.Viewer, run training.RunID, do func(context.Context, *store.Tx, kept) error) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		k, err := f.keep(ctx, tx, run)
		if err != nil {
			return err
		}
		if k.g, err = f.lockRegister(ctx, tx, run); err != nil {
			return err
		}
		return do(ctx, tx, k)
	})
}

// Tick keeps the marks of a day. Sent twice, as a phone does that was offline, it makes no difference. A mark that somebody else has changed
// since the page was shown stays, and is returned. NotFound: not the viewer's to keep. Rule: not now, or a mark is not whole.
func (f *Feature) Tick(ctx context.Context, v access.Viewer, run training.RunID, n int, ticks []Tick) (left []training.BookingID, err error) {
	defer errs.Wrap(&err, "running.Tick(%s, %d)", run, n)
	err = f.inRegister(ctx, v, run, func(ctx context.Context, tx *store.Tx, k kept) error {
		left = nil
		if err := CanMark(k.g, k.run.Days, n, tx.Viewer.HoldsAt(access.TrainingAdmin, k.block.Org), tx.Now); err != nil {
			return err
		}
		have, err := f.marksBy(ctx, tx, run)
		if err != nil {
			return err
		}
		booked, err := f.Store.BookedOn(ctx, tx, run)
		if err != nil {
			return err
		}
		on := map[training.BookingID]bool{}
		for _, b := range booked {
			on[b.ID] = true
		}
		changed := false
		for _, t := range ticks {
			if !on[t.Booking] {
				return errs.Missing()
			}
			if err := CheckTick(t); err != nil {
				return err
			}
			t.Instead = strings.TrimSpace(t.Instead)
			if t.Kind != Substitute {
				t.Instead = ""
			}
			is := have[t.Booking][n]
			switch {
			case is.Kind == t.Kind && is.Instead == t.Instead:
				continue
			case is.Kind != t.Was:
				left = append(left, t.Booking)
				continue
			}
			m := Mark{Booking: t.Booking, Run: run, N: n, Kind: t.Kind, Instead: t.Instead, How: ByTick, By: tx.Viewer.Account, At: tx.Now}
			if err := f.mark(ctx, tx, k, m); err != nil {
				return err
			}
			changed = true
		}
		if !changed {
			tx.Unaudited("the register says so already")
			return nil
		}
		if k.g.ClosedAt.IsZero() {
			return nil
		}
		return f.settle(ctx, tx, k, have)
	})
	return left, err
}

// mark keeps one mark and writes it down.
func (f *Feature) mark(ctx context.Context, tx *store.Tx, k kept, m Mark) error {
	return cmp.Or(f.rows.PutMark(ctx, tx, m), audit.Record(ctx, tx, "training.marked", m.Booking.Ref(), audit.Org(k.block.Org), audit.Detail(m)))
}

// marksBy returns the marks of a run by person and day.
func (f *Feature) marksBy(ctx context.Context, tx *store.Tx, run training.RunID) (map[training.BookingID]map[int]Mark, error) {
	all, err := f.rows.Marks(ctx, tx, run)
	out := map[training.BookingID]map[int]Mark{}
	for _, m := range all {
		if out[m.Booking] == nil {
			out[m.Booking] = map[int]Mark{}
		}
		out[m.Booking][m.N] = m
	}
	return out, err
}

// WalkIn lets somebody in who was not booked, and marks them as here on a day. A second call with the same id changes nothing.
// Errors as Tick.
func (f *Feature) WalkIn(ctx context.Context, v access.Viewer, run training.RunID, n int, who training.Booking) (err error) {
	defer errs.Wrap(&err, "running.WalkIn(%s)", who.ID)
	err = f.inRegister(ctx, v, run, func(ctx context.Context, tx *store.Tx, k kept) error {
		if err := CanMark(k.g, k.run.Days, n, false, tx.Now); err != nil {
			return err
		}
		if who.OrgName != "" {
			org, err := f.Organisations.Called(ctx, tx, who.OrgName)
			if err != nil {
				return err
			}
			who.Org = org
		}
		account, err := f.staffNamed(ctx, tx, who.Org, who.Name)
		if err != nil {
			return err
		}
		who.Account = account
		if err := f.LetIn(ctx, tx, k.block, k.run, who); err != nil {
			return err
		}
		if err := f.rows.grantTrainers(ctx, tx, who.ID, k.run); err != nil {
			return err
		}
		who.Channel = training.OnTheDay
		t := Told{Booking: who.ID, Run: run, Email: who.Email, Name: who.Name, Mark: MarkOf(who, k.run, k.venue), Days: len(k.run.Days), At: tx.Now}
		if err := f.rows.putTold(ctx, tx, t); err != nil {
			return err
		}
		return f.mark(ctx, tx, k, Mark{Booking: who.ID, Run: run, N: n, Kind: Present, How: ByName, By: tx.Viewer.Account, At: tx.Now})
	})
	if !store.IsDuplicate(err) {
		return err
	}
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error { // the form was sent twice
		if _, err := f.keep(ctx, tx, run); err != nil {
			return err
		}
		_, err := f.Store.Booking(ctx, tx, who.ID)
		return err
	})
}

// lateAfter is how long after its beginning somebody who types the code counts as late.
const lateAfter = 15 * time.Minute

// derive makes a key or a code of the package's key.
func (f *Feature) derive(purpose, what string) []byte {
	h := hmac.New(sha256.New, f.Key[:])
	_, _ = fmt.Fprintf(h, "%s\x00%s", purpose, what) // a hash never fails
	return h.Sum(nil)
}

// Code is what is shown in the room on a day: six digits, of that run and day alone.
func (f *Feature) Code(run training.RunID, n int) string {
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(f.derive("room", fmt.Sprintf("%s %d", run, n)))%1_000_000)
}

// DayOfRun returns which day of a run it is today, from 0. ok is false on every other.
func DayOfRun(days []training.Day, today clock.Day) (n int, ok bool) {
	for i, d := range days {
		if d.On == today {
			return i, true
		}
	}
	return 0, false
}

// freeCodes is how many wrong codes somebody may type before they have to wait.
const freeCodes = 5

// placed returns a place and what is kept of its run. NotFound: there is no place, or it is none any more.
func (f *Feature) placed(ctx context.Context, tx *store.Tx, k training.BookingID) (p training.Place, x kept, err error) {
	if p, err = f.Store.Place(ctx, tx, k); err != nil {
		return p, x, err
	}
	if p.State != training.Placed {
		return p, x, errs.Missing()
	}
	x, err = f.load(ctx, tx, p.Run)
	return p, x, err
}

// here marks somebody as here who typed the code that the room shows: late, a quarter of an hour after the beginning. What whoever keeps
// the register has said stands. Rule: there is no course today, or the code is another.
func (f *Feature) here(ctx context.Context, v access.Viewer, k training.BookingID, code string) (err error) {
	defer errs.Wrap(&err, "running.here(%s)", k)
	what := "training-code " + string(k)
	if err := f.Limits.Try(ctx, v.District, what, freeCodes); err != nil {
		return err
	}
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		p, x, err := f.placed(ctx, tx, k)
		if err != nil {
			return err
		}
		n, ok := DayOfRun(x.run.Days, clock.DayOf(tx.Now.Time()))
		if !ok {
			return errs.Refuse("The code works on the day of the course")
		}
		if subtle.ConstantTimeCompare([]byte(digits(code)), []byte(f.Code(p.Run, n))) != 1 {
			return errs.Refuse("This is not the code that the room shows. Look again, or tell whoever keeps the register")
		}
		if x.g, err = f.lockRegister(ctx, tx, p.Run); err != nil {
			return err
		}
		have, err := f.marksBy(ctx, tx, p.Run)
		if err != nil {
			return err
		}
		if have[k][n].Kind != "" {
			tx.Unaudited("they are marked already")
			return nil
		}
		if err := CanMark(x.g, x.run.Days, n, false, tx.Now); err != nil {
			return err
		}
		m := Mark{Booking: k, Run: p.Run, N: n, Kind: Present, How: ByCode, By: tx.Viewer.Account, At: tx.Now}
		if d := x.run.Days[n]; d.Starts != "" && tx.Now > instant(d.On, d.Starts).Add(lateAfter) {
			m.Kind = Late
		}
		return f.mark(ctx, tx, x, m)
	})
	if err != nil {
		return err
	}
	return f.Limits.Succeeded(ctx, v.District, what)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// HereByLink is here for whoever holds the link in the joining instructions. NotFound: no such link.
func (f *Feature) HereByLink(ctx context.Context, district, secret, code string) error {
	v := access.System(district, "somebody checks in with the link of their joining instructions")
	k, err := f.linked(ctx, v, secret)
	if err != nil {
		return err
	}
	return f.here(ctx, v, k, code)
}

// Here is here for somebody who has signed in. NotFound: the place is not theirs.
func (f *Feature) Here(ctx context.Context, v access.Viewer, k training.BookingID, code string) error {
	if err := f.ownPlace(ctx, v, k); err != nil {
		return err
	}
	return f.here(ctx, v, k, code)
}

// ownPlace says whether a place is for the viewer. NotFound: it is not.
func (f *Feature) ownPlace(ctx context.Context, v access.Viewer, k training.BookingID) error {
	return f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		b, err := f.Store.Booking(ctx, tx, k)
		if err == nil && (b.Account == "" || b.Account != tx.Viewer.Account) {
			err = errs.Missing()
		}
		return err
	})
}

// linked returns the place that a link in joining instructions is for. NotFound: no such link, or its time has ended.
func (f *Feature) linked(ctx context.Context, v access.Viewer, secret string) (k training.BookingID, err error) {
	err = f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		k, err = f.Store.Linked(ctx, tx, secret, toDelegate)
		return err
	})
	return k, err
}

// Keep says how a run is kept: what the joining instructions say, when letters go, and who stands in front of it. NotFound: another
// organiser's. Conflict: somebody else has saved since g.Version. Rule: the numbers.
func (f *Feature) Keep(ctx context.Context, v access.Viewer, g Register, trainers []string, outside ...Outside) (err error) {
	defer errs.Wrap(&err, "running.Keep(%s)", g.Run)
	return f.inRegister(ctx, v, g.Run, func(ctx context.Context, tx *store.Tx, k kept) error {
		if !tx.Viewer.HoldsAt(access.TrainingAdmin, k.block.Org) {
			return errs.Missing()
		}
		if k.g.Version != g.Version+1 { // the lock has just added one
			return errs.New(errs.Conflict, "Somebody else changed this since you opened it. Look at it again")
		}
		if g.Before < -1 || g.Before > 30 || g.Remind < -1 || g.Remind > 90 {
			return errs.Refuse("Joining instructions go 0 to 30 working days before, the reminder 0 to 90 days before")
		}
		if err := f.rows.updateRegister(ctx, tx, g); err != nil {
			return err
		}
		accounts, others, err := f.accountsOf(ctx, tx, outside)
		if err != nil {
			return err
		}
		for _, a := range trainers {
			if !slices.Contains(accounts, a) {
				accounts = append(accounts, a)
			}
		}
		if err := f.setTrainers(ctx, tx, k, accounts); err != nil {
			return err
		}
		if err := f.setFronts(ctx, tx, k.run.ID, accounts, others); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.run_kept", g.Run.Ref(), audit.Org(k.block.Org), audit.Detail(g))
	})
}

// setTrainers says who stands in front of a run, and lets them read who is booked on it; whoever no longer does reads it no longer.
func (f *Feature) setTrainers(ctx context.Context, tx *store.Tx, k kept, accounts []string) error {
	was, err := f.rows.trainers(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	if err := f.rows.putTrainers(ctx, tx, k.run.ID, accounts); err != nil {
		return err
	}
	booked, err := f.Store.BookedOn(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	for _, b := range booked {
		for _, t := range was {
			if err := tx.EndGrants(ctx, string(b.ID), access.Trains, t); err != nil {
				return err
			}
		}
		if err := f.rows.grantTrainers(ctx, tx, b.ID, k.run); err != nil {
			return err
		}
	}
	return nil
}
