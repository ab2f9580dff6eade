// Command build makes the files that browsers fetch: it compiles the Sass, bundles the scripts, copies the fonts, names
// every file by a hash of its content and writes them, with .br and .gz copies of the text files and a manifest, to the
// folder the program embeds. Run it from the root of the repository after npm install: go run ./web/build
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/evanw/esbuild/pkg/api"
)

const out = "internal/platform/ui/assets"

// The variable fonts come split by script. Latin covers English; extended Latin loads only for a name that needs it.
var fonts = map[string]string{
	"sans-latin.woff2":      "node_modules/@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
	"sans-latin-ext.woff2":  "node_modules/@fontsource-variable/source-sans-3/files/source-sans-3-latin-ext-wght-normal.woff2",
	"serif-latin.woff2":     "node_modules/@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2",
	"serif-latin-ext.woff2": "node_modules/@fontsource-variable/source-serif-4/files/source-serif-4-latin-ext-wght-normal.woff2",
}

// PDFs need whole fonts: split ones draw boxes where a name has a letter of another part. They are embedded, not served.
var pdfFonts = map[string]string{
	"pdf/SourceSans3-Regular.ttf":  "node_modules/@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf",
	"pdf/SourceSans3-SemiBold.ttf": "node_modules/@expo-google-fonts/source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf",
}

var images = []string{"favicon.svg", "mark.svg"}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "assets not built:", err)
		os.Exit(1)
	}
}

func run() error {
	if _, err := os.Stat("node_modules"); err != nil {
		return errors.New("no node_modules here: run npm ci in the root of the repository first")
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	b := builder{names: map[string]string{}}
	for name, from := range fonts {
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := b.put(name, data, false); err != nil {
			return err
		}
	}
	for name, from := range pdfFonts {
		data, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := write(name, data); err != nil {
			return err
		}
	}
	for _, name := range images {
		data, err := os.ReadFile("web/images/" + name)
		if err != nil {
			return err
		}
		if err := b.put(name, data, true); err != nil {
			return err
		}
	}
	manifest, err := os.ReadFile("web/images/app.webmanifest")
	if err != nil {
		return err
	}
	css, err := styles()
	if err != nil {
		return err
	}
	js, err := scripts()
	if err != nil {
		return err
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{"app.webmanifest", manifest}, {"kith.css", css}, {"kith.js", js}} {
		data, err := b.resolve(f.data)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if err := b.put(f.name, data, true); err != nil {
			return err
		}
	}
	list, err := json.MarshalIndent(b.names, "", "  ")
	if err != nil {
		return err
	}
	return write("manifest.json", append(list, '\n'))
}

type builder struct{ names map[string]string }

// put writes data under a name that holds its hash, and remembers the name. Text is also kept compressed.
func (b *builder) put(name string, data []byte, text bool) error {
	sum := sha256.Sum256(data)
	ext := filepath.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:5]) + ext
	b.names[name] = hashed
	if err := write(hashed, data); err != nil {
		return err
	}
	if !text {
		return nil
	}
	var br, gz bytes.Buffer
	bw := brotli.NewWriterLevel(&br, brotli.BestCompression)
	if _, err := bw.Write(data); err != nil {
		return err
	}
	if err := bw.Close(); err != nil {
		return err
	}
	gw, err := gzip.NewWriterLevel(&gz, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := gw.Write(data); err != nil {
		return err
	}
	if err := gw.Close(); err != nil {
		return err
	}
	fmt.Printf("%-24s %7d, gzip %6d, brotli %6d\n", name, len(data), gz.Len(), br.Len())
	if err := write(hashed+".br", br.Bytes()); err != nil {
		return err
	}
	return write(hashed+".gz", gz.Bytes())
}

var reference = regexp.MustCompile(`asset:([a-z0-9.-]+)`)

// resolve replaces each asset:name by the address of the hashed file.
func (b *builder) resolve(data []byte) ([]byte, error) {
	var missing error
	data = reference.ReplaceAllFunc(data, func(m []byte) []byte {
		name := string(reference.FindSubmatch(m)[1])
		hashed, ok := b.names[name]
		if !ok {
			missing = fmt.Errorf("no file is called %q", name)
		}
		return []byte("/assets/" + hashed)
	})
	return data, missing
}

func styles() ([]byte, error) {
	var stderr bytes.Buffer
	sass := exec.Command("node_modules/.bin/sass", "-I", ".", "-I", "node_modules", "--quiet", "--quiet-deps", "--no-source-map", "web/sass/kith.scss")
	sass.Stderr = &stderr
	css, err := sass.Output()
	if err != nil {
		return nil, fmt.Errorf("sass: %w\n%s", err, stderr.String())
	}
	for _, foreign := range []string{"GDS Transport", "govuk-crest"} {
		if bytes.Contains(css, []byte(foreign)) {
			return nil, fmt.Errorf("the styles name %q, which only government may use", foreign)
		}
	}
	min := api.Transform(string(css), api.TransformOptions{Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true, Charset: api.CharsetUTF8})
	if len(min.Errors) > 0 {
		return nil, fmt.Errorf("css: %s", min.Errors[0].Text)
	}
	return min.Code, nil
}

func scripts() ([]byte, error) {
	res := api.Build(api.BuildOptions{
		EntryPoints: []string{"web/scripts/kith.js"}, Bundle: true, Write: false, Outdir: out,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true, LegalComments: api.LegalCommentsNone,
		Format: api.FormatESModule, Target: api.ES2022, Charset: api.CharsetUTF8, TreeShaking: api.TreeShakingTrue,
	})
	if len(res.Errors) > 0 {
		e := res.Errors[0]
		return nil, fmt.Errorf("scripts: %s (%+v)", e.Text, e.Location)
	}
	return res.OutputFiles[0].Contents, nil
}

func write(name string, data []byte) error {
	path := filepath.Join(out, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { // #nosec G301 -- built files that everybody may read
		return err
	}
	return os.WriteFile(path, data, 0o644) // #nosec G306 -- built files that everybody may read
}
