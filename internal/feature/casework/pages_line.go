package casework

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/story"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// lineView is the chronology page.
type lineView struct {
	Head    headView
	Above   templ.Component
	Figure  ui.LineFigure
	Filter  filterView
	Note    string // what is left out of a past day's line
	Marking bool   // entries lead to where they are marked
	Empty   *ui.Empty
	Entries ui.Entries
	Rail    railView
}

// filterView is the form beside the line, drawn once for wide and once, folded, for narrow windows.
type filterView struct {
	Action, Words string
	Kinds         []tick
	Only          []tick
	At            *forms.Day
	Mark          ui.Link
}

type tick struct {
	Name, Value, Text string
	Kind              picture.Kind
	Count             string
	On                bool
}

type railView struct {
	Together []string
	Kinds    string
	Flags    []flagView
	Opened   []string
	Family   string // where the lines of brothers and sisters are read together; "" without any
	All      string // the page of all openings; "" for those it is not for
	Why      string
}

type flagView struct{ Kind, Since string }

// asked is what the address asks of the line.
type asked struct {
	filter  Filter
	at      *forms.Day
	before  clock.Millis
	past    bool
	day     clock.Day
	marking bool
	older   string // the last entry that was already shown
	query   url.Values
}

func ask(r *http.Request, now clock.Millis) (a asked) {
	q := r.URL.Query()
	a.at = forms.NewDay("at", "Date")
	form := forms.Form{}
	form.Fields(a.at)
	form.Fill(url.Values{"at": q["at"]})
	a.day = clock.DayOf(now.Time())
	if a.at.Problem == "" {
		before, past, err := AsAt(a.at.Value, now)
		if err != nil {
			a.at.Problem = errs.Sentence(err)
		} else if a.before, a.past = before, past; past {
			a.day = a.at.Value
		}
	}
	for _, k := range kindWords {
		if slices.Contains(q["kind"], string(k.Kind)) {
			a.filter.Kinds = append(a.filter.Kinds, k.Kind)
		}
	}
	a.filter.Significant, a.filter.Late = slices.Contains(q["only"], "significant"), slices.Contains(q["only"], "late")
	a.marking, a.older = q.Get("mark") == "1", q.Get("older")
	a.query = url.Values{}
	for _, name := range []string{"kind", "only", "mark"} {
		if v := q[name]; len(v) > 0 {
			a.query[name] = v
		}
	}
	if a.past {
		a.query.Set("at", string(a.at.Value))
	}
	return a
}

// line shows a child's chronology.
func (f *Feature) line(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	a := ask(r, web.Now(r))
	var v lineView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.open(ctx, tx, id, "casework.opened")
		if err != nil {
			return err
		}
		all, err := f.read(ctx, tx, x, a)
		if err != nil {
			return err
		}
		v = lineView{Head: f.head(x, "Chronology", a.day), Figure: f.figure(x, all, a), Filter: f.filters(x, all, a), Marking: a.marking}
		if a.past {
			v.Note = "As it stood at the end of " + term.Date(a.day) + " " + a.day.Start().Format("2006") + ". What was written down or marked later is left out, and so are all levels, because they may have been set later. Class and contacts are today’s."
		}
		f.entries(&v, x, all, a)
		if v.Above, err = f.Sharing.Above(ctx, tx, x.child.File, id); err != nil {
			return err
		}
		v.Rail, err = f.rail(ctx, tx, x, all, a)
		return err
	})
	if err != nil {
		return err
	}
	return f.show(w, r, "Chronology", "p-chronology", ui.Page{Body: linePage(v)})
}

