package access

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"kith/internal/kernel/clock"
	"kith/internal/kernel/errs"
)

// expected is the access table written a second time, by hand and in another form, for the property test. It must never be
// made from Rules.
func expected(v Viewer, write bool, r Record) bool {
	rel := func(kind string, to ...string) bool {
		for _, x := range r.Relations {
			if x.Kind == kind && x.From <= v.Now && v.Now < x.Until && slices.Contains(to, x.To) {
				return true
			}
		}
		return false
	}
	me := v.Account
	if r.District != v.District || (me != "" && r.Subject == me) {
		return false
	}
	at := func(role Role) bool { return r.Org != "" && slices.Contains(v.Roles[role], r.Org) }
	named, emergency := me != "" && rel("named", me) && at("member"), me != "" && rel("breakglass", me)
	own := me != "" && r.Kind == "concern" && (r.Author == me && (r.Part == "header" || r.Part == "account") || r.Part == "feedback" && rel("told", me))
	if r.Locked && !named && !emergency && !own {
		return false
	}
	close := me != "" && rel("excluded", me)
	decides := !close && (rel("head_receives", v.Roles["head"]...) || rel("chair_receives", v.Roles["chair"]...) || rel("trust_receives", v.Roles["trust_lead"]...) ||
		me != "" && rel("stands_in", me) || rel("referral", v.Roles["lado"]...))
	stale := (r.Restricted || r.Locked) && v.Strength != SteppedUp
	if v.Strength < SecondFactor || stale { // enough for one's own words and for names, never for a record
		switch {
		case r.Kind == "training" && me != "" && r.Author == me && slices.Contains([]string{"booking", "need", "interest"}, r.Part):
			return true
		case r.Kind == "cascade" && me != "" && rel("passes_on", me) && (r.Part == "plan" || r.Part == "sign_in"):
			return true
		case write:
			return false
		case r.Kind == "cascade":
			return me != "" && (r.Part == "words" && rel("passes_on", me) || r.Part == "sign_in" && r.Author == me)
		case r.Kind == "quiz":
			return me != "" && r.Author == me && (r.Part == "answers" || r.Part == "ask")
		case r.Kind == "training":
			return me != "" && rel("booked", me) && (r.Part == "booking" || r.Part == "need" || r.Part == "learnt")
		case r.Kind == "harm":
			return me != "" && r.Author == me
		case r.Kind == "adult":
			return me != "" && (r.Author == me && (r.Part == "header" || r.Part == "account") || r.Part == "feedback" && rel("told", me))
		}
		return own || r.Kind == "child" && r.Part == "card" && at("member")
	}
	switch r.Kind {
	case "concern":
		switch {
		case named, at("head") && !r.Locked, at("dsl") && !r.Restricted && !r.Locked:
			return true
		case write:
			return false
		case emergency:
			return true
		case own:
			return true
		case r.Restricted || r.Locked:
			return false
		case rel("share", v.Roles["dsl"]...), rel("grant", v.Roles["trust_lead"]...):
			return true
		}
		return rel("referral", v.Roles["la_officer"]...) && slices.Contains([]string{"header", "account", "child", "decision"}, r.Part)
	case "child":
		switch {
		case named, at("dsl") && !r.Restricted && !r.Locked:
			return true
		case write:
			return false
		case emergency, at("head") && !r.Locked:
			return true
		case r.Part == "card" && at("member"):
			return true
		}
		return !r.Restricted && !r.Locked && rel("share", v.Roles["dsl"]...)
	case "referral":
		switch {
		case named, at("head") && !r.Locked, at("dsl") && !r.Restricted && !r.Locked:
			return true
		case r.Part == "sent" && !r.Locked && rel("referral", v.Roles["la_officer"]...):
			return true
		}
		return emergency && !write
	case "adult":
		words := r.Part == "header" || r.Part == "account"
		switch {
		case decides:
			return true
		case write || me == "":
			return false
		case words && r.Author == me, r.Part == "feedback" && rel("told", me):
			return true
		}
		return words && !close && rel("first_reads", me)
	case "harm":
		return !write && (decides || me != "" && (r.Author == me || !close && (named || emergency)))
	case "training":
		switch {
		case at("training_admin"):
			return true
		case me != "" && r.Author == me && (r.Part == "booking" || r.Part == "need" || r.Part == "interest"):
			return true
		case (r.Part == "booking" || r.Part == "learnt") && rel("school", v.Roles["head"]...):
			return true
		case write:
			return false
		case (r.Part == "booking" || r.Part == "learnt") && rel("school", v.Roles["dsl"]...):
			return true
		case me != "" && rel("trains", me) && (r.Part == "booking" || r.Part == "need"):
			return true
		}
		return me != "" && rel("booked", me) && (r.Part == "booking" || r.Part == "need" || r.Part == "learnt")
	case "quiz":
		if write {
			return r.Part == "ask" && at("dsl")
		}
		return at("dsl") || me != "" && r.Author == me && (r.Part == "answers" || r.Part == "ask")
	case "cascade":
		passes := me != "" && rel("passes_on", me)
		switch {
		case at("head"), at("dsl"), at("trust_lead") && r.Part != "sign_in", passes && r.Part != "words":
			return true
		}
		return !write && (passes || me != "" && r.Part == "sign_in" && r.Author == me)
	}
	return false
}

