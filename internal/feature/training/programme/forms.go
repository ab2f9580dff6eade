package programme

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/feature/training"
	"kith/internal/kernel/term"
	"kith/internal/platform/ui"
	"kith/internal/platform/web/forms"
)

// part is a group of fields under a heading.
type part struct {
	Title  string
	Fields []templ.Component
}

// formView is a form of one column.
type formView struct {
	Form    *forms.Form
	Action  string
	Button  string
	Parts   []part
	Readers ui.Readers // who reads what is sent; none where the page says it otherwise
}

func yes(name, label, words string) *forms.Many {
	return forms.NewMany(name, label, forms.Option{Value: "yes", Text: words})
}

func tick(m *forms.Many, on bool) {
	if on {
		m.Values = []string{"yes"}
	}
}

// programmeForm is a programme as it is written.
type programmeForm struct {
	forms.Form
	Kind                   *forms.Choice
	Title, OpenTo, Contact *forms.Text
	Summary, Boards, Aims  *forms.Lines
	First, Last, Until     *forms.Day
	Additional             *forms.Many
}

func newProgrammeForm() *programmeForm {
	f := &programmeForm{Kind: forms.NewChoice("kind", "What is it?").Required("Say what sort of programme it is"), Title: forms.NewText("title", "Title").Required("Give the programme a title").Max(120),
		Summary: forms.NewLines("summary", "What it is about, in a few sentences (if anything)").Max(1200),
		First:   forms.NewDay("first", "First day").Required("Give its first day"), Last: forms.NewDay("last", "Last day").Required("Give its last day"),
		Boards: forms.NewLines("boards", "Boards that own it").Max(600).Hint("One a line. Each session stands under one of them. A week needs one at least"),
		OpenTo: forms.NewText("open_to", "Who may come (if not everybody)").Max(200).Hint("Shown on every booking form. For example: frontline practitioners and their managers"),
		Aims:   forms.NewLines("aims", "What it is for (a gathering)").Max(1000).Hint("One aim a line. It is printed, and next year can look back at it"), Additional: yes("extra", "Annual programme", "It is additional to the annual programme"),
		Until: forms.NewDay("until", "Last day on which partners propose sessions").Hint("Leave it empty if partners do not propose"), Contact: forms.NewText("contact", "Address for questions (if any)").Max(254).Kind("email", "off").Hint("An office’s, since everybody sees it")}
	for _, k := range Kinds {
		f.Kind.Options = append(f.Kind.Options, forms.Option{Value: string(k.Kind), Text: k.Words, Hint: k.Hint})
	}
	f.Fields(f.Kind, f.Title, f.Summary, f.First, f.Last, f.Boards, f.OpenTo, f.Aims, f.Additional, f.Until, f.Contact)
	return f
}

func (f *programmeForm) show(p Programme) {
	f.Version = p.Revision
	f.Kind.Value, f.Title.Value, f.Summary.Value, f.First.Value, f.Last.Value, f.Boards.Value = string(p.Kind), p.Title, p.Summary, p.First, p.Last, p.Boards
	f.OpenTo.Value, f.Aims.Value, f.Until.Value, f.Contact.Value = p.OpenTo, p.Aims, p.ProposeUntil, p.Contact
	tick(f.Additional, p.Additional)
}

func (f *programmeForm) programme() Programme {
	return Programme{Kind: Kind(f.Kind.Value), Title: f.Title.Value, Summary: f.Summary.Value, First: f.First.Value, Last: f.Last.Value, Boards: strings.Join(lines(f.Boards.Value), "\n"), OpenTo: f.OpenTo.Value,
		Aims: strings.Join(lines(f.Aims.Value), "\n"), Additional: f.Additional.Has("yes"), ProposeUntil: f.Until.Value, Contact: f.Contact.Value, Revision: f.Version}
}

func (f *programmeForm) parts() []part {
	return []part{{"", []templ.Component{f.Kind.Radios(), f.Title.Input(), f.Summary.Textarea(3), sideBySide(f.First.Input(), f.Last.Input())}}, {"Whose it is, and for whom", []templ.Component{f.Boards.Textarea(3), f.OpenTo.Input(), f.Additional.Checkboxes()}},
		{"Aims", []templ.Component{f.Aims.Textarea(4)}}, {"Partners and questions", []templ.Component{f.Until.Input(), f.Contact.Input()}}}
}

