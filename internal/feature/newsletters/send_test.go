package newsletters_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kith/internal/feature/newsletters"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/mailsink"
)

// NWS-1
func TestWhoConfirmsGetsTheNextIssueByItself(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.join(t, "tom@school.example")
		testkit.OK(t, w.f.SignUp(t.Context(), access.Public(district), "never@confirms.example", ""))
		w.drain(t)
		issue := w.out(t, letter("Autumn"), w.DB.Now().Add(time.Hour))
		testkit.OK(t, w.f.Sweep(t.Context(), sweep))
		w.drain(t)
		if w.state(t, issue) != "scheduled" || len(w.post.to("tom@school.example", "Autumn")) != 0 {
			t.Fatal("it went out before its time")
		}
		w.join(t, "joined@meanwhile.example")
		w.After(time.Hour)
		testkit.OK(t, w.f.Sweep(t.Context(), sweep))
		w.drain(t)
		for address, want := range map[string]int{"tom@school.example": 1, "joined@meanwhile.example": 1, "never@confirms.example": 0} {
			if n := len(w.post.to(address, "Autumn")); n != want {
				t.Errorf("%s got %d letters, not %d", address, n, want)
			}
		}
		if w.state(t, issue) != "sent" || w.audited(t, "newsletters.started") != 1 || w.audited(t, "newsletters.closed") != 1 {
			t.Errorf("it is %s", w.state(t, issue))
		}
	})
}

// NWS-3
func TestOnePressStopsTheMail(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.join(t, "tom@school.example")
		w.join(t, "ola@school.example")
		w.out(t, letter("Autumn"), 0)
		w.drain(t)
		m := w.post.to("tom@school.example", "Autumn")[0]
		if m.Headers["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" || m.Headers["List-Unsubscribe"] != "<https://kith.example"+link(t, m)+">" {
			t.Errorf("headers %v", m.Headers)
		}
		secret := strings.TrimPrefix(link(t, m), "/newsletters/unsubscribe/")
		for range 2 { // a second press is answered alike
			testkit.OK(t, w.f.Unsubscribe(t.Context(), access.Public(district), secret))
		}
		w.out(t, letter("Winter"), 0)
		w.drain(t)
		if len(w.post.to("tom@school.example", "Winter")) != 0 || len(w.post.to("ola@school.example", "Winter")) != 1 {
			t.Error("the wrong one gets letters")
		}
		if err := w.f.Unsubscribe(t.Context(), access.Public(district), "no-such-secret"); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
	})
}

// NWS-3
func TestWhoUnsubscribesBetweenQueueAndSendGetsNone(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.join(t, "tom@school.example")
		w.out(t, letter("Autumn"), 0)
		testkit.OK(t, w.f.Stop(t.Context(), w.amina, "TOM@school.example", newsletters.Unsubscribed))
		w.drain(t)
		if len(w.post.to("tom@school.example", "Autumn")) != 0 || w.states(t, "newsletters_delivery")["withdrawn"] != 1 {
			t.Errorf("%v", w.states(t, "newsletters_delivery"))
		}
	})
}

