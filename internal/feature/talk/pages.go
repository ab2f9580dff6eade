package talk

import (
	"context"
	"net/http"
	"net/url"

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
)

// codeForm is the way in: the words on the poster.
type codeForm struct {
	forms.Form
	Code *forms.Text
}

func newCodeForm() *codeForm {
	f := &codeForm{Code: forms.NewText("code", "The words on the poster").Required("Write the words on the poster").Hint("Two words and a number, like: river otter 42").Max(60).Kind("text", "off")}
	f.Fields(f.Code)
	return f
}

// askForm is what a pupil says. Nothing but the code is needed.
type askForm struct {
	forms.Form
	Code, Name, Class, To, Find *forms.Text
	Words                       *forms.Lines
	Safe                        *forms.Choice
}

func newAskForm() *askForm {
	f := &askForm{
		Code:  forms.NewText("code", "").Required("Write the words on the poster").Max(60),
		Name:  forms.NewText("who", "What is your name?").Hint("You can use a nickname, or leave it empty. With a name it is easier to find you.").Max(80).Kind("text", "off"),
		Class: forms.NewText("class", "What class are you in?").Hint("You can leave it empty.").Max(40).Kind("text", "off"),
		To:    forms.NewText("to", "Who would you like to talk to?").Hint("Any adult at school you trust. If you do not mind who, leave it empty.").Max(80).Kind("text", "off"),
		Find:  forms.NewText("find", "How can we find you?").Hint("For example: at lunch, by the library. Or: fetch me from class, but do not say why.").Max(200).Kind("text", "off"),
		Words: forms.NewLines("words", "Do you want to say more?").Hint("You do not have to. You can tell us when we meet.").Max(2000),
		Safe:  forms.NewChoice("safe", "Do you feel safe right now?", forms.Option{Value: "yes", Text: "Yes"}, forms.Option{Value: "no", Text: "No"}, forms.Option{Value: "unsure", Text: "I do not know"}),
	}
	f.Fields(f.Code, f.Name, f.Class, f.To, f.Find, f.Words, f.Safe)
	return f
}

// backForm is how a pupil comes back.
type backForm struct {
	forms.Form
	Code, Pair *forms.Text
}

func newBackForm() *backForm {
	f := &backForm{
		Code: forms.NewText("code", "The words on the poster").Required("Write the words on the poster").Max(60).Kind("text", "off"),
		Pair: forms.NewText("pair", "Your two words").Required("Write the two words you were given").Hint("For example: blue otter").Max(60).Kind("text", "off"),
	}
	f.Fields(f.Code, f.Pair)
	return f
}

// page is one page for a pupil: family mode, no name of the service, a way out on top.
func page(title string) web.Page { return web.Page{Title: title, Mode: ui.Family, Class: "p-talk"} }

// tooMany says in a child's words that this place has to wait.
const tooMany = "Too many people here tried at the same time. Try again in a few minutes, or find an adult you trust now"

