package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

var (
	partial  = regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX [a-z_]+ ON ([a-z_]+) \(([^)]*)\) WHERE ([a-z_]+) <> ''`)
	noAlias  = regexp.MustCompile(`^(ON|WHERE|SET|JOIN|LEFT|CROSS|ORDER|GROUP|LIMIT)$`)
	anyWhere = regexp.MustCompile(`\bWHERE\b`)
)

// partialIndexes: an index that leaves out those rows in which a column is empty serves only a statement that says that it wants none of
// them. A value that is bound later says nothing: statements are planned once, before it is known (decision 33), and without the words the
// whole table is read.
func partialIndexes(t tree) (faults []string) {
	columns := map[string][]string{} // by table
	for _, f := range migrationsIn(t) {
		for _, m := range partial.FindAllStringSubmatch(comment.ReplaceAllString(f.text, ""), -1) {
			if regexp.MustCompile(`\b` + m[3] + `\b`).MatchString(m[2]) {
				columns[m[1]] = append(columns[m[1]], m[3])
			}
		}
	}
	for _, f := range t {
		if f.ast == nil || f.isTest() || f.under("internal/archtest", "internal/testkit", "bench", "tools") {
			continue
		}
		constants := map[string]string{}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
					for _, s := range g.Specs {
						for _, name := range s.(*ast.ValueSpec).Names {
							constants[name.Name] = words(s, nil)
						}
					}
				}
				continue
			}
			text := words(fn, constants)
			for table, all := range columns {
				for _, alias := range aliases(text, table) {
					for _, c := range all {
						if asks(text, alias, c) && !strings.Contains(text, alias+c+" <> ''") {
							faults = append(faults, fmt.Sprintf("%s: %s%s is compared, and the index on %s is only for what is not empty: say %s%s <> ''", f.at(fn.Pos()), alias, c, table, alias, c))
						}
					}
				}
			}
		}
	}
	return faults
}

// end stands after each literal of words.
const end = "\x00"

// words are the literals under a node; those of constants stand where their names do.
func words(n ast.Node, constants map[string]string) string {
	var b strings.Builder
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
				b.WriteString(s + end)
			}
		case *ast.Ident:
			b.WriteString(constants[n.Name])
		}
		return true
	})
	return b.String()
}

// aliases are the names, with their dot, that a table has in a text; "" where it is updated under its own.
func aliases(text, table string) (out []string) {
	for _, m := range regexp.MustCompile(`\b(?:FROM|JOIN) `+table+` ([A-Za-z]+)\b`).FindAllStringSubmatch(text, -1) {
		if !noAlias.MatchString(m[1]) {
			out = append(out, m[1]+".")
		}
	}
	if regexp.MustCompile(`\b(?:UPDATE|DELETE FROM) ` + table + `\b`).MatchString(text) {
		out = append(out, "")
	}
	return out
}

// asks says whether a statement finds rows by a column: it is compared with a value, or given to In.
func asks(text, alias, column string) bool {
	if alias == "" { // what is set is not asked for
		for _, statement := range strings.Split(text, end) {
			if at := anyWhere.FindStringIndex(statement); at != nil && regexp.MustCompile(`(^|[^.\w])`+column+` = \?`).MatchString(statement[at[1]:]) {
				return true
			}
		}
		return false
	}
	name := regexp.QuoteMeta(alias + column)
	return regexp.MustCompile(`\b` + name + ` = \?|(^|` + end + `)` + name + end).MatchString(text)
}
