package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kith/internal/testkit/repo"
)

// dataRules are the rules of what is asked of the database and of the tables that migrations make.
var dataRules = []rule{
	{"statements are constant", constantStatements},
	{"bare transactions", bareTransactions},
	{"placeholders", placeholders},
	{"type words", typeWords},
	{"own tables", ownTables},
	{"districts", districts},
	{"records are marked", recordsMarked},
	{"nobody is never NULL", neverNull},
	{"partial indexes serve", partialIndexes},
}

func TestDataRules(t *testing.T) {
	here, err := load(repo.Root(t))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(migrationsIn(here)); n < 3 {
		t.Fatalf("only %d migrations were found: the rules would judge nothing", n)
	}
	for _, r := range dataRules {
		t.Run(r.name, func(t *testing.T) {
			for _, fault := range r.check(here) {
				t.Error(fault)
			}
		})
	}
}

// clause is what a piece of a statement looks like.
var clause = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|FROM|WHERE|AND|OR|ORDER BY|GROUP BY|LIMIT|JOIN|LEFT JOIN|SET|VALUES)\b|\b(WHERE|AND|FROM|VALUES|SET)\b.*(=|<|>|\(|')\s*'?\s*$`)

// readByHand are files whose statements this rule cannot see to be constant, and what a reader has seen there.
var readByHand = map[string]string{
	"internal/feature/directory/store_register.go": "bind takes its pieces from a table of literals",
}

// constantStatements: a statement outside the platform is put together from literals and constants only, so that nothing
// that somebody typed can stand in it. A value is bound, an optional part added by If. A function that only its own package
// calls, and only with constants, may put its parameters in, too.
func constantStatements(t tree) (faults []string) {
	folders := map[string]*folderText{}
	for _, f := range t {
		if f.ast == nil || f.isTest() {
			continue
		}
		if folders[f.dir()] == nil {
			folders[f.dir()] = &folderText{map[string]bool{}, map[string][][]ast.Expr{}}
		}
		folders[f.dir()].read(f)
	}
	for _, f := range t {
		if f.ast == nil || f.isTest() || f.under("internal/platform", "internal/testkit", "internal/archtest", "internal/kernel/access", "web", "bench") || readByHand[f.name] != "" {
			continue
		}
		in := folders[f.dir()]
		for _, d := range f.ast.Decls {
			params := in.constantParams(d)
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.BinaryExpr:
					if n.Op != token.ADD {
						return true
					}
					if all, sql := in.constant(n, params); sql && !all {
						faults = append(faults, f.at(n.Pos())+": a value in the text of a statement")
					}
					return false
				case *ast.CallExpr:
					if s, ok := n.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "SQL" && len(n.Args) > 0 {
						x, ok := s.X.(*ast.Ident)
						_, glued := n.Args[0].(*ast.BinaryExpr)
						if all, _ := in.constant(n.Args[0], params); ok && x.Name == "store" && !glued && !all {
							faults = append(faults, f.at(n.Pos())+": a statement that is no constant")
						}
					}
				}
				return true
			})
		}
	}
	return faults
}

// folderText is what is constant in a package, and with what its functions are called there.
type folderText struct {
	constants map[string]bool
	calls     map[string][][]ast.Expr
}

func (in *folderText) read(f file) {
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GenDecl:
			for _, s := range n.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && n.Tok == token.CONST {
					for _, name := range v.Names {
						in.constants[name.Name] = true
					}
				}
			}
		case *ast.CallExpr:
			if name, ok := n.Fun.(*ast.Ident); ok {
				in.calls[name.Name] = append(in.calls[name.Name], n.Args)
			}
		}
		return true
	})
}

// constant says whether an expression is put together from constants only, and whether it looks like a statement.
func (in *folderText) constant(e ast.Expr, params map[string]bool) (all, sql bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return true, e.Kind == token.STRING && err == nil && clause.MatchString(text)
	case *ast.Ident:
		return in.constants[e.Name] || params[e.Name], false
	case *ast.ParenExpr:
		return in.constant(e.X, params)
	case *ast.BinaryExpr:
		a, sa := in.constant(e.X, params)
		b, sb := in.constant(e.Y, params)
		return a && b, sa || sb
	}
	return false, false
}

// constantParams returns the parameters of a function that only its package can call, where every call gives a constant.
func (in *folderText) constantParams(d ast.Decl) map[string]bool {
	fn, ok := d.(*ast.FuncDecl)
	if !ok || fn.Recv != nil || fn.Name.IsExported() {
		return nil
	}
	out, at := map[string]bool{}, 0
	for _, p := range fn.Type.Params.List {
		for _, name := range p.Names {
			out[name.Name] = len(in.calls[fn.Name.Name]) > 0
			for _, args := range in.calls[fn.Name.Name] {
				if at >= len(args) {
					out[name.Name] = false
				} else if all, _ := in.constant(args[at], nil); !all {
					out[name.Name] = false
				}
			}
			at++
		}
	}
	return out
}

// bareTransactions: what goes past the store, its predicates and its poison is for the job queue, the log and the store.
func bareTransactions(t tree) (faults []string) {
	for _, f := range t {
		if f.ast == nil || f.isTest() || f.under("internal/platform/store", "internal/platform/jobs", "internal/platform/audit", "internal/testkit", "bench", "tools") {
			continue
		}
		f.imports(func(pos token.Pos, path string, ours bool) {
			if path == "database/sql" && !ours {
				faults = append(faults, f.at(pos)+": database/sql outside the store")
			}
		})
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && len(c.Args) == 0 {
				if s, ok := c.Fun.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && (s.Sel.Name == "Raw" && x.Name == "tx") {
						faults = append(faults, f.at(c.Pos())+": the bare transaction outside the job queue and the log")
					}
				}
			}
			return true
		})
	}
	return faults
}

var dollar = regexp.MustCompile(`\$\d`)

// placeholders: a value is ?, which the store numbers; $2 written before $1 would be swapped on one engine.
func placeholders(t tree) (faults []string) {
	for _, f := range t {
		if f.isTest() || f.under("internal/platform/store", "internal/archtest", "internal/testkit") {
			continue
		}
		f.literals(func(pos token.Pos, text string) {
			if clause.MatchString(text) && dollar.MatchString(text) {
				faults = append(faults, f.at(pos)+": a numbered placeholder (write ?)")
			}
		})
	}
	return faults
}

// A made table is one CREATE TABLE of a migration.
type madeTable struct {
	at       string // file
	slice    string
	name     string
	body     string
	end      string // what stands between the closing bracket and the semicolon
	personal bool
}

var (
	comment    = regexp.MustCompile(`(?m)--.*$`)
	engineOnly = regexp.MustCompile(`(?ms)^-- \+kith (sqlite|postgres)\s*\n.*?^-- \+kith end\s*$`)
	created    = regexp.MustCompile(`(?ms)^((?:-- \+kith personal\s*\n)?)CREATE TABLE ([a-z_]+) \((.*?)^\)([^;]*);`)
	quoted     = regexp.MustCompile(`'[^']*'`)
)

