// Package fold makes names comparable. People are looked up by what somebody heard, remembers or can type, so case,
// spacing, hyphens, apostrophes and diacritics do not matter (ROL-2): O’Neil-Smith, ONEIL SMITH and o neil smith are
// one name, and so are Zielińska and Zielinska.
//
// Columns for searching are made here, in Go, because SQLite and PostgreSQL fold differently. Rows store Tokens; a
// question is Query, each part of which must be the beginning of one of the row's tokens; Key compares whole names.
// One noise is not undone by Query: "maryanne" finds Mary Anne, but "mary anne" does not find a stored Maryanne, since
// no token begins with anne. Key sees through that too.
package fold

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters are those that Unicode does not take apart into a letter and a mark, and the way Britain types them.
var letters = strings.NewReplacer(
	"ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ħ", "h", "ŧ", "t", "ŋ", "n",
	"ı", "i", "ĸ", "k", "ə", "e", "ɓ", "b", "ɗ", "d", "ƙ", "k", "ƴ", "y", "ɛ", "e", "ɔ", "o", "ς", "σ",
)

// Marks that stand inside a name and say nothing about it: apostrophes of every keyboard and ʻokina; hyphens and dashes.
const (
	apostrophes = "'’‘‛ʼʻʹʾʿ`´′‵＇"
	hyphens     = "-‐‑‒–—―−﹣－⁃"
)

// Fold returns s in lower case without diacritics and invisible characters, with plain letters for ß, æ, ø, ł, đ and
// the like. Spaces, punctuation and other scripts stay.
func Fold(s string) string {
	// Unicode takes ´ apart into a space and a mark, which would split the name.
	s = strings.ReplaceAll(s, "´", "'")
	s = strings.Map(func(r rune) rune {
		if diacritic(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(strings.ToLower(s)))
	return letters.Replace(norm.NFC.String(s))
}

// diacritic says whether r is a mark that writers leave out: accents, and the vowel points of Hebrew and Arabic. The
// vowel signs of Indian scripts are letters of the name and stay.
func diacritic(r rune) bool {
	return unicode.Is(unicode.Mn, r) && (unicode.Is(unicode.Inherited, r) || unicode.In(r, unicode.Hebrew, unicode.Arabic))
}

// Key returns s folded, with letters and digits only. Two names with the same key differ in case, spacing, hyphens,
// apostrophes, diacritics or other punctuation at most.
func Key(s string) string {
	return strings.Map(func(r rune) rune {
		if part(r) {
			return r
		}
		return -1
	}, Fold(s))
}

func part(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// maxJoin is how many parts of a name are stored joined, and maxParts how many parts of it are read: enough for
// "Maria de la Cruz O’Neil-Smith", and a bound on what one name can cost.
const (
	maxJoin  = 4
	maxParts = 12
)

// Tokens returns what a name can be found by, unique and sorted: every part of it, and neighbouring parts joined.
// O’Neil-Smith gives neil, neilsmith, o, oneil, oneilsmith, smith. Oneil, McDonald and MacDonald written as one word
// are found by their second half too. Give it a person's whole name, so that parts join over its fields.
func Tokens(name string) []string {
	parts := split(name, true)
	var out []string
	for i := range parts {
		joined := ""
		for j := i; j < min(i+maxJoin, len(parts)); j++ {
			joined += parts[j]
			out = append(out, joined)
		}
		if rest := afterPrefix(parts[i]); rest != "" {
			out = append(out, rest)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// afterPrefix returns what follows O, Mc or Mac in a name written as one word.
func afterPrefix(s string) string {
	for _, p := range []string{"mac", "mc", "o"} {
		rest, found := strings.CutPrefix(s, p)
		if found && len(rest) > 3 && (p != "o" || !strings.ContainsRune("aeiou", rune(rest[0]))) {
			return rest
		}
	}
	return ""
}

// Query returns the beginnings that must all be found among a name's tokens, in the order typed: one for each word,
// with apostrophes and hyphens left out. "O’Neil-Smith, Ma" gives oneilsmith, ma. Nothing to look for gives nil, which
// must find nobody.
func Query(q string) []string {
	var out []string
	for _, p := range split(q, false) {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// Matches says whether a name with these tokens is an answer to the query. The database asks the same.
func Matches(tokens, query []string) bool {
	for _, q := range query {
		if !slices.ContainsFunc(tokens, func(t string) bool { return strings.HasPrefix(t, q) }) {
			return false
		}
	}
	return len(query) > 0
}

// split returns the folded parts of s, at most maxParts: at spaces and punctuation, and at apostrophes and hyphens
// only if inner.
func split(s string, inner bool) []string {
	if !inner {
		s = strings.Map(func(r rune) rune {
			if strings.ContainsRune(apostrophes, r) || strings.ContainsRune(hyphens, r) {
				return -1
			}
			return r
		}, s)
	}
	parts := strings.FieldsFunc(Fold(s), func(r rune) bool { return !part(r) || strings.ContainsRune(apostrophes, r) })
	return parts[:min(len(parts), maxParts)]
}
