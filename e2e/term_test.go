package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"kith/internal/app"
	"kith/internal/kernel/clock"
	"kith/internal/platform/secret"
	"kith/internal/testkit"
)

// The journeys of one Monday, which do not disturb one another, in one district; what an operator does to it comes last.
func TestOneMonday(t *testing.T) {
	both(t, func(t *testing.T, d *district, at device) {
		for _, j := range []struct {
			name string
			walk func(*testing.T, *district, device)
		}{
			{"a pupil asks for an adult and is answered", aPupilAsks},
			{"a referral is sent and answered", aReferralIsAnswered},
			{"a concern is shared with another school and taken back", aConcernIsShared},
			{"a concern is read by those whom it names", aConcernIsLocked},
			{"a school keeps an INSET day of its own", aSchoolKeepsADay},
			{"an auditor proves offline that nothing was removed", anAuditorProves},
			{"an operator loses the machine and restores", anOperatorRestores},
		} {
			t.Run(j.name, func(t *testing.T) { j.walk(t, d, at) })
		}
	})
}

// Journey 17, the other half: a pupil asks with the words of the poster, without an account and without a name, and finds with two
// words of their own that it was read, and what was written back. CON-19.
func aPupilAsks(t *testing.T, d *district, at device) {
	amina := at(t, d)
	amina.signIn(d, "dsl")
	amina.open("/talk/box")
	amina.press("Make new words and a new poster")
	poster, err := amina.PW.Locator(".pairwords").First().InnerText()
	amina.must(err)

	otter := at(t, d)
	otter.open("/talk")
	code := otter.PW.Locator("input[name=code]")
	otter.must(code.Fill("wrong words"))
	otter.press("Go on")
	otter.See("These are not the words on the poster")
	otter.must(code.Fill(strings.ToUpper(poster)))
	otter.press("Go on")
	otter.See("Amina Sesay")
	otter.must(otter.PW.Locator("input[name=find]").Fill("By the tree, at break"))
	otter.must(otter.PW.Locator("textarea[name=words]").Fill("It is about what happens on the bus."))
	otter.press("Ask for an adult")
	pair, err := otter.PW.Locator(".pairwords").InnerText()
	otter.must(err)
	otter.Shot("pupil-asked")
	back := func() {
		otter.open("/talk/back")
		otter.must(otter.PW.Locator("input[name=code]").Fill(poster))
		otter.must(otter.PW.Locator("input[name=pair]").Fill(pair))
		otter.press("Look")
	}
	back()
	otter.See("Not read yet")

	amina.open("/today")
	amina.See("what happens on the bus")
	asked := "/concerns/" + d.value(`SELECT record_id FROM talk_asking ORDER BY at DESC LIMIT 1`)
	amina.must(amina.PW.Locator("a[href='" + asked + "']").First().Click())
	amina.must(amina.PW.WaitForURL("**" + asked))
	amina.See("By the tree, at break")
	amina.Check(t)
	amina.fold("Write something else to the pupil")
	amina.must(amina.PW.Locator("#pupil-words").Fill("I will be by the tree at break."))
	amina.within("/answer", "Write this to the pupil")
	amina.See("I will be by the tree at break.")
	back()
	otter.See("It was read")
	otter.See("I will be by the tree at break.")
	otter.DontSee("what happens on the bus") // nobody else at this screen learns of it
}

