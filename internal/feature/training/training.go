package training

import (
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/platform/search/fold"
)

// Ids. A booking, its place in the ledger and its record share one.
type (
	CourseID  string
	BlockID   string
	RunID     string
	BookingID string
)

// Ref names the thing to other slices and to the log.
func (i CourseID) Ref() ref.Ref  { return ref.To("training_course", string(i)) }
func (i BlockID) Ref() ref.Ref   { return ref.To("training_block", string(i)) }
func (i RunID) Ref() ref.Ref     { return ref.To("training_run", string(i)) }
func (i BookingID) Ref() ref.Ref { return ref.To(access.Training, string(i)) }

// Office is the permission of whoever runs courses; each course and block is its organiser's alone.
var Office = access.Permission{Name: "training-office", Words: "Training administrators, with a second factor", Roles: []access.Role{access.TrainingAdmin}, Strength: access.SecondFactor}

// Format is how long a course takes.
type Format string

// The formats of courses.
const (
	TwoDay   Format = "two_day"
	OneDay   Format = "one_day"
	HalfDay  Format = "half_day"
	Briefing Format = "briefing_90_min"
	Event    Format = "event" // a learning event or gathering, of any length
)

// Formats are the formats in the order of forms, with their words.
var Formats = []struct {
	Format Format
	Words  string
}{{TwoDay, "two days"}, {OneDay, "one day"}, {HalfDay, "half a day"}, {Briefing, "90 minutes"}, {Event, "event"}}

// Words names a format, "" for one that there is not.
func (f Format) Words() string {
	for _, x := range Formats {
		if x.Format == f {
			return x.Words
		}
	}
	return ""
}

// StaffGroups are the groups of staff that audiences and priorities speak of.
var StaffGroups = []struct{ Key, Words string }{
	{"dsl", "Designated safeguarding leads"}, {"child_protection", "Child-protection staff"}, {"head", "Headteachers and school leaders"},
	{"governor", "Governors"}, {"teacher", "Teachers"}, {"support", "Support staff"}, {"early_years", "Early years staff"},
	{"practitioner", "Practitioners of other agencies"}, {"manager", "Managers of other agencies"}, {"volunteer", "Volunteers"},
}

// GroupWords names a staff group, "" for none.
func GroupWords(key string) string {
	for _, g := range StaffGroups {
		if g.Key == key {
			return g.Words
		}
	}
	return ""
}

// Course is what can be learnt.
type Course struct {
	ID       CourseID
	Org      string // the organiser
	Title    string
	Format   Format
	Summary  string
	Outcomes string // a line each
	Audience string // staff groups, "dsl,governor"; "" for everybody
	Board    string
	Group    string // formats of which a school takes one or the other share it; "" for none (TRN-4)
	// UsesPlace is false for what does not use up the school's place, as information sessions (TRN-9).
	UsesPlace bool
	Cascades  bool  // whoever attends passes it on to colleagues
	Validity  int64 // months; 0 for ever
	CPD       int64 // minutes
	Source    string
	Version   int64
}

// OfProgramme begins the source of a course that stands for one session of a programme of events; the session's id follows.
const OfProgramme = "programme|"

// Session is the id of the session of a programme that a course stands for, "" for a course that is none.
func (c Course) Session() string {
	s, _ := strings.CutPrefix(c.Source, OfProgramme)
	if s == c.Source {
		return ""
	}
	return s
}

func (c *Course) Dest() []any {
	return []any{(*string)(&c.ID), &c.Org, &c.Title, (*string)(&c.Format), &c.Summary, &c.Outcomes, &c.Audience, &c.Board, &c.Group, &c.UsesPlace, &c.Cascades,
		&c.Validity, &c.CPD, &c.Source, &c.Version}
}

// Audiences are the staff groups a course is for.
func (c Course) Audiences() []string {
	if c.Audience == "" {
		return nil
	}
	return strings.Split(c.Audience, ",")
}

// Way is how places of a block are given.
type Way string

// The two ways.
const (
	Preferences Way = "preferences" // asked for until the closing date, then allocated
	FirstCome   Way = "first_come"
)

// State of a block or run.
type State string

