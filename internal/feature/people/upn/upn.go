// Package upn reads and checks Unique Pupil Numbers.
//
// A UPN has 13 characters: check letter, local authority number (3), establishment number (4), last two digits of the
// year of allocation, serial (3). A temporary UPN ends in a letter instead of a digit. The source of the rule is the
// UK Government Data Standards Catalogue 2.0 of 18 November 2004; the census error numbers are the Department's.
//
// A UPN is optional and is never a key: children in independent schools and children educated at home may have none, a
// child may be given another, and a wrong one is kept as it was given, with a flag (ROL-1).
package upn

import (
	"fmt"
	"strings"
	"unicode"
)

// letters are the check letters in order of their value, 0 to 22: the alphabet without I, O and S.
const letters = "ABCDEFGHJKLMNPQRTUVWXYZ"

// Verdict is what can be said of a UPN by looking at it.
type Verdict struct {
	// Valid says that the form and the check letter are right. An unknown authority does not make a UPN invalid.
	Valid bool
	// Temporary says that the last character is a letter: the school gave the number until the real one is known.
	Temporary bool
	// ExpectedLetter is the check letter that fits the other twelve characters; "" when their form is wrong.
	ExpectedLetter string
	// LAKnown says whether the authority number is one that the census accepts. Authorities are reorganised, so false
	// is a warning and no more.
	LAKnown bool
	// Problem is a sentence for the person who keeps the roll; "" when there is nothing to say.
	Problem string
}

// Normalise returns s in upper case without any blank, as a UPN is kept. It does not check.
func Normalise(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}

// Parse returns the form in which to keep s and what is wrong with it. A valid UPN comes back normalised; any other
// comes back as given but for the blanks around it, since a wrong number is evidence of what the source holds.
func Parse(s string) (string, Verdict) {
	v := Check(s)
	if v.Valid {
		return Normalise(s), v
	}
	return strings.TrimSpace(s), v
}

// Check looks at s, normalised first. The empty string is no UPN, and says so.
func Check(s string) Verdict {
	u := Normalise(s)
	if u == "" {
		return Verdict{Problem: "There is no UPN (census error 1500)."}
	}
	if n := len([]rune(u)); n != 13 {
		return Verdict{Problem: fmt.Sprintf("A UPN has 13 characters; this one has %d.", n)}
	}
	if len(u) != 13 || strings.IndexByte(letters, u[0]) < 0 {
		return Verdict{Problem: "A UPN begins with a letter from A to Z, never I, O or S."}
	}
	sum := 0
	for i := 1; i < 12; i++ {
		if u[i] < '0' || u[i] > '9' {
			return Verdict{Problem: "The second to twelfth characters of a UPN are digits."}
		}
		sum += (i + 1) * int(u[i]-'0')
	}
	var v Verdict
	switch last := u[12]; {
	case last >= '0' && last <= '9':
		sum += 13 * int(last-'0')
	case strings.IndexByte(letters, last) >= 0:
		sum += 13 * strings.IndexByte(letters, last)
		v.Temporary = true
	default:
		return Verdict{Problem: "A UPN ends in a digit or, when temporary, in a letter that is not I, O or S."}
	}
	v.ExpectedLetter = letters[sum%23 : sum%23+1]
	v.LAKnown = knownLA(u[1:4])
	v.Valid = u[:1] == v.ExpectedLetter
	switch {
	case !v.Valid:
		v.Problem = fmt.Sprintf("The check letter is %s but the other characters need %s (census error 1510).", u[:1], v.ExpectedLetter)
	case !v.LAKnown:
		v.Problem = fmt.Sprintf("%s is not the number of a local authority we know (census error 1530).", u[1:4])
	}
	return v
}

// laRanges are the authority numbers that the census rule lists, with those created since.
var laRanges = [][2]int{
	{1, 5}, {201, 213}, {301, 320}, {330, 336}, {340, 344}, {350, 359}, {370, 373}, {380, 384}, {390, 394}, {420, 420},
	{660, 681}, {701, 708}, {800, 803}, {805, 808}, {810, 813}, {815, 816}, {820, 823}, {825, 826}, {830, 831},
	{835, 841}, {845, 846}, {850, 852}, {855, 857}, {860, 861}, {865, 896}, {908, 909}, {916, 916}, {919, 919},
	{921, 921}, {925, 926}, {928, 929}, {931, 931}, {933, 933}, {935, 938}, {940, 943},
}

func knownLA(code string) bool {
	n := int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
	for _, r := range laRanges {
		if n >= r[0] && n <= r[1] {
			return true
		}
	}
	return false
}
