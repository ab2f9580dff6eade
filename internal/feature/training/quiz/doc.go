// Package quiz finds out what the adults of a school know about keeping children safe, before anybody decides what to teach them.
//
// A question belongs to a theme, is answered by choosing (one answer, several, true or false, an order), and says after the answer why,
// and where that stands: document, edition, place. Words of a question never change once they are kept: a changed question is a new one
// that replaces the old, so that every answer can be read beside the words it was given to. When a document has a new edition, the
// questions that cite the old one are stale: they stay with what was asked, and no new quiz is made of them until somebody has looked.
// A starter bank ships with the program (bank.json), in our own words, with the themes, the staff groups and the figures of this page.
//
//	question: live → replaced | retired          (stale is seen from the editions)
//	quiz:     draft → given → closed             (not begun, open and over are seen from its days)
//	attempt:  open → sent                        (once; each answer is kept as it is given, and stays)
//	need:     open → planned → met → closed      (and open again where the next quiz shows that the gap is still there)
//	ask:      open → answered
//
// # Rules
//
//	QUI-1  every member of staff takes a quiz every six months; it may come before the training
//	QUI-2  results by question, theme and staff group, no league table of people: the leads see who needs help with what, others see
//	       groups of five or more
//	QUI-3  a gap makes a training need, met by a session, a briefing or a tip; the next quiz shows whether it closed
//	QUI-4  anyone asks for training in one press, the lead answers, and the asks of each staff group stand beside the plan
//
// # Who sees what
//
// What somebody answered is a record (kernel/access, kind quiz, part answers): theirs and the leads' of their school. So is an ask. The
// head and the lead governor see a ledger without names (training_quiz_tally), and of it only what Publish makes: once the quiz has
// closed and nothing in it moves any more, in groups of five or more. Smaller groups are counted together, with the smallest
// larger one where they are fewer than five even so; and where all of a group, or none, were right, one fewer or one more is shown.
// All that they are shown is a function of that one table, so no two views have a difference that gives away one to four people.
package quiz
