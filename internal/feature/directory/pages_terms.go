package directory

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// Routes are the pages of those who keep term dates. Whoever administers nothing that has any gets the answer of no page.
func (f *Terms) Routes() []web.Route {
	return []web.Route{
		web.Get("/admin/terms", access.Administer, f.index),
		web.Get("/admin/terms/new", access.Administer, f.newDate),
		web.Post("/admin/terms", access.Administer, f.add),
		web.Get("/admin/terms/file", access.Administer, f.file),
		web.Upload("/admin/terms/file", access.Administer, 2*schoolyear.MaxFile, f.takeFile),
		web.Get("/admin/terms/hours", access.Administer, f.hours),
		web.Post("/admin/terms/hours", access.Administer, f.setHours),
		web.Post("/admin/terms/own", access.Administer, f.keepOwn),
		web.Post("/admin/terms/shared", access.Administer, f.keepShared),
		web.Get("/admin/terms/{id}", access.Administer, f.edit),
		web.Post("/admin/terms/{id}", access.Administer, f.rewrite),
		web.Post("/admin/terms/{id}/remove", access.Administer, f.remove),
		web.Get("/closures", mayClose, f.closed),
		web.Post("/closures", mayClose, f.close),
		web.Post("/closures/{id}/remove", mayClose, f.reopen),
	}
}

// whose is the scope and the year that an address or a form asks for.
type whose struct {
	Org    string
	Year   term.Year
	Name   string // of the school or trust; "" for the district
	Scopes scope
}

// termsAt is the address of a year's page.
func termsAt(org string, y term.Year) string {
	return "/admin/terms?" + whose{Org: org, Year: y}.query()
}

func (x whose) query() string {
	return url.Values{"org": {x.Org}, "year": {strconv.Itoa(int(x.Year))}}.Encode()
}

func (x whose) crumb() *ui.Link {
	return &ui.Link{Text: "Term dates", Href: termsAt(x.Org, x.Year)}
}

// of says whose dates they are, as a heading.
func (x whose) of() string {
	switch {
	case x.Org == "":
		return "Every school of the district"
	case x.group():
		return "Every school of " + x.Name
	}
	return x.Name
}

// group says whether it is a trust or a collaboration.
func (x whose) group() bool { return x.Scopes.group(x.Org) }

// the names an organisation as part of a sentence: the district, the school or trust that is looked at, or another by its name.
func (x whose) the(org, name string) string {
	switch {
	case org == "":
		return "the district"
	case org == x.Org && x.group():
		return x.Name
	case org == x.Org:
		return "this school"
	}
	return name
}

// asked finds out what is asked for. Without a choice it is the district for those who keep it, otherwise their trust or the first of
// their schools. NotFound: the viewer keeps no such dates.
func (f *Terms) asked(ctx context.Context, tx *store.Tx, v url.Values) (x whose, err error) {
	if x.Scopes, err = f.scope(ctx, tx); err != nil {
		return x, err
	}
	x.Org = v.Get("org")
	if first := slices.Concat(x.Scopes.Groups, x.Scopes.Schools); !v.Has("org") && !x.Scopes.District && len(first) > 0 {
		x.Org = first[0].ID
	}
	if !x.Scopes.keeps(x.Org) {
		return x, errs.Missing()
	}
	x.Name = x.Scopes.name(x.Org)
	this := term.AcademicYear(clock.DayOf(tx.Now.Time()))
	x.Year = this
	if n, err := strconv.Atoi(v.Get("year")); err == nil && term.Year(n) > this-12 && term.Year(n) < this+4 {
		x.Year = term.Year(n)
	}
	return x, nil
}

func termPage(title string, crumb *ui.Link) web.Page {
	return web.Page{Title: title, Class: "p-terms", At: "/admin/terms", Crumb: crumb}
}

