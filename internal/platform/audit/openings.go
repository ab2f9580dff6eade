package audit

import (
	"context"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
)

// Opening is one reading of a record by a person.
type Opening struct {
	ID           string
	At           clock.Millis
	Actor        string // account id
	Rule         string // the name of the rule that allowed it
	Action       string
	Kind, Record string
}

func (o *Opening) Dest() []any {
	return []any{&o.ID, (*int64)(&o.At), &o.Actor, &o.Rule, &o.Action, &o.Kind, &o.Record}
}

// Openings returns who opened any of the records, newest first, at most limit. An entry is an opening when it names the rule
// that allowed it; the program's own readings are left out. Nothing here asks for rights: the caller gives the ids of records
// that the viewer may see.
//
// That the entry names a record looks idle in the question and is not: the index holds only such entries, and SQLite uses it
// only where the question says so.
func Openings(ctx context.Context, tx *store.Tx, records []string, limit int) ([]Opening, error) {
	return store.All[Opening](ctx, tx, store.SQL(`SELECT e.id, e.at, e.actor_id, e.rule, e.action, e.kind, e.record_id FROM audit_entry e
		WHERE e.district_id = ? AND e.record_id <> '' AND e.rule <> '' AND e.actor_id NOT LIKE 'system:%' AND `, tx.Viewer.District).In("e.record_id", records).
		Add(`ORDER BY e.at DESC, e.id DESC LIMIT ?`, limit))
}
