package quiz_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/training/quiz"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// QUI-1: everybody of the staff groups is asked and told, answers are kept as they are given, and an attempt is sent once.
func TestQuizIsGivenTakenAndSentOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		q := w.given(func(q *quiz.Quiz) { q.Groups = store.Keys{"lunchtime", "office"} })
		letters := w.Drain()
		if len(letters) != 8 {
			t.Errorf("%d letters went to 8 people", len(letters))
		}
		for _, m := range letters {
			if !contains(m.Subject, "by Friday 27 November") || !contains(m.Text, "/training/quizzes/take/"+string(q.ID)) {
				t.Errorf("a letter says %q: %s", m.Subject, m.Text)
			}
		}
		missing(t, w.f.Answer(t.Context(), w.as("teacher-1"), q.ID, 1, quiz.Choice{0}))
		refused(t, w.f.Send(t.Context(), w.ellen, q.ID), "5 of 5 questions are not answered")
		items, err := w.f.ItemsOf(w.amina, q.ID)
		testkit.OK(t, err)
		testkit.OK(t, w.f.Answer(t.Context(), w.ellen, q.ID, 2, choose(items[1], false)))
		testkit.OK(t, w.f.Answer(t.Context(), w.ellen, q.ID, 2, choose(items[1], true))) // after the explanation: the first stands
		refused(t, w.f.Answer(t.Context(), w.ellen, q.ID, 1, quiz.Choice{9}), "answers shown")
		missing(t, w.f.Answer(t.Context(), w.ellen, q.ID, 6, quiz.Choice{0}))
		refused(t, w.f.Send(t.Context(), w.ellen, q.ID), "4 of 5 questions are not answered")
		w.answerAll(q.ID, w.ellen)
		testkit.OK(t, w.f.Send(t.Context(), w.ellen, q.ID))
		testkit.OK(t, w.f.Send(t.Context(), w.ellen, q.ID))
		refused(t, w.f.Answer(t.Context(), w.ellen, q.ID, 1, choose(items[0], true)), "You have sent your answers")
		tallies, err := w.f.TalliesOf(w.amina, q.ID)
		testkit.OK(t, err)
		if len(tallies) != 5 {
			t.Fatalf("%d lines in the ledger for one person and five questions", len(tallies))
		}
		for _, x := range tallies {
			if x.Took != 1 || (x.Rights == 1) == (x.N == 2) || x.Group != "lunchtime" {
				t.Errorf("%+v", x)
			}
		}
	})
}

// QUI-1: the same answer and the same sending at the same time count once; without the lock the second half fails.
func TestSendingAtOnceCountsOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		q := w.given(nil)
		w.Drain()
		both := func(fn func() error) {
			var g sync.WaitGroup
			for range 6 {
				g.Go(func() {
					if err := fn(); err != nil {
						t.Error(err)
					}
				})
			}
			g.Wait()
		}
		items, err := w.f.ItemsOf(w.amina, q.ID)
		testkit.OK(t, err)
		both(func() error { return w.f.Answer(t.Context(), w.ellen, q.ID, 1, choose(items[0], true)) })
		w.answerAll(q.ID, w.ellen)
		both(func() error { return w.f.Send(t.Context(), w.ellen, q.ID) })
		for i := range 5 { // and different people do not lose each other
			w.answerAll(q.ID, w.as(fmt.Sprint("teacher-", i+1)))
		}
		var g sync.WaitGroup
		for i := range 5 {
			g.Go(func() {
				if err := w.f.Send(t.Context(), w.as(fmt.Sprint("teacher-", i+1)), q.ID); err != nil {
					t.Error(err)
				}
			})
		}
		g.Wait()
		if n := w.took(q.ID); n["lunchtime"] != 1 || n["teachers"] != 5 {
			t.Errorf("the ledger has %v", n)
		}
	})
}

func (w *world) took(q quiz.ID) map[string]int {
	w.T.Helper()
	tallies, err := w.f.TalliesOf(w.amina, q)
	testkit.OK(w.T, err)
	out := map[string]int{}
	for _, x := range tallies {
		out[x.Group] = max(out[x.Group], x.Took)
	}
	return out
}

