package casework_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/casework"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const why = "Found alone at the bus station, home does not answer"

func (t *town) breakGlass(name, born, reason string) answer {
	t.Helper()
	form := t.page("/break-glass").Find("form[action='/break-glass'] input[name=id]").AttrOr("value", "")
	return t.post("/break-glass", url.Values{"id": {form}, "name": {name}, "born": {born}, "reason": {reason}})
}

func (t *town) review() []casework.Emergency {
	t.Helper()
	var out []casework.Emergency
	v := t.as
	v.Now = t.w.DB.Now()
	t.read(v, func(ctx context.Context, tx *store.Tx) {
		var err error
		out, err = t.f.Unsigned(ctx, tx)
		testkit.OK(t, err)
	})
	return out
}

// SEC-11: break-glass opens the records there are, for four hours, with a reason and a fresh second factor; the school is told at
// once without names; it stays on the review list until somebody else signs it off.
func TestBreakGlassOpensForFourHoursAndIsReviewed(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		_, secret := t.add(p, happens{at: at("2026-11-10", 9, 0), line: "Restricted before", restricted: true})
		t.as = t.people["priya"]
		if a := t.get("/children/" + p.ID); a.status != 404 {
			t.Fatalf("before: %d", a.status)
		}
		a := t.breakGlass("ivy MARSDEN", "2018-05-03", why)
		if a.status != 303 || a.header.Get("Location") != "/children/"+p.ID {
			t.Fatalf("break-glass: %d %s", a.status, a.body)
		}
		t.w.After(time.Minute)
		later, _ := t.add(p, happens{at: at("2026-11-23", 7, 0), line: "Written later"})
		line := t.get("/children/" + p.ID)
		if line.status != 200 || !strings.Contains(line.body, "A mark on the arm") || !strings.Contains(line.body, "Restricted before") {
			t.Fatalf("the file is not open: %d", line.status)
		}
		if strings.Contains(line.body, "Written later") || t.get("/children/"+p.ID+"/entries/"+later).status != 404 {
			t.Error("it was widened to a record that came later")
		}
		if strings.Contains(line.body, "Who opened this") || t.get("/children/"+p.ID+"/opened").status != 404 {
			t.Error("the openings are for the school that keeps the file")
		}
		if a := t.get("/records/" + secret + "/why"); !strings.Contains(a.body, "In an emergency") {
			t.Errorf("the rule is not named: %d", a.status)
		}
		if err := t.f.Mark(t.Context(), t.viewer("priya"), t.w.DB.IDs().New(t.w.DB.Now()), p.ID, later, true, "x"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a change under break-glass: %v", err)
		}
		if a := t.breakGlass("Ivy Marsden", "2018-05-03", "Another reason, long enough to be one"); a.status != 422 || !strings.Contains(a.body, "cannot be prolonged") {
			t.Errorf("a second asking while it lasts: %d", a.status)
		}
		done, err := t.queue.Drain(t.Context())
		testkit.OK(t, err)
		if done != 1 || len(t.sent) != 3 {
			t.Fatalf("%d jobs, %d mails", done, len(t.sent))
		}
		for _, m := range t.sent {
			for _, canary := range []string{"Ivy", "Marsden", "Priya", "bus station", "Thornbeck"} {
				if strings.Contains(m.Subject+m.Text, canary) {
					t.Errorf("the mail to %s holds %q", m.To, canary)
				}
			}
			if !strings.Contains("amina@school.example tom@school.example helen@school.example", m.To) {
				t.Errorf("a mail to %s", m.To)
			}
		}
		t.as = t.people["omar"]
		if n := len(t.review()); n != 0 {
			t.Errorf("another school reviews %d", n)
		}
		t.as = t.people["amina"]
		rows := t.review()
		if len(rows) != 1 || rows[0].By != "priya" || rows[0].Reason != why {
			t.Fatalf("the review list: %+v", rows)
		}
		t.read(t.viewer("amina"), func(ctx context.Context, tx *store.Tx) {
			panels, err := t.f.Panels(ctx, tx)
			testkit.OK(t, err)
			if len(panels) != 1 || panels[0].Waiting != 1 || panels[0].Rows[0].Who != "Ivy Marsden" || !strings.HasPrefix(panels[0].Rows[0].Sub, "By Priya Nair") {
				t.Errorf("the page of the day: %+v", panels)
			}
		})
		t.read(t.viewer("priya"), func(ctx context.Context, tx *store.Tx) {
			if panels, err := t.f.Panels(ctx, tx); err != nil || len(panels) != 0 {
				t.Errorf("whoever opened it has a panel: %+v %v", panels, err)
			}
		})
		page := words(t.page("/break-glass/review").Find("main"))
		// The restricted record that Priya opened too is none of Amina’s business (SEC-3).
		for _, want := range []string{"Ivy Marsden", "Priya Nair opened it today 07:50", "Open until today 11:50", why, "Read: 1 record."} {
			if !strings.Contains(page, want) {
				t.Errorf("the review lacks %q: %s", want, page)
			}
		}
		t.w.After(4 * time.Hour)
		t.as = t.people["priya"]
		if a := t.get("/children/" + p.ID); a.status != 404 {
			t.Errorf("after four hours: %d", a.status)
		}
		t.as = t.people["amina"]
		if len(t.review()) != 1 {
			t.Error("it lapsed and left the review list without being signed off")
		}
		if a := t.post("/break-glass/"+rows[0].ID+"/sign-off", url.Values{"comment": {""}}); a.status != 422 {
			t.Errorf("signed off without a word: %d", a.status)
		}
		if a := t.post("/break-glass/"+rows[0].ID+"/sign-off", url.Values{"comment": {"Right. Spoke to Priya."}}); a.status != 303 {
			t.Errorf("sign-off: %d", a.status)
		}
		if len(t.review()) != 0 {
			t.Error("it is still on the list")
		}
		t.actions("casework.emergency_asked", "casework.emergency_opened", "casework.emergency_signed_off")
		t.as = t.people["priya"]
		if a := t.breakGlass("Ivy Marsden", "2018-05-03", why+" "); a.status != 422 || !strings.Contains(a.body, "You gave this reason before") {
			t.Errorf("the same reason again: %d", a.status)
		}
		if a := t.breakGlass("Ivy Marsden", "2018-05-03", "It has happened once more this afternoon"); a.status != 303 {
			t.Errorf("a new reason after it ended: %d", a.status)
		}
	})
}

