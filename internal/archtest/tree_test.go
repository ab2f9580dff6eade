package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// module is the name that import paths of the tree begin with.
const module = "kith/"

// folders are where our source is. Not the whole repository: that would walk node_modules.
var folders = []string{"cmd", "internal", "web", "bench", "e2e"}

// A file is one source file: Go (but not what templ generated), templ or SQL.
type file struct {
	name string // from the repository's root, with slashes
	text string
	set  *token.FileSet
	ast  *ast.File // nil unless Go
}

// A tree is the source of a repository, in the order of the files' names.
type tree []file

func parse(sources map[string]string) (tree, error) {
	var t tree
	for name, text := range sources {
		f := file{name: name, text: text, set: token.NewFileSet()}
		if strings.HasSuffix(name, ".go") {
			var err error
			if f.ast, err = parser.ParseFile(f.set, name, text, parser.ParseComments); err != nil {
				return nil, err
			}
		}
		t = append(t, f)
	}
	slices.SortFunc(t, func(a, b file) int { return strings.Compare(a.name, b.name) })
	return t, nil
}

func load(root string) (tree, error) {
	sources := map[string]string{}
	for _, folder := range folders {
		err := filepath.WalkDir(filepath.Join(root, folder), func(name string, d fs.DirEntry, err error) error {
			switch {
			case os.IsNotExist(err) && filepath.Base(name) == folder:
				return nil
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules"):
				return fs.SkipDir
			case d.IsDir() || strings.HasSuffix(name, "_templ.go"):
				return nil
			}
			if ext := filepath.Ext(name); ext != ".go" && ext != ".templ" && ext != ".sql" {
				return nil
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(root, name)
			sources[filepath.ToSlash(rel)] = string(text)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return parse(sources)
}

func (f file) dir() string { return path.Dir(f.name) }

// isTest says whether the file is no part of the program: a test, or what the tests of a slice share.
func (f file) isTest() bool { return strings.HasSuffix(f.name, "_test.go") || forTests(f.dir()) }

func forTests(folder string) bool {
	slice, last := path.Split(folder)
	return within(folder, "internal/feature") && last == path.Base(slice)+"test"
}

// under says whether the file is in one of the folders or below it.
func (f file) under(folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return within(f.name, folder) })
}

func within(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

// at names a place in the file as editors understand it.
func (f file) at(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.name, f.set.Position(pos).Line)
}

// imports calls do for each import, with our own ones cut to their folder.
func (f file) imports(do func(pos token.Pos, path string, ours bool)) {
	if f.ast == nil {
		return
	}
	for _, i := range f.ast.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		folder, ours := strings.CutPrefix(p, module)
		do(i.Pos(), folder, ours)
	}
}

// literals calls do for each string literal that is no import and no struct tag.
func (f file) literals(do func(pos token.Pos, text string)) {
	if f.ast == nil {
		return
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil {
				return false
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				if text, err := strconv.Unquote(n.Value); err == nil {
					do(n.Pos(), text)
				}
			}
		}
		return true
	})
}

// uses calls do for each mention of a name of the package imported as path: uses("time", …) gives Now for time.Now.
func (f file) uses(importPath string, do func(pos token.Pos, name string)) {
	if f.ast == nil {
		return
	}
	local := ""
	for _, i := range f.ast.Imports {
		if i.Path.Value == strconv.Quote(importPath) {
			if local = path.Base(importPath); i.Name != nil {
				local = i.Name.Name
			}
		}
	}
	if local == "" {
		return
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == local {
				do(s.Pos(), s.Sel.Name)
			}
		}
		return true
	})
}