// The test of sending at once can fail: without the lock, on PostgreSQL, one attempt is counted more than once.
func TestWithoutTheLockSendingCountsTwice(t *testing.T) {
	testkit.DBs(t, trainingtest.Tables, func(t *testing.T, base *testkit.World) {
		if base.DB.Engine() == "sqlite" {
			return // one writer at a time, whatever the lock
		}
		for range 20 {
			w := newWorld(trainingtest.New(t, base))
			w.f.WithoutLock()
			q := w.given(nil)
			w.answerAll(q.ID, w.ellen)
			var g sync.WaitGroup
			for range 8 {
				g.Go(func() { _ = w.f.Send(t.Context(), w.ellen, q.ID) })
			}
			g.Wait()
			if w.took(q.ID)["lunchtime"] > 1 {
				return
			}
		}
		t.Error("it never counted twice: the test of the lock proves nothing")
	})
}

// QUI-1: before its first day and after its last nobody answers, whether a sweep has run or not; then it closes by itself.
func TestQuizHasAWindow(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		today := clock.DayOf(w.Clock.Now())
		q := w.given(func(q *quiz.Quiz) { q.From, q.Until = today.Add(1), today.Add(2) })
		items, err := w.f.ItemsOf(w.amina, q.ID)
		testkit.OK(t, err)
		answer := func() error { return w.f.Answer(t.Context(), w.ellen, q.ID, 1, choose(items[0], true)) }
		refused(t, answer(), "has not begun")
		w.sweep()
		if n := len(w.Drain()); n != 0 {
			t.Errorf("%d letters went before it begins", n)
		}
		w.Clock.Set(today.Add(1).At(7, 0))
		w.sweep()
		testkit.OK(t, answer())
		if n := len(w.Drain()); n != 0 {
			t.Errorf("%d letters went at night", n)
		}
		w.hire(oak, "newcomer", "Class teacher")
		w.Clock.Set(today.Add(1).At(8, 30))
		w.sweep()
		if n := len(w.Drain()); n != len(w.staff[oak])-1 {
			t.Errorf("%d letters", n)
		}
		w.Clock.Set(today.Add(2).At(8, 30))
		w.sweep() // the newcomer is asked too
		told := w.Drain()
		if !slices.ContainsFunc(told, func(m mail.Message) bool { return m.To == "newcomer@haverdale.example" }) {
			t.Error("whoever came later is not asked")
		}
		w.Clock.Set(today.Add(3).At(0, 0))
		refused(t, answer(), "is over")
		refused(t, w.f.Send(t.Context(), w.ellen, q.ID), "is over")
		w.sweep()
		if have, err := w.f.QuizAs(w.amina, q.ID); err != nil || have.State != quiz.Closed {
			t.Errorf("it is %s (%v)", have.State, err)
		}
	})
}

// QUI-1: those who have not sent are reminded, once, by a letter that says nothing of any child; those who have are left in peace.
func TestRemindersGoToThoseWhoHaveNotSent(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		q := w.given(func(q *quiz.Quiz) { q.Groups = store.Keys{"lunchtime"} })
		if n := len(w.Drain()); n != 6 {
			t.Errorf("%d were told", n)
		}
		w.take(q.ID, "lunchtime-1")
		w.answerAll(q.ID, w.as("lunchtime-2")) // answered, not sent
		w.Clock.Set(q.Until.Add(-2).At(8, 1))
		for range 3 {
			w.sweep()
		}
		letters := w.Drain()
		if len(letters) != 5 {
			t.Errorf("%d were reminded, of 5", len(letters))
		}
		for _, m := range letters {
			if m.To == "lunchtime-1@haverdale.example" || !contains(m.Subject, "Still open") {
				t.Errorf("%s got %q", m.To, m.Subject)
			}
		}
		w.Clock.Add(3 * time.Hour)
		w.sweep()
		if n := len(w.Drain()); n != 0 {
			t.Errorf("%d were reminded again", n)
		}
	})
}