func (t *town) viewer(account string) access.Viewer {
	v := t.people[account]
	v.Now = t.w.DB.Now()
	return v
}

// SEC-11: signing off ends an opening that still lasts, and nobody signs off their own.
func TestSignOffEndsTheOpeningAndIsNotForWhoeverOpenedIt(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		entry, head := t.add(p, happens{at: at("2026-11-10", 9, 0), line: "Restricted", restricted: true})
		t.as = t.people["tom"] // a lead of the school itself, shut out of what is restricted
		if a := t.breakGlass("Ivy Marsden", "2018-05-03", why); a.status != 303 {
			t.Fatalf("break-glass: %d", a.status)
		}
		t.w.After(time.Minute)
		if a := t.get("/children/" + p.ID + "/entries/" + entry); a.status != 200 {
			t.Fatalf("the restricted record is not open: %d", a.status)
		}
		id := t.review()[0].ID
		if a := t.post("/break-glass/"+id+"/sign-off", url.Values{"comment": {"fine"}}); a.status != 422 || !strings.Contains(a.body, "somebody else signs it off") {
			t.Errorf("his own: %d", a.status)
		}
		for _, who := range []string{"omar", "ellen", "priya"} {
			t.as = t.people[who]
			if a := t.post("/break-glass/"+id+"/sign-off", url.Values{"comment": {"fine"}}); a.status != 404 {
				t.Errorf("%s signs off: %d", who, a.status)
			}
		}
		t.as = t.people["helen"]
		if a := t.post("/break-glass/"+id+"/sign-off", url.Values{"comment": {"He should have rung me."}}); a.status != 303 {
			t.Fatalf("the head signs off: %d", a.status)
		}
		t.as = t.people["tom"]
		if a := t.get("/records/" + head + "/why"); a.status != 404 {
			t.Errorf("after the sign-off: %d", a.status)
		}
		t.as = t.people["helen"]
		if a := t.post("/break-glass/"+id+"/sign-off", url.Values{"comment": {"again"}}); a.status != 422 {
			t.Errorf("signed off twice: %d", a.status)
		}
	})
}

