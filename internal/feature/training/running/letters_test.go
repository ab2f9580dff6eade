package running_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/feature/training/running"
	"kith/internal/feature/training/trainingtest"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

func one(t *testing.T, letters []mail.Message) mail.Message {
	t.Helper()
	if len(letters) != 1 {
		for _, m := range letters {
			t.Log(m.To, m.Subject)
		}
		t.Fatalf("%d letters, want one", len(letters))
	}
	return letters[0]
}

// TRN-3: a venue to be confirmed is bookable and the confirmation says so, joining instructions wait for it, setting it notifies everybody
// booked; then each letter goes once.
func TestVenueToBeConfirmed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.TwoDay, "", "2027-01-14")
		k := w.book(r, "Grace Ito", func(q *training.Request) { q.Access, q.Diet = "No stairs", "Vegetarian" })
		w.book(r, "Somebody Else", func(q *training.Request) { q.Email = "else@example.org" })
		letters := w.post()
		if len(letters) != 2 || letters[0].To != "else@example.org" || letters[1].To != "grace@haverdale.example" {
			t.Fatalf("confirmations go to %v", letters)
		}
		m := letters[1]
		for _, want := range []string{"Grace Ito has a place", "Thursday 14 January, 09:15 to 16:00", "Friday 15 January, 09:30 to 15:30", "venue to be confirmed", "as soon as the venue is known", "both days", "/training/requests/" + string(k)} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("no %q in\n%s", want, m.Text)
			}
		}
		for _, never := range []string{"Somebody Else", "Vegetarian", "No stairs", "/training/days/"} {
			if strings.Contains(m.Text, never) || strings.Contains(string(m.Files[0].Body), never) {
				t.Errorf("%q in\n%s", never, m.Text)
			}
		}
		first := trainingtest.Entries(t, m)
		if len(first) != 2 || first[0].Method != "REQUEST" || first[0].Sequence != 0 || first[0].UID == first[1].UID || first[0].Location != "Venue to be confirmed" ||
			!first[0].Start.Equal(clock.Day("2027-01-14").At(9, 15)) || !first[1].End.Equal(clock.Day("2027-01-15").At(15, 30)) {
			t.Errorf("the entries are %+v", first)
		}
		if strings.Contains(string(m.Files[0].Body), "Grace") {
			t.Error("a name stands in the calendar file")
		}
		if again := w.post(); len(again) > 0 {
			t.Errorf("%d letters again", len(again))
		}

		w.at("2027-01-08", 9, 0) // within the five working days
		for _, m := range w.post() {
			if !strings.HasPrefix(m.Subject, "Soon") {
				t.Errorf("%q goes while nobody knows where to", m.Subject)
			}
		}
		testkit.OK(t, w.Training.SetVenue(t.Context(), w.admin, r.ID, training.Venue{Name: "Millrace Centre"}))
		letters = w.post()
		var changed, joining mail.Message
		for _, m := range letters {
			switch {
			case m.To != "grace@haverdale.example":
			case strings.HasPrefix(m.Subject, "Changed"):
				changed = m
			case strings.HasPrefix(m.Subject, "Joining"):
				joining = m
			}
		}
		if len(letters) != 4 || changed.To == "" || joining.To == "" {
			t.Fatalf("setting the venue sends %d letters", len(letters))
		}
		second := trainingtest.Entries(t, changed)
		if second[0].UID != first[0].UID || second[0].Sequence != 1 || second[0].Location != "Millrace Centre, Eastgate, HV1 4TY" || second[0].Method != "REQUEST" {
			t.Errorf("the update is %+v", second[0])
		}
		for _, want := range []string{"Millrace Centre", "Getting in: Step-free", "/training/days/"} {
			if !strings.Contains(joining.Text, want) {
				t.Errorf("no %q in the joining instructions:\n%s", want, joining.Text)
			}
		}
		if strings.Contains(joining.Text, "Vegetarian") || strings.Contains(changed.Text, "Something") && strings.Contains(changed.Text, "Somebody Else") {
			t.Error("joining instructions say what somebody needs, or who else comes")
		}
		w.at("2027-01-12", 9, 0)
		if again := w.post(); len(again) > 0 {
			t.Errorf("%q again", again[0].Subject)
		}
	})
}

