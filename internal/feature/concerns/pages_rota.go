package concerns

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// rotaForm puts somebody on duty.
type rotaForm struct {
	forms.Form
	Who         *forms.Choice
	Day         *forms.Day
	From, Until *forms.Time
	Place       *forms.Text
	Phone       *forms.Text
}

func newRotaForm(leads []ref.Person) *rotaForm {
	f := &rotaForm{
		Who:   forms.NewChoice("who", "Who").Required("Choose who is on duty"),
		Day:   forms.NewDay("day", "Day").Required("Say which day"),
		From:  forms.NewTime("from", "From"),
		Until: forms.NewTime("until", "Until"),
		Place: forms.NewText("place", "Where to find them").Max(80),
		Phone: forms.NewText("phone", "Number to ring").Max(40).Kind("tel", "off"),
	}
	for _, p := range leads {
		f.Who.Options = append(f.Who.Options, forms.Option{Value: p.ID, Text: p.Name})
	}
	f.From.Set("08:00")
	f.Until.Set("16:30")
	f.Fields(f.Who, f.Day, f.From, f.Until, f.Place, f.Phone)
	return f
}

func (f *Feature) rotaPage(w http.ResponseWriter, r *http.Request) error {
	return f.showRota(w, r, nil, http.StatusOK)
}

func (f *Feature) showRota(w http.ResponseWriter, r *http.Request, form *rotaForm, status int) error {
	view := rotaView{}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		org, school, err := f.school(ctx, tx)
		if err != nil {
			return err
		}
		leads, err := f.People.Leads(ctx, tx, org)
		if err != nil {
			return err
		}
		if form == nil {
			form = newRotaForm(leads)
		}
		today := clock.DayOf(tx.Now.Time())
		duties, err := f.store.Rota(ctx, tx, org, today, today.Add(13))
		if err != nil {
			return err
		}
		view.School, view.Form = school, form
		for _, d := range duties {
			view.Rows = append(view.Rows, rotaRow{ID: d.ID, Day: term.ShortDate(d.Day), Hours: clockTime(d.From) + " to " + clockTime(d.Until), Who: d.Name, Place: d.Place, Phone: d.Phone})
		}
		cal, err := f.calendar(ctx, tx, org)
		if err != nil {
			return err
		}
		for _, g := range Gaps(cal, duties, today, today.Add(7)) {
			view.Gaps = append(view.Gaps, term.ShortDate(g.Day)+", "+clockTime(g.From)+" to "+clockTime(g.Until))
		}
		view.Code = f.DayCode(org, today)
		return nil
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: "Who is on duty", Class: "p-today", At: "/concerns", Crumb: &ui.Link{Text: "Concerns", Href: "/concerns"}, Body: rotaPage(view)}
	if status != http.StatusOK {
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

func (f *Feature) rotaForm(w http.ResponseWriter, r *http.Request) error {
	var form *rotaForm
	org := ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if org, _, err = f.school(ctx, tx); err != nil {
			return err
		}
		leads, err := f.People.Leads(ctx, tx, org)
		form = newRotaForm(leads)
		return err
	})
	if err != nil {
		return err
	}
	if !form.Parse(r) {
		return f.showRota(w, r, form, http.StatusUnprocessableEntity)
	}
	d := Duty{Org: org, Account: form.Who.Value, Day: form.Day.Value, From: form.From.Hour*60 + form.From.Minute, Until: form.Until.Hour*60 + form.Until.Minute, Place: form.Place.Value, Phone: form.Phone.Value}
	err = f.PutOnDuty(r.Context(), web.Viewer(r), d)
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return f.showRota(w, r, form, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/concerns/rota", "Added to the rota.")
}

