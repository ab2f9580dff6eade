package forms_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"kith/internal/kernel/errs"
	"kith/internal/platform/web/forms"
	"kith/internal/testkit"
)

// sent is a form with a field and, where there is a name, a file.
func sent(t *testing.T, name, body string) *http.Request {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	testkit.OK(t, w.WriteField("title", "A week"))
	part, err := w.CreateFormFile("file", name) // a browser sends the part, without a name, where nothing was chosen
	testkit.OK(t, err)
	_, err = part.Write([]byte(body))
	testkit.OK(t, err)
	testkit.OK(t, w.Close())
	r := httptest.NewRequest(http.MethodPost, "/", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

// What is wrong with a file stands at its field, with a link to it above; the other answers stay.
func TestFileStandsAtItsField(t *testing.T) {
	newForm := func() (*forms.FileForm, *forms.Text) {
		f, title := forms.NewFileForm("File", ".csv", "Choose a file"), forms.NewText("title", "Title").Required("Write a title")
		f.Fields(title)
		return f, title
	}
	plain := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(url.Values{"title": {"A week"}, "file": {"x.csv"}}.Encode()))
	plain.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, r := range map[string]*http.Request{"none chosen": sent(t, "", ""), "not a form with files": plain} {
		f, title := newForm()
		if f.Parse(r) {
			t.Errorf("%s: the form is taken as whole", name)
		}
		if p := f.Problems(); len(p) != 1 || p[0].Text != "Choose a file" || p[0].Href != "#file" || f.File.Upload().ErrorMessage.Text != "Choose a file" || f.File.Body != nil {
			t.Errorf("%s: %+v, %q at the field", name, p, f.File.Upload().ErrorMessage.Text)
		}
		if title.Value != "A week" {
			t.Errorf("%s: the title is lost", name)
		}
	}
	f, _ := newForm()
	if !f.Parse(sent(t, "week.csv", "title,date\n")) || string(f.File.Body) != "title,date\n" {
		t.Errorf("the file is %q, %+v", f.File.Body, f.Problems())
	}
	f.File.Refuse(errs.Refuse("It has no rows"))
	if p := f.Problems(); len(p) != 1 || p[0].Href != "#file" {
		t.Errorf("what is wrong with its words: %+v", p)
	}
	large := sent(t, "week.csv", strings.Repeat("x", 2<<20))
	large.Body = http.MaxBytesReader(httptest.NewRecorder(), large.Body, 1<<20)
	if f, _ := newForm(); f.Parse(large) || !strings.Contains(f.Problems()[0].Text, "1 MB") {
		t.Errorf("too large: %+v", f.Problems())
	}
}
