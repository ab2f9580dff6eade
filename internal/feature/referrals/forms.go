package referrals

import (
	"strconv"

	"kith/internal/kernel/clock"
	"kith/internal/platform/web/forms"
)

// sendForm is check and send.
type sendForm struct {
	forms.Form
	To   *forms.Choice
	Asks *forms.Lines
	Who  *forms.Text
}

// Where a referral goes that does not go in Kith.
const (
	toTelephone = "telephone"
	toMail      = "mail"
)

func newSendForm(services []Service, frontDoor, phone string, closed bool) *sendForm {
	f := &sendForm{
		To:   forms.NewChoice("to", "How does it go?").Required("Choose how it goes"),
		Asks: forms.NewLines("asks", "What do you ask them to do? (if you want to say)").Max(2000),
		Who:  forms.NewText("who", "Who took it?").Max(200).Hint("Only where you have told them yourself: name, and the number of their record if they gave one."),
	}
	if !closed {
		for _, s := range services {
			f.To.Options = append(f.To.Options, forms.Option{Value: s.ID, Text: "In Kith, to " + s.Name, Hint: "They read it here, and you see when it was received and decided"})
		}
	}
	f.To.Options = append(f.To.Options,
		forms.Option{Value: toTelephone, Text: "I have rung " + frontDoor + ", " + phone, Hint: "Nothing is sent from here. Kith keeps when an answer is due"},
		forms.Option{Value: toMail, Text: "I have sent it by secure mail or the district’s form", Hint: "Nothing is sent from here. Kith keeps when an answer is due"})
	if len(f.To.Options) == 3 {
		f.To.Value = f.To.Options[0].Value
	}
	f.Fields(f.To, f.Asks, f.Who)
	return f
}

// sending is what the form describes.
func (f *sendForm) sending(decision string) Sending {
	s := Sending{ID: ID(f.ID), Decision: decision, Way: InKith, To: f.To.Value, Asks: f.Asks.Value, Who: f.Who.Value}
	if f.To.Value == toTelephone || f.To.Value == toMail {
		s.Way, s.To = Way(f.To.Value), ""
	}
	return s
}

// answerForm is what a service decides, or a lead writes down of it.
type answerForm struct {
	forms.Form
	Outcome  *forms.Choice
	Words    *forms.Lines
	Feedback *forms.Lines
	Who      *forms.Text
}

func newAnswerForm(p Practice, theirs bool) *answerForm {
	f := &answerForm{
		Outcome:  forms.NewChoice("outcome", "What did they decide?").Required("Choose what was decided"),
		Words:    forms.NewLines("words", "Why, as they gave it").Required("Write why. The school and the child’s line keep it").Max(4000),
		Feedback: forms.NewLines("feedback", "What they ask of the school (if anything)").Max(4000),
		Who:      forms.NewText("who", "Whose answer is it?").Max(200),
	}
	for _, o := range p.Outcomes {
		f.Outcome.Options = append(f.Outcome.Options, forms.Option{Value: o.Key, Text: o.Words, Hint: o.Hint})
	}
	if theirs {
		f.Outcome.Label, f.Words.Label, f.Feedback.Label = "What do you decide?", "Why", "What is the school to do now?"
		f.Feedback.Required("Write what the school is to do now. Whoever referred hears it from you").Hint("Whoever referred reads this at once: who will ring, what the family has been told, what to watch.")
		f.Fields(f.Outcome, f.Words, f.Feedback)
		return f
	}
	f.Who.Required("Write whose answer it is")
	f.Fields(f.Outcome, f.Words, f.Feedback, f.Who)
	return f
}

// ladderForm is one step of the ladder. The child's safety until the next is asked in each.
type ladderForm struct {
	forms.Form
	End    *forms.Choice
	Who    *forms.Text
	Words  *forms.Lines
	Safe   *forms.Choice
	Safety *forms.Lines
	Rung   *forms.Text
}