// QUI-2: answers are their own and the leads': the head, the governor, colleagues and another school's lead find none.
func TestAnswersArePersonal(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		q := w.given(nil)
		w.take(q.ID, "lunchtime-1", 1, 3)
		for _, c := range []struct {
			v    access.Viewer
			want int
		}{{w.ellen, 1}, {w.amina, 1}, {w.tom, 1}, {w.helen, 0}, {w.gail, 0}, {w.elmLead, 0}, {w.as("teacher-1"), 0}, {w.office, 0}} {
			attempts, wrong, err := w.f.AttemptsAs(c.v, q.ID)
			if err != nil || len(attempts) != c.want || len(wrong) != 2*c.want {
				t.Errorf("%s reads %d attempts and %d wrong answers (%v)", c.v.Account, len(attempts), len(wrong), err)
			}
		}
		first := w.amina
		first.Strength = access.FirstFactor
		if attempts, _, err := w.f.AttemptsAs(first, q.ID); err != nil || len(attempts) != 0 {
			t.Errorf("a lead reads %d attempts by a password alone (%v)", len(attempts), err)
		}
	})
}

// Only leads of the school make, give and close a quiz, and plan what comes of it.
func TestOnlyLeadsOfTheSchoolRunIt(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		q := w.draft(nil)
		ctx := t.Context()
		need := quiz.Need{ID: quiz.NeedID(w.ID()), Org: oak, Theme: "online"}
		testkit.OK(t, w.f.AddNeed(ctx, w.amina, need))
		for _, v := range []access.Viewer{w.helen, w.gail, w.elmLead, w.ellen, w.office} {
			other := q
			other.ID = quiz.ID(w.ID())
			missing(t, w.f.Make(ctx, v, other))
			missing(t, w.f.Give(ctx, v, q.ID))
			missing(t, w.f.SwapQuestion(ctx, v, q.ID, 1))
			missing(t, w.f.Discard(ctx, v, q.ID))
			missing(t, w.f.Close(ctx, v, q.ID))
			missing(t, w.f.PutGroup(ctx, v, oak, nil))
			missing(t, w.f.AddNeed(ctx, v, quiz.Need{ID: quiz.NeedID(w.ID()), Org: oak, Theme: "fgm"}))
			missing(t, w.f.Plan(ctx, v, quiz.Need{ID: need.ID}))
			missing(t, w.f.Meet(ctx, v, need.ID))
			missing(t, w.f.Answer(ctx, v, q.ID, 1, quiz.Choice{0})) // a draft is nobody's to take
		}
		testkit.OK(t, w.f.Give(ctx, w.tom, q.ID))
		refused(t, w.f.Give(ctx, w.tom, q.ID), "given already")
		refused(t, w.f.SwapQuestion(ctx, w.amina, q.ID, 1), "stay as they are")
		refused(t, w.f.Discard(ctx, w.amina, q.ID), "Close it instead")
		testkit.OK(t, w.f.Close(ctx, w.tom, q.ID))
		refused(t, w.f.Close(ctx, w.tom, q.ID), "can be closed")
	})
}

