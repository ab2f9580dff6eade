package cascade

import (
	"context"
	"net/http"
	"strconv"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// options are the organisations whose cascades the viewer keeps, and the staff of one of them.
func (f *Feature) options(ctx context.Context, tx *store.Tx, org string) (orgs, staff []forms.Option, err error) {
	names, err := f.Places.Names(ctx, tx, orgsOf(tx.Viewer)...)
	if err != nil {
		return nil, nil, err
	}
	for _, o := range orgsOf(tx.Viewer) {
		orgs = append(orgs, forms.Option{Value: o, Text: names[o].Name})
	}
	if keeps(tx.Viewer, org) != nil {
		org = orgs[0].Value
	}
	people, err := f.People.TitlesAt(ctx, tx, org)
	for _, m := range people {
		staff = append(staff, forms.Option{Value: m.ID, Text: m.Name + ", " + m.Title})
	}
	return orgs, staff, err
}

// planFormOf is the form of a plan for one of the viewer's organisations.
func (f *Feature) planFormOf(r *http.Request, org string) (form *planForm, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		orgs, staff, err := f.options(ctx, tx, org)
		if err != nil {
			return err
		}
		form = newPlanForm(orgs, staff)
		today := clock.DayOf(tx.Now.Time())
		form.Org.Value, form.Due.Value, form.Aim.Value = orgs[0].Value, today.Add(7*Shipped().Weeks), strconv.Itoa(max(0, len(staff)-1))
		for _, o := range orgs {
			if o.Value == org {
				form.Org.Value = org
			}
		}
		return nil
	})
	return form, err
}

func (f *Feature) beginPage(w http.ResponseWriter, r *http.Request) error {
	form, err := f.planFormOf(r, r.URL.Query().Get("for"))
	if err != nil {
		return err
	}
	form.ID = web.NewID(r)
	return web.Show(w, r, planning(form))
}

func planning(form *planForm) web.Page {
	return page("Training attended elsewhere", web.Page{Crumb: toMine, Body: newPage(form)})
}

func (f *Feature) makePlan(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Of(errs.Invalid, err, "What you sent could not be read")
	}
	form, err := f.planFormOf(r, r.PostForm.Get("org"))
	if err != nil {
		return err
	}
	ok := form.Parse(r) && form.ID != ""
	if form.ID == "" {
		form.ID = web.NewID(r)
	}
	p, l, read := form.plan()
	if !ok || !read {
		return web.Invalid(w, r, planning(form))
	}
	err = f.Make(r.Context(), web.Viewer(r), p, l)
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, planning(form))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, planPath(p.ID), "Planned. Whoever attended is told. Plan the first session.")
}
