package referrals

import (
	"embed"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/files"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

//go:embed migrations
var migrations embed.FS

// Migrations makes the tables of this slice.
var Migrations = store.Slice{Name: "referrals", Files: migrations}

// ID is a referral's id, and that of its record.
type ID string

func refTo(id ID) ref.Ref { return ref.To(access.ReferralKind, string(id)) }

// Way is how the service was told.
type Way string

// The ways.
const (
	InKith    Way = "kith"      // the service has people in Kith and reads it there
	Telephone Way = "telephone" // a lead rang, and wrote down who took it
	Mail      Way = "mail"      // by secure mail or the district's own form
)

// Words says how it went, within a sentence.
func (w Way) Words() string {
	switch w {
	case Telephone:
		return "by telephone"
	case Mail:
		return "by secure mail or the district’s form"
	}
	return "in Kith"
}

// State is where a referral stands.
type State string

// The states.
const (
	Sent      State = "sent"
	Received  State = "received"
	Asked     State = "asked" // the service wants to know more; the school's turn
	Decided   State = "decided"
	Withdrawn State = "withdrawn"
)

// Referral is one concern sent to one body.
type Referral struct {
	ID           ID
	Org          string // the school
	Concern      string
	Decision     string // the decision by which it was made
	Way          Way
	To           string // the organisation; "" where the service has no account in Kith
	ToName       string
	Asks         string // what the school asks for
	By           string
	At           clock.Millis
	ExpectedAt   clock.Millis
	State        State
	ReceivedAt   clock.Millis
	ReceivedBy   string // whoever took it, by name
	Outcome      string // the key of the answer, in the words of the edition
	DecidedAt    clock.Millis
	ChasedAt     clock.Millis
	ReadsUntil   clock.Millis // the service reads the words until then; 0: until it has decided
	Edition      string
	Told         int // 0 nobody yet, 1 the leads, 2 the head, that the answer is past due
	Version      int64
	Disagreement string // id of the latest way up the ladder; "" is none, or not for this viewer
}

// Dest is where a row of the query goes.
func (r *Referral) Dest() []any {
	return []any{(*string)(&r.ID), &r.Org, &r.Concern, &r.Decision, (*string)(&r.Way), &r.To, &r.ToName, &r.Asks, &r.By, (*int64)(&r.At), (*int64)(&r.ExpectedAt),
		(*string)(&r.State), (*int64)(&r.ReceivedAt), &r.ReceivedBy, &r.Outcome, (*int64)(&r.DecidedAt), (*int64)(&r.ChasedAt), (*int64)(&r.ReadsUntil), &r.Edition, &r.Told, &r.Version}
}

// StepKind is what happened at a step.
type StepKind string

// The kinds of step.
const (
	StepSent      StepKind = "sent"
	StepReceived  StepKind = "received"
	StepAsked     StepKind = "asked"
	StepInformed  StepKind = "informed" // the school gave what was asked for
	StepDecided   StepKind = "decided"
	StepChased    StepKind = "chased"
	StepWithdrawn StepKind = "withdrawn"
)

// Step is one thing that one side did.
type Step struct {
	ID, Record string
	Kind       StepKind
	Outcome    string
	Words      string
	Feedback   string // to whoever referred
	Who        string // whose words a lead wrote down, where they came another way
	By         string
	At         clock.Millis
}

// Dest is where a row of the query goes.
func (s *Step) Dest() []any {
	return []any{&s.ID, &s.Record, (*string)(&s.Kind), &s.Outcome, &s.Words, &s.Feedback, &s.Who, &s.By, (*int64)(&s.At)}
}

// Service is a body that can be referred to in Kith, and who there reads what comes.
type Service struct {
	ID, Name string
	People   []ref.Person
}

// Matter is what of a concern stands in a referral: what a viewer with the rule "referral" sees, in the words of the page.
type Matter struct {
	Concern, Org, Number string
	Happened, Place      string
	Urgent               bool
	Words                []ui.Words
	Files                []files.File
	Children             []Child
	Decisions            []Decision
}

// names are those of the children.
func (m Matter) names() (out []string) {
	for _, k := range m.Children {
		out = append(out, k.Name)
	}
	return out
}

// facts says when and where.
func (m Matter) facts() string {
	if m.Place == "" {
		return "Happened " + m.Happened + "."
	}
	return "Happened " + m.Happened + ", " + m.Place + "."
}

// capital begins a sentence with s.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Child is one child of the concern.
type Child struct {
	ID, Name, Part, Own string
	Harmed              bool
}

// Decision is one decision of the concern.
type Decision struct {
	ID, Kind, Reasons, Threshold, Consulted, By, To string
	Refer                                           bool
	At, ExpectedAt                                  clock.Millis
}

// Wanted is a decision to refer.
type Wanted struct {
	Decision, Concern string
	At                clock.Millis
	Children          []string // their names, as far as the viewer may see them
}