func pick[T any](r *rand.Rand, xs ...T) T { return xs[r.IntN(len(xs))] }

// random returns a viewer and a record out of a world so small that they often meet.
func random(r *rand.Rand) (Viewer, Record) {
	people, orgs := []string{"", "ann", "ben", "cat"}, []string{"", "oak", "elm", "ash", "trust", "council"}
	v := Viewer{Account: pick(r, people...), District: pick(r, "here", "here", "here", "there"), Now: clock.Millis(100 + r.IntN(3)),
		Roles: map[Role][]string{}, Strength: pick(r, FirstFactor, SecondFactor, SecondFactor, SteppedUp)}
	if v.Account != "" {
		for _, role := range []Role{DSL, Head, TrustLead, LAOfficer, Chair, LADO, Admin, Governor, TrainingAdmin} {
			if r.IntN(4) == 0 {
				o := orgs[1+r.IntN(len(orgs)-1)]
				v.Roles[role] = append(v.Roles[role], o)
				v.Roles[Member] = append(v.Roles[Member], o)
			}
		}
		if r.IntN(3) == 0 {
			v.Roles[Member] = append(v.Roles[Member], orgs[1+r.IntN(len(orgs)-1)])
		}
	}
	rec := Record{ID: "rec", District: pick(r, "here", "here", "here", "there"), Kind: pick(r, "concern", "concern", "child", "referral", "training", "quiz", "cascade", "adult", "adult", "harm", "sent_on", "other"),
		Org: pick(r, orgs...), Author: pick(r, people...), Subject: pick(r, "", "", people[r.IntN(4)]),
		Restricted: r.IntN(4) == 0, Locked: r.IntN(4) == 0}
	rec.Part = pick(r, PartHeader, PartAccount, PartChild, PartLead, PartDecision, PartFeedback, PartCard, PartFile, PartReferral, PartDisagreement)
	if rec.Kind == Training {
		rec.Part = pick(r, PartBooking, PartNeed, PartInvitation, PartInterest, PartPartner, PartLearnt)
	}
	if rec.Kind == Quiz {
		rec.Part = pick(r, PartAnswers, PartAsk)
	}
	if rec.Kind == Cascade {
		rec.Part = pick(r, PartPlan, PartSignIn, PartWords)
	}
	for range r.IntN(3) {
		kinds := []string{Named, Referral, Share, Granted, Told, BreakGlass}
		if rec.Kind == Adult || rec.Kind == Harm || rec.Kind == SentOn {
			kinds = []string{Named, Referral, Told, BreakGlass, HeadReceives, ChairReceives, TrustReceives, StandsIn, FirstReads, Excluded}
		}
		if rec.Kind == Training {
			kinds = []string{Booked, School, Trains}
		}
		if rec.Kind == Cascade {
			kinds = []string{PassesOn}
		}
		rec.Relations = append(rec.Relations, Relation{To: pick(r, append(people[1:], orgs[1:]...)...),
			Kind: pick(r, kinds...), From: clock.Millis(99 + r.IntN(3)), Until: clock.Millis(101 + r.IntN(3))})
	}
	return v, rec
}

