package programme

import (
	"context"
	"net/http"
	"strings"
	"time"
	"unicode"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/calendar"
	"kith/internal/platform/document"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// Routes are the addresses: what anybody sees and books here, a partner's in pages_partner.go, the organiser's in pages_office.go.
func (f *Feature) Routes() []web.Route {
	const at = "/training/programmes/{programme}"
	out := []web.Route{
		web.Get(at, access.Anybody, f.programme),
		web.Get(at+"/programme.pdf", access.Anybody, f.pdf),
		web.Get(at+"/paper", access.Anybody, f.twin),
		web.Get(at+"/programme.ics", access.Anybody, f.feed),
		web.Get(at+"/sessions/{session}", access.Anybody, f.session),
		web.Get(at+"/book", access.Anybody, f.beginBook),
		web.Post(at+"/book", access.Anybody, f.book),
		web.Get("/training/places/{token}", access.Anybody, f.place).Secret(),
		web.Post("/training/places/{token}", access.Anybody, f.giveBack).Secret(),
	}
	return append(append(out, f.partnerRoutes()...), f.officeRoutes()...)
}

func public(title string, mast ui.Mast, p web.Page) web.Page {
	p.Title, p.Class, p.At, p.Mode, p.Wide, p.Mast = title, "p-training p-programme", "/training", ui.Public, true, &mast
	return p
}

func lower(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsUpper(r[1]) {
		return s
	}
	return strings.ToLower(string(r[:min(1, len(r))])) + string(r[min(1, len(r)):])
}

func pathProgramme(r *http.Request) (ID, error) {
	s, err := web.PathID(r, "programme")
	return ID(s), err
}

// poster reads what the pages of a programme show.
func (f *Feature) poster(r *http.Request) (x poster, err error) {
	id, err := pathProgramme(r)
	if err != nil {
		return x, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x = poster{now: tx.Now}
		if x.p, x.all, err = f.public(ctx, tx, id); err != nil {
			return err
		}
		if x.p.Block != "" {
			if x.counts, err = f.Store.Counts(ctx, tx, x.p.Block); err != nil {
				return err
			}
		}
		x.venues, err = f.Venues.Venues(ctx, tx)
		return err
	})
	return x, err
}

func (f *Feature) programme(w http.ResponseWriter, r *http.Request) error {
	x, err := f.poster(r)
	if err != nil {
		return err
	}
	v := x.page(newFilter(r, x.p, x.all))
	return web.Show(w, r, public("A programme of events", ui.Mast{Heading: x.p.Title, Text: gist(x.p, x.all), Ties: true}, web.Page{Crumb: &ui.Link{Text: "Training and events", Href: "/training"}, Body: programmePage(v)}))
}

func (f *Feature) pdf(w http.ResponseWriter, r *http.Request) error {
	x, err := f.poster(r)
	if err != nil {
		return err
	}
	body, err := document.PDF(f.leaflet(x))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/pdf")
	w.Header().Set("Content-Disposition", `inline; filename="programme.pdf"`)
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(body) // #nosec G705 -- a PDF, sent with its own type
	return err
}

func (f *Feature) twin(w http.ResponseWriter, r *http.Request) error {
	x, err := f.poster(r)
	if err != nil {
		return err
	}
	path := "/training/programmes/" + string(x.p.ID)
	p := public("A programme of events", ui.Mast{}, web.Page{Crumb: &ui.Link{Text: x.p.Title, Href: path}, Body: paperPage(path, f.leaflet(x))})
	p.Mast = nil // the paper brings its own heading
	return web.Show(w, r, p)
}

// feed is the programme as a calendar to subscribe to, filtered like the page. What was called off stays in it as such.
func (f *Feature) feed(w http.ResponseWriter, r *http.Request) error {
	x, err := f.poster(r)
	if err != nil {
		return err
	}
	wish := newFilter(r, x.p, x.all).wish()
	var events []calendar.Event
	for _, s := range x.all {
		if wish.Wants(s) {
			events = append(events, f.event(s))
		}
	}
	body, err := calendar.Feed(x.p.Title, events)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	w.Header().Set("Content-Disposition", `inline; filename="programme.ics"`)
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(body)
	return err
}