// A form sent twice makes one quiz; a draft can be thrown away, and its questions changed.
func TestDraft(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		q := w.draft(nil)
		testkit.OK(t, w.f.Make(ctx, w.amina, q))
		missing(t, w.f.Make(ctx, w.tom, q))
		before, err := w.f.ItemsOf(w.amina, q.ID)
		testkit.OK(t, err)
		testkit.OK(t, w.f.SwapQuestion(ctx, w.amina, q.ID, 2))
		after, err := w.f.ItemsOf(w.amina, q.ID)
		testkit.OK(t, err)
		if len(before) != 5 || before[1].ID == after[1].ID || before[1].Theme != after[1].Theme || before[0].ID != after[0].ID {
			t.Errorf("%s was swapped for %s", before[1].Key, after[1].Key)
		}
		missing(t, w.f.SwapQuestion(ctx, w.amina, q.ID, 6))
		testkit.OK(t, w.f.Discard(ctx, w.amina, q.ID))
		if _, err := w.f.QuizAs(w.amina, q.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("the draft is still there: %v", err)
		}
		bad := quiz.Quiz{ID: quiz.ID(w.ID()), Org: oak, Title: "Too long", Purpose: quiz.Regular, From: "2026-11-23", Until: "2026-11-20", Size: 5}
		refused(t, w.f.Make(ctx, w.amina, bad), "last day is before the first")
		bad.Until, bad.Size = "2026-11-30", 11
		refused(t, w.f.Make(ctx, w.amina, bad), "five minutes")
		bad.Size, bad.Themes = 9, store.Keys{"mind"}
		refused(t, w.f.Make(ctx, w.amina, bad), "Only 3 questions fit")
		nobody := w.draft(func(q *quiz.Quiz) { q.Groups = store.Keys{"volunteers"} })
		refused(t, w.f.Give(ctx, w.amina, nobody.ID), "Nobody at the school is in these staff groups")
		testkit.OK(t, w.f.PutGroup(ctx, w.amina, oak, map[string]string{"lunchtime-6": "volunteers", "eve": "volunteers"}))
		testkit.OK(t, w.f.Give(ctx, w.amina, nobody.ID))
		testkit.OK(t, w.f.Answer(ctx, w.as("lunchtime-6"), nobody.ID, 1, choose(must(w.f.ItemsOf(w.amina, nobody.ID))[0], true)))
		missing(t, w.f.Answer(ctx, w.ellen, nobody.ID, 1, quiz.Choice{0}))
	})
}

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// QUI-1: a new edition of a document makes the questions stale that cite the old one: no new quiz is made of them, a draft with one is
// not given, and whoever holds one against the new edition makes it whole again. What was asked stays as it was.
func TestNewEditionMakesQuestionsStale(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		old := w.given(func(q *quiz.Quiz) { q.Themes = store.Keys{"prevent"}; q.Size = 3 })
		draft := w.draft(func(q *quiz.Quiz) { q.Themes = store.Keys{"prevent", "mind"} })
		missing(t, w.f.NewEdition(ctx, w.amina, "prevent", "2027", "The steps of a referral"))
		missing(t, w.f.NewEdition(ctx, w.office, "nothing", "2027", ""))
		refused(t, w.f.NewEdition(ctx, w.office, "prevent", "2023", ""), "Write the new edition")
		testkit.OK(t, w.f.NewEdition(ctx, w.office, "prevent", "2027", "The steps of a referral"))
		stale := 0
		var first quiz.Question
		for _, x := range must(w.f.LiveAs(w.amina, oak)) {
			if x.Stale() {
				stale++
				first = x
				if x.Document != "prevent" {
					t.Errorf("%s is stale and rests on %s", x.Key, x.Document)
				}
			}
		}
		if stale != 2 {
			t.Errorf("%d questions are stale", stale)
		}
		refused(t, w.f.Give(ctx, w.amina, draft.ID), "rests on an old edition")
		refused(t, w.f.Make(ctx, w.amina, quiz.Quiz{ID: quiz.ID(w.ID()), Org: oak, Title: "Prevent", Purpose: quiz.Regular, From: "2026-11-23", Until: "2026-11-30", Size: 3, Themes: store.Keys{"prevent"}}), "Only 1 questions fit")
		w.take(old.ID, "lunchtime-1") // what was given goes on

		again := first
		again.ID, again.Replaces, again.Text = quiz.QuestionID(w.ID()), first.ID, first.Text+" Think of the new edition."
		missing(t, w.f.SaveQuestion(ctx, w.amina, again)) // the district's own: a lead cannot
		testkit.OK(t, w.f.SaveQuestion(ctx, w.office, again))
		testkit.OK(t, w.f.SaveQuestion(ctx, w.office, again))
		for _, x := range must(w.f.LiveAs(w.amina, oak)) {
			if x.ID == first.ID || x.ID == again.ID && (x.Stale() || x.Edition != "2027" || x.Key != first.Key) {
				t.Errorf("%+v", x)
			}
		}
		late := again
		late.ID = quiz.QuestionID(w.ID())
		if err := w.f.SaveQuestion(ctx, w.office, late); !errs.Is(err, errs.Conflict) {
			t.Errorf("replaced a second time: %v", err)
		}
		if items := must(w.f.ItemsOf(w.amina, old.ID)); !slices.ContainsFunc(items, func(x quiz.Question) bool { return x.Document == "prevent" && x.Edition == "2023" }) {
			t.Error("what was asked has changed")
		}
		w.sweep() // the bank is taken once
		if n := len(must(w.f.LiveAs(w.amina))); n != len(quiz.Starter().Questions) {
			t.Errorf("%d questions of the district's", n)
		}
	})
}

