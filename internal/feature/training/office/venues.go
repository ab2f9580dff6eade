package office

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/feature/training"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

const venuesPath = "/training/office/venues"

// ringsForm says whom venues ring.
type ringsForm struct {
	forms.Form
	Words *forms.Text
}

func newRingsForm() *ringsForm {
	f := &ringsForm{Words: forms.NewText("rings", "Whom do venues ring?").Required("Write who answers and the telephone number").Max(120).Hint("A name or an office, and a telephone number. It stands in every letter to a venue")}
	f.Fields(f.Words)
	return f
}

// venueForm says where a venue reads.
type venueForm struct {
	forms.Form
	Email *forms.Text
}

func newVenueForm() *venueForm {
	f := &venueForm{Email: forms.NewText("email", "Where the venue reads its mail (if it should hear)").Max(254).Kind("email", "off").Hint("An address of the house, such as its front desk or whoever lets its rooms. Empty: no letters go")}
	f.Fields(f.Email)
	return f
}

type venuesView struct {
	Form   *ringsForm
	Said   bool // somebody can be rung, so that letters go
	Venues []venueRow
}

type venueRow struct{ Href, Name, Where, Email string }

func (f Pages) venuesView(r *http.Request, form *ringsForm) (v venuesView, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v = venuesView{Form: form}
		rings, err := f.Store.Rings(ctx, tx)
		if err != nil {
			return err
		}
		mine := rings[org(r)]
		if v.Said = mine.Words != ""; form == nil {
			v.Form = newRingsForm()
			v.Form.Words.Value, v.Form.Version = mine.Words, mine.Version
		}
		all, err := f.Venues.Venues(ctx, tx)
		for _, x := range all {
			v.Venues = append(v.Venues, venueRow{venuesPath + "/" + x.ID, x.Name, whereWords(x), x.Email})
		}
		slices.SortFunc(v.Venues, func(x, y venueRow) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Href, y.Href)) })
		return err
	})
	return v, err
}

func whereWords(v training.Venue) string {
	return strings.Join(slices.DeleteFunc([]string{v.Address, v.Postcode}, func(s string) bool { return s == "" }), ", ")
}

func venuesShown(v venuesView) web.Page {
	return working("Venues", web.Page{Crumb: toOffice, Body: venuesPage(v)})
}

func (f Pages) venues(w http.ResponseWriter, r *http.Request) error {
	v, err := f.venuesView(r, nil)
	if err != nil {
		return err
	}
	return web.Show(w, r, venuesShown(v))
}

func (f Pages) saveRings(w http.ResponseWriter, r *http.Request) error {
	form := newRingsForm()
	var err error
	if form.Parse(r) {
		err = f.SetRings(r.Context(), web.Viewer(r), training.Rings{Org: org(r), Words: form.Words.Value, Version: form.Version})
		if err == nil {
			return web.Redirect(w, r, venuesPath, "Saved. It stands in the letters to venues from now on.")
		}
	}
	v, e := f.venuesView(r, form)
	switch {
	case e != nil:
		return e
	case errs.Is(err, errs.Conflict):
		form.Refuse(err)
		return web.Conflicting(w, r, venuesShown(v))
	case errs.Is(err, errs.Rule):
		form.Words.Problem = errs.Sentence(err)
	case err != nil:
		return err
	}
	return web.Invalid(w, r, venuesShown(v))
}

// venueOf is a venue of the district. NotFound: none.
func (f Pages) venueOf(r *http.Request) (v training.Venue, err error) {
	id, err := web.PathID(r, "venue")
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		all, err := f.Venues.Venues(ctx, tx)
		if err != nil {
			return err
		}
		var ok bool
		if v, ok = all[id]; !ok {
			return errs.Missing()
		}
		return nil
	})
	return v, err
}

func venueView(form *venueForm, x training.Venue) formView {
	return formView{Form: &form.Form, Heading: x.Name, Action: venuesPath + "/" + x.ID, Button: "Save",
		Lead:  whereWords(x) + ". The house hears when a date there is published, moves or is called off, and a week before how many come and how many of them need something to get in. No name goes to it, and nothing of what anybody needs.",
		Parts: []part{{"", []templ.Component{form.Email.Input()}}}}
}

var toVenues = &ui.Link{Text: "Venues", Href: venuesPath}

func (f Pages) editVenue(w http.ResponseWriter, r *http.Request) error {
	x, err := f.venueOf(r)
	if err != nil {
		return err
	}
	form := newVenueForm()
	form.Email.Value, form.Version = x.Email, x.Version
	return shown(w, r, venueView(form, x), toVenues, nil, false)
}

func (f Pages) saveVenue(w http.ResponseWriter, r *http.Request) error {
	x, err := f.venueOf(r)
	if err != nil {
		return err
	}
	form := newVenueForm()
	if !form.Parse(r) {
		return shown(w, r, venueView(form, x), toVenues, nil, true)
	}
	err = f.SetVenueMail(r.Context(), web.Viewer(r), x.ID, form.Email.Value, form.Version)
	if errs.Is(err, errs.Rule) {
		form.Email.Problem, err = errs.Sentence(err), nil
		return shown(w, r, venueView(form, x), toVenues, nil, true)
	}
	if err != nil {
		return shown(w, r, venueView(form, x), toVenues, err, true)
	}
	said := "Saved. Letters about dates at " + x.Name + " go there."
	if form.Email.Value == "" {
		said = "Saved. No letters go to " + x.Name + "."
	}
	return web.Redirect(w, r, venuesPath, said)
}
