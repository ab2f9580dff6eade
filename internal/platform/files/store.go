package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// seen selects from the files that the viewer may see at all: their own that no form has claimed, and those of records that
// they may read. It ends within WHERE.
func seen(tx *store.Tx, what, who string) *store.Query {
	return store.SQL(`SELECT `+what+` FROM file f LEFT JOIN access_record r ON r.id = f.record_id
		WHERE f.district_id = ? AND (f.state IN ('receiving', 'pending') AND f.account_id = ? OR f.state = 'claimed'`, tx.Viewer.District, who).Visible("r").Add(`)`)
}

// Of returns the files of the records, in the order in which they were added, as far as the viewer may read the records.
func (Store) Of(ctx context.Context, tx *store.Tx, records ...string) ([]File, error) {
	return store.All[File](ctx, tx, store.SQL(`SELECT `+columns+` FROM file f JOIN access_record r ON r.id = f.record_id WHERE f.state = 'claimed' AND f.record_id <> '' AND `).
		In("f.record_id", records).Visible("r").Add(`ORDER BY f.id`))
}

// Pending returns those of the files that are the viewer's own and wait for their form; a form that is shown again shows them.
func (Store) Pending(ctx context.Context, tx *store.Tx, ids ...string) ([]File, error) {
	who, err := uploader(tx.Viewer)
	if err != nil {
		return nil, err
	}
	return store.All[File](ctx, tx, seen(tx, columns, who).Add(`AND f.state = 'pending' AND f.made_at > ? AND `, waitsSince(tx)).In("f.id", distinct(ids)).Add(`ORDER BY f.id`))
}

// of returns the pending files, and whether one is neither pending nor bound: a form that was sent twice has lost nothing.
func (s Store) of(ctx context.Context, tx *store.Tx, ids []string) (pending []File, lost bool, err error) {
	if pending, err = s.Pending(ctx, tx, ids...); err != nil {
		return nil, false, err
	}
	bound, err := store.Values[string](ctx, tx, seen(tx, "f.id", "").Add(`AND f.state = 'claimed' AND `).In("f.id", distinct(ids)))
	return pending, len(pending)+len(bound) < len(distinct(ids)), err
}

func waitsSince(tx *store.Tx) int64 { return int64(tx.Now.Add(-PendingFor)) }

// distinct drops repeated and malformed ids.
func distinct(ids []string) []string {
	var out []string
	known := map[string]bool{}
	for _, x := range ids {
		if id.Valid(x) && !known[x] {
			known[x] = true
			out = append(out, x)
		}
	}
	return out
}

const gone = "A file that you added is no longer here: files wait 24 hours for their form. Add it again."

type claimed struct {
	id, sha256 string
	size       int64
}

func (c *claimed) Dest() []any { return []any{&c.id, &c.sha256, &c.size} }

// Claim binds the viewer's own pending files to a record, in the transaction that makes or changes the record; that the
// viewer may do so is for the caller to have decided. They count for the quota of org. Rule: one of them is not the viewer's,
// is bound already or has waited more than 24 hours; or the quota is used up. Then nothing is bound.
func (s Store) Claim(ctx context.Context, tx *store.Tx, record ref.Ref, org string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	who, err := uploader(tx.Viewer)
	if err != nil {
		return err
	}
	mine := distinct(ids)
	got, err := store.All[claimed](ctx, tx, store.SQL(`UPDATE file SET state = 'claimed', record_id = ?, org_id = ?, claimed_at = ?
		WHERE district_id = ? AND account_id = ? AND state = 'pending' AND made_at > ? AND `, record.ID, org, int64(tx.Now), tx.Viewer.District, who, waitsSince(tx)).
		In("id", mine).Add(`RETURNING id, sha256, size`))
	if err != nil {
		return err
	}
	if len(got) == 0 || len(got) < len(mine) {
		return errs.Refuse(gone)
	}
	var sum int64
	for _, c := range got {
		sum += c.size
		if err := audit.Record(ctx, tx, "file.claimed", ref.To("file", c.id), audit.Org(org),
			audit.Detail(map[string]any{"kind": record.Kind, "record": record.ID, "sha256": c.sha256, "size": c.size})); err != nil {
			return err
		}
	}
	return s.count(ctx, tx, org, sum)
}

// Move binds the files of one record to another, in the transaction that makes the other; that the viewer may do so is for the
// caller to have decided. They keep counting for the same organisation.
func (Store) Move(ctx context.Context, tx *store.Tx, from, to string) error {
	return tx.Put(ctx, store.SQL(`UPDATE file SET record_id = ? WHERE record_id <> '' AND record_id = ? AND district_id = ? AND state = 'claimed'`, to, from, tx.Viewer.District))
}

// count adds to what an organisation uses, or takes from it. Rule: it would have more than its quota.
func (s Store) count(ctx context.Context, tx *store.Tx, org string, more int64) error {
	if err := tx.Put(ctx, store.SQL(`INSERT INTO file_quota (org_id, district_id, used) VALUES (?, ?, 0) ON CONFLICT (district_id, org_id) DO NOTHING`, org, tx.Viewer.District)); err != nil {
		return err
	}
	limit := s.quota()
	if more < 0 {
		limit = math.MaxInt64 // giving back is right even where the quota was made smaller meanwhile
	}
	n, err := tx.Exec(ctx, store.SQL(`UPDATE file_quota SET used = used + ? WHERE district_id = ? AND org_id = ? AND used + ? <= ?`, more, tx.Viewer.District, org, more, limit))
	if err == nil && n == 0 {
		return errs.Refusef("The room for this organisation's files is used up (%s). Save without the files, and ask whoever looks after Kith for more room.", size(s.quota()))
	}
	return err
}

