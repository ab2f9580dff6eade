package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// A Page is one tab of its own browser context. Its helpers find things as people do, by the words on the page, whole and
// case by case; they wait up to a minute and fail the test that opened the page. PW is there for the rest.
type Page struct {
	PW playwright.Page

	t       testing.TB
	browser *Browser
	device  string                // phone or desktop
	scripts playwright.CDPSession // turns scripts on for an audit; nil where they are on anyway

	mu      sync.Mutex
	console []complaint
	visited map[string]bool // addresses of the documents themselves
}

// A complaint is an error on the console: of a script, of the content security policy, or of a load that failed.
type complaint struct{ text, address string }

// For hands a kept page to a test, as if it were newly opened: without cookies, and with nothing on the console. It shows still
// meanwhile, an address whose document does nothing, so that what the page did before has ended.
func (p *Page) For(t testing.TB, still string) {
	t.Helper()
	p.t = t
	p.Goto(still)
	p.must("clear the cookies", p.PW.Context().ClearCookies())
	p.mu.Lock()
	defer p.mu.Unlock()
	p.console, p.visited = nil, map[string]bool{}
}

func (p *Page) listen() {
	p.PW.OnConsole(func(m playwright.ConsoleMessage) {
		if m.Type() != "error" {
			return
		}
		c := complaint{text: m.Text()}
		if l := m.Location(); l != nil {
			c.address = l.URL
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.console = append(p.console, c)
	})
	p.PW.OnPageError(func(err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.console = append(p.console, complaint{text: err.Error()})
	})
	p.PW.OnRequest(func(r playwright.Request) {
		if r.IsNavigationRequest() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.visited[r.URL()] = true
		}
	})
}

// errors returns the console's errors since the page was opened. That a document itself came with a status of 4xx is
// none: Chromium reports it so, and pages for "not found" and for errors in a form are meant.
func (p *Page) errors() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var found []string
	for _, c := range p.console {
		if p.visited[c.address] && strings.HasPrefix(c.text, "Failed to load resource: the server responded with a status of 4") {
			continue
		}
		found = append(found, c.text)
	}
	return found
}

func (p *Page) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s on %s (%s): %v", what, p.PW.URL(), p.device, err)
	}
}

// Goto opens a path of the server, and returns the status it answered with.
func (p *Page) Goto(path string) int {
	p.t.Helper()
	response, err := p.PW.Goto(path)
	p.must("go to "+path, err)
	if response == nil {
		return 0
	}
	return response.Status()
}

// Fill types value into the field with this label.
func (p *Page) Fill(label, value string) {
	p.t.Helper()
	p.must("fill "+label, p.PW.GetByLabel(label, playwright.PageGetByLabelOptions{Exact: playwright.Bool(true)}).Fill(value))
}

// Select picks an option of the list with this label.
func (p *Page) Select(label, option string) {
	p.t.Helper()
	_, err := p.PW.GetByLabel(label, playwright.PageGetByLabelOptions{Exact: playwright.Bool(true)}).
		SelectOption(playwright.SelectOptionValues{Labels: &[]string{option}})
	p.must("select "+option+" of "+label, err)
}

func (p *Page) role(role, name string) playwright.Locator {
	return p.PW.GetByRole(playwright.AriaRole(role), playwright.PageGetByRoleOptions{Name: name, Exact: playwright.Bool(true)})
}

// Click presses what has this role ("button", "link") and accessible name.
func (p *Page) Click(role, name string) {
	p.t.Helper()
	p.must("click "+role+" "+name, p.role(role, name).Click())
}

// Choose chooses the radio button with this label.
func (p *Page) Choose(label string) {
	p.t.Helper()
	p.must("choose "+label, p.role("radio", label).Check())
}

// Tick ticks the checkbox with this label.
func (p *Page) Tick(label string) {
	p.t.Helper()
	p.must("tick "+label, p.role("checkbox", label).Check())
}

func (p *Page) visible(text string) playwright.Locator {
	return p.PW.GetByText(text).Filter(playwright.LocatorFilterOptions{Visible: playwright.Bool(true)})
}

// See waits until text is shown somewhere on the page. Text matches in any case, within longer text.
// What stands in a noscript element is never found.
func (p *Page) See(text string) {
	p.t.Helper()
	p.must("see "+text, p.visible(text).First().WaitFor())
}

// DontSee waits until text is shown nowhere on the page. On a page that is still loading that is so at once: See
// something of it first.
func (p *Page) DontSee(text string) {
	p.t.Helper()
	p.must("not see "+text, playwright.NewPlaywrightAssertions(patience).Locator(p.visible(text)).ToHaveCount(0))
}

// Shot saves the whole page as e2e/shots/NAME-DEVICE.png when KITH_SHOTS is set.
func (p *Page) Shot(name string) {
	p.t.Helper()
	if os.Getenv("KITH_SHOTS") == "" {
		return
	}
	file := filepath.Join(p.browser.root, "e2e", "shots", fmt.Sprintf("%s-%s.png", name, p.device))
	p.must("make the folder of pictures", os.MkdirAll(filepath.Dir(file), 0o750))
	_, err := p.PW.Screenshot(playwright.PageScreenshotOptions{Path: playwright.String(file), FullPage: playwright.Bool(true)})
	p.must("take a picture", err)
}
