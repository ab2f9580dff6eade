package concerns

import (
	"embed"

	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
)

//go:embed migrations
var migrations embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "concerns", Files: migrations}

// ID is a concern's id, and that of its header's record.
type ID string

// State is where a concern stands.
type State string

// The states of a concern.
const (
	Sent     State = "sent"
	Read     State = "read"     // a lead has opened it
	Deciding State = "deciding" // a lead has taken it
	Watching State = "watching" // monitored until a date, and then it comes back by itself
	Support  State = "support"  // supported in school or by early help
	Referred State = "referred"
	Closed   State = "closed"
)

// Open are the states in which something is still to be done.
var Open = []State{Sent, Read, Deciding, Watching, Support, Referred}

// Source is how a concern came.
type Source string

// How a concern comes.
const (
	Seen   Source = "seen"   // somebody with a post saw or heard it
	Gate   Source = "gate"   // a parent, pupil or other person told somebody in person (CON-19)
	Code   Source = "code"   // somebody without an account, through the school's day code (CON-20)
	Box    Source = "box"    // a pupil asked for an adult, with the code of the school’s box (CON-19)
	Police Source = "notice" // a notice from the police (ENC-1)
)

// Role is what part a child has in a concern.
type Role string

// The parts a child can have.
const (
	Harmed  Role = "harmed"
	Alleged Role = "alleged"
	Witness Role = "witness"
	Sibling Role = "sibling"
	Other   Role = "other"
)

// Roles lists the parts with the words people choose by, in order.
var Roles = []struct {
	Role  Role
	Words string
}{
	{Harmed, "May have been harmed"},
	{Alleged, "May have harmed"},
	{Witness, "Saw or heard it"},
	{Sibling, "Brother or sister"},
	{Other, "Other"},
}

// Words says a role as people read it.
func (r Role) Words() string {
	for _, x := range Roles {
		if x.Role == r {
			return x.Words
		}
	}
	return string(r)
}

// Concern is a concern's header.
type Concern struct {
	ID         ID
	Org        string
	Number     string
	Source     Source
	Reporter   string // account id; "" where the writer has no account
	RecordedAt clock.Millis
	HappenedAt clock.Millis
	Precision  story.Precision
	Place      string
	Told       bool // a lead was told in person
	Urgent     bool // a child could be hurt today, or the writer is not sure
	State      State
	ReadAt     clock.Millis // first opened by a lead
	TakenAt    clock.Millis // "I have read this"
	TakenBy    string
	Version    int64
}

func (c *Concern) Dest() []any {
	return []any{(*string)(&c.ID), &c.Org, &c.Number, (*string)(&c.Source), &c.Reporter, (*int64)(&c.RecordedAt), (*int64)(&c.HappenedAt), (*string)(&c.Precision),
		&c.Place, &c.Told, &c.Urgent, (*string)(&c.State), (*int64)(&c.ReadAt), (*int64)(&c.TakenAt), &c.TakenBy, &c.Version}
}

// Account is one person's words.
type Account struct {
	ID       string
	Concern  ID
	AuthorID string // "" where the writer has no account
	Author   string // name and part of a writer without an account
	SaidBy   string // who told it, where the author wrote down what somebody else said
	Done     string // what was done at once
	Words    string
	Later    bool // a further account
	At       clock.Millis
	Marks    []Mark
}

func (a *Account) Dest() []any {
	return []any{&a.ID, (*string)(&a.Concern), &a.AuthorID, &a.Author, &a.SaidBy, &a.Done, &a.Words, &a.Later, (*int64)(&a.At)}
}

// Mark is a numbered mark on the body map of an account.
type Mark struct {
	Record string
	Number int
	Zone   string
	Note   string
}

func (m *Mark) Dest() []any { return []any{&m.Record, &m.Number, &m.Zone, &m.Note} }

// Child is one child of a concern.
type Child struct {
	ID      string // the record of this child's part
	Concern ID
	Child   string // "" where the child is not on the list
	Name    string // as it was chosen or written
	Role    Role
	Words   string // about this child alone; "" means the accounts
	By      string
	At      clock.Millis
}

func (c *Child) Dest() []any {
	return []any{&c.ID, (*string)(&c.Concern), &c.Child, &c.Name, (*string)(&c.Role), &c.Words, &c.By, (*int64)(&c.At)}
}

// Triage is what the leads think of a concern.
type Triage struct {
	ID       string // the record of the leads' part
	Concern  ID
	Title    string
	Level    int // 0 none yet, 1 low, 2 medium, 3 high
	Decision Outcome
	ReviewOn clock.Day
	Reply    bool // whoever told it wants to hear back
	ReplyDue clock.Millis
	Replied  clock.Millis
	Together string // what the entries say, seen together (CHR-8)
}

