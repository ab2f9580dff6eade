package main

import (
	"strings"
	"testing"
)

func TestCompatible(t *testing.T) {
	for expression, want := range map[string]bool{
		"MIT": true, "MPL-2.0": true, "GPL-3.0": false, "unknown": false, "": false,
		"(MIT OR GPL-2.0)": true, "GPL-2.0 OR AGPL-3.0": false,
		"MIT AND Apache-2.0": true, "MIT AND GPL-3.0": false, "BSD-3-Clause AND unknown": false,
	} {
		if got := Compatible(expression); got != want {
			t.Errorf("Compatible(%q) = %v, want %v", expression, got, want)
		}
	}
}

func TestRecogniseTellsOneFromAnother(t *testing.T) {
	for text, want := range map[string]string{
		"Permission is hereby granted, free of\n charge, to any person obtaining a copy of this software":                           "MIT",
		"                 Apache License\n           Version 2.0, January 2004":                                                     "Apache-2.0",
		"GNU LESSER GENERAL PUBLIC LICENSE\n Version 3\n ... terms of version 3 of the GNU General Public License":                  "LGPL-3.0",
		"Mozilla Public License Version 2.0 ... the GNU Affero General Public License, Version 3.0":                                 "MPL-2.0",
		"Redistributions in binary form must reproduce the above copyright notice, this list":                                       "BSD-2-Clause",
		"in binary form must reproduce the above ... may be used to endorse or promote products derived from this software without": "BSD-3-Clause",
		"All rights reserved.": "unknown",
	} {
		if got := Recognise(text); got != want {
			t.Errorf("Recognise(%.40q) = %s, want %s", text, got, want)
		}
	}
}

const lock = `{"packages": {
	"": {"dependencies": {"styles": "1", "sass": "1"}, "devDependencies": {"checker": "1"}},
	"node_modules/styles": {"version": "1.0.0", "license": "MIT", "dependencies": {"font": "1"}},
	"node_modules/font": {"version": "2.0.0", "license": "LICENCE"},
	"node_modules/sass": {"version": "1.0.0", "license": "GPL-3.0"},
	"node_modules/checker": {"version": "1.0.0", "license": "GPL-3.0"}}}`

func TestOnlyWhatShipsIsRefused(t *testing.T) {
	list, err := npmDependencies([]byte(strings.ReplaceAll(lock, "LICENCE", "OFL-1.1")))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if n, err := report(&out, list); n != 0 || err != nil || strings.Count(out.String(), "ships") != 2 {
		t.Errorf("refused %d of a good list (%v), or wrong about what ships:\n%s", n, err, &out)
	}
	list, err = npmDependencies([]byte(strings.ReplaceAll(lock, "LICENCE", "GPL-3.0")))
	if err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if n, _ := report(&out, list); n != 1 || !strings.Contains(out.String(), "SHIPS, AND MAY NOT") {
		t.Errorf("refused %d, want the one that a shipped package needs:\n%s", n, &out)
	}
}
