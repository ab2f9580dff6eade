package programme

import (
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/document"
)

// leaflet is the programme to print: what it is, the boards with their shapes, day by day, and at the end by board (TRN-13).
func (f *Feature) leaflet(x poster) document.Document {
	p := x.p
	d := document.Document{Title: p.Title, MadeBy: f.Publisher, MadeAt: x.now, Purpose: "To be handed out",
		Publication: &document.Publication{Lines: leafletLines(p, x.all), Foot: f.Publisher + ". As at " + longYear(clock.DayOf(x.now.Time())) + "; the programme on screen is always the latest: " + f.PublicURL + "/training/programmes/" + string(p.ID)}}
	if p.State == Withdrawn {
		d.Blocks = append(d.Blocks, document.Heading{Level: 1, Text: "Withdrawn on " + longYear(clock.DayOf(p.Ended.Time()))}, document.Paragraph{Text: p.Why})
	}
	for _, s := range lines(p.Summary) {
		d.Blocks = append(d.Blocks, document.Paragraph{Text: s})
	}
	if aims := lines(p.Aims); len(aims) > 0 {
		d.Blocks = append(d.Blocks, document.Heading{Level: 1, Text: "What we come together for"}, document.List{Numbered: true, Items: aims})
	}
	boards := p.BoardNames()
	if len(boards) > 1 {
		l := document.Legend{}
		of := x.byBoard()
		for i, b := range boards {
			l.Marks = append(l.Marks, document.Mark{Shape: i % shapes, Title: b, Text: text.Plural(len(of[b]), "session", "sessions")})
		}
		d.Blocks = append(d.Blocks, document.Heading{Level: 1, Text: "Under " + numberWord(len(boards)) + " boards"}, l)
	}
	d.Blocks = append(d.Blocks, document.Heading{Level: 1, Text: "How to come"})
	pairs := document.KeyValues{Pairs: []document.Pair{{Key: "Book", Value: "Online, at the address at the foot of this page, or as it says beside the session. Where it says “just come”, nobody books."}}}
	if p.OpenTo != "" {
		pairs.Pairs = append(pairs.Pairs, document.Pair{Key: "Open to", Value: capital(p.OpenTo) + "."})
	}
	if p.Additional {
		pairs.Pairs = append(pairs.Pairs, document.Pair{Key: "Note", Value: "Additional to the annual programme."})
	}
	if p.Contact != "" {
		pairs.Pairs = append(pairs.Pairs, document.Pair{Key: "Questions", Value: p.Contact})
	}
	d.Blocks = append(d.Blocks, pairs)
	if days := glance(x.all); len(days) > 1 {
		d.Blocks = append(d.Blocks, document.Heading{Level: 1, Text: "At a glance"}, document.KeyValues{Pairs: days})
	}
	if len(x.all) > 8 { // a short programme stands below its head, on one page
		d.Blocks = append(d.Blocks, document.PageBreak{})
	}
	day := clock.Day("")
	for i, s := range x.all {
		if s.On != day {
			day = s.On
			n := 0
			for _, o := range x.all[i:] {
				if o.On == day {
					n++
				}
			}
			d.Blocks = append(d.Blocks, document.Band{Number: strings.TrimLeft(string(day[8:]), "0"), Title: term.LongDate(day), Text: text.Plural(n, "session", "sessions")})
		}
		d.Blocks = append(d.Blocks, slot(x, s))
	}
	if len(boards) > 1 {
		d.Blocks = append(d.Blocks, document.PageBreak{}, document.Heading{Level: 1, Text: "The same by board"})
		of := x.byBoard()
		for _, b := range boards {
			if len(of[b]) == 0 {
				continue
			}
			t := document.Table{Caption: b, Head: []string{"When", "What", "Who", "Where"}}
			for _, s := range of[b] {
				title := s.Title
				if s.State == Off {
					title += " (called off)"
				}
				t.Rows = append(t.Rows, []string{term.ShortDate(s.On) + ", " + s.Starts, title, s.By, short(s)})
			}
			d.Blocks = append(d.Blocks, t)
		}
	}
	return d
}

// glance is a line for each day: how much there is, and from when until when.
func glance(all []Session) (out []document.Pair) {
	day, n, until := clock.Day(""), 0, ""
	for i, s := range all {
		if s.On != day {
			day, n, until = s.On, 0, ""
			out = append(out, document.Pair{Key: term.LongDate(day)})
		}
		n, until = n+1, max(until, s.Ends)
		first := all[i-n+1]
		out[len(out)-1].Value = text.Plural(n, "session", "sessions") + ", from " + first.Starts + " to " + until
	}
	return out
}

func (x poster) byBoard() map[string][]Session {
	out := map[string][]Session{}
	for _, s := range x.all {
		out[s.Board] = append(out[s.Board], s)
	}
	return out
}

func leafletLines(p Programme, all []Session) []string {
	out := []string{when(p)}
	if _, rest, ok := strings.Cut(gist(p, all), ". "); ok {
		out = append(out, rest)
	}
	return out
}

// numberWord writes small numbers as words.
func numberWord(n int) string {
	words := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
	if n < len(words) {
		return words[n]
	}
	return text.Plural(n, "", "")
}

// short is where a session is, without the address.
func short(s Session) string {
	if s.Online {
		return "By video"
	}
	return s.Venue
}

func slot(x poster, s Session) document.Slot {
	out := document.Slot{From: s.Starts, Until: s.Ends, Shape: boardShape(x.p, s.Board), Kind: s.Board, Title: s.Title, By: s.By, Text: s.Summary, Where: where(s), Off: s.State == Off}
	if w := forWords(s); w != "Everybody" {
		out.Text = strings.TrimSpace(out.Text + "\nFor: " + lower(w) + ".")
	}
	switch {
	case s.State == Off:
		out.Aside = "Called off"
	case s.Booking == JustGo:
		out.Aside = "Just come"
	case s.Booking == ByEmail:
		out.Aside = "Book: " + s.To
	case s.Booking == ByLink:
		out.Aside = "Book: " + strings.TrimPrefix(s.To, "https://")
	default:
		out.Aside = "Book online"
	}
	return out
}
