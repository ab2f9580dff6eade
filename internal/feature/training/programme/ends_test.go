package programme_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/programme"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/calendar"
	"kith/internal/platform/mail"
	"kith/internal/platform/sheet"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// book books a place without an account and returns its id.
func (w *world) book(s programme.Session, who, email string) training.BookingID {
	w.T.Helper()
	id := training.BookingID(w.ID())
	testkit.OK(w.T, w.f.Book(w.T.Context(), access.Public(district), "192.0.2.1", programme.Attendee{ID: id, Session: s.ID, Name: who, Title: "Nurse", Org: "Surgery", Email: email}))
	return id
}

// to returns the letters to an address.
func to(all []mail.Message, address string) (out []mail.Message) {
	for _, m := range all {
		if m.To == address {
			out = append(out, m)
		}
	}
	return out
}

// entry is the calendar entry of a letter: its method, UID and number.
func entry(t *testing.T, m mail.Message) (method, uid string, sequence int) {
	t.Helper()
	if len(m.Files) != 1 {
		t.Fatalf("%d entries: %s", len(m.Files), m.Text)
	}
	in, err := calendar.Read(bytes.NewReader(m.Files[0].Body), 1<<20)
	if err != nil || len(in.Events) != 1 {
		t.Fatalf("%v, %v", in, err)
	}
	_, method, _ = strings.Cut(m.Files[0].Type, "method=")
	return method, in.Events[0].UID, in.Events[0].Sequence
}

// zipped is a file of an archive.
func zipped(t *testing.T, archive []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	testkit.OK(t, err)
	in, err := z.Open(name)
	testkit.OK(t, err)
	body, err := io.ReadAll(in)
	testkit.OK(t, err)
	return string(body)
}

// TRN-11: when a session moves, everybody who has a place is told once, without an account too: the entry in their calendar keeps its UID and
// its number goes up. What is saved without a change tells nobody; whoever gave the place back is not written to again.
func TestAMovedSessionIsToldOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		secret := w.partner(p, "Haver Valley Surgery")
		s := w.session(p, func(s *programme.Session) { s.Booking, s.Places = programme.Own, 2 })
		testkit.OK(t, w.f.Propose(ctx, district, secret, s))
		testkit.OK(t, w.f.Answer(ctx, w.admin, s.ID, 0, programme.Accepted, ""))
		w.publish(p)
		w.Drain()
		w.book(s, "Cal Dow", "cal@example.org")
		w.book(s, "Eve Fenn", "eve@example.org")
		w.book(s, "Dee Eaves", "dee@example.org") // in line
		first := w.Drain()
		method, uid, n := entry(t, to(first, "cal@example.org")[0])
		if method != "REQUEST" || n != 0 || len(first) != 3 || len(to(first, "dee@example.org")[0].Files) != 0 {
			t.Fatalf("%s %d, %d letters", method, n, len(first))
		}
		w.Clock.Set(w.DB.Now().Add(30 * time.Minute).Time())
		w.sweep()
		if again := w.Drain(); len(again) != 0 {
			t.Errorf("%d letters though nothing changed", len(again))
		}
		save := func(change func(*programme.Session)) {
			t.Helper()
			x := s
			change(&x)
			x.Revision = w.revision(s.ID)
			testkit.OK(t, w.f.SaveSession(ctx, w.admin, x))
			w.sweep()
			w.sweep()
		}
		save(func(x *programme.Session) { x.Summary = "Other words" })
		if again := w.Drain(); len(again) != 0 {
			t.Errorf("%d letters for other words", len(again))
		}
		save(func(x *programme.Session) { x.Starts, x.Ends, x.Venue = "13:30", "15:00", "Weavers House" })
		told := w.Drain()
		if len(told) != 4 { // two with a place, one in line, the partner
			t.Fatalf("%d letters: %+v", len(told), told)
		}
		m := to(told, "cal@example.org")[0]
		if method, u, n := entry(t, m); method != "REQUEST" || u != uid || n != 1 || !strings.Contains(m.Text, "Before:") || !strings.Contains(m.Text, "09:30 to 11:00") || !strings.Contains(m.Text, "13:30 to 15:00") || !strings.Contains(m.Text, "Weavers House") {
			t.Errorf("%s %s %d: %s", method, u, n, m.Text)
		}
		if m := to(told, "bea@example.org")[0]; !strings.Contains(m.Text, "has moved") || !strings.Contains(m.Text, "Weavers House") {
			t.Errorf("%s", m.Text)
		}
		if m := to(told, "dee@example.org")[0]; len(m.Files) != 0 || !strings.Contains(m.Text, "Something has changed") {
			t.Errorf("%s", m.Text)
		}
		// a place given back leaves the calendar, and goes to the line; nobody hears twice
		token := linkIn.FindStringSubmatch(m.Text)[1]
		_, err := w.f.GiveBack(ctx, district, token)
		testkit.OK(t, err)
		w.sweep()
		told = w.Drain()
		if method, u, n := entry(t, to(told, "cal@example.org")[0]); method != "CANCEL" || u != uid || n != 2 {
			t.Errorf("%s %s %d", method, u, n)
		}
		offer := to(told, "dee@example.org")
		if len(told) != 2 || len(offer) != 1 || !strings.Contains(offer[0].Text, "/training/offers/") {
			t.Fatalf("%d letters, %+v", len(told), offer)
		}
		save(func(x *programme.Session) { x.Starts, x.Ends, x.Venue = "14:30", "16:00", "Weavers House" })
		if told = w.Drain(); len(to(told, "cal@example.org")) != 0 || len(to(told, "eve@example.org")) != 1 {
			t.Errorf("%+v", told)
		}
	})
}

