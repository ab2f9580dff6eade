package office

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/text"
	"kith/internal/platform/web/forms"
)

// formView is a form of one column.
type formView struct {
	Form    *forms.Form
	Heading string
	Lead    string
	Action  string
	Button  string
	Parts   []part
	Files   bool
	Below   templ.Component
}

// part is a group of fields under a heading.
type part struct {
	Title  string
	Fields []templ.Component
}

// number is a field for a number of 0 or more.
func number(name, label, hint string) *forms.Text {
	return forms.NewText(name, label).Max(6).Hint(hint).Class("govuk-input--width-4")
}

// read returns the number in a field, 0 for an empty one, and marks the field where there is none.
func read(t *forms.Text) int64 {
	if t.Value == "" {
		return 0
	}
	n, err := strconv.ParseInt(t.Value, 10, 32)
	if err != nil || n < 0 {
		t.Problem = "Write " + strings.ToLower(t.Label[:1]) + t.Label[1:] + " as a number"
	}
	return n
}

func yes(name, label, words string) *forms.Many {
	return forms.NewMany(name, label, forms.Option{Value: "yes", Text: words})
}

func tick(m *forms.Many, on bool) {
	if on {
		m.Values = []string{"yes"}
	}
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

// courseForm is a course as it is written.
type courseForm struct {
	forms.Form
	Title, Board, Group *forms.Text
	Format              *forms.Choice
	Summary, Outcomes   *forms.Lines
	Audience            *forms.Many
	Uses, Cascades      *forms.Many
	Validity, Hours     *forms.Text
}

func newCourseForm() *courseForm {
	f := &courseForm{Title: forms.NewText("title", "Title").Required("Give the course a title").Max(120), Board: forms.NewText("board", "Board that owns it (if any)").Max(120),
		Group:  forms.NewText("group", "Exclusive group (if any)").Max(60).Hint("A school takes a place on one course of those with the same word here: two days or one day"),
		Format: forms.NewChoice("format", "How long does it take?").Required("Choose how long it takes"), Summary: forms.NewLines("summary", "What it is, in a sentence or two").Max(400),
		Outcomes: forms.NewLines("outcomes", "What people take away (one a line)").Max(1000), Audience: forms.NewMany("audience", "Whom is it for? Nothing ticked: everybody"),
		Uses: yes("uses", "School’s place", "It uses up the school’s place"), Cascades: yes("cascades", "Afterwards", "Whoever attends passes it on to colleagues"),
		Validity: number("validity", "Months until it is due again", "0: never"), Hours: number("cpd", "Minutes of professional development", "")}
	for _, x := range training.Formats {
		f.Format.Options = append(f.Format.Options, forms.Option{Value: string(x.Format), Text: strings.ToUpper(x.Words[:1]) + x.Words[1:]})
	}
	for _, g := range training.StaffGroups {
		f.Audience.Options = append(f.Audience.Options, forms.Option{Value: g.Key, Text: g.Words})
	}
	f.Fields(f.Title, f.Format, f.Summary, f.Outcomes, f.Audience, f.Board, f.Group, f.Uses, f.Cascades, f.Validity, f.Hours)
	return f
}

func (f *courseForm) show(c training.Course) {
	f.Version = c.Version
	f.Title.Value, f.Board.Value, f.Group.Value, f.Format.Value, f.Summary.Value, f.Outcomes.Value = c.Title, c.Board, c.Group, string(c.Format), c.Summary, c.Outcomes
	f.Audience.Values = c.Audiences()
	tick(f.Uses, c.UsesPlace)
	tick(f.Cascades, c.Cascades)
	f.Validity.Value, f.Hours.Value = num(c.Validity), num(c.CPD)
}

func (f *courseForm) course() training.Course {
	return training.Course{Title: f.Title.Value, Board: f.Board.Value, Group: f.Group.Value, Format: training.Format(f.Format.Value), Summary: f.Summary.Value, Outcomes: f.Outcomes.Value,
		Audience: strings.Join(f.Audience.Values, ","), UsesPlace: f.Uses.Has("yes"), Cascades: f.Cascades.Has("yes"), Validity: read(f.Validity), CPD: read(f.Hours), Version: f.Version}
}

func (f *courseForm) parts() []part {
	return []part{{"", []templ.Component{f.Title.Input(), f.Format.Radios(), f.Summary.Textarea(2), f.Outcomes.Textarea(4), f.Audience.Checkboxes()}},
		{"How it counts", []templ.Component{f.Uses.Checkboxes(), f.Group.Input(), f.Cascades.Checkboxes(), f.Validity.Input(), f.Hours.Input(), f.Board.Input()}}}
}

// blockForm is a block with its rules as they are written.
type blockForm struct {
	forms.Form
	Title, OpenTo, Late                               *forms.Text
	Summary, Tiers                                    *forms.Lines
	Way, Second                                       *forms.Choice
	Opens, Closes, Tells                              *forms.Day
	PerSchool, Places, Hold, Offer, RunCloses, Cancel *forms.Text
	Manager, Invited, Extra, Working                  *forms.Many
}

func newBlockForm() *blockForm {
	f := &blockForm{Title: forms.NewText("title", "Title").Required("Give the block a title").Max(120).Hint("For example: Spring block"), OpenTo: forms.NewText("open_to", "Who may come (if not everybody)").Max(200),
		Summary: forms.NewLines("summary", "What it is about (if anything)").Max(400),
		Way: forms.NewChoice("way", "How are places given?", forms.Option{Value: string(training.Preferences), Text: "By preference", Hint: "Everybody asks until the closing date, then places are given out and explained"},
			forms.Option{Value: string(training.FirstCome), Text: "To whoever asks first"}).Required("Choose how places are given"),
		Opens: forms.NewDay("opens", "Opens on (if not at once)"), Closes: forms.NewDay("closes", "Last day to ask"), Tells: forms.NewDay("tells", "Everybody hears by"),
		PerSchool: number("per_school", "Places a school", "0: no limit"),
		Second:    forms.NewChoice("second", "A second person of a school that has its places", forms.Option{Value: training.RefuseSecond, Text: "Is refused, with the reason"}, forms.Option{Value: training.LetWait, Text: "Waits in line"}).Required("Choose what becomes of a second person"),
		Places:    number("places", "Places over all dates together", "0: only each date’s own limit"),
		Tiers:     forms.NewLines("tiers", "Who goes first").Max(2000).Hint("One line for each step, the first first. Write what requesters read, a colon, and whom it means: postcode districts, ward codes or staff groups. For example: Schools in BD3 to BD5: BD3, BD4, BD5"),
		Manager:   yes("manager", "Managers", "A manager agrees before a place is confirmed"), Invited: yes("invited", "Invitation", "Only those on the invitation list may ask"), Extra: yes("extra", "Programme", "In addition to the annual programme"),
		Hold: number("hold", "Hours that a seat is held for a manager", ""), Offer: number("offer", "Hours that an offer stands", ""), RunCloses: number("run_closes", "Days before its first day when a date closes", ""),
		Cancel: number("cancel", "Days before when a place can be given back in time", "0: at any time"), Working: yes("working", "Which days", "Working days, bank holidays left out"),
		Late: forms.NewText("late", "What a late return costs, in words (if anything)").Max(200)}
	f.Fields(f.Title, f.Summary, f.OpenTo, f.Way, f.Opens, f.Closes, f.Tells, f.PerSchool, f.Second, f.Places, f.Tiers, f.Manager, f.Invited, f.Extra, f.Hold, f.Offer, f.RunCloses, f.Cancel, f.Working, f.Late)
	return f
}

func (f *blockForm) show(b training.Block) {
	f.Version = b.Version
	f.Title.Value, f.OpenTo.Value, f.Summary.Value, f.Late.Value, f.Way.Value, f.Second.Value = b.Title, b.OpenTo, b.Summary, b.LateTerms, string(b.Way), b.Second
	if b.Opens > 0 {
		f.Opens.Value = clock.DayOf(b.Opens.Time())
	}
	if b.Closes > 0 {
		f.Closes.Value = clock.DayOf((b.Closes - 1).Time())
	}
	f.Tells.Value = b.TellsOn
	for field, n := range map[*forms.Text]int64{f.PerSchool: b.PerSchool, f.Places: b.Places, f.Hold: b.HoldHours, f.Offer: b.OfferHours, f.RunCloses: b.RunCloses, f.Cancel: b.CancelDays} {
		field.Value = num(n)
	}
	tick(f.Manager, b.NeedsManager)
	tick(f.Invited, b.InvitedOnly)
	tick(f.Extra, b.Additional)
	tick(f.Working, b.CancelInWork)
	f.Tiers.Value = tiersText(b.Tiers)
}

func (f *blockForm) block() training.Block {
	b := training.Block{Title: f.Title.Value, OpenTo: f.OpenTo.Value, Summary: f.Summary.Value, LateTerms: f.Late.Value, Way: training.Way(f.Way.Value), Second: f.Second.Value, TellsOn: f.Tells.Value,
		PerSchool: read(f.PerSchool), Places: read(f.Places), HoldHours: read(f.Hold), OfferHours: read(f.Offer), RunCloses: read(f.RunCloses), CancelDays: read(f.Cancel),
		NeedsManager: f.Manager.Has("yes"), InvitedOnly: f.Invited.Has("yes"), Additional: f.Extra.Has("yes"), CancelInWork: f.Working.Has("yes"), Version: f.Version}
	if f.Opens.Value != "" {
		b.Opens = clock.Of(f.Opens.Value.Start())
	}
	if f.Closes.Value != "" { // closes on D: before the start of the day after
		b.Closes = clock.Of(f.Closes.Value.Add(1).Start())
	}
	tiers, problem := readTiers(f.Tiers.Value)
	b.Tiers = tiers
	if problem != "" {
		f.Tiers.Problem = problem
	}
	return b
}

// readTiers reads who goes first, a step a line: "Schools in BD3: BD3, BD4".
func readTiers(s string) (out []training.Tier, problem string) {
	position := int64(0)
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		words, values, ok := strings.Cut(line, ":")
		if !ok || strings.TrimSpace(words) == "" || strings.TrimSpace(values) == "" {
			return nil, fmt.Sprintf("Write line %d as words, a colon, and whom they mean", position+1)
		}
		for v := range strings.SplitSeq(values, ",") {
			if v = strings.TrimSpace(v); v == "" {
				continue
			}
			t := training.Tier{Position: position, Kind: training.TierArea, Value: strings.ToUpper(strings.ReplaceAll(v, " ", "")), Words: strings.TrimSpace(words)}
			if id, is := strings.CutPrefix(v, "school "); is {
				t.Kind, t.Value = training.TierOrg, id
			}
			for _, g := range training.StaffGroups {
				if strings.EqualFold(g.Words, v) || g.Key == v {
					t.Kind, t.Value = training.TierGroup, g.Key
				}
			}
			out = append(out, t)
		}
		position++
	}
	return out, ""
}

