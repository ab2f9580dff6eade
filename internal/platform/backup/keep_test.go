package backup

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"kith/internal/kernel/clock"
)

// A backup a day for two years: 14 days, 8 weeks and 12 months of them are left, and the newest always is.
func TestDrop(t *testing.T) {
	var made []clock.Millis
	day := clock.Day("2025-01-01")
	for i := range 730 {
		made = append(made, clock.Of(day.Add(i).At(2, 0)))
	}
	dropped := Drop(made, 14)
	var kept []string
	for _, m := range made {
		if !slices.Contains(dropped, m) {
			kept = append(kept, m.London().Format(time.DateOnly))
		}
	}
	want := []string{
		"2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31",
		"2026-11-15", "2026-11-22", "2026-11-29", "2026-11-30", "2026-12-06", "2026-12-13",
		"2026-12-18", "2026-12-19", "2026-12-20", "2026-12-21", "2026-12-22", "2026-12-23", "2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27",
		"2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31",
	}
	if !slices.Equal(kept, want) {
		t.Errorf("kept %q", kept)
	}
	if got := Drop(made[:1], 0); len(got) != 0 {
		t.Errorf("the only backup is dropped: %v", got)
	}
}

func TestPruneTouchesOnlyBackups(t *testing.T) {
	dir := t.TempDir()
	at := clock.Of(clock.Day("2026-11-23").At(2, 0))
	for _, n := range []string{Name(at), Name(at.Add(-time.Hour)), "kith-notes.txt", "kith-20261122.kithbackup", "kith.key"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Prune(dir, 14); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 4 {
		t.Errorf("left: %v, %v", left, err)
	}
	if made, err := In(dir); err != nil || len(made) != 1 || made[0] != at {
		t.Errorf("backups: %v, %v", made, err)
	}
}

// SEC-22: due by the clock of the district, also when the clocks change.
func TestDue(t *testing.T) {
	for _, c := range []struct {
		now, last time.Time
		due       bool
	}{
		{clock.Day("2026-11-23").At(2, 0), clock.Day("2026-11-22").At(2, 0), true},
		{clock.Day("2026-11-23").At(1, 59), clock.Day("2026-11-22").At(2, 0), false},
		{clock.Day("2026-11-23").At(2, 1), clock.Day("2026-11-23").At(2, 0), false},
		{clock.Day("2026-11-23").At(9, 0), clock.Day("2026-11-20").At(2, 0), true},
		{clock.Day("2026-11-23").At(1, 0), clock.Day("2026-11-20").At(2, 0), true},
		{clock.Day("2027-03-28").At(3, 30), clock.Day("2027-03-27").At(2, 30), true}, // 02:30 does not come that night
		{clock.Day("2026-11-23").At(9, 0), time.UnixMilli(0), true},
	} {
		if got := Due(clock.Of(c.now), clock.Of(c.last), 2, 0); got != c.due {
			t.Errorf("at %v after %v: due is %v", c.now, c.last, got)
		}
	}
}
