package office

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"kith/internal/feature/training"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/text"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// shown is a page with a form; wrong says that it goes back with what is wrong.
func shown(w http.ResponseWriter, r *http.Request, v formView, crumb *ui.Link, err error, wrong bool) error {
	page := working(v.Heading, web.Page{Crumb: crumb, Body: formPage(v)})
	switch {
	case errs.Is(err, errs.Conflict):
		v.Form.Refuse(err)
		return web.Conflicting(w, r, page)
	case errs.Is(err, errs.Rule):
		v.Form.Refuse(err)
		return web.Invalid(w, r, page)
	case err != nil:
		return err
	case wrong:
		return web.Invalid(w, r, page)
	}
	return web.Show(w, r, page)
}

// whole says whether the form of something new carries its id.
func whole(f *forms.Form) error {
	if f.ID == "" {
		return errs.New(errs.Invalid, "The form was not whole. Open it again.")
	}
	return nil
}

func courseView(f *courseForm, heading, action string) formView {
	return formView{Form: &f.Form, Heading: heading, Action: action, Button: "Save the course", Parts: f.parts()}
}

func (f Pages) newCourse(w http.ResponseWriter, r *http.Request) error {
	form := newCourseForm()
	form.show(training.Course{UsesPlace: true})
	form.ID = web.NewID(r)
	return shown(w, r, courseView(form, "A new course", "/training/office/courses"), toOffice, nil, false)
}

func (f Pages) makeCourse(w http.ResponseWriter, r *http.Request) error {
	form := newCourseForm()
	ok := form.Parse(r)
	if err := whole(&form.Form); err != nil {
		return err
	}
	c := form.course()
	c.ID, c.Org = training.CourseID(form.ID), org(r)
	if !ok || form.Wrong() {
		return shown(w, r, courseView(form, "A new course", "/training/office/courses"), toOffice, nil, true)
	}
	if err := f.MakeCourse(r.Context(), web.Viewer(r), c); err != nil {
		return shown(w, r, courseView(form, "A new course", "/training/office/courses"), toOffice, err, true)
	}
	return web.Redirect(w, r, "/training/office", "The course is saved. Add dates in a block.")
}

func (f Pages) ownCourse(r *http.Request) (c training.Course, err error) {
	s, err := web.PathID(r, "course")
	if err != nil {
		return c, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		if c, err = f.Store.Course(ctx, tx, training.CourseID(s)); err != nil {
			return err
		}
		return mine(tx.Viewer, c.Org)
	})
	return c, err
}

func (f Pages) editCourse(w http.ResponseWriter, r *http.Request) error {
	c, err := f.ownCourse(r)
	if err != nil {
		return err
	}
	form := newCourseForm()
	form.show(c)
	v := courseView(form, "Change the course", "/training/office/courses/"+string(c.ID))
	if v.Below, err = f.belowCourse(r, c.ID, v.Action); err != nil {
		return err
	}
	return shown(w, r, v, toOffice, nil, false)
}

// belowCourse is what stands below the form of a course: its demand, and where its certificate is set.
func (f Pages) belowCourse(r *http.Request, id training.CourseID, action string) (below templ.Component, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		all, err := f.Store.Demand(ctx, tx)
		below = courseBelow(demandTable(all, id), action)
		return err
	})
	return below, err
}

func (f Pages) saveCourse(w http.ResponseWriter, r *http.Request) error {
	have, err := f.ownCourse(r)
	if err != nil {
		return err
	}
	form := newCourseForm()
	ok := form.Parse(r)
	c := form.course()
	c.ID, c.Org = have.ID, have.Org
	v := courseView(form, "Change the course", "/training/office/courses/"+string(c.ID))
	if v.Below, err = f.belowCourse(r, c.ID, v.Action); err != nil {
		return err
	}
	if !ok || form.Wrong() {
		return shown(w, r, v, toOffice, nil, true)
	}
	if err := f.SaveCourse(r.Context(), web.Viewer(r), c); err != nil {
		return shown(w, r, v, toOffice, err, true)
	}
	return web.Redirect(w, r, "/training/office", "The course is saved.")
}

func blockFormView(f *blockForm, heading, action string) formView {
	return formView{Form: &f.Form, Heading: heading, Action: action, Button: "Save the rules", Parts: f.parts(), Lead: "Requesters see these rules. What was given stays given when they change."}
}

func (f Pages) newBlock(w http.ResponseWriter, r *http.Request) error {
	form := newBlockForm()
	form.show(training.Block{PerSchool: 1, Second: training.RefuseSecond, HoldHours: 48, OfferHours: 72, RunCloses: 2, CancelInWork: true})
	form.ID = web.NewID(r)
	return shown(w, r, blockFormView(form, "A new block", "/training/office/blocks"), toOffice, nil, false)
}

