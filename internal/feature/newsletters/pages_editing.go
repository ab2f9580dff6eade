package newsletters

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

func (f *Feature) editing() []web.Route {
	return []web.Route{
		web.Get("/newsletters/issues", Edit, f.editors),
		web.Get("/newsletters/issues/new", Edit, f.begin),
		web.Post("/newsletters/issues", Edit, f.write),
		web.Get("/newsletters/issues/{issue}", Edit, f.work),
		web.Get("/newsletters/issues/{issue}/edit", Edit, f.edit),
		web.Post("/newsletters/issues/{issue}/edit", Edit, f.rewrite),
		web.Get("/newsletters/issues/{issue}/page", Edit, f.asPage),
		web.Get("/newsletters/issues/{issue}/mail", Edit, f.asMail),
		web.Get("/newsletters/issues/{issue}/progress", Edit, f.progress),
		web.Post("/newsletters/issues/{issue}/review", Edit, f.button(f.SendForReview, "It waits for somebody else to read and approve it.")),
		web.Post("/newsletters/issues/{issue}/take-back", Edit, f.button(f.TakeBack, "It is a draft again.")),
		web.Post("/newsletters/issues/{issue}/archive", Edit, f.button(f.Archive, "It has left the public list. Its address still opens.")),
		web.Post("/newsletters/issues/{issue}/approve", Edit, f.approve),
		web.Post("/newsletters/issues/{issue}/deliveries/{delivery}/send-again", Edit, f.sendAgain),
		web.Get("/newsletters/issues/{issue}/showings", Edit, f.askShowing),
		web.Post("/newsletters/issues/{issue}/showings", Edit, f.noteShowing),
		web.Get("/newsletters/subscribers", Edit, f.readers),
		web.Post("/newsletters/subscribers/enter", Edit, f.enter),
		web.Post("/newsletters/subscribers/stop", Edit, f.stop),
	}
}

func working(title string, p web.Page) web.Page {
	p.Title, p.Class, p.At = title, "p-newsletters", "/newsletters/issues"
	return p
}

var (
	toList  = &ui.Link{Text: "Newsletters and briefings", Href: "/newsletters/issues"}
	toIssue = func(id ID) *ui.Link { return &ui.Link{Text: "Back to the issue", Href: issuePath(id)} }
)

func (f *Feature) editors(w http.ResponseWriter, r *http.Request) error {
	var rows []rowView
	var next string
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		issues, more, err := f.store.all(ctx, tx, before(r))
		for _, i := range issues {
			rows = append(rows, viewRow(i, tx.Now))
		}
		next = older("/newsletters/issues", issues, more)
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, working("Newsletters", web.Page{Body: editorsPage(rows, next)}))
}

// The form.

func writing(v writeView) web.Page {
	return working("Write an issue", web.Page{Crumb: toList, Body: writePage(v)})
}

// begin shows an empty form, or the author's own draft.
func (f *Feature) begin(w http.ResponseWriter, r *http.Request) error {
	v := writeView{Heading: "Write an issue", Action: "/newsletters/issues", Draft: newDraft}
	err := f.fill(r, &v, url.Values{"kind": {string(Newsletter)}})
	if err != nil {
		return err
	}
	return web.Show(w, r, writing(v))
}

// edit shows the form filled with what is saved, or with the author's own draft of it.
func (f *Feature) edit(w http.ResponseWriter, r *http.Request) error {
	i, err := f.load(r)
	if err != nil {
		return err
	}
	if err := CanWrite(i); err != nil {
		return err
	}
	v := writeView{Heading: "Edit the issue", Action: issuePath(i.ID) + "/edit", Draft: string(i.ID)}
	saved := valuesOf(i.Content)
	saved.Set("version", strconv.FormatInt(i.Version, 10))
	if err := f.fill(r, &v, saved); err != nil {
		return err
	}
	return web.Show(w, r, writing(v))
}

// fill puts the newest draft of the viewer into the form, or the values.
func (f *Feature) fill(r *http.Request, v *writeView, values url.Values) error {
	var draft web.Draft
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		draft, err = web.DraftOf(ctx, tx, v.Draft)
		return err
	})
	if errs.Is(err, errs.NotFound) {
		v.Form = shownIssue(values)
		v.Form.ID = web.NewID(r)
		return nil
	}
	v.Form = shownIssue(draft.Values)
	v.Form.ID, v.Kept = draft.ID, term.DateTime(draft.At, web.Now(r))
	return err
}

func (f *Feature) write(w http.ResponseWriter, r *http.Request) error {
	form, ok, err := postedIssue(r)
	if err != nil {
		return err
	}
	v := writeView{Form: form, Heading: "Write an issue", Action: "/newsletters/issues", Draft: newDraft}
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	if shown := rearranged(r, form.ID); shown != nil {
		v.Form = shown
		return web.Show(w, r, writing(v))
	}
	if !ok {
		return web.Invalid(w, r, writing(v))
	}
	err = f.Write(r.Context(), web.Viewer(r), ID(form.ID), form.content())
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, writing(v))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, issuePath(ID(form.ID)), "The issue is saved as a draft.")
}

