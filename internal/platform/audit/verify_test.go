package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/testkit"
)

// keptLog is an export with a checkpoint kept at each size it had.
type keptLog struct {
	head        string
	lines       []string
	checkpoints []audit.Checkpoint
}

func keep(t *testing.T, n int) keptLog {
	t.Helper()
	w := testkit.SQLite(t)
	signer, verifier := keys(t)
	log := audit.New(w.DB, signer)
	var k keptLog
	for range n {
		c, _ := checkpoint(t, log, verifier)
		k.checkpoints = append(k.checkpoints, c)
		record(t, w.DB, 1+len(k.checkpoints)%3)
	}
	c, _ := checkpoint(t, log, verifier)
	k.checkpoints = append(k.checkpoints, c)
	lines := strings.SplitAfter(string(export(t, log)), "\n")
	k.head, k.lines = lines[0], lines[1:len(lines)-1]
	return k
}

func (k keptLog) verify(t interface{ Fatal(...any) }, head string, lines []string, c audit.Checkpoint) audit.Verdict {
	v, err := audit.Verify(strings.NewReader(head+strings.Join(lines, "")), c)
	if errs.Is(err, errs.Rule) {
		return audit.Verdict{Problem: errs.Sentence(err)}
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWholeExportIsProvedAgainstEveryCheckpoint(t *testing.T) {
	k := keep(t, 8)
	for _, c := range k.checkpoints {
		if v := k.verify(t, k.head, k.lines, c); !v.OK || v.Entries != int64(len(k.lines)) || v.Checkpoint != c.Size {
			t.Errorf("size %d: %+v", c.Size, v)
		}
	}
}

// numbered gives the entries their numbers anew, as somebody would who hides what they did.
func numbered(t *rapid.T, lines []string) (string, []string) {
	orgs := map[string]int64{}
	out := make([]string, len(lines))
	for i, l := range lines {
		var e audit.Entry
		if err := json.Unmarshal([]byte(l), &e); err != nil {
			t.Fatal(err)
		}
		e.Seq, e.OrgSeq = int64(i), orgs[e.Org]
		orgs[e.Org]++
		out[i] = string(e.Leaf()) + "\n"
	}
	return fmt.Sprintf("{\"format\":\"kith-audit-1\",\"size\":%d}\n", len(lines)), out
}

// SEC-12: any byte changed, and any entry altered, removed, added or moved before a checkpoint that somebody kept is found,
// with and without the numbers put right afterwards.
func TestTamperedExportIsFound(t *testing.T) {
	k := keep(t, 8)
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(k.checkpoints[1:]).Draw(t, "checkpoint")
		lines, head := slices.Clone(k.lines), k.head
		at := rapid.IntRange(0, int(c.Size)-1).Draw(t, "entry")
		renumber := rapid.Bool().Draw(t, "renumber")
		switch rapid.SampledFrom([]string{"byte", "head", "remove", "add", "move", "alter", "cut"}).Draw(t, "how") {
		case "byte":
			b := []byte(lines[at])
			i := rapid.IntRange(0, len(b)-1).Draw(t, "byte")
			b[i] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
			lines[at], renumber = string(b), false
		case "head":
			b := []byte(head)
			b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "flip"))
			head, renumber = string(b), false
		case "remove":
			lines = slices.Delete(lines, at, at+1)
		case "add":
			lines = slices.Insert(lines, at, lines[rapid.IntRange(0, len(lines)-1).Filter(func(i int) bool { return i != at }).Draw(t, "copy of")])
		case "move":
			to := rapid.IntRange(0, len(lines)-1).Filter(func(i int) bool { return i != at }).Draw(t, "to")
			lines[at], lines[to] = lines[to], lines[at]
		case "alter":
			var e audit.Entry
			if err := json.Unmarshal([]byte(lines[at]), &e); err != nil {
				t.Fatal(err)
			}
			field := rapid.SampledFrom([]*string{&e.ID, &e.District, &e.Org, &e.Actor, &e.Acting, &e.Rule, &e.Action, &e.Kind, &e.Record, &e.Request, &e.DetailMAC}).Draw(t, "field")
			*field += rapid.StringN(1, 5, -1).Draw(t, "more")
			lines[at] = string(e.Leaf()) + "\n"
		case "cut":
			lines = lines[:at]
		}
		if renumber {
			head, lines = numbered(t, lines)
		}
		if v := k.verify(t, head, lines, c); v.OK || v.Problem == "" {
			t.Fatalf("not found: %+v", v)
		}
	})
}

