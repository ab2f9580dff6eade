package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// The examples that govuk-frontend ships: parameters in, HTML out.
const fixtureDir = "../../../node_modules/govuk-frontend/dist/govuk/components"

type fixture struct {
	Name    string
	Options map[string]any
	HTML    string
}

// components are those we have, by GOV.UK's folder names.
var components = map[string]templ.Component{
	"back-link": BackLink{}, "breadcrumbs": Breadcrumbs{}, "button": Button{}, "character-count": CharacterCount{},
	"checkboxes": Checkboxes{}, "date-input": DateInput{}, "details": Details{}, "error-message": ErrorMessage{},
	"error-summary": ErrorSummary{}, "fieldset": Fieldset{}, "file-upload": FileUpload{}, "hint": Hint{}, "input": Input{},
	"inset-text": InsetText{}, "label": Label{}, "notification-banner": NotificationBanner{}, "pagination": Pagination{},
	"panel": Panel{}, "password-input": PasswordInput{}, "phase-banner": PhaseBanner{}, "radios": Radios{}, "select": Select{},
	"skip-link": SkipLink{}, "summary-list": SummaryList{}, "table": Table{}, "tabs": Tabs{}, "tag": Tag{},
	"task-list": TaskList{}, "textarea": Textarea{}, "warning-text": WarningText{},
}

func TestComponentsPrintWhatGOVUKFrontendPrints(t *testing.T) {
	passed, left := 0, 0
	for folder, sample := range components {
		t.Run(folder, func(t *testing.T) {
			for _, f := range readFixtures(t, folder) {
				reason, without := withoutFixture[folder][f.Name]
				component, err := decode(f.Options, reflect.TypeOf(sample))
				var got, want string
				if err == nil {
					want = outline(t, f.HTML)
					got = outline(t, rendered(t, f.HTML, component.Interface().(templ.Component)))
				}
				same := err == nil && got == want
				switch {
				case without && same:
					t.Errorf("%q matches now: take it off the list of those left out (%s)", f.Name, reason)
				case without:
					left++
				case err != nil:
					t.Errorf("%q: %v", f.Name, err)
				case !same:
					t.Errorf("%q differs\n got:\n%s\nwant:\n%s", f.Name, got, want)
				default:
					passed++
				}
			}
		})
	}
	t.Logf("%d examples match, %d are left out with a reason", passed, left)
	if passed < 500 {
		t.Errorf("only %d examples were compared", passed)
	}
}

func TestLeftOutExamplesExist(t *testing.T) {
	for folder, names := range withoutFixture {
		have := readFixtures(t, folder)
		for name := range names {
			if !slices.ContainsFunc(have, func(f fixture) bool { return f.Name == name }) {
				t.Errorf("%s has no example %q", folder, name)
			}
		}
	}
}

func readFixtures(t *testing.T, folder string) []fixture {
	t.Helper()
	data, err := os.ReadFile(fixtureDir + "/" + folder + "/fixtures.json")
	if err != nil {
		t.Fatalf("run npm ci in the root of the repository first: %v", err)
	}
	var file struct{ Fixtures []fixture }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Fixtures
}

var callAsText = regexp.MustCompile(`@[A-Z]\w*\(`)

// rendered is the component as HTML. It may hold no style of its own: only what GOV.UK's example puts into it as markup.
func rendered(t *testing.T, example string, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "style=") && !strings.Contains(example, "style=") {
		t.Errorf("a style attribute: %s", b.String())
	}
	if call := callAsText.FindString(b.String()); call != "" {
		t.Errorf("a component call printed as text: %s", call)
	}
	return b.String()
}

// outline is the tree of some HTML as text, one node a line: attributes sorted, class names sorted, white space folded.
func outline(t *testing.T, source string) string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(source), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, n := range nodes {
		outlineNode(&b, n, 0)
	}
	return b.String()
}

