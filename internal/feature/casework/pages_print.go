package casework

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/document"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// printView is the paper as it stands on the screen.
type printView struct {
	Back, PDF string
	Views     []tab
	Paper     document.Document
}

// onScreen is the purpose of a paper that is only looked at; it has a check code all the same, because it can be printed.
const onScreen = "Shown on the screen; nobody gave a purpose"

// print shows the chronology as a paper: the accessible twin of the PDF, to be read or printed from the browser.
func (f *Feature) print(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	view := r.URL.Query().Get("view")
	if view != Full {
		view = Summary
	}
	paper, err := f.paper(r, id, view, onScreen, "casework.shown_to_print")
	if err != nil {
		return err
	}
	base := "/children/" + id
	v := printView{Back: base, PDF: base + "/print/pdf", Paper: paper, Views: []tab{
		{ui.Link{Text: "A line for each event", Href: base + "/print?view=" + Summary}, view == Summary},
		{ui.Link{Text: "With the accounts", Href: base + "/print?view=" + Full}, view == Full}}}
	return f.show(w, r, "Chronology to print", "p-paper", ui.Page{Body: printPage(v)})
}

// pdfForm asks what a PDF is for.
type pdfForm struct {
	forms.Form
	Purpose *forms.Text
	View    *forms.Choice
}

func newPDFForm() *pdfForm {
	f := &pdfForm{
		Purpose: forms.NewText("purpose", "What is it for?").Hint("For example: conference on 4 December, to the chair. It stands at the foot of every page.").Required("Say what it is for").Max(160),
		View: forms.NewChoice("view", "How much?", forms.Option{Value: Summary, Text: "A line for each event"},
			forms.Option{Value: Full, Text: "With the accounts", Hint: "Everybody’s words, in order, with when each was written down"}).Required("Choose how much"),
	}
	f.Fields(f.Purpose, f.View)
	return f
}

type pdfView struct {
	Back, Post, Name string
	Form             *pdfForm
}

func (f *Feature) askPDF(w http.ResponseWriter, r *http.Request) error {
	v, err := f.pdfView(r)
	if err != nil {
		return err
	}
	return f.show(w, r, "Make a PDF", "p-paper", ui.Page{Body: pdfPage(v)})
}

func (f *Feature) pdfView(r *http.Request) (v pdfView, err error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.open(ctx, tx, id, "casework.export_asked")
		v = pdfView{Back: "/children/" + id + "/print", Post: "/children/" + id + "/chronology.pdf", Name: x.child.Name(), Form: newPDFForm()}
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
	if !v.Form.Parse(r) {
		return web.Invalid(w, r, web.Page{Title: "Make a PDF", Class: "p-paper", At: "/children", Body: pdfPage(v)})
	}
	paper, err := f.paper(r, r.PathValue("id"), v.Form.View.Value, v.Form.Purpose.Value, "casework.exported")
	if err != nil {
		return err
	}
	body, err := document.PDF(paper)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `attachment; filename="chronology.pdf"`)
	_, err = w.Write(body) // #nosec G705 -- a PDF, sent as an attachment with its own type
	return err
}

// paper makes the chronology as the viewer may see it now, writes down that it was made, and keeps its check code, all before
// anything is sent (CHR-5).
func (f *Feature) paper(r *http.Request, child, view, purpose, action string) (paper document.Document, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.open(ctx, tx, child, action+"_opened")
		if err != nil {
			return err
		}
		line, err := f.read(ctx, tx, x, asked{})
		if err != nil {
			return err
		}
		if paper, err = f.document(ctx, tx, x, line, view, purpose); err != nil {
			return err
		}
		code := document.Hash(paper)
		org := x.child.Org
		p := Print{File: x.child.File, Child: child, Code: code.Short(), SHA256: code.Full(), By: tx.Viewer.Account, At: paper.MadeAt, Purpose: purpose, View: view}
		tx.Along(func(ctx context.Context, tx *store.Tx) error {
			p.ID = tx.NewID()
			if err := f.store.insertPrint(ctx, tx, p); err != nil {
				return err
			}
			return audit.Record(ctx, tx, action, ref.To(access.Child, p.File), audit.Org(org), audit.Detail(p))
		})
		return nil
	})
	return paper, err
}

