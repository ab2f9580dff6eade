package programme

import (
	"context"
	"net/http"
	"strconv"

	"kith/internal/feature/training"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
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
		web.Get(one+"/bookings.xlsx", training.Office, f.bookings),
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
		web.Get(session+"/call-off", training.Office, f.beginCallOff),
		web.Post(session+"/call-off", training.Office, f.callOffSession),
		web.Get(partners, training.Office, f.partners),
		web.Upload(partners, training.Office, 3<<20, f.loadPartners),
		web.Post(partners+"/{partner}/decide", training.Office, f.decide),
		web.Get(partners+"/{partner}", training.Office, f.onePartner),
		web.Get(partners+"/{partner}/end", training.Office, f.beginEnd),
		web.Post(partners+"/{partner}/end", training.Office, f.endPartner),
		web.Post(partners+"/{partner}/admit", training.Office, f.admit),
		web.Get(one+"/withdraw", training.Office, f.beginWithdraw),
		web.Post(one+"/withdraw", training.Office, f.withdrawProgramme),
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
	Gone     string // that it was withdrawn, when and why; "" where it was not
	Off      bool   // it can be withdrawn
	Filter   *deskFilter
	Shown    string // how many sessions a filter leaves; "" without one
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
		if p.State == Withdrawn {
			v.Gone = "It was withdrawn on " + longYear(clock.DayOf(p.Ended.Time())) + ". " + p.Why
		}
		v.Off = CanWithdraw(p, tx.Now) == nil
		v.Filter = newDeskFilter(r, p, all)
		v.fill(all, houses, counts)
		return nil
	})
	return working("A programme of events", web.Page{Crumb: toFront, Body: deskPage(v)}), err
}

func (v *deskView) fill(all []Session, houses map[string]string, counts map[training.RunID]training.Count) {
	accepted, of, shown := 0, map[string]int{}, 0
	for _, s := range all {
		if s.State == Accepted {
			accepted++
			of[s.Board]++
		}
		if !v.Filter.wants(s) {
			continue
		}
		shown++
		row := deskRow{Href: lookPath(s), Title: s.Title, When: s.Starts + " to " + s.Ends, By: s.By, Where: s.Venue, Board: s.Board, Shape: boardShape(v.P, s.Board)}
		if s.Online {
			row.Where = "By video"
		}
		if s.State == Accepted || s.State == Proposed {
			row.Clashes = Clashes(s, all, houses)
			v.Clashing += min(1, len(row.Clashes))
		}
		if s.Run != "" {
			row.Seats = seatWords(s, counts[s.Run])
		}
		switch s.State {
		case Accepted, Off:
			if s.State == Off {
				row.Chip = stateChip(s)
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
	if !v.Filter.empty() {
		v.Shown = text.Plural(shown, "session fits", "sessions fit") + ", of " + strconv.Itoa(len(all)) + "."
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
	again := func(no error) (web.Page, error) { return f.deskOf(r, errs.Sentence(no)) }
	return web.Done(w, r, err, again, deskPath(id), "Published. Everybody sees the sessions that you have accepted.")
}
