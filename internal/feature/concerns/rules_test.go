package concerns

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/story"
	"kith/internal/testkit/terms"
)

func at(day clock.Day, hour, minute int) clock.Millis { return clock.Of(day.At(hour, minute)) }

const monday = clock.Day("2026-11-23")

// CON-3: event time and recorded time are apart; the future is refused; what is known only to the day, or around, is kept as such.
func TestHappenedKeepsHowSurelyATimeIsKnown(t *testing.T) {
	now := at(monday, 12, 44)
	for _, c := range []struct {
		name      string
		when      When
		want      clock.Millis
		precision story.Precision
		refused   string
	}{
		{"a minute today", When{Mode: "today", Hour: 12, Minute: 20, Timed: true}, at(monday, 12, 20), story.Minute, ""},
		{"today, no time", When{Mode: "today"}, at(monday, 0, 0), story.Day, ""},
		{"another day", When{Mode: "day", Day: "2026-11-19", Hour: 9, Timed: true}, at("2026-11-19", 9, 0), story.Minute, ""},
		{"not sure", When{Mode: "unsure"}, at(monday, 0, 0), story.Around, ""},
		{"a day that is not given", When{Mode: "day"}, 0, "", "Say which day it was"},
		{"tomorrow", When{Mode: "day", Day: "2026-11-24"}, 0, "", "The date cannot be in the future. Today is Mon 23 November"},
		{"later today", When{Mode: "today", Hour: 13, Minute: 0, Timed: true}, 0, "", "The time cannot be in the future. It is 12:44 now"},
	} {
		got, precision, err := Happened(c.when, now)
		if errs.Sentence(err) != c.refused || err == nil && (got != c.want || precision != c.precision) {
			t.Errorf("%s: %v %s %q", c.name, got, precision, errs.Sentence(err))
		}
	}
}

func TestHappenedNeverLiesInTheFuture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := at(monday, 0, 0).Add(time.Duration(rapid.Int64Range(0, int64(400*24*time.Hour)).Draw(t, "now")))
		w := When{Mode: rapid.SampledFrom([]string{"today", "day", "unsure"}).Draw(t, "mode"), Day: clock.DayOf(now.Time()).Add(rapid.IntRange(-400, 3).Draw(t, "day")),
			Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.IntRange(0, 59).Draw(t, "minute"), Timed: rapid.Bool().Draw(t, "timed")}
		got, _, err := Happened(w, now)
		if err == nil && got > now {
			t.Fatalf("%+v at %v happened at %v", w, now, got)
		}
	})
}

// CON-11: urgent steps are 15 minutes at any hour; the others count school-day hours and begin at the next opening; in the
// holidays the rota looks once a day. CON-5: an urgent one not told in person alerts at once (see TestUrgentTellsTheWholeTeam).
func TestNextLook(t *testing.T) {
	cal := terms.Calendar()
	christmas := clock.Day("2026-12-27")
	for _, c := range []struct {
		name   string
		urgent bool
		sent   clock.Millis
		want   clock.Millis
	}{
		{"urgent at noon", true, at(monday, 12, 0), at(monday, 12, 15)},
		{"urgent on a Saturday night", true, at("2026-11-28", 23, 50), at("2026-11-29", 0, 5)},
		{"in school hours", false, at(monday, 10, 0), at(monday, 12, 0)},
		{"late on Friday counts on Monday", false, at("2026-11-27", 15, 30), at("2026-11-30", 9, 0)},
		{"sent on Sunday starts at 08:00 on Monday", false, at("2026-11-29", 14, 0), at("2026-11-30", 10, 0)},
		{"before school", false, at(monday, 6, 0), at(monday, 10, 0)},
		{"in the holidays, once a day", false, at(christmas, 11, 0), at(christmas.Add(1), 8, 0)},
		{"on the last afternoon of term, on the first day of the holiday", false, at("2026-12-18", 15, 30), at("2026-12-19", 8, 0)},
		{"at noon of the last day, that afternoon", false, at("2026-12-18", 12, 0), at("2026-12-18", 14, 0)},
		{"on the last evening of a holiday, when the rota looks next", false, at("2027-01-02", 20, 0), at("2027-01-03", 8, 0)},
		{"on an INSET day by itself, on the next school day", false, at("2026-09-02", 12, 0), at("2026-09-03", 10, 0)},
		{"before a bank holiday by itself, after it", false, at("2027-04-30", 16, 0), at("2027-05-04", 9, 30)},
	} {
		if got := Shipped.NextLook(cal, c.urgent, c.sent); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.London(), c.want.London())
		}
	}
}

