// Package trainingtest is what the tests of courses, and of what follows from a course, stand on: courses over a database, and the
// directory, the people and the post office that the rest of the program would be. Only tests import it.
package trainingtest

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

// The district, the partnership that runs its training, two schools, and the trust of the second.
const District, Office, Oak, Elm, Trust = "haverdale", "partnership", "oak", "elm", "trust"

// How the program is reached, and whom its letters are from.
const URL, Publisher = "https://kith.example", "Haverdale Safeguarding Partnership"

// World is courses over one database. A capability's world is built around it, and may answer for people or organisations itself: it
// sets Training.People or Training.Organisations.
type World struct {
	*testkit.World
	testkit.Post

	T        *testing.T
	Queue    *jobs.Queue
	Training *training.Feature
	Rooms    map[string]training.Venue // by id: what the directory knows
	Admin    access.Viewer             // makes the courses
	System   access.Viewer
}

// Tables are what the database holds.
var Tables = []store.Slice{training.Migrations}

// OnBoth runs fn on SQLite and on PostgreSQL, each in a world that new makes.
func OnBoth[W any](t *testing.T, new func(*World) W, fn func(t *testing.T, w W)) {
	testkit.DBs(t, Tables, func(t *testing.T, base *testkit.World) { fn(t, new(New(t, base))) })
}

// New makes a world over a database.
func New(t *testing.T, base *testkit.World) *World {
	w := &World{World: base, T: t, Queue: jobs.New(base.DB, slog.New(slog.DiscardHandler)), Admin: Person("gareth", Office, access.TrainingAdmin), System: access.System(District, "a test sweeps"),
		Rooms: map[string]training.Venue{"mill": {ID: "mill", Name: "Millrace Centre", Building: "one", Address: "Eastgate", Postcode: "HV1 4TY", Access: "Step-free"}, "small": {ID: "small", Name: "Small Room", Building: "two", Capacity: 2}}}
	w.Training = training.New(training.Deps{DB: base.DB, Queue: w.Queue, Calendars: Calendars(), PublicURL: URL, Publisher: Publisher, Venues: w, VenueMail: w, Organisations: Places{}, People: w, Mailer: w})
	return w
}

// Calendars are those of a district that has its bank holidays and no others.
func Calendars() *terms.Fixed {
	return &terms.Fixed{Now: term.Calendars{District: term.Calendar{BankHolidays: term.BankHolidays()}}}
}

// Person is somebody with one post, by a second factor.
func Person(name, org string, role access.Role) access.Viewer {
	return testkit.Person(name, District, org, role, access.SecondFactor)
}

// Staff is somebody who works at the first school, by a password only.
func Staff(name string) access.Viewer {
	return testkit.Person(name, District, Oak, access.Member, access.FirstFactor)
}

// Venues are the rooms.
func (w *World) Venues(context.Context, *store.Tx) (map[string]training.Venue, error) {
	return w.Rooms, nil
}

// VenueNamed is the room of that name, however it is spelt.
func (w *World) VenueNamed(_ context.Context, _ *store.Tx, name string) (training.Venue, error) {
	for _, v := range w.Rooms {
		if fold.Key(v.Name) == fold.Key(name) {
			return v, nil
		}
	}
	return training.Venue{}, errs.Missing()
}

// PutVenue is the room of that name; a new one is a building of its own.
func (w *World) PutVenue(ctx context.Context, tx *store.Tx, v training.Venue) (training.Venue, error) {
	if have, err := w.VenueNamed(ctx, tx, v.Name); err == nil {
		return have, nil
	}
	v.ID, v.Building = v.Name, v.Name
	w.Rooms[v.ID] = v
	return v, nil
}

// SetVenueMail says where a room's house reads, where the version is the one that was shown.
func (w *World) SetVenueMail(_ context.Context, _ *store.Tx, id, email string, version int64) error {
	v, ok := w.Rooms[id]
	if !ok {
		return errs.Missing()
	}
	if v.Version != version {
		return errs.New(errs.Conflict, "Somebody else changed this venue since you opened it. Look at it again")
	}
	v.Email, v.Version = email, version+1
	w.Rooms[id] = v
	return nil
}

// Names names everybody as their account.
func (w *World) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, i := range ids {
		out[i] = ref.Person{ID: i, Name: i}
	}
	return out, nil
}

