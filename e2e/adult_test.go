package e2e

import (
	"strings"
	"testing"
	"time"

	"kith/internal/testkit"
)

// Journey 16: a concern about an adult, with the head away. Somebody named reads it in time, the subject never learns of it, the harmed
// child is not forgotten. CON-10, CON-17, LLC-1 to LLC-4, SEC-10.
func TestAConcernAboutAnAdultWithTheHeadAway(t *testing.T) {
	both(t, func(t *testing.T, d *district, at device) {
		const words = "Mr Hale shut the door and held Ivy by the arm."
		ellen := at(t, d)
		ellen.signIn(d, "reporter")
		ellen.open("/concerns/new")
		ellen.typeInto("#words", words)
		ellen.press("An adult who works or volunteers here") // the first question; what was typed goes along
		if typed, _ := ellen.PW.Locator("#words").InputValue(); typed != words {
			t.Fatalf("the form about an adult holds %q", typed)
		}
		ellen.See("01632 960 310") // the designated officer's telephone is never folded
		ellen.typeInto("#who_find", "Grace")
		ellen.must(ellen.PW.Locator("#who_found button[name=who_add]").First().Click())
		ellen.must(ellen.PW.Locator("button[name=who_drop]").WaitFor())
		ellen.must(ellen.PW.Locator("input[name=when][value=today]").Check())
		ellen.must(ellen.PW.Locator("input[name=harm][value=yes]").Check())
		ellen.must(ellen.PW.GetByText("Do not ask the adult about it").WaitFor())
		ellen.See("within 15 minutes, at any hour")
		ellen.typeInto("#kid_find", "Ivy")
		ellen.must(ellen.PW.Locator("#kid_found button[name=kid_add]").First().Click())
		ellen.must(ellen.PW.Locator("#kid-words-0").Fill("She said that an adult held her arm and it hurt. She sat with me."))
		ellen.See("Helen Brandt")
		ellen.See("Tom Hartley")
		ellen.Check(t)
		ellen.Shot("adult-write")
		ellen.press("Send to the headteacher")
		ellen.See("Sent at")
		receipt := ellen.path()

		// Fifteen minutes, and the head is away: it goes to the stand-in, who is told without a word of what it is.
		d.clock.Add(16 * time.Minute)
		testkit.OK(t, d.Sweep(t.Context()))
		mails := d.mails()
		if !strings.Contains(mails, "tom.hartley@haverdale.example") || strings.Contains(mails, "Hale") || strings.Contains(mails, "an adult") {
			t.Errorf("the mails are not as they should be: %s", mails)
		}
		for _, m := range strings.Split(mails, "Auto-Submitted:") { // every mail begins with it
			if strings.Contains(m, "grace.ito@") && !strings.Contains(m, "Subject: Your safeguarding quiz") { // which all staff get that morning
				t.Errorf("whom it is about was written to: %s", m)
			}
		}
		tom := at(t, d)
		tom.signIn(d, "deputy-dsl")
		tom.See("About an adult")
		tom.must(tom.PW.Locator("a[href='" + receipt + "']").First().Click())
		tom.must(tom.PW.WaitForURL("**" + receipt))
		tom.See(words)
		tom.See("Do not question anybody yet")
		tom.Check(t)
		tom.within("/take", "I have read this")
		ellen.open(receipt)
		ellen.See("Being dealt with")

		tom.open(receipt)
		tom.must(tom.PW.Locator("form[action$='/judgement'] input[name=criteria]").First().Check())
		tom.must(tom.PW.Locator("form[action$='/judgement'] input[value=allegation]").Check())
		tom.within("/judgement", "Record this decision") // reasons are needed
		tom.See("There is a problem")
		tom.must(tom.PW.Locator("#reasons").Fill("A child was held and it hurt."))
		tom.within("/judgement", "Record this decision")
		tom.See("Allegation: may meet the harm threshold")
		tom.See("tell the designated officer")
		tom.within("/refer", "Refer it in Kith")
		tom.See("The designated officer was told")
		tom.Shot("adult-decide")

		maud := at(t, d)
		maud.signIn(d, "lado")
		maud.open(receipt)
		maud.See(words)
		maud.must(maud.PW.Locator("#advice").Fill("Speak with nobody before Thursday."))
		maud.within("/steps", "Record the advice")
		maud.See("Speak with nobody before Thursday.")

		// The subject sees nothing; the lead of the school sees nothing; the child's entry is there for whoever decides.
		child := "/children/" + d.value(`SELECT c.id FROM people_child c WHERE c.given = 'Ivy'`)
		grace := at(t, d)
		grace.signIn(d, "teacher")
		if status := grace.Goto(receipt); status != 404 {
			t.Errorf("the subject gets %d", status)
		}
		grace.open("/adults")
		grace.DontSee("Hale")
		amina := at(t, d)
		amina.signIn(d, "dsl")
		amina.open(child)
		amina.DontSee("an adult held her arm")
		tom.open(child)
		tom.See("an adult held her arm")
		tom.DontSee("Hale")
		helen := at(t, d)
		helen.signIn(d, "headteacher")
		helen.open(child)
		helen.See("an adult held her arm")
	})
}

// Journey 16 where no script runs, and about the headteacher: it goes to the chair, and the head never learns of it.
func TestAConcernAboutTheHeadWithoutScript(t *testing.T) {
	t.Parallel()
	d := open(t)
	ellen := scriptless(t, d)
	ellen.signIn(d, "reporter")
	ellen.open("/adults/new")
	ellen.typeInto("#who_find", "Helen")
	ellen.must(ellen.PW.Locator("#who_find").Press("Enter"))
	ellen.must(ellen.PW.Locator("#who_found button[name=who_add]").First().WaitFor())
	ellen.must(ellen.PW.Locator("#who_found button[name=who_add]").First().Click())
	ellen.must(ellen.PW.Locator("button[name=who_drop]").WaitFor())
	ellen.See("Ravi Anand")
	ellen.typeInto("#words", "She told one family about another in the corridor.")
	ellen.must(ellen.PW.Locator("input[name=when][value=today]").Check())
	ellen.must(ellen.PW.Locator("input[name=harm][value=no]").Check())
	ellen.press("Send to the chair of governors")
	ellen.See("Sent at")
	sent := ellen.path()
	for persona, status := range map[string]int{"headteacher": 404, "dsl": 404, "account-admin": 404, "chair-of-governors": 200} {
		p := scriptless(t, d)
		p.signIn(d, persona)
		if got := p.Goto(sent); got != status {
			t.Errorf("%s gets %d", persona, got)
		}
	}
}
