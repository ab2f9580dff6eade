package quiz_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"kith/internal/feature/training/quiz"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const oak, elm = trainingtest.Oak, trainingtest.Elm

var person, refused, missing = trainingtest.Person, testkit.Refused, testkit.Missing

// world is the capability on one database, with the staff of schools.
type world struct {
	*trainingtest.World
	f     *quiz.Feature
	staff map[string][]quiz.Member // by school

	amina, tom, helen, gail, elmLead, office, ellen access.Viewer
}

func onBoth(t *testing.T, fn func(t *testing.T, w *world)) { trainingtest.OnBoth(t, newWorld, fn) }

// newWorld has a school with two leads, a head, a lead governor, seven teachers, six lunchtime supervisors and two in the office.
func newWorld(base *trainingtest.World) *world {
	w := &world{World: base, staff: map[string][]quiz.Member{}}
	w.amina, w.tom = person("amina", oak, access.DSL), person("tom", oak, access.DSL)
	w.helen, w.gail = person("helen", oak, access.Head), person("gail", oak, access.Governor)
	w.elmLead, w.office = person("eve", elm, access.DSL), person("gareth", trainingtest.Office, access.TrainingAdmin)
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
	w.f = quiz.New(quiz.Deps{DB: w.DB, Queue: w.Queue, Calendars: trainingtest.Calendars(), PublicURL: trainingtest.URL, People: w, Schools: trainingtest.Places{}, Mailer: w})
	w.sweep()
	return w
}

func (w *world) hire(org, name, title string) {
	w.staff[org] = append(w.staff[org], quiz.Member{Account: name, Name: name, Title: title})
}

// as is somebody of the staff, with a password only.
func (w *world) as(name string) access.Viewer { return trainingtest.Staff(name) }

func (w *world) Staff(_ context.Context, _ *store.Tx, org string) ([]quiz.Member, error) {
	return slices.Clone(w.staff[org]), nil
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

func (w *world) sweep() {
	w.T.Helper()
	testkit.OK(w.T, w.f.Sweep(w.T.Context(), w.System))
}

// draft makes a quiz of five questions for everybody, this week, unless change says otherwise.
func (w *world) draft(change func(*quiz.Quiz)) quiz.Quiz {
	w.T.Helper()
	today := clock.DayOf(w.Clock.Now())
	q := quiz.Quiz{ID: quiz.ID(w.ID()), Org: oak, Title: "Autumn quiz", Purpose: quiz.Before, From: today, Until: today.Add(4), Size: 5}
	if change != nil {
		change(&q)
	}
	testkit.OK(w.T, w.f.Make(w.T.Context(), w.amina, q))
	return q
}

// given is a quiz that staff can take.
func (w *world) given(change func(*quiz.Quiz)) quiz.Quiz {
	w.T.Helper()
	q := w.draft(change)
	testkit.OK(w.T, w.f.Give(w.T.Context(), w.amina, q.ID))
	return q
}

// take has somebody answer every question, those of the wrong ones (counted from 1) wrongly, and send.
func (w *world) take(q quiz.ID, name string, wrong ...int) {
	w.T.Helper()
	v := w.as(name)
	w.answerAll(q, v, wrong...)
	testkit.OK(w.T, w.f.Send(w.T.Context(), v, q))
}

func (w *world) answerAll(q quiz.ID, v access.Viewer, wrong ...int) {
	w.T.Helper()
	items, err := w.f.ItemsOf(w.amina, q)
	testkit.OK(w.T, err)
	for i, x := range items {
		testkit.OK(w.T, w.f.Answer(w.T.Context(), v, q, i+1, choose(x, !slices.Contains(wrong, i+1))))
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
