package casework

import (
	"strings"

	"kith/internal/platform/ui"
)

// dial keeps what can be dialled of a telephone number.
func dial(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, number)
}

// step is a link to the page before or after.
func step(cursor string) ui.PageStep {
	if cursor == "" {
		return ui.PageStep{}
	}
	return ui.PageStep{Href: "/children?page=" + cursor}
}
