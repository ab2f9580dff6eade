package quiz

import (
	"cmp"
	"slices"

	"kith/internal/platform/store"
)

// Smallest is how many people a group has at least that is shown to anybody but the leads (QUI-2).
const Smallest = 5

// Class is one group of people as it is shown: a staff group, or several together.
type Class struct {
	Groups store.Keys // in the order of the list
	Took   int
	Rights []int // by question: how many were right, from 1 to Took-1
}

// Published is all that those see who may read nobody's answers. Every view of theirs is a function of it.
type Published struct {
	Classes []Class
	Hidden  store.Keys // staff groups that are not shown on their own
	Nobody  bool       // fewer than five took it: nothing is shown
}

// Publish makes of the ledger what may be shown to those who may read nobody's answers (QUI-2).
//
// Staff groups of fewer than five are put together, with the smallest larger one where they are fewer than five even then, so that what
// is shown parts everybody who took it into classes of five or more. In each class and question the number that were right is moved by
// one where it is none or all, because that would say what each of them answered. So in every class and question at least one may have
// been right and one wrong, and nothing about one to four of its people follows: whoever stands outside their number can have
// answered either way.
func Publish(tallies []Tally, questions int) Published {
	took := map[string]int{}
	rights := map[string][]int{}
	for _, t := range tallies {
		took[t.Group] = max(took[t.Group], t.Took)
		if rights[t.Group] == nil {
			rights[t.Group] = make([]int, questions)
		}
		rights[t.Group][t.N-1] = t.Rights
	}
	var groups []string
	for g, n := range took {
		if n > 0 {
			groups = append(groups, g)
		}
	}
	slices.SortFunc(groups, func(a, b string) int {
		return cmp.Or(cmp.Compare(took[b], took[a]), cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
	var p Published
	var rest []string
	small := 0
	for _, g := range groups {
		if took[g] < Smallest {
			rest = append(rest, g)
			small += took[g]
		}
	}
	large := groups[:len(groups)-len(rest)]
	if small > 0 && small < Smallest && len(large) > 0 {
		last := large[len(large)-1]
		rest, large, small = append(rest, last), large[:len(large)-1], small+took[last]
	}
	if small > 0 && small < Smallest || len(groups) == 0 {
		p.Nobody, p.Hidden = true, rest
		return p
	}
	class := func(of ...string) {
		c := Class{Groups: of, Rights: make([]int, questions)}
		slices.SortFunc(c.Groups, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
		for _, g := range of {
			c.Took += took[g]
			for i, n := range rights[g] {
				c.Rights[i] += n
			}
		}
		for i, n := range c.Rights {
			c.Rights[i] = min(max(n, 1), c.Took-1)
		}
		p.Classes = append(p.Classes, c)
	}
	slices.SortFunc(large, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	for _, g := range large {
		class(g)
	}
	if len(rest) > 0 {
		class(rest...)
		if len(rest) > 1 {
			p.Hidden = p.Classes[len(p.Classes)-1].Groups
		}
	}
	return p
}

// Exact is the ledger as the leads see it, who may read the answers themselves: a class for each staff group, nothing moved.
func Exact(tallies []Tally, questions int) Published {
	var p Published
	for _, g := range Starter().Groups {
		c := Class{Groups: store.Keys{g.Key}, Rights: make([]int, questions)}
		for _, t := range tallies {
			if t.Group == g.Key {
				c.Took = max(c.Took, t.Took)
				c.Rights[t.N-1] = t.Rights
			}
		}
		if c.Took > 0 {
			p.Classes = append(p.Classes, c)
		}
	}
	p.Nobody = len(p.Classes) == 0
	return p
}

func place(group string) int {
	return slices.IndexFunc(Starter().Groups, func(n Named) bool { return n.Key == group })
}

// Took is how many people are in what is shown.
func (p Published) Took() (n int) {
	for _, c := range p.Classes {
		n += c.Took
	}
	return n
}

// Question is how many were right in the nth question, from 1, of all that are shown.
func (p Published) Question(n int) (right, of int) {
	for _, c := range p.Classes {
		right += c.Rights[n-1]
		of += c.Took
	}
	return right, of
}

// Theme is how many answers to the questions of a theme were right, of one class or, with nil, of all.
func (p Published) Theme(theme string, questions []Question, only *Class) (right, of int) {
	for _, c := range p.Classes {
		if only != nil && c.Groups.String() != only.Groups.String() {
			continue
		}
		for i, x := range questions {
			if x.Theme == theme {
				right += c.Rights[i]
				of += c.Took
			}
		}
	}
	return right, of
}

// ThemesOf lists the themes of questions in the order of the list.
func ThemesOf(questions []Question) (out []string) {
	for _, t := range Starter().Themes {
		if slices.ContainsFunc(questions, func(q Question) bool { return q.Theme == t.Key }) {
			out = append(out, t.Key)
		}
	}
	return out
}

// GapsOf are the needs that a closed quiz shows (QUI-3): each theme below the line, for the staff groups below it, or for everybody where
// all of them are. It is made for the leads, from what is exact.
func GapsOf(exact Published, questions []Question, below int) (out []Need) {
	for _, theme := range ThemesOf(questions) {
		var groups store.Keys
		for i := range exact.Classes {
			if right, of := exact.Theme(theme, questions, &exact.Classes[i]); Gap(right, of, below) {
				groups = append(groups, exact.Classes[i].Groups...)
			}
		}
		if len(groups) == 0 {
			continue
		}
		if len(groups) == len(exact.Classes) {
			groups = nil
		}
		out = append(out, Need{Theme: theme, Groups: groups, Origin: FromQuiz, State: NeedOpen})
	}
	return out
}

// resultFor is what a quiz says about a theme for the staff groups of a need.
func resultFor(exact Published, questions []Question, n Need) (right, of int) {
	for i := range exact.Classes {
		c := &exact.Classes[i]
		if len(n.Groups) > 0 && !contains(n.Groups, c.Groups[0]) {
			continue
		}
		r, o := exact.Theme(n.Theme, questions, c)
		right, of = right+r, of+o
	}
	return right, of
}