func (f *Feature) rewrite(w http.ResponseWriter, r *http.Request) error {
	issue, err := pathIssue(r, "issue")
	if err != nil {
		return err
	}
	form, ok, err := postedIssue(r)
	if err != nil {
		return err
	}
	v := writeView{Form: form, Heading: "Edit the issue", Action: issuePath(issue) + "/edit", Draft: string(issue)}
	if shown := rearranged(r, form.ID); shown != nil {
		v.Form = shown
		return web.Show(w, r, writing(v))
	}
	if !ok {
		return web.Invalid(w, r, writing(v))
	}
	err = f.Rewrite(r.Context(), web.Viewer(r), issue, form.Version, form.ID, form.content())
	switch errs.KindOf(err) {
	case errs.Rule:
		form.Refuse(err)
		return web.Invalid(w, r, writing(v))
	case errs.Conflict:
		return f.bothTexts(w, r, issue, v)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, issuePath(issue), "The issue is saved.")
}

// rearranged is the form after one of the buttons beside its items; nil when another was pressed.
func rearranged(r *http.Request, draft string) *issueForm {
	if !rearrange(r.PostForm, r.PostFormValue("do")) {
		return nil
	}
	form := shownIssue(r.PostForm)
	form.ID = draft
	return form
}

// bothTexts shows what somebody else saved above the words of this writer, whose next save replaces it (SEC-14).
func (f *Feature) bothTexts(w http.ResponseWriter, r *http.Request, issue ID, v writeView) error {
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		i, err := f.store.issue(ctx, tx, issue)
		if err != nil {
			return err
		}
		names, err := f.People.Names(ctx, tx, i.ChangedBy)
		if err != nil {
			return err
		}
		v.Form.Version = i.Version
		v.Theirs = &theirsView{Who: names[i.ChangedBy].Name, Keep: issuePath(issue), Title: i.Title, Issue: viewIssue(i, clock.DayOf(tx.Now.Time()))}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Conflicting(w, r, writing(v))
}

// One issue.

// load reads the issue of the address.
func (f *Feature) load(r *http.Request) (i Issue, err error) {
	id, err := pathIssue(r, "issue")
	if err != nil {
		return i, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		i, err = f.store.issue(ctx, tx, id)
		return err
	})
	return i, err
}

func (f *Feature) work(w http.ResponseWriter, r *http.Request) error {
	p, err := f.workPage(r, "", newApproveForm())
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

// workPage is the page of one issue; problem is what a button was refused for.
func (f *Feature) workPage(r *http.Request, problem string, approve *approveForm) (web.Page, error) {
	id, err := pathIssue(r, "issue")
	if err != nil {
		return web.Page{}, err
	}
	v := workView{ID: id, Problem: problem}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		i, err := f.store.issue(ctx, tx, id)
		if err != nil {
			return err
		}
		writers, err := f.store.writers(ctx, tx, id)
		if err != nil {
			return err
		}
		names, err := f.People.Names(ctx, tx, append(slices.Clone(writers), i.Approver)...)
		if err != nil {
			return err
		}
		var wrote []string
		for _, a := range writers {
			wrote = append(wrote, names[a].Name)
		}
		v.Title, v.Kind, v.State, v.Version, v.Wrote = i.Title, kindWords(i), i.State, strconv.FormatInt(i.Version, 10), "Written by "+text.Join(wrote)
		v.Issue, v.Steps, v.Empty = viewIssue(i, clock.DayOf(tx.Now.Time())), steps(i, tx.Now, names), i.Opening == "" && len(i.Items) == 0
		if err := CanApprove(i, writers, tx.Viewer, tx.Now, tx.Now); err == nil {
			v.Approve = approve
		} else {
			v.NotMine = errs.Sentence(err)
		}
		if i.SentAt.IsZero() {
			return nil
		}
		return f.sentPart(ctx, tx, i, &v)
	})
	return working("An issue", web.Page{Crumb: toList, Body: workPage(v)}), err
}

