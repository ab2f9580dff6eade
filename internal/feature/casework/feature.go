package casework

import (
	"context"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/readers"
	"kith/internal/platform/store"
)

// Deps are what this slice needs from others. The interfaces are as small as what is asked.
type Deps struct {
	DB        *store.DB
	Calendars interface {
		Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error)
	}
	Queue    *jobs.Queue
	URL      string // how people reach Kith, for links in mail
	Write    string // the address where a concern is written; "" leaves the button out
	Children interface {
		// Card and Cards return children that the viewer may see. NotFound: no such child, or not for this viewer.
		Card(ctx context.Context, tx *store.Tx, id string) (Child, error)
		Cards(ctx context.Context, tx *store.Tx, ids ...string) (map[string]Child, error)
		// Detail, Contacts and Flags read the file; Contacts has the first to ring first, Flags the newest first.
		Detail(ctx context.Context, tx *store.Tx, file string) (Detail, error)
		Contacts(ctx context.Context, tx *store.Tx, file string) ([]Contact, error)
		Flags(ctx context.Context, tx *store.Tx, file string) ([]Flag, error)
		Siblings(ctx context.Context, tx *store.Tx, child string) ([]Child, error)
		// Ties says who said so; Tie and Untie change it, and say whether that is new. LikelySiblings suggests.
		Ties(ctx context.Context, tx *store.Tx, child string) ([]Tie, error)
		Tie(ctx context.Context, tx *store.Tx, a, b string) (bool, error)
		Untie(ctx context.Context, tx *store.Tx, a, b, why string) (bool, error)
		LikelySiblings(ctx context.Context, tx *store.Tx, c Child) ([]Likely, error)
		// AlsoCalled returns every name that the roll has for the children of the files: legal, preferred, former, in use.
		AlsoCalled(ctx context.Context, tx *store.Tx, files ...string) (map[string][]string, error)
		// Roll returns a page of the children on the rolls of the schools, by family name.
		Roll(ctx context.Context, tx *store.Tx, orgs []string, cursor string) (store.Page[Child], error)
		// Born returns the district's children born on a day. It is asked by the program alone.
		Born(ctx context.Context, tx *store.Tx, day clock.Day) ([]Child, error)
	}
	People interface {
		readers.People
		Heads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
		Email(ctx context.Context, tx *store.Tx, account string) (string, error)
	}
	Schools interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
	}
	Teller  Teller
	Sharing Sharing
	Mail    interface {
		Send(ctx context.Context, m mail.Message) error
	}
}

// Teller speaks for the slices whose records the chronology names.
type Teller interface {
	// Link returns the address where a record of the kind is read, given its header; "" when it has no page.
	Link(kind, head string) string
	// Numbers returns records that were found by their words, each once, as a list may show them.
	Numbers(ctx context.Context, tx *store.Tx, records ...string) ([]Numbered, error)
	// Full returns the accounts behind entries by the entries' own records, the oldest first. A record that is one child's part
	// in a concern gives what may stand in that child's file and nothing else (CON-4).
	Full(ctx context.Context, tx *store.Tx, records ...string) (map[string][]Words, error)
	// People returns whom the records of these headers name in fields of their own, as far as the viewer may see them.
	People(ctx context.Context, tx *store.Tx, heads ...string) ([]Named, error)
}

// Sharing speaks of who else reads a child's file.
type Sharing interface {
	// Above returns what stands above the chronology: who reads it where only a few may, with whom it is shared, whom to ask about a
	// brother or sister at another school. nil: nothing.
	Above(ctx context.Context, tx *store.Tx, file, child string) (templ.Component, error)
}

// Feature is the slice.
type Feature struct {
	Deps
	store Store
}

// New returns the slice and says how its jobs are done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d}
	jobs.Handle(d.Queue, f.mailEmergency)
	return f
}

// Sweep forgets what was typed into the search more than an hour ago.
func (f *Feature) Sweep(ctx context.Context, v access.Viewer) error {
	return f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error { return f.store.dropSearches(ctx, tx) })
}