// ENC-1: a police notice is due at 08:30 of the next school day, or of this one when it comes before.
func TestNoticeDue(t *testing.T) {
	cal := terms.Calendar()
	for _, c := range [][2]clock.Millis{
		{at(monday, 6, 14), at(monday, 8, 30)},
		{at(monday, 8, 30), at("2026-11-24", 8, 30)},
		{at("2026-11-21", 22, 10), at(monday, 8, 30)},
	} {
		if got := NoticeDue(cal, c[0]); got != c[1] {
			t.Errorf("came %s: due %s, want %s", c[0].London(), got.London(), c[1].London())
		}
	}
}

var (
	stop  = []Category{{Code: "fgm", Stop: true}}
	plain = []Category{{Code: "neglect"}}
	sound = Choice{Outcome: NotRefer, Level: 2, Reasons: "because", Threshold: "level 3", Consulted: "Tom", ReviewOn: "2026-12-01", Codes: []string{"neglect"}}
)

// CON-8, CON-12, CON-14: what a decision needs, for referring and for not referring alike.
func TestDecisionNeedsItsReasons(t *testing.T) {
	now := at(monday, 13, 0)
	with := func(change func(*Choice)) Choice { c := sound; change(&c); return c }
	for _, c := range []struct {
		name    string
		choice  Choice
		parents []Parent
		want    string
	}{
		{"sound", sound, nil, ""},
		{"no level", with(func(c *Choice) { c.Level = 0 }), nil, "Set a level: low, medium or high"},
		{"no reasons", with(func(c *Choice) { c.Reasons = " " }), nil, "Write your reasons. They are needed whichever you choose"},
		{"a level without a reason", Choice{Level: 3}, nil, "Write your reasons. They are needed whichever you choose"},
		{"not to refer, no threshold", with(func(c *Choice) { c.Threshold = "" }), nil, "Say which threshold you considered"},
		{"to refer, no threshold", with(func(c *Choice) { c.Outcome = Refer; c.Threshold = "" }), nil, "Say which threshold you considered"},
		{"nobody asked", with(func(c *Choice) { c.Consulted = "" }), nil, "Say whom you asked, or that you asked nobody"},
		{"never looked at again", with(func(c *Choice) { c.ReviewOn = "" }), nil, "Say when you will look at this again"},
		{"watched without an end", with(func(c *Choice) { c.Outcome = Watch; c.ReviewOn = "" }), nil, "Say until when you will watch. On that day it comes back to you"},
		{"look again today", with(func(c *Choice) { c.ReviewOn = monday }), nil, "Look again on a day after today, Mon 23 November"},
		{"no category", with(func(c *Choice) { c.Codes = nil }), nil, "Choose at least one category"},
		{"closed, parents unknown", with(func(c *Choice) { c.Outcome = NoAction; c.ReviewOn = "" }), nil, "Before closing, record that the parents were told and what they said, or why they were not told"},
		{"closed, parents told", with(func(c *Choice) { c.Outcome = NoAction; c.ReviewOn = "" }), []Parent{{Informed: true, Words: "ok"}}, ""},
	} {
		if got := errs.Sentence(CanDecide(c.choice, Triage{}, c.parents, plain, nil, now)); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// CON-13: where telling is unsafe the page stops until a service has advised; then the parents may be told.
func TestFamilyIsNotToldBeforeAdvice(t *testing.T) {
	service := Service{"the front door", "01632 960 300"}
	if err := CanTellFamily(plain, nil, service); err != nil {
		t.Error(err)
	}
	want := "Do not tell the family yet. Ask the front door first, 01632 960 300, and write down what they advise"
	if got := errs.Sentence(CanTellFamily(stop, nil, service)); got != want {
		t.Errorf("%q", got)
	}
	if err := CanTellFamily(stop, []Advice{{Kind: ToldOf}}, service); err == nil {
		t.Error("a colleague told to handle with care is no advice")
	}
	if err := CanTellFamily(stop, []Advice{{Kind: AskedFirst}}, service); err != nil {
		t.Error(err)
	}
	if err := CanClose([]Parent{{Informed: true}}, stop, nil); err == nil {
		t.Error("closed although the family was told against the stop")
	}
}

// CON-14: reopening needs a reason, and something closed.
func TestReopeningNeedsAReason(t *testing.T) {
	if CanReopen(Watching, "new facts") == nil || CanReopen(Closed, "  ") == nil {
		t.Error("reopened without ground")
	}
	if err := CanReopen(Closed, "She has said more"); err != nil {
		t.Error(err)
	}
}

// CON-2: the reporter is told where it stands, never what was decided.
func TestReporterStateDoesNotTellTheDecision(t *testing.T) {
	if ReporterState(Referred) != ReporterState(Support) || ReporterState(Watching) != ReporterState(Deciding) {
		t.Error("the reporter can tell what was decided")
	}
}

// CON-4: one child's line never shows another child's text, and a child who may have harmed does not look harmed.
func TestLineOfEachRoleHoldsOnlyItsOwnText(t *testing.T) {
	const words = "Declan pushed Kacper off the bench"
	for _, r := range Roles {
		line, voice := Line(r.Role, "", words)
		if r.Role != Harmed && voice != "" {
			t.Errorf("%s: shows the account: %q", r.Role, voice)
		}
		if r.Role == Alleged && strings.Contains(strings.ToLower(line), "harm") {
			t.Errorf("an alleged child looks harmed: %q", line)
		}
		if _, voice := Line(r.Role, "His own text", words); voice != "His own text" {
			t.Errorf("%s: own text is %q", r.Role, voice)
		}
	}
}

// CON-11: a danger word makes the page ask again; it never decides by itself.
func TestDangerWordsAskAgain(t *testing.T) {
	f := newWriteForm(Seen)
	f.Words.Value, f.Urgent.Value = "She said she would KILL herself", "no"
	if !f.askAgain(false) || f.Urgent.Problem == "" {
		t.Error("the page did not ask again")
	}
	if f.askAgain(true) {
		t.Error("the page asked a third time; the writer had confirmed")
	}
	f.Words.Value = "No coat again"
	if f.askAgain(false) {
		t.Error("ordinary words were taken for danger")
	}
}

// CON-23: a claim lapses after 30 minutes.
func TestClaimLapses(t *testing.T) {
	then := at(monday, 10, 42)
	if !Claimed(then, then.Add(29*time.Minute)) || Claimed(then, then.Add(30*time.Minute)) || Claimed(0, then) {
		t.Error("a claim holds for thirty minutes, no more and no less")
	}
}

// CON-11: the rota's gaps are found, in school hours of school days.
func TestGapsOfTheRota(t *testing.T) {
	cal := terms.Calendar()
	duties := []Duty{{Day: monday, From: 7 * 60, Until: 13 * 60}, {Day: monday, From: 15 * 60, Until: 17 * 60}, {Day: "2026-11-24", From: 8 * 60, Until: 16*60 + 30}}
	got := Gaps(cal, duties, monday, monday.Add(1))
	if len(got) != 1 || got[0] != (Gap{monday, 13 * 60, 15 * 60}) {
		t.Fatalf("%+v", got)
	}
	if got := Gaps(cal, nil, "2026-11-28", "2026-11-29"); len(got) != 0 {
		t.Errorf("a weekend has no gap: %+v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		var ds []Duty
		for range rapid.IntRange(0, 6).Draw(t, "n") {
			from := rapid.IntRange(6*60, 17*60).Draw(t, "from")
			ds = append(ds, Duty{Day: monday, From: from, Until: from + rapid.IntRange(1, 300).Draw(t, "long")})
		}
		gaps := Gaps(cal, ds, monday, monday)
		for minute := 8 * 60; minute < 16*60+30; minute++ {
			on, off := false, false
			for _, d := range ds {
				on = on || d.From <= minute && minute < d.Until
			}
			for _, g := range gaps {
				off = off || g.From <= minute && minute < g.Until
			}
			if on == off {
				t.Fatalf("minute %d: on duty %v and in a gap %v, %+v", minute, on, off, gaps)
			}
		}
	})
}
