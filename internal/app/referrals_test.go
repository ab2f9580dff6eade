package app

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/concerns"
	"kith/internal/feature/referrals"
	"kith/internal/feature/talk"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// decideToRefer writes a concern about a child, decides to refer it, and returns both ids.
func (w *world) decideToRefer(t testing.TB, school, words, child string) (concern, decision string) {
	t.Helper()
	concern, decision = w.send(t, "teacher", school, words, child), w.fresh()
	testkit.OK(t, w.Concerns.Decide(t.Context(), w.viewer(t, "dsl"), concerns.ID(concern), concerns.Judgement{Decision: decision, Title: "A title of the leads", Choice: concerns.Choice{Outcome: concerns.Refer, Level: 3,
		Reasons: "Level 4: she is afraid to go home.", Threshold: "Level 4", Consulted: "The duty team", Codes: []string{"neglect"}, ReviewOn: clock.DayOf(w.clock.Now()).Add(14)}}))
	return concern, decision
}

// refer furnishes a decision that nothing was sent of, and a referral that is past due.
func (w *world) refer(t testing.TB, f fixtures) {
	t.Helper()
	_, f["decision"] = w.decideToRefer(t, f["school"], "Would not go home and hid in the cloakroom.", w.child(t, "Noor"))
	f["service"] = w.value(t, `SELECT org_id FROM account_post WHERE account_id = ?`, w.accounts["social-worker"])
	f["referral"] = w.value(t, `SELECT id FROM referrals_referral WHERE state = 'sent'`)
	w.exec(t, `UPDATE referrals_referral SET expected_at = at WHERE id = ?`, f["referral"])
	f["disagreement"] = w.fresh()
}

// ask furnishes the code of the school's box, a pupil who asked with it, and another of the demonstration.
func (w *world) ask(t testing.TB, f fixtures) {
	t.Helper()
	f["asked"] = w.value(t, `SELECT record_id FROM talk_asking ORDER BY at DESC`)
	var err error
	f["code"], err = w.Talk.NewBox(t.Context(), w.viewer(t, "dsl"), f["school"], w.fresh())
	testkit.OK(t, err)
	sent, err := w.Talk.Ask(t.Context(), w.home, "test", talk.Message{ID: w.fresh(), Code: f["code"], Name: "Otter", Find: "by the tree"})
	testkit.OK(t, err)
	f["pair"] = sent.Pair
}

// CON-10, REF-1: what check and send shows is what the service reads, and those it names are those who read it; nothing of the
// leads' notes is in either, and nobody at the service reads a word before it is sent.
func TestReferralShowsExactlyWhatGoes(t *testing.T) {
	w := newWorld(t)
	school := w.school(t, "Thornbeck Primary")
	const words = "She showed me a mark and said not to tell."
	concern, decision := w.decideToRefer(t, school, words, w.child(t, "Noor"))
	dsl, officer := w.as(t, "dsl"), w.as(t, "social-worker")
	testkit.OK(t, w.Concerns.RecordParents(t.Context(), w.viewer(t, "dsl"), concerns.ID(concern), concerns.Parent{Words: "A secret of the leads"}))

	send := dsl.Get("/decisions/" + decision + "/refer").Status(200)
	send.Has("main", words, "Noor", "Level 4: she is afraid to go home.", "Priya Nair", "Callum Reid", "Nothing has left the school yet").HasNot("main", "A secret of the leads", "A title of the leads")
	officer.Get("/concerns/" + concern).Status(404)
	before := officer.Get("/referrals").Status(200)
	before.HasNot("main", words)

	form := send.Form("form[action$='/refer']").Set("asks", "See her today.")
	sent := form.Submit().Status(303).Follow().Status(200)
	sent.Has(".steps", "Sent", "Received", "Decision", "tomorrow 16:30")
	referral := strings.TrimPrefix(sent.Path, "/referrals/")

	page := officer.Get("/referrals/" + referral).Status(200)
	page.Has("main", words, "Noor", "Level 4: she is afraid to go home.", "See her today.").HasNot("main", "A secret of the leads", "A title of the leads")
	if a, b := send.Text(".matter"), page.Text(".matter"); a != b {
		t.Errorf("what was shown before it was sent is not what is read:\n%s\n%s", a, b)
	}
	officer.Get("/concerns/" + concern).Status(404) // nothing but the referral

	// Those named read it, and nobody else outside the school.
	named := send.Text(".readbox")
	for who, account := range w.accounts {
		var reads bool
		v := w.viewer(t, who)
		testkit.OK(t, w.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Record(ctx, referral)
			reads = err == nil && v.Holds(access.LAOfficer)
			return nil
		}))
		name := w.value(t, `SELECT name FROM account WHERE id = ?`, account)
		if v.Holds(access.LAOfficer) && reads != strings.Contains(named, name) {
			t.Errorf("%s reads: %v; named: %v", who, reads, !reads)
		}
	}
	// SEC-16: the alert holds nothing of anybody.
	_, err := w.Queue.Drain(t.Context())
	testkit.OK(t, err)
	found := false
	for _, m := range w.outbox(t) {
		if strings.Contains(m, "A school sent something to your service") {
			found = true
			for _, c := range []string{"Noor", "Thornbeck", "mark", "Amina"} {
				if strings.Contains(m, c) {
					t.Errorf("the mail holds %q", c)
				}
			}
		}
	}
	if !found {
		t.Error("nobody at the service was told")
	}
}