func (f Pages) makeBlock(w http.ResponseWriter, r *http.Request) error {
	form := newBlockForm()
	ok := form.Parse(r)
	if err := whole(&form.Form); err != nil {
		return err
	}
	b := form.block()
	b.ID, b.Org = training.BlockID(form.ID), org(r)
	v := blockFormView(form, "A new block", "/training/office/blocks")
	if !ok || form.Wrong() {
		return shown(w, r, v, toOffice, nil, true)
	}
	if err := f.MakeBlock(r.Context(), web.Viewer(r), b); err != nil {
		return shown(w, r, v, toOffice, err, true)
	}
	return web.Redirect(w, r, blockPath(b.ID), "The block is saved as a draft. Add dates, then publish it.")
}

func (f Pages) editBlock(w http.ResponseWriter, r *http.Request) error {
	b, _, err := f.own(r)
	if err != nil {
		return err
	}
	form := newBlockForm()
	form.show(b)
	return shown(w, r, blockFormView(form, "Rules of the block", blockPath(b.ID)+"/rules"), toBlock(b), nil, false)
}

func (f Pages) saveBlock(w http.ResponseWriter, r *http.Request) error {
	have, _, err := f.own(r)
	if err != nil {
		return err
	}
	form := newBlockForm()
	ok := form.Parse(r)
	b := form.block()
	b.ID, b.Org = have.ID, have.Org
	v := blockFormView(form, "Rules of the block", blockPath(b.ID)+"/rules")
	if !ok || form.Wrong() {
		return shown(w, r, v, toBlock(have), nil, true)
	}
	if err := f.SaveBlock(r.Context(), web.Viewer(r), b); err != nil {
		return shown(w, r, v, toBlock(have), err, true)
	}
	return web.Redirect(w, r, blockPath(b.ID), "The rules are saved.")
}

// datesForm makes the form of new dates for a block of the viewer's.
func (f Pages) datesForm(r *http.Request) (form *dateForm, b training.Block, courses []training.Course, err error) {
	if b, _, err = f.own(r); err != nil {
		return nil, b, nil, err
	}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		courses, err = f.Store.Courses(ctx, tx, b.Org)
		return err
	})
	return newDateForm(courses).adding(), b, courses, err
}

func datesView(f *dateForm, b training.Block) formView {
	return formView{Form: &f.Form, Heading: "Add dates", Action: blockPath(b.ID) + "/dates", Button: "Add", Lead: "Dates that are added to a running block disturb nobody who has a place.",
		Parts: []part{{"", []templ.Component{f.Course.Select("Choose a course"), f.On.Input(), f.Starts.Input(), f.Ends.Input()}}, {"If it recurs", []templ.Component{f.Every.Radios(), f.Times.Input()}},
			{"Where", []templ.Component{f.Online.Checkboxes(), f.Venue.Input(), f.Address.Input(), f.Postcode.Input(), f.Access.Input()}}, {"How many", []templ.Component{f.Capacity.Input(), f.Trainer.Input()}}}}
}

func (f Pages) newDates(w http.ResponseWriter, r *http.Request) error {
	form, b, _, err := f.datesForm(r)
	if err != nil {
		return err
	}
	form.ID, form.Every.Value, form.Times.Value, form.Capacity.Value = web.NewID(r), "once", "1", "24"
	return shown(w, r, datesView(form, b), toBlock(b), nil, false)
}

func (f Pages) addDates(w http.ResponseWriter, r *http.Request) error {
	form, b, courses, err := f.datesForm(r)
	if err != nil {
		return err
	}
	ok := form.Parse(r)
	if err := whole(&form.Form); err != nil {
		return err
	}
	var c training.Course
	for _, x := range courses {
		if string(x.ID) == form.Course.Value {
			c = x
		}
	}
	first := true
	runs, without := form.runs(c, func() string { // the first has the form's id: a form sent twice adds nothing
		if first {
			first = false
			return form.ID
		}
		return web.NewID(r)
	})
	if !ok || form.Wrong() {
		return shown(w, r, datesView(form, b), toBlock(b), nil, true)
	}
	v := web.Viewer(r)
	err = f.AddRuns(r.Context(), v, b.ID, runs...)
	if store.IsDuplicate(err) {
		return web.Redirect(w, r, blockPath(b.ID), "The dates are there.")
	}
	if err != nil {
		return shown(w, r, datesView(form, b), toBlock(b), err, true)
	}
	if form.Venue.Value != "" && !form.Online.Has("yes") {
		for _, x := range runs {
			if err := f.SetVenue(r.Context(), v, x.ID, form.venue()); err != nil {
				return err
			}
		}
	}
	said := text.Plural(len(runs), "date is", "dates are") + " added."
	if len(without) > 0 {
		said += " Left out: " + text.Join(without) + "."
	}
	return web.Redirect(w, r, blockPath(b.ID), said)
}

