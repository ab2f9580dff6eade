package account

import (
	"cmp"
	"context"
	"net/http"
	netmail "net/mail"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/platform/search/fold"
	"kith/internal/platform/store"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
	"kith/internal/platform/web/forms"
)

// person is one line of the list: somebody with their posts at the viewer's organisations.
type person struct {
	Account
	Posts []Post
}

type peopleView struct {
	People []person
	Orgs   map[string]ref.Organisation
	Find   string
	Found  bool // the list is the answer to a search, with leavers
	More   bool
	Now    clock.Millis
}

// listed is how many people one page shows.
const listed = 200

// adminPage is a page of the administration.
func adminPage(title string, crumb *ui.Link, body templ.Component) web.Page {
	return web.Page{Title: title, Class: "p-people", Mode: ui.Working, At: "/admin/people", Crumb: crumb, Body: body}
}

var toPeople = &ui.Link{Text: "People", Href: "/admin/people"}

// peoplePage lists who has a post, now or to come, at the organisations that the viewer administers.
func (f *Feature) peoplePage(w http.ResponseWriter, r *http.Request) error {
	return f.people(w, r, "")
}

// findPeople searches them by name, leavers too. The name is posted: nothing typed about anybody stands in an address.
func (f *Feature) findPeople(w http.ResponseWriter, r *http.Request) error {
	form, name := &forms.Form{}, forms.NewText("name", "Name").Max(100)
	form.Fields(name)
	form.Parse(r)
	return f.people(w, r, name.Value)
}

func (f *Feature) people(w http.ResponseWriter, r *http.Request, find string) error {
	v := web.Viewer(r)
	view := peopleView{Find: find, Found: find != "", Now: web.Now(r)}
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		view.People, view.More = nil, false
		orgs := v.Roles[access.Admin]
		if view.Orgs, err = f.cfg.Organisations.Names(ctx, tx, orgs...); err != nil {
			return err
		}
		list, err := f.store.holdings(ctx, tx, orgs, view.Found)
		query := fold.Query(find)
		for _, h := range list {
			if view.Found && !fold.Matches(fold.Tokens(h.Name), query) {
				continue
			}
			n := len(view.People)
			if n > 0 && view.People[n-1].ID == h.ID {
				view.People[n-1].Posts = append(view.People[n-1].Posts, h.Post)
				continue
			}
			if n == listed {
				view.More = true
				break
			}
			view.People = append(view.People, person{h.Account, []Post{h.Post}})
		}
		return err
	})
	if err != nil {
		return err
	}
	return web.Show(w, r, adminPage("People", nil, peopleBody(view)))
}

// postForm is a post to be given; with the fields of a person it is an invitation.
type postForm struct {
	forms.Form
	Name, Email, Title *forms.Text
	Org, Role          *forms.Choice
	From, Until        *forms.Day
}

// newPostForm offers the viewer's organisations and the roles that these have.
func (f *Feature) newPostForm(r *http.Request, invitation bool) (*postForm, error) {
	v := web.Viewer(r)
	var orgs map[string]ref.Organisation
	err := f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
		orgs, err = f.cfg.Organisations.Names(ctx, tx, v.Roles[access.Admin]...)
		return err
	})
	if err != nil {
		return nil, err
	}
	var at, roles []forms.Option
	var seen []access.Role
	for _, id := range v.Roles[access.Admin] {
		at = append(at, forms.Option{Value: id, Text: orgs[id].Name})
		for _, role := range rolesAt[orgs[id].Kind] {
			if !slices.Contains(seen, role) {
				seen = append(seen, role)
				roles = append(roles, forms.Option{Value: string(role), Text: roleWords(role)})
			}
		}
	}
	slices.SortFunc(at, func(a, b forms.Option) int { return strings.Compare(a.Text, b.Text) })
	p := &postForm{
		Org:   forms.NewChoice("org", "Organisation", at...).Required("Choose the organisation"),
		Role:  forms.NewChoice("role", "Role", roles...).Required("Choose what they are there"),
		Title: forms.NewText("title", "Title, as the organisation calls it").Max(80).Hint("For example: lunchtime supervisor").Required("Write what the organisation calls this post"),
		From:  forms.NewDay("from", "First day").Hint("Empty: today"),
		Until: forms.NewDay("until", "Last day").Hint("Empty: no end is known"),
	}
	if invitation {
		p.Name = forms.NewText("name", "Name").Max(100).Required("Write the person’s name")
		p.Email = forms.NewText("email", "E-mail address at work").Kind("email", "off").Max(254).Required("Write the person’s e-mail address")
		p.Fields(p.Name, p.Email)
	}
	p.Fields(p.Org, p.Role, p.Title, p.From, p.Until)
	if len(at) == 1 {
		p.Org.Value = at[0].Value
	}
	p.ID = web.NewID(r)
	return p, nil
}

