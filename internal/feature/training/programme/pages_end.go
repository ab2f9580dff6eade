package programme

import (
	"bytes"
	"context"
	"net/http"

	"kith/internal/feature/training"
	"kith/internal/feature/training/catalogue"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/sheet"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// endForm asks for the reason for which something ends and, of a partner, from when and what becomes of its sessions.
type endForm struct {
	forms.Form
	Why      *forms.Lines
	From     *forms.Day    // nil but for a partner
	Sessions *forms.Choice // nil where there is none to decide about
}

func newEndForm(hint string) *endForm {
	f := &endForm{Why: forms.NewLines("why", "Why? A sentence").Required(errs.Sentence(CheckWhy(""))).Max(longestWhy).Hint(hint)}
	f.Fields(f.Why)
	return f
}

// endView is the page before something ends: what will happen, and to whom.
type endView struct {
	Heading, Action, Button string
	Back                    ui.Link
	Form                    *endForm
	Happens                 []string // a sentence each
}

func endPageOf(v endView, crumb *ui.Link) web.Page {
	return working(v.Heading, web.Page{Crumb: crumb, Body: endPage(v)})
}

// beforeWithdrawing reads what withdrawing a programme would do. Rule: it cannot be withdrawn.
func (f *Feature) beforeWithdrawing(r *http.Request) (p Programme, v endView, err error) {
	id, err := pathProgramme(r)
	if err != nil {
		return p, v, err
	}
	v = endView{Button: "Withdraw the programme", Form: newEndForm("Everybody reads it: on the programme’s page, and in the letter to each person and each partner")}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if p, err = f.own(ctx, tx, id); err != nil {
			return err
		}
		if err := CanWithdraw(p, tx.Now); err != nil {
			return err
		}
		all, err := f.store.Sessions(ctx, tx, id)
		if err != nil {
			return err
		}
		e := endingOf(all, tx.Now)
		v.Heading, v.Action, v.Back = "Withdraw "+p.Title, deskPath(id)+"/withdraw", ui.Link{Text: "Leave it as it is", Href: deskPath(id)}
		if v.Happens, err = f.happens(ctx, tx, e); err != nil {
			return err
		}
		if n := len(e.partners()); n > 0 {
			v.Happens = append(v.Happens, text.Plural(n, "partner is told by e-mail, in one letter", "partners are told by e-mail, in one letter each")+".")
		}
		if p.State == Published {
			v.Happens = append(v.Happens, "The programme’s page stays, and says that it was withdrawn, when and why. Calendars that follow it show the sessions as called off.")
		}
		v.Happens = append(v.Happens, "This cannot be undone.")
		return nil
	})
	return p, v, err
}

// happens says what becomes of sessions that end, and of the people who booked them.
func (f *Feature) happens(ctx context.Context, tx *store.Tx, e Ending) (out []string, err error) {
	blocks, placed, waits := map[training.BlockID]map[training.RunID]training.Count{}, 0, 0
	for _, s := range e.Off {
		if s.Run == "" {
			continue
		}
		p, err := f.store.Programme(ctx, tx, s.Programme)
		if err != nil {
			return nil, err
		}
		if blocks[p.Block] == nil {
			if blocks[p.Block], err = f.Store.Counts(ctx, tx, p.Block); err != nil {
				return nil, err
			}
		}
		placed, waits = placed+int(blocks[p.Block][s.Run].Taken), waits+int(blocks[p.Block][s.Run].Waiting)
	}
	switch n := len(e.Off); {
	case n == 0:
		out = append(out, "No session is called off.")
	default:
		out = append(out, text.Plural(n, "session to come is called off", "sessions to come are called off")+".")
	}
	if placed+waits > 0 {
		words := text.Plural(placed, "place ends", "places end")
		if waits > 0 {
			words += ", and " + text.Plural(waits, "waits in line", "wait in line")
		}
		out = append(out, words+". Each person is told by e-mail, and the entry in their calendar goes.")
	}
	if n := len(e.Declined); n > 0 {
		out = append(out, text.Plural(n, "proposal that waits is declined", "proposals that wait are declined")+".")
	}
	return out, nil
}

// refusedAt shows the page from which somebody came, with why it cannot be done; other errors are handed on.
func refusedAt(w http.ResponseWriter, r *http.Request, err error, crumb *ui.Link) error {
	if !errs.Is(err, errs.Rule) {
		return err
	}
	return web.Invalid(w, r, working("Not possible", web.Page{Crumb: crumb, Body: refusedPage(errs.Sentence(err) + ".")}))
}