// What somebody was told decides what they have to hear: every pair, by hand.
func TestMustHear(t *testing.T) {
	for _, c := range []struct {
		last, now string
		moved     bool
		want      bool
	}{
		{"", "placed", false, true}, {"", "waiting", false, true}, {"", "gone", false, false}, {"", "off", false, false},
		{"placed", "placed", false, false}, {"placed", "placed", true, true}, {"placed", "gone", false, true}, {"placed", "off", false, true},
		{"waiting", "waiting", false, false}, {"waiting", "waiting", true, true}, {"waiting", "placed", false, true}, {"waiting", "gone", false, false}, {"waiting", "off", false, true},
		{"gone", "gone", true, false}, {"gone", "off", true, false}, {"off", "off", true, false}, {"off", "gone", true, false},
	} {
		entry := "then"
		if c.moved {
			entry = "later"
		}
		if got := programme.MustHear(c.last, "then", c.now, entry); got != c.want {
			t.Errorf("told %q, now %q, moved %v: %v", c.last, c.now, c.moved, got)
		}
	}
}

// TRN-13, TRN-14: a programme is withdrawn with a reason: its page and its calendar say so, places end with an entry that takes them out of
// calendars, whoever proposed hears once, proposals are declined, and nothing in it changes any more.
func TestAProgrammeIsWithdrawn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		secret := w.partner(p, "Haver Valley Surgery")
		s := w.session(p, func(s *programme.Session) { s.Booking, s.Places = programme.Own, 1 })
		testkit.OK(t, w.f.Propose(ctx, district, secret, s))
		testkit.OK(t, w.f.Answer(ctx, w.admin, s.ID, 0, programme.Accepted, ""))
		waits := w.session(p, func(s *programme.Session) { s.Title = "Still asked" })
		testkit.OK(t, w.f.Propose(ctx, district, secret, waits))
		before := w.add(w.session(p, func(s *programme.Session) { s.Title = "Opened on Monday" }))
		w.add(w.session(p, func(s *programme.Session) { s.Title, s.On = "On Friday", p.Last }))
		w.publish(p)
		w.book(s, "Cal Dow", "cal@example.org")
		w.book(s, "Dee Eaves", "dee@example.org")
		_, uid, _ := entry(t, to(w.Drain(), "cal@example.org")[0])
		for _, v := range []access.Viewer{w.other, w.head, access.Public(district)} {
			missing(t, w.f.Withdraw(ctx, v, p.ID, "No"))
		}
		refused(t, w.f.Withdraw(ctx, w.admin, p.ID, "  "), "Say why")
		refused(t, w.f.Withdraw(ctx, w.admin, p.ID, strings.Repeat("x", 301)), "300 characters")

		b := w.as(w.admin)
		at := "/training/office/programmes/" + string(p.ID)
		form := b.Get(at+"/withdraw").Status(200).Has("main", "3 sessions to come are called off", "1 place ends, and 1 waits in line", "1 proposal that waits is declined", "1 partner is told").Form("main form")
		form.Submit().Status(422).Has("main", "Say why")
		form.Set("why", "The hall has flooded.").Submit().Status(303)
		form.Submit().Status(422).Has("main", "withdrawn already") // sent twice
		w.sweep()
		w.sweep()
		told := w.Drain()
		if len(told) != 3 {
			t.Fatalf("%d letters: %+v", len(told), told)
		}
		for _, m := range told {
			if !strings.Contains(m.Text, "The hall has flooded.") {
				t.Errorf("no reason: %s", m.Text)
			}
		}
		if method, u, n := entry(t, to(told, "cal@example.org")[0]); method != "CANCEL" || u != uid || n != 1 {
			t.Errorf("%s %s %d", method, u, n)
		}
		if m := to(told, "bea@example.org")[0]; !strings.Contains(m.Text, "Listening to children") || !strings.Contains(m.Text, "Still asked") || !strings.Contains(m.Text, "was withdrawn on Monday 23 November 2026") {
			t.Errorf("%s", m.Text)
		}
		if w.stateOf(s.ID) != "cancelled" || w.stateOf(waits.ID) != "declined" || w.text(`SELECT count(*) FROM training_place WHERE state IN ('placed', 'waiting')`) != "0" || w.text(`SELECT count(*) FROM audit_entry WHERE action = 'training.programme_withdrawn'`) != "1" {
			t.Error("something still stands, or the log does not say it once")
		}

		b = w.as(access.Public(district))
		pub := "/training/programmes/" + string(p.ID)
		b.Get(pub).Status(200).Has("main", "This programme was withdrawn on Monday 23 November 2026.", "The hall has flooded.").HasNot("main", "Bring a session", "Still asked")
		b.Get(pub+"/paper").Status(200).Has("main", "Withdrawn on Monday 23 November 2026")
		b.Get(pub+"/sessions/"+string(s.ID)).Status(200).Has("main", "This session was called off. The hall has flooded.").HasNot("main", "Book a place")
		b.Get(pub + "/book").Status(404)
		b.Get(pub+"/take-part").Status(200).Has("main", "This programme was withdrawn")
		b.Get("/training/propose/"+secret).Status(200).Has("main", "This programme was withdrawn. The hall has flooded.", "Declined").HasNot("main", "Propose a session")
		in, err := calendar.Read(bytes.NewReader(b.Get(pub+"/programme.ics").Status(200).Body), 1<<20)
		if err != nil || len(in.Events) != 3 {
			t.Fatalf("%d events, %v", len(in.Events), err)
		}
		for _, e := range in.Events {
			if e.Status != calendar.Cancelled || e.Sequence == 0 {
				t.Errorf("%+v", e)
			}
		}
		refused(t, w.f.Withdraw(ctx, w.admin, p.ID, "Again"), "withdrawn already")
		refused(t, w.f.Publish(ctx, w.admin, p.ID), "withdrawn already")
		refused(t, w.f.Add(ctx, w.admin, w.session(p, nil)), "withdrawn already")
		refused(t, w.f.CallOff(ctx, w.admin, before.ID, "Why"), "withdrawn already")
		refused(t, w.f.Propose(ctx, district, secret, w.session(p, nil)), "was withdrawn")
		w.as(w.admin).Get(at).Status(200).Has("main", "It was withdrawn on Monday 23 November 2026").HasNot("main", "Add a session")

		// a draft that was withdrawn was never public; one that is over stays as it was; what has begun is not called off
		draft := w.week(nil)
		testkit.OK(t, w.f.Withdraw(ctx, w.admin, draft.ID, "No hall."))
		b.Get("/training/programmes/" + string(draft.ID)).Status(404)
		late := w.week(nil)
		monday := w.add(w.session(late, nil))
		friday := w.add(w.session(late, func(s *programme.Session) { s.On = late.Last }))
		w.publish(late)
		w.Clock.Set(late.First.At(12, 0))
		testkit.OK(t, w.f.Withdraw(ctx, w.admin, late.ID, "Snow."))
		if w.stateOf(monday.ID) != "accepted" || w.stateOf(friday.ID) != "cancelled" {
			t.Error(w.stateOf(monday.ID), w.stateOf(friday.ID))
		}
		over := w.week(nil)
		w.Clock.Set(over.Last.Add(1).At(0, 0))
		refused(t, w.f.Withdraw(ctx, w.admin, over.ID, "Late."), "is over")
	})
}

