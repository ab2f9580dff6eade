package concerns

import (
	"context"
	"net/http"

	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// settingsForm is what a district sets for its concerns.
type settingsForm struct {
	forms.Form
	Name, Phone                                        *forms.Text
	Urgent, Normal, High, Reply, Box, Silent, Together *forms.Number
}

func newSettingsForm(s Settings) *settingsForm {
	f := &settingsForm{
		Name:     forms.NewText("name", "Whom a lead rings before telling the family").Required("Say whom to ring").Max(120),
		Phone:    forms.NewText("phone", "Their number").Required("Write the number").Max(40).Kind("tel", "off"),
		Urgent:   forms.NewNumber("urgent", "Urgent and unread", "minutes").Hint("At any hour, the next on the rota is told. Shipped: 15"),
		Normal:   forms.NewNumber("normal", "Not urgent and unread", "minutes of school time").Hint("The next on the rota is told. Shipped: 120"),
		High:     forms.NewNumber("high", "Set high, and nothing is being done", "minutes").Hint("The leads are told. Shipped: 120"),
		Reply:    forms.NewNumber("reply", "Somebody told us at the gate and wants to hear back", "school days").Hint("Shipped: 2"),
		Box:      forms.NewNumber("box", "A pupil asked the box for an adult", "school days").Hint("Until somebody has talked with them. Shipped: 1"),
		Silent:   forms.NewNumber("silent", "Read, and nothing said to the colleague who wrote", "school days").Hint("It comes to the leads’ day. Shipped: 2"),
		Together: forms.NewNumber("together", "Low-level entries about one child in 90 days", "entries").Hint("From this many on a lead is asked what they say, seen together. Shipped: 5"),
	}
	f.Name.Value, f.Phone.Value = s.Service.Name, s.Service.Phone
	for _, x := range []struct {
		field *forms.Number
		n     int
	}{{f.Urgent, s.Urgent}, {f.Normal, s.Normal}, {f.High, s.High}, {f.Reply, s.Reply}, {f.Box, s.Box}, {f.Silent, s.Silent}, {f.Together, s.Together}} {
		x.field.Set(x.n)
	}
	f.Version = s.Version
	f.Fields(f.Name, f.Phone, f.Urgent, f.Normal, f.High, f.Reply, f.Box, f.Silent, f.Together)
	return f
}

func (f *settingsForm) settings() Settings {
	return Settings{Service: Service{f.Name.Value, f.Phone.Value}, Urgent: f.Urgent.Value, Normal: f.Normal.Value, High: f.High.Value, Reply: f.Reply.Value, Box: f.Box.Value, Silent: f.Silent.Value,
		Together: f.Together.Value, Version: f.Version}
}

func (f *Feature) settingsPage(w http.ResponseWriter, r *http.Request) error {
	set, err := f.settingsOf(r)
	if err != nil {
		return err
	}
	return web.Show(w, r, settingsShown(newSettingsForm(set), ""))
}

func (f *Feature) settingsForm(w http.ResponseWriter, r *http.Request) error {
	set, err := f.settingsOf(r)
	if err != nil {
		return err
	}
	form := newSettingsForm(set)
	if !form.Parse(r) {
		return web.Invalid(w, r, settingsShown(form, ""))
	}
	err = f.Set(r.Context(), web.Viewer(r), form.settings())
	switch {
	case errs.Is(err, errs.Rule):
		form.Refuse(err)
		return web.Invalid(w, r, settingsShown(form, ""))
	case errs.Is(err, errs.Conflict):
		form.Version = set.Version
		return web.Invalid(w, r, settingsShown(form, errs.Sentence(err)+" Theirs: "+set.Words()))
	case err != nil:
		return err
	}
	return web.Redirect(w, r, "/admin/concerns", "Kept. Clocks that run were counted anew.")
}

// settingsOf reads the settings for whoever keeps the district.
func (f *Feature) settingsOf(r *http.Request) (s Settings, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if err := f.Schools.KeepsDistrict(ctx, tx); err != nil {
			return err
		}
		s, err = f.store.Settings(ctx, tx)
		return err
	})
	return s, err
}

func settingsShown(form *settingsForm, theirs string) web.Page {
	return web.Page{Title: "Clocks of concerns", Class: "p-register", At: "/admin/concerns", Body: settingsView(form, theirs)}
}
