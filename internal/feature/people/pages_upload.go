package people

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// upload takes the bytes of a roll, which nothing is changed by yet.
func (f *Rolls) upload(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	chore := forChore(v.District)
	var imp Import
	again := false
	_, err := bulk.Receive(r, func(before url.Values, name string, body io.Reader) error {
		imp = Import{ID: before.Get("id"), Org: before.Get("org"), Account: v.Account, Name: text.FirstWords(name, 120), State: Uploading, MadeAt: web.Now(r)}
		if !v.HoldsAt(access.Admin, imp.Org) || !id.Valid(imp.ID) {
			return errs.Missing()
		}
		err := f.DB.Write(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
			names, err := f.Schools.Names(ctx, tx, imp.Org)
			if err != nil {
				return err
			}
			if names[imp.Org].Kind != "school" {
				return errs.Missing()
			}
			if err := f.store.insertImport(ctx, tx, imp); err != nil {
				return err
			}
			return audit.Record(ctx, tx, "roll.uploaded", refImport(imp.ID), audit.Org(imp.Org))
		})
		if store.IsDuplicate(err) {
			again = true
			return nil
		}
		if err != nil {
			return err
		}
		var head bytes.Buffer
		size, err := bulk.Keep(r.Context(), f.DB, chore, imp.ID, io.TeeReader(body, &limited{&head, 512}))
		if err != nil {
			return err
		}
		if size == 0 {
			return errEmpty
		}
		imp.Source, imp.State = FormatOf(head.Bytes()), Uploaded
		return f.DB.Write(r.Context(), chore, func(ctx context.Context, tx *store.Tx) error {
			return tx.Put(ctx, store.SQL(`UPDATE people_import SET state = 'uploaded', source = ? WHERE id = ? AND state = 'uploading'`, imp.Source, imp.ID))
		})
	})
	if errors.Is(err, bulk.ErrNoFile) || errors.Is(err, errEmpty) {
		return f.shown(w, r, err)
	}
	if err != nil {
		return err
	}
	if !again && imp.Source != FormatCSV {
		if err := f.tryCompare(r, imp); err != nil {
			return err
		}
	}
	return web.Redirect(w, r, at(imp.ID), "")
}

var errEmpty = errs.Refuse("The file is empty. Choose another")

// limited keeps the first bytes and lets the others go by.
type limited struct {
	to   *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.to.Write(p[:n])
	return len(p), nil
}
