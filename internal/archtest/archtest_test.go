package archtest

import (
	"strings"
	"testing"

	"kith/internal/testkit/repo"
)

func TestHouseRules(t *testing.T) {
	here, err := load(repo.Root(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(here) < 10 {
		t.Fatalf("only %d files were found: the rules would judge nothing", len(here))
	}
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, fault := range r.check(here) {
				t.Error(fault)
			}
		})
	}
}

// lawful is a tree that comes close to every rule and breaks none.
var lawful = map[string]string{
	"cmd/kith/main.go": "// Command kith is the program.\npackage main\nimport \"kith/internal/app\"\nfunc main() { app.Run() }\n",
	"internal/app/app.go": "// Package app wires.\npackage app\nimport (\n\"kith/internal/demo\"\n\"kith/internal/feature/training\"\n\"os\"\n)\n" +
		"func init() {}\nvar _ = \"LISTEN is set by --listen\"\n",
	"internal/app/app_test.go":              "package app_test\nimport (\n\"kith/internal/demo\"\n\"kith/internal/testkit\"\n\"time\"\n)\nvar _ = time.Now\n",
	"internal/demo/demo.go":                 "// Package demo invents.\npackage demo\nimport \"kith/internal/feature/training\"\n",
	"internal/feature/training/doc.go":      "// Package training books.\npackage training\n",
	"internal/feature/training/store.go":    "package training\nimport (\n\"fmt\"\n\"kith/internal/feature/training/quiz\"\n\"kith/internal/platform/store\"\n)\nvar _ = fmt.Sprintf(\"%d places\", 3)\nvar q = \"SELECT count(*), id FROM course WHERE at > ? AND note LIKE ?\"\nvar ip = \"::1\"\n",
	"internal/feature/training/views.templ": "package training\ntempl Page() { <form data-hx-post=\"/x\" class=\"style\"><script src=\"/a.js\"></script></form> }\n",
	"internal/feature/training/quiz/quiz.go": "// Package quiz asks.\npackage quiz\ntype q struct{ init int `json:\"SELECT * FROM\"` }\n" +
		"func (q) init() {}\n",
	"internal/feature/training/trainingtest/world.go": "// Package trainingtest furnishes.\npackage trainingtest\nimport (\n\"kith/internal/feature/training\"\n\"kith/internal/testkit\"\n)\n",
	"internal/feature/training/quiz/quiz_test.go":     "package quiz_test\nimport \"kith/internal/feature/training/trainingtest\"\n",
	"internal/feature/training/roll_test.go":          "package training_test\nimport \"testing\"\n// KITH_SHARED_DATA\nfunc f(t *testing.T) { t.Skip() }\n",
	"internal/platform/store/store.go":                "// Package store opens.\npackage store\nimport (\n\"kith/internal/kernel/clock\"\n\"github.com/jackc/pgx/v5\"\n\"time\"\n)\nvar _ = \"SELECT id FROM job FOR UPDATE\"\nvar _ time.Time\n",
	"internal/kernel/clock/clock.go":                  "// Package clock tells.\npackage clock\nimport \"time\"\nvar _ = time.Now\n",
	"internal/kernel/clock/clock_test.go":             "package clock_test\nimport \"pgregory.net/rapid\"\n",
	"internal/testkit/kit.go":                         "// Package testkit helps.\npackage testkit\nimport (\n\"kith/internal/platform/store\"\n\"time\"\n)\nvar _ = time.Now\n",
	"e2e/e2e_test.go":                                 "// Package e2e travels.\npackage e2e\nimport (\n\"kith/internal/app\"\n\"kith/internal/demo\"\n\"kith/internal/testkit\"\n)\n",
}

func TestLawfulTreePasses(t *testing.T) {
	for _, r := range rules {
		if faults := check(t, r.name, nil); len(faults) > 0 {
			t.Errorf("%s finds fault with the lawful tree:\n%s", r.name, strings.Join(faults, "\n"))
		}
	}
}

// check runs one rule over the lawful tree with these files added or replaced.
func check(t *testing.T, name string, changes map[string]string) []string {
	t.Helper()
	sources := map[string]string{}
	for _, files := range []map[string]string{lawful, changes} {
		for file, text := range files {
			sources[file] = text
		}
	}
	tree, err := parse(sources)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if r.name == name {
			return r.check(tree)
		}
	}
	t.Fatalf("no rule %q", name)
	return nil
}

func imports(pkg, path string) string { return "package " + pkg + "\nimport _ \"" + path + "\"\n" }

