package programme_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kith/internal/feature/training/programme"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/term"
)

// TRN-10: a weekday that stands in a text beside a date is that date's; both published events last three hours and a half.
func TestWeekdaysInATextAgreeWithTheirDates(t *testing.T) {
	for _, ok := range []string{"", "Every Tuesday", "Tuesday 5 December 2017", "Tues 5th Dec", "Friday, 8 December 2017 at 09:30", "the 5 December", "Fri the 8th of December, and Tuesday 5 December"} {
		if err := programme.CheckWeekdays(ok, "2017-12-05"); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for words, says := range map[string]string{"Monday 5 December 2017": "5 Dec 2017 is a Tuesday", "see you on Thurs 8th December": "8 Dec 2017 is a Friday", "Tuesday 31 November": "is no date", "Tuesday 5 December and Friday 9 December": "9 Dec 2017 is a Saturday"} {
		refused(t, programme.CheckWeekdays(words, "2017-12-05"), says)
	}
	// without a year the nearest is meant: a week in January speaks of last Friday 18 December
	if err := programme.CheckWeekdays("Friday 18 December", "2027-01-11"); err != nil {
		t.Error(err)
	}
	if a, b := programme.Lasts("09:15", "12:45"), programme.Lasts("09:30", "13:00"); a != "3 h 30 min" || b != a {
		t.Errorf("%q and %q", a, b)
	}
	for at, want := range map[[2]string]string{{"09:00", "10:00"}: "1 hour", {"09:00", "11:00"}: "2 hours", {"09:00", "09:45"}: "45 min", {"10:00", "09:00"}: "", {"", "09:00"}: ""} {
		if got := programme.Lasts(at[0], at[1]); got != want {
			t.Errorf("%v lasts %q", at, got)
		}
	}
}

// TRN-10: whatever day is written with its own weekday passes, and with any other is refused.
func TestEveryOtherWeekdayIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := clock.Day("2024-01-01").Add(rapid.IntRange(0, 2000).Draw(t, "days"))
		other := d.Add(rapid.IntRange(1, 6).Draw(t, "other"))
		if err := programme.CheckWeekdays("On "+d.Start().Format("Monday 2 January 2006"), d); err != nil {
			t.Fatal(err)
		}
		if programme.CheckWeekdays("On "+other.Start().Format("Monday")+d.Start().Format(" 2 January 2006"), d) == nil {
			t.Fatal(d, "passes as", other.Weekday())
		}
	})
}

func whole() (programme.Programme, programme.Session) {
	p := programme.Programme{Kind: programme.Week, Title: "Week", First: "2026-12-14", Last: "2026-12-18", Boards: "A\nB", ProposeUntil: "2026-12-04"}
	return p, programme.Session{ID: "one", Title: "Listening", By: "Surgery", Board: "A", Venue: "Hall", On: "2026-12-14", Starts: "09:30", Ends: "11:00", Booking: programme.JustGo, State: programme.Proposed}
}

