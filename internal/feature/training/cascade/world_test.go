package cascade_test

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/feature/training/cascade"
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

const district, office, oak, elm, trust = "haverdale", "partnership", "oak", "elm", "trust"

var tables = []store.Slice{training.Migrations}

// world is the capability on one database, with courses, schools, people and a post office of its own.
type world struct {
	*testkit.World
	t       *testing.T
	f       *cascade.Feature
	courses *training.Feature
	queue   *jobs.Queue
	staff   map[string][]ref.Person // by organisation

	mu   sync.Mutex
	sent []mail.Message

	admin, manager, helen, amina, tom, grace, eve, mary access.Viewer
	system                                              access.Viewer
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, tables, func(t *testing.T, base *testkit.World) { fn(t, newWorld(t, base)) })
}

func person(name, org string, r access.Role, s access.Strength) access.Viewer {
	return access.Viewer{Account: name, District: district, Strength: s, Roles: map[access.Role][]string{r: {org}, access.Member: {org}}}
}

func newWorld(t *testing.T, base *testkit.World) *world {
	w := &world{World: base, t: t, queue: jobs.New(base.DB, slog.New(slog.DiscardHandler)), system: access.System(district, "a test sweeps"), staff: map[string][]ref.Person{}}
	w.admin, w.manager = person("nadia", office, access.TrainingAdmin, access.SecondFactor), person("dele", office, access.Partnership, access.SecondFactor)
	w.helen, w.amina = person("helen", oak, access.Head, access.SecondFactor), person("amina", oak, access.DSL, access.SecondFactor)
	w.tom, w.grace = w.as("tom"), w.as("grace")
	w.eve, w.mary = person("eve", elm, access.DSL, access.SecondFactor), person("mary", trust, access.TrustLead, access.SecondFactor)
	for _, n := range []string{"amina", "grace", "helen", "tom", "ann", "ben", "cat", "dan", "eli", "fay", "gus"} {
		w.staff[oak] = append(w.staff[oak], ref.Person{ID: n, Name: strings.ToUpper(n[:1]) + n[1:] + " Oak", Title: "Teacher"})
	}
	w.staff[elm] = []ref.Person{{ID: "eve", Name: "Eve Elm", Title: "Safeguarding lead"}, {ID: "una", Name: "Una Elm", Title: "Teacher"}}
	w.staff[trust] = []ref.Person{{ID: "mary", Name: "Mary Trust", Title: "Lead for mental health"}}
	deps := training.Deps{DB: base.DB, Queue: w.queue, Calendars: &terms.Fixed{Now: term.Calendars{District: term.Calendar{BankHolidays: term.BankHolidays()}}}, PublicURL: "https://kith.example", Publisher: "Haverdale Safeguarding Partnership",
		Venues: venues{}, Organisations: places{}, People: w, Mailer: w}
	w.courses = training.New(deps)
	w.f = cascade.New(cascade.Deps{DB: base.DB, Queue: w.queue, PublicURL: deps.PublicURL, Publisher: deps.Publisher, Key: testkit.Key, People: w, Places: places{}, Mailer: w, Limits: w})
	return w
}

// as is somebody of the staff of the first school, with a password only.
func (w *world) as(name string) access.Viewer {
	return person(name, oak, access.Member, access.FirstFactor)
}

func (w *world) TitlesAt(_ context.Context, _ *store.Tx, org string) ([]ref.Person, error) {
	return w.staff[org], nil
}

func (w *world) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, all := range w.staff {
		for _, p := range all {
			for _, i := range ids {
				if p.ID == i {
					out[i] = p
				}
			}
		}
	}
	return out, nil
}

func (w *world) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	return account + "@haverdale.example", nil
}

func (w *world) OrgOf(_ context.Context, _ *store.Tx, account string) (string, error) {
	for org, all := range w.staff {
		for _, p := range all {
			if p.ID == account {
				return org, nil
			}
		}
	}
	return "", errs.Missing()
}

func (w *world) Send(_ context.Context, m mail.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, m)
	return nil
}

func (w *world) Try(context.Context, string, string, int64) error { return nil }
func (w *world) Succeeded(context.Context, string, string) error  { return nil }
func (w *world) Address(*http.Request) string                     { return "here" }
func (w *world) id() string                                       { return w.DB.IDs().New(w.DB.Now()) }
func (w *world) today() clock.Day                                 { return clock.DayOf(w.Clock.Now()) }
func (w *world) signIn(v access.Viewer, link, name, title string) error {
	return w.f.SignIn(w.t.Context(), v, "here", link, name, title)
}

