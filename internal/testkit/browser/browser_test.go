package browser_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kith/internal/testkit/browser"
	"kith/internal/testkit/repo"
)

// csp is the policy of the program's own pages: what passes here must pass there.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// good is a page without a fault; each faulty page below is this one with one thing changed.
const good = `<!DOCTYPE html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Record a concern - Kith</title>
<link rel="stylesheet" href="/style.css"></head>
<body><header>Kith</header><main><h1>Record a concern</h1>
<form method="post" action="/concerns">
<p><label for="words">What happened</label> <textarea id="words" name="words"></textarea></p>
<p><label for="school">School</label> <select id="school" name="school"><option>Toller</option><option>Oscott</option></select></p>
<fieldset><legend>How soon must somebody read this?</legend>
<p><input type="radio" id="now" name="soon" value="now"> <label for="now">Now</label></p>
<p><input type="radio" id="today" name="soon" value="today"> <label for="today">Today</label></p></fieldset>
<p><input type="checkbox" id="safe" name="safe"> <label for="safe">The child is safe</label></p>
<button>Save</button></form>
<p id="by-script"></p></main><script src="/script.js"></script></body></html>`

func server(t *testing.T, page string) string {
	t.Helper()
	mux := http.NewServeMux()
	serve := func(w http.ResponseWriter, status int, kind, body string) {
		w.Header().Set("Content-Security-Policy", csp)
		w.Header().Set("Content-Type", kind+"; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { serve(w, 200, "text/html", page) })
	mux.HandleFunc("GET /refused", func(w http.ResponseWriter, _ *http.Request) { serve(w, 422, "text/html", page) })
	mux.HandleFunc("POST /concerns", func(w http.ResponseWriter, r *http.Request) {
		answer := fmt.Sprintf("Saved: %s, %s, %s, %s", r.FormValue("words"), r.FormValue("school"), r.FormValue("soon"), r.FormValue("safe"))
		serve(w, 200, "text/html", strings.Replace(good, "<h1>Record a concern", "<h1>"+answer, 1))
	})
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, _ *http.Request) {
		serve(w, 200, "text/css", ".pale { color: #bbb } .wide { width: 900px } button { min-height: 44px }")
	})
	mux.HandleFunc("GET /script.js", func(w http.ResponseWriter, _ *http.Request) {
		serve(w, 200, "text/javascript", `document.getElementById("by-script").textContent = "Drawn by script"`)
	})
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestGoodPageHasNoFaultOnPhoneAndDesktopWithAndWithoutScript(t *testing.T) {
	b, base := browser.New(t), server(t, good)
	for name, p := range map[string]*browser.Page{
		"phone": b.Phone(t, base), "desktop": b.Desktop(t, base),
		"phone without script": b.Phone(t, base, browser.WithoutScript()),
	} {
		t.Run(name, func(t *testing.T) {
			if status := p.Goto("/"); status != 200 {
				t.Fatalf("status %d", status)
			}
			p.Check(t)
			if strings.Contains(name, "without") {
				p.Goto("/") // the check turned scripts on for itself alone
				p.See("How soon must somebody read this?")
				p.Click("button", "Save")
				p.See("Saved: ")
				p.Goto("/")
				p.DontSee("Drawn by script")
			} else {
				p.See("Drawn by script")
			}
		})
	}
}

func TestPageOfAnErrorIsNoFault(t *testing.T) {
	p := browser.New(t).Desktop(t, server(t, good))
	if status := p.Goto("/refused"); status != 422 {
		t.Fatalf("status %d", status)
	}
	p.Check(t)
}

func TestJourneyByLabelAndRole(t *testing.T) {
	p := browser.New(t).Phone(t, server(t, good))
	p.Goto("/")
	p.Fill("What happened", "Tired & hungry")
	p.Select("School", "Oscott")
	p.Choose("Today")
	p.Tick("The child is safe")
	p.Click("button", "Save")
	p.See("Saved: Tired & hungry, Oscott, today, on")
}

func TestCheckFindsEachFault(t *testing.T) {
	b := browser.New(t)
	change := func(old, now string) string {
		changed := strings.Replace(good, old, now, 1)
		if changed == good {
			t.Fatalf("the good page lacks %s", old)
		}
		return changed
	}
	for name, test := range map[string]struct{ page, want string }{
		"field without label":  {change(`<label for="words">What happened</label>`, "What happened"), "axe label:"},
		"pale text":            {change("<p id", `<p class="pale">Hard to read</p><p id`), "axe color-contrast:"},
		"no language":          {change(` lang="en-GB"`, ""), "axe html-has-lang:"},
		"no heading":           {change("<h1>Record a concern</h1>", ""), "axe page-has-heading-one:"},
		"text outside main":    {change("<header>Kith</header>", "<div>Kith</div>"), "axe region:"},
		"wider than a phone":   {change("<p id", `<p class="wide">Wide</p><p id`), "width: the page is"},
		"templ call as text":   {change("Record a concern</h1>", `Record a concern @Chip("amber")</h1>`), `templ: the page shows the call "@Chip("`},
		"inline script":        {change("</main>", "</main><script>1</script>"), "console: "},
		"inline style":         {change("<p id", `<p style="color:red">Red</p><p id`), "console: "},
		"asset that is absent": {change("</main>", `<img src="/absent.png" alt="School gate"></main>`), "console: Failed to load resource"},
		"script that throws":   {change("/script.js", "/script.js?"), "console: "},
		"title without page":   {change("Record a concern - Kith</title>", "Kith</title>"), `title: "Kith"`},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "script that throws" {
				test.page = strings.Replace(test.page, `id="by-script"`, `id="gone"`, 1)
			}
			p := b.Phone(t, server(t, test.page))
			p.Goto("/")
			faults, err := p.Faults()
			if err != nil {
				t.Fatal(err)
			}
			if len(faults) != 1 || !strings.HasPrefix(faults[0], test.want) {
				t.Errorf("want one fault %q, got %d:\n%s", test.want, len(faults), strings.Join(faults, "\n"))
			}
		})
	}
}

