package concerns

import (
	"strings"
	"time"
	"unicode/utf8"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/story"
)

// When is how a person says when something happened.
type When = story.When

// Happened returns the instant something happened and how surely it is known (CON-3).
func Happened(w When, now clock.Millis) (clock.Millis, story.Precision, error) {
	return story.Happened(w, now)
}

const (
	ClaimFor    = 30 * time.Minute // how long "a colleague is on this" holds (CON-23)
	PickerLooks = 20               // looks for a child in an hour before a lead is told (CON-21)
)

// NextLook says when, after the given step, a concern that nobody has taken is looked at again. Step 0 is the sending.
//
// Urgent: s.Urgent each step, at any hour. Otherwise: s.Normal of school-day hours, so what is sent out of hours starts to count at
// the next opening; in the holidays the rota looks once a day, at the hour the school would open (CON-11). So what is sent on
// the last afternoon of a term is looked at on the first day of the holiday, and does not wait for the next term. A day off by
// itself, such as an INSET day or a bank holiday, is no holiday in this sense.
func (s Settings) NextLook(c term.Calendar, urgent bool, after clock.Millis) clock.Millis {
	if urgent {
		return after.Add(s.UrgentStep())
	}
	due := c.AddSchoolHours(after, time.Duration(s.Normal)*time.Minute)
	last := clock.DayOf(due.Time())
	opens, _ := c.Hours()
	for d := clock.DayOf(after.Time()).Add(1); d < last; d = d.Add(1) {
		if c.IsHoliday(d) && (c.IsHoliday(d.Add(-1)) || c.IsHoliday(d.Add(1))) {
			return clock.Of(d.At(opens/60, opens%60))
		}
	}
	return due
}

// Asked says whether the family must not be told before a service has advised (CON-13): one of the categories makes telling
// unsafe, and no advice is recorded yet.
func Asked(codes []Category, advice []Advice) bool {
	stop := false
	for _, c := range codes {
		stop = stop || c.Stop
	}
	if !stop {
		return false
	}
	for _, a := range advice {
		if a.Kind == AskedFirst {
			return false
		}
	}
	return true
}

// CanTellFamily says whether "the parents were told" may be recorded.
func CanTellFamily(codes []Category, advice []Advice, service Service) error {
	if Asked(codes, advice) {
		return errs.Refusef("Do not tell the family yet. Ask %s first, %s, and write down what they advise", service.Name, service.Phone)
	}
	return nil
}

// Choice is what a lead is about to record.
type Choice struct {
	Outcome   Outcome
	Level     int
	Reasons   string
	Threshold string
	Consulted string
	ReviewOn  clock.Day
	Codes     []string
	Expected  clock.Day
}

// CanDecide says whether a decision may be recorded as it is: each rule in the words that the lead reads.
func CanDecide(c Choice, had Triage, parents []Parent, codes []Category, advice []Advice, now clock.Millis) error {
	today := clock.DayOf(now.Time())
	if c.Level == 0 && c.Outcome != Undecided {
		return errs.Refuse("Set a level: low, medium or high")
	}
	if strings.TrimSpace(c.Reasons) == "" && (c.Outcome != Undecided || c.Level != had.Level) {
		return errs.Refuse("Write your reasons. They are needed whichever you choose")
	}
	switch c.Outcome {
	case Refer, NotRefer, EarlyHelp:
		if strings.TrimSpace(c.Threshold) == "" {
			return errs.Refuse("Say which threshold you considered")
		}
		if strings.TrimSpace(c.Consulted) == "" {
			return errs.Refuse("Say whom you asked, or that you asked nobody")
		}
		if c.ReviewOn == "" {
			return errs.Refuse("Say when you will look at this again")
		}
	case Watch:
		if c.ReviewOn == "" {
			return errs.Refuse("Say until when you will watch. On that day it comes back to you")
		}
	case NoAction:
		if err := CanClose(parents, codes, advice); err != nil {
			return err
		}
	}
	if c.Outcome != Undecided && len(c.Codes) == 0 {
		return errs.Refuse("Choose at least one category")
	}
	if c.ReviewOn != "" && c.ReviewOn <= today {
		return errs.Refusef("Look again on a day after today, %s", term.Date(today))
	}
	return nil
}

// CanClose says whether a concern may be closed: the parents were told, with their view, or it says why not (CON-13, CON-14).
func CanClose(parents []Parent, codes []Category, advice []Advice) error {
	if len(parents) == 0 {
		return errs.Refuse("Before closing, record that the parents were told and what they said, or why they were not told")
	}
	if Asked(codes, advice) && parents[len(parents)-1].Informed {
		return errs.Refuse("Write down what the service advised before you record that the family was told")
	}
	return nil
}

