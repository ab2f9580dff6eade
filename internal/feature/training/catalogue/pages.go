// Package catalogue is what everybody sees of training: the public list of dates, one date, the form that asks for a place and says at once
// what the rules allow and why, and a request with how its place was given and what can be done with it.
package catalogue

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// Pages are the pages of the catalogue.
type Pages struct {
	*training.Feature
	// Programmes are the programmes of events that stand above the dates.
	Programmes interface {
		Upcoming(ctx context.Context, tx *store.Tx) ([]Teaser, error)
	}
}

// Teaser is a programme of events in the catalogue. Its sessions stand on its own page and not among the dates.
type Teaser struct {
	Date                    Block
	Title, Text, Href, When string
	Additional              bool
	Block                   training.BlockID // in which its places are booked; "" for none
}

// Routes are their addresses.
func (f Pages) Routes() []web.Route {
	return []web.Route{
		web.Get("/training", access.Anybody, f.list),
		web.Get("/training/dates/{run}", access.Anybody, f.date),
		web.Get("/training/courses/{course}", access.Anybody, f.course),
		web.Post("/training/courses/{course}/interest", access.Reporter, f.want),
		web.Get("/training/dates/{run}/ask", access.Reporter, f.begin),
		web.Post("/training/dates/{run}/ask", access.Reporter, f.ask),
		web.Get("/training/requests", access.Reporter, f.requests),
		web.Get("/training/requests/{booking}", access.Reporter, f.request),
		web.Get("/training/requests/{booking}/change", access.Reporter, f.beginChange),
		web.Post("/training/requests/{booking}/change", access.Reporter, f.change),
		web.Post("/training/requests/{booking}/transfer", access.Reporter, f.transfer),
		web.Post("/training/requests/{booking}/accept", access.Reporter, f.accept),
		web.Post("/training/requests/{booking}/decline", access.Reporter, f.decline),
		web.Post("/training/requests/{booking}/approve", access.Reporter, f.approve),
		web.Post("/training/requests/{booking}/cancel", access.Reporter, f.cancel),
		web.Get("/training/offers/{token}", access.Anybody, f.offer).Secret(),
		web.Post("/training/offers/{token}", access.Anybody, f.answer).Secret(),
	}
}

func public(title string, mast ui.Mast, p web.Page) web.Page {
	p.Title, p.Class, p.At, p.Mode, p.Wide, p.Mast = title, "p-training", "/training", ui.Public, true, &mast
	return p
}

// shelf is everything that the catalogue shows of a district, read once.
type shelf struct {
	runs    []training.Run
	courses map[training.CourseID]training.Course
	blocks  map[training.BlockID]training.Block
	counts  map[training.RunID]training.Count
	venues  map[string]training.Venue
	now     clock.Millis
}

func (f Pages) shelf(ctx context.Context, tx *store.Tx) (s shelf, err error) {
	s.now = tx.Now
	today := clock.DayOf(tx.Now.Time())
	if s.runs, err = f.Store.RunsFrom(ctx, tx, today); err != nil {
		return s, err
	}
	courses, err := f.Store.Courses(ctx, tx)
	if err != nil {
		return s, err
	}
	s.courses = map[training.CourseID]training.Course{}
	for _, c := range courses {
		s.courses[c.ID] = c
	}
	blocks, err := f.Store.Blocks(ctx, tx, []training.State{training.Published})
	if err != nil {
		return s, err
	}
	s.blocks = map[training.BlockID]training.Block{}
	for _, b := range blocks {
		s.blocks[b.ID] = b
	}
	if s.counts, err = f.Store.CountsFrom(ctx, tx, today); err != nil {
		return s, err
	}
	s.venues, err = f.Venues.Venues(ctx, tx)
	return s, err
}

// leaveOut takes out what stands on the pages of programmes.
func (s *shelf) leaveOut(all []Teaser) {
	var kept []training.Run
	for _, x := range s.runs {
		if slices.ContainsFunc(all, func(t Teaser) bool { return t.Block == x.Block }) {
			delete(s.courses, x.Course)
			continue
		}
		kept = append(kept, x)
	}
	s.runs = kept
}

// filter is what somebody looks for; "" is everything.
type filter struct {
	forms.Form
	Words  *forms.Text
	For    *forms.Choice
	Format *forms.Choice
	Place  *forms.Choice
	Month  *forms.Choice
}