// event is a session as an entry of a calendar.
func (f *Feature) event(s Session) calendar.Event {
	run := training.Run{First: s.On, Days: []training.Day{s.Day()}}
	e := calendar.Event{UID: "session-" + mail.IDAt(f.PublicURL, string(s.ID)), Start: run.Begins(), End: ends(s), Summary: s.Title, Location: where(s), Sequence: int(s.Sequence), Updated: s.Changed,
		Description: strings.Join([]string{s.Summary, "By " + s.By + ". For: " + lower(forWords(s)) + ".", f.PublicURL + sessionPath(s)}, "\n")}
	if s.State == Off {
		e.Status = calendar.Cancelled
	}
	return e
}

func (f *Feature) session(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "session")
	if err != nil {
		return err
	}
	x, err := f.poster(r)
	if err != nil {
		return err
	}
	for _, s := range x.all {
		if string(s.ID) != id {
			continue
		}
		v := x.session(s)
		return web.Show(w, r, public("A session", ui.Mast{Heading: s.Title, Text: longYear(s.On) + ", " + s.Starts + " to " + s.Ends}, web.Page{Crumb: &ui.Link{Text: x.p.Title, Href: v.Path}, Body: sessionPage(v)}))
	}
	return errs.Missing()
}

// bookForm books a place at a session (TRN-11).
type bookForm struct {
	forms.Form
	Session                 *forms.Choice
	Name, Title, Org, Email *forms.Text
	Access, Diet            *forms.Lines
}

type bookView struct {
	Form    *bookForm
	Many    bool            // too many sessions to show them all
	Facts   []ui.SummaryRow // of the session that was chosen; none while it is asked for
	Other   string          // where another is chosen
	Action  string
	OpenTo  string
	Readers []ui.Reader
}

// bookPageOf makes the form of the sessions that can be booked here. NotFound: there is none.
func (f *Feature) bookPageOf(r *http.Request) (x poster, v bookView, err error) {
	if x, err = f.poster(r); err != nil {
		return x, v, err
	}
	form := &bookForm{Session: forms.NewChoice("session", "Which session?").Required("Choose a session"), Name: forms.NewText("name", "Your name").Required("Write your name").Max(120),
		Title: forms.NewText("title", "Your job title").Required("Write your job title").Max(120), Org: forms.NewText("org", "Your organisation").Required("Write your organisation").Max(150),
		Email:  forms.NewText("email", "Your e-mail address").Required("Write your e-mail address, for the confirmation").Max(254).Kind("email", "email"),
		Access: forms.NewLines("access", "What do you need to get in and take part? (if anything)").Max(500), Diet: forms.NewLines("diet", "Food (if anything)").Max(300)}
	form.Fields(form.Session, form.Name, form.Title, form.Org, form.Email, form.Access, form.Diet)
	wished := r.URL.Query().Get("session")
	var can []Session
	for _, s := range x.all {
		if _, to := x.how(s); s.Booking == Own && to.Href != "" {
			can = append(can, s)
		}
	}
	if len(can) == 0 {
		return x, v, errs.Missing()
	}
	v = bookView{Form: form, Action: "/training/programmes/" + string(x.p.ID) + "/book", OpenTo: capital(x.p.OpenTo), Many: len(can) > fewSessions,
		Readers: []ui.Reader{{Who: "The organiser’s training administrators", Why: "who comes, and what you need"}, {Who: "Head and safeguarding leads of your school, if it is one", Why: "that you come; not what you need"}}}
	if s, ok := one(can, wished); ok && len(can) > 1 {
		v.Action, v.Other = v.Action+"?session="+wished, "/training/programmes/"+string(x.p.ID)
		can = []Session{s}
	}
	for _, s := range can {
		o := forms.Option{Value: string(s.ID), Text: s.Title, Hint: longYear(s.On) + ", " + s.Starts + " to " + s.Ends + ". " + x.view(s).Where + ". " + x.view(s).Chip.Text}
		if v.Many {
			o.Text = term.Date(s.On) + ", " + s.Starts + ": " + s.Title
		}
		if s.OpenTo != "" {
			o.Hint += ". For: " + s.OpenTo
		}
		form.Session.Options = append(form.Session.Options, o)
	}
	if len(can) == 1 {
		s := can[0]
		form.Session.Value = string(s.ID)
		v.Facts = []ui.SummaryRow{fact("When", longYear(s.On)+", "+s.Starts+" to "+s.Ends), fact("Where", where(s)), fact("Places", x.view(s).Chip.Text)}
		if s.OpenTo != "" {
			v.OpenTo = capital(s.OpenTo)
		}
	}
	return x, v, nil
}

