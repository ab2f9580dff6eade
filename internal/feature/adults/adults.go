package adults

import (
	"embed"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

//go:embed migrations
var migrations embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "adults", Files: migrations}

// ID is the id of a worry about an adult, and that of its header's record.
type ID string

// State is where it stands.
type State string

// The states of a worry about an adult.
const (
	Sent     State = "sent"
	Read     State = "read"     // somebody who may decide has opened it
	Deciding State = "deciding" // somebody has taken it
	Decided  State = "decided"  // low-level or allegation, with reasons; not closed
	Closed   State = "closed"
)

// Works is how the adult is here.
type Works string

// The ways in which an adult is here. Whoever is not staff of the school works for somebody who is told (LLC-5).
const (
	Staff      Works = "staff"
	Supply     Works = "supply"
	Contractor Works = "contractor"
	Volunteer  Works = "volunteer"
	Hirer      Works = "hirer"
	Unsaid     Works = "" // sent on from a concern: nobody has said yet
)

// Ways lists them with the words people choose by, in order.
var Ways = []struct {
	Works Works
	Words string
}{
	{Staff, "Works at the school"}, {Supply, "Supply staff, from an agency"}, {Contractor, "Contractor or visiting teacher"},
	{Volunteer, "Volunteer, governor or student on placement"}, {Hirer, "Hires or uses the premises: a club, a coach"},
}

// Words says it as people read it.
func (w Works) Words() string {
	for _, x := range Ways {
		if x.Works == w {
			return x.Words
		}
	}
	return "Not said yet"
}

// Elsewhere says whether the adult works for somebody else, who has to be told.
func (w Works) Elsewhere() bool { return w == Supply || w == Contractor || w == Hirer }

// Kind is what it was decided to be.
type Kind string

// What it can be decided to be.
const (
	Undecided  Kind = ""
	LowLevel   Kind = "low"        // does not meet the harm threshold
	Allegation Kind = "allegation" // may meet it
	Neither    Kind = "none"       // nothing that the code of conduct speaks of
)

// Words says it as people read it.
func (k Kind) Words() string {
	switch k {
	case LowLevel:
		return "Low-level concern"
	case Allegation:
		return "Allegation: may meet the harm threshold"
	case Neither:
		return "Not a concern about conduct"
	}
	return "Not decided yet"
}

// Office is the post to which it goes.
type Office string

// The offices, in the order in which one stands in for another.
const (
	Nobody  Office = ""
	Head    Office = "head"
	Chair   Office = "chair"
	Trust   Office = "trust"
	Officer Office = "officer"
)

// Words says an office as people read it.
func (o Office) Words() string {
	switch o {
	case Head:
		return "headteacher"
	case Chair:
		return "chair of governors"
	case Trust:
		return "the trust’s named person"
	case Officer:
		return "designated officer of the authority"
	}
	return "nobody"
}

// Concern is the header: when, where, about whom, and where it stands.
type Concern struct {
	ID         ID
	Org        string
	Number     string
	Reporter   string // account id; "" where the writer has no account
	RecordedAt clock.Millis
	HappenedAt clock.Millis
	Precision  story.Precision
	Place      string
	Activity   string
	About      string // account id; "" where the adult has none here, or is not said yet
	Name       string // as it was chosen or written
	Works      Works
	Employer   string
	Self       bool // the writer wrote about themselves
	Harm       bool // the writer said that a child was or may have been harmed, or could be
	Office     Office
	State      State
	ReadAt     clock.Millis
	TakenAt    clock.Millis
	TakenBy    string
	Version    int64
}

func (c *Concern) Dest() []any {
	return []any{(*string)(&c.ID), &c.Org, &c.Number, &c.Reporter, (*int64)(&c.RecordedAt), (*int64)(&c.HappenedAt), (*string)(&c.Precision), &c.Place, &c.Activity, &c.About, &c.Name,
		(*string)(&c.Works), &c.Employer, &c.Self, &c.Harm, (*string)(&c.Office), (*string)(&c.State), (*int64)(&c.ReadAt), (*int64)(&c.TakenAt), &c.TakenBy, &c.Version}
}

// Account is one person's words. Author is a writer without an account.
type Account struct {
	ID, AuthorID, Author, Words string
	Later                       bool
	At                          clock.Millis
}

func (a *Account) Dest() []any {
	return []any{&a.ID, &a.AuthorID, &a.Author, &a.Words, &a.Later, (*int64)(&a.At)}
}

// Case is the decision maker's part.
type Case struct {
	ID        string // the record of this part
	Org       string
	Concern   ID
	Kind      Kind
	DueAt     clock.Millis // when the designated officer is to be told; 0 while it is no allegation
	ToldAt    clock.Millis
	Outcome   string
	DecidedAt clock.Millis
}

