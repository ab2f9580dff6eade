package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/adults"
	"kith/internal/kernel/clock"
	"kith/internal/platform/story"
	"kith/internal/testkit"
)

// worry records a worry about an adult as its writer would.
func (w *world) worry(t testing.TB, writer string, d adults.Draft) string {
	t.Helper()
	d.ID, d.Org, d.When = adults.ID(w.fresh()), w.school(t, "Thornbeck Primary"), story.When{Mode: "today"}
	id, err := w.Adults.Send(t.Context(), w.viewer(t, writer), d)
	testkit.OK(t, err)
	return string(id)
}

// furnishAdults makes a worry about an adult that the headteacher decides, with a child's entry and an action.
func (w *world) furnishAdults(t testing.TB, f fixtures) {
	t.Helper()
	f["adult"] = w.worry(t, "reporter", adults.Draft{Name: "Dora Penn", Works: adults.Volunteer, Place: "Library", Words: "She whispered with a boy behind the shelves.", Harm: true,
		Children: []adults.DraftChild{{Child: w.child(t, "Noor"), Words: "She asked whether she has to keep a secret."}}})
	f["harm"] = w.value(t, `SELECT entry_id FROM adults_child WHERE record_id = ?`, f["adult"])
	f["adult action"] = w.fresh()
	testkit.OK(t, w.Adults.AddAction(t.Context(), w.viewer(t, "headteacher"), adults.ID(f["adult"]), adults.Action{ID: f["adult action"], What: "Lock the library"}))
	testkit.OK(t, w.Adults.FinishAction(t.Context(), w.viewer(t, "headteacher"), adults.ID(f["adult"]), f["adult action"])) // or it would keep it from being closed
}

// adultFields are fields that a form about adults has and the test's filling leaves empty.
var adultFields = map[string][]string{
	"POST /adults":               {"works", "employer", "day", "time", "file", "close"},
	"POST /adults/form":          {"who", "works", "employer", "words", "when", "day", "time", "place", "activity", "harm", "close"},
	"POST /adults/{id}/steps":    {"who"},
	"POST /adults/{id}/who":      {"about", "employer"},
	"POST /adults/{id}/children": {"named", "find"},
}

func init() {
	for pattern, why := range map[string]string{"/adults/new": "writing about an adult (CON-1, LLC-1)", "/adults": "writing about an adult; the list, one's own words only", "/adults/pick": "three letters, five colleagues of one's own school at most",
		"/adults/form": "writing about an adult", "/adults/{id}": "one's own words; others ask for the second factor", "/adults/{id}/accounts": "adding to one's own words", "/concerns/{id}/adult": "sending one's own concern on; others ask for the second factor"} {
		alone[pattern] = why
	}
	say := func(route string, pairs ...string) {
		forms[route] = func(*world, fixtures) url.Values { return values(pairs...) }
	}
	with := func(route string, fill func(w *world, f fixtures) []string) {
		forms[route] = func(w *world, f fixtures) url.Values { return values(fill(w, f)...) }
	}
	with("POST /adults", func(w *world, f fixtures) []string {
		sent := []string{"id", w.fresh(), "who", w.accounts["teacher"], "words", "He was alone with a child behind a locked door.", "when", "today", "place", "Hall", "activity", "Choir", "harm", "no",
			"kid", f["child"], "kid_words", "She said that she likes the quiet."}
		page := w.as(w.t, "reporter").Post("/adults/form", values(sent...)).Status(http.StatusOK)
		readers, _ := page.Doc().Find("input[name=readers]").Attr("value")
		return append(sent, "readers", readers, "send", "yes")
	})
	say("POST /adults/pick", "who_find", "Grace")
	say("POST /adults/form", "who_find", "The coach", "who_typed", "yes")
	with("POST /adults/settings/cover", func(w *world, f fixtures) []string {
		return []string{"stand_in", w.accounts["deputy-dsl"], "away", "2026-11-26"}
	})
	with("POST /adults/settings/school", func(w *world, f fixtures) []string {
		return []string{"first", w.accounts["dsl"], "proprietor", ""}
	})
	with("POST /adults/settings/household", func(w *world, f fixtures) []string {
		return []string{"one", w.accounts["dsl"], "other", w.accounts["teacher"], "apart", ""}
	})
	once := func(route string, pairs ...string) {
		with(route, func(w *world, f fixtures) []string { return append([]string{"id", w.fresh()}, pairs...) })
	}
	once("POST /adults/{id}/accounts", "words", "I have seen it before.")
	with("POST /adults/{id}/judgement", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "version", w.value(w.t, `SELECT version FROM adults_concern WHERE id = ?`, f["adult"]), "kind", "allegation", "criteria", "risk", "reasons", "It may be a risk.", "consulted", "Nobody"}
	})
	once("POST /adults/{id}/refer")
	once("POST /adults/{id}/steps", "kind", "advice", "who", "Maud Ferris", "words", "Wait for the meeting.")
	with("POST /adults/{id}/actions", func(w *world, f fixtures) []string { // the very action that is there: another would stay open and keep it from being closed
		return []string{"id", f["adult action"], "what", "Lock the library", "due", "2026-11-25"}
	})
	with("POST /adults/{id}/children", func(w *world, f fixtures) []string {
		return []string{"id", w.fresh(), "child", f["child"], "words", "She said that she was not there."}
	})
	with("POST /adults/{id}/children/{entry}/lead", func(w *world, f fixtures) []string {
		return []string{"lead", w.accounts["dsl"]}
	})
	say("POST /adults/{id}/who", "name", "Dora Pennington", "works", "volunteer")
	once("POST /adults/{id}/feedback", "words", "Thank you for telling me.")
	once("POST /adults/{id}/close", "outcome", "unfounded", "reasons", "There was no boy and no shelf.")
	once("POST /adults/{id}/reopen", "reason", "The boy has spoken.")
	say("POST /concerns/{id}/adult", "head", "no")
}

