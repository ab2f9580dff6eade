package concerns_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/concerns"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/search"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
)

var monday = clock.Day("2026-11-23")

// CON-1, CON-2: any adult with a post writes with a first factor and no right to read; they find their own words, the state and
// the feedback, and nothing else.
func TestReporterFindsTheirOwnWordsAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ellen := as("ellen")
		ellen.Strength = access.FirstFactor
		id, err := w.f.Send(t.Context(), ellen, w.draft())
		testkit.OK(t, err)
		testkit.OK(t, w.f.AddAccount(t.Context(), as("tom"), id, w.DB.IDs().New(w.DB.Now()), "I asked her about the door."))
		testkit.OK(t, w.f.GiveFeedback(t.Context(), as("amina"), id, "Thank you, we are acting on this"))
		testkit.OK(t, w.read(t, ellen, func(ctx context.Context, tx *store.Tx) error {
			c, err := w.store.Concern(ctx, tx, id)
			testkit.OK(t, err)
			accounts, err := w.store.Accounts(ctx, tx, id)
			testkit.OK(t, err)
			feedback, err := w.store.Feedback(ctx, tx, id)
			testkit.OK(t, err)
			if c.Number == "" || len(accounts) != 1 || accounts[0].AuthorID != "ellen" || len(feedback) != 1 {
				t.Errorf("the reporter finds %d accounts and %d feedbacks", len(accounts), len(feedback))
			}
			if _, err := w.store.Triage(ctx, tx, id); !errs.Is(err, errs.NotFound) {
				t.Errorf("the reporter reads the leads' part: %v", err)
			}
			kids, err := w.store.Children(ctx, tx, id)
			if len(kids) != 0 {
				t.Error("the reporter reads the children's parts back")
			}
			return err
		}))
		if err := w.read(t, as("eve"), func(ctx context.Context, tx *store.Tx) error {
			_, err := w.store.Concern(ctx, tx, id)
			return err
		}); !errs.Is(err, errs.NotFound) {
			t.Errorf("a lead of another school: %v", err)
		}
	})
}

// CON-15, SEC-15: a form sent twice makes one concern; somebody else's id is nothing.
func TestFormSentTwiceMakesOneConcern(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		id := w.send(t, d)
		if again := w.send(t, d); again != id {
			t.Error("a second concern was made")
		}
		if _, err := w.f.Send(t.Context(), as("tom"), d); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody else's form: %v", err)
		}
		if n := len(w.storyOf(t, as("amina"), w.child("Ivy Marsden"))); n != 1 {
			t.Errorf("%d entries in the chronology", n)
		}
	})
}

// CON-6, SEC-14: accounts are only added; nothing in the slice changes or removes one.
func TestAccountsAreOnlyAdded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		account := w.DB.IDs().New(w.DB.Now())
		for range 2 {
			testkit.OK(t, w.f.AddAccount(t.Context(), as("ellen"), id, account, "She did not want her coat taken off."))
		}
		if err := w.f.AddAccount(t.Context(), as("ellen"), id, w.DB.IDs().New(w.DB.Now()), " "); !errs.Is(err, errs.Rule) {
			t.Errorf("an empty account: %v", err)
		}
		testkit.OK(t, w.read(t, as("amina"), func(ctx context.Context, tx *store.Tx) error {
			got, err := w.store.Accounts(ctx, tx, id)
			if len(got) != 2 || got[0].Words != w.draft().Words || !got[1].Later {
				t.Errorf("%+v", got)
			}
			return err
		}))
	})
}

// CON-4: each child has their own part; one child's chronology shows nothing of another's.
func TestEachChildHasTheirOwnPart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.Words = "Declan pushed Kacper off the bench"
		d.Children = []concerns.DraftChild{{Child: w.child("Kacper Nowicki"), Role: concerns.Harmed}, {Child: w.child("Declan Ashby"), Role: concerns.Alleged, Words: "Said he had been laughed at"}, {Name: "A boy from Year 6", Role: concerns.Witness}}
		id := w.send(t, d)
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, judgement(w, concerns.Watch, 2)))
		declan := w.storyOf(t, as("amina"), w.child("Declan Ashby"))
		if len(declan) != 1 || declan[0].Voice != "Said he had been laughed at" || declan[0].Level != 0 || strings.Contains(declan[0].Line+declan[0].Voice, "Kacper") {
			t.Errorf("the alleged child's line: %+v", declan)
		}
		kacper := w.storyOf(t, as("amina"), w.child("Kacper Nowicki"))
		if len(kacper) != 2 { // the concern, and the decision with its level
			t.Errorf("the harmed child's line has %d entries", len(kacper))
		}
		if err := w.f.LinkChild(t.Context(), as("amina"), id, concerns.DraftChild{Child: w.child("Declan Ashby")}); !errs.Is(err, errs.Rule) {
			t.Errorf("the same child twice: %v", err)
		}
		testkit.OK(t, w.f.LinkChild(t.Context(), as("amina"), id, concerns.DraftChild{Child: w.child("Rowan Marsden"), Role: concerns.Sibling}))
		if got := w.storyOf(t, as("amina"), w.child("Rowan Marsden")); len(got) != 1 || got[0].Voice != "" {
			t.Errorf("the linked sibling's line: %+v", got)
		}
	})
}

