package running_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

const district, office, oak = "haverdale", "partnership", "oak"

var tables = []store.Slice{training.Migrations}

// world is the capability on one database, with a school, venues and a post office of its own.
type world struct {
	*testkit.World
	t        *testing.T
	training *training.Feature
	f        *running.Feature
	queue    *jobs.Queue
	venues   map[string]training.Venue

	mu   sync.Mutex
	sent []mail.Message

	admin, other, trainer, head, lead, grace, ellen access.Viewer
	system                                          access.Viewer
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, tables, func(t *testing.T, base *testkit.World) { fn(t, newWorld(t, base)) })
}

func person(name string, r access.Role, org string) access.Viewer {
	return access.Viewer{Account: name, District: district, Strength: access.SecondFactor, Roles: map[access.Role][]string{r: {org}, access.Member: {org}}}
}

func newWorld(t *testing.T, base *testkit.World) *world {
	w := &world{World: base, t: t, queue: jobs.New(base.DB, slog.New(slog.DiscardHandler)), system: access.System(district, "a test sweeps"),
		venues: map[string]training.Venue{"mill": {ID: "mill", Name: "Millrace Centre", Address: "Eastgate", Postcode: "HV1 4TY", Access: "Step-free"}}}
	w.training = training.New(training.Deps{DB: base.DB, Queue: w.queue, Calendars: &terms.Fixed{Now: term.Calendars{District: term.Calendar{BankHolidays: term.BankHolidays()}}}, PublicURL: "https://kith.example",
		Publisher: "Haverdale Safeguarding Partnership", Venues: w, Organisations: places{}, People: w, Mailer: w})
	w.f = running.New(running.Deps{Training: w.training, Key: [32]byte{7}, Limits: w, Staff: w})
	w.admin, w.other, w.trainer = person("gareth", access.TrainingAdmin, office), person("olive", access.TrainingAdmin, "trust"), person("ros", access.Member, office)
	w.head, w.lead, w.grace, w.ellen = person("helen", access.Head, oak), person("amina", access.DSL, oak), person("grace", access.Member, oak), person("ellen", access.Member, oak)
	w.grace.Strength, w.ellen.Strength = access.FirstFactor, access.FirstFactor
	return w
}

func (w *world) Venues(context.Context, *store.Tx) (map[string]training.Venue, error) {
	return w.venues, nil
}

func (w *world) VenueNamed(context.Context, *store.Tx, string) (training.Venue, error) {
	return training.Venue{}, errs.Missing()
}

func (w *world) PutVenue(_ context.Context, _ *store.Tx, v training.Venue) (training.Venue, error) {
	for _, have := range w.venues {
		if have.Name == v.Name {
			return have, nil
		}
	}
	v.ID = v.Name
	w.venues[v.ID] = v
	return v, nil
}

func (w *world) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, i := range ids {
		out[i] = ref.Person{ID: i, Name: i}
	}
	return out, nil
}

func (w *world) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	if account == "" {
		return "", errs.Missing()
	}
	return account + "@haverdale.example", nil
}

func (w *world) OrgOf(context.Context, *store.Tx, string) (string, error) { return oak, nil }

// AccountAt knows one person of another organisation.
func (w *world) AccountAt(_ context.Context, _ *store.Tx, email string) (string, error) {
	if email == "amina@haverdale.example" {
		return "amina", nil
	}
	return "", nil
}

func (w *world) Staff(_ context.Context, _ *store.Tx, org string) ([]running.Member, error) {
	if org != oak {
		return []running.Member{{Account: "ros", Name: "Ros Whitlock", Title: "Trainer"}}, nil
	}
	return []running.Member{{Account: "amina", Name: "Amina Sesay", Title: "Lead", Group: "Leaders"}, {Account: "ellen", Name: "Ellen Booth", Title: "Lunchtime supervisor", Group: "Lunchtime supervisors"},
		{Account: "gail", Name: "Gail Moss", Title: "Governor", Group: "Governors", Governor: true}, {Account: "grace", Name: "Grace Ito", Title: "Class teacher", Group: "Teachers"},
		{Account: "helen", Name: "Helen Brandt", Title: "Headteacher", Group: "Leaders"}}, nil
}

func (w *world) Leads(_ context.Context, _ *store.Tx, org string) ([]ref.Person, error) {
	return []ref.Person{{ID: "amina", Name: "Amina Sesay"}}, nil
}

func (w *world) Heads(_ context.Context, _ *store.Tx, org string) ([]ref.Person, error) {
	return []ref.Person{{ID: "helen", Name: "Helen Brandt"}}, nil
}

func (w *world) Try(context.Context, string, string, int64) error { return nil }

func (w *world) Succeeded(context.Context, string, string) error { return nil }

// places are the organisations of the district.
type places struct{}

func (places) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, i := range ids {
		out[i] = ref.Organisation{ID: i, Name: "School " + i, Kind: "school"}
	}
	return out, nil
}

func (places) Called(_ context.Context, _ *store.Tx, name string) (string, error) {
	if name == "School oak" {
		return oak, nil
	}
	return "", nil
}

