package sharing

import (
	"context"
	"embed"

	"kith/internal/feature/sharing/lists"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/readers"
	"kith/internal/platform/store"
)

//go:embed migrations
var migrations embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "sharing", Files: migrations}

// Mode is who reads a record through their post.
type Mode string

// The modes of a record.
const (
	Open       Mode = "open"       // the lead team and the headteacher
	Restricted Mode = "restricted" // the headteacher, and whoever is named
	Locked     Mode = "locked"     // whoever is named, nobody through a post
)

// Words says a mode as people read it.
func (m Mode) Words() string {
	return map[Mode]string{Open: "Open to the lead team", Restricted: "Restricted", Locked: "Locked to named people"}[m]
}

// Kind is a step that changes who reads a record, as the address names it.
type Kind string

// The steps.
const (
	Restrict Kind = "restrict"
	Lift     Kind = "lift"
	Lock     Kind = "lock"
	Name     Kind = "readers"
	Unlock   Kind = "unlock"
	Share    Kind = "share"
	Recall   Kind = "recall"
	Tell     Kind = "tell"
	Quiet    Kind = "quiet"
)

// Thing is a concern or a child's file as this slice needs to know it.
type Thing struct {
	Record   string // the concern's header, or the child's file
	Kind     string // access.Concern or access.Child
	Org      string
	Steps    string   // the record on which the steps hang: the leads' part, or the file itself
	Title    string   // "A concern about Ivy Marsden"
	Number   string   // of a concern
	Href     string   // where it is read
	Children []string // in whose chronology the steps are told
}

// Child is the child whose file it is, "" for a concern.
func (t Thing) Child() string {
	if t.Kind == access.Child && len(t.Children) > 0 {
		return t.Children[0]
	}
	return ""
}

// Behind is a concern in a child's chronology.
type Behind struct {
	Record string
	Alone  bool // it is about no other child
}

// Change is one step as somebody asks for it.
type Change struct {
	Kind    Kind
	Record  string
	Reason  string
	Named   []string // account ids: for restrict, lock and readers
	To      string   // the school: for share and tell
	Purpose string   // code
	Ground  string   // code
	Until   clock.Day
	Of      string // the share to be recalled, or the telling to be stopped
	Sibling string // the pupil of the other school who was found, "" for none
	Typed   string // how the brother or sister was named
}

// Shared is one sharing of a record with another school.
type Shared struct {
	ID, Record, Steps, Kind string
	Org, To                 string
	Purpose, Ground         string // in words
	Reason, By              string
	At, Until, Ended        clock.Millis
}

// Dest is where a row of the query goes.
func (s *Shared) Dest() []any {
	return []any{&s.ID, &s.Record, &s.Steps, &s.Kind, &s.Org, &s.To, &s.Purpose, &s.Ground, &s.Reason, &s.By, (*int64)(&s.At), (*int64)(&s.Until), (*int64)(&s.Ended)}
}

// Live says whether it still opens anything.
func (s Shared) Live(now clock.Millis) bool { return s.Ended == 0 && now < s.Until }

// Last is the last day on which it may be read.
func (s Shared) Last() clock.Day { return clock.DayOf((s.Until - 1).Time()) }

// Taken is a step that was taken.
type Taken struct {
	Kind         Kind
	What, Reason string
	By           string
	At           clock.Millis
}

// Dest is where a row of the query goes.
func (t *Taken) Dest() []any {
	return []any{(*string)(&t.Kind), &t.What, &t.Reason, &t.By, (*int64)(&t.At)}
}

// Telling is one letting know of another school (CHR-9).
type Telling struct {
	ID, To, Typed, By string
	At                clock.Millis
}

// Dest is where a row of the query goes.
func (t *Telling) Dest() []any { return []any{&t.ID, &t.To, &t.Typed, &t.By, (*int64)(&t.At)} }

// Deps are what this slice needs from others. The interfaces are as small as what is asked.
type Deps struct {
	DB     *store.DB
	Queue  *jobs.Queue
	URL    string // how people reach Kith, for links in mail
	People interface {
		readers.People
		// People returns who holds the role in the organisation, or any post with an empty role.
		People(ctx context.Context, tx *store.Tx, org string, role access.Role) ([]ref.Person, error)
		Email(ctx context.Context, tx *store.Tx, account string) (string, error)
	}
	Schools interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
		Schools(ctx context.Context, tx *store.Tx) ([]ref.Organisation, error)
		Phone(ctx context.Context, tx *store.Tx, id string) (string, error)
		KeepsDistrict(ctx context.Context, tx *store.Tx) error
	}
	Things interface {
		// Thing returns a concern with the leads' part in it, or a child's file. NotFound: neither, or not for this viewer.
		Thing(ctx context.Context, tx *store.Tx, record string) (Thing, error)
		// Behind returns the concerns in a child's chronology that the viewer may see.
		Behind(ctx context.Context, tx *store.Tx, child string) ([]Behind, error)
		// Match finds, as the program, the one pupil of a school by name and date of birth; "" for none or several.
		Match(ctx context.Context, district, org, name string, born clock.Day) (string, error)
	}
	Mail interface {
		Send(ctx context.Context, m mail.Message) error
	}
}

// Feature is the slice.
type Feature struct {
	Deps
	store Store
	Lists *lists.Feature // what a record is shared for, and on which ground
}

// New returns the slice and says how its jobs are done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d, Lists: lists.New(lists.Deps{DB: d.DB, People: d.People, Schools: d.Schools})}
	jobs.Handle(d.Queue, f.mailShare)
	return f
}
