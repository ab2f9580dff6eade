package cascade

import (
	"strconv"
	"strings"

	"kith/internal/kernel/errs"
	"kith/internal/platform/ui"
	"kith/internal/platform/web/forms"
)

// pounds is an input for a sum.
func pounds(t *forms.Text) ui.Input {
	i := t.Input()
	i.Prefix = ui.Affix{Text: "£"}
	i.Inputmode = "decimal"
	return i
}

// readPounds reads a sum, and says at its field when it is none.
func readPounds(t *forms.Text) int64 {
	n, err := ReadPounds(t.Value)
	if err != nil {
		t.Problem = errs.Sentence(err)
	}
	return n
}

func readNumber(t *forms.Text, problem string) int64 {
	s := strings.TrimSpace(t.Value)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		t.Problem = problem
	}
	return n
}

func money(pence int64) string {
	return strings.ReplaceAll(strings.TrimPrefix(Pounds(pence), "£"), ",", "")
}

// planForm asks for a plan to pass on training that was attended elsewhere.
type planForm struct {
	forms.Form
	Org, Who, Kind *forms.Choice
	Title          *forms.Text
	On, Due        *forms.Day
	Aim            *forms.Text
	Fee, Cover     *forms.Text
}

func newPlanForm(orgs, staff []forms.Option) *planForm {
	f := &planForm{
		Org:   forms.NewChoice("org", "For", orgs...).Required("Choose the school or trust"),
		Who:   forms.NewChoice("who", "Who attended", staff...).Required("Choose who attended"),
		Kind:  forms.NewChoice("kind", "What was it about?").Required("Choose what it was about"),
		Title: forms.NewText("title", "What the training is called").Required("Write what the training is called").Max(120),
		On:    forms.NewDay("on", "Last day of the training").Required("Give the last day of the training"),
		Due:   forms.NewDay("due", "To be passed on by").Required("Give the day by which it is passed on"),
		Aim:   aimField(),
		Fee:   forms.NewText("fee", "Fee and travel (optional)").Max(12).Class("govuk-input--width-5"),
		Cover: forms.NewText("cover", "Cover while they were away (optional)").Max(12).Class("govuk-input--width-5"),
	}
	for _, k := range Shipped().Kinds {
		f.Kind.Options = append(f.Kind.Options, forms.Option{Value: k.Key, Text: k.Words})
	}
	f.Fields(f.Org, f.Who, f.Kind, f.Title, f.On, f.Due, f.Aim, f.Fee, f.Cover)
	return f
}

func aimField() *forms.Text {
	return forms.NewText("aim", "How many colleagues there are to reach").Hint("Without whoever attended.").Max(5).Kind("number", "").Class("govuk-input--width-4")
}

// plan is what was filled in; ok is false where a number is none.
func (f *planForm) plan() (p Plan, l Lead, ok bool) {
	p = Plan{ID: ID(f.ID), Org: f.Org.Value, Title: f.Title.Value, Kind: f.Kind.Value, AttendedOn: f.On.Value, Due: f.Due.Value, Aim: readNumber(f.Aim, "Write a number, or leave it empty"),
		Fee: readPounds(f.Fee), Cover: readPounds(f.Cover), CostsGiven: strings.TrimSpace(f.Fee.Value+f.Cover.Value) != ""}
	return p, Lead{Account: f.Who.Value}, !f.Wrong()
}

// keepForm changes the day, the aim and the costs of a plan.
type keepForm struct {
	forms.Form
	Version    *forms.Text
	Due        *forms.Day
	Aim        *forms.Text
	Fee, Cover *forms.Text
}

func newKeepForm() *keepForm {
	f := &keepForm{
		Version: forms.NewText("version", "").Max(20),
		Due:     forms.NewDay("due", "To be passed on by").Required("Give the day by which it is passed on"),
		Aim:     aimField(),
		Fee:     forms.NewText("fee", "Fee and travel").Hint("0 where the course was free.").Max(12).Class("govuk-input--width-5"),
		Cover:   forms.NewText("cover", "Cover while they were away").Max(12).Class("govuk-input--width-5"),
	}
	f.Fields(f.Version, f.Due, f.Aim, f.Fee, f.Cover)
	return f
}

func (f *keepForm) fill(p Plan) {
	f.Version.Value, f.Due.Value = strconv.FormatInt(p.Version, 10), p.Due
	if p.Aim > 0 {
		f.Aim.Value = strconv.FormatInt(p.Aim, 10)
	}
	if p.CostsGiven {
		f.Fee.Value, f.Cover.Value = money(p.Fee), money(p.Cover)
	}
}

