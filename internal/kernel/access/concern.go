package access

// Concern is the kind of a worry about a child, from the words of whoever noticed it to the decision. Its parts:
const (
	Concern      = "concern"
	PartHeader   = "header"   // when, where, state; the parent of the other parts
	PartAccount  = "account"  // one person's words, with their body map and files
	PartChild    = "child"    // one child's role and the text about that child alone (CON-4)
	PartLead     = "lead"     // level, category, actions, contact with parents, notes
	PartDecision = "decision" // what was decided and why
	PartFeedback = "feedback" // what the lead wrote back to whoever noticed
)

var concerns = Kind{
	Name: Concern, Words: "A concern about a child",
	Parts: []string{PartHeader, PartAccount, PartChild, PartLead, PartDecision, PartFeedback},
	Rules: []Rule{
		{"reporter", "Whoever wrote a concern always finds their own words and its state", Member, false,
			all(mine(colAuthor), parts(PartHeader, PartAccount))},
		{"told", "Feedback is read by the person it was written for", Member, false,
			all(parts(PartFeedback), related(Told, ""))},
		{"dsl", "The designated safeguarding lead and deputies of the school read and decide, unless it is restricted", DSL, true,
			all(inOrg(DSL), open)},
		{"head", "The headteacher has oversight of the school's concerns, unless one is locked to named people", Head, true,
			inOrg(Head)},
		{"named", "A record locked to named people is read by those people and by nobody else", Member, true,
			related(Named, "")},
		{"share", "A lead of another school reads what was shared with that school, for its purpose and until its end", DSL, false,
			all(open, related(Share, DSL))},
		{"trust", "A trust's safeguarding lead reads a concern that the school granted to the trust", TrustLead, false,
			all(open, related(Granted, TrustLead))},
		{"referral", "Children's social care reads the words, the children and the decision of a concern referred to it", LAOfficer, false,
			all(open, parts(PartHeader, PartAccount, PartChild, PartDecision), related(Referral, LAOfficer))},
		{"break-glass", "In an emergency a named person opens a child's records, with a reason, until it lapses", Member, false,
			related(BreakGlass, "")},
	},
}
