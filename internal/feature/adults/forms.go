package adults

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/files"
	"kith/internal/platform/story"
	"kith/internal/platform/web/forms"
)

// writeForm is the page on which a worry about an adult is written.
type writeForm struct {
	forms.Form
	Who      *whoField
	Works    *forms.Choice
	Employer *forms.Text
	Words    *forms.Lines
	When     *forms.Choice
	Day      *forms.Day
	Time     *forms.Time
	Place    *forms.Text
	Activity *forms.Text
	Harm     *forms.Choice
	Kids     *kidsField
	Close    *closeField
	Files    *files.Upload
}

func newWriteForm() *writeForm {
	var works []forms.Option
	for _, w := range Ways {
		works = append(works, forms.Option{Value: string(w.Works), Text: w.Words})
	}
	f := &writeForm{
		Who:      &whoField{},
		Works:    forms.NewChoice("works", "How is the adult here?", works...),
		Employer: forms.NewText("employer", "Agency, company, club or organisation").Max(120),
		Words:    forms.NewLines("words", "What did you see or hear?").Required("Write what you saw or heard").Hint("What was said and done, in their words where you can. Even a sense of unease is enough."),
		When:     forms.NewChoice("when", "When and where?", forms.Option{Value: "today", Text: "Today"}, forms.Option{Value: "day", Text: "Another day"}, forms.Option{Value: "unsure", Text: "Not sure"}).Required("Say when it was. If you are not sure, say so"),
		Day:      forms.NewDay("day", "Which day?"),
		Time:     forms.NewTime("time", "About"),
		Place:    forms.NewText("place", "Place").Max(120),
		Activity: forms.NewText("activity", "During what").Max(120).Hint("A lesson, a club, a trip."),
		Harm:     forms.NewChoice("harm", "Was a child harmed, or could one be?", forms.Option{Value: "yes", Text: "Yes, or I am not sure"}, forms.Option{Value: "no", Text: "No"}).Required("Say whether a child was harmed or could be. If you are not sure, say so").Hint("Hurt, touched, frightened, drawn into a secret: by this adult, here or elsewhere."),
		Kids:     &kidsField{},
		Close:    &closeField{},
		Files:    &files.Upload{Label: "Photos or documents", Hint: "Only what helps. 20 MB each."},
	}
	f.Fields(f.Who, f.Works, f.Employer, f.Words, f.When, f.Day, f.Time, f.Place, f.Activity, f.Harm, f.Kids, f.Close, f.Files)
	return f
}

// draft is the worry that the form describes.
func (f *writeForm) draft(org, readers string) Draft {
	d := Draft{ID: ID(f.ID), Org: org, Place: f.Place.Value, Activity: f.Activity.Value, Words: f.Words.Value, About: f.Who.Account, Name: f.Who.Name, Self: f.Who.Self, Works: Works(f.Works.Value),
		Employer: f.Employer.Value, Close: f.Close.Values, Harm: f.Harm.Value == "yes", Readers: readers,
		When: story.When{Mode: f.When.Value, Day: f.Day.Value, Hour: f.Time.Hour, Minute: f.Time.Minute, Timed: f.Time.Given}}
	if f.When.Value != "day" {
		d.When.Day = ""
	}
	for _, k := range f.Kids.Items {
		d.Children = append(d.Children, DraftChild{Child: k.Child, Name: k.Name, Words: k.Words})
	}
	return d
}

// whoField is whom it is about: a colleague found by three letters of the name, or a name as the writer knows it.
type whoField struct {
	Account string
	Name    string
	Title   string
	Self    bool
	Typed   string
	Looked  bool
	Tired   bool // too many looks within the hour
	Found   []ref.Person
	Problem string
}

// Read takes who was chosen and what the picker's buttons ask for.
func (w *whoField) Read(v url.Values) {
	*w = whoField{Typed: strings.TrimSpace(text.Clean(v.Get("who_find")))}
	if v.Get("who_drop") == "" {
		if x := v.Get("who"); id.Valid(x) {
			w.Account = x
		}
		w.Name = text.FirstWords(text.Clean(v.Get("who_name")), 120)
		w.Self = v.Get("who_self") == "yes"
	}
	switch x := v.Get("who_add"); {
	case id.Valid(x):
		w.Account, w.Name, w.Self, w.Typed = x, "", false, ""
	case v.Get("who_typed") != "" && w.Typed != "":
		w.Account, w.Name, w.Self, w.Typed = "", text.FirstWords(w.Typed, 120), false, ""
	case v.Get("who_me") != "":
		w.Account, w.Name, w.Self, w.Typed = "", "", true, ""
	}
	if !w.chosen() && w.Typed != "" && v.Get("send") != "" {
		w.Name, w.Typed = text.FirstWords(w.Typed, 120), "" // what was typed is the name as they know it
	}
	if !w.chosen() {
		w.Problem = "Say who it is about. If you do not know the name, say what you know"
	}
}

