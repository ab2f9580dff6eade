package files_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/platform/files"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
	"kith/internal/testkit"
)

// signedIn is whoever the request's header names.
type signedIn map[string]access.Viewer

func (s signedIn) Viewer(_ context.Context, r *http.Request, district string) (access.Viewer, error) {
	if v, ok := s[r.Header.Get("As")]; ok {
		return v, nil
	}
	return access.Public(district), nil
}

// note is a form with a line of text and files, as a slice has one.
type note struct {
	forms.Form
	title  *forms.Text
	upload files.Upload
	draft  string
	saved  string
}

func (n *note) begin() {
	n.title = forms.NewText("title", "Title").Required("Write a title")
	n.Form = forms.Form{}
	n.Fields(n.title, &n.upload)
}

// page is the form as a slice's template writes it, with a draft.
func (n *note) page() templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		attributes := templ.Attributes{"method": "post", "action": "/notes", "novalidate": true}
		maps.Copy(attributes, files.Form())
		maps.Copy(attributes, web.DraftForm(n.draft, "note"))
		write := func(s string) templ.Component {
			return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, s); return err })
		}
		open := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error { return templ.RenderAttributes(ctx, w, attributes) })
		return templ.Join(write(`<h1 class="govuk-heading-l">A note</h1>`), n.Summary(), write(`<form `), open, write(`>`),
			n.title.Input(), n.upload, ui.Button{Text: "Send"}, write(`<p id="draft-state"></p></form>`)).Render(ctx, w)
	})
}

func (w *world) site(n *note) http.Handler {
	save := func(rw http.ResponseWriter, r *http.Request) error {
		if err := w.FromForm(r, &n.upload); err != nil {
			return err
		}
		n.begin()
		if !n.Parse(r) {
			return web.Invalid(rw, r, web.Page{Title: "Note", Body: n.page()})
		}
		var err error
		if n.saved, err = w.account(web.Viewer(r), n.upload.IDs()...); err != nil {
			return err
		}
		return web.Redirect(rw, r, "/", "")
	}
	show := func(rw http.ResponseWriter, r *http.Request) error {
		n.begin()
		return web.Show(rw, r, web.Page{Title: "Note", Body: n.page()})
	}
	late := func(rw http.ResponseWriter, r *http.Request) error {
		n.Parse(r)
		return w.FromForm(r, &n.upload)
	}
	return web.New(web.Config{
		Log: slog.New(slog.DiscardHandler), Clock: w.Clock, IDs: w.World.DB.IDs(),
		Sessions: signedIn{"reporter": reporter, "lead": lead, "stranger": stranger},
		District: func(string) string { return district },
		Frame:    func(context.Context, access.Viewer, string) (ui.Page, error) { return ui.Page{}, nil },
	}, append(append(w.Routes(), web.Drafts{DB: w.World.DB}.Routes()...), web.Get("/notes", access.SignedIn, show), web.Upload("/notes", access.SignedIn, 2<<20, save), web.Upload("/late", access.SignedIn, 2<<20, late)))
}

func ask(site http.Handler, as, method, target string, body io.Reader, kind string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, body)
	r.Header.Set("As", as)
	r.Header.Set("Content-Type", kind)
	out := httptest.NewRecorder()
	site.ServeHTTP(out, r)
	return out
}

type part struct {
	field, file string
	body        []byte
}

func post(t *testing.T, site http.Handler, as, target string, parts ...part) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range parts {
		to, err := m.CreateFormField(p.field)
		if p.file != "" {
			to, err = m.CreateFormFile(p.field, p.file)
		}
		testkit.OK(t, err)
		_, err = to.Write(p.body)
		testkit.OK(t, err)
	}
	testkit.OK(t, m.Close())
	return ask(site, as, "POST", target, &b, m.FormDataContentType())
}

var ticked = regexp.MustCompile(`name="file" type="checkbox" value="([0-9a-f-]{36})" checked`)