// read returns the whole line that the viewer may see, as it stood on the day asked for, and writes down what was shown.
func (f *Feature) read(ctx context.Context, tx *store.Tx, x file, a asked) ([]story.Seen, error) {
	all, err := story.Line(ctx, tx, x.child.ID, a.before)
	if err != nil {
		return nil, err
	}
	if a.past {
		marks, err := f.store.marks(ctx, tx, x.child.ID)
		if err != nil {
			return nil, err
		}
		MarksAt(all, marks, a.before)
		for i := range all {
			all[i].Level = 0
		}
	}
	ids := make([]string, len(all))
	for i, e := range all {
		ids[i] = e.ID
	}
	tx.SawList("casework.chronology", x.child.Org, map[string]any{"file": x.child.File, "filter": a.query, "count": len(ids), "entries": ids})
	return all, nil
}

// instant is the moment the page speaks of.
func (a asked) instant(now clock.Millis) clock.Millis {
	if a.past {
		return a.before - 1
	}
	return now
}

// figure is the whole line at once: fifteen months by kind, flags as bars, holidays shaded.
func (f *Feature) figure(x file, all []story.Seen, a asked) ui.LineFigure {
	now := a.instant(x.now)
	t := now.London()
	from := clock.Day(t.AddDate(0, 1-FigureMonths, 1-t.Day()).Format("2006-01-02"))
	o := picture.Overview{From: from, Now: now}
	n := 0
	for _, e := range all {
		if e.At >= clock.Of(from.Start()) && e.At <= now {
			n++
			o.Entries = append(o.Entries, picture.Entry{At: e.At, Kind: picture.Kind(e.Kind), Filled: e.Significant != ""})
		}
	}
	for _, fl := range FlagsAt(x.flags, a.day) {
		o.Bars = append(o.Bars, picture.Bar{From: fl.From, To: fl.Until, Text: fl.Kind, Flag: fl.Kind != "Early help"})
	}
	for _, c := range x.cal.Closed {
		if c.From.Add(4) <= c.To && c.To >= from && c.From <= a.day {
			o.Holidays = append(o.Holidays, picture.Span{From: c.From, To: c.To})
		}
	}
	until := "today"
	if a.past {
		until = term.YearDate(a.day)
	}
	return ui.LineFigure{Count: n, Span: from.Start().Format("January 2006") + " to " + until, Overview: o}
}

func (f *Feature) filters(x file, all []story.Seen, a asked) filterView {
	v := filterView{Action: "/children/" + x.child.ID, Words: a.filter.Words(), At: a.at, Mark: ui.Link{Text: "Mark an entry as significant", Href: "/children/" + x.child.ID + "?mark=1"}}
	if a.past {
		v.Words += ", as it stood on " + term.YearDate(a.day)
	}
	if len(all) == 0 {
		v.Mark = ui.Link{}
	}
	if a.marking {
		v.Mark = ui.Link{Text: "Back to reading", Href: "/children/" + x.child.ID}
	}
	significant, late := 0, 0
	by := map[story.Kind]int{}
	for _, e := range all {
		by[e.Kind]++
		if e.Significant != "" {
			significant++
		}
		if Late(x.cal, e.Entry) != "" {
			late++
		}
	}
	for _, k := range kindWords {
		if by[k.Kind] > 0 || slices.Contains(a.filter.Kinds, k.Kind) {
			v.Kinds = append(v.Kinds, tick{"kind", string(k.Kind), k.Words, picture.Kind(k.Kind), strconv.Itoa(by[k.Kind]), len(a.filter.Kinds) == 0 || slices.Contains(a.filter.Kinds, k.Kind)})
		}
	}
	v.Only = []tick{
		{"only", "significant", "Significant", "", strconv.Itoa(significant), a.filter.Significant},
		{"only", "late", "Recorded late", "", strconv.Itoa(late), a.filter.Late},
	}
	return v
}