// compare returns how many of n random pairs the table decides otherwise than expected.
func compare(table Table, n int, seed uint64) (wrong int, first string) {
	r := rand.New(rand.NewPCG(seed, 2))
	for range n {
		v, rec := random(r)
		for _, write := range []bool{false, true} {
			got, rule := table.Decide(v, write, rec)
			if got != expected(v, write, rec) {
				if wrong == 0 {
					first = fmt.Sprintf("write %v: table says %v (%s)\n%+v\n%+v", write, got, rule, v, rec)
				}
				wrong++
			}
		}
	}
	return wrong, first
}

// SEC-2, SEC-25: the decision agrees with the expectation on a million random pairs of people and records.
func TestDecideAgreesWithTheExpectationTable(t *testing.T) {
	if wrong, first := compare(Rules, 1_000_000, 1); wrong > 0 {
		t.Fatalf("%d pairs differ; the first: %s", wrong, first)
	}
}

// Each rule is needed: without it the expectation no longer holds. So the property above is able to fail, rule by rule.
func TestEveryRuleIsNeeded(t *testing.T) {
	for ki, k := range Rules.Kinds {
		for ri, rule := range k.Rules {
			table := Table{Deny: Rules.Deny, Fresh: Rules.Fresh, Kinds: slices.Clone(Rules.Kinds)}
			table.Kinds[ki].Rules = slices.Delete(slices.Clone(k.Rules), ri, ri+1)
			if wrong, _ := compare(table, 250_000, 3); wrong == 0 {
				t.Errorf("%s: nothing noticed that rule %q is gone", k.Name, rule.Name)
			}
		}
	}
	if wrong, _ := compare(Table{Kinds: Rules.Kinds, Fresh: Rules.Fresh, Deny: anyOf()}, 60_000, 3); wrong == 0 {
		t.Error("nothing noticed that the denials are gone")
	}
	if wrong, _ := compare(Table{Kinds: Rules.Kinds, Fresh: anyOf(), Deny: Rules.Deny}, 60_000, 3); wrong == 0 {
		t.Error("nothing noticed that restricted records are read with an old second factor")
	}
}

// CHR-10, CON-2: of a locked concern whoever wrote it finds the header, their own words and what was written back to them, with
// one factor as before, and no word of the leads.
func TestReporterOfALockedConcernKeepsTheirOwn(t *testing.T) {
	ellen := Viewer{Account: "ellen", District: "d", Now: 5, Strength: FirstFactor, Roles: map[Role][]string{Member: {"oak"}}}
	for part, want := range map[string]bool{PartHeader: true, PartAccount: true, PartFeedback: true, PartChild: false, PartLead: false, PartDecision: false} {
		r := Record{ID: "1", District: "d", Kind: Concern, Part: part, Org: "oak", Locked: true}
		switch part {
		case PartHeader, PartAccount:
			r.Author = "ellen"
		case PartFeedback:
			r.Relations = []Relation{{To: "ellen", Kind: Told, Until: 10}}
		}
		if ok, rule := Rules.Decide(ellen, false, r); ok != want {
			t.Errorf("%s: %v by %s", part, ok, rule)
		}
		if ok, _ := Rules.Decide(ellen, true, r); ok {
			t.Errorf("%s: the reporter may change it", part)
		}
	}
	if ok, _ := Rules.Decide(ellen, false, Record{District: "d", Kind: Concern, Part: PartAccount, Org: "oak", Locked: true, Author: "tom"}); ok {
		t.Error("the reporter reads what somebody else wrote")
	}
}

