package auditing

import (
	"regexp"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/id"
	"kith/internal/platform/audit"
)

// copyHour is from when on, in Europe/London, a day's copy is sent: before the first bell, and after the night's backup.
const copyHour = 6

// missedHour is from when on a day without its copy is one that was missed: what goes wrong by itself has had two hours.
const missedHour = 8

// OverdueAfter is how long a recipient may be without a new copy: a day, and two hours for what can go wrong by itself.
const OverdueAfter = 26 * time.Hour

// CopyDue says whether the copy of the present day is to be sent by now.
func CopyDue(now clock.Millis) bool { return now >= clock.Of(clock.DayOf(now.Time()).At(copyHour, 0)) }

// Overdue says whether a recipient has been without a new copy for too long.
func Overdue(r Recipient, now clock.Millis) bool {
	return r.EndedAt == 0 && max(r.AddedAt, r.LastSent).Add(OverdueAfter) < now
}

// A Day is what left the machine on one day.
type Day struct {
	Day  clock.Day
	Sent int // recipients who were sent a copy
	Of   int // recipients who were due one
}

// Missed says whether somebody should have had a copy on the day and had none.
func (d Day) Missed() bool { return d.Sent < d.Of }

// Days says, for the last n days up to today, who was due a copy and who was sent one, the oldest first. Today counts once
// there has been time to send it; somebody who was added on a day after its hour is due that day's copy, too.
func Days(recipients []Recipient, copies []Copy, now clock.Millis, n int) []Day {
	today := clock.DayOf(now.Time())
	sent := map[string]bool{}
	for _, c := range copies {
		if c.State == Sent {
			sent[c.Recipient+" "+string(c.Day)] = true
		}
	}
	out := make([]Day, 0, n)
	for i := n - 1; i >= 0; i-- {
		d := Day{Day: today.Add(-i)}
		hour, end := clock.Of(d.Day.At(copyHour, 0)), clock.Of(d.Day.Add(1).Start())
		for _, r := range recipients {
			had := sent[r.ID+" "+string(d.Day)]
			due := r.AddedAt < end && (r.EndedAt == 0 || r.EndedAt > hour) && clock.Of(d.Day.At(missedHour, 0)) <= now
			if had {
				d.Sent++
			}
			if due || had {
				d.Of++
			}
		}
		out = append(out, d)
	}
	return out
}

// maxRecipients is how many people are mailed at most: a list that is longer is nobody's.
const maxRecipients = 20

// CanAdd says whether somebody may be added to those who are mailed.
func CanAdd(now []Recipient, email string) error {
	if len(now) >= maxRecipients {
		return errs.Refusef("The checkpoints go to %d addresses already. End one that is not needed first.", maxRecipients)
	}
	for _, r := range now {
		if strings.EqualFold(r.Email, email) {
			return errs.Refuse("The checkpoints go to this address already")
		}
	}
	return nil
}

// Short is an id as a list shows it: its end, which is drawn by chance. What is no id is shown when it is a plain word of
// the program, such as "all", and otherwise not at all: it might be something that somebody typed.
func Short(s string) string {
	switch {
	case id.Valid(s):
		return "…" + s[len(s)-8:]
	case plainWord.MatchString(s):
		return s
	case s != "" && hash.MatchString(s):
		return "…" + s[len(s)-8:]
	}
	return ""
}

var (
	plainWord = regexp.MustCompile(`^[a-z]{1,16}( [0-9]{1,6})?$`)
	hash      = regexp.MustCompile(`^[0-9a-f]{32,128}$`)
	// actorEnd is what somebody may type to find an account: its id, or the end of one as a list shows it.
	actorEnd = regexp.MustCompile(`^[0-9a-f-]{8,36}$`)
)

// parts are the parts of the program, as the actions of the log begin.
var parts = map[string]string{
	"account": "Accounts", "audit": "The log", "auditing": "The log", "backup": "Backups", "casework": "Children’s files", "concern": "Concerns", "concerns": "Concerns",
	"directory": "Registers", "district": "The district", "file": "Attached files", "key": "Keys", "newsletters": "Newsletters", "people": "Children and rolls", "picker": "Finding a child",
	"register": "Registers", "roll": "Rolls", "rota": "The rota", "story": "Chronologies",
}

// ActionWords says what was done, from the action's own name: "Children’s files: emergency opened". A part that is new here
// is called by its own name.
func ActionWords(action string) string {
	part, what, ok := strings.Cut(action, ".")
	if !ok {
		return action
	}
	name := parts[part]
	if name == "" {
		name = strings.ToUpper(part[:min(1, len(part))]) + part[min(1, len(part)):]
	}
	return name + ": " + strings.NewReplacer("_", " ", "-", " ").Replace(what)
}

// IsLook says whether the entry says that something was looked at, rather than changed: it names the rule that allowed it.
func IsLook(e audit.Entry) bool { return e.Rule != "" && e.Action != "audit.restored" }

// RuleWords says by which rule something was shown, as it reads aloud; "" for a change.
func RuleWords(e audit.Entry) string {
	switch r, ok := access.Rules.Rule(e.Rule); {
	case ok:
		return r.Words
	case e.Rule == "list":
		return "A list, search or count: each line of it only as the access table allows"
	}
	for _, x := range access.LogRules {
		if x.Name == e.Rule {
			return x.Words
		}
	}
	return e.Rule
}
