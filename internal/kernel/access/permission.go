package access

import (
	"kith/internal/kernel/errs"
)

// Permission is what a route asks before it looks at any record: how surely somebody signed in, and which roles the page is
// for. It never replaces the record's own decision.
type Permission struct {
	Name     string
	Words    string
	Roles    []Role // any of these; empty means everybody of that strength
	Strength Strength
}

// May returns nil, or why the viewer may not: SignIn, StepUp, or NotFound for somebody the page is not for, because a
// page that says "forbidden" says that it exists.
func (v Viewer) May(p Permission) error {
	if p.Strength == Nobody {
		return nil
	}
	if v.Strength == Nobody || v.Account == "" {
		return errs.New(errs.SignIn, "Sign in to go on")
	}
	held := len(p.Roles) == 0
	for _, r := range p.Roles {
		held = held || v.Holds(r)
	}
	if !held {
		return errs.Missing()
	}
	if v.Strength < p.Strength {
		return errs.New(errs.StepUp, "Confirm that it is you")
	}
	return nil
}

// The permissions of the pages of the house. A slice declares its own beside its routes when no other slice needs them.
var (
	Anybody    = Permission{Name: "anybody", Words: "Anybody, signed in or not"}
	SignedIn   = Permission{Name: "signed-in", Words: "Anybody signed in", Strength: FirstFactor}
	Reporter   = Permission{Name: "reporter", Words: "Any adult with a post", Roles: []Role{Member}, Strength: FirstFactor}
	Lead       = Permission{Name: "lead", Words: "Safeguarding leads and headteachers, with a second factor", Roles: []Role{DSL, Head}, Strength: SecondFactor}
	RecordRead = Permission{Name: "record-read", Words: "Whoever may read records, with a second factor; each record decides for itself", Roles: []Role{Member}, Strength: SecondFactor}
	Administer = Permission{Name: "administer", Words: "Account administrators, with a second factor", Roles: []Role{Admin}, Strength: SecondFactor}
	Emergency  = Permission{Name: "emergency", Words: "Leads, headteachers and social workers, with a second factor given just now", Roles: []Role{DSL, Head, LAOfficer, Gateway}, Strength: SteppedUp}
	Audit      = Permission{Name: "audit", Words: "Auditors, with a second factor", Roles: []Role{Auditor}, Strength: SecondFactor}
	AuditTake  = Permission{Name: "audit-take", Words: "Auditors, with a second factor given just now", Roles: []Role{Auditor}, Strength: SteppedUp}
)
