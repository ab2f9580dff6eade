package cascade_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"kith/internal/feature/training/cascade"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/testkit"
)

// TRU-5, TRN-2: whoever attended a course that is passed on has a plan the day after its last day, once, and hears of it; nobody has one for
// a course that is not passed on, and no setting that is in no register.
func TestAttendingMakesACascadePlan(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.attend(true, [2]string{oak, "Tom Oak"}, [2]string{"", "Somebody Else"})
		w.sweep()
		if all, err := w.f.PlansOf(t.Context(), w.System); err != nil || len(all) != 0 {
			t.Errorf("%d plans on the evening of the last day (%v)", len(all), err)
		}
		w.Clock.Set(w.Today().Add(1).At(8, 0))
		w.sweep()
		w.sweep()
		letters := w.Drain()
		if len(letters) != 1 || letters[0].To != "tom@haverdale.example" || !strings.Contains(letters[0].Subject, "Pass it on: Signs of Safety, two days") || !strings.Contains(letters[0].Text, "/training/cascade/plans/") {
			t.Fatalf("%d letters: %+v", len(letters), letters)
		}
		p := w.only(w.tom)
		if p.Org != oak || p.Aim != int64(len(w.staff[oak])-1) || p.Due != p.AttendedOn.Add(56) || p.Kind != "safeguarding" {
			t.Errorf("%+v", p)
		}
		if got := cascade.Stands(p, 0, w.Today()); got != cascade.Planned {
			t.Errorf("it is %s", got)
		}
		if q := w.only(w.helen); q.ID != p.ID || w.only(w.amina).ID != p.ID {
			t.Error("the school’s head and leads do not find it")
		}
		for _, v := range []access.Viewer{w.grace, w.eve, w.admin, w.manager, w.mary} {
			if all, err := w.f.PlansOf(t.Context(), v); err != nil || len(all) != 0 {
				t.Errorf("%s finds %d plans (%v)", v.Account, len(all), err)
			}
			missing(t, w.f.Complete(t.Context(), v, p.ID, "Much"))
		}
		w.attend(false, [2]string{elm, "Eve Elm"})
		w.Clock.Set(w.Today().Add(1).At(8, 0))
		w.sweep()
		if all, err := w.f.PlansOf(t.Context(), w.eve); err != nil || len(all) != 0 {
			t.Errorf("a course that is not passed on made %d plans (%v)", len(all), err)
		}
	})
}

// TRN-2, TRU-5: while no register is closed the plan of whoever had a place can begin, says that the register is open and who closes it, and
// neither they nor those whom they reach are counted by anybody.
func TestNothingCountsBeforeTheRegisterIsClosed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.attend(true, [2]string{oak, "Tom Oak"})
		w.Clock.Set(w.Today().Add(1).At(8, 0))
		w.sweep()
		letters := w.Drain()
		if len(letters) != 1 || !strings.Contains(letters[0].Text, "if you were there") || !strings.Contains(letters[0].Text, "register is not closed yet") {
			t.Errorf("%+v", letters)
		}
		p := w.only(w.tom)
		_, _, link := w.session(p, w.tom)
		for _, n := range []string{"ann", "ben", "cat", "dan", "eli"} {
			testkit.OK(t, w.signIn(w.as(n), link, "", ""))
		}
		for _, x := range []struct {
			was               cascade.Was
			trained, unclosed int
			reached           int
			words             string
		}{{cascade.Unclosed, 0, 1, 0, "The register is not closed yet. School partnership closes it."}, {cascade.There, 1, 0, 5, ""}, {cascade.Nobody, 0, 0, 0, "nobody was there"}, {cascade.Instead, 1, 0, 5, "somebody else came"}} {
			w.register(x.was)
			c, err := w.f.Coverage(w.manager, "Signs of Safety")
			testkit.OK(t, err)
			if c.Trained != x.trained || c.Unclosed != x.unclosed || c.Reached.N != x.reached {
				t.Errorf("the register says %d: %d attended, %d open, %d reached", x.was, c.Trained, c.Unclosed, c.Reached.N)
			}
			words, err := w.f.RegisterOf(w.tom, p.ID)
			if testkit.OK(t, err); !strings.Contains(words, x.words) || (words == "") != (x.words == "") {
				t.Errorf("the register says %d, the plan %q", x.was, words)
			}
		}
	})
}

