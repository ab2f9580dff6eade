package store

import (
	"context"
	"database/sql"
	"regexp"
	"sync"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
)

// Tx is one transaction for one viewer. It has no Commit and no Rollback: returning nil or an error from the closure is both.
type Tx struct {
	Viewer access.Viewer
	Now    clock.Millis // one instant for everything written together

	db      *DB
	raw     *sql.Tx
	conn    *sql.Conn // on which it runs, on PostgreSQL
	waiting []errand  // for the next trip there
	notes   []Note
	along   []func(context.Context, *Tx) error
	reading bool
	wrote   bool
	audited bool
	poison  error // a statement failed: nothing more may run, and nothing that ran may stand
	torn    bool  // SQLite has given up the whole transaction by itself, with the closures of others in it
}

// NewID returns a fresh id.
func (tx *Tx) NewID() string { return tx.db.ids.New(tx.Now) }

// Engine says which database runs below; for platform packages whose SQL differs.
func (tx *Tx) Engine() Engine { return tx.db.engine }

// Raw returns the bare transaction, with everything done that was Put before, for the job queue only; archtest holds everybody
// else off.
func (tx *Tx) Raw(ctx context.Context) (*sql.Tx, error) { return tx.raw, tx.trip(ctx) }

// Audited says that this transaction has written its audit entry. Only platform/audit calls it.
func (tx *Tx) Audited() { tx.audited = true }

// Unaudited lets a change stand that says nothing about anybody, such as a draft or the minute a session was last seen.
func (tx *Tx) Unaudited(reason string) {
	if reason != "" {
		tx.audited = true
	}
}

// Saw notes that the viewer is being shown a record, by which rule. The note is durable before Read returns.
func (tx *Tx) Saw(action string, r ref.Ref, org, rule string) {
	tx.notes = append(tx.notes, Note{Action: action, Kind: r.Kind, Record: r.ID, Org: org, Rule: rule})
}

// SawList notes that the viewer is being shown a list, search, count or export: one note with what was asked and the ids.
func (tx *Tx) SawList(action, org string, detail any) {
	tx.notes = append(tx.notes, Note{Action: action, Org: org, Rule: "list", Detail: detail})
}

// Along runs fn in the very commit that makes the notes of this read durable: for what a reading itself means, such as that a
// concern has been opened. It runs in a transaction of its own and only when something was seen.
func (tx *Tx) Along(fn func(context.Context, *Tx) error) { tx.along = append(tx.along, fn) }

// Lock takes the row for this transaction, before deciding on a count, a set or a state that others may change. It raises
// the row's version and returns the one it had. NotFound: no such row.
func (tx *Tx) Lock(ctx context.Context, table, id string) (version int64, err error) {
	defer errs.Wrap(&err, "lock %s", table)
	if !tableName.MatchString(table) {
		return 0, errs.New(errs.Internal, "not a table: "+table)
	}
	type row struct{ version int64 }
	v, err := oneFunc(ctx, tx, SQL(`UPDATE `+table+` SET version = version + 1 WHERE id = ? RETURNING version`, id),
		func(r *row) []any { return []any{&r.version} })
	if err != nil {
		return 0, err
	}
	return v.version - 1, nil
}

// Hold is Lock for whoever does not ask for the version: it goes along with the next question, which sees the row as it is then and
// says where there is none.
func (tx *Tx) Hold(ctx context.Context, table, id string) error {
	if !tableName.MatchString(table) {
		return errs.New(errs.Internal, "not a table: "+table)
	}
	return tx.Put(ctx, SQL(`UPDATE `+table+` SET version = version + 1 WHERE id = ?`, id))
}

var tableName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (tx *Tx) ready() error { return tx.poison }

// Failed maps a driver's error and ends the transaction: no further statement runs and nothing of it stands, whatever the
// closure returns. PostgreSQL asks that of every failed statement; on SQLite a later one would be committed on its own where
// the database has given up the transaction. Only users of Raw call it: Exec and the queries have done so themselves.
func (tx *Tx) Failed(err error) error {
	tx.poison = tx.db.fault(err)
	tx.torn = tx.torn || tx.db.engine == SQLite && rollsBack(err)
	return tx.poison
}

// schema is what the migrations say of the tables.
type schema struct {
	files    []migration
	personal map[string]bool // tables of records: a query on one carries Visible
	newest   int64
	checked  sync.Map // SQL text -> the personal table it reads, or ""
}

var reads = regexp.MustCompile(`(?i)\b(?:from|join)\s+([a-z_][a-z0-9_]*)`)

// personalTable returns the first table of records that the text reads, "" when none.
func (s *schema) personalTable(text string) string {
	if t, ok := s.checked.Load(text); ok {
		return t.(string)
	}
	found := ""
	for _, m := range reads.FindAllStringSubmatch(text, -1) {
		if s.personal[m[1]] {
			found = m[1]
			break
		}
	}
	s.checked.Store(text, found)
	return found
}