func newLadderForm(p Practice, d *Disagreement) *ladderForm {
	f := &ladderForm{
		Words:  forms.NewLines("words", "What do you disagree with, and what do you ask for instead?").Required("Write what you disagree with, and what you ask for instead").Max(4000),
		Safe:   forms.NewChoice("safe", "Is the child safe until the next step?", forms.Option{Value: "yes", Text: "Yes"}, forms.Option{Value: "no", Text: "No, or I am not sure"}).Required("Say whether the child is safe until the next step. This cannot be left out"),
		Safety: forms.NewLines("safety", "What keeps the child safe until then?").Required("Write what keeps the child safe until then. This cannot be left out").Max(2000),
	}
	if d == nil {
		f.Fields(f.Words, f.Safe, f.Safety)
		return f
	}
	f.Rung = forms.NewText("rung", "").Max(3)
	f.Who = forms.NewText("who", "Who answered?").Required("Write who answered").Max(200)
	f.Words.Label = "What did they answer?"
	f.Words.Required("Write what they answered")
	f.End = forms.NewChoice("end", "How did this step end?").Required("Say how this step ended")
	if d.Rung+1 < len(p.Rungs) {
		next := p.Rungs[d.Rung+1]
		f.End.Options = append(f.End.Options, forms.Option{Value: climbNext, Text: "Not settled: go on to “" + next.Name + "”", Hint: next.Who + ", within " + days(next.Days)})
	} else {
		f.End.Options = append(f.End.Options, forms.Option{Value: string(Stands), Text: EndWords[Stands]})
	}
	f.End.Options = append(f.End.Options, forms.Option{Value: string(Changed), Text: EndWords[Changed]}, forms.Option{Value: string(Accepted), Text: EndWords[Accepted]})
	f.Fields(f.Rung, f.Who, f.Words, f.End, f.Safe, f.Safety)
	return f
}

func (f *ladderForm) climb() Climb {
	c := Climb{ID: f.ID, Words: f.Words.Value, Safety: f.Safety.Value}
	if f.End != nil {
		c.Kind, c.Who = f.End.Value, f.Who.Value
		c.Rung, _ = strconv.Atoi(f.Rung.Value)
	}
	return c
}

// practiceForm is a new edition of the district's practice.
type practiceForm struct {
	forms.Form
	Edition   *forms.Text
	From      *forms.Day
	Due, Head *forms.Text
	Reads     []*forms.Text
	Rungs     []rungFields
	outcomes  []Outcome
}

type rungFields struct{ Name, Who, Days *forms.Text }

// mostRungs is how many steps a ladder can have.
const mostRungs = 7

func newPracticeForm(p Practice) *practiceForm {
	number := func(name, label string, n int) *forms.Text {
		t := forms.NewText(name, label).Max(3).Class("govuk-input--width-3")
		if n > 0 {
			t.Value = strconv.Itoa(n)
		}
		return t
	}
	f := &practiceForm{outcomes: p.Outcomes,
		Edition: forms.NewText("edition_name", "Name of the new edition").Required("Give the edition a name, such as the month it was agreed").Max(80),
		From:    forms.NewDay("from", "In force from").Required("Say from which day"),
		Due:     number("due", "Working days until a decision is expected", p.DueDays),
		Head:    number("head", "Further working days until the headteacher is told", p.HeadDays),
	}
	f.Fields(f.Edition, f.From, f.Due, f.Head)
	for i, o := range p.Outcomes {
		t := number("reads_"+strconv.Itoa(i+1), "After “"+o.Words+"”", o.ReadsDays)
		f.Reads = append(f.Reads, t)
		f.Fields(t)
	}
	for i := range mostRungs {
		n, r := strconv.Itoa(i+1), Rung{}
		if i < len(p.Rungs) {
			r = p.Rungs[i]
		}
		x := rungFields{forms.NewText("step_"+n, "Step "+n).Max(120), forms.NewText("talks_"+n, "Who talks to whom").Max(200), number("days_"+n, "Working days", r.Days)}
		x.Name.Value, x.Who.Value = r.Name, r.Who
		f.Rungs = append(f.Rungs, x)
		f.Fields(x.Name, x.Who, x.Days)
	}
	return f
}

// practice is the edition that the form describes. A step without a word is none.
func (f *practiceForm) practice() Practice {
	n := func(t *forms.Text) int { v, _ := strconv.Atoi(t.Value); return v }
	p := Practice{Edition: f.Edition.Value, From: clock.Day(f.From.Value), DueDays: n(f.Due), HeadDays: n(f.Head)}
	for i, o := range f.outcomes {
		o.ReadsDays = n(f.Reads[i])
		p.Outcomes = append(p.Outcomes, o)
	}
	for _, x := range f.Rungs {
		if x.Name.Value != "" || x.Who.Value != "" {
			p.Rungs = append(p.Rungs, Rung{x.Name.Value, x.Who.Value, n(x.Days)})
		}
	}
	return p
}
