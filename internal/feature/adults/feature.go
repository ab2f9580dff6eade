package adults

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/files"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Deps are what this slice needs from others. The interfaces are as small as what is asked.
type Deps struct {
	DB        *store.DB
	Calendars interface {
		Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error)
	}
	Queue  *jobs.Queue
	URL    string // how people reach Kith, for links in mail
	People interface {
		// People returns who holds the role in the organisation now; an empty role means any post.
		People(ctx context.Context, tx *store.Tx, org string, role access.Role) ([]ref.Person, error)
		// Holding returns accounts and organisations in which they hold the role.
		Holding(ctx context.Context, tx *store.Tx, role access.Role) ([][2]string, error)
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Person, error)
		OrgOf(ctx context.Context, tx *store.Tx, account string) (string, error)
		Email(ctx context.Context, tx *store.Tx, account string) (string, error)
	}
	Children interface {
		Child(ctx context.Context, tx *store.Tx, id string) (ref.Child, string, error)
		PickNamed(ctx context.Context, tx *store.Tx, orgs []string, typed string) ([]ref.Child, error)
	}
	Schools interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
		// TrustsOf returns the trusts that the school belongs to on the day.
		TrustsOf(ctx context.Context, tx *store.Tx, school string, on clock.Day) ([]string, error)
	}
	Files files.Store
	Mail  interface {
		Send(ctx context.Context, m mail.Message) error
	}
}

// Feature is the slice.
type Feature struct {
	Deps
	store Store
}

// New returns the slice and says how its jobs are done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d}
	jobs.Handle(d.Queue, f.mailAlert)
	jobs.Handle(d.Queue, f.recount)
	return f
}

// calendar is when a school is open, as its district knows it at the moment of the transaction.
func (f *Feature) calendar(ctx context.Context, tx *store.Tx, org string) (term.Calendar, error) {
	all, err := f.Calendars.Calendars(ctx, tx)
	return all.Of(org), err
}

// school loads who could receive a worry at an organisation.
func (f *Feature) school(ctx context.Context, tx *store.Tx, org string) (s School, err error) {
	s.Org = org
	row, err := f.store.school(ctx, tx, org)
	if err != nil {
		return s, err
	}
	s.Proprietor, s.First = row.proprietor, row.first
	for _, x := range []struct {
		role access.Role
		to   *[]string
	}{{access.Head, &s.Heads}, {access.Chair, &s.Chairs}, {"", &s.Present}} {
		people, err := f.People.People(ctx, tx, org, x.role)
		if err != nil {
			return s, err
		}
		for _, p := range people {
			*x.to = append(*x.to, p.ID)
		}
	}
	trusts, err := f.Schools.TrustsOf(ctx, tx, org, clock.DayOf(tx.Now.Time()))
	if err != nil {
		return s, err
	}
	for _, t := range trusts {
		for _, role := range []access.Role{access.TrustLead, ""} {
			people, err := f.People.People(ctx, tx, t, role)
			if err != nil {
				return s, err
			}
			for _, p := range people {
				if role == access.TrustLead {
					s.Trusts = append(s.Trusts, Holder{p.ID, t})
				}
				s.Present = append(s.Present, p.ID)
			}
		}
	}
	officers, err := f.People.Holding(ctx, tx, access.LADO)
	if err != nil {
		return s, err
	}
	for _, o := range officers {
		s.Officers = append(s.Officers, Holder{o[0], o[1]})
	}
	if s.Cover, err = f.store.covers(ctx, tx, org); err != nil {
		return s, err
	}
	s.Household, err = f.store.households(ctx, tx, org)
	return s, err
}

// Officer is whom to ring about an adult, for the pages of other slices that take no worries about adults.
func (f *Feature) Officer(ctx context.Context, tx *store.Tx) (name, phone string, err error) {
	s, err := f.store.Settings(ctx, tx)
	return s.OfficerName, s.OfficerPhone, err
}