func (w *whoField) chosen() bool { return w.Account != "" || w.Name != "" || w.Self }

// Wrong says what is wrong.
func (w *whoField) Wrong() (string, string) { return "who_find", w.Problem }

// Clear forgets what is wrong.
func (w *whoField) Clear() { w.Problem = "" }

// kidsField is the children who may have been harmed, each with what they said and what was done for them.
type kidsField struct {
	Items   []DraftChild
	Typed   string
	Looked  bool
	Found   []ref.Child
	Problem string
}

const mostKids = 12

// Read takes the children chosen so far and what the picker's buttons ask for.
func (k *kidsField) Read(v url.Values) {
	*k = kidsField{Typed: strings.TrimSpace(text.Clean(v.Get("kid_find")))}
	drop, _ := strconv.Atoi(v.Get("kid_drop"))
	words := v["kid_words"]
	for i, x := range v["kid"] {
		if i+1 == drop || i >= mostKids || !id.Valid(x) {
			continue
		}
		c := DraftChild{Child: x}
		if i < len(words) {
			c.Words = strings.TrimSpace(text.Clean(words[i]))
		}
		k.Items = append(k.Items, c)
	}
	if add := v.Get("kid_add"); id.Valid(add) && !slices.ContainsFunc(k.Items, func(c DraftChild) bool { return c.Child == add }) {
		k.Items = append(k.Items, DraftChild{Child: add})
		k.Typed = ""
	}
}

// Wrong says what is wrong.
func (k *kidsField) Wrong() (string, string) { return "kid_find", k.Problem }

// Clear forgets what is wrong.
func (k *kidsField) Clear() { k.Problem = "" }

// closeField is those who would read it and of whom the writer says that they are the person or close to them.
type closeField struct {
	Values  []string
	Asked   bool // the page has asked once whether a name is that of somebody who would read it
	Problem string
}

// Read takes what was ticked.
func (c *closeField) Read(v url.Values) {
	*c = closeField{Asked: v.Get("close_asked") == "yes"}
	for _, x := range v["close"] {
		if id.Valid(x) && len(c.Values) < 40 {
			c.Values = append(c.Values, x)
		}
	}
}

// Wrong says what is wrong.
func (c *closeField) Wrong() (string, string) { return "readers", c.Problem }

// Clear forgets what is wrong.
func (c *closeField) Clear() { c.Problem = "" }

// judgeForm is where the decision maker says what it is.
type judgeForm struct {
	forms.Form
	Kind      *forms.Choice
	Criteria  *forms.Many
	Reasons   *forms.Lines
	Consulted *forms.Text
}

func newJudgeForm(criteria []Listed) *judgeForm {
	var options []forms.Option
	for _, x := range criteria {
		options = append(options, forms.Option{Value: x.Code, Text: x.Words})
	}
	f := &judgeForm{
		Kind: forms.NewChoice("kind", "What is it?", forms.Option{Value: string(LowLevel), Text: "A low-level concern", Hint: "Not in keeping with the code of conduct, and meets none of the four criteria"},
			forms.Option{Value: string(Allegation), Text: "An allegation", Hint: "May meet one of the four criteria. The designated officer is told within one working day"},
			forms.Option{Value: string(Neither), Text: "Neither", Hint: "Nothing that the code of conduct speaks of"}).Required("Say what it is: a low-level concern, an allegation, or neither"),
		Criteria:  forms.NewMany("criteria", "The harm threshold: may it meet one of these?", options...),
		Reasons:   forms.NewLines("reasons", "Reasons").Required("Write your reasons. They are needed whichever you choose").Hint("Needed whichever you choose."),
		Consulted: forms.NewText("consulted", "Whom you asked").Max(200),
	}
	f.Fields(f.Kind, f.Criteria, f.Reasons, f.Consulted)
	return f
}

// small is a short form of the decision maker's page: a few values, read as they are.
func small(v url.Values, name string, most int) string {
	s := strings.TrimSpace(text.Clean(v.Get(name)))
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return s
}

// dayOf reads a day from a form, "" where there is none or it cannot be read.
func dayOf(v url.Values, name string) clock.Day {
	d := forms.NewDay(name, "")
	d.Read(v)
	return d.Value
}
