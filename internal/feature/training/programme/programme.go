package programme

import (
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
)

// Ids. A partner, and the record of who answers for it, share one.
type (
	ID        string
	SessionID string
	PartnerID string
)

// Ref names the thing to the log.
func (i ID) Ref() ref.Ref        { return ref.To("training_programme", string(i)) }
func (i SessionID) Ref() ref.Ref { return ref.To("training_session", string(i)) }
func (i PartnerID) Ref() ref.Ref { return ref.To("training_partner", string(i)) }

// Kind is what sort of programme it is.
type Kind string

// The kinds of programme.
const (
	Week      Kind = "week"
	Learning  Kind = "event"
	Gathering Kind = "gathering"
)

// Kinds are the kinds in the order of forms, with their words.
var Kinds = []struct {
	Kind        Kind
	Words, Hint string
}{{Week, "A safeguarding week", "Many sessions by many partners, under the boards that own it"}, {Learning, "Learning events", "One event or a few, for instance about a review"},
	{Gathering, "An annual gathering", "It says what it is for, so that next year can look back"}}

// Words names a kind, "" for one that there is not.
func (k Kind) Words() string {
	for _, x := range Kinds {
		if x.Kind == k {
			return x.Words
		}
	}
	return ""
}

// GatheringAims are what an annual gathering is for (TRN-15), offered to whoever writes one.
const GatheringAims = "Meet one another\nShare what works\nReview the journey so far\nShare the vision for next year"

// State of a programme.
type State string

// The states of a programme.
const (
	Draft     State = "draft"
	Published State = "published"
	Withdrawn State = "withdrawn"
)

// Programme is events under one roof.
type Programme struct {
	ID           ID
	Org          string // the organiser
	Kind         Kind
	Title        string
	Summary      string
	OpenTo       string // who may come, in words (TRN-11)
	Boards       string // the boards that own it, one a line
	Aims         string // what it is for, one a line (TRN-15)
	Contact      string // where the public asks: an address of an office
	First, Last  clock.Day
	Additional   bool      // additional to the annual programme (TRN-12)
	ProposeUntil clock.Day // the last day on which partners propose; "": they do not
	Block        training.BlockID
	State        State
	Published    clock.Millis // 0 for one that never was
	Ended        clock.Millis // when it was withdrawn
	Why          string       // why it was, as everybody reads it
	Changed      clock.Millis
	Revision     int64
}

func (p *Programme) Dest() []any {
	return []any{(*string)(&p.ID), &p.Org, (*string)(&p.Kind), &p.Title, &p.Summary, &p.OpenTo, &p.Boards, &p.Aims, &p.Contact, (*string)(&p.First), (*string)(&p.Last), &p.Additional,
		(*string)(&p.ProposeUntil), (*string)(&p.Block), (*string)(&p.State), (*int64)(&p.Published), (*int64)(&p.Ended), &p.Why, (*int64)(&p.Changed), &p.Revision}
}

// BoardNames are the boards, in their order.
func (p Programme) BoardNames() []string { return lines(p.Boards) }

