package audit_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// excerpt is a part of the log of one district, cut for the sizes.
func excerpt(t testing.TB, db *store.DB, district string, f audit.Filter, sizes ...int64) (body []byte, shown int) {
	t.Helper()
	testkit.OK(t, db.Read(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) (err error) {
		body, shown, err = audit.Excerpt(ctx, tx, f, sizes, 10_000)
		return err
	}))
	return body, shown
}

func held(t testing.TB, body []byte, c audit.Checkpoint) audit.Verdict {
	t.Helper()
	v, err := audit.Verify(strings.NewReader(string(body)), c)
	if errs.Is(err, errs.Rule) {
		return audit.Verdict{Problem: errs.Sentence(err)}
	}
	testkit.OK(t, err)
	return v
}

// SEC-12: one school proves its own entries, whole and without a gap, against any checkpoint that left the machine, and is
// told nothing of anybody else's. Another district's stand in no excerpt.
func TestExcerptProvesOneSchool(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		signer, verifier := keys(t)
		log := audit.New(w.DB, signer)
		var kept []audit.Checkpoint
		var sizes []int64
		for n := range 5 {
			record(t, w.DB, 3+7*n)
			testkit.OK(t, w.DB.Write(t.Context(), access.System("elsewhere", "test"), func(ctx context.Context, tx *store.Tx) error {
				return audit.Record(ctx, tx, "test.elsewhere", ref.To("test", "x"), audit.Org("oak"))
			}))
			c, _ := checkpoint(t, log, verifier)
			kept, sizes = append(kept, c), append(sizes, c.Size)
			w.After(time.Hour)
		}
		body, shown := excerpt(t, w.DB, here, audit.Filter{Org: "elm"}, sizes...)
		if s := string(body); strings.Contains(s, `"ash"`) || strings.Contains(s, "elsewhere") || strings.Count(s, `"org":"elm"`) != shown || shown != 22 {
			t.Errorf("%d shown: %s", shown, s)
		}
		for i, c := range kept {
			v := held(t, body, c)
			if !v.OK || v.Entries != sizes[4] || v.Shown != 22 || v.Proved == 0 || len(v.Runs) != 1 || v.Runs[0] != (audit.Run{Org: "elm", From: 0, To: 21, Whole: true}) {
				t.Errorf("checkpoint %d: %+v", i, v)
			}
		}
		if v := held(t, body, kept[4]); v.Proved != 22 {
			t.Errorf("the newest checkpoint speaks for %d of 22", v.Proved)
		}
		// The district's own excerpt holds everything but what is another's.
		body, shown = excerpt(t, w.DB, here, audit.Filter{})
		if v := held(t, body, kept[4]); !v.OK || shown != int(sizes[4])-5 || strings.Contains(string(body), "elsewhere") {
			t.Errorf("%d shown of %d: %+v", shown, sizes[4], v)
		}
		// A checkpoint for which it was not cut is said to be the wrong one, and not that something is wrong.
		body, _ = excerpt(t, w.DB, here, audit.Filter{Org: "elm", From: w.DB.Now().Add(-90 * time.Minute)})
		if v := held(t, body, kept[0]); v.OK || !strings.Contains(v.Problem, "cannot be held against") {
			t.Errorf("%+v", v)
		}
		body, _ = excerpt(t, w.DB, here, audit.Filter{Org: "elm", From: w.DB.Now().Add(-90 * time.Minute)}, sizes[0])
		if v := held(t, body, kept[0]); v.OK || !strings.Contains(v.Problem, "Nothing is proved") {
			t.Errorf("%+v", v)
		}
		err := w.DB.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
			_, _, err := audit.Excerpt(ctx, tx, audit.Filter{}, nil, 10)
			return err
		})
		if !errs.Is(err, errs.Rule) {
			t.Errorf("more than is given at once: %v", err)
		}
	})
}

// SEC-12: every single entry is proved by an excerpt of its own, in a few lines.
func TestOneEntryIsProved(t *testing.T) {
	w := testkit.SQLite(t)
	signer, verifier := keys(t)
	log := audit.New(w.DB, signer)
	record(t, w.DB, 61)
	early, _ := checkpoint(t, log, verifier)
	record(t, w.DB, 300)
	late, _ := checkpoint(t, log, verifier)
	record(t, w.DB, 1)
	testkit.OK(t, w.DB.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
		page, err := audit.Lines(ctx, tx, audit.Filter{}, "")
		testkit.OK(t, err)
		if page.Items[0].Seq != -1 || page.Items[1].Seq != 360 || page.Next == "" {
			t.Errorf("the newest entries: %+v", page.Items[:2])
		}
		if _, err := audit.ExcerptOf(ctx, tx, audit.Filter{}, page.Items[0].ID, nil); !errs.Is(err, errs.Rule) {
			t.Errorf("one without a number: %v", err)
		}
		asked := 0
		for cursor := page.Next; cursor != ""; cursor = page.Next {
			page, err = audit.Lines(ctx, tx, audit.Filter{}, cursor)
			testkit.OK(t, err)
			for _, l := range page.Items {
				body, err := audit.ExcerptOf(ctx, tx, audit.Filter{}, l.ID, []int64{early.Size, late.Size})
				testkit.OK(t, err)
				v := held(t, body, late)
				if !v.OK || v.Shown != 1 || v.Proved != 1 || strings.Count(string(body), "\n") > 30 || !strings.Contains(string(body), l.ID) {
					t.Fatalf("entry %d: %+v\n%s", l.Seq, v, body)
				}
				if v := held(t, body, early); v.OK != (l.Seq < early.Size) {
					t.Fatalf("entry %d against a checkpoint over %d: %+v", l.Seq, early.Size, v)
				}
				asked++
			}
		}
		if asked != 361-24 {
			t.Errorf("%d entries were proved", asked)
		}
		if _, err := audit.ExcerptOf(ctx, tx, audit.Filter{Within: []string{"nowhere"}}, page.Items[0].ID, nil); !errs.Is(err, errs.NotFound) {
			t.Errorf("of another organisation: %v", err)
		}
		return nil
	}))
}

