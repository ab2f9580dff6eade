package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// Check is asked for by the page that confirms a printed check code.
var Check = access.Permission{Name: "check-documents", Words: "Safeguarding leads, headteachers and auditors, with a second factor; nothing of a record is shown",
	Roles: []access.Role{access.DSL, access.Head, access.Auditor}, Strength: access.SecondFactor}

// checkAtMost is the largest file that is looked at, in bytes.
const checkAtMost = 24 << 20

// KnownAs is what is said of a paper to whoever holds it: who made it, when and for what, and nothing of the record.
type KnownAs struct {
	By, When, Purpose, View, Code string
}

// CheckCode returns what is known of the paper that carries a check code, or of the PDF whose bytes have that hash, nil when it
// is not known in the viewer's district. The asking is written down (CHR-5). What is not known, and what another district made,
// is the same.
func (f *Feature) CheckCode(ctx context.Context, v access.Viewer, code string) (known *KnownAs, err error) {
	var p Print
	err = f.DB.Read(ctx, access.System(v.District, "check of a printed code"), func(ctx context.Context, tx *store.Tx) error {
		known = nil
		if p, err = f.store.Known(ctx, tx, code); err != nil {
			return err
		}
		names, err := f.People.Names(ctx, tx, p.By)
		known = &KnownAs{By: "Somebody whose account is gone", When: p.At.London().Format("2 January 2006 at 15:04"), Purpose: p.Purpose, View: viewName(p.View), Code: p.Code}
		if who, ok := names[p.By]; ok {
			known.By = strings.TrimSuffix(who.Name+", "+who.Title, ", ")
		}
		return err
	})
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	return known, f.DB.Write(ctx, v, func(ctx context.Context, tx *store.Tx) error {
		return audit.Record(ctx, tx, "document.checked", ref.To(audit.Document, p.SHA256), audit.Detail(map[string]any{"code": code, "known": known != nil}))
	})
}

func viewName(view string) string {
	for _, v := range viewWords {
		if v.View == view {
			return v.Words
		}
	}
	return view
}

// checkView is the page that confirms codes.
type checkView struct {
	Code  *forms.Text
	File  *forms.File
	Asked string // "code" or "file" once something was asked
	Known *KnownAs
}

func newCheckView() checkView {
	return checkView{Code: forms.NewText("code", "The check code").Hint("Four groups of four at the foot of each page, such as K7F2-9QXM-3RTA-0WBC, or the 64 letters and digits at the end").
		Required("Write the code that stands at the foot of the paper").Max(120), File: forms.NewFile("file", "The PDF").Accept(".pdf,application/pdf")}
}

// summary is what is wrong with either form.
func (v checkView) summary() templ.Component {
	var both forms.Form
	both.Fields(v.Code, v.File)
	return both.Summary()
}

func checkPageOf(v checkView) web.Page {
	return web.Page{Title: "Check a paper", Class: "p-paper", At: "/documents/check", Body: checkPage(v)}
}

func (f *Feature) askCheck(w http.ResponseWriter, r *http.Request) error {
	return web.Show(w, r, checkPageOf(newCheckView()))
}

func (f *Feature) check(w http.ResponseWriter, r *http.Request) (err error) {
	v, form := newCheckView(), forms.Form{}
	form.Fields(v.Code)
	ok := form.Parse(r)
	if ok {
		if _, err := audit.WantedCode(v.Code.Value); err != nil {
			v.Code.Problem, ok = strings.TrimSuffix(errs.Sentence(err), "."), false
		}
	}
	if !ok {
		return web.Invalid(w, r, checkPageOf(v))
	}
	v.Asked = "code"
	if v.Known, err = f.CheckCode(r.Context(), web.Viewer(r), v.Code.Value); err != nil {
		return err
	}
	return web.Show(w, r, checkPageOf(v))
}

// checkFile takes the hash of a file's bytes as they arrive; nothing of it is kept.
func (f *Feature) checkFile(w http.ResponseWriter, r *http.Request) error {
	v, sum := newCheckView(), sha256.New()
	_, err := bulk.Receive(r, func(_ url.Values, _ string, body io.Reader) error {
		_, err := io.Copy(sum, body)
		return err
	})
	if errs.Is(err, errs.Invalid) || errors.Is(err, bulk.ErrNoFile) {
		v.File.Problem = "Choose the PDF"
		return web.Invalid(w, r, checkPageOf(v))
	}
	if err != nil {
		return err
	}
	v.Asked = "file"
	if v.Known, err = f.CheckCode(r.Context(), web.Viewer(r), hex.EncodeToString(sum.Sum(nil))); err != nil {
		return err
	}
	return web.Show(w, r, checkPageOf(v))
}

// answer says what was found, in words.
func (v checkView) answer() (title, text string, good bool) {
	switch {
	case v.Known == nil && v.Asked == "file":
		return "This file is not known here", "It was changed after it was made, by as little as one letter, or it was not made here. A viewer that saves a PDF again changes it too. Ask whoever sent it for the file as they got it from Kith, or check the code at its foot.", false
	case v.Known == nil:
		return "No paper with this code is known here", "Compare it letter by letter. If it is right, the paper was not made here: do not rely on it, and ask whoever gave it to you where it is from.", false
	case v.Asked == "file":
		return "This file is unaltered", "It is, byte for byte, what Kith made.", true
	}
	return "A paper with this code was made here", "Compare what is below with the foot of the paper. A code shows which paper it says it is; it cannot show that no word on it was changed by hand. The PDF itself can: put it in below.", true
}

func (v checkView) rows() []ui.SummaryRow {
	var out []ui.SummaryRow
	for _, p := range [][2]string{{"Made by", v.Known.By}, {"Made on", v.Known.When}, {"Purpose", v.Known.Purpose}, {"What it is", "Chronology: " + lowerFirst(v.Known.View)}, {"Check code", v.Known.Code}} {
		out = append(out, ui.SummaryRow{Key: ui.SummaryText{Text: p[0]}, Value: ui.SummaryText{Text: p[1]}})
	}
	return out
}