func (f *Feature) beginWithdraw(w http.ResponseWriter, r *http.Request) error {
	p, v, err := f.beforeWithdrawing(r)
	if err != nil {
		return refusedAt(w, r, err, toDesk(p))
	}
	return web.Show(w, r, endPageOf(v, toDesk(p)))
}

func (f *Feature) withdrawProgramme(w http.ResponseWriter, r *http.Request) error {
	p, v, err := f.beforeWithdrawing(r)
	if err != nil {
		return refusedAt(w, r, err, toDesk(p))
	}
	if !v.Form.Parse(r) {
		return web.Invalid(w, r, endPageOf(v, toDesk(p)))
	}
	if err := f.Withdraw(r.Context(), web.Viewer(r), p.ID, v.Form.Why.Value); err != nil {
		return shown(w, r, &v.Form.Form, endPageOf(v, toDesk(p)), err, true)
	}
	return web.Redirect(w, r, deskPath(p.ID), "Withdrawn. Whoever had a place or proposed a session is told.")
}

// beforeCallingOff reads what calling a session off would do. Rule: it cannot be.
func (f *Feature) beforeCallingOff(r *http.Request) (s Session, v endView, err error) {
	id, err := web.PathID(r, "session")
	if err != nil {
		return s, v, err
	}
	v = endView{Button: "Call it off", Form: newEndForm("Everybody reads it: on the session’s page, and in each letter")}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		var p Programme
		if s, p, err = f.ownSession(ctx, tx, SessionID(id)); err != nil {
			return err
		}
		if err := CanChange(p); err != nil {
			return err
		}
		if err := CanCallOff(s, tx.Now); err != nil {
			return err
		}
		v.Heading, v.Action, v.Back = "Call off “"+s.Title+"”", lookPath(s)+"/call-off", ui.Link{Text: "Leave it as it is", Href: lookPath(s)}
		if v.Happens, err = f.happens(ctx, tx, Ending{Off: []Session{s}}); err != nil {
			return err
		}
		v.Happens[0] = "It stays in the programme and in calendars as called off."
		if s.Partner != "" {
			v.Happens = append(v.Happens, s.By+" is told by e-mail.")
		}
		v.Happens = append(v.Happens, "This cannot be undone.")
		return nil
	})
	return s, v, err
}

func toSession(s Session) *ui.Link { return &ui.Link{Text: s.Title, Href: lookPath(s)} }

func (f *Feature) beginCallOff(w http.ResponseWriter, r *http.Request) error {
	s, v, err := f.beforeCallingOff(r)
	if err != nil {
		return refusedAt(w, r, err, toSession(s))
	}
	return web.Show(w, r, endPageOf(v, toSession(s)))
}

func (f *Feature) callOffSession(w http.ResponseWriter, r *http.Request) error {
	s, v, err := f.beforeCallingOff(r)
	if err != nil {
		return refusedAt(w, r, err, toSession(s))
	}
	if !v.Form.Parse(r) {
		return web.Invalid(w, r, endPageOf(v, toSession(s)))
	}
	if err := f.CallOff(r.Context(), web.Viewer(r), s.ID, v.Form.Why.Value); err != nil {
		return shown(w, r, &v.Form.Form, endPageOf(v, toSession(s)), err, true)
	}
	return web.Redirect(w, r, deskPath(s.Programme), "Called off. It stays in the programme as such, and whoever booked is told.")
}

// onePartnerView is a partner with what it brings.
type onePartnerView struct {
	Path, Name string
	Chip       ui.Chip
	Facts      []ui.SummaryRow
	Gone       string
	Rows       []deskRow
	Problem    string
	Ends       bool // its part can be ended
	Again      bool // it can be admitted again
}

func partnerPath(i PartnerID) string { return "/training/office/partners/" + string(i) }

var toPartners = &ui.Link{Text: "Partners", Href: "/training/office/partners"}