// After returns the state a decision leads to.
func After(o Outcome) State {
	switch o {
	case Refer:
		return Referred
	case NotRefer, EarlyHelp:
		return Support
	case Watch:
		return Watching
	case NoAction:
		return Closed
	}
	return Deciding
}

// CanReopen says whether a closed concern may be opened again (CON-14).
func CanReopen(s State, reason string) error {
	if s != Closed {
		return errs.Refuse("This concern is not closed")
	}
	if strings.TrimSpace(reason) == "" {
		return errs.Refuse("Say why you open it again")
	}
	return nil
}

// ReporterState says where a concern stands in the words its reporter reads: that it is looked at, never what was decided.
func ReporterState(s State) string {
	switch s {
	case Sent:
		return "Sent, not read yet"
	case Read:
		return "Read by your lead"
	case Closed:
		return "Dealt with and closed"
	}
	return "Being dealt with"
}

// Line is what the chronology says of a concern for one child: the child's own text, or for a child who may have been harmed
// the first words of the account. A child with any other part is only named, so that nobody looks harmed who is not and no
// child's file shows another child's text (CON-4).
func Line(role Role, own, words string) (line, voice string) {
	own = strings.TrimSpace(own)
	switch role {
	case Harmed:
		if own != "" {
			return "Concern", text.FirstWords(own, 120)
		}
		return "Concern", text.FirstWords(words, 120)
	case Alleged:
		return "Named in a concern about another child", text.FirstWords(own, 120)
	case Witness:
		return "Saw or heard something", text.FirstWords(own, 120)
	case Sibling:
		return "Brother or sister of a child in a concern", text.FirstWords(own, 120)
	}
	return "Linked to a concern", text.FirstWords(own, 120)
}

// dangerWords are words that make the page ask once more whether a child could be hurt today. They never decide by
// themselves: the writer confirms (CON-11).
var dangerWords = []string{"kill", "knife", "weapon", "gun", "suicid", "overdose", "strangl", "hit me", "hurt me", "scared to go home", "afraid to go home", "bleeding", "unconscious", "raped", "run away"}

// SoundsDangerous says whether the words hold one that makes the page ask again.
func SoundsDangerous(words string) bool {
	low := strings.ToLower(words)
	for _, w := range dangerWords {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

// CanSend says whether what was written can be sent.
func CanSend(words string, children int, source Source) error {
	if utf8.RuneCountInString(strings.TrimSpace(words)) < 3 {
		return errs.Refuse("Write what you saw or heard")
	}
	if children == 0 && source == Seen {
		return errs.Refuse("Say which child it is about. If the name is not on the list, write it as you know it")
	}
	return nil
}

// NoticeDue is when a police notice is to be dealt with: 08:30 of the next school day, or of this one when it comes before
// (ENC-1).
func NoticeDue(c term.Calendar, came clock.Millis) clock.Millis {
	day := clock.DayOf(came.Time())
	if c.IsSchoolDay(day) && came < clock.Of(day.At(8, 30)) {
		return clock.Of(day.At(8, 30))
	}
	return clock.Of(c.NextSchoolDay(day).At(8, 30))
}

// Claimed says whether somebody else's claim still holds.
func Claimed(at, now clock.Millis) bool { return at != 0 && now < at.Add(ClaimFor) }

// Gap is a stretch of school hours with nobody on duty.
type Gap struct {
	Day         clock.Day
	From, Until int // minutes after midnight
}

// Gaps returns the stretches of school hours, from the first day to the last, in which nobody is on duty. duties are those of
// one school; a rota with a gap is shown to the head a week before (CON-11).
func Gaps(c term.Calendar, duties []Duty, from, to clock.Day) []Gap {
	opens, closes := c.Hours()
	var out []Gap
	for day := from; day <= to; day = day.Add(1) {
		if !c.IsSchoolDay(day) {
			continue
		}
		at := opens
		for at < closes {
			end := covered(duties, day, at)
			if end > at {
				at = end
				continue
			}
			next := closes
			for _, d := range duties {
				if d.Day == day && d.From > at && d.From < next {
					next = d.From
				}
			}
			out = append(out, Gap{day, at, next})
			at = next
		}
	}
	return out
}

// covered returns until when somebody is on duty from minute at on; at itself when nobody is.
func covered(duties []Duty, day clock.Day, at int) int {
	end := at
	for _, d := range duties {
		if d.Day == day && d.From <= at && d.Until > end {
			end = d.Until
		}
	}
	return end
}
