package tabular

import (
	"fmt"
	"strings"
	"time"

	"kith/internal/kernel/clock"
)

// Day reads a date the way British exports write it, day first: 23/11/2026, 23-11-2026, 23.11.2026, 3/9/26,
// 23-Nov-2026, 23 November 2026, or ISO 2026-11-23; a time of day behind it is left out. "" gives "". A year of two
// digits lies between 1970 and 2069. The error is a sentence.
func Day(s string) (clock.Day, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	if len(s) > 40 {
		return "", fmt.Errorf("%q… is not a date", s[:10])
	}
	day := s
	if i := strings.IndexAny(s, "T"); i == 10 {
		day = s[:10]
	} else if i := strings.IndexByte(s, ' '); i >= 0 && strings.Contains(s[i:], ":") {
		day = s[:i]
		if j := strings.IndexByte(s, ':'); j > 0 {
			day = strings.TrimRight(strings.TrimRight(s[:j], "0123456789"), " ")
		}
	}
	norm := strings.Join(strings.FieldsFunc(day, func(r rune) bool {
		return r == '/' || r == '-' || r == '.' || r == ' '
	}), "-")
	for _, layout := range []string{"2-1-2006", "2006-1-2", "2-1-06", "2-Jan-2006", "2-January-2006", "2-Jan-06"} {
		t, err := time.Parse(layout, norm)
		if err != nil {
			continue
		}
		if strings.HasSuffix(layout, "-06") && t.Year() < 1970 {
			t = t.AddDate(100, 0, 0)
		}
		if t.Year() < 1000 || t.Year() > 2999 {
			break
		}
		return clock.Day(t.Format(time.DateOnly)), nil
	}
	return "", fmt.Errorf("%q is not a date: write the day first, as 23/11/2026", s)
}
