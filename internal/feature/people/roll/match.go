package roll

import (
	"fmt"
	"slices"

	"kith/internal/feature/people/upn"
)

// Known is one child as the record holds it, with what earlier files said.
type Known struct {
	// ID is the record's own id of the child.
	ID string
	// OnRoll says that the child is on the roll of the school now.
	OnRoll bool
	// Pupil is what is kept of earlier files. Its SourceID is the one of the same source.
	Pupil
}

// MatchKind says how a row was recognised.
type MatchKind string

// The kinds of match, in the order in which they are tried (ROL-2).
const (
	ByUPN     MatchKind = "upn"
	BySource  MatchKind = "source"
	Suggested MatchKind = "suggested" // name and date of birth agree: a person decides
	NoMatch   MatchKind = "none"
	Clash     MatchKind = "clash" // what should agree does not: a person decides
)

// Match is whom a row is about.
type Match struct {
	Kind MatchKind
	// IDs are the children of the record: one for ByUPN and BySource, one or more for Suggested and Clash.
	IDs []string
	// Reason is the sentence for the person who decides; "" when nobody has to.
	Reason string
}

// Index finds children of a roll. It is built once for a file.
type Index struct {
	known          []Known
	upns, sources  map[string][]int
	namesAndBirths map[string][]int
}

// NewIndex takes the children that a file may be about.
func NewIndex(known []Known) *Index {
	x := &Index{known: known, upns: map[string][]int{}, sources: map[string][]int{}, namesAndBirths: map[string][]int{}}
	add := func(m map[string][]int, key string, i int) {
		if key != "" && !slices.Contains(m[key], i) {
			m[key] = append(m[key], i)
		}
	}
	for i := range known {
		k := &known[i]
		for _, u := range usableUPNs(&k.Pupil) {
			add(x.upns, u, i)
		}
		add(x.sources, k.SourceID, i)
		for _, key := range nameKeys(&k.Pupil) {
			add(x.namesAndBirths, key, i)
		}
	}
	return x
}

// usableUPNs are the valid ones, former ones too: a wrong number proves nothing.
func usableUPNs(p *Pupil) []string {
	var out []string
	for _, s := range []string{p.UPN, p.FormerUPN} {
		if s != "" && upn.Check(s).Valid {
			out = append(out, upn.Normalise(s))
		}
	}
	return out
}

// nameKeys are the legal and preferred names in every pairing, each with the date of birth. Without a date of birth a
// name alone is no ground for a suggestion.
func nameKeys(p *Pupil) []string {
	if p.DOB == "" {
		return nil
	}
	given, family := foldAll(p.Forename, p.PreferredForename), foldAll(p.Surname, p.PreferredSurname)
	switch {
	case len(given)+len(family) == 0:
		return nil
	case len(given) == 0: // a child of one name only; otherwise twins would be taken for each other
		given = []string{""}
	case len(family) == 0:
		family = []string{""}
	}
	var out []string
	for _, g := range given {
		for _, f := range family {
			out = append(out, g+" "+f+" "+string(p.DOB))
		}
	}
	return out
}

// foldAll folds names and leaves out the empty and the repeated.
func foldAll(names ...string) []string {
	var out []string
	for _, n := range names {
		if f := foldName(n); f != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// Match finds the child that a row is about: by UPN, then by the source's own id, then by name and date of birth as a
// suggestion (ROL-2).
func (x *Index) Match(p Pupil) Match {
	var byUPN []int
	for _, u := range usableUPNs(&p) {
		for _, i := range x.upns[u] {
			if !slices.Contains(byUPN, i) {
				byUPN = append(byUPN, i)
			}
		}
	}
	var bySource []int
	if p.SourceID != "" {
		bySource = x.sources[p.SourceID]
	}
	switch {
	case len(byUPN) > 1:
		return x.clash("More than one child has this UPN.", byUPN)
	case len(bySource) > 1:
		return x.clash("More than one child has this id.", bySource)
	case len(byUPN) == 1 && len(bySource) == 1 && byUPN[0] != bySource[0]:
		return x.clash("The UPN is one child's and the id is another's.", append(slices.Clone(byUPN), bySource...))
	case len(byUPN) == 1:
		if x.stranger(&p, byUPN[0]) {
			return x.clash("The UPN is known, but for a child of another name and date of birth.", byUPN)
		}
		return Match{Kind: ByUPN, IDs: x.ids(byUPN)}
	case len(bySource) == 1:
		k := &x.known[bySource[0]]
		switch {
		case x.stranger(&p, bySource[0]):
			return x.clash("The id is known, but for a child of another name and date of birth.", bySource)
		case len(usableUPNs(&p)) > 0 && len(usableUPNs(&k.Pupil)) > 0 && renamed(&p, k):
			return x.clash("The id is known, but for a child of another UPN and name.", bySource)
		}
		return Match{Kind: BySource, IDs: x.ids(bySource)}
	}
	var alike []int
	for _, key := range nameKeys(&p) {
		for _, i := range x.namesAndBirths[key] {
			if !slices.Contains(alike, i) {
				alike = append(alike, i)
			}
		}
	}
	if len(alike) == 0 {
		return Match{Kind: NoMatch}
	}
	reason := "Name and date of birth agree with a child already known. Decide whether they are one child."
	if len(alike) > 1 {
		reason = fmt.Sprintf("Name and date of birth agree with %d children already known. Decide which of them it is, if any.", len(alike))
	}
	return Match{Kind: Suggested, IDs: x.ids(alike), Reason: reason}
}

// stranger says that neither the name nor the date of birth of a row agrees with the child that its number points to.
// One of the two may change: a name by marriage or choice, a date of birth by correction.
func (x *Index) stranger(p *Pupil, i int) bool {
	k := &x.known[i]
	return p.DOB != "" && k.DOB != "" && p.DOB != k.DOB && renamed(p, k)
}

// renamed says that forename and surname are both said on both sides and that neither agrees in any form.
func renamed(p *Pupil, k *Known) bool {
	apart := func(a, b []string) bool {
		both := func(s string) bool { return slices.Contains(b, s) }
		return len(a) > 0 && len(b) > 0 && !slices.ContainsFunc(a, both)
	}
	return apart(foldAll(p.Forename, p.PreferredForename), foldAll(k.Forename, k.PreferredForename)) &&
		apart(foldAll(p.Surname, p.PreferredSurname, p.FormerSurname), foldAll(k.Surname, k.PreferredSurname, k.FormerSurname))
}

func (x *Index) clash(reason string, at []int) Match {
	return Match{Kind: Clash, IDs: x.ids(at), Reason: reason}
}

func (x *Index) ids(at []int) []string {
	out := make([]string, len(at))
	for i, n := range at {
		out[i] = x.known[n].ID
	}
	return out
}