func (s shelf) filter(r *http.Request) *filter {
	f := &filter{Words: forms.NewText("q", "Looking for").Max(100), For: forms.NewChoice("for", "For"), Format: forms.NewChoice("format", "How long"),
		Place: forms.NewChoice("place", "Where"), Month: forms.NewChoice("month", "When")}
	f.Fields(f.Words, f.For, f.Format, f.Place, f.Month)
	add := func(c *forms.Choice, value, words string) {
		for _, o := range c.Options {
			if o.Value == value {
				return
			}
		}
		c.Options = append(c.Options, forms.Option{Value: value, Text: words})
	}
	found := map[string]bool{}
	for _, x := range s.runs {
		c := s.courses[x.Course]
		found["format "+string(c.Format)] = true
		for _, g := range c.Audiences() {
			found["for "+g] = true
		}
		switch {
		case x.Online:
			add(f.Place, "online", "By video")
		case x.Venue == "":
			found["tbc"] = true
		default:
			add(f.Place, x.Venue, s.venues[x.Venue].Name)
		}
		add(f.Month, string(x.First[:7]), x.First.Start().Format("January 2006"))
	}
	for _, x := range training.Formats {
		if found["format "+string(x.Format)] {
			add(f.Format, string(x.Format), capital(x.Words))
		}
	}
	for _, g := range training.StaffGroups {
		if found["for "+g.Key] {
			add(f.For, g.Key, g.Words)
		}
	}
	if found["tbc"] {
		add(f.Place, "tbc", "Venue to be confirmed")
	}
	f.Fill(r.URL.Query())
	f.Clear()
	return f
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// wants says whether a run is among those looked for. A course that names no audience is for everybody.
func (f *filter) wants(s shelf, x training.Run) bool {
	c := s.courses[x.Course]
	place := x.Venue
	switch {
	case x.Online:
		place = "online"
	case place == "":
		place = "tbc"
	}
	words := strings.ToLower(c.Title + " " + c.Summary + " " + c.Board + " " + s.blocks[x.Block].Title)
	for _, w := range strings.Fields(strings.ToLower(f.Words.Value)) {
		if !strings.Contains(words, w) {
			return false
		}
	}
	return (f.For.Value == "" || c.Audience == "" || strings.Contains(","+c.Audience+",", ","+f.For.Value+",")) &&
		(f.Format.Value == "" || f.Format.Value == string(c.Format)) && (f.Place.Value == "" || f.Place.Value == place) && (f.Month.Value == "" || f.Month.Value == string(x.First[:7]))
}

func (f *filter) empty() bool {
	return f.Words.Value == "" && f.For.Value == "" && f.Format.Value == "" && f.Place.Value == "" && f.Month.Value == ""
}

func (f Pages) list(w http.ResponseWriter, r *http.Request) error {
	var v listView
	var invitation string
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v, invitation = listView{SignedIn: tx.Viewer.Account != "", Leads: tx.Viewer.Holds(access.DSL) || tx.Viewer.Holds(access.Head)}, ""
		s, err := f.shelf(ctx, tx)
		if err != nil {
			return err
		}
		if v.Programmes, err = f.Programmes.Upcoming(ctx, tx); err != nil {
			return err
		}
		s.leaveOut(v.Programmes)
		v.Filter = s.filter(r)
		for _, x := range s.runs {
			if v.Filter.wants(s, x) {
				v.Dates = append(v.Dates, s.view(x))
			}
		}
		v.Heading = heading(v)
		v.Undated = undated(s)
		invitation = s.invitation()
		return f.mine(ctx, tx, &v)
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, public("Training and events", ui.Mast{Heading: "Training and events", Ties: true,
		Text: strings.TrimSpace("For everybody who works with children here. " + invitation)}, web.Page{Body: listPage(v)}))
}

// invitation is that of the block that closes next.
func (s shelf) invitation() string {
	var next training.Block
	for _, b := range s.blocks {
		if b.Closes > s.now && (next.Closes == 0 || b.Closes < next.Closes) {
			next = b
		}
	}
	return next.Invitation()
}

// mine fills in what a signed-in reader has asked for: the latest answer whole, the others as a list. Both are written down.
func (f Pages) mine(ctx context.Context, tx *store.Tx, v *listView) error {
	if tx.Viewer.Account == "" {
		return nil
	}
	all, err := f.Store.Mine(ctx, tx, nil)
	if err != nil || len(all) == 0 {
		return err
	}
	if i := slices.IndexFunc(all, func(k training.Booking) bool { _, _, told := k.Explanation(); return told }); i >= 0 {
		if v.Result, err = f.result(ctx, tx, all[i]); err != nil {
			return err
		}
		all = slices.Delete(all, i, i+1)
	}
	v.Mine, _, err = f.rows(ctx, tx, "training.own_seen", all)
	return err
}

func pathRun(r *http.Request) (training.RunID, error) {
	s, err := web.PathID(r, "run")
	return training.RunID(s), err
}

