package audit

import (
	"context"
	"encoding/base32"
	"encoding/hex"
	"io"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// A document that is printed or exported stands in the log under the hash of what it says, and a file under that of its bytes
// too. The hash is the entry's record and not its detail, because an export holds no details: so whoever has the paper and an
// export can confirm the one by the other, offline (CHR-5). Which child it is about stands in another entry of the request.
const (
	Document     = "document" // the kind of these entries
	documentMade = "document.made"
	documentFile = "document.file"
)

// DocumentMade writes down that a document was made: content is the SHA-256 of what it says, file that of its bytes, "" where
// there is no file, both as 64 hexadecimal digits.
func DocumentMade(ctx context.Context, tx *store.Tx, content, file string, opts ...Option) error {
	if err := Record(ctx, tx, documentMade, ref.To(Document, content), opts...); err != nil || file == "" {
		return err
	}
	return Record(ctx, tx, documentFile, ref.To(Document, file), opts...)
}

// Wanted is the document that an export is searched for: the beginning of a hash, in hexadecimal.
type Wanted struct{ begins string }

// crockford are the letters of a check code as people read it aloud.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// WantedCode reads a check code: the sixteen letters at the foot of a page, in any case, with or without hyphens, or the code in
// full. Rule: it is neither.
func WantedCode(code string) (Wanted, error) {
	s := strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(strings.TrimSpace(code)))
	if b, err := hex.DecodeString(s); err == nil && len(b) == 32 {
		return Wanted{hex.EncodeToString(b)}, nil
	}
	b, err := crockford.DecodeString(strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(s))
	if err != nil || len(b) != 10 {
		return Wanted{}, errs.Refuse("A check code has sixteen letters and digits in four groups, such as K7F2-9QXM-3RTA-0WBC, or 64 in full.")
	}
	return Wanted{hex.EncodeToString(b)}, nil
}

// WantedFile is the document whose file has this hash.
func WantedFile(sha256 string) Wanted { return Wanted{sha256} }

// Confirmation is what an export says of one document.
type Confirmation struct {
	Found  bool         `json:"found"`
	Proved bool         `json:"proved"` // its entry is among those that the checkpoint speaks for
	Entry  int64        `json:"entry"`  // its number, when found
	At     clock.Millis `json:"at,omitempty"`
	Actor  string       `json:"actor,omitempty"`
	Org    string       `json:"org,omitempty"`
	Hash   string       `json:"hash,omitempty"`
}

// Confirm proves an export against a checkpoint as Verify does, and says whether the making of a document stands in it. Of an
// export that is not whole it confirms nothing.
func Confirm(export io.Reader, c Checkpoint, want Wanted) (v Verdict, found Confirmation, err error) {
	v, err = verify(export, c, func(e Entry) {
		if !found.Found && e.Kind == Document && (e.Action == documentMade || e.Action == documentFile) && strings.HasPrefix(e.Record, want.begins) {
			found = Confirmation{Found: true, Proved: e.Seq < c.Size, Entry: e.Seq, At: e.At, Actor: e.Actor, Org: e.Org, Hash: e.Record}
		}
	})
	if err != nil || !v.OK {
		return v, Confirmation{}, err
	}
	return v, found, nil
}
