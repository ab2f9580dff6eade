package account

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/secret"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// SEC-25: signed in to write; a second factor to read records; one given just now for what is restricted.
func TestTwoStrengths(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		app := h.app(a)
		b := h.browser()
		b.get("/records").leads(t, "/sign-in?next=%2Frecords")
		b.send("/sign-in/password", "email", " Amina.Sesay@OAK.example ", "password", right, "next", "/records").leads(t, "/records")
		b.get("/write").must(t, 200, "a place to write")
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		b.get("/sign-in/confirm?next=%2Frecords").must(t, 200, "Confirm that it is you", `value="/records"`)
		before := b.cookie()
		b.send("/sign-in/confirm", "code", h.code(app), "next", "/records").leads(t, "/records")
		if b.cookie() == before {
			t.Fatal("a second factor must bring a new session secret (ASVS 7.2.4)")
		}
		b.get("/records").must(t, 200, "the records")
		b.get("/sealed").must(t, 200)
		h.After(access.StepUpFor)
		b.get("/sealed").leads(t, "/sign-in/confirm?next=%2Fsealed")
		b.get("/records").must(t, 200)
		for range 20 {
			h.After(29 * time.Minute)
			b.get("/write").must(t, 200)
		}
		h.After(15 * time.Minute)
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords") // ten hours after the second factor
	})
}

// ASVS 7.3: thirty minutes without use, twelve hours in all.
func TestSessionsEnd(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Ellen Booth", access.Member)
		b := h.browser()
		b.signIn(a, "")
		h.After(IdleLimit)
		b.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		b.signIn(a, "")
		for range 25 {
			h.After(29 * time.Minute)
			b.get("/write")
		}
		b.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		n := func() (n int64) {
			h.read(func(ctx context.Context, tx *store.Tx) (err error) {
				n, err = store.Value[int64](ctx, tx, store.SQL(`SELECT (SELECT count(*) FROM account_session) + (SELECT count(*) FROM account_throttle)`))
				return err
			})
			return n
		}
		if n() == 0 {
			t.Fatal("nothing to sweep")
		}
		h.After(triesForgotten)
		testkit.OK(t, h.Sweep(t.Context(), h.system()))
		if left := n(); left != 0 {
			t.Fatalf("the sweep left %d rows", left)
		}
	})
}

// SEC-25, ASVS 6.3.8: whatever is wrong, the answer is the same to the byte, also when there have been too many tries.
func TestUnknownAndKnownAccountsAnswerAlike(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		h.somebody("Amina Sesay", access.DSL)
		h.write(func(ctx context.Context, tx *store.Tx) error {
			for _, s := range []State{Invited, Disabled} {
				if err := h.store.InsertAccount(ctx, tx, Account{ID: ID(tx.NewID()), Email: "a" + string(s) + "@oak.example", Name: "X", State: s}); err != nil {
					return err
				}
			}
			return nil
		})
		emails := []string{"amina.sesay@oak.example", "nobody.heree@oak.example", "ainvited@oak.example", "adisabled@oak.example"}
		for try := range 7 {
			var first string
			for _, e := range emails {
				res := h.browser().send("/sign-in/password", "email", e, "password", "not this one at all", "code", "123456").must(t, http.StatusUnprocessableEntity)
				body := strings.ReplaceAll(res.body, e, "EMAIL")
				if first == "" {
					first = body
				}
				if body != first {
					t.Fatalf("try %d: %s is answered otherwise:\n%s\nand\n%s", try, e, body, first)
				}
			}
			if wait := strings.Contains(first, "Too many tries. Try again after 07:51."); wait != (try >= 5) {
				t.Fatalf("try %d: %s", try, first)
			}
		}
		for _, e := range emails {
			res := h.browser().send("/reset", "email", e).must(t, 200, "If there is an account with that address")
			if strings.Contains(res.body, e) {
				t.Fatal("the answer repeats the address")
			}
		}
		if sent := h.drain(); len(sent) != 1 || sent[0].To != emails[0] {
			t.Fatalf("%d messages", len(sent))
		}
	})
}

