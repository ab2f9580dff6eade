package running

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// Routes are the addresses of the package.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get("/training/registers", Keepers, f.registersPage),
		web.Get("/training/registers/{run}", Keepers, f.registerPage),
		web.Post("/training/registers/{run}", Keepers, f.tick),
		web.Get("/training/registers/{run}/code", Keepers, f.codePage),
		web.Get("/training/registers/{run}/let-in", Keepers, f.beginLetIn),
		web.Post("/training/registers/{run}/let-in", Keepers, f.letIn),
		web.Post("/training/registers/{run}/close", Keepers, f.close),
		web.Get("/training/registers/{run}/thoughts", Keepers, f.thoughtsPage),
		web.Get("/training/office/dates/{run}/keeping", training.Office, f.beginKeeping),
		web.Post("/training/office/dates/{run}/keeping", training.Office, f.saveKeeping),
		web.Get("/training/office/courses/{course}/award", training.Office, f.beginAward),
		web.Post("/training/office/courses/{course}/award", training.Office, f.saveAward),

		web.Get("/training/record", access.Reporter, f.ownPage),
		web.Post("/training/record/places/{booking}/here", access.Reporter, f.ownHere),
		web.Get("/training/record/places/{booking}/thoughts", access.Reporter, f.beginOwnThoughts),
		web.Post("/training/record/places/{booking}/thoughts", access.Reporter, f.ownThoughts),
		web.Get("/training/record/lines/{line}", access.Reporter, f.certificatePage),
		web.Get("/training/record/lines/{line}/pdf", access.Reporter, f.certificatePDF),
		web.Get("/training/record/lines/{line}/badge", access.Reporter, f.certificateBadge),

		web.Get("/training/days/{token}", access.Anybody, f.dayPage).Secret(),
		web.Post("/training/days/{token}/here", access.Anybody, f.dayHere).Secret(),
		web.Post("/training/days/{token}/thoughts", access.Anybody, f.dayThoughts).Secret(),
		web.Get("/training/certificates", access.Anybody, f.beginCheck),
		web.Get("/training/certificates/key", access.Anybody, f.publicKey),
		web.Get("/training/certificates/status/{list}", access.Anybody, f.statusList),
		web.Get("/training/certificates/{token}", access.Anybody, f.check).Secret(),

		web.Get("/training/staff", Records, f.matrixPage),
		web.Get("/training/staff/sheet", Records, f.matrixSheet),
		web.Get("/training/staff/paper", Records, f.matrixPaper),
		web.Get("/training/staff/people/{person}", Records, f.personPage),
		web.Get("/training/staff/lines/new", Records, f.beginLine),
		web.Post("/training/staff/lines", Records, f.enterLine),
		web.Post("/training/staff/lines/{line}/take-out", Records, f.takeOut),
	}
}

func working(title, at string, p web.Page) web.Page {
	p.Title, p.Class, p.At = title, "p-training", at
	return p
}

func public(title string, mast ui.Mast, p web.Page) web.Page {
	p.Title, p.Class, p.At, p.Mode, p.Mast = title, "p-training", "/training", ui.Public, &mast
	return p
}

func pathRun(r *http.Request) (training.RunID, error) {
	s, err := web.PathID(r, "run")
	return training.RunID(s), err
}

func registerPath(id training.RunID) string { return "/training/registers/" + string(id) }

var toRegisters = &ui.Link{Text: "Registers", Href: "/training/registers"}

type linkRow struct {
	Href, Text, Soft string
	Chip             ui.Chip
}

// registersFrom and registersUntil are how many days back and ahead of today the list of registers goes.
const registersFrom, registersUntil = 60, 60

