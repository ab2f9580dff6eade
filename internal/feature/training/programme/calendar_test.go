package programme_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"kith/internal/feature/training/programme"
	"kith/internal/kernel/clock"
	"kith/internal/platform/mail"
	"kith/internal/testkit"
)

// kept is a calendar file as a parser reads it that did not write it.
type kept struct {
	method, uid, status, location, words string
	sequence                             int
	start                                time.Time
}

func keptOf(t *testing.T, m mail.Message) (out []kept) {
	t.Helper()
	for _, f := range m.Files {
		cal, err := ical.NewDecoder(bytes.NewReader(f.Body)).Decode()
		testkit.OK(t, err)
		events := cal.Events()
		if len(events) != 1 {
			t.Fatalf("%d events in %s: one file is about one entry", len(events), f.Name)
		}
		text := func(p ical.Props, name string) string { s, _ := p.Text(name); return s }
		e := events[0].Props
		x := kept{method: text(cal.Props, ical.PropMethod), uid: text(e, ical.PropUID), status: text(e, ical.PropStatus), location: text(e, ical.PropLocation), words: text(e, ical.PropDescription)}
		x.sequence, err = strconv.Atoi(e.Get(ical.PropSequence).Value)
		testkit.OK(t, err)
		x.start, err = events[0].DateTimeStart(clock.London)
		testkit.OK(t, err)
		if !strings.HasSuffix(f.Type, "method="+x.method) {
			t.Errorf("%s is sent as %s", x.method, f.Type)
		}
		out = append(out, x)
	}
	return out
}

// TRN-14, TRN-20: a partner has its session in its calendar when it is accepted, the same entry with a higher number when it moves, and loses
// it when it is called off, by whatever end. What is declined, sent back or only reworded is no entry.
func TestAPartnersCalendar(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		p := w.week(nil)
		secret := w.partner(p, "Haver Valley Surgery")
		propose := func(title string) programme.Session {
			t.Helper()
			s := w.session(p, func(s *programme.Session) { s.Title = title })
			testkit.OK(t, w.f.Propose(ctx, district, secret, s))
			return s
		}
		answer := func(s programme.Session, to programme.SessionState, words string) []kept {
			t.Helper()
			testkit.OK(t, w.f.Answer(ctx, w.admin, s.ID, w.revision(s.ID), to, words))
			m, _ := w.letter()
			return keptOf(t, m)
		}
		one := func(all []kept) kept {
			t.Helper()
			if len(all) != 1 {
				t.Fatalf("%d entries, want one: %+v", len(all), all)
			}
			return all[0]
		}
		a, b, c, d := propose("A"), propose("B"), propose("C"), propose("D")
		if got := answer(d, programme.Returned, "Later in the week"); got != nil {
			t.Errorf("sent back: %+v", got)
		}
		if got := answer(d, programme.Declined, "No room"); got != nil {
			t.Errorf("declined: %+v", got)
		}
		first := one(answer(a, programme.Accepted, ""))
		if first.method != "REQUEST" || first.status != "CONFIRMED" || !first.start.Equal(clock.Day("2026-12-14").At(9, 30)) || !strings.Contains(first.location, "Millrace") {
			t.Errorf("accepted: %+v", first)
		}
		if strings.Contains(first.words, secret) || strings.Contains(first.words, "/training/") {
			t.Errorf("a link stands in a calendar before anybody can open it: %s", first.words)
		}
		second, third := one(answer(b, programme.Accepted, "")), one(answer(c, programme.Accepted, ""))
		if second.uid == first.uid || third.uid == first.uid || third.uid == second.uid {
			t.Error("two sessions have one UID")
		}
		w.publish(p)
		w.Drain()
		save := func(s programme.Session, change func(*programme.Session)) []mail.Message {
			t.Helper()
			change(&s)
			s.Revision = w.revision(s.ID)
			testkit.OK(t, w.f.SaveSession(ctx, w.admin, s))
			return w.Drain()
		}
		if got := save(a, func(s *programme.Session) { s.Summary = "Other words" }); len(got) != 0 {
			t.Errorf("%d letters for other words", len(got))
		}
		a.Summary, a.Venue, a.Starts, a.Ends = "Other words", "Weavers House", "13:30", "15:00"
		moved := one(keptOf(t, save(a, func(*programme.Session) {})[0]))
		if moved.method != "REQUEST" || moved.uid != first.uid || moved.sequence <= first.sequence || !strings.Contains(moved.location, "Weavers") || !moved.start.Equal(clock.Day("2026-12-14").At(13, 30)) {
			t.Errorf("moved: %+v after %+v", moved, first)
		}
		if !strings.Contains(moved.words, "/training/programmes/") {
			t.Errorf("no way to what everybody sees: %s", moved.words)
		}
		testkit.OK(t, w.f.CallOff(ctx, w.admin, a.ID, "The speaker is ill."))
		m, _ := w.letter()
		off := one(keptOf(t, m))
		if off.method != "CANCEL" || off.status != "CANCELLED" || off.uid != first.uid || off.sequence <= moved.sequence || !strings.Contains(m.Text, "out of your calendar") {
			t.Errorf("called off: %+v after %+v", off, moved)
		}
		id := programme.PartnerID(w.text(`SELECT id FROM training_partner WHERE name = 'Haver Valley Surgery'`))
		later := func() { w.Clock.Set(w.DB.Now().Add(time.Minute).Time()) }
		later()
		testkit.OK(t, w.f.End(ctx, w.admin, id, clock.DayOf(w.DB.Now().Time()), "It closes.", false)) // its sessions stay
		m, _ = w.letter()
		if len(m.Files) != 0 {
			t.Errorf("entries of sessions that stay: %+v", keptOf(t, m))
		}
		b.Venue = "Weavers House" // told with its entry, and without a link
		told := save(b, func(*programme.Session) {})
		if x := one(keptOf(t, told[0])); x.uid != second.uid || x.sequence <= second.sequence || strings.Contains(told[0].Text, "/training/propose/") {
			t.Errorf("moved after its partner's part ended: %+v", x)
		}
		later()
		testkit.OK(t, w.f.Withdraw(ctx, w.admin, p.ID, "The hall has flooded."))
		m, _ = w.letter()
		gone := keptOf(t, m)
		if len(gone) != 2 {
			t.Fatalf("withdrawn: %d entries, want B and C", len(gone))
		}
		for _, x := range gone {
			if x.method != "CANCEL" || x.uid != second.uid && x.uid != third.uid || x.sequence <= third.sequence {
				t.Errorf("withdrawn: %+v", x)
			}
		}
	})
}
