package story

import (
	"context"
	"time"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// Seen is an entry with where it comes from.
type Seen struct {
	Entry
	Head  string // the record, or the header that it is a part of
	About string // the kind of the record
}

func (s *Seen) Dest() []any { return append(s.Entry.Dest(), &s.Head, &s.About) }

const seenColumns = columns + `, CASE WHEN r.parent_id = '' THEN r.id ELSE r.parent_id END, r.kind`

// Line returns the whole chronology of a child as the viewer may see it, newest first by when things happened. With before, it
// is the line as it stood just before that instant: what was written down later is left out, whenever it happened.
func Line(ctx context.Context, tx *store.Tx, child string, before clock.Millis) ([]Seen, error) {
	return store.All[Seen](ctx, tx, store.SQL(`SELECT `+seenColumns+` FROM story_entry s JOIN access_record r ON r.id = s.record_id WHERE s.child_id = ?`, child).
		If(before != 0, `AND s.at < ? AND s.recorded_at < ?`, int64(before), int64(before)).Visible("r").Add(`ORDER BY s.at DESC, s.id DESC`))
}

// One returns one entry of a child. NotFound: no such entry, or not one the viewer may see.
func One(ctx context.Context, tx *store.Tx, child, id string) (Seen, error) {
	return store.One[Seen](ctx, tx, store.SQL(`SELECT `+seenColumns+` FROM story_entry s JOIN access_record r ON r.id = s.record_id WHERE s.child_id = ? AND s.id = ?`, child, id).Visible("r"))
}

// Tally is how many entries of a child the viewer may see. It is shown and never scored (CHR-8).
type Tally struct {
	Child        string
	Ninety, Year int          // in the last 90 days and 12 months
	Last         clock.Millis // when the newest of them happened
}

func (t *Tally) Dest() []any { return []any{&t.Child, &t.Ninety, &t.Year, (*int64)(&t.Last)} }

// NinetyDays and TwelveMonths are where the two stretches begin that accumulation is shown for.
func NinetyDays(now clock.Millis) clock.Millis   { return now.Add(-90 * 24 * time.Hour) }
func TwelveMonths(now clock.Millis) clock.Millis { return clock.Of(now.London().AddDate(-1, 0, 0)) }

// Tallies counts the entries of children by id. A child without any that the viewer may see is not in it.
func Tallies(ctx context.Context, tx *store.Tx, now clock.Millis, children ...string) (map[string]Tally, error) {
	if len(children) == 0 {
		return map[string]Tally{}, nil
	}
	rows, err := store.All[Tally](ctx, tx, store.SQL(`SELECT s.child_id, count(CASE WHEN s.at >= ? THEN 1 END), count(s.id), max(s.at)
		FROM story_entry s JOIN access_record r ON r.id = s.record_id WHERE s.at >= ? AND s.at <= ? AND `,
		int64(NinetyDays(now)), int64(TwelveMonths(now)), int64(now)).In("s.child_id", children).Visible("r").Add(`GROUP BY s.child_id`))
	out := map[string]Tally{}
	for _, t := range rows {
		out[t.Child] = t
	}
	return out, err
}
