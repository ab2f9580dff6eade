package quiz_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/training/quiz"
	"kith/internal/kernel/clock"
)

func contains(s, words string) bool { return strings.Contains(s, words) }

// QUI-1: the starter bank has forty questions or more, each whole, of a theme and with a source; every theme has some that everybody can be asked.
func TestStarterBankIsWhole(t *testing.T) {
	s := quiz.Starter()
	bank := bank()
	if len(bank) < 40 {
		t.Errorf("only %d questions ship", len(bank))
	}
	seen := map[string]bool{}
	everybody := map[string]int{}
	kinds := map[quiz.Kind]int{}
	for _, q := range bank {
		if err := quiz.CheckQuestion(q); err != nil {
			t.Errorf("%s: %v", q.Key, err)
		}
		if seen[q.Key] || q.Edition == "" || q.Stale() {
			t.Errorf("%s: its key is not its own, or it rests on no document", q.Key)
		}
		seen[q.Key] = true
		kinds[q.Kind]++
		if len(q.Groups) == 0 {
			everybody[q.Theme]++
		}
		if len(q.Text) > 220 || len(q.Explain) > 320 {
			t.Errorf("%s is too long for a phone", q.Key)
		}
	}
	for _, theme := range s.Themes {
		if everybody[theme.Key] < 2 {
			t.Errorf("%s has %d questions for everybody", theme.Key, everybody[theme.Key])
		}
	}
	for _, k := range []quiz.Kind{quiz.OneAnswer, quiz.Several, quiz.TrueFalse, quiz.Order} {
		if kinds[k] < 2 {
			t.Errorf("the bank has %d questions of kind %s", kinds[k], k)
		}
	}
	if s.EveryMonths != 6 {
		t.Errorf("everybody takes a quiz every %d months", s.EveryMonths)
	}
}

// bank is the starter bank as the store has it.
func bank() (out []quiz.Question) {
	for i, q := range quiz.StarterQuestions() {
		q.ID = quiz.QuestionID(fmt.Sprintf("q%03d", i))
		out = append(out, q)
	}
	return out
}

func TestTitleTellsTheStaffGroup(t *testing.T) {
	for title, want := range map[string]string{"Lunchtime supervisor": "lunchtime", "Midday Assistant": "lunchtime", "Class teacher": "teachers", "Headteacher": "leaders", "Deputy safeguarding lead": "leaders",
		"School business manager": "office", "Lead governor for safeguarding": "governors", "Teaching assistant": "support", "Caretaker": "site", "PSHE lead": "teachers", "": "teachers"} {
		if got := quiz.GroupOf(title); got != want {
			t.Errorf("%q is in %q, want %q", title, got, want)
		}
	}
}

// QUI-1: of several answers all must be chosen and no other; an order must be whole.
func TestWhatIsRight(t *testing.T) {
	several := quiz.Question{Kind: quiz.Several, Options: []quiz.Option{{"a", true}, {"b", false}, {"c", true}}}
	order := quiz.Question{Kind: quiz.Order, Options: []quiz.Option{{"a", true}, {"b", true}, {"c", true}}}
	one := quiz.Question{Kind: quiz.OneAnswer, Options: []quiz.Option{{"a", false}, {"b", true}}}
	for _, c := range []struct {
		q     quiz.Question
		c     quiz.Choice
		right bool
		fault string
	}{
		{several, quiz.Choice{0, 2}, true, ""}, {several, quiz.Choice{2, 0}, true, ""}, {several, quiz.Choice{0}, false, ""}, {several, quiz.Choice{0, 1, 2}, false, ""}, {several, nil, false, "at least one"},
		{order, quiz.Choice{0, 1, 2}, true, ""}, {order, quiz.Choice{1, 0, 2}, false, ""}, {order, quiz.Choice{0, 1}, false, "place of its own"}, {order, quiz.Choice{0, 0, 2}, false, "place of its own"},
		{one, quiz.Choice{1}, true, ""}, {one, quiz.Choice{0}, false, ""}, {one, quiz.Choice{0, 1}, false, "one answer"}, {one, quiz.Choice{7}, false, "answers shown"}, {one, quiz.Choice{-1}, false, "answers shown"}, {one, nil, false, "one answer"},
	} {
		if got := quiz.Right(c.q, c.c); got != c.right {
			t.Errorf("%v of %s is right: %v", c.c, c.q.Kind, got)
		}
		if err := quiz.CheckChoice(c.q, c.c); (err != nil) != (c.fault != "") {
			t.Errorf("%v of %s: %v", c.c, c.q.Kind, err)
		} else if err != nil {
			refused(t, err, c.fault)
		}
	}
}

// QUI-1: an order is never shown in its order, all options are shown once, and always alike.
func TestShownOptionsDoNotTell(t *testing.T) {
	first := 0
	for _, q := range bank() {
		shown := quiz.Shown(q)
		if !slices.Equal(shown, quiz.Shown(q)) {
			t.Errorf("%s is shown now this way, now that", q.Key)
		}
		sorted := slices.Sorted(slices.Values(shown))
		for i, n := range sorted {
			if n != i {
				t.Errorf("%s does not show each option once: %v", q.Key, shown)
			}
		}
		if q.Kind == quiz.Order && slices.IsSorted(shown) {
			t.Errorf("%s is shown in its order", q.Key)
		}
		if q.Kind == quiz.OneAnswer && shown[0] == 0 {
			first++
		}
	}
	if first > 14 {
		t.Errorf("the answer stands first %d times", first)
	}
}

