package newsletters_test

import (
	"strings"
	"testing"
	"time"

	"kith/internal/feature/newsletters"
	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/testkit"
)

var now = clock.Of(testkit.Monday)

const today = clock.Day("2026-11-23")

func says(t *testing.T, err error, words string) {
	t.Helper()
	if !errs.Is(err, errs.Rule) || !strings.Contains(errs.Sentence(err), words) {
		t.Errorf("says %q (%v), not %q", errs.Sentence(err), err, words)
	}
}

func TestNobodyApprovesWhatTheyWrote(t *testing.T) {
	waiting := newsletters.Issue{State: newsletters.Review}
	by := func(a string) access.Viewer { return access.Viewer{Account: a} }
	if err := newsletters.CanApprove(waiting, []string{"amina"}, by("gareth"), now, now); err != nil {
		t.Error(err)
	}
	says(t, newsletters.CanApprove(waiting, []string{"amina", "gareth"}, by("gareth"), now, now), "You wrote in this issue")
	says(t, newsletters.CanApprove(waiting, []string{"amina"}, by(""), now, now), "You wrote in this issue")
	says(t, newsletters.CanApprove(waiting, nil, by("gareth"), now-1, now), "is past")
	says(t, newsletters.CanApprove(waiting, nil, by("gareth"), now.Add(400*24*time.Hour), now), "more than a year")
	says(t, newsletters.CanApprove(newsletters.Issue{State: newsletters.Draft}, nil, by("gareth"), now, now), "not waiting")
}

func TestOnlyDraftsAreWrittenInAndOnlyWholeOnesAreReviewed(t *testing.T) {
	whole := newsletters.Issue{State: newsletters.Draft, Content: letter("A")}
	if err := newsletters.CanWrite(whole); err != nil {
		t.Error(err)
	}
	if err := newsletters.CanSendForReview(whole); err != nil {
		t.Error(err)
	}
	for state, words := range map[newsletters.State]string{newsletters.Review: "Take this issue back", newsletters.Scheduled: "Take this issue back",
		newsletters.Sending: "has gone out", newsletters.Sent: "has gone out", newsletters.Archived: "has gone out"} {
		says(t, newsletters.CanWrite(newsletters.Issue{State: state}), words)
		says(t, newsletters.CanSendForReview(newsletters.Issue{State: state, Content: letter("A")}), "not a draft")
	}
	says(t, newsletters.CanSendForReview(newsletters.Issue{State: newsletters.Draft}), "at least one item")
	bare := whole
	bare.Items = []newsletters.Item{{Heading: "Only a heading"}}
	says(t, newsletters.CanSendForReview(bare), "Item 1 needs")
	briefing := whole
	briefing.Kind = newsletters.Briefing
	says(t, newsletters.CanSendForReview(briefing), "Choose the posts")
	says(t, newsletters.CanTakeBack(whole), "Only an issue that is waiting")
	says(t, newsletters.CanArchive(whole), "Only an issue that was sent")
	says(t, newsletters.CanSendAgain(newsletters.Delivery{State: newsletters.LetterSending}), "Only a letter that failed")
}

// NWS-4
func TestNothingAboutAChildCanStandInAnIssue(t *testing.T) {
	for text, takeOut := range map[string]string{
		"Ask about A123456789012.":       "pupil number",
		"Order h801 2001 26 01":          "", // eleven figures are no pupil number
		"UPN h801 2001 26 014":           "pupil number",
		"Ivy Marsden (03/03/2017) moved": "date of birth",
		"Ola Zielińska, 3.3.17":          "date of birth",
		"a boy born 3 March 2017":        "date of birth",
		"DOB: 2017-03-03":                "date of birth",
		"See https://kith.example/children/0190a1b2-0000-7000-8000-000000000001": "link to a record",
		"file 0190a1b2-0000-7000-8000-000000000001":                              "link to a record",
		"/concerns/new":                                                              "link to a record",
		"Haver Hall, 9 March 2027, 09:15":                                            "",
		"Safeguarding Week runs from 12/10/2026":                                     "",
		"Ring T 01274 434343 a day before":                                           "",
		"Keeping Children Safe in Education, 1 September 2026":                       "",
		"https://kith.example/training/courses/0190a1b2-0000-7000-8000-00000000000a": "",
		"/newsletters/0190a1b2-0000-7000-8000-00000000000a":                          "",
		"Born in 1989, the Act still holds":                                          "",
	} {
		c := letter("Autumn")
		c.Items[0].Text = text
		err := newsletters.Unfit(c, today)
		if takeOut == "" {
			if err != nil {
				t.Errorf("%q is refused: %v", text, err)
			}
			continue
		}
		says(t, err, "Item 1: take out")
		says(t, err, takeOut)
	}
	c := letter("UPN A123456789012")
	says(t, newsletters.Unfit(c, today), "Title and opening words: take out the pupil number")
	if err := newsletters.Unfit(letter("Autumn"), today); err != nil {
		t.Error(err)
	}
}

