// Package repo tells tests where the repository and the shared data are. Tests run in the folder of their package, and
// may be run from anywhere, so neither is a fixed relative path.
package repo

import (
	"os"
	"path/filepath"
	"testing"
)

// Root returns the folder that holds the module's go.mod: the nearest one above the test's working folder.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the working folder")
		}
		dir = up
	}
}

// Shared returns the path of a file or folder of the shared data: real published files that the repository may not
// carry. Their folder is KITH_SHARED_DATA, by default ../shared/data beside the repository. When it is absent the test
// says so and is skipped; that is the one skip in the house, so a test that calls this has a fixture of our own beside it.
func Shared(t testing.TB, path ...string) string {
	t.Helper()
	base := os.Getenv("KITH_SHARED_DATA")
	if base == "" {
		base = filepath.Join(Root(t), "..", "shared", "data")
	}
	if _, err := os.Stat(base); err != nil {
		t.Skipf("SHARED DATA ABSENT: %s is not there; set KITH_SHARED_DATA to the folder of published files", base)
	}
	full := filepath.Join(append([]string{base}, path...)...)
	if _, err := os.Stat(full); err != nil {
		t.Fatalf("the shared data lacks %s", filepath.Join(path...))
	}
	return full
}
