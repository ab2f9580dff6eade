package running

import (
	"strconv"
	"strings"

	"kith/internal/platform/ui"
	"kith/internal/platform/web/forms"
)

// thoughtsForm is what somebody thought of a course.
type thoughtsForm struct {
	forms.Form
	Useful, Before, After *forms.Choice
	WillDo, WouldChange   *forms.Lines
}

// fiveWords are the answers of the three questions.
var fiveWords = []forms.Option{{Value: "1", Text: "1, not at all"}, {Value: "2", Text: "2"}, {Value: "3", Text: "3"}, {Value: "4", Text: "4"}, {Value: "5", Text: "5, very"}}

func newThoughtsForm() *thoughtsForm {
	f := &thoughtsForm{Useful: forms.NewChoice("useful", "How useful is it for your work?", fiveWords...).Required("Say how useful it is"),
		Before: forms.NewChoice("before", "How sure were you of the subject before?", fiveWords...).Required("Say how sure you were before"),
		After:  forms.NewChoice("after", "And now?", fiveWords...).Required("Say how sure you are now"),
		WillDo: forms.NewLines("will_do", "What will you do differently? (optional)").Hint("No names: these answers are read by those who run the course").Max(1000), WouldChange: forms.NewLines("would_change", "What would you change about the course? (optional)").Max(1000)}
	f.Fields(f.Useful, f.Before, f.After, f.WillDo, f.WouldChange)
	return f
}

func (f *thoughtsForm) evaluation() Evaluation {
	n := func(c *forms.Choice) int64 { v, _ := strconv.ParseInt(c.Value, 10, 64); return v }
	return Evaluation{Useful: n(f.Useful), SureBefore: n(f.Before), SureAfter: n(f.After), WillDo: f.WillDo.Value, WouldChange: f.WouldChange.Value}
}

// seg is one of the three questions as boxes in a row.
func seg(c *forms.Choice) ui.Seg {
	s := ui.Seg{Name: c.Name, Legend: c.Label, Hint: "1 is not at all, 5 is very", Chosen: c.Value, Error: c.Problem}
	for _, o := range c.Options {
		s.Options = append(s.Options, ui.SegOption{Value: o.Value, Text: o.Value})
	}
	return s
}

// codeForm takes the code that the room shows.
type codeForm struct {
	forms.Form
	Code *forms.Text
}

func newCodeForm() *codeForm {
	f := &codeForm{Code: forms.NewText("code", "The code that the room shows").Required("Type the code that the room shows").Max(12).Hint("Six figures, of today").Class("govuk-input--width-10").Kind("text", "one-time-code")}
	f.Fields(f.Code)
	return f
}

// walkInForm is somebody who came without a place.
type walkInForm struct {
	forms.Form
	Name, Title, Org, Email *forms.Text
}

func newWalkInForm() *walkInForm {
	f := &walkInForm{Name: forms.NewText("name", "Name").Required("Write their name"), Title: forms.NewText("title", "Post title").Required("Write the title of their post"),
		Org: forms.NewText("org", "School or organisation").Required("Write where they work"), Email: forms.NewText("email", "E-mail (if they want their certificate by e-mail)").Kind("email", "off")}
	f.Fields(f.Name, f.Title, f.Org, f.Email)
	return f
}

// keepingForm says how a run is kept.
type keepingForm struct {
	forms.Form
	Joining        *forms.Lines
	Before, Remind *forms.Text
	Trainers       *forms.Many
	Outside        *forms.Lines
}