func TestRulesCanFail(t *testing.T) {
	const training, store = "internal/feature/training/", "internal/feature/training/store.go"
	examples := []struct{ rule, file, text, want string }{
		{"rings", "cmd/kith/x.go", imports("main", "kith/internal/platform/store"), "cmd may not import internal/platform/store"},
		{"rings", "internal/app/x.go", imports("app", "kith/internal/testkit"), "internal/app may not import internal/testkit"},
		{"rings", training + "x.go", imports("training", "kith/internal/feature/people"), "internal/feature/training may not import internal/feature/people"},
		{"rings", training + "x_test.go", imports("training_test", "kith/internal/feature/people"), "may not import internal/feature/people"},
		{"rings", training + "x.go", imports("training", "kith/internal/feature/trainingplus"), "may not import internal/feature/trainingplus"},
		{"rings", training + "x.go", imports("training", "kith/internal/app"), "may not import internal/app"},
		{"rings", training + "x.go", imports("training", "kith/internal/demo"), "may not import internal/demo"},
		{"rings", training + "x_test.go", imports("training", "kith/internal/demo"), "may not import internal/demo"},
		{"rings", training + "x.go", imports("training", "kith/internal/feature/training/trainingtest"), "only tests may import internal/feature/training/trainingtest"},
		{"rings", "internal/demo/x.go", imports("demo", "kith/internal/feature/training/trainingtest"), "only tests may import internal/feature/training/trainingtest"},
		{"rings", training + "trainingtest/x.go", imports("trainingtest", "kith/internal/feature/people"), "may not import internal/feature/people"},
		{"rings", "internal/platform/store/x.go", imports("store", "kith/internal/feature/people"), "may not import internal/feature/people"},
		{"rings", "internal/platform/store/x.go", imports("store", "kith/internal/testkit/pgcluster"), "may not import internal/testkit/pgcluster"},
		{"rings", "internal/kernel/clock/x.go", imports("clock", "kith/internal/platform/store"), "may not import internal/platform/store"},
		{"rings", "internal/kernel/clock/x.go", imports("clock", "golang.org/x/text"), "not of the standard library"},
		{"rings", "internal/testkit/x.go", imports("testkit", "kith/internal/feature/people"), "may not import internal/feature/people"},
		{"rings", "bench/x.go", imports("main", "kith/internal/testkit"), "bench may not import internal/testkit"},
		{"rings", "internal/helpers/x.go", "package helpers\n", "in no ring"},
		{"one clock", training + "x.go", "package training\nimport \"time\"\nvar _ = time.Now()\n", "x.go:3: time.Now"},
		{"one clock", training + "x.go", "package training\nimport when \"time\"\nvar now = when.Now\n", "time.Now"},
		{"one clock", "internal/platform/x.go", "package x\nimport \"time\"\nvar _ = time.Since(at)\n", "time.Since"},
		{"SQL for both engines", store, "package training\nvar _ = `SELECT *\nFROM course`\n", "store.go:2: SELECT *"},
		{"SQL for both engines", "internal/platform/x.go", "package x\nvar _ = `SELECT c.id, c.* FROM c`\n", "SELECT *"},
		{"SQL for both engines", store, "package training\nvar _ = `SELECT id FROM course WHERE name ILIKE ?`\n", "ILIKE"},
		{"SQL for both engines", store, "package training\nvar _ = `SELECT at::text FROM course`\n", ":: casts"},
		{"SQL for both engines", store, "package training\nvar _ = `SELECT id FROM course for update`\n", "FOR UPDATE"},
		{"SQL for both engines", store, "package training\nvar _ = `DELETE FROM course WHERE id = ANY(?)`\n", "ANY()"},
		{"SQL for both engines", store, "package training\nvar _ = `UPDATE course SET n = GREATEST(n, 0)`\n", "GREATEST"},
		{"SQL for both engines", store, "package training\nvar _ = `SELECT pg_try_advisory_lock(1)`\n", "advisory"},
		{"SQL for both engines", store, "package training\nvar _ = `LISTEN jobs`\n", "LISTEN"},
		{"no SQL by Sprintf", store, "package training\nimport \"fmt\"\nvar _ = fmt.Sprintf(`SELECT id FROM %s`, x)\n", "store.go:3: SQL made by Sprintf"},
		{"no SQL by Sprintf", training + "store_lists.go", "package training\nimport \"fmt\"\nvar _ = fmt.Sprint(\" WHERE id = \", id)\n", "SQL made by Sprint"},
		{"templates", training + "x.templ", "package training\n@templ.Raw(x)\n", "x.templ:2: templ.Raw"},
		{"templates", training + "x.go", "package training\nimport \"github.com/a-h/templ\"\nvar _ = templ.Raw(x)\n", "templ.Raw"},
		{"templates", training + "x.templ", "<p style=\"color:red\">", "inline style"},
		{"templates", training + "x.templ", "<button onclick={ f() }>", "inline handler"},
		{"templates", training + "x.templ", "<script>alert(1)</script>", "inline script"},
		{"templates", training + "x.templ", "<iframe src={ x }>", "iframe"},
		{"templates", training + "x.templ", "<button formaction={ x }>", "formaction"},
		{"templates", training + "x.templ", "<use xlink:href={ x }>", "xlink:href"},
		{"templates", training + "x.templ", "<meta http-equiv=\"refresh\" content={ x }>", "refresh"},
		{"templates", training + "x.templ", "<div hx-get=\"/x\">", "hx- without data-"},
		{"no init in features", training + "x.go", "package training\nfunc init() { register() }\n", "x.go:2: init"},
		{"no skipped tests", training + "x_test.go", "package training\nimport \"testing\"\nfunc TestX(t *testing.T) { t.Skipf(\"later\") }\n", "x_test.go:3: a skipped test"},
		{"packages are documented", "internal/platform/mail/mail.go", "package mail\n", "internal/platform/mail has no package comment"},
		{"packages are documented", "internal/platform/mail/mail.go", "// TODO\npackage mail\n", "internal/platform/mail has no package comment"},
		{"files are short", training + "x.templ", strings.Repeat("x\n", longest+1), "501 lines"},
	}
	seen := map[string]bool{}
	for _, e := range examples {
		seen[e.rule] = true
		faults := check(t, e.rule, map[string]string{e.file: e.text})
		if len(faults) != 1 || !strings.Contains(faults[0], e.want) {
			t.Errorf("%s over %q: want one fault %q, got %q", e.rule, e.text, e.want, faults)
		}
	}
	for _, r := range rules {
		if !seen[r.name] {
			t.Errorf("the rule %q has no example that breaks it", r.name)
		}
	}
}
