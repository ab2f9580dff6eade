package concerns

import (
	"context"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/files"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get("/concerns/new", access.Reporter, f.newPage(Seen)),
		web.Get("/concerns/gate", access.Reporter, f.newPage(Gate)),
		web.Upload("/concerns", access.Reporter, files.FormLimit, f.sendForm),
		web.Post("/concerns/pick", access.Reporter, f.pick),
		web.Post("/concerns/kids", access.Reporter, f.kidsPart),
		web.Post("/concerns/marks", access.Reporter, f.marksPart),
		web.Get("/concerns/mine", access.Reporter, f.minePage),
		web.Get("/concerns", access.Lead, f.listPage),
		web.Get("/concerns/{id}", access.Reporter, f.concernPage),
		web.Post("/concerns/{id}/accounts", access.Reporter, f.accountForm),
		web.Post("/concerns/{id}/adult", access.Reporter, f.sendOnForm),
		web.Post("/concerns/{id}/take", access.Lead, f.takeForm),
		web.Post("/concerns/{id}/decision", access.Lead, f.decideForm),
		web.Post("/concerns/{id}/children", access.Lead, f.childForm),
		web.Post("/concerns/{id}/parents", access.Lead, f.parentsForm),
		web.Post("/concerns/{id}/advice", access.Lead, f.adviceForm),
		web.Post("/concerns/{id}/feedback", access.Lead, f.feedbackForm),
		web.Post("/concerns/{id}/replied", access.Lead, f.repliedForm),
		web.Post("/concerns/{id}/actions", access.Lead, f.actionForm),
		web.Post("/concerns/{id}/actions/{action}/done", access.Lead, f.actionDoneForm),
		web.Post("/concerns/{id}/reopen", access.Lead, f.reopenForm),
		web.Get("/concerns/silent", access.Lead, f.silentPage),
		web.Get("/concerns/rota", access.Lead, f.rotaPage),
		web.Post("/concerns/rota", access.Lead, f.rotaForm),
		web.Post("/concerns/rota/{id}/remove", access.Lead, f.rotaRemoveForm),
		web.Get("/concerns/notice", access.Lead, f.noticePage),
		web.Post("/concerns/notice", access.Lead, f.noticeForm),
		web.Get("/admin/concerns", access.Administer, f.settingsPage),
		web.Post("/admin/concerns", access.Administer, f.settingsForm),
		web.Get("/day-code", access.Anybody, f.codePage),
		web.Post("/day-code", access.Anybody, f.codeForm),
	}
}

// readAt returns where the viewer works, and whether anybody there reads a concern.
func (f *Feature) readAt(ctx context.Context, tx *store.Tx) (id, name string, read bool, err error) {
	if id, err = f.People.OrgOf(ctx, tx, tx.Viewer.Account); err != nil {
		return "", "", false, err
	}
	names, err := f.Schools.Names(ctx, tx, id)
	if err != nil {
		return "", "", false, err
	}
	leads, err := f.People.Leads(ctx, tx, id)
	if err != nil {
		return "", "", false, err
	}
	heads, err := f.People.Heads(ctx, tx, id)
	return id, names[id].Name, len(leads)+len(heads) > 0, err
}

// school returns the school that the viewer writes for. Rule: nobody there would read a concern, so none is taken.
func (f *Feature) school(ctx context.Context, tx *store.Tx) (id, name string, err error) {
	id, name, read, err := f.readAt(ctx, tx)
	if err != nil || read {
		return id, name, err
	}
	service, err := f.store.Service(ctx, tx)
	if err != nil {
		return "", "", err
	}
	return "", "", errs.Refusef("Nobody at %s would read a concern: it has no safeguarding lead. Ring %s, %s, or the school that the child goes to. In danger: 999", name, service.Name, service.Phone)
}

