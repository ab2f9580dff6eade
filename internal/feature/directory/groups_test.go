package directory_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kith/internal/feature/directory"
	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// open says whether a school is open on a day, as another program sees it.
func (w *terms) open(t *testing.T, org string, day clock.Day) bool {
	t.Helper()
	return w.calendars(t, w.other, "district").Of(org).IsSchoolDay(day)
}

// A trust that keeps its own dates of a year keeps them for its schools: none of the district's holidays of that year reaches them, and
// a school that keeps its own differs from both. What it gives up it shares again. The clocks of each of its schools are set anew.
func TestSchoolsShareTheirTrustsDates(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		_, err := w.Take(t.Context(), keeper("council"), "", strings.NewReader(council), false)
		testkit.OK(t, err)
		trust := keeper("trust")
		w.clocks.orgs = nil
		for range 2 { // sent twice
			testkit.OK(t, w.KeepOwn(t.Context(), trust, "trust", 2026))
		}
		slices.Sort(w.clocks.orgs)
		if !slices.Equal(w.clocks.orgs, []string{"elm", "oak"}) {
			t.Errorf("clocks were set anew for %q", w.clocks.orgs)
		}
		if w.open(t, "oak", "2026-12-22") || w.open(t, "trust", "2026-12-22") {
			t.Error("the trust's dates do not begin as the district's")
		}
		testkit.OK(t, w.Add(t.Context(), trust, w.date("trust", schoolyear.Holiday, "October, first week", "2026-10-17", "2026-10-23")))
		testkit.OK(t, w.Add(t.Context(), keeper("council"), w.date("", schoolyear.Holiday, "Spring half term", "2027-02-13", "2027-02-21")))
		for org, want := range map[string][2]bool{"oak": {false, true}, "elm": {false, true}, "trust": {false, true}, "ash": {true, false}} {
			if w.open(t, org, "2026-10-20") != want[0] || w.open(t, org, "2027-02-16") != want[1] {
				t.Errorf("%s: open in the trust's holiday %t, in the district's %t", org, w.open(t, org, "2026-10-20"), w.open(t, org, "2027-02-16"))
			}
		}
		testkit.OK(t, w.KeepOwn(t.Context(), keeper("elm"), "elm", 2026))
		if w.open(t, "elm", "2026-10-20") {
			t.Error("a school's own dates do not begin as its trust's")
		}
		testkit.OK(t, w.Add(t.Context(), keeper("elm"), w.date("elm", schoolyear.Inset, "INSET day", "2027-03-01", "2027-03-01")))
		testkit.OK(t, w.Add(t.Context(), trust, w.date("trust", schoolyear.Inset, "INSET day", "2027-03-05", "2027-03-05")))
		testkit.OK(t, w.Add(t.Context(), trust, w.date("trust", schoolyear.Closure, "Strike", "2027-03-08", "2027-03-08")))
		testkit.OK(t, w.Add(t.Context(), keeper("council"), w.date("", schoolyear.Closure, "Snow", "2027-03-09", "2027-03-09")))
		for org, want := range map[string][4]bool{"oak": {true, false, false, false}, "elm": {false, true, false, false}, "ash": {true, true, true, false}} {
			for i, day := range []clock.Day{"2027-03-01", "2027-03-05", "2027-03-08", "2027-03-09"} {
				if got := w.open(t, org, day); got != want[i] {
					t.Errorf("%s is open on %s: %t", org, day, got)
				}
			}
		}
		testkit.OK(t, w.KeepShared(t.Context(), keeper("elm"), "elm", 2026))
		if w.open(t, "elm", "2026-10-20") || w.open(t, "elm", "2027-03-05") || w.open(t, "elm", "2027-03-01") || !w.open(t, "elm", "2027-02-16") {
			t.Error("a school that gave its own dates up does not share its trust's, with its own INSET day")
		}
		testkit.OK(t, w.KeepShared(t.Context(), trust, "trust", 2026))
		if !w.open(t, "oak", "2026-10-20") || w.open(t, "oak", "2027-02-16") || w.open(t, "oak", "2027-03-05") {
			t.Error("the schools of a trust that gave its own dates up do not share the district's, with the trust's INSET day")
		}
	})
}

// A school that comes to a trust has its dates from that day on, and the next question of every program says so. Of a trust and a
// collaboration that both keep dates the trust's hold; a trust that keeps none leaves it to the collaboration.
func TestWhoseDatesASchoolShares(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		join := func(group, school, from string) {
			t.Helper()
			testkit.OK(t, w.DB.Write(t.Context(), program, func(ctx context.Context, tx *store.Tx) error { return dir.Join(ctx, tx, group, school, "member", from) }))
		}
		testkit.OK(t, w.DB.Write(t.Context(), program, func(ctx context.Context, tx *store.Tx) error {
			return dir.Insert(ctx, tx, directory.Organisation{ID: "seven", Kind: directory.Collaboration, Name: "The seven"})
		}))
		join("seven", "oak", "2021-01-01")
		inset := func(org string, day clock.Day) {
			t.Helper()
			testkit.OK(t, w.Add(t.Context(), keeper("council"), w.date(org, schoolyear.Inset, "INSET day", day, day)))
		}
		inset("seven", "2027-01-11")
		if w.open(t, "oak", "2027-01-11") || !w.open(t, "elm", "2027-01-11") {
			t.Error("a collaboration's day is not that of its schools")
		}
		inset("trust", "2027-01-12")
		if !w.open(t, "oak", "2027-01-11") || w.open(t, "oak", "2027-01-12") || w.open(t, "elm", "2027-01-12") {
			t.Error("the trust's dates do not come before the collaboration's")
		}
		inset("trust", "2027-01-19")
		if !w.open(t, "ash", "2027-01-19") {
			t.Error("a school of no trust has its day")
		}
		join("trust", "ash", "2027-01-15")
		if !w.open(t, "ash", "2027-01-12") || w.open(t, "ash", "2027-01-19") {
			t.Error("a school that joins has the trust's dates before it joined, or not after")
		}
	})
}

// SEC-1, SEC-14: a school's administrator does not change its trust's dates, and a trust's not those of a school of another.
func TestTrustsDatesAreItsOwn(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		d := w.date("trust", schoolyear.Inset, "INSET day", "2027-03-01", "2027-03-01")
		testkit.OK(t, w.Add(t.Context(), keeper("trust"), d))
		moved := d
		moved.From, moved.To = "2027-03-02", "2027-03-02"
		for _, who := range []string{"oak", "ash", "agency"} {
			for what, err := range map[string]error{"changes": w.Change(t.Context(), keeper(who), moved), "removes": w.Remove(t.Context(), keeper(who), "trust", d.ID), "keeps": w.KeepOwn(t.Context(), keeper(who), "trust", 2026)} {
				if !errs.Is(err, errs.NotFound) {
					t.Errorf("%s %s the trust's: %v", who, what, err)
				}
			}
		}
		if err := w.Add(t.Context(), keeper("oak"), w.date("oak", schoolyear.Inset, "INSET day", "2027-03-01", "2027-03-01")); !errs.Is(err, errs.Rule) {
			t.Errorf("a school's day on its trust's: %v", err)
		}
		testkit.OK(t, w.Change(t.Context(), keeper("trust"), moved))
		if !w.open(t, "oak", "2027-03-01") || w.open(t, "oak", "2027-03-02") {
			t.Error("the change does not reach its schools")
		}
	})
}
