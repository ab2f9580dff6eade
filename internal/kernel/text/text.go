// Package text cleans, shortens and hides text. It changes as little as it can: what a child said is evidence.
package text

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns s as the databases can keep it: line ends are \n, NUL and the other C0 control characters but \n and
// \t are dropped, and bytes that are no UTF-8 become U+FFFD. Everything else stays, spaces included; it is neither
// trimmed nor normalised.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexFunc(s, control) < 0 {
		return s
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case control(r):
			return -1
		}
		return r
	}, s)
}

func control(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }

// Plural returns "1 day", "3 days", "2,675 children".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Join returns "a", "a and b", "a, b and c".
func Join(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " and " + items[last]
}

// FirstWords returns the beginning of s in one line of at most n characters, cut after a whole word and ended by "…"
// where something was left out. A single word that is longer is cut inside, but never between a letter and its accent
// or in the middle of a joined emoji. "" if n is below 1.
func FirstWords(s string, n int) string {
	if n < 1 {
		return ""
	}
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	cut := n - 1 // one is for the ellipsis
	for cut > 0 && joins(r[cut-1], r[cut]) {
		cut--
	}
	head := string(r[:cut])
	if r[cut] != ' ' {
		if i := strings.LastIndexByte(head, ' '); i > 0 {
			head = head[:i]
		}
	}
	return strings.TrimRight(head, " ,;:") + "…"
}

const joiner = '\u200d' // zero-width joiner: family and profession emoji are several characters

func joins(left, right rune) bool {
	return left == joiner || right == joiner || unicode.In(right, unicode.M) || 0x1F3FB <= right && right <= 0x1F3FF || regional(left) && regional(right)
}

func regional(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }

// Paragraphs splits s at blank lines. Line ends inside a paragraph stay; white space around paragraphs goes, and so do
// empty ones.
func Paragraphs(s string) []string {
	var out []string
	var lines []string
	end := func() {
		if p := strings.TrimSpace(strings.Join(lines, "\n")); p != "" {
			out = append(out, p)
		}
		lines = nil
	}
	for line := range strings.SplitSeq(Clean(s), "\n") {
		if strings.TrimSpace(line) == "" {
			end()
			continue
		}
		lines = append(lines, strings.TrimRight(line, " \t"))
	}
	end()
	return out
}
