package lists

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
)

// Deps are what the lists need from others.
type Deps struct {
	DB     *store.DB
	People interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Person, error)
	}
	Schools interface {
		// KeepsDistrict refuses whoever does not administer the whole district.
		KeepsDistrict(ctx context.Context, tx *store.Tx) error
	}
}

// Feature is what those do who keep the lists.
type Feature struct {
	Deps
	Store
}

// New returns the lists.
func New(d Deps) *Feature { return &Feature{Deps: d} }

// errSame undoes a change that changes nothing: the form was sent twice, or says what is said already.
var errSame = errors.New("nothing to change")

// Give gives an entry of a list other words from a day on, adds one (no Entry), or retires one. seen is the wording that was looked at:
// the one given last. A second call with the same id changes nothing. NotFound: the viewer does not keep the district, or there is no
// such entry. Rule: see CanGive. Conflict: somebody else has given other words since; nothing is done.
func (f *Feature) Give(ctx context.Context, v access.Viewer, w Wording, seen string) (err error) {
	defer errs.Wrap(&err, "sharing.Give")
	w.Words, w.Hint, w.Reason = strings.TrimSpace(w.Words), strings.TrimSpace(w.Hint), strings.TrimSpace(w.Reason)
	err = f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := f.Schools.KeepsDistrict(ctx, tx); err != nil {
			return err
		}
		if err := f.take(ctx, tx); err != nil {
			return err
		}
		all, err := f.All(ctx, tx)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(x Wording) bool { return x.ID == w.ID }); i >= 0 {
			if all[i].By != tx.Viewer.Account {
				return errs.Missing()
			}
			return errSame
		}
		w, was, err := follow(all, w, seen)
		if err != nil {
			return err
		}
		today := clock.DayOf(tx.Now.Time())
		if was.ID != "" && was.says(w) && (was.From <= today || was.From == w.From) {
			return errSame
		}
		w.By, w.At = tx.Viewer.Account, tx.Now
		if err := CanGive(all, w, today); err != nil {
			return err
		}
		if err := f.drop(ctx, tx, w.Entry, today); err != nil {
			return err
		}
		if err := f.insert(ctx, tx, w); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "sharing.worded", ref.To("district", tx.Viewer.District), audit.Detail(map[string]Wording{"was": was, "is": w}))
	})
	if errors.Is(err, errSame) {
		return nil
	}
	return err
}

// follow finds the wording that this one follows: none for a new entry. A retired entry keeps its words.
func follow(all All, w Wording, seen string) (is, was Wording, err error) {
	if w.Entry == "" {
		w.Entry = w.ID
		return w, was, nil
	}
	was, ok := all.latest(w.Entry)
	switch {
	case !ok || was.List != w.List:
		return w, was, errs.Missing()
	case was.ID != seen:
		return w, was, errs.New(errs.Conflict, "Somebody else has given other words since you opened this. Nothing has been changed; what you wrote is still here")
	}
	if w.Retired {
		w.Words, w.Hint = was.Words, was.Hint
	}
	return w, was, nil
}
