package concerns

import (
	"context"
	"net/http"
	"net/url"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// act runs one thing a lead does from the page of a concern and goes back there; a rule's refusal is shown above the page.
func (f *Feature) act(w http.ResponseWriter, r *http.Request, done string, do func(v access.Viewer, id ID) error) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	err = do(web.Viewer(r), ID(id))
	if errs.Is(err, errs.Rule) {
		form, e := f.emptyForm(r)
		if e != nil {
			return e
		}
		form.Refuse(err)
		return f.showConcern(w, r, ID(id), form, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/concerns/"+id, done)
}

// emptyForm is the lead's form with nothing in it, for showing a refusal that has nothing to do with it.
func (f *Feature) emptyForm(r *http.Request) (form *decideForm, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		list, err := f.store.Categories(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		org, _, err := f.school(ctx, tx)
		if err != nil {
			return err
		}
		leads, err := f.People.Leads(ctx, tx, org)
		form = newDecideForm(list, leads)
		form.ID = web.NewID(r)
		return err
	})
	return form, err
}

func (f *Feature) takeForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "You have taken this. Your colleagues can see that.", func(v access.Viewer, id ID) error { return f.Take(r.Context(), v, id) })
}

func (f *Feature) decideForm(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	form, err := f.emptyForm(r)
	if err != nil {
		return err
	}
	ok := form.Parse(r)
	if !ok {
		return f.showConcern(w, r, ID(id), form, http.StatusUnprocessableEntity)
	}
	version := form.Version
	err = f.Decide(r.Context(), web.Viewer(r), ID(id), form.judgement(web.Viewer(r).Account, web.Now(r)))
	switch errs.KindOf(err) {
	case errs.Rule:
		form.Refuse(err)
		return f.showConcern(w, r, ID(id), form, http.StatusUnprocessableEntity)
	case errs.Conflict:
		form.Refuse(err)
		form.Version = version
		return f.showConcern(w, r, ID(id), form, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	if form.Outcome.Value == string(Refer) && f.Refer != nil {
		return web.Redirect(w, r, f.Refer(form.ID), "Recorded. Nothing has left the school yet.")
	}
	return web.Redirect(w, r, "/concerns/"+id, "Recorded.")
}

func (f *Feature) accountForm(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	form := &struct {
		forms.Form
		Words *forms.Lines
	}{Words: forms.NewLines("words", "What you add").Required("Write what you want to add")}
	form.Fields(form.Words)
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form has lost its number. Go back and open the page again")
	}
	if !ok {
		return f.act(w, r, "", func(access.Viewer, ID) error { return errs.Refuse("Write what you want to add") })
	}
	if err := f.AddAccount(r.Context(), web.Viewer(r), ID(id), form.ID, form.Words.Value); err != nil {
		return err
	}
	return web.Redirect(w, r, "/concerns/"+id, "Added. What stood before stays as it was.")
}

func (f *Feature) childForm(w http.ResponseWriter, r *http.Request) error {
	form := &struct {
		forms.Form
		Find  *forms.Text
		Role  *forms.Choice
		Words *forms.Lines
	}{Find: forms.NewText("find", "Name").Required("Write the name"), Role: forms.NewChoice("role", "Part"), Words: forms.NewLines("words", "About this child").Max(4000)}
	for _, x := range Roles {
		form.Role.Options = append(form.Role.Options, forms.Option{Value: string(x.Role), Text: x.Words})
	}
	form.Fields(form.Find, form.Role, form.Words)
	form.Parse(r)
	k := DraftChild{Name: form.Find.Value, Role: Role(form.Role.Value), Words: form.Words.Value}
	switch chosen := r.PostFormValue("child"); chosen {
	case "typed":
	case "":
		if found, err := f.oneNamed(r, form.Find.Value); err != nil {
			return err
		} else if len(found) > 0 {
			return f.chooseChild(w, r, form.Find.Value, found)
		}
	default:
		k.Child = chosen
	}
	return f.act(w, r, "Linked.", func(v access.Viewer, id ID) error { return f.LinkChild(r.Context(), v, id, k) })
}

// oneNamed returns the children of the viewer's school that a typed name may mean.
func (f *Feature) oneNamed(r *http.Request, typed string) (out []ref.Child, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		org, _, err := f.school(ctx, tx)
		if err != nil {
			return err
		}
		out, err = f.Deps.Children.PickNamed(ctx, tx, []string{org}, typed)
		return err
	})
	return out, err
}