// SEC-12: nothing that is shown in an excerpt can be altered, left out, added or moved before the checkpoint, and no branch
// can stand for another.
func TestTamperedExcerptIsFound(t *testing.T) {
	w := testkit.SQLite(t)
	signer, verifier := keys(t)
	log := audit.New(w.DB, signer)
	record(t, w.DB, 47)
	c, _ := checkpoint(t, log, verifier)
	record(t, w.DB, 9)
	testkit.OK(t, log.SequenceAll(t.Context()))
	rapid.Check(t, func(rt *rapid.T) {
		f := audit.Filter{Org: rapid.SampledFrom([]string{"oak", "elm", "ash", ""}).Draw(rt, "org")}
		body, _ := excerpt(t, w.DB, here, f, c.Size)
		if v := held(t, body, c); !v.OK {
			rt.Fatalf("as it was made: %+v", v)
		}
		lines := strings.SplitAfter(strings.TrimSuffix(string(body), "\n"), "\n")
		lines[len(lines)-1] += "\n"
		var before int // lines that speak for entries before the checkpoint
		for _, l := range lines[1:] {
			var p struct{ Seq, From int64 }
			testkit.OK(t, json.Unmarshal([]byte(l), &p))
			if max(p.Seq, p.From) < c.Size {
				before++
			}
		}
		at := 1 + rapid.IntRange(0, before-1).Draw(rt, "line")
		switch rapid.SampledFrom([]string{"byte", "remove", "twice", "move", "fold", "cut"}).Draw(rt, "how") {
		case "byte":
			b := []byte(lines[at])
			i := rapid.IntRange(0, len(b)-1).Draw(rt, "byte")
			b[i] ^= byte(rapid.IntRange(1, 255).Draw(rt, "flip"))
			lines[at] = string(b)
		case "remove":
			lines = slices.Delete(lines, at, at+1)
		case "twice":
			lines = slices.Insert(lines, at, lines[at])
		case "move":
			to := 1 + rapid.IntRange(0, len(lines)-2).Filter(func(i int) bool { return i+1 != at }).Draw(rt, "to")
			lines[at], lines[to] = lines[to], lines[at]
		case "fold": // a shown entry is put out of sight with another's hash
			lines[at] = strings.Replace(lines[1+(at)%(len(lines)-1)], `"from":`, `"from":0`, 1)
		case "cut":
			lines = lines[:at]
		}
		if v := held(t, []byte(strings.Join(lines, "")), c); v.OK || v.Problem == "" {
			rt.Fatalf("not found: %+v", v)
		}
	})
}

// A checkpoint is read out of a mail that somebody saved as text, with what stands around it.
func TestCheckpointIsFoundInAMail(t *testing.T) {
	w := testkit.SQLite(t)
	signer, verifier := keys(t)
	log := audit.New(w.DB, signer)
	record(t, w.DB, 5)
	c, signed := checkpoint(t, log, verifier)
	for name, text := range map[string]string{
		"words around it": "Keep this message.\n\n" + string(signed) + "\nIt says nothing of anybody.\n",
		"Windows lines":   strings.ReplaceAll("Keep it.\n\n"+string(signed)+"\nMore.\n", "\n", "\r\n"),
		"no last line":    strings.TrimSuffix(string(signed), "\n"),
	} {
		if got, err := audit.ParseCheckpoint([]byte(text), verifier); err != nil || got != c {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	if _, err := audit.ParseCheckpoint([]byte("Kith audit log\nand nothing more"), verifier); !errs.Is(err, errs.Rule) {
		t.Errorf("half a checkpoint: %v", err)
	}
}

// What the page of the log counts and shows is the log's own; a restore that was declared says what is lost and why.
func TestStateOfTheLog(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		signer, verifier := keys(t)
		log := audit.New(w.DB, signer)
		s, err := log.State(t.Context())
		if err != nil || s != (audit.State{Epoch: 1}) {
			t.Errorf("an empty log: %+v %v", s, err)
		}
		record(t, w.DB, 8)
		_, signed := checkpoint(t, log, verifier)
		record(t, w.DB, 2)
		w.After(audit.Late)
		if s, err = log.State(t.Context()); err != nil || s.Late != 0 {
			t.Errorf("after five seconds %d are late (%v)", s.Late, err)
		}
		w.After(time.Millisecond)
		s, err = log.State(t.Context())
		if err != nil || s.Size != 8 || s.Late != 2 || s.Note != string(signed) || s.NoteSize != 8 {
			t.Errorf("%+v %v", s, err)
		}
		testkit.OK(t, log.SequenceAll(t.Context()))
		_, err = log.DeclareBackup(t.Context(), access.System("*", "operator"), "The disk failed", nil)
		testkit.OK(t, err)
		all, err := log.Restores(t.Context())
		if err != nil || len(all) != 1 || all[0].Reason != "The disk failed" || !strings.Contains(all[0].Lost, "10 entries") {
			t.Errorf("%+v %v", all, err)
		}
		testkit.OK(t, w.DB.Read(t.Context(), tester, func(ctx context.Context, tx *store.Tx) error {
			done, err := audit.Actions(ctx, tx, audit.Filter{Within: []string{"oak", "elm"}})
			if err != nil || len(done) != 1 || done[0] != (audit.Done{Action: "test.done", Times: 6}) {
				t.Errorf("%+v %v", done, err)
			}
			return nil
		}))
	})
}
