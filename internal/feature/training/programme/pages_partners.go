package programme

import (
	"bytes"
	"context"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/bulk"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// recordRef names who answers for a partner to the log.
func recordRef(i PartnerID) ref.Ref { return ref.To(access.Training, string(i)) }

type partnersView struct {
	Asking []partnerLine
	Known  []partnerLine
	Over   []partnerLine
	Load   loadView
}

type partnerLine struct {
	ID, Name, Says, Contact, Offers string
	Decide, Href                    string
	Invited                         bool
}

// partnersOf reads the partners of the viewer's organiser; who answers for them is shown, and noted.
func (f *Feature) partnersOf(ctx context.Context, tx *store.Tx, org string) (asking, known, over []partnerLine, err error) {
	all, err := f.Partners(ctx, tx, org)
	if err != nil {
		return nil, nil, nil, err
	}
	contacts, err := f.store.Contacts(ctx, tx, org)
	if err != nil {
		return nil, nil, nil, err
	}
	var seen []string
	for _, p := range all {
		c := contacts[p.ID]
		l := partnerLine{ID: string(p.ID), Name: p.Name, Contact: c.Name + ", " + c.Email, Offers: p.Offers, Href: partnerPath(p.ID)}
		l.Says = PartnerKindWords(p.Kind) + ". " + l.Contact
		switch {
		case p.State == Known && p.Over(clock.DayOf(tx.Now.Time())):
			l.Says += ". Ended on " + longYear(p.EndsOn)
			over, seen = append(over, l), append(seen, l.ID)
		case p.State == Asking:
			l.Says += ". Asked " + term.DateTime(p.Asked, tx.Now)
			l.Decide = "/training/office/partners/" + l.ID + "/decide"
			asking, seen = append(asking, l), append(seen, l.ID)
		case p.State == Known:
			if p.EndsOn != "" {
				l.Says += ". Ends on " + longYear(p.EndsOn)
			}
			known, seen = append(known, l), append(seen, l.ID)
		}
	}
	if len(seen) > 0 {
		tx.SawList("training.partners_seen", org, seen)
	}
	return asking, known, over, nil
}

func (f *Feature) partnersPageOf(r *http.Request, form *forms.FileForm, res *bulk.Result) (web.Page, error) {
	v := partnersView{Load: loadView{Action: "/training/office/partners", Form: form, Result: res, What: [2]string{"partner", "partners"},
		Lead: "CSV or a workbook with one row an organisation. It needs columns for its name and an e-mail address. Others are taken if they are there: kind, contact, postcode."}}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		v.Asking, v.Known, v.Over, err = f.partnersOf(ctx, tx, org(r))
		return err
	})
	return working("Partners", web.Page{Crumb: toFront, Body: partnersPage(v)}), err
}

func (f *Feature) partners(w http.ResponseWriter, r *http.Request) error {
	p, err := f.partnersPageOf(r, newLoadForm(), nil)
	if err != nil {
		return err
	}
	return web.Show(w, r, p)
}

func (f *Feature) loadPartners(w http.ResponseWriter, r *http.Request) error {
	form := newLoadForm()
	var result *bulk.Result
	if form.Parse(r) {
		res, err := f.TakePartners(r.Context(), web.Viewer(r), org(r), bytes.NewReader(form.File.Body))
		switch {
		case errs.Is(err, errs.Rule):
			form.File.Refuse(err)
		case err != nil:
			return err
		default:
			result = &res
		}
	}
	p, err := f.partnersPageOf(r, form, result)
	if err != nil {
		return err
	}
	return shown(w, r, &form.Form, p, nil, form.Wrong())
}

func (f *Feature) decide(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "partner")
	if err != nil {
		return err
	}
	do := r.PostFormValue("do")
	if do == "approve" || do == "refuse" {
		err = f.Decide(r.Context(), web.Viewer(r), PartnerID(id), do == "approve")
	} else if _, err = f.partnerOf(r, PartnerID(id)); err == nil {
		err = errs.Refuse("Approve it or refuse it")
	}
	again := func(no error) (web.Page, error) {
		form := newLoadForm()
		form.Refuse(no)
		return f.partnersPageOf(r, form, nil)
	}
	return web.Done(w, r, err, again, "/training/office/partners", map[string]string{"approve": "Approved. Its link is on its way.", "refuse": "Refused. Nothing is sent."}[do])
}

// partnerOf returns a partner of the viewer's organiser. NotFound: none, or another's.
func (f *Feature) partnerOf(r *http.Request, i PartnerID) (p Partner, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if p, err = f.store.Partner(ctx, tx, i); err != nil {
			return err
		}
		return runs(tx.Viewer, p.Org)
	})
	return p, err
}

