package app

import (
	"net/url"
	"testing"

	"kith/internal/feature/training/quiz"
	"kith/internal/kernel/clock"
	"kith/internal/testkit"
)

// furnishQuizzes makes one of each thing that a page about quizzes names: a draft, an open quiz, a need, an ask, a question of the school.
func (w *world) furnishQuizzes(t testing.TB, f fixtures) {
	t.Helper()
	dsl, school := w.viewer(t, "dsl"), f["school"]
	f["n"], f["document"] = "1", "kcsie"
	f["open quiz"] = w.value(t, `SELECT id FROM training_quiz WHERE state = 'given'`)
	f["quiz need"] = w.value(t, `SELECT id FROM training_quiz_need WHERE org_id = ? AND state IN ('open', 'closed', 'met') ORDER BY state DESC, id`, school)
	f["quiz ask"] = w.value(t, `SELECT id FROM training_quiz_ask WHERE org_id = ? AND answered_at = 0 ORDER BY id`, school)
	f["draft quiz"], f["quiz question"] = w.fresh(), w.fresh()
	today := clock.DayOf(w.clock.Now())
	testkit.OK(t, w.Quizzes.Make(t.Context(), dsl, quiz.Quiz{ID: quiz.ID(f["draft quiz"]), Org: school, Title: "A draft", Purpose: quiz.Regular, From: today, Until: today.Add(5), Size: 5}))
	testkit.OK(t, w.Quizzes.SaveQuestion(t.Context(), dsl, quiz.Question{ID: quiz.QuestionID(f["quiz question"]), Org: school, Theme: "act", Kind: quiz.TrueFalse, Text: "The duty lead sits by the hall.", Explain: "Until half past three.",
		Document: "kcsie", Para: "Our policy", Options: []quiz.Option{{Text: "True", Right: true}, {Text: "False"}}}))
	w.exec(t, `UPDATE training_quiz_need SET state = 'planned', owner_id = ?, by_day = '2026-12-18', mode = 'briefing', words = 'Ten minutes on Monday', met_on = '', checked_id = '' WHERE id = ?`, dsl.Account, f["quiz need"])
}

// renewQuizzes puts back what an earlier person of the matrix has used up.
func (w *world) renewQuizzes(t testing.TB, f fixtures, route string) {
	t.Helper()
	switch route {
	case "POST /training/quizzes/given/{id}/give", "POST /training/quizzes/given/{id}/close", "POST /training/quizzes/given/{id}/discard", "POST /training/quizzes/given/{id}/swap/{n}":
		f["draft quiz"] = w.fresh()
		today := clock.DayOf(w.clock.Now())
		q := quiz.Quiz{ID: quiz.ID(f["draft quiz"]), Org: f["school"], Title: "A draft", Purpose: quiz.Regular, From: today, Until: today.Add(5), Size: 5}
		testkit.OK(t, w.Quizzes.Make(t.Context(), w.viewer(t, "dsl"), q))
	case "POST /training/quizzes/bank/{question}/retire":
		w.exec(t, `UPDATE training_quiz_question SET state = 'live' WHERE id = ?`, f["quiz question"])
	}
}

// quizAnswer answers the first question of the open quiz, whatever its kind.
func quizAnswer(w *world, f fixtures) url.Values {
	v := url.Values{}
	kind := w.value(w.t, `SELECT q.kind FROM training_quiz_item i JOIN training_quiz_question q ON q.id = i.question_id WHERE i.quiz_id = ? AND i.n = 1`, f["open quiz"])
	if kind != string(quiz.Order) {
		v.Set("answer", "0")
		return v
	}
	for i, place := range []string{"1", "2", "3", "4", "5", "6"} {
		v.Set("place-"+string(rune('0'+i)), place)
	}
	return v
}
