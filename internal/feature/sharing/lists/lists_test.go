package lists_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"kith/internal/feature/sharing"
	"kith/internal/feature/sharing/lists"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const today = clock.Day("2026-11-23") // testkit.Monday

type kept struct {
	*testkit.World
	*lists.Feature
}

func each(t *testing.T, fn func(t *testing.T, w *kept)) {
	testkit.DBs(t, []store.Slice{sharing.Migrations}, func(t *testing.T, tw *testkit.World) {
		w := &kept{World: tw}
		w.Feature = lists.New(lists.Deps{DB: tw.DB, People: w, Schools: w})
		fn(t, w)
	})
}

func (*kept) Names(context.Context, *store.Tx, ...string) (map[string]ref.Person, error) {
	return map[string]ref.Person{}, nil
}

// KeepsDistrict is kept by those who administer the authority.
func (*kept) KeepsDistrict(_ context.Context, tx *store.Tx) error {
	if !tx.Viewer.HoldsAt(access.Admin, "authority") {
		return errs.Missing()
	}
	return nil
}

func as(account, org string) access.Viewer {
	return access.Viewer{Account: account, District: "haverdale", Now: clock.Of(testkit.Monday), Strength: access.SecondFactor, Roles: map[access.Role][]string{access.Admin: {org}}}
}

var alison, priya = as("alison", "authority"), as("priya", "authority")

func (w *kept) id() string { return w.DB.IDs().New(w.DB.Now()) }

func (w *kept) wording(l lists.List, entry, words string, from clock.Day) lists.Wording {
	return lists.Wording{ID: w.id(), List: l, Entry: entry, Words: words, Hint: "UK GDPR Article 6(1)(e)", From: from, Reason: "The partnership, 12 November"}
}

func (w *kept) all(t *testing.T) (out lists.All) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), alison, func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = lists.Store{}.All(ctx, tx)
		return err
	}))
	return out
}

func said(all lists.All, l lists.List, on clock.Day) (out []string) {
	for _, w := range all.On(l, on) {
		out = append(out, w.Words)
	}
	return out
}

// A purpose is added, reworded and retired from a day on; what held before holds until then, what was given is all still there, and the
// edition is known by its day.
func TestListsHoldFromTheirDay(t *testing.T) {
	each(t, func(t *testing.T, w *kept) {
		if got := w.all(t).Edition(today); got != "2026" {
			t.Errorf("what ships is the edition %s", got)
		}
		added := w.wording(lists.Purpose, "", "A child who is missing", today)
		for range 2 { // sent twice
			testkit.OK(t, w.Give(t.Context(), alison, added, ""))
		}
		testkit.OK(t, w.Give(t.Context(), alison, w.wording(lists.Purpose, "plan", "One safety plan", "2027-01-04"), "plan"))
		gone := w.wording(lists.Purpose, "moving", "", today.Add(1))
		gone.Retired = true
		testkit.OK(t, w.Give(t.Context(), priya, gone, "moving"))
		all := w.all(t)
		for day, want := range map[clock.Day][]string{
			today:        {"Joint work on brothers and sisters", "The child is to change school soon", "A safety plan that both schools carry", "A child who is missing", "Something else"},
			today.Add(1): {"Joint work on brothers and sisters", "A safety plan that both schools carry", "A child who is missing", "Something else"},
			"2027-01-04": {"Joint work on brothers and sisters", "One safety plan", "A child who is missing", "Something else"},
		} {
			if got := said(all, lists.Purpose, day); !slices.Equal(got, want) {
				t.Errorf("on %s: %q", day, got)
			}
		}
		if got := said(all, lists.Ground, "2027-01-04"); len(got) != 4 {
			t.Errorf("the other list is %q", got)
		}
		for day, want := range map[clock.Day]string{today: string(today), today.Add(1): string(today.Add(1)), "2027-01-04": "2027-01-04"} {
			if got := all.Edition(day); got != want {
				t.Errorf("the edition of %s is %s", day, got)
			}
		}
		if n := len(all) - len(lists.Shipped()); n != 3 {
			t.Errorf("%d wordings were kept, want 3", n)
		}
		var by []string
		testkit.OK(t, w.DB.Read(t.Context(), access.System("haverdale", "test"), func(ctx context.Context, tx *store.Tx) (err error) {
			by, err = store.Values[string](ctx, tx, store.SQL(`SELECT e.actor_id FROM audit_entry e WHERE e.action = 'sharing.worded' ORDER BY e.actor_id`))
			return err
		}))
		if !slices.Equal(by, []string{"alison", "alison", "priya"}) {
			t.Errorf("the log tells of %v", by)
		}
	})
}

