package training_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const district, office, oak, elm = trainingtest.District, trainingtest.Office, trainingtest.Oak, trainingtest.Elm

var person, refused = trainingtest.Person, testkit.Refused

// world is the slice on one database.
type world struct {
	*trainingtest.World
	f *training.Feature

	admin, other, head, lead, teacher access.Viewer // other runs another organiser's courses
	n                                 int
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) { trainingtest.OnBoth(t, newWorld, fn) }

func newWorld(base *trainingtest.World) *world {
	return &world{World: base, f: base.Training, admin: base.Admin, other: person("olive", trainingtest.Trust, access.TrainingAdmin),
		head: person("helen", oak, access.Head), lead: person("amina", oak, access.DSL), teacher: trainingtest.Staff("grace")}
}

// course makes a course of the partnership.
func (w *world) course(f training.Format, group string) training.Course {
	w.T.Helper()
	return w.Course(f, func(c *training.Course) { c.Group = group })
}

// run adds a run of one day (two for a two-day course) to the block.
func (w *world) run(b training.Block, c training.Course, on clock.Day, capacity int64) training.Run {
	w.T.Helper()
	return w.Run(b, c, on, func(r *training.Run) { r.Capacity = capacity })
}

// simple is a published block of one run of one day.
func (w *world) simple(capacity int64, change func(*training.Block)) (training.Block, training.Run) {
	w.T.Helper()
	c, b := w.course(training.OneDay, ""), w.Block(change)
	r := w.run(b, c, "2027-01-14", capacity)
	w.Publish(b)
	return b, r
}

// request is somebody of a school of their own who asks for a run.
func (w *world) request(r training.Run) training.Request {
	w.n++
	return training.Request{Booking: training.Booking{ID: training.BookingID(w.ID()), Block: r.Block, Org: fmt.Sprintf("school-%d", w.n), Name: fmt.Sprintf("Person %d", w.n), Title: "Lead", ManagerName: "Ravi Menon"}, First: r.ID}
}

// ask asks, and moves the clock on a second, so that everybody has a place in the line of their own.
func (w *world) ask(q training.Request) training.PlaceState {
	w.T.Helper()
	state, err := w.f.Ask(w.T.Context(), w.admin, q)
	testkit.OK(w.T, err)
	w.Clock.Add(time.Second)
	return state
}

// fillUp has so many ask for a run, and returns their bookings.
func (w *world) fillUp(r training.Run, n int) (out []training.BookingID) {
	w.T.Helper()
	for range n {
		q := w.request(r)
		w.ask(q)
		out = append(out, q.ID)
	}
	return out
}

func (w *world) place(id training.BookingID) (p training.Place) {
	w.T.Helper()
	testkit.OK(w.T, w.DB.Read(w.T.Context(), w.System, func(ctx context.Context, tx *store.Tx) (err error) {
		p, err = w.f.Store.Place(ctx, tx, id)
		return err
	}))
	return p
}

// states returns where bookings stand, in their order.
func (w *world) states(ids ...training.BookingID) (out []training.PlaceState) {
	w.T.Helper()
	for _, id := range ids {
		out = append(out, w.place(id).State)
	}
	return out
}

func (w *world) count(r training.Run) training.Count {
	w.T.Helper()
	var c map[training.RunID]training.Count
	testkit.OK(w.T, w.DB.Read(w.T.Context(), access.Public(district), func(ctx context.Context, tx *store.Tx) (err error) {
		c, err = w.f.Store.Counts(ctx, tx, r.Block)
		return err
	}))
	return c[r.ID]
}

func (w *world) sweep() {
	w.T.Helper()
	testkit.OK(w.T, w.f.Sweep(w.T.Context(), w.System))
}
