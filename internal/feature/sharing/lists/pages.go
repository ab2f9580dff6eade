package lists

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/picture"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

const home = "/admin/sharing"

// Routes are the pages of those who keep the lists of a district.
func (f *Feature) Routes() []web.Route {
	return []web.Route{
		web.Get(home, access.Administer, f.index),
		web.Get(home+"/new", access.Administer, f.newEntry),
		web.Post(home, access.Administer, f.add),
		web.Get(home+"/{entry}", access.Administer, f.edit),
		web.Post(home+"/{entry}", access.Administer, f.change),
	}
}

// words are what the pages say of a list.
var words = map[List]struct{ title, lead, one, add, added, hint, hintSays string }{
	Purpose: {"Purposes", "What a record is shared for.", "purpose", "Add a purpose", "The purpose is added.", "What it means, or what to write in the reason", "Stands below the words. Leave it empty where they say enough"},
	Ground:  {"Lawful grounds", "What in law allows it. Ask your data protection officer before you change one.", "lawful ground", "Add a lawful ground", "The lawful ground is added.", "Which law it rests on", "Stands below the words, such as UK GDPR Article 6(1)(e)"},
}

// wordingForm is one wording as it is given.
type wordingForm struct {
	forms.Form
	List   *forms.Choice // of a new entry
	Words  *forms.Text
	Hint   *forms.Lines
	From   *forms.Day
	Then   *forms.Choice // offered or not; nil for a new entry
	Reason *forms.Text
	Seen   string
}

// What is to become of an entry.
const (
	offered = "offered"
	retired = "retired"
)

func newWordingForm(l List, entry bool) *wordingForm {
	f := &wordingForm{
		List:   forms.NewChoice("list", "Which list?", forms.Option{Value: string(Purpose)}, forms.Option{Value: string(Ground)}),
		Words:  forms.NewText("words", "The words").Max(longestWords).Hint("As a lead reads them when choosing, and as both schools read them with what is shared. No names"),
		Hint:   forms.NewLines("hint", words[l].hint).Max(longestHint).Hint(words[l].hintSays),
		From:   forms.NewDay("from", "From which day").Required("Say from which day").Hint("Today or later"),
		Reason: forms.NewText("reason", "Who agreed it, and when").Required("Say who agreed it, and when").Max(300).Hint("Stands in the history of this list"),
	}
	f.Fields(f.Words, f.Hint, f.From, f.Reason)
	if !entry { // an entry is in its list
		f.Fields(f.List)
		return f
	}
	f.Then = forms.NewChoice("then", "From that day on it is", forms.Option{Value: offered, Text: "offered in these words"},
		forms.Option{Value: retired, Text: "not offered any more", Hint: "What was shared for it keeps it. It can be brought back"}).Required("Say whether it is offered from that day on")
	f.Then.Value = offered
	f.Fields(f.Then)
	return f
}

// wording is what was typed.
func (f *wordingForm) wording(l List, entry string) Wording {
	return Wording{ID: f.ID, List: l, Entry: entry, Words: f.Words.Value, Hint: f.Hint.Value, From: f.From.Value, Reason: f.Reason.Value, Retired: f.Then != nil && f.Then.Value == retired}
}

// parse reads the form. What is missing for the wording is said at its field.
func (f *wordingForm) parse(r *http.Request, l List) bool {
	ok := f.Parse(r)
	f.Seen = r.PostForm.Get("seen")
	if f.Then != nil && f.Then.Value == retired {
		return ok
	}
	if f.Words.Value == "" && f.Words.Problem == "" {
		f.Words.Problem, ok = "Say it in words that a lead understands", false
	}
	if l == Ground && f.Hint.Value == "" && f.Hint.Problem == "" {
		f.Hint.Problem, ok = "Say which law the ground rests on, such as UK GDPR Article 6(1)(e)", false
	}
	return ok
}

// indexView is both lists and what became of them.
type indexView struct {
	Edition string
	Lists   []listView
	Log     []ui.LineEntry
}

// listView is one list as it is offered today, and what is not offered any more.
type listView struct {
	List         List
	Title, Lead  string
	Rows         []ui.SummaryRow
	Retired      []ui.SummaryRow
	Add, AddHref string
}

