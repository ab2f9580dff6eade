package ui

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

const repository = "../../.."

var (
	scriptTag = regexp.MustCompile(`(?i)<script\b[^>]*>`)
	banned    = regexp.MustCompile(`(?i)<iframe|\bformaction\b|xlink:href|http-equiv|\bstyle\s*=|\bstyle\?|templ\.Raw|templ\.JSFuncCall|\bhx-on\b|"js:|<style|javascript:`)
)

// faults of one template. These are the places where templ lets an address or a script from data pass unchecked.
func faults(source string) []string {
	found := banned.FindAllString(source, -1)
	for _, tag := range scriptTag.FindAllString(source, -1) {
		if !regexp.MustCompile(`\ssrc\s*=`).MatchString(tag) {
			found = append(found, tag)
		}
	}
	return found
}

// No template can print a script, a style or an address that templ does not check.
func TestTemplatesHoldNothingUnchecked(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "data") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".templ") {
			return nil
		}
		seen++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, f := range faults(string(data)) {
			t.Errorf("%s holds %s", path, f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 5 {
		t.Errorf("only %d templates were read", seen)
	}
}

func TestTheTemplateCheckFindsWhatItLooksFor(t *testing.T) {
	for _, bad := range []string{
		`<iframe src={ x }>`, `<button formaction={ x }>`, `<use xlink:href={ x }>`, `<meta http-equiv="refresh">`, `<p style={ x }>`,
		`<p style="color:red">`, `@templ.Raw(x)`, `<script>alert(1)</script>`, `<script type="module">`, `<a href="javascript:x">`,
	} {
		if len(faults(bad)) == 0 {
			t.Errorf("not found: %s", bad)
		}
	}
	for _, good := range []string{`<script type="module" src={ Asset("kith.js") }></script>`, `<link rel="stylesheet" href={ x }>`} {
		if f := faults(good); len(f) > 0 {
			t.Errorf("%s: %v", good, f)
		}
	}
}

func TestControlsRefuseAttributesThatRunOrSendElsewhere(t *testing.T) {
	for _, name := range []string{"style", "onclick", "formaction", "data-hx-on:click", "hx-on", "srcdoc", "OnFocus"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was let through", name)
				}
			}()
			rendered(t, "", Button{Text: "Send", Attributes: templ.Attributes{name: "x"}})
		}()
	}
	if got := rendered(t, "", Button{Text: "Send", Attributes: templ.Attributes{"data-hx-post": "/drafts/1"}}); !strings.Contains(got, `data-hx-post="/drafts/1"`) {
		t.Errorf("a data attribute is missing: %s", got)
	}
}

func TestAddressesAndWordsFromDataCannotRun(t *testing.T) {
	hostile := `javascript:alert(1)`
	words := `<img src=x onerror=alert(1)>"'`
	for _, c := range []templ.Component{
		Button{Text: words, Href: hostile}, BackLink{Text: words, Href: hostile}, Breadcrumbs{Items: []Crumb{{Text: words, Href: hostile}}},
		ErrorSummary{ErrorList: []ErrorItem{{Text: words, Href: hostile}}}, Pagination{Next: PageStep{Text: words, Href: hostile}},
		SummaryList{Rows: []SummaryRow{{Actions: SummaryActions{Items: []SummaryAction{{Text: words, Href: hostile}}}}}},
		TaskList{Items: []Task{{Title: TaskTitle{Text: words}, Href: hostile}}}, Input{Name: words, Value: words, Label: Label{Text: words}},
		Textarea{Name: "a", Value: "</textarea>" + words}, Page{Title: words, Place: words, Flash: words, Body: Hint{Text: words}, Back: &Link{words, hostile}},
	} {
		got := rendered(t, "", c)
		if strings.Contains(got, "javascript:") || strings.Contains(got, "<img") {
			t.Errorf("%T lets it through: %s", c, got)
		}
	}
}