// REF-1, REF-3: each step is seen by both sides and is an entry of the chronology; "no further action" leaves our concern as it is;
// the service's reading lapses by itself on the day of its answer's edition, and its own answer stays.
func TestReferralIsAnsweredAndReadingLapses(t *testing.T) {
	w := newWorld(t)
	child := w.child(t, "Noor")
	concern, decision := w.decideToRefer(t, w.school(t, "Thornbeck Primary"), "She would not say why she was crying.", child)
	id := referrals.ID(w.fresh())
	testkit.OK(t, w.Referrals.Send(t.Context(), w.viewer(t, "dsl"), referrals.Sending{ID: id, Decision: decision, Way: referrals.InKith, To: w.value(t, `SELECT org_id FROM account_post WHERE account_id = ?`, w.accounts["social-worker"])}))
	dsl, officer := w.as(t, "dsl"), w.as(t, "social-worker")
	at := "/referrals/" + string(id)
	officer.Get(at).Status(200).Form("form[action$='/receive']").Submit().Status(303)
	dsl.Get("/concerns/"+concern).Status(200).Has(".down", "Received", "by Priya Nair")
	officer.Get(at).Form("form[action$='/decision']").Submit().Status(422)
	officer.Get(at).Form("form[action$='/decision']").Set("outcome", "none", "words", "Not enough to act on.", "feedback", "Write again if she says more.").Submit().Status(303)
	dsl.Get(at).Status(200).Has("main", "No further action", "Not enough to act on.", "Write again if she says more.")
	dsl.Get("/children/"+child).Status(200).Has("main", "decided: no further action")
	if s := w.value(t, `SELECT state FROM concerns_concern WHERE id = ?`, concern); s != string(concerns.Referred) {
		t.Errorf("their answer made our concern %s", s)
	}
	if s := w.value(t, `SELECT count(*) FROM story_entry WHERE record_id = ?`, string(id)); s != "3" {
		t.Errorf("%s entries of three steps", s)
	}
	officer.Get(at).Status(200).Has("main", "She would not say why")
	w.clock.Add(29 * 24 * time.Hour)
	w.sessions = map[string]*testkit.Browser{} // nobody stays signed in for a month
	officer = w.as(t, "social-worker")
	officer.Get(at).Status(200).Has("main", "were open to you until", "Not enough to act on.").HasNot("main", "She would not say why")
}

