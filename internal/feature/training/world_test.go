package training_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/training"
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

const district, office, oak, elm = "haverdale", "partnership", "oak", "elm"

var slices = []store.Slice{training.Migrations}

// world is the slice on one database, with a directory, people and a post office of its own.
type world struct {
	*testkit.World
	t      *testing.T
	f      *training.Feature
	queue  *jobs.Queue
	venues map[string]training.Venue

	mu   sync.Mutex
	sent []mail.Message

	admin, other, head, lead, teacher access.Viewer // other runs another organiser's courses
	system                            access.Viewer
	n                                 int
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, slices, func(t *testing.T, base *testkit.World) { fn(t, newWorld(t, base)) })
}

func newWorld(t *testing.T, base *testkit.World) *world {
	w := &world{World: base, t: t, queue: jobs.New(base.DB, slog.New(slog.DiscardHandler)), system: access.System(district, "a test sweeps"),
		venues: map[string]training.Venue{"mill": {ID: "mill", Name: "Millrace Centre", Address: "Eastgate"}, "small": {ID: "small", Name: "Small Room", Capacity: 2}}}
	w.f = training.New(training.Deps{DB: base.DB, Queue: w.queue, Calendars: &terms.Fixed{Now: term.Calendars{District: term.Calendar{BankHolidays: term.BankHolidays()}}}, PublicURL: "https://kith.example",
		Publisher: "Haverdale Safeguarding Partnership", Venues: w, Organisations: places{}, People: w, Mailer: w})
	w.admin, w.other = person("gareth", access.TrainingAdmin, office), person("olive", access.TrainingAdmin, "trust")
	w.head, w.lead, w.teacher = person("helen", access.Head, oak), person("amina", access.DSL, oak), person("grace", access.Member, oak)
	w.teacher.Strength = access.FirstFactor
	return w
}

func person(name string, r access.Role, org string) access.Viewer {
	return access.Viewer{Account: name, District: district, Strength: access.SecondFactor, Roles: map[access.Role][]string{r: {org}, access.Member: {org}}}
}

func (w *world) Venues(context.Context, *store.Tx) (map[string]training.Venue, error) {
	return w.venues, nil
}

func (w *world) VenueNamed(_ context.Context, _ *store.Tx, name string) (training.Venue, error) {
	for _, have := range w.venues {
		if have.Name == name {
			return have, nil
		}
	}
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

func (w *world) OrgOf(_ context.Context, _ *store.Tx, account string) (string, error) {
	switch account {
	case "gareth":
		return office, nil
	case "":
		return "", errs.Missing()
	}
	return oak, nil
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

func (w *world) Send(_ context.Context, m mail.Message) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, m)
	return nil
}

func (w *world) id() string { return w.DB.IDs().New(w.DB.Now()) }

// course makes a course of the partnership.
func (w *world) course(f training.Format, group string) training.Course {
	w.t.Helper()
	c := training.Course{ID: training.CourseID(w.id()), Org: office, Title: "Signs of Safety", Format: f, Group: group, UsesPlace: f != training.Briefing, Cascades: f == training.TwoDay}
	testkit.OK(w.t, w.f.MakeCourse(w.t.Context(), w.admin, c))
	return c
}

// block makes a block, first come unless change says otherwise.
func (w *world) block(change func(*training.Block)) training.Block {
	w.t.Helper()
	b := training.Block{ID: training.BlockID(w.id()), Org: office, Title: "Spring block", Way: training.FirstCome, PerSchool: 1, Second: training.RefuseSecond, HoldHours: 48, OfferHours: 72, RunCloses: 2}
	if change != nil {
		change(&b)
	}
	testkit.OK(w.t, w.f.MakeBlock(w.t.Context(), w.admin, b))
	return b
}

// run adds a run of one day (two for a two-day course) to the block.
func (w *world) run(b training.Block, c training.Course, on clock.Day, capacity int64) training.Run {
	w.t.Helper()
	r := training.Run{ID: training.RunID(w.id()), Block: b.ID, Course: c.ID, Venue: "mill", Capacity: capacity, Days: []training.Day{{On: on, Starts: "09:30", Ends: "16:00"}}}
	if c.Format == training.TwoDay {
		r.Days = append(r.Days, training.Day{On: on.Add(1), Starts: "09:30", Ends: "16:00"})
	}
	if c.Format == training.Briefing {
		r.Days[0].Ends = "11:00"
	}
	testkit.OK(w.t, w.f.AddRuns(w.t.Context(), w.admin, b.ID, r))
	return r
}

func (w *world) publish(b training.Block) {
	w.t.Helper()
	testkit.OK(w.t, w.f.Publish(w.t.Context(), w.admin, b.ID))
}

// simple is a published block of one run of one day.
func (w *world) simple(capacity int64, change func(*training.Block)) (training.Block, training.Run) {
	w.t.Helper()
	c, b := w.course(training.OneDay, ""), w.block(change)
	r := w.run(b, c, "2027-01-14", capacity)
	w.publish(b)
	return b, r
}

// request is somebody of a school of their own who asks for a run.
func (w *world) request(r training.Run) training.Request {
	w.n++
	return training.Request{Booking: training.Booking{ID: training.BookingID(w.id()), Block: r.Block, Org: fmt.Sprintf("school-%d", w.n), Name: fmt.Sprintf("Person %d", w.n), Title: "Lead", ManagerName: "Ravi Menon"}, First: r.ID}
}

// ask asks, and moves the clock on a second, so that everybody has a place in the line of their own.
func (w *world) ask(q training.Request) training.PlaceState {
	w.t.Helper()
	state, err := w.f.Ask(w.t.Context(), w.admin, q)
	testkit.OK(w.t, err)
	w.Clock.Add(time.Second)
	return state
}

// fillUp has so many ask for a run, and returns their bookings.
func (w *world) fillUp(r training.Run, n int) (out []training.BookingID) {
	w.t.Helper()
	for range n {
		q := w.request(r)
		w.ask(q)
		out = append(out, q.ID)
	}
	return out
}

func (w *world) place(id training.BookingID) (p training.Place) {
	w.t.Helper()
	testkit.OK(w.t, w.DB.Read(w.t.Context(), w.system, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = w.f.Store.Place(ctx, tx, id)
		return err
	}))
	return p
}

// states returns where bookings stand, in their order.
func (w *world) states(ids ...training.BookingID) (out []training.PlaceState) {
	w.t.Helper()
	for _, id := range ids {
		out = append(out, w.place(id).State)
	}
	return out
}

func (w *world) count(r training.Run) training.Count {
	w.t.Helper()
	var c map[training.RunID]training.Count
	testkit.OK(w.t, w.DB.Read(w.t.Context(), access.Public(district), func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = w.f.Store.Counts(ctx, tx, r.Block)
		return err
	}))
	return c[r.ID]
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

// refused fails unless err is a rule's sentence that contains the words.
func refused(t *testing.T, err error, words string) {
	t.Helper()
	if !errs.Is(err, errs.Rule) || !contains(errs.Sentence(err), words) {
		t.Errorf("%v, want a refusal with %q", err, words)
	}
}
