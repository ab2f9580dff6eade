package password

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"sort"
	"strings"
	"unicode"
)

// common.bin holds the first 5 bytes of the SHA-256 of each of the 49,233 passwords in the list of @zxcvbn-ts/language-common
// 4.1.3 (MIT; drawn from published breaches), sorted. The folder list makes it anew. A password that is not in the list is
// taken for one of them once in 22 million.
//
//go:embed common.bin
var common []byte

const width = 5

func listed(s string) bool {
	sum := sha256.Sum256([]byte(s))
	n := len(common) / width
	i := sort.Search(n, func(i int) bool { return bytes.Compare(common[i*width:(i+1)*width], sum[:width]) >= 0 })
	return i < n && bytes.Equal(common[i*width:(i+1)*width], sum[:width])
}

// plain are readings of a word with the letters that figures and signs stand for; a 1 is read both ways.
var plain = []*strings.Replacer{
	strings.NewReplacer(),
	strings.NewReplacer("0", "o", "1", "l", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i"),
	strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "l"),
}

// Guessable says whether p is tried early by anybody who guesses: it stands in the list of breached passwords, as it is or
// with figures for letters; it is one of them with figures and signs at its ends, which make up less than half; it is one
// piece over and over; or it is a walk or two along the alphabet, the figures or the keyboard.
func Guessable(p string) bool {
	p = strings.ToLower(p)
	core := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	head := strings.TrimRight(p, "0123456789!?.*#-_ ") // a word may begin with a figure: 5unsh1ne2024
	for _, r := range plain {
		for _, s := range []string{p, core, head} {
			if 2*len(s) >= len(p) && listed(r.Replace(s)) {
				return true
			}
		}
	}
	return repeats([]rune(p)) || walks([]rune(p)) <= 2
}

// repeats says whether p is a piece of at most half its length over and over, the last perhaps cut short.
func repeats(p []rune) bool {
	for n := 1; n <= len(p)/2; n++ {
		same := true
		for i := n; i < len(p) && same; i++ {
			same = p[i] == p[i-n]
		}
		if same {
			return true
		}
	}
	return false
}

var rows = []string{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"}

// walks counts the stretches in which each character is the neighbour of the one before, in one direction.
func walks(p []rune) int {
	n, way := 0, 0
	for i, r := range p {
		step := 2
		if i > 0 {
			step = stepFrom(p[i-1], r)
		}
		if step == 2 || way != 2 && step != way {
			n++
			way = 2 // the next step sets the direction
			continue
		}
		way = step
	}
	return n
}

// stepFrom returns 1, -1 or 0 when b is the next, the last or the same character as a, and 2 when it is none of them.
func stepFrom(a, b rune) int {
	if a == b {
		return 0
	}
	for _, row := range rows {
		i, j := strings.IndexRune(row, a), strings.IndexRune(row, b)
		if i < 0 || j < 0 {
			continue
		}
		if j == i+1 || i == len(row)-1 && j == 0 {
			return 1
		}
		if j == i-1 || i == 0 && j == len(row)-1 {
			return -1
		}
	}
	return 2
}
