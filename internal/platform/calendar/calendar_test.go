package calendar_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kith/internal/kernel/clock"
	"kith/internal/platform/calendar"
)

func at(d clock.Day, hour, minute int) clock.Millis { return clock.Of(d.At(hour, minute)) }

var updated = at("2026-11-02", 9, 0)

func TestFeed(t *testing.T) {
	events := []calendar.Event{
		{
			UID: "run-1@kith", Start: at("2026-07-01", 0, 30), End: at("2026-07-01", 3, 45), Updated: updated, Sequence: 2,
			Summary: "Course; one, two\nthree \\n back", Description: strings.Repeat("Łódź, “long” words. ", 20), Location: "Haver Hall, Room 4",
			Organizer: calendar.Person{Name: "Mary O'Neil, \"training\"\r\nX-EVIL:1", Mail: "training@example.invalid"},
		},
		{UID: "closed-1@kith", Day: "2026-10-26", LastDay: "2026-10-30", Updated: updated, Status: calendar.Tentative, Summary: "\x00Half term"},
		{UID: "day-1@kith", Day: "2026-11-23", Updated: updated, Status: calendar.Cancelled},
		{UID: "call-1@kith", Start: at("2026-11-23", 11, 0), Updated: updated},
	}
	feed, err := calendar.Feed("Training\r\nX-EVIL:1", events)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := calendar.Feed("Training\r\nX-EVIL:1", events); !bytes.Equal(feed, again) {
		t.Error("one feed is written in two ways, so no reader can keep it")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(feed), "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n\x00") || strings.HasPrefix(line, "X-EVIL") {
			t.Errorf("%q is no line of a calendar", line)
		}
	}
	for _, want := range []string{
		"METHOD:PUBLISH\r\n", "DTSTART:20260630T233000Z\r\n", "DTEND:20260701T024500Z\r\n", "DTSTART;VALUE=DATE:20261026\r\n", "DTEND;VALUE=DATE:20261031\r\n",
		"DTEND;VALUE=DATE:20261124\r\n", "SEQUENCE:2\r\n", "DTSTAMP:20261102T090000Z\r\n", "STATUS:CANCELLED\r\n", "SUMMARY:Course\\; one\\, two\\nthree \\\\n back\r\n",
		"ORGANIZER;CN=Mary O’Neil training X-EVIL 1:mailto:training@example.invalid\r\n", "X-WR-CALNAME:Training X-EVIL:1\r\n",
	} {
		if !strings.Contains(strings.ReplaceAll(string(feed), "\r\n ", ""), want) {
			t.Errorf("no %q in\n%s", want, feed)
		}
	}

	in, err := calendar.Read(bytes.NewReader(feed), 1<<20)
	if err != nil || len(in.Notes) > 0 || len(in.Events) != len(events) {
		t.Fatalf("%d events, notes %q, %v", len(in.Events), in.Notes, err)
	}
	for i, want := range events {
		want.Organizer.Name = map[bool]string{true: "Mary O’Neil training X-EVIL 1"}[want.Organizer.Mail != ""]
		want.Summary, want.Description = strings.TrimPrefix(want.Summary, "\x00"), strings.TrimSpace(want.Description)
		if want.Status == "" {
			want.Status = calendar.Confirmed
		}
		if want.Day != "" && want.LastDay == "" {
			want.LastDay = want.Day
		}
		if got := in.Events[i]; got != want {
			t.Errorf("written and read:\n%+v, want\n%+v", got, want)
		}
	}
}

