package casework

import (
	"testing"

	"kith/internal/kernel/clock"
	"kith/internal/platform/story"
	"kith/internal/testkit/terms"
)

func TestSameChildSeesThroughNoiseAndNothingElse(t *testing.T) {
	c := Child{Given: "Siân", Family: "O’Neil-Smith"}
	for typed, want := range map[string]bool{"sian oneil smith": true, "Sian O'Neil-Smith": true, "SIAN SMITH": true, "Smith, Siân": true, "sianoneilsmith": true,
		"Sian": false, "Smith": false, "Si O": false, "Sian Jones": false, "": false, "Sian Smith Jones": false} {
		if got := SameChild(typed, c); got != want {
			t.Errorf("%q: %v", typed, got)
		}
	}
}

func TestGapIsSaidFromSixWeeksOn(t *testing.T) {
	c := terms.Calendar()
	if g := Gap(c, "2026-09-14", "2026-10-25", false); g != "" {
		t.Errorf("41 days: %q", g)
	}
	if g := Gap(c, "2026-07-06", "2026-09-14", false); g != "No entries for 10 weeks, 6 of them holiday" {
		t.Errorf("the summer: %q", g)
	}
	if g := Gap(c, "2026-07-06", "2026-09-14", true); g != "None of these for 10 weeks, 6 of them holiday" {
		t.Errorf("filtered: %q", g)
	}
}

// CON-3: a time is said as surely as it is known, and something of a week is not late within it.
func TestTimesAreSaidAsSurelyAsTheyAreKnown(t *testing.T) {
	noon, day := clock.Of(clock.Day("2026-11-09").At(12, 0)), clock.Of(clock.Day("2026-11-09").Start())
	for _, x := range []struct {
		at   clock.Millis
		p    story.Precision
		want string
	}{{noon, story.Minute, "12:00"}, {day, story.Day, ""}, {day, story.Week, "that week"}, {noon, story.Around, "about 12:00"}, {day, story.Around, "around then"}} {
		if got := TimeWords(story.Entry{At: x.at, Precision: x.p}); got != x.want {
			t.Errorf("%s: %q", x.p, got)
		}
	}
	friday := clock.Of(clock.Day("2026-11-13").At(9, 0))
	if late := Late(terms.Calendar(), story.Entry{At: day, Precision: story.Week, RecordedAt: friday}); late != "" {
		t.Errorf("within the week: %q", late)
	}
	if late := Late(terms.Calendar(), story.Entry{At: day, Precision: story.Day, RecordedAt: friday}); late != "Recorded Fri 13 Nov, 4 days after" {
		t.Errorf("four days on: %q", late)
	}
}

func TestCodeIsTidiedAsPeopleReadItAloud(t *testing.T) {
	for _, typed := range []string{"K7F2-9QXM-3RTA-0WBC", "k7f29qxm3rtaowbc", "K7F2 9QXM 3RTA 0WBC"} {
		if got := tidyCode(typed); got != "K7F2-9QXM-3RTA-0WBC" {
			t.Errorf("%q became %q", typed, got)
		}
	}
}
