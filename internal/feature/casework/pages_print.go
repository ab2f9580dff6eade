package casework

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/document"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// printView is the paper as it stands on the screen: the accessible twin of the PDF.
type printView struct {
	Back, PDF string
	Views     []tab
	Paper     document.Document
	Review    *reviewNames // of a paper without names
}

// reviewNames is what is looked over before a paper without names leaves.
type reviewNames struct {
	review
	Post  string
	Names *forms.Lines
}

// within and opening part what may be a name by where it stands.
func (r review) within() []Look {
	return slices.DeleteFunc(slices.Clone(r.Looks), func(l Look) bool { return l.Opens })
}
func (r review) opening() []Look {
	return slices.DeleteFunc(slices.Clone(r.Looks), func(l Look) bool { return !l.Opens })
}

// viewOf is the view that an address names, a line for each event where it names none.
func viewOf(name string) string {
	for _, v := range viewWords {
		if v.View == name {
			return name
		}
	}
	return Summary
}

// keptOf is where the names to be replaced were kept; "" for what is no id.
func keptOf(name string) string {
	if !id.Valid(name) {
		return ""
	}
	return name
}

// print shows the chronology as a paper, to be read, printed from the browser, or made into a PDF.
func (f *Feature) print(w http.ResponseWriter, r *http.Request) error {
	child, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	o := order{Child: child, View: viewOf(r.URL.Query().Get("view")), Purpose: onScreen, Action: "casework.shown_to_print", Names: keptOf(r.URL.Query().Get("names"))}
	m, err := f.Make(r.Context(), web.Viewer(r), o)
	if errs.Is(err, errs.Rule) && o.Names != "" { // they were kept for an hour
		return web.Redirect(w, r, "/children/"+child+"/print?view="+Anonymised, errs.Sentence(err))
	}
	if err != nil {
		return err
	}
	v := printView{Back: "/children/" + child, PDF: pdfAt(child, o.View, o.Names, m.Paper), Paper: m.Paper}
	for _, x := range viewWords {
		v.Views = append(v.Views, tab{ui.Link{Text: x.Words, Href: "/children/" + child + "/print?view=" + x.View}, x.View == o.View})
	}
	if o.View == Anonymised {
		v.Review = &reviewNames{review: m.Review, Post: "/children/" + child + "/print/names", Names: namesField()}
		v.Review.Names.Read(url.Values{"names": {m.Review.Typed}})
	}
	return f.show(w, r, "Chronology to print", "p-paper", ui.Page{Body: printPage(v)})
}

// pdfAt is where a PDF of a view is asked for. One without names says what was looked over.
func pdfAt(child, view, names string, paper document.Document) string {
	q := url.Values{"view": {view}}
	if view == Anonymised {
		q.Set("seen", digest(paper))
	}
	if names != "" {
		q.Set("names", names)
	}
	return "/children/" + child + "/print/pdf?" + q.Encode()
}

func namesField() *forms.Lines {
	return forms.NewLines("names", "More names to replace").Hint("One on a line. To say what stands in its place: Daz = Mother’s friend").Max(2000)
}

// addNames keeps more names to be replaced for an hour, for whoever typed them, and shows the paper again. They stand in no
// address.
func (f *Feature) addNames(w http.ResponseWriter, r *http.Request) error {
	child, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		_, err := f.open(ctx, tx, child, "casework.names_added")
		return err
	}); err != nil {
		return err
	}
	form, names := forms.Form{}, namesField()
	form.Fields(names)
	if !form.Parse(r) {
		return errs.New(errs.Invalid, names.Problem)
	}
	kept := ""
	if len(Several(names.Value)) > 0 {
		if kept, err = f.keepSearch(r.Context(), web.Viewer(r), names.Value); err != nil {
			return err
		}
	}
	q := url.Values{"view": {Anonymised}}
	if kept != "" {
		q.Set("names", kept)
	}
	return web.Redirect(w, r, "/children/"+child+"/print?"+q.Encode(), "")
}

