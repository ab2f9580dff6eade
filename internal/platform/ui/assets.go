package ui

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:assets
var assets embed.FS

// hashedNames maps the plain name of each served file ("kith.css") to its hashed name ("kith-3f2a9c01de.css").
var hashedNames = readManifest()

func readManifest() map[string]string {
	data, err := assets.ReadFile("assets/manifest.json")
	if err != nil {
		panic(fmt.Sprintf("the embedded assets have no manifest, run go run ./web/build: %v", err))
	}
	names := map[string]string{}
	if err := json.Unmarshal(data, &names); err != nil {
		panic(fmt.Sprintf("the manifest of the embedded assets cannot be read: %v", err))
	}
	return names
}

// Asset returns the address of a built file, for example Asset("kith.css") is "/assets/kith-3f2a9c01de.css".
// It panics when no such file was built: names are written in the program, never taken from a request.
func Asset(name string) string {
	hashed, ok := hashedNames[name]
	if !ok {
		panic(fmt.Sprintf("no asset is called %q", name))
	}
	return "/assets/" + hashed
}

// PDFFonts returns the whole TrueType files of Source Sans 3, regular and semibold, to embed in documents.
func PDFFonts() (regular, semibold []byte) {
	return mustRead("pdf/SourceSans3-Regular.ttf"), mustRead("pdf/SourceSans3-SemiBold.ttf")
}

func mustRead(name string) []byte {
	data, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(fmt.Sprintf("an embedded asset is missing, run go run ./web/build: %v", err))
	}
	return data
}

// served is one file as it lies in the program: its type and its copies by content coding ("" for plain).
type served struct {
	contentType string
	body        map[string][]byte
}

// AssetHandler serves the built files below /assets/ by their hashed names and nothing else: no plain names, no fonts
// for documents, no listing. A name never changes its content, so a browser may keep it for a year.
func AssetHandler() http.Handler {
	files := map[string]served{}
	for _, hashed := range hashedNames {
		f := served{contentType: contentType(hashed), body: map[string][]byte{"": mustRead(hashed)}}
		for coding, ext := range map[string]string{"br": ".br", "gzip": ".gz"} {
			if data, err := assets.ReadFile("assets/" + hashed + ext); err == nil {
				f.body[coding] = data
			}
		}
		files["/assets/"+hashed] = f
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		f, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "This address is only for reading", http.StatusMethodNotAllowed)
			return
		}
		coding := ""
		if len(f.body) > 1 {
			h.Set("Vary", "Accept-Encoding")
			coding = bestCoding(r.Header.Get("Accept-Encoding"), f.body)
		}
		if coding != "" {
			h.Set("Content-Encoding", coding)
		}
		h.Set("Content-Type", f.contentType)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Content-Length", strconv.Itoa(len(f.body[coding])))
		if r.Method == http.MethodGet {
			w.Write(f.body[coding]) // a reader who hung up is nobody's error
		}
	})
}

// contentType is fixed here for the few kinds there are: the machine's own table may lack or change them.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".webmanifest":
		return "application/manifest+json"
	}
	return "application/octet-stream"
}

// bestCoding picks brotli before gzip among the codings the browser takes and we hold. RFC 9110, 12.5.3: a coding with
// q=0 is refused.
func bestCoding(accept string, have map[string][]byte) string {
	takes := map[string]bool{}
	for part := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			if f, err := strconv.ParseFloat(v, 64); err == nil {
				q = f
			}
		}
		takes[strings.ToLower(strings.TrimSpace(name))] = q > 0
	}
	for _, coding := range []string{"br", "gzip"} {
		if have[coding] != nil && takes[coding] {
			return coding
		}
	}
	return ""
}
