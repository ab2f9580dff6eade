package account

import (
	"context"
	"net/http"
	"testing"

	"github.com/a-h/templ"

	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	chromium "kith/internal/testkit/browser"
)

// onBoth opens the pages on a phone and on a desk, the same two for the whole test, checks each for faults and takes its picture.
func (h *house) onBoth(name string, do func(p *chromium.Page)) {
	if h.pages == nil {
		b := chromium.New(h.t)
		h.pages = map[string]*chromium.Page{"phone": b.Phone(h.t, h.server.URL), "desktop": b.Desktop(h.t, h.server.URL)}
	}
	for device, p := range h.pages {
		h.t.Run(name+" "+device, func(t *testing.T) {
			p.For(t, "/")
			do(p)
			p.Check(t)
			p.Shot("account-" + name)
		})
	}
}

// enter gives the browser a session that was opened and confirmed just now.
func (h *house) enter(p *chromium.Page, a Account, second bool) {
	h.t.Helper()
	h.entered = &a
	h.enteredSecond = second
	p.Goto("/enter")
}

func TestPagesOfSigningIn(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, Migrations), Provider{Key: "school", Name: "School account"})
	a := h.somebody("Amina Sesay", access.DSL)
	fresh := h.somebody("Kofi Mensah", access.DSL)
	h.app(a)
	h.write(func(ctx context.Context, tx *store.Tx) error {
		return h.store.insertPasskey(ctx, tx, a.ID, passkey{ID: tx.NewID(), Name: "School laptop", body: `{"id":"AAAA"}`}, "AAAA")
	})
	h.onBoth("sign-in", func(p *chromium.Page) { p.Goto("/sign-in") })
	h.Demo = func(*http.Request) templ.Component { return personas() }
	h.onBoth("sign-in-demo", func(p *chromium.Page) { p.Goto("/sign-in?said=out"); p.See("You are signed out.") })
	h.onBoth("password", func(p *chromium.Page) {
		p.Goto("/sign-in/password")
		p.Fill("E-mail address", a.Email)
		p.Fill("Password", "not this one at all")
		p.Click("button", "Sign in")
		p.See("That did not match")
	})
	h.onBoth("confirm", func(p *chromium.Page) {
		h.enter(p, a, false)
		p.Goto("/sign-in/confirm?next=/records")
		p.See("Use a passkey")
	})
	h.onBoth("second-step", func(p *chromium.Page) {
		h.enter(p, fresh, false)
		p.Goto("/account/second-step")
		p.See("authenticator app")
	})
	h.onBoth("reset", func(p *chromium.Page) { p.Goto("/reset"); p.See("We send a link") })
	h.onBoth("reset-ended", func(p *chromium.Page) { p.Goto("/reset/nothing"); p.See("This link has ended") })
}

// Without scripts a password and a code sign in, and the passkey says what to do instead.
func TestSigningInWithoutScripts(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, Migrations))
	a := h.somebody("Amina Sesay", access.DSL)
	app := h.app(a)
	p := chromium.New(t).Phone(t, h.server.URL, chromium.WithoutScript())
	p.Goto("/sign-in?next=/records")
	p.Click("button", "Use a passkey")
	p.See("A passkey needs scripts")
	p.Click("link", "Password and code")
	p.Fill("E-mail address", a.Email)
	p.Fill("Password", right)
	p.Fill("Code", h.code(app))
	p.Click("button", "Sign in")
	p.See("the records")
}

func TestPagesOfAccounts(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, Migrations), Provider{Key: "school", Name: "School account", Issuer: "https://login.example"})
	tom := h.somebody("Tom Reed", access.Admin, access.Member)
	h.app(tom)
	h.write(bothSteps(h, tom))
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = "a hash"
	}
	h.write(func(ctx context.Context, tx *store.Tx) error {
		if err := h.store.bind(ctx, tx, tom.ID, "https://login.example", "tom"); err != nil {
			return err
		}
		return h.store.saveCodes(ctx, tx, tom.ID, codes)
	})
	amina := h.somebody("Amina Sesay", access.DSL, access.Member)
	h.app(amina)
	h.somebody("Ellen Booth", access.Member)
	h.somebody("Helen Brandt", access.Head)
	if _, err := h.Invite(t.Context(), access.Viewer{Account: string(tom.ID), District: district, Now: h.World.DB.Now(), Roles: map[access.Role][]string{access.Admin: {oak}}},
		Invitation{ID: ID(newID(h)), Name: "Kofi Mensah", Email: "kofi@oak.example", Post: Post{Org: oak, Role: access.PSHELead, Title: "PSHE lead", From: h.World.DB.Now(), Until: NoEnd}}); err != nil {
		t.Fatal(err)
	}
	invited := h.linkIn(h.drain()[0])
	h.onBoth("own", func(p *chromium.Page) { h.enter(p, tom, true); p.Goto("/account"); p.See("Your account") })
	h.onBoth("people", func(p *chromium.Page) { h.enter(p, tom, true); p.Goto("/admin/people"); p.See("Amina Sesay") })
	h.onBoth("invite", func(p *chromium.Page) {
		h.enter(p, tom, true)
		p.Goto("/admin/people/invite")
		p.Click("button", "Send the invitation")
		p.See("Write the person’s name")
	})
	h.onBoth("person", func(p *chromium.Page) {
		h.enter(p, tom, true)
		p.Goto("/admin/people/" + string(amina.ID))
		p.See("Disable at once")
	})
	h.onBoth("take", func(p *chromium.Page) {
		h.enter(p, tom, true)
		p.Goto("/admin/people/" + string(amina.ID) + "/second-step")
		p.See("Their password stays")
	})
	h.onBoth("change", func(p *chromium.Page) {
		h.enter(p, tom, true)
		p.Goto("/account/password")
		p.See("Change your password")
	})
	h.onBoth("invitation", func(p *chromium.Page) { p.Goto(invited); p.See("Welcome, Kofi Mensah") })
}
