package programme

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

const atOffice = "/training/office/programmes"

func (f *Feature) officeRoutes() []web.Route {
	const one, session, partners = atOffice + "/{programme}", "/training/office/sessions/{session}", "/training/office/partners"
	return []web.Route{
		web.Get(atOffice, training.Office, f.front),
		web.Get(atOffice+"/new", training.Office, f.begin),
		web.Post(atOffice, training.Office, f.make),
		web.Get(one, training.Office, f.desk),
		web.Get(one+"/words", training.Office, f.edit),
		web.Post(one+"/words", training.Office, f.save),
		web.Post(one+"/publish", training.Office, f.publish),
		web.Get(one+"/sessions/new", training.Office, f.beginSession),
		web.Post(one+"/sessions", training.Office, f.addSession),
		web.Get(one+"/load", training.Office, f.beginLoad),
		web.Upload(one+"/load", training.Office, 3<<20, f.loadSessions),
		web.Get(one+"/partners", training.Office, f.invitations),
		web.Post(one+"/partners", training.Office, f.invite),
		web.Post(one+"/partners/{partner}/link", training.Office, f.handOver),
		web.Get(session, training.Office, f.look),
		web.Post(session+"/answer", training.Office, f.answer),
		web.Get(session+"/words", training.Office, f.editSession),
		web.Post(session+"/words", training.Office, f.saveSession),
		web.Post(session+"/call-off", training.Office, f.callOff),
		web.Get(partners, training.Office, f.partners),
		web.Upload(partners, training.Office, 3<<20, f.loadPartners),
		web.Post(partners+"/{partner}/decide", training.Office, f.decide),
	}
}

func working(title string, p web.Page) web.Page {
	p.Title, p.Class, p.At = title, "p-training p-programme", "/training/office"
	return p
}

func deskPath(i ID) string { return atOffice + "/" + string(i) }

func lookPath(s Session) string { return "/training/office/sessions/" + string(s.ID) }

func toDesk(p Programme) *ui.Link { return &ui.Link{Text: p.Title, Href: deskPath(p.ID)} }

var toFront = &ui.Link{Text: "Programmes of events", Href: atOffice}

// org is the organiser whose programmes the viewer runs: the first, where somebody runs several.
func org(r *http.Request) string { return training.Offices(web.Viewer(r))[0] }

type frontRow struct {
	Href, Title, When, Kind string
	Chip, Waits             ui.Chip
}

func programmeChip(p Programme) ui.Chip {
	switch p.State {
	case Published:
		return ui.Chip{Text: "Published", Tone: ui.ToneLeaf}
	case Withdrawn:
		return ui.Chip{Text: "Withdrawn"}
	}
	return ui.Chip{Text: "Draft"}
}

func (f *Feature) front(w http.ResponseWriter, r *http.Request) error {
	var rows []frontRow
	var asking int64
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		rows = nil
		offices := training.Offices(tx.Viewer)
		all, err := f.store.Programmes(ctx, tx, offices...)
		if err != nil {
			return err
		}
		waits, err := f.store.waitingOf(ctx, tx, offices)
		if err != nil {
			return err
		}
		for _, p := range all {
			row := frontRow{Href: deskPath(p.ID), Title: p.Title, When: when(p), Kind: p.Kind.Words(), Chip: programmeChip(p)}
			if n := waits[p.ID]; n > 0 {
				row.Waits = ui.Chip{Text: text.Plural(n, "proposal waits", "proposals wait"), Tone: ui.ToneLamp}
			}
			rows = append(rows, row)
		}
		asking, err = f.store.asking(ctx, tx, offices)
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, working("Programmes of events", web.Page{Crumb: &ui.Link{Text: "Training office", Href: "/training/office"}, Body: frontPage(rows, int(asking))}))
}