// judgement is a sound decision on a concern whose version is 0.
func judgement(w *world, o concerns.Outcome, level int) concerns.Judgement {
	return concerns.Judgement{Decision: w.DB.IDs().New(w.DB.Now()), Title: "A title", Choice: concerns.Choice{Outcome: o, Level: level, Reasons: "because", Threshold: "level 3", Consulted: "Tom",
		ReviewOn: monday.Add(10), Codes: []string{"neglect"}}}
}

// CON-7: the categories are those of the edition in force on the day; an old concern keeps its edition. The reporter has no say.
func TestOldConcernKeepsItsEdition(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		if err := w.f.Decide(t.Context(), as("ellen"), id, judgement(w, concerns.Watch, 1)); !errs.Is(err, errs.NotFound) {
			t.Errorf("the reporter decided: %v", err)
		}
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, judgement(w, concerns.Watch, 1)))
		testkit.OK(t, w.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
			return tx.Put(ctx, store.SQL(`INSERT INTO concerns_category (district_id, edition, from_on, code, family, stop, name, position) VALUES (?, 'KCSIE-2027', '2027-09-01', 'neglect', 'Abuse', ?, 'Neglect, as named in 2027', 0)`, district, false))
		}))
		w.After(400 * 24 * time.Hour)
		testkit.OK(t, w.read(t, as("amina"), func(ctx context.Context, tx *store.Tx) error {
			list, err := w.store.Categories(ctx, tx, clock.DayOf(tx.Now.Time()))
			testkit.OK(t, err)
			triage, err := w.store.Triage(ctx, tx, id)
			testkit.OK(t, err)
			codes, err := w.store.Codes(ctx, tx, triage.ID)
			if len(list) != 1 || list[0].Edition != "KCSIE-2027" || len(codes) != 1 || codes[0].Edition != "KCSIE-2025" {
				t.Errorf("list %v, concern %v", list, codes)
			}
			return err
		}))
	})
}

// CON-8: each level with its reason is an entry of the chronology, and so is each change.
func TestLevelAndItsChangesAreEntries(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, judgement(w, concerns.Undecided, 1)))
		second := judgement(w, concerns.Undecided, 3)
		second.Version, second.Reasons = 1, "She has said more"
		testkit.OK(t, w.f.Decide(t.Context(), as("tom"), id, second))
		var lines []string
		for _, e := range w.storyOf(t, as("amina"), w.child("Ivy Marsden")) {
			lines = append(lines, e.Line+"|"+e.Detail)
		}
		third := judgement(w, concerns.Watch, 2)
		third.Version = 2
		testkit.OK(t, w.f.Decide(t.Context(), as("tom"), id, third))
		for _, e := range w.storyOf(t, as("amina"), w.child("Ivy Marsden")) {
			lines = append(lines, e.Line+"|"+e.Detail)
		}
		for _, want := range []string{"Level set to low|because", "Level changed from low to high|She has said more", "Watched until Thu 3 Dec; level changed from high to medium|because"} {
			if !slices.Contains(lines, want) {
				t.Errorf("%q is not in %q", want, lines)
			}
		}
	})
}

// CON-10: the preview names exactly those whom the access table will let read; being alerted gives nobody a right.
func TestPreviewNamesExactlyTheReaders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var names []string
		testkit.OK(t, w.read(t, as("ellen"), func(ctx context.Context, tx *store.Tx) error {
			rows, err := w.f.Readers(ctx, tx, oak)
			for _, r := range rows {
				names = append(names, r.Name)
			}
			return err
		}))
		id := w.send(t, w.draft())
		for _, p := range staff {
			err := w.read(t, as(p.id), func(ctx context.Context, tx *store.Tx) error {
				_, err := w.store.Triage(ctx, tx, id)
				return err
			})
			if can := err == nil; can != slices.Contains(names, p.name) {
				t.Errorf("%s can read: %v; named in the preview: %v", p.name, can, !can)
			}
		}
	})
}

