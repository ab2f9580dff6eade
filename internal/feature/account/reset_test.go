package account

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const another = "kettle otter violin"

// askedReset asks for a link and returns where it leads.
func (h *house) askedReset(email string) string {
	h.t.Helper()
	h.browser().send("/reset", "email", email).must(h.t, 200)
	sent := h.drain()
	if len(sent) != 1 || sent[0].To != email {
		h.t.Fatalf("%d messages", len(sent))
	}
	return h.linkIn(sent[0])
}

// ASVS 6.4.3: a new password by a mailed link asks for the second step first, and keeps it; everything open is closed.
func TestResetKeepsTheSecondStep(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		app := h.app(a)
		open := h.browser()
		open.signIn(a, app)
		h.After(31 * time.Second)
		link := h.askedReset(a.Email)
		b := h.browser()
		b.get(link).must(t, 200, "First, your second step")
		b.send(link, "password", another).must(t, 422, "This link has ended") // the step cannot be passed over
		b.send(link+"/code", "code", "000000").must(t, 422, "That code did not match")
		next := b.send(link+"/code", "code", h.code(app))
		if !strings.HasPrefix(next.to(), "/reset/") || next.to() == link {
			t.Fatalf("to %q", next.to())
		}
		h.browser().get(link).must(t, 422, "This link has ended") // whoever else reads the mailbox
		b.get(next.to()).must(t, 200, "New password")
		b.send(next.to(), "password", "Sunshine2024!").must(t, 422, "tried first")
		b.send(next.to(), "password", "amina.sesay.oak").must(t, 422, "is your name")
		b.send(next.to(), "password", another).leads(t, "/sign-in?said=password")
		b.send(next.to(), "password", another).must(t, 422, "This link has ended")
		if b.cookie() != "" {
			t.Fatal("a reset signs nobody in")
		}
		open.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		b.send("/sign-in/password", "email", a.Email, "password", right).must(t, 422)
		b.send("/sign-in/password", "email", a.Email, "password", another).leads(t, "/")
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		if sent := h.drain(); len(sent) != 1 || sent[0].Subject != "Kith: your password was changed" {
			t.Fatalf("%v", sent)
		}
	})
}

func TestResetByPasskey(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a, other := h.somebody("Amina Sesay", access.DSL), h.somebody("Helen Brandt", access.Head)
		d, theirs := h.enrolled(a), h.enrolled(other)
		h.drain()
		link := h.askedReset(a.Email)
		b := h.browser()
		b.get(link).must(t, 200, "Use a passkey")
		q := b.asked(link + "/options")
		b.send(link+"/passkey", "ceremony", q.Ceremony, "credential", theirs.get(t, q)).must(t, 422, "The passkey was not accepted")
		q = b.asked(link + "/options")
		next := b.send(link+"/passkey", "ceremony", q.Ceremony, "credential", d.get(t, q))
		b.send(next.to(), "password", another).leads(t, "/sign-in?said=password")
	})
}

func TestResetLinksLapse(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Ellen Booth", access.Member)
		first := h.askedReset(a.Email)
		second := h.askedReset(a.Email)
		b := h.browser()
		b.get(first).must(t, 422, "This link has ended") // a new link ends the old one
		b.get(second).must(t, 200, "New password")       // nothing to confirm: they have no second step
		h.After(resetFor)
		b.get(second).must(t, 422)
		b.send(second, "password", another).must(t, 422)
		b.get("/reset/nonsense").must(t, 422)
		b.get(strings.Replace(second, "/reset/", "/invite/", 1)).must(t, 422)
		third := h.askedReset(a.Email)
		h.write(func(ctx context.Context, tx *store.Tx) error { return h.disable(ctx, tx, a.ID) })
		b.send(third, "password", another).must(t, 422)
	})
}

// refusing is a mail server that says no for good, or not now.
type refusing struct{ err error }

func (r refusing) Send(context.Context, mail.Message) error { return r.err }

