// Package htmlcheck runs the Nu HTML checker (vnu-jar, on Java) over the pages of a test, all in one run: starting it costs
// seconds, a page more costs milliseconds.
package htmlcheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kith/internal/testkit/repo"
)

// known are warnings that govuk-frontend's own markup causes, which we keep as its authors tested it.
var known = []string{
	"The “group” role is unnecessary for element “fieldset”.",
	"Attribute “aria-hidden” is unnecessary for elements that have attribute “hidden”.",
}

// A message is one finding of the checker.
type message struct {
	Type, SubType, URL, Message, Extract string
	LastLine                             int
}

// Check fails the test for each error and each warning, but for the known ones, in the pages, which are whole HTML
// documents by a name that tells the reader which page it was.
func Check(t testing.TB, pages map[string][]byte) {
	t.Helper()
	faults, err := Faults(t, pages)
	if err != nil {
		t.Fatalf("HTML checker: %v", err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}

// Faults returns what Check would fail for, one line each, in the order of the pages' names.
func Faults(t testing.TB, pages map[string][]byte) ([]string, error) {
	t.Helper()
	if len(pages) == 0 {
		return nil, errors.New("no pages to check")
	}
	dir := t.TempDir()
	names := slices.Sorted(maps.Keys(pages))
	// A checker that runs for seconds and ends: what Java does for programs that run for days took longer than the checking.
	args := []string{"-Xss4m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", filepath.Join(repo.Root(t), "node_modules", "vnu-jar", "build", "dist", "vnu.jar"), "--stdout", "--format", "json"}
	for i, name := range names {
		file := filepath.Join(dir, fmt.Sprintf("%06d.html", i))
		if err := os.WriteFile(file, pages[name], 0o600); err != nil {
			return nil, err
		}
		args = append(args, file)
	}
	var out, complaint bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "java", args...)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	ran := cmd.Run() // exit status 1 is "found errors", which the answer says better
	var answer struct{ Messages []message }
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		return nil, errors.Join(ran, err, errors.New(complaint.String()))
	}
	var faults []string
	errs := 0
	for _, m := range answer.Messages {
		if m.Type != "info" {
			errs++
		} else if m.SubType != "warning" || slices.Contains(known, m.Message) {
			continue
		}
		var i int
		if u, err := url.Parse(m.URL); err != nil {
			return nil, err
		} else if _, err := fmt.Sscanf(filepath.Base(u.Path), "%06d.html", &i); err != nil {
			return nil, fmt.Errorf("%s: %s", m.URL, m.Message) // about the run, not about a page
		}
		kind := m.Type
		if kind == "info" {
			kind = "warning"
		}
		faults = append(faults, fmt.Sprintf("%s line %d: %s: %s: %s", names[i], m.LastLine, kind, m.Message, strings.TrimSpace(m.Extract)))
	}
	if ran != nil && errs == 0 {
		return nil, errors.Join(ran, errors.New(complaint.String()))
	}
	slices.Sort(faults)
	return faults, nil
}
