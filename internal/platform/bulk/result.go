package bulk

import (
	"kith/internal/platform/tabular"
)

// Result is what an import did. Its JSON form is what the command line prints and scripts rely on.
type Result struct {
	// Read counts every data row, the rejected and the skipped ones too.
	Read int `json:"read"`
	Tally
	Rejected []tabular.Rejection `json:"rejected"`
	// Warnings are values that were left out or look wrong in rows that were taken.
	Warnings []tabular.Rejection `json:"-"`
	// Skipped rows are sound and not wanted here; Unlisted counts rejections and warnings beyond those listed.
	Skipped  int `json:"-"`
	Unlisted int `json:"-"`
}

// Took adds what a reader and a writer did with one file.
func (r *Result) Took(rep tabular.Report, t Tally) {
	r.Read += rep.Read
	r.Tally.Add(t)
	if r.Rejected == nil {
		r.Rejected = []tabular.Rejection{}
	}
	r.Rejected = append(r.Rejected, rep.Rejected...)
	r.Warnings = append(r.Warnings, rep.Warnings...)
	r.Skipped += rep.Skipped
	r.Unlisted += rep.Unlisted
}
