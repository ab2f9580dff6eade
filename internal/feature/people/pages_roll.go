package people

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kith/internal/feature/people/roll"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/jobs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// maxRoll is the largest file of a roll, in bytes.
const maxRoll = 24 << 20

// Routes are the pages of a school's administrators. They see what a file says and what it would change, and no record.
func (f *Rolls) Routes() []web.Route {
	return []web.Route{
		web.Get("/admin/roll", access.Administer, f.index),
		web.Upload("/admin/roll", access.Administer, maxRoll, f.upload),
		web.Get("/admin/roll/{id}", access.Administer, f.show),
		web.Get("/admin/roll/{id}/progress", access.Administer, f.progress),
		web.Post("/admin/roll/{id}/columns", access.Administer, f.columns),
		web.Post("/admin/roll/{id}/school", access.Administer, f.school),
		web.Post("/admin/roll/{id}/decide", access.Administer, f.decide),
		web.Post("/admin/roll/{id}/leavers", access.Administer, f.leavers),
		web.Post("/admin/roll/{id}/apply", access.Administer, f.apply),
		web.Post("/admin/roll/{id}/drop", access.Administer, f.drop),
	}
}

func at(id string) string { return "/admin/roll/" + id }

func page(body ui.Page) web.Page {
	return web.Page{Title: body.Title, Class: "p-roll", At: "/admin/roll", Crumb: body.Crumb, Body: body.Body}
}

// mine returns an import of a school that the viewer administers. NotFound: none, or another school's.
func (f *Rolls) mine(ctx context.Context, tx *store.Tx, id string) (Import, error) {
	imp, err := f.store.importOf(ctx, tx, id)
	if err == nil && !tx.Viewer.HoldsAt(access.Admin, imp.Org) {
		return Import{}, errs.Missing()
	}
	return imp, err
}

func (f *Rolls) load(r *http.Request) (imp Import, err error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return imp, err
	}
	return imp, f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		imp, err = f.mine(ctx, tx, id)
		return err
	})
}

// change runs a change of an import that stands in one of the states, with its audit entry.
func (f *Rolls) changeImport(r *http.Request, action string, states []string, fn func(context.Context, *store.Tx, Import) error) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	return f.DB.Write(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if _, err := f.mine(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Lock(ctx, "people_import", id); err != nil {
			return err
		}
		imp, err := f.mine(ctx, tx, id)
		if err != nil {
			return err
		}
		if !slices.Contains(states, imp.State) {
			return errs.New(errs.Conflict, "This file has been dealt with meanwhile. Open it again.")
		}
		if err := fn(ctx, tx, imp); err != nil {
			return err
		}
		return audit.Record(ctx, tx, action, refImport(id), audit.Org(imp.Org))
	})
}

func (f *Rolls) index(w http.ResponseWriter, r *http.Request) error { return f.shown(w, r, nil) }

// shown shows the form, with what is wrong with its file, and the files sent before.
func (f *Rolls) shown(w http.ResponseWriter, r *http.Request, wrong error) error {
	v := web.Viewer(r)
	view := indexView{ID: web.NewID(r), File: newRollForm()}
	if wrong != nil {
		view.File.File.Refuse(wrong)
	}
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		view.Schools, view.Rows = nil, nil
		orgs := v.Roles[access.Admin]
		names, err := f.Schools.Names(ctx, tx, orgs...)
		if err != nil {
			return err
		}
		for _, o := range orgs {
			if n, ok := names[o]; ok && n.Kind == "school" {
				view.Schools = append(view.Schools, n)
			}
		}
		slices.SortFunc(view.Schools, func(a, b ref.Organisation) int { return strings.Compare(a.Name, b.Name) })
		all, err := f.store.imports(ctx, tx, orgs)
		for _, i := range all {
			view.Rows = append(view.Rows, importLine{i, names[i.Org].Name})
		}
		return err
	})
	if err != nil {
		return err
	}
	p := page(ui.Page{Title: "Rolls", Body: indexPage(view)})
	if wrong != nil {
		return web.Invalid(w, r, p)
	}
	return web.Show(w, r, p)
}