func (c *Case) Dest() []any {
	return []any{&c.ID, &c.Org, (*string)(&c.Concern), (*string)(&c.Kind), (*int64)(&c.DueAt), (*int64)(&c.ToldAt), &c.Outcome, (*int64)(&c.DecidedAt)}
}

// What a decision was.
const (
	Judged   = "judged"
	Ended    = "closed"
	Reopened = "reopened"
)

// Decision is what was decided, with its reasons.
type Decision struct {
	ID, What           string
	Kind               Kind
	Edition, Criteria  string // of the criteria, and their codes with a space between
	Outcome            string
	Reasons, Consulted string
	By                 string
	At                 clock.Millis
}

func (d *Decision) Dest() []any {
	return []any{&d.ID, &d.What, (*string)(&d.Kind), &d.Edition, &d.Criteria, &d.Outcome, &d.Reasons, &d.Consulted, &d.By, (*int64)(&d.At)}
}

// StepKind is what was done.
type StepKind string

// The steps that are written down.
const (
	ToldOfficer StepKind = "told_officer"
	Advice      StepKind = "advice"
	Questioned  StepKind = "questioned"
	Employer    StepKind = "employer"
	Supported   StepKind = "support"
	Noted       StepKind = "note"
)

// Steps lists those that the decision maker records, with their words.
var Steps = []struct {
	Kind  StepKind
	Words string
}{
	{Questioned, "Spoke with the adult, a child or a witness about it"}, {Employer, "Told the employer, agency or club"},
	{Supported, "Arranged support: for the child, the writer or the adult"}, {Noted, "Another step, or a note"},
}

// Words says a step as people read it.
func (k StepKind) Words() string {
	switch k {
	case ToldOfficer:
		return "Told the designated officer"
	case Advice:
		return "Advice of the designated officer"
	}
	for _, s := range Steps {
		if s.Kind == k {
			return s.Words
		}
	}
	return string(k)
}

// Step is one thing that was done, said or advised.
type Step struct {
	ID         string
	Kind       StepKind
	Who, Words string
	By         string
	At         clock.Millis
}

func (s *Step) Dest() []any {
	return []any{&s.ID, (*string)(&s.Kind), &s.Who, &s.Words, &s.By, (*int64)(&s.At)}
}

// Action is something still to be done.
type Action struct {
	ID, What string
	DueOn    clock.Day
	DoneAt   clock.Millis
}

func (a *Action) Dest() []any { return []any{&a.ID, &a.What, (*string)(&a.DueOn), (*int64)(&a.DoneAt)} }

// Child is a child named in it. Harm is the record of the child's own entry; "" while none was made.
type Child struct {
	ID, Child, Name, Harm string
}

func (c *Child) Dest() []any { return []any{&c.ID, &c.Child, &c.Name, &c.Harm} }

// Entry is what happened to a child, in the child's file. It knows the adult by a drawn reference and nothing else.
type Entry struct {
	ID, Child, Reference string
	Words                string // what the child said, what was done for them
	By                   string
	At                   clock.Millis
}

func (e *Entry) Dest() []any {
	return []any{&e.ID, &e.Child, &e.Reference, &e.Words, &e.By, (*int64)(&e.At)}
}

// Feedback is what was written back to the writer.
type Feedback struct {
	Words, By string
	At        clock.Millis
}

func (f *Feedback) Dest() []any { return []any{&f.Words, &f.By, (*int64)(&f.At)} }

// Settings are the district's: whom to ring, the clocks, and when a pattern is shown.
type Settings struct {
	OfficerName, OfficerPhone string
	LowMinutes                int // of school time, until the stand-in
	AllegationMinutes         int // at any hour
	PatternCount              int
	PatternMonths             int
}

// Ring is whom to ring, with the number.
func (s Settings) Ring() string {
	if s.OfficerPhone == "" {
		return s.OfficerName + " (your council has the number)"
	}
	return s.OfficerName + ", " + s.OfficerPhone
}

func (s *Settings) Dest() []any {
	return []any{&s.OfficerName, &s.OfficerPhone, &s.LowMinutes, &s.AllegationMinutes, &s.PatternCount, &s.PatternMonths}
}

// Listed is a criterion of the harm threshold, or an outcome, of an edition.
type Listed struct{ Edition, Code, Words string }

func (l *Listed) Dest() []any { return []any{&l.Edition, &l.Code, &l.Words} }

// What is listed.
const (
	Criterion         = "criterion"
	OutcomeLow        = "outcome_low"
	OutcomeAllegation = "outcome_allegation"
)
