package training

import (
	"cmp"
	"strings"
	"time"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/term"
	"kith/internal/kernel/text"
)

// CheckDays says whether the days are those of a run of the format: a two-day run has two consecutive dates (TRN-2), a briefing lasts
// an hour and a half (TRN-9), nothing ends before it begins.
func CheckDays(f Format, days []Day) error {
	if len(days) == 0 {
		return errs.Refuse("Give the date")
	}
	for i, d := range days {
		if _, err := clock.ParseDay(string(d.On)); err != nil {
			return errs.Refuse("Give each date as day, month and year")
		}
		if i > 0 && d.On <= days[i-1].On {
			return errs.Refuse("Give the days in their order, each once")
		}
		if d.Starts != "" && d.Ends != "" && d.Ends <= d.Starts {
			return errs.Refuse("It ends before it begins")
		}
	}
	switch {
	case f == TwoDay && (len(days) != 2 || days[1].On != days[0].On.Add(1)):
		return errs.Refuse("A two-day run has two dates, one the day after the other")
	case (f == OneDay || f == HalfDay || f == Briefing) && len(days) != 1:
		return errs.Refusef("A run of this format (%s) has one date", f.Words())
	case f == Briefing && days[0].Starts != "" && days[0].Ends != "" && minutes(days[0].Ends)-minutes(days[0].Starts) != 90:
		return errs.Refuse("An information session lasts an hour and a half")
	}
	return nil
}

// CheckWeekday says whether a weekday that was written beside a date is that date's (TRN-10).
func CheckWeekday(on clock.Day, written string) error {
	if w := on.Weekday().String(); written != "" && !strings.EqualFold(w[:3], first3(strings.TrimSpace(written))) {
		return errs.Refusef("%s is a %s, not a %s. Find out which is meant", term.YearDate(on), w, written)
	}
	return nil
}

func first3(s string) string { return s[:min(3, len(s))] }

// minutes after midnight of a time of day "09:15".
func minutes(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0
	}
	return t.Hour()*60 + t.Minute()
}

// Begins is the first instant of a run: its first day's start, or that day's beginning where no time is known.
func (r Run) Begins() clock.Millis {
	if len(r.Days) == 0 {
		return clock.Of(r.First.Start())
	}
	from, _ := r.Days[0].span()
	return from
}

// span is when a day begins and ends; the whole day where no time is known.
func (d Day) span() (from, to clock.Millis) {
	from, to = clock.Of(d.On.Start()), clock.Of(d.On.Add(1).Start())
	if m := minutes(d.Starts); d.Starts != "" {
		from = clock.Of(d.On.At(m/60, m%60))
	}
	if m := minutes(d.Ends); d.Ends != "" {
		to = clock.Of(d.On.At(m/60, m%60))
	}
	return from, to
}

// Overlap says whether nobody can be at both. Times that touch do not overlap (TRN-B20).
func Overlap(a, b []Day) bool {
	for _, x := range a {
		for _, y := range b {
			xf, xt := x.span()
			yf, yt := y.span()
			if xf < yt && yf < xt {
				return true
			}
		}
	}
	return false
}

// Closes is the instant from which a run takes nobody any more: so many days before its first day, and at its beginning at the latest.
func Closes(b Block, r Run) clock.Millis {
	return min(clock.Of(r.First.Add(-int(b.RunCloses)).Start()), r.Begins())
}

// Limit is how many seats limits leave together: the smallest of those that are set (TRN-B3). 0 stands for no limit, in and out.
func Limit(limits ...int64) int64 {
	var out int64
	for _, n := range limits {
		if n > 0 && (out == 0 || n < out) {
			out = n
		}
	}
	return out
}

// Seats is how many seats a run has: its own capacity or its venue's, the smaller. 0: no limit.
func Seats(r Run, venue int64) int64 { return Limit(r.Capacity, venue) }

// Free is how many seats are free, at least 0; unlimited where there is no limit. taken counts those placed, held and offered.
func Free(seats, taken int64) (n int64, unlimited bool) {
	if seats == 0 {
		return 0, true
	}
	return max(0, seats-taken), false
}

// Live says whether a booking has a seat at this instant: a hold or an offer ends at its hour, whether or not anybody has swept
// (TRN-B6, TRN-B7).
func (p Place) Live(now clock.Millis) bool {
	return p.State == Placed || (p.State == Held || p.State == Offered) && now < p.Until
}

// At is the run a booking has a seat in, stands in line for, or wants first.
func (p Place) At() RunID { return cmp.Or(p.Run, p.First) }

// Open says whether the booking still asks for something: a seat, or its place in the line.
func (p Place) Open(now clock.Millis) bool {
	return p.Live(now) || p.State == Asked || p.State == Waiting
}