// A lead decides to refer, sees exactly what goes and who will read it, and sends it; the service takes it, decides and writes back,
// and both sides see each step. REF-1, REF-3, CON-10.
func aReferralIsAnswered(t *testing.T, d *district, at device) {
	concern := "/concerns/" + d.value(`SELECT id FROM concerns_concern WHERE urgent AND state = 'sent' ORDER BY recorded_at DESC LIMIT 1`)
	amina := at(t, d)
	amina.signIn(d, "dsl")
	amina.open(concern)
	amina.within("/take", "I have read this")
	form := amina.PW.Locator("form[action$='/decision']")
	amina.must(form.Locator("input[name=level][value='3']").Check(playwright.LocatorCheckOptions{Force: playwright.Bool(true)}))
	amina.must(form.Locator("input[name=codes]").First().Check())
	amina.must(form.Locator("input[name=outcome][value=refer]").Check())
	amina.must(form.Locator("input[name=threshold]").Fill("Level 4"))
	amina.must(form.Locator("input[name=consulted]").Fill("The duty team"))
	amina.must(form.Locator("input[name=review_on]").Fill("2026-12-14"))
	amina.must(form.Locator("textarea[name=reasons]").Fill("A mark, and she is afraid to go home."))
	amina.within("/decision", "Record this decision")
	amina.See("Nothing has left the school yet")
	amina.See("Priya Nair")
	amina.See("Callum Reid")
	amina.must(amina.PW.Locator("textarea[name=asks]").Fill("See her before home time."))
	amina.press("Send this referral")
	amina.See("Sent")
	amina.Shot("referral-sent")
	referral := amina.path()

	priya := at(t, d)
	priya.signIn(d, "social-worker")
	priya.must(priya.PW.Locator("a[href='" + referral + "']").First().Click())
	priya.must(priya.PW.WaitForURL("**" + referral))
	priya.See("See her before home time.")
	priya.See("A mark, and she is afraid to go home.")
	priya.Check(t)
	priya.within("/receive", "We have this")
	priya.within("/decision", "Record and tell the school") // it has to say what, and why
	priya.See("There is a problem")
	answer := priya.PW.Locator("form[action$='/decision']")
	priya.must(answer.Locator("input[name=outcome][value=none]").Check())
	priya.must(answer.Locator("textarea[name=words]").Fill("Her aunt fetches her today."))
	priya.must(answer.Locator("textarea[name=feedback]").Fill("Ring us if she is not fetched."))
	priya.within("/decision", "Record and tell the school")
	priya.See("Her aunt fetches her today.")
	if status := priya.Goto(concern); status != 404 {
		t.Errorf("the service gets %d for the school’s own record", status)
	}
	amina.open(referral)
	amina.See("No further action")
	amina.See("Ring us if she is not fetched.")
}

// A concern is locked to two people: the page before names exactly those who will read it and those who no longer do, and so it is.
// SEC-3, CHR-10.
func aConcernIsLocked(t *testing.T, d *district, at device) {
	id := d.value(`SELECT id FROM concerns_concern WHERE reporter_id = ? AND NOT urgent ORDER BY recorded_at DESC LIMIT 1`, d.value(`SELECT id FROM account WHERE name = 'Ellen Booth'`))
	account := func(name string) string { return d.value(`SELECT id FROM account WHERE name = ?`, name) }
	tom := at(t, d)
	tom.signIn(d, "deputy-dsl")
	tom.open("/concerns/" + id)

	amina := at(t, d)
	amina.signIn(d, "dsl")
	amina.open("/sharing/" + id + "/lock")
	amina.press("Show me who will read it") // nobody is named, and no reason given
	amina.See("There is a problem")
	amina.must(amina.PW.Locator("input[name=lead][value='" + account("Amina Sesay") + "']").Check())
	grace := amina.PW.Locator("input[name=other][value='" + account("Grace Ito") + "']")
	if open, _ := grace.IsVisible(); !open {
		amina.fold("Somebody else who works at the school")
	}
	amina.must(grace.Check())
	amina.must(amina.PW.Locator("textarea[name=reason]").Fill("It touches a colleague."))
	amina.press("Show me who will read it")
	reads, err := amina.PW.Locator("[aria-label='Who will read it']").InnerText()
	amina.must(err)
	no, err := amina.PW.Locator("[aria-label='Who will no longer read it']").InnerText()
	amina.must(err)
	for name, list := range map[string]string{"Grace Ito": reads, "Tom Hartley": no, "Helen Brandt": no} {
		if !strings.Contains(list, name) {
			t.Errorf("%s does not stand in: %s", name, list)
		}
	}
	if strings.Contains(reads, "Tom Hartley") {
		t.Errorf("Tom Hartley stands among those who will read it: %s", reads)
	}
	amina.Shot("lock-check")
	amina.must(amina.PW.Locator("button[name=do][value=save]").Click())
	amina.must(amina.PW.WaitForURL("**/sharing/" + id))
	amina.Check(t)
	for persona, status := range map[string]int{"teacher": 200, "deputy-dsl": 404, "headteacher": 404} {
		p := at(t, d)
		p.signIn(d, persona)
		if got := p.Goto("/concerns/" + id); got != status {
			t.Errorf("%s gets %d", persona, got)
		}
		p.Check(t)
	}
	if got := tom.Goto("/concerns/" + id); got != 404 { // who had it open
		t.Errorf("the deputy who had it open gets %d", got)
	}
}

