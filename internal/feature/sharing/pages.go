package sharing

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
	"kith/internal/platform/picture"
	"kith/internal/platform/readers"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// Surely is asked by whatever changes who reads a record.
var Surely = access.Permission{Name: "readers-change", Words: "Whoever may read records, to change who else may, with a second factor given just now; each record decides for itself",
	Roles: []access.Role{access.Member}, Strength: access.SteppedUp}

// Routes are the addresses of this slice.
func (f *Feature) Routes() []web.Route {
	return append(f.Lists.Routes(),
		web.Get("/sharing", access.Lead, f.listPage),
		web.Get("/sharing/locks", access.Lead, f.locksPage),
		web.Post("/sharing/locks", access.Lead, f.locksForm),
		web.Get("/sharing/{record}", access.RecordRead, f.page),
		web.Get("/sharing/{record}/{step}", Surely, f.askPage),
		web.Post("/sharing/{record}/{step}", Surely, f.stepPage),
	)
}

const class = "p-file p-sharing"

func show(w http.ResponseWriter, r *http.Request, title string, crumb *ui.Link, body ui.Page) error {
	return web.Show(w, r, web.Page{Title: title, Class: class, At: "/sharing", Crumb: crumb, Body: body.Body})
}

// recordView is who can read one record, and what can be done about it.
type recordView struct {
	Title, Number, Href string
	Base                string
	Mode                Mode
	Full                bool // the reader may know who else reads it
	Readers             []ui.Reader
	Note                string
	Can                 []ui.Link
	Shares              []shareRow
	Received            []shareRow
	Tell                bool
	Tellings            []tellRow
	Steps               []ui.LineEntry
	File                bool
}

type shareRow struct{ School, Purpose, Ground, Until, By, Reason, Recall string }

type tellRow struct{ School, Typed, Since, Stop string }

func (f *Feature) page(w http.ResponseWriter, r *http.Request) error {
	record, err := web.PathID(r, "record")
	if err != nil {
		return err
	}
	var v recordView
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		s, err := f.stand(ctx, tx, record)
		if err != nil {
			return err
		}
		if _, _, err := tx.Open(ctx, "sharing.readers_opened", ref.To(s.thing.Kind, record)); err != nil {
			return err
		}
		v, err = f.recordView(ctx, tx, s)
		return err
	})
	if err != nil {
		return err
	}
	return show(w, r, "Who can read this", &ui.Link{Text: "Back to it", Href: v.Href}, ui.Page{Body: recordPage(v)})
}

func (f *Feature) recordView(ctx context.Context, tx *store.Tx, s standing) (recordView, error) {
	v := recordView{Title: s.thing.Title, Number: s.thing.Number, Href: s.thing.Href, Base: "/sharing/" + s.thing.Record, Mode: s.mode, Full: s.who.Leads || s.who.Named, File: s.thing.Child() != ""}
	shares, err := f.store.SharesOf(ctx, tx, s.thing.Record)
	if err != nil {
		return v, err
	}
	shares = slices.DeleteFunc(shares, func(x Shared) bool { return !x.Live(tx.Now) })
	var orgs, ids []string
	for _, x := range shares {
		orgs, ids = append(orgs, x.Org, x.To), append(ids, x.By)
	}
	steps, err := f.store.Steps(ctx, tx, s.thing.Record)
	if err != nil {
		return v, err
	}
	for _, x := range steps {
		ids = append(ids, x.By)
	}
	tellings, err := f.store.Tellings(ctx, tx, s.thing.Record)
	if err != nil {
		return v, err
	}
	for _, x := range tellings {
		orgs = append(orgs, x.To)
	}
	schools, err := f.Schools.Names(ctx, tx, orgs...)
	if err != nil {
		return v, err
	}
	names, err := f.People.Names(ctx, tx, ids...)
	if err != nil {
		return v, err
	}
	for _, x := range shares {
		row := shareRow{School: schools[x.To].Name, Purpose: x.Purpose, Ground: x.Ground, Until: term.YearDate(x.Last()), By: names[x.By].Name + ", " + term.DateTime(x.At, tx.Now), Reason: x.Reason,
			Recall: v.Base + "/recall?of=" + x.ID}
		switch {
		case v.Full:
			v.Shares = append(v.Shares, row)
		case tx.Viewer.HoldsAt(access.DSL, x.To):
			row.School = schools[x.Org].Name
			v.Received = append(v.Received, row)
		}
	}
	if !v.Full {
		return v, nil
	}
	v.Note = note(s.mode)
	if v.Readers, err = f.listed(ctx, tx, s.reads, nil); err != nil {
		return v, err
	}
	for _, k := range []Kind{Restrict, Lock, Name, Lift, Unlock, Share} {
		if CanChange(k, s.mode, s.who) == nil {
			v.Can = append(v.Can, ui.Link{Text: asks[k].button, Href: v.Base + "/" + string(k)})
		}
	}
	v.Tell = v.File && CanChange(Tell, s.mode, s.who) == nil
	for _, x := range tellings {
		v.Tellings = append(v.Tellings, tellRow{schools[x.To].Name, x.Typed, term.DateTime(x.At, tx.Now), v.Base + "/quiet?of=" + x.ID})
	}
	for _, x := range steps {
		at := x.At.London()
		v.Steps = append(v.Steps, ui.LineEntry{Month: at.Format("Jan 2006"), Day: at.Format("Mon 2"), Time: at.Format("15:04"), Kind: picture.Document, Title: x.What, Voice: x.Reason, Text: names[x.By].Name})
	}
	return v, nil
}