func (t *Triage) Dest() []any {
	return []any{&t.ID, (*string)(&t.Concern), &t.Title, &t.Level, (*string)(&t.Decision), (*string)(&t.ReviewOn), &t.Reply, (*int64)(&t.ReplyDue), (*int64)(&t.Replied), &t.Together}
}

// Outcome is what was decided.
type Outcome string

// What can be decided. Undecided records level and categories alone.
const (
	Undecided Outcome = ""
	Refer     Outcome = "refer"
	NotRefer  Outcome = "support" // do not refer; support in school
	EarlyHelp Outcome = "early_help"
	Watch     Outcome = "watch"
	NoAction  Outcome = "none"
)

// Outcomes lists the decisions with their words, in order.
var Outcomes = []struct {
	Outcome     Outcome
	Words, Hint string
	Line        string // how the chronology says it
}{
	{Refer, "Refer to children’s social care", "The next page shows what goes and who will read it. Nothing leaves before", "Decided to refer to children’s social care"},
	{EarlyHelp, "Ask for early help", "With the family’s agreement", "Early help asked for"},
	{NotRefer, "Do not refer; support in school", "", "Decided not to refer; support in school"},
	{Watch, "Watch until a date", "It comes back by itself", "Watched until a date"},
	{NoAction, "No further action", "Closes the concern", "No further action"},
}

// LevelWords are the levels as people read them.
var LevelWords = []string{"No level yet", "Low", "Medium", "High"}

// Level is one setting of the level, with its reason.
type Level struct {
	Level  int
	Reason string
	By     string
	At     clock.Millis
}

func (l *Level) Dest() []any { return []any{&l.Level, &l.Reason, &l.By, (*int64)(&l.At)} }

// Decision is what was decided and why.
type Decision struct {
	ID         string
	Concern    ID
	Kind       Outcome
	Threshold  string // the threshold considered
	Consulted  string // who was asked
	Reasons    string
	ReviewOn   clock.Day
	To         string // who it was referred to
	ExpectedAt clock.Millis
	// What the other body answered, and when it was written down, of before referrals kept their own answers. Nothing writes it now.
	Answer     string
	AnsweredAt clock.Millis
	By         string
	At         clock.Millis
}

func (d *Decision) Dest() []any {
	return []any{&d.ID, (*string)(&d.Concern), (*string)(&d.Kind), &d.Threshold, &d.Consulted, &d.Reasons, (*string)(&d.ReviewOn), &d.To, (*int64)(&d.ExpectedAt), &d.Answer, (*int64)(&d.AnsweredAt), &d.By, (*int64)(&d.At)}
}

// Action is something to be done by somebody by a time.
type Action struct {
	ID, Record, What, Owner string
	DueAt, DoneAt           clock.Millis
}

func (a *Action) Dest() []any {
	return []any{&a.ID, &a.Record, &a.What, &a.Owner, (*int64)(&a.DueAt), (*int64)(&a.DoneAt)}
}

// Parent is contact with the parents: their view, or why they were not told.
type Parent struct {
	Informed bool
	Words    string
	By       string
	At       clock.Millis
}

func (p *Parent) Dest() []any { return []any{&p.Informed, &p.Words, &p.By, (*int64)(&p.At)} }

// Advice is what a service said, or who was told to handle with care.
type Advice struct {
	Kind, Who, Words, By string
	At                   clock.Millis
}

func (a *Advice) Dest() []any { return []any{&a.Kind, &a.Who, &a.Words, &a.By, (*int64)(&a.At)} }

// Kinds of advice.
const (
	AskedFirst = "asked_first" // advice before the family is told (CON-13)
	ToldOf     = "told"        // who was told to handle a child with care (ENC-1)
)

// Feedback is what a lead wrote back to whoever noticed.
type Feedback struct {
	Words, By string
	At        clock.Millis
}

func (f *Feedback) Dest() []any { return []any{&f.Words, &f.By, (*int64)(&f.At)} }

// Category is one entry of the statutory list of an edition.
type Category struct {
	Edition, Code, Name, Family string
	Stop                        bool // telling the family may be unsafe (CON-13)
}

func (c *Category) Dest() []any { return []any{&c.Edition, &c.Code, &c.Name, &c.Family, &c.Stop} }

// Service is whom to ask before the family is told.
type Service struct{ Name, Phone string }

func (s *Service) Dest() []any { return []any{&s.Name, &s.Phone} }

// Duty is one stretch of the rota.
type Duty struct {
	ID, Org, Account string
	Day              clock.Day
	From, Until      int // minutes after midnight in Europe/London
	Place, Phone     string
	Name             string // of who is on duty
}

func (d *Duty) Dest() []any {
	return []any{&d.ID, &d.Org, &d.Account, (*string)(&d.Day), &d.From, &d.Until, &d.Place, &d.Phone, &d.Name}
}
