package calendar

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/text"
)

// ErrNotCalendar is a sentence for the person who chose the file.
var ErrNotCalendar = errors.New("This file is not a calendar. Choose one that ends in .ics.")

// TooLarge is the error of a file over the limit.
type TooLarge struct{ Limit int64 } // bytes

// Error is a sentence for the person who chose the file.
func (e TooLarge) Error() string {
	return "This calendar is larger than " + text.Plural(int(e.Limit/1024), "kilobyte", "kilobytes") + ". Export a shorter period."
}

// Import is what was read of a file.
type Import struct {
	Events []Event
	Notes  []string // a sentence for each event left out or read in part
}

// Read reads the events of an .ics file of at most limit bytes. Broken lines are passed over, and an event that cannot
// be understood is left out with a note, so one of them does not cost the rest. Of an event that repeats, the first
// date is read. Times without a zone are of Europe/London, whatever the zone of the server; an event in a zone that
// nobody knows is left out rather than put at a wrong hour. An event without a UID gets one made of its start and
// summary, so that the same file read twice gives the same events.
func Read(r io.Reader, limit int64) (Import, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return Import{}, err
	}
	if int64(len(b)) > limit {
		return Import{}, TooLarge{limit}
	}
	lines := unfold(string(b))
	zones := zonesOf(lines)
	var in Import
	calendar := false
	var block []string
	begun := 0 // line at which block begins
	for _, l := range lines {
		line := l.text
		switch tag := strings.ToUpper(line); {
		case tag == "BEGIN:VEVENT":
			if block != nil {
				in.leaveOut(begun, "it has no end")
			}
			block, begun, calendar = []string{tag}, l.number, true
		case tag == "END:VEVENT" && block != nil:
			in.take(append(block, tag), begun, zones)
			block = nil
		case tag == "BEGIN:VCALENDAR":
			calendar = true
		case block != nil && property.MatchString(line):
			block = append(block, line)
		}
	}
	if block != nil {
		in.leaveOut(begun, "it has no end")
	}
	if !calendar {
		return Import{}, ErrNotCalendar
	}
	return in, nil
}

var (
	property  = regexp.MustCompile(`^[A-Za-z0-9-]+[;:]`)
	durations = regexp.MustCompile(`^\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$`)
)

// logical is a line as RFC 5545 means it: long ones are broken, and the rest begins with a space.
type logical struct {
	number int // of the first line in the file, from 1
	text   string
}

func unfold(s string) []logical {
	var out []logical
	n := 0
	for line := range strings.SplitSeq(strings.TrimPrefix(text.Clean(s), "\ufeff"), "\n") {
		n++
		if len(out) > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			out[len(out)-1].text += line[1:]
			continue
		}
		out = append(out, logical{n, line})
	}
	for i := range out {
		out[i].text = strings.TrimRight(out[i].text, " \t")
	}
	return out
}

func (in *Import) leaveOut(line int, why string) {
	in.Notes = append(in.Notes, fmt.Sprintf("The event on line %d was left out: %s.", line, why))
}

func (in *Import) take(block []string, begun int, zones map[string]*time.Location) {
	v, err := parse(block)
	if err != nil {
		in.leaveOut(begun, "it cannot be read")
		return
	}
	e, err := event(v, zones)
	if err != nil {
		in.leaveOut(begun, err.Error())
		return
	}
	if e.Repeats != "" {
		name := e.Summary
		if name == "" {
			name = "An event without a title"
		}
		in.Notes = append(in.Notes, text.FirstWords(name, 60)+" repeats; only its first date was read.")
	}
	in.Events = append(in.Events, e)
}

// parse gives one event to the library, on its own, so that what it cannot read costs this event only.
func parse(block []string) (v *ics.VEvent, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("calendar: %v", p)
		}
	}()
	cal, err := ics.ParseCalendar(strings.NewReader("BEGIN:VCALENDAR\r\n" + strings.Join(block, "\r\n") + "\r\nEND:VCALENDAR\r\n"))
	if err != nil {
		return nil, err
	}
	events := cal.Events()
	if len(events) != 1 {
		return nil, errors.New("calendar: no event")
	}
	return events[0], nil
}

