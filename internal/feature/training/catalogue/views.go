package catalogue

import (
	"fmt"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/ui"
)

// Block is a date as a block: month, days, weekdays.
type Block struct{ Top, Middle, Low string }

// BlockOf is the block of a run's days: "Jan", "14–15", "Thu, Fri".
func BlockOf(days []training.Day) Block {
	if len(days) == 0 {
		return Block{}
	}
	first, last := days[0].On.Start(), days[len(days)-1].On.Start()
	b := Block{first.Format("Jan"), first.Format("2"), first.Format("Mon")}
	if len(days) > 1 {
		b.Middle += "–" + last.Format("2")
		b.Low += ", " + last.Format("Mon")
		if first.Month() != last.Month() {
			b.Top += "–" + last.Format("Jan")
		}
	}
	return b
}

// titleOf is a course with its format where that tells it from another: "Signs of Safety, two days".
func titleOf(c training.Course) string {
	if c.Format == training.TwoDay || c.Format == training.OneDay || c.Format == training.HalfDay {
		return c.Title + ", " + c.Format.Words()
	}
	return c.Title
}

// timesOf are the hours of a run: "09:15 to 12:45"; "" where none are known.
func timesOf(days []training.Day) string {
	if len(days) == 0 || days[0].Starts == "" {
		return ""
	}
	if days[0].Ends == "" {
		return "from " + days[0].Starts
	}
	return days[0].Starts + " to " + days[0].Ends
}

// listView is the catalogue.
type listView struct {
	Leads      bool // of a school, whose training record they read
	Heading    string
	Filter     *filter
	Programmes []Teaser
	Dates      []runView
	Undated    []ui.Link
	Result     *resultView
	Mine       []rowView
	SignedIn   bool
}

func heading(v listView) string {
	n := len(v.Dates)
	switch {
	case n == 0 && v.Filter.empty():
		return "No dates just now"
	case n == 0:
		return "No date fits"
	}
	return text.Plural(n, "date", "dates") + map[bool]string{false: " that fit", true: ""}[v.Filter.empty()]
}

// runView is one date in a list.
type runView struct {
	Date       Block
	Title      string
	Text       string
	Href       string
	Fullness   ui.Chip
	OpenVenue  bool
	Where      string
	Additional bool
}

func (s shelf) view(x training.Run) runView {
	c, b := s.courses[x.Course], s.blocks[x.Block]
	v := runView{Date: BlockOf(x.Days), Title: titleOf(c), Text: c.Summary, Href: "/training/dates/" + string(x.ID), Fullness: s.fullness(x, b), Additional: b.Additional}
	v.OpenVenue = x.Venue == "" && !x.Online
	where := []string{}
	switch {
	case x.Online:
		where = append(where, "By video")
	case x.Venue != "":
		where = append(where, s.venues[x.Venue].Name)
	}
	if t := timesOf(x.Days); t != "" {
		where = append(where, t)
	}
	v.Where = strings.Join(where, ", ")
	switch {
	case !c.UsesPlace && b.PerSchool > 0:
		v.Where = sentence(v.Where, "Does not use up your school’s place")
	case b.PerSchool == 1:
		v.Where = sentence(v.Where, "One place a school")
	}
	return v
}

func sentence(a, b string) string {
	if a == "" {
		return b
	}
	return a + ". " + b
}

// fullness is how a date stands, in words: while people wait it is full; a block that has closed or not opened says so.
func (s shelf) fullness(x training.Run, b training.Block) ui.Chip {
	seats := training.Seats(x, s.venues[x.Venue].Capacity)
	n := s.counts[x.ID]
	full := n.Waiting > 0 || seats > 0 && n.Taken >= seats
	switch {
	case x.State == training.RunCancelled:
		return ui.Chip{Text: "Cancelled", Tone: ui.ToneBrick}
	case training.CanTake(b, x, s.now) != nil:
		return ui.Chip{Text: "Closed"}
	case b.Opens > s.now:
		return ui.Chip{Text: "Opens on " + term.Date(clock.DayOf(b.Opens.Time()))}
	case training.CanAsk(b, s.now) != nil && !full:
		return ui.Chip{Text: "Requests closed"}
	case full:
		return ui.Chip{Text: training.Fullness(seats, n), Tone: ui.ToneLamp}
	case b.Way == training.Preferences && b.AllocatedAt == 0 && seats > 0:
		return ui.Chip{Text: text.Plural(int(seats), "place", "places") + ", not given yet", Tone: ui.ToneLeaf}
	}
	return ui.Chip{Text: training.Fullness(seats, n), Tone: ui.ToneLeaf}
}

// undated are the courses that have no date: interest can be registered in them (TRN-19).
func undated(s shelf) (out []ui.Link) {
	has := map[training.CourseID]bool{}
	for _, x := range s.runs {
		has[x.Course] = true
	}
	for id, c := range s.courses {
		if !has[id] {
			out = append(out, ui.Link{Text: titleOf(c), Href: "/training/courses/" + string(id)})
		}
	}
	sortLinks(out)
	return out
}

// dateView is the page of one date.
type dateView struct {
	Title, When string
	Summary     string
	Fullness    ui.Chip
	OpenVenue   bool
	Facts       []ui.SummaryRow
	Outcomes    []string
	Rules       []string
	AskHref     string // "" where nobody can ask
	WhyNot      string
	Course      string
}

func fact(key, value string) ui.SummaryRow {
	return ui.SummaryRow{Key: ui.SummaryText{Text: key}, Value: ui.SummaryText{Text: value}}
}

