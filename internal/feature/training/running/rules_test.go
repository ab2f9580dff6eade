package running_test

import (
	"testing"

	"kith/internal/feature/training/running"
)

// TRN-2: a two-day run counts as attended only if both days are marked.
func TestBothDaysMakeAttendance(t *testing.T) {
	m := func(n int, k running.MarkKind, instead string) running.Mark {
		return running.Mark{N: n, Kind: k, Instead: instead}
	}
	for name, x := range map[string]struct {
		days  int
		marks []running.Mark
		who   string
	}{
		"both days":                     {2, []running.Mark{m(0, running.Present, ""), m(1, running.Present, "")}, "Amina Sesay"},
		"late is there":                 {2, []running.Mark{m(0, running.Late, ""), m(1, running.Present, "")}, "Amina Sesay"},
		"the first day only":            {2, []running.Mark{m(0, running.Present, "")}, ""},
		"the second day only":           {2, []running.Mark{m(1, running.Present, "")}, ""},
		"absent on one":                 {2, []running.Mark{m(0, running.Present, ""), m(1, running.Absent, "")}, ""},
		"somebody else on both":         {2, []running.Mark{m(0, running.Substitute, "Tom Hartley"), m(1, running.Substitute, "tom  hartley")}, "tom  hartley"},
		"somebody else on one":          {2, []running.Mark{m(0, running.Present, ""), m(1, running.Substitute, "Tom Hartley")}, ""},
		"two others":                    {2, []running.Mark{m(0, running.Substitute, "Tom Hartley"), m(1, running.Substitute, "Grace Ito")}, ""},
		"somebody else without a name":  {1, []running.Mark{m(0, running.Substitute, "")}, ""},
		"one day":                       {1, []running.Mark{m(0, running.Present, "")}, "Amina Sesay"},
		"no mark":                       {1, nil, ""},
		"a run without days":            {0, nil, ""},
		"a mark of a day that is not":   {1, []running.Mark{m(1, running.Present, "")}, ""},
		"the booked person, by a stand": {2, []running.Mark{m(0, running.Substitute, "Amina Sesay"), m(1, running.Present, "")}, "Amina Sesay"},
	} {
		who, ok := running.Attends("Amina Sesay", x.days, x.marks)
		if who != x.who || ok != (x.who != "") {
			t.Errorf("%s: %q, %v, want %q", name, who, ok, x.who)
		}
	}
}
