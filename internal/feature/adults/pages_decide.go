package adults

import (
	"context"
	"net/http"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/files"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
)

func (f *Feature) filesOf(ctx context.Context, tx *store.Tx, accounts []Account) ([]files.File, error) {
	ids := make([]string, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
	}
	return f.Files.Of(ctx, tx, ids...)
}

// act answers a short form of the page: it does what the form asks and goes back to the page, or shows what is wrong above it.
func (f *Feature) act(w http.ResponseWriter, r *http.Request, said string, fn func(id ID, form string) error) error {
	at, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil { // #nosec G120 -- the site bounds every body before a handler sees it
		return errs.Of(errs.Invalid, err, "What you sent could not be read")
	}
	form := r.PostForm.Get("id")
	if !id.Valid(form) {
		form = web.NewID(r)
	}
	err = fn(ID(at), form)
	if errs.Is(err, errs.Rule) {
		return f.show(w, r, ID(at), nil, err)
	}
	if err != nil {
		return missing(web.Viewer(r), err)
	}
	return web.Redirect(w, r, "/adults/"+at, said)
}

func (f *Feature) accountForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Added.", func(id ID, form string) error {
		return f.AddAccount(r.Context(), web.Viewer(r), id, form, small(r.PostForm, "words", 20_000))
	})
}

func (f *Feature) takeForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "You are dealing with it.", func(id ID, _ string) error { return f.Take(r.Context(), web.Viewer(r), id) })
}

func (f *Feature) judgeForm(w http.ResponseWriter, r *http.Request) error {
	at, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	var criteria []Listed
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if _, err = f.store.Case(ctx, tx, ID(at)); err != nil {
			return err
		}
		criteria, err = f.store.Listed(ctx, tx, Criterion, clock.DayOf(tx.Now.Time()))
		return err
	})
	if err != nil {
		return err
	}
	form := newJudgeForm(criteria)
	if !form.Parse(r) {
		return f.show(w, r, ID(at), form, nil)
	}
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form has lost its number. Go back and open the page again; your draft is kept")
	}
	err = f.Judge(r.Context(), web.Viewer(r), ID(at), Judgement{ID: form.ID, Version: form.Version, Kind: Kind(form.Kind.Value), Criteria: form.Criteria.Values, Reasons: form.Reasons.Value, Consulted: form.Consulted.Value})
	if errs.Is(err, errs.Rule) || errs.Is(err, errs.Conflict) {
		return f.show(w, r, ID(at), form, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/adults/"+at, "Recorded.")
}

func (f *Feature) referForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "The designated officer has been told and can read it.", func(id ID, form string) error { return f.Refer(r.Context(), web.Viewer(r), id, form) })
}

func (f *Feature) stepForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Written down.", func(id ID, form string) error {
		return f.AddStep(r.Context(), web.Viewer(r), id, Step{ID: form, Kind: StepKind(r.PostForm.Get("kind")), Who: small(r.PostForm, "who", 200), Words: small(r.PostForm, "words", 8000)})
	})
}

func (f *Feature) actionForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Added.", func(id ID, form string) error {
		return f.AddAction(r.Context(), web.Viewer(r), id, Action{ID: form, What: small(r.PostForm, "what", 200), DueOn: dayOf(r.PostForm, "due")})
	})
}

func (f *Feature) doneForm(w http.ResponseWriter, r *http.Request) error {
	action, err := web.PathID(r, "action")
	if err != nil {
		return err
	}
	return f.act(w, r, "Done.", func(id ID, _ string) error { return f.FinishAction(r.Context(), web.Viewer(r), id, action) })
}

func (f *Feature) childForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Written into the child’s file, for the readers of this page only.", func(at ID, form string) error {
		v, named, child := web.Viewer(r), r.PostForm.Get("named"), r.PostForm.Get("child")
		if !id.Valid(named) && !id.Valid(child) {
			err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
				c, err := f.store.Concern(ctx, tx, at)
				if err != nil {
					return err
				}
				if _, err := f.store.Case(ctx, tx, at); err != nil {
					return err
				}
				found, err := f.Children.PickNamed(ctx, tx, []string{c.Org}, small(r.PostForm, "find", 120))
				switch {
				case err != nil:
					return err
				case len(found) == 0:
					return errs.Refuse("Nobody of that name is on the list. Write the first letters of the child’s name, three or more")
				case len(found) > 1:
					return errs.Refuse("Several children have this name. Write given and family name")
				}
				child = found[0].ID
				return nil
			})
			if err != nil {
				return err
			}
		}
		return f.AddEntry(r.Context(), v, at, form, named, child, small(r.PostForm, "words", 20_000))
	})
}

func (f *Feature) leadForm(w http.ResponseWriter, r *http.Request) error {
	entry, err := web.PathID(r, "entry")
	if err != nil {
		return err
	}
	return f.act(w, r, "They have been told, and find it in the child’s file.", func(id ID, _ string) error {
		return f.NameLead(r.Context(), web.Viewer(r), id, entry, r.PostForm.Get("lead"))
	})
}

func (f *Feature) whoForm(w http.ResponseWriter, r *http.Request) error {
	at, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	v := web.Viewer(r)
	if err := r.ParseForm(); err != nil { // #nosec G120 -- the site bounds every body before a handler sees it
		return errs.Of(errs.Invalid, err, "What you sent could not be read")
	}
	who := Concern{Name: small(r.PostForm, "name", 120), Works: Works(r.PostForm.Get("works")), Employer: small(r.PostForm, "employer", 120)}
	if x := r.PostForm.Get("about"); id.Valid(x) {
		who.About = x
	}
	err = f.Identify(r.Context(), v, ID(at), who)
	if errs.Is(err, errs.Rule) {
		return f.show(w, r, ID(at), nil, err)
	}
	if err != nil {
		return err
	}
	var still error
	err = f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		_, still = f.store.Case(ctx, tx, ID(at))
		return nil
	})
	if err != nil {
		return err
	}
	if errs.Is(still, errs.NotFound) {
		return web.Redirect(w, r, "/adults", "It has gone to somebody who is not close to this person. You no longer read it.")
	}
	return web.Redirect(w, r, "/adults/"+at, "Written down.")
}

func (f *Feature) feedbackForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Written back.", func(id ID, form string) error {
		return f.GiveFeedback(r.Context(), web.Viewer(r), id, form, small(r.PostForm, "words", 2000))
	})
}

func (f *Feature) closeForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Closed.", func(id ID, form string) error {
		return f.Close(r.Context(), web.Viewer(r), id, form, r.PostForm.Get("outcome"), small(r.PostForm, "reasons", 8000))
	})
}

func (f *Feature) reopenForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Opened again.", func(id ID, form string) error {
		return f.Reopen(r.Context(), web.Viewer(r), id, form, small(r.PostForm, "reason", 2000))
	})
}
