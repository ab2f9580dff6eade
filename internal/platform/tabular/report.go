package tabular

import "fmt"

// MaxListed is how many rejections and how many warnings a Report lists; the rest are only counted, so that a file of
// rubbish cannot fill the memory.
const MaxListed = 10_000

// Rejection says why one row, or one value of it, was not taken. Row is the 1-based line of the file on which the row
// begins. File is set only where an import has several files (a OneRoster bundle).
type Rejection struct {
	File   string `json:"file,omitempty"`
	Row    int    `json:"row"`
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// Report is what a reader did with a file.
type Report struct {
	// Read counts every data row, the rejected and the skipped ones too.
	Read int `json:"read"`
	// Kept counts the rows that were handed on.
	Kept int `json:"kept"`
	// Rejected lists rows that were not handed on.
	Rejected []Rejection `json:"rejected"`
	// Warnings lists values that were left out or look wrong in rows that were handed on.
	Warnings []Rejection `json:"warnings,omitempty"`
	// Skipped counts rows that are sound but not wanted: a children's centre among schools, a teacher among pupils.
	Skipped int `json:"skipped,omitempty"`
	// Unlisted counts rejections and warnings beyond MaxListed.
	Unlisted int `json:"unlisted,omitempty"`

	rejected int
}

// Reject notes a row that is not handed on.
func (r *Report) Reject(x Rejection) {
	r.rejected++
	if len(r.Rejected) < MaxListed {
		r.Rejected = append(r.Rejected, x)
	} else {
		r.Unlisted++
	}
}

// Warn notes a value of a row that is handed on.
func (r *Report) Warn(x Rejection) {
	if len(r.Warnings) < MaxListed {
		r.Warnings = append(r.Warnings, x)
	} else {
		r.Unlisted++
	}
}

// RejectedCount is how many rows were rejected, listed or not.
func (r *Report) RejectedCount() int { return r.rejected }

// Seen remembers the ids of one file, to find the second row with the same one.
type Seen map[string]int

// Again says whether id was on an earlier line, with the sentence to show; otherwise it remembers it.
func (s Seen) Again(id, what string, line int) (string, bool) {
	if first, ok := s[id]; ok {
		return fmt.Sprintf("%s %s is already on line %d of this file", what, id, first), true
	}
	s[id] = line
	return "", false
}
