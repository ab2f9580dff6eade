package ui

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
)

// classes joins the class names that are there.
func classes(names ...string) string {
	kept := names[:0:0]
	for _, n := range names {
		if n != "" {
			kept = append(kept, n)
		}
	}
	return strings.Join(kept, " ")
}

// when gives the text if the condition holds, else nothing.
func when(ok bool, text string) string {
	if ok {
		return text
	}
	return ""
}

// or gives the first text that is not empty.
func or(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// checked returns the attributes a page adds to a control, data-hx-post for example. Attributes that the page's
// security policy would refuse, or that could send a form elsewhere, are a mistake in the program: it panics.
func checked(attrs templ.Attributes) templ.Attributes {
	for name := range attrs {
		n := strings.ToLower(name)
		if n == "style" || n == "formaction" || n == "srcdoc" || strings.HasPrefix(n, "on") || strings.Contains(n, "hx-on") {
			panic(fmt.Sprintf("the attribute %q may not be added to a control", name))
		}
	}
	return attrs
}

// said tells whether there are words to show.
func said(text string, html templ.Component) bool { return text != "" || html != nil }

// described is the list of ids for aria-describedby.
func described(ids ...string) string { return classes(ids...) }

// headings are h1 to h6; a level outside stands for the given usual one.
func level(n, usual int) int {
	if n < 1 || n > 6 {
		return usual
	}
	return n
}

func idOf(id string) templ.Attributes { return optional("id", id) }

// optional is the attribute, or none when its value is empty.
func optional(name, value string) templ.Attributes {
	if value == "" {
		return nil
	}
	return templ.Attributes{name: value}
}