// Who has a place no longer is told once, and the entry is taken out with METHOD:CANCEL; another person hears from the beginning.
func TestPlacesThatChange(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.OneDay, "mill", "2027-03-29") // the Monday after the clocks go on
		k := w.book(r, "Grace Ito", nil)
		first := trainingtest.Entries(t, one(t, w.post()))
		if got := first[0].Start.UTC().Format("15:04"); got != "08:15" {
			t.Errorf("after the clock change 09:15 is %s UTC", got)
		}
		var version int64
		testkit.OK(t, w.Training.Change(t.Context(), w.head, k, training.Change{Version: version, Name: "Ellen Booth", Title: "Supervisor", First: r.ID}))
		letters := w.post()
		if len(letters) != 2 || letters[0].To != "ellen@haverdale.example" || letters[1].To != "grace@haverdale.example" {
			t.Fatalf("letters go to %v", letters)
		}
		if off := trainingtest.Entries(t, letters[1])[0]; off.Method != "CANCEL" || off.Status != "CANCELLED" || off.Sequence != 1 || off.UID != first[0].UID {
			t.Errorf("it is taken out by %+v", off)
		}
		if on := trainingtest.Entries(t, letters[0])[0]; on.Method != "REQUEST" || on.Sequence != 2 || !strings.HasPrefix(letters[0].Subject, "Your place") {
			t.Errorf("the new person gets %+v (%s)", on, letters[0].Subject)
		}
		testkit.OK(t, w.Training.Cancel(t.Context(), w.head, k))
		m := one(t, w.post())
		if off := trainingtest.Entries(t, m)[0]; m.To != "ellen@haverdale.example" || off.Method != "CANCEL" || off.Sequence != 3 || !strings.HasPrefix(m.Subject, "Off") {
			t.Errorf("given back: %s %q %+v", m.To, m.Subject, off)
		}
		if again := w.post(); len(again) > 0 {
			t.Errorf("%q again", again[0].Subject)
		}
	})
}

// A run that is called off takes every entry out and says why; a setting that wrote by letter is answered at the address that it gave.
func TestRunCalledOff(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.OneDay, "mill", "2027-02-10")
		q := training.Request{Booking: training.Booking{ID: training.BookingID(w.ID()), Block: r.Block, OrgName: "Little Acorns", Name: "Bea Lark", Title: "Manager", Channel: "letter", Sender: "Bea Lark", SenderMail: "bea@example.org"}, First: r.ID, Arrived: clock.Of(w.Clock.Now())}
		_, err := w.Training.Enter(t.Context(), w.admin, q)
		testkit.OK(t, err)
		got := w.post()
		if len(got) != 2 || got[1].To != "bea@example.org" || strings.Contains(got[1].Text, "/training/requests/") {
			t.Fatalf("%v", got)
		}
		testkit.OK(t, w.DB.Write(t.Context(), w.admin, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.Lock(ctx, "training_block", string(r.Block)); err != nil {
				return err
			}
			b, err := w.Training.Store.Block(ctx, tx, r.Block)
			if err != nil {
				return err
			}
			return w.Training.CancelRuns(ctx, tx, b, "The hall has flooded.", r.ID)
		}))
		if m := one(t, w.post()); m.To != "bea@example.org" || trainingtest.Entries(t, m)[0].Method != "CANCEL" || !strings.Contains(m.Text, "The hall has flooded.") {
			t.Errorf("%s: %s", m.To, m.Text)
		}
	})
}