func TestSessionsAndProgrammesAreWhole(t *testing.T) {
	p, s := whole()
	if err := programme.CheckProgramme(p); err != nil {
		t.Fatal(err)
	}
	if err := programme.CheckSession(p, s); err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]func(*programme.Programme){
		"title": func(p *programme.Programme) { p.Title = "" }, "what sort": func(p *programme.Programme) { p.Kind = "party" }, "first and its last": func(p *programme.Programme) { p.Last = "" },
		"ends before it begins": func(p *programme.Programme) { p.Last = "2026-12-13" }, "a month at most": func(p *programme.Programme) { p.Last = "2027-01-14" }, "which boards": func(p *programme.Programme) { p.Boards = " \n" },
		"what the gathering is for": func(p *programme.Programme) { p.Kind = programme.Gathering }, "before the programme ends": func(p *programme.Programme) { p.ProposeUntil = "2026-12-19" }, // TRN-15
		"as an e-mail address": func(p *programme.Programme) { p.Contact = "the office" }, "stands twice": func(p *programme.Programme) { p.Boards = "A\na" }, "is a Monday": func(p *programme.Programme) { p.Summary = "From Tuesday 14 December" },
	} {
		bad := p
		change(&bad)
		refused(t, programme.CheckProgramme(bad), says)
	}
	for says, change := range map[string]func(*programme.Session){
		"a title": func(s *programme.Session) { s.Title = "" }, "who runs it": func(s *programme.Session) { s.By = "" }, "outside the programme": func(s *programme.Session) { s.On = "2026-12-19" }, "Say when it ends": func(s *programme.Session) { s.Ends = "" },
		"Choose the board": func(s *programme.Session) { s.Board = "C" }, "Say where it is": func(s *programme.Session) { s.Venue = "" }, "how many places": func(s *programme.Session) { s.Places = -1 }, "ends before": func(s *programme.Session) { s.Ends = "09:30" },
		"beginning with https": func(s *programme.Session) { s.Booking, s.To = programme.ByLink, "javascript:alert(1)" }, "write for a place": func(s *programme.Session) { s.Booking, s.To = programme.ByEmail, "nobody" },
		"only for sessions that are booked elsewhere": func(s *programme.Session) { s.To = "https://example.org" }, "how people get": func(s *programme.Session) { s.Booking = "" }, "14 Dec 2026 is a Monday": func(s *programme.Session) { s.Summary = "Again on Friday 14 December" },
	} {
		bad := s
		change(&bad)
		refused(t, programme.CheckSession(p, bad), says)
	}
}

// TRN-B20: the organiser is warned of sessions that meet; times that touch do not.
func TestClashesAreOfTimesThatOverlap(t *testing.T) {
	_, s := whole()
	s.State = programme.Accepted
	other := func(change func(*programme.Session)) programme.Session {
		o := s
		o.ID, o.Title, o.By = "two", "Fathers", "Club"
		change(&o)
		return o
	}
	houses := map[string]string{"mill": "one", "weavers": "one"}
	for name, c := range map[string]struct {
		o    programme.Session
		says string
	}{
		"same room":           {other(func(o *programme.Session) { o.Starts, o.Ends = "10:59", "12:00" }), "Same place: 10:59 to 12:00, “Fathers”"},
		"touching":            {other(func(o *programme.Session) { o.Starts, o.Ends = "11:00", "12:00" }), ""},
		"touching before":     {other(func(o *programme.Session) { o.Starts, o.Ends = "09:00", "09:30" }), ""},
		"another day":         {other(func(o *programme.Session) { o.On = "2026-12-15" }), ""},
		"proposed":            {other(func(o *programme.Session) { o.State = programme.Proposed }), "(proposed)"},
		"declined":            {other(func(o *programme.Session) { o.State = programme.Declined }), ""},
		"called off":          {other(func(o *programme.Session) { o.State = programme.Off }), ""},
		"same partner":        {other(func(o *programme.Session) { o.By, o.Venue = "surgery", "Elsewhere" }), "Same partner"},
		"both by video":       {other(func(o *programme.Session) { o.Online, o.Venue = true, "" }), ""},
		"elsewhere":           {other(func(o *programme.Session) { o.Venue = "Elsewhere" }), ""},
		"itself":              {other(func(o *programme.Session) { o.ID = "one" }), ""},
		"same people, house":  {other(func(o *programme.Session) { o.Venue, o.VenueID, o.Audience = "Weavers House", "weavers", "dsl" }), "Same people, in the same house"},
		"other people, house": {other(func(o *programme.Session) { o.Venue, o.VenueID, o.Audience = "Weavers House", "weavers", "head" }), ""},
	} {
		mine := s
		if strings.HasSuffix(name, "house") {
			mine.VenueID, mine.Audience = "mill", "dsl"
		}
		got := programme.Clashes(mine, []programme.Session{c.o}, houses)
		if c.says == "" && len(got) > 0 || c.says != "" && (len(got) != 1 || !strings.Contains(got[0], c.says)) {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}

// TRN-13: filters by board, audience, place, day and time are of one mind: what each wants alone, all want together.
func TestFiltersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pick := func(name string, xs ...string) string { return rapid.SampledFrom(xs).Draw(t, name) }
		s := programme.Session{Board: pick("board", "A", "B"), Audience: pick("audience", "", "dsl", "dsl,head"), Venue: pick("venue", "Hall", "Mill"), Online: pick("online", "", "yes") != "", On: clock.Day(pick("on", "2026-12-14", "2026-12-15")),
			Starts: pick("starts", "09:00", "12:00", "16:59", "17:00")}
		w := programme.Wish{Board: pick("want board", "", "A", "B"), Audience: pick("want audience", "", "dsl", "head", "governor"), Place: pick("want place", "", "hall", "online"), Day: clock.Day(pick("want day", "", "2026-12-14")),
			Part: programme.Part(pick("want part", "", "morning", "afternoon", "evening"))}
		alone := true
		for _, one := range []programme.Wish{{Board: w.Board}, {Audience: w.Audience}, {Place: w.Place}, {Day: w.Day}, {Part: w.Part}} {
			alone = alone && one.Wants(s)
		}
		if w.Wants(s) != alone {
			t.Fatal(w, s)
		}
		if !(programme.Wish{}).Wants(s) {
			t.Fatal("everything is not wanted")
		}
	})
	for at, want := range map[string]programme.Part{"11:59": programme.Morning, "12:00": programme.Afternoon, "16:59": programme.Afternoon, "17:00": programme.Evening} {
		if programme.PartOf(at) != want {
			t.Errorf("%s is %s", at, programme.PartOf(at))
		}
	}
}

