package app

import (
	"net/http"
	"strings"
	"testing"

	"kith/internal/feature/sharing"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/testkit"
)

// change takes a step as somebody, after its readers were shown.
func (w *world) change(t testing.TB, who string, c sharing.Change) error {
	t.Helper()
	if c.Reason == "" {
		c.Reason = "It touches a colleague."
	}
	v := w.viewer(t, who)
	shown, err := w.Sharing.Preview(t.Context(), v, c)
	if err != nil {
		return err
	}
	return w.Sharing.Make(t.Context(), v, w.fresh(), c, shown)
}

// ids are the accounts of people of the tests.
func (w *world) ids(who ...string) (out []string) {
	for _, x := range who {
		out = append(out, w.accounts[x])
	}
	return out
}

// stepForm fills a step's form in and goes as far as the check page; it returns that page.
func (w *world) checked(t testing.TB, who, record, step string, answers ...string) *testkit.Page {
	t.Helper()
	return w.as(t, who).Get("/sharing/"+record+"/"+step).Status(200).Form("main form").Set(answers...).Submit().Status(http.StatusOK).Has("h1", "Check before you go on")
}

// SEC-3, CHR-10, CON-2: a concern is locked through the pages: the readers are named before, the named read it, nobody else finds a
// trace, and whoever wrote it finds their own words and nothing of the leads.
func TestLockedConcernIsReadByThoseItNames(t *testing.T) {
	w := newWorld(t)
	concern := w.send(t, "reporter", w.school(t, "Thornbeck Primary"), "zqlocked words about Ivy", w.child(t, "Ivy"))
	w.as(t, "dsl").Post("/concerns/"+concern+"/feedback", values("words", "Thank you, we are acting on this")).Status(303)
	check := w.checked(t, "dsl", concern, "lock", "lead", w.accounts["dsl"], "other", w.accounts["teacher"], "reason", "It touches a colleague.")
	check.Has("[aria-label='Who will read it']", "You", "named reader", "Grace Ito", "Ellen Booth", "their own words", "Nobody else").
		Has("[aria-label='Who will no longer read it']", "Helen Brandt", "Tom Hartley").HasNot("[aria-label='Who will read it']", "Helen Brandt")
	form := check.Form("main form")
	form.Values.Set("do", "save")
	form.Submit().Status(303)
	for who, want := range map[string]int{"dsl": 200, "teacher": 200, "reporter": 200, "deputy-dsl": 404, "headteacher": 404, "deputy-2": 404, "dsl-millrace": 404, "account-admin": 404} {
		if p := w.as(t, who).Get("/concerns/" + concern); p.Code != want {
			t.Errorf("%s gets %d, want %d", who, p.Code, want)
		}
		if p := w.as(t, who).Get("/sharing/" + concern); (p.Code == 200) != (want == 200 && who != "reporter") {
			t.Errorf("%s gets %d for its readers", who, p.Code)
		}
	}
	w.as(t, "teacher").Get("/concerns/"+concern).Has("main", "zqlocked words").HasNot("main", "Record this decision").HasNot("main form", "Add this")
	own := w.first(t, "reporter").Get("/concerns/" + concern).Status(200)
	own.Has("main", "zqlocked words", "Thank you, we are acting on this").HasNot("main", "Locked").HasNot("main", "Who can read this")
	for _, who := range []string{"deputy-dsl", "headteacher"} {
		b := w.as(t, who)
		for _, path := range []string{"/today", "/concerns", "/children/" + w.child(t, "Ivy"), "/children/" + w.child(t, "Ivy") + "/print?view=full", "/sharing"} {
			if body := string(b.Get(path).Body); strings.Contains(body, "zqlocked") || strings.Contains(body, concern) {
				t.Errorf("%s finds a trace on %s", who, path)
			}
		}
	}
	w.as(t, "dsl").Get("/children/"+w.child(t, "Ivy")).Has("main", "Locked to named people")
	w.as(t, "dsl").Get("/records/"+concern+"/why").Has("main", "Whoever is named as a reader")
}

