package directory

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// mayClose is for those who are rung at six when it has snowed.
var mayClose = access.Permission{Name: "close-school", Words: "Headteachers and administrators of a school, with a second factor", Roles: []access.Role{access.Head, access.Admin}, Strength: access.SecondFactor}

// How far from today a closure that nobody planned may lie, and how long it may be: what is planned, or longer, is entered with the
// term dates, by those who keep them.
const (
	closeBack    = 3
	closeAhead   = 14
	closeLongest = 10
)

// CanClose says whether days may be entered as a closure that nobody planned. Rule: they are too far off, or too many.
func CanClose(from, to, today clock.Day) error {
	switch {
	case to < from:
		return errs.Refuse("The last day is before the first")
	case from < today.Add(-closeBack) || from > today.Add(closeAhead):
		return errs.Refusef("Closures are entered from %d days before to %d days ahead. What was planned is entered with the term dates", closeBack, closeAhead)
	case to > from.Add(closeLongest-1):
		return errs.Refusef("At most %s at a time. Enter more when you know more", text.Plural(closeLongest, "day", "days"))
	}
	return nil
}

// closes returns the schools that the viewer may close: where they are head, or keep the term dates of one school.
func (f *Terms) closes(ctx context.Context, tx *store.Tx) ([]ref.Organisation, error) {
	names, err := f.store.Names(ctx, tx, tx.Viewer.OrgsOf(access.Head, access.Admin)...)
	var out []ref.Organisation
	for _, o := range names {
		if o.Kind == School {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b ref.Organisation) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// closing changes the closures of a school, by somebody who may close it.
func (f *Terms) closing(ctx context.Context, v access.Viewer, org, action string, fn func(context.Context, *store.Tx, year) (ref.Ref, any, error)) error {
	return f.changeBy(ctx, v, org, action, func(ctx context.Context, tx *store.Tx) error {
		schools, err := f.closes(ctx, tx)
		if err == nil && !slices.ContainsFunc(schools, func(o ref.Organisation) bool { return o.ID == org }) {
			return errs.Missing()
		}
		return err
	}, fn)
}

// Close enters days on which a school is closed although nobody planned it; clocks that run are counted anew. A second call with the
// same id changes nothing. NotFound: not the viewer's school. Rule: CanClose says no, or the school is closed then anyway.
func (f *Terms) Close(ctx context.Context, v access.Viewer, d schoolyear.Date) (err error) {
	defer errs.Wrap(&err, "directory.Close")
	d.Kind = schoolyear.Closure
	return f.closing(ctx, v, d.Org, "terms.closed", func(ctx context.Context, tx *store.Tx, y year) (ref.Ref, any, error) {
		if slices.ContainsFunc(y.own, func(o schoolyear.Date) bool { return o.ID == d.ID }) {
			return ref.Ref{}, nil, errSame
		}
		if err := CanClose(d.From, d.To, clock.DayOf(tx.Now.Time())); err != nil {
			return ref.Ref{}, nil, err
		}
		if err := f.fits(tx, d, y); err != nil {
			return ref.Ref{}, nil, err
		}
		return refDate(d.ID), d, f.store.insertTermDate(ctx, tx, d)
	})
}

// Reopen takes a closure out: the school opened after all. NotFound: not the viewer's school, or no closure.
func (f *Terms) Reopen(ctx context.Context, v access.Viewer, id string) (err error) {
	defer errs.Wrap(&err, "directory.Reopen")
	var d schoolyear.Date
	if err := f.DB.Read(ctx, v, func(ctx context.Context, tx *store.Tx) (err error) {
		d, err = f.store.termDate(ctx, tx, id)
		return err
	}); err != nil {
		return err
	}
	return f.closing(ctx, v, d.Org, "terms.reopened", func(ctx context.Context, tx *store.Tx, y year) (ref.Ref, any, error) {
		was, err := one(y.own, id)
		if err == nil && was.Kind != schoolyear.Closure {
			err = errs.Missing()
		}
		if err != nil {
			return ref.Ref{}, nil, err
		}
		return refDate(id), was, f.store.deleteTermDate(ctx, tx, id)
	})
}

// closedForm is what a head types.
type closedForm struct {
	forms.Form
	Org      *forms.Choice
	Name     *forms.Text
	From, To *forms.Day
}

func newClosedForm(schools []ref.Organisation) *closedForm {
	f := &closedForm{
		Org:  forms.NewChoice("org", "Which school?").Required("Choose the school"),
		Name: forms.NewText("name", "Why").Required("Say why it is closed, in a word").Max(60).Hint("Every page says it, such as: Snow. No names"),
		From: forms.NewDay("from", "First day closed").Required("Give the first day"),
		To:   forms.NewDay("to", "Last day closed").Hint("Leave it empty for a single day"),
	}
	for _, s := range schools {
		f.Org.Options = append(f.Org.Options, forms.Option{Value: s.ID, Text: s.Name})
	}
	if len(schools) == 1 {
		f.Org.Value = schools[0].ID
	}
	f.Fields(f.Org, f.Name, f.From, f.To)
	return f
}

// closedView is the page of closures: the form, and those from today on.
type closedView struct {
	Form *closedForm
	Rows []closedRow
}

type closedRow struct{ ID, School, Name, Days string }

// closedOf reads what the page shows. NotFound for whoever may close nothing.
func (f *Terms) closedOf(r *http.Request) (v closedView, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		schools, err := f.closes(ctx, tx)
		if err != nil {
			return err
		}
		if len(schools) == 0 {
			return errs.Missing()
		}
		today := clock.DayOf(tx.Now.Time())
		v = closedView{Form: newClosedForm(schools)}
		v.Form.From.Read(map[string][]string{"from": {string(today)}})
		dates, err := f.store.termDates(ctx, tx)
		for _, d := range dates {
			i := slices.IndexFunc(schools, func(o ref.Organisation) bool { return o.ID == d.Org })
			if i >= 0 && d.Kind == schoolyear.Closure && d.To >= today {
				v.Rows = append(v.Rows, closedRow{d.ID, schools[i].Name, d.Name, d.Days()})
			}
		}
		return err
	})
	return v, err
}

func closedShown(v closedView) web.Page {
	return web.Page{Title: "The school is closed", Class: "p-terms", At: "/today", Crumb: &ui.Link{Text: "Today", Href: "/today"}, Body: closedPage(v)}
}

func (f *Terms) closed(w http.ResponseWriter, r *http.Request) error {
	v, err := f.closedOf(r)
	if err != nil {
		return err
	}
	v.Form.ID = web.NewID(r)
	return web.Show(w, r, closedShown(v))
}

func (f *Terms) close(w http.ResponseWriter, r *http.Request) error {
	v, err := f.closedOf(r)
	if err != nil {
		return err
	}
	ok := v.Form.Parse(r)
	if v.Form.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	if !ok {
		return web.Invalid(w, r, closedShown(v))
	}
	d := schoolyear.Date{ID: v.Form.ID, Org: v.Form.Org.Value, Name: v.Form.Name.Value, From: v.Form.From.Value, To: v.Form.To.Value}
	if d.To == "" {
		d.To = d.From
	}
	err = f.Close(r.Context(), web.Viewer(r), d)
	if errs.Is(err, errs.Rule) {
		v.Form.Refuse(err)
		return web.Invalid(w, r, closedShown(v))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/closures", d.Name+", "+d.Days()+", is entered. Clocks of school time stand still then; urgent concerns ring as always.")
}

func (f *Terms) reopen(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := f.Reopen(r.Context(), web.Viewer(r), id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/closures", "It is taken out. Clocks count as on any school day.")
}
