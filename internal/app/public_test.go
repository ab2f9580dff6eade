package app

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/platform/web"
	"kith/internal/testkit"
	"kith/internal/testkit/repo"
)

var update = flag.Bool("update", false, "write docs/access.md anew")

// The page for people and the page for reviewers are made from the table that decides; neither can say anything else.
func TestAccessPage(t *testing.T) {
	w := newWorld(t)
	page := w.nobody(t).Get("/access").Status(200).Has("title", "Who can see what").HasNot("form[action='/sign-out']")
	w.as(t, "dsl").Get("/access").Status(200).Has("nav[aria-label='Main']", "Today")
	for _, k := range access.Rules.Kinds {
		for _, x := range k.Rules {
			page.Has("td", x.Words)
		}
	}
	for _, x := range access.LogRules {
		page.Has("td", x.Words)
	}
	for _, words := range access.Rules.DenyWords {
		page.Has("li", words)
	}
	page.Has("footer a[href='/accessibility']").Has("footer a[href='/access']")

	file := filepath.Join(repo.Root(t), "docs", "access.md")
	want := accessDocument(access.Rules, w.Site.Routes())
	if *update {
		testkit.OK(t, os.MkdirAll(filepath.Dir(file), 0o755))
		testkit.OK(t, os.WriteFile(file, []byte(want), 0o644))
	}
	have, err := os.ReadFile(file)
	testkit.OK(t, err)
	if string(have) != want {
		t.Errorf("docs/access.md does not say what the program does. Run: go test ./internal/app -run TestAccessPage -update")
	}
}

func TestAccessibilityStatement(t *testing.T) {
	w := newWorld(t)
	w.nobody(t).Get("/accessibility").Status(200).Has("h1", "Accessibility").Has("main", "WCAG 2.2", "What falls short")
	w.as(t, "teacher").Get("/accessibility").Status(200).Has("header", "Thornbeck Primary")
}

// accessDocument is docs/access.md.
func accessDocument(table access.Table, routes []web.Route) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Who can see what\n")
	line("Made from `internal/kernel/access` and the routes by `go test ./internal/app -run TestAccessPage -update`. A test holds it to both.\n")
	line("## Before every rule\n")
	for _, w := range table.DenyWords {
		line("- %s.", w)
	}
	for _, k := range table.Kinds {
		line("\n## %s\n\nParts: %s.\n", k.Words, strings.Join(k.Parts, ", "))
		line("| rule | who, and when | may |\n|---|---|---|")
		for _, x := range k.Rules {
			line("| `%s` | %s | %s |", x.Name, x.Words, mayDo(x))
		}
	}
	line("\n## The audit log\n\n%s.\n\n| rule | who, and at what | may |\n|---|---|---|", access.LogWords)
	for _, x := range access.LogRules {
		line("| `%s` | %s | look |", x.Name, x.Words)
	}
	line("\n## What a page asks before it looks at any record\n\n| permission | words |\n|---|---|")
	permissions := map[string]string{}
	var names []string
	for _, r := range routes {
		if permissions[r.Permission.Name] == "" {
			names = append(names, r.Permission.Name)
		}
		permissions[r.Permission.Name] = r.Permission.Words
	}
	slices.Sort(names)
	for _, n := range names {
		line("| `%s` | %s |", n, permissions[n])
	}
	line("\n## Every address\n\n| address | permission |\n|---|---|")
	for _, r := range routes {
		secret := ""
		if r.Token {
			secret = ", by the secret in its address"
		}
		line("| `%s %s` | `%s`%s |", r.Method, r.Pattern, r.Permission.Name, secret)
	}
	return b.String()
}
