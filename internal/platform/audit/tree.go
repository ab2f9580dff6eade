package audit

import (
	"context"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// batch is how many entries one closure numbers at most, so that pages do not wait for it.
const batch = 200

// Log is the tree over the entries of one database.
type Log struct {
	db     *store.DB
	signer Signer
}

// New returns the log and has every read written into it. signer may be nil where no checkpoint is made.
func New(db *store.DB, signer Signer) *Log {
	db.OnSaw(Noted)
	return &Log{db: db, signer: signer}
}

// everywhere is the sequencer's view: it numbers the entries of all districts of a database.
func everywhere(reason string) access.Viewer { return access.System("*", reason) }

type entryRow struct{ Entry }

func (e *entryRow) Dest() []any {
	return []any{&e.ID, &e.District, &e.Org, (*int64)(&e.At), &e.Actor, &e.Acting, &e.Rule, &e.Action, &e.Kind, &e.Record, &e.Request, &e.DetailMAC}
}

const entryColumns = `e.id, e.district_id, e.org_id, e.at, e.actor_id, e.acting, e.rule, e.action, e.kind, e.record_id, e.request_id, e.detail_mac`

// Sequence numbers up to one batch of waiting entries and adds them to the tree, in one transaction. It says how many. It
// takes the tree's row first, so that a second process on the same database waits and then reads what the first has done.
func (l *Log) Sequence(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "audit.Sequence")
	err = l.db.Write(ctx, everywhere("audit sequencer"), func(ctx context.Context, tx *store.Tx) error {
		n = 0
		waiting, err := store.All[entryRow](ctx, tx, store.SQL(`SELECT `+entryColumns+` FROM audit_entry e WHERE e.seq IS NULL ORDER BY e.id LIMIT ?`, batch))
		if err != nil || len(waiting) == 0 {
			return err
		}
		if _, err := tx.Lock(ctx, "audit_head", "tree"); err != nil {
			return err
		}
		if tx.Engine() == store.Postgres { // another process may have numbered them while we waited for the row
			if waiting, err = store.All[entryRow](ctx, tx, store.SQL(`SELECT `+entryColumns+` FROM audit_entry e WHERE e.seq IS NULL ORDER BY e.id LIMIT ?`, batch)); err != nil {
				return err
			}
		}
		size, err := store.Value[int64](ctx, tx, store.SQL(`SELECT size FROM audit_head WHERE id = 'tree'`))
		if err != nil {
			return err
		}
		t := &tree{ctx: ctx, tx: tx, fresh: map[int64]tlog.Hash{}}
		orgs := map[string]int64{}
		for i := range waiting {
			e := &waiting[i].Entry
			if _, known := orgs[e.Org]; !known {
				have, err := store.Value[int64](ctx, tx, store.SQL(`SELECT size FROM audit_org WHERE org_id = ?`, e.Org))
				if err != nil && !errs.Is(err, errs.NotFound) {
					return err
				}
				orgs[e.Org] = have
			}
			e.Seq, e.OrgSeq = size, orgs[e.Org]
			orgs[e.Org]++
			size++
			if err := tx.Put(ctx, store.SQL(`UPDATE audit_entry SET seq = ?, org_seq = ? WHERE id = ?`, e.Seq, e.OrgSeq, e.ID)); err != nil {
				return err
			}
			if err := t.add(e.Seq, e.Leaf()); err != nil {
				return err
			}
		}
		for org, have := range orgs {
			if err := tx.Put(ctx, store.SQL(`INSERT INTO audit_org (org_id, size) VALUES (?, ?) ON CONFLICT (org_id) DO UPDATE SET size = excluded.size`, org, have)); err != nil {
				return err
			}
		}
		n = len(waiting)
		return tx.Put(ctx, store.SQL(`UPDATE audit_head SET size = ? WHERE id = 'tree'`, size))
	})
	return n, err
}

// SequenceAll numbers everything that waits.
func (l *Log) SequenceAll(ctx context.Context) error {
	for {
		n, err := l.Sequence(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

// Leaf returns the entry as the tree holds it: JSON with the fields in the order of the type.
func (e Entry) Leaf() []byte {
	b, err := json.Marshal(e)
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return b
}

// tree reads and adds the stored hashes within one transaction.
type tree struct {
	ctx   context.Context
	tx    *store.Tx
	fresh map[int64]tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if h, ok := t.fresh[x]; ok {
			out[i] = h
			continue
		}
		b, err := store.Value[[]byte](t.ctx, t.tx, store.SQL(`SELECT hash FROM audit_hash WHERE idx = ?`, x))
		if err != nil {
			return nil, err
		}
		if len(b) != tlog.HashSize {
			return nil, fmt.Errorf("hash %d has %d bytes", x, len(b))
		}
		copy(out[i][:], b)
		t.fresh[x] = out[i]
	}
	return out, nil
}

func (t *tree) add(n int64, leaf []byte) error {
	hashes, err := tlog.StoredHashes(n, leaf, t)
	if err != nil {
		return err
	}
	at := tlog.StoredHashIndex(0, n)
	for i, h := range hashes {
		t.fresh[at+int64(i)] = h
		if err := t.tx.Put(t.ctx, store.SQL(`INSERT INTO audit_hash (idx, hash) VALUES (?, ?)`, at+int64(i), h[:])); err != nil {
			return err
		}
	}
	return nil
}
