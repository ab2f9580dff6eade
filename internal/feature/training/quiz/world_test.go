package quiz_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/quiz"
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

const district, oak, elm = "haverdale", "oak", "elm"

var tables = []store.Slice{training.Migrations}

// world is the capability on one database, with people and a post office of its own.
type world struct {
	*testkit.World
	t     *testing.T
	f     *quiz.Feature
	queue *jobs.Queue

	mu    sync.Mutex
	staff map[string][]quiz.Member // by school
	sent  []mail.Message

	amina, tom, helen, gail, elmLead, office, ellen access.Viewer
	system                                          access.Viewer
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.DBs(t, tables, func(t *testing.T, base *testkit.World) { fn(t, newWorld(t, base)) })
}

func person(name, org string, r access.Role, s access.Strength) access.Viewer {
	return access.Viewer{Account: name, District: district, Strength: s, Roles: map[access.Role][]string{r: {org}, access.Member: {org}}}
}

// newWorld has a school with two leads, a head, a lead governor, seven teachers, six lunchtime supervisors and two in the office.
func newWorld(t *testing.T, base *testkit.World) *world {
	w := &world{World: base, t: t, queue: jobs.New(base.DB, slog.New(slog.DiscardHandler)), system: access.System(district, "a test sweeps"), staff: map[string][]quiz.Member{}}
	w.amina, w.tom = person("amina", oak, access.DSL, access.SecondFactor), person("tom", oak, access.DSL, access.SecondFactor)
	w.helen, w.gail = person("helen", oak, access.Head, access.SecondFactor), person("gail", oak, access.Governor, access.SecondFactor)
	w.elmLead, w.office = person("eve", elm, access.DSL, access.SecondFactor), person("gareth", "partnership", access.TrainingAdmin, access.SecondFactor)
	w.ellen = w.as("lunchtime-1")
	for _, m := range [][2]string{{"amina", "Designated safeguarding lead"}, {"tom", "Deputy safeguarding lead"}, {"helen", "Headteacher"}, {"gail", "Lead governor"}} {
		w.hire(oak, m[0], m[1])
	}
	for i := range 7 {
		w.hire(oak, fmt.Sprint("teacher-", i+1), "Class teacher")
	}
	for i := range 6 {
		w.hire(oak, fmt.Sprint("lunchtime-", i+1), "Lunchtime supervisor")
	}
	w.hire(oak, "office-1", "School secretary")
	w.hire(oak, "office-2", "Office assistant")
	w.hire(elm, "eve", "Safeguarding lead")
	w.Clock.Add(20 * time.Minute) // ten past eight: letters go from eight
	w.f = quiz.New(quiz.Deps{DB: base.DB, Queue: w.queue, Calendars: &terms.Fixed{Now: term.Calendars{District: term.Calendar{BankHolidays: term.BankHolidays()}}}, PublicURL: "https://kith.example", People: w, Schools: places{}, Mailer: w})
	w.sweep()
	return w
}

func (w *world) hire(org, name, title string) {
	w.staff[org] = append(w.staff[org], quiz.Member{Account: name, Name: name, Title: title})
}

// as is somebody of the staff, with a password only.
func (w *world) as(name string) access.Viewer {
	return person(name, oak, access.Member, access.FirstFactor)
}

func (w *world) Staff(_ context.Context, _ *store.Tx, org string) ([]quiz.Member, error) {
	return slices.Clone(w.staff[org]), nil
}

func (w *world) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Person, error) {
	out := map[string]ref.Person{}
	for _, i := range ids {
		out[i] = ref.Person{ID: i, Name: i}
	}
	return out, nil
}

func (w *world) Email(_ context.Context, _ *store.Tx, account string) (string, error) {
	return account + "@haverdale.example", nil
}

func (w *world) OrgOf(_ context.Context, _ *store.Tx, account string) (string, error) {
	for org, all := range w.staff {
		for _, m := range all {
			if m.Account == account {
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

func (w *world) id() string { return w.DB.IDs().New(w.DB.Now()) }

func (w *world) sweep() {
	w.t.Helper()
	testkit.OK(w.t, w.f.Sweep(w.t.Context(), w.system))
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

// draft makes a quiz of five questions for everybody, this week, unless change says otherwise.
func (w *world) draft(change func(*quiz.Quiz)) quiz.Quiz {
	w.t.Helper()
	today := clock.DayOf(w.Clock.Now())
	q := quiz.Quiz{ID: quiz.ID(w.id()), Org: oak, Title: "Autumn quiz", Purpose: quiz.Before, From: today, Until: today.Add(4), Size: 5}
	if change != nil {
		change(&q)
	}
	testkit.OK(w.t, w.f.Make(w.t.Context(), w.amina, q))
	return q
}

// given is a quiz that staff can take.
func (w *world) given(change func(*quiz.Quiz)) quiz.Quiz {
	w.t.Helper()
	q := w.draft(change)
	testkit.OK(w.t, w.f.Give(w.t.Context(), w.amina, q.ID))
	return q
}

// take has somebody answer every question, those of the wrong ones (counted from 1) wrongly, and send.
func (w *world) take(q quiz.ID, name string, wrong ...int) {
	w.t.Helper()
	v := w.as(name)
	w.answerAll(q, v, wrong...)
	testkit.OK(w.t, w.f.Send(w.t.Context(), v, q))
}

func (w *world) answerAll(q quiz.ID, v access.Viewer, wrong ...int) {
	w.t.Helper()
	items, err := w.f.ItemsOf(w.amina, q)
	testkit.OK(w.t, err)
	for i, x := range items {
		testkit.OK(w.t, w.f.Answer(w.t.Context(), v, q, i+1, choose(x, !slices.Contains(wrong, i+1))))
	}
}

// choose is a choice that answers the question, rightly or not.
func choose(x quiz.Question, right bool) quiz.Choice {
	var good, bad quiz.Choice
	for i, o := range x.Options {
		if o.Right {
			good = append(good, i)
		} else {
			bad = append(bad, i)
		}
	}
	switch {
	case right:
		return good
	case x.Kind == quiz.Order:
		slices.Reverse(good)
		return good
	case len(bad) > 0:
		return bad[:1]
	}
	return good[:1]
}

// refused fails unless err is a rule's sentence that contains the words.
func refused(t *testing.T, err error, words string) {
	t.Helper()
	if !errs.Is(err, errs.Rule) || !contains(errs.Sentence(err), words) {
		t.Errorf("%v, want a refusal with %q", err, words)
	}
}

func missing(t *testing.T, err error) {
	t.Helper()
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("%v, want not found", err)
	}
}

// places are the schools of the district.
type places struct{}

func (places) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	out := map[string]ref.Organisation{}
	for _, i := range ids {
		out[i] = ref.Organisation{ID: i, Name: "School " + i, Kind: "school"}
	}
	return out, nil
}
