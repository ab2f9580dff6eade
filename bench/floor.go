package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

// floor runs bare what a page asks of the database: the same statements with the same values, prepared, on connections opened
// as the program's are, without viewer, pages or rules; and a durable commit of as many rows as the page writes, in a file
// beside the district's, all who wait sharing one commit as they do in the program.
type floor struct {
	read, write *sql.DB
	prepared    map[string]*sql.Stmt
	visits      []visited
	next        atomic.Int64
	queue       chan commit
}

// visited is what one visit of a page asked of the database.
type visited struct {
	reads  []statement
	writes int
}

type commit struct {
	rows int
	done chan error
}

func open(file string, key [32]byte, cacheKB, connections int) (*sql.DB, error) {
	q := url.Values{"vfs": {"adiantum"}, "_txlock": {"immediate"}, "_pragma": {"hexkey('" + hex.EncodeToString(key[:]) + "')", "busy_timeout(10000)", "journal_mode(wal)", "synchronous(full)",
		"foreign_keys(on)", "temp_store(memory)", "secure_delete(on)", fmt.Sprintf("cache_size(-%d)", cacheKB)}}
	db, err := driver.Open("file:"+(&url.URL{Path: file}).EscapedPath()+"?"+q.Encode(), func(c *sqlite3.Conn) error {
		_, err := c.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true)
		return err
	})
	if err == nil {
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
	}
	return db, err
}

// openFloor opens the floor of a district, for visits that were traced.
func (d *district) openFloor(ctx context.Context, visits []visited) (*floor, error) {
	beside := d.file + ".floor"
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(beside + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	f := &floor{prepared: map[string]*sql.Stmt{}, visits: visits, queue: make(chan commit, 256)}
	var err error
	if f.read, err = open(d.file, d.key, 8_000, 4); err != nil {
		return nil, err
	}
	if f.write, err = open(beside, d.key, 16_000, 1); err != nil {
		return nil, err
	}
	if _, err := f.write.ExecContext(ctx, `CREATE TABLE row (n INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT`); err != nil {
		return nil, err
	}
	for _, v := range visits {
		for _, s := range v.reads {
			if f.prepared[s.text] == nil {
				if f.prepared[s.text], err = f.read.PrepareContext(ctx, s.text); err != nil {
					return nil, err
				}
			}
		}
	}
	go f.commits(ctx)
	return f, nil
}

func (f *floor) close() error {
	close(f.queue)
	return errors.Join(f.read.Close(), f.write.Close())
}

// commits is the floor's writer.
func (f *floor) commits(ctx context.Context) {
	insert, err := f.write.PrepareContext(ctx, `INSERT INTO row (body) VALUES (?)`)
	body := strings.Repeat("a row of about two hundred letters. ", 6)
	for c := range f.queue {
		group := []commit{c}
		for len(f.queue) > 0 {
			group = append(group, <-f.queue)
		}
		e := err
		if e == nil {
			e = func() error {
				tx, err := f.write.BeginTx(ctx, nil)
				if err != nil {
					return err
				}
				for _, c := range group {
					for range c.rows {
						if _, err := tx.StmtContext(ctx, insert).ExecContext(ctx, body); err != nil {
							return errors.Join(err, tx.Rollback())
						}
					}
				}
				return tx.Commit()
			}()
		}
		for _, c := range group {
			c.done <- e
		}
	}
}

// visit does bare what the next of the traced visits did.
func (f *floor) visit(ctx context.Context) error {
	v := f.visits[int(f.next.Add(1))%len(f.visits)]
	if err := f.reads(ctx, v); err != nil || v.writes == 0 {
		return err
	}
	c := commit{v.writes, make(chan error, 1)}
	f.queue <- c
	return <-c.done
}

func (f *floor) reads(ctx context.Context, v visited) error {
	if len(v.reads) == 0 {
		return nil
	}
	tx, err := f.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // a read has nothing to lose
	for _, s := range v.reads {
		rows, err := tx.StmtContext(ctx, f.prepared[s.text]).QueryContext(ctx, s.values...)
		if err != nil {
			return err
		}
		columns, err := rows.Columns()
		if err != nil {
			return errors.Join(err, rows.Close())
		}
		dest := make([]any, len(columns))
		for i := range dest {
			dest[i] = new(sql.RawBytes)
		}
		for rows.Next() {
			if err := rows.Scan(dest...); err != nil {
				return errors.Join(err, rows.Close())
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	return nil
}

// sift parts a visit's statements into those that read and the number of those that write.
func sift(all []statement) (v visited) {
	for _, s := range all {
		if strings.HasPrefix(strings.TrimSpace(s.text), "SELECT") {
			v.reads = append(v.reads, s)
		} else {
			v.writes++
		}
	}
	return v
}
