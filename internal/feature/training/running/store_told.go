package running

import (
	"context"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

const toldColumns = `t.booking_id, t.run_id, t.email, t.name, t.mark, t.days, t.sequence, t.sent, t.at, t.off, t.reminded_run_id, t.joined_run_id, t.evaluated_at`

// told returns what somebody was last told. The program itself asks.
func (Store) told(ctx context.Context, tx *store.Tx, k training.BookingID) (Told, error) {
	return store.One[Told](ctx, tx, store.SQL(`SELECT `+toldColumns+` FROM training_told t JOIN access_record r ON r.id = t.booking_id WHERE t.booking_id = ?`, string(k)).Visible("r", access.Training))
}

// seated is a booking that has a place, with its run.
type seated struct {
	k   training.Booking
	run training.RunID
}

// Dest lists where the columns go.
func (s *seated) Dest() []any {
	return []any{(*string)(&s.k.ID), (*string)(&s.k.Block), &s.k.Org, &s.k.OrgName, &s.k.Name, &s.k.Account, &s.k.Email, &s.k.By, &s.k.Channel, &s.k.SenderMail, (*string)(&s.run)}
}

// standing returns every place on a coming run, and every place that was and of which somebody has not heard that it is no more; each with
// what its person was last told. The program itself asks. Whoever booked a session of a programme without an account is left out: they
// hear from the programme, with the link by which they give the place back.
func (Store) standing(ctx context.Context, tx *store.Tx, from clock.Day, coming map[training.RunID]training.Run) (out []standing, err error) {
	tolds, err := store.All[Told](ctx, tx, store.SQL(`SELECT `+toldColumns+` FROM training_told t JOIN training_run r ON r.id = t.run_id WHERE t.district_id = ? AND r.first_on >= ? ORDER BY t.booking_id`, tx.Viewer.District, string(from)))
	if err != nil {
		return nil, err
	}
	by := map[training.BookingID]Told{}
	for _, t := range tolds {
		by[t.Booking] = t
	}
	seats, err := store.All[seated](ctx, tx, store.SQL(`SELECT k.id, k.block_id, k.org_id, k.org_name, k.name, k.account_id, k.email, k.by_id, k.channel, k.sender_email, p.run_id
		FROM training_booking k JOIN training_place p ON p.id = k.id JOIN training_run r ON r.id = p.run_id WHERE p.district_id = ? AND p.state = 'placed' AND r.first_on >= ? AND (k.by_id <> '' OR k.channel <> 'web') ORDER BY p.arrived_at, p.id`,
		tx.Viewer.District, string(from)))
	if err != nil {
		return nil, err
	}
	placed := map[training.BookingID]bool{}
	for _, s := range seats {
		placed[s.k.ID] = true
		if r, ok := coming[s.run]; ok {
			out = append(out, standing{s.k, r, by[s.k.ID]})
		}
	}
	for _, t := range tolds {
		if !placed[t.Booking] && !t.Off {
			out = append(out, standing{told: t})
		}
	}
	return out, nil
}

// registers are those of coming runs for which somebody has said something.
func (Store) registers(ctx context.Context, tx *store.Tx, from clock.Day) (map[training.RunID]Register, error) {
	all, err := store.All[Register](ctx, tx, store.SQL(`SELECT g.id, g.joining, g.joining_days, g.reminder_days, g.closed_at, g.closed_by_id, g.version FROM training_register g JOIN training_run r ON r.id = g.id
		WHERE g.district_id = ? AND r.first_on >= ?`, tx.Viewer.District, string(from)))
	out := map[training.RunID]Register{}
	for _, g := range all {
		out[g.Run] = g
	}
	return out, err
}

// putTold keeps what somebody is told now.
func (Store) putTold(ctx context.Context, tx *store.Tx, t Told) error {
	return tx.Put(ctx, store.SQL(`INSERT INTO training_told (booking_id, district_id, run_id, email, name, mark, days, sequence, sent, at, off, reminded_run_id, joined_run_id, evaluated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (booking_id) DO UPDATE SET run_id = excluded.run_id, email = excluded.email, name = excluded.name, mark = excluded.mark, days = excluded.days, sequence = excluded.sequence, sent = excluded.sent, at = excluded.at,
		off = excluded.off, reminded_run_id = excluded.reminded_run_id, joined_run_id = excluded.joined_run_id, evaluated_at = excluded.evaluated_at`,
		string(t.Booking), tx.Viewer.District, string(t.Run), t.Email, t.Name, t.Mark, t.Days, t.Sequence, t.Sent, int64(t.At), t.Off, string(t.Reminded), string(t.Joined), int64(t.Evaluated)))
}

// setSent says that the letter of a sequence has gone.
func (Store) setSent(ctx context.Context, tx *store.Tx, k training.BookingID, sequence int) error {
	return tx.Put(ctx, store.SQL(`UPDATE training_told SET sent = ? WHERE booking_id = ? AND sequence = ?`, sequence, string(k), sequence))
}

// trainers are the accounts of those who stand in front of a run.
func (Store) trainers(ctx context.Context, tx *store.Tx, run training.RunID) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT t.account_id FROM training_trainer t WHERE t.run_id = ? AND t.district_id = ? ORDER BY t.account_id`, string(run), tx.Viewer.District))
}

// trainerKeeps is how many days after a run its trainers read who was booked.
const trainerKeeps = 28

// grantTrainers lets the trainers of a run read a booking on it, until some weeks after.
func (s Store) grantTrainers(ctx context.Context, tx *store.Tx, k training.BookingID, r training.Run) error {
	all, err := s.trainers(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	until := clock.Of(r.Days[len(r.Days)-1].On.Add(trainerKeeps).Start())
	for _, t := range all {
		if err := tx.AddGrant(ctx, store.Grant{Record: string(k), Kind: access.Trains, To: t, From: tx.Now, Until: until}); err != nil {
			return err
		}
	}
	return nil
}

// regrant moves the trainers' right to read a booking from the run it was on to the one it is on.
func (f *Feature) regrant(ctx context.Context, tx *store.Tx, k training.BookingID, was training.RunID, r training.Run) error {
	if was == r.ID {
		return nil
	}
	if was != "" {
		old, err := f.rows.trainers(ctx, tx, was)
		if err != nil {
			return err
		}
		for _, t := range old {
			if err := tx.EndGrants(ctx, string(k), access.Trains, t); err != nil {
				return err
			}
		}
	}
	return f.rows.grantTrainers(ctx, tx, k, r)
}
