package referrals_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"kith/internal/feature/referrals"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

const district, oak, elm, care = "haverdale", "oak", "elm", "care"

type post struct {
	id, name, org string
	role          access.Role
}

var staff = []post{{"amina", "Amina Sesay", oak, access.DSL}, {"tom", "Tom Hartley", oak, access.DSL}, {"helen", "Helen Brandt", oak, access.Head},
	{"eve", "Eve Elm", elm, access.DSL}, {"priya", "Priya Nair", care, access.LAOfficer}, {"marek", "Marek Nowak", care, access.Admin}}

// as is somebody of the staff with a second factor.
func as(id string) access.Viewer {
	v := access.Viewer{Account: id, District: district, Strength: access.SteppedUp, Roles: map[access.Role][]string{}}
	for _, p := range staff {
		if p.id == id {
			v.Roles[p.role], v.Roles[access.Member] = []string{p.org}, []string{p.org}
		}
	}
	return v
}

// outside answers for the other slices: people, organisations, and one concern with its decision.
type outside struct {
	concern, decision, child string
	sent                     []mail.Message
}

func (o *outside) holding(org string, role access.Role) (out []ref.Person) {
	for _, p := range staff {
		if p.org == org && p.role == role {
			out = append(out, ref.Person{ID: p.id, Name: p.name, Title: "a post"})
		}
	}
	return out
}

func (o *outside) Leads(_ context.Context, _ *store.Tx, org string) ([]ref.Person, error) {
	return o.holding(org, access.DSL), nil
}

func (o *outside) Heads(_ context.Context, _ *store.Tx, org string) ([]ref.Person, error) {
	return o.holding(org, access.Head), nil
}

func (o *outside) People(_ context.Context, _ *store.Tx, org string, role access.Role) ([]ref.Person, error) {
	return o.holding(org, role), nil
}

func (o *outside) HeldAt(context.Context, *store.Tx, access.Role) ([]string, error) {
	return []string{care}, nil
}

func (o *outside) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, p := range staff {
		if slices.Contains(ids, p.id) {
			out[p.id] = ref.Person{ID: p.id, Name: p.name, Title: "a post"}
		}
	}
	return out, nil
}

func (o *outside) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	return account + "@haverdale.example", nil
}

func (o *outside) Send(_ context.Context, m mail.Message) error {
	o.sent = append(o.sent, m)
	return nil
}

// Matter is the concern for whoever may see its header.
func (o *outside) Matter(ctx context.Context, tx *store.Tx, concern string) (referrals.Matter, error) {
	if _, err := tx.Record(ctx, concern); err != nil {
		return referrals.Matter{}, err
	}
	return referrals.Matter{Concern: concern, Org: oak, Number: "C-1", Words: []ui.Words{{Text: "It was the door again."}}, Children: []referrals.Child{{ID: o.child, Name: "Ivy Marsden", Harmed: true}},
		Decisions: []referrals.Decision{{ID: o.decision, Refer: true}}}, nil
}

func (o *outside) Wanted(context.Context, *store.Tx, []string) ([]referrals.Wanted, error) {
	return []referrals.Wanted{{Decision: o.decision, Concern: o.concern, Children: []string{"Ivy Marsden"}}}, nil
}

func (o *outside) ConcernOf(ctx context.Context, tx *store.Tx, decision string) (string, error) {
	if decision != o.decision {
		return "", errs.Missing()
	}
	_, err := tx.Record(ctx, o.concern)
	return o.concern, err
}

// places answers for organisations.
type places struct{}

func (places) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, id := range ids {
		out[id] = ref.Organisation{ID: id, Name: "Place " + id, Kind: map[string]string{care: "authority"}[id]}
	}
	return out, nil
}

// KeepsDistrict is for whoever administers the service.
func (places) KeepsDistrict(_ context.Context, tx *store.Tx) error {
	if !tx.Viewer.HoldsAt(access.Admin, care) {
		return errs.Missing()
	}
	return nil
}

func (places) Phone(context.Context, *store.Tx, string) (string, error) {
	return "01632 960 300", nil
}

type world struct {
	*testkit.World
	*outside
	f     *referrals.Feature
	queue *jobs.Queue
	store referrals.Store
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, []store.Slice{referrals.Migrations}, func(t *testing.T, tw *testkit.World) {
		o := &outside{}
		w := &world{World: tw, outside: o, queue: jobs.New(tw.DB, slog.New(slog.DiscardHandler))}
		w.f = referrals.New(referrals.Deps{DB: tw.DB, Calendars: &terms.Fixed{Now: term.Calendars{District: terms.Calendar()}}, Queue: w.queue, URL: "https://kith.example", Concerns: o, People: o, Organisations: places{}, Mail: o,
			FrontDoor: func(context.Context, *store.Tx) (string, string, error) {
				return "the front door", "01632 960 300", nil
			}})
		testkit.OK(t, tw.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
			tx.Unaudited("a test")
			o.concern, o.decision, o.child = tx.NewID(), tx.NewID(), tx.NewID()
			return tx.AddRecord(ctx, access.Record{ID: o.concern, Kind: access.Concern, Part: access.PartHeader, Org: oak})
		}))
		fn(t, w)
	})
}

func (w *world) id() string { return w.DB.IDs().New(w.DB.Now()) }

// sending is the referral of the world's decision to the service.
func (w *world) sending() referrals.Sending {
	return referrals.Sending{ID: referrals.ID(w.id()), Decision: w.decision, Way: referrals.InKith, To: care}
}

// reads says whether somebody may read a record.
func (w *world) reads(t *testing.T, who, record string) bool {
	t.Helper()
	err := w.DB.Read(t.Context(), as(who), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Record(ctx, record)
		return err
	})
	if err != nil && !errs.Is(err, errs.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func (w *world) referral(t *testing.T, who string, id referrals.ID) (r referrals.Referral) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), as(who), func(ctx context.Context, tx *store.Tx) (err error) {
		r, err = w.store.Referral(ctx, tx, id)
		return err
	}))
	return r
}

func kind(t *testing.T, err error, want errs.Kind) {
	t.Helper()
	if !errs.Is(err, want) {
		t.Errorf("want kind %v, got %v", want, err)
	}
}

const day = 24 * time.Hour
