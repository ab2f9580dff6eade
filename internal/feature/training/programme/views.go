package programme

import (
	"context"
	"strconv"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/feature/training/catalogue"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
)

// shapes is how many boards have a shape of their own; a further one has the first again, and always its name.
const shapes = 5

// boardView is a board with its shape.
type boardView struct {
	N     int
	Name  string
	Count string
	Href  string // of its sessions
	On    bool   // the sessions shown are its
}

// sessionView is one session in a list.
type sessionView struct {
	Shape        int // of its board
	Board        string
	Starts, Ends string
	Title, Href  string
	By, Summary  string
	For          string
	Where        string
	Chip         ui.Chip
	Off          bool
}

// dayView is one day of a programme.
type dayView struct {
	ID       string // of its heading
	Short    catalogue.Block
	Long     string
	Count    string
	Shapes   []int // of the boards of its sessions, in their order
	Sessions []sessionView
}

// programmeView is a programme as everybody sees it.
type programmeView struct {
	Path       string
	Query      string // of the filter, for the calendar; "" or "?board=…"
	Kind       Kind
	Filter     *filter
	Heading    string
	Summary    []string
	Days       []dayView
	Boards     []boardView
	Aims       []string
	OpenTo     string
	Additional bool
	Contact    string
	Propose    string // where partners register; "" when they do not
	Until      string
	Empty      bool
	Gone       []string // that it was withdrawn, when and why; none where it was not
}

// when is the span of a programme: "Tuesday 8 December 2026", "Monday 14 to Friday 18 December 2026".
func when(p Programme) string {
	a, b := p.First.Start(), p.Last.Start()
	switch {
	case p.First == p.Last:
		return longYear(p.First)
	case p.First[:7] == p.Last[:7]:
		return a.Format("Monday 2") + " to " + b.Format("Monday 2 January 2006")
	}
	return term.LongDate(p.First) + " to " + longYear(p.Last)
}

// gist says what a programme is in a line: when, how many sessions, by how many, under how many boards.
func gist(p Programme, all []Session) string {
	standing, partners := 0, map[string]bool{}
	for _, s := range all {
		if s.State == Accepted {
			standing++
			partners[s.By] = true
		}
	}
	out := when(p) + "."
	if standing > 1 {
		out += " " + text.Plural(standing, "session", "sessions")
		if len(partners) > 1 {
			out += " by " + text.Plural(len(partners), "partner", "partners")
		}
		if n := len(p.BoardNames()); n > 1 {
			out += ", under " + numberWord(n) + " boards"
		}
		out += "."
	}
	return out
}

// forWords name whom a session is for.
func forWords(s Session) string {
	if s.OpenTo != "" {
		return capital(s.OpenTo)
	}
	var groups []string
	for _, g := range s.Audiences() {
		groups = append(groups, training.GroupWords(g))
	}
	if len(groups) == 0 {
		return "Everybody"
	}
	return capital(strings.ToLower(text.Join(groups)))
}

