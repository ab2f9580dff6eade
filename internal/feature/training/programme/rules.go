package programme

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/mail"
	"kith/internal/platform/search/fold"
)

// longest is how many days a programme may span.
const longest = 31

// CheckProgramme says whether a programme is whole.
func CheckProgramme(p Programme) error {
	switch {
	case p.Title == "":
		return errs.Refuse("Give the programme a title")
	case p.Kind.Words() == "":
		return errs.Refuse("Say what sort of programme it is")
	case p.First == "" || p.Last == "":
		return errs.Refuse("Give its first and its last day")
	case p.Last < p.First:
		return errs.Refuse("It ends before it begins")
	case p.First.Add(longest) <= p.Last:
		return errs.Refuse("A programme spans a month at most. Make two of it")
	case p.Kind == Week && len(p.BoardNames()) == 0:
		return errs.Refuse("Say which boards own the week, one a line")
	case p.Kind == Gathering && len(lines(p.Aims)) == 0:
		return errs.Refuse("Write what the gathering is for, one aim a line")
	case p.ProposeUntil > p.Last:
		return errs.Refuse("Partners propose before the programme ends")
	case p.Contact != "" && !mail.IsAddress(p.Contact):
		return errs.Refuse("Write the address for questions as an e-mail address")
	}
	seen := map[string]bool{}
	for _, b := range p.BoardNames() {
		if seen[fold.Key(b)] {
			return errs.Refusef("%s stands twice among the boards", b)
		}
		seen[fold.Key(b)] = true
	}
	return CheckWeekdays(p.Summary+"\n"+p.OpenTo+"\n"+p.Aims, p.First)
}

// written finds a weekday beside a date in a text: "Tuesday 5 December", "Fri 8th Dec 2017", "Tuesday, 5 December".
var written = regexp.MustCompile(`(?i)\b(mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?,?\s+(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:,?\s+(\d{4}))?\b`)

// CheckWeekdays says whether every weekday that a text names beside a date is that date's (TRN-10). A date without a year is the one
// nearest to near.
func CheckWeekdays(words string, near clock.Day) error {
	for _, m := range written.FindAllStringSubmatch(words, -1) {
		day, _ := strconv.Atoi(m[2])
		month := 1 + strings.Index("janfebmaraprmayjunjulaugsepoctnovdec", strings.ToLower(m[3]))/3
		on, ok := dateOf(m[4], month, day, near)
		if !ok {
			return errs.Refusef("“%s” is no date", m[0])
		}
		if err := training.CheckWeekday(on, m[1]); err != nil {
			return errs.Refusef("%s. It stands in the text as “%s”", errs.Sentence(err), m[0])
		}
	}
	return nil
}

func dateOf(year string, month, day int, near clock.Day) (on clock.Day, ok bool) {
	exists := func(y int) bool {
		d := time.Date(y, time.Month(month), day, 12, 0, 0, 0, time.UTC)
		on = clock.Day(d.Format(time.DateOnly))
		return d.Day() == day
	}
	if year != "" {
		y, _ := strconv.Atoi(year)
		return on, exists(y)
	}
	at, best, found := near.Start(), clock.Day(""), time.Duration(0)
	for y := at.Year() - 1; y <= at.Year()+1; y++ {
		if !exists(y) {
			continue
		}
		if away := on.Start().Sub(at).Abs(); best == "" || away < found {
			best, found = on, away
		}
	}
	return best, best != ""
}

// Problem is what is wrong with a session, and in which field of its form.
type Problem struct{ Field, Words string }

// Problems are all that keeps a session from being whole and fitting its programme, in the order of its form.
func Problems(p Programme, s Session) (out []Problem) {
	say := func(wrong bool, field, words string) {
		if wrong {
			out = append(out, Problem{field, words})
		}
	}
	say(s.Title == "", "title", "Give the session a title")
	say(s.By == "", "by", "Say who runs it")
	say(len(p.BoardNames()) > 0 && !contains(p.BoardNames(), s.Board), "board", "Choose the board that it stands under")
	say(s.On < p.First || s.On > p.Last, "day", "It is outside the programme, which goes from "+term.LongDate(p.First)+" to "+term.LongDate(p.Last))
	say(s.Starts == "", "starts", "Say when it starts")
	say(s.Ends == "", "ends", "Say when it ends")
	if err := training.CheckDays(training.Event, []training.Day{s.Day()}); err != nil && s.On != "" {
		say(true, "ends", errs.Sentence(err))
	}
	say(!s.Online && s.Venue == "", "venue", "Say where it is, or that it is by video")
	say(s.Places < 0, "places", "Write how many places there are, or 0 for no limit")
	if field, err := checkBooking(s); err != nil {
		say(true, field, errs.Sentence(err))
	}
	for _, x := range []Problem{{"title", s.Title}, {"summary", s.Summary}, {"open_to", s.OpenTo}} {
		if err := CheckWeekdays(x.Words, s.On); err != nil {
			say(true, x.Field, errs.Sentence(err))
		}
	}
	return out
}

