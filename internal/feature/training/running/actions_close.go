package running

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/jobs"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// CanClose says whether a register can be closed: its last day has begun, and everybody is marked on every day, unless whoever closes it says
// that the rest were absent. unmarked counts the marks that are missing.
func CanClose(g Register, last training.Day, unmarked int, rest bool, now clock.Millis) error {
	switch {
	case !g.ClosedAt.IsZero():
		return errs.Refuse("This register is closed already")
	case now < instant(last.On, last.Starts):
		return errs.Refuse("The last day has not begun yet")
	case unmarked > 0 && !rest:
		return errs.Refusef("%s missing. Mark everybody, or say that the rest were absent", text.Plural(unmarked, "mark is", "marks are"))
	}
	return nil
}

// Close closes a register: whoever attended has a line of their training record and a certificate, managers hear who was absent, and the
// marks stay. Closed twice, it is closed once. Errors as Tick.
func (f *Feature) Close(ctx context.Context, v access.Viewer, run training.RunID, rest bool) (err error) {
	defer errs.Wrap(&err, "running.Close(%s)", run)
	return f.inRegister(ctx, v, run, func(ctx context.Context, tx *store.Tx, k kept) error {
		have, err := f.marksBy(ctx, tx, run)
		if err != nil {
			return err
		}
		booked, err := f.Store.BookedOn(ctx, tx, run)
		if err != nil {
			return err
		}
		var missing []Mark
		for _, b := range booked {
			for n := range k.run.Days {
				if have[b.ID][n].Kind == "" {
					missing = append(missing, Mark{Booking: b.ID, Run: run, N: n, Kind: Absent, How: ByTick, By: tx.Viewer.Account, At: tx.Now})
				}
			}
		}
		if err := CanClose(k.g, k.last(), len(missing), rest, tx.Now); err != nil {
			return err
		}
		for _, m := range missing {
			if err := f.mark(ctx, tx, k, m); err != nil {
				return err
			}
		}
		if err := f.rows.closeRegister(ctx, tx, run); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, "training.register_closed", run.Ref(), audit.Org(k.block.Org)); err != nil {
			return err
		}
		return f.settle(ctx, tx, k, nil)
	})
}