// A school adds an INSET day to the district's dates; a second entry of the same days is refused with what to do.
func aSchoolKeepsADay(t *testing.T, d *district, at device) {
	school := d.value(`SELECT id FROM directory_organisation WHERE name = 'Thornbeck Primary'`)
	marek := at(t, d)
	marek.signIn(d, "account-admin")
	marek.open("/admin/terms?year=2026&org=" + school)
	marek.open("/admin/terms/new?year=2026&org=" + school)
	marek.press("Add these days")
	marek.See("There is a problem")
	marek.must(marek.PW.Locator("input[name=kind][value=inset]").Check())
	marek.must(marek.PW.Locator("input[name=from]").Fill("2026-12-04"))
	marek.press("Add these days")
	marek.See("Fri 4 Dec 2026")
	marek.Shot("own-inset-day")
	other := d.value(`SELECT id FROM directory_organisation WHERE name = 'Millrace Primary'`)
	if got := marek.Goto("/admin/terms?year=2026&org=" + other); got != 404 {
		t.Errorf("the dates of another school answer its neighbour's administrator with %d", got)
	}
	alison := at(t, d)
	alison.signIn(d, "strategic-manager")
	alison.open("/admin/terms?year=2026&org=" + other)
	alison.DontSee("Fri 4 Dec 2026")
}

// kith runs the program's command line in this process.
func kith(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, said bytes.Buffer
	if code := app.Main(args, "test", &out, &said); code != want {
		t.Fatalf("kith %s: %d\n%s%s", strings.Join(args, " "), code, out.String(), said.String())
	}
	return out.String() + said.String()
}

// download presses what leads to a file and returns where it lies.
func (p *person) download(press func() error) string {
	p.t.Helper()
	p.here()
	d, err := p.PW.ExpectDownload(press)
	p.must(err)
	file := filepath.Join(p.t.TempDir(), d.SuggestedFilename())
	p.must(d.SaveAs(file))
	return file
}

// Journey 14: an auditor, who reads no record, takes a checkpoint, the key and an excerpt away and proves on a machine of their own
// that nothing was altered; a file that was is found out. SEC-12.
func anAuditorProves(t *testing.T, d *district, at device) {
	testkit.OK(t, d.Log.SequenceAll(t.Context()))
	d.clock.Add(time.Minute)
	testkit.OK(t, d.Sweep(t.Context()))
	carys := at(t, d)
	carys.signIn(d, "auditor")
	carys.open("/audit")
	click := func(selector string) func() error {
		return func() error { return carys.PW.Locator(selector).First().Click() }
	}
	checkpoint := carys.download(click("main a[href='/audit/checkpoint']"))
	key := carys.download(click("main a[href='/audit/key']"))
	carys.open("/audit/entries")
	if names, _ := carys.PW.Locator("main").InnerText(); strings.Contains(names, "Ivy") || strings.Contains(names, "Amina") {
		t.Errorf("the entries name somebody: %s", names)
	}
	carys.must(carys.PW.Locator("main a[href^='/audit/entries/']").First().Click())
	carys.See("Is it sealed?")
	carys.Check(t)
	carys.open("/audit/verify")
	carys.open("/audit/export")
	carys.Shot("auditor-export")
	excerpt := carys.download(func() error {
		return carys.PW.GetByRole("button", playwright.PageGetByRoleOptions{Name: "Make the file"}).Click()
	})
	if status := carys.Goto("/concerns"); status == 200 {
		carys.DontSee("At the lunch table")
	}

	public, err := os.ReadFile(key)
	testkit.OK(t, err)
	d.key = strings.TrimSpace(string(public))
	verify := []string{"audit", "verify", excerpt, "--checkpoint", checkpoint, "--key", d.key}
	if said := kith(t, 0, verify...); !strings.Contains(said, "none was altered, ") {
		t.Errorf("the excerpt: %s", said)
	}
	body, err := os.ReadFile(excerpt)
	testkit.OK(t, err)
	changed := bytes.Replace(body, []byte("concern.sent"), []byte("concern.lost"), 1)
	if bytes.Equal(changed, body) {
		t.Fatal("the excerpt holds no concern that was sent")
	}
	testkit.OK(t, os.WriteFile(excerpt, changed, 0o600))
	kith(t, 1, verify...)
}