// shown returns a run that the public may see, with its course and block. NotFound: none, or a draft.
func (f Pages) shown(ctx context.Context, tx *store.Tx, id training.RunID) (x training.Run, c training.Course, b training.Block, err error) {
	if x, err = f.Store.Run(ctx, tx, id); err != nil {
		return x, c, b, err
	}
	if b, err = f.Store.Block(ctx, tx, x.Block); err != nil {
		return x, c, b, err
	}
	if x.State == training.Draft || b.State != training.Published {
		return x, c, b, errs.Missing()
	}
	c, err = f.Store.Course(ctx, tx, x.Course)
	return x, c, b, err
}

func (f Pages) date(w http.ResponseWriter, r *http.Request) error {
	id, err := pathRun(r)
	if err != nil {
		return err
	}
	var v dateView
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, c, b, err := f.shown(ctx, tx, id)
		if err != nil {
			return err
		}
		counts, err := f.Store.Counts(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		venues, err := f.Venues.Venues(ctx, tx)
		if err != nil {
			return err
		}
		names, err := f.Organisations.Names(ctx, tx, b.Org)
		if err != nil {
			return err
		}
		s := shelf{courses: map[training.CourseID]training.Course{c.ID: c}, blocks: map[training.BlockID]training.Block{b.ID: b}, counts: counts, venues: venues, now: tx.Now}
		v = s.page(x, names[b.Org].Name)
		return nil
	}); err != nil {
		return err
	}
	return web.Show(w, r, public("A date", ui.Mast{Heading: v.Title, Text: v.When}, web.Page{Crumb: &ui.Link{Text: "All dates", Href: "/training"}, Body: datePage(v)}))
}

func (f Pages) course(w http.ResponseWriter, r *http.Request) error {
	v, err := f.courseView(r, newWantForm())
	if err != nil {
		return err
	}
	return web.Show(w, r, coursePages(v))
}

func coursePages(v courseView) web.Page {
	return public("A course", ui.Mast{Heading: v.Title, Text: v.Summary}, web.Page{Crumb: &ui.Link{Text: "All dates", Href: "/training"}, Body: coursePage(v)})
}

// wantForm asks to be told of dates.
type wantForm struct {
	forms.Form
	Name *forms.Text
}

func newWantForm() *wantForm {
	f := &wantForm{Name: forms.NewText("name", "Your name").Required("Write your name").Max(120)}
	f.Fields(f.Name)
	return f
}

func (f Pages) courseView(r *http.Request, form *wantForm) (v courseView, err error) {
	s, err := web.PathID(r, "course")
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		c, err := f.Store.Course(ctx, tx, training.CourseID(s))
		if err != nil {
			return err
		}
		all, err := f.shelf(ctx, tx)
		if err != nil {
			return err
		}
		v = courseView{Title: titleOf(c), Summary: c.Summary, Facts: courseFacts(c), Outcomes: lines(c.Outcomes), Action: "/training/courses/" + s + "/interest", Form: form, SignedIn: tx.Viewer.Account != ""}
		for _, x := range all.runs {
			if x.Course == c.ID {
				v.Dates = append(v.Dates, all.view(x))
			}
		}
		if len(v.Dates) > 0 || !v.SignedIn {
			return nil
		}
		line, err := f.Store.InterestIn(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		for _, i := range line {
			v.Waits = v.Waits || i.Account == tx.Viewer.Account
		}
		if form.Name.Value == "" {
			people, err := f.People.Names(ctx, tx, tx.Viewer.Account)
			form.Name.Value = people[tx.Viewer.Account].Name
			return err
		}
		return nil
	})
	if form.ID == "" {
		form.ID = web.NewID(r)
	}
	return v, err
}

func (f Pages) want(w http.ResponseWriter, r *http.Request) error {
	s, err := web.PathID(r, "course")
	if err != nil {
		return err
	}
	form := newWantForm()
	ok := form.Parse(r) && form.ID != ""
	if ok {
		org, err := f.orgOf(r)
		if err != nil {
			return err
		}
		err = f.Want(r.Context(), web.Viewer(r), training.Interest{ID: form.ID, Course: training.CourseID(s), Name: form.Name.Value, OrgName: org})
		if err == nil {
			return web.Redirect(w, r, "/training/courses/"+s, "You will hear as soon as there are dates, in the order in which people asked.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Refuse(err)
	}
	v, err := f.courseView(r, form)
	if err != nil {
		return err
	}
	return web.Invalid(w, r, coursePages(v))
}

// orgOf names the organisation of whoever asks.
func (f Pages) orgOf(r *http.Request) (name string, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		org, err := f.People.OrgOf(ctx, tx, tx.Viewer.Account)
		if err != nil {
			return err
		}
		names, err := f.Organisations.Names(ctx, tx, org)
		name = names[org].Name
		return err
	})
	return name, err
}
