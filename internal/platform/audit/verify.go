package audit

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"kith/internal/kernel/errs"
)

// Verdict is what an offline verification found.
type Verdict struct {
	OK         bool   `json:"ok"`
	Entries    int64  `json:"entries"`    // how many the log had
	Checkpoint int64  `json:"checkpoint"` // the first so many of them are proved
	Shown      int64  `json:"shown"`      // how many of them the file shows: all in an export, some in an excerpt
	Proved     int64  `json:"proved"`     // how many of those shown the checkpoint speaks for
	Runs       []Run  `json:"organisations,omitempty"`
	Problem    string `json:"problem,omitempty"`
}

// Run is what an excerpt shows of one organisation: its entries from one number to another, and whether every number between
// them is there. An organisation's numbers begin with 0 and have no gap, so a whole run from 0 holds everything up to its end.
type Run struct {
	Org   string `json:"org"` // "" are entries of no organisation
	From  int64  `json:"from"`
	To    int64  `json:"to"`
	Whole bool   `json:"whole"`
}

// Verify reads an export, or an excerpt, and proves it against a checkpoint that somebody else kept. It needs no database and
// no network. It finds an entry that was altered, removed, added or moved before the checkpoint; of the entries after it only
// that they are whole and numbered without a gap. Of an excerpt it proves the entries that are shown, and that the others are
// as many as it says.
func Verify(export io.Reader, c Checkpoint) (Verdict, error) { return verify(export, c, nil) }

// verify gives each entry that is shown to each, if any, as it passes.
func verify(export io.Reader, c Checkpoint, each func(Entry)) (Verdict, error) {
	r := reading{Verdict: Verdict{Checkpoint: c.Size}, runs: map[string]int{}, each: each}
	in := bufio.NewReaderSize(export, 1<<20)
	headLine, err := in.ReadBytes('\n')
	var head exportHead
	if err != nil || json.Unmarshal(headLine, &head) != nil || string(headLine) != head.line() && string(headLine) != excerptHead(head.Size) {
		return r.Verdict, errs.Refuse("This is not an export of the audit log.")
	}
	r.excerpt = string(headLine) != head.line()
	var root tlog.Hash
	for r.Problem == "" {
		if r.Entries == c.Size {
			root = r.root()
		}
		l, err := in.ReadBytes('\n')
		if err == io.EOF && len(l) == 0 {
			break
		}
		if err == io.EOF {
			r.Problem = fmt.Sprintf("Entry %d is cut off.", r.Entries)
			return r.Verdict, nil
		}
		if err != nil {
			return r.Verdict, err
		}
		r.line(l[:len(l)-1], c.Size)
	}
	switch {
	case r.Problem != "":
	case r.Entries < c.Size:
		r.Problem = fmt.Sprintf("The export ends after %d entries; the checkpoint speaks for %d. Entries were removed.", r.Entries, c.Size)
	case r.Entries != head.Size:
		r.Problem = fmt.Sprintf("The export says that it holds %d entries, and it holds %d.", head.Size, r.Entries)
	case root != c.Root:
		r.Problem = fmt.Sprintf("The first %d entries do not add up to the checkpoint's root. At least one of them was altered.", c.Size)
	case r.excerpt && r.Shown > 0 && r.Proved == 0:
		r.Problem = fmt.Sprintf("The checkpoint speaks for the first %d entries, and everything that is shown came later. Nothing is proved: use a later checkpoint.", c.Size)
	}
	r.OK = r.Problem == ""
	if !r.excerpt {
		r.Runs = nil
	}
	return r.Verdict, nil
}

// reading is a verification on its way: the tree over what was read so far, as its whole branches, the greatest first.
type reading struct {
	Verdict
	excerpt  bool
	runs     map[string]int // where the run of an organisation stands
	branches []branch
	each     func(Entry)
}

type branch struct {
	level int
	hash  tlog.Hash
}

// line takes one line; whatever is wrong with it becomes the Problem.
func (r *reading) line(line []byte, size int64) {
	var h hidden
	if r.excerpt && json.Unmarshal(line, &h) == nil && string(h.line()) == string(line)+"\n" {
		r.hide(h, size)
		return
	}
	if r.Problem = r.misplaced(line); r.Problem != "" {
		return
	}
	r.Shown++
	if r.Entries < size {
		r.Proved++
	}
	r.add(0, tlog.RecordHash(line))
	r.Entries++
}

// hide takes a branch that is not shown.
func (r *reading) hide(h hidden, size int64) {
	switch {
	case h.Count <= 0 || h.Count&(h.Count-1) != 0 || h.From != r.Entries || h.From%h.Count != 0:
		r.Problem = fmt.Sprintf("What stands for the entries from %d is not in the form that the log writes.", r.Entries)
	case h.From < size && h.From+h.Count > size:
		r.Problem = fmt.Sprintf("This excerpt cannot be held against a checkpoint over %d entries. Use one that was mailed, or the newest.", size)
	default:
		r.add(bits.TrailingZeros64(uint64(h.Count)), h.Hash) // #nosec G115 -- a count is positive
		r.Entries += h.Count
	}
}

// add puts a whole branch of 2^level entries at the end of the tree.
func (r *reading) add(level int, hash tlog.Hash) {
	for n := len(r.branches); n > 0 && r.branches[n-1].level == level; n = len(r.branches) {
		hash = tlog.NodeHash(r.branches[n-1].hash, hash)
		level++
		r.branches = r.branches[:n-1]
	}
	r.branches = append(r.branches, branch{level, hash})
}

// root is that of everything read so far; of nothing, the zero hash.
func (r *reading) root() (h tlog.Hash) {
	for i := len(r.branches) - 1; i >= 0; i-- {
		if i == len(r.branches)-1 {
			h = r.branches[i].hash
		} else {
			h = tlog.NodeHash(r.branches[i].hash, h)
		}
	}
	return h
}

// misplaced says what is wrong with the line as the next entry, "" when nothing is, and counts it for its organisation.
func (r *reading) misplaced(line []byte) string {
	n := r.Entries
	var e Entry
	if json.Unmarshal(line, &e) != nil || string(e.Leaf()) != string(line) {
		return fmt.Sprintf("Entry %d is not in the form that the log writes.", n)
	}
	if e.Seq != n {
		return fmt.Sprintf("Where entry %d is due comes number %d. An entry was removed, added or moved.", n, e.Seq)
	}
	at, known := r.runs[e.Org]
	if !known {
		at = len(r.Runs)
		r.runs[e.Org] = at
		r.Runs = append(r.Runs, Run{Org: e.Org, From: e.OrgSeq, To: e.OrgSeq - 1, Whole: true})
	}
	run := &r.Runs[at]
	due := run.To + 1
	if !known && !r.excerpt {
		due = 0
	}
	if e.OrgSeq < due || e.OrgSeq < 0 || e.OrgSeq > due && !r.excerpt {
		return fmt.Sprintf("Entry %d is number %d of its organisation where %d was due.", n, e.OrgSeq, due)
	}
	run.Whole = run.Whole && e.OrgSeq == due
	run.To = e.OrgSeq
	if r.each != nil {
		r.each(e)
	}
	return ""
}

// rootOf returns the root of the first size entries; of none, the zero hash.
func rootOf(size int64, r tlog.HashReader) (tlog.Hash, error) {
	if size == 0 {
		return tlog.Hash{}, nil
	}
	return tlog.TreeHash(size, r)
}