// SEC-7: an officer whose post has ended reads neither the referral nor the words with their next click. A referral that is taken
// back is closed to everybody there at once.
func TestReferralEndsWithThePostAndWithTheSchool(t *testing.T) {
	w := newWorld(t)
	concern, decision := w.decideToRefer(t, w.school(t, "Thornbeck Primary"), "He said he would not be here tomorrow.", w.child(t, "Noor"))
	id := referrals.ID(w.fresh())
	testkit.OK(t, w.Referrals.Send(t.Context(), w.viewer(t, "dsl"), referrals.Sending{ID: id, Decision: decision, Way: referrals.InKith, To: w.value(t, `SELECT org_id FROM account_post WHERE account_id = ?`, w.accounts["social-worker"])}))
	officer, dsl, at := w.as(t, "social-worker"), w.as(t, "dsl"), "/referrals/"+string(id)
	officer.Get(at).Status(200).Has("main", "He said he would not")
	dsl.Get(at).Form("form[action$='/withdraw']").Set("words", "The wrong service.").Submit().Status(303)
	officer.Get(at).Status(200).Has("main", "Taken back").HasNot("main", "He said he would not")
	dsl.Get("/concerns/"+concern).Status(200).Has("main", "Not sent yet") // the decision stands; it may go to the right one
	w.exec(t, `UPDATE account_post SET until_at = 1 WHERE account_id = ?`, w.accounts["social-worker"])
	if p := officer.Get(at); p.Code == http.StatusOK {
		t.Error("a leaver reads on")
	}
}

// REF-1: past due it is on the leads' list, and after a further working day on the head's too.
func TestPastDueIsChasedByTheLeadThenTheHead(t *testing.T) {
	w := newWorld(t)
	f := fixtures{"school": w.school(t, "Thornbeck Primary")}
	w.refer(t, f)
	w.exec(t, `UPDATE referrals_referral SET state = 'withdrawn' WHERE id <> ?`, f["referral"])
	due := int64(clock.Of(w.clock.Now().Add(-time.Hour)))
	w.exec(t, `UPDATE referrals_referral SET expected_at = ?, told = 0 WHERE id = ?`, due, f["referral"])
	w.as(t, "dsl").Get("/today").Status(200).Has(".owed", "Ring them")
	w.as(t, "headteacher").Get("/today").Status(200).HasNot("main", "Clocks that others owe")
	told := func() string { return w.value(t, `SELECT told FROM referrals_referral WHERE id = ?`, f["referral"]) }
	testkit.OK(t, w.Sweep(t.Context()))
	if told() != "1" {
		t.Errorf("told %s", told())
	}
	w.clock.Add(48 * time.Hour)
	testkit.OK(t, w.Sweep(t.Context()))
	if told() != "2" {
		t.Errorf("two days later told %s", told())
	}
	w.sessions = map[string]*testkit.Browser{}
	w.as(t, "headteacher").Get("/today").Status(200).Has(".owed", "The headteacher has been told")
}

// REF-2: the ladder cannot be opened or climbed without the child's safety; each step is an entry; it ends with an outcome.
func TestLadderAsksForSafetyAtEachStep(t *testing.T) {
	w := newWorld(t)
	f := fixtures{"school": w.school(t, "Thornbeck Primary")}
	w.refer(t, f)
	dsl, at := w.as(t, "dsl"), "/referrals/"+f["referral"]+"/ladder"
	open := dsl.Get(at).Status(200).Form("form[action$='/ladder']").Set("words", "See her alone.")
	open.Submit().Status(422).Has("main", "This cannot be left out")
	open.Set("safe", "yes").Submit().Status(422).Has("main", "Write what keeps the child safe until then")
	open.Set("safe", "no", "safety", "She stays in school until 18:00.").Submit().Status(303)
	for i, end := range []string{"next", "next", "next", "next", "stands"} {
		step := dsl.Get(at).Status(200).Form("form[action$='/ladder/step']").Set("who", "The manager", "words", "It stands.", "end", end)
		step.Submit().Status(422).Has("main", "This cannot be left out")
		p := step.Set("safe", "yes", "safety", "As before.").Submit()
		if p.Code != http.StatusSeeOther {
			t.Fatalf("step %d: %d %s", i+1, p.Code, p.Text(".govuk-error-summary"))
		}
		step.Submit() // sent twice
	}
	dsl.Get(at).Status(200).Has("main", "The last step decided: it stands").HasNot("main", "Record this step")
	d := w.value(t, `SELECT id FROM referrals_disagreement WHERE referral_id = ?`, f["referral"])
	if n := w.value(t, `SELECT count(*) FROM referrals_climb WHERE record_id = ?`, d); n != "6" {
		t.Errorf("%s steps are kept of six", n)
	}
	if n := w.value(t, `SELECT count(*) FROM story_entry WHERE record_id = ?`, d); n != "6" {
		t.Errorf("%s entries of six steps", n)
	}
	w.as(t, "social-worker").Get("/referrals/"+f["referral"]).Status(200).HasNot("main", "See her alone.")
}

