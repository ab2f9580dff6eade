package quiz

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/errs"
	"kith/internal/platform/ui"
	"kith/internal/platform/web/forms"
)

func optionsOf(all []Named) []forms.Option {
	out := make([]forms.Option, len(all))
	for i, n := range all {
		out[i] = forms.Option{Value: n.Key, Text: n.Words}
	}
	return out
}

// answerForm is the form of one question: radios, ticks, or a place for each step.
type answerForm struct {
	forms.Form
	Question Question
	One      *forms.Choice
	Many     *forms.Many
	Places   []*forms.Choice // of an order, in the order shown
	Shown    []int
}

func newAnswerForm(q Question) *answerForm {
	f := &answerForm{Question: q, Shown: Shown(q)}
	var options, places []forms.Option
	for i, n := range f.Shown {
		options = append(options, forms.Option{Value: strconv.Itoa(n), Text: q.Options[n].Text})
		places = append(places, forms.Option{Value: strconv.Itoa(i + 1), Text: strconv.Itoa(i + 1)})
	}
	switch q.Kind {
	case Order:
		for _, n := range f.Shown {
			p := forms.NewChoice("place-"+strconv.Itoa(n), q.Options[n].Text, places...).Required("Give each step a place: 1 comes first")
			f.Places = append(f.Places, p)
			f.Fields(p)
		}
	case Several:
		f.Many = forms.NewMany("answer", q.Text, options...).Required("Choose at least one answer")
		f.Fields(f.Many)
	default:
		f.One = forms.NewChoice("answer", q.Text, options...).Required("Choose an answer")
		f.Fields(f.One)
	}
	return f
}

// choice is what was chosen, as rules understand it.
func (f *answerForm) choice() Choice {
	var c Choice
	switch f.Question.Kind {
	case Order:
		c = make(Choice, len(f.Places))
		taken := map[int]bool{}
		for i, p := range f.Places {
			at, _ := strconv.Atoi(p.Value)
			if at < 1 || at > len(c) || taken[at] { // two steps in one place
				return nil
			}
			taken[at], c[at-1] = true, f.Shown[i]
		}
	case Several:
		for _, v := range f.Many.Values {
			n, _ := strconv.Atoi(v)
			c = append(c, n)
		}
		slices.Sort(c)
	default:
		n, _ := strconv.Atoi(f.One.Value)
		c = Choice{n}
	}
	return c
}

// radios are the answers as large targets.
func (f *answerForm) radios() ui.Radios {
	r := f.One.Radios()
	r.Fieldset.Legend = ui.Legend{Text: f.Question.Text, Classes: "ask", IsPageHeading: true}
	return r
}

func (f *answerForm) ticks() ui.Checkboxes {
	c := f.Many.Checkboxes()
	c.Fieldset.Legend = ui.Legend{Text: f.Question.Text, Classes: "ask", IsPageHeading: true}
	return c
}

// makeForm asks what a quiz is to be.
type makeForm struct {
	forms.Form
	Org                    *forms.Choice
	Title, Training, Count *forms.Text
	Purpose                *forms.Choice
	Themes, Groups         *forms.Many
	From, Until            *forms.Day
	Follows                *forms.Text
}

func newMakeForm(schools []forms.Option) *makeForm {
	f := &makeForm{
		Org:      forms.NewChoice("org", "School", schools...).Required("Choose the school"),
		Title:    forms.NewText("title", "Title").Required("Give the quiz a title").Max(80),
		Purpose:  forms.NewChoice("purpose", "What is it for?", forms.Option{Value: string(Before), Text: "Before a training, to see what to teach"}, forms.Option{Value: string(After), Text: "After a training, to see whether it helped"}, forms.Option{Value: string(Regular), Text: "The quiz that everybody takes every six months"}).Required("Choose what the quiz is for"),
		Training: forms.NewText("training", "Which training (optional)").Hint("As your staff call it, with its day.").Max(120),
		Themes:   forms.NewMany("themes", "Themes", optionsOf(Starter().Themes)...).Hint("Tick none, and it is balanced over all of them."),
		Groups:   forms.NewMany("groups", "Who takes it", optionsOf(Starter().Groups)...).Hint("Tick none, and everybody does."),
		Count:    forms.NewText("size", "How many questions").Hint("Three to ten. Eight take about four minutes.").Kind("number", "").Class("govuk-input--width-3").Required("Say how many questions"),
		From:     forms.NewDay("from", "First day").Required("Give the first day"),
		Until:    forms.NewDay("until", "Last day").Required("Give the last day"),
		Follows:  forms.NewText("follows", "").Max(40),
	}
	f.Fields(f.Org, f.Title, f.Purpose, f.Training, f.Themes, f.Groups, f.Count, f.From, f.Until, f.Follows)
	return f
}

