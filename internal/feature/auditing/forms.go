package auditing

import (
	"net/http"
	"net/url"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/platform/audit"
	"kith/internal/platform/mail"
	"kith/internal/platform/web/forms"
)

// filterForm narrows the list of entries. It stands in the address, and holds nothing that anybody wrote.
type filterForm struct {
	forms.Form
	Day    *forms.Day
	Org    *forms.Choice
	Action *forms.Choice
	Actor  *forms.Text
}

func newFilterForm(orgs, actions []forms.Option) *filterForm {
	f := &filterForm{
		Day:    forms.NewDay("day", "Day"),
		Org:    forms.NewChoice("org", "Organisation", orgs...),
		Action: forms.NewChoice("action", "What was done", actions...),
		Actor:  forms.NewText("actor", "Account").Max(36).Hint("The eight letters and digits that a line shows"),
	}
	f.Fields(f.Day, f.Org, f.Action, f.Actor)
	return f
}

// fill takes what the address says.
func (f *filterForm) fill(r *http.Request) bool {
	v := r.URL.Query()
	ok := f.Fill(v)
	f.Actor.Value = strings.TrimPrefix(strings.ToLower(f.Actor.Value), "…")
	if f.Actor.Value != "" && !actorEnd.MatchString(f.Actor.Value) {
		f.Actor.Problem, ok = "Write the eight letters and digits that a line shows, such as 3f9a21bc", false
	}
	return ok
}

// apply puts the answers into a filter.
func (f *filterForm) apply(a *audit.Filter) {
	if f.Day.Value != "" {
		a.From, a.Until = clock.Of(f.Day.Value.Start()), clock.Of(f.Day.Value.Add(1).Start())
	}
	a.Org, a.Action, a.Actor = f.Org.Value, f.Action.Value, f.Actor.Value
}

// query is the filter as it stands in an address, without the page.
func (f *filterForm) query() url.Values {
	q := url.Values{}
	for _, x := range [][2]string{{"day", string(f.Day.Value)}, {"org", f.Org.Value}, {"action", f.Action.Value}, {"actor", f.Actor.Value}} {
		if x[1] != "" {
			q.Set(x[0], x[1])
		}
	}
	return q
}

// exportForm says what is taken away.
type exportForm struct {
	forms.Form
	From  *forms.Day
	Until *forms.Day
	Org   *forms.Choice
}

func newExportForm(orgs []forms.Option) *exportForm {
	f := &exportForm{
		From:  forms.NewDay("from", "From (if not from the beginning)"),
		Until: forms.NewDay("until", "To the end of (if not up to now)"),
		Org:   forms.NewChoice("org", "Of one organisation (if not of all)", orgs...).Hint("One organisation from the beginning: nothing of its own can be missing without showing"),
	}
	f.Fields(f.From, f.Until, f.Org)
	return f
}

func (f *exportForm) parse(r *http.Request) bool {
	ok := f.Parse(r)
	if f.From.Value != "" && f.Until.Value != "" && f.Until.Value < f.From.Value {
		f.Until.Problem, ok = "The last day is before the first", false
	}
	return ok
}

func (f *exportForm) apply(a *audit.Filter) {
	if f.From.Value != "" {
		a.From = clock.Of(f.From.Value.Start())
	}
	if f.Until.Value != "" {
		a.Until = clock.Of(f.Until.Value.Add(1).Start())
	}
	a.Org = f.Org.Value
}

// recipientForm adds somebody who is mailed the checkpoints. ID is that of the new recipient.
type recipientForm struct {
	forms.Form
	Name  *forms.Text
	Email *forms.Text
}

func newRecipientForm() *recipientForm {
	f := &recipientForm{
		Name:  forms.NewText("name", "Who they are").Required("Write who they are").Max(120).Hint("Such as: Chair of governors, or Internal audit, Oakshire Council"),
		Email: forms.NewText("email", "E-mail address").Required("Write their e-mail address").Max(254).Kind("email", "off"),
	}
	f.Fields(f.Name, f.Email)
	return f
}

func (f *recipientForm) parse(r *http.Request) bool {
	ok := f.Parse(r)
	if f.Email.Problem == "" && !mail.IsAddress(f.Email.Value) {
		f.Email.Problem, ok = "Write an e-mail address, for example name@school.example", false
	}
	return ok
}
