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

// What is for whoever wrote a concern (CON-2): the header and their own words, and what was written back to them.
var (
	theirWords  = all(mine(colAuthor), parts(PartHeader, PartAccount))
	writtenBack = all(parts(PartFeedback), related(Told, ""))
	ownWords    = all(is(colKind, Concern), anyOf(theirWords, writtenBack))
)

var concerns = Kind{
	Name: Concern, Words: "A concern about a child",
	Parts: []string{PartHeader, PartAccount, PartChild, PartLead, PartDecision, PartFeedback},
	Rules: []Rule{
		{Name: "reporter", Words: "Whoever wrote a concern always finds their own words and its state", Role: Member,
			When: theirWords, First: true},
		{Name: "told", Words: "Feedback is read by the person it was written for", Role: Member,
			When: writtenBack, First: true},
		{Name: "dsl", Words: "The designated safeguarding lead and deputies of the school read and decide, unless it is restricted", Role: DSL, Write: true,
			When: all(inOrg(DSL), open)},
		{Name: "head", Words: "The headteacher has oversight of the school’s concerns, unless one is locked to named people", Role: Head, Write: true,
			When: all(inOrg(Head), unlocked)},
		{Name: "named", Words: "Whoever is named as a reader of a restricted or locked concern reads and decides, for as long as they work at its school", Role: Member, Write: true,
			When: named},
		{Name: "share", Words: "A lead of another school reads what was shared with that school, for its purpose and until its end", Role: DSL,
			When: all(open, related(Share, DSL))},
		{Name: "trust", Words: "A trust’s safeguarding lead reads a concern that the school granted to the trust", Role: TrustLead,
			When: all(open, related(Granted, TrustLead))},
		{Name: "referral", Words: "Children’s social care reads the words, the children and the decision of a concern referred to it", Role: LAOfficer,
			When: all(open, parts(PartHeader, PartAccount, PartChild, PartDecision), related(Referral, LAOfficer))},
		{Name: "break-glass", Words: "In an emergency a named person opens a child’s records, with a reason, until it lapses", Role: Member,
			When: related(BreakGlass, "")},
	},
}
