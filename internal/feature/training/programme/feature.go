package programme

import (
	"context"
	"net/http"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
)

// Deps is what the package needs besides what training has.
type Deps struct {
	*training.Feature
	// Limits counts tries from one place, and says from where a request comes.
	Limits interface {
		Try(ctx context.Context, district, what string, free int64) error
		Succeeded(ctx context.Context, district, what string) error
		Address(r *http.Request) string
	}
	// Listing is the directory's list of organisations.
	Listing interface {
		// PutAgency returns the id of the organisation of that name, making it where no register lists it.
		PutAgency(ctx context.Context, tx *store.Tx, name, postcode string) (string, error)
	}
}

// Feature is programmes of events.
type Feature struct {
	Deps
	store stored
}

// New returns the package and tells the queue how its work is done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d}
	jobs.Handle(d.Queue, f.writePartner)
	jobs.Handle(d.Queue, f.writeEnding)
	jobs.Handle(d.Queue, f.writeBooking)
	return f
}

// How often one place may try, propose and book before it has to wait. A school has one address, so it may book often.
const (
	freeLinks     = 20
	freeProposals = 40
	freeRegisters = 10
	freeBookings  = 60
	freeToAddress = 10
)

// system is the program acting for somebody who has no account.
func system(district string) access.Viewer { return access.System(district, "programme of events") }

// runs says whether the viewer runs what belongs to the organiser. NotFound: they do not.
func runs(v access.Viewer, org string) error {
	if _, system := v.IsSystem(); system || v.HoldsAt(access.TrainingAdmin, org) {
		return nil
	}
	return errs.Missing()
}

// own returns a programme that the viewer runs. NotFound: none, or another organiser's.
func (f *Feature) own(ctx context.Context, tx *store.Tx, i ID) (Programme, error) {
	p, err := f.store.Programme(ctx, tx, i)
	if err != nil {
		return p, err
	}
	return p, runs(tx.Viewer, p.Org)
}

// public returns a programme that everybody may see, with the sessions of it that they may see: a published one, or one that was withdrawn
// after it had been published. NotFound: none, or a draft.
func (f *Feature) public(ctx context.Context, tx *store.Tx, i ID) (Programme, []Session, error) {
	p, err := f.store.Programme(ctx, tx, i)
	if err != nil {
		return p, nil, err
	}
	if p.State != Published && (p.State != Withdrawn || p.Published == 0) {
		return p, nil, errs.Missing()
	}
	all, err := f.store.Sessions(ctx, tx, i)
	var shown []Session
	for _, s := range all {
		if s.Shown() {
			shown = append(shown, s)
		}
	}
	return p, shown, err
}

// buildings leads from the district's venues to their buildings, for clashes.
func (f *Feature) buildings(ctx context.Context, tx *store.Tx) (map[string]string, error) {
	venues, err := f.Venues.Venues(ctx, tx)
	out := map[string]string{}
	for id, v := range venues {
		out[id] = v.Building
	}
	return out, err
}
