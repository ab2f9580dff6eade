package adults_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/adults"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/testkit"
)

// LLC-1, SEC-10: whoever writes, whoever receives, and nobody else: not the subject, the leads, the administrator, another head.
func TestOnlyWriterAndRecipientRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			about, decides string
			harm           bool
		}{{"grace", "helen", false}, {"helen", "ravi", true}, {"amina", "helen", true}, {"marek", "helen", false}} {
			d := w.draft()
			d.About, d.Harm = c.about, c.harm
			id := w.send(t, d)
			reads, decides := w.readers(t, id)
			want := []string{c.decides, "ellen"}
			slices.Sort(want)
			if !slices.Equal(reads, want) || !slices.Equal(decides, []string{c.decides}) {
				t.Errorf("about %s: read by %v, decided by %v", c.about, reads, decides)
			}
			if got := w.told(t, id); !slices.Equal(got, []string{c.decides}) {
				t.Errorf("about %s: told %v", c.about, got)
			}
		}
	})
}

// CON-1, SEC-25: one factor is enough to write and to find one's own words and what was written back, and nothing else.
func TestWriterFindsTheirOwnWordsWithOneFactor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ellen := as("ellen")
		ellen.Strength = access.FirstFactor
		id, err := w.f.Send(t.Context(), ellen, w.draft())
		testkit.OK(t, err)
		testkit.OK(t, w.f.GiveFeedback(t.Context(), as("helen"), id, w.id(), "Thank you for telling me."))
		testkit.OK(t, w.f.AddAccount(t.Context(), as("helen"), id, w.id(), "I heard it too."))
		testkit.OK(t, w.f.AddAccount(t.Context(), ellen, id, w.id(), "It was louder than I wrote."))
		w.read(t, ellen, func(ctx context.Context, tx *store.Tx) error {
			mine, err := w.store.Mine(ctx, tx, 10)
			testkit.OK(t, err)
			accounts, err := w.store.Accounts(ctx, tx, id)
			testkit.OK(t, err)
			feedback, err := w.store.Feedback(ctx, tx, id)
			testkit.OK(t, err)
			if len(mine) != 1 || len(accounts) != 2 || len(feedback) != 1 {
				t.Errorf("the writer finds %d worries, %d accounts, %d feedbacks", len(mine), len(accounts), len(feedback))
			}
			if _, err := w.store.Case(ctx, tx, id); !errs.Is(err, errs.NotFound) {
				t.Errorf("the writer reads what the decision maker wrote: %v", err)
			}
			return nil
		})
		helen := as("helen")
		helen.Strength = access.FirstFactor
		if err := w.f.Take(t.Context(), helen, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("a recipient with one factor: %v", err)
		}
	})
}

// SEC-15: a form sent twice makes one; somebody else's id is nothing.
func TestFormSentTwiceMakesOne(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		w.send(t, d)
		w.send(t, d)
		if _, err := w.f.Send(t.Context(), as("amina"), d); !errs.Is(err, errs.NotFound) {
			t.Errorf("somebody else's form: %v", err)
		}
		if got := w.told(t, d.ID); len(got) != 1 {
			t.Errorf("told %v", got)
		}
	})
}

// CON-10: what would go another way than the page has shown is not sent.
func TestChangedWayIsShownBeforeItIsGone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.Readers = "as it was"
		if _, err := w.f.Send(t.Context(), as("ellen"), d); !errs.Is(err, errs.Conflict) || !strings.Contains(errs.Sentence(err), "who will read this") {
			t.Errorf("sent although the way has changed: %v", err)
		}
		if reads, _ := w.readers(t, d.ID); len(reads) != 0 {
			t.Errorf("it is there for %v", reads)
		}
	})
}

