package quiz_test

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/training/quiz"
)

// school is who took a quiz, by staff group, and what each of them had right: true by person and question.
type school map[string][][]bool

func drawSchool(t *rapid.T, questions int) school {
	s := school{}
	for _, g := range quiz.Starter().Groups {
		people := rapid.IntRange(0, 9).Draw(t, g.Key)
		lean := rapid.IntRange(0, 4).Draw(t, "lean of "+g.Key) // groups in which all, or none, know it, too
		for range people {
			var answers []bool
			for range questions {
				answers = append(answers, rapid.IntRange(0, 3).Draw(t, "right") < lean)
			}
			s[g.Key] = append(s[g.Key], answers)
		}
	}
	return s
}

func (s school) tallies(questions int) (out []quiz.Tally) {
	for _, g := range quiz.Starter().Groups {
		for n := range questions {
			t := quiz.Tally{N: n + 1, Group: g.Key, Took: len(s[g.Key])}
			for _, p := range s[g.Key] {
				if p[n] {
					t.Rights++
				}
			}
			if t.Took > 0 {
				out = append(out, t)
			}
		}
	}
	return out
}

// QUI-2: what is shown parts people into classes of five or more, each staff group in one of them at most.
func TestShownClassesHaveFiveOrMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchool(t, 3)
		p := quiz.Publish(s.tallies(3), 3)
		all, seen := 0, map[string]bool{}
		for _, people := range s {
			all += len(people)
		}
		for _, c := range p.Classes {
			n := 0
			for _, g := range c.Groups {
				if seen[g] {
					t.Fatalf("%s stands in two classes", g)
				}
				seen[g] = true
				n += len(s[g])
			}
			if n != c.Took || n < quiz.Smallest {
				t.Fatalf("the class %v has %d people and says %d", c.Groups, n, c.Took)
			}
			if len(c.Groups) == 1 && slices.Contains(p.Hidden, c.Groups[0]) {
				t.Fatalf("%s is hidden and shown", c.Groups)
			}
			for _, r := range c.Rights {
				if r < 1 || r >= c.Took {
					t.Fatalf("%d of %d tells what each answered", r, c.Took)
				}
			}
		}
		if p.Nobody != (all < quiz.Smallest) || !p.Nobody && p.Took() != all {
			t.Fatalf("%d took it: nobody is %v, and %d are shown", all, p.Nobody, p.Took())
		}
	})
}

// QUI-2: no set of views lets a group of one to four be derived. Every view is a function of what is published, so it is enough
// that for any one to four people and any question there are two schools with the same published figures, in which a
// different number of these people were right; and that the number of people is no help, because no sum or difference of the
// classes shown holds one to four people.
func TestNoViewsTogetherGiveAwayOneToFourPeople(t *testing.T) {
	const questions = 2
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchool(t, questions)
		p := quiz.Publish(s.tallies(questions), questions)
		type who struct {
			group string
			i     int
		}
		var people []who
		for _, g := range quiz.Starter().Groups {
			for i := range s[g.Key] {
				people = append(people, who{g.Key, i})
			}
		}
		if len(people) == 0 {
			return
		}
		// One to four of them: any, or a whole small staff group.
		var few []who
		if rapid.Bool().Draw(t, "whole group") {
			g := people[rapid.IntRange(0, len(people)-1).Draw(t, "of")].group
			for i := range s[g] {
				few = append(few, who{g, i})
			}
		}
		if len(few) == 0 || len(few) >= quiz.Smallest {
			perm := rapid.Permutation(people).Draw(t, "people")
			few = perm[:min(len(perm), rapid.IntRange(1, quiz.Smallest-1).Draw(t, "few"))]
		}
		n := rapid.IntRange(0, questions-1).Draw(t, "question")
		count := func() (right int) {
			for _, x := range few {
				if s[x.group][x.i][n] {
					right++
				}
			}
			return right
		}
		was, published := count(), quiz.Publish(s.tallies(questions), questions)
		// Look for the other school: change one of the few, and where that shows, one outside them the other way.
		for _, x := range few {
			s[x.group][x.i][n] = !s[x.group][x.i][n]
			if same(published, quiz.Publish(s.tallies(questions), questions)) && count() != was {
				return
			}
			for _, y := range people {
				if slices.Contains(few, y) {
					continue
				}
				s[y.group][y.i][n] = !s[y.group][y.i][n]
				if same(published, quiz.Publish(s.tallies(questions), questions)) && count() != was {
					return
				}
				s[y.group][y.i][n] = !s[y.group][y.i][n]
			}
			s[x.group][x.i][n] = !s[x.group][x.i][n]
		}
		t.Fatalf("%d of %v were right in question %d: it follows from %+v", was, few, n+1, p)
	})
}

