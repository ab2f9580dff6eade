package programme

import (
	"bytes"
	"context"
	"net/http"

	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/bulk"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

const (
	sessionLead = "What you add is in the programme at once."
	changeLead  = "When its day, its time or its place changes, everybody who has a place or stands in line is told, with a new entry for their calendar, and so is the partner."
)

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
	form.mark(Problems(p, s))
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
		v = lookView{Path: lookPath(s), Title: s.Title, Chip: officeChip(s), Summary: s.Summary, Reply: s.Reply, Form: form, Revision: s.Revision, Answers: s.State == Proposed || s.State == Returned, Returns: s.State == Proposed,
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
		if s.State == Off && s.Why != "" {
			v.Facts = append(v.Facts, fact("Called off", s.Why))
		}
		if CanChange(p) != nil {
			v.Answers, v.Returns, v.CallOff, v.Change = false, false, false, false
		}
		if s.Run != "" {
			counts, err := f.Store.Counts(ctx, tx, p.Block)
			if err != nil {
				return err
			}
			v.Block = "/training/office/blocks/" + string(p.Block)
			v.Booked = seatWords(s, counts[s.Run]) + "."
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
	if err := CanAnswer(s, to, form.Words.Value); err != nil && v.Answers && form.Words.Value == "" {
		form.Words.Problem, ok = errs.Sentence(err), false
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
	return web.Show(w, r, sessionFormPage(form, "Change the session", changeLead, lookPath(s)+"/words", &ui.Link{Text: s.Title, Href: lookPath(s)}))
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
	form.mark(Problems(p, s))
	page := sessionFormPage(form, "Change the session", changeLead, lookPath(have)+"/words", &ui.Link{Text: have.Title, Href: lookPath(have)})
	if !ok || form.Wrong() {
		return web.Invalid(w, r, page)
	}
	if err := f.SaveSession(r.Context(), web.Viewer(r), s); err != nil {
		return shown(w, r, &form.Form, page, err, true)
	}
	return web.Redirect(w, r, lookPath(have), "Saved.")
}

type loadView struct {
	Heading, Lead, Action string
	Form                  *forms.FileForm
	Result                *bulk.Result
	What                  [2]string // "session", "sessions"
}

func newLoadForm() *forms.FileForm {
	return forms.NewFileForm("File", ".csv,.xlsx", errs.Sentence(bulk.ErrNoFile))
}

func sessionsLoad(p Programme, form *forms.FileForm, res *bulk.Result) web.Page {
	v := loadView{Heading: "Load sessions", Action: deskPath(p.ID) + "/load", Form: form, Result: res, What: [2]string{"session", "sessions"},
		Lead: "CSV or a workbook with one row a session. It needs columns for title, date, starts and ends. Others are taken if they are there: weekday, venue, address, postcode, board, partner, audience, places, summary, speaker, booking (a link, an e-mail address, “none”, or empty for here). A second loading adds nothing twice."}
	return working("Load sessions", web.Page{Crumb: toDesk(p), Body: loadPage(v)})
}

func (f *Feature) beginLoad(w http.ResponseWriter, r *http.Request) error {
	p, err := f.ownOf(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, sessionsLoad(p, newLoadForm(), nil))
}

func (f *Feature) loadSessions(w http.ResponseWriter, r *http.Request) error {
	p, err := f.ownOf(r)
	if err != nil {
		return err
	}
	form := newLoadForm()
	if !form.Parse(r) {
		return web.Invalid(w, r, sessionsLoad(p, form, nil))
	}
	res, err := f.TakeSessions(r.Context(), web.Viewer(r), p.ID, bytes.NewReader(form.File.Body))
	if errs.Is(err, errs.Rule) {
		form.File.Refuse(err)
		return web.Invalid(w, r, sessionsLoad(p, form, nil))
	}
	if err != nil {
		return err
	}
	return web.Show(w, r, sessionsLoad(p, form, &res))
}
