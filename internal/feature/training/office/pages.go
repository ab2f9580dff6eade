// Package office is where training administrators run their courses: blocks with their rules, dates, requests and lines, the allocation as it
// is seen before it is sent, what came by letter, invitation lists, and programmes that are loaded from a file.
package office

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/feature/training/catalogue"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// Pages are the pages of the office.
type Pages struct{ *training.Feature }

// Routes are their addresses.
func (f Pages) Routes() []web.Route {
	const at = "/training/office"
	return []web.Route{
		web.Get(at, training.Office, f.front),
		web.Get(at+"/courses/new", training.Office, f.newCourse),
		web.Post(at+"/courses", training.Office, f.makeCourse),
		web.Get(at+"/courses/{course}", training.Office, f.editCourse),
		web.Post(at+"/courses/{course}", training.Office, f.saveCourse),
		web.Get(at+"/blocks/new", training.Office, f.newBlock),
		web.Post(at+"/blocks", training.Office, f.makeBlock),
		web.Get(at+"/blocks/{block}", training.Office, f.block),
		web.Get(at+"/blocks/{block}/rules", training.Office, f.editBlock),
		web.Post(at+"/blocks/{block}/rules", training.Office, f.saveBlock),
		web.Post(at+"/blocks/{block}/publish", training.Office, f.publish),
		web.Get(at+"/blocks/{block}/preview", training.Office, f.preview),
		web.Post(at+"/blocks/{block}/allocate", training.Office, f.allocate),
		web.Get(at+"/blocks/{block}/dates", training.Office, f.newDates),
		web.Post(at+"/blocks/{block}/dates", training.Office, f.addDates),
		web.Get(at+"/blocks/{block}/enter", training.Office, f.beginEntry),
		web.Post(at+"/blocks/{block}/enter", training.Office, f.enter),
		web.Get(at+"/blocks/{block}/invitations", training.Office, f.invitations),
		web.Post(at+"/blocks/{block}/invitations", training.Office, f.invite),
		web.Get(at+"/dates/{run}", training.Office, f.date),
		web.Post(at+"/dates/{run}", training.Office, f.saveDate),
		web.Post(at+"/dates/{run}/cancel", training.Office, f.cancelDate),
		web.Get(venuesPath, training.Office, f.venues),
		web.Post(venuesPath, training.Office, f.saveRings),
		web.Get(venuesPath+"/{venue}", training.Office, f.editVenue),
		web.Post(venuesPath+"/{venue}", training.Office, f.saveVenue),
		web.Get(at+"/load", training.Office, f.beginLoad),
		web.Upload(at+"/load", training.Office, 5<<20, f.load),
	}
}

var toOffice = &ui.Link{Text: "Training office", Href: "/training/office"}

func working(title string, p web.Page) web.Page {
	p.Title, p.Class, p.At = title, "p-training", "/training/office"
	return p
}

func blockPath(id training.BlockID) string { return "/training/office/blocks/" + string(id) }

func toBlock(b training.Block) *ui.Link { return &ui.Link{Text: b.Title, Href: blockPath(b.ID)} }

func pathBlock(r *http.Request) (training.BlockID, error) {
	s, err := web.PathID(r, "block")
	return training.BlockID(s), err
}

// own loads a block of the viewer's with its dates. NotFound: none, or another organiser's.
func (f Pages) own(r *http.Request) (b training.Block, runs []training.Run, err error) {
	id, err := pathBlock(r)
	if err != nil {
		return b, nil, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if b, err = f.OwnBlock(ctx, tx, id); err != nil {
			return err
		}
		runs, err = f.Store.RunsOf(ctx, tx, id)
		return err
	})
	return b, runs, err
}

// org is the organiser whose courses the viewer runs: the first, where somebody runs several.
func org(r *http.Request) string { return training.Offices(web.Viewer(r))[0] }

type frontView struct {
	Blocks            []linkRow
	Courses, Sessions []linkRow
}

type linkRow struct {
	Href, Text, Soft string
	Chip             ui.Chip
}