// chooseChild shows the page again with the children that a typed name may mean.
func (f *Feature) chooseChild(w http.ResponseWriter, r *http.Request, typed string, found []ref.Child) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	var view *caseView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		c, err := f.store.Concern(ctx, tx, ID(id))
		if err != nil {
			return err
		}
		t, err := f.store.Triage(ctx, tx, ID(id))
		if err != nil {
			return err
		}
		view, err = f.caseOf(ctx, tx, c, t, nil)
		return err
	})
	if err != nil {
		return err
	}
	view.Pick, view.Typed, view.NewAccount, view.Form.ID = found, typed, web.NewID(r), web.NewID(r)
	return web.Show(w, r, web.Page{Title: "Decide a concern", Class: "p-decide", At: "/concerns", Body: casePage(*view)})
}

func (f *Feature) parentsForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Recorded.", func(v access.Viewer, id ID) error {
		switch r.PostFormValue("informed") {
		case "yes", "no":
			return f.RecordParents(r.Context(), v, id, Parent{Informed: r.PostFormValue("informed") == "yes", Words: cleaned(r, "words")})
		}
		return errs.Refuse("Say whether the parents were told")
	})
}

func (f *Feature) adviceForm(w http.ResponseWriter, r *http.Request) error {
	kind := AskedFirst
	if r.PostFormValue("kind") == ToldOf {
		kind = ToldOf
	}
	return f.act(w, r, "Recorded.", func(v access.Viewer, id ID) error {
		who := cleaned(r, "who")
		if who == "" {
			return errs.Refuse("Say who it was")
		}
		return f.RecordAdvice(r.Context(), v, id, Advice{Kind: kind, Who: who, Words: cleaned(r, "words")})
	})
}

func (f *Feature) feedbackForm(w http.ResponseWriter, r *http.Request) error {
	if r.PostFormValue("from") == "silent" { // from the list of those who wait: back to it
		id, err := web.PathID(r, "id")
		if err != nil {
			return err
		}
		if err := f.GiveFeedback(r.Context(), web.Viewer(r), ID(id), cleaned(r, "words")); err != nil {
			return err
		}
		return web.Redirect(w, r, "/concerns/silent", "Sent. They will find it with their own words.")
	}
	return f.act(w, r, "Sent. They will find it with their own words.", func(v access.Viewer, id ID) error {
		return f.GiveFeedback(r.Context(), v, id, cleaned(r, "words"))
	})
}

func (f *Feature) repliedForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Recorded.", func(v access.Viewer, id ID) error { return f.Replied(r.Context(), v, id) })
}

func (f *Feature) actionForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Added.", func(v access.Viewer, id ID) error {
		a := Action{What: cleaned(r, "what"), Owner: r.PostFormValue("owner")}
		if d, err := clock.ParseDay(r.PostFormValue("due")); err == nil {
			a.DueAt = clock.Of(d.At(16, 30))
		}
		return f.AddAction(r.Context(), v, id, a)
	})
}

func (f *Feature) actionDoneForm(w http.ResponseWriter, r *http.Request) error {
	action, err := web.PathID(r, "action")
	if err != nil {
		return err
	}
	return f.act(w, r, "Done.", func(v access.Viewer, id ID) error { return f.FinishAction(r.Context(), v, id, action) })
}

func (f *Feature) reopenForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Open again.", func(v access.Viewer, id ID) error { return f.Reopen(r.Context(), v, id, cleaned(r, "reason")) })
}

// cleaned is a field's text as it may be stored, at most 4,000 characters.
func cleaned(r *http.Request, name string) string {
	t := forms.NewLines(name, "").Max(4000)
	t.Read(url.Values{name: {r.PostFormValue(name)}})
	return t.Value
}
