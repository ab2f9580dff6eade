// Package bulk takes many rows into the database without making anybody wait for them, and keeps uploaded files in the
// database until they are read.
//
// Every page waits for the writer, so an import writes in short closures: a hundred rows at a time, and when others are
// waiting 25, with a pause as long as the closure took. Only a command that holds the data folder alone uses large ones. Each
// closure is one transaction: after kill -9 what was acknowledged is there and nothing is half written.
package bulk

import (
	"context"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
)

// Rows of the database that one closure writes, and how long another's closure may hold this one up before the writer counts
// as busy.
const (
	rowsAlone = 5_000
	rowsFree  = 100
	rowsBusy  = 25
	heldUp    = 3 * time.Millisecond
)

// Tally counts what became of rows that were sound.
type Tally struct {
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
}

// Count counts one row by what became of it.
func (t *Tally) Count(made, changed bool) {
	switch {
	case made:
		t.Created++
	case changed:
		t.Updated++
	default:
		t.Unchanged++
	}
}

// Add adds another tally.
func (t *Tally) Add(o Tally) {
	t.Created += o.Created
	t.Updated += o.Updated
	t.Unchanged += o.Unchanged
}

// Pace runs closures one after another, each of a fitting size.
type Pace struct {
	DB     *store.DB
	Viewer access.Viewer
	// Alone says that nobody else uses the database: closures are large and nothing pauses.
	Alone bool
	// DryRun opens reads in the place of writes.
	DryRun bool
	// Cost is how many rows of the database an item makes, about; 0 is one.
	Cost int

	busy bool
}

// Size is how many items the next closure takes at most.
func (p *Pace) Size() int {
	rows := rowsFree
	switch {
	case p.Alone || p.DryRun:
		rows = rowsAlone
	case p.busy:
		rows = rowsBusy
	}
	return max(1, rows/max(1, p.Cost))
}

// Do runs one closure, and then pauses when others wait.
func (p *Pace) Do(ctx context.Context, fn func(context.Context, *store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := p.DB.Clock()
	asked, began := c.Now(), c.Now()
	door := p.DB.Write
	if p.DryRun {
		door = p.DB.Read
	}
	if err := door(ctx, p.Viewer, func(ctx context.Context, tx *store.Tx) error {
		began = c.Now()
		return fn(ctx, tx)
	}); err != nil {
		return err
	}
	p.busy = !p.Alone && !p.DryRun && began.Sub(asked) > heldUp
	if !p.busy {
		return nil
	}
	select {
	case <-time.After(c.Now().Sub(asked)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Writer collects items and hands them to Put in closures of a fitting size.
type Writer[T any] struct {
	Pace
	// Put takes items in the closure's transaction. It may run twice, so it touches nothing else and returns its count.
	Put func(ctx context.Context, tx *store.Tx, items []T) (Tally, error)
	// Done, when set, is told after each closure how many items are taken in all.
	Done func(n int)

	Tally
	taken int
	held  []T
}

// Add takes an item, and writes when enough are held.
func (w *Writer[T]) Add(ctx context.Context, item T) error {
	w.held = append(w.held, item)
	if len(w.held) < w.Size() {
		return nil
	}
	return w.Flush(ctx)
}

// Flush writes what is held.
func (w *Writer[T]) Flush(ctx context.Context) error {
	if len(w.held) == 0 {
		return nil
	}
	var t Tally
	if err := w.Do(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		t, err = w.Put(ctx, tx, w.held)
		return err
	}); err != nil {
		return err
	}
	w.Tally.Add(t)
	w.taken += len(w.held)
	clear(w.held)
	w.held = w.held[:0]
	if w.Done != nil {
		w.Done(w.taken)
	}
	return nil
}

// maxRows is how many rows one statement holds: few enough that its text is soon parsed and that every engine takes its
// arguments.
const maxRows = 200

// Insert adds rows of so many columns in as few statements as pays. head is "INSERT INTO t (...) VALUES", tail what follows
// the values, such as ON CONFLICT; values are the rows one after another.
func Insert(ctx context.Context, tx *store.Tx, head string, columns int, values []any, tail string) error {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	for len(values) > 0 {
		n := min(maxRows, len(values)/columns)
		q := store.SQL(head).Add(row+strings.Repeat(", "+row, n-1), values[:n*columns]...).Add(tail)
		if err := tx.Put(ctx, q); err != nil {
			return err
		}
		values = values[n*columns:]
	}
	return nil
}

// Records makes things separately readable, in the transaction that makes the things: store.Tx.AddRecord for many.
func Records(ctx context.Context, tx *store.Tx, records []access.Record) error {
	values := make([]any, 0, 11*len(records))
	for _, r := range records {
		values = append(values, r.ID, tx.Viewer.District, r.Kind, r.Part, r.Org, r.Child, r.Author, r.Subject, r.Restricted, r.Locked, r.Parent)
	}
	return Insert(ctx, tx, `INSERT INTO access_record (id, district_id, kind, part, org_id, child_id, author_id, subject_id, restricted, locked, parent_id) VALUES`, 11, values, "")
}

// Named is a record with the names by which it is found within a scope.
type Named struct {
	Record, Scope string
	Names         []string
}

// Names makes records findable by name, in the transaction that makes the records: search.AddName for many.
func Names(ctx context.Context, tx *store.Tx, named []Named) error {
	var values []any
	for _, n := range named {
		seen := map[string]bool{}
		for _, name := range n.Names {
			for _, t := range fold.Tokens(name) {
				if !seen[t] {
					seen[t] = true
					values = append(values, tx.Viewer.District, n.Scope, t, n.Record)
				}
			}
		}
	}
	return Insert(ctx, tx, `INSERT INTO search_name (district_id, scope, token, record_id) VALUES`, 4, values, `ON CONFLICT DO NOTHING`)
}