func TestInvitation(t *testing.T) {
	e := calendar.Event{UID: "m@kith", Start: at("2026-12-02", 15, 45), End: at("2026-12-02", 16, 55), Updated: updated, Summary: "Meeting", Organizer: calendar.Person{Name: "Kith", Mail: "no-reply@example.invalid"}}
	jo := calendar.Person{Name: "Jo", Mail: "jo@example.invalid"}
	ask, err := calendar.Invitation(e, jo, calendar.Person{Mail: "sam@example.invalid"})
	if err != nil {
		t.Fatal(err)
	}
	booked, err := calendar.Booked(e, jo)
	if err != nil {
		t.Fatal(err)
	}
	e.Sequence = 1
	off, err := calendar.Cancellation(e, jo)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		b    []byte
		want []string
	}{
		{ask, []string{"METHOD:REQUEST\r\n", "SEQUENCE:0\r\n", "STATUS:CONFIRMED\r\n", "ATTENDEE;CN=Jo;", "mailto:jo@example.invalid", "mailto:sam@example.invalid", "RSVP=true"}},
		{booked, []string{"METHOD:REQUEST\r\n", "ATTENDEE;CN=Jo;", "PARTSTAT=ACCEPTED", "RSVP=false", "mailto:jo@example.invalid"}},
		{off, []string{"METHOD:CANCEL\r\n", "SEQUENCE:1\r\n", "STATUS:CANCELLED\r\n", "UID:m@kith\r\n", "mailto:jo@example.invalid"}},
	} {
		flat := strings.ReplaceAll(string(x.b), "\r\n ", "")
		for _, w := range x.want {
			if !strings.Contains(flat, w) {
				t.Errorf("no %q in\n%s", w, flat)
			}
		}
	}
	if _, err := calendar.Invitation(e); err == nil {
		t.Error("an invitation to nobody")
	}
	if _, err := calendar.Invitation(e, calendar.Person{Mail: "jo@example.invalid\r\nX-EVIL:1"}); err == nil {
		t.Error("an address with a line end")
	}
	e.Organizer.Mail = ""
	if _, err := calendar.Invitation(e, jo); err == nil {
		t.Error("an invitation from nobody")
	}
}