// TRN-20: a partner's part ends from a day on: its link says so, it is told why, what waits is declined, its sessions stay or are called off;
// it may be admitted again.
func TestAPartnersPartEnds(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		for i, keep := range []bool{true, false} {
			name := fmt.Sprint("Surgery ", i)
			secret := w.partner(p, name)
			id := programme.PartnerID(w.text(`SELECT id FROM training_partner WHERE name = '` + name + `'`))
			early, s, waits := w.session(p, nil), w.session(p, func(s *programme.Session) { s.On, s.Booking, s.Places = p.Last, programme.Own, 3 }), w.session(p, func(s *programme.Session) { s.On = p.Last })
			for _, x := range []programme.Session{early, s, waits} {
				testkit.OK(t, w.f.Propose(ctx, district, secret, x))
			}
			testkit.OK(t, w.f.Answer(ctx, w.admin, early.ID, 0, programme.Accepted, ""))
			testkit.OK(t, w.f.Answer(ctx, w.admin, s.ID, 0, programme.Accepted, ""))
			if i == 0 {
				w.publish(p)
			}
			w.book(s, fmt.Sprint("Cal Dow ", i), fmt.Sprintf("cal%d@example.org", i))
			w.Drain()
			for _, v := range []access.Viewer{w.other, w.head, access.Public(district)} {
				missing(t, w.f.End(ctx, v, id, p.Last, "No", false))
				missing(t, w.f.Admit(ctx, v, id))
			}
			refused(t, w.f.End(ctx, w.admin, id, "2026-11-22", "Left", true), "day is past")
			refused(t, w.f.End(ctx, w.admin, id, p.Last, "", true), "Say why")
			refused(t, w.f.Admit(ctx, w.admin, id), "takes part already")

			b := w.as(w.admin)
			at := "/training/office/partners/" + string(id)
			b.Get(at).Status(200).Has("main", "Takes part", "Bea Lark", "Waits for you")
			form := b.Get(at+"/end").Status(200).Has("main", "They stay in the programme", "1 proposal that waits is declined").Form("main form")
			form.Set("why", "The practice has closed.").Submit().Status(422).Has("main", "Say what becomes of its sessions")
			form.Set("from", string(p.Last), "sessions", map[bool]string{true: "stay", false: "off"}[keep]).Submit().Status(303)
			form.Submit().Status(422).Has("main", "already") // sent twice
			w.sweep()
			told := w.Drain()
			m := to(told, "bea@example.org")
			if len(m) != 1 || !strings.Contains(m[0].Text, "The practice has closed.") || !strings.Contains(m[0].Text, "From Friday 18 December 2026 on") || strings.Contains(m[0].Text, "stays in the programme") != keep {
				t.Fatalf("%+v", m)
			}
			want := map[bool]string{true: "accepted", false: "cancelled"}[keep]
			if w.stateOf(s.ID) != want || w.stateOf(early.ID) != "accepted" || w.stateOf(waits.ID) != "declined" {
				t.Errorf("%s, %s, %s", w.stateOf(s.ID), w.stateOf(early.ID), w.stateOf(waits.ID))
			}
			if n := len(to(told, fmt.Sprintf("cal%d@example.org", i))); n != map[bool]int{true: 0, false: 1}[keep] {
				t.Errorf("%d letters to whoever has a place", n)
			}
			// until that day its link works; from that day on it says why it does not
			pub := w.as(access.Public(district))
			pub.Get("/training/propose/"+secret).Status(200).Has("h1", name)
			now := w.DB.Now()
			w.exec(`UPDATE training_partner SET ends_on = '2026-11-23' WHERE id = '` + string(id) + `'`)
			pub.Get("/training/propose/"+secret).Status(200).Has("h1", "does not work any more").Has("main", "The practice has closed.", "23 November 2026").HasNot("main", "Bea")
			refused(t, w.f.Propose(ctx, district, secret, w.session(p, nil)), "ended on")
			_, err := w.f.Invite(ctx, w.admin, p.ID, id)
			refused(t, err, "ended on")
			_, err = w.f.HandOver(ctx, w.admin, p.ID, id)
			refused(t, err, "ended on")
			w.as(w.admin).Get("/training/office/partners").Status(200).Has("#over", "Ended").Has("main", "Ended on Monday 23 November 2026")
			w.as(w.admin).Get("/training/office/programmes/"+string(p.ID)+"/partners").Status(200).HasNot("form.write", name)
			// a list does not admit it again; whoever runs the programme does
			_, err = w.f.TakePartners(ctx, w.admin, office, strings.NewReader("name,kind,contact,email\n"+name+",GP surgery,Mal,mal@example.org\n"))
			testkit.OK(t, err)
			if w.text(`SELECT ends_on FROM training_partner WHERE id = '`+string(id)+`'`) == "" {
				t.Error("a list has admitted it again")
			}
			w.as(w.admin).Post(at+"/admit", url.Values{}).Status(303)
			w.as(w.admin).Post(at+"/admit", url.Values{}).Status(422).Has("main", "takes part already")
			w.as(access.Public(district)).Get("/training/propose/"+secret).Status(200).Has("h1", name)
			w.Clock.Set(now.Time())
		}
	})
}