// tryCompare compares; what keeps the file from being taken is kept with the import, to be read on its page.
func (f *Rolls) tryCompare(r *http.Request, imp Import) error {
	err := f.compare(r.Context(), web.Viewer(r), imp)
	if !errs.Is(err, errs.Rule) {
		return err
	}
	say := errs.Sentence(err)
	return f.DB.Write(r.Context(), forChore(web.Viewer(r).District), func(ctx context.Context, tx *store.Tx) error {
		return tx.Put(ctx, store.SQL(`UPDATE people_import SET problem = ? WHERE id = ?`, say, imp.ID))
	})
}

// verdictOrder is the order of the sections: what needs a person first.
var verdictOrder = []string{VerdictClash, VerdictSuggestion, VerdictLeaver, VerdictNew, VerdictChanged, VerdictRejected, VerdictWarning}

func (f *Rolls) show(w http.ResponseWriter, r *http.Request) error {
	imp, err := f.load(r)
	if err != nil {
		return err
	}
	crumb := &ui.Link{Text: "Rolls", Href: "/admin/roll"}
	if imp.State == Uploaded && imp.Source == FormatCSV {
		view, err := f.mappingView(r, imp)
		if err != nil {
			return err
		}
		return web.Show(w, r, page(ui.Page{Title: "Columns of a roll", Crumb: crumb, Body: mappingPage(view)}))
	}
	view := differenceView{Import: imp, Show: r.URL.Query().Get("show")}
	if imp.State == Uploaded && imp.Source == FormatOneRoster {
		view.Bundle, _ = f.bundleSchools(r.Context(), web.Viewer(r), imp) // what is wrong with it is on the page already
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		names, err := f.Schools.Names(ctx, tx, imp.Org)
		if err != nil {
			return err
		}
		view.School = names[imp.Org].Name
		if view.Counts, err = f.store.verdicts(ctx, tx, imp.ID); err != nil {
			return err
		}
		if !slices.Contains(verdictOrder, view.Show) {
			view.Show = ""
			for _, v := range verdictOrder {
				if view.Counts[v].N > 0 {
					view.Show = v
					break
				}
			}
		}
		if view.Show == "" {
			return nil
		}
		if view.Page, err = f.store.page(ctx, tx, imp.ID, view.Show, r.URL.Query().Get("at")); err != nil {
			return err
		}
		tx.SawList("roll.difference", imp.Org, map[string]any{"import": imp.ID, "show": view.Show, "rows": len(view.Page.Items)})
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, page(ui.Page{Title: "A roll", Crumb: crumb, Body: differencePage(view)}))
}

func (f *Rolls) progress(w http.ResponseWriter, r *http.Request) error {
	imp, err := f.load(r)
	if err != nil {
		return err
	}
	if imp.State != Applying && web.Partial(r) {
		w.Header().Set("HX-Redirect", at(imp.ID))
	}
	return web.Fragment(w, r, progressPart(imp))
}

func (f *Rolls) bundleSchools(ctx context.Context, v access.Viewer, imp Import) ([]roll.Org, error) {
	body, err := io.ReadAll(bulk.Kept(ctx, f.DB, forChore(v.District), imp.ID))
	if err != nil {
		return nil, err
	}
	read, err := Source{Format: imp.Source, Body: body, Schools: []string{imp.School}}.read(ctx)
	return read.orgs, err
}

