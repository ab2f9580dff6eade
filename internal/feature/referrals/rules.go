package referrals

import (
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
)

// Due is when a decision is expected: the close of the day after so many working days (REF-1).
func Due(c term.Calendar, p Practice, at clock.Millis) clock.Millis {
	return clock.Of(c.AddWorkingDays(clock.DayOf(at.Time()), p.DueDays).At(16, 30))
}

// HeadDue is when the head is told that an answer is past due (REF-1).
func HeadDue(c term.Calendar, p Practice, expected clock.Millis) clock.Millis {
	return clock.Of(c.AddWorkingDays(clock.DayOf(expected.Time()), p.HeadDays).At(16, 30))
}

// Waits says whether the school waits for the service.
func (r Referral) Waits() bool { return r.State == Sent || r.State == Received }

// PastDue says whether the service owes an answer that was expected before now.
func (r Referral) PastDue(now clock.Millis) bool { return r.Waits() && now >= r.ExpectedAt }

// Sending is what a lead is about to send.
type Sending struct {
	ID       ID // made by the page
	Decision string
	Way      Way
	To       string // an organisation, where it goes in Kith
	Asks     string
	Who      string // who took it, where it went another way
}

// CanSend says whether a referral may be sent. closed: the concern is restricted or locked, and so nobody outside reads it in
// Kith, whatever is granted.
func CanSend(s Sending, services []Service, closed bool) error {
	switch s.Way {
	case InKith:
		if closed {
			return errs.Refuse("This concern is kept from the wider team, so nobody outside the school can read it in Kith. Ring the service, and write down who took it")
		}
		for _, x := range services {
			if x.ID == s.To && len(x.People) > 0 {
				return nil
			}
		}
		return errs.Refuse("Choose to whom it goes")
	case Telephone, Mail:
		if strings.TrimSpace(s.Who) == "" {
			return errs.Refuse("Write down who took it")
		}
		return nil
	}
	return errs.Refuse("Say how it goes")
}

// CanReceive says whether the service may say that it has it.
func CanReceive(r Referral) error {
	if r.State != Sent {
		return errs.Refuse("This referral has been received already")
	}
	return nil
}

// CanAsk says whether the service may ask to know more.
func CanAsk(r Referral, words string) error {
	if err := open(r); err != nil {
		return err
	}
	if strings.TrimSpace(words) == "" {
		return errs.Refuse("Write what you need to know")
	}
	return nil
}

// CanInform says whether the school may give what was asked for.
func CanInform(r Referral, words string) error {
	if r.State != Asked {
		return errs.Refuse("Nothing was asked, or it was answered already")
	}
	if strings.TrimSpace(words) == "" {
		return errs.Refuse("Write what they asked for")
	}
	return nil
}

// Answer is what a service decides.
type Answer struct {
	Outcome  string
	Words    string // why
	Feedback string // what the school is told and asked to do
	Who      string // whose answer it is, where a lead writes it down
}

// CanDecide says whether an answer is whole. theirs: somebody of the service writes it themselves.
func CanDecide(r Referral, p Practice, a Answer, theirs bool) error {
	if err := open(r); err != nil {
		return err
	}
	switch {
	case p.Outcome(a.Outcome).Key == "":
		return errs.Refuse("Choose what was decided")
	case strings.TrimSpace(a.Words) == "":
		return errs.Refuse("Write why. The school and the child’s line keep it")
	case theirs && strings.TrimSpace(a.Feedback) == "":
		return errs.Refuse("Write what the school is to do now. Whoever referred hears it from you")
	case !theirs && strings.TrimSpace(a.Who) == "":
		return errs.Refuse("Write whose answer it is")
	}
	return nil
}

// open refuses what is decided or withdrawn.
func open(r Referral) error {
	switch r.State {
	case Decided:
		return errs.Refuse("This referral has been decided. What was decided stays; a new decision needs a new referral")
	case Withdrawn:
		return errs.Refuse("The school has withdrawn this referral")
	}
	return nil
}

// CanWithdraw says whether the school may take a referral back: sent to the wrong body, or not needed any more.
func CanWithdraw(r Referral, why string) error {
	if err := open(r); err != nil {
		return err
	}
	if strings.TrimSpace(why) == "" {
		return errs.Refuse("Write why you take it back")
	}
	return nil
}

// CanChase says whether the school may write down that it asked again.
func CanChase(r Referral, words string) error {
	if !r.Waits() {
		return errs.Refuse("No answer is owed")
	}
	if strings.TrimSpace(words) == "" {
		return errs.Refuse("Write whom you asked and what they said")
	}
	return nil
}

// ReadsUntil is how long the service goes on reading the words after its answer.
func ReadsUntil(o Outcome, now clock.Millis) clock.Millis {
	return clock.Of(clock.DayOf(now.Time()).Add(o.ReadsDays + 1).Start())
}
