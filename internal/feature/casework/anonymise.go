package casework

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Known is somebody, or something, that a record knows by name.
type Known struct {
	ID       string   // the same for the same person, wherever the name was found
	Names    []string // every form of it: "Ivy Marsden", "Ivy Jane Marsden"
	As       string   // what stands in place of the name: "Child", "Class teacher", "Mother"
	Lettered bool     // always followed by a letter; otherwise only when several share As
	Adult    bool     // a title such as Mrs goes before the name
	Whole    bool     // only the whole name is replaced, never a part: a school, an address
}

// Mask replaces the names of those it knows, the same person by the same words throughout (CHR-2). Case, accents, hyphens,
// apostrophes, possessives and plurals of a name do not matter. A part that several people share and that nothing tells apart
// becomes "[name]" or "[surname]".
//
// It knows only the names that it is given. What may be a name besides is collected for a person to look at.
type Mask struct {
	people  []Known
	labels  []string           // by person, "" until the first mention
	letters map[string]int     // how many of each As have a letter
	shared  map[string]int     // how many people have each As
	strong  map[string][]int   // a part of a name: whose
	weak    map[string][]int   // a part that says nothing alone: "de", "van"
	given   map[string]bool    // parts that are somebody's given name
	whole   map[string][][]int // by first part: phrases, as [person, length]
	phrases [][]string
	found   map[string]*Found
	order   []string
	look    map[string]*Look
	looks   []string
}

// Found is a name that was replaced.
type Found struct {
	Label string
	Names []string // as they were written
	Times int
}

// Look is a word that may be a name and was left as it is.
type Look struct {
	Word, Around string
	Opens        bool // it was only met at the beginning of a sentence, where any word has a capital
}

// NewMask returns a mask for these people, the child whose chronology it is first.
func NewMask(people []Known) *Mask {
	m := &Mask{letters: map[string]int{}, shared: map[string]int{}, strong: map[string][]int{}, weak: map[string][]int{}, given: map[string]bool{}, whole: map[string][][]int{}, found: map[string]*Found{}, look: map[string]*Look{}}
	at := map[string]int{}
	for _, p := range people {
		i, known := at[p.ID]
		if !known {
			i = len(m.people)
			at[p.ID] = i
			m.people = append(m.people, p)
			m.shared[p.As]++
		}
		for _, n := range p.Names {
			m.learn(i, n, p.Whole)
		}
	}
	m.labels = make([]string, len(m.people))
	if len(m.people) > 0 {
		m.label(0)
	}
	return m
}

// learn notes the parts of one form of somebody's name.
func (m *Mask) learn(i int, name string, whole bool) {
	var parts []string
	for _, t := range tokens(name) {
		if !titles[t.key] {
			parts = append(parts, t.key)
		}
	}
	if len(parts) == 0 {
		return
	}
	if whole {
		m.phrases = append(m.phrases, parts)
		m.whole[parts[0]] = append(m.whole[parts[0]], []int{i, len(m.phrases) - 1})
		return
	}
	for j, p := range parts {
		switch {
		case particles[p] || utf8.RuneCountInString(p) < 2:
			m.weak[p] = add(m.weak[p], i)
			continue
		case j < len(parts)-1 || len(parts) == 1:
			m.given[p] = true
		}
		m.strong[p] = add(m.strong[p], i)
	}
	for j := range parts { // Mary Ann is also written Maryann, and O’Neil-Smith in one
		joined := parts[j]
		for _, p := range parts[j+1:] {
			joined += p
			m.strong[joined] = add(m.strong[joined], i)
		}
	}
}

func add(all []int, i int) []int {
	if slices.Contains(all, i) {
		return all
	}
	return append(all, i)
}

// label returns what stands for a person; letters are given in the order in which people are first met, so that nobody who is
// not in the paper takes one.
func (m *Mask) label(i int) string {
	if m.labels[i] != "" {
		return m.labels[i]
	}
	p := m.people[i]
	m.labels[i] = p.As
	if p.Lettered || m.shared[p.As] > 1 {
		m.labels[i] += " " + letter(m.letters[p.As])
		m.letters[p.As]++
	}
	return m.labels[i]
}

// letter returns A to Z, then AA, AB.
func letter(n int) string {
	s := string(rune('A' + n%26))
	if n >= 26 {
		return letter(n/26-1) + s
	}
	return s
}