// TRU-5, TRN-2: a plan goes by the closed register. Whoever was absent has none, and where somebody came in another's stead nobody is taken
// for having been there.
func TestPlanGoesByTheRegister(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.attend(true, [2]string{oak, "Tom Oak"})
		w.Clock.Set(w.Today().Add(1).At(8, 0))
		for _, c := range []struct {
			came  cascade.Was
			plans int
		}{{cascade.Nobody, 0}, {cascade.Instead, 0}, {cascade.There, 1}} {
			w.register(c.came)
			w.sweep()
			if all, err := w.f.PlansOf(t.Context(), w.tom); err != nil || len(all) != c.plans {
				t.Errorf("the register says %d: %d plans (%v)", c.came, len(all), err)
			}
		}
	})
}

// TRU-5: one attendee’s record shows how many it reached and at what cost for each; whoever came twice counts once, and whoever passes it on
// does not count.
func TestReachAndCostForEach(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.planned()
		missing(t, w.f.OpenSignIn(t.Context(), w.tom, cascade.SessionID(w.ID())))
		refused(t, w.f.Complete(t.Context(), w.tom, p.ID, "Everything"), "reached nobody")
		s, code, link := w.session(p, w.tom)
		if got, err := w.f.Find(t.Context(), access.Public(district), "here", strings.ToLower(code)); err != nil || got != link {
			t.Errorf("the code leads to %q (%v)", got, err)
		}
		_, err := w.f.Find(t.Context(), access.Public(district), "here", "AAAA AAAA")
		missing(t, err)
		missing(t, w.signIn(w.grace, "00112233445566778899aabbccddeeff", "", ""))
		for _, n := range []string{"ann", "ben", "cat", "ann"} {
			testkit.OK(t, w.signIn(w.as(n), link, "", ""))
		}
		testkit.OK(t, w.signIn(access.Public(district), link, "  dan OAK ", "")) // of the staff, by name
		testkit.OK(t, w.signIn(access.Public(district), link, "Sam Poole", "Supply teacher"))
		testkit.OK(t, w.signIn(access.Public(district), link, "sam poole", ""))
		refused(t, w.signIn(access.Public(district), link, " ", ""), "Write your name")
		refused(t, w.signIn(w.tom, link, "", ""), "You pass this on yourself")
		n, err := w.f.List(t.Context(), w.tom, s.ID, []string{"dan", "eli", "tom"}, []string{"Sam Poole", "Tom Oak", "", "Jo Vale"})
		testkit.OK(t, err)
		if n != 2 || w.reached(p.ID) != 7 { // eli and Jo are new
			t.Errorf("%d put on the list, %d reached", n, w.reached(p.ID))
		}
		_, err = w.f.List(t.Context(), w.tom, s.ID, []string{"una"}, nil)
		missing(t, err)
		testkit.OK(t, w.f.CloseSignIn(t.Context(), w.amina, s.ID))
		refused(t, w.signIn(w.as("fay"), link, "", ""), "closed")
		again, _, next := w.session(p, w.tom)
		testkit.OK(t, w.signIn(w.as("ann"), next, "", ""))
		testkit.OK(t, w.signIn(w.as("fay"), next, "", ""))
		testkit.OK(t, w.f.CloseSignIn(t.Context(), w.tom, again.ID))
		if n := w.reached(p.ID); n != 8 {
			t.Errorf("%d reached by two sessions", n)
		}
		testkit.OK(t, w.f.Change(t.Context(), w.tom, p.ID, cascade.Settings{Version: w.only(w.tom).Version, Aim: 10, Due: p.Due, CostsGiven: true, Cover: 18000}))
		err = w.f.Change(t.Context(), w.amina, p.ID, cascade.Settings{Version: 0, Aim: 1, Due: p.Due})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("an old version was taken: %v", err)
		}
		if got := cascade.EachCosts(cascade.Cost(w.only(w.tom), nil), w.reached(p.ID)); got != 2250 {
			t.Errorf("each costs %d pence", got)
		}
		testkit.OK(t, w.f.Complete(t.Context(), w.tom, p.ID, "Everybody asks the three questions."))
		refused(t, w.f.Complete(t.Context(), w.tom, p.ID, "Again"), "was completed")
		_, err = w.f.List(t.Context(), w.tom, s.ID, nil, []string{"Late Comer"})
		refused(t, err, "was completed")
		if got := cascade.Stands(w.only(w.helen), 2, p.Due.Add(40)); got != cascade.Completed {
			t.Errorf("it is %s", got)
		}
	})
}

