package programme_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/programme"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/bulk"
	"kith/internal/platform/calendar"
	"kith/internal/testkit"
	"kith/internal/testkit/repo"
)

// full makes a published week of 62 sessions by 12 partners under three boards.
func (w *world) full() programme.Programme {
	w.T.Helper()
	p := w.week(nil)
	for i := range 62 {
		w.add(w.session(p, func(s *programme.Session) {
			s.Title, s.By, s.Board, s.On = fmt.Sprintf("Session %02d", i), fmt.Sprintf("Partner %d", i%12), strings.Split(threeBoards, "\n")[i%3], p.First.Add(i%5)
			s.Starts, s.Ends = fmt.Sprintf("%02d:00", 9+i%10), fmt.Sprintf("%02d:30", 9+i%10)
			s.Audience, s.Online = []string{"", "dsl", "dsl,head", "governor"}[i%4], i%7 == 0
		}))
	}
	w.publish(p)
	return p
}

// TRN-13: a week of more than sixty sessions by many partners under three boards: filters by board, audience, place and time, each leaving
// what it says; on paper with every session once by day and once by board; in a calendar that another program reads.
func TestAWeekOfSixtySessions(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.full()
		at := "/training/programmes/" + string(p.ID)
		page := w.as(access.Public(district)).Get(at).Status(200)
		page.Has("main", "62 sessions by 12 partners, under three boards").Has("h1", "Safeguarding Week")
		if n := page.Doc().Find("article.se").Length(); n != 62 {
			t.Errorf("%d sessions are shown", n)
		}
		if n := page.Doc().Find("nav.days li").Length(); n != 5 {
			t.Errorf("%d days", n)
		}
		for query, n := range map[string]int{"?board=Safeguarding+adults+board": 21, "?for=governor": 31, "?place=online": 9, "?place=nowhere": 62, "?place=millracecentre": 53, "?day=2026-12-15": 13, "?time=evening": 12,
			"?day=2026-12-15&time=morning&for=dsl": 4} {
			got := w.as(access.Public(district)).Get(at + query).Status(200).Doc().Find("article.se").Length()
			if got != n {
				t.Errorf("%s leaves %d sessions, want %d", query, got, n)
			}
		}
		w.as(access.Public(district)).Get(at+"?board=Safeguarding+adults+board&time=evening&place=online&day=2026-12-14").Status(200).Has("main", "Show every session")

		feed := w.as(access.Public(district)).Get(at + "/programme.ics").Status(200)
		in, err := calendar.Read(bytes.NewReader(feed.Body), 1<<20)
		if err != nil || len(in.Notes) > 0 || len(in.Events) != 62 || !strings.HasPrefix(feed.Header.Get("Content-Type"), "text/calendar") {
			t.Fatalf("%d events, %q, %v", len(in.Events), in.Notes, err)
		}
		if first := in.Events[0]; first.Start != clock.Of(clock.Day("2026-12-14").At(9, 0)) || first.End != first.Start.Add(30*time.Minute) {
			t.Errorf("%+v", first)
		}
		one := w.as(access.Public(district)).Get(at + "/programme.ics?day=2026-12-15").Status(200)
		if in, err := calendar.Read(bytes.NewReader(one.Body), 1<<20); err != nil || len(in.Events) != 13 {
			t.Errorf("a filtered calendar has %d events: %v", len(in.Events), err)
		}

		pdf := w.as(access.Public(district)).Get(at + "/programme.pdf").Status(200)
		if !bytes.HasPrefix(pdf.Body, []byte("%PDF")) || pdf.Header.Get("Content-Type") != "application/pdf" {
			t.Errorf("%.40q", pdf.Body)
		}
		twin := w.as(access.Public(district)).Get(at+"/paper").Status(200).Has("h1", "Safeguarding Week").Has("main", "The same by board", "Monday 14 December", "Friday 18 December").HasNot("main", "Check code")
		for i := range 62 {
			if n := strings.Count(twin.Text("main"), fmt.Sprintf("Session %02d", i)); n != 2 {
				t.Errorf("session %d stands %d times on the paper", i, n)
			}
		}
		if twin.Doc().Find("table").Length() != 3 {
			t.Error("the paper does not have the sessions by board")
		}
	})
}

