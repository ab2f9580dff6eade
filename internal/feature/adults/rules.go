package adults

import (
	"slices"
	"strings"
	"time"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/search/fold"
)

// Shipped are the settings of a district that has set nothing: one hour of school time, 15 minutes, three in twelve months
// (LLC-2, LLC-5).
var Shipped = Settings{OfficerName: "the designated officer", LowMinutes: 60, AllegationMinutes: 15, PatternCount: 3, PatternMonths: 12}

// StandInDue is when it goes to the stand-in if nobody has taken it: after an hour of school time, an allegation after 15 minutes
// at any hour (LLC-2).
func StandInDue(c term.Calendar, s Settings, harm bool, after clock.Millis) clock.Millis {
	if harm {
		return after.Add(time.Duration(s.AllegationMinutes) * time.Minute)
	}
	return c.AddSchoolHours(after, time.Duration(s.LowMinutes)*time.Minute)
}

// AgainDue is when it is said again to those who were told already: an allegation each hour, a low-level one on each school day.
func AgainDue(c term.Calendar, harm bool, after clock.Millis) clock.Millis {
	if harm {
		return after.Add(time.Hour)
	}
	return clock.Of(c.NextSchoolDay(clock.DayOf(after.Time())).At(8, 30))
}

// OfficerDue is until when the designated officer is to be told of an allegation: the end of one working day after the school knew.
// That is when it was sent, if the writer spoke of harm; otherwise when it was decided (LLC-3).
func OfficerDue(c term.Calendar, harm bool, sent, decided clock.Millis) clock.Millis {
	from := decided
	if harm {
		from = sent
	}
	return clock.Of(c.AddWorkingDays(clock.DayOf(from.Time()), 1).At(16, 30))
}

// OfficerFirst says whether nobody may be questioned yet: it is or may be an allegation, and no advice was written down (LLC-3).
func OfficerFirst(c Concern, k Kind, steps []Step) bool {
	if k == LowLevel || k == Neither || k == Undecided && !c.Harm {
		return false
	}
	return !slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == Advice })
}

// CanStep says whether a step may be written down.
func CanStep(c Concern, k Kind, steps []Step, s Step, officer Settings) error {
	if s.Kind != ToldOfficer && s.Kind != Advice && !slices.ContainsFunc(Steps, func(x struct {
		Kind  StepKind
		Words string
	}) bool {
		return x.Kind == s.Kind
	}) {
		return errs.Refuse("Choose what was done")
	}
	if strings.TrimSpace(s.Words) == "" {
		return errs.Refuse("Write what was done or said")
	}
	if (s.Kind == Advice || s.Kind == Employer || s.Kind == ToldOfficer) && strings.TrimSpace(s.Who) == "" {
		return errs.Refuse("Write whom you spoke with")
	}
	if s.Kind == Questioned && OfficerFirst(c, k, steps) {
		return errs.Refusef("Nobody is questioned before the advice of the designated officer is written down. Ring first: %s", officer.Ring())
	}
	return nil
}

// Judgement is what a decision maker is about to record.
type Judgement struct {
	ID        string
	Version   int64
	Kind      Kind
	Criteria  []string
	Reasons   string
	Consulted string
}

// CanDecide says whether the decision may be recorded as it is, in the words that the decision maker reads.
func CanDecide(c Concern, j Judgement) error {
	switch {
	case j.Kind == Undecided:
		return errs.Refuse("Say what it is: a low-level concern, an allegation, or neither")
	case strings.TrimSpace(j.Reasons) == "":
		return errs.Refuse("Write your reasons. They are needed whichever you choose")
	case j.Kind == Allegation && len(j.Criteria) == 0:
		return errs.Refuse("Say which of the four criteria it may meet. If it meets none, it is a low-level concern")
	case j.Kind != Allegation && len(j.Criteria) > 0:
		return errs.Refuse("You ticked one of the four criteria. Then it is an allegation, and the designated officer is told")
	case j.Kind != Allegation && c.Harm && strings.TrimSpace(j.Consulted) == "":
		return errs.Refuse("The writer said that a child may have been harmed. Say whom you asked before you decided that it is less")
	}
	return nil
}

