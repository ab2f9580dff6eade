package programme

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

func (f *Feature) partnerRoutes() []web.Route {
	return []web.Route{
		web.Get("/training/programmes/{programme}/take-part", access.Anybody, f.beginRegister),
		web.Post("/training/programmes/{programme}/take-part", access.Anybody, f.register),
		web.Get("/training/propose/{token}", access.Anybody, f.partner).Secret(),
		web.Get("/training/propose/{token}/new", access.Anybody, f.beginProposal).Secret(),
		web.Post("/training/propose/{token}/new", access.Anybody, f.propose).Secret(),
		web.Get("/training/propose/{token}/{session}", access.Anybody, f.beginRevision).Secret(),
		web.Post("/training/propose/{token}/{session}", access.Anybody, f.revise).Secret(),
		web.Post("/training/propose/{token}/{session}/withdraw", access.Anybody, f.withdraw).Secret(),
	}
}

func dayOf(s string) clock.Day {
	d, err := clock.ParseDay(s)
	if err != nil {
		return ""
	}
	return d
}

// openTo is a programme for which partners may register now. NotFound: none to which they ever could. Rule: they can no longer.
func (f *Feature) openTo(r *http.Request) (p Programme, err error) {
	id, err := pathProgramme(r)
	if err != nil {
		return p, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if p, err = f.store.Programme(ctx, tx, id); err != nil {
			return err
		}
		if p.ProposeUntil == "" {
			return errs.Missing()
		}
		return CanPropose(p, clock.DayOf(tx.Now.Time()))
	})
	return p, err
}

// closed answers whoever would take part when that is over, and hands every other error on.
func closed(w http.ResponseWriter, r *http.Request, p Programme, err error) error {
	if !errs.Is(err, errs.Rule) {
		return err
	}
	return web.Show(w, r, public("Take part", ui.Mast{Heading: "Take part", Text: p.Title + ", " + when(p)}, web.Page{Body: saidPage([]string{errs.Sentence(err) + "."}, ui.Link{Text: "Training and events", Href: "/training"})}))
}

func registerView(p Programme, form *registerForm) web.Page {
	v := formView{Form: &form.Form, Action: "/training/programmes/" + string(p.ID) + "/take-part", Button: "Ask to take part", Parts: form.parts(),
		Readers: ui.Readers{Title: "Who reads it", Rows: []ui.Reader{{Who: "The organiser’s training administrators", Why: "all of it"}}, Note: "Nobody else, but for the name of the organisation: it is printed in programmes."}}
	return public("Take part", ui.Mast{Heading: "Take part", Text: p.Title + ", " + when(p) + ". For agencies, settings and groups that would like to bring a session."}, web.Page{Body: registerPage(v, term.LongDate(p.ProposeUntil))})
}

func (f *Feature) beginRegister(w http.ResponseWriter, r *http.Request) error {
	p, err := f.openTo(r)
	if err != nil {
		return closed(w, r, p, err)
	}
	form := newRegisterForm()
	form.ID = web.NewID(r)
	return web.Show(w, r, registerView(p, form))
}

func (f *Feature) register(w http.ResponseWriter, r *http.Request) error {
	p, err := f.openTo(r)
	if err != nil {
		return closed(w, r, p, err)
	}
	form := newRegisterForm()
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	if form.Email.Problem == "" && !mail.IsAddress(form.Email.Value) {
		form.Email.Problem, ok = notAddress, false
	}
	if !ok {
		return web.Invalid(w, r, registerView(p, form))
	}
	err = f.Register(r.Context(), web.Viewer(r).District, f.Limits.Address(r), Partner{ID: PartnerID(form.ID), Name: form.Name.Value, Kind: form.Kind.Value, Postcode: form.Postcode.Value, Offers: form.Offers.Value, AskedFor: p.ID},
		Contact{ID: PartnerID(form.ID), Name: form.Contact.Value, Email: form.Email.Value})
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, registerView(p, form))
	}
	if err != nil {
		return err
	}
	return web.Show(w, r, public("Take part", ui.Mast{Heading: "We have it", Text: p.Title}, web.Page{Body: saidPage([]string{"The organiser looks at every organisation that asks. Then a link comes by e-mail, by which you propose your sessions and see what became of them. You need no account and no password.",
		"Your organisation is known here already? Then a fresh link is on its way to whoever answers for it."}, ui.Link{Text: "Training and events", Href: "/training"})}))
}

