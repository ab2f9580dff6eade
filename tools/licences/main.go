// Command licences lists the licence of every Go module and npm package that the repository in its one argument uses, and
// whether it ships: is in the binary, by code or as an asset. It fails when one that ships has a licence whose terms
// the project's MIT licence cannot be given out under, or none that it knows.
//
// A Go module's licence is told from its licence file; an npm package's is the SPDX expression of the lock file.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
)

// A dependency is one line of the list.
type dependency struct {
	Kind, Name, Version, Licence string
	Ships                        bool
}

// shippable are the licences that ask of a distributor no more than notices, or (MPL-2.0, OFL-1.1) nothing of files other
// than their own.
var shippable = []string{
	"0BSD", "BSD-0-Clause" /* htmx's name for 0BSD */, "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0",
	"OFL-1.1", "Unlicense", "Zlib",
}

// Compatible says whether a work under the SPDX expression may ship with Kith. Of "A OR B" one is enough, of "A AND B"
// all must do.
func Compatible(expression string) bool {
	expression = strings.Trim(expression, "()")
	for _, either := range strings.Split(expression, " OR ") {
		ok := true
		for _, each := range strings.Split(either, " AND ") {
			ok = ok && slices.Contains(shippable, strings.Trim(each, "() "))
		}
		if ok {
			return true
		}
	}
	return false
}

// marks are phrases found in one licence only; the first that is in the text tells. Texts quote one another (the LGPL
// names the GPL, MPL-2.0 the AGPL), so order matters.
var marks = []struct{ licence, phrase string }{
	{"MPL-2.0", "mozilla public license version 2.0"},
	{"MPL-2.0", "mozilla public license, version 2.0"},
	{"Apache-2.0", "apache license version 2.0"},
	{"Apache-2.0", "apache license, version 2.0"},
	{"AGPL-3.0", "gnu affero general public license version 3"},
	{"LGPL-3.0", "gnu lesser general public license version 3"},
	{"LGPL-2.1", "gnu lesser general public license version 2.1"},
	{"GPL-3.0", "gnu general public license version 3"},
	{"GPL-2.0", "gnu general public license version 2"},
	{"OFL-1.1", "sil open font license version 1.1"},
	{"CC0-1.0", "cc0 1.0 universal"},
	{"Unlicense", "this is free and unencumbered software released into the public domain"},
	{"BlueOak-1.0.0", "blue oak model license"},
	{"Zlib", "this software is provided 'as-is', without any express or implied warranty"},
	{"BSD-3-Clause", "may be used to endorse or promote products derived from"},
	{"BSD-2-Clause", "redistributions in binary form must reproduce the above copyright notice"},
	{"ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"},
	{"ISC", "permission to use, copy, modify, and distribute this software for any purpose with or without fee"},
	{"MIT-0", "mit no attribution"},
	{"MIT", "permission is hereby granted, free of charge, to any person obtaining a copy"},
}

var space = regexp.MustCompile(`\s+`)

// Recognise returns the SPDX name of the licence in text, or "unknown".
func Recognise(text string) string {
	text = strings.ToLower(space.ReplaceAllString(text, " "))
	for _, m := range marks {
		if strings.Contains(text, m.phrase) {
			return m.licence
		}
	}
	return "unknown"
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([.-].*)?$`)

// folderLicence reads the licence of the module in dir. Where several files stand, all must be named: they may cover
// different parts.
func folderLicence(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() || !licenceFile.MatchString(e.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return "", err
		}
		if l := Recognise(string(text)); !slices.Contains(found, l) {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		return "unknown", nil
	}
	slices.Sort(found)
	return strings.Join(found, " AND "), nil
}

// goModules lists the modules of the packages that arguments of go list name, by path.
func goModules(dir string, arguments ...string) (map[string]dependency, error) {
	cmd := exec.Command("go", append([]string{"list", "-e", "-deps", "-json=Module"}, arguments...)...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	found := map[string]dependency{}
	for in := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		if p.Module == nil || p.Module.Main || found[p.Module.Path].Name != "" {
			continue
		}
		licence, err := folderLicence(p.Module.Dir)
		if err != nil {
			return nil, err
		}
		found[p.Module.Path] = dependency{Kind: "go", Name: p.Module.Path, Version: p.Module.Version, Licence: licence}
	}
}

// goDependencies lists what the program, its tests and the linters use. Only what cmd imports ships.
func goDependencies(root string) ([]dependency, error) {
	var folders []string
	for _, f := range []string{"cmd", "internal", "web", "bench", "e2e"} {
		if _, err := os.Stat(filepath.Join(root, f)); err == nil {
			folders = append(folders, "./"+f+"/...")
		}
	}
	used, err := goModules(root, append([]string{"-test"}, append(folders, "tool")...)...)
	if err != nil {
		return nil, err
	}
	linters, err := goModules(filepath.Join(root, "tools"), "-test", "./...", "tool")
	if err != nil {
		return nil, err
	}
	for name, d := range linters {
		if used[name].Name == "" {
			used[name] = d
		}
	}
	if slices.Contains(folders, "./cmd/...") {
		shipped, err := goModules(root, "./cmd/...")
		if err != nil {
			return nil, err
		}
		for name, d := range shipped {
			d.Ships = true
			used[name] = d
		}
	}
	var list []dependency
	for _, d := range used {
		list = append(list, d)
	}
	return list, nil
}

// builders are npm packages that stand under "dependencies" but only build: nothing of them gets into the assets.
var builders = []string{"sass"}

// npmDependencies reads the lock file. What the runtime dependencies need ships, as styles, fonts or scripts.
func npmDependencies(lockFile []byte) ([]dependency, error) {
	type entry struct {
		Version, License                   string
		Dependencies, OptionalDependencies map[string]string
	}
	var lock struct{ Packages map[string]entry }
	if err := json.Unmarshal(lockFile, &lock); err != nil {
		return nil, err
	}
	ships := map[string]bool{}
	var follow func(dependencies map[string]string)
	follow = func(dependencies map[string]string) {
		for name := range dependencies {
			if !ships[name] && !slices.Contains(builders, name) {
				ships[name] = true
				follow(lock.Packages["node_modules/"+name].Dependencies)
			}
		}
	}
	follow(lock.Packages[""].Dependencies)
	var list []dependency
	for path, e := range lock.Packages {
		if path == "" {
			continue
		}
		name := path[strings.LastIndex(path, "node_modules/")+len("node_modules/"):]
		list = append(list, dependency{Kind: "npm", Name: name, Version: e.Version, Licence: cmp.Or(e.License, "unknown"), Ships: ships[name]})
	}
	return list, nil
}

// report prints the list and returns how many that ship may not.
func report(w io.Writer, list []dependency) (refused int, err error) {
	slices.SortFunc(list, func(a, b dependency) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, d := range list {
		use := "build and test"
		if d.Ships {
			use = "ships"
			if !Compatible(d.Licence) {
				use, refused = "SHIPS, AND MAY NOT", refused+1
			}
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", d.Kind, d.Name, d.Version, d.Licence, use)
	}
	return refused, table.Flush()
}

func run(root string, w io.Writer) error {
	list, err := goDependencies(root)
	if err != nil {
		return err
	}
	lock, err := os.ReadFile(filepath.Join(root, "package-lock.json"))
	if err != nil {
		return err
	}
	npm, err := npmDependencies(lock)
	if err != nil {
		return err
	}
	refused, err := report(w, append(list, npm...))
	if err == nil && refused > 0 {
		err = fmt.Errorf("%d dependencies ship under a licence that does not allow it", refused)
	}
	return err
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: licences REPOSITORY")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}
