package audit

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// Signer signs checkpoints: an Ed25519 note signer whose key stands in a file of its own, away from database backups.
type Signer = note.Signer

// Checkpoint is the tree at one moment, signed. Whoever keeps it can later prove that nothing before it has changed.
type Checkpoint struct {
	Epoch, Size int64
	Root        tlog.Hash
	At          clock.Millis
}

const origin = "Kith audit log"

func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\nepoch %d\nsize %d\nroot %s\ntime %s\n", origin, c.Epoch, c.Size,
		base64.StdEncoding.EncodeToString(c.Root[:]), c.At.Time().Format(time.RFC3339))
}

// ParseCheckpoint checks the signature of a checkpoint against the public key and returns it.
func ParseCheckpoint(signed []byte, verifier note.Verifier) (Checkpoint, error) {
	var c Checkpoint
	n, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return c, errs.Of(errs.Rule, err, "The checkpoint is not signed by this key.")
	}
	var root, at string
	lines := strings.NewReplacer("\n", " ").Replace(strings.TrimPrefix(n.Text, origin+"\n"))
	if _, err := fmt.Sscanf(lines, "epoch %d size %d root %s time %s", &c.Epoch, &c.Size, &root, &at); err != nil {
		return c, errs.Of(errs.Rule, err, "The checkpoint cannot be read.")
	}
	b, err := base64.StdEncoding.DecodeString(root)
	if err != nil || len(b) != tlog.HashSize {
		return c, errs.Refuse("The checkpoint's root cannot be read.")
	}
	copy(c.Root[:], b)
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return c, errs.Refuse("The checkpoint's time cannot be read.")
	}
	c.At = clock.Of(t)
	return c, nil
}

// waitingLimit is how long an entry may wait for its number before a checkpoint is refused and kith check turns red.
const waitingLimit = 5 * time.Second

// Checkpoint signs the tree as it is and keeps the note. When nothing was added since the last one it returns that.
// Rule: an entry has waited longer than five seconds for its number, so the tree does not yet speak for it.
func (l *Log) Checkpoint(ctx context.Context) (signed []byte, err error) {
	defer errs.Wrap(&err, "audit.Checkpoint")
	err = l.db.Write(ctx, everywhere("audit checkpoint"), func(ctx context.Context, tx *store.Tx) error {
		oldest, err := store.Value[int64](ctx, tx, store.SQL(`SELECT coalesce(min(e.at), 0) FROM audit_entry e WHERE e.seq IS NULL`))
		if err != nil {
			return err
		}
		if oldest != 0 && clock.Millis(oldest).Add(waitingLimit) < tx.Now {
			return errs.Refuse("Entries are waiting for their number. Run the program, or kith check, and try again.")
		}
		if _, err := tx.Lock(ctx, "audit_head", "tree"); err != nil {
			return err
		}
		h, err := store.One[headRow](ctx, tx, store.SQL(`SELECT size, epoch FROM audit_head WHERE id = 'tree'`))
		if err != nil {
			return err
		}
		have, err := store.Value[string](ctx, tx, store.SQL(`SELECT note FROM audit_checkpoint WHERE epoch = ? AND size = ?`, h.epoch, h.size))
		if err == nil {
			signed = []byte(have)
			return nil
		}
		if !errs.Is(err, errs.NotFound) {
			return err
		}
		c := Checkpoint{Epoch: h.epoch, Size: h.size, At: tx.Now}
		if h.size > 0 {
			if c.Root, err = tlog.TreeHash(h.size, &tree{ctx: ctx, tx: tx, fresh: map[int64]tlog.Hash{}}); err != nil {
				return err
			}
		}
		if signed, err = note.Sign(&note.Note{Text: c.text()}, l.signer); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, store.SQL(`INSERT INTO audit_checkpoint (size, epoch, at, note) VALUES (?, ?, ?, ?)`, c.Size, c.Epoch, int64(c.At), string(signed)))
		return err
	})
	return signed, err
}

type headRow struct{ size, epoch int64 }

func (h *headRow) Dest() []any { return []any{&h.size, &h.epoch} }

// Waiting says how long the oldest unnumbered entry has waited, for kith check and the metrics.
func (l *Log) Waiting(ctx context.Context) (waited time.Duration, err error) {
	err = l.db.Read(ctx, everywhere("audit check"), func(ctx context.Context, tx *store.Tx) error {
		oldest, err := store.Value[int64](ctx, tx, store.SQL(`SELECT coalesce(min(e.at), 0) FROM audit_entry e WHERE e.seq IS NULL`))
		if oldest != 0 {
			waited = time.Duration(int64(tx.Now)-oldest) * time.Millisecond
		}
		return err
	})
	return waited, err
}

