package sharing_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/sharing"
	"kith/internal/feature/sharing/lists"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
)

// A restricted record is read by the head, by whoever restricted it and by those they name, and by the lead team again when that is
// lifted. Each step is in the chronology where its readers see it, and in the log.
func TestRestrictedIsReadByHeadAndNamed(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		w.want(t, "open", w.triage, "amina", "helen", "tom")
		testkit.OK(t, w.make(t, "amina", sharing.Change{Kind: sharing.Restrict, Record: w.concern}))
		w.want(t, "restricted", w.triage, "amina", "helen")
		w.want(t, "restricted", w.concern, "amina", "ellen", "helen")
		if err := w.make(t, "tom", sharing.Change{Kind: sharing.Lift, Record: w.concern}); !errs.Is(err, errs.NotFound) {
			t.Errorf("a lead from whom it is restricted lifts it: %v", err)
		}
		w.After(time.Minute)
		testkit.OK(t, w.make(t, "helen", sharing.Change{Kind: sharing.Lift, Record: w.concern}))
		w.want(t, "lifted", w.triage, "amina", "helen", "tom")
		var lines []string
		testkit.OK(t, w.DB.Read(t.Context(), w.as("tom"), func(ctx context.Context, tx *store.Tx) error {
			all, err := story.Of(ctx, tx, w.child, 0, 0)
			for _, e := range all {
				lines = append(lines, e.Line)
			}
			return err
		}))
		if !slices.Contains(lines, "Restricted") || !slices.Contains(lines, "Restriction lifted") {
			t.Errorf("the chronology says %q", lines)
		}
		w.logged(t, oak, "sharing.restrict", "sharing.lift")
	})
}

// logged fails unless the log of a school tells of each action.
func (w *town) logged(t *testing.T, org string, want ...string) {
	t.Helper()
	testkit.OK(t, w.DB.Read(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
		got, err := store.Values[string](ctx, tx, store.SQL(`SELECT e.action FROM audit_entry e WHERE e.org_id = ?`, org))
		for _, a := range want {
			if !slices.Contains(got, a) {
				t.Errorf("the log of %s lacks %s: %v", org, a, got)
			}
		}
		return err
	}))
}

// CHR-10: a locked record is read by those it names and nobody through a post; they alone change its readers and take it away; two
// are named at least, and all work at the school.
func TestLockIsForNamedPeople(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		for name, named := range map[string][]string{"one": {"amina"}, "the same twice": {"amina", "amina"}, "another school’s": {"amina", "omar"}} {
			if err := w.make(t, "amina", sharing.Change{Kind: sharing.Lock, Record: w.file, Named: named}); !errs.Is(err, errs.Rule) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.make(t, "ellen", sharing.Change{Kind: sharing.Lock, Record: w.concern, Named: []string{"ellen", "tom"}}); !errs.Is(err, errs.NotFound) {
			t.Errorf("a reporter locks: %v", err)
		}
		testkit.OK(t, w.make(t, "helen", sharing.Change{Kind: sharing.Lock, Record: w.file, Named: []string{"amina", "ellen"}}))
		w.want(t, "locked", w.file, "amina", "ellen")
		w.want(t, "the card", w.child, "amina", "ellen", "helen", "tom")
		for _, kind := range []sharing.Kind{sharing.Unlock, sharing.Name, sharing.Lift, sharing.Share} {
			if err := w.make(t, "helen", sharing.Change{Kind: kind, Record: w.file, Named: []string{"helen", "tom"}}); !errs.Is(err, errs.NotFound) {
				t.Errorf("the head may %s: %v", kind, err)
			}
		}
		if err := w.make(t, "ellen", sharing.Change{Kind: sharing.Name, Record: w.file, Named: []string{"ellen"}}); !errs.Is(err, errs.Rule) {
			t.Errorf("one reader is left: %v", err)
		}
		w.After(time.Minute)
		testkit.OK(t, w.make(t, "ellen", sharing.Change{Kind: sharing.Name, Record: w.file, Named: []string{"ellen", "tom"}}))
		w.want(t, "other readers", w.file, "ellen", "tom")
		testkit.OK(t, w.make(t, "tom", sharing.Change{Kind: sharing.Unlock, Record: w.file}))
		w.want(t, "unlocked", w.file, "amina", "helen", "tom")
	})
}

