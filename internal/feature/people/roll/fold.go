package roll

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unaccented are letters that have no accent to take away but are written plainly by those who lack the key.
var unaccented = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h")

// foldName reduces a name to what survives case, spacing, hyphens, apostrophes and diacritics (ROL-2).
func foldName(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(unaccented.Replace(strings.ToLower(s))) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	// Some capitals, such as the dotted I of Turkish, only come apart into a plain letter after lower-casing.
	return unaccented.Replace(strings.ToLower(b.String()))
}