// SEC-10, LLC-1: whoever a worry is about never learns of it, and neither does anybody else whom it did not go to: no byte of any page,
// count, list, search or chronology changes, and no mail comes, whatever they are. The worry has been sent, decided, referred and
// brought to the stand-in, and the child's entry is there.
func TestSubjectNeverLearnsOfIt(t *testing.T) {
	for subject, c := range map[string]struct {
		decides string
		blind   []string
	}{
		"headteacher":   {"chair-of-governors", []string{"headteacher", "dsl", "account-admin"}},
		"dsl":           {"headteacher", []string{"dsl", "teacher", "auditor"}},
		"account-admin": {"headteacher", []string{"account-admin", "reporter", "chair-of-governors", "dsl-millrace", "head-millrace"}},
	} {
		t.Run(subject, func(t *testing.T) {
			with, without := newWorld(t), newWorld(t)
			f, same := with.furnish(t), without.furnish(t)
			if f["adult"] != same["adult"] {
				t.Fatal("the two worlds differ before anything was done")
			}
			id := with.worry(t, "deputy-2", adults.Draft{About: with.accounts[subject], Place: "zqplace", Words: "zqwords about a colleague", Harm: true,
				Children: []adults.DraftChild{{Child: f["child"], Words: "zqchild said it hurt"}}})
			for _, w := range []*world{with, without} {
				w.clock.Add(16 * time.Minute)
				testkit.OK(t, w.Sweep(t.Context()))
			}
			v, at := with.viewer(t, c.decides), adults.ID(id)
			version := func() (n int64) {
				for _, r := range with.rows(t, `SELECT version FROM adults_concern WHERE id = ?`, id) {
					for _, d := range r[0] {
						n = n*10 + int64(d-'0')
					}
				}
				return n
			}
			testkit.OK(t, with.Adults.Judge(t.Context(), v, at, adults.Judgement{ID: with.fresh(), Version: version(), Kind: adults.Allegation, Criteria: []string{"harmed"}, Reasons: "zqreasons"}))
			testkit.OK(t, with.Adults.Refer(t.Context(), v, at, with.fresh()))
			for _, w := range []*world{with, without} {
				_, err := w.Queue.Drain(t.Context())
				testkit.OK(t, err)
			}
			made := regexp.MustCompile(with.fresh()[:8] + `-[0-9a-f-]{27}`) // ids of forms
			plain := func(p *testkit.Page) string {
				return made.ReplaceAllString(drawn.ReplaceAllString(answer(p), "NUMBER"), "FRESH")
			}
			for _, who := range c.blind {
				left, right := with.look(t, f, who), without.look(t, f, who)
				for address := range right {
					if who == "auditor" && strings.HasPrefix(address, "GET /audit") {
						continue // the log is shown whole, and names nobody (decision 27)
					}
					if a, b := plain(left[address]), plain(right[address]); a != b {
						t.Errorf("%s learns of it on %s:\n%s", who, address, difference(b, a))
					}
				}
				none := with.fresh()
				theirs, nobodys := with.as(t, who).Get("/adults/"+id), with.as(t, who).Get("/adults/"+none)
				if a, b := strings.ReplaceAll(plain(theirs), id, "FRESH"), plain(nobodys); a != b || strings.Contains(a, "zqwords") {
					t.Errorf("%s tells it from one that does not exist:\n%s", who, difference(b, a))
				}
			}
			if !strings.Contains(string(with.as(t, c.decides).Get("/adults/"+id).Status(200).Body), "zqwords") {
				t.Fatal("whoever decides does not see it: the test tests nothing")
			}
			mails := 0
			for name, text := range with.outbox(t) {
				if strings.Contains(text, "zq") {
					t.Errorf("%s speaks of it", name)
				}
				mails++
			}
			if more := mails - len(without.outbox(t)); more < 2 {
				t.Errorf("%d mails told of it: the test tests nothing", more)
			}
			for name, text := range with.outbox(t) {
				to := "To: <" + with.value(t, `SELECT email FROM account WHERE id = ?`, with.accounts[subject])
				if n := strings.Count(text, to); n > 0 && !mailed(without.outbox(t), to) {
					t.Errorf("%s goes to the subject", name)
				}
			}
		})
	}
}

