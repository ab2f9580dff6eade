package adults

import (
	"context"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// Told is one person's words behind an entry of a child's chronology.
type Told struct {
	Record, By string
	At         clock.Millis
	Words      string
}

// Behind returns what stands behind the entries of children: what the child said and what was done for them, and nothing of the
// adult (LLC-4).
func (s Store) Behind(ctx context.Context, tx *store.Tx, records ...string) ([]Told, error) {
	entries, err := s.Entries(ctx, tx, records...)
	var out []Told
	for _, e := range entries {
		out = append(out, Told{Record: e.ID, By: e.By, At: e.At, Words: e.Words})
	}
	return out, err
}
