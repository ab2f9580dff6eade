package auditing_test

import (
	"testing"
	"time"

	"kith/internal/feature/auditing"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
	"kith/internal/platform/audit"
)

const day = clock.Day("2026-11-30") // a Monday

func at(d clock.Day, hour, minute int) clock.Millis { return clock.Of(d.At(hour, minute)) }

func TestCopyIsDueFromSixInLondon(t *testing.T) {
	for _, x := range []struct {
		now  clock.Millis
		want bool
	}{{at(day, 5, 59), false}, {at(day, 6, 0), true}, {at(day, 23, 59), true}, {at(day.Add(1), 0, 0), false},
		{at("2027-06-07", 5, 59), false}, {at("2027-06-07", 6, 0), true}} { // in summer, too, it is six by the clock on the wall
		if got := auditing.CopyDue(x.now); got != x.want {
			t.Errorf("at %s due: %v", x.now.London(), got)
		}
	}
}

func TestOverdueAfterADayAndTwoHours(t *testing.T) {
	now := at(day, 8, 0)
	for name, x := range map[string]struct {
		r    auditing.Recipient
		want bool
	}{
		"sent this morning":      {auditing.Recipient{AddedAt: 1, LastSent: at(day, 6, 0)}, false},
		"sent 26 hours ago":      {auditing.Recipient{AddedAt: 1, LastSent: now.Add(-auditing.OverdueAfter)}, false},
		"sent before that":       {auditing.Recipient{AddedAt: 1, LastSent: now.Add(-auditing.OverdueAfter - time.Second)}, true},
		"never, added yesterday": {auditing.Recipient{AddedAt: at(day.Add(-1), 16, 0)}, false},
		"never, added long ago":  {auditing.Recipient{AddedAt: at(day.Add(-2), 6, 0)}, true},
		"ended":                  {auditing.Recipient{AddedAt: 1, EndedAt: at(day.Add(-3), 6, 0)}, false},
	} {
		if got := auditing.Overdue(x.r, now); got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestMissedDaysAreTheOnesThatWereDue(t *testing.T) {
	early := auditing.Recipient{ID: "early", AddedAt: at(day.Add(-3), 16, 0)}
	left := auditing.Recipient{ID: "left", AddedAt: at(day.Add(-9), 16, 0), EndedAt: at(day.Add(-2), 5, 0)}
	copies := []auditing.Copy{
		{Recipient: "early", Day: day.Add(-3), State: auditing.Sent}, {Recipient: "left", Day: day.Add(-3), State: auditing.Sent},
		{Recipient: "early", Day: day.Add(-2), State: auditing.Missed}, {Recipient: "early", Day: day.Add(-1), State: auditing.Sent},
	}
	got := auditing.Days([]auditing.Recipient{early, left}, copies, at(day, 7, 59), 5)
	want := []auditing.Day{{day.Add(-4), 0, 1}, {day.Add(-3), 2, 2}, {day.Add(-2), 0, 1}, {day.Add(-1), 1, 1}, {day, 0, 0}}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: %+v, want %+v", want[i].Day, got[i], want[i])
		}
	}
	if !got[0].Missed() || got[1].Missed() || !got[2].Missed() || got[4].Missed() {
		t.Errorf("%+v", got)
	}
	if d := auditing.Days([]auditing.Recipient{early}, copies, at(day, 8, 0), 1)[0]; !d.Missed() {
		t.Error("at eight, this morning's copy is missed, and is not")
	}
}

func TestWhoCanBeAdded(t *testing.T) {
	now := []auditing.Recipient{{Email: "dpo@oak.example"}}
	if err := auditing.CanAdd(now, "audit@oak.example"); err != nil {
		t.Error(err)
	}
	if err := auditing.CanAdd(now, "DPO@oak.example"); !errs.Is(err, errs.Rule) {
		t.Errorf("twice: %v", err)
	}
	if err := auditing.CanAdd(make([]auditing.Recipient, 20), "x@oak.example"); !errs.Is(err, errs.Rule) {
		t.Errorf("more than twenty: %v", err)
	}
}

// SEC-16: what somebody typed is never taken for an id.
func TestShortShowsIdsAndWordsOfTheProgramOnly(t *testing.T) {
	for in, want := range map[string]string{
		"01a22b3f-0b85-7006-a10c-9423c861832c": "…c861832c", "all": "all", "epoch 3": "epoch 3", "groups": "groups", "": "",
		"Ivy Marsden": "", "ivy.marsden@home.example": "", "Kith audit log\nepoch 1": "", "ivy": "ivy",
		"743ff53a2b5837b448e2110c9dfd8de3504585a854a2338cab05b8e86d2d0bbe": "…6d2d0bbe",
	} {
		if got := auditing.Short(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestActionsReadAsWords(t *testing.T) {
	for in, want := range map[string]string{"casework.emergency_opened": "Children’s files: emergency opened", "account.app-added": "Accounts: app added", "groups.met": "Groups: met", "odd": "odd"} {
		if got := auditing.ActionWords(in); got != want {
			t.Errorf("%s reads %q", in, got)
		}
	}
	if !auditing.IsLook(audit.Entry{Rule: "dsl"}) || auditing.IsLook(audit.Entry{}) || auditing.IsLook(audit.Entry{Rule: "Declared: …", Action: "audit.restored"}) {
		t.Error("a look is an entry that names the rule that allowed it")
	}
	if w := auditing.RuleWords(audit.Entry{Rule: "dsl"}); w == "dsl" || w == "" {
		t.Errorf("the rule reads %q", w)
	}
}