func (places) Where(context.Context, *store.Tx, string) (postcode, ward string, err error) {
	return "HV1 1AA", "", nil
}

func (w *world) Send(_ context.Context, m mail.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, m)
	return nil
}

func (w *world) id() string { return w.DB.IDs().New(w.DB.Now()) }

// run makes a published date of a course of two days, or of one, from a day on.
func (w *world) run(f training.Format, venue string, on clock.Day) training.Run {
	w.t.Helper()
	c := training.Course{ID: training.CourseID(w.id()), Org: office, Title: "Lead training", Format: f, UsesPlace: true, Validity: 24, CPD: 720}
	testkit.OK(w.t, w.training.MakeCourse(w.t.Context(), w.admin, c))
	b := training.Block{ID: training.BlockID(w.id()), Org: office, Title: "Spring block", Way: training.FirstCome, PerSchool: 9, Second: training.LetWait, HoldHours: 48, OfferHours: 72, RunCloses: 1}
	testkit.OK(w.t, w.training.MakeBlock(w.t.Context(), w.admin, b))
	r := training.Run{ID: training.RunID(w.id()), Block: b.ID, Course: c.ID, Venue: venue, Capacity: 20, Days: []training.Day{{On: on, Starts: "09:15", Ends: "16:00"}}}
	if f == training.TwoDay {
		r.Days = append(r.Days, training.Day{On: on.Add(1), Starts: "09:30", Ends: "15:30"})
	}
	testkit.OK(w.t, w.training.AddRuns(w.t.Context(), w.admin, b.ID, r))
	testkit.OK(w.t, w.training.Publish(w.t.Context(), w.admin, b.ID))
	return r
}

// book has the head ask for a place for somebody of the school.
func (w *world) book(r training.Run, name string, change func(*training.Request)) training.BookingID {
	w.t.Helper()
	q := training.Request{Booking: training.Booking{ID: training.BookingID(w.id()), Block: r.Block, Org: oak, OrgName: "School oak", Name: name, Title: "Teacher"}, First: r.ID}
	if change != nil {
		change(&q)
	}
	state, err := w.training.Ask(w.t.Context(), w.head, q)
	testkit.OK(w.t, err)
	if state != training.Placed {
		w.t.Fatalf("%s is %s, want placed", name, state)
	}
	w.Clock.Add(time.Second)
	return q.ID
}

// post sweeps twice, does what is queued, and returns the letters since the last call, by subject.
func (w *world) post() []mail.Message {
	w.t.Helper()
	for range 2 {
		testkit.OK(w.t, w.f.Sweep(w.t.Context(), w.system))
		_, err := w.queue.Drain(w.t.Context())
		testkit.OK(w.t, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	sent := w.sent
	w.sent = nil
	slices.SortStableFunc(sent, func(x, y mail.Message) int { return strings.Compare(x.To, y.To) })
	return sent
}

// at moves the clock to a time of a day.
func (w *world) at(d clock.Day, hour, minute int) { w.Clock.Set(d.At(hour, minute)) }

// tick marks people on a day of a run, as whoever keeps its register.
func (w *world) tick(v access.Viewer, r training.Run, n int, kind running.MarkKind, who ...training.BookingID) error {
	w.t.Helper()
	var ticks []running.Tick
	for _, k := range who {
		t := running.Tick{Booking: k, Kind: kind}
		if kind == running.Substitute {
			t.Instead = "Ellen Booth"
		}
		ticks = append(ticks, t)
	}
	_, err := w.f.Tick(w.t.Context(), v, r.ID, n, ticks)
	return err
}

// attended are the names of those who attended, as somebody sees it.
func (w *world) attended(v access.Viewer, r training.Run) (names []string) {
	w.t.Helper()
	testkit.OK(w.t, w.DB.Read(w.t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		all, err := running.Store{}.Attended(ctx, tx, r.ID)
		names = nil
		for _, a := range all {
			names = append(names, a.Name)
		}
		return err
	}))
	return names
}

// lines are the training record of somebody, as somebody sees it.
func (w *world) lines(v access.Viewer, account string) (out []running.Learnt) {
	w.t.Helper()
	testkit.OK(w.t, w.DB.Read(w.t.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = running.Store{}.LearntBy(ctx, tx, account)
		return err
	}))
	return out
}

func refused(t *testing.T, err error, words string) {
	t.Helper()
	if !errs.Is(err, errs.Rule) || !strings.Contains(errs.Sentence(err), words) {
		t.Errorf("%v, want a refusal with %q", err, words)
	}
}

func missing(t *testing.T, err error) {
	t.Helper()
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("%v, want not found", err)
	}
}

// needs is what somebody can read of what people need on a run.
func (w *world) needs(v access.Viewer, r training.Run) (out []training.Need) {
	w.t.Helper()
	testkit.OK(w.t, w.DB.Read(w.t.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = w.training.Store.NeedsOf(ctx, tx, r.ID)
		return err
	}))
	return out
}
