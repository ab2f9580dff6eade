package directory

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// fileView is the page on which dates are pasted, sent as a file or copied from the year before, and what they would change.
type fileView struct {
	whose
	Text     string
	Problem  string
	File     *forms.File
	Copied   bool      // the text is a proposal, made from the year before
	Compared *TermFile // nil before anything was compared
}

func (f *Terms) file(w http.ResponseWriter, r *http.Request) error {
	v := fileView{File: newTermFile(), Copied: r.URL.Query().Get("copy") == "1"}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if v.whose, err = f.asked(ctx, tx, r.URL.Query()); err != nil || !v.Copied {
			return err
		}
		y, err := f.load(ctx, tx, v.Org)
		v.Text = tableOf(schoolyear.Next(v.Year-1, y.own))
		return err
	})
	if err != nil {
		return err
	}
	if v.Copied && v.Text != "" {
		err := f.compared(r, &v)
		if err != nil {
			return err
		}
	}
	return web.Show(w, r, filePage(v))
}

func newTermFile() *forms.File {
	return forms.NewFile("file", "Or a file").Hint("CSV, as the council publishes it. It takes the place of what stands above.")
}

func filePage(v fileView) web.Page {
	title := "Paste dates or send a file"
	if v.Copied {
		title = "Copy from the year before"
	}
	p := termPage(title, v.crumb())
	p.Body = fileBody(v, title)
	return p
}

// compared says what the text would change. A rule's sentence is kept beside it.
func (f *Terms) compared(r *http.Request, v *fileView) error {
	got, err := f.Take(r.Context(), web.Viewer(r), v.Org, strings.NewReader(v.Text), true)
	if errs.Is(err, errs.Rule) {
		v.Problem = errs.Sentence(err)
		return nil
	}
	v.Compared = &got
	return err
}

func (f *Terms) takeFile(w http.ResponseWriter, r *http.Request) error {
	form, file := forms.Form{}, newTermFile()
	form.Fields(file)
	read := form.Parse(r)
	x, err := f.whose(r, r.PostForm)
	if err != nil {
		return err
	}
	v := fileView{whose: x, File: file, Text: r.PostFormValue("text"), Copied: r.PostFormValue("copy") == "1"}
	if !read {
		return web.Invalid(w, r, filePage(v))
	}
	if len(file.Body) > 0 {
		v.Text = plain(file.Body)
	}
	if strings.TrimSpace(v.Text) == "" {
		v.Problem = "Paste the dates, or choose a file"
		return web.Invalid(w, r, filePage(v))
	}
	if r.PostFormValue("do") != "take" {
		if err := f.compared(r, &v); err != nil {
			return err
		}
		if v.Problem != "" {
			return web.Invalid(w, r, filePage(v))
		}
		return web.Show(w, r, filePage(v))
	}
	got, err := f.Take(r.Context(), web.Viewer(r), x.Org, strings.NewReader(v.Text), false)
	if errs.Is(err, errs.Rule) {
		v.Problem = errs.Sentence(err)
		return web.Invalid(w, r, filePage(v))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, termsAt(x.Org, yearOf(got, x.Year)), tookWords(got))
}

// yearOf is the school year to look at after dates were taken: that of the last of them.
func yearOf(t TermFile, otherwise term.Year) term.Year {
	last := clock.Day("")
	for _, c := range t.Changes {
		last = max(last, c.Is.From)
	}
	if last == "" {
		return otherwise
	}
	return term.AcademicYear(last)
}

func tookWords(t TermFile) string {
	if t.Created+t.Updated == 0 {
		return "Nothing had to be changed."
	}
	say := text.Plural(t.Created, "stretch of days is", "stretches of days are") + " new, " + text.Plural(t.Updated, "has", "have") + " changed. Clocks count by them from now on."
	if n := len(t.Rejected); n > 0 {
		say += " " + text.Plural(n, "row was", "rows were") + " left out."
	}
	return say
}

// tableOf writes dates as a file of them would have them.
func tableOf(dates []schoolyear.Date) string {
	if len(dates) == 0 {
		return ""
	}
	var b strings.Builder
	out := csv.NewWriter(&b)
	_ = out.Write([]string{"Name", "First day", "Last day", "Type"}) // a Builder never fails
	for _, d := range dates {
		_ = out.Write([]string{d.Name, d.From.Start().Format("02/01/2006"), d.To.Start().Format("02/01/2006"), d.Kind.Words()})
	}
	out.Flush()
	return b.String()
}

// plain is a file as text that can stand on a page: UTF-8 as it is, UTF-16 by its mark, anything else as Windows writes it.
func plain(b []byte) string {
	if len(b) > 1 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		little := b[0] == 0xff
		var units []uint16
		for i := 2; i+1 < len(b); i += 2 {
			lo, hi := b[i], b[i+1]
			if !little {
				lo, hi = hi, lo
			}
			units = append(units, uint16(lo)|uint16(hi)<<8)
		}
		return string(utf16.Decode(units))
	}
	if utf8.Valid(b) {
		return strings.TrimPrefix(string(b), "\ufeff")
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
