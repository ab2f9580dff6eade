package catalogue

import (
	"context"
	"net/http"
	"strconv"

	"kith/internal/feature/training"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// askForm asks for a place, or changes what was asked.
type askForm struct {
	forms.Form
	Name, Title, Email   *forms.Text
	Group                *forms.Choice
	First, Second        *forms.Choice
	OneDay               *forms.Text
	Manager, ManagerMail *forms.Text
	Access, Diet         *forms.Lines
}

// newAskForm has the dates of a block as preferences.
func newAskForm(b training.Block, dates []forms.Option) *askForm {
	f := &askForm{
		Name:  forms.NewText("name", "Name of the person the place is for").Required("Write the name of the person the place is for").Max(120),
		Title: forms.NewText("title", "Their post title").Required("Write the title of their post").Max(120).Hint("For example: class teacher, or chair of governors"),
		Email: forms.NewText("email", "Their e-mail address (if not yours)").Max(254).Kind("email", "off"),
		Group: forms.NewChoice("group", "Which of these are they?", groupOptions()...),
		First: forms.NewChoice("first", "First preference", dates...).Required("Choose a first preference"), Second: forms.NewChoice("second", "Second preference (if any)", dates...),
		OneDay:  forms.NewText("one_day", training.OneDayQuestion).Max(200).Hint("Only if you choose one day. You can leave it empty; nothing is refused for it"),
		Manager: forms.NewText("manager", "Manager who agrees").Max(120), ManagerMail: forms.NewText("manager_email", "Manager’s e-mail address").Max(254).Kind("email", "off"),
		Access: forms.NewLines("access", "What do they need to get in and take part? (if anything)").Max(500), Diet: forms.NewLines("diet", "Food (if anything)").Max(300),
	}
	if b.NeedsManager {
		f.Manager.Required("Write which manager agrees")
	}
	f.Fields(f.Name, f.Title, f.Email, f.Group, f.First, f.Second, f.OneDay, f.Manager, f.ManagerMail, f.Access, f.Diet)
	return f
}

func groupOptions() (out []forms.Option) {
	for _, g := range training.StaffGroups {
		out = append(out, forms.Option{Value: g.Key, Text: g.Words})
	}
	return out
}

// askView is the form with what the rules say of it.
type askView struct {
	Form     *askForm
	Heading  string
	Action   string
	School   string
	Verdicts []verdict
	Rules    []string
	Readers  []ui.Reader
	OneDay   bool
	Manager  bool
	Needs    bool // the reader sees and changes what is needed
	Dates    bool // the dates can still be changed
	Tier     string
	Button   string
	Back     string
}

// verdict says of one date whether the school can ask for it, and why not.
type verdict struct {
	Date, What string
	Yes        bool
	Why        string
}

// offer is a block as somebody who asks sees it.
type offering struct {
	block  training.Block
	claims training.Claims
	runs   []training.Run
	name   string // of the organisation that asks
}

// offering loads a block with what the school of the viewer has in it.
func (f Pages) offering(ctx context.Context, tx *store.Tx, b training.Block, org string) (o offering, err error) {
	o.block = b
	if o.runs, err = f.Store.RunsOf(ctx, tx, b.ID); err != nil {
		return o, err
	}
	names, err := f.Organisations.Names(ctx, tx, org)
	if err != nil {
		return o, err
	}
	o.name = names[org].Name
	if o.claims.Of, err = f.Store.Facts(ctx, tx, o.runs); err != nil {
		return o, err
	}
	o.claims.Places, err = f.Store.OfParty(ctx, tx, b.ID, training.Party(org, ""))
	return o, err
}

// dates are the preferences that can be chosen: every date of the block that takes anybody.
func (o offering) dates(s *store.Tx) (out []forms.Option) {
	for _, x := range o.runs {
		if training.CanTake(o.block, x, s.Now) == nil {
			out = append(out, forms.Option{Value: string(x.ID), Text: training.DayWords(x.Days) + " (" + o.claims.Of[x.ID].Course.Format.Words() + ")"})
		}
	}
	return out
}

// verdicts say at once what the rules allow, date by date.
func (o offering) verdicts(tx *store.Tx) (out []verdict) {
	for _, x := range o.runs {
		c := o.claims.Of[x.ID].Course
		v := verdict{Date: training.DayWords(x.Days), What: titleOf(c), Yes: true}
		err := training.CanTake(o.block, x, tx.Now)
		if err == nil {
			var over bool
			over, err = training.CanClaim(o.block, x.ID, o.claims, tx.Now)
			if over && o.block.Second == training.LetWait {
				v.Why, err = errs.Sentence(err)+". You may ask, and wait in line", nil
			}
		}
		if err != nil {
			v.Yes, v.Why = false, errs.Sentence(err)
		}
		out = append(out, v)
	}
	return out
}

// view is the page of the form for a run.
func (o offering) view(tx *store.Tx, form *askForm, at training.RunID) askView {
	c := o.claims.Of[at].Course
	v := askView{Form: form, School: o.name, Verdicts: o.verdicts(tx), Rules: rulesOf(o.block, c), Manager: o.block.NeedsManager, Needs: true, Dates: true,
		Readers: []ui.Reader{{Who: "The organiser’s training administrators", Why: "give out the places; they also read what is needed"}, {Who: "The person the place is for", Why: "where they can sign in"},
			{Who: "Head and safeguarding leads of your school", Why: "not what is needed"}}}
	formats := map[training.Format]bool{}
	for _, f := range o.claims.Of {
		formats[f.Course.Format] = true
	}
	v.OneDay = formats[training.TwoDay] && formats[training.OneDay]
	return v
}

func asking(v askView) web.Page {
	return public("Ask for a place", ui.Mast{Heading: v.Heading, Text: v.School}, web.Page{Crumb: &ui.Link{Text: "Back", Href: v.Back}, Body: askPage(v)})
}

// loadAsk makes the form of a run for the viewer; fill puts what is known into it.
func (f Pages) loadAsk(r *http.Request, fill func(*askForm)) (v askView, err error) {
	id, err := pathRun(r)
	if err != nil {
		return v, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		x, c, b, err := f.shown(ctx, tx, id)
		if err != nil {
			return err
		}
		org, err := f.People.OrgOf(ctx, tx, tx.Viewer.Account)
		if err != nil {
			return err
		}
		o, err := f.offering(ctx, tx, b, org)
		if err != nil {
			return err
		}
		form := newAskForm(b, o.dates(tx))
		form.First.Value = string(x.ID)
		me, err := f.People.Names(ctx, tx, tx.Viewer.Account)
		if err != nil {
			return err
		}
		form.Name.Value, form.Title.Value = me[tx.Viewer.Account].Name, me[tx.Viewer.Account].Title
		fill(form)
		v = o.view(tx, form, x.ID)
		v.Heading, v.Action, v.Button, v.Back = "Ask for a place: "+titleOf(c), "/training/dates/"+string(id)+"/ask", "Ask for a place", "/training/dates/"+string(id)
		return nil
	})
	return v, err
}