func (f *Feature) registersPage(w http.ResponseWriter, r *http.Request) error {
	var rows []linkRow
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		today := clock.DayOf(tx.Now.Time())
		rows, err = f.registerRows(ctx, tx, today.Add(-registersFrom), today.Add(registersUntil))
		return err
	})
	if err != nil {
		return err
	}
	if len(rows) == 0 && len(training.Offices(web.Viewer(r))) == 0 {
		return errs.Missing()
	}
	return web.Show(w, r, working("Registers", "/training/office", web.Page{Body: registersBody(rows)}))
}

// registerRows are the registers that the viewer keeps, with a day between two.
func (f *Feature) registerRows(ctx context.Context, tx *store.Tx, from, until clock.Day) (rows []linkRow, err error) {
	ids, err := f.rows.keptRuns(ctx, tx, from, until)
	if err != nil {
		return nil, err
	}
	today := clock.DayOf(tx.Now.Time())
	for _, id := range ids {
		k, err := f.load(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		x := linkRow{Href: registerPath(id), Text: k.course.Title, Soft: training.DayWords(k.run.Days) + ", " + text.Join(nonEmpty(k.where()))}
		_, isToday := DayOfRun(k.run.Days, today)
		switch {
		case !k.g.ClosedAt.IsZero():
			x.Chip = ui.Chip{Text: "Closed", Tone: ui.ToneLeaf}
		case isToday:
			x.Chip = ui.Chip{Text: "Today", Tone: ui.ToneLamp}
		case k.last().On < today:
			x.Chip = ui.Chip{Text: "To close", Tone: ui.ToneBrick}
		default:
			x.Chip = ui.Chip{Text: "Coming"}
		}
		rows = append(rows, x)
	}
	return rows, nil
}

func (k kept) where() string {
	switch {
	case k.run.Online:
		return "by video"
	case k.run.Venue == "":
		return venueOpen
	}
	return k.venue.Name
}

// registerView is the register of one day.
type registerView struct {
	Path, Title, When, Where string
	Tabs                     []tabView
	N                        int
	Day                      string
	Open                     bool   // it can be kept now
	Why                      string // why not
	People                   []personView
	Here, Missing            int
	Closed                   string
	CanClose                 string // "" where it can be closed; else why not
	Unmarked                 int    // marks that are missing over all days
	Problem                  string
	Left                     []string // whose mark somebody else had changed
	Attended                 int
	Thoughts                 bool
	Organiser                bool
}

type tabView struct {
	ui.Link
	Here bool
}

type personView struct {
	ID, Name, Org, Needs string
	Mark                 MarkKind
	Instead, How         string
	Learnt               string // the path of their certificate
	Chip                 ui.Chip
}

// chosenDay is the day of a run that a page is about: the one asked for, else today's, else the last that has come.
func chosenDay(r *http.Request, days []training.Day, today clock.Day) int {
	if n, err := strconv.Atoi(r.FormValue("day")); err == nil && n >= 1 && n <= len(days) {
		return n - 1
	}
	at := 0
	for i, d := range days {
		if d.On <= today {
			at = i
		}
	}
	return at
}

func (f *Feature) registerView(r *http.Request) (v registerView, err error) {
	id, err := pathRun(r)
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		k, err := f.keep(ctx, tx, id)
		if err != nil {
			return err
		}
		n := chosenDay(r, k.run.Days, clock.DayOf(tx.Now.Time()))
		v = registerView{Path: registerPath(id), Title: k.course.Title, When: training.DayWords(k.run.Days), Where: capital(k.where()), N: n, Day: term.LongDate(k.run.Days[n].On),
			Organiser: tx.Viewer.HoldsAt(access.TrainingAdmin, k.block.Org)}
		for i, d := range k.run.Days {
			if len(k.run.Days) > 1 {
				v.Tabs = append(v.Tabs, tabView{ui.Link{Text: "Day " + strconv.Itoa(i+1) + ", " + term.ShortDate(d.On), Href: v.Path + "?day=" + strconv.Itoa(i+1)}, i == n})
			}
		}
		if err := CanMark(k.g, k.run.Days, n, v.Organiser, tx.Now); err != nil {
			v.Why = errs.Sentence(err)
		} else {
			v.Open = true
		}
		if !k.g.ClosedAt.IsZero() {
			v.Closed = "Closed " + term.DateTime(k.g.ClosedAt, tx.Now)
		}
		return f.people(ctx, tx, k, &v)
	})
	return v, err
}

