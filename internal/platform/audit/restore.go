package audit

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// Consistent says whether the tree as it is extends the old checkpoint: everything that the checkpoint speaks for is still
// there, unaltered and in its place. A tree that was put back to an earlier day does not extend what came after.
func (l *Log) Consistent(ctx context.Context, old Checkpoint) (ok bool, err error) {
	defer errs.Wrap(&err, "audit.Consistent")
	err = l.db.Read(ctx, everywhere("audit check"), func(ctx context.Context, tx *store.Tx) error {
		h, err := head(ctx, tx)
		if err == nil {
			ok, err = extends(ctx, tx, h, old)
		}
		return err
	})
	return ok, err
}

func head(ctx context.Context, tx *store.Tx) (headRow, error) {
	return store.One[headRow](ctx, tx, store.SQL(`SELECT size, epoch FROM audit_head WHERE id = 'tree'`))
}

func extends(ctx context.Context, tx *store.Tx, h headRow, old Checkpoint) (bool, error) {
	if old.Epoch > h.epoch || old.Size > h.size {
		return false, nil
	}
	t := &tree{ctx: ctx, tx: tx, fresh: map[int64]tlog.Hash{}}
	if old.Size == 0 {
		return old.Root == tlog.Hash{}, nil
	}
	root, err := tlog.TreeHash(h.size, t)
	if err != nil {
		return false, err
	}
	proof, err := tlog.ProveTree(h.size, old.Size, t)
	if err != nil {
		return false, err
	}
	return tlog.CheckTree(proof, h.size, root, old.Size, old.Root) == nil, nil
}

// Sound is asked at start, with the newest checkpoint that is kept outside the database (nil when there is none yet). Where
// the log does not bear it out, the program only shows and changes nothing until an operator declares a restore; why is the
// sentence for that operator. A log whose epoch is newer than the checkpoint has had its restore declared.
func (l *Log) Sound(ctx context.Context, newest []byte, verifier note.Verifier) (ok bool, why string, err error) {
	defer errs.Wrap(&err, "audit.Sound")
	var old Checkpoint
	if newest != nil {
		if old, err = ParseCheckpoint(newest, verifier); err != nil {
			return false, "The newest checkpoint of the audit log cannot be read: " + errs.Sentence(err), nil
		}
	}
	err = l.db.Read(ctx, everywhere("audit check"), func(ctx context.Context, tx *store.Tx) error {
		h, err := head(ctx, tx)
		if err != nil {
			return err
		}
		numbered, err := store.Value[int64](ctx, tx, store.SQL(`SELECT coalesce(max(e.seq) + 1, 0) FROM audit_entry e`))
		if err != nil {
			return err
		}
		if numbered != h.size {
			why = fmt.Sprintf("The audit log holds entries up to number %d and its tree speaks for %d. Put back a backup in which they agree.", numbered-1, h.size)
			return nil
		}
		if newest == nil || h.epoch > old.Epoch {
			ok = true
			return nil
		}
		if ok, err = extends(ctx, tx, h, old); err == nil && !ok {
			why = fmt.Sprintf("The audit log does not hold what the checkpoint of %s speaks for: %s Nothing can be changed until a restore is declared.",
				old.At.London().Format("2 January 2006 15:04"), lost(h, old))
		}
		return err
	})
	return ok && err == nil, why, err
}

// lost says which numbers the old checkpoint speaks for and this log does not hold.
func lost(h headRow, old Checkpoint) string {
	if h.size < old.Size {
		return fmt.Sprintf("entries %d to %d are lost.", h.size, old.Size-1)
	}
	return fmt.Sprintf("entries up to %d are not the ones that it speaks for.", old.Size-1)
}

// DeclareRestore goes on from a database that was put back to an earlier day. It raises the epoch and writes an entry that
// holds the checkpoint that can no longer be borne out, says which numbers are lost and, in its detail, why; it returns what
// is lost as a sentence. Rule: no reason, or a log that bears the checkpoint out, so that there is nothing to declare.
func (l *Log) DeclareRestore(ctx context.Context, v access.Viewer, reason string, old Checkpoint) (what string, err error) {
	defer errs.Wrap(&err, "audit.DeclareRestore")
	if strings.TrimSpace(reason) == "" {
		return "", errs.Refuse("Say why the database was put back.")
	}
	err = l.db.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Lock(ctx, "audit_head", "tree"); err != nil {
			return err
		}
		h, err := head(ctx, tx)
		if err != nil {
			return err
		}
		ok, err := extends(ctx, tx, h, old)
		if err != nil {
			return err
		}
		if ok {
			return errs.Refuse("The audit log holds everything that this checkpoint speaks for. There is nothing to declare.")
		}
		if err := tx.Put(ctx, store.SQL(`UPDATE audit_head SET epoch = ? WHERE id = 'tree'`, max(h.epoch, old.Epoch)+1)); err != nil {
			return err
		}
		what = "Declared: " + lost(h, old)
		return Record(ctx, tx, restored, ref.To("checkpoint", strings.TrimSuffix(old.text(), "\n")), Rule(what), Detail(map[string]string{"reason": reason}))
	})
	return what, err
}