// ProposalProblems are Problems and what a partner has to say besides.
func ProposalProblems(p Programme, s Session) []Problem {
	out := Problems(p, s)
	if s.Booking == Own && s.Places == 0 {
		out = append(out, Problem{"places", "Say how many places there are, since they are counted here"})
	}
	return out
}

// first makes a refusal of the first problem.
func first(all []Problem) error {
	if len(all) == 0 {
		return nil
	}
	return errs.Refuse(all[0].Words)
}

// CheckSession says whether a session is whole and fits its programme.
func CheckSession(p Programme, s Session) error { return first(Problems(p, s)) }

// checkBooking says whether the way to a place is whole, and in which field it is not.
func checkBooking(s Session) (field string, err error) {
	switch s.Booking {
	case ByLink:
		u, err := url.Parse(s.To)
		if err != nil || u.Scheme != "https" || u.Host == "" {
			return "to", errs.Refuse("Write the address of the booking page whole, beginning with https://")
		}
	case ByEmail:
		if !mail.IsAddress(s.To) {
			return "to", errs.Refuse("Write the e-mail address to which people write for a place")
		}
	case Own, JustGo:
		if s.To != "" {
			return "to", errs.Refuse("A link or an address for bookings is only for sessions that are booked elsewhere")
		}
	default:
		return "booking", errs.Refuse("Say how people get a place")
	}
	return "", nil
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// Lasts is how long a session is: "3 h 30 min" (TRN-10).
func Lasts(starts, ends string) string {
	from, err := time.Parse("15:04", starts)
	until, err2 := time.Parse("15:04", ends)
	if err != nil || err2 != nil || !until.After(from) {
		return ""
	}
	h, m := int(until.Sub(from).Hours()), int(until.Sub(from).Minutes())%60
	switch {
	case h == 0:
		return strconv.Itoa(m) + " min"
	case m == 0:
		return text.Plural(h, "hour", "hours")
	}
	return strconv.Itoa(h) + " h " + strconv.Itoa(m) + " min"
}

// Clashes are what the organiser should look at before a session is accepted: others that stand or are proposed at the same time in the
// same room, by the same partner, or for the same people in the same building. Times that touch do not clash (TRN-B20). A clash is no refusal:
// a house may have two halls. buildings leads from a venue to its building.
func Clashes(s Session, others []Session, buildings map[string]string) (out []string) {
	for _, o := range others {
		if o.ID == s.ID || o.State != Accepted && o.State != Proposed || !training.Overlap([]training.Day{s.Day()}, []training.Day{o.Day()}) {
			continue
		}
		at := o.Starts + " to " + o.Ends + ", “" + o.Title + "”"
		if o.State == Proposed {
			at += " (proposed)"
		}
		sameRoom := !s.Online && !o.Online && (s.VenueID != "" && s.VenueID == o.VenueID || fold.Key(s.Venue) == fold.Key(o.Venue))
		sameHouse := !s.Online && !o.Online && buildings[s.VenueID] != "" && buildings[s.VenueID] == buildings[o.VenueID]
		switch {
		case sameRoom:
			out = append(out, "Same place: "+at)
		case fold.Key(s.By) == fold.Key(o.By):
			out = append(out, "Same partner: "+at)
		case sameHouse && s.Audience != "" && s.Audience == o.Audience:
			out = append(out, "Same people, in the same house: "+at)
		}
	}
	return out
}

// CanPropose says whether partners may propose sessions now (TRN-14).
func CanPropose(p Programme, today clock.Day) error {
	switch {
	case p.State == Withdrawn:
		return errs.Refusef("This programme was withdrawn. %s", p.Why)
	case p.ProposeUntil == "":
		return errs.Refuse("Partners do not propose sessions for this programme")
	case today > p.ProposeUntil:
		return errs.Refusef("Proposals closed at the end of %s. Write to the organiser", term.LongDate(p.ProposeUntil))
	}
	return nil
}

// CanRevise says whether its partner may change a session and propose it again: while it waits, was sent back, or was taken back by the
// partner itself, so that a slip of the thumb costs nothing.
func CanRevise(s Session) error {
	switch s.State {
	case Proposed, Returned, TakenOut:
		return nil
	case Accepted:
		return errs.Refuse("This session is in the programme. Write to the organiser about a change")
	}
	return errs.Refuse("This session has ended. Propose another")
}

// CanTakeBack says whether its partner may take a session back.
func CanTakeBack(s Session) error {
	if s.State == TakenOut {
		return errs.Refuse("You have taken this session back already")
	}
	return CanRevise(s)
}

// CanAnswer says whether the organiser may accept a session, send it back or decline it. Sent back or declined, it says why.
func CanAnswer(s Session, to SessionState, words string) error {
	switch {
	case s.State != Proposed && !(s.State == Returned && to != Returned):
		return errs.Refuse("This session has been answered already. Look at it again")
	case to != Accepted && strings.TrimSpace(words) == "":
		return errs.Refuse("Write to the partner why, and what would help")
	}
	return nil
}

// CanCallOff says whether a session can be called off.
func CanCallOff(s Session, now clock.Millis) error {
	begins := training.Run{First: s.On, Days: []training.Day{s.Day()}}.Begins()
	switch {
	case s.State != Accepted:
		return errs.Refuse("Only a session that is in the programme can be called off")
	case now >= begins:
		return errs.Refuse("This session has begun")
	}
	return nil
}

// CanChange says whether anything in a programme can still change.
func CanChange(p Programme) error {
	if p.State == Withdrawn {
		return errs.Refuse("This programme was withdrawn already. Nothing in it changes any more")
	}
	return nil
}

// CanWithdraw says whether a programme can be withdrawn.
func CanWithdraw(p Programme, now clock.Millis) error {
	if err := CanChange(p); err != nil {
		return err
	}
	if now >= clock.Of(p.Last.Add(1).Start()) {
		return errs.Refuse("This programme is over")
	}
	return nil
}

// longestWhy is how many characters a reason may have: a sentence or two.
const longestWhy = 300

// CheckWhy says whether a reason for which something ends is given.
func CheckWhy(why string) error {
	switch {
	case strings.TrimSpace(why) == "":
		return errs.Refuse("Say why, in a sentence. Everybody who is told reads it")
	case utf8.RuneCountInString(why) > longestWhy:
		return errs.Refusef("Say why in a sentence or two: %d characters at most", longestWhy)
	}
	return nil
}

// CanEnd says whether a partner's part can end from a day on (TRN-20).
func CanEnd(t Partner, from, today clock.Day) error {
	switch {
	case t.State != Known:
		return errs.Refuse("This organisation does not take part")
	case t.EndsOn != "":
		return errs.Refusef("Its part ends on %s already. Admit it again first", longYear(t.EndsOn))
	case from == "":
		return errs.Refuse("Say from which day on it takes no part")
	case from < today:
		return errs.Refuse("That day is past. Choose today or a later day")
	}
	return nil
}

// CanTakePart says whether a partner may open its links, propose and be invited (TRN-20).
func CanTakePart(t Partner, today clock.Day) error {
	if t.Over(today) {
		return errs.Refusef("The part of %s in these programmes ended on %s. %s", t.Name, longYear(t.EndsOn), t.EndsWhy)
	}
	return nil
}

// CanPublish says whether a programme can be shown to everybody.
func CanPublish(p Programme, accepted int) error {
	switch {
	case p.State == Published:
		return errs.Refuse("This programme is published already")
	case p.State == Withdrawn:
		return CanChange(p)
	case accepted == 0:
		return errs.Refuse("Accept or add a session first")
	}
	return CheckProgramme(p)
}

// CheckPartner says whether an agency or setting is whole.
func CheckPartner(p Partner, c Contact) error {
	switch {
	case fold.Key(p.Name) == "":
		return errs.Refuse("Write the name of the organisation")
	case PartnerKindWords(p.Kind) == "":
		return errs.Refuse("Say what it is")
	case c.Name == "":
		return errs.Refuse("Write who answers for it")
	case !mail.IsAddress(c.Email):
		return errs.Refuse("Write an e-mail address, such as name@example.org")
	}
	return nil
}

// Part of a day.
type Part string

// The parts of a day.
const (
	Morning   Part = "morning"
	Afternoon Part = "afternoon"
	Evening   Part = "evening"
)

// Parts are the parts of a day with their words.
var Parts = []struct {
	Part  Part
	Words string
}{{Morning, "Morning, before 12:00"}, {Afternoon, "Afternoon"}, {Evening, "Evening, from 17:00"}}

// PartOf is the part of the day in which something begins.
func PartOf(starts string) Part {
	switch {
	case starts < "12:00":
		return Morning
	case starts < "17:00":
		return Afternoon
	}
	return Evening
}

// Wish is what somebody looks for in a programme; "" is everything (TRN-13).
type Wish struct {
	Board, Audience, Place string
	Day                    clock.Day
	Part                   Part
}

// Online is the place of what is by video, in a wish.
const Online = "online"

// PlaceKey is where a session is, in a wish.
func PlaceKey(s Session) string {
	if s.Online {
		return Online
	}
	return fold.Key(s.Venue)
}

// Wants says whether a session is among those looked for. A session that names no audience is for everybody.
func (w Wish) Wants(s Session) bool {
	return (w.Board == "" || w.Board == s.Board) && (w.Audience == "" || s.Audience == "" || contains(s.Audiences(), w.Audience)) &&
		(w.Place == "" || w.Place == PlaceKey(s)) && (w.Day == "" || w.Day == s.On) && (w.Part == "" || w.Part == PartOf(s.Starts))
}

// Empty says whether everything is wanted.
func (w Wish) Empty() bool { return w == Wish{} }

// Shown says whether the public sees a session: what was accepted, and what was called off after it had been (TRN-14).
func (s Session) Shown() bool { return s.State == Accepted || s.State == Off }
