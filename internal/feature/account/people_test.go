package account

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
)

// admin makes an account administrator of Oak and a browser of theirs with a second step given just now.
func (h *house) admin() (Account, *browser) {
	h.t.Helper()
	a := h.somebody("Tom Reed", access.Admin)
	b := h.browser()
	b.signIn(a, h.app(a))
	return a, b
}

// at makes an account with a post at an organisation.
func (h *house) at(name, org string, role access.Role) Account {
	h.t.Helper()
	a := h.somebody(name)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return h.store.InsertPost(ctx, tx, Post{ID: tx.NewID(), Account: string(a.ID), Org: org, Role: role, Title: "Teacher", From: tx.Now, Until: NoEnd})
	})
	return a
}

func (h *house) posts(a ID) (out []Post) {
	h.t.Helper()
	h.read(func(ctx context.Context, tx *store.Tx) (err error) {
		out, err = h.store.Posts(ctx, tx, a)
		return err
	})
	return out
}

func newID(h *house) string { return h.World.DB.IDs().New(h.World.DB.Now()) }

func TestWhoMayGivePosts(t *testing.T) {
	v := access.Viewer{Account: "tom", Now: 100, Roles: map[access.Role][]string{access.Admin: {oak}, access.DSL: {elm}}}
	good := Post{Account: "ann", Org: oak, Role: access.DSL, From: 50, Until: NoEnd}
	for name, c := range map[string]struct {
		change func(*Post)
		kind   string
		want   errs.Kind
		ok     bool
	}{
		"at the own school":               {func(*Post) {}, "school", 0, true},
		"at another school":               {func(p *Post) { p.Org = elm }, "school", errs.NotFound, false},
		"to oneself":                      {func(p *Post) { p.Account = "tom" }, "school", errs.Rule, false},
		"a role that schools have not":    {func(p *Post) { p.Role = access.LADO }, "school", errs.Rule, false},
		"a role that nobody has":          {func(p *Post) { p.Role = "root" }, "school", errs.Rule, false},
		"at what the directory knows not": {func(*Post) {}, "", errs.Rule, false},
		"ended before it began":           {func(p *Post) { p.Until = 50 }, "school", errs.Rule, false},
		"ended already":                   {func(p *Post) { p.Until = 100 }, "school", errs.Rule, false},
	} {
		p := good
		c.change(&p)
		if err := CanGive(v, p, c.kind); (err == nil) != c.ok || err != nil && errs.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for kind, roles := range rolesAt {
		for _, r := range roles {
			if roleNames[r] == "" {
				t.Errorf("%s: %s has no words", kind, r)
			}
		}
	}
}

// An invitation: one account however often it is sent, a post with dates, a link; an address that is known gets the post.
func TestAdminInvites(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		_, b := h.admin()
		b.get("/admin/people/invite").must(t, 200, "Oak Primary", "Safeguarding lead or deputy")
		id := newID(h)
		fields := []string{"id", id, "name", "Ann Lee", "email", "Ann.Lee@oak.example", "org", oak, "role", "dsl", "title", "Deputy lead", "from", "30/11/2026", "until", "2027-07-20"}
		b.send("/admin/people/invite", fields...).leads(t, "/admin/people/"+id)
		b.send("/admin/people/invite", fields...).leads(t, "/admin/people/"+id)
		b.get("/admin/people/"+id).must(t, 200, "Ann Lee", "Invited", "from 30 Nov 2026, until 20 Jul 2027", "Given a post", "by Tom Reed")
		if posts := h.posts(ID(id)); len(posts) != 1 || posts[0].Until != clock.Of(clock.Day("2027-07-21").Start()) {
			t.Fatalf("%v", posts)
		}
		sent := h.drain()
		if len(sent) != 1 || sent[0].To != "ann.lee@oak.example" {
			t.Fatalf("%v", sent)
		}
		ann := h.browser()
		ann.send(h.linkIn(sent[0]), "password", another).leads(t, "/") // SEC-8: the post has not begun, so nothing needs a second step yet
		ann.get("/write").must(t, 404)
		h.After(7 * 24 * time.Hour)
		ann.send("/sign-in/password", "email", "ann.lee@oak.example", "password", another).leads(t, "/account/second-step")

		known := h.at("Kofi Mensah", elm, access.Member)
		_, b = h.again(b)
		b.send("/admin/people/invite", "id", newID(h), "name", "Anything", "email", known.Email, "org", oak, "role", "pshe_lead", "title", "PSHE lead").leads(t, "/admin/people/"+string(known.ID))
		if posts := h.posts(known.ID); len(posts) != 2 || posts[1].Role != access.PSHELead {
			t.Fatalf("%v", posts)
		}
		if sent := h.drain(); len(sent) != 1 || sent[0].Subject != "Kith: you were given a post" {
			t.Fatalf("%v", sent)
		}
		b.send("/admin/people/invite", "id", newID(h), "name", "X", "email", "not an address", "org", oak, "role", "dsl", "title", "Lead").must(t, 422, "Write an e-mail address")
	})
}

