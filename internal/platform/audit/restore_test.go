package audit_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// SEC-12: two processes that number at once give every entry one number, without a gap in the whole or in an organisation.
func TestTwoSequencersLeaveNoGap(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		signer, verifier := keys(t)
		logs := []*audit.Log{audit.New(w.DB, signer), w.Log}
		dbs := []*store.DB{w.DB, w.DB}
		if w.DB.Engine() == store.Postgres { // SQLite has one process
			other := w.Again(t)
			logs[1], dbs[1] = other.Log, other.DB
		}
		var writers, sequencers sync.WaitGroup
		done := make(chan bool)
		var counted sync.Map
		for i := range 4 {
			writers.Go(func() {
				for range 100 {
					record(t, dbs[i%2], 4)
				}
			})
			sequencers.Go(func() {
				total := 0
				for {
					n, err := logs[i%2].Sequence(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					total += n
					select {
					case <-done:
						if n == 0 {
							counted.Store(i, total)
							return
						}
					default:
					}
				}
			})
		}
		writers.Wait()
		close(done)
		sequencers.Wait()
		sum := 0
		counted.Range(func(_, n any) bool { sum += n.(int); return true })
		if sum != 1600 {
			t.Errorf("the sequencers say that they numbered %d of 1600", sum)
		}
		// Verify demands seq and org_seq without a gap, and that the tree stands over exactly these entries.
		c, _ := checkpoint(t, logs[0], verifier)
		v, err := audit.Verify(strings.NewReader(string(export(t, logs[0]))), c)
		if err != nil || !v.OK || v.Entries != 1600 || c.Size != 1600 {
			t.Errorf("%+v %v", v, err)
		}
	})
}

// snapshot copies the database as a backup would, and returns how to put it back.
func snapshot(t *testing.T, w *testkit.World) (restore func() *store.DB) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "kith.db")
	_, err := w.DB.Pool().Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	testkit.OK(t, err)
	b, err := os.ReadFile(w.DB.Path())
	testkit.OK(t, err)
	testkit.OK(t, os.WriteFile(to, b, 0o600))
	return func() *store.DB {
		o := w.Options()
		o.Path = to
		db, err := store.Open(t.Context(), o)
		testkit.OK(t, err)
		t.Cleanup(func() { testkit.OK(t, db.Close()) })
		return db
	}
}