// Outward returns the outward part of a postcode, "BD3" of "bd3 9tz", "" when it has none.
func Outward(postcode string) string {
	s := strings.ToUpper(strings.Join(strings.Fields(postcode), ""))
	if len(s) < 5 {
		return ""
	}
	return s[:len(s)-3]
}

// TierOf returns the first position of a block's priorities that describes the booking, and its words; the position after the last,
// and "", for everybody else (TRN-18). An outward postcode is compared as a whole: BD3 is not BD30.
func TierOf(tiers []Tier, p Place) (position int64, words string) {
	last := int64(-1)
	for _, t := range tiers {
		last = max(last, t.Position)
	}
	position = last + 1
	for _, t := range tiers {
		v := strings.TrimSpace(t.Value)
		met := t.Kind == TierGroup && v == p.Group && v != "" || t.Kind == TierOrg && v == p.Party && v != "" ||
			t.Kind == TierArea && v != "" && (strings.EqualFold(v, p.Outward) || strings.EqualFold(v, p.Ward))
		if met && t.Position < position {
			position, words = t.Position, t.Words
		}
	}
	return position, words
}

// CheckRequest says whether a request is whole: a name, a post title and a first preference; the second differs from the first (TRN-6).
func CheckRequest(p Place, b Booking) error {
	switch {
	case strings.TrimSpace(b.Name) == "":
		return errs.Refuse("Write the name of the person the place is for")
	case strings.TrimSpace(b.Title) == "":
		return errs.Refuse("Write the title of their post")
	case p.First == "":
		return errs.Refuse("Choose a first preference")
	case p.Second == p.First:
		return errs.Refuse("Choose another date as the second preference, or none")
	}
	return nil
}

// CheckManager says whether a request names the manager who agrees, where the block wants one. What the office enters has the word of
// whoever sent it.
func CheckManager(b Block, k Booking) error {
	if b.NeedsManager && k.Channel == "web" && strings.TrimSpace(k.ManagerName) == "" {
		return errs.Refuse("Write which manager agrees")
	}
	return nil
}

// CanAsk says whether a request that arrived at that instant is in time for the block. What came by letter before the closing
// date and is entered after it counts from its arrival (INT-1). Once the places of a block have been given out, what is left goes to
// whoever asks first.
func CanAsk(b Block, arrived clock.Millis) error {
	switch {
	case b.State != Published:
		return errs.Refuse("This block is not open")
	case b.Opens > arrived:
		return errs.Refusef("Requests are taken from %s", longDay(b.Opens))
	case b.Closes > 0 && arrived >= b.Closes && b.AllocatedAt == 0:
		return errs.Refusef("Requests closed at the end of %s. What is left can be asked for once places have been given out", longDay(b.Closes-1))
	}
	return nil
}

func longDay(t clock.Millis) string { return term.LongDate(clock.DayOf(t.Time())) }

// CanTake says whether a run takes anybody: a request, a hold or an offer (TRN-B12).
func CanTake(b Block, r Run, now clock.Millis) error {
	switch {
	case r.State == RunCancelled:
		return errs.Refuse("This date was cancelled")
	case r.State != Published || b.State != Published:
		return errs.Refuse("This date is not open")
	case now >= r.Begins():
		return errs.Refuse("This date has begun")
	case now >= Closes(b, r):
		return errs.Refusef("This date closed on %s", longDay(Closes(b, r)-1))
	}
	return nil
}

// Claims are what a school, or a person, has in a block already: live seats and requests that may yet become one.
type Claims struct {
	Places []Place         // of the school, open at this instant, without the booking that is looked at
	Same   []Place         // of the person, likewise
	Of     map[RunID]Facts // of every run that is named in them
}

// Facts are what the rules ask of a run besides itself.
type Facts struct {
	Run    Run
	Course Course
}

// claims are the runs that a booking has or wants: its seat, or its choices while it is only asked for.
func (p Place) claims() []RunID {
	if p.Run != "" {
		return []RunID{p.Run}
	}
	if p.Second != "" {
		return []RunID{p.First, p.Second}
	}
	return []RunID{p.First}
}

