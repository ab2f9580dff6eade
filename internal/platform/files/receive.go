package files

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/files/sniff"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
)

// drawing holds back pictures beyond two at once: drawing one anew may need 400 MB (ASVS 15.2.2).
var drawing = make(chan struct{}, 2)

// Receive keeps what comes from r, 20 MB at most, as the viewer's own pending file called name. Rule: it is not taken, and
// the sentence says why; or the viewer has too much waiting already. SignIn: the viewer is nobody. When it fails half way,
// Sweep removes what had come in.
func (s Store) Receive(ctx context.Context, v access.Viewer, name string, r io.Reader) (File, error) {
	who, err := uploader(v)
	if err != nil {
		return File{}, err
	}
	name = sniff.FileName(name)
	body, kind, err := take(ctx, name, r)
	if err != nil {
		return File{}, err
	}
	sum := sha256.Sum256(body)
	f := File{ID: s.DB.IDs().New(s.DB.Now()), Name: name, Type: kind.MIME, Size: int64(len(body)), SHA256: hex.EncodeToString(sum[:]), State: Pending}
	var key [32]byte
	rand.Read(key[:]) //nolint:errcheck // never fails
	sealed := secret.Seal(s.Key, key[:], []byte(f.ID))

	const reason = "an upload is nobody's record yet"
	var at clock.Millis
	err = s.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited(reason)
		at = tx.Now
		if err := room(ctx, tx, who, f.Size); err != nil {
			return err
		}
		if err := tx.Put(ctx, store.SQL(`INSERT INTO file (id, district_id, account_id, name, type, size, sha256, state, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			f.ID, v.District, who, f.Name, f.Type, f.Size, f.SHA256, string(Receiving), int64(tx.Now))); err != nil {
			return err
		}
		return tx.Put(ctx, store.SQL(`INSERT INTO file_key (file_id, district_id, key) VALUES (?, ?, ?)`, f.ID, v.District, sealed))
	})
	if err != nil {
		return File{}, err
	}
	f.MadeAt = at
	lid := sealer(key)
	for n := int64(0); n*chunkSize < f.Size; n++ {
		part := lid.seal(f.ID, n, body[n*chunkSize:min((n+1)*chunkSize, f.Size)])
		if err := s.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			tx.Unaudited(reason)
			return tx.Put(ctx, store.SQL(`INSERT INTO file_chunk (file_id, n, district_id, body) VALUES (?, ?, ?, ?)`, f.ID, n, v.District, part))
		}); err != nil {
			return File{}, err
		}
	}
	return f, s.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		tx.Unaudited(reason)
		n, err := tx.Exec(ctx, store.SQL(`UPDATE file SET state = ? WHERE id = ? AND state = ?`, string(Pending), f.ID, string(Receiving)))
		if err == nil && n == 0 {
			return errs.New(errs.Unavailable, "The file took too long to come in and was not kept. Send it again.")
		}
		return err
	})
}

// take reads a file whole, looks at what it is, and takes from a picture everything but the picture.
func take(ctx context.Context, name string, r io.Reader) ([]byte, sniff.Type, error) {
	body, err := io.ReadAll(io.LimitReader(r, sniff.MaxSize+1))
	if err != nil {
		return nil, sniff.Type{}, unreadable(err)
	}
	kind, err := sniff.Check(name, bytes.NewReader(body), int64(len(body)))
	if err == nil && kind.Picture {
		select {
		case drawing <- struct{}{}:
			defer func() { <-drawing }()
		case <-ctx.Done():
			return nil, kind, ctx.Err()
		}
		body, err = sniff.CleanImage(bytes.NewReader(body), kind)
		if err == nil && len(body) > sniff.MaxSize {
			return nil, kind, errs.Refuse("Drawn anew without the place and time in it, this picture is larger than 20 MB. Send a smaller copy.")
		}
	}
	var no *sniff.Refused
	if errors.As(err, &no) {
		return nil, kind, errs.Refuse(no.Sentence)
	}
	return body, kind, err
}

type waiting struct{ count, bytes int64 }

func (w *waiting) Dest() []any { return []any{&w.count, &w.bytes} }

// room refuses more than a person may have waiting for forms.
func room(ctx context.Context, tx *store.Tx, who string, more int64) error {
	w, err := store.One[waiting](ctx, tx, seen(tx, `count(*), CAST(coalesce(sum(f.size), 0) AS BIGINT)`, who).
		Add(`AND f.account_id = ? AND f.state IN (?, ?)`, who, string(Receiving), string(Pending)))
	if err != nil {
		return err
	}
	if w.count >= waitingFiles || w.bytes+more > waitingBytes {
		return errs.Refusef("You have added %s (%s) that belong to no form yet. Send the form with those, or wait until tomorrow: they go after 24 hours.",
			text.Plural(int(w.count), "file", "files"), size(w.bytes))
	}
	return nil
}

func unreadable(err error) error {
	if err == nil {
		return nil
	}
	return errs.Of(errs.Invalid, err, "What you sent could not be read")
}
