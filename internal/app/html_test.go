package app

import (
	"crypto/sha256"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"kith/internal/testkit/htmlcheck"
)

// A templ call that does not stand at the start of a line is printed as text; it compiles, and accessibility checkers pass it.
var templCall = regexp.MustCompile(`@[A-Z]\w*[({]|@ui\.`)

// Every page that somebody of the demonstration can open is sound HTML. A page that several people see alike is checked once.
func TestPagesAreSoundHTML(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	seen := map[[32]byte]bool{}
	pages := map[string][]byte{}
	for _, who := range everybody {
		if strings.HasSuffix(who, "-overmoor") {
			continue
		}
		b := w.person(t, who)
		for _, r := range w.Site.Routes() {
			if r.Method != http.MethodGet {
				continue
			}
			p := b.Get(f.address(t, r.Pattern, nil))
			key := sha256.Sum256(p.Body)
			if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") || seen[key] || !strings.Contains(string(p.Body), "<html") {
				continue
			}
			seen[key] = true
			if p.Code == http.StatusNotFound && pages[who+" not found"] != nil {
				continue
			}
			where := who + " " + r.Pattern
			if p.Code == http.StatusNotFound {
				where = who + " not found"
			}
			pages[where] = p.Body
			if call := templCall.FindString(p.Text("body")); call != "" {
				t.Errorf("%s shows the call %s as text", where, call)
			}
			if p.Doc().Find("head > title").Length() != 1 || p.Doc().Find("h1").Length() != 1 && !strings.Contains(r.Pattern, "newsletters") {
				t.Errorf("%s has %d titles and %d headings of the first level", where, p.Doc().Find("head > title").Length(), p.Doc().Find("h1").Length())
			}
		}
	}
	if len(pages) < 60 {
		t.Errorf("only %d pages", len(pages))
	}
	htmlcheck.Check(t, pages)
}