func (f *Terms) index(w http.ResponseWriter, r *http.Request) error {
	var v yearView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.asked(ctx, tx, r.URL.Query())
		if err != nil {
			return err
		}
		y, err := f.load(ctx, tx, x.Org)
		if err != nil {
			return err
		}
		cals, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		groups, err := f.store.Groups(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		v = viewYear(x, y, cals.Of(x.Org), groups, clock.DayOf(tx.Now.Time()))
		if x.Org == "" || x.group() {
			dates, err := f.store.termDates(ctx, tx)
			if err != nil {
				return err
			}
			members, err := f.store.Members(ctx, tx, []string{x.Org}, clock.DayOf(tx.Now.Time()))
			if err != nil {
				return err
			}
			v.differ(x, dates, y, members)
		}
		return nil
	})
	if err != nil {
		return err
	}
	p := termPage("Term dates", nil)
	p.Body = yearPage(v)
	return web.Show(w, r, p)
}

// dateForm is one date as it is entered.
type dateForm struct {
	forms.Form
	Kind     *forms.Choice
	Name     *forms.Text
	From, To *forms.Day
}

func newDateForm(org string) *dateForm {
	kinds := []forms.Option{
		{Value: string(schoolyear.Holiday), Text: "Holiday or half term"},
		{Value: string(schoolyear.Inset), Text: "INSET day", Hint: "Staff are in, children are not"},
		{Value: string(schoolyear.Closure), Text: "Closure that nobody planned", Hint: "Snow, a burst pipe, a polling station"},
	}
	if org == "" {
		kinds = append(kinds, forms.Option{Value: string(schoolyear.BankHoliday), Text: "Bank holiday", Hint: "One that is proclaimed: the usual ones are known already"})
	}
	f := &dateForm{
		Kind: forms.NewChoice("kind", "Why are schools closed?", kinds...).Required("Choose why schools are closed"),
		Name: forms.NewText("name", "Name").Max(60).Hint("As people call it, such as Autumn half term. An INSET day needs none"),
		From: forms.NewDay("from", "First day without children").Required("Give the first day"),
		To:   forms.NewDay("to", "Last day without children").Hint("Leave it empty for a single day"),
	}
	f.Fields(f.Kind, f.Name, f.From, f.To)
	return f
}

// date is what was typed.
func (f *dateForm) date(org string) schoolyear.Date {
	d := schoolyear.Date{ID: f.ID, Org: org, Kind: schoolyear.Kind(f.Kind.Value), Name: f.Name.Value, From: f.From.Value, To: f.To.Value, Version: f.Version}
	if d.To == "" {
		d.To = d.From
	}
	if d.Name == "" && d.Kind != schoolyear.Holiday {
		d.Name = d.Kind.Words()
	}
	return d
}

// refuse puts a rule's sentence at the field that it is about.
func (f *dateForm) refuse(d schoolyear.Date, err error) {
	say := errs.Sentence(err)
	switch {
	case d.Name == "":
		f.Name.Problem = say
	case d.To < d.From:
		f.To.Problem = say
	default:
		f.From.Problem = say
	}
}

func (f *Terms) whose(r *http.Request, v url.Values) (x whose, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err = f.asked(ctx, tx, v)
		return err
	})
	return x, err
}

func (f *Terms) posted(r *http.Request) (whose, error) {
	if err := r.ParseForm(); err != nil {
		return whose{}, errs.Of(errs.Invalid, err, "What you sent could not be read.")
	}
	return f.whose(r, r.PostForm)
}

func addPage(x whose, form *dateForm) web.Page {
	p := termPage("Add days", x.crumb())
	p.Body = dateView(x, form, dateWords{Title: "Add days", Action: "/admin/terms", Button: "Add these days"})
	return p
}

func (f *Terms) newDate(w http.ResponseWriter, r *http.Request) error {
	x, err := f.whose(r, r.URL.Query())
	if err != nil {
		return err
	}
	form := newDateForm(x.Org)
	form.ID, form.Kind.Value = web.NewID(r), string(schoolyear.Holiday)
	if k := r.URL.Query().Get("kind"); slices.ContainsFunc(form.Kind.Options, func(o forms.Option) bool { return o.Value == k }) {
		form.Kind.Value = k
	}
	return web.Show(w, r, addPage(x, form))
}

