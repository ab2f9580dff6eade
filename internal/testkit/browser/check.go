package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
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

// audit runs in the page. A phone zooms out to show the whole of a page that is too wide, and calls that its innerWidth,
// so the width is given. Evaluate reaches it under any content security policy, as a script element would not.
const audit = `async width => {
	const result = await axe.run(document, {
		runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
		resultTypes: ["violations"],
		preload: false, // it would fetch style sheets again and break the policy by itself
	});
	return JSON.stringify({
		violations: result.violations.map(v => ({ id: v.id, help: v.help, nodes: v.nodes.map(n => ({ target: n.target.join(" "), html: n.html })) })),
		scrollWidth: document.documentElement.scrollWidth,
		innerWidth: width,
		title: document.title,
		text: document.body.innerText,
	});
}`

// Faults returns what is wrong with the page as it stands, one sentence each: violations of WCAG 2.2 AA and of good
// practice that axe finds, a page wider than its window, a templ call printed as text, errors on the console (with those
// of the content security policy) since the page was opened, a title that does not end in " - Kith".
func (p *Page) Faults() ([]string, error) {
	answer, err := p.audit()
	if err != nil {
		return nil, err
	}
	text, ok := answer.(string)
	if !ok {
		return nil, fmt.Errorf("axe answered %T", answer)
	}
	var found struct {
		Violations []struct {
			ID, Help string
			Nodes    []struct{ Target, HTML string }
		}
		ScrollWidth, InnerWidth int
		Title, Text             string
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		return nil, err
	}
	var faults []string
	for _, v := range found.Violations {
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
	if !title.MatchString(found.Title) {
		faults = append(faults, fmt.Sprintf("title: %q does not say which page it is and end in \" - Kith\"", found.Title))
	}
	return faults, nil
}

// audit runs axe in the page, which may have scripts turned off: they are on for as long as it runs, too late for those
// of the page itself. Evaluate knows no time limit of its own.
func (p *Page) audit() (answer any, err error) {
	if p.scripts != nil {
		if err := p.turnScripts(true); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, p.turnScripts(false)) }()
	}
	type result struct {
		answer any
		err    error
	}
	done := make(chan result, 1)
	go func() {
		if _, err := p.PW.Evaluate(p.browser.axe); err != nil {
			done <- result{err: fmt.Errorf("load axe: %w", err)}
			return
		}
		answer, err := p.PW.Evaluate(audit, p.PW.ViewportSize().Width)
		done <- result{answer, err}
	}()
	select {
	case r := <-done:
		return r.answer, r.err
	case <-time.After(auditPatience):
		return nil, fmt.Errorf("axe gave no answer within %v", auditPatience)
	}
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