// TRU-5: the same person at the same moment, by phone and by list, is reached once; different people do not lose one another.
func TestSigningInAtOnceCountsOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.planned()
		s, _, link := w.session(p, w.tom)
		var g sync.WaitGroup
		try := func(fn func() error) {
			g.Go(func() {
				if err := fn(); err != nil {
					t.Error(err)
				}
			})
		}
		for range 4 {
			try(func() error { return w.signIn(w.as("ann"), link, "", "") })
			try(func() error { return w.signIn(access.Public(district), link, "Ann Oak", "") })
			try(func() error { _, err := w.f.List(t.Context(), w.tom, s.ID, []string{"ann"}, nil); return err })
		}
		for _, n := range []string{"ben", "cat", "dan", "eli"} {
			try(func() error { return w.signIn(w.as(n), link, "", "") })
		}
		g.Wait()
		if n := w.reached(p.ID); n != 5 {
			t.Errorf("%d reached", n)
		}
		names, err := w.f.NamesOn(w.amina, s.ID)
		testkit.OK(t, err)
		if len(names) != 5 {
			t.Errorf("the list has %v", names)
		}
	})
}

// TRU-5: who came is read by whoever passes it on, and by the head and leads of the school; everybody finds their own; whoever was taken off
// the list counts no longer.
func TestWhoCameIsReadByFew(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.planned()
		s, _, link := w.session(p, w.tom)
		testkit.OK(t, w.signIn(w.grace, link, "", ""))
		testkit.OK(t, w.signIn(w.as("ann"), link, "", ""))
		testkit.OK(t, w.signIn(testkit.Person("una", district, elm, access.Member, access.FirstFactor), link, "", "")) // a visitor of another school
		for who, want := range map[string]int{"tom": 3, "helen": 2, "amina": 2, "grace": 1, "nadia": 0, "dele": 0, "eve": 1, "mary": 0} {
			v := map[string]access.Viewer{"tom": w.tom, "helen": w.helen, "amina": w.amina, "grace": w.grace, "nadia": w.admin, "dele": w.manager, "eve": w.eve, "mary": w.mary}[who]
			if names, err := w.f.NamesOn(v, s.ID); err != nil || len(names) != want {
				t.Errorf("%s reads %v (%v), want %d", who, names, err, want)
			}
		}
		id, err := w.f.OnList(w.tom, s.ID, "Ann Oak")
		testkit.OK(t, err)
		missing(t, w.f.TakeOff(t.Context(), w.grace, s.ID, id))
		testkit.OK(t, w.f.TakeOff(t.Context(), w.tom, s.ID, id))
		missing(t, w.f.TakeOff(t.Context(), w.tom, s.ID, id))
		if n := w.reached(p.ID); n != 2 {
			t.Errorf("%d reached", n)
		}
		testkit.OK(t, w.signIn(w.as("ann"), link, "", ""))
		if n := w.reached(p.ID); n != 3 {
			t.Errorf("%d reached after she came again", n)
		}
	})
}

