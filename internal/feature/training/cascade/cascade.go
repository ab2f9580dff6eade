package cascade

import (
	"context"
	_ "embed"
	"encoding/json"
	"net/http"
	"sync"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Site is where a school stands: for the map.
type Site struct {
	ID, Name, Postcode string
	Ward               string  // code of its area, "" where it is not known
	Lat, Lon           float64 // degrees; both 0 where it is not known
}

// Area is a part of the district with its boundary.
type Area struct {
	Code, Name string
	Rings      [][][2]float64 // longitude and latitude
	Label      [2]float64
}

// Deps is what the package needs from the rest of the program.
type Deps struct {
	DB        *store.DB
	Queue     *jobs.Queue
	PublicURL string
	Publisher string
	Key       [32]byte // codes and links are made and recognised with it

	People interface {
		// TitlesAt returns everybody who holds a post at an organisation now, by name, with the titles of their posts.
		TitlesAt(ctx context.Context, tx *store.Tx, org string) ([]ref.Person, error)
		Names(ctx context.Context, tx *store.Tx, accounts ...string) (map[string]ref.Person, error)
		Email(ctx context.Context, tx *store.Tx, account string) (string, error)
		// OrgOf returns where somebody mainly works. NotFound: they hold no post.
		OrgOf(ctx context.Context, tx *store.Tx, account string) (string, error)
	}
	Places interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
		// Sites returns the open schools of the district, by name.
		Sites(ctx context.Context, tx *store.Tx) ([]Site, error)
		// Members returns the schools of trusts and collaborations on a day.
		Members(ctx context.Context, tx *store.Tx, trusts []string, on clock.Day) ([]string, error)
		// Wards returns the areas of the district, by name.
		Wards(ctx context.Context, tx *store.Tx) ([]Area, error)
	}
	Mailer interface {
		Send(context.Context, mail.Message) error
	}
	// Limits counts tries from one place, and says from where a request comes.
	Limits interface {
		Try(ctx context.Context, district, what string, free int64) error
		Succeeded(ctx context.Context, district, what string) error
		Address(r *http.Request) string
	}
}

// Feature is the capability.
type Feature struct {
	Deps
	store   Store
	courses training.Store
	lock    func(ctx context.Context, tx *store.Tx, s SessionID) error
}

// New returns the capability and tells the queue how its work is done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d, lock: lockSession}
	jobs.Handle(d.Queue, f.write)
	return f
}

// lockSession takes a session before what it holds is counted, or its state is changed.
func lockSession(ctx context.Context, tx *store.Tx, s SessionID) error {
	_, err := tx.Lock(ctx, "training_cascade_session", string(s))
	return err
}

// The permissions of this package.
var (
	Keepers = access.Permission{Name: "cascade-keepers", Words: "Headteachers, safeguarding leads and leads of trusts, with a second factor", Roles: []access.Role{access.Head, access.DSL, access.TrustLead}, Strength: access.SecondFactor}
	Figures = access.Permission{Name: "cascade-figures", Words: "Training administrators, the partnership and the strategic manager, and leads of trusts for their own schools, with a second factor", Roles: []access.Role{access.TrainingAdmin, access.Partnership, access.Strategic, access.TrustLead}, Strength: access.SecondFactor}
)

// Ids. A plan, who attended and their record share one.
type (
	ID        string
	SessionID string
)

// Ref names the thing to the log.
func (i ID) Ref() ref.Ref        { return ref.To(access.Cascade, string(i)) }
func (i SessionID) Ref() ref.Ref { return ref.To("training_cascade_session", string(i)) }

// Named is a key with its words.
type Named struct{ Key, Words, Short string }

// Practice is what a district does here, as shipped.
type Practice struct {
	Edition    string
	Weeks      int // to pass it on
	RemindDays int `json:"remind_days"` // before the day
	AnswerDays int `json:"answer_days"` // after a session in which it can still be answered
	Smallest   int // number of people that is shown to those who may not see who they are
	Kinds      []Named
	Ratings    []Named
}

//go:embed practice.json
var practice []byte

// Shipped is the practice that comes with the program.
var Shipped = sync.OnceValue(func() (p Practice) {
	if err := json.Unmarshal(practice, &p); err != nil {
		panic(err) // a file of the program itself, read by every test
	}
	return p
})

func words(all []Named, key string) string {
	for _, n := range all {
		if n.Key == key {
			return n.Words
		}
	}
	return ""
}

// KindWords names what training was about; "" for none of ours.
func KindWords(key string) string { return words(Shipped().Kinds, key) }

// RatingWords are what somebody says of a session; "" for none of ours.
func RatingWords(key string) string { return words(Shipped().Ratings, key) }

