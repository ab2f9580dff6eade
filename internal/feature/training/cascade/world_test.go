package cascade_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/feature/training/cascade"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const district, office, oak, elm, trust = trainingtest.District, trainingtest.Office, trainingtest.Oak, trainingtest.Elm, trainingtest.Trust

var person, refused, missing = trainingtest.Person, testkit.Refused, testkit.Missing

// world is the capability on one database, with the staff of schools.
type world struct {
	*trainingtest.World
	f     *cascade.Feature
	staff map[string][]ref.Person // by organisation

	admin, manager, helen, amina, tom, grace, eve, mary access.Viewer
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) { trainingtest.OnBoth(t, newWorld, fn) }

func newWorld(base *trainingtest.World) *world {
	w := &world{World: base, staff: map[string][]ref.Person{}}
	w.admin, w.manager = person("nadia", office, access.TrainingAdmin), person("dele", office, access.Partnership)
	w.helen, w.amina = person("helen", oak, access.Head), person("amina", oak, access.DSL)
	w.tom, w.grace = w.as("tom"), w.as("grace")
	w.eve, w.mary = person("eve", elm, access.DSL), person("mary", trust, access.TrustLead)
	for _, n := range []string{"amina", "grace", "helen", "tom", "ann", "ben", "cat", "dan", "eli", "fay", "gus"} {
		w.staff[oak] = append(w.staff[oak], ref.Person{ID: n, Name: strings.ToUpper(n[:1]) + n[1:] + " Oak", Title: "Teacher"})
	}
	w.staff[elm] = []ref.Person{{ID: "eve", Name: "Eve Elm", Title: "Safeguarding lead"}, {ID: "una", Name: "Una Elm", Title: "Teacher"}}
	w.staff[trust] = []ref.Person{{ID: "mary", Name: "Mary Trust", Title: "Lead for mental health"}}
	w.Training.People = w
	w.f = cascade.New(cascade.Deps{DB: w.DB, Queue: w.Queue, PublicURL: trainingtest.URL, Publisher: trainingtest.Publisher, Key: testkit.Key, People: w, Places: places{}, Mailer: w, Limits: trainingtest.Unlimited{}})
	return w
}

// as is somebody of the staff of the first school, with a password only.
func (w *world) as(name string) access.Viewer { return trainingtest.Staff(name) }

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

func (w *world) signIn(v access.Viewer, link, name, title string) error {
	return w.f.SignIn(w.T.Context(), v, "here", link, name, title)
}

func (w *world) sweep() {
	w.T.Helper()
	testkit.OK(w.T, w.f.Sweep(w.T.Context(), w.System))
}

// attend has people go to a two-day course that is over: by organisation, "" for a setting in no register. It returns the course.
func (w *world) attend(cascades bool, who ...[2]string) training.Course {
	w.T.Helper()
	c := w.Course(training.TwoDay, func(c *training.Course) { c.Cascades = cascades })
	b := w.Block(func(b *training.Block) { b.PerSchool, b.RunCloses = 2, 1 })
	first := w.Today().Add(7)
	r := w.Run(b, c, first, func(r *training.Run) { r.Venue = "" })
	w.Publish(b)
	for _, x := range who {
		q := training.Request{Booking: training.Booking{ID: training.BookingID(w.ID()), Block: b.ID, Org: x[0], Name: x[1], Title: "Lead"}, First: r.ID}
		if x[0] == "" {
			q.OrgName = "Little Acorns"
		} else {
			q.Account, _, _ = strings.Cut(strings.ToLower(x[1]), " ")
		}
		state, err := w.Training.Ask(w.T.Context(), w.admin, q)
		testkit.OK(w.T, err)
		if state != training.Placed {
			w.T.Fatalf("%s is %s", x[1], state)
		}
	}
	w.Clock.Set(first.Add(1).At(17, 0))
	return c
}

// only is the one plan that somebody sees.
func (w *world) only(v access.Viewer) cascade.Plan {
	w.T.Helper()
	all, err := w.f.PlansOf(w.T.Context(), v)
	testkit.OK(w.T, err)
	if len(all) != 1 {
		w.T.Fatalf("%s sees %d plans", v.Account, len(all))
	}
	return all[0]
}

// register makes every register say the same of every place.
func (w *world) register(was cascade.Was) {
	w.T.Helper()
	testkit.OK(w.T, w.DB.Write(w.T.Context(), w.System, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited("a test")
		return tx.Put(ctx, store.SQL(`UPDATE training_place SET attended = ? WHERE district_id = ?`, int64(was), w.System.District))
	}))
}

// planned has somebody attend, and makes their plan the next morning.
func (w *world) planned() cascade.Plan {
	w.T.Helper()
	w.attend(true, [2]string{oak, "Tom Oak"})
	w.register(cascade.There)
	w.Clock.Set(w.Today().Add(1).At(8, 0))
	w.sweep()
	w.Drain()
	return w.only(w.tom)
}

// session is a session of today, open for signing in, and what the room shows.
func (w *world) session(p cascade.Plan, v access.Viewer) (s cascade.Session, code, link string) {
	w.T.Helper()
	s = cascade.Session{ID: cascade.SessionID(w.ID()), Cascade: p.ID, On: w.Today(), Starts: "15:45", Minutes: 60, Place: "Hall"}
	testkit.OK(w.T, w.f.PlanSession(w.T.Context(), v, s))
	testkit.OK(w.T, w.f.OpenSignIn(w.T.Context(), v, s.ID))
	code, link = w.f.Shown(s.ID, w.DB.Now())
	return s, code, link
}

func (w *world) reached(p cascade.ID) (n int) {
	w.T.Helper()
	testkit.OK(w.T, w.DB.Read(w.T.Context(), w.System, func(ctx context.Context, tx *store.Tx) (err error) {
		n, err = cascade.Store{}.Reached(ctx, tx, p)
		return err
	}))
	return n
}

// places are the organisations of the district, and its map.
type places struct{ trainingtest.Places }

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