// LLC-2: unread for an hour of school time it goes to the named stand-in; said again after that, and then to the writer, who is told
// that they may ring. Who has taken it stops the clock.
func TestUnreadGoesToTheStandIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Clock.Set(clock.Day("2026-11-23").At(9, 0))
		id, taken := w.send(t, w.draft()), w.send(t, w.draft())
		testkit.OK(t, w.f.Take(t.Context(), as("helen"), taken))
		w.After(59 * time.Minute)
		w.sweep(t)
		if _, decides := w.readers(t, id); !slices.Equal(decides, []string{"helen"}) {
			t.Fatalf("after 59 minutes: %v", decides)
		}
		w.After(time.Minute)
		w.sweep(t)
		w.sweep(t)
		if _, decides := w.readers(t, id); !slices.Equal(decides, []string{"helen", "tom"}) {
			t.Fatalf("after an hour: %v", decides)
		}
		if _, decides := w.readers(t, taken); !slices.Equal(decides, []string{"helen"}) {
			t.Errorf("one that was taken went to %v", decides)
		}
		if got := w.told(t, id); !slices.Equal(got, []string{"helen", "tom"}) {
			t.Errorf("told %v", got)
		}
		w.After(time.Hour)
		w.sweep(t)
		if got := w.told(t, id); !slices.Equal(got[2:], []string{"ellen", "helen", "tom"}) {
			t.Errorf("said again to %v", got[2:])
		}
		testkit.OK(t, w.f.Take(t.Context(), as("tom"), id))
		w.After(48 * time.Hour)
		w.sweep(t)
		if got := w.told(t, id); len(got) != 5 {
			t.Errorf("told after it was taken: %v", got)
		}
	})
}

// LLC-2: where a child may have been harmed it is 15 minutes at any hour; the stand-in is never the subject or of their household,
// and then the next office stands in.
func TestStandInIsNeverTheSubjectOrOfTheirHousehold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Clock.Set(clock.Day("2026-11-28").At(3, 0)) // a Saturday night
		testkit.OK(t, w.f.SetHousehold(t.Context(), as("ravi"), oak, "tom", "grace", true))
		about, household := w.draft(), w.draft()
		about.About, about.Harm = "tom", true
		household.Harm = true
		for _, d := range []adults.Draft{about, household} {
			id := w.send(t, d)
			w.After(15 * time.Minute)
			w.sweep(t)
			reads, decides := w.readers(t, id)
			if !slices.Equal(decides, []string{"helen", "ravi"}) || slices.Contains(reads, "tom") {
				t.Errorf("about %s: decided by %v, read by %v", d.About, decides, reads)
			}
		}
	})
}

// LLC-2: a recipient who is away has the stand-in told at once.
func TestStandInIsToldAtOnceWhenTheRecipientIsAway(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := w.f.SetCover(t.Context(), as("helen"), oak, adults.Cover{Away: "2026-11-25"}); !errs.Is(err, errs.Rule) {
			t.Errorf("away with nobody standing in: %v", err)
		}
		testkit.OK(t, w.f.SetCover(t.Context(), as("helen"), oak, adults.Cover{StandIn: "tom", Away: "2026-11-25"}))
		id := w.send(t, w.draft())
		if _, decides := w.readers(t, id); !slices.Equal(decides, []string{"helen", "tom"}) {
			t.Errorf("decided by %v", decides)
		}
		w.After(72 * time.Hour)
		later := w.send(t, w.draft())
		if _, decides := w.readers(t, later); !slices.Equal(decides, []string{"helen"}) {
			t.Errorf("back again, decided by %v", decides)
		}
	})
}

// LLC-1: the first reader reads the words of a low-level one and decides nothing; of anything more they learn nothing.
func TestFirstReaderReadsLowLevelOnesAndDecidesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := w.f.SetFirst(t.Context(), as("ravi"), oak, "amina"); !errs.Is(err, errs.NotFound) {
			t.Errorf("the chair names the head's first reader: %v", err)
		}
		testkit.OK(t, w.f.SetFirst(t.Context(), as("helen"), oak, "amina"))
		low, harm := w.draft(), w.draft()
		harm.Harm = true
		for _, c := range []struct {
			d     adults.Draft
			first bool
		}{{low, true}, {harm, false}} {
			id := w.send(t, c.d)
			reads, decides := w.readers(t, id)
			if slices.Contains(reads, "amina") != c.first || slices.Contains(decides, "amina") {
				t.Errorf("harm %v: read by %v, decided by %v", c.d.Harm, reads, decides)
			}
			if err := w.f.Take(t.Context(), as("amina"), id); !errs.Is(err, errs.NotFound) {
				t.Errorf("the first reader takes it: %v", err)
			}
		}
	})
}