func tiersText(tiers []training.Tier) string {
	var rows []string
	for i, t := range tiers {
		v := t.Value
		switch t.Kind {
		case training.TierGroup:
			v = training.GroupWords(v)
		case training.TierOrg:
			v = "school " + v
		}
		if i > 0 && tiers[i-1].Position == t.Position {
			rows[len(rows)-1] += ", " + v
		} else {
			rows = append(rows, t.Words+": "+v)
		}
	}
	return strings.Join(rows, "\n")
}

func (f *blockForm) parts() []part {
	return []part{{"", []templ.Component{f.Title.Input(), f.Summary.Textarea(2), f.OpenTo.Input(), f.Extra.Checkboxes()}},
		{"Asking", []templ.Component{f.Way.Radios(), f.Opens.Input(), f.Closes.Input(), f.Tells.Input(), f.Invited.Checkboxes(), f.Manager.Checkboxes()}},
		{"Who gets a place", []templ.Component{f.Tiers.Textarea(3), f.PerSchool.Input(), f.Second.Radios(), f.Places.Input()}},
		{"Times", []templ.Component{f.Hold.Input(), f.Offer.Input(), f.RunCloses.Input(), f.Cancel.Input(), f.Working.Checkboxes(), f.Late.Input()}}}
}

// dateForm is a date, or several that recur.
type dateForm struct {
	forms.Form
	Course, Every                             *forms.Choice
	On                                        *forms.Day
	Starts, Ends                              *forms.Time
	Times, Capacity, Venue, Address, Postcode *forms.Text
	Trainer, Access                           *forms.Text
	Online, Keep                              *forms.Many
}

