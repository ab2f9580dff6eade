// Package document is one small model of a paper, rendered twice from the same input: as a PDF to print or send, and as
// an accessible HTML fragment, its twin. The PDF is not tagged, so whoever reads by ear or by touch is given the twin.
//
// Every foot says who made the document, when, for what purpose, page x of y, and a check code over its content (CHR-5).
// Apart from what is printed a PDF holds a neutral title and the time it was made, nothing else (SEC-20).
package document

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"

	"kith/internal/kernel/clock"
)

// Document is what is to be printed. Title, MadeBy, MadeAt and Purpose are always given; the rest may be empty.
type Document struct {
	Title          string
	Subtitle       string
	Classification string // "Confidential: safeguarding"
	MadeBy         string // the person's name and role, as the foot shows it
	MadeAt         clock.Millis
	Purpose        string // why it was made, in the words the maker gave
	Blocks         []Block
	Publication    *Publication // nil for papers about records
}

// Block is one part of a document. The kinds are the types of this file and of publication.go.
type Block interface{ kind() string }

// Heading opens a section. Level 1 is a section, 2 a part of one; anything else counts as 2.
type Heading struct {
	Level int
	Text  string
}

// Paragraph is the record speaking. Line breaks in it are kept.
type Paragraph struct{ Text string }

// Voice is a person's own words, set in the serif face; By says whose they are and may be empty.
type Voice struct{ Text, By string }

// Pair is a named value.
type Pair struct{ Key, Value string }

// KeyValues is a list of named values.
type KeyValues struct{ Pairs []Pair }

// Table has one head, which is repeated on every page that the table reaches. A row may be shorter than the head; cells
// beyond the head are printed without one.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// List is bulleted, or numbered when Numbered is set.
type List struct {
	Numbered bool
	Items    []string
}

// Entry is one line of a chronology. Time is already in words, since its precision differs ("Tue 6 October, 10:42",
// "around May 2024").
type Entry struct{ Time, Title, Text string }

// PageBreak starts a new page in print and draws a rule on screen.
type PageBreak struct{}

func (Heading) kind() string   { return "heading" }
func (Paragraph) kind() string { return "paragraph" }
func (Voice) kind() string     { return "voice" }
func (KeyValues) kind() string { return "key-values" }
func (Table) kind() string     { return "table" }
func (List) kind() string      { return "list" }
func (Entry) kind() string     { return "entry" }
func (PageBreak) kind() string { return "page-break" }

// Code is the check of a document's content: SHA-256 over its canonical JSON.
type Code [sha256.Size]byte

// Full returns the code as 64 hexadecimal digits, the form kept in the audit log.
func (c Code) Full() string { return hex.EncodeToString(c[:]) }

// Short returns the first 80 bits in Crockford's letters ("K7F2-9QXM-3RTA-0WBC"), the form people read aloud: no I, L,
// O or U in it.
func (c Code) Short() string {
	s := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding).EncodeToString(c[:10])
	return strings.Join([]string{s[:4], s[4:8], s[8:12], s[12:]}, "-")
}

// Hash returns the check code of d. The JSON has the fields in the order of Document, each block as {"kind", "block"},
// no white space and no escaping of HTML, so that anyone can work it out again.
func Hash(d Document) Code {
	type typed struct {
		Kind  string
		Block Block
	}
	blocks := make([]typed, len(d.Blocks))
	for i, b := range d.Blocks {
		blocks[i] = typed{b.kind(), b}
	}
	h := sha256.New()
	enc := json.NewEncoder(h)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(struct {
		Title, Subtitle, Classification, MadeBy string
		MadeAt                                  clock.Millis
		Purpose                                 string
		Blocks                                  []typed
	}{d.Title, d.Subtitle, d.Classification, d.MadeBy, d.MadeAt, d.Purpose, blocks}); err != nil {
		panic(err) // strings, numbers and slices of them always encode
	}
	return Code(h.Sum(nil))
}

func madeAt(m clock.Millis) string { return m.London().Format("2 January 2006 at 15:04") }

// clean returns s as it may be shown: valid UTF-8, line ends as \n, and without control characters and the marks that
// turn the reading direction, with which a name could be made to look like another.
func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(strings.ToValidUTF8(s, string(utf8.RuneError)))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFEFF:
			return -1
		}
		return r
	}, s)
}

// lines returns the lines of s that hold something, cleaned.
func lines(s string) []string {
	var out []string
	for l := range strings.SplitSeq(clean(s), "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// FileHash is the hash by which the bytes of a document's own file are known again: SHA-256, as 64 hexadecimal digits.
func FileHash(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}
