package talk_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"kith/internal/feature/talk"
	"kith/internal/kernel/access"
	"kith/internal/kernel/errs"
	"kith/internal/kernel/ref"
	"kith/internal/kernel/term"
	"kith/internal/platform/audit"
	"kith/internal/platform/store"
	"kith/internal/testkit"
	"kith/internal/testkit/terms"
)

const district, oak = "haverdale", "oak"

// outside answers for the other slices, and counts tries as sign-in does, without waits.
type outside struct{ tries map[string]int64 }

func (*outside) Ask(ctx context.Context, tx *store.Tx, d talk.Draft) error {
	if err := tx.AddRecord(ctx, access.Record{ID: d.ID, Kind: access.Concern, Part: access.PartHeader, Org: d.Org}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, "concern.sent", ref.To(access.Concern, d.ID), audit.Detail(d))
}

func (*outside) Standing(context.Context, *store.Tx, string) (talk.Standing, error) {
	return talk.Standing{}, nil
}

func (*outside) Dangerous(words string) bool { return strings.Contains(words, "knife") }

func (*outside) Leads(context.Context, *store.Tx, string) ([]ref.Person, error) { return nil, nil }

func (*outside) Names(context.Context, *store.Tx, ...string) (map[string]ref.Person, error) {
	return map[string]ref.Person{}, nil
}

func (o *outside) Try(_ context.Context, _, what string, free int64) error {
	if o.tries[what]++; o.tries[what] > free {
		return errs.Refuse("Too many tries")
	}
	return nil
}

func (o *outside) Succeeded(_ context.Context, _, what string) error { o.tries[what]--; return nil }

func (*outside) Address(*http.Request) string { return "here" }

type schools struct{}

func (schools) Names(_ context.Context, _ *store.Tx, ids ...string) (map[string]ref.Organisation, error) {
	return map[string]ref.Organisation{oak: {ID: oak, Name: "Oak"}}, nil
}

func (schools) Phone(context.Context, *store.Tx, string) (string, error) { return "", nil }

func each(t *testing.T, fn func(t *testing.T, w *testkit.World, f *talk.Feature)) {
	testkit.DBs(t, []store.Slice{talk.Migrations}, func(t *testing.T, w *testkit.World) {
		o := &outside{tries: map[string]int64{}}
		fn(t, w, talk.New(talk.Deps{DB: w.DB, Calendars: &terms.Fixed{Now: term.Calendars{District: terms.Calendar()}}, Key: testkit.Key, Concerns: o, People: o, Schools: schools{}, Limits: o}))
	})
}

func as(id string, role access.Role, org string) access.Viewer {
	return access.Viewer{Account: id, District: district, Strength: access.SecondFactor, Roles: map[access.Role][]string{role: {org}, access.Member: {org}}}
}

var amina, eve, ellen = as("amina", access.DSL, oak), as("eve", access.DSL, "elm"), as("ellen", access.Member, oak)

// CON-19: each of many pupils has two words of their own, finds their own answer with them, and nobody else's; the words survive a
// changed code, work for 14 days, and are nothing without the code.
func TestEachPupilHasWordsOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, f *talk.Feature) {
		id := func() string { return w.DB.IDs().New(w.DB.Now()) }
		code, err := f.NewBox(t.Context(), amina, oak, id())
		testkit.OK(t, err)
		pairs := map[string]string{}
		for i := range 40 {
			from := "room " + strconv.Itoa(i%4)
			m := talk.Message{ID: id(), Code: strings.ToUpper(strings.ReplaceAll(code, " ", "-"))}
			sent, err := f.Ask(t.Context(), district, from, m)
			testkit.OK(t, err)
			again, err := f.Ask(t.Context(), district, from, m)
			testkit.OK(t, err)
			pair := sent.Pair
			if again.Pair != pair {
				t.Errorf("sent twice: %q, then %q", pair, again.Pair)
			}
			if other := pairs[pair]; other != "" {
				t.Errorf("two pupils have %q", pair)
			}
			pairs[pair] = m.ID
			testkit.OK(t, f.AnswerPupil(t.Context(), amina, m.ID, "For "+m.ID))
		}
		if code, err = f.NewBox(t.Context(), amina, oak, id()); err != nil {
			t.Fatal(err)
		}
		var last string
		for pair, m := range pairs {
			s, err := f.Back(t.Context(), district, "here", code, pair)
			testkit.OK(t, err)
			if len(s.Answers) != 1 || s.Answers[0].Words != "For "+m {
				t.Errorf("%q finds %+v", pair, s.Answers)
			}
			last = pair
		}
		if _, err := f.Back(t.Context(), district, "here", "apple apple 10", last); !errs.Is(err, errs.NotFound) {
			t.Errorf("without the code: %v", err)
		}
		w.After(talk.LooksFor + time.Minute)
		if _, err := f.Back(t.Context(), district, "here", code, last); !errs.Is(err, errs.NotFound) {
			t.Errorf("after 14 days: %v", err)
		}
	})
}

// CON-19, SEC-9: only those who lead at a school change its words or answer its pupils; a code that was changed or switched off
// opens nothing.
func TestOnlyLeadsKeepTheBox(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, f *talk.Feature) {
		id := func() string { return w.DB.IDs().New(w.DB.Now()) }
		for _, v := range []access.Viewer{eve, ellen} {
			if _, err := f.NewBox(t.Context(), v, oak, id()); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s makes words: %v", v.Account, err)
			}
			if err := f.StopBox(t.Context(), v, oak); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s switches it off: %v", v.Account, err)
			}
		}
		form := id()
		old, err := f.NewBox(t.Context(), amina, oak, form)
		testkit.OK(t, err)
		if again, err := f.NewBox(t.Context(), amina, oak, form); err != nil || again != old {
			t.Errorf("sent twice: %q, then %q, %v", old, again, err)
		}
		m := talk.Message{ID: id(), Code: old, Safe: "unsure"}
		sent, err := f.Ask(t.Context(), district, "here", m)
		testkit.OK(t, err)
		if !sent.Urgent {
			t.Error("a pupil who is not sure to be safe is urgent")
		}
		for _, v := range []access.Viewer{eve, ellen} {
			if err := f.AnswerPupil(t.Context(), v, m.ID, "Hello"); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s answers: %v", v.Account, err)
			}
		}
		if err := f.AnswerPupil(t.Context(), amina, m.ID, strings.Repeat("x", 201)); !errs.Is(err, errs.Rule) {
			t.Errorf("a long answer: %v", err)
		}
		fresh, err := f.NewBox(t.Context(), amina, oak, id())
		testkit.OK(t, err)
		testkit.OK(t, f.StopBox(t.Context(), amina, oak))
		testkit.OK(t, f.StopBox(t.Context(), amina, oak))
		for _, c := range []string{old, fresh} {
			if _, err := f.Ask(t.Context(), district, "here", talk.Message{ID: id(), Code: c}); !errs.Is(err, errs.NotFound) {
				t.Errorf("%q opens something: %v", c, err)
			}
		}
	})
}
