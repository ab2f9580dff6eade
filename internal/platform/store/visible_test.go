package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"kith/internal/kernel/access"
	"kith/internal/kernel/clock"
	"kith/internal/platform/store"
	"kith/internal/testkit"
)

// posts stands for the accounts' own table of posts, which the predicate asks for somebody with more than 50 organisations.
var posts = store.Slice{Name: "account", Files: fstest.MapFS{"migrations/20261123100100_account_posts.sql": {Data: []byte(`
CREATE TABLE account_post (
  account_id  TEXT NOT NULL,
  district_id TEXT NOT NULL,
  org_id      TEXT NOT NULL,
  role        TEXT NOT NULL,
  from_at     {{int}} NOT NULL,
  until_at    {{int}} NOT NULL
) {{strict}};
`)}}}

const there = "district-there"

var (
	now   = clock.Of(testkit.Monday)
	roles = []access.Role{access.DSL, access.Head, access.TrustLead, access.LAOfficer, access.Chair, access.LADO, access.Governor, access.Admin, access.Auditor, access.TrainingAdmin}
)

type post struct {
	account, district, org string
	role                   access.Role
	from, until            clock.Millis
}

// people invents accounts of both districts with their posts, some of which have ended or not begun. Each third person holds
// a role in more than 50 organisations.
func people(r *rand.Rand, orgs []string) (viewers []access.Viewer, held []post) {
	for i := range 36 {
		v := access.Viewer{Account: fmt.Sprintf("person-%d", i), District: []string{here, here, there}[r.IntN(3)], Now: now,
			Roles: map[access.Role][]string{}, Strength: pick(r, access.SecondFactor, access.SteppedUp)}
		n := 1 + r.IntN(5)
		if i%3 == 0 {
			n = 55 + r.IntN(20)
		}
		role := roles[i/3%len(roles)]
		for j, o := range r.Perm(len(orgs))[:n] {
			if i%3 != 0 {
				role = roles[r.IntN(len(roles))]
			}
			p := post{v.Account, v.District, orgs[o], role, now - 1, now + 1}
			switch {
			case j == 1 && r.IntN(2) == 0:
				p.until = now // it has just ended
			case j == 2 && r.IntN(2) == 0:
				p.from = now + 1 // it has not begun
			default:
				v.Roles[role] = append(v.Roles[role], p.org)
				v.Roles[access.Member] = append(v.Roles[access.Member], p.org)
			}
			held = append(held, p)
		}
		viewers = append(viewers, v)
	}
	return append(viewers, access.Public(here), access.Viewer{Account: "nobody's", District: here, Now: now}), held
}

func pick[T any](r *rand.Rand, xs ...T) T { return xs[r.IntN(len(xs))] }

// records invents records of both districts, half of them parts of another, with relations that are live, over or to come.
func records(r *rand.Rand, orgs []string, viewers []access.Viewer) (recs []access.Record, grants []store.Grant) {
	person := func() string { return pick(r, "", "", pick(r, viewers...).Account) }
	for i := range 2000 {
		rec := access.Record{ID: fmt.Sprintf("rec-%04d", i), District: pick(r, here, here, here, there), Kind: pick(r, access.Concern, access.Concern, access.Child, access.Adult, access.Harm, access.ReferralKind, access.Training, access.Cascade, access.Quiz, "other"),
			Org: pick(r, append(orgs, "")...), Author: person(), Subject: person(), Restricted: r.IntN(4) == 0, Locked: r.IntN(4) == 0}
		rec.Part = pick(r, access.PartHeader, access.PartAccount, access.PartChild, access.PartLead, access.PartDecision, access.PartFeedback, access.PartCard, access.PartFile)
		switch rec.Kind {
		case access.ReferralKind:
			rec.Part = pick(r, access.PartReferral, access.PartDisagreement)
		case access.Training:
			rec.Part = pick(r, access.PartBooking, access.PartNeed, access.PartInvitation, access.PartInterest, access.PartPartner, access.PartLearnt)
		case access.Cascade:
			rec.Part = pick(r, access.PartPlan, access.PartSignIn, access.PartWords)
		case access.Quiz:
			rec.Part = pick(r, access.PartAnswers, access.PartAsk)
		}
		if i > 0 && r.IntN(2) == 0 {
			parent := recs[r.IntN(i)]
			rec.Parent, rec.District = parent.ID, parent.District
			rec.Restricted, rec.Locked = rec.Restricted || parent.Restricted, rec.Locked || parent.Locked
		}
		recs = append(recs, rec)
		for range r.IntN(9) {
			g := store.Grant{Record: rec.ID, Kind: pick(r, access.Named, access.Told, access.BreakGlass, access.StandsIn, access.FirstReads, access.Excluded, access.Booked, access.Trains, access.PassesOn), To: pick(r, viewers...).Account,
				From: now + clock.Millis(r.IntN(3)-1), Until: now + clock.Millis(r.IntN(3))}
			if r.IntN(2) == 0 {
				g.Kind, g.To = pick(r, access.Referral, access.Share, access.Granted, access.HeadReceives, access.ChairReceives, access.TrustReceives, access.School), pick(r, orgs...)
			}
			if g.To != "" && !slices.ContainsFunc(grants, func(x store.Grant) bool { x.Until = g.Until; return x == g }) {
				grants = append(grants, g)
			}
		}
	}
	for i := range recs {
		for _, g := range grants {
			if g.Record == recs[i].ID || g.Record == recs[i].Parent {
				recs[i].Relations = append(recs[i].Relations, access.Relation{To: g.To, Kind: g.Kind, From: g.From, Until: g.Until})
			}
		}
	}
	return recs, grants
}

