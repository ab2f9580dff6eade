package programme_test

import (
	"strings"
	"testing"
	"time"

	"kith/internal/feature/training/programme"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/clock"
	"kith/internal/platform/mail"
	"kith/internal/testkit"
)

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
		answer := func(s programme.Session, to programme.SessionState, words string) []trainingtest.Entry {
			t.Helper()
			testkit.OK(t, w.f.Answer(ctx, w.admin, s.ID, w.revision(s.ID), to, words))
			m, _ := w.letter()
			return trainingtest.Entries(t, m)
		}
		one := func(all []trainingtest.Entry) trainingtest.Entry {
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
		if first.Method != "REQUEST" || first.Status != "CONFIRMED" || !first.Start.Equal(clock.Day("2026-12-14").At(9, 30)) || !strings.Contains(first.Location, "Millrace") {
			t.Errorf("accepted: %+v", first)
		}
		if strings.Contains(first.Words, secret) || strings.Contains(first.Words, "/training/") {
			t.Errorf("a link stands in a calendar before anybody can open it: %s", first.Words)
		}
		second, third := one(answer(b, programme.Accepted, "")), one(answer(c, programme.Accepted, ""))
		if second.UID == first.UID || third.UID == first.UID || third.UID == second.UID {
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
		moved := one(trainingtest.Entries(t, save(a, func(*programme.Session) {})[0]))
		if moved.Method != "REQUEST" || moved.UID != first.UID || moved.Sequence <= first.Sequence || !strings.Contains(moved.Location, "Weavers") || !moved.Start.Equal(clock.Day("2026-12-14").At(13, 30)) {
			t.Errorf("moved: %+v after %+v", moved, first)
		}
		if !strings.Contains(moved.Words, "/training/programmes/") {
			t.Errorf("no way to what everybody sees: %s", moved.Words)
		}
		testkit.OK(t, w.f.CallOff(ctx, w.admin, a.ID, "The speaker is ill."))
		m, _ := w.letter()
		off := one(trainingtest.Entries(t, m))
		if off.Method != "CANCEL" || off.Status != "CANCELLED" || off.UID != first.UID || off.Sequence <= moved.Sequence || !strings.Contains(m.Text, "out of your calendar") {
			t.Errorf("called off: %+v after %+v", off, moved)
		}
		id := programme.PartnerID(w.text(`SELECT id FROM training_partner WHERE name = 'Haver Valley Surgery'`))
		later := func() { w.Clock.Set(w.DB.Now().Add(time.Minute).Time()) }
		later()
		testkit.OK(t, w.f.End(ctx, w.admin, id, clock.DayOf(w.DB.Now().Time()), "It closes.", false)) // its sessions stay
		m, _ = w.letter()
		if len(m.Files) != 0 {
			t.Errorf("entries of sessions that stay: %+v", trainingtest.Entries(t, m))
		}
		b.Venue = "Weavers House" // told with its entry, and without a link
		told := save(b, func(*programme.Session) {})
		if x := one(trainingtest.Entries(t, told[0])); x.UID != second.UID || x.Sequence <= second.Sequence || strings.Contains(told[0].Text, "/training/propose/") {
			t.Errorf("moved after its partner's part ended: %+v", x)
		}
		later()
		testkit.OK(t, w.f.Withdraw(ctx, w.admin, p.ID, "The hall has flooded."))
		m, _ = w.letter()
		gone := trainingtest.Entries(t, m)
		if len(gone) != 2 {
			t.Fatalf("withdrawn: %d entries, want B and C", len(gone))
		}
		for _, x := range gone {
			if x.Method != "CANCEL" || x.UID != second.UID && x.UID != third.UID || x.Sequence <= third.Sequence {
				t.Errorf("withdrawn: %+v", x)
			}
		}
	})
}
