package running_test

import (
	"context"
	"strings"
	"testing"

	"kith/internal/feature/training"
	"kith/internal/feature/training/running"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/mail"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

const millMail, ringsAt = "desk@millrace.example", "Training office, 01632 960 123"

// TRN-3: a venue hears of a date once: when it is published there, when it moves, a week before with how many come, and when it is off. It
// never reads a name, nor what anybody needs, but how many need something, and whom to ring.
func TestAVenueHears(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		house := func(address, want string) mail.Message {
			t.Helper()
			var got []mail.Message
			for _, m := range w.post() {
				if !strings.HasSuffix(m.To, ".example") || strings.HasSuffix(m.To, "@haverdale.example") {
					continue
				}
				got = append(got, m)
				for _, never := range []string{"Grace", "Ellen", "School oak", "ros", "No stairs", "Vegetarian", "/training/"} {
					if strings.Contains(m.Subject+m.Text, never) {
						t.Errorf("%q stands in the letter to %s:\n%s", never, m.To, m.Text)
					}
				}
				if len(m.Files) > 0 {
					t.Errorf("files go to %s", m.To)
				}
			}
			if want == "" {
				if len(got) > 0 {
					t.Errorf("%d letters: %s\n%s", len(got), got[0].Subject, got[0].Text)
				}
				return mail.Message{}
			}
			if len(got) != 1 || got[0].To != address || !strings.HasPrefix(got[0].Subject, want) || !strings.Contains(got[0].Text, ringsAt) {
				t.Fatalf("want %q to %s, got %+v", want, address, got)
			}
			return got[0]
		}
		has := func(m mail.Message, all ...string) {
			t.Helper()
			for _, want := range all {
				if !strings.Contains(m.Text, want) {
					t.Errorf("no %q in\n%s", want, m.Text)
				}
			}
		}
		r := w.run(training.TwoDay, "mill", "2027-02-10")
		house("", "") // no address
		testkit.OK(t, w.Training.SetVenueMail(ctx, w.admin, "mill", millMail, 0))
		house("", "") // nobody to ring
		testkit.OK(t, w.Training.SetRings(ctx, w.admin, training.Rings{Org: office, Words: ringsAt}))
		has(house(millMail, "With you: Lead training, Wednesday 10 February, 09:15 to 16:00"), "takes place at Millrace Centre.", "When: Wednesday 10 February, 09:15 to 16:00\nand: Thursday 11 February, 09:30 to 15:30",
			"Where: Millrace Centre, Eastgate, HV1 4TY", "0 people have a place, of 20 places", "Nobody has told us so far", "Step-free", "in the week before")
		house("", "") // once
		w.book(r, "Grace Ito", func(q *training.Request) { q.Access, q.Diet = "No stairs", "Vegetarian" })
		w.book(r, "Ellen Booth", func(q *training.Request) { q.Diet = "Vegetarian" })
		house("", "") // bookings are counted later
		setHours := func(starts string) {
			t.Helper()
			testkit.OK(t, w.DB.Write(ctx, w.System, func(ctx context.Context, tx *store.Tx) error {
				tx.Unaudited("a test moves a date")
				x, err := w.Training.Store.Run(ctx, tx, r.ID)
				if err != nil {
					return err
				}
				x.Days[0].Starts = starts
				return w.Training.Store.UpdateRun(ctx, tx, x)
			}))
		}
		setHours("10:00")
		has(house(millMail, "Changed, with you"), "10:00 to 16:00", "Before:\nWednesday 10 February, 09:15 to 16:00", "2 people have a place", "1 of them has told us")
		testkit.OK(t, w.Training.SetVenue(ctx, w.admin, r.ID, training.Venue{Name: "Haver Hall"})) // has no address
		has(house(millMail, "Not with you any more"), "Wednesday 10 February, 10:00 to 16:00", "nobody needs the room")
		testkit.OK(t, w.Training.SetVenueMail(ctx, w.admin, "Haver Hall", "hall@haver.example", 0))
		house("hall@haver.example", "With you")
		w.at("2027-02-03", 7, 30)
		house("", "") // nobody is written to before eight
		w.at("2027-02-03", 8, 0)
		has(house("hall@haver.example", "Soon with you"), "2 people have a place, of 20 places", "1 of them has told us", "only if something changes")
		house("", "")
		testkit.OK(t, w.Training.CancelRun(ctx, w.admin, r.ID))
		house("hall@haver.example", "Not with you any more")
		house("", "")
		late := w.run(training.OneDay, "mill", "2027-02-09") // within the week the first letter says it all
		has(house(millMail, "With you"), "only if something changes")
		house("", "")
		testkit.OK(t, w.Training.SetVenueMail(ctx, w.admin, "mill", "", 1)) // it wants no more letters
		testkit.OK(t, w.Training.CancelRun(ctx, w.admin, late.ID))
		house("", "")
	})
}

// Whom venues ring is said by whoever runs the organiser's training; where a venue reads is said by whoever runs anybody's. Nobody overwrites
// what they have not seen.
func TestWhoSaysWhereVenuesRead(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		for name, v := range map[string]access.Viewer{"another organiser": w.other, "a headteacher": w.head, "a trainer": w.trainer} {
			if err := w.Training.SetRings(ctx, v, training.Rings{Org: office, Words: ringsAt}); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, bad := range []string{"", "Training office", "01632 960 123", "Ring 101"} {
			refused(t, w.Training.SetRings(ctx, w.admin, training.Rings{Org: office, Words: bad}), "telephone number")
		}
		testkit.OK(t, w.Training.SetRings(ctx, w.admin, training.Rings{Org: office, Words: ringsAt}))
		if err := w.Training.SetRings(ctx, w.admin, training.Rings{Org: office, Words: "Nadia, 01632 960 124"}); !errs.Is(err, errs.Conflict) {
			t.Errorf("saved over what was not seen: %v", err)
		}
		testkit.OK(t, w.Training.SetRings(ctx, w.admin, training.Rings{Org: office, Words: "Nadia, 01632 960 124", Version: 1}))
		missing(t, w.Training.SetVenueMail(ctx, w.head, "mill", millMail, 0))
		missing(t, w.Training.SetVenueMail(ctx, w.admin, "nowhere", millMail, 0))
		refused(t, w.Training.SetVenueMail(ctx, w.admin, "mill", "the desk", 0), "e-mail address")
		testkit.OK(t, w.Training.SetVenueMail(ctx, w.other, "mill", millMail, 0))
		if err := w.Training.SetVenueMail(ctx, w.admin, "mill", "other@millrace.example", 0); !errs.Is(err, errs.Conflict) {
			t.Errorf("saved over what was not seen: %v", err)
		}
	})
}

// When a venue hears how many come is data with an edition.
func TestNoticesSayWhenVenuesHear(t *testing.T) {
	if n := running.Posted(); n.Venue != 7 || n.Edition == "" {
		t.Errorf("%+v", n)
	}
}
