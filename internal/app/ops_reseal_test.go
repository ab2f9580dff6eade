package app

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"kith/internal/testkit"
)

// sealNothing are the derived keys of the program under which nothing lies sealed in the database, and why.
var sealNothing = map[string]string{
	"Database": "the whole file is written anew",
	"Cursors":  "places in lists, good for a page",
	"DayCodes": "codes of one day; those of the day on which the key is changed end",
}

// Whoever derives a further key from the root key has to say what becomes of it when the root key is changed.
func TestEveryDerivedKeySurvivesTheChangeOfTheRootKey(t *testing.T) {
	resealed := map[string]string{}
	for _, r := range reseals {
		resealed[string(r.purpose)] = "resealed"
	}
	words := map[string]string{"Files": "files", "Accounts": "accounts", "Training": "training"}
	text, err := os.ReadFile("app.go")
	testkit.OK(t, err)
	var known []string
	for _, m := range regexp.MustCompile(`Derive\(secret\.(\w+)\)`).FindAllStringSubmatch(string(text), -1) {
		known = append(known, m[1])
		if sealNothing[m[1]] == "" && resealed[words[m[1]]] == "" {
			t.Errorf("what is sealed under secret.%s would be lost by kith key rotate: add it to reseals", m[1])
		}
	}
	for name := range words {
		if !slices.Contains(known, name) {
			t.Errorf("the program no longer derives secret.%s", name)
		}
	}
}