// TRN-14, TRN-20: a practice from a list of partners proposes by its link, without an account; nobody sees it; sent back, it reads why,
// changes it and proposes again; accepted, everybody sees it, with its venue in the directory.
func TestAPartnerProposesAndTheOrganiserAccepts(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		w.add(w.session(p, nil))
		secret := w.partner(p, "Haver Valley Surgery")
		if len(secret) != 22 { // 128 bits
			t.Errorf("the link is %q", secret)
		}
		w.publish(p)
		at, mine := "/training/programmes/"+string(p.ID), "/training/propose/"+secret
		partner := w.as(access.Public(district))
		form := partner.Get(mine+"/new").Status(200).Has("h1", "Propose a session").Form("main form")
		form.Set("title", "Sleep, and what it tells", "summary", "For all who meet tired children", "board", "Safeguarding adults board", "day", "2026-12-16", "starts", "13:00", "ends", "14:30", "venue", "The Surgery", "address", "2 High Street", "booking", "own", "places", "12")
		form.Submit().Status(303)
		form.Submit().Status(303) // sent twice
		s := programme.SessionID(w.text(`SELECT id FROM training_session WHERE partner_id <> ''`))
		partner.Get(mine).Status(200).Has("main", "Sleep, and what it tells", "Waits for the organiser").Has("h1", "Haver Valley Surgery")
		unseen := func(where string) {
			t.Helper()
			for _, path := range []string{"", "/paper", "/programme.ics"} {
				if bytes.Contains(partner.Get(at+path).Status(200).Body, []byte("Sleep")) {
					t.Errorf("%s: %s shows it", where, path)
				}
			}
			partner.Get(at + "/sessions/" + string(s)).Status(404)
		}
		unseen("proposed")
		missing(t, w.f.Answer(ctx, w.other, s, 0, programme.Accepted, ""))
		missing(t, w.f.Answer(ctx, w.head, s, 0, programme.Accepted, ""))

		refused(t, w.f.Answer(ctx, w.admin, s, 0, programme.Returned, " "), "Write to the partner why")
		testkit.OK(t, w.f.Answer(ctx, w.admin, s, 0, programme.Returned, "Could it begin at 15:30, after school?"))
		m, newer := w.letter()
		if m.To != "bea@example.org" || !strings.Contains(m.Text, "Could it begin at 15:30") || newer == secret || newer == "" {
			t.Errorf("%+v", m)
		}
		unseen("sent back")
		partner = w.as(access.Public(district))
		partner.Get(mine).Status(200).Has("main", "Could it begin at 15:30") // the link of the first letter works as well
		mine = "/training/propose/" + newer
		again := partner.Get(mine+"/"+string(s)).Status(200).Has("blockquote", "Could it begin at 15:30").Form("main form")
		again.Set("starts", "15:30", "ends", "17:00").Submit().Status(303)
		again.Submit().Status(303)
		if w.stateOf(s) != "proposed" {
			t.Error(w.stateOf(s))
		}
		if err := w.f.Answer(ctx, w.admin, s, 0, programme.Accepted, ""); !errs.Is(err, errs.Conflict) {
			t.Errorf("accepted what the organiser has not seen: %v", err)
		}
		testkit.OK(t, w.f.Answer(ctx, w.admin, s, w.revision(s), programme.Accepted, ""))
		if m, _ := w.letter(); !strings.Contains(m.Text, "is in the programme") {
			t.Errorf("%+v", m)
		}
		partner.Get(at).Status(200).Has("main", "Sleep, and what it tells", "15:30", "Haver Valley Surgery", "12 of 12 places left")
		partner.Get(at+"/sessions/"+string(s)).Status(200).Has("main", "2 High Street", "Book a place")
		if w.Rooms["The Surgery"].Address != "2 High Street" || w.listed["Haver Valley Surgery"] == "" {
			t.Errorf("%v, %v", w.Rooms, w.listed)
		}
		// what is in the programme is the organiser's to change
		refused(t, w.f.Propose(ctx, district, newer, w.session(p, func(x *programme.Session) { x.ID, x.Title = s, "Another" })), "Write to the organiser about a change")
		w.invite(p, "Haver Valley Surgery") // a fresh link ends the others
		_, fresh := w.letter()
		partner.Get(mine).Status(200).Has("h1", "This link does not work any more")
		partner.Get("/training/propose/"+fresh).Status(200).Has("main", "In the programme")
	})
}

