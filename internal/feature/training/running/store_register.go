package running

import (
	"context"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// ensureRegister makes the row that a register is locked by, where there is none.
func (Store) ensureRegister(ctx context.Context, tx *store.Tx, run training.RunID) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_register (id, district_id) VALUES (?, ?) ON CONFLICT (id) DO NOTHING`, string(run), tx.Viewer.District))
}

func (Store) updateRegister(ctx context.Context, tx *store.Tx, g Register) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_register SET joining = ?, joining_days = ?, reminder_days = ? WHERE id = ?`, g.Joining, g.Before, g.Remind, string(g.Run)))
}

func (Store) closeRegister(ctx context.Context, tx *store.Tx, run training.RunID) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_register SET closed_at = ?, closed_by_id = ? WHERE id = ?`, int64(tx.Now), tx.Viewer.Account, string(run)))
}

func (Store) putTrainers(ctx context.Context, tx *store.Tx, run training.RunID, accounts []string) error {
	if err := tx.Put(ctx, store.SQL(`DELETE FROM training_trainer WHERE run_id = ?`, string(run))); err != nil {
		return err
	}
	for _, a := range accounts {
		if err := tx.Put(ctx, store.SQL(`INSERT INTO training_trainer (run_id, account_id, district_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, string(run), a, tx.Viewer.District)); err != nil {
			return err
		}
	}
	return nil
}

// keptRuns returns the published runs that the viewer keeps the register of, with a day between two, by their first day.
func (Store) keptRuns(ctx context.Context, tx *store.Tx, from, until clock.Day) ([]training.RunID, error) {
	q := store.SQL(`SELECT r.id FROM training_run r JOIN training_block b ON b.id = r.block_id WHERE r.district_id = ? AND r.state = 'published' AND r.first_on <= ?
		AND EXISTS (SELECT 1 FROM training_run_day d WHERE d.run_id = r.id AND d.on_day >= ?) AND (EXISTS (SELECT 1 FROM training_trainer t WHERE t.run_id = r.id AND t.account_id = ?) OR`,
		tx.Viewer.District, string(until), string(from), tx.Viewer.Account).In(`b.org_id`, training.Offices(tx.Viewer))
	return store.Values[training.RunID](ctx, tx, q.Add(`) ORDER BY r.first_on, r.id`))
}

// Award returns what a course's certificate asks for, and which duties it meets: nothing, where nobody has said.
func (Store) Award(ctx context.Context, tx *store.Tx, c training.CourseID) (Award, error) {
	a, err := store.One[Award](ctx, tx, store.SQL(`SELECT a.course_id, a.evaluation, a.duties, a.version FROM training_award a WHERE a.course_id = ? AND a.district_id = ?`, string(c), tx.Viewer.District))
	if errs.Is(err, errs.NotFound) {
		return Award{Course: c}, nil
	}
	return a, err
}

// putAward keeps an award where it still has the version that its form showed, and says how many it kept.
func (Store) putAward(ctx context.Context, tx *store.Tx, a Award) (int64, error) {
	return tx.Exec(ctx, store.SQL(`INSERT INTO training_award (course_id, district_id, evaluation, duties, version) VALUES (?, ?, ?, ?, 1)
		ON CONFLICT (course_id) DO UPDATE SET evaluation = excluded.evaluation, duties = excluded.duties, version = training_award.version + 1 WHERE training_award.version = ?`,
		string(a.Course), tx.Viewer.District, a.Evaluation, a.Duties.String(), a.Version))
}

func (Store) insertEvaluation(ctx context.Context, tx *store.Tx, e Evaluation) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_evaluation (key, district_id, run_id, useful, sure_before, sure_after, will_do, would_change) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Key, tx.Viewer.District, string(e.Run), e.Useful, e.SureBefore, e.SureAfter, e.WillDo, e.WouldChange))
}

// Evaluations returns what people thought of a run, in no order that says anything.
func (Store) Evaluations(ctx context.Context, tx *store.Tx, run training.RunID) ([]Evaluation, error) {
	return store.All[Evaluation](ctx, tx, store.SQL(`SELECT e.key, e.run_id, e.useful, e.sure_before, e.sure_after, e.will_do, e.would_change FROM training_evaluation e WHERE e.run_id = ? AND e.district_id = ? ORDER BY e.key`,
		string(run), tx.Viewer.District))
}