// QUI-1: a school has questions of its own; no other school sees or asks them.
func TestSchoolsOwnQuestion(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		x := quiz.Question{ID: quiz.QuestionID(w.ID()), Org: oak, Theme: "act", Kind: quiz.OneAnswer, Text: "Where does the duty lead sit?", Explain: "By the hall, until half past three.", Document: "kcsie", Para: "Our policy",
			Options: []quiz.Option{{"By the hall", true}, {"In the library", false}}}
		missing(t, w.f.SaveQuestion(ctx, w.elmLead, x))
		missing(t, w.f.SaveQuestion(ctx, w.helen, x))
		wrong := x
		wrong.Options = []quiz.Option{{"By the hall", false}, {"In the library", false}}
		refused(t, w.f.SaveQuestion(ctx, w.amina, wrong), "Mark the one answer")
		testkit.OK(t, w.f.SaveQuestion(ctx, w.amina, x))
		has := func(all []quiz.Question) bool {
			return slices.ContainsFunc(all, func(q quiz.Question) bool { return q.ID == x.ID })
		}
		if !has(must(w.f.LiveAs(w.amina, oak))) || has(must(w.f.LiveAs(w.elmLead, elm))) {
			t.Error("it is not the school's, or another's too")
		}
		missing(t, w.f.Retire(ctx, w.elmLead, x.ID))
		testkit.OK(t, w.f.Retire(ctx, w.tom, x.ID))
		if has(must(w.f.LiveAs(w.amina, oak))) {
			t.Error("a retired question is in use")
		}
	})
}

// QUI-3: a quiz shows gaps, gaps are needs on the plan, a need is met, and the next quiz closes it or opens it again.
func TestGapNeedPlanMetAndLookedAtAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		first := w.given(func(q *quiz.Quiz) { q.Themes, q.Size = store.Keys{"online", "record"}, 4 })
		items := must(w.f.ItemsOf(w.amina, first.ID))
		var online []int
		for i, x := range items {
			if x.Theme == "online" {
				online = append(online, i+1)
			}
		}
		for i := range 6 {
			w.take(first.ID, fmt.Sprint("teacher-", i+1))
			w.take(first.ID, fmt.Sprint("lunchtime-", i+1), online...)
		}
		if n := len(must(w.f.NeedsAs(w.amina, oak))); n != 0 {
			t.Errorf("%d needs while it is being taken", n)
		}
		testkit.OK(t, w.f.Close(ctx, w.amina, first.ID))
		needs := must(w.f.NeedsAs(w.amina, oak))
		if len(needs) != 1 || needs[0].Theme != "online" || needs[0].Groups.String() != "lunchtime" || needs[0].State != quiz.NeedOpen || needs[0].Quiz != first.ID {
			t.Fatalf("%+v", needs)
		}
		plan := needs[0]
		refused(t, w.f.Plan(ctx, w.amina, plan), "Choose who sees to it")
		plan.Owner, plan.By, plan.Way, plan.Words = "nobody", "2026-12-04", quiz.Briefing, "Ten minutes before lunch"
		refused(t, w.f.Plan(ctx, w.amina, plan), "somebody of the school")
		refused(t, w.f.Meet(ctx, w.amina, plan.ID), "Plan first")
		plan.Owner = "tom"
		plan.Version = must(w.f.NeedsAs(w.amina, oak))[0].Version
		testkit.OK(t, w.f.Plan(ctx, w.amina, plan))
		if err := w.f.Plan(ctx, w.tom, plan); !errs.Is(err, errs.Conflict) {
			t.Errorf("planned over somebody else's plan: %v", err)
		}
		testkit.OK(t, w.f.Meet(ctx, w.tom, plan.ID))
		testkit.OK(t, w.f.Meet(ctx, w.tom, plan.ID))

		again := func(wrong bool) quiz.Quiz {
			w.Clock.Add(time.Hour)
			q := w.given(func(q *quiz.Quiz) {
				q.Themes, q.Size, q.Follows, q.Purpose, q.Groups = store.Keys{"online"}, 3, first.ID, quiz.After, store.Keys{"lunchtime", "teachers"}
			})
			for i := range 5 {
				if wrong {
					w.take(q.ID, fmt.Sprint("lunchtime-", i+1), 1, 2, 3)
				} else {
					w.take(q.ID, fmt.Sprint("lunchtime-", i+1))
				}
			}
			testkit.OK(t, w.f.Close(ctx, w.amina, q.ID))
			return q
		}
		q := again(true)
		if n := must(w.f.NeedsAs(w.amina, oak)); len(n) != 1 && n[0].State != quiz.NeedOpen || n[0].Checked != q.ID {
			t.Fatalf("still a gap, and: %+v", n)
		}
		plan = must(w.f.NeedsAs(w.amina, oak))[0]
		plan.By = "2026-12-11"
		testkit.OK(t, w.f.Plan(ctx, w.amina, plan))
		testkit.OK(t, w.f.Meet(ctx, w.amina, plan.ID))
		again(false)
		if n := must(w.f.NeedsAs(w.amina, oak)); n[0].State != quiz.NeedClosed {
			t.Errorf("the gap has closed, and the need is %s", n[0].State)
		}
	})
}