// shown is a page with a form; wrong says that it goes back with what is wrong.
func shown(w http.ResponseWriter, r *http.Request, form *forms.Form, page web.Page, err error, wrong bool) error {
	switch {
	case errs.Is(err, errs.Conflict):
		form.Refuse(err)
		return web.Conflicting(w, r, page)
	case errs.Is(err, errs.Rule):
		form.Refuse(err)
		return web.Invalid(w, r, page)
	case err != nil:
		return err
	case wrong:
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

func wordsPage(form *programmeForm, heading, lead, action string, crumb *ui.Link) web.Page {
	return working(heading, web.Page{Crumb: crumb, Body: officeForm(heading, lead, formView{Form: &form.Form, Action: action, Button: "Save the programme", Parts: form.parts()})})
}

const programmeLead = "Everybody reads these words once the programme is published."

func (f *Feature) begin(w http.ResponseWriter, r *http.Request) error {
	form := newProgrammeForm()
	form.ID, form.Aims.Value = web.NewID(r), GatheringAims
	form.Kind.Value = string(Week)
	return web.Show(w, r, wordsPage(form, "A new programme", programmeLead, atOffice, toFront))
}

func (f *Feature) make(w http.ResponseWriter, r *http.Request) error {
	form := newProgrammeForm()
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	p := form.programme()
	p.ID, p.Org = ID(form.ID), org(r)
	if p.Kind != Gathering && p.Aims == GatheringAims {
		p.Aims = "" // offered, and not meant
	}
	page := wordsPage(form, "A new programme", programmeLead, atOffice, toFront)
	if !ok {
		return web.Invalid(w, r, page)
	}
	if err := f.Make(r.Context(), web.Viewer(r), p); err != nil {
		return shown(w, r, &form.Form, page, err, true)
	}
	return web.Redirect(w, r, deskPath(p.ID), "Saved as a draft. Add sessions, or invite partners to propose them.")
}

// ownOf loads a programme of the viewer's from the address.
func (f *Feature) ownOf(r *http.Request) (p Programme, err error) {
	id, err := pathProgramme(r)
	if err != nil {
		return p, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		p, err = f.own(ctx, tx, id)
		return err
	})
	return p, err
}

func (f *Feature) edit(w http.ResponseWriter, r *http.Request) error {
	p, err := f.ownOf(r)
	if err != nil {
		return err
	}
	form := newProgrammeForm()
	form.show(p)
	return web.Show(w, r, wordsPage(form, "Change the programme", programmeLead, deskPath(p.ID)+"/words", toDesk(p)))
}

func (f *Feature) save(w http.ResponseWriter, r *http.Request) error {
	have, err := f.ownOf(r)
	if err != nil {
		return err
	}
	form := newProgrammeForm()
	ok := form.Parse(r)
	p := form.programme()
	p.ID = have.ID
	page := wordsPage(form, "Change the programme", programmeLead, deskPath(p.ID)+"/words", toDesk(have))
	if !ok {
		return web.Invalid(w, r, page)
	}
	if err := f.Save(r.Context(), web.Viewer(r), p); err != nil {
		return shown(w, r, &form.Form, page, err, true)
	}
	return web.Redirect(w, r, deskPath(p.ID), "Saved.")
}

type deskView struct {
	P        Programme
	Path     string
	When     string
	Chip     ui.Chip
	Waiting  []deskRow
	Days     []deskDay
	Others   []deskRow
	Boards   []boardView
	Clashing int
	Problem  string
	WhyNot   string // why it cannot be published; "" when it can
	Link     string // where everybody sees it
	Invite   bool
	Until    string
}

type deskDay struct {
	Long  string
	Count string
	Rows  []deskRow
}

type deskRow struct {
	Href, Title, When, By, Where string
	Board                        string
	Shape                        int
	Clashes                      []string
	Seats                        string
	Chip                         ui.Chip
}

func (f *Feature) deskOf(r *http.Request, problem string) (web.Page, error) {
	id, err := pathProgramme(r)
	if err != nil {
		return web.Page{}, err
	}
	var v deskView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		p, err := f.own(ctx, tx, id)
		if err != nil {
			return err
		}
		all, err := f.store.Sessions(ctx, tx, id)
		if err != nil {
			return err
		}
		houses, err := f.buildings(ctx, tx)
		if err != nil {
			return err
		}
		counts := map[training.RunID]training.Count{}
		if p.Block != "" {
			if counts, err = f.Store.Counts(ctx, tx, p.Block); err != nil {
				return err
			}
		}
		v = deskView{P: p, Path: deskPath(id), When: when(p), Chip: programmeChip(p), Problem: problem, Link: "/training/programmes/" + string(id), Invite: CanPropose(p, clock.DayOf(tx.Now.Time())) == nil, Until: term.LongDate(p.ProposeUntil)}
		v.fill(all, houses, counts)
		return nil
	})
	return working("A programme of events", web.Page{Crumb: toFront, Body: deskPage(v)}), err
}