func capital(s string) string {
	if s == "" {
		return s
	}
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// chip says how a place is had, or how many are left.
func chip(s Session, c training.Count, seats int64, now clock.Millis) ui.Chip {
	begins := training.Run{First: s.On, Days: []training.Day{s.Day()}}
	switch {
	case s.State == Off:
		return ui.Chip{Text: "Called off", Tone: ui.ToneBrick}
	case now >= begins.Begins():
		return ui.Chip{Text: "Has begun"}
	case s.Booking == JustGo:
		return ui.Chip{Text: "Just come", Tone: ui.ToneLeaf}
	case s.Booking != Own:
		return ui.Chip{Text: "Book with the partner", Tone: ui.ToneSky}
	case now >= training.Closes(training.Block{}, begins):
		return ui.Chip{Text: "Booking has closed"}
	}
	tone := ui.ToneLeaf
	if c.Waiting > 0 || seats > 0 && c.Taken >= seats {
		tone = ui.ToneLamp
	}
	return ui.Chip{Text: training.Fullness(seats, c), Tone: tone}
}

// board is the number of a board's shape.
func boardShape(p Programme, name string) int {
	for i, b := range p.BoardNames() {
		if b == name {
			return i % shapes
		}
	}
	return 0
}

// seatWords say how many have a place at a session that is booked here: "12 of 20 booked, 3 wait".
func seatWords(s Session, c training.Count) string {
	out := strconv.FormatInt(c.Taken, 10) + " booked"
	if s.Places > 0 {
		out = strconv.FormatInt(c.Taken, 10) + " of " + strconv.FormatInt(s.Places, 10) + " booked"
	}
	if c.Waiting > 0 {
		out += ", " + text.Plural(int(c.Waiting), "waits", "wait")
	}
	return out
}

// officeChip is stateChip as the organiser reads it.
func officeChip(s Session) ui.Chip {
	if s.State == Proposed {
		return ui.Chip{Text: "Waits for you", Tone: ui.ToneLamp}
	}
	return stateChip(s)
}

func sessionPath(s Session) string {
	return "/training/programmes/" + string(s.Programme) + "/sessions/" + string(s.ID)
}

// sheet is what a programme's pages show, read once.
type poster struct {
	p      Programme
	all    []Session
	counts map[training.RunID]training.Count
	venues map[string]training.Venue
	now    clock.Millis
}

func (x poster) seats(s Session) int64 { return training.Limit(s.Places, x.venues[s.VenueID].Capacity) }

func (x poster) view(s Session) sessionView {
	v := sessionView{Shape: boardShape(x.p, s.Board), Board: s.Board, Starts: s.Starts, Ends: s.Ends, Title: s.Title, Href: sessionPath(s), By: s.By, Summary: s.Summary, For: forWords(s), Where: s.Venue,
		Chip: chip(s, x.counts[s.Run], x.seats(s), x.now), Off: s.State == Off}
	if s.Online {
		v.Where = "By video"
	}
	return v
}

// page is a programme as everybody sees it, with what a filter leaves.
func (x poster) page(f *filter) programmeView {
	p := x.p
	v := programmeView{Path: "/training/programmes/" + string(p.ID), Kind: p.Kind, Filter: f, Summary: lines(p.Summary), Aims: lines(p.Aims), OpenTo: capital(p.OpenTo), Additional: p.Additional, Contact: p.Contact, Query: f.query()}
	if CanPropose(p, clock.DayOf(x.now.Time())) == nil {
		v.Propose, v.Until = v.Path+"/take-part", term.LongDate(p.ProposeUntil)
	}
	if p.State == Withdrawn {
		v.Gone = []string{"This programme was withdrawn on " + longYear(clock.DayOf(p.Ended.Time())) + ".", p.Why}
	}
	n, of := 0, map[string]int{}
	for _, s := range x.all {
		of[s.Board]++
		if !f.wish().Wants(s) {
			continue
		}
		n++
		if len(v.Days) == 0 || v.Days[len(v.Days)-1].ID != "on-"+string(s.On) {
			v.Days = append(v.Days, dayView{ID: "on-" + string(s.On), Long: term.LongDate(s.On), Short: catalogue.BlockOf([]training.Day{s.Day()})})
		}
		d := &v.Days[len(v.Days)-1]
		d.Sessions, d.Shapes = append(d.Sessions, x.view(s)), append(d.Shapes, boardShape(p, s.Board))
	}
	for i := range v.Days {
		v.Days[i].Count = text.Plural(len(v.Days[i].Sessions), "session", "sessions")
	}
	for i, b := range p.BoardNames() {
		v.Boards = append(v.Boards, boardView{N: i % shapes, Name: b, Count: text.Plural(of[b], "session", "sessions"), Href: v.Path + "?board=" + escape(b), On: f.Board.Value == b})
	}
	v.Heading, v.Empty = heading(n, f.wish().Empty()), n == 0
	return v
}

func heading(n int, everything bool) string {
	switch {
	case n == 0:
		return "No session fits"
	case everything:
		return "The programme, day by day"
	}
	return text.Plural(n, "session fits", "sessions fit")
}

// sessionPage is one session as everybody sees it.
type sessionPageView struct {
	Programme  string
	Path       string
	Shape      int
	Board      string
	Title      string
	Summary    string
	Chip       ui.Chip
	Additional bool
	Facts      []ui.SummaryRow
	Book       ui.Link // "" where nobody books
	How        string
}

func fact(key, value string) ui.SummaryRow {
	return ui.SummaryRow{Key: ui.SummaryText{Text: key}, Value: ui.SummaryText{Text: value}}
}

func (x poster) session(s Session) sessionPageView {
	v := sessionPageView{Programme: x.p.Title, Path: "/training/programmes/" + string(x.p.ID), Shape: boardShape(x.p, s.Board), Board: s.Board, Title: s.Title, Summary: s.Summary, Chip: x.view(s).Chip, Additional: x.p.Additional}
	v.Facts = []ui.SummaryRow{fact("When", longYear(s.On)+", "+s.Starts+" to "+s.Ends+" ("+Lasts(s.Starts, s.Ends)+")"), fact("Where", where(s)), fact("For", forWords(s))}
	if s.OpenTo == "" && x.p.OpenTo != "" {
		v.Facts = append(v.Facts, fact("Open to", capital(x.p.OpenTo)))
	}
	if a := x.venues[s.VenueID].Access; a != "" {
		v.Facts = append(v.Facts, fact("Getting in", a))
	}
	if s.Speaker != "" {
		v.Facts = append(v.Facts, fact("With", s.Speaker))
	}
	v.Facts = append(v.Facts, fact("Run by", s.By))
	if s.Board != "" {
		v.Facts = append(v.Facts, fact("Board", s.Board))
	}
	v.How, v.Book = x.how(s)
	return v
}

// how says how a place is had.
func (x poster) how(s Session) (words string, to ui.Link) {
	begins := training.Run{First: s.On, Days: []training.Day{s.Day()}}
	switch {
	case s.State == Off:
		return strings.TrimSpace("This session was called off. " + s.Why), to
	case x.now >= begins.Begins():
		return "This session has begun.", to
	case s.Booking == JustGo:
		return "You need not book. Come in time.", to
	case s.Booking == ByLink:
		return "Places are booked on the page of " + s.By + ".", ui.Link{Text: "Book with the partner", Href: s.To}
	case s.Booking == ByEmail:
		return "Write to " + s.To + " for a place.", ui.Link{Text: "Write an e-mail", Href: "mailto:" + s.To}
	case x.now >= training.Closes(training.Block{}, begins):
		return "Booking has closed.", to
	}
	words = "You need no account. A confirmation comes by e-mail, with a link to give the place back."
	if c, seats := x.counts[s.Run], x.seats(s); c.Waiting > 0 || seats > 0 && c.Taken >= seats {
		words = "It is full. Book all the same: you stand in line, and hear as soon as a place comes free for you."
	}
	return words, ui.Link{Text: "Book a place", Href: "/training/programmes/" + string(x.p.ID) + "/book?session=" + string(s.ID)}
}

// Upcoming are the published programmes that are not over, for the catalogue.
func (f *Feature) Upcoming(ctx context.Context, tx *store.Tx) (out []catalogue.Teaser, err error) {
	all, err := f.store.Programmes(ctx, tx)
	if err != nil {
		return nil, err
	}
	standing, err := f.store.standing(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		t := catalogue.Teaser{Date: catalogue.BlockOf([]training.Day{{On: p.First}}), Title: p.Title, When: when(p), Href: "/training/programmes/" + string(p.ID), Additional: p.Additional, Block: p.Block}
		if p.Last != p.First {
			t.Date = catalogue.BlockOf([]training.Day{{On: p.First}, {On: p.Last}})
		}
		if n := standing[p.ID]; n > 1 {
			t.Text = text.Plural(n, "session", "sessions")
			if b := len(p.BoardNames()); b > 1 {
				t.Text += " under " + numberWord(b) + " boards"
			}
			t.Text += ". "
		}
		if first := lines(p.Summary); len(first) > 0 {
			t.Text += first[0]
		}
		out = append(out, t)
	}
	return out, nil
}