// TRN-20: a link lapses with the last day for proposals, opens nobody else's sessions, and wrong ones count against where they come from.
func TestAPartnersLinkIsItsOwnAndLapses(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		mine, theirs := w.partner(p, "Haver Valley Surgery"), w.partner(p, "Canal Side Scouts")
		s := w.session(p, nil)
		testkit.OK(t, w.f.Propose(ctx, district, mine, s))
		missing(t, w.f.Propose(ctx, district, theirs, s))
		missing(t, w.f.TakeBack(ctx, district, theirs, s.ID))
		missing(t, w.f.TakeBack(ctx, district, "not-a-link", s.ID))
		own := w.add(w.session(p, nil))
		missing(t, w.f.TakeBack(ctx, district, mine, own.ID))
		b := w.as(access.Public(district))
		b.Get("/training/propose/" + theirs + "/" + string(s.ID)).Status(404)
		b.Get("/training/propose/" + mine + "/" + string(s.ID)).Status(200)
		testkit.OK(t, w.f.TakeBack(ctx, district, mine, s.ID))
		refused(t, w.f.TakeBack(ctx, district, mine, s.ID), "taken this session back already")
		again := func(x *programme.Session) { x.ID, x.Title, x.Revision = s.ID, "Other", w.revision(s.ID) }
		b.Get("/training/propose/"+mine).Status(200).Has("main", "Taken back", "Propose it again")
		testkit.OK(t, w.f.Propose(ctx, district, mine, w.session(p, again))) // a slip of the thumb costs nothing
		if w.stateOf(s.ID) != "proposed" {
			t.Error(w.stateOf(s.ID))
		}
		testkit.OK(t, w.f.TakeBack(ctx, district, mine, s.ID))
		if w.text(`SELECT count(*) FROM training_programme_link WHERE hash = '`+mine+`'`) != "0" {
			t.Error("the secret itself is in the database")
		}

		w.Clock.Set(clock.Day("2026-12-04").At(23, 59))
		testkit.OK(t, w.f.Propose(ctx, district, mine, w.session(p, nil)))
		w.Clock.Set(clock.Day("2026-12-05").At(0, 0))
		missing(t, w.f.Propose(ctx, district, mine, w.session(p, nil)))
		b.Get("/training/propose/"+mine).Status(200).Has("h1", "does not work any more")

		tries := 0
		for range 40 {
			if b.Get("/training/propose/guess").Code == 422 {
				break
			}
			tries++
		}
		if tries > 20 {
			t.Errorf("%d guesses were let through", tries)
		}
	})
}