// SEC-7: what a named reader and a receiver read ends with their post, at once; and a share is for whoever leads there then.
func TestReadingEndsWithThePost(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		testkit.OK(t, w.make(t, "amina", sharing.Change{Kind: sharing.Share, Record: w.concern, To: elm, Purpose: "siblings", Ground: "public-task", Until: w.today().Add(30)}))
		w.want(t, "shared", w.triage, "amina", "helen", "omar", "tom")
		w.posts["omar"] = member(elm) // no longer a lead
		w.want(t, "the receiver’s post has ended", w.triage, "amina", "helen", "tom")
		w.posts["hana"] = member(elm, access.Head, access.DSL)
		w.want(t, "a new lead there", w.triage, "amina", "hana", "helen", "tom")
		testkit.OK(t, w.make(t, "amina", sharing.Change{Kind: sharing.Lock, Record: w.file, Named: []string{"amina", "tom"}}))
		w.posts["tom"] = member(elm, access.DSL) // changes school
		w.want(t, "the named reader works elsewhere", w.file, "amina")
	})
}

func (w *town) today() clock.Day { return clock.DayOf(w.Clock.Now()) }

// A share of a file opens the card, the file and the concerns about that child alone; another child's text stays (CON-4). It is over
// at the end of its last day whether or not the sweep has run; the sweep writes that down for both schools, once.
func TestShareOfAFileLapsesByItself(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		testkit.OK(t, w.make(t, "amina", sharing.Change{Kind: sharing.Share, Record: w.file, To: elm, Purpose: "moving", Ground: "public-task", Until: w.today().Add(1)}))
		for what, record := range map[string]string{"file": w.file, "concern": w.triage} {
			w.want(t, what, record, "amina", "helen", "omar", "tom")
		}
		w.want(t, "another child's", w.both, "amina", "ellen", "helen", "tom")
		w.want(t, "the card", w.child, "amina", "ellen", "helen", "omar", "tom")
		if done, err := w.queue.Drain(t.Context()); err != nil || done != 1 || len(w.sent) != 1 || w.sent[0].To != "omar@school.example" {
			t.Errorf("%d jobs, mails %+v, %v", done, w.sent, err)
		}
		w.Clock.Set(w.today().Add(2).Start().Add(-time.Second))
		w.want(t, "in the last second", w.file, "amina", "helen", "omar", "tom")
		w.After(time.Second)
		w.want(t, "over", w.file, "amina", "helen", "tom")
		w.want(t, "the card, over", w.child, "amina", "ellen", "helen", "tom")
		for range 2 {
			testkit.OK(t, w.f.Sweep(t.Context(), access.System(district, "sweep")))
		}
		w.logged(t, oak, "sharing.lapsed")
		w.logged(t, elm, "sharing.received", "sharing.lapsed")
		var n int
		testkit.OK(t, w.DB.Read(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) (err error) {
			n, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM audit_entry e WHERE e.action = 'sharing.lapsed'`))
			return err
		}))
		if n != 2 {
			t.Errorf("%d entries of the lapse, want one a school", n)
		}
	})
}

// Restricting or locking what is shared ends the reading elsewhere at once; sharing again is one share with a new end; a recall ends
// exactly that share.
func TestShareGivesWayToRestrictionAndRecall(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		c := sharing.Change{Kind: sharing.Share, Record: w.concern, To: elm, Purpose: "plan", Ground: "duty", Until: w.today().Add(10)}
		testkit.OK(t, w.make(t, "amina", c))
		testkit.OK(t, w.make(t, "amina", sharing.Change{Kind: sharing.Restrict, Record: w.concern}))
		w.want(t, "restricted", w.triage, "amina", "helen")
		if err := w.make(t, "amina", c); !errs.Is(err, errs.Rule) {
			t.Errorf("a restricted concern is shared: %v", err)
		}
		testkit.OK(t, w.make(t, "amina", sharing.Change{Kind: sharing.Lift, Record: w.concern}))
		w.After(time.Hour)
		c.Until = w.today().Add(60)
		testkit.OK(t, w.make(t, "amina", c))
		var live []sharing.Shared
		testkit.OK(t, w.DB.Read(t.Context(), w.as("amina"), func(ctx context.Context, tx *store.Tx) error {
			all, err := (sharing.Store{}).SharesOf(ctx, tx, w.concern)
			live = slices.DeleteFunc(all, func(s sharing.Shared) bool { return !s.Live(tx.Now) })
			return err
		}))
		if len(live) != 1 || live[0].Last() != c.Until {
			t.Fatalf("live shares: %+v", live)
		}
		w.After(time.Hour)
		testkit.OK(t, w.make(t, "tom", sharing.Change{Kind: sharing.Recall, Record: w.concern, Of: live[0].ID}))
		w.want(t, "recalled", w.triage, "amina", "helen", "tom")
		if err := w.make(t, "tom", sharing.Change{Kind: sharing.Recall, Record: w.concern, Of: live[0].ID}); !errs.Is(err, errs.Rule) {
			t.Errorf("recalled twice: %v", err)
		}
	})
}

// CON-10: what is done is what was shown: where the readers are others by then, nothing is done.
func TestNothingIsDoneForReadersThatWereNotShown(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		c := sharing.Change{Kind: sharing.Restrict, Record: w.concern, Named: []string{"tom"}, Reason: "Need to know"}
		shown, err := w.f.Preview(t.Context(), w.as("amina"), c)
		testkit.OK(t, err)
		w.posts["hugo"] = member(oak, access.Head)
		if err := w.f.Make(t.Context(), w.as("amina"), w.id(), c, shown); !errs.Is(err, errs.Conflict) {
			t.Errorf("a head was appointed in between: %v", err)
		}
		w.want(t, "nothing is done", w.triage, "amina", "helen", "tom")
		if err := w.f.Make(t.Context(), w.as("amina"), w.id(), c, nil); !errs.Is(err, errs.Conflict) {
			t.Errorf("nobody was shown: %v", err)
		}
	})
}

// SEC-15: a form that is sent twice, even at once, is obeyed once; somebody else's is not theirs.
func TestStepSentTwiceIsTakenOnce(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		c := sharing.Change{Kind: sharing.Lock, Record: w.concern, Named: []string{"helen", "tom"}, Reason: "Need to know"}
		shown, err := w.f.Preview(t.Context(), w.as("amina"), c)
		testkit.OK(t, err)
		id := w.id()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := w.f.Make(t.Context(), w.as("amina"), id, c, shown); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if err := w.f.Make(t.Context(), w.as("tom"), id, c, shown); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody else's form: %v", err)
		}
		var steps []sharing.Taken
		testkit.OK(t, w.DB.Read(t.Context(), w.as("tom"), func(ctx context.Context, tx *store.Tx) (err error) {
			steps, err = (sharing.Store{}).Steps(ctx, tx, w.concern)
			return err
		}))
		if len(steps) != 1 {
			t.Errorf("%d steps", len(steps))
		}
		w.want(t, "whoever locked it named others", w.triage, "helen", "tom")
	})
}

// reword gives an entry of a list other words from today.
func (w *town) reword(t *testing.T, l lists.List, entry, seen, words string) string {
	t.Helper()
	id := w.id()
	testkit.OK(t, w.f.Lists.Give(t.Context(), w.as("helen"), lists.Wording{ID: id, List: l, Entry: entry, Words: words, Hint: "UK GDPR Article 6(1)(e)", From: w.today(), Reason: "Agreed today"}, seen))
	return id
}

// A share keeps the words and the edition under which it was made. What was chosen before the words were changed is chosen again.
func TestShareKeepsTheWordsItWasMadeUnder(t *testing.T) {
	each(t, func(t *testing.T, w *town) {
		c := sharing.Change{Kind: sharing.Share, Record: w.concern, To: elm, Purpose: "plan", Ground: "public-task", Until: w.today().Add(10), Reason: "Need to know"}
		testkit.OK(t, w.make(t, "amina", c))
		shown, err := w.f.Preview(t.Context(), w.as("amina"), c)
		testkit.OK(t, err)
		plan, ground := w.reword(t, lists.Purpose, "plan", "plan", "One safety plan"), w.reword(t, lists.Ground, "public-task", "public-task", "Our public task")
		if err := w.f.Make(t.Context(), w.as("amina"), w.id(), c, shown); !errs.Is(err, errs.Rule) {
			t.Errorf("shared in words that nobody saw: %v", err)
		}
		w.After(time.Hour)
		said := func() (out []string) {
			testkit.OK(t, w.DB.Read(t.Context(), w.as("amina"), func(ctx context.Context, tx *store.Tx) error {
				all, err := (sharing.Store{}).SharesOf(ctx, tx, w.concern)
				for _, s := range all {
					edition, e := store.Value[string](ctx, tx, store.SQL(`SELECT s.edition FROM sharing_share s JOIN access_record r ON r.id = s.record_id WHERE s.id = ?`, s.ID).Visible("r"))
					out, err = append(out, s.Purpose+"; "+s.Ground+"; "+edition), errors.Join(err, e)
				}
				return err
			}))
			return out
		}
		const before = "A safety plan that both schools carry; Public task: to safeguard and promote the welfare of a child; 2026"
		if got := said(); !slices.Equal(got, []string{before}) {
			t.Errorf("the share now says %q", got)
		}
		c.Purpose, c.Ground = plan, ground
		testkit.OK(t, w.make(t, "amina", c))
		if got := said(); !slices.Equal(got, []string{"One safety plan; Our public task; " + string(w.today()), before}) {
			t.Errorf("the shares say %q", got)
		}
	})
}
