package e2e

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/playwright-community/playwright-go"

	"kith/internal/feature/account"
	"kith/internal/kernel/access"
	"kith/internal/platform/ui"
	"kith/internal/platform/web"
)

// enter signs in somebody who has no button in the demonstration, through the program's own SignIn.
func (p *person) enter(d *district, name string) {
	p.t.Helper()
	home := d.value(`SELECT id FROM directory_district`)
	who := account.ID(d.value(`SELECT id FROM account WHERE name = ?`, name))
	in := func(w http.ResponseWriter, r *http.Request) error {
		return d.Account.SignIn(r.Context(), w, r, who, true, "test")
	}
	door := web.New(web.Config{Log: slog.New(slog.DiscardHandler), Clock: d.clock, IDs: d.DB.IDs(), Sessions: d.Account, District: func(string) string { return home },
		Frame: func(context.Context, access.Viewer, string) (ui.Page, error) { return ui.Page{}, nil }}, []web.Route{web.Post("/door", access.Anybody, in)})
	w := httptest.NewRecorder()
	door.ServeHTTP(w, httptest.NewRequest(http.MethodPost, p.seat.url+"/door", nil))
	p.sit()
	for _, c := range w.Result().Cookies() {
		p.must(p.PW.Context().AddCookies([]playwright.OptionalCookie{{Name: c.Name, Value: c.Value, URL: playwright.String(p.seat.url)}}))
	}
}

// A lead shares a concern with the leads of another school, for a purpose and until a day, having seen who exactly will read it;
// they read it and can change nothing; and when it is taken back they find no trace. CHR-9, CON-10.
func aConcernIsShared(t *testing.T, d *district, at device) {
	const why = "Her brother is in your year 5, and both schools see the parents."
	concern := "/concerns/" + d.value(`SELECT id FROM concerns_concern WHERE reporter_id = (SELECT id FROM account WHERE name = 'Ellen Booth') AND NOT urgent ORDER BY recorded_at LIMIT 1`)
	sharing := "/sharing/" + strings.TrimPrefix(concern, "/concerns/")
	lead := d.value(`SELECT a.name FROM account a JOIN account_post p ON p.account_id = a.id JOIN directory_organisation o ON o.id = p.org_id WHERE o.name = 'Millrace Primary' AND p.role = 'dsl' ORDER BY a.name LIMIT 1`)
	words := d.value(`SELECT words FROM concerns_account WHERE concern_id = ? ORDER BY id LIMIT 1`, strings.TrimPrefix(concern, "/concerns/"))

	amina := at(t, d)
	amina.signIn(d, "dsl")
	amina.open(concern)
	amina.Click("link", "Who can read this: restrict, lock or share")
	amina.must(amina.PW.WaitForURL("**" + sharing))
	amina.Check(t)
	amina.Click("link", "Share with another school")
	amina.must(amina.PW.WaitForURL("**" + sharing + "/share"))
	amina.press("Show me who will read it") // with whom, what for and why: nothing is said yet
	amina.See("There is a problem")
	form := amina.PW.Locator("main form[method=post]")
	_, err := form.Locator("select[name=school]").SelectOption(playwright.SelectOptionValues{Labels: &[]string{"Millrace Primary"}})
	amina.must(err)
	amina.must(form.Locator("input[name=purpose][value=siblings]").Check())
	amina.must(form.Locator("input[name=ground]").First().Check())
	amina.must(form.Locator("textarea[name=reason]").Fill(why))
	amina.press("Show me who will read it")
	reads, err := amina.PW.Locator("[aria-label='Who will read it']").InnerText()
	amina.must(err)
	if !strings.Contains(reads, lead) || !strings.Contains(reads, "Millrace Primary") {
		t.Errorf("%s of Millrace Primary does not stand in: %s", lead, reads)
	}
	amina.Shot("share-check")
	amina.must(amina.PW.Locator("button[name=do][value=save]").Click())
	amina.must(amina.PW.WaitForURL("**" + sharing))
	amina.See("Millrace Primary")
	amina.Check(t)

	there := at(t, d)
	there.enter(d, lead)
	there.open("/sharing")
	there.must(there.PW.Locator("main a[href='" + concern + "']").First().Click())
	there.must(there.PW.WaitForURL("**" + concern))
	there.See(words)
	there.See("shares this with you")
	there.DontSee("Record this decision")
	there.Check(t)

	amina.open(sharing)
	amina.must(amina.PW.Locator("a[href*='/recall?of=']").First().Click())
	amina.must(amina.PW.WaitForURL("**/recall?of=*"))
	amina.must(amina.PW.Locator("textarea[name=reason]").Fill("The meeting was held."))
	amina.press("Show me who will read it")
	no, err := amina.PW.Locator("[aria-label='Who will no longer read it']").InnerText()
	amina.must(err)
	if !strings.Contains(no, lead) {
		t.Errorf("%s does not stand among those who will no longer read it: %s", lead, no)
	}
	amina.must(amina.PW.Locator("button[name=do][value=save]").Click())
	amina.must(amina.PW.WaitForURL("**" + sharing))
	if got := there.Goto(concern); got != 404 {
		t.Errorf("after the recall they get %d", got)
	}
	there.open("/sharing")
	if n, _ := there.PW.Locator("a[href='" + concern + "']").Count(); n != 0 {
		t.Errorf("after the recall it is linked %d times", n)
	}
}
