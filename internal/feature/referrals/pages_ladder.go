package referrals

import (
	"context"
	"net/http"
	"strconv"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// ladderLine draws a way up the ladder as a line: each step with who and by when, the lamp at the present one.
func (f *Feature) ladderLine(ctx context.Context, tx *store.Tx, d Disagreement) ([]ui.Step, error) {
	p, err := f.store.edition(ctx, tx, d.Edition)
	if err != nil {
		return nil, err
	}
	climbs, err := f.store.Climbs(ctx, tx, d.ID)
	if err != nil {
		return nil, err
	}
	return ladderSteps(p, d, climbs, tx.Now), nil
}

// ladderSteps is the ladder as steps: what was answered, what is due, what may come.
func ladderSteps(p Practice, d Disagreement, climbs []Climb, now clock.Millis) []ui.Step {
	answered := map[int]Climb{}
	for _, c := range climbs {
		if c.Kind != climbOpened {
			answered[c.Rung] = c
		}
	}
	var out []ui.Step
	for i, r := range p.Rungs {
		s := ui.Step{Text: r.Name, Detail: "within " + days(r.Days), State: ui.StepNext}
		switch c, ok := answered[i]; {
		case ok:
			s.State, s.Detail = ui.StepDone, c.Who+" answered "+term.DateTime(c.At, now)
		case i == d.Rung && d.End == "":
			s.State, s.Detail = ui.StepAt, "by "+term.DateTime(d.DueAt, now)
		case d.End != "":
			s.Detail = "not needed"
		}
		out = append(out, s)
	}
	end := ui.Step{Text: "Outcome", Detail: "not yet", State: ui.StepNext}
	if d.End != "" {
		end = ui.Step{Text: EndWords[d.End], Detail: term.DateTime(d.EndedAt, now), State: ui.StepDone}
	}
	return append(out, end)
}

func (f *Feature) ladderPage(w http.ResponseWriter, r *http.Request) error {
	return f.showLadder(w, r, nil)
}

// showLadder shows the district's ladder about a referral: the form that opens it, or that of the present step. try runs what was
// sent with the form, and says what a rule refuses.
func (f *Feature) showLadder(w http.ResponseWriter, r *http.Request, try func(v access.Viewer, id ID, form *ladderForm, d *Disagreement) error) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	v := web.Viewer(r)
	view := ladderView{ID: id}
	var open *Disagreement
	kept := map[string]bool{} // forms that were sent before
	err = f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		x, err := f.mine(ctx, tx, ID(id))
		if err != nil {
			return err
		}
		have, err := f.store.Disagreements(ctx, tx, x.ID)
		if err != nil {
			return err
		}
		view.To, view.Refused = x.ToName, ""
		if err := CanDisagree(x, tx.Now); err != nil {
			view.Refused = errs.Sentence(err)
		}
		p, err := f.store.Practice(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		for i, d := range have {
			q, err := f.store.edition(ctx, tx, d.Edition)
			if err != nil {
				return err
			}
			climbs, err := f.store.Climbs(ctx, tx, d.ID)
			if err != nil {
				return err
			}
			kept[d.ID] = true
			var ids []string
			for _, c := range climbs {
				kept[c.ID] = true
				ids = append(ids, c.By)
			}
			names, err := f.People.Names(ctx, tx, ids...)
			if err != nil {
				return err
			}
			view.Ways = append(view.Ways, way{Steps: ladderSteps(q, d, climbs, tx.Now), Climbs: climbsOf(q, climbs, names, tx.Now), Ended: d.End != ""})
			if i == 0 && d.End == "" {
				open, p = &have[0], q
			}
			tx.Saw("referral.ladder-opened", ref.To(access.ReferralKind, d.ID), x.Org, "")
		}
		view.Edition, view.Form = p.Edition, newLadderForm(p, open)
		view.Form.ID = web.NewID(r)
		if open != nil {
			view.Open = true
			view.Form.Rung.Value = strconv.Itoa(open.Rung)
			view.Rung, view.Due = p.Rungs[open.Rung], term.DateTime(open.DueAt, tx.Now)
		} else {
			view.Preview = ladderSteps(p, Disagreement{Rung: -1}, nil, tx.Now)
		}
		tx.Saw("referral.opened", refTo(x.ID), x.Org, "")
		return nil
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: "We disagree", Class: "p-decide", At: "/concerns", Crumb: &ui.Link{Text: "The referral", Href: "/referrals/" + id}}
	if try == nil {
		page.Body = ladderPage(view)
		return web.Show(w, r, page)
	}
	if kept[r.PostFormValue("id")] {
		return web.Redirect(w, r, "/referrals/"+id+"/ladder", "Recorded.")
	}
	if ok := view.Form.Parse(r); view.Form.ID == "" {
		return errs.New(errs.Invalid, "The form has lost its number. Go back and open the page again")
	} else if ok {
		err := try(v, ID(id), view.Form, open)
		if err == nil {
			return web.Redirect(w, r, "/referrals/"+id+"/ladder", "Recorded.")
		}
		if !errs.Is(err, errs.Rule) && !errs.Is(err, errs.Conflict) {
			return err
		}
		view.Form.Refuse(err)
	}
	page.Body = ladderPage(view)
	return web.Invalid(w, r, page)
}