// sessionForm is a session as it is written, by the organiser or by a partner.
type sessionForm struct {
	forms.Form
	Title, By, Speaker, OpenTo       *forms.Text
	Venue, Address, Postcode, Places *forms.Text
	To                               *forms.Text
	Summary                          *forms.Lines
	Board, Day, Booking              *forms.Choice
	Starts, Ends                     *forms.Time
	Audience, Online                 *forms.Many
	partner                          bool
}

// newSessionForm is the form of a programme's session; a partner does not write whose it is.
func newSessionForm(p Programme, partner bool) *sessionForm {
	f := &sessionForm{partner: partner, Title: forms.NewText("title", "Title").Required("Give the session a title").Max(120), Summary: forms.NewLines("summary", "What people take away, in two or three sentences").Max(500),
		By: forms.NewText("by", "Who runs it").Max(120), Speaker: forms.NewText("speaker", "Who speaks (if known)").Max(120),
		Board: forms.NewChoice("board", "Which board does it stand under?"), Audience: forms.NewMany("audience", "Whom is it for? Nothing ticked: everybody"), OpenTo: forms.NewText("open_to", "Who may come, in your own words (if that is not enough)").Max(200),
		Day: forms.NewChoice("day", "Day").Required("Choose a day"), Starts: forms.NewTime("starts", "Starts"), Ends: forms.NewTime("ends", "Ends"),
		Online: yes("online", "By video", "It takes place by video"), Venue: forms.NewText("venue", "Name of the place (unless by video)").Max(120), Address: forms.NewText("address", "Its street and number").Max(200),
		Postcode: forms.NewText("postcode", "Its postcode").Max(10).Class("govuk-input--width-10"), Places: forms.NewText("places", "How many places").Max(5).Hint("Empty: no limit").Class("govuk-input--width-4"),
		Booking: forms.NewChoice("booking", "How do people get a place?").Required("Say how people get a place"), To: forms.NewText("to", "The booking page or e-mail address (if it is booked with the partner)").Max(300)}
	for _, b := range p.BoardNames() {
		f.Board.Options = append(f.Board.Options, forms.Option{Value: b, Text: b})
	}
	if len(f.Board.Options) > 0 {
		f.Board.Required("Choose the board that it stands under")
	}
	for d := p.First; d <= p.Last && d != ""; d = d.Add(1) {
		f.Day.Options = append(f.Day.Options, forms.Option{Value: string(d), Text: term.LongDate(d)})
	}
	for _, g := range training.StaffGroups {
		f.Audience.Options = append(f.Audience.Options, forms.Option{Value: g.Key, Text: g.Words})
	}
	for _, b := range Bookings {
		o := forms.Option{Value: string(b.Booking), Text: b.Words, Hint: b.Hint}
		if partner {
			o.Text = b.Ours
		}
		f.Booking.Options = append(f.Booking.Options, o)
	}
	if partner {
		f.To.Hint("Everybody sees it")
	}
	fields := []forms.Field{f.Title, f.Summary, f.Speaker}
	if !partner {
		f.By.Required("Say who runs it")
		fields = append(fields, f.By)
	}
	if len(f.Board.Options) > 0 {
		fields = append(fields, f.Board)
	}
	f.Fields(append(fields, f.Audience, f.OpenTo, f.Day, f.Starts, f.Ends, f.Online, f.Venue, f.Address, f.Postcode, f.Places, f.Booking, f.To)...)
	return f
}

func (f *sessionForm) show(s Session) {
	f.Version = s.Revision
	f.Title.Value, f.Summary.Value, f.By.Value, f.Speaker.Value, f.Board.Value, f.OpenTo.Value = s.Title, s.Summary, s.By, s.Speaker, s.Board, s.OpenTo
	f.Day.Value, f.Venue.Value, f.Address.Value, f.Postcode.Value, f.Booking.Value, f.To.Value = string(s.On), s.Venue, s.Address, s.Postcode, string(s.Booking), s.To
	f.Audience.Values = s.Audiences()
	f.Starts.Set(s.Starts)
	f.Ends.Set(s.Ends)
	tick(f.Online, s.Online)
	if s.Places > 0 {
		f.Places.Value = strconv.FormatInt(s.Places, 10)
	}
}