func (f *makeForm) quiz() Quiz {
	n, _ := strconv.Atoi(f.Count.Value)
	return Quiz{ID: ID(f.ID), Org: f.Org.Value, Title: f.Title.Value, Purpose: Purpose(f.Purpose.Value), Training: f.Training.Value, Themes: f.Themes.Values, Groups: f.Groups.Values,
		Size: n, From: f.From.Value, Until: f.Until.Value, Follows: ID(f.Follows.Value)}
}

// planForm says what meets a need.
type planForm struct {
	forms.Form
	Owner, Way *forms.Choice
	By         *forms.Day
	Text       *forms.Lines
}

func newPlanForm(staff []Member) *planForm {
	var people []forms.Option
	for _, m := range staff {
		people = append(people, forms.Option{Value: m.Account, Text: m.Name + ", " + m.Title})
	}
	f := &planForm{
		Way: forms.NewChoice("way", "What will meet it?", forms.Option{Value: string(Session), Text: "A training session", Hint: "An hour or more, with somebody who knows it"},
			forms.Option{Value: string(Briefing), Text: "A briefing", Hint: "Ten minutes in a meeting"}, forms.Option{Value: string(Tip), Text: "A tip", Hint: "A few sentences, shown on the day’s page of those who need it"}).Required("Choose a session, a briefing or a tip"),
		Text:  forms.NewLines("words", "What it will be").Hint("The session, the briefing’s heading, or the tip itself. Name nobody.").Required("Write what it will be").Max(600),
		Owner: forms.NewChoice("owner", "Who sees to it", people...).Required("Choose who sees to it"),
		By:    forms.NewDay("by", "By when").Required("Give a day by which it is met"),
	}
	f.Fields(f.Way, f.Text, f.Owner, f.By)
	return f
}

// needForm puts a need on the plan.
type needForm struct {
	forms.Form
	Org, Theme *forms.Choice
	Groups     *forms.Many
}

func newNeedForm(schools []forms.Option) *needForm {
	f := &needForm{Org: forms.NewChoice("org", "School", schools...).Required("Choose the school"), Theme: forms.NewChoice("theme", "What has to be learnt", optionsOf(Starter().Themes)...).Required("Choose a theme"),
		Groups: forms.NewMany("groups", "By whom", optionsOf(Starter().Groups)...).Hint("Tick none for everybody.")}
	f.Fields(f.Org, f.Theme, f.Groups)
	return f
}

// replyForm answers somebody who asked for training.
type replyForm struct {
	forms.Form
	Text *forms.Text
	Plan *forms.Many
}

func newReplyForm() *replyForm {
	f := &replyForm{Text: forms.NewText("answer", "What you answer").Required("Write what you answer").Max(200), Plan: forms.NewMany("plan", "", forms.Option{Value: "yes", Text: "Put it on the training plan"})}
	f.Fields(f.Text, f.Plan)
	return f
}

// questionForm writes a question.
type questionForm struct {
	forms.Form
	Org, Theme, Kind, Document *forms.Choice
	Groups                     *forms.Many
	Scene, Explain             *forms.Lines
	Text, Para                 *forms.Text
	Options                    *optionFields
	Replaces                   *forms.Text
}