// A retired entry is brought back; what is to come is taken back by whatever is given after it.
func TestRetiredIsBroughtBack(t *testing.T) {
	each(t, func(t *testing.T, w *kept) {
		gone := w.wording(lists.Ground, "consent", "", today)
		gone.Retired = true
		testkit.OK(t, w.Give(t.Context(), alison, gone, "consent"))
		if got := said(w.all(t), lists.Ground, today); slices.Contains(got, "The family agreed") {
			t.Errorf("retired today, and offered: %q", got)
		}
		later := w.wording(lists.Ground, "consent", "The family agreed in writing", "2027-03-01")
		testkit.OK(t, w.Give(t.Context(), alison, later, gone.ID))
		sooner := w.wording(lists.Ground, "consent", "The family agrees", today.Add(7))
		testkit.OK(t, w.Give(t.Context(), alison, sooner, later.ID))
		all := w.all(t)
		if got := said(all, lists.Ground, "2027-03-01"); !slices.Contains(got, "The family agrees") || slices.Contains(got, "The family agreed in writing") {
			t.Errorf("in March: %q", got)
		}
		if _, ok := all.Find(lists.Ground, later.ID, "2027-03-01"); ok {
			t.Error("what was taken back can be chosen")
		}
		if got := all.Edition("2027-03-01"); got != string(today.Add(7)) {
			t.Errorf("the edition of March is %s", got)
		}
	})
}

// The lists are the district's: a school's administrator finds none, and nothing is changed. Of two who change an entry at once, one is
// told; whoever takes a form's id that is another's finds nothing.
func TestListsAreTheDistricts(t *testing.T) {
	each(t, func(t *testing.T, w *kept) {
		x := w.wording(lists.Purpose, "plan", "One plan", today)
		if err := w.Give(t.Context(), as("marek", "oak"), x, "plan"); !errs.Is(err, errs.NotFound) {
			t.Errorf("a school's administrator was told %v", err)
		}
		if n := len(w.all(t)); n != len(lists.Shipped()) {
			t.Error("somebody who may not gave a wording")
		}
		if err := w.Give(t.Context(), alison, w.wording(lists.Ground, "plan", "One plan", today), "plan"); !errs.Is(err, errs.NotFound) {
			t.Errorf("an entry of the other list: %v", err)
		}
		const rivals = 6
		results := make(chan error, rivals)
		for i := range rivals {
			y := w.wording(lists.Purpose, "plan", "Plan "+string(rune('A'+i)), today)
			go func() { results <- w.Give(context.Background(), alison, y, "plan") }()
		}
		taken := 0
		for range rivals {
			switch err := <-results; {
			case err == nil:
				taken++
			case !errs.Is(err, errs.Conflict):
				t.Errorf("a rival was told %v", err)
			}
		}
		if taken != 1 {
			t.Errorf("%d of %d wordings of one entry were taken", taken, rivals)
		}
		all := w.all(t)
		mine := all[len(all)-1]
		again := w.wording(lists.Purpose, "plan", "Theirs", today)
		again.ID = mine.ID
		if err := w.Give(t.Context(), priya, again, mine.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("another's form: %v", err)
		}
		same := w.wording(lists.Purpose, "plan", mine.Words, today)
		testkit.OK(t, w.Give(t.Context(), alison, same, mine.ID))
		if n := len(w.all(t)); n != len(all) {
			t.Error("saying what is said already made a wording")
		}
	})
}

// Of several who each retire one of the last entries at once, something is left to choose.
func TestSomethingIsAlwaysLeftToChoose(t *testing.T) {
	each(t, func(t *testing.T, w *kept) {
		results := make(chan error, 4)
		for _, entry := range []string{"public-task", "duty", "vital", "consent"} {
			x := w.wording(lists.Ground, entry, "", today)
			x.Retired = true
			go func() { results <- w.Give(context.Background(), alison, x, entry) }()
		}
		var refused error
		for range 4 {
			refused = errors.Join(refused, <-results)
		}
		if got := said(w.all(t), lists.Ground, today); len(got) != 1 || !errs.Is(refused, errs.Rule) {
			t.Errorf("%q is left, and %v", got, refused)
		}
	})
}

// What may be given, by hand.
func TestCanGive(t *testing.T) {
	good := lists.Wording{ID: "x", List: lists.Ground, Entry: "x", Words: "Our own law", Hint: "UK GDPR Article 6(1)(c)", From: today, Reason: "The officer, 1 November"}
	testkit.OK(t, lists.CanGive(lists.Shipped(), good, today))
	for name, spoil := range map[string]func(*lists.Wording){
		"no words":             func(w *lists.Wording) { w.Words = "" },
		"a ground without law": func(w *lists.Wording) { w.Hint = "" },
		"agreed by nobody":     func(w *lists.Wording) { w.Reason = "" },
		"from no day":          func(w *lists.Wording) { w.From = "" },
		"from yesterday":       func(w *lists.Wording) { w.From = today.Add(-1) },
		"in two years":         func(w *lists.Wording) { w.From = today.Add(730) },
		"words of another":     func(w *lists.Wording) { w.Words = "the  family AGREED" },
	} {
		w := good
		spoil(&w)
		if err := lists.CanGive(lists.Shipped(), w, today); !errs.Is(err, errs.Rule) {
			t.Errorf("%s: %v", name, err)
		}
	}
	purpose := good
	purpose.List, purpose.Hint = lists.Purpose, ""
	testkit.OK(t, lists.CanGive(lists.Shipped(), purpose, today))
	other := good
	other.List = "kind"
	if err := lists.CanGive(lists.Shipped(), other, today); !errs.Is(err, errs.NotFound) {
		t.Errorf("a list that is none: %v", err)
	}
}
