package running

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/term"
	"kith/internal/platform/calendar"
	"kith/internal/platform/mail"
)

// wording is all that letters about a place speak of.
type wording struct {
	f        *Feature
	told     Told
	booking  training.Booking
	run      training.Run
	course   training.Course
	venue    training.Venue
	register Register
	link     string
}

// words are the subject and the text of a letter.
func (x wording) words(what string) (subject, body string) {
	date := training.DayWords(x.run.Days)
	place := x.course.Title + " (" + x.course.Format.Words() + ")"
	var parts []string
	switch {
	case what == toJoin:
		subject = "Joining instructions: " + x.course.Title + ", " + date
		parts = []string{"This is what you need for " + place + ".", x.facts()}
	case what == toRemind:
		subject = "Soon: " + x.course.Title + ", " + date
		parts = []string{"You have a place on " + place + ", " + date + ".", x.facts()}
		if !known(x.run) {
			parts = append(parts, "Joining instructions follow once the venue is known.")
		}
	case x.told.Off:
		subject = "Off: your place on " + x.course.Title + ", " + date
		return subject, strings.Join(nonEmpty(x.told.Name+" has no place on "+place+", "+date+", any more: it was given back, passed on, or the date was called off.",
			x.why(), "The attached entry takes it out of your calendar.", x.page(), x.f.Publisher), "\n\n") + "\n"
	case x.told.Sent < 0:
		subject = "Your place: " + x.course.Title + ", " + date
		parts = []string{x.booking.Name + " has a place on " + place + ".", x.facts(), x.attached()}
	default:
		subject = "Changed: " + x.course.Title + ", " + date
		parts = []string{"Something has changed about the place of " + x.booking.Name + " on " + place + ". This is how it stands now.", x.facts(), x.attached()}
	}
	if len(x.run.Days) > 1 {
		parts = append(parts, "A certificate needs "+map[bool]string{true: "both days", false: "every day"}[len(x.run.Days) == 2]+".")
	}
	if x.link != "" {
		parts = append(parts, x.joining())
	}
	return subject, strings.Join(nonEmpty(append(parts, x.page(), x.f.Publisher)...), "\n\n") + "\n"
}

// why is the reason for which the date was called off, "" where nobody gave one.
func (x wording) why() string {
	if x.run.State == training.RunCancelled {
		return x.run.Why
	}
	return ""
}

// joining is what the joining instructions say besides time and place.
func (x wording) joining() string {
	return strings.Join(nonEmpty(x.register.Joining, x.access(), "On the day, open this page on your phone and type the code that is shown in the room. Afterwards it asks what you thought of it.\n"+x.link), "\n\n")
}

func (x wording) access() string {
	if s := strings.Join(nonEmpty(x.venue.Access, x.run.Access), ". "); s != "" {
		return "Getting in: " + s + "."
	}
	return ""
}

// facts are when and where, for whoever has a place.
func (x wording) facts() string {
	if !known(x.run) {
		return x.whenWhere() + "\nThe place is certain. You hear as soon as the venue is known, and joining instructions follow."
	}
	return x.whenWhere()
}

// whenWhere are the days, the times and the venue.
func (x wording) whenWhere() string {
	lines := []string{}
	for i, d := range x.run.Days {
		if i == 0 {
			lines = append(lines, "When: "+hours(d))
		} else {
			lines = append(lines, "and: "+hours(d))
		}
	}
	return strings.Join(append(lines, "Where: "+x.where()), "\n")
}

// hours is a day of a run with its times: "Thursday 14 January, 09:15 to 16:00".
func hours(d training.Day) string {
	when := term.LongDate(d.On)
	if d.Starts != "" {
		when += ", " + d.Starts
		if d.Ends != "" {
			when += " to " + d.Ends
		}
	}
	return when
}

func (x wording) where() string {
	switch {
	case x.run.Online:
		return "by video"
	case x.run.Venue == "":
		return venueOpen
	}
	return strings.Join(nonEmpty(x.venue.Name, x.venue.Address, x.venue.Postcode), ", ")
}

const venueOpen = "venue to be confirmed"

func (x wording) attached() string {
	if len(x.run.Days) > 1 {
		return "An entry for your calendar is attached for each day."
	}
	return "An entry for your calendar is attached."
}

// page is where the place can be looked at and given back, by those who can sign in.
func (x wording) page() string {
	if x.booking.Account == "" && x.booking.Channel != "web" {
		return "Cannot come? Answer whoever sent you this date, so that somebody in line has the place."
	}
	return "Cannot come? Send a colleague, or give it back:\n" + x.f.PublicURL + "/training/requests/" + string(x.booking.ID)
}

// entries are the calendar files of a delegate. They hold no name.
func (x wording) entries() ([]mail.File, error) {
	return x.days("training-"+string(x.booking.ID), "/training/requests/"+url.PathEscape(string(x.booking.ID)))
}

// days are calendar files, one for each day: the same UID for ever, a higher SEQUENCE for each change. of is whose they are, in the UIDs, and page
// what they lead to.
func (x wording) days(of, page string) (out []mail.File, err error) {
	for n := range max(x.told.Days, len(x.run.Days)) {
		gone := x.told.Off || n >= len(x.run.Days)
		e := x.event(min(n, len(x.run.Days)-1))
		e.UID, e.Description = mail.IDAt(x.f.PublicURL, fmt.Sprintf("%s-%d", of, n+1)), x.f.PublicURL+page
		file := mail.File{Name: fmt.Sprintf("day-%d.ics", n+1), Type: "text/calendar; charset=utf-8; method=REQUEST"}
		if gone {
			file.Type = "text/calendar; charset=utf-8; method=CANCEL"
			file.Body, err = calendar.Cancellation(e, calendar.Person{Mail: x.told.Email})
		} else {
			file.Body, err = calendar.Booked(e, calendar.Person{Mail: x.told.Email})
		}
		if err != nil {
			return nil, err
		}
		out = append(out, file)
	}
	return out, nil
}

// event is the calendar entry of a day of the run.
func (x wording) event(n int) calendar.Event {
	d := x.run.Days[n]
	e := calendar.Event{Summary: x.course.Title, Location: capital(x.where()), Updated: x.told.At, Sequence: x.told.Sequence,
		Organizer: calendar.Person{Name: x.f.Publisher, Mail: mail.IDAt(x.f.PublicURL, "training")}}
	if len(x.run.Days) > 1 {
		e.Summary += fmt.Sprintf(", day %d of %d", n+1, len(x.run.Days))
	}
	if d.Starts == "" {
		e.Day = d.On
		return e
	}
	e.Start = instant(d.On, d.Starts)
	if d.Ends != "" {
		e.End = instant(d.On, d.Ends)
	}
	return e
}

// nonEmpty returns those that hold something.
func nonEmpty(words ...string) []string {
	return slices.DeleteFunc(words, func(s string) bool { return strings.TrimSpace(s) == "" })
}
