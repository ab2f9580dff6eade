package directory_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"kith/internal/feature/directory"
	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// told remembers for which schools clocks were set anew.
type told struct {
	mu   sync.Mutex
	orgs []string
}

func (c *told) Recount(_ context.Context, _ *store.Tx, org string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.orgs = append(c.orgs, org)
	return nil
}

// terms is a district with a council, a trust and three schools, oak and elm of them in the trust.
type terms struct {
	*testkit.World
	*directory.Terms
	clocks *told
	other  *directory.Calendars // of a second program on the database
}

func eachTerms(t *testing.T, fn func(t *testing.T, w *terms)) {
	testkit.DBs(t, slice, func(t *testing.T, tw *testkit.World) {
		w := &terms{World: tw, clocks: &told{}, other: directory.NewCalendars()}
		w.Terms = directory.NewTerms(directory.TermDeps{DB: tw.DB, Calendars: directory.NewCalendars(), Clocks: w.clocks})
		testkit.OK(t, tw.DB.Write(t.Context(), program, func(ctx context.Context, tx *store.Tx) error {
			for id, kind := range map[string]string{"council": directory.Authority, "trust": directory.Trust, "agency": directory.Agency, "oak": directory.School, "elm": directory.School, "ash": directory.School} {
				if err := dir.Insert(ctx, tx, directory.Organisation{ID: id, Kind: kind, Name: "The " + id}); err != nil {
					return err
				}
			}
			if err := dir.Join(ctx, tx, "trust", "oak", "member", "2020-01-01"); err != nil {
				return err
			}
			return dir.Join(ctx, tx, "trust", "elm", "member", "2020-01-01")
		}))
		fn(t, w)
	})
}

// keeper is an administrator of an organisation.
func keeper(org string) access.Viewer {
	return access.Viewer{Account: "admin-" + org, District: "district", Now: clock.Of(testkit.Monday), Strength: access.SecondFactor, Roles: map[access.Role][]string{access.Member: {org}, access.Admin: {org}}}
}

func (w *terms) date(org string, kind schoolyear.Kind, name string, from, to clock.Day) schoolyear.Date {
	return schoolyear.Date{ID: w.DB.IDs().New(w.DB.Now()), Org: org, Kind: kind, Name: name, From: from, To: to}
}

// calendars are those that a program sees that has its own cache.
func (w *terms) calendars(t *testing.T, c *directory.Calendars, district string) (out term.Calendars) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = c.Calendars(ctx, tx)
		return err
	}))
	return out
}

const council = `Name,First day,Last day
Autumn half term,24/10/2026,01/11/2026
Christmas holiday,19/12/2026,03/01/2027
INSET day,04/01/2027,
`

// A district's dates hold for its schools, a school's for it alone, and those of another district for none of them. Every program
// on the database sees a change with its next transaction.
func TestEachSchoolHasItsCalendar(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		other := directory.NewCalendars() // of a second program
		open := func(org string, day clock.Day) bool {
			return w.calendars(t, other, "district").Of(org).IsSchoolDay(day)
		}
		if !open("oak", "2026-12-22") || open("oak", "2026-12-25") {
			t.Error("before anything is entered a school is open on weekdays that are no bank holidays")
		}
		_, err := w.Take(t.Context(), keeper("council"), "", strings.NewReader(council), false)
		testkit.OK(t, err)
		for _, org := range []string{"oak", "elm", "ash"} {
			if open(org, "2026-12-22") || open(org, "2027-01-04") || !open(org, "2027-01-05") {
				t.Errorf("%s does not keep the district's dates", org)
			}
		}
		if !w.calendars(t, other, "elsewhere").Of("oak").IsSchoolDay("2026-12-22") {
			t.Error("another district has these dates, too")
		}
		snow := w.date("elm", schoolyear.Closure, "Snow", "2027-01-20", "2027-01-20")
		testkit.OK(t, w.Add(t.Context(), keeper("elm"), snow))
		if open("elm", "2027-01-20") || !open("oak", "2027-01-20") {
			t.Error("a school's closure is not its own")
		}
		testkit.OK(t, w.Remove(t.Context(), keeper("elm"), "elm", snow.ID))
		if !open("elm", "2027-01-20") {
			t.Error("a closure that was taken out still holds")
		}
		testkit.OK(t, w.Add(t.Context(), keeper("council"), w.date("", schoolyear.BankHoliday, "Coronation", "2027-05-10", "2027-05-10")))
		if cal := w.calendars(t, other, "district").Of("ash"); cal.IsWorkingDay("2027-05-10") {
			t.Error("a bank holiday that was proclaimed is a working day")
		}
	})
}

