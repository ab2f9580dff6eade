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
		{"school", "Any adult with a post at the school finds a child's name and class, to write about the right child", Member, false,
			all(inOrg(Member), parts(PartCard))},
		{"dsl-file", "The designated safeguarding lead and deputies of the school keep the child's file", DSL, true,
			all(inOrg(DSL), open)},
		{"head-file", "The headteacher reads the files of the school's children", Head, false,
			inOrg(Head)},
		{"named-file", "A file locked to named people is read by those people and by nobody else", Member, true,
			related(Named, "")},
		{"share-file", "A lead of another school reads a file shared with that school, for its purpose and until its end", DSL, false,
			all(open, related(Share, DSL))},
		{"break-glass-file", "In an emergency a named person opens a child's file, with a reason, until it lapses", Member, false,
			related(BreakGlass, "")},
	},
}