// opened is what the link in the address opens; a try is counted against where it comes from. NotFound is answered by lapsed.
func (f *Feature) opened(r *http.Request) (o Opened, now clock.Millis, err error) {
	from, district := f.Limits.Address(r), web.Viewer(r).District
	if err := f.try(r.Context(), district, from); err != nil {
		return o, 0, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		now = tx.Now
		if o, err = f.Open(ctx, tx, r.PathValue("token")); err != nil || o.Programme.Block == "" {
			return err
		}
		o.Counts, err = f.Store.Counts(ctx, tx, o.Programme.Block)
		return err
	})
	if errs.Is(err, errs.Rule) {
		err = ended{err}
	} else if err != nil {
		return o, 0, err
	}
	return o, now, cmp.Or(f.found(r.Context(), district, from), err)
}

// ended says that the link is right, and that its partner's part is over.
type ended struct{ error }

// lapsed answers a link that opens nothing, or whose partner's part has ended, and hands every other error on.
func lapsed(w http.ResponseWriter, r *http.Request, err error) error {
	var over ended
	if errors.As(err, &over) {
		return web.Show(w, r, public("Your sessions", ui.Mast{Heading: "This link does not work any more"}, web.Page{Body: saidPage([]string{errs.Sentence(over.error), "A question? Write to the organiser, who can let you take part again."}, ui.Link{Text: "Training and events", Href: "/training"})}))
	}
	if !errs.Is(err, errs.NotFound) {
		return err
	}
	return web.Show(w, r, public("Your sessions", ui.Mast{Heading: "This link does not work any more", Text: "A newer letter may have another, or proposals have closed. Ask the organiser for a link."}, web.Page{Body: saidPage(nil, ui.Link{Text: "Training and events", Href: "/training"})}))
}

type partnerView struct {
	Path    string
	Rows    []partnerRow
	New     bool
	WhyNot  string
	Boards  []string
	Problem string
	Preview string // of the published programme
}

type partnerRow struct {
	Title, When, Where string
	Chip               ui.Chip
	Reply              string
	Seats              string // how many come; "" where nobody books here
	Public             string // where everybody sees it; "" while nobody does
	Href, Change       string // where it can be changed, and the words of the link; "" when it cannot
	Withdraw           string
}

func stateChip(s Session) ui.Chip {
	switch s.State {
	case Proposed:
		return ui.Chip{Text: "Waits for the organiser", Tone: ui.ToneLamp}
	case Returned:
		return ui.Chip{Text: "Sent back", Tone: ui.ToneLamp}
	case Accepted:
		return ui.Chip{Text: "In the programme", Tone: ui.ToneLeaf}
	case Declined:
		return ui.Chip{Text: "Declined"}
	case TakenOut:
		return ui.Chip{Text: "Taken back"}
	}
	return ui.Chip{Text: "Called off", Tone: ui.ToneBrick}
}

func partnerPageOf(o Opened, token, problem string, now clock.Millis) web.Page {
	v := partnerView{Path: "/training/propose/" + token, Problem: problem}
	if err := CanPropose(o.Programme, clock.DayOf(now.Time())); err != nil {
		v.WhyNot = errs.Sentence(err) + "."
	} else {
		v.New = true
	}
	if o.Programme.State == Published || o.Programme.State == Withdrawn && o.Programme.Published != 0 {
		v.Preview = "/training/programmes/" + string(o.Programme.ID)
	}
	for _, s := range o.Sessions {
		row := partnerRow{Title: s.Title, When: term.LongDate(s.On) + ", " + s.Starts + " to " + s.Ends, Where: where(s), Chip: stateChip(s), Reply: s.Reply}
		if s.Shown() && v.Preview != "" {
			row.Public = sessionPath(s)
		}
		if s.State == Accepted && s.Run != "" {
			row.Seats = seatWords(s, o.Counts[s.Run]) + "."
		}
		if CanRevise(s) == nil && (v.New || s.State != TakenOut) {
			row.Href, row.Change = v.Path+"/"+string(s.ID), "Change it"
			if s.State == TakenOut {
				row.Change = "Propose it again"
			}
		}
		if CanTakeBack(s) == nil {
			row.Withdraw = v.Path + "/" + string(s.ID) + "/withdraw"
		}
		v.Rows = append(v.Rows, row)
	}
	text := when(o.Programme) + "."
	if o.Programme.ProposeUntil != "" && v.New {
		text += " Propose until " + term.LongDate(o.Programme.ProposeUntil) + "."
	}
	return public("Your sessions", ui.Mast{Heading: o.Partner.Name, Text: o.Programme.Title + ", " + text}, web.Page{Body: partnerPage(v)})
}

func (f *Feature) partner(w http.ResponseWriter, r *http.Request) error {
	o, now, err := f.opened(r)
	if err != nil {
		return lapsed(w, r, err)
	}
	return web.Show(w, r, partnerPageOf(o, r.PathValue("token"), "", now))
}

