package sharing

import (
	"net/http"
	"slices"

	"kith/internal/feature/sharing/lists"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/web/forms"
)

// stepForm asks what one step needs. Its fields are those of the step and no others.
type stepForm struct {
	forms.Form
	Kind    Kind
	Of      string // the share or the telling that the step is about
	Leads   *forms.Many
	Others  *forms.Many
	School  *forms.Choice
	Purpose *forms.Choice
	Ground  *forms.Choice
	Until   *forms.Day
	Sibling *forms.Text
	Born    *forms.Day
	Reason  *forms.Lines
	Do      string   // "save" from the check page, "edit" to go back to the questions
	Shown   []string // the readers that the check page showed
}

// need is what a step's questions are made from.
type need struct {
	leads, others []forms.Option
	schools       []forms.Option
	today         clock.Day
	lists         lists.All
}

// offered are the answers of a list today.
func (n need) offered(l lists.List) (out []forms.Option) {
	for _, w := range n.lists.On(l, n.today) {
		out = append(out, forms.Option{Value: w.ID, Text: w.Words, Hint: w.Hint})
	}
	return out
}

// naming says whether the step names readers.
func (k Kind) naming() bool { return k == Restrict || k == Lock || k == Name }

func newStepForm(kind Kind, n need) *stepForm {
	f := &stepForm{Kind: kind, Reason: forms.NewLines("reason", "Why").Required("Say why").Max(2000)}
	var fields []forms.Field
	switch {
	case kind.naming():
		f.Leads, f.Others = forms.NewMany("lead", "Safeguarding leads and headteacher", n.leads...), forms.NewMany("other", "Others who work at the school", n.others...)
		fields = append(fields, f.Leads, f.Others)
		f.Reason.Hint("Whoever may change its readers sees this. It is not in the chronology.")
	case kind == Share:
		f.School = forms.NewChoice("school", "Which school?", n.schools...).Required("Choose the other school").Hint("Its designated safeguarding lead and deputies read it, nobody else there.")
		f.Purpose = forms.NewChoice("purpose", "What is it for?", n.offered(lists.Purpose)...).Required("Choose what it is shared for")
		f.Until = forms.NewDay("until", "Until the end of").Required("Say until when").Hint("A year at most, until " + term.YearDate(longestUntil(n.today)) + ". It ends by itself, and you can end it at any time.")
		f.Until.Value = defaultUntil(n.today)
		f.Ground = forms.NewChoice("ground", "On which lawful ground?", n.offered(lists.Ground)...).Required("Choose the lawful ground")
		f.Reason.Hint("Why they need this, and why it is enough. The other school reads it.")
		fields = append(fields, f.School, f.Purpose, f.Until, f.Ground)
	case kind == Tell:
		f.School = forms.NewChoice("school", "Which school?", n.schools...).Required("Choose the other school")
		f.Sibling = forms.NewText("sibling", "First and last name of the brother or sister there").Required("Write the first and last name")
		f.Born = forms.NewDay("born", "Date of birth").Required("Write the date of birth").Hint("Only if both fit exactly does their lead see the line. Whether they did is not told to you.")
		fields = append(fields, f.School, f.Sibling, f.Born)
	}
	f.Fields(append(fields, f.Reason)...)
	return f
}

// parse reads the form, and whether it comes from the check page.
func (f *stepForm) parse(r *http.Request) bool {
	ok := f.Parse(r)
	f.Of, f.Do, f.Shown = r.PostForm.Get("of"), r.PostForm.Get("do"), r.PostForm["shown"]
	return ok
}

// change is what the form asks for.
func (f *stepForm) change(record string) Change {
	c := Change{Kind: f.Kind, Record: record, Reason: f.Reason.Value, Of: f.Of}
	if f.Leads != nil {
		c.Named = slices.Concat(f.Leads.Values, f.Others.Values)
	}
	if f.School != nil {
		c.To = f.School.Value
	}
	if f.Purpose != nil {
		c.Purpose, c.Ground, c.Until = f.Purpose.Value, f.Ground.Value, f.Until.Value
	}
	if f.Sibling != nil {
		c.Typed = f.Sibling.Value
	}
	return c
}

// hidden are the form's answers, carried by the check page.
func (f *stepForm) hidden() (out [][2]string) {
	add := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				out = append(out, [2]string{name, v})
			}
		}
	}
	add("id", f.ID)
	add("of", f.Of)
	if f.Leads != nil {
		add("lead", f.Leads.Values...)
		add("other", f.Others.Values...)
	}
	if f.School != nil {
		add("school", f.School.Value)
	}
	if f.Purpose != nil {
		add("purpose", f.Purpose.Value)
		add("until", string(f.Until.Value))
		add("ground", f.Ground.Value)
	}
	if f.Sibling != nil {
		add("sibling", f.Sibling.Value)
		add("born", string(f.Born.Value))
	}
	add("reason", f.Reason.Value)
	return out
}

// people splits the staff of a school into those who lead safeguarding there, with the head, and everybody else.
func people(staff []ref.Person, leading func(account string) bool) (leads, others []forms.Option) {
	for _, p := range staff {
		o := forms.Option{Value: p.ID, Text: p.Name, Hint: p.Title}
		if leading(p.ID) {
			leads = append(leads, o)
		} else {
			others = append(others, o)
		}
	}
	return leads, others
}

// leading are the roles whose holders come first in the list of people to name.
var leading = []access.Role{access.DSL, access.Head}
