package quiz

import (
	"context"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/jobs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
)

// Member is somebody who works or helps at a school: one of its staff, for this package.
type Member struct {
	Account, Name, Title string
	Group                string // key of the staff group, as the lead put it or by the words of the title
}

// Deps is what the package needs from the rest of the program.
type Deps struct {
	DB        *store.DB
	Queue     *jobs.Queue
	Calendars interface {
		Calendars(ctx context.Context, tx *store.Tx) (term.Calendars, error)
	}
	PublicURL string

	People interface {
		// Staff returns everybody who holds a post at the school now, by name, with the titles of all their posts there.
		Staff(ctx context.Context, tx *store.Tx, org string) ([]Member, error)
		Names(ctx context.Context, tx *store.Tx, accounts ...string) (map[string]ref.Person, error)
		Email(ctx context.Context, tx *store.Tx, account string) (string, error)
		// OrgOf returns where somebody works. NotFound: every post has ended.
		OrgOf(ctx context.Context, tx *store.Tx, account string) (string, error)
	}
	Schools interface {
		Names(ctx context.Context, tx *store.Tx, ids ...string) (map[string]ref.Organisation, error)
	}
	Mailer interface {
		Send(context.Context, mail.Message) error
	}
}

// Feature is the capability.
type Feature struct {
	Deps
	store Store
	lock  func(ctx context.Context, tx *store.Tx, q ID) error
}

// New returns the capability and tells the queue how its work is done.
func New(d Deps) *Feature {
	f := &Feature{Deps: d, lock: lockQuiz}
	jobs.Handle(d.Queue, f.write)
	return f
}

// lockQuiz takes the quiz before its ledger is added to, or its state changed.
func lockQuiz(ctx context.Context, tx *store.Tx, q ID) error {
	_, err := tx.Lock(ctx, "training_quiz", string(q))
	return err
}

// The permissions of this package.
var (
	Leads   = access.Permission{Name: "quiz-leads", Words: "Safeguarding leads and deputies, with a second factor", Roles: []access.Role{access.DSL}, Strength: access.SecondFactor}
	Figures = access.Permission{Name: "quiz-figures", Words: "Safeguarding leads, headteachers and lead governors, with a second factor", Roles: []access.Role{access.DSL, access.Head, access.Governor}, Strength: access.SecondFactor}
	Bank    = access.Permission{Name: "quiz-bank", Words: "Safeguarding leads and training administrators, with a second factor", Roles: []access.Role{access.DSL, access.TrainingAdmin}, Strength: access.SecondFactor}
)

// Ids.
type (
	ID         string
	QuestionID string
	AttemptID  string
	NeedID     string
	AskID      string
)

// Ref names the thing to the log.
func (i ID) Ref() ref.Ref         { return ref.To("training_quiz", string(i)) }
func (i QuestionID) Ref() ref.Ref { return ref.To("training_quiz_question", string(i)) }
func (i AttemptID) Ref() ref.Ref  { return ref.To(access.Quiz, string(i)) }
func (i NeedID) Ref() ref.Ref     { return ref.To("training_quiz_need", string(i)) }
func (i AskID) Ref() ref.Ref      { return ref.To(access.Quiz, string(i)) }

// Kind is how a question is answered.
type Kind string

// The kinds of questions.
const (
	OneAnswer Kind = "one"
	Several   Kind = "several"
	TrueFalse Kind = "true_false"
	Order     Kind = "order"
)

// Words names the kind; "" for none of ours.
func (k Kind) Words() string {
	return map[Kind]string{OneAnswer: "One answer", Several: "Several answers", TrueFalse: "True or false", Order: "Put in order"}[k]
}

// Option is one answer of a question. Of an order, the options stand in the right one.
type Option struct {
	Text  string
	Right bool
}

// Question is one question with its answer. Its words do not change: see Replaces.
type Question struct {
	ID       QuestionID
	Org      string // whose own question it is; "" for one of the district's
	Key      string // what the shipped bank calls it; "" for others
	Theme    string
	Kind     Kind
	Groups   store.Keys // staff groups it is for; none: everybody
	Scene    string     // what happens, told before the question; "" for none
	Text     string
	Explain  string // why, shown after the answer
	Document string // key of the document it rests on
	Edition  string // the edition that somebody held it against
	Para     string // where in the document
	State    QuestionState
	Replaces QuestionID
	Options  []Option

	// Current is the edition that the document has now. It is read along, and not kept with the question.
	Current, DocumentTitle string
}

// QuestionState is where a question stands.
type QuestionState string

// The states of a question.
const (
	Live     QuestionState = "live"
	Replaced QuestionState = "replaced"
	Retired  QuestionState = "retired"
)

// Dest lists where the columns go.
func (q *Question) Dest() []any {
	return []any{(*string)(&q.ID), &q.Org, &q.Key, &q.Theme, (*string)(&q.Kind), &q.Groups, &q.Scene, &q.Text, &q.Explain, &q.Document, &q.Edition, &q.Para,
		(*string)(&q.State), (*string)(&q.Replaces), &q.Current, &q.DocumentTitle}
}

// Stale says whether the document has had another edition since the question was held against it.
func (q Question) Stale() bool { return q.Edition != q.Current }

// Source is where the answer stands, in words.
func (q Question) Source() string { return q.DocumentTitle + ", " + q.Edition + ". " + q.Para + "." }

// Document is what questions rest on.
type Document struct {
	Key, Title, By, Edition string
	Changes                 string // what is new in this edition; "" where nobody has said
	Since                   clock.Millis
	Version                 int64
}

