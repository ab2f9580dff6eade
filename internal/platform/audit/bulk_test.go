package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// SEC-12: a past that was brought in whole is in the tree as if each entry had been numbered by itself, before and after
// entries that were.
func TestBulkIsTheSameTree(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		signer, verifier := keys(t)
		log := audit.New(w.DB, signer)
		sys := access.System("d", "test")
		one := func() {
			testkit.OK(t, w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
				return audit.Record(ctx, tx, "thing.done", ref.To("thing", "x"), audit.Org("org1"))
			}))
			testkit.OK(t, log.SequenceAll(t.Context()))
		}
		total := int64(0)
		for _, n := range []int{0, 1, 7, 640} {
			one()
			testkit.OK(t, w.DB.Write(t.Context(), sys, func(ctx context.Context, tx *store.Tx) error {
				var past []audit.Past
				for i := range n {
					p := audit.Past{Entry: audit.Entry{Org: fmt.Sprint("org", i%3), At: tx.Now, Actor: "somebody", Action: "thing.opened", Kind: "thing", Record: fmt.Sprint(i)}}
					if i%2 == 0 {
						p.Detail = map[string]int{"i": i}
					}
					past = append(past, p)
				}
				return audit.Bulk(ctx, tx, past)
			}))
			total += int64(n) + 1
		}
		one()
		total++
		signed, err := log.Checkpoint(t.Context())
		testkit.OK(t, err)
		c, err := audit.ParseCheckpoint(signed, verifier)
		testkit.OK(t, err)
		var out bytes.Buffer
		_, err = log.Export(t.Context(), &out)
		testkit.OK(t, err)
		v, err := audit.Verify(bytes.NewReader(out.Bytes()), c)
		testkit.OK(t, err)
		if !v.OK || v.Entries != total || v.Checkpoint != total {
			t.Errorf("want %d entries proved, got %+v", total, v)
		}
		altered := bytes.Replace(out.Bytes(), []byte(`"record":"600"`), []byte(`"record":"601"`), 1)
		if v, err := audit.Verify(bytes.NewReader(altered), c); err != nil || v.OK {
			t.Errorf("an altered entry of the past is not found: %+v %v", v, err)
		}
	})
}

func TestOnlyTheProgramBringsInAPast(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		err := w.DB.Write(t.Context(), access.Viewer{Account: "a", District: "d"}, func(ctx context.Context, tx *store.Tx) error {
			return audit.Bulk(ctx, tx, []audit.Past{{Entry: audit.Entry{Actor: "somebody else"}}})
		})
		if errs.KindOf(err) != errs.Internal {
			t.Errorf("a person brought in a past: %v", err)
		}
	})
}