// session is what the form says. A number that is none is marked at its field.
func (f *sessionForm) session() Session {
	s := Session{Title: f.Title.Value, Summary: f.Summary.Value, By: f.By.Value, Speaker: f.Speaker.Value, Board: f.Board.Value, Audience: strings.Join(f.Audience.Values, ","), OpenTo: f.OpenTo.Value, Online: f.Online.Has("yes"),
		Venue: f.Venue.Value, Address: f.Address.Value, Postcode: f.Postcode.Value, Booking: Booking(f.Booking.Value), To: f.To.Value, Revision: f.Version}
	s.On = dayOf(f.Day.Value)
	s.Starts, s.Ends = timeOf(f.Starts), timeOf(f.Ends)
	if s.Online {
		s.Venue, s.Address, s.Postcode = "", "", ""
	}
	if f.Places.Value != "" {
		n, err := strconv.ParseInt(f.Places.Value, 10, 32)
		if err != nil || n < 0 {
			f.Places.Problem = "Write how many places there are as a number"
		}
		s.Places = n
	}
	return s
}

// mark puts each problem at its field, all at once, where nothing is wrong there yet.
func (f *sessionForm) mark(all []Problem) {
	at := map[string]*string{"title": &f.Title.Problem, "summary": &f.Summary.Problem, "by": &f.By.Problem, "board": &f.Board.Problem, "open_to": &f.OpenTo.Problem, "day": &f.Day.Problem, "starts": &f.Starts.Problem,
		"ends": &f.Ends.Problem, "venue": &f.Venue.Problem, "places": &f.Places.Problem, "booking": &f.Booking.Problem, "to": &f.To.Problem}
	for _, p := range all {
		if *at[p.Field] == "" {
			*at[p.Field] = p.Words
		}
	}
}

func timeOf(t *forms.Time) string {
	if !t.Given {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", t.Hour, t.Minute)
}

func (f *sessionForm) parts() []part {
	what := []templ.Component{f.Title.Input(), f.Summary.Textarea(3), f.Speaker.Input()}
	if !f.partner {
		what = append(what, f.By.Input())
	}
	if len(f.Board.Options) > 0 {
		what = append(what, f.Board.Radios())
	}
	return []part{{"What it is", what}, {"Whom it is for", []templ.Component{f.Audience.Checkboxes(), f.OpenTo.Input()}}, {"When", []templ.Component{f.Day.Select("Choose a day"), sideBySide(f.Starts.Input(), f.Ends.Input())}},
		{"Where", []templ.Component{f.Online.Checkboxes(), f.Venue.Input(), f.Address.Input(), f.Postcode.Input()}}, {"Places", []templ.Component{f.Places.Input(), f.Booking.Radios(), f.To.Input()}}}
}

// registerForm is an agency or setting that wants to take part.
type registerForm struct {
	forms.Form
	Name, Contact, Email, Postcode *forms.Text
	Kind                           *forms.Choice
	Offers                         *forms.Lines
}

func newRegisterForm() *registerForm {
	f := &registerForm{Name: forms.NewText("name", "Name of the organisation").Required("Write the name of the organisation").Max(150), Kind: forms.NewChoice("kind", "What is it?").Required("Say what it is"),
		Postcode: forms.NewText("postcode", "Its postcode (if it has one)").Max(10).Class("govuk-input--width-10"), Contact: forms.NewText("contact", "Your name").Required("Write your name").Max(120),
		Email: forms.NewText("email", "Your work e-mail address").Required("Write your e-mail address").Max(254).Kind("email", "email").Hint("The link by which you propose goes there"), Offers: forms.NewLines("offers", "What would you like to bring? (if you know)").Max(500)}
	for _, k := range PartnerKinds {
		f.Kind.Options = append(f.Kind.Options, forms.Option{Value: k.Key, Text: k.Words})
	}
	f.Fields(f.Name, f.Kind, f.Postcode, f.Contact, f.Email, f.Offers)
	return f
}

func (f *registerForm) parts() []part {
	return []part{{"The organisation", []templ.Component{f.Name.Input(), f.Kind.Radios(), f.Postcode.Input(), f.Offers.Textarea(3)}}, {"You", []templ.Component{f.Contact.Input(), f.Email.Input()}}}
}

// answerForm is what the organiser writes to a partner.
type answerForm struct {
	forms.Form
	Words *forms.Lines
}

func newAnswerForm() *answerForm {
	f := &answerForm{Words: forms.NewLines("words", "To the partner").Max(1000).Hint("Needed when it goes back or is declined; the partner reads it word for word")}
	f.Fields(f.Words)
	return f
}
