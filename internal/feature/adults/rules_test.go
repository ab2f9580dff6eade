package adults_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/feature/adults"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/testkit/terms"
)

// people are drawn so few that heads, chairs, stand-ins, households and subjects often are the same.
var few = []string{"ann", "ben", "cat", "dan", "eve", "fay"}

func someOf(t *rapid.T, name string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(few), 0, 3, rapid.ID[string]).Draw(t, name)
}

func drawSchool(t *rapid.T) adults.School {
	s := adults.School{Org: "oak", Heads: someOf(t, "heads"), Chairs: someOf(t, "chairs"), Present: append([]string{"gus"}, someOf(t, "present")...), Proprietor: rapid.Bool().Draw(t, "proprietor"),
		First: rapid.SampledFrom(append(few, "")).Draw(t, "first"), Cover: map[string]adults.Cover{}}
	for _, x := range someOf(t, "trusts") {
		s.Trusts = append(s.Trusts, adults.Holder{Account: x, Org: rapid.SampledFrom([]string{"trust", "other trust"}).Draw(t, "trust")})
	}
	for _, x := range someOf(t, "officers") {
		s.Officers = append(s.Officers, adults.Holder{Account: x, Org: "council"})
	}
	for _, x := range few {
		if rapid.Bool().Draw(t, "covered") {
			s.Cover[x] = adults.Cover{StandIn: rapid.SampledFrom(append(few, "gus")).Draw(t, "stand-in"), Away: clock.Day(rapid.SampledFrom([]string{"", "2026-11-20", "2026-11-23", "2026-12-01"}).Draw(t, "away"))}
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "households") {
		s.Household = append(s.Household, [2]string{rapid.SampledFrom(few).Draw(t, "one"), rapid.SampledFrom(few).Draw(t, "other")})
	}
	return s
}

func drawAbout(t *rapid.T) adults.About {
	return adults.About{Account: rapid.SampledFrom(append(few, "")).Draw(t, "about"), Head: rapid.Bool().Draw(t, "about the head"), Close: someOf(t, "close")}
}

// barred is who may never learn of it, worked out a second time and otherwise.
func barred(s adults.School, a adults.About, who string) bool {
	if slices.Contains(a.Close, who) || a.Account != "" && a.Account == who {
		return true
	}
	for _, h := range s.Household {
		if a.Account != "" && (h == [2]string{a.Account, who} || h == [2]string{who, a.Account}) {
			return true
		}
	}
	return false
}

// LLC-1, LLC-2: for any school and any adult, those who receive and those who stand in are never the subject, of their household, or
// said to be close to them; and there is somebody as long as an office has anybody left, the designated officer the last.
func TestWayNeverLeadsToTheSubjectAndAlwaysToSomebody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, a, harm := drawSchool(t), drawAbout(t), rapid.Bool().Draw(t, "harm")
		w := s.Way(a, harm)
		in := s.StandIn(w, a)
		for _, p := range append(append(append([]string{}, w.People...), in.Then.People...), w.First, in.Account) {
			if p != "" && barred(s, a, p) {
				t.Fatalf("%s would read it, and is the subject or close to them", p)
			}
		}
		left := func(all ...string) bool {
			return slices.ContainsFunc(all, func(p string) bool { return !barred(s, a, p) })
		}
		var officers []string
		for _, o := range s.Officers {
			officers = append(officers, o.Account)
		}
		if left(officers...) && w.Office == adults.Nobody {
			t.Fatal("a designated officer is there, and nobody receives it")
		}
		if w.Office != adults.Nobody && len(w.People) == 0 {
			t.Fatalf("it goes to the office %s, where nobody is", w.Office)
		}
		aboutHead := a.Head || slices.ContainsFunc(s.Heads, func(h string) bool { return barred(s, a, h) })
		if aboutHead && (w.Office == adults.Head || slices.ContainsFunc(s.Heads, func(h string) bool { return h == in.Account })) {
			t.Fatal("what is about a head, or close to one, is read by a head")
		}
		if !aboutHead && len(s.Heads) > 0 && w.Office != adults.Head {
			t.Fatalf("the head is passed over for %s", w.Office)
		}
		if aboutHead && s.Proprietor && w.Office != adults.Officer && w.Office != adults.Nobody {
			t.Fatalf("about a head who is the proprietor, it goes to %s", w.Office)
		}
		if aboutHead && !s.Proprietor && left(s.Chairs...) && w.Office != adults.Chair {
			t.Fatalf("about the head it goes to %s though a chair is there", w.Office)
		}
		if harm && w.First != "" {
			t.Fatal("where a child may have been harmed there is no first reader")
		}
		if w.First != "" && (w.Office != adults.Head || w.First != s.First) {
			t.Fatal("a first reader whom nobody has named")
		}
		if in.Account != "" && !slices.Contains(s.Present, in.Account) {
			t.Fatal("somebody who has left stands in")
		}
		if in.Then.Office != adults.Nobody && in.Then.Office == w.Office {
			t.Fatal("an office stands in for itself")
		}
	})
}