func (f *Feature) index(w http.ResponseWriter, r *http.Request) error {
	var v indexView
	err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if err := f.Schools.KeepsDistrict(ctx, tx); err != nil {
			return err
		}
		all, err := f.All(ctx, tx)
		if err != nil {
			return err
		}
		var by []string
		for _, x := range all {
			by = append(by, x.By)
		}
		names, err := f.People.Names(ctx, tx, slices.DeleteFunc(by, func(id string) bool { return id == "" })...)
		if err != nil {
			return err
		}
		today := clock.DayOf(tx.Now.Time())
		v = indexView{Edition: editionWords(all.Edition(today)), Log: history(all, names)}
		for _, l := range Lists {
			v.Lists = append(v.Lists, listOf(all, l, today))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, page("Purposes and grounds of sharing", nil, indexPage(v)))
}

func page(title string, crumb *ui.Link, body templ.Component) web.Page {
	return web.Page{Title: title, Class: "p-register p-sharing", At: home, Crumb: crumb, Body: body}
}

var toLists = &ui.Link{Text: "Purposes and grounds of sharing", Href: home}

// editionWords names an edition as people say it.
func editionWords(edition string) string {
	if d, err := clock.ParseDay(edition); err == nil {
		return term.YearDate(d)
	}
	return edition + ", as it ships"
}

func listOf(all All, l List, today clock.Day) listView {
	v := listView{List: l, Title: words[l].title, Lead: words[l].lead, Add: words[l].add, AddHref: home + "/new?list=" + string(l)}
	for _, entry := range all.entries(l) {
		now, there := all.on(entry, today)
		last, ok := all.latest(entry)
		if !ok {
			continue
		}
		row := ui.SummaryRow{Key: ui.SummaryText{Text: last.Words}, Value: ui.SummaryText{Text: last.Hint}}
		action := ui.SummaryAction{Text: "Change", Href: home + "/" + entry, VisuallyHiddenText: last.Words}
		if there {
			row.Key.Text, row.Value = now.Words, ui.SummaryText{HTML: saying(now.Hint, coming(now, last))}
		} else {
			row.Value = ui.SummaryText{HTML: saying(last.Hint, "Offered from "+term.YearDate(last.From))}
		}
		if there && now.Retired && last.ID == now.ID {
			row.Value = ui.SummaryText{HTML: saying("", "Not offered since "+term.YearDate(now.From))}
			action.Text = "Bring back"
			row.Actions.Items = []ui.SummaryAction{action}
			v.Retired = append(v.Retired, row)
			continue
		}
		row.Actions.Items = []ui.SummaryAction{action}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// coming says what of an entry does not hold yet.
func coming(now, last Wording) string {
	switch {
	case last.ID == now.ID:
		return ""
	case last.Retired:
		return "Until " + term.YearDate(last.From.Add(-1)) + ", then not offered any more"
	case now.Retired:
		return "Not offered now. From " + term.YearDate(last.From) + ": " + last.Words
	case last.Words == now.Words:
		return "From " + term.YearDate(last.From) + " with: " + last.Hint
	}
	return "From " + term.YearDate(last.From) + ": " + last.Words
}

// history is every wording that was given, the latest first.
func history(all All, names map[string]ref.Person) (out []ui.LineEntry) {
	for i, x := range slices.Backward(all) {
		if x.At == 0 {
			continue
		}
		at := x.At.London()
		was := Wording{}
		for _, y := range all[:i] {
			if y.Entry == x.Entry && y.Dropped == 0 {
				was = y
			}
		}
		e := ui.LineEntry{Month: at.Format("Jan 06"), Day: at.Format("Mon 2"), Time: at.Format("15:04"), Kind: picture.Document, Title: "“" + x.Words + "”", Voice: x.Reason,
			Text: names[x.By].Name + ". A " + words[x.List].one + ", from " + term.YearDate(x.From) + "."}
		switch {
		case x.Retired:
			e.Title = "No longer offered: " + e.Title
		case was.ID == "":
			e.Title = "Added: " + e.Title
		case was.Retired:
			e.Title = "Brought back: " + e.Title
		case was.Words == x.Words:
			e.Title, e.Text = "Reworded: "+e.Title, e.Text+" Below it: “"+x.Hint+"”, before: “"+was.Hint+"”."
		default:
			e.Title, e.Text = "Reworded: "+e.Title, e.Text+" Before: “"+was.Words+"”."
		}
		if x.Dropped != 0 {
			e.Text += " Taken back before it held."
		}
		out = append(out, e)
	}
	return out
}

// formView is a wording's form and what stands around it.
type formView struct {
	Title, Post, Button string
	Now                 string // what holds today, where that is not what the form begins with
	Theirs              string // what somebody else has given meanwhile
	Form                *wordingForm
}

func formPage(v formView) web.Page { return page(v.Title, toLists, formBody(v)) }

// keeps reads the lists for whoever keeps them.
func (f *Feature) keeps(r *http.Request) (all All, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if err := f.Schools.KeepsDistrict(ctx, tx); err != nil {
			return err
		}
		all, err = f.All(ctx, tx)
		return err
	})
	return all, err
}