func (f Pages) begin(w http.ResponseWriter, r *http.Request) error {
	v, err := f.loadAsk(r, func(form *askForm) { form.ID = web.NewID(r) })
	if err != nil {
		return err
	}
	if len(v.Form.First.Options) == 0 { // an old link: the date's page says why nothing can be asked for
		return web.Redirect(w, r, v.Back, "")
	}
	return web.Show(w, r, asking(v))
}

// ask takes the form. What it can say at its fields is found out only where it is shown again: in a rush most are sent once.
func (f Pages) ask(w http.ResponseWriter, r *http.Request) error {
	page, err := pathRun(r)
	if err != nil {
		return err
	}
	form, whole := sentAsk(r)
	var refused error
	if whole && form.ID != "" {
		state, err := f.AskAtWork(r.Context(), web.Viewer(r), page, training.Request{Booking: training.Booking{ID: training.BookingID(form.ID), Name: form.Name.Value, Title: form.Title.Value, Email: form.Email.Value,
			ManagerName: form.Manager.Value, ManagerMail: form.ManagerMail.Value, OneDayWhy: form.OneDay.Value}, First: training.RunID(form.First.Value), Second: training.RunID(form.Second.Value),
			Group: form.Group.Value, Access: form.Access.Value, Diet: form.Diet.Value})
		switch {
		case err == nil:
			return web.Redirect(w, r, bookingPath(training.BookingID(form.ID)), said(state))
		case !errs.Is(err, errs.Rule) && !errs.Is(err, errs.NotFound): // a date that is not one of the block's is said at its field
			return err
		}
		refused = err
	}
	v, err := f.loadAsk(r, func(form *askForm) { whole = form.Parse(r) })
	switch {
	case err != nil:
		return err
	case form.ID == "":
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	case whole && !errs.Is(refused, errs.Rule):
		return refused
	}
	if whole {
		v.Form.Refuse(refused)
	}
	return web.Invalid(w, r, asking(v))
}