// SEC-10: whoever wrote about themselves finds their words, and nothing of what others make of them.
func TestWhoWroteAboutThemselvesReadsNothingOfTheDecision(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.About, d.Self = "", true
		id := w.send(t, d)
		w.judge(t, "helen", id, adults.LowLevel)
		w.read(t, as("ellen"), func(ctx context.Context, tx *store.Tx) error {
			if c, err := w.store.Concern(ctx, tx, id); err != nil || c.About != "ellen" {
				t.Errorf("their own words: %v", err)
			}
			decisions, err := w.store.Decisions(ctx, tx, id)
			if len(decisions) != 0 || err != nil {
				t.Errorf("%d decisions about them, %v", len(decisions), err)
			}
			_, err = w.store.Case(ctx, tx, id)
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("the decision maker's part: %v", err)
			}
			return nil
		})
	})
}

// LLC-3: the designated officer reads what was referred and no other, advises, and does not decide for the school; nobody is
// questioned before the advice.
func TestDesignatedOfficerReadsWhatWasReferred(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d, other := w.draft(), w.draft()
		d.Harm = true
		id, kept := w.send(t, d), w.send(t, other)
		_, k := w.concern(t, id)
		if want := clock.Of(clock.Day("2026-11-24").At(16, 30)); k.DueAt != want || k.ToldAt != 0 {
			t.Errorf("due %s", k.DueAt.London())
		}
		ask := adults.Step{ID: w.id(), Kind: adults.Questioned, Who: "Grace", Words: "I asked her."}
		if err := w.f.AddStep(t.Context(), as("helen"), id, ask); !errs.Is(err, errs.Rule) {
			t.Errorf("questioned before advice: %v", err)
		}
		w.judge(t, "helen", id, adults.Allegation, "harmed")
		testkit.OK(t, w.f.Refer(t.Context(), as("helen"), id, w.id()))
		if _, k := w.concern(t, id); k.ToldAt == 0 {
			t.Error("the clock still runs")
		}
		if reads, _ := w.readers(t, kept); slices.Contains(reads, "maud") {
			t.Error("the officer reads what was not referred")
		}
		if reads, _ := w.readers(t, id); !slices.Contains(reads, "maud") || slices.Contains(reads, "sid") || slices.Contains(reads, "carys") {
			t.Errorf("read by %v", reads)
		}
		maud := as("maud")
		if err := w.f.Close(t.Context(), maud, id, w.id(), "false", "No."); !errs.Is(err, errs.Rule) {
			t.Errorf("the officer closes it: %v", err)
		}
		testkit.OK(t, w.f.AddStep(t.Context(), maud, id, adults.Step{ID: w.id(), Kind: adults.Advice, Words: "Speak with her on Tuesday."}))
		testkit.OK(t, w.f.AddStep(t.Context(), as("helen"), id, ask))
		testkit.OK(t, w.f.AddStep(t.Context(), as("helen"), id, ask)) // sent twice
		w.read(t, as("helen"), func(ctx context.Context, tx *store.Tx) error {
			steps, err := w.store.StepsOf(ctx, tx, k.ID)
			if len(steps) != 3 || !slices.ContainsFunc(steps, func(s adults.Step) bool { return s.Kind == adults.Advice && s.Who == "Maud Ferris" }) {
				t.Errorf("%+v", steps)
			}
			return err
		})
		testkit.OK(t, w.f.Close(t.Context(), as("helen"), id, w.id(), "unsubstantiated", "Not enough either way."))
		testkit.OK(t, w.f.Reopen(t.Context(), as("helen"), id, w.id(), "A second witness came."))
		if c, k := w.concern(t, id); c.State != adults.Deciding || k.Outcome != "" {
			t.Errorf("after reopening: %s, %q", c.State, k.Outcome)
		}
	})
}