// again signs the administrator in afresh, after the clock has run on.
func (h *house) again(*browser) (Account, *browser) {
	h.t.Helper()
	var a Account
	h.read(func(ctx context.Context, tx *store.Tx) (err error) {
		a, err = h.store.ByEmail(ctx, tx, "tom.reed@oak.example")
		return err
	})
	b := h.browser()
	h.entered, h.enteredSecond = &a, true
	b.get("/enter").must(h.t, 200)
	return a, b
}

// SEC-9: no field that is added to a form gives a role, an organisation or a state that the form does not offer.
func TestExtraFieldsChangeNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		me, b := h.admin()
		ann := h.somebody("Ann Lee", access.Member)
		extra := []string{"account", string(me.ID), "account_id", string(me.ID), "state", "active", "district", "other", "district_id", "other", "role_", "admin", "password", another, "version", "9", "second_at", "1"}
		id := newID(h)
		b.send("/admin/people/invite", append([]string{"id", id, "name", "New Person", "email", "new@oak.example", "org", oak, "role", "member", "title", "Teacher"}, extra...)...).leads(t, "/admin/people/"+id)
		h.read(func(ctx context.Context, tx *store.Tx) error {
			a, err := h.store.Account(ctx, tx, ID(id))
			if a.State != Invited {
				t.Errorf("state %s", a.State)
			}
			if hash, _ := h.store.passwordHash(ctx, tx, ID(id)); hash != "" {
				t.Error("an administrator chose a password (ASVS 6.4.6)")
			}
			return err
		})
		b.send("/admin/people/"+string(ann.ID)+"/posts", append([]string{"id", newID(h), "org", oak, "role", "dsl", "title", "Lead"}, extra...)...).leads(t, "/admin/people/"+string(ann.ID))
		for name, fields := range map[string][]string{
			"another organisation": {"org", elm, "role", "dsl", "title", "Lead"},
			"a role of others":     {"org", oak, "role", "lado", "title", "Lead"},
			"an invented role":     {"org", oak, "role", "root", "title", "Lead"},
			"two roles":            {"org", elm, "org", oak, "role", "dsl", "title", "Lead"},
		} {
			if res := b.send("/admin/people/"+string(ann.ID)+"/posts", append(fields, "id", newID(h))...); res.StatusCode != 422 {
				t.Errorf("%s: %d", name, res.StatusCode)
			}
		}
		b.send("/admin/people/"+string(me.ID)+"/posts", "id", newID(h), "org", oak, "role", "dsl", "title", "Lead").must(t, 422, "Nobody gives themselves a post")
		b.send("/admin/people/invite", "id", newID(h), "name", "Me", "email", me.Email, "org", oak, "role", "dsl", "title", "Lead").must(t, 422, "Nobody gives themselves a post")
		if n := len(h.posts(me.ID)); n != 1 {
			t.Fatalf("the administrator holds %d posts", n)
		}
		if n := len(h.posts(ann.ID)); n != 2 {
			t.Fatalf("%d posts", n)
		}
		b.get("/records").must(t, 200) // a page of others; which records it shows is each record's own decision
	})
}

// SEC-7: disabled, or the post ended: the next request in every open session is refused, within the second.
func TestAdminSeesALeaverOff(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		_, b := h.admin()
		a := h.somebody("Amina Sesay", access.DSL)
		app := h.app(a)
		one, two := h.browser(), h.browser()
		one.signIn(a, app)
		two.signIn(a, "")
		one.get("/records").must(t, 200)
		post := h.posts(a.ID)[0].ID
		path := "/admin/people/" + string(a.ID)
		b.send(path+"/posts/"+post+"/end", "when", "day").must(t, 422, "Write the last day")
		b.send(path+"/posts/"+post+"/end", "when", "day", "on", "2026-11-30").leads(t, path)
		one.get("/records").must(t, 200)
		b.send(path+"/posts/"+post+"/end", "when", "now").leads(t, path)
		one.get("/records").must(t, 404)
		two.get("/write").must(t, 404)
		b.send(path+"/posts/"+post+"/end", "when", "now").must(t, 422, "This post has ended already")
		b.send(path+"/posts", "id", newID(h), "org", oak, "role", "dsl", "title", "Lead").leads(t, path)
		one.get("/records").must(t, 200)
		b.send(path+"/disable").leads(t, path)
		one.get("/records").leads(t, "/sign-in?next=%2Frecords")
		two.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		b.get(path).must(t, 200, "Disabled", "Enable the account")
		b.send(path+"/posts", "id", newID(h), "org", oak, "role", "dsl", "title", "Lead").must(t, 422, "This account is disabled")
		b.send(path+"/disable").must(t, 422)
		b.send(path+"/enable").leads(t, path)
		one.get("/records").leads(t, "/sign-in?next=%2Frecords") // no old session comes back
		one.signIn(a, "")
	})
}

