package running

import (
	"context"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// Line is what a school writes into training records itself: a session on an INSET day, an online course, training elsewhere.
type Line struct {
	ID      string // the form's; each person's line is made of it
	Org     string
	Duty    string // "" for none
	Title   string
	On      clock.Day
	Minutes int64
	Months  int64 // of validity; 0: for ever
	People  []string
}

// CheckLine says whether a line is whole.
func CheckLine(l Line, today clock.Day) error {
	switch {
	case strings.TrimSpace(l.Title) == "":
		return errs.Refuse("Write what it was")
	case l.On == "":
		return errs.Refuse("Give the day")
	case l.On > today:
		return errs.Refuse("The day has not come yet")
	case l.Minutes < 0 || l.Minutes > 60*60:
		return errs.Refuse("Write how many hours it took, up to 60")
	case len(l.People) == 0:
		return errs.Refuse("Choose who was there")
	}
	return nil
}

// Enter writes a line into the training records of colleagues. A second call with the same id changes nothing. NotFound: the school is not one
// that the viewer leads, or somebody does not work there.
func (f *Feature) Enter(ctx context.Context, v access.Viewer, line Line) (err error) {
	defer errs.Wrap(&err, "running.Enter(%s)", line.ID)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if !tx.Viewer.HoldsAt(access.DSL, line.Org) && !tx.Viewer.HoldsAt(access.Head, line.Org) {
			return errs.Missing()
		}
		if err := CheckLine(line, clock.DayOf(tx.Now.Time())); err != nil {
			return err
		}
		var duties store.Keys
		if line.Duty != "" {
			d, ok := Owed().Duty(line.Duty)
			if !ok {
				return errs.Missing()
			}
			duties, line.Months = store.Keys{d.Key}, d.Every
		}
		staff, err := f.Staff.Staff(ctx, tx, line.Org)
		if err != nil {
			return err
		}
		names := map[string]string{}
		for _, m := range staff {
			names[m.Account] = m.Name
		}
		made := false
		for _, account := range line.People {
			name, ok := names[account]
			if !ok {
				return errs.Missing()
			}
			l := Learnt{ID: lineID(line.ID, account), Org: line.Org, Account: account, Person: training.Person(name, line.Org), Name: name, Title: strings.TrimSpace(line.Title), Duties: duties,
				From: line.On, Until: line.On, Minutes: line.Minutes, Expires: Expiry(line.On, line.Months), By: tx.Viewer.Account, Entered: tx.Now}
			if _, err := f.rows.Learnt(ctx, tx, l.ID); err == nil {
				continue
			} else if !errs.Is(err, errs.NotFound) {
				return err
			}
			if err := f.insertLearnt(ctx, tx, l, line.Org); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, "training.learnt_entered", l.ID.Ref(), audit.Org(line.Org)); err != nil {
				return err
			}
			made = true
		}
		if !made {
			tx.Unaudited("the lines are there already")
		}
		return nil
	})
	if store.IsDuplicate(err) {
		return errs.Missing() // the id is somebody else's
	}
	return err
}

// lineID is the id of one person's line of those that a form writes: the same whenever the form is sent.
func lineID(form, account string) LearntID {
	h := id.Hash(form + " " + account)
	return LearntID(form[:13] + "-" + h[:4] + "-" + h[4:8] + "-" + h[8:20])
}

// TakeOut takes a line that the school wrote itself out of a training record. A second call changes nothing. NotFound: none, or another
// school's. Rule: a course gave it, whose organiser keeps it.
func (f *Feature) TakeOut(ctx context.Context, v access.Viewer, l LearntID) (err error) {
	defer errs.Wrap(&err, "running.TakeOut(%s)", l)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		x, err := f.rows.Learnt(ctx, tx, l)
		if err != nil {
			return err
		}
		if !tx.Viewer.HoldsAt(access.DSL, x.Org) && !tx.Viewer.HoldsAt(access.Head, x.Org) {
			return errs.Missing()
		}
		if x.Booking != "" {
			return errs.Refuse("This line comes from a register. Its organiser can put that right")
		}
		if !x.Withdrawn.IsZero() {
			tx.Unaudited("it is out already")
			return nil
		}
		return f.withdraw(ctx, tx, x, x.Org)
	})
}

// SetAward says what a board asks for before it gives a certificate of a course, and which duties the course meets. NotFound: another
// organiser's course. Conflict: somebody else has saved since.
func (f *Feature) SetAward(ctx context.Context, v access.Viewer, a Award) (err error) {
	defer errs.Wrap(&err, "running.SetAward(%s)", a.Course)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		c, err := f.Store.Course(ctx, tx, a.Course)
		if err != nil {
			return err
		}
		if !tx.Viewer.HoldsAt(access.TrainingAdmin, c.Org) {
			return errs.Missing()
		}
		for _, d := range a.Duties {
			if _, ok := Owed().Duty(d); !ok {
				return errs.Refuse("Choose duties from the list")
			}
		}
		if n, err := f.rows.putAward(ctx, tx, a); err != nil {
			return err
		} else if n == 0 {
			return errs.New(errs.Conflict, "Somebody else changed this since you opened it. Look at it again")
		}
		return audit.Record(ctx, tx, "training.award_set", a.Course.Ref(), audit.Org(c.Org), audit.Detail(a))
	})
}