func migrationsIn(t tree) (out []file) {
	for _, f := range t {
		if strings.HasSuffix(f.name, ".sql") && strings.Contains(f.name, "/migrations/") {
			out = append(out, f)
		}
	}
	return out
}

// sliceOf returns the slice that a migration belongs to: the folder above migrations.
func sliceOf(f file) string {
	parts := strings.Split(f.name, "/")
	return parts[slices.Index(parts, "migrations")-1]
}

// tables returns the tables that both engines make. A table of one engine only, such as an index of words, is the platform's.
func tables(t tree) (out []madeTable) {
	for _, f := range migrationsIn(t) {
		for _, m := range created.FindAllStringSubmatch(engineOnly.ReplaceAllString(f.text, ""), -1) {
			out = append(out, madeTable{f.name, sliceOf(f), m[2], comment.ReplaceAllString(m[3], ""), strings.TrimSpace(m[4]), m[1] != ""})
		}
	}
	return out
}

var engineType = regexp.MustCompile(`\b(BIGINT|INTEGER|INT|SMALLINT|BOOLEAN|BOOL|JSONB?|BLOB|BYTEA|SERIAL|BIGSERIAL|TIMESTAMP|TIMESTAMPTZ|DATETIME|DATE|TIME|REAL|DOUBLE|NUMERIC|VARCHAR|CHAR|UUID|AUTOINCREMENT|NOCASE)\b`)