func outlineNode(b *strings.Builder, n *html.Node, depth int) {
	pad := strings.Repeat("  ", depth)
	switch n.Type {
	case html.TextNode:
		if text := strings.Join(strings.Fields(n.Data), " "); text != "" {
			b.WriteString(pad + text + "\n")
		}
		return
	case html.ElementNode:
		var attrs []string
		for _, a := range n.Attr {
			value := a.Val
			if a.Key == "class" {
				names := strings.Fields(value)
				slices.Sort(names)
				value = strings.Join(names, " ")
			}
			attrs = append(attrs, fmt.Sprintf(" %s=%q", a.Key, value))
		}
		slices.Sort(attrs)
		b.WriteString(pad + "<" + n.Data + strings.Join(attrs, "") + ">\n")
	}
	// Adjacent texts are one text to a reader, however they were written.
	joined := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.TextNode {
			joined += c.Data
			if c.NextSibling != nil && c.NextSibling.Type == html.TextNode {
				continue
			}
			outlineNode(b, &html.Node{Type: html.TextNode, Data: joined}, depth+1)
			joined = ""
			continue
		}
		outlineNode(b, c, depth+1)
	}
}

var componentType = reflect.TypeFor[templ.Component]()

// decode fills our struct from GOV.UK's parameters, which have the same names. A parameter we have no field for is an
// error, so that nothing is left out in silence.
func decode(v any, t reflect.Type) (reflect.Value, error) {
	out := reflect.New(t).Elem()
	if v == nil {
		return out, nil
	}
	switch {
	case t == componentType:
		switch x := v.(type) {
		case string:
			if x == "" {
				return out, nil
			}
			out.Set(reflect.ValueOf(trusted(x)))
			return out, nil
		case map[string]any: // conditional: {html: …}
			if h, ok := x["html"]; ok && len(x) == 1 {
				return decode(h, t)
			}
			if len(x) == 0 {
				return out, nil
			}
		case bool:
			if !x {
				return out, nil
			}
		}
		return out, fmt.Errorf("no markup from %v", v)
	case t.Kind() == reflect.Pointer:
		inner, err := decode(v, t.Elem())
		if err != nil {
			return out, err
		}
		p := reflect.New(t.Elem())
		p.Elem().Set(inner)
		return p, nil
	case t == reflect.TypeFor[templ.Attributes]():
		m, ok := v.(map[string]any)
		if !ok {
			return out, fmt.Errorf("attributes of another kind: %v", v)
		}
		attrs := templ.Attributes{}
		for k, x := range m {
			if _, nested := x.(map[string]any); nested {
				return out, fmt.Errorf("an attribute with options: %s", k)
			}
			attrs[k] = fmt.Sprint(x)
		}
		out.Set(reflect.ValueOf(attrs))
		return out, nil
	}
	switch t.Kind() {
	case reflect.String:
		switch v.(type) {
		case string, float64, bool:
			out.SetString(fmt.Sprint(v))
			return out, nil
		}
	case reflect.Bool:
		if b, ok := v.(bool); ok {
			out.SetBool(b)
			return out, nil
		}
	case reflect.Int:
		switch x := v.(type) {
		case float64:
			out.SetInt(int64(x))
			return out, nil
		case string:
			var n int64
			if _, err := fmt.Sscan(x, &n); err == nil {
				out.SetInt(n)
				return out, nil
			}
		}
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			break
		}
		for _, x := range list {
			if x == nil || x == false || x == "" || reflect.DeepEqual(x, map[string]any{}) && t.Elem() == reflect.TypeFor[PageNumber]() {
				continue // GOV.UK passes over empty items
			}
			item, err := decode(x, t.Elem())
			if err != nil {
				return out, err
			}
			out = reflect.Append(out, item)
		}
		return out, nil
	case reflect.Map:
		m, ok := v.(map[string]any)
		if !ok {
			break
		}
		out.Set(reflect.MakeMap(t))
		for k, x := range m {
			value, err := decode(x, t.Elem())
			if err != nil {
				return out, err
			}
			out.SetMapIndex(reflect.ValueOf(k), value)
		}
		return out, nil
	case reflect.Struct:
		m, ok := v.(map[string]any)
		if !ok {
			break
		}
		for k, x := range m {
			f, ok := t.FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, k) })
			if !ok || !f.IsExported() {
				return out, fmt.Errorf("%s has no %s", t.Name(), k)
			}
			value, err := decode(x, f.Type)
			if err != nil {
				return out, fmt.Errorf("%s: %w", k, err)
			}
			out.FieldByIndex(f.Index).Set(value)
			if has, ok := t.FieldByName("Has" + f.Name); ok {
				out.FieldByIndex(has.Index).SetBool(true)
			}
		}
		return out, nil
	}
	return out, fmt.Errorf("%T where %s is wanted", v, t)
}

// trusted is markup from GOV.UK's own examples. No page can do this: components take markup only as components.
func trusted(markup string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, markup)
		return err
	})
}
