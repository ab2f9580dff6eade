package account

import (
	"strings"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/testkit"
)

func TestLastSecondStepStays(t *testing.T) {
	for n, ok := range map[int]bool{0: false, 1: false, 2: true, 5: true} {
		if err := canRemoveFactor(n); (err == nil) != ok || err != nil && !errs.Is(err, errs.Rule) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

// Own factors are changed only with one given just now; each change is told (ASVS 6.3.7).
func TestOwnSecondSteps(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		d := h.enrolled(a)
		b := h.browser()
		b.signIn(a, "")
		page := b.get("/account").must(t, 200, "School laptop", "10 of 10 not used", "Oak Primary", "Safeguarding lead or deputy", "Change how you sign in")
		if strings.Contains(page.body, "Make new ones") {
			t.Fatal("a session with a password alone is offered new recovery codes")
		}
		b.send("/account/codes").leads(t, "/sign-in/confirm")
		b.get("/account/change").leads(t, "/sign-in/confirm?next=%2Faccount%2Fchange")
		q := b.asked("/sign-in/confirm/options")
		b.send("/sign-in/confirm/passkey", "ceremony", q.Ceremony, "credential", d.get(t, q), "next", "/account/change").leads(t, "/account/change")
		b.get("/account/change").leads(t, "/account")
		have, err := h.factorsOf(t.Context(), district, a.ID)
		testkit.OK(t, err)
		remove := "/account/passkeys/" + have.Passkeys[0].ID + "/remove"
		b.send(remove).must(t, 422, "This is your only second step")
		h.app(a)
		h.drain()
		b.send(remove).leads(t, "/account")
		b.send(remove).must(t, 422) // only the app is left
		b.send("/account/app/remove").must(t, 422, "This is your only second step")
		b.send("/account/codes").must(t, 200, "Keep these recovery codes")
		var subjects []string
		for _, m := range h.drain() {
			subjects = append(subjects, m.Subject)
		}
		if got := strings.Join(subjects, "; "); got != "Kith: a second step was removed; Kith: new recovery codes" {
			t.Fatalf("%s", got)
		}
	})
}

func TestPasskeyOfAnotherIsNotRemoved(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a, other := h.somebody("Amina Sesay", access.DSL), h.somebody("Helen Brandt", access.Head)
		h.enrolled(other)
		app := h.app(a)
		h.enrolled(h.somebody("Kofi Mensah", access.PSHELead))
		b := h.browser()
		b.signIn(a, app)
		theirs, err := h.factorsOf(t.Context(), district, other.ID)
		testkit.OK(t, err)
		b.send("/account/passkeys/"+theirs.Passkeys[0].ID+"/remove").must(t, 422) // their own last one is asked about first
		h.write(bothSteps(h, a))
		b.send("/account/passkeys/"+theirs.Passkeys[0].ID+"/remove").must(t, 404)
		if theirs, err = h.factorsOf(t.Context(), district, other.ID); err != nil || len(theirs.Passkeys) != 1 {
			t.Fatalf("%v %v", theirs, err)
		}
	})
}

func TestChangingThePassword(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Ellen Booth", access.Member)
		b, elsewhere := h.browser(), h.browser()
		b.signIn(a, "")
		elsewhere.signIn(a, "")
		b.send("/account/password", "old", "not this one at all", "password", another).must(t, 422, "That is not your password")
		b.send("/account/password", "old", right, "password", "123456789012").must(t, 422, "tried first")
		b.send("/account/password", "old", right, "password", another).leads(t, "/account")
		b.get("/account").must(t, 200)
		elsewhere.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		h.app(a)
		b.get("/account/password").leads(t, "/sign-in/confirm?next=%2Faccount%2Fpassword")
		b.send("/account/password", "old", another, "password", right).leads(t, "/sign-in/confirm")
	})
}

// ASVS 7.4.3, 7.5.2: people see where they are signed in and end what is not theirs.
func TestOwnSessions(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a, other := h.somebody("Ellen Booth", access.Member), h.somebody("Eve Thorn", access.Member)
		one, two, three, eve := h.browser(), h.browser(), h.browser(), h.browser()
		for _, b := range []*browser{one, two, three} {
			b.signIn(a, "")
			h.After(time.Minute)
		}
		eve.signIn(other, "")
		page := one.get("/account").must(t, 200, "This device", "3 devices")
		_, rest, _ := strings.Cut(page.body, `action="/account/sessions/`)
		handle, _, _ := strings.Cut(rest, "/")
		if len(handle) != 16 || strings.Contains(page.body, one.cookie()) {
			t.Fatalf("handle %q", handle)
		}
		eve.send("/account/sessions/"+handle+"/end").must(t, 404)
		one.send("/account/sessions/"+handle+"/end").leads(t, "/account")
		three.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		two.get("/write").must(t, 200)
		one.send("/account/sessions/end").leads(t, "/account")
		two.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		one.get("/write").must(t, 200)
		two.signIn(a, "")
		one.send("/sign-out", "everywhere", "yes").leads(t, "/sign-in?said=out")
		two.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		eve.get("/write").must(t, 200)
	})
}