// LLC-1: the plain cases, as the rule says them.
func TestWayAsTheRuleSaysIt(t *testing.T) {
	s := adults.School{Org: "oak", Heads: []string{"helen"}, Chairs: []string{"ravi"}, Trusts: []adults.Holder{{Account: "tess", Org: "trust"}}, Officers: []adults.Holder{{Account: "maud", Org: "council"}},
		Present: []string{"helen", "ravi", "amina", "tom", "tess"}, First: "amina", Cover: map[string]adults.Cover{"helen": {StandIn: "tom"}, "ravi": {StandIn: "helen"}}}
	alone := s
	alone.Chairs, alone.Trusts = nil, nil
	own := s
	own.Proprietor = true
	home := s
	home.Household = [][2]string{{"helen", "grace"}, {"tom", "colin"}}
	for _, c := range []struct {
		name   string
		school adults.School
		about  adults.About
		harm   bool
		office adults.Office
		first  string
		stand  string
		then   adults.Office
	}{
		{"a teacher", s, adults.About{Account: "grace"}, false, adults.Head, "amina", "tom", ""},
		{"a teacher, and harm", s, adults.About{Account: "grace"}, true, adults.Head, "", "tom", ""},
		{"the head", s, adults.About{Account: "helen"}, false, adults.Chair, "", "", adults.Trust},
		{"the head, by name only", s, adults.About{Close: []string{"helen"}}, true, adults.Chair, "", "", adults.Trust},
		{"the first reader", s, adults.About{Account: "amina"}, false, adults.Head, "", "tom", ""},
		{"the stand-in", s, adults.About{Account: "tom"}, false, adults.Head, "amina", "", adults.Chair},
		{"a head who is the proprietor", own, adults.About{Account: "helen"}, false, adults.Officer, "", "", ""},
		{"the head, and nobody else is left", alone, adults.About{Account: "helen"}, true, adults.Officer, "", "", ""},
		{"who lives with the head", home, adults.About{Account: "grace"}, false, adults.Chair, "", "", adults.Trust},
		{"who lives with the stand-in", home, adults.About{Account: "colin"}, false, adults.Head, "amina", "", adults.Chair},
	} {
		w := c.school.Way(c.about, c.harm)
		in := c.school.StandIn(w, c.about)
		if w.Office != c.office || w.First != c.first || in.Account != c.stand || in.Then.Office != c.then {
			t.Errorf("about %s: %s, first %q, then %q or %q", c.name, w.Office, w.First, in.Account, in.Then.Office)
		}
	}
	if w := (adults.School{Org: "oak", Heads: []string{"helen"}}).Way(adults.About{Account: "helen"}, true); w.Office != adults.Nobody {
		t.Errorf("with nobody left it goes to %s", w.Office)
	}
}

func instant(day clock.Day, h, m int) clock.Millis { return clock.Of(day.At(h, m)) }

// LLC-2: one hour of school time, and 15 minutes at any hour where a child may have been harmed.
func TestStandInIsToldInTime(t *testing.T) {
	c := terms.Calendar()
	for _, x := range []struct {
		harm       bool
		sent, want clock.Millis
	}{
		{false, instant("2026-11-23", 9, 0), instant("2026-11-23", 10, 0)},
		{false, instant("2026-11-23", 16, 0), instant("2026-11-24", 8, 30)},
		{false, instant("2026-11-27", 22, 0), instant("2026-11-30", 9, 0)},
		{true, instant("2026-11-28", 3, 0), instant("2026-11-28", 3, 15)},
	} {
		if got := adults.StandInDue(c, adults.Shipped, x.harm, x.sent); got != x.want {
			t.Errorf("sent %s, harm %v: due %s", x.sent.London(), x.harm, got.London())
		}
	}
}

