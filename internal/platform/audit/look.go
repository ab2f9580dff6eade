package audit

import (
	"context"
	"encoding/json"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Filter says which entries of the viewer's district are looked at. Empty fields leave nothing out.
type Filter struct {
	Within      []string     // organisations that the viewer may look at; nil is the whole district
	From, Until clock.Millis // from the one and before the other; 0 is open
	Org         string
	Action      string
	Actor       string // an account's id, or the end of one
}

// query appends the conditions of the filter to a statement that asks audit_entry as e. Nothing here decides who may look:
// access.Log does, and its caller fills Within.
func (f Filter) query(tx *store.Tx, text string) *store.Query {
	q := store.SQL(text+` FROM audit_entry e WHERE e.district_id = ?`, tx.Viewer.District).
		If(f.From != 0, `AND e.at >= ?`, int64(f.From)).If(f.Until != 0, `AND e.at < ?`, int64(f.Until)).
		If(f.Org != "", `AND e.org_id = ?`, f.Org).If(f.Action != "", `AND e.action = ?`, f.Action).
		If(f.Actor != "", `AND e.actor_id LIKE ?`, "%"+f.Actor)
	if f.Within != nil {
		q.Add(`AND`).In("e.org_id", f.Within)
	}
	return q
}

// Line is an entry as somebody looks at it. Seq and OrgSeq are -1 while it has no number.
type Line struct{ Entry }

// Dest lists where the columns go.
func (l *Line) Dest() []any { return append((*entryRow)(l).Dest(), &l.Seq, &l.OrgSeq) }

const lineColumns = `SELECT ` + entryColumns + `, coalesce(e.seq, -1), coalesce(e.org_seq, -1)`

// Lines returns a page of entries, the newest first. Within one instant they stand in the order of their ids, which is that
// of their numbers; what proves the log is the numbers, which each line shows.
func Lines(ctx context.Context, tx *store.Tx, f Filter, cursor string) (store.Page[Line], error) {
	return store.PageOf(ctx, tx, f.query(tx, lineColumns), store.By[Line]{Columns: []string{"e.at", "e.id"}, Newest: true,
		Of: func(l Line) []any { return []any{int64(l.At), l.ID} }}, cursor)
}

// LineOf returns one entry. NotFound: none of that id within the filter.
func LineOf(ctx context.Context, tx *store.Tx, f Filter, id string) (Line, error) {
	return store.One[Line](ctx, tx, f.query(tx, lineColumns).Add(`AND e.id = ?`, id))
}

// Done is how often something was done.
type Done struct {
	Action string
	Times  int64
}

// Dest lists where the columns go.
func (d *Done) Dest() []any { return []any{&d.Action, &d.Times} }

// Actions counts the entries of the filter by what was done, the most frequent first.
func Actions(ctx context.Context, tx *store.Tx, f Filter) ([]Done, error) {
	return store.All[Done](ctx, tx, f.query(tx, `SELECT e.action, count(e.id)`).Add(`GROUP BY e.action ORDER BY count(e.id) DESC, e.action`))
}

// Orgs returns the organisations that the entries of the filter belong to.
func Orgs(ctx context.Context, tx *store.Tx, f Filter) ([]string, error) {
	return store.Values[string](ctx, tx, f.query(tx, `SELECT DISTINCT e.org_id`).Add(`AND e.org_id <> ''`))
}

// State is how the log stands as a whole.
type State struct {
	Size, Epoch int64
	Unnumbered  int64  // entries that wait for their number
	Late        int64  // of these, entries that have waited for their number longer than they may
	Note        string // the newest checkpoint, as it was signed; "" before the first
	NoteSize    int64  // how many entries it speaks for
	NoteAt      clock.Millis
}

// Late is how long an entry may wait for its number before that is worth saying.
const Late = waitingLimit

type noteRow struct {
	note     string
	size, at int64
}

func (n *noteRow) Dest() []any { return []any{&n.note, &n.size, &n.at} }

// State returns how the log stands. It says nothing of anybody.
func (l *Log) State(ctx context.Context) (s State, err error) {
	defer errs.Wrap(&err, "audit.State")
	err = l.db.Read(ctx, everywhere("audit state"), func(ctx context.Context, tx *store.Tx) error {
		h, err := head(ctx, tx)
		if err != nil {
			return err
		}
		s = State{Size: h.size, Epoch: h.epoch}
		if s.Unnumbered, err = store.Value[int64](ctx, tx, store.SQL(`SELECT count(e.id) FROM audit_entry e WHERE e.seq IS NULL`)); err != nil {
			return err
		}
		if s.Late, err = store.Value[int64](ctx, tx, store.SQL(`SELECT count(e.id) FROM audit_entry e WHERE e.seq IS NULL AND e.at < ?`, int64(tx.Now.Add(-Late)))); err != nil {
			return err
		}
		n, err := store.One[noteRow](ctx, tx, store.SQL(`SELECT c.note, c.size, c.at FROM audit_checkpoint c ORDER BY c.epoch DESC, c.size DESC LIMIT 1`))
		s.Note, s.NoteSize, s.NoteAt = n.note, n.size, clock.Millis(n.at)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		return err
	})
	return s, err
}

// Restore is a restore that was declared.
type Restore struct {
	At     clock.Millis
	Lost   string // what is lost, as a sentence
	Reason string // why the database was put back, in the operator's words; "" once that was erased
	Seq    int64
}

// Dest lists where the columns go.
func (r *Restore) Dest() []any { return []any{(*int64)(&r.At), &r.Lost, &r.Reason, &r.Seq} }

// restored is what an entry about a restore says was done.
const restored = "audit.restored"

// Restores returns every restore that was declared, the newest first. What was done stands in the text of the question, for
// that alone makes the databases use the index of restores.
func (l *Log) Restores(ctx context.Context) (all []Restore, err error) {
	defer errs.Wrap(&err, "audit.Restores")
	err = l.db.Read(ctx, everywhere("audit state"), func(ctx context.Context, tx *store.Tx) error {
		if all, err = store.All[Restore](ctx, tx, store.SQL(`SELECT e.at, e.rule, coalesce(d.body, ''), coalesce(e.seq, -1) FROM audit_entry e LEFT JOIN audit_detail d ON d.entry_id = e.id
			WHERE e.action = '`+restored+`' ORDER BY e.at DESC, e.id DESC LIMIT 50`)); err != nil {
			return err
		}
		for i := range all {
			var detail struct{ Reason string }
			if json.Unmarshal([]byte(all[i].Reason), &detail) == nil {
				all[i].Reason = detail.Reason
			}
		}
		return nil
	})
	return all, err
}
