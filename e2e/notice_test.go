package e2e

import (
	"regexp"
	"strings"
	"testing"

	"kith/internal/kernel/clock"

	"github.com/playwright-community/playwright-go"
)

var concernAddress = regexp.MustCompile(`/concerns/[0-9a-f-]{36}$`)

// Journey 1: a worry is noticed. CON-1, CON-2, CON-15, CON-16, CON-21, CON-22.
func TestAWorryIsNoticed(t *testing.T) {
	both(t, func(t *testing.T, d *district, at device) {
		const words = "Ivy said she is not meant to say about the door."
		ellen := at(t, d)
		ellen.signIn(d, "reporter")
		ellen.Click("link", "Write a concern")
		ellen.must(ellen.PW.WaitForURL("**/concerns/new"))
		ellen.See("Amina Sesay") // whom to speak to comes first
		ellen.Check(t)
		ellen.typeInto("#words", words)
		ellen.See("Draft kept")

		// The browser is closed; on another device the draft is there.
		ellen = at(t, d)
		ellen.signIn(d, "reporter")
		ellen.open("/concerns/new")
		ellen.See("Draft kept")
		if typed, _ := ellen.PW.Locator("#words").InputValue(); typed != words {
			t.Fatalf("the draft holds %q", typed)
		}
		ellen.Choose("Today")
		ellen.Fill("Place", "Dining hall")
		ellen.typeInto("#find", "Ivy")
		ellen.must(ellen.PW.Locator("#found button[name=add]").First().Click())
		ellen.must(ellen.PW.Locator(".kid b").First().WaitFor())
		ellen.Check(t)

		ellen.must(ellen.PW.Locator("#marks summary").First().Click())
		ellen.must(ellen.PW.Locator("#marks [data-zone=front-left-forearm]").Locator("visible=true").First().Click())
		ellen.must(ellen.PW.Locator("ol.marks li").First().WaitFor())
		_, err := ellen.PW.Locator("#zone").SelectOption(playwright.SelectOptionValues{Values: &[]string{"back-left-upper-arm"}})
		ellen.must(err)
		ellen.Click("button", "Add this mark")
		ellen.must(ellen.PW.Locator("ol.marks li").Nth(1).WaitFor())
		ellen.Check(t)

		ellen.must(ellen.PW.Locator("input[name=told][value=yes]").Check())
		ellen.must(ellen.PW.Locator("input[name=urgent][value=yes]").Check())
		ellen.Shot("write")
		ellen.press("Send to the leads")
		if !concernAddress.MatchString(ellen.PW.URL()) {
			t.Fatalf("after sending the page is %s", ellen.PW.URL())
		}
		ellen.See("Sent at")
		ellen.See(words)
		ellen.Shot("receipt")
		receipt := ellen.path()
		if n := d.value(`SELECT count(*) FROM concerns_mark m JOIN concerns_account a ON a.id = m.record_id WHERE a.words = ?`, words); n != "2" {
			t.Errorf("%s marks were kept", n)
		}
		if mails := d.mails(); !strings.Contains(mails, "amina.sesay@haverdale.example") || strings.Contains(mails, "Ivy") {
			t.Errorf("the mails to the leads are not as they should be: %s", mails)
		}

		amina := at(t, d)
		amina.signIn(d, "dsl")
		amina.open(receipt)
		amina.See(words)
		ellen.open(receipt)
		ellen.See("Read by a lead")
		if n, _ := ellen.PW.Locator("main").InnerText(); !strings.Contains(n, "Read by a lead") || regexp.MustCompile(`Read by a lead\s*not yet`).MatchString(n) {
			t.Errorf("the reporter does not see that it was read: %s", n)
		}
	})
}