func (f Pages) front(w http.ResponseWriter, r *http.Request) error {
	var v frontView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v = frontView{}
		blocks, err := f.Store.Blocks(ctx, tx, nil, training.Offices(tx.Viewer)...)
		if err != nil {
			return err
		}
		for _, b := range blocks {
			v.Blocks = append(v.Blocks, linkRow{blockPath(b.ID), b.Title, soft(b), stateChip(b, tx.Now)})
		}
		courses, err := f.Store.Courses(ctx, tx, training.Offices(tx.Viewer)...)
		if err != nil {
			return err
		}
		demand, err := f.Store.Demand(ctx, tx)
		for _, c := range courses {
			to := &v.Courses
			if c.Session() != "" {
				to = &v.Sessions
			}
			whole, _ := training.DemandFor(demand, c.ID)
			*to = append(*to, linkRow{"/training/office/courses/" + string(c.ID), c.Title, strings.Join(append([]string{c.Format.Words()}, demandWords(whole)...), ", "), ui.Chip{}})
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, working("Training office", web.Page{Body: frontPage(v)}))
}

// demandWords say how many wait for a course, and how many have registered an interest in it, each by its own name.
func demandWords(d training.Demand) (words []string) {
	if d.Waiting > 0 {
		words = append(words, strconv.FormatInt(d.Waiting, 10)+" waiting")
	}
	if d.Interest > 0 {
		words = append(words, strconv.FormatInt(d.Interest, 10)+" registered interest")
	}
	return words
}

// demandTable is the demand for a course by area; without rows where there is none.
func demandTable(all []training.Demand, course training.CourseID) ui.Table {
	num := func(n int64) ui.TableCell { return ui.TableCell{Text: strconv.FormatInt(n, 10), Format: "numeric"} }
	t := ui.Table{Caption: "Who waits, by outward postcode", FirstCellIsHeader: true, Head: []ui.TableCell{{Text: "Area"}, {Text: "Waiting", Format: "numeric"}, {Text: "Registered interest", Format: "numeric"}}}
	whole, areas := training.DemandFor(all, course)
	for _, a := range areas {
		t.Rows = append(t.Rows, []ui.TableCell{{Text: cmp.Or(a.Outward, "Not known")}, num(a.Waiting), num(a.Interest)})
	}
	if len(areas) > 1 {
		t.Rows = append(t.Rows, []ui.TableCell{{Text: "All"}, num(whole.Waiting), num(whole.Interest)})
	}
	return t
}

func soft(b training.Block) string {
	if s := b.Invitation(); s != "" {
		return s
	}
	return "Whoever asks first"
}

// stateChip says what a block waits for.
func stateChip(b training.Block, now clock.Millis) ui.Chip {
	switch {
	case b.State == training.Draft:
		return ui.Chip{Text: "Draft"}
	case b.State == training.Withdrawn:
		return ui.Chip{Text: "Withdrawn"}
	case b.AllocatedAt > 0:
		return ui.Chip{Text: "Allocated " + term.DateTime(b.AllocatedAt, now), Tone: ui.ToneLeaf}
	case b.Way == training.Preferences && b.Closes > 0 && now >= b.Closes:
		return ui.Chip{Text: "Closed: give out the places", Tone: ui.ToneLamp}
	}
	return ui.Chip{Text: "Open", Tone: ui.ToneSky}
}

type blockView struct {
	Block    training.Block
	Path     string
	Chip     ui.Chip
	Soft     string
	Dates    []dateRow
	Line     []personRow
	Requests []personRow
	Next     string
	Previous string
	Problem  string
	Preview  bool
	WhyNot   string
}

type dateRow struct {
	Href, Date, Course, Venue, Seats string
	Open                             bool
	Over                             string
	Chip                             ui.Chip
}

type personRow struct {
	Href, Name, Org, What, When string
	Chip                        ui.Chip
}

func (f Pages) block(w http.ResponseWriter, r *http.Request) error {
	p, err := f.blockPage(r, "")
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f Pages) blockPage(r *http.Request, problem string) (web.Page, error) {
	id, err := pathBlock(r)
	if err != nil {
		return web.Page{}, err
	}
	var v blockView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		b, err := f.OwnBlock(ctx, tx, id)
		if err != nil {
			return err
		}
		v = blockView{Block: b, Path: blockPath(id), Chip: stateChip(b, tx.Now), Soft: soft(b), Problem: problem}
		if err := training.CanAllocate(b, tx.Now); err == nil {
			v.Preview = true
		} else {
			v.WhyNot = errs.Sentence(err)
		}
		runs, err := f.dateRows(ctx, tx, &v)
		if err != nil {
			return err
		}
		return f.people(ctx, tx, &v, runs, r.URL.Query().Get("page"))
	})
	return working("A block", web.Page{Crumb: toOffice, Body: blockPage(v)}), err
}