// The states of blocks and runs.
const (
	Draft        State = "draft"
	Published    State = "published"
	Withdrawn    State = "withdrawn" // of a block
	RunCancelled State = "cancelled"
)

// What becomes of a second person of a school that has all its places (TRN-5).
const (
	RefuseSecond = "refuse"
	LetWait      = "wait"
)

// Block is what is asked for at one time under one set of rules.
type Block struct {
	ID           BlockID
	Org          string
	Title        string
	Summary      string
	OpenTo       string // who may come, in words; shown to whoever asks (TRN-11)
	Way          Way
	State        State
	Opens        clock.Millis // 0: from its publication
	Closes       clock.Millis // exclusive; 0: until the runs close
	TellsOn      clock.Day    // by when everybody hears
	PerSchool    int64        // places of a school; 0: no limit
	Second       string       // RefuseSecond or LetWait
	Places       int64        // over all its runs together; 0: no limit
	NeedsManager bool
	InvitedOnly  bool
	Additional   bool  // additional to the annual programme (TRN-12)
	HoldHours    int64 // how long a seat is held for a manager's word
	OfferHours   int64 // how long an offer stands
	RunCloses    int64 // a run takes nobody from so many days before its first day
	CancelDays   int64 // a place given back later than so many days before the first day is late; 0: never
	CancelInWork bool  // those days are working days, bank holidays left out
	LateTerms    string
	AllocatedAt  clock.Millis
	Asked        int64 // how many had asked when it was allocated
	Source       string
	Version      int64
	Tiers        []Tier
}

func (b *Block) Dest() []any {
	return []any{(*string)(&b.ID), &b.Org, &b.Title, &b.Summary, &b.OpenTo, (*string)(&b.Way), (*string)(&b.State), (*int64)(&b.Opens), (*int64)(&b.Closes), (*string)(&b.TellsOn),
		&b.PerSchool, &b.Second, &b.Places, &b.NeedsManager, &b.InvitedOnly, &b.Additional, &b.HoldHours, &b.OfferHours, &b.RunCloses, &b.CancelDays, &b.CancelInWork, &b.LateTerms,
		(*int64)(&b.AllocatedAt), &b.Asked, &b.Source, &b.Version}
}

// Kinds of priority.
const (
	TierArea  = "area"  // an outward postcode, BD3, compared as a whole (EHG-3), or a ward code
	TierGroup = "group" // a staff group
	TierOrg   = "org"   // an organisation's id
)

// Tier is one line of a block's priorities: whoever it describes goes before those of a later position (TRN-18).
type Tier struct {
	Position    int64
	Kind, Value string
	Words       string // as requesters read it; the same for every line of a position
}

func (t *Tier) Dest() []any { return []any{&t.Position, &t.Kind, &t.Value, &t.Words} }

// Day is one day of a run, with times in Europe/London, "" where none is known.
type Day struct {
	On           clock.Day
	Starts, Ends string
}

// Run is one dated run of a course.
type Run struct {
	ID       RunID
	Block    BlockID
	Course   CourseID
	Venue    string // id in the directory; "" to be confirmed
	Online   bool
	Capacity int64 // 0: no limit of its own
	Trainer  string
	Access   string // what whoever needs to get in should know
	State    State
	First    clock.Day
	Source   string
	Why      string // why it was called off, as everybody reads it who had a place; "" where nobody said
	Version  int64
	Days     []Day
}

func (r *Run) Dest() []any {
	return []any{(*string)(&r.ID), (*string)(&r.Block), (*string)(&r.Course), &r.Venue, &r.Online, &r.Capacity, &r.Trainer, &r.Access, (*string)(&r.State), (*string)(&r.First), &r.Source, &r.Why, &r.Version}
}

// PlaceState is where a booking stands.
type PlaceState string

// The states of a booking.
const (
	Asked     PlaceState = "asked"
	Held      PlaceState = "held"
	Placed    PlaceState = "placed"
	Waiting   PlaceState = "waiting"
	Offered   PlaceState = "offered"
	Declined  PlaceState = "declined"
	Lapsed    PlaceState = "lapsed"
	Refused   PlaceState = "refused"
	Cancelled PlaceState = "cancelled"
)

