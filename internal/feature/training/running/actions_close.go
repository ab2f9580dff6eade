package running

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"strconv"
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
	if !l.Issued.IsZero() {
		if err := f.rows.enlist(ctx, tx, l.ID); err != nil {
			return err
		}
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
		g.Record, g.From, g.Until = string(l.ID), tx.Now, clock.ForEver
		if err := tx.AddGrant(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (f *Feature) restore(ctx context.Context, tx *store.Tx, k kept, l Learnt) error {
	if err := cmp.Or(f.rows.setWithdrawn(ctx, tx, l.ID, 0), f.rows.setStatus(ctx, tx, l.ID, false)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "training.learnt_restored", l.ID.Ref(), audit.Org(k.block.Org))
}

func (f *Feature) withdraw(ctx context.Context, tx *store.Tx, l Learnt, org string) error {
	if err := cmp.Or(f.rows.setWithdrawn(ctx, tx, l.ID, tx.Now), f.rows.setStatus(ctx, tx, l.ID, true)); err != nil {
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

// Reseal seals every serial anew, for the change of the root key, 100 a closure. Those that are under the fresh key already stay.
func Reseal(ctx context.Context, db *store.DB, old, fresh [32]byte) error {
	return db.InSteps(ctx, access.System("*", "change of the root key"), func(ctx context.Context, tx *store.Tx, after string) (last string, err error) {
		all, err := store.All[Learnt](ctx, tx, store.SQL(`SELECT `+learntColumns+` FROM training_learnt l WHERE l.serial_hash <> '' AND l.id > ? ORDER BY l.id LIMIT 100`, after))
		if err != nil {
			return "", err
		}
		for _, l := range all {
			again, err := secret.Reseal(old, fresh, l.Sealed, []byte(l.ID))
			if err != nil {
				return "", fmt.Errorf("running: serial of %s: %w", l.ID, err)
			}
			if err := tx.Put(ctx, store.SQL(`UPDATE training_learnt SET serial_secret = ? WHERE id = ?`, again, string(l.ID))); err != nil {
				return "", err
			}
			last = string(l.ID)
		}
		return last, nil
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

// SerialProblem says what is wrong with what was typed as a serial, so that a slip of the hand is not taken for a paper that is not ours; ""
// where it could be one.
func SerialProblem(typed string) string {
	s := Compact(typed)
	n := len([]rune(s))
	switch {
	case n == 0:
		return "Type the serial"
	case strings.Trim(s, "0123456789abcdefghjkmnpqrstvwxyz") != "":
		return "A serial has letters and figures only, and no U. Compare it with the paper"
	case n != serialLength:
		return "A serial has " + strconv.Itoa(serialLength) + " letters and figures. This has " + strconv.Itoa(n)
	}
	return ""
}

// serialLength is how many letters and figures the 128 bits of a serial are written in.
const serialLength = 26

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
		if err := cmp.Or(f.rows.setIssued(ctx, tx, l), f.rows.enlist(ctx, tx, l.ID)); err != nil {
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