// TRU-11: a lead for mental health passes on external training in the same way, in a school and in a trust; a trust reaches people of its
// schools, whose own heads see them by name and it does not.
func TestWellbeingCascadesTheSameWay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		plan := func(org string) cascade.Plan {
			return cascade.Plan{ID: cascade.ID(w.ID()), Org: org, Title: "Senior mental health lead", Kind: "wellbeing", AttendedOn: w.Today().Add(-3), Due: w.Today().Add(40), CostsGiven: true, Fee: 50000}
		}
		own := plan(oak)
		refused(t, w.f.Make(t.Context(), w.helen, plan(oak), cascade.Lead{}), "Choose who attended")
		missing(t, w.f.Make(t.Context(), w.helen, plan(oak), cascade.Lead{Account: "eve"}))
		missing(t, w.f.Make(t.Context(), w.helen, plan(elm), cascade.Lead{Account: "eve"}))
		missing(t, w.f.Make(t.Context(), w.grace, own, cascade.Lead{Account: "grace"}))
		testkit.OK(t, w.f.Make(t.Context(), w.helen, own, cascade.Lead{Account: "grace"}))
		testkit.OK(t, w.f.Make(t.Context(), w.helen, own, cascade.Lead{Account: "grace"}))                                                                                  // sent twice
		if letters := w.Drain(); len(letters) != 1 || letters[0].To != "grace@haverdale.example" || strings.Contains(letters[0].Subject+letters[0].Text, "mental health") { // SEC-16
			t.Errorf("%+v", letters)
		}
		_, _, link := w.session(w.only(w.grace), w.grace)
		testkit.OK(t, w.signIn(w.as("ann"), link, "", ""))
		if n := w.reached(own.ID); n != 1 {
			t.Errorf("%d reached", n)
		}
		wide := plan(trust)
		testkit.OK(t, w.f.Make(t.Context(), w.mary, wide, cascade.Lead{Account: "mary"}))
		s, _, link := w.session(w.only(w.mary), w.mary)
		testkit.OK(t, w.signIn(w.as("ann"), link, "", ""))
		testkit.OK(t, w.signIn(w.eve, link, "", ""))
		if n := w.reached(wide.ID); n != 2 {
			t.Errorf("%d reached by the trust", n)
		}
		for _, v := range []access.Viewer{w.helen, w.eve} {
			if names, err := w.f.NamesOn(v, s.ID); err != nil || len(names) != 1 {
				t.Errorf("%s reads %v (%v)", v.Account, names, err)
			}
		}
		other := person("max", trust, access.TrustLead) // keeps the trust’s plans, and holds none of its sessions
		if names, err := w.f.NamesOn(other, s.ID); err != nil || len(names) != 0 {
			t.Errorf("a lead of the trust reads %v (%v)", names, err)
		}
	})
}

// TRU-5: answers have no name, are shown once five have answered, are never more than came, and end.
func TestAnswersHaveNoName(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.planned()
		s, _, link := w.session(p, w.tom)
		answer := func(id, rating, words string) error {
			return w.f.Answer(t.Context(), district, "here", link, id, rating, words)
		}
		refused(t, answer(w.ID(), "yes", ""), "Nobody is on the list yet")
		for _, n := range []string{"ann", "ben", "cat", "dan", "eli"} {
			testkit.OK(t, w.signIn(w.as(n), link, "", ""))
		}
		refused(t, answer(w.ID(), "splendid", ""), "Choose an answer")
		first := w.ID()
		for range 2 { // the form was sent twice
			testkit.OK(t, answer(first, "yes", "Write the child’s words"))
		}
		for i := range 3 {
			testkit.OK(t, answer(w.ID(), "perhaps", fmt.Sprint("Words ", i)))
		}
		if v, err := w.f.AnswersOf(w.tom, p.ID); err != nil || len(v) != 0 {
			t.Errorf("four answers show %v (%v)", v, err)
		}
		var g sync.WaitGroup
		for range 4 { // the last answer, wanted four times at once, is taken once
			g.Go(func() { _ = answer(w.ID(), "no", "The last") })
		}
		g.Wait()
		v, err := w.f.AnswersOf(w.tom, p.ID)
		testkit.OK(t, err)
		if fmt.Sprint(v) != "[The last Words 0 Words 1 Words 2 Write the child’s words]" {
			t.Errorf("%q", v)
		}
		if v, err := w.f.AnswersOf(w.grace, p.ID); err == nil {
			t.Errorf("a colleague reads %v", v)
		}
		testkit.OK(t, w.f.CloseSignIn(t.Context(), w.tom, s.ID))
		w.Clock.Set(w.Today().Add(3).At(9, 0))
		refused(t, answer(w.ID(), "yes", ""), "no longer taken")
	})
}