// mailed says whether any of the mails goes to the address.
func mailed(mails map[string]string, to string) bool {
	for _, text := range mails {
		if strings.Contains(text, to) {
			return true
		}
	}
	return false
}

// CON-17: a worry about an adult that was typed as a concern is sent on by the lead who finds it. From then on no lead reads it, whoever
// sent it on included, and nothing of it stays in the child's chronology; writer and recipient are led to it, with its files.
func TestConcernAboutAnAdultIsSentOn(t *testing.T) {
	for head, decides := range map[string]string{"no": "headteacher", "unsure": "chair-of-governors"} {
		w := newWorld(t)
		ivy := w.child(t, "Ivy")
		w.as(t, "dsl").Get("/children/" + ivy) // the first look is itself written down as an opening
		before := w.as(t, "dsl").Get("/children/" + ivy).Status(200).Text("main")
		id := w.send(t, "teacher", w.school(t, "Thornbeck Primary"), "The zqcoach grabbed Ivy by the arm.", ivy)
		file := w.attach(t, "teacher", id, "photo.txt", "zqfile")
		w.as(t, "dsl").Get("/concerns/"+id).Status(200).Has("main", "Read no further")
		w.as(t, "dsl").Post("/concerns/"+id+"/adult", values("head", head)).Status(303)
		for _, who := range []string{"dsl", "deputy-dsl", "deputy-2", "account-admin", "reporter"} {
			w.as(t, who).Get("/concerns/" + id).Status(404)
			w.as(t, who).Get("/files/" + file).Status(404)
		}
		w.as(t, "dsl").Get("/concerns").Status(200).HasNot("main", "zqcoach")
		w.as(t, "dsl").Post("/concerns/"+id+"/adult", values("head", head)).Status(404)
		if after := w.as(t, "dsl").Get("/children/" + ivy).Status(200).Text("main"); after != before {
			t.Errorf("the child's chronology has changed:\n%s", difference(before, after))
		}
		for _, who := range []string{"teacher", decides} {
			to := w.as(t, who).Get("/concerns/" + id).Status(303).Header.Get("Location")
			w.as(t, who).Get(to).Status(200).Has("main", "zqcoach")
			w.as(t, who).Get("/files/" + file).Status(200)
		}
		if decides == "chair-of-governors" {
			w.as(t, "headteacher").Get("/concerns/" + id).Status(404)
		}
		w.as(t, decides).Get("/adults").Status(200).Has("main", "Whom it is about is not said yet")
		if n := w.value(t, `SELECT count(*) FROM concerns_watch WHERE concern_id = ?`, id); n != "0" {
			t.Errorf("the rota still looks for it: %s", n)
		}
	}
}

