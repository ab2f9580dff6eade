package newsletters

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/web/forms"
)

// newDraft names the form of a new issue among the drafts; that of an issue that is there is named by its id.
const newDraft = "newsletters.issue"

// issueForm is an issue as it is written: all of it on one page. ID is that of the draft, and of the issue when it is new.
type issueForm struct {
	forms.Form
	Kind    *forms.Choice
	Roles   *forms.Many
	Title   *forms.Text
	Opening *forms.Lines
	Items   []*itemForm
}

type itemForm struct {
	Heading *forms.Text
	Text    *forms.Lines
	Link    *forms.Text
	On      *forms.Day
	Starts  *forms.Time
	Place   *forms.Text
	Extra   *forms.Many
}

// newIssueForm returns a form for so many items.
func newIssueForm(items int) *issueForm {
	f := &issueForm{
		Kind: forms.NewChoice("kind", "Who is it for?",
			forms.Option{Value: string(Newsletter), Text: "Newsletter", Hint: "Everybody who signed up, and anybody on the web"},
			forms.Option{Value: string(Briefing), Text: "Briefing", Hint: "The holders of certain posts at every school"}).Required("Choose who it is for"),
		Roles:   forms.NewMany("roles", "Posts that a briefing goes to", postOptions()...),
		Title:   forms.NewText("title", "Title").Required("Write a title").Max(120).Hint("It is the subject of the mail, too"),
		Opening: forms.NewLines("opening", "Opening words (if any)").Max(2000),
	}
	f.Fields(f.Kind, f.Roles, f.Title, f.Opening)
	for n := range min(items, MaxItems) {
		name := func(field string) string { return itemField(n, field) }
		x := &itemForm{
			Heading: forms.NewText(name("heading"), "Heading").Max(120),
			Text:    forms.NewLines(name("text"), "Words").Max(4000),
			Link:    forms.NewText(name("link"), "Link (if any)").Max(500).Hint("Where to read more or to book: https://…"),
			On:      forms.NewDay(name("on"), "Date"),
			Starts:  forms.NewTime(name("starts"), "Starts at"),
			Place:   forms.NewText(name("place"), "Place").Max(200),
			Extra:   forms.NewMany(name("extra"), "Mark", forms.Option{Value: "yes", Text: "In addition to the annual programme"}),
		}
		f.Fields(x.Heading, x.Text, x.Link, x.On, x.Starts, x.Place, x.Extra)
		f.Items = append(f.Items, x)
	}
	return f
}

func itemField(n int, field string) string { return "item-" + strconv.Itoa(n+1) + "-" + field }

func postOptions() []forms.Option {
	var out []forms.Option
	for _, p := range PostRoles {
		out = append(out, forms.Option{Value: string(p.Role), Text: p.Words})
	}
	return out
}

// itemsIn counts the items that were posted.
func itemsIn(v url.Values) int {
	n := 0
	for n < MaxItems && v.Has(itemField(n, "heading")) {
		n++
	}
	return n
}

// postedIssue reads what was posted and says whether every field is right.
func postedIssue(r *http.Request) (*issueForm, bool, error) {
	if err := r.ParseForm(); err != nil {
		return nil, false, errs.Of(errs.Invalid, err, "What you sent could not be read")
	}
	f := newIssueForm(itemsIn(r.PostForm))
	ok := f.Fill(r.PostForm)
	for _, x := range f.Items {
		if x.Link.Value != "" && x.Link.Problem == "" {
			x.Link.Problem = errs.Sentence(Link(x.Link.Value))
			ok = ok && x.Link.Problem == ""
		}
	}
	return f, ok, nil
}

// shownIssue is a form that shows values before anybody sent them: nothing in it is wrong yet.
func shownIssue(v url.Values) *issueForm {
	f := newIssueForm(max(itemsIn(v), 1))
	f.Fill(v)
	f.Clear()
	return f
}

// content is what was typed. Items that were left empty are dropped.
func (f *issueForm) content() Content {
	c := Content{Kind: Kind(f.Kind.Value), Title: f.Title.Value, Opening: f.Opening.Value}
	if c.Kind == Briefing {
		for _, r := range f.Roles.Values {
			c.Roles = append(c.Roles, access.Role(r))
		}
	}
	for _, x := range f.Items {
		i := Item{Heading: x.Heading.Value, Text: x.Text.Value, Link: x.Link.Value, On: x.On.Value, Place: x.Place.Value, Extra: x.Extra.Has("yes")}
		if x.Starts.Given {
			i.Starts = fmt.Sprintf("%02d:%02d", x.Starts.Hour, x.Starts.Minute)
		}
		if i != (Item{}) {
			c.Items = append(c.Items, i)
		}
	}
	return c
}

// valuesOf is content as the form would post it.
func valuesOf(c Content) url.Values {
	v := url.Values{"kind": {string(c.Kind)}, "title": {c.Title}, "opening": {c.Opening}}
	for _, r := range c.Roles {
		v.Add("roles", string(r))
	}
	for n, i := range c.Items {
		for field, value := range map[string]string{"heading": i.Heading, "text": i.Text, "link": i.Link, "on": string(i.On), "starts": i.Starts, "place": i.Place} {
			v.Set(itemField(n, field), value)
		}
		if i.Extra {
			v.Set(itemField(n, "extra"), "yes")
		}
	}
	return v
}