func newQuestionForm(owners []forms.Option, docs []Document) *questionForm {
	var texts []forms.Option
	for _, d := range docs {
		texts = append(texts, forms.Option{Value: d.Key, Text: d.Title + ", " + d.Edition})
	}
	var kinds []forms.Option
	for _, k := range []Kind{OneAnswer, Several, TrueFalse, Order} {
		kinds = append(kinds, forms.Option{Value: string(k), Text: k.Words()})
	}
	f := &questionForm{
		Org: forms.NewChoice("org", "Whose question is it?", owners...).Required("Say whose question it is"), Theme: forms.NewChoice("theme", "Theme", optionsOf(Starter().Themes)...).Required("Choose a theme"),
		Kind: forms.NewChoice("kind", "How it is answered", kinds...).Required("Choose how it is answered"), Groups: forms.NewMany("groups", "Who can be asked it", optionsOf(Starter().Groups)...).Hint("Tick none for everybody."),
		Scene: forms.NewLines("scene", "What happens first (optional)").Hint("A few sentences. Invent everybody in it.").Max(400), Text: forms.NewText("question", "The question").Required("Write the question").Max(220),
		Options: &optionFields{}, Explain: forms.NewLines("explain", "Why").Hint("Shown after the answer. This is what people learn from.").Required("Say why").Max(400),
		Document: forms.NewChoice("document", "Where it stands", texts...).Required("Choose the document"), Para: forms.NewText("para", "Part or paragraph").Required("Say where in the document").Max(120),
		Replaces: forms.NewText("replaces", "").Max(40),
	}
	f.Fields(f.Org, f.Theme, f.Kind, f.Groups, f.Scene, f.Text, f.Options, f.Explain, f.Document, f.Para, f.Replaces)
	return f
}

// districts is the value of a question's owner that is the district; a select cannot send nothing.
const districts = "district"

func (f *questionForm) asQuestion() Question {
	org := f.Org.Value
	if org == districts {
		org = ""
	}
	q := Question{ID: QuestionID(f.ID), Org: org, Theme: f.Theme.Value, Kind: Kind(f.Kind.Value), Groups: f.Groups.Values, Scene: f.Scene.Value, Text: f.Text.Value, Explain: f.Explain.Value,
		Document: f.Document.Value, Para: f.Para.Value, Replaces: QuestionID(f.Replaces.Value)}
	for _, o := range f.Options.Options {
		if o.Text != "" {
			o.Right = o.Right || q.Kind == Order
			q.Options = append(q.Options, o)
		}
	}
	return q
}

// optionFields are six lines for answers, each with a tick for those that are right.
type optionFields struct {
	Options [6]Option
	problem string
}

// Read takes the answers.
func (o *optionFields) Read(v url.Values) {
	o.problem = ""
	written := 0
	for i := range o.Options {
		n := strconv.Itoa(i + 1)
		text := strings.TrimSpace(v.Get("option-" + n))
		if len([]rune(text)) > 200 {
			o.problem = "An answer may have 200 characters"
		}
		o.Options[i] = Option{Text: text, Right: slices.Contains(v["right"], n)}
		if text != "" {
			written++
		}
	}
	if written < 2 {
		o.problem = "Write two answers at least"
	}
}

// Wrong says what is wrong.
func (o *optionFields) Wrong() (anchor, words string) { return "option-1", o.problem }

// editionForm says that a document has a new edition.
type editionForm struct {
	forms.Form
	Edition *forms.Text
	Changes *forms.Lines
}

func newEditionForm() *editionForm {
	f := &editionForm{Edition: forms.NewText("edition", "New edition").Required("Write the new edition, such as 2027").Max(20), Changes: forms.NewLines("changes", "What is new in it").Hint("For whoever looks at the questions again.").Max(600)}
	f.Fields(f.Edition, f.Changes)
	return f
}

// refuse puts a rule's sentence above a form and says whether that was the matter.
func refuse(f interface{ Refuse(error) }, err error) bool {
	if !errs.Is(err, errs.Rule) && !errs.Is(err, errs.Conflict) {
		return false
	}
	f.Refuse(err)
	return true
}

// askForm asks for training: one press.
type askForm struct {
	forms.Form
	Theme *forms.Choice
}

func newAskForm() *askForm {
	f := &askForm{Theme: forms.NewChoice("theme", "What", optionsOf(Starter().Themes)...).Required("Choose what you would like to learn")}
	f.Fields(f.Theme)
	return f
}