func newKeepingForm(staff []Member) *keepingForm {
	n := Posted()
	f := &keepingForm{Joining: forms.NewLines("joining", "Joining instructions").Hint("Time, place and how to get in are said already. What else: parking, lunch, what to bring, the link for a course by video").Max(3000),
		Before:   forms.NewText("before_days", "How many working days before do they go?").Max(2).Hint("Empty: " + strconv.FormatInt(n.Joining, 10) + ". They never go while the venue is to be confirmed").Class("govuk-input--width-2"),
		Remind:   forms.NewText("remind_days", "How many days before does a reminder go?").Max(2).Hint("Empty: " + strconv.FormatInt(n.Reminder, 10) + ". 0: none").Class("govuk-input--width-2"),
		Trainers: forms.NewMany("trainers", "Who stands in front of it, and keeps the register?").Hint("They read who is booked and what people need, from now until four weeks after"),
		Outside:  forms.NewLines("outside", "Who else stands in front of it?").Hint("A name and an e-mail address a line, such as Jo Bell, jo.bell@example.org. All who stand in front of it get the date, the venue and how many come, for their calendar. Whoever works in the district and has an account with that address keeps the register too; others cannot").Max(1000)}
	for _, m := range staff {
		f.Trainers.Options = append(f.Trainers.Options, forms.Option{Value: m.Account, Text: m.Name, Hint: m.Title})
	}
	f.Fields(f.Joining, f.Before, f.Remind, f.Trainers, f.Outside)
	return f
}

// days reads a number of days, of what is named; an empty field is -1: as the notices say.
func days(t *forms.Text, what string) int64 {
	if strings.TrimSpace(t.Value) == "" {
		return -1
	}
	n, err := strconv.ParseInt(strings.TrimSpace(t.Value), 10, 32)
	if err != nil || n < 0 {
		t.Problem = what + ": write the days as a number, such as 5, or nothing"
	}
	return n
}

func showDays(n int64) string {
	if n < 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// awardForm says what a certificate asks for.
type awardForm struct {
	forms.Form
	Evaluation, Duties *forms.Many
}

func newAwardForm() *awardForm {
	f := &awardForm{Evaluation: forms.NewMany("evaluation", "Before the certificate", forms.Option{Value: "yes", Text: "Whoever attended says first what they thought of it"}),
		Duties: forms.NewMany("duties", "Which duties of schools does it meet?").Hint("Edition " + Owed().Edition + ". The training record of a school counts it for these")}
	for _, d := range Owed().Duties {
		f.Duties.Options = append(f.Duties.Options, forms.Option{Value: d.Key, Text: d.Words, Hint: d.Source})
	}
	f.Fields(f.Evaluation, f.Duties)
	return f
}

// lineForm is what a school writes into training records itself.
type lineForm struct {
	forms.Form

	Duty         *forms.Choice
	Title, Hours *forms.Text
	On           *forms.Day
	People       *forms.Many
}

func newLineForm(staff []Member) *lineForm {
	f := &lineForm{Duty: forms.NewChoice("duty", "Which duty does it meet?").Required("Choose a duty, or none"), Title: forms.NewText("what", "What was it?").Required("Write what it was").Max(120).Hint("“Safeguarding update on the INSET day”, “Online course of the council”"),
		Hours: forms.NewText("hours", "How many hours?").Max(5).Hint("1.5 for an hour and a half. Empty: not known").Class("govuk-input--width-3"), On: forms.NewDay("on", "On which day?").Required("Give the day"),
		People: forms.NewMany("people", "Who was there?").Required("Choose who was there")}
	for _, d := range Owed().Duties {
		f.Duty.Options = append(f.Duty.Options, forms.Option{Value: d.Key, Text: d.Words})
	}
	f.Duty.Options = append(f.Duty.Options, forms.Option{Value: "none", Text: "None of these"})
	for _, m := range staff {
		f.People.Options = append(f.People.Options, forms.Option{Value: m.Account, Text: m.Name, Hint: m.Title})
	}
	f.Fields(f.Duty, f.Title, f.On, f.Hours, f.People)
	return f
}

// minutes reads the hours.
func (f *lineForm) minutes() int64 {
	s := strings.ReplaceAll(strings.TrimSpace(f.Hours.Value), ",", ".")
	if s == "" {
		return 0
	}
	h, err := strconv.ParseFloat(s, 64)
	if err != nil || h < 0 || h > 60 {
		f.Hours.Problem = "Write the hours as a number, up to 60"
		return 0
	}
	return int64(h*60 + 0.5)
}