// Email is the address of an account. NotFound: it is nobody's.
func (w *World) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	if account == "" {
		return "", errs.Missing()
	}
	return account + "@haverdale.example", nil
}

// OrgOf says that everybody works at the first school, but for whoever makes the courses.
func (w *World) OrgOf(_ context.Context, _ *store.Tx, account string) (string, error) {
	switch account {
	case "gareth":
		return Office, nil
	case "":
		return "", errs.Missing()
	}
	return Oak, nil
}

// Places are the organisations of the district.
type Places struct{}

// Names calls every organisation a school.
func (Places) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, i := range ids {
		out[i] = ref.Organisation{ID: i, Name: "School " + i, Kind: "school"}
	}
	return out, nil
}

// Called knows the two schools by name.
func (Places) Called(_ context.Context, _ *store.Tx, name string) (string, error) {
	if org, ok := strings.CutPrefix(name, "School "); ok && (org == Oak || org == Elm) {
		return org, nil
	}
	return "", nil
}

// Where says where the two schools are.
func (Places) Where(_ context.Context, _ *store.Tx, org string) (postcode, ward string, err error) {
	return map[string]string{Oak: "BD3 9TZ", Elm: "BD30 1AA"}[org], "", nil
}

// Unlimited lets everybody try as often as they like.
type Unlimited struct{}

// Try never refuses.
func (Unlimited) Try(context.Context, string, string, int64) error { return nil }

// Succeeded forgets nothing, for nothing is counted.
func (Unlimited) Succeeded(context.Context, string, string) error { return nil }

// Address is one for all.
func (Unlimited) Address(*http.Request) string { return "here" }

// Today is the day of the world's clock.
func (w *World) Today() clock.Day { return clock.DayOf(w.Clock.Now()) }

// Drain does what is queued and returns the letters since the last call.
func (w *World) Drain() []mail.Message {
	w.T.Helper()
	_, err := w.Queue.Drain(w.T.Context())
	testkit.OK(w.T, err)
	return w.Sent()
}

// Course makes a course of the partnership. One of two days is passed on, and all but briefings use up a school's place.
func (w *World) Course(f training.Format, change func(*training.Course)) training.Course {
	w.T.Helper()
	c := training.Course{ID: training.CourseID(w.ID()), Org: Office, Title: "Signs of Safety", Format: f, UsesPlace: f != training.Briefing, Cascades: f == training.TwoDay}
	if change != nil {
		change(&c)
	}
	testkit.OK(w.T, w.Training.MakeCourse(w.T.Context(), w.Admin, c))
	return c
}

// Block makes a block, first come unless change says otherwise.
func (w *World) Block(change func(*training.Block)) training.Block {
	w.T.Helper()
	b := training.Block{ID: training.BlockID(w.ID()), Org: Office, Title: "Spring block", Way: training.FirstCome, PerSchool: 1, Second: training.RefuseSecond, HoldHours: 48, OfferHours: 72, RunCloses: 2}
	if change != nil {
		change(&b)
	}
	testkit.OK(w.T, w.Training.MakeBlock(w.T.Context(), w.Admin, b))
	return b
}

// Run adds a run to the block: of one day, or of two for a two-day course, with 20 places.
func (w *World) Run(b training.Block, c training.Course, on clock.Day, change func(*training.Run)) training.Run {
	w.T.Helper()
	r := training.Run{ID: training.RunID(w.ID()), Block: b.ID, Course: c.ID, Venue: "mill", Capacity: 20, Days: []training.Day{{On: on, Starts: "09:30", Ends: "16:00"}}}
	switch c.Format {
	case training.TwoDay:
		r.Days = append(r.Days, training.Day{On: on.Add(1), Starts: "09:30", Ends: "16:00"})
	case training.Briefing:
		r.Days[0].Ends = "11:00"
	}
	if change != nil {
		change(&r)
	}
	testkit.OK(w.T, w.Training.AddRuns(w.T.Context(), w.Admin, b.ID, r))
	return r
}

// Publish opens a block to requests.
func (w *World) Publish(b training.Block) {
	w.T.Helper()
	testkit.OK(w.T, w.Training.Publish(w.T.Context(), w.Admin, b.ID))
}