// elsewhere is what the page says to whom nobody would read.
func (f *Feature) elsewhere(ctx context.Context, tx *store.Tx, at string) (*elsewhereView, error) {
	service, err := f.store.Service(ctx, tx)
	v := &elsewhereView{At: at, Service: service}
	if tx.Viewer.Holds(access.LAOfficer) {
		v.Ways = append(v.Ways, ui.Link{Text: "Referrals that schools sent to your service", Href: "/referrals"})
	}
	if tx.Viewer.Holds(access.LADO) {
		v.Ways = append(v.Ways, ui.Link{Text: "Allegations that schools have referred to you", Href: "/adults"})
	}
	return v, err
}

func (f *Feature) newPage(source Source) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form := newWriteForm(source)
		form.ID = web.NewID(r)
		kept := ""
		err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
			d, err := web.DraftOf(ctx, tx, "concern")
			if errs.Is(err, errs.NotFound) {
				return nil
			}
			if err == nil && Source(d.Values.Get("source")) == source {
				form.Fill(d.Values)
				form.ID, kept = d.ID, term.DateTime(d.At, tx.Now)
				if form.Files.Files, err = f.Files.Pending(ctx, tx, d.Values["file"]...); err != nil {
					return err
				}
				form.Clear()
			}
			return err
		})
		if err != nil {
			return err
		}
		if child := r.URL.Query().Get("child"); child != "" && source == Seen && len(form.Kids.Items) == 0 {
			f.begun(r, form, child)
		}
		return f.showWrite(w, r, form, kept, http.StatusOK)
	}
}

// begun puts a child into a new form, for a lead who comes from the child's page. A child that the viewer may not see is
// left out without a word.
func (f *Feature) begun(r *http.Request, form *writeForm, child string) {
	_ = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		card, _, err := f.Deps.Children.Child(ctx, tx, child)
		if err == nil {
			form.Kids.Items = []DraftChild{{Child: child, Name: card.Name, Role: Harmed}}
		}
		return err
	})
}

func (f *Feature) showWrite(w http.ResponseWriter, r *http.Request, form *writeForm, kept string, status int) error {
	view := writeView{Form: form, Kept: kept}
	var elsewhere *elsewhereView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		elsewhere = nil
		org, school, read, err := f.readAt(ctx, tx)
		if err != nil {
			return err
		}
		if !read {
			elsewhere, err = f.elsewhere(ctx, tx, school)
			return err
		}
		view.School = school
		if view.Speak, view.Find, err = f.speakFirst(ctx, tx, org); err != nil {
			return err
		}
		if err := f.nameKids(ctx, tx, form.Kids); err != nil {
			return err
		}
		readers, err := f.Readers(ctx, tx, org)
		for _, x := range readers {
			view.Readers = append(view.Readers, ui.Reader{Who: x.Name, Why: x.Why})
		}
		return err
	})
	if err != nil {
		return err
	}
	if elsewhere != nil {
		page := web.Page{Title: "Write a concern", Class: "p-concern", At: "/concerns/new", Body: elsewherePage(*elsewhere)}
		if r.Method == http.MethodPost {
			return web.Invalid(w, r, page) // what was sent is not taken
		}
		return web.Show(w, r, page)
	}
	view.Again = status != http.StatusOK && form.Urgent.Problem != "" && form.Urgent.Value == "no"
	page := web.Page{Title: "Write a concern", Class: "p-concern", At: "/concerns/new", Body: writePage(view)}
	if status == http.StatusOK {
		return web.Show(w, r, page)
	}
	return web.Invalid(w, r, page)
}

// speakFirst is the panel that says whom to speak to now (CON-22).
func (f *Feature) speakFirst(ctx context.Context, tx *store.Tx, org string) (ui.SpeakFirst, string, error) {
	now, next, err := f.onDuty(ctx, tx, org)
	if err != nil {
		return ui.SpeakFirst{}, "", err
	}
	office, err := f.Schools.Phone(ctx, tx, org)
	if err != nil {
		return ui.SpeakFirst{}, "", err
	}
	s := ui.SpeakFirst{Name: now.Name, Place: now.Place, Phone: now.Phone, Then: next.Name, ThenPlace: next.Place, ThenPhone: next.Phone, Office: office}
	find := "a safeguarding lead"
	if now.Account != "" {
		s.Until = clockTime(now.Until)
		find = now.Name
		if now.Place != "" {
			find += ", " + now.Place + ","
		}
	}
	return s, find, nil
}