// document sets the chronology out, the oldest entry first, as whoever reads it for the first time needs it.
func (f *Feature) document(ctx context.Context, tx *store.Tx, x file, line []story.Seen, view, purpose string) (document.Document, error) {
	day := clock.DayOf(tx.Now.Time())
	names, err := f.People.Names(ctx, tx, tx.Viewer.Account)
	if err != nil {
		return document.Document{}, err
	}
	schools, err := f.Schools.Names(ctx, tx, x.child.Org)
	if err != nil {
		return document.Document{}, err
	}
	me := names[tx.Viewer.Account]
	by := me.Name
	if me.Title != "" {
		by += ", " + me.Title
	}
	d := document.Document{Title: "Chronology", Subtitle: x.child.Name(), Classification: "Confidential: safeguarding", MadeBy: by, MadeAt: tx.Now, Purpose: purpose}
	pairs := []document.Pair{{Key: "School", Value: schools[x.child.Org].Name}, {Key: "Child", Value: x.child.Name() + ", " + facts(x, day)}}
	for _, fl := range x.flags {
		value := fl.Since()
		if fl.Who != "" {
			value += ", " + fl.Who
		}
		pairs = append(pairs, document.Pair{Key: fl.Kind, Value: value})
	}
	what := "A line for each event that the maker may see, the oldest first."
	if view == Full {
		what = "Each event that the maker may see, the oldest first, with the accounts behind it, exactly as they were written."
	}
	d.Blocks = append(d.Blocks, document.KeyValues{Pairs: append(pairs, document.Pair{Key: "What this is", Value: what})})
	accounts := map[string][]Words{}
	if view == Full {
		records := make([]string, len(line))
		for i, e := range line {
			records[i] = e.Record
		}
		slices.Sort(records)
		if accounts, err = f.Teller.Full(ctx, tx, slices.Compact(records)...); err != nil {
			return d, err
		}
	}
	if len(line) == 0 {
		d.Blocks = append(d.Blocks, document.Paragraph{Text: "There are no entries."})
	}
	year, before := term.Year(0), clock.Day("")
	for _, e := range slices.Backward(line) {
		on := clock.DayOf(e.At.Time())
		if y := term.AcademicYear(on); y != year {
			year = y
			d.Blocks = append(d.Blocks, document.Heading{Level: 1, Text: "School year " + y.String()})
		}
		if gap := Gap(x.cal, before, on, false); before != "" && gap != "" {
			d.Blocks = append(d.Blocks, document.Paragraph{Text: gap + "."})
		}
		before = on
		d.Blocks = append(d.Blocks, f.paperEntry(x, e))
		for _, a := range accounts[e.Record] {
			d.Blocks = append(d.Blocks, document.Voice{Text: a.Text, By: a.By + ", written down " + term.YearDate(clock.DayOf(a.At.Time())) + " " + term.Time(a.At)})
		}
		delete(accounts, e.Record) // the words stand once, at the first entry they belong to
	}
	return d, nil
}

var levels = []string{"", "Low", "Medium", "High"}

func (f *Feature) paperEntry(x file, e story.Seen) document.Entry {
	out := document.Entry{Time: happened(e.Entry), Title: e.Line}
	if word := picture.Kind(e.Kind).Word(); !strings.HasPrefix(strings.ToLower(e.Line), strings.ToLower(word)) {
		out.Title = word + ": " + e.Line
	}
	if e.Level > 0 && e.Level < len(levels) {
		out.Title += " (" + levels[e.Level] + ")"
	}
	for _, s := range []string{quoted(e.Voice), e.Detail, prefixed("Significant: ", e.Significant), Late(x.cal, e.Entry)} {
		if s != "" {
			out.Text += s + "\n"
		}
	}
	return out
}

// quoted sets a person's words in quotation marks, unless they quote somebody themselves: two pairs would be misread.
func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, "“”\"") {
		return s
	}
	return "“" + s + "”"
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