// Dest lists where the columns go.
func (d *Document) Dest() []any {
	return []any{&d.Key, &d.Title, &d.By, &d.Edition, &d.Changes, (*int64)(&d.Since), &d.Version}
}

// Purpose is why a quiz is given.
type Purpose string

// The purposes of a quiz.
const (
	Before  Purpose = "before"
	After   Purpose = "after"
	Regular Purpose = "regular"
)

// State is where a quiz stands.
type State string

// The states of a quiz.
const (
	Draft  State = "draft"
	Given  State = "given"
	Closed State = "closed"
)

// Quiz is one quiz of a school.
type Quiz struct {
	ID          ID
	Org         string
	Title       string
	Purpose     Purpose
	Training    string     // the training it goes with, in the school's words; "" for none
	Follows     ID         // the quiz whose gaps it looks at again; "" for none
	Themes      store.Keys // none: balanced over all
	Groups      store.Keys // none: everybody
	From, Until clock.Day
	Size        int // how many questions
	State       State
	By          string
	ClosedAt    clock.Millis
	Version     int64
}

// Dest lists where the columns go.
func (q *Quiz) Dest() []any {
	return []any{(*string)(&q.ID), &q.Org, &q.Title, (*string)(&q.Purpose), &q.Training, (*string)(&q.Follows), &q.Themes, &q.Groups, (*string)(&q.From), (*string)(&q.Until),
		&q.Size, (*string)(&q.State), &q.By, (*int64)(&q.ClosedAt), &q.Version}
}

// Ends is the instant at which the quiz is over: the end of its last day.
func (q Quiz) Ends() clock.Millis { return clock.Of(q.Until.Add(1).Start()) }

// Open says whether it can be taken now, before or after any sweep.
func (q Quiz) Open(now clock.Millis) bool {
	return q.State == Given && clock.Of(q.From.Start()) <= now && now < q.Ends()
}

// For says whether a staff group is asked.
func (q Quiz) For(group string) bool { return len(q.Groups) == 0 || contains(q.Groups, group) }

func contains(keys []string, key string) bool {
	for _, k := range keys {
		if k == key {
			return true
		}
	}
	return false
}

// Attempt is one person's taking of a quiz.
type Attempt struct {
	ID        AttemptID
	Quiz      ID
	Org       string
	Account   string
	Group     string // at the time
	StartedAt clock.Millis
	SentAt    clock.Millis // 0 while it is open
}

// Dest lists where the columns go.
func (a *Attempt) Dest() []any {
	return []any{(*string)(&a.ID), (*string)(&a.Quiz), &a.Org, &a.Account, &a.Group, (*int64)(&a.StartedAt), (*int64)(&a.SentAt)}
}

// Answer is what somebody chose: the numbers of the options, from 0, in order for an order.
type Answer struct {
	Attempt AttemptID
	N       int // which question of the quiz, from 1
	Choice  Choice
	Right   bool
}

// Dest lists where the columns go.
func (a *Answer) Dest() []any { return []any{(*string)(&a.Attempt), &a.N, &a.Choice, &a.Right} }

// NeedState is where a training need stands.
type NeedState string

// The states of a need.
const (
	NeedOpen    NeedState = "open"
	NeedPlanned NeedState = "planned"
	NeedMet     NeedState = "met"
	NeedClosed  NeedState = "closed"
)

// Way is how a need is met.
type Way string

// The ways.
const (
	Session  Way = "session"
	Briefing Way = "briefing"
	Tip      Way = "tip"
)

// Words names the way.
func (w Way) Words() string {
	return map[Way]string{Session: "Training session", Briefing: "Briefing", Tip: "Tip"}[w]
}

// Need is something that staff have to learn.
type Need struct {
	ID      NeedID
	Org     string
	Theme   string
	Groups  store.Keys // whose need it is; none: everybody's
	Origin  string
	Quiz    ID // the quiz that showed it, where Origin is "quiz"
	State   NeedState
	Owner   string // account
	By      clock.Day
	Way     Way
	Words   string // what meets it: the session, the briefing's heading, the tip itself
	MetOn   clock.Day
	Checked ID // the quiz that looked at it again
	MadeAt  clock.Millis
	Version int64
}

// Dest lists where the columns go.
func (n *Need) Dest() []any {
	return []any{(*string)(&n.ID), &n.Org, &n.Theme, &n.Groups, &n.Origin, (*string)(&n.Quiz), (*string)(&n.State), &n.Owner, (*string)(&n.By), (*string)(&n.Way), &n.Words,
		(*string)(&n.MetOn), (*string)(&n.Checked), (*int64)(&n.MadeAt), &n.Version}
}

// Where a need comes from.
const (
	FromQuiz = "quiz"
	FromAsk  = "ask"
	FromLead = "lead"
)

// Ask is somebody's wish for training.
type Ask struct {
	ID         AskID
	Org        string
	Account    string
	Group      string
	Theme      string
	AskedAt    clock.Millis
	Answer     string // the lead's words; "" while nobody has answered
	AnsweredBy string
	AnsweredAt clock.Millis
}

// Dest lists where the columns go.
func (a *Ask) Dest() []any {
	return []any{(*string)(&a.ID), &a.Org, &a.Account, &a.Group, &a.Theme, (*int64)(&a.AskedAt), &a.Answer, &a.AnsweredBy, (*int64)(&a.AnsweredAt)}
}

// Tally is one line of the ledger: how many of a staff group have sent answers, and how many were right in one question.
type Tally struct {
	N            int
	Group        string
	Took, Rights int
}

// Dest lists where the columns go.
func (t *Tally) Dest() []any { return []any{&t.N, &t.Group, &t.Took, &t.Rights} }
