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
	for name, at := range map[string]*person{"phone without scripts": scriptless(t, d), "desk": desk(t, d)} {
		t.Log(name)
		at.open("/training")
		at.Click("link", "Haverdale Safeguarding Week")
		at.See("The programme, day by day")
		at.Check(t)
		at.open(week + "?board=Haverdale+Safeguarding+Adults+Board")
		at.See("sessions fit")
		at.open(week + "/paper")
		at.See("The same by board")
		at.open(week + "/book")
		at.open(week + "/take-part")
	}
	nadia := desk(t, d)
	nadia.signIn(d, "training-admin")
	nadia.open("/training/office/sessions/" + d.value(`SELECT id FROM training_session WHERE state = 'proposed' AND title LIKE 'Camps%'`))
	nadia.See("Canal Side Scouts")
	nadia.press("Accept it")
	reader := phone(t, d)
	reader.open(week)
	reader.See("Camps, tents and safe ratios")
}
