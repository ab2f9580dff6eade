package app

import (
	"net/url"

	"kith/internal/feature/sharing"
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
	with("POST /decisions/{decision}/refer", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "to", f["service"], "asks", "See her before home time.", "who", ""}
	})
	say("POST /referrals/{id}/receive")
	say("POST /referrals/{id}/ask", "words", "Who collects her today?")
	say("POST /referrals/{id}/inform", "words", "Her grandmother, at 15:15.")
	say("POST /referrals/{id}/chase", "words", "Rang the duty team; they will ring back.")
	say("POST /referrals/{id}/decision", "outcome", "none", "words", "Nothing is known here.", "feedback", "Write again if she says more.")
	with("POST /referrals/{id}/ladder", func(w *world, f fixtures) []string {
		return []string{"id", f["disagreement"], "words", "She has a mark and a story. See her alone.", "safe", "yes", "safety", "She stays with her grandmother."}
	})
	with("POST /referrals/{id}/ladder/step", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "rung", "0", "who", "The duty social worker", "words", "It stands.", "end", "next", "safe", "yes", "safety", "As before."}
	})
	say("POST /referrals/{id}/withdraw", "words", "Sent to the wrong service.")
	say("POST /admin/concerns", "version", "0", "name", "the front door", "phone", "01632 960 300", "urgent", "10", "normal", "120", "high", "120", "reply", "2", "box", "1", "silent", "2", "together", "5")
	say("POST /admin/referrals", "edition_name", "January", "from", "2027-01-04", "due", "1", "head", "1", "reads_1", "65", "reads_2", "65", "reads_3", "28", "reads_4", "28",
		"step_1", "Talk", "talks_1", "The one who decided", "days_1", "1", "step_2", "Managers", "talks_2", "Both managers", "days_2", "2")
	with("POST /admin/sharing", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "list", "ground", "words", "A power of our own", "hint", "Children Act 2004, section 10", "from", "2026-11-24", "reason", "The board, 12 November"}
	})
	with("POST /admin/sharing/{entry}", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "seen", "siblings", "words", "Planning for brothers and sisters together", "hint", "", "from", "2026-11-24", "then", "offered", "reason", "The board, 12 November"}
	})
	with("POST /talk/start", func(w *world, f fixtures) []string { return []string{"code", f["code"]} })
	with("POST /talk", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "code", f["code"], "who", "Otter", "class", "5", "to", "Miss Ito", "find", "at lunch", "words", "About a message.", "safe", "yes"}
	})
	with("POST /talk/back", func(w *world, f fixtures) []string { return []string{"code", f["code"], "pair", f["pair"]} })
	with("POST /talk/box", func(w *world, f fixtures) []string { return []string{"id", w.fresh()} })
	say("POST /talk/asked/{id}/answer", "words", "I will find you at lunch")
	say("POST /children/search", "q", "Ivy")
	with("POST /children/{id}/entries/{entry}/significant", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "mark", "1", "reason", "It was the first sign."}
	})
	with("POST /children/{id}/chronology.pdf", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "purpose", "For the meeting on Tuesday.", "view", "summary"}
	})
	say("POST /children/{id}/print/names", "names", "Daz = Mother’s friend")
	with("POST /children/{id}/siblings", func(w *world, f fixtures) []string { return []string{"other", f["other child"]} })
	with("POST /children/{id}/siblings/end", func(w *world, f fixtures) []string {
		return []string{"other", f["other child"], "why", "Cousins, as it turns out."}
	})
	say("POST /documents/check", "code", "K7F2-9QXM-3RTA-0WBC")
	say("POST /break-glass/{id}/sign-off", "comment", "It was right to open it.")
	with("POST /sharing/{record}/{step}", func(w *world, f fixtures) []string {
		pairs := []string{"id", w.fresh(), "lead", w.accounts["dsl"], "lead", w.accounts["deputy-dsl"], "reason", "It touches a colleague.", "do", "save"}
		shown, err := w.Sharing.Preview(w.t.Context(), w.viewer(w.t, "dsl"), sharing.Change{Kind: sharing.Restrict, Record: f["concern"], Reason: "x", Named: w.ids("dsl", "deputy-dsl")})
		for _, s := range shown {
			pairs = append(pairs, "shown", s)
		}
		if err != nil {
			return nil // restricted by an earlier test of the same world
		}
		return pairs
	})
	say("POST /newsletters/sign-up", "email", "reader@example.com")
	say("POST /newsletters/subscribers/enter", "enter-email", "someone@example.com", "how", "On paper at the conference")
	say("POST /newsletters/subscribers/stop", "stop-email", "nobody@example.com", "to", "unsubscribed")
	with("POST /newsletters/issues", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "kind", "newsletter", "title", "December", "opening", "A short one.", "item-1-heading", "Training", "item-1-text", "Two places are left.", "item-1-link", "https://example.org/", "item-1-place", "Town hall"}
	})
	with("POST /training/dates/{run}/ask", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "name", "Tom Hartley", "title", "Deputy safeguarding lead", "first", f["run"], "one_day", "Nobody could be released", "access", "A hearing loop"}
	})
	with("POST /training/courses/{course}/interest", func(w *world, f fixtures) []string { return []string{"id", w.fresh(), "name", "Helen Brandt"} })
	say("POST /training/requests/{booking}/change", "version", "0", "name", "Joan Okafor", "title", "Deputy safeguarding lead", "first", "", "access", "Nothing")
	with("POST /training/requests/{booking}/transfer", func(w *world, f fixtures) []string { return []string{"to", f["sibling"]} })
	with("POST /training/office/courses", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "title", "Listening", "format", "half_day", "validity", "24", "cpd", "180"}
	})
	say("POST /training/office/courses/{course}", "version", "0", "title", "Working with fathers and uncles", "format", "half_day")
	with("POST /training/office/blocks", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "title", "Summer block", "way", "first_come", "second", "refuse", "per_school", "1", "hold", "48", "offer", "72", "tiers", "Schools in HV3: HV3"}
	})
	with("POST /training/office/blocks/{block}/rules", func(w *world, f fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT revision FROM training_block WHERE id = ?`, f["block"]), "title", "Spring block", "way", "preferences", "second", "refuse", "closes", "2027-01-20", "hold", "48", "offer", "72"}
	})
	with("POST /training/office/blocks/{block}/dates", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "course", f["course"], "on", "2027-05-10", "every", "week", "times", "2", "capacity", "20"}
	})
	with("POST /training/office/blocks/{block}/enter", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "channel", "letter", "on", "2026-11-22", "sender", "The manager", "org", "Little Acorns Nursery", "name", "Bea Lark", "title", "Manager", "first", f["run"]}
	})
	say("POST /training/office/blocks/{block}/invitations", "list", "Bea Lark, bea@example.com, Little Acorns Nursery")
	say("POST /training/office/dates/{run}", "capacity", "40", "venue", "Haver Hall")
	runningForms(with, say)
	with("POST /admin/people/invite", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "name", "Pat Quill", "email", "pat.quill@haverdale.example", "org", f["school"], "role", "member", "title", "Teaching assistant"}
	})
	with("POST /admin/people/{id}/posts", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "org", f["school"], "role", "pshe_lead", "title", "PSHE lead"}
	})
	say("POST /admin/people", "name", "Joan")
	with("POST /admin/terms", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "org", f["school"], "year", "2026", "kind", "closure", "name", "Snow", "from", "2027-01-20", "to", "2027-01-21"}
	})
	with("POST /closures", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "org", f["school"], "name", "Burst pipe", "from", "2026-12-01", "to", "2026-12-02"}
	})
	with("POST /admin/terms/{id}", func(w *world, f fixtures) []string {
		return []string{"id", f["term"], "version", "0", "kind", "inset", "name", "Training together", "from", "2027-03-02", "to", "2027-03-02"}
	})
	with("POST /admin/terms/file", func(w *world, f fixtures) []string {
		return []string{"org", f["school"], "year", "2026", "text", "Name,From,To\nINSET day,08/03/2027,\n", "do", "take"}
	})
	say("POST /admin/terms/hours", "opens", "08:30", "closes", "16:00")
	with("POST /admin/terms/own", func(w *world, f fixtures) []string { return []string{"org", f["school"], "year", "2026"} })
	with("POST /admin/terms/shared", func(w *world, f fixtures) []string { return []string{"org", f["school"], "year", "2026"} })
	with("POST /audit/recipients", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "name", "Chair of governors", "email", "chair@haverdale.example"}
	})
	with("POST /audit/export", func(w *world, f fixtures) []string {
		return []string{"from", "2026-11-20", "until", "2026-11-23", "org", f["school"]}
	})
	programmeForms(with, say)
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
	with("POST /training/cascade", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "org", f["school"], "who", w.accounts["teacher"], "kind", "wellbeing", "title", "Trauma-informed practice", "on", "2026-11-16", "due", "2027-01-29", "aim", "26", "fee", "120", "cover", "90.50"}
	})
	with("POST /training/cascade/plans/{cascade}", func(w *world, f fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT version FROM training_cascade WHERE id = ?`, f["cascade"]), "due", "2027-01-20", "aim", "25", "fee", "0", "cover", "360"}
	})
	with("POST /training/cascade/plans/{cascade}/sessions", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "on", "2026-12-07", "starts", "15:45", "minutes", "45", "place", "Hall", "cost", "20"}
	})
	say("POST /training/cascade/plans/{cascade}/complete", "changed", "Everybody asks the three questions.")
	say("POST /training/cascade/sessions/{session}/open")
	with("POST /training/cascade/sessions/{session}/list", func(w *world, f fixtures) []string {
		return []string{"came", w.accounts["teacher"], "came", w.accounts["reporter"], "names", "Jo Vale\nSam Poole"}
	})
	with("POST /training/cascade/sessions/{session}/off", func(w *world, f fixtures) []string {
		on := w.rows(w.t, `SELECT id FROM training_cascade_sign_in WHERE session_id = ? ORDER BY name`, f["cascade session"])
		if len(on) == 0 { // nobody is on the list yet
			return []string{"sign_in", "nobody"}
		}
		return []string{"sign_in", on[0][0]}
	})
	say("POST /training/cascade/sessions/{session}/close")
	with("POST /training/cascade/in", func(w *world, f fixtures) []string { return []string{"code", f["cascade code"]} })
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

// fieldsOf are fields that a form has and the test's filling leaves empty.
func fieldsOf(route string) []string {
	return append(append(trainingFields[route], adultFields[route]...), map[string][]string{
		"POST /concerns":               {"find", "day", "time", "said_by", "reply", "zone", "add", "drop", "file"},
		"POST /concerns/pick":          {"words", "place", "done", "told", "urgent", "day", "time", "when"},
		"POST /concerns/kids":          {"words", "place", "done", "told", "urgent", "day", "time", "when"},
		"POST /concerns/marks":         {"words", "place", "done", "told", "urgent", "day", "time", "when"},
		"POST /concerns/{id}/decision": {"together", "expected"}, "POST /concerns/{id}/feedback": {"from"},
		"POST /concerns/notice":              {"find"},
		"POST /newsletters/issues":           {"roles", "do"},
		"POST /admin/people/invite":          {"from", "until"},
		"POST /admin/people/{id}/posts":      {"from", "until"},
		"POST /newsletters/subscribers/stop": {"how"},
		"POST /training/quizzes/given":       {"groups", "follows"}, "POST /training/quizzes/bank": {"groups", "replaces"},
		"POST /sharing/{record}/{step}": {"other"},
	}[route]...)
}
