package newsletters

import (
	"strconv"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/ui"
)

// Addresses of pages.
func publicPath(id ID) string       { return "/newsletters/" + string(id) }
func issuePath(id ID) string        { return "/newsletters/issues/" + string(id) }
func confirmPath(s string) string   { return "/newsletters/confirm/" + s }
func stopPath(secret string) string { return "/newsletters/unsubscribe/" + secret }

// itemView is an item as page, letter and feed show it.
type itemView struct {
	Heading               string
	Paragraphs            []string
	When, Place           string // "" when it is no event
	Month, Day, Weekday   string
	Extra                 bool
	Href, LinkText, Label string // Label says to a screen reader what the link is about
}

// viewItem prepares an item. base stands before addresses of our own pages, where they leave the site.
func viewItem(i Item, base string) itemView {
	v := itemView{Heading: i.Heading, Paragraphs: paragraphs(i.Text), Extra: i.Extra, Place: i.Place, Label: ": " + i.Heading}
	if i.Link != "" {
		v.Href, v.LinkText = i.Link, "Read more"
		if i.On != "" {
			v.LinkText = "Details and booking"
		}
		if strings.HasPrefix(i.Link, "/") {
			v.Href = base + i.Link
		}
	}
	if i.On != "" {
		v.When = term.LongDate(i.On) + " " + string(i.On[:4])
		if i.Starts != "" {
			v.When += ", " + i.Starts
		}
		v.Month, v.Day, v.Weekday = blockOf(i.On)
	}
	return v
}

func (v itemView) whenWhere() string {
	if v.Place == "" {
		return v.When
	}
	return v.When + ", " + v.Place
}

func (v itemView) extraWords() string {
	if v.Extra {
		return " (in addition to the annual programme)"
	}
	return ""
}

// blockOf is a day as a block of three lines.
func blockOf(d clock.Day) (month, day, weekday string) {
	t := d.Start()
	return t.Format("Jan"), t.Format("2"), t.Format("Mon")
}

// paragraphs splits what was typed at its line ends.
func paragraphs(s string) []string {
	var out []string
	for line := range strings.Lines(s) {
		if p := strings.TrimSpace(line); p != "" {
			out = append(out, p)
		}
	}
	return out
}

func roleWords(r access.Role) string {
	for _, p := range PostRoles {
		if p.Role == r {
			return p.Words
		}
	}
	return string(r)
}

// listView is the public list.
type listView struct {
	Issues []listedView
	Older  string // address of the next page, "" at the end
	Form   *signUpForm
}

type listedView struct{ Href, Title, First, Month, Day, Weekday, Year string }

func viewListed(i Issue) listedView {
	d := clock.DayOf(i.SentAt.Time())
	v := listedView{Href: publicPath(i.ID), Title: i.Title, First: text.FirstWords(i.Opening, 180), Year: string(d[:4])}
	v.Month, v.Day, v.Weekday = blockOf(d)
	return v
}

// issueView is one issue as anybody reads it.
type issueView struct {
	Opening       []string
	Items, Coming []itemView
	Share         string      // the address to pass on, "" in a preview
	MailTo        string      // opens the reader's own mail program with it
	Form          *signUpForm // nil in a preview
}

func viewIssue(i Issue, today clock.Day) issueView {
	v := issueView{Opening: paragraphs(i.Opening)}
	for _, x := range i.Items {
		v.Items = append(v.Items, viewItem(x, ""))
	}
	for _, x := range Coming(i.Items, today) {
		v.Coming = append(v.Coming, viewItem(x, ""))
	}
	return v
}

// messageView is a public page that says one thing and asks for one press at most.
type messageView struct {
	Heading, Text  string
	Action, Button string      // a form that posts; "" for none
	Form           *signUpForm // to sign up (again), nil for none
}

// rowView is one issue in the editors' list.
type rowView struct {
	Href, Title, Kind, When string
	State                   ui.Chip
}

func viewRow(i Issue, now clock.Millis) rowView {
	r := rowView{Href: issuePath(i.ID), Title: i.Title, Kind: kindWords(i), State: stateChip(i.State)}
	switch {
	case !i.SentAt.IsZero():
		r.When = "Sent " + term.DateTime(i.SentAt, now)
	case !i.SendAt.IsZero():
		r.When = "Goes out " + term.DateTime(i.SendAt, now)
	default:
		r.When = "Changed " + term.DateTime(i.ChangedAt, now)
	}
	return r
}

func kindWords(i Issue) string {
	if i.Kind == Newsletter {
		return "Newsletter"
	}
	var posts []string
	for _, r := range i.Roles {
		posts = append(posts, strings.ToLower(roleWords(r)))
	}
	if posts == nil {
		return "Briefing, no posts chosen yet"
	}
	return "Briefing to " + text.Join(posts)
}

func stateChip(s State) ui.Chip {
	return map[State]ui.Chip{
		Draft:     {Text: "Draft", Tone: ui.ToneLine},
		Review:    {Text: "Waiting for approval", Tone: ui.TonePlum},
		Scheduled: {Text: "Approved, waiting for its time", Tone: ui.ToneLamp},
		Sending:   {Text: "Being sent", Tone: ui.ToneLamp},
		Sent:      {Text: "Sent", Tone: ui.ToneLeaf},
		Archived:  {Text: "Archived", Tone: ui.TonePlain},
	}[s]
}