func addView(l List, form *wordingForm) formView {
	return formView{Title: words[l].add, Post: home, Button: words[l].add, Form: form}
}

func (f *Feature) newEntry(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.keeps(r); err != nil {
		return err
	}
	l := List(r.URL.Query().Get("list"))
	if !slices.Contains(Lists, l) {
		l = Purpose
	}
	form := newWordingForm(l, false)
	form.ID, form.List.Value, form.From.Value = web.NewID(r), string(l), clock.DayOf(web.Now(r).Time())
	return web.Show(w, r, formPage(addView(l, form)))
}

func (f *Feature) add(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.keeps(r); err != nil {
		return err
	}
	l := List(r.PostFormValue("list"))
	if !slices.Contains(Lists, l) {
		l = Purpose
	}
	form := newWordingForm(l, false)
	ok := form.parse(r, l)
	form.List.Value = string(l)
	if form.ID == "" {
		form.ID = web.NewID(r)
	}
	if !ok {
		return web.Invalid(w, r, formPage(addView(l, form)))
	}
	err := f.Give(r.Context(), web.Viewer(r), form.wording(l, ""), "")
	if errs.Is(err, errs.Rule) {
		form.Refuse(err)
		return web.Invalid(w, r, formPage(addView(l, form)))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, home, words[l].added)
}

// found is the entry that an address names, as it was given last, with its form. NotFound: no such entry, or not the viewer's to keep.
func (f *Feature) found(r *http.Request) (last Wording, v formView, err error) {
	all, err := f.keeps(r)
	if err != nil {
		return last, v, err
	}
	last, ok := all.latest(r.PathValue("entry"))
	if !ok {
		return last, v, errs.Missing()
	}
	form := newWordingForm(last.List, true)
	form.List.Value, form.Words.Value, form.Hint.Value = string(last.List), last.Words, last.Hint
	today := clock.DayOf(web.Now(r).Time())
	form.From.Value, form.Seen = max(today, last.From), last.ID
	if last.Retired && last.From > today {
		form.Then.Value = retired
	}
	v = formView{Title: "Change a " + words[last.List].one, Post: home + "/" + last.Entry, Button: "Save this change", Form: form}
	if now, ok := all.on(last.Entry, today); ok && now.ID != last.ID {
		v.Now = "Until " + term.YearDate(last.From.Add(-1)) + " it is: “" + now.Words + "”. Saving puts what stands here in place of the change that is to come on " + term.YearDate(last.From) + "."
		if now.Retired {
			v.Now = "It is not offered until " + term.YearDate(last.From) + ". Saving puts what stands here in place of the change that is to come."
		}
	} else if last.Retired {
		v.Title = "Bring back a " + words[last.List].one
	}
	return last, v, nil
}

func (f *Feature) edit(w http.ResponseWriter, r *http.Request) error {
	_, v, err := f.found(r)
	if err != nil {
		return err
	}
	v.Form.ID = web.NewID(r)
	return web.Show(w, r, formPage(v))
}

func (f *Feature) change(w http.ResponseWriter, r *http.Request) error {
	last, v, err := f.found(r)
	if err != nil {
		return err
	}
	ok := v.Form.parse(r, last.List)
	if v.Form.ID == "" {
		v.Form.ID = web.NewID(r)
	}
	if !ok {
		return web.Invalid(w, r, formPage(v))
	}
	err = f.Give(r.Context(), web.Viewer(r), v.Form.wording(last.List, last.Entry), v.Form.Seen)
	switch {
	case errs.Is(err, errs.Rule):
		v.Form.Refuse(err)
		return web.Invalid(w, r, formPage(v))
	case errs.Is(err, errs.Conflict):
		v.Theirs = errs.Sentence(err) + ". Theirs, from " + term.YearDate(last.From) + ": “" + last.Words + "”. Save again to put yours after it."
		if last.Retired {
			v.Theirs = errs.Sentence(err) + ". From " + term.YearDate(last.From) + " on it is not to be offered. Save again to put yours after that."
		}
		v.Form.Seen = last.ID
		return web.Conflicting(w, r, formPage(v))
	case err != nil:
		return err
	}
	return web.Redirect(w, r, home, "It is saved. What was shared before keeps its words.")
}