// Letters go on their days: counted in working days over bank holidays, never at night, and not twice for a late booking.
func TestWhenLettersGo(t *testing.T) {
	cal := term.Calendar{BankHolidays: term.BankHolidays()}
	day := func(d clock.Day) training.Run {
		return training.Run{Venue: "mill", First: d, Days: []training.Day{{On: d, Starts: "09:15"}}}
	}
	usual := running.Register{Before: -1, Remind: -1}
	open := day("2027-01-06")
	open.Venue = ""
	for name, x := range map[string]struct {
		g    running.Register
		r    training.Run
		at   time.Time
		want bool
	}{
		"five working days before":             {usual, day("2027-01-14"), clock.Day("2027-01-07").At(8, 0), true},
		"in the night before":                  {usual, day("2027-01-14"), clock.Day("2027-01-07").At(7, 59), false},
		"over Christmas and the new year":      {usual, day("2027-01-05"), clock.Day("2026-12-23").At(8, 0), false},
		"with the bank holidays left out":      {usual, day("2027-01-05"), clock.Day("2026-12-24").At(8, 0), true},
		"the venue is open":                    {usual, open, clock.Day("2027-01-05").At(12, 0), false},
		"ten days, because this date says so":  {running.Register{Before: 10}, day("2027-02-15"), clock.Day("2027-02-01").At(8, 0), true},
		"after it has begun":                   {usual, day("2027-01-14"), clock.Day("2027-01-14").At(9, 15), false},
		"on the day itself, where it says so":  {running.Register{Before: 0}, day("2027-01-14"), clock.Day("2027-01-14").At(8, 30), true},
		"not the day before, where it says so": {running.Register{Before: 0}, day("2027-01-14"), clock.Day("2027-01-13").At(12, 0), false},
	} {
		if got := running.JoiningDue(x.g, x.r, cal, clock.Of(x.at)); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	told := func(d clock.Day) running.Told { return running.Told{At: clock.Of(d.At(12, 0))} }
	for name, x := range map[string]struct {
		g    running.Register
		t    running.Told
		at   time.Time
		want bool
	}{
		"two weeks before":       {usual, told("2026-12-01"), clock.Day("2026-12-31").At(8, 0), true},
		"earlier":                {usual, told("2026-12-01"), clock.Day("2026-12-30").At(12, 0), false},
		"booked a week before":   {usual, told("2027-01-07"), clock.Day("2027-01-08").At(12, 0), false},
		"none, as the date says": {running.Register{Remind: 0}, told("2026-12-01"), clock.Day("2027-01-08").At(12, 0), false},
	} {
		if got := running.ReminderDue(x.g, day("2027-01-14"), x.t, clock.Of(x.at)); got != x.want {
			t.Errorf("reminder, %s: %v", name, got)
		}
	}
}

// What somebody needs is read by the organiser and by the trainer who is named, from then on; by nobody else of the office, nor by the school.
func TestNeedsForTheTrainer(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.OneDay, "mill", "2027-02-10")
		before := w.book(r, "Grace Ito", func(q *training.Request) { q.Diet = "Vegetarian" })
		w.post()
		missing(t, w.tick(w.trainer, r, 0, running.Present, before))
		testkit.OK(t, w.f.Keep(t.Context(), w.admin, running.Register{Run: r.ID, Before: 3, Remind: -1, Joining: "Bring a jumper"}, []string{"ros"}))
		missing(t, w.f.Keep(t.Context(), w.other, running.Register{Run: r.ID}, nil))
		missing(t, w.f.Keep(t.Context(), w.trainer, running.Register{Run: r.ID, Version: 1}, nil))
		after := w.book(r, "Ellen Booth", func(q *training.Request) { q.Access = "A hearing loop" })
		w.post()
		for name, x := range map[string]struct {
			v    access.Viewer
			want int
		}{"organiser": {w.admin, 2}, "trainer": {w.trainer, 2}, "head": {w.head, 2}, "lead": {w.lead, 0}, "another organiser": {w.other, 0}} {
			if got := len(w.needs(x.v, r)); got != x.want {
				t.Errorf("%s reads %d needs, want %d", name, got, x.want)
			}
		}
		testkit.OK(t, w.f.Keep(t.Context(), w.admin, running.Register{Run: r.ID, Before: 3, Remind: -1, Version: 1}, nil))
		if got := len(w.needs(w.trainer, r)); got != 0 {
			t.Errorf("a trainer who no longer stands in front of it reads %d needs", got)
		}
		_, _ = before, after
	})
}

// TRN-11: whoever booked a session without an account is written to by the programme alone, with the link that gives the place back.
func TestBookedWithoutAnAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		r := w.run(training.OneDay, "mill", "2027-02-10")
		w.book(r, "Grace Ito", nil)
		q := training.Request{Booking: training.Booking{ID: training.BookingID(w.ID()), Block: r.Block, OrgName: "The Loft", Name: "Sam Poole", Title: "Youth worker", Email: "sam@haverdale.example"}, First: r.ID}
		state, err := w.Training.Ask(t.Context(), w.System, q)
		testkit.OK(t, err)
		if state != training.Placed {
			t.Fatalf("Sam is %s", state)
		}
		for _, m := range w.post() {
			if m.To == "sam@haverdale.example" && len(m.Files) > 0 {
				t.Errorf("a second confirmation went to whoever booked without an account: %s", m.Subject)
			}
		}
	})
}
