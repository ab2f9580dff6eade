package talk

import (
	"context"
	"crypto/hmac"
	"net/http"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// Deps are what this slice needs from others.
type Deps struct {
	DB        *store.DB
	Calendars interface {
		Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error)
	}
	Key      [32]byte // draws codes and pairs; what is kept does not depend on it
	Concerns interface {
		// Ask records what a pupil sent as a concern for the leads, in the caller's transaction.
		Ask(ctx context.Context, tx *store.Tx, d Draft) error
		Standing(ctx context.Context, tx *store.Tx, concern string) (Standing, error)
		Dangerous(words string) bool
	}
	People interface {
		Leads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Person, error)
	}
	Schools interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
		Phone(ctx context.Context, tx *store.Tx, id string) (string, error)
	}
	// Limits counts tries from one place, and says from where a request comes.
	Limits interface {
		Try(ctx context.Context, district, what string, free int64) error
		Succeeded(ctx context.Context, district, what string) error
		Address(r *http.Request) string
	}
}

// Feature is the slice.
type Feature struct {
	Deps
	store Store
}

// New returns the slice.
func New(d Deps) *Feature { return &Feature{Deps: d} }

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get("/talk", access.Anybody, f.startPage),
		web.Post("/talk/start", access.Anybody, f.startForm),
		web.Post("/talk", access.Anybody, f.askForm),
		web.Get("/talk/back", access.Anybody, f.backPage),
		web.Post("/talk/back", access.Anybody, f.backForm),
		web.Get("/talk/box", access.Lead, f.boxPage),
		web.Post("/talk/box", access.Lead, f.boxForm),
		web.Post("/talk/box/stop", access.Lead, f.stopForm),
		web.Post("/talk/asked/{id}/answer", access.Lead, f.answerForm),
	}
}

// How often one place may try and write before it has to wait. A school has one address, so it may do so often.
const (
	freeCodes    = 20
	freePairs    = 20
	freeMessages = 60
	freeSchool   = 120
)

// system is the program asking for somebody who has not signed in.
func system(district string) access.Viewer { return access.System(district, "box code") }

// box finds the school of a code. A wrong code counts against where it comes from; Rule: too many did.
// NotFound: no such code.
func (f *Feature) box(ctx context.Context, district, from, typed string) (b Box, school string, err error) {
	what := "box code from " + from
	if err = f.Limits.Try(ctx, district, what, freeCodes); err != nil {
		return b, "", err
	}
	found := false
	err = f.DB.Read(ctx, system(district), func(ctx context.Context, tx *store.Tx) error {
		all, err := f.store.boxes(ctx, tx)
		if err != nil {
			return err
		}
		for _, x := range all {
			if hmac.Equal(x.hash, hashed(x.key, "code", typed)) {
				b, found = x, true
			}
		}
		if !found {
			return nil
		}
		names, err := f.Schools.Names(ctx, tx, b.Org)
		school = names[b.Org].Name
		return err
	})
	if err != nil {
		return b, "", err
	}
	if !found {
		return b, "", errs.Missing()
	}
	return b, school, f.Limits.Succeeded(ctx, district, what)
}

// Ask sends what a pupil wrote to the leads of the school whose code it is, and returns the two words with which they come back.
// Sent twice it is one. Rule: too many from this place. NotFound: no such code.
func (f *Feature) Ask(ctx context.Context, district, from string, m Message) (s Sent, err error) {
	b, _, err := f.box(ctx, district, from, m.Code)
	if err != nil {
		return s, err
	}
	for what, free := range map[string]int64{"box message from " + from: freeMessages, "box message to " + b.Org: freeSchool} {
		if err := f.Limits.Try(ctx, district, what, free); err != nil {
			return s, err
		}
	}
	s.Urgent = Urgent(m, f.Concerns.Dangerous(m.Words))
	err = f.DB.Write(ctx, system(district), func(ctx context.Context, tx *store.Tx) error {
		all, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		s.cal = all.Of(b.Org)
		name := m.Name
		if name != "" && m.Class != "" {
			name += ", " + m.Class
		}
		if err := f.Concerns.Ask(ctx, tx, Draft{ID: m.ID, Org: b.Org, Author: author(m), Name: name, Words: told(m), Urgent: s.Urgent}); err != nil {
			return err
		}
		if s.Pair, err = f.ownPair(ctx, tx, b, m.ID); err != nil {
			return err
		}
		return f.store.insertAsking(ctx, tx, Asking{ID: m.ID, Org: b.Org, At: tx.Now, Until: tx.Now.Add(LooksFor)}, hashed(b.key, "pair", s.Pair))
	})
	if store.IsDuplicate(err) { // the same form, sent twice: the same words again
		err = f.DB.Read(ctx, system(district), func(ctx context.Context, tx *store.Tx) error {
			a, err := f.store.Asking(ctx, tx, m.ID)
			if err != nil || a.Org != b.Org {
				return errs.Missing()
			}
			s.Pair, err = f.ownPair(ctx, tx, b, m.ID)
			return err
		})
	}
	return s, err
}

