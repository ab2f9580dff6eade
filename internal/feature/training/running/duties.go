package running

import (
	_ "embed" // what is shipped
	"encoding/json"
	"sync"

	"kith/internal/kernel/clock"
)

// Notices say when letters about a course go, unless a date says otherwise.
type Notices struct {
	Edition  string `json:"edition"`
	Joining  int64  `json:"joining_working_days"`
	Reminder int64  `json:"reminder_days"`
	Venue    int64  `json:"venue_days"` // before the first day, a venue hears how many come
	PostHour int    `json:"post_hour"`  // nobody is reminded at night
}

// Who owes a duty.
const (
	WhoLeads     = "leads"
	WhoStaff     = "staff"
	WhoGovernors = "governors"
)

// Duty is training that a school owes some of its staff.
type Duty struct {
	Key    string `json:"key"`
	Short  string `json:"short"`
	Words  string `json:"words"`
	Who    string `json:"who"`
	Every  int64  `json:"every"` // months; 0: once
	Source string `json:"source"`
}

// Duties are the duties of one edition.
type Duties struct {
	Edition  string `json:"edition"`
	SoonDays int    `json:"soon_days"` // how long before its end a line counts as due soon
	Duties   []Duty `json:"duties"`
}

//go:embed duties.json
var dutiesFile []byte

//go:embed notices.json
var noticesFile []byte

// Owed are the duties that are shipped.
var Owed = sync.OnceValue(func() (out Duties) { read(dutiesFile, &out); return out })

// Posted are the notices that are shipped.
var Posted = sync.OnceValue(func() (out Notices) { read(noticesFile, &out); return out })

func read(file []byte, into any) {
	if err := json.Unmarshal(file, into); err != nil {
		panic("running: a shipped file cannot be read: " + err.Error())
	}
}

// Duty returns the duty of that key; none has an empty one.
func (d Duties) Duty(key string) (Duty, bool) {
	for _, x := range d.Duties {
		if x.Key == key {
			return x, true
		}
	}
	return Duty{}, false
}

// Expiry is the last day on which what was learnt until a day is current, for so many months; "" for ever. A month that has no such day
// gives its last.
func Expiry(until clock.Day, months int64) clock.Day {
	if months == 0 {
		return ""
	}
	return addMonths(until, int(months)).Add(-1)
}
