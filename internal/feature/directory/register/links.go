package register

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/platform/tabular"
)

// LinkKind says what a link means for a file that is sent to the old school.
type LinkKind string

// The kinds of link. A merger does not say which of the two goes on; the status of both does. Other links, such as a
// shared sixth form, say nothing about succession.
const (
	Predecessor LinkKind = "predecessor" // LinkURN came before URN
	Successor   LinkKind = "successor"   // LinkURN comes after URN
	Merger      LinkKind = "merger"
	OtherLink   LinkKind = "other"
)

// Link ties two establishments.
type Link struct {
	URN, LinkURN, LinkName string
	Kind                   LinkKind
	// Type is the register's own wording, such as "Predecessor - amalgamated".
	Type string
	// Established may lie in the future: a conversion is published before it happens.
	Established clock.Day
}

// ReadLinks reads the register's links between establishments.
func ReadLinks(ctx context.Context, r io.Reader, each func(Link) error) (Report, error) {
	t, err := openTable(ctx, r, tabular.Options{})
	if err != nil {
		return Report{}, err
	}
	urn, err := t.need("URN")
	if err != nil {
		return Report{}, err
	}
	other, err := t.need("LinkURN", "Link URN")
	if err != nil {
		return Report{}, err
	}
	kind, err := t.need("LinkType", "Link Type")
	if err != nil {
		return Report{}, err
	}
	name, date := t.Column("LinkName", "Link Name"), t.Column("LinkEstablishedDate", "Link Established Date")
	return t.each(func() (string, string, error) {
		l := Link{URN: t.get(urn), LinkURN: t.get(other), LinkName: t.get(name), Type: t.get(kind)}
		switch {
		case !digits(l.URN, 6):
			return "urn", fmt.Sprintf("%q is not a URN of six digits", short(l.URN)), nil
		case !digits(l.LinkURN, 6):
			return "link_urn", fmt.Sprintf("%q is not a URN of six digits", short(l.LinkURN)), nil
		case l.URN == l.LinkURN:
			return "link_urn", "the establishment is linked to itself", nil
		}
		id := l.URN + " to " + l.LinkURN + " as " + short(l.Type)
		if reason, again := t.seen.Again(id, "the link", t.row.Line); again {
			return "link_urn", reason, nil
		}
		l.Kind = linkKind(l.Type)
		l.Established = t.day(date, "link_established_date")
		return "", "", each(l)
	})
}

func linkKind(s string) LinkKind {
	s = strings.ToLower(s)
	switch {
	case strings.HasPrefix(s, "predecessor"):
		return Predecessor
	case strings.HasPrefix(s, "successor"):
		return Successor
	case strings.HasPrefix(s, "merge"), strings.Contains(s, "amalgamation"):
		return Merger
	}
	return OtherLink
}

// Succession answers which school took a school's place.
type Succession struct {
	next   map[string][]string // what comes after
	merged map[string][]string // what it was merged with, either way round
}

// NewSuccession takes the links in any order; both ends of one succession may or may not be published.
func NewSuccession(links []Link) *Succession {
	s := &Succession{next: map[string][]string{}, merged: map[string][]string{}}
	add := func(m map[string][]string, from, to string) {
		if !slices.Contains(m[from], to) {
			m[from] = append(m[from], to)
		}
	}
	for _, l := range links {
		switch l.Kind {
		case Predecessor:
			add(s.next, l.LinkURN, l.URN)
		case Successor:
			add(s.next, l.URN, l.LinkURN)
		case Merger:
			add(s.merged, l.URN, l.LinkURN)
			add(s.merged, l.LinkURN, l.URN)
		}
	}
	return s
}

// Resolution is where a file addressed to a school should go.
type Resolution struct {
	// URN is the open school, which may be the one asked for; "" when there is none, or when a person must choose.
	URN string
	// Choices are the open schools when there is more than one, by URN: a school was split.
	Choices []string
	// Path leads from the school asked for to URN, both included.
	Path []string
	// Reason is the sentence to show when URN is empty.
	Reason string
}

// Resolve follows the links from urn to the nearest open school (ROL-7). status gives the register's status on the day
// in question, and false for a URN that the register does not hold. A school of unknown status is held to be there, as
// absence of a status is not closure, but one known to be open at the same distance goes before it. Links that run in a
// circle end the search.
func (s *Succession) Resolve(urn string, status func(urn string) (Status, bool)) Resolution {
	st, held := status(urn)
	if held && (st.IsOpen() || st == Unknown) {
		return Resolution{URN: urn, Path: []string{urn}}
	}
	from := map[string]string{urn: ""}
	for level := []string{urn}; len(level) > 0; {
		var next, open, unknown []string
		for _, at := range level {
			for _, to := range s.after(at, status) {
				if _, been := from[to]; been {
					continue
				}
				from[to] = at
				next = append(next, to)
				if st, held := status(to); held && st.IsOpen() {
					open = append(open, to)
				} else if held && st == Unknown {
					unknown = append(unknown, to)
				}
			}
		}
		if len(open) == 0 {
			open = unknown
		}
		switch {
		case len(open) == 1:
			return Resolution{URN: open[0], Path: trace(from, open[0])}
		case len(open) > 1:
			slices.Sort(open)
			return Resolution{Choices: open, Reason: fmt.Sprintf("School %s was followed by %d schools (%s): choose one.", urn, len(open), strings.Join(open, ", "))}
		}
		level = next
	}
	switch {
	case len(from) > 1:
		return Resolution{Reason: fmt.Sprintf("School %s was followed by others, but none of them is open in the register.", urn)}
	case !held:
		return Resolution{Reason: fmt.Sprintf("The register does not hold a school %s.", urn)}
	case st == ProposedToOpen:
		return Resolution{Reason: fmt.Sprintf("School %s is not open yet.", urn)}
	}
	return Resolution{Reason: fmt.Sprintf("School %s is closed, and the register names no successor.", urn)}
}

// after lists what a school led to. A merger counts only towards a school that is open: of two merged schools one closed.
func (s *Succession) after(urn string, status func(string) (Status, bool)) []string {
	out := slices.Clone(s.next[urn])
	for _, m := range s.merged[urn] {
		if st, held := status(m); held && st.IsOpen() && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

func trace(from map[string]string, to string) []string {
	path := []string{to}
	for at := from[to]; at != ""; at = from[at] {
		path = append(path, at)
	}
	slices.Reverse(path)
	return path
}
