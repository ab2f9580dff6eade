package auditing_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"kith/internal/feature/auditing"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
	"kith/internal/platform/mail"
	"kith/internal/testkit"
)

// SEC-12, SEC-16: each day every recipient is mailed one checkpoint, which proves the log and says nothing of anybody.
func TestCheckpointLeavesTheMachineEachDay(t *testing.T) {
	inOffice(t, func(o *office) {
		o.happened("oak", "concern.sent", 5)
		o.add("Data protection officer", "dpo@haverdale.example")
		o.add("Internal audit", "audit@elsewhere.example")
		for range 3 { // the clock stands at 07:50: today's is due, once
			testkit.OK(o.T, o.sweep())
		}
		if len(o.sent) != 2 || o.sent[0].To == o.sent[1].To {
			o.Fatalf("%d mails to two recipients", len(o.sent))
		}
		for _, m := range o.sent {
			if m.MessageID == "" || len(m.Files) != 1 || !strings.Contains(m.Text, string(m.Files[0].Body)) {
				o.Errorf("%+v", m)
			}
			for _, canary := range []string{"Ivy", "Marsden", "cried", "Oak", "concern", amina.Account} {
				if strings.Contains(m.Subject+m.Text+string(m.Files[0].Body), canary) {
					o.Errorf("the mail holds %q: %s", canary, m.Text)
				}
			}
			for name, text := range map[string]string{"the file": string(m.Files[0].Body), "the words of the mail": m.Text} {
				c, err := audit.ParseCheckpoint([]byte(text), o.verify)
				if ok, e := o.log.Consistent(o.Context(), c); err != nil || e != nil || !ok || c.Size != 7 {
					o.Errorf("%s: a checkpoint over %d, %v %v", name, c.Size, err, e)
				}
			}
		}
		o.w.After(24 * time.Hour)
		testkit.OK(o.T, o.sweep())
		if len(o.sent) != 4 || o.sent[2].MessageID == o.sent[0].MessageID {
			o.Errorf("%d mails after two days", len(o.sent))
		}
	})
}

// A copy that could not be sent is tried again, as the same message; once its day is over it is missed, and the page and
// Overdue say so.
func TestMissedCopyIsShown(t *testing.T) {
	inOffice(t, func(o *office) {
		o.add("Data protection officer", "dpo@haverdale.example")
		o.away = errAway
		if err := o.sweep(); err == nil {
			o.Fatal("the mail server is away, and the copy went")
		}
		o.away = nil
		testkit.OK(o.T, o.sweep())
		if len(o.sent) != 1 {
			o.Fatalf("%d mails once the server was back", len(o.sent))
		}
		o.browser().Get("/audit").Status(200).HasNot("main", "Missed", "overdue")

		o.away = errAway
		o.w.After(24 * time.Hour)
		if err := o.sweep(); err == nil {
			o.Fatal("sent without a server")
		}
		o.w.After(24 * time.Hour)
		o.away = nil
		testkit.OK(o.T, o.sweep()) // gives yesterday's up and sends today's
		if len(o.sent) != 2 {
			o.Errorf("%d mails: yesterday's copy must not be sent today", len(o.sent))
		}
		o.w.After(4 * time.Hour)
		o.browser().Get("/audit").Status(200).Has("main", "Missed", "Tue 24 Nov").HasNot("main", "overdue")
		late, n, err := o.f.Late(o.Context(), access.System(here, "check"))
		if err != nil || len(late) != 0 || n != 1 {
			o.Errorf("late %v of %d, %v", late, n, err)
		}
		o.w.After(27 * time.Hour)
		o.browser().Get("/audit").Status(200).Has(".alarm", "Data protection officer")
		if late, _, err := o.f.Late(o.Context(), access.System(here, "check")); err != nil || len(late) != 1 {
			o.Errorf("late %v, %v", late, err)
		}
	})
}

