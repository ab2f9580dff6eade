package story

import (
	"context"

	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// Bulk writes many entries in the caller's transaction: Add for a past that is brought in whole. Ids are filled in. Entries of
// one child one after another are fastest, for they lie together.
func Bulk(ctx context.Context, tx *store.Tx, entries []Entry) error {
	values := make([]any, 0, 13*len(entries))
	for i := range entries {
		e := &entries[i]
		e.ID = tx.NewID()
		if e.RecordedAt == 0 {
			e.RecordedAt = tx.Now
		}
		if e.Precision == "" {
			e.Precision = Minute
		}
		values = append(values, e.Child, int64(e.At), e.ID, tx.Viewer.District, string(e.Precision), int64(e.RecordedAt), e.Record, string(e.Kind), e.Line, e.Detail, e.Voice, e.Level, e.Significant)
	}
	return bulk.Insert(ctx, tx, `INSERT INTO story_entry (child_id, at, id, district_id, precision, recorded_at, record_id, kind, line, detail, voice, level, significant) VALUES`, 13, values, "")
}