// NWS-5
func TestABriefingReachesThePostsOfTheSendDateAndListsVacancies(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.join(t, "subscriber@home.example")
		w.posts.held = []newsletters.Holder{
			{Org: "s1", OrgName: "Thornbeck Primary", Role: access.Head, Account: "h1", Email: "leaver@thornbeck.example"},
			{Org: "s1", OrgName: "Thornbeck Primary", Role: access.Chair, Account: "c1", Email: "chair@thornbeck.example"},
			{Org: "s2", OrgName: "Oakbank Academy", Role: access.Chair},
			{Org: "s2", OrgName: "Oakbank Academy", Role: access.DSL, Account: "d2", Email: "dsl@oakbank.example"},
			{Org: "s2", OrgName: "Oakbank Academy", Role: access.Head, Account: "h1", Email: "both@oakbank.example"},
		}
		c := letter("To heads and chairs")
		c.Kind, c.Roles = newsletters.Briefing, newsletters.Roles{access.Head, access.Chair}
		issue := w.out(t, c, w.DB.Now().Add(time.Hour))
		w.posts.held[0].Account, w.posts.held[0].Email = "h9", "newcomer@thornbeck.example"
		w.After(time.Hour)
		testkit.OK(t, w.f.Sweep(t.Context(), sweep))
		w.drain(t)
		var got []string
		for _, m := range w.post.sent {
			if m.Subject == c.Title {
				got = append(got, m.To)
				if len(m.Headers) != 0 || strings.Contains(m.Text, "unsubscribe") {
					t.Error("a briefing to a post cannot be left")
				}
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != "both@oakbank.example chair@thornbeck.example newcomer@thornbeck.example" {
			t.Errorf("it reached %v", got)
		}
		p := w.as(w.amina).get(t, "/newsletters/issues/"+string(issue)).status(200)
		p.has("#letters", "3 of 3 letters sent").has("#letters", "1 post was vacant").has("section[aria-labelledby=undelivered]", "Chair of governors, Oakbank Academy Nobody held this post")
		w.as(access.Public(district)).get(t, "/newsletters/"+string(issue)).status(404)
		if !strings.Contains(w.post.to("newcomer@thornbeck.example", c.Title)[0].Text, "Sent to you as headteacher, Thornbeck Primary.") {
			t.Error("the letter does not say for which post it came")
		}
	})
}

func TestTwoSweepsAtOnceSendOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for n := range 120 { // more than one batch
			testkit.OK(t, w.f.Enter(t.Context(), w.amina, fmt.Sprintf("reader%d@school.example", n), "sheet"))
		}
		w.out(t, letter("Autumn"), w.DB.Now().Add(time.Minute))
		w.After(time.Minute)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if err := w.f.Sweep(t.Context(), sweep); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		w.drain(t)
		if len(w.post.sent) != 120 || w.states(t, "newsletters_delivery")["sent"] != 120 || w.audited(t, "newsletters.started") != 1 {
			t.Errorf("%d letters, %v", len(w.post.sent), w.states(t, "newsletters_delivery"))
		}
	})
}

func TestALetterLostWithTheProgramIsUnknownAndOnlyAPersonSendsItAgain(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.join(t, "tom@school.example")
		issue := w.out(t, letter("Autumn"), 0)
		w.post.before = func(mail.Message) {
			if w.states(t, "newsletters_delivery")["sending"] != 1 {
				t.Error("the mail server is asked before it is written down")
			}
			panic("the power is cut")
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = w.queue.Drain(t.Context())
		}()
		w.post.before = nil
		w.drain(t) // the program starts again and finds the same job
		testkit.OK(t, w.f.Sweep(t.Context(), sweep))
		if n := w.states(t, "newsletters_delivery"); n["sending"] != 1 || len(w.post.to("tom@school.example", "Autumn")) != 0 {
			t.Fatalf("%v", n)
		}
		w.After(newsletters.LostAfter + time.Second)
		testkit.OK(t, w.f.Sweep(t.Context(), sweep))
		if w.states(t, "newsletters_delivery")["unknown"] != 1 || w.state(t, issue) != "sent" {
			t.Fatalf("%v, %s", w.states(t, "newsletters_delivery"), w.state(t, issue))
		}
		w.drain(t)
		p := w.as(w.amina).get(t, "/newsletters/issues/"+string(issue)).status(200).has("section[aria-labelledby=undelivered]", "tom@school.example It may have gone")
		if w.audited(t, "newsletters.undelivered_seen") != 1 {
			t.Error("seeing addresses is not written down")
		}
		again, _ := p.Doc.Find("form[action$='/send-again']").Attr("action")
		w.send(t, again, nil).status(303)
		w.drain(t)
		first := w.post.to("tom@school.example", "Autumn")
		if len(first) != 1 || w.states(t, "newsletters_delivery")["sent"] != 1 {
			t.Errorf("%d letters, %v", len(first), w.states(t, "newsletters_delivery"))
		}
		w.send(t, again, nil).status(422).has(".govuk-error-summary", "Only a letter that failed")
	})
}