func TestWaitsGrow(t *testing.T) {
	var got []string
	for n := int64(4); n <= 11; n++ {
		got = append(got, waitAfter(n, 5).String())
	}
	if want := "0s 30s 1m0s 2m0s 4m0s 8m0s 15m0s 15m0s"; strings.Join(got, " ") != want {
		t.Fatalf("%v", got)
	}
}

func TestTooManyTriesWaitAndASuccessForgetsThem(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Ellen Booth", access.Member)
		b := h.browser()
		wrong := func() answer { return b.send("/sign-in/password", "email", a.Email, "password", "not this one at all") }
		for range 5 {
			wrong().must(t, 422, "That did not match")
		}
		b.send("/sign-in/password", "email", a.Email, "password", right).must(t, 422, "Too many tries. Try again after 07:51.")
		h.After(31 * time.Second)
		wrong().must(t, 422, "That did not match")
		h.After(31 * time.Second)
		wrong().must(t, 422, "Too many tries. Try again after 07:52.")
		h.After(31 * time.Second)
		b.signIn(a, "")
		for range 5 {
			h.browser().send("/sign-in/password", "email", a.Email, "password", "not this one at all").must(t, 422, "That did not match")
		}
	})
}

// Many tries at once are counted before any password is looked at.
func TestTriesAtOnceAreCounted(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		var allowed atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if h.try(t.Context(), district, limit{"password ann", freeTries, true}, limit{"address 10.0.0.1", freeAddressTries, false}) == nil {
					allowed.Add(1)
				}
			})
		}
		wg.Wait()
		if n := allowed.Load(); n != freeTries {
			t.Fatalf("%d of 20 tries at once were allowed", n)
		}
	})
}

// One address that tries many accounts waits, too.
func TestAnAddressThatTriesManyAccountsWaits(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		for i := range freeAddressTries {
			testkit.OK(t, h.try(t.Context(), district, limit{"password " + string(rune('a'+i)), freeTries, true}, limit{"address 127.0.0.1", freeAddressTries, false}))
		}
		h.browser().send("/sign-in/password", "email", "new@oak.example", "password", "not this one at all").must(t, 422, "Too many tries")
	})
}

// ASVS 6.5.1: a code of the app counts once, at both doors.
func TestAppCodeCountsOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		app := h.app(a)
		b := h.browser()
		code := h.code(app)
		b.send("/sign-in/password", "email", a.Email, "password", right, "code", code[:3]+" "+code[3:]).leads(t, "/")
		b.get("/records").must(t, 200)
		h.browser().send("/sign-in/password", "email", a.Email, "password", right, "code", code).must(t, 422, "That did not match")
		b.send("/sign-in/confirm", "code", code).must(t, 422, "That code did not match")
		h.After(31 * time.Second)
		b.send("/sign-in/confirm", "code", h.code(app)).leads(t, "/")
	})
}

func TestCodesOfNeighbouringHalfMinutesCount(t *testing.T) {
	s := "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	at := testkit.Monday
	h := &house{World: &testkit.World{Clock: clock.NewManual(at)}, t: t}
	code := h.code(s)
	for d, want := range map[time.Duration]bool{-60 * time.Second: false, -30 * time.Second: true, 0: true, 30 * time.Second: true, 60 * time.Second: false} {
		if _, ok := stepOf(s, code, clock.Of(at.Add(d)), 0); ok != want {
			t.Errorf("%v later: %v", d, ok)
		}
	}
	for _, wrong := range []string{"", "000000", code + "0", code[:5]} {
		if _, ok := stepOf(s, wrong, clock.Of(at), 0); ok {
			t.Errorf("%q counts", wrong)
		}
	}
}