func (f *Feature) startPage(w http.ResponseWriter, r *http.Request) error {
	form := newCodeForm()
	form.Code.Value = plain(cut(r.URL.Query().Get("c"), 60)) // from the square on the poster
	p := page("Talk to somebody")
	p.Body = startPage(form)
	return web.Show(w, r, p)
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// startForm looks at the code and shows the questions.
func (f *Feature) startForm(w http.ResponseWriter, r *http.Request) error {
	form := newCodeForm()
	p := page("Talk to somebody")
	if form.Parse(r) {
		b, school, err := f.box(r.Context(), web.Viewer(r).District, f.Limits.Address(r), form.Code.Value)
		switch errs.KindOf(err) {
		case errs.Rule:
			form.Code.Problem = tooMany
		case errs.NotFound:
			form.Code.Problem = "These are not the words on the poster. Look again, or ask an adult you trust"
		default:
			if err != nil {
				return err
			}
			ask := newAskForm()
			ask.ID, ask.Code.Value = web.NewID(r), plain(form.Code.Value)
			return f.showAsk(w, r, ask, b, school)
		}
	}
	p.Body = startPage(form)
	return web.Invalid(w, r, p)
}

// showAsk shows the questions, with who reads the answers and when.
func (f *Feature) showAsk(w http.ResponseWriter, r *http.Request, form *askForm, b Box, school string) error {
	view := askView{Form: form, School: school}
	err := f.DB.Read(r.Context(), system(web.Viewer(r).District), func(ctx context.Context, tx *store.Tx) error {
		var names []string
		cals, err := f.Calendars.Calendars(ctx, tx)
		if err != nil {
			return err
		}
		people, err := f.People.Leads(ctx, tx, b.Org)
		if err != nil {
			return err
		}
		for _, x := range people {
			names = append(names, x.Name)
		}
		view.Readers, view.When = text.Join(append(names, "the headteacher")), when(cals.Of(b.Org), tx.Now)
		return nil
	})
	if err != nil {
		return err
	}
	p := page("Talk to somebody")
	p.Body = askPage(view)
	return web.Show(w, r, p)
}

// when says when it is read, without promising more than the rota keeps.
func when(cal term.Calendar, now clock.Millis) string {
	if cal.InHours(now) {
		return "School is open: they are told now."
	}
	at := cal.NextOpening(now)
	if clock.DayOf(at.Time()) == clock.DayOf(now.Time()) {
		return "School is closed now. They read it today, from " + term.Time(at) + "."
	}
	return "School is closed now. They read it on " + term.Date(clock.DayOf(at.Time())) + ", from " + term.Time(at) + "."
}

func (f *Feature) askForm(w http.ResponseWriter, r *http.Request) error {
	form := newAskForm()
	if !form.Parse(r) || form.ID == "" {
		p := page("Talk to somebody")
		p.Body = startPage(newCodeForm())
		return web.Invalid(w, r, p)
	}
	m := Message{ID: form.ID, Code: form.Code.Value, Name: form.Name.Value, Class: form.Class.Value, To: form.To.Value, Find: form.Find.Value, Words: form.Words.Value, Safe: form.Safe.Value}
	sent, err := f.Ask(r.Context(), web.Viewer(r).District, f.Limits.Address(r), m)
	if errs.Is(err, errs.Rule) || errs.Is(err, errs.NotFound) {
		code := newCodeForm()
		code.Code.Problem = tooMany
		if errs.Is(err, errs.NotFound) {
			code.Code.Problem = "The words on the poster have changed. Look again, or find an adult you trust"
		}
		p := page("Talk to somebody")
		p.Body = startPage(code)
		return web.Invalid(w, r, p)
	}
	if err != nil {
		return err
	}
	p := page("Sent")
	p.Body = sentPage(sentView{Pair: sent.Pair, When: when(sent.cal, web.Now(r)), Now: sent.Urgent})
	return web.Show(w, r, p)
}

func (f *Feature) backPage(w http.ResponseWriter, r *http.Request) error {
	p := page("Come back")
	p.Body = backPage(newBackForm())
	return web.Show(w, r, p)
}

func (f *Feature) backForm(w http.ResponseWriter, r *http.Request) error {
	form := newBackForm()
	p := page("Come back")
	if !form.Parse(r) {
		p.Body = backPage(form)
		return web.Invalid(w, r, p)
	}
	s, err := f.Back(r.Context(), web.Viewer(r).District, f.Limits.Address(r), form.Code.Value, form.Pair.Value)
	switch errs.KindOf(err) {
	case errs.Rule:
		form.Pair.Problem = tooMany
		p.Body = backPage(form)
		return web.Invalid(w, r, p)
	case errs.NotFound:
		form.Pair.Problem = "We cannot find these words. Look again. After two weeks they stop working; then ask again"
		p.Body = backPage(form)
		return web.Invalid(w, r, p)
	}
	if err != nil {
		return err
	}
	now := web.Now(r)
	view := seenView{Sent: term.DateTime(clock.Millis(s.At), now), When: when(s.cal, now)}
	if s.Stand.ReadAt != 0 {
		view.Read = "Read"
		if s.Stand.ReadBy != "" {
			view.Read += " by " + s.Stand.ReadBy
		}
		view.Read += ", " + term.DateTime(s.Stand.ReadAt, now) + "."
	}
	for _, x := range s.Answers {
		view.Answers = append(view.Answers, answerRow{x.Words, s.Names[x.By].Name + ", " + term.DateTime(x.At, now)})
	}
	p.Title, p.Body = "What happened", seenPage(view)
	return web.Show(w, r, p)
}

// lead returns the school whose box the viewer looks after. NotFound: none.
func (f *Feature) lead(ctx context.Context, tx *store.Tx) (org, school string, err error) {
	v := tx.Viewer
	for _, role := range []access.Role{access.DSL, access.Head} {
		if orgs := v.Roles[role]; len(orgs) > 0 {
			names, err := f.Schools.Names(ctx, tx, orgs[0])
			return orgs[0], names[orgs[0]].Name, err
		}
	}
	return "", "", errs.Missing()
}

func (f *Feature) boxPage(w http.ResponseWriter, r *http.Request) error {
	view := boxView{NewID: web.NewID(r), Address: web.PublicURL(r, "/talk")}
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		org, school, err := f.lead(ctx, tx)
		if err != nil {
			return err
		}
		view.School = school
		b, err := f.store.Box(ctx, tx, org)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		names, err := f.People.Names(ctx, tx, b.By)
		view.Made = "In use since " + term.DateTime(b.At, tx.Now) + ", made by " + names[b.By].Name
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "The school’s box", Class: "p-today", At: "/concerns", Crumb: &ui.Link{Text: "Concerns", Href: "/concerns"}, Body: boxPage(view)})
}