// State is where a plan stands, as it is kept.
type State string

// The states of a plan.
const (
	Open     State = "open"
	Complete State = "complete"
)

// Plan is one cascade, without a name.
type Plan struct {
	ID          ID
	Org         string // whose it is: a school or a trust
	Booking     string // the place on the course; "" for training elsewhere
	Run         string
	Title       string
	Kind        string
	AttendedOn  clock.Day // the last day
	LeadMark    string    // of whoever passes it on
	Aim         int64     // how many colleagues there are to reach; 0: not said
	Due         clock.Day
	CostsGiven  bool
	Fee         int64 // in pence: fee and travel
	Cover       int64 // in pence: cover while they were away
	State       State
	Changed     string // what is different now, in the words of whoever completed it
	MadeAt      clock.Millis
	ToldAt      clock.Millis
	RemindedAt  clock.Millis
	CompletedAt clock.Millis
	Version     int64
}

// Dest lists where the columns go.
func (p *Plan) Dest() []any {
	return []any{(*string)(&p.ID), &p.Org, &p.Booking, &p.Run, &p.Title, &p.Kind, (*string)(&p.AttendedOn), &p.LeadMark, &p.Aim, (*string)(&p.Due), &p.CostsGiven, &p.Fee, &p.Cover,
		(*string)(&p.State), &p.Changed, (*int64)(&p.MadeAt), (*int64)(&p.ToldAt), (*int64)(&p.RemindedAt), (*int64)(&p.CompletedAt), &p.Version}
}

// Lead is who attended and passes it on.
type Lead struct {
	ID      ID
	Account string // "" when not known
	Name    string
	Title   string
	Email   string
}

// Dest lists where the columns go.
func (l *Lead) Dest() []any { return []any{(*string)(&l.ID), &l.Account, &l.Name, &l.Title, &l.Email} }

// SessionState is where a session stands, as it is kept.
type SessionState string

// The states of a session.
const (
	SessionPlanned   SessionState = "planned"
	SessionOpen      SessionState = "open"
	SessionHeld      SessionState = "held"
	SessionCancelled SessionState = "cancelled"
)

// Session is one session in which training is passed on.
type Session struct {
	ID       SessionID
	Cascade  ID
	On       clock.Day
	Starts   string // "15:30", "" where no time is known
	Minutes  int64
	Place    string
	Cost     int64 // in pence
	State    SessionState
	OpenedAt clock.Millis
	Version  int64
}

// Dest lists where the columns go.
func (s *Session) Dest() []any {
	return []any{(*string)(&s.ID), (*string)(&s.Cascade), (*string)(&s.On), &s.Starts, &s.Minutes, &s.Place, &s.Cost, (*string)(&s.State), (*int64)(&s.OpenedAt), &s.Version}
}

// How somebody came onto the list.
const (
	ByPhone = "phone" // signed in on their own account
	ByName  = "name"  // wrote their name
	ByList  = "list"  // was ticked by whoever keeps the list
)

// SignIn is somebody who came.
type SignIn struct {
	ID      string
	Session SessionID
	Cascade ID
	Mark    string
	Account string
	Name    string
	Title   string
	How     string
	At      clock.Millis
}

// Dest lists where the columns go.
func (s *SignIn) Dest() []any {
	return []any{&s.ID, (*string)(&s.Session), (*string)(&s.Cascade), &s.Mark, &s.Account, &s.Name, &s.Title, &s.How, (*int64)(&s.At)}
}

// Ref names the sign-in to the log.
func (s SignIn) Ref() ref.Ref { return ref.To(access.Cascade, s.ID) }

// Was is what the register of a run says of one place, as the ledger of places keeps it.
type Was int64

// What a register can say.
const (
	Unclosed Was = -1 // it is not closed yet, so it says nothing
	Nobody   Was = 0
	There    Was = 1 // whoever the place was for
	Instead  Was = 2 // somebody in their stead
)

// Attendance is a place on a run that is over, for which somebody was there or may have been. It names nobody.
type Attendance struct {
	Booking training.BookingID
	Run     training.RunID
	Course  training.CourseID
	Party   string // the school's id, or the mark of a setting that is in no register
	Last    clock.Day
	Was     Was
}

// Dest lists where the columns go.
func (a *Attendance) Dest() []any {
	return []any{(*string)(&a.Booking), (*string)(&a.Run), (*string)(&a.Course), &a.Party, (*string)(&a.Last), (*int64)(&a.Was)}
}

// Count is a number of something.
type Count struct {
	Of string // id of what is counted
	N  int64
}

// Dest lists where the columns go.
func (c *Count) Dest() []any { return []any{&c.Of, &c.N} }