// rearrange does what the buttons beside the items ask for, without saving: "add", "up-2", "remove-3". It says whether do is
// one of them.
func rearrange(v url.Values, do string) bool {
	items := itemsIn(v)
	what, number, _ := strings.Cut(do, "-")
	at, err := strconv.Atoi(number)
	at-- // people count from one
	here := err == nil && at >= 0 && at < items
	switch {
	case what == "add":
		if items < MaxItems {
			v.Set(itemField(items, "heading"), "")
		}
	case what == "up" && here:
		if at > 0 {
			swapItems(v, at, at-1)
		}
	case what == "remove" && here:
		for n := at; n < items-1; n++ {
			swapItems(v, n, n+1)
		}
		for _, field := range itemFields {
			v.Del(itemField(items-1, field))
		}
	default:
		return false
	}
	return true
}

var itemFields = []string{"heading", "text", "link", "on", "starts", "place", "extra"}

func swapItems(v url.Values, a, b int) {
	for _, field := range itemFields {
		x, y := itemField(a, field), itemField(b, field)
		v[x], v[y] = v[y], v[x]
	}
}

// approveForm says when an issue goes out.
type approveForm struct {
	forms.Form
	When *forms.Choice
	On   *forms.Day
	At   *forms.Time
}

func newApproveForm() *approveForm {
	f := &approveForm{
		When: forms.NewChoice("when", "When does it go out?", forms.Option{Value: "now", Text: "Now"}, forms.Option{Value: "at", Text: "At a time I choose"}).Required("Choose when it goes out"),
		On:   forms.NewDay("on", "Date"),
		At:   forms.NewTime("at", "Time"),
	}
	f.Fields(f.When, f.On, f.At)
	return f
}

// instant is when it is to go out; 0 means now. Rule: no time was given.
func (f *approveForm) instant() (clock.Millis, error) {
	if f.When.Value == "now" {
		return 0, nil
	}
	if f.On.Value == "" || !f.At.Given {
		return 0, errs.Refuse("Give the date and the time at which it goes out")
	}
	return clock.Of(f.On.Value.At(f.At.Hour, f.At.Minute)), nil
}

// signUpForm is on every public page.
type signUpForm struct {
	forms.Form
	Email *forms.Text
	From  ID // the issue they are reading
}

func newSignUpForm(from ID) *signUpForm {
	f := &signUpForm{From: from, Email: forms.NewText("email", "Your e-mail address").Required("Write your e-mail address").Max(254).Kind("email", "email")}
	f.Fields(f.Email)
	return f
}

// showingForm notes where an issue was shown.
type showingForm struct {
	forms.Form
	Channel *forms.Choice
	On      *forms.Day
	Who     *forms.Text
	Note    *forms.Lines
}

func newShowingForm() *showingForm {
	var kinds []forms.Option
	for _, c := range Channels {
		kinds = append(kinds, forms.Option{Value: c.Key, Text: c.Words})
	}
	f := &showingForm{
		Channel: forms.NewChoice("channel", "Where was it shown?", kinds...).Required("Choose where it was shown"),
		On:      forms.NewDay("on", "On which day?").Required("Give the day"),
		Who:     forms.NewText("who", "Who posted or presented it?").Required("Say who posted or presented it").Max(120),
		Note:    forms.NewLines("note", "Note (if any)").Hint("For example the name of the bulletin, or the number of the minute").Max(500),
	}
	f.Fields(f.Channel, f.On, f.Who, f.Note)
	return f
}

func (f *showingForm) showing() Showing {
	return Showing{ID: f.ID, Channel: f.Channel.Value, On: f.On.Value, Who: f.Who.Value, Note: f.Note.Value}
}

// enterForm puts somebody on the list who asked in another way.
type enterForm struct {
	forms.Form
	Email *forms.Text
	How   *forms.Text
}

func newEnterForm() *enterForm {
	f := &enterForm{
		Email: forms.NewText("enter-email", "E-mail address").Required("Write the e-mail address").Max(254).Kind("email", "off"),
		How:   forms.NewText("how", "How did they ask?").Required("Say how they asked: it is the proof of their consent").Max(200).Hint("For example “sheet at the network meeting on 12 November”"),
	}
	f.Fields(f.Email, f.How)
	return f
}

// stopForm takes an address off the list.
type stopForm struct {
	forms.Form
	Email *forms.Text
	To    *forms.Choice
}

func newStopForm() *stopForm {
	f := &stopForm{
		Email: forms.NewText("stop-email", "E-mail address").Required("Write the e-mail address").Max(254).Kind("email", "off"),
		To: forms.NewChoice("to", "What is to happen?",
			forms.Option{Value: string(Unsubscribed), Text: "Take it off the list", Hint: "The owner asked, and may sign up again"},
			forms.Option{Value: string(Blocked), Text: "Block it for good", Hint: "Nothing is sent to it again, whoever signs it up"}).Required("Choose what is to happen"),
	}
	f.Fields(f.Email, f.To)
	return f
}

// dated says whether anything about an event was typed, so that the part of the form is open.
func (x *itemForm) dated() bool {
	return x.On.Value != "" || x.On.Problem != "" || x.Starts.Given || x.Starts.Problem != "" || x.Place.Value != "" || x.Extra.Has("yes")
}
