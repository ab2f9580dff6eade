package browser

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// auditPatience is how long axe may take over one page. It takes about a second on a long one.
const auditPatience = time.Minute

var (
	// A templ call that does not stand at the start of a line is printed as text; it compiles, and axe passes it.
	templCall = regexp.MustCompile(`@[A-Z]\w*\(`)
	title     = regexp.MustCompile(`\S - Kith$`)
)

// A violation is one rule of axe's that a page breaks, and where.
type violation struct {
	ID, Help string
	Nodes    []struct{ Target, HTML string }
}

// look runs in the page and returns what stands in it. The document is told with what is typed and chosen in it and with every
// record's id replaced by its place in the order of ids, so that two loads of one page are the same words. A phone zooms out to show
// the whole of a page that is too wide, and calls that its innerWidth, so the width is given.
const look = `width => {
	const ids = new Map();
	const fields = [...document.querySelectorAll("input, textarea, select")].map(e => e.checked + " " + e.value);
	const words = location.protocol + location.host + "\n" + document.documentElement.outerHTML + "\n" + fields.join("\n");
	return JSON.stringify({
		document: words.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, id => ids.get(id) || (ids.set(id, "id " + ids.size), ids.get(id))),
		scrollWidth: document.documentElement.scrollWidth,
		innerWidth: width,
		title: document.title,
		text: document.body.innerText,
		unnamed: document.querySelector("a[data-leave]") !== null,
	});
}`

// audit runs axe in the page. Evaluate reaches it under any content security policy, as a script element would not.
const audit = `async () => {
	const result = await axe.run(document, {
		runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
		resultTypes: ["violations"],
		preload: false, // it would fetch style sheets again and break the policy by itself
	});
	return JSON.stringify(result.violations.map(v => ({ id: v.id, help: v.help, nodes: v.nodes.map(n => ({ target: n.target.join(" "), html: n.html })) })));
}`

// Faults returns what is wrong with the page as it stands, one sentence each: violations of WCAG 2.2 AA and of good
// practice that axe finds, a page wider than its window, a templ call printed as text, errors on the console (with those
// of the content security policy) since the page was opened, a title that does not end in " - Kith".
func (p *Page) Faults() ([]string, error) {
	var found struct {
		Document                string
		ScrollWidth, InnerWidth int
		Title, Text             string
		Unnamed                 bool
	}
	width := p.PW.ViewportSize().Width
	if err := p.ask(&found, look, width); err != nil {
		return nil, err
	}
	violations, err := p.violations(sha256.Sum256(fmt.Appendf(nil, "%d %t\n%s", width, p.scripts == nil, found.Document)))
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, v := range violations {
		for _, n := range v.Nodes {
			faults = append(faults, fmt.Sprintf("axe %s: %s: %s: %s", v.ID, v.Help, n.Target, n.HTML))
		}
	}
	if found.ScrollWidth > found.InnerWidth {
		faults = append(faults, fmt.Sprintf("width: the page is %d wide in a window of %d", found.ScrollWidth, found.InnerWidth))
	}
	if call := templCall.FindString(found.Text); call != "" {
		faults = append(faults, fmt.Sprintf("templ: the page shows the call %q as text", call))
	}
	for _, e := range p.errors() {
		faults = append(faults, "console: "+e)
	}
	if found.Unnamed { // a page for a house where somebody may look over a shoulder says nothing of Kith, and offers the way out
		if found.Title == "" || strings.Contains(found.Title, "Kith") {
			faults = append(faults, fmt.Sprintf("title: %q says where somebody was", found.Title))
		}
	} else if !title.MatchString(found.Title) {
		faults = append(faults, fmt.Sprintf("title: %q does not say which page it is and end in \" - Kith\"", found.Title))
	}
	return faults, nil
}

// violations is what axe says of the document. It takes longer than everything else about a page, and says the same of the same: a
// document that it has seen at this width is not put to it again.
func (p *Page) violations(document [32]byte) (found []violation, err error) {
	p.browser.mu.Lock()
	found, ok := p.browser.known[document]
	p.browser.mu.Unlock()
	if ok {
		return found, nil
	}
	if p.scripts != nil {
		if err := p.turnScripts(true); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, p.turnScripts(false)) }()
	}
	done := make(chan error, 1)
	go func() {
		if _, err := p.PW.Evaluate(p.browser.axe); err != nil {
			done <- fmt.Errorf("load axe: %w", err)
			return
		}
		done <- p.ask(&found, audit)
	}()
	select {
	case err = <-done:
	case <-time.After(auditPatience):
		return nil, fmt.Errorf("axe gave no answer within %v", auditPatience)
	}
	if err == nil {
		p.browser.mu.Lock()
		p.browser.known[document] = found
		p.browser.mu.Unlock()
	}
	return found, err
}

// ask runs a function in the page, which answers in JSON. It knows no time limit of its own.
func (p *Page) ask(into any, function string, args ...any) error {
	answer, err := p.PW.Evaluate(function, args...)
	if err != nil {
		return err
	}
	text, ok := answer.(string)
	if !ok {
		return fmt.Errorf("the page answered %T", answer)
	}
	return json.Unmarshal([]byte(text), into)
}

// turnScripts turns the page's scripts on or off by a session of our own, for playwright's is fixed at opening. Chromium
// ignores an order that repeats what the same session said last, so "off" is said first; and it forgets "off" when the
// session ends, so the session stays for the page's life.
func (p *Page) turnScripts(on bool) error {
	for _, off := range []bool{true, !on} {
		if _, err := p.scripts.Send("Emulation.setScriptExecutionDisabled", map[string]any{"value": off}); err != nil {
			return err
		}
	}
	return nil
}

// Check fails the test for each of the page's Faults.
func (p *Page) Check(t testing.TB) {
	t.Helper()
	faults, err := p.Faults()
	if err != nil {
		t.Fatalf("check %s (%s): %v", p.PW.URL(), p.device, err)
	}
	for _, f := range faults {
		t.Errorf("%s (%s): %s", p.PW.URL(), p.device, f)
	}
}