// LLC-3: the designated officer is told by the end of one working day, from when the school knew; in the school holidays too.
func TestOfficerIsToldWithinOneWorkingDay(t *testing.T) {
	c := terms.Calendar()
	for _, x := range []struct {
		harm          bool
		sent, decided clock.Millis
		want          clock.Millis
	}{
		{true, instant("2026-11-23", 9, 0), instant("2026-11-26", 9, 0), instant("2026-11-24", 16, 30)},
		{false, instant("2026-11-23", 9, 0), instant("2026-11-26", 9, 0), instant("2026-11-27", 16, 30)},
		{true, instant("2026-11-27", 18, 0), 0, instant("2026-11-30", 16, 30)},
		{true, instant("2026-12-24", 10, 0), 0, instant("2026-12-29", 16, 30)},
	} {
		if got := adults.OfficerDue(c, x.harm, x.sent, x.decided); got != x.want {
			t.Errorf("sent %s, decided %s: due %s", x.sent.London(), x.decided.London(), got.London())
		}
	}
}

func refused(t *testing.T, err error, words string) {
	t.Helper()
	if !errs.Is(err, errs.Rule) || !strings.Contains(errs.Sentence(err), words) {
		t.Errorf("got %v, want a refusal with %q", err, words)
	}
}

// LLC-3: nobody is questioned before advice is written down, whether it is an allegation or only may be one.
func TestNobodyIsQuestionedBeforeAdvice(t *testing.T) {
	asked := adults.Step{Kind: adults.Questioned, Who: "The teacher", Words: "I asked what happened."}
	advice := []adults.Step{{Kind: adults.Advice, Who: "Maud Ferris", Words: "You may speak with her."}}
	officer := adults.Settings{OfficerName: "the officer", OfficerPhone: "01632 960 310"}
	for _, c := range []struct {
		harm bool
		kind adults.Kind
		stop bool
	}{{true, adults.Undecided, true}, {false, adults.Allegation, true}, {true, adults.Allegation, true}, {false, adults.Undecided, false}, {true, adults.LowLevel, false}, {false, adults.LowLevel, false}} {
		err := adults.CanStep(adults.Concern{Harm: c.harm}, c.kind, nil, asked, officer)
		if c.stop {
			refused(t, err, "01632 960 310")
		} else if err != nil {
			t.Errorf("harm %v, %q: %v", c.harm, c.kind, err)
		}
		if err := adults.CanStep(adults.Concern{Harm: c.harm}, c.kind, advice, asked, officer); err != nil {
			t.Errorf("after advice, harm %v, %q: %v", c.harm, c.kind, err)
		}
	}
	refused(t, adults.CanStep(adults.Concern{}, adults.LowLevel, nil, adults.Step{Kind: adults.Noted}, officer), "Write what was done")
	refused(t, adults.CanStep(adults.Concern{}, adults.LowLevel, nil, adults.Step{Kind: adults.Employer, Words: "Told them"}, officer), "whom you spoke with")
}

func TestCanDecideNeedsReasonsAndTheThreshold(t *testing.T) {
	low := adults.Judgement{Kind: adults.LowLevel, Reasons: "It meets none of the four."}
	if err := adults.CanDecide(adults.Concern{}, low); err != nil {
		t.Error(err)
	}
	refused(t, adults.CanDecide(adults.Concern{Harm: true}, low), "whom you asked")
	refused(t, adults.CanDecide(adults.Concern{}, adults.Judgement{Kind: adults.LowLevel}), "reasons")
	refused(t, adults.CanDecide(adults.Concern{}, adults.Judgement{Reasons: "Because"}), "Say what it is")
	refused(t, adults.CanDecide(adults.Concern{}, adults.Judgement{Kind: adults.Allegation, Reasons: "Because"}), "four criteria")
	low.Criteria = []string{"harmed"}
	refused(t, adults.CanDecide(adults.Concern{}, low), "Then it is an allegation")
	low.Kind = adults.Allegation
	if err := adults.CanDecide(adults.Concern{Harm: true}, low); err != nil {
		t.Error(err)
	}
}