func lines(s string) (out []string) {
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// SessionState is where a session stands.
type SessionState string

// The states of a session.
const (
	Proposed SessionState = "proposed"
	Returned SessionState = "returned" // sent back with words; its partner may change it
	Accepted SessionState = "accepted"
	Declined SessionState = "declined"
	TakenOut SessionState = "withdrawn" // by its partner
	Off      SessionState = "cancelled" // called off after it was accepted
)

// Booking is how a place at a session is had.
type Booking string

// The ways to a place.
const (
	ByLink  Booking = "link"
	ByEmail Booking = "email"
	Own     Booking = "own"  // here, in this program
	JustGo  Booking = "none" // nobody books
)

// Bookings are the ways in the order of forms.
var Bookings = []struct {
	Booking     Booking
	Words, Ours string // as the organiser reads it, and as a partner does
	Hint        string
}{{Own, "Here, in Kith", "On this site", "Places are counted, a waiting line forms by itself, and whoever comes needs no account"}, {ByLink, "On the partner’s own page", "On a page of our own", ""},
	{ByEmail, "By e-mail to the partner", "By e-mail to us", ""}, {JustGo, "Nobody books: people just come", "Nobody books: people just come", ""}}

// Session is one session of a programme.
type Session struct {
	ID        SessionID
	Programme ID
	Partner   PartnerID // "" for the organiser's own
	By        string    // the partner's name, as it is printed
	Title     string
	Summary   string
	Speaker   string
	Board     string // one of the programme's boards
	Audience  string // staff groups, "dsl,governor"; "" for everybody
	OpenTo    string // who may come, where it differs from the programme (TRN-11)
	Online    bool
	VenueID   string // in the directory, once it was accepted
	Venue     string
	Address   string
	Postcode  string
	On        clock.Day
	Starts    string
	Ends      string
	Places    int64 // 0: no limit
	Booking   Booking
	To        string // the link or the e-mail address of the booking
	Run       training.RunID
	State     SessionState
	Reply     string // what the organiser wrote to the partner
	Why       string // why it was called off, as everybody reads it
	Source    string // key of the row it was loaded from
	Sequence  int64  // of the calendar entry
	Changed   clock.Millis
	Revision  int64
}

func (s *Session) Dest() []any {
	return []any{(*string)(&s.ID), (*string)(&s.Programme), (*string)(&s.Partner), &s.By, &s.Title, &s.Summary, &s.Speaker, &s.Board, &s.Audience, &s.OpenTo, &s.Online, &s.VenueID, &s.Venue, &s.Address,
		&s.Postcode, (*string)(&s.On), &s.Starts, &s.Ends, &s.Places, (*string)(&s.Booking), &s.To, (*string)(&s.Run), (*string)(&s.State), &s.Reply, &s.Why, &s.Source, &s.Sequence, (*int64)(&s.Changed), &s.Revision}
}

// Day is the session's day with its hours, as the rules of courses take it.
func (s Session) Day() training.Day { return training.Day{On: s.On, Starts: s.Starts, Ends: s.Ends} }

// Audiences are the staff groups a session is for.
func (s Session) Audiences() []string { return training.Course{Audience: s.Audience}.Audiences() }

// PartnerState is where a partner stands.
type PartnerState string

// The states of a partner.
const (
	Asking  PartnerState = "asking" // registered itself and waits for approval
	Known   PartnerState = "known"
	Refused PartnerState = "refused"
)

// PartnerKinds are what agencies and settings call themselves.
var PartnerKinds = []struct{ Key, Words string }{
	{"health", "Health: practice, hospital, clinic"}, {"early_years", "Nursery, playgroup or childminder"}, {"police", "Police"}, {"council", "Council service"},
	{"faith", "Faith group or supplementary school"}, {"club", "Club or youth group"}, {"voluntary", "Charity or community group"}, {"school", "School or college"}, {"other", "Another"},
}

// PartnerKindWords names a kind of partner, "" for none.
func PartnerKindWords(key string) string {
	for _, k := range PartnerKinds {
		if k.Key == key {
			return k.Words
		}
	}
	return ""
}

// Partner is an agency or setting that may propose sessions.
type Partner struct {
	ID       PartnerID
	Org      string // the organiser whose partner it is
	Name     string
	Kind     string
	Postcode string
	Offers   string // what it would like to bring, in its own words
	Source   string // "file", "itself"
	State    PartnerState
	AskedFor ID     // the programme on whose page it registered
	Listed   string // its organisation in the directory; "" until it is approved
	Asked    clock.Millis
	EndsOn   clock.Day // from this day on it takes no part any more; "" while it does
	EndsWhy  string    // why, as it reads it
	Ended    clock.Millis
	Version  int64
}

// Over says whether a partner's part has ended on a day.
func (p Partner) Over(today clock.Day) bool { return p.EndsOn != "" && today >= p.EndsOn }

func (p *Partner) Dest() []any {
	return []any{(*string)(&p.ID), &p.Org, &p.Name, &p.Kind, &p.Postcode, &p.Offers, &p.Source, (*string)(&p.State), (*string)(&p.AskedFor), &p.Listed, (*int64)(&p.Asked), (*string)(&p.EndsOn), &p.EndsWhy, (*int64)(&p.Ended), &p.Version}
}

// Contact is who answers for a partner.
type Contact struct {
	ID          PartnerID
	Name, Email string
}

func (c *Contact) Dest() []any { return []any{(*string)(&c.ID), &c.Name, &c.Email} }
