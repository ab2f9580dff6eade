package e2e

import (
	"strconv"
	"testing"
	"time"

	"github.com/playwright-community/playwright-go"

	"kith/internal/kernel/clock"
	"kith/internal/testkit"
)

// Journey 6: a head asks for a first and a second preference, the allocation is seen and sent and explains itself, the venue to be
// confirmed becomes known, the register is kept on the day, there is a certificate, and what one learnt has reached twenty colleagues.
// TRN-2, TRN-3,
// TRU-5.
func TestAPlaceOnACourse(t *testing.T) {
	both(t, func(t *testing.T, d *district, at device) {
		run := func(block, format string) string {
			return d.value(`SELECT r.id FROM training_run r JOIN training_block b ON b.id = r.block_id JOIN training_course c ON c.id = r.course_id WHERE b.title = ? AND c.format = ? ORDER BY r.first_on LIMIT 1`, block, format)
		}
		two, one := run("Spring block", "two_day"), run("Spring block", "one_day")

		// At half past nine the course of today begins, and its register is kept.
		d.clock.Set(testkit.Monday.Add(2 * time.Hour))
		nadia := at(t, d)
		nadia.signIn(d, "training-admin")
		today := d.value(`SELECT r.id FROM training_run r JOIN training_run_day y ON y.run_id = r.id WHERE y.on_day = ? ORDER BY r.id LIMIT 1`, string(clock.DayOf(d.clock.Now())))
		nadia.open("/training/registers/" + today)
		ellen := d.value(`SELECT id FROM training_booking WHERE name = 'Ellen Booth' AND block_id = (SELECT block_id FROM training_run WHERE id = ?)`, today)
		nadia.must(nadia.PW.Locator("label[for='present-" + ellen + "'], label:has(#present-" + ellen + ")").First().Click())
		nadia.press("Save the register")
		nadia.See("1 person here")
		d.clock.Set(testkit.Monday.Add(8 * time.Hour))
		nadia.signIn(d, "training-admin")
		nadia.open("/training/registers/" + today)
		nadia.must(nadia.PW.Locator("input[name=rest]").Check())
		nadia.press("Close it")

		// It stands in her training record.
		staff := at(t, d)
		staff.signIn(d, "reporter")
		staff.open("/training/record")
		staff.See(d.value(`SELECT c.title FROM training_course c JOIN training_run r ON r.course_id = c.id WHERE r.id = ?`, today))

		// The head asks.
		helen := at(t, d)
		helen.signIn(d, "headteacher")
		helen.open("/training/dates/" + two + "/ask")
		helen.must(helen.PW.Locator("#name").Fill("Joan Okafor"))
		helen.must(helen.PW.Locator("#title").Fill("Deputy safeguarding lead"))
		_, err := helen.PW.Locator("#second").SelectOption(playwright.SelectOptionValues{Values: &[]string{one}})
		helen.must(err)
		helen.press("Ask for a place")
		request := "/training/requests/" + d.value(`SELECT id FROM training_booking WHERE name = 'Joan Okafor' AND block_id = (SELECT block_id FROM training_run WHERE id = ?)`, two)
		helen.open(request)
		helen.See("Joan Okafor")

		// The block closes; the administrator sees the allocation, and sends it.
		ms, err := strconv.ParseInt(d.value(`SELECT closes_at FROM training_block WHERE title = 'Spring block'`), 10, 64)
		testkit.OK(t, err)
		d.clock.Set(clock.Millis(ms).Time().Add(10 * time.Hour))
		nadia.signIn(d, "training-admin")
		block := "/training/office/blocks/" + d.value(`SELECT id FROM training_block WHERE title = 'Spring block'`)
		nadia.open(block + "/preview")
		nadia.See("Joan Okafor")
		nadia.press("Send it")
		helen.signIn(d, "headteacher")
		helen.open(request)
		helen.See("How your place was given")
		helen.See("your first choice")

		// The venue to be confirmed becomes known.
		open := d.value(`SELECT r.id FROM training_run r JOIN training_block b ON b.id = r.block_id WHERE b.title = 'Winter block' AND r.venue_id = '' AND r.online = FALSE AND r.state = 'published' LIMIT 1`)
		helen.open("/training/dates/" + open)
		helen.See("to be confirmed")
		nadia.open("/training/office/dates/" + open)
		nadia.must(nadia.PW.Locator("input[name=venue]").Fill("Haver Hall"))
		nadia.press("Save")
		helen.open("/training/dates/" + open)
		helen.See("Haver Hall")

		// Twenty colleagues.
		tom := at(t, d)
		tom.signIn(d, "deputy-dsl")
		tom.open("/training/cascade")
		tom.See("20 of")

		// And the certificate that the course came to.
		tom.open("/training/record/lines/" + d.value(`SELECT l.id FROM training_learnt l JOIN account a ON a.id = l.account_id WHERE a.name = 'Tom Hartley' AND l.serial_hash <> '' ORDER BY l.entered_at LIMIT 1`))
		tom.See("Tom Hartley")
		tom.Shot("certificate")
	})
}