func courseFacts(c training.Course) (out []ui.SummaryRow) {
	var groups []string
	for _, g := range c.Audiences() {
		groups = append(groups, training.GroupWords(g))
	}
	if len(groups) > 0 {
		out = append(out, fact("For", text.Join(groups)))
	}
	if c.Board != "" {
		out = append(out, fact("Board", c.Board))
	}
	if c.CPD > 0 {
		out = append(out, fact("Counts as", hours(c.CPD)+" of professional development"))
	}
	if c.Validity > 0 {
		out = append(out, fact("Valid for", text.Plural(int(c.Validity), "month", "months")))
	}
	return out
}

func hours(minutes int64) string {
	if minutes%60 == 0 {
		return text.Plural(int(minutes/60), "hour", "hours")
	}
	return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
}

func lines(s string) (out []string) {
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// page is the page of a date.
func (s shelf) page(x training.Run, organiser string) dateView {
	c, b := s.courses[x.Course], s.blocks[x.Block]
	v := dateView{Title: titleOf(c), Summary: c.Summary, Fullness: s.fullness(x, b), OpenVenue: x.Venue == "" && !x.Online, Outcomes: lines(c.Outcomes), Rules: rulesOf(b, c), Course: "/training/courses/" + string(c.ID)}
	var days []string
	for _, d := range x.Days {
		days = append(days, term.LongDate(d.On))
	}
	v.When = text.Join(days) + " " + string(x.First[:4])
	if t := timesOf(x.Days); t != "" {
		v.When += ", " + t
	}
	where := s.venues[x.Venue]
	switch {
	case x.Online:
		v.Facts = append(v.Facts, fact("Where", "By video. The link comes with the joining instructions"))
	case x.Venue == "":
		v.Facts = append(v.Facts, fact("Where", "To be confirmed. You can ask for a place now; joining instructions come when the venue is known"))
	default:
		v.Facts = append(v.Facts, fact("Where", strings.Join(nonEmpty(where.Name, where.Address, where.Postcode), ", ")))
	}
	if a := strings.Join(nonEmpty(x.Access, where.Access), ". "); a != "" {
		v.Facts = append(v.Facts, fact("Getting in", a))
	}
	if x.Trainer != "" {
		v.Facts = append(v.Facts, fact("Trainer", x.Trainer))
	}
	if b.OpenTo != "" {
		v.Facts = append(v.Facts, fact("Open to", capital(b.OpenTo)))
	}
	v.Facts = append(append(v.Facts, courseFacts(c)...), fact("Run by", organiser))
	err := training.CanTake(b, x, s.now)
	if err == nil {
		err = training.CanAsk(b, s.now)
	}
	if err != nil {
		v.WhyNot = errs.Sentence(err) + "."
	} else {
		v.AskHref = "/training/dates/" + string(x.ID) + "/ask"
	}
	return v
}

func nonEmpty(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// rulesOf says in sentences what a block's rules are: who goes first is shown to requesters (TRN-18).
func rulesOf(b training.Block, c training.Course) (out []string) {
	if s := b.Invitation(); s != "" {
		out = append(out, s)
	}
	switch {
	case !c.UsesPlace:
		out = append(out, "It does not use up your school’s place.")
	case b.PerSchool == 1 && c.Group != "":
		out = append(out, "One place a school, on one format or the other.")
	case b.PerSchool > 0:
		out = append(out, text.Plural(int(b.PerSchool), "place", "places")+" a school.")
	}
	if o := training.Order(b.Tiers); o != "" {
		out = append(out, "First "+o+", then by time of asking.")
	} else if b.Way == training.Preferences {
		out = append(out, "Places go by time of asking.")
	}
	if b.NeedsManager {
		out = append(out, "Your manager agrees first. A seat is held for "+text.Plural(int(b.HoldHours), "hour", "hours")+" meanwhile.")
	}
	if b.InvitedOnly {
		out = append(out, "By invitation.")
	}
	if b.CancelDays > 0 {
		unit := map[bool][2]string{true: {"working day", "working days"}, false: {"day", "days"}}[b.CancelInWork]
		s := "Give a place back at least " + text.Plural(int(b.CancelDays), unit[0], unit[1]) + " before"
		if b.LateTerms != "" {
			s += ", otherwise: " + b.LateTerms
		}
		out = append(out, strings.TrimSuffix(s, ".")+". A colleague may come instead at any time.")
	}
	if c.Format == training.TwoDay || c.Format == training.OneDay && c.Group != "" {
		out = append(out, training.OneDayWords)
	}
	return out
}

// courseView is the page of a course.
type courseView struct {
	Title, Summary string
	Facts          []ui.SummaryRow
	Outcomes       []string
	Dates          []runView
	Form           *wantForm
	Action         string
	SignedIn       bool
	Waits          bool
}

// rowView is one request in a list.
type rowView struct {
	Href, Who, What, Days string
	Date                  Block
	State                 ui.Chip

	last clock.Day
}

// resultView is a request with how it stands: the panel of the design.
type resultView struct {
	Heading, Sub string
	Number       string // of the seat, "" without one
	Strong, Rest string
	Steps        []stepView
	Seats        picture.Seats
	SeatsTitle   string
	Key          []keyView
	Href         string // of its own page, "" on it
}

type stepView struct {
	Title, Text string
	Class       string // "", "now" or "next"
}

type keyView struct {
	Mark  picture.SeatMark
	Words string
}