// Journey 15, as its people see it: the machine is lost after a backup and put back from it and the recovery sheet. The reporter
// finds what was acknowledged, the auditor finds that it was put back, and a checkpoint kept from before still speaks for it. SEC-23.
func anOperatorRestores(t *testing.T, d *district, at device) {
	const words = "He said he sleeps under the stairs now."
	ellen := at(t, d)
	ellen.signIn(d, "reporter")
	ellen.open("/concerns/new")
	ellen.typeInto("#words", words)
	ellen.must(ellen.PW.Locator("input[name=when][value=today]").Check())
	ellen.typeInto("#find", "Ivy")
	ellen.must(ellen.PW.Locator("#found button[name=add]").First().Click())
	ellen.must(ellen.PW.Locator(".kid b").First().WaitFor())
	ellen.must(ellen.PW.Locator("input[name=told][value=yes]").Check())
	ellen.must(ellen.PW.Locator("input[name=urgent][value=no]").Check())
	ellen.press("Send to the leads")
	ellen.See("Sent at")
	receipt := ellen.path()

	safe := t.TempDir() // what lies elsewhere: the sheet, the newest checkpoint, the backup
	file := func(dir, name, body string) string {
		testkit.OK(t, os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600))
		return filepath.Join(dir, name)
	}
	sheet, err := secret.NewSheet("Haverdale", clock.DayOf(d.clock.Now()), d.Root)
	testkit.OK(t, err)
	file(d.dir, "kith-backup.recipients", "sheet "+sheet.Recipient+"\n")
	testkit.OK(t, d.Log.SequenceAll(t.Context()))
	testkit.OK(t, d.Close())
	data, backup := filepath.Join(d.dir, "data"), filepath.Join(safe, "haverdale.kithbackup")
	kept := file(safe, "kept.note", kith(t, 0, "audit", "checkpoint", "--data", data))
	kith(t, 0, "backup", backup, "--data", data)
	testkit.OK(t, os.RemoveAll(d.dir)) // the machine is gone, with its keys

	d.dir = t.TempDir()
	said := kith(t, 0, "restore", backup, "--data", filepath.Join(d.dir, "data"), "--sheet", file(safe, "sheet.txt", sheet.Text()), "--key", d.key,
		"--checkpoint", kept, "--reason", "the machine burnt")
	if !strings.Contains(said, "came back from the recovery sheet") {
		t.Errorf("restore said %s", said)
	}
	d.start(settings(d.dir, nil)) // on the machine's own clock, on which the restore stands in the log

	ellen = at(t, d)
	ellen.open("/sign-in")
	ellen.signIn(d, "reporter")
	ellen.open(receipt)
	ellen.See(words)
	testkit.OK(t, d.Log.SequenceAll(t.Context())) // as the program does by itself where it serves
	carys := at(t, d)
	carys.signIn(d, "auditor")
	carys.open("/audit")
	carys.See("the machine burnt")
	carys.Shot("auditor-restored")
	// The log goes on where it was: what the checkpoint of before speaks for is all there.
	export := filepath.Join(safe, "log.jsonl")
	testkit.OK(t, d.Log.SequenceAll(t.Context()))
	f, err := os.Create(export)
	testkit.OK(t, err)
	_, err = d.Log.Export(t.Context(), f)
	testkit.OK(t, err)
	testkit.OK(t, f.Close())
	if said := kith(t, 0, "audit", "verify", export, "--checkpoint", kept, "--key", d.key); !strings.Contains(said, "none was altered") {
		t.Errorf("the log after the restore: %s", said)
	}
}