// QUI-1: the same bank gives the same quiz in whatever order it is read; no theme has two questions more than another that had some left;
// no question is twice in it, is stale, retired, another school's, or not for everybody who is asked.
func TestPickIsBalancedAndDecidedByTheQuizAlone(t *testing.T) {
	all := bank()
	rapid.Check(t, func(t *rapid.T) {
		q := quiz.Quiz{ID: quiz.ID(rapid.StringMatching(`[a-z0-9]{8}`).Draw(t, "id")), Org: oak, Size: rapid.IntRange(3, 10).Draw(t, "size")}
		for _, g := range quiz.Starter().Groups {
			if rapid.Bool().Draw(t, g.Key) {
				q.Groups = append(q.Groups, g.Key)
			}
		}
		b := slices.Clone(all)
		used := map[quiz.QuestionID]bool{}
		for i := range b {
			switch rapid.IntRange(0, 9).Draw(t, "fate") {
			case 0:
				b[i].Current = "2031"
			case 1:
				b[i].State = quiz.Retired
			case 2:
				b[i].Org = elm
			case 3, 4:
				used[b[i].ID] = true
			}
		}
		got, err := quiz.Pick(b, q, used)
		shuffled := slices.Clone(b)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Shuffle(len(b), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again, _ := quiz.Pick(shuffled, q, used)
		if len(got) != len(again) {
			t.Fatal("another order of the bank gives another quiz")
		}
		fitting := map[string]int{}
		for _, x := range b {
			if quiz.Fits(x, q) {
				fitting[x.Theme]++
			}
		}
		if err != nil {
			n := 0
			for _, k := range fitting {
				n += k
			}
			if n >= q.Size {
				t.Fatalf("%d fit and it says %v", n, err)
			}
			return
		}
		in, seen := map[string]int{}, map[quiz.QuestionID]bool{}
		for i, x := range got {
			if x.ID != again[i].ID {
				t.Fatal("another order of the bank gives another quiz")
			}
			if seen[x.ID] || x.Stale() || x.State != quiz.Live || x.Org == elm {
				t.Fatalf("%s cannot stand in it", x.Key)
			}
			for _, g := range q.Groups {
				if len(x.Groups) > 0 && !slices.Contains(x.Groups, g) {
					t.Fatalf("%s is not for %s", x.Key, g)
				}
			}
			if len(q.Groups) == 0 && len(x.Groups) > 0 {
				t.Fatalf("%s is not for everybody", x.Key)
			}
			seen[x.ID] = true
			in[x.Theme]++
		}
		for a, n := range in {
			for b, fits := range fitting {
				if in[b] < n-1 && in[b] < fits {
					t.Fatalf("%d of %s and %d of %s", n, a, in[b], b)
				}
			}
		}
		for _, x := range got { // nothing old while something new of its theme is left
			for _, y := range b {
				if used[x.ID] && !used[y.ID] && y.Theme == x.Theme && quiz.Fits(y, q) && !seen[y.ID] {
					t.Fatalf("%s was asked before, and %s was not", x.Key, y.Key)
				}
			}
		}
	})
}

// QUI-1: six months, also from a day that the later month does not have.
func TestDueAfterSixMonths(t *testing.T) {
	for last, want := range map[clock.Day]clock.Day{"2026-05-23": "2026-11-23", "2026-08-31": "2027-02-28", "2025-08-31": "2026-02-28", "2027-08-30": "2028-02-29", "2026-12-01": "2027-06-01", "": ""} {
		if got := quiz.DueSince(last, 6); got != want {
			t.Errorf("%s: due from %s, want %s", last, got, want)
		}
	}
	if quiz.Due("2026-05-24", "2026-11-23", 6) || !quiz.Due("2026-05-23", "2026-11-23", 6) || !quiz.Due("", "2026-11-23", 6) {
		t.Error("the day itself counts, the one before does not, and never means now")
	}
}

// QUI-3: a need that was met closes or opens again by what the next quiz shows; others stay.
func TestNextQuizShowsWhetherAGapClosed(t *testing.T) {
	for _, c := range []struct {
		state     quiz.NeedState
		right, of int
		want      quiz.NeedState
	}{
		{quiz.NeedMet, 7, 10, quiz.NeedClosed}, {quiz.NeedMet, 69, 100, quiz.NeedOpen}, {quiz.NeedMet, 0, 0, quiz.NeedMet}, {quiz.NeedPlanned, 10, 10, quiz.NeedPlanned}, {quiz.NeedOpen, 10, 10, quiz.NeedOpen}, {quiz.NeedClosed, 0, 10, quiz.NeedClosed},
	} {
		if got := quiz.Looked(quiz.Need{State: c.state}, c.right, c.of, 70); got != c.want {
			t.Errorf("%s, %d of %d: %s, want %s", c.state, c.right, c.of, got, c.want)
		}
	}
}

// A quiz is done in under five minutes.
func TestLongestQuizTakesUnderFiveMinutes(t *testing.T) {
	if m := quiz.Minutes(quiz.MostQuestions); m > 5 {
		t.Errorf("%d minutes", m)
	}
}