func proposalPage(o Opened, token string, form *sessionForm, reply, at string) web.Page {
	v := formView{Form: &form.Form, Action: "/training/propose/" + token + "/" + at, Button: "Propose it", Parts: form.parts(),
		Readers: ui.Readers{Title: "Who reads it", Rows: []ui.Reader{{Who: "The organiser’s training administrators", Why: "now, to accept it or to write back to you"}}, Note: "Everybody else once it is accepted: it is then in the programme, with the name of your organisation."}}
	return public("A session", ui.Mast{Heading: "Propose a session", Text: o.Programme.Title + ", " + when(o.Programme)}, web.Page{Crumb: &ui.Link{Text: "Your sessions", Href: "/training/propose/" + token}, Body: proposePage(v, reply)})
}

func (f *Feature) beginProposal(w http.ResponseWriter, r *http.Request) error {
	o, now, err := f.opened(r)
	if err != nil {
		return lapsed(w, r, err)
	}
	if CanPropose(o.Programme, clock.DayOf(now.Time())) != nil {
		return web.Show(w, r, partnerPageOf(o, r.PathValue("token"), "", now))
	}
	form := newSessionForm(o.Programme, true)
	form.ID = web.NewID(r)
	return web.Show(w, r, proposalPage(o, r.PathValue("token"), form, "", "new"))
}

func (f *Feature) propose(w http.ResponseWriter, r *http.Request) error {
	o, _, err := f.opened(r)
	if err != nil {
		return lapsed(w, r, err)
	}
	form := newSessionForm(o.Programme, true)
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	s := form.session()
	s.ID = SessionID(form.ID)
	return f.file(w, r, o, form, s, ok, "new", "")
}

// file sends a proposal on, or shows its form again with what is wrong.
func (f *Feature) file(w http.ResponseWriter, r *http.Request, o Opened, form *sessionForm, s Session, ok bool, at, reply string) error {
	token := r.PathValue("token")
	s.By = o.Partner.Name
	form.mark(ProposalProblems(o.Programme, s))
	if !ok || form.Wrong() {
		return web.Invalid(w, r, proposalPage(o, token, form, reply, at))
	}
	err := f.Propose(r.Context(), web.Viewer(r).District, token, s)
	switch errs.KindOf(err) {
	case errs.Rule:
		form.Refuse(err)
		return web.Invalid(w, r, proposalPage(o, token, form, reply, at))
	case errs.Conflict:
		form.Refuse(err)
		return web.Conflicting(w, r, proposalPage(o, token, form, reply, at))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/training/propose/"+token, "Proposed. The organiser looks at it, and you hear by e-mail.")
}

// revising is a session of the partner's that it may change. NotFound: none.
func revising(r *http.Request, o Opened) (Session, error) {
	s, ok := one(o.Sessions, r.PathValue("session"))
	if !ok {
		return s, errs.Missing()
	}
	return s, nil
}

func (f *Feature) beginRevision(w http.ResponseWriter, r *http.Request) error {
	o, now, err := f.opened(r)
	if err != nil {
		return lapsed(w, r, err)
	}
	s, err := revising(r, o)
	if err != nil {
		return err
	}
	if err := CanRevise(s); err != nil {
		return web.Show(w, r, partnerPageOf(o, r.PathValue("token"), "", now))
	}
	form := newSessionForm(o.Programme, true)
	form.show(s)
	return web.Show(w, r, proposalPage(o, r.PathValue("token"), form, s.Reply, string(s.ID)))
}

func (f *Feature) revise(w http.ResponseWriter, r *http.Request) error {
	o, _, err := f.opened(r)
	if err != nil {
		return lapsed(w, r, err)
	}
	have, err := revising(r, o)
	if err != nil {
		return err
	}
	form := newSessionForm(o.Programme, true)
	ok := form.Parse(r)
	s := form.session()
	s.ID = have.ID
	return f.file(w, r, o, form, s, ok, string(have.ID), have.Reply)
}

func (f *Feature) withdraw(w http.ResponseWriter, r *http.Request) error {
	o, now, err := f.opened(r)
	if err != nil {
		return lapsed(w, r, err)
	}
	s, err := revising(r, o)
	if err != nil {
		return err
	}
	err = f.TakeBack(r.Context(), web.Viewer(r).District, r.PathValue("token"), s.ID)
	if errs.Is(err, errs.Rule) {
		return web.Invalid(w, r, partnerPageOf(o, r.PathValue("token"), errs.Sentence(err), now))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/training/propose/"+r.PathValue("token"), "Taken back.")
}