func (f *Rolls) mappingView(r *http.Request, imp Import) (view mappingView, err error) {
	v := web.Viewer(r)
	view.Import, view.Problem = imp, imp.Problem
	view.Header, view.Sample, err = roll.Peek(r.Context(), bulk.Kept(r.Context(), f.DB, forChore(v.District), imp.ID), 3)
	if err != nil {
		if view.Problem == "" {
			view.Problem = "The file cannot be taken: " + err.Error() + "."
		}
		return view, nil
	}
	err = f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		view.Presets, err = f.store.presets(ctx, tx, imp.Org)
		return err
	})
	if err != nil {
		return view, err
	}
	m := roll.Guess(view.Header)
	view.Guessed = m.Preset
	from := imp.Mapping
	for _, p := range view.Presets {
		if p.Name == r.URL.Query().Get("preset") {
			from, view.Chosen = p.Mapping, p.Name
		}
	}
	if from != "" {
		if err := json.Unmarshal([]byte(from), &m); err != nil {
			return view, err
		}
	}
	view.set(m)
	return view, nil
}

func (f *Rolls) columns(w http.ResponseWriter, r *http.Request) error {
	imp, err := f.load(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Of(errs.Invalid, err, "What you sent could not be read.")
	}
	header, _, err := roll.Peek(r.Context(), bulk.Kept(r.Context(), f.DB, forChore(web.Viewer(r).District), imp.ID), 0)
	if err != nil {
		return errs.Of(errs.Rule, err, "The file cannot be read any more. Send it again.")
	}
	m := roll.Mapping{Columns: []roll.Column{}}
	for i, h := range header {
		if c, ok := columnOf(h, r.PostForm.Get("column-"+strconv.Itoa(i))); ok {
			m.Columns = append(m.Columns, c)
		}
	}
	saved, err := json.Marshal(m)
	if err != nil {
		return err
	}
	imp.Mapping = string(saved)
	if problems := m.Check(header); len(problems) > 0 {
		imp.Problem = strings.Join(problems, " ")
		view, err := f.mappingView(r, imp)
		if err != nil {
			return err
		}
		return web.Invalid(w, r, page(ui.Page{Title: "Columns of a roll", Crumb: &ui.Link{Text: "Rolls", Href: "/admin/roll"}, Body: mappingPage(view)}))
	}
	name := text.FirstWords(text.Clean(r.PostForm.Get("preset")), 60)
	err = f.changeImport(r, "roll.mapped", []string{Uploaded, Compared}, func(ctx context.Context, tx *store.Tx, imp Import) error {
		if name != "" {
			if err := f.store.savePreset(ctx, tx, imp.Org, preset{name, string(saved)}); err != nil {
				return err
			}
		}
		return tx.Put(ctx, store.SQL(`UPDATE people_import SET mapping = ?, problem = '' WHERE id = ?`, string(saved), imp.ID))
	})
	if err != nil {
		return err
	}
	if err := f.tryCompare(r, imp); err != nil {
		return err
	}
	return web.Redirect(w, r, at(imp.ID), "")
}

// columnOf reads one answer of the mapping page: a field, or a field and the number of a contact.
func columnOf(heading, answer string) (c roll.Column, ok bool) {
	name, number, numbered := strings.Cut(answer, ":")
	c.Heading = heading
	if answer == "" || c.Field.UnmarshalText([]byte(name)) != nil {
		return c, false
	}
	if numbered {
		c.Contact, _ = strconv.Atoi(number) // a number that is none is found by Mapping.Check
	}
	return c, true
}

func (f *Rolls) school(w http.ResponseWriter, r *http.Request) error {
	imp, err := f.load(r)
	if err != nil {
		return err
	}
	imp.School = r.PostFormValue("school")
	orgs, err := f.bundleSchools(r.Context(), web.Viewer(r), Import{ID: imp.ID, Source: imp.Source})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(orgs, func(o roll.Org) bool { return o.SourceID == imp.School }) {
		return errs.New(errs.Invalid, "Choose one of the schools shown.")
	}
	if err := f.changeImport(r, "roll.mapped", []string{Uploaded}, func(ctx context.Context, tx *store.Tx, i Import) error {
		return tx.Put(ctx, store.SQL(`UPDATE people_import SET school = ?, problem = '' WHERE id = ?`, imp.School, i.ID))
	}); err != nil {
		return err
	}
	if err := f.tryCompare(r, imp); err != nil {
		return err
	}
	return web.Redirect(w, r, at(imp.ID), "")
}