// CON-12, CON-14: a decision keeps its reasons; watching comes back by itself on its day; closing and reopening need their grounds.
func TestDecisionsComeBackAndCloseWithGrounds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		j := judgement(w, concerns.Refer, 3)
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, j))
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, j)) // the same form again, now of an old version and a known id
		testkit.OK(t, w.read(t, as("amina"), func(ctx context.Context, tx *store.Tx) error {
			for _, c := range []struct {
				day clock.Day
				n   int
			}{{monday.Add(9), 0}, {monday.Add(10), 1}, {monday.Add(30), 1}} {
				got, err := w.store.Back(ctx, tx, []string{oak}, c.day)
				testkit.OK(t, err)
				if len(got) != c.n {
					t.Errorf("on %s %d come back", c.day, len(got))
				}
			}
			d, err := w.store.Decisions(ctx, tx, id)
			if len(d) != 1 || d[0].Threshold != "level 3" || d[0].Consulted != "Tom" || d[0].Reasons != "because" || d[0].ExpectedAt == 0 {
				t.Errorf("%+v", d)
			}
			return err
		}))
		closing := judgement(w, concerns.NoAction, 3)
		closing.Version, closing.ReviewOn = w.concern(t, id).Version, ""
		if err := w.f.Decide(t.Context(), as("amina"), id, closing); !errs.Is(err, errs.Rule) {
			t.Errorf("closed without the parents' view: %v", err)
		}
		testkit.OK(t, w.f.RecordParents(t.Context(), as("amina"), id, concerns.Parent{Informed: true, Words: "She thanked us"}))
		closing.Version = w.concern(t, id).Version
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, closing))
		if s := w.concern(t, id).State; s != concerns.Closed {
			t.Errorf("state %s", s)
		}
		if err := w.f.Reopen(t.Context(), as("amina"), id, ""); !errs.Is(err, errs.Rule) {
			t.Errorf("reopened without a reason: %v", err)
		}
		testkit.OK(t, w.f.Reopen(t.Context(), as("amina"), id, "She has said more"))
		if s := w.concern(t, id).State; s != concerns.Deciding {
			t.Errorf("state %s", s)
		}
	})
}

// SEC-14: of two leads who decide from the same page the second is told, and nothing of theirs is written over the first's.
func TestSecondLeadOfTwoIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, judgement(w, concerns.Watch, 1)))
		if err := w.f.Decide(t.Context(), as("tom"), id, judgement(w, concerns.Refer, 3)); !errs.Is(err, errs.Conflict) {
			t.Fatalf("the second lead got %v", err)
		}
		if s := w.concern(t, id).State; s != concerns.Watching {
			t.Errorf("state %s", s)
		}
	})
}

// CON-13: with an unsafe category the parents cannot be recorded as told until the advice is.
func TestParentsAreNotToldAgainstTheStop(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		j := judgement(w, concerns.Undecided, 3)
		j.Codes = []string{"forced-marriage"}
		testkit.OK(t, w.f.Decide(t.Context(), as("amina"), id, j))
		told := concerns.Parent{Informed: true, Words: "They were angry"}
		if err := w.f.RecordParents(t.Context(), as("amina"), id, told); !errs.Is(err, errs.Rule) || !strings.Contains(errs.Sentence(err), "01632 960 300") {
			t.Errorf("told against the stop: %v", err)
		}
		testkit.OK(t, w.f.RecordAdvice(t.Context(), as("amina"), id, concerns.Advice{Kind: concerns.AskedFirst, Who: "the front door", Words: "Wait for the call at 14:30"}))
		testkit.OK(t, w.f.RecordParents(t.Context(), as("amina"), id, told))
	})
}

// CON-16: marks keep their order and number; one in no known zone never reaches the slice (the form drops it).
func TestMarksKeepTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.Marks = []concerns.Mark{{Zone: "front-left-forearm", Note: "Yellow, 5 cm"}, {Zone: "back-left-upper-arm", Note: "Red"}}
		id := w.send(t, d)
		testkit.OK(t, w.read(t, as("amina"), func(ctx context.Context, tx *store.Tx) error {
			a, err := w.store.Accounts(ctx, tx, id)
			if len(a) != 1 || len(a[0].Marks) != 2 || a[0].Marks[0].Number != 1 || a[0].Marks[1].Zone != "back-left-upper-arm" {
				t.Errorf("%+v", a)
			}
			return err
		}))
	})
}

// CON-19: what was told at the gate is owed an answer until one is made.
func TestReplyIsOwedUntilItIsMade(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.Source, d.Children, d.SaidBy, d.Reply = concerns.Gate, nil, "A grandparent", true
		id := w.send(t, d)
		owing := func() (n int) {
			testkit.OK(t, w.read(t, as("amina"), func(ctx context.Context, tx *store.Tx) error {
				rows, err := w.store.Owing(ctx, tx, []string{oak})
				n = len(rows)
				if n == 1 && rows[0].ReplyDue != clock.Of(monday.Add(2).At(15, 30)) {
					t.Errorf("due %s", rows[0].ReplyDue.London())
				}
				return err
			}))
			return n
		}
		testkit.OK(t, w.f.Take(t.Context(), as("amina"), id))
		if owing() != 1 {
			t.Error("not on the list of answers owed")
		}
		testkit.OK(t, w.f.Replied(t.Context(), as("amina"), id))
		if owing() != 0 {
			t.Error("still owed")
		}
	})
}