// A message that a server refuses for good is written down and not sent again; one it cannot take now stays queued.
func TestMailThatIsRefused(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Ellen Booth", access.Member)
		h.browser().send("/reset", "email", a.Email)
		h.cfg.Mailer = refusing{&mail.TemporaryError{Code: 421}}
		if _, err := h.queue.Drain(t.Context()); err == nil {
			t.Fatal("the message was dropped")
		}
		h.cfg.Mailer = refusing{&mail.PermanentError{Code: 550}}
		if n, err := h.queue.Drain(t.Context()); n != 1 || err != nil {
			t.Fatalf("%d %v", n, err)
		}
		if got := h.actions(a.ID); !slices.Contains(got, "account.mail-refused") {
			t.Fatalf("%v", got)
		}
	})
}

// SEC-16: no message names anybody, and every one is fit to be sent.
func TestMessagesAreQuiet(t *testing.T) {
	h := newHouse(t, testkit.SQLite(t, Migrations))
	for what := range words {
		m := h.message("ann@oak.example", mailJob{ID: "1", What: what}, "https://kith.example/reset/abc", 1795420200000)
		if strings.Contains(m.Text, "%") || strings.Contains(m.Subject+m.Text, "ann") || len(m.Text) < 60 || !strings.HasPrefix(m.Subject, "Kith: ") {
			t.Errorf("%s: %s\n%s", what, m.Subject, m.Text)
		}
	}
}

// SEC-25: an invitation is one factor, opens once and for 7 days; it is the way in that the command line gives out.
func TestInvitation(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		path, err := h.FirstAccount(t.Context(), h.system(), "Tom Reed", "Tom.Reed@oak.example", oak, "Technician")
		testkit.OK(t, err)
		if _, err := h.FirstAccount(t.Context(), h.system(), "Eve", "eve@oak.example", oak, "X"); !errs.Is(err, errs.Rule) {
			t.Fatalf("a second first account: %v", err)
		}
		h.browser().send("/sign-in/password", "email", "tom.reed@oak.example", "password", "").must(t, 422)
		b := h.browser()
		b.get(path).must(t, 200, "Welcome, Tom Reed", "tom.reed@oak.example")
		b.send(path, "password", "short").must(t, 422, "Use at least 12 characters")
		b.send(path, "password", another).leads(t, "/account/second-step")
		b.get("/write").must(t, 200)
		b.get("/admin/people").leads(t, "/sign-in/confirm?next=%2Fadmin%2Fpeople")
		h.browser().get(path).must(t, 422, "This link has ended")
		h.browser().send(path, "password", another).must(t, 422, "This link has ended")

		late, err := h.AddUser(t.Context(), h.system(), Invitation{Name: "Ann Lee", Email: "ann@oak.example", Post: Post{Org: oak, Role: access.DSL, Title: "Lead", Until: NoEnd}})
		testkit.OK(t, err)
		h.After(inviteFor)
		h.browser().get(late).must(t, 422, "This link has ended")
		for name, in := range map[string]Invitation{
			"the same address":     {Name: "Ann", Email: " ANN@oak.example", Post: Post{Org: oak, Role: access.DSL, Until: NoEnd}},
			"no such role":         {Name: "Bob", Email: "bob@oak.example", Post: Post{Org: oak, Role: access.LADO, Until: NoEnd}},
			"no such organisation": {Name: "Bob", Email: "bob@oak.example", Post: Post{Org: "nowhere", Role: access.DSL, Until: NoEnd}},
		} {
			if _, err := h.AddUser(t.Context(), h.system(), in); !errs.Is(err, errs.Rule) {
				t.Errorf("%s: %v", name, err)
			}
		}
		a := h.somebody("Amina Sesay", access.DSL)
		h.app(a)
		testkit.OK(t, h.ResetSecondFactor(t.Context(), h.system(), "AMINA.sesay@oak.example"))
		if have, err := h.factorsOf(t.Context(), district, a.ID); err != nil || have.count() != 0 {
			t.Fatalf("%v %v", have, err)
		}
		testkit.OK(t, h.DisableUser(t.Context(), h.system(), a.Email))
		if err := h.DisableUser(t.Context(), h.system(), "nobody@oak.example"); !errs.Is(err, errs.NotFound) {
			t.Fatalf("%v", err)
		}
	})
}
