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

// Tie is a brother or sister: who said so, and when. At is 0 where it was known before anybody was asked.
type Tie struct {
	Other, By string
	At        clock.Millis
}

// Likely is a child who may be a brother or sister: of the same address, or with an adult of the same telephone number.
type Likely struct {
	Child
	SameAddress bool
}

// Flag is a dated status, such as child in need. Until is "" while it lasts.
type Flag struct {
	Kind, Who   string
	From, Until clock.Day
}

// Words is what one person wrote that stands behind an entry, whole.
type Words struct {
	By, Post string // who wrote it, and their post today
	What     string // "Account", "Further account", "Reasons"
	At       clock.Millis
	Text     string
	Exactly  bool // it belongs to that entry of its record which was written down at At; otherwise to the record's first
	Facts    []Fact
	Files    []Attached
}

// Fact is a named thing that was written down with somebody's words.
type Fact struct{ Name, Words string }

// Attached is a file that came with somebody's words.
type Attached struct {
	Name, Facts string
	SHA256      string // of its content, in hexadecimal
}

// Named is somebody whom a record names in a field of its own.
type Named struct {
	Name    string // as it was chosen or written; "" where Account says who it is
	Account string
	Child   string // where they are a pupil on a list
}

// Numbered is a record found by its words, as a list may show it: a number and where it is read.
type Numbered struct{ Number, Href string }

// Mark is one marking of an entry, or its taking away (CHR-4).
type Mark struct {
	ID                string
	Entry, Reason, By string
	Was               string // the significance before
	Marked            bool
	At                clock.Millis
}

func (m *Mark) Dest() []any {
	return []any{&m.ID, &m.Entry, &m.Reason, &m.By, &m.Was, &m.Marked, (*int64)(&m.At)}
}

// Print is one chronology on paper (CHR-5).
type Print struct {
	ID, File, Child   string
	Code              string // the first 80 bits, as people read it aloud
	SHA256            string // of what it says
	FileSHA256        string // of the PDF's own bytes; "" for what was only shown
	By, Purpose, View string
	At                clock.Millis
}

func (p *Print) Dest() []any {
	return []any{&p.ID, &p.File, &p.Child, &p.Code, &p.SHA256, &p.FileSHA256, &p.By, &p.Purpose, &p.View, (*int64)(&p.At)}
}

// Views of a printed chronology (CHR-2).
const (
	Summary    = "summary"    // a line for each event
	Full       = "full"       // and the accounts behind them, in order
	Evidential = "evidential" // everything as it was written, by whom, when it happened and when it was written down
	Anonymised = "anonymised" // with the accounts, and everybody by their part in place of their name
	Family     = "family"     // a line for each event of brothers and sisters together
)

// viewWords name the views, in the order in which they are offered.
var viewWords = []struct{ View, Words, Hint string }{
	{Summary, "A line for each event", ""},
	{Full, "With the accounts", "Everybody’s words, in order, with when each was written down"},
	{Evidential, "As evidence", "Nothing shortened: originals and later accounts, who wrote each, when it happened and when it was written down, files with their hashes"},
	{Anonymised, "Without names", "With the accounts; staff, children and families by their part in place of their names"},
	{Family, "With brothers and sisters", "A line for each event of the brothers and sisters whose files you may open"},
}

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