// The organiser finds one session among sixty by state, board and partner, and takes all bookings as a workbook: no formula in it is one, what
// people need is not in it, it is in the log, and nobody else gets it.
func TestTheOfficeOfABigProgramme(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.full()
		at := "/training/office/programmes/" + string(p.ID)
		off := w.text(`SELECT id FROM training_session WHERE title = 'Session 05'`)
		testkit.OK(t, w.f.CallOff(t.Context(), w.admin, programme.SessionID(off), "Ill."))
		b := w.as(w.admin)
		for query, want := range map[string]int{"": 62, "?state=off": 1, "?state=in": 61, "?state=waits": 0, "?by=Partner+3": 5, "?board=Safeguarding+adults+board&state=in": 21, "?board=nobody": 62} {
			page := b.Get(at + query).Status(200)
			if n := page.Doc().Find("ol.issues li").Length(); n != want {
				t.Errorf("%q leaves %d, want %d", query, n, want)
			}
		}
		b.Get(at+"?by=Partner+3&state=in").Status(200).Has("[role=status]", "5 sessions fit, of 62.")

		q := w.week(func(q *programme.Programme) { q.Title = "Learning" })
		s := w.add(w.session(q, func(s *programme.Session) { s.Booking, s.Places = programme.Own, 1 }))
		w.publish(q)
		testkit.OK(t, w.f.Book(t.Context(), access.Public(district), "192.0.2.1", programme.Attendee{ID: training.BookingID(w.ID()), Session: s.ID, Name: `=HYPERLINK("https://evil.example")`, Title: "Nurse", Org: "Surgery", Email: "cal@example.org", Access: "hearing loop"}))
		w.book(s, "Dee Eaves", "dee@example.org")
		at = "/training/office/programmes/" + string(q.ID)
		out := w.as(w.admin).Get(at + "/bookings.xlsx").Status(200)
		body, err := sheet.CSVOf(out.Body)
		testkit.OK(t, err)
		if lines := strings.Count(strings.TrimSpace(string(body)), "\n"); lines != 2 || !strings.Contains(string(body), "Dee Eaves") || !strings.Contains(string(body), "Listening to children") || bytes.Contains(body, []byte("hearing loop")) {
			t.Errorf("%s", body)
		}
		cells := zipped(t, out.Body, "xl/worksheets/sheet1.xml")
		if !strings.Contains(cells, "HYPERLINK") || strings.Contains(cells, "<f>") || strings.Contains(cells, "<f ") {
			t.Errorf("a formula, or no such cell: %s", cells)
		}
		if w.text(`SELECT count(*) FROM audit_entry WHERE action = 'training.bookings_taken'`) == "0" {
			t.Error("the log does not say that it was taken")
		}
		w.as(w.other).Get(at + "/bookings.xlsx").Status(404)
		w.as(w.head).Get(at + "/bookings.xlsx").Status(404)
	})
}

