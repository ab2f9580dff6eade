package newsletters_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/newsletters"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

func TestAConfirmingLinkLapsesAndWorksOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		public := access.Public(district)
		testkit.OK(t, w.f.SignUp(t.Context(), public, "tom@school.example", ""))
		w.drain(t)
		secret := strings.TrimPrefix(link(t, w.post.sent[0]), "/newsletters/confirm/")
		if len(secret) != 22 { // 128 bits
			t.Errorf("the secret has %d characters", len(secret))
		}
		w.After(newsletters.ConfirmFor)
		if err := w.f.Confirm(t.Context(), public, secret); !errs.Is(err, errs.NotFound) {
			t.Errorf("a lapsed link: %v", err)
		}
		w.join(t, "tom@school.example")
		last := w.post.sent[len(w.post.sent)-1]
		if err := w.f.Confirm(t.Context(), public, strings.TrimPrefix(link(t, last), "/newsletters/confirm/")); !errs.Is(err, errs.NotFound) {
			t.Errorf("a used link: %v", err)
		}
		stored := 0
		testkit.OK(t, w.DB.Read(t.Context(), sweep, func(ctx context.Context, tx *store.Tx) (err error) {
			stored, err = store.Value[int](ctx, tx, store.SQL(`SELECT count(*) FROM newsletters_link WHERE hash = ?`, secret))
			return err
		}))
		if stored != 0 {
			t.Error("a secret is stored as it is")
		}
	})
}

func TestAnAddressThatNobodyConfirmsIsForgotten(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.join(t, "back@school.example")
		w.out(t, letter("Autumn"), 0)
		w.drain(t)
		testkit.OK(t, w.f.Stop(t.Context(), w.amina, "back@school.example", newsletters.Unsubscribed))
		for _, a := range []string{"typed@by.example", "back@school.example"} { // the second has had a letter, which stays on the books
			testkit.OK(t, w.f.SignUp(t.Context(), access.Public(district), a, ""))
		}
		w.drain(t)
		w.After(newsletters.ConfirmFor - time.Second)
		testkit.OK(t, w.f.Sweep(t.Context(), sweep))
		if w.states(t, "newsletters_subscriber")["pending"] != 2 {
			t.Error("an address is forgotten before its link lapses")
		}
		w.After(time.Second)
		testkit.OK(t, w.f.Sweep(t.Context(), sweep))
		if n := w.states(t, "newsletters_subscriber"); n["pending"] != 1 {
			t.Errorf("%v", n)
		}
	})
}

func TestNoMoreSignUpsThanPeopleMake(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		public := access.Public(district)
		for range 5 {
			testkit.OK(t, w.f.SignUp(t.Context(), public, "tom@school.example", ""))
		}
		w.drain(t)
		if len(w.post.sent) != 1 {
			t.Errorf("%d letters to one address within a minute", len(w.post.sent))
		}
		var last error
		for n := range newsletters.SignUpsAMinute {
			last = w.f.SignUp(t.Context(), public, fmt.Sprintf("r%d@x.example", n), "")
		}
		if !errs.Is(last, errs.Busy) {
			t.Errorf("a machine fills the list: %v", last)
		}
		w.After(time.Minute)
		testkit.OK(t, w.f.SignUp(t.Context(), public, "later@x.example", ""))
		testkit.OK(t, w.f.Stop(t.Context(), w.amina, "never@x.example", newsletters.Blocked))
		w.After(time.Hour)
		testkit.OK(t, w.f.SignUp(t.Context(), public, "never@x.example", ""))
		w.drain(t)
		if len(w.post.to("never@x.example", "Confirm that you want the newsletter")) != 0 {
			t.Error("a blocked address is written to")
		}
		says(t, w.f.Enter(t.Context(), w.amina, "never@x.example", "sheet"), "is blocked")
		says(t, w.f.Stop(t.Context(), w.amina, "nobody@x.example", newsletters.Unsubscribed), "not on the list")
		says(t, w.f.Stop(t.Context(), w.amina, "tom@school.example", newsletters.Confirmed), "Choose whether")
	})
}