// settle draws what follows from the marks of a closed register: lines of training records for those who attended, none for those who did
// not, and letters about those who were absent. before are the marks that were settled already; nil: none were.
func (f *Feature) settle(ctx context.Context, tx *store.Tx, k kept, before map[training.BookingID]map[int]Mark) error {
	marks, err := f.rows.Marks(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	booked, err := f.Store.BookedOn(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	award, err := f.rows.Award(ctx, tx, k.course.ID)
	if err != nil {
		return err
	}
	have, err := f.rows.learntOn(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	by := map[string]Learnt{}
	for _, l := range have {
		by[string(l.Booking)+" "+l.Person] = l
	}
	there := attendees(len(k.run.Days), booked, marks)
	for _, b := range booked {
		if err := f.rows.setAttended(ctx, tx, b.ID, came(b, there)); err != nil {
			return err
		}
	}
	for _, a := range there {
		key := string(a.Booking) + " " + training.Person(a.Name, training.Party(a.Org, a.OrgName))
		l, again := by[key]
		delete(by, key)
		if again && l.Withdrawn.IsZero() {
			continue
		}
		if again {
			err = f.restore(ctx, tx, k, l)
		} else {
			err = f.learn(ctx, tx, k, a, award)
		}
		if err != nil {
			return err
		}
	}
	for _, l := range by {
		if l.Withdrawn.IsZero() {
			if err := f.withdraw(ctx, tx, l, k.block.Org); err != nil {
				return err
			}
		}
	}
	for _, m := range marks {
		if m.Kind != Absent || before[m.Booking][m.N].Kind == Absent || m.N > 0 && absentBefore(marks, m) {
			continue
		}
		if err := jobs.Add(ctx, tx, Letter{Booking: m.Booking, What: toReport}); err != nil {
			return err
		}
	}
	return nil
}

// absentBefore says whether the same person was absent on an earlier day, too: one letter tells of all.
func absentBefore(marks []Mark, m Mark) bool {
	for _, x := range marks {
		if x.Booking == m.Booking && x.N < m.N && x.Kind == Absent {
			return true
		}
	}
	return false
}

// learn writes down that somebody has attended, and issues their certificate unless the board waits for what they thought of it.
func (f *Feature) learn(ctx context.Context, tx *store.Tx, k kept, a Attendee, award Award) error {
	l := Learnt{ID: LearntID(tx.NewID()), Org: a.Org, Account: a.Account, Person: training.Person(a.Name, training.Party(a.Org, a.OrgName)), Name: a.Name, Title: k.course.Title, Duties: award.Duties,
		From: k.run.First, Until: k.last().On, Minutes: k.course.CPD, Expires: Expiry(k.last().On, k.course.Validity), Booking: a.Booking, Run: k.run.ID, By: tx.Viewer.Account, Entered: tx.Now}
	if l.Account == "" {
		account, err := f.staffNamed(ctx, tx, a.Org, a.Name)
		if err != nil {
			return err
		}
		l.Account = account
	}
	evaluated, err := f.rows.evaluatedAt(ctx, tx, a.Booking)
	if err != nil {
		return err
	}
	what := toEvaluate
	if !award.Evaluation || !evaluated.IsZero() {
		f.issue(&l, tx.Now)
		what = toCertificate
	}
	if err := f.insertLearnt(ctx, tx, l, k.block.Org); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, "training.learnt", l.ID.Ref(), audit.Org(k.block.Org)); err != nil {
		return err
	}
	return jobs.Add(ctx, tx, Letter{Booking: a.Booking, What: what, Learnt: l.ID})
}

// insertLearnt keeps a line of a training record, as a record that the person and their school read, and whoever gave it.
func (f *Feature) insertLearnt(ctx context.Context, tx *store.Tx, l Learnt, by string) error {
	if err := f.rows.insertLearnt(ctx, tx, l); err != nil {
		return err
	}
	if err := tx.AddRecord(ctx, access.Record{ID: string(l.ID), Kind: access.Training, Part: access.PartLearnt, Org: by}); err != nil {
		return err
	}
	for _, g := range []store.Grant{{Kind: access.Booked, To: l.Account}, {Kind: access.School, To: l.Org}} {
		if g.To == "" {
			continue
		}
		g.Record, g.From, g.Until = string(l.ID), tx.Now, forEver
		if err := tx.AddGrant(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// forEver is the end of a relation that has none.
const forEver = clock.Millis(1<<62 - 1)

func (f *Feature) restore(ctx context.Context, tx *store.Tx, k kept, l Learnt) error {
	if err := f.rows.setWithdrawn(ctx, tx, l.ID, 0); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "training.learnt_restored", l.ID.Ref(), audit.Org(k.block.Org))
}

func (f *Feature) withdraw(ctx context.Context, tx *store.Tx, l Learnt, org string) error {
	if err := f.rows.setWithdrawn(ctx, tx, l.ID, tx.Now); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "training.learnt_withdrawn", l.ID.Ref(), audit.Org(org))
}

// issue gives a line a certificate: a serial of 128 bits that nobody can guess. It is kept sealed, so that whoever reads the database cannot list
// serials, and by its hash, so that it is found.
func (f *Feature) issue(l *Learnt, now clock.Millis) {
	var bits [16]byte
	_, _ = rand.Read(bits[:]) // never fails: crypto/rand ends the program instead
	serial := strings.ToLower(crockford.EncodeToString(bits[:]))
	l.Hash, l.Sealed, l.Issued = id.Hash(serial), secret.Seal(f.Key, []byte(serial), []byte(l.ID)), now
}

// serial returns the serial of a line's certificate.
func (f *Feature) serial(l Learnt) (string, error) {
	serial, err := secret.Open(f.Key, l.Sealed, []byte(l.ID))
	return string(serial), err
}

// Reseal seals every serial anew, for the change of the root key. Those that are under the fresh key already stay.
func Reseal(ctx context.Context, db *store.DB, old, fresh [32]byte) error {
	return db.Write(ctx, access.System("*", "change of the root key"), func(ctx context.Context, tx *store.Tx) error {
		all, err := store.All[Learnt](ctx, tx, store.SQL(`SELECT `+learntColumns+` FROM training_learnt l WHERE l.serial_hash <> '' ORDER BY l.id`))
		if err != nil {
			return err
		}
		for _, l := range all {
			again, err := secret.Reseal(old, fresh, l.Sealed, []byte(l.ID))
			if err != nil {
				return fmt.Errorf("running: serial of %s: %w", l.ID, err)
			}
			if _, err := tx.Exec(ctx, store.SQL(`UPDATE training_learnt SET serial_secret = ? WHERE id = ?`, again, string(l.ID))); err != nil {
				return err
			}
		}
		tx.Unaudited("the root key is changed")
		return nil
	})
}

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Spaced is a serial as people read it out: in groups of four, in capitals.
func Spaced(serial string) string {
	var groups []string
	for s := strings.ToUpper(serial); s != ""; {
		n := min(4, len(s))
		groups, s = append(groups, s[:n]), s[n:]
	}
	return strings.Join(groups, "-")
}

// Compact reads a serial however it is written: with hyphens or spaces, in capitals or not, with O for 0 and I or L for 1.
func Compact(s string) string {
	return strings.NewReplacer("-", "", " ", "", "o", "0", "i", "1", "l", "1").Replace(strings.ToLower(strings.TrimSpace(s)))
}

// CheckEvaluation says whether an evaluation is whole.
func CheckEvaluation(e Evaluation) error {
	for _, n := range []int64{e.Useful, e.SureBefore, e.SureAfter} {
		if n < 1 || n > 5 {
			return errs.Refuse("Choose an answer to each of the three questions")
		}
	}
	return nil
}

// evaluate keeps what somebody thought of a run, without their name, and issues the certificate that waited for it. Sent twice, the first
// counts. Rule: they were not there, or the last day has not begun.
func (f *Feature) evaluate(ctx context.Context, v access.Viewer, booking training.BookingID, e Evaluation) (err error) {
	defer errs.Wrap(&err, "running.evaluate(%s)", booking)
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		t, err := f.rows.told(ctx, tx, booking)
		if err != nil {
			return err
		}
		k, err := f.load(ctx, tx, t.Run)
		if err != nil {
			return err
		}
		if _, err := f.lockRegister(ctx, tx, t.Run); err != nil {
			return err
		}
		if t, err = f.rows.told(ctx, tx, booking); err != nil {
			return err
		}
		if !t.Evaluated.IsZero() {
			tx.Unaudited("they have answered already")
			return nil
		}
		marks, err := f.marksBy(ctx, tx, t.Run)
		if err != nil {
			return err
		}
		if err := CanEvaluate(k.last(), marks[booking], tx.Now); err != nil {
			return err
		}
		if err := CheckEvaluation(e); err != nil {
			return err
		}
		e.Key, e.Run = id.Secret(16), t.Run
		if err := f.rows.insertEvaluation(ctx, tx, e); err != nil {
			return err
		}
		if err := f.rows.setEvaluated(ctx, tx, booking); err != nil {
			return err
		}
		if err := f.issueAwaited(ctx, tx, k, booking); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "training.evaluated", booking.Ref(), audit.Org(k.block.Org))
	})
}

