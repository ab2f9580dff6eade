package running_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/running"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const district, office, oak = trainingtest.District, trainingtest.Office, trainingtest.Oak

var person, refused, missing = trainingtest.Person, testkit.Refused, testkit.Missing

// world is the capability on one database, with the staff of a school.
type world struct {
	*trainingtest.World
	f *running.Feature

	admin, other, trainer, head, lead, grace, ellen access.Viewer
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) { trainingtest.OnBoth(t, newWorld, fn) }

func newWorld(base *trainingtest.World) *world {
	w := &world{World: base, admin: base.Admin, other: person("olive", trainingtest.Trust, access.TrainingAdmin), trainer: person("ros", office, access.Member)}
	w.head, w.lead, w.grace, w.ellen = person("helen", oak, access.Head), person("amina", oak, access.DSL), trainingtest.Staff("grace"), trainingtest.Staff("ellen")
	w.f = running.New(running.Deps{Training: w.Training, Key: [32]byte{7}, Limits: trainingtest.Unlimited{}, Staff: w})
	return w
}

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

// run makes a published date of a course of two days, or of one, from a day on.
func (w *world) run(f training.Format, venue string, on clock.Day) training.Run {
	w.T.Helper()
	c := w.Course(f, func(c *training.Course) {
		c.Title, c.UsesPlace, c.Cascades, c.Validity, c.CPD = "Lead training", true, false, 24, 720
	})
	b := w.Block(func(b *training.Block) { b.PerSchool, b.Second, b.RunCloses = 9, training.LetWait, 1 })
	r := w.Run(b, c, on, func(r *training.Run) {
		r.Venue, r.Days[0].Starts = venue, "09:15"
		if f == training.TwoDay {
			r.Days[1].Ends = "15:30"
		}
	})
	w.Publish(b)
	return r
}

// book has the head ask for a place for somebody of the school.
func (w *world) book(r training.Run, name string, change func(*training.Request)) training.BookingID {
	w.T.Helper()
	q := training.Request{Booking: training.Booking{ID: training.BookingID(w.ID()), Block: r.Block, Org: oak, OrgName: "School oak", Name: name, Title: "Teacher"}, First: r.ID}
	if change != nil {
		change(&q)
	}
	state, err := w.Training.Ask(w.T.Context(), w.head, q)
	testkit.OK(w.T, err)
	if state != training.Placed {
		w.T.Fatalf("%s is %s, want placed", name, state)
	}
	w.Clock.Add(time.Second)
	return q.ID
}

// post sweeps twice, does what is queued, and returns the letters since the last call, by subject.
func (w *world) post() []mail.Message {
	w.T.Helper()
	for range 2 {
		testkit.OK(w.T, w.f.Sweep(w.T.Context(), w.System))
		_, err := w.Queue.Drain(w.T.Context())
		testkit.OK(w.T, err)
	}
	sent := w.Sent()
	slices.SortStableFunc(sent, func(x, y mail.Message) int { return strings.Compare(x.To, y.To) })
	return sent
}

// at moves the clock to a time of a day.
func (w *world) at(d clock.Day, hour, minute int) { w.Clock.Set(d.At(hour, minute)) }

// tick marks people on a day of a run, as whoever keeps its register.
func (w *world) tick(v access.Viewer, r training.Run, n int, kind running.MarkKind, who ...training.BookingID) error {
	w.T.Helper()
	var ticks []running.Tick
	for _, k := range who {
		t := running.Tick{Booking: k, Kind: kind}
		if kind == running.Substitute {
			t.Instead = "Ellen Booth"
		}
		ticks = append(ticks, t)
	}
	_, err := w.f.Tick(w.T.Context(), v, r.ID, n, ticks)
	return err
}

// attended are the names of those who attended, as somebody sees it.
func (w *world) attended(v access.Viewer, r training.Run) (names []string) {
	w.T.Helper()
	testkit.OK(w.T, w.DB.Read(w.T.Context(), v, func(ctx context.Context, tx *store.Tx) error {
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
	w.T.Helper()
	testkit.OK(w.T, w.DB.Read(w.T.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = running.Store{}.LearntBy(ctx, tx, account)
		return err
	}))
	return out
}

// needs is what somebody can read of what people need on a run.
func (w *world) needs(v access.Viewer, r training.Run) (out []training.Need) {
	w.T.Helper()
	testkit.OK(w.T, w.DB.Read(w.T.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = w.Training.Store.NeedsOf(ctx, tx, r.ID)
		return err
	}))
	return out
}