// People of other organisations are not there at all, and whoever works elsewhere too is not disabled from one school.
func TestAdminStaysAtTheirOrganisations(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		me, b := h.admin()
		theirs := h.at("Sonia Marsh", elm, access.DSL)
		both := h.somebody("Priya Nair", access.Member)
		h.write(func(ctx context.Context, tx *store.Tx) error {
			return h.store.InsertPost(ctx, tx, Post{ID: tx.NewID(), Account: string(both.ID), Org: elm, Role: access.DSL, Title: "Lead of Elm", From: tx.Now, Until: NoEnd})
		})
		if page := b.get("/admin/people").must(t, 200, "Priya Nair", "Tom Reed"); strings.Contains(page.body, "Sonia") || strings.Contains(page.body, "Lead of Elm") {
			t.Fatal(page.body)
		}
		b.send("/admin/people", "name", "son").must(t, 200, "Nobody")
		b.send("/admin/people", "name", "NAIR pri").must(t, 200, "Priya Nair", "1 person")
		missing := b.get("/admin/people/"+newID(h)).must(t, 404)
		if res := b.get("/admin/people/"+string(theirs.ID)).must(t, 404); res.body != missing.body {
			t.Fatal("an account of others is told from none (SEC-1)")
		}
		for _, path := range []string{"/disable", "/enable", "/invite", "/second-step", "/posts"} {
			fields := []string{"id", newID(h), "org", oak, "role", "dsl", "title", "Lead", "seen", "yes"}
			b.send("/admin/people/"+string(theirs.ID)+path, fields...).must(t, 404)
		}
		elms := h.posts(both.ID)
		for _, p := range elms {
			want := http.StatusSeeOther
			if p.Org == elm {
				want = http.StatusNotFound
			}
			if res := b.send("/admin/people/"+string(both.ID)+"/posts/"+p.ID+"/end", "when", "now"); res.StatusCode != want {
				t.Errorf("%s: %d", p.Title, res.StatusCode)
			}
		}
		b.get("/admin/people/"+string(both.ID)).must(t, 200, "This person also works for an organisation that you do not administer")
		b.send("/admin/people/"+string(both.ID)+"/disable").must(t, 422)
		b.send("/admin/people/"+string(both.ID)+"/second-step", "seen", "yes").must(t, 422)
		b.send("/admin/people/"+string(me.ID)+"/disable").must(t, 422, "This is your own account")
		teacher := h.browser()
		teacher.signIn(both, h.app(both))
		teacher.get("/admin/people").must(t, 404)
	})
}

// A lost second step: seen first, told by mail, the password kept, every device out (ASVS 6.4.6).
func TestAdminTakesASecondStepAway(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		_, b := h.admin()
		a := h.somebody("Amina Sesay", access.DSL)
		app := h.app(a)
		open := h.browser()
		open.signIn(a, app)
		path := "/admin/people/" + string(a.ID) + "/second-step"
		b.get(path).must(t, 200, "Their password stays")
		b.send(path).must(t, 422, "whoever steals an account asks for this")
		b.send(path, "seen", "yes").leads(t, "/admin/people/"+string(a.ID))
		open.get("/records").leads(t, "/sign-in?next=%2Frecords")
		if sent := h.drain(); len(sent) != 1 || sent[0].Subject != "Kith: your second step was taken away" {
			t.Fatalf("%v", sent)
		}
		open.signIn(a, "").leads(t, "/account/second-step")
		h.After(access.StepUpFor)
		b.get(path).leads(t, "/sign-in/confirm?next="+strings.ReplaceAll(path, "/", "%2F"))
	})
}

func TestInvitedAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		_, b := h.admin()
		id := newID(h)
		b.send("/admin/people/invite", "id", id, "name", "Ann Lee", "email", "ann@oak.example", "org", oak, "role", "member", "title", "Teacher").leads(t, "/admin/people/"+id)
		first := h.linkIn(h.drain()[0])
		b.send("/admin/people/"+id+"/invite").leads(t, "/admin/people/"+id)
		second := h.linkIn(h.drain()[0])
		h.browser().get(first).must(t, 422, "This link has ended")
		b.send("/admin/people/"+id+"/disable").leads(t, "/admin/people/"+id)
		h.browser().send(second, "password", another).must(t, 422)
		b.send("/admin/people/"+id+"/enable").leads(t, "/admin/people/"+id)
		h.browser().send(h.linkIn(h.drain()[0]), "password", another).leads(t, "/")
		b.send("/admin/people/"+id+"/invite").must(t, 422, "accepted already")
	})
}
