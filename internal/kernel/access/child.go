package access

// Child is the kind of what is held about a pupil. Its parts:
const (
	Child    = "child"
	PartCard = "card" // name and class: enough to write a concern about the right child (CON-21)
	PartFile = "file" // the child's file: details, contacts, flags, chronology
)

var children = Kind{
	Name: Child, Words: "A child",
	Parts: []string{PartCard, PartFile},
	Rules: []Rule{
		{Name: "school", Words: "Any adult with a post at the school finds a child’s name and class, to write about the right child", Role: Member,
			When: all(inOrg(Member), parts(PartCard)), First: true},
		{Name: "dsl-file", Words: "The designated safeguarding lead and deputies of the school keep the child’s file", Role: DSL, Write: true,
			When: all(inOrg(DSL), open)},
		{Name: "head-file", Words: "The headteacher reads the files of the school’s children, unless one is locked to named people", Role: Head,
			When: all(inOrg(Head), unlocked)},
		{Name: "named-file", Words: "Whoever is named as a reader of a restricted or locked file reads and keeps it, for as long as they work at its school", Role: Member, Write: true,
			When: named},
		{Name: "share-file", Words: "A lead of another school reads a file shared with that school, for its purpose and until its end", Role: DSL,
			When: all(open, related(Share, DSL))},
		{Name: "break-glass-file", Words: "In an emergency a named person opens a child’s file, with a reason, until it lapses", Role: Member,
			When: related(BreakGlass, "")},
	},
}
