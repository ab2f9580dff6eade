package app_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kith/internal/testkit"
)

// schoolAccounts is a list of school accounts as an operator keeps it. SEC-25: one that everybody can read, or that would let in
// anybody, is not used.
func (i installation) schoolAccounts(t *testing.T) string {
	t.Helper()
	schools := filepath.Join(i.home, "school-accounts.json")
	list := `[{"key": "google", "name": "Oakshire account", "issuer": "http://127.0.0.1:1", "client_id": "a", "client_secret": "b", "domains": ["oak.example"]}]`
	testkit.OK(t, os.WriteFile(schools, []byte(strings.Replace(list, `["oak.example"]`, `[]`, 1)), 0o600))
	refused(t, "School account google cannot be used: it names no domains", "serve", "--data", i.data, "--school-accounts", schools)
	testkit.OK(t, os.WriteFile(schools, []byte(list), 0o600))
	testkit.OK(t, os.Chmod(schools, 0o644))
	refused(t, "chmod 640", "serve", "--data", i.data, "--school-accounts", schools)
	testkit.OK(t, os.Chmod(schools, 0o640))
	return schools
}

// offersSchoolAccount holds the sign-in page against the list. SEC-25.
func offersSchoolAccount(t *testing.T, at string) {
	t.Helper()
	res, err := http.Get(at + "/sign-in")
	testkit.OK(t, err)
	page, err := io.ReadAll(res.Body)
	testkit.OK(t, errors.Join(err, res.Body.Close()))
	if !regexp.MustCompile(`href="/sign-in/school/google[^>]*>Oakshire account<`).Match(page) {
		t.Errorf("the sign-in page does not offer the school account:\n%s", page)
	}
}