func event(v *ics.VEvent, zones map[string]*time.Location) (Event, error) {
	e := Event{
		UID: get(v, ics.ComponentPropertyUniqueId), Summary: get(v, ics.ComponentPropertySummary),
		Description: get(v, ics.ComponentPropertyDescription), Location: get(v, ics.ComponentPropertyLocation),
		Repeats: get(v, ics.ComponentPropertyRrule), Status: Confirmed,
	}
	start := v.GetProperty(ics.ComponentPropertyDtStart)
	if start == nil {
		return Event{}, errors.New("it has no start")
	}
	at, day, err := moment(start, zones)
	if err != nil {
		return Event{}, err
	}
	e.Start, e.Day, e.Zone = at, day, param(start, "TZID")
	if err := e.ending(v, zones); err != nil {
		return Event{}, err
	}
	if o := v.GetProperty(ics.ComponentPropertyOrganizer); o != nil {
		e.Organizer = Person{Name: param(o, "CN")}
		if a := o.Value; len(a) > 7 && strings.EqualFold(a[:7], "mailto:") {
			e.Organizer.Mail = a[7:]
		}
	}
	switch s := Status(strings.ToUpper(get(v, ics.ComponentPropertyStatus))); s {
	case Tentative, Cancelled:
		e.Status = s
	}
	if n, err := strconv.Atoi(get(v, ics.ComponentPropertySequence)); err == nil && n > 0 {
		e.Sequence = n
	}
	for _, p := range []ics.ComponentProperty{ics.ComponentPropertyLastModified, ics.ComponentPropertyDtstamp} {
		if x := v.GetProperty(p); x != nil && e.Updated.IsZero() {
			if at, _, err := moment(x, zones); err == nil {
				e.Updated = at
			}
		}
	}
	if e.UID == "" {
		e.UID = fmt.Sprintf("none-%x", sha256.Sum256(fmt.Appendf(nil, "%d %s %s", e.Start, e.Day, e.Summary)))[:37]
	}
	return e, nil
}

// ending fills in when the event ends: by its end or its length, on its first day if it has neither.
func (e *Event) ending(v *ics.VEvent, zones map[string]*time.Location) error {
	if p := v.GetProperty(ics.ComponentPropertyDtEnd); p != nil {
		at, day, err := moment(p, zones)
		if err != nil {
			return err
		}
		switch {
		case e.Day != "" && day > e.Day:
			e.LastDay = day.Add(-1)
		case e.Day == "" && at >= e.Start:
			e.End = at
		case e.Day == "" && day == "":
			return errors.New("it ends before it starts")
		}
	} else if p := v.GetProperty(ics.ComponentPropertyDuration); p != nil {
		if d, ok := length(p.Value); ok && e.Day == "" {
			e.End = e.Start.Add(d)
		} else if ok && d > 24*time.Hour {
			e.LastDay = e.Day.Add(int((d - 1) / (24 * time.Hour)))
		}
	}
	if e.Day != "" && e.LastDay == "" {
		e.LastDay = e.Day
	}
	return nil
}

// length reads an iCalendar duration such as PT1H30M, P2D or P1W.
func length(s string) (time.Duration, bool) {
	m := durations.FindStringSubmatch(strings.ToUpper(strings.TrimSpace(s)))
	if m == nil {
		return 0, false
	}
	var sum time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if m[i+1] != "" {
			var n int
			if _, err := fmt.Sscan(m[i+1], &n); err != nil {
				return 0, false
			}
			sum += time.Duration(n) * unit
		}
	}
	return sum, true
}

func get(v *ics.VEvent, p ics.ComponentProperty) string {
	if x := v.GetProperty(p); x != nil {
		return strings.TrimSpace(x.Value)
	}
	return ""
}