// inviteForm chooses partners.
type inviteForm struct {
	forms.Form
	Who *forms.Many
}

func (f *Feature) inviteView(r *http.Request) (p Programme, form *inviteForm, page func() web.Page, err error) {
	id, err := pathProgramme(r)
	if err != nil {
		return p, nil, nil, err
	}
	form = &inviteForm{Who: forms.NewMany("who", "Partners").Required("Tick the partners that you invite")}
	var lines []partnerLine
	form.Fields(form.Who)
	closed := ""
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if p, err = f.own(ctx, tx, id); err != nil {
			return err
		}
		if err := CanPropose(p, clock.DayOf(tx.Now.Time())); err != nil {
			closed = errs.Sentence(err) + "."
		}
		has, err := f.store.invitedTo(ctx, tx, id)
		if err != nil {
			return err
		}
		_, known, _, err := f.partnersOf(ctx, tx, p.Org)
		form.Who.Options, lines = nil, known
		for _, k := range known {
			o := forms.Option{Value: k.ID, Text: k.Name, Hint: k.Contact}
			if has[PartnerID(k.ID)] {
				o.Hint += ". Has a link; another takes its place"
			}
			form.Who.Options = append(form.Who.Options, o)
		}
		return err
	})
	page = func() web.Page {
		return working("Invite partners", web.Page{Crumb: toDesk(p), Body: invitePage(form, deskPath(p.ID)+"/partners", closed, term.LongDate(p.ProposeUntil), lines)})
	}
	return p, form, page, err
}

func (f *Feature) invitations(w http.ResponseWriter, r *http.Request) error {
	_, _, page, err := f.inviteView(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, page())
}

func (f *Feature) invite(w http.ResponseWriter, r *http.Request) error {
	p, form, page, err := f.inviteView(r)
	if err != nil {
		return err
	}
	if !form.Parse(r) {
		return web.Invalid(w, r, page())
	}
	var who []PartnerID
	for _, id := range form.Who.Values {
		who = append(who, PartnerID(id))
	}
	if _, err := f.Invite(r.Context(), web.Viewer(r), p.ID, who...); err != nil {
		if errs.Is(err, errs.Rule) {
			form.Refuse(err)
		}
		return shown(w, r, &form.Form, page(), err, true)
	}
	return web.Redirect(w, r, deskPath(p.ID), "Their links are on their way.")
}

// handOver shows a link that was made just now, once: the database knows only its hash.
func (f *Feature) handOver(w http.ResponseWriter, r *http.Request) error {
	p, form, page, err := f.inviteView(r)
	if err != nil {
		return err
	}
	id, err := web.PathID(r, "partner")
	if err != nil {
		return err
	}
	t, err := f.partnerOf(r, PartnerID(id))
	if err != nil {
		return err
	}
	secret, err := f.HandOver(r.Context(), web.Viewer(r), p.ID, t.ID)
	if err != nil {
		if errs.Is(err, errs.Rule) {
			form.Refuse(err)
		}
		return shown(w, r, &form.Form, page(), err, true)
	}
	return web.Show(w, r, working("A partner’s link", web.Page{Crumb: toDesk(p), Body: handOverPage(t.Name, web.PublicURL(r, "/training/propose/"+secret), "/training/propose/"+secret, term.LongDate(p.ProposeUntil))}))
}

// Panels are what this package shows on the page after sign-in to whoever runs courses: what waits for an answer.
func (f *Feature) Panels(ctx context.Context, tx *store.Tx) ([]ui.TodayPanel, error) {
	offices := tx.Viewer.Roles[access.TrainingAdmin]
	if len(offices) == 0 {
		return nil, nil
	}
	waits, err := f.store.waitingOf(ctx, tx, offices)
	if err != nil {
		return nil, err
	}
	asking, err := f.store.asking(ctx, tx, offices)
	if err != nil {
		return nil, err
	}
	all, err := f.store.Programmes(ctx, tx, offices...)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 && asking == 0 {
		return nil, nil
	}
	p := ui.TodayPanel{Order: 45, Head: ui.HeadCount{Title: "Proposed by partners"}, None: "No proposal waits."}
	for _, x := range all {
		if n := waits[x.ID]; n > 0 {
			p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Document, Filled: true, Href: deskPath(x.ID), What: text.Plural(n, "session waits", "sessions wait") + " to be accepted", Sub: x.Title})
			p.Waiting += n
		}
	}
	if asking > 0 {
		p.Rows = append(p.Rows, ui.RowItem{Kind: picture.Document, Filled: true, Href: "/training/office/partners", What: text.Plural(int(asking), "organisation asks", "organisations ask") + " to take part"})
		p.Waiting += int(asking)
	}
	return []ui.TodayPanel{p}, nil
}
