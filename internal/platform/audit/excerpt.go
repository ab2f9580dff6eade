package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// An excerpt is a part of the log that is proved by itself: one entry, one school's, one month's. The entries that it shows
// stand in it as in an export; whatever lies between them is there as the hashes of whole branches of the tree, each of which
// says how many entries it stands for and nothing of what they are. From both the root is worked out, as from a whole export.

// hidden is a line of an excerpt that stands for entries that are not shown: Count of them, a power of two, from number From,
// which is a multiple of Count.
type hidden struct {
	From  int64     `json:"from"`
	Count int64     `json:"count"`
	Hash  tlog.Hash `json:"hash"`
}

func (h hidden) line() []byte {
	b, err := json.Marshal(h)
	if err != nil {
		panic(err) // numbers and a hash always marshal
	}
	return append(b, '\n')
}

// excerptHead is the first line of an excerpt: how many entries the log had.
func excerptHead(size int64) string {
	return fmt.Sprintf("{\"format\":\"kith-audit-2\",\"size\":%d}\n", size)
}

// branches cuts the entries from a up to b into whole branches of the tree, in order.
func branches(a, b int64) (out []hidden) {
	for a < b {
		n := int64(1) << (bits.Len64(uint64(b-a)) - 1) // #nosec G115 -- b is greater than a
		if a != 0 {
			n = min(n, a&-a)
		}
		out = append(out, hidden{From: a, Count: n})
		a += n
	}
	return out
}

// Excerpt returns the numbered entries of the filter with their proof, and how many they are. It can be held against a
// checkpoint over any of the sizes, and over all entries that there are. Rule: the entries are more than limit.
func Excerpt(ctx context.Context, tx *store.Tx, f Filter, sizes []int64, limit int) (body []byte, shown int, err error) {
	defer errs.Wrap(&err, "audit.Excerpt")
	h, err := head(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := store.All[Line](ctx, tx, f.query(tx, lineColumns).Add(`AND e.seq IS NOT NULL ORDER BY e.seq LIMIT ?`, limit+1))
	if err != nil {
		return nil, 0, err
	}
	if len(rows) > limit {
		return nil, 0, errs.Refusef("These are more than %d entries. Choose fewer days, or ask whoever looks after the machine for the whole log (kith audit export).", limit)
	}
	return proved(ctx, tx, rows, h.size, sizes)
}

// ExcerptOf is the excerpt that proves one entry. NotFound: none of that id within the filter. Rule: it has no number yet.
func ExcerptOf(ctx context.Context, tx *store.Tx, f Filter, id string, sizes []int64) (body []byte, err error) {
	defer errs.Wrap(&err, "audit.ExcerptOf")
	l, err := LineOf(ctx, tx, f, id)
	if err != nil {
		return nil, err
	}
	if l.Seq < 0 {
		return nil, errs.Refuse("This entry has no number yet. Try again in a second.")
	}
	h, err := head(ctx, tx)
	if err != nil {
		return nil, err
	}
	body, _, err = proved(ctx, tx, []Line{l}, h.size, sizes)
	return body, err
}

func proved(ctx context.Context, tx *store.Tx, rows []Line, size int64, sizes []int64) ([]byte, int, error) {
	cuts := append(slices.Clone(sizes), size)
	slices.Sort(cuts)
	var between []hidden
	gap := func(from, to int64) {
		for _, c := range cuts {
			if c > from && c < to {
				between = append(between, branches(from, c)...)
				from = c
			}
		}
		between = append(between, branches(from, to)...)
	}
	next := int64(0)
	for _, r := range rows {
		gap(next, r.Seq)
		next = r.Seq + 1
	}
	gap(next, size)
	if err := fill(ctx, tx, between); err != nil {
		return nil, 0, err
	}
	var out bytes.Buffer
	out.WriteString(excerptHead(size))
	for _, r := range rows {
		for len(between) > 0 && between[0].From < r.Seq {
			out.Write(between[0].line())
			between = between[1:]
		}
		out.Write(append(r.Leaf(), '\n'))
	}
	for _, b := range between {
		out.Write(b.line())
	}
	return out.Bytes(), len(rows), nil
}

type stored struct {
	at   int64
	hash []byte
}

func (s *stored) Dest() []any { return []any{&s.at, &s.hash} }

// fill looks up the hashes of the branches.
func fill(ctx context.Context, tx *store.Tx, all []hidden) error {
	const each = 400
	place := func(h hidden) int64 {
		level := bits.TrailingZeros64(uint64(h.Count)) // #nosec G115 -- a count is positive
		return tlog.StoredHashIndex(level, h.From/h.Count)
	}
	for len(all) > 0 {
		now := all[:min(each, len(all))]
		all = all[len(now):]
		q := store.SQL(`SELECT h.idx, h.hash FROM audit_hash h WHERE h.idx IN (?`, place(now[0]))
		for _, h := range now[1:] {
			q.Add(`, ?`, place(h))
		}
		rows, err := store.All[stored](ctx, tx, q.Add(`)`))
		if err != nil {
			return err
		}
		have := map[int64][]byte{}
		for _, r := range rows {
			have[r.at] = r.hash
		}
		for i, h := range now {
			if copy(now[i].Hash[:], have[place(h)]) != tlog.HashSize {
				return errs.New(errs.Internal, fmt.Sprintf("the tree holds no hash for %d entries from %d", h.Count, h.From))
			}
		}
	}
	return nil
}