// entries puts one page of the line on the view, with its gaps and the way to what came before.
func (f *Feature) entries(v *lineView, x file, all []story.Seen, a asked) {
	kept := slices.DeleteFunc(slices.Clone(all), func(e story.Seen) bool { return !a.filter.Keeps(x.cal, e.Entry) })
	start := 1 + slices.IndexFunc(kept, func(e story.Seen) bool { return e.ID == a.older })
	filtered := !a.filter.All()
	newer := a.day
	if start > 0 {
		newer = clock.DayOf(kept[start-1].At.Time())
	}
	end := min(start+lineAtOnce, len(kept))
	for _, e := range kept[start:end] {
		day := clock.DayOf(e.At.Time())
		if gap := Gap(x.cal, day, newer, filtered); gap != "" {
			v.Entries.Items = append(v.Entries.Items, ui.LineEntry{Gap: gap})
		}
		newer = day
		v.Entries.Items = append(v.Entries.Items, f.entryOf(x, e, a.marking))
	}
	if rest := len(kept) - end; rest > 0 {
		q := url.Values{"older": {kept[end-1].ID}}
		for name, values := range a.query {
			q[name] = values
		}
		v.Entries.MoreHref = "/children/" + x.child.ID + "?" + q.Encode()
		v.Entries.MoreText = "Show " + text.Plural(min(rest, lineAtOnce), "earlier entry", "earlier entries")
	}
	switch {
	case len(kept) > 0:
	case filtered && len(all) > 0:
		v.Empty = &ui.Empty{Title: "None of these", Text: "No entry fits what you ticked. Tick more, or untick everything to see the whole line."}
	case a.past:
		v.Empty = &ui.Empty{Title: "Nothing written down by then", Text: "Entries that were recorded later are not shown. Choose a later day, or empty the date to see the line as it is now."}
	default:
		v.Empty = &ui.Empty{Title: "No entries you may see", Text: "A concern, a notice, a decision, a meeting, contact with home, attendance or a document brings an entry in by itself. Nobody types one here."}
	}
}

func (f *Feature) entryOf(x file, e story.Seen, marking bool) ui.LineEntry {
	l := ui.LineEntry{Month: e.At.London().Format("Jan 06"), Day: DayWords(e.Entry), Time: TimeWords(e.Entry), Kind: picture.Kind(e.Kind), Significant: e.Significant != "",
		Title: e.Line, Href: f.Teller.Link(e.About, e.Head), Voice: quoted(e.Voice), Text: e.Detail, Level: e.Level, Why: e.Significant, Late: Late(x.cal, e.Entry)}
	if marking || l.Href == "" {
		l.Href = "/children/" + x.child.ID + "/entries/" + e.ID
	}
	return l
}

// rail is what stands beside the line: what there is together, flags, who opened it.
func (f *Feature) rail(ctx context.Context, tx *store.Tx, x file, all []story.Seen, a asked) (railView, error) {
	now := a.instant(x.now)
	sentence, kinds := Together(all, now)
	v := railView{Together: []string{sentence}, Why: "/records/" + x.child.File + "/why"}
	if kinds != "" {
		v.Kinds = "In 90 days: " + kinds
	}
	for _, fl := range FlagsAt(x.flags, a.day) {
		since := fl.Since()
		if fl.Who != "" {
			since += ", " + fl.Who
		}
		v.Flags = append(v.Flags, flagView{fl.Kind, since})
	}
	if !a.past {
		siblings, err := f.Children.Siblings(ctx, tx, x.child.ID)
		if err != nil {
			return v, err
		}
		if len(siblings) > 0 {
			v.Family = "/children/" + x.child.ID + "/family"
		}
		ids := make([]string, len(siblings))
		for i, s := range siblings {
			ids[i] = s.ID
		}
		tallies, err := story.Tallies(ctx, tx, now, ids...)
		if err != nil {
			return v, err
		}
		for _, s := range siblings {
			t := tallies[s.ID]
			v.Together = append(v.Together, s.Given+", brother or sister: "+lowerFirst(TallyWords(t.Ninety, t.Year)))
		}
	}
	if !x.answers {
		return v, nil
	}
	var err error
	v.Opened, err = f.openedBy(ctx, tx, x.child.File)
	v.All = "/children/" + x.child.ID + "/opened"
	return v, err
}

func lowerFirst(s string) string {
	if s == "" || s[0] < 'A' || s[0] > 'Z' {
		return s
	}
	return string(s[0]+'a'-'A') + s[1:]
}