// fewSessions is how many sessions stand one below the other with a button each; more make a list to choose from.
const fewSessions = 8

func one(all []Session, id string) (Session, bool) {
	for _, s := range all {
		if string(s.ID) == id {
			return s, true
		}
	}
	return Session{}, false
}

func booking(x poster, v bookView) web.Page {
	mast := ui.Mast{Heading: "Book a place", Text: x.p.Title}
	if s, ok := one(x.all, v.Form.Session.Value); ok && len(v.Form.Session.Options) == 1 {
		mast.Text = s.Title
	}
	return public("Book a place", mast, web.Page{Crumb: &ui.Link{Text: x.p.Title, Href: "/training/programmes/" + string(x.p.ID)}, Body: bookPage(v)})
}

func (f *Feature) beginBook(w http.ResponseWriter, r *http.Request) error {
	x, v, err := f.bookPageOf(r)
	if err != nil {
		return err
	}
	v.Form.ID = web.NewID(r)
	if web.Viewer(r).Account != "" {
		if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
			me, err := f.People.Names(ctx, tx, tx.Viewer.Account)
			if err != nil {
				return err
			}
			v.Form.Name.Value, v.Form.Title.Value = me[tx.Viewer.Account].Name, me[tx.Viewer.Account].Title
			if v.Form.Email.Value, err = f.People.Email(ctx, tx, tx.Viewer.Account); err != nil {
				return err
			}
			org, err := f.People.OrgOf(ctx, tx, tx.Viewer.Account)
			if errs.Is(err, errs.NotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			names, err := f.Organisations.Names(ctx, tx, org)
			v.Form.Org.Value = names[org].Name
			return err
		}); err != nil {
			return err
		}
	}
	return web.Show(w, r, booking(x, v))
}

func (f *Feature) book(w http.ResponseWriter, r *http.Request) error {
	x, v, err := f.bookPageOf(r)
	if err != nil {
		return err
	}
	form := v.Form
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	if form.Email.Value != "" && !mail.IsAddress(form.Email.Value) {
		form.Email.Problem, ok = notAddress, false
	}
	if !ok {
		return web.Invalid(w, r, booking(x, v))
	}
	a := Attendee{ID: training.BookingID(form.ID), Session: SessionID(form.Session.Value), Name: form.Name.Value, Title: form.Title.Value, Org: form.Org.Value, Email: form.Email.Value, Access: form.Access.Value, Diet: form.Diet.Value}
	err = f.Book(r.Context(), web.Viewer(r), f.Limits.Address(r), a)
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, booking(x, v))
	}
	if err != nil {
		return err
	}
	if web.Viewer(r).Account != "" {
		return web.Redirect(w, r, "/training/requests/"+form.ID, "Booked. How it stands is here.")
	}
	s, _ := one(x.all, form.Session.Value)
	return web.Show(w, r, public("Book a place", ui.Mast{Heading: "Look at your e-mail", Text: s.Title + ", " + longYear(s.On)}, web.Page{Body: saidPage(
		[]string{"We have your booking. A confirmation is on its way to the address you gave: it says how the booking stands, and has a link to give the place back.", "Nothing after ten minutes? Look among unwanted mail, or write to " + contactOf(x.p) + "."},
		ui.Link{Text: "Back to the programme", Href: "/training/programmes/" + string(x.p.ID)})}))
}

func contactOf(p Programme) string {
	if p.Contact != "" {
		return p.Contact
	}
	return "the organiser"
}

type placeView struct {
	Action, Problem string
	Words           string // how it stands
	Facts           []ui.SummaryRow
	Chip            ui.Chip
	Back            string // the words of the button that gives it back, "" where there is nothing to give
	Ask, Then       string // who would, and what happens then
	Again           string // where a place can be booked, for whoever has none any more
	Contact         string // where a question goes, "" where nobody said
	Programme       string
}

// chip says in a word how a booking stands, for whoever booked.
func (m Mine) chip(now clock.Millis) ui.Chip {
	switch {
	case m.Session.State == Off:
		return ui.Chip{Text: "Called off", Tone: ui.ToneBrick}
	case m.Place.State == training.Offered && m.Place.Live(now):
		return ui.Chip{Text: "Offered to you", Tone: ui.ToneLamp}
	case m.Place.Live(now):
		return ui.Chip{Text: "Booked", Tone: ui.ToneLeaf}
	case m.Place.Open(now):
		return ui.Chip{Text: "In line", Tone: ui.ToneLamp}
	}
	return ui.Chip{Text: "No place", Tone: ui.ToneLine}
}