// CHR-10: a post opens nothing that is locked. A head with an emergency opening reads and does not change; a lead who wrote the
// concern finds their own words and does not decide.
func TestLockedIsNotChangedThroughAPost(t *testing.T) {
	v := Viewer{Account: "helen", District: "d", Now: 5, Strength: SteppedUp, Roles: map[Role][]string{Head: {"oak"}, DSL: {"oak"}, Member: {"oak"}}}
	for name, r := range map[string]Record{
		"emergency": {Relations: []Relation{{To: "helen", Kind: BreakGlass, Until: 10}}}, "author": {Author: "helen"},
	} {
		r.ID, r.District, r.Kind, r.Part, r.Org, r.Locked = "1", "d", Concern, PartHeader, "oak", true
		if ok, rule := Rules.Decide(v, false, r); !ok || rule == "dsl" || rule == "head" {
			t.Errorf("%s reads: %v by %s", name, ok, rule)
		}
		if ok, rule := Rules.Decide(v, true, r); ok {
			t.Errorf("%s may change it by %s", name, rule)
		}
	}
}

// CHR-10, SEC-7: a named reader reads with a second factor given just now, and only while they work where the record belongs.
func TestNamedReaderReadsWhileTheyWorkThere(t *testing.T) {
	r := Record{District: "d", Kind: Concern, Part: PartLead, Org: "oak", Locked: true, Relations: []Relation{{To: "ann", Kind: Named, Until: 10}}}
	for _, c := range []struct {
		name     string
		strength Strength
		at       string
		want     bool
	}{{"confirmed just now", SteppedUp, "oak", true}, {"confirmed this morning", SecondFactor, "oak", false}, {"works elsewhere now", SteppedUp, "elm", false}} {
		v := Viewer{Account: "ann", District: "d", Now: 5, Strength: c.strength, Roles: map[Role][]string{Member: {c.at}, Head: {c.at}, DSL: {c.at}}}
		if ok, _ := Rules.Decide(v, false, r); ok != c.want {
			t.Errorf("%s: %v", c.name, ok)
		}
	}
}

// SEC-10: whoever a record is about never reads it, whatever they hold.
func TestSubjectNeverReads(t *testing.T) {
	v := Viewer{Account: "helen", District: "d", Now: 5, Strength: SteppedUp, Roles: map[Role][]string{Head: {"oak"}, DSL: {"oak"}, Member: {"oak"}, Admin: {"oak"}}}
	r := Record{ID: "1", District: "d", Org: "oak", Subject: "helen", Author: "helen",
		Relations: []Relation{{To: "helen", Kind: Named, Until: 10}, {To: "helen", Kind: BreakGlass, Until: 10}, {To: "oak", Kind: HeadReceives, Until: 10}, {To: "helen", Kind: StandsIn, Until: 10}}}
	for _, k := range Rules.Kinds {
		for _, part := range k.Parts {
			r.Kind, r.Part = k.Name, part
			if ok, _ := Rules.Decide(v, false, r); ok {
				t.Errorf("the subject reads the %s of %s about them", part, k.Name)
			}
		}
	}
}

// LLC-1, LLC-2: no post reads a worry about an adult by itself, and whoever is of the household of whom it is about reads none,
// whatever they hold and however it came to them.
func TestNoPostReadsAboutAnAdultByItself(t *testing.T) {
	v := Viewer{Account: "helen", District: "d", Now: 5, Strength: SteppedUp, Roles: map[Role][]string{}}
	for _, role := range []Role{Head, DSL, Chair, TrustLead, LADO, LAOfficer, Admin, Auditor, Governor, Strategic, Gateway, Member} {
		v.Roles[role] = []string{"oak"}
	}
	for _, k := range []Kind{adults, harms} {
		for _, part := range k.Parts {
			r := Record{ID: "1", District: "d", Kind: k.Name, Part: part, Org: "oak", Author: "ellen"}
			if ok, rule := Rules.Decide(v, false, r); ok {
				t.Errorf("the %s of %s is read by %s without having been sent to anybody", part, k.Name, rule)
			}
			r.Relations = []Relation{{To: "helen", Kind: Excluded, Until: 10}}
			for _, x := range []Relation{{To: "oak", Kind: HeadReceives}, {To: "oak", Kind: ChairReceives}, {To: "oak", Kind: TrustReceives}, {To: "oak", Kind: Referral}, {To: "helen", Kind: StandsIn}, {To: "helen", Kind: FirstReads}} {
				x.Until = 10
				r.Relations = append(r.Relations, x)
			}
			if ok, rule := Rules.Decide(v, false, r); ok {
				t.Errorf("somebody of the household reads the %s of %s by %s", part, k.Name, rule)
			}
		}
	}
}

