package concerns

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/id"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/text"
	"kith/internal/platform/files"
	"kith/internal/platform/picture"
	"kith/internal/platform/web/forms"
)

// writeForm is the page on which a concern is written, in the order of the story.
type writeForm struct {
	forms.Form
	Words  *forms.Lines
	When   *forms.Choice
	Day    *forms.Day
	Time   *forms.Time
	Place  *forms.Text
	Kids   *kidsField
	Marks  *marksField
	Done   *forms.Lines
	Told   *forms.Choice
	Urgent *forms.Choice
	SaidBy *forms.Text
	Reply  *forms.Choice
	Files  *files.Upload
	source Source
}

var yesNo = []forms.Option{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "Not yet"}}

func newWriteForm(source Source) *writeForm {
	f := &writeForm{
		source: source,
		Words:  forms.NewLines("words", "What did you see or hear?").Required("Write what you saw or heard").Hint("Their words where you can. Then what you saw. Leave out what you think it means."),
		When:   forms.NewChoice("when", "When and where?", forms.Option{Value: "today", Text: "Today"}, forms.Option{Value: "day", Text: "Another day"}, forms.Option{Value: "unsure", Text: "Not sure"}).Required("Say when it was. If you are not sure, say so"),
		Day:    forms.NewDay("day", "Which day?"),
		Time:   forms.NewTime("time", "About"),
		Place:  forms.NewText("place", "Place").Max(120),
		Kids:   &kidsField{need: source == Seen},
		Marks:  &marksField{},
		Done:   forms.NewLines("done", "What did you do at once?").Max(4000),
		Told:   forms.NewChoice("told", "Have you told a lead in person?", yesNo...).Required("Say whether you told a lead in person"),
		Urgent: forms.NewChoice("urgent", "Could a child be hurt today?", forms.Option{Value: "yes", Text: "Yes, or I am not sure"}, forms.Option{Value: "no", Text: "No"}).Required("Say whether a child could be hurt today. If you are not sure, say so").Hint("For example by going home as usual."),
		SaidBy: forms.NewText("said_by", "Who told you?").Max(200).Hint("A parent, a pupil, a neighbour: the name as you know it."),
		Files:  &files.Upload{Label: "Photos or documents", Hint: "Only what helps. Never a photo of a child’s body: use the body map. 20 MB each."},
		Reply:  forms.NewChoice("reply", "Do they want to hear back?", forms.Option{Value: "yes", Text: "Yes"}, forms.Option{Value: "no", Text: "No"}),
	}
	if source == Gate {
		f.SaidBy.Required("Say who told you. If you do not know the name, say what you know")
		f.Words.Label, f.Words.HintText = "What did they say?", "In their words."
		f.Reply.Required("Say whether they want to hear back")
		f.Fields(f.SaidBy, f.Words, f.Kids, f.Reply, f.Told, f.Urgent)
		return f
	}
	f.Fields(f.Words, f.When, f.Day, f.Time, f.Place, f.Kids, f.Marks, f.Done, f.Told, f.Urgent, f.Files)
	return f
}

// draft is the concern that the form describes.
func (f *writeForm) draft(org string) Draft {
	d := Draft{ID: ID(f.ID), Org: org, Source: f.source, Place: f.Place.Value, Words: f.Words.Value, Done: f.Done.Value, SaidBy: f.SaidBy.Value,
		Told: f.Told.Value == "yes", Urgent: f.Urgent.Value == "yes", Reply: f.Reply.Value == "yes", Children: f.Kids.Items, Marks: f.Marks.Items,
		When: When{Mode: f.When.Value, Day: f.Day.Value, Hour: f.Time.Hour, Minute: f.Time.Minute, Timed: f.Time.Given}}
	if f.When.Value != "day" {
		d.When.Day = ""
	}
	return d
}

