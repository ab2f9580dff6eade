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

func (s *sealedKey) Dest() []any { return []any{&s.file, &s.key} }

// Reseal seals the keys of all files under fresh instead of old, 100 a closure. The files themselves stay as they are. It can
// be done again after it was interrupted.
func Reseal(ctx context.Context, db *store.DB, old, fresh [32]byte) error {
	return db.InSteps(ctx, access.System("*", "change of the root key"), func(ctx context.Context, tx *store.Tx, after string) (last string, err error) {
		all, err := store.All[sealedKey](ctx, tx, store.SQL(`SELECT k.file_id, k.key FROM file_key k WHERE k.file_id > ? ORDER BY k.file_id LIMIT 100`, after))
		if err != nil {
			return "", err
		}
		for _, s := range all {
			again, err := secret.Reseal(old, fresh, s.key, []byte(s.file))
			if err != nil {
				return "", fmt.Errorf("files: key of file %s: %w", s.file, err)
			}
			if err := tx.Put(ctx, store.SQL(`UPDATE file_key SET key = ? WHERE file_id = ?`, again, s.file)); err != nil {
				return "", err
			}
			last = s.file
		}
		return last, nil
	})
}