// Open returns a file with its content and notes the reading. NotFound: no such file, not for this viewer, or erased.
func (s Store) Open(ctx context.Context, tx *store.Tx, file string) (File, []byte, error) {
	who, err := uploader(tx.Viewer)
	if err != nil {
		return File{}, nil, err
	}
	f, err := store.One[File](ctx, tx, seen(tx, columns, who).Add(`AND f.id = ? AND f.state <> 'receiving' AND (f.state = 'claimed' OR f.made_at > ?)`, file, waitsSince(tx)))
	if err != nil {
		return f, nil, err
	}
	rule := "uploader"
	if f.State == Claimed {
		r, err := tx.Record(ctx, f.Record)
		if err != nil {
			return f, nil, err
		}
		_, rule = access.Rules.Decide(tx.Viewer, false, r)
	}
	body, err := s.content(ctx, tx, f)
	if err != nil {
		return f, nil, err
	}
	tx.Saw("file.opened", ref.To("file", f.ID), f.Org, rule)
	return f, body, nil
}

// content opens the chunks one after the other and holds the whole against what was received. NotFound: the key is gone.
func (s Store) content(ctx context.Context, tx *store.Tx, f File) ([]byte, error) {
	sealed, err := store.Value[[]byte](ctx, tx, store.SQL(`SELECT k.key FROM file_key k WHERE k.file_id = ?`, f.ID))
	if err != nil {
		return nil, err
	}
	key, err := secret.Open(s.Key, sealed, []byte(f.ID))
	if err != nil {
		return nil, fmt.Errorf("files: key of file %s: %w", f.ID, err)
	}
	lid := sealer([32]byte(key))
	body := make([]byte, 0, f.Size)
	for n := int64(0); n*chunkSize < f.Size; n++ {
		part, err := store.Value[[]byte](ctx, tx, store.SQL(`SELECT c.body FROM file_chunk c WHERE c.file_id = ? AND c.n = ?`, f.ID, n))
		if errs.Is(err, errs.NotFound) {
			return nil, fmt.Errorf("files: chunk %d of file %s is missing", n, f.ID)
		}
		if err != nil {
			return nil, err
		}
		if body, err = lid.open(body, f.ID, n, part); err != nil {
			return nil, err
		}
	}
	if sum := sha256.Sum256(body); int64(len(body)) != f.Size || hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, fmt.Errorf("files: file %s is not what was received", f.ID)
	}
	return body, nil
}

// Erase removes the key of a claimed file, and with it the content, and its name. NotFound: no such file, or the viewer may
// not change its record. What retention or a legal hold says is for the caller to have asked.
func (s Store) Erase(ctx context.Context, tx *store.Tx, file string) error {
	f, err := store.One[File](ctx, tx, store.SQL(`SELECT `+columns+` FROM file f JOIN access_record r ON r.id = f.record_id WHERE f.id = ? AND f.state = 'claimed'`, file).Changeable("r"))
	if err != nil {
		return err
	}
	n, err := tx.Exec(ctx, store.SQL(`UPDATE file SET state = 'erased', name = '', sha256 = '' WHERE id = ? AND state = 'claimed'`, f.ID))
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Missing() // somebody else was faster
	}
	if err := tx.Put(ctx, store.SQL(`DELETE FROM file_key WHERE file_id = ?`, f.ID)); err != nil {
		return err
	}
	if err := s.count(ctx, tx, f.Org, -f.Size); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "file.erased", ref.To("file", f.ID), audit.Org(f.Org))
}

type chunk struct {
	file string
	n    int64
}

func (c *chunk) Dest() []any { return []any{&c.file, &c.n} }

// Sweep erases what no form has claimed for 24 hours, then clears away the chunks of erased files, one closure each, as
// access.System. A claimed file that was erased leaves its row, so that a record still says that there was one.
func (s Store) Sweep(ctx context.Context, v access.Viewer) error {
	if err := s.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Put(ctx, store.SQL(`UPDATE file SET state = 'erased', name = '', sha256 = '' WHERE state IN ('receiving', 'pending') AND made_at <= ?`, waitsSince(tx))); err != nil {
			return err
		}
		return tx.Put(ctx, store.SQL(`DELETE FROM file_key WHERE file_id IN (SELECT id FROM file WHERE state = 'erased')`))
	}); err != nil {
		return err
	}
	for {
		var left []chunk
		if err := s.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
			left, err = store.All[chunk](ctx, tx, store.SQL(`SELECT c.file_id, c.n FROM file f JOIN file_chunk c ON c.file_id = f.id WHERE f.state = 'erased' LIMIT 100`))
			return err
		}); err != nil {
			return err
		}
		if len(left) == 0 {
			break
		}
		for _, c := range left {
			if err := s.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
				return tx.Put(ctx, store.SQL(`DELETE FROM file_chunk WHERE file_id = ? AND n = ?`, c.file, c.n))
			}); err != nil {
				return err
			}
		}
	}
	return s.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return tx.Put(ctx, store.SQL(`DELETE FROM file WHERE state = 'erased' AND record_id = '' AND NOT EXISTS (SELECT 1 FROM file_chunk c WHERE c.file_id = file.id)`))
	})
}