// SEC-12, SEC-23: a database that was put back to an earlier day does not bear out the checkpoint that came after. The program
// may only show it until an operator declares the restore; the entry of that holds the old checkpoint and says what is lost.
func TestRestoreMustBeDeclared(t *testing.T) {
	w := testkit.SQLite(t)
	signer, verifier := keys(t)
	log := audit.New(w.DB, signer)
	sound := func(l *audit.Log, newest []byte, want bool) (why string) {
		t.Helper()
		ok, why, err := l.Sound(t.Context(), newest, verifier)
		if err != nil || ok != want || ok == (why != "") {
			t.Fatalf("sound %v (%q, %v), want %v", ok, why, err, want)
		}
		return why
	}
	sound(log, nil, true)
	record(t, w.DB, 7)
	early, earlySigned := checkpoint(t, log, verifier)
	back := snapshot(t, w)
	w.After(time.Hour)
	record(t, w.DB, 5)
	late, lateSigned := checkpoint(t, log, verifier)
	sound(log, earlySigned, true)
	sound(log, lateSigned, true)

	db := back()
	log = audit.New(db, signer)
	sound(log, earlySigned, true)
	if why := sound(log, lateSigned, false); !strings.Contains(why, "entries 7 to 11 are lost") || !strings.Contains(why, "23 November 2026 08:50") {
		t.Errorf("why: %s", why)
	}
	// An entry more, or as many as were lost, do not make up for those that are.
	record(t, db, 5)
	testkit.OK(t, log.SequenceAll(t.Context()))
	if why := sound(log, lateSigned, false); !strings.Contains(why, "entries up to 11 are not the ones") {
		t.Errorf("why: %s", why)
	}
	if ok, err := log.Consistent(t.Context(), late); ok || err != nil {
		t.Errorf("consistent with what is lost: %v", err)
	}
	if ok, err := log.Consistent(t.Context(), early); !ok || err != nil {
		t.Errorf("not consistent with what is there: %v", err)
	}

	operator := access.Viewer{Account: "operator", District: here}
	declare := func(reason string, old audit.Checkpoint) (string, error) {
		return log.DeclareRestore(t.Context(), operator, reason, old)
	}
	if _, err := declare(" ", late); !errs.Is(err, errs.Rule) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := declare("The disk failed", early); !errs.Is(err, errs.Rule) {
		t.Errorf("with nothing lost: %v", err)
	}
	what, err := declare("The disk failed", late)
	testkit.OK(t, err)
	if !strings.Contains(what, "entries up to 11") {
		t.Errorf("declared %q", what)
	}
	sound(log, lateSigned, true)
	after, afterSigned := checkpoint(t, log, verifier)
	if after.Epoch != 2 || after.Size != 13 {
		t.Errorf("after the declaration: %+v", after)
	}
	sound(log, afterSigned, true)
	// A second database put back to before the declaration is of an older epoch, however long it is.
	sound(audit.New(w.DB, signer), afterSigned, false)
	whole := string(export(t, log))
	if !strings.Contains(whole, `"action":"audit.restored"`) || !strings.Contains(whole, `size 12\nroot `) || !strings.Contains(whole, `"rule":"`+what+`"`) {
		t.Errorf("the entry does not say what was declared: %s", whole)
	}
	if v, err := audit.Verify(strings.NewReader(whole), after); err != nil || !v.OK {
		t.Errorf("%+v %v", v, err)
	}
}

func TestShorterLogNamesTheNumbersLost(t *testing.T) {
	w := testkit.SQLite(t)
	signer, verifier := keys(t)
	log := audit.New(w.DB, signer)
	record(t, w.DB, 3)
	testkit.OK(t, log.SequenceAll(t.Context()))
	back := snapshot(t, w)
	record(t, w.DB, 2)
	late, _ := checkpoint(t, log, verifier)
	restored := audit.New(back(), signer)
	what, err := restored.DeclareRestore(t.Context(), tester, "The disk failed", late)
	if err != nil || what != "Declared: entries 3 to 4 are lost." {
		t.Errorf("%q %v", what, err)
	}
	// A checkpoint made before the declaration has its number is of the new epoch already: the old tree holds all that it
	// speaks for, and is none the less not the one that went on.
	signed, err := restored.Checkpoint(t.Context())
	testkit.OK(t, err)
	if ok, why, err := log.Sound(t.Context(), signed, verifier); ok || why == "" || err != nil {
		t.Errorf("a tree of an older epoch: %v %q %v", ok, why, err)
	}
}

// SEC-12: entries that went missing from the database, with the tree left as it was, are seen at start; so is a checkpoint
// file that is not ours.
func TestLogThatDoesNotAgreeWithItselfIsNotSound(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		signer, verifier := keys(t)
		log := audit.New(w.DB, signer)
		record(t, w.DB, 3)
		_, signed := checkpoint(t, log, verifier)
		_, other := keys(t)
		if ok, why, err := log.Sound(t.Context(), signed, other); ok || why == "" || err != nil {
			t.Errorf("a checkpoint of another key: %v %q %v", ok, why, err)
		}
		testkit.OK(t, w.DB.Write(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
			return tx.Put(ctx, store.SQL(`UPDATE audit_head SET size = 2`))
		}))
		if ok, why, err := log.Sound(t.Context(), nil, verifier); ok || !strings.Contains(why, "up to number 2") || errors.Join(err) != nil {
			t.Errorf("three entries under a tree of two: %v %q %v", ok, why, err)
		}
	})
}
