package access

// Cascade is the kind of what is held about adults when one who attended training passes it on. Its parts:
const (
	Cascade    = "cascade"
	PartPlan   = "plan"    // who attended and passes it on; the parent of the others
	PartSignIn = "sign_in" // who was at a session
	PartWords  = "words"   // what somebody wrote of a session, without a name
)

// PassesOn is the relation of whoever attended to the plan of their cascade.
const PassesOn = "passes_on"

// cascades: org_id of a plan and of words is whose cascade it is, a school or a trust; that of a sign-in is where the person works. Whoever
// runs courses, and the partnership, have no rule here: they see counts of schools, which hold no record.
var cascades = Kind{
	Name: Cascade, Words: "Training that is passed on",
	Parts: []string{PartPlan, PartSignIn, PartWords},
	Rules: []Rule{
		{Name: "cascade-lead", Words: "Whoever attended training keeps the plan by which they pass it on, and the list of those who came", Role: Member, Write: true,
			When: all(parts(PartPlan, PartSignIn), related(PassesOn, "")), First: true},
		{Name: "cascade-words", Words: "Whoever passes training on reads what was written about it, without names", Role: Member,
			When: all(parts(PartWords), related(PassesOn, "")), First: true},
		{Name: "cascade-own", Words: "Everybody finds the sessions that they signed in to", Role: Member,
			When: all(parts(PartSignIn), mine(colAuthor)), First: true},
		{Name: "cascade-head", Words: "The headteacher keeps the school’s plans, and sees which of the school’s staff were reached", Role: Head, Write: true,
			When: inOrg(Head)},
		{Name: "cascade-dsl", Words: "The designated safeguarding lead and deputies keep the school’s plans, and see which of its staff were reached", Role: DSL, Write: true,
			When: inOrg(DSL)},
		{Name: "cascade-trust", Words: "The lead of a trust keeps the trust’s own plans, and sees who was reached by them only as a number", Role: TrustLead, Write: true,
			When: all(parts(PartPlan, PartWords), inOrg(TrustLead))},
	},
}
