// Package referrals is a concern sent to children's social care, what they make of it, and what happens when the school disagrees.
//
// A lead decides to refer in the concern itself; nothing has left the school then. Check and send shows exactly what goes (the
// words, the children with their part, the decision, and nothing of the leads' notes), to whom, and who there will read it and
// why (CON-10). Sending makes the grant by which the service reads the concern, in the same transaction. A service without an
// account in Kith is told by telephone or secure mail, and that is recorded here with what it answers.
//
// States: sent → received → decided, with asked (the service wants to know more) in between, or withdrawn. Each step is kept
// with who and when, is an entry of the child's chronology, and is seen by both sides (REF-1). What nobody has answered in time
// is on the leads' list, and after the district's further days on the head's. The service's "no further action" never closes the
// concern: only a lead does (REF-3).
//
// Reading ends by itself: for each answer the district sets how many days the service goes on reading the words; a withdrawn
// referral ends it at once. The referral itself, with its own answer, stays with the service.
//
// "I disagree" opens the district's ladder (REF-2): steps with who talks to whom and by when. At each the child's safety until
// then is asked and must be answered; each step and answer is an entry; it ends with an outcome.
//
// Guidance: Working Together to Safeguard Children (a decision within one working day, feedback to the referrer, assessments
// within 45 working days, dispute resolution by the partnership's own procedure); Keeping Children Safe in Education, Part one.
// Times, answers and the ladder are data of an edition; practice.csv is the edition that ships.
package referrals