func (v *deskView) fill(all []Session, houses map[string]string, counts map[training.RunID]training.Count) {
	accepted, of := 0, map[string]int{}
	for _, s := range all {
		row := deskRow{Href: lookPath(s), Title: s.Title, When: s.Starts + " to " + s.Ends, By: s.By, Where: s.Venue, Board: s.Board, Shape: boardShape(v.P, s.Board)}
		if s.Online {
			row.Where = "By video"
		}
		if s.State == Accepted || s.State == Proposed {
			row.Clashes = Clashes(s, all, houses)
			v.Clashing += min(1, len(row.Clashes))
		}
		if s.Run != "" {
			row.Seats = text.Plural(int(counts[s.Run].Taken), "booked", "booked")
			if s.Places > 0 {
				row.Seats = text.Plural(int(counts[s.Run].Taken), "of", "of") + " " + text.Plural(int(s.Places), "booked", "booked")
			}
		}
		switch s.State {
		case Accepted, Off:
			if s.State == Off {
				row.Chip = stateChip(s)
			} else {
				accepted++
				of[s.Board]++
			}
			if long := term.LongDate(s.On); len(v.Days) == 0 || v.Days[len(v.Days)-1].Long != long {
				v.Days = append(v.Days, deskDay{Long: long})
			}
			d := &v.Days[len(v.Days)-1]
			d.Rows = append(d.Rows, row)
			d.Count = text.Plural(len(d.Rows), "session", "sessions")
		case Proposed:
			row.When = term.Date(s.On) + ", " + row.When
			v.Waiting = append(v.Waiting, row)
		default:
			row.When, row.Chip = term.Date(s.On)+", "+row.When, stateChip(s)
			v.Others = append(v.Others, row)
		}
	}
	for i, b := range v.P.BoardNames() {
		v.Boards = append(v.Boards, boardView{N: i % shapes, Name: b, Count: text.Plural(of[b], "session", "sessions")})
	}
	if err := CanPublish(v.P, accepted); err != nil {
		v.WhyNot = errs.Sentence(err)
	}
}

func (f *Feature) desk(w http.ResponseWriter, r *http.Request) error {
	p, err := f.deskOf(r, "")
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f *Feature) publish(w http.ResponseWriter, r *http.Request) error {
	id, err := pathProgramme(r)
	if err != nil {
		return err
	}
	err = f.Publish(r.Context(), web.Viewer(r), id)
	if errs.Is(err, errs.Rule) {
		p, e := f.deskOf(r, errs.Sentence(err))
		if e != nil {
			return e
		}
		return web.Invalid(w, r, p)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, deskPath(id), "Published. Everybody sees the sessions that you have accepted.")
}

const sessionLead = "What you add is in the programme at once."

func sessionFormPage(form *sessionForm, heading, lead, action string, crumb *ui.Link) web.Page {
	return working(heading, web.Page{Crumb: crumb, Body: officeForm(heading, lead, formView{Form: &form.Form, Action: action, Button: "Save the session", Parts: form.parts()})})
}

func (f *Feature) beginSession(w http.ResponseWriter, r *http.Request) error {
	p, err := f.ownOf(r)
	if err != nil {
		return err
	}
	form := newSessionForm(p, false)
	form.ID, form.By.Value, form.Booking.Value = web.NewID(r), f.Publisher, string(Own)
	if p.First == p.Last {
		form.Day.Value = string(p.First)
	}
	return web.Show(w, r, sessionFormPage(form, "Add a session", sessionLead, deskPath(p.ID)+"/sessions", toDesk(p)))
}

func (f *Feature) addSession(w http.ResponseWriter, r *http.Request) error {
	p, err := f.ownOf(r)
	if err != nil {
		return err
	}
	form := newSessionForm(p, false)
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	s := form.session()
	s.ID, s.Programme = SessionID(form.ID), p.ID
	page := sessionFormPage(form, "Add a session", sessionLead, deskPath(p.ID)+"/sessions", toDesk(p))
	if !ok || form.Wrong() {
		return web.Invalid(w, r, page)
	}
	if err := f.Add(r.Context(), web.Viewer(r), s); err != nil {
		return shown(w, r, &form.Form, page, err, true)
	}
	return web.Redirect(w, r, deskPath(p.ID), "The session is in the programme.")
}