// Guessing codes with a password that is known gets five tries, however often one signs in without a code between them.
func TestCodesAreThrottled(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		app := h.app(a)
		for range 5 {
			h.browser().send("/sign-in/password", "email", a.Email, "password", right, "code", "000000").must(t, 422, "That did not match")
			h.After(0)
			b := h.browser()
			if res := b.send("/sign-in/password", "email", a.Email, "password", right); res.StatusCode != 303 {
				break // the password's own limit
			}
		}
		h.browser().send("/sign-in/password", "email", a.Email, "password", right, "code", h.code(app)).must(t, 422, "Too many tries")
	})
}

func TestRecoveryCodeCountsOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		h.app(a)
		codes, hashes, err := newCodes(t.Context())
		testkit.OK(t, err)
		h.write(func(ctx context.Context, tx *store.Tx) error { return h.store.saveCodes(ctx, tx, a.ID, hashes) })
		if len(codes) != 10 || !strings.HasPrefix(codes[9], "10-") {
			t.Fatalf("%v", codes)
		}
		b := h.browser()
		b.send("/sign-in/password", "email", a.Email, "password", right, "code", strings.ToUpper(strings.ReplaceAll(codes[9], "-", " "))).leads(t, "/")
		b.get("/records").must(t, 200)
		if sent := h.drain(); len(sent) != 1 || !strings.Contains(sent[0].Text, "recovery codes was used") {
			t.Fatalf("%v", sent)
		}
		for _, wrong := range []string{codes[9], "1" + codes[1][1:], "11-aaaa-bbbb", "0-aaaa-bbbb"} {
			h.browser().send("/sign-in/password", "email", a.Email, "password", right, "code", wrong).must(t, 422, "That did not match")
		}
		h.browser().send("/sign-in/password", "email", a.Email, "password", right, "code", codes[0]).leads(t, "/")
	})
}

// ASVS 7.2.4: signing in gives a secret that nobody had before, and ends the session that the browser came with.
func TestSessionFixation(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		victim, thief := h.somebody("Amina Sesay", access.DSL), h.somebody("Eve Thorn", access.Member)
		b := h.browser()
		b.signIn(thief, "")
		planted := b.cookie()
		b.signIn(victim, "")
		if b.cookie() == planted {
			t.Fatal("the secret was kept")
		}
		other := h.browser()
		req, _ := http.NewRequest("GET", h.server.URL+"/write", nil)
		req.AddCookie(&http.Cookie{Name: cookieName(false), Value: planted})
		res, err := other.Do(req)
		testkit.OK(t, err)
		res.Body.Close()
		if res.StatusCode != http.StatusSeeOther {
			t.Fatalf("the planted session still answers %d", res.StatusCode)
		}
	})
}

