package testkit

import (
	"bytes"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
)

// Folder is a data folder that is made once in a test process and copied for each test.
type Folder struct {
	once sync.Once
	dir  string
	err  error
}

// Copy returns a fresh copy of the folder that make fills, the first time it is asked.
func (f *Folder) Copy(t testing.TB, make func(dir string) error) string {
	t.Helper()
	f.once.Do(func() {
		if f.dir, f.err = os.MkdirTemp("", "kith-folder-"); f.err == nil {
			f.err = make(f.dir)
		}
	})
	if f.err != nil {
		t.Fatal(f.err)
	}
	to := t.TempDir()
	OK(t, copyFolder(f.dir, to))
	return to
}

// copyFolder keeps the modes of files: a key that others could read is not used.
func copyFolder(from, to string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		body, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), body, 0o600)
	})
}

// Remove deletes what Copy copies from; TestMain calls it.
func (f *Folder) Remove() error {
	if f.dir == "" {
		return nil
	}
	return os.RemoveAll(f.dir)
}

// Browser is one person's browser without a screen: it asks a program's handler, keeps its cookies, and goes nowhere by
// itself.
type Browser struct {
	Handler http.Handler
	Host    string
	Who     string // named in failures
	Header  http.Header

	t       testing.TB
	cookies map[string]string
}

// NewBrowser returns a browser that holds no cookie.
func NewBrowser(t testing.TB, h http.Handler, host, who string) *Browser {
	return &Browser{Handler: h, Host: host, Who: who, Header: http.Header{}, t: t, cookies: map[string]string{}}
}

// Cookie returns the value of a cookie that the browser holds.
func (b *Browser) Cookie(name string) string { return b.cookies[name] }

// SetCookie gives the browser a cookie.
func (b *Browser) SetCookie(name, value string) { b.cookies[name] = value }

// For returns the same browser, cookies and all, for another test.
func (b *Browser) For(t testing.TB) *Browser {
	c := *b
	c.t, c.cookies, c.Header = t, map[string]string{}, b.Header.Clone()
	for k, v := range b.cookies {
		c.cookies[k] = v
	}
	return &c
}

// Do sends a request and returns the answer.
func (b *Browser) Do(method, path, contentType string, body io.Reader) *Page {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://"+b.Host+path, body)
	r.Header = b.Header.Clone()
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if method == http.MethodPost && r.Header.Get("Sec-Fetch-Site") == "" {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	var pairs []string
	for k, v := range b.cookies {
		pairs = append(pairs, k+"="+v)
	}
	sort.Strings(pairs)
	if len(pairs) > 0 {
		r.Header.Set("Cookie", strings.Join(pairs, "; "))
	}
	w := httptest.NewRecorder()
	b.Handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		} else {
			b.cookies[c.Name] = c.Value
		}
	}
	return &Page{Method: method, Path: path, Code: w.Code, Header: w.Header(), Body: w.Body.Bytes(), b: b}
}

// Get opens a page.
func (b *Browser) Get(path string) *Page { b.t.Helper(); return b.Do(http.MethodGet, path, "", nil) }

// Post sends a form.
func (b *Browser) Post(path string, values url.Values) *Page {
	b.t.Helper()
	return b.Do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// PostParts sends a form as multipart/form-data, with files by their names in the field called file.
func (b *Browser) PostParts(path string, values url.Values, files map[string][]byte) *Page {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, vs := range values {
		for _, v := range vs {
			OK(b.t, w.WriteField(name, v))
		}
	}
	for name, content := range files {
		part, err := w.CreateFormFile("file", filepath.Base(name))
		OK(b.t, err)
		_, err = part.Write(content)
		OK(b.t, err)
	}
	OK(b.t, w.Close())
	return b.Do(http.MethodPost, path, w.FormDataContentType(), &body)
}
