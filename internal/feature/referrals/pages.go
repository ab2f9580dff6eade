package referrals

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"

	"github.com/a-h/templ"
)

func days(n int) string { return text.Plural(n, "working day", "working days") }

// schools are where the viewer leads or is head.
func schools(v access.Viewer) []string {
	return v.OrgsOf(access.DSL, access.Head)
}

// listPage is the referrals to the viewer's service, or of the viewer's school.
func (f *Feature) listPage(w http.ResponseWriter, r *http.Request) error {
	v := web.Viewer(r)
	view := listView{Title: "Referrals from our school", None: "No answer is awaited."}
	column, orgs := "org", schools(v)
	if v.Holds(access.LAOfficer) {
		view.Title, view.None, view.Theirs = "Referrals to us", "Nothing is waiting for an answer.", true
		column, orgs = "to", v.Roles[access.LAOfficer]
	}
	if len(orgs) == 0 {
		return errs.Missing()
	}
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		waiting, err := f.store.Waiting(ctx, tx, column, orgs)
		if err != nil {
			return err
		}
		if view.Waiting, err = f.rows(ctx, tx, waiting, view.Theirs); err != nil {
			return err
		}
		if !view.Theirs {
			if view.Unsent, err = f.unsent(ctx, tx, orgs); err != nil {
				return err
			}
		}
		ended, err := f.store.Ended(ctx, tx, column, orgs, 25)
		if err != nil {
			return err
		}
		view.Ended, err = f.rows(ctx, tx, ended, view.Theirs)
		tx.SawList("referral.listed", "", idsOf(append(waiting, ended...)))
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Referrals", Class: "p-today", At: "/referrals", Body: listPage(view)})
}

func idsOf(list []Referral) []string {
	out := make([]string, len(list))
	for i, r := range list {
		out[i] = string(r.ID)
	}
	return out
}

// unsent are the decisions to refer that nothing was sent of yet.
func (f *Feature) unsent(ctx context.Context, tx *store.Tx, orgs []string) ([]ui.RowItem, error) {
	wanted, err := f.Concerns.Wanted(ctx, tx, orgs)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(wanted))
	for i, x := range wanted {
		ids[i] = x.Decision
	}
	made, err := f.store.Made(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var out []ui.RowItem
	var shown []string
	for _, x := range wanted {
		if made[x.Decision] {
			continue
		}
		shown = append(shown, x.Decision)
		out = append(out, ui.RowItem{Kind: picture.Document, Href: "/decisions/" + x.Decision + "/refer", What: "Not sent yet", Who: about(x.Children), Sub: "You decided to refer. Nothing has left the school.",
			Right: []templ.Component{ui.Chip{Text: "Check and send", Tone: ui.ToneLamp}, soft("decided " + term.DateTime(x.At, tx.Now))}})
	}
	if len(shown) > 0 {
		tx.SawList("referral.unsent", "", shown)
	}
	return out, nil
}

// about names the children of a matter.
func about(names []string) string {
	if len(names) == 0 {
		return "no child named yet"
	}
	return text.Join(names)
}

