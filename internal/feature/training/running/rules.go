package running

import (
	"cmp"
	"slices"

	"kith/internal/feature/training"
	"kith/internal/platform/search/fold"
)

// Attends says who has attended a run of so many days, by the marks of one place: whoever was there, on time or late, on every day (TRN-2).
// Somebody who came instead on every day has attended; where one came on one day and another on the next, nobody has.
func Attends(name string, days int, marks []Mark) (who string, ok bool) {
	there := map[int]string{}
	for _, m := range marks {
		switch {
		case m.Kind == Present || m.Kind == Late:
			there[m.N] = name
		case m.Kind == Substitute:
			there[m.N] = m.Instead
		}
	}
	for n := range days {
		x, here := there[n]
		if !here || fold.Key(x) == "" || n > 0 && fold.Key(x) != fold.Key(who) {
			return "", false
		}
		who = x
	}
	return who, days > 0
}

// attendees are those who attended, of the bookings of a run of so many days, by name.
func attendees(days int, bookings []training.Booking, marks []Mark) (out []Attendee) {
	by := map[training.BookingID][]Mark{}
	for _, m := range marks {
		by[m.Booking] = append(by[m.Booking], m)
	}
	for _, k := range bookings {
		who, ok := Attends(k.Name, days, by[k.ID])
		if !ok {
			continue
		}
		a := Attendee{Booking: k.ID, Name: who, Org: k.Org, OrgName: k.OrgName}
		if fold.Key(who) == fold.Key(k.Name) {
			a.Account = k.Account
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(x, y Attendee) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Booking, y.Booking)) })
	return out
}

// came says for the ledger of places whether somebody was there for a booking: 1 whoever it is for, 2 somebody in their stead, 0 nobody.
func came(b training.Booking, there []Attendee) int {
	for _, a := range there {
		if a.Booking == b.ID {
			if fold.Key(a.Name) == fold.Key(b.Name) {
				return 1
			}
			return 2
		}
	}
	return 0
}