// LLC-4, CHR-3: what happened to the child is in the child's file for those who decide, with the adult by reference only; the
// subject and the leads see no line and no gap. A lead who was named sees that part and nothing of the adult.
func TestHarmedChildHasAnEntryThatLeadsNowhere(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.About, d.Harm = "amina", true // the lead herself
		d.Children = []adults.DraftChild{{Child: w.ivy, Words: "She said an adult held her arm."}}
		named := d
		named.ID, named.Children = adults.ID(w.id()), []adults.DraftChild{{Child: w.ivy, Words: "Amina held her arm."}}
		if _, err := w.f.Send(t.Context(), as("ellen"), named); !errs.Is(err, errs.Rule) {
			t.Errorf("the adult is named in the child's file: %v", err)
		}
		id := w.send(t, d)
		helen := w.line(t, "helen")
		if !strings.Contains(helen, "She said an adult held her arm.") || !strings.Contains(helen, "by reference only") || strings.Contains(helen, "Amina") || strings.Contains(helen, "zqword") {
			t.Errorf("the head sees %q", helen)
		}
		for _, who := range []string{"amina", "tom", "ravi", "grace", "marek", "sid", "maud"} {
			if got := w.line(t, who); got != "" {
				t.Errorf("%s sees %q", who, got)
			}
		}
		var entry string
		w.read(t, as("helen"), func(ctx context.Context, tx *store.Tx) error {
			kids, err := w.store.Children(ctx, tx, string(id))
			testkit.OK(t, err)
			entry = kids[0].Harm
			r, err := tx.Record(ctx, entry)
			if r.Parent != "" || !r.Restricted || r.Subject != "amina" {
				t.Errorf("the entry's record: %+v", r)
			}
			seen, err2 := story.Line(ctx, tx, w.ivy, 0)
			if len(seen) != 1 || seen[0].Head != entry {
				t.Error("the entry leads elsewhere than to itself")
			}
			if err == nil {
				err = err2
			}
			return err
		})
		if err := w.f.NameLead(t.Context(), as("helen"), id, entry, "amina"); !errs.Is(err, errs.Rule) {
			t.Errorf("the subject is named to look after the child: %v", err)
		}
		testkit.OK(t, w.f.NameLead(t.Context(), as("helen"), id, entry, "tom"))
		if got := w.line(t, "tom"); !strings.Contains(got, "held her arm") {
			t.Errorf("the named lead sees %q", got)
		}
		if reads, _ := w.readers(t, id); slices.Contains(reads, "tom") {
			t.Error("the named lead reads about the adult")
		}
		// Another child's entry, by the decision maker; the stand-in and the officer read it as they read the rest.
		testkit.OK(t, w.f.AddEntry(t.Context(), as("helen"), id, w.id(), "", w.ivy, "Her mother was told."))
		testkit.OK(t, w.f.Refer(t.Context(), as("helen"), id, w.id()))
		if got := w.line(t, "maud"); strings.Count(got, "\n") != 2 {
			t.Errorf("the officer sees %q", got)
		}
	})
}

// LLC-1: who it is about becomes known. Whoever may then not learn of it reads it no more; a decision maker who is close to them
// hands it on by saying so.
func TestIdentifyingClosesItToWhoIsClose(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.About, d.Name, d.Works = "", "Somebody tall", adults.Staff
		first, second := w.send(t, d), adults.ID("")
		w.After(time.Hour + 10*time.Minute)
		w.sweep(t) // to the stand-in
		testkit.OK(t, w.f.Identify(t.Context(), as("helen"), first, adults.Concern{About: "tom"}))
		if _, decides := w.readers(t, first); !slices.Equal(decides, []string{"helen"}) {
			t.Errorf("about the stand-in, decided by %v", decides)
		}
		testkit.OK(t, w.f.SetHousehold(t.Context(), as("ravi"), oak, "helen", "grace", true))
		d.ID = adults.ID(w.id())
		second = w.send(t, d)
		testkit.OK(t, w.f.Identify(t.Context(), as("helen"), second, adults.Concern{About: "grace"}))
		reads, decides := w.readers(t, second)
		if !slices.Equal(decides, []string{"ravi"}) || !slices.Equal(reads, []string{"ellen", "ravi"}) {
			t.Errorf("about somebody of the head's household: read by %v, decided by %v", reads, decides)
		}
		if c, _ := w.concern(t, second); c.TakenAt != 0 || c.Office != adults.Chair {
			t.Errorf("%+v", c)
		}
	})
}

