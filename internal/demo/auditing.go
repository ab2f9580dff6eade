package demo

import (
	"context"

	"kith/internal/feature/auditing"
	"kith/internal/kernel/clock"
)

// copies gives the district's auditor a fortnight of checkpoints that left the machine. On one day of it the mail server was
// away, so that the page shows what a missed day looks like.
func (m *maker) copies(ctx context.Context, today clock.Day) error {
	f, carys := m.parts.Auditing, m.as("carys.pugh")
	add := func(name, email string) error {
		return f.Add(ctx, carys, auditing.Recipient{ID: m.db.IDs().New(clock.Of(m.clock.Now())), Name: name, Email: email + "@haverdale.example"})
	}
	m.clock.Set(today.Add(-11).At(16, 20))
	if err := add("Carys Pugh, data protection officer", "carys.pugh"); err != nil {
		return err
	}
	if err := add("Internal audit, Haverdale Council", "internal.audit"); err != nil {
		return err
	}
	send := func() error {
		if err := f.Sweep(ctx, m.sys); err != nil {
			return err
		}
		_, err := m.parts.Queue.Drain(ctx)
		return err
	}
	for ago := 11; ago > 0; ago-- {
		hour := 6
		switch ago {
		case 11:
			hour = 17
		case 6:
			continue
		}
		m.clock.Set(today.Add(-ago).At(hour, 0))
		if err := send(); err != nil {
			return err
		}
	}
	m.clock.Set(today.Add(-1).At(15, 40))
	if err := add("Chair of the safeguarding partnership", "partnership.chair"); err != nil {
		return err
	}
	m.clock.Set(today.Add(-1).At(15, 41))
	return send()
}