// An address that is refused for good is not tried again that day, and an ended recipient gets nothing more.
func TestRefusedAndEndedRecipients(t *testing.T) {
	inOffice(t, func(o *office) {
		o.add("Data protection officer", "dpo@haverdale.example")
		o.away = &mail.PermanentError{Code: 550}
		testkit.OK(o.T, o.sweep())
		o.away = nil
		testkit.OK(o.T, o.sweep())
		if len(o.sent) != 0 {
			o.Error("sent again to an address that was refused")
		}
		o.w.After(24 * time.Hour)
		page := o.browser().Get("/audit/recipients").Status(200)
		page.Form("form[action$='/end']").Submit().Status(303)
		o.browser().Get("/audit/recipients").Has("main", "Nobody yet")
		testkit.OK(o.T, o.sweep())
		if len(o.sent) != 0 {
			o.Error("sent to somebody whose mail was ended")
		}
	})
}

// Two processes that look at once queue each day's copy once.
func TestTwoSweepsQueueOneCopy(t *testing.T) {
	inOffice(t, func(o *office) {
		o.add("Data protection officer", "dpo@haverdale.example")
		var both sync.WaitGroup
		for range 4 {
			both.Go(func() {
				if err := o.f.Sweep(o.Context(), access.System(here, "test")); err != nil {
					o.Error(err)
				}
			})
		}
		both.Wait()
		if n, err := o.queue.Drain(o.Context()); err != nil || n != 1 || len(o.sent) != 1 {
			o.Errorf("%d jobs, %d mails, %v", n, len(o.sent), err)
		}
	})
}

// Who is mailed is the business of an auditor of the whole district, and of nobody else; every change stands in the log.
func TestWhoLooksAfterTheRecipients(t *testing.T) {
	inOffice(t, func(o *office) {
		r := auditing.Recipient{ID: o.w.DB.IDs().New(o.w.DB.Now()), Name: "Somebody", Email: "somebody@haverdale.example"}
		for _, v := range []access.Viewer{olive, amina} {
			if err := o.f.Add(o.Context(), v, r); !errs.Is(err, errs.NotFound) {
				o.Errorf("%s adds a recipient: %v", v.Account, err)
			}
			o.as = v
			o.browser().Get("/audit/recipients").Status(404)
			o.browser().Post("/audit/recipients", map[string][]string{"id": {r.ID}, "name": {"X"}, "email": {"x@y.example"}}).Status(404)
		}
		o.as = carys
		for range 2 { // the form sent twice
			testkit.OK(o.T, o.f.Add(o.Context(), carys, r))
		}
		again := r
		again.ID = o.w.DB.IDs().New(o.w.DB.Now())
		if err := o.f.Add(o.Context(), carys, again); !errs.Is(err, errs.Rule) {
			o.Errorf("the same address again: %v", err)
		}
		o.browser().Get("/audit/recipients").Form("form[action='/audit/recipients']").Set("name", "Chair", "email", "no address").Submit().Status(422).
			Has(".govuk-error-summary", "Write an e-mail address").Has("input[value='no address']")
		o.as = olive
		if err := o.f.End(o.Context(), olive, r.ID); !errs.Is(err, errs.NotFound) {
			o.Errorf("an auditor of a school ends the mail: %v", err)
		}
		o.as = carys
		for range 2 {
			testkit.OK(o.T, o.f.End(o.Context(), carys, r.ID))
		}
		o.browser().Get("/audit/entries?action=auditing.recipient_added").Has(".logline", "recipient added")
		if n := o.browser().Get("/audit/entries?action=auditing.recipient_ended").Doc().Find(".logline li").Length(); n != 1 {
			o.Errorf("%d entries that the mail ended", n)
		}
	})
}

// Two auditors who add the same address at once add it once.
func TestSameAddressAddedTwiceAtOnce(t *testing.T) {
	inOffice(t, func(o *office) {
		o.add("First", "first@haverdale.example")
		var both sync.WaitGroup
		refused := make(chan error, 4)
		for range 4 {
			both.Go(func() {
				refused <- o.f.Add(o.Context(), carys, auditing.Recipient{ID: o.w.DB.IDs().New(o.w.DB.Now()), Name: "Second", Email: "second@haverdale.example"})
			})
		}
		both.Wait()
		done := 0
		for range 4 {
			if err := <-refused; err == nil {
				done++
			} else if !errs.Is(err, errs.Rule) && !errs.Is(err, errs.Busy) {
				o.Error(err)
			}
		}
		if done != 1 {
			o.Errorf("added %d times", done)
		}
	})
}
