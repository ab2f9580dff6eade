// Package cascade is how training that one person attended reaches everybody else: a plan, the sessions in which it is passed on, who
// came, what it cost for each of them, and where in the district it has not arrived.
//
// Attending starts it. When a run of a course that cascades is over, whoever was there has a plan by themselves, with a day by which it
// is to be passed on; a school may also plan for training that somebody attended elsewhere, such as that of a wellbeing lead (TRU-11).
// Sessions are held in the school. Colleagues sign in on a phone, by a link that the room reads off the wall or by a code of eight
// letters, or are ticked on a list; whoever has no account writes their name. Afterwards they say, without their name, what they take with
// them.
//
//	plan:      open → complete            (planned, under way and overdue are seen from its sessions and its day)
//	session:   planned → open → held | cancelled       (one that was left open is held from the next day on)
//
// # Who sees what
//
// Who attended, who came and what was written are records (kernel/access, kind cascade), read by whoever passes it on and by the school's
// head and leads. Beside them stands a ledger without names (decision 29): which person came to which session, by a mark. Reach is counted
// from it: somebody who came twice counts once, and whoever passes it on is not counted. Whoever runs the courses, and the partnership, see
// of it what Cover makes of the ledger: a school with one to four people is "fewer than 5", and has no cost for each; sums are made of the
// numbers that are shown and of no others, so that nothing can be worked out from them (ACC-1).
//
// # Rules
//
//	TRU-5   a few attend external training and pass it on: one attendee's record shows how many staff it reached, and at what cost for each
//	TRU-11  a lead for mental health, of a school or of a trust, passes on external training in the same way
//	TRN-2   a run of two days was attended by whoever was there on both, as its closed register says: see Was.Counts. Until it is closed a plan
//	        can begin, says so, and counts in no coverage
//	ACC-1   counts of one to four are never shown to those who may not see the people, nor can they be worked out
//
// How long there is to pass it on, when to remind and which numbers are small are data with an edition (practice.json).
package cascade