// boxForm makes a new code and shows its poster, once.
func (f *Feature) boxForm(w http.ResponseWriter, r *http.Request) error {
	form := &forms.Form{}
	form.Parse(r)
	if form.ID == "" {
		return errs.New(errs.Invalid, "The form has lost its number. Go back and open the page again")
	}
	org := ""
	view := posterView{}
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		org, view.School, err = f.lead(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	c, err := f.NewBox(r.Context(), web.Viewer(r), org, form.ID)
	if err != nil {
		return err
	}
	view.Code, view.Address = c, web.PublicURL(r, "/talk")
	if view.Square, err = picture.QR(view.Address + "?c=" + dashed(c)); err != nil {
		return err
	}
	return web.Show(w, r, web.Page{Title: "A poster to print", Class: "p-poster", At: "/concerns", Crumb: &ui.Link{Text: "The school’s box", Href: "/talk/box"}, Body: posterPage(view)})
}

func (f *Feature) stopForm(w http.ResponseWriter, r *http.Request) error {
	org := ""
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) (err error) {
		org, _, err = f.lead(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	if err := f.StopBox(r.Context(), web.Viewer(r), org); err != nil {
		return err
	}
	return web.Redirect(w, r, "/talk/box", "Switched off. Take the posters down: their words open nothing any more.")
}

func (f *Feature) answerForm(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	t := forms.NewText("words", "").Max(400)
	t.Read(url.Values{"words": {r.PostFormValue("words")}})
	err = f.AnswerPupil(r.Context(), web.Viewer(r), id, t.Value)
	if errs.Is(err, errs.Rule) {
		form := &forms.Form{}
		form.Refuse(err)
		return web.Invalid(w, r, web.Page{Title: "Answer the pupil", Class: "p-decide", At: "/concerns", Crumb: &ui.Link{Text: "The concern", Href: "/concerns/" + id}, Body: answerAgain(id, t.Value, form)})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/concerns/"+id, "The pupil finds it with their two words.")
}

// phrases are answers to a pupil with one press.
var phrases = []string{"I will find you at lunch", "I will find you today", "Come to me at break"}

// Beside is what the page of a concern shows of the pupil who asked: what they can see, and the answer for them.
func (f *Feature) Beside(ctx context.Context, tx *store.Tx, concern, _ string) (ui.Beside, error) {
	a, err := f.store.Asking(ctx, tx, concern)
	if errs.Is(err, errs.NotFound) {
		return ui.Beside{}, nil
	}
	if err != nil {
		return ui.Beside{}, err
	}
	answers, err := f.store.Answers(ctx, tx, concern)
	if err != nil {
		return ui.Beside{}, err
	}
	var ids []string
	for _, x := range answers {
		ids = append(ids, x.By)
	}
	names, err := f.People.Names(ctx, tx, ids...)
	if err != nil {
		return ui.Beside{}, err
	}
	return ui.Beside{Evidence: answerPart(answerView{ID: concern, Until: term.Date(clock.DayOf(a.Until.Time())), Over: a.Until <= tx.Now, Answers: answers, Phrases: sentPhrases(answers, names, tx.Now), Others: others(answers, names, tx.Now)})}, nil
}

// sentPhrases are the phrases, each with when it was sent.
func sentPhrases(answers []Answer, names map[string]ref.Person, now clock.Millis) (out []ui.Phrase) {
	for _, p := range phrases {
		x := ui.Phrase{Value: p, Text: p}
		for _, a := range answers {
			if a.Words == p {
				x.Sent = term.DateTime(a.At, now) + " by " + names[a.By].Name
			}
		}
		out = append(out, x)
	}
	return out
}

// others are what was written in other words than a phrase.
func others(answers []Answer, names map[string]ref.Person, now clock.Millis) (out []answerRow) {
	for _, a := range answers {
		phrase := false
		for _, p := range phrases {
			phrase = phrase || a.Words == p
		}
		if !phrase {
			out = append(out, answerRow{a.Words, names[a.By].Name + ", " + term.DateTime(a.At, now)})
		}
	}
	return out
}

// dashed is a code as it stands in an address.
func dashed(code string) string {
	out := []byte(code)
	for i, b := range out {
		if b == ' ' {
			out[i] = '-'
		}
	}
	return string(out)
}
