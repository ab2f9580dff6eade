package htmlcheck_test

import (
	"fmt"
	"strings"
	"testing"

	"kith/internal/testkit/htmlcheck"
)

func document(body string) []byte {
	return fmt.Appendf(nil, "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head><title>Today - Kith</title></head>\n<body>\n%s\n</body>\n</html>\n", body)
}

// asGovuk holds the two things of govuk-frontend's markup that the checker warns of.
const asGovuk = `<fieldset role="group"><legend>Date of birth</legend></fieldset><span hidden aria-hidden="true">x</span>`

func TestFaultsOfEachPageInOneRun(t *testing.T) {
	faults, err := htmlcheck.Faults(t, map[string][]byte{
		"GET /today":    document("<h1>Today</h1>" + asGovuk),
		"GET /concerns": document("<p><div>Block in a paragraph</div></p>"),
		"GET /meetings": document("<section><p>No heading</p></section>"),
		"GET /training": document(`<p id="a">One</p><p id="a">Two</p>`),
	})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(faults, "\n")
	for _, want := range []string{
		"GET /concerns line 5: error: No “p” element in scope",
		"GET /meetings line 5: warning: Section lacks heading.",
		"GET /training line 5: error: Duplicate ID “a”.",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("not found: %s", want)
		}
	}
	if strings.Contains(all, "GET /today") {
		t.Error("a good page has faults")
	}
	if t.Failed() {
		t.Log("found:\n" + all)
	}
}

func TestCheckPassesGoodPage(t *testing.T) {
	htmlcheck.Check(t, map[string][]byte{"GET /today": document("<h1>Today</h1>" + asGovuk)})
}

func TestNoPagesIsAnError(t *testing.T) {
	if _, err := htmlcheck.Faults(t, nil); err == nil {
		t.Error("a check of nothing passed")
	}
}