// people fills in who is on a register, with what they need; all that is shown is written down.
func (f *Feature) people(ctx context.Context, tx *store.Tx, k kept, v *registerView) error {
	booked, err := f.Store.BookedOn(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	needs := map[training.BookingID]string{}
	all, err := f.Store.NeedsOf(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	for _, n := range all {
		if _, _, err := tx.Open(ctx, "training.need_opened", n.Ref()); err != nil {
			return err
		}
		needs[n.Booking] = strings.Join(nonEmpty(n.Access, n.Diet), ". ")
	}
	marks, err := f.marksBy(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	lines, err := f.rows.learntOn(ctx, tx, k.run.ID)
	if err != nil {
		return err
	}
	given := map[training.BookingID]Learnt{}
	for _, l := range lines {
		if l.Withdrawn.IsZero() {
			given[l.Booking] = l
		}
	}
	var shown []string
	for _, b := range booked {
		shown = append(shown, string(b.ID))
		m := marks[b.ID][v.N]
		p := personView{ID: string(b.ID), Name: b.Name, Org: strings.Join(nonEmpty(b.Title, b.OrgName), ", "), Needs: needs[b.ID], Mark: m.Kind, Instead: m.Instead}
		switch m.How {
		case ByCode:
			p.How = "by the code, " + term.Time(m.At)
		case ByName:
			p.How = "let in, " + term.Time(m.At)
		}
		if l, ok := given[b.ID]; ok {
			if p.Chip = (ui.Chip{Text: "Certificate", Tone: ui.ToneLeaf}); l.Issued.IsZero() {
				p.Chip = ui.Chip{Text: "Certificate after the evaluation"}
			} else {
				p.Learnt = "/training/record/lines/" + string(l.ID)
			}
		}
		for n := range k.run.Days {
			if marks[b.ID][n].Kind == "" {
				v.Unmarked++
			}
		}
		switch m.Kind {
		case "":
			v.Missing++
		case Present, Late, Substitute:
			v.Here++
		}
		v.People = append(v.People, p)
	}
	if shown != nil {
		tx.SawList("training.register_seen", k.block.Org, shown)
	}
	v.Attended = len(given)
	v.Thoughts = k.last().On <= clock.DayOf(tx.Now.Time())
	if err := CanClose(k.g, k.last(), v.Unmarked, true, tx.Now); err != nil {
		v.CanClose = errs.Sentence(err)
	}
	return nil
}

func registerShown(v registerView) web.Page {
	return working("A register", "/training/office", web.Page{Crumb: toRegisters, Body: registerBody(v)})
}

func (f *Feature) registerPage(w http.ResponseWriter, r *http.Request) error {
	v, err := f.registerView(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, registerShown(v))
}

func (f *Feature) tick(w http.ResponseWriter, r *http.Request) error {
	v, err := f.registerView(r)
	if err != nil {
		return err
	}
	var ticks []Tick
	for i, p := range v.People {
		kind := MarkKind(r.PostFormValue("mark-" + p.ID))
		if kind == "" {
			continue
		}
		t := Tick{Booking: training.BookingID(p.ID), Kind: kind, Instead: r.PostFormValue("instead-" + p.ID), Was: MarkKind(r.PostFormValue("was-" + p.ID))}
		ticks = append(ticks, t)
		v.People[i].Mark, v.People[i].Instead = t.Kind, t.Instead // what was ticked stays, should it be refused
	}
	left, err := f.Tick(r.Context(), web.Viewer(r), training.RunID(r.PathValue("run")), v.N, ticks)
	if errs.Is(err, errs.Rule) {
		v.Problem = errs.Sentence(err)
		return web.Invalid(w, r, registerShown(v))
	}
	if err != nil {
		return err
	}
	if len(left) == 0 {
		return web.Redirect(w, r, v.Path+"?day="+strconv.Itoa(v.N+1), "Saved.")
	}
	if v, err = f.registerView(r); err != nil {
		return err
	}
	for _, p := range v.People {
		for _, id := range left {
			if p.ID == string(id) {
				v.Left = append(v.Left, p.Name)
			}
		}
	}
	return web.Conflicting(w, r, registerShown(v))
}

type codeView struct{ Title, Day, Code, Back string }

func (f *Feature) codePage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathRun(r)
	if err != nil {
		return err
	}
	var v codeView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		k, err := f.keep(ctx, tx, id)
		if err != nil {
			return err
		}
		n := chosenDay(r, k.run.Days, clock.DayOf(tx.Now.Time()))
		code := f.Code(id, n)
		v = codeView{Title: k.course.Title, Day: term.LongDate(k.run.Days[n].On), Code: code[:3] + " " + code[3:], Back: registerPath(id) + "?day=" + strconv.Itoa(n+1)}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, working("The code of the room", "/training/office", web.Page{Crumb: &ui.Link{Text: "The register", Href: v.Back}, Body: codeBody(v)}))
}

type letInView struct {
	Form         *walkInForm
	Action, Lead string
	Day          int
	Why          string // why nobody can be let in now; "" where somebody can
}

func (f *Feature) letInView(r *http.Request) (v letInView, err error) {
	x, err := f.registerView(r)
	if err != nil {
		return v, err
	}
	v = letInView{Form: newWalkInForm(), Action: x.Path + "/let-in", Lead: x.Title + ", " + x.Day + ".", Day: x.N + 1, Why: x.Why}
	if x.Closed != "" {
		v.Why = "The register is closed"
	}
	return v, nil
}

func letInShown(v letInView) web.Page {
	return working("Somebody who was not booked", "/training/office", web.Page{Crumb: &ui.Link{Text: "The register", Href: strings.TrimSuffix(v.Action, "/let-in") + "?day=" + strconv.Itoa(v.Day)}, Body: letInBody(v)})
}

func (f *Feature) beginLetIn(w http.ResponseWriter, r *http.Request) error {
	v, err := f.letInView(r)
	if err != nil {
		return err
	}
	v.Form.ID = web.NewID(r)
	return web.Show(w, r, letInShown(v))
}

func (f *Feature) letIn(w http.ResponseWriter, r *http.Request) error {
	v, err := f.letInView(r)
	if err != nil {
		return err
	}
	ok := v.Form.Parse(r)
	if v.Form.ID == "" {
		return errs.New(errs.Invalid, "The form came without its number. Open it again")
	}
	if ok {
		k := training.Booking{ID: training.BookingID(v.Form.ID), Name: v.Form.Name.Value, Title: v.Form.Title.Value, OrgName: v.Form.Org.Value, Email: v.Form.Email.Value}
		err = f.WalkIn(r.Context(), web.Viewer(r), training.RunID(r.PathValue("run")), v.Day-1, k)
		if err == nil {
			return web.Redirect(w, r, strings.TrimSuffix(v.Action, "/let-in")+"?day="+strconv.Itoa(v.Day), "Let in, and marked as here.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		v.Form.Refuse(err)
	}
	return web.Invalid(w, r, letInShown(v))
}

func (f *Feature) close(w http.ResponseWriter, r *http.Request) error {
	v, err := f.registerView(r)
	if err != nil {
		return err
	}
	err = f.Close(r.Context(), web.Viewer(r), training.RunID(r.PathValue("run")), r.PostFormValue("rest") == "yes")
	if errs.Is(err, errs.Rule) {
		v.Problem = errs.Sentence(err)
		return web.Invalid(w, r, registerShown(v))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, v.Path, "Closed. Certificates go out, and managers hear who was not there.")
}
