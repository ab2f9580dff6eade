package running

import (
	"context"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Store holds the SQL statements of this package.
type Store struct{}

const markColumns = `m.booking_id, m.run_id, m.n, m.kind, m.instead, m.how, m.by_id, m.at`

// Marks returns the marks of a run that the viewer may see.
func (Store) Marks(ctx context.Context, tx *store.Tx, run training.RunID) ([]Mark, error) {
	return store.All[Mark](ctx, tx, store.SQL(`SELECT `+markColumns+` FROM training_mark m JOIN access_record r ON r.id = m.booking_id WHERE m.run_id = ?`, string(run)).
		Visible("r", access.Training).Add(`ORDER BY m.booking_id, m.n`))
}

// Attended returns who attended a run, as far as the viewer may see it, by name: every day marked as present or late (TRN-2).
func (s Store) Attended(ctx context.Context, tx *store.Tx, run training.RunID) ([]Attendee, error) {
	r, err := training.Store{}.Run(ctx, tx, run)
	if err != nil {
		return nil, err
	}
	marks, err := s.Marks(ctx, tx, run)
	if err != nil || len(marks) == 0 {
		return nil, err
	}
	bookings, err := training.Store{}.BookedOn(ctx, tx, run)
	return attendees(len(r.Days), bookings, marks), err
}

// PutMark keeps a mark in the place of an earlier one of the same person and day.
func (Store) PutMark(ctx context.Context, tx *store.Tx, m Mark) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_mark (booking_id, run_id, n, district_id, kind, instead, how, by_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (booking_id, run_id, n) DO UPDATE SET kind = excluded.kind, instead = excluded.instead, how = excluded.how, by_id = excluded.by_id, at = excluded.at`,
		string(m.Booking), string(m.Run), m.N, tx.Viewer.District, string(m.Kind), m.Instead, m.How, m.By, int64(m.At)))
}

// setAttended writes into the ledger of places, which names nobody, whether somebody was there.
func (Store) setAttended(ctx context.Context, tx *store.Tx, k training.BookingID, came int) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_place SET attended = ? WHERE id = ?`, came, string(k)))
}

// Register returns how a run is kept: the defaults, where nobody has said anything.
func (Store) Register(ctx context.Context, tx *store.Tx, run training.RunID) (Register, error) {
	r, err := store.One[Register](ctx, tx, store.SQL(`SELECT g.id, g.joining, g.joining_days, g.reminder_days, g.closed_at, g.closed_by_id, g.version FROM training_register g WHERE g.id = ? AND g.district_id = ?`,
		string(run), tx.Viewer.District))
	if errs.Is(err, errs.NotFound) {
		return Register{Run: run, Before: -1, Remind: -1}, nil
	}
	return r, err
}
