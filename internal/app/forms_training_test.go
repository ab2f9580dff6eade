package app

// trainingFields are the fields of training's forms that the test's filling leaves empty.
var trainingFields = map[string][]string{
	"POST /training/dates/{run}/ask":             {"email", "group", "second", "manager", "manager_email", "diet"},
	"POST /training/requests/{booking}/change":   {"email", "group", "second", "one_day", "manager", "manager_email", "diet"},
	"POST /training/office/courses":              {"summary", "outcomes", "audience", "board", "group", "uses", "cascades"},
	"POST /training/office/courses/{course}":     {"summary", "outcomes", "audience", "board", "group", "uses", "cascades", "validity", "cpd"},
	"POST /training/office/blocks":               {"summary", "open_to", "opens", "closes", "tells", "places", "manager", "invited", "extra", "run_closes", "cancel", "working", "late"},
	"POST /training/office/blocks/{block}/rules": {"summary", "open_to", "opens", "tells", "per_school", "places", "tiers", "manager", "invited", "extra", "run_closes", "cancel", "working", "late"},
	"POST /training/office/blocks/{block}/dates": {"starts", "ends", "venue", "address", "postcode", "online", "trainer", "access"},
	"POST /training/office/blocks/{block}/enter": {"at", "sender_email", "title", "group", "second", "access", "diet"},
	"POST /training/office/dates/{run}":          {"keep", "address", "postcode"},

	"POST /training/office/programmes":                      {"summary", "boards", "open_to", "extra", "until", "contact"},
	"POST /training/office/programmes/{programme}/words":    {"summary", "boards", "open_to", "aims", "extra", "contact"},
	"POST /training/office/programmes/{programme}/sessions": {"board", "audience", "open_to", "online", "address", "postcode", "places", "to"},
	"POST /training/office/sessions/{session}/words":        {"audience", "open_to", "online", "address", "postcode", "to"},
	"POST /training/propose/{token}/new":                    {"audience", "open_to", "online", "address", "postcode", "places", "to"},
	"POST /training/programmes/{programme}/take-part":       {"postcode", "offers"},
	"POST /training/programmes/{programme}/book":            {"diet"},
	"POST /training/office/dates/{run}/keeping":             {"before_days", "remind_days", "trainers", "outside"},

	"POST /training/registers/{run}/let-in":           {"email"},
	"POST /training/record/places/{booking}/thoughts": {"would_change"},
}
