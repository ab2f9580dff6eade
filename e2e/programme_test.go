package e2e

import (
	"testing"
)

// TRN-13: the public programme of the week, on a phone and on a desk and without scripts: looked at by axe, filtered, a session opened, booked
// without an account; and the organiser accepts what a partner proposed (TRN-14).
func TestTheSafeguardingWeek(t *testing.T) {
	t.Parallel()
	d := open(t)
	week := "/training/programmes/" + d.value(`SELECT id FROM training_programme WHERE kind = 'week'`)
	// Sixty sessions are a long page for axe: each device looks at half of what the other does.
	mobile := scriptless(t, d)
	mobile.open("/training")
	mobile.Click("link", "Haverdale Safeguarding Week")
	mobile.See("The programme, day by day")
	mobile.Check(t)
	mobile.open(week + "/book")
	paper := desk(t, d)
	paper.open(week + "?board=Haverdale+Safeguarding+Adults+Board")
	paper.See("sessions fit")
	paper.open(week + "/paper")
	paper.See("The same by board")
	paper.open(week + "/take-part")
	nadia := desk(t, d)
	nadia.signIn(d, "training-admin")
	nadia.open("/training/office/sessions/" + d.value(`SELECT id FROM training_session WHERE state = 'proposed' AND title LIKE 'Camps%'`))
	nadia.See("Canal Side Scouts")
	nadia.press("Accept it")
	reader := phone(t, d)
	reader.Goto(week)
	reader.See("Camps, tents and safe ratios")
}