// CanClose says whether it may be closed, with its outcome and reasons.
func CanClose(c Concern, k Case, steps []Step, actions []Action, outcome, reasons string) error {
	has := func(kind StepKind) bool {
		return slices.ContainsFunc(steps, func(s Step) bool { return s.Kind == kind })
	}
	switch {
	case c.State == Closed:
		return errs.Refuse("It is closed already")
	case k.Kind == Undecided:
		return errs.Refuse("Decide first whether it is a low-level concern or an allegation")
	case k.Kind == Allegation && k.ToldAt == 0:
		return errs.Refuse("Tell the designated officer before you close an allegation")
	case k.Kind == Allegation && !has(Advice):
		return errs.Refuse("Write down what the designated officer advised before you close an allegation")
	case c.Works.Elsewhere() && !has(Employer):
		return errs.Refuse("Write down that the employer was told, or why not, before you close it")
	case slices.ContainsFunc(actions, func(a Action) bool { return a.DoneAt == 0 }):
		return errs.Refuse("An action is still open. Do it, or mark it done with a note of why it fell away")
	case outcome == "":
		return errs.Refuse("Choose how it ended")
	case strings.TrimSpace(reasons) == "":
		return errs.Refuse("Write your reasons for closing")
	}
	return nil
}

// CanReopen says whether it may be opened again.
func CanReopen(s State, reason string) error {
	if s != Closed {
		return errs.Refuse("It is not closed")
	}
	if strings.TrimSpace(reason) == "" {
		return errs.Refuse("Say why you open it again")
	}
	return nil
}

// CanEnter says whether what happened to a child may go into the child's file: the adult is there by reference only, so their
// name, as far as it is known, must not stand in it (LLC-4).
func CanEnter(words, adult string) error {
	if strings.TrimSpace(words) == "" {
		return errs.Refuse("Write what the child said and what was done for them")
	}
	if adult != "" && Alike(words, adult) {
		return errs.Refuse("Leave out the adult’s name: this part goes into the child’s file. Write “an adult”")
	}
	return nil
}

// titles are words that stand before a name and are no part of it.
var titles = map[string]bool{"mr": true, "mrs": true, "miss": true, "ms": true, "dr": true, "sir": true, "madam": true, "the": true, "mx": true}

// nameWords are the words of a name that tell one person from another, folded.
func nameWords(name string) []string {
	var out []string
	for _, w := range fold.Query(name) {
		if len([]rune(w)) >= 3 && !titles[w] {
			out = append(out, w)
		}
	}
	return out
}

// Alike says whether what somebody wrote holds a word of the name.
func Alike(typed, name string) bool {
	have := nameWords(typed)
	return slices.ContainsFunc(nameWords(name), func(w string) bool { return slices.Contains(have, w) })
}

// sameName says whether two names may be one person's: each word of the shorter is in the longer.
func sameName(a, b string) bool {
	x, y := nameWords(a), nameWords(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	return len(x) > 0 && !slices.ContainsFunc(x, func(w string) bool { return !slices.Contains(y, w) })
}

// Pattern is what several have in common: one adult, one place or one activity.
type Pattern struct {
	What string // "about the same adult", "at the same place", "during the same activity"
	With []Concern
}

// Patterns returns what this one shares with earlier ones: at least the district's count within its months, this one included
// (LLC-5). past are those that the viewer may see.
func Patterns(c Concern, past []Concern, s Settings, now clock.Millis) []Pattern {
	since := clock.Of(now.London().AddDate(0, -s.PatternMonths, 0))
	same := func(what string, is func(Concern) bool) []Pattern {
		p := Pattern{What: what, With: []Concern{c}}
		for _, x := range past {
			if x.ID != c.ID && x.RecordedAt > since && x.Org == c.Org && is(x) {
				p.With = append(p.With, x)
			}
		}
		if len(p.With) < s.PatternCount {
			return nil
		}
		return []Pattern{p}
	}
	out := same("about the same adult", func(x Concern) bool {
		if c.About != "" && x.About != "" {
			return c.About == x.About
		}
		return sameName(c.Name, x.Name)
	})
	if place := fold.Key(c.Place); place != "" {
		out = append(out, same("at the same place", func(x Concern) bool { return fold.Key(x.Place) == place })...)
	}
	if activity := fold.Key(c.Activity); activity != "" {
		out = append(out, same("during the same activity", func(x Concern) bool { return fold.Key(x.Activity) == activity })...)
	}
	return out
}

// ReporterState says where it stands in the words its writer reads: that it is looked at, never what was decided.
func ReporterState(s State) string {
	switch s {
	case Sent:
		return "Sent, not read yet"
	case Read:
		return "Read"
	case Closed:
		return "Dealt with and closed"
	}
	return "Being dealt with"
}
