package programme

import (
	"net/http"
	"net/url"
	"sort"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/platform/web/forms"
)

// filter is what somebody looks for in a programme; "" is everything (TRN-13).
type filter struct {
	forms.Form
	Board, For, Place, Day, Part *forms.Choice
}

// newFilter offers what the sessions have.
func newFilter(r *http.Request, p Programme, all []Session) *filter {
	f := &filter{Board: forms.NewChoice("board", "Board"), For: forms.NewChoice("for", "For"), Place: forms.NewChoice("place", "Where"), Day: forms.NewChoice("day", "Day"), Part: forms.NewChoice("time", "Time")}
	f.Fields(f.Board, f.For, f.Place, f.Day, f.Part)
	for _, b := range p.BoardNames() {
		f.Board.Options = append(f.Board.Options, forms.Option{Value: b, Text: b})
	}
	groups, places, days, parts := map[string]bool{}, map[string]string{}, map[clock.Day]bool{}, map[Part]bool{}
	for _, s := range all {
		for _, g := range s.Audiences() {
			groups[g] = true
		}
		places[PlaceKey(s)] = s.Venue
		days[s.On], parts[PartOf(s.Starts)] = true, true
	}
	for _, g := range training.StaffGroups {
		if groups[g.Key] {
			f.For.Options = append(f.For.Options, forms.Option{Value: g.Key, Text: g.Words})
		}
	}
	for key, name := range places {
		if key == Online {
			name = "By video"
		}
		f.Place.Options = append(f.Place.Options, forms.Option{Value: key, Text: name})
	}
	sort.Slice(f.Place.Options, func(i, j int) bool { return f.Place.Options[i].Text < f.Place.Options[j].Text })
	for d := p.First; d <= p.Last; d = d.Add(1) {
		if days[d] {
			f.Day.Options = append(f.Day.Options, forms.Option{Value: string(d), Text: term.Date(d)})
		}
	}
	for _, x := range Parts {
		if parts[x.Part] {
			f.Part.Options = append(f.Part.Options, forms.Option{Value: string(x.Part), Text: x.Words})
		}
	}
	f.Fill(r.URL.Query())
	f.Clear()
	return f
}

func (f *filter) wish() Wish {
	return Wish{Board: f.Board.Value, Audience: f.For.Value, Place: f.Place.Value, Day: clock.Day(f.Day.Value), Part: Part(f.Part.Value)}
}

// query is the filter as part of an address, "" where everything is wanted.
func (f *filter) query() string {
	v := url.Values{}
	for _, c := range []*forms.Choice{f.Board, f.For, f.Place, f.Day, f.Part} {
		if c.Value != "" {
			v.Set(c.Name, c.Value)
		}
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// deskFilter is what the organiser looks for among the sessions of a programme; "" is everything.
type deskFilter struct {
	forms.Form
	State, Board, By *forms.Choice
}

// What the organiser looks for by state.
const (
	stateWaits = "waits"
	stateIn    = "in"
	stateOff   = "off"
	stateEnded = "ended"
)

func newDeskFilter(r *http.Request, p Programme, all []Session) *deskFilter {
	f := &deskFilter{State: forms.NewChoice("state", "State", forms.Option{Value: stateWaits, Text: "Waits for you"}, forms.Option{Value: stateIn, Text: "In the programme"}, forms.Option{Value: stateOff, Text: "Called off"},
		forms.Option{Value: stateEnded, Text: "Sent back, declined or taken back"}), Board: forms.NewChoice("board", "Board"), By: forms.NewChoice("by", "Run by")}
	f.Fields(f.State, f.Board, f.By)
	for _, b := range p.BoardNames() {
		f.Board.Options = append(f.Board.Options, forms.Option{Value: b, Text: b})
	}
	seen := map[string]bool{}
	for _, s := range all {
		if !seen[s.By] {
			seen[s.By] = true
			f.By.Options = append(f.By.Options, forms.Option{Value: s.By, Text: s.By})
		}
	}
	sort.Slice(f.By.Options, func(i, j int) bool { return f.By.Options[i].Text < f.By.Options[j].Text })
	f.Fill(r.URL.Query())
	f.Clear()
	return f
}

func (f *deskFilter) empty() bool {
	return f.State.Value == "" && f.Board.Value == "" && f.By.Value == ""
}

// wants says whether a session is among those looked for.
func (f *deskFilter) wants(s Session) bool {
	state := stateEnded
	switch s.State {
	case Proposed:
		state = stateWaits
	case Accepted:
		state = stateIn
	case Off:
		state = stateOff
	}
	return (f.State.Value == "" || f.State.Value == state) && (f.Board.Value == "" || f.Board.Value == s.Board) && (f.By.Value == "" || f.By.Value == s.By)
}

func escape(s string) string { return url.QueryEscape(s) }