// A document is put to axe once, and what axe said is told again; another one, were it but for what is chosen in it, is put to it anew.
func TestFaultOfADocumentIsToldAgain(t *testing.T) {
	p := browser.New(t).Phone(t, server(t, strings.Replace(good, "</main>", `<input id="bare" aria-label="Bare"></main>`, 1)))
	p.Goto("/")
	p.Check(t)
	if _, err := p.PW.Evaluate(`document.getElementById("bare").removeAttribute("aria-label")`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if faults, err := p.Faults(); err != nil || len(faults) != 1 || !strings.HasPrefix(faults[0], "axe label:") {
			t.Errorf("%v, %v", faults, err)
		}
	}
}

// A page that offers the way out does not say in its title where somebody was, and one that a test gets from another is as new.
func TestPageIsAsNewForAnotherTest(t *testing.T) {
	quiet := strings.NewReplacer("<header>Kith</header>", `<header><a href="/" data-leave>Leave this page</a></header>`, "<title>Record a concern - Kith", "<title>Talk to somebody").Replace(good)
	p := browser.New(t).Phone(t, server(t, quiet))
	p.Goto("/")
	p.Check(t)
	if _, err := p.PW.Evaluate(`document.cookie = "held=1"; document.title = "Kith"; console.error("broken")`); err != nil {
		t.Fatal(err)
	}
	if faults, err := p.Faults(); err != nil || len(faults) != 2 {
		t.Errorf("want the console and the title, got %v, %v", faults, err)
	}
	p.For(t, "/")
	p.Check(t)
	if held, err := p.PW.Context().Cookies(); err != nil || len(held) > 0 {
		t.Errorf("cookies are left: %v, %v", held, err)
	}
}

// The published audit pages have one known fault each. axe does not claim to find all of them; these it does, and a
// page of the same kind without the fault must not set the same rule off.
func TestCheckFindsTheFaultsOfPublishedAuditPages(t *testing.T) {
	folder := repo.Shared(t, "a11y", "tests")
	p := browser.New(t).Desktop(t, "file://"+folder)
	for file, rule := range map[string]string{
		"buttons-empty-button.html":                       "button-name",
		"buttons-image-button-has-no-alt-attribute.html":  "input-image-alt",
		"forms-form-element-has-no-label.html":            "label",
		"frames-iframe-is-missing-a-title-attribute.html": "frame-title",
		"headings-empty-heading.html":                     "empty-heading",
		"html-invalid-aria-role-names.html":               "aria-roles",
		"images-image-with-no-alt-attribute.html":         "image-alt",
		"keyboard-access-tabindex-greater-than-0.html":    "tabindex",
		"links-blank-link-text.html":                      "link-name",
		"lists-li-element-with-no-parent.html":            "listitem",
		"typography-marquee-element-found.html":           "marquee",
	} {
		p.Goto("file://" + filepath.Join(folder, file))
		faults, err := p.Faults()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if !strings.Contains(strings.Join(faults, "\n"), "axe "+rule+":") {
			t.Errorf("%s: %s was not found; got:\n%s", file, rule, strings.Join(faults, "\n"))
		}
	}
	p.Goto("file://" + filepath.Join(folder, "images-image-with-no-alt-attribute.html"))
	faults, err := p.Faults()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.Join(faults, "\n"), "axe button-name:") {
		t.Error("a page without buttons is said to have a nameless one")
	}
}

func TestShotIsTakenOnlyWhenAsked(t *testing.T) {
	p := browser.New(t).Phone(t, server(t, good))
	p.Goto("/")
	file := filepath.Join(repo.Root(t), "e2e", "shots", "browser-test-phone.png")
	t.Cleanup(func() { os.Remove(file) })
	t.Setenv("KITH_SHOTS", "")
	p.Shot("browser-test")
	if _, err := os.Stat(file); err == nil {
		t.Fatal("a picture was taken that nobody asked for")
	}
	t.Setenv("KITH_SHOTS", "1")
	p.Shot("browser-test")
	if info, err := os.Stat(file); err != nil || info.Size() < 1000 {
		t.Fatalf("no picture: %v", err)
	}
}

// TestHelperProcess is no test of its own: TestBrowserDiesWithItsProcess runs it in a process to be killed.
func TestHelperProcess(t *testing.T) {
	if os.Getenv("KITH_BROWSER_HELPER") == "" {
		return
	}
	browser.New(t)
	fmt.Println("open")
	time.Sleep(time.Minute)
}

func TestBrowserDiesWithItsProcess(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperProcess$")
	mark := fmt.Sprintf("KITH_BROWSER_HELPER=%d", os.Getpid())
	cmd.Env = append(os.Environ(), mark)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "open"; {
	}
	if n := len(processesWith(mark)); n < 3 {
		t.Fatalf("%d processes bear the mark; the test, its driver and its browser should", n)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed, as asked
	var left []string
	for range 100 {
		if left = processesWith(mark); len(left) == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("still there 10 seconds after their process was killed: %v", left)
}

// processesWith returns the processes whose environment has this entry.
func processesWith(entry string) (found []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, f := range files {
		env, err := os.ReadFile(f)
		if err == nil && strings.Contains("\x00"+string(env), "\x00"+entry+"\x00") {
			found = append(found, filepath.Base(filepath.Dir(f)))
		}
	}
	return found
}
