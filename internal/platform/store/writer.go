package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
)

// maxGroup is how many closures share one durable commit at most.
const maxGroup = 256

// writer is the one goroutine that writes on SQLite.
type writer struct {
	db      *DB
	queue   chan *closure
	done    chan struct{}
	mu      sync.RWMutex // guards closed against a late send
	closed  bool
	longest atomic.Pointer[Longest]
	groups  atomic.Int64 // durable commits, or tries at one
	taken   atomic.Int64 // closures that shared them
}

// Writing is how busy the writer has been since the start.
type Writing struct {
	Waiting  int   // closures in the queue now
	Groups   int64 // groups that were committed together, or tried to be
	Closures int64 // closures in those groups
}

// Writing returns how busy the writer has been; false on PostgreSQL, which has none.
func (db *DB) Writing() (Writing, bool) {
	if db.writer == nil {
		return Writing{}, false
	}
	return Writing{len(db.writer.queue), db.writer.groups.Load(), db.writer.taken.Load()}, true
}

// Longest is the longest closure so far: every page waits for it.
type Longest struct {
	Name string
	Took time.Duration
}

type closure struct {
	ctx  context.Context
	v    access.Viewer
	fn   func(context.Context, *Tx) error
	out  chan outcome
	err  error
	boom any  // a panic, raised again in the caller
	slow bool // it took longer than a closure may; it is not run again, for everybody waits meanwhile
}

type outcome struct {
	err  error
	boom any
}

func newWriter(db *DB) *writer {
	w := &writer{db: db, queue: make(chan *closure, 4*maxGroup), done: make(chan struct{})}
	go w.loop()
	return w
}

// do hands fn to the writer and waits for the true outcome, even if the caller's context ends meanwhile.
func (w *writer) do(ctx context.Context, v access.Viewer, fn func(context.Context, *Tx) error) error {
	c := &closure{ctx: ctx, v: v, fn: fn, out: make(chan outcome, 1)}
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return errs.New(errs.Unavailable, notSaved)
	}
	w.queue <- c
	w.mu.RUnlock()
	o := <-c.out
	if o.boom != nil {
		panic(o.boom)
	}
	return o.err
}

func (w *writer) stop() {
	w.mu.Lock()
	w.closed = true
	close(w.queue)
	w.mu.Unlock()
	<-w.done
}

func (w *writer) loop() {
	defer close(w.done)
	for c := range w.queue {
		group := []*closure{c}
	more:
		for len(group) < maxGroup {
			select {
			case c, ok := <-w.queue:
				if !ok {
					break more
				}
				group = append(group, c)
			default:
				break more
			}
		}
		w.groups.Add(1)
		w.taken.Add(int64(len(group)))
		w.commit(group)
		for _, c := range group {
			c.out <- outcome{c.err, c.boom}
		}
	}
}

// commit runs the group in one transaction. If the transaction is torn, because the database gave it up or a savepoint could
// not be closed, each closure runs again in one of its own. If COMMIT fails nothing is run again: nobody can say what is on
// the disk, so everybody is told that it failed, and the connection is thrown away before anything else is acknowledged.
func (w *writer) commit(group []*closure) {
	for _, c := range group {
		c.err, c.boom = nil, nil
	}
	raw, err := w.db.write.BeginTx(context.Background(), nil)
	if err != nil {
		w.fail(group, err)
		return
	}
	for _, c := range group {
		if torn := w.one(raw, c); torn {
			raw.Rollback() //nolint:errcheck // the database has already given the transaction up
			if isIO(c.err) {
				w.reopen()
			}
			if len(group) == 1 {
				if c.err == nil {
					c.err = errs.New(errs.Unavailable, notSaved)
				}
				return
			}
			for _, c := range group {
				if !c.slow {
					w.commit([]*closure{c})
				}
			}
			return
		}
	}
	if err := raw.Commit(); err != nil {
		w.fail(group, err)
		w.reopen()
	}
}

func (w *writer) fail(group []*closure, err error) {
	for _, c := range group {
		if c.err == nil && c.boom == nil {
			c.err = errs.Of(errs.Unavailable, err, notSaved)
		}
	}
}

// one runs a closure under its savepoint and says whether the whole transaction is torn.
func (w *writer) one(raw *sql.Tx, c *closure) (torn bool) {
	if err := c.ctx.Err(); err != nil {
		c.err = err
		return false
	}
	if _, err := raw.Exec("SAVEPOINT closure"); err != nil {
		c.err = w.db.fault(err)
		return true
	}
	ctx, cancel := context.WithTimeout(context.WithValue(context.WithoutCancel(c.ctx), inside{}, true), closureLimit)
	defer cancel()
	tx := w.db.newTx(raw, nil, c.v)
	w.timed(c, func() {
		defer func() { c.boom = recover() }()
		c.err = tx.run(ctx, c.fn)
	})
	if tx.torn {
		if c.err == nil {
			c.err = tx.poison
		}
		c.slow = ctx.Err() != nil
		return true
	}
	end := "RELEASE closure"
	if c.err != nil || c.boom != nil {
		end = "ROLLBACK TO closure; RELEASE closure"
	}
	if _, err := raw.Exec(end); err != nil {
		if c.err == nil {
			c.err = w.db.fault(err)
		}
		return true
	}
	return false
}

func (w *writer) timed(c *closure, run func()) {
	began := w.db.clock.Now()
	run()
	took := w.db.clock.Now().Sub(began)
	if l := w.longest.Load(); l == nil || took > l.Took {
		w.longest.Store(&Longest{runtime.FuncForPC(reflect.ValueOf(c.fn).Pointer()).Name(), took})
	}
}

// Longest returns the longest closure since the start; the zero value when there was none.
func (db *DB) Longest() Longest {
	if db.writer == nil || db.writer.longest.Load() == nil {
		return Longest{}
	}
	return *db.writer.longest.Load()
}

// reopen throws the connection away. After an I/O error a later flush that succeeds proves nothing about the one that failed.
func (w *writer) reopen() {
	conn, err := w.db.write.Conn(context.Background())
	if err != nil {
		return // the next closure finds out and says so
	}
	if err := conn.Raw(func(any) error { return driver.ErrBadConn }); err == nil {
		panic("store: the connection was kept after a failed commit")
	}
	conn.Close() //nolint:errcheck // it is already gone
}
