package app

import (
	"context"
	"testing"

	"kith/internal/feature/directory/schoolyear"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// CON-11: a clock that runs goes by the calendar of the concern's school: it stands still on the days on which its
// trust is closed, until the school keeps dates of its own.
func TestClocksGoByTheTrustsDates(t *testing.T) {
	w := newWorld(t)
	school, trust := w.school(t, "Thornbeck Primary"), w.school(t, "Haverdale Seven")
	concern := w.send(t, "teacher", school, "She would not take her coat off.", w.child(t, "Noor"))
	due := func() string {
		t.Helper()
		_, err := w.Queue.Drain(t.Context())
		testkit.OK(t, err)
		return w.value(t, `SELECT strftime('%Y-%m-%d %H:%M', min(due_at) / 1000, 'unixepoch') FROM concerns_watch WHERE concern_id = ?`, concern)
	}
	if got := due(); got != "2026-11-23 10:00" {
		t.Fatalf("two hours of school time end at %s", got)
	}
	gwen := w.viewer(t, "gwen.parry")
	inset := schoolyear.Date{ID: w.fresh(), Org: trust, Kind: schoolyear.Inset, Name: "INSET day", From: "2026-11-23", To: "2026-11-23"}
	testkit.OK(t, w.Terms.Add(t.Context(), gwen, inset))
	if got := due(); got != "2026-11-24 10:00" {
		t.Errorf("after a day on which the trust's schools are closed it is due at %s", got)
	}
	testkit.OK(t, w.DB.Read(t.Context(), gwen, func(ctx context.Context, tx *store.Tx) error {
		cals, err := w.Terms.Calendars.Calendars(ctx, tx)
		if day := clock.Day("2026-11-23"); cals.Of(school).IsSchoolDay(day) || !cals.District.IsSchoolDay(day) {
			t.Error("the trust's days are not its schools', or they are the district's")
		}
		return err
	}))
	testkit.OK(t, w.Terms.KeepOwn(t.Context(), w.viewer(t, "account-admin"), school, 2026))
	own := w.value(t, `SELECT id FROM directory_term_date WHERE org_id = ? AND from_on = '2026-11-23'`, school)
	testkit.OK(t, w.Terms.Remove(t.Context(), w.viewer(t, "account-admin"), school, own))
	if got := due(); got != "2026-11-23 10:00" {
		t.Errorf("the school keeps its own dates and is open, and it is due at %s", got)
	}
	testkit.OK(t, w.Terms.KeepShared(t.Context(), w.viewer(t, "account-admin"), school, 2026))
	if got := due(); got != "2026-11-24 10:00" {
		t.Errorf("the school shares the trust's dates again, and it is due at %s", got)
	}
	testkit.OK(t, w.Terms.Remove(t.Context(), gwen, trust, inset.ID))
	if got := due(); got != "2026-11-23 10:00" {
		t.Errorf("the days are taken out, and it is due at %s", got)
	}
}