// TRN-20: whoever is in no register registers itself and is approved; one that is known gets its own link again, and whoever uses its name
// learns nothing.
func TestSettingsRegisterThemselvesForApproval(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		at := "/training/programmes/" + string(p.ID) + "/take-part"
		b := w.as(access.Public(district))
		form := b.Get(at).Status(200).Form("main form")
		form.Submit().Status(422).Has("main", "Write the name of the organisation", "Say what it is")
		form.Set("name", "Al-Noor School", "kind", "faith", "contact", "Samira Khan", "email", "samira@example.org", "offers", "Supplementary schools and safety")
		done := form.Submit().Status(200).Has("h1", "We have it")
		form.Submit().Status(200) // sent twice
		if w.text(`SELECT count(*) FROM training_partner`) != "1" || len(w.Drain()) != 0 {
			t.Error("registering made two, or a link went out before anybody looked")
		}
		id := programme.PartnerID(w.text(`SELECT id FROM training_partner`))
		missing(t, w.f.Decide(ctx, w.other, id, true))
		missing(t, w.f.Decide(ctx, access.Public(district), id, true))
		office := w.as(w.admin)
		office.Get("/training/office/partners").Status(200).Has("main", "Al-Noor School", "Samira Khan", "Supplementary schools")
		testkit.OK(t, w.f.Decide(ctx, w.admin, id, true))
		refused(t, w.f.Decide(ctx, w.admin, id, true), "decided already")
		m, secret := w.letter()
		if m.To != "samira@example.org" || secret == "" || w.listed["Al-Noor School"] == "" {
			t.Errorf("%+v, listed %v", m, w.listed)
		}
		b = w.as(access.Public(district))
		b.Get("/training/propose/"+secret).Status(200).Has("h1", "Al-Noor School").HasNot("main", "Samira")
		// somebody else under its name: the same answer, and the letter goes to whoever answers for it
		stranger := b.Get(at).Status(200).Form("main form").Set("name", "AL NOOR school", "kind", "faith", "contact", "Mal", "email", "mal@example.org").Submit().Status(200)
		if stranger.Text("main") != done.Text("main") {
			t.Error("whoever registers a known name can tell that it is known")
		}
		if m, _ := w.letter(); m.To != "samira@example.org" {
			t.Errorf("the link went to %s", m.To)
		}
		for i := range 12 {
			err := w.f.Register(ctx, district, "192.0.2.9", programme.Partner{ID: programme.PartnerID(w.ID()), Name: fmt.Sprint("Club ", i), Kind: "club", AskedFor: p.ID}, programme.Contact{Name: "A", Email: "a@example.org"})
			if i == 11 {
				refused(t, err, "Too many tries")
			}
		}
		w.Clock.Set(clock.Day("2026-12-05").At(9, 0))
		b.Get(at).Status(200).Has("main", "Proposals closed at the end of Friday 4 December").HasNot("main", "Ask to take part")
		b.Get("/training/programmes/" + string(w.week(func(p *programme.Programme) { p.ProposeUntil = "" }).ID) + "/take-part").Status(404)
	})
}

// TRN-20: agencies come in from a CSV: known at once, in the directory, a second loading changes nothing, rows that cannot be taken are
// reported; who answers is read by the organiser's administrators only.
func TestAgenciesComeInFromAList(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		list := "Organisation;Type;Contact name;E-mail;Postcode\nHaver Valley Surgery;GP;Dr Lee;lee@example.org;HV1 2AA\nSt John’s Youth Club;club;;club@example.org;\nNo address;club;;;\nHaver  valley surgery;GP;Dr Lee;lee@example.org;\n"
		res, err := w.f.TakePartners(ctx, w.admin, office, strings.NewReader(list))
		testkit.OK(t, err)
		if res.Created != 2 || len(res.Rejected) != 2 || !strings.Contains(res.Rejected[0].Reason, "e-mail") || res.Rejected[1].Row != 5 || len(w.listed) != 2 {
			t.Errorf("%+v, listed %v", res, w.listed)
		}
		res, err = w.f.TakePartners(ctx, w.admin, office, strings.NewReader(strings.Replace(list, "lee@", "practice@", 1)))
		testkit.OK(t, err)
		if res.Created != 0 || res.Updated != 1 || res.Unchanged != 1 {
			t.Errorf("%+v", res)
		}
		_, err = w.f.TakePartners(ctx, w.head, office, strings.NewReader(list))
		missing(t, err)
		_, err = w.f.TakePartners(ctx, w.admin, office, strings.NewReader("URN,EstablishmentName\n1,A\n"))
		refused(t, err, "no list of partners")
		w.as(w.admin).Get("/training/office/partners").Status(200).Has("main", "practice@example.org", "Health")
		w.as(w.head).Get("/training/office/partners").Status(404)
		if w.text(`SELECT count(*) FROM access_record WHERE kind = 'training' AND part = 'partner'`) != "2" {
			t.Error("who answers for a partner is no record")
		}
	})
}

