package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	partial  = regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX [a-z_]+ ON ([a-z_]+) \(([^)]*)\) WHERE ([a-z_]+) <> ''`)
	leaves   = regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX [a-z_]+ ON ([a-z_]+) \(([a-z_]+)[^)]*\) WHERE ([^;]+);`)
	noAlias  = regexp.MustCompile(`^(ON|WHERE|SET|JOIN|LEFT|CROSS|ORDER|GROUP|LIMIT)$`)
	anyWhere = regexp.MustCompile(`\bWHERE\b`)
)

// partialIndexes: an index that leaves rows out serves only a statement that says that it wants none of them, such as those in which a
// column is empty. A value that is bound later says nothing: statements are planned once, before it is known (decision 33), and without
// the words the whole table is read.
func partialIndexes(t tree) (faults []string) {
	wanting := map[string]map[string][][]string{} // the words of each such index, by table and column
	add := func(table, column string, words ...string) {
		if wanting[table] == nil {
			wanting[table] = map[string][][]string{}
		}
		wanting[table][column] = append(wanting[table][column], words)
	}
	var schema strings.Builder
	for _, f := range migrationsIn(t) {
		schema.WriteString(comment.ReplaceAllString(f.text, ""))
	}
	for _, m := range partial.FindAllStringSubmatch(schema.String(), -1) {
		if regexp.MustCompile(`\b` + m[3] + `\b`).MatchString(m[2]) {
			add(m[1], m[3], m[3]+" <> ''")
		}
	}
	for _, m := range leaves.FindAllStringSubmatch(schema.String(), -1) {
		table, first := m[1], m[2]
		whole := regexp.MustCompile(`CREATE (?:UNIQUE )?INDEX [a-z_]+ ON ` + table + ` \(` + first + `\b[^)]*\);`)
		if first != "district_id" && m[3] != first+" <> ''" && !whole.MatchString(schema.String()) {
			add(table, first, strings.Split(m[3], " AND ")...)
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
			for table, columns := range wanting {
				for _, alias := range aliases(text, table) {
					for c, indexes := range columns {
						said := func(words []string) bool {
							return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, alias+w) })
						}
						if asks(text, alias, c) && !slices.ContainsFunc(indexes, said) {
							faults = append(faults, fmt.Sprintf("%s: %s%s is compared, and the index on %s leaves rows out: say %s%s", f.at(fn.Pos()), alias, c, table, alias, strings.Join(indexes[0], " AND "+alias)))
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