// SEC-25: after sign-out the browser forgets and nothing was ever stored.
func TestSignOutLeavesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Ellen Booth", access.Member)
		b := h.browser()
		b.signIn(a, "")
		if got := b.get("/write").Header.Get("Cache-Control"); got != "no-store" {
			t.Fatalf("Cache-Control %q", got)
		}
		res := b.send("/sign-out").leads(t, "/sign-in?said=out")
		if got := res.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` || b.cookie() != "" {
			t.Fatalf("Clear-Site-Data %q, cookie %q", got, b.cookie())
		}
		b.get("/write").leads(t, "/sign-in?next=%2Fwrite")
		b.get("/sign-in?said=out").must(t, 200, "You are signed out.")
		if got := h.actions(a.ID); !slices.Equal(got, []string{"account.signed-in", "account.signed-out"}) {
			t.Fatalf("%v", got)
		}
	})
}

// Whoever reads records sets up a second step before anything else; whoever only writes is let through.
func TestSecondStepIsSetUpAtFirstSignIn(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		h.browser().signIn(h.somebody("Ellen Booth", access.Member), "").leads(t, "/")
		a := h.somebody("Amina Sesay", access.DSL)
		b := h.browser()
		b.send("/sign-in/password", "email", a.Email, "password", right, "next", "/records").leads(t, "/account/second-step?next=%2Frecords")
		b.get("/records").leads(t, "/sign-in/confirm?next=%2Frecords")
		b.get("/sign-in/confirm?next=%2Frecords").leads(t, "/account/second-step?next=%2Frecords")
		page := b.get("/account/second-step?next=%2Frecords").must(t, 200, "Set up your second step", "<svg")
		_, rest, _ := strings.Cut(page.body, `name="secret" value="`)
		hidden, _, _ := strings.Cut(rest, `"`)
		b.send("/account/app", "secret", hidden, "code", "000000", "next", "/records").must(t, 422, "That is not what the app should show now")
		raw, err := base64.RawURLEncoding.DecodeString(hidden)
		testkit.OK(t, err)
		plain, err := secret.Open(h.cfg.Key, raw, enrolOwner(string(a.ID)))
		testkit.OK(t, err)
		other := h.somebody("Eve Thorn", access.Member)
		e := h.browser()
		e.signIn(other, "")
		e.send("/account/app", "secret", hidden, "code", h.code(string(plain))).must(t, 400)
		done := b.send("/account/app", "secret", hidden, "code", h.code(string(plain)), "next", "/records").must(t, 200, "Keep these recovery codes", "10-")
		if n := strings.Count(done.body, "<li>"); n != recoveryCodes {
			t.Fatalf("%d recovery codes", n)
		}
		b.get("/records").must(t, 200, "the records")
		if sent := h.drain(); len(sent) != 1 || sent[0].Subject != "Kith: a second step was added" {
			t.Fatalf("%v", sent)
		}
		// From now on a session with a password alone adds nothing.
		thief := h.browser()
		thief.signIn(a, "")
		thief.get("/account/second-step").leads(t, "/sign-in/confirm?next=%2Faccount%2Fsecond-step")
		thief.send("/account/app", "secret", hidden, "code", h.code(string(plain))).leads(t, "/sign-in/confirm")
		thief.send("/account/passkeys/options").leads(t, "/sign-in/confirm")
	})
}

// A next address outside this site is not followed (ASVS 3.7.2).
func TestNextStaysHere(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Ellen Booth", access.Member)
		for _, next := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)"} {
			h.browser().send("/sign-in/password", "email", a.Email, "password", right, "next", next).leads(t, "/")
		}
	})
}

// SEC-7, SEC-8: a leaver is out with the next request, in every open session; a post to come gives nothing yet.
func TestLeaverIsOutAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, h *house) {
		a := h.somebody("Amina Sesay", access.DSL)
		app := h.app(a)
		one, two := h.browser(), h.browser()
		one.signIn(a, app)
		h.After(30 * time.Second)
		two.signIn(a, app)
		one.get("/records").must(t, 200)
		two.get("/records").must(t, 200)
		h.write(func(ctx context.Context, tx *store.Tx) error {
			posts, err := h.store.Posts(ctx, tx, a.ID)
			if err != nil {
				return err
			}
			return h.store.endPost(ctx, tx, posts[0].ID, tx.Now)
		})
		one.get("/records").must(t, 404)
		two.get("/write").must(t, 404)
		h.write(func(ctx context.Context, tx *store.Tx) error { // a post that begins in a second
			return h.store.InsertPost(ctx, tx, Post{ID: tx.NewID(), Account: string(a.ID), Org: oak, Role: access.DSL, Title: "Lead", From: tx.Now.Add(time.Second), Until: NoEnd})
		})
		one.get("/records").must(t, 404)
		h.After(time.Second)
		one.get("/records").must(t, 200)
		h.write(func(ctx context.Context, tx *store.Tx) error { return h.disable(ctx, tx, a.ID) })
		for _, b := range []*browser{one, two} {
			b.get("/records").leads(t, "/sign-in?next=%2Frecords")
		}
		h.browser().send("/sign-in/password", "email", a.Email, "password", right).must(t, 422, "That did not match")
	})
}

func TestNoSecretsWithoutAKey(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("the slice would seal secrets under a key of zeros")
		}
	}()
	New(nil, Config{})
}