func TestAddressesAreKeptFolded(t *testing.T) {
	for typed, want := range map[string]string{" Tom.Hartley@School.Example ": "tom.hartley@school.example", "a+b@x.example": "a+b@x.example"} {
		if got, err := newsletters.Address(typed); err != nil || got != want {
			t.Errorf("%q is kept as %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "tom", "tom@localhost", "a@b.example, c@d.example", "Tom <tom@x.example>", "tom@x.example\nBcc: y@z.example", "tóm@x.example", strings.Repeat("a", 250) + "@x.example"} {
		_, err := newsletters.Address(typed)
		says(t, err, "Write one e-mail address")
	}
}

func TestLinksLeadOutOverTLSOrStayHere(t *testing.T) {
	for _, ok := range []string{"https://haverdale.example/a?b=c", "/training"} {
		if err := newsletters.Link(ok); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	for _, bad := range []string{"http://haverdale.example", "javascript:alert(1)", "//evil.example", "haverdale.example", "https://user@evil.example", "https://"} {
		says(t, newsletters.Link(bad), "beginning with https://")
	}
}

func TestTypingAnAddressProvesNothing(t *testing.T) {
	for _, x := range []struct {
		s     newsletters.Subscriber
		state newsletters.SubscriberState
		write bool
	}{
		{newsletters.Subscriber{}, newsletters.Pending, true},
		{newsletters.Subscriber{State: newsletters.Pending, AskedAt: now - 1}, newsletters.Pending, false},
		{newsletters.Subscriber{State: newsletters.Pending, AskedAt: now.Add(-newsletters.AskAgainAfter)}, newsletters.Pending, true},
		{newsletters.Subscriber{State: newsletters.Confirmed}, newsletters.Confirmed, true},
		{newsletters.Subscriber{State: newsletters.Unsubscribed}, newsletters.Pending, true},
		{newsletters.Subscriber{State: newsletters.Bounced}, newsletters.Pending, true},
		{newsletters.Subscriber{State: newsletters.Blocked}, newsletters.Blocked, false},
	} {
		if state, write := newsletters.Asked(x.s, now); state != x.state || write != x.write {
			t.Errorf("%+v: %s, %v", x.s, state, write)
		}
	}
}

// NWS-7
func TestComingEventsAreThoseFromTodayOnTheNextFirst(t *testing.T) {
	got := newsletters.Coming([]newsletters.Item{{Heading: "past", On: "2026-11-22"}, {Heading: "no event"}, {Heading: "later", On: "2027-01-14", Starts: "09:15"},
		{Heading: "today", On: today}, {Heading: "earlier that day", On: "2027-01-14", Starts: "08:00"}}, today)
	var order []string
	for _, i := range got {
		order = append(order, i.Heading)
	}
	if strings.Join(order, ", ") != "today, earlier that day, later" {
		t.Error(order)
	}
}

// NWS-6
func TestAShowingIsNotedAfterItHappened(t *testing.T) {
	sent := newsletters.Issue{State: newsletters.Sent}
	if err := newsletters.CanNote(sent, newsletters.Showing{On: today}, today); err != nil {
		t.Error(err)
	}
	says(t, newsletters.CanNote(sent, newsletters.Showing{On: today.Add(1)}, today), "cannot be in the future")
	says(t, newsletters.CanNote(newsletters.Issue{State: newsletters.Scheduled}, newsletters.Showing{On: today}, today), "after it has gone out")
}
