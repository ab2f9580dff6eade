package insight

import (
	"context"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
)

// monday is a school day, 09:00.
var monday = clock.Of(clock.Day("2026-11-23").At(9, 0))

// three schools, of which the first is covered in the morning, the second not at all, and the third is closed.
func three() facts {
	closed := term.Calendar{Closed: []term.Span{{From: "2026-11-23", To: "2026-11-23", Name: "INSET day"}}}
	day := clock.Day("2026-11-23")
	return facts{trusts: []string{"The seven"}, schools: []string{"ash", "elm", "oak"}, names: map[string]string{"ash": "Ash", "elm": "Elm", "oak": "Oak"}, phones: map[string]string{"elm": "01632 960 120"}, now: monday,
		days: weekdays(day, daysAhead), cals: term.Calendars{Schools: map[string]term.Calendar{"oak": closed}},
		cover: map[string]Cover{"ash": {Duties: []Stretch{{Day: day, From: 480, Until: 720, Name: "Amina Sesay", Place: "Room 4", Phone: "01632 960 101"}}, Gaps: []Stretch{{Day: day, From: 720, Until: 990}}},
			"elm": {Gaps: []Stretch{{Day: day, From: 480, Until: 990}}}}}
}

func rendered(t interface{ Fatal(...any) }, v schoolsView) string {
	var b strings.Builder
	if err := schoolsPage(v).Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// SEC-24: no number of 1 to 4 is shown, 0 is, and numbers rise by fives.
func TestFiguresAreInFives(t *testing.T) {
	for n, want := range map[int]string{0: "none", 1: "not shown", 4: "not shown", 5: "5 to 9", 9: "5 to 9", 10: "10 to 14", 23: "20 to 24"} {
		if got := Fives(n).String(); got != want {
			t.Errorf("%d is shown as %q", n, got)
		}
	}
}

// SEC-24: whatever number of 1 to 4 stands for another, and whatever number stands for another of the same five, the page stays the same,
// byte for byte: nothing on it, no length and no order, gives the number away.
func TestNoFigureGivesANumberAway(t *testing.T) {
	band := func(n int) (least, most int) {
		switch {
		case n == 0:
			return 0, 0
		case n < 5:
			return 1, 4
		}
		return n - n%5, n - n%5 + 4
	}
	rapid.Check(t, func(t *rapid.T) {
		x := three()
		one, other := map[string]Standing{}, map[string]Standing{}
		for _, id := range x.schools {
			var a, b Standing
			for i, p := range []struct{ a, b *int }{{&a.Unread, &b.Unread}, {&a.Late, &b.Late}, {&a.Owed, &b.Owed}, {&a.Silent, &b.Silent}, {&a.Follow, &b.Follow}} {
				*p.a = rapid.IntRange(0, 17).Draw(t, id+Measures[i].Name)
				least, most := band(*p.a)
				*p.b = rapid.IntRange(least, most).Draw(t, "the other of "+id+Measures[i].Name)
			}
			one[id], other[id] = a, b
		}
		if rendered(t, x.view(one)) != rendered(t, x.view(other)) {
			t.Fatalf("the page tells %+v from %+v", one, other)
		}
	})
}

// Who is on duty now is said with place and number; where it is school time and nobody is, that comes first; a closed school asks for nobody.
func TestWhoIsOnDutyNow(t *testing.T) {
	v := three().view(map[string]Standing{"ash": {Late: 7}, "oak": {Owed: 2}})
	if ash := v.Schools[0]; ash.Now != "Amina Sesay, Room 4, until 12:00" || ash.Phone != "01632 960 101" || ash.Nobody || len(ash.Gaps) != 1 || ash.Gaps[0] != "Mon 23 12:00 to 16:30" {
		t.Errorf("%+v", ash)
	}
	if elm := v.Schools[1]; !elm.Nobody || elm.Office != "01632 960 120" || elm.Days[0].Words != "nobody all day" {
		t.Errorf("%+v", elm)
	}
	if oak := v.Schools[2]; oak.Nobody || oak.Resting != "No school today: INSET day" || len(oak.Gaps) != 0 || !oak.Days[0].Bar.Closed {
		t.Errorf("%+v", oak)
	}
	var says []string
	for _, r := range v.Act {
		says = append(says, r.What+": "+r.Sub)
	}
	want := []string{"Elm: Nobody is on duty now. Nobody on the rota on any of these days.", "Ash: Nobody on the rota Mon 23 12:00 to 16:30. Concerns: 5 to 9 past a clock.", "Oak: Concerns: some waiting for an answer."}
	if strings.Join(says, "\n") != strings.Join(want, "\n") {
		t.Errorf("to do:\n%s", strings.Join(says, "\n"))
	}
	late := three()
	late.now = clock.Of(clock.Day("2026-11-23").At(17, 0))
	if ash := late.view(nil).Schools[0]; ash.Nobody || ash.Resting != "Out of school hours" || len(ash.Gaps) != 0 {
		t.Errorf("in the evening: %+v", ash)
	}
}
