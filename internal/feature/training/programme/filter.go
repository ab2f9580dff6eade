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

func escape(s string) string { return url.QueryEscape(s) }