// note ends the list of readers.
func note(m Mode) string {
	if m == Open {
		return "Nobody else. Somebody new in one of these posts reads it from the day their post begins."
	}
	return "Nobody else. A named reader who leaves the school reads it no longer."
}

// listed shows readers, with the school of those with whom it is shared; fresh are those who could not read it before.
func (f *Feature) listed(ctx context.Context, tx *store.Tx, all []readers.Reader, fresh []string) ([]ui.Reader, error) {
	var orgs []string
	for _, x := range all {
		if x.School != "" {
			orgs = append(orgs, x.School)
		}
	}
	schools, err := f.Schools.Names(ctx, tx, orgs...)
	out := make([]ui.Reader, len(all))
	for i, x := range all {
		out[i] = ui.Reader{Who: x.Name, Why: x.Why, New: slices.Contains(fresh, x.Account)}
		if x.School != "" {
			out[i].Why = strings.Replace(x.Why, "another school", schools[x.School].Name, 1)
		}
		if x.Account == tx.Viewer.Account {
			out[i].Who = "You"
		}
	}
	return out, err
}

// asks are the words of each step.
var asks = map[Kind]struct{ button, head, lead, go_, done string }{
	Restrict: {"Restrict it", "Restrict this", "The headteacher, you, and whoever you name here go on reading it. The rest of the lead team no longer find it anywhere.", "Restrict it", "It is restricted."},
	Lock:     {"Lock it to named people", "Lock this to named people", "Only the people you name here read it, nobody through their post, the headteacher included. Only they change the readers or take the lock away. Name two at least, and yourself if you are to go on reading it.", "Lock it", "It is locked to the people you named."},
	Name:     {"Change its readers", "Change the named readers", "Tick everybody who is to read it from now on. Whoever is not ticked reads it no longer.", "Change the readers", "The named readers are changed."},
	Lift:     {"Lift the restriction", "Lift the restriction", "The whole lead team of the school reads it again.", "Lift the restriction", "It is open to the lead team again."},
	Unlock:   {"Take the lock away", "Take the lock away", "The whole lead team of the school and the headteacher read it again.", "Take the lock away", "It is open to the lead team again."},
	Share:    {"Share with another school", "Share with another school", "The safeguarding leads of the other school read it and change nothing. It ends by itself on its day.", "Share it", "It is shared. Both schools’ logs say so."},
	Recall:   {"End it now", "End this sharing", "The other school reads it no longer, from this moment. What they have read they know.", "End it now", "The sharing is over."},
	Tell:     {"Let another school know whom to ask", "Let another school know whom to ask", "The leads of the other school see one line on their own pupil: that your school holds information about a brother or sister, and whom to ask. They see no name and read nothing.", "Let them know", "If such a pupil is at that school, its leads see the line."},
	Quiet:    {"Stop", "Stop letting them know", "The line goes from the other school’s page.", "Stop letting them know", "The line is gone."},
}

// stepView is the questions of a step.
type stepView struct {
	Title, Number, Head, Lead, Post, Back string
	Form                                  *stepForm
	File                                  bool
	Open                                  bool // the list of others is unfolded
}

