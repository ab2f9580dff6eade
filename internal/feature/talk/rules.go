package talk

import (
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kith/internal/kernel/errs"
)

//go:embed words.txt
var wordList string

// words are short, friendly, and known to a child of eight.
var words = strings.Fields(wordList)

// LooksFor is how long a pupil can come back with their two words.
const LooksFor = 14 * 24 * time.Hour

// draw makes two words out of a key and an id, so that a form sent twice gets the same: nothing that is shown has to be kept.
func draw(key [32]byte, purpose, id string) (first, second string, number int) {
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(purpose + "\x00" + id))
	sum := h.Sum(nil)
	n := func(at int) int { return int(binary.BigEndian.Uint32(sum[at:]) % uint32(len(words))) } // #nosec G115 -- few hundred words
	return words[n(0)], words[n(4)], 10 + int(binary.BigEndian.Uint32(sum[8:])%90)
}

// code is the code of a box: two words and a number, "river otter 42".
func code(key [32]byte, id string) string {
	a, b, n := draw(key, "box code", id)
	return a + " " + b + " " + strconv.Itoa(n)
}

// pair are two words with which a pupil may come back; attempt tells one draw from the next.
func pair(key [32]byte, id string, attempt int) string {
	a, b, _ := draw(key, "come back "+strconv.Itoa(attempt), id)
	return a + " " + b
}

// plain is a code or pair as it is compared: case, hyphens, dots and double spaces do not matter.
func plain(typed string) string {
	typed = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return ' '
	}, typed)
	return strings.Join(strings.Fields(typed), " ")
}

// hashed is a code or pair as it is kept, under the school's key.
func hashed(key []byte, purpose, typed string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(purpose + "\x00" + plain(typed)))
	return h.Sum(nil)
}

// Urgent says whether the whole lead team is told at once: the pupil does not say that they are safe, or their words hold one of
// danger. Nobody is asked to confirm: a child is not asked twice (CON-11).
func Urgent(m Message, dangerous bool) bool {
	return m.Safe == "no" || m.Safe == "unsure" || dangerous && m.Safe != "yes"
}

// told is the message as the leads read it, in the pupil's words and no others.
func told(m Message) string {
	out := "I want to talk to somebody."
	if w := strings.TrimSpace(m.Words); w != "" {
		out += "\n" + w
	}
	if m.To != "" {
		out += "\nI would like to talk to: " + m.To
	}
	if m.Find != "" {
		out += "\nHow to find me: " + m.Find
	}
	switch m.Safe {
	case "yes":
		out += "\nAm I safe now: yes"
	case "no":
		out += "\nAm I safe now: no"
	case "unsure":
		out += "\nAm I safe now: I do not know"
	}
	return out
}

// author is who wrote, as far as they said.
func author(m Message) string {
	who := strings.TrimSpace(m.Name)
	if who == "" {
		who = "A pupil who gave no name"
	} else {
		who = "A pupil who writes as “" + who + "”"
	}
	if c := strings.TrimSpace(m.Class); c != "" {
		who += ", class " + c
	}
	return who + ", by the box code"
}

// CanAnswer says whether an adult may write this for the pupil. Whoever stands beside the pupil may read it too.
func CanAnswer(words string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(words)); {
	case n == 0:
		return errs.Refuse("Write what the pupil will read")
	case n > 200:
		return errs.Refuse("Write at most 200 letters. It is read on a screen that others may see")
	}
	return nil
}