// sentAsk reads a form before it is known which dates can be chosen.
func sentAsk(r *http.Request) (form *askForm, whole bool) {
	form = newAskForm(training.Block{}, []forms.Option{{Value: r.PostFormValue("first")}, {Value: r.PostFormValue("second")}})
	return form, form.Parse(r)
}

// said is the sentence after asking.
func said(s training.PlaceState) string {
	switch s {
	case training.Placed:
		return "The place is given."
	case training.Held:
		return "A place is held until your manager has agreed."
	case training.Waiting:
		return "You are in line."
	}
	return "Your request is in. You hear when places are given."
}

// changeView loads a request for changing; the viewer must be allowed to.
func (f Pages) changeView(r *http.Request, fill func(*askForm)) (v askView, sees bool, err error) {
	id, err := pathBooking(r)
	if err != nil {
		return v, false, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		k, err := f.Store.ChangeableBooking(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, _, err := tx.Open(ctx, "training.request_opened", id.Ref()); err != nil {
			return err
		}
		p, err := f.Store.Place(ctx, tx, id)
		if err != nil {
			return err
		}
		b, err := f.Store.Block(ctx, tx, k.Block)
		if err != nil {
			return err
		}
		o, err := f.offering(ctx, tx, b, k.Org)
		if err != nil {
			return err
		}
		form := newAskForm(o.block, o.dates(tx))
		form.Version = k.Version
		for field, value := range map[*forms.Text]string{form.Name: k.Name, form.Title: k.Title, form.Email: k.Email, form.OneDay: k.OneDayWhy, form.Manager: k.ManagerName, form.ManagerMail: k.ManagerMail} {
			field.Value = value
		}
		form.Group.Value, form.First.Value, form.Second.Value = p.Group, string(p.First), string(p.Second)
		n, err := f.Store.Need(ctx, tx, id)
		sees = err == nil || k.By == tx.Viewer.Account
		if err == nil {
			if _, _, err := tx.Open(ctx, "training.need_opened", n.Ref()); err != nil {
				return err
			}
			form.Access.Value, form.Diet.Value = n.Access, n.Diet
		} else if !errs.Is(err, errs.NotFound) {
			return err
		}
		fill(form)
		if p.State != training.Asked { // what was given is moved, not asked for again
			form.First.Value, form.Second.Value, form.First.Problem = string(p.First), string(p.Second), ""
		}
		v = o.view(tx, form, p.At())
		v.Verdicts, v.Heading, v.Action, v.Button, v.Back = nil, "Change the request", bookingPath(id)+"/change", "Save the change", bookingPath(id)
		v.School, v.Needs, v.Dates = k.OrgName, sees, p.State == training.Asked
		if p.State == training.Placed && o.block.NeedsManager && p.Approved > 0 {
			v.Rules = append([]string{"A manager has agreed to this request. After a change they agree again, and the seat is held until then."}, v.Rules...)
		}
		return nil
	})
	return v, sees, err
}

func (f Pages) beginChange(w http.ResponseWriter, r *http.Request) error {
	v, _, err := f.changeView(r, func(*askForm) {})
	if err != nil {
		return err
	}
	return web.Show(w, r, asking(v))
}

func (f Pages) change(w http.ResponseWriter, r *http.Request) error {
	v, sees, err := f.changeView(r, func(form *askForm) {
		form.Parse(r)
		if n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64); err == nil {
			form.Version = n
		}
	})
	if err != nil {
		return err
	}
	form := v.Form
	if form.Wrong() {
		return web.Invalid(w, r, asking(v))
	}
	id := training.BookingID(r.PathValue("booking"))
	err = f.Change(r.Context(), web.Viewer(r), id, training.Change{Version: form.Version, Name: form.Name.Value, Title: form.Title.Value, Email: form.Email.Value, ManagerName: form.Manager.Value,
		ManagerMail: form.ManagerMail.Value, OneDay: form.OneDay.Value, First: training.RunID(form.First.Value), Second: training.RunID(form.Second.Value), Group: form.Group.Value,
		Access: form.Access.Value, Diet: form.Diet.Value, KeepsNeeds: !sees})
	switch errs.KindOf(err) {
	case errs.Rule:
		form.Refuse(err)
		return web.Invalid(w, r, asking(v))
	case errs.Conflict:
		form.Refuse(err)
		return web.Conflicting(w, r, asking(v))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, bookingPath(id), "The change is saved.")
}
