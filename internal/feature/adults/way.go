package adults

import (
	"slices"

	"kith/internal/kernel/clock"
)

// School is who could receive a worry about an adult at a school.
type School struct {
	Org      string
	Heads    []string // accounts, as all below
	Chairs   []string
	Trusts   []Holder // the named persons of the trusts that the school belongs to
	Officers []Holder // the authority's designated officers
	Present  []string // everybody with a live post at the school or one of its trusts
	// Proprietor: the headteacher is the proprietor too.
	Proprietor bool
	// First is the lead whom the school has named first reader of low-level ones; "" nobody.
	First     string
	Cover     map[string]Cover // by recipient
	Household [][2]string
}

// Holder is somebody with a post, and where they hold it.
type Holder struct{ Account, Org string }

// Cover is who stands in for a recipient, and until which day the recipient is away ("" here).
type Cover struct {
	StandIn string
	Away    clock.Day
}

// About is whom a worry is about, as far as the way depends on it.
type About struct {
	Account string // "" where the adult has no account here
	Head    bool   // it is about the head, or nobody could say that it is not
	// Close are those of whom the writer said that they are the person or close to them.
	Close []string
}

// Barred are those who may never learn of it: the subject, their household, and whoever the writer said is close to them.
func (s School) Barred(a About) []string {
	out := slices.Clone(a.Close)
	if a.Account != "" {
		out = append(out, a.Account)
		for _, h := range s.Household {
			switch a.Account {
			case h[0]:
				out = append(out, h[1])
			case h[1]:
				out = append(out, h[0])
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Way is where a worry goes: to an office of an organisation, and who can read it there. The zero Way is nobody: then it is not
// taken, and the writer rings the designated officer.
type Way struct {
	Office Office
	Org    string
	People []string
	First  string // the first reader, of a low-level one
}

// aboutHead says whether it is about a head, or one of the heads is close to it: then no head reads it, and no chair either where
// the head is the proprietor.
func (s School) aboutHead(a About) bool {
	barred := s.Barred(a)
	return a.Head || slices.ContainsFunc(s.Heads, func(h string) bool { return slices.Contains(barred, h) })
}

// next returns the first office after the given one of which somebody is left.
func (s School) next(after Office, a About) Way {
	barred := s.Barred(a)
	free := func(all []string) (out []string) {
		for _, x := range all {
			if !slices.Contains(barred, x) {
				out = append(out, x)
			}
		}
		return out
	}
	at := func(all []Holder) (string, []string) {
		for _, h := range all {
			var there []string
			for _, x := range all {
				if x.Org == h.Org {
					there = append(there, x.Account)
				}
			}
			if left := free(there); len(left) > 0 {
				return h.Org, left
			}
		}
		return "", nil
	}
	aboutHead := s.aboutHead(a)
	if after == Nobody && !aboutHead && len(s.Heads) > 0 {
		return Way{Office: Head, Org: s.Org, People: free(s.Heads)}
	}
	own := aboutHead && s.Proprietor
	if left := free(s.Chairs); len(left) > 0 && !own && (after == Nobody || after == Head) {
		return Way{Office: Chair, Org: s.Org, People: left}
	}
	if org, left := at(s.Trusts); len(left) > 0 && !own && after != Trust && after != Officer {
		return Way{Office: Trust, Org: org, People: left}
	}
	if org, left := at(s.Officers); len(left) > 0 && after != Officer {
		return Way{Office: Officer, Org: org, People: left}
	}
	return Way{}
}

// Way returns where a worry goes (LLC-1): the head; about the head the chair of governors, else the trust's named person; where
// head and proprietor are one, or nobody else is left, the designated officer. harm is that a child may have been harmed: such a
// one has no first reader.
func (s School) Way(a About, harm bool) Way {
	w := s.next(Nobody, a)
	if w.Office == Head && !harm && s.First != "" && slices.Contains(s.Present, s.First) && !slices.Contains(w.People, s.First) && !slices.Contains(s.Barred(a), s.First) {
		w.First = s.First
	}
	return w
}

// Stand is who stands in: a person, or where nobody is named, the next office.
type Stand struct {
	Account string
	Then    Way
}

// StandIn returns who reads it when nobody of the way has (LLC-2): the named stand-in of a recipient, unless that is the subject,
// of their household, gone, or a recipient already; else the next office. The zero Stand is nobody.
func (s School) StandIn(w Way, a About) Stand {
	barred := s.Barred(a)
	for _, p := range w.People {
		in := s.Cover[p].StandIn
		if in != "" && slices.Contains(s.Present, in) && !slices.Contains(barred, in) && !slices.Contains(w.People, in) && !(s.aboutHead(a) && slices.Contains(s.Heads, in)) {
			return Stand{Account: in}
		}
	}
	if w.Office == Nobody {
		return Stand{}
	}
	return Stand{Then: s.next(w.Office, a)}
}

// Away says whether everybody of the way is away on the day, so that the stand-in is told at once.
func (s School) Away(w Way, today clock.Day) bool {
	return len(w.People) > 0 && !slices.ContainsFunc(w.People, func(p string) bool { return s.Cover[p].Away < today })
}