// decide keeps what a person has said about the rows of one page.
func (f *Rolls) decide(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return errs.Of(errs.Invalid, err, "What you sent could not be read.")
	}
	err := f.changeImport(r, "roll.decided", []string{Compared}, func(ctx context.Context, tx *store.Tx, imp Import) error {
		for _, s := range r.PostForm["row"] {
			n, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return errs.Missing()
			}
			row, err := f.store.row(ctx, tx, imp.ID, n)
			if err != nil {
				return err
			}
			act, child, err := decision(row, r.PostForm.Get("row-"+s))
			if err != nil {
				return err
			}
			if err := f.store.decide(ctx, tx, imp.ID, n, act, child); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, at(r.PathValue("id"))+"?show="+url.QueryEscape(r.PostForm.Get("show")), "Your decisions are kept.")
}

// decision says what an answer means for a row: whether a leaver has left, or which child a row is about.
func decision(row importRow, answer string) (act, child string, err error) {
	switch {
	case row.Verdict == VerdictLeaver && answer == "left":
		return actLeave, row.Child, nil
	case row.Verdict == VerdictLeaver && answer == "":
		return "", row.Child, nil
	case row.Verdict != VerdictSuggestion && row.Verdict != VerdictClash:
	case answer == "":
		return "", "", nil
	case answer == "different":
		return actAdd, "", nil
	case slices.ContainsFunc(row.choices(), func(c choice) bool { return c.ID == answer }):
		return actChange, answer, nil
	}
	return "", "", errs.New(errs.Invalid, "Choose one of the answers shown.")
}

func (f *Rolls) leavers(w http.ResponseWriter, r *http.Request) error {
	err := f.changeImport(r, "roll.decided", []string{Compared}, func(ctx context.Context, tx *store.Tx, imp Import) error {
		return tx.Put(ctx, store.SQL(`UPDATE people_import_row SET act = 'leave' WHERE import_id = ? AND district_id = ? AND verdict = 'leaver' AND state = 'waiting'`, imp.ID, tx.Viewer.District))
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, at(r.PathValue("id"))+"?show=leaver", "All on the list are marked as having left. Nothing is changed yet.")
}

func (f *Rolls) apply(w http.ResponseWriter, r *http.Request) error {
	err := f.changeImport(r, "roll.confirmed", []string{Compared}, func(ctx context.Context, tx *store.Tx, imp Import) error {
		if imp.Confirm != "" && r.PostFormValue("confirm") != "yes" {
			return errs.Refuse(imp.Confirm + " Tick the box to go on.")
		}
		total, err := store.Value[int64](ctx, tx, store.SQL(`SELECT count(*) FROM people_import_row WHERE import_id = ? AND district_id = ? AND state = 'waiting' AND act <> ''`, imp.ID, tx.Viewer.District))
		if err != nil {
			return err
		}
		if err := tx.Put(ctx, store.SQL(`UPDATE people_import SET state = 'applying', total = ?, done = 0 WHERE id = ?`, total, imp.ID)); err != nil {
			return err
		}
		return jobs.Add(ctx, tx, applyRoll{imp.ID})
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, at(r.PathValue("id")), "")
}

func (f *Rolls) drop(w http.ResponseWriter, r *http.Request) error {
	err := f.changeImport(r, "roll.dropped", []string{Uploading, Uploaded, Compared}, func(ctx context.Context, tx *store.Tx, imp Import) error {
		return f.giveUp(ctx, tx, imp.ID)
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/admin/roll", "The file was given up. Nothing was changed.")
}
