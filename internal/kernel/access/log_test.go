package access

import (
	"slices"
	"testing"

	"kith/internal/kernel/errs"
)

// Who looks at the audit log, written a second time, by hand: every role, at a school and at the authority, with each
// strength of sign-in.
func TestLogIsForAuditors(t *testing.T) {
	wide := func(org string) bool { return org == "council" }
	all := []Role{Member, DSL, Head, FamilyWorker, PSHELead, ComputingLead, Governor, Chair, TrustLead, Gateway, LeadPractitioner, LAOfficer,
		LADO, Strategic, PanelScorer, TrainingAdmin, Partnership, Programme, Admin, Auditor, Family}
	asked := 0
	for _, role := range all {
		for _, at := range [][]string{{"school"}, {"council"}, {"school", "council"}, {"school", "trust"}, nil} {
			for _, s := range []Strength{Nobody, FirstFactor, SecondFactor, SteppedUp} {
				asked++
				v := Viewer{Account: "a", District: "d", Strength: s, Roles: map[Role][]string{Member: at, role: at}}
				x, orgs, err := Log(v, wide)
				if role != Auditor || at == nil || s < SecondFactor {
					if err == nil || x.Name != "" || orgs != nil {
						t.Errorf("%s at %v with %d looks at the log by %q", role, at, s, x.Name)
					}
					continue
				}
				want, wantOrgs := "own-log", at
				if slices.Contains(at, "council") {
					want, wantOrgs = "district-log", nil
				}
				if err != nil || x.Name != want || !slices.Equal(orgs, wantOrgs) {
					t.Errorf("an auditor at %v: by %q at %v, %v", at, x.Name, orgs, err)
				}
			}
		}
	}
	if asked != len(all)*5*4 {
		t.Errorf("asked %d times", asked)
	}
	if _, _, err := Log(Viewer{Account: "a", District: "d", Strength: SteppedUp, Roles: map[Role][]string{DSL: {"council"}}}, wide); !errs.Is(err, errs.NotFound) {
		t.Errorf("a lead of the authority is told %v", err)
	}
	if _, _, err := Log(System("d", "a chore"), wide); err == nil {
		t.Error("the program looks at the log as an auditor")
	}
}