func param(p *ics.IANAProperty, name string) string {
	for k, v := range p.ICalParameters {
		if strings.EqualFold(k, name) && len(v) > 0 {
			return strings.Trim(v[0], `" `)
		}
	}
	return ""
}

// moment reads a date or a time. The library's own reading takes times without a zone as those of the server.
func moment(p *ics.IANAProperty, zones map[string]*time.Location) (clock.Millis, clock.Day, error) {
	s := strings.ToUpper(strings.TrimSpace(p.Value))
	if t, err := time.Parse("20060102", s); err == nil {
		return 0, clock.Day(t.Format(time.DateOnly)), nil
	}
	zone := clock.London
	if id := param(p, "TZID"); id != "" {
		if zone = zones[id]; zone == nil {
			zone = known(id)
		}
		if zone == nil {
			return 0, "", fmt.Errorf("its time zone “%s” is not known", text.FirstWords(id, 40))
		}
	}
	if bare, utc := strings.CutSuffix(s, "Z"); utc {
		s, zone = bare, time.UTC
	}
	t, err := time.ParseInLocation("20060102T150405", s, zone)
	if err != nil || t.Year() < 1 {
		return 0, "", fmt.Errorf("“%s” is not a date", text.FirstWords(p.Value, 40))
	}
	return clock.Of(t), "", nil
}

// windows are the names by which Outlook and Exchange call the zones that calendars brought to a British school are in.
var windows = map[string]string{
	"GMT Standard Time": "Europe/London", "Greenwich Standard Time": "Atlantic/Reykjavik", "W. Europe Standard Time": "Europe/Berlin",
	"Romance Standard Time": "Europe/Paris", "Central Europe Standard Time": "Europe/Budapest", "Central European Standard Time": "Europe/Warsaw",
	"GTB Standard Time": "Europe/Athens", "FLE Standard Time": "Europe/Kyiv", "Eastern Standard Time": "America/New_York", "Pacific Standard Time": "America/Los_Angeles",
	"Pakistan Standard Time": "Asia/Karachi", "India Standard Time": "Asia/Kolkata", "Coordinated Universal Time": "UTC",
}

// known returns the zone of a name, nil if there is none: an IANA name, one at the end of a path as Mozilla and
// Evolution write it, or one of Windows.
func known(id string) *time.Location {
	if w, found := windows[id]; found {
		id = w
	}
	parts := strings.Split(strings.Trim(id, "/"), "/")
	for i := range parts {
		name := strings.Join(parts[i:], "/")
		if name == "" || name == "Local" || !strings.Contains(name, "/") && name != "UTC" && name != "GMT" {
			continue
		}
		if z, err := time.LoadLocation(name); err == nil {
			return z
		}
	}
	return nil
}

// zonesOf returns the zones that the file itself describes and known cannot name: those that say which zone they
// stand for, and those with one offset all year.
func zonesOf(lines []logical) map[string]*time.Location {
	zones := map[string]*time.Location{}
	id, stands, offset, inside := "", "", "", false
	for _, l := range lines {
		line := l.text
		name, value, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(strings.ToUpper(name), ";")
		switch tag := strings.ToUpper(line); {
		case tag == "BEGIN:VTIMEZONE":
			id, stands, offset, inside = "", "", "", true
		case tag == "END:VTIMEZONE":
			if z := described(id, stands, offset); z != nil {
				zones[id] = z
			}
			inside = false
		case !inside:
		case name == "TZID":
			id = value
		case name == "X-LIC-LOCATION":
			stands = value
		case name == "TZOFFSETTO" && offset == "":
			offset = value
		case name == "TZOFFSETTO" && offset != value:
			offset = "changes"
		}
	}
	return zones
}

func described(id, stands, offset string) *time.Location {
	if z := known(id); z != nil {
		return z
	}
	if z := known(stands); z != nil {
		return z
	}
	for _, layout := range []string{"-0700", "-070000"} {
		if t, err := time.Parse(layout, offset); err == nil {
			_, seconds := t.Zone()
			return time.FixedZone(id, seconds)
		}
	}
	return nil
}
