package casework

import (
	"embed"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

//go:embed migrations
var files embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "casework", Files: files}

// Child is a child's card: name and class. File is the record that decides who may read the rest.
type Child struct {
	ID, Org, File string
	Given, Family string
	Class, Year   string
	Left          bool // no longer on the roll
}

// Name returns the name as people say it.
func (c Child) Name() string { return c.Given + " " + c.Family }

// Detail is what only the file's readers see.
type Detail struct {
	Born                   clock.Day
	UPN, Language, Address string
}

// Contact is an adult around a child, as the school's roll gives them.
type Contact struct {
	Name, Relationship, Phone string
	Parental                  bool // has parental responsibility
	CourtOrder                bool // an order is in force: shown before any telephone number (ROL-6)
}

// Flag is a dated status, such as child in need. Until is "" while it lasts.
type Flag struct {
	Kind, Who   string
	From, Until clock.Day
}

// Words is one person's account behind an entry.
type Words struct {
	By   string
	At   clock.Millis
	Text string
}

// Numbered is a record found by its words, as a list may show it: a number and where it is read.
type Numbered struct{ Number, Href string }

// Mark is one marking of an entry, or its taking away (CHR-4).
type Mark struct {
	Entry, Reason, By string
	Was               string // the significance before
	Marked            bool
	At                clock.Millis
}

func (m *Mark) Dest() []any {
	return []any{&m.Entry, &m.Reason, &m.By, &m.Was, &m.Marked, (*int64)(&m.At)}
}

// Print is one chronology on paper (CHR-5).
type Print struct {
	ID, File, Child   string
	Code              string // the first 80 bits, as people read it aloud
	SHA256            string
	By, Purpose, View string
	At                clock.Millis
}

func (p *Print) Dest() []any {
	return []any{&p.ID, &p.File, &p.Child, &p.Code, &p.SHA256, &p.By, &p.Purpose, &p.View, (*int64)(&p.At)}
}

// Views of a printed chronology (CHR-2).
const (
	Summary = "summary" // a line for each event
	Full    = "full"    // and the accounts behind them, in order
)

// Emergency is one opening of a child's file in an emergency (SEC-11).
type Emergency struct {
	ID, Org, File, Child string
	By, Reason           string
	At, Until            clock.Millis
	SignedBy, Comment    string
	SignedAt             clock.Millis
}

func (e *Emergency) Dest() []any {
	return []any{&e.ID, &e.Org, &e.File, &e.Child, &e.By, &e.Reason, (*int64)(&e.At), (*int64)(&e.Until), &e.SignedBy, &e.Comment, (*int64)(&e.SignedAt)}
}

// Live says whether the file is still open by it.
func (e Emergency) Live(now clock.Millis) bool { return e.SignedAt == 0 && now < e.Until }

// kindWords are the kinds of entry as the filter lists them, in the order of the picture.
var kindWords = []struct {
	Kind  story.Kind
	Words string
}{
	{story.Concern, "Concerns"}, {story.Notice, "Notices"}, {story.Decision, "Decisions"}, {story.Meeting, "Meetings"},
	{story.Contact, "Contact with home"}, {story.Attendance, "Attendance and school"}, {story.Document, "Documents"},
}
