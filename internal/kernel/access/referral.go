package access

// ReferralKind is the kind of a referral of a concern to another body: that it was made, who took it, what they answered. Its
// records hang on the concern's header, so what is done to the concern (restricted, locked) is done to them. Its parts:
const (
	ReferralKind     = "referral"
	PartReferral     = "sent"         // the referral and its steps: both sides read and write it
	PartDisagreement = "disagreement" // the school's way up the district's ladder (REF-2): the school alone
)

var referrals = Kind{
	Name: ReferralKind, Words: "A referral to another body",
	Parts: []string{PartReferral, PartDisagreement},
	Rules: []Rule{
		{Name: "dsl-referral", Words: "The designated safeguarding lead and deputies of the school keep its referrals, unless the concern is restricted", Role: DSL, Write: true,
			When: all(inOrg(DSL), open)},
		{Name: "head-referral", Words: "The headteacher keeps the school’s referrals, unless the concern is locked to named people", Role: Head, Write: true,
			When: all(inOrg(Head), unlocked)},
		{Name: "named-referral", Words: "A referral of a concern locked to named people is kept by those people and by nobody else of the school", Role: Member, Write: true,
			When: named},
		{Name: "received", Words: "Children’s social care reads and answers a referral that was made to it, and keeps its own answer after the words of the concern are closed to it", Role: LAOfficer, Write: true,
			When: all(parts(PartReferral), unlocked, related(Referral, LAOfficer))},
		{Name: "break-glass-referral", Words: "In an emergency a named person sees to whom a child was referred, with a reason, until it lapses", Role: Member,
			When: related(BreakGlass, "")},
	},
}