// drain does what is queued and returns the letters since the last call.
func (w *world) drain() []mail.Message {
	w.t.Helper()
	_, err := w.queue.Drain(w.t.Context())
	testkit.OK(w.t, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	sent := w.sent
	w.sent = nil
	return sent
}

func (w *world) sweep() {
	w.t.Helper()
	testkit.OK(w.t, w.f.Sweep(w.t.Context(), w.system))
}

// attend has people go to a two-day course that is over: by organisation, "" for a setting in no register. It returns the course.
func (w *world) attend(cascades bool, who ...[2]string) training.Course {
	w.t.Helper()
	c := training.Course{ID: training.CourseID(w.id()), Org: office, Title: "Signs of Safety", Format: training.TwoDay, UsesPlace: true, Cascades: cascades}
	testkit.OK(w.t, w.courses.MakeCourse(w.t.Context(), w.admin, c))
	b := training.Block{ID: training.BlockID(w.id()), Org: office, Title: "First block", Way: training.FirstCome, PerSchool: 2, Second: training.RefuseSecond, HoldHours: 48, OfferHours: 72, RunCloses: 1}
	testkit.OK(w.t, w.courses.MakeBlock(w.t.Context(), w.admin, b))
	first := w.today().Add(7)
	r := training.Run{ID: training.RunID(w.id()), Block: b.ID, Course: c.ID, Capacity: 20, Days: []training.Day{{On: first, Starts: "09:30", Ends: "16:00"}, {On: first.Add(1), Starts: "09:30", Ends: "16:00"}}}
	testkit.OK(w.t, w.courses.AddRuns(w.t.Context(), w.admin, b.ID, r))
	testkit.OK(w.t, w.courses.Publish(w.t.Context(), w.admin, b.ID))
	for _, x := range who {
		q := training.Request{Booking: training.Booking{ID: training.BookingID(w.id()), Block: b.ID, Org: x[0], Name: x[1], Title: "Lead"}, First: r.ID}
		if x[0] == "" {
			q.OrgName = "Little Acorns"
		} else {
			q.Account, _, _ = strings.Cut(strings.ToLower(x[1]), " ")
		}
		state, err := w.courses.Ask(w.t.Context(), w.admin, q)
		testkit.OK(w.t, err)
		if state != training.Placed {
			w.t.Fatalf("%s is %s", x[1], state)
		}
	}
	w.Clock.Set(first.Add(1).At(17, 0))
	return c
}

// only is the one plan that somebody sees.
func (w *world) only(v access.Viewer) cascade.Plan {
	w.t.Helper()
	all, err := w.f.PlansOf(w.t.Context(), v)
	testkit.OK(w.t, err)
	if len(all) != 1 {
		w.t.Fatalf("%s sees %d plans", v.Account, len(all))
	}
	return all[0]
}

// register makes every register say the same of every place.
func (w *world) register(was cascade.Was) {
	w.t.Helper()
	testkit.OK(w.t, w.DB.Write(w.t.Context(), w.system, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a test")
		return tx.Put(ctx, store.SQL(`UPDATE training_place SET attended = ? WHERE district_id = ?`, int64(was), w.system.District))
	}))
}

// planned has somebody attend, and makes their plan the next morning.
func (w *world) planned() cascade.Plan {
	w.t.Helper()
	w.attend(true, [2]string{oak, "Tom Oak"})
	w.register(cascade.There)
	w.Clock.Set(w.today().Add(1).At(8, 0))
	w.sweep()
	w.drain()
	return w.only(w.tom)
}

// session is a session of today, open for signing in, and what the room shows.
func (w *world) session(p cascade.Plan, v access.Viewer) (s cascade.Session, code, link string) {
	w.t.Helper()
	s = cascade.Session{ID: cascade.SessionID(w.id()), Cascade: p.ID, On: w.today(), Starts: "15:45", Minutes: 60, Place: "Hall"}
	testkit.OK(w.t, w.f.PlanSession(w.t.Context(), v, s))
	testkit.OK(w.t, w.f.OpenSignIn(w.t.Context(), v, s.ID))
	code, link = w.f.Shown(s.ID, w.DB.Now())
	return s, code, link
}

func (w *world) reached(p cascade.ID) (n int) {
	w.t.Helper()
	testkit.OK(w.t, w.DB.Read(w.t.Context(), w.system, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = cascade.Store{}.Reached(ctx, tx, p)
		return err
	}))
	return n
}

// refused fails unless err is a rule's sentence that contains the words.
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

type venues struct{}

func (venues) Venues(context.Context, *store.Tx) (map[string]training.Venue, error) { return nil, nil }

func (venues) VenueNamed(context.Context, *store.Tx, string) (training.Venue, error) {
	return training.Venue{}, errs.Missing()
}

func (venues) PutVenue(_ context.Context, _ *store.Tx, v training.Venue) (training.Venue, error) {
	return v, nil
}

// places are the organisations of the district.
type places struct{}

func (places) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, i := range ids {
		out[i] = ref.Organisation{ID: i, Name: "School " + i, Kind: "school"}
	}
	return out, nil
}

func (places) Called(context.Context, *store.Tx, string) (string, error) { return "", nil }

func (places) Where(_ context.Context, _ *store.Tx, org string) (postcode, ward string, err error) {
	return map[string]string{oak: "BD3 9TZ", elm: "BD30 1AA"}[org], "", nil
}

func (places) Sites(context.Context, *store.Tx) ([]cascade.Site, error) {
	return []cascade.Site{{ID: elm, Name: "Elm", Postcode: "BD30 1AA", Ward: "W2", Lat: 54.1, Lon: 1.1}, {ID: oak, Name: "Oak", Postcode: "BD3 9TZ", Ward: "W1", Lat: 54, Lon: 1}}, nil
}

func (places) Members(_ context.Context, _ *store.Tx, trusts []string, _ clock.Day) ([]string, error) {
	if slices.Contains(trusts, trust) {
		return []string{elm}, nil
	}
	return nil, nil
}

func (places) Wards(context.Context, *store.Tx) ([]cascade.Area, error) {
	ring := func(x float64) [][][2]float64 {
		return [][][2]float64{{{x, 54}, {x + 1, 54}, {x + 1, 55}, {x, 55}, {x, 54}}}
	}
	return []cascade.Area{{Code: "W1", Name: "Eastgate", Rings: ring(0), Label: [2]float64{.5, 54.5}}, {Code: "W2", Name: "Northfield", Rings: ring(1), Label: [2]float64{1.5, 54.5}}}, nil
}
