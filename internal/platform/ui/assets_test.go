package ui

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

func fetch(t *testing.T, method, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://kith.test/", nil)
	r.URL.Path = path
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	w := httptest.NewRecorder()
	AssetHandler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) []byte {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAssetsAreServedInTheCodingTheBrowserTakes(t *testing.T) {
	plain := body(t, fetch(t, "GET", Asset("kith.css"), "").Body)
	if !bytes.Contains(plain, []byte("#0d3134")) {
		t.Fatal("the styles do not hold the colour of the header")
	}
	for _, c := range []struct{ accept, coding string }{
		{"", ""}, {"gzip, deflate, br, zstd", "br"}, {"gzip", "gzip"}, {"br;q=0, gzip;q=0.5", "gzip"}, {"identity", ""}, {"GZIP", "gzip"},
	} {
		res := fetch(t, "GET", Asset("kith.css"), c.accept)
		if got := res.Header.Get("Content-Encoding"); got != c.coding {
			t.Errorf("accepting %q: coding %q, want %q", c.accept, got, c.coding)
			continue
		}
		var r io.Reader = res.Body
		switch c.coding {
		case "br":
			r = brotli.NewReader(r)
		case "gzip":
			z, err := gzip.NewReader(r)
			if err != nil {
				t.Fatal(err)
			}
			r = z
		}
		if !bytes.Equal(body(t, r), plain) {
			t.Errorf("accepting %q: another content than the plain file", c.accept)
		}
		if res.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("accepting %q: no Vary", c.accept)
		}
	}
}

func TestAssetsCarryTheirTypeAndMayBeKept(t *testing.T) {
	for name, want := range map[string]string{
		"kith.css": "text/css; charset=utf-8", "kith.js": "text/javascript; charset=utf-8", "favicon.svg": "image/svg+xml",
		"sans-latin.woff2": "font/woff2", "app.webmanifest": "application/manifest+json",
	} {
		res := fetch(t, "HEAD", Asset(name), "br")
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != want {
			t.Errorf("%s: status %d, type %q", name, res.StatusCode, res.Header.Get("Content-Type"))
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		if res.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: no nosniff", name)
		}
		if len(body(t, res.Body)) != 0 {
			t.Errorf("%s: HEAD has a body", name)
		}
	}
}

func TestOnlyHashedNamesAreServed(t *testing.T) {
	for _, path := range []string{
		"/assets/", "/assets", "/assets/kith.css", "/assets/manifest.json", "/assets/pdf/SourceSans3-Regular.ttf", "/assets/pdf/",
		"/assets/../assets.go", Asset("kith.css") + ".br", Asset("kith.css") + "/", "/",
	} {
		if res := fetch(t, "GET", path, "br"); res.StatusCode != 404 || strings.Contains(string(body(t, res.Body)), "<a") {
			t.Errorf("%s: status %d", path, res.StatusCode)
		}
	}
	if res := fetch(t, "POST", Asset("kith.css"), ""); res.StatusCode != 405 {
		t.Errorf("POST: status %d", res.StatusCode)
	}
}

func TestAssetPanicsOnANameThatWasNotBuilt(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown name gave an address")
		}
	}()
	Asset("other.css")
}

func TestPDFFontsAreWholeTrueTypeFiles(t *testing.T) {
	regular, semibold := PDFFonts()
	for _, f := range [][]byte{regular, semibold} {
		if len(f) < 300_000 || !bytes.HasPrefix(f, []byte{0, 1, 0, 0}) {
			t.Errorf("a font of %d bytes", len(f))
		}
	}
}

// The policy allows no inline style or script and no eval; words reach the page only as text.
func TestScriptsOfOursWriteNoHTMLAndNoStyle(t *testing.T) {
	files, err := filepath.Glob(repository + "/web/scripts/*.js")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d scripts: %v", len(files), err)
	}
	unsafe := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.style\b|cssText`)
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if found := unsafe.FindString(string(data)); found != "" {
			t.Errorf("%s uses %s", f, found)
		}
	}
	bundle := string(body(t, fetch(t, "GET", Asset("kith.js"), "").Body))
	for _, want := range []string{"data-hide-sheet", "data-leave", "data-bodymap", "data-picker", "govuk-radios"} {
		if !strings.Contains(bundle, want) {
			t.Errorf("the bundle lacks %s", want)
		}
	}
}
