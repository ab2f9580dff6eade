package running

import (
	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
)

// MarkKind says whether somebody was there on a day.
type MarkKind string

// The marks of a register.
const (
	Present    MarkKind = "present"
	Late       MarkKind = "late"
	Absent     MarkKind = "absent"
	Substitute MarkKind = "substitute"
)

// Marks are the marks in the order of the register, with their words.
var Marks = []struct {
	Kind  MarkKind
	Words string
}{{Present, "Here"}, {Late, "Late"}, {Absent, "Absent"}, {Substitute, "Somebody instead"}}

// How a mark came about.
const (
	ByTick = "tick" // by whoever keeps the register
	ByCode = "code" // by the person, with the code shown in the room
	ByName = "name" // by whoever keeps the register, for somebody who was not booked
)

// Mark is one person's on one day.
type Mark struct {
	Booking training.BookingID
	Run     training.RunID
	N       int // which day of the run, from 0
	Kind    MarkKind
	Instead string // who came, where it was somebody else
	How     string
	By      string
	At      clock.Millis
}

// Dest lists where the columns go.
func (m *Mark) Dest() []any {
	return []any{(*string)(&m.Booking), (*string)(&m.Run), &m.N, (*string)(&m.Kind), &m.Instead, &m.How, &m.By, (*int64)(&m.At)}
}

// Attendee is somebody who attended a run.
type Attendee struct {
	Booking training.BookingID
	Account string // "" when not known, or when somebody came instead
	Name    string // of whoever was there
	Org     string // "" when it is not in the directory
	OrgName string
}

// Register is how a run is kept.
type Register struct {
	Run      training.RunID
	Joining  string // what the joining instructions say besides time and place
	Before   int64  // they go so many working days before; -1: as the notices say
	Remind   int64  // the reminder goes so many days before; -1: as the notices say, 0: none
	ClosedAt clock.Millis
	ClosedBy string
	Version  int64
}

// Dest lists where the columns go.
func (r *Register) Dest() []any {
	return []any{(*string)(&r.Run), &r.Joining, &r.Before, &r.Remind, (*int64)(&r.ClosedAt), &r.ClosedBy, &r.Version}
}

// Told is what somebody with a place was last told.
type Told struct {
	Booking   training.BookingID
	Run       training.RunID
	Email     string
	Name      string
	Mark      string // of all that the calendar entry says
	Days      int
	Sequence  int
	Sent      int // the sequence of the letter that has gone; -1 for none
	At        clock.Millis
	Off       bool // they were told that it is off
	Reminded  training.RunID
	Joined    training.RunID
	Evaluated clock.Millis
}

// Dest lists where the columns go.
func (t *Told) Dest() []any {
	return []any{(*string)(&t.Booking), (*string)(&t.Run), &t.Email, &t.Name, &t.Mark, &t.Days, &t.Sequence, &t.Sent, (*int64)(&t.At), &t.Off, (*string)(&t.Reminded), (*string)(&t.Joined), (*int64)(&t.Evaluated)}
}

// Award is what a board asks for before it gives a certificate, and which duties of schools a course meets.
type Award struct {
	Course     training.CourseID
	Evaluation bool
	Duties     store.Keys
	Version    int64
}

// Dest lists where the columns go.
func (a *Award) Dest() []any {
	return []any{(*string)(&a.Course), &a.Evaluation, &a.Duties, &a.Version}
}

// Evaluation is what somebody thought of a run. It names nobody.
type Evaluation struct {
	Key         string // drawn, so that it says nothing of when it came
	Run         training.RunID
	Useful      int64 // 1 to 5
	SureBefore  int64
	SureAfter   int64
	WillDo      string
	WouldChange string
}

// Dest lists where the columns go.
func (e *Evaluation) Dest() []any {
	return []any{&e.Key, (*string)(&e.Run), &e.Useful, &e.SureBefore, &e.SureAfter, &e.WillDo, &e.WouldChange}
}

// LearntID names a line of a training record.
type LearntID string

// Ref names the line to other slices and to the log.
func (i LearntID) Ref() ref.Ref { return ref.To(access.Training, string(i)) }

// Learnt is a line of somebody's training record.
type Learnt struct {
	ID          LearntID
	Org         string // where they work; "" when it is not in the directory
	Account     string
	Person      string // training.Person
	Name        string
	Title       string
	Duties      store.Keys
	From, Until clock.Day
	Minutes     int64     // of professional development
	Expires     clock.Day // the last day it is current; "" for ever
	Booking     training.BookingID
	Run         training.RunID
	Hash        string // of the serial of its certificate; "" without one
	Sealed      []byte // the serial
	Issued      clock.Millis
	Withdrawn   clock.Millis
	By          string
	Entered     clock.Millis
	Version     int64
}

// Dest lists where the columns go.
func (l *Learnt) Dest() []any {
	return []any{(*string)(&l.ID), &l.Org, &l.Account, &l.Person, &l.Name, &l.Title, &l.Duties, (*string)(&l.From), (*string)(&l.Until), &l.Minutes, (*string)(&l.Expires),
		(*string)(&l.Booking), (*string)(&l.Run), &l.Hash, &l.Sealed, (*int64)(&l.Issued), (*int64)(&l.Withdrawn), &l.By, (*int64)(&l.Entered), &l.Version}
}

// Member is somebody who works or helps at a school.
type Member struct {
	Account, Name, Title string
	Group                string // of staff, in words
	Governor             bool
}
