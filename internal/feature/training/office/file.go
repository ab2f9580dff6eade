package office

import (
	"bytes"
	"io"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"kith/internal/feature/training/load"
	"kith/internal/kernel/errs"
	"kith/internal/platform/bulk"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// loadForm takes a file of dates. The file itself is read from the request.
type loadForm struct {
	forms.Form
	File *fileField
}

func newLoadForm() *loadForm {
	f := &loadForm{File: &fileField{}}
	f.Fields(f.File)
	return f
}

// fileField says at the field what is wrong with the file.
type fileField struct{ problem string }

// Read does nothing: a file is not among the values.
func (*fileField) Read(url.Values) {}

// Wrong returns where the field is and what is wrong with it.
func (f *fileField) Wrong() (anchor, words string) { return "file", f.problem }

func loadView(f *loadForm, res *bulk.Result) formView {
	v := formView{Form: &f.Form, Heading: "Load a programme", Action: "/training/office/load", Button: "Load", Files: true,
		Lead:  "CSV or a workbook with one row a date. It needs a column for the course or title and one for the date (day_1, date). Others are taken if they are there: block, format, day_2, weekday, starts, ends, venue, venue_status, address, postcode, capacity, trainer, audience. New blocks are drafts. A second loading of the same file changes nothing.",
		Parts: []part{{"", []templ.Component{ui.FileUpload{Name: "file", ErrorMessage: ui.ErrorMessage{Text: f.File.problem}, Label: ui.Label{Text: "File"}, Accept: ".csv,.xlsx"}}}}}
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
	form.Parse(r)
	file, _, err := r.FormFile("file")
	if err != nil {
		form.File.problem = errs.Sentence(bulk.ErrNoFile)
		return shown(w, r, loadView(form, nil), toOffice, nil, true)
	}
	defer file.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	res, err := load.Take(r.Context(), f.Feature, web.Viewer(r), bytes.NewReader(body), load.Options{Org: org(r)})
	if err != nil {
		return shown(w, r, loadView(form, nil), toOffice, err, true)
	}
	return shown(w, r, loadView(form, &res), toOffice, nil, false)
}
