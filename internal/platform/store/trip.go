package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"kith/internal/kernel/errs"
)

// PostgreSQL runs in a process of its own, perhaps on another machine: to go there and back costs more than most of what is asked
// there. So a transaction goes as seldom as it can (decision 58): what it Puts waits for the next question or for the commit, and
// questions that do not hang on each other's answers go Together. On SQLite there is no way to go, and each runs where it stands.

// A Question is a query and where its answer goes.
type Question struct {
	query *Query
	take  func(rows) error
}

// rows are what both drivers hand over.
type rows interface {
	Next() bool
	Scan(...any) error
	Err() error
}

// Each asks for every row.
func Each[T any, P Row[T]](to *[]T, q *Query) Question {
	return each(to, q, func(v *T) []any { return P(v).Dest() })
}

// Only asks for the only row. NotFound: none, or none that the viewer may see.
func Only[T any, P Row[T]](to *T, q *Query) Question {
	return only(to, q, func(v *T) []any { return P(v).Dest() })
}

// EachValue asks for the single column of every row.
func EachValue[T Scalar](to *[]T, q *Query) Question {
	return each(to, q, func(v *T) []any { return []any{v} })
}

func each[T any](to *[]T, q *Query, dest func(*T) []any) Question {
	return Question{q, func(r rows) error {
		*to = nil
		for r.Next() {
			var v T
			if err := scan(r, dest(&v)); err != nil {
				return err
			}
			*to = append(*to, v)
		}
		return r.Err()
	}}
}

func only[T any](to *T, q *Query, dest func(*T) []any) Question {
	return Question{q, func(r rows) error {
		if !r.Next() {
			if err := r.Err(); err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			return errs.Missing()
		}
		return scan(r, dest(to))
	}}
}

// scan reads a row; no destinations means that its being there is all that was asked.
func scan(r rows, dest []any) error {
	if len(dest) == 0 {
		return nil
	}
	return r.Scan(dest...)
}

// Together asks questions of which none hangs on another's answer. Each sees what was done and Put before it. Where one is not
// answered, the first error is returned, and what the others said is not to be used.
func (tx *Tx) Together(ctx context.Context, questions ...Question) error {
	list := make([]errand, len(questions))
	for i, q := range questions {
		e, err := tx.errand(q.query, changes.MatchString(q.query.parts[0].text))
		if err != nil {
			return err
		}
		e.take = q.take
		list[i] = e
	}
	return tx.trip(ctx, list...)
}

// Exec runs a statement that returns no rows and says how many it changed.
func (tx *Tx) Exec(ctx context.Context, q *Query) (n int64, err error) {
	e, err := tx.errand(q, true)
	if err != nil {
		return 0, err
	}
	e.count = &n
	err = tx.trip(ctx, e)
	return n, err
}

// Put runs a statement that returns no rows, of which nobody asks how many it changed. What is wrong with it is said here, at the
// next question or at the end of the transaction, of which nothing stands then.
func (tx *Tx) Put(ctx context.Context, q *Query) error {
	e, err := tx.errand(q, true)
	if err != nil {
		return err
	}
	if tx.db.engine == Postgres && len(tx.waiting) < waitAtMost {
		if err := tx.ready(); err != nil {
			return err
		}
		tx.waiting = append(tx.waiting, e)
		return nil
	}
	return tx.trip(ctx, e)
}

// waitAtMost is how many statements wait; an import Puts as many as it reads.
const waitAtMost = 100

// changes finds the questions that change something, too: UPDATE … RETURNING.
var changes = regexp.MustCompile(`^\s*(INSERT|UPDATE|DELETE)\b`)

// errand compiles a statement. One that changes something is refused in a read, and asks for an entry in the log.
func (tx *Tx) errand(q *Query, change bool) (errand, error) {
	text, args, err := q.compile(tx)
	if err != nil {
		return errand{}, err
	}
	if change && tx.reading {
		return errand{}, errs.New(errs.Internal, "store: a change inside a read: "+text)
	}
	tx.wrote = tx.wrote || change
	return errand{text: text, args: args}, nil
}

// errand is a compiled statement.
type errand struct {
	text  string
	args  []any
	take  func(rows) error // reads what comes back; nil for a statement that returns no rows
	count *int64           // where the number of changed rows goes, if anybody asks
}

// trip runs what waits and then the errands. NotFound: one of them had no answer; the others are done.
func (tx *Tx) trip(ctx context.Context, list ...errand) error {
	if err := tx.ready(); err != nil {
		return err
	}
	list, tx.waiting = append(tx.waiting, list...), nil
	if len(list) == 0 {
		return nil
	}
	run := tx.here
	if tx.db.engine == Postgres {
		run = tx.there
	}
	var missing error
	err := run(ctx, list, func(err error) error {
		if errs.Is(err, errs.NotFound) {
			missing = cmp.Or(missing, err)
			return nil
		}
		return err
	})
	if err != nil {
		return tx.Failed(err)
	}
	return missing
}

// here runs statements on SQLite, one after the other.
func (tx *Tx) here(ctx context.Context, list []errand, taken func(error) error) error {
	for _, e := range list {
		if e.take == nil {
			res, err := tx.raw.ExecContext(ctx, e.text, e.args...)
			if err != nil {
				return err
			}
			if e.count != nil {
				if *e.count, err = res.RowsAffected(); err != nil {
					return err
				}
			}
			continue
		}
		r, err := tx.raw.QueryContext(ctx, e.text, e.args...)
		if err != nil {
			return err
		}
		if err := errors.Join(taken(e.take(r)), r.Close()); err != nil {
			return err
		}
	}
	return nil
}

// there sends statements to PostgreSQL at once, each prepared once for each connection, and then reads what they answered.
func (tx *Tx) there(ctx context.Context, list []errand, taken func(error) error) (err error) {
	var b pgx.Batch
	for _, e := range list {
		b.Queue(e.text, e.args...)
	}
	// What Raw is told ends the connection under the transaction, so it is told nothing.
	if e := tx.conn.Raw(func(conn any) error {
		answers := conn.(*stdlib.Conn).Conn().SendBatch(ctx, &b)
		err = read(answers, list, taken)
		if e := answers.Close(); err == nil {
			err = e
		}
		return nil
	}); e != nil {
		return cmp.Or(ctx.Err(), e)
	}
	return err
}

func read(answers pgx.BatchResults, list []errand, taken func(error) error) error {
	for _, e := range list {
		if e.take == nil {
			tag, err := answers.Exec()
			if err != nil {
				return err
			}
			if e.count != nil {
				*e.count = tag.RowsAffected()
			}
			continue
		}
		r, err := answers.Query()
		if err != nil {
			return err
		}
		err = taken(e.take(r))
		if r.Close(); err == nil {
			err = r.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}
