package audit

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// DeclareBackup goes on from a backup that was just restored. newest is the newest checkpoint that is known, nil where none
// is. Where the log does not bear it out this is DeclareRestore; otherwise what came after the backup, if anything did, is not
// known here, and the entry says that. The epoch is raised either way: numbers given from now on are not those given before.
// Rule: no reason.
func (l *Log) DeclareBackup(ctx context.Context, v access.Viewer, reason string, newest *Checkpoint) (what string, err error) {
	if newest != nil {
		ok, err := l.Consistent(ctx, *newest)
		if err != nil {
			return "", err
		}
		if !ok {
			return l.DeclareRestore(ctx, v, reason, *newest)
		}
	}
	defer errs.Wrap(&err, "audit.DeclareBackup")
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
		if err := tx.Put(ctx, store.SQL(`UPDATE audit_head SET epoch = ? WHERE id = 'tree'`, h.epoch+1)); err != nil {
			return err
		}
		what = fmt.Sprintf("Declared: a backup with %d entries was restored; no checkpoint that is known here speaks for more.", h.size)
		return Record(ctx, tx, restored, ref.To("audit", fmt.Sprintf("epoch %d", h.epoch)), Rule(what), Detail(map[string]string{"reason": reason}))
	})
	return what, err
}

// Latest returns the instant of the newest numbered entry, 0 where there is none: a clock that shows less went back.
func (l *Log) Latest(ctx context.Context) (at clock.Millis, err error) {
	err = l.db.Read(ctx, everywhere("audit check"), func(ctx context.Context, tx *store.Tx) error {
		at, err = store.Value[clock.Millis](ctx, tx, store.SQL(`SELECT coalesce(max(e.at), 0) FROM audit_entry e WHERE e.seq = (SELECT h.size - 1 FROM audit_head h WHERE h.id = 'tree')`))
		return err
	})
	return at, err
}