func entryView(f *entryForm, b training.Block) formView {
	return formView{Form: &f.Form, Heading: "Enter a request", Action: blockPath(b.ID) + "/enter", Button: "Enter it, and send a receipt", Parts: f.parts(), Lead: "For what came by e-mail, letter or telephone. Its place in line goes by the day it arrived."}
}

func (f Pages) beginEntry(w http.ResponseWriter, r *http.Request) error {
	b, runs, err := f.own(r)
	if err != nil {
		return err
	}
	form := newEntryForm(runs)
	form.ID = web.NewID(r)
	return shown(w, r, entryView(form, b), toBlock(b), nil, false)
}

func (f Pages) enter(w http.ResponseWriter, r *http.Request) error {
	b, runs, err := f.own(r)
	if err != nil {
		return err
	}
	form := newEntryForm(runs)
	ok := form.Parse(r)
	if err := whole(&form.Form); err != nil {
		return err
	}
	if !ok {
		return shown(w, r, entryView(form, b), toBlock(b), nil, true)
	}
	q := training.Request{Booking: training.Booking{ID: training.BookingID(form.ID), Block: b.ID, OrgName: form.Org.Value, Name: form.Name.Value, Title: form.Title.Value, Channel: form.Channel.Value, Sender: form.Sender.Value, SenderMail: form.SenderMail.Value},
		First: training.RunID(form.First.Value), Second: training.RunID(form.Second.Value), Group: form.Group.Value, Arrived: form.arrived(), Access: form.Access.Value, Diet: form.Diet.Value}
	if org, err := f.organisation(r, form.Org.Value); err != nil {
		return err
	} else if org != "" {
		q.Org = org
	}
	if _, err := f.Enter(r.Context(), web.Viewer(r), q); err != nil {
		return shown(w, r, entryView(form, b), toBlock(b), err, true)
	}
	return web.Redirect(w, r, "/training/requests/"+form.ID, "Entered. A receipt goes to the sender.")
}

// organisation returns the id of the school or agency of that name, "" where the directory does not know it.
func (f Pages) organisation(r *http.Request, name string) (id string, err error) {
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		id, err = f.Organisations.Called(ctx, tx, name)
		return err
	})
	return id, err
}

type invitationsView struct {
	Form  formView
	Block training.Block
	Rows  []training.Invitee
	Said  []string
}

func (f Pages) invitationsView(r *http.Request, form *listForm) (v invitationsView, err error) {
	b, _, err := f.own(r)
	if err != nil {
		return v, err
	}
	v = invitationsView{Block: b, Form: formView{Form: &form.Form, Heading: "Invitation list", Action: blockPath(b.ID) + "/invitations", Button: "Add to the list", Parts: []part{{"", []templ.Component{form.List.Textarea(8)}}}}}
	err = f.DB.Read(r.Context(), web.Viewer(r), func(ctx context.Context, tx *store.Tx) error {
		v.Rows, err = f.Store.Invitations(ctx, tx, b.ID)
		if len(v.Rows) > 0 {
			tx.SawList("training.invitations_seen", b.Org, len(v.Rows))
		}
		return err
	})
	return v, err
}

func (f Pages) invitations(w http.ResponseWriter, r *http.Request) error {
	v, err := f.invitationsView(r, newListForm())
	if err != nil {
		return err
	}
	return web.Show(w, r, working("Invitation list", web.Page{Crumb: toBlock(v.Block), Body: invitationsPage(v)}))
}

func (f Pages) invite(w http.ResponseWriter, r *http.Request) error {
	form := newListForm()
	ok := form.Parse(r)
	v, err := f.invitationsView(r, form)
	if err != nil {
		return err
	}
	page := func() web.Page {
		return working("Invitation list", web.Page{Crumb: toBlock(v.Block), Body: invitationsPage(v)})
	}
	if !ok {
		return web.Invalid(w, r, page())
	}
	rows, bad := form.invitees()
	added, repeats, known, err := f.Invite(r.Context(), web.Viewer(r), v.Block.ID, rows)
	if err != nil {
		return err
	}
	if v, err = f.invitationsView(r, newListForm()); err != nil {
		return err
	}
	v.Said = append(v.Said, text.Plural(added, "person is", "people are")+" added.")
	for _, x := range repeats {
		v.Said = append(v.Said, x.Words()+".")
	}
	if len(known) > 0 {
		v.Said = append(v.Said, rowsWords(known, "was on the list already", "were on the list already"))
	}
	if len(bad) > 0 {
		v.Said = append(v.Said, rowsWords(bad, "has no name or no e-mail address, and was left out", "have no name or no e-mail address, and were left out"))
	}
	return web.Show(w, r, page())
}