// typeWords: what the engines call differently has a word of ours, and a table says how it lies.
func typeWords(t tree) (faults []string) {
	for _, f := range migrationsIn(t) {
		text := quoted.ReplaceAllString(comment.ReplaceAllString(engineOnly.ReplaceAllString(f.text, ""), ""), "")
		for _, w := range engineType.FindAllString(text, -1) {
			faults = append(faults, fmt.Sprintf("%s: %s is one engine's word", f.name, w))
		}
	}
	for _, x := range tables(t) {
		if x.end != "{{strict}}" && x.end != "{{clustered}}" {
			faults = append(faults, fmt.Sprintf("%s: %s is neither {{strict}} nor {{clustered}}", x.at, x.name))
		}
	}
	return faults
}

// shared are the tables that any slice may refer to.
var shared = []string{"account", "access", "directory", "people"}

var (
	refers = regexp.MustCompile(`REFERENCES ([a-z_]+)`)
	works  = regexp.MustCompile(`(?m)^\s*(?:CREATE TABLE|CREATE VIRTUAL TABLE|ALTER TABLE|DROP TABLE|INSERT INTO|UPDATE|DELETE FROM|CREATE (?:UNIQUE )?INDEX [a-z_]+ ON|CREATE TRIGGER .* ON) ([a-z_]+)`)
)

// owns says whether the table belongs to the slice: its name begins with the slice's, but for two of the platform.
func owns(slice, table string) bool {
	prefix := map[string]string{"store": "access", "files": "file"}[slice]
	if prefix == "" {
		prefix = slice
	}
	return table == prefix || strings.HasPrefix(table, prefix+"_")
}

// ownTables: a migration works on its own slice's tables and refers to none but those and the foundation's, so that branches
// may land in any order.
func ownTables(t tree) (faults []string) {
	for _, f := range migrationsIn(t) {
		text, slice := comment.ReplaceAllString(f.text, ""), sliceOf(f)
		for _, m := range works.FindAllStringSubmatch(text, -1) {
			if !owns(slice, m[1]) {
				faults = append(faults, fmt.Sprintf("%s: %s is not a table of %s", f.name, m[1], slice))
			}
		}
		for _, m := range refers.FindAllStringSubmatch(text, -1) {
			if !owns(slice, m[1]) && !slices.ContainsFunc(shared, func(s string) bool { return owns(s, m[1]) }) {
				faults = append(faults, fmt.Sprintf("%s: refers to %s of another slice", f.name, m[1]))
			}
		}
	}
	return faults
}

// everybodys are the tables that hold nothing of any district, and why.
var everybodys = map[string]string{
	"audit_hash":       "the tree stands over the entries of all districts",
	"audit_head":       "one tree for each database",
	"audit_org":        "how many entries each organisation has",
	"audit_checkpoint": "signatures of the one tree",

	"directory_district": "the list of the districts themselves",
	"account_session":    "found by its secret alone, before anybody knows the district; its account has one",
}

// districts: every table says whose district a row is of, NOT NULL, or PostgreSQL could not keep them apart.
func districts(t tree) (faults []string) {
	has := regexp.MustCompile(`(?m)^\s*district_id\s+TEXT\s+(NOT NULL|PRIMARY KEY)`)
	for _, x := range tables(t) {
		if everybodys[x.name] == "" && !has.MatchString(x.body) {
			faults = append(faults, fmt.Sprintf("%s: %s has no district_id", x.at, x.name))
		}
	}
	return faults
}

// recordsMarked: a table whose rows belong to a record is marked, so that no query on it is built without Visible. The store
// and the log themselves decide and write down, and hold none.
func recordsMarked(t tree) (faults []string) {
	has := regexp.MustCompile(`(?m)^\s*record_id\s`)
	for _, x := range tables(t) {
		if x.slice != "store" && x.slice != "audit" && has.MatchString(x.body) && !x.personal {
			faults = append(faults, fmt.Sprintf("%s: %s has a record_id and is not marked personal", x.at, x.name))
		}
	}
	return faults
}