// askAgain says whether the page must ask once more: the words hold one of danger and the writer said that nobody could be
// hurt today. The second sending, with the same answer, is their decision (CON-11).
func (f *writeForm) askAgain(confirmed bool) bool {
	if confirmed || f.Urgent.Value != "no" || !SoundsDangerous(f.Words.Value) {
		return false
	}
	f.Urgent.Problem = "Some of your words sound as if a child could be hurt today. Choose again, then send"
	return true
}

// kidsField is the children of a concern: those chosen so far, and the picker. Without scripts its buttons send the whole form
// and get it back with one more child.
type kidsField struct {
	Items   []DraftChild
	Typed   string
	Looked  bool // the picker was asked
	Found   []ref.Child
	Problem string
	need    bool
}

const mostKids = 12

// Read takes the children chosen so far and what the picker's buttons ask for.
func (k *kidsField) Read(v url.Values) {
	*k = kidsField{need: k.need, Typed: strings.TrimSpace(text.Clean(v.Get("find")))}
	ids, names, roles, words := v["kid"], v["kid_name"], v["kid_role"], v["kid_words"]
	drop, _ := strconv.Atoi(v.Get("drop"))
	for i := range names {
		if i+1 == drop || i >= mostKids {
			continue
		}
		c := DraftChild{Name: text.Clean(names[i]), Role: Harmed}
		if i < len(ids) && id.Valid(ids[i]) {
			c.Child = ids[i]
		}
		if i < len(roles) && slices.ContainsFunc(Roles, func(r struct {
			Role  Role
			Words string
		}) bool {
			return string(r.Role) == roles[i]
		}) {
			c.Role = Role(roles[i])
		}
		if i < len(words) {
			c.Words = text.Clean(words[i])
		}
		if strings.TrimSpace(c.Name) != "" {
			k.Items = append(k.Items, c)
		}
	}
	if add := v.Get("add"); id.Valid(add) && !slices.ContainsFunc(k.Items, func(c DraftChild) bool { return c.Child == add }) {
		k.Items = append(k.Items, DraftChild{Child: add, Role: Harmed}) // the page names the child
		k.Typed = ""
	}
	if v.Get("add_typed") != "" && k.Typed != "" {
		k.Items = append(k.Items, DraftChild{Name: k.Typed, Role: Harmed})
		k.Typed = ""
	}
	if k.need && len(k.Items) == 0 {
		k.Problem = "Say which child it is about. If the name is not on the list, write it as you know it"
	}
}

// Wrong says what is wrong.
func (k *kidsField) Wrong() (string, string) { return "find", k.Problem }

// marksField is the marks on the body map: those made so far, and the list of places that works without the picture (CON-16).
type marksField struct{ Items []Mark }

const mostMarks = 30

// Read takes the marks made so far and the one to add or to take away.
func (m *marksField) Read(v url.Values) {
	m.Items = nil
	zones, notes := v["mark_zone"], v["mark_note"]
	drop, _ := strconv.Atoi(v.Get("drop_mark"))
	for i, z := range zones {
		if _, ok := picture.ZoneByID(z); !ok || i+1 == drop || i >= mostMarks {
			continue
		}
		mark := Mark{Number: len(m.Items) + 1, Zone: z}
		if i < len(notes) {
			mark.Note = text.Clean(notes[i])
		}
		m.Items = append(m.Items, mark)
	}
	if z, ok := picture.ZoneByID(v.Get("zone")); ok && v.Get("add_mark") != "" {
		m.Items = append(m.Items, Mark{Number: len(m.Items) + 1, Zone: z.ID})
	}
}

// Wrong says what is wrong: nothing can be.
func (m *marksField) Wrong() (string, string) { return "zone", "" }

func (m *marksField) picture() picture.BodyMap {
	b := picture.BodyMap{Interactive: true}
	for _, x := range m.Items {
		b.Marks = append(b.Marks, picture.BodyMark{Number: x.Number, Zone: x.Zone})
	}
	return b
}

