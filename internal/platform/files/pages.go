package files

import (
	"context"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/platform/files/sniff"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// Routes are where a control sends files as they are chosen, and where every file is opened.
func (s Store) Routes() []web.Route {
	return []web.Route{
		web.Upload("/files", access.SignedIn, FormLimit, s.add),
		web.Get("/files/{id}", access.SignedIn, s.open),
	}
}

// add answers the control anew, with what it holds now.
func (s Store) add(w http.ResponseWriter, r *http.Request) error {
	var u Upload
	if err := s.FromForm(r, &u); err != nil {
		return err
	}
	return web.Fragment(w, r, added(u))
}

// open sends a file, after its reading is written down. A browser saves it and never shows it within our pages; opened all
// the same, it may run and load nothing (SEC-18).
func (s Store) open(w http.ResponseWriter, r *http.Request) error {
	file, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	var f File
	var body []byte
	if err := s.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		f, body, err = s.Open(ctx, tx, file)
		return err
	}); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", sniff.ContentDisposition(f.Name))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(body)
	return err
}