func (Store) setEvaluated(ctx context.Context, tx *store.Tx, k training.BookingID) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_told SET evaluated_at = ? WHERE booking_id = ?`, int64(tx.Now), string(k)))
}

// evaluatedAt is when somebody said what they thought, 0 for not yet.
func (s Store) evaluatedAt(ctx context.Context, tx *store.Tx, k training.BookingID) (clock.Millis, error) {
	t, err := s.told(ctx, tx, k)
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	return t.Evaluated, err
}

const learntColumns = `l.id, l.org_id, l.account_id, l.person, l.name, l.title, l.duties, l.from_day, l.until_day, l.minutes, l.expires_on, l.booking_id, l.run_id, l.serial_hash, l.serial_secret, l.issued_at, l.withdrawn_at, l.by_id, l.entered_at, l.version`

// Learnt returns a line of a training record. NotFound: none, or not for this viewer.
func (Store) Learnt(ctx context.Context, tx *store.Tx, l LearntID) (Learnt, error) {
	return store.One[Learnt](ctx, tx, store.SQL(`SELECT `+learntColumns+` FROM training_learnt l JOIN access_record r ON r.id = l.id WHERE l.id = ?`, string(l)).Visible("r", access.Training))
}

// learntOn returns the lines that a run gave, withdrawn ones too, as far as the viewer may see them.
func (Store) learntOn(ctx context.Context, tx *store.Tx, run training.RunID) ([]Learnt, error) {
	return store.All[Learnt](ctx, tx, store.SQL(`SELECT `+learntColumns+` FROM training_learnt l JOIN access_record r ON r.id = l.id WHERE l.run_id = ?`, string(run)).Visible("r", access.Training).Add(`ORDER BY l.name, l.id`))
}

// LearntAt returns the training records of a school, as far as the viewer may see them, without what was withdrawn, the latest first.
func (Store) LearntAt(ctx context.Context, tx *store.Tx, org string) ([]Learnt, error) {
	return store.All[Learnt](ctx, tx, store.SQL(`SELECT `+learntColumns+` FROM training_learnt l JOIN access_record r ON r.id = l.id WHERE l.org_id = ? AND l.withdrawn_at = 0`, org).
		Visible("r", access.Training).Add(`ORDER BY l.until_day DESC, l.id`))
}

// LearntBy returns somebody's training record, as far as the viewer may see it, without what was withdrawn, the latest first.
func (Store) LearntBy(ctx context.Context, tx *store.Tx, account string) ([]Learnt, error) {
	return store.All[Learnt](ctx, tx, store.SQL(`SELECT `+learntColumns+` FROM training_learnt l JOIN access_record r ON r.id = l.id WHERE l.account_id = ? AND l.withdrawn_at = 0`, account).
		Visible("r", access.Training).Add(`ORDER BY l.until_day DESC, l.id`))
}

// certified returns the line of a certificate by the hash of its serial, withdrawn ones too. The program itself asks.
func (Store) certified(ctx context.Context, tx *store.Tx, hash string) (Learnt, error) {
	return store.One[Learnt](ctx, tx, store.SQL(`SELECT `+learntColumns+` FROM training_learnt l JOIN access_record r ON r.id = l.id WHERE l.serial_hash <> '' AND l.serial_hash = ? AND l.district_id = ?`, hash, tx.Viewer.District).
		Visible("r", access.Training))
}

func (Store) insertLearnt(ctx context.Context, tx *store.Tx, l Learnt) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_learnt (id, org_id, account_id, person, name, title, duties, from_day, until_day, minutes, expires_on, booking_id, run_id, serial_hash, serial_secret, issued_at, withdrawn_at, by_id, entered_at, district_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, string(l.ID), l.Org, l.Account, l.Person, l.Name, l.Title, l.Duties.String(), string(l.From), string(l.Until), l.Minutes, string(l.Expires),
		string(l.Booking), string(l.Run), l.Hash, l.Sealed, int64(l.Issued), int64(l.Withdrawn), l.By, int64(l.Entered), tx.Viewer.District))
}

func (Store) setWithdrawn(ctx context.Context, tx *store.Tx, l LearntID, at clock.Millis) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_learnt SET withdrawn_at = ?, version = version + 1 WHERE id = ?`, int64(at), string(l)))
}

func (Store) setIssued(ctx context.Context, tx *store.Tx, l Learnt) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_learnt SET serial_hash = ?, serial_secret = ?, issued_at = ?, version = version + 1 WHERE id = ?`, l.Hash, l.Sealed, int64(l.Issued), string(l.ID)))
}
