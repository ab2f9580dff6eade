package audit_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/audit"
	"kith/internal/platform/document"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// CHR-5: an export that is whole confirms a document by its check code, short or in full, and by the bytes of its file; not one
// with a byte altered, not one that nobody made, and none at all when the log itself was altered. What the checkpoint does not
// speak for is found and not proved.
func TestExportConfirmsADocument(t *testing.T) {
	w := testkit.SQLite(t)
	signer, verifier := keys(t)
	log := audit.New(w.DB, signer)
	d := document.Document{Title: "Chronology", MadeBy: "Amina", MadeAt: clock.Of(testkit.Monday), Purpose: "Test", Blocks: []document.Block{document.Paragraph{Text: "Words"}}}
	pdf, err := document.PDF(d)
	testkit.OK(t, err)
	code := document.Hash(d)
	made := func(content, file string) {
		t.Helper()
		testkit.OK(t, w.DB.Write(t.Context(), access.System("here", "test"), func(ctx context.Context, tx *store.Tx) error {
			return audit.DocumentMade(ctx, tx, content, file, audit.Org("school"))
		}))
	}
	record(t, w.DB, 3)
	early, _ := checkpoint(t, log, verifier)
	made(code.Full(), document.FileHash(pdf))
	record(t, w.DB, 2)
	late, _ := checkpoint(t, log, verifier)
	whole := string(export(t, log))
	confirm := func(export string, c audit.Checkpoint, want audit.Wanted) (audit.Verdict, audit.Confirmation) {
		t.Helper()
		v, found, err := audit.Confirm(strings.NewReader(export), c, want)
		testkit.OK(t, err)
		return v, found
	}
	byCode := func(s string) audit.Wanted {
		t.Helper()
		want, err := audit.WantedCode(s)
		testkit.OK(t, err)
		return want
	}
	altered := append([]byte{}, pdf...)
	altered[len(altered)/2] ^= 1
	other := sha256.Sum256([]byte("another document"))
	for name, c := range map[string]struct {
		want  audit.Wanted
		found bool
	}{
		"code":          {byCode(code.Short()), true},
		"code as heard": {byCode(strings.ToLower(strings.ReplaceAll(code.Short(), "-", " "))), true},
		"code in full":  {byCode(code.Full()), true},
		"file":          {audit.WantedFile(document.FileHash(pdf)), true},
		"altered file":  {audit.WantedFile(document.FileHash(altered)), false},
		"unknown code":  {byCode("0000-0000-0000-0000"), false},
		"unknown":       {byCode(hex.EncodeToString(other[:])), false},
	} {
		v, found := confirm(whole, late, c.want)
		if !v.OK || found.Found != c.found || found.Proved != c.found || c.found && (found.Org != "school" || found.Actor != "system: test" || found.Entry < 3) {
			t.Errorf("%s: %+v %+v", name, v, found)
		}
		if v, found := confirm(whole, early, c.want); !v.OK || found.Found != c.found || found.Proved {
			t.Errorf("%s, after the checkpoint: %+v %+v", name, v, found)
		}
		if v, found := confirm(strings.Replace(whole, `"actor":"system: test"`, `"actor":"system: best"`, 1), late, c.want); v.OK || found.Found {
			t.Errorf("%s, by a log that was altered: %+v %+v", name, v, found)
		}
	}
	for _, bad := range []string{"", "K7F2", "K7F2-9QXM-3RTA-0WB!", strings.Repeat("g", 64)} {
		if _, err := audit.WantedCode(bad); err == nil {
			t.Errorf("%q is taken for a code", bad)
		}
	}
}