func (f *Terms) add(w http.ResponseWriter, r *http.Request) error {
	x, err := f.posted(r)
	if err != nil {
		return err
	}
	form := newDateForm(x.Org)
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	d := form.date(x.Org)
	if !ok {
		return web.Invalid(w, r, addPage(x, form))
	}
	if err = schoolyear.InYear(d, x.Year); err == nil {
		err = f.Add(r.Context(), web.Viewer(r), d)
	}
	if errs.Is(err, errs.Rule) {
		form.refuse(d, err)
		return web.Invalid(w, r, addPage(x, form))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, termsAt(x.Org, x.Year), d.Name+", "+d.Days()+", is entered. Clocks count by it from now on.")
}

// found is a date that the viewer keeps, with whose it is.
func (f *Terms) found(r *http.Request) (d schoolyear.Date, x whose, err error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return d, x, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if d, err = f.store.termDate(ctx, tx, id); err != nil {
			return err
		}
		x, err = f.asked(ctx, tx, url.Values{"org": {d.Org}})
		x.Year = d.Year()
		return err
	})
	return d, x, err
}

func changePage(x whose, form *dateForm, note string) web.Page {
	p := termPage("Change days", x.crumb())
	p.Body = dateView(x, form, dateWords{Title: "Change days", Action: "/admin/terms/" + form.ID, Button: "Save these days", Note: note, Remove: true})
	return p
}

func (f *Terms) edit(w http.ResponseWriter, r *http.Request) error {
	d, x, err := f.found(r)
	if err != nil {
		return err
	}
	form := newDateForm(x.Org)
	form.Fill(url.Values{"id": {d.ID}, "version": {strconv.FormatInt(d.Version, 10)}, "kind": {string(d.Kind)}, "name": {d.Name}, "from": {string(d.From)}, "to": {string(d.To)}})
	return web.Show(w, r, changePage(x, form, ""))
}

func (f *Terms) rewrite(w http.ResponseWriter, r *http.Request) error {
	was, x, err := f.found(r)
	if err != nil {
		return err
	}
	form := newDateForm(x.Org)
	ok := form.Parse(r)
	form.ID = was.ID
	if !ok {
		return web.Invalid(w, r, changePage(x, form, ""))
	}
	d := form.date(x.Org)
	err = f.Change(r.Context(), web.Viewer(r), d)
	switch errs.KindOf(err) {
	case errs.Rule:
		form.refuse(d, err)
		return web.Invalid(w, r, changePage(x, form, ""))
	case errs.Conflict:
		form.Version = was.Version
		return web.Conflicting(w, r, changePage(x, form, "Somebody else has meanwhile saved: "+was.Name+", "+was.Days()+". Save again to put yours in its place."))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, termsAt(x.Org, d.Year()), d.Name+", "+d.Days()+", is saved. Clocks count by it from now on.")
}

func (f *Terms) remove(w http.ResponseWriter, r *http.Request) error {
	d, x, err := f.found(r)
	if err != nil {
		return err
	}
	if err := f.Remove(r.Context(), web.Viewer(r), d.Org, d.ID); err != nil {
		return err
	}
	return web.Redirect(w, r, termsAt(x.Org, x.Year), d.Name+", "+d.Days()+", is taken out. Schools count as open then.")
}

func (f *Terms) keepOwn(w http.ResponseWriter, r *http.Request) error {
	x, err := f.posted(r)
	if err != nil {
		return err
	}
	if err := f.KeepOwn(r.Context(), web.Viewer(r), x.Org, x.Year); err != nil {
		return err
	}
	return web.Redirect(w, r, termsAt(x.Org, x.Year), x.Name+" keeps its own dates in "+x.Year.String()+". They begin as those that held until now: change what differs.")
}

func (f *Terms) keepShared(w http.ResponseWriter, r *http.Request) error {
	x, err := f.posted(r)
	if err != nil {
		return err
	}
	if err := f.KeepShared(r.Context(), web.Viewer(r), x.Org, x.Year); err != nil {
		return err
	}
	return web.Redirect(w, r, termsAt(x.Org, x.Year), x.Name+" no longer keeps its own dates in "+x.Year.String()+".")
}