// onePartnerOf reads a partner's page. Who answers for it is shown, and noted.
func (f *Feature) onePartnerOf(r *http.Request, problem string) (web.Page, error) {
	id, err := web.PathID(r, "partner")
	if err != nil {
		return web.Page{}, err
	}
	i := PartnerID(id)
	v := onePartnerView{Path: partnerPath(i), Problem: problem}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		t, err := f.store.Partner(ctx, tx, i)
		if err != nil {
			return err
		}
		if err := runs(tx.Viewer, t.Org); err != nil {
			return err
		}
		c, err := f.store.Contact(ctx, tx, i)
		if err != nil {
			return err
		}
		if _, _, err := tx.Open(ctx, "training.partner_opened", recordRef(i)); err != nil {
			return err
		}
		v.Name, v.Ends, v.Again = t.Name, t.State == Known && t.EndsOn == "", t.EndsOn != ""
		v.Facts = []ui.SummaryRow{fact("What it is", PartnerKindWords(t.Kind)), fact("Who answers for it", c.Name+", "+c.Email)}
		if t.Postcode != "" {
			v.Facts = append(v.Facts, fact("Postcode", t.Postcode))
		}
		if t.Offers != "" {
			v.Facts = append(v.Facts, fact("Would like to bring", t.Offers))
		}
		switch {
		case t.Over(clock.DayOf(tx.Now.Time())):
			v.Chip, v.Gone = ui.Chip{Text: "Ended"}, "Its part ended on "+longYear(t.EndsOn)+". "+t.EndsWhy
		case t.EndsOn != "":
			v.Chip, v.Gone = ui.Chip{Text: "Ends " + term.Date(t.EndsOn), Tone: ui.ToneLamp}, "Its part ends on "+longYear(t.EndsOn)+". "+t.EndsWhy
		case t.State == Known:
			v.Chip = ui.Chip{Text: "Takes part", Tone: ui.ToneLeaf}
		case t.State == Asking:
			v.Chip = ui.Chip{Text: "Asks to take part", Tone: ui.ToneLamp}
		default:
			v.Chip = ui.Chip{Text: "Refused"}
		}
		all, err := f.store.ofPartner(ctx, tx, i)
		if err != nil {
			return err
		}
		v.Rows = nil
		for _, s := range all {
			v.Rows = append(v.Rows, deskRow{Href: lookPath(s), Title: s.Title, When: term.Date(s.On) + ", " + s.Starts + " to " + s.Ends, By: s.By, Where: s.Venue, Chip: officeChip(s)})
		}
		return nil
	})
	return working("A partner", web.Page{Crumb: toPartners, Body: onePartnerPage(v)}), err
}

func (f *Feature) onePartner(w http.ResponseWriter, r *http.Request) error {
	p, err := f.onePartnerOf(r, "")
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

// beforeEnding reads what ending a partner's part would do. Rule: it cannot be ended.
func (f *Feature) beforeEnding(r *http.Request) (t Partner, v endView, err error) {
	id, err := web.PathID(r, "partner")
	if err != nil {
		return t, v, err
	}
	v = endView{Button: "End its part"}
	var today clock.Day
	var e Ending
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if t, err = f.store.Partner(ctx, tx, PartnerID(id)); err != nil {
			return err
		}
		if err := runs(tx.Viewer, t.Org); err != nil {
			return err
		}
		today = clock.DayOf(tx.Now.Time())
		if err := CanEnd(t, today, today); err != nil {
			return err
		}
		all, err := f.store.ofPartner(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		e = endingOf(all, tx.Now)
		v.Heading, v.Action, v.Back = "End the part of "+t.Name, partnerPath(t.ID)+"/end", ui.Link{Text: "Leave it as it is", Href: partnerPath(t.ID)}
		v.Happens = []string{"It is told by e-mail, with your reason."}
		for _, s := range e.Off {
			v.Happens = append(v.Happens, "In the programme: "+term.Date(s.On)+", "+s.Starts+", “"+s.Title+"”.")
		}
		if len(e.Off) == 0 {
			v.Happens = append(v.Happens, "It has no session to come.")
		}
		if n := len(e.Declined); n > 0 {
			v.Happens = append(v.Happens, text.Plural(n, "proposal that waits is declined", "proposals that wait are declined")+", where it is for that day or later.")
		}
		v.Happens = append(v.Happens, "You can admit it again at any time.")
		return nil
	})
	v.Form = newEndForm("The partner reads it word for word, and so does whoever had a place at a session that is called off")
	v.Form.From = forms.NewDay("from", "From which day on does it take no part?").Required("Say from which day on it takes no part").Hint("Its links stop working on that day")
	v.Form.From.Value = today
	v.Form.Fields(v.Form.From)
	if len(e.Off) > 0 {
		v.Form.Sessions = forms.NewChoice("sessions", "What becomes of its sessions from that day on?", forms.Option{Value: "stay", Text: "They stay in the programme"}, forms.Option{Value: "off", Text: "They are called off", Hint: "Whoever booked is told, with your reason"}).
			Required("Say what becomes of its sessions")
		v.Form.Fields(v.Form.Sessions)
	}
	return t, v, err
}