// rows are the lines of a list of referrals, as one side reads them.
func (f *Feature) rows(ctx context.Context, tx *store.Tx, list []Referral, theirs bool) ([]ui.RowItem, error) {
	orgs := make([]string, len(list))
	for i, r := range list {
		orgs[i] = r.Org
	}
	names, err := f.Organisations.Names(ctx, tx, orgs...)
	if err != nil {
		return nil, err
	}
	cals, err := f.Calendars.Calendars(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []ui.RowItem
	for _, r := range list {
		m, err := f.Concerns.Matter(ctx, tx, r.Concern)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		row := ui.RowItem{Kind: picture.Document, Href: "/referrals/" + string(r.ID), What: "To " + r.ToName, Sub: "Sent " + term.DateTime(r.At, tx.Now)}
		if theirs {
			row.What = "From " + names[r.Org].Name
		}
		if err == nil {
			row.Who = about(m.names())
			if len(m.Words) > 0 {
				row.Voice = text.FirstWords(m.Words[0].Text, 110)
			}
		}
		if r.Asks != "" && r.State != Withdrawn {
			row.Sub += ". Asks: " + text.FirstWords(r.Asks, 90)
		}
		row.Filled = r.State == Sent && theirs
		row.Right = []templ.Component{f.chip(r, theirs, tx.Now)}
		if r.Waits() {
			row.Right = append(row.Right, clockOf(cals.Of(r.Org), r, tx.Now, theirs))
		}
		out = append(out, row)
	}
	return out, nil
}

// clockOf is how long there is until an answer is expected. It is brick for whoever can do something about it today.
func clockOf(cal term.Calendar, r Referral, now clock.Millis, theirs bool) ui.ClockTag {
	left := cal.Remaining(r.At, now, r.ExpectedAt)
	return ui.ClockTag{Fraction: left.Elapsed, Text: left.Words, Now: theirs && (left.Over || clock.DayOf(r.ExpectedAt.Time()) == clock.DayOf(now.Time()))}
}

func (f *Feature) chip(r Referral, theirs bool, now clock.Millis) ui.Chip {
	switch r.State {
	case Sent:
		if theirs {
			return ui.Chip{Text: "Not acknowledged", Tone: ui.ToneLamp}
		}
		return ui.Chip{Text: "Sent, not received yet", Tone: ui.ToneSky}
	case Received:
		return ui.Chip{Text: "Received " + term.DateTime(r.ReceivedAt, now), Tone: ui.ToneSky}
	case Asked:
		if theirs {
			return ui.Chip{Text: "Waits for the school", Tone: ui.ToneSky}
		}
		return ui.Chip{Text: "They asked you something", Tone: ui.ToneLamp}
	case Withdrawn:
		return ui.Chip{Text: "Taken back", Tone: ui.TonePlain}
	}
	return ui.Chip{Text: "Decided " + term.DateTime(r.DecidedAt, now), Tone: ui.TonePlain}
}

// sendPage is check and send: exactly what goes, to whom, who there reads it and why (CON-10).
func (f *Feature) sendPage(w http.ResponseWriter, r *http.Request) error {
	return f.showSend(w, r, func(*sendForm) error { return nil })
}

// showSend shows check and send with the form as fill leaves it. fill says what is wrong with it.
func (f *Feature) showSend(w http.ResponseWriter, r *http.Request, fill func(*sendForm) error) error {
	decision, err := web.PathID(r, "decision")
	if err != nil {
		return err
	}
	var view sendView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		m, d, closed, err := f.wanted(ctx, tx, decision)
		if err != nil {
			return err
		}
		made, err := f.store.Made(ctx, tx, []string{decision})
		if err != nil {
			return err
		}
		services, err := f.services(ctx, tx)
		if err != nil {
			return err
		}
		name, phone, err := f.FrontDoor(ctx, tx)
		if err != nil {
			return err
		}
		p, err := f.store.Practice(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		view = sendView{Matter: m, Decision: decision, Sent: made[decision], Closed: closed, FrontDoor: name, Phone: phone, Form: newSendForm(services, name, phone, closed)}
		view.Form.ID = web.NewID(r)
		due := d.ExpectedAt
		if due <= tx.Now {
			cal, err := f.calendar(ctx, tx, m.Org)
			if err != nil {
				return err
			}
			due = Due(cal, p, tx.Now)
		}
		view.Due = term.DateTime(due, tx.Now)
		if !closed {
			for _, s := range services {
				row := serviceReaders{Name: s.Name}
				for _, x := range s.People {
					why := "social worker; reads it because you refer"
					if x.Title != "" {
						why = strings.ToLower(x.Title[:1]) + x.Title[1:] + "; reads it because you refer"
					}
					row.People = append(row.People, ui.Reader{Who: x.Name, Why: why})
				}
				view.Readers = append(view.Readers, row)
			}
		}
		for _, o := range p.Outcomes {
			view.Reads = append(view.Reads, "after “"+o.Words+"” "+text.Plural(o.ReadsDays, "day", "days"))
		}
		tx.Saw("referral.checked", ref.To(access.Concern, m.Concern), m.Org, "")
		return nil
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: "Check and send", Class: "p-decide", At: "/concerns", Crumb: &ui.Link{Text: "The concern", Href: "/concerns/" + view.Matter.Concern}}
	if r.Method == http.MethodPost {
		err := fill(view.Form)
		if err == nil {
			return nil // sent
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		page.Body = sendPage(view)
		return web.Invalid(w, r, page)
	}
	page.Body = sendPage(view)
	return web.Show(w, r, page)
}

func (f *Feature) sendForm(w http.ResponseWriter, r *http.Request) error {
	return f.showSend(w, r, func(form *sendForm) error {
		decision, err := web.PathID(r, "decision")
		if err != nil {
			return err
		}
		if !form.Parse(r) {
			return errs.Refuse("")
		}
		if form.ID == "" {
			return errs.New(errs.Invalid, "The form has lost its number. Go back and open the page again")
		}
		s := form.sending(decision)
		if err := f.Send(r.Context(), web.Viewer(r), s); err != nil {
			form.Refuse(err)
			return err
		}
		return web.Redirect(w, r, "/referrals/"+form.ID, "Sent. You see here when it is received and what they decide.")
	})
}

// act runs one thing somebody does on a referral and goes back there; a rule's refusal is shown on the page.
func (f *Feature) act(w http.ResponseWriter, r *http.Request, done string, do func(v access.Viewer, id ID) error) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	err = do(web.Viewer(r), ID(id))
	if errs.Is(err, errs.Rule) {
		return f.showReferral(w, r, ID(id), nil, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/referrals/"+id, done)
}

// said is a field's text as it may be stored.
func said(r *http.Request, name string) string {
	t := forms.NewLines(name, "").Max(4000)
	t.Read(url.Values{name: {r.PostFormValue(name)}})
	return t.Value
}

func (f *Feature) receiveForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "The school sees that you have it.", func(v access.Viewer, id ID) error { return f.Receive(r.Context(), v, id, said(r, "who")) })
}

func (f *Feature) askForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Asked. The school sees it, and your clock waits for its answer.", func(v access.Viewer, id ID) error { return f.Ask(r.Context(), v, id, said(r, "words")) })
}