// decideForm is the right half of the page on which a lead decides.
type decideForm struct {
	forms.Form
	Title     *forms.Text
	Level     *forms.Choice
	Codes     *forms.Many
	Outcome   *forms.Choice
	Threshold *forms.Text
	Consulted *forms.Text
	Reasons   *forms.Lines
	ReviewOn  *forms.Day
	Expected  *forms.Day
	Together  *forms.Lines
	What      *forms.Text
	Owner     *forms.Choice
	Due       *forms.Day
}

func newDecideForm(codes []Category, people []ref.Person) *decideForm {
	outcomes := []forms.Option{{Value: "undecided", Text: "Not decided yet", Hint: "Keeps the level and the categories"}}
	for _, o := range Outcomes {
		outcomes = append(outcomes, forms.Option{Value: string(o.Outcome), Text: o.Words, Hint: o.Hint})
	}
	categories := make([]forms.Option, len(codes))
	for i, c := range codes {
		categories[i] = forms.Option{Value: c.Code, Text: c.Name}
	}
	owners := make([]forms.Option, len(people))
	for i, p := range people {
		owners[i] = forms.Option{Value: p.ID, Text: p.Name}
	}
	f := &decideForm{
		Title:     forms.NewText("title", "Title for the line").Max(80).Hint("A few plain words. No name."),
		Level:     forms.NewChoice("level", "Level", forms.Option{Value: "1", Text: "Low"}, forms.Option{Value: "2", Text: "Medium"}, forms.Option{Value: "3", Text: "High"}),
		Codes:     forms.NewMany("codes", "Category", categories...),
		Outcome:   forms.NewChoice("outcome", "What happens now", outcomes...).Required("Say what happens now. If you have not decided, say so"),
		Threshold: forms.NewText("threshold", "Threshold considered").Max(200),
		Consulted: forms.NewText("consulted", "Whom you asked").Max(200),
		Reasons:   forms.NewLines("reasons", "Reasons").Hint("Needed whichever you choose."),
		ReviewOn:  forms.NewDay("review_on", "Look again"),
		Expected:  forms.NewDay("expected", "Answer expected"),
		Together:  forms.NewLines("together", "Seen together, what do these say?").Max(4000),
		What:      forms.NewText("what", "First action").Max(200),
		Owner:     forms.NewChoice("owner", "By", owners...),
		Due:       forms.NewDay("due", "Until"),
	}
	f.Fields(f.Title, f.Level, f.Codes, f.Outcome, f.Threshold, f.Consulted, f.Reasons, f.ReviewOn, f.Expected, f.Together, f.What, f.Owner, f.Due)
	return f
}

// judgement is the decision that the form describes. me is who does the first action unless somebody else was chosen.
func (f *decideForm) judgement(me string, now clock.Millis) Judgement {
	level, _ := strconv.Atoi(f.Level.Value)
	outcome := Outcome(f.Outcome.Value)
	if f.Outcome.Value == "undecided" {
		outcome = Undecided
	}
	d := Judgement{Decision: f.ID, Version: f.Version, Title: f.Title.Value, Together: f.Together.Value,
		Choice: Choice{Outcome: outcome, Level: level, Reasons: f.Reasons.Value, Threshold: f.Threshold.Value, Consulted: f.Consulted.Value, ReviewOn: f.ReviewOn.Value, Codes: f.Codes.Values, Expected: f.Expected.Value}}
	if f.What.Value != "" {
		a := Action{What: f.What.Value, Owner: f.Owner.Value, DueAt: now.Add(24 * time.Hour)}
		if a.Owner == "" {
			a.Owner = me
		}
		if f.Due.Value != "" {
			a.DueAt = clock.Of(f.Due.Value.At(16, 30))
		}
		d.Actions = []Action{a}
	}
	return d
}

// Clear forgets what is wrong.
func (k *kidsField) Clear() { k.Problem = "" }
