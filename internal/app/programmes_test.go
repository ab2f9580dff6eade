package app

import (
	"strings"
	"testing"

	"kith/internal/feature/training/programme"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/testkit"
)

// furnishProgrammes names the week of the invented district, one of its sessions, a proposal that waits, and makes a draft with a session of
// its own that is booked here.
func (w *world) furnishProgrammes(t testing.TB, f fixtures) {
	t.Helper()
	admin := w.viewer(t, "training-admin")
	f["week"] = w.value(t, `SELECT id FROM training_programme WHERE kind = 'week'`)
	f["session"] = w.value(t, `SELECT s.id FROM training_session s WHERE s.programme_id = ? AND s.booking = 'own' ORDER BY s.on_day DESC, s.starts DESC`, f["week"])
	f["proposal"] = w.value(t, `SELECT id FROM training_session WHERE state = 'proposed' ORDER BY id`)
	f["partner"] = w.value(t, `SELECT partner_id FROM training_session WHERE id = ?`, f["proposal"])
	f["asking partner"] = w.value(t, `SELECT id FROM training_partner WHERE state = 'asking'`)
	org := w.value(t, `SELECT org_id FROM training_programme WHERE id = ?`, f["week"])
	today := clock.DayOf(w.clock.Now())
	f["draft week"] = w.fresh()
	testkit.OK(t, w.Programmes.Make(t.Context(), admin, programme.Programme{ID: programme.ID(f["draft week"]), Org: org, Kind: programme.Learning, Title: "Spring events", First: "2027-03-10", Last: "2027-03-11", ProposeUntil: today.Add(60)}))
	testkit.OK(t, w.Programmes.Add(t.Context(), admin, programme.Session{ID: programme.SessionID(w.fresh()), Programme: programme.ID(f["draft week"]), By: "Us", Title: "First", Venue: "Haver Hall", On: "2027-03-10", Starts: "09:00", Ends: "10:00", Booking: programme.JustGo}))
	secret, err := w.Programmes.HandOver(t.Context(), admin, programme.ID(f["week"]), programme.PartnerID(f["partner"]))
	testkit.OK(t, err)
	f["partner link"] = "a-link-that-is-the-same-in-two-worlds"
	w.exec(t, `UPDATE training_programme_link SET hash = ? WHERE hash = ?`, id.Hash(f["partner link"]), id.Hash(secret))
}

// renewProgrammes puts back what an earlier person of the matrix has used up.
func (w *world) renewProgrammes(t testing.TB, f fixtures, route string) {
	t.Helper()
	if strings.Contains(route, " /training/propose/") || strings.Contains(route, " /training/places/") {
		w.exec(t, `DELETE FROM account_throttle`) // wrong links are counted against where they come from
	}
	switch route {
	case "POST /training/propose/{token}/{session}/withdraw", "POST /training/office/sessions/{session}/answer":
		w.exec(t, `UPDATE training_session SET state = 'proposed' WHERE id = ?`, f["proposal"])
	case "GET /training/office/sessions/{session}/call-off", "POST /training/office/sessions/{session}/call-off":
		w.exec(t, `UPDATE training_session SET state = 'accepted', run_id = '' WHERE id = ?`, f["proposal"])
	case "POST /training/office/programmes/{programme}/publish", "POST /training/office/programmes/{programme}/withdraw":
		w.exec(t, `UPDATE training_programme SET state = 'draft' WHERE id = ?`, f["draft week"])
	case "GET /training/office/partners/{partner}/end", "POST /training/office/partners/{partner}/end":
		w.exec(t, `UPDATE training_partner SET ends_on = '' WHERE id = ?`, f["partner"])
	case "POST /training/office/partners/{partner}/admit":
		w.exec(t, `UPDATE training_partner SET ends_on = '2026-12-01', ends_why = 'Closed.' WHERE id = ?`, f["partner"])
	}
}

// programmeForms are the forms of programmes, filled in.
func programmeForms(with func(string, func(*world, fixtures) []string), say func(string, ...string)) {
	session := []string{"title", "Fathers, too", "summary", "Who is missing from the plan.", "speaker", "Leroy Grant", "starts", "13:00", "ends", "14:00", "venue", "Haver Hall", "booking", "none"}
	with("POST /training/office/programmes", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "kind", "gathering", "title", "Next gathering", "first", "2027-05-05", "last", "2027-05-05", "aims", programme.GatheringAims}
	})
	with("POST /training/office/programmes/{programme}/words", func(w *world, f fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT revision FROM training_programme WHERE id = ?`, f["draft week"]), "kind", "event", "title", "Spring learning", "first", "2027-03-10", "last", "2027-03-11", "until", "2027-01-20"}
	})
	with("POST /training/office/programmes/{programme}/sessions", func(w *world, f fixtures) []string {
		return append([]string{"id", w.fresh(), "by", "The Loft", "day", "2027-03-11"}, session...)
	})
	with("POST /training/office/programmes/{programme}/partners", func(w *world, f fixtures) []string { return []string{"who", f["partner"]} })
	with("POST /training/office/sessions/{session}/answer", func(w *world, f fixtures) []string {
		return []string{"version", w.value(w.t, `SELECT revision FROM training_session WHERE id = ?`, f["proposal"]), "do", "accept", "words", "Glad to have it."}
	})
	with("POST /training/office/sessions/{session}/words", func(w *world, f fixtures) []string {
		return append([]string{"version", w.value(w.t, `SELECT revision FROM training_session WHERE id = ?`, f["proposal"]), "by", "Canal Side Scouts", "day", w.value(w.t, `SELECT on_day FROM training_session WHERE id = ?`, f["proposal"]),
			"board", w.value(w.t, `SELECT board FROM training_session WHERE id = ?`, f["proposal"]), "places", "20"}, append(session[:len(session)-2:len(session)-2], "booking", "own")...)
	})
	say("POST /training/office/partners/{partner}/decide", "do", "approve")
	say("POST /training/office/programmes/{programme}/withdraw", "why", "The hall has flooded.")
	say("POST /training/office/sessions/{session}/call-off", "why", "The speaker is ill.")
	with("POST /training/office/partners/{partner}/end", func(w *world, f fixtures) []string {
		return []string{"why", "The group has closed.", "from", string(clock.DayOf(w.clock.Now())), "sessions", "off"}
	})
	with("POST /training/propose/{token}/new", func(w *world, f fixtures) []string {
		return append([]string{"id", w.fresh(), "day", w.value(w.t, `SELECT on_day FROM training_session WHERE id = ?`, f["proposal"]), "board", w.value(w.t, `SELECT board FROM training_session WHERE id = ?`, f["proposal"])}, session...)
	})
	with("POST /training/programmes/{programme}/take-part", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "name", "Valley Choir", "kind", "club", "contact", "Ada Wren", "email", "choir@example.org"}
	})
	with("POST /training/programmes/{programme}/book", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "session", f["session"], "name", "Joan Okafor", "title", "Deputy safeguarding lead", "org", "Thornbeck Primary", "email", "joan@haverdale.example", "access", "Step-free"}
	})
}