// CanClaim says whether a school may ask for the run: it takes one or the other of an exclusive group (TRN-4), and as many places of a
// block as its rules give (TRN-5). Somebody who has or awaits a place there is not put on the list twice (TRN-B13), and is not sent
// to two places at once. Waiting without a seat uses nothing up. overLimit says that only the school's limit is in the way, which a
// block may let people wait for. NotFound: the run is not among the facts.
func CanClaim(b Block, run RunID, c Claims, now clock.Millis) (overLimit bool, err error) {
	want, ok := c.Of[run]
	if !ok {
		return false, errs.Missing()
	}
	for _, p := range c.Same {
		for _, r := range p.claims() {
			has := c.Of[r]
			switch {
			case r == run || has.Course.ID == want.Course.ID && p.Block == b.ID || has.Course.Group != "" && has.Course.Group == want.Course.Group && p.Block == b.ID:
				return false, errs.Refusef("This person %s already. Change that request, or give it back first", has.words(p, now))
			case p.Live(now) && Overlap(has.Run.Days, want.Run.Days):
				return false, errs.Refusef("This person %s, at the same time", has.words(p, now))
			}
		}
	}
	if !want.Course.UsesPlace {
		return false, nil
	}
	var used int64
	for _, p := range c.Places {
		if p.State == Waiting {
			continue
		}
		counts := false
		for _, r := range p.claims() {
			has := c.Of[r]
			if has.Course.Group != "" && has.Course.Group == want.Course.Group && has.Course.ID != want.Course.ID {
				return true, errs.Refusef("Your school %s. A school takes one or the other: give that back first, and you can choose again", has.words(p, now))
			}
			counts = counts || has.Course.UsesPlace
		}
		if counts {
			used++
		}
	}
	if b.PerSchool > 0 && used >= b.PerSchool {
		return true, errs.Refusef("Your school has asked for or has %s in this block already, and may have no more", text.Plural(int(used), "place", "places"))
	}
	return false, nil
}

// words say what a booking has: "has a place on Thu 14 and Fri 15 January (two days)".
func (f Facts) words(p Place, now clock.Millis) string {
	verb := "has asked for a place on "
	switch {
	case p.State == Placed:
		verb = "has a place on "
	case p.State == Held && p.Live(now):
		verb = "has a place held on "
	case p.State == Offered && p.Live(now):
		verb = "is offered a place on "
	case p.State == Waiting:
		verb = "is waiting for a place on "
	}
	return verb + DayWords(f.Run.Days) + " (" + f.Course.Format.Words() + ")"
}

// DayWords names the days of a run: "Wed 24 February", "3 and 4 February", "28 February and 1 March".
func DayWords(days []Day) string {
	if len(days) == 1 {
		return term.Date(days[0].On)
	}
	var parts []string
	for i, d := range days {
		layout := "2 January"
		if i+1 < len(days) && days[i+1].On[:7] == d.On[:7] {
			layout = "2"
		}
		parts = append(parts, d.On.Start().Format(layout))
	}
	return text.Join(parts)
}

// OneDayQuestion is what choosing the one-day format asks; nothing is blocked by it (TRN-8).
const OneDayQuestion = "Could nobody be released for two days?"

// OneDayWords say why the two-day format is recommended (TRN-8).
const OneDayWords = "Two days are for the person best placed to pass it on to colleagues. If two days away cannot be done, one day is open to you all the same."

// CanHold returns until when a seat is held for a manager's word: so many hours, and not beyond the closing of the run.
func CanHold(b Block, r Run, now clock.Millis) (until clock.Millis, err error) {
	return bounded(b, r, now, b.HoldHours)
}

// CanOffer returns until when a seat that came free is offered. Rule: the run takes nobody any more (TRN-B12).
func CanOffer(b Block, r Run, now clock.Millis) (until clock.Millis, err error) {
	return bounded(b, r, now, b.OfferHours)
}

func bounded(b Block, r Run, now clock.Millis, hours int64) (clock.Millis, error) {
	if err := CanTake(b, r, now); err != nil {
		return 0, err
	}
	return min(now.Add(time.Duration(hours)*time.Hour), Closes(b, r)), nil
}

// CanConfirm says whether a hold becomes a place, or an offer is taken: at its hour it ends, whatever the page still shows, and a seat
// that somebody else has meanwhile is not given twice (TRN-B11, TRN-B16). others counts the run's seats taken by others.
func CanConfirm(p Place, r Run, seats, others int64, now clock.Millis) error {
	switch {
	case p.State == Placed:
		return errs.Refuse("This place is confirmed already")
	case p.State == Cancelled:
		return errs.Refuse("This request was withdrawn")
	case p.State != Held && p.State != Offered || now >= p.Until:
		return errs.Refuse("The time for this ended, and the seat has gone to the next in line. Ask again if you still want to come")
	case r.State == RunCancelled:
		return errs.Refuse("This date was cancelled")
	case now >= r.Begins():
		return errs.Refuse("This date has begun")
	case seats > 0 && others >= seats:
		return errs.Refuse("The time for this ended, and the seat has gone to the next in line. Ask again if you still want to come")
	}
	return nil
}

