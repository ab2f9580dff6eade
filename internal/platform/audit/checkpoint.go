package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
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

// inText returns the checkpoint out of what may stand around it: a mail that was saved as text, on any system.
func inText(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	_, after, ok := bytes.Cut(text, []byte(origin+"\n"))
	body, signature, whole := bytes.Cut(after, []byte("\n\n\u2014 "))
	if !ok || !whole {
		return text
	}
	signature, _, _ = bytes.Cut(signature, []byte("\n"))
	return slices.Concat([]byte(origin+"\n"), body, []byte("\n\n\u2014 "), signature, []byte("\n"))
}

// ParseCheckpoint checks the signature of a checkpoint against the public key and returns it. Words may stand around it.
func ParseCheckpoint(signed []byte, verifier note.Verifier) (Checkpoint, error) {
	var c Checkpoint
	n, err := note.Open(inText(signed), note.VerifierList(verifier))
	if err != nil {
		return c, errs.Of(errs.Rule, err, "The checkpoint is not signed by this key.")
	}
	var root, at string
	if _, err := fmt.Sscanf(n.Text, origin+"\nepoch %d\nsize %d\nroot %s\ntime %s\n", &c.Epoch, &c.Size, &root, &at); err != nil {
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
	if c.text() != n.Text {
		return c, errs.Refuse("The checkpoint says more than a checkpoint says.")
	}
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
		h, err := head(ctx, tx)
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
		if c.Root, err = rootOf(h.size, &tree{ctx: ctx, tx: tx, fresh: map[int64]tlog.Hash{}}); err != nil {
			return err
		}
		if signed, err = note.Sign(&note.Note{Text: c.text()}, l.signer); err != nil {
			return err
		}
		return tx.Put(ctx, store.SQL(`INSERT INTO audit_checkpoint (size, epoch, at, note) VALUES (?, ?, ?, ?)`, c.Size, c.Epoch, int64(c.At), string(signed)))
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
	Size int64 `json:"size"`
}

func (h exportHead) line() string {
	return fmt.Sprintf("{\"format\":\"kith-audit-1\",\"size\":%d}\n", h.Size)
}

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
		if _, err := buf.WriteString(exportHead{size}.line()); err != nil {
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