func TestWhatTheMailServerSaysDecides(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for _, a := range []string{"ok@x.example", "gone@x.example", "full@x.example", "broke@x.example"} {
			testkit.OK(t, w.f.Enter(t.Context(), w.amina, a, "sheet"))
		}
		w.post.refuse = map[string]error{"gone@x.example": &mail.PermanentError{Code: 550}, "full@x.example": &mail.TemporaryError{Code: 452}, "broke@x.example": &mail.TemporaryError{MayHaveArrived: true}}
		issue := w.out(t, letter("Autumn"), 0)
		if _, err := w.queue.Drain(t.Context()); err == nil {
			t.Error("a letter that waits is not tried again")
		}
		if n := w.states(t, "newsletters_delivery"); n["sent"] != 1 || n["failed"] != 1 || n["queued"] != 1 || n["unknown"] != 1 || w.state(t, issue) != "sending" {
			t.Errorf("%v, %s", n, w.state(t, issue))
		}
		if w.states(t, "newsletters_subscriber")["bounced"] != 1 {
			t.Error("an address that is refused for good stays on the list")
		}
		w.post.refuse = nil
		w.drain(t)
		if n := w.states(t, "newsletters_delivery"); n["sent"] != 2 || n["unknown"] != 1 || w.state(t, issue) != "sent" {
			t.Errorf("%v, %s", n, w.state(t, issue))
		}
		if len(w.post.to("ok@x.example", "Autumn")) != 1 {
			t.Error("trying again sent a second letter")
		}
	})
}

func TestAnAwayMailServerStopsTheBatchAtOnce(t *testing.T) {
	w := onSQLite(t)
	asked := 0
	w.post.before = func(mail.Message) { asked++ }
	w.post.refuse = map[string]error{}
	for n := range 5 {
		a := fmt.Sprintf("r%d@x.example", n)
		testkit.OK(t, w.f.Enter(t.Context(), w.amina, a, "sheet"))
		w.post.refuse[a] = &mail.TemporaryError{During: "connecting to it"}
	}
	w.out(t, letter("Autumn"), 0)
	var away *mail.TemporaryError
	if _, err := w.queue.Drain(t.Context()); !errors.As(err, &away) || asked != 1 || w.states(t, "newsletters_delivery")["queued"] != 5 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}

