package app

import (
	"net/url"

	"kith/internal/kernel/clock"
)

// forms fill in every form of the program so that whoever may send it is obeyed. The test of each route uses them: a route
// that takes a form and has none here is tried empty.
var forms = map[string]func(*world, fixtures) url.Values{}

func init() {
	say := func(route string, pairs ...string) {
		forms[route] = func(*world, fixtures) url.Values { return values(pairs...) }
	}
	with := func(route string, fill func(w *world, f fixtures) []string) {
		forms[route] = func(w *world, f fixtures) url.Values { return values(fill(w, f)...) }
	}
	with("POST /concerns", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "source", "seen", "words", "She said she was cold.", "when", "today", "place", "Hall", "kid", f["child"], "kid_name", "Ivy", "kid_role", "harmed", "kid_words", "",
			"mark_zone", "front-left-forearm", "mark_note", "Small, red", "done", "Gave her a coat.", "told", "yes", "urgent", "no", "send", "yes"}
	})
	say("POST /concerns/pick", "find", "Ivy")
	say("POST /concerns/kids", "find", "Some Body", "add_typed", "yes")
	say("POST /concerns/marks", "zone", "front-left-forearm", "add_mark", "yes")
	with("POST /concerns/{id}/accounts", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "words", "She also said that her shoes were wet."}
	})
	with("POST /concerns/{id}/decision", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "version", w.version(f["concern"]), "title", "Cold in the hall", "level", "1", "codes", "neglect", "outcome", "support", "threshold", "Level 2", "consulted", "The front door",
			"reasons", "Support in school, and a coat.", "review_on", "2026-12-14", "what", "Ring home", "owner", w.accounts["dsl"], "due", "2026-11-24"}
	})
	say("POST /concerns/{id}/children", "find", "A neighbour’s child", "role", "witness", "words", "Stood beside her.", "child", "typed")
	say("POST /concerns/{id}/parents", "informed", "yes", "words", "They will send a coat.")
	say("POST /concerns/{id}/advice", "kind", "asked_first", "who", "The front door", "words", "Tell the family.")
	say("POST /concerns/{id}/feedback", "words", "Thank you, we are acting on this")
	with("POST /concerns/{id}/actions", func(w *world, f fixtures) []string {
		return []string{"what", "Buy a coat", "owner", w.accounts["deputy-dsl"], "due", "2026-11-25"}
	})
	say("POST /concerns/{id}/reopen", "reason", "The coat never came.")
	with("POST /concerns/rota", func(w *world, f fixtures) []string {
		return []string{"who", w.accounts["deputy-dsl"], "day", "2027-01-12", "from", "08:00", "until", "12:00", "place", "Room 4", "phone", "01632 960 104"}
	})
	with("POST /concerns/notice", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "words", "A loud argument, nobody hurt.", "day", "2026-11-22", "time", "22:10", "kid", f["child"], "kid_name", "Ivy", "kid_role", "harmed", "kid_words", "", "send", "yes"}
	})
	with("POST /day-code", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "code", w.Concerns.DayCode(f["school"], clock.DayOf(w.clock.Now())), "name", "Sam Poole", "part", "Supply teacher", "phone", "01632 960 777",
			"words", "A boy in 3 Robin said he sleeps in the car.", "told", "no", "urgent", "yes"}
	})
	say("POST /children/search", "q", "Ivy")
	say("POST /children/{id}/entries/{entry}/significant", "mark", "1", "reason", "It was the first sign.")
	say("POST /children/{id}/chronology.pdf", "purpose", "For the meeting on Tuesday.", "view", "summary")
	say("POST /break-glass/{id}/sign-off", "comment", "It was right to open it.")
	say("POST /newsletters/sign-up", "email", "reader@example.com")
	say("POST /newsletters/subscribers/enter", "enter-email", "someone@example.com", "how", "On paper at the conference")
	say("POST /newsletters/subscribers/stop", "stop-email", "nobody@example.com", "to", "unsubscribed")
	with("POST /newsletters/issues", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "kind", "newsletter", "title", "December", "opening", "A short one.", "item-1-heading", "Training", "item-1-text", "Two places are left.", "item-1-link", "https://example.org/", "item-1-place", "Town hall"}
	})
	with("POST /admin/people/invite", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "name", "Pat Quill", "email", "pat.quill@haverdale.example", "org", f["school"], "role", "member", "title", "Teaching assistant"}
	})
	with("POST /admin/people/{id}/posts", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "org", f["school"], "role", "pshe_lead", "title", "PSHE lead"}
	})
	say("POST /admin/people", "name", "Joan")
	with("POST /training/quizzes/asks", func(w *world, f fixtures) []string { return []string{"id", w.fresh(), "theme", "mind"} })
	forms["POST /training/quizzes/take/{id}/{n}"] = quizAnswer
	with("POST /training/quizzes/given", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "org", f["school"], "title", "Spring quiz", "purpose", "before", "training", "The January day", "size", "6", "from", "2026-12-01", "until", "2026-12-11", "themes", "online", "themes", "act"}
	})
	with("POST /training/quizzes/staff/{school}", func(w *world, f fixtures) []string {
		return []string{"group-" + w.accounts["reporter"], "support"}
	})
	with("POST /training/quizzes/needs", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "org", f["school"], "theme", "prevent", "groups", "office"}
	})
	with("POST /training/quizzes/needs/{need}", func(w *world, f fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT version FROM training_quiz_need WHERE id = ?`, f["quiz need"]), "way", "tip", "words", "Write it down the same day.", "owner", w.accounts["deputy-dsl"], "by", "2026-12-18"}
	})
	say("POST /training/quizzes/asks/{ask}/answer", "answer", "A session is being planned", "plan", "yes")
	with("POST /training/quizzes/bank", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "org", f["school"], "theme", "act", "kind", "one", "scene", "It is break.", "question", "Who is on duty?", "option-1", "Tom", "option-2", "Nobody", "right", "1", "explain", "See the strip.", "document", "kcsie", "para", "Our policy"}
	})
	say("POST /drafts/{id}", "form", "concern", "words", "Not yet")
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// fresh is a new id, as the page of a form would make it.
func (w *world) fresh() string { return w.DB.IDs().New(clock.Of(w.clock.Now())) }