type exportRow struct {
	entryRow
	seq, orgSeq int64
}

func (e *exportRow) Dest() []any { return append(e.entryRow.Dest(), &e.seq, &e.orgSeq) }

// exportHead is the first line of an export.
type exportHead struct {
	Format string `json:"format"`
	Size   int64  `json:"size"`
}

const exportFormat = "kith-audit-1"

// Export writes every numbered entry, one JSON line each, after a line that says how many. It holds no record's content and
// no detail: only who, when, what kind and which id.
func (l *Log) Export(ctx context.Context, w io.Writer) (size int64, err error) {
	defer errs.Wrap(&err, "audit.Export")
	buf := bufio.NewWriter(w)
	v := everywhere("audit export")
	err = l.db.Read(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if size, err = store.Value[int64](ctx, tx, store.SQL(`SELECT size FROM audit_head WHERE id = 'tree'`)); err != nil {
			return err
		}
		if err := json.NewEncoder(buf).Encode(exportHead{exportFormat, size}); err != nil {
			return err
		}
		for from := int64(0); from < size; {
			rows, err := store.All[exportRow](ctx, tx, store.SQL(`SELECT `+entryColumns+`, e.seq, e.org_seq FROM audit_entry e WHERE e.seq >= ? ORDER BY e.seq LIMIT 2000`, from))
			if err != nil {
				return err
			}
			for _, r := range rows {
				e := r.Entry
				e.Seq, e.OrgSeq = r.seq, r.orgSeq
				if _, err := buf.Write(append(e.Leaf(), '\n')); err != nil {
					return err
				}
			}
			if len(rows) == 0 {
				return errs.New(errs.Internal, fmt.Sprintf("entry %d is missing from the database", from))
			}
			from += int64(len(rows))
		}
		return nil
	})
	if err == nil {
		err = buf.Flush()
	}
	return size, err
}

// Verdict is what an offline verification found.
type Verdict struct {
	OK         bool   `json:"ok"`
	Entries    int64  `json:"entries"`
	Checkpoint int64  `json:"checkpoint"` // size of the tree that was proved
	Problem    string `json:"problem,omitempty"`
}

// Verify reads an export and proves it against a checkpoint that somebody else kept. It needs no database and no network.
// It finds an entry that was altered, removed, added or moved before the checkpoint.
func Verify(export io.Reader, c Checkpoint) (Verdict, error) {
	v := Verdict{Checkpoint: c.Size}
	in := bufio.NewReaderSize(export, 1<<20)
	headLine, err := in.ReadBytes('\n')
	var head exportHead
	if err != nil || json.Unmarshal(headLine, &head) != nil || head.Format != exportFormat {
		return v, errs.Refuse("This is not an export of the audit log.")
	}
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(at))
		for i, x := range at {
			if x >= int64(len(hashes)) {
				return nil, errors.New("hash out of range")
			}
			out[i] = hashes[x]
		}
		return out, nil
	})
	orgs := map[string]int64{}
	for v.Entries < c.Size {
		l, err := in.ReadBytes('\n')
		if err != nil {
			v.Problem = fmt.Sprintf("The export ends after %d entries; the checkpoint speaks for %d. Entries were removed.", v.Entries, c.Size)
			return v, nil
		}
		l = l[:len(l)-1]
		var e Entry
		if json.Unmarshal(l, &e) != nil || string(e.Leaf()) != string(l) {
			v.Problem = fmt.Sprintf("Entry %d is not in the form that the log writes.", v.Entries)
			return v, nil
		}
		if e.Seq != v.Entries {
			v.Problem = fmt.Sprintf("After entry %d comes number %d. An entry was removed, added or moved.", v.Entries-1, e.Seq)
			return v, nil
		}
		if e.OrgSeq != orgs[e.Org] {
			v.Problem = fmt.Sprintf("Entry %d is number %d of its organisation where %d was due.", e.Seq, e.OrgSeq, orgs[e.Org])
			return v, nil
		}
		orgs[e.Org]++
		fresh, err := tlog.StoredHashes(v.Entries, l, reader)
		if err != nil {
			return v, err
		}
		hashes = append(hashes, fresh...)
		v.Entries++
	}
	var root tlog.Hash
	if c.Size > 0 {
		if root, err = tlog.TreeHash(c.Size, reader); err != nil {
			return v, err
		}
	}
	if root != c.Root {
		v.Problem = fmt.Sprintf("The first %d entries do not add up to the checkpoint's root. At least one of them was altered.", c.Size)
		return v, nil
	}
	v.OK = true
	return v, nil
}