func (f *keepForm) settings() (s Settings, ok bool) {
	version, _ := strconv.ParseInt(f.Version.Value, 10, 64)
	s = Settings{Version: version, Due: f.Due.Value, Aim: readNumber(f.Aim, "Write a number, or leave it empty"), Fee: readPounds(f.Fee), Cover: readPounds(f.Cover),
		CostsGiven: strings.TrimSpace(f.Fee.Value+f.Cover.Value) != ""}
	return s, !f.Wrong()
}

// sessionForm plans a session.
type sessionForm struct {
	forms.Form
	On      *forms.Day
	Starts  *forms.Time
	Minutes *forms.Text
	Place   *forms.Text
	Cost    *forms.Text
}

func newSessionForm() *sessionForm {
	f := &sessionForm{
		On:      forms.NewDay("on", "Day").Required("Give the day"),
		Starts:  forms.NewTime("starts", "Begins (optional)"),
		Minutes: forms.NewText("minutes", "How many minutes").Required("Write how many minutes it takes").Max(4).Kind("number", "").Class("govuk-input--width-3"),
		Place:   forms.NewText("place", "Where (optional)").Max(80),
		Cost:    forms.NewText("cost", "What it costs (optional)").Hint("Cover, room, materials.").Max(12).Class("govuk-input--width-5"),
	}
	f.Fields(f.On, f.Starts, f.Minutes, f.Place, f.Cost)
	return f
}

func (f *sessionForm) session(of ID) (s Session, ok bool) {
	s = Session{ID: SessionID(f.ID), Cascade: of, On: f.On.Value, Minutes: readNumber(f.Minutes, "Write a number of minutes"), Place: f.Place.Value, Cost: readPounds(f.Cost)}
	if f.Starts.Given {
		s.Starts = twoDigits(f.Starts.Hour) + ":" + twoDigits(f.Starts.Minute)
	}
	return s, !f.Wrong()
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// doneForm completes a cascade.
type doneForm struct {
	forms.Form
	Changed *forms.Lines
}

func newDoneForm() *doneForm {
	f := &doneForm{Changed: forms.NewLines("changed", "What is different now?").Required("Write what is different now").Hint("What your colleagues do that they did not do before. No child’s name.").Max(1000)}
	f.Fields(f.Changed)
	return f
}

// listForm puts people on a list.
type listForm struct {
	forms.Form
	Came  *forms.Many
	Names *forms.Lines
}

func newListForm(staff []forms.Option) *listForm {
	f := &listForm{Came: forms.NewMany("came", "Who came", staff...), Names: forms.NewLines("names", "Others who came").Hint("Supply staff, volunteers, governors: a name a line.").Max(3000)}
	f.Fields(f.Came, f.Names)
	return f
}

// codeForm asks for the code that the room shows.
type codeForm struct {
	forms.Form
	Code *forms.Text
}

func newCodeForm() *codeForm {
	f := &codeForm{Code: forms.NewText("code", "The code on the wall").Required("Write the code that the room shows").Hint("Eight letters and figures, for example K7QM 4RTX.").Max(20).Kind("text", "off").Class("big-code")}
	f.Fields(f.Code)
	return f
}

// nameForm asks somebody without an account who they are; whoever is known by theirs only presses.
type nameForm struct {
	forms.Form
	Name, Title *forms.Text
}

func newNameForm(known bool) *nameForm {
	f := &nameForm{Name: forms.NewText("name", "Your name").Max(120).Kind("text", "name"), Title: forms.NewText("title", "What you do here (optional)").Hint("Supply teacher, volunteer, governor.").Max(80)}
	if !known {
		f.Name.Required("Write your name")
	}
	f.Fields(f.Name, f.Title)
	return f
}

// answerForm asks what somebody takes with them.
type answerForm struct {
	forms.Form
	Rating *forms.Choice
	Said   *forms.Lines
}

func newAnswerForm() *answerForm {
	f := &answerForm{Rating: forms.NewChoice("rating", "Will you do something differently?").Required("Choose an answer"), Said: forms.NewLines("said", "What will you do? (optional)").Hint("Nobody’s name, yours or a child’s.").Max(500)}
	for _, k := range Shipped().Ratings {
		f.Rating.Options = append(f.Rating.Options, forms.Option{Value: k.Key, Text: k.Words})
	}
	f.Fields(f.Rating, f.Said)
	return f
}
