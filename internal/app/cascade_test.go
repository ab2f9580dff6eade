package app

import (
	"testing"

	"kith/internal/feature/training/cascade"
	"kith/internal/kernel/clock"
	"kith/internal/testkit"
)

// furnishCascade takes the deputy lead's plan at Thornbeck, and makes two sessions of it today: one that is planned, and one that is open.
func (w *world) furnishCascade(t testing.TB, f fixtures) {
	t.Helper()
	f["cascade"] = w.value(t, `SELECT c.id FROM training_cascade c JOIN training_cascade_lead l ON l.id = c.id WHERE l.account_id = ?`, w.accounts["deputy-dsl"])
	f["cascade session"] = w.newSession(t, f)
	open := w.newSession(t, f)
	testkit.OK(t, w.Cascades.OpenSignIn(t.Context(), w.viewer(t, "dsl"), cascade.SessionID(open)))
	f["cascade code"], f["cascade link"] = w.Cascades.Shown(cascade.SessionID(open), clock.Of(w.clock.Now()))
}

func (w *world) newSession(t testing.TB, f fixtures) string {
	t.Helper()
	s := cascade.Session{ID: cascade.SessionID(w.fresh()), Cascade: cascade.ID(f["cascade"]), On: clock.DayOf(w.clock.Now()), Starts: "15:45", Minutes: 30}
	testkit.OK(t, w.Cascades.PlanSession(t.Context(), w.viewer(t, "dsl"), s))
	return string(s.ID)
}

// renewCascade puts back what an earlier person of the matrix has used up.
func (w *world) renewCascade(t testing.TB, f fixtures, route string) {
	t.Helper()
	switch route {
	case "POST /training/cascade/sessions/{session}/open", "POST /training/cascade/sessions/{session}/cancel":
		f["cascade session"] = w.newSession(t, f)
	}
}

// TRU-5, ACC-1: a colleague without an account signs in with the code that the room shows, one with an account by one press, the lead finds
// both and closes the list, an answer has no name, and the partnership sees the school’s number and nobody’s name.
func TestCascadeFromTheDoorToThePartnership(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	door := w.nobody(t).Get("/training/cascade/in").Status(200).Form("main form").Set("code", "AAAA AAAA").Submit().Status(422).Has("main", "not the code of a session today")
	link := door.Form("main form").Set("code", f["cascade code"]).Submit().Status(303).Header.Get("Location")
	if link != "/training/cascade/in/"+f["cascade link"] {
		t.Fatalf("the code leads to %s", link)
	}
	page := w.nobody(t).Get(link).Status(200).HasNot("main", "Tom Hartley").Form("main form").Submit().Status(422).Has("main", "Write your name")
	page.Form("main form").Set("name", "Sam Poole", "title", "Supply teacher").Submit().Status(200).Has("main", "You are on the list")
	w.as(t, "teacher").Get(link).Status(200).Has("main", "Sign in as Grace Ito").Form("main form").Submit().Status(200).Has("main", "You are on the list")
	w.as(t, "teacher").Get(link).Status(200).Has("main", "You are on the list")
	w.as(t, "deputy-dsl").Get(link).Status(200).Has("main", "You pass this on yourself")
	w.nobody(t).Get(link+"/after").Status(200).Form("main form").Set("rating", "yes", "said", "Sit beside.").Submit().Status(200).Has("main", "Kept, without your name")
	session := w.value(t, `SELECT id FROM training_cascade_session WHERE state = 'open'`)
	at := "/training/cascade/sessions/" + session
	w.as(t, "deputy-dsl").Get(at).Status(200).Has("main", "2 colleagues", "Sam Poole", "Grace Ito", f["cascade code"])
	w.as(t, "teacher").Get(at).Status(404)
	w.as(t, "deputy-dsl").Post(at+"/close", nil).Status(303)
	w.nobody(t).Get(link).Status(200).Has("main", "closed").HasNot("main", "Sam Poole")
	w.as(t, "headteacher").Get("/training/cascade/plans/"+f["cascade"]).Status(200).Has("main", "21 of 26 colleagues reached", "£19.29 a colleague")
	for _, who := range []string{"partnership-manager", "training-admin"} {
		w.as(t, who).Get("/training/coverage").Status(200).Has("main", "Thornbeck Primary", "£19.29", "fewer than 5", "Northfield", "What the first block did").HasNot("main", "Tom Hartley", "Grace Ito", "Sam Poole", "Sit beside")
		w.as(t, who).Get("/training/coverage?of=kind:wellbeing").Status(200).Has("main", "Mental health and wellbeing")
	}
	if n := w.value(t, `SELECT COUNT(*) FROM audit_entry WHERE action = 'cascade.signed_in' AND actor_id = ?`, w.accounts["teacher"]); n == "0" {
		t.Error("signing in is not in the log")
	}
}