// SEC-7, SEC-8: nothing is held before a post begins or after it ends; a lapsed relation gives nothing.
func TestLapsedRelationGivesNothing(t *testing.T) {
	v := Viewer{Account: "ann", District: "d", Now: 10, Strength: SecondFactor, Roles: map[Role][]string{Member: {"oak"}}}
	r := Record{District: "d", Kind: Concern, Part: PartLead, Relations: []Relation{{To: "ann", Kind: BreakGlass, From: 5, Until: 10}}}
	if ok, _ := Rules.Decide(v, false, r); ok {
		t.Fatal("break-glass outlived its end")
	}
	r.Relations[0].Until = 11
	if ok, rule := Rules.Decide(v, false, r); !ok || rule != "break-glass" {
		t.Fatalf("break-glass should still hold, got %v %s", ok, rule)
	}
}

func TestRuleNamesAreUniqueAndWorded(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range Rules.Kinds {
		for _, x := range k.Rules {
			if seen[x.Name] || len(x.Words) < 20 {
				t.Errorf("rule %q: its name must be its own and its words a sentence", x.Name)
			}
			seen[x.Name] = true
			if got, ok := Rules.Rule(x.Name); !ok || got.Words != x.Words {
				t.Errorf("rule %q is not found by its name", x.Name)
			}
		}
	}
}

func TestPermissionAsksForStrengthAfterRole(t *testing.T) {
	teacher := Viewer{Account: "t", Strength: FirstFactor, Roles: map[Role][]string{Member: {"oak"}}}
	lead := Viewer{Account: "l", Strength: FirstFactor, Roles: map[Role][]string{Member: {"oak"}, DSL: {"oak"}}}
	for _, c := range []struct {
		v    Viewer
		p    Permission
		kind errs.Kind
		ok   bool
	}{
		{Viewer{}, Anybody, 0, true},
		{Viewer{}, SignedIn, errs.SignIn, false},
		{teacher, Reporter, 0, true},
		{teacher, Lead, errs.NotFound, false},
		{lead, Lead, errs.StepUp, false},
	} {
		err := c.v.May(c.p)
		if (err == nil) != c.ok || err != nil && errs.KindOf(err) != c.kind {
			t.Errorf("%s as %s: %v", c.p.Name, c.v.Account, err)
		}
	}
}

// SEC-1: whoever might find more after confirming is asked, whether or not there is something; nobody is asked where no record is.
func TestMayNeedFactor(t *testing.T) {
	as := func(s Strength, roles ...Role) Viewer {
		v := Viewer{Account: "a", Strength: s, Roles: map[Role][]string{}}
		for _, r := range roles {
			v.Roles[r] = []string{"oak"}
		}
		return v
	}
	for _, c := range []struct {
		name string
		v    Viewer
		p    Permission
		want bool
	}{
		{"a lead with one factor", as(FirstFactor, Member, DSL), Reporter, true},
		{"a lead whose second factor is a while ago", as(SecondFactor, Member, DSL), Lead, true},
		{"a lead who has just confirmed", as(SteppedUp, Member, DSL), Lead, false},
		{"a colleague with one factor, who reads what they wrote", as(FirstFactor, Member), Reporter, false},
		{"a colleague who may have been named", as(SecondFactor, Member), RecordRead, true},
		{"a lead on a page for everybody", as(FirstFactor, Member, DSL), Anybody, false},
		{"an administrator among accounts", as(SecondFactor, Member, Admin), Administer, false},
		{"an auditor at the log", as(SecondFactor, Member, Auditor), Audit, false},
		{"nobody", Viewer{}, Reporter, false},
	} {
		if got := c.v.MayNeedFactor(c.p); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestOrgsOf(t *testing.T) {
	v := Viewer{Roles: map[Role][]string{Head: {"oak", "elm"}, DSL: {"elm", "ash"}, Member: {"yew"}}}
	if got := v.OrgsOf(DSL, Head); !slices.Equal(got, []string{"elm", "ash", "oak"}) {
		t.Error(got)
	}
	if got := v.OrgsOf(Auditor); len(got) != 0 {
		t.Error(got)
	}
}
