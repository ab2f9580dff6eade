package testkit

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Page is an answer, looked at as the person who asked. Its checks fail the test and return the page, so that they can be
// chained.
type Page struct {
	Method, Path string
	Code         int
	Header       http.Header
	Body         []byte

	b   *Browser
	doc *goquery.Document
}

func (p *Page) t() testing.TB { return p.b.t }

func (p *Page) where() string { return p.b.Who + ": " + p.Method + " " + p.Path }

// Status fails the test unless the answer has the status.
func (p *Page) Status(want int) *Page {
	p.t().Helper()
	if p.Code != want {
		p.t().Fatalf("%s answered %d (%s), want %d: %.400s", p.where(), p.Code, p.Header.Get("Location"), want, p.Text("main"))
	}
	return p
}

// Doc is the parsed document.
func (p *Page) Doc() *goquery.Document {
	p.t().Helper()
	if p.doc == nil {
		d, err := goquery.NewDocumentFromReader(bytes.NewReader(p.Body))
		if err != nil {
			p.t().Fatalf("%s: %v", p.where(), err)
		}
		p.doc = d
	}
	return p.doc
}

// Text returns the words within what the selector finds, with single spaces.
func (p *Page) Text(selector string) string {
	p.t().Helper()
	return strings.Join(strings.Fields(p.Doc().Find(selector).Text()), " ")
}

// Has fails the test unless something matches the selector and holds all the words.
func (p *Page) Has(selector string, words ...string) *Page {
	p.t().Helper()
	if p.Doc().Find(selector).Length() == 0 {
		p.t().Fatalf("%s has no %s: %.600s", p.where(), selector, p.Text("main"))
	}
	for _, w := range words {
		if !strings.Contains(p.Text(selector), w) {
			p.t().Fatalf("%s: %s does not say %q but %.600q", p.where(), selector, w, p.Text(selector))
		}
	}
	return p
}

// HasNot fails the test when something matches the selector and holds the words.
func (p *Page) HasNot(selector string, words ...string) *Page {
	p.t().Helper()
	if len(words) == 0 && p.Doc().Find(selector).Length() > 0 {
		p.t().Fatalf("%s has %s", p.where(), selector)
	}
	for _, w := range words {
		if strings.Contains(p.Text(selector), w) {
			p.t().Fatalf("%s: %s says %q", p.where(), selector, w)
		}
	}
	return p
}

// Follow opens the address that a redirect leads to.
func (p *Page) Follow() *Page {
	p.t().Helper()
	p.Status(http.StatusSeeOther)
	return p.b.Get(p.Header.Get("Location"))
}

// Form is a form of a page, filled in as the page came.
type Form struct {
	Action string
	Values url.Values
	page   *Page
}

// Form returns the first form that matches the selector.
func (p *Page) Form(selector string) *Form {
	p.t().Helper()
	s := p.Doc().Find(selector).First()
	if s.Length() == 0 {
		p.t().Fatalf("%s has no %s: %.600s", p.where(), selector, p.Text("main"))
	}
	f := &Form{Action: s.AttrOr("action", p.Path), Values: url.Values{}, page: p}
	s.Find("input, textarea, select").Each(func(_ int, e *goquery.Selection) {
		name := e.AttrOr("name", "")
		if name == "" {
			return
		}
		switch goquery.NodeName(e) {
		case "textarea":
			f.Values.Add(name, e.Text())
		case "select":
			chosen := e.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = e.Find("option")
			}
			f.Values.Add(name, chosen.First().AttrOr("value", strings.TrimSpace(chosen.First().Text())))
		default:
			kind := e.AttrOr("type", "text")
			_, checked := e.Attr("checked")
			if (kind == "radio" || kind == "checkbox") && !checked || kind == "file" || kind == "submit" {
				return
			}
			f.Values.Add(name, e.AttrOr("value", ""))
		}
	})
	return f
}

// Set answers fields: name, value, name, value.
func (f *Form) Set(pairs ...string) *Form {
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// Submit sends the form, with a button of it when it has a name: name, value.
func (f *Form) Submit(button ...string) *Page {
	f.page.t().Helper()
	f.Set(button...)
	return f.page.b.Post(f.Action, f.Values)
}