// TRN-15, TRN-12: an annual gathering says what it is for, on the page and on paper; additional events are flagged.
func TestAGatheringRecordsItsAims(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.week(func(p *programme.Programme) {
			p.Kind, p.Title, p.Boards, p.Last, p.ProposeUntil, p.Aims, p.Additional = programme.Gathering, "Annual Gathering", "", p.First, "", programme.GatheringAims, true
		})
		refused(t, w.f.Publish(t.Context(), w.admin, p.ID), "Accept or add a session first")
		w.add(w.session(p, nil))
		w.publish(p)
		refused(t, w.f.Publish(t.Context(), w.admin, p.ID), "published already")
		b := w.as(access.Public(district))
		for _, path := range []string{"", "/paper"} {
			page := b.Get("/training/programmes/"+string(p.ID)+path).Status(200).Has("main", "dditional to the annual programme")
			for _, aim := range []string{"Meet one another", "Share what works", "Review the journey so far", "Share the vision for next year"} {
				page.Has("ol li", aim)
			}
		}
		p.Revision = 1
		p.Aims = ""
		refused(t, w.f.Save(t.Context(), w.admin, p), "what the gathering is for")
	})
}

// TRN-10, TRN-11, TRN-12: both published learning events load whole into a programme: 3 h 30 min each, on a Tuesday and a Friday, whom it is for
// shown on the form that takes name, job title, organisation and which session; a wrong weekday is reported.
func TestPublishedLearningEventsLoadWhole(t *testing.T) {
	body, err := os.ReadFile(repo.Shared(t, "programme", "learning-events-2017.csv"))
	testkit.OK(t, err)
	onBoth(t, func(t *testing.T, w *world) {
		w.Clock.Set(clock.Day("2017-11-20").At(9, 0))
		p := w.week(func(p *programme.Programme) {
			p.Kind, p.Title, p.Boards, p.First, p.Last, p.ProposeUntil, p.Additional = programme.Learning, "Learning events", "", "2017-12-05", "2017-12-08", "", true
		})
		take := func(body []byte) bulk.Result {
			res, err := w.f.TakeSessions(t.Context(), w.admin, p.ID, bytes.NewReader(body))
			testkit.OK(t, err)
			return res
		}
		if res := take(body); res.Created != 2 || len(res.Rejected) != 0 {
			t.Fatalf("%+v", res)
		}
		if res := take(body); res.Created != 0 || res.Unchanged != 2 {
			t.Errorf("a second time: %+v", res)
		}
		if res := take(bytes.Replace(body, []byte("Tuesday"), []byte("Monday"), 1)); len(res.Rejected) != 1 || res.Rejected[0].Field != "weekday" || !strings.Contains(res.Rejected[0].Reason, "is a Tuesday") {
			t.Errorf("a wrong weekday: %+v", res)
		}
		w.publish(p)
		b := w.as(access.Public(district))
		page := b.Get("/training/programmes/"+string(p.ID)).Status(200).Has("main", "Additional to the annual programme", "Tuesday 5 December", "Friday 8 December", "09:15", "12:45")
		for _, a := range page.Doc().Find("article.se h4 a").Nodes {
			for _, x := range a.Attr {
				if x.Key == "href" {
					b.Get(x.Val).Status(200).Has("main", "3 h 30 min", "rontline practitioners")
				}
			}
		}
		b.Get("/training/programmes/"+string(p.ID)+"/book").Status(200).Has("label", "Your name", "Your job title", "Your organisation").Has("main", "Which session?", "senior managers from the partnership")
	})
}

