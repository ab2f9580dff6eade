package ui

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// partNumber writes a count, "none" for 0.
func partNumber(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}

// partEntries writes a count of entries.
func partEntries(n int) string {
	switch n {
	case 0:
		return "No entries"
	case 1:
		return "1 entry"
	}
	return strconv.Itoa(n) + " entries"
}

// partParagraphs splits what a person wrote at its line ends. Nothing else is changed: words are never edited.
func partParagraphs(s string) []string {
	var out []string
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)) {
		if p := strings.TrimSpace(line); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// partTel turns a telephone number as people write it into a link, keeping digits and a leading plus.
func partTel(number string) templ.SafeURL {
	var b strings.Builder
	for _, r := range number {
		if r >= '0' && r <= '9' || r == '+' && b.Len() == 0 {
			b.WriteRune(r)
		}
	}
	return templ.SafeURL((&url.URL{Scheme: "tel", Opaque: b.String()}).String())
}

// partJoin joins what is there with commas.
func partJoin(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

// partID returns the id of the nth radio of a group: the group's own name first, as an error summary links to it.
func partID(name string, i int) string {
	if i == 0 {
		return name
	}
	return name + "-" + strconv.Itoa(i+1)
}