// post returns what the form says.
func (p *postForm) post(now clock.Millis) Post {
	out := Post{Org: p.Org.Value, Role: access.Role(p.Role.Value), Title: p.Title.Value, From: now, Until: NoEnd}
	if p.From.Value != "" && p.From.Value != clock.DayOf(now.Time()) {
		out.From = clock.Of(p.From.Value.Start())
	}
	if p.Until.Value != "" {
		out.Until = clock.Of(p.Until.Value.Add(1).Start())
	}
	return out
}

func (f *Feature) invitePage(w http.ResponseWriter, r *http.Request) error {
	form, err := f.newPostForm(r, true)
	if err != nil {
		return err
	}
	return web.Show(w, r, adminPage("Invite somebody", toPeople, inviteBody(form)))
}

func (f *Feature) invite(w http.ResponseWriter, r *http.Request) error {
	form, err := f.newPostForm(r, true)
	if err != nil {
		return err
	}
	ok := form.Parse(r)
	if a, err := netmail.ParseAddress(form.Email.Value); ok && (err != nil || a.Address != form.Email.Value) {
		form.Email.Problem = "Write an e-mail address, for example name@school.example"
		ok = false
	}
	if ok {
		var account ID
		account, err = f.Invite(r.Context(), web.Viewer(r), Invitation{ID: ID(form.ID), Name: form.Name.Value, Email: folded(form.Email.Value), Post: form.post(web.Now(r))})
		if err == nil {
			return web.Redirect(w, r, "/admin/people/"+string(account), "The invitation is on its way.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		form.Refuse(err)
	}
	return web.Invalid(w, r, adminPage("Invite somebody", toPeople, inviteBody(form)))
}

type personView struct {
	person
	Orgs      map[string]ref.Organisation
	Elsewhere bool   // they also hold a post where the viewer does not administer
	Manage    string // why the whole account cannot be changed; "" when it can
	Self      bool
	Steps     int
	Past      []change
	Form      *postForm
	EndForm   *endForm
	Now       clock.Millis
}

func (f *Feature) personView(r *http.Request, id ID) (view personView, err error) {
	v := web.Viewer(r)
	view.Now = web.Now(r)
	err = f.DB.Read(r.Context(), v, func(ctx context.Context, tx *store.Tx) error {
		a, posts, err := f.managed(ctx, tx, id)
		if err != nil {
			return err
		}
		view.person = person{Account: a}
		view.Self = string(a.ID) == v.Account
		view.Elsewhere = false
		for _, p := range posts {
			if v.HoldsAt(access.Admin, p.Org) {
				view.Posts = append(view.Posts, p)
			} else if p.Until > tx.Now {
				view.Elsewhere = true
			}
		}
		slices.SortStableFunc(view.Posts, func(a, b Post) int { return cmp.Compare(b.Until, a.Until) })
		view.Manage = errs.Sentence(CanManage(v, id, posts, tx.Now))
		have, err := f.store.factors(ctx, tx, id)
		if err != nil {
			return err
		}
		view.Steps = have.count()
		if view.Orgs, err = f.cfg.Organisations.Names(ctx, tx, orgsOf(view.Posts)...); err != nil {
			return err
		}
		view.Past, err = f.past(ctx, tx, id)
		return err
	})
	if err != nil {
		return view, err
	}
	view.EndForm = newEndForm()
	view.Form, err = f.newPostForm(r, false)
	return view, err
}

func (f *Feature) personPage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	view, err := f.personView(r, ID(id))
	if err != nil {
		return err
	}
	return web.Show(w, r, adminPage("Person", toPeople, personBody(view)))
}

func (f *Feature) addPost(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	view, err := f.personView(r, ID(id))
	if err != nil {
		return err
	}
	if view.Form.Parse(r) {
		p := view.Form.post(web.Now(r))
		p.ID, p.Account = view.Form.ID, id
		err = f.GivePost(r.Context(), web.Viewer(r), p)
		if err == nil {
			return web.Redirect(w, r, "/admin/people/"+id, "The post was given.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		view.Form.Refuse(err)
	}
	return web.Invalid(w, r, adminPage("Person", toPeople, personBody(view)))
}

// endForm is the last day of a post. The button "End now" needs none.
type endForm struct {
	forms.Form
	On *forms.Day
}

func newEndForm() *endForm {
	e := &endForm{On: forms.NewDay("on", "Last day")}
	e.Fields(e.On)
	return e
}

func (f *Feature) endPostOf(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	post, err := web.PathID(r, "post")
	if err != nil {
		return err
	}
	view, err := f.personView(r, ID(id))
	if err != nil {
		return err
	}
	ok, until := view.EndForm.Parse(r), web.Now(r)
	if r.PostFormValue("when") != "now" {
		if ok && view.EndForm.On.Value == "" {
			view.EndForm.On.Problem = "Write the last day, or end the post now"
			ok = false
		}
		until = clock.Of(view.EndForm.On.Value.Add(1).Start())
	}
	if ok {
		err = f.EndPost(r.Context(), web.Viewer(r), post, ID(id), until)
		if err == nil {
			return web.Redirect(w, r, "/admin/people/"+id, "The post has its last day.")
		}
		if !errs.Is(err, errs.Rule) {
			return err
		}
		view.EndForm.Refuse(err)
	}
	return web.Invalid(w, r, adminPage("Person", toPeople, personBody(view)))
}

// managing answers a button that changes a whole account.
func managing(do func(context.Context, access.Viewer, ID) error, says string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, err := web.PathID(r, "id")
		if err != nil {
			return err
		}
		if err := do(r.Context(), web.Viewer(r), ID(id)); err != nil {
			return err
		}
		return web.Redirect(w, r, "/admin/people/"+id, says)
	}
}

// takePage says what taking the second step away does, before it is done.
func (f *Feature) takePage(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	view, err := f.personView(r, ID(id))
	if err != nil {
		return err
	}
	if view.Manage != "" {
		return errs.Refuse(view.Manage)
	}
	return web.Show(w, r, adminPage("Take the second step away", &ui.Link{Text: "Person", Href: "/admin/people/" + id}, takeBody(view, newTakeForm())))
}

type takeForm struct {
	forms.Form
	Seen *forms.Many
}

func newTakeForm() *takeForm {
	t := &takeForm{Seen: forms.NewMany("seen", "How you know that it is them", forms.Option{Value: "yes", Text: "I have seen them, or spoken to them on a number that I knew before"}).
		Required("Make sure that it is them: whoever steals an account asks for this")}
	t.Fields(t.Seen)
	return t
}

func (f *Feature) take(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	form := newTakeForm()
	if !form.Parse(r) {
		view, err := f.personView(r, ID(id))
		if err != nil {
			return err
		}
		return web.Invalid(w, r, adminPage("Take the second step away", &ui.Link{Text: "Person", Href: "/admin/people/" + id}, takeBody(view, form)))
	}
	return managing(f.TakeSecondStep, "The second step was taken away, and its owner told.")(w, r)
}
