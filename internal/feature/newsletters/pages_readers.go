package newsletters

import (
	"context"
	"net/http"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

// readers is the page about the list: counts, and two forms. No address is ever listed.
func (f *Feature) readers(w http.ResponseWriter, r *http.Request) error {
	p, err := f.readersPage(r, newEnterForm(), newStopForm())
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f *Feature) readersPage(r *http.Request, enter *enterForm, stop *stopForm) (web.Page, error) {
	v := readersView{Enter: enter, Stop: stop}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		counts, err := f.store.readers(ctx, tx)
		v.Counts = viewReaders(counts)
		return err
	})
	return working("Readers", web.Page{Crumb: toList, Body: readersPage(v)}), err
}

func (f *Feature) enter(w http.ResponseWriter, r *http.Request) error {
	form := newEnterForm()
	if form.Parse(r) {
		err := f.Enter(r.Context(), web.Viewer(r), form.Email.Value, form.How.Value)
		if err == nil {
			return web.Redirect(w, r, "/newsletters/subscribers", "The address gets the next issue.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Email.Problem = errs.Sentence(err)
	}
	p, err := f.readersPage(r, form, newStopForm())
	if err != nil {
		return err
	}
	return web.Invalid(w, r, p)
}

func (f *Feature) stop(w http.ResponseWriter, r *http.Request) error {
	form := newStopForm()
	if form.Parse(r) {
		err := f.Stop(r.Context(), web.Viewer(r), form.Email.Value, SubscriberState(form.To.Value))
		if err == nil {
			return web.Redirect(w, r, "/newsletters/subscribers", "Nothing more is sent to the address.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Email.Problem = errs.Sentence(err)
	}
	p, err := f.readersPage(r, newEnterForm(), form)
	if err != nil {
		return err
	}
	return web.Invalid(w, r, p)
}