// QUI-4: anybody asks in one press, once; the lead answers, once; what is put on the plan is there with the staff group that asked.
func TestAskingForTraining(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		id := quiz.AskID(w.ID())
		testkit.OK(t, w.f.AskFor(ctx, w.ellen, id, "online"))
		testkit.OK(t, w.f.AskFor(ctx, w.ellen, id, "online"))
		testkit.OK(t, w.f.AskFor(ctx, w.ellen, quiz.AskID(w.ID()), "online"))
		missing(t, w.f.AskFor(ctx, w.as("teacher-1"), id, "fgm"))
		refused(t, w.f.AskFor(ctx, w.ellen, quiz.AskID(w.ID()), "cooking"), "Choose what")
		for _, c := range []struct {
			v    access.Viewer
			want int
		}{{w.amina, 1}, {w.ellen, 1}, {w.helen, 0}, {w.gail, 0}, {w.elmLead, 0}, {w.as("teacher-1"), 0}} {
			if n := len(must(w.f.AsksAs(c.v, oak))); n != c.want {
				t.Errorf("%s reads %d asks", c.v.Account, n)
			}
		}
		for _, v := range []access.Viewer{w.ellen, w.helen, w.elmLead} {
			missing(t, w.f.AnswerAsk(ctx, v, id, "Yes", true))
		}
		refused(t, w.f.AnswerAsk(ctx, w.amina, id, " ", true), "Write what you answer")
		testkit.OK(t, w.f.AnswerAsk(ctx, w.amina, id, "A session is planned", true))
		testkit.OK(t, w.f.AnswerAsk(ctx, w.tom, id, "No", false))
		if k := must(w.f.AsksAs(w.ellen, oak))[0]; k.Answer != "A session is planned" || k.AnsweredBy != "amina" || k.Group != "lunchtime" {
			t.Errorf("%+v", k)
		}
		needs := must(w.f.NeedsAs(w.amina, oak))
		if len(needs) != 1 || needs[0].Theme != "online" || needs[0].Groups.String() != "lunchtime" || needs[0].Origin != quiz.FromAsk {
			t.Errorf("%+v", needs)
		}
		testkit.OK(t, w.f.AskFor(ctx, w.ellen, quiz.AskID(w.ID()), "online")) // answered: she may ask again
	})
}
