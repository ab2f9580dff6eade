package concerns

import (
	"context"

	"github.com/a-h/templ"

	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/files"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/readers"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// Deps are what this slice needs from others. The interfaces are as small as what is asked.
type Deps struct {
	DB        *store.DB
	Calendars interface {
		Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error)
	}
	Queue  *jobs.Queue
	DayKey [32]byte // makes the schools' day codes
	URL    string   // how people reach Kith, for links in mail
	People interface {
		Leads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
		Heads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
		readers.People
		OrgOf(ctx context.Context, tx *store.Tx, account string) (string, error)
		Email(ctx context.Context, tx *store.Tx, account string) (string, error)
	}
	Children interface {
		Child(ctx context.Context, tx *store.Tx, id string) (ref.Child, string, error)
		Named(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Child, error)
		PickNamed(ctx context.Context, tx *store.Tx, orgs []string, typed string) ([]ref.Child, error)
		SiblingsOf(ctx context.Context, tx *store.Tx, child string) ([]ref.Child, error)
	}
	Schools interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
		Schools(ctx context.Context, tx *store.Tx) ([]ref.Organisation, error)
		Phone(ctx context.Context, tx *store.Tx, id string) (string, error)
		KeepsDistrict(ctx context.Context, tx *store.Tx) error
	}
	// Adults takes what is about an adult, and says whom to ring about one (CON-17).
	Adults interface {
		Receive(ctx context.Context, tx *store.Tx, m Misplaced) (office string, err error)
		Found(ctx context.Context, tx *store.Tx, concern string) (href string, err error)
		Officer(ctx context.Context, tx *store.Tx) (name, phone string, err error)
	}
	Files  files.Store
	Beside []Beside                     // what other slices show beside a concern
	Refer  func(decision string) string // where a decision to refer is sent from; nil where nothing is sent
	Mail   interface {
		Send(ctx context.Context, m mail.Message) error
	}
	Sharing interface {
		// Above returns what stands above a concern: who reads it where only a few may, and with whom it is shared. nil: nothing.
		Above(ctx context.Context, tx *store.Tx, header, child string) (templ.Component, error)
	}
}

// Beside is a slice that has something to show to the leads on the page of a concern.
type Beside interface {
	Beside(ctx context.Context, tx *store.Tx, concern, org string) (ui.Beside, error)
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