// workView is one issue as the editors work on it.
type workView struct {
	ID               ID
	Title, Kind      string
	State            State
	Version          string
	Issue            issueView
	Steps            ui.StateLine
	Wrote            string // who wrote in it
	Empty            bool   // there is nothing to read yet
	Approve          *approveForm
	NotMine          string // why the viewer may not approve
	Letters          lettersView
	Undelivered      []undeliveredView
	Showings         []showingView
	Problem          string // what a button was refused for
	PublicHref, From string // From: how many signed up on its page
}

// lettersView is how far the sending is; the page asks for it every two seconds while it lasts.
type lettersView struct {
	ID    ID
	Going bool
	Lines []string
}

func viewLetters(i Issue, n map[DeliveryState]int) lettersView {
	v := lettersView{ID: i.ID, Going: i.State == Sending}
	all := 0
	for state, k := range n {
		if state != LetterVacant {
			all += k
		}
	}
	v.Lines = append(v.Lines, strconv.Itoa(n[LetterSent])+" of "+text.Plural(all, "letter", "letters")+" sent")
	for _, x := range []struct {
		state     DeliveryState
		one, many string
	}{
		{LetterFailed, "letter failed", "letters failed"},
		{LetterUnknown, "letter may or may not have gone", "letters may or may not have gone"},
		{LetterWithdrawn, "reader left the list before it went", "readers left the list before it went"},
		{LetterVacant, "post was vacant", "posts were vacant"},
	} {
		if n[x.state] > 0 {
			v.Lines = append(v.Lines, text.Plural(n[x.state], x.one, x.many))
		}
	}
	return v
}

// undeliveredView is one letter that did not arrive, or may not have.
type undeliveredView struct {
	Who, Why, Again string // Again is where the form that sends it again posts, "" when it cannot be
}

func viewUndelivered(d Delivery) undeliveredView {
	v := undeliveredView{Who: d.Email, Why: d.Why, Again: issuePath(d.Issue) + "/deliveries/" + d.ID + "/send-again"}
	if d.Post.Role != "" {
		v.Who = roleWords(d.Post.Role) + ", " + d.Post.OrgName
	}
	switch d.State {
	case LetterVacant:
		v.Why, v.Again = "Nobody held this post on the day it was sent", ""
	case LetterUnknown:
		v.Why = "It may have gone: the program stopped while sending it"
		if d.Why != "" {
			v.Why = "It may have gone: " + strings.ToLower(d.Why[:1]) + d.Why[1:]
		}
	}
	return v
}

type showingView struct{ Where, When, Who, Note string }

func viewShowing(s Showing) showingView {
	v := showingView{When: term.YearDate(s.On), Who: s.Who, Note: s.Note}
	for _, c := range Channels {
		if c.Key == s.Channel {
			v.Where = c.Words
		}
	}
	return v
}

// steps draws where an issue stands on the line.
func steps(i Issue, now clock.Millis, names map[string]ref.Person) ui.StateLine {
	order := []State{Draft, Review, Scheduled, Sent}
	words := map[State]string{Draft: "Draft", Review: "Read by a second person", Scheduled: "Approved", Sent: "Sent"}
	at := i.State
	if at == Sending || at == Archived {
		at = Sent
	}
	detail := map[State]string{Draft: "changed " + term.DateTime(i.ChangedAt, now)}
	if i.Approver != "" {
		detail[Scheduled] = "by " + names[i.Approver].Name
		detail[Sent] = "goes out " + term.DateTime(i.SendAt, now)
	}
	if !i.SentAt.IsZero() {
		detail[Sent] = term.DateTime(i.SentAt, now)
	}
	state := ui.StepDone
	var out []ui.Step
	for _, s := range order {
		step := ui.Step{Text: words[s], Detail: detail[s], State: state}
		if s == at {
			step.State, state = ui.StepAt, ui.StepNext
		}
		out = append(out, step)
	}
	return ui.StateLine{Steps: out}
}

// writeView is the form that writes an issue.
type writeView struct {
	Form    *issueForm
	Heading string
	Action  string
	Draft   string      // which form this is, among the drafts
	Kept    string      // when the draft was kept that fills the form, "" for none
	Theirs  *theirsView // after a conflict: what somebody else saved meanwhile
}

// theirsView is what somebody else saved while this was being written.
type theirsView struct {
	Who, Keep string // Keep is where to go to leave it as they saved it
	Title     string
	Issue     issueView
}

// readersView is the page about the list of readers.
type readersView struct {
	Counts []string
	Enter  *enterForm
	Stop   *stopForm
}

func viewReaders(counts []Count) []string {
	words := map[SubscriberState][2]string{
		Confirmed: {"address gets the newsletter", "addresses get the newsletter"}, Pending: {"has not confirmed yet", "have not confirmed yet"},
		Unsubscribed: {"left the list", "left the list"}, Bounced: {"cannot be reached", "cannot be reached"}, Blocked: {"is blocked", "are blocked"},
	}
	n := map[SubscriberState]int{}
	for _, c := range counts {
		n[SubscriberState(c.State)] = c.N
	}
	var out []string
	for _, s := range []SubscriberState{Confirmed, Pending, Unsubscribed, Bounced, Blocked} {
		out = append(out, text.Plural(n[s], words[s][0], words[s][1]))
	}
	return out
}
