package files

import (
	"context"
	"fmt"

	"kith/internal/kernel/access"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

type sealedKey struct {
	file string
	key  []byte
}

func (k *sealedKey) Dest() []any { return []any{&k.file, &k.key} }

// Reseal seals the keys of all files under fresh instead of old, 100 a closure. The files themselves stay as they are. It can
// be done again after it was interrupted.
func Reseal(ctx context.Context, db *store.DB, old, fresh [32]byte) error {
	v := access.System("*", "change of the root key")
	for after := ""; ; {
		var n int
		var last string
		err := db.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			keys, err := store.All[sealedKey](ctx, tx, store.SQL(`SELECT k.file_id, k.key FROM file_key k WHERE k.file_id > ? ORDER BY k.file_id LIMIT 100`, after))
			if err != nil {
				return err
			}
			n = len(keys)
			for _, k := range keys {
				again, err := secret.Reseal(old, fresh, k.key, []byte(k.file))
				if err != nil {
					return fmt.Errorf("files: key of file %s: %w", k.file, err)
				}
				if _, err := tx.Exec(ctx, store.SQL(`UPDATE file_key SET key = ? WHERE file_id = ?`, again, k.file)); err != nil {
					return err
				}
			}
			if n > 0 {
				last = keys[n-1].file
			}
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
		after = last
	}
}