// Journey 1 where no script runs: the same form, sent and sent again.
func TestAWorryIsNoticedWithoutScript(t *testing.T) {
	t.Parallel()
	d := open(t)
	ellen := scriptless(t, d)
	ellen.signIn(d, "reporter")
	ellen.open("/concerns/new")
	ellen.typeInto("#words", "Ivy was cold and had no coat.")
	ellen.must(ellen.PW.Locator("input[name=when][value=today]").Check())
	ellen.typeInto("#find", "Ivy")
	ellen.must(ellen.PW.Locator("#find").Press("Enter"))
	ellen.must(ellen.PW.Locator("#found button[name=add]").First().WaitFor())
	ellen.Check(t)
	ellen.must(ellen.PW.Locator("#found button[name=add]").First().Click())
	ellen.must(ellen.PW.Locator(".kid b").First().WaitFor())
	ellen.Check(t)
	ellen.must(ellen.PW.Locator("#marks summary").First().Click())
	_, err := ellen.PW.Locator("#zone").SelectOption(playwright.SelectOptionValues{Values: &[]string{"front-left-forearm"}})
	ellen.must(err)
	ellen.press("Add this mark")
	ellen.press("Send to the leads") // not all is answered yet
	ellen.See("There is a problem")
	ellen.must(ellen.PW.Locator("input[name=told][value=no]").Check())
	ellen.must(ellen.PW.Locator("input[name=urgent][value=no]").Check())
	ellen.press("Send to the leads")
	ellen.See("Sent at")
	ellen.See("Ivy was cold and had no coat.")
}

// Journey 17: a parent tells at the gate, and a supply teacher without an account by the code of the day. CON-19, CON-20.
func TestSomebodyTells(t *testing.T) {
	both(t, func(t *testing.T, d *district, at device) {
		grace := at(t, d)
		grace.signIn(d, "teacher")
		grace.open("/concerns/gate")
		grace.Fill("Who told you?", "Ivy’s grandmother")
		grace.typeInto("#words", "She has not seen the children for three weeks.")
		grace.must(grace.PW.Locator("input[name=reply][value=yes]").Check())
		grace.must(grace.PW.Locator("input[name=told][value=no]").Check())
		grace.must(grace.PW.Locator("input[name=urgent][value=no]").Check())
		grace.press("Send to the leads")
		grace.See("Sent at")

		code := d.Concerns.DayCode(d.value(`SELECT id FROM directory_organisation WHERE name = 'Thornbeck Primary'`), clock.DayOf(d.clock.Now()))
		sam := at(t, d)
		sam.open("/day-code")
		sam.Fill("Today’s school code", "WRNG-CODE")
		sam.Fill("What did you see or hear?", "A boy said he sleeps in the car.")
		sam.Fill("Your name", "Sam Poole")
		sam.Fill("What you do here", "Supply teacher")
		sam.Fill("Your telephone number", "01632 960 777")
		sam.must(sam.PW.Locator("input[name=told][value=no]").Check())
		sam.must(sam.PW.Locator("input[name=urgent][value=yes]").Check())
		sam.press("Send to the leads")
		sam.See("This is not today’s code")
		sam.Fill("Today’s school code", strings.ToLower(code))
		sam.press("Send to the leads")
		sam.See("Do not wait for it to be read")

		amina := at(t, d)
		amina.signIn(d, "dsl")
		amina.See("Told at the gate")
		amina.See("From a visitor")
		amina.See("reply")
	})
}

// Journey 18: a police notice is written down before the bell, and staff are told to handle with care and nothing more. ENC-1.
func TestPoliceNoticeBeforeTheBell(t *testing.T) {
	both(t, func(t *testing.T, d *district, at device) {
		tom := at(t, d)
		tom.signIn(d, "deputy-dsl")
		tom.open("/concerns/notice")
		tom.typeInto("#find", "Ivy")
		tom.must(tom.PW.Locator("#found button[name=add]").First().Click())
		tom.must(tom.PW.Locator(".kid b").First().WaitFor())
		tom.Fill("Day of the incident", "2026-11-22")
		tom.Fill("What the notice says", "A loud argument at the address at 22:10. Nobody was hurt.")
		tom.press("Record this notice")
		tom.See("Recorded")
		tom.See("Told to handle with care")
		tom.Fill("Who was told", "Grace Ito")
		tom.press("Record")
		tom.See("Grace Ito")
		tom.open("/today")
		tom.See("Police notice")
	})
}