func TestEventsThatCannotBe(t *testing.T) {
	ok := calendar.Event{UID: "a@kith", Start: at("2026-12-02", 15, 0), End: at("2026-12-02", 16, 0), Updated: updated}
	if _, err := calendar.Feed("x", []calendar.Event{ok}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*calendar.Event){
		"no id":              func(e *calendar.Event) { e.UID = "" },
		"id with a line end": func(e *calendar.Event) { e.UID = "a\r\nX-EVIL:1" },
		"no start":           func(e *calendar.Event) { e.Start = 0 },
		"start and day":      func(e *calendar.Event) { e.Day = "2026-12-02" },
		"ends first":         func(e *calendar.Event) { e.End = e.Start - 1 },
		"never changed":      func(e *calendar.Event) { e.Updated = 0 },
		"no such day":        func(e *calendar.Event) { e.Start, e.Day = 0, "2026-02-30" },
		"last day first":     func(e *calendar.Event) { e.Start, e.Day, e.LastDay = 0, "2026-12-02", "2026-12-01" },
		"unknown status":     func(e *calendar.Event) { e.Status = "MAYBE\r\nX-EVIL:1" },
		"organizer":          func(e *calendar.Event) { e.Organizer.Mail = "nobody" },
	} {
		e := ok
		change(&e)
		if _, err := calendar.Feed("x", []calendar.Event{e}); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

const wrap = "BEGIN:VCALENDAR\nVERSION:2.0\n%\nEND:VCALENDAR\n"

func TestRead(t *testing.T) {
	was := time.Local
	defer func() { time.Local = was }()
	time.Local = time.FixedZone("elsewhere", -8*3600) // SEC-22: a server's zone does not move an event

	one := func(lines string) string {
		return strings.Replace(wrap, "%", "BEGIN:VEVENT\nUID:u\n"+lines+"\nEND:VEVENT", 1)
	}
	for name, x := range map[string]struct {
		in   string
		want calendar.Event
	}{
		"without a zone":  {one("DTSTART:20260701T093000\nDTEND:20260701T103000"), calendar.Event{Start: at("2026-07-01", 9, 30), End: at("2026-07-01", 10, 30)}},
		"UTC":             {one("DTSTART:20260701T083000Z\nDURATION:PT1H30M"), calendar.Event{Start: at("2026-07-01", 9, 30), End: at("2026-07-01", 11, 0)}},
		"zone":            {one("DTSTART;TZID=America/New_York:20260701T043000"), calendar.Event{Start: at("2026-07-01", 9, 30), Zone: "America/New_York"}},
		"Outlook's zone":  {one("DTSTART;TZID=\"GMT Standard Time\":20260701T093000"), calendar.Event{Start: at("2026-07-01", 9, 30), Zone: "GMT Standard Time"}},
		"Mozilla's zone":  {one("DTSTART;TZID=/mozilla.org/20050126_1/Europe/London:20260701T093000"), calendar.Event{Start: at("2026-07-01", 9, 30), Zone: "/mozilla.org/20050126_1/Europe/London"}},
		"whole day":       {one("DTSTART;VALUE=DATE:20261123"), calendar.Event{Day: "2026-11-23", LastDay: "2026-11-23"}},
		"several days":    {one("DTSTART;VALUE=DATE:20261026\nDTEND;VALUE=DATE:20261031"), calendar.Event{Day: "2026-10-26", LastDay: "2026-10-30"}},
		"days by length":  {one("DTSTART;VALUE=DATE:20261026\nDURATION:P5D"), calendar.Event{Day: "2026-10-26", LastDay: "2026-10-30"}},
		"a week":          {one("DTSTART:20261026T090000Z\nDURATION:P1W"), calendar.Event{Start: at("2026-10-26", 9, 0), End: at("2026-11-02", 9, 0)}},
		"folded":          {one("DTSTART:2026\n 1123T0900\n\t00Z\nSUMMARY:Long\n er words\\, and\\nmore"), calendar.Event{Start: at("2026-11-23", 9, 0), Summary: "Longer words, and\nmore"}},
		"a line too many": {one("DTSTART:20261123T090000Z\nthis is nothing\nSUMMARY:Kept"), calendar.Event{Start: at("2026-11-23", 9, 0), Summary: "Kept"}},
		"bare event":      {"BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20261123T090000Z\r\nEND:VEVENT\r\n", calendar.Event{Start: at("2026-11-23", 9, 0)}},
		"own fixed zone":  {"BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0200\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Ours:20261123T110000\nEND:VEVENT\nEND:VCALENDAR", calendar.Event{Start: at("2026-11-23", 9, 0), Zone: "Ours"}},
		"an alarm inside": {one("DTSTART:20261123T090000Z\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nSUMMARY:Not this\nEND:VALARM"), calendar.Event{Start: at("2026-11-23", 9, 0)}},
	} {
		in, err := calendar.Read(strings.NewReader("\ufeff"+x.in), 1<<20)
		x.want.UID, x.want.Status = "u", calendar.Confirmed
		if err != nil || len(in.Events) != 1 || len(in.Notes) > 0 || in.Events[0] != x.want {
			t.Errorf("%s: %+v %v, want %+v", name, in, err, x.want)
		}
	}

	for name, x := range map[string]struct{ in, note string }{
		"no start":     {one("SUMMARY:x"), "The event on line 3 was left out: it has no start."},
		"unknown zone": {one("DTSTART;TZID=Atlantis:20261123T090000"), "The event on line 3 was left out: its time zone “Atlantis” is not known."},
		"no date":      {one("DTSTART:tomorrow"), "The event on line 3 was left out: “tomorrow” is not a date."},
		"backwards":    {one("DTSTART:20261123T090000Z\nDTEND:20261123T080000Z"), "The event on line 3 was left out: it ends before it starts."},
		"cut off":      {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u", "The event on line 2 was left out: it has no end."},
	} {
		in, err := calendar.Read(strings.NewReader(x.in), 1<<20)
		if err != nil || len(in.Events) > 0 || len(in.Notes) != 1 || in.Notes[0] != x.note {
			t.Errorf("%s: %+v %v", name, in, err)
		}
	}
	in, err := calendar.Read(strings.NewReader(one("DTSTART:20261123T090000Z\nRRULE:FREQ=WEEKLY\nSUMMARY:Staff briefing")), 1<<20)
	if err != nil || len(in.Events) != 1 || in.Events[0].Repeats != "FREQ=WEEKLY" || len(in.Notes) != 1 || in.Notes[0] != "Staff briefing repeats; only its first date was read." {
		t.Errorf("%+v %v", in, err)
	}
	noUID := strings.Replace(one("DTSTART:20261123T090000Z"), "UID:u\n", "", 1)
	a, _ := calendar.Read(strings.NewReader(noUID), 1<<20)
	b, _ := calendar.Read(strings.NewReader(noUID), 1<<20)
	if len(a.Events) != 1 || a.Events[0].UID == "" || a.Events[0] != b.Events[0] {
		t.Errorf("an event without an id is not the same twice: %+v, %+v", a, b)
	}
	for _, bad := range []string{"", "hello", "PK\x03\x04", "<html>BEGIN:VCALENDAR</html>"} {
		if _, err := calendar.Read(strings.NewReader(bad), 1<<20); err == nil || err.Error() != calendar.ErrNotCalendar.Error() {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := calendar.Read(strings.NewReader(strings.Repeat("x", 2049)), 2048); err == nil || err.Error() != "This calendar is larger than 2 kilobytes. Export a shorter period." {
		t.Error(err)
	}
}

// Calendars of many programs, some broken on purpose: none may end the program, and most events are read.
func TestReadCorpus(t *testing.T) {
	shared := os.Getenv("KITH_SHARED_DATA")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	files, err := filepath.Glob(filepath.Join(shared, "ical", "*.ics"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Logf("no calendars in %s: set KITH_SHARED_DATA", shared)
		t.Skip("the corpus of calendars is absent; TestRead covers the same ground with our own")
	}
	read, empty, refused, events, left := 0, 0, 0, 0, 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		in, err := calendar.Read(bytes.NewReader(b), 1<<20)
		switch {
		case err != nil:
			refused++
			if bytes.Contains(b, []byte("BEGIN:VCALENDAR")) || bytes.Contains(b, []byte("BEGIN:VEVENT")) {
				t.Errorf("%s: %v", filepath.Base(file), err)
			}
		case len(in.Events) == 0:
			empty++
		default:
			read++
		}
		events, left = events+len(in.Events), left+len(in.Notes)
		if n := bytes.Count(b, []byte("BEGIN:VEVENT")); len(in.Events)+len(in.Notes) < n {
			t.Errorf("%s: %d events, %d read, %d notes: one is lost without a word", filepath.Base(file), n, len(in.Events), len(in.Notes))
		}
		for _, e := range in.Events {
			if e.UID == "" || (e.Day == "") == e.Start.IsZero() {
				t.Errorf("%s: %+v", filepath.Base(file), e)
			}
		}
	}
	t.Logf("%d files: %d with events, %d without, %d refused; %d events, %d notes", len(files), read, empty, refused, events, left)
	if read < 28 || events < 31 {
		t.Errorf("only %d files with %d events", read, events)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "BEGIN:VEVENT\nDTSTART:20261123\nEND:VEVENT", "BEGIN:VEVENT\nDTSTART;TZID=\"\\\":x\nEND:VEVENT", "BEGIN:VEVENT\nBEGIN:VALARM\nEND:VEVENT", "BEGIN:VEVENT\nDTSTART;X=:20261123T000000\nDURATION:P99999D\nEND:VEVENT", "BEGIN:VEVENT\nDTSTART;:20261123\nA;B=\\\nEND:VEVENT", "BEGIN:VTIMEZONE\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=:20261123T000000Z\nEND:VEVENT"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in, err := calendar.Read(bytes.NewReader(b), 1<<16)
		if err != nil && len(in.Events) > 0 {
			t.Fatalf("%v with %d events", err, len(in.Events))
		}
		for _, e := range in.Events {
			if e.UID == "" || e.Day != "" && e.LastDay < e.Day || !e.End.IsZero() && e.End < e.Start {
				t.Fatalf("%+v", e)
			}
		}
	})
}