// photo is a JPEG whose EXIF says 50 degrees 43 minutes north.
func photo(t *testing.T) []byte {
	var exif, b bytes.Buffer
	le := binary.LittleEndian
	put := func(vs ...any) {
		for _, v := range vs {
			testkit.OK(t, binary.Write(&exif, le, v))
		}
	}
	exif.WriteString("Exif\x00\x00II*\x00")
	put(uint32(8), uint16(1), uint16(0x8825), uint16(4), uint32(1), uint32(26), uint32(0)) // one entry: where the place is
	put(uint16(1), uint16(2), uint16(5), uint32(3), uint32(44), uint32(0))
	put(uint32(50), uint32(1), uint32(43), uint32(1), uint32(1234), uint32(100))
	exif.WriteString("CanaryPlace")
	testkit.OK(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)), nil))
	j := b.Bytes()
	n := exif.Len() + 2
	return append(append([]byte{0xFF, 0xD8, 0xFF, 0xE1, byte(n >> 8), byte(n)}, exif.Bytes()...), j[2:]...)
}

// SEC-18: a file leaves as a download that may do nothing, and the place is gone from a picture.
func TestDownload(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		site := w.site(&note{})
		sent := photo(t)
		if !bytes.Contains(sent, []byte("CanaryPlace")) {
			t.Fatal("the test's picture holds no place")
		}
		f := w.receive(reporter, "Zieliński's \"photo\".JPG", sent)
		_, err := w.account(reporter, f.ID)
		testkit.OK(t, err)
		got := ask(site, "lead", "GET", "/files/"+f.ID, nil, "")
		if got.Code != 200 || bytes.Contains(got.Body.Bytes(), []byte("Exif")) || bytes.Contains(got.Body.Bytes(), []byte("Canary")) {
			t.Errorf("status %d, %d bytes, EXIF or canary in them", got.Code, got.Body.Len())
		}
		if cfg, err := jpeg.DecodeConfig(got.Body); err != nil || cfg.Width != 40 {
			t.Errorf("%v %+v", err, cfg)
		}
		for header, want := range map[string]string{
			"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Content-Security-Policy": "sandbox; default-src 'none'",
			"Content-Disposition":     `attachment; filename="Zieli_ski's photo.JPG"; filename*=UTF-8''Zieli%C5%84ski%27s%20photo.JPG`,
		} {
			if v := got.Header().Get(header); v != want {
				t.Errorf("%s: %s, want %s", header, v, want)
			}
		}
		if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'file.opened' AND actor_id = 'lead' AND record_id = ?`, f.ID); n != 1 {
			t.Errorf("%d readings noted, want 1", n)
		}
	})
}

// SEC-1, SEC-4, SEC-18: another child's file answers as one that does not exist, to the byte.
func TestAnothersFileIsAsOneThatIsNot(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		site := w.site(&note{})
		bound, pending, erased := w.receive(reporter, "a.txt", []byte(canary)), w.receive(reporter, "b.txt", []byte(canary)), w.receive(reporter, "c.txt", []byte(canary))
		_, err := w.account(reporter, bound.ID, erased.ID)
		testkit.OK(t, err)
		testkit.OK(t, w.erase(lead, erased.ID))
		whole := func(as, id string) string {
			r := ask(site, as, "GET", "/files/"+id, nil, "")
			return fmt.Sprint(r.Code, r.Header(), r.Body)
		}
		missing := whole("stranger", w.World.DB.IDs().New(1))
		if !strings.HasPrefix(missing, "404") {
			t.Fatalf("%.300s", missing)
		}
		for what, got := range map[string]string{
			"another child's": whole("stranger", bound.ID), "another's pending": whole("stranger", pending.ID), "pending, to a lead": whole("lead", pending.ID),
			"erased": whole("lead", erased.ID), "malformed": whole("stranger", "x"), "hostile": whole("stranger", url.PathEscape("' OR 1=1 --")),
		} {
			if got != missing {
				t.Errorf("%s answers otherwise:\n%.600s\n%.600s", what, got, missing)
			}
		}
		if got := ask(site, "", "GET", "/files/"+bound.ID, nil, ""); got.Code != 303 || !strings.HasPrefix(got.Header().Get("Location"), "/sign-in") || strings.Contains(got.Body.String(), canary) {
			t.Errorf("nobody: %d %v", got.Code, got.Header())
		}
		if got := ask(site, "reporter", "GET", "/files/"+pending.ID, nil, ""); got.Code != 200 || got.Body.String() != canary {
			t.Errorf("one's own pending file: %d", got.Code)
		}
	})
}

// SEC-18
func TestHostileUploadsAreRefusedWithASentence(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		site := w.site(&note{})
		var bomb, clean bytes.Buffer
		z := zip.NewWriter(&bomb)
		for _, name := range []string{"[Content_Types].xml", "word/document.xml"} {
			to, err := z.Create(name)
			testkit.OK(t, err)
			_, err = to.Write(make([]byte, 200<<20))
			testkit.OK(t, err)
		}
		testkit.OK(t, z.Close())
		testkit.OK(t, jpeg.Encode(&clean, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
		for name, body := range map[string][]byte{
			"page.html":   []byte("<html><script>alert(1)</script>"),
			"drawing.svg": []byte("<svg onload='alert(1)'/>"),
			"page.jpg":    []byte("<html><script>alert(1)</script>"),
			"act.pdf":     []byte("%PDF-1.7\n1 0 obj << /Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"),
			"both.jpg":    append(clean.Bytes(), "<script>alert(1)</script>"...),
			"bomb.docx":   bomb.Bytes(),
			"run.exe":     []byte("MZ"),
			"none":        []byte("x"),
			"empty.txt":   {},
			"large.txt":   noise(20<<20 + 1),
		} {
			got := post(t, site, "reporter", "/files", part{"files", name, body}, part{"files", "good.txt", []byte("good")})
			text := got.Body.String()
			if got.Code != 200 || !strings.Contains(text, name+": ") || !strings.Contains(text, "govuk-error-message") {
				t.Errorf("%s: %d %s", name, got.Code, text)
			}
			if len(ticked.FindAllString(text, -1)) != 1 || !strings.Contains(text, "good.txt") {
				t.Errorf("%s: the good file beside it was not kept: %s", name, text)
			}
		}
		if n := w.count(`SELECT count(*) FROM file WHERE name <> 'good.txt'`); n != 0 {
			t.Errorf("%d hostile files were kept", n)
		}
	})
}

// A form comes back with its words and files, is sent again without the files, and then binds them; a file whose tick was
// taken away stays out.
func TestFilesSurviveAFormThatComesBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		n := &note{}
		site := w.site(n)
		got := post(t, site, "reporter", "/notes", part{"title", "", nil}, part{"files", "a.txt", []byte("one")}, part{"files", "b.txt", noise(1_500_000)}, part{"other", "c.txt", []byte("passed over")})
		ids := ticked.FindAllStringSubmatch(got.Body.String(), -1)
		if got.Code != 422 || len(ids) != 2 || n.title.Problem == "" {
			t.Fatalf("%d, %d ticks, %q: %s", got.Code, len(ids), n.title.Problem, got.Body)
		}
		got = post(t, site, "reporter", "/notes", part{"title", "", []byte("Lunch")}, part{"file", "", []byte(ids[1][1])}, part{"files", "", nil})
		if got.Code != 303 || n.title.Value != "Lunch" {
			t.Fatalf("%d: %s", got.Code, got.Body)
		}
		testkit.OK(t, w.read(lead, func(ctx context.Context, tx *store.Tx) error {
			of, err := w.Of(ctx, tx, n.saved)
			if len(of) != 1 || of[0].Name != "b.txt" || of[0].Size != 1_500_000 {
				t.Errorf("%+v", of)
			}
			return err
		}))
		if got := post(t, site, "reporter", "/notes", part{"title", "", []byte("Lunch")}, part{"file", "", []byte(ids[1][1])}); got.Code != 303 {
			t.Errorf("sent twice: %d", got.Code) // it lost nothing, so it is no fault
		}
		if got := post(t, site, "lead", "/notes", part{"title", "", []byte("Mine")}, part{"file", "", []byte(ids[0][1])}); got.Code != 422 || strings.Contains(got.Body.String(), "a.txt") {
			t.Errorf("another's pending file: %d %s", got.Code, got.Body)
		}
		values := url.Values{"title": {"Plain"}, "file": {ids[0][1]}}
		if got := ask(site, "reporter", "POST", "/notes", strings.NewReader(values.Encode()), "application/x-www-form-urlencoded"); got.Code != 303 || n.title.Value != "Plain" || len(n.upload.Files) != 1 {
			t.Errorf("a form without parts: %d %q %+v", got.Code, n.title.Value, n.upload.Files)
		}
	})
}

func TestTooMuchAtOnceKeepsWhatCameFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		n := &note{}
		got := post(t, w.site(n), "reporter", "/notes", part{"title", "", []byte("Lunch")}, part{"files", "a.txt", noise(1_000_000)}, part{"files", "b.txt", noise(1_500_000)})
		if got.Code != 422 || !strings.Contains(got.Body.String(), `href="#files"`) || n.title.Value != "Lunch" || len(n.upload.Files) != 1 || len(n.upload.Problems) != 1 {
			t.Errorf("%d %q %+v", got.Code, n.title.Value, n.upload)
		}
	})
}

func TestFormsThatCannotBeRead(t *testing.T) {
	w := &world{testkit.SQLite(t, files.Migrations), files.Store{}, t}
	w.Store = files.Store{DB: w.World.DB}
	site := w.site(&note{})
	if got := post(t, site, "reporter", "/notes", part{"title", "", noise(1<<20 + 1)}); got.Code != 400 {
		t.Errorf("too much text: %d", got.Code)
	}
	if got := ask(site, "reporter", "POST", "/notes", strings.NewReader("--x\r\nbroken"), "multipart/form-data; boundary=x"); got.Code != 400 {
		t.Errorf("broken: %d", got.Code)
	}
	if got := post(t, site, "reporter", "/late", part{"title", "", []byte("Lunch")}); got.Code != 500 {
		t.Errorf("after parsing: %d", got.Code)
	}
	if got := post(t, site, "", "/files", part{"files", "a.txt", []byte("x")}); got.Code != 303 {
		t.Errorf("nobody: %d", got.Code)
	}
}

// Nothing of an upload lies unsealed in the folder for temporary files.
func TestNoUploadTouchesTheDisk(t *testing.T) {
	w := &world{testkit.SQLite(t, files.Migrations), files.Store{}, t}
	w.Store = files.Store{DB: w.World.DB}
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	got := post(t, w.site(&note{}), "reporter", "/files", part{"files", "a.txt", noise(19 << 20)})
	if got.Code != 200 || len(ticked.FindAllString(got.Body.String(), -1)) != 1 {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	left, err := os.ReadDir(dir)
	testkit.OK(t, err)
	if len(left) != 0 {
		t.Errorf("%v", left)
	}
}

// SEC-19
func TestNamesAreShownAsText(t *testing.T) {
	hostile := []files.File{{ID: "x", Name: `"><script>alert(1)</script>.pdf`, Type: "application/pdf", Size: 235_000}}
	var b bytes.Buffer
	testkit.OK(t, files.List{Files: hostile}.Render(t.Context(), &b))
	testkit.OK(t, files.Upload{Files: hostile, Problems: []string{"<script>: no"}}.Render(t.Context(), &b))
	if s := b.String(); strings.Contains(s, "<script") || strings.Count(s, "PDF document, 229 KB") != 2 {
		t.Error(s)
	}
	b.Reset()
	testkit.OK(t, files.List{}.Render(t.Context(), &b))
	if b.Len() != 0 {
		t.Error(b.String())
	}
}

func TestSizesForPeople(t *testing.T) {
	for n, want := range map[int64]string{1: "1 byte", 1023: "1,023 bytes", 1024: "1 KB", 1<<20 - 513: "1023 KB", 1<<20 - 512: "1 MB", 1_500_000: "1.4 MB", 20 << 20: "20 MB", 10 << 30: "10 GB"} {
		if got := (files.File{Type: "text/csv; charset=utf-8", Size: n}).Facts(); got != "table as text, "+want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
