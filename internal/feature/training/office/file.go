package office

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"

	"kith/internal/feature/training/load"
	"kith/internal/kernel/errs"
	"kith/internal/platform/bulk"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

func newLoadForm() *forms.FileForm {
	return forms.NewFileForm("File", ".csv,.xlsx", errs.Sentence(bulk.ErrNoFile))
}

func loadView(f *forms.FileForm, res *bulk.Result) formView {
	v := formView{Form: &f.Form, Heading: "Load a programme", Action: "/training/office/load", Button: "Load", Files: true,
		Lead:  "CSV or a workbook with one row a date. It needs a column for the course or title and one for the date (day_1, date). Others are taken if they are there: block, format, day_2, weekday, starts, ends, venue, venue_status, address, postcode, capacity, trainer, audience. New blocks are drafts. A second loading of the same file changes nothing.",
		Parts: []part{{"", []templ.Component{f.File.Upload()}}}}
	if res != nil {
		v.Below = loadedPart(*res)
	}
	return v
}

func (f Pages) beginLoad(w http.ResponseWriter, r *http.Request) error {
	return shown(w, r, loadView(newLoadForm(), nil), toOffice, nil, false)
}

func (f Pages) load(w http.ResponseWriter, r *http.Request) error {
	form := newLoadForm()
	if !form.Parse(r) {
		return shown(w, r, loadView(form, nil), toOffice, nil, true)
	}
	res, err := load.Take(r.Context(), f.Feature, web.Viewer(r), bytes.NewReader(form.File.Body), load.Options{Org: org(r)})
	if errs.Is(err, errs.Rule) {
		form.File.Refuse(err)
		return shown(w, r, loadView(form, nil), toOffice, nil, true)
	}
	if err != nil {
		return err
	}
	return shown(w, r, loadView(form, &res), toOffice, nil, false)
}
