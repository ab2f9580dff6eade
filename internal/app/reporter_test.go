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

// CON-22: staff of no school find out what to do in place of writing: whom to ring, the code of the school that they are in, what
// else is theirs. What is sent all the same is refused, and nothing is kept.
func TestWhereNobodyReadsConcerns(t *testing.T) {
	w := newWorld(t)
	before := w.value(t, `SELECT count(*) FROM concerns_concern`)
	for who, theirs := range map[string]string{"strategic-manager": "", "partnership-manager": "", "training-admin": "", "auditor": "", "social-worker": "/referrals", "lado": "/adults"} {
		for _, at := range []string{"/concerns/new", "/concerns/gate"} {
			p := w.as(t, who).Get(at).Status(200).Has("main", "nobody in Kith reads concerns", "Ask for the Haverdale front door", "Ring 01632 960 300", "999").HasNot("main", "Send to the leads")
			for _, way := range []string{"/day-code", "/adults/new", theirs} {
				if way != "" && p.Doc().Find(`main a[href="`+way+`"]`).Length() == 0 {
					t.Errorf("%s is not shown the way to %s", who, way)
				}
			}
			if n := p.Doc().Find("main form").Length(); n > 0 {
				t.Errorf("%s has %d forms on %s", who, n, at)
			}
			if n := p.Doc().Find(`main a[href="/referrals"]`).Length(); n > 0 && who != "social-worker" {
				t.Errorf("%s is shown the referrals", who)
			}
		}
		w.as(t, who).Post("/concerns", values("id", w.fresh(), "words", "She was cold.", "when", "today", "told", "no", "urgent", "no", "send", "yes")).Status(422).Has("main", "Write a concern").HasNot("main", "Send to the leads")
	}
	if after := w.value(t, `SELECT count(*) FROM concerns_concern`); after != before {
		t.Errorf("%s concerns, were %s", after, before)
	}
	w.as(t, "account-admin").Get("/concerns/new").Status(200).Has("main", "Send to the leads") // of a school: its leads read it
}