// TRU-5: whoever has not passed it on is reminded once, two weeks before its day; then it is overdue without any sweep.
func TestRemindedOnceAndOverdueByItself(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.planned()
		w.Clock.Set(p.Due.Add(-15).At(9, 0))
		w.sweep()
		if n := len(w.Drain()); n != 0 {
			t.Errorf("%d letters too early", n)
		}
		w.Clock.Set(p.Due.Add(-14).At(9, 0))
		w.sweep()
		w.sweep()
		if letters := w.Drain(); len(letters) != 1 || !strings.Contains(letters[0].Subject, "Still to pass on") {
			t.Errorf("%+v", letters)
		}
		for day, want := range map[int]cascade.Standing{0: cascade.Delivering, 1: cascade.Overdue} {
			if got := cascade.Stands(p, 1, p.Due.Add(day)); got != want {
				t.Errorf("%d days after its day it is %s", day, got)
			}
		}
	})
}

// A session is opened on its day and on no other; cancelled, it opens nothing; one left open is held from the next day on.
func TestSessionHasItsDay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		p := w.planned()
		s := cascade.Session{ID: cascade.SessionID(w.ID()), Cascade: p.ID, On: w.Today().Add(1), Minutes: 30}
		testkit.OK(t, w.f.PlanSession(t.Context(), w.tom, s))
		testkit.OK(t, w.f.PlanSession(t.Context(), w.tom, s)) // sent twice
		refused(t, w.f.OpenSignIn(t.Context(), w.tom, s.ID), "on the day of the session")
		_, err := w.f.List(t.Context(), w.tom, s.ID, []string{"ann"}, nil)
		refused(t, err, "Nobody has come yet")
		bad := s
		bad.ID, bad.Minutes = cascade.SessionID(w.ID()), 3
		refused(t, w.f.PlanSession(t.Context(), w.tom, bad), "how long")
		w.Clock.Set(s.On.At(15, 0))
		testkit.OK(t, w.f.OpenSignIn(t.Context(), w.tom, s.ID))
		_, link := w.f.Shown(s.ID, w.DB.Now())
		code, _ := w.f.Shown(s.ID, w.DB.Now())
		refused(t, w.f.CloseSignIn(t.Context(), w.tom, s.ID), "Nobody is on the list")
		testkit.OK(t, w.signIn(w.as("ann"), link, "", ""))
		refused(t, w.f.CancelSession(t.Context(), w.tom, s.ID), "Somebody is on the list")
		w.Clock.Set(s.On.Add(1).At(8, 0))
		refused(t, w.signIn(w.as("ben"), link, "", ""), "closed")
		_, err = w.f.Find(t.Context(), access.Public(district), "here", code)
		missing(t, err)
		have := s
		have.State = cascade.SessionOpen
		if !cascade.Held(have, w.Today()) || cascade.Held(have, s.On) {
			t.Error("a session that was left open is held from the next day on")
		}
		other, _, link := w.session(p, w.tom)
		testkit.OK(t, w.f.CancelSession(t.Context(), w.tom, other.ID))
		missing(t, w.signIn(w.as("ben"), link, "", ""))
	})
}
