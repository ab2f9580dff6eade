package office

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/feature/training"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

type datePageView struct {
	Block training.Block
	Path  string
	// Register is where the register of the date is kept.
	Register string
	Date     string
	Facts    []ui.SummaryRow
	Form     formView
	Needs    []string
	Off      bool
	Venue    string // the page of its venue, "" while there is none
	// VenueMail is where the venue reads of the date, "" for nowhere.
	VenueMail string
	Session   string // where it is changed, for a date that is a session of a programme; "" for all others
}

// datePageOf is the page of one date, with what the people who come need; each need that is shown is opened.
func (f Pages) datePageOf(r *http.Request, form *dateForm) (v datePageView, err error) {
	s, err := web.PathID(r, "run")
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, err := f.Store.Run(ctx, tx, training.RunID(s))
		if err != nil {
			return err
		}
		b, err := f.OwnBlock(ctx, tx, x.Block)
		if err != nil {
			return err
		}
		counts, err := f.Store.Counts(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		venues, err := f.Venues.Venues(ctx, tx)
		if err != nil {
			return err
		}
		v = datePageView{Block: b, Path: "/training/office/dates/" + s, Register: "/training/registers/" + s, Date: training.DayWords(x.Days) + " " + string(x.First[:4]), Off: x.State == training.RunCancelled}
		c, err := f.Store.Course(ctx, tx, x.Course)
		if err != nil {
			return err
		}
		n := counts[x.ID]
		v.Facts = []ui.SummaryRow{row("Seats", training.Fullness(training.Seats(x, venues[x.Venue].Capacity), n)), row("Taken", num(n.Taken)), row("In line", num(n.Waiting)), row("Trainer", x.Trainer)}
		if form == nil {
			form = newDateForm(nil).editing()
			form.Capacity.Value, form.Venue.Value, form.Address.Value, form.Postcode.Value = num(x.Capacity), venues[x.Venue].Name, venues[x.Venue].Address, venues[x.Venue].Postcode
		}
		v.Form = formView{Form: &form.Form, Heading: "Places and venue", Action: v.Path, Button: "Save", Parts: []part{{"", []templ.Component{form.Capacity.Input(), form.Keep.Checkboxes(), form.Venue.Input(), form.Address.Input(), form.Postcode.Input()}}}}
		rings, err := f.Store.Rings(ctx, tx)
		if err != nil {
			return err
		}
		switch {
		case x.Venue == "" || x.Online:
		case rings[b.Org].Words == "": // nothing goes to any venue yet
			v.Venue = venuesPath
		default:
			v.Venue, v.VenueMail = venuesPath+"/"+x.Venue, venues[x.Venue].Email
		}
		if s := c.Session(); s != "" {
			v.Session = "/training/office/sessions/" + s
			where := venues[x.Venue].Name
			if x.Online {
				where = "By video"
			}
			v.Facts = append([]ui.SummaryRow{row("Session", c.Title), row("Where", where)}, v.Facts...)
		}
		needs, err := f.Store.NeedsOf(ctx, tx, x.ID)
		for _, need := range needs {
			if _, _, err := tx.Open(ctx, "training.need_opened", need.Ref()); err != nil {
				return err
			}
			v.Needs = append(v.Needs, strings.Trim(need.Access+". "+need.Diet, ". "))
		}
		return err
	})
	return v, err
}

func row(key, value string) ui.SummaryRow {
	return ui.SummaryRow{Key: ui.SummaryText{Text: key}, Value: ui.SummaryText{Text: value}}
}

func (f Pages) date(w http.ResponseWriter, r *http.Request) error {
	v, err := f.datePageOf(r, nil)
	if err != nil {
		return err
	}
	return web.Show(w, r, working("A date", web.Page{Crumb: toBlock(v.Block), Body: datePage(v)}))
}

func (f Pages) saveDate(w http.ResponseWriter, r *http.Request) error {
	form := newDateForm(nil).editing()
	ok := form.Parse(r)
	capacity := read(form.Capacity)
	v, err := f.datePageOf(r, form)
	if err != nil {
		return err
	}
	id := training.RunID(r.PathValue("run"))
	if ok && !form.Wrong() {
		if err = f.SetVenue(r.Context(), web.Viewer(r), id, form.venue()); err == nil {
			err = f.Resize(r.Context(), web.Viewer(r), id, capacity, form.Keep.Has("yes"))
		}
		if err == nil {
			return web.Redirect(w, r, v.Path, "Saved. Seats that came free go to the line.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Refuse(err)
	}
	return web.Invalid(w, r, working("A date", web.Page{Crumb: toBlock(v.Block), Body: datePage(v)}))
}

func (f Pages) cancelDate(w http.ResponseWriter, r *http.Request) error {
	v, err := f.datePageOf(r, nil)
	if err != nil {
		return err
	}
	err = f.CancelRun(r.Context(), web.Viewer(r), training.RunID(r.PathValue("run")))
	if errs.Is(err, errs.Rule) {
		v.Form.Form.Refuse(err)
		return web.Invalid(w, r, working("A date", web.Page{Crumb: toBlock(v.Block), Body: datePage(v)}))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, blockPath(v.Block.ID), "The date is cancelled.")
}
