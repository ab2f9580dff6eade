// Package calendar writes iCalendar feeds and invitations and reads the calendars that people bring.
//
// What is written lands in phones, on shared screens and with mail providers, outside every rule of access. So the
// caller puts no name, initial, category or school-specific detail of a child or a case into any field of an Event
// (SEC-16): "Meeting", a room and a link that asks who is opening it are enough. This package cannot tell a name from
// a word; the slice that makes the event answers for it, and its tests look for canaries in the bytes.
package calendar

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"

	ics "github.com/arran4/golang-ical"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/text"
)

// Status says whether an event takes place.
type Status string

// The states of an event; "" is Confirmed.
const (
	Confirmed Status = "CONFIRMED"
	Tentative Status = "TENTATIVE"
	Cancelled Status = "CANCELLED"
)

// Person is who invites or is invited.
type Person struct{ Name, Mail string }

// Event is one entry: at a time (Start and End) or on whole days (Day to LastDay), never both.
type Event struct {
	UID           string       // stays the same for ever; "course-run-ID@host"
	Start, End    clock.Millis // End may be zero: no length
	Day, LastDay  clock.Day    // LastDay is included; "" is Day
	Summary       string       // no names: see the package
	Description   string
	Location      string
	Organizer     Person
	Status        Status
	Sequence      int          // goes up by one with every change that people must hear of
	Updated       clock.Millis // when the event was last changed
	Repeats, Zone string       // of events read: the rule of repetition, and the zone as the file names it
}

// Feed returns a calendar to subscribe to. Programs ask again every hour or so and drop what is no longer in it, so a
// cancelled event stays in for a while with its status.
func Feed(name string, events []Event) ([]byte, error) {
	cal := newCalendar(ics.MethodPublish)
	name = strings.Join(strings.Fields(text.Clean(name)), " ")
	cal.SetName(name)
	cal.SetXWRCalName(name)
	cal.SetXWRTimezone(clock.London.String())
	cal.SetRefreshInterval("PT1H")
	cal.SetXPublishedTTL("PT1H")
	for _, e := range events {
		if _, err := add(cal, e); err != nil {
			return nil, err
		}
	}
	return written(cal)
}

// Booked returns the message that puts an event into the calendar of somebody who asked for it: they have accepted already, and nobody
// waits for their answer. Otherwise it is an Invitation.
func Booked(e Event, to Person) ([]byte, error) {
	return message(ics.MethodRequest, e, []Person{to}, ics.ParticipationStatusAccepted, ics.WithRSVP(false))
}

// Invitation returns the message that asks people to an event, for the text/calendar; method=REQUEST part of a mail.
// The same UID with a higher Sequence is an update.
func Invitation(e Event, to ...Person) ([]byte, error) {
	return message(ics.MethodRequest, e, to, ics.ParticipationStatusNeedsAction, ics.WithRSVP(true))
}

// Cancellation returns the message that takes an event out of people's calendars, for the text/calendar;
// method=CANCEL part. Its Sequence is higher than that of the last invitation.
func Cancellation(e Event, to ...Person) ([]byte, error) {
	e.Status = Cancelled
	return message(ics.MethodCancel, e, to, ics.ParticipationStatusNeedsAction, ics.WithRSVP(true))
}

func message(method ics.Method, e Event, to []Person, answer ...ics.PropertyParameter) ([]byte, error) {
	if e.Organizer.Mail == "" || len(to) == 0 {
		return nil, fmt.Errorf("calendar: %s needs an organizer and somebody to send it to", method)
	}
	cal := newCalendar(method)
	v, err := add(cal, e)
	if err != nil {
		return nil, err
	}
	for _, p := range to {
		if err := p.check(); err != nil {
			return nil, err
		}
		params := append([]ics.PropertyParameter{ics.CalendarUserTypeIndividual, ics.ParticipationRoleReqParticipant}, answer...)
		v.AddAttendee(p.Mail, append(params, p.cn()...)...)
	}
	return written(cal)
}

