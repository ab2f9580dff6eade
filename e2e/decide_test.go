package e2e

import (
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"
)

// fold opens a part of a page that is folded.
func (p *person) fold(summary string) {
	p.t.Helper()
	p.must(p.PW.Locator("summary").Filter(playwright.LocatorFilterOptions{HasText: summary}).First().Click())
}

// within presses the button of the form that posts to an address ending so.
func (p *person) within(action, button string) {
	p.t.Helper()
	p.here()
	//lint:ignore SA1019 a form may lead back to its own address, where WaitForURL would not wait
	_, err := p.PW.ExpectNavigation(func() error {
		return p.PW.Locator("form[action$='"+action+"']").GetByRole("button", playwright.LocatorGetByRoleOptions{Name: button}).First().Click()
	})
	p.must(err)
	p.Check(p.t)
}

// Journey 2: a worry is decided, and whoever noticed hears back. CON-4, CON-8, CON-12, CON-22.
func TestAWorryIsDecided(t *testing.T) { both(t, aWorryIsDecided) }

// Journey 2 where no script runs: the same forms, each sent and sent again.
func TestAWorryIsDecidedWithoutScript(t *testing.T) {
	t.Parallel()
	aWorryIsDecided(t, open(t), scriptless)
}

func aWorryIsDecided(t *testing.T, d *district, at device) {
	const reasons = "Below the threshold today. Support in school, and a call home this afternoon."
	concern := "/concerns/" + d.value(`SELECT id FROM concerns_concern WHERE urgent AND state = 'sent' ORDER BY recorded_at DESC LIMIT 1`)
	amina := at(t, d)
	amina.signIn(d, "dsl")
	amina.must(amina.PW.Locator("a[href='" + concern + "']").First().Click())
	amina.must(amina.PW.WaitForURL("**" + concern))
	amina.See("At the lunch table")
	amina.Check(t)
	amina.within("/take", "I have read this")

	amina.fold("Link a child")
	amina.must(amina.PW.Locator("form[action$='/children'] input[name=find]").Fill("Rowan"))
	amina.must(amina.PW.Locator("form[action$='/children'] select[name=role]").Focus())
	_, err := amina.PW.Locator("form[action$='/children'] select[name=role]").SelectOption(playwright.SelectOptionValues{Values: &[]string{"witness"}})
	amina.must(err)
	amina.within("/children", "Link this child")
	if n, _ := amina.PW.Locator("form[action$='/children'] input[name=child]").Count(); n > 0 {
		amina.within("/children", "Link this child") // which of the children of that name: the first is chosen
	}
	amina.See("Rowan")

	amina.fold("Record what the parents were told")
	amina.must(amina.PW.Locator("form[action$='/parents'] input[value=yes]").Check())
	amina.must(amina.PW.Locator("form[action$='/parents'] textarea").Fill("She said the door at home sticks."))
	amina.within("/parents", "Record this")
	amina.See("the door at home sticks")

	form := amina.PW.Locator("form[action$='/decision']")
	amina.must(form.Locator("input[name=level][value='2']").Check(playwright.LocatorCheckOptions{Force: playwright.Bool(true)}))
	amina.must(form.Locator("input[name=title]").Fill("A mark, and a door"))
	amina.must(form.Locator("input[name=codes]").First().Check())
	amina.must(form.Locator("input[name=outcome][value=support]").Check())
	amina.must(form.Locator("input[name=threshold]").Fill("Level 2"))
	amina.must(form.Locator("input[name=consulted]").Fill("The front door"))
	amina.must(form.Locator("input[name=review_on]").Fill("2026-12-14"))
	amina.must(form.Locator("input[name=what]").Fill("Ring home at three"))
	amina.within("/decision", "Record this decision") // reasons are needed whichever is chosen
	amina.See("There is a problem")
	amina.must(form.Locator("textarea[name=reasons]").Fill(reasons))
	amina.within("/decision", "Record this decision")
	amina.See(reasons)
	amina.See("Ring home at three")
	amina.Shot("decided")

	amina.within("/feedback", "Thank you, we are acting on this")
	ellen := at(t, d)
	ellen.signIn(d, "reporter")
	ellen.open(concern)
	ellen.See("Thank you, we are acting on this")
	ellen.DontSee(reasons) // the lead's notes are not the reporter's

	child := d.value(`SELECT c.id FROM people_child c WHERE c.given = 'Ivy'`)
	amina.open("/children/" + child)
	amina.See("Decided not to refer")
}

// Journey 20: a lead leaves at once. The next request in every open session is refused, and a second takes over. SEC-7.
func TestALeadLeavesAtOnce(t *testing.T) {
	both(t, func(t *testing.T, d *district, at device) {
		amina, marek, tom := at(t, d), at(t, d), at(t, d)
		amina.signIn(d, "dsl")
		amina.open("/concerns")
		marek.signIn(d, "account-admin")
		marek.open("/admin/people")
		marek.Click("link", "Amina Sesay")
		marek.must(marek.PW.WaitForURL("**/admin/people/*-*"))
		marek.Check(t)
		if folded, _ := marek.PW.Locator("form[action$='/disable']").IsVisible(); !folded {
			marek.fold("Disable")
		}
		marek.within("/disable", "Disable at once")
		marek.See("The account is disabled")

		if amina.Goto("/concerns"); !strings.HasSuffix(amina.PW.URL(), "/sign-in?next=%2Fconcerns") {
			t.Errorf("the leaver is on %s", amina.PW.URL())
		}
		tom.signIn(d, "deputy-dsl")
		concern := "/concerns/" + d.value(`SELECT id FROM concerns_concern WHERE urgent AND state IN ('sent', 'read') ORDER BY recorded_at DESC LIMIT 1`)
		tom.open(concern)
		tom.within("/take", "I have read this")
		tom.See("Tom Hartley")
	})
}
