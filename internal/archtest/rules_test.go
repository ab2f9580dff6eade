package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// A rule returns a sentence for each place of the tree that breaks it.
type rule struct {
	name  string
	check func(tree) []string
}

var rules = []rule{
	{"rings", rings},
	{"one clock", oneClock},
	{"SQL for both engines", sqlText},
	{"no SQL by Sprintf", noSprintf},
	{"templates", templates},
	{"no init in features", noInit},
	{"no skipped tests", noSkip},
	{"packages are documented", documented},
	{"files are short", short},
}

// below lists what the program's code in a folder may import of ours. Its own folder always may be (for a feature: of
// the same slice). Tests may import internal/testkit besides, and external test packages internal/demo; so may the folder
// of a slice called after it, such as training/trainingtest, which holds what its tests share and which only tests may import.
var below = []struct {
	folder string
	may    []string
}{
	{"cmd", []string{"internal/app"}},
	{"internal/app", []string{"internal/demo", "internal/feature", "internal/platform", "internal/kernel"}},
	{"internal/demo", []string{"internal/feature", "internal/platform", "internal/kernel"}},
	{"internal/feature", []string{"internal/platform", "internal/kernel"}},
	{"internal/platform", []string{"internal/kernel"}},
	{"internal/kernel", nil},
	{"internal/testkit", []string{"internal/platform", "internal/kernel"}},
	{"internal/archtest", []string{"internal", "cmd"}},
	{"web", []string{"internal/platform", "internal/kernel"}},
	{"bench", []string{"internal/app", "internal/demo", "internal/feature", "internal/platform", "internal/kernel"}},
	{"e2e", []string{"internal", "cmd"}},
}

// rings holds the four rings: cmd, app, feature, platform, kernel import downwards only; a feature never imports another;
// the kernel needs nothing but the standard library; the invented district and the test kit never get into the program.
func rings(t tree) (faults []string) {
	for _, f := range t {
		if f.ast == nil {
			continue
		}
		i := slices.IndexFunc(below, func(b struct {
			folder string
			may    []string
		}) bool {
			return f.under(b.folder)
		})
		if i < 0 {
			faults = append(faults, f.name+" is in no ring")
			continue
		}
		own := below[i].folder
		if own == "internal/feature" {
			if parts := strings.SplitN(f.dir(), "/", 4); len(parts) >= 3 {
				own = strings.Join(parts[:3], "/")
			}
		}
		may := append([]string{own}, below[i].may...)
		if f.isTest() {
			may = append(may, "internal/testkit")
			if strings.HasSuffix(f.ast.Name.Name, "_test") {
				may = append(may, "internal/demo")
			}
		}
		f.imports(func(pos token.Pos, path string, ours bool) {
			if !ours {
				first, _, _ := strings.Cut(path, "/")
				if f.under("internal/kernel") && !f.isTest() && strings.Contains(first, ".") {
					faults = append(faults, fmt.Sprintf("%s: the kernel imports %s, which is not of the standard library", f.at(pos), path))
				}
				return
			}
			if !f.isTest() && forTests(path) {
				faults = append(faults, fmt.Sprintf("%s: only tests may import %s", f.at(pos), path))
			}
			if !slices.ContainsFunc(may, func(folder string) bool { return within(path, folder) }) {
				faults = append(faults, fmt.Sprintf("%s: %s may not import %s", f.at(pos), own, path))
			}
		})
	}
	return faults
}

// oneClock keeps the machine's time to kernel/clock: rules and stores are given an instant. Tests, the benchmark and the
// asset build measure real time.
func oneClock(t tree) (faults []string) {
	for _, f := range t {
		if f.isTest() || f.under("internal/kernel/clock", "internal/testkit", "bench", "e2e", "web") {
			continue
		}
		f.uses("time", func(pos token.Pos, name string) {
			if name == "Now" || name == "Since" || name == "Until" {
				faults = append(faults, fmt.Sprintf("%s: time.%s outside kernel/clock", f.at(pos), name))
			}
		})
	}
	return faults
}

var (
	statement  = regexp.MustCompile(`(?i)\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|FROM|CREATE TABLE|ORDER BY)\b`)
	selectStar = regexp.MustCompile(`(?is)\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*|,\s*(\w+\.)?\*\s+FROM\b`)
	oneEngine  = []struct {
		what string
		is   *regexp.Regexp
	}{
		{"ILIKE", regexp.MustCompile(`(?i)\bILIKE\b`)},
		{":: casts", regexp.MustCompile(`(?i)[\w)'?]::\s*[a-z]`)},
		{"FOR UPDATE", regexp.MustCompile(`(?i)\bFOR\s+(NO\s+KEY\s+)?UPDATE\b`)},
		{"ANY()", regexp.MustCompile(`(?i)=\s*ANY\s*\(`)},
		{"GREATEST or LEAST", regexp.MustCompile(`(?i)\b(GREATEST|LEAST)\s*\(`)},
	}
	// bare are statements that need no other word of SQL to be known.
	bare = regexp.MustCompile(`^\s*(LISTEN|NOTIFY|UNLISTEN)\s+"?\w+"?\s*(,|;|$)|\bpg_(try_)?advisory_`)
)

