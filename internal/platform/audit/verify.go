package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"kith/internal/kernel/errs"
)

// Verdict is what an offline verification found.
type Verdict struct {
	OK         bool   `json:"ok"`
	Entries    int64  `json:"entries"`    // how many the export holds
	Checkpoint int64  `json:"checkpoint"` // the first so many of them are proved
	Problem    string `json:"problem,omitempty"`
}

// Verify reads an export and proves it against a checkpoint that somebody else kept. It needs no database and no network.
// It finds an entry that was altered, removed, added or moved before the checkpoint; of the entries after it only that they
// are whole and numbered without a gap.
func Verify(export io.Reader, c Checkpoint) (Verdict, error) { return verify(export, c, nil) }

// verify gives each entry to each, if any, as it passes.
func verify(export io.Reader, c Checkpoint, each func(Entry)) (Verdict, error) {
	v := Verdict{Checkpoint: c.Size}
	in := bufio.NewReaderSize(export, 1<<20)
	headLine, err := in.ReadBytes('\n')
	var head exportHead
	if err != nil || json.Unmarshal(headLine, &head) != nil || string(headLine) != head.line() {
		return v, errs.Refuse("This is not an export of the audit log.")
	}
	var proved hashes
	orgs := map[string]int64{}
	for {
		l, err := in.ReadBytes('\n')
		if err == io.EOF && len(l) == 0 {
			break
		}
		if err == io.EOF {
			v.Problem = fmt.Sprintf("Entry %d is cut off.", v.Entries)
			return v, nil
		}
		if err != nil {
			return v, err
		}
		l = l[:len(l)-1]
		var e Entry
		if e, v.Problem = misplaced(l, v.Entries, orgs); v.Problem != "" {
			return v, nil
		}
		if each != nil {
			each(e)
		}
		if v.Entries < c.Size {
			fresh, err := tlog.StoredHashes(v.Entries, l, &proved)
			if err != nil {
				return v, err
			}
			proved = append(proved, fresh...)
		}
		v.Entries++
	}
	switch {
	case v.Entries < c.Size:
		v.Problem = fmt.Sprintf("The export ends after %d entries; the checkpoint speaks for %d. Entries were removed.", v.Entries, c.Size)
	case v.Entries != head.Size:
		v.Problem = fmt.Sprintf("The export says that it holds %d entries, and it holds %d.", head.Size, v.Entries)
	default:
		root, err := rootOf(c.Size, &proved)
		if err != nil {
			return v, err
		}
		if v.OK = root == c.Root; !v.OK {
			v.Problem = fmt.Sprintf("The first %d entries do not add up to the checkpoint's root. At least one of them was altered.", c.Size)
		}
	}
	return v, nil
}

// misplaced reads the line as entry n, says what is wrong with it, "" when nothing is, and counts it for its organisation.
func misplaced(line []byte, n int64, orgs map[string]int64) (e Entry, problem string) {
	switch {
	case json.Unmarshal(line, &e) != nil || string(e.Leaf()) != string(line):
		return e, fmt.Sprintf("Entry %d is not in the form that the log writes.", n)
	case e.Seq != n:
		return e, fmt.Sprintf("Where entry %d is due comes number %d. An entry was removed, added or moved.", n, e.Seq)
	case e.OrgSeq != orgs[e.Org]:
		return e, fmt.Sprintf("Entry %d is number %d of its organisation where %d was due.", n, e.OrgSeq, orgs[e.Org])
	}
	orgs[e.Org]++
	return e, ""
}

// rootOf returns the root of the first size entries; of none, the zero hash.
func rootOf(size int64, r tlog.HashReader) (tlog.Hash, error) {
	if size == 0 {
		return tlog.Hash{}, nil
	}
	return tlog.TreeHash(size, r)
}

// hashes are a tree's hashes in memory.
type hashes []tlog.Hash

// ReadHashes implements tlog.HashReader.
func (h *hashes) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, x := range at {
		if x >= int64(len(*h)) {
			return nil, errors.New("hash out of range")
		}
		out[i] = (*h)[x]
	}
	return out, nil
}