// pdfForm asks what a PDF is for.
type pdfForm struct {
	forms.Form
	Purpose *forms.Text
	View    *forms.Choice
	Names   *forms.Text // where the names to be replaced are kept
	Seen    *forms.Text // digest of the paper that was looked over
	Read    *forms.Many
}

func newPDFForm() *pdfForm {
	var options []forms.Option
	for _, v := range viewWords {
		options = append(options, forms.Option{Value: v.View, Text: v.Words, Hint: v.Hint})
	}
	f := &pdfForm{
		Purpose: forms.NewText("purpose", "What is it for?").Hint("For example: conference on 4 December, to the chair. It stands at the foot of every page.").Required("Say what it is for").Max(160),
		View:    forms.NewChoice("view", "Which view?", options...).Required("Choose a view"),
		Names:   forms.NewText("names", ""), Seen: forms.NewText("seen", ""),
		Read: forms.NewMany("read", "Before it leaves", forms.Option{Value: "yes", Text: "I have read the whole preview, and no name is left in it"}),
	}
	f.Fields(f.Purpose, f.View, f.Names, f.Seen, f.Read)
	return f
}

// without says whether the form is for a paper without names, which is looked over first.
func (f *pdfForm) without() bool { return f.View.Value == Anonymised }

type pdfView struct {
	Back, Post, Name, Preview string
	Form                      *pdfForm
}

func (f *Feature) askPDF(w http.ResponseWriter, r *http.Request) error {
	v, err := f.pdfView(r)
	if err != nil {
		return err
	}
	v.Form.ID = web.NewID(r)
	v.Form.View.Read(url.Values{"view": {viewOf(r.URL.Query().Get("view"))}})
	v.Form.Names.Value = keptOf(r.URL.Query().Get("names"))
	v.Form.Seen.Value = r.URL.Query().Get("seen")
	if v = v.with(); v.Form.without() && v.Form.Seen.Value == "" {
		return web.Redirect(w, r, v.Preview, "Look it over first.")
	}
	return f.show(w, r, "Make a PDF", "p-paper", ui.Page{Body: pdfPage(v)})
}

// with fills in where the form's view is looked at.
func (v pdfView) with() pdfView {
	q := url.Values{"view": {v.Form.View.Value}}
	if v.Form.Names.Value != "" {
		q.Set("names", v.Form.Names.Value)
	}
	v.Preview = v.Back + "?" + q.Encode()
	return v
}

func (f *Feature) pdfView(r *http.Request) (v pdfView, err error) {
	child, err := web.PathID(r, "id")
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.open(ctx, tx, child, "casework.export_asked")
		v = pdfView{Back: "/children/" + child + "/print", Post: "/children/" + child + "/chronology.pdf", Name: x.child.Name(), Form: newPDFForm()}
		return err
	})
	return v, err
}

// pdf sends the paper as a file with a neutral name.
func (f *Feature) pdf(w http.ResponseWriter, r *http.Request) error {
	v, err := f.pdfView(r)
	if err != nil {
		return err
	}
	form := v.Form
	form.Parse(r)
	if form.ID == "" {
		form.ID = web.NewID(r)
	}
	if form.without() && !slices.Contains(form.Read.Values, "yes") && form.Read.Problem == "" {
		form.Read.Problem = "Read the preview first, and say that you have"
	}
	form.Names.Value = keptOf(form.Names.Value)
	again := func() error {
		return web.Invalid(w, r, web.Page{Title: "Make a PDF", Class: "p-paper", At: "/children", Body: pdfPage(v.with())})
	}
	if form.Wrong() {
		return again()
	}
	o := order{ID: form.ID, Child: r.PathValue("id"), View: form.View.Value, Purpose: form.Purpose.Value, Action: "casework.exported", PDF: true}
	if form.without() {
		o.Names, o.Seen = form.Names.Value, form.Seen.Value
		if o.Seen == "" {
			o.Seen = "nothing" // a paper that nobody looked over is not made
		}
	}
	m, err := f.Make(r.Context(), web.Viewer(r), o)
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		form.ID = web.NewID(r)
		return again()
	}
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="chronology.pdf"`)
	_, err = w.Write(m.PDF) // #nosec G705 -- a PDF, sent as an attachment with its own type
	return err
}