// asked loads the record and makes the step's form. NotFound: no such step. Rule, NotFound: it is not possible, or not for them.
func (f *Feature) asked(r *http.Request) (v stepView, record string, err error) {
	kind := Kind(r.PathValue("step"))
	words, ok := asks[kind]
	if record, err = web.PathID(r, "record"); err != nil || !ok {
		return v, record, errs.Missing()
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		s, err := f.stand(ctx, tx, record)
		if err != nil {
			return err
		}
		again, err := f.store.sentBy(ctx, tx, r.PostFormValue("id"))
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if err := CanChange(kind, s.mode, s.who); err != nil && again != tx.Viewer.Account {
			return err
		}
		if (kind == Tell || kind == Quiet) && s.thing.Child() == "" {
			return errs.Missing()
		}
		n, err := f.need(ctx, tx, kind, s.thing.Org)
		v = stepView{Title: s.thing.Title, Number: s.thing.Number, Head: words.head, Lead: words.lead, Post: "/sharing/" + record + "/" + string(kind), Back: "/sharing/" + record, Form: newStepForm(kind, n), File: s.thing.Child() != ""}
		if kind == Name {
			fill(v.Form.Leads, s.named)
			fill(v.Form.Others, s.named)
		}
		if kind == Restrict || kind == Lock {
			fill(v.Form.Leads, []string{tx.Viewer.Account})
		}
		tx.Saw("sharing.asked", ref.To(s.thing.Kind, record), s.thing.Org, "")
		return err
	})
	return v, record, err
}

// fill ticks those of the accounts that are in the list.
func fill(m *forms.Many, accounts []string) {
	for _, o := range m.Options {
		if slices.Contains(accounts, o.Value) {
			m.Values = append(m.Values, o.Value)
		}
	}
}

// need loads what the questions of a step are made from.
func (f *Feature) need(ctx context.Context, tx *store.Tx, kind Kind, org string) (n need, err error) {
	n.today = clock.DayOf(tx.Now.Time())
	if kind.naming() {
		staff, err := f.staff(ctx, tx, org)
		if err != nil {
			return n, err
		}
		var first []string
		for _, role := range leading {
			holders, err := f.People.People(ctx, tx, org, role)
			if err != nil {
				return n, err
			}
			for _, p := range holders {
				first = append(first, p.ID)
			}
		}
		n.leads, n.others = people(staff, func(a string) bool { return slices.Contains(first, a) })
	}
	if kind == Share {
		if n.lists, err = f.Lists.All(ctx, tx); err != nil {
			return n, err
		}
	}
	if kind == Share || kind == Tell {
		schools, err := f.Schools.Schools(ctx, tx)
		if err != nil {
			return n, err
		}
		for _, s := range schools {
			if s.ID != org {
				n.schools = append(n.schools, forms.Option{Value: s.ID, Text: s.Name})
			}
		}
	}
	return n, nil
}

func (f *Feature) askPage(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.asked(r)
	if err != nil {
		return err
	}
	v.Form.ID, v.Form.Of = web.NewID(r), r.URL.Query().Get("of")
	return web.Show(w, r, stepWebPage(v))
}

func stepWebPage(v stepView) web.Page {
	v.Open = v.Form.Others != nil && len(v.Form.Others.Values) > 0
	return web.Page{Title: v.Head, Class: class, At: "/sharing", Crumb: &ui.Link{Text: "Who can read this", Href: v.Back}, Body: stepPage(v)}
}

// checkView is everything about a step before it is taken: what was answered, who will read it and why, who no longer will.
type checkView struct {
	stepView
	Go      string
	Rows    []ui.SummaryRow
	Readers []ui.Reader
	Lost    []ui.Reader
	Note    string
	Changed bool // the readers are others than those that were shown
	Shown   []string
	Warn    string
	Line    string // what the other school will see
}

// stepPage takes the answers, shows the readers, and takes the step when they come back as they were shown (CON-10).
func (f *Feature) stepPage(w http.ResponseWriter, r *http.Request) error {
	v, record, err := f.asked(r)
	if err != nil {
		return err
	}
	ok := v.Form.parse(r)
	if v.Form.ID == "" {
		v.Form.ID = web.NewID(r)
	}
	if !ok {
		return web.Invalid(w, r, stepWebPage(v))
	}
	if v.Form.Do == "edit" {
		return web.Show(w, r, stepWebPage(v))
	}
	c := v.Form.change(record)
	if v.Form.Do == "save" {
		if err = f.do(r, v.Form, c); err == nil {
			return web.Redirect(w, r, f.after(r, record), asks[v.Form.Kind].done)
		}
		if !errs.Is(err, errs.Rule) && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	changed := errs.Is(err, errs.Conflict)
	if err == nil || changed {
		var view checkView
		if view, err = f.check(r, v, c); err == nil {
			page := web.Page{Title: "Check before you go on", Class: class, At: "/sharing", Body: checkPage(view)}
			if changed {
				return web.Conflicting(w, r, page)
			}
			return web.Show(w, r, page)
		}
	}
	if errs.Is(err, errs.Rule) {
		v.Form.Refuse(err)
		return web.Invalid(w, r, stepWebPage(v))
	}
	return err
}

// do takes the step of a form.
func (f *Feature) do(r *http.Request, form *stepForm, c Change) (err error) {
	v := web.Viewer(r)
	switch form.Kind {
	case Tell:
		if c.Sibling, err = f.Things.Match(r.Context(), v.District, c.To, form.Sibling.Value, form.Born.Value); err != nil {
			return err
		}
		return f.LetKnow(r.Context(), v, form.ID, c)
	case Quiet:
		return f.Hush(r.Context(), v, form.ID, c)
	}
	return f.Make(r.Context(), v, form.ID, c, form.Shown)
}

// after is where to go when the step was taken: back to the record, or to the day for somebody who no longer reads it.
func (f *Feature) after(r *http.Request, record string) string {
	if err := f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		_, err := f.Things.Thing(ctx, tx, record)
		return err
	}); err != nil {
		return "/today"
	}
	return "/sharing/" + record
}