// SEC-7, CHR-10: with the post of one of two named readers ends what they read; the head is told a number and nothing else; the last
// reader is asked for another; and where nobody is left the head names two others without reading.
func TestLockThatLacksReadersIsANumberForTheHead(t *testing.T) {
	w := newWorld(t)
	school := w.school(t, "Thornbeck Primary")
	concern := w.send(t, "reporter", school, "zqlocked words", w.child(t, "Ivy"))
	testkit.OK(t, w.change(t, "dsl", sharing.Change{Kind: sharing.Lock, Record: concern, Named: w.ids("deputy-dsl", "teacher")}))
	w.as(t, "headteacher").Get("/today").HasNot("main", "Locks that need readers")
	end := func(who string) {
		w.exec(t, `UPDATE account_post SET until_at = ? WHERE account_id = ?`, int64(w.DB.Now()), w.accounts[who])
	}
	end("teacher")
	if p := w.as(t, "teacher").Get("/concerns/" + concern); p.Code == 200 {
		t.Error("a named reader reads after their post has ended")
	}
	page := w.as(t, "headteacher").Get("/today").Has("main", "1 lock has fewer than two readers", "has been asked to name another")
	if strings.Contains(string(page.Body), concern) || strings.Contains(page.Text("main section:has(a[href='/sharing/locks'])"), "Ivy") {
		t.Error("the number leads to the record")
	}
	w.as(t, "headteacher").Get("/sharing/locks").Status(200).Has("main", "1 lock has one reader left").HasNot("main", "Name these people")
	w.as(t, "deputy-dsl").Get("/today").Has("main", "You are its only reader")
	end("deputy-dsl")
	form := w.as(t, "headteacher").Get("/sharing/locks").Has("main", "1 lock with no reader left").Form("main form")
	form.Set("named", w.accounts["headteacher"], "reason", "They left.").Submit().Status(422)
	form.Values["named"] = w.ids("dsl", "headteacher")
	form.Submit().Status(422).Has("main", "Name at least two people") // the head is not in the list
	if err := w.Sharing.Appoint(t.Context(), w.viewer(t, "headteacher"), w.fresh(), school, w.ids("dsl", "headteacher"), "They left."); !errs.Is(err, errs.Rule) {
		t.Errorf("the head names herself: %v", err)
	}
	form.Values["named"] = w.ids("dsl", "deputy-2")
	form.Submit().Status(303)
	form.Submit().Status(303) // sent twice
	w.as(t, "headteacher").Get("/concerns/" + concern).Status(404)
	w.as(t, "deputy-2").Get("/concerns/"+concern).Status(200).Has("main", "zqlocked words")
}

// CON-10, SEC-3: between preview and sending a lead was appointed: nothing is done, the page says so and asks again, new first.
func TestChangedReadersAreAskedAgain(t *testing.T) {
	w := newWorld(t)
	concern := w.send(t, "reporter", w.school(t, "Thornbeck Primary"), "Words", w.child(t, "Ivy"))
	form := w.checked(t, "dsl", concern, "share", "school", w.school(t, "Millrace Primary"), "purpose", "siblings", "ground", "public-task", "until", "2027-02-01", "reason", "Both schools plan together.").
		Has("[aria-label='Who will read it']", "safeguarding lead of Millrace Primary").Form("main form")
	form.Values.Set("do", "save")
	w.exec(t, `UPDATE account_post SET role = 'dsl' WHERE account_id = ?`, w.accounts["teacher-millrace"])
	name := w.value(t, `SELECT name FROM account WHERE id = ?`, w.accounts["teacher-millrace"])
	again := form.Submit().Status(http.StatusConflict).Has("main", "Who will read it has changed since you looked")
	if first := again.Text("[aria-label='Who will read it'] li:first-child"); !strings.Contains(first, name) || !strings.Contains(first, "new") {
		t.Errorf("the new reader does not come first: %s", first)
	}
	w.as(t, "dsl-millrace").Get("/concerns/" + concern).Status(404)
	form = again.Form("main form")
	form.Values.Set("do", "save")
	form.Submit().Status(303)
	w.as(t, "teacher-millrace").Get("/concerns/" + concern).Status(200)
}

// The share: its receivers know what for and until when, read and change nothing; the head there reads nothing; it is recalled at
// any time, and both schools' logs tell it.
func TestSharedConcernIsReadUntilItIsRecalled(t *testing.T) {
	w := newWorld(t)
	concern := w.send(t, "reporter", w.school(t, "Thornbeck Primary"), "zqshared words", w.child(t, "Ivy"))
	testkit.OK(t, w.change(t, "dsl", sharing.Change{Kind: sharing.Share, Record: concern, To: w.school(t, "Millrace Primary"), Purpose: "plan", Ground: "public-task", Until: "2027-02-23", Reason: "One plan."}))
	w.as(t, "dsl-millrace").Get("/today").Has("main", "Shared with us lately", "A safety plan that both schools carry")
	w.as(t, "dsl-millrace").Get("/sharing").Has("main", "from Thornbeck Primary", "until the end of 23 Feb 2027")
	w.as(t, "dsl-millrace").Get("/concerns/"+concern).Status(200).Has("main", "zqshared words", "shares this with you").HasNot("main", "Record this decision").HasNot("main a", "Ivy")
	w.as(t, "dsl-millrace").Post("/concerns/"+concern+"/take", nil).Status(404)
	w.as(t, "dsl-millrace").Get("/sharing/" + concern + "/share").Status(404)
	for _, who := range []string{"head-millrace", "teacher-millrace"} {
		w.as(t, who).Get("/concerns/" + concern).Status(404)
	}
	recall := w.as(t, "dsl").Get("/sharing/"+concern).Status(200).Has("main", "Millrace Primary", "One plan.").Doc().Find("a[href*='/recall?of=']").AttrOr("href", "")
	page := w.as(t, "dsl").Get(recall).Status(200).Form("main form").Set("reason", "The plan is done.").Submit().Status(200)
	form := page.Has("[aria-label='Who will no longer read it']", "of Millrace Primary").Form("main form")
	form.Values.Set("do", "save")
	form.Submit().Status(303)
	w.as(t, "dsl-millrace").Get("/concerns/" + concern).Status(404)
	w.as(t, "dsl-millrace").Get("/sharing").HasNot("main", "A safety plan")
	w.as(t, "dsl").Get("/children/"+w.child(t, "Ivy")).Has("main", "Shared with another school", "Sharing ended")
	for _, action := range []string{"sharing.share", "sharing.received", "sharing.recall", "sharing.received_recalled"} {
		w.value(t, `SELECT id FROM audit_entry WHERE action = ? AND record_id = ?`, action, concern)
	}
	_, err := w.Queue.Drain(t.Context())
	testkit.OK(t, err)
}