// neverNull: what a rule reads is never NULL; NOT(...) of NULL is unknown in SQL and true in Go (SEC-2).
func neverNull(t tree) (faults []string) {
	for _, x := range tables(t) {
		if x.slice != "store" && x.name != "account_post" {
			continue
		}
		for line := range strings.Lines(x.body) {
			line = strings.TrimSpace(line)
			if line != "" && !strings.HasPrefix(line, "PRIMARY KEY") && !strings.Contains(line, "NOT NULL") && !strings.Contains(line, " PRIMARY KEY") {
				faults = append(faults, fmt.Sprintf("%s: %s may be NULL: %s", x.at, x.name, line))
			}
		}
	}
	return faults
}

// lawfulData is a tree that comes close to every rule of data and breaks none.
var lawfulData = map[string]string{
	"internal/feature/training/store.go": "package training\nimport \"kith/internal/platform/store\"\nconst columns = `c.id`\n" +
		"var q = store.SQL(`SELECT `+columns+` FROM training_course c WHERE c.id = ?`, id).If(on, `AND c.at > ?`, at)\n" +
		"var parts = of(`c.id, c.at`)\nfunc of(columns string) *store.Query { return store.SQL(`SELECT `+columns+` FROM training_course c`) }\n" +
		"var words = \"Select \" + name + \" and go on\"\nvar price = \"from $5\"\nvar raw = body.Raw()\n" +
		"func sourced() { store.SQL(`SELECT c.id FROM training_course c WHERE c.source_key <> '' AND c.source_key = ?`, key) }\nfunc source() { tx.Exec(ctx, store.SQL(`UPDATE training_course SET source_key = ? WHERE id = ?`, key, id)) }\n",
	"internal/platform/jobs/jobs.go": "package jobs\nimport \"database/sql\"\nvar _ = tx.Raw()\nvar _ *sql.DB\n",
	"internal/feature/training/migrations/20261123100000_training_core.sql": "-- A BIGINT course.\n-- +kith personal\nCREATE TABLE training_course (\n  id TEXT PRIMARY KEY,\n  district_id TEXT NOT NULL, -- whose\n" +
		"  record_id TEXT NOT NULL,\n  org_id TEXT REFERENCES directory_organisation (id),\n  state TEXT NOT NULL DEFAULT 'DATE'\n) {{strict}};\nCREATE INDEX training_course_at ON training_course (at);\nCREATE INDEX training_course_open ON training_course (org_id) WHERE state <> 'gone';\nCREATE UNIQUE INDEX training_course_source ON training_course (district_id, source_key) WHERE source_key <> '';\n" +
		"-- +kith postgres\nALTER TABLE training_course ADD COLUMN words TSVECTOR, ADD COLUMN n BIGINT;\n-- +kith end\n",
	"internal/platform/store/migrations/20261123090000_store_x.sql": "CREATE TABLE access_record (\n  id TEXT PRIMARY KEY,\n  district_id TEXT NOT NULL,\n  parent_id TEXT NOT NULL DEFAULT '',\n  PRIMARY KEY (id)\n) {{clustered}};\n",
}

func dataFaults(t *testing.T, name string, changes map[string]string) []string {
	t.Helper()
	sources := map[string]string{}
	for _, files := range []map[string]string{lawfulData, changes} {
		for file, text := range files {
			sources[file] = text
		}
	}
	tree, err := parse(sources)
	if err != nil {
		t.Fatal(err)
	}
	return dataRules[slices.IndexFunc(dataRules, func(r rule) bool { return r.name == name })].check(tree)
}

