package access

// Quiz is the kind of what somebody on the staff answered, or asked to learn. Its parts:
const (
	Quiz        = "quiz"
	PartAnswers = "answers" // one person's answers in one quiz
	PartAsk     = "ask"     // one person's wish for training, and what the lead answered
)

// quizzes: the head and the governors have no rule here. They see figures of groups, which hold no record.
var quizzes = Kind{
	Name: Quiz, Words: "What staff know about safeguarding",
	Parts: []string{PartAnswers, PartAsk},
	Rules: []Rule{
		{Name: "quiz-own", Words: "Everybody finds their own answers in a quiz, and what they asked to learn", Role: Member,
			When: all(mine(colAuthor), parts(PartAnswers, PartAsk)), First: true},
		{Name: "quiz-lead", Words: "The designated safeguarding lead and deputies of the school see who needs help with what, and who asks for training", Role: DSL,
			When: inOrg(DSL)},
		{Name: "quiz-ask", Words: "The designated safeguarding lead and deputies answer those who ask for training; nobody changes an answer in a quiz", Role: DSL, Write: true,
			When: all(parts(PartAsk), inOrg(DSL))},
	},
}
