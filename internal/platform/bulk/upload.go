package bulk

import (
	"context"
	"embed"
	"errors"
	"io"
	"net/http"
	"net/url"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
)

//go:embed migrations
var files embed.FS

// Migrations makes the table of uploaded files.
var Migrations = store.Slice{Name: "bulk", Files: files}

// Limits of what is received besides the file.
const (
	partSize  = 256 << 10
	maxField  = 64 << 10
	maxFields = 400
)

// ErrNoFile is a form that came without a file. It is a rule: the page is shown again with it.
var ErrNoFile = errs.Refuse("Choose a file")

// Receive reads a posted form with one file. The file is handed on as it arrives, so nothing of it lies in the memory or on
// the disk in the clear; fields that stand before it in the form are given with it. Invalid: no form. ErrNoFile: no file.
func Receive(r *http.Request, file func(before url.Values, name string, body io.Reader) error) (url.Values, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errs.Of(errs.Invalid, err, "What you sent could not be read.")
	}
	form, taken := url.Values{}, false
	for n := 0; ; n++ {
		p, err := parts.NextPart()
		var tooLarge *http.MaxBytesError
		switch {
		case errors.Is(err, io.EOF):
			if !taken {
				return form, ErrNoFile
			}
			return form, nil
		case errors.As(err, &tooLarge):
			return form, err
		case err != nil || n > maxFields:
			return form, errs.Of(errs.Invalid, err, "What you sent could not be read.")
		}
		if p.FileName() != "" && !taken {
			taken = true
			if err := file(form, text.Clean(p.FileName()), p); err != nil {
				return form, err
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(p, maxField))
		if err != nil {
			return form, err
		}
		form.Add(p.FormName(), string(value))
	}
}

// Keep stores a file under an id, in pieces of 256 KiB, a closure each, and returns its size in bytes.
func Keep(ctx context.Context, db *store.DB, v access.Viewer, upload string, body io.Reader) (size int64, err error) {
	piece := make([]byte, partSize)
	for n := 0; ; n++ {
		got, err := io.ReadFull(body, piece)
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		last := errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return size, err
		}
		if err := db.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
			tx.Unaudited("a piece of a file that nothing was taken from yet")
			return tx.Put(ctx, store.SQL(`INSERT INTO bulk_part (district_id, upload_id, n, body) VALUES (?, ?, ?, ?) ON CONFLICT (upload_id, n) DO UPDATE SET body = excluded.body
				WHERE bulk_part.district_id = excluded.district_id`, v.District, upload, n, piece[:got]))
		}); err != nil {
			return size, err
		}
		size += int64(got)
		if last {
			return size, nil
		}
	}
}

// Forget removes a stored file.
func Forget(ctx context.Context, tx *store.Tx, upload string) error {
	return tx.Put(ctx, store.SQL(`DELETE FROM bulk_part WHERE district_id = ? AND upload_id = ?`, tx.Viewer.District, upload))
}

// Kept reads a stored file piece by piece.
func Kept(ctx context.Context, db *store.DB, v access.Viewer, upload string) io.Reader {
	return &kept{ctx: ctx, db: db, v: v, upload: upload}
}

type kept struct {
	ctx    context.Context
	db     *store.DB
	v      access.Viewer
	upload string
	n      int
	left   []byte
}

func (k *kept) Read(p []byte) (int, error) {
	if len(k.left) == 0 {
		err := k.db.Read(k.ctx, k.v, func(ctx context.Context, tx *store.Tx) (err error) {
			k.left, err = store.Value[[]byte](ctx, tx, store.SQL(`SELECT b.body FROM bulk_part b WHERE b.district_id = ? AND b.upload_id = ? AND b.n = ?`, k.v.District, k.upload, k.n))
			return err
		})
		if errs.Is(err, errs.NotFound) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		k.n++
	}
	n := copy(p, k.left)
	k.left = k.left[n:]
	return n, nil
}