// CON-19: a pupil asks with the words of the poster; the leads find it unread with its clock; the pupil comes back with two words
// and sees who read it and what they wrote. Nothing is left in the browser, nothing of a record is shown, and a form sent twice
// is one. A changed code opens nothing.
func TestPupilAsksAndComesBack(t *testing.T) {
	w := newWorld(t)
	f := fixtures{"school": w.school(t, "Thornbeck Primary")}
	w.ask(t, f)
	pupil, dsl := w.nobody(t), w.as(t, "dsl")
	pupil.Post("/talk/start", values("code", "no such 99")).Status(422).Has("main", "These are not the words on the poster")
	page := pupil.Post("/talk/start", values("code", strings.ToUpper(f["code"]))).Status(200)
	page.Has("main", "0800 1111", "999", "Amina Sesay", "This is not for emergencies").Has(".leavebar", "Leave this page").HasNot("body", "Ivy", "Kith")
	form := page.Form("form[action='/talk']").Set("words", "<b>zqwords</b> about Friday", "who", "Otter")
	sent := form.Submit().Status(200)
	words := strings.TrimSpace(sent.Text(".pairwords"))
	if again := strings.TrimSpace(form.Submit().Status(200).Text(".pairwords")); again != words || len(strings.Fields(words)) != 2 {
		t.Errorf("%q, and sent again %q", words, again)
	}
	id := form.Values.Get("id")
	if n := w.value(t, `SELECT count(*) FROM concerns_concern WHERE id = ?`, id); n != "1" {
		t.Errorf("%s concerns", n)
	}
	for _, p := range []string{"/talk", "/talk/back"} {
		if c := pupil.Get(p).Status(200).Header; c.Get("Set-Cookie") != "" || c.Get("Cache-Control") != "no-store" {
			t.Errorf("%s leaves something in the browser: %v", p, c)
		}
	}
	back := func() string {
		return pupil.Post("/talk/back", values("code", f["code"], "pair", strings.ToUpper(words))).Status(200).Text("main")
	}
	if s := back(); !strings.Contains(s, "Not read yet") {
		t.Errorf("before it is read: %s", s)
	}
	dsl.Get("/today").Status(200).Has("main", "A pupil asks for an adult", "zqwords", "talk by 15:30")
	dsl.Get("/concerns/"+id).Status(200).Has("main", "<b>zqwords</b>") // SEC-19: as text
	if s := back(); !strings.Contains(s, "Read by Amina Sesay, today") || strings.Contains(s, "zqwords") {
		t.Errorf("after it is read: %s", s)
	}
	dsl.Post("/talk/asked/"+id+"/answer", values("words", "I will find you at lunch")).Status(303)
	if s := back(); !strings.Contains(s, "I will find you at lunch") {
		t.Errorf("after the answer: %s", s)
	}
	pupil.Post("/talk/back", values("code", f["code"], "pair", "apple zebra")).Status(422)
	w.as(t, "teacher").Post("/talk/asked/"+id+"/answer", values("words", "Hello")).Status(404)
	if _, err := w.Talk.NewBox(t.Context(), w.viewer(t, "dsl"), f["school"], w.fresh()); err != nil {
		t.Fatal(err)
	}
	pupil.Post("/talk/start", values("code", f["code"])).Status(422)
}

// CON-19: guessing the words from one place has to wait, and says in a child's words what to do meanwhile.
func TestGuessingTheBoxHasToWait(t *testing.T) {
	w := newWorld(t)
	f := fixtures{"school": w.school(t, "Thornbeck Primary")}
	w.ask(t, f)
	var codes []int
	for i := range 25 {
		p := w.nobody(t).Post("/talk/start", values("code", "guess "+string(rune('a'+i))))
		codes = append(codes, p.Code)
		if i > 21 {
			p.Has("main", "find an adult you trust now")
		}
	}
	if slices.Contains(codes, http.StatusOK) {
		t.Error("a guess was right")
	}
	w.nobody(t).Post("/talk/start", values("code", f["code"])).Status(422)
	w.clock.Add(16 * time.Minute)
	w.nobody(t).Post("/talk/start", values("code", f["code"])).Status(200)
}