// SEC-14: of two who save the same version, the second is told and nothing of theirs is kept over the first's.
func TestSecondOfTwoDecidersIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.send(t, w.draft())
		j := adults.Judgement{ID: w.id(), Kind: adults.LowLevel, Reasons: "None of the four."}
		testkit.OK(t, w.f.Judge(t.Context(), as("helen"), id, j))
		testkit.OK(t, w.f.Judge(t.Context(), as("helen"), id, j)) // the same form again
		j.ID = w.id()
		if err := w.f.Judge(t.Context(), as("helen"), id, j); !errs.Is(err, errs.Conflict) {
			t.Errorf("the second: %v", err)
		}
	})
}

// LLC-2: of a taking and an escalation at once, whichever is first wins; never is one told after it was taken.
func TestTakingAndEscalatingAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for range 8 {
			d := w.draft()
			d.Harm = true
			id := w.send(t, d)
			w.After(16 * time.Minute)
			var wg sync.WaitGroup
			wg.Add(2)
			go func() { defer wg.Done(); testkit.OK(t, w.f.Take(t.Context(), as("helen"), id)) }()
			go func() { defer wg.Done(); w.sweep(t) }()
			wg.Wait()
			before := len(w.told(t, id))
			w.After(5 * time.Hour)
			w.sweep(t)
			if got := w.told(t, id); len(got) != before || before > 2 {
				t.Fatalf("told after it was taken: %v", got)
			}
		}
	})
}

// SEC-16: a mail does not say that it is about an adult, nor anything else; the subject gets none.
func TestMailSaysNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		d := w.draft()
		d.Harm = true
		id := w.send(t, d)
		w.After(20 * time.Minute)
		w.sweep(t)
		testkit.OK(t, w.f.Refer(t.Context(), as("helen"), id, w.id()))
		if _, err := w.queue.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(w.sent) != 3 {
			t.Fatalf("%d mails", len(w.sent))
		}
		for _, m := range w.sent {
			if m.To == "grace@haverdale.example" {
				t.Error("the subject is mailed")
			}
			for _, word := range []string{"adult", "Grace", "Ellen", "allegation", "zqword", "Hall", "Choir", "oak", "officer", "harm", "staff"} {
				if strings.Contains(strings.ToLower(m.Subject+m.Text+m.HTML), strings.ToLower(word)) {
					t.Errorf("a mail says %q: %s", word, m.Text)
				}
			}
		}
	})
}

// LLC-1: what a school settles is settled by its head and its chair, each for themselves.
func TestSettingsAreSettledByHeadAndChair(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, who := range []string{"amina", "marek", "ellen", "eve", "maud"} {
			if err := w.f.SetCover(t.Context(), as(who), oak, adults.Cover{StandIn: "tom"}); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s settles: %v", who, err)
			}
		}
		if err := w.f.SetCover(t.Context(), as("helen"), oak, adults.Cover{StandIn: "helen"}); !errs.Is(err, errs.Rule) {
			t.Errorf("herself: %v", err)
		}
		if err := w.f.SetCover(t.Context(), as("helen"), oak, adults.Cover{StandIn: "eve"}); !errs.Is(err, errs.Rule) {
			t.Errorf("somebody of another school: %v", err)
		}
		testkit.OK(t, w.f.SetHousehold(t.Context(), as("helen"), oak, "helen", "grace", true))
		if err := w.f.SetHousehold(t.Context(), as("helen"), oak, "grace", "helen", false); !errs.Is(err, errs.Rule) {
			t.Errorf("the head takes back her own household: %v", err)
		}
		testkit.OK(t, w.f.SetHousehold(t.Context(), as("ravi"), oak, "grace", "helen", false))
		testkit.OK(t, w.f.SetProprietor(t.Context(), as("helen"), oak, true))
		if err := w.f.SetProprietor(t.Context(), as("helen"), oak, false); !errs.Is(err, errs.Rule) {
			t.Errorf("the head takes it back: %v", err)
		}
		d := w.draft()
		d.About = "helen"
		id := w.send(t, d)
		if _, decides := w.readers(t, id); !slices.Equal(decides, []string{"maud"}) {
			t.Errorf("about a head who is the proprietor: %v", decides)
		}
		// The designated officer decides what came to them.
		testkit.OK(t, w.f.Take(t.Context(), as("maud"), id))
	})
}