// CanEvaluate says whether somebody can say what they thought of a run.
func CanEvaluate(last training.Day, marks map[int]Mark, now clock.Millis) error {
	there := false
	for _, m := range marks {
		there = there || m.Kind == Present || m.Kind == Late || m.Kind == Substitute
	}
	switch {
	case now < instant(last.On, last.Starts):
		return errs.Refuse("You can say what you thought of it once the last day has begun")
	case !there:
		return errs.Refuse("The register has nobody here for this place yet. Tell whoever keeps it")
	}
	return nil
}

// issueAwaited issues the certificates of a booking that waited for what its person thought of it.
func (f *Feature) issueAwaited(ctx context.Context, tx *store.Tx, k kept, booking training.BookingID) error {
	all, err := f.rows.learntOn(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	for _, l := range all {
		if l.Booking != booking || !l.Issued.IsZero() || !l.Withdrawn.IsZero() {
			continue
		}
		f.issue(&l, tx.Now)
		if err := f.rows.setIssued(ctx, tx, l); err != nil {
			return err
		}
		if err := jobs.Add(ctx, tx, Letter{Booking: booking, What: toCertificate, Learnt: l.ID}); err != nil {
			return err
		}
	}
	return nil
}

// EvaluateByLink is evaluate for whoever holds the link. NotFound: no such link.
func (f *Feature) EvaluateByLink(ctx context.Context, district, secret string, e Evaluation) error {
	v := access.System(district, "somebody says what they thought of a course, with the link that they were sent")
	k, err := f.linked(ctx, v, secret)
	if err != nil {
		return err
	}
	return f.evaluate(ctx, v, k, e)
}

// Evaluate is evaluate for somebody who has signed in. NotFound: the place is not theirs.
func (f *Feature) Evaluate(ctx context.Context, v access.Viewer, k training.BookingID, e Evaluation) error {
	if err := f.ownPlace(ctx, v, k); err != nil {
		return err
	}
	return f.evaluate(ctx, access.System(v.District, "somebody says what they thought of a course"), k, e)
}

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
		var duties Keys
		if line.Duty != "" {
			d, ok := Owed().Duty(line.Duty)
			if !ok {
				return errs.Missing()
			}
			duties, line.Months = Keys{d.Key}, d.Every
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
