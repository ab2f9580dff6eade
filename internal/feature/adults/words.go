package adults

import (
	"strconv"

	"kith/internal/kernel/text"
)

// countWords writes a small number as a word.
func countWords(n int) string {
	words := []string{"None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"}
	if n >= 0 && n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}

func joined(items []string) string { return text.Join(items) }