// ownPair returns the two words of an asking: the first drawn that no other asking of the school has while it can be looked at.
func (f *Feature) ownPair(ctx context.Context, tx *store.Tx, b Box, id string) (string, error) {
	for n := range 20 {
		p := pair(f.Key, id, n)
		a, err := f.store.byPair(ctx, tx, b.Org, hashed(b.key, "pair", p))
		if errs.Is(err, errs.NotFound) || err == nil && a.ID == id {
			return p, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", errs.New(errs.Internal, "no pair of words is free")
}

// Sent is what a pupil is told who has asked.
type Sent struct {
	Pair   string
	Urgent bool
	cal    term.Calendar
}

// seen is what a pupil finds who comes back.
type seen struct {
	School  string
	Stand   Standing
	At      int64
	Answers []Answer
	Names   map[string]ref.Person
	cal     term.Calendar
}

// Back looks up an asking by the school's code and the two words. NotFound: no such words, or they have lapsed.
func (f *Feature) Back(ctx context.Context, district, from, typedCode, typedPair string) (s seen, err error) {
	b, school, err := f.box(ctx, district, from, typedCode)
	if err != nil {
		return s, err
	}
	what := "box words from " + from
	if err := f.Limits.Try(ctx, district, what, freePairs); err != nil {
		return s, err
	}
	s.School = school
	err = f.DB.Read(ctx, system(district), func(ctx context.Context, tx *store.Tx) error {
		a, err := f.store.byPair(ctx, tx, b.Org, hashed(b.key, "pair", typedPair))
		if err != nil {
			return err
		}
		all, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		s.cal, s.At = all.Of(b.Org), int64(a.At)
		if s.Stand, err = f.Concerns.Standing(ctx, tx, a.ID); err != nil {
			return err
		}
		if s.Answers, err = f.store.Answers(ctx, tx, a.ID); err != nil {
			return err
		}
		var ids []string
		for _, x := range s.Answers {
			ids = append(ids, x.By)
		}
		s.Names, err = f.People.Names(ctx, tx, ids...)
		tx.Saw("talk.looked", ref.To(access.Concern, a.ID), a.Org, "")
		return err
	})
	if err != nil {
		return s, err
	}
	return s, f.Limits.Succeeded(ctx, district, what)
}

// NewBox gives a school a new code, and ends the one before it. id is the form's: sent twice it is the same code. NotFound: the
// viewer does not lead there.
func (f *Feature) NewBox(ctx context.Context, v access.Viewer, org, id string) (string, error) {
	c := code(f.Key, id)
	err := f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if !leads(v, org) {
			return errs.Missing()
		}
		b := Box{ID: id, Org: org, key: hashed(f.Key[:], "school key", id)} // kept, so that a new root key ends no poster
		old, err := f.store.Box(ctx, tx, org)
		switch {
		case err == nil && old.ID == id:
			tx.Unaudited("the same form, sent twice: nothing is changed")
			return nil
		case err == nil:
			b.key = old.key // what pupils have asked can still be found with their words
		case !errs.Is(err, errs.NotFound):
			return err
		}
		b.hash = hashed(b.key, "code", c)
		if _, err := f.store.endBoxes(ctx, tx, org); err != nil {
			return err
		}
		if err := f.store.insertBox(ctx, tx, b); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "talk.code-made", ref.To("organisation", org), audit.Org(org))
	})
	if store.IsDuplicate(err) {
		return "", errs.Refuse("This code has been made, and changed since. Make a new one")
	}
	return c, err
}

// StopBox switches a school's box off. NotFound: the viewer does not lead there, or it is off.
func (f *Feature) StopBox(ctx context.Context, v access.Viewer, org string) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if !leads(v, org) {
			return errs.Missing()
		}
		n, err := f.store.endBoxes(ctx, tx, org)
		if err != nil {
			return err
		}
		if n == 0 {
			tx.Unaudited("it is off already")
			return nil
		}
		return audit.Record(ctx, tx, "talk.code-ended", ref.To("organisation", org), audit.Org(org))
	})
}

func leads(v access.Viewer, org string) bool {
	return v.HoldsAt(access.DSL, org) || v.HoldsAt(access.Head, org)
}

// AnswerPupil writes what the pupil finds when they come back. NotFound: not an asking that the viewer may answer.
func (f *Feature) AnswerPupil(ctx context.Context, v access.Viewer, concern, words string) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		a, err := f.store.Asking(ctx, tx, concern)
		if err != nil {
			return err
		}
		r, err := tx.Record(ctx, concern)
		if err != nil {
			return err
		}
		if ok, _ := access.Rules.Decide(tx.Viewer, true, r); !ok {
			return errs.Missing()
		}
		if err := CanAnswer(words); err != nil {
			return err
		}
		have, err := f.store.Answers(ctx, tx, concern)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(have, func(x Answer) bool { return x.By == v.Account && x.Words == words }) {
			tx.Unaudited("the same form, sent twice: nothing is changed")
			return nil
		}
		if err := f.store.insertAnswer(ctx, tx, concern, words); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "talk.answered", ref.To(access.Concern, concern), audit.Org(a.Org))
	})
}