// LLC-3, LLC-5: an allegation is closed only after the designated officer was told and has advised; one about somebody who works
// elsewhere only after the employer was told.
func TestCanCloseNeedsWhatTheRulesAsk(t *testing.T) {
	open := adults.Concern{State: adults.Decided, Works: adults.Staff}
	agency := adults.Concern{State: adults.Decided, Works: adults.Supply}
	low, serious := adults.Case{Kind: adults.LowLevel}, adults.Case{Kind: adults.Allegation, ToldAt: 5}
	advice, employer := adults.Step{Kind: adults.Advice}, adults.Step{Kind: adults.Employer}
	if err := adults.CanClose(open, low, nil, nil, "spoken", "Spoken with."); err != nil {
		t.Error(err)
	}
	if err := adults.CanClose(agency, serious, []adults.Step{advice, employer}, []adults.Action{{DoneAt: 1}}, "unfounded", "No basis."); err != nil {
		t.Error(err)
	}
	refused(t, adults.CanClose(adults.Concern{State: adults.Closed}, low, nil, nil, "spoken", "x"), "closed already")
	refused(t, adults.CanClose(open, adults.Case{}, nil, nil, "spoken", "x"), "Decide first")
	refused(t, adults.CanClose(open, adults.Case{Kind: adults.Allegation}, nil, nil, "false", "x"), "Tell the designated officer")
	refused(t, adults.CanClose(open, serious, nil, nil, "false", "x"), "advised")
	refused(t, adults.CanClose(agency, low, nil, nil, "spoken", "x"), "employer")
	refused(t, adults.CanClose(open, low, nil, []adults.Action{{}}, "spoken", "x"), "still open")
	refused(t, adults.CanClose(open, low, nil, nil, "", "x"), "how it ended")
	refused(t, adults.CanClose(open, low, nil, nil, "spoken", " "), "reasons")
	refused(t, adults.CanReopen(adults.Decided, "x"), "not closed")
	refused(t, adults.CanReopen(adults.Closed, ""), "why")
}

// LLC-4: the adult stands in the child's file by reference only.
func TestChildsPartNamesNoAdult(t *testing.T) {
	refused(t, adults.CanEnter("Miss Frost held her arm.", "Dana Frost"), "adult’s name")
	refused(t, adults.CanEnter("DANA told her to stop.", "Dana Frost"), "adult’s name")
	refused(t, adults.CanEnter(" ", "Dana Frost"), "what the child said")
	for _, words := range []string{"An adult held her arm. It was frosty outside.", "She said it hurt."} {
		if err := adults.CanEnter(words, "Dana Frost"); err != nil {
			t.Errorf("%q: %v", words, err)
		}
	}
}

// LLC-5: three in twelve months about one adult, one place or one activity; the numbers are the district's.
func TestPatternsAtThreeInTwelveMonths(t *testing.T) {
	now := instant("2026-11-23", 9, 0)
	one := func(id, name, place, activity string, daysAgo int) adults.Concern {
		return adults.Concern{ID: adults.ID(id), Org: "oak", Name: name, Place: place, Activity: activity, RecordedAt: now.Add(-time.Duration(daysAgo) * 24 * time.Hour)}
	}
	c := one("1", "Mr Reeve", "Field", "Football club", 0)
	kinds := func(past ...adults.Concern) (out []string) {
		for _, p := range adults.Patterns(c, past, adults.Shipped, now) {
			out = append(out, p.What)
		}
		return out
	}
	if got := kinds(one("2", "Colin Reeve", "field", "", 10), one("3", "colin REEVE", "Hall", "", 300)); !slices.Equal(got, []string{"about the same adult"}) {
		t.Errorf("three about one adult: %v", got)
	}
	if got := kinds(one("2", "Colin Reeve", "", "", 10), one("3", "Colin Reeve", "", "", 400)); got != nil {
		t.Errorf("the third is more than twelve months ago: %v", got)
	}
	if got := kinds(one("2", "Ann", "THE field", "football-club", 10), one("3", "Ben", "Field.", "football club", 20)); !slices.Equal(got, []string{"during the same activity"}) {
		t.Errorf("three during one activity: %v", got)
	}
	if got := kinds(one("2", "Ann", "Field", "", 10), one("3", "Ben", "field", "", 20)); !slices.Equal(got, []string{"at the same place"}) {
		t.Errorf("three at one place: %v", got)
	}
	elsewhere := one("2", "Colin Reeve", "Field", "", 10)
	elsewhere.Org = "elm"
	if got := kinds(elsewhere, one("3", "Colin Reeve", "Field", "", 20)); got != nil {
		t.Errorf("another school's: %v", got)
	}
}

func TestAlikeFindsANameInWhatWasWritten(t *testing.T) {
	for typed, want := range map[string]bool{"Mrs Brandt": true, "helen": true, "The headteacher": false, "Mr Brand": false, "H. Brandt, the head": true} {
		if got := adults.Alike(typed, "Helen Brandt"); got != want {
			t.Errorf("%q: %v", typed, got)
		}
	}
}
