// Package files keeps what people attach: as rows, sealed, in the same database, transaction, backup and log as the record
// that they belong to.
//
// A file is received before its form is sent. What comes in is looked at by its content (sniff), pictures lose everything but
// the picture, and the rest is kept in chunks of 256 KiB, one closure of the writer each, so that nobody's page waits for an
// upload. Until the form's own transaction claims it, the file is its uploader's alone; after 24 hours without a claim it
// goes. A claimed file is read by whoever may read its record, always as a download, and each reading is noted.
//
// Each file has a key of its own. Erasing the key row erases the file; its chunks are noise from then on and are swept later.
package files

import (
	"embed"
	"strconv"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/files/sniff"
	"kith/internal/platform/store"
)

//go:embed migrations
var migrations embed.FS

// Migrations makes the tables of files.
var Migrations = store.Slice{Name: "files", Files: migrations}

// Limits.
const (
	// PendingFor is how long a file waits for its form.
	PendingFor = 24 * time.Hour
	// FormLimit is the greatest size of a form with files, in bytes: ten files of the greatest size and a megabyte of text.
	FormLimit = 10*sniff.MaxSize + textLimit
	// DefaultQuota is how many bytes the files of an organisation may have unless it is set otherwise: 10 GB.
	DefaultQuota = 10 << 30

	chunkSize    = 256 << 10
	textLimit    = 1 << 20
	waitingFiles = 100 // of one person, without a form yet (ASVS 5.2.4)
	waitingBytes = 400 << 20
)

// State is where a file stands.
type State string

// The states of a file.
const (
	Receiving State = "receiving"
	Pending   State = "pending"
	Claimed   State = "claimed"
	Erased    State = "erased"
)

// File is what is known of a file without opening it.
type File struct {
	ID     string
	Record string // the record that decides who may read it; "" until it is claimed
	Org    string // whose quota it counts for; "" until it is claimed
	Name   string
	Type   string // media type
	Size   int64  // bytes, as kept
	SHA256 string // of the content as kept, in hexadecimal
	State  State
	MadeAt clock.Millis
}

func (f *File) Dest() []any {
	return []any{&f.ID, &f.Record, &f.Org, &f.Name, &f.Type, &f.Size, &f.SHA256, (*string)(&f.State), (*int64)(&f.MadeAt)}
}

const columns = `f.id, f.record_id, f.org_id, f.name, f.type, f.size, f.sha256, f.state, f.made_at`

// Facts says what the file is and how large: "PDF document, 230 KB".
func (f File) Facts() string { return sniff.Named(f.Type) + ", " + size(f.Size) }

func size(n int64) string {
	const kb, mb, gb = 1 << 10, 1 << 20, 1 << 30
	in := func(unit float64, name string) string {
		return strings.TrimSuffix(strconv.FormatFloat(float64(n)/unit, 'f', 1, 64), ".0") + name
	}
	switch {
	case n < kb:
		return text.Plural(int(n), "byte", "bytes")
	case n < mb-kb/2:
		return strconv.FormatInt((n+kb/2)/kb, 10) + " KB"
	case n < gb:
		return in(mb, " MB")
	}
	return in(gb, " GB")
}

// Store keeps files. Key is the program's key for files (secret.Files).
type Store struct {
	DB    *store.DB
	Key   [32]byte
	Quota int64 // bytes for each organisation; 0 means DefaultQuota
}

// uploader is the name under which the viewer's own pending files are kept. SignIn: the viewer is nobody.
func uploader(v access.Viewer) (string, error) {
	if _, system := v.IsSystem(); system {
		return "system", nil
	}
	if v.Account == "" {
		return "", errs.New(errs.SignIn, "Sign in to add a file")
	}
	return v.Account, nil
}

func (s Store) quota() int64 {
	if s.Quota == 0 {
		return DefaultQuota
	}
	return s.Quota
}
