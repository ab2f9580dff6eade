package casework

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// familyView is the lines of brothers and sisters as one, with a lane for each child.
type familyView struct {
	Head   headView
	Lanes  []laneView
	Figure ui.LineFigure
	Items  []familyItem
	More   string
	Print  string
}

type laneView struct{ Letter, Name string }

// familyItem is one event: its shape in the lane of each child whom it concerns, and what it says for them.
type familyItem struct {
	Month, Gap, Day, Time string
	Significant           bool
	Shapes                []shapeAt // one for each lane
	Texts                 []familyText
}

type shapeAt struct {
	Kind   picture.Kind // "" for none
	Filled bool
	Tied   bool // lies between two shapes of the same event
}

type familyText struct {
	Who, Word              string
	Title, Href            string
	Voice, Text, Why, Late string
	Level                  int
}

// lanesWide is how many lanes are drawn side by side in the list; a larger family is told apart by names alone.
const lanesWide = 5

func (f *Feature) family(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	var v familyView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.open(ctx, tx, id, "casework.family_opened")
		if err != nil {
			return err
		}
		lanes, err := f.lanes(ctx, tx, x)
		if err != nil {
			return err
		}
		v = familyView{Head: f.head(x, "Family", clock.DayOf(tx.Now.Time())), Print: "/children/" + id + "/print?view=" + Family, Figure: f.familyFigure(x, lanes)}
		for _, l := range lanes {
			v.Lanes = append(v.Lanes, laneView{Letter: begins(lanes, l.child.Given), Name: l.child.Given})
		}
		f.familyItems(&v, x, lanes, r.URL.Query().Get("older"))
		return nil
	})
	if err != nil {
		return err
	}
	return f.show(w, r, "Lines of a family", "p-chronology", ui.Page{Body: familyPage(v)})
}

// begins are the first letters of a name that tell it from those of the other lanes, two at most.
func begins(lanes []lane, name string) string {
	first := func(s string, n int) string { return string([]rune(s)[:min(n, len([]rune(s)))]) }
	same := 0
	for _, l := range lanes {
		if first(l.child.Given, 1) == first(name, 1) {
			same++
		}
	}
	return first(name, min(same, 2))
}

// familyFigure is fifteen months at once with a row for each child, holidays shaded.
func (f *Feature) familyFigure(x file, lanes []lane) ui.LineFigure {
	a := asked{day: clock.DayOf(x.now.Time())}
	fig := f.figure(x, nil, a)
	fig.Overview.Bars = nil
	for _, l := range lanes {
		row := picture.Lane{Text: l.child.Given}
		for _, e := range l.line {
			if e.At >= clock.Of(fig.Overview.From.Start()) && e.At <= x.now {
				fig.Count++
				row.Entries = append(row.Entries, picture.Entry{At: e.At, Kind: picture.Kind(e.Kind), Filled: e.Significant != ""})
			}
		}
		fig.Overview.Lanes = append(fig.Overview.Lanes, row)
	}
	return fig
}

// familyItems puts one page of the events on the view, newest first.
func (f *Feature) familyItems(v *familyView, x file, lanes []lane, older string) {
	events := woven(lanes)
	start := 1 + slices.IndexFunc(events, func(e together) bool { return e.id == older })
	end := min(start+lineAtOnce, len(events))
	newer, month := clock.DayOf(x.now.Time()), ""
	if start > 0 {
		newer = clock.DayOf(events[start-1].at.Time())
	}
	for _, e := range events[start:end] {
		first := e.cells[0].Entry
		item := familyItem{Day: DayWords(first), Time: TimeWords(first), Shapes: make([]shapeAt, len(lanes)), Gap: Gap(x.cal, clock.DayOf(e.at.Time()), newer, false)}
		newer = clock.DayOf(e.at.Time())
		if m := e.at.London().Format("Jan 06"); m != month {
			item.Month, month = m, m
		}
		lo, hi := len(lanes), 0
		for _, c := range e.cells {
			item.Shapes[c.lane] = shapeAt{Kind: picture.Kind(c.Kind), Filled: c.Significant != ""}
			item.Significant = item.Significant || c.Significant != ""
			lo, hi = min(lo, c.lane), max(hi, c.lane)
			item.add(f, x, lanes[c.lane].child.Given, c)
		}
		for i := lo; i < hi; i++ {
			item.Shapes[i].Tied = true
		}
		v.Items = append(v.Items, item)
	}
	if end < len(events) {
		v.More = "/children/" + x.child.ID + "/family?older=" + events[end-1].id
	}
}

// add says what an event is for one more child; what is the same for several is said once.
func (i *familyItem) add(f *Feature, x file, who string, c cell) {
	l := f.entryOf(x, c.Seen, false)
	t := familyText{Who: who, Word: picture.Kind(c.Kind).Word(), Title: l.Title, Href: l.Href, Voice: l.Voice, Text: l.Text, Why: l.Why, Late: l.Late, Level: l.Level}
	if c.Child != x.child.ID && !strings.HasPrefix(l.Href, "/concerns/") {
		t.Href = "/children/" + c.Child + "/entries/" + c.ID
	}
	if n := len(i.Texts); n > 0 {
		same := i.Texts[n-1]
		same.Who = who
		if same == t {
			i.Texts[n-1].Who = text.Join([]string{i.Texts[n-1].Who, who})
			return
		}
	}
	i.Texts = append(i.Texts, t)
}