// What comes after the checkpoint is not proved, but a gap in it is still seen.
func TestGapAfterTheCheckpointIsSeen(t *testing.T) {
	k := keep(t, 4)
	c := k.checkpoints[2]
	for name, lines := range map[string][]string{
		"removed": slices.Delete(slices.Clone(k.lines), int(c.Size), int(c.Size)+1),
		"ended":   k.lines[:len(k.lines)-1],
		"cut off": append(slices.Clone(k.lines[:len(k.lines)-1]), k.lines[len(k.lines)-1][:20]),
	} {
		if v := k.verify(t, k.head, lines, c); v.OK || v.Problem == "" {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// SEC-12: a checkpoint counts only as it was signed, by the key that was asked for.
func TestCheckpointCountsOnlyAsItWasSigned(t *testing.T) {
	w := testkit.SQLite(t)
	signer, verifier := keys(t)
	_, other := keys(t)
	record(t, w.DB, 5)
	log := audit.New(w.DB, signer)
	c, signed := checkpoint(t, log, verifier)
	if c.Size != 5 || c.Epoch != 1 {
		t.Errorf("checkpoint %+v", c)
	}
	refused := func(what string, signed []byte, v note.Verifier) {
		t.Helper()
		if _, err := audit.ParseCheckpoint(signed, v); !errs.Is(err, errs.Rule) {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("another key", signed, other)
	for i := range signed {
		altered := bytes.Clone(signed)
		altered[i] ^= 1
		// The last letter of the signature has bits that mean nothing; then it is still what was signed.
		if got, err := audit.ParseCheckpoint(altered, verifier); !errs.Is(err, errs.Rule) && got != c {
			t.Errorf("byte %d altered: %+v %v", i, got, err)
		}
	}
	sign := func(text string) []byte {
		b, err := note.Sign(&note.Note{Text: text}, signer)
		testkit.OK(t, err)
		return b
	}
	text, _, _ := strings.Cut(string(signed), "\n\n")
	refused("another origin", sign(strings.Replace(text, "Kith audit log", "Another log", 1)+"\n"), verifier)
	refused("more lines", sign(text+"\nand more\n"), verifier)
	refused("a size written otherwise", sign(strings.Replace(text, "size 5", "size 05", 1)+"\n"), verifier)
	if _, err := audit.ParseCheckpoint(sign(text+"\n"), verifier); err != nil {
		t.Error(err)
	}
	again, err := log.Checkpoint(t.Context())
	testkit.OK(t, err)
	if !bytes.Equal(again, signed) {
		t.Error("nothing was added, and there is a new checkpoint")
	}
}

// SEC-12: the tree never speaks while an entry has waited for its number longer than five seconds.
func TestCheckpointIsRefusedWhileAnEntryWaits(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		signer, verifier := keys(t)
		log := audit.New(w.DB, signer)
		record(t, w.DB, 3)
		w.After(5 * time.Second)
		_, err := log.Checkpoint(t.Context())
		testkit.OK(t, err)
		w.After(time.Millisecond)
		if _, err := log.Checkpoint(t.Context()); !errs.Is(err, errs.Rule) {
			t.Errorf("an entry waits, and the checkpoint says %v", err)
		}
		waited, err := log.Waiting(t.Context())
		if want := 5*time.Second + time.Millisecond; errors.Join(err) != nil || waited != want {
			t.Errorf("waited %v (%v), want %v", waited, err, want)
		}
		if c, _ := checkpoint(t, log, verifier); c.Size != 3 {
			t.Errorf("size %d", c.Size)
		}
	})
}

// BenchmarkLog measures numbering, exporting and verifying 100,000 entries.
func BenchmarkLog(b *testing.B) {
	const n = 100_000
	w := testkit.SQLite(b)
	signer, verifier := keys(b)
	log := audit.New(w.DB, signer)
	record(b, w.DB, n)
	began := time.Now()
	c, _ := checkpoint(b, log, verifier)
	b.Logf("%.0f entries numbered a second", n/time.Since(began).Seconds())
	var whole []byte
	b.Run("export", func(b *testing.B) {
		for b.Loop() {
			whole = export(b, log)
		}
	})
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if v, err := audit.Verify(bytes.NewReader(whole), c); err != nil || !v.OK || v.Entries != n {
				b.Fatalf("%+v %v", v, err)
			}
		}
	})
}