// TRN-11: somebody without an account books with name, job title, organisation and session, is told by e-mail, gives the place back by its
// link, and the seat is free; a full session makes a line; a school's own head has it among their requests.
func TestABookingWithoutAnAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.week(func(p *programme.Programme) { p.OpenTo = "frontline practitioners and their managers" })
		s := w.add(w.session(p, func(s *programme.Session) { s.Booking, s.Places = programme.Own, 2 }))
		w.publish(p)
		at := "/training/programmes/" + string(p.ID)
		book := func(who, org string) *testkit.Page {
			return w.as(access.Public(district)).Get(at+"/book?session="+string(s.ID)).Status(200).Has("main", "Frontline practitioners and their managers").Form("main form").
				Set("name", who, "title", "Health visitor", "org", org, "email", strings.ToLower(strings.Fields(who)[0])+"@example.org").Submit()
		}
		w.as(access.Public(district)).Get(at+"/book").Form("main form").Submit().Status(422).Has("main", "Write your name", "Write your job title", "Write your organisation", "Write your e-mail address")
		first := book("Bea Lark", "Haver Valley Surgery").Status(200).Has("h1", "Look at your e-mail")
		m, secret := w.letter()
		if m.To != "bea@example.org" || !strings.Contains(m.Text, "You have a place") || !strings.Contains(m.Text, "Listening to children") || secret == "" {
			t.Fatalf("%+v", m)
		}
		// somebody else under the same name learns nothing; whoever has the place gets their own confirmation again
		again := w.as(access.Public(district)).Get(at+"/book").Form("main form").Set("name", "Bea Lark", "title", "Nurse", "org", "Haver Valley Surgery", "email", "mal@example.org").Submit().Status(200)
		if again.Text("main") != first.Text("main") {
			t.Error("whoever tries a name can tell that she comes")
		}
		m, secret = w.letter()
		if m.To != "bea@example.org" {
			t.Errorf("the confirmation went to %s", m.To)
		}
		book("Cal Dow", "Police")
		w.Drain()
		book("Dee Eaves", "Police").Status(200)
		if m, _ := w.letter(); !strings.Contains(m.Text, "You are in line") {
			t.Errorf("%+v", m)
		}
		w.as(access.Public(district)).Get(at).Has("main", "Full, 1 waiting")
		b := w.as(access.Public(district))
		b.Get("/training/places/"+secret).Status(200).Has("main", "Give the place back").HasNot("main", "Bea")
		b.Post("/training/places/"+secret, nil).Status(200).Has("h1", "given back")
		b.Post("/training/places/"+secret, nil).Status(422).Has("main", "There is nothing to give back")
		b.Get("/training/places/not-a-secret").Status(200).Has("h1", "does not work any more")
		offered := false
		for _, m := range w.Drain() {
			offered = offered || m.To == "dee@example.org" && strings.Contains(m.Text, "/training/offers/")
		}
		if !offered {
			t.Error("the seat was not offered to the first in line")
		}
		helen := w.as(w.head)
		helen.Get(at+"/book?session="+string(s.ID)).Status(200).Has("main", "").Form("main form").Submit().Status(303)
		if w.text(`SELECT count(*) FROM training_booking WHERE by_id = 'helen'`) != "1" {
			t.Error("whoever has an account does not find the booking among their requests")
		}
	})
}