func newCalendar(method ics.Method) *ics.Calendar {
	cal := ics.NewCalendarFor("Kith")
	cal.SetProductId("-//Kith//Kith//EN")
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(method)
	return cal
}

func written(cal *ics.Calendar) ([]byte, error) {
	var out bytes.Buffer
	if err := cal.SerializeTo(&out, ics.WithNewLineWindows, ics.WithLineLength(75)); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func add(cal *ics.Calendar, e Event) (*ics.VEvent, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	v := cal.AddEvent(e.UID)
	v.SetDtStampTime(e.Updated.Time())
	v.SetLastModifiedAt(e.Updated.Time())
	v.SetSequence(e.Sequence)
	if e.Day != "" {
		v.SetProperty(ics.ComponentPropertyDtStart, compact(e.Day), ics.WithValue("DATE"))
		v.SetProperty(ics.ComponentPropertyDtEnd, compact(max(e.Day, e.LastDay).Add(1)), ics.WithValue("DATE"))
	} else {
		v.SetStartAt(e.Start.Time())
		if e.End > e.Start {
			v.SetEndAt(e.End.Time())
		}
	}
	if e.Summary != "" {
		v.SetSummary(text.Clean(e.Summary))
	}
	if e.Description != "" {
		v.SetDescription(text.Clean(e.Description))
	}
	if e.Location != "" {
		v.SetLocation(text.Clean(e.Location))
	}
	if e.Organizer.Mail != "" {
		v.SetOrganizer(e.Organizer.Mail, e.Organizer.cn()...)
	}
	status := e.Status
	if status == "" {
		status = Confirmed
	}
	v.SetStatus(ics.ObjectStatus(status))
	return v, nil
}

func compact(d clock.Day) string { return strings.ReplaceAll(string(d), "-", "") }

func (e Event) check() error {
	known := func(d clock.Day) bool { return !d.Start().IsZero() }
	switch {
	case e.UID == "" || strings.ContainsFunc(e.UID, func(r rune) bool { return r <= ' ' }):
		return fmt.Errorf("calendar: %q cannot identify an event", e.UID)
	case e.Updated.IsZero():
		return fmt.Errorf("calendar: event %s has no time of change", e.UID)
	case (e.Day == "") == e.Start.IsZero():
		return fmt.Errorf("calendar: event %s needs a start or a day, one of them", e.UID)
	case e.Day != "" && (!known(e.Day) || e.LastDay != "" && (!known(e.LastDay) || e.LastDay < e.Day)):
		return fmt.Errorf("calendar: event %s cannot last from %q to %q", e.UID, e.Day, e.LastDay)
	case e.Day == "" && !e.End.IsZero() && e.End < e.Start:
		return fmt.Errorf("calendar: event %s ends before it starts", e.UID)
	case e.Status != "" && e.Status != Confirmed && e.Status != Tentative && e.Status != Cancelled:
		return fmt.Errorf("calendar: event %s has the unknown status %q", e.UID, e.Status)
	case e.Organizer.Mail != "":
		return e.Organizer.check()
	}
	return nil
}

// check keeps line ends and other surprises of an address out of the file.
func (p Person) check() error {
	a, err := mail.ParseAddress(p.Mail)
	if err != nil || a.Address != p.Mail {
		return fmt.Errorf("calendar: an address cannot be written to")
	}
	return nil
}

// cn returns the person's name as a parameter. The library writes a backslash before these marks, which calendar
// programs show; a typographic apostrophe and spaces say the same.
func (p Person) cn() []ics.PropertyParameter {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == '\'':
			return '’'
		case r < ' ' || r == 0x7f || strings.ContainsRune("\";:,\\", r):
			return ' '
		}
		return r
	}, text.Clean(p.Name))
	if name = strings.Join(strings.Fields(name), " "); name == "" {
		return nil
	}
	return []ics.PropertyParameter{ics.WithCN(name)}
}