// A date that is a session of a programme is changed as the session, in one action: on the page of the date its venue, its places and its end
// are refused, and what the session says reaches the date, whoever booked without an account, and the partner.
func TestADateOfASessionIsChangedAsTheSession(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		secret := w.partner(p, "Haver Valley Surgery")
		s := w.session(p, func(s *programme.Session) { s.Booking, s.Places = programme.Own, 20 })
		testkit.OK(t, w.f.Propose(ctx, district, secret, s))
		testkit.OK(t, w.f.Answer(ctx, w.admin, s.ID, 0, programme.Accepted, ""))
		w.publish(p)
		w.Drain()
		w.book(s, "Cal Dow", "cal@example.org")
		w.Drain()
		date := func() (r training.Run) {
			t.Helper()
			testkit.OK(t, w.DB.Read(ctx, w.admin, func(ctx context.Context, tx *store.Tx) error {
				all, err := w.f.Store.RunsFrom(ctx, tx, s.On)
				r = all[0]
				return err
			}))
			return r
		}
		before := date()
		for what, err := range map[string]error{"venue": w.f.SetVenue(ctx, w.admin, before.ID, training.Venue{Name: "Weavers House"}), "places": w.f.Resize(ctx, w.admin, before.ID, 5, false), "end": w.f.CancelRun(ctx, w.admin, before.ID)} {
			if !errs.Is(err, errs.Rule) || !strings.Contains(errs.Sentence(err), "page of the session") {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := w.f.SetVenue(ctx, w.other, before.ID, training.Venue{Name: "Weavers House"}); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organiser: %v", err)
		}
		if now := date(); now.Venue != before.Venue || now.Capacity != 20 || now.State != training.Published {
			t.Errorf("what was refused has changed the date: %+v", now)
		}
		x := s
		x.Venue, x.Places, x.Revision = "Weavers House", 25, w.revision(s.ID)
		testkit.OK(t, w.f.SaveSession(ctx, w.admin, x))
		w.sweep()
		if now := date(); now.Venue != "weavers" || now.Capacity != 25 {
			t.Errorf("the date is at %s with %d places", now.Venue, now.Capacity)
		}
		told := w.Drain()
		if len(told) != 2 || len(to(told, "cal@example.org")) != 1 {
			t.Fatalf("%d letters: %+v", len(told), told)
		}
		for _, m := range told {
			if !strings.Contains(m.Text, "Weavers House") {
				t.Errorf("%s does not say where it is now", m.To)
			}
		}
	})
}
