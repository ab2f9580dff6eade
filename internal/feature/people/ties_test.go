package people_test

import (
	"context"
	"testing"

	"kith/internal/feature/people"
	"kith/internal/kernel/access"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// CHR-8: a brother or sister is one from both ends, said once however often it is said, ended with a reason and said anew. The
// same address or telephone number is a suggestion within a school, until somebody has decided.
func TestBrothersAndSistersAreSeenFromBothEnds(t *testing.T) {
	testkit.DBs(t, slices, func(t *testing.T, w *testkit.World) {
		s := people.Store{}
		kid := func(org, given, address, phone string) *people.Arrival {
			a := &people.Arrival{Child: people.Child{Org: org, Given: given, Family: "Khan"}, Detail: people.Detail{Address: address, Postcode: "HV1 2AB"}, Said: people.Said{LegalGiven: given + "ullah", LegalFamily: "Aziz", FormerFamily: "Mirza"}}
			if phone != "" {
				a.Contacts = []people.RollContact{{Contact: people.Contact{Name: "Sara Khan", Phone: phone, Priority: 1}}}
			}
			return a
		}
		mo, al, em, no, far := kid("north", "Mo", "12 Mill Lane", "07700 900123"), kid("north", "Al", "12 MILL lane", ""), kid("north", "Em", "", "07700 900123"), kid("north", "No", "", ""), kid("south", "Far", "12 Mill Lane", "07700 900123")
		hidden := kid("north", "Hid", "12 Mill Lane", "07700 900123")
		write := func(v access.Viewer, fn func(context.Context, *store.Tx)) {
			t.Helper()
			testkit.OK(t, w.DB.Write(t.Context(), v, func(ctx context.Context, tx *store.Tx) error { tx.Unaudited("a test"); fn(ctx, tx); return nil }))
		}
		write(program, func(ctx context.Context, tx *store.Tx) {
			testkit.OK(t, s.BulkInsert(ctx, tx, []*people.Arrival{mo, al, em, no, far, hidden}))
			testkit.OK(t, tx.Restrict(ctx, hidden.Child.File, false, true))
		})
		siblings := func(of *people.Arrival) (names string) {
			t.Helper()
			testkit.OK(t, w.DB.Read(t.Context(), lead("north"), func(ctx context.Context, tx *store.Tx) error {
				all, err := s.Siblings(ctx, tx, of.Child.ID)
				names = ""
				for _, c := range all {
					names += c.Given + " "
				}
				return err
			}))
			return names
		}
		likely := func() (names string) {
			t.Helper()
			testkit.OK(t, w.DB.Read(t.Context(), lead("north"), func(ctx context.Context, tx *store.Tx) error {
				all, err := s.LikelySiblings(ctx, tx, mo.Child)
				names = ""
				for _, l := range all {
					names += l.Given
					if l.SameAddress {
						names += "!"
					}
				}
				return err
			}))
			return names
		}
		if got := likely(); got != "Al!Em" {
			t.Errorf("suggested: %s", got)
		}
		tie := func(want bool, change func(context.Context, *store.Tx) (bool, error)) {
			t.Helper()
			write(lead("north"), func(ctx context.Context, tx *store.Tx) {
				if fresh, err := change(ctx, tx); err != nil || fresh != want {
					t.Errorf("new: %v, want %v: %v", fresh, want, err)
				}
			})
		}
		say := func(ctx context.Context, tx *store.Tx) (bool, error) { return s.Tie(ctx, tx, mo.Child.ID, al.Child.ID) }
		back := func(ctx context.Context, tx *store.Tx) (bool, error) { return s.Tie(ctx, tx, al.Child.ID, mo.Child.ID) }
		end := func(ctx context.Context, tx *store.Tx) (bool, error) {
			return s.Untie(ctx, tx, al.Child.ID, mo.Child.ID, "cousins")
		}
		tie(true, say)
		tie(false, say)
		tie(false, back)
		if siblings(mo) != "Al " || siblings(al) != "Mo " || siblings(em) != "" || likely() != "Em" {
			t.Errorf("after it was said: %s, %s, %s; suggested %s", siblings(mo), siblings(al), siblings(em), likely())
		}
		testkit.OK(t, w.DB.Read(t.Context(), lead("north"), func(ctx context.Context, tx *store.Tx) error {
			ties, err := s.Ties(ctx, tx, al.Child.ID)
			if len(ties) != 1 || ties[0].Other != mo.Child.ID || ties[0].By != "lead" || ties[0].At != tx.Now {
				t.Errorf("ties %+v", ties)
			}
			return err
		}))
		tie(true, end)
		tie(false, end)
		if siblings(mo) != "" || siblings(al) != "" || likely() != "Em" {
			t.Errorf("after it ended: %s, %s; suggested %s", siblings(mo), siblings(al), likely())
		}
		tie(true, back)
		if siblings(mo) != "Al " {
			t.Errorf("said anew: %s", siblings(mo))
		}
		testkit.OK(t, w.DB.Read(t.Context(), lead("north"), func(ctx context.Context, tx *store.Tx) error {
			called, err := s.AlsoCalled(ctx, tx, mo.Child.File, hidden.Child.File, far.Child.File)
			if len(called) != 1 || len(called[mo.Child.File]) != 3 {
				t.Errorf("called %v", called)
			}
			return err
		}))
	})
}