// A school that keeps its own dates of a year has none of the district's holidays in it, and has them again when it gives that up.
func TestSchoolKeepsItsOwnDates(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		_, err := w.Take(t.Context(), keeper("council"), "", strings.NewReader(council), false)
		testkit.OK(t, err)
		oak := keeper("trust") // which keeps the dates of its schools
		for range 2 {          // sent twice
			testkit.OK(t, w.KeepOwn(t.Context(), oak, "oak", 2026))
		}
		open := func(org string, day clock.Day) bool {
			return w.calendars(t, w.Calendars, "district").Of(org).IsSchoolDay(day)
		}
		if open("oak", "2026-12-22") || open("oak", "2026-10-27") {
			t.Error("its dates do not begin as the district's")
		}
		testkit.OK(t, w.Add(t.Context(), oak, w.date("oak", schoolyear.Holiday, "October, first week", "2026-10-17", "2026-10-23")))
		testkit.OK(t, w.Add(t.Context(), keeper("council"), w.date("", schoolyear.Holiday, "Spring half term", "2027-02-13", "2027-02-21")))
		if open("oak", "2026-10-20") || !open("elm", "2026-10-20") || !open("oak", "2027-02-16") || open("elm", "2027-02-16") {
			t.Error("the school's dates and the district's run into each other")
		}
		testkit.OK(t, w.Add(t.Context(), keeper("council"), w.date("", schoolyear.Closure, "Snow", "2027-01-20", "2027-01-20")))
		if open("oak", "2027-01-20") {
			t.Error("a closure of every school is not one of this school")
		}
		testkit.OK(t, w.KeepShared(t.Context(), oak, "oak", 2026))
		if !open("oak", "2026-10-20") || open("oak", "2027-02-16") || open("oak", "2026-12-22") {
			t.Error("the district's dates do not hold again")
		}
	})
}

// SEC-1: who keeps no dates of a school gets the answer of one that does not exist.
func TestWhoKeepsDates(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		for _, x := range []struct {
			who, org string
			may      bool
		}{
			{"council", "", true}, {"council", "ash", true}, {"trust", "oak", true}, {"trust", "elm", true}, {"oak", "oak", true},
			{"trust", "trust", true}, {"council", "trust", true}, {"oak", "trust", false}, {"agency", "agency", false}, {"council", "agency", false},
			{"trust", "", false}, {"trust", "ash", false}, {"oak", "", false}, {"oak", "elm", false}, {"agency", "", false}, {"agency", "oak", false}, {"council", "nowhere", false},
		} {
			err := w.Add(t.Context(), keeper(x.who), w.date(x.org, schoolyear.Closure, "Snow", "2027-01-20", "2027-01-20"))
			if x.may && err != nil && !errs.Is(err, errs.Rule) || !x.may && !errs.Is(err, errs.NotFound) {
				t.Errorf("%s for %q: %v", x.who, x.org, err)
			}
			if _, err := w.Take(t.Context(), keeper(x.who), x.org, strings.NewReader(council), true); x.may == errs.Is(err, errs.NotFound) {
				t.Errorf("%s compares for %q: %v", x.who, x.org, err)
			}
		}
	})
}

