package running_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/training/running"
	"kith/internal/kernel/clock"
)

// A duty is current for as long as it says from the latest line that meets it, due soon within sixty days, and due when it is over or was never
// met.
func TestHowSomebodyStands(t *testing.T) {
	yearly, _ := running.Owed().Duty("staff_update")
	once, _ := running.Owed().Duty("staff_induction")
	line := func(on clock.Day, duties ...string) running.Learnt {
		return running.Learnt{Duties: duties, From: on, Until: on}
	}
	gone := line("2026-10-01", "staff_update")
	gone.Withdrawn = 1
	for name, x := range map[string]struct {
		d     running.Duty
		lines []running.Learnt
		state string
		until clock.Day
	}{
		"never":             {yearly, nil, running.Due, ""},
		"another duty":      {yearly, []running.Learnt{line("2026-10-01", "dsl_update")}, running.Due, ""},
		"this term":         {yearly, []running.Learnt{line("2026-09-02", "staff_update")}, running.Current, "2027-09-01"},
		"soon over":         {yearly, []running.Learnt{line("2025-12-15", "staff_update")}, running.Soon, "2026-12-14"},
		"over today":        {yearly, []running.Learnt{line("2025-11-24", "staff_update")}, running.Soon, "2026-11-23"},
		"over since today":  {yearly, []running.Learnt{line("2025-11-23", "staff_update")}, running.Due, "2026-11-22"},
		"the latest counts": {yearly, []running.Learnt{line("2024-09-02", "staff_update"), line("2026-09-02", "dsl_training", "staff_update"), line("2025-09-02", "staff_update")}, running.Current, "2027-09-01"},
		"withdrawn":         {yearly, []running.Learnt{gone}, running.Due, ""},
		"once is for ever":  {once, []running.Learnt{line("2011-09-02", "staff_induction")}, running.Current, ""},
		"a leap day":        {yearly, []running.Learnt{line("2024-02-29", "staff_update")}, running.Due, "2025-02-27"},
	} {
		s := running.Stand(x.d, x.lines, "2026-11-23", 60)
		if s.State != x.state || s.Until != x.until {
			t.Errorf("%s: %s until %q, want %s until %q", name, s.State, s.Until, x.state, x.until)
		}
	}
}

// Every duty has a source and an edition; leads owe what leads owe, governors theirs, and nobody owes nothing.
func TestDuties(t *testing.T) {
	d := running.Owed()
	if d.Edition == "" || d.SoonDays == 0 || len(d.Duties) < 5 || running.Posted().Joining != 5 || running.Posted().Reminder != 14 {
		t.Fatalf("%+v", d)
	}
	owed := func(m running.Member) (keys []string) {
		for _, x := range d.Duties {
			if x.Source == "" || x.Words == "" {
				t.Errorf("%s has no source", x.Key)
			}
			if running.Owes(x, m, []string{"amina"}) {
				keys = append(keys, x.Key)
			}
		}
		return keys
	}
	for name, x := range map[string]struct {
		m    running.Member
		want []string
	}{
		"lead":     {running.Member{Account: "amina"}, []string{"dsl_training", "dsl_update", "staff_induction", "staff_update"}},
		"teacher":  {running.Member{Account: "grace"}, []string{"staff_induction", "staff_update"}},
		"governor": {running.Member{Account: "gail", Governor: true}, []string{"governor_training"}},
	} {
		if got := owed(x.m); !slices.Equal(got, x.want) {
			t.Errorf("a %s owes %v", name, got)
		}
	}
}

// More marks of being there never take attendance away, and nobody attends without a mark on every day (TRN-2).
func TestAttendanceGrowsWithMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(1, 4).Draw(t, "days")
		marks := make([]running.Mark, days)
		for n := range marks {
			marks[n] = running.Mark{N: n, Kind: rapid.SampledFrom([]running.MarkKind{"", running.Present, running.Late, running.Absent}).Draw(t, "mark")}
		}
		_, before := running.Attends("Amina", days, marks)
		all := true
		for n := range marks {
			all = all && (marks[n].Kind == running.Present || marks[n].Kind == running.Late)
		}
		if before != all {
			t.Fatalf("%v: %v", marks, before)
		}
		n := rapid.IntRange(0, days-1).Draw(t, "day")
		marks[n].Kind = running.Present
		if _, after := running.Attends("Amina", days, marks); before && !after {
			t.Fatalf("one more mark took attendance away: %v", marks)
		}
	})
}