type lookView struct {
	Path     string
	Title    string
	Chip     ui.Chip
	Facts    []ui.SummaryRow
	Summary  string
	Clashes  []string
	Reply    string
	Form     *answerForm
	Revision int64
	Answers  bool // it can be accepted or declined
	Returns  bool // it can be sent back
	CallOff  bool
	Change   bool
	Contact  string
	Block    string // where who has booked stands
	Booked   string
}

// lookOf is a session as the organiser looks at it. Who answers for its partner is opened.
func (f *Feature) lookOf(r *http.Request, form *answerForm) (v lookView, s Session, p Programme, err error) {
	id, err := web.PathID(r, "session")
	if err != nil {
		return v, s, p, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if s, p, err = f.ownSession(ctx, tx, SessionID(id)); err != nil {
			return err
		}
		all, err := f.store.Sessions(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		houses, err := f.buildings(ctx, tx)
		if err != nil {
			return err
		}
		v = lookView{Path: lookPath(s), Title: s.Title, Chip: stateChip(s), Summary: s.Summary, Reply: s.Reply, Form: form, Revision: s.Revision, Answers: s.State == Proposed || s.State == Returned, Returns: s.State == Proposed,
			CallOff: CanCallOff(s, tx.Now) == nil, Change: s.State == Accepted || s.State == Proposed || s.State == Returned}
		if s.State == Accepted || s.State == Proposed {
			v.Clashes = Clashes(s, all, houses)
		}
		v.Facts = []ui.SummaryRow{fact("When", longYear(s.On)+", "+s.Starts+" to "+s.Ends+" ("+Lasts(s.Starts, s.Ends)+")"), fact("Where", where(s)), fact("For", forWords(s)), fact("Run by", s.By)}
		if s.Board != "" {
			v.Facts = append(v.Facts, fact("Board", s.Board))
		}
		if s.Speaker != "" {
			v.Facts = append(v.Facts, fact("With", s.Speaker))
		}
		places := "No limit"
		if s.Places > 0 {
			places = text.Plural(int(s.Places), "place", "places")
		}
		v.Facts = append(v.Facts, fact("Places", places), fact("Booking", bookingWords(s)))
		if s.Run != "" {
			counts, err := f.Store.Counts(ctx, tx, p.Block)
			if err != nil {
				return err
			}
			v.Block = "/training/office/blocks/" + string(p.Block)
			v.Booked = text.Plural(int(counts[s.Run].Taken), "place is taken", "places are taken") + ", " + text.Plural(int(counts[s.Run].Waiting), "waits", "wait") + "."
		}
		if s.Partner == "" {
			return nil
		}
		c, err := f.store.Contact(ctx, tx, s.Partner)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		v.Contact = c.Name + ", " + c.Email
		_, _, err = tx.Open(ctx, "training.partner_opened", recordRef(s.Partner))
		return err
	})
	return v, s, p, err
}

func bookingWords(s Session) string {
	for _, b := range Bookings {
		if b.Booking == s.Booking {
			if s.To != "" {
				return b.Words + ": " + s.To
			}
			return b.Words
		}
	}
	return ""
}

func lookAt(v lookView, p Programme) web.Page {
	return working("A session", web.Page{Crumb: toDesk(p), Body: lookPage(v)})
}

func (f *Feature) look(w http.ResponseWriter, r *http.Request) error {
	v, _, p, err := f.lookOf(r, newAnswerForm())
	if err != nil {
		return err
	}
	return web.Show(w, r, lookAt(v, p))
}

