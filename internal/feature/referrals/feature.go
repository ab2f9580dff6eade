package referrals

import (
	"context"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// Deps are what this slice needs from others.
type Deps struct {
	DB        *store.DB
	Calendars interface {
		Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error)
	}
	Queue    *jobs.Queue
	URL      string // how people reach Kith, for links in mail
	Concerns interface {
		// Matter is what stands in a referral of the concern, for the viewer. NotFound: nothing for this viewer.
		Matter(ctx context.Context, tx *store.Tx, concern string) (Matter, error)
		// Wanted are the decisions to refer of the schools' concerns that stand as referred, the latest of each.
		Wanted(ctx context.Context, tx *store.Tx, orgs []string) ([]Wanted, error)
		// ConcernOf names the concern of a decision. NotFound: none, or not for this viewer.
		ConcernOf(ctx context.Context, tx *store.Tx, decision string) (string, error)
	}
	People interface {
		Leads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
		Heads(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Person, error)
		People(ctx context.Context, tx *store.Tx, org string, role access.Role) ([]ref.Person, error)
		HeldAt(ctx context.Context, tx *store.Tx, role access.Role) ([]string, error)
		Email(ctx context.Context, tx *store.Tx, account string) (string, error)
	}
	Organisations interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
		Phone(ctx context.Context, tx *store.Tx, id string) (string, error)
		KeepsDistrict(ctx context.Context, tx *store.Tx) error
	}
	FrontDoor func(ctx context.Context, tx *store.Tx) (name, phone string, err error)
	Mail      interface {
		Send(ctx context.Context, m mail.Message) error
	}
}

// Feature is the slice.
type Feature struct {
	Deps
	store Store
}

// New returns the slice and says how its job is done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d}
	jobs.Handle(d.Queue, f.mailNews)
	return f
}

// both is whoever has to do with referrals: those who send and those who answer.
var both = access.Permission{Name: "referrals", Words: "Safeguarding leads, headteachers and social workers, with a second factor", Roles: []access.Role{access.DSL, access.Head, access.LAOfficer}, Strength: access.SecondFactor}

// Routes are the addresses of this slice. Each record decides for itself who reads and who changes it.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get("/referrals", both, f.listPage),
		web.Get("/decisions/{decision}/refer", access.Lead, f.sendPage),
		web.Post("/decisions/{decision}/refer", access.Lead, f.sendForm),
		web.Get("/referrals/{id}", both, f.referralPage),
		web.Post("/referrals/{id}/receive", both, f.receiveForm),
		web.Post("/referrals/{id}/ask", both, f.askForm),
		web.Post("/referrals/{id}/inform", access.Lead, f.informForm),
		web.Post("/referrals/{id}/chase", access.Lead, f.chaseForm),
		web.Post("/referrals/{id}/decision", both, f.decideForm),
		web.Get("/referrals/{id}/ladder", access.Lead, f.ladderPage),
		web.Post("/referrals/{id}/ladder", access.Lead, f.disagreeForm),
		web.Post("/referrals/{id}/ladder/step", access.Lead, f.climbForm),
		web.Post("/referrals/{id}/withdraw", access.Lead, f.withdrawForm),
		web.Get("/admin/referrals", access.Administer, f.practicePage),
		web.Post("/admin/referrals", access.Administer, f.practiceForm),
	}
}

// calendar is when a school is open, as its district knows it at the moment of the transaction.
func (f *Feature) calendar(ctx context.Context, tx *store.Tx, org string) (term.Calendar, error) {
	all, err := f.Calendars.Calendars(ctx, tx)
	return all.Of(org), err
}

// services are the bodies with social workers in Kith, and who there would read a referral.
func (f *Feature) services(ctx context.Context, tx *store.Tx) ([]Service, error) {
	orgs, err := f.People.HeldAt(ctx, tx, access.LAOfficer)
	if err != nil {
		return nil, err
	}
	names, err := f.Organisations.Names(ctx, tx, orgs...)
	if err != nil {
		return nil, err
	}
	var out []Service
	for _, id := range orgs {
		people, err := f.People.People(ctx, tx, id, access.LAOfficer)
		if err != nil {
			return nil, err
		}
		out = append(out, Service{ID: id, Name: names[id].Name, People: people})
	}
	slices.SortFunc(out, func(a, b Service) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out, nil
}