// again is where a place at the session can be booked, "" where it cannot be any more.
func (m Mine) again(now clock.Millis) string {
	if m.Programme.State != Published || CanCallOff(m.Session, now) != nil { // it stands, and has not begun
		return ""
	}
	return "/training/programmes/" + string(m.Programme.ID) + "/book?session=" + string(m.Session.ID)
}

func (m Mine) facts() []ui.SummaryRow {
	return []ui.SummaryRow{fact("When", longYear(m.Session.On)+", "+m.Session.Starts+" to "+m.Session.Ends), fact("Where", where(m.Session)), fact("Run by", m.Session.By)}
}

// notAddress is the answer to what is no e-mail address.
const notAddress = "Write an e-mail address, such as name@example.org"

func (f *Feature) place(w http.ResponseWriter, r *http.Request) error { return f.placePageOf(w, r, "") }

// placePageOf shows what the link in a confirmation is about. It changes nothing: mail programs open links before people do.
func (f *Feature) placePageOf(w http.ResponseWriter, r *http.Request, problem string) error {
	from := f.Limits.Address(r)
	district := web.Viewer(r).District
	if err := f.try(r.Context(), district, from); err != nil {
		return err
	}
	v := placeView{Action: r.URL.Path, Problem: problem}
	var m Mine
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if m, err = f.Confirmed(ctx, tx, r.PathValue("token")); err != nil {
			return err
		}
		v.Words, v.Programme = strings.TrimRight(placeWords(m.Place, m.Session, tx.Now), ":.")+".", "/training/programmes/"+string(m.Programme.ID)
		v.Chip, v.Contact, v.Facts = m.chip(tx.Now), m.Contact, m.facts()
		switch {
		case m.Place.Live(tx.Now):
			v.Back, v.Ask, v.Then = "Give the place back", "Cannot come?", "Give it back, and it goes to the next in line at once."
		case m.Place.Open(tx.Now):
			v.Back, v.Ask, v.Then = "Leave the line", "No need to wait?", "Whoever stands behind you moves up."
		default:
			v.Again = m.again(tx.Now)
		}
		return nil
	})
	if errs.Is(err, errs.NotFound) {
		return web.Show(w, r, public("Your place", ui.Mast{Heading: "This link does not work any more", Text: "A newer letter may have another, or the session is over."}, web.Page{Body: saidPage([]string{"Cannot come, and no letter with another link? Write to whoever sent you the confirmation, so that the next in line has the place."}, ui.Link{Text: "Training and events", Href: "/training"})}))
	}
	if err != nil {
		return err
	}
	if err := f.found(r.Context(), district, from); err != nil {
		return err
	}
	show := web.Show
	if problem != "" {
		show = web.Invalid
	}
	return show(w, r, public("Your place", ui.Mast{Heading: m.Session.Title, Text: m.Title}, web.Page{Body: placePage(v)}))
}

func (f *Feature) giveBack(w http.ResponseWriter, r *http.Request) error {
	m, err := f.GiveBack(r.Context(), web.Viewer(r).District, r.PathValue("token"))
	switch {
	case errs.Is(err, errs.NotFound):
		return f.placePageOf(w, r, "")
	case errs.Is(err, errs.Rule):
		return f.placePageOf(w, r, errs.Sentence(err))
	case err != nil:
		return err
	}
	heading, chip := "The place is given back", ui.Chip{Text: "Given back", Tone: ui.ToneLine}
	if m.Place.State == training.Waiting {
		heading, chip.Text = "You have left the line", "Left the line"
	}
	return web.Show(w, r, public("Your place", ui.Mast{Heading: heading, Text: m.Session.Title}, web.Page{Body: placePage(placeView{Chip: chip, Words: "An e-mail says so, too. There is nothing more to do.", Facts: m.facts(),
		Again: m.again(web.Now(r)), Contact: m.Contact, Programme: "/training/programmes/" + string(m.Programme.ID)})}))
}

// ends is when a session ends; its time was checked when it was filed.
func ends(s Session) clock.Millis {
	t, err := time.Parse("15:04", s.Ends)
	if err != nil {
		return 0
	}
	return clock.Of(s.On.At(t.Hour(), t.Minute()))
}