// NWS-1, NWS-3: whatever people do between issues, each issue has one delivery for everybody confirmed when it starts, and one
// letter for those of them who are still confirmed when it is sent.
func TestConfirmedAtTheSendInstantAreTheDeliveries(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		if w.DB.Engine() == store.Postgres {
			testkit.Checks(t, 30) // a hundred take five times as long there, for jobs that are done stay in a table nobody tidies meanwhile
		}
		confirmed, turn := map[string]bool{}, 0
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(0, 6).Draw(rt, "changes") {
				w.change(t, rt, confirmed)
			}
			turn++
			c := letter(fmt.Sprintf("Issue %d", turn))
			issue := w.newID()
			testkit.OK(t, w.f.Write(t.Context(), w.amina, issue, c))
			testkit.OK(t, w.f.SendForReview(t.Context(), w.amina, issue))
			testkit.OK(t, w.f.Approve(t.Context(), w.gareth, issue, 1, 0))
			var atStart, want []string
			for a := range confirmed {
				atStart = append(atStart, a)
			}
			for range rapid.IntRange(0, 3).Draw(rt, "changes meanwhile") {
				w.leave(t, rt, confirmed)
			}
			w.drain(t)
			var got []string
			for _, m := range w.post.sent {
				if m.Subject == c.Title {
					got = append(got, m.To)
				}
			}
			for _, a := range atStart {
				if confirmed[a] {
					want = append(want, a)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				rt.Fatalf("letters to %v, not %v", got, want)
			}
			var deliveries int
			testkit.OK(t, w.DB.Read(t.Context(), sweep, func(ctx context.Context, tx *store.Tx) (err error) {
				deliveries, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM newsletters_delivery WHERE issue_id = ?`, string(issue)))
				return err
			}))
			if deliveries != len(atStart) {
				rt.Fatalf("%d deliveries for %d readers", deliveries, len(atStart))
			}
		})
	})
}

func (w *world) change(t *testing.T, rt *rapid.T, confirmed map[string]bool) {
	if rapid.Bool().Draw(rt, "leaves") {
		w.leave(t, rt, confirmed)
		return
	}
	a := fmt.Sprintf("reader%d@x.example", rapid.IntRange(0, 7).Draw(rt, "reader"))
	if rapid.Bool().Draw(rt, "only asks") {
		testkit.OK(t, w.f.SignUp(t.Context(), access.Public(district), a, ""))
		w.drain(t)
		w.After(newsletters.AskAgainAfter)
		return
	}
	if !confirmed[a] {
		w.join(t, a)
		confirmed[a] = true
	}
}

func (w *world) leave(t *testing.T, rt *rapid.T, confirmed map[string]bool) {
	a := fmt.Sprintf("reader%d@x.example", rapid.IntRange(0, 7).Draw(rt, "reader"))
	if confirmed[a] {
		testkit.OK(t, w.f.Stop(t.Context(), w.amina, a, newsletters.Unsubscribed))
		delete(confirmed, a)
	}
}

func TestLettersGoThroughARealMailServer(t *testing.T) {
	sink := mailsink.Start(t)
	sender, err := mail.NewSender(mail.Config{Host: sink.Host, Port: sink.Port, TLS: mail.None, FromName: "Haverdale Safeguarding Partnership", FromAddress: "news@haverdale.example", Outbound: []string{sink.Host}})
	testkit.OK(t, err)
	w := newWorld(testkit.SQLite(t, newsletters.Migrations), sender)
	testkit.OK(t, w.f.SignUp(t.Context(), access.Public(district), "Ola.Zielinska@school.example", ""))
	w.drain(t)
	asked := sink.Messages(t)
	if len(asked) != 1 || asked[0].To != "ola.zielinska@school.example" {
		t.Fatalf("%+v", asked)
	}
	at := link(t, mail.Message{Text: asked[0].Text})
	w.get(t, at).status(200)                                        // a mail scanner looks
	w.send(t, at, nil).status(200).has("h1", "You are on the list") // the reader presses
	testkit.OK(t, w.f.Enter(t.Context(), w.amina, "gone@school.example", "sheet"))
	c := letter("Autumn: Łukasz’s half term")
	w.out(t, c, 0)
	w.drain(t)
	letters := sink.Messages(t)[1:]
	if len(letters) != 2 {
		t.Fatalf("%d letters", len(letters))
	}
	for _, m := range letters {
		stop := linkIn.FindStringSubmatch(m.Text)[1]
		if m.Subject != c.Title || m.Header.Get("List-Unsubscribe") != "<https://kith.example"+stop+">" || m.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
			t.Errorf("%q %v", m.Subject, m.Header)
		}
		if !strings.HasPrefix(m.Header.Get("Content-Type"), "multipart/alternative") || !strings.HasSuffix(m.MessageID, "@kith.example") {
			t.Errorf("%s, %s", m.Header.Get("Content-Type"), m.MessageID)
		}
		for _, body := range []string{m.Text, m.HTML} {
			for _, words := range []string{"What is new this half term.", "in addition to the annual programme", "Millrace Centre", "https://kith.example/training"} { // NWS-7, NWS-8
				if !strings.Contains(body, words) {
					t.Errorf("the letter does not say %q: %s", words, body)
				}
			}
		}
		if strings.Contains(m.HTML, "<img") || strings.Contains(m.HTML, "src=") || strings.Contains(m.HTML, "style") {
			t.Error("the letter fetches something")
		}
	}
	if letters[0].MessageID == letters[1].MessageID || linkIn.FindString(letters[0].Text) == linkIn.FindString(letters[1].Text) {
		t.Error("two readers share a link")
	}
	sink.RefuseRecipients(t, 550)
	w.After(time.Hour)
	w.out(t, letter("Winter"), 0)
	w.drain(t)
	if n := w.states(t, "newsletters_delivery"); n["failed"] != 2 || w.states(t, "newsletters_subscriber")["bounced"] != 2 {
		t.Errorf("%v", n)
	}
}

func TestApprovalIsForTheWordsThatWereRead(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		issue, version := w.written(t, letter("Autumn"))
		says(t, w.f.Approve(t.Context(), w.amina, issue, version, 0), "You wrote in this issue")
		says(t, w.f.Approve(t.Context(), w.gareth, issue, version, w.DB.Now()-1), "is past")
		testkit.OK(t, w.f.TakeBack(t.Context(), w.amina, issue))
		testkit.OK(t, w.f.Rewrite(t.Context(), w.amina, issue, 2, string(w.newID()), letter("Something else")))
		testkit.OK(t, w.f.SendForReview(t.Context(), w.amina, issue))
		if err := w.f.Approve(t.Context(), w.gareth, issue, version, 0); !errs.Is(err, errs.Conflict) {
			t.Errorf("an approval of other words: %v", err)
		}
		w.roll.names = []string{"Private Fostering"} // a child joins a roll meanwhile
		says(t, w.f.Approve(t.Context(), w.gareth, issue, 4, 0), "take out the full name of a child")
		w.roll.names = nil
		testkit.OK(t, w.f.Approve(t.Context(), w.gareth, issue, 4, w.DB.Now().Add(time.Hour)))
		testkit.OK(t, w.f.TakeBack(t.Context(), w.gareth, issue))
		w.After(2 * time.Hour)
		testkit.OK(t, w.f.Sweep(t.Context(), sweep))
		if w.state(t, issue) != "draft" || len(w.post.sent) != 0 {
			t.Error("an issue that was taken back went out")
		}
	})
}

// NWS-4
func TestAChildsNameIsRefusedAndTheTryIsWrittenDown(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.roll.names = []string{"Ivy Marsden"}
		c := letter("Autumn")
		c.Items[1].Text = "Well done, IVY MARSDEN."
		issue := w.newID()
		err := w.f.Write(t.Context(), w.amina, issue, c)
		says(t, err, "Item 2: take out the full name of a child")
		if strings.Contains(strings.ToLower(err.Error()), "ivy") {
			t.Error("the error holds the name")
		}
		if w.audited(t, "newsletters.name_refused") != 1 || w.audited(t, "newsletters.written") != 0 {
			t.Error("the try is not written down")
		}
		c.Items[1].Text = "UPN A123456789012"
		says(t, w.f.Write(t.Context(), w.amina, issue, c), "Item 2: take out the pupil number")
	})
}

func TestDistrictsDoNotMeet(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.join(t, "tom@school.example")
		issue := w.out(t, letter("Autumn"), clock.Of(testkit.Monday.Add(time.Hour)))
		other := w.gareth
		other.District = "elsewhere"
		if err := w.f.TakeBack(t.Context(), other, issue); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
		w.After(2 * time.Hour)
		testkit.OK(t, w.f.Sweep(t.Context(), access.System("elsewhere", "a test sweeps")))
		if w.state(t, issue) != "scheduled" {
			t.Error("another district's sweep started it")
		}
	})
}