// Place is a booking's row in the ledger of seats.
type Place struct {
	ID       BookingID
	Block    BlockID
	Party    string // who shares a limit: an organisation's id, or the folded name of one not in the directory; "" for a person alone
	Person   string // the same for the same name at the same party; says no name
	Outward  string // outward postcode of the party, for priorities
	Ward     string
	Group    string // staff group
	First    RunID
	Second   RunID // "" for none
	Arrived  clock.Millis
	State    PlaceState
	Run      RunID        // of the seat, the hold, the offer or the line; "" while only asked for
	Until    clock.Millis // end of a hold or an offer
	Tier     int64        // position among the priorities when it was last looked at
	Choice   int64        // 1 first, 2 second, 0 neither
	Turn     int64        // in the allocation, from 1; 0 until then
	Seat     int64        // in its run, from 1; 0 without one
	Approved clock.Millis // when a manager agreed
	Late     bool         // given back late
	Version  int64
}

func (p *Place) Dest() []any {
	return []any{(*string)(&p.ID), (*string)(&p.Block), &p.Party, &p.Person, &p.Outward, &p.Ward, &p.Group, (*string)(&p.First), (*string)(&p.Second), (*int64)(&p.Arrived),
		(*string)(&p.State), (*string)(&p.Run), (*int64)(&p.Until), &p.Tier, &p.Choice, &p.Turn, &p.Seat, (*int64)(&p.Approved), &p.Late, &p.Version}
}

// Channels are the ways in which a request arrives (INT-1).
var Channels = []struct{ Key, Words string }{
	{"web", "on this site"}, {"email", "by e-mail"}, {"letter", "by letter"}, {"telephone", "by telephone"},
}

// OnTheDay is the channel of somebody who came without a place and was let in.
const OnTheDay = "day"

// ChannelWords names a channel: "by letter".
func ChannelWords(key string) string {
	if key == OnTheDay {
		return "on the day"
	}
	for _, c := range Channels {
		if c.Key == key {
			return c.Words
		}
	}
	return ""
}

// Booking says who asks for a place and for whom.
type Booking struct {
	ID          BookingID
	Block       BlockID
	Org         string // "" when it is not in the directory
	OrgName     string
	Name        string // of the person the place is for (TRN-6)
	Title       string // of their post
	Account     string // of that person, "" when not known
	Email       string
	ManagerName string
	ManagerMail string
	OneDayWhy   string // why not two days (TRN-8)
	By          string // account of whoever asked, or entered it for the sender
	Channel     string
	Sender      string // who wrote or rang (INT-1)
	SenderMail  string
	Entered     clock.Millis
	Told        string // what the allocation said, a sentence a line
	Version     int64
}

func (b *Booking) Dest() []any {
	return []any{(*string)(&b.ID), (*string)(&b.Block), &b.Org, &b.OrgName, &b.Name, &b.Title, &b.Account, &b.Email, &b.ManagerName, &b.ManagerMail, &b.OneDayWhy, &b.By, &b.Channel,
		&b.Sender, &b.SenderMail, (*int64)(&b.Entered), &b.Told, &b.Version}
}

// Party is what shares the limit of a school.
func Party(org, name string) string {
	if org != "" || fold.Key(name) == "" {
		return org
	}
	return "name:" + fold.Key(name)
}

// Person is the mark of a person in the ledger: the same for the same name at the same party.
func Person(name, party string) string { return id.Hash(fold.Key(name) + "|" + party) }

// Need is what somebody needs.
type Need struct {
	ID      string
	Booking BookingID
	Access  string
	Diet    string
	Version int64
}

// Ref names the need to the log.
func (n Need) Ref() ref.Ref { return ref.To(access.Training, n.ID) }

func (n *Need) Dest() []any {
	return []any{&n.ID, (*string)(&n.Booking), &n.Access, &n.Diet, &n.Version}
}

// Count is how the seats of a run stand.
type Count struct {
	Run     RunID
	Taken   int64 // placed, held or offered at this instant
	Waiting int64
}

func (c *Count) Dest() []any { return []any{(*string)(&c.Run), &c.Taken, &c.Waiting} }