func (f Pages) dateRows(ctx context.Context, tx *store.Tx, v *blockView) (map[training.RunID]training.Run, error) {
	runs, err := f.Store.RunsOf(ctx, tx, v.Block.ID)
	if err != nil {
		return nil, err
	}
	counts, err := f.Store.Counts(ctx, tx, v.Block.ID)
	if err != nil {
		return nil, err
	}
	venues, err := f.Venues.Venues(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := map[training.RunID]training.Run{}
	for _, x := range runs {
		out[x.ID] = x
		c, err := f.Store.Course(ctx, tx, x.Course)
		if err != nil {
			return nil, err
		}
		seats, n := training.Seats(x, venues[x.Venue].Capacity), counts[x.ID]
		d := dateRow{Href: "/training/office/dates/" + string(x.ID), Date: training.DayWords(x.Days) + " " + string(x.First[:4]), Course: c.Title + ", " + c.Format.Words(), Venue: venues[x.Venue].Name, Open: x.Venue == "" && !x.Online,
			Seats: text.Plural(int(n.Taken), "taken", "taken")}
		if x.Online {
			d.Venue = "By video"
		}
		if seats > 0 {
			d.Seats = text.Plural(int(n.Taken), "of", "of") + " " + text.Plural(int(seats), "taken", "taken")
		}
		if n.Waiting > 0 {
			d.Seats += ", " + text.Plural(int(n.Waiting), "in line", "in line")
		}
		if seats > 0 && n.Taken > seats {
			d.Over = "Overbooked by " + text.Plural(int(n.Taken-seats), "place", "places")
		}
		switch x.State {
		case training.Draft:
			d.Chip = ui.Chip{Text: "Draft"}
		case training.RunCancelled:
			d.Chip = ui.Chip{Text: "Cancelled", Tone: ui.ToneBrick}
		}
		v.Dates = append(v.Dates, d)
	}
	return out, nil
}

// people fills in who is in line or has an offer, and the requests; what is shown is written down.
func (f Pages) people(ctx context.Context, tx *store.Tx, v *blockView, runs map[training.RunID]training.Run, cursor string) error {
	line, err := f.Store.Places(ctx, tx, v.Block.ID, training.Waiting, training.Offered)
	if err != nil {
		return err
	}
	for i := range line {
		line[i].Tier, _ = training.TierOf(v.Block.Tiers, line[i])
	}
	slices.SortStableFunc(line, func(x, y training.Place) int {
		return cmp.Or(strings.Compare(string(runs[x.Run].First), string(runs[y.Run].First)), strings.Compare(string(x.State), string(y.State)), cmp.Compare(x.Tier, y.Tier), cmp.Compare(x.Arrived, y.Arrived), cmp.Compare(x.ID, y.ID))
	})
	shown := []string{}
	row := func(k training.Booking) (personRow, error) {
		p, err := f.Store.Place(ctx, tx, k.ID)
		shown = append(shown, string(k.ID))
		return personRow{Href: "/training/requests/" + string(k.ID), Name: k.Name, Org: k.OrgName, What: training.DayWords(runs[p.At()].Days), When: "arrived " + training.ChannelWords(k.Channel) + " " + term.DateTime(p.Arrived, tx.Now), Chip: catalogue.ChipOf(p, tx.Now)}, err
	}
	for _, p := range line {
		if p.State == training.Offered && !p.Live(tx.Now) {
			continue
		}
		k, err := f.Store.Booking(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		r, err := row(k)
		if err != nil {
			return err
		}
		v.Line = append(v.Line, r)
	}
	page, err := f.Store.BookingPage(ctx, tx, v.Block.ID, cursor)
	if err != nil {
		return err
	}
	for _, k := range page.Items {
		r, err := row(k)
		if err != nil {
			return err
		}
		v.Requests = append(v.Requests, r)
	}
	v.Next, v.Previous = page.Next, page.Previous
	if len(shown) > 0 {
		tx.SawList("training.block_seen", v.Block.Org, shown)
	}
	return nil
}

func (f Pages) publish(w http.ResponseWriter, r *http.Request) error {
	id, err := pathBlock(r)
	if err != nil {
		return err
	}
	err = f.Publish(r.Context(), web.Viewer(r), id)
	if errs.Is(err, errs.Rule) {
		return f.again(w, r, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, blockPath(id), "Published. Whoever waited for dates is told.")
}

// again shows the page of the block with why a button was refused.
func (f Pages) again(w http.ResponseWriter, r *http.Request, why error) error {
	p, err := f.blockPage(r, errs.Sentence(why))
	if err != nil {
		return err
	}
	if errs.Is(why, errs.Conflict) {
		return web.Conflicting(w, r, p)
	}
	return web.Invalid(w, r, p)
}

type previewView struct {
	Block   training.Block
	Path    string
	Mark    string
	Order   string
	Totals  []string
	Rows    []previewRow
	Changed string
}

type previewRow struct{ Turn, Name, Org, Says string }

func (f Pages) preview(w http.ResponseWriter, r *http.Request) error {
	v, err := f.previewView(r)
	if errs.Is(err, errs.Rule) {
		return f.again(w, r, err)
	}
	if err != nil {
		return err
	}
	return web.Show(w, r, working("The allocation", web.Page{Crumb: toBlock(v.Block), Body: previewPage(v)}))
}

func (f Pages) previewView(r *http.Request) (v previewView, err error) {
	id, err := pathBlock(r)
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		p, err := f.Preview(ctx, tx, id)
		if err != nil {
			return err
		}
		names := map[training.BookingID]training.Booking{}
		all, err := f.Store.BookingsOf(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, k := range all {
			names[k.ID] = k
		}
		v = previewView{Block: p.Block, Path: blockPath(id), Mark: p.Mark, Order: p.Words.Order}
		given, first, second := map[training.RunID]int{}, 0, 0
		shown := []string{}
		for _, o := range p.Outcomes {
			k := names[training.BookingID(o.Request)]
			shown = append(shown, o.Request)
			v.Rows = append(v.Rows, previewRow{text.Plural(int(o.Turn), "", ""), k.Name, k.OrgName, p.Sentence(o)})
			switch o.Choice {
			case 1:
				first++
			case 2:
				second++
			}
			if o.Choice > 0 {
				given[training.RunID(o.Run)]++
			}
		}
		v.Totals = append(v.Totals, text.Plural(len(p.Outcomes), "request", "requests")+": "+text.Plural(first, "gets its first choice", "get their first choice")+", "+text.Plural(second, "its second", "their second")+", "+text.Plural(len(p.Outcomes)-first-second, "stays in line", "stay in line")+".")
		runs := []training.Run{}
		for _, x := range p.Runs {
			runs = append(runs, x.Run)
		}
		slices.SortFunc(runs, func(x, y training.Run) int {
			return strings.Compare(string(x.First+"|")+string(x.ID), string(y.First+"|")+string(y.ID))
		})
		for _, x := range runs {
			v.Totals = append(v.Totals, training.DayWords(x.Days)+": "+text.Plural(given[x.ID], "place given", "places given")+" now, "+text.Plural(int(p.Before[x.ID].Taken), "place", "places")+" taken before.")
		}
		if len(shown) > 0 {
			tx.SawList("training.preview_seen", p.Block.Org, shown)
		}
		return nil
	})
	return v, err
}

func (f Pages) allocate(w http.ResponseWriter, r *http.Request) error {
	id, err := pathBlock(r)
	if err != nil {
		return err
	}
	err = f.Allocate(r.Context(), web.Viewer(r), id, r.PostFormValue("mark"))
	switch errs.KindOf(err) {
	case errs.Rule:
		return f.again(w, r, err)
	case errs.Conflict:
		v, e := f.previewView(r)
		if e != nil {
			return e
		}
		v.Changed = errs.Sentence(err)
		return web.Conflicting(w, r, working("The allocation", web.Page{Crumb: toBlock(v.Block), Body: previewPage(v)}))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, blockPath(id), "Sent. Everybody is told why.")
}

// mine says whether the viewer runs courses of the organiser.
func mine(v access.Viewer, org string) error {
	if slices.Contains(training.Offices(v), org) {
		return nil
	}
	return errs.Missing()
}

// step is a step of a list over pages, or none.
func step(words, path, cursor string) ui.PageStep {
	if cursor == "" {
		return ui.PageStep{}
	}
	return ui.PageStep{Text: words, Href: path + "?page=" + cursor}
}
