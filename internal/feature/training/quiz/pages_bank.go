package quiz

import (
	"context"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

type bankRow struct {
	Text, Kind, For, Source, Href string
	Own, Stale                    bool
}

type themeRows struct {
	Key, Words string
	Rows       []bankRow
}

type documentRow struct {
	Document
	When, Path string
	Form       *editionForm // nil where the viewer may not
}

type bankView struct {
	Themes    []themeRows
	Documents []documentRow
	Stale     int
	Edition   string
	Problem   string
}

func (f *Feature) bankPage(w http.ResponseWriter, r *http.Request) error {
	p, err := f.bank(r, "")
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f *Feature) bank(r *http.Request, problem string) (web.Page, error) {
	v := bankView{Edition: Starter().Edition, Problem: problem}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v.Themes, v.Documents, v.Stale = nil, nil, 0
		all, err := f.store.LiveQuestions(ctx, tx, tx.Viewer.Roles[access.DSL]...)
		if err != nil {
			return err
		}
		for _, t := range Starter().Themes {
			rows := themeRows{Key: t.Key, Words: t.Words}
			for _, x := range all {
				if x.Theme != t.Key {
					continue
				}
				row := bankRow{Text: x.Text, Kind: x.Kind.Words(), For: GroupsWords(x.Groups), Source: x.Source(), Own: x.Org != "", Stale: x.Stale(), Href: bankPath(x.ID)}
				if x.Stale() {
					v.Stale++
				}
				rows.Rows = append(rows.Rows, row)
			}
			v.Themes = append(v.Themes, rows)
		}
		docs, err := f.store.Documents(ctx, tx)
		for _, d := range docs {
			row := documentRow{Document: d, When: term.YearDate(clock.DayOf(d.Since.Time())), Path: home + "/documents/" + d.Key}
			if CanKeep(tx.Viewer, "") == nil {
				row.Form = newEditionForm()
			}
			v.Documents = append(v.Documents, row)
		}
		return err
	})
	return page("Question bank", web.Page{Crumb: toList, Body: bankPage(v)}), err
}

type questionView struct {
	Form              *questionForm
	Heading           string
	Retire            string
	Changes, Document string // what is new in the document, where the question is stale
	Read              *draftItem
}

// questionForm returns an empty form with the owners and documents that the viewer may choose.
func (f *Feature) questionForm(ctx context.Context, tx *store.Tx) (*questionForm, error) {
	owners, err := f.schools(ctx, tx)
	if err != nil {
		return nil, err
	}
	if CanKeep(tx.Viewer, "") == nil {
		owners = append(owners, forms.Option{Value: districts, Text: "The district’s: every school’s"})
	}
	docs, err := f.store.Documents(ctx, tx)
	form := newQuestionForm(owners, docs)
	if len(owners) > 0 {
		form.Org.Value = owners[0].Value
	}
	return form, err
}

func asking(v questionView) web.Page {
	return page("A question", web.Page{Crumb: toBank, Body: questionPage(v)})
}

func (f *Feature) newQuestionPage(w http.ResponseWriter, r *http.Request) error {
	v := questionView{Heading: "Write a question"}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		v.Form, err = f.questionForm(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	v.Form.ID = web.NewID(r)
	return web.Show(w, r, asking(v))
}

func (f *Feature) questionPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "question")
	if err != nil {
		return err
	}
	v := questionView{Heading: "Change a question"}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.store.Question(ctx, tx, QuestionID(id), tx.Viewer.Roles[access.DSL]...)
		if err != nil {
			return err
		}
		if x.State != Live || CanKeep(tx.Viewer, x.Org) != nil {
			v.Read = &draftItem{Theme: ThemeWords(x.Theme), Text: x.Text, Scene: x.Scene, Source: x.Source()}
			for _, o := range x.Options {
				v.Read.Options = append(v.Read.Options, optionView{Text: o.Text, Right: o.Right})
			}
			v.Read.Stale = x.Explain
			return nil
		}
		form, err := f.questionForm(ctx, tx)
		if err != nil {
			return err
		}
		form.Theme.Value, form.Kind.Value, form.Groups.Values, form.Scene.Value, form.Text.Value, form.Explain.Value = x.Theme, string(x.Kind), x.Groups, x.Scene, x.Text, x.Explain
		form.Document.Value, form.Para.Value, form.Replaces.Value = x.Document, x.Para, id
		if form.Org.Value = x.Org; x.Org == "" {
			form.Org.Value = districts
		}
		copy(form.Options.Options[:], x.Options)
		v.Form, v.Retire = form, bankPath(x.ID)+"/retire"
		if !x.Stale() {
			return nil
		}
		docs, err := f.store.Documents(ctx, tx)
		for _, d := range docs {
			if d.Key == x.Document {
				v.Document, v.Changes = d.Title+", "+d.Edition, d.Changes
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if v.Form != nil {
		v.Form.ID = web.NewID(r)
	}
	return web.Show(w, r, asking(v))
}

func (f *Feature) saveQuestion(w http.ResponseWriter, r *http.Request) error {
	v := questionView{Heading: "A question"}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		v.Form, err = f.questionForm(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if !v.Form.Parse(r) || v.Form.ID == "" {
		return web.Invalid(w, r, asking(v))
	}
	err = f.SaveQuestion(r.Context(), web.Viewer(r), v.Form.asQuestion())
	if errs.Is(err, errs.Conflict) {
		v.Form.Refuse(err)
		return web.Conflicting(w, r, asking(v))
	}
	if err != nil {
		if !refuse(v.Form, err) {
			return err
		}
		return web.Invalid(w, r, asking(v))
	}
	return web.Redirect(w, r, home+"/bank", "Kept. What was asked before stays as it was.")
}

func (f *Feature) retireQuestion(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "question")
	if err != nil {
		return err
	}
	if err := f.Retire(r.Context(), web.Viewer(r), QuestionID(id)); err != nil {
		return f.bankAgain(w, r, err)
	}
	return web.Redirect(w, r, home+"/bank", "Taken out of use.")
}

// bankAgain shows the bank with why a change was refused.
func (f *Feature) bankAgain(w http.ResponseWriter, r *http.Request, err error) error {
	if !errs.Is(err, errs.Rule) && !errs.Is(err, errs.Conflict) {
		return err
	}
	p, e := f.bank(r, errs.Sentence(err))
	if e != nil {
		return e
	}
	if errs.Is(err, errs.Conflict) {
		return web.Conflicting(w, r, p)
	}
	return web.Invalid(w, r, p)
}

func (f *Feature) newEditionForm(w http.ResponseWriter, r *http.Request) error {
	if err := CanKeep(web.Viewer(r), ""); err != nil {
		return err
	}
	form := newEditionForm()
	if !form.Parse(r) {
		return f.bankAgain(w, r, errs.Refuse(form.Edition.Problem+form.Changes.Problem))
	}
	if err := f.NewEdition(r.Context(), web.Viewer(r), r.PathValue("key"), form.Edition.Value, form.Changes.Value); err != nil {
		return f.bankAgain(w, r, err)
	}
	return web.Redirect(w, r, home+"/bank", "The questions that rest on the old edition are marked.")
}