// CON-17: what was typed into the form about a child goes along to the form about an adult.
func TestFirstQuestionTakesTheWordsAlong(t *testing.T) {
	w := newWorld(t)
	w.as(t, "reporter").Get("/concerns/new").Status(200).Has("main", "An adult who works or volunteers here")
	p := w.as(t, "reporter").Post("/concerns", values("id", w.fresh(), "source", "seen", "words", "The coach pushed him.", "place", "Field", "kid", w.child(t, "Ivy"), "kid_name", "Ivy", "kid_role", "harmed", "kid_words", "", "to_adult", "yes")).Status(303)
	page := w.as(t, "reporter").Get(p.Header.Get("Location")).Status(200).Has("textarea[name=words]", "The coach pushed him.").Has("main", "Ivy")
	page.Has(".speak", "01632 960 310")
	if n := w.value(t, `SELECT count(*) FROM concerns_concern WHERE recorded_at = ?`, clock.Of(w.clock.Now())); n != "0" {
		t.Error("a concern was made")
	}
}

// CON-10, SEC-10: the page names exactly who will read it, for each answer; a name like that of a reader is asked about; and a way that
// has changed is shown before it is gone.
func TestFormShowsExactlyWhoWillRead(t *testing.T) {
	w := newWorld(t)
	ask := func(pairs ...string) *testkit.Page {
		return w.as(t, "reporter").Post("/adults", values(append([]string{"id", w.fresh(), "words", "She shouted at them.", "when", "today", "harm", "no"}, pairs...)...))
	}
	ask("who", w.accounts["teacher"]).Status(200).Has(".ways", "Helen Brandt", "Tom Hartley").HasNot(".ways", "Ravi Anand")
	ask("who", w.accounts["headteacher"]).Status(200).Has(".ways", "Ravi Anand", "Joan Okafor").HasNot(".ways", "Helen Brandt")
	ask("who", w.accounts["deputy-dsl"]).Status(200).Has(".ways", "Helen Brandt", "Ravi Anand").HasNot(".ways", "Tom Hartley")
	ask("who", w.accounts["teacher"], "send", "yes").Status(422).Has("main", "who will read this")
	shown := func(p *testkit.Page) string { v, _ := p.Doc().Find("input[name=readers]").Attr("value"); return v }
	typed := []string{"who_name", "Mrs Brandt", "works", "staff"}
	p := ask(typed...)
	ask(append(typed, "readers", shown(p), "send", "yes")...).Status(422).Has("main", "like that of somebody below")
	p = ask(append(typed, "close", w.accounts["headteacher"])...).Status(200).Has(".ways", "Ravi Anand")
	to := ask(append(typed, "close", w.accounts["headteacher"], "close_asked", "yes", "readers", shown(p), "send", "yes")...).Status(303).Header.Get("Location")
	w.as(t, "headteacher").Get(to).Status(404)
	w.as(t, "chair-of-governors").Get(to).Status(200)
}

// The picker is no directory: three letters, five names, the writer's own school, and after twenty looks none.
func TestStaffPickerIsNoDirectory(t *testing.T) {
	w := newWorld(t)
	find := func(typed string) string {
		return w.as(t, "reporter").Post("/adults/pick", values("who_find", typed)).Status(200).Text("body")
	}
	if got := find("Gr"); strings.Contains(got, "Grace") {
		t.Errorf("two letters find %q", got)
	}
	if got := find("grac"); !strings.Contains(got, "Grace Ito") || strings.Contains(got, "@") {
		t.Errorf("four letters find %q", got)
	}
	other := w.value(t, `SELECT name FROM account WHERE id = ?`, w.accounts["head-millrace"])
	if got := find(other); strings.Contains(got, other) {
		t.Errorf("somebody of another school is found: %q", got)
	}
	for range 20 {
		find("Grace")
	}
	if got := find("Grace"); strings.Contains(got, "Ito") || !strings.Contains(got, "looked often") {
		t.Errorf("after twenty looks: %q", got)
	}
}