// sentPart fills what there is to say of an issue once it has gone out. Addresses that are shown are written down.
func (f *Feature) sentPart(ctx context.Context, tx *store.Tx, i Issue, v *workView) error {
	n, err := f.store.letters(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	v.Letters = viewLetters(i, n)
	undelivered, err := f.store.undelivered(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	var ids []string
	for _, d := range undelivered {
		v.Undelivered = append(v.Undelivered, viewUndelivered(d))
		ids = append(ids, d.ID)
	}
	if ids != nil {
		tx.SawList("newsletters.undelivered_seen", "", ids)
	}
	showings, err := f.store.showings(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	for _, s := range showings {
		v.Showings = append(v.Showings, viewShowing(s))
	}
	if !OnTheWeb(i) {
		return nil
	}
	from, err := f.store.signedUpFrom(ctx, tx, i.ID)
	v.PublicHref = publicPath(i.ID)
	if from > 0 {
		v.From = ", where " + text.Plural(from, "reader", "readers") + " signed up"
	}
	return err
}

func (f *Feature) asPage(w http.ResponseWriter, r *http.Request) error {
	i, err := f.load(r)
	if err != nil {
		return err
	}
	p := f.publicPage(i, viewIssue(i, clock.DayOf(web.Now(r).Time())))
	p.Crumb = toIssue(i.ID)
	return web.Show(w, r, p)
}

func (f *Feature) asMail(w http.ResponseWriter, r *http.Request) error {
	i, err := f.load(r)
	if err != nil {
		return err
	}
	d := Delivery{Issue: i.ID}
	if i.Kind == Briefing && len(i.Roles) > 0 {
		d.Post = Holder{OrgName: "the name of their school", Role: i.Roles[0]}
	}
	l := f.letterView(i, d, "each-reader-has-their-own", web.Now(r))
	return web.Show(w, r, working("As a letter", web.Page{Crumb: toIssue(i.ID), Body: mailPage(i.Title, l.text(), l)}))
}

func (f *Feature) progress(w http.ResponseWriter, r *http.Request) error {
	id, err := pathIssue(r, "issue")
	if err != nil {
		return err
	}
	var v lettersView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		i, err := f.store.issue(ctx, tx, id)
		if err != nil {
			return err
		}
		n, err := f.store.letters(ctx, tx, id)
		v = viewLetters(i, n)
		return err
	})
	if err != nil {
		return err
	}
	return web.Fragment(w, r, lettersPart(v))
}

// button is the handler of a form that is one button.
func (f *Feature) button(action func(context.Context, access.Viewer, ID) error, said string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		issue, err := pathIssue(r, "issue")
		if err != nil {
			return err
		}
		return f.answer(w, r, action(r.Context(), web.Viewer(r), issue), newApproveForm(), said)
	}
}

// answer goes back to the issue, or shows it again with why the change was refused.
func (f *Feature) answer(w http.ResponseWriter, r *http.Request, err error, approve *approveForm, said string) error {
	kind := errs.KindOf(err)
	if err == nil {
		return web.Redirect(w, r, issuePath(ID(r.PathValue("issue"))), said)
	}
	if kind != errs.Rule && kind != errs.Conflict {
		return err
	}
	p, e := f.workPage(r, errs.Sentence(err), approve)
	if e != nil {
		return e
	}
	if kind == errs.Conflict {
		return web.Conflicting(w, r, p)
	}
	return web.Invalid(w, r, p)
}

func (f *Feature) approve(w http.ResponseWriter, r *http.Request) error {
	issue, err := pathIssue(r, "issue")
	if err != nil {
		return err
	}
	form := newApproveForm()
	if !form.Parse(r) {
		p, err := f.workPage(r, "", form)
		if err != nil {
			return err
		}
		return web.Invalid(w, r, p)
	}
	at, err := form.instant()
	if err == nil {
		err = f.Approve(r.Context(), web.Viewer(r), issue, form.Version, at)
	}
	return f.answer(w, r, err, form, "Approved.")
}

func (f *Feature) sendAgain(w http.ResponseWriter, r *http.Request) error {
	if _, err := pathIssue(r, "issue"); err != nil {
		return err
	}
	delivery, err := web.PathID(r, "delivery")
	if err != nil {
		return err
	}
	return f.answer(w, r, f.SendAgain(r.Context(), web.Viewer(r), delivery), newApproveForm(), "The letter is being sent again.")
}

func (f *Feature) askShowing(w http.ResponseWriter, r *http.Request) error {
	i, err := f.load(r)
	if err != nil {
		return err
	}
	form := newShowingForm()
	form.ID = web.NewID(r)
	return web.Show(w, r, showing(i, form))
}

func showing(i Issue, form *showingForm) web.Page {
	return working("Where it was shown", web.Page{Crumb: toIssue(i.ID), Body: showingPage(i.Title, issuePath(i.ID)+"/showings", form)})
}

func (f *Feature) noteShowing(w http.ResponseWriter, r *http.Request) error {
	i, err := f.load(r)
	if err != nil {
		return err
	}
	form := newShowingForm()
	if !form.Parse(r) || form.ID == "" {
		return web.Invalid(w, r, showing(i, form))
	}
	err = f.NoteShowing(r.Context(), web.Viewer(r), i.ID, form.showing())
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, showing(i, form))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, issuePath(i.ID), "Noted.")
}
