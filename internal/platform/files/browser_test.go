package files_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"kith/internal/platform/files"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/browser"
)

func (w *world) draft(id string) url.Values {
	w.t.Helper()
	var body string
	testkit.OK(w.t, w.read(reporter, func(ctx context.Context, tx *store.Tx) (err error) {
		body, err = store.Value[string](ctx, tx, store.SQL(`SELECT body FROM web_draft WHERE id = ?`, id))
		return err
	}))
	v, err := url.ParseQuery(body)
	testkit.OK(w.t, err)
	return v
}

// People add files on a page: with scripts they are there as soon as they are chosen, without they come with the form. A file
// that is not taken is said to be so beside the control, and what was typed stays.
func TestAddingFilesOnAPage(t *testing.T) {
	for what, options := range map[string][]browser.Option{"with scripts": nil, "without scripts": {browser.WithoutScript()}} {
		t.Run(what, func(t *testing.T) {
			w := &world{testkit.SQLite(t, files.Migrations), files.Store{}, t}
			w.Store = files.Store{DB: w.World.DB}
			n := &note{draft: w.World.DB.IDs().New(w.World.DB.Now())}
			site := w.site(n)
			server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				r.Header.Set("As", "reporter")
				site.ServeHTTP(rw, r)
			}))
			defer server.Close()
			p := browser.New(t).Phone(t, server.URL, options...)
			p.Goto("/notes")
			p.Check(t)
			give := func(names ...string) {
				t.Helper()
				var fs []playwright.InputFile
				for _, name := range names {
					fs = append(fs, playwright.InputFile{Name: name, MimeType: "text/plain", Buffer: []byte("words in " + name)})
				}
				testkit.OK(t, p.PW.Locator("input[type=file]").SetInputFiles(fs))
			}
			send := func() {
				if options != nil {
					p.Click("button", "Send")
				}
			}
			give("one.txt", "two.svg")
			send()
			p.See("two.svg: Web pages and SVG drawings can run programs and are not kept.")
			p.See("one.txt")
			p.Check(t)
			give("three.txt", "four.txt")
			send()
			p.See("four.txt")
			p.See("one.txt")
			p.DontSee("two.svg")
			p.Check(t)
			testkit.OK(t, p.PW.GetByLabel("three.txt").Uncheck())
			p.Fill("Title", "Lunch")
			if options == nil {
				// What is kept as a draft are the words and the ids. "Kept" stands there from an earlier keeping, too: the words come
				// a moment after they were typed.
				p.See("kept")
				body := w.draft(n.draft)
				for range 100 {
					if body.Get("title") != "" {
						break
					}
					time.Sleep(100 * time.Millisecond)
					body = w.draft(n.draft)
				}
				if body.Get("title") != "Lunch" || len(body["file"]) != 2 || strings.Contains(body.Encode(), "object") {
					t.Errorf("the draft is %v", body)
				}
			}
			p.Click("button", "Send")
			p.See("Page not found") // the front page, where this site has nothing
			testkit.OK(t, w.read(lead, func(ctx context.Context, tx *store.Tx) error {
				of, err := w.Of(ctx, tx, n.saved)
				if len(of) != 2 || of[0].Name != "one.txt" || of[1].Name != "four.txt" {
					t.Errorf("%+v", of)
				}
				return err
			}))
			if n := w.count(`SELECT count(*) FROM file`); n != 3 {
				t.Errorf("%d files came in, want 3, each once", n)
			}
		})
	}
}