// CanApprove says whether the viewer may say that a manager has agreed: the school's headteacher, or whoever runs the course and has the
// manager's word. Nobody agrees to their own request.
func CanApprove(v access.Viewer, b Block, p Place, k Booking) error {
	switch {
	case p.State != Held:
		return errs.Refuse("This request does not wait for a manager")
	case k.Org != "" && v.HoldsAt(access.Head, k.Org), v.HoldsAt(access.TrainingAdmin, b.Org):
		return nil
	}
	return errs.Refuse("Your headteacher agrees to this here, or your manager writes to the organiser")
}

// CanResize says whether a run may have that capacity (0: no limit) while taken seats are given. Lower than that is refused unless
// whoever asks keeps everybody: then the run shows as overbooked (TRN-B4).
func CanResize(capacity, taken int64, keep bool) error {
	switch {
	case capacity < 0:
		return errs.Refuse("Write how many places there are, or 0 for no limit")
	case capacity > 0 && capacity < taken && !keep:
		return errs.Refusef("%s taken. Choose a larger room, or say that everybody keeps their place: the date is then overbooked by %d", text.Plural(int(taken), "place is", "places are"), taken-capacity)
	}
	return nil
}

// Late says whether a place of the run given back now is late by the block's rule, and from which day it is.
func Late(b Block, r Run, cal term.Calendar, now clock.Millis) (late bool, from clock.Day) {
	if b.CancelDays == 0 {
		return false, ""
	}
	first := r.First.Add(-int(b.CancelDays))
	if b.CancelInWork {
		first = cal.AddWorkingDays(r.First, -int(b.CancelDays))
	}
	return now >= clock.Of(first.Add(1).Start()), first
}

// CanChangeDate says whether a date is changed by itself. One that is a session of a programme is changed as the session: the printed programme,
// its partner and whoever booked without an account go by what the session says.
func CanChangeDate(c Course) error {
	if c.Session() != "" {
		return errs.Refuse("This date is a session of a programme. Change it on the page of the session, so that the programme, its partner and everybody booked hear of it")
	}
	return nil
}

// CanChange says whether a request may be changed now, and what it becomes: one that was agreed to has to be agreed to again (TRN-B18).
func CanChange(b Block, p Place, now clock.Millis) (PlaceState, error) {
	switch {
	case p.State == Asked:
		if err := CanAsk(b, now); err != nil {
			return p.State, errs.Refuse("Requests have closed. Withdraw this one, or ask the organiser")
		}
		return Asked, nil
	case p.State == Placed && b.NeedsManager && p.Approved > 0:
		return Held, nil
	case p.Open(now):
		return p.State, nil
	}
	return p.State, errs.Refuse("This request has ended. Ask anew")
}

// CanCancel says whether a booking can still be given back.
func CanCancel(p Place, r Run, now clock.Millis) error {
	switch {
	case !p.Open(now):
		return errs.Refuse("There is nothing to give back: this request has ended")
	case p.Run != "" && now >= r.Begins():
		return errs.Refuse("This date has begun. Tell the organiser")
	}
	return nil
}

// Fullness says how a run stands for whoever looks at the catalogue: while people wait it is full, whatever is free just now (TRN-B8).
func Fullness(seats int64, c Count) string {
	free, unlimited := Free(seats, c.Taken)
	switch {
	case c.Waiting > 0:
		return "Full, " + text.Plural(int(c.Waiting), "waiting", "waiting")
	case unlimited:
		return "Open"
	case free == 0:
		return "Full"
	}
	return text.Plural(int(free), "of", "of") + " " + text.Plural(int(seats), "place", "places") + " left"
}

// Every is how dates recur.
type Every string

// The ways in which dates recur.
const (
	EveryWeek      Every = "week"
	EveryFortnight Every = "fortnight"
	EveryMonth     Every = "month" // the same weekday of the month: the second Tuesday, the fifth Monday
)

// Recur returns n dates from the first on, and the months that have no such date, "June 2027", which are left out (TRN-B19). Days are
// days: 09:15 stays 09:15 over a clock change, since a run's times are those of the place.
func Recur(first clock.Day, every Every, n int) (days []clock.Day, without []string) {
	step := map[Every]int{EveryWeek: 7, EveryFortnight: 14}[every]
	if step > 0 {
		for i := range n {
			days = append(days, first.Add(i*step))
		}
		return days, nil
	}
	start := first.Start()
	nth := (start.Day() - 1) / 7
	for m := 0; len(days) < n && m < 12*n; m++ {
		month := time.Date(start.Year(), start.Month()+time.Month(m), 1, 12, 0, 0, 0, time.UTC)
		ahead := (int(start.Weekday()) - int(month.Weekday()) + 7) % 7
		d := month.AddDate(0, 0, ahead+7*nth)
		if d.Month() != month.Month() {
			without = append(without, month.Format("January 2006"))
			continue
		}
		days = append(days, clock.Day(d.Format(time.DateOnly)))
	}
	return days, without
}