func (f *Feature) informForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Sent. Their clock runs again.", func(v access.Viewer, id ID) error { return f.Inform(r.Context(), v, id, said(r, "words")) })
}

func (f *Feature) chaseForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Written down. It stays on your list until they answer.", func(v access.Viewer, id ID) error { return f.Chase(r.Context(), v, id, said(r, "words")) })
}

func (f *Feature) withdrawForm(w http.ResponseWriter, r *http.Request) error {
	return f.act(w, r, "Taken back. They read nothing of it any more.", func(v access.Viewer, id ID) error { return f.Withdraw(r.Context(), v, id, said(r, "words")) })
}

func (f *Feature) decideForm(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	v := web.Viewer(r)
	var form *answerForm
	if err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		x, err := f.mine(ctx, tx, ID(id))
		if err != nil {
			return err
		}
		p, err := f.store.edition(ctx, tx, x.Edition)
		form = newAnswerForm(p, x.To != "" && v.HoldsAt(access.LAOfficer, x.To))
		return err
	}); err != nil {
		return err
	}
	if !form.Parse(r) {
		return f.showReferral(w, r, ID(id), form, nil)
	}
	err = f.Decide(r.Context(), v, ID(id), Answer{Outcome: form.Outcome.Value, Words: form.Words.Value, Feedback: form.Feedback.Value, Who: form.Who.Value})
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return f.showReferral(w, r, ID(id), form, nil)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/referrals/"+id, "Recorded. Whoever referred sees it now.")
}
