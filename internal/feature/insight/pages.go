package insight

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

const home = "/insight"

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route { return []web.Route{web.Get(home, Figures, f.page)} }

// daysAhead is for how many weekdays, today's included, the rota is shown.
const daysAhead = 5

// facts are what is known of the viewer's schools, without what records stand behind.
type facts struct {
	trusts  []string // their names
	schools []string // by name
	names   map[string]string
	phones  map[string]string
	cover   map[string]Cover
	cals    term.Calendars
	days    []clock.Day
	now     clock.Millis
}

// facts reads what everybody may know who answers for the schools: who is on duty where, and when school is closed.
func (f *Feature) facts(ctx context.Context, tx *store.Tx) (x facts, err error) {
	x.now, x.names = tx.Now, map[string]string{}
	led, today := tx.Viewer.OrgsOf(access.TrustLead), clock.DayOf(tx.Now.Time())
	x.days = weekdays(today, daysAhead)
	if x.schools, err = f.Schools.Members(ctx, tx, led, today); err != nil {
		return x, err
	}
	orgs, err := f.Schools.Names(ctx, tx, slices.Concat(led, x.schools)...)
	if err != nil {
		return x, err
	}
	for id, o := range orgs {
		x.names[id] = o.Name
	}
	for _, id := range led {
		x.trusts = append(x.trusts, x.names[id])
	}
	slices.SortFunc(x.schools, func(a, b string) int { return cmp.Or(strings.Compare(x.names[a], x.names[b]), strings.Compare(a, b)) })
	if x.phones, err = f.Schools.Phones(ctx, tx, x.schools...); err != nil {
		return x, err
	}
	if x.cals, err = f.Calendars.Calendars(ctx, tx); err != nil {
		return x, err
	}
	x.cover, err = f.Concerns.Cover(ctx, tx, x.cals, x.schools, today, x.days[len(x.days)-1])
	return x, err
}

// weekdays are the first so many weekdays from a day on.
func weekdays(from clock.Day, n int) (out []clock.Day) {
	for d := from; len(out) < n; d = d.Add(1) {
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
			out = append(out, d)
		}
	}
	return out
}

// schoolView is one school: who is there now, and the rota of the coming days.
type schoolView struct {
	ID, Name string
	Office   string // telephone, "" where none is known
	Now      string // who is on duty, where, until when
	Phone    string // of whoever is on duty
	Nobody   bool   // it is school time, and nobody is
	Resting  string // why nobody need be on duty now
	Days     []dayView
	Gaps     []string
	Closed   []string
}

type dayView struct {
	Label, Words string
	Bar          picture.CoverDay
}

// measureView is one figure, school by school.
type measureView struct {
	Name, Words string
	Rows        []figureRow
	None        string // what is said of the schools that have none
}

type figureRow struct {
	School, ID string
	Shown      Shown
	Share      float64 // of the greatest that is shown
}

// schoolsView is the page.
type schoolsView struct {
	Whose    string
	Date     string
	Act      []ui.RowItem
	Schools  []schoolView
	Measures []measureView
	Hidden   bool // something is not shown
}

