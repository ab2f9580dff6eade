package app

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/document"
)

// confirm says whether the making of a document stands in an export that is proved first (CHR-5).
func (m auditVerify) confirm(c *console, export io.Reader, kept audit.Checkpoint) error {
	want, err := m.wanted()
	if err != nil {
		return err
	}
	v, found, err := audit.Confirm(export, kept, want)
	if err != nil {
		return err
	}
	if m.JSON {
		err = json.NewEncoder(c.out).Encode(struct {
			audit.Verdict
			Document audit.Confirmation `json:"document"`
		}{v, found})
	} else {
		lines(c.out, m.confirmed(v, found)...)
	}
	if err == nil && (!v.OK || !found.Proved) {
		err = status(exitFailed)
	}
	return err
}

// wanted is what is searched for.
func (m auditVerify) wanted() (audit.Wanted, error) {
	if m.Code != "" {
		return audit.WantedCode(m.Code)
	}
	b, err := os.ReadFile(m.Document)
	if err != nil {
		return audit.Wanted{}, errs.Of(errs.Rule, err, "There is no document to read at "+m.Document+".")
	}
	return audit.WantedFile(document.FileHash(b)), nil
}

// confirmed says what was found. A code says which document a paper claims to be; only the file shows that nothing in it was
// changed.
func (m auditVerify) confirmed(v audit.Verdict, found audit.Confirmation) []string {
	switch {
	case !v.OK:
		return []string{v.Problem, "Nothing is confirmed by a log that is not whole."}
	case !found.Found && m.Code != "":
		return []string{"The log holds no document with this code. Check the code, letter by letter; a document made after the export is not in it."}
	case !found.Found:
		return []string{"The log holds no document with these bytes. The file was changed, or it was not made here, or after the export. One changed byte is enough: a viewer that saves the file again changes it."}
	}
	made := fmt.Sprintf("by account %s on %s: entry %d of the log.", found.Actor, found.At.London().Format("2 January 2006 at 15:04"), found.Entry)
	out := []string{"A document with this code was made " + made, "Compare who, when and for what with the foot of the paper. The code does not show whether words on a paper were changed; the file does: --document FILE."}
	if m.Document != "" {
		out = []string{"This file is byte for byte as it was made " + made}
	}
	if !found.Proved {
		out = append(out, fmt.Sprintf("The checkpoint speaks for %d entries and not for this one, so it is not proved yet. Ask for a newer checkpoint.", v.Checkpoint))
	}
	return out
}
