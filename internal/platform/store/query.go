package store

import (
	"context"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
)

// Query is SQL under construction. Values are bound, never written into the text: each ? takes the next argument.
type Query struct {
	parts   []part
	visible bool
}

type part struct {
	text  string
	args  []any
	alias string   // an access predicate on the record that goes by this alias
	kinds []string // the kinds of record it may be
	write bool
	sure  bool // as after a second factor given just now
}

// SQL starts a query.
func SQL(text string, args ...any) *Query { return new(Query).Add(text, args...) }

// Add appends text.
func (q *Query) Add(text string, args ...any) *Query {
	if strings.Count(text, "?") != len(args) {
		panic("store: argument count: " + text)
	}
	q.parts = append(q.parts, part{text: text, args: args})
	return q
}

// Append appends another query, such as a condition that several statements share.
func (q *Query) Append(other *Query) *Query {
	q.parts = append(q.parts, other.parts...)
	q.visible = q.visible || other.visible
	return q
}

// If appends text when on.
func (q *Query) If(on bool, text string, args ...any) *Query {
	if on {
		return q.Add(text, args...)
	}
	return q
}

// In appends "column IN (values)"; with no values it is never true.
func (q *Query) In(column string, values []string) *Query {
	if len(values) == 0 {
		return q.Add("1=0")
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return q.Add(column+" IN (?"+strings.Repeat(",?", len(values)-1)+")", args...)
}

// Visible appends AND (predicate): the viewer may read the access_record that goes by alias, which is of one of the kinds
// (all kinds when none is given). It is what makes a query on records allowed.
func (q *Query) Visible(alias string, kinds ...string) *Query {
	q.parts = append(q.parts, part{alias: alias, kinds: kinds})
	q.visible = true
	return q
}

// Changeable is Visible for those who may change the record.
func (q *Query) Changeable(alias string, kinds ...string) *Query {
	q.parts = append(q.parts, part{alias: alias, kinds: kinds, write: true})
	q.visible = true
	return q
}

// Awaiting is Visible for the viewer as they would be after confirming that it is they: for telling them that there is more to
// read, never for showing it.
func (q *Query) Awaiting(alias string, kinds ...string) *Query {
	q.parts = append(q.parts, part{alias: alias, kinds: kinds, sure: true})
	q.visible = true
	return q
}

// compile writes the text for the engine: ? as it stands on SQLite, $1, $2 ... in order on PostgreSQL.
func (q *Query) compile(tx *Tx) (string, []any, error) {
	var b strings.Builder
	var args []any
	for _, p := range q.parts {
		text, values := p.text, p.args
		if p.alias != "" {
			v := tx.Viewer
			if p.sure {
				v = v.Confirmed()
			}
			w, a := access.Rules.Where(v, p.write, p.alias, p.kinds...)
			text, values = "AND ("+w+")", a
		}
		args = append(args, values...)
		b.WriteString(text)
		b.WriteByte('\n')
	}
	text := b.String()
	if !q.visible {
		if table := tx.db.schema.personalTable(text); table != "" {
			if _, system := tx.Viewer.IsSystem(); !system && !strings.HasPrefix(strings.TrimSpace(text), "UPDATE") && !strings.HasPrefix(strings.TrimSpace(text), "DELETE") {
				return "", nil, errs.New(errs.Internal, "store: a query on "+table+" without Visible: "+text)
			}
		}
	}
	if tx.db.engine == Postgres {
		text = numbered(text)
	}
	if tx.db.opts.Trace != nil {
		tx.db.opts.Trace(text, args)
	}
	return text, args, nil
}

func numbered(text string) string {
	var b strings.Builder
	n := 0
	for {
		head, tail, ok := strings.Cut(text, "?")
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
		text = tail
	}
}

// Row is what a query's line is read into: Dest lists where each column goes, in order.
type Row[T any] interface {
	*T
	Dest() []any
}

// All returns every row.
func All[T any, P Row[T]](ctx context.Context, tx *Tx, q *Query) ([]T, error) {
	return allFunc(ctx, tx, q, func(v *T) []any { return P(v).Dest() })
}

// One returns the only row. NotFound: none, or none that the viewer may see.
func One[T any, P Row[T]](ctx context.Context, tx *Tx, q *Query) (T, error) {
	return oneFunc(ctx, tx, q, func(v *T) []any { return P(v).Dest() })
}

// Scalar is a single value.
type Scalar interface {
	~string | ~int | ~int64 | ~bool | ~float64 | ~[]byte
}

// Values returns the single column of every row.
func Values[T Scalar](ctx context.Context, tx *Tx, q *Query) ([]T, error) {
	return allFunc(ctx, tx, q, func(v *T) []any { return []any{v} })
}

// Value returns the single column of the only row. NotFound: none.
func Value[T Scalar](ctx context.Context, tx *Tx, q *Query) (T, error) {
	return oneFunc(ctx, tx, q, func(v *T) []any { return []any{v} })
}

// Exists says whether the query has a row.
func Exists(ctx context.Context, tx *Tx, q *Query) (bool, error) {
	_, err := oneFunc(ctx, tx, q, func(*struct{}) []any { return nil })
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func allFunc[T any](ctx context.Context, tx *Tx, q *Query, dest func(*T) []any) (out []T, err error) {
	err = tx.Together(ctx, each(&out, q, dest))
	return out, err
}

func oneFunc[T any](ctx context.Context, tx *Tx, q *Query, dest func(*T) []any) (v T, err error) {
	err = tx.Together(ctx, only(&v, q, dest))
	return v, err
}