// SEC-11: whatever is wrong, the answer is the same; every asking is written down and there are five an hour; without a fresh
// second factor, or in another post, there is no asking at all.
func TestBreakGlassTellsNothingToWhoeverGuesses(t *testing.T) {
	inTown(t, func(t *town) {
		ivy(t)
		t.as = t.people["priya"]
		blank := func(a answer) string {
			d := document(t.T, a.body)
			return words(d.Find(".govuk-error-summary"))
		}
		wrong := map[string]string{}
		for _, guess := range [][2]string{{"Ivy Marsden", "2018-05-04"}, {"Ivy", "2018-05-03"}, {"I M", "2018-05-03"}, {"Nobody Known", "2001-01-01"}} {
			a := t.breakGlass(guess[0], guess[1], why)
			wrong[blank(a)] = guess[0]
			if a.status != 422 {
				t.Errorf("%v: %d", guess, a.status)
			}
		}
		if len(wrong) != 1 {
			t.Errorf("guesses are told apart: %v", wrong)
		}
		if a := t.breakGlass("Ivy Marsden", "2018-05-03", "too short"); a.status != 422 || !strings.Contains(a.body, "20 characters") {
			t.Errorf("a short reason: %d", a.status)
		}
		t.breakGlass("Nobody Known", "2001-01-01", why)
		if a := t.breakGlass("Ivy Marsden", "2018-05-03", why); a.status != 422 || !strings.Contains(a.body, "asked 5 times within the hour") {
			t.Errorf("the sixth asking: %d", a.status)
		}
		t.read(access.System(here, "test"), func(ctx context.Context, tx *store.Tx) {
			n, err := store.Value[int](ctx, tx, store.SQL(`SELECT count(e.id) FROM audit_entry e WHERE e.action = 'casework.emergency_asked' AND e.actor_id = 'priya'`))
			testkit.OK(t, err)
			if n != 6 {
				t.Errorf("%d askings are written down, not 6", n)
			}
		})
		t.w.After(time.Hour)
		if a := t.breakGlass("Ivy Marsden", "2018-05-03", why); a.status != 303 {
			t.Errorf("an hour later: %d", a.status)
		}
		t.as = someone("priya", access.SecondFactor, t.as.Roles)
		if a := t.get("/break-glass"); a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/sign-in/confirm") {
			t.Errorf("without a fresh second factor: %d", a.status)
		}
		t.as = t.people["ellen"]
		if a := t.get("/break-glass"); a.status != 404 {
			t.Errorf("a teacher: %d", a.status)
		}
	})
}

// SEC-15: a form sent twice opens once.
func TestBreakGlassSentTwiceOpensOnce(t *testing.T) {
	inTown(t, func(t *town) {
		p := ivy(t)
		id := t.w.DB.IDs().New(t.w.DB.Now())
		for range 2 {
			child, err := t.f.BreakGlass(t.Context(), t.viewer("priya"), id, "Ivy Marsden", "2018-05-03", why)
			testkit.OK(t, err)
			if child != p.ID {
				t.Errorf("opened %s", child)
			}
		}
		t.as = t.people["amina"]
		if n := len(t.review()); n != 1 {
			t.Errorf("%d openings", n)
		}
	})
}