func same(a, b quiz.Published) bool {
	return a.Nobody == b.Nobody && slices.EqualFunc(a.Classes, b.Classes, func(x, y quiz.Class) bool {
		return x.Took == y.Took && slices.Equal(x.Groups, y.Groups) && slices.Equal(x.Rights, y.Rights)
	})
}

// QUI-2: the staff groups that a reader can single out by adding and taking away what is shown are those of whole classes: no small
// group's people can be written as a sum of published figures.
func TestNoSmallGroupIsASumOfWhatIsShown(t *testing.T) {
	groups := quiz.Starter().Groups
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchool(t, 1)
		p := quiz.Publish(s.tallies(1), 1)
		var shown [][]*big.Rat // which staff groups each published figure counts, the total of all too
		total := make([]*big.Rat, len(groups))
		for i := range total {
			total[i] = new(big.Rat)
		}
		for _, c := range p.Classes {
			row := make([]*big.Rat, len(groups))
			for i, g := range groups {
				row[i] = new(big.Rat)
				if slices.Contains(c.Groups, g.Key) {
					row[i].SetInt64(1)
					total[i].SetInt64(1)
				}
			}
			shown = append(shown, row)
		}
		if len(shown) > 0 {
			shown = append(shown, total)
		}
		for some := 1; some < 1<<len(groups); some++ {
			n, row := 0, make([]*big.Rat, len(groups))
			for i, g := range groups {
				row[i] = new(big.Rat)
				if some&(1<<i) != 0 && len(s[g.Key]) > 0 {
					n += len(s[g.Key])
					row[i].SetInt64(1)
				}
			}
			if n >= 1 && n < quiz.Smallest && rank(append(slices.Clone(shown), row)) == rank(shown) {
				t.Fatalf("%d people can be worked out from %+v", n, p.Classes)
			}
		}
	})
}

func rank(rows [][]*big.Rat) (r int) {
	m := make([][]*big.Rat, len(rows))
	for i := range rows {
		for _, x := range rows[i] {
			m[i] = append(m[i], new(big.Rat).Set(x))
		}
	}
	if len(m) == 0 {
		return 0
	}
	for c := range m[0] {
		pivot := -1
		for i := r; i < len(m); i++ {
			if m[i][c].Sign() != 0 {
				pivot = i
				break
			}
		}
		if pivot < 0 {
			continue
		}
		m[r], m[pivot] = m[pivot], m[r]
		for i := r + 1; i < len(m); i++ {
			f := new(big.Rat).Quo(m[i][c], m[r][c])
			for j := range m[i] {
				m[i][j].Sub(m[i][j], new(big.Rat).Mul(f, m[r][j]))
			}
		}
		r++
	}
	return r
}

// QUI-2: what is published without a care gives small groups away: the properties above can fail.
func TestPlainFiguresWouldGiveAGroupAway(t *testing.T) {
	s := school{"teachers": {{true}, {true}, {false}, {true}, {true}, {false}}, "office": {{false}, {false}}}
	exact := quiz.Exact(s.tallies(1), 1)
	if right, of := exact.Question(1); right-exact.Classes[1].Rights[0] != 0 && of != 8 {
		t.Fatal("the school of this test is another")
	}
	p := quiz.Publish(s.tallies(1), 1)
	if len(p.Classes) != 1 || p.Classes[0].Took != 8 || len(p.Classes[0].Groups) != 2 {
		t.Errorf("the office of two can be taken from the total: %+v", p)
	}
}

// QUI-3: a theme below the line is a need of those who are below it; of everybody, where all are.
func TestGapMakesANeed(t *testing.T) {
	qs := []quiz.Question{{Theme: "online"}, {Theme: "record"}, {Theme: "online"}}
	s := school{"teachers": {{false, true, false}, {true, true, true}, {false, false, true}}, "office": {{false, true, false}}, "lunchtime": {{true, true, true}}}
	got := quiz.GapsOf(quiz.Exact(s.tallies(3), 3), qs, 70)
	if len(got) != 2 || got[0].Theme != "record" || got[0].Groups.String() != "teachers" || got[1].Theme != "online" || got[1].Groups.String() != "office,teachers" {
		t.Fatalf("%+v", got)
	}
	delete(s, "lunchtime")
	if got := quiz.GapsOf(quiz.Exact(s.tallies(3), 3), qs, 70); len(got) != 2 || len(got[1].Groups) != 0 {
		t.Errorf("all are below the line, and it is the need of %q", got[1].Groups)
	}
}
