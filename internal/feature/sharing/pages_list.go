package sharing

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// sharedView is what is shared with the viewer's schools and by them.
type sharedView struct {
	With, By []ui.RowItem
	Head     bool // there may be locks to give readers
}

func (f *Feature) listPage(w http.ResponseWriter, r *http.Request) error {
	var v sharedView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		with, err := f.store.With(ctx, tx, tx.Viewer.Roles[access.DSL])
		if err != nil {
			return err
		}
		by, err := f.store.By(ctx, tx, leadsAt(tx.Viewer))
		if err != nil {
			return err
		}
		v = sharedView{}
		if v.With, err = f.rows(ctx, tx, with, true); err != nil {
			return err
		}
		v.By, err = f.rows(ctx, tx, by, false)
		tx.SawList("sharing.listed", "", slices.Concat(shareIDs(with), shareIDs(by)))
		return err
	})
	if err != nil {
		return err
	}
	return show(w, r, "Shared", nil, ui.Page{Body: sharedPage(v)})
}

// locksView is the number of locks that lack readers, and for those that nobody reads any more the naming of two people.
type locksView struct {
	None, One int
	Schools   []lockSchool
}

// lockSchool is a school of the head with locks that nobody can read.
type lockSchool struct {
	Org, Name, Count string
	Form             *locksForm
}

type locksForm struct {
	forms.Form
	Named  *forms.Many
	Reason *forms.Lines
	Org    string
}

func newLocksForm(org string, staff []ref.Person, me string) *locksForm {
	f := &locksForm{Named: forms.NewMany("named", "Who is to read them?").Required("Name at least two people").Hint("Two at least, and not yourself. They read it from then on and can change its readers."),
		Reason: forms.NewLines("reason", "Why these people").Required("Say why").Max(2000), Org: org}
	for _, p := range staff {
		if p.ID != me {
			f.Named.Options = append(f.Named.Options, forms.Option{Value: p.ID, Text: p.Name, Hint: p.Title})
		}
	}
	f.Fields(f.Named, f.Reason)
	return f
}

func (f *Feature) locksView(r *http.Request) (v locksView, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		heads := tx.Viewer.Roles[access.Head]
		if len(heads) == 0 {
			return errs.Missing()
		}
		none, one, err := f.short(ctx, tx, heads)
		if err != nil {
			return err
		}
		v = locksView{None: len(none), One: len(one)}
		schools, err := f.Schools.Names(ctx, tx, heads...)
		if err != nil {
			return err
		}
		for _, org := range heads {
			n := len(slices.DeleteFunc(slices.Clone(none), func(l lock) bool { return l.Org != org }))
			if n == 0 {
				continue
			}
			staff, err := f.staff(ctx, tx, org)
			if err != nil {
				return err
			}
			v.Schools = append(v.Schools, lockSchool{org, schools[org].Name, text.Plural(n, "lock", "locks"), newLocksForm(org, staff, tx.Viewer.Account)})
		}
		tx.SawList("sharing.locks_counted", "", map[string]int{"none": v.None, "one": v.One})
		return nil
	})
	return v, err
}

func locksWebPage(v locksView) web.Page {
	return web.Page{Title: "Locks that need readers", Class: class, At: "/sharing", Crumb: &ui.Link{Text: "Today", Href: "/today"}, Body: locksPage(v)}
}

func (f *Feature) locksPage(w http.ResponseWriter, r *http.Request) error {
	v, err := f.locksView(r)
	if err != nil {
		return err
	}
	for i := range v.Schools {
		v.Schools[i].Form.ID = web.NewID(r)
	}
	return web.Show(w, r, locksWebPage(v))
}

func (f *Feature) locksForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.locksView(r)
	if err != nil {
		return err
	}
	org := r.PostFormValue("org")
	at := slices.IndexFunc(v.Schools, func(s lockSchool) bool { return s.Org == org })
	if at < 0 {
		return web.Redirect(w, r, "/sharing/locks", "")
	}
	form := v.Schools[at].Form
	if ok := form.Parse(r); ok && form.ID != "" {
		err = f.Appoint(r.Context(), web.Viewer(r), form.ID, org, form.Named.Values, form.Reason.Value)
		if err == nil {
			return web.Redirect(w, r, "/sharing/locks", "They read it from now on.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Refuse(err)
	}
	if form.ID == "" {
		form.ID = web.NewID(r)
	}
	return web.Invalid(w, r, locksWebPage(v))
}

// Above is what stands above a concern or a child's chronology: that only a few read it, with whom it is shared, whom to ask about a
// brother or sister elsewhere, and the way to the page of its readers. nil where there is nothing to say.
func (f *Feature) Above(ctx context.Context, tx *store.Tx, record, child string) (templ.Component, error) {
	s, err := f.stand(ctx, tx, record)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := aboveView{Href: "/sharing/" + record, Mode: s.mode, Full: s.who.Leads || s.who.Named}
	if v.Full && s.mode != Open {
		names, err := f.People.Names(ctx, tx, s.named...)
		if err != nil {
			return nil, err
		}
		var who []string
		for _, a := range s.named {
			who = append(who, names[a].Name)
		}
		if s.mode == Restricted {
			who = append(who, "the headteacher")
		}
		v.Who = text.Join(who)
	}
	shares, err := f.store.SharesOf(ctx, tx, record)
	if err != nil {
		return nil, err
	}
	for _, x := range shares {
		if !x.Live(tx.Now) {
			continue
		}
		schools, err := f.Schools.Names(ctx, tx, x.Org, x.To)
		if err != nil {
			return nil, err
		}
		until := " until the end of " + term.YearDate(x.Last()) + ". For: " + x.Purpose
		switch {
		case v.Full:
			v.Lines = append(v.Lines, "Shared with "+schools[x.To].Name+until)
		case tx.Viewer.HoldsAt(access.DSL, x.To):
			names, err := f.People.Names(ctx, tx, x.By)
			if err != nil {
				return nil, err
			}
			v.Lines = append(v.Lines, schools[x.Org].Name+" shares this with you"+until+". Ask "+names[x.By].Name)
		}
	}
	if child == "" {
		return above(v), nil
	}
	if v.Waiting, err = f.store.Waiting(ctx, tx, child); err != nil {
		return nil, err
	}
	if s.who.Leads {
		holders, err := f.store.Holders(ctx, tx, child, s.thing.Org)
		if err != nil {
			return nil, err
		}
		for _, org := range holders {
			line, err := f.line(ctx, tx, org)
			if err != nil {
				return nil, err
			}
			v.Lines = append(v.Lines, line)
		}
	}
	v.Back = s.thing.Href
	return above(v), nil
}

type aboveView struct {
	Href, Who string
	Mode      Mode
	Full      bool
	Lines     []string
	Waiting   int
	Back      string
}
