package insight

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
)

// Stretch is part of a day in which somebody is on duty, or with no name nobody is. From and Until are minutes after midnight.
type Stretch struct {
	Day                clock.Day
	From, Until        int
	Name, Place, Phone string
}

// Cover is the rota of one school for some days: who is on duty, and the stretches of school hours in which nobody is.
type Cover struct{ Duties, Gaps []Stretch }

// Standing is how many concerns of a school wait, counted by the program. It is never shown as it is.
type Standing struct {
	Unread int // no lead has opened them
	Late   int // they ran past a clock, and the next person was told (CON-11)
	Owed   int // an answer to whoever told is overdue (CON-19)
	Silent int // read, and nothing said to the colleague who wrote (CON-22)
	Follow int // an action or a look again is overdue
}

// Deps are what this slice needs from others.
type Deps struct {
	DB        *store.DB
	Calendars interface {
		Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error)
	}
	Schools interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
		// Members returns the schools of trusts and collaborations on a day.
		Members(ctx context.Context, tx *store.Tx, trusts []string, on clock.Day) ([]string, error)
		Phones(ctx context.Context, tx *store.Tx, ids ...string) (map[string]string, error)
	}
	Concerns interface {
		// Cover returns the rotas of the schools from a day to a day.
		Cover(ctx context.Context, tx *store.Tx, cals term.Calendars, schools []string, from, to clock.Day) (map[string]Cover, error)
		// Standing counts, as the program, what waits at the schools and stood there before the instant.
		Standing(ctx context.Context, tx *store.Tx, cals term.Calendars, schools []string, before clock.Millis) (map[string]Standing, error)
	}
}

// Feature is the slice.
type Feature struct{ Deps }

// New returns the slice.
func New(d Deps) *Feature { return &Feature{d} }

// Figures is who sees figures of the schools of a trust.
var Figures = access.Permission{Name: "trust-figures", Words: "Leads of trusts and collaborations, for their own schools, with a second factor", Roles: []access.Role{access.TrustLead}, Strength: access.SecondFactor}
