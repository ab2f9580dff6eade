package app

import (
	"testing"
	"time"
)

// CON-18, CON-22: whoever wrote a concern is told in words when a lead read it, who has taken it, what to do meanwhile, and what
// was written back; the lead's notes are not among it.
func TestReporterIsToldWhenItWasRead(t *testing.T) {
	w := newWorld(t)
	concern := "/concerns/" + w.urgent(t)
	w.as(t, "reporter").Get(concern).Status(200).Has(".steps", "Read by a lead").Has(".steps", "not yet").Has("main", "Do not wait for this message")
	w.clock.Add(5 * time.Minute)
	w.as(t, "dsl").Get(concern).Status(200).Has("main", "Opening this page does not stop the rota")
	w.as(t, "reporter").Get(concern).Status(200).Has(".steps", "today 07:56").Has("main", "Do not wait for this message")
	w.as(t, "dsl").Get(concern).Form("form[action$='/take']").Submit()
	w.as(t, "dsl").Get(concern).Form("form[action$='/parents']").Set("informed", "no").Set("words", "zqnotes: not before the duty team has advised").Submit()
	w.as(t, "dsl").Post(concern+"/feedback", map[string][]string{"words": {"Thank you, we are acting on this"}})
	w.as(t, "reporter").Get(concern).Status(200).Has(".steps", "Amina Sesay, since today 07:56").Has("main", "Thank you, we are acting on this").
		HasNot("main", "zqnotes").HasNot("main", "Do not wait").Has("main", "Add to it")
}