// TRN-14: the public sees what was accepted, and what was called off afterwards; the organiser answers once, and with words unless it accepts.
func TestWhoMayDoWhatWithASession(t *testing.T) {
	p, s := whole()
	for state, shown := range map[programme.SessionState]bool{programme.Proposed: false, programme.Returned: false, programme.Accepted: true, programme.Declined: false, programme.TakenOut: false, programme.Off: true} {
		s.State = state
		if s.Shown() != shown {
			t.Errorf("%s is shown: %v", state, s.Shown())
		}
	}
	s.State = programme.Proposed
	if err := programme.CanAnswer(s, programme.Accepted, ""); err != nil {
		t.Error(err)
	}
	refused(t, programme.CanAnswer(s, programme.Returned, " "), "Write to the partner why")
	refused(t, programme.CanAnswer(s, programme.Declined, ""), "Write to the partner why")
	s.State = programme.Accepted
	refused(t, programme.CanAnswer(s, programme.Accepted, ""), "answered already")
	refused(t, programme.CanRevise(s), "in the programme")
	before, during := clock.Of(clock.Day("2026-12-14").At(9, 29)), clock.Of(clock.Day("2026-12-14").At(9, 30))
	if err := programme.CanCallOff(s, before); err != nil {
		t.Error(err)
	}
	refused(t, programme.CanCallOff(s, during), "has begun")
	s.State = programme.Returned
	if err := programme.CanRevise(s); err != nil {
		t.Error(err)
	}
	refused(t, programme.CanAnswer(s, programme.Returned, "again"), "answered already")
	refused(t, programme.CanCallOff(s, before), "in the programme")
	for today, ok := range map[clock.Day]bool{"2026-12-04": true, "2026-12-05": false} {
		if err := programme.CanPropose(p, today); (err == nil) != ok {
			t.Errorf("on %s: %v", term.Date(today), err)
		}
	}
	p.ProposeUntil = ""
	refused(t, programme.CanPropose(p, "2026-12-01"), "do not propose")
	p.State = programme.Withdrawn
	refused(t, programme.CanPropose(p, "2026-12-01"), "withdrawn")
}

// TRN-20: lists write kinds of agencies in their own way.
func TestKindsOfPartnersAreReadAsTheyAreWritten(t *testing.T) {
	for said, want := range map[string]string{"GP surgery": "health", "Day nursery": "early_years", "West Haver Police": "police", "Mosque": "faith", "Scouts": "club", "health": "health", "Police": "police", "Zoo": "other", "": "other"} {
		if got := programme.KindOf(said); got != want {
			t.Errorf("%q is %s", said, got)
		}
	}
}