func newDateForm(courses []training.Course) *dateForm {
	f := &dateForm{Course: forms.NewChoice("course", "Course").Required("Choose the course"), On: forms.NewDay("on", "First day").Required("Give the date").Hint("A two-day course takes the day after, too"),
		Starts: forms.NewTime("starts", "Starts at"), Ends: forms.NewTime("ends", "Ends at"),
		Every: forms.NewChoice("every", "Repeat", forms.Option{Value: "once", Text: "Once"}, forms.Option{Value: string(training.EveryWeek), Text: "Every week"}, forms.Option{Value: string(training.EveryFortnight), Text: "Every fortnight"},
			forms.Option{Value: string(training.EveryMonth), Text: "Every month, on the same weekday of the month", Hint: "A fifth Monday that a month does not have is left out"}),
		Times: number("times", "How many dates in all", ""), Capacity: number("capacity", "Places", "0: no limit but the venue’s"),
		Venue: forms.NewText("venue", "Venue").Max(120).Hint("Empty: to be confirmed. People can ask for a place all the same"), Address: forms.NewText("address", "Address (of a venue that is new)").Max(200),
		Postcode: forms.NewText("postcode", "Postcode (of a venue that is new)").Max(10), Trainer: forms.NewText("trainer", "Trainer").Max(120), Access: forms.NewText("access", "How to get in (if there is more to say than of the venue)").Max(300),
		Online: yes("online", "By video", "It takes place by video"), Keep: yes("keep", "If fewer places are left than are taken", "Everybody keeps their place: the date is overbooked")}
	for _, c := range courses {
		f.Course.Options = append(f.Course.Options, forms.Option{Value: string(c.ID), Text: c.Title + ", " + c.Format.Words()})
	}
	return f
}