func districtOf(recs []access.Record, id string) string {
	return recs[slices.IndexFunc(recs, func(r access.Record) bool { return r.ID == id })].District
}

// SEC-2: what a list shows through each engine is exactly what Decide allows, for random people, posts, records and relations,
// to read and to change. SEC-8: posts that are over or to come give nothing, nor do such relations.
func TestListsShowExactlyWhatDecideAllows(t *testing.T) {
	testkit.DBs(t, []store.Slice{posts}, func(t *testing.T, w *testkit.World) {
		r := rand.New(rand.NewPCG(20261123, 2))
		var orgs []string
		for i := range 80 {
			orgs = append(orgs, fmt.Sprintf("org-%d", i))
		}
		viewers, held := people(r, orgs)
		recs, grants := records(r, orgs, viewers)
		for _, district := range []string{here, there} {
			testkit.OK(t, w.DB.Write(t.Context(), access.System(district, "test"), func(ctx context.Context, tx *store.Tx) error {
				for _, rec := range recs {
					if rec.District == district {
						testkit.OK(t, tx.AddRecord(ctx, rec))
					}
				}
				for _, g := range grants {
					if districtOf(recs, g.Record) == district {
						testkit.OK(t, tx.AddGrant(ctx, g))
					}
				}
				for _, p := range held {
					if p.district == district {
						if _, err := tx.Exec(ctx, store.SQL(`INSERT INTO account_post (account_id, district_id, org_id, role, from_at, until_at) VALUES (?, ?, ?, ?, ?, ?)`,
							p.account, p.district, p.org, string(p.role), int64(p.from), int64(p.until))); err != nil {
							return err
						}
					}
				}
				return nil
			}))
		}
		pairs, seen := 0, map[string]int{}
		for _, v := range viewers {
			for _, ask := range []struct {
				write bool
				kinds []string
			}{{false, nil}, {true, nil}, {false, []string{access.Child}}} {
				var got []string
				testkit.OK(t, w.DB.Read(t.Context(), v, func(ctx context.Context, tx *store.Tx) (err error) {
					q := store.SQL(`SELECT r.id FROM access_record r WHERE 1=1`)
					if ask.write {
						q.Changeable("r", ask.kinds...)
					} else {
						q.Visible("r", ask.kinds...)
					}
					got, err = store.Values[string](ctx, tx, q.Add(`ORDER BY r.id`))
					return err
				}))
				var want []string
				for _, rec := range recs {
					pairs++
					if ok, rule := access.Rules.Decide(v, ask.write, rec); ok && (ask.kinds == nil || slices.Contains(ask.kinds, rec.Kind)) {
						want = append(want, rec.ID)
						seen[rule]++
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%+v, write %v, kinds %v:\nlist   %v\nDecide %v", v, ask.write, ask.kinds, got, want)
				}
			}
		}
		if pairs < 10_000 {
			t.Errorf("only %d pairs", pairs)
		}
		for _, k := range access.Rules.Kinds {
			for _, x := range k.Rules {
				if seen[x.Name] == 0 {
					t.Errorf("rule %q allowed nothing in %d pairs: the comparison does not reach it", x.Name, pairs)
				}
			}
		}
	})
}

// Record loads, for asking Decide, the very row and relations that the list decided on.
func TestRecordHoldsTheRelationsOfItsParent(t *testing.T) {
	testkit.DBs(t, nil, func(t *testing.T, w *testkit.World) {
		var header, part string
		testkit.OK(t, write(w, func(ctx context.Context, tx *store.Tx) error {
			header, part = tx.NewID(), tx.NewID()
			for _, r := range []access.Record{
				{ID: header, Kind: access.Concern, Part: access.PartHeader, Org: "oak"},
				{ID: part, Kind: access.Concern, Part: access.PartAccount, Org: "oak", Parent: header},
			} {
				if err := tx.AddRecord(ctx, r); err != nil {
					return err
				}
			}
			return tx.AddGrant(ctx, store.Grant{Record: header, Kind: access.Named, To: "noor", From: tx.Now, Until: tx.Now + 1000})
		}))
		noor := access.Viewer{Account: "noor", District: here, Strength: access.SecondFactor, Roles: map[access.Role][]string{access.Member: {"oak"}}}
		read := func(want bool) {
			t.Helper()
			testkit.OK(t, w.DB.Read(t.Context(), noor, func(ctx context.Context, tx *store.Tx) error {
				r, err := tx.Record(ctx, part)
				if ok, rule := access.Rules.Decide(tx.Viewer, false, r); (err == nil) != want || ok != want {
					t.Errorf("Record: %v; Decide: %v by %q; want %v", err, ok, rule, want)
				}
				return nil
			}))
		}
		read(true)
		w.After(1000_000_000) // a second: the relation is over
		read(false)
	})
}
