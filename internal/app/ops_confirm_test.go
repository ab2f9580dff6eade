package app

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kith/internal/platform/audit"
	"kith/internal/testkit"
)

// CHR-5: a PDF that a lead made is confirmed offline, by kith audit verify on an export, from the file itself and from the code at
// its foot; with one byte altered it is not.
func TestAuditVerifyConfirmsAPrintedChronology(t *testing.T) {
	w := newWorld(t)
	f := w.furnish(t)
	made := w.as(t, "dsl").Post("/children/"+f["child"]+"/chronology.pdf", url.Values{"id": {w.fresh()}, "view": {"evidential"}, "purpose": {"Conference"}}).Status(200)
	screen := w.as(t, "dsl").Get("/children/" + f["child"] + "/print?view=summary").Status(200)
	code := screen.Text(".kith-document__foot dl > div:nth-child(4) dd")

	dir := t.TempDir()
	file := func(name string, body []byte) string {
		at := filepath.Join(dir, name)
		testkit.OK(t, os.WriteFile(at, body, 0o600))
		return at
	}
	testkit.OK(t, w.Log.SequenceAll(t.Context()))
	signed, err := w.keepCheckpoint(t.Context())
	testkit.OK(t, err)
	var export bytes.Buffer
	_, err = w.Log.Export(t.Context(), &export)
	testkit.OK(t, err)
	if w.key == nil {
		t.Fatal("the invented district signs no checkpoints")
	}
	altered := bytes.Clone(made.Body)
	altered[len(altered)/3] ^= 1
	base := []string{"audit", "verify", file("log.jsonl", export.Bytes()), "--checkpoint", file("checkpoint", signed), "--key", w.key.public}
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"the file":         {[]string{"--document", file("chronology.pdf", made.Body)}, 0, "This file is byte for byte as it was made by account " + w.accounts["dsl"]},
		"one altered byte": {[]string{"--document", file("altered.pdf", altered)}, 1, "The log holds no document with these bytes."},
		"the code":         {[]string{"--code", code}, 0, "A document with this code was made by account " + w.accounts["dsl"]},
		"an unknown code":  {[]string{"--code", "0000-0000-0000-0000"}, 1, "The log holds no document with this code."},
		"no code":          {[]string{"--code", "xyz"}, 1, "A check code has sixteen letters"},
		"no file":          {[]string{"--document", filepath.Join(dir, "none.pdf")}, 1, "There is no document to read"},
		"both":             {[]string{"--code", code, "--document", file("chronology.pdf", made.Body)}, 2, ""},
	} {
		var out, said bytes.Buffer
		if got := Main(append(append([]string{}, base...), c.args...), "test", &out, &said); got != c.code && c.code != 2 || c.code == 2 && got == 0 || !strings.Contains(out.String()+said.String(), c.says) {
			t.Errorf("%s: %d\n%s%s", name, got, out.String(), said.String())
		}
	}
	var out, said bytes.Buffer
	Main(append(append([]string{}, base...), "--document", file("chronology.pdf", made.Body), "--json"), "test", &out, &said)
	var answer struct {
		audit.Verdict
		Document audit.Confirmation `json:"document"`
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil || !answer.OK || !answer.Document.Proved || answer.Document.Actor != w.accounts["dsl"] {
		t.Errorf("as an object: %s%s", out.String(), said.String())
	}
	if strings.Contains(export.String(), "Conference") {
		t.Error("the export holds a purpose")
	}
}
