package trainingtest

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"kith/internal/kernel/clock"
	"kith/internal/platform/mail"
	"kith/internal/testkit"
)

// Entry is a calendar file as a parser reads it that did not write it.
type Entry struct {
	Method, UID, Status, Location, Words string
	Sequence                             int
	Start, End                           time.Time
}

// Entries are the calendar files of a letter, each about one entry.
func Entries(t *testing.T, m mail.Message) (out []Entry) {
	t.Helper()
	for _, f := range m.Files {
		cal, err := ical.NewDecoder(bytes.NewReader(f.Body)).Decode()
		testkit.OK(t, err)
		events := cal.Events()
		if len(events) != 1 {
			t.Fatalf("%d events in %s: one file is about one entry", len(events), f.Name)
		}
		text := func(p ical.Props, name string) string { s, _ := p.Text(name); return s }
		e := events[0]
		x := Entry{Method: text(cal.Props, ical.PropMethod), UID: text(e.Props, ical.PropUID), Status: text(e.Props, ical.PropStatus), Location: text(e.Props, ical.PropLocation), Words: text(e.Props, ical.PropDescription)}
		x.Sequence, err = strconv.Atoi(e.Props.Get(ical.PropSequence).Value)
		testkit.OK(t, err)
		x.Start, err = e.DateTimeStart(clock.London)
		testkit.OK(t, err)
		x.End, err = e.DateTimeEnd(clock.London)
		testkit.OK(t, err)
		if !strings.HasSuffix(f.Type, "method="+x.Method) {
			t.Errorf("%s is sent as %s", x.Method, f.Type)
		}
		out = append(out, x)
	}
	return out
}