// sendForm takes the whole form: to send it, or without scripts to look for a child, add or remove one, add or remove a mark.
func (f *Feature) sendForm(w http.ResponseWriter, r *http.Request) error {
	form := newWriteForm(Seen)
	if err := f.Files.FromForm(r, form.Files); err != nil {
		return err
	}
	if Source(r.PostFormValue("source")) == Gate {
		form = newWriteForm(Gate)
	}
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form has lost its number. Go back and open the page again; your draft is kept")
	}
	if r.PostFormValue("to_adult") != "" {
		return f.toAdult(w, r, form)
	}
	if r.PostFormValue("send") == "" {
		form.Clear()
		if err := f.lookFor(r, form.Kids); err != nil {
			return err
		}
		return f.showWrite(w, r, form, "", http.StatusOK)
	}
	if form.askAgain(r.PostFormValue("asked_again") == "yes") || !ok {
		return f.showWrite(w, r, form, "", http.StatusUnprocessableEntity)
	}
	org := ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		org, _, err = f.school(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	d := form.draft(org)
	if ids := form.Files.IDs(); len(ids) > 0 {
		d.Claim = func(ctx context.Context, tx *store.Tx, record ref.Ref, org string) error {
			return f.Files.Claim(ctx, tx, record, org, ids...)
		}
	}
	id, err := f.Send(r.Context(), web.Viewer(r), d)
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return f.showWrite(w, r, form, "", http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/concerns/"+string(id), "Sent at "+term.Time(web.Now(r))+".")
}

// lookFor answers the picker: at most five children of the writer's school, by name and class (CON-21).
func (f *Feature) lookFor(r *http.Request, k *kidsField) error {
	if len(k.Typed) < 3 {
		return nil
	}
	org := ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if org, _, err = f.school(ctx, tx); err != nil {
			return err
		}
		k.Found, err = f.Deps.Children.PickNamed(ctx, tx, []string{org}, k.Typed)
		k.Looked = true
		return err
	})
	if err != nil {
		return err
	}
	return f.Look(r.Context(), web.Viewer(r), org)
}

func (f *Feature) pick(w http.ResponseWriter, r *http.Request) error {
	form := newWriteForm(Seen)
	form.Parse(r)
	if err := f.lookFor(r, form.Kids); err != nil {
		return err
	}
	return web.Fragment(w, r, found(form.Kids))
}

func (f *Feature) kidsPart(w http.ResponseWriter, r *http.Request) error {
	form := newWriteForm(Seen)
	form.Parse(r)
	k := form.Kids
	k.Problem = ""
	school := ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if _, school, err = f.school(ctx, tx); err != nil {
			return err
		}
		return f.nameKids(ctx, tx, k)
	})
	if err != nil {
		return err
	}
	return web.Fragment(w, r, writeKids(k, school))
}

// nameKids fills in the names of children chosen from the list: the page sends only which one.
func (f *Feature) nameKids(ctx context.Context, tx *store.Tx, k *kidsField) error {
	for i, c := range k.Items {
		if c.Child == "" || c.Name != "" {
			continue
		}
		card, _, err := f.Deps.Children.Child(ctx, tx, c.Child)
		if err != nil {
			return err
		}
		k.Items[i].Name = card.Name
	}
	return nil
}

func (f *Feature) marksPart(w http.ResponseWriter, r *http.Request) error {
	form := newWriteForm(Seen)
	form.Parse(r)
	return web.Fragment(w, r, writeMarks(form.Marks))
}