// Patterns of what leads to somebody without being a name.
var (
	emails    = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}`)
	telephone = regexp.MustCompile(`(?:\+|\b0)\d(?:[ \-()]{0,2}\d){8,12}\b`)
	postcodes = regexp.MustCompile(`(?i)\b[A-Z]{1,2}\d[A-Z\d]?\s{0,2}\d[A-Z]{2}\b`)
	pupil     = regexp.MustCompile(`\b[A-HJ-NP-Z]\d{11}[A-HJ-NP-Z\d]\b`)
)

// Text returns a text with every known name replaced.
func (m *Mask) Text(s string) string {
	for _, p := range []struct {
		re *regexp.Regexp
		as string
	}{{emails, "[e-mail]"}, {pupil, "[pupil number]"}, {telephone, "[telephone number]"}, {postcodes, "[postcode]"}} {
		s = p.re.ReplaceAllStringFunc(s, func(was string) string { m.note(p.as, was); return p.as })
	}
	ts := tokens(s)
	var b strings.Builder
	done := 0
	for i := 0; i < len(ts); {
		h := m.hit(s, ts, i)
		if h.n == 0 {
			m.wonder(s, ts, i)
			i++
			continue
		}
		from, to := ts[i].from, ts[i+h.n-1].to-h.tail
		m.note(h.label, s[from:to])
		b.WriteString(s[done:from])
		b.WriteString(h.label)
		done = to
		i += h.n
	}
	return b.String() + s[done:]
}

func (m *Mask) note(label, was string) {
	f := m.found[label]
	if f == nil {
		f = &Found{Label: label}
		m.found[label] = f
		m.order = append(m.order, label)
	}
	f.Times++
	if !slices.Contains(f.Names, was) {
		f.Names = append(f.Names, was)
	}
}

// hit is a run of n words from i that is a name.
type hit struct {
	n, tail int // tail: bytes at its end that stay, such as a possessive
	label   string
}

// hit returns the longest name that begins at word i; n is 0 for none.
func (m *Mask) hit(s string, ts []token, i int) hit {
	if h := m.phrase(s, ts, i); h.n > 0 {
		return h
	}
	start, titled := i, titles[ts[i].key] && ts[i].upper
	if titled {
		if start++; start == len(ts) || !near(s, ts, start) {
			return hit{}
		}
	}
	initial := false
	if k := ts[start]; !titled && k.upper && k.single() && start+1 < len(ts) && near(s, ts, start+1) && (k.key != "i" || s[k.to] == '.') {
		// "J Marsden", "I. Marsden"
		if _, who := m.owners(ts[start+1], false); len(who) > 0 && len(m.initialed(who, k.key)) > 0 {
			start, initial = start+1, true
		}
	}
	for j := start; !initial && j < min(start+4, len(ts)-1) && len(m.weak[ts[j].key]) > 0 && len(m.strong[ts[j].key]) == 0 && near(s, ts, j+1); j++ {
		if _, who := m.owners(ts[j+1], false); len(shared(who, m.weak[ts[start].key])) > 0 { // "de la Cruz"
			start = j + 1
			break
		}
	}
	tail, who := m.owners(ts[start], false)
	if len(who) == 0 && start+1 < len(ts) && near(s, ts, start+1) { // "ivy marsden": small, and yet a name
		var of []int
		if _, next := m.owners(ts[start+1], false); len(next) > 0 {
			tail, of = m.owners(ts[start], true)
			who = shared(of, next)
		}
	}
	if len(who) == 0 {
		return hit{}
	}
	if initial {
		who = m.initialed(who, ts[start-1].key)
	}
	h := hit{n: start + 1 - i, tail: tail}
	given := m.given[ts[start].key] || m.given[ts[start].base]
	for j := start + 1; j < len(ts) && h.tail == 0 && near(s, ts, j); j++ {
		t := ts[j]
		if strings.Contains(s[ts[j-1].to:t.from], ",") && (given || !m.given[t.base]) {
			break // "Marsden, Ivy" is one person, "Ivy, Rowan" are two
		}
		more, next := m.owners(t, true)
		weak := false
		if len(next) == 0 {
			next, weak = m.weak[t.key], true
			if t.single() && t.upper {
				next = m.initialed(who, t.key) // "Ivy M"
				if t.key == "i" && (t.to == len(s) || s[t.to] != '.') {
					next = nil // the next word is I, not an initial
				}
				weak = false
			}
		}
		both := shared(who, next)
		if len(both) == 0 {
			break
		}
		who = both
		if !weak {
			h.n, h.tail = j+1-i, more
			given = given || m.given[t.key]
		}
	}
	if titled && len(who) > 1 {
		if grown := slices.DeleteFunc(slices.Clone(who), func(p int) bool { return !m.people[p].Adult }); len(grown) > 0 {
			who = grown
		}
	}
	switch {
	case len(who) == 1:
		h.label = m.label(who[0])
	case given:
		h.label = "[name]"
	default:
		h.label = "[surname]"
	}
	if titled && len(who) > 1 { // the title is no name: it stays
		return hit{}
	}
	return h
}

// phrase returns a whole name, such as a school's, that begins at word i.
func (m *Mask) phrase(s string, ts []token, i int) (best hit) {
	for _, w := range m.whole[ts[i].base] {
		parts := m.phrases[w[1]]
		if len(parts) <= best.n || i+len(parts) > len(ts) {
			continue
		}
		same := true
		for j, p := range parts {
			same = same && (ts[i+j].key == p || j == len(parts)-1 && ts[i+j].base == p || j == 0 && ts[i].base == p) && (j == 0 || near(s, ts, i+j))
		}
		if same && (len(parts) > 1 || ts[i].upper) {
			best = hit{n: len(parts), tail: ts[i+len(parts)-1].tail, label: m.label(w[0])}
		}
	}
	return best
}

// owners returns whose name a word is part of, and how many bytes at its end are not. An ordinary word without a capital is
// nobody's, unless it stands in a name.
func (m *Mask) owners(t token, within bool) (tail int, who []int) {
	big := t.upper || within
	if who = m.strong[t.key]; len(who) > 0 && (big || !ordinary[t.key] && utf8.RuneCountInString(t.key) > 2) {
		return 0, who
	}
	if who = m.strong[t.base]; len(who) > 0 && (big || !ordinary[t.base] && utf8.RuneCountInString(t.base) > 2) {
		return t.tail, who
	}
	if plural := strings.TrimSuffix(t.key, "s"); plural != t.key && t.upper && len(plural) > 2 { // "the Marsdens"
		return 0, m.strong[plural]
	}
	return 0, nil
}

// initialed are those of the people who have a name that begins with the letter.
func (m *Mask) initialed(who []int, initial string) (out []int) {
	for _, i := range who {
		for _, n := range m.people[i].Names {
			if slices.ContainsFunc(tokens(n), func(t token) bool { return strings.HasPrefix(t.key, initial) }) {
				out = add(out, i)
			}
		}
	}
	return out
}

func shared(a, b []int) (out []int) {
	for _, x := range a {
		if slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// wonder collects a word that may be a name nobody told us of: a capital within a sentence, an ordinary word that is also a
// known name, somebody's initials.
func (m *Mask) wonder(s string, ts []token, i int) {
	t := ts[i]
	switch {
	case !t.upper && ordinary[t.key] && len(m.strong[t.key]) > 0:
	case t.upper && m.areInitials(s[t.from:t.to]):
	case !t.upper || len(t.key) < 2 || plain[t.base] || titles[t.key] || t.key[0] == 'i' && strings.ContainsAny(s[t.from:t.to], quotes) && len(t.key) < 5: // "I’ll"
		return
	case opens(s, t.from) && (starters[t.key] || strings.HasSuffix(t.key, "ed") || strings.HasSuffix(t.key, "ing")):
		return
	}
	word := s[t.from : t.to-t.tail]
	l, first := m.look[word], opens(s, t.from)
	if l == nil {
		l = &Look{Word: word, Around: around(s, t.from, t.to), Opens: first}
		m.look[word] = l
		m.looks = append(m.looks, word)
	}
	l.Opens = l.Opens && first
}

// areInitials says whether a word in capitals is made of the first letters of somebody's name.
func (m *Mask) areInitials(word string) bool {
	if len(word) < 2 || len(word) > 3 || strings.ToUpper(word) != word {
		return false
	}
	for _, p := range m.people {
		for _, n := range p.Names {
			first := ""
			for _, t := range tokens(n) {
				first += string([]rune(t.key)[:1])
			}
			if !p.Whole && strings.EqualFold(first, word) {
				return true
			}
		}
	}
	return false
}

// opens says whether a word at a place begins a sentence, a line or a quotation.
func opens(s string, at int) bool {
	before := strings.TrimRight(s[:at], " \u00a0")
	if before == "" {
		return true
	}
	return strings.ContainsAny(before[len(before)-1:], ".!?\n:") || strings.HasSuffix(before, "“") || strings.HasSuffix(before, "‘") || strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "…") || strings.HasSuffix(before, "(")
}

// around returns the words beside a place.
func around(s string, from, to int) string {
	before, after := strings.Fields(s[:from]), strings.Fields(s[to:])
	return strings.TrimSpace(strings.Join(before[max(0, len(before)-4):], " ") + " " + s[from:to] + " " + strings.Join(after[:min(4, len(after))], " "))
}

// Found returns what was replaced, in the order in which it was met.
func (m *Mask) Found() (out []Found) {
	for _, l := range m.order {
		out = append(out, *m.found[l])
	}
	return out
}

// Looks returns what a person has to look at, in the order in which it was met.
func (m *Mask) Looks() (out []Look) {
	for _, w := range m.looks {
		out = append(out, *m.look[w])
	}
	return out
}

// LooksLikeName says whether what somebody wrote where a name goes is one: a few words with capitals, not all of them ordinary
// ones. "A neighbour’s child" is none.
func LooksLikeName(s string) bool {
	ts := tokens(s)
	if len(ts) == 0 || len(ts) > 4 || articles[ts[0].key] {
		return false
	}
	common := 0
	for _, t := range ts {
		if !t.upper && !particles[t.key] {
			return false
		}
		if plain[t.base] || starters[t.base] {
			common++
		}
	}
	return common < len(ts)
}

// Several splits a list of names, one on a line, each with what is to stand in its place after "=".
func Several(s string) (out []Known) {
	for line := range strings.Lines(s) {
		name, as, _ := strings.Cut(line, "=")
		name, as = strings.TrimSpace(name), strings.TrimSpace(as)
		if len(tokens(name)) == 0 {
			continue
		}
		k := Known{ID: "typed " + strconv.Itoa(len(out)), Names: []string{name}, As: as, Adult: true}
		if as == "" {
			k.As, k.Lettered = "Person", true
		}
		out = append(out, k)
	}
	return out
}