func (f *Feature) rotaRemoveForm(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	org := ""
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		org, _, err = f.school(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if err := f.TakeOffDuty(r.Context(), web.Viewer(r), org, id); err != nil {
		return err
	}
	return web.Redirect(w, r, "/concerns/rota", "Taken out of the rota.")
}

// noticeForm is a police notice as a lead writes it down (ENC-1).
type noticeForm struct {
	forms.Form
	Words *forms.Lines
	Day   *forms.Day
	Time  *forms.Time
	Kids  *kidsField
}

func newNoticeForm() *noticeForm {
	f := &noticeForm{
		Words: forms.NewLines("words", "What the notice says").Required("Write what the notice says"),
		Day:   forms.NewDay("day", "Day of the incident").Required("Say which day it was"),
		Time:  forms.NewTime("time", "About"),
		Kids:  &kidsField{need: true},
	}
	f.Fields(f.Words, f.Day, f.Time, f.Kids)
	return f
}

func (f *Feature) noticePage(w http.ResponseWriter, r *http.Request) error {
	form := newNoticeForm()
	form.ID = web.NewID(r)
	return f.showNotice(w, r, form, http.StatusOK)
}

func (f *Feature) showNotice(w http.ResponseWriter, r *http.Request, form *noticeForm, status int) error {
	school := ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		if _, school, err = f.school(ctx, tx); err != nil {
			return err
		}
		return f.nameKids(ctx, tx, form.Kids)
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: "Police notice", Class: "p-concern", At: "/concerns", Crumb: &ui.Link{Text: "Concerns", Href: "/concerns"}, Body: noticePage(form, school)}
	if status != http.StatusOK {
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

func (f *Feature) noticeForm(w http.ResponseWriter, r *http.Request) error {
	form := newNoticeForm()
	ok := form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form has lost its number. Go back and open the page again")
	}
	if r.PostFormValue("send") == "" {
		form.Clear()
		if err := f.lookFor(r, form.Kids); err != nil {
			return err
		}
		return f.showNotice(w, r, form, http.StatusOK)
	}
	if !ok {
		return f.showNotice(w, r, form, http.StatusUnprocessableEntity)
	}
	org := ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		org, _, err = f.school(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	d := Draft{ID: ID(form.ID), Org: org, Source: Police, Words: form.Words.Value, Told: true, Children: form.Kids.Items,
		When: When{Mode: "day", Day: form.Day.Value, Hour: form.Time.Hour, Minute: form.Time.Minute, Timed: form.Time.Given}}
	id, err := f.Send(r.Context(), web.Viewer(r), d)
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return f.showNotice(w, r, form, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/concerns/"+string(id), "Recorded. Say below who was told to handle with care.")
}

// DayCode is a school's code for the day: whoever has it can write to the leads and sees nothing (CON-20). It is made from
// the district's key, so it is stored nowhere and changes by itself.
func (f *Feature) DayCode(org string, day clock.Day) string {
	const letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
	h := hmac.New(sha256.New, f.DayKey[:])
	h.Write([]byte(org + " " + string(day)))
	sum := h.Sum(nil)
	out := make([]byte, 0, 9)
	for i := range 8 {
		if i == 4 {
			out = append(out, '-')
		}
		out = append(out, letters[int(sum[i])%len(letters)])
	}
	return string(out)
}

// codeForm is what a visitor without an account writes.
type codeForm struct {
	forms.Form
	Code, Name, Part, Phone *forms.Text
	Words                   *forms.Lines
	Told, Urgent            *forms.Choice
}

func newCodeForm() *codeForm {
	f := &codeForm{
		Code:   forms.NewText("code", "Today’s school code").Required("Write the code of the day. The school office has it").Max(12),
		Name:   forms.NewText("name", "Your name").Required("Write your name").Max(100),
		Part:   forms.NewText("part", "What you do here").Required("Say what you do here, such as supply teacher").Max(100),
		Phone:  forms.NewText("phone", "Your telephone number").Required("Write a number a lead can ring you on").Max(40).Kind("tel", "tel"),
		Words:  forms.NewLines("words", "What did you see or hear?").Required("Write what you saw or heard").Hint("Name the child as you know the name."),
		Told:   forms.NewChoice("told", "Have you told a lead in person?", yesNo...).Required("Say whether you told a lead in person"),
		Urgent: forms.NewChoice("urgent", "Could a child be hurt today?", forms.Option{Value: "yes", Text: "Yes, or I am not sure"}, forms.Option{Value: "no", Text: "No"}).Required("Say whether a child could be hurt today. If you are not sure, say so"),
	}
	f.Fields(f.Code, f.Name, f.Part, f.Phone, f.Words, f.Told, f.Urgent)
	return f
}

func (f *Feature) codePage(w http.ResponseWriter, r *http.Request) error {
	form := newCodeForm()
	form.ID = web.NewID(r)
	return f.showCode(w, r, form, http.StatusOK)
}

func (f *Feature) showCode(w http.ResponseWriter, r *http.Request, form *codeForm, status int) error {
	officer, phone := "", ""
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		officer, phone, err = f.Adults.Officer(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	page := web.Page{Title: "Write with a code", Mode: ui.Public, Body: codePage(form, officer, phone)}
	if status != http.StatusOK {
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

func (f *Feature) codeForm(w http.ResponseWriter, r *http.Request) error {
	form := newCodeForm()
	if !form.Parse(r) || form.ID == "" {
		return f.showCode(w, r, form, http.StatusUnprocessableEntity)
	}
	v := access.System(web.Viewer(r).District, "day code")
	org := ""
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		schools, err := f.Schools.Schools(ctx, tx)
		if err != nil {
			return err
		}
		typed := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(form.Code.Value))
		for _, s := range schools {
			if hmac.Equal([]byte(strings.ReplaceAll(f.DayCode(s.ID, clock.DayOf(tx.Now.Time())), "-", "")), []byte(typed)) {
				org = s.ID
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if org == "" {
		form.Code.Problem = "This is not today’s code. The school office has it. It changes every day"
		return f.showCode(w, r, form, http.StatusUnprocessableEntity)
	}
	d := Draft{ID: ID(form.ID), Org: org, Source: Code, Words: form.Words.Value, Author: form.Name.Value + ", " + form.Part.Value + ", " + form.Phone.Value,
		Told: form.Told.Value == "yes", Urgent: form.Urgent.Value == "yes", When: When{Mode: "today"}}
	if _, err := f.Send(r.Context(), v, d); err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "Sent", Mode: ui.Public, Body: codeSentPage(d.Urgent || !d.Told)})
}
