package newsletters

import (
	"context"
	"fmt"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Deps is what the slice needs from the rest of the program.
type Deps struct {
	DB        *store.DB
	Queue     *jobs.Queue
	PublicURL string // https://kith.example, for links in mail
	Publisher string // who the newsletter is from: Haverdale Safeguarding Partnership

	Mailer interface {
		Send(context.Context, mail.Message) error
	}
	Posts interface {
		// Holding returns who holds the roles now at every school of the district. A school where nobody holds one of them
		// has an entry for it without an account.
		Holding(ctx context.Context, tx *store.Tx, roles ...access.Role) ([]Holder, error)
	}
	Names interface {
		// NamesChild returns the index of the first text that contains the full name of a child on a roll of the district,
		// -1 when none does. It runs outside any transaction, as the program: the writer may not see the roll.
		NamesChild(ctx context.Context, district string, texts []string) (int, error)
	}
	People interface {
		Names(ctx context.Context, tx *store.Tx, accounts ...string) (map[string]ref.Person, error)
	}
}

// Feature is the slice.
type Feature struct {
	Deps
	store Store
}

// New returns the slice and tells the queue how its work is done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d}
	jobs.Handle(d.Queue, f.sendBatch)
	jobs.Handle(d.Queue, f.answerSignUp)
	return f
}

// Edit is the permission of everybody who writes, approves and looks after the list of readers.
var Edit = access.Permission{Name: "newsletters-edit", Words: "The partnership's staff, with a second factor", Roles: []access.Role{access.Partnership}, Strength: access.SecondFactor}

// ID is an issue's id.
type ID string

// Ref names the issue to other slices and to the log.
func (id ID) Ref() ref.Ref { return ref.To("newsletter", string(id)) }

// Kind says whom an issue is for.
type Kind string

// The kinds of issue.
const (
	Newsletter Kind = "newsletter" // for confirmed subscribers, and for anybody on the web
	Briefing   Kind = "briefing"   // for the holders of certain posts at every school
)

// State is where an issue stands.
type State string

// The states of an issue.
const (
	Draft     State = "draft"
	Review    State = "review"
	Scheduled State = "scheduled"
	Sending   State = "sending"
	Sent      State = "sent"
	Archived  State = "archived"
)

// Item is one piece of an issue. With a day it is an event.
type Item struct {
	Heading, Text string
	Link          string    // https://… or the address of a page of Kith, "" for none
	On            clock.Day // "" when it is no event
	Starts        string    // "15:30" in Europe/London, "" for the whole day
	Place         string
	Extra         bool // in addition to the annual programme (NWS-8)
}

func (i *Item) Dest() []any {
	return []any{&i.Heading, &i.Text, &i.Link, (*string)(&i.On), &i.Starts, &i.Place, &i.Extra}
}

// Content is what an editor writes.
type Content struct {
	Kind    Kind
	Roles   Roles // whom a briefing goes to; none for a newsletter
	Title   string
	Opening string
	Items   []Item
}

// Roles is a list of roles, kept as one text: "chair,head".
type Roles []access.Role

func (r Roles) String() string {
	words := make([]string, len(r))
	for i, x := range r {
		words[i] = string(x)
	}
	return strings.Join(words, ",")
}

// Scan reads the list from the database.
func (r *Roles) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("roles are kept as text, not %T", from)
	}
	*r = nil
	for word := range strings.SplitSeq(text, ",") {
		if word != "" {
			*r = append(*r, access.Role(word))
		}
	}
	return nil
}

// Issue is one newsletter or briefing.
type Issue struct {
	ID ID
	Content
	State     State
	ChangedBy string // account
	ChangedAt clock.Millis
	Approver  string       // account; "" until approved
	SendAt    clock.Millis // when it is to go out; 0 until approved
	SentAt    clock.Millis // when sending began; 0 until then
	Version   int64
}

func (i *Issue) Dest() []any {
	return []any{(*string)(&i.ID), (*string)(&i.Kind), &i.Roles, &i.Title, &i.Opening, (*string)(&i.State), &i.ChangedBy, (*int64)(&i.ChangedAt),
		&i.Approver, (*int64)(&i.SendAt), (*int64)(&i.SentAt), &i.Version}
}

// SubscriberState is where a subscriber stands.
type SubscriberState string

// The states of a subscriber.
const (
	Pending      SubscriberState = "pending"
	Confirmed    SubscriberState = "confirmed"
	Unsubscribed SubscriberState = "unsubscribed"
	Bounced      SubscriberState = "bounced" // the mail server says that there is no such address
	Blocked      SubscriberState = "blocked" // never to be written to, also not when somebody signs it up
)

// Subscriber is an address that somebody signed up.
type Subscriber struct {
	ID      string
	Email   string // folded by Address
	State   SubscriberState
	Source  string       // the issue from whose page they came, or how they asked; "" for the newsletter's own page
	AskedAt clock.Millis // when they last asked
}

func (s *Subscriber) Dest() []any {
	return []any{&s.ID, &s.Email, (*string)(&s.State), &s.Source, (*int64)(&s.AskedAt)}
}

// Holder is a post at a school and who holds it. Account and Email are "" while nobody does.
type Holder struct {
	Org, OrgName   string
	Role           access.Role
	Account, Email string
}

// DeliveryState is where one letter stands.
type DeliveryState string

// The states of a delivery.
const (
	LetterQueued    DeliveryState = "queued"
	LetterSending   DeliveryState = "sending" // durable before the mail server is given the letter
	LetterSent      DeliveryState = "sent"
	LetterFailed    DeliveryState = "failed"
	LetterUnknown   DeliveryState = "unknown"   // the program stopped while sending: it may have gone
	LetterWithdrawn DeliveryState = "withdrawn" // unsubscribed after the issue started and before this letter was sent
	LetterVacant    DeliveryState = "vacant"    // nobody held the post
)

// Delivery is one letter to one reader.
type Delivery struct {
	ID        string
	Issue     ID
	Batch     int
	Recipient string // subscriber or account; "" for a vacant post
	Post      Holder // of a briefing
	Email     string
	State     DeliveryState
	Why       string // what the mail server said, without the address
}

func (d *Delivery) Dest() []any {
	return []any{&d.ID, (*string)(&d.Issue), &d.Batch, &d.Recipient, &d.Post.Org, &d.Post.OrgName, (*string)(&d.Post.Role), &d.Email, (*string)(&d.State), &d.Why}
}

// Count is how many deliveries of an issue, or subscribers, are in a state.
type Count struct {
	State string
	N     int
}

func (c *Count) Dest() []any { return []any{&c.State, &c.N} }

// Showing is one place where an issue was posted or presented (NWS-6).
type Showing struct {
	ID      string
	Channel string // a key of Channels
	On      clock.Day
	Who     string // who posted or presented it
	Note    string
}

func (s *Showing) Dest() []any { return []any{&s.ID, &s.Channel, (*string)(&s.On), &s.Who, &s.Note} }

// Channels are the kinds of places where an issue is shown besides mail and web.
var Channels = []struct{ Key, Words string }{
	{"bulletin", "Bulletin or notice board"},
	{"board", "Board meeting"},
	{"network", "Network meeting"},
	{"other", "Elsewhere"},
}

// PostRoles are the posts that a briefing can go to.
var PostRoles = []struct {
	Role  access.Role
	Words string
}{
	{access.Head, "Headteacher"},
	{access.Chair, "Chair of governors"},
	{access.DSL, "Designated safeguarding lead"},
	{access.Governor, "Lead governor for safeguarding"},
}
