package repo_test

import (
	"os"
	"path/filepath"
	"testing"

	"kith/internal/testkit/repo"
)

func TestRootHoldsTheModule(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("go.mod", []byte("module x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("a/b", 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir("a/b")
	if got := repo.Root(t); got != want {
		t.Fatalf("Root() = %q, want %q", got, want)
	}
}

func TestSharedFindsFileOrSkips(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "roll.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KITH_SHARED_DATA", dir)
	if got, want := repo.Shared(t, "roll.csv"), filepath.Join(dir, "roll.csv"); got != want {
		t.Fatalf("Shared() = %q, want %q", got, want)
	}

	t.Setenv("KITH_SHARED_DATA", filepath.Join(dir, "absent"))
	skipped := false
	t.Run("absent", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		repo.Shared(t)
	})
	if !skipped {
		t.Fatal("a test went on without the shared data")
	}
}