func clockTime(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// seen is one school as the page shows it.
func (x facts) seen(id string) schoolView {
	cal, c := x.cals.Of(id), x.cover[id]
	v := schoolView{ID: id, Name: x.names[id], Office: x.phones[id]}
	on, ought := c.Now(cal, x.now)
	today := clock.DayOf(x.now.Time())
	switch {
	case on.Name != "":
		v.Now, v.Phone = on.Name, on.Phone
		if on.Place != "" {
			v.Now += ", " + on.Place
		}
		v.Now += ", until " + clockTime(on.Until)
	case ought:
		v.Nobody = true
	case !cal.IsSchoolDay(today):
		v.Resting = "No school today"
		if name := cal.HolidayName(today); name != "" {
			v.Resting = "No school today: " + name
		}
	default:
		v.Resting = "Out of school hours"
		if opens, _ := cal.Hours(); term.Time(x.now) < clockTime(opens) {
			v.Resting = "Nobody on the rota today"
		}
		for _, d := range c.Duties {
			if d.Day == today && clockTime(d.From) > term.Time(x.now) {
				v.Resting = "Next on duty: " + d.Name + ", from " + clockTime(d.From)
				break
			}
		}
	}
	opens, closes := cal.Hours()
	for _, day := range x.days {
		d := dayView{Label: day.Start().Format("Mon 2"), Words: "somebody on duty all day", Bar: picture.CoverDay{Opens: opens, Closes: closes}}
		for _, s := range c.Duties {
			if s.Day == day {
				d.Bar.Spans = append(d.Bar.Spans, picture.CoverSpan{From: s.From, Until: s.Until})
			}
		}
		var open []string
		for _, g := range c.Gaps {
			if g.Day == day && (day > today || clockTime(g.Until) > term.Time(x.now)) { // what is over is over
				open = append(open, clockTime(g.From)+" to "+clockTime(g.Until))
			}
		}
		whole := len(d.Bar.Spans) == 0
		switch {
		case !cal.IsSchoolDay(day):
			d.Bar.Closed, d.Words = true, "no school"
			if name := cal.HolidayName(day); name != "" {
				d.Words += ": " + name
				v.Closed = append(v.Closed, day.Start().Format("Mon 2")+" "+name)
			}
		case len(open) > 0 && whole:
			d.Words = "nobody all day"
			v.Gaps = append(v.Gaps, day.Start().Format("Mon 2")+" all day")
		case len(open) > 0:
			d.Words = "nobody " + text.Join(open)
			v.Gaps = append(v.Gaps, day.Start().Format("Mon 2")+" "+text.Join(open))
		}
		v.Days = append(v.Days, d)
	}
	if len(c.Duties) == 0 && len(v.Gaps) > 0 {
		v.Gaps = []string{"on any of these days"}
	}
	return v
}

// act is what is to be done about a school, with whom to ring; ok is false where there is nothing. stands is its standing as it may be
// shown; nil where that was not asked.
func (v schoolView) act(stands []Shown) (row ui.RowItem, ok bool) {
	row = ui.RowItem{Kind: picture.Meeting, What: v.Name, Href: home + "#s-" + v.ID, Filled: v.Nobody}
	var says []string
	if v.Nobody {
		says = append(says, "Nobody is on duty now.")
	}
	if len(v.Gaps) > 0 {
		says = append(says, "Nobody on the rota "+text.Join(v.Gaps)+".")
	}
	var some []string
	for i, s := range stands {
		switch {
		case s.Hidden:
			some = append(some, "some "+Measures[i].Words)
		case s.N > 0:
			some = append(some, s.String()+" "+Measures[i].Words)
		}
	}
	if len(some) > 0 {
		says = append(says, "Concerns: "+text.Join(some)+".")
	}
	row.Sub = strings.Join(says, " ")
	number := cmp.Or(v.Phone, v.Office)
	if number != "" {
		row.Right = []templ.Component{ring(number, v.Name)}
	}
	return row, len(says) > 0
}

// measure is one figure of every school.
func (x facts) measure(i int, stands map[string][]Shown) measureView {
	v := measureView{Name: Measures[i].Name, Words: Measures[i].Words}
	most := 0
	for _, id := range x.schools {
		most = max(most, stands[id][i].N)
	}
	for _, id := range x.schools {
		if s := stands[id][i]; s.Any() {
			v.Rows = append(v.Rows, figureRow{x.names[id], id, s, float64(s.N) / float64(max(most, 1))})
		}
	}
	slices.SortStableFunc(v.Rows, func(a, b figureRow) int { return b.Shown.N - a.Shown.N })
	switch rest := len(x.schools) - len(v.Rows); {
	case len(v.Rows) == 0:
		v.None = "None, in any of the schools."
	case rest > 0:
		v.None = "None in the other " + text.Plural(rest, "school", "schools") + "."
	}
	return v
}

// view is the page of the facts and of what waits.
func (x facts) view(counted map[string]Standing) schoolsView {
	v := schoolsView{Whose: text.Join(x.trusts), Date: term.LongDate(clock.DayOf(x.now.Time()))}
	stands := map[string][]Shown{}
	for _, id := range x.schools {
		s := x.seen(id)
		stands[id] = counted[id].show()
		v.Schools = append(v.Schools, s)
		v.Hidden = v.Hidden || slices.ContainsFunc(stands[id], func(s Shown) bool { return s.Hidden })
		if row, ok := s.act(stands[id]); ok {
			v.Act = append(v.Act, row)
		}
	}
	slices.SortStableFunc(v.Act, func(a, b ui.RowItem) int { return first(b) - first(a) })
	for i := range Measures {
		v.Measures = append(v.Measures, x.measure(i, stands))
	}
	return v
}

// first puts a school without anybody on duty before all others.
func first(r ui.RowItem) int {
	if r.Filled {
		return 1
	}
	return 0
}

func (f *Feature) page(w http.ResponseWriter, r *http.Request) error {
	var x facts
	viewer := web.Viewer(r)
	if err := f.DB.Read(r.Context(), viewer, func(ctx context.Context, tx *store.Tx) (err error) {
		x, err = f.facts(ctx, tx)
		tx.SawList("insight.schools", "", x.schools)
		return err
	}); err != nil {
		return err
	}
	// The lead of a trust reads no record; the program counts, and what it counts is made safe to show by view. It is a reading of its own,
	// after the first: one within the other would hold two connections.
	var counted map[string]Standing
	if err := f.DB.Read(r.Context(), access.System(viewer.District, "figures of a trust’s schools"), func(ctx context.Context, tx *store.Tx) (err error) {
		counted, err = f.Concerns.Standing(ctx, tx, x.cals, x.schools, clock.Of(clock.DayOf(x.now.Time()).Start()))
		return err
	}); err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Your schools", Class: "p-insight", At: home, Body: schoolsPage(x.view(counted))})
}

// mostRows is how many schools the day's page names.
const mostRows = 6

// Panels are what the lead of a trust finds on the day's page: where nobody is on duty or the rota is open, and the way to the rest. No
// figure of a record is asked for it.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	if !tx.Viewer.Holds(access.TrustLead) || tx.Viewer.Strength < access.SecondFactor {
		return nil, nil
	}
	x, err := f.facts(ctx, tx)
	if err != nil || len(x.schools) == 0 {
		return nil, err
	}
	p := ui.TodayPanel{Order: 8, Head: ui.HeadCount{Title: "Who is on duty", Href: home, Link: "Your schools"}}
	closed := 0
	for _, id := range x.schools {
		s := x.seen(id)
		if row, ok := s.act(nil); ok {
			p.Rows = append(p.Rows, row)
		}
		if !x.cals.Of(id).IsSchoolDay(x.days[0]) && x.days[0] == clock.DayOf(x.now.Time()) {
			closed++
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b ui.RowItem) int { return first(b) - first(a) })
	covered := len(x.schools) - len(p.Rows)
	p.Head.Count = strconv.Itoa(covered) + " of " + text.Plural(len(x.schools), "school is", "schools are") + " covered this week"
	if closed > 0 {
		p.Head.Count += ", " + strconv.Itoa(closed) + " closed today"
	}
	if len(p.Rows) > mostRows {
		p.Rows = append(p.Rows[:mostRows], ui.RowItem{Kind: picture.Meeting, What: text.Plural(len(p.Rows)-mostRows, "more school", "more schools"), Href: home, Sub: "not covered at some hour of this week"})
	}
	p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Document, What: "What waits in your schools", Href: home + "#waits", Sub: "not opened, past a clock, answers owed, no feedback, follow-ups overdue: how many, and in which school"})
	return []ui.TodayPanel{p}, nil
}
