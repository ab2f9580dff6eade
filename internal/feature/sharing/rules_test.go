package sharing

import (
	"testing"

	"kith/internal/feature/sharing/lists"
	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
)

// Which step is open to whom, in which mode, by hand.
func TestWhoMayTakeWhichStep(t *testing.T) {
	leads, named, both, neither := Who{Leads: true}, Who{Named: true}, Who{true, true}, Who{}
	const yes, no, never = errs.Kind(-1), errs.Rule, errs.NotFound
	for _, c := range []struct {
		kind Kind
		mode Mode
		who  Who
		want errs.Kind
	}{
		{Restrict, Open, leads, yes}, {Restrict, Open, neither, never}, {Restrict, Restricted, both, no}, {Restrict, Locked, leads, never},
		{Lock, Open, leads, yes}, {Lock, Restricted, both, yes}, {Lock, Restricted, named, never}, {Lock, Locked, both, no},
		{Name, Open, leads, no}, {Name, Restricted, leads, yes}, {Name, Restricted, named, yes}, {Name, Locked, leads, never}, {Name, Locked, named, yes},
		{Lift, Restricted, leads, yes}, {Lift, Restricted, named, yes}, {Lift, Open, leads, no},
		{Unlock, Locked, named, yes}, {Unlock, Locked, leads, never}, {Unlock, Open, leads, no},
		{Share, Open, leads, yes}, {Share, Open, neither, never}, {Share, Restricted, both, no}, {Share, Locked, both, no}, {Tell, Restricted, leads, no},
		{Recall, Open, leads, yes}, {Recall, Restricted, both, yes}, {Recall, Open, neither, never},
	} {
		err := CanChange(c.kind, c.mode, c.who)
		if (err == nil) != (c.want == yes) || err != nil && errs.KindOf(err) != c.want {
			t.Errorf("%s when %s as %+v: %v", c.kind, c.mode, c.who, err)
		}
	}
}

// A share has a purpose, a ground and an end: not yesterday, and not after a year.
func TestShareNeedsPurposeGroundAndEnd(t *testing.T) {
	now := clock.Of(clock.Day("2026-11-30").At(7, 50))
	good := Change{To: "elm", Purpose: "plan", Ground: "vital", Until: "2027-11-30"}
	if err := CanShare(good, lists.Shipped(), "oak", now); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*Change){
		"no school": func(c *Change) { c.To = "" }, "its own school": func(c *Change) { c.To = "oak" }, "no purpose": func(c *Change) { c.Purpose = "" }, "an invented purpose": func(c *Change) { c.Purpose = "vital" },
		"no ground": func(c *Change) { c.Ground = "" }, "no end": func(c *Change) { c.Until = "" }, "yesterday": func(c *Change) { c.Until = "2026-11-29" }, "too long": func(c *Change) { c.Until = "2027-12-01" },
	} {
		c := good
		spoil(&c)
		if err := CanShare(c, lists.Shipped(), "oak", now); !errs.Is(err, errs.Rule) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMonthsEndInShorterMonths(t *testing.T) {
	for from, want := range map[clock.Day]clock.Day{"2026-11-30": "2027-02-28", "2026-11-23": "2027-02-23", "2027-11-30": "2028-02-29"} {
		if got := defaultUntil(from); got != want {
			t.Errorf("three months after %s: %s, want %s", from, got, want)
		}
	}
}