func (f *Feature) answer(w http.ResponseWriter, r *http.Request) error {
	form := newAnswerForm()
	ok := form.Parse(r)
	v, s, p, err := f.lookOf(r, form)
	if err != nil {
		return err
	}
	to, known := map[string]SessionState{"accept": Accepted, "return": Returned, "decline": Declined}[r.PostFormValue("do")]
	if !known {
		form.Refuse(errs.Refuse("Accept it, send it back or decline it"))
		return web.Invalid(w, r, lookAt(v, p))
	}
	if !ok {
		return web.Invalid(w, r, lookAt(v, p))
	}
	if err := f.Answer(r.Context(), web.Viewer(r), s.ID, form.Version, to, form.Words.Value); err != nil {
		return shown(w, r, &form.Form, lookAt(v, p), err, true)
	}
	said := map[SessionState]string{Accepted: "It is in the programme. The partner is told.", Returned: "Sent back. The partner reads your words, and can change it.", Declined: "Declined. The partner reads your words."}[to]
	return web.Redirect(w, r, deskPath(p.ID), said)
}

func (f *Feature) editSession(w http.ResponseWriter, r *http.Request) error {
	_, s, p, err := f.lookOf(r, newAnswerForm())
	if err != nil {
		return err
	}
	form := newSessionForm(p, false)
	form.show(s)
	return web.Show(w, r, sessionFormPage(form, "Change the session", "Calendars that follow the programme hear of it.", lookPath(s)+"/words", &ui.Link{Text: s.Title, Href: lookPath(s)}))
}

func (f *Feature) saveSession(w http.ResponseWriter, r *http.Request) error {
	_, have, p, err := f.lookOf(r, newAnswerForm())
	if err != nil {
		return err
	}
	form := newSessionForm(p, false)
	ok := form.Parse(r)
	s := form.session()
	s.ID = have.ID
	page := sessionFormPage(form, "Change the session", "Calendars that follow the programme hear of it.", lookPath(have)+"/words", &ui.Link{Text: have.Title, Href: lookPath(have)})
	if !ok || form.Wrong() {
		return web.Invalid(w, r, page)
	}
	if err := f.SaveSession(r.Context(), web.Viewer(r), s); err != nil {
		return shown(w, r, &form.Form, page, err, true)
	}
	return web.Redirect(w, r, lookPath(have), "Saved.")
}

func (f *Feature) callOff(w http.ResponseWriter, r *http.Request) error {
	v, s, p, err := f.lookOf(r, newAnswerForm())
	if err != nil {
		return err
	}
	if err := f.CallOff(r.Context(), web.Viewer(r), s.ID); err != nil {
		return shown(w, r, &v.Form.Form, lookAt(v, p), err, true)
	}
	return web.Redirect(w, r, deskPath(p.ID), "Called off. It stays in the programme as such, and whoever booked is told.")
}

type loadView struct {
	Heading, Lead, Action string
	Form                  *forms.Form
	Result                *bulk.Result
	What                  [2]string // "session", "sessions"
}

// received is the file that was sent with a form. Rule: none was chosen.
func received(r *http.Request) (io.Reader, error) {
	file, _, err := r.FormFile("file")
	if err != nil {
		return nil, errs.Refuse("Choose a file")
	}
	defer file.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(file)
	return bytes.NewReader(body), err
}

func sessionsLoad(p Programme, form *forms.Form, res *bulk.Result) web.Page {
	v := loadView{Heading: "Load sessions", Action: deskPath(p.ID) + "/load", Form: form, Result: res, What: [2]string{"session", "sessions"},
		Lead: "CSV or a workbook with one row a session. It needs columns for title, date, starts and ends. Others are taken if they are there: weekday, venue, address, postcode, board, partner, audience, places, summary, speaker, booking (a link, an e-mail address, “none”, or empty for here). A second loading adds nothing twice."}
	return working("Load sessions", web.Page{Crumb: toDesk(p), Body: loadPage(v)})
}

func (f *Feature) beginLoad(w http.ResponseWriter, r *http.Request) error {
	p, err := f.ownOf(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, sessionsLoad(p, &forms.Form{}, nil))
}

func (f *Feature) loadSessions(w http.ResponseWriter, r *http.Request) error {
	p, err := f.ownOf(r)
	if err != nil {
		return err
	}
	form := &forms.Form{}
	form.Parse(r)
	in, err := received(r)
	if err != nil {
		return shown(w, r, form, sessionsLoad(p, form, nil), err, true)
	}
	res, err := f.TakeSessions(r.Context(), web.Viewer(r), p.ID, in)
	if err != nil {
		return shown(w, r, form, sessionsLoad(p, form, nil), err, true)
	}
	return web.Show(w, r, sessionsLoad(p, form, &res))
}
