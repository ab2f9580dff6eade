// Package story keeps the chronology of a child: every event of every slice is one entry, once, at the time it happened, and
// nobody retypes (CHR-1). A slice adds its entry in its own transaction. An entry names the record that decides who may read
// it, so that what the viewer may not see leaves no gap, count or number behind (CHR-3).
package story

import (
	"context"
	"embed"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the table of the chronology.
var Migrations = store.Slice{Name: "story", Files: files}

// Kind is one of the seven shapes of the line.
type Kind string

// The kinds of entry, as the design draws them.
const (
	Concern    Kind = "concern"
	Decision   Kind = "decision"
	Meeting    Kind = "meeting"
	Notice     Kind = "notice"
	Contact    Kind = "contact"
	Attendance Kind = "attendance"
	Document   Kind = "document"
)

// Precision says how surely a time is known (CON-3).
type Precision string

// How surely a time is known. A day is kept as its start in Europe/London, a week as the start of its Monday.
const (
	Minute Precision = "minute"
	Day    Precision = "day"
	Week   Precision = "week"
	Around Precision = "around"
)

// Entry is one line of a child's chronology.
type Entry struct {
	ID          string
	Child       string
	At          clock.Millis // when it happened
	Precision   Precision
	RecordedAt  clock.Millis // when it was written down
	Record      string       // the record that decides who may read it
	Kind        Kind
	Line        string // the title of the entry
	Detail      string
	Voice       string // a person's own words, quoted
	Level       int    // 0 none, 1 low, 2 medium, 3 high
	Significant string // why it is marked significant; "" when it is not (CHR-4)
}

func (e *Entry) Dest() []any {
	return []any{&e.ID, &e.Child, (*int64)(&e.At), (*string)(&e.Precision), (*int64)(&e.RecordedAt), &e.Record, (*string)(&e.Kind), &e.Line, &e.Detail, &e.Voice, &e.Level, &e.Significant}
}

const columns = `s.id, s.child_id, s.at, s.precision, s.recorded_at, s.record_id, s.kind, s.line, s.detail, s.voice, s.level, s.significant`

// Add writes an entry in the slice's own transaction and returns its id.
func Add(ctx context.Context, tx *store.Tx, e Entry) (string, error) {
	e.ID = tx.NewID()
	if e.RecordedAt == 0 {
		e.RecordedAt = tx.Now
	}
	if e.Precision == "" {
		e.Precision = Minute
	}
	err := tx.Put(ctx, store.SQL(`INSERT INTO story_entry (child_id, at, id, district_id, precision, recorded_at, record_id, kind, line, detail, voice, level, significant)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, e.Child, int64(e.At), e.ID, tx.Viewer.District, string(e.Precision), int64(e.RecordedAt), e.Record,
		string(e.Kind), e.Line, e.Detail, e.Voice, e.Level, e.Significant))
	return e.ID, err
}

// Relevel shows a new level on the entries of a record; the change itself is an entry of its own (CON-8).
func Relevel(ctx context.Context, tx *store.Tx, record string, level int) error {
	return tx.Put(ctx, store.SQL(`UPDATE story_entry SET level = ? WHERE record_id = ?`, level, record))
}

// Retitle gives the entries of a record another title.
func Retitle(ctx context.Context, tx *store.Tx, record, line string) error {
	return tx.Put(ctx, store.SQL(`UPDATE story_entry SET line = ? WHERE record_id = ?`, line, record))
}

// Mark marks an entry significant, or with an empty reason takes the mark away. The caller records it in the audit log.
// NotFound: no such entry, or not one that the viewer may change.
func Mark(ctx context.Context, tx *store.Tx, child, id, reason string) error {
	if _, err := store.Value[string](ctx, tx, store.SQL(`SELECT s.id FROM story_entry s JOIN access_record r ON r.id = s.record_id WHERE s.child_id = ? AND s.id = ?`, child, id).Changeable("r")); err != nil {
		return err
	}
	return tx.Put(ctx, store.SQL(`UPDATE story_entry SET significant = ? WHERE child_id = ? AND id = ?`, reason, child, id))
}

// Of returns the entries of a child that the viewer may see, newest first, from since on. limit 0 means all.
func Of(ctx context.Context, tx *store.Tx, child string, since clock.Millis, limit int) ([]Entry, error) {
	q := store.SQL(`SELECT `+columns+` FROM story_entry s JOIN access_record r ON r.id = s.record_id WHERE s.child_id = ? AND s.at >= ?`, child, int64(since)).
		Visible("r").Add(`ORDER BY s.at DESC, s.id DESC`).If(limit > 0, `LIMIT ?`, limit)
	return store.All[Entry](ctx, tx, q)
}

// Records returns the header of each record in a child's chronology, whoever may read them: for break-glass, which opens them
// to a named person. The viewer is the program.
func Records(ctx context.Context, tx *store.Tx, child string) ([]string, error) {
	if _, ok := tx.Viewer.IsSystem(); !ok {
		return nil, errs.New(errs.Internal, "story.Records is for the program")
	}
	return store.Values[string](ctx, tx, store.SQL(`SELECT DISTINCT CASE WHEN r.parent_id = '' THEN r.id ELSE r.parent_id END
		FROM story_entry s JOIN access_record r ON r.id = s.record_id WHERE s.child_id = ?`, child).Visible("r", access.Concern, access.Child))
}

// Children returns in whose chronologies a record has entries. Nobody, where the viewer may not see the record.
func Children(ctx context.Context, tx *store.Tx, record string) ([]string, error) {
	return store.Values[string](ctx, tx, store.SQL(`SELECT DISTINCT s.child_id FROM story_entry s JOIN access_record r ON r.id = s.record_id WHERE s.record_id = ?`, record).Visible("r"))
}
