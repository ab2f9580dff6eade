package casework

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"kith/internal/platform/search/fold"
)

// token is one word of a text.
type token struct {
	from, to int
	key      string // folded
	base     string // without a possessive
	tail     int    // bytes of the possessive
	upper    bool   // begins with a capital
}

func (t token) single() bool { return utf8.RuneCountInString(t.key) == 1 }

const quotes = "'’‘ʼ`´"

// tokens splits a text into words: letters with the marks on them, invisible characters within them, and apostrophes between
// letters. A hyphen parts words.
func tokens(s string) (out []token) {
	from := -1
	flush := func(to int) {
		if from < 0 {
			return
		}
		if t := word(s, from, to); t.key != "" {
			out = append(out, t)
		}
		from = -1
	}
	for at := 0; at < len(s); {
		r, size := utf8.DecodeRuneInString(s[at:])
		next, _ := utf8.DecodeRuneInString(s[at+size:])
		switch {
		case unicode.IsLetter(r):
			if from < 0 {
				from = at
			}
		case from >= 0 && (unicode.IsMark(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune(quotes, r) && unicode.IsLetter(next)):
		default:
			flush(at)
		}
		at += size
	}
	flush(len(s))
	return out
}

func word(s string, from, to int) token {
	w := s[from:to]
	t := token{from: from, to: to, key: fold.Key(w)}
	t.base = t.key
	for _, r := range w {
		t.upper = unicode.IsUpper(r) || unicode.IsTitle(r)
		break
	}
	for _, q := range quotes {
		for _, end := range []string{string(q) + "s", string(q) + "S"} {
			if rest, ok := strings.CutSuffix(w, end); ok {
				t.base, t.tail = fold.Key(rest), len(end)
			}
		}
	}
	return t
}

// near says whether word j follows the one before closely enough to be part of the same name.
func near(s string, ts []token, j int) bool {
	between := s[ts[j-1].to:ts[j].from]
	switch strings.TrimSpace(strings.ReplaceAll(between, "\u00a0", " ")) {
	case ".":
		return ts[j-1].single() || titles[ts[j-1].key]
	case "", ",", "-", "‐", "‑", "–":
		return between != "" && len(between) <= 4 && !strings.Contains(between, "\n")
	}
	return false
}
