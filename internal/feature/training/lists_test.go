package training_test

import (
	"context"
	"testing"
	"time"

	"kith/internal/feature/training"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// TRN-B17: rows of an invitation list that repeat one another are reported by row, and whoever is on the list is not put on it again; a
// block by invitation takes those on the list and nobody else.
func TestInvitationListReportsRepeatedRows(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b, r := w.simple(5, func(b *training.Block) { b.InvitedOnly = true })
		list := []training.Invitee{{Row: 2, Name: "Grace Ito", Email: "grace@haverdale.example"}, {Row: 3, Name: "Tom", Email: "tom@haverdale.example"}, {Row: 4, Name: "G. Ito", Email: " Grace@Haverdale.example"}, {Row: 5, Email: "TOM@haverdale.example"}}
		added, repeats, known, err := w.f.Invite(t.Context(), w.admin, b.ID, list)
		testkit.OK(t, err)
		if added != 2 || len(known) != 0 || len(repeats) != 2 || repeats[0].Words() != "Row 4 repeats row 2" || repeats[1].Words() != "Row 5 repeats row 3" {
			t.Errorf("%d added, %v, known %v", added, repeats, known)
		}
		added, repeats, known, err = w.f.Invite(t.Context(), w.admin, b.ID, []training.Invitee{{Row: 2, Email: "tom@haverdale.example"}, {Row: 3, Email: "new@haverdale.example"}})
		testkit.OK(t, err)
		if added != 1 || len(repeats) != 0 || len(known) != 1 || known[0] != 2 {
			t.Errorf("a second list: %d added, %v, known %v", added, repeats, known)
		}
		if _, _, _, err := w.f.Invite(t.Context(), w.other, b.ID, list); !errs.Is(err, errs.NotFound) {
			t.Errorf("another organiser invites: %v", err)
		}
		testkit.OK(t, w.DB.Read(t.Context(), w.admin, func(ctx context.Context, tx *store.Tx) error {
			all, err := w.f.Store.Invitations(ctx, tx, b.ID)
			if len(all) != 3 {
				t.Errorf("%+v", all)
			}
			return err
		}))
		testkit.OK(t, w.DB.Read(t.Context(), w.other, func(ctx context.Context, tx *store.Tx) error {
			all, err := w.f.Store.Invitations(ctx, tx, b.ID)
			if len(all) != 0 {
				t.Errorf("another organiser reads the list: %+v", all)
			}
			return err
		}))
		_, err = w.f.Ask(t.Context(), w.lead, w.request(r))
		refused(t, err, "by invitation")
		_, err = w.f.Ask(t.Context(), w.teacher, w.request(r))
		testkit.OK(t, err)
	})
}

// TRN-19: who wants a course without dates is told when it has some, in the order of asking, once.
func TestInterestIsToldOfDatesInOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c := w.course(training.OneDay, "")
		want := func(v string) {
			t.Helper()
			testkit.OK(t, w.f.Want(t.Context(), person(v, oak, access.Member), training.Interest{ID: w.ID(), Course: c.ID, Name: v}))
			w.Clock.Add(time.Second)
		}
		for _, who := range []string{"zoe", "amina", "bea", "zoe"} {
			want(who)
		}
		b := w.Block(nil)
		r := w.run(b, c, "2027-01-14", 3)
		if got := w.Drain(); len(got) != 0 {
			t.Errorf("told of a draft: %+v", got)
		}
		// Until they are told they are demand, counted where they work and by no name.
		demand := func() (whole training.Demand, areas []training.Demand) {
			testkit.OK(t, w.DB.Read(t.Context(), w.admin, func(ctx context.Context, tx *store.Tx) error {
				all, err := w.f.Store.Demand(ctx, tx)
				whole, areas = training.DemandFor(all, c.ID)
				return err
			}))
			return whole, areas
		}
		if whole, areas := demand(); whole.Interest != 3 || whole.Waiting != 0 || len(areas) == 0 {
			t.Errorf("%+v, %+v", whole, areas)
		}
		w.Publish(b)
		got := w.Drain()
		if len(got) != 3 || got[0].To != "zoe@haverdale.example" || got[1].To != "amina@haverdale.example" || got[2].To != "bea@haverdale.example" {
			t.Errorf("%+v", got)
		}
		w.run(b, c, "2027-02-14", 3)
		if got := w.Drain(); len(got) != 0 {
			t.Errorf("told twice: %+v", got)
		}
		if whole, _ := demand(); whole.Interest != 0 {
			t.Errorf("%+v are told, and still counted", whole)
		}
		refused(t, w.f.Want(t.Context(), w.lead, training.Interest{ID: w.ID(), Course: c.ID, Name: "x"}), "There are dates")
		_ = r
	})
}

// A place moves to another date where there is room and nobody waits; its seat goes to the line.
func TestTransfer(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		c, b := w.course(training.OneDay, ""), w.Block(nil)
		a, z := w.run(b, c, "2027-01-14", 1), w.run(b, c, "2027-02-14", 1)
		w.Publish(b)
		have, line := w.fillUp(a, 1), w.fillUp(a, 1)
		testkit.OK(t, w.f.Transfer(t.Context(), w.admin, have[0], z.ID))
		if p := w.place(have[0]); p.State != training.Placed || p.Run != z.ID {
			t.Errorf("%+v", p)
		}
		same(t, w.states(line...), training.Offered)
		testkit.OK(t, w.f.Accept(t.Context(), w.admin, line[0]))
		refused(t, w.f.Transfer(t.Context(), w.admin, line[0], z.ID), "That date is full")
		refused(t, w.f.Transfer(t.Context(), w.admin, line[0], a.ID), "on this date already")
		if err := w.f.Transfer(t.Context(), w.head, have[0], a.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("%v", err)
		}
	})
}
