package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/ncruces/go-sqlite3"
	sqlite "github.com/ncruces/go-sqlite3/driver"
)

// Each connection to SQLite keeps the statements it has prepared and uses them again: preparing one with its access predicate
// costs more than running it. PostgreSQL's driver does the same by itself. For that their plans must not hang on the values
// (QPSG): where SQLite has looked at how a table is filled it would plan a statement afresh whenever another value is bound,
// which was a fifth of all the time that pages took.

// How many statements a connection keeps, and how long the longest of them may be.
const (
	keptAtMost = 200
	keptLength = 24_000
)

// openKeeping opens a pool of such connections.
func openKeeping(name string) (*sql.DB, error) {
	c, err := (&sqlite.SQLite{}).OpenConnector(name)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(keeping{c}), nil
}

type keeping struct{ driver.Connector }

func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn := c.(sqlite.Conn)
	if _, err := conn.Raw().Config(sqlite3.DBCONFIG_ENABLE_QPSG, true); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &keeper{Conn: conn, kept: map[string]*kept{}}, nil
}

// keeper is one connection. database/sql uses a connection from one goroutine at a time.
type keeper struct {
	sqlite.Conn
	kept map[string]*kept
}

// statement is what the driver's statements can do.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
	driver.NamedValueChecker
	Reset() error
}

// kept is a statement that goes back to its connection when it is closed.
type kept struct {
	statement
	busy bool
}

// Close hands the statement back. One that ended with an error is as good as before once it is reset.
func (k *kept) Close() error {
	k.Reset() //nolint:errcheck // repeats the error of the last run, which whoever ran it has seen
	k.busy = false
	return nil
}

// PrepareContext returns the statement kept for the text, or prepares one. A text that is in use, as when its rows are being
// read, is prepared once more and not kept.
func (c *keeper) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	k := c.kept[text]
	if k != nil && !k.busy {
		k.busy = true
		return k, nil
	}
	s, err := c.Conn.PrepareContext(ctx, text)
	full, ok := s.(statement)
	if err != nil || k != nil || !ok || len(text) > keptLength {
		return s, err
	}
	if len(c.kept) >= keptAtMost {
		c.drop()
	}
	k = &kept{full, true}
	c.kept[text] = k
	return k, nil
}

// drop ends one statement that is not in use.
func (c *keeper) drop() {
	for text, k := range c.kept { // Go begins anywhere
		if !k.busy {
			delete(c.kept, text)
			k.statement.Close() //nolint:errcheck // reset before
			return
		}
	}
}

func (c *keeper) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text)
}

// ExecContext runs a text without values as it stands: BEGIN, pragmas, migrations of several statements.
func (c *keeper) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
}

// CheckNamedValue takes every value as it is: the statement itself looks at them.
func (c *keeper) CheckNamedValue(*driver.NamedValue) error { return nil }

func (c *keeper) Close() error {
	for _, k := range c.kept {
		k.statement.Close() //nolint:errcheck // the connection's own closing says what is wrong
	}
	return c.Conn.Close()
}
