package directory

import (
	"context"
	"fmt"
	"net/http"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// Hours in which clocks of school days may run, in minutes after midnight; and how long at least.
const (
	earliest = 6 * 60
	latest   = 20 * 60
	shortest = 4 * 60
)

// CanRun says whether clocks may run between two times of a school day.
func CanRun(opens, closes int) error {
	switch {
	case closes <= opens:
		return errs.Refuse("The end must be after the beginning")
	case opens < earliest || closes > latest:
		return errs.Refuse("Clocks run between 06:00 and 20:00: outside, nobody who is called is at school")
	case closes-opens < shortest:
		return errs.Refuse("Clocks run for four hours a day at least: with fewer a concern waits for days")
	}
	return nil
}

// SetHours says when clocks of school days run in every school of the district, in minutes after midnight. Rule: CanRun says no.
func (f *Terms) SetHours(ctx context.Context, v access.Viewer, opens, closes int) (err error) {
	defer errs.Wrap(&err, "directory.SetHours")
	if err := CanRun(opens, closes); err != nil {
		return err
	}
	return f.change(ctx, v, "", "terms.hours", func(ctx context.Context, tx *store.Tx, _ year) (ref.Ref, any, error) {
		was, err := f.store.calendar(ctx, tx)
		if err != nil {
			return ref.Ref{}, nil, err
		}
		if was.Opens == int64(opens) && was.Closes == int64(closes) {
			return ref.Ref{}, nil, errSame
		}
		err = tx.Put(ctx, store.SQL(`UPDATE directory_calendar SET opens = ?, closes = ? WHERE district_id = ?`, opens, closes, tx.Viewer.District))
		return ref.To("district", tx.Viewer.District), map[string]int{"opens": opens, "closes": closes}, err
	})
}

type hoursForm struct {
	forms.Form
	Opens, Closes *forms.Time
}

func newHoursForm() *hoursForm {
	f := &hoursForm{Opens: forms.NewTime("opens", "Clocks start"), Closes: forms.NewTime("closes", "Clocks stop")}
	f.Fields(f.Opens, f.Closes)
	return f
}

func clockTime(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func hoursPage(form *hoursForm) web.Page {
	p := termPage("Clock hours", &ui.Link{Text: "Term dates", Href: "/admin/terms"})
	p.Body = hoursView(form)
	return p
}

func (f *Terms) hours(w http.ResponseWriter, r *http.Request) error {
	form := newHoursForm()
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if err := f.keeps(ctx, tx, ""); err != nil {
			return err
		}
		cals, err := f.Calendars.Calendars(ctx, tx)
		opens, closes := cals.District.Hours()
		form.Opens.Set(clockTime(opens))
		form.Closes.Set(clockTime(closes))
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, hoursPage(form))
}

func (f *Terms) setHours(w http.ResponseWriter, r *http.Request) error {
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error { return f.keeps(ctx, tx, "") }); err != nil {
		return err
	}
	form := newHoursForm()
	ok := form.Parse(r)
	if ok && !form.Opens.Given {
		form.Opens.Problem, ok = "Say when clocks start", false
	}
	if ok && !form.Closes.Given {
		form.Closes.Problem, ok = "Say when clocks stop", false
	}
	if !ok {
		return web.Invalid(w, r, hoursPage(form))
	}
	err := f.SetHours(r.Context(), web.Viewer(r), form.Opens.Hour*60+form.Opens.Minute, form.Closes.Hour*60+form.Closes.Minute)
	if errs.Is(err, errs.Rule) {
		form.Closes.Problem = errs.Sentence(err)
		return web.Invalid(w, r, hoursPage(form))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/admin/terms", "Clocks run "+clockTime(form.Opens.Hour*60+form.Opens.Minute)+" to "+clockTime(form.Closes.Hour*60+form.Closes.Minute)+" on school days from now on.")
}
