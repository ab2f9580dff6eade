package running

import (
	"context"
	"crypto/ed25519"
	"strings"
	"time"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Deps is what the package needs besides what training has.
type Deps struct {
	Training *training.Feature
	// Key seals the serials of certificates, and makes the codes of rooms and the key that signs credentials.
	Key [32]byte
	// Limits counts tries of a room's code.
	Limits interface {
		Try(ctx context.Context, district, what string, free int64) error
		Succeeded(ctx context.Context, district, what string) error
	}
	Staff interface {
		// Staff returns everybody who holds a post at a school now, by name, with their staff group in words.
		Staff(ctx context.Context, tx *store.Tx, org string) ([]Member, error)
		// AccountAt returns the account of that address of somebody who works here now, "" for none.
		AccountAt(ctx context.Context, tx *store.Tx, email string) (string, error)
		// Leads and Heads return who holds those roles at a school.
		Leads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
		Heads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
	}
}

// Feature is the capability.
type Feature struct {
	*training.Feature
	Deps
	rows Store
	sign ed25519.PrivateKey
}

// New returns the capability and tells the queue how its work is done.
func New(d Deps) *Feature {
	f := &Feature{Feature: d.Training, Deps: d}
	f.sign = ed25519.NewKeyFromSeed(f.derive("credentials", ""))
	jobs.Handle(d.Training.Queue, f.write)
	jobs.Handle(d.Training.Queue, f.writeFront)
	jobs.Handle(d.Training.Queue, f.writeVenue)
	return f
}

// The permissions of this package.
var (
	Keepers = access.Permission{Name: "training-register", Words: "Training administrators, and whoever stands in front of a course, with a second factor", Roles: []access.Role{access.Member}, Strength: access.SecondFactor}
	Records = access.Permission{Name: "training-record", Words: "Safeguarding leads and headteachers, with a second factor", Roles: []access.Role{access.DSL, access.Head}, Strength: access.SecondFactor}
)

// keeps says whether the viewer keeps the register of a run: its organiser, or one of its trainers. NotFound: they do not.
func (f *Feature) keeps(ctx context.Context, tx *store.Tx, b training.Block, run training.RunID) error {
	if tx.Viewer.HoldsAt(access.TrainingAdmin, b.Org) {
		return nil
	}
	mine, err := f.rows.trainers(ctx, tx, run)
	for _, t := range mine {
		if t == tx.Viewer.Account && t != "" {
			return err
		}
	}
	if err == nil {
		err = errs.Missing()
	}
	return err
}

// kept is a run with its course and block, for whoever keeps its register.
type kept struct {
	run    training.Run
	course training.Course
	block  training.Block
	venue  training.Venue
	g      Register
}

// last is the last day of the run.
func (k kept) last() training.Day { return k.run.Days[len(k.run.Days)-1] }

// keep loads a run for whoever keeps its register. NotFound: none, or another's.
func (f *Feature) keep(ctx context.Context, tx *store.Tx, id training.RunID) (k kept, err error) {
	if k, err = f.load(ctx, tx, id); err != nil {
		return k, err
	}
	return k, f.keeps(ctx, tx, k.block, id)
}

// load loads a run, whoever asks.
func (f *Feature) load(ctx context.Context, tx *store.Tx, id training.RunID) (k kept, err error) {
	if k.run, err = f.Store.Run(ctx, tx, id); err != nil {
		return k, err
	}
	if k.block, err = f.Store.Block(ctx, tx, k.run.Block); err != nil {
		return k, err
	}
	if k.course, err = f.Store.Course(ctx, tx, k.run.Course); err != nil {
		return k, err
	}
	if k.g, err = f.rows.Register(ctx, tx, id); err != nil {
		return k, err
	}
	venues, err := f.Venues.Venues(ctx, tx)
	k.venue = venues[k.run.Venue]
	return k, err
}

const dayLong = 24 * time.Hour

// instant is a time of day "09:15" in London as an instant.
func instant(d clock.Day, at string) clock.Millis {
	t, err := time.Parse("15:04", at)
	if err != nil {
		return clock.Of(d.Start())
	}
	return clock.Of(d.At(t.Hour(), t.Minute()))
}

// addMonths is the same day so many months on; the last of a month that has no such day.
func addMonths(d clock.Day, n int) clock.Day {
	y, m, day := d.Start().Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 12, 0, 0, 0, time.UTC)
	return clock.Day(last.AddDate(0, 0, min(day, last.Day())-last.Day()).Format(time.DateOnly))
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
