package adults

import (
	"context"
	"net/http"
	"slices"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// settledAt is the school whose settings the viewer settles: the first where they are head or chair.
func settledAt(v access.Viewer) string {
	for _, r := range []access.Role{access.Head, access.Chair} {
		if orgs := v.Roles[r]; len(orgs) > 0 {
			return orgs[0]
		}
	}
	return ""
}

func (f *Feature) settingsPage(w http.ResponseWriter, r *http.Request) error {
	return f.showSettings(w, r, nil)
}

func (f *Feature) showSettings(w http.ResponseWriter, r *http.Request, wrong error) error {
	v := web.Viewer(r)
	org := settledAt(v)
	view := settingsView{Head: v.HoldsAt(access.Head, org), Problem: errs.Sentence(wrong)}
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		s, err := f.school(ctx, tx, org)
		if err != nil {
			return err
		}
		names, err := f.Schools.Names(ctx, tx, org)
		if err != nil {
			return err
		}
		view.School, view.Today, view.Proprietor, view.First = names[org].Name, clock.DayOf(tx.Now.Time()), s.Proprietor, s.First
		if view.Staff, err = f.People.People(ctx, tx, org, ""); err != nil {
			return err
		}
		slices.SortFunc(view.Staff, func(a, b ref.Person) int { return compare(a.Name, b.Name) })
		if view.Leads, err = f.People.People(ctx, tx, org, access.DSL); err != nil {
			return err
		}
		people, err := f.People.Names(ctx, tx, s.Present...)
		if err != nil {
			return err
		}
		mine := s.Cover[v.Account]
		view.StandIn, view.Away, view.Me = mine.StandIn, mine.Away, v.Account
		for _, x := range []struct {
			who []string
			as  Office
		}{{s.Heads, Head}, {s.Chairs, Chair}} {
			for _, p := range x.who {
				row := ui.Reader{Who: people[p].Name, Why: x.as.Words() + ", no stand-in named"}
				if c := s.Cover[p]; c.StandIn != "" {
					row.Why = x.as.Words() + "; " + people[c.StandIn].Name + " stands in"
				}
				view.Recipients = append(view.Recipients, row)
			}
			if len(x.who) == 0 {
				view.Recipients = append(view.Recipients, ui.Reader{Who: "Nobody", Why: "holds the post of " + x.as.Words()})
			}
		}
		for _, h := range s.Household {
			view.Households = append(view.Households, pairView{One: h[0], Other: h[1], Words: people[h[0]].Name + " and " + people[h[1]].Name})
		}
		return nil
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: "How worries about adults go", Class: "p-decide", At: "/adults", Crumb: &ui.Link{Text: "About adults", Href: "/adults"}, Body: settingsPage(view)}
	if wrong != nil {
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// settled answers a form of the settings.
func (f *Feature) settled(w http.ResponseWriter, r *http.Request, fn func(org string) error) error {
	if err := r.ParseForm(); err != nil { // #nosec G120 -- the site bounds every body before a handler sees it
		return errs.Of(errs.Invalid, err, "What you sent could not be read")
	}
	err := fn(settledAt(web.Viewer(r)))
	if errs.Is(err, errs.Rule) {
		return f.showSettings(w, r, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/adults/settings", "Kept.")
}

func (f *Feature) coverForm(w http.ResponseWriter, r *http.Request) error {
	return f.settled(w, r, func(org string) error {
		return f.SetCover(r.Context(), web.Viewer(r), org, Cover{StandIn: small(r.PostForm, "stand_in", 40), Away: dayOf(r.PostForm, "away")})
	})
}

func (f *Feature) schoolForm(w http.ResponseWriter, r *http.Request) error {
	return f.settled(w, r, func(org string) error {
		v := web.Viewer(r)
		if err := f.SetProprietor(r.Context(), v, org, r.PostForm.Get("proprietor") == "yes"); err != nil {
			return err
		}
		if !v.HoldsAt(access.Head, org) {
			return nil
		}
		return f.SetFirst(r.Context(), v, org, small(r.PostForm, "first", 40))
	})
}

func (f *Feature) householdForm(w http.ResponseWriter, r *http.Request) error {
	return f.settled(w, r, func(org string) error {
		return f.SetHousehold(r.Context(), web.Viewer(r), org, small(r.PostForm, "one", 40), small(r.PostForm, "other", 40), r.PostForm.Get("apart") == "")
	})
}
