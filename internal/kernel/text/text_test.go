package text_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"kith/internal/kernel/text"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                       "plain",
		"one\r\ntwo\rthree\nfour":     "one\ntwo\nthree\nfour",
		"a\x00b\x07c\x1bd":            "abcd",
		"tab\tstays":                  "tab\tstays",
		"bad \xff\xfe bytes":          "bad \uFFFD bytes",
		"half \xe2\x82":               "half \uFFFD",
		"\u202Eright to left\u200B":   "\u202Eright to left\u200B",
		"  she said “no”  ":           "  she said “no”  ",
		"Zoe\u0308 and Zo\u00eb":      "Zoe\u0308 and Zo\u00eb",
		"\u0085 and \u007f are no C0": "\u0085 and \u007f are no C0",
		"\r\r\n\n":                    "\n\n\n",
		"":                            "",
	} {
		if got := text.Clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Every text field keeps hostile strings unchanged unless a database could not hold them.
func TestNaughtyStrings(t *testing.T) {
	lines := read(t, filepath.Join("testdata", "naughty.txt"))
	shared := filepath.Join(sharedData(), "hostile")
	for _, name := range []string{"naughty_strings.txt", "xss_sample.txt", "csv_injection.txt"} {
		if _, err := os.Stat(filepath.Join(shared, name)); err != nil {
			t.Logf("only our own strings are tried: %v", err)
			continue
		}
		lines = append(lines, read(t, filepath.Join(shared, name))...)
	}
	if len(lines) < 15 {
		t.Fatalf("only %d strings", len(lines))
	}
	for _, s := range lines {
		clean := text.Clean(s)
		if !utf8.ValidString(clean) || strings.ContainsFunc(clean, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
			t.Errorf("%q is not clean", clean)
		}
		if text.Clean(clean) != clean {
			t.Errorf("%q changes when cleaned twice", s)
		}
		if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) && clean != s {
			t.Errorf("%q became %q", s, clean)
		}
		for _, n := range []int{1, 2, 7, 20, 80} {
			if got := text.FirstWords(s, n); utf8.RuneCountInString(got) > n || !utf8.ValidString(text.Clean(got)) {
				t.Errorf("first %d of %q: %q", n, s, got)
			}
		}
		if got := strings.Join(text.Paragraphs(s), ""); strings.TrimSpace(clean) != got && !strings.ContainsAny(clean, "\n") {
			t.Errorf("paragraphs of %q: %q", s, got)
		}
		if out := fmt.Sprint(text.Redact(s)); out != "[redacted]" {
			t.Errorf("%q came out as %q", s, out)
		}
	}
}

func read(t *testing.T, file string) []string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		if line := s.Text(); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func sharedData() string {
	if dir := os.Getenv("KITH_SHARED_DATA"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "..", "shared", "data")
}

// SEC-16
func TestRedacted(t *testing.T) {
	const secret = "Ivy Marsden"
	type row struct {
		Name text.Redacted
		kept text.Redacted
	}
	r := text.Redact(secret)
	if r.Reveal() != secret {
		t.Fatalf("revealed %q", r.Reveal())
	}
	in := row{Name: r, kept: r}
	var out []string
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%x", "%X", "%d", "%t", "%40s", "%p"} {
		got := fmt.Sprintf(verb, r)
		if got != "[redacted]" && verb != "%p" {
			t.Errorf("%s: %q", verb, got)
		}
		out = append(out, got, fmt.Sprintf(verb, &r), fmt.Sprintf(verb, in), fmt.Sprintf(verb, &in), fmt.Sprintf(verb, []text.Redacted{r}), fmt.Sprintf(verb, map[string]text.Redacted{"x": r}))
	}
	j, err := json.Marshal(map[string]any{"a": r, "b": &r, "c": in, "d": map[text.Redacted]int{r: 1}})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(h).With("who", r).Info("read", "name", r, "row", in, "group", slog.GroupValue(slog.Any("n", r)))
	}
	out = append(out, string(j), log.String(), errors.Join(fmt.Errorf("no child %v", r)).Error(), fmt.Sprint(in.kept))
	for _, s := range out {
		if strings.Contains(s, "Ivy") || strings.Contains(s, "Marsden") || strings.Contains(strings.ToLower(s), fmt.Sprintf("%x", secret)) {
			t.Errorf("leaked: %s", s)
		}
	}
	if !strings.Contains(log.String(), "[redacted]") || !strings.Contains(string(j), `"[redacted]"`) {
		t.Errorf("log %s, JSON %s", &log, j)
	}
	if (text.Redacted{}).Reveal() != "" {
		t.Error("the zero value hides nothing")
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 days", 1: "1 day", 2: "2 days", 999: "999 days", 1000: "1,000 days", 1234567: "1,234,567 days", -1: "-1 days", -123456: "-123,456 days"} {
		if got := text.Plural(n, "day", "days"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestJoin(t *testing.T) {
	for want, in := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b and c": {"a", "b", "c"}} {
		if got := text.Join(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestFirstWords(t *testing.T) {
	for _, x := range []struct {
		in   string
		n    int
		want string
	}{
		{"He asked if he could stay in school for the weekend", 20, "He asked if he…"},
		{"He asked if he could", 20, "He asked if he could"},
		{"He asked if he could go", 15, "He asked if he…"},
		{"Coats,  lunches\nand shoes", 16, "Coats, lunches…"},
		{"Coats, lunches", 8, "Coats…"},
		{"Llanfairpwllgwyngyll", 8, "Llanfai…"},
		{"Zoe\u0308 runs", 4, "Zo…"},
		{"👨‍👩‍👧 came", 3, "…"},
		{"short", 0, ""}, {"", 5, ""}, {"ab", 1, "…"},
	} {
		if got := text.FirstWords(x.in, x.n); got != x.want {
			t.Errorf("first %d of %q: %q, want %q", x.n, x.in, got, x.want)
		}
	}
}

func TestParagraphs(t *testing.T) {
	got := text.Paragraphs("\r\n  One,\r\nstill one. \r\n \t\r\n\r\nTwo.\n")
	if want := []string{"One,\nstill one.", "Two."}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := text.Paragraphs(" \n\n\t"); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