func TestDataRulesCanFail(t *testing.T) {
	const training = "internal/feature/training/"
	const made = training + "migrations/20261123110000_training_more.sql"
	for _, r := range dataRules {
		if faults := dataFaults(t, r.name, nil); len(faults) > 0 {
			t.Errorf("%s finds fault with the lawful tree: %q", r.name, faults)
		}
	}
	for _, c := range []struct{ rule, file, text, want string }{
		{"statements are constant", training + "x.go", "package training\nvar q = store.SQL(`SELECT c.id FROM training_course c WHERE c.name = '` + name + `'`)\n", "x.go:2: a value"},
		{"statements are constant", training + "x.go", "package training\nvar q = p.Add(`AND c.name = ` + name)\n", "a value"},
		{"statements are constant", training + "x.go", "package training\nvar q = p.Add(`ORDER BY ` + order())\n", "a value"},
		{"statements are constant", training + "x.go", "package training\nfunc f(text string) { store.SQL(text) }\n", "no constant"},
		{"statements are constant", training + "x.go", "package training\nvar a = more(`c.id`)\nvar b = more(typed)\nfunc more(c string) *store.Query { return store.SQL(`SELECT ` + c) }\n", "x.go:4: a value"},
		{"statements are constant", training + "x.go", "package training\nfunc More(c string) *store.Query { return store.SQL(`SELECT ` + c) }\n", "x.go:2: a value"},
		{"statements are constant", training + "x.go", "package training\nvar q = store.SQL(fmt.Sprintf(`SELECT %s`, c))\n", "no constant"},
		{"bare transactions", training + "x.go", "package training\nimport \"database/sql\"\n", "database/sql"},
		{"bare transactions", training + "x.go", "package training\nfunc f(tx *store.Tx) { tx.Raw().Exec(`x`) }\n", "the bare transaction"},
		{"placeholders", training + "x.go", "package training\nvar q = `SELECT c.id FROM training_course c WHERE c.id = $1`\n", "numbered placeholder"},
		{"type words", made, "ALTER TABLE training_course ADD COLUMN at BIGINT;\n", "BIGINT"},
		{"type words", made, "CREATE TABLE training_x (\n  district_id TEXT NOT NULL\n);\n", "neither {{strict}}"},
		{"own tables", made, "ALTER TABLE concerns_concern ADD COLUMN x TEXT;\n", "concerns_concern is not a table of training"},
		{"own tables", made, "INSERT INTO training (id) VALUES ('x');\nCREATE UNIQUE INDEX x ON people_child (id);\n", "people_child is not"},
		{"own tables", made, "CREATE TABLE training_x (\n  c TEXT REFERENCES concerns_concern (id)\n) {{strict}};\n", "refers to concerns_concern"},
		{"own tables", made, "CREATE TABLE trainings (\n  c TEXT\n) {{strict}};\n", "trainings is not"},
		{"districts", made, "CREATE TABLE training_x (\n  id TEXT PRIMARY KEY -- district_id TEXT NOT NULL\n) {{strict}};\n", "training_x has no district_id"},
		{"districts", made, "CREATE TABLE training_x (\n  district_id TEXT\n) {{strict}};\n", "training_x has no district_id"},
		{"records are marked", made, "CREATE TABLE training_x (\n  record_id TEXT NOT NULL\n) {{strict}};\n", "not marked personal"},
		{"partial indexes serve", training + "x.go", "package training\nfunc f() { store.SQL(`SELECT c.id FROM training_course c WHERE c.source_key = ?`, key) }\n", "x.go:2: c.source_key is compared"},
		{"partial indexes serve", training + "x.go", "package training\nfunc f() { store.SQL(`SELECT c.id FROM training_course c WHERE`).In(\"c.org_id\", orgs) }\n", "say c.state <> 'gone'"},
		{"partial indexes serve", training + "x.go", "package training\nconst from = `FROM training_course c WHERE `\nfunc f() { store.SQL(`SELECT c.id `+from).In(\"c.source_key\", keys) }\n", "say c.source_key <> ''"},
		{"partial indexes serve", training + "x.go", "package training\nfunc f() { tx.Exec(ctx, store.SQL(`UPDATE training_course SET source_key = ? WHERE source_key = ?`, to, from)) }\n", "source_key is compared"},
		{"nobody is never NULL", "internal/platform/store/migrations/20261123090001_store_y.sql", "CREATE TABLE access_x (\n  org_id TEXT\n) {{strict}};\n", "org_id TEXT"},
	} {
		if got := strings.Join(dataFaults(t, c.rule, map[string]string{c.file: c.text}), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s says %q of\n%s", c.rule, got, c.text)
		}
	}
}