func climbsOf(p Practice, climbs []Climb, names map[string]ref.Person, now clock.Millis) (out []did) {
	for _, c := range climbs {
		d := did{Head: p.Rungs[c.Rung].Name + ": " + c.Who + " answered", When: term.DateTime(c.At, now), By: names[c.By].Name, Words: c.Words, Safety: c.Safety, Unsafe: !c.Safe}
		if c.Kind == climbOpened {
			d.Head = "What we disagree with, and ask for"
		} else if e, ok := EndWords[End(c.Kind)]; ok {
			d.Head += ". " + e
		}
		out = append(out, d)
	}
	return out
}

func (f *Feature) disagreeForm(w http.ResponseWriter, r *http.Request) error {
	return f.showLadder(w, r, func(v access.Viewer, id ID, form *ladderForm, open *Disagreement) error {
		c := form.climb()
		c.Record = form.ID
		if open != nil && open.ID != form.ID {
			return errs.Refuse("The ladder is open already")
		}
		return f.Disagree(r.Context(), v, id, c, form.Safe.Value)
	})
}

func (f *Feature) climbForm(w http.ResponseWriter, r *http.Request) error {
	return f.showLadder(w, r, func(v access.Viewer, id ID, form *ladderForm, open *Disagreement) error {
		if open == nil {
			return errs.Refuse("The ladder is not open, or this step was its last")
		}
		return f.Step(r.Context(), v, id, form.climb(), form.Safe.Value)
	})
}

func (f *Feature) practicePage(w http.ResponseWriter, r *http.Request) error {
	return f.showPractice(w, r, nil)
}

func (f *Feature) practiceForm(w http.ResponseWriter, r *http.Request) error {
	return f.showPractice(w, r, func(form *practiceForm) error { return f.WriteEdition(r.Context(), web.Viewer(r), form.practice()) })
}

// showPractice shows the edition in force and the form for the next. try keeps what was sent.
func (f *Feature) showPractice(w http.ResponseWriter, r *http.Request, try func(*practiceForm) error) error {
	var view practiceView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if err := f.Organisations.KeepsDistrict(ctx, tx); err != nil {
			return err
		}
		p, err := f.store.Practice(ctx, tx, clock.DayOf(tx.Now.Time()))
		if err != nil {
			return err
		}
		editions, err := f.store.Editions(ctx, tx)
		if err != nil {
			return err
		}
		view.Edition, view.Form = p.Edition, newPracticeForm(p)
		for _, e := range editions {
			view.Editions = append(view.Editions, e.Edition+", from "+term.YearDate(e.From))
		}
		return nil
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: "Referrals and disagreements", Class: "p-register", At: "/admin/referrals"}
	if try != nil {
		if view.Form.Parse(r) {
			err := try(view.Form)
			if err == nil {
				return web.Redirect(w, r, "/admin/referrals", "Kept. It holds from its day on; earlier referrals keep theirs.")
			}
			if !errs.Is(err, errs.Rule) {
				return err
			}
			view.Form.Refuse(err)
		}
		page.Body = practicePage(view)
		return web.Invalid(w, r, page)
	}
	page.Body = practicePage(view)
	return web.Show(w, r, page)
}