// A dry run writes nothing; a file sent twice changes nothing the second time; a school's file cannot change its district's dates.
func TestTakeTerms(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		v := keeper("council")
		for i, x := range []struct {
			file string
			dry  bool
			want [5]int
		}{
			{council, true, [5]int{3, 3, 0, 0, 0}}, {council, false, [5]int{3, 3, 0, 0, 0}}, {council, false, [5]int{3, 0, 0, 3, 0}},
			{strings.Replace(council, "01/11/2026", "08/11/2026", 1) + "Trip holiday,02/01/2027,10/01/2027\n", false, [5]int{4, 0, 1, 2, 1}},
		} {
			got, err := w.Take(t.Context(), v, "", strings.NewReader(x.file), x.dry)
			testkit.OK(t, err)
			if counts(got.Result) != x.want {
				t.Errorf("%d: %v, want %v", i, counts(got.Result), x.want)
			}
		}
		got, err := w.Take(t.Context(), keeper("oak"), "oak", strings.NewReader("Name,From,To\nChristmas holiday,12/12/2026,19/12/2026\nINSET day,04/01/2027,\nINSET day,05/01/2027,\n"), false)
		testkit.OK(t, err)
		if counts(got.Result) != [5]int{3, 1, 0, 1, 1} {
			t.Errorf("a school's file: %v", counts(got.Result))
		}
		if len(w.clocks.orgs) != 3 || w.clocks.orgs[2] != "oak" {
			t.Errorf("clocks were set anew for %q", w.clocks.orgs)
		}
	})
}

// SEC-14: of two who change the same days the second is told; a form sent twice changes once (SEC-15).
func TestChangeTermDates(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		v := keeper("oak")
		d := w.date("oak", schoolyear.Inset, "INSET day", "2027-03-01", "2027-03-01")
		for range 2 {
			testkit.OK(t, w.Add(t.Context(), v, d))
		}
		first, second := d, d
		first.From, first.To = "2027-03-02", "2027-03-02"
		second.From, second.To = "2027-03-03", "2027-03-03"
		for range 2 {
			testkit.OK(t, w.Change(t.Context(), v, first))
		}
		if err := w.Change(t.Context(), v, second); !errs.Is(err, errs.Conflict) {
			t.Errorf("the second was told %v", err)
		}
		second.Org = "elm"
		if err := w.Change(t.Context(), keeper("elm"), second); !errs.Is(err, errs.NotFound) {
			t.Errorf("another school's administrator was told %v", err)
		}
		if err := w.Remove(t.Context(), keeper("elm"), "elm", d.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another school's administrator takes it out: %v", err)
		}
	})
}

// Of several who enter overlapping days at once one is obeyed.
func TestOverlappingDatesAtOnce(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		const rivals = 6
		result := make(chan error, rivals)
		for i := range rivals {
			d := w.date("", schoolyear.Holiday, "Spring half term", clock.Day("2027-02-13").Add(i), "2027-02-21")
			go func() { result <- w.Add(context.Background(), keeper("council"), d) }()
		}
		taken := 0
		for range rivals {
			switch err := <-result; {
			case err == nil:
				taken++
			case !errs.Is(err, errs.Rule):
				t.Errorf("refused with %v", err)
			}
		}
		if taken != 1 {
			t.Errorf("%d of %d overlapping holidays were taken", taken, rivals)
		}
	})
}

// The hours of the district are those of every school; a school's administrator does not set them.
func TestClockHours(t *testing.T) {
	eachTerms(t, func(t *testing.T, w *terms) {
		testkit.OK(t, w.SetHours(t.Context(), keeper("council"), 8*60+30, 15*60+30))
		if opens, closes := w.calendars(t, directory.NewCalendars(), "district").Of("oak").Hours(); opens != 510 || closes != 930 {
			t.Errorf("%d to %d", opens, closes)
		}
		if err := w.SetHours(t.Context(), keeper("oak"), 8*60, 16*60); !errs.Is(err, errs.NotFound) {
			t.Errorf("a school's administrator: %v", err)
		}
		for _, x := range [][2]int{{16 * 60, 8 * 60}, {5 * 60, 15 * 60}, {8 * 60, 21 * 60}, {8 * 60, 11 * 60}} {
			if err := w.SetHours(t.Context(), keeper("council"), x[0], x[1]); !errs.Is(err, errs.Rule) {
				t.Errorf("%v: %v", x, err)
			}
		}
		if len(w.clocks.orgs) != 1 {
			t.Errorf("clocks were set anew %d times", len(w.clocks.orgs))
		}
	})
}