func (f *Feature) beginEnd(w http.ResponseWriter, r *http.Request) error {
	t, v, err := f.beforeEnding(r)
	if err != nil {
		return refusedAt(w, r, err, toPartners)
	}
	return web.Show(w, r, endPageOf(v, &ui.Link{Text: t.Name, Href: partnerPath(t.ID)}))
}

func (f *Feature) endPartner(w http.ResponseWriter, r *http.Request) error {
	t, v, err := f.beforeEnding(r)
	if err != nil {
		return refusedAt(w, r, err, toPartners)
	}
	crumb := &ui.Link{Text: t.Name, Href: partnerPath(t.ID)}
	if !v.Form.Parse(r) {
		return web.Invalid(w, r, endPageOf(v, crumb))
	}
	if err := f.End(r.Context(), web.Viewer(r), t.ID, v.Form.From.Value, v.Form.Why.Value, v.Form.Sessions != nil && v.Form.Sessions.Value == "off"); err != nil {
		return shown(w, r, &v.Form.Form, endPageOf(v, crumb), err, true)
	}
	return web.Redirect(w, r, partnerPath(t.ID), "Its part ends on "+term.LongDate(v.Form.From.Value)+". It is told.")
}

func (f *Feature) admit(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "partner")
	if err != nil {
		return err
	}
	err = f.Admit(r.Context(), web.Viewer(r), PartnerID(id))
	again := func(no error) (web.Page, error) { return f.onePartnerOf(r, errs.Sentence(no)) }
	return web.Done(w, r, err, again, partnerPath(PartnerID(id)), "It takes part again. Links that had not lapsed work again; invite it for a fresh one.")
}

// bookings is who has booked, over all sessions of a programme, as a workbook: a row a booking. It does not say what anybody needs.
func (f *Feature) bookings(w http.ResponseWriter, r *http.Request) error {
	id, err := pathProgramme(r)
	if err != nil {
		return err
	}
	t := sheet.Table{Name: "Bookings", Columns: []string{"Day", "Starts", "Ends", "Session", "Run by", "Place", "Name", "Job title", "Organisation", "E-mail", "How it stands", "Booked on"}}
	var rows [][]sheet.Cell
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		rows = nil
		p, err := f.own(ctx, tx, id)
		if err != nil || p.Block == "" {
			return err
		}
		all, err := f.store.Sessions(ctx, tx, id)
		if err != nil {
			return err
		}
		places, err := f.Store.Places(ctx, tx, p.Block)
		if err != nil {
			return err
		}
		booked, err := f.Store.BookingsOf(ctx, tx, p.Block)
		if err != nil {
			return err
		}
		of, seen := map[training.RunID][]training.Place{}, []string{}
		for _, x := range places {
			of[x.First] = append(of[x.First], x)
		}
		by := map[training.BookingID]training.Booking{}
		for _, k := range booked {
			by[k.ID] = k
		}
		for _, s := range all {
			if s.Run == "" {
				continue
			}
			for _, x := range of[s.Run] {
				k, ok := by[x.ID]
				if !ok {
					continue
				}
				seen = append(seen, string(x.ID))
				rows = append(rows, []sheet.Cell{sheet.Day(s.On), sheet.Text(s.Starts), sheet.Text(s.Ends), sheet.Text(s.Title), sheet.Text(s.By), sheet.Text(where(s)), sheet.Text(k.Name), sheet.Text(k.Title), sheet.Text(k.OrgName),
					sheet.Text(k.Email), sheet.Text(catalogue.ChipOf(x, tx.Now).Text), sheet.Day(clock.DayOf(x.Arrived.Time()))})
			}
		}
		if len(seen) > 0 {
			tx.SawList("training.bookings_taken", p.Org, seen)
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.Rows = sheet.Rows(rows)
	var out bytes.Buffer
	if err := t.WriteXLSX(&out); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="bookings.xlsx"`)
	w.WriteHeader(http.StatusOK)
	_, err = w.Write(out.Bytes()) // #nosec G705 -- sent as an attachment with its own type
	return err
}