// TRN-13: what is changed or called off reaches calendars with a higher number, and whoever booked is told; a partner hears too.
func TestACalledOffSessionIsTold(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		secret := w.partner(p, "Haver Valley Surgery")
		s := w.session(p, func(s *programme.Session) { s.Booking, s.Places = programme.Own, 5 })
		testkit.OK(t, w.f.Propose(ctx, district, secret, s))
		testkit.OK(t, w.f.Answer(ctx, w.admin, s.ID, 0, programme.Accepted, "Glad to have it"))
		w.publish(p)
		testkit.OK(t, w.f.Book(ctx, access.Public(district), "192.0.2.1", programme.Attendee{ID: training.BookingID(w.ID()), Session: s.ID, Name: "Cal Dow", Title: "Nurse", Org: "Surgery", Email: "cal@example.org"}))
		w.Drain()
		changed := s
		changed.Ends, changed.Places, changed.Revision = "11:30", 0, w.revision(s.ID)
		testkit.OK(t, w.f.SaveSession(ctx, w.admin, changed))
		changed.Revision, changed.Booking = w.revision(s.ID), programme.JustGo
		refused(t, w.f.SaveSession(ctx, w.admin, changed), "booked here already")
		changed.Booking, changed.Revision = programme.Own, 0
		if err := w.f.SaveSession(ctx, w.admin, changed); !errs.Is(err, errs.Conflict) {
			t.Errorf("%v", err)
		}
		missing(t, w.f.CallOff(ctx, w.other, s.ID, "The speaker is ill."))
		testkit.OK(t, w.f.CallOff(ctx, w.admin, s.ID, "The speaker is ill."))
		refused(t, w.f.CallOff(ctx, w.admin, s.ID, "The speaker is ill."), "in the programme")
		w.sweep()
		var told []string
		for _, m := range w.Drain() {
			if strings.Contains(m.Text, "was called off") && strings.Contains(m.Text, "The speaker is ill.") {
				told = append(told, m.To)
			}
		}
		slices.Sort(told)
		if !slices.Equal(told, []string{"bea@example.org", "cal@example.org"}) {
			t.Errorf("told %v", told)
		}
		b := w.as(access.Public(district))
		b.Get("/training/programmes/"+string(p.ID)).Status(200).Has("article.se.off", "Called off")
		in, err := calendar.Read(bytes.NewReader(b.Get("/training/programmes/"+string(p.ID)+"/programme.ics").Body), 1<<20)
		if err != nil || in.Events[0].Status != calendar.Cancelled || in.Events[0].Sequence != 2 {
			t.Errorf("%+v, %v", in.Events, err)
		}
	})
}

// A programme is its organiser's: nobody else opens, changes or publishes it, and a draft is shown to nobody.
func TestAProgrammeIsItsOrganisers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		s := w.add(w.session(p, nil))
		for _, v := range []access.Viewer{w.other, w.head, access.Public(district)} {
			missing(t, w.f.Make(ctx, v, programme.Programme{ID: programme.ID(w.ID()), Org: office, Kind: programme.Week, Title: "X", First: "2026-12-14", Last: "2026-12-14", Boards: "A"}))
			missing(t, w.f.Save(ctx, v, p))
			missing(t, w.f.Publish(ctx, v, p.ID))
			missing(t, w.f.Add(ctx, v, w.session(p, nil)))
			missing(t, w.f.SaveSession(ctx, v, s))
			missing(t, w.f.CallOff(ctx, v, s.ID, "The speaker is ill."))
			_, err := w.f.Invite(ctx, v, p.ID)
			missing(t, err)
			_, err = w.f.TakeSessions(ctx, v, p.ID, strings.NewReader("title,date,starts,ends\n"))
			missing(t, err)
		}
		missing(t, w.f.Make(ctx, w.other, p)) // the id is another's
		testkit.OK(t, w.f.Make(ctx, w.admin, p))
		b := w.as(access.Public(district))
		for _, path := range []string{"", "/paper", "/programme.pdf", "/programme.ics", "/sessions/" + string(s.ID), "/book"} {
			b.Get("/training/programmes/" + string(p.ID) + path).Status(404)
		}
		b.Get("/training/programmes/" + string(p.ID) + "/take-part").Status(200) // a call for sessions comes before the programme
		w.as(w.other).Get("/training/office/programmes/" + string(p.ID)).Status(404)
		p.Boards = "Another board"
		refused(t, w.f.Save(ctx, w.admin, p), "would not fit any more")
	})
}