// adding declares the fields of new dates, editing those of one that is there.
func (f *dateForm) adding() *dateForm {
	f.Fields(f.Course, f.On, f.Starts, f.Ends, f.Every, f.Times, f.Capacity, f.Venue, f.Address, f.Postcode, f.Online, f.Trainer, f.Access)
	return f
}

func (f *dateForm) editing() *dateForm {
	f.Capacity.Required("Write how many places there are, or 0 for no limit")
	f.Fields(f.Capacity, f.Keep, f.Venue, f.Address, f.Postcode)
	return f
}

func hour(t *forms.Time) string {
	if !t.Given {
		return ""
	}
	return fmt.Sprintf("%02d:%02d", t.Hour, t.Minute)
}

// runs are the dates that were asked for, and the months that have none.
func (f *dateForm) runs(c training.Course, newID func() string) (out []training.Run, without []string) {
	days, n := []clock.Day{f.On.Value}, min(max(1, int(read(f.Times))), 60)
	if e := training.Every(f.Every.Value); e != "" && e != "once" {
		days, without = training.Recur(f.On.Value, e, n)
	}
	for _, d := range days {
		r := training.Run{ID: training.RunID(newID()), Course: c.ID, Capacity: read(f.Capacity), Trainer: f.Trainer.Value, Access: f.Access.Value, Online: f.Online.Has("yes"),
			Days: []training.Day{{On: d, Starts: hour(f.Starts), Ends: hour(f.Ends)}}}
		if c.Format == training.TwoDay {
			r.Days = append(r.Days, training.Day{On: d.Add(1), Starts: hour(f.Starts), Ends: hour(f.Ends)})
		}
		out = append(out, r)
	}
	return out, without
}

func (f *dateForm) venue() training.Venue {
	return training.Venue{Name: f.Venue.Value, Address: f.Address.Value, Postcode: f.Postcode.Value}
}

// entryForm enters what came by e-mail, letter or telephone.
type entryForm struct {
	forms.Form
	Channel, Group, First, Second        *forms.Choice
	On                                   *forms.Day
	At                                   *forms.Time
	Sender, SenderMail, Org, Name, Title *forms.Text
	Access, Diet                         *forms.Lines
}