// CHR-9: the leads of the other school see one line on their own pupil, and only they, and only while it is switched on.
func TestOtherSchoolIsToldWhomToAsk(t *testing.T) {
	w := newWorld(t)
	file := w.value(t, `SELECT file_id FROM people_child WHERE given = 'Jakub'`)
	rowan := w.child(t, "Rowan")
	line := "Another school holds information about a brother or sister"
	w.as(t, "dsl").Get("/children/"+rowan).HasNot("main", line)
	for _, typed := range []string{"Rowan Nobody", "Rowan Marsden"} {
		check := w.checked(t, "dsl-millrace", file, "tell", "school", w.school(t, "Thornbeck Primary"), "sibling", typed, "born", "2016-02-11", "reason", "They live in one house.")
		form := check.Has("main", line).Form("main form")
		form.Values.Set("do", "save")
		said := form.Submit().Status(303)
		said.Status(303) // the same answer, whoever was found
	}
	page := w.as(t, "dsl").Get("/children/"+rowan).Has("main", line, "Millrace Primary")
	if strings.Contains(string(page.Body), "Jakub") {
		t.Error("the line names the child")
	}
	w.as(t, "dsl").Get("/sharing/" + w.value(t, `SELECT file_id FROM people_child WHERE given = 'Rowan'`)).Status(200)
	stop := w.as(t, "dsl-millrace").Get("/sharing/"+file).Has("main", "Rowan Marsden").Doc().Find("a[href*='/quiet?of=']").Last().AttrOr("href", "")
	form := w.as(t, "dsl-millrace").Get(stop).Form("main form").Set("reason", "Done.").Submit().Status(200).Form("main form")
	form.Values.Set("do", "save")
	form.Submit().Status(303)
	w.as(t, "dsl").Get("/children/"+rowan).HasNot("main", line)
}

// ASVS 7.5.3: what is restricted or locked wants a second factor given just now, on every path; a form that comes too late is kept
// and can be sent again.
func TestRestrictedWantsAFreshSecondFactor(t *testing.T) {
	w := newWorld(t)
	ivy := w.child(t, "Ivy")
	concern := w.send(t, "reporter", w.school(t, "Thornbeck Primary"), "zqrestricted words", ivy)
	file := w.attach(t, "reporter", concern, "notes.txt", "zqfile")
	testkit.OK(t, w.change(t, "headteacher", sharing.Change{Kind: sharing.Restrict, Record: concern, Named: w.ids("dsl")}))
	b := w.as(t, "dsl")
	b.Get("/concerns/"+concern).Status(200).Has("main", "zqrestricted words")
	b.Get("/files/" + file).Status(200)
	w.as(t, "deputy-dsl").Get("/concerns/" + concern).Status(404)
	w.clock.Add(access.StepUpFor)
	for _, path := range []string{"/concerns/" + concern, "/files/" + file, "/records/" + concern + "/why", "/sharing/" + concern} {
		if p := b.Get(path); word(p) != "step-up" {
			t.Errorf("%s answers %d to an old second factor", path, p.Code)
		}
	}
	if p := b.Get("/concerns/01890000-0000-7000-8000-00000000dead"); word(p) != "step-up" {
		t.Errorf("what does not exist answers %d: told from what is restricted (SEC-1)", p.Code)
	}
	for _, path := range []string{"/today", "/concerns", "/children/" + ivy, "/children/" + ivy + "/print?view=full"} {
		if strings.Contains(string(b.Get(path).Status(200).Body), "zqrestricted") {
			t.Errorf("%s shows it to an old second factor", path)
		}
	}
	b.Get("/today").Has("main", "Confirm that it is you")
	b.Get("/children/"+ivy).Has("main", "Confirm that it is you")
	w.as(t, "deputy-dsl").Get("/today").HasNot("main", "Confirm that it is you") // the demonstration locks one for others
	kept := b.Post("/concerns/"+concern+"/feedback", values("words", "zqkept words")).Status(http.StatusForbidden)
	if form := kept.Form("main form[method=post]"); form.Values.Get("words") != "zqkept words" {
		t.Errorf("what was written is lost: %v", form.Values)
	}
}
