package audit_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"kith/internal/kernel/access"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const here = "district-here"

var tester = access.System(here, "test")

// keys returns a signer and who checks its signatures.
func keys(t testing.TB) (audit.Signer, note.Verifier) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, "kith.test")
	testkit.OK(t, err)
	s, err := note.NewSigner(secret)
	testkit.OK(t, err)
	v, err := note.NewVerifier(public)
	testkit.OK(t, err)
	return s, v
}

// record adds n entries, in turn of three organisations and of none.
func record(t testing.TB, db *store.DB, n int) {
	t.Helper()
	for n > 0 {
		testkit.OK(t, db.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
			for i := range min(n, 5000) {
				if err := audit.Record(ctx, tx, "test.done", ref.To("test", fmt.Sprint(i)), audit.Org([]string{"oak", "elm", "ash", ""}[i%4]), audit.Detail(i)); err != nil {
					return err
				}
			}
			return nil
		}))
		n -= min(n, 5000)
	}
}

func checkpoint(t testing.TB, l *audit.Log, v note.Verifier) (audit.Checkpoint, []byte) {
	t.Helper()
	testkit.OK(t, l.SequenceAll(t.Context()))
	signed, err := l.Checkpoint(t.Context())
	testkit.OK(t, err)
	c, err := audit.ParseCheckpoint(signed, v)
	testkit.OK(t, err)
	return c, signed
}

func export(t testing.TB, l *audit.Log) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := l.Export(t.Context(), &b)
	testkit.OK(t, err)
	return b.Bytes()
}