// CON-20: the day code is each school's and each day's own; whoever writes with it has no account and sees nothing.
func TestDayCodeChangesDailyAndOpensNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		codes := map[string]bool{}
		for _, org := range []string{oak, elm} {
			for i := range 5 {
				codes[w.f.DayCode(org, monday.Add(i))] = true
			}
		}
		if len(codes) != 10 {
			t.Errorf("%d codes for ten school-days", len(codes))
		}
		d := w.draft()
		d.Source, d.Children, d.Author = concerns.Code, nil, "Sam Supply, supply teacher, 07700 900 123"
		id, err := w.f.Send(t.Context(), access.System(district, "day code"), d)
		testkit.OK(t, err)
		testkit.OK(t, w.f.LinkChild(t.Context(), as("amina"), id, concerns.DraftChild{Child: w.child("Ivy Marsden"), Role: concerns.Harmed}))
		if got := w.storyOf(t, as("amina"), w.child("Ivy Marsden")); len(got) != 1 {
			t.Errorf("the lead attached the child: %+v", got)
		}
		if err := w.read(t, access.Public(district), func(ctx context.Context, tx *store.Tx) error {
			_, err := w.store.Concern(ctx, tx, id)
			return err
		}); !errs.Is(err, errs.NotFound) {
			t.Errorf("the writer can read it: %v", err)
		}
	})
}

// CON-21: more than twenty looks in an hour are told to the lead once, by the log.
func TestManyLooksAreTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range concerns.PickerLooks + 3 {
			testkit.OK(t, w.f.Look(t.Context(), as("ellen"), oak))
		}
		testkit.OK(t, w.read(t, access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
			n, err := store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM audit_entry WHERE action = 'picker.many-looks' AND actor_id = 'ellen'`))
			if n != 1 {
				t.Errorf("told %d times", n)
			}
			return err
		}))
	})
}

// CON-22: what was read two school days ago without a word to the reporter is a list; one phrase takes it off.
func TestSilenceIsAList(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		testkit.OK(t, w.read(t, as("amina"), func(ctx context.Context, tx *store.Tx) error { // a lead opens it
			_, err := w.f.Panels(ctx, tx)
			return err
		}))
		testkit.OK(t, w.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
			return tx.Put(ctx, store.SQL(`UPDATE concerns_concern SET read_at = ?, state = 'read' WHERE id = ?`, int64(tx.Now), string(id)))
		}))
		silent := func(before clock.Millis) (n int) {
			testkit.OK(t, w.read(t, as("amina"), func(ctx context.Context, tx *store.Tx) error {
				rows, err := w.store.Silent(ctx, tx, []string{oak}, before)
				n = len(rows)
				return err
			}))
			return n
		}
		if silent(w.DB.Now()) != 0 || silent(w.DB.Now().Add(time.Hour)) != 1 {
			t.Error("silence begins when it was read")
		}
		testkit.OK(t, w.f.GiveFeedback(t.Context(), as("amina"), id, "Thank you, we are acting on this"))
		if silent(w.DB.Now().Add(time.Hour)) != 0 {
			t.Error("still silent after a phrase")
		}
	})
}

// ENC-1: a notice is an entry of its own kind, told at once, and due before the bell.
func TestPoliceNoticeIsItsOwnKind(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.Source = concerns.Police
		id, err := w.f.Send(t.Context(), as("joan"), d)
		testkit.OK(t, err)
		got := w.storyOf(t, as("amina"), w.child("Ivy Marsden"))
		if len(got) != 1 || got[0].Kind != story.Notice || got[0].Line != "Police notice" {
			t.Errorf("%+v", got)
		}
		testkit.OK(t, w.f.RecordAdvice(t.Context(), as("amina"), id, concerns.Advice{Kind: concerns.ToldOf, Who: "Grace Ito", Words: "Handle with care today"}))
	})
}

// SEC-2: the words of a concern are found by a lead of the school and by nobody else.
func TestWordsAreFoundByTheSchoolsLeads(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.send(t, w.draft())
		for _, c := range []struct {
			who, org string
			n        int
		}{{"amina", oak, 1}, {"eve", elm, 0}, {"eve", oak, 0}, {"ellen", oak, 1}} {
			testkit.OK(t, w.read(t, as(c.who), func(ctx context.Context, tx *store.Tx) error {
				got, err := search.Texts(ctx, tx, []string{c.org}, "door", access.Concern)
				if len(got) != c.n {
					t.Errorf("%s found %d", c.who, len(got))
				}
				return err
			}))
		}
	})
}
