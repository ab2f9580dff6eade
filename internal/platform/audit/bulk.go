package audit

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"golang.org/x/mod/sumdb/tlog"

	"kith/internal/kernel/errs"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
)

// Past is an entry of something that happened before this log was begun, with what it says beyond its columns.
type Past struct {
	Entry
	Detail any // hashed into the entry; nil for none
}

// Bulk appends many entries, numbered and in the tree at once, in the caller's transaction: for a past that is brought in
// whole, such as the invented district's. It takes the tree's row first, as Sequence does, so entries that wait are numbered
// after these. Ids, numbers and MACs are filled in; the rest is the caller's. Only the program itself may bring in a past.
func Bulk(ctx context.Context, tx *store.Tx, past []Past) (err error) {
	defer errs.Wrap(&err, "audit.Bulk")
	if _, ok := tx.Viewer.IsSystem(); !ok {
		return errs.New(errs.Internal, "a past is brought in by the program only")
	}
	if len(past) == 0 {
		return nil
	}
	if _, err := tx.Lock(ctx, "audit_head", "tree"); err != nil {
		return err
	}
	size, err := store.Value[int64](ctx, tx, store.SQL(`SELECT size FROM audit_head WHERE id = 'tree'`))
	if err != nil {
		return err
	}
	orgs, err := orgSizes(ctx, tx, past)
	if err != nil {
		return err
	}
	t := &tree{ctx: ctx, tx: tx, fresh: map[int64]tlog.Hash{}}
	var entries, details, nodes []any
	for i := range past {
		e := &past[i].Entry
		e.ID, e.District, e.Seq, e.OrgSeq, e.DetailMAC = tx.NewID(), tx.Viewer.District, size, orgs[e.Org], ""
		orgs[e.Org]++
		size++
		if past[i].Detail != nil {
			body, err := json.Marshal(past[i].Detail)
			if err != nil {
				return err
			}
			key := make([]byte, 16)
			rand.Read(key) //nolint:errcheck // never fails
			e.DetailMAC = mac(key, body)
			details = append(details, e.ID, e.District, key, string(body))
		}
		entries = append(entries, e.ID, e.District, e.Org, int64(e.At), e.Actor, e.Acting, e.Rule, e.Action, e.Kind, e.Record, e.Request, e.DetailMAC, e.Seq, e.OrgSeq)
		hashes, err := tlog.StoredHashes(e.Seq, e.Leaf(), t)
		if err != nil {
			return err
		}
		for j, h := range hashes {
			at := tlog.StoredHashIndex(0, e.Seq) + int64(j)
			t.fresh[at] = h
			nodes = append(nodes, at, h[:])
		}
	}
	if err := bulk.Insert(ctx, tx, `INSERT INTO audit_entry (id, district_id, org_id, at, actor_id, acting, rule, action, kind, record_id, request_id, detail_mac, seq, org_seq) VALUES`, 14, entries, ""); err != nil {
		return err
	}
	if err := bulk.Insert(ctx, tx, `INSERT INTO audit_detail (entry_id, district_id, key, body) VALUES`, 4, details, ""); err != nil {
		return err
	}
	if err := bulk.Insert(ctx, tx, `INSERT INTO audit_hash (idx, hash) VALUES`, 2, nodes, ""); err != nil {
		return err
	}
	var sizes []any
	for org, n := range orgs {
		sizes = append(sizes, org, n)
	}
	if err := bulk.Insert(ctx, tx, `INSERT INTO audit_org (org_id, size) VALUES`, 2, sizes, `ON CONFLICT (org_id) DO UPDATE SET size = excluded.size`); err != nil {
		return err
	}
	tx.Audited()
	return tx.Put(ctx, store.SQL(`UPDATE audit_head SET size = ? WHERE id = 'tree'`, size))
}

type orgSize struct {
	org  string
	size int64
}

func (o *orgSize) Dest() []any { return []any{&o.org, &o.size} }

// orgSizes returns how many numbered entries each organisation of the entries has.
func orgSizes(ctx context.Context, tx *store.Tx, past []Past) (map[string]int64, error) {
	out := map[string]int64{}
	var ids []string
	for _, p := range past {
		if _, known := out[p.Org]; !known {
			out[p.Org] = 0
			ids = append(ids, p.Org)
		}
	}
	rows, err := store.All[orgSize](ctx, tx, store.SQL(`SELECT o.org_id, o.size FROM audit_org o WHERE `).In("o.org_id", ids))
	for _, r := range rows {
		out[r.org] = r.size
	}
	return out, err
}