func newEntryForm(runs []training.Run) *entryForm {
	f := &entryForm{Channel: forms.NewChoice("channel", "How did it come?", forms.Option{Value: "email", Text: "By e-mail"}, forms.Option{Value: "letter", Text: "By letter"}, forms.Option{Value: "telephone", Text: "By telephone"}).Required("Say how it came"),
		On: forms.NewDay("on", "Day it arrived").Required("Give the day it arrived").Hint("It counts for the closing date and the line, not the day on which you enter it"), At: forms.NewTime("at", "Time it arrived (if known)"),
		Sender: forms.NewText("sender", "Who sent it").Required("Write who sent it").Max(120), SenderMail: forms.NewText("sender_email", "Their e-mail address, for the receipt").Max(254).Kind("email", "off"),
		Org: forms.NewText("org", "School, setting or agency").Required("Write the school, setting or agency").Max(150), Name: forms.NewText("name", "Name of the person the place is for").Required("Write the name of the person the place is for").Max(120),
		Title: forms.NewText("title", "Their post title").Required("Write the title of their post").Max(120), Group: forms.NewChoice("group", "Which of these are they?"),
		First: forms.NewChoice("first", "First preference").Required("Choose a first preference"), Second: forms.NewChoice("second", "Second preference (if any)"),
		Access: forms.NewLines("access", "What do they need to get in and take part? (if anything)").Max(500), Diet: forms.NewLines("diet", "Food (if anything)").Max(300)}
	for _, g := range training.StaffGroups {
		f.Group.Options = append(f.Group.Options, forms.Option{Value: g.Key, Text: g.Words})
	}
	for _, x := range runs {
		o := forms.Option{Value: string(x.ID), Text: training.DayWords(x.Days)}
		f.First.Options, f.Second.Options = append(f.First.Options, o), append(f.Second.Options, o)
	}
	f.Fields(f.Channel, f.On, f.At, f.Sender, f.SenderMail, f.Org, f.Name, f.Title, f.Group, f.First, f.Second, f.Access, f.Diet)
	return f
}

// arrived is the instant that counts: the time that was written, else the beginning of the day.
func (f *entryForm) arrived() clock.Millis {
	if f.At.Given {
		return clock.Of(f.On.Value.At(f.At.Hour, f.At.Minute))
	}
	return clock.Of(f.On.Value.Start())
}

func (f *entryForm) parts() []part {
	return []part{{"The request", []templ.Component{f.Channel.Radios(), f.On.Input(), f.At.Input(), f.Sender.Input(), f.SenderMail.Input()}},
		{"Who comes", []templ.Component{f.Org.Input(), f.Name.Input(), f.Title.Input(), f.Group.Select("None of these")}},
		{"When", []templ.Component{f.First.Select("Choose a date"), f.Second.Select("No second preference")}},
		{"What they need", []templ.Component{f.Access.Textarea(2), f.Diet.Textarea(2)}}}
}

// listForm takes an invitation list.
type listForm struct {
	forms.Form
	List *forms.Lines
}

func newListForm() *listForm {
	f := &listForm{List: forms.NewLines("list", "People to invite").Required("Write whom to invite").Max(60_000).Hint("One a line: name, e-mail address, school or agency, with commas or tabs between them")}
	f.Fields(f.List)
	return f
}

// invitees reads the rows of a list; bad are the rows without an address.
func (f *listForm) invitees() (out []training.Invitee, bad []int) {
	n := 0
	for line := range strings.Lines(f.List.Value) {
		n++
		if strings.TrimSpace(line) == "" {
			continue
		}
		cells := strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == '\t' || r == ';' })
		i := training.Invitee{Row: n}
		var rest []string
		for _, c := range cells {
			if c = strings.TrimSpace(c); strings.Contains(c, "@") && i.Email == "" {
				i.Email = c
			} else if c != "" {
				rest = append(rest, c)
			}
		}
		if i.Email == "" || len(rest) == 0 {
			bad = append(bad, n)
			continue
		}
		i.Name, i.Org = rest[0], strings.Join(rest[1:], ", ")
		out = append(out, i)
	}
	return out, bad
}

func rowsWords(rows []int, one, many string) string {
	words := make([]string, len(rows))
	for i, n := range rows {
		words[i] = strconv.Itoa(n)
	}
	if len(rows) == 1 {
		return "Row " + words[0] + " " + one + "."
	}
	return "Rows " + text.Join(words) + " " + many + "."
}
