package app

import (
	"testing"

	"kith/internal/feature/training"
)

// furnishRunning finds what pages about running a course name: the course of this afternoon, moved to the early morning so that it has begun,
// with a place on it; a certificate; a colleague, and a line that the school wrote into a training record.
func (w *world) furnishRunning(t testing.TB, f fixtures) {
	t.Helper()
	f["kept run"] = w.value(t, `SELECT r.id FROM training_run r JOIN training_course c ON c.id = r.course_id WHERE c.title = 'What a lunch box can say'`)
	w.exec(t, `UPDATE training_run_day SET starts = '07:00', ends = '09:30' WHERE run_id = ?`, f["kept run"])
	f["own place"] = w.value(t, `SELECT k.id FROM training_booking k JOIN training_place p ON p.id = k.id WHERE p.run_id = ? AND k.account_id = ?`, f["kept run"], w.accounts["reporter"])
	f["line"] = w.value(t, `SELECT id FROM training_learnt WHERE account_id = ? AND serial_hash <> ''`, w.accounts["teacher"])
	f["status list"] = "1"
	f["venue"] = w.value(t, `SELECT id FROM directory_venue WHERE name = 'Haver Hall'`)
	f["colleague"] = w.accounts["teacher"]
	f["own line"] = w.value(t, `SELECT id FROM training_learnt WHERE booking_id = '' AND account_id = ? ORDER BY until_day`, w.accounts["reporter"])
}

// runningForms are the forms of running a course, filled in.
func runningForms(with func(string, func(*world, fixtures) []string), say func(string, ...string)) {
	with("POST /training/registers/{run}", func(_ *world, f fixtures) []string { return []string{"day", "1", "mark-" + f["own place"], "present"} })
	with("POST /training/registers/{run}/let-in", func(w *world, _ fixtures) []string {
		return []string{"id", w.fresh(), "day", "1", "name", "Rhona Blair", "title", "Family worker", "org", "Riverside Family Hub"}
	})
	say("POST /training/registers/{run}/close", "day", "1", "rest", "yes")
	with("POST /training/office/dates/{run}/keeping", func(w *world, f fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT coalesce(max(version), 0) FROM training_register WHERE id = ?`, f["run"]), "joining", "Bring a jumper"}
	})
	with("POST /training/office/venues", func(w *world, _ fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT coalesce(max(version), 0) FROM training_office`), "rings", "The training office, 01632 960 124"}
	})
	with("POST /training/office/venues/{venue}", func(w *world, f fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT version FROM directory_venue WHERE id = ?`, f["venue"]), "email", "hall@haverdale.example"}
	})
	with("POST /training/office/courses/{course}/award", func(w *world, f fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT coalesce(max(version), 0) FROM training_award WHERE course_id = ?`, f["course"]), "evaluation", "yes", "duties", "staff_update"}
	})
	with("POST /training/record/places/{booking}/here", func(w *world, f fixtures) []string {
		return []string{"code", w.Running.Code(training.RunID(f["kept run"]), 0)}
	})
	say("POST /training/record/places/{booking}/thoughts", "useful", "5", "before", "2", "after", "4", "will_do", "Ask the child first")
	with("POST /training/staff/lines", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "school", f["school"], "what", "An evening session", "duty", "staff_update", "on", "2026-11-20", "hours", "1.5", "people", w.accounts["reporter"]}
	})
}
