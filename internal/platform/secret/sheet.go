package secret

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"

	"filippo.io/age"

	"kith/internal/kernel/clock"
)

// Sheet is the recovery sheet: printed once, kept on paper in a safe. With it and a backup everything can be read; without
// it and without the key file nothing can.
type Sheet struct {
	District  string
	MadeOn    clock.Day
	KeyID     string // Root.ID of the key it brings back
	Recipient string // "age1…", not secret: backups are sealed to it
	identity  string
}

// NewSheet makes the age key of a sheet for the district's root key.
func NewSheet(district string, on clock.Day, root Root) (Sheet, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return Sheet{}, fmt.Errorf("secret: %w", err)
	}
	return Sheet{district, on, root.ID(), id.Recipient().String(), id.String()}, nil
}

// Format shows the sheet without its key.
func (s Sheet) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("recovery sheet (hidden)")) }

const (
	identityMark = "AGE-SECRET-KEY-1"
	sheetLines   = 4
	lineLetters  = 15
)

// Text returns the sheet as it is printed. Each line of the key ends with a check of its own, so that a slip in typing it
// is told by its line.
func (s Sheet) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "KITH RECOVERY SHEET\n\nDistrict:   %s\nMade on:    %s\nOpens key:  %s\nRecipient:  %s\n\n", s.District, s.MadeOn, s.KeyID, s.Recipient)
	b.WriteString("Print this and keep it in a safe, away from the server and from the backups.\n" +
		"Whoever holds it and a backup can read every record. If the key file is lost\n" +
		"and this sheet too, the records are lost for good: nobody can bring them back.\n" +
		"It is shown once and kept nowhere.\n\n")
	rest := strings.TrimPrefix(s.identity, identityMark)
	for i := range sheetLines {
		line := rest[min(i*lineLetters, len(rest)):min((i+1)*lineLetters, len(rest))]
		fmt.Fprintf(&b, "   %d   %s   %s\n", i+1, spaced(line), lineCheck(i+1, line))
	}
	return b.String()
}

func spaced(s string) string {
	var out []string
	for len(s) > 5 {
		out, s = append(out, s[:5]), s[5:]
	}
	return strings.Join(append(out, s), " ")
}

// lineCheck is two digits over the number and the letters of a line.
func lineCheck(n int, line string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d:%s", n, line))
	return fmt.Sprintf("%02d", int(sum[0])%100)
}

var sheetLine = regexp.MustCompile(`^\s*([1-4])[.:]?\s+(.+?)\s+([0-9]{2})\s*$`)

// ReadSheet returns the identity on a sheet: from its whole text, from its four lines as typed in, or from the bare
// "AGE-SECRET-KEY-1…". Small letters, and O, I and B for 0, L and 8, are put right. A *KeyError (ErrGarbled) names the
// line that does not fit.
func ReadSheet(text string) (string, error) {
	if s := strings.ToUpper(strings.TrimSpace(text)); strings.HasPrefix(s, identityMark) {
		return known(s)
	}
	parts := map[int]string{}
	for l := range strings.Lines(text) {
		m := sheetLine.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		n := int(m[1][0] - '0')
		// the letters of an age key leave out 1, B, I and O, so these four can only be slips
		line := strings.NewReplacer(" ", "", "\t", "", "O", "0", "I", "L", "1", "L", "B", "8").Replace(strings.ToUpper(m[2]))
		if m[3] != lineCheck(n, line) {
			return "", &KeyError{ErrGarbled, fmt.Sprintf("Line %d of the recovery sheet does not fit its check. Compare it with the paper, letter by letter.", n)}
		}
		parts[n] = line
	}
	var key strings.Builder
	for n := 1; n <= sheetLines; n++ {
		if parts[n] == "" {
			return "", &KeyError{ErrGarbled, fmt.Sprintf("Line %d of the recovery sheet is missing. Type all four lines, each with its number and its check.", n)}
		}
		key.WriteString(parts[n])
	}
	return known(identityMark + key.String())
}

func known(identity string) (string, error) {
	if _, err := age.ParseX25519Identity(identity); err != nil {
		return "", &KeyError{ErrGarbled, "The key of the recovery sheet is not whole. Compare it with the paper, letter by letter."}
	}
	return identity, nil
}