// sqlText holds SQL to what both engines understand alike, and to columns that are listed. What only one engine has is
// the business of internal/platform.
func sqlText(t tree) (faults []string) {
	for _, f := range t {
		if f.under("internal/archtest") {
			continue
		}
		f.literals(func(pos token.Pos, text string) {
			if selectStar.MatchString(text) {
				faults = append(faults, f.at(pos)+": SELECT * (list the columns)")
			}
			if f.under("internal/platform", "internal/testkit") {
				return
			}
			if bare.MatchString(text) {
				faults = append(faults, f.at(pos)+": advisory locks and LISTEN are PostgreSQL's alone")
			}
			if !statement.MatchString(text) {
				return
			}
			for _, one := range oneEngine {
				if one.is.MatchString(text) {
					faults = append(faults, fmt.Sprintf("%s: %s is one engine's SQL", f.at(pos), one.what))
				}
			}
		})
	}
	return faults
}

// noSprintf keeps formatted text out of statements: values are bound, and optional parts are added by store.SQL's If.
func noSprintf(t tree) (faults []string) {
	store := regexp.MustCompile(`(^|/)store(_\w+)?\.go$`)
	for _, f := range t {
		if !store.MatchString(f.name) || f.isTest() {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if s, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains([]string{"Sprintf", "Sprint", "Fprintf", "Appendf"}, s.Sel.Name) {
				for _, arg := range call.Args {
					if l, ok := arg.(*ast.BasicLit); ok && statement.MatchString(l.Value) {
						faults = append(faults, f.at(call.Pos())+": SQL made by "+s.Sel.Name)
					}
				}
			}
			return true
		})
	}
	return faults
}

// banned are what templates may not hold: templ leaves these contexts open to a hostile value, or the content security
// policy blocks them.
var banned = []struct {
	what string
	is   *regexp.Regexp
}{
	{"templ.Raw", regexp.MustCompile(`\btempl\.Raw\b`)},
	{"an inline style", regexp.MustCompile(`\sstyle=["{]|<style\b`)},
	{"an inline handler", regexp.MustCompile(`\son[a-z]+=["{]|\sdata-hx-on\b`)},
	{"an inline script", regexp.MustCompile(`<script\s*>`)},
	{"an iframe", regexp.MustCompile(`<iframe\b`)},
	{"formaction", regexp.MustCompile(`\sformaction=`)},
	{"xlink:href", regexp.MustCompile(`\bxlink:href\b`)},
	{"a refresh", regexp.MustCompile(`(?i)http-equiv="refresh"`)},
	{"hx- without data- (invalid HTML)", regexp.MustCompile(`\shx-[a-z]`)},
}

func templates(t tree) (faults []string) {
	for _, f := range t {
		if f.ast != nil {
			f.uses("github.com/a-h/templ", func(pos token.Pos, name string) {
				if name == "Raw" {
					faults = append(faults, f.at(pos)+": templ.Raw")
				}
			})
			continue
		}
		if !strings.HasSuffix(f.name, ".templ") {
			continue
		}
		for i, line := range strings.Split(f.text, "\n") {
			for _, b := range banned {
				if b.is.MatchString(line) {
					faults = append(faults, fmt.Sprintf("%s:%d: %s", f.name, i+1, b.what))
				}
			}
		}
	}
	return faults
}

// noInit: a feature does nothing by being imported; app says what happens.
func noInit(t tree) (faults []string) {
	for _, f := range t {
		if f.ast == nil || !f.under("internal/feature") {
			continue
		}
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				faults = append(faults, f.at(fn.Pos())+": init in a feature")
			}
		}
	}
	return faults
}

// noSkip: a test that does not run says nothing. Only the shared data may be absent.
func noSkip(t tree) (faults []string) {
	for _, f := range t {
		if f.ast == nil || strings.Contains(f.text, "KITH_SHARED_DATA") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, s.Sel.Name) {
				if x, ok := s.X.(*ast.Ident); ok && slices.Contains([]string{"t", "tb", "b", "f"}, x.Name) {
					faults = append(faults, f.at(s.Pos())+": a skipped test")
				}
			}
			return true
		})
	}
	return faults
}

// documented: every package says what it is, in one of its files.
func documented(t tree) (faults []string) {
	said := map[string]bool{}
	for _, f := range t {
		if f.ast == nil {
			continue
		}
		doc := f.ast.Doc.Text()
		said[f.dir()] = said[f.dir()] || strings.HasPrefix(doc, "Package ") || strings.HasPrefix(doc, "Command ")
	}
	for dir, ok := range said {
		if !ok {
			faults = append(faults, dir+" has no package comment")
		}
	}
	slices.Sort(faults)
	return faults
}

// longest is the number of lines above which a file is two.
const longest = 500

func short(t tree) (faults []string) {
	for _, f := range t {
		if n := strings.Count(f.text, "\n"); n > longest && !strings.HasSuffix(f.name, ".sql") {
			faults = append(faults, fmt.Sprintf("%s has %d lines; %d are enough", f.name, n, longest))
		}
	}
	return faults
}