// check makes the page before the step.
func (f *Feature) check(r *http.Request, v stepView, c Change) (out checkView, err error) {
	out = checkView{stepView: v, Go: asks[c.Kind].go_, Changed: v.Form.Do == "save"}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		out.Rows, out.Warn = nil, ""
		row := func(key, value string) {
			out.Rows = append(out.Rows, ui.SummaryRow{Key: ui.SummaryText{Text: key}, Value: ui.SummaryText{Text: value}})
		}
		row("What", v.Title)
		schools, err := f.Schools.Names(ctx, tx, c.To)
		if err != nil {
			return err
		}
		if c.Kind == Tell || c.Kind == Quiet {
			s, err := f.stand(ctx, tx, c.Record)
			if err != nil {
				return err
			}
			if c.Kind == Tell {
				row("School", schools[c.To].Name)
				row("Brother or sister there", c.Typed)
				out.Line, err = f.line(ctx, tx, s.thing.Org)
			}
			row("Why", c.Reason)
			return err
		}
		p, err := f.plan(ctx, tx, c)
		if err != nil {
			return err
		}
		switch c.Kind {
		case Share:
			row("With", schools[c.To].Name)
			row("For", p.purpose.Words)
			row("Until", "the end of "+term.Date(c.Until)+" "+c.Until.Start().Format("2006"))
			row("Lawful ground", p.ground.Words)
			row("They read", reach(p))
		case Recall:
			at, err := f.Schools.Names(ctx, tx, p.share.To)
			if err != nil {
				return err
			}
			row("Shared with", at[p.share.To].Name)
		}
		row("Why", c.Reason)
		before := p.fresh
		if out.Changed { // new are those who were not on the page before
			before = nil
			for _, x := range p.then {
				if !slices.ContainsFunc(v.Form.Shown, func(s string) bool { return s == x.Account+" "+x.Rule }) {
					before = append(before, x.Account)
				}
			}
		}
		out.Note, out.Shown = note(p.after), seen(p.then)
		if out.Readers, err = f.listed(ctx, tx, p.then, before); err != nil {
			return err
		}
		if out.Lost, err = f.listed(ctx, tx, p.lost, nil); err != nil {
			return err
		}
		if slices.ContainsFunc(p.lost, func(x readers.Reader) bool { return x.Account == tx.Viewer.Account }) {
			out.Warn = "You yourself will no longer read it, and cannot take this back."
		}
		return nil
	})
	return out, err
}

// reach says what a share opens.
func reach(p plan) string {
	if p.thing.Child() == "" {
		return "All of this concern: the words, the children, the decisions, and what is added to it until then"
	}
	n := len(p.records) - 2
	out := "The file, and " + text.Plural(n, "concern that is", "concerns that are") + " about this child alone. Nothing that is written later"
	if p.left > 0 {
		out += ". " + text.Plural(p.left, "concern stays", "concerns stay") + " here: restricted, locked, or about other children too"
	}
	return out
}

// line is what the leads of another school see on their own pupil (CHR-9).
func (f *Feature) line(ctx context.Context, tx *store.Tx, org string) (string, error) {
	schools, err := f.Schools.Names(ctx, tx, org)
	if err != nil {
		return "", err
	}
	who := "a safeguarding lead"
	for _, role := range leading {
		holders, err := f.People.People(ctx, tx, org, role)
		if err != nil {
			return "", err
		}
		if len(holders) > 0 {
			who = holders[0].Name
			break
		}
	}
	phone, err := f.Schools.Phone(ctx, tx, org)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return "", err
	}
	out := "Another school holds information about a brother or sister: ask " + who + ", " + schools[org].Name
	if phone != "" {
		out += ", " + phone
	}
	return out, nil
}
