package quiz

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
)

// WithoutLock lets answers be counted without the lock on the quiz, for the test that shows that it is needed.
func (f *Feature) WithoutLock() {
	f.lock = func(context.Context, *store.Tx, ID) error { return nil }
}

// What tests read of the store, as somebody.
func (f *Feature) read(v access.Viewer, fn func(context.Context, *store.Tx) error) error {
	return f.DB.Read(context.Background(), v, fn)
}

// ItemsOf returns the questions of a quiz.
func (f *Feature) ItemsOf(v access.Viewer, q ID) (out []Question, err error) {
	err = f.read(v, func(ctx context.Context, tx *store.Tx) (err error) { out, err = f.store.Items(ctx, tx, q); return err })
	return out, err
}

// QuizAs returns a quiz.
func (f *Feature) QuizAs(v access.Viewer, q ID) (out Quiz, err error) {
	err = f.read(v, func(ctx context.Context, tx *store.Tx) (err error) { out, err = f.store.Quiz(ctx, tx, q); return err })
	return out, err
}

// LiveAs returns the questions in use.
func (f *Feature) LiveAs(v access.Viewer, orgs ...string) (out []Question, err error) {
	err = f.read(v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = f.store.LiveQuestions(ctx, tx, orgs...)
		return err
	})
	return out, err
}

// AttemptsAs returns the attempts at a quiz that somebody may read, and how many wrong answers they hold.
func (f *Feature) AttemptsAs(v access.Viewer, q ID) (out []Attempt, wrong []Answer, err error) {
	err = f.read(v, func(ctx context.Context, tx *store.Tx) (err error) {
		if out, err = f.store.Attempts(ctx, tx, q); err != nil {
			return err
		}
		wrong, err = f.store.Wrong(ctx, tx, q)
		return err
	})
	return out, wrong, err
}

// TalliesOf returns the ledger of a quiz.
func (f *Feature) TalliesOf(v access.Viewer, q ID) (out []Tally, err error) {
	err = f.read(v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = f.store.Tallies(ctx, tx, q)
		return err
	})
	return out, err
}

// NeedsAs returns the needs of a school.
func (f *Feature) NeedsAs(v access.Viewer, org string) (out []Need, err error) {
	err = f.read(v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = f.store.NeedsOf(ctx, tx, org)
		return err
	})
	return out, err
}

// AsksAs returns what was asked for that somebody may read.
func (f *Feature) AsksAs(v access.Viewer, org string) (out []Ask, err error) {
	err = f.read(v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = f.store.AsksAt(ctx, tx, []string{org}, false)
		return err
	})
	return out, err
}
